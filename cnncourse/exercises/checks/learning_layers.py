"""Checks of notebook 04, second half: activations, dense layers, loss, gradients, dropout, norm.

>>> from cnncourse import activations
>>> stable_softmax(activations.softmax)
passed: the answer is right in all 6 cases tried.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse import activations, backward, regularise
from cnncourse.exercises.verdict import Verdict, compare

_RNG_SEED = 4


def sigmoid_slope(function: Callable) -> Verdict:
    """``function(x)``: the slope of the sigmoid at every number of an array."""
    cases = [
        (np.array([0.0]),),
        (np.array([-5.0, -2.0, 2.0, 5.0]),),
        (np.array([[0.5, -1.5, 3.0], [1.0, 0.1, -0.2]]),),
    ]
    return compare(function, activations.sigmoid_derivative, cases)


def dense_parameters(function: Callable) -> Verdict:
    """``function(channels, height, width, neurons)``: parameters of flatten and one dense layer."""
    cases = [(10, 7, 7, 10), (10, 7, 7, 490), (32, 7, 7, 600), (3, 4, 5, 1), (1, 1, 1, 2)]
    return compare(function, lambda c, h, w, neurons: c * h * w * neurons + neurons, cases)


def flat_place(function: Callable) -> Verdict:
    """``function(channel, row, column, shape)``: the place in the vector, C·H·W order."""

    def reference(channel: int, row: int, column: int, shape: tuple[int, int, int]) -> int:
        return int(np.ravel_multi_index((channel, row, column), shape))

    cases = [
        (0, 0, 0, (2, 3, 4)),
        (0, 0, 3, (2, 3, 4)),
        (0, 1, 0, (2, 3, 4)),
        (1, 0, 0, (2, 3, 4)),
        (1, 2, 3, (2, 3, 4)),
        (9, 6, 6, (10, 7, 7)),
        (2, 1, 3, (4, 2, 5)),
    ]
    return compare(function, reference, cases)


def stable_softmax(function: Callable) -> Verdict:
    """``function(logits)``: softmax of one row of scores, of any size."""
    cases = [
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([0.0, 0.0, 0.0, 0.0]),),
        (np.array([-3.0, 5.0]),),
        (np.array([1000.0, 1001.0, 990.0]),),
        (np.array([-1000.0, -1001.0, -1002.0]),),
        (np.array([1000.0, 0.0, -1000.0]),),  # only the largest may be subtracted
    ]
    with np.errstate(all="ignore"):  # an overflow is answered by the verdict, not by a warning
        return compare(function, activations.softmax, cases)


def weight_gradient(function: Callable) -> Verdict:
    """``function(image, grad)``: ∂L/∂kernel of a stride-1 correlation without padding."""

    def reference(image: np.ndarray, grad: np.ndarray) -> np.ndarray:
        size = [n - m + 1 for n, m in zip(image.shape, grad.shape, strict=True)]
        kernel = np.zeros((1, 1, *size))  # the weights do not enter their own gradient
        _, dw, _ = backward.conv_backward(image[None, None], kernel, grad[None, None])
        return dw[0, 0]

    rng = np.random.default_rng(_RNG_SEED)
    cases = [
        (np.arange(9.0).reshape(3, 3), np.ones((2, 2))),
        (np.arange(9.0).reshape(3, 3), np.array([[1.0, 0.0], [0.0, -2.0]])),
        (rng.normal(size=(5, 7)), rng.normal(size=(3, 6))),
        (rng.normal(size=(6, 4)), rng.normal(size=(6, 2))),
    ]
    return compare(function, reference, cases)


def inverted_dropout(function: Callable) -> Verdict:
    """``function(values, keep, p)``: dropout in training, with the survivors scaled."""
    rng = np.random.default_rng(_RNG_SEED)
    cases = [
        (np.ones(4), np.array([1, 0, 1, 1]), 0.5),
        (np.ones(4), np.array([1, 1, 1, 1]), 0.0),
        (np.array([1.0, -2.0, 3.0]), np.array([0, 1, 1]), 0.2),
        (rng.normal(size=(3, 5)), rng.integers(0, 2, size=(3, 5)), 0.75),
    ]
    return compare(function, lambda values, keep, p: values * keep / (1 - p), cases)


def running_variance(function: Callable) -> Verdict:
    """``function(old, values, momentum)``: batch norm's running variance after one more batch."""

    def reference(old: float, values: np.ndarray, momentum: float) -> float:
        before = regularise.Running(np.zeros(1), np.array([old]))
        after = regularise.update_running(before, values.reshape(-1, 1), momentum)
        return float(after.var[0])

    rng = np.random.default_rng(_RNG_SEED)
    cases = [
        (1.0, np.array([1.0, 2.0, 3.0, 6.0]), 0.1),
        (0.5, np.array([-1.0, 4.0]), 0.1),
        (2.0, np.array([5.0, 5.0, 5.0]), 0.3),
        (3.0, 10 + 4 * rng.normal(size=20), 0.9),
    ]
    return compare(function, reference, cases)


def eval_batch_norm(function: Callable) -> Verdict:
    """``function(x, gamma, beta, mean, var)``: batch norm of (N, C) values in evaluation."""

    def reference(
        x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, mean: np.ndarray, var: np.ndarray
    ) -> np.ndarray:
        running = regularise.Running(mean, var)
        return regularise.batch_norm(x, gamma, beta, running, training=False)[0]

    rng = np.random.default_rng(_RNG_SEED)

    def case(examples: int, channels: int) -> tuple:
        gamma, beta, mean = rng.normal(size=(3, channels))
        x = 5 + 3 * rng.normal(size=(examples, channels))
        return x, gamma, beta, mean, rng.uniform(0.1, 4, size=channels)

    tiny = (np.array([[0.5]]), np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1))  # needs ε
    # The first is small and round, for the verdict to quote, and its variance is not its own root.
    x, ones = np.array([[1.0], [2.0], [6.0]]), np.ones(1)
    small = (x, ones, np.zeros(1), 2 * ones, 4 * ones)
    return compare(function, reference, [small, case(4, 3), case(1, 2), case(3, 3), tiny])
