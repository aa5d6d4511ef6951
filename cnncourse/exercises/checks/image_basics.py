"""Checks of notebook 01: pixels, channels, grey values, grains, point operations, halving.

>>> halve(lambda image: image[::2, ::2])
not right: with image = [[0, 255], [255, 0]]: I expected 127.5 at index (0, 0) but got 0.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from cnncourse import images
from cnncourse.exercises.verdict import Verdict, compare

# Pictures that are neither square nor symmetric, so that a mixed-up axis shows, and so small that a
# verdict quotes them: the learner can try the same case by hand.
_TINY = np.array([[10, 20, 30, 40, 50], [60, 70, 80, 90, 100]], dtype=np.uint8)
_RNG = np.random.default_rng(1)
_GREY = _RNG.integers(0, 256, (2, 6), dtype=np.uint8)
_TALL = _RNG.integers(30, 200, (4, 2), dtype=np.uint8)
_COLOUR = _RNG.integers(0, 256, (2, 3, 3), dtype=np.uint8)
_ORANGE = np.array([[[255, 140, 0], [10, 20, 30]]], dtype=np.uint8)


def pixel_at(function: Callable) -> Verdict:
    """The pixel in column x, row y."""
    cases = [(_TINY, 4, 1), (_TINY, 0, 0), (_GREY, 5, 0), (_TALL, 1, 3), (_COLOUR, 2, 1)]
    return compare(function, images.pixel_at, cases)


def crop(function: Callable) -> Verdict:
    """A part of a picture, from its upper left corner and its size."""
    tiny = (_TINY, 0, 1, 1, 3)
    grey = [(_GREY, 1, 2, 1, 3), (_GREY, 0, 0, 2, 6), (_TALL, 1, 1, 3, 1)]
    return compare(function, images.crop, [tiny, *grey, (_COLOUR, 1, 1, 1, 2)])


def swap_red_blue(function: Callable) -> Verdict:
    """BGR to RGB, or back."""
    return compare(function, lambda image: image[..., ::-1], [(_ORANGE,), (_COLOUR,)])


def to_grey(function: Callable) -> Verdict:
    """0.299·red + 0.587·green + 0.114·blue, not rounded."""
    weights = np.array([0.299, 0.587, 0.114])
    return compare(function, lambda image: image @ weights, [(_ORANGE,), (_COLOUR,)])


def count_grains(function: Callable) -> Verdict:
    """How many bright grains lie on a dark table, whatever the exposure."""

    def reference(image: np.ndarray) -> int:
        return cv2.connectedComponents(images.threshold(image, images.otsu(image)))[0] - 1

    day = np.array([[20, 20, 20, 20, 20], [20, 200, 20, 20, 180], [20, 20, 20, 20, 190]], np.uint8)
    dusk = (day // 4).astype(np.uint8)
    noon = np.array([[150, 250, 155, 245], [140, 150, 160, 150]], np.uint8)
    tables = [images.grains(n, exposure=e, seed=n) for n, e in [(23, 1.0), (31, 0.4), (12, 1.2)]]
    return compare(function, reference, [(day,), (dusk,), (noon,), *((table,) for table in tables)])


def brighten(function: Callable) -> Verdict:
    """A brighter or darker picture, clipped to 0…255, as uint8."""

    def reference(image: np.ndarray, amount: int) -> np.ndarray:
        return np.clip(image.astype(int) + amount, 0, 255)

    values = np.array([[0, 100, 200], [50, 250, 255]], dtype=np.uint8)
    cases = [(values, 100), (values, 0), (values, -60), (_GREY, 300), (_TALL, -300)]
    verdict = compare(function, reference, cases)
    if not verdict.passed:
        return verdict
    dtype = np.asarray(function(values.copy(), 100)).dtype
    if dtype != np.uint8:
        return Verdict(False, f"the values are right, but their dtype is {dtype}: give uint8 back.")
    return verdict


def gamma(function: Callable) -> Verdict:
    """255·(image/255)^exponent, not rounded."""

    def reference(image: np.ndarray, exponent: float) -> np.ndarray:
        return 255 * (image / 255) ** exponent

    levels = np.array([[0, 64, 128], [191, 200, 255]], dtype=np.uint8)
    flat = np.full((2, 3), 100, dtype=np.uint8)
    cases = [(levels, 0.5), (flat, 2), (_TALL, 0.5), (_TALL, 2), (_GREY, 1)]
    return compare(function, reference, cases)


def halve(function: Callable) -> Verdict:
    """Half as many rows and columns: each new pixel is the mean of 2×2 old ones."""

    def reference(image: np.ndarray) -> np.ndarray:
        height, width = image.shape
        return image.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))

    checkerboard = np.array([[0, 255], [255, 0]], dtype=np.uint8)
    return compare(function, reference, [(checkerboard,), (_GREY,), (_TALL,)])
