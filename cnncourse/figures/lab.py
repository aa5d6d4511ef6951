"""Figures of the lab: digits, curves, kernels and maps of a network, its errors, its reading.

    >>> import numpy as np
    >>> from cnncourse import figures
    >>> figures.digits(np.zeros((3, 28, 28)), ["a", "b", "c"], title="Three empty pictures")
    Svg('Three empty pictures', 204×88)

Every figure is a pure function: numbers in, `Svg` out. None knows PyTorch; a network arrives as
the arrays that were read out of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from types import MappingProxyType
from typing import Any

import numpy as np

from cnncourse.figures import charts, marks, svg
from cnncourse.figures.grids import UNSEEN, handle
from cnncourse.figures.words import by, count, percent, whole_percent, wrapped
from cnncourse.images import as_bytes
from cnncourse.metrics import wilson_interval

# Digits -------------------------------------------------------------------------------------------


def digits(
    images: np.ndarray,
    captions: Sequence[object] = (),
    *,
    columns: int = 10,
    marked: Sequence[int] = (),
    side: float = 64,
    title: str = "Digits",
    description: str = "",
) -> svg.Svg:
    """Digits in rows, each with a caption of its own.

    Parameters
    ----------
    images : ndarray of shape (N, H, W), uint8 or from 0 to 1
    captions : sequence, one for each image or none at all
    columns : int
    marked : sequence of int
        The places of the digits to frame, such as the wrong ones.
    side : float
        Of a digit, in pixels.
    title, description : str

    Returns
    -------
    Svg
        Without images, a sentence that says that there are none.

    Raises
    ------
    ValueError
        If there are not as many captions as images, or numbers that are not uint8 exceed 1.
    """
    images = as_bytes(images)
    if len(captions) not in (0, len(images)):
        raise ValueError(
            f"{len(images)} digits and {len(captions)} captions: give one for each digit, or none"
        )
    if not len(images):  # a network without errors: say so, an empty picture looks like a fault
        sentence = f"{title}: there are none."
        return svg.Svg(svg.text(0, 16, sentence, size=14), 560, 24, title, sentence)
    room = 20 if len(captions) else 4
    d = svg.Drawing()
    caption = partial(d.text, size=12, anchor="middle")
    for place, picture in enumerate(images):
        row, column = divmod(place, columns)
        x, y = column * (side + 6), row * (side + room + 4)
        d.image(picture, x, y, side, side)
        if place in marked:
            d.rect(x + 1, y + 1, side - 2, side - 2, line=svg.WINDOW.line, thick=3)
        if len(captions):
            caption(x + side / 2, y + side + 11, str(captions[place]), bold=place in marked)
    rows = ceil(len(images) / columns)
    width = min(len(images), columns) * (side + 6) - 6
    listed = f": {', '.join(map(str, captions))}" if len(captions) else ""
    words = description or f"{len(images)} digits{listed}."
    return d.svg(width, rows * (side + room + 4), title, words)


def class_balance(counts: Mapping[str, Sequence[int]]) -> svg.Svg:
    """How much of each set every digit makes up.

    Parameters
    ----------
    counts : mapping of str to sequence of 10 int
        Name of the set and how often it holds 0, 1, … 9.
    """
    roles = (svg.INPUT, svg.OUTPUT, svg.KERNEL)
    shares = {name: np.asarray(values) / np.sum(values) for name, values in counts.items()}
    top = 1.25 * max(share.max() for share in shares.values())
    wide = 48 / len(shares)
    d = svg.Drawing()
    note = partial(d.text, size=12, anchor="middle", fill=svg.MUTED)
    d.line(0, 180, 640, 180, colour=svg.MUTED)
    for number, (share, role) in enumerate(zip(shares.values(), roles, strict=False)):
        for digit, part in enumerate(share):
            x, tall = 8 + 64 * digit + number * wide, 150 * part / top
            d.add(charts.bar(x, 180, wide - 2, tall, role))
            note(x + wide / 2, 170 - tall, f"{100 * part:.0f}")
    for digit in range(10):
        d.text(32 + 64 * digit, 196, str(digit), anchor="middle", bold=True)
    x = 8.0
    for (name, values), role in zip(counts.items(), roles, strict=False):
        words = f"{name}: {np.sum(values):,} digits"
        d.rect(x, 3, 12, 12, role=role)
        d.text(x + 18, 9, words, size=12)
        x += svg.text_width(words, 12) + 50
    d.text(636, 9, "share in %", size=12, anchor="end", fill=svg.MUTED)
    sentence = " ".join(_balance_words(name, share) for name, share in shares.items())
    return d.svg(644, 208, "How often each digit occurs", sentence)


def _balance_words(name: str, share: np.ndarray) -> str:
    most, least = int(share.argmax()), int(share.argmin())
    return (
        f"In {name} the most frequent digit is {most} with {percent(share[most])}, the rarest "
        f"{least} with {percent(share[least])}."
    )


# Curves -------------------------------------------------------------------------------------------


def _loss_and_accuracy(
    losses: charts.Series,
    shares: charts.Series,
    across: str,
    *,
    top: float,
    bottom: float,
    gap: float = 18,
    **size: Any,
) -> svg.Svg:
    """Two charts side by side; `top` and `bottom` are the ends of their axes that may move."""
    return svg.beside(
        charts.line_chart(
            losses, title="Loss", across=across, up="cross-entropy", limits=(0, top), **size
        ),
        charts.line_chart(
            shares,
            title="Accuracy",
            across=across,
            up="accuracy",
            limits=(bottom, 1),
            percent=True,
            **size,
        ),
        gap=gap,
    )


def learning_curves(
    epochs: Sequence[float],
    *,
    train_loss: Sequence[float],
    validation_loss: Sequence[float],
    train_accuracy: Sequence[float],
    validation_accuracy: Sequence[float],
    title: str = "Learning curves",
) -> svg.Svg:
    """The loss and the accuracy after each epoch, on what was learnt from and on what was not.

    Parameters
    ----------
    epochs : sequence of float
        When was measured; the other sequences are as long.
    train_loss, validation_loss, train_accuracy, validation_accuracy : sequence of float
        Accuracies go from 0 to 1.
    title : str
    """
    both = _loss_and_accuracy(
        {"training": (epochs, train_loss), "validation": (epochs, validation_loss)},
        {"training": (epochs, train_accuracy), "validation": (epochs, validation_accuracy)},
        "epoch",
        top=max([0.01, *train_loss, *validation_loss]),
        bottom=min([0.99, *train_accuracy, *validation_accuracy]),
        gap=20,
        width=290,
    )
    return svg.framed(both.titled(title, both.description), 6)


# Looking inside -----------------------------------------------------------------------------------


def learned_kernels(kernels: np.ndarray, *, name: str = "a layer") -> svg.Svg:
    """The slices of all kernels of a layer, on one scale around zero.

    Parameters
    ----------
    kernels : ndarray of shape (C_out, C_in, KH, KW)
    name : str
    """
    c_out, c_in, high, wide = kernels.shape
    limit = float(np.abs(kernels).max())
    if c_in == 1:
        # In full rows if that can be: 16 kernels in rows of 8, ten in rows of 5.
        columns = next((c for c in range(8, 3, -1) if c_out % c == 0), min(c_out, 8))
        slices = kernels[:, 0]
    else:  # rows are input channels, columns output channels
        slices, columns = kernels.transpose(1, 0, 2, 3).reshape(-1, high, wide), c_out
    wanted = max(70, 4 * wide) * columns
    picture = _block(svg.signed_pixels(slices, limit), columns, min(700, wanted))
    kernel, size = f"{c_out} kernels", by((high, wide))
    layout, shape = "", ""
    if c_in > 1:
        kernel += f" of {c_in} slices"
        layout = "; a column is one kernel, a row one input channel"
        shape = f" ({ceil(len(slices) / columns)} × {columns} slices)"
    sentence = (
        f"{name}: {kernel}, {size} each{layout}. Weights from {_ends(kernels, 3)}, all on one "
        "scale."
    )
    picture = svg.captioned(picture, f"{name}: {kernel}, {size}{shape}", role=svg.KERNEL)
    stacked = svg.above(picture, _signed_bar(limit), gap=10)
    return svg.framed(stacked.titled(f"Kernels of {name}", sentence), 6)


def _sheet(slices: np.ndarray, columns: int) -> np.ndarray:
    """Small colour pictures (N, H, W, channels) tiled into one, with thin grey lines between them.

    Every pixel becomes a block of 4×4, so that a line is a quarter of a pixel; between large
    pictures, which are shown with smaller pixels, it is wider.
    """
    large = slices.repeat(4, axis=1).repeat(4, axis=2)
    count, high, wide, channels = large.shape
    rows, gap = ceil(count / columns), max(1, wide // 28)
    tiled = np.full((rows * columns, high + gap, wide + gap, channels), 128, dtype=np.uint8)
    tiled[:count, :high, :wide] = large
    across = tiled.reshape(rows, columns, high + gap, wide + gap, channels).transpose(0, 2, 1, 3, 4)
    return across.reshape(rows * (high + gap), columns * (wide + gap), channels)[:-gap, :-gap]


def _block(pictures: np.ndarray, columns: int, width: float) -> svg.Svg:
    """Small pictures (N, H, W), grey or in colour, tiled into one of this width."""
    if pictures.ndim == 3:
        pictures = np.repeat(pictures[..., None], 3, axis=3)
    sheet = _sheet(pictures, columns)
    height = width * sheet.shape[0] / sheet.shape[1]
    return svg.Svg(svg.image(sheet, 0, 0, width, height), width, height, "tiles")


def _signed_bar(limit: float, width: float = 220) -> svg.Svg:
    """The colours of a signed scale with its ends and its zero."""
    d, shown = svg.Drawing(), svg.show_number(limit, 3)
    d.image(svg.signed_pixels(np.linspace(-1, 1, 101)[None], 1), 60, 3, width, 12, crisp=False)
    d.text(54, 9, f"−{shown}", size=12, anchor="end")
    d.text(66 + width, 9, f"+{shown}", size=12)
    d.text(60 + width / 2, 24, "0", size=12, anchor="middle")
    return d.svg(66 + width + 60, 32, "Scale")


def layer_xray(
    picture: np.ndarray,
    maps: np.ndarray,
    *,
    name: str,
    channel: int,
    examples: np.ndarray,
    strengths: Sequence[float],
    places: Sequence[int],
    place: int = 0,
) -> svg.Svg:
    """All maps of a layer for a digit, one of them large, and the digits that excite it most.

    It is marked for the controls channel, which a click on a map sets, and digit: one of those that
    excite the map is fed to the network by a click.

    Parameters
    ----------
    picture : ndarray of shape (28, 28)
    maps : ndarray of shape (C, H, W)
    name : str
        Of the layer.
    channel : int
    examples : ndarray of shape (k, 28, 28)
        The digits with the largest values in this channel, up to 8.
    strengths : sequence of k float
        Those values.
    places : sequence of k int
        Where they stand among all digits.
    place : int
        Where `picture` stands there.

    Returns
    -------
    Svg
        Of the same size for every layer.

    Raises
    ------
    ValueError
        If the layer has no such channel.
    """
    if not 0 <= channel < len(maps):
        raise ValueError(
            f"{name} has no channel {channel}: try a channel from 0 to {len(maps) - 1}"
        )
    colours, limit = svg.on_one_scale(maps), float(np.abs(maps).max())
    scale = (f"one scale, 0 to {svg.show_number(limit)}", "black 0, white the largest")
    if maps.min() < 0:
        scale = (f"one scale, ±{svg.show_number(limit)}", "purple below 0, orange above")
    high, wide = maps.shape[1:]
    thirds = np.array_split(np.arange(len(maps)), 3)
    heads = (f"{name}: {count(len(maps), 'map')} of {high}×{wide}", *scale)
    d = svg.Drawing()
    large = _headed(svg.image(colours[channel], 0, 0, 264, 264), 264, f"map {channel}", svg.OUTPUT)
    d.add(marks.panel(large, "map", 0, 0, 264, 292))
    seen = _headed(svg.image(as_bytes(picture), 0, 0, 180, 180), 180, f"example {place}", svg.INPUT)
    d.add(marks.panel(seen, "input", 288, 0, 180, 292))
    for half, head in enumerate(("these excite it most", "(largest value)")):
        four = slice(4 * half, 4 * half + 4)
        best = _exciting(examples[four], strengths[four], places[four], place)
        best += svg.text(0, 8, head, size=14, bold=not half)
        d.add(marks.panel(best, f"examples {half}", 492 + 236 * half, 0, 220, 292))
    for third, (channels, head) in enumerate(zip(thirds, heads, strict=True)):
        tiles = svg.text(0, 8, head, size=14, bold=not third, fill=svg.MUTED if third else svg.INK)
        tiles += _tiles(colours, channels, channel, len(thirds[0]))
        d.add(marks.panel(tiles, f"maps {third}", 320 * third, 312, 308, 216))
    silent = int(np.sum(np.abs(maps).max(axis=(1, 2)) == 0))
    sentence = (
        f"{name}: {count(len(maps), 'map')} of {high}×{wide}, values from {_ends(maps)}; "
        f"{silent or 'none'} of them {'are' if silent > 1 else 'is'} entirely 0. "
        f"Map {channel} goes from {_ends(maps[channel])} for this "
        f"digit; the largest value any digit causes is {svg.show_number(strengths[0])}."
    )
    return svg.framed(d.svg(948, 528, f"X-ray of {name}", sentence), 6)


def _headed(markup: str, side: float, words: str, role: svg.Role) -> str:
    """A square picture under its name, with a swatch of its role."""
    framed = markup + svg.rect(0, 0, side, side, line=svg.FAINT)
    return _swatched(words, role) + svg.group(framed, 0, 28)


def _swatched(words: str, role: svg.Role) -> str:
    """A heading with the colours of a role before it."""
    return svg.rect(1, 2, 12, 12, role=role, thick=2) + svg.text(19, 8, words, size=14, bold=True)


def _exciting(
    examples: np.ndarray, strengths: Sequence[float], places: Sequence[int], fed: int
) -> str:
    """Digits with the largest value that each causes, to be fed to the network."""
    d, side = svg.Drawing(), 102
    for number, (picture, strength, place) in enumerate(
        zip(examples, strengths, places, strict=True)
    ):
        tile = svg.tile(as_bytes(picture), 0, 0, side, chosen=place == fed)
        words = svg.show_number(float(strength))
        tile += svg.text(side / 2, side + 13, words, size=14, anchor="middle")
        tile = marks.set(f"<g>{tile}</g>", f"example {place}", {"digit": place}, group="examples")
        x, y = number % 2 * (side + 16), 28 + number // 2 * (side + 30)
        d.add(marks.glide(tile, f"digit {place}", x, y))
    return d.markup


def _tiles(colours: np.ndarray, channels: np.ndarray, chosen: int, most: int) -> str:
    """Some maps as large as there is room for `most` of them; each can be chosen."""
    wide, high, gap = 308, 188, 6
    side, columns = max(
        (min((wide + gap) / c - gap, (high + gap) / ceil(most / c) - gap, high * 1.0), c)
        for c in range(1, most + 1)
    )
    d = svg.Drawing()
    for number, channel in enumerate(channels.tolist()):
        x, y = number % columns * (side + gap), 28 + number // columns * (side + gap)
        tile = svg.tile(colours[channel], x, y, side, chosen=channel == chosen)
        d.add(marks.set(f"<g>{tile}</g>", f"map {channel}", {"channel": channel}, group="maps"))
    return d.markup


_SQUARE = 280  # side of the pictures of what an answer hangs on


def what_matters(
    picture: np.ndarray,
    covered: np.ndarray,
    sensitivity: np.ndarray,
    *,
    patch: int,
    stride: int,
    digit: int,
    probability: float,
    row: int = 0,
    column: int = 0,
) -> svg.Svg:
    """The pixels on which an answer depends: by covering it, and by the gradient.

    It is marked for the controls row and column: the cover is dragged on the digit or on the map,
    which is painted as far as the cover has come in reading order.

    Parameters
    ----------
    picture : ndarray of shape (28, 28)
    covered : ndarray of shape (OH, OW)
        Probability of `digit` with a black patch at each place, as `lab.inspection.occlusion`.
    sensitivity : ndarray of shape (28, 28)
        As `lab.inspection.saliency`.
    patch, stride : int
        Of the covering.
    digit : int
    probability : float
        Of `digit` without a patch.
    row, column : int
        Of the upper left corner of the cover; it stands at the last multiple of the stride.
    """
    here = tuple(min(n // stride, m - 1) for n, m in zip((row, column), covered.shape, strict=True))
    change = covered - probability
    worst = np.unravel_index(np.abs(change).argmax(), covered.shape)
    highest = max(float(covered.max()), probability) or 1
    now = float(covered[here])
    d = svg.Drawing()
    for place, (words, markup, role) in enumerate((
        ("drag the cover", _covered(picture, here, patch, stride, covered.shape), svg.INPUT),
        (f"P({digit}) when covered there", _painted(covered / highest, here, stride), svg.OUTPUT),
        ("sensitivity (gradient)", _steepness(sensitivity), svg.PADDING),
    )):  # fmt: skip
        markup = _headed(markup, _SQUARE, words, role)
        d.add(marks.panel(markup, words[:4], 304 * place, 0, _SQUARE, _SQUARE + 28))
    bars = _two_bars(probability, now)
    d.add(marks.panel(bars, "bars", 0, _SQUARE + 48, 370, 92))
    d.add(marks.panel(_heat_scale(highest), "scale", 608, _SQUARE + 48, _SQUARE, 92))
    verb, most = ("raises", "most") if change[worst] > 0 else ("lowers", "worst")
    sentence = (
        f"Uncovered, the network says {digit} with {percent(probability)}, covered here with "
        f"{percent(now)}. A patch of {by((patch, patch))}, moved in steps of {stride}, {verb} this "
        f"to {percent(float(covered[worst]))} at {most}, with its upper left corner in row "
        f"{worst[0] * stride}, column {worst[1] * stride}."
    )
    return svg.framed(d.svg(888, _SQUARE + 140, "What the answer hangs on", sentence), 6)


def _cover_moves(
    here: Sequence[int], stride: int, shape: Sequence[int], apart: float
) -> list[marks.Move]:
    """The cover goes by strides, and a hand that goes `apart` moves it by one."""
    ways = (("row", (0, apart)), ("column", (apart, 0)))
    return [
        marks.Move(name, here[i] * stride, way, 0, (shape[i] - 1) * stride, stride)
        for i, (name, way) in enumerate(ways)
    ]


def _covered(
    picture: np.ndarray, here: Sequence[int], patch: int, stride: int, shape: Sequence[int]
) -> str:
    """A digit with a black cover to drag."""
    pixel = _SQUARE / 28
    y, x, side = here[0] * stride * pixel, here[1] * stride * pixel, patch * pixel
    cover = svg.rect(0, 0, side, side, fill="#000000", line=svg.WINDOW.line, thick=3)
    area = svg.image(as_bytes(picture), 0, 0, _SQUARE, _SQUARE)
    area = f"<g>{area}{marks.glide(cover, 'cover', x, y)}</g>"
    moves = _cover_moves(here, stride, shape, stride * pixel)
    spoken = f"row {here[0] * stride}, column {here[1] * stride}"
    middle = (x + side / 2, y + side / 2)
    return marks.drag(area, "cover", moves, at=middle, spoken=spoken)


def _painted(shares: np.ndarray, here: Sequence[int], stride: int) -> str:
    """The map of all places of the cover: in full colour as far as it has come."""
    tall, wide = (_SQUARE / n for n in shares.shape)
    reached = np.arange(shares.size).reshape(shares.shape) <= here[0] * shares.shape[1] + here[1]
    opacity = np.where(reached, 255, 70).astype(np.uint8)
    area = svg.image(np.dstack([_heat(shares), opacity]), 0, 0, _SQUARE, _SQUARE)
    x, y = here[1] * wide, here[0] * tall
    frame = svg.rect(-1.5, -1.5, wide + 3, tall + 3, line=svg.WINDOW.line, thick=3)
    area = f"<g>{area}{marks.glide(frame, 'spot', x, y)}</g>"
    down, across = _cover_moves(here, stride, shares.shape, 1)
    moves = [replace(down, along=(0, tall)), replace(across, along=(wide, 0))]
    middle = (x + wide / 2, y + tall / 2)
    return marks.drag(area, "place in the map", moves, at=middle)


def _steepness(sensitivity: np.ndarray) -> str:
    return svg.image(_heat(sensitivity / (float(sensitivity.max()) or 1)), 0, 0, _SQUARE, _SQUARE)


def _two_bars(whole: float, now: float) -> str:
    """The probability without and with the cover."""
    d = svg.Drawing()
    for y, words, share in ((8, "uncovered", whole), (56, "covered here", now)):
        d.text(0, y, words, size=14)
        d.add(_share_in_frame(y + 12, 220, share, words))
    return d.markup


def _share_in_frame(y: float, wide: float, share: float, key: str) -> str:
    """A share as a bar in a frame that is all of it, and in large letters."""
    frame = svg.rect(0, y, wide, 20, line=svg.FAINT)
    words = svg.text(wide + 12, y + 10, percent(share), size=22, bold=True)
    return frame + _share_bar(0, y, wide, 20, share, key) + words


def _share_bar(x: float, y: float, wide: float, high: float, share: float, key: str) -> str:
    bar = svg.rect(x, y, max(wide * share, 0.5), high, fill=charts.DATA[0])
    return marks.key(bar, key)


def _answer_bars(
    shares: np.ndarray, best: int | None, *, top: float, size: float, wide: float
) -> str:
    """A line for each digit: how probable it is; the best one is bold."""
    d = svg.Drawing()
    for digit, share in enumerate(shares.tolist()):
        y, first = top + (size + 6) * digit, digit == best
        d.text(8, y, str(digit), size=size, anchor="middle", bold=first)
        d.add(_share_bar(size + 8, y - size / 2, wide, size, share, f"share of {digit}"))
        d.text(size + wide + 16, y, percent(share), size=14, bold=first)
    return d.markup


def _heat_scale(highest: float) -> str:
    """The colours of the two maps, with the numbers at their ends."""
    d = svg.Drawing()
    d.image(_heat(np.linspace(0, 1, 64)[None]), 0, 4, _SQUARE, 14, crisp=False)
    d.text(0, 34, "0", size=14)
    d.text(_SQUARE, 34, percent(highest), size=14, anchor="end")
    d.text(_SQUARE, 54, "or the steepest", size=14, anchor="end", fill=svg.MUTED)
    return d.markup


def filters_over_time(
    first: np.ndarray, now: np.ndarray, maps: np.ndarray, *, step: int, accuracy: float
) -> svg.Svg:
    """The kernels of the first layer at the start and now, and what they make of a digit.

    Parameters
    ----------
    first, now : ndarray of shape (C, 1, KH, KW)
    maps : ndarray of shape (C, H, W)
        Of one digit, through the kernels of now.
    step : int
        How many steps of training lie between.
    accuracy : float
        On held-out digits, now.
    """
    limit = float(max(np.abs(first).max(), np.abs(now).max()))
    columns = ceil(len(now) ** 0.5)
    panels = [
        svg.captioned(_block(pixels, columns, 220), head, role=role)
        for pixels, head, role in (
            (svg.signed_pixels(first[:, 0], limit), "random start", svg.KERNEL),
            (svg.signed_pixels(now[:, 0], limit), f"after step {step:,}", svg.KERNEL),
            (svg.on_one_scale(maps), "one digit through them", svg.OUTPUT),
        )
    ]
    moved = float(np.linalg.norm(now - first) / np.linalg.norm(first))
    sentence = (
        f"Step {step:,}: {percent(accuracy)} of held-out digits are read correctly. The first "
        f"layer's kernels have moved by {percent(moved)} of their length."
    )
    stacked = svg.above(svg.beside(*panels, gap=26), _signed_bar(limit))
    return svg.framed(stacked.titled("The first layer over time", sentence), 6)


def training_so_far(
    losses: Sequence[float],
    measured_at: Sequence[int],
    validation_accuracy: Sequence[float],
    *,
    steps: int,
) -> svg.Svg:
    """A long training while it runs: the loss of every step, the accuracy after each epoch.

    Parameters
    ----------
    losses : sequence of float
        One entry a step; drawn as means of a few, because single batches jump.
    measured_at : sequence of int
        The steps at which accuracy was measured.
    validation_accuracy : sequence of float, one for each
    steps : int
        How many there will be.
    """
    many = max(1, len(losses) // 100)
    groups = np.array(losses[: len(losses) // many * many]).reshape(-1, many).mean(axis=1)
    places = many * np.arange(1, len(groups) + 1)
    both = _loss_and_accuracy(
        {"training batches": (places, groups)},
        {"validation": (measured_at, validation_accuracy)},
        "step",
        top=1,
        bottom=min([0.95, *validation_accuracy]),
        span=(0, max(steps, len(losses))),
        width=285,
        height=160,
    )
    sentence = f"Step {len(losses):,} of {steps:,}."
    if len(validation_accuracy):
        sentence += f" Validation accuracy {percent(validation_accuracy[-1])}."
    whole = svg.above(both, _progress(len(losses), steps, "steps"))
    return svg.framed(whole.titled("Training so far", sentence), 6)


def live_training(
    seen: Sequence[int],
    *,
    train_loss: Sequence[float],
    validation_loss: Sequence[float],
    train_accuracy: Sequence[float],
    validation_accuracy: Sequence[float],
    rates: Sequence[float],
    goal: int,
    kernels: np.ndarray | None = None,
    read: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    name: str = "network",
) -> svg.Svg:
    """A training as far as it has come: loss, accuracy, digits as they are read, first kernels.

    Parameters
    ----------
    seen : sequence of int
        Training digits seen so far, at each measurement; the other sequences are as long.
    train_loss, validation_loss, train_accuracy, validation_accuracy, rates : sequence of float
    goal : int
        Digits to see in all.
    kernels : ndarray of shape (C, 1, KH, KW), optional
        Of the first layer, if there are any.
    read : (images, labels, answers), optional
        A few validation digits, and what the network takes them for by now.
    name : str
        What is being trained.

    Returns
    -------
    Svg
        Always of the same size.
    """
    both = _loss_and_accuracy(
        {"training": (seen, train_loss), "validation": (seen, validation_loss)},
        {"training": (seen, train_accuracy), "validation": (seen, validation_accuracy)},
        "digits seen",
        top=max([0.5, *train_loss, *validation_loss]),
        bottom=0,
        span=(0, max([goal, *seen])),
        width=285,
        height=180,
    )
    rows = [both, _progress(seen[-1] if seen else 0, goal, "digits seen")]
    rows.append(svg.beside(_read_now(read), _kernels_now(kernels, begun=bool(seen))))
    if seen:
        sentence = (
            f"{name}: {seen[-1]:,} of {goal:,} digits seen, learning rate {rates[-1]:g}. Loss "
            f"{train_loss[-1]:.3f} in training, {validation_loss[-1]:.3f} in validation; accuracy "
            f"{percent(train_accuracy[-1])} and {percent(validation_accuracy[-1])}."
        )
        if seen[-1] >= goal:  # the button does nothing now
            sentence += " The end: raise the epochs to train on, or start again."
    else:
        sentence = f"{name}: nothing learnt yet, {goal:,} digits to see. Press train."
    return svg.framed(svg.above(*rows).titled("Training, live", sentence), 6)


def _read_now(read: tuple[np.ndarray, np.ndarray, np.ndarray] | None) -> svg.Svg:
    """Validation digits with the network's answer under each; the wrong ones are framed."""
    if read is None:
        shown = svg.label("they appear with the first 500 digits learnt")
    else:
        images, labels, answers = (part[:_READ] for part in read)
        wrong = np.flatnonzero(labels != answers).tolist()
        shown = digits(images, answers.tolist(), columns=_READ, side=44, marked=wrong)
    panel = svg.captioned(shown, "validation digits, read as", role=svg.INPUT)
    return replace(panel, width=50 * _READ, height=96)


