"""Activation functions and the classifier's last step: softmax and cross-entropy.

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    >>> softmax([2.0, 1.0, 0.1]).round(4)
    array([0.659 , 0.2424, 0.0986])

Every function works element by element on arrays of any shape, and has a twin, ``…_derivative``,
that gives its slope. ``ACTIVATIONS`` lists them by name. Nothing here holds state or is learned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cnncourse.geometry import check_choice

FLAT = 0.01  # a unit counts as saturated where its slope is below this share of the steepest one


def identity(x: np.ndarray) -> np.ndarray:
    """Return x itself: what a layer without an activation does."""
    return _floats(x)


def identity_derivative(x: np.ndarray) -> np.ndarray:
    """Return 1 everywhere."""
    return np.ones_like(_floats(x))


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return σ(x) = 1 / (1 + e^(−x)), between 0 and 1.

    The exponential is only taken of negative numbers, so it cannot overflow.
    """
    x = _floats(x)
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def sigmoid_derivative(x: np.ndarray) -> np.ndarray:
    """Return σ′(x) = σ(x)·(1 − σ(x)), at most 1/4."""
    small = np.exp(-np.abs(_floats(x)))  # σ′(x) = σ′(−x) = e^(−|x|) / (1 + e^(−|x|))²
    return small / (1 + small) ** 2


def tanh(x: np.ndarray) -> np.ndarray:
    """Return tanh x = 2σ(2x) − 1, between −1 and 1."""
    return np.tanh(_floats(x))


def tanh_derivative(x: np.ndarray) -> np.ndarray:
    """Return 1 − tanh² x, at most 1."""
    return 4 * sigmoid_derivative(2 * _floats(x))  # 1 − 0.999… would lose digits


def relu(x: np.ndarray) -> np.ndarray:
    """Return max(0, x): negative numbers become 0, the others stay."""
    return np.maximum(_floats(x), 0)


def relu_derivative(x: np.ndarray) -> np.ndarray:
    """Return 1 where x > 0, else 0. At 0 there is no slope; 0 is the usual choice."""
    return (_floats(x) > 0).astype(float)


def leaky_relu(x: np.ndarray) -> np.ndarray:
    """Return x where x > 0, else 0.01·x: a unit that never goes quite dead.

    References
    ----------
    A. Maas, A. Hannun and A. Ng (2013), *Rectifier Nonlinearities Improve Neural Network Acoustic
    Models*.
    """
    x = _floats(x)
    return np.where(x > 0, x, 0.01 * x)


def leaky_relu_derivative(x: np.ndarray) -> np.ndarray:
    """Return 1 where x > 0, else 0.01."""
    return np.where(_floats(x) > 0, 1, 0.01)


def elu(x: np.ndarray) -> np.ndarray:
    """Return x where x > 0, else e^x − 1.

    References
    ----------
    D.-A. Clevert, T. Unterthiner and S. Hochreiter (2015), *Fast and Accurate Deep Network
    Learning by Exponential Linear Units (ELUs)*, arXiv:1511.07289.
    """
    x = _floats(x)
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def elu_derivative(x: np.ndarray) -> np.ndarray:
    """Return 1 where x > 0, else e^x."""
    return np.exp(np.minimum(_floats(x), 0))


def silu(x: np.ndarray) -> np.ndarray:
    """Return x·σ(x): a smooth ReLU that dips below 0 and comes back; also called swish."""
    x = _floats(x)
    return x * sigmoid(x)


def silu_derivative(x: np.ndarray) -> np.ndarray:
    """Return σ(x) + x·σ′(x)."""
    x = _floats(x)
    return sigmoid(x) + x * sigmoid_derivative(x)


def gelu(x: np.ndarray) -> np.ndarray:
    """Return x·Φ(x), Φ being the normal distribution function, in its tanh form.

    0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) differs from x·Φ(x) by less than 0.0005, and needs
    no function that NumPy lacks. It is ``torch.nn.GELU(approximate="tanh")``.

    References
    ----------
    D. Hendrycks and K. Gimpel (2016), *Gaussian Error Linear Units (GELUs)*, arXiv:1606.08415.
    """
    x = _floats(x)
    return 0.5 * x * (1 + np.tanh(_gelu_inside(x)))


