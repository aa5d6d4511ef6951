"""Widgets show a face where there is no kernel, with the ipywidgets of today and of yesterday."""

import ipywidgets as widgets
import pytest
from IPython.core.interactiveshell import InteractiveShell

from cnncourse import explorers
from cnncourse.explorers.mnist_lab import Collector, Monitor
from cnncourse.widgets.face import Faced
from cnncourse.widgets.question import Question

VIEW = "application/vnd.jupyter.widget-view+json"
MAKE = {
    "explorer": explorers.padding,
    "question": lambda: Question("How many?", [7, 12], 12, "3 rows of 4."),
    "monitor": lambda: Monitor(10),
    "collector": Collector,
}


def as_in_ipywidgets_7(monkeypatch):
    """Let widgets show themselves as in 7.7: they publish the living widget alone."""
    monkeypatch.setattr(widgets.Widget, "_ipython_display_", lambda self: None, raising=False)
    monkeypatch.delattr(widgets.Widget, "_repr_mimebundle_")


@pytest.mark.parametrize("version", [7, 8])
@pytest.mark.parametrize("name", MAKE)
def test_a_page_gets_the_living_widget_and_its_face(name, version, monkeypatch):
    if version == 7:
        as_in_ipywidgets_7(monkeypatch)
    widget = MAKE[name]()
    shown, _ = InteractiveShell.instance().display_formatter.format(widget)
    assert shown[VIEW]["model_id"] == widget.model_id
    assert shown["text/html"] == widget.face() and "<" in widget.face()


def test_in_ipywidgets_7_a_plain_box_would_not(monkeypatch):
    as_in_ipywidgets_7(monkeypatch)
    shown, _ = InteractiveShell.instance().display_formatter.format(widgets.VBox())
    assert shown == {}


def test_whoever_has_a_face_must_say_which():
    with pytest.raises(NotImplementedError):
        Faced().face()