def _kernels_now(kernels: np.ndarray | None, begun: bool) -> svg.Svg:
    """The kernels of the first layer, small."""
    if kernels is None:
        shown = svg.label("this network has none" if begun else "not yet")
    else:
        limit = float(np.abs(kernels).max())
        columns = min(len(kernels), 8)
        shown = _block(svg.signed_pixels(kernels[:, 0], limit), columns, 18 * columns)
    panel = svg.captioned(shown, "first kernels", role=svg.KERNEL)
    return replace(panel, width=150, height=96)


def _progress(done: int, goal: int, unit: str) -> svg.Svg:
    d = svg.Drawing()
    d.rect(0, 0, 360, 14, line=svg.FAINT)
    d.rect(0, 0, 360 * min(done / goal, 1), 14, fill=charts.DATA[0])
    d.text(0, 26, f"{done:,} of {goal:,} {unit}", size=13)
    return d.svg(362, 34, "progress")


_READ = 10  # digits that are shown as they are read

# Errors -------------------------------------------------------------------------------------------


_CELL = 36  # side of a cell of the table
_EXAMPLES = (4, 4)  # columns and rows of the digits behind a cell


def confusion(
    table: np.ndarray,
    *,
    row: int,
    column: int,
    examples: np.ndarray,
    shares: np.ndarray,
    places: Sequence[int],
    chosen: int = 0,
) -> svg.Svg:
    """A table of which digit is read as which, the pictures behind one cell, and one of them large.

    It is marked for the controls label and answer, which a click on a cell sets, and digit.

    Parameters
    ----------
    table : ndarray of int of shape (10, 10)
        Row: the label. Column: the answer.
    row, column : int
        The chosen cell.
    examples : ndarray of shape (k, 28, 28)
        Some digits of this cell, up to 16; may be empty.
    shares : ndarray of shape (k, 10)
        Their probabilities.
    places : sequence of k int
        Where they stand among all digits.
    chosen : int
        The one to look at closely.

    Returns
    -------
    Svg
        Always of the same size.
    """
    found, right = int(table[row, column]), int(np.trace(table))
    sentence = (
        f"{right:,} of {table.sum():,} digits are read correctly. The network reads {found} of "
        f"{int(table[row].sum())} digits labelled {row} as {column}."
    )
    head = f"{row} read as {column}: {found}"
    if found > len(examples):
        head += f", {len(examples)} shown"
    d = svg.Drawing()
    d.add(marks.panel(_table(table, row, column), "table", 0, 0, 394, 402))
    behind = _behind(examples, shares, places, chosen)
    behind += svg.heading(head)
    d.add(marks.panel(behind, "digits", 430, 0, 272, 402))
    closely = ""
    if len(examples):
        chosen = min(chosen, len(examples) - 1)
        closely = _closely(examples[chosen], shares[chosen], row, places[chosen])
    d.add(marks.panel(closely, "closely", 726, 0, 222, 402))
    return svg.framed(d.svg(948, 402, "Which digit is read as which", sentence), 6)


