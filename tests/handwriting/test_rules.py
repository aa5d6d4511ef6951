"""Lines that paper came with go, and the strokes that they cross stay."""

import cv2
import numpy as np
import pytest
from drawn_pages import draw

from cnncourse.handwriting.rules import remove_rules

pytestmark = pytest.mark.slow


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
