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
from math import ceil, log10

import numpy as np

from cnncourse.figures import svg

# Lines are told apart by their dashes and their names as well as by their colours.
_STYLES = [
    (svg.INPUT.line, ""),
    (svg.KERNEL.line, "7 4"),
    (svg.OUTPUT.line, "2 3"),
    (svg.WINDOW.line, "10 3 2 3"),
    (svg.INK, "1 5"),
]


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
    images : ndarray of shape (N, 28, 28), uint8 or from 0 to 1
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
        If there are not as many captions as images.
    """
    if len(captions) not in (0, len(images)):
        raise ValueError(
            f"{len(images)} digits and {len(captions)} captions: give one for each digit, or none"
        )
    if not len(images):  # a network without errors: say so, an empty picture looks like a fault
        sentence = f"{title}: there are none."
        return svg.Svg(svg.text(0, 16, sentence, size=14), 560, 24, title, sentence)
    room = 20 if len(captions) else 4
    d = svg.Drawing()
    for place, picture in enumerate(images):
        row, column = divmod(place, columns)
        x, y = column * (side + 6), row * (side + room + 4)
        d.image(_grey(picture), x, y, side, side)
        if place in marked:
            d.rect(x + 1, y + 1, side - 2, side - 2, line=svg.WINDOW.line, thick=3)
        if len(captions):
            words = str(captions[place])
            d.text(
                x + side / 2, y + side + 11, words, size=12, anchor="middle", bold=place in marked
            )
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
    d.line(0, 180, 640, 180, colour=svg.MUTED)
    for number, (share, role) in enumerate(zip(shares.values(), roles, strict=False)):
        for digit, part in enumerate(share):
            x, tall = 8 + 64 * digit + number * wide, 150 * part / top
            d.rect(x, 180 - tall, wide - 2, tall, fill=role.tint, line=role.line)
            d.text(
                x + wide / 2,
                170 - tall,
                f"{100 * part:.0f}",
                size=12,
                anchor="middle",
                fill=svg.MUTED,
            )
    for digit in range(10):
        d.text(32 + 64 * digit, 196, str(digit), anchor="middle", bold=True)
    x = 8.0
    for (name, values), role in zip(counts.items(), roles, strict=False):
        words = f"{name}: {np.sum(values):,} digits"
        d.rect(x, 3, 12, 12, fill=role.tint, line=role.line)
        d.text(x + 18, 9, words, size=12)
        x += svg.text_width(words, 12) + 50
    d.text(636, 9, "share in %", size=12, anchor="end", fill=svg.MUTED)
    sentence = " ".join(_balance_words(name, share) for name, share in shares.items())
    return d.svg(644, 208, "How often each digit occurs", sentence)


def _balance_words(name: str, share: np.ndarray) -> str:
    most, least = int(share.argmax()), int(share.argmin())
    return (
        f"In {name} the most frequent digit is {most} with {_percent(share[most])}, the rarest "
        f"{least} with {_percent(share[least])}."
    )


# Curves -------------------------------------------------------------------------------------------


def line_chart(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    title: str,
    across: str,
    up: str,
    limits: tuple[float, float] | None = None,
    log: bool = False,
    percent: bool = False,
    at: float | None = None,
    span: tuple[float, float] | None = None,
    width: float = 330,
    height: float = 200,
) -> svg.Svg:
    """Named lines over one axis.

    Parameters
    ----------
    series : mapping of str to (x values, y values)
        Values that are not finite are left out.
    title, across, up : str
        The title, and what the two axes say.
    limits : (float, float), optional
        Lowest and highest y; what lies beyond is drawn at the edge. By default all fit.
    log : bool
        Equal steps across are equal factors; all x must be above 0.
    percent : bool
        The y values are shares, written as percentages.
    at : float, optional
        An x to mark with a dashed line.
    span : (float, float), optional
        First and last x of the axis. By default all fit.
    width, height : float
        Of the drawing area, in pixels.
    """
    kept = {name: _finite(*xy) for name, xy in series.items()}
    xs = np.concatenate([x for x, _ in kept.values()] or [np.array([])])
    whole = bool(np.all(xs == np.round(xs)))  # there is no half an epoch
    xs = xs if span is None else np.array(span, dtype=float)
    ys = np.concatenate([y for _, y in kept.values()] or [np.array([])])
    axis = _Axes(xs, ys, limits, log, width, height)
    d = svg.Drawing()
    d.add(axis.frame(across, percent, whole))
    if at is not None:
        x = axis.across(at)
        d.line(x, axis.top, x, axis.top + height, colour=svg.WINDOW.line, thick=2, dash="3 3")
    legend = 0.0
    for (name, (x, y)), (colour, dash) in zip(kept.items(), _STYLES, strict=False):
        points = [(axis.across(a), axis.up(b)) for a, b in zip(x, y, strict=True)]
        d.polyline(points, colour=colour, dash=dash)
        if len(points) <= 30:
            for point in points:
                d.circle(*point, 3, fill=colour)
        d.line(legend, 26, legend + 26, 26, colour=colour, thick=2.5, dash=dash)
        d.text(legend + 31, 26, name, size=12)
        legend += 31 + svg.text_width(name, 12) + 14
    d.text(0, 7, title, bold=True)
    if up not in title.lower():
        d.text(1.1 * svg.text_width(title) + 10, 7, up, size=12, fill=svg.MUTED)
    words = "; ".join(_run_words(name, *xy, percent) for name, xy in kept.items())
    sentence = f"{title} ({up} against {across}): {words or 'nothing to see yet'}."
    full = max(axis.left + width + 14, legend, svg.text_width(title))
    return d.svg(full, axis.top + height + 38, title, sentence)


class _Axes:
    """Two scales and their frame."""

    def __init__(
        self,
        xs: np.ndarray,
        ys: np.ndarray,
        limits: tuple[float, float] | None,
        log: bool,
        width: float,
        height: float,
    ) -> None:
        self.left, self.top, self.width, self.height, self.log = 52, 44, width, height, log
        x_low, x_high = (xs.min(), xs.max()) if len(xs) else (1.0, 10.0)
        alone = x_low == x_high
        self.x = (x_low - 0.5, x_low + 0.5) if alone else (float(x_low), float(x_high))
        low, high = limits or ((ys.min(), ys.max()) if len(ys) else (0.0, 1.0))
        self.y = (float(low), float(high if high > low else low + 1e-3))

    def across(self, value: float) -> float:
        low, high = self.x
        if self.log:
            low, high, value = log10(low), log10(high), log10(value)
        return self.left + self.width * (value - low) / (high - low)

    def up(self, value: float) -> float:
        low, high = self.y
        return self.top + self.height * (high - min(max(value, low), high)) / (high - low)

    def frame(self, across: str, percent: bool, whole: bool = False) -> str:
        """Box, grid lines, numbers (across only whole ones?), and the name of the axis across."""
        base = self.top + self.height
        d = svg.Drawing()
        d.rect(self.left, self.top, self.width, self.height, line=svg.FAINT)
        for value in _round_steps(*self.y):
            y, scale = self.up(value), 100 if percent else 1
            words = svg.show_number(scale * value, 3) + (" %" if percent else "")
            d.line(self.left, y, self.left + self.width, y, colour=svg.FAINT)
            d.text(self.left - 6, y, words, size=12, anchor="end", fill=svg.MUTED)
        for value in _tens(*self.x) if self.log else _round_steps(*self.x, float(whole)):
            d.text(
                self.across(value),
                base + 13,
                f"{value:,.6g}",
                size=12,
                anchor="middle",
                fill=svg.MUTED,
            )
        middle = self.left + self.width / 2
        d.text(middle, base + 30, across, size=12, anchor="middle", fill=svg.MUTED)
        return d.markup


def _finite(x: Sequence[float], y: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    good = np.isfinite(x) & np.isfinite(y)
    return x[good], y[good]


def _round_steps(low: float, high: float, least: float = 0.0) -> list[float]:
    """A handful of round numbers from low to high, at least `least` apart."""
    raw = max((high - low) / 6, least)
    power = 10.0 ** np.floor(np.log10(raw))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first = int(np.ceil(low / step - 1e-9))
    return [n * step for n in range(first, int(np.floor(high / step + 1e-9)) + 1)]


def _tens(low: float, high: float) -> list[float]:
    """Powers of ten with their halves and fifths between low and high: 100, 200, 500, 1000 …"""
    powers = range(int(np.floor(log10(low))), int(np.ceil(log10(high))) + 1)
    values = [factor * 10.0**p for p in powers for factor in (1, 2, 5)]
    return [v for v in values if low * 0.999 <= v <= high * 1.001]


def _run_words(name: str, x: np.ndarray, y: np.ndarray, percent: bool) -> str:
    """What a line does, in words."""
    if not len(y):
        return f"{name} has no values yet"
    first, last = (_percent(v) if percent else svg.show_number(v, 3) for v in (y[0], y[-1]))
    end = f" and {last} at {x[-1]:,.6g}" if len(y) > 1 else ""
    return f"{name} {first} at {x[0]:,.6g}{end}"


def learning_curves(
    epochs: Sequence[float],
    *,
    train_loss: Sequence[float],
    validation_loss: Sequence[float],
    train_accuracy: Sequence[float],
    validation_accuracy: Sequence[float],
    title: str = "Learning curves",
) -> svg.Svg:
    """Loss and accuracy after each epoch, on what was learnt from and on what was not.

    All five sequences have the same length; accuracies go from 0 to 1.
    """
    left = line_chart(
        {"training": (epochs, train_loss), "validation": (epochs, validation_loss)},
        title="Loss",
        across="epoch",
        up="cross-entropy",
        limits=(0, max([0.01, *train_loss, *validation_loss])),
        width=290,
    )
    right = line_chart(
        {"training": (epochs, train_accuracy), "validation": (epochs, validation_accuracy)},
        title="Accuracy",
        across="epoch",
        up="accuracy",
        percent=True,
        limits=(min([0.99, *train_accuracy, *validation_accuracy]), 1),
        width=290,
    )
    return _named(svg.beside(left, right, gap=20), title, f"{left.description} {right.description}")


# Looking inside -----------------------------------------------------------------------------------


def learned_kernels(
    kernels: np.ndarray, *, name: str = "a layer", limit: float | None = None, width: float = 700
) -> svg.Svg:
    """Every slice of every kernel of a layer, on one scale around zero.

    Parameters
    ----------
    kernels : ndarray of shape (C_out, C_in, KH, KW)
    name : str
    limit : float, optional
        The weight drawn in full colour; by default the largest size in the layer.
    width : float
        In pixels; a layer with many slices has small ones.
    """
    c_out, c_in, high, wide = kernels.shape
    limit = float(np.abs(kernels).max()) if limit is None else limit
    if c_in == 1:
        # In full rows if that can be: 16 kernels in rows of 8, ten in rows of 5.
        columns = next((c for c in range(8, 3, -1) if c_out % c == 0), min(c_out, 8))
        slices = kernels[:, 0]
    else:  # rows are input channels, columns output channels
        slices, columns = kernels.transpose(1, 0, 2, 3).reshape(-1, high, wide), c_out
    rows = ceil(len(slices) / columns)
    side = max(70, 4 * wide)
    picture = _block(svg.signed_pixels(slices, limit), columns, min(width, side * columns))
    count = f"{c_out} kernels" if c_in == 1 else f"{c_out} kernels of {c_in} slices"
    layout = "" if c_in == 1 else "; a column is one kernel, a row one input channel"
    sentence = (
        f"{name}: {count}, {high}×{wide} each{layout}. Weights from "
        f"{svg.show_number(float(kernels.min()), 3)} to {svg.show_number(float(kernels.max()), 3)}, "
        f"all on one scale."
    )
    words = f"{name}: {count}, {high}×{wide}" + (f" ({rows} × {columns} slices)" * (c_in > 1))
    stacked = svg.above(svg.captioned(picture, words, role=svg.KERNEL), _signed_bar(limit), gap=10)
    return _named(stacked, f"Kernels of {name}", sentence)


def _sheet(slices: np.ndarray, columns: int) -> np.ndarray:
    """Small colour pictures (N, H, W, 3) tiled into one, with thin grey lines between them.

    Every pixel becomes a block of 4×4, so that a line is a quarter of a pixel; between large
    pictures, which are shown with smaller pixels, it is wider.
    """
    large = slices.repeat(4, axis=1).repeat(4, axis=2)
    count, high, wide, _ = large.shape
    rows, gap = ceil(count / columns), max(1, wide // 28)
    tiled = np.full((rows * columns, high + gap, wide + gap, 3), 128, dtype=np.uint8)
    tiled[:count, :high, :wide] = large
    across = tiled.reshape(rows, columns, high + gap, wide + gap, 3).transpose(0, 2, 1, 3, 4)
    return across.reshape(rows * (high + gap), columns * (wide + gap), 3)[:-gap, :-gap]


def _block(pictures: np.ndarray, columns: int, width: float) -> svg.Svg:
    """Small pictures (N, H, W), grey or in colour, tiled into one of this width."""
    if pictures.ndim == 3:
        pictures = np.repeat(pictures[..., None], 3, axis=3)
    sheet = _sheet(pictures, columns)
    height = width * sheet.shape[0] / sheet.shape[1]
    return svg.Svg(svg.image(sheet, 0, 0, width, height), width, height, "tiles")


def _signed_bar(limit: float, width: float = 220) -> svg.Svg:
    """The colours of a signed scale with its ends and its zero."""
    ramp = svg.signed_pixels(np.linspace(-1, 1, 101)[None], 1)
    markup = svg.image(ramp, 60, 3, width, 12, crisp=False)
    shown = svg.show_number(limit, 3)
    markup += svg.text(54, 9, f"−{shown}", size=12, anchor="end")
    markup += svg.text(66 + width, 9, f"+{shown}", size=12)
    markup += svg.text(60 + width / 2, 24, "0", size=12, anchor="middle")
    return svg.Svg(markup, 66 + width + 60, 32, "Scale")


def feature_maps(
    maps: np.ndarray, *, name: str = "a layer", chosen: int | None = None, width: float = 700
) -> svg.Svg:
    """All channels of a layer for one image, on one scale.

    Parameters
    ----------
    maps : ndarray of shape (C, H, W)
        Signed values are drawn purple (negative) to orange (positive), others black (0) to white.
    name : str
    chosen : int, optional
        A channel to frame.
    width : float
        In pixels.
    """
    picture = _maps(maps, name, chosen, width)
    return _named(picture, picture.title, picture.description)


def _maps(maps: np.ndarray, name: str, chosen: int | None, width: float) -> svg.Svg:
    """`feature_maps` without a margin, to stand among other pictures."""
    count, high, wide = maps.shape
    columns = min(count, 16 if count > 16 else 8)
    side = min(width / columns - 4, 64)
    colours, limit = _colours(maps)
    d = svg.Drawing()
    for channel, pixels in enumerate(colours):
        row, column = divmod(channel, columns)
        x, y = column * (side + 4), row * (side + 4)
        d.image(pixels, x, y, side, side)
        frame = (svg.WINDOW.line, 3) if channel == chosen else (svg.FAINT, 1)
        d.rect(x, y, side, side, line=frame[0], thick=frame[1])
    rows = ceil(count / columns)
    grid = d.svg(columns * (side + 4), rows * (side + 4), "maps")
    silent = int(np.sum(np.abs(maps).max(axis=(1, 2)) == 0))
    sentence = (
        f"{name}: {count} {'map' if count == 1 else 'maps'} of {high}×{wide}, values from "
        f"{svg.show_number(float(maps.min()))} to {svg.show_number(float(maps.max()))}; "
        f"{silent or 'none'} of them {'are' if silent > 1 else 'is'} entirely 0."
    )
    scale = "purple below 0, orange above" if maps.min() < 0 else "black 0, white the largest"
    words = f"{name}: {count} × {high}×{wide}, one scale (±{svg.show_number(limit)}; {scale})"
    if maps.min() >= 0:
        words = (
            f"{name}: {count} × {high}×{wide}, one scale (0 to {svg.show_number(limit)}; {scale})"
        )
    whole = svg.captioned(grid, words, role=svg.OUTPUT)
    return svg.Svg(whole.markup, whole.width, whole.height, f"Feature maps of {name}", sentence)


def _colours(maps: np.ndarray) -> tuple[np.ndarray, float]:
    """The pictures of maps on one scale, and the value drawn in full colour."""
    limit = float(np.abs(maps).max())
    if maps.min() < 0:
        return svg.signed_pixels(maps, limit), limit
    return np.round(255 * maps / (limit or 1)).astype(np.uint8), limit


def layer_xray(
    picture: np.ndarray,
    maps: np.ndarray,
    *,
    name: str,
    channel: int,
    examples: np.ndarray,
    strengths: Sequence[float],
) -> svg.Svg:
    """One digit, all maps of a layer, one of them large, and the digits that excite it most.

    Parameters
    ----------
    picture : ndarray of shape (28, 28)
    maps : ndarray of shape (C, H, W)
    name : str
        Of the layer.
    channel : int
    examples : ndarray of shape (k, 28, 28)
        The digits with the largest values in this channel.
    strengths : sequence of k float
        Those values.

    Raises
    ------
    ValueError
        If the layer has no such channel.
    """
    if not 0 <= channel < len(maps):
        raise ValueError(
            f"{name} has no channel {channel}: try a channel from 0 to {len(maps) - 1}"
        )
    colours, _ = _colours(maps)
    best = digits(examples, [svg.show_number(s) for s in strengths], columns=4, side=62)
    side = best.height  # so that all three headings stand on one line
    shown = svg.beside(
        svg.captioned(_square(_grey(picture), side), "input", role=svg.INPUT),
        svg.captioned(_square(colours[channel], side), f"channel {channel}", role=svg.OUTPUT),
        svg.captioned(best, "excite it most (largest value)"),
        gap=26,
    )
    everything = _maps(maps, name, channel, 700)
    sentence = (
        f"{everything.description} Channel {channel} goes from "
        f"{svg.show_number(float(maps[channel].min()))} to {svg.show_number(float(maps[channel].max()))} "
        f"for this digit; the largest value any digit causes is {svg.show_number(strengths[0])}."
    )
    return _named(svg.above(shown, everything), f"X-ray of {name}", sentence)


def what_matters(
    picture: np.ndarray,
    covered: np.ndarray,
    sensitivity: np.ndarray,
    *,
    patch: int,
    stride: int,
    digit: int,
    probability: float,
) -> svg.Svg:
    """Where an answer hangs on the picture: by covering it, and by the gradient.

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
    """
    change = covered - probability
    row, column = np.unravel_index(np.abs(change).argmax(), covered.shape)
    zoom = 190 / 28
    frame = svg.rect(
        column * stride * zoom,
        row * stride * zoom,
        patch * zoom,
        patch * zoom,
        line=svg.WINDOW.line,
        thick=3,
    )
    shown = _square(_grey(picture), 190)
    shown = svg.Svg(shown.markup + frame, 190, 190, "input")
    strongest = float(sensitivity.max()) or 1
    highest = max(float(covered.max()), probability) or 1
    panels = [
        svg.captioned(shown, f"input; the {patch}×{patch} patch that counts", role=svg.INPUT),
        svg.captioned(_square(_heat(covered / highest), 190), f"P({digit}) when covered there"),
        svg.captioned(_square(_heat(sensitivity / strongest), 190), "sensitivity (gradient)"),
    ]
    bar = svg.image(_heat(np.linspace(0, 1, 64)[None]), 30, 2, 160, 12, crisp=False)
    bar += svg.text(22, 8, "0", size=12, anchor="end")
    bar += svg.text(198, 8, f"{_percent(highest)} (middle), the steepest (right)", size=12)
    verb, most = ("raises", "most") if change[row, column] > 0 else ("lowers", "worst")
    sentence = (
        f"Uncovered, the network says {digit} with {_percent(probability)}. A patch of "
        f"{patch}×{patch}, moved in steps of {stride}, {verb} this to "
        f"{_percent(float(covered[row, column]))} at {most}, with its upper left corner in row "
        f"{row * stride}, column {column * stride}."
    )
    scale = svg.Svg(bar, 420, 18, "scale")
    return _named(
        svg.above(svg.beside(*panels, gap=28), scale), "What the answer hangs on", sentence
    )


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
        svg.captioned(
            _block(svg.signed_pixels(first[:, 0], limit), columns, 220),
            "random start",
            role=svg.KERNEL,
        ),
        svg.captioned(
            _block(svg.signed_pixels(now[:, 0], limit), columns, 220),
            f"after step {step}",
            role=svg.KERNEL,
        ),
        svg.captioned(
            _block(_colours(maps)[0], columns, 220), "one digit through them", role=svg.OUTPUT
        ),
    ]
    moved = float(np.linalg.norm(now - first) / np.linalg.norm(first))
    sentence = (
        f"Step {step}: {_percent(accuracy)} of held-out digits are read rightly. The first "
        f"layer's kernels have moved by {_percent(moved)} of their length."
    )
    stacked = svg.above(svg.beside(*panels, gap=26), _signed_bar(limit))
    return _named(stacked, "The first layer over time", sentence)


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
    size = {"width": 285, "height": 160, "span": (0, max(steps, len(losses)))}
    left = line_chart(
        {"training batches": (places, groups)},
        title="Loss",
        across="step",
        up="cross-entropy",
        limits=(0, 1),
        **size,
    )
    right = line_chart(
        {"validation": (measured_at, validation_accuracy)},
        title="Accuracy",
        across="step",
        up="accuracy",
        percent=True,
        limits=(min([0.95, *validation_accuracy]), 1),
        **size,
    )
    sentence = f"Step {len(losses):,} of {steps:,}."
    if len(validation_accuracy):
        sentence += f" Validation accuracy {_percent(validation_accuracy[-1])}."
    bar = _progress(len(losses), steps, "steps")
    return _named(svg.above(svg.beside(left, right, gap=18), bar), "Training so far", sentence)


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
    name: str = "network",
) -> svg.Svg:
    """A training as far as it has come: loss, accuracy, learning rate, first kernels.

    Parameters
    ----------
    seen : sequence of int
        Training digits seen so far, at each measurement; the other sequences are as long.
    train_loss, validation_loss, train_accuracy, validation_accuracy, rates : sequence of float
    goal : int
        Digits to see in all.
    kernels : ndarray of shape (C, 1, KH, KW), optional
        Of the first layer, if there are any.
    name : str
        What is being trained.
    """
    losses = {"training": (seen, train_loss), "validation": (seen, validation_loss)}
    shares = {"training": (seen, train_accuracy), "validation": (seen, validation_accuracy)}
    size = {"width": 285, "height": 180, "span": (0, max([goal, *seen]))}
    left = line_chart(
        losses,
        title="Loss",
        across="digits seen",
        up="cross-entropy",
        limits=(0, max([0.5, *train_loss, *validation_loss])),
        **size,
    )
    right = line_chart(
        shares,
        title="Accuracy",
        across="digits seen",
        up="accuracy",
        limits=(0, 1),
        percent=True,
        **size,
    )
    rows = [
        svg.beside(left, right, gap=18),
        _progress(seen[-1] if seen else 0, goal, "digits seen"),
    ]
    if kernels is not None:
        limit = float(np.abs(kernels).max())
        columns = min(len(kernels), 16)
        block = _block(svg.signed_pixels(kernels[:, 0], limit), columns, 44 * columns)
        rows.append(svg.captioned(block, "kernels of the first layer", role=svg.KERNEL))
    if seen:
        sentence = (
            f"{name}: {seen[-1]:,} of {goal:,} digits seen, learning rate {rates[-1]:g}. Loss "
            f"{train_loss[-1]:.3f} in training, {validation_loss[-1]:.3f} in validation; accuracy "
            f"{_percent(train_accuracy[-1])} and {_percent(validation_accuracy[-1])}."
        )
        if seen[-1] >= goal:  # the button does nothing now
            sentence += " The end: raise the epochs to train on, or start again."
    else:
        sentence = f"{name}: nothing learnt yet, {goal:,} digits to see. Press train."
    return _named(svg.above(*rows), "Training, live", sentence)


def _progress(done: int, goal: int, unit: str) -> svg.Svg:
    share = min(done / goal, 1)
    markup = svg.rect(0, 0, 360, 14, line=svg.FAINT) + svg.rect(
        0, 0, 360 * share, 14, fill=svg.OUTPUT.line
    )
    markup += svg.text(370, 7, f"{done:,} of {goal:,} {unit}", size=12)
    return svg.Svg(markup, 600, 16, "progress")


# Errors -------------------------------------------------------------------------------------------


def confusion(
    table: np.ndarray, *, row: int, column: int, examples: np.ndarray, captions: Sequence[str]
) -> svg.Svg:
    """Which digit is read as which, and the pictures behind one cell.

    Parameters
    ----------
    table : ndarray of int of shape (10, 10)
        Row: the label. Column: the answer.
    row, column : int
        The chosen cell.
    examples : ndarray of shape (k, 28, 28)
        Some digits of this cell; may be empty.
    captions : sequence of k str
    """
    wrong = table - np.diag(np.diag(table))
    most = max(int(wrong.max()), 1)
    d = svg.Drawing()
    d.text(220, 7, "answer of the network →", anchor="middle", fill=svg.MUTED)
    d.text(0, 27, "label ↓", fill=svg.MUTED)
    for i in range(10):
        d.text(66 + 34 * i, 27, str(i), anchor="middle", bold=True)
        d.text(36, 54 + 34 * i, str(i), anchor="middle", bold=True)
        for j in range(10):
            d.add(_cell(50 + 34 * j, 38 + 34 * i, int(table[i, j]), most, i == j))
    d.rect(50 + 34 * column, 38 + 34 * row, 34, 34, line=svg.WINDOW.line, thick=3.5)
    grid = d.svg(392, 382, "confusion")
    count, right = int(table[row, column]), int(np.trace(table))
    if len(examples):
        pictures = digits(examples, captions, columns=4, side=74)
    else:
        pictures = svg.Svg(svg.text(0, 10, "no digit in this cell", fill=svg.MUTED), 310, 20, "")
    head = f"{row} read as {column}: {count}" + (
        f", {len(examples)} shown" if count > len(examples) else ""
    )
    sentence = (
        f"{right:,} of {table.sum():,} digits are read rightly. The network reads {count} of "
        f"{int(table[row].sum())} digits labelled {row} as {column}."
    )
    both = svg.beside(grid, svg.captioned(pictures, head), gap=20)
    return _named(both, "Which digit is read as which", sentence)


def _cell(x: float, y: float, count: int, most: int, diagonal: bool) -> str:
    """A cell of the table: errors are shaded by their number, the diagonal is not."""
    fill = svg.OUTPUT.tint if diagonal else svg.signed_fill(count / most, 1)
    size = 12 if count < 1000 else 11.5
    return svg.rect(x, y, 34, 34, fill=fill, line=svg.FAINT) + svg.text(
        x + 17,
        y + 17,
        str(count) if count else "·",
        size=size,
        anchor="middle",
        fill=svg.text_on(fill),
    )


def calibration(
    confidence: Sequence[float], accuracy: Sequence[float], count: Sequence[int]
) -> svg.Svg:
    """How sure the network says it is, against how often it is right.

    Parameters
    ----------
    confidence, accuracy : sequence of float
        Mean probability of the answer and share of right answers, for each group of digits.
        Groups without digits (count 0) are left out.
    count : sequence of int
        How many digits each group has.
    """
    groups = [g for g in zip(confidence, accuracy, count, strict=True) if g[2] > 0]
    axis = _Axes(np.array([0, 1]), np.array([0, 1]), (0, 1), False, 300, 240)
    d = svg.Drawing()
    d.add(axis.frame("probability of its answer", True))
    d.text(0, 7, "Calibration", bold=True)
    d.text(0, 27, "share of right answers, with 95 % intervals", size=12, fill=svg.MUTED)
    d.line(axis.across(0), axis.up(0), axis.across(1), axis.up(1), dash="5 4")
    for sure, right, n in groups:
        low, high = _wilson(right, n)
        x = axis.across(sure)
        d.line(x, axis.up(low), x, axis.up(high), colour=svg.INPUT.line, thick=2)
        d.circle(x, axis.up(right), 4.5, fill=svg.INPUT.line)
    gaps = sum(n * abs(sure - right) for sure, right, n in groups)
    total = sum(n for _, _, n in groups)
    worst = ", ".join(
        f"{n:,} digits at {_percent(sure)} sure: {_percent(right)} right"
        for sure, right, n in groups[-3:]
    )
    sentence = f"Mean gap between sure and right: {_percent(gaps / total)}. {worst}."
    return d.svg(390, 330, "Calibration", sentence)


def _wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """E. B. Wilson's 95 % interval (1927) of a share measured on n cases."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(middle - half, 0), min(middle + half, 1)