def gelu_derivative(x: np.ndarray) -> np.ndarray:
    """Return the slope of :func:`gelu`, by the product rule."""
    x = _floats(x)
    inner_slope = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x * x)
    t = np.tanh(_gelu_inside(x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * inner_slope


@dataclass(frozen=True)
class Activation:
    """A function, its derivative, the formula in words, and its steepest slope.

    `steepest` is what the slope is compared with when we ask whether a unit is saturated.
    """

    function: Callable[[np.ndarray], np.ndarray]
    derivative: Callable[[np.ndarray], np.ndarray]
    formula: str
    steepest: float = 1.0


ACTIVATIONS = {
    "sigmoid": Activation(sigmoid, sigmoid_derivative, "1 / (1 + e⁻ˣ)", steepest=0.25),
    "tanh": Activation(tanh, tanh_derivative, "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)"),
    "relu": Activation(relu, relu_derivative, "max(0, x)"),
    "leaky relu": Activation(leaky_relu, leaky_relu_derivative, "x or 0.01·x"),
    "elu": Activation(elu, elu_derivative, "x or eˣ − 1"),
    "silu": Activation(silu, silu_derivative, "x · σ(x)"),
    "gelu": Activation(gelu, gelu_derivative, "x · Φ(x)"),
    "identity": Activation(identity, identity_derivative, "x"),
}


# Classification -----------------------------------------------------------------------------------


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return the logarithms of :func:`softmax`, exact even where a probability rounds to 0.

    That is z − log Σ e^z. The largest score m is taken out first, log Σ e^z = m + log Σ e^(z − m),
    so that no exponential is larger than 1, whatever the scores.
    """
    scores = _floats(logits)
    scores = scores - scores.max(axis=-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def softmax(logits: np.ndarray, *, temperature: float = 1.0) -> np.ndarray:
    """Turn scores into probabilities: e^(z/T) / Σ e^(z/T).

    Parameters
    ----------
    logits : array of any shape
        Scores z; any real numbers. The last axis is that of the classes.
    temperature : float
        T below 1 sharpens, above 1 flattens; 1 is the usual softmax.

    Returns
    -------
    ndarray of the shape of `logits`, whose last axis adds up to 1

    Raises
    ------
    ValueError
        If the temperature is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}: use a number above 0, such as 1")
    return np.exp(log_softmax(_floats(logits) / temperature))


def cross_entropy(logits: np.ndarray, targets: int | np.ndarray) -> float:
    """Return the mean of −log p(target), with p the softmax of the logits.

    Parameters
    ----------
    logits : array of shape (K,) or (N, K)
        Scores before softmax, as for ``torch.nn.functional.cross_entropy``.
    targets : int or array of int of shape (N,)
        The right class of each example.

    Returns
    -------
    float
        In nats; ln K when all K classes are thought equally likely.

    Raises
    ------
    ValueError
        If a target is not a class, or the shapes do not belong together.

    Examples
    --------
    >>> round(cross_entropy([2.0, 1.0, 0.1], 0), 5)
    0.41703
    """
    logits, targets = _examples(logits, targets)
    return float(-log_softmax(logits)[np.arange(len(targets)), targets].mean())


def cross_entropy_gradient(logits: np.ndarray, targets: int | np.ndarray) -> np.ndarray:
    """Return ∂(cross-entropy)/∂logits = (p − y) / N, with y one-hot.

    Parameters
    ----------
    logits : array of shape (K,) or (N, K)
    targets : int or array of int of shape (N,)
        As for :func:`cross_entropy`, which refuses the same.

    Returns
    -------
    ndarray of the shape of `logits`
    """
    rows, targets = _examples(logits, targets)
    gradient = softmax(rows)
    gradient[np.arange(len(targets)), targets] -= 1
    return (gradient / len(targets)).reshape(np.shape(logits))


# Deep stacks --------------------------------------------------------------------------------------

INITIALISATIONS = ("He", "Glorot", "small (0.01)", "standard normal")


def weight_spread(n_in: int, n_out: int, initialisation: str) -> float:
    """Return the standard deviation of the random weights that a layer starts with.

    Parameters
    ----------
    n_in, n_out : int
        Numbers that go into a unit of the layer, and units that it feeds.
    initialisation : str
        One of `INITIALISATIONS`: "He" is √(2/n_in), made for ReLU; "Glorot" is
        √(2/(n_in + n_out)), made for tanh.

    Raises
    ------
    ValueError
        If the initialisation is unknown.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2015), *Delving Deep into Rectifiers*, arXiv:1502.01852.
    X. Glorot and Y. Bengio (2010), *Understanding the difficulty of training deep feedforward
    neural networks*.
    """
    spreads = {
        "He": np.sqrt(2 / n_in),
        "Glorot": np.sqrt(2 / (n_in + n_out)),
        "small (0.01)": 0.01,
        "standard normal": 1.0,
    }
    check_choice("initialisation", initialisation, spreads)
    return float(spreads[initialisation])


@dataclass(frozen=True)
class Signal:
    """What one layer of a deep stack gives out, and what comes back to it.

    Attributes
    ----------
    values : ndarray of shape (samples, units)
        The layer's activations.
    gradient : float
        Length (Euclidean norm) of the gradient that arrives at the layer's weighted sums.
    flat : float
        Share of values whose slope is under 1 % of the steepest: saturated, or off.
    dead : float
        Share of units that are flat for every sample: no sample can teach them anything.
    """

    values: np.ndarray
    gradient: float
    flat: float
    dead: float


def through_depth(name: str, weights: Sequence[np.ndarray], inputs: np.ndarray) -> list[Signal]:
    """Send inputs forward and a gradient backward through a stack of dense layers.

    Parameters
    ----------
    name : str
        A key of ``ACTIVATIONS``, used after every layer.
    weights : sequence of ndarray of shape (units before, units after)
    inputs : ndarray of shape (samples, units)

    Returns
    -------
    list of Signal
        One a layer. The backward pass starts with a gradient of length 1 on the last activations.
    """
    activation = ACTIVATIONS[name]
    slopes, values = [], [inputs]
    for matrix in weights:
        sums = values[-1] @ matrix
        slopes.append(activation.derivative(sums))
        values.append(activation.function(sums))
    gradient = np.full(values[-1].shape, values[-1].size ** -0.5)
    signals = []
    for matrix, slope, value in zip(weights[::-1], slopes[::-1], values[:0:-1], strict=True):
        at_sums = gradient * slope
        flat = np.abs(slope) < FLAT * activation.steepest
        size = float(np.linalg.norm(at_sums))
        signals.append(Signal(value, size, float(flat.mean()), float(flat.all(axis=0).mean())))
        gradient = at_sums @ matrix.T
    return signals[::-1]


# Helpers ------------------------------------------------------------------------------------------


def _floats(x: np.ndarray) -> np.ndarray:
    return np.asarray(x, dtype=float)


def _gelu_inside(x: np.ndarray) -> np.ndarray:
    return np.sqrt(2 / np.pi) * (x + 0.044715 * x * x * x)  # x**3 is far slower


def _examples(logits: np.ndarray, targets: int | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logits as (N, K) and the targets as (N,), or a sentence about what does not fit."""
    rows, targets = np.atleast_2d(_floats(logits)), np.atleast_1d(targets)
    if rows.ndim != 2 or targets.shape != rows.shape[:1]:
        raise ValueError(
            f"logits of shape {np.shape(logits)} do not go with targets of shape "
            f"{targets.shape}: use (N, K) and (N,), one class number for each row"
        )
    if targets.dtype.kind not in "iu" or targets.min() < 0 or targets.max() >= rows.shape[1]:
        raise ValueError(
            f"targets {targets.tolist()} are not class numbers: "
            f"use whole numbers from 0 to {rows.shape[1] - 1}"
        )
    return rows, targets
