"""A tree of ipywidgets as JSON, and its changes: all that a page needs to show an explorer.

    >>> from cnncourse import explorers
    >>> tree = Tree(explorers.flip())
    >>> tree.put("flip", "value", True)
    >>> "flip" in {part for part, trait, value in tree.changes()}
    True

The same module runs twice: when the site is built, and in the visitor's browser. No explorer is
known here by name, only ipywidgets' own controls. A control of the explorer has its name as id, any
other part the place where it stood first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from cnncourse.widgets.drawpad import DrawPad
from cnncourse.widgets.explorer import Explorer
from cnncourse.widgets.stage import Stage
from cnncourse.widgets.upload import PictureUpload

VIEW, SENTENCE = "$view", "$sentence"  # no control has such a name
KINDS = {
    "upload": PictureUpload,
    "box": widgets.Box,
    "range": (widgets.IntSlider, widgets.FloatSlider),
    "select": widgets.Dropdown,
    "radio": widgets.RadioButtons,
    "check": widgets.Checkbox,
    "area": widgets.Textarea,
    "text": widgets.Text,
    "play": widgets.Play,
    "pad": DrawPad,
    "fold": widgets.ToggleButton,  # opens the row that follows
    "button": widgets.Button,
    "words": widgets.Label,
    "html": widgets.HTML,
}
TRAITS = ("value", "index", "min", "max", "step", "options", "description", "children", "image")
OF_PYTHON_ONLY = ("select", "radio", "upload")  # whose value is no number, text or truth

Change = list[Any]  # a part, a trait, the new value


class Tree:
    """An explorer, its parts by id, and what has changed since the last look.

    Parameters
    ----------
    explorer : Explorer

    Attributes
    ----------
    shape : dict
        The tree as it stood at first, ready for JSON.
    parts : dict of str to widget
    """

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.parts: dict[str, widgets.Widget] = {}
        self._ids: dict[widgets.Widget, str] = {}
        self._changed: dict[tuple[str, str], None] = {}
        for name, control in explorer.controls.items():
            if isinstance(control, widgets.Widget):
                self._ids[control] = name
        self._ids[explorer.view], self._ids[explorer._state] = VIEW, SENTENCE
        self.shape = self.describe(explorer, "0")
        self._changed.clear()

    def describe(self, part: widgets.Widget, place: str) -> dict[str, Any]:
        """Return a part and all parts in it.

        Parameters
        ----------
        part : Widget
        place : str
            Its id, unless it has one.
        """
        kind = kind_of(part)
        node: dict[str, Any] = {"id": self._watched(part, place), "kind": kind}
        for name in TRAITS:
            if name != "children" and part.has_trait(name):
                node[name] = _plain(part, name)
        if kind == "range":
            node["shown"] = part.readout_format
            node["unit"] = "px" if "cnncourse-px" in part._dom_classes else ""
        if kind == "box":
            node["look"] = [*part._dom_classes, "across" * isinstance(part, widgets.HBox)]
            node["children"] = self._children(part, node["id"])
        return node

    def _children(self, box: widgets.Box, id: str) -> list[dict[str, Any]]:
        shown = [child for child in box.children if not isinstance(child, Stage)]
        return [self.describe(child, f"{id}.{n}") for n, child in enumerate(shown)]

    def _watched(self, part: widgets.Widget, place: str) -> str:
        """The id of a part, whose changes are noted from now on."""
        id = self._ids.setdefault(part, place)
        if id not in self.parts:
            self.parts[id] = part
            part.observe(self._note, [name for name in TRAITS if part.has_trait(name)])
        return id

    def _note(self, change: dict[str, Any]) -> None:
        self._changed[self._ids[change["owner"]], change["name"]] = None

    def put(self, id: str, trait: str, value: Any) -> None:
        """Do what a hand did to a part.

        Parameters
        ----------
        id : str
        trait : str
            Or "click" for a button, "touch" for the picture.
        value : number, str, bool or dict
        """
        if trait == "touch":
            # a touch is noticed by its change: the number tells two equal ones apart
            self.explorer.stage.touched = {**value, "count": self.explorer.stage.answered + 1}
        elif trait == "click":
            self.parts[id].click()
        else:
            setattr(self.parts[id], trait, value)

    def changes(self) -> list[Change]:
        """Return what has changed since the last look: a part, a trait and its value each."""
        found: list[Change] = []
        for id, name in self._changed:
            part = self.parts[id]
            value = self._children(part, id) if name == "children" else _plain(part, name)
            found.append([id, name, value])
        self._changed.clear()
        return found


def kind_of(part: widgets.Widget) -> str:
    """Return the word for a kind of control that the page knows.

    Raises
    ------
    ValueError
        If it knows none: whoever gives an explorer a new kind of control adds it here.
    """
    for kind, classes in KINDS.items():
        if isinstance(part, classes):
            return kind
    raise ValueError(f"a page cannot show a {type(part).__name__}: add it to tree.py and live.js")


def _plain(part: widgets.Widget, name: str) -> Any:
    """The value of a trait as JSON has it."""
    if name == "options":
        return list(part._options_labels)
    if name == "value" and kind_of(part) in (*OF_PYTHON_ONLY, "box"):
        return None
    value = getattr(part, name)
    return value if isinstance(value, int | float | str | bool | list) else None


def dumps(value: Sequence[Any] | dict[str, Any]) -> str:
    """Return a value as JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
