"""Figures of what layers do to space: padding, stride, dilation, fields of view, pooling.

    >>> from cnncourse import figures
    >>> figures.output_size(28, kernel=3, padding=1, target=28)
    Svg('The output size', 744×204)

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from cnncourse import convolution as conv
from cnncourse import geometry
from cnncourse import signals as sampling
from cnncourse.architectures.table import paths
from cnncourse.figures import marks, svg
from cnncourse.figures.charts import Scale, curve
from cnncourse.figures.grids import UNSEEN, matrix
from cnncourse.figures.words import by, count, wrapped
from cnncourse.geometry import Field, Window
from cnncourse.images import to_uint8
from cnncourse.pooling import Shifted, distance, input_gradient, pool_with, shift_test

# Padding ------------------------------------------------------------------------------------------


def padding(
    pixels: np.ndarray, *, kernel: int = 3, padding: int = 0, padding_mode: str = "zero"
) -> svg.Svg:
    """A padded input, how often each pixel is used, and what a mean filter makes of the border.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    kernel, padding : int
    padding_mode : {"zero", "reflect", "edge", "wrap"}

    Raises
    ------
    ValueError
        If the kernel does not fit, or the image is too small for this padding mode.
    """
    padded = conv.pad(pixels, padding, padding_mode)
    weights = np.full((kernel, kernel), 1 / kernel**2)
    means = conv.correlate(pixels, weights, padding=padding, padding_mode=padding_mode)
    uses = conv.pixel_uses(pixels.shape, kernel, padding, padding_mode)
    around = f" + padding {padding}" if padding else ""
    shown = matrix(
        padded,
        title="input",
        cell=min(32, 224 / len(padded)),
        digits=1,
        padding=(padding,) * 4,
        marked=[(0, 0, kernel, kernel)],
    )
    grey: dict[str, Any] = {"title": "", "shade": "grey"}
    counts = matrix(uses, role=svg.PADDING, limits=(0, kernel**2), cell=32, **grey)
    cell, limits = min(32, 224 / len(means)), _limits(pixels)
    result = matrix(means, role=svg.OUTPUT, limits=limits, cell=cell, **grey)
    of_each = f"mean of each {kernel}×{kernel}: {by(means.shape)}"
    picture = svg.beside(
        svg.captioned(shown, f"input {by(pixels.shape)}{around}", role=svg.INPUT),
        svg.captioned(counts, "how often a pixel is used"),
        svg.captioned(result, of_each, role=svg.OUTPUT),
        gap=26,
    )
    sentence = _padding_words(pixels.shape, kernel, padding, padding_mode, uses, means)
    return _named(picture, "Padding", sentence)


def _padding_words(
    shape: tuple[int, int],
    kernel: int,
    padding: int,
    mode: str,
    uses: np.ndarray,
    means: np.ndarray,
) -> str:
    name = geometry.padding_name(kernel, padding)
    called = f" ({name})" if name else ""
    filled = f", filled by {mode}" if padding else ""
    before, after = geometry.padding_for("same", kernel)
    uneven = (
        f" To keep the size, a kernel of {kernel} would need {before} before and {after} after."
        if before != after
        else ""
    )
    middle = (shape[0] // 2, shape[1] // 2)
    high, wide = means.shape
    corner, top, inside = (
        svg.show_number(means[place]) for place in ((0, 0), (0, wide // 2), (high // 2, wide // 2))
    )
    return (
        f"Kernel {kernel}×{kernel}, padding {padding}{called}{filled}: "
        f"{by(shape)} → {by(means.shape)}.{uneven} The corner pixel is used "
        f"{_times(uses[0, 0])}, the middle one {_times(uses[middle])}. The mean is {corner} in "
        f"the corner, {top} at the top edge and {inside} in the middle."
    )


# Stride and dilation ------------------------------------------------------------------------------


def stride(
    *,
    size: int = 24,
    period: int = 3,
    kernel: int = 1,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> svg.Svg:
    """The stripes seen through a strided mean filter: windows, what they leave out, what they show.

    Parameters
    ----------
    size : int
        Pixels of the input along each axis.
    period : int
        Pixels from one stripe to the next.
    kernel, stride, padding, dilation : int
        The filter takes the mean of its kernel×kernel pixels.
    """
    pixels = sampling.stripes(size, period)
    weights = np.full((kernel, kernel), 1 / kernel**2)
    window = Window(kernel, stride, padding, dilation)
    result = conv.correlate(pixels, weights, stride=stride, padding=padding, dilation=dilation)
    left = geometry.unused(size, kernel, stride, padding, dilation)
    zoom = 696 / (size + 2 * padding)
    striped = _striped_input(pixels, padding, left)
    top = svg.beside(
        svg.captioned(striped, f"input {by(pixels.shape)}", role=svg.INPUT),
        svg.captioned(_grey(result, 192), f"output {by(result.shape)}", role=svg.OUTPUT),
        _division(size, window),
        gap=26,
    )
    rows = _windows_row(size, window, zoom, left)
    wave = _wave(size, result[len(result) // 2], period, window, zoom)
    picture = svg.above(
        top,
        svg.captioned(rows, "one row: which pixels each window takes", role=svg.WINDOW),
        svg.captioned(wave, "the stripes (line) and what the output sees (dots)"),
    )
    return _named(picture, "Stride and dilation", _stride_words(size, window, left, period))


def _striped_input(pixels: np.ndarray, padding: int, left: int) -> svg.Svg:
    """The input as a picture, its padding and the strip that no window reaches."""
    zoom = 192 / (len(pixels) + 2 * padding)
    inside, side = padding * zoom, len(pixels) * zoom
    drawing = svg.Drawing()
    if padding:
        drawing.rect(0, 0, 192, 192, fill=svg.PADDING.tint, line=svg.PADDING.line, dash="3 2")
    drawing.image(to_uint8(255 * pixels), inside, inside, side, side)
    drawing.rect(inside, inside, side, side, line=svg.FAINT)  # white stripes end at white paper
    if left:
        edge = 192 - left * zoom
        drawing.add(_hatched(edge, 0, left * zoom, 192), _hatched(0, edge, edge, left * zoom))
    return drawing.svg(192, 192, "input")


def _division(size: int, window: Window) -> svg.Svg:
    """The output size as a division with remainder."""
    kernel, stride, padding, dilation = astuple(window)
    reach = geometry.effective_kernel(kernel, dilation)
    room = size + 2 * padding - reach
    quotient, remainder = divmod(room, stride)
    lines = (
        f"window: {dilation}·({kernel} − 1) + 1 = {reach}",
        f"room: {size} + 2·{padding} − {reach} = {room}",
        f"steps: {room} = {quotient}·{stride} + {remainder}",
        f"output: {quotient} + 1 = {quotient + 1}",
        f"left over: {remainder}" + (" (hatched)" if remainder else ""),
    )
    drawing = svg.Drawing()
    for i, words in enumerate(lines):
        drawing.text(0, 12 + 24 * i, words, size=14, bold=i == 3)
    return drawing.svg(max(svg.text_width(words, 14) for words in lines), 124, "The division")


def _windows_row(size: int, window: Window, zoom: float, left: int) -> svg.Svg:
    """All windows along one row of the input, in lanes so that they do not overlap."""
    kernel, stride, padding, dilation = astuple(window)
    full, drawing = size + 2 * padding, svg.Drawing()
    for place in range(full):
        role = svg.INPUT if padding <= place < full - padding else svg.PADDING
        drawing.rect(place * zoom, 0, zoom, 14, fill=role.tint, line=role.line, thick=0.75)
    count = geometry.conv_output_size(size, kernel, stride, padding, dilation)
    reach = geometry.effective_kernel(kernel, dilation)
    lanes = min(count, -(-reach // stride), 8)  # so many windows cover one pixel
    for step in range(count):
        y, first = 22 + 9 * (step % lanes), step * stride
        end = (first + reach) * zoom - 2
        drawing.line(first * zoom + 2, y, end, y, colour=svg.WINDOW.line)
        for tap in range(kernel):
            x = (first + tap * dilation) * zoom
            drawing.rect(x + 1.5, y - 3, zoom - 3, 6, fill=svg.WINDOW.line)
    if left:
        drawing.add(_hatched((full - left) * zoom, 0, left * zoom, 14))
    return drawing.svg(full * zoom, 22 + 9 * lanes, "windows")


def _wave(size: int, seen: np.ndarray, period: int, window: Window, zoom: float) -> svg.Svg:
    """The stripes as a curve, the outputs as dots where their windows have their middle."""
    before = window.padding
    x = Scale(-before - 0.5, size + before - 0.5, 0, (size + 2 * before) * zoom)
    y = Scale(0, 1, 56, 6)
    fine = np.linspace(0, size - 1, 8 * size)
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * fine / period)
    middle = (geometry.effective_kernel(window.kernel, window.dilation) - 1) / 2 - before
    middles = [middle + step * window.stride for step in range(len(seen))]
    output: dict[str, Any] = {"colour": svg.OUTPUT.line, "thick": 2.5, "dash": "6 3", "dots": 4}
    drawing = svg.Drawing()
    drawing.add(curve(x, y, fine, wave, colour=svg.INPUT.line, thick=1.2))
    drawing.add(curve(x, y, middles, seen, **output))
    return drawing.svg(x.end, 62, "the wave")


def _stride_words(size: int, window: Window, left: int, period: int) -> str:
    kernel, step, padding, dilation = astuple(window)
    count = geometry.conv_output_size(size, kernel, step, padding, dilation)
    unseen = max(0, left - padding)
    where = f", {unseen} of them in the image" if unseen else ", in the padding only"
    words = (
        f"Kernel {kernel}×{kernel}, stride {step}, padding {padding}, dilation {dilation}: "
        f"{size}×{size} → {count}×{count}; "
        f"{left or 'no'} {'row and column' if left == 1 else 'rows and columns'} of the padded "
        f"input left over{where if left and padding else ''}. "
    )
    if sampling.mean_gain(period, kernel, dilation) < 1e-9:
        return words + f"The mean over the window wipes out stripes every {period} pixels."
    apparent = sampling.apparent_period(period, step)
    if apparent is None:
        return words + f"Stripes every {period} pixels vanish: each step meets the same place."
    if 2 * step == period:
        return words + f"Stripes every {period} pixels: just two samples a stripe, the limit."
    if 2 * step < period:
        return words + f"Stripes every {period} pixels stay stripes every {period} pixels."
    return words + (
        f"Stripes every {period} pixels look like stripes every {_fraction(apparent)} pixels: "
        "that is aliasing."
    )


def strided_windows(
    pixels: np.ndarray, kernel: np.ndarray, *, stride: int = 2, padding: int = 0
) -> svg.Svg:
    """The steps of a small strided convolution, one picture a step.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW)
    stride, padding : int
    """
    result = conv.correlate(pixels, kernel, stride=stride, padding=padding)
    padded = conv.pad(pixels, padding)
    look: dict[str, Any] = {"title": "", "cell": 26, "padding": (padding,) * 4}
    rows = []
    for r in range(result.shape[0]):
        steps = []
        for c in range(result.shape[1]):
            grid = matrix(padded, marked=[(r * stride, c * stride, *kernel.shape)], **look)
            words = f"row {r + 1}, column {c + 1}: {svg.show_number(result[r, c])}"
            width = max(156, grid.width)  # equal, so that rows line up
            steps.append(replace(svg.captioned(grid, words), width=width))
        rows.append(svg.beside(*steps, gap=16))
    weights = matrix(kernel, title="", role=svg.KERNEL, cell=30, caption="kernel")
    output = matrix(result, title="", role=svg.OUTPUT, cell=34, caption="output")
    sentence = (
        f"A {by(kernel.shape)} kernel with stride {stride} and padding {padding} on a "
        f"{by(pixels.shape)} input: {result.size} windows, {by(result.shape)} outputs, "
        f"{_listed(result)}."
    )
    picture = svg.beside(svg.above(*rows), svg.above(weights, output), gap=36)
    return _named(picture, "A strided convolution", sentence)


def stride_selections(result: np.ndarray, strides: Sequence[tuple[int, int]]) -> svg.Svg:
    """The outputs at stride 1, and which of them larger strides keep.

    Parameters
    ----------
    result : ndarray of shape (H, W)
        The output at stride 1.
    strides : sequence of (down, right)
    """
    pictures = [matrix(result, title="", role=svg.OUTPUT, caption="stride 1")]
    words = []
    for down, right in strides:
        marked = [(r, c, 1, 1) for r, c in _corners(result.shape, down, right)]
        name = f"stride {down}" if down == right else f"stride {down} down, {right} right"
        grid = matrix(result, title="", role=svg.OUTPUT, marked=marked)
        pictures.append(svg.captioned(grid, name, role=svg.WINDOW))
        words.append(f"{name} keeps {_listed(result[::down, ::right])}")
    sentence = f"Of the {by(result.shape)} outputs at stride 1, {'; '.join(words)}."
    return _named(svg.beside(*pictures, gap=30), "A stride keeps some of the outputs", sentence)


def padded_input(pixels: np.ndarray, padding: int, kernel: int) -> svg.Svg:
    """A small input with a border of zeros; the first and the last window are framed.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    padding, kernel : int
    """
    padded = conv.pad(pixels, padding)
    count = [geometry.conv_output_size(size, kernel, 1, padding) for size in pixels.shape]
    ends = [(0, 0, kernel, kernel), (count[0] - 1, count[1] - 1, kernel, kernel)]
    sentence = (
        f"A {by(pixels.shape)} input with {padding} pixel{'s' * (padding > 1)} of zeros around "
        f"it is {by(padded.shape)}; a {kernel}×{kernel} window has {by(count)} places in it."
    )
    caption, margins = "input with zero padding", (padding,) * 4
    grid = matrix(padded, title="", padding=margins, marked=ends, caption=caption)
    return _named(grid, "Zero padding", sentence)


# Output size --------------------------------------------------------------------------------------


def output_size(
    size: int,
    *,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    target: int,
    found: Sequence[str] = (),
    solutions: int = 0,
) -> svg.Svg:
    """The windows on one axis, the formula with numbers, and how far the result is from a target.

    Parameters
    ----------
    size, target : int
        Pixels that go in, and that should come out.
    kernel, stride, padding, dilation : int
    found : sequence of str
        Settings that the learner has found so far.
    solutions : int
        How many there are; 0 leaves the count out.
    """
    window = Window(kernel, stride, padding, dilation)
    count = geometry.conv_output_size(size, kernel, stride, padding, dilation)
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    verdict = _verdict(count, target)
    formula = (
        f"⌊({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1) / {stride}⌋ + 1 = "
        f"⌊{room} / {stride}⌋ + 1 = {count}"
    )
    drawing = svg.Drawing()
    drawing.add(_axis(size, window, count, 720))
    drawing.text(0, 74, formula, size=16, mono=True)
    drawing.text(0, 104, verdict, size=15, bold=True)
    tally = f"found {len(found)} of {solutions}: " if solutions else "found: "
    lines = wrapped(tally + (", ".join(found) or "none yet"), 96)
    for i, words in enumerate(lines):
        drawing.text(0, 132 + 19 * i, words, fill=svg.MUTED)
    sentence = (
        f"Kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}: "
        f"{size} → {count}. {verdict} Solutions found: {len(found)}"
        + (f" of {solutions}." if solutions else ".")
    )
    picture = drawing.svg(720, 142 + 19 * max(2, len(lines)), "")
    return _named(picture, "The output size", sentence)


def _verdict(count: int, target: int) -> str:
    if count == target:
        return f"The target is {target}: hit."
    side = "too many" if count > target else "too few"
    return f"The target is {target}: {abs(count - target)} {side}."


def _axis(size: int, window: Window, count: int, width: float) -> str:
    """A bar of `size` pixels between its padding, its first window, a tick where each begins."""
    padding, first = svg.PADDING, svg.WINDOW.line
    zoom = width / (size + 2 * window.padding)
    reach = geometry.effective_kernel(window.kernel, window.dilation)
    drawing, left = svg.Drawing(), window.padding * zoom
    drawing.rect(0, 4, width, 18, fill=padding.tint, line=padding.line, dash="3 2")
    drawing.rect(left, 4, size * zoom, 18, fill=svg.INPUT.tint, line=svg.INPUT.line)
    drawing.rect(0.5, 0.5, reach * zoom, 25, line=first, thick=2.5, round=2)
    ticks = " ".join(f"M{i * window.stride * zoom + 1:.1f} 34v12" for i in range(count))
    drawing.add(f'<path d="{ticks}" stroke="{first}" stroke-width="1.5"/>')
    return drawing.markup


# Receptive field ----------------------------------------------------------------------------------


def receptive_field(
    pixels: np.ndarray,
    layers: Sequence[tuple[str, Window]],
    *,
    layer: int,
    row: int,
    column: int,
    effective: bool = False,
) -> svg.Svg:
    """The part of an image that one unit sees, and how the view widens layer by layer.

    It is marked for the controls step, row and column: the field is dragged in the image, and any
    unit of any layer is taken by a click or by dragging along its row.

    Parameters
    ----------
    pixels : ndarray of shape (N, N), from 0 to 1
    layers : sequence of (name, Window)
        From the input on.
    layer : int
        The unit's layer: 0 is the image itself, 1 the first layer.
    row, column : int
        The unit within its layer.
    effective : bool
        Shade each pixel by the number of ways that lead from it to the unit.

    Raises
    ------
    ValueError
        If a layer does not fit, or there is no such unit.
    """
    windows = [window for _, window in layers]
    sizes = geometry.layer_sizes(len(pixels), layers)
    down, across = (paths(windows[:layer], len(pixels), unit) for unit in (row, column))
    field = geometry.field_at(windows, layer)
    seen = _field_picture(pixels, field, (row, column), down[0], across[0], effective)
    seen = _with_dragged_field(seen, field, (row, column), sizes[layer], len(pixels))
    tower = _tower(layers, sizes, across, layer, column)
    table = _field_table(layers, sizes, layer)
    top = svg.beside(
        svg.captioned(seen, f"image {by(pixels.shape)} and the unit's field", role=svg.INPUT),
        svg.captioned(tower, "one row of every layer: what feeds the unit", role=svg.WINDOW),
        gap=26,
    )
    sentence = _field_words(layers, sizes, layer, (row, column), field, effective)
    return _named(svg.above(top, table), "The receptive field", sentence)


_FIELD_SIDE, _FIELD_MARGIN = 216.0, 22.0  # of the image, and around it


def _with_dragged_field(
    picture: svg.Svg, field: Field, unit: tuple[int, int], units: int, size: int
) -> svg.Svg:
    """The picture of the image as an area in which the field is dragged from unit to unit."""
    pixel = _FIELD_SIDE / size
    step = field.jump * pixel
    middle = [_FIELD_MARGIN + sum(field.span(place)) / 2 * pixel for place in unit]
    moves = [
        marks.Move("column", unit[1], (step, 0), 0, units - 1),
        marks.Move("row", unit[0], (0, step), 0, units - 1),
    ]
    spoken = f"unit in row {unit[0]}, column {unit[1]}"
    area = marks.drag(
        svg.group(picture.markup), "field", moves, at=(middle[1], middle[0]), spoken=spoken
    )
    return svg.Svg(area, picture.width, picture.height, picture.title)


def _field_picture(
    pixels: np.ndarray,
    field: Field,
    unit: tuple[int, int],
    down: np.ndarray,
    across: np.ndarray,
    effective: bool,
) -> svg.Svg:
    """The image with a frame around the field; dashed where it reaches out of the image."""
    side, margin, size = _FIELD_SIDE, _FIELD_MARGIN, len(pixels)
    shown = to_uint8(255 * pixels)
    if effective:
        weight = np.outer(down, across)
        share = (weight / weight.max())[..., None]
        shade = 0.35 * np.repeat(shown[..., None], 3, axis=2)
        shown = to_uint8(shade + share * (np.array([255, 122, 198]) - shade))
    drawing, full = svg.Drawing(), side + 2 * margin
    drawing.rect(0.5, 0.5, full - 1, full - 1, line=svg.FAINT, dash="3 3")
    drawing.image(shown, margin, margin, side, side)
    place = Scale(-margin * size / side, size + margin * size / side, 0, full)  # cut off outside
    (top, bottom), (left, right) = (map(place, field.span(index)) for index in unit)
    drawing.rect(left, top, right - left, bottom - top, line=svg.WINDOW.line, thick=3)
    return drawing.svg(full, full, "image")


def _tower(
    layers: Sequence[tuple[str, Window]],
    sizes: Sequence[int],
    ways: Sequence[np.ndarray],
    layer: int,
    column: int,
) -> svg.Svg:
    """Rows of units, the input lowest; those that the chosen unit depends on are filled."""
    width, step, left = 256.0, 28.0, 142.0  # room for "conv 3×3, dilation 4"
    drawing = svg.Drawing()
    for level, size in enumerate(sizes):
        y = (len(sizes) - 1 - level) * step
        lit = ways[level] > 0 if level <= layer else np.zeros(size, bool)
        drawing.text(0, y + 8, layers[level - 1][0] if level else "image", size=12)
        gap = width / size
        drawing.add(_bars([(left + i * gap, gap) for i in np.flatnonzero(~lit)], y, 14, svg.FAINT))
        colour = svg.KERNEL.line if level == layer else svg.WINDOW.line
        drawing.add(_bars([(left + i * gap, gap) for i in np.flatnonzero(lit)], y, 16, colour))
        unit = min(column, size - 1)
        drawing.add(
            marks.drag(
                svg.rect(left, y - 4, width, 24, fill=UNSEEN),
                f"units of layer {level}" if level else "units of the image",
                [marks.Move("column", unit, (gap, 0), 0, size - 1)],
                at=(left + (unit + 0.5) * gap, y + 8),
                also={"step": level},
                spoken=f"column {unit}",
            )
        )
    return drawing.svg(left + width, len(sizes) * step - 8, "tower")


def _bars(places: Sequence[tuple[float, float]], y: float, height: float, colour: str) -> str:
    """Many small rectangles as one path, which is far shorter than one element each."""
    drawn = "".join(
        f"M{x + 0.5:.1f} {y:.1f}h{max(w - 1, 0.8):.1f}v{height:.0f}H{x + 0.5:.1f}z"
        for x, w in places
    )
    return f'<path d="{drawn}" fill="{colour}"/>' if drawn else ""


def _field_table(layers: Sequence[tuple[str, Window]], sizes: Sequence[int], layer: int) -> svg.Svg:
    """Size, jump and field of every layer; the unit's layer is marked."""
    fields = [Field(1, 1, 0.0), *geometry.receptive_field([window for _, window in layers])]
    columns = [24, 250, 350, 440, 560]
    head = ["layer", "units", "jump", "field", "centre of the first"]
    drawing = svg.Drawing()
    for x, words in zip(columns, head, strict=True):
        drawing.text(x, 8, words, bold=True, size=12.5)
    for level, (size, field) in enumerate(zip(sizes, fields, strict=True)):
        y, chosen = 28 + 19 * level, level == layer
        name = layers[level - 1][0] if level else "image"
        cells = [name, size, field.jump, field.size, svg.show_number(field.centre, 1)]
        if chosen:
            drawing.text(4, y, "▶", size=12, fill=svg.WINDOW.line)
        for x, cell in zip(columns, cells, strict=True):
            drawing.text(x, y, str(cell), size=12.5, bold=chosen)
    return drawing.svg(720, 24 + 19 * len(sizes), "table")


