"""What touching a part of a picture means: pure data, written as attributes on SVG elements.

    >>> from cnncourse.figures import marks, svg
    >>> cell = svg.rect(0, 0, 44, 44)
    >>> marks.set(cell, "output row 0 column 2", {"step": 2})
    '<rect data-name="output row 0 column 2" data-set=\\'{"step":2}\\' x="0" y="0" ...

Four words say what a hand can do, and each has a name that a screen reader speaks:

``set``   click or drag across: controls get these values
``drag``  a handle: moved along a direction, it moves the value of a control step by step
``edit``  a number of a matrix control: type it, drag it up and down, use the arrow keys
``link``  hover or focus lights every part of the same name; the browser does this alone

``key``, ``glide`` and ``panel`` say what stays itself from one picture to the next, and ``grip``
what is there for the hand alone. Nothing here knows widgets or browsers: `cnncourse.widgets.stage`
obeys the marks.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

_WRITER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_TAG = re.compile(r"<[^ />]+")  # the attributes stand behind it
_GRIP = re.compile(r"<[^<>]* data-grip=[^<>]*/>")


@dataclass(frozen=True)
class Move:
    """How a handle moves a control.

    Parameters
    ----------
    control : str
    value : float
        Where the control stands; it is never moved below `low` or above `high`.
    along : (float, float)
        How far the hand moves, right and down in the picture's units, for one step.
    low, high : float
    step : float
        What one step adds to the value.
    arm : (float, float), optional
        For a handle that turns about a point: where it stands, seen from there. A step is then the
        angle that the hand makes on its way along `along`.
    """

    control: str
    value: float
    along: tuple[float, float]
    low: float
    high: float
    step: float = 1
    arm: tuple[float, float] | None = None

    def data(self) -> dict[str, object]:
        """Return the move as the browser reads it: `least` and `most` count steps from here."""
        ends = [(end - self.value) / self.step for end in (self.low, self.high)]
        turns = {} if self.arm is None else {"arm": [round(way, 3) for way in self.arm]}
        return {
            "control": self.control,
            "value": self.value,
            "along": [round(way, 3) for way in self.along],
            "least": math.ceil(ends[0] - 1e-9),
            "most": math.floor(ends[1] + 1e-9),
            "step": self.step,
            **turns,
        }


def two_ways(
    controls: Sequence[str],
    values: Sequence[float],
    pixel: float,
    highs: Sequence[float],
    low: float = 0,
) -> list[Move]:
    """Return the moves of two controls: to the right goes the first, down the second.

    Parameters
    ----------
    controls, values, highs : two of each
        As for `Move`.
    pixel : float
        How far the hand moves for one step.
    low : float
        Of both.
    """
    ways = ((pixel, 0), (0, pixel))
    pairs = zip(controls, values, ways, highs, strict=True)
    return [Move(control, value, way, low, high) for control, value, way, high in pairs]


def in_reading_order(control: str, value: int, shape: Sequence[int], cell: float) -> list[Move]:
    """Return the moves of a control that counts the cells of a grid, row by row, from 0.

    Parameters
    ----------
    control : str
    value : int
    shape : (rows, columns)
    cell : float
        How far the hand moves from one cell to the next.
    """
    rows, columns = shape
    column = value % columns
    first = value - column
    return [
        Move(control, value, (cell, 0), first, first + columns - 1),
        Move(control, value, (0, cell), column, column + (rows - 1) * columns, columns),
    ]


def set(markup: str, name: str, values: Mapping[str, object], *, group: str = "") -> str:
    """Return a part marked to be clicked, or dragged across.

    Parameters
    ----------
    markup : str
        One SVG element.
    name : str
        What a screen reader says.
    values : mapping of str to number, str or bool
        The controls by name, and the value each of them gets.
    group : str
        Parts of one group are one stop for the tab key; arrow keys lead from part to part.
    """
    return _with(markup, name=name, group=group, set=_json(values))


def drag(
    markup: str,
    name: str,
    moves: Sequence[Move],
    *,
    at: tuple[float, float] | None = None,
    also: Mapping[str, object] | None = None,
    hover: bool = False,
    spoken: str = "",
) -> str:
    """Return a handle, or an area to press and drag in, with its mark.

    Parameters
    ----------
    markup, name : as for `set`
    moves : sequence of Move
        One for each direction; two may move the same control.
    at : (float, float), optional
        The point in the picture that stands for the present values. With it a press anywhere on
        the element brings this point there at once; without it the hand takes the handle along.
    also : mapping of str to number, str or bool, optional
        Controls that get these values with the first move, such as a switch.
    hover : bool
        Whether a mouse moves it without a press; then `at` is needed.
    spoken : str
        The value in words, such as "row 2, column 3". Default: the value of the first move.
    """
    data: dict[str, object] = {"moves": [move.data() for move in moves]}
    if at is not None:
        data["at"] = [round(place, 2) for place in at]
    if also:
        data["also"] = also
    if hover:
        data["hover"] = True
    return _with(markup, name=name, spoken=spoken, drag=_json(data))


def edit(
    markup: str,
    name: str,
    control: str,
    place: tuple[int, int] | None,
    value: float,
    *,
    step: float = 1,
    also: Mapping[str, object] | None = None,
    group: str = "",
) -> str:
    """Return a number marked to be changed in place.

    Parameters
    ----------
    markup, name : as for `set`
    control : str
        The name of a control whose value is a matrix, or one number.
    place : (int, int), optional
        Row and column in the matrix, counted from 0.
    value : float
    step : float
        What an arrow key adds.
    also : mapping, optional
        As in `drag`, for a control of one number.
    group : str
        As in `set`.
    """
    data: dict[str, object] = {"control": control, "place": place, "value": value, "step": step}
    if also:
        data["also"] = also
    return _with(markup, name=name, group=group, edit=_json(data))


def link(markup: str, name: str, *, at: tuple[float, float, float, float] | None = None) -> str:
    """Return a part that lights others: hovered or in focus, all that are `lit` by `name`.

    Parameters
    ----------
    markup : as for `set`
    name : str
        Without spaces.
    at : (x, y, width, height), optional
        Where a rectangle that is lit goes first: one frame then serves many places.
    """
    where = "" if at is None else " ".join(f"{number:g}" for number in at)
    return _with(markup, link=name, at=where)


def lit(markup: str, name: str, *, hidden: bool = False) -> str:
    """Return a part marked to be lit by `link`.

    Parameters
    ----------
    markup : as for `set`
    name : str
    hidden : bool
        Whether it is seen only while it is lit.
    """
    marked = _with(markup, lit=name)
    return marked.replace(" ", ' visibility="hidden" ', 1) if hidden else marked


def grip(markup: str) -> str:
    """Mark an element without content that says "take me here": a still picture has none."""
    return _with(markup, grip="here")


def without_grips(markup: str) -> str:
    """Return a picture's elements for a page on which it stands still, and promises no touch."""
    return _GRIP.sub("", markup)


