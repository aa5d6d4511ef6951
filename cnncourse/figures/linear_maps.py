"""Figures of convolution as a linear map: wiring, matrices, channels, shifts.

>>> import numpy as np
>>> from cnncourse import figures
>>> figures.toeplitz(np.array([1.0, 2.0]), 4).title
'A convolution as a matrix'

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncourse import convolution as conv
from cnncourse.figures import svg
from cnncourse.figures.grids import matrix
from cnncourse.images import to_uint8

# One tint for each weight of a kernel up to 3×3; the label in the cell tells them apart as well.
WEIGHT_FILLS = (
    "#9ecae9",
    "#ffbf79",
    "#88d27a",
    "#f2cf5b",
    "#d6a5c9",
    "#83bcb6",
    "#ff9d98",
    "#bab0ac",
    "#d8b5a5",
)
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 4")


def wiring(size: int, kernel: int) -> svg.Svg:
    """Three ways to connect a row of inputs to a row of outputs, and how many weights each needs.

    Parameters
    ----------
    size : int
        Number of inputs.
    kernel : int
        Number of inputs that an output looks at, if it does not look at all.

    Raises
    ------
    ValueError
        If the kernel is longer than the row.
    """
    if kernel > size:
        raise ValueError(
            f"a kernel of {kernel} does not fit on a row of {_plural(size, 'input')}: choose a "
            "smaller kernel or more inputs"
        )
    outputs = size - kernel + 1
    counts = {"dense": size * outputs, "local": kernel * outputs, "shared": kernel}
    panels = [_wires(size, outputs, kernel, name, count) for name, count in counts.items()]
    ends = svg.text(56, 38, "outputs", anchor="end") + svg.text(56, 132, "inputs", anchor="end")
    picture = svg.beside(svg.Svg(ends, 60, panels[0].height, "rows"), *panels, gap=18)
    sentence = (
        f"{size} inputs, {outputs} outputs: {counts['dense']} weights if everything is connected, "
        f"{counts['local']} if each output looks at {_plural(kernel, 'neighbour')}, "
        f"{counts['shared']} if all outputs share those weights."
    )
    return svg.framed(
        svg.Svg(
            picture.markup,
            picture.width,
            picture.height,
            "Dense, local and shared connections",
            sentence,
        )
    )


def _wires(inputs: int, outputs: int, kernel: int, name: str, count: int) -> svg.Svg:
    """One panel of `wiring`: inputs below, outputs above, a line for each connection."""
    width, gap = 204.0, 204.0 / inputs
    below = [(i + 0.5) * gap for i in range(inputs)]
    above_ = [(o + 0.5 + (inputs - outputs) / 2) * gap for o in range(outputs)]
    drawing = svg.Drawing()
    for o, x in enumerate(above_):
        reach = range(inputs) if name == "dense" else range(o, o + kernel)
        for i in reach:
            look = {"colour": svg.MUTED, "thick": 0.8}
            if name == "shared":  # the same place in the kernel, the same line
                weight = i - o
                colours = (
                    svg.KERNEL.line,
                    svg.INPUT.line,
                    svg.OUTPUT.line,
                    svg.WINDOW.line,
                    svg.INK,
                )
                look = {"colour": colours[weight % 5], "dash": _DASHES[weight % 5], "thick": 1.8}
            drawing.line(below[i], 132, x, 38, **look)
    for x in below:
        drawing.circle(x, 132, min(9, gap / 2.6), fill=svg.INPUT.tint, line=svg.INPUT.line)
    for x in above_:
        drawing.circle(x, 38, min(9, gap / 2.6), fill=svg.OUTPUT.tint, line=svg.OUTPUT.line)
    drawing.text(
        0,
        8,
        {"dense": "dense", "local": "local", "shared": "local + shared"}[name],
        size=14,
        bold=True,
    )
    noun = "weight" if count == 1 else "weights"
    drawing.text(width / 2, 160, f"{count} {noun}", size=14, anchor="middle", bold=True)
    return drawing.svg(width, 172, name)


def toeplitz(kernel: np.ndarray, size: int, *, padding: int = 0) -> svg.Svg:
    """A convolution layer as the matrix it is: the same weights on every diagonal.

    Parameters
    ----------
    kernel : ndarray of shape (K,) for a signal, (K, K) for an image
    size : int
        Length of the signal, or side of the square image.
    padding : int

    Raises
    ------
    ValueError
        If the kernel does not fit.
    """
    shape = (size,) * kernel.ndim
    labels = conv.toeplitz(
        np.arange(1, kernel.size + 1).reshape(kernel.shape), shape, padding=padding
    ).astype(int)
    rows, columns = labels.shape
    cell = min(32.0, 640 / columns)
    drawing = svg.Drawing()
    drawing.rect(0.5, 0.5, columns * cell, rows * cell, fill="#f6f6f6", line=svg.FAINT)
    for row, column in np.argwhere(labels):
        index = labels[row, column] - 1
        fill = WEIGHT_FILLS[index % len(WEIGHT_FILLS)]
        x, y = 0.5 + column * cell, 0.5 + row * cell
        drawing.rect(x, y, cell, cell, fill=fill, line="#ffffff", thick=0.5)
        if cell >= 14:
            drawing.text(
                x + cell / 2,
                y + cell / 2,
                _letter(index),
                anchor="middle",
                size=min(13, 0.65 * cell),
                fill=svg.text_on(fill),
            )
    grid = drawing.svg(columns * cell + 1, rows * cell + 1, "matrix")
    name = f"matrix {rows}×{columns}: zeros and {_plural(kernel.size, 'shared weight')}"
    picture = svg.above(svg.captioned(grid, name), _weight_legend(kernel), gap=14)
    nonzero = int(np.count_nonzero(labels))
    sentence = (
        f"{_square(size, kernel.ndim)} inputs → {_square(_side(rows, kernel.ndim), kernel.ndim)} "
        f"outputs: a dense layer has {rows}×{columns} = {rows * columns} free weights; here "
        f"{nonzero} entries are used, and only {kernel.size} of them "
        f"{'is' if kernel.size == 1 else 'are'} free."
    )
    return svg.framed(
        svg.Svg(
            picture.markup, picture.width, picture.height, "A convolution as a matrix", sentence
        )
    )


def im2col(pixels: np.ndarray, kernel: np.ndarray, *, padding: int = 0, window: int = 0) -> svg.Svg:
    """Every window of an image as a column: a row of weights times this matrix is the layer.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW)
    padding : int
    window : int
        The window that is framed, in reading order; the last one if there are fewer.
    """
    columns = conv.im2col(pixels, kernel.shape, padding=padding)
    result = conv.correlate(pixels, kernel, padding=padding)
    window = min(window, result.size - 1)
    row, column = divmod(window, result.shape[1])
    padded = conv.pad(pixels, padding)
    cell = min(30.0, 640 / columns.shape[1])
    source = matrix(
        padded,
        title="input",
        cell=min(26, 220 / len(padded)),
        padding=(padding,) * 4,
        marked=[(row, column, *kernel.shape)],
        caption="input",
    )
    weights = matrix(
        kernel.reshape(1, -1),
        title="weights",
        role=svg.KERNEL,
        cell=30,
        caption="kernel as one row",
    )
    name = f"im2col {len(columns)}×{columns.shape[1]}: columns are windows"
    stacked = matrix(
        columns, title="columns", cell=cell, marked=[(0, window, len(columns), 1)], caption=name
    )
    answer = matrix(
        result.reshape(1, -1),
        title="output",
        role=svg.OUTPUT,
        cell=cell,
        marked=[(0, window, 1, 1)],
        caption="row × columns = output",
    )
    picture = svg.above(svg.beside(source, weights, gap=40), stacked, answer, gap=12)
    factor = columns.size / pixels.size
    sentence = (
        f"{'×'.join(map(str, pixels.shape))} input, {'×'.join(map(str, kernel.shape))} kernel: "
        f"{columns.shape[1]} windows of {len(columns)} numbers, {columns.size} in all, "
        f"{svg.show_number(factor)} times the memory of the input. Window {window + 1} gives "
        f"{svg.show_number(float(result.ravel()[window]))}."
    )
    return svg.framed(
        svg.Svg(picture.markup, picture.width, picture.height, "Image to columns", sentence)
    )


def channel_sum(
    image_: np.ndarray, kernel: np.ndarray, bias: Sequence[float], *, output: int = 0
) -> svg.Svg:
    """How one output channel arises: a product for each input channel, their sum, the bias.

    Parameters
    ----------
    image_ : ndarray of shape (C_in, H, W)
    kernel : ndarray of shape (C_out, C_in, KH, KW)
    bias : sequence of C_out floats
    output : int
        The output channel shown, counted from 0.

    Raises
    ------
    ValueError
        If there is no such output channel.
    """
    c_out, c_in = kernel.shape[:2]
    if not 0 <= output < c_out:
        raise ValueError(f"there is no output channel {output}: the kernel has {c_out}, 0 first")
    layer = conv.correlate(image_, kernel) + np.reshape(bias, (-1, 1, 1))
    parts = [conv.correlate(image_[c], kernel[output, c]) for c in range(c_in)]
    rows = [_channel_row(image_[c], kernel[output, c], parts[c], c, output) for c in range(c_in)]
    total = matrix(
        layer[output],
        title="sum",
        role=svg.OUTPUT,
        cell=36,
        caption=f"sum + bias {svg.show_number(float(bias[output]))}",
    )
    picture = svg.beside(svg.above(*rows, gap=12), total, gap=34)
    thumbs = [
        matrix(
            layer[o],
            title="output",
            role=svg.OUTPUT,
            cell=36,
            caption=f"output {o}",
            marked=[(0, 0, *layer[o].shape)] if o == output else (),
        )
        for o in range(c_out)
    ]
    high, wide = kernel.shape[2:]
    count = kernel.size + c_out
    shapes = svg.text(
        0,
        8,
        f"weights {kernel.shape}, bias ({c_out},): ({high}·{wide}·{c_in} + 1)·"
        f"{c_out} = {count} parameters",
        mono=True,
    )
    note = svg.Svg(shapes, 640, 16, "shapes")
    picture = svg.above(picture, svg.beside(*thumbs, gap=22), note, gap=18)
    products = [svg.show_number(float(p[0, 0])) for p in parts]
    sentence = (
        f"{_plural(c_in, 'input channel')}, {_plural(c_out, 'output channel')}, kernel "
        f"{high}×{wide}: {count} parameters. The first value of output {output} is "
        f"{' + '.join(products)} + bias {svg.show_number(float(bias[output]))} = "
        f"{svg.show_number(float(layer[output, 0, 0]))}."
    )
    return svg.framed(
        svg.Svg(
            picture.markup, picture.width, picture.height, "The sum over the channels", sentence
        )
    )


def _channel_row(
    pixels: np.ndarray, weights: np.ndarray, product: np.ndarray, channel: int, output: int
) -> svg.Svg:
    """Input channel ⋆ its slice of the kernel = its share of the output."""
    return svg.beside(
        matrix(pixels, title="input", cell=27, caption=f"input {channel}"),
        _sign("⋆"),
        matrix(
            weights,
            title="kernel",
            role=svg.KERNEL,
            cell=30,
            caption=f"kernel [{output}, {channel}]",
        ),
        _sign("="),
        matrix(product, title="product", role=svg.WINDOW, cell=36, caption="share"),
        gap=14,
    )


def shift_equivariance(
    pixels: np.ndarray, kernel: np.ndarray, *, by: int = 8, padding_mode: str = "zero"
) -> svg.Svg:
    """Shift then filter, filter then shift, and where the two disagree.

    Parameters
    ----------
    pixels : ndarray of shape (H, W), grey levels 0 to 255
    kernel : ndarray of shape (K, K), K odd
    by : int
        Pixels to the right; to the left below 0.
    padding_mode : {"zero", "reflect", "edge", "wrap"}
        What lies beyond the border, for the filter and for the shift.
    """
    first, second = conv.shift_both_ways(pixels, kernel, by=by, padding_mode=padding_mode)
    error = np.abs(first - second)
    inside = error[:, conv.inner_columns(pixels.shape[1], len(kernel), by)]
    worst = float(inside.max()) if inside.size else 0.0
    signed = abs(kernel.sum()) < 1e-9  # differences, not a picture
    limit = float(max(np.abs(first).max(), np.abs(second).max())) if signed else 255.0
    size = 220 / max(pixels.shape)
    panels = [
        _photo(first, limit, size, "shift, then filter", signed),
        _photo(second, limit, size, "filter, then shift", signed),
        _photo(error, limit, size, "difference (black: 0)"),
    ]
    picture = svg.beside(*panels, gap=18)
    pixels_moved = f"{svg.show_number(by)} {'pixel' if abs(by) == 1 else 'pixels'}"
    borders = float(error.max())
    sentence = f"Shift by {pixels_moved}, border {padding_mode}: inside, the two orders " + (
        "agree exactly; " if worst < 1e-9 else f"differ by up to {svg.show_number(worst, 1)}; "
    )
    sentence += (
        "at the borders they agree too."
        if borders < 1e-9
        else f"at the borders they differ by up to {svg.show_number(borders, 1)}."
    )
    return svg.framed(
        svg.Svg(picture.markup, picture.width, picture.height, "Shift equivariance", sentence)
    )


def _photo(
    values: np.ndarray, limit: float, size: float, caption: str, signed: bool = False
) -> svg.Svg:
    """Values as a picture: grey from 0 to the limit, or purple to orange around zero."""
    height, width = values.shape
    pixels = svg.signed_pixels(values, limit) if signed else to_uint8(values * (255 / (limit or 1)))
    picture = svg.image(pixels, 0, 0, width * size, height * size)
    picture += svg.rect(0.5, 0.5, width * size - 1, height * size - 1, line=svg.FAINT)
    return svg.captioned(svg.Svg(picture, width * size, height * size, caption), caption)


def _weight_legend(kernel: np.ndarray) -> svg.Svg:
    """Which letter stands for which number."""
    drawing, x = svg.Drawing(), 0.0
    for index, weight in enumerate(kernel.ravel()):
        fill = WEIGHT_FILLS[index % len(WEIGHT_FILLS)]
        words = f"= {svg.show_number(float(weight))}"
        drawing.rect(x, 0, 26, 22, fill=fill, round=3)
        drawing.text(x + 13, 11, _letter(index), anchor="middle", fill=svg.text_on(fill))
        drawing.text(x + 31, 11, words)
        x += 42 + svg.text_width(words)
    return drawing.svg(x, 22, "weights")


def _letter(index: int) -> str:
    return "abcdefghijklmnopqrstuvwxy"[index]


def _sign(sign: str) -> svg.Svg:
    return svg.Svg(svg.text(8, 8, sign, size=20, anchor="middle"), 16, 16, sign)


def _square(side: int, axes: int) -> str:
    return "×".join([str(side)] * axes)


def _side(count: int, axes: int) -> int:
    return round(count ** (1 / axes))


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
