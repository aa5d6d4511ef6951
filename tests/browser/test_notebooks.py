"""Every notebook in JupyterLab: all cells run, and what they show is seen whole in both themes.

What they have shown by then is put on slides, on which all can be read, and into the dark.
"""

import json
import re
from pathlib import Path

import nbformat
import pytest
import slides
from nbformat.v4 import new_code_cell, new_notebook
from notebook_page import NotebookPage
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from test_slides_in_browser import revealing
from test_stillness import white_share

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
SECONDS = 300  # for all cells of a notebook
SMALLEST = 11  # pixels, as everywhere in the course
TITLE = re.compile('aria-label="([^"]*)"')
# Figures with cells that show the greys of pixels: they are white as a photograph may be.
WHITE_PIXELS = {
    "02_kernels": {
        "A step, its float output, and the same stored as bytes",
        "A line, a step and their medians",
        "Border rules compared",
    }
}

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


def make_fast(path):
    """Give a notebook the small values that it lists for a quick run; return it."""
    notebook = load_notebook_node(str(path))
    values = notebook.metadata.get("cnncourse", {}).get("fast", {})
    if values:
        notebook = parameterize_notebook(notebook, values)
        nbformat.write(notebook, path)
    return notebook


@pytest.fixture(scope="module")
def tab(lab, browser):
    """One JupyterLab for all: to load it anew takes ten seconds of a processor's time."""
    tab = NotebookPage(browser, lab)
    yield tab
    tab.page.close()


@pytest.fixture(scope="module", params=NAMES)
def page(request, course, tab):
    """Each notebook in turn, with all its cells run."""
    name = f"notebooks/{request.param}.ipynb"
    notebook = make_fast(course / name)
    tab.explorers = sum("explorer" in cell.metadata.get("tags", []) for cell in notebook.cells)
    tab.show("light", 1280)
    tab.open(name)
    tab.run_all(SECONDS)
    tab.name, tab.executed = request.param, tab.notebook()
    yield tab
    tab.shut()


def test_an_error_in_a_cell_is_seen(course, tab):
    notebook = new_notebook(cells=[new_code_cell("1 / 0")])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, course / "error.ipynb")
    tab.open("error.ipynb")
    tab.run_all(60)
    (traceback,) = tab.tracebacks()
    assert "ZeroDivisionError" in traceback
    tab.shut()


def test_all_cells_run_and_show_the_explorers(page):
    assert page.tracebacks() == []
    assert page.page.locator(".cnncourse-explorer").count() == page.explorers


@pytest.mark.parametrize("width", [1280, 900, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_or_covered(page, theme, width):
    page.show(theme, width)
    assert page.faults() == []


def test_every_picture_has_a_text_for_those_who_cannot_see_it(page):
    assert page.ask("pictures.js") == []


def test_the_browser_has_nothing_to_complain_about(page):
    assert page.complaints == []


def test_all_words_on_its_slides_can_be_read(page, browser, tmp_path):
    revealing(tmp_path)
    (tmp_path / "executed.ipynb").write_text(page.executed, encoding="utf-8")
    (tmp_path / "deck.html").write_text(slides.deck(tmp_path / "executed.ipynb"), encoding="utf-8")
    deck = browser.new_page(viewport={"width": slides.WIDTH, "height": slides.HEIGHT})
    deck.goto((tmp_path / "deck.html").as_uri())
    deck.wait_for_function("window.Reveal && Reveal.isReady()")
    sizes = deck.evaluate(SIZES)
    deck.close()
    assert len(sizes) > 200
    assert [words for words in sizes if words[0] < SMALLEST] == []


def test_no_figure_is_white_paper_in_the_dark(page, browser):
    cells = json.loads(page.executed)["cells"]
    outputs = (out for cell in cells for out in cell.get("outputs", []))
    shown = ("".join(out.get("data", {}).get("text/html", "")) for out in outputs)
    figures = [html for html in shown if html.startswith("<svg")]
    assert figures
    dark = browser.new_page(reduced_motion="reduce")
    white = {TITLE.search(figure)[1] for figure in figures if white_share(dark, figure) > 0.01}
    dark.close()
    assert white == WHITE_PIXELS.get(page.name, set())
