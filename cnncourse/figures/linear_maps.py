"""Figures of convolution as a linear map: wiring, matrices, channels, shifts.

>>> import numpy as np
>>> from cnncourse import figures
>>> figures.toeplitz(np.array([1.0, 2.0]), 4).title
'A convolution as a matrix'

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnncourse import convolution as conv
from cnncourse.figures import marks, svg
from cnncourse.figures.grids import UNSEEN, matrix
from cnncourse.figures.words import by, count
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
# Of the lines of a shared kernel: the same place in the kernel, the same line.
_LINES = tuple(
    (role.line, dash)
    for role, dash in zip(svg.DATA, ("", "7 4", "2 3", "9 3 2 3", "12 4"), strict=True)
)


def wiring(size: int, kernel: int, *, output: int = 0) -> svg.Svg:
    """A row of inputs and a row of outputs, connected in three ways: how many weights each needs.

    It is marked for the control output: an output that is hovered shows its own wires alone, and
    one that is clicked keeps them.

    Parameters
    ----------
    size : int
        Number of inputs.
    kernel : int
        Number of inputs that an output looks at, if it does not look at all.
    output : int
        Whose wires are shown alone, counted from 1; 0: all wires.

    Raises
    ------
    ValueError
        If the kernel is longer than the row.
    """
    if kernel > size:
        raise ValueError(
            f"a kernel of {kernel} does not fit on a row of {count(size, 'input')}: choose a "
            "smaller kernel or more inputs"
        )
    outputs = size - kernel + 1
    weights = {"dense": size * outputs, "local": kernel * outputs, "local + shared": kernel}
    panels = ""
    for place, (name, many) in enumerate(weights.items()):
        wires = _wires(size, outputs, kernel, name, many, output)
        panels += marks.panel(wires, name, 320.0 * place, 0, 296, 292)
    dense, local, shared = weights.values()
    sentence = (
        f"{size} inputs, {outputs} outputs: {dense} weights if everything is connected, {local} if "
        f"each output looks at {count(kernel, 'neighbour')}, {shared} if all outputs share those "
        "weights."
    )
    if output:
        last = output + kernel - 1
        seen = f"input {output}" if kernel == 1 else f"inputs {output} to {last}"
        sentence += f" Output {output}: its local wires come from {seen}."
    picture = svg.Svg(panels, 936, 292, "")
    return svg.framed(picture.titled("Dense, local and shared connections", sentence))


_TOPS, _BELOW = 62.0, 220.0  # the lines on which the outputs and the inputs stand


def _wires(inputs: int, outputs: int, kernel: int, name: str, weights: int, chosen: int) -> str:
    """One panel of `wiring`: inputs below, outputs above, a line for each connection."""
    width, gap = 296.0, 296.0 / inputs
    below = [(i + 0.5) * gap for i in range(inputs)]
    tops = [(o + 0.5 + (inputs - outputs) / 2) * gap for o in range(outputs)]
    radius = min(12, gap / 2.6)
    drawing = svg.Drawing()
    drawing.text(0, 10, name, size=16, bold=True)
    drawing.text(width, 34, "outputs", anchor="end", fill=svg.MUTED)
    drawing.text(width, 250, "inputs", anchor="end", fill=svg.MUTED)
    alone = []
    for o, x in enumerate(tops):
        seen = range(inputs) if name == "dense" else range(o, o + kernel)
        veil = f"M0 {_TOPS - 16:g}h{width:g}v{_BELOW - _TOPS + 32:g}h-{width:g}z"
        own = f'<path d="{veil}" fill="{svg.PAPER}" opacity="0.85"/>'
        for i in seen:
            colour, dash = svg.MUTED, ""
            if name == "local + shared":
                colour, dash = _LINES[i - o]
            thin = 0.8 if name != "local + shared" else 1.8
            drawing.line(below[i], _BELOW, x, _TOPS, colour=colour, dash=dash, thick=thin)
            own += (
                f'<path d="M{below[i]:.1f} {_BELOW:g}L{x:.1f} {_TOPS:g}" stroke="{colour}" '
                f'stroke-width="3.5" stroke-dasharray="{dash}"/>'
            )
            own += svg.circle(below[i], _BELOW, radius, fill=svg.INPUT.line)
        alone.append(own + svg.circle(x, _TOPS, radius, fill=svg.OUTPUT.line))
    for y, places, role in ((_BELOW, below, svg.INPUT), (_TOPS, tops, svg.OUTPUT)):
        for x in places:
            drawing.circle(x, y, radius, fill=role.tint, line=role.line)
    if 0 < chosen <= outputs:
        drawing.add(f"<g>{alone[chosen - 1]}</g>")
    for o, own in enumerate(alone):
        drawing.add(marks.lit(f"<g>{own}</g>", f"output-{o}", hidden=True))
    for o, x in enumerate(tops):
        area = svg.rect(x - gap / 2, _TOPS - 20, gap, 40, fill=UNSEEN)
        linked = marks.link(f"<g>{area}</g>", f"output-{o}")
        wish = {"output": 0 if o + 1 == chosen else o + 1}
        drawing.add(marks.set(linked, f"{name}: output {o + 1}", wish, group=name))
    words = count(weights, "weight")
    drawing.text(width / 2, 278, words, size=22, anchor="middle", bold=True)
    return drawing.markup


def toeplitz(kernel: np.ndarray, size: int, *, padding: int = 0) -> svg.Svg:
    """A convolution layer as the matrix it is: the same weights on every diagonal.

    For a signal the product is shown too, with the numbers 1, 2, 3 … as input.

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
    numbered = np.arange(1, kernel.size + 1).reshape(kernel.shape)
    labels = conv.toeplitz(numbered, (size,) * kernel.ndim, padding=padding).astype(int)
    rows, columns = labels.shape
    grid = _weights_grid(labels, min(32.0, 640 / columns))
    name = f"matrix {by(labels.shape)}: zeros and {count(kernel.size, 'shared weight')}"
    product = [svg.captioned(grid, name)]
    if kernel.ndim == 1:  # a signal is short enough to stand beside its matrix
        signal = np.arange(1.0, size + 1)
        result = conv.correlate(signal, kernel, padding=padding)
        look: dict[str, Any] = {"title": "", "cell": 32, "digits": 1}
        product += [
            _sign("×"),
            matrix(signal[:, None], caption="input", **look),
            _sign("="),
            matrix(result[:, None], caption="output", role=svg.OUTPUT, **look),
        ]
    picture = svg.above(svg.beside(*product, gap=18), _weight_legend(kernel), gap=14)
    outputs = round(rows ** (1 / kernel.ndim))
    sentence = (
        f"{by([size] * kernel.ndim)} inputs → {by([outputs] * kernel.ndim)} outputs: a dense layer "
        f"has {by(labels.shape)} = {labels.size} free weights; here {np.count_nonzero(labels)} "
        f"entries are used, and only {kernel.size} of them "
        f"{'is' if kernel.size == 1 else 'are'} free."
    )
    return svg.framed(picture.titled("A convolution as a matrix", sentence))


