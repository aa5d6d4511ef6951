"""The ink of a page parted into digits, and these in order."""

import cv2
import numpy as np
import pytest

from cnncourse.handwriting import segments


def test_splitting_and_joining_lose_no_ink():
    mask = (np.random.default_rng(0).random((20, 30)) < 0.4).astype(np.uint8)
    whole = segments.Blob(5, 7, mask)
    left, right = segments.split(whole, 8 + np.arange(20) // 3)
    again = segments.join(left, right)
    assert again.box == whole.box and np.array_equal(again.mask, mask)


@pytest.mark.parametrize("slant", [-40, 0, 40])
def test_the_cheapest_cut_follows_the_slant_of_two_strokes_and_crosses_what_joins_them(slant):
    mask = np.zeros((100, 160), np.uint8)
    for x in (52, 108):
        cv2.line(mask, (x - slant // 2, 5), (x + slant // 2, 95), 1, 8)
    cv2.line(mask, (52, 50), (108, 50), 1, 4)
    (cut,) = segments.cheapest_cuts(mask, np.array([80]))
    assert mask[np.arange(100), cut].sum() <= 6 and np.abs(np.diff(cut)).max() <= 1
    left, right = segments.split(segments.Blob(0, 0, mask), cut)
    assert abs(int(left.mask.sum()) - int(right.mask.sum())) < 0.1 * mask.sum()


def test_strokes_that_nearly_touch_are_one_digit_and_distant_ones_two():
    mask = np.zeros((100, 200), np.uint8)
    mask[10:90, 20:26] = 1
    mask[10:16, 29:60] = 1  # the bar of a 5, three pixels away
    mask[10:90, 150:156] = 1
    boxes = [blob.box for blob in segments.in_reading_order(segments.find_blobs(mask))]
    assert boxes == [(10, 20, 90, 60), (10, 150, 90, 156)]


def test_the_bar_of_a_5_belongs_to_it_however_far_it_reaches():
    mask = np.zeros((100, 200), np.uint8)
    mask[10:90, 20:26] = 1
    mask[10:16, 29:150] = 1
    assert [blob.box for blob in segments.find_blobs(mask)] == [(10, 20, 90, 150)]


@pytest.mark.parametrize("row, column, joined", [(8, 52, True), (110, 48, True), (90, 80, False)])
def test_a_spot_above_or_below_a_stroke_is_its_dot_and_one_beside_it_is_none(row, column, joined):
    mask = np.zeros((130, 130), np.uint8)
    mask[25:95, 46:54] = 1
    cv2.circle(mask, (column, row), 6, 1, -1)
    (blob,) = segments.find_blobs(mask)
    assert (blob.mask.sum() == mask.sum()) == joined


def test_a_spot_below_a_wide_digit_is_no_part_of_it():
    mask = np.zeros((150, 130), np.uint8)
    cv2.ellipse(mask, (50, 55), (25, 35), 0, 0, 360, 1, 8)
    cv2.circle(mask, (50, 130), 6, 1, -1)
    (blob,) = segments.find_blobs(mask)
    assert blob.box[2] < 100


def test_the_gap_is_measured_from_ink_to_ink():
    one = segments.Blob(0, 0, np.ones((5, 5), np.uint8))
    other = segments.Blob(0, 12, np.ones((5, 5), np.uint8))
    assert abs(segments.gap(one, other) - 8) < 0.1  # from the middle of pixel 4 to that of 12


def test_an_empty_mask_has_no_blobs():
    assert segments.find_blobs(np.zeros((50, 50), np.uint8)) == []


@pytest.mark.parametrize("hole", [0, 7])
def test_a_thick_ring_may_be_a_digit_and_a_spot_is_none(hole):
    mask = np.zeros((100, 100), np.uint8)
    cv2.circle(mask, (50, 50), 30, 1, -1)
    cv2.circle(mask, (50, 50), hole, 0, -1 if hole else 1)
    assert len(segments.find_blobs(mask)) == (hole > 0)


def test_trimming_leaves_no_empty_row_or_column():
    mask = np.zeros((10, 12), np.uint8)
    mask[3:5, 7] = 1
    blob = segments.trim(100, 200, mask)
    assert blob.box == (103, 207, 105, 208) and blob.mask.all()
