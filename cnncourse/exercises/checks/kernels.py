"""Checks of notebook 02: one output pixel, kernels designed for a job, edges, a bell, a median.

>>> shift_kernel(lambda: [[0, 0, 0], [0, 1, 0], [0, 0, 0]]).passed
False
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncourse import kernels
from cnncourse.convolution import correlate
from cnncourse.exercises.verdict import Verdict, compare, design

_SOBEL_X = kernels.KERNELS["sobel x"].weights
_SOBEL_Y = kernels.KERNELS["sobel y"].weights


def window_response(function: Callable) -> Verdict:
    """Hold ``window_response(image, kernel, row, column)`` against the vectorised correlation."""

    def reference(image: np.ndarray, kernel: np.ndarray, row: int, column: int) -> float:
        return correlate(image, kernel)[row, column]

    lopsided = np.array([[1.0, 2.0, -1.0], [0.0, 3.0, 0.5]])
    return compare(
        function,
        reference,
        [
            (np.arange(12.0).reshape(3, 4), np.array([[1.5, 2.0], [3.0, -4.25]]), 1, 2),
            (_picture(3, 6), _SOBEL_X, 0, 3),
            (_picture(5, 4), _SOBEL_Y, 2, 0),
            (_picture(4, 5), lopsided, 2, 1),
        ],
    )


def shift_kernel(function: Callable) -> Verdict:
    """Try ``shift_kernel()`` on pictures: each pixel takes the value of its left neighbour."""

    def problem(kernel: np.ndarray) -> str:
        for picture in (_SPOT, _picture(4, 5)):
            wanted = np.pad(picture, ((0, 0), (1, 0)))[:, :-1]
            if not _same(_filtered(picture, kernel), wanted):
                return _shown(picture, kernel, "every pixel one place further to the right", wanted)
        return ""

    return design(
        function, problem, _KERNELS, "it moves every picture tried by one pixel to the right"
    )


def slash_kernel(function: Callable) -> Verdict:
    """Try ``slash_kernel()``: it answers / edges, and is blind to \\ edges and to walls."""

    def problem(kernel: np.ndarray) -> str:
        rows, columns = np.mgrid[:7, :7]
        slash, backslash = (100.0 * (part > 0) for part in (rows + columns - 6, rows - columns))
        for name, picture in (
            ("a flat wall", np.full((7, 7), 100.0)),
            ("an edge like \\", backslash),
        ):
            seen = np.abs(correlate(picture, kernel)).max()
            if seen > _TOLERANCE:
                return f"on {name}, 100 grey levels high, the largest output is {seen:g}, not 0"
        if np.abs(correlate(slash, kernel)).max() < 1:
            return "on an edge like /, 100 grey levels high, all outputs are 0"
        return ""

    return design(function, problem, _KERNELS, "it sees edges like / and is blind to edges like \\")


def ramp_blind_kernel(function: Callable) -> Verdict:
    """Try ``ramp_blind_kernel()``: 0 on every even slope, and an answer to lines that cross it."""

    def problem(kernel: np.ndarray) -> str:
        rows, columns = np.mgrid[:5, :5].astype(float)
        slopes = {
            "a flat wall of 100": np.full((5, 5), 100.0),
            "a ramp that rises by 10 a column": 10 * columns,
            "a ramp that rises by 10 a row": 10 * rows,
        }
        for name, picture in slopes.items():
            seen = np.abs(correlate(picture, kernel)).max()
            if seen > _TOLERANCE:
                return f"on {name} the largest output is {seen:g}, not 0"
        upright = 100.0 * (columns == 2)
        for name, picture in (("an upright line", upright), ("a level line", upright.T)):
            if np.abs(correlate(picture, kernel)).max() < 1:
                return f"on {name}, 100 brighter than its surroundings, all outputs are 0"
        return ""

    return design(function, problem, _KERNELS, "slopes give 0, lines do not")


def emboss_kernel(function: Callable) -> Verdict:
    """Try ``emboss_kernel()``: the relief of ``emboss``, with the light from the opposite side."""
    emboss = kernels.KERNELS["emboss"].weights

    def problem(kernel: np.ndarray) -> str:
        for picture in (_SPOT, _picture(4, 5)):
            turned = _filtered(picture[::-1, ::-1], emboss)[::-1, ::-1]
            if not _same(_filtered(picture, kernel), turned):
                return _shown(picture, kernel, "the relief lit from the other side", turned)
        return ""

    return design(function, problem, _KERNELS, "the light has changed sides")


def edge_strength(function: Callable) -> Verdict:
    """Hold ``edge_strength(image)`` against the length of the Sobel gradient."""

    def reference(image: np.ndarray) -> np.ndarray:
        return np.hypot(correlate(image, _SOBEL_X), correlate(image, _SOBEL_Y))

    step = np.tile(np.array([50.0, 50.0, 200.0, 200.0]), (4, 1))
    return compare(function, reference, [(step,), (step.T.copy(),), (_picture(4, 5),)])


def gaussian_kernel(function: Callable) -> Verdict:
    """Hold ``gaussian_kernel(size, sigma)`` against the sampled bell whose weights sum to 1."""

    def reference(size: int, sigma: float) -> np.ndarray:
        return kernels.gaussian(sigma, size)

    return compare(function, reference, [(3, 1.0), (5, 0.8), (7, 2.5), (1, 1.0)])


def median_filter(function: Callable) -> Verdict:
    """Hold ``median_filter(image)`` against the median of every 3×3 window."""

    def reference(image: np.ndarray) -> np.ndarray:
        return np.median(sliding_window_view(image, (3, 3)), axis=(2, 3))

    salted = np.full((4, 4), 40.0)
    salted[1, 2] = 255
    return compare(function, reference, [(salted,), (_picture(4, 5),), (_picture(5, 3) - 200,)])


_SPOT = np.zeros((3, 4))
_SPOT[1, 1] = 100
_TOLERANCE = 1e-6
_KERNELS = ((3, 3), (5, 5))


def _filtered(picture: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the output of a kernel, as large as the picture, with zeros around it."""
    return correlate(picture, kernel, padding=len(kernel) // 2)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.allclose(one, other, atol=_TOLERANCE))


def _shown(picture: np.ndarray, kernel: np.ndarray, wanted: str, values: np.ndarray) -> str:
    """Return what a kernel makes of a picture beside what it should make of it."""
    given, got, right = (
        np.array2string(part, separator=", ", formatter={"float_kind": "{:.4g}".format})
        for part in (picture, _filtered(picture, kernel), values)
    )
    return f"on\n{given}\nI expected {wanted},\n{right}\nbut your kernel gives\n{got}"


def _picture(height: int, width: int) -> np.ndarray:
    """Whole numbers 0 to 255 without any symmetry that could hide a mistake."""
    rng = np.random.default_rng(height * 100 + width)
    return rng.integers(0, 256, (height, width)).astype(float)
