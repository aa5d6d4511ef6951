"""Explorers in JupyterLab whose pictures are touched: by mouse, by finger, by keyboard alone."""

from __future__ import annotations

from contextlib import contextmanager
from typing import NamedTuple

import gallery
import nbformat
from explorer_view import ExplorerView
from hands import Finger, Mouse
from nbformat.v4 import new_code_cell, new_notebook
from notebook_page import NotebookPage

HANDS = {"mouse": Mouse, "finger": Finger}
WAYS = (*HANDS, "keyboard")


class Handle(NamedTuple):
    """A mark that is dragged or stepped, and what comes of it.

    Attributes
    ----------
    explorer, mark : str
    way : (int, int)
        How far a hand drags it, in CSS pixels to the right and down.
    keys : tuple of str
        What does the like. Sliders of tenths may need several.
    changes : dict of str to int
        The sliders that move, by their labels, and the sign of the change.
    """

    explorer: str
    mark: str
    way: tuple[int, int]
    keys: tuple[str, ...]
    changes: dict[str, int]


class Touched:
    """Some explorers, one to a cell.

    Parameters
    ----------
    page : NotebookPage
    names : sequence of str
        In the order of the cells.
    """

    def __init__(self, page, names):
        self.page, self.names = page, names

    def view(self, name):
        """The explorer of a name."""
        cells = self.page.page.locator(".cnncourse-explorer")
        return ExplorerView(cells.nth(self.names.index(name)))

    def mark(self, name, mark):
        """A part of the picture by its name: a slider of ipywidgets may have the same one."""
        return self.view(name).locator.locator(f'svg [data-name="{mark}"]')

    def wait_for_words(self, name, words):
        """Wait until the sentence of state holds some words."""
        self.view(name).locator.locator("p[role=status]", has_text=words).wait_for()

    def sliders(self, name, labels):
        """Where sliders stand."""
        parts = [self.view(name).part("slider", label) for label in labels]
        return [float(part.get_attribute("aria-valuenow")) for part in parts]

    def no_complaint(self):
        """Whether neither the kernel nor the browser has found fault."""
        return self.page.tracebacks() == [] and self.page.complaints == []

    def moved(self, name, changes, act):
        """Check that sliders move as they should, and that picture and sentence follow."""
        before = self.sliders(name, changes)
        with self.view(name).changing():
            act()
        for _wait in range(50):  # the sliders follow the picture
            after = self.sliders(name, changes)
            signs = [(new > old) - (new < old) for old, new in zip(before, after, strict=True)]
            if signs == list(changes.values()):
                break
            self.page.page.wait_for_timeout(100)
        assert signs == list(changes.values()), (name, before, after)
        assert self.no_complaint()

    def move(self, handle, way):
        """Move a handle by one of the ways, and check what comes of it."""
        print(handle.explorer, handle.mark)  # for those who read of a failure
        part = self.mark(handle.explorer, handle.mark)

        def act():
            if way == "keyboard":
                part.focus()
                for key in handle.keys:
                    self.page.page.keyboard.press(key)
            else:
                farther = 1 if way == "mouse" else 1.5  # an area takes the place that is pressed
                HANDS[way](self.page.page).drag(part, *(farther * pixels for pixels in handle.way))

        self.moved(handle.explorer, handle.changes, act)

    def choose(self, name, mark, way):
        """Click a mark, or press Enter on it."""
        part = self.mark(name, mark)
        if way == "keyboard":
            part.focus()
            self.page.page.keyboard.press("Enter")
        else:
            HANDS[way](self.page.page).click(part)


@contextmanager
def touched(names, course, lab, browser, theme):
    """Explorers of these names in a page of JupyterLab; "More settings" are unfolded."""
    sources = [gallery.SETUP, *(f"gallery.make({name!r})" for name in names)]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    file = f"touches_{names[0]}.ipynb"
    nbformat.write(notebook, course / file)
    page = NotebookPage(browser, lab, theme=theme)
    page.page.set_default_timeout(10_000)
    page.open(file)
    page.run_all(seconds=120)
    assert page.tracebacks() == []
    explorers = Touched(page, names)
    for name in names:
        explorers.view(name).unfold()
    yield explorers
    page.close()
