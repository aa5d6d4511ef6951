"""The explorers of notebook 05, driven by hand: no PyTorch is needed."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from cnncourse import descent as valley
from cnncourse.explorers import training_lab as explorers

IMAGES = np.random.default_rng(1).integers(0, 256, (10, 28, 28), dtype=np.uint8)
SOUND = explorers.Curves([2.3, 1.5, 0.8, 0.4], [0.7, 0.9])
BROKEN = {
    "no step": explorers.Curves([2.3, 2.31, 2.3, 2.31], [0.1, 0.1]),
    "the wrong sign": explorers.Curves([-2.3, -40, -1e9, -1e18], [0.1, 0.1]),
}


def change(images, kind, seed):
    """Every picture moved by as many pixels as the epoch says, if there is a kind."""
    return np.roll(images, seed if kind else 0, axis=2) / 255


NAMES = ("augmented", "descent", "bug_hunt")


def make(name):
    return {
        "augmented": lambda: explorers.augmented(IMAGES, change),
        "descent": explorers.descent,
        "bug_hunt": lambda: explorers.bug_hunt(SOUND, BROKEN),
    }[name]()


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_with_a_whole_picture_labels_and_stills(name):
    explorer = make(name)
    picture = ElementTree.fromstring(explorer.view.value)
    assert explorer.possible and picture.find("{*}desc").text == explorer.sentence
    assert float(picture.get("width")) <= 800
    sizes = [float(words.get("font-size")) for words in picture.iterfind(".//{*}text")]
    assert all(size >= 10 for size in sizes)
    assert all(control.description for control in explorer.controls.values())
    page = explorer.face()
    assert page.count("<figcaption>") == len(explorer.stills) >= 2


def test_augmented_counts_the_digits_that_differ():
    explorer = make("augmented")
    assert "10 of 10" in explorer.sentence
    before = explorer.view.value
    explorer.controls["epoch"].value = 5
    assert explorer.view.value != before
    for name, kind in explorer.controls["kind"].options:
        explorer.controls["kind"].value = kind
        assert name in explorer.sentence
    explorer.controls["kind"].value = None
    assert "0 of 10" in explorer.sentence


@pytest.mark.parametrize("rate, steps", [(0.05, 30), (0.19, 80), (0.21, 80), (0.3, 1)])
def test_descent_says_the_losses_of_the_numbers(rate, steps):
    explorer = make("descent")
    explorer.controls["rate"].value, explorer.controls["steps"].value = rate, steps
    for name in valley.OPTIMISERS:
        end = float(valley.loss(valley.path(name, rate=rate, steps=steps)[-1]))
        said = f"{end:.3g}" if end < 1e6 else "beyond all bounds"
        assert f"{name} {said}" in explorer.sentence


def test_a_guess_is_right_or_wrong_and_none_is_asked_for():
    explorer = make("bug_hunt")
    assert list(explorer.controls["curve"].options) == ["A", "B"]
    assert "Yes" not in explorer.sentence and "No," not in explorer.sentence
    for letter, bug in zip("AB", BROKEN, strict=True):
        explorer.controls["curve"].value = letter
        for guess in BROKEN:
            explorer.controls["guess"].value = guess
            assert ("Yes" in explorer.sentence) == (guess == bug)
            assert ("No," in explorer.sentence) == (guess != bug)


def test_the_names_of_the_bugs_do_not_stand_in_the_order_of_the_curves():
    options = list(make("bug_hunt").controls["guess"].options)
    assert options[0] == explorers.NO_GUESS and options[1:] == sorted(BROKEN)
