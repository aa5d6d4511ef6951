"""Figures of small grids of numbers: matrices, windows, one step of a convolution.

    >>> import numpy as np
    >>> from cnncourse import figures
    >>> figures.matrix(np.eye(3), title="The 3×3 identity")
    Svg('The 3×3 identity', 103×103)

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from cnncourse import convolution as conv
from cnncourse import geometry
from cnncourse.figures import marks, svg

_EDGE = 0.5  # a one-pixel line is sharp when its middle lies on half a pixel
_PANEL = re.compile(' data-panel="[^"]*"')
SMALL_NUMBERS = 12.0  # pixels: in a cell, numbers may fill it from side to side down to here
UNSEEN = "#ffffff00"  # catches the hand all the same
BUTTON = svg.Role(svg.INPUT.line, svg.PAPER)  # of what is pressed


def matrix(
    values: np.ndarray,
    *,
    title: str,
    role: svg.Role = svg.INPUT,
    shade: str = "tint",
    limits: tuple[float, float] | None = None,
    cell: float = 34,
    digits: int = 2,
    caption: str = "",
    marked: Sequence[tuple[int, int, int, int]] = (),
    padding: tuple[int, int, int, int] = (0, 0, 0, 0),
    hidden: np.ndarray | None = None,
    names: Sequence[Sequence[str]] | None = None,
    font: float = 13,
    zigzag: float = 0,
    mark: Callable[[str, int, int], str] | None = None,
    description: str = "",
) -> svg.Svg:
    """A matrix as a grid of cells with its numbers.

    Parameters
    ----------
    values : ndarray of shape (H, W)
    title, description : str
    role : Role
        What the numbers are: its colours tint the cells and draw the outline.
    shade : {"tint", "grey", "signed"}
        Cells in the tint of the role, as grey levels, or purple to orange around zero.
    limits : (float, float), optional
        The values shown as black and white, or the largest negative and positive value.
        Default: the smallest and largest of `values`.
    cell : float
        Side of a cell in pixels; under 22 the numbers are left out.
    digits : int
        Decimals shown at most.
    caption : str
        A line above the matrix.
    marked : sequence of (row, column, height, width)
        Windows outlined as highlighted.
    padding : (top, bottom, left, right)
        How many outer rows and columns are padding: drawn grey with dashed outlines.
    hidden : ndarray of bool, shape (H, W), optional
        Cells that are left empty, such as outputs not computed yet.
    names : H sequences of W str, optional
        Written into the cells instead of the numbers, such as fractions.
    font : float
        Largest size of the numbers.
    zigzag : float
        How far below and above the middle of their cells the numbers stand, column by column:
        neighbours stay apart where a narrow page makes them grow.
    mark : callable, optional
        Given the markup of a cell, its row and its column, returns it marked (`figures.marks`).

    Returns
    -------
    Svg
    """
    height, width = values.shape
    low, high = limits or (float(np.min(values)), float(np.max(values)))
    outer = np.ones((height, width), dtype=bool)
    top, bottom, left, right = padding
    outer[top : height - bottom, left : width - right] = False
    size = cell_font(values, cell, digits, font)
    parts = []
    for row, column in product(range(height), range(width)):
        x, y = _EDGE + column * cell, _EDGE + row * cell
        value = float(values[row, column])
        fill = cell_fill(value, shade, role, low, high)
        words = names[row][column] if names else svg.show_number(value, digits)
        if hidden is not None and hidden[row, column]:
            markup, words = svg.rect(x, y, cell, cell, fill=svg.PAPER, line=svg.FAINT), ""
        elif outer[row, column]:
            fill = svg.PADDING.tint if shade == "tint" else fill
            markup = svg.rect(
                x + 1, y + 1, cell - 2, cell - 2, fill=fill, line=svg.PADDING.line, dash="3 2"
            )
        else:
            markup = svg.rect(x, y, cell, cell, fill=fill, line=role.line, thick=0.75)
        if words and cell >= 22:
            ink, middle = svg.text_on(fill), y + cell / 2 + (-1) ** column * zigzag
            markup += svg.text(x + cell / 2, middle, words, size=size, anchor="middle", fill=ink)
        parts.append(mark(f"<g>{markup}</g>", row, column) if mark else markup)
    for row, column, tall, wide in marked:
        parts.append(outline(row, column, tall, wide, cell))
    side = (width * cell + 1, height * cell + 1)
    picture = svg.Svg("".join(parts), *side, title, description)
    return svg.captioned(picture, caption, role=role) if caption else picture


def number_grids(
    *,
    title: str,
    inputs: Mapping[str, np.ndarray] | None = None,
    kernels: Mapping[str, np.ndarray] | None = None,
    outputs: Mapping[str, np.ndarray] | None = None,
    shade: str = "tint",
) -> svg.Svg:
    """Small grids of numbers side by side, each under its name and in the colour of its role.

    Parameters
    ----------
    title : str
    inputs, kernels, outputs : mapping of str to ndarray of shape (H, W)
        The grids by name.
    shade : {"tint", "grey"}
        The tint of the role, or the greys of 0 to 255.

    Returns
    -------
    Svg
    """
    groups = ((inputs, svg.INPUT), (kernels, svg.KERNEL), (outputs, svg.OUTPUT))
    grids = [(*grid, role) for group, role in groups for grid in (group or {}).items()]
    look: dict[str, Any] = {"shade": shade, "limits": (0, 255) if shade == "grey" else None}
    look["cell"] = roomy_cell(*(values for _, values, _ in grids))
    cards = [matrix(grid, title="", caption=name, role=role, **look) for name, grid, role in grids]
    names = ", ".join(name for name, *_ in grids)
    return panels(cards).titled(title, f"From left to right: {names}.")


def edited(
    values: np.ndarray, control: str, name: str, step: float = 1
) -> Callable[[str, int, int], str]:
    """Return how `matrix` marks its cells as the numbers of a control, to be changed in place.

    Parameters
    ----------
    values : ndarray of shape (H, W)
    control : str
        Whose value is that matrix.
    name : str
        What a screen reader says before row and column.
    step : float
        What an arrow key adds.
    """

    def mark(markup: str, row: int, column: int) -> str:
        spoken = f"{name} row {row} column {column}"
        number = float(values[row, column])
        place = (row, column)
        return marks.edit(markup, spoken, control, place, number, step=step, group=control)

    return mark


def readable_matrix(values: np.ndarray, cell: float, *, digits: int = 1, **look: Any) -> svg.Svg:
    """A matrix without a caption whose numbers are left out where they would be too small to read.

    Parameters
    ----------
    values : ndarray of shape (H, W)
    cell, digits, look : as for `matrix`

    Returns
    -------
    Svg
    """
    small = _roomy_font(_shown(values, digits), cell) < 11.8
    names = [[""] * values.shape[1]] * len(values) if small else None
    return matrix(values, title="", cell=cell, digits=digits, font=16, names=names, **look)


def outline(
    row: int, column: int, height: int, width: int, cell: float, role: svg.Role = svg.WINDOW
) -> str:
    """A thick frame around a window of cells.

    Parameters
    ----------
    row, column : int
        Its upper left cell.
    height, width : int
        In cells.
    cell : float
        Side of a cell in pixels.
    role : Role

    Returns
    -------
    str
        An SVG element.
    """
    return svg.rect(
        _EDGE + column * cell,
        _EDGE + row * cell,
        width * cell,
        height * cell,
        line=role.line,
        thick=3,
        round=2,
    )


def lens(x: float, y: float, width: float, height: float) -> str:
    """A frame that is seen on any photograph: coloured, with white on both sides.

    Parameters
    ----------
    x, y, width, height : as for `svg.rect`
    """
    white = svg.rect(x, y, width, height, line=svg.LIGHT, thick=4)
    return white + svg.rect(x, y, width, height, line=svg.WINDOW.line, thick=2)


def cell_fill(value: float, shade: str, role: svg.Role, low: float, high: float) -> str:
    """The colour of a cell for `matrix`.

    Parameters
    ----------
    value : float
    shade : {"tint", "grey", "signed"}
    role : Role
    low, high : float
        The ends of the scale.

    Returns
    -------
    str
        "#rrggbb", or a tint, "#rrggbbaa".
    """
    if shade == "grey":
        return svg.grey_fill(value, low, high if high > low else low + 1)
    if shade == "signed":
        return svg.signed_fill(value, max(abs(low), abs(high)))
    return role.tint


def cell_font(values: np.ndarray, cell: float, digits: int, largest: float = 13) -> float:
    """A font size at which the longest number fits into a cell.

    Parameters
    ----------
    values : ndarray
    cell : float
        Side of a cell in pixels.
    digits : int
        Decimals shown at most.
    largest : float

    Returns
    -------
    float
        In pixels.
    """
    numbers = _shown(values, digits)
    tight = 0.96 * cell / max(map(_letters, numbers))
    return min(largest, max(7.0, _roomy_font(numbers, cell), min(SMALL_NUMBERS, tight)))


def _shown(values: np.ndarray, digits: int) -> list[str]:
    return [svg.show_number(float(value), digits) for value in np.ravel(values)]


def _roomy_font(numbers: Sequence[str], cell: float) -> float:
    """A font size at which the longest number fits into a cell with room around it."""
    return 0.84 * cell / (0.65 * max(map(len, numbers)))


def roomy_cell(*grids: np.ndarray) -> float:
    """The side of a cell, in pixels, in which the numbers of some grids stand well apart."""
    widest = max(_letters(number) for values in grids for number in _shown(values, 2))
    return max(34.0, 19 * widest)


def _letters(number: str) -> float:
    """The width of a number, in font sizes."""
    return sum({".": 0.32, "−": 0.84}.get(letter, 0.64) for letter in number)


def fitting_digits(values: np.ndarray, cell: float) -> int:
    """The decimals, 1 or 0, that leave the numbers of a matrix large, with room around them.

    Parameters
    ----------
    values, cell : as for `cell_font`
    """
    return int(_roomy_font(_shown(values, 1), cell) >= SMALL_NUMBERS)


# The flagship -------------------------------------------------------------------------------------

LARGEST_KERNEL, LARGEST_PADDING = 5, 4
_TOP = 44  # where all grids of the flagship begin: under the captions, with room for a handle
_SIDE = 440  # of the input, with its padding
_RIM = 22  # how far the handles of the padding reach beyond it
_WEIGHT = 44  # side of a kernel's cell
_RIGHT = 500  # where kernel and sum begin
_SUM_WIDTH = 436


@dataclass(frozen=True)
class _Walk:
    """One step of a kernel's walk over an input: the numbers that the flagship shows."""

    padded: np.ndarray
    weights: np.ndarray
    result: np.ndarray
    stride: int
    padding: int
    dilation: int
    step: int
    flip: bool

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the output cell."""
        row, column = divmod(self.step, self.result.shape[1])
        return row, column

    @cached_property
    def reach(self) -> int:
        """How many cells the window spans."""
        return geometry.effective_kernel(len(self.weights), self.dilation)

    @property
    def cell(self) -> float:
        """Side of an input cell."""
        return _SIDE / len(self.padded)

    def corner(self, row: int, column: int) -> tuple[float, float]:
        """Where the window of an output cell begins in the input's panel."""
        size = self.stride * self.cell
        return _RIM + column * size, _TOP + row * size

    def tap(self, row: int, column: int) -> tuple[int, int] | None:
        """Which weight lies on a cell of the padded input, if any."""
        down, across = (
            n - at * self.stride for n, at in zip((row, column), self.place, strict=True)
        )
        inside = 0 <= down < self.reach and 0 <= across < self.reach
        if not inside or down % self.dilation or across % self.dilation:
            return None
        return down // self.dilation, across // self.dilation


