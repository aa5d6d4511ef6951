"""Checks of notebook 06: counting and building the ideas of famous networks.

>>> partial_parameters(lambda reads, kernel: sum(kernel**2 * len(r) + 1 for r in reads))
passed: the answer is right in all 4 cases tried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from cnncourse.architectures import networks, trace
from cnncourse.architectures.layers import Conv
from cnncourse.architectures.swaps import inception_branches
from cnncourse.exercises.verdict import Verdict, compare

_SEED = 6


def partial_parameters(function: Callable) -> Verdict:
    """``function(reads, kernel)``: parameters of a layer whose maps read some input maps each."""

    def reference(reads: Sequence[Sequence[int]], kernel: int) -> int:
        return sum(kernel**2 * len(chosen) + 1 for chosen in reads)

    cases = [
        ([(0, 1, 2)], 5),
        ([(0,), (0, 1), (0, 1, 2)], 3),
        (networks.C3_READS, 5),
        ([(0, 1, 2, 3, 4, 5)] * 16, 1),
    ]
    return compare(function, reference, cases)


def grouped_parameters(function: Callable) -> Verdict:
    """``function(c_in, c_out, kernel, groups)``: parameters of a grouped convolution, with bias."""

    def reference(c_in: int, c_out: int, kernel: int, groups: int) -> int:
        return Conv(c_out, kernel, groups=groups).params((c_in, 1, 1))

    cases = [(3, 96, 11, 1), (96, 256, 5, 2), (384, 256, 3, 2), (64, 64, 3, 64), (8, 4, 1, 4)]
    return compare(function, reference, cases)


def stack_ratio(function: Callable) -> Verdict:
    """``function(kernel)``: weights of 3×3 layers over those of one kernel×kernel, equal field."""

    def reference(kernel: int) -> float:
        return 9 * (kernel - 1) / 2 / kernel**2

    return compare(function, reference, [(3,), (5,), (7,), (9,), (11,)])


def inception_parameters(function: Callable) -> Verdict:
    """``function(c_in, widths)``: parameters of an inception block, biases included."""

    def reference(c_in: int, widths: networks.Widths) -> int:
        return sum(branch.totals.params for branch in inception_branches(c_in, 8, widths))

    cases = [
        (192, networks.INCEPTION["3a"]),
        (832, networks.INCEPTION["5b"]),
        (1, (1, 2, 3, 4, 5, 6)),
        (7, (6, 5, 4, 3, 2, 1)),
    ]
    return compare(function, reference, cases)


def global_average(function: Callable) -> Verdict:
    """``function(maps)``: the mean of each map of an array (C, H, W)."""
    rng = np.random.default_rng(_SEED)
    cases = [
        (np.arange(12.0).reshape(3, 2, 2),),
        (rng.normal(size=(4, 5, 7)),),
        (rng.normal(size=(1, 3, 2)) - 2,),
        (rng.normal(size=(2, 1, 1)),),
    ]
    return compare(function, lambda maps: maps.mean(axis=(1, 2)), cases)


def residual_block(function: Callable) -> Verdict:
    """``function(x, w1, w2)``: relu(x + w2·relu(w1·x)) for a vector x."""

    def reference(x: np.ndarray, w1: np.ndarray, w2: np.ndarray) -> np.ndarray:
        return np.maximum(x + w2 @ np.maximum(w1 @ x, 0), 0)

    rng = np.random.default_rng(_SEED)

    def case(size: int, hidden: int) -> tuple:
        weights = rng.normal(size=(hidden, size)), rng.normal(size=(size, hidden))
        return rng.normal(size=size), *weights

    x = np.array([1.0, -2.0, 3.0])
    nothing = (x, np.zeros((3, 3)), np.zeros((3, 3)))
    # Small and round, for the verdict to quote: one of the two inner numbers is negative.
    small = (x, np.array([[1.0, 1, 0], [0, 1, 1]]), np.array([[2.0, 1], [1, 0], [0, -1]]))
    return compare(function, reference, [nothing, small, case(4, 4), case(5, 2), case(3, 6)])


def memory_estimate(function: Callable) -> Verdict:
    """``function(shapes)``: MiB of outputs and their gradients, for float32 and one example."""

    def reference(shapes: Sequence[tuple[int, ...]]) -> float:
        return 2 * 4 * sum(prod(shape) for shape in shapes) / 1024**2

    cases = [
        ([(1024, 32, 32)],),
        ([(64, 55, 55), (64, 27, 27), (1000,)],),
        ([row.shape for row in trace("vgg16")],),
        ([(3, 5, 7)],),
    ]
    return compare(function, reference, cases)