def break_it(
    pictures: np.ndarray,
    labels: Sequence[int],
    answers: Mapping[str, Sequence[int]],
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    change: str,
    amount: float,
    unit: str,
) -> svg.Svg:
    """Spoilt digits, what each network reads, and how accuracy falls with the damage.

    Parameters
    ----------
    pictures : ndarray of shape (N, 28, 28)
        After the damage.
    labels : sequence of N int
    answers : mapping of str to sequence of N int
        What each network reads.
    curves : mapping of str to (amounts, accuracies)
        Measured on many digits.
    change, unit : str
        Such as "shift" and "pixels".
    amount : float
        Of the damage shown.
    """
    side, left = 66, 14 + max(svg.text_width(name, 12) for name in answers)
    d = svg.Drawing()
    for place, picture in enumerate(pictures):
        d.image(_grey(picture), left + place * (side + 6), 0, side, side)
    for row, (name, read) in enumerate(answers.items()):
        y = side + 18 + 22 * row
        d.text(left - 10, y, name, size=12, anchor="end")
        for place, (answer, label) in enumerate(zip(read, labels, strict=True)):
            words = f"{answer} ✓" if answer == label else f"{answer} ✗"
            x = left + place * (side + 6) + side / 2
            d.text(x, y, words, anchor="middle", bold=answer != label)
    size = (left + len(pictures) * (side + 6), side + 14 + 22 * len(answers))
    strip = d.svg(*size, "digits")
    low = min([0.5, *(min(y) for _, y in curves.values())])
    chart = line_chart(
        curves,
        title=f"Accuracy after {change}",
        across=unit,
        up="accuracy",
        percent=True,
        limits=(low, 1),
        at=amount,
        width=560,
        height=170,
    )
    measured = "; ".join(
        f"{name} {_percent(float(np.interp(amount, x, y)))}" for name, (x, y) in curves.items()
    )
    right = "; ".join(
        f"{name} reads {sum(int(a == b) for a, b in zip(read, labels, strict=True))} of "
        f"{len(labels)}"
        for name, read in answers.items()
    )
    sentence = (
        f"{change.capitalize()}, {svg.show_number(amount)} {unit}. Of the digits shown {right}. "
        f"Accuracy on many digits: {measured}."
    )
    return _named(svg.above(strip, chart), f"Digits after {change}", sentence)


