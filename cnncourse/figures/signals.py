"""Figures of convolution along one axis: the noisy sensor, the sliding sum, the flipped kernel.

>>> from cnncourse import figures
>>> figures.sliding_sum([1, 2, 3, 4], [0, 1, 2], padding="valid", step=1).title
'Cross-correlation along one axis'

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from cnncourse import convolution as conv
from cnncourse import geometry
from cnncourse import signals as sensor
from cnncourse.figures import svg
from cnncourse.figures.grids import matrix, outline
from cnncourse.metrics import rmse

_MID = "#74767e"  # seen on a light page, on a dark one, and on the tint of a bar


def noisy_sensor(
    level: np.ndarray, readings: np.ndarray, weights: np.ndarray, ages: np.ndarray, name: str
) -> svg.Svg:
    """Readings of a sensor, their weighted average, and the truth that the sensor cannot see.

    Parameters
    ----------
    level, readings : ndarray of shape (L,), in metres, one a minute
    weights, ages : ndarray of shape (K,)
        The weight of a reading that is so many minutes old.
    name : str
        What the average is called, such as "causal box".
    """
    average = sensor.weighted_average(readings, weights, int(ages[0]))
    chart = _Chart(52, 34, 640, 230, (0, len(level) - 1), (0.4, 4.4))
    times = np.arange(len(level))
    drawing = svg.Drawing()
    drawing.add(chart.frame("minutes", "metres", (0, 30, 60, 90, 119), (1, 2, 3, 4)))
    for t, r in zip(times, readings, strict=True):
        drawing.circle(*chart.point(t, r), 2.2, fill=svg.MUTED)
    drawing.add(chart.curve(times, level, svg.INK, dash="6 4"))
    drawing.add(chart.curve(times, average, svg.OUTPUT.line, thick=3))
    drawing.add(_legend(52, 12))
    drawing.add(_weight_bars(weights, ages, 34 + 230 + 62))
    raw, calm = rmse(readings, level), rmse(average, level)
    age = sensor.mean_age(weights, ages)
    late = svg.show_number(age, 1)
    lag = f"lags {late} {'minute' if late == '1' else 'minutes'} behind"
    delay = lag if abs(age) > 1e-9 else "does not lag"
    before, after = f"{raw:.3f} m", f"{calm:.3f} m"
    change = f"{'falls' if calm < raw else 'rises'} from {before} to {after}"
    if before == after:
        change = f"stays at {before}"
    sentence = (
        f"{name[0].upper()}{name[1:]} average of {_count(len(weights), 'reading')}: the error "
        f"(RMSE) {change}; the average {delay}."
    )
    low, high = chart.up
    beyond = int(np.sum((readings < low) | (readings > high)))
    if beyond:
        sentence += f" {_count(beyond, 'reading')} beyond the scale, drawn at its edge."
    return drawing.svg(712, 420, "A noisy sensor and its weighted average", sentence)


def sliding_sum(
    signal: Sequence[float],
    kernel: Sequence[float | Fraction],
    *,
    padding: str = "valid",
    flip: bool = False,
    step: int = 0,
) -> svg.Svg:
    """One step of a convolution along one axis: the window, the products, their sum.

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
    written = [_written(weight) for weight in (kernel[::-1] if flip else kernel)]
    signal, kernel = np.asarray(signal, float), np.asarray(kernel, float)
    weights = kernel[::-1] if flip else kernel
    result = conv.correlate(signal, weights, padding=padding)
    if not 0 <= step < len(result):
        raise ValueError(f"there is no step {step}: the output has {len(result)} cells, 0 first")
    before, after = geometry.padding_for(padding, len(kernel))
    padded = np.pad(signal, (before, after))
    window = slice(step, step + len(kernel))
    products = padded[window] * weights
    cell = min(52.0, 560 / len(padded))
    x, shift = 118, step * cell
    rows = [
        (0, "input", _row(padded, svg.INPUT, cell, (0, 0, before, after))),
        (
            shift,
            "kernel, turned" if flip else "kernel",
            _row(weights, svg.KERNEL, cell, names=[written]),
        ),
        (shift, "products", _row(products, svg.WINDOW, cell)),
        ((len(kernel) - 1) / 2 * cell, "output", _output_row(result, step, cell)),
    ]
    drawing, y = svg.Drawing(), 12.0
    for indent, name, row in rows:
        drawing.text(12, y + cell / 2, name, size=14, bold=True)
        drawing.add(f'<g transform="translate({x + indent:g} {y:g})">{row}</g>')
        y += cell + (8 if name == "input" else 14)
    drawing.rect(
        x + shift - 3,
        9,
        len(kernel) * cell + 7,
        3 * cell + 28,
        line=svg.WINDOW.line,
        thick=2,
        dash="5 4",
        round=6,
    )
    sums = " + ".join(
        f"{svg.show_number(a)}·({b})" if b.startswith("−") else f"{svg.show_number(a)}·{b}"
        for a, b in zip(padded[window], written, strict=True)
    )
    total = float(result[step])
    exact = abs(round(total, 2) - total) < 1e-9
    sums += f" {'=' if exact else '≈'} {svg.show_number(total)}"
    drawing.text(12, y + 8, sums, size=14, mono=True)
    width = max(x + len(padded) * cell + 12, 24 + svg.text_width(sums, 15), 330)
    operation = "Convolution" if flip else "Cross-correlation"
    sentence = (
        f"{operation}, padding {padding}: {len(signal)} numbers and a kernel of {len(kernel)} give "
        f"{len(result)}. Output {step + 1} of {len(result)} is {sums}."
    )
    return drawing.svg(round(width), round(y + 26), f"{operation} along one axis", sentence)


