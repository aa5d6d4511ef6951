"""Figures of what layers do to numbers: activations, flatten, dense, softmax, dropout, batch norm.

    >>> from cnncourse import figures
    >>> figures.activation("relu")
    Svg('The activation relu and its slope', 230×190)

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from cnncourse import activations as act
from cnncourse import backward, regularise
from cnncourse.figures import svg
from cnncourse.figures.grids import matrix

# Channels are told apart by their labels; the shade only helps.
_CHANNEL_ROLES = tuple(
    svg.Role(svg.INPUT.line, tint) for tint in (svg.INPUT.tint, "#ffffff", "#b4cafa")
)
_BINS = 24


# Activations --------------------------------------------------------------------------------------


def activation(name: str, *, reach: float = 8.0) -> svg.Svg:
    """One activation function (solid) and its slope (dashed), flat stretches shaded.

    Parameters
    ----------
    name : str
        A key of ``activations.ACTIVATIONS``.
    reach : float
        The curves run from −reach to +reach.
    """
    chosen = act.ACTIVATIONS[name]
    x = np.linspace(-reach, reach, 97)
    y, slope = chosen.function(x), chosen.derivative(x)
    low, high = min(-1.0, max(y.min(), -3.0)), max(1.0, min(y.max(), 3.0))
    across, up = _scale(-reach, reach, 30, 220), _scale(low, high, 165, 45)
    flat = np.abs(slope) < act.FLAT * chosen.steepest
    d = svg.Drawing()
    for i in np.flatnonzero(flat[:-1]):
        d.rect(across(x[i]), 45, across(x[1]) - across(x[0]), 120, fill=svg.PADDING.line + "44")
    d.line(30, up(0), 220, up(0), colour=svg.FAINT)
    d.line(across(0), 45, across(0), 165, colour=svg.FAINT)
    shown = (low <= y) & (y <= high)
    d.add(_curve(x, slope, across, up, svg.WINDOW.line, dash="5 4"))
    d.add(_curve(x[shown], y[shown], across, up, svg.OUTPUT.line))
    d.text(125, 12, name, size=14, anchor="middle", bold=True)
    d.text(125, 30, chosen.formula, size=12, anchor="middle", fill=svg.MUTED)
    for t in (-reach, 0, reach):
        d.text(across(t), 176, svg.show_number(t), size=12, anchor="middle", fill=svg.MUTED)
    for t in (0, 1):
        d.text(26, up(t), svg.show_number(t), size=12, anchor="end", fill=svg.MUTED)
    sentence = (
        f"{name}: at −2, 0 and 2 the value is {_three(chosen.function)} and the slope "
        f"{_three(chosen.derivative)}; {_percent(flat.mean())} of the range from "
        f"−{svg.show_number(reach)} to {svg.show_number(reach)} is flat."
    )
    return d.svg(230, 190, f"The activation {name} and its slope", sentence)


def activations(names: Sequence[str] = tuple(act.ACTIVATIONS)) -> svg.Svg:
    """Several activation functions in rows of three, with a legend."""
    rows = [
        svg.beside(*(activation(name) for name in names[i : i + 3]), gap=14)
        for i in range(0, len(names), 3)
    ]
    legend = _legend([("value", svg.OUTPUT.line, ""), ("slope", svg.WINDOW.line, "5 4")])
    legend += svg.rect(230, 1, 22, 14, fill=svg.PADDING.line + "44")
    legend += svg.text(258, 8, "flat: slope under 1 % of the steepest", size=12, fill=svg.MUTED)
    whole = svg.above(svg.Svg(legend, 500, 16, ""), *rows, gap=12)
    title = "Activation functions and their slopes"
    return svg.framed(svg.Svg(whole.markup, whole.width, whole.height, title, whole.description))


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
    d = svg.Drawing()
    d.add(_value_histograms(name, signals, middles, width))
    d.add(_sizes(signals, middles))
    d.add(_flat_bars(signals, middles, width))
    step = 1 if len(signals) <= 10 else 2
    for i, x in enumerate(middles):
        if i % step == 0:
            d.text(x, 448, str(i + 1), size=12, anchor="middle", fill=svg.MUTED)
    d.text(290, 468, "layer, from input to output", size=12, anchor="middle")
    side = activation(name)
    key = [
        (24, "size of the values", svg.OUTPUT.line, ""),
        (44, "gradient", svg.WINDOW.line, "5 4"),
    ]
    notes = "".join(
        svg.line(0, y, 24, y, colour=colour, thick=2, dash=dash) + svg.text(30, y, words, size=12)
        for y, words, colour, dash in key
    )
    notes += svg.rect(0, 190, 14, 14, fill=svg.PADDING.tint, line=svg.PADDING.line)
    notes += svg.text(30, 197, "flat values", size=12)
    notes += svg.rect(0, 210, 14, 14, fill=svg.PADDING.line) + svg.text(
        30, 217, "dead units", size=12
    )
    markup = d.markup + svg.group(side.markup, 525, 5) + svg.group(notes, 545, 195)
    first, last = signals[0], signals[-1]
    sentence = (
        f"{name}, {len(signals)} layer{'s' if len(signals) > 1 else ''}: the size of the values "
        f"goes from {scientific(_size(first))} in layer 1 to {scientific(_size(last))} in the "
        f"last, the gradient from {scientific(last.gradient)} in the last to "
        f"{scientific(first.gradient)} in layer 1. In the last layer {_percent(last.flat)} of the "
        f"values are flat and {_percent(last.dead)} of the units are dead."
    )
    return svg.Svg(
        markup, 760, 480, f"A signal through {len(signals)} layers with {name}", sentence
    )


def _value_histograms(
    name: str, signals: Sequence[act.Signal], middles: Sequence[float], width: float
) -> str:
    """The activations of each layer: a histogram and its mirror image, lying on their sides."""
    low, high = {"sigmoid": (0, 1), "tanh": (-1, 1), "relu": (0, 4)}.get(name, (-4, 4))
    up = _scale(low, high, 160, 20)
    # The square root keeps rare values visible beside the many zeros of ReLU.
    words = "values (width: square root of their number"
    words += ")" if name in ("sigmoid", "tanh") else "; ends: and beyond)"
    d = svg.Drawing()
    d.text(70, 8, words, size=12, bold=True)
    for tick in (low, (low + high) / 2, high):
        d.line(70, up(tick), 510, up(tick), colour=svg.FAINT)
        d.text(64, up(tick), svg.show_number(tick), size=12, anchor="end", fill=svg.MUTED)
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
            d.polyline(
                right + left[-2::-1],
                colour=svg.OUTPUT.line,
                thick=0.75,
                fill=svg.OUTPUT.line + "66",
            )
    return d.markup


def _runs(filled: np.ndarray) -> list[tuple[int, int]]:
    """The first bin of each run of filled ones, and the one after its last."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]])))
    return list(zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True))


