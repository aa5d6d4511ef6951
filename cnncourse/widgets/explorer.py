"""Explorer: named controls and one figure function, joined into a widget.

    >>> from cnncourse.widgets.explorer import Explorer, slider
    >>> from cnncourse.figures.svg import Svg, rect
    >>> def draw(size):
    ...     return Svg(rect(0, 0, size, size, fill="black"), 99, 99, "A square", f"Size {size}.")
    >>> explorer = Explorer(draw, {"size": slider("size", 10, 1, 99)})
    >>> explorer.controls["size"].value = 30
    >>> explorer.sentence
    'Size 30.'

An explorer has no state but its controls. The figure is SVG text in one `widgets.HTML`, never an
`Output`: that redraws in a few milliseconds, and works where no front end captures output. Where
the figure is marked (`cnncourse.figures.marks`), touching it sets controls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from html import escape
from typing import Any

import ipywidgets as widgets
import numpy as np
import traitlets

from cnncourse.figures.svg import Svg
from cnncourse.widgets.face import Faced
from cnncourse.widgets.stage import Stage

_WIDE = {"description_width": "initial"}
_ROW = {"flex_flow": "row wrap", "align_items": "center"}  # wraps on a narrow page


class Explorer(Faced):
    """Controls above a figure, the state in a sentence below it.

    Parameters
    ----------
    draw : callable
        The figure function: called with the value of every control by name, returns an `Svg` whose
        description becomes the sentence of state. It raises `ValueError` for an impossible setting;
        the learner then reads that sentence in place of the figure.
    controls : mapping of str to control
        In the order they are shown. What is no widget, such as a `Matrix`, is moved by touching the
        picture and not shown a second time.
    more : sequence of str
        Names of controls that start folded away under "More settings".
    beside : str
        The name of a control that stands at the left of the figure, such as a pad to draw on.
    follow : mapping of str to callable, optional
        What changes with a control: called with the change that ipywidgets reports, it sets other
        controls, and the figure is drawn once, for all of them.
    limits : callable, optional
        Called like `draw`; returns the largest allowed value of some controls by name, such as
        ``{"step": 8}``: the last step depends on the other settings. Never below their smallest.
    stills : sequence of mappings
        A few settings whose figures stand for the explorer on a page without a kernel.
        An empty one shows the default setting.

    Attributes
    ----------
    controls : dict of str to ipywidgets control
    view : widgets.HTML
        Holds the SVG.
    stage : Stage
        Shows it in the browser, and reports touches of it.
    sentence : str
        The state in words.
    possible : bool
        Whether the present setting can be drawn.
    """

    def __init__(
        self,
        draw: Callable[..., Svg],
        controls: Mapping[str, widgets.Widget],
        *,
        more: Sequence[str] = (),
        beside: str = "",
        follow: Mapping[str, Callable[[Any], object]] | None = None,
        limits: Callable[..., Mapping[str, int]] | None = None,
        stills: Sequence[Mapping[str, object]] = ({},),
    ) -> None:
        self.draw = draw
        self.controls = dict(controls)
        self.limits = limits
        self.stills = stills
        self.view = widgets.HTML()
        self.view.add_class("cnncourse-view")
        self.stage = Stage()
        self.possible = True
        self._state = widgets.HTML()
        self._state.add_class("cnncourse-sentence")
        self._drawn: dict[str, object] | None = None
        self._held = False
        shown = {n: c for n, c in self.controls.items() if isinstance(c, widgets.Widget)}
        figure = [self.view, self.stage, self._state]
        if beside:
            figure = [_beside(shown.pop(beside), figure)]
        for name, control in self.controls.items():  # before a play button: the picture goes first
            control.observe(partial(self._moved, (follow or {}).get(name)), "value")
        panel = _panel(shown, [name for name in more if name in shown])
        self._followers = [part for part in _inside(panel) if part.has_trait("value")]
        super().__init__([*panel, *figure])
        self.add_class("cnncourse-explorer")
        self.stage.observe(self._obey, "touched")
        self._redraw()

    @property
    def values(self) -> dict[str, object]:
        """The value of every control by name."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def sentence(self) -> str:
        """The state in words."""
        return self._sentence

    def _moved(self, follow: Callable[[Any], object] | None, change: object) -> None:
        """Let other controls follow the one that was moved, and draw."""
        with self._drawn_once():
            if follow is not None:
                follow(change)
            with suppress(ValueError):  # said where it is drawn, if it still holds
                self._set_limits()

    def _obey(self, change: Mapping[str, Any]) -> None:
        """Set the controls that a touch of the picture is about."""
        touch = change["new"]
        try:
            with self._drawn_once():
                for name, value in touch["values"].items():
                    self.controls[name].value = value
                for name, row, column, number in touch["cells"]:
                    matrix = [list(numbers) for numbers in self.controls[name].value]
                    matrix[row][column] = number
                    self.controls[name].value = matrix
        finally:
            self.stage.answered += 1

    @contextmanager
    def _drawn_once(self) -> Iterator[None]:
        """Draw at the end, however many controls are set meanwhile.

        The picture leaves first: the browser needs some milliseconds for each control that follows.
        """
        if self._held:
            yield
            return
        self._held = True
        with ExitStack() as later:
            for follower in self._followers:
                later.enter_context(follower.hold_sync())
            try:
                yield
            finally:
                self._held = False
                self._redraw()

    def _redraw(self) -> None:
        """Draw the figure for the present values, or say why that is impossible."""
        values = self.values
        try:
            self._set_limits()
            values = self.values  # a limit may have moved one
            if _same(values, self._drawn):  # one move of the hand may set several controls
                return
            picture = self.draw(**values)
        except ValueError as impossible:
            self._show(_refusal(str(impossible)), str(impossible), possible=False)
        else:
            self._show(str(picture), picture.description, possible=True)
        self._drawn = values
        if not _same(self.values, values):  # JupyterLab lets other threads press and move meanwhile
            self._redraw()

    def _set_limits(self) -> None:
        if self.limits is not None:
            for name, largest in self.limits(**self.values).items():
                self.controls[name].max = max(largest, self.controls[name].min)

    def _show(self, html: str, sentence: str, *, possible: bool) -> None:
        self.possible = possible
        self._sentence = sentence
        self.view.value = html
        style = "margin:0;line-height:1.5"  # ipywidgets would leave a line free between two lines
        below = escape(sentence) if possible else ""  # a refusal has the place of the picture
        self._state.value = f'<p role="status" style="{style}">{below}</p>'

    def face(self) -> str:
        """Return pictures of a few settings, for pages that have no kernel."""
        return "".join(self._faces()) or self.view.value

    def _faces(self) -> Iterator[str]:
        """The stills with their sentences, without those that the present values rule out."""
        for still in self.stills:
            try:
                face = self.draw(**{**self.values, **still})
            except ValueError:
                continue
            sentence = f"<figcaption>{escape(face.description)}</figcaption>"
            yield f'<figure style="margin:0 0 1em">{face.in_page()}{sentence}</figure>'


