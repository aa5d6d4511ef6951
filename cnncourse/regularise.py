"""Dropout and batch normalisation by hand, forward and backward.

Both behave differently in training and in evaluation, which is why every function that does says
``training`` out loud:

    >>> y, mask = dropout(np.ones(4), 0.5, np.random.default_rng(0))
    >>> y, running = batch_norm(np.array([[1.0], [2.0], [3.0], [6.0]]), training=True)
    >>> y.ravel().round(4)
    array([-1.069 , -0.5345,  0.    ,  1.6036])

Nothing here is trained: the functions take numbers and give numbers back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EPSILON = 1e-5  # keeps the denominator of batch normalisation away from 0


def dropout(
    x: np.ndarray, p: float, rng: np.random.Generator, *, training: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Return x with units dropped at random, and the mask that did it.

    This is *inverted* dropout, as in PyTorch: p is the probability to **drop**, and the survivors
    are scaled by 1/(1 − p), so that the mean stays what it was and evaluation needs no scaling.
    In the paper p is the probability to **keep**, and the weights are scaled at test time instead.

    Parameters
    ----------
    x : ndarray of any shape
    p : float
        0 ≤ p < 1.
    rng : numpy.random.Generator
    training : bool
        False returns x unchanged.

    Returns
    -------
    y, mask : ndarrays of the shape of `x`
        y = x·mask; the mask holds 0 or 1/(1 − p).

    Raises
    ------
    ValueError
        If p is not in its range.

    References
    ----------
    N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov (2014), *Dropout: A
    Simple Way to Prevent Neural Networks from Overfitting*, JMLR 15.
    """
    if not 0 <= p < 1:
        raise ValueError(f"p is {p}, but it is the probability to drop a unit: use 0 ≤ p < 1")
    x = np.asarray(x, dtype=float)
    if not training:
        return x, np.ones(x.shape)
    mask = (rng.random(x.shape) >= p) / (1 - p)
    return x * mask, mask


