"""Figures of small grids of numbers: matrices, windows, one step of a convolution.

    >>> import numpy as np
    >>> from cnncourse import figures
    >>> figures.matrix(np.eye(3), title="The 3×3 identity")
    Svg('The 3×3 identity', 103×103)

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from cnncourse import convolution as conv
from cnncourse import geometry
from cnncourse.figures import svg

_EDGE = 0.5  # a one-pixel line is sharp when its middle lies on half a pixel


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
    """
    height, width = values.shape
    low, high = limits or (float(np.min(values)), float(np.max(values)))
    outer = np.ones((height, width), dtype=bool)
    top, bottom, left, right = padding
    outer[top : height - bottom, left : width - right] = False
    size = cell_font(values, cell, digits)
    parts = []
    for row, column in product(range(height), range(width)):
        x, y = _EDGE + column * cell, _EDGE + row * cell
        if hidden is not None and hidden[row, column]:
            parts.append(svg.rect(x, y, cell, cell, line=svg.FAINT))
            continue
        value = float(values[row, column])
        fill = cell_fill(value, shade, role, low, high)
        if outer[row, column]:
            shown = svg.PADDING.tint if shade == "tint" else fill
            parts.append(
                svg.rect(
                    x + 1, y + 1, cell - 2, cell - 2, fill=shown, line=svg.PADDING.line, dash="3 2"
                )
            )
            fill = shown
        else:
            parts.append(svg.rect(x, y, cell, cell, fill=fill, line=role.line, thick=0.75))
        if cell >= 22:
            words = names[row][column] if names else svg.show_number(value, digits)
            ink = svg.text_on(fill)
            parts.append(
                svg.text(x + cell / 2, y + cell / 2, words, size=size, anchor="middle", fill=ink)
            )
    for row, column, tall, wide in marked:
        parts.append(outline(row, column, tall, wide, cell))
    side = (width * cell + 1, height * cell + 1)
    picture = svg.Svg("".join(parts), *side, title, description)
    return svg.captioned(picture, caption, role=role) if caption else picture


def outline(
    row: int, column: int, height: int, width: int, cell: float, role: svg.Role = svg.WINDOW
) -> str:
    """A thick frame around a window of cells."""
    return svg.rect(
        _EDGE + column * cell,
        _EDGE + row * cell,
        width * cell,
        height * cell,
        line=role.line,
        thick=3,
        round=2,
    )


def cell_fill(value: float, shade: str, role: svg.Role, low: float, high: float) -> str:
    """The colour of a cell for `matrix`."""
    if shade == "grey":
        return svg.grey_fill(value, low, high if high > low else low + 1)
    if shade == "signed":
        return svg.signed_fill(value, max(abs(low), abs(high)))
    return role.tint


def cell_font(values: np.ndarray, cell: float, digits: int) -> float:
    """A font size at which the longest number fits into a cell."""
    longest = max(len(svg.show_number(float(v), digits)) for v in np.ravel(values))
    return min(13.0, max(7.0, 0.84 * cell / (0.65 * max(longest, 1))))


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
) -> svg.Svg:
    """One step of a convolution: input with its window, kernel, output so far, the arithmetic.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW)
    stride, padding, dilation : int
    padding_mode : {"zero", "reflect", "edge", "wrap"}
    flip : bool
        Turn the kernel by half a turn first: convolution instead of cross-correlation.
    step : int
        Which output cell is being computed, counted from 0 in reading order.
    shade : {"tint", "grey"}
        "grey" shows the input as the picture it is.

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
    row, column = divmod(step, result.shape[1])
    padded = conv.pad(image, padding, padding_mode)
    taps = [
        (row * stride + i * dilation, column * stride + j * dilation)
        for i, j in product(range(kernel.shape[0]), range(kernel.shape[1]))
    ]
    cell = min(36.0, 330 / padded.shape[0])
    source = _with_window(padded, image.shape, taps, settings, kernel.shape, cell, shade)
    name = "kernel, turned by 180°" if flip else "kernel"
    middle = matrix(weights, title="kernel", role=svg.KERNEL, cell=36, caption=name)
    later = np.arange(result.size).reshape(result.shape) > step
    target = matrix(
        result,
        title="output",
        role=svg.OUTPUT,
        cell=min(36.0, 330 / result.shape[0]),
        digits=1,
        caption=f"output {_by(result.shape)}",
        marked=[(row, column, 1, 1)],
        hidden=later,
    )
    sums = _arithmetic(padded, weights, taps, float(result[row, column]))
    sentence = _step_sentence(image.shape, kernel.shape, result, settings, step, flip)
    picture = svg.above(svg.beside(source, middle, target, gap=30), sums, gap=14)
    title = "Convolution" if flip else "Cross-correlation"
    return svg.framed(
        svg.Svg(picture.markup, picture.width, picture.height, f"{title}, step by step", sentence)
    )


def _with_window(
    padded: np.ndarray,
    size: tuple[int, int],
    taps: Sequence[tuple[int, int]],
    settings: dict[str, int],
    kernel: tuple[int, int],
    cell: float,
    shade: str,
) -> svg.Svg:
    """The padded input, the cells under the window framed, rows and columns never used struck."""
    around = settings["padding"]
    last = [geometry.unused(n, k, **settings) for n, k in zip(size, kernel, strict=True)]
    grid = matrix(
        padded,
        title="input",
        shade=shade,
        limits=(0, 255) if shade == "grey" else None,
        cell=cell,
        digits=0 if shade == "grey" else 2,
        padding=(around,) * 4,
        marked=[(r, c, 1, 1) for r, c in taps] if settings["dilation"] > 1 else (),
    )
    marks = ""
    if settings["dilation"] == 1:
        marks = outline(*taps[0], *kernel, cell)
    high, wide = padded.shape
    for unused_rows in range(last[0]):
        y = _EDGE + (high - unused_rows - 0.5) * cell
        marks += svg.line(0, y, wide * cell, y, colour=svg.WINDOW.line, thick=2, dash="2 4")
    for unused_columns in range(last[1]):
        x = _EDGE + (wide - unused_columns - 0.5) * cell
        marks += svg.line(x, 0, x, high * cell, colour=svg.WINDOW.line, thick=2, dash="2 4")
    picture = svg.Svg(grid.markup + marks, grid.width, grid.height, "input")
    words = f"input {_by(size)}" + (f" + padding {around}" if around else "")
    return svg.captioned(picture, words, role=svg.INPUT)


def _arithmetic(
    padded: np.ndarray, weights: np.ndarray, taps: Sequence[tuple[int, int]], total: float
) -> svg.Svg:
    """The products of the current window, a line for each kernel row, and their sum."""
    terms = [
        f"{svg.show_number(float(padded[tap]))}·{svg.bracketed(float(weight))}"
        for tap, weight in zip(taps, weights.ravel(), strict=True)
    ]
    width = weights.shape[1]
    rows = [" + ".join(terms[i : i + width]) for i in range(0, len(terms), width)]
    lines = [("  " if i == 0 else "+ ") + row for i, row in enumerate(rows)]
    lines.append(f"= {svg.show_number(total)}")
    markup = "".join(
        svg.text(
            0,
            10 + 20 * i,
            words.replace("  ", "\u2007\u2007"),
            size=14,
            mono=True,
            bold=i == len(rows),
        )
        for i, words in enumerate(lines)
    )
    widest = max(svg.text_width(words, 14.5) for words in lines)
    return svg.Svg(markup, widest, 20 * len(lines), "The sum of products")


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