def key(markup: str, name: str) -> str:
    """Return an element with a key: that of the same key in the next picture glides from here.

    Parameters
    ----------
    markup : as for `set`
    name : str
        The key, once in a picture.
    """
    return _with(markup, key=name)


def glide(markup: str, name: str, x: float, y: float) -> str:
    """Return elements at a point; those of the same key in the next picture glide from here.

    Parameters
    ----------
    markup : str
        SVG elements.
    name : str
        Their key, once in a picture.
    x, y : float
    """
    return _with(f'<g style="transform:translate({x:g}px,{y:g}px)">{markup}</g>', key=name)


def panel(markup: str, name: str, x: float, y: float, width: float, height: float) -> str:
    """Return a part that stays whole: on a narrow page panels stand one under the other.

    Parameters
    ----------
    markup : str
        Elements whose origin is the upper left corner of the panel; without any it keeps its room.
    name : str
        The panel's key.
    x, y, width, height : float
    """
    markup = markup or f'<rect width="{width:g}" height="{height:g}" fill="none"/>'
    return _with(glide(markup, name, x, y), panel=f"{x:g} {y:g} {width:g} {height:g}")


def _json(data: object) -> str:
    return _WRITER.encode(data)


def _with(markup: str, **data: str) -> str:
    """Write attributes into the tag of an element; empty ones are left out."""
    words = "".join(_attribute(name, value) for name, value in data.items() if value != "")
    tag = _TAG.match(markup)
    assert tag is not None, "an element begins with its tag"
    return markup[: tag.end()] + words + markup[tag.end() :]


@lru_cache(maxsize=1024)  # while a slider moves, most marks are those of the picture before
def _attribute(name: str, value: str) -> str:
    """Single quotes around JSON, which is full of double ones, keep it short."""
    if '"' in value:
        return f" data-{name}='" + escape(value, quote=False).replace("'", "&#39;") + "'"
    return f' data-{name}="{escape(value)}"'