def _weights_grid(labels: np.ndarray, cell: float) -> svg.Svg:
    """A matrix of the numbers of weights, counted from 1; what is 0 stays empty."""
    height, width = (cell * size for size in labels.shape)
    drawing = svg.Drawing()
    drawing.rect(0.5, 0.5, width, height, line=svg.FAINT)
    size = min(13, 0.65 * cell)
    for row, column in np.argwhere(labels):
        letter, fill = _weight(labels[row, column] - 1)
        x, y = 0.5 + column * cell, 0.5 + row * cell
        drawing.rect(x, y, cell, cell, fill=fill, line=svg.PAPER, thick=0.5)
        if cell >= 14:
            ink = svg.text_on(fill)
            x, y = x + cell / 2, y + cell / 2
            drawing.text(x, y, letter, anchor="middle", size=size, fill=ink)
    return drawing.svg(width + 1, height + 1, "matrix")


def im2col(pixels: np.ndarray, kernel: np.ndarray, *, padding: int = 0, window: int = 0) -> svg.Svg:
    """The windows of an image as columns: a row of weights times this matrix is the layer.

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
    corner = divmod(window, result.shape[1])
    padded = conv.pad(pixels, padding)
    look: dict[str, Any] = {"title": "", "cell": min(30.0, 640 / columns.shape[1])}
    source = matrix(
        padded,
        title="",
        cell=min(26, 220 / len(padded)),
        padding=(padding,) * 4,
        marked=[(*corner, *kernel.shape)],
        caption="input",
    )
    flat = kernel.reshape(1, -1)
    weights = matrix(flat, title="", role=svg.KERNEL, cell=30, caption="kernel as one row")
    name = f"im2col {by(columns.shape)}: columns are windows"
    stacked = matrix(columns, marked=[(0, window, len(columns), 1)], caption=name, **look)
    look |= {"role": svg.OUTPUT, "marked": [(0, window, 1, 1)]}
    answer = matrix(result.reshape(1, -1), caption="row × columns = output", **look)
    picture = svg.above(svg.beside(source, weights, gap=40), stacked, answer, gap=12)
    sentence = (
        f"{by(pixels.shape)} input, {by(kernel.shape)} kernel: "
        f"{columns.shape[1]} windows of {len(columns)} numbers, {columns.size} in all, "
        f"{svg.show_number(columns.size / pixels.size)} times the memory of the input. Window "
        f"{window + 1} gives {svg.show_number(float(result.ravel()[window]))}."
    )
    return svg.framed(picture.titled("Image to columns", sentence))


def channel_sum(
    image_: np.ndarray, kernel: np.ndarray, bias: Sequence[float], *, output: int = 0
) -> svg.Svg:
    """The making of one output channel: a product for each input channel, their sum, the bias.

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
    shares = [conv.correlate(image_[c], kernel[output, c]) for c in range(c_in)]
    rows = [_channel_row(image_[c], kernel[output, c], shares[c], c, output) for c in range(c_in)]
    added = svg.show_number(float(bias[output]))
    look: dict[str, Any] = {"title": "output", "role": svg.OUTPUT, "cell": 36}
    total = matrix(layer[output], caption=f"sum + bias {added}", **look)
    shown = [(0, 0, *layer[output].shape)]
    outputs = [
        matrix(layer[o], caption=f"output {o}", marked=shown if o == output else (), **look)
        for o in range(c_out)
    ]
    high, wide = kernel.shape[2:]
    many = kernel.size + c_out
    shapes = (
        f"weights {kernel.shape}, bias ({c_out},): ({high}·{wide}·{c_in} + 1)·"
        f"{c_out} = {many} parameters"
    )
    picture = svg.above(
        svg.beside(svg.above(*rows, gap=12), total, gap=34),
        svg.beside(*outputs, gap=22),
        svg.Svg(svg.text(0, 8, shapes, mono=True), 640, 16, "shapes"),
        gap=18,
    )
    products = [svg.show_number(float(share[0, 0])) for share in shares]
    sentence = (
        f"{count(c_in, 'input channel')}, {count(c_out, 'output channel')}, kernel {high}×{wide}: "
        f"{many} parameters. The first value of output {output} is {' + '.join(products)} + bias "
        f"{added} = {svg.show_number(float(layer[output, 0, 0]))}."
    )
    return svg.framed(picture.titled("The sum over the channels", sentence))


