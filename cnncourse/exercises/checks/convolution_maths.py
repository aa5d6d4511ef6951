"""Checks of the exercises in notebook 03.

>>> output_sizes(lambda size, kernel: ...).word
'not yet'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import ArrayLike

from cnncourse.convolution import convolve, correlate, toeplitz
from cnncourse.exercises.verdict import Verdict, compare, design
from cnncourse.geometry import conv_output_size, padding_for

_SEED = 3
_OTHER_COLOURS = {
    "yellow": (255, 255, 0),
    "magenta": (255, 0, 255),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "cyan": (0, 255, 255),
}


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


def flips(function: Callable) -> Verdict:
    """Check ``flips(f)``: does ``f(image, kernel)`` turn the kernel, as convolution does?"""
    boxes = [
        Box("convolution.convolve", convolve, True),
        Box("convolution.correlate", correlate, False),
        Box("convolution.convolve with padding 'full'", partial(convolve, padding="full"), True),
        Box("convolution.correlate with padding 'same'", partial(correlate, padding="same"), False),
        Box("cv2.filter2D", lambda image, kernel: cv2.filter2D(image, -1, kernel), False),
        Box("convolution.convolve with padding 'same'", partial(convolve, padding="same"), True),
    ]
    return compare(function, lambda box: box.right, [(box,) for box in boxes])


def is_convolution(function: Callable) -> Verdict:
    """Check ``is_convolution(f)``: is f, from 12 numbers to 12 on a circle, a convolution?"""
    neighbours = partial(correlate, kernel=np.array([0.5, 2, -1]), padding=1, padding_mode="wrap")
    even = np.arange(12) % 2
    boxes = [
        Box("lambda x: x - np.roll(x, 1)", lambda x: x - np.roll(x, 1), True),
        Box("lambda x: abs(x)", np.abs, False),
        Box("lambda x: x + 1", lambda x: x + 1, False),
        Box("lambda x: x[::-1]", lambda x: x[::-1], False),
        Box("lambda x: np.roll(x, 3)", lambda x: np.roll(x, 3), True),
        Box("lambda x: x * np.arange(12)", lambda x: x * np.arange(12), False),
        Box("lambda x: x * (np.arange(12) % 2)", lambda x: x * even, False),
        Box("lambda x: x * abs(x).max()", lambda x: x * np.abs(x).max(), False),
        Box(
            "lambda x: np.maximum(x, np.roll(x, 1))", lambda x: np.maximum(x, np.roll(x, 1)), False
        ),
        Box("the kernel 0.5, 2, −1 on a circle", neighbours, True),
        Box("lambda x: x - x.mean()", lambda x: x - np.mean(x), True),
        Box("lambda x: np.cumsum(x)", np.cumsum, False),
    ]
    return compare(function, lambda box: box.right, [(box,) for box in boxes])


@dataclass(frozen=True, eq=False)
class Box:
    """A function whose inside a learner cannot see; a verdict calls it by its name."""

    name: str
    function: Callable
    right: bool

    def __call__(self, *arguments: ArrayLike) -> np.ndarray:
        return self.function(*(np.asarray(argument, dtype=float) for argument in arguments))

    def __repr__(self) -> str:
        return self.name


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
    shapes = [(2, 2, 3, 1, 2, 2), (2, 2, 4, 2, 2, 2), (3, 3, 2, 2, 2, 1), (1, 3, 4, 2, 2, 3)]
    cases = [
        (
            rng.integers(-4, 5, (c_in, high, wide)) / 2,
            rng.integers(-4, 5, (c_out, c_in, tall, broad)) / 2,
            rng.integers(1, 5, c_out) / 2,
        )
        for c_in, high, wide, c_out, tall, broad in shapes
    ]
    return compare(function, reference, cases)


def red_detector(function: Callable) -> Verdict:
    """Try ``red_detector()``: three weights that give 0 on grey, and most on pure red."""

    def problem(weights: np.ndarray) -> str:
        for level in (255, 100):
            grey = weights @ (level, level, level)
            if abs(grey) > 1e-6:
                return f"the grey pixel ({level}, {level}, {level}) gives {grey:g}, not 0"
        red = weights @ (255, 0, 0)
        if red <= 0:
            return f"pure red, (255, 0, 0), gives {red:g}: it should be above 0"
        for name, pixel in _OTHER_COLOURS.items():
            if weights @ pixel >= red - 1e-6:
                return f"{name}, {pixel}, gives {weights @ pixel:g}, pure red only {red:g}"
        return ""

    return design(function, problem, ((3,),), "grey gives 0, and nothing gives more than pure red")


def as_matrix(function: Callable) -> Verdict:
    """Check ``as_matrix(kernel, size)``: the matrix of a cross-correlation, padding 0."""
    cases = [
        (np.array([1.0, 2.0, 3.0]), 5),
        (np.array([1.0, -1.0]), 3),
        (np.array([2.0, 0.0, -1.0, 4.0]), 4),
        (np.array([0.75]), 3),
    ]
    return compare(function, toeplitz, cases)
