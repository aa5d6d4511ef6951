"""Figures of what layers do to space: padding, stride, dilation, fields of view, pooling.

    >>> from cnncourse import figures
    >>> figures.output_size(28, kernel=3, padding=1, target=28)
    Svg('The output size', 960×476)

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
from cnncourse.figures.grids import UNSEEN, handle, matrix, panels, readable_matrix
from cnncourse.figures.words import by, count
from cnncourse.geometry import Field, Window
from cnncourse.images import to_uint8
from cnncourse.pooling import Shifted, distance, input_gradient, pool_with, shift_test

_POOL = 200  # side of a picture that is pooled
_MOST_SHIFT = 8  # pixels

# Padding ------------------------------------------------------------------------------------------


def padding(
    pixels: np.ndarray, *, kernel: int = 3, padding: int = 0, padding_mode: str = "zero"
) -> svg.Svg:
    """A padded input, how often each pixel is used, and what a mean filter makes of the border.

    It is marked for the controls kernel and padding: the corner of the window and the corner of the
    input are handles.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    kernel : int
        At most 5.
    padding : int
        At most 6.
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
    cell = min(44.0, 418 / len(padded))
    shown = readable_matrix(padded, cell, padding=(padding,) * 4, marked=[(0, 0, kernel, kernel)])
    corners = (("kernel", kernel, 1, 5, kernel), ("padding", padding, 0, 6, len(padded)))
    handles = ""
    for name, value, low, high, cells in corners:
        move = marks.Move(name, value, (cell, cell), low, high)
        role = svg.KERNEL if name == "kernel" else svg.PADDING
        handles += handle(f"corner: {name}", [move], cells * cell, cells * cell, role=role)
    source = svg.Svg(shown.markup + handles, shown.width, shown.height, "")
    of_each = f"mean of each {kernel}×{kernel}: {by(means.shape)}"
    counts = readable_matrix(uses, 30, role=svg.PADDING, shade="signed", limits=(0, kernel**2))
    cell = min(34, 260 / len(means))
    result = readable_matrix(
        means,
        cell,
        digits=2 if cell > 30 else 1,
        role=svg.OUTPUT,
        shade="signed",
        limits=_limits(pixels),
    )
    panels = (
        ("input", source, f"input {by(pixels.shape)}{around}", svg.INPUT, 0, 432),
        ("uses", counts, "how often a pixel is used", None, 448, 216),
        ("means", result, of_each, svg.OUTPUT, 676, 260),
    )
    parts = ""
    for name, panel, words, panel_role, x, width in panels:
        markup = svg.captioned(panel, words, size=14, role=panel_role).markup
        parts += marks.panel(markup, name, x, 0, width, 455 if name == "input" else 284)
    sentence = _padding_words(pixels.shape, kernel, padding, padding_mode, uses, means)
    return svg.framed(svg.Svg(parts, 936, 455, "Padding", sentence))


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
    filled = f", border {mode}" if padding else ""
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

    It is marked for the controls kernel, stride, padding and dilation: the ends of the row of
    pixels are the padding, the corner of the first window is the kernel, its second pixel the
    dilation, and the place where the second window begins is the stride.

    Parameters
    ----------
    size : int
        Pixels of the input along each axis.
    period : int
        Pixels from one stripe to the next.
    kernel, stride, padding, dilation : int
        The filter takes the mean of its kernel×kernel pixels. Padding is at most 3.
    """
    pixels = sampling.stripes(size, period)
    weights = np.full((kernel, kernel), 1 / kernel**2)
    window = Window(kernel, stride, padding, dilation)
    result = conv.correlate(pixels, weights, stride=stride, padding=padding, dilation=dilation)
    left = geometry.unused(size, kernel, stride, padding, dilation)
    zoom = 912 / (size + 2 * _MOST_PADDING)
    tape = _windows_row(size, window, zoom, left)
    wave = _wave(size, result[len(result) // 2], period, window, zoom)
    striped = svg.captioned(
        _striped_input(pixels, padding, left), f"input {by(pixels.shape)}", size=14, role=svg.INPUT
    )
    seen = svg.captioned(_grey(result, 200), f"output {by(result.shape)}", size=14, role=svg.OUTPUT)
    parts = (
        marks.panel(tape, "tape", 0, 0, 936, 232)
        + marks.panel(wave, "wave", 0, 244, 936, 108)
        + marks.panel(striped.markup, "input", 0, 364, 216, 224)
        + marks.panel(seen.markup, "output", 248, 364, 216, 224)
        + marks.panel(_division(size, window), "division", 512, 364, 424, 224)
    )
    sentence = _stride_words(size, window, left, period)
    return svg.framed(svg.Svg(parts, 936, 588, "Stride and dilation", sentence))


_MOST_PADDING = 3  # of the tape: it has its place at once, so that nothing jumps


def _striped_input(pixels: np.ndarray, padding: int, left: int) -> svg.Svg:
    """The input as a picture, its padding and the strip that no window reaches."""
    full = 200.0
    zoom = full / (len(pixels) + 2 * padding)
    inside, side = padding * zoom, len(pixels) * zoom
    drawing = svg.Drawing()
    if padding:
        drawing.rect(0, 0, full, full, role=svg.PADDING, dash="3 2")
    drawing.tile(to_uint8(255 * pixels), inside, inside, side)
    if left:
        edge = full - left * zoom
        drawing.add(_hatched(edge, 0, left * zoom, full), _hatched(0, edge, edge, left * zoom))
    return drawing.svg(full, full, "input")


def _division(size: int, window: Window) -> str:
    """The output size as a division with remainder."""
    kernel, stride, padding, dilation = astuple(window)
    reach = geometry.effective_kernel(kernel, dilation)
    room = size + 2 * padding - reach
    quotient, remainder = divmod(room, stride)
    lines = (
        f"window: {dilation}·({kernel} − 1) + 1 = {reach}",
        f"room: {size} + 2·{padding} − {reach} = {room}",
        f"steps: {room} = {quotient}·{stride} + {remainder}",
        f"left over: {remainder}" + (" (hatched)" if remainder else ""),
    )
    total = svg.text(0, 174, f"output: {quotient} + 1 = {quotient + 1}", size=22, bold=True)
    return svg.lines(0, 40, lines, 30, size=16) + total


def _windows_row(size: int, window: Window, zoom: float, left: int) -> str:
    """All windows along one row of the input, in lanes so that they do not overlap."""
    kernel, stride, padding, dilation = astuple(window)
    drawing, start = svg.Drawing(), 12 + (_MOST_PADDING - padding) * zoom
    drawing.add(svg.captioned(svg.Svg("", 0, 0, ""), _TAPE_WORDS, size=14, role=svg.WINDOW).markup)
    full, top = size + 2 * padding, 72
    for place in range(full):
        role = svg.INPUT if padding <= place < full - padding else svg.PADDING
        x = start + place * zoom
        drawing.rect(x, top, zoom, 24, role=role, thick=0.75)
    if left:
        drawing.add(_hatched(start + (full - left) * zoom, top, left * zoom, 24))
    count = geometry.conv_output_size(size, kernel, stride, padding, dilation)
    reach = geometry.effective_kernel(kernel, dilation)
    lanes = min(count, -(-reach // stride), 8)  # so many windows cover one pixel
    for step in range(count):
        y, first = 146 + 11 * (step % lanes), start + step * stride * zoom
        drawing.line(first + 2, y, first + reach * zoom - 2, y, colour=svg.WINDOW.line)
        for tap in range(kernel):
            drawing.rect(
                first + tap * dilation * zoom + 1.5, y - 4, zoom - 3, 8, fill=svg.WINDOW.line
            )
    frame = svg.rect(0, top - 4, reach * zoom, 32, line=svg.WINDOW.line, thick=3, round=2)
    drawing.add(marks.glide(marks.key(frame, "frame"), "first window", start, 0))
    drawing.add(_tape_handles(window, start, start + full * zoom, zoom, top + 12))
    return drawing.markup


_TAPE_WORDS = "one row: the pixels of each window"


def _tape_handles(window: Window, start: float, end: float, zoom: float, middle: float) -> str:
    """Squares to take hold of: the ends of the row, and where windows begin and end."""
    kernel, stride, padding, dilation = astuple(window)
    reach = geometry.effective_kernel(kernel, dilation)
    grow = marks.Move("kernel", kernel, (zoom * dilation, 0), 1, 5)
    apart = marks.Move("stride", stride, (zoom, 0), 1, 6)
    parts = _padding_ends(padding, _MOST_PADDING, start, end, zoom, middle)
    parts += _kernel_and_stride(
        (grow, start + reach * zoom, middle - 34), (apart, start + stride * zoom, middle + 36)
    )
    if kernel > 1:
        spread = marks.Move("dilation", dilation, (zoom, 0), 1, 4)
        x = start + (dilation + 0.5) * zoom
        parts += handle("second pixel: dilation", [spread], x, middle, role=svg.KERNEL)
    return parts


_Hand = tuple[marks.Move, float, float]  # how a handle moves, and where it is


def _kernel_and_stride(kernel: _Hand, stride: _Hand) -> str:
    """Handles at the end of the first window and at the beginning of the second one."""
    parts = handle("end of the window: kernel", [kernel[0]], *kernel[1:], role=svg.KERNEL)
    parts += handle("second window: stride", [stride[0]], *stride[1:])
    for move, x, y in (kernel, stride):
        words = svg.text(14, 0, f"{move.control} {move.value:g}", size=13)
        parts += marks.glide(words, f"{move.control} in words", x, y)
    return parts


def _padding_ends(padding: int, most: int, start: float, end: float, step: float, y: float) -> str:
    """Handles at the two ends of a row of pixels: drawn out, they pad it."""
    parts = marks.glide(
        svg.text(10, 34, f"padding {padding}", size=13, anchor="end"), "padding in words", end, y
    )
    for name, x, way in (("left", start, -step), ("right", end, step)):
        move = marks.Move("padding", padding, (way, 0), 0, most)
        parts += handle(f"{name} end: padding", [move], x, y, role=svg.PADDING)
    return parts


def _wave(size: int, seen: np.ndarray, period: int, window: Window, zoom: float) -> str:
    """The stripes as a curve, the outputs as dots where their windows have their middle."""
    most = _MOST_PADDING
    x = Scale(-most - 0.5, size + most - 0.5, 12, 12 + (size + 2 * most) * zoom)
    y = Scale(0, 1, 100, 32)
    fine = np.linspace(0, size - 1, 8 * size)
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * fine / period)
    middle = (geometry.effective_kernel(window.kernel, window.dilation) - 1) / 2 - window.padding
    middles = [middle + step * window.stride for step in range(len(seen))]
    output: dict[str, Any] = {"colour": svg.OUTPUT.line, "thick": 2.5, "dash": "6 3", "dots": 5}
    words = "the stripes (line), the output (dots)"
    return (
        svg.captioned(svg.Svg("", 0, 0, ""), words, size=14).markup
        + curve(x, y, fine, wave, colour=svg.INPUT.line, thick=1.2)
        + curve(x, y, middles, seen, **output)
    )


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
            words = f"row {r}, column {c}: {svg.show_number(result[r, c])}"
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
    picture = panels([svg.above(*rows), svg.above(weights, output)], gap=36)
    return svg.framed(picture.titled("A strided convolution", sentence))


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
    return svg.framed(
        svg.beside(*pictures, gap=30).titled("A stride keeps some of the outputs", sentence)
    )


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
    return svg.framed(grid.titled("Zero padding", sentence))


# Output size --------------------------------------------------------------------------------------


def output_size(
    size: int,
    *,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    target: int,
    found: Sequence[Sequence[int]] = (),
    solutions: int = 0,
) -> svg.Svg:
    """The windows on one axis, the formula with numbers, and how far the result is from a target.

    It is marked for the controls kernel, stride, padding and dilation: the ends of the axis are the
    padding, the corner of the first window is the kernel, the beginning of the second one the
    stride; a solution that was found can be taken again.

    Parameters
    ----------
    size, target : int
        Pixels that go in, and that should come out.
    kernel, stride, padding, dilation : int
        At most 11, 4, 5 and 3.
    found : sequence of (kernel, stride, padding, dilation)
        Settings that the learner has found so far.
    solutions : int
        How many there are; 0 leaves the count out.
    """
    window = Window(kernel, stride, padding, dilation)
    count = geometry.conv_output_size(size, kernel, stride, padding, dilation)
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    verdict = _verdict(count, target)
    steps = (
        f"⌊({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1) / {stride}⌋ + 1",
        f"= ⌊{room} / {stride}⌋ + 1 = {count}",
    )
    drawing = svg.Drawing()
    for row, words in enumerate(steps):
        drawing.text(0, 14 + 30 * row, words, size=(18, 22)[row], bold=row == 1)
    if count == target:
        drawing.rect(0, 72, 400, 40, role=svg.OUTPUT, thick=3, round=20)
    drawing.text(18, 92, ("✓ " if count == target else "") + verdict, size=18, bold=True)
    tally = f"settings found: {len(found)}" + (f" of {solutions}" if solutions else "")
    parts = (
        marks.panel(_axis(size, window, count), "axis", 0, 0, 936, 124)
        + marks.panel(drawing.markup, "formula", 0, 140, 420, 124)
        + marks.panel(_collection(tally, found, (kernel, stride, padding, dilation), solutions),
                      "found", 448, 140, 488, 312)
    )  # fmt: skip
    sentence = (
        f"Kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}: "
        f"{size} → {count}. {verdict} Solutions found: {len(found)}"
        + (f" of {solutions}." if solutions else ".")
    )
    return svg.framed(svg.Svg(parts, 936, 452, "The output size", sentence))


def _collection(
    tally: str, found: Sequence[Sequence[int]], now: Sequence[int], solutions: int
) -> str:
    """A place for each solution: those found can be taken again, the others are still empty."""
    drawing = svg.Drawing()
    drawing.heading(tally)
    for place in range(max(solutions, len(found))):
        x, y = 122 * (place % 4), 28 + 36 * (place // 4)
        if place >= len(found):
            drawing.rect(x, y, 114, 28, line=svg.FAINT, dash="4 4", round=6)
            continue
        here = tuple(found[place]) == tuple(now)
        words = " ".join(f"{letter}{n}" for letter, n in zip("kspd", found[place], strict=True))
        thick = 3 if here else 1
        face = svg.plate(x, y, 114, 28, words, size=14, role=svg.OUTPUT, thick=thick, round=6)
        names = ("kernel", "stride", "padding", "dilation")
        values = dict(zip(names, found[place], strict=True))
        drawing.add(marks.set(f"<g>{face}</g>", f"solution {place + 1}", values, group="found"))
    return drawing.markup


def _verdict(count: int, target: int) -> str:
    if count == target:
        return f"The target is {target}: hit."
    side = "too many" if count > target else "too few"
    return f"The target is {target}: {abs(count - target)} {side}."


def _axis(size: int, window: Window, count: int) -> str:
    """A bar of `size` pixels between its padding, its first window, a tick where each begins.

    What no window reaches is hatched.
    """
    kernel, stride, padding, dilation = astuple(window)
    most = 5
    zoom = 912 / (size + 2 * most)
    reach = geometry.effective_kernel(kernel, dilation) * zoom
    start, full = 12 + (most - padding) * zoom, (size + 2 * padding) * zoom
    drawing = svg.Drawing()
    rim = svg.PADDING
    drawing.rect(start, 44, full, 26, role=rim, dash="3 2")
    inside = start + padding * zoom
    drawing.rect(inside, 44, size * zoom, 26, role=svg.INPUT)
    if left := geometry.unused(size, kernel, stride, padding, dilation):
        drawing.add(_hatched(start + full - left * zoom, 44, left * zoom, 26))
    ticks = " ".join(f"M{start + i * stride * zoom:.1f} 77v9" for i in range(count))
    drawing.add(f'<path d="{ticks}" stroke="{svg.WINDOW.line}" stroke-width="1.5"/>')
    for tap in range(kernel):
        x = start + tap * dilation * zoom
        drawing.rect(x, 46, zoom, 22, role=svg.KERNEL, thick=0.75)
    frame = svg.rect(0, 40, reach, 34, line=svg.WINDOW.line, thick=3, round=2)
    drawing.add(marks.glide(marks.key(frame, "frame"), "first window", start, 0))
    hand = max(zoom, 8)  # pixels of the screen for one of the image: a hand is not so steady
    drawing.add(_padding_ends(padding, most, start, start + full, hand, 57))
    grow = marks.Move("kernel", kernel, (max(zoom * dilation, 8), 0), 1, 11)
    apart = marks.Move("stride", stride, (hand, 0), 1, 4)
    drawing.add(_kernel_and_stride((grow, start + reach, 20), (apart, start + stride * zoom, 112)))
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
    kinds: Sequence[str] = (),
) -> svg.Svg:
    """The part of an image that one unit sees, and how the view widens layer by layer.

    It is marked for the controls layers, step, place, row and column: the field is dragged in the
    image, any unit of any layer is taken by a click or by dragging along its row, and layers are
    chosen, moved, dropped and inserted.

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
    kinds : sequence of str
        Names of layers to choose from; without any, none can be inserted.

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
    names = [name for name, _ in layers]
    caption = f"image {by(pixels.shape)} and the unit's field"
    image = svg.captioned(seen, caption, size=14, role=svg.INPUT)
    tower = _tower(names, windows, sizes, across, layer, column)
    high = _FIELD_ROOM + 23
    parts = marks.panel(image.markup, "image", 0, 0, _FIELD_ROOM, high)
    parts += marks.panel(tower, "tower", _TOWER, 0, 936 - _TOWER, high)
    if kinds:
        parts += _insert_chips(names, layer, kinds, top=high + 16)
        high += 16 + _KINDS_HIGH
    sentence = _field_words(layers, sizes, layer, (row, column), field, effective)
    return svg.framed(svg.Svg(parts, 936, high, "The receptive field", sentence))