# Your own digit -----------------------------------------------------------------------------------


def reading(
    steps: Sequence[tuple[str, np.ndarray]],
    probabilities: Sequence[float],
    verdict: str,
    *,
    nearest: np.ndarray | None = None,
    distance: float = 0.0,
    limit: float = 0.0,
) -> svg.Svg:
    """A photograph on its way to the network, and what the network makes of it.

    Parameters
    ----------
    steps : sequence of (name, ndarray of shape (H, W))
        The pictures in between, uint8 or from 0 to 1; the last one is what the network sees.
    probabilities : sequence of 10 float
    verdict : str
        The answer in words.
    nearest : ndarray of uint8 of shape (N, H, W), optional
        The training digits with the label of the answer that are most like it.
    distance, limit : float
        How far away they are, and how far digits usually are at most.
    """
    side = min(104.0, 730 / len(steps) - 10)
    names = [_lines(f"{i} {name}", side / 7) for i, (name, _) in enumerate(steps, start=1)]
    top = 17 * max(map(len, names))
    d = svg.Drawing()
    for number, (_, picture) in enumerate(steps):
        x, last = number * (side + 10), number == len(steps) - 1
        high, wide = (side * n / max(picture.shape[:2]) for n in picture.shape[:2])
        d.image(_grey(picture), x, top, wide, high)
        d.rect(x, top, wide, high, line=svg.FAINT)
        for row, words in enumerate(names[number]):
            d.text(x, 8 + 16 * row, words, size=12, bold=last)
    strip = d.svg(len(steps) * (side + 10), top + side, "steps")
    seen = svg.captioned(_square(_grey(steps[-1][1]), 168), "what the network sees", role=svg.INPUT)
    shown = [seen, _probability_bars(np.asarray(probabilities))]
    order = np.argsort(-np.asarray(probabilities), kind="stable")
    best, second = (f"{d} with {_percent(float(probabilities[d]))}" for d in order[:2])
    sentence = f"{verdict} Most probable: {best}; then {second}."
    if nearest is not None:
        side = (168 - 8 * (len(nearest) - 1)) / len(nearest)
        column = svg.above(*(_square(picture, side) for picture in nearest), gap=8, title="nearest")
        shown.append(svg.captioned(column, f"most alike in training: {order[0]}"))
        sentence += (
            f" The {order[0]}s most like it are {distance:.2f} away, and digits are seldom farther "
            f"away than {limit:.2f}: "
            + ("it may well be one." if distance <= limit else "this is hardly a digit.")
        )
    return _named(svg.above(strip, svg.beside(*shown, gap=30)), "Your own digit", sentence)


