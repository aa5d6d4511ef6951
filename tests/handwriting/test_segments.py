"""The ink of a page parted into digits, and these in order."""

import numpy as np

from cnncourse.handwriting import segments


def test_splitting_and_joining_lose_no_ink():
    mask = (np.random.default_rng(0).random((20, 30)) < 0.4).astype(np.uint8)
    whole = segments.Blob(5, 7, mask)
    left, right = segments.split(whole, 11)
    again = segments.join(left, right)
    assert again.box == whole.box and np.array_equal(again.mask, mask)
