"""The flagship explorer's picture drawn with matplotlib, to measure against."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from cnncourse.convolution import correlate

TITLES = ("input", "kernel", "output")


def convolution(kernel: int = 3, stride: int = 1, padding: int = 0, step: int = 0) -> plt.Figure:
    """The same cells, numbers, windows and sum."""
    image = np.pad(np.arange(36.0).reshape(6, 6), padding)
    weights = np.arange(kernel * kernel, dtype=float).reshape(kernel, kernel)
    output = correlate(image, weights, stride=stride)
    row, column = divmod(step, output.shape[1])
    top, left = row * stride, column * stride
    window = image[top : top + kernel, left : left + kernel]
    output.ravel()[step + 1 :] = np.nan  # still to come
    figure, panels = plt.subplots(1, 3, figsize=(7.2, 3.6))
    for axes, name, values in zip(panels, TITLES, (image, weights, output), strict=True):
        draw_cells(axes, values)
        axes.set_title(name)
    panels[0].add_patch(frame(left, top, kernel))
    panels[2].add_patch(frame(column, row, 1))
    figure.text(0.05, 0.02, long_sum(window, weights), family="monospace")
    return figure


def draw_cells(axes: plt.Axes, values: np.ndarray) -> None:
    """Draw a matrix as squares with numbers."""
    axes.imshow(np.zeros_like(values), cmap="Blues", vmin=0, vmax=1)
    for (y, x), value in np.ndenumerate(values):
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, fill=False))
        if np.isfinite(value):
            axes.text(x, y, f"{value:g}", ha="center", va="center")
    axes.set_axis_off()


def frame(column: int, row: int, size: int) -> Rectangle:
    """Return the frame of a window."""
    return Rectangle((column - 0.5, row - 0.5), size, size, fill=False, linewidth=3)


def long_sum(window: np.ndarray, weights: np.ndarray) -> str:
    """Return the products of a window, a line for each row, and their sum."""
    rows = [
        " + ".join(f"{x:g}·{w:g}" for x, w in zip(*pair, strict=True))
        for pair in zip(window, weights, strict=True)
    ]
    return "\n+ ".join(rows) + f"\n= {(window * weights).sum():g}"