def _table(table: np.ndarray, row: int, column: int) -> str:
    """The table of labels against answers, whose cells are clicked."""
    wrong = table - np.diag(np.diag(table))
    most, left, top = max(int(wrong.max()), 1), 32, 40
    d = svg.Drawing()
    d.text(left, 8, "answer of the network →  label ↓", size=14, fill=svg.MUTED)
    for i in range(10):
        middle = (i + 0.5) * _CELL
        d.text(left + middle, 30, str(i), size=16, anchor="middle", bold=i == column)
        d.text(left - 14, top + middle, str(i), size=16, anchor="middle", bold=i == row)
        for j in range(10):
            cell = _cell(left + _CELL * j, top + _CELL * i, int(table[i, j]), most, i == j)
            values = {"label": i, "answer": j}
            d.add(marks.set(cell, f"{i} read as {j}", values, group="cells"))
    frame = svg.rect(
        left + _CELL * column, top + _CELL * row, _CELL, _CELL, line=svg.WINDOW.line, thick=3.5
    )
    d.add(marks.key(frame, "here"))
    return d.markup


def _cell(x: float, y: float, number: int, most: int, diagonal: bool) -> str:
    """A cell of the table: errors are shaded by their number, the diagonal is not."""
    fill = svg.OUTPUT.tint if diagonal else svg.signed_fill(number / most, 1)
    look: dict[str, Any] = {"ink": svg.text_on(fill), "fill": fill, "line": svg.FAINT}
    return f"<g>{svg.plate(x, y, _CELL, _CELL, str(number or '·'), size=14, **look)}</g>"


