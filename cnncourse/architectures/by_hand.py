"""The sums and blocks that notebook 06 asks for, in a line or two each.

    >>> grouped_parameters(96, 256, kernel=5, groups=2)  # AlexNet's second convolution
    307456

The same numbers come out of the records of :mod:`cnncourse.architectures.layers`, layer by layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

import numpy as np

from cnncourse.architectures.networks import Widths


def memory_estimate(shapes: Iterable[Sequence[int]]) -> float:
    """Return the MiB that outputs of these shapes and their gradients take in float32."""
    return 2 * 4 * sum(prod(shape) for shape in shapes) / 1024**2


def partial_parameters(reads: Sequence[Sequence[int]], kernel: int) -> int:
    """Return the weights and biases of a convolution whose maps read some input maps each.

    Parameters
    ----------
    reads : sequence of sequences of int
        For each output map, the input maps that it reads.
    kernel : int
        Side, in pixels.
    """
    return sum(kernel**2 * len(chosen) + 1 for chosen in reads)


def grouped_parameters(c_in: int, c_out: int, kernel: int, groups: int) -> int:
    """Return the weights and biases of a convolution in groups.

    Parameters
    ----------
    c_in, c_out, kernel, groups : int
        Channels in and out, side of the kernel, parts into which the channels are split.
    """
    return (kernel**2 * c_in // groups + 1) * c_out


def stack_ratio(kernel: int) -> float:
    """Return weights of 3×3 layers over those of one kernel×kernel layer with the same field."""
    return 9 * (kernel - 1) / 2 / kernel**2


def global_average(maps: np.ndarray) -> np.ndarray:
    """Return the mean of each map of an array (C, H, W)."""
    return maps.mean(axis=(1, 2))


def inception_parameters(c_in: int, widths: Widths) -> int:
    """Return the weights and biases of an inception module with 1×1 reductions.

    Parameters
    ----------
    c_in : int
        Channels that come in.
    widths : six ints
        As for `networks.inception`.
    """
    one, reduce_3, three, reduce_5, five, project = widths
    ones = (c_in + 1) * (one + reduce_3 + reduce_5 + project)
    return ones + (9 * reduce_3 + 1) * three + (25 * reduce_5 + 1) * five


def residual_block(x: np.ndarray, w1: np.ndarray, w2: np.ndarray) -> np.ndarray:
    """Return relu(x + w2·relu(w1·x)).

    Parameters
    ----------
    x : ndarray of shape (units,)
    w1 : ndarray of shape (hidden, units)
    w2 : ndarray of shape (units, hidden)
    """
    return np.maximum(x + w2 @ np.maximum(w1 @ x, 0), 0)