def _field_words(
    layers: Sequence[tuple[str, Window]],
    sizes: Sequence[int],
    layer: int,
    unit: tuple[int, int],
    field: Field,
    effective: bool,
) -> str:
    name = f"layer {layer} ({layers[layer - 1][0]})" if layer else "the image itself"
    spans = [field.span(place) for place in unit]
    outside = max(max(-first, last - sizes[0], 0) for first, last in spans)
    rows, columns = (
        f"{svg.show_number(first)} to {svg.show_number(last - 1)}" for first, last in spans
    )
    words = (
        f"Unit ({unit[0]}, {unit[1]}) of {name}, one of {sizes[layer]}×{sizes[layer]}, sees "
        f"{field.size}×{field.size} pixels: rows {rows}, columns {columns}. "
        f"Its neighbour looks {field.jump} pixel{'s' * (field.jump > 1)} further."
    )
    if outside:
        words += f" The field reaches up to {outside} pixels out of the image, into padding."
    if effective:
        words += " The brighter a pixel, the more ways lead from it to the unit."
    return words


# Pooling ------------------------------------------------------------------------------------------


def pooling(
    pixels: np.ndarray,
    *,
    kind: str = "max",
    window: int = 2,
    stride: int = 2,
    shift: int = 0,
    back: bool = False,
) -> svg.Svg:
    """The same image as it is and shifted, both pooled, and how far apart the results are.

    Parameters
    ----------
    pixels : ndarray of shape (H, W), from 0 to 1
    kind : str
        One of `cnncourse.pooling.POOLINGS`.
    window, stride, shift : int
    back : bool
        Move the output of the shifted image back before comparing.
    """
    test = shift_test(pixels, kind, window, stride, shift=shift, back=back)
    gradient = input_gradient(pixels, kind, window, stride)
    side, highest = 150.0, max(test.before.max(), test.after.max(), 1e-9)
    change = np.abs(test.after - test.before)
    moved = np.roll(pixels, shift, axis=1)

    def panel(values: np.ndarray, words: str, role: svg.Role | None, top: float = 1.0) -> svg.Svg:
        picture = svg.captioned(_grey(values / top, side), words, size=12, role=role)
        return replace(picture, width=side)  # equal widths, so that the two rows line up

    upper = svg.beside(
        panel(pixels, f"input {by(pixels.shape)}", svg.INPUT),
        panel(test.before, f"pooled {by(test.before.shape)}", svg.OUTPUT, highest),
        panel(gradient, "gradient goes to", None, max(gradient.max(), 1e-9)),
    )
    lower = svg.beside(
        panel(moved, f"shifted by {shift}", svg.INPUT),
        panel(test.after, "pooled, moved back" if back else "then pooled", svg.OUTPUT, highest),
        panel(change, "difference", None, highest),
    )
    curve = _shift_curve(pixels, test, kind, window, stride, shift)
    picture = svg.beside(svg.above(upper, lower, gap=12), curve, gap=26)
    words = _pooling_words(test, kind, window, stride, shift, back)
    return _named(picture, "Pooling and shifts", words)