def _probability_bars(probabilities: np.ndarray) -> svg.Svg:
    d = svg.Drawing()
    best = int(probabilities.argmax())
    for digit, share in enumerate(probabilities):
        y = 9 + 18 * digit
        d.text(10, y, str(digit), anchor="middle", bold=digit == best)
        d.rect(24, y - 7, 260 * float(share), 14, fill=svg.OUTPUT.line)
        d.text(290, y, _percent(float(share)), size=12, fill=svg.MUTED)
    return d.svg(360, 184, "probabilities")


def readings(
    photo: np.ndarray,
    boxes: Sequence[tuple[int, int, int, int]],
    answers: Sequence[int | None],
    confidences: Sequence[float],
    *,
    width: float = 420,
) -> svg.Svg:
    """A photograph with every digit that was found in it, framed and named.

    Parameters
    ----------
    photo : ndarray of shape (H, W) or (H, W, 3), dtype uint8
    boxes : sequence of (top, left, bottom, right), in pixels of the photo, the last two exclusive
    answers : sequence of int or None
        None: the network is not sure.
    confidences : sequence of float
    width : float
        Of the drawing.
    """
    zoom = width / photo.shape[1]
    high = zoom * photo.shape[0]
    d = svg.Drawing()
    d.image(_grey(photo), 0, 24, width, high, crisp=False)
    for (top, left, bottom, right), answer, sure in zip(boxes, answers, confidences, strict=True):
        x, y, wide, tall = left * zoom, 24 + top * zoom, right - left, bottom - top
        # whole per cent, rounded down: there is little room beside the next digit
        words = "unsure" if answer is None else f"{answer} · {int(100 * sure)} %"
        d.rect(x, y, wide * zoom, tall * zoom, line=svg.WINDOW.line, thick=2)
        d.rect(
            x - 2, y - 19, svg.text_width(words, 12) + 6, 18, fill="#ffffff", line=svg.WINDOW.line
        )
        d.text(x + 1, y - 10, words, size=12, fill="#0b0d10")
    named = ", ".join("unsure" if a is None else str(a) for a in answers) or "nothing"
    sentence = f"Found {len(answers)} in reading order: {named}."
    return d.svg(width, 24 + high, "What was read in the photograph", sentence)