def convolution(
    image: np.ndarray,
    kernel: np.ndarray,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    padding_mode: str = "zero",
    flip: bool = False,
    step: int = 0,
    shade: str = "tint",
    photo: np.ndarray | None = None,
    corner: tuple[int, int] = (0, 0),
) -> svg.Svg:
    """One step of a convolution: input with its window, kernel, output so far, the arithmetic.

    It is marked for the controls step, kernel, padding, weights, pixels, patch_row, patch_column.

    Parameters
    ----------
    image : ndarray of shape (N, N)
    kernel : ndarray of shape (K, K)
    stride, padding, dilation : int
    padding_mode : {"zero", "reflect", "edge", "wrap"}
    flip : bool
        Turn the kernel by half a turn first: convolution instead of cross-correlation.
    step : int
        Which output cell is being computed, counted from 0 in reading order.
    shade : {"tint", "grey"}
        "grey" shows the input as the picture it is.
    photo : ndarray of uint8 of shape (H, W, 3), optional
        Where `image` was cut out, at `corner`: shown small, with a frame around the patch.
    corner : (int, int)

    Returns
    -------
    Svg
        Always of the same size.

    Raises
    ------
    ValueError
        If the kernel does not fit, or there is no such step.
    """
    weights = kernel[::-1, ::-1] if flip else kernel
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    result = conv.correlate(image, weights, **settings, padding_mode=padding_mode)
    if not 0 <= step < result.size:
        raise ValueError(f"there is no step {step}: the output has {result.size} cells, 0 first")
    padded = conv.pad(image, padding, padding_mode)
    walk = _Walk(padded, weights, result, step=step, flip=flip, **settings)
    whole = "" if photo is None else _whole_photo(photo, corner, len(image))
    markup = (
        marks.panel(_input(walk, shade), "input", 0, 0, 484, 508)
        + marks.panel(_kernel(walk), "kernel", _RIGHT, 0, 228, 272)
        + marks.panel(_output(walk), "output", 728, 0, 208, 272)
        + marks.panel(_arithmetic(walk) + whole, "sum", _RIGHT, 284, _SUM_WIDTH, 224)
    )
    title = "Convolution" if flip else "Cross-correlation"
    sentence = _step_sentence(image.shape, kernel.shape, result, settings, step, flip)
    return svg.framed(svg.Svg(markup, 936, 508, f"{title}, step by step", sentence))


