"""Figures of convolution as a linear map: wiring, matrices, channels, shifts.

>>> import numpy as np
>>> from cnncourse import figures
>>> figures.toeplitz(np.array([1.0, 2.0]), 4).title
'A convolution as a matrix'

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from cnncourse import convolution as conv
from cnncourse.figures import marks, svg
from cnncourse.figures.grids import UNSEEN, edited, matrix, outline, panels, readable_matrix
from cnncourse.figures.words import by, count, wrapped
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
    title = "Dense, local and shared connections"
    return svg.framed(svg.Svg(panels, 936, 292, title, sentence))


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
    shared = name == "local + shared"
    alone = []
    for o, x in enumerate(tops):
        veil = f"M0 {_TOPS - 16:g}h{width:g}v{_BELOW - _TOPS + 32:g}h-{width:g}z"
        own = f'<path d="{veil}" fill="{svg.PAPER}" opacity="0.85"/>'
        for i in range(inputs) if name == "dense" else range(o, o + kernel):
            colour, dash = _LINES[i - o] if shared else (svg.MUTED, "")
            thick = 1.8 if shared else 0.8
            drawing.line(below[i], _BELOW, x, _TOPS, colour=colour, dash=dash, thick=thick)
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


def toeplitz(kernel: np.ndarray, size: int, *, padding: int = 0, window: int = 0) -> svg.Svg:
    """A convolution layer as the matrix it is: the same weights on every diagonal.

    One row of it is framed, with the window of the input that it looks at and the output that it
    gives. It is marked for the control window: each of the three can be pressed. The input holds
    the numbers 1, 2, 3 …

    Parameters
    ----------
    kernel : ndarray of shape (K,) for a signal, (K, K) for an image
    size : int
        Length of the signal, or side of the square image.
    padding : int
    window : int
        The row, counted from 0; the last one if there are fewer.

    Raises
    ------
    ValueError
        If the kernel does not fit.
    """
    numbered = np.arange(1, kernel.size + 1).reshape(kernel.shape)
    labels = conv.toeplitz(numbered, (size,) * kernel.ndim, padding=padding).astype(int)
    rows, columns = labels.shape
    source = np.arange(1.0, size**kernel.ndim + 1).reshape((size,) * kernel.ndim)
    result = conv.correlate(source, kernel, padding=padding)
    window = min(window, rows - 1)
    name = f"matrix {by(labels.shape)}: {count(kernel.size, 'shared weight')}"
    grid = svg.captioned(_weights_grid(labels, window), name, size=14)
    seen = _seen_input(source, kernel.shape, result.shape, padding, window)
    answer = _answers(result[:, None] if kernel.ndim == 1 else result, window)
    used = np.flatnonzero(labels[window])  # the zeros are left out
    weights = kernel.ravel()[labels[window, used] - 1]
    sums = _sum_of(weights, source.ravel()[used], f"row {window}")
    legend = _weight_legend(kernel)
    parts = {
        "input": seen.markup,
        "matrix": grid.markup,
        "output": answer.markup,
        "weights": legend.markup,
        "sum": sums,
    }
    outputs = round(rows ** (1 / kernel.ndim))
    sentence = (
        f"{by([size] * kernel.ndim)} inputs → {by([outputs] * kernel.ndim)} outputs: a dense layer "
        f"has {by(labels.shape)} = {labels.size} free weights; here {np.count_nonzero(labels)} "
        f"entries are used, and only {kernel.size} of them "
        f"{'is' if kernel.size == 1 else 'are'} free. Row {window} gives "
        f"{svg.show_number(float(result.ravel()[window]))}."
    )
    return _matrix_panels(parts, "A convolution as a matrix", sentence)


def _matrix_panels(parts: Mapping[str, str], title: str, sentence: str) -> svg.Svg:
    """An input, its matrix and its output, and below them weights and a sum."""
    places = {
        "input": (0, 0, 228, 380),
        "matrix": (252, 0, 444, 380),
        "output": (720, 0, 216, 380),
        "weights": (0, 396, 456, 96),
        "sum": (480, 396, 456, 96),
    }
    markup = "".join(marks.panel(part, name, *places[name]) for name, part in parts.items())
    return svg.framed(svg.Svg(markup, 936, 492, title, sentence))


def _seen_input(
    source: np.ndarray, kernel: tuple[int, ...], outputs: tuple[int, ...], padding: int, window: int
) -> svg.Svg:
    """The input with the window that one row of the matrix looks at, to drag."""
    name, down, right = f"input {by(source.shape)}", padding, padding
    if source.ndim == 1:  # a signal stands upright, as a column
        source, outputs, kernel, right = source[:, None], (*outputs, 1), (*kernel, 1), 0
    padded = np.pad(source, [(down, down), (right, right)])
    cell = min(34.0, 356 / len(padded), 228 / padded.shape[1])
    grid = readable_matrix(padded, cell, padding=(down, down, right, right))
    row, column = divmod(window, outputs[1])
    high, wide = kernel
    frame = marks.glide(outline(0, 0, high, wide, cell), "window", column * cell, row * cell)
    middle = ((column + wide / 2) * cell, (row + high / 2) * cell)
    picture = grid.markup + frame
    area = _window_area(picture, "window of the input", window, outputs, cell, middle)
    panel = svg.Svg(area, 228, 356, "")
    return svg.captioned(panel, name, size=14, role=svg.INPUT)


def _window_area(
    picture: str,
    name: str,
    window: int,
    shape: tuple[int, ...],
    cell: float,
    middle: tuple[float, float],
) -> str:
    """A picture to press and drag in: right is the next window, down is a row of windows on."""
    moves = marks.in_reading_order("window", window, shape, cell)
    spoken = f"window {window}"
    return marks.drag(f"<g>{picture}</g>", name, moves, at=middle, spoken=spoken)


def _answers(result: np.ndarray, window: int) -> svg.Svg:
    """The outputs, with the one of a window framed."""
    cell = min(34.0, 356 / len(result), 216 / result.shape[1])
    row, column = divmod(window, result.shape[1])
    grid = readable_matrix(result, cell, role=svg.OUTPUT)
    frame = marks.glide(outline(0, 0, 1, 1, cell), "answer", column * cell, row * cell)
    middle = ((column + 0.5) * cell, (row + 0.5) * cell)
    area = _window_area(grid.markup + frame, "output", window, result.shape, cell, middle)
    panel = svg.Svg(area, 216, 356, "")
    return svg.captioned(panel, f"output {by(result.shape)}", size=14, role=svg.OUTPUT)


def _sum_of(weights: np.ndarray, pixels: np.ndarray, name: str) -> str:
    """The products of weights and pixels, and what their sum is called and is."""
    pairs = zip(weights, pixels, strict=True)
    terms = [f"{svg.show_number(float(w))}·{svg.show_number(float(x))}" for w, x in pairs]
    lines = wrapped(" + ".join(terms), 36)
    total = f"{name} = {svg.show_number(float(weights @ pixels))}"
    last = svg.text(0, 10 + 22 * len(lines), total, size=16, bold=True)
    return svg.lines(0, 10, lines, 20, size=14) + last


def _weights_grid(labels: np.ndarray, window: int) -> svg.Svg:
    """A matrix of the numbers of weights, counted from 1; 0 stays empty, and a row is framed."""
    rows, columns = labels.shape
    cell = min(34.0, 440 / columns, 356 / rows)
    drawing = svg.Drawing()
    drawing.rect(0.5, 0.5, columns * cell, rows * cell, fill=UNSEEN, line=svg.FAINT)
    size = min(14, max(12, 0.65 * cell))
    for row, column in np.argwhere(labels):
        letter, fill = _weight(labels[row, column] - 1)
        x, y = 0.5 + column * cell, 0.5 + row * cell
        drawing.rect(x, y, cell, cell, fill=fill, line=svg.PAPER, thick=0.5)
        if cell >= 17 or row == window and cell >= 11:  # alone in its row a letter needs less room
            ink = svg.text_on(fill)
            x, y = x + cell / 2, y + cell / 2
            drawing.text(x, y, letter, anchor="middle", size=size, fill=ink)
    frame = svg.rect(-1, -1, columns * cell + 3, cell + 3, line=svg.WINDOW.line, thick=2.5)
    drawing.add(marks.glide(frame, "row", 0, window * cell))
    middle = (columns * cell / 2, (window + 0.5) * cell)
    area = _window_area(drawing.markup, "row of the matrix", window, (rows, 1), cell, middle)
    return svg.Svg(area, 444, 356, "matrix")


def im2col(pixels: np.ndarray, kernel: np.ndarray, *, padding: int = 0, window: int = 0) -> svg.Svg:
    """The windows of an image as columns: a row of weights times this matrix is the layer.

    It is marked for the control window: the window in the input, its column and its output can be
    pressed.

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
    seen = _seen_input(pixels, kernel.shape, result.shape, padding, window)
    cell = min(34.0, 440 / columns.shape[1], 260 / len(columns))
    name = f"im2col {by(columns.shape)}: columns are windows"
    stacked = svg.captioned(_framed_column(columns, window, cell, "column"), name, size=14)
    answer = svg.captioned(
        _framed_column(result.reshape(1, -1), window, cell, "output", svg.OUTPUT),
        "row × columns = output", size=14, role=svg.OUTPUT,
    )  # fmt: skip
    product = stacked.markup + svg.group(answer.markup, 0, stacked.height + 16)
    flat = matrix(kernel.reshape(1, -1), title="", role=svg.KERNEL, cell=23.5, font=16)
    weights = svg.captioned(flat, "kernel as one row", size=14, role=svg.KERNEL)
    sums = _sum_of(kernel.ravel(), columns[:, window], f"window {window}")
    parts = {  # in the order of a narrow page
        "input": seen.markup,
        "output": weights.markup,
        "matrix": product,
        "weights": "",
        "sum": sums,
    }
    sentence = (
        f"{by(pixels.shape)} input, {by(kernel.shape)} kernel: "
        f"{columns.shape[1]} windows of {len(columns)} numbers, {columns.size} in all, "
        f"{svg.show_number(columns.size / pixels.size)} times the memory of the input. Window "
        f"{window} gives {svg.show_number(float(result.ravel()[window]))}."
    )
    return _matrix_panels(parts, "Image to columns", sentence)