def _sizes(signals: Sequence[act.Signal], middles: Sequence[float]) -> str:
    """Sizes of values and of gradients on one logarithmic scale."""
    sizes, gradients = [_size(s) for s in signals], [s.gradient for s in signals]
    logs = [np.log10(v) for v in sizes + gradients if v > 0] or [0.0]
    low, high = np.floor(min(logs) - 0.01), np.ceil(max(logs) + 0.01)
    up = _scale(low, high, 330, 205)
    d = svg.Drawing()
    d.text(70, 190, "sizes (logarithmic)", size=12, bold=True)
    for tick in np.arange(high, low - 0.5, -max(1, np.ceil((high - low) / 4))):
        d.line(70, up(tick), 510, up(tick), colour=svg.FAINT)
        words = "1" if tick == 0 else f"10{superscript(int(tick))}"
        d.text(64, up(tick), words, size=12, anchor="end", fill=svg.MUTED)
    for values, colour, dash in ((sizes, svg.OUTPUT.line, ""), (gradients, svg.WINDOW.line, "5 4")):
        points = [(x, up(np.log10(v))) for x, v in zip(middles, values, strict=True) if v > 0]
        d.polyline(points, colour=colour, dash=dash)
        for x, y in points:
            d.circle(x, y, 3, fill=colour)
    return d.markup


