"""Figures of notebook 05: places and words agree with the numbers."""

import re

import numpy as np

from cnncourse import descent
from cnncourse.figures import training_lab as drawn


def paths(steps=10, rate=0.05):
    found = {name: descent.path(name, rate=rate, steps=steps) for name in descent.OPTIMISERS}
    return found, {name: descent.loss(path).tolist() for name, path in found.items()}


def test_every_point_of_a_path_is_a_dot_and_the_goal_is_one():
    picture = drawn.descent(*paths(steps=10), descent.STEEPNESS)
    assert picture.markup.count('r="2.2"') == 3 * 11 and picture.markup.count('r="4"') == 3


def test_a_path_that_leaves_the_picture_is_cut_off_there():
    inside, losses = paths(steps=60, rate=0.3)
    dots = drawn.descent(inside, losses, descent.STEEPNESS).markup.count('r="2.2"')
    kept = sum(drawn._first_outside(path) for path in inside.values())
    assert dots == kept < 3 * 61


def test_lines_of_equal_loss_have_equal_loss():
    """Back from the pixels to the loss: every ring is one level."""
    markup = drawn._valley(np.zeros((1, 2)), descent.STEEPNESS).markup
    rings = [np.array([pair.split(",") for pair in ring.split()], float)
             for ring in re.findall(r'points="([^"]+)"', markup)]  # fmt: skip
    rings = [ring for ring in rings if len(ring) > 10]
    assert len(rings) == 5
    for ring in rings:
        points = np.stack([ring[:, 0] / drawn._SCALE + drawn._SPAN[0],
                           drawn._HEIGHT[1] - ring[:, 1] / drawn._SCALE], 1)  # fmt: skip
        values = descent.loss(points)
        np.testing.assert_allclose(values, values.mean(), rtol=0.05)


def test_a_suspect_is_described_by_where_it_begins_and_ends():
    picture = drawn.suspect("curve A", [2.5] + [0.5] * 9, [0.2, 0.87], [2.3, 1.0])
    assert "Curve A" in picture.description
    assert "begins at 2.5 " in picture.description and "0.5" in picture.description
    assert "87 %" in picture.description
    explodes = drawn.suspect("curve B", [2.5, 1e12], [0.1], [2.3]).description
    assert "beyond all bounds" in explodes
    falls = drawn.suspect("curve C", [-2.5, -5, -1e12], [0.1], [2.3])
    assert "beyond all bounds" in falls.description and "begins at −2.5 " in falls.description
    assert "−6" in re.findall(r">([^<]+)</text>", falls.markup)  # the axis goes below 0
