"""Checks of the exercises in notebook 03.

>>> output_sizes(lambda size, kernel: ...)
not yet: your function returns nothing. Replace its ... by code that returns the answer, ...
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse.convolution import convolve, correlate, toeplitz
from cnncourse.exercises.verdict import Verdict, compare
from cnncourse.geometry import conv_output_size, padding_for

# What some well-known functions compute: the tests try each of them on a kernel that shows it.
OPERATIONS = {
    "torch.nn.functional.conv2d": "cross-correlation",
    "cv2.filter2D": "cross-correlation",
    "numpy.correlate": "cross-correlation",
    "numpy.convolve": "convolution",
    "scipy.signal.correlate2d": "cross-correlation",
    "scipy.signal.convolve2d": "convolution",
}

_SEED = 3


def causal_filter(function: Callable) -> Verdict:
    """Check ``causal_filter(readings, weights)``: Σₙ w(n)·x(t − n), absent readings count as 0."""

    def reference(readings: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return convolve(readings, weights, padding="full")[: len(readings)]

    cases = [
        (np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.75, 0.25])),
        (np.array([0.0, 0.0, 1.0, 0.0, 0.0, 0.0]), np.array([0.5, 0.3, 0.2])),
        (np.array([2.0, -1.0, 4.0]), np.array([1.0])),
        (np.array([5.0, -2.0, 1.0]), np.array([0.1, 0.2, 0.3, 0.4])),
    ]
    return compare(function, reference, cases)


def convolve_2d(function: Callable) -> Verdict:
    """Check ``convolve_2d(image, kernel)``: convolution with the kernel turned, padding 0."""
    rng = np.random.default_rng(_SEED)
    cases = [
        (np.arange(9.0).reshape(3, 3), np.array([[0.0, 1.0], [2.0, 3.0]])),
        (np.arange(12.0).reshape(3, 4), np.array([[1.0, -2.0, 0.0]])),
        (rng.normal(size=(5, 4)), rng.normal(size=(3, 2))),
        (rng.normal(size=(3, 6)), rng.normal(size=(3, 3))),
    ]
    return compare(function, convolve, cases)


def operation_of(function: Callable) -> Verdict:
    """Check ``operation_of(name)``: which of the two operations a library function computes."""
    return compare(function, OPERATIONS.__getitem__, [(name,) for name in OPERATIONS])


def output_sizes(function: Callable) -> Verdict:
    """Check ``output_sizes(size, kernel)``: the lengths for valid, same and full padding."""

    def reference(size: int, kernel: int) -> tuple[int, ...]:
        added = (sum(padding_for(name, kernel)) for name in ("valid", "same", "full"))
        return tuple(conv_output_size(size + more, kernel) for more in added)

    return compare(function, reference, [(28, 3), (28, 5), (28, 4), (7, 1), (5, 5), (224, 11)])


def conv_layer(function: Callable) -> Verdict:
    """Check ``conv_layer(image, weights, bias)``: (C_in, H, W) → (C_out, OH, OW)."""

    def reference(image: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
        return correlate(image, weights) + bias[:, None, None]

    rng = np.random.default_rng(_SEED)
    shapes = [(2, 3, 3, 1, 2, 2), (2, 5, 4, 3, 2, 3), (3, 4, 6, 2, 3, 1), (1, 4, 4, 4, 1, 1)]
    cases = [
        (
            rng.integers(-4, 5, (c_in, high, wide)).astype(float),
            rng.integers(-4, 5, (c_out, c_in, tall, broad)).astype(float),
            rng.integers(-4, 5, c_out).astype(float),
        )
        for c_in, high, wide, c_out, tall, broad in shapes
    ]
    return compare(function, reference, cases)


def count_parameters(function: Callable) -> Verdict:
    """Check ``count_parameters(c_in, c_out, kernel)``: (k²·c_in + 1)·c_out."""

    def reference(c_in: int, c_out: int, kernel: int) -> int:
        return np.zeros((c_out, c_in, kernel, kernel)).size + c_out

    return compare(function, reference, [(1, 1, 1), (3, 64, 3), (1, 6, 5), (64, 3, 1), (2, 3, 2)])


def as_matrix(function: Callable) -> Verdict:
    """Check ``as_matrix(kernel, size)``: the matrix of a cross-correlation, padding 0."""
    cases = [
        (np.array([1.0, 2.0, 3.0]), 5),
        (np.array([1.0, -1.0]), 3),
        (np.array([2.0, 0.0, -1.0, 4.0]), 4),
        (np.array([7.0]), 3),
    ]
    return compare(function, toeplitz, cases)