def dropout_backward(grad: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return ∂L/∂x of dropout: what was multiplied by the mask forward is so backward.

    Parameters
    ----------
    grad, mask : ndarrays of one shape
        ∂L/∂output, and the mask that :func:`dropout` returned.
    """
    return grad * mask


def every_mask(units: int, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Return all ways to keep or drop some units, and how likely each of them is.

    Parameters
    ----------
    units : int
        At most 16, for there are 2^units ways.
    p : float
        The probability to drop one unit.

    Returns
    -------
    keep : ndarray of shape (2^units, units)
        1 for kept, 0 for dropped.
    chance : ndarray of shape (2^units,)
        Adds up to 1.

    Raises
    ------
    ValueError
        If there are more than 16 units, or none.
    """
    if not 1 <= units <= 16:
        raise ValueError(f"units is {units}: use 1 to 16, for there are 2^units masks")
    keep = (np.arange(2**units)[:, None] >> np.arange(units)) & 1  # the binary digits
    kept = keep.sum(axis=1)
    return keep, (1 - p) ** kept * p ** (units - kept)


# Batch normalisation ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Running:
    """The statistics that batch normalisation remembers for evaluation, each of shape (C,)."""

    mean: np.ndarray
    var: np.ndarray


def batch_norm(
    x: np.ndarray,
    gamma: np.ndarray | float = 1.0,
    beta: np.ndarray | float = 0.0,
    running: Running | None = None,
    *,
    training: bool,
    momentum: float = 0.1,
) -> tuple[np.ndarray, Running]:
    """Normalise each channel, then scale by γ and shift by β.

    y = γ·(x − μ)/√(σ² + ε) + β. In training μ and σ² are those of the batch (σ² divides by the
    number of values), and the running statistics move towards them by `momentum`, the variance
    with its *unbiased* value (divided by the number minus 1). In evaluation μ and σ² **are** the
    running statistics. These are PyTorch's rules.

    Parameters
    ----------
    x : ndarray of shape (N, C) or (N, C, H, W)
    gamma, beta : float or ndarray of shape (C,)
    running : Running, optional
        Before the first batch: mean 0, variance 1.
    training : bool
    momentum : float
        Weight of the new batch in the running statistics.

    Returns
    -------
    y : ndarray of the shape of `x`
    running : Running
        The statistics after this batch; unchanged in evaluation.

    Raises
    ------
    ValueError
        If `x` has other axes, or training gets a single value per channel.

    References
    ----------
    S. Ioffe and C. Szegedy (2015), *Batch Normalization: Accelerating Deep Network Training by
    Reducing Internal Covariate Shift*, arXiv:1502.03167.
    """
    x = np.asarray(x, dtype=float)
    axes = _all_but_channels(x)
    if running is None:
        running = Running(np.zeros(x.shape[1]), np.ones(x.shape[1]))
    if training:
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running = update_running(running, x, momentum)
    else:
        mean, var = running.mean, running.var
    normal = (x - _column(mean, x)) / np.sqrt(_column(var, x) + EPSILON)
    return _column(gamma, x) * normal + _column(beta, x), running


def update_running(running: Running, x: np.ndarray, momentum: float = 0.1) -> Running:
    """Return the running statistics after one more training batch.

    new = (1 − momentum)·old + momentum·batch, the batch's variance unbiased: it divides by the
    number of values minus 1.

    Parameters
    ----------
    running : Running
        The statistics so far.
    x : ndarray of shape (N, C) or (N, C, H, W)
        The batch.
    momentum : float
        Its weight, from 0 to 1.

    Raises
    ------
    ValueError
        If a channel has a single value.
    """
    axes = _all_but_channels(x)
    if x.size == x.shape[1]:
        raise ValueError(
            f"a batch of shape {x.shape} has one value per channel, and one value has no variance: "
            "train with at least 2 values per channel, or use training=False"
        )
    return Running(
        (1 - momentum) * running.mean + momentum * x.mean(axis=axes),
        (1 - momentum) * running.var + momentum * x.var(axis=axes, ddof=1),
    )


def batch_norm_backward(
    x: np.ndarray, gamma: np.ndarray | float, grad: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ∂L/∂x, ∂L/∂γ and ∂L/∂β of batch normalisation in training.

    With m values per channel, s = √(σ² + ε) and x̂ = (x − μ)/s:
    ∂L/∂x = γ/(m·s) · (m·g − Σg − x̂·Σ(g·x̂)). The two sums are there because every value moves the
    mean and the variance of the whole batch.

    Parameters
    ----------
    x, grad : ndarrays of shape (N, C) or (N, C, H, W)
        The layer's input and ∂L/∂output.
    gamma : float or ndarray of shape (C,)

    Returns
    -------
    dx, dgamma, dbeta : ndarrays of the shape of `x`, (C,) and (C,)
    """
    axes = _all_but_channels(x)
    m = x.size // x.shape[1]
    s = np.sqrt(x.var(axis=axes, keepdims=True) + EPSILON)
    normal = (x - x.mean(axis=axes, keepdims=True)) / s
    dgamma, dbeta = (grad * normal).sum(axis=axes), grad.sum(axis=axes)
    inner = m * grad - _column(dbeta, x) - normal * _column(dgamma, x)
    return _column(gamma, x) / (m * s) * inner, dgamma, dbeta


def fold_batch_norm(
    w: np.ndarray, b: np.ndarray, gamma: np.ndarray, beta: np.ndarray, running: Running
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights and bias of one convolution that equals convolution, then batch norm.

    In evaluation batch norm is a fixed scale and shift of each channel, and so can be absorbed:
    w′ = w·γ/√(σ² + ε), b′ = (b − μ)·γ/√(σ² + ε) + β.

    Parameters
    ----------
    w : ndarray of shape (C_out, C_in, KH, KW)
    b, gamma, beta : ndarrays of shape (C_out,)
    running : Running
        Of shape (C_out,).

    Returns
    -------
    w, b : ndarrays of the shapes of `w` and `b`
    """
    scale = gamma / np.sqrt(running.var + EPSILON)
    return w * scale[:, None, None, None], (b - running.mean) * scale + beta


def _all_but_channels(x: np.ndarray) -> tuple[int, ...]:
    """The axes to average over: all but axis 1, the channels."""
    if x.ndim not in (2, 4):
        raise ValueError(f"x has shape {x.shape}: use (N, C) or (N, C, H, W)")
    return (0,) if x.ndim == 2 else (0, 2, 3)


def _column(values: np.ndarray | float, x: np.ndarray) -> np.ndarray:
    """One value per channel, shaped so that it meets axis 1 of x."""
    values = np.asarray(values, dtype=float)
    return values if values.ndim == 0 else values.reshape(1, -1, *[1] * (x.ndim - 2))
