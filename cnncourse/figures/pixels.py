"""Figures of pictures as numbers: pixels, channels, histograms, distances.

    >>> import numpy as np
    >>> from cnncourse import figures
    >>> photo = np.zeros((20, 30, 3), dtype=np.uint8)
    >>> figures.pixel_microscope(photo, row=0, column=5, size=4)
    Svg('Pixel microscope', 760×404)

Every figure is a pure function: arrays in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from cnncourse import images
from cnncourse.figures import marks, svg
from cnncourse.figures.charts import Scale, curve, key, numbers
from cnncourse.figures.grids import UNSEEN, grip, handle, lens, matrix, outline, panels
from cnncourse.figures.words import by, count, raised
from cnncourse.metrics import rmse

CHANNELS = ("red", "green", "blue")
VIEWS = ("RGB", "grey", *CHANNELS)
SMALLEST_BOX, LARGEST_BOX = 3, 12
_PURE = ("#ff0000", "#00ff00", "#0000ff")


# An image is an array -----------------------------------------------------------------------------


def array_layout(values: np.ndarray, *, row: int, column: int) -> svg.Svg:
    """The three channels of a colour picture as sheets behind each other, with their axes.

    Parameters
    ----------
    values : ndarray of uint8 of shape (H, W, 3)
    row, column : int
        The pixel that is marked in all three sheets.
    """
    height, width, _ = values.shape
    cell, gap, left, top = 38, 10, 64, 130
    drawing = svg.Drawing()
    for channel in (2, 1, 0):  # the blue sheet lies at the back, so it is drawn first
        x, y = left + (2 * cell + gap) * channel, top - (cell + gap) * channel
        written = values[..., channel].astype(str).astype(object)
        if channel > 0:
            written[1:, :-2] = ""  # the sheet in front lies on them
        sheet = matrix(
            values[..., channel],
            title="",
            role=svg.CHANNELS[channel],
            cell=cell,
            marked=[(row, column, 1, 1)],
            names=written.tolist(),
        )
        drawing.rect(x, y, width * cell, height * cell, fill=svg.PAPER)  # covers the sheet behind
        drawing.place(sheet, x, y)
        drawing.text(x, y - 10, f"{channel}: {CHANNELS[channel]}", bold=True)
    right, bottom = left + width * cell, top + height * cell
    drawing.arrow(left - 14, top, left - 14, bottom)
    drawing.text(left - 22, (top + bottom) / 2, "rows", anchor="end")
    drawing.text(left - 22, (top + bottom) / 2 + 18, f"H = {height}", anchor="end")
    drawing.arrow(left, bottom + 14, right, bottom + 14)
    drawing.text((left + right) / 2, bottom + 30, f"columns, W = {width}", anchor="middle")
    drawing.arrow(right + 16, bottom, right + 182, bottom - 96)
    drawing.text(right + 112, bottom - 22, "channels, C = 3")
    pixel = values[row, column].tolist()
    words = (
        f"{height} rows, {width} columns and 3 channels of numbers. The pixel in row {row}, column "
        f"{column} is {pixel}: one number from each sheet."
    )
    code = [f"image.shape is ({height}, {width}, 3)", f"image[{row}, {column}] is {pixel}"]
    sheets = drawing.svg(right + 236, bottom + 44, "")
    picture = svg.above(sheets, _code_lines(code))
    return svg.framed(picture.titled("A colour picture as an array (H, W, C)", words))


def pixel_microscope(
    photo: np.ndarray,
    *,
    row: int,
    column: int,
    size: int,
    channels: str = "RGB",
    new_value: int | None = None,
) -> svg.Svg:
    """A picture with a box on it, and the numbers in the box.

    It is marked for the controls row, column, size, edit, value: the box is dragged on the picture,
    its corner is the size; a click on a pixel brings it to the middle, where its number is changed.

    Parameters
    ----------
    photo : ndarray of uint8 of shape (H, W, 3)
    row, column : int
        The upper left corner of the box.
    size : int
        Its height and width in pixels.
    channels : {"RGB", "grey", "red", "green", "blue"}
        Which numbers to look at.
    new_value : int, optional
        Written into the middle pixel of the box first, in the channels looked at.

    Raises
    ------
    ValueError
        If the box does not lie inside the picture.
    """
    height, width = photo.shape[:2]
    if row + size > height or column + size > width:
        raise ValueError(
            f"a box of {size}×{size} at row {row}, column {column} leaves the picture of "
            f"{height}×{width}: try row {max(0, height - size)} or less and column "
            f"{max(0, width - size)} or less"
        )
    shown = _view(photo, channels).copy()
    middle = (row + size // 2, column + size // 2)
    if new_value is not None:
        shown[middle] = new_value
    patch = shown[row : row + size, column : column + size]
    code = _microscope_code(row, column, size, channels, shown[middle], middle)
    words = _microscope_words(photo.shape, patch, code, new_value)
    cells = _cells(patch, row, column, (height, width))
    views = svg.beside(_with_box(shown, row, column, size), cells, gap=20)
    lines = replace(_code_lines(code), width=300)  # whatever the numbers
    picture = svg.above(views, lines, gap=12)
    return svg.framed(svg.Svg(picture.markup, 736, 380, "Pixel microscope", words))


def _view(photo: np.ndarray, channels: str) -> np.ndarray:
    """What there is to see in a picture: all of it, its grey values, or one channel."""
    if channels == "RGB":
        return photo
    return images.grey(photo) if channels == "grey" else photo[..., CHANNELS.index(channels)]


def _with_box(pixels: np.ndarray, row: int, column: int, size: int) -> svg.Svg:
    """A picture at 320 pixels with a frame to drag around the pixels looked at."""
    drawing, picture = svg.Drawing(), _picture(pixels, 320)
    scale = picture.width / pixels.shape[1]
    height, width = pixels.shape[:2]
    x, y, side = column * scale, row * scale, size * scale
    frame = svg.rect(-2.5, -2.5, side + 5, side + 5, line=svg.LIGHT)
    frame += svg.rect(0, 0, side, side, line=svg.WINDOW.line, thick=3)
    last = (width - size, height - size)
    moves = marks.two_ways(("column", "row"), (column, row), scale, last)
    area = svg.group(picture.markup + marks.glide(frame, "box", x, y))
    middle = (x + side / 2, y + side / 2)
    spoken = f"row {row}, column {column}"
    drawing.add(marks.drag(area, "box on the picture", moves, at=middle, spoken=spoken))
    grow = marks.Move("size", size, (scale, scale), SMALLEST_BOX, LARGEST_BOX)
    drawing.add(handle("size of the box", [grow], x + side + 9, y + side + 9))
    return drawing.svg(320, 320, "the picture")  # a fixed place, so that nothing jumps


def _cells(patch: np.ndarray, row: int, column: int, shape: tuple[int, int]) -> svg.Svg:
    """The pixels of a box, large, with their numbers: the middle one, framed, can be changed."""
    drawing, size = svg.Drawing(), len(patch)
    cell, half = 320 / size, size // 2

    def mark(markup: str, down: int, across: int) -> str:
        name = f"pixel row {row + down} column {column + across}"
        if (down, across) == (half, half):
            number, also = round(float(patch[down, across].mean())), {"edit": True}
            return marks.edit(markup, name, "value", None, number, also=also, group="pixels")
        place = (row + down - half, column + across - half)
        if not all(0 <= n <= whole - size for n, whole in zip(place, shape, strict=True)):
            return markup
        values = {"row": place[0], "column": place[1], "edit": False}
        return marks.set(markup, name, values, group="pixels")

    if patch.ndim == 2:
        grid = matrix(patch, title="", shade="grey", limits=(0, 255), cell=cell, font=20, mark=mark)
        drawing.add(grid.markup)
    else:
        for down, across in np.ndindex(size, size):
            colours = _colour_cell(patch[down, across], across * cell, down * cell, cell)
            drawing.add(mark(f"<g>{colours}</g>", down, across))
        for letter, y in zip("RGB", _lines_of(cell), strict=False):  # beside the first row
            drawing.text(-6, y, letter, anchor="end", bold=True)
    frame = outline(half, half, 1, 1, cell)
    drawing.add(marks.key(frame, "here"))
    return svg.Svg(svg.group(drawing.markup, 20), 342, 322, "its numbers")


def _colour_cell(pixel: np.ndarray, x: float, y: float, cell: float) -> str:
    """A cell in the colour of a pixel, with red, green and blue under each other if they fit."""
    fill = "#" + "".join(f"{int(v):02x}" for v in pixel)
    drawing = svg.Drawing()
    drawing.rect(x + 0.5, y + 0.5, cell, cell, fill=fill, line=svg.FAINT, thick=0.75)
    for value, at in zip(pixel, _lines_of(cell), strict=False):
        place = (x + cell / 2, y + at)
        drawing.text(*place, str(value), size=12, anchor="middle", fill=svg.text_on(fill))
    return drawing.markup


def _lines_of(cell: float) -> list[float]:
    """How far down the three numbers stand in a cell; none, if it is too small for them."""
    return [cell / 2 + (i - 1) * min(15.0, cell / 3.1) for i in range(3)] if cell >= 44 else []


def _microscope_code(
    row: int, column: int, size: int, channels: str, value: np.ndarray, middle: tuple[int, int]
) -> list[str]:
    """The two lines of Python that read the box and its middle pixel."""
    name = "grey" if channels == "grey" else "image"
    last = f", {CHANNELS.index(channels)}" if channels in CHANNELS else ""
    box = f"{row}:{row + size}, {column}:{column + size}{last}"
    return [
        f"{name}[{box}]",
        f"{name}[{middle[0]}, {middle[1]}{last}] is {np.asarray(value).tolist()}",
    ]


def _microscope_words(
    shape: Sequence[int], patch: np.ndarray, code: Sequence[str], new_value: int | None
) -> str:
    changed = "" if new_value is None else f" The middle pixel was set to {new_value}."
    small = patch.ndim == 3 and len(patch) > 7
    room = " Too small for three numbers each." if small else ""
    return (
        f"Picture of shape {tuple(shape)}. The box {code[0]} has shape {patch.shape}: values from "
        f"{patch.min()} to {patch.max()}, mean {svg.show_number(patch.mean(), 1)}. The middle "
        f"pixel {code[1]}.{changed}{room}"
    )


def _code_lines(lines: Sequence[str]) -> svg.Svg:
    width = max(svg.text_width(words, 14.5) for words in lines)
    code = svg.lines(0, 10, lines, 21, size=14, mono=True)
    return svg.Svg(code, width, 21 * len(lines), "code")


# Channels -----------------------------------------------------------------------------------------


def channel_mixer(
    photo: np.ndarray, weights: tuple[float, float, float], *, order: tuple[int, int, int] | None
) -> svg.Svg:
    """The channels of a picture, the colours they give in some order, and their weighted sum.

    It is marked for the controls red, green and blue: the weights are dragged.

    Parameters
    ----------
    photo : ndarray of uint8 of shape (H, W, 3)
    weights : three numbers
        For red, green and blue.
    order : three of the numbers 0, 1, 2 and −1, optional
        Which channel of the picture drives the red, the green and the blue of the screen; −1
        leaves that colour of the screen dark. Default: 0, 1, 2.
    """
    order = (0, 1, 2) if order is None else order
    dark = np.zeros(photo.shape[:2], dtype=np.uint8)
    screen = np.dstack([photo[..., c] if c >= 0 else dark for c in order])
    mix = photo @ np.asarray(weights, dtype=float)
    grey = images.to_uint8(mix)
    sources = ", ".join("nothing" if c < 0 else f"channel {c}" for c in order)
    on_screen = ", ".join("none" if c < 0 else str(c) for c in order)
    sum_of_three = [
        _weighted(photo[..., c], name, weight, c)
        for c, (name, weight) in enumerate(zip(CHANNELS, weights, strict=True))
    ]
    mixed = svg.captioned(_picture(grey, 216), "= grey", role=svg.OUTPUT)
    shown = svg.beside(
        svg.captioned(_picture(photo, 216), "the picture"),
        svg.captioned(_picture(screen, 216), f"screen: {on_screen}"),
    )
    words = (
        f"The screen shows {sources} as red, green, blue. The weights sum to "
        f"{svg.show_number(sum(weights), 3)}, the mean grey is {svg.show_number(grey.mean(), 1)}, "
        f"{_share(images.count_clipped(mix), mix.size)} of the pixels are clipped. Pure red, green "
        f"and blue become {', '.join(map(str, _pure_greys(weights)))}."
    )
    pairs = (svg.beside(*sum_of_three[:2]), svg.beside(sum_of_three[2], _as_high(mixed)))
    picture = panels(pairs, (shown, _swatches(weights)))
    return svg.framed(picture.titled("Channel mixer", words))


def _weighted(pixels: np.ndarray, name: str, weight: float, channel: int) -> svg.Svg:
    """A channel, and below it its weight in the sum as a track with a handle."""
    sign = "+ " if channel else ""
    panel = svg.captioned(_picture(pixels, 216), f"{sign}{name} [{channel}]", role=svg.INPUT)
    x, y = Scale(0, 1, 10, 206), panel.height + 46
    drawing = svg.Drawing()
    drawing.add(panel.markup)
    drawing.text(10, panel.height + 18, f"× {svg.show_number(weight, 3)}", size=20, bold=True)
    drawing.line(x.start, y, x.end, y, colour=svg.FAINT, thick=6)
    drawing.line(x.start, y, x(weight), y, colour=svg.KERNEL.line, thick=6)
    move = marks.Move(name, weight, (x(0.001) - x(0), 0), 0, 1, 0.001)
    spoken = svg.show_number(weight, 3)
    drawing.add(handle(f"weight of {name}", [move], x(weight), y, role=svg.KERNEL, spoken=spoken))
    return drawing.svg(216, y + 18, name)


def _as_high(picture: svg.Svg) -> svg.Svg:
    """A picture beside one that has a track below it: their tops are on one line."""
    return replace(picture, width=216, height=picture.height + 64)


def _pure_greys(weights: Sequence[float]) -> list[int]:
    """The grey of pure red, pure green and pure blue."""
    return [int(level) for level in images.to_uint8(255 * np.asarray(weights))]


def _swatches(weights: Sequence[float]) -> svg.Svg:
    """Pure red, green and blue beside the grey that each becomes."""
    drawing = svg.Drawing()
    for i, (name, level) in enumerate(zip(CHANNELS, _pure_greys(weights), strict=True)):
        y, fill, dull = 48 * i, _PURE[i], svg.grey_fill(level)
        for x, words, colour in ((0, name, fill), (176, str(level), dull)):
            ink = svg.text_on(colour)
            drawing.plate(x, y, 120, 40, words, size=16, ink=ink, fill=colour, line=svg.FAINT)
            if not x:
                drawing.arrow(132, y + 20, 164, y + 20)
    return svg.captioned(drawing.svg(456, 140, "pure colours"), "pure colours become")


# One pixel at a time ------------------------------------------------------------------------------


def threshold(
    grey: np.ndarray, *, level: int, automatic: bool = False, pixel: tuple[int, int] = (0, 0)
) -> svg.Svg:
    """A grey picture, what a threshold makes of it, and where the level lies in the histogram.

    It is marked for the controls threshold and otsu, pixel_row and pixel_column: the line in the
    histogram is dragged, and a pixel under the mouse shows its place there.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)
    level : int
        Brighter pixels become white.
    automatic : bool
        Use Otsu's level instead.
    pixel : (int, int)
        Row and column of the pixel whose bar is marked.
    """
    separation = images.separation(grey)
    best = int(separation.argmax())
    used = best if automatic else level
    reached = 100 * separation[used] / (separation[best] or 1)
    result = images.threshold(grey, used)
    white = int(np.count_nonzero(result))
    shade = int(grey[pixel])
    probed, answer = f"grey; the framed pixel is {shade}", f"brighter than {used}?"
    answer += f" {reached:.0f} % of Otsu's score"
    before = svg.captioned(_probed(grey, pixel), probed, role=svg.INPUT)
    after = svg.captioned(_picture(result, 300), answer, role=svg.OUTPUT)
    # their places have room for any picture and any number
    top = svg.beside(
        replace(before, width=300, height=322), replace(after, width=344, height=322), gap=40
    )
    source = "Otsu's threshold" if automatic else "Threshold"
    lines = [(used, f"{source} {used}", svg.WINDOW, "")]
    if not automatic:
        lines.append((best, f"Otsu: {best}", svg.KERNEL, "5 4"))
    bars = _histogram(images.histogram(grey), levels=lines, curve=separation, shade=shade)
    words = (
        f"{source} {used}: {white:,} of {grey.size:,} pixels ({_share(white, grey.size)}) are "
        f"brighter and become 255; all others become 0, those equal to {used} too. The groups "
        f"differ by {reached:.0f} % of the best possible score; Otsu's method chooses {best}."
    )
    return _titled(svg.above(top, bars, gap=18), "Threshold", words)


def _probed(grey: np.ndarray, pixel: tuple[int, int]) -> svg.Svg:
    """A picture with a small frame that follows the mouse from pixel to pixel."""
    picture, (row, column) = _picture(grey, 300), pixel
    height, width = grey.shape
    cell = picture.width / width
    names = ("pixel_column", "pixel_row")
    moves = marks.two_ways(names, (column, row), cell, (width - 1, height - 1))
    x, y = (column + 0.5) * cell, (row + 0.5) * cell
    frame = lens(x - 5, y - 5, 10, 10)
    area = marks.drag(
        svg.group(picture.markup + frame),
        "pixel of the picture",
        moves,
        at=(x, y),
        hover=True,
        spoken=f"row {row}, column {column}: grey {grey[pixel]}",
    )
    return replace(picture, markup=area)


def point_operations(
    grey: np.ndarray,
    *,
    gamma: float = 1,
    contrast: float = 1,
    brightness: float = 0,
    stretch: bool = False,
    wrap: bool = False,
) -> svg.Svg:
    """A picture before and after gamma, contrast and brightness; the curve; the histogram.

    It is marked for the controls of these names: the curve is bent at its middle and pulled at its
    ends.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)
    gamma, contrast, brightness : float
        Applied in this order, as in `images.gamma` and `images.brightness_contrast`.
    stretch : bool
        Show the result from its own smallest to its own largest value, as many plotting functions
        do, instead of from 0 to 255.
    wrap : bool
        Let values outside 0…255 wrap around, as uint8 arithmetic does, instead of clipping them.
    """

    def operate(pixels: np.ndarray) -> np.ndarray:
        powered = images.gamma(pixels, gamma)
        return images.brightness_contrast(powered, brightness=brightness, contrast=contrast)

    values = operate(grey)
    result = _store(values, wrap)
    levels = np.arange(256, dtype=np.uint8)[None]
    table = _store(operate(levels), wrap)[0]
    outside = images.count_clipped(values)
    seen = _stretched(result) if stretch else result
    name = "shown stretched" if stretch else "shown from 0 to 255"
    caption = "after, stretched" if stretch else "after, 0 to 255"  # shorter than the picture
    top = svg.beside(
        svg.captioned(_picture(grey, 212), "before", role=svg.INPUT),
        svg.captioned(_picture(seen, 212), caption, role=svg.OUTPUT),
        svg.captioned(_curve(table, gamma, contrast, brightness), "old value → new value"),
        gap=28,
    )
    pairs = ", ".join(f"{v} → {table[v]}" for v in (0, 64, 128, 192, 255))
    fate = "wrapped around" if wrap else "clipped"
    words = (
        f"Gamma {svg.show_number(gamma)}, contrast {svg.show_number(contrast)}, brightness "
        f"{svg.show_number(brightness)}: {pairs}. {outside:,} of {grey.size:,} pixels "
        f"({_share(outside, grey.size)}) were {fate}. The result goes from {result.min()} to "
        f"{result.max()} and is {name}."
    )
    bars = _histogram(images.histogram(result), of=" of the result")
    return _titled(svg.above(top, bars, gap=18), "Point operations", words)


def _store(values: np.ndarray, wrap: bool) -> np.ndarray:
    """Real values as uint8: clipped, or wrapped around modulo 256."""
    return (np.rint(values) % 256).astype(np.uint8) if wrap else images.to_uint8(values)


def _stretched(pixels: np.ndarray) -> np.ndarray:
    """The same picture with its smallest value made black and its largest made white."""
    low, high = int(pixels.min()), int(pixels.max())
    return images.to_uint8((pixels - float(low)) * 255 / max(high - low, 1))


def _curve(table: np.ndarray, gamma: float, contrast: float, brightness: float) -> svg.Svg:
    """The new value of every old value, beside the line where nothing changes; three handles."""
    drawing, side, left = svg.Drawing(), 188, 36
    x, y = Scale(0, 255, left, left + side), Scale(0, 255, side, 0)
    drawing.rect(left, 0, side, side, line=svg.FAINT)
    drawing.line(left, side, left + side, 0, colour=svg.MUTED, dash="4 4")
    drawing.add(curve(x, y, range(256), table.tolist(), colour=svg.OUTPUT.line, thick=2.5))
    for v in (0, 128, 255):
        drawing.add(numbers(x, [v], side + 18))  # a handle may stand at both zeros
        drawing.text(left - 11, y(v), str(v), size=12, anchor="end", fill=svg.MUTED)
    grey = side / 255
    step = 0.05
    bend = max(abs(255 * (0.5 ** (gamma + step) - 0.5**gamma) * contrast), 0.8) * grey
    for name, value, move in (
        ("dark end of the curve", 0, marks.Move("brightness", brightness, (0, -grey), -128, 128)),
        ("middle of the curve", 128, marks.Move("gamma", gamma, (0, bend), 0.2, 5, step)),
        (
            "bright end of the curve",
            255,
            marks.Move("contrast", contrast, (0, -127.5 * step * grey), -1, 3, step),
        ),
    ):
        drawing.add(handle(name, [move], x(value), y(float(table[value])), role=svg.OUTPUT))
    return drawing.svg(left + side + 12, side + 24, "curve")  # as high as the pictures beside it


def _histogram(
    counts: np.ndarray,
    *,
    levels: Sequence[tuple[int, str, svg.Role, str]] = (),
    curve: np.ndarray | None = None,
    shade: int | None = None,
    of: str = "",
) -> svg.Svg:
    """How many pixels have each value, 0 to 255, with some levels marked; the first is dragged.

    `curve` has a number for each value: how well the groups below and above it are separated.

    The scale is that of the values 1 to 254; a pile at 0 or 255, as clipping leaves it, is cut off
    and its number written beside it. A dot stands at `shade`; `of` ends the name of the picture:
    " of the result".
    """
    wide, high, x0 = 680, 96, 10
    y0 = 66 if levels else 6
    base, scale = y0 + high, wide / 256
    peak = max(int(counts[1:255].max()), 1)
    points: list[tuple[float, float]] = [(x0, base)]
    for v, share in enumerate(np.minimum(counts / peak, 1)):
        points += [(x0 + (v + i) * scale, base - share * high) for i in (0, 1)]
    points.append((x0 + wide, base))
    drawing = svg.Drawing()
    drawing.polyline(points, colour="#74767e", thick=1, fill="#9a9ca5")
    drawing.line(x0, base, x0 + wide, base)
    middle = Scale(0, 255, x0 + 0.5 * scale, x0 + 255.5 * scale)  # of the bar of a value
    drawing.add(numbers(middle, (0, 64, 128, 192, 255), base + 17))
    for v, anchor in ((0, "start"), (255, "end")):
        if counts[v] > peak:
            words = f"cut off: {counts[v]:,} pixels"
            drawing.text(x0 + v * scale, base + 47, words, size=12, anchor=anchor)
    if curve is not None:
        tops = base - (high - 4) * curve / (curve.max() or 1)
        points = [(middle(v), float(top)) for v, top in enumerate(tops)]
        drawing.polyline(points, colour=svg.KERNEL.line, thick=2)
    for i, (level, words, role, dash) in enumerate(levels):
        x, y = middle(level), y0 - 46 + 30 * i
        drawing.line(x, y + 2, x, base, colour=role.line, thick=2.5, dash=dash)
        to_the_left = _label_goes_left(i, [level for level, *_ in levels])
        anchor, gap = ("end", -6) if to_the_left else ("start", 6)
        drawing.text(x + gap, y, words, size=12, anchor=anchor, bold=True)
    if shade is not None:
        drawing.add(marks.key(svg.circle(middle(shade), base, 6, fill=svg.WINDOW.line), "shade"))
    if levels:
        at = (middle(levels[0][0]), y0 + high / 2)
        area = svg.rect(x0, y0, wide, high, fill=UNSEEN)
        area += grip(*at, svg.WINDOW, upright=True)
        move = marks.Move("threshold", levels[0][0], (scale, 0), 0, 255)
        drawing.add(
            marks.drag(
                f"<g>{area}</g>", "level in the histogram", [move], at=at, also={"otsu": False}
            )
        )
    if curve is not None:
        drawing.add(key(200, -14, "how much the two groups differ", svg.KERNEL.line))
    return svg.captioned(drawing.svg(x0 + wide + 30, base + 62, "histogram"), f"histogram{of}")


def _label_goes_left(number: int, levels: Sequence[int]) -> bool:
    """Whether the words of a mark stand left of it: there is room, and no other mark in the way."""
    level = levels[number]
    if len(levels) == 1:
        return level > 150
    first_in_line = (level, -number) == min((other, -i) for i, other in enumerate(levels))
    return level > 35 if first_in_line else level > 219


# How many pixels, how many levels -----------------------------------------------------------------


def resolution(picture: np.ndarray, *, size: int, bits: int, antialias: bool = True) -> svg.Svg:
    """A picture with fewer pixels and fewer levels, and what it costs to store.

    Parameters
    ----------
    picture : ndarray of uint8 of shape (H, W) or (H, W, 3)
    size : int
        Pixels along the longer side.
    bits : int
        For each number: 2^bits levels.
    antialias : bool
        Give each new pixel the mean of the old ones in its place, not a copy of one of them.
    """
    scale = size / max(picture.shape[:2])
    shape = tuple(max(1, round(n * scale)) for n in picture.shape[:2])
    small = images.quantise(images.resize(picture, shape, antialias=antialias), bits)
    raw = (small.size * bits + 7) // 8  # whole bytes
    colours = _count_colours(small)
    png_bytes = _png_size(small)
    kind = "mean of the pixels that fall together" if antialias else "one pixel copied, no mean"
    facts = [
        ("pixels", by(shape)),
        ("numbers", f"{small.size:,}"),
        ("levels", f"2{raised(bits)} = {2**bits}"),
        ("colours in use", f"{colours:,}"),
        ("raw size", f"{raw:,} bytes"),
        ("as a PNG file", f"{png_bytes:,} bytes"),
    ]
    words = (
        f"{by(shape)} pixels ({kind}), {count(bits, 'bit')} for each number: {2**bits} levels, "
        f"{small.size:,} numbers, {raw:,} bytes raw and {png_bytes:,} bytes as a PNG file."
    )
    table = svg.Drawing()
    for i, (name, value) in enumerate(facts):
        table.text(0, 34 + 58 * i, name, size=14, fill=svg.MUTED)
        table.text(0, 56 + 58 * i, value, size=20)
    views = [
        replace(svg.captioned(_picture(pixels, 360), name, role=role), width=360, height=384)
        for pixels, name, role in (
            (picture, f"before: {by(picture.shape[:2])}", svg.INPUT),
            (small, f"after: {by(shape)}", svg.OUTPUT),
        )
    ]
    row = panels((*views, table.svg(168, 384, "facts")))
    return svg.framed(row.titled("Resolution and bit depth", words))


def _png_size(pixels: np.ndarray) -> int:
    """How many bytes a PNG file of the picture has."""
    stored = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".png", stored)[1].size


def _count_colours(pixels: np.ndarray) -> int:
    """How many different greys or colours occur."""
    if pixels.ndim == 3:  # three bytes packed into one number are faster to compare than three
        pixels = pixels.astype(int) @ np.array([65536, 256, 1])
    return np.unique(pixels).size


# Why not an MLP on pixels -------------------------------------------------------------------------


def shift_and_shuffle(
    first: np.ndarray,
    second: np.ndarray,
    *,
    shift: int,
    names: tuple[str, str] = ("picture A", "picture B"),
    order: np.ndarray | None = None,
    fill: int = 0,
    farthest: int = 8,
) -> svg.Svg:
    """The distances of a picture to itself, moved, and to another picture, pixel by pixel.

    The distance is the root of the mean squared difference of the pixels, in grey levels. It is
    marked for the control shift: the moved picture is dragged, or a bar is clicked.

    Parameters
    ----------
    first, second : ndarray of uint8 of shape (H, W)
    shift : int
        How many pixels `first` is moved to the right.
    names : two str
    order : ndarray of int of shape (H·W,), optional
        A permutation: all pictures get their pixels in this order.
    fill : int
        The grey that moves in from the left.
    farthest : int
        The largest shift drawn.
    """
    moved = [images.shift(first, 0, s, fill) for s in range(farthest + 1)]
    scene = [first, second, *moved]
    if order is not None:
        scene = [images.shuffle_pixels(picture, order) for picture in scene]
    first, second, *moved = scene
    distances = [rmse(first, picture) for picture in moved]
    rival = rmse(first, second)
    drawing = svg.Drawing()
    for place, (picture, name) in enumerate((
        (_picture(first, 240), names[0]),
        (_to_shift(moved[shift], shift, farthest), f"moved {shift} px right: drag it"),
        (_picture(second, 240), names[1]),
    )):  # fmt: skip
        role = svg.WINDOW if place == 1 else None
        one = svg.captioned(picture, name, size=14, role=role).markup
        drawing.add(marks.panel(one, f"picture {place}", 264 * place, 0, 240, 264))
    drawing.add(marks.panel(_distances(distances, shift, rival), "distances", 0, 288, 390, 208))
    to_both = _two_distances(distances[shift], shift, rival, names)
    drawing.add(marks.panel(to_both, "both", 528, 288, 240, 208))
    verdict = "farther away than" if distances[shift] > rival else "not farther away than"
    words = (
        f"Pixels {'in order' if order is None else 'shuffled, all pictures in the same way'}. From "
        f"{names[0]} to itself moved by {shift} px: {svg.show_number(distances[shift], 1)} grey "
        f"levels; from {names[0]} to {names[1]}: {svg.show_number(rival, 1)}. For a list of pixels "
        f"the moved picture is {verdict} the other one."
    )
    return svg.framed(drawing.svg(768, 496, "Shift and shuffle", words))


def _to_shift(pixels: np.ndarray, shift: int, farthest: int) -> svg.Svg:
    """A picture of 240 pixels that a hand moves to the right, pixel by pixel."""
    picture = _picture(pixels, 240)
    moves = [marks.Move("shift", shift, (240 / pixels.shape[1], 0), 0, farthest)]
    spoken = f"{shift} pixels to the right"
    area = marks.drag(f"<g>{picture.markup}</g>", "moved picture", moves, spoken=spoken)
    return replace(picture, markup=area)


def _distances(distances: Sequence[float], shift: int, rival: float) -> str:
    """A bar for each shift, to be clicked, and a dashed line for the other picture."""
    wide, high, top = 342, 120, 34
    scale, step = high / max(*distances, rival, 1), wide / len(distances)
    drawing = svg.Drawing()
    drawing.heading("distance to itself, moved by … px")
    for s, distance in enumerate(distances):
        x, tall, here = s * step, distance * scale, s == shift
        role = svg.WINDOW if here else svg.PADDING
        bar = svg.rect(x, top, step, high + 46, fill=UNSEEN)
        column = (x + 5, top + high - tall, step - 10, tall)
        bar += svg.rect(*column, role=role, thick=3 if here else 1)
        value, middle = svg.show_number(distance, 0), x + step / 2
        bar += svg.text(middle, top + high + 15, value, size=14, anchor="middle", bold=here)
        bar += svg.text(middle, top + high + 37, str(s), size=14, anchor="middle", fill=svg.MUTED)
        drawing.add(marks.set(f"<g>{bar}</g>", f"shift {s} px", {"shift": s}, group="shifts"))
    y = top + high - rival * scale
    drawing.line(0, top + high, wide, top + high)
    drawing.line(0, y, wide, y, thick=2.5, dash="6 4")
    drawing.text(wide + 8, y, svg.show_number(rival, 0), size=14, bold=True)
    return drawing.markup


def _two_distances(moved: float, shift: int, rival: float, names: tuple[str, str]) -> str:
    """The two distances that are compared, large."""
    drawing = svg.Drawing()
    for y, words, number in (
        (48, f"{names[0]}, moved {shift} px", moved),
        (118, f"{names[1]} (dashed line)", rival),
    ):
        drawing.text(0, y, words, size=14)
        drawing.text(0, y + 28, svg.show_number(number, 1), size=22, bold=True)
    return drawing.markup


# Parts --------------------------------------------------------------------------------------------


def _picture(pixels: np.ndarray, box: float) -> svg.Svg:
    """A picture scaled to fit in a square box, its pixels as squares."""
    height, width = (box * size / max(pixels.shape[:2]) for size in pixels.shape[:2])
    return svg.Svg(svg.tile(pixels, 0, 0, width, height), width, height, "a picture")


def _titled(picture: svg.Svg, title: str, words: str) -> svg.Svg:
    return svg.framed(replace(picture, width=max(picture.width, 736)).titled(title, words))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"
