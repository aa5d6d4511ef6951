"""Figures of notebook 05: three ways downhill, and the curves of a loop that may be broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cnncourse.figures import charts, svg, words

_SPAN, _HEIGHT = (-2.4, 2.4), (-1.2, 1.2)  # what is drawn of the valley, across and up
_BOUND = 1e6  # losses beyond it are too many digits to read
_WIDE = 250.0  # pixels of a panel
_SCALE = _WIDE / (_SPAN[1] - _SPAN[0])


def descent(
    paths: Mapping[str, np.ndarray], losses: Mapping[str, Sequence[float]], steepness: np.ndarray
) -> svg.Svg:
    """Paths down a valley, one panel each, over the lines of equal loss, and the loss by step.

    Parameters
    ----------
    paths : mapping of str to ndarray of shape (steps + 1, 2)
    losses : mapping of str to sequence of float
        At every point of each path.
    steepness : ndarray of shape (2,)
        Along and across: the loss is (steepness · point²) / 2.

    Returns
    -------
    Svg
    """
    panels = [
        svg.captioned(_valley(path, steepness), name, role=svg.KERNEL)
        for name, path in paths.items()
    ]
    lines = {name: (range(len(values)), values) for name, values in losses.items()}
    top = max(values[0] for values in losses.values())
    chart = charts.line_chart(
        lines, title="Loss", across="step", up="loss", limits=(0, 1.1 * top), width=280, height=160
    )
    ends = ", ".join(f"{name} {_size(values[-1])}" for name, values in losses.items())
    steps = max(len(values) for values in losses.values()) - 1
    sentence = f"From a loss of {_size(top)}, after {steps} steps: {ends}."
    return svg.above(
        svg.beside(*panels, gap=16),
        chart,
        gap=18,
        title="Three ways downhill",
        description=sentence,
    )


def _valley(path: np.ndarray, steepness: np.ndarray) -> svg.Svg:
    """The lines of equal loss, which are ellipses, and one path over them."""
    high = (_HEIGHT[1] - _HEIGHT[0]) * _SCALE
    d = svg.Drawing()
    d.rect(0, 0, _WIDE, high, line=svg.FAINT)
    angle = np.linspace(0, 2 * np.pi, 73)
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    for level in (0.1, 0.5, 1.2, 2.2, 2.8):
        ring = circle * np.sqrt(2 * level / steepness)
        d.polyline(_places(ring), colour=svg.FAINT, thick=1)
    kept = path[: _first_outside(path)]
    d.polyline(_places(kept), colour=svg.KERNEL.line, thick=1.5)
    for x, y in _places(kept):
        d.circle(x, y, 2.2, fill=svg.KERNEL.line)
    x, y = _places(np.zeros((1, 2)))[0]
    d.circle(x, y, 4, fill=svg.OUTPUT.line)
    return d.svg(_WIDE, high, "A valley")


def _first_outside(path: np.ndarray) -> int:
    """How many points are drawn: all up to the first that lies beyond the picture."""
    low, high = np.array([_SPAN[0], _HEIGHT[0]]), np.array([_SPAN[1], _HEIGHT[1]])
    beyond = np.flatnonzero(((path < low) | (path > high)).any(axis=1))
    return int(beyond[0]) if len(beyond) else len(path)


def _places(points: np.ndarray) -> list[tuple[float, float]]:
    return [((x - _SPAN[0]) * _SCALE, (_HEIGHT[1] - y) * _SCALE) for x, y in points]


def _size(value: float) -> str:
    return f"{value:.3g}" if value < _BOUND else "beyond all bounds"


def suspect(
    name: str, losses: Sequence[float], accuracies: Sequence[float], sound: Sequence[float]
) -> svg.Svg:
    """The curves of one loop beside the loss of a loop without a bug.

    Parameters
    ----------
    name : str
    losses : sequence of float
        Of every step.
    accuracies : sequence of float
        On validation digits, after every epoch.
    sound : sequence of float
        The losses of a loop without a bug.

    Returns
    -------
    Svg
    """
    lines = {name: (range(1, len(losses) + 1), losses), "no bug": (range(1, len(sound) + 1), sound)}
    edges = max(-6.0, 1.05 * min(0, *losses)), min(6.0, 1.05 * max(2.5, *losses))
    chart = charts.line_chart(
        lines, title="Loss of each batch", across="step", up="loss", limits=edges, width=400
    )
    epochs = {name: (range(1, len(accuracies) + 1), accuracies)}
    share = charts.line_chart(
        epochs,
        title="Validation accuracy",
        across="epoch",
        up="validation accuracy",
        limits=(0, 1),
        percent=True,
        width=150,
    )
    first, last = losses[0], float(np.mean(losses[-5:]))
    sentence = (
        f"{name[0].upper()}{name[1:]}: the loss begins at {svg.show_number(first)} and ends "
        f"{_end(last)}; of the validation digits, {words.percent(accuracies[-1])} are read "
        "correctly."
    )
    return svg.beside(chart, share, gap=28, title=f"Curves of {name}", description=sentence)


def _end(loss: float) -> str:
    """Where a curve ends, in words."""
    size, sign = _size(abs(loss)), "−" if loss < 0 else ""
    return size if abs(loss) >= _BOUND else f"near {sign}{size}"