def _shift_curve(
    pixels: np.ndarray, test: Shifted, kind: str, window: int, stride: int, shift: int
) -> svg.Svg:
    """Distance of inputs and of outputs for shifts of 0 to 8 pixels, over their own length."""
    moved = [np.roll(pixels, s, axis=1) for s in range(9)]
    inputs = [distance(pixels, m) for m in moved]
    outputs = [distance(test.before, pool_with(m, kind, window, stride)) for m in moved]
    x, y = Scale(0, 8, 34, 186), Scale(0, max(*inputs, *outputs, 1e-9), 200, 30)
    drawing = svg.Drawing()
    drawing.line(34, 30, 34, 200, colour=svg.MUTED)
    for tick in (t for t in (0, 0.5, 1) if t <= y.high):
        drawing.line(34, y(tick), 190, y(tick), colour=svg.FAINT if tick else svg.MUTED)
        drawing.text(28, y(tick), svg.show_number(tick), size=12, anchor="end")
    drawing.line(x(shift), 30, x(shift), 200, colour=svg.WINDOW.line, dash="3 3")
    drawing.add(curve(x, y, range(9), inputs, colour=svg.INPUT.line, dash="5 3"))
    drawing.add(curve(x, y, range(9), outputs, colour=svg.OUTPUT.line, dots=3))
    for s in range(9):
        drawing.text(x(s), 213, str(s), size=12, anchor="middle")
    drawing.text(34, 232, "shift in pixels", size=12)
    drawing.text(34, 12, "relative change", bold=True)
    drawing.line(34, 256, 60, 256, colour=svg.INPUT.line, thick=2, dash="5 3")
    drawing.text(66, 256, f"inputs: {svg.show_number(inputs[shift])}")
    drawing.line(34, 276, 60, 276, colour=svg.OUTPUT.line, thick=2)
    drawing.text(66, 276, f"pooled: {svg.show_number(outputs[shift])}")
    drawing.text(34, 298, f"{round(100 * test.unchanged)} % of inked outputs")
    return drawing.svg(220, 310, "distances")


