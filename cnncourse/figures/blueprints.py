"""Figures of networks taken apart: their steps, their costs, a change of design, signals in depth.

    >>> from cnncourse import figures
    >>> from cnncourse.architectures import swaps
    >>> figures.what_if("two 3×3 → bottleneck", *swaps.swap("two 3×3 → bottleneck", 256, 14))
    Svg('What if: two 3×3 → bottleneck', 960×376)

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from cnncourse.architectures.swaps import Design, Step
from cnncourse.architectures.table import Table, show_bytes
from cnncourse.figures import charts, marks, svg
from cnncourse.figures.grids import BUTTON, UNSEEN
from cnncourse.figures.words import by, count, percent, power_of_ten, scientific, wrapped
from cnncourse.geometry import Field

_WIDE = 720.0

# The timeline -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """A network in the timeline: two numbers, as text too, and where they come from."""

    name: str
    x: float
    y: float
    x_words: str
    y_words: str
    source: str


def timeline(
    points: Sequence[Point],
    x_name: str,
    y_name: str,
    *,
    x_log: bool = False,
    y_log: bool = False,
    missing: Sequence[str] = (),
    chosen: str = "",
) -> svg.Svg:
    """A chart of networks by two quantities, with a card of one of them: its numbers and sources.

    It is marked for the control network: a dot or a name that is clicked opens its card.

    Parameters
    ----------
    points : sequence of Point
    x_name, y_name : str
        What the axes show.
    x_log, y_log : bool
        Count in powers of ten.
    missing : sequence of str
        Networks that have no such number, to be named.
    chosen : str
        The name of the network on the card.
    """
    across = _scale([point.x for point in points], 84, 604, x_log)
    up = _scale([point.y for point in points], 372, 60, y_log)
    x_ticks = _ticks(across, [point.x for point in points])
    y_ticks = _ticks(up, [point.y for point in points])
    d = svg.Drawing()
    d.line(84, 372, 604, 372, colour=svg.MUTED)
    d.line(84, 60, 84, 372, colour=svg.MUTED)
    for value in x_ticks:
        d.line(across(value), 372, across(value), 378, colour=svg.MUTED)
    d.add(charts.numbers(across, x_ticks, 390, write=_short))
    d.add(charts.grid(up, y_ticks, 84, 604, write=_short, gap=8))
    d.text(344, 424, x_name + _log_word(x_log), anchor="middle", bold=True, size=14)
    d.heading(y_name + _log_word(y_log), y=10)
    places = [(across(point.x), up(point.y)) for point in points]
    labels = _labels([point.name for point in points], places)
    dots = list(zip(points, places, labels, strict=True))
    dots.sort(key=lambda entry: entry[0].name == chosen)  # the chosen one covers others
    for point, place, label in dots:
        dot = _dot(label, chosen=point.name == chosen)
        spoken = f"{point.name}: {x_name} {point.x_words}, {y_name} {point.y_words}"
        dot = marks.set(f"<g>{dot}</g>", spoken, {"network": point.name}, group="dots")
        d.add(marks.glide(dot, point.name, *place))
    card = _network_card(points, missing, chosen, x_name, y_name)
    markup = marks.panel(d.markup, "chart", 0, 0, 620, 440)
    markup += marks.panel(card, "card", 652, 0, 284, 440)
    told = [p for p in points if p.name == chosen]
    words = f"{y_name} against {x_name}: {len(points)} networks. "
    words += " ".join(
        f"{p.name}: {x_name} {p.x_words}, {y_name} {p.y_words}, from {p.source}." for p in told
    )
    if missing:
        words += f" Without a number: {', '.join(missing)}."
    return svg.framed(svg.Svg(markup, 936, 440, f"{y_name} against {x_name}", words))


def _dot(label: str, *, chosen: bool) -> str:
    """The disc of a network, and beside it what it is called."""
    area = svg.rect(-14, -14, 28, 28, fill=UNSEEN)
    ring = svg.circle(0, 0, 15, fill="none", line=svg.INK) if chosen else ""
    return area + ring + svg.circle(0, 0, 11, fill=svg.DATA[0].line, line=svg.PAPER) + label


def _network_card(
    points: Sequence[Point], missing: Sequence[str], chosen: str, x_name: str, y_name: str
) -> str:
    """The names of the networks, to choose one, and below them its numbers and their sources."""
    d = svg.Drawing()
    for row, name in enumerate([*(p.name for p in points), *missing]):
        y, here = 30.0 * row, name == chosen
        line, thick = (svg.INK, 2) if here else (svg.FAINT, 1)
        face = svg.rect(0, y, 284, 26, fill=UNSEEN, line=line, thick=thick, round=5)
        number = f"{row + 1}" if row < len(points) else "–"
        face += svg.text(14, y + 13, number, anchor="middle", fill=svg.MUTED)
        face += svg.text(30, y + 13, name, bold=here)
        chip = marks.set(f"<g>{face}</g>", "network", {"network": name}, group="names")
        d.add(marks.key(chip, f"name {name}"))
    y = 30.0 * (len(points) + len(missing)) + 16
    told = [p for p in points if p.name == chosen]
    lines = ["has no such number"] if chosen in missing else []
    for point in told:
        lines += [f"{x_name}: {point.x_words}", f"{y_name}: {point.y_words}"]
    d.lines(0, y, lines, 24, size=16, bold=True)
    sources = wrapped("; ".join(p.source for p in told), 34)
    d.lines(0, y + 24 * len(lines), sources, 20, fill=svg.MUTED)
    return d.markup


_LARGE = 27.0  # pixels of letters: so large they are on a narrow page, and so much room they get


def _labels(names: Sequence[str], places: Sequence[tuple[float, float]]) -> list[str]:
    """The name of each disc, or where it has no room its number, to stand beside it."""
    taken = [(x - 14, y - 14, x + 14, y + 14) for x, y in places]
    labels = [_beside(*place, name, taken) for place, name in zip(places, names, strict=True)]
    return [
        label or _beside(*place, str(number), taken)
        for number, (place, label) in enumerate(zip(places, labels, strict=True), start=1)
    ]


def _beside(x: float, y: float, words: str, taken: list[tuple[float, float, float, float]]) -> str:
    """Words at the side of a disc where they cover nothing that is taken; takes their place."""
    wide = svg.text_width(words, _LARGE)
    for right, down, anchor, left in (
        (16, 0, "start", 16),
        (-16, 0, "end", -16 - wide),
        (0, -26, "middle", -wide / 2),
        (0, 26, "middle", -wide / 2),
    ):
        box = (x + left, y + down - 14, x + left + wide, y + down + 14)
        inside = box[0] > 86 and box[2] < 620 and box[1] > 30 and box[3] < 372
        if inside and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            return svg.text(right, down, words, size=13, anchor=anchor)
    return ""


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _scale(values: Sequence[float], start: float, end: float, log: bool) -> charts.Scale:
    """A scale that shows all values, with some room at its ends."""
    low, high = min(values), max(values)
    if log:
        room = (high / low) ** 0.08 if high > low else 10.0
        return charts.Scale(low / room, high * room, start, end, log=True)
    room = 0.08 * (high - low) or 1
    return charts.Scale(low - room, high + room, start, end)


def _ticks(scale: charts.Scale, values: Sequence[float]) -> list[float]:
    """Round numbers that the scale shows, at most eight; years and layers have no halves."""
    if not scale.log or scale.high < 10 * scale.low:
        whole = all(value == int(value) for value in values)
        return charts.round_numbers(scale.low, scale.high, 7, whole=whole)
    tens = charts.powers(scale.low, scale.high)
    ticks = tens if len(tens) > 2 else charts.powers(scale.low, scale.high, (1, 3))
    return ticks[:: -(-len(ticks) // 8)]


def _log_word(log: bool) -> str:
    return " (powers of ten)" if log else ""


def _short(value: float) -> str:
    """A tick: 2 k, 60 M, 4 G for thousands, millions and thousand millions; years as they are."""
    if abs(value) >= 10_000 or value in (1000,):
        for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
            if abs(value) >= size:
                return f"{value / size:.3g} {unit}"
    return f"{value:.6g}"


# The blueprint walker -----------------------------------------------------------------------------


def blueprint(title: str, steps: Sequence[Step], step: int) -> svg.Svg:
    """A step of a network in words and numbers, and where it stands among all of them.

    It is marked for the control step: a bar that is pressed opens its card.

    Parameters
    ----------
    title : str
        The network.
    steps : sequence of swaps.Step
    step : int
        Which one, counted from 1.

    Raises
    ------
    ValueError
        If there is no such step.
    """
    if not 1 <= step <= len(steps):
        raise ValueError(f"{title} has no step {step}: use 1 to {len(steps)}")
    now = steps[step - 1]
    markup = _card(title, steps, step)
    strips = (
        ("height of the maps", [_height(s) for s in steps]),
        ("parameters", [s.params for s in steps]),
        ("MACs", [s.macs for s in steps]),
        ("memory of outputs", [s.memory for s in steps]),
    )
    for place, ((head, values), role) in enumerate(zip(strips, svg.DATA, strict=False)):
        x, y = 480.0 * (place % 2), 136.0 + 148 * (place // 2)
        largest = show_bytes(max(values)) if head == "memory of outputs" else _short(max(values))
        words = f"{head}: at most {largest}"
        strip = charts.strip(words, values, role, "step", step, name=head, width=_STRIP, height=100)
        markup += marks.panel(strip, head, x, y, _STRIP, 136)
    sentence = (
        f"{title}, step {step} of {len(steps)}: {now.name}, {by(now.before)} → {by(now.shape)}, "
        f"each output sees {_sees(now)}. {now.params:,} parameters "
        f"({_share(now.params, steps, 'params')}), {now.macs:,} MACs "
        f"({_share(now.macs, steps, 'macs')}), {show_bytes(now.memory)} of outputs."
    )
    return svg.framed(svg.Svg(markup, 936, 420, f"Walking through {title}", sentence))


_STRIP = 456.0  # how wide the bars of all steps are


def _card(title: str, steps: Sequence[Step], step: int) -> str:
    now = steps[step - 1]
    folded = f", {now.layers} folded" if now.layers > 1 else ""
    left = (
        f"{title}, step {step} of {len(steps)}{folded}",
        f"{by(now.before)} → {by(now.shape)}",
        f"sees {_sees(now)}",
    )
    right = (
        f"{now.params:,} parameters, {_share(now.params, steps, 'params')}",
        f"{now.macs:,} MACs, {_share(now.macs, steps, 'macs')}",
        f"{show_bytes(now.memory)} of outputs",
        f"so far {sum(s.params for s in steps[:step]):,} parameters",
    )
    first = svg.text(0, 14, now.name, size=22, bold=True)
    first += svg.lines(0, 46, left, 26, size=14)
    second = svg.lines(0, 20, right, 26, size=14)
    return marks.panel(first, "card", 0, 0, _STRIP, 116) + marks.panel(
        second, "costs", 480, 0, _STRIP, 116
    )


def _height(step: Step) -> int:
    return step.shape[1] if len(step.shape) == 3 else 1


def _sees(step: Step) -> str:
    size = step.field.size if step.field else None
    return f"{size}×{size} pixels of the input" if size else "the whole input"


def _share(cost: int, steps: Sequence[Step], what: str) -> str:
    total = sum(getattr(step, what) for step in steps)
    return percent(cost / total if total else 0)


# A digit on its way -------------------------------------------------------------------------------

_PIXEL, _MAPS = 5.0, 176.0  # the side of a pixel of the digit; where the maps begin


class Walker(NamedTuple):
    """A network on the walk: its name, what the layer gives, what is seen, where the digit ends.

    Attributes
    ----------
    name : str
    array : ndarray of shape (C, H, W) or (10,)
    field : geometry.Field or None
        What a unit of the layer sees of the digit, along one axis; None: all of it.
    shares : ndarray of shape (10,)
        At the end of the network.
    """

    name: str
    array: np.ndarray
    field: Field | None
    shares: np.ndarray


def digit_walk(picture: np.ndarray, layer: str, walkers: Sequence[Walker]) -> svg.Svg:
    """The same digit in two networks: the maps of one layer, and what the strongest unit sees.

    Parameters
    ----------
    picture : ndarray of shape (28, 28), from 0 (paper) to 1 (ink)
    layer : str
    walkers : sequence of Walker
    """
    markup = ""
    for row, walker in enumerate(walkers):
        seen, maps = _walk(picture, walker)
        markup += marks.panel(seen, f"seen {row}", 0, 196.0 * row, _MAPS, 184)
        markup += marks.panel(maps, f"maps {row}", _MAPS, 196.0 * row, _WIDE - _MAPS, 184)
    told = [f"{walker.name}: {_strongest_words(walker)}" for walker in walkers]
    sentence = f"After {layer}, {by(walkers[0].array.shape)}, {'; '.join(told)}."
    high = 196.0 * len(walkers) - 12
    return svg.framed(svg.Svg(markup, _WIDE, high, f"A digit after {layer}", sentence))


def _walk(picture: np.ndarray, walker: Walker) -> tuple[str, str]:
    """One network: the digit with the field framed, and the maps or numbers for beside it."""
    d, maps = svg.Drawing(), svg.Drawing()
    says = int(walker.shares.argmax())
    d.text(0, 8, f"{walker.name}: {percent(walker.shares[says])} for {says}", bold=True)
    side = _PIXEL * len(picture)
    d.add(svg.image(np.round(255 * picture).astype(np.uint8), 0, 24, side, side))
    if walker.array.ndim == 1:
        maps.add(svg.group(_ten_bars(walker.array), 0, 24))
        d.rect(0, 24, side, side, line=svg.WINDOW.line, thick=3)
        return d.markup, maps.markup
    channel, row, column = _strongest(walker.array)
    assert walker.field is not None  # every map has one
    (top, bottom), (left, right) = walker.field.span(row), walker.field.span(column)
    x, y = (_PIXEL * max(0, first) for first in (left, top))
    wide = _PIXEL * min(len(picture), right) - x
    high = _PIXEL * min(len(picture), bottom) - y
    d.rect(x, 24 + y, wide, high, line=svg.WINDOW.line, thick=3)
    size = walker.array.shape[1]
    limit = max(float(np.abs(walker.array).max()), 1e-9)
    room = 34 + 86 * size / len(picture)
    for place, values in enumerate(walker.array):
        at = place * (room + 8)
        maps.tile(svg.signed_pixels(values, limit), at, 24, room)
        if place == channel:
            unit = room / size
            x, y = at + unit * column, 24 + unit * row
            maps.rect(x, y, unit, unit, line=svg.WINDOW.line, thick=2)
    return d.markup, maps.markup


def _ten_bars(values: np.ndarray) -> str:
    """Ten numbers as bars, those below 0 downwards, over the digits they stand for."""
    high, low = max(float(values.max()), 1e-9), min(float(values.min()), 0.0)
    tall = 116 / (high - low)
    d = svg.Drawing()
    for digit, value in enumerate(values):
        top = tall * (high - max(float(value), 0.0))
        d.rect(50 * digit, top, 36, max(tall * abs(float(value)), 1), fill=svg.OUTPUT.line)
        d.text(50 * digit + 18, 132, str(digit), anchor="middle", bold=value == values.max())
    return d.markup


def _strongest(array: np.ndarray) -> tuple[int, ...]:
    """The place of the largest number."""
    return tuple(int(i) for i in np.unravel_index(array.argmax(), array.shape))


def _strongest_words(walker: Walker) -> str:
    says = int(walker.shares.argmax())
    end = f"in the end {percent(walker.shares[says])} for {says}"
    if walker.array.ndim == 1:
        return f"the largest of ten numbers belongs to {int(walker.array.argmax())}, {end}"
    channel, row, column = _strongest(walker.array)
    seen = walker.field.size if walker.field else 0
    return (
        f"the strongest unit is in map {channel}, row {row}, column {column}, "
        f"and sees {seen}×{seen} pixels, {end}"
    )


# What if ------------------------------------------------------------------------------------------


def what_if(change: str, before: Design, after: Design, *, swapped: bool = False) -> svg.Svg:
    """A piece of a network and what was later put in its place, with bars for the costs.

    It is marked for the control swapped: the two designs change places.

    Parameters
    ----------
    change : str
    before, after : swaps.Design
    swapped : bool
        Whether the later design is the one in the network.
    """
    d = svg.Drawing()
    heads = ("in the network", "set aside")
    for y, head in zip((0, 180), heads, strict=True):
        d.text(0, y + 10, head, bold=True, size=14)
        d.rect(0.5, y + 24, 455, 146, line=svg.FAINT, dash="" if y == 0 else "4 4", round=8)
    for name, design, role, below in (
        ("before", before, svg.DATA[0], swapped),
        ("after", after, svg.DATA[2], not swapped),
    ):
        d.add(marks.glide(_design(name, design, role), name, 12, 34 + 180 * below))
    costs = svg.Drawing()
    pairs = (("parameters", before.params, after.params), ("MACs", before.macs, after.macs))
    for row, (what, old, new) in enumerate(pairs):
        costs.add(svg.group(_pair(what, old, new, swapped), 0, 110 * row))
    button = svg.plate(
        0, 0, 200, 40, "swap them", size=16, bold=True, role=BUTTON, thick=2, round=8
    )
    wish = {"swapped": not swapped}
    costs.add(svg.group(marks.set(f"<g>{button}</g>", "the two designs", wish), 0, 240))
    sentence = (
        f"{change}: parameters {before.params:,} → {after.params:,} "
        f"({_times(before.params, after.params)}), MACs {before.macs:,} → {after.macs:,} "
        f"({_times(before.macs, after.macs)}); {_same_field(before, after)}. "
        f"In the network now: {'after' if swapped else 'before'}."
    )
    markup = marks.panel(d.markup, "designs", 0, 0, 456, 352)
    markup += marks.panel(costs.markup, "costs", 480, 0, 456, 352)
    return svg.framed(svg.Svg(markup, 936, 352, f"What if: {change}", sentence))


def _design(name: str, design: Design, role: svg.Role) -> str:
    """The layers of a design under each other, and what it sees."""
    d = svg.Drawing()
    for row, words in enumerate(design.words):
        d.rect(0, 27 * row, 432, 23, role=role, round=4)
        d.text(10, 27 * row + 12, words, size=13)
    sees = "all" if design.field is None else by((design.field, design.field))
    d.text(0, 120, f"{name}: one output sees {sees} of its input", fill=svg.MUTED)
    return d.markup


def _pair(what: str, before: int, after: int, swapped: bool) -> str:
    """One cost of the design in the network as a bar, that of the other as an outline."""
    most = max(before, after, 1)
    costs = ((before, svg.DATA[0]), (after, svg.DATA[2]))
    (now, role), (other, _) = reversed(costs) if swapped else costs
    d = svg.Drawing()
    d.heading(what, y=10)
    d.text(0, 42, f"{now:,}", size=22, bold=True)
    d.text(456, 42, f"instead of {other:,}", anchor="end", fill=svg.MUTED)
    wide = max(456 * now / most, 1)
    d.add(marks.key(svg.rect(0, 60, wide, 24, fill=role.line), f"bar of {what}"))
    outline = svg.rect(0, 60, max(456 * other / most, 1), 24, line=svg.INK, dash="4 3")
    d.add(marks.key(outline, f"other bar of {what}"))
    return d.markup


def _times(before: int, after: int) -> str:
    """How the cost changed: to 56.1 %, 13.9 times as many, no change."""
    if before == after:
        return "no change"
    if after > 2 * before:
        return f"{after / before:.1f} times as many"
    return f"to {percent(after / before)}" if after > before / 10 else f"to 1/{before / after:.0f}"


def _same_field(before: Design, after: Design) -> str:
    if before.field == after.field:
        seen = "the whole input" if before.field is None else f"{before.field}×{before.field}"
        return f"both see {seen}"
    return f"one output saw {before.field}×{before.field} and now sees {after.field}×{after.field}"


# The inception module -----------------------------------------------------------------------------


def inception_costs(
    branches: Sequence[Table], others: Sequence[Table], *, reductions: bool
) -> svg.Svg:
    """The four paths of an inception module with what each layer costs.

    Parameters
    ----------
    branches : sequence of four Table
        With or without the 1×1 reductions, as `reductions` says.
    others : sequence of four Table
        The other kind, to compare.
    reductions : bool
    """
    shape = branches[0].input_shape
    widths = [branch[-1].shape[0] for branch in branches]
    shares, after = " + ".join(map(str, widths)), (sum(widths), *shape[1:])
    begins = (f"input {by(shape)}", "the same for all paths")
    ends = (f"stacked: {shares}", f"= {after[0]} channels of {by(shape[1:])}")
    markup = ""
    for half in (0, 1):  # on a narrow page one under the other
        part = _plate(begins[half], svg.PADDING)
        for place in (0, 1):
            part += svg.group(_branch(branches[2 * half + place]), 5 + 182 * place, 26)
        part += svg.group(_plate(ends[half], svg.OUTPUT), 0, 26 + _BRANCH)
        markup += marks.panel(part, f"branches {half}", _HALF * half, 0, _HALF, 258)
    params, macs = (_sum(branches, cost) for cost in ("params", "macs"))
    other_params, other_macs = (_sum(others, cost) for cost in ("params", "macs"))
    present, absent = ("with", "without") if reductions else ("without", "with")
    costs = (("parameters", params, other_params), ("MACs", macs, other_macs))
    for column, (what, cost, other) in enumerate(costs):
        d = svg.Drawing()
        d.text(0, 10, f"{what} {present} the 1×1 reductions", size=14)
        d.text(0, 36, f"{cost:,}", size=22, bold=True)
        d.text(0, 60, f"{absent}: {other:,}", size=13, fill=svg.MUTED)
        markup += marks.panel(d.markup, what, _HALF * column, 274, _HALF, 70)
    sentence = (
        f"An inception module on {by(shape)}, {present} 1×1 reductions: paths of {shares} "
        f"channels are stacked to {by(after)}. {params:,} parameters, {macs:,} MACs; {absent} "
        f"reductions {other_params:,} and {other_macs:,}."
    )
    return svg.framed(svg.Svg(markup, 2 * _HALF, 344, "An inception module", sentence))


_BRANCH = 206  # the height of the branches
_HALF = 366  # the width of two of them


def _plate(words: str, role: svg.Role) -> str:
    """Half of what all four paths begin or end in."""
    return svg.plate(0, 0, _HALF, 26, words, size=14, role=role)


def _branch(branch: Table) -> str:
    """The layers of one branch as boxes under each other, an arrow into each; ReLU is left out."""
    shown = [row for row in branch if row.kind != "ReLU"]
    d, y = svg.Drawing(), 0
    for row in shown:
        role = svg.KERNEL if row.params else svg.INPUT  # as in `history`
        d.arrow(87, y, 87, y + 26, colour=svg.MUTED)
        d.rect(0, y + 27, 174, 64, role=role, round=4)
        write = partial(d.text, anchor="middle")
        write(87, y + 41, row.layer.label, size=14, bold=True)
        write(87, y + 60, f"→ {row.shape[0]} channels", size=13)
        write(87, y + 78, f"{row.params:,} parameters", size=13)
        y += 91
    d.arrow(87, y, 87, _BRANCH - 1, colour=svg.MUTED)
    return d.markup


def _sum(branches: Sequence[Table], cost: str) -> int:
    return sum(getattr(branch.totals, cost) for branch in branches)


# Depth --------------------------------------------------------------------------------------------


def skip_connection(plain: np.ndarray, residual: np.ndarray, scale: float) -> svg.Svg:
    """The length of the gradient at every layer, without and with skip connections.

    Parameters
    ----------
    plain, residual : ndarray of shape (depth + 1,)
        Lengths from the input to the output, where they are 1.
    scale : float
        The factor of F(x), for the words.
    """
    depth = len(plain) - 1
    powers = [_power(value) for value in (*plain, *residual)]
    low, high = min(-1, math.floor(min(powers))), max(1, math.ceil(max(powers)))
    across, up = charts.Scale(0, depth, 60, 510), charts.Scale(low, high, 300, 40)
    ticks = range(low, high + 1, -(-(high - low) // 8))
    d = svg.Drawing()
    d.line(60, 40, 60, 300, colour=svg.MUTED)
    d.line(60, 300, 510, 300, colour=svg.MUTED)
    d.add(charts.grid(up, ticks, 60, 510, write=power_of_ten, gap=8, zero=svg.MUTED))
    kinds = (
        ("without: scale·F(x)", plain, charts.DATA[0], "6 4"),
        ("with: x + scale·F(x)", residual, charts.DATA[1], ""),
    )
    results = svg.Drawing()
    results.text(0, 48, "length at the input", size=14)
    for row, (words, values, colour, dash) in enumerate(kinds):
        lengths = [_power(value) for value in values]
        d.add(
            charts.curve(across, up, range(depth + 1), lengths, colour=colour, thick=3, dash=dash)
        )
        results.add(charts.key(0, 90 + 90 * row, words, colour, dash, thick=3, long=30))
        results.text(0, 122 + 90 * row, scientific(values[0]), size=22, bold=True)
    d.heading("length of the gradient (powers of ten)", y=10)
    d.text(60, 320, "input", anchor="middle", size=13, fill=svg.MUTED)
    d.text(524, 320, f"layer {depth}", anchor="end", size=13, fill=svg.MUTED)
    picture = svg.beside(d.svg(530, 332, "lengths"), results.svg(180, 332, "results"))
    sentence = (
        f"{count(depth, 'layer')}, scale {scale:g}. A gradient of length 1 at the output "
        f"reaches the input with length {scientific(plain[0])} through plain layers and "
        f"{scientific(residual[0])} with skip connections."
    )
    return svg.framed(picture.titled("The gradient on its way back", sentence))


_LEAST = 1e-40  # what is smaller is drawn at this height


def _power(value: float) -> float:
    return math.log10(max(value, _LEAST))


# Which network is it? -----------------------------------------------------------------------------

CLUES = ("where the parameters sit", "where the work is done", "the sizes of the maps")


def which_network(
    steps: Sequence[Step],
    clues: int,
    guess: str | None,
    answer: str,
    *,
    names: Mapping[str, str] | None = None,
    following: Mapping[str, object] | None = None,
) -> svg.Svg:
    """A network without its name: where its costs lie, and what a guess is worth.

    It is marked for the controls clues, guess and riddle: a folded clue is opened by a click, a
    name is a guess, and a button leads to the next riddle once this one is solved.

    Parameters
    ----------
    steps : sequence of swaps.Step
    clues : int
        How many of `CLUES` are shown.
    guess : str or None
        None while there is none.
    answer : str
    names : mapping of str to str, optional
        The guesses that can be made, and how they are written.
    following : mapping, optional
        The controls of the next riddle and their values.
    """
    names = names or {}
    values = ([s.params for s in steps], [s.macs for s in steps], [_height(s) for s in steps])
    markup = ""
    for place, (head, costs) in enumerate(zip(CLUES, values, strict=True)):
        strip = (
            _hidden_strip(head, costs, svg.DATA[place])
            if place < clues
            else _folded_clue(place, clues)
        )
        markup += marks.panel(strip, f"clue {place}", 320.0 * place, 0, 296, 168)
    markup += _guesses(names, guess, answer, top=192)
    words = _reply(steps, guess, answer, names, more=clues < len(CLUES))
    reply = svg.lines(0, 16, wrapped(words, 34), 22, size=17, bold=True)
    markup += marks.panel(reply, "reply", 0, 248, 456, 48)
    badge = _solved(following) if guess == answer and following else ""
    markup += marks.panel(badge, "solved", 680, 250, 256, 40)
    told = [_in_thirds(CLUES[i], values[i]) for i in range(2)]
    told.append(f"{CLUES[2]}: {', '.join(str(size) for size, _ in groupby(values[2]))}")
    rows = f"{len(steps)} rows"
    sentence = f"{rows}; {'; '.join(told[:clues])}. {words}"
    return svg.framed(svg.Svg(markup, 936, 296, "Which network is it?", sentence))


def _hidden_strip(head: str, values: Sequence[float], role: svg.Role) -> str:
    d = svg.Drawing()
    d.heading(head)
    d.line(0, 160.5, 296, 160.5, colour=svg.MUTED)
    d.add(charts.bars(values, role, base=160, width=296, height=130))
    return d.markup


def _folded_clue(place: int, clues: int) -> str:
    """A clue that is still folded; the next one is opened by a click."""
    words = "open this clue" if place == clues else f"clue {place + 1}: still folded"
    look: dict[str, Any] = {"role": svg.Role(svg.FAINT, UNSEEN), "dash": "4 4", "round": 8}
    face = svg.plate(0.5, 24, 295, 136, words, size=14, bold=place == clues, **look)
    if place != clues:
        return face
    return marks.set(f"<g>{face}</g>", f"clue {place + 1}", {"clues": place + 1})


def _guesses(names: Mapping[str, str], guess: str | None, answer: str, *, top: float) -> str:
    """The names to choose from, in two panels; the guess is crossed or turns green."""
    chips = []
    for place, (network, words) in enumerate(names.items()):
        line, fill, thick = svg.FAINT, UNSEEN, 1
        if network == guess:
            right = guess == answer
            line, thick = (svg.OUTPUT.line if right else svg.MUTED), 3
            fill, words = (svg.OUTPUT.tint, f"✓ {words}") if right else (UNSEEN, f"✗ {words}")
        round_ = 20 if network == guess == answer else 6
        look: dict[str, Any] = {"role": svg.Role(line, fill), "thick": thick, "round": round_}
        face = svg.plate(152 * (place % 3) + 1, 1, 144, 38, words, size=17, **look)
        chip = marks.set(f"<g>{face}</g>", "guess", {"guess": network}, group="guess")
        chips.append(chip)
    return "".join(
        marks.panel("".join(chips[3 * half :][:3]), f"guesses {half}", 480.0 * half, top, 456, 44)
        for half in (0, 1)
    )


def _solved(following: Mapping[str, object]) -> str:
    """The reward, and a button that leads to the next riddle."""
    bold: dict[str, Any] = {"size": 14, "bold": True}
    badge = svg.plate(1, 1, 108, 36, "✓ solved", role=svg.OUTPUT, thick=3, round=18, **bold)
    button = svg.plate(120, 1, 132, 36, "next riddle", role=BUTTON, thick=2, round=8, **bold)
    return badge + marks.set(f"<g>{button}</g>", "next riddle", following)


def _in_thirds(head: str, values: Sequence[float]) -> str:
    """How much lies in the first, second and last third of the rows."""
    cuts = [round(third * len(values) / 3) for third in range(4)]
    total = sum(values)
    thirds = zip(cuts, cuts[1:], strict=False)
    first, second, last = (percent(sum(values[a:b]) / total) for a, b in thirds)
    return f"{head}, in thirds of the rows: {first}, {second}, {last}"


def _reply(
    steps: Sequence[Step], guess: str | None, answer: str, names: Mapping[str, str], *, more: bool
) -> str:
    """What to say to a guess; `more` says whether there are clues left to ask for."""
    if guess is None:
        return "Which network is it? Choose your guess."
    named = names.get(guess, guess)
    if guess != answer:
        return f"Not {named}. {'Ask for another clue, or guess' if more else 'Guess'} again."
    total = sum(step.params for step in steps)
    return f"Yes: {named}, with {total:,} parameters."
