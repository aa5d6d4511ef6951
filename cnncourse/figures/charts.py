"""Axes, bars and lines: from numbers to places in a picture, and what is written beside an axis.

    >>> across = Scale(0, 10, start=50, end=250)
    >>> across(5), across(20), across.ticks()
    (150.0, 250.0, [0, 2, 4, 6, 8, 10])

A `Scale` is one axis. The functions return SVG text and know nothing of what they show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.figures import marks, svg
from cnncourse.figures.grids import UNSEEN
from cnncourse.figures.words import percent as in_percent

Series = Mapping[str, tuple[ArrayLike, ArrayLike]]
Point = tuple[float, float]

DATA = tuple(role.line for role in svg.DATA)

# Lines are told apart by their dashes and their names as well as by their colours.
_STYLES = tuple(zip(DATA, ("", "7 4", "2 3", "10 3 2 3", "1 5"), strict=True))


@dataclass(frozen=True)
class Scale:
    """A line of pixels with a number at each end; what lies beyond is drawn at the end.

    Parameters
    ----------
    low, high : float
        The numbers at the ends; `low` may be the larger one.
    start, end : float
        Their places, in pixels; an axis that goes up starts below, so `start` is the larger one.
    log : bool
        Equal steps are equal factors; numbers must be above 0.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return the place of a number, in pixels."""
        low, high = self.low, self.high
        value = min(max(value, min(low, high)), max(low, high))
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        return self.start + (self.end - self.start) * (value - low) / (high - low)

    def ticks(self, most: int = 6, *, whole: bool = False) -> list[float]:
        """Return round numbers for the axis.

        Those of a logarithmic one are 1, 2, 5, 10, 20 …, or powers of ten alone if it spans more
        than a factor of a thousand.

        Parameters
        ----------
        most : int
            How many steps there may be on an even axis.
        whole : bool
            Leave out fractions.
        """
        if self.log:
            return powers(self.low, self.high, (1, 2, 5) if self.high <= 1000 * self.low else (1,))
        return round_numbers(self.low, self.high, most, whole=whole)


def round_numbers(low: float, high: float, most: int = 6, *, whole: bool = False) -> list[float]:
    """Return the multiples of 1, 2 or 5 times a power of ten between two numbers.

    Parameters
    ----------
    low, high : float
    most : int
        How many steps there may be between them.
    whole : bool
        Leave out fractions: there is no half an epoch.

    Examples
    --------
    >>> round_numbers(0, 2, whole=True), round_numbers(0, 2)
    ([0, 1, 2], [0.0, 0.5, 1.0, 1.5, 2.0])
    """
    apart = max((high - low) / most, 1.0 if whole else 0.0)
    power = 10.0 ** math.floor(math.log10(apart))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= apart * 0.999)
    if step >= 1:
        step = round(step)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]


def powers(low: float, high: float, factors: Sequence[int] = (1,)) -> list[float]:
    """Return the powers of ten between two numbers, each times these factors.

    Parameters
    ----------
    low, high : float
        Above 0.
    factors : sequence of int

    Examples
    --------
    >>> powers(100, 1000, (1, 2, 5))
    [100.0, 200.0, 500.0, 1000.0]
    """
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [factor * 10.0**power for power in exponents for factor in factors]
    return [value for value in values if low * 0.999 <= value <= high * 1.001]


# Parts of a chart ---------------------------------------------------------------------------------


def grid(
    up: Callable[[float], float],
    ticks: Iterable[float],
    left: float,
    right: float,
    *,
    write: Callable[[float], str] = svg.show_number,
    gap: float = 6,
    zero: str = svg.FAINT,
) -> str:
    """A faint line across for each tick, with its number at the left.

    Parameters
    ----------
    up : callable
        The scale that goes up.
    ticks : iterable of float
    left, right : float
        Where the lines begin and end, in pixels.
    write : callable
        Writes a tick as text.
    gap : float
        Between the number and the line, in pixels.
    zero : str
        The colour of the line at 0.
    """
    return "".join(
        svg.line(left, up(tick), right, up(tick), colour=svg.FAINT if tick else zero)
        + svg.text(left - gap, up(tick), write(tick), size=12, anchor="end", fill=svg.MUTED)
        for tick in ticks
    )


def numbers(
    across: Callable[[float], float],
    ticks: Iterable[float],
    y: float,
    *,
    write: Callable[[float], str] = svg.show_number,
) -> str:
    """The numbers of an axis that goes across, in one line.

    Parameters
    ----------
    across : callable
        The scale.
    ticks : iterable of float
    y : float
        The middle of the line of text, in pixels.
    write : callable
        Writes a tick as text.
    """
    return "".join(
        svg.text(across(tick), y, write(tick), size=12, anchor="middle", fill=svg.MUTED)
        for tick in ticks
    )


def curve(
    across: Callable[[float], float],
    up: Callable[[float], float],
    xs: Iterable[float],
    ys: Iterable[float],
    *,
    colour: str = svg.INK,
    thick: float = 2,
    dash: str = "",
    dots: float = 0,
) -> str:
    """A line through points.

    Parameters
    ----------
    across, up : callable
        The scales.
    xs, ys : iterable of float
        As many of the one as of the other.
    colour, thick, dash : str, float, str
        As for `svg.polyline`.
    dots : float
        The radius of a dot on each point; 0: none.
    """
    points = [(across(x), up(y)) for x, y in zip(xs, ys, strict=True)]
    drawn = svg.polyline(points, colour=colour, thick=thick, dash=dash)
    return drawn + "".join(svg.circle(*point, dots, fill=colour) for point in points if dots)


def bar(x: float, base: float, width: float, height: float, role: svg.Role) -> str:
    """A bar that stands on a line.

    Parameters
    ----------
    x, base : float
        Its lower left corner, in pixels.
    width, height : float
    role : svg.Role
        Whose colours it has.
    """
    return svg.rect(x, base - height, width, height, role=role)


def bars(
    values: Sequence[float], role: svg.Role, *, base: float, width: float, height: float
) -> str:
    """A row of bars on a line, the largest as high as there is room.

    Parameters
    ----------
    values : sequence of float
    role : svg.Role
        Whose colour they have.
    base : float
        Where they stand, in pixels.
    width, height : float
        The room for all of them, in pixels.
    """
    wide, most = width / len(values), max(1.0, *values)
    d = svg.Drawing()
    for place, value in enumerate(values):
        tall = height * value / most
        d.rect(place * wide, base - tall, max(wide - 1, 1.5), tall, fill=role.line)
    return d.markup


def strip(
    words: str,
    values: Sequence[float],
    role: svg.Role,
    control: str,
    chosen: int,
    *,
    name: str,
    width: float,
    height: float,
) -> str:
    """A row of bars under some words; pressing a bar sets a control to its number.

    Parameters
    ----------
    words : str
    values, role, width, height : sequence of float, svg.Role, float, float
        As for `bars`.
    control : str
    chosen : int
        The number of the bar that is framed, counted from 1.
    name : str
        What a screen reader says the values are.
    """
    wide, base = width / len(values), height + 28
    left = (chosen - 1) * wide
    frame = svg.rect(0, 22, max(wide, 3) + 1, height + 8, line=svg.INK, thick=2)
    area = svg.rect(0, 18, width, height + 16, fill=UNSEEN)
    move = marks.Move(control, chosen, (wide, 0), 1, len(values))
    middle = (left + wide / 2, base - height / 2 - 2)
    spoken = f"{control} {chosen}"
    d = svg.Drawing()
    d.text(0, 8, words, size=13, fill=svg.MUTED)
    d.add(bars(values, role, base=base, width=width, height=height))
    d.line(0, base + 0.5, width, base + 0.5, colour=svg.FAINT)
    d.add(marks.glide(marks.key(frame, "frame"), "here", left - 1, 0))
    d.add(marks.drag(area, f"{control}: {name}", [move], at=middle, spoken=spoken))
    return d.markup


def key(
    x: float,
    y: float,
    words: str,
    colour: str,
    dash: str = "",
    *,
    thick: float = 2,
    long: float = 24,
    gap: float = 6,
    fill: str = svg.INK,
) -> str:
    """A sample of a line, and what the line shows.

    Parameters
    ----------
    x, y : float
        The left end of the sample, in pixels.
    words, colour, dash : str
    thick, long, gap : float
        How thick and long the sample is, and how far the words stand behind it.
    fill : str
        The colour of the words.
    """
    sample = svg.line(x, y, x + long, y, colour=colour, thick=thick, dash=dash)
    return sample + svg.text(x + long + gap, y, words, size=12, fill=fill)


# Named lines over one axis ------------------------------------------------------------------------

_LEFT, _TOP = 52, 44  # room for the numbers of the axis, for title and legend


def line_chart(
    series: Series,
    *,
    title: str,
    across: str,
    up: str,
    limits: tuple[float, float] | None = None,
    span: tuple[float, float] | None = None,
    log: bool = False,
    percent: bool = False,
    at: float | None = None,
    width: float = 330,
    height: float = 200,
) -> svg.Svg:
    """A chart of named lines over one axis.

    Parameters
    ----------
    series : mapping of str to (x values, y values)
        Values that are not finite are left out.
    title, across, up : str
        The title, and what the two axes say.
    limits : (float, float), optional
        Lowest and highest y; a line that goes beyond is cut there. By default all fit.
    span : (float, float), optional
        First and last x of the axis. By default all fit.
    log : bool
        Equal steps across are equal factors; all x must be above 0.
    percent : bool
        The y values are shares, written as percentages.
    at : float, optional
        An x to mark with a dashed line.
    width, height : float
        Of the drawing area, in pixels.
    """
    kept = {name: _finite(*values) for name, values in series.items()}
    xs, ys = (np.concatenate([pair[i] for pair in kept.values()] or [np.array([])]) for i in (0, 1))
    base = _TOP + height
    first, last = span or _range(xs, 1, 10)
    alone = 0.5 * (first == last)  # room on both sides of a single point
    x = Scale(first - alone, last + alone, _LEFT, _LEFT + width, log)
    low, high = limits or _range(ys, 0, 1)
    y = Scale(low, max(high, low + 1e-3), base, _TOP)
    parts = [frame(x, y, across, percent=percent, whole=bool(np.all(xs == np.round(xs))))]
    if at is not None:
        parts.append(
            svg.line(x(at), _TOP, x(at), base, colour=svg.WINDOW.line, thick=2, dash="3 3")
        )
    full = _LEFT + width + 24
    legend, largest = 0.0, 12 * max(1, full / 290)  # of its words, on a phone
    for (name, values), (colour, dash) in zip(kept.items(), _STYLES, strict=False):
        dots = 3 if len(values[0]) <= 30 else 0
        places = [(x(a), float(b)) for a, b in zip(*values, strict=True)]
        for stretch in _between(places, y.low, y.high):
            line = [(across, y(value)) for across, value in stretch]
            parts.append(svg.polyline(line, colour=colour, thick=2, dash=dash))
        inside = [(across, y(value)) for across, value in places if y.low <= value <= y.high]
        parts += [svg.circle(*place, dots, fill=colour) for place in inside if dots]
        parts.append(key(legend, 26, name, colour, dash, thick=2.5, long=26, gap=5))
        legend += 31 + 1.1 * svg.text_width(name, largest) + 22
    parts.append(svg.text(0, 7, title, bold=True))
    head = svg.text_width(title)
    if up not in title.lower() and up not in kept:  # or the title or the legend says it
        parts.append(svg.text(1.1 * head + 10, 7, up, size=12, fill=svg.MUTED))
        head = 1.1 * head + 10 + svg.text_width(up, 12)
    words = "; ".join(_in_words(name, *values, percent) for name, values in kept.items())
    sentence = f"{title} ({up} against {across}): {words or 'nothing to see yet'}."
    return svg.Svg("".join(parts), max(full, legend, head), base + 41, title, sentence)


def frame(x: Scale, y: Scale, across: str, *, percent: bool = False, whole: bool = False) -> str:
    """A box with its grid, the numbers of both axes, and the name of the one across.

    Parameters
    ----------
    x, y : Scale
    across : str
        What the axis across says.
    percent : bool
        The numbers that go up are shares, written as percentages.
    whole : bool
        The numbers across are whole ones.
    """
    width, height = x.end - x.start, y.start - y.end

    def write(value: float) -> str:
        return svg.show_number(100 * value, 3) + " %" if percent else svg.show_number(value, 3)

    return (
        svg.rect(x.start, y.end, width, height, line=svg.FAINT)
        + grid(y, y.ticks(), x.start, x.end, write=write)
        + numbers(x, x.ticks(whole=whole), y.start + 13, write="{:,.6g}".format)
        + svg.text(
            x.start + width / 2, y.start + 33, across, size=12, anchor="middle", fill=svg.MUTED
        )
    )


def _finite(x: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    good = np.isfinite(xs) & np.isfinite(ys)
    return xs[good], ys[good]


def _between(line: Sequence[Point], low: float, high: float) -> list[list[Point]]:
    """The stretches of a line between two heights; it is cut where it leaves and where it returns.

    Drawn along the edge instead, a loss that has exploded would look like one that stays the same.
    """
    stretches: list[list[Point]] = []
    inside = False  # at the end of the piece before
    for (x, y), (x_next, y_next) in pairwise(line):
        seen = max(y, y_next) >= low and min(y, y_next) <= high
        start, stop = (min(max(height, low), high) for height in (y, y_next))
        wide, tall = x_next - x, (y_next - y) or 1
        if seen and not inside:
            stretches.append([(x + wide * ((start - y) / tall), start)])
        if seen:
            stretches[-1].append((x_next + wide * ((stop - y_next) / tall), stop))
        inside = seen and stop == y_next
    return stretches


def _range(values: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """The smallest and the largest value; without any, low and high."""
    return (float(values.min()), float(values.max())) if len(values) else (low, high)


def _in_words(name: str, x: np.ndarray, y: np.ndarray, percent: bool) -> str:
    """What a line does, in words."""
    if not len(y):
        return f"{name} has no values yet"
    first, last = (in_percent(v) if percent else svg.show_number(v, 3) for v in (y[0], y[-1]))
    end = f" and {last} at {x[-1]:,.6g}" if len(y) > 1 else ""
    return f"{name} {first} at {x[0]:,.6g}{end}"