def _behind(examples: np.ndarray, shares: np.ndarray, places: Sequence[int], chosen: int) -> str:
    """The digits behind a cell with how sure the network is; each can be looked at closely."""
    if not len(examples):
        return svg.text(0, 40, "no digit in this cell", size=14, fill=svg.MUTED)
    d, side = svg.Drawing(), 60
    for number, (picture, share, place) in enumerate(zip(examples, shares, places, strict=True)):
        tile = svg.tile(as_bytes(picture), 0, 0, side, chosen=number == chosen)
        sure = whole_percent(float(share.max()))
        tile += svg.text(side / 2, side + 12, sure, size=14, anchor="middle")
        tile = marks.set(f"<g>{tile}</g>", f"example {place}", {"digit": number}, group="digits")
        x, y = number % _EXAMPLES[0] * (side + 8), 28 + number // _EXAMPLES[0] * (side + 30)
        d.add(marks.glide(tile, f"digit {place}", x, y))
    return d.markup


def _closely(picture: np.ndarray, shares: np.ndarray, label: int, place: int) -> str:
    """One digit, large, and how probable the network finds each answer."""
    d, side = svg.Drawing(), 160
    d.heading(f"example {place}, a {label}")
    d.tile(as_bytes(picture), 0, 28, side)
    d.add(_answer_bars(shares, int(shares.argmax()), top=208, size=14, wide=110))
    return d.markup


