"""Every notebook, executed once: its slides can be read, and no figure is white in the dark."""

import json
import re
from pathlib import Path

import pytest
import slides
from test_slides_in_browser import revealing
from test_stillness import white_share

from cnncourse.run.execute import PASSED, execute
from cnncourse.run.plan import plan

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
SMALLEST = 11  # pixels, as everywhere in the course
TITLE = re.compile('aria-label="([^"]*)"')
# Figures with cells that show the value 255: they are white as a photograph may be.
WHITE_PIXELS = {"02_kernels": {"A step, its float output, and the same stored as bytes"}}

# The sizes of all words on a slide, as the projector shows them. How much a picture or a part of it
# is enlarged says the area of its box: a quarter turn exchanges only the sides.
SIZES = """() => Reveal.getSlides().flatMap(slide => {
  const place = Reveal.getIndices(slide);
  Reveal.slide(place.h, place.v, 99);
  fit();
  const words = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT), sizes = [];
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const part = node.parentElement, seen = part.getBoundingClientRect();
    if (!node.data.trim() || !seen.height || part.closest('[hidden], style, title, desc')) continue;
    const font = parseFloat(getComputedStyle(part).fontSize), box = part.getBBox?.();
    const zoom = parseFloat(slide.firstElementChild.style.zoom) / 100 * Reveal.getScale();
    const larger = box ? Math.sqrt(seen.width * seen.height / (box.width * box.height)) : zoom;
    sizes.push([font * larger, node.data.trim().slice(0, 30), place.h, place.v]);
  }
  return sizes;
})"""


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def executed(request):
    """The name of a notebook, and the notebook with what its cells have shown."""
    if request.param.stem[:2] in ("05", "06"):
        pytest.importorskip("torch")
    outcome = execute(plan([request.param], fast=True)[0])
    assert outcome.status == PASSED, outcome.error
    return request.param.stem, outcome.executed


@pytest.mark.slow
def test_all_words_on_its_slides_can_be_read(browser, tmp_path, executed):
    revealing(tmp_path)
    (tmp_path / "executed.ipynb").write_bytes(executed[1])
    (tmp_path / "deck.html").write_text(slides.deck(tmp_path / "executed.ipynb"), encoding="utf-8")
    page = browser.new_page(viewport={"width": slides.WIDTH, "height": slides.HEIGHT})
    page.goto((tmp_path / "deck.html").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    sizes = page.evaluate(SIZES)
    page.close()
    assert len(sizes) > 200
    assert [words for words in sizes if words[0] < SMALLEST] == []


@pytest.mark.slow
def test_no_figure_is_white_paper_in_the_dark(browser, executed):
    name, notebook = executed
    outputs = (out for cell in json.loads(notebook)["cells"] for out in cell.get("outputs", []))
    shown = ("".join(out.get("data", {}).get("text/html", "")) for out in outputs)
    figures = [html for html in shown if html.startswith("<svg")]
    assert figures
    page = browser.new_page(reduced_motion="reduce")
    white = {TITLE.search(figure)[1] for figure in figures if white_share(page, figure) > 0.01}
    page.close()
    assert white == WHITE_PIXELS.get(name, set())
