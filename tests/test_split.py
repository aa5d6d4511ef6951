"""Labelled images: as many labels as images, and no copy when a part is taken."""

import numpy as np

from cnncourse.split import Split

DIGITS = Split(np.zeros((5, 28, 28), np.uint8), np.arange(5))


def test_the_first_are_a_view_of_images_and_labels():
    first = DIGITS.first(2)
    assert len(first) == len(first.images) == 2 and first.labels.tolist() == [0, 1]
    assert np.shares_memory(first.images, DIGITS.images)


def test_more_than_there_are_is_all():
    assert len(DIGITS.first(9)) == len(DIGITS) == 5 and repr(DIGITS) == "Split(5 digits)"