def _input(walk: _Walk, shade: str) -> str:
    """The padded input: numbers to change, a rim and a window to drag."""
    cell, around, size = walk.cell, walk.padding, len(walk.padded) - 2 * walk.padding

    def mark(markup: str, row: int, column: int) -> str:
        tap = walk.tap(row, column)
        if tap is not None:
            markup = marks.link(markup, _tap_name(*tap))
        else:
            markup = marks.link(markup, "readers", at=_readers(walk, row, column))
        place = (row - around, column - around)
        if not all(0 <= n < size for n in place):
            return markup
        number = float(walk.padded[row, column])
        return marks.edit(markup, _named("pixels", place), "pixels", place, number, group="pixels")

    grid = matrix(
        walk.padded,
        title="input",
        shade=shade,
        limits=(0, 255) if shade == "grey" else None,
        cell=cell,
        digits=0 if shade == "grey" else 2,
        padding=(around,) * 4,
        font=20,
        mark=mark,
    )
    words = f"input {_by((size, size))}" + (f" + padding {around}" if around else "")
    ghost = svg.rect(0, 0, cell, cell, line=svg.WINDOW.line, thick=3, dash="6 4", round=4)
    return (
        _caption(words, svg.INPUT, _RIM)
        + svg.group(grid.markup + _struck(walk), _RIM, _TOP)
        + _rim(walk)
        + _window(walk)
        + marks.lit(ghost, "window", hidden=True)
    )