def _flat_bars(signals: Sequence[act.Signal], middles: Sequence[float], width: float) -> str:
    """Shares of flat values (wide bars) and of dead units (narrow bars inside)."""
    up = _scale(0, 1, 435, 375)
    d = svg.Drawing()
    d.text(70, 358, "share flat and dead", size=12, bold=True)
    for tick in (0, 0.5, 1):
        d.line(70, up(tick), 510, up(tick), colour=svg.FAINT)
        d.text(64, up(tick), _percent(tick), size=12, anchor="end", fill=svg.MUTED)
    for signal, middle in zip(signals, middles, strict=True):
        for share, wide, fill in (
            (signal.flat, 0.7, svg.PADDING.tint),
            (signal.dead, 0.35, svg.PADDING.line),
        ):
            wide = min(wide * width, 60 * wide)
            d.rect(
                middle - wide / 2,
                up(share),
                wide,
                435 - up(share),
                fill=fill,
                line=svg.PADDING.line,
            )
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
    strip = "".join(
        _place(*_middle(int(places[c, i, j])), volume[c, i, j], c, int(places[c, i, j]))
        for c, i, j in product(range(channels), range(height), range(width))
    )
    strip += svg.text(0, 46, "place", size=12, fill=svg.MUTED) + svg.text(
        0, 64, "channel", size=12, fill=svg.MUTED
    )
    vector = svg.captioned(svg.Svg(strip, 36 * volume.size + 60, 74, ""), f"flattened, {order}")
    whole = svg.above(svg.beside(*maps, gap=30), vector, gap=20)
    flat = volume.reshape(-1) if order == "C·H·W" else volume.transpose(1, 2, 0).reshape(-1)
    sentence = (
        f"{channels} maps of {height}×{width} become a vector of {volume.size} numbers in the "
        f"order {order}: {', '.join(svg.show_number(float(v)) for v in flat)}."
    )
    return svg.framed(svg.Svg(whole.markup, whole.width, whole.height, "Flattening", sentence))


def _place(x: float, y: float, value: float, channel: int, index: int) -> str:
    """One number of the flattened vector, with its place and its channel."""
    role = _CHANNEL_ROLES[channel]
    words = svg.show_number(float(value))
    return (
        svg.rect(x - 17, y - 17, 34, 34, fill=role.tint, line=role.line)
        + svg.text(x, y, words, anchor="middle", fill=svg.text_on(role.tint))
        + svg.text(x, y + 28, str(index), size=12, anchor="middle", fill=svg.MUTED)
        + svg.text(x, y + 46, str(channel), size=12, anchor="middle", fill=svg.MUTED)
    )


def _middle(index: int) -> tuple[float, float]:
    return 76 + 36 * index, 18