_FIELD_SIDE, _FIELD_MARGIN = 288.0, 36.0  # of the image, and around it
_FIELD_ROOM = _FIELD_SIDE + 2 * _FIELD_MARGIN
_TOWER = 384.0  # where the tower begins
_MOST_ROWS, _ROW = 9, 36.0  # the image and eight layers, and how high each of them is
_CHIP, _UNITS, _UNITS_WIDE = 164.0, 176.0, 200.0  # in the tower: how wide, from where, how wide


def _with_dragged_field(
    picture: svg.Svg, field: Field, unit: tuple[int, int], units: int, size: int
) -> svg.Svg:
    """The picture of the image as an area in which the field is dragged from unit to unit."""
    pixel = _FIELD_SIDE / size
    step = field.jump * pixel
    middle = [_FIELD_MARGIN + sum(field.span(place)) / 2 * pixel for place in unit]
    moves = marks.two_ways(("column", "row"), unit[::-1], step, (units - 1, units - 1))
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
    drawing, full = svg.Drawing(), _FIELD_ROOM
    drawing.rect(0.5, 0.5, full - 1, full - 1, line=svg.FAINT, dash="3 3")
    drawing.image(shown, margin, margin, side, side)
    place = Scale(
        -margin * size / side, size + margin * size / side, 2, full - 2
    )  # cut off outside
    (top, bottom), (left, right) = (map(place, field.span(index)) for index in unit)
    frame = svg.rect(left, top, right - left, bottom - top, line=svg.WINDOW.line, thick=3)
    drawing.add(marks.key(frame, "frame"))
    return drawing.svg(full, full, "image")