def calibration(
    confidence: Sequence[float], accuracy: Sequence[float], count: Sequence[int]
) -> svg.Svg:
    """A chart of how sure the network says it is, against how often it is right.

    Parameters
    ----------
    confidence, accuracy : sequence of float
        Mean probability of the answer and share of right answers, for each group of digits.
        Groups without digits (count 0) are left out.
    count : sequence of int
        How many digits each group has.
    """
    groups = [g for g in zip(confidence, accuracy, count, strict=True) if g[2] > 0]
    across, up = charts.Scale(0, 1, 52, 352), charts.Scale(0, 1, 284, 44)
    d = svg.Drawing()
    d.add(charts.frame(across, up, "probability of its answer", percent=True))
    d.text(0, 7, "Calibration", bold=True)
    d.text(0, 27, "share of right answers, with 95 % intervals", size=12, fill=svg.MUTED)
    d.line(across(0), up(0), across(1), up(1), dash="5 4")
    for sure, right, n in groups:
        low, high = wilson_interval(right, n)
        x = across(sure)
        d.line(x, up(low), x, up(high), colour=svg.INPUT.line, thick=2)
        d.circle(x, up(right), 4.5, fill=svg.INPUT.line)
    gaps = sum(n * abs(sure - right) for sure, right, n in groups)
    total = sum(n for _, _, n in groups)
    worst = ", ".join(
        f"{n:,} digits at {percent(sure)} sure: {percent(right)} right"
        for sure, right, n in groups[-3:]
    )
    sentence = f"Mean gap between sure and right: {percent(gaps / total)}. {worst}."
    return d.svg(390, 330, "Calibration", sentence)


