"""Which pixels of a page are ink: how thick a marker may be."""

import tracemalloc

import numpy as np
import pytest
from drawn_pages import a_page, photographed

from cnncourse.handwriting.ink import (
    as_picture,
    darkness,
    even_paper,
    ink_is_light,
    ink_mask,
    stroke_width,
)

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


@pytest.mark.parametrize("photographs", [False, True])
@pytest.mark.parametrize("paper_level, ink", [(210, 60), (50, 200)])
def test_the_ink_is_what_stands_out(photographs, paper_level, ink):
    page = a_page(4, paper_level=paper_level, ink=ink)
    page = photographed(page) if photographs else page
    assert ink_is_light(page) == (ink > paper_level)


def test_only_paper_of_one_grey_is_even():
    assert even_paper(a_page(paper_level=200)) == 200
    assert even_paper(photographed(a_page(paper_level=200))) is None


@pytest.mark.parametrize("digit", [0, 6, 8, 9])
@pytest.mark.parametrize("paper_level, ink", [(225, 50), (45, 205)])
def test_the_hole_of_a_thick_digit_is_no_chalk(digit, paper_level, ink):
    page = a_page(
        digit, height=150, thickness=36, paper_level=paper_level, ink=ink, size=(200, 170)
    )
    assert ink_is_light(photographed(page, shadow=0.1)) == (ink > paper_level)


def test_a_large_photograph_is_not_copied():
    photo = np.zeros((300, 400, 3), np.uint8)
    assert np.shares_memory(as_picture(photo).pixels, photo)


def test_a_page_is_searched_with_few_copies_of_it_in_memory():
    page = a_page(8, height=500, thickness=20, size=(900, 1200))
    page[400:403] = 130  # a ruled line
    dark = darkness(photographed(page))
    tracemalloc.start()
    assert ink_mask(dark).any()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 7 * dark.nbytes
