"""From a moved control to a new picture, on the Python side, against `interact` and matplotlib.

Where matplotlib needs 150 ms for the picture of the flagship, a thirtieth of that is 5 ms.
"""

import io
from functools import partial
from statistics import median

import matplotlib
import matplotlib.pyplot as plt
import pytest
import with_matplotlib
from timing import seconds

from cnncourse import explorers

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


def save_with_matplotlib(**settings):
    """Draw, write a PNG, and forget the figure, as Jupyter does."""
    figure = with_matplotlib.convolution(**settings)
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)


def flagship():
    """Draw its picture at the default setting with matplotlib."""
    save_with_matplotlib(kernel=3, stride=1, padding=0, step=0)


@pytest.mark.parametrize("name", explorers.__all__)
def test_a_redraw_takes_at_most_a_thirtieth_of_the_flagship_by_matplotlib(name, side_by_side):
    explorer = getattr(explorers, name)()
    settings = explorer.values
    ratio = side_by_side(lambda: str(explorer.draw(**settings)), flagship, rounds=9)
    assert ratio >= 30


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
def test_moving_any_control_takes_at_most_a_fifteenth_of_it(name):
    explorer = getattr(explorers, name)()
    for control in movable(explorer):
        pairs = [(seconds(partial(move, control)), seconds(flagship)) for _ in range(3)]
        ours, theirs = map(median, zip(*pairs, strict=True))
        assert theirs / ours >= 15, control.description
