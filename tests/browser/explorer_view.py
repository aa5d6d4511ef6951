"""An explorer on the screen: its controls by role and name, its picture and its sentence."""

from __future__ import annotations

from contextlib import contextmanager

import ipywidgets as widgets

from cnncourse.explorers.spatial_layers import LayerStack
from cnncourse.widgets.digit import DigitInput
from cnncourse.widgets.drawpad import DrawPad
from cnncourse.widgets.matrix import Matrix
from cnncourse.widgets.photo import PhotoInput
from cnncourse.widgets.run_button import RunButton

PATIENCE = 15_000  # milliseconds for a picture to change, on a busy machine too
FACE = """explorer => [...explorer.querySelectorAll("svg[aria-label], [role=alert], [role=status]")]
    .map(part => part.outerHTML).join()"""
# A training may be over by the time one asks, and look like the one before: watch from the start.
# Nobody has to ask in every frame whether window.changed is true by now: it is a promise.
WATCH = f"""explorer => {{
    const face = {FACE}, before = face(explorer);
    window.changed = new Promise((tell) => {{
        const observer = new MutationObserver(() => {{
            if (face(explorer) === before) return;
            observer.disconnect();
            tell(true);
        }});
        observer.observe(explorer, {{
            subtree: true, childList: true, attributes: true, characterData: true,
        }});
        setTimeout(tell, {PATIENCE}, false);
    }});
}}"""
KEYS = {
    "application": "Space",
    "checkbox": "Space",
    "button": "Space",
    "spinbutton": "ArrowUp",
    "textbox": "1",
}
ARROWS = {  # whether it stands at its last value, and the keys that lead back and on
    "slider": ("e => e.ariaValueNow === e.ariaValueMax", "ArrowLeft", "ArrowRight"),
    "combobox": ("e => e.selectedIndex === e.options.length - 1", "ArrowUp", "ArrowDown"),
}


class ExplorerView:
    """An explorer that stands in a page.

    Parameters
    ----------
    locator : playwright Locator
        Of the element with the class ``cnncourse-explorer``.
    """

    def __init__(self, locator):
        self.locator = locator

    @property
    def refusal(self):
        """What stands in place of the picture when a setting is impossible."""
        return self.locator.locator("[role=alert]")

    def part(self, role, name):
        """A control by its accessible role and name."""
        # the icon of a button counts as a letter, and a pad says how it is used
        exact = role not in ("button", "application")
        return self.locator.get_by_role(role, name=name, exact=exact)

    def press(self, role, name, key):
        """Press a key on a control."""
        part = self.part(role, name)
        part.focus()
        self.locator.page.keyboard.press(key)

    def says(self, words):
        """Wait until the sentence of state holds some words."""
        self.locator.locator("[role=status]").filter(has_text=words).wait_for()

    @contextmanager
    def changing(self):
        """Wait at the end until picture or sentence have been others than at the beginning."""
        self.locator.evaluate(WATCH)
        yield
        changed = self.locator.page.evaluate("() => window.changed")
        assert changed, "neither the picture nor the sentence has changed"

    def unfold(self):
        """Open "More settings", if there are any and they are folded."""
        folded = self.locator.locator(".cnncourse-more:not(:visible)")
        if folded.count():
            self.press("button", "More settings", "Space")
            folded.wait_for(state="detached")

    def move(self, control):
        """Move a control to another value by keyboard."""
        role, name = role_and_name(control)
        self.press(role, name, KEYS.get(role) or self._arrow(role, name))

    def _arrow(self, role, name):
        """The arrow key that leads to another value, wherever a slider or drop-down stands."""
        at_the_end, back, on = ARROWS[role]
        return back if self.part(role, name).evaluate(at_the_end) else on


def role_and_name(control):
    """The accessible role and name of a control, or of the first of its parts."""
    if isinstance(control, (widgets.IntSlider, widgets.FloatSlider)):
        return "slider", control.description
    if isinstance(control, widgets.Checkbox):
        return "checkbox", control.description
    if isinstance(control, widgets.Textarea):
        return "textbox", control.description
    if isinstance(control, Matrix):
        row = len(control.value) == 1 and len(control.value[0]) > 1
        first = "1" if row else "row 0 column 0"
        return "spinbutton", f"{control.description} {first}"
    if isinstance(control, DrawPad):
        return "application", control.description
    if isinstance(control, RunButton):
        return "button", control.go.description
    if isinstance(control, LayerStack):
        return "combobox", control.places[0].description
    if isinstance(control, (PhotoInput, DigitInput, widgets.Dropdown)):
        return "combobox", control.description
    raise TypeError(f"{type(control).__name__} is no control that these tests can move")