def colour_kernel(photo: np.ndarray, kernel: np.ndarray, *, bias: float = 0) -> svg.Svg:
    """A kernel on a colour photograph: a slice for each channel, the shares, and their sum.

    Parameters
    ----------
    photo : ndarray of uint8 of shape (H, W, 3)
    kernel : ndarray of shape (3, K, K), K odd
        The slices for red, green and blue.
    bias : float
    """
    channels = np.pad(photo.transpose(2, 0, 1).astype(float), _around(kernel), mode="edge")
    shares = np.stack([conv.correlate(*pair) for pair in zip(channels, kernel, strict=True)])
    total = shares.sum(axis=0) + bias
    signed = bool((kernel < 0).any())
    limit = float(np.abs([*shares, total]).max()) if signed else 255.0
    size = 150 / max(photo.shape[:2])
    rows = [
        svg.beside(
            _photo(photo[..., c].astype(float), 255, size, name),
            _sign("⋆"),
            matrix(kernel[c], title="kernel", role=svg.KERNEL, cell=34, caption="kernel"),
            _sign("="),
            _photo(shares[c], limit, size, "its share", signed),
            gap=12,
        )
        for c, name in enumerate(("red", "green", "blue"))
    ]
    result = svg.above(
        svg.captioned(_framed(photo, size), "photograph", role=svg.INPUT),
        _photo(total, limit, size, f"sum + bias {svg.show_number(bias)}", signed),
        gap=14,
    )
    sums = kernel.sum(axis=(1, 2))
    pixels = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255,) * 3}
    said = ", ".join(
        f"{name} {svg.show_number(float(sums @ pixel) + bias, 1)}" for name, pixel in pixels.items()
    )
    sentence = (
        f"3 channels in, 1 out, kernel {by(kernel.shape[1:])}: {kernel.size + 1} parameters. "
        f"An even area gives, if it is {said}."
    )
    picture = svg.beside(svg.above(*rows, gap=10), result, gap=30)
    return svg.framed(picture.titled("A kernel on a colour photograph", sentence))


