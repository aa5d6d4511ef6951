"""Which pixels of a page are ink: markers and printed lines."""

import cv2
import numpy as np
import pytest
from drawn_pages import a_page, draw, photographed

from cnncourse.handwriting.ink import darkness, ink_mask, remove_rules, stroke_width

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("digit", [0, 3, 6, 8])
def test_a_thick_marker_in_the_edge_of_a_shadow_is_not_hollow(digit):
    page = a_page(digit, height=400, thickness=64, paper_level=220, ink=45, size=(600, 520))
    mask = ink_mask(darkness(photographed(page, slope=0.15)))
    ink = page < 130
    assert np.mean(mask[ink]) > 0.95 and np.mean(mask[~ink]) < 0.02


@pytest.mark.parametrize("width", [2, 5, 10, 21])
def test_the_stroke_width_of_a_bar_is_its_width(width):
    bar = np.zeros((300, 60), np.uint8)
    bar[20:280, 10 : 10 + width] = 1
    assert stroke_width(bar) == pytest.approx(width, abs=1)


@pytest.mark.parametrize("size", [300, 600, 1500])
@pytest.mark.parametrize("tilt", [0, 0.02, -0.05])
def test_most_of_the_printed_lines_go_and_the_digit_that_they_cross_stays(size, tilt):
    digit, lines = np.zeros((2, size, size), np.uint8)
    draw(digit, 7, size // 4, size // 3, size // 2, size // 40, 1)
    for y in range(size // 12, size, size // 10):
        left, right = round(y - tilt * size / 2), round(y + tilt * size / 2)
        cv2.line(lines, (0, left), (size - 1, right), 1, max(2, size // 300))
    kept = remove_rules(digit | lines)
    assert kept[digit > 0].mean() > 0.9
    assert kept[lines > digit].mean() < 0.3
