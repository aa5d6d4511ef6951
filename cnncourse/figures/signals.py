"""Figures of convolution along one axis: the noisy sensor, the sliding sum, the flipped kernel.

>>> from cnncourse import figures
>>> figures.sliding_sum([1, 2, 3, 4], [0, 1, 2], padding="valid", step=1).title
'Cross-correlation along one axis'

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from cnncourse import convolution as conv
from cnncourse import geometry
from cnncourse import signals as sensor
from cnncourse.figures import grids, marks, svg
from cnncourse.figures.charts import Scale, bar, curve, grid, numbers
from cnncourse.figures.grids import UNSEEN, fitting_digits, grip, matrix, outline, panels
from cnncourse.figures.words import count
from cnncourse.metrics import rmse

_MID = "#74767e"  # seen on a light page, on a dark one, and on the tint of a bar


def noisy_sensor(
    level: np.ndarray,
    readings: np.ndarray,
    weights: np.ndarray,
    ages: np.ndarray,
    name: str,
    *,
    now: int = 70,
) -> svg.Svg:
    """The readings of a sensor, their weighted average, and the truth that the sensor cannot see.

    The weights lie under the readings that they belong to: the kernel, turned round. It is marked
    for the control now: the kernel is dragged along the readings.

    Parameters
    ----------
    level, readings : ndarray of shape (L,), in metres, one a minute
    weights, ages : ndarray of shape (K,)
        The weight of a reading that is so many minutes old.
    name : str
        What the average is called, such as "causal box".
    now : int
        The minute whose average is framed.
    """
    average = sensor.weighted_average(readings, weights, int(ages[0]))
    raw, calm = rmse(readings, level), rmse(average, level)
    record = _record(level, readings, average, weights, ages, now)
    facts = _sensor_facts(float(average[now]), raw, calm, sensor.mean_age(weights, ages))
    sentence = _sensor_words(name, raw, calm, weights, ages)
    sentence += f" At minute {now} it is {average[now]:.2f} m."
    low, high = _METRES
    beyond = int(np.sum((readings < low) | (readings > high)))
    if beyond:
        sentence += f" {count(beyond, 'reading')} beyond the scale, drawn at its edge."
    picture = panels((record, facts))
    return svg.framed(picture.titled("A noisy sensor and its weighted average", sentence))


_METRES = (0.4, 4.4)  # what the scale of the water level holds


def _record(
    level: np.ndarray,
    readings: np.ndarray,
    average: np.ndarray,
    weights: np.ndarray,
    ages: np.ndarray,
    now: int,
) -> svg.Svg:
    """The record with its average, and below it the kernel to drag along the readings."""
    minutes = range(len(level))
    x, y = Scale(0, len(level) - 1, 36, 640), Scale(*_METRES, 304, 50)
    drawing = svg.Drawing()
    drawing.rect(x.start, y.end, x.end - x.start, y.start - y.end, line=svg.FAINT)
    drawing.add(numbers(x, (0, 30, 60, 90), y.start + 16))
    drawing.text(x.end, y.start + 16, "119 min", size=12, anchor="end", fill=svg.MUTED)
    drawing.add(grid(y, (1, 2, 3, 4), x.start, x.end, gap=8))
    drawing.text(0, 38, "metres", fill=svg.MUTED)
    for minute, reading in zip(minutes, readings, strict=True):
        drawing.circle(x(minute), y(reading), 2.5, fill=svg.MUTED)
    drawing.add(curve(x, y, minutes, level, dash="6 4"))
    drawing.add(curve(x, y, minutes, average, colour=svg.OUTPUT.line, thick=3))
    drawing.add(_legend(0, 10))
    ring = svg.circle(0, 0, 9, fill=svg.WINDOW.line, line=svg.PAPER)
    drawing.add(marks.glide(ring, "average", x(now), y(float(average[now]))))
    area = svg.rect(x.start, y.end, x.end - x.start, 442 - y.end, fill=UNSEEN)
    area += _weight_bars(weights, ages, x, now, y.end, 372)
    move = marks.Move("now", now, (x(1) - x(0), 0), 0, len(level) - 1)
    at, spoken = (x(now), 400.0), f"minute {now}"
    drawing.add(marks.drag(svg.group(area), "kernel on the record", [move], at=at, spoken=spoken))
    drawing.text(0, 356, f"weights at minute {now}, by age in minutes", size=14, bold=True)
    return drawing.svg(664, 462, "the record")


def _sensor_facts(reading: float, raw: float, calm: float, late: float) -> svg.Svg:
    """The average now, the error before and after, and how late it is."""
    drawing = svg.Drawing()
    for i, (words, value) in enumerate(
        (
            ("average now", f"{reading:.2f} m"),
            ("error of the readings", f"{raw:.3f} m"),
            ("error of the average", f"{calm:.3f} m"),
            ("lags behind by", f"{svg.show_number(late, 1)} min"),
        )
    ):
        drawing.text(0, 58 + 80 * i, words, size=14, fill=svg.MUTED)
        drawing.text(0, 84 + 80 * i, value, size=22, bold=True)
    return drawing.svg(248, 350, "its numbers")


def _sensor_words(name: str, raw: float, calm: float, weights: np.ndarray, ages: np.ndarray) -> str:
    """What the average does to the error, and how late it is."""
    age = sensor.mean_age(weights, ages)
    late = svg.show_number(age, 1)
    lag = f"lags {late} {'minute' if late == '1' else 'minutes'} behind"
    delay = lag if abs(age) > 1e-9 else "does not lag"
    before, after = f"{raw:.3f} m", f"{calm:.3f} m"
    change = f"{'falls' if calm < raw else 'rises'} from {before} to {after}"
    if before == after:
        change = f"stays at {before}"
    return (
        f"{name[0].upper()}{name[1:]} average of {count(len(weights), 'reading')}: the error "
        f"(RMSE) {change}; the average {delay}."
    )


def sliding_sum(
    signal: Sequence[float],
    kernel: Sequence[float | Fraction],
    *,
    padding: str = "valid",
    flip: bool = False,
    step: int = 0,
) -> svg.Svg:
    """A step of a convolution along one axis: the window, the products, their sum.

    It is marked for the controls step, signal and weights: the kernel is dragged along the signal,
    and numbers are changed in place.

    Parameters
    ----------
    signal : sequence of float
    kernel : sequence of float or Fraction
        Fractions are written as such: their decimals would not give the sum that is shown.
    padding : {"valid", "same", "full"}
    flip : bool
        Turn the kernel round first: convolution instead of cross-correlation.
    step : int
        Which output is being computed, counted from 0.

    Raises
    ------
    ValueError
        If the kernel does not fit, or there is no such step.
    """
    used = kernel[::-1] if flip else kernel
    values, weights = np.asarray(signal, float), np.asarray(used, float)
    result = conv.correlate(values, weights, padding=padding)
    if not 0 <= step < len(result):
        raise ValueError(f"there is no step {step}: the output has {len(result)} cells, 0 first")
    margins = geometry.padding_for(padding, len(weights))
    padded = np.pad(values, margins)
    window = padded[step : step + len(weights)]
    written = [_written(weight) for weight in used]
    sums = _sum_in_words(window, written, float(result[step]))
    cell = min(64.0, _ROW / len(padded))
    markup = _signal_row(padded, margins, cell)
    markup += _sliding_kernel(window, weights, written, flip, step, len(result), cell)
    markup += svg.group(_output_row(result, step, cell, (len(weights) - 1) / 2), 0, 3 * _PITCH)
    letters = len(sums) * 0.6
    markup += svg.text(0, 4 * _PITCH + 10, sums, size=min(22, _ROW / letters), mono=True, bold=True)
    operation = "Convolution" if flip else "Cross-correlation"
    sentence = (
        f"{operation}, padding {padding}: {len(values)} numbers and a kernel of {len(weights)} "
        f"give {len(result)}. Output {step + 1} of {len(result)} is {sums}."
    )
    row = svg.Svg(markup, _ROW, 4 * _PITCH + 28, "")
    return svg.framed(panels([row]).titled(f"{operation} along one axis", sentence))


_ROW, _PITCH = 840, 120  # width of the longest row, and from one row to the next


def _signal_row(padded: np.ndarray, margins: tuple[int, int], cell: float) -> str:
    """The signal with its padding: each of its own numbers can be changed."""
    before, length = margins[0], len(padded) - sum(margins)

    def mark(markup: str, _row: int, column: int) -> str:
        place = column - before
        if not 0 <= place < length:
            return markup
        name, number = f"signal {place + 1}", float(padded[column])
        return marks.edit(markup, name, "signal", (0, place), number, group="signal")

    row = _row(padded, svg.INPUT, cell, padding=(0, 0, *margins), mark=mark)
    return _named_row("input", row, 0)


def _sliding_kernel(
    window: np.ndarray,
    weights: np.ndarray,
    written: Sequence[str],
    flip: bool,
    step: int,
    steps: int,
    cell: float,
) -> str:
    """The kernel under the numbers it is multiplied with, to drag along, and the products."""
    last, wide = len(weights) - 1, len(weights) * cell

    def mark(markup: str, _row: int, column: int) -> str:
        place = last - column if flip else column
        name, number = f"weights {place + 1}", float(weights[column])
        return marks.edit(markup, name, "weights", (0, place), number, group="weights")

    name = "kernel, turned" if flip else "kernel"
    kernel = _row(weights, svg.KERNEL, cell, names=[written], mark=mark)
    rows = _named_row(name, kernel, _PITCH)
    rows += _named_row("products", _row(window * weights, svg.WINDOW, cell), 2 * _PITCH)
    box = (-5, 26, wide + 10, 2 * _PITCH + cell + 12)
    frame = svg.rect(*box, fill=UNSEEN, line=svg.WINDOW.line, thick=2, round=6)
    frame = marks.key(frame, "frame") + grip(wide / 2, 26, svg.WINDOW)
    move = marks.Move("step", step, (cell, 0), 0, steps - 1)
    spoken = f"output {step + 1} of {steps}"
    handle = marks.drag(svg.group(frame), "kernel on the signal", [move], spoken=spoken)
    return marks.glide(rows + handle, "sliding", step * cell, 0)


def _sum_in_words(window: np.ndarray, weights: Sequence[str], total: float) -> str:
    """The products under the window, added up; ≈ if the sum is rounded."""
    products = " + ".join(
        f"{svg.show_number(value)}·" + (f"({weight})" if weight.startswith("−") else weight)
        for value, weight in zip(window, weights, strict=True)
    )
    exact = abs(round(total, 2) - total) < 1e-9
    return f"{products} {'=' if exact else '≈'} {svg.show_number(total)}"


def flip(
    image: np.ndarray,
    kernel: np.ndarray,
    *,
    turned: bool,
    shade: str = "tint",
    padding_mode: str = "zero",
) -> svg.Svg:
    """The same kernel used as it is or turned by 180°, and how far the two answers lie apart.

    It is marked for the controls flip and weights.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW)
    turned : bool
        Show the convolution (kernel turned) instead of the cross-correlation.
    shade : {"tint", "grey"}
    padding_mode : {"zero", "reflect", "edge", "wrap"}
    """
    correlation = conv.correlate(image, kernel, padding="same", padding_mode=padding_mode)
    convolution = conv.convolve(image, kernel, padding="same", padding_mode=padding_mode)
    shown, name = (convolution, "convolution *") if turned else (correlation, "cross-correlation ⋆")
    cell = _SIDE / max(image.shape)
    picture = panels(
        (
            _looked_at(image, cell, shade),
            _turning_kernel(kernel, turned),
            _looking(shown, name, kernel.shape, cell),
        ),
        gap=28,
    )
    border = "" if padding_mode == "zero" else f", border {padding_mode}"
    sentence = (
        f"{'Convolution' if turned else 'Cross-correlation'}, padding same{border}. "
        f"{_flip_words(correlation, convolution, turned)}"
    )
    return svg.framed(picture.titled("The flip", sentence))


_SIDE = 330.0  # of the input and the output of the flip


def _looked_at(image: np.ndarray, cell: float, shade: str) -> svg.Svg:
    """The input, with a window that an output lights."""
    limits = (0.0, 255.0) if shade == "grey" else None
    pixels = matrix(
        image, title="", cell=cell, shade=shade, limits=limits, caption="input", font=16
    )
    window = svg.rect(0, 0, cell, cell, line=svg.WINDOW.line, thick=3, round=3)
    markup = pixels.markup + marks.lit(window, "window", hidden=True)
    return replace(pixels, markup=markup, width=_SIDE + 1)


def _looking(values: np.ndarray, name: str, kernel: tuple[int, ...], cell: float) -> svg.Svg:
    """The output: a number that is hovered lights the pixels it is the sum of."""
    reach = np.array(kernel) // 2

    def link(markup: str, row: int, column: int) -> str:
        first = np.maximum((row, column) - reach, 0)
        last = np.minimum((row, column) + reach, np.array(values.shape) - 1)
        (high, wide), (top, left) = (last - first + 1) * cell, first * cell
        at = (float(left) + 0.5, float(top) + 22.5, float(wide), float(high))
        return marks.link(markup, "window", at=at)

    look: dict[str, Any] = {"role": svg.OUTPUT, "caption": name, "font": 16, "mark": link}
    digits = fitting_digits(values, cell)
    outputs = matrix(values, title="", cell=cell, digits=digits, **look)
    return replace(outputs, width=_SIDE + 1)


def _flip_words(correlation: np.ndarray, convolution: np.ndarray, turned: bool) -> str:
    """How far the two answers lie apart."""
    largest = float(np.abs(convolution - correlation).max())
    if largest < 1e-9:
        return "The turned kernel is the same kernel, so both operations agree everywhere."
    if np.allclose(convolution, -correlation):
        return "Turning this kernel only changes its sign, so every output changes its sign."
    return (
        f"With{'out' if turned else ''} the flip, the outputs would differ by up to "
        f"{svg.show_number(largest)}."
    )


def _turning_kernel(kernel: np.ndarray, turned: bool) -> svg.Svg:
    """The kernel that makes half a turn as a whole, while its numbers stay upright; a button."""
    rows, columns = kernel.shape
    cell, half = 180 / max(rows, columns), "180deg" if turned else "0deg"
    most = float(np.abs(kernel).max()) or 1.0
    size = grids.cell_font(kernel, cell, 2, 20)
    edit = grids.edited(kernel, "weights", "weights")

    def mark(square: str, row: int, column: int) -> str:
        value, middle = float(kernel[row, column]), ((column + 0.5) * cell, (row + 0.5) * cell)
        ink = svg.text_on(svg.signed_fill(value, most))
        words = svg.text(0, 0, svg.show_number(value), size=size, anchor="middle", fill=ink)
        upright = _turned(words, *middle, f"-{half}", f"weight {row} {column}")
        return edit(square.replace("</g>", f"{upright}</g>"), row, column)

    empty = [[""] * columns] * rows  # the numbers are drawn by `mark`
    look: dict[str, Any] = {"shade": "signed", "role": svg.KERNEL, "names": empty}
    cells = matrix(kernel, title="", cell=cell, mark=mark, **look).markup
    corner = [(0.5, cell), (0.5, 0.5), (cell, 0.5)]  # shows which one was the first
    cells += svg.polyline(corner, colour=svg.WINDOW.line, thick=5)
    centred = svg.group(cells, -columns * cell / 2, -rows * cell / 2)
    caption = "kernel, turned" if turned else "kernel"
    panel = svg.captioned(svg.Svg("", 208, 308, caption), caption, role=svg.KERNEL)
    act = "turn it back" if turned else "turn it by 180°"
    look = {"fill": svg.PAPER, "line": svg.KERNEL.line, "thick": 2, "round": 6}
    button = svg.plate(34, 270, 140, 36, act, **look)
    button = marks.set(f"<g>{button}</g>", "turn the kernel", {"flip": not turned})
    turning = _turned(centred, 104, 142, half, "turning")
    return replace(panel, markup=panel.markup + turning + button)


def _turned(markup: str, x: float, y: float, angle: str, key: str) -> str:
    """Elements at a point, turned by an angle such as "180deg": a change of it is a turn."""
    style = f"transform:translate({x:g}px,{y:g}px) rotate({angle})"
    return marks.key(f'<g style="{style}">{markup}</g>', key)


def impulse_response(kernel: Sequence[float]) -> svg.Svg:
    """A single 1 becomes the kernel by convolution, its mirror image by cross-correlation."""
    signal = np.eye(1, 7, 3)[0]  # the 1 stands in its middle
    weights = np.asarray(kernel, float)
    rows = (
        ("one 1", signal, svg.INPUT),
        ("signal * kernel", conv.convolve(signal, weights, padding="same"), svg.OUTPUT),
        ("signal ⋆ kernel", conv.correlate(signal, weights, padding="same"), svg.OUTPUT),
    )
    cell, drawing = 44.0, svg.Drawing()
    for i, (name, values, role) in enumerate(rows):
        y = 12 + i * (cell + 12)
        drawing.text(12, y + cell / 2, name, size=14, bold=True)
        drawing.add(svg.group(_row(values, role, cell), 150, y))
    listed = ", ".join(svg.show_number(float(w)) for w in kernel)
    sentence = (
        f"Convolution puts the kernel {listed} around the 1 as it is written; "
        "cross-correlation puts it there reversed."
    )
    return drawing.svg(162 + len(signal) * cell, 180, "What a single 1 becomes", sentence)


def _legend(x: float, y: float) -> str:
    """Words beside a sample of each line."""
    drawing = svg.Drawing()
    drawing.circle(x + 4, y, 2.5, fill=svg.MUTED)
    drawing.circle(x + 14, y, 2.5, fill=svg.MUTED)
    drawing.text(x + 24, y, "readings")
    drawing.line(x + 150, y, x + 172, y, dash="6 4", thick=2)
    drawing.text(x + 178, y, "hidden truth")
    drawing.line(x + 356, y, x + 378, y, colour=svg.OUTPUT.line, thick=3)
    drawing.text(x + 384, y, "weighted average")
    return drawing.markup


def _weight_bars(
    weights: np.ndarray, ages: np.ndarray, x: Scale, now: int, top: float, y: float
) -> str:
    """The weights under the minutes of their readings, the past at the left: they glide along."""
    up = Scale(0, 1.05 * float(weights.max()), y + 52, y)
    wide = 0.8 * (x(1) - x(0))
    drawing = svg.Drawing()
    drawing.line(0, top, 0, y + 52, colour=_MID, dash="3 3")
    for weight, age in zip(weights, ages, strict=True):
        if 0 <= now - age <= x.high:
            left = x(now - age) - x(now) - wide / 2
            drawing.add(bar(left, y + 52, wide, y + 52 - up(weight), svg.KERNEL))
    for age in range(-15, 31, 15):  # no closer: a phone would push them together
        if 0 <= now - age <= x.high:
            words = "now" if age == 0 else svg.show_number(age)
            at = x(now - age) - x(now)
            drawing.text(at, y + 76, words, size=13, anchor="middle", fill=svg.MUTED)
    drawing.add(grip(0, y + 56, svg.WINDOW))
    base = svg.line(x.start, y + 52, x.end, y + 52, colour=svg.FAINT)
    return base + marks.glide(drawing.markup, "weights", x(now), 0)


def _named_row(name: str, row: str, y: float) -> str:
    """A row of cells under its name."""
    return svg.group(svg.heading(name) + svg.group(row, 0, 32), 0, y)


def _row(values: np.ndarray, role: svg.Role, cell: float, **look: Any) -> str:
    return matrix(values[None, :], title="", role=role, cell=cell, font=16, **look).markup


def _written(weight: float | Fraction) -> str:
    """A weight as text: a fraction keeps its bar."""
    if isinstance(weight, Fraction):
        return str(weight).replace("-", "−")
    return svg.show_number(float(weight))


def _output_row(result: np.ndarray, step: int, cell: float, half: float) -> str:
    """The outputs computed so far, each under the middle of its window; one clicked is next."""

    def mark(markup: str, _row: int, column: int) -> str:
        return marks.set(markup, f"output {column + 1}", {"step": column}, group="output")

    later = (np.arange(len(result)) > step)[None, :]
    row = _row(result, svg.OUTPUT, cell, hidden=later, mark=mark)
    here = marks.key(outline(0, step, 1, 1, cell), "here")
    return _named_row("output", svg.group(row + here, half * cell), 0)
