"""The way back: gradients of convolution and pooling, by hand.

Training asks of every layer: given how the loss changes with the layer's *output* (``grad``), how
does it change with its *input* and with its *weights*? The answers are convolutions again:

    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> w = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> dx, dw, db = conv_backward(x, w, np.ones((1, 1, 3, 3)))
    >>> db
    array([9.])

The forward passes are ``convolution.correlate`` and ``convolution.pool``.

Source: V. Dumoulin and F. Visin (2016), *A guide to convolution arithmetic for deep learning*,
arXiv:1603.07285, section 4.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from cnncourse.convolution import pad
from cnncourse.geometry import conv_output_size, pool_output_size


def conv_backward(
    x: np.ndarray, w: np.ndarray, grad: np.ndarray, stride: int = 1, padding: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of a loss with respect to a convolution's input, weights and bias.

    A weight is used once in every window. Its gradient is the sum, over all windows, of the pixel
    it met times the gradient of that window's output. A pixel's gradient is the sum, over all
    windows that contain it, of the weight it met times that output's gradient.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
        The layer's input in the forward pass.
    w : ndarray of shape (C_out, C_in, KH, KW)
    grad : ndarray of shape (N, C_out, OH, OW)
        ∂L/∂output.
    stride, padding : int
        Those of the forward pass; the padding is zeros.

    Returns
    -------
    dx, dw, db : ndarrays
        Of the shapes of `x`, `w` and (C_out,).

    Raises
    ------
    ValueError
        If `grad` has not the shape of the layer's output.
    """
    height, width = (
        conv_output_size(n, k, stride, padding)
        for n, k in zip(x.shape[2:], w.shape[2:], strict=True)
    )
    _check_grad(grad, (len(x), len(w), height, width))
    padded = pad(x, padding)
    d_padded = np.zeros(padded.shape)
    dw = np.zeros(w.shape)
    for i, j in product(range(w.shape[2]), range(w.shape[3])):
        met = _met(i, j, stride, height, width)  # the pixels that weight (i, j) met
        dw[:, :, i, j] = np.einsum("nohw,nchw->oc", grad, padded[met])
        d_padded[met] += np.einsum("nohw,oc->nchw", grad, w[:, :, i, j])
    rows, columns = (slice(padding, padding + size) for size in x.shape[2:])
    return d_padded[..., rows, columns], dw, grad.sum(axis=(0, 2, 3))


def max_pool_backward(
    x: np.ndarray, grad: np.ndarray, window: int, stride: int | None = None
) -> np.ndarray:
    """Return ∂L/∂x of max pooling: each window hands its gradient to its winner.

    Where several pixels are equally large the first in reading order wins, as in PyTorch.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    grad : ndarray of shape (N, C, OH, OW)
    window, stride : int
        Those of the forward pass, without padding; stride None means the window size.

    Returns
    -------
    ndarray of the shape of `x`

    Raises
    ------
    ValueError
        If `grad` has not the shape of the layer's output.
    """
    stride = window if stride is None else stride
    places = _places(x, grad, window, stride)
    winner = np.argmax([x[met] for met in places], axis=0)  # (N, C, OH, OW): place in the window
    dx = np.zeros(x.shape)
    for number, met in enumerate(places):
        dx[met] += grad * (winner == number)
    return dx


def avg_pool_backward(
    x: np.ndarray, grad: np.ndarray, window: int, stride: int | None = None
) -> np.ndarray:
    """Return ∂L/∂x of average pooling: each window spreads its gradient evenly.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Only its shape matters: the mean is linear.
    grad, window, stride : as for :func:`max_pool_backward`, which refuses the same

    Returns
    -------
    ndarray of the shape of `x`
    """
    stride = window if stride is None else stride
    dx = np.zeros(x.shape)
    for met in _places(x, grad, window, stride):
        dx[met] += grad / window**2
    return dx


def _met(row: int, column: int, stride: int, height: int, width: int) -> tuple:
    """Index of the pixels that lie at (row, column) of their window, for all windows at once."""
    rows = slice(row, row + stride * (height - 1) + 1, stride)
    columns = slice(column, column + stride * (width - 1) + 1, stride)
    return ..., rows, columns


def _places(x: np.ndarray, grad: np.ndarray, window: int, stride: int) -> list[tuple]:
    """Index of the pixels at each place of their pooling window, the places in reading order."""
    height, width = (pool_output_size(n, window, stride) for n in x.shape[2:])
    _check_grad(grad, (*x.shape[:2], height, width))
    return [_met(i, j, stride, height, width) for i, j in product(range(window), range(window))]


def _check_grad(grad: np.ndarray, expected: tuple[int, ...]) -> None:
    if grad.shape != expected:
        raise ValueError(
            f"grad has shape {grad.shape}, but this layer's output has shape {expected}: "
            "give the gradient of the output, with the stride and padding of the forward pass"
        )