def flip(image: np.ndarray, kernel: np.ndarray, *, turned: bool, shade: str = "tint") -> svg.Svg:
    """The same kernel used as it is or turned by 180°, and how far the two answers lie apart.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW)
    turned : bool
        Show the convolution (kernel turned) instead of the cross-correlation.
    shade : {"tint", "grey"}
    """
    correlation = conv.correlate(image, kernel, padding="same")
    convolution = conv.convolve(image, kernel, padding="same")
    shown = convolution if turned else correlation
    used = kernel[::-1, ::-1] if turned else kernel
    sign = "*" if turned else "⋆"
    name = f"convolution {sign}" if turned else f"cross-correlation {sign}"
    cell = min(34.0, 200 / max(image.shape))
    limit = (0.0, 255.0) if shade == "grey" else None
    picture = svg.beside(
        matrix(image, title="input", cell=cell, shade=shade, limits=limit, caption="input"),
        matrix(
            used,
            title="kernel",
            role=svg.KERNEL,
            cell=38,
            caption="kernel, turned" if turned else "kernel",
        ),
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
    sentence = f"{'Convolution' if turned else 'Cross-correlation'}, padding same. {verdict}"
    return svg.framed(svg.Svg(picture.markup, picture.width, picture.height, "The flip", sentence))


def impulse_response(kernel: Sequence[float], size: int = 7) -> svg.Svg:
    """What a single 1 becomes: convolution stamps the kernel, cross-correlation its mirror image.

    Parameters
    ----------
    kernel : sequence of float
    size : int
        Length of the signal; the 1 stands in its middle.
    """
    signal = np.zeros(size)
    signal[size // 2] = 1
    rows = [
        ("one 1", signal, svg.INPUT),
        ("signal * kernel", conv.convolve(signal, kernel, padding="same"), svg.OUTPUT),
        ("signal ⋆ kernel", conv.correlate(signal, kernel, padding="same"), svg.OUTPUT),
    ]
    cell, drawing = 44.0, svg.Drawing()
    for i, (name, values, role) in enumerate(rows):
        y = 12 + i * (cell + 12)
        drawing.text(12, y + cell / 2, name, size=14, bold=True)
        drawing.add(f'<g transform="translate(150 {y:g})">{_row(values, role, cell)}</g>')
    listed = ", ".join(svg.show_number(float(w)) for w in kernel)
    return drawing.svg(
        162 + size * cell,
        12 + 3 * (cell + 12),
        "What a single 1 becomes",
        f"Convolution puts the kernel {listed} around the 1 as it is written; "
        "cross-correlation puts it there reversed.",
    )


class _Chart:
    """A rectangle of the page with two linear scales."""

    def __init__(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        across: tuple[float, float],
        up: tuple[float, float],
    ) -> None:
        self.box, self.across, self.up = (x, y, width, height), across, up

    def point(self, a: float, b: float) -> tuple[float, float]:
        x, y, width, height = self.box
        (left, right), (low, high) = self.across, self.up
        inside = min(max(b, low), high)  # a wild reading is drawn at the edge
        return (
            x + width * (a - left) / (right - left),
            y + height * (high - inside) / (high - low),
        )

    def curve(
        self, a: np.ndarray, b: np.ndarray, colour: str, thick: float = 2, dash: str = ""
    ) -> str:
        points = [self.point(*ab) for ab in zip(a, b, strict=True)]
        return svg.polyline(points, colour=colour, thick=thick, dash=dash)

    def frame(
        self, across: str, up: str, across_at: Sequence[float], up_at: Sequence[float]
    ) -> str:
        x, y, width, height = self.box
        drawing = svg.Drawing()
        drawing.rect(x, y, width, height, line=svg.FAINT)
        for a in across_at:
            px, _ = self.point(a, self.up[0])
            drawing.text(px, y + height + 14, f"{a:g}", size=12, anchor="middle", fill=svg.MUTED)
        for b in up_at:
            _, py = self.point(self.across[0], b)
            drawing.line(x, py, x + width, py, colour=svg.FAINT)
            drawing.text(x - 8, py, f"{b:g}", size=12, anchor="end", fill=svg.MUTED)
        drawing.text(x + width / 2, y + height + 32, across, anchor="middle", fill=svg.MUTED)
        drawing.text(8, y - 12, up, fill=svg.MUTED)
        return drawing.markup


def _legend(x: float, y: float) -> str:
    """Words beside a sample of each line."""
    return (
        svg.circle(x + 130, y, 2.2, fill=svg.MUTED)
        + svg.circle(x + 138, y, 2.2, fill=svg.MUTED)
        + svg.text(x + 146, y, "readings")
        + svg.line(x + 230, y, x + 258, y, dash="6 4", thick=2)
        + svg.text(x + 264, y, "hidden truth")
        + svg.line(x + 370, y, x + 398, y, colour=svg.OUTPUT.line, thick=3)
        + svg.text(x + 404, y, "weighted average")
    )


def _weight_bars(weights: np.ndarray, ages: np.ndarray, y: float) -> str:
    """The weights over the age of a reading: now in the middle, the past at the left."""
    chart = _Chart(52, y, 640, 60, (30.5, -15.5), (0, 1.05 * float(weights.max())))
    wide = 640 / 46 * 0.8
    drawing = svg.Drawing()
    drawing.text(8, y - 10, "weights w(a) over the age a of a reading, in minutes", bold=True)
    for weight, age in zip(weights, ages, strict=True):
        px, py = chart.point(age, weight)
        drawing.rect(
            px - wide / 2, py, wide, y + 60 - py, fill=svg.KERNEL.tint, line=svg.KERNEL.line
        )
    now, _ = chart.point(0, 0)
    drawing.line(now, y - 2, now, y + 66, colour=_MID, dash="3 3")
    drawing.line(52, y + 60, 692, y + 60, colour=svg.FAINT)
    for age, words in ((30, "30"), (20, "20"), (10, "10"), (0, "now"), (-10, "−10 (future)")):
        px, _ = chart.point(age, 0)
        drawing.text(px, y + 76, words, size=12, anchor="middle", fill=svg.MUTED)
    return drawing.markup


def _row(
    values: np.ndarray,
    role: object,
    cell: float,
    padding: tuple[int, int, int, int] = (0, 0, 0, 0),
    names: Sequence[Sequence[str]] | None = None,
) -> str:
    row = np.asarray(values, float)[None, :]
    return matrix(row, title="", role=role, cell=cell, padding=padding, names=names).markup


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


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
