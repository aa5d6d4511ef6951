"""The animated figures: right numbers, right timing, and still without motion."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from pictures import animations
from scipy import signal

IMAGE = np.arange(20.0).reshape(4, 5) % 7
KERNEL = np.array([[1.0, -2.0], [0.0, 3.0]])
VOLUME = np.stack([IMAGE, IMAGE[::-1] - 3])
SLICES = np.stack([KERNEL, KERNEL.T - 1])


def drawings():
    one = animations.sliding_kernel(IMAGE, KERNEL)
    many = animations.sliding_volume(VOLUME, SLICES, bias=2)
    return [
        pytest.param(one, signal.correlate2d(IMAGE, KERNEL, "valid"), "slide", id="image"),
        pytest.param(many, signal.correlate(VOLUME, SLICES, "valid")[0] + 2, "volume", id="volume"),
    ]


def said(picture, name, step):
    """The last caption of a step."""
    groups = ElementTree.fromstring(str(picture)).iterfind(
        f".//{{*}}g[@class='{name}-say{step}']/{{*}}text"
    )
    return [group.text for group in groups][-1]


@pytest.mark.parametrize(("picture", "expected", "name"), drawings())
def test_every_step_says_its_sum(picture, expected, name):
    for step, value in enumerate(expected.ravel()):
        shown = said(picture, name, step).rsplit(" ", 1)[-1].replace("−", "-")
        assert (0.0 if shown == "sum" else float(shown)) == value


@pytest.mark.parametrize(("picture", "expected", "name"), drawings())
def test_captions_take_turns_without_gap_or_overlap(picture, expected, name):
    count = expected.size
    frames = {
        step: [float(t) for t in re.findall(r"([\d.]+)%\{opacity", rule)]
        for step, rule in (
            (step, re.search(rf"@keyframes {name}-say{step}\{{(.*?\}})\}}", str(picture)).group(1))
            for step in range(count)
        )
    }
    starts = [times[0] if step == 0 else times[1] for step, times in frames.items()]
    ends = [times[-1] for times in frames.values()]
    assert starts[0] == 0 and starts == sorted(set(starts))
    assert ends[:-1] == starts[1:]


@pytest.mark.parametrize(("picture", "expected", "name"), drawings())
def test_without_motion_the_finished_output_is_shown(picture, expected, name):
    root = ElementTree.fromstring(str(picture))
    covers = [g for g in root.iterfind(".//{*}g") if g.get("class", "").startswith(f"{name}-cover")]
    assert len(covers) == expected.size - 1
    assert {cover.get("opacity") for cover in covers} == {"0"}
    visible = [
        g.get("class") for g in root.iterfind(".//{*}g")
        if g.get("class", "").startswith(f"{name}-say") and g.get("opacity") == "1"
    ]  # fmt: skip
    assert set(visible) == {f"{name}-say{expected.size - 1}"}
    assert "prefers-reduced-motion:reduce" in str(picture)


@pytest.mark.parametrize(("picture", "expected", "name"), drawings())
def test_the_window_visits_every_cell_and_ends_at_the_last(picture, expected, name):
    rules = re.search(rf"@keyframes {name}-window\{{(.*?\}})\}}", str(picture)).group(1)
    places = [tuple(map(float, p)) for p in re.findall(r"translate\(([\d.]+)px,([\d.]+)px", rules)]
    cell = max(places)[0] / (expected.shape[1] - 1)
    visited = [(round(y / cell), round(x / cell)) for x, y in places]
    assert visited == list(np.ndindex(expected.shape))


@pytest.mark.parametrize("animated", [False, True])
def test_a_kernel_that_does_not_fit_is_refused(animated):
    with pytest.raises(ValueError, match="does not fit"):
        if animated:
            animations.sliding_volume(np.ones((1, 2, 2)), np.ones((1, 3, 3)))
        else:
            animations.sliding_kernel(np.ones((2, 2)), np.ones((3, 3)))