def _same(values: Mapping[str, object], drawn: Mapping[str, object] | None) -> bool:
    """Whether all controls stand as they did; an array is the same only as the same object."""
    return drawn is not None and all(
        value is drawn[name] or (not isinstance(value, np.ndarray) and value == drawn[name])
        for name, value in values.items()
    )


def _panel(controls: Mapping[str, widgets.Widget], more: Sequence[str]) -> list[widgets.Widget]:
    """The controls in rows that wrap on a narrow page, the `more` ones folded away."""
    first = [_with_play(c) for name, c in controls.items() if name not in more]
    panel: list[widgets.Widget] = [_grid(first)]
    if more:
        panel += _folded([_with_play(controls[name]) for name in more])
    return panel


def _inside(parts: Sequence[widgets.Widget]) -> Iterator[widgets.Widget]:
    """The parts, and all that is in them."""
    for part in parts:
        yield part
        if isinstance(part, widgets.Box):
            yield from _inside(part.children)


def _grid(controls: Sequence[widgets.Widget]) -> widgets.HBox:
    """Controls side by side: ``stage.css`` makes them a grid of two columns."""
    grid = widgets.HBox(controls, layout=widgets.Layout(**_ROW))
    grid.add_class("cnncourse-controls")
    return grid


def _folded(controls: Sequence[widgets.Widget]) -> list[widgets.Widget]:
    """A button, and the row of controls that it unfolds: an Accordion has no keys to open it."""
    button = widgets.ToggleButton(description="More settings", tooltip="", icon="caret-right")
    row = _grid(controls)
    row.layout.display = "none"
    row.add_class("cnncourse-more")

    def unfold(change: Mapping[str, bool]) -> None:
        row.layout.display = None if change["new"] else "none"
        button.icon = "caret-down" if change["new"] else "caret-right"

    button.observe(unfold, "value")
    return [button, row]


