"""The two plain steps: worked cases, and the careful versions as oracles."""

import numpy as np

from cnncourse.handwriting import plain


def test_bright_paper_is_turned_and_a_board_is_not():
    paper = np.full((6, 7), 200, np.uint8)
    paper[2:4, 3] = 10
    assert plain.white_on_black(paper)[3, 3] == 245
    np.testing.assert_array_equal(plain.white_on_black(255 - paper), 255 - paper)


def test_the_ink_comes_into_the_middle_of_a_square():
    ink = np.zeros((9, 9), np.uint8)
    ink[2:7, 5] = (1, 2, 3, 4, 5)
    square = plain.crop_to_square(ink)
    assert square.shape == (5, 5) and square[:, 2].tolist() == [1, 2, 3, 4, 5]
    assert square.sum() == ink.sum() and square.dtype == np.uint8


def test_a_wide_figure_keeps_its_proportions_and_what_is_square_stays():
    ink = np.zeros((8, 10), np.uint8)
    ink[6, 2:8] = 7
    assert plain.crop_to_square(ink).shape == (6, 6) and plain.crop_to_square(ink)[2].all()
    np.testing.assert_array_equal(plain.crop_to_square(np.ones((4, 4))), np.ones((4, 4)))
