"""Checks of notebook 04: sizes, padding, stride, pooling, fields, scores, costs, a whole network.

>>> dense_parameters(lambda c, h, w, units: (c * h * w + 1) * units)
passed: the answer is right in all 5 cases tried.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse import activations, convolution, geometry, pipeline
from cnncourse.architectures import trace
from cnncourse.architectures.layers import Conv
from cnncourse.exercises.verdict import Verdict, compare
from cnncourse.geometry import Window


def output_size(function: Callable) -> Verdict:
    """Check ``output_size(size, kernel, stride, padding, dilation)``: pixels that come out."""
    cases = [
        (28, 3, 1, 0, 1),
        (28, 5, 1, 2, 1),
        (224, 7, 2, 3, 1),  # 112.5 without the floor
        (224, 11, 4, 2, 1),
        (28, 3, 1, 2, 2),
        (10, 3, 3, 1, 3),
        (5, 5, 2, 0, 1),
    ]
    return compare(function, geometry.conv_output_size, cases)


def same_padding(function: Callable) -> Verdict:
    """Check ``same_padding(kernel, dilation)``: (before, after), the odd pixel after."""

    def reference(kernel: int, dilation: int) -> tuple[int, int]:
        return geometry.padding_for("same", kernel, dilation)

    cases = [(3, 1), (5, 1), (1, 1), (4, 1), (2, 1), (3, 2), (4, 2), (4, 3)]
    return compare(function, reference, cases, forbidden=[geometry.padding_for])


def strided(function: Callable) -> Verdict:
    """Check ``strided(image, kernel, stride, padding)``: one output for each step of the stride."""

    def reference(image: np.ndarray, kernel: np.ndarray, stride: int, padding: int) -> np.ndarray:
        return convolution.correlate(image, kernel, stride=stride, padding=padding)

    counting, kernel = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
    rng = np.random.default_rng(4)
    cases = [
        (counting, kernel, 1, 1),
        (counting, kernel, 2, 1),
        (counting, kernel, 1, 0),
        (np.arange(12.0).reshape(3, 4) / 2 - 1, np.array([[1.5, 0.0], [0.0, -2.0]]), 2, 0),
        (
            rng.integers(-5, 6, (6, 9)).astype(float),
            rng.integers(-3, 4, (3, 2)).astype(float),
            3,
            2,
        ),
        (rng.random((8, 7)), rng.normal(size=(3, 3)), 2, 0),
        (rng.random((7, 7)), rng.normal(size=(2, 2)), 3, 1),
    ]
    return compare(function, reference, cases)


def max_pool(function: Callable) -> Verdict:
    """Check ``max_pool(image, window)``: whole windows only, side by side."""

    def reference(image: np.ndarray, window: int) -> np.ndarray:
        return convolution.pool(image, window)

    rng = np.random.default_rng(5)
    cases = [
        (np.arange(16.0).reshape(4, 4), 2),
        (-np.arange(12.0).reshape(3, 4) - 1, 2),  # all negative, one row left over
        (np.arange(18.0).reshape(3, 6), 3),
        (np.arange(15.0).reshape(3, 5), 2),  # a row and a column left over
        (rng.integers(-9, 400, (6, 9)).astype(float), 3),  # larger than any byte
        (rng.integers(-9, 9, (7, 5)).astype(float), 2),
        (rng.integers(-9, 9, (4, 4)).astype(float), 1),
        (rng.random((2, 4)), 2),  # an image from 0 to 1
        (-1e6 - rng.integers(0, 900, (4, 4)), 2),  # smaller than any first guess
    ]
    return compare(function, reference, cases)


def field_size(function: Callable) -> Verdict:
    """Check ``field_size(layers)`` for (kernel, stride) pairs: pixels that a last unit sees."""

    def reference(layers: list[tuple[int, int]]) -> int:
        fields = geometry.receptive_field([Window(*layer) for layer in layers])
        return fields[-1].size if fields else 1

    cases = [
        ([(3, 1)],),
        ([(3, 1), (3, 1), (3, 1)],),
        ([(3, 2), (3, 1)],),
        ([(3, 1), (3, 2)],),  # the last stride changes nothing
        ([(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)],),
        ([(11, 4), (3, 2), (5, 1)],),
        ([(1, 3), (4, 2), (2, 5), (2, 1)],),
    ]
    return compare(function, reference, cases)


def conv_cost(function: Callable) -> Verdict:
    """Check ``conv_cost(c_in, c_out, kernel, height, width)``: (parameters, MACs).

    Height and width are those of the output; there is a bias for each output channel.
    """

    def reference(c_in: int, c_out: int, kernel: int, height: int, width: int) -> tuple[int, int]:
        row = trace([Conv(c_out, kernel)], (c_in, height + kernel - 1, width + kernel - 1))[0]
        return row.params, row.macs

    cases = [
        (1, 6, 5, 28, 28),
        (6, 16, 5, 10, 10),
        (3, 64, 11, 55, 55),
        (2, 3, 1, 4, 7),
        (8, 1, 3, 1, 1),
    ]
    return compare(function, reference, cases)


def sigmoid_slope(function: Callable) -> Verdict:
    """``function(x)``: the slope of the sigmoid at every number of an array."""
    cases = [
        (np.array([0.0]),),
        (np.array([-5.0, -2.0, 2.0, 5.0]),),
        (np.array([[0.5, -1.5, 3.0], [1.0, 0.1, -0.2]]),),
        (np.array([-8.0, 7.0, 12.0]),),  # small, and not 0
        (np.array([1000.0, -1000.0]),),  # e^1000 overflows
    ]
    with np.errstate(all="ignore"):  # an overflow is answered by the verdict, not by a warning
        return compare(
            function,
            activations.sigmoid_derivative,
            cases,
            tolerance=2e-7,  # one-sided nudges are off, and float32 is not
            forbidden=[activations.sigmoid_derivative],
        )


def dense_parameters(function: Callable) -> Verdict:
    """``function(channels, height, width, units)``: parameters of flatten and one dense layer."""
    cases = [(10, 7, 7, 10), (10, 7, 7, 490), (32, 7, 7, 600), (3, 4, 5, 1), (1, 1, 1, 2)]
    return compare(function, lambda c, h, w, units: c * h * w * units + units, cases)


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
        (np.array([0.0, 1000.0]),),  # only the largest may be subtracted
        (np.array([1000.0, 0.0, -1000.0]),),
        (np.array([1e5, 1e5, 0.0]),),
    ]
    with np.errstate(all="ignore"):  # an overflow is answered by the verdict, not by a warning
        return compare(
            function,
            activations.softmax,
            cases,
            forbidden=[activations.softmax, activations.log_softmax],
        )


def whole_network(function: Callable) -> Verdict:
    """Check ``whole_network(picture, first, second, dense)``: ten shares, as `pipeline.run`."""

    def reference(
        picture: np.ndarray, first: np.ndarray, second: np.ndarray, dense: np.ndarray
    ) -> np.ndarray:
        return pipeline.run(picture, pipeline.Weights(first, second, dense))[-1].array

    dot, block = (np.zeros((28, 28)) for _ in range(2))  # few numbers, which a verdict can quote
    dot[5, 9] = block[4:6, 8:10] = 1
    first, second, dense = np.zeros((4, 1, 3, 3)), np.zeros((6, 4, 3, 3)), np.zeros((10, 294))
    first[1, 0, 1, 1], second[2, 1, 1, 1], dense[7, 107] = 2, 3, 0.5  # 1 → 2 → 6 → score 3
    below = np.zeros_like(second)
    below[2, 1, :2, :2] = -3  # a whole window below 0, for the second ReLU
    two, both = first.copy(), second.copy()  # beside the path of 2 · 3, one of 1 · (−4) to the same
    two[0, 0, 1, 2], both[2, 0, 1, 1] = 1, -4  # pixel, if no kernel is turned
    cases = [
        (dot, first, second, dense),
        (block, -first, -second, dense),
        (dot, first, below, dense),
        (dot, two, both, -dense),  # 6 − 4 → score −1
    ]
    cases += [
        (pipeline.digit(label), weights.first, weights.second, weights.dense)
        for label, weights in (
            (3, pipeline.trained_weights()),
            (8, pipeline.trained_weights()),
            (5, pipeline.random_weights(1)),
            (0, pipeline.random_weights(2)),
        )
    ]
    return compare(function, reference, cases, forbidden=[pipeline.run])