# Helpers ------------------------------------------------------------------------------------------


def _grey(picture: np.ndarray) -> np.ndarray:
    """A picture as uint8: numbers that are not uint8 go from 0 to 1."""
    if picture.dtype == np.uint8:
        return picture
    return np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8)


def _square(pixels: np.ndarray, side: float) -> svg.Svg:
    return svg.Svg(
        svg.image(pixels, 0, 0, side, side) + svg.rect(0, 0, side, side, line=svg.FAINT),
        side,
        side,
        "",
    )


_DARK_BLUE, _TEAL, _YELLOW = (38, 22, 78), (32, 140, 141), (250, 231, 60)


def _heat(values: np.ndarray) -> np.ndarray:
    """Numbers from 0 (dark blue) over teal to 1 (yellow): brighter is always more."""
    ends = np.array([_DARK_BLUE, _TEAL, _YELLOW])
    shares = np.clip(values, 0, 1)
    channels = [np.interp(shares, [0, 0.5, 1], ends[:, channel]) for channel in range(3)]
    return np.round(np.stack(channels, axis=-1)).astype(np.uint8)


def _lines(words: str, most: float) -> list[str]:
    """Words in lines of at most so many letters, as far as they can be parted."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _percent(share: float) -> str:
    """A share as a reader writes it: more digits near 0 and 100 %, and never a false 100 %."""
    value = 100 * share
    if 99.95 <= value < 100:
        return "over 99.9 %"
    if 0 < value < 0.05:
        return "under 0.1 %"
    return f"{svg.show_number(value, 1)} %"


def _named(picture: svg.Svg, title: str, description: str) -> svg.Svg:
    return svg.framed(
        svg.Svg(picture.markup, picture.width, picture.height, title, description), margin=6
    )