def fully_connected(
    shape: tuple[int, int, int] = (10, 7, 7), units: int = 32, classes: int = 10
) -> svg.Svg:
    """The classifier after the last map: flatten, a dense hidden layer, a dense output.

    Parameters
    ----------
    shape : (C, H, W)
        Of the last maps.
    units : int
        Neurons in the hidden layer: a free choice.
    classes : int
        Neurons in the output layer.
    """
    inputs = int(np.prod(shape))
    columns = [
        (240, inputs, 9, "inputs", svg.INPUT),
        (420, units, 7, "neurons", svg.OUTPUT),
        (600, classes, 5, "outputs", svg.OUTPUT),
    ]
    dots = [_dots(count, most) for _, count, most, _, _ in columns]
    d = svg.Drawing()
    d.add(_stack(shape))
    for left, right, a, b in zip(columns, columns[1:], dots, dots[1:], strict=False):
        for y1, y2 in product(a, b):
            d.line(left[0], y1, right[0], y2, colour=svg.FAINT, thick=0.75)
    for (x, count, most, noun, role), heights in zip(columns, dots, strict=True):
        for y in heights:
            if role is svg.INPUT:
                d.rect(x - 8, y - 8, 16, 16, fill=role.tint, line=role.line)
            else:
                d.add(_neuron(x, y, role))
        if count > most:
            d.text(x, _gap(heights), "⋮", size=20, anchor="middle", bold=True)
        d.text(x, 268, f"{count:,} {noun}", anchor="middle", bold=True)
    d.text(80, 268, f"{shape[0]} maps of {shape[1]}×{shape[2]}", anchor="middle", bold=True)
    first, second = inputs * units + units, units * classes + classes
    for x, words, a, b, total in (
        (330, "dense", inputs, units, first),
        (510, "dense", units, classes, second),
    ):
        d.text(x, 292, words, size=12, anchor="middle")
        d.text(x, 310, f"{a:,}·{b:,} + {b:,}", size=12, anchor="middle", fill=svg.MUTED)
        d.text(x, 326, f"= {total:,}", size=12, anchor="middle", fill=svg.MUTED)
    d.text(160, 292, "flatten", size=12, anchor="middle")
    d.text(160, 310, "0 parameters", size=12, anchor="middle", fill=svg.MUTED)
    sentence = (
        f"{shape[0]} maps of {shape[1]}×{shape[2]} are flattened to {inputs:,} inputs. Each of the "
        f"{units:,} hidden neurons is connected to all of them ({first:,} parameters), each of the "
        f"{classes} outputs to all {units:,} neurons ({second:,} parameters)."
    )
    return svg.framed(d.svg(690, 340, "Flatten and fully connected layers", sentence))


def _stack(shape: tuple[int, int, int]) -> str:
    """A few overlapping maps, with an arrow to the first column."""
    sheets = min(shape[0], 5)
    d = svg.Drawing()
    for i in range(sheets):
        d.rect(30 + 9 * i, 60 + 9 * i, 84, 84, fill=svg.INPUT.tint, line=svg.INPUT.line)
    return (
        d.markup
        + svg.line(165, 120, 222, 120, thick=1.5)
        + svg.polyline([(214, 116), (222, 120), (214, 124)], colour=svg.INK, thick=1.5)
    )


def _dots(count: int, most: int) -> list[float]:
    """Heights of the dots of a column; where some are left out, a gap near the bottom."""
    shown = min(count, most)
    step = min(26.0, 220 / (most + 1))
    heights = [20 + step * i for i in range(shown)]
    if count > most:
        heights[-1] += step
    return heights


def _gap(heights: Sequence[float]) -> float:
    return (heights[-2] + heights[-1]) / 2


def _neuron(x: float, y: float, role: svg.Role) -> str:
    return svg.circle(x, y, 8, fill=role.tint, line=role.line)


