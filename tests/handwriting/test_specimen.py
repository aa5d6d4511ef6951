"""The page that the program writes: dark ink where it should be, on paper that is not even."""

from __future__ import annotations

import numpy as np
import pytest

from cnncourse.handwriting import specimen
from cnncourse.pipeline import digit
from cnncourse.split import Split

HAND = Split(
    np.stack([np.round(255 * digit(k, n)).astype(np.uint8) for k in range(10) for n in range(3)]),
    np.repeat(np.arange(10), 3),
)


def cells(photo, rows, columns):
    """The places of the digits, row by row."""
    inside = photo[specimen.MARGIN :, specimen.MARGIN :]
    bands = [inside[i * specimen.CELL :][: specimen.CELL] for i in range(rows)]
    return [
        band[:, j * specimen.CELL :][:, : specimen.CELL] for band in bands for j in range(columns)
    ]


def test_there_is_ink_in_every_place_and_none_in_the_margin():
    photo = specimen.write([[3, 1, 4], [1, 5, 9]], HAND)
    assert photo.shape == (340, 480) and photo.dtype == np.uint8
    assert all((cell < 100).sum() > 200 for cell in cells(photo, 2, 3))
    margin = np.concatenate([photo[:20].ravel(), photo[:, :20].ravel(), photo[-20:].ravel()])
    assert margin.min() > 120


def test_a_short_row_leaves_its_places_empty():
    photo = specimen.write([[3, 1, 4], [1]], HAND)
    dark = [int((cell < 100).sum()) for cell in cells(photo, 2, 3)]
    assert min(dark[:4]) > 200 and dark[4:] == [0, 0]


def test_the_paper_is_darker_towards_one_corner():
    photo = specimen.write([[7]], HAND).astype(float)
    assert photo[:15, :15].mean() - photo[-15:, -15:].mean() > 40


def test_the_same_seed_writes_the_same_page():
    one, same, other = (specimen.write([[2, 8]], HAND, seed=s) for s in (4, 4, 5))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_other_digits_make_another_page():
    assert not np.array_equal(specimen.write([[2]], HAND), specimen.write([[6]], HAND))


@pytest.mark.parametrize("rows", [[], [[]], [[], []]])
def test_an_empty_page_is_refused(rows):
    with pytest.raises(ValueError, match="no digit to write"):
        specimen.write(rows, HAND)


def test_a_digit_without_an_example_is_refused():
    with pytest.raises(ValueError, match="no example of 12"):
        specimen.write([[12]], HAND)


def test_letters_come_in_mnists_form():
    ready = specimen.letters("AEx")
    assert ready.shape == (3, 28, 28) and ready.dtype == np.uint8
    for letter in ready:
        rows, columns = np.flatnonzero(letter.any(axis=1)), np.flatnonzero(letter.any(axis=0))
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21 and letter.max() > 200
    assert not np.array_equal(ready[0], ready[1])
