"""From a moved control to a new picture, on the Python side, against `interact` and matplotlib."""

import io
from statistics import median

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnncourse import explorers
from cnncourse.convolution import correlate
from conftest import seconds

matplotlib.use("Agg")


def move(control):
    """Set a control to another value that it allows."""
    if hasattr(control, "options"):
        values = [o[1] if isinstance(o, tuple) else o for o in control.options]
        control.value = next(v for v in values if v != control.value)
    elif isinstance(control.value, bool):
        control.value = not control.value
    else:
        control.value = control.min if control.value > control.min else control.min + control.step


def movable(explorer):
    """The controls in the default view that are a slider, a choice or a box to tick."""
    return [c for c in explorer.controls.values() if hasattr(c, "options") or hasattr(c, "step")
            or isinstance(c.value, bool)]  # fmt: skip


@pytest.mark.parametrize("name", explorers.__all__)
def test_a_redraw_at_the_default_setting_takes_at_most_5_ms(name, benchmark):
    explorer = getattr(explorers, name)()
    settings = explorer.values
    benchmark.pedantic(lambda: str(explorer.draw(**settings)), rounds=30, warmup_rounds=3)
    assert benchmark.stats.stats.median <= 0.005


def draw_with_matplotlib(kernel: int, stride: int, padding: int, step: int) -> bytes:
    """The flagship's picture with matplotlib: the same cells, numbers and window, as a PNG."""
    image = np.pad(np.arange(36.0).reshape(6, 6), padding)
    weights = np.arange(kernel * kernel, dtype=float).reshape(kernel, kernel)
    output = correlate(image, weights, stride=stride)
    row, column = divmod(step, output.shape[1])
    figure = Figure(figsize=(7.2, 3.6), dpi=100)
    for axes, values in zip(figure.subplots(1, 3), (image, weights, output), strict=True):
        axes.imshow(np.zeros_like(values), cmap="Blues", vmin=0, vmax=1)
        for (y, x), value in np.ndenumerate(values):
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, fill=False))
            axes.text(x, y, f"{value:g}", ha="center", va="center")
        axes.set_axis_off()
    corner = (column * stride - 0.5, row * stride - 0.5)
    figure.axes[0].add_patch(Rectangle(corner, kernel, kernel, fill=False, linewidth=3))
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


def test_the_flagship_is_20_times_faster_than_interact_with_matplotlib(side_by_side):
    from ipywidgets import IntSlider, interactive

    ours = explorers.convolution()
    theirs = interactive(
        draw_with_matplotlib,
        kernel=IntSlider(3, 1, 5),
        stride=IntSlider(1, 1, 4),
        padding=IntSlider(0, 0, 4),
        step=IntSlider(0, 0, 15),
    )
    theirs.update()

    def advance(step):
        step.value = (step.value + 1) % 16

    ratio = side_by_side(
        lambda: advance(ours.controls["step"]), lambda: advance(theirs.children[3])
    )
    assert ratio >= 20


@pytest.mark.parametrize("name", explorers.__all__)
def test_moving_any_control_takes_at_most_10_ms(name):
    explorer = getattr(explorers, name)()
    for control in movable(explorer):
        times = [seconds(lambda control=control: move(control)) for _ in range(9)]
        assert median(times) <= 0.010, control.description
