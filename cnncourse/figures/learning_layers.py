"""Figures of what layers do to numbers: activations, flatten, dense, softmax, dropout, batch norm.

    >>> from cnncourse import figures
    >>> figures.activation("relu")
    Svg('The activation relu and its slope', 230×190)

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from cnncourse import activations as act
from cnncourse import backward, regularise
from cnncourse.architectures import trace
from cnncourse.architectures.layers import Conv, Flatten, GlobalAveragePool, Linear, MaxPool
from cnncourse.architectures.table import Row
from cnncourse.figures import charts, marks, svg
from cnncourse.figures.grids import BUTTON, UNSEEN, edited, handle, matrix, panels
from cnncourse.figures.words import by, count, percent, power_of_ten, scientific, times

# Channels are told apart by their labels; the shade only helps.
_CHANNEL_ROLES = tuple(
    svg.Role(svg.INPUT.line, tint)
    for tint in (svg.INPUT.tint, svg.INPUT.line + "00", svg.INPUT.line + "55")
)
_BINS = 24
_FLAT = svg.PADDING.line + "44"  # shades what is flat


# Activations --------------------------------------------------------------------------------------


def activation(name: str) -> svg.Svg:
    """The curve of one activation function (solid) and its slope (dashed), flat stretches shaded.

    Parameters
    ----------
    name : str
        A key of ``activations.ACTIVATIONS``.
    """
    chosen, reach = act.ACTIVATIONS[name], 8
    x = np.linspace(-reach, reach, 97)
    y, slope = chosen.function(x), chosen.derivative(x)
    low, high = min(-1.0, max(y.min(), -3.0)), max(1.0, min(y.max(), 3.0))
    across, up = charts.Scale(-reach, reach, 30, 220), charts.Scale(low, high, 165, 45)
    flat = np.abs(slope) < act.FLAT * chosen.steepest
    d = svg.Drawing()
    for i in np.flatnonzero(flat[:-1]):
        d.rect(across(x[i]), 45, across(x[1]) - across(x[0]), 120, fill=_FLAT)
    d.line(30, up(0), 220, up(0), colour=svg.FAINT)
    d.line(across(0), 45, across(0), 165, colour=svg.FAINT)
    shown = (low <= y) & (y <= high)
    d.add(charts.curve(across, up, x, slope, colour=svg.WINDOW.line, dash="5 4"))
    d.add(charts.curve(across, up, x[shown], y[shown], colour=svg.OUTPUT.line))
    d.text(125, 12, name, size=14, anchor="middle", bold=True)
    d.text(125, 30, chosen.formula, size=12, anchor="middle", fill=svg.MUTED)
    d.add(charts.numbers(across, (-reach, 0, reach), 176))
    for tick in (0, 1):
        d.text(26, up(tick), str(tick), size=12, anchor="end", fill=svg.MUTED)
    sentence = (
        f"{name}: at −2, 0 and 2 the value is {_three(chosen.function)} and the slope "
        f"{_three(chosen.derivative)}; {percent(flat.mean())} of the range from "
        f"−{svg.show_number(reach)} to {svg.show_number(reach)} is flat."
    )
    return d.svg(230, 190, f"The activation {name} and its slope", sentence)


def activations(names: Sequence[str] = tuple(act.ACTIVATIONS)) -> svg.Svg:
    """Several activation functions in rows of three, with a legend."""
    rows = [
        svg.beside(*(activation(name) for name in names[i : i + 3]), gap=14)
        for i in range(0, len(names), 3)
    ]
    legend = svg.Drawing()
    legend.add(charts.key(0, 8, "value", svg.OUTPUT.line, fill=svg.MUTED))
    legend.add(charts.key(110, 8, "slope", svg.WINDOW.line, "5 4", fill=svg.MUTED))
    legend.rect(230, 1, 22, 14, fill=_FLAT)
    legend.text(258, 8, "flat: slope under 1 % of the steepest", size=12, fill=svg.MUTED)
    whole = svg.above(legend.svg(500, 16, ""), *rows, gap=12)
    return svg.framed(whole.titled("Activation functions and their slopes", whole.description))


def signal_through_depth(name: str, signals: Sequence[act.Signal]) -> svg.Svg:
    """What a deep stack does to a signal: values, sizes and flat shares, layer by layer.

    Parameters
    ----------
    name : str
        The activation, a key of ``activations.ACTIVATIONS``.
    signals : sequence of activations.Signal
        As `activations.through_depth` returns them.
    """
    width = 440 / len(signals)
    middles = [70 + width * (i + 0.5) for i in range(len(signals))]
    layers = svg.Drawing()
    layers.add(_value_histograms(name, signals, middles, width))
    layers.add(_sizes(signals, middles), _flat_bars(signals, middles, width))
    for i in range(0, len(signals), 1 if len(signals) <= 10 else 2):
        layers.text(middles[i], 446, str(i + 1), size=12, anchor="middle", fill=svg.MUTED)
    layers.text(290, 469, "layer, from input to output", size=12, anchor="middle")
    notes = svg.Drawing()
    notes.place(activation(name), -20, -190)
    notes.add(charts.key(0, 24, "size of the values", svg.OUTPUT.line))
    notes.add(charts.key(0, 44, "gradient", svg.WINDOW.line, "5 4"))
    notes.rect(0, 190, 14, 14, role=svg.PADDING)
    notes.text(30, 197, "flat values", size=12)
    notes.rect(0, 210, 14, 14, fill=svg.PADDING.line)
    notes.text(30, 217, "dead units", size=12)
    picture = svg.beside(
        svg.Svg(layers.markup, 516, 480, ""),
        svg.Svg(svg.group(notes.markup, 20, 195), 236, 480, ""),
    )
    first, last = signals[0], signals[-1]
    sentence = (
        f"{name}, {count(len(signals), 'layer')}: the size of the values "
        f"goes from {scientific(_size(first))} in layer 1 to {scientific(_size(last))} in the "
        f"last, the gradient from {scientific(last.gradient)} in the last to "
        f"{scientific(first.gradient)} in layer 1. In the last layer {percent(last.flat)} of the "
        f"values are flat and {percent(last.dead)} of the units are dead."
    )
    return picture.titled(f"A signal through {len(signals)} layers with {name}", sentence)


def _value_histograms(
    name: str, signals: Sequence[act.Signal], middles: Sequence[float], width: float
) -> str:
    """The activations of each layer: a histogram and its mirror image, lying on their sides."""
    low, high = {"sigmoid": (0, 1), "tanh": (-1, 1), "relu": (0, 4)}.get(name, (-4, 4))
    up = charts.Scale(low, high, 160, 20)
    beyond: dict[float, str] = {}  # said where the bin at the end holds what lies beyond it, too
    if name not in ("sigmoid", "tanh"):
        beyond = {low: "≤ " if low else "", high: "≥ "}

    def write(value: float) -> str:
        return beyond.get(value, "") + svg.show_number(value)

    d = svg.Drawing()
    # The square root keeps rare values visible beside the many zeros of ReLU.
    d.text(70, 8, "values (width: root of their number)", size=12, bold=True)
    d.add(charts.grid(up, (low, (low + high) / 2, high), 70, 510, write=write))
    heights = [up(_edge(b, low, high)) for b in np.arange(0, _BINS + 0.5, 0.5)]
    for signal, middle in zip(signals, middles, strict=True):
        counts = _histogram(signal.values, low, high)
        lengths = np.sqrt(counts / counts.max()) * 0.42 * width
        for first, last in _runs(counts > 0):
            # Pointed at the edges of the outer bins, widest in the middle of each bin.
            ys = [heights[2 * first], *heights[2 * first + 1 : 2 * last : 2], heights[2 * last]]
            long = [0.0, *lengths[first:last].tolist(), 0.0]
            right = [(middle + length, y) for length, y in zip(long, ys, strict=True)]
            left = [(middle - length, y) for length, y in zip(long, ys, strict=True)]
            shape, green = right + left[-2::-1], svg.OUTPUT.line
            d.polyline(shape, colour=green, thick=0.75, fill=green + "66")
    return d.markup


def _runs(filled: np.ndarray) -> list[tuple[int, int]]:
    """The first bin of each run of filled ones, and the one after its last."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]])))
    return list(zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True))


