"""In front of a class, in a real browser: no slide is cut off, and JupyterLab presents live."""

import pytest
import slides
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes
from notebook_page import NotebookPage

from cnncourse.files import write_tree

LOOK = """() => Reveal.getSlides().map(slide => {
  const place = Reveal.getIndices(slide);
  Reveal.slide(place.h, place.v, 99);
  fit();
  return [parseFloat(slide.firstElementChild.style.zoom), slide.scrollHeight, slide.scrollWidth];
})"""


def revealing(folder):
    """Lay reveal.js beside slides; skip the test if it is not there."""
    if not (slides.REVEAL / "dist").is_dir():
        pytest.skip("reveal.js is not there: make slides brings it")
    write_tree(folder, slides.reveal_files(slides.REVEAL))


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """Slides with little, too many words, too large a picture, and too many cells."""
    svg = '<svg viewBox="0 0 900 600" width="900"><rect width="900" height="600"/></svg>'
    picture = new_output("display_data", data={"text/html": f"<figure>{svg}</figure>" * 3})
    cells = [
        new_markdown_cell("# Little"),
        new_markdown_cell("# Much\n\n" + "A line.\n\n" * 25),
        new_code_cell("explore()", outputs=[picture]),
    ]
    for cell in cells:
        cell.metadata.slideshow = {"slide_type": "slide"}
    cells.append(new_markdown_cell("# Cells", metadata={"slideshow": {"slide_type": "slide"}}))
    cells += [new_markdown_cell(f"Cell {number}\n\n" + "A line.\n\n" * 8) for number in range(4)]
    folder = tmp_path_factory.mktemp("slides")
    (folder / "executed.ipynb").write_text(writes(new_notebook(cells=cells)), encoding="utf-8")
    revealing(folder)
    (folder / "deck.html").write_text(slides.deck(folder / "executed.ipynb"), encoding="utf-8")
    return folder / "deck.html"


def test_cells_that_go_on_to_a_next_slide_keep_their_order(browser, deck):
    page = browser.new_page()
    page.goto(deck.as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    words = page.locator(".slides > section").last.evaluate("stack => stack.textContent")
    found = [words.index(part) for part in ("Cells", "Cell 0", "Cell 1", "Cell 2", "Cell 3")]
    assert found == sorted(found)
    assert page.locator(".slides section.present:not(:has(section)):visible").count() == 1
    page.close()


def test_no_slide_is_cut_off(browser, deck):
    page = browser.new_page(viewport={"width": slides.WIDTH, "height": slides.HEIGHT})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(deck.as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    little, much, explorer, *spread = page.evaluate(LOOK)
    assert errors == []
    assert little[0] == 100 and 30 < much[0] < 100
    assert len(spread) > 1 and min(zoom for zoom, _, _ in spread) >= 80
    for _, height, width in (little, much, explorer, *spread):
        assert height <= slides.HEIGHT and width <= slides.WIDTH
    page.close()


@pytest.fixture
def presented(browser, lab, course):
    """A notebook with one explorer, run, as the class sees it."""
    cells = [new_code_cell("from cnncourse import explorers\nexplorers.window_walk()")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    shown = writes(new_notebook(cells=cells, metadata=kernel))
    (course / "present.ipynb").write_text(shown, encoding="utf-8")
    notebook = NotebookPage(browser, lab)
    notebook.open("present.ipynb")
    notebook.run_all(60)
    yield notebook
    notebook.close()


def text_height(page):
    """Return the size of the letters of code, in pixels."""
    style = "code => parseFloat(getComputedStyle(code).fontSize)"
    return page.locator(".jp-Notebook .cm-line").first.evaluate(style)


def test_jupyterlab_presents_large_and_its_sliders_move(presented):
    page, small = presented.page, text_height(presented.page)
    presented.command("application:toggle-mode")  # View → Appearance → Simple Interface
    presented.command("application:toggle-presentation-mode")
    presented.wait_until_painted()
    assert text_height(page) > 1.1 * small
    sentence = "document.querySelector('.cnncourse-explorer [role=status]').innerText"
    before = page.evaluate(sentence)
    page.get_by_role("slider", name="step").press("ArrowRight")
    page.wait_for_function(f"before => {sentence} !== before", arg=before)
    assert page.evaluate(sentence).startswith("Step 2 of 16")