def _framed_column(
    values: np.ndarray, window: int, cell: float, name: str, role: svg.Role = svg.INPUT
) -> svg.Svg:
    """A matrix with the column of a window framed, to press."""
    zigzag = cell / 4 if len(values) == 1 and cell < 34 else 0
    grid = readable_matrix(values, cell, role=role, zigzag=zigzag)
    frame = outline(0, 0, len(values), 1, cell)
    picture = grid.markup + marks.glide(frame, name, window * cell, 0)
    middle = ((window + 0.5) * cell, len(values) * cell / 2)
    area = _window_area(picture, name, window, (1, values.shape[1]), cell, middle)
    return svg.Svg(area, grid.width, grid.height, name)


def channel_sum(
    image_: np.ndarray,
    kernel: np.ndarray,
    bias: Sequence[float],
    *,
    output: int = 0,
    place: int = 0,
) -> svg.Svg:
    """The making of one output channel: a product for each input channel, their sum, the bias.

    One cell of the output is worked out in numbers. It is marked for the controls place and output:
    cells can be pressed, and another output channel taken.

    Parameters
    ----------
    image_ : ndarray of shape (C_in, H, W)
        At most 3 channels.
    kernel : ndarray of shape (C_out, C_in, KH, KW)
    bias : sequence of C_out floats
    output : int
        The output channel shown, counted from 0.
    place : int
        The cell, in reading order; the last one if there are fewer.

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
    place = min(place, layer[output].size - 1)
    cell = divmod(place, layer.shape[2])
    markup = ""
    for c in range(3):  # the place of a channel stays, even where there is none
        row = ""
        if c < c_in:
            row = _channel_row(image_[c], kernel[output, c], shares[c], c, output, cell)
        markup += marks.panel(row, f"channel {c}", 0, 140.0 * c, 416, 132)
    added = svg.show_number(float(bias[output]))
    markup += marks.panel(
        _total(layer[output], cell, f"sum + bias {added}"), "total", 464, 0, 200, 160
    )
    chosen = [_output_chip(layer[o], o, o == output) for o in range(c_out)]
    markup += marks.panel("".join(chosen), "outputs", 680, 0, 256, 176)
    sums = _cell_sum(image_, kernel[output], [float(s[cell]) for s in shares], float(bias[output]),
                     cell)  # fmt: skip
    markup += marks.panel(sums, "sum", 464, 192, 472, 184)
    high, wide = kernel.shape[2:]
    many = kernel.size + c_out
    shapes = (
        f"weights {kernel.shape}, bias ({c_out},):",
        f"({high}·{wide}·{c_in} + 1)·{c_out} = {many} parameters",
    )
    words = svg.lines(0, 8, shapes, 22, size=17, mono=True)
    markup += marks.panel(words, "shapes", 464, 376, 472, 40)
    products = [svg.show_number(float(share[cell])) for share in shares]
    sentence = (
        f"{count(c_in, 'input channel')}, {count(c_out, 'output channel')}, kernel {high}×{wide}: "
        f"{many} parameters. Row {cell[0]}, column {cell[1]} of output {output} is "
        f"{' + '.join(products)} + bias "
        f"{added} = {svg.show_number(float(layer[output][cell]))}."
    )
    return svg.framed(svg.Svg(markup, 936, 416, "The sum over the channels", sentence))


def _total(values: np.ndarray, cell: tuple[int, int], caption: str) -> str:
    """The output channel as an area in which a cell is taken."""
    side = 44.0
    grid = matrix(values, title="", role=svg.OUTPUT, cell=side, font=16)
    frame = marks.glide(outline(0, 0, 1, 1, side), "cell", cell[1] * side, cell[0] * side)
    place = cell[0] * values.shape[1] + cell[1]
    moves = marks.in_reading_order("place", place, values.shape, side)
    at = ((cell[1] + 0.5) * side, (cell[0] + 0.5) * side)
    area = marks.drag(f"<g>{grid.markup}{frame}</g>", "cell of the output", moves, at=at,
                      spoken=f"row {cell[0]}, column {cell[1]}")  # fmt: skip
    return svg.captioned(svg.Svg(area, 133, 133, ""), caption, size=14, role=svg.OUTPUT).markup


def _output_chip(values: np.ndarray, output: int, chosen: bool) -> str:
    """A small picture of an output channel: a click makes it the one that is shown."""
    x, y = 128 * (output % 2), 23 + 76 * (output // 2)
    line, thick = (svg.WINDOW.line, 3) if chosen else (svg.OUTPUT.line, 1)
    face = svg.rect(x + 1, y, 122, 70, fill=UNSEEN, line=line, thick=thick, round=6)
    small = readable_matrix(values, min(30, 66 / len(values)), role=svg.OUTPUT)
    face += svg.group(small.markup, x + 53, y + 2)
    face += svg.text(x + 6, y + 24, "output", size=12)
    face += svg.text(x + 24, y + 46, str(output), size=16, anchor="middle", bold=True)
    return marks.set(f"<g>{face}</g>", "channel", {"output": output}, group="outputs")


def _cell_sum(
    image_: np.ndarray,
    kernel: np.ndarray,
    shares: Sequence[float],
    bias: float,
    cell: tuple[int, int],
) -> str:
    """Every product of one output cell, a line for each input channel, and their sum."""
    high, wide = kernel.shape[1:]
    drawing = svg.Drawing()
    for c, share in enumerate(shares):
        window = image_[c, cell[0] : cell[0] + high, cell[1] : cell[1] + wide]
        pairs = zip(kernel[c].ravel(), window.ravel(), strict=True)
        terms = " + ".join(f"{w:g}·{x:g}" for w, x in pairs)
        lines = wrapped(f"channel {c}: {terms} = {svg.show_number(share)}", 44)
        drawing.lines(0, 10 + 48 * c, lines, 21, size=17)
    total = svg.show_number(sum(shares) + bias)
    words = " + ".join([*map(svg.show_number, shares), f"bias {svg.show_number(bias)}"])
    drawing.text(0, 168, f"{words} = {total}", size=18, bold=True)
    return drawing.markup


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
    rows = []
    for c, name in enumerate(("red", "green", "blue")):
        slices = _slice(kernel[c], name)
        channel, share = (  # as high as the slices, so that captions share a line
            replace(picture, height=slices.height)
            for picture in (
                _photo(photo[..., c].astype(float), 255, size, name),
                _photo(shares[c], limit, size, "its share", signed),
            )
        )
        product = svg.beside(channel, _sign("⋆"), slices, gap=12)
        rows.append((product, svg.beside(_sign("="), share, gap=12)))
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
        f"What a plain area gives: {said}."
    )
    result = replace(result, width=190)  # whatever the bias
    picture = svg.beside(panels(*rows, gap=12), result, gap=30)
    return svg.framed(picture.titled("A kernel on a colour photograph", sentence))


def _slice(weights: np.ndarray, channel: str) -> svg.Svg:
    """The weights for a channel, to change in place, where there is room for 3×3 of them."""
    mark, side = edited(weights, channel, channel, step=0.1), 150.0
    grid = matrix(weights, title="kernel", role=svg.KERNEL, cell=47, digits=3, mark=mark)
    left, top = (side - grid.width) / 2, (side - grid.height) / 2
    slot = svg.Svg(svg.group(grid.markup, left, top), side, side, "kernel")
    return svg.captioned(slot, "kernel", role=svg.KERNEL)


def _around(kernel: np.ndarray) -> list[tuple[int, int]]:
    """Return the padding of (C, H, W) with which a kernel keeps the size."""
    return [(0, 0), *[(n // 2, n // 2) for n in kernel.shape[1:]]]


def _framed(pixels: np.ndarray, size: float) -> svg.Svg:
    height, width = (size * n for n in pixels.shape[:2])
    frame = svg.rect(0.5, 0.5, width - 1, height - 1, line=svg.FAINT)
    return svg.Svg(svg.image(pixels, 0, 0, width, height) + frame, width, height, "a picture")


def _channel_row(
    pixels: np.ndarray,
    weights: np.ndarray,
    share: np.ndarray,
    channel: int,
    output: int,
    cell: tuple[int, int],
) -> str:
    """Input channel ⋆ its slice of the kernel = its share of the output; one window is framed."""
    side = 102 / max(3, len(pixels))
    x, y = cell[1] * side, cell[0] * side
    parts = (
        (0, pixels, f"input {channel}", svg.INPUT, weights.shape),
        (154, weights, f"kernel [{output}, {channel}]", svg.KERNEL, None),
        (308, share, "its share", svg.OUTPUT, (1, 1)),
    )
    markup = ""
    for left, values, caption, role, framed in parts:
        grid = matrix(values, title="", role=role, cell=side, font=16).markup
        if framed:
            frame = outline(0, 0, framed[0], framed[1], side)
            grid += marks.glide(frame, f"frame {left}", x, y)
        panel = svg.captioned(svg.Svg(grid, 103, 103, ""), caption, size=15, role=role)
        markup += svg.group(panel.markup, left)
    for at, sign in ((128, "⋆"), (284, "=")):
        markup += svg.text(at, 74, sign, size=20, anchor="middle")
    return markup


_FARTHEST = 30  # pixels that a picture is shifted at most


def shift_equivariance(
    pixels: np.ndarray,
    kernel: np.ndarray,
    *,
    by: int = 8,
    padding_mode: str = "zero",
    shared: bool = True,
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
    shared : bool
        False: each place has weights of its own, around those of the kernel.
    """

    def layer(image: np.ndarray) -> np.ndarray:
        if shared:
            size = len(kernel) // 2
            return conv.correlate(image, kernel, padding=size, padding_mode=padding_mode)
        return conv.locally_connected(image, kernel, padding_mode=padding_mode)

    first, second = conv.shift_both_ways(pixels, layer, by=by, padding_mode=padding_mode)
    error = np.abs(first - second)
    inside = error[:, conv.inner_columns(pixels.shape[1], len(kernel), by)]
    worst = float(inside.max()) if inside.size else 0.0
    signed = abs(kernel.sum()) < 1e-9  # differences, not a picture
    limit = float(max(np.abs(first).max(), np.abs(second).max())) if signed else 255.0
    size, most = 288 / max(pixels.shape), svg.show_number(float(error.max()), 1)
    white = max(float(error.max()), 0.05)  # what is written as 0 stays black
    moved = _photo(first, limit, size, "shift, then filter: drag", signed)
    hand = [marks.Move("shift", by, (size, 0), -_FARTHEST, _FARTHEST)]
    panels = [
        replace(moved, markup=marks.drag(f"<g>{moved.markup}</g>", "shifted picture", hand)),
        _photo(second, limit, size, "filter, then shift", signed),
        _photo(error, white, size, f"difference (white: {most})"),
    ]
    picture = svg.beside(*(replace(panel, width=288, height=318) for panel in panels))
    pixels_moved = f"{svg.show_number(by)} {'pixel' if abs(by) == 1 else 'pixels'}"
    borders = float(error.max())
    own = "" if shared else "Weights of its own at each place, as a dense layer has. "
    sentence = f"{own}Shift by {pixels_moved}, border {padding_mode}: inside, the two orders " + (
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
    pixels = svg.signed_pixels(values, limit) if signed else to_uint8(values * (255 / (limit or 1)))
    return svg.captioned(_framed(pixels, size), caption)


def _weight_legend(kernel: np.ndarray) -> svg.Svg:
    """Which letter stands for which number."""
    drawing = svg.Drawing()
    for index, weight in enumerate(kernel.ravel()):
        letter, fill = _weight(index)
        x, y = 92 * (index % 5), 28 * (index // 5)
        drawing.plate(x, y, 26, 22, letter, ink=svg.text_on(fill), fill=fill, round=3)
        drawing.text(x + 31, y + 11, f"= {svg.show_number(float(weight))}")
    return drawing.svg(456, 96, "weights")


def _weight(index: int) -> tuple[str, str]:
    """The letter and the tint of a weight, counted from 0."""
    return "abcdefghijklmnopqrstuvwxy"[index], WEIGHT_FILLS[index % len(WEIGHT_FILLS)]


def _sign(sign: str) -> svg.Svg:
    return svg.Svg(svg.text(8, 8, sign, size=20, anchor="middle"), 16, 16, sign)