_SPECIMEN = 196  # side of the digit that is spoilt by hand


def break_it(
    pictures: np.ndarray,
    labels: Sequence[int],
    answers: Mapping[str, Sequence[int]],
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    change: str,
    amount: float,
    unit: str,
    step: float = 1,
    by_hand: Mapping[str, tuple[str, float, float]] = MappingProxyType({}),
) -> svg.Svg:
    """Spoilt digits, what each network reads, and how accuracy falls with the damage.

    It is marked for the controls damage and amount: the first digit is shifted and turned by hand,
    and the line in the chart is dragged.

    Parameters
    ----------
    pictures : ndarray of shape (N, 28, 28)
        After the damage; up to eight.
    labels : sequence of N int
    answers : mapping of str to sequence of N int
        What each network reads.
    curves : mapping of str to (amounts, accuracies)
        Measured on many digits.
    change, unit : str
        Such as "shift" and "pixels".
    amount : float
        Of the damage shown.
    step : float
        By which a hand changes it.
    by_hand : mapping of str to (name, most, step)
        "shift" and "turn", if there is a damage that shifts to the right, or turns anticlockwise:
        its name, its largest amount, and by how much one step changes it.

    Returns
    -------
    Svg
        For the same networks always of the same size.
    """
    d = svg.Drawing()
    high = 28 + _SPECIMEN + 26 * len(answers)
    specimen = _specimen(pictures[0], labels[0], (change, amount), by_hand)
    for row, (name, read) in enumerate(answers.items()):
        words, wrong = _verdict(read[0], labels[0])
        y = 28 + _SPECIMEN + 18 + 26 * row
        specimen += svg.text(0, y, f"{name} {words}", size=16, bold=wrong)
    d.add(marks.panel(specimen, "specimen", 0, 0, 216, high))
    for half in range(2):
        some = slice(4 * half, 4 * half + 4)
        four = _read_digits(pictures[some], labels[some], {n: r[some] for n, r in answers.items()})
        d.add(marks.panel(four, f"digits {half}", 240 + 356 * half, 0, 332, high))
    chart = _damage_chart(curves, change, amount, unit, step)
    d.add(marks.panel(chart, "chart", 0, high + 20, 338, 258))
    measured = {name: float(np.interp(amount, x, y)) for name, (x, y) in curves.items()}
    d.add(marks.panel(_accuracies(measured, amount, unit), "measured", 596, high + 20, 340, 258))
    right = "; ".join(
        f"{name} reads {np.sum(np.equal(read, labels))} of {len(labels)}"
        for name, read in answers.items()
    )
    shares = "; ".join(f"{name} {percent(share)}" for name, share in measured.items())
    sentence = (
        f"{change.capitalize()}, {_measure(amount, unit)}. Of the digits shown {right}. "
        f"Accuracy on many digits: {shares}."
    )
    return svg.framed(d.svg(936, high + 278, f"Digits after {change}", sentence), 6)


def _verdict(read: int, label: int) -> tuple[str, bool]:
    """An answer with a tick or a cross, and whether it is wrong."""
    return f"{read} {'✓' if read == label else '✗'}", bool(read != label)


def _specimen(
    picture: np.ndarray,
    label: int,
    now: tuple[str, float],
    by_hand: Mapping[str, tuple[str, float, float]],
) -> str:
    """A digit, large, to be dragged to the right and to be turned by a handle."""
    pixel, middle = _SPECIMEN / 28, _SPECIMEN / 2
    area = f"<g>{svg.tile(as_bytes(picture), 0, 0, _SPECIMEN)}</g>"
    if "shift" in by_hand:
        name, most, step = by_hand["shift"]
        here = now[1] if name == now[0] else 0
        moves = [marks.Move("amount", here, (pixel * step, 0), 0, most, step)]
        area = marks.drag(area, "digit to shift", moves, also={"damage": name})
    if "turn" in by_hand:
        name, most, step = by_hand["turn"]
        here = now[1] if name == now[0] else 0
        area += _turning(
            "amount", here, step, (0, most), middle, 84, "digit to turn", also={"damage": name}
        )
    words = f"a {label}: drag it, turn it" if by_hand else f"a {label}"
    return svg.heading(words) + svg.group(area, 0, 28)


