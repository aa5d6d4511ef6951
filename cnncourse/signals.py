"""A noisy sensor and the weighted averages that calm it: convolution along one axis.

A pressure gauge on the floor of a canal lock reports the water level once a minute. Waves make
every reading wrong by a few decimetres; an average over several readings is steadier.

    >>> weights = averaging_weights("box", ages(5, causal=True))
    >>> weighted_average([1, 2, 3, 4, 5], weights, first_age=0)
    array([1. , 1.5, 2. , 2.5, 3. ])

Such an average *is* a convolution: the level at minute t is Σₙ w(n)·x(t − n), where n is the age
of a reading. Nothing is drawn here; `cnncourse.figures.noisy_sensor` does that.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from cnncourse.convolution import convolve
from cnncourse.geometry import check_choice, check_whole

AVERAGES = ("box", "Gaussian", "exponential")


def water_level(minutes: int = 120) -> np.ndarray:
    """Return the true level in metres: a slow swing, and a jump of 1 m when the gate opens.

    Returns
    -------
    ndarray of shape (minutes,); the gate opens at half time
    """
    check_whole("minutes", minutes, 2)
    t = np.arange(minutes)
    return 2 + 0.4 * np.sin(2 * np.pi * t / 80) + (t >= minutes // 2)


def readings(level: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    """Return what the gauge reports: the level plus normal noise.

    Parameters
    ----------
    level : ndarray of shape (minutes,), in metres
    noise : float
        Standard deviation of the noise, in metres, at least 0.
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If the noise is negative.
    """
    if noise < 0:
        raise ValueError(f"noise is {noise}: a standard deviation cannot be negative, try 0.3")
    return level + noise * rng.standard_normal(len(level))


def ages(window: int, *, causal: bool) -> np.ndarray:
    """Return how many minutes old the averaged readings are; below 0 they lie in the future.

    Parameters
    ----------
    window : int
        How many readings are averaged.
    causal : bool
        True takes the latest readings; False as many from the future as from the past.

    Raises
    ------
    ValueError
        If a centred window has an even number of readings: it would have no middle.

    Examples
    --------
    >>> ages(3, causal=True), ages(3, causal=False)
    (array([0, 1, 2]), array([-1,  0,  1]))
    """
    check_whole("window", window, 1)
    if causal:
        return np.arange(window)
    if window % 2 == 0:
        raise ValueError(f"a centred window of {window} has no middle: try {window + 1}")
    return np.arange(window) - window // 2


def averaging_weights(shape: str, ages: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return one weight for each age; they sum to 1, so the result is an average.

    Parameters
    ----------
    shape : "box", "Gaussian" or "exponential"
        Equal weights, or weights that fall with the distance in time from now.
    ages : sequence of int

    Returns
    -------
    ndarray of shape (len(ages),)

    Raises
    ------
    ValueError
        If the shape is unknown.
    """
    check_choice("average", shape, AVERAGES)
    distance = np.abs(np.asarray(ages))
    reach = distance.max() + 1
    if shape == "box":
        weights = np.ones(len(distance))
    elif shape == "Gaussian":
        weights = np.exp(-((distance / (reach / 2)) ** 2) / 2)
    else:
        weights = np.exp(-distance / (reach / 3))
    return weights / weights.sum()


def weighted_average(
    signal: Sequence[float] | np.ndarray, weights: Sequence[float] | np.ndarray, first_age: int
) -> np.ndarray:
    """Return the average at every time: Σₙ w(n)·x(t − n), a convolution.

    Near the ends of the record part of the window is empty; the weights that are left are scaled
    up to sum to 1 again.

    Parameters
    ----------
    signal : sequence of float, of length L
    weights : sequence of float, of length K, for the ages first_age, first_age + 1, …
    first_age : int
        0 for a causal average, −(K // 2) for a centred one.

    Returns
    -------
    ndarray of shape (L,)
    """
    signal, weights = np.asarray(signal), np.asarray(weights)
    kept = slice(-first_age, -first_age + len(signal))
    total = convolve(signal, weights, padding="full")[kept]
    weight = convolve(np.ones(len(signal)), weights, padding="full")[kept]
    return total / weight


def mean_age(weights: np.ndarray, ages: np.ndarray) -> float:
    """Return by how many minutes the average lags behind: the mean age of what it averages.

    Parameters
    ----------
    weights, ages : ndarrays of shape (K,)
        From :func:`averaging_weights` and :func:`ages`.
    """
    return float(np.dot(weights, ages) / np.sum(weights))


def stripes(size: int, period: int) -> np.ndarray:
    """Return smooth vertical stripes from 0 to 1.

    Parameters
    ----------
    size : int
        Rows and columns.
    period : int
        Pixels from one stripe to the next.

    Returns
    -------
    ndarray of shape (size, size)
    """
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * np.arange(size) / period)
    return np.tile(wave, (size, 1))


def apparent_period(period: int, stride: int) -> Fraction | None:
    """Return the period, in input pixels, at which sampled stripes seem to repeat.

    A cosine of f cycles a step looks the same as one of f − 1, f − 2 …: the nearest to 0 is seen.
    None: every step falls on the same place of a stripe, and no stripes are seen at all.

    Parameters
    ----------
    period, stride : int
        Pixels from one stripe to the next, and from one sample to the next.

    Examples
    --------
    >>> apparent_period(3, 4)
    Fraction(12, 1)
    """
    cycles = Fraction(stride, period)
    seen = abs(cycles - round(cycles))
    return Fraction(stride) / seen if seen else None


def mean_gain(period: int, kernel: int, dilation: int = 1) -> float:
    """Return the share of a wave's height that is left after a mean over the kernel's window.

    Parameters
    ----------
    period : int
        Of the wave, in pixels.
    kernel, dilation : int

    Examples
    --------
    >>> [round(mean_gain(3, kernel), 2) for kernel in (1, 2, 3)]
    [1.0, 0.5, 0.0]
    """
    phases = 2 * np.pi * dilation * np.arange(kernel) / period
    return float(abs(np.exp(1j * phases).mean()))
