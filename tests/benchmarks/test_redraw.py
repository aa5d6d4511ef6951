"""From a moved control to a new picture, on the Python side, against `interact` and matplotlib."""

import io
from statistics import median

import matplotlib
import matplotlib.pyplot as plt
import pytest
import with_matplotlib

from cnncourse import explorers
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


def save_with_matplotlib(**settings):
    """Draw, write a PNG, and forget the figure, as Jupyter does."""
    figure = with_matplotlib.convolution(**settings)
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)


def test_the_flagship_is_20_times_faster_than_interact_with_matplotlib(side_by_side):
    from ipywidgets import IntSlider, interactive

    ours = explorers.convolution()
    theirs = interactive(
        save_with_matplotlib,
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