def _read_digits(
    pictures: np.ndarray, labels: Sequence[int], answers: Mapping[str, Sequence[int]]
) -> str:
    """A few digits in a row, and under each what the networks read."""
    side, d = 76, svg.Drawing()
    for row, name in enumerate(answers if len(pictures) else ()):
        d.text(0, 28 + side + 16 + 48 * row, name, size=14, fill=svg.MUTED)
    for place, picture in enumerate(pictures):
        x = place * (side + 9)
        d.image(as_bytes(picture), x, 28, side, side)
        for row, read in enumerate(answers.values()):
            words, wrong = _verdict(read[place], labels[place])
            y = 28 + side + 38 + 48 * row
            d.text(x + side / 2, y, words, size=16, anchor="middle", bold=wrong)
    return d.markup


def _damage_chart(curves: charts.Series, change: str, amount: float, unit: str, step: float) -> str:
    """How accuracy falls with the damage; the line at its amount is dragged."""
    left, top, wide, high = 52, 44, 270, 174  # as charts.line_chart places its lines
    ends = [float(end) for x, _ in curves.values() for end in (np.min(x), np.max(x))]
    low, most = min(ends), max(ends)
    chart = charts.line_chart(
        curves,
        title=f"Accuracy after {change}",
        across=unit,
        up="accuracy",
        percent=True,
        limits=(min([0.5, *(float(np.min(y)) for _, y in curves.values())]), 1),
        at=amount,
        width=wide,
        height=high,
    )
    across = charts.Scale(low, max(most, low + 1e-9), left, left + wide)
    per_step = wide * step / (most - low or 1)
    moves = [marks.Move("amount", amount, (per_step, 0), low, most, step)]
    at, spoken = (across(amount), top + high / 2), f"{_measure(amount, unit)}"
    area = svg.rect(left, top, wide, high, fill=UNSEEN)
    square = svg.rect(-7, -7, 14, 14, fill=svg.WINDOW.line, line=svg.PAPER, thick=2, round=4)
    grip = marks.glide(marks.grip(square), "grip", across(amount), top + high)
    area = f"<g>{area}{grip}</g>"
    return chart.markup + marks.drag(area, "amount in the chart", moves, at=at, spoken=spoken)


def _measure(amount: float, unit: str) -> str:
    """An amount in its unit: 2 pixels right, 1 pixel right."""
    return f"{svg.show_number(amount)} {unit.replace('pixels', 'pixel') if amount == 1 else unit}"


def _accuracies(measured: Mapping[str, float], amount: float, unit: str) -> str:
    """The accuracy of each network at the amount chosen, as a bar."""
    d = svg.Drawing()
    d.heading(f"accuracy at {_measure(amount, unit)}")
    for row, (name, share) in enumerate(measured.items()):
        y = 44 + 58 * row
        d.text(0, y, name, size=14)
        d.add(_share_in_frame(y + 14, 200, share, f"accuracy {name}"))
    return d.markup


# Your own digit -----------------------------------------------------------------------------------


_SEEN = 224  # side of the picture that the network sees
_ARM = 96  # how far its handle stands from the middle about which it is turned
_FRAME = 84  # side of a frame of the film strip
_IN_A_PANEL = 4  # frames: on a narrow page the strip is cut into two
MOST_PIXELS, MOST_DEGREES, DEGREES = 10, 90, 5  # of a move, of a turn, and of one step of a turn


def reading(
    steps: Sequence[tuple[str, np.ndarray]],
    probabilities: Sequence[float] | None,
    verdict: str,
    *,
    moved: tuple[int, int, int] = (0, 0, 0),
    nearest: np.ndarray | None = None,
    distance: float = 0.0,
    limit: float = 0.0,
    maps: np.ndarray | None = None,
) -> svg.Svg:
    """The picture that the network sees and its answer; below, as a film, how it came there.

    It is marked for the controls right, down and turn: the picture that the network sees is
    dragged, and its handle turned.

    Parameters
    ----------
    steps : sequence of (name, ndarray of shape (H, W))
        The pictures in between, uint8 or from 0 to 1; the last one is what the network sees.
    probabilities : sequence of 10 float, optional
        Without them there is nothing to read yet.
    verdict : str
        The answer in words.
    moved : (int, int, int)
        By how many pixels the last picture is moved right and down, and by how many degrees turned.
    nearest : ndarray of uint8 of shape (N, H, W), optional
        The training digits with the label of the answer that are most like it; none yet: N = 0.
    distance, limit : float
        How far away they are, and how far digits usually are at most.
    maps : ndarray of shape (C, H, W), from 0 to 1, optional
        What the first layer makes of it.
    """
    shares = np.zeros(10) if probabilities is None else np.asarray(probabilities)
    order = np.argsort(-shares, kind="stable")
    answer, sentence = "", verdict
    if probabilities is not None:
        best, second = (f"{d} with {percent(float(shares[d]))}" for d in order[:2])
        answer = f"{order[0]}: {percent(float(shares[order[0]]))}"
        sentence = f"{verdict} Most probable: {best}; then {second}."
    d = svg.Drawing()
    d.add(marks.panel(_to_move(as_bytes(steps[-1][1]), moved), "seen", 0, 0, _SEEN + 8, 256))
    d.add(marks.panel(_probability_bars(shares, answer), "bars", 256, 0, 352, 256))
    if nearest is not None:
        d.add(marks.panel(_alike(nearest, int(order[0])), "alike", 620, 0, 140, 256))
    if nearest is not None and len(nearest):
        near = "it may well be one" if distance <= limit else "this is hardly a digit"
        sentence += (
            f" The {order[0]}s most like it are {distance:.2f} away, and digits are seldom farther "
            f"away than {limit:.2f}: {near}."
        )
    for half, first in enumerate(range(0, 2 * _IN_A_PANEL, _IN_A_PANEL)):
        frames = _film(steps[first : first + _IN_A_PANEL], first, len(steps))
        d.add(marks.panel(frames, f"film {half}", 384 * half, 276, 376, 166))
    height = 442
    if maps is not None:
        for half, pictures in enumerate(np.array_split(maps, 2)):
            rows = ceil(len(pictures) / 8)
            words = "" if half else "what the first layer makes of it"
            tiles = svg.heading(words)
            tiles += svg.group(digits(pictures, columns=8, side=41).markup, 0, 24)
            d.add(marks.panel(tiles, f"maps {half}", 384 * half, 462, 376, 24 + 49 * rows))
        height = 462 + 24 + 49 * rows
    return svg.framed(d.svg(760, height, "Your own digit", sentence), 6)