def _tower(
    names: Sequence[str],
    windows: Sequence[Window],
    sizes: Sequence[int],
    ways: Sequence[np.ndarray],
    layer: int,
    column: int,
) -> str:
    """A row for each layer, the image lowest: its chip, its units over the pixels that they see,
    and its numbers. The units that the chosen one depends on are filled."""
    drawing = svg.Drawing()
    drawing.add(svg.captioned(svg.Svg("", 0, 0, ""), _TOWER_CAPTION, size=14).markup)
    for x, words in zip(_NUMBERS, ("units", "jump", "sees"), strict=True):
        drawing.text(x, 30, words, size=12.5, anchor="end", fill=svg.MUTED)
    chips: dict[str, str] = {}
    for level, size in enumerate(sizes):
        y = 44 + (_MOST_ROWS - 1 - level) * _ROW
        field = geometry.field_at(windows, level)
        lit = ways[level] > 0 if level <= layer else np.zeros(size, bool)
        row = _unit_row(level, field, size, lit, min(column, size - 1), sizes[0], level == layer)
        for x, number in zip(_NUMBERS, (size, field.jump, field.size), strict=True):
            words, bold = svg.show_number(number), level == layer
            row += svg.text(x, 14, words, size=14, anchor="end", bold=bold)
        drawing.add(svg.group(row, 0, y))
        name = names[level - 1] if level else "image"
        key = next(k for k in (f"{name} {i}" for i in range(level + 1)) if k not in chips)
        chips[key] = marks.glide(_chip(names, level, chosen=level == layer), key, 0, y)
    drawing.add(*(chips[key] for key in sorted(chips)))  # one that moves keeps the focus
    return drawing.markup