def _around(kernel: np.ndarray) -> list[tuple[int, int]]:
    """Return the padding of (C, H, W) with which a kernel keeps the size."""
    return [(0, 0), *[(n // 2, n // 2) for n in kernel.shape[1:]]]


def _framed(pixels: np.ndarray, size: float) -> svg.Svg:
    height, width = (size * n for n in pixels.shape[:2])
    drawing = svg.Drawing()
    drawing.image(pixels, 0, 0, width, height)
    drawing.rect(0.5, 0.5, width - 1, height - 1, line=svg.FAINT)
    return drawing.svg(width, height, "the photograph")


def _channel_row(
    pixels: np.ndarray, weights: np.ndarray, share: np.ndarray, channel: int, output: int
) -> svg.Svg:
    """Input channel ⋆ its slice of the kernel = its share of the output."""
    name = f"kernel [{output}, {channel}]"
    return svg.beside(
        matrix(pixels, title="input", cell=27, caption=f"input {channel}"),
        _sign("⋆"),
        matrix(weights, title="kernel", role=svg.KERNEL, cell=30, caption=name),
        _sign("="),
        matrix(share, title="product", role=svg.WINDOW, cell=36, caption="share"),
        gap=14,
    )


def shift_equivariance(
    pixels: np.ndarray, kernel: np.ndarray, *, by: int = 8, padding_mode: str = "zero"
) -> svg.Svg:
    """A picture shifted then filtered, filtered then shifted, and where the two disagree.

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
    size, most = 220 / max(pixels.shape), svg.show_number(float(error.max()), 1)
    panels = [
        _photo(first, limit, size, "shift, then filter", signed),
        _photo(second, limit, size, "filter, then shift", signed),
        _photo(error, float(error.max()), size, f"difference (white: {most})"),
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
    return svg.framed(picture.titled("Shift equivariance", sentence))


def _photo(
    values: np.ndarray, limit: float, size: float, caption: str, signed: bool = False
) -> svg.Svg:
    """Values as a picture: grey from 0 to the limit, or purple to orange around zero."""
    height, width = (size * pixels for pixels in values.shape)
    pixels = svg.signed_pixels(values, limit) if signed else to_uint8(values * (255 / (limit or 1)))
    drawing = svg.Drawing()
    drawing.image(pixels, 0, 0, width, height)
    drawing.rect(0.5, 0.5, width - 1, height - 1, line=svg.FAINT)
    return svg.captioned(drawing.svg(width, height, caption), caption)


def _weight_legend(kernel: np.ndarray) -> svg.Svg:
    """Which letter stands for which number."""
    drawing, x = svg.Drawing(), 0.0
    for index, weight in enumerate(kernel.ravel()):
        letter, fill = _weight(index)
        words = f"= {svg.show_number(float(weight))}"
        drawing.rect(x, 0, 26, 22, fill=fill, round=3)
        drawing.text(x + 13, 11, letter, anchor="middle", fill=svg.text_on(fill))
        drawing.text(x + 31, 11, words)
        x += 42 + svg.text_width(words)
    return drawing.svg(x, 22, "weights")


def _weight(index: int) -> tuple[str, str]:
    """The letter and the tint of a weight, counted from 0."""
    return "abcdefghijklmnopqrstuvwxy"[index], WEIGHT_FILLS[index % len(WEIGHT_FILLS)]


def _sign(sign: str) -> svg.Svg:
    return svg.Svg(svg.text(8, 8, sign, size=20, anchor="middle"), 16, 16, sign)
