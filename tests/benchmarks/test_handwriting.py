"""A page of 12 megapixels, read: against the usual steps of tutorials, which only find its ink."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from cnncourse.handwriting import judge, reading, specimen
from cnncourse.pipeline import digit
from cnncourse.split import Split


@pytest.fixture(scope="module")
def file():
    """A JPEG as a phone makes it, with twelve digits."""
    hand = Split(np.array([np.round(255 * digit(k)) for k in range(10)], np.uint8), np.arange(10))
    page = specimen.write([[3, 1, 4, 1], [5, 9, 2, 6], [0, 7, 8, 5]], hand)
    large = cv2.resize(page, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    contents = BytesIO()
    Image.fromarray(np.dstack([large] * 3)).save(contents, "JPEG", quality=90)
    return contents.getvalue()


def find_outlines(file):
    """Decode, blur, threshold, outline: no digit is read yet."""
    pixels = np.asarray(Image.open(BytesIO(file)))
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    method, kind = cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY_INV
    ink = cv2.adaptiveThreshold(grey, 255, method, kind, 51, 10)
    return cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]


def test_a_large_page_is_read_in_at_most_two_and_a_half_times_that(side_by_side, file):
    predict = judge.network().probabilities
    assert len(reading.read(file, predict)) == 12
    ratio = side_by_side(lambda: reading.read(file, predict), lambda: find_outlines(file), rounds=5)
    assert ratio > 0.4
