"""Checks of notebook 06: counting and building the ideas of famous networks.

>>> partial_parameters(lambda reads, kernel: sum(kernel**2 * len(r) + 1 for r in reads))
passed: the answer is right in all 4 cases tried.

PyTorch is loaded by the two checks of modules alone; what they try, and the sentences about what is
wrong, stand in :mod:`cnncourse.lab.block_trial`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse.architectures import by_hand, networks, trace
from cnncourse.exercises.verdict import Verdict, compare, on_trial

_SEED = 6


def partial_parameters(function: Callable) -> Verdict:
    """``function(reads, kernel)``: parameters of a layer whose maps read some input maps each."""
    cases = [
        ([(0, 1, 2)], 5),
        ([(0,), (0, 1), (0, 1, 2)], 3),
        (networks.C3_READS, 5),
        ([(0, 1, 2, 3, 4, 5)] * 16, 1),
    ]
    return compare(function, by_hand.partial_parameters, cases)


def grouped_parameters(function: Callable) -> Verdict:
    """``function(c_in, c_out, kernel, groups)``: parameters of a grouped convolution, with bias."""
    cases = [(8, 4, 1, 4), (3, 96, 11, 1), (96, 256, 5, 2), (384, 256, 3, 2), (64, 64, 3, 64)]
    return compare(function, by_hand.grouped_parameters, cases)


def stack_ratio(function: Callable) -> Verdict:
    """``function(kernel)``: weights of 3×3 layers over those of one kernel×kernel, equal field."""
    return compare(function, by_hand.stack_ratio, [(3,), (5,), (7,), (9,), (11,)])


def inception_parameters(function: Callable) -> Verdict:
    """``function(c_in, widths)``: parameters of an inception module, biases included."""
    cases = [
        (1, (1, 2, 3, 4, 5, 6)),
        (7, (6, 5, 4, 3, 2, 1)),
        (192, networks.INCEPTION["3a"]),
        (832, networks.INCEPTION["5b"]),
    ]
    return compare(function, by_hand.inception_parameters, cases)


def global_average(function: Callable) -> Verdict:
    """``function(maps)``: the mean of each map of an array (C, H, W)."""
    rng = np.random.default_rng(_SEED)
    cases = [
        (np.array([[[1.0, 2.0, -6.0], [0.0, 0.0, 0.0]]]),),
        (np.arange(12.0).reshape(3, 2, 2),),
        (rng.normal(size=(4, 5, 7)),),
        (rng.normal(size=(1, 3, 2)) - 2,),
        (rng.normal(size=(2, 1, 1)),),
    ]
    return compare(function, by_hand.global_average, cases)


def residual_block(function: Callable) -> Verdict:
    """``function(x, w1, w2)``: relu(x + w2·relu(w1·x)) for a vector x."""

    rng = np.random.default_rng(_SEED)

    def case(size: int, hidden: int) -> tuple:
        weights = rng.normal(size=(hidden, size)), rng.normal(size=(size, hidden))
        return rng.normal(size=size), *weights

    x = np.array([1.0, -2.0, 3.0])
    nothing = (x, np.zeros((3, 3)), np.zeros((3, 3)))
    # Small and round, for the verdict to quote: one of the two inner numbers is negative.
    small = (x, np.array([[1.0, 1, 0], [0, 1, 1]]), np.array([[2.0, 1], [1, 0], [0, -1]]))
    return compare(
        function, by_hand.residual_block, [nothing, small, case(4, 4), case(5, 2), case(3, 6)]
    )


def memory_estimate(function: Callable) -> Verdict:
    """``function(shapes)``: MiB of outputs and their gradients, for float32 and one example."""
    cases = [
        ([(1024, 32, 32)],),
        ([(64, 55, 55), (64, 27, 27), (1000,)],),
        ([row.shape for row in trace("vgg16")],),
        ([(3, 5, 7)],),
    ]
    return compare(function, by_hand.memory_estimate, cases)


def residual_module(build: Callable) -> Verdict:
    """``ResidualBlock(channels)``: a module of two 3×3 convolutions, batch norms and a shortcut."""
    praise = "each of the four layers got and gave what it should"
    return on_trial("block_trial.of_residual_block", build, praise)


def inception_module(build: Callable) -> Verdict:
    """``Inception(c_in, widths)``: a module of four paths, whose channels are stacked."""
    praise = "all six convolutions and the stacking are right"
    return on_trial("block_trial.of_inception", build, praise)