def _struck(walk: _Walk) -> str:
    """Dashed lines through the last rows and columns if no window reaches them."""
    size, cell = len(walk.padded), walk.cell
    markup = ""
    for missed in range(geometry.unused(size, len(walk.weights), walk.stride, 0, walk.dilation)):
        at = _EDGE + (size - missed - 0.5) * cell
        for ends in ((0, at, _SIDE, at), (at, 0, at, _SIDE)):
            markup += svg.line(*ends, colour=svg.WINDOW.line, thick=2, dash="2 4")
    return markup


def _rim(walk: _Walk) -> str:
    """Four bands around the input to drag: outwards there is more padding."""
    deep = walk.padding * walk.cell + _RIM
    top, size = _TOP - _RIM, _SIDE + 2 * _RIM
    far, middle = size - deep, size / 2
    sides = {  # the band, its grip, and the way that leads outwards
        "right": ((far, top, deep, size), (size - 9, top + middle), (1, 0)),
        "left": ((0, top, deep, size), (9, top + middle), (-1, 0)),
        "top": ((0, top, size, deep), (middle, top + 9), (0, -1)),
        "bottom": ((0, top + far, size, deep), (middle, top + size - 9), (0, 1)),
    }
    markup = ""
    for side, (band, at, (right, down)) in sides.items():
        along = (right * walk.cell, down * walk.cell)
        move = marks.Move("padding", walk.padding, along, 0, LARGEST_PADDING)
        parts = svg.rect(*band, fill=UNSEEN) + grip(*at, svg.PADDING, upright=right != 0)
        markup += marks.drag(f"<g>{parts}</g>", f"padding, {side} edge", [move])
    return markup


