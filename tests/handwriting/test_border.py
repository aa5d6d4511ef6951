"""What lies around a page is painted over, and a page without a border stays as it is."""

import cv2
import numpy as np
import pytest
from drawn_pages import a_page, by_template, photographed

from cnncourse.handwriting.border import without_border
from cnncourse.handwriting.reading import read

pytestmark = pytest.mark.slow


def framed(page, thickness, level, sides="nswe"):
    page = page.copy()
    last = len(page) - thickness
    places = {
        "n": np.s_[:thickness],
        "s": np.s_[last:],
        "w": np.s_[:, :thickness],
        "e": np.s_[:, last:],
    }
    for side in sides:
        page[places[side]] = level
    return page


@pytest.mark.parametrize("thickness", [3, 6, 30])
@pytest.mark.parametrize("level, sides", [(0, "nswe"), (120, "nswe"), (10, "ne"), (10, "w")])
def test_a_border_of_one_grey_is_painted_over(thickness, level, sides):
    page = a_page(5, paper_level=240)
    alone = without_border(framed(page, thickness, level, sides))
    assert np.abs(alone.astype(int) - page).max() <= 2
    assert [found.digit for found in read(framed(page, thickness, level, sides), by_template)] == [
        5
    ]


@pytest.mark.parametrize("angle", [-8, 0, 5])
def test_a_sheet_on_a_dark_table_is_found_however_it_lies(angle):
    sheet = photographed(a_page(3, paper_level=220), shadow=0.2)
    table = np.random.default_rng(0).normal(50, 5, (620, 640)).clip(0, 255).astype(np.uint8)
    turn = cv2.getRotationMatrix2D((200, 200), angle, 1)
    turn[:, 2] += 110
    lies = cv2.warpAffine(np.full_like(sheet, 1), turn, table.shape[::-1]) > 0
    photo = np.where(lies, cv2.warpAffine(sheet, turn, table.shape[::-1]), table)
    assert [found.digit for found in read(photo, by_template)] == [3]


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("level", [20, 235])
def test_a_page_without_a_border_stays_as_it_is(digit, level):
    thick = a_page(digit, height=360, thickness=60, paper_level=level, ink=255 - level)
    assert np.array_equal(without_border(thick), thick)
    shadowed = photographed(a_page(digit), shadow=0.5)
    assert np.array_equal(without_border(shadowed), shadowed)


@pytest.mark.parametrize("thickness", [50, 70, 100])
def test_a_thick_eight_is_no_page_although_its_sides_are_nearly_straight(thickness):
    eight = np.full((400, 400), 255, np.uint8)
    for row in (140, 250):
        cv2.circle(eight, (200, row), 60, 0, thickness)
    assert np.array_equal(without_border(eight), eight)