_TOWER_CAPTION = "what feeds the unit"
_NUMBERS = (430.0, 492.0, 548.0)  # the right ends of the tower's numbers


def _unit_row(
    level: int, field: Field, size: int, lit: np.ndarray, unit: int, pixels: int, chosen: bool
) -> str:
    """The units of one layer, each over the middle of what it sees; an area to take one in."""
    pixel = _UNITS_WIDE / pixels
    gap = field.jump * pixel
    places = [_UNITS + sum(field.span(i)) / 2 * pixel - gap / 2 for i in range(size)]
    colour = svg.KERNEL.line if chosen else svg.WINDOW.line
    bars = _bars([(places[i], gap) for i in np.flatnonzero(~lit)], 5, 18, svg.FAINT)
    bars += _bars([(places[i], gap) for i in np.flatnonzero(lit)], 4, 20, colour)
    area = marks.drag(
        svg.rect(_UNITS, -2, _UNITS_WIDE, 32, fill=UNSEEN),
        f"units of layer {level}" if level else "units of the image",
        [marks.Move("column", unit, (gap, 0), 0, size - 1)],
        at=(places[unit] + gap / 2, 14),
        also={"step": level},
        spoken=f"column {unit}",
    )
    return bars + area


def _chip(names: Sequence[str], level: int, *, chosen: bool) -> str:
    """A layer to choose, with a grip that moves it to another place and a cross that drops it."""
    role = svg.KERNEL if level and names[level - 1].startswith("conv") else svg.PADDING
    name = names[level - 1] if level else "image"
    line, thick = (svg.WINDOW.line, 3) if chosen else (role.line, 1)
    face = svg.rect(0, 0, _CHIP, 28, fill=role.tint, line=line, thick=thick, round=6)
    short = name.replace(", stride ", " s").replace(", dilation ", " d")  # as in `budget`
    face += svg.text(20, 14, short, size=12.5)
    chip = marks.set(f"<g>{face}</g>", f"layer {level}", {"step": level}, group="layers")
    if not level:
        return chip
    dots = "".join(svg.circle(x, y, 1.5, fill=svg.MUTED) for x in (7, 12) for y in (8, 14, 20))
    grip = f"<g>{svg.rect(-2, -2, 22, 32, fill=UNSEEN)}{dots}</g>"
    move = marks.Move("place", level, (0, -_ROW), 1, len(names))
    also = {"layers": list(names), "step": level}  # each touch says all: where the layer was taken
    spoken = f"{name}, place {level} of {len(names)}"
    chip += marks.drag(grip, f"place of layer {level}", [move], also=also, spoken=spoken)
    cross = svg.rect(_CHIP - 24, 2, 24, 24, fill=UNSEEN)
    cross += svg.line(_CHIP - 16, 10, _CHIP - 8, 18, colour=svg.MUTED, thick=2)
    cross += svg.line(_CHIP - 16, 18, _CHIP - 8, 10, colour=svg.MUTED, thick=2)
    rest = [*names[: level - 1], *names[level:]]
    values = {"layers": rest, "step": min(level, len(rest))}
    return chip + marks.set(f"<g>{cross}</g>", f"drop layer {level}", values, group="drop")


