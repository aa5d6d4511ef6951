"""What pooling keeps: five ways to pool, the gradient of each, and a test by shifting.

    >>> image = np.arange(16.0).reshape(4, 4)
    >>> pool_with(image, "max", 2)
    array([[ 5.,  7.],
           [13., 15.]])
    >>> shift_test(image, "max", 2, shift=0).unchanged
    1.0

The pooling layer itself is :func:`cnncourse.convolution.pool`, its gradient is in
:mod:`cnncourse.backward`; here they are compared.

Sources: R. Zhang (2019), *Making Convolutional Networks Shift-Invariant Again*, for "max, then
blur"; A. Azulay and Y. Weiss (2018), *Why do deep convolutional networks generalize so poorly to
small image transformations?*, for the test by shifting.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cnncourse import convolution as conv
from cnncourse.backward import avg_pool_backward, conv_backward, max_pool_backward
from cnncourse.geometry import check_choice, check_whole

POOLINGS = ("max", "avg", "l2", "weighted", "max, then blur")

_BLUR = np.outer([1, 2, 1], [1, 2, 1]) / 16  # what is blurred no longer jumps


def bell(window: int) -> np.ndarray:
    """Return weights that fall with the distance from the middle of the window and sum to 1.

    They are exp(−r² / 2σ²) with σ a third of the window. In a 2×2 window all four pixels are
    equally far from the middle: there the weighted mean is the plain one.
    """
    check_whole("window", window, least=1)
    axis = np.arange(window) - (window - 1) / 2
    weights = np.exp(-(axis**2) / (2 * (window / 3) ** 2))
    return np.outer(weights, weights) / weights.sum() ** 2


def pool_with(image: np.ndarray, kind: str, window: int, stride: int | None = None) -> np.ndarray:
    """Pool an (H, W) image in one of the ways of `POOLINGS`.

    "max, then blur" takes the maximum at every place, and blurs before it leaves places out.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    kind : str
        One of `POOLINGS`.
    window, stride : int
        In pixels; stride None means the window size.

    Returns
    -------
    ndarray of shape (OH, OW), a number for each window

    Raises
    ------
    ValueError
        If the kind is unknown or the window does not fit.
    """
    stride = _check(kind, window, stride)
    if kind == "weighted":
        return conv.correlate(image, bell(window), stride=stride)
    if kind == "max, then blur":
        return conv.correlate(conv.pool(image, window, stride=1), _BLUR, stride=stride, padding=1)
    return conv.pool(image, window, stride=stride, mode=kind)


def input_gradient(
    image: np.ndarray, kind: str, window: int, stride: int | None = None
) -> np.ndarray:
    """Return the gradient of the sum of all outputs with respect to each pixel.

    Parameters
    ----------
    image, kind, window, stride : as for :func:`pool_with`, which refuses the same

    Returns
    -------
    ndarray of shape (H, W)
    """
    stride = _check(kind, window, stride)
    x = np.asarray(image, dtype=float)[None, None]
    out = pool_with(image, kind, window, stride)[None, None]
    ones = np.ones_like(out)
    if kind == "max":
        return max_pool_backward(x, ones, window, stride)[0, 0]
    if kind == "avg":
        return avg_pool_backward(x, ones, window, stride)[0, 0]
    if kind == "weighted":
        return conv_backward(x, bell(window)[None, None], ones, stride)[0][0, 0]
    if kind == "l2":  # ∂√Σx² / ∂x = x / √Σx², and 0 where the whole window is 0
        share = np.divide(1, out, out=np.zeros_like(out), where=out > 0)
        spread = conv_backward(x, np.ones((1, 1, window, window)), share, stride)[0]
        return (x * spread)[0, 0]
    largest = conv.pool(image, window, stride=1)[None, None]
    gradient = conv_backward(largest, _BLUR[None, None], ones, stride, 1)[0]
    return max_pool_backward(x, gradient, window, 1)[0, 0]


class Shifted(NamedTuple):
    """What a shift did to the outputs.

    Attributes
    ----------
    before, after : ndarray
        The outputs.
    unchanged : float
        The share that stayed, among the outputs that are not blank both times.
    inked : int
        How many these are.
    input_distance, output_distance : float
        ‖after − before‖ / ‖before‖.
    """

    before: np.ndarray
    after: np.ndarray
    unchanged: float
    inked: int
    input_distance: float
    output_distance: float


def shift_test(
    image: np.ndarray,
    kind: str,
    window: int,
    stride: int | None = None,
    *,
    shift: int,
    back: bool = False,
) -> Shifted:
    """Pool an image and the same image moved to the right, and compare.

    What leaves on the right comes back on the left, so that nothing new enters.

    Parameters
    ----------
    image, kind, window, stride : as for :func:`pool_with`, which refuses the same
    shift : int
        In pixels, to the right.
    back : bool
        Move the output of the shifted image back to the left by as many whole strides as fit into
        the shift. What then is as before is *equivariant*: it has only moved along.

    Returns
    -------
    Shifted
        An output counts as unchanged if it differs by less than a billionth of the largest one.
        Where the paper is blank before and after, there is nothing that could have changed.
    """
    moved = np.roll(image, shift, axis=1)
    before, after = (pool_with(x, kind, window, stride) for x in (image, moved))
    if back:
        after = np.roll(after, -(shift // _check(kind, window, stride)), axis=1)
    same = np.abs(after - before) <= 1e-9 * np.abs(before).max()
    inked = (before != 0) | (after != 0)
    unchanged = float(same[inked].mean()) if inked.any() else 1.0
    distances = distance(image, moved), distance(before, after)
    return Shifted(before, after, unchanged, int(inked.sum()), *distances)


def distance(before: np.ndarray, after: np.ndarray) -> float:
    """Return ‖after − before‖ / ‖before‖; 0 if both are 0.

    Parameters
    ----------
    before, after : ndarrays of one shape
    """
    change, length = np.linalg.norm(after - before), np.linalg.norm(before)
    return float(change / length) if length else float(change)


def _check(kind: str, window: int, stride: int | None) -> int:
    """Refuse an unknown kind; return the stride, which is the window if nothing else is said."""
    check_choice("pooling", kind, POOLINGS)
    return window if stride is None else stride
