"""Every notebook in JupyterLab: all cells run, and what they show is seen whole in both themes."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from notebook_page import NotebookPage
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
SECONDS = 300  # for all cells of a notebook


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