def dense_cost(
    *, size: int, halvings: int, channels: int, units: int, classes: int = 10
) -> svg.Svg:
    """What two classifier heads cost in parameters, on a logarithmic scale.

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
    flat = channels * side * side
    bars = [
        ("convolutions", _body_parameters(halvings, channels), f"{halvings} of 3×3"),
        ("flatten → hidden dense", flat * units + units, f"{flat:,}·{units:,} + {units:,}"),
        (
            "hidden dense → classes",
            units * classes + classes,
            f"{units:,}·{classes:,} + {classes:,}",
        ),
        (
            "average → classes",
            channels * classes + classes,
            f"{channels}·{classes:,} + {classes:,}",
        ),
    ]
    across = _scale(0, 12, 190, 570)
    d = svg.Drawing()
    for power in range(0, 13, 2):
        d.line(across(power), 22, across(power), 190, colour=svg.FAINT)
        words = "1" if power == 0 else f"10{superscript(power)}"
        d.text(across(power), 10, words, size=12, anchor="middle", fill=svg.MUTED)
    for i, (name, count, sum_) in enumerate(bars):
        y = 45 + 42 * i
        long = across(np.log10(count)) - 190
        d.rect(190, y - 12, long, 24, fill=svg.KERNEL.tint, line=svg.KERNEL.line)
        d.text(182, y, name, anchor="end")
        d.text(198 + long, y - 8, f"{count:,}", size=13, bold=True)
        d.text(198 + long, y + 8, sum_, size=12, fill=svg.MUTED)
    heads = (bars[1][1] + bars[2][1], bars[3][1])
    sentence = (
        f"A {size}×{size} image, halved {_times(halvings)}, ends as {channels} maps of "
        f"{side}×{side}: flattened, {flat:,} inputs. The head with {units} hidden neurons has "
        f"{heads[0]:,} parameters, the head with global average pooling {heads[1]:,}; "
        f"the convolutions have {bars[0][1]:,}, whatever the size of the image."
    )
    return d.svg(760, 200, "Parameters of two classifier heads", sentence)


def _body_parameters(layers: int, channels: int) -> int:
    """3×3 convolutions with bias: 3 → channels, then channels → channels."""
    first = 9 * 3 * channels + channels
    return first + (layers - 1) * (9 * channels**2 + channels)


# Gradients ----------------------------------------------------------------------------------------


def conv_backward(image: np.ndarray, kernel: np.ndarray, grad: np.ndarray) -> svg.Svg:
    """What comes into a convolution on the way forward and on the way back, and what goes out.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW)
    grad : ndarray of shape (H − KH + 1, W − KW + 1)
        How the loss changes with each output.
    """
    dx, dw, db = backward.conv_backward(image[None, None], kernel[None, None], grad[None, None])
    given = svg.beside(
        matrix(image, title="input", caption="input X", role=svg.INPUT),
        matrix(kernel, title="kernel", caption="kernel K", role=svg.KERNEL),
        matrix(
            grad,
            title="gradient of the output",
            caption="gradient G of the output",
            role=svg.WINDOW,
        ),
        gap=40,
    )
    found = svg.beside(
        matrix(dw[0, 0], title="gradient of the kernel", caption="∂L/∂K = X ⋆ G", role=svg.WINDOW),
        matrix(
            dx[0, 0], title="gradient of the input", caption="∂L/∂X = G * K, full", role=svg.WINDOW
        ),
        svg.captioned(
            svg.Svg(svg.text(0, 12, svg.show_number(float(db[0]))), 60, 24, "sum"), "∂L/∂b = ΣG"
        ),
        gap=40,
    )
    whole = svg.above(given, found, gap=24)
    sentence = (
        f"Gradient of the kernel: {_rows(dw[0, 0])}. Gradient of the input: {_rows(dx[0, 0])}. "
        f"Gradient of the bias: {svg.show_number(float(db[0]))}."
    )
    title = "The way back through a convolution"
    return svg.framed(svg.Svg(whole.markup, whole.width, whole.height, title, sentence))


def pool_backward(image: np.ndarray, grad: np.ndarray, window: int) -> svg.Svg:
    """Where the gradient goes in max pooling and in average pooling, windows touching.

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
    whole = svg.beside(
        matrix(image, title="input", caption="input, winners framed", marked=winners),
        matrix(grad, title="gradient of the output", caption="gradient in", role=svg.WINDOW),
        matrix(routed, title="max", caption="max: routed", role=svg.WINDOW),
        matrix(spread, title="average", caption="average: spread", role=svg.WINDOW),
        gap=30,
    )
    sentence = (
        f"Gradient {_rows(grad)} comes in. Max pooling hands back {_rows(routed)}, average "
        f"pooling {_rows(spread)}."
    )
    title = "The way back through pooling"
    return svg.framed(svg.Svg(whole.markup, whole.width, whole.height, title, sentence))


def _rows(values: np.ndarray) -> str:
    return "; ".join(" ".join(svg.show_number(float(v)) for v in row) for row in values)


# Softmax ------------------------------------------------------------------------------------------