def _window(walk: _Walk) -> str:
    """The window to drag, a handle at its corner, and a frame on each cell it reads."""
    row, column = walk.place
    cell, size = walk.cell, walk.reach * walk.cell
    taps = (
        ""
        if walk.dilation == 1
        else "".join(
            outline(r * walk.dilation, c * walk.dilation, 1, 1, cell)
            for r, c in product(range(len(walk.weights)), repeat=2)
        )
    )
    frame = svg.rect(
        *(_EDGE, _EDGE, size, size),
        fill=svg.WINDOW.line + "14",
        line=svg.WINDOW.line,
        thick=4,
        round=4,
        dash="8 5" if walk.dilation > 1 else "",
    )
    moves = marks.in_reading_order("step", walk.step, walk.result.shape, walk.stride * cell)
    x, y = walk.corner(row, column)
    parts = marks.key(frame, "frame") + taps + grip(size / 2, 0, svg.WINDOW)
    where = f"output row {row}, column {column}"
    window = marks.drag(marks.glide(parts, "window", x, y), "window", moves, spoken=where)
    return window + _corner(walk, "kernel size", x + size, y + size, cell * walk.dilation)


def _corner(walk: _Walk, name: str, x: float, y: float, cell: float) -> str:
    """A handle at a corner that changes the size of the kernel."""
    size = len(walk.weights)
    move = marks.Move("kernel", size, (cell, cell), 1, LARGEST_KERNEL)
    return handle(name, [move], x, y, role=svg.KERNEL, spoken=_by((size, size)))


def handle(
    name: str,
    moves: Sequence[marks.Move],
    x: float,
    y: float,
    *,
    role: svg.Role = svg.WINDOW,
    spoken: str = "",
    also: Mapping[str, object] | None = None,
) -> str:
    """A small square to take hold of, such as the corner of a window.

    Parameters
    ----------
    name : str
        What a screen reader says.
    moves : sequence of Move
    x, y : float
        Its middle.
    role : Role
    spoken : str
    also : mapping, optional
        These three as in `marks.drag`.

    Returns
    -------
    str
        SVG elements.
    """
    shape = svg.rect(-14, -14, 28, 28, fill=UNSEEN)
    seen = svg.rect(-8, -8, 16, 16, fill=role.line, line=svg.PAPER, thick=2, round=4)
    shape += marks.grip(seen)
    return marks.drag(marks.glide(shape, name, x, y), name, moves, spoken=spoken, also=also)


def panels(*rows: Sequence[svg.Svg], gap: float = 24) -> svg.Svg:
    """Rows of pictures with their tops aligned; on a narrow page each stands under the one before.

    Parameters
    ----------
    rows : sequences of Svg
    gap : float
        Between two rows, and between two pictures of a row.

    Returns
    -------
    Svg
        Without a title.
    """
    markup, y, width = "", 0.0, 0.0
    for down, row in enumerate(rows):
        x = 0.0
        for across, picture in enumerate(row):
            name = f"panel {down} {across}"
            markup += marks.panel(whole(picture).markup, name, x, y, picture.width, picture.height)
            x += picture.width + gap
        width = max(width, x - gap)
        y += max(picture.height for picture in row) + gap
    return svg.Svg(markup, width, y - gap, "")