def _beside(control: widgets.Widget, figure: Sequence[widgets.Widget]) -> widgets.HBox:
    """A control at the left of the figure; on a narrow page it stands above."""
    both = widgets.HBox([control, widgets.VBox(figure)])
    both.add_class("cnncourse-beside")
    return both


def _with_play(control: widgets.Widget) -> widgets.Widget:
    """A control called "step" gets a play button that moves it on."""
    if not (isinstance(control, widgets.IntSlider) and control.description == "step"):
        return control
    play = widgets.Play(
        value=control.value, min=control.min, max=control.max, interval=700, show_repeat=False
    )
    # not jslink: the browser would send each move twice, and the picture would wait for both
    widgets.link((control, "max"), (play, "max"))
    widgets.link((control, "value"), (play, "value"))
    row = widgets.HBox([control, play])
    row.add_class("cnncourse-steps")
    return row


def _refusal(sentence: str) -> str:
    return (
        '<div role="alert" style="border-left:4px solid #b37c05;padding:.6em 1em;margin:.5em 0">'
        f"<b>Not possible:</b> {escape(sentence)}</div>"
    )


# Controls -----------------------------------------------------------------------------------------


def slider(
    name: str, value: int, low: int, high: int, step: int = 1, *, unit: str = ""
) -> widgets.IntSlider:
    """A slider over whole numbers.

    Parameters
    ----------
    name : str
        Its visible label.
    value, low, high, step : int
    unit : str
        "px", or nothing; it stands behind the number.
    """
    control = widgets.IntSlider(
        value=value, min=low, max=high, step=step, description=name, tooltip="", style=_WIDE
    )
    if unit:
        control.add_class(f"cnncourse-{unit}")
    return control


class _FineSlider(widgets.FloatSlider):
    """Its value is 1.0 where the browser adds up steps of 0.1 to 1.0000000000000002."""

    @traitlets.validate("value")
    def _validate_value(self, proposal: dict) -> float:
        return round(super()._validate_value(proposal), 9)


def fine_slider(
    name: str, value: float, low: float, high: float, step: float = 0.1, shown: str = ".2f"
) -> widgets.FloatSlider:
    """A slider over decimal numbers.

    Parameters
    ----------
    name : as for `slider`
    value, low, high, step : float
    shown : str
        Formats the number beside it.
    """
    return _FineSlider(
        value=value,
        min=low,
        max=high,
        step=step,
        description=name,
        tooltip="",
        readout_format=shown,
        style=_WIDE,
    )


def choice(name: str, options: Sequence[object], value: object = None) -> widgets.Dropdown:
    """A drop-down.

    Parameters
    ----------
    name : as for `slider`
    options : sequence of objects, or of (str, object)
        Shown as text, or under another name.
    value : object, optional
        Default: the first option.
    """
    if value is None:
        value = options[0][1] if isinstance(options[0], tuple) else options[0]
    return widgets.Dropdown(
        options=options,
        value=value,
        description=name,
        style=_WIDE,
        layout=widgets.Layout(width="max-content", margin="2px 12px 2px 2px"),
    )


def toggle(name: str, value: bool = False) -> widgets.Checkbox:
    """A box to tick.

    Parameters
    ----------
    name : as for `slider`
    value : bool
    """
    return widgets.Checkbox(
        value=value,
        description=name,
        indent=False,
        layout=widgets.Layout(width="max-content", margin="2px 12px"),
    )