def softmax(logits: np.ndarray, *, target: int, temperature: float = 1.0) -> svg.Svg:
    """Logits, probabilities and the gradient of the cross-entropy, class by class.

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
    d = svg.Drawing()
    for x, words, anchor in (
        (20, "class", "start"),
        (158, "logit", "end"),
        (170, "probability p", "start"),
        (490, "gradient (p − y)/T", "start"),
    ):
        d.text(x, 10, words, anchor=anchor, bold=True)
    limit = max(1.0, float(np.abs(gradient).max()))
    for k, (z, chance, slope) in enumerate(zip(logits, p, gradient, strict=True)):
        d.add(_class_row(k, z, chance, slope / limit, slope, k == target))
    y = 40 + 34 * len(logits)
    most = svg.show_number(float(np.log(len(logits))), 4)
    d.text(20, y, f"cross-entropy −ln p = {svg.show_number(loss, 4)}")
    d.text(300, y, f"entropy {svg.show_number(entropy, 4)} of at most {most}")
    sentence = (
        f"Temperature {svg.show_number(temperature)}: the probabilities are "
        f"{', '.join(f'{v:.3f}' for v in p)}. The right class is {target}, with "
        f"{p[target]:.3f}: cross-entropy {loss:.4f}, entropy {entropy:.4f}."
    )
    return d.svg(740, y + 20, "Softmax and cross-entropy", sentence)


def _class_row(k: int, z: float, chance: float, share: float, slope: float, right: bool) -> str:
    """One class: its logit, the bar of its probability, the bar of its gradient."""
    y = 38 + 34 * k
    d = svg.Drawing()
    d.text(20, y, f"{k}{'  (right)' if right else ''}", bold=right)
    d.text(158, y, svg.show_number(z), anchor="end", mono=True)
    d.rect(170, y - 11, 220 * chance, 22, fill=svg.OUTPUT.tint, line=svg.OUTPUT.line)
    d.text(178 + 220 * chance, y, f"{chance:.3f}", mono=True)
    d.line(580, y - 14, 580, y + 14, colour=svg.MUTED)
    wide = 80 * abs(share)
    d.rect(
        580 if slope > 0 else 580 - wide,
        y - 9,
        wide,
        18,
        fill=svg.WINDOW.tint,
        line=svg.WINDOW.line,
    )
    d.text(674, y, svg.show_number(slope, 3), mono=True)
    return d.markup


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
) -> svg.Svg:
    """A small net as a whole and thinned by dropout, with what each of them predicts.

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
    """
    factor = 1 / (1 - p) if scaled else 1.0
    values = act.relu(inputs @ hidden)
    whole = act.softmax(values @ output)
    sizes = (len(inputs), *output.shape)
    kept = keeps if training else np.ones_like(keeps)
    strength = factor if training else 1.0
    nets = [_net(sizes, np.ones(sizes[1]), whole, "whole net")]
    for number, keep in enumerate(kept, start=1):
        chance = act.softmax((values * keep * strength) @ output)
        nets.append(_net(sizes, keep, chance, f"pass {number}: {_units(keep)}"))
    masks, chances = regularise.every_mask(sizes[1], p)
    scores = (masks * values * factor) @ output
    mean = chances @ act.softmax(scores)
    rows = [
        ("whole net, in evaluation", whole, values @ output),
        (f"mean of all {len(masks)} thinned nets", mean, chances @ scores),
    ]
    table = "".join(_prediction_row(12 + 24 * i, *row) for i, row in enumerate(rows))
    picture = svg.above(svg.beside(*nets, gap=12), svg.Svg(table, 720, 50, ""), gap=14)
    how = f"survivors times {svg.show_number(factor)}" if scaled else "survivors not scaled"
    state = f"training, {how}" if training else "evaluation: nothing is dropped, nothing scaled"
    sentence = (
        f"p = {svg.show_number(p)}, {state}. The whole net gives {_percents(whole)}; the mean of all "
        f"{len(masks)} thinned nets ({how}), weighted by their chance, gives {_percents(mean)}."
    )
    width = max(picture.width, 720)
    return svg.framed(svg.Svg(picture.markup, width, picture.height, "Dropout", sentence))


def _net(
    sizes: tuple[int, int, int], keep: np.ndarray, chance: np.ndarray, caption: str
) -> svg.Svg:
    """A net of three columns, dropped hidden units crossed out; below it, its prediction."""
    columns = [
        [(x, 14 + 150 * (i + 0.5) / n) for i in range(n)]
        for x, n in zip((15, 80, 145), sizes, strict=True)
    ]
    d = svg.Drawing()
    for unit, (x, y) in enumerate(columns[1]):
        if not keep[unit]:
            d.add(_crossed(x, y))
            continue
        for a, b in columns[0] + columns[2]:
            d.line(a, b, x, y, colour=svg.FAINT, thick=0.75)
        d.add(_neuron(x, y, svg.OUTPUT))
    for x, y in columns[0]:
        d.rect(x - 7, y - 7, 14, 14, fill=svg.INPUT.tint, line=svg.INPUT.line)
    for x, y in columns[2]:
        d.add(_neuron(x, y, svg.OUTPUT))
    for k, share in enumerate(chance):
        y = 186 + 20 * k
        d.text(0, y, "ABCDEFGH"[k], size=12)
        d.rect(16, y - 7, 100 * share, 14, fill=svg.OUTPUT.tint, line=svg.OUTPUT.line)
        d.text(22 + 100 * share, y, _percent(share), size=12)
    height = 186 + 20 * len(chance)
    return svg.captioned(d.svg(165, height, caption), caption)


def _units(keep: np.ndarray) -> str:
    return f"{int(keep.sum())} unit{'' if keep.sum() == 1 else 's'}"


def _crossed(x: float, y: float) -> str:
    """A dropped unit: a dashed ring with a cross."""
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="7" fill="none" stroke="{svg.MUTED}" '
        'stroke-dasharray="3 2"/>'
        + svg.line(x - 4, y - 4, x + 4, y + 4, colour=svg.MUTED, thick=1.5)
        + svg.line(x - 4, y + 4, x + 4, y - 4, colour=svg.MUTED, thick=1.5)
    )


def _prediction_row(y: float, name: str, chance: np.ndarray, scores: np.ndarray) -> str:
    """One line of the comparison: probabilities, and the scores before softmax."""
    shown = " · ".join(f"{'ABCDEFGH'[k]} {_percent(share, 1)}" for k, share in enumerate(chance))
    raw = ", ".join(svg.show_number(float(s)) for s in scores)
    return (
        svg.text(0, y, name, bold=True)
        + svg.text(255, y, shown)
        + svg.text(480, y, f"scores {raw}", fill=svg.MUTED)
    )


def _percents(chance: np.ndarray) -> str:
    return ", ".join(f"{'ABCDEFGH'[k]} {_percent(share, 1)}" for k, share in enumerate(chance))


# Batch normalisation ------------------------------------------------------------------------------


def batch_norm(
    before: np.ndarray, after: np.ndarray, *, training: bool, running: regularise.Running
) -> svg.Svg:
    """One channel before and after batch normalisation, and where its first example went.

    Parameters
    ----------
    before, after : ndarrays of shape (N, 1, H, W)
    training : bool
        Whether `after` was normalised with the statistics of this batch.
    running : regularise.Running
        The running statistics, those that evaluation uses.
    """
    batch = f"mean {svg.show_number(float(before.mean()))}, variance {svg.show_number(float(before.var()))}"
    kept = f"mean {svg.show_number(float(running.mean[0]))}, variance {svg.show_number(float(running.var[0]))}"
    low, high = _round_range(before)
    panels = [
        _two_histograms(before, low, high, "before", svg.INPUT),
        _two_histograms(after, -4, 4, "after (end bars: and beyond)", svg.OUTPUT),
    ]
    first = (float(before[0].mean()), float(after[0].mean()))
    notes = [("this batch", batch, training), ("running statistics", kept, not training)]
    table = "".join(
        svg.text(0, 10 + 22 * i, ("▸ " if used else "   ") + name, bold=used)
        + svg.text(170, 10 + 22 * i, words + ("  (used)" if used else ""), bold=used)
        for i, (name, words, used) in enumerate(notes)
    )
    table += svg.text(0, 54, "first image alone") + svg.text(
        170, 54, f"mean {svg.show_number(first[0])} before, {svg.show_number(first[1])} after"
    )
    legend = svg.rect(480, 3, 14, 14, fill=svg.INPUT.tint, line=svg.INPUT.line)
    legend += svg.text(500, 10, "all images of the batch", size=12)
    legend += svg.line(480, 32, 494, 32, colour=svg.WINDOW.line, thick=3) + svg.text(
        500, 32, "the first image", size=12
    )
    whole = svg.above(svg.beside(*panels, gap=40), svg.Svg(table + legend, 700, 66, ""), gap=18)
    sentence = (
        f"Batch of {len(before)}, {'training' if training else 'evaluation'}: this batch has "
        f"{batch}; the running statistics are {kept}. After normalisation the batch has mean "
        f"{svg.show_number(float(after.mean()))} and variance {svg.show_number(float(after.var()))}; the "
        f"first image's mean goes from {svg.show_number(first[0])} to {svg.show_number(first[1])}."
    )
    return svg.framed(
        svg.Svg(whole.markup, whole.width, whole.height, "Batch normalisation", sentence)
    )


def _two_histograms(
    values: np.ndarray, low: float, high: float, caption: str, role: svg.Role
) -> svg.Svg:
    """All values as bars, those of the first image as an outline."""
    across = _scale(low, high, 10, 330)
    counts, first = _histogram(values, low, high), _histogram(values[0], low, high)
    d = svg.Drawing()
    d.line(10, 150, 330, 150, colour=svg.MUTED)
    wide = across(_edge(1, low, high)) - across(low)
    for b, count in enumerate(counts / counts.max()):
        x = across(_edge(b, low, high))
        d.rect(x, 150 - 130 * count, wide, 130 * count, fill=role.tint, line=role.line)
    heights = np.repeat(first / first.max() * 60, 2)
    xs = [across(_edge(b + end, low, high)) for b in range(_BINS) for end in (0, 1)]
    d.polyline([(x, 150 - h) for x, h in zip(xs, heights, strict=True)], colour=svg.WINDOW.line)
    for tick in (low, (low + high) / 2, high):
        d.text(across(tick), 162, svg.show_number(tick), size=12, anchor="middle", fill=svg.MUTED)
    return svg.captioned(d.svg(345, 172, caption), caption)


def _round_range(values: np.ndarray) -> tuple[float, float]:
    """Whole numbers around all values."""
    low, high = float(np.floor(values.min())), float(np.ceil(values.max()))
    return low, max(high, low + 1)


# Helpers ------------------------------------------------------------------------------------------


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """A map from values between low and high to pixels between start and end."""
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _curve(
    x: np.ndarray, y: np.ndarray, across: Callable, up: Callable, colour: str, dash: str = ""
) -> str:
    return svg.polyline(list(zip(across(x), up(y), strict=True)), colour=colour, dash=dash)


def _legend(entries: Sequence[tuple[str, str, str]]) -> str:
    return "".join(
        svg.line(110 * i, 8, 110 * i + 24, 8, colour=colour, thick=2, dash=dash)
        + svg.text(110 * i + 30, 8, words, size=12, fill=svg.MUTED)
        for i, (words, colour, dash) in enumerate(entries)
    )


def _histogram(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Counts in equal bins; what lies beyond an end is counted in the last bin there."""
    places = np.clip((values.ravel() - low) * (_BINS / (high - low)), 0, _BINS - 1)
    return np.bincount(places.astype(int), minlength=_BINS)


def _edge(bin_number: float, low: float, high: float) -> float:
    return low + bin_number * (high - low) / _BINS


def _size(signal: act.Signal) -> float:
    """Root mean square of a layer's values."""
    return float(np.sqrt(np.mean(signal.values**2)))


def scientific(value: float) -> str:
    """A positive number or 0 in two digits, as a power of ten where it is very small or large.

    >>> scientific(0.524), scientific(17.2), scientific(9.43e-10)
    ('0.52', '17', '9.4·10⁻¹⁰')
    """
    if value == 0 or 0.01 <= value < 1000:
        return svg.show_number(float(f"{value:.2g}"), 3)
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·10{superscript(int(power))}"


def superscript(number: int) -> str:
    """A whole number in small raised digits."""
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _percent(share: float, places: int = 0) -> str:
    return f"{100 * share:.{places}f} %"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _three(function: Callable) -> str:
    return ", ".join(svg.show_number(float(v), 3) for v in function(np.array([-2.0, 0.0, 2.0])))