_KINDS_HIGH = 96.0


def _insert_chips(names: Sequence[str], layer: int, kinds: Sequence[str], *, top: float) -> str:
    """The kinds of layers: a click inserts one above the chosen layer, while there is room."""
    room = len(names) < _MOST_ROWS - 1
    head = "insert above the chosen layer" if room else "eight layers are the most: drop one"
    groups: dict[str, list[str]] = {head: [], "with a stride or a dilation": [], "pooling": []}
    for kind in kinds:
        place = 2 if kind.startswith("pool") else int("," in kind)
        list(groups.values())[place].append(kind)
    panels = ""
    for number, (words, members) in enumerate(groups.items()):
        drawing = svg.Drawing()
        drawing.heading(words)
        for place, kind in enumerate(members):
            x, y = 152 * (place % 2), 24 + 36 * (place // 2)
            role = svg.KERNEL if kind.startswith("conv") else svg.PADDING
            face = svg.plate(x, y, 144, 28, kind, size=12.5, role=role, dash="4 3", round=6)
            values = {"layers": [*names[:layer], kind, *names[layer:]], "step": layer + 1}
            chip = f"<g>{face}</g>"
            drawing.add(marks.set(chip, "insert", values, group="kinds") if room else chip)
        panels += marks.panel(drawing.markup, words, 320.0 * number, top, 296, _KINDS_HIGH)
    return panels


def _bars(places: Sequence[tuple[float, float]], y: float, height: float, colour: str) -> str:
    """Many small rectangles as one path, which is far shorter than one element each."""
    drawn = "".join(
        f"M{x + 0.5:.1f} {y:.1f}h{max(w - 1, 0.8):.1f}v{height:.0f}H{x + 0.5:.1f}z"
        for x, w in places
    )
    return f'<path d="{drawn}" fill="{colour}"/>' if drawn else ""


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
        words += f" Up to {outside} pixels of the field are padding."
    if effective:
        words += " Brighter: more ways lead to the unit."
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
    ink = pixels > 0  # a window of blank paper is a tie: it has no winner to show
    gradient = np.where(ink, input_gradient(pixels, kind, window, stride), 0)
    goes_to = "gradient goes to" + ("" if ink.all() else " (ink)")
    highest = max(test.before.max(), test.after.max(), 1e-9)
    moves = [marks.Move("shift", shift, (_POOL / pixels.shape[1], 0), 0, _MOST_SHIFT)]
    moved = marks.drag(
        f"<g>{_grey(np.roll(pixels, shift, axis=1), _POOL).markup}</g>", "shifted picture", moves
    )

    def panel(values: np.ndarray, words: str, role: svg.Role | None, top: float = 1.0) -> svg.Svg:
        return _pool_panel(_grey(values / top, _POOL).markup, words, role)

    upper = svg.beside(
        panel(pixels, f"input {by(pixels.shape)}", svg.INPUT),
        panel(test.before, f"pooled {by(test.before.shape)}", svg.OUTPUT, highest),
        _pool_panel(_signed(gradient), goes_to, svg.WINDOW),
    )
    lower = svg.beside(
        _pool_panel(moved, f"shifted by {shift}: drag it", svg.INPUT),
        panel(test.after, "pooled, moved back" if back else "then pooled", svg.OUTPUT, highest),
        _pool_panel(_signed(test.after - test.before), "difference", None),
    )
    curve = _shift_curve(pixels, test, kind, window, stride, shift)
    picture = svg.beside(svg.above(upper, lower), curve)
    words = _pooling_words(test, kind, window, stride, shift, back)
    return svg.framed(picture.titled("Pooling and shifts", words))


def _pool_panel(markup: str, words: str, role: svg.Role | None) -> svg.Svg:
    """A picture under its caption: of one size, so that rows line up."""
    picture = svg.captioned(svg.Svg(markup, _POOL, _POOL, words), words, size=14, role=role)
    return replace(picture, width=_POOL)


def _signed(values: np.ndarray) -> str:
    """Values as a picture, purple below zero, orange above, with a thin frame."""
    pixels = svg.signed_pixels(values, max(float(np.abs(values).max()), 1e-9))
    return svg.tile(pixels, 0, 0, _POOL)


def _shift_curve(
    pixels: np.ndarray, test: Shifted, kind: str, window: int, stride: int, shift: int
) -> svg.Svg:
    """Distance of inputs and of outputs for shifts of 0 to 8 pixels, over their own length."""
    moved = [np.roll(pixels, s, axis=1) for s in range(_MOST_SHIFT + 1)]
    inputs = [distance(pixels, m) for m in moved]
    outputs = [distance(test.before, pool_with(m, kind, window, stride)) for m in moved]
    x, y = Scale(0, _MOST_SHIFT, 34, 250), Scale(0, max(*inputs, *outputs, 1e-9), 260, 40)
    drawing = svg.Drawing()
    drawing.line(34, 40, 34, 260, colour=svg.MUTED)
    for tick in (t for t in (0, 0.5, 1) if t <= y.high):
        drawing.line(34, y(tick), 254, y(tick), colour=svg.FAINT if tick else svg.MUTED)
        drawing.text(28, y(tick), svg.show_number(tick), size=13, anchor="end")
    drawing.line(x(shift), 40, x(shift), 260, colour=svg.WINDOW.line, dash="3 3")
    drawing.add(curve(x, y, range(9), inputs, colour=svg.INPUT.line, dash="5 3"))
    drawing.add(curve(x, y, range(9), outputs, colour=svg.OUTPUT.line, dots=3))
    for s in range(_MOST_SHIFT + 1):
        drawing.text(x(s), 276, str(s), size=13, anchor="middle")
    drawing.text(34, 298, "shift in pixels", size=13)
    drawing.text(34, 10, "relative change", size=14, bold=True)
    drawing.line(34, 334, 60, 334, colour=svg.INPUT.line, thick=2, dash="5 3")
    drawing.text(66, 334, f"inputs: {svg.show_number(inputs[shift])}", size=14)
    drawing.line(34, 360, 60, 360, colour=svg.OUTPUT.line, thick=2)
    drawing.text(66, 360, f"pooled: {svg.show_number(outputs[shift])}", size=14)
    drawing.text(34, 396, f"{round(100 * test.unchanged)} %", size=22, bold=True)
    drawing.text(34, 420, "of inked outputs unchanged", size=14)
    step = marks.Move("shift", shift, (x(1) - x(0), 0), 0, _MOST_SHIFT)
    drawing.add(handle("shift in the curve", [step], x(shift), 40))
    return drawing.svg(264, 440, "distances")


def _pooling_words(
    test: Shifted, kind: str, window: int, stride: int, shift: int, back: bool
) -> str:
    moved = f" and back by {count(shift // stride, 'output')}" if back else ""
    return (
        f"Pooling: {kind}, window {window}, stride {stride}: "
        f"{by(test.before.shape)} outputs, {test.inked} of them with ink. A shift by "
        f"{count(shift, 'pixel')}{moved} leaves {round(100 * test.unchanged)} % of these "
        f"unchanged. Relative change: input {svg.show_number(test.input_distance)}, "
        f"pooled output {svg.show_number(test.output_distance)}."
    )


def pooled(pixels: np.ndarray, kinds: Sequence[str] = ("max", "avg", "l2")) -> svg.Svg:
    """A small matrix, its windows, and what each kind of pooling makes of them.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    kinds : sequence of str
        Some of `cnncourse.pooling.POOLINGS`.
    """
    window = 2  # also the stride
    places = [(r, c, window, window) for r, c in _corners(pixels.shape, window, window)]
    source = matrix(pixels, title="", marked=places, caption="input")
    results = {kind: pool_with(pixels, kind, window) for kind in kinds}
    pictures = [
        matrix(result, title="", role=svg.OUTPUT, cell=46, caption=kind)
        for kind, result in results.items()
    ]
    words = "; ".join(f"{kind} {_listed(result)}" for kind, result in results.items())
    picture = panels([source, *pictures], gap=30)
    return svg.framed(picture.titled("Pooling", f"Windows of {window}×{window}: {words}."))


# Helpers ------------------------------------------------------------------------------------------


def _corners(shape: tuple[int, ...], down: int, right: int) -> Iterator[tuple[int, int]]:
    """Every so many rows and columns, from the first on."""
    return product(range(0, shape[0], down), range(0, shape[1], right))


def _grey(values: np.ndarray, side: float) -> svg.Svg:
    """Values from 0 to 1 as a grey picture with a thin frame."""
    height = side * values.shape[0] / values.shape[1]
    tile = svg.tile(to_uint8(255 * values), 0, 0, side, height)
    return svg.Svg(tile, side, height, "picture")


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
