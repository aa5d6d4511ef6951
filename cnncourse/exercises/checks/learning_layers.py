"""Checks of notebook 04b: gradients, dropout and batch normalisation.

>>> from cnncourse import convolution
>>> weight_gradient(convolution.correlate)
passed: the answer is right in all 5 cases tried.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse import backward, learning, regularise
from cnncourse.exercises.verdict import Verdict, compare

_RNG_SEED = 4


def one_unit(function: Callable) -> Verdict:
    """Check ``one_unit(x, w, b, t)``: how (ReLU(wx + b) − t)² changes with w and with b."""

    def reference(x: float, w: float, b: float, t: float) -> tuple[float, float]:
        total = w * x + b
        slope = 2 * (total - t) if total > 0 else 0.0
        return slope * x, slope

    cases = [
        (2.0, 1.5, -1.0, 5.0),
        (0.0, 1.5, 1.0, 5.0),
        (2.0, -1.5, -1.0, 5.0),  # the unit is off
        (1.0, 1.0, -1.0, 3.0),  # the sum is 0
        (-0.5, -3.25, 0.125, 0.25),
        (300.0, 2.0, 1.0, -40.0),
    ]
    return compare(function, reference, cases)


def dense_backward(function: Callable) -> Verdict:
    """Check ``dense_backward(weights, grad)``: the gradient of a dense layer's input."""

    def reference(weights: np.ndarray, grad: np.ndarray) -> np.ndarray:
        return (weights * grad[:, None]).sum(axis=0)

    rng = np.random.default_rng(_RNG_SEED)
    cases = [
        (np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([1.0, 0.0])),
        (np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([0.5, -2.0])),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, -1.0])),  # square: is it transposed?
        (rng.normal(size=(3, 3)), rng.normal(size=3)),
        (rng.normal(size=(1, 4)), rng.normal(size=1)),
        (1000 * rng.normal(size=(10, 30)), rng.normal(size=10)),
    ]
    return compare(function, reference, cases)


class _Loss:
    """A loss to nudge the weights of, which shows itself in a verdict by its formula."""

    def __init__(self, formula: str, function: Callable[[np.ndarray], float]) -> None:
        self.formula, self.function = formula, function

    def __call__(self, weights: np.ndarray) -> float:
        return self.function(weights)

    def __repr__(self) -> str:
        return f"lambda w: {self.formula}"


def slope_by_nudging(function: Callable) -> Verdict:
    """Check ``slope_by_nudging(loss, weights, place)``: a slope, and the weights as before."""
    squares = _Loss("(w**2).sum()", lambda w: (w**2).sum())
    cubes = _Loss("(w**3).sum()", lambda w: (w**3).sum())  # one-sided nudges are off
    product = _Loss("w.prod()", lambda w: w.prod())
    waves = _Loss("np.sin(5 * w).sum()", lambda w: np.sin(5 * w).sum())  # wants a small h
    cases = [
        (squares, np.array([1.0, 2.0, 3.0]), (1,)),
        (squares, np.array([[1.0, -2.0], [0.0, 4.0]]), (1, 0)),
        (squares, np.array([0.3, 1.2]), (0,)),
        (cubes, np.array([100.0, 2.0]), (0,)),
        (product, np.array([[2.0, 3.0], [4.0, 0.5]]), (0, 1)),
        (waves, np.array([[0.1, 0.7, -0.3], [0.9, 0.37, -1.1]]), (0, 0)),
        (waves, np.array([[0.1, 0.7, -0.3], [0.9, 0.37, -1.1]]), (1, 1)),
    ]
    return compare(function, learning.slope_by_nudging, cases, tolerance=1e-7)


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
        (np.arange(12.0).reshape(3, 4), np.array([[1.0, 2.0], [0.0, -1.0]])),
        (rng.normal(size=(5, 7)), rng.normal(size=(3, 6))),
        (rng.normal(size=(6, 4)), rng.normal(size=(6, 2))),
    ]
    return compare(function, reference, cases)


def back_to_the_sums(function: Callable) -> Verdict:
    """Check ``back_to_the_sums(sums, dense, grad)``: through dense, 2×2 max pooling and ReLU."""

    def reference(sums: np.ndarray, dense: np.ndarray, grad: np.ndarray) -> np.ndarray:
        maps = sums[None, None]
        vector = (dense * grad[:, None]).sum(axis=0)
        pooled = vector.reshape(1, 1, sums.shape[0] // 2, sums.shape[1] // 2)
        return backward.max_pool_backward(maps, pooled, 2)[0, 0] * (sums > 0)

    rng = np.random.default_rng(_RNG_SEED)
    sums = np.array([[1.0, 5, -2, -1], [2, 3, -4, -3]])  # the second window is all off
    dense, grad = np.array([[1.0, 2], [3, 4], [0, 1]]), np.array([1.0, -2, 3])
    cases = [
        (sums, dense, np.array([1.0, 0, 0])),
        (sums[:, ::-1].copy(), dense, grad),
        (np.array([[0.5, -1], [-2, -3]]), np.array([[-2.0], [4]]), np.array([0.5, 1])),
        (rng.normal(size=(4, 6)), rng.normal(size=(3, 6)), rng.normal(size=3)),
        (rng.normal(size=(8, 4)), rng.normal(size=(10, 8)), rng.normal(size=10)),
    ]
    return compare(function, reference, cases)


def inverted_dropout(function: Callable) -> Verdict:
    """``function(values, keep, p)``: dropout in training, with the survivors scaled."""
    rng = np.random.default_rng(_RNG_SEED)
    cases = [
        (np.ones(4), np.array([1, 0, 1, 1]), 0.5),
        (np.ones(4), np.array([1, 1, 1, 1]), 0.0),
        (np.array([1.0, -2.0, 3.0]), np.array([0, 1, 1]), 0.2),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1, 0], [1, 1]]), 0.75),
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

    rng = np.random.default_rng(_RNG_SEED)

    def case(examples: int, channels: int) -> tuple:
        gamma, beta, mean = rng.normal(size=(3, channels))
        x = 5 + 3 * rng.normal(size=(examples, channels))
        return x, gamma, beta, mean, rng.uniform(0.1, 4, size=channels)

    tiny = (np.array([[0.5]]), np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1))  # needs ε
    # The first is small and round, for the verdict to quote, and its variance is not its own root.
    x, ones = np.array([[1.0], [2.0], [6.0]]), np.ones(1)
    small = (x, ones, np.zeros(1), 2 * ones, 4 * ones)
    two = [np.array(row, dtype=float) for row in ([2, 1], [0, 1], [1, 2], [4, 1])]
    square = (np.array([[1.0, 2.0], [3.0, 6.0]]), *two)
    cases = [small, square, case(4, 3), case(1, 2), case(3, 3), tiny]
    return compare(function, learning.evaluate_batch_norm, cases)