def _pooling_words(
    test: Shifted, kind: str, window: int, stride: int, shift: int, back: bool
) -> str:
    moved = f" and back by {count(shift // stride, 'output')}" if back else ""
    return (
        f"{kind[0].upper()}{kind[1:]} pooling, window {window}, stride {stride}: "
        f"{by(test.before.shape)} outputs, {test.inked} of them with ink. A shift by "
        f"{count(shift, 'pixel')}{moved} leaves {round(100 * test.unchanged)} % of these "
        f"unchanged; the input changes by {svg.show_number(test.input_distance)} of its length, "
        f"the pooled output by "
        f"{svg.show_number(test.output_distance)}."
    )


def pooled(
    pixels: np.ndarray, kinds: Sequence[str] = ("max", "avg", "l2"), window: int = 2
) -> svg.Svg:
    """A small matrix, its windows, and what each kind of pooling makes of them.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    kinds : sequence of str
        Some of `cnncourse.pooling.POOLINGS`.
    window : int
        Also the stride.
    """
    places = [(r, c, window, window) for r, c in _corners(pixels.shape, window, window)]
    source = matrix(pixels, title="", marked=places, caption="input")
    results = {kind: pool_with(pixels, kind, window) for kind in kinds}
    pictures = [
        matrix(result, title="", role=svg.OUTPUT, cell=46, caption=kind)
        for kind, result in results.items()
    ]
    words = "; ".join(f"{kind} {_listed(result)}" for kind, result in results.items())
    picture = svg.beside(source, *pictures, gap=30)
    return _named(picture, "Pooling", f"Windows of {window}×{window}: {words}.")