def _to_move(pixels: np.ndarray, moved: tuple[int, int, int]) -> str:
    """The picture that the network sees, with a ring and a handle on it to turn it by."""
    right, down, turn = moved
    pixel, middle, name = _SEEN / 28, _SEEN / 2, "what the network sees"
    picture = svg.group(svg.tile(pixels, 0, 0, _SEEN))
    most = (MOST_PIXELS, MOST_PIXELS)
    moves = marks.two_ways(("right", "down"), (right, down), pixel, most, low=-MOST_PIXELS)
    spoken = f"{right} pixels right, {down} down"
    seen = marks.drag(picture, name, moves, spoken=spoken)
    limits = (-MOST_DEGREES, MOST_DEGREES)
    ring = _turning("turn", turn, DEGREES, limits, middle, _ARM, "turn")
    return _swatched(name, svg.INPUT) + svg.group(seen, 0, 28) + svg.group(ring, 0, 28)


def _turning(
    control: str,
    degrees: float,
    step: float,
    limits: tuple[float, float],
    middle: float,
    arm: float,
    name: str,
    also: Mapping[str, object] | None = None,
) -> str:
    """A ring in a square, and on it a handle that turns what lies there, anticlockwise."""
    angle, further = np.deg2rad(45 + degrees), np.deg2rad(step)
    x, y = arm * np.cos(angle), -arm * np.sin(angle)
    along = (arm * np.cos(angle + further) - x, -arm * np.sin(angle + further) - y)
    move = marks.Move(control, degrees, along, *limits, step, arm=(x, y))
    ring = (
        f'<circle cx="{svg.num(middle)}" cy="{svg.num(middle)}" r="{svg.num(arm)}" fill="none" '
        f'stroke="{svg.WINDOW.line}" stroke-dasharray="2 6" pointer-events="none"/>'
    )
    spoken = f"{svg.show_number(degrees)} degrees anticlockwise"
    return ring + handle(name, [move], middle + x, middle + y, spoken=spoken, also=also)


def _film(steps: Sequence[tuple[str, np.ndarray]], before: int, last: int) -> str:
    """Some stages of a photograph under their names, as frames of a film."""
    apart, top = 94, 54  # below three lines of words
    d = svg.Drawing()
    if steps:
        wide = apart * len(steps) - 4
        d.rect(0, top, wide, _FRAME + 26, fill=_FILM, round=3)
        for y in (top + 6, top + _FRAME + 20):
            d.line(5, y, wide - 4, y, colour=svg.LIGHT, thick=5, dash="6 7.4")
    for place, (name, picture) in enumerate(steps):
        number, x = before + place + 1, 3 + apart * place
        for row, words in enumerate(wrapped(f"{number} {name}", 11)):
            d.text(x, 8 + 16 * row, words, size=14, bold=number == last)
        high, wide = (_FRAME * n / max(picture.shape[:2]) for n in picture.shape[:2])
        left, under = x + (_FRAME - wide) / 2, top + 13 + (_FRAME - high) / 2
        d.image(as_bytes(picture), left, under, wide, high)
    return d.markup


_FILM = "#3a4048"  # as dark in every theme as a film is


def _probability_bars(shares: np.ndarray, answer: str) -> str:
    """Ten digits with their probabilities, under the answer in large letters."""
    head = svg.text(0, 10, answer or "nothing to read yet", size=22, bold=True)
    best = int(shares.argmax()) if answer else None
    return head + _answer_bars(shares, best, top=40, size=16, wide=230)


def _alike(nearest: np.ndarray, answer: int) -> str:
    """The training digits most like a picture, under each other."""
    d = svg.Drawing()
    if len(nearest):
        d.heading(f"{answer}s most alike")
        d.text(0, 26, "in training", size=13, fill=svg.MUTED)
    for place, picture in enumerate(nearest):
        side = (214 - 6 * (len(nearest) - 1)) / len(nearest)
        d.image(picture, 0, 40 + place * (side + 6), side, side)
    return d.markup


def readings(
    photo: np.ndarray,
    boxes: Sequence[tuple[int, int, int, int]],
    answers: Sequence[int | None],
    confidences: Sequence[float],
) -> svg.Svg:
    """A photograph with every digit that was found in it, framed and named.

    Parameters
    ----------
    photo : ndarray of shape (H, W) or (H, W, 3), dtype uint8
    boxes : sequence of (top, left, bottom, right), in pixels of the photo, the last two exclusive
    answers : sequence of int or None
        None: the network is not sure.
    confidences : sequence of float
    """
    width = 420
    zoom = width / photo.shape[1]
    high = zoom * photo.shape[0]
    d = svg.Drawing()
    d.image(as_bytes(photo), 0, 24, width, high, crisp=False)
    for (top, left, bottom, right), answer, sure in zip(boxes, answers, confidences, strict=True):
        x, y, wide, tall = left * zoom, 24 + top * zoom, right - left, bottom - top
        words = "unsure" if answer is None else f"{answer} · {whole_percent(sure)}"
        room = svg.text_width(words, 12) + 6
        d.rect(x, y, wide * zoom, tall * zoom, line=svg.WINDOW.line, thick=2)
        d.rect(x - 2, y - 19, room, 18, fill=svg.PAPER, line=svg.WINDOW.line)
        d.text(x + 1, y - 10, words, size=12)
    named = ", ".join("unsure" if a is None else str(a) for a in answers) or "nothing"
    sentence = f"Found {len(answers)} in reading order: {named}."
    return d.svg(width, 24 + high, "What was read in the photograph", sentence)


# Helpers ------------------------------------------------------------------------------------------


def _ends(values: np.ndarray, digits: int = 2) -> str:
    low, high = (svg.show_number(float(end), digits) for end in (values.min(), values.max()))
    return f"{low} to {high}"


_DARK_BLUE, _TEAL, _YELLOW = (38, 22, 78), (32, 140, 141), (250, 231, 60)


def _heat(values: np.ndarray) -> np.ndarray:
    """Numbers from 0 (dark blue) over teal to 1 (yellow): brighter is always more."""
    ends = np.array([_DARK_BLUE, _TEAL, _YELLOW])
    shares = np.clip(values, 0, 1)
    channels = [np.interp(shares, [0, 0.5, 1], ends[:, channel]) for channel in range(3)]
    return np.round(np.stack(channels, axis=-1)).astype(np.uint8)