def _sizes(signals: Sequence[act.Signal], middles: Sequence[float]) -> str:
    """Sizes of values and of gradients on one logarithmic scale."""
    lines = (
        ([_size(s) for s in signals], svg.OUTPUT.line, ""),
        ([s.gradient for s in signals], svg.WINDOW.line, "5 4"),
    )
    logs = [np.log10(v) for values, _, _ in lines for v in values if v > 0] or [0.0]
    low, high = int(np.floor(min(logs) - 0.01)), int(np.ceil(max(logs) + 0.01))
    up = charts.Scale(low, high, 330, 205)
    d = svg.Drawing()
    d.text(70, 190, "sizes (logarithmic)", size=12, bold=True)
    ticks = range(high, low - 1, -max(1, -((low - high) // 4)))
    d.add(charts.grid(up, ticks, 70, 510, write=power_of_ten))
    for values, colour, dash in lines:
        points = [(x, up(np.log10(v))) for x, v in zip(middles, values, strict=True) if v > 0]
        d.polyline(points, colour=colour, dash=dash)
        for point in points:
            d.circle(*point, 3, fill=colour)
    return d.markup


def _flat_bars(signals: Sequence[act.Signal], middles: Sequence[float], width: float) -> str:
    """Shares of flat values (wide bars) and of dead units (narrow bars inside)."""
    up = charts.Scale(0, 1, 435, 375)
    d = svg.Drawing()
    d.text(70, 358, "share flat and dead", size=12, bold=True)
    d.add(charts.grid(up, (0, 0.5, 1), 70, 510, write=percent))
    for signal, middle in zip(signals, middles, strict=True):
        for share, part, fill in (
            (signal.flat, 0.7, svg.PADDING.tint),
            (signal.dead, 0.35, svg.PADDING.line),
        ):
            wide, top = part * min(width, 60), up(share)
            d.rect(middle - wide / 2, top, wide, 435 - top, fill=fill, line=svg.PADDING.line)
    if max(max(signal.flat, signal.dead) for signal in signals) < 0.01:
        for y, words in (398, "nothing is flat or dead:"), (421, "try a larger input scale"):
            d.text(290, y, words, size=13, anchor="middle", fill=svg.MUTED)
    return d.markup


# Flatten and dense --------------------------------------------------------------------------------


def flattening(volume: np.ndarray, order: str = "C·H·W") -> svg.Svg:
    """A volume of maps and the vector it is flattened to, with the order of reading.

    Parameters
    ----------
    volume : ndarray of shape (C, H, W)
        At most 3 channels and 16 numbers.
    order : {"C·H·W", "H·W·C"}
        Channel after channel (PyTorch), or pixel after pixel (channels last).

    Raises
    ------
    ValueError
        If there is no such order, or the volume is too large to draw.
    """
    if order not in ("C·H·W", "H·W·C"):
        raise ValueError(f"unknown order {order!r}: use 'C·H·W' or 'H·W·C'")
    channels, height, width = volume.shape
    if channels > 3 or volume.size > 16:
        raise ValueError(f"a volume of shape {volume.shape} is too large to draw: try (2, 2, 3)")
    maps = [
        matrix(volume[c], title=f"map {c}", role=_CHANNEL_ROLES[c], caption=f"channel {c}")
        for c in range(channels)
    ]
    places = np.arange(volume.size).reshape(volume.shape)
    if order == "H·W·C":
        places = places.reshape(height, width, channels).transpose(2, 0, 1)
    strip = svg.Drawing()
    for c, i, j in product(range(channels), range(height), range(width)):
        _place(strip, int(places[c, i, j]), float(volume[c, i, j]), c)
    strip.text(0, 46, "place", size=12, fill=svg.MUTED)
    strip.text(0, 64, "channel", size=12, fill=svg.MUTED)
    vector = svg.captioned(strip.svg(36 * volume.size + 60, 74, ""), f"flattened, {order}")
    whole = svg.above(svg.beside(*maps, gap=30), vector, gap=20)
    flat = volume.reshape(-1) if order == "C·H·W" else volume.transpose(1, 2, 0).reshape(-1)
    sentence = (
        f"{channels} maps of {by((height, width))} become a vector of {volume.size} numbers in the "
        f"order {order}: {', '.join(svg.show_number(float(v)) for v in flat)}."
    )
    return svg.framed(whole.titled("Flattening", sentence))


def _place(d: svg.Drawing, index: int, value: float, channel: int) -> None:
    """One number of the flattened vector, with its place and its channel."""
    x, role = 76 + 36 * index, _CHANNEL_ROLES[channel]
    note = partial(d.text, size=12, anchor="middle", fill=svg.MUTED)
    d.plate(x - 17, 1, 34, 34, svg.show_number(value), role=role)
    note(x, 46, str(index))
    note(x, 64, str(channel))


def fully_connected(
    shape: tuple[int, int, int] = (10, 7, 7), units: int = 32, classes: int = 10
) -> svg.Svg:
    """The classifier after the last map: flatten, a dense hidden layer, a dense output.

    Parameters
    ----------
    shape : (C, H, W)
        Of the last maps.
    units : int
        Units in the hidden layer: a free choice.
    classes : int
        Units in the output layer.
    """
    flat, *dense = trace([Flatten(), Linear(units), Linear(classes)], shape)
    inputs = flat.shape[0]
    columns = [
        (240, inputs, 9, "inputs", svg.INPUT),
        (420, units, 7, "hidden units", svg.OUTPUT),
        (600, classes, 5, "outputs", svg.OUTPUT),
    ]
    dots = [_dots(number, most) for _, number, most, _, _ in columns]
    d = svg.Drawing()
    small = partial(d.text, size=12, anchor="middle")
    d.add(_stack(shape))
    for left, right, a, b in zip(columns, columns[1:], dots, dots[1:], strict=False):
        for y1, y2 in product(a, b):
            d.line(left[0] + _RIM, y1, right[0] - _RIM, y2, colour=svg.FAINT, thick=0.75)
    for (x, number, most, noun, role), heights in zip(columns, dots, strict=True):
        for y in heights:
            if role is svg.INPUT:
                d.rect(x - 8, y - 8, 16, 16, role=role)
            else:
                d.add(_unit(x, y, role))
        if number > most:
            gap = (heights[-2] + heights[-1]) / 2
            d.text(x, gap, "⋮", size=20, anchor="middle", bold=True)
        d.text(x, 268, f"{number:,} {noun}", anchor="middle", bold=True)
    d.text(80, 268, f"{shape[0]} maps of {by(shape[1:])}", anchor="middle", bold=True)
    for x, row in zip((330, 510), dense, strict=True):
        small(x, 292, "dense")
        small(x, 310, _products(row), fill=svg.MUTED)
        small(x, 326, f"= {row.params:,}", fill=svg.MUTED)
    small(160, 292, "flatten")
    small(160, 310, "0 parameters", fill=svg.MUTED)
    first, second = (row.params for row in dense)
    sentence = (
        f"{shape[0]} maps of {by(shape[1:])} are flattened to {inputs:,} inputs. Each of the "
        f"{units:,} hidden units is connected to all of them ({first:,} parameters), each of the "
        f"{classes} outputs to all {units:,} hidden units ({second:,} parameters)."
    )
    return svg.framed(d.svg(690, 340, "Flatten and fully connected layers", sentence))


def _products(row: Row) -> str:
    """The parameters of a dense layer as a sum: weights and biases."""
    return f"{row.before[0]:,}·{row.shape[0]:,} + {row.shape[0]:,}"


def _stack(shape: tuple[int, int, int]) -> str:
    """A few overlapping maps, with an arrow to the first column."""
    d = svg.Drawing()
    for place in (30 + 9 * i for i in range(min(shape[0], 5))):
        d.rect(place, place + 30, 84, 84, role=svg.INPUT)
    d.line(165, 120, 222, 120, thick=1.5)
    d.polyline([(214, 116), (222, 120), (214, 124)], thick=1.5)
    return d.markup


def _dots(number: int, most: int) -> list[float]:
    """Heights of the dots of a column; where some are left out, a gap near the bottom."""
    step = min(26.0, 220 / (most + 1))
    heights = [20 + step * i for i in range(min(number, most))]
    if number > most:
        heights[-1] += step
    return heights


_RIM = 8  # from the middle of a unit: there its wires end, for tints let them shine through


def _unit(x: float, y: float, role: svg.Role) -> str:
    return svg.circle(x, y, _RIM, fill=role.tint, line=role.line)


def dense_cost(
    *, size: int, halvings: int, channels: int, units: int, classes: int = 10
) -> svg.Svg:
    """The costs of two classifier heads in parameters: dots on a logarithmic scale, and areas.

    A body of `halvings` blocks (3×3 convolution to `channels` maps, then 2×2 pooling) is followed
    by flatten and a hidden dense layer, or by global average pooling.

    Parameters
    ----------
    size : int
        Side of the square RGB input, in pixels.
    halvings, channels, units, classes : int

    Raises
    ------
    ValueError
        If the poolings leave nothing of the image.
    """
    if halvings < 1:
        raise ValueError(f"halvings is {halvings}: use at least 1, a block of the body")
    side = size // 2**halvings
    if side < 1:
        raise ValueError(
            f"{halvings} halvings leave nothing of {size} pixels: "
            f"try at most {int(np.log2(size))} halvings or a larger image"
        )
    body = trace([Conv(channels, 3, padding=1), MaxPool(2)] * halvings, (3, size, size))
    maps = body[-1].shape
    flat, hidden, output = trace([Flatten(), Linear(units), Linear(classes)], maps)
    *_, short = trace([GlobalAveragePool(), Flatten(), Linear(classes)], maps)
    convs = body.totals.params
    rows = [
        ("convolutions", convs, f"{halvings} of 3×3"),
        ("flatten → hidden dense", hidden.params, _products(hidden)),
        ("hidden dense → classes", output.params, _products(output)),
        ("average pooling → classes", short.params, _products(short)),
    ]
    heads = (
        ("flatten and dense layers", hidden.params + output.params),
        ("global average pooling", short.params),
    )
    picture = svg.beside(_cost_dots(rows), _two_heads(heads))
    sentence = (
        f"A {size}×{size} image, halved {times(halvings)}, ends as {channels} maps of "
        f"{side}×{side}: {flat.shape[0]:,} numbers. Parameters: {hidden.params + output.params:,} "
        f"with {units} hidden units, {short.params:,} with global average pooling; "
        f"{convs:,} in the convolutions, whatever the size."
    )
    return svg.framed(picture.titled("Parameters of two classifier heads", sentence))


def _cost_dots(rows: Sequence[tuple[str, int, str]]) -> svg.Svg:
    """A dot for each layer: on a logarithmic axis only the place means something, not a length."""
    across, d = charts.Scale(1, 1e12, 10, 420, log=True), svg.Drawing()
    powers = range(0, 13, 2)
    for power in powers:
        x = across(10**power)
        d.text(x, 10, power_of_ten(power), size=13, anchor="middle", fill=svg.MUTED)
    for i, (name, params, products) in enumerate(rows):
        y, end = 38 + 72 * i, across(params)
        for x in (across(10**power) for power in powers):  # none runs through the words
            d.line(x, y + 14, x, y + 36, colour=svg.FAINT)
        d.text(10, y, name, size=14)
        d.circle(end, y + 25, 7, fill=svg.KERNEL.line)
        d.text(end + 14, y + 25, f"{params:,}", size=14, bold=True)
        d.text(10, y + 48, products, size=13, fill=svg.MUTED)
    return d.svg(520, 320, "parameters of the layers")


def _two_heads(heads: Sequence[tuple[str, int]]) -> svg.Svg:
    """The parameters of two heads as numbers and as areas, and how many times they differ."""
    d = svg.Drawing()
    (_, many), (_, few) = heads
    for i, (name, params) in enumerate(heads):
        y, side = 120 * i, 88 * (params / max(many, few)) ** 0.5
        d.text(0, y + 10, f"a head with {name}", size=14)
        d.text(0, y + 42, f"{params:,}", size=26, bold=True)
        d.rect(296, y + 2, side, side, fill=svg.KERNEL.line)  # beside its words, on a phone too
    ratio = f"{many / few:,.0f}" if many >= 100 * few else f"{many / few:.3g}"
    d.text(0, 250, f"{ratio} times", size=26, bold=True)
    d.text(0, 280, "as many parameters:", size=14)
    d.text(0, 302, "the squares show them as areas", size=14)
    return d.svg(384, 320, "the two heads")


_CELLS: dict[str, Any] = {"cell": 56, "font": 20}  # of matrices to change

# Gradients ----------------------------------------------------------------------------------------


def conv_backward(image: np.ndarray, kernel: np.ndarray, grad: np.ndarray) -> svg.Svg:
    """The numbers that enter a convolution on the way forward and back, and those that leave it.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW)
    grad : ndarray of shape (H − KH + 1, W − KW + 1)
        How the loss changes with each output.
    """
    dx, dw, db = backward.conv_backward(image[None, None], kernel[None, None], grad[None, None])
    (high, wide), (tall, broad) = grad.shape, kernel.shape

    def products(markup: str, row: int, column: int) -> str:
        return marks.link(markup, "pixels", at=_cells(row, column, high, wide))

    def sources(markup: str, row: int, column: int) -> str:
        top, left = max(0, row - tall + 1), max(0, column - broad + 1)
        down, right = min(row, high - 1) - top + 1, min(column, wide - 1) - left + 1
        return marks.link(markup, "gradients", at=_cells(top, left, down, right))

    bias = svg.Drawing()
    bias.text(0, 20, svg.show_number(float(db[0])), size=22, bold=True)
    role, found = svg.WINDOW, {"title": "", "role": svg.WINDOW, **_CELLS}  # of gradients
    columns = (
        (
            _typed(image, "pixels", "input", "X", svg.INPUT, "pixels"),
            matrix(dx[0, 0], caption="∂L/∂X = G * K, full", mark=sources, **found),
        ),
        (
            _typed(kernel, "weights", "kernel", "K", svg.KERNEL),
            matrix(dw[0, 0], caption="∂L/∂K = X ⋆ G", mark=products, **found),
        ),
        (
            _typed(grad, "gradient", "gradient of the output", "G", role, "gradients"),
            svg.captioned(bias.svg(60, 40, "sum"), "∂L/∂b = ΣG"),
        ),
    )
    whole = svg.beside(*(_given_and_found(*column) for column in columns))
    sentence = (
        f"Gradient of the kernel: {_said(dw[0, 0])}. Gradient of the input: {_said(dx[0, 0])}. "
        f"Gradient of the bias: {svg.show_number(float(db[0]))}."
    )
    return svg.framed(whole.titled("The way back through a convolution", sentence))


def _typed(
    values: np.ndarray, control: str, name: str, symbol: str, role: svg.Role, lit: str = ""
) -> svg.Svg:
    """A matrix whose numbers are changed in place, with a frame on what a gradient comes from."""
    mark = edited(values, control, name)
    grid = matrix(values, title=name, role=role, mark=mark, **_CELLS)
    frame = svg.rect(0, 0, 9, 9, line=svg.WINDOW.line, thick=4, round=2)
    markup = grid.markup + (marks.lit(frame, lit, hidden=True) if lit else "")
    return svg.captioned(replace(grid, markup=markup), f"{name} {symbol}", role=role)


def _cells(row: int, column: int, height: int, width: int) -> tuple[float, float, float, float]:
    """The place of some cells, to frame them."""
    size = _CELLS["cell"]
    return column * size, row * size, width * size, height * size


def _given_and_found(given: svg.Svg, found: svg.Svg) -> svg.Svg:
    """A matrix above the gradient of it; all columns are of one size, so that rows line up."""
    d = svg.Drawing()
    d.place(given)
    d.place(found, 0, 212)
    return d.svg(288, 404, "")


def pool_backward(image: np.ndarray, grad: np.ndarray, window: int) -> svg.Svg:
    """The way of the gradient in max pooling and in average pooling, windows touching.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    grad : ndarray of shape (H // window, W // window)
    window : int
    """
    x, g = image[None, None].astype(float), grad[None, None].astype(float)
    routed = backward.max_pool_backward(x, g, window)[0, 0]
    spread = backward.avg_pool_backward(x, g, window)[0, 0]
    winners = [
        (int(row), int(column), 1, 1)
        for row, column in np.argwhere(backward.max_pool_backward(x, np.ones_like(g), window)[0, 0])
    ]
    pictures = (
        matrix(image, title="input", caption="input, winners framed", marked=winners),
        matrix(grad, title="gradient of the output", caption="gradient in", role=svg.WINDOW),
        matrix(routed, title="max", caption="max: routed", role=svg.WINDOW),
        matrix(spread, title="average", caption="average: spread", role=svg.WINDOW),
    )
    whole = panels(pictures, gap=30)
    sentence = (
        f"Gradient {_said(grad)} comes in. Max pooling hands back {_said(routed)}, average "
        f"pooling {_said(spread)}."
    )
    return svg.framed(whole.titled("The way back through pooling", sentence))


def _said(values: np.ndarray) -> str:
    return "; ".join(" ".join(svg.show_number(float(v)) for v in row) for row in values)


# Softmax ------------------------------------------------------------------------------------------


def softmax(logits: np.ndarray, *, target: int, temperature: float = 1.0) -> svg.Svg:
    """The logits, the probabilities and the gradient of the cross-entropy, class by class.

    It is marked for the controls logit_0, logit_1 … and target: the logits are dragged, and a click
    on a class makes it the right one.

    Parameters
    ----------
    logits : ndarray of shape (K,)
    target : int
        The right class.
    temperature : float
        Divides the logits first.

    Raises
    ------
    ValueError
        If a logit is not a number, or the target not a class.
    """
    logits = np.asarray(logits, dtype=float)
    if not np.isfinite(logits).all():
        raise ValueError(f"logits {logits.tolist()} must be numbers: type one in every box")
    p = act.softmax(logits, temperature=temperature)
    loss = act.cross_entropy(logits / temperature, target)
    gradient = act.cross_entropy_gradient(logits / temperature, target) / temperature
    entropy = float(-(p * act.log_softmax(logits / temperature)).sum())
    most = _four(float(np.log(len(logits))))
    results = svg.beside(
        _result("cross-entropy −ln p", loss), _result("entropy", entropy, f"at most {most}")
    )
    rows = svg.beside(_chance_rows(p, target), _slope_rows(gradient, target))
    column = svg.above(rows, results)
    picture = svg.beside(replace(_logit_rows(logits, target), height=column.height), column)
    sentence = (
        f"Temperature {svg.show_number(temperature)}: the probabilities are "
        f"{', '.join(f'{v:.3f}' for v in p)}. The right class is {target}, with "
        f"{p[target]:.3f}: cross-entropy {loss:.4f}, entropy {entropy:.4f}."
    )
    return svg.framed(picture.titled("Softmax and cross-entropy", sentence))


LARGEST_LOGIT = 10
_CLASS, _CLASS_ROW = 56, 56  # width of a class's name, height of its row
_WIDEST, _NARROWER = 360, 264  # the logits, and what comes of them


def _class_rows(head: str, count: int, target: int) -> svg.Drawing:
    """A table with a row for each class; a click on a class makes it the right one."""
    d = svg.Drawing()
    d.heading(head, y=10)
    for k in range(count):
        right = k == target
        fill, line = (svg.OUTPUT.tint, svg.OUTPUT.line) if right else (UNSEEN, "none")
        look: dict[str, Any] = {"fill": fill, "line": line, "round": 6, "size": 16, "bold": right}
        words = f"{k} ✓" if right else str(k)
        name = svg.plate(0, _row_middle(k) - 18, _CLASS - 8, 36, words, **look)
        d.add(marks.set(f"<g>{name}</g>", f"right class {k}, {head}", {"target": k}, group=head))
    return d


def _row_middle(k: int) -> float:
    return 58 + _CLASS_ROW * k


def _logit_rows(logits: np.ndarray, target: int) -> svg.Svg:
    """The logits as bars from 0, each with a handle at its end."""
    d = _class_rows("logit z", len(logits), target)
    x = charts.Scale(-LARGEST_LOGIT, LARGEST_LOGIT, _CLASS + 14, _WIDEST - 14)
    bottom = _row_middle(len(logits) - 1) + 26
    d.line(x(0), 30, x(0), bottom, colour=svg.MUTED)
    d.add(charts.numbers(x, (-10, -5, 0, 5, 10), bottom + 12))
    for k, z in enumerate(logits):
        y = _row_middle(k)
        d.rect(min(x(0), x(z)), y - 9, abs(x(z) - x(0)), 18, fill=charts.DATA[0])
        d.text(x(z), y - 22, svg.show_number(float(z)), size=14, anchor="middle")
        step = (x(0.1) - x(0), 0)
        move = marks.Move(f"logit_{k}", float(z), step, -LARGEST_LOGIT, LARGEST_LOGIT, 0.1)
        d.add(handle(f"end of logit {k}", [move], x(z), y))
    return d.svg(_WIDEST, bottom + 20, "logits")


def _chance_rows(p: np.ndarray, target: int) -> svg.Svg:
    """The probabilities as bars."""
    d = _class_rows("probability p", len(p), target)
    for k, chance in enumerate(p):
        y, wide = _row_middle(k), 140 * float(chance)
        d.rect(_CLASS, y - 14, max(wide, 1), 28, fill=charts.DATA[0])
        d.text(_CLASS + wide + 8, y, f"{chance:.3f}", size=16, bold=k == target)
    return d.svg(_NARROWER, _row_middle(len(p)), "probabilities")


def _slope_rows(gradient: np.ndarray, target: int) -> svg.Svg:
    """The gradient as bars to both sides of 0: a step against it lowers the loss."""
    d = _class_rows("gradient (p − y)/T", len(gradient), target)
    limit = max(1.0, float(np.abs(gradient).max()))
    middle = _CLASS + 70
    d.line(middle, 30, middle, _row_middle(len(gradient) - 1) + 26, colour=svg.MUTED)
    for k, slope in enumerate(gradient):
        y, wide = _row_middle(k), 66 * abs(float(slope)) / limit
        d.rect(middle if slope > 0 else middle - wide, y - 9, wide, 18, fill=charts.DATA[1])
        d.text(middle + 78, y, svg.show_number(float(slope), 3), size=16)
    return d.svg(_NARROWER, _row_middle(len(gradient)), "gradient")


def _result(name: str, value: float, note: str = "") -> svg.Svg:
    d = svg.Drawing()
    d.text(0, 8, name, size=14, fill=svg.MUTED)
    d.text(0, 34, _four(value), size=22, bold=True)
    d.text(104, 36, note, size=14, fill=svg.MUTED)
    return d.svg(_NARROWER, 48, name)


def _four(value: float) -> str:
    return svg.show_number(value, 4)


# Dropout ------------------------------------------------------------------------------------------


def dropout(
    inputs: np.ndarray,
    hidden: np.ndarray,
    output: np.ndarray,
    keeps: np.ndarray,
    *,
    p: float,
    training: bool = True,
    scaled: bool = True,
    own: int | None = None,
    following: int | None = None,
) -> svg.Svg:
    """A small net as a whole and thinned by dropout, with what each of them predicts.

    It is marked for the controls own and seed: a click on a unit drops it or brings it back, a
    button draws the thinned nets anew, and a unit that is hovered shows its wires.

    Parameters
    ----------
    inputs : ndarray of shape (I,)
    hidden : ndarray of shape (I, U)
        Weights into U hidden ReLU units; U at most 16.
    output : ndarray of shape (U, K)
        Weights into K classes.
    keeps : ndarray of 0 and 1, of shape (T, U)
        Which hidden units each thinned net keeps.
    p : float
        The probability to drop a unit.
    training : bool
        False: evaluation, nothing is dropped.
    scaled : bool
        Whether survivors are scaled by 1/(1 − p).
    own : int, optional
        The thinned net of the learner: the bits of this number, the lowest first, say which units
        are kept.
    following : int, optional
        The seed that the button gives.
    """
    factor = 1 / (1 - p) if scaled else 1.0
    values = act.relu(inputs @ hidden)
    whole = act.softmax(values @ output)
    sizes = (len(inputs), *output.shape)
    strength = factor if training else 1.0
    nets = [("whole net", np.ones(sizes[1]), whole)]
    thinned = [(f"pass {number}", keep) for number, keep in enumerate(keeps, start=1)]
    if own is not None:
        thinned.insert(0, ("yours", np.array([own >> unit & 1 for unit in range(sizes[1])])))
    for name, mask in thinned:
        keep = mask if training else np.ones_like(mask)
        chance = act.softmax((values * keep * strength) @ output)
        nets.append((f"{name}: {count(int(keep.sum()), 'unit')}", keep, chance))
    gap, high = 936 / 5, 232 + 24 * sizes[2]
    parts = ""
    for place, (caption, keep, chance) in enumerate(nets):
        touched = own if training and caption.startswith("yours") else None
        net = _net(sizes, keep, chance, caption, touched)
        parts += marks.panel(net, f"net {place}", gap * place, 0, 172, high)
    masks, chances = regularise.every_mask(sizes[1], p)
    scores = (masks * values * factor) @ output
    mean = chances @ act.softmax(scores)
    rows = (
        ("whole net, in evaluation", whole, values @ output),
        (f"mean of all {len(masks)} thinned nets", mean, chances @ scores),
    )
    for place, row in enumerate(rows):
        parts += marks.panel(_prediction(*row), row[0], 374.0 * place, high + 16, 360, 76)
    button = ""
    if training and following is not None:
        look: dict[str, Any] = {"role": BUTTON, "thick": 2, "round": 8, "size": 14, "bold": True}
        button = svg.plate(0, 0, 140, 36, "draw again", **look)
        button = marks.set(f"<g>{button}</g>", "passes", {"seed": following})
    parts += marks.panel(button, "button", 4 * gap, high + 26, 144, 40)
    how = f"survivors times {svg.show_number(factor)}" if scaled else "survivors not scaled"
    state = f"training, {how}" if training else "evaluation: nothing is dropped"
    sentence = (
        f"p = {svg.show_number(p)}, {state}. Whole net: {_shares(whole)}. Mean of all "
        f"{len(masks)} thinned nets: {_shares(mean)}."
    )
    if own is not None:
        sentence += f" Yours of {nets[1][0].removeprefix('yours: ')}: {_shares(nets[1][2])}."
    return svg.framed(svg.Svg(parts, 936, high + 92, "Dropout", sentence))


def _net(
    sizes: tuple[int, int, int], keep: np.ndarray, chance: np.ndarray, caption: str, own: int | None
) -> str:
    """A net of three columns, dropped hidden units crossed out; below it, its prediction.

    `own` is the number of a net whose units can be dropped by a click.
    """
    columns = [
        [(x, 34 + 182 * (i + 0.5) / n) for i in range(n)]
        for x, n in zip((14, 80, 146), sizes, strict=True)
    ]
    d, single = svg.Drawing(), caption.split(":")[0].replace(" ", "-")
    d.heading(caption)
    touched = []
    for unit, (x, y) in enumerate(columns[1]):
        area = f"<g>{svg.rect(x - 24, y - 11, 48, 22, fill=UNSEEN)}</g>"
        ends = [(a + _RIM, b, x - _RIM) for a, b in columns[0]]
        ends += [(a - _RIM, b, x + _RIM) for a, b in columns[2]]
        if keep[unit]:
            for a, b, rim in ends:
                d.line(a, b, rim, y, colour=svg.FAINT, thick=0.75)
            wires = "".join(f"M{a:g} {b:.1f}L{rim:g} {y:.1f}" for a, b, rim in ends)
            shown = f'<path d="{wires}" stroke="{svg.WINDOW.line}" stroke-width="2"/>'
            d.add(marks.lit(f"<g>{shown}</g>", f"{single}-{unit}", hidden=True))
        if own is not None:
            name = f"{'drop' if keep[unit] else 'keep'} unit {unit + 1}"
            area = marks.set(area, name, {"own": own ^ 1 << unit}, group="units")
        touched.append(marks.link(area, f"{single}-{unit}"))
    for unit, (x, y) in enumerate(columns[1]):
        d.add(_unit(x, y, svg.OUTPUT) if keep[unit] else _crossed(x, y))
    for x, y in columns[0]:
        d.rect(x - 8, y - 8, 16, 16, role=svg.INPUT)
    for x, y in columns[2]:
        d.add(_unit(x, y, svg.OUTPUT))
    d.add(*touched)
    for k, share in enumerate(chance):
        y = 240 + 24 * k
        d.text(0, y, "ABCDEFGH"[k], size=13)
        d.add(charts.bar(16, y + 8, 64 * share, 16, svg.OUTPUT))
        d.text(22 + 64 * share, y, percent(share), size=13)
    return d.markup


def _crossed(x: float, y: float) -> str:
    """A dropped unit: a dashed ring with a cross."""
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="7" fill="none" stroke="{svg.MUTED}" '
        'stroke-dasharray="3 2"/>'
        + svg.line(x - 4, y - 4, x + 4, y + 4, colour=svg.MUTED, thick=1.5)
        + svg.line(x - 4, y + 4, x + 4, y - 4, colour=svg.MUTED, thick=1.5)
    )


def _prediction(name: str, chance: np.ndarray, scores: np.ndarray) -> str:
    """What a net says: probabilities, and the scores before softmax."""
    raw = ", ".join(svg.show_number(float(s)) for s in scores)
    return (
        svg.heading(name, y=10)
        + svg.text(0, 36, _shares(chance, " · "), size=14)
        + svg.text(0, 60, f"scores {raw}", size=14)
    )


def _shares(chance: np.ndarray, between: str = ", ") -> str:
    return between.join(f"{'ABCDEFGH'[k]} {percent(share)}" for k, share in enumerate(chance))


# Batch normalisation ------------------------------------------------------------------------------


def batch_norm(
    before: np.ndarray,
    after: np.ndarray,
    *,
    training: bool,
    running: regularise.Running,
    settings: Mapping[str, float] | None = None,
) -> svg.Svg:
    """A channel before and after batch normalisation, and where its first example went.

    It is marked for the controls shift, scale, gamma and beta: the mean and the spread of either
    histogram are handles.

    Parameters
    ----------
    before, after : ndarrays of shape (N, 1, H, W)
    training : bool
        Whether `after` was normalised with the statistics of this batch.
    running : regularise.Running
        The running statistics, those that evaluation uses.
    settings : mapping of str to float, optional
        The values of shift, scale, gamma and beta; without them nothing can be moved.
    """
    batch = _moments(before.mean(), before.var())
    kept = _moments(running.mean[0], running.var[0])
    first = [svg.show_number(float(values[0].mean())) for values in (before, after)]
    sides = (
        (before, 12, "before (end bars: and beyond)", svg.INPUT, ("shift", "scale")),
        (after, 4, "after (end bars: and beyond)", svg.OUTPUT, ("beta", "gamma")),
    )
    parts = ""
    for place, (values, reach, caption, role, names) in enumerate(sides):
        panel = _two_histograms(values, -reach, reach, caption, role)
        if settings:
            panel += _spread_handles(values, -reach, reach, names, settings)
        parts += marks.panel(panel, names[0], 480.0 * place, 0, 456, 284)
    notes = (
        ("this batch" + " (used)" * training, batch, training),
        ("running statistics" + " (used)" * (not training), kept, not training),
        ("first image alone", f"mean {first[0]} before, {first[1]} after", False),
    )
    for place, (name, words, used) in enumerate(notes):
        alone = name.startswith("first")
        head = svg.text(32 if alone else 0, 10, name, size=14, bold=True)
        if alone:
            head += svg.line(0, 10, 24, 10, colour=svg.WINDOW.line, thick=3)
        note = head + svg.text(0, 36, words, size=14, bold=used)
        parts += marks.panel(note, name.split(" ")[0], 320.0 * place, 304, 296, 52)
    now = _moments(after.mean(), after.var(), " and ")
    sentence = (
        f"Batch of {len(before)}, {'training' if training else 'evaluation'}: this batch has "
        f"{batch}; the running statistics are {kept}. After normalisation the batch has {now}; "
        f"the first image's mean goes from {first[0]} to {first[1]}."
    )
    return svg.framed(svg.Svg(parts, 936, 356, "Batch normalisation", sentence))


_SPREAD_STEPS = {"shift": 0.5, "scale": 0.1, "beta": 0.1, "gamma": 0.1}
_SPREAD_LIMITS = {"shift": (-5, 5), "scale": (0.1, 5), "beta": (-2, 2), "gamma": (-2, 2)}
_SPREAD_WORDS = {"beta": "β", "gamma": "γ"}


def _spread_handles(
    values: np.ndarray,
    low: float,
    high: float,
    names: tuple[str, str],
    settings: Mapping[str, float],
) -> str:
    """A handle on the mean of a histogram, and one a standard deviation beside it."""
    across = _across(low, high)
    mean, unit = float(values.mean()), across(1) - across(0)
    sign = -1 if settings[names[1]] < 0 else 1  # a negative γ turns the histogram round
    parts = ""
    for name, at, y in zip(names, (mean, mean + sign * float(values.std())), (40, 66), strict=True):
        step = _SPREAD_STEPS[name]
        move = marks.Move(name, settings[name], (unit * step, 0), *_SPREAD_LIMITS[name], step)
        spoken = f"{_SPREAD_WORDS.get(name, name)} {svg.show_number(settings[name])}"
        shape = svg.line(0, 0, 0, 246 - y, dash="4 3")
        parts += marks.glide(shape, f"line of {name}", across(at), y)
        parts += handle(f"handle: {name}", [move], across(at), y, spoken=spoken)
        left = across(at) > 380
        words = svg.text(-14 if left else 14, 0, spoken, anchor="end" if left else "start")
        parts += marks.glide(words, f"words of {name}", across(at), y)
    return parts


def _across(low: float, high: float) -> charts.Scale:
    return charts.Scale(low, high, 10, 446)


def _moments(mean: float, variance: float, between: str = ", ") -> str:
    m, v = svg.show_number(float(mean)), svg.show_number(float(variance))
    return f"mean {m}{between}variance {v}"


def _two_histograms(
    values: np.ndarray, low: float, high: float, caption: str, role: svg.Role
) -> str:
    """All values as bars, those of the first image as an outline."""
    across, base = _across(low, high), 246
    counts, first = _histogram(values, low, high), _histogram(values[0], low, high)
    edges = [across(_edge(b, low, high)) for b in range(_BINS + 1)]
    d = svg.Drawing()
    d.add(svg.captioned(svg.Svg("", 0, 0, ""), caption, size=14, role=role).markup)
    d.line(10, base, 446, base, colour=svg.MUTED)
    for x, part in zip(edges, counts / counts.max(), strict=False):
        d.add(charts.bar(x, base, edges[1] - edges[0], 160 * part, role))
    if len(values) > 1:  # else the bars are those of the first image
        xs = [x for pair in zip(edges, edges[1:], strict=False) for x in pair]
        heights = np.repeat(first / first.max() * 80, 2)
        d.polyline(list(zip(xs, base - heights, strict=True)), colour=svg.WINDOW.line)
    d.add(charts.numbers(across, (low, low / 2, 0, high / 2, high), base + 16))
    return d.markup


_NORMS = {  # which images and which channels share one mean and one variance
    "batch": (slice(None), slice(1)),
    "layer": (slice(1), slice(None)),
    "group": (slice(1), slice(3)),
    "instance": (slice(1), slice(1)),
}


def norms(images: int = 4, channels: int = 6) -> svg.Svg:
    """Four kinds of normalisation, and the maps whose values share one mean and one variance.

    Parameters
    ----------
    images, channels : int
        Of the batch: a row for each image, a column for each channel.

    Returns
    -------
    Svg
    """
    cell, pictures, words = 26, [], []
    for name, (rows, columns) in _NORMS.items():
        shared = np.zeros((images, channels), bool)
        shared[rows, columns] = True
        d = svg.Drawing()
        for (row, column), together in np.ndenumerate(shared):
            fill, line = (svg.WINDOW.tint, svg.WINDOW.line) if together else ("none", svg.FAINT)
            d.rect(column * cell + 1, row * cell + 1, cell - 4, cell - 4, fill=fill, line=line)
        grid = d.svg(max(channels * cell, 170), images * cell, name)
        pictures.append(svg.captioned(grid, f"{name} normalisation"))
        words.append(f"{name}: {count(int(shared.sum()), 'map')}")
    sentence = (
        f"Each square is the map of one channel (column) of one image (row), {images} images with "
        f"{channels} channels. Filled maps share one mean and one variance: {'; '.join(words)}."
    )
    title = "Whose values share one mean and one variance"
    return svg.framed(svg.beside(*pictures).titled(title, sentence))


# Helpers ------------------------------------------------------------------------------------------


def _histogram(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Counts in equal bins; what lies beyond an end is counted in the last bin there."""
    places = np.clip((values.ravel() - low) * (_BINS / (high - low)), 0, _BINS - 1)
    return np.bincount(places.astype(int), minlength=_BINS)


def _edge(bin_number: float, low: float, high: float) -> float:
    return low + bin_number * (high - low) / _BINS


def _size(signal: act.Signal) -> float:
    """Root mean square of a layer's values."""
    return float(np.sqrt(np.mean(signal.values**2)))


def _three(function: Callable) -> str:
    return ", ".join(svg.show_number(float(v), 3) for v in function(np.array([-2.0, 0.0, 2.0])))
