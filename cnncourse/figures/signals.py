"""Figures of convolution along one axis: the noisy sensor, the sliding sum, the flipped kernel.

>>> from cnncourse import figures
>>> figures.sliding_sum([1, 2, 3, 4], [0, 1, 2], padding="valid", step=1).title
'Cross-correlation along one axis'

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from cnncourse import convolution as conv
from cnncourse import geometry
from cnncourse import signals as sensor
from cnncourse.figures import svg
from cnncourse.figures.charts import Scale, bar, curve, grid, numbers
from cnncourse.figures.grids import matrix, outline
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

    The weights lie under the readings that they belong to: the kernel, turned round.

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
    minutes = range(len(level))
    x, y = Scale(0, len(level) - 1, 52, 692), Scale(0.4, 4.4, 264, 34)
    drawing = svg.Drawing()
    drawing.rect(52, 34, 640, 230, line=svg.FAINT)
    drawing.add(numbers(x, (0, 30, 60, 90, 119), 278))
    drawing.add(grid(y, (1, 2, 3, 4), 52, 692, gap=8))
    drawing.text(372, 296, "minutes", anchor="middle", fill=svg.MUTED)
    drawing.text(8, 22, "metres", fill=svg.MUTED)
    for minute, reading in zip(minutes, readings, strict=True):
        drawing.circle(x(minute), y(reading), 2.2, fill=svg.MUTED)
    drawing.add(curve(x, y, minutes, level, dash="6 4"))
    drawing.add(curve(x, y, minutes, average, colour=svg.OUTPUT.line, thick=3))
    drawing.add(_legend(52, 12))
    drawing.line(x(now), 34, x(now), 386, colour=_MID, dash="3 3")
    drawing.circle(x(now), y(float(average[now])), 6, fill="none", line=svg.WINDOW.line)
    drawing.add(_weight_bars(weights, ages, x, now, 326))
    sentence = _sensor_words(name, rmse(readings, level), rmse(average, level), weights, ages)
    sentence += f" At minute {now} it is {average[now]:.2f} m."
    beyond = int(np.sum((readings < y.low) | (readings > y.high)))
    if beyond:
        sentence += f" {count(beyond, 'reading')} beyond the scale, drawn at its edge."
    return drawing.svg(712, 420, "A noisy sensor and its weighted average", sentence)


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
    cell = min(52.0, 560 / len(padded))
    shift, half = step * cell, (len(weights) - 1) / 2 * cell
    name = "kernel, turned" if flip else "kernel"
    drawing = svg.Drawing()
    for y, label, indent, row in (
        (12, "input", 0, _row(padded, svg.INPUT, cell, padding=(0, 0, *margins))),
        (20 + cell, name, shift, _row(weights, svg.KERNEL, cell, names=[written])),
        (34 + 2 * cell, "products", shift, _row(window * weights, svg.WINDOW, cell)),
        (48 + 3 * cell, "output", half, _output_row(result, step, cell)),
    ):
        drawing.add(_named_row(label, row, 118 + indent, y, cell))
    box = (115 + shift, 9, len(weights) * cell + 7, 3 * cell + 28)
    drawing.rect(*box, line=svg.WINDOW.line, thick=2, dash="5 4", round=6)
    bottom = 62 + 4 * cell
    drawing.text(12, bottom + 8, sums, size=14, mono=True)
    width = max(130 + len(padded) * cell, 24 + svg.text_width(sums, 15), 330)
    operation = "Convolution" if flip else "Cross-correlation"
    sentence = (
        f"{operation}, padding {padding}: {len(values)} numbers and a kernel of {len(weights)} "
        f"give {len(result)}. Output {step + 1} of {len(result)} is {sums}."
    )
    return drawing.svg(round(width), round(bottom + 26), f"{operation} along one axis", sentence)


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
    shown, used, name, caption = correlation, kernel, "cross-correlation ⋆", "kernel"
    if turned:
        shown, used = convolution, kernel[::-1, ::-1]
        name, caption = "convolution *", "kernel, turned"
    cell = min(34.0, 200 / max(image.shape))
    limits = (0.0, 255.0) if shade == "grey" else None
    picture = svg.beside(
        matrix(image, title="input", cell=cell, shade=shade, limits=limits, caption="input"),
        matrix(used, title="kernel", role=svg.KERNEL, cell=38, caption=caption),
        matrix(shown, title="output", role=svg.OUTPUT, cell=cell, digits=1, caption=name),
        gap=30,
    )
    largest = float(np.abs(convolution - correlation).max())
    if largest < 1e-9:
        verdict = "The turned kernel is the same kernel, so both operations agree everywhere."
    elif np.allclose(convolution, -correlation):
        verdict = "Turning this kernel only changes its sign, so every output changes its sign."
    else:
        verdict = (
            f"With{'out' if turned else ''} the flip, the outputs would differ by up to "
            f"{svg.show_number(largest)}."
        )
    border = "" if padding_mode == "zero" else f", border {padding_mode}"
    sentence = (
        f"{'Convolution' if turned else 'Cross-correlation'}, padding same{border}. {verdict}"
    )
    return svg.framed(picture.titled("The flip", sentence))


def impulse_response(kernel: Sequence[float], size: int = 7) -> svg.Svg:
    """A single 1 becomes the kernel by convolution, its mirror image by cross-correlation.

    Parameters
    ----------
    kernel : sequence of float
    size : int
        Length of the signal; the 1 stands in its middle.
    """
    signal = np.zeros(size)
    signal[size // 2] = 1
    weights = np.asarray(kernel, float)
    rows = (
        ("one 1", signal, svg.INPUT),
        ("signal * kernel", conv.convolve(signal, weights, padding="same"), svg.OUTPUT),
        ("signal ⋆ kernel", conv.correlate(signal, weights, padding="same"), svg.OUTPUT),
    )
    cell, drawing = 44.0, svg.Drawing()
    for i, (name, values, role) in enumerate(rows):
        drawing.add(_named_row(name, _row(values, role, cell), 150, 12 + i * (cell + 12), cell))
    listed = ", ".join(svg.show_number(float(w)) for w in kernel)
    sentence = (
        f"Convolution puts the kernel {listed} around the 1 as it is written; "
        "cross-correlation puts it there reversed."
    )
    return drawing.svg(162 + size * cell, 180, "What a single 1 becomes", sentence)


def _legend(x: float, y: float) -> str:
    """Words beside a sample of each line."""
    drawing = svg.Drawing()
    drawing.circle(x + 130, y, 2.2, fill=svg.MUTED)
    drawing.circle(x + 138, y, 2.2, fill=svg.MUTED)
    drawing.text(x + 146, y, "readings")
    drawing.line(x + 230, y, x + 258, y, dash="6 4", thick=2)
    drawing.text(x + 264, y, "hidden truth")
    drawing.line(x + 370, y, x + 398, y, colour=svg.OUTPUT.line, thick=3)
    drawing.text(x + 404, y, "weighted average")
    return drawing.markup


def _weight_bars(weights: np.ndarray, ages: np.ndarray, x: Scale, now: int, y: float) -> str:
    """The weights under the minutes of their readings: age 0 at `now`, the past at the left."""
    up = Scale(0, 1.05 * float(weights.max()), y + 60, y)
    wide = 0.8 * (x(1) - x(0))
    drawing = svg.Drawing()
    drawing.text(8, y - 10, f"weights at minute {now}, by the age of a reading", bold=True)
    for weight, age in zip(weights, ages, strict=True):
        if 0 <= now - age <= x.high:
            left = x(now - age) - wide / 2
            drawing.add(bar(left, y + 60, wide, y + 60 - up(weight), svg.KERNEL))
    drawing.line(52, y + 60, 692, y + 60, colour=svg.FAINT)
    for age in range(-10, 31, 10):
        if 0 <= now - age <= x.high:
            words = "now" if age == 0 else svg.show_number(age)
            drawing.text(x(now - age), y + 76, words, size=12, anchor="middle", fill=svg.MUTED)
    return drawing.markup


def _named_row(name: str, row: str, x: float, y: float, cell: float) -> str:
    """A row of cells with its name at the left of the picture."""
    words = svg.text(12, y + cell / 2, name, size=14, bold=True)
    return words + f'<g transform="translate({x:g} {y:g})">{row}</g>'


def _row(values: np.ndarray, role: svg.Role, cell: float, **look: Any) -> str:
    return matrix(values[None, :], title="", role=role, cell=cell, **look).markup


def _written(weight: float | Fraction) -> str:
    """A weight as text: a fraction keeps its bar."""
    if isinstance(weight, Fraction):
        return str(weight).replace("-", "−")
    return svg.show_number(float(weight))


def _output_row(result: np.ndarray, step: int, cell: float) -> str:
    """The outputs computed so far; the last one framed."""
    later = (np.arange(len(result)) > step)[None, :]
    grid = matrix(result[None, :], title="", role=svg.OUTPUT, cell=cell, hidden=later)
    return grid.markup + outline(0, step, 1, 1, cell)