def whole(picture: svg.Svg) -> svg.Svg:
    """The same picture in one piece: on a narrow page, too, its parts stay where they are."""
    return replace(picture, markup=_PANEL.sub("", picture.markup))


def grip(x: float, y: float, role: svg.Role, *, upright: bool = False) -> str:
    """A pill that says: take me here.

    Parameters
    ----------
    x, y : float
        Its middle.
    role : Role
    upright : bool
        Whether it is taken to the side.
    """
    width, height = (8, 30) if upright else (30, 8)
    pill = svg.rect(
        *(x - width / 2, y - height / 2, width, height),
        fill=role.line,
        line=svg.PAPER,
        thick=1.5,
        round=4,
    )
    return marks.grip(pill)


def _readers(walk: _Walk, row: int, column: int) -> tuple[float, float, float, float] | None:
    """Where in the output's panel the cells lie that read a pixel; nowhere if none does."""
    spans = []
    for at, cells in zip((row, column), walk.result.shape, strict=True):
        first = max(0, -(-(at - walk.reach + 1) // walk.stride))
        last = min(cells - 1, at // walk.stride)
        spans.append((first, last - first + 1))
    if min(count for _, count in spans) < 1:
        return None
    (top, high), (left, wide) = spans
    cell = _output_cell(walk)
    return left * cell, _TOP + top * cell, wide * cell, high * cell


def _kernel(walk: _Walk) -> str:
    """The kernel: weights to change, and its corner to drag."""
    last = len(walk.weights) - 1

    def mark(markup: str, row: int, column: int) -> str:
        place = (last - row, last - column) if walk.flip else (row, column)
        number = float(walk.weights[row, column])
        markup = marks.link(markup, _tap_name(row, column))
        return marks.edit(
            markup, _named("weights", place), "weights", place, number, group="weights"
        )

    grid = matrix(walk.weights, title="kernel", role=svg.KERNEL, cell=_WEIGHT, font=16, mark=mark)
    name = "kernel, turned by 180°" if walk.flip else "kernel"
    size = len(walk.weights) * _WEIGHT
    return (
        _caption(name, svg.KERNEL)
        + svg.group(grid.markup, 0, _TOP)
        + _corner(walk, "kernel size, at the kernel", size, _TOP + size, _WEIGHT)
    )


def _output_cell(walk: _Walk) -> float:
    """Side of an output cell."""
    return min(_WEIGHT, 207.5 / len(walk.result))


def _output(walk: _Walk) -> str:
    """The output so far: a cell hovered lights its window, a cell clicked is the next step."""
    cell = _output_cell(walk)
    columns = walk.result.shape[1]
    size = walk.reach * walk.cell

    def mark(markup: str, row: int, column: int) -> str:
        markup = marks.link(markup, "window", at=(*walk.corner(row, column), size, size))
        name = f"output row {row} column {column}"
        return marks.set(markup, name, {"step": row * columns + column}, group="output")

    later = np.arange(walk.result.size).reshape(walk.result.shape) > walk.step
    digits = fitting_digits(walk.result, cell)
    legible = cell_font(walk.result, cell, digits) >= SMALL_NUMBERS
    grid = matrix(
        walk.result,
        title="output",
        role=svg.OUTPUT,
        cell=cell,
        digits=digits,
        hidden=later,
        names=None if legible else [[""] * columns] * len(later),
        font=16,
        mark=mark,
    )
    row, column = walk.place
    here = svg.rect(
        column * cell + _EDGE,
        _TOP + row * cell + _EDGE,
        cell,
        cell,
        line=svg.WINDOW.line,
        thick=4,
        round=3,
    )
    readers = svg.rect(0, _TOP, cell, cell, line=svg.INPUT.line, thick=3, dash="5 3", round=3)
    return (
        _caption(f"output {_by(walk.result.shape)}", svg.OUTPUT)
        + svg.group(grid.markup, 0, _TOP)
        + marks.key(here, "here")
        + marks.lit(readers, "readers", hidden=True)
    )


def _arithmetic(walk: _Walk) -> str:
    """The products of the current window, a line for each kernel row, and their sum."""
    row, column = walk.place
    size = len(walk.weights)
    top, left = row * walk.stride, column * walk.stride
    under = walk.padded[top :: walk.dilation, left :: walk.dilation][:size, :size]
    terms = [
        [
            f"{svg.show_number(float(pixel))}·{svg.bracketed(float(weight))}"
            for pixel, weight in zip(*pair, strict=True)
        ]
        for pair in zip(under, walk.weights, strict=True)
    ]
    # each column has room for a plus sign, and for letters that have grown on a narrow page
    wide = [0.75 * (1.6 + max(map(len, column))) for column in zip(*terms, strict=True)]
    font = min(16, _SUM_WIDTH / sum(wide))
    letter = 0.6 * font
    markup = ""
    for i, j in product(range(size), repeat=2):
        x, y = font * sum(wide[:j]), 11 + 22 * i
        if i or j:
            markup += svg.text(x, y, "+", size=font, fill=svg.MUTED, mono=True)
        term = svg.text(x + 1.4 * letter, y, terms[i][j], size=font, mono=True)
        markup += marks.link(term, _tap_name(i, j))
    total = svg.show_number(float(walk.result[row, column]))
    return markup + svg.text(0, 22 * size + 22, f"= {total}", size=22, mono=True, bold=True)


def _whole_photo(photo: np.ndarray, corner: tuple[int, int], size: int) -> str:
    """The whole photograph, small, with a frame to drag around the patch."""
    height, width = photo.shape[:2]
    scale = min(104 / height, 150 / width)
    row, column = corner
    names = ("patch_column", "patch_row")
    moves = marks.two_ways(names, (column, row), scale, (width - size, height - size))
    parts = svg.image(photo, 0, 0, width * scale, height * scale)
    parts += lens(column * scale, row * scale, size * scale, size * scale)
    middle = ((column + size / 2) * scale, (row + size / 2) * scale)
    spoken = f"row {row}, column {column}"
    area = marks.drag(f"<g>{parts}</g>", "patch of the photograph", moves, at=middle, spoken=spoken)
    return svg.group(area, _SUM_WIDTH - width * scale, 224 - height * scale)


def _caption(words: str, role: svg.Role, x: float = 0) -> str:
    """A panel's name, with a swatch of its role."""
    swatch = svg.rect(x + 1, 2, 14, 14, role=role, thick=2)
    return swatch + svg.text(x + 22, 9, words, size=15, bold=True)


def _tap_name(row: int, column: int) -> str:
    return f"tap-{row}-{column}"


def _named(matrix: str, place: tuple[int, int]) -> str:
    return f"{matrix} row {place[0]} column {place[1]}"


def _step_sentence(
    size: tuple[int, int],
    kernel: tuple[int, int],
    result: np.ndarray,
    settings: dict[str, int],
    step: int,
    flip: bool,
) -> str:
    row, column = divmod(step, result.shape[1])
    dilated = f", dilation {settings['dilation']}" if settings["dilation"] > 1 else ""
    words = (
        f"{'Turned kernel' if flip else 'Kernel'} {_by(kernel)}, stride {settings['stride']}, "
        f"padding {settings['padding']}{dilated}: {_by(size)} → {_by(result.shape)}. "
        f"Step {step + 1} of {result.size}: output[{row}, {column}] is "
        f"{svg.show_number(float(result[row, column]))}."
    )
    rows, columns = (geometry.unused(n, k, **settings) for n, k in zip(size, kernel, strict=True))
    if rows or columns:
        missed = [_last(rows, "row"), _last(columns, "column")]
        words += f" No window reaches {' and '.join(m for m in missed if m)} of the padded input."
    return words


def _last(count: int, noun: str) -> str:
    if count == 0:
        return ""
    return f"the last {noun}" if count == 1 else f"the last {count} {noun}s"


def _by(shape: Sequence[int]) -> str:
    return "×".join(str(n) for n in shape)