# Helpers ------------------------------------------------------------------------------------------


def _named(picture: svg.Svg, title: str, description: str) -> svg.Svg:
    return svg.framed(picture.titled(title, description))


def _corners(shape: tuple[int, ...], down: int, right: int) -> Iterator[tuple[int, int]]:
    """Every so many rows and columns, from the first on."""
    return product(range(0, shape[0], down), range(0, shape[1], right))


def _grey(values: np.ndarray, side: float) -> svg.Svg:
    """Values from 0 to 1 as a grey picture with a thin frame."""
    drawing, height = svg.Drawing(), side * values.shape[0] / values.shape[1]
    drawing.image(to_uint8(255 * values), 0, 0, side, height)
    drawing.rect(0, 0, side, height, line=svg.FAINT)
    return drawing.svg(side, height, "picture")


def _limits(values: np.ndarray) -> tuple[float, float]:
    return min(0.0, float(values.min())), max(1.0, float(values.max()))


def _hatched(x: float, y: float, width: float, height: float) -> str:
    """A strip crossed out by slanting lines."""
    drawn = []
    for start in np.arange(-height, width, 8.0):
        low, high = max(start, 0), min(start + height, width)
        if high > low:
            drawn.append(
                f"M{x + low:.1f} {y + low - start:.1f}L{x + high:.1f} {y + high - start:.1f}"
            )
    lines = f'<path d="{"".join(drawn)}" stroke="{svg.WINDOW.line}" stroke-width="1.5"/>'
    return svg.rect(x, y, width, height, line=svg.WINDOW.line) + lines


def _listed(values: np.ndarray) -> str:
    """A matrix in words: rows in brackets."""
    return ", ".join(f"[{', '.join(svg.show_number(v) for v in row)}]" for row in values)


def _fraction(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else svg.show_number(float(value))


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(int(count), f"{count} times")
