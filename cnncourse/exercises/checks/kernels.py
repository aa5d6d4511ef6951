"""Checks of the exercises in the notebook on kernels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncourse import kernels
from cnncourse.convolution import correlate
from cnncourse.exercises.verdict import Verdict, compare

_SOBEL_X = kernels.KERNELS["sobel x"].weights
_SOBEL_Y = kernels.KERNELS["sobel y"].weights
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]) / 5


def window_response(function: Callable) -> Verdict:
    """Hold ``window_response(image, kernel, row, column)`` against the vectorised correlation."""

    def reference(image: np.ndarray, kernel: np.ndarray, row: int, column: int) -> float:
        return correlate(image, kernel)[row, column]

    lopsided = np.array([[1.0, 2.0, -1.0], [0.0, 3.0, 0.5]])
    return compare(
        function,
        reference,
        [
            (np.arange(12.0).reshape(3, 4), np.array([[1.0, 2.0], [3.0, 4.0]]), 1, 2),
            (_picture(5, 7), _SOBEL_X, 0, 3),
            (_picture(5, 7), _SOBEL_Y, 2, 0),
            (_picture(6, 4), lopsided, 3, 1),
        ],
    )


def box_blur(function: Callable) -> Verdict:
    """Hold ``box_blur(image, size)`` against the mean of every window."""

    def reference(image: np.ndarray, size: int) -> np.ndarray:
        return correlate(image, kernels.box(size))

    cases = [
        (np.full((3, 4), 90.0), 3),
        (_picture(5, 7), 3),
        (_picture(7, 6), 5),
        (_picture(4, 3), 1),
    ]
    return compare(function, reference, cases)


def soften(function: Callable) -> Verdict:
    """Hold ``soften(image)`` against the mean of each pixel and its four direct neighbours."""

    def reference(image: np.ndarray) -> np.ndarray:
        return correlate(image, _CROSS)

    spot = np.zeros((4, 4))  # at most 16 numbers: a verdict quotes them
    spot[2, 1] = 100
    return compare(function, reference, [(spot,), (_picture(5, 7),), (_picture(6, 4) - 100,)])


def edge_response(function: Callable) -> Verdict:
    """Hold ``edge_response(image)`` against the signed answer of Sobel x."""

    def reference(image: np.ndarray) -> np.ndarray:
        return correlate(image, _SOBEL_X)

    step = np.tile(np.array([50, 50, 200, 200, 200], np.uint8), (3, 1))
    falling = step[:, ::-1].copy()
    return compare(function, reference, [(step,), (falling,), (_picture(5, 7).astype(np.uint8),)])


def edge_strength(function: Callable) -> Verdict:
    """Hold ``edge_strength(image)`` against the length of the Sobel gradient."""

    def reference(image: np.ndarray) -> np.ndarray:
        return np.hypot(correlate(image, _SOBEL_X), correlate(image, _SOBEL_Y))

    step = np.tile(np.array([50.0, 50.0, 200.0, 200.0]), (4, 1))
    return compare(function, reference, [(step,), (step.T.copy(),), (_picture(5, 7),)])


def gaussian_kernel(function: Callable) -> Verdict:
    """Hold ``gaussian_kernel(size, sigma)`` against the sampled bell whose weights sum to 1."""

    def reference(size: int, sigma: float) -> np.ndarray:
        return kernels.gaussian(sigma, size)

    return compare(function, reference, [(3, 1.0), (5, 0.8), (7, 2.5), (1, 1.0)])


def median_filter(function: Callable) -> Verdict:
    """Hold ``median_filter(image)`` against the median of every 3×3 window."""

    def reference(image: np.ndarray) -> np.ndarray:
        return np.median(sliding_window_view(image, (3, 3)), axis=(2, 3))

    salted = np.full((4, 5), 40.0)
    salted[1, 2] = 255
    return compare(function, reference, [(salted,), (_picture(5, 7),), (_picture(6, 3) - 100,)])


def _picture(height: int, width: int) -> np.ndarray:
    """Whole numbers 0 to 255 without any symmetry that could hide a mistake."""
    rng = np.random.default_rng(height * 100 + width)
    return rng.integers(0, 256, (height, width)).astype(float)
