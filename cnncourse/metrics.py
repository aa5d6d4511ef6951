"""What answers are worth: accuracy with its interval, confusion, two readers compared.

    >>> labels, answers = np.array([4, 4, 9]), np.array([4, 9, 9])
    >>> round(accuracy(answers, labels), 3)
    0.667
    >>> int(confusion(answers, labels)[4, 9])  # a 4 that was read as a 9
    1

Answers are class numbers; probabilities of shape (N, K) may stand for them, and then the most
probable class is the answer. No network takes part.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.geometry import check_whole

Z = 1.959964  # 95 % of a normal distribution lie within so many standard deviations


def accuracy(answers: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of right answers.

    Parameters
    ----------
    answers : ndarray of int of shape (N,), or probabilities of shape (N, K)
    labels : ndarray of int of shape (N,)
    """
    return float(np.mean(_classes(answers, labels) == labels))


def confusion(answers: np.ndarray, labels: np.ndarray, classes: int = 10) -> np.ndarray:
    """Return how often each class was read as each.

    Parameters
    ----------
    answers : ndarray of int of shape (N,), or probabilities of shape (N, K)
    labels : ndarray of int of shape (N,)
    classes : int

    Returns
    -------
    ndarray of int of shape (classes, classes)
        The row is the label, the column the answer; right answers are on the diagonal.
    """
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (labels, _classes(answers, labels)), 1)
    return counts


def wilson_interval(share: float, n: int) -> tuple[float, float]:
    """Return the interval in which the share of endlessly many such cases lies, at 95 %.

    It is about the choice of the cases only: another seed, another training moves an accuracy too.

    Parameters
    ----------
    share : float
        Measured on n cases, 0 to 1.
    n : int

    Returns
    -------
    low, high : float

    Raises
    ------
    ValueError
        If the share is not from 0 to 1, or n is no whole number above 0.

    References
    ----------
    E. B. Wilson (1927), *Probable Inference, the Law of Succession, and Statistical Inference*.

    Examples
    --------
    >>> [round(100 * end, 2) for end in wilson_interval(0.99, 10_000)]
    [98.79, 99.18]
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}: use a share from 0 to 1, not per cent")
    check_whole("n", n, least=1)
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * (share * (1 - share) / n + Z**2 / (4 * n**2)) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)


def discordant(first: np.ndarray, second: np.ndarray, labels: np.ndarray) -> tuple[int, int]:
    """Return how many cases only the first reads correctly, and how many only the second.

    Two networks that read the same digits share the easy and the hopeless ones. Only the digits on
    which one is right and the other wrong tell them apart.

    Parameters
    ----------
    first, second : ndarray of int of shape (N,), or probabilities of shape (N, K)
    labels : ndarray of int of shape (N,)
    """
    one, other = (_classes(answers, labels) == labels for answers in (first, second))
    return int(np.sum(one & ~other)), int(np.sum(other & ~one))


def chance(only_first: int, only_second: int) -> float:
    """Return how probable it is that equal readers differ at least so much: the exact sign test.

    Parameters
    ----------
    only_first, only_second : int
        As :func:`discordant` counts them. If both read equally well, each such case is the toss of
        a coin.

    Returns
    -------
    float
        From 0 to 1, for differences to either side.

    References
    ----------
    Q. McNemar (1947), *Note on the Sampling Error of the Difference between Correlated Proportions
    or Percentages*, Psychometrika 12, 153–157.

    Examples
    --------
    >>> round(chance(6, 21), 3)
    0.006
    """
    n, fewer = only_first + only_second, min(only_first, only_second)
    tail = sum(comb(n, k) for k in range(fewer + 1)) / 2**n
    return min(1.0, 2 * tail)


def rmse(estimate: ArrayLike, truth: ArrayLike) -> float:
    """Return the root of the mean squared error.

    Parameters
    ----------
    estimate, truth : array_like, of equal shapes
        Numbers of any type; the error has their unit.
    """
    difference = np.asarray(estimate, dtype=float) - np.asarray(truth, dtype=float)
    return float(np.sqrt(np.mean(difference**2)))


def _classes(answers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the answers as class numbers; refuse those that belong to other cases."""
    answers = np.asarray(answers)
    found = answers.argmax(1) if answers.ndim == 2 else answers
    if found.ndim != 1 or np.shape(labels) != found.shape:
        raise ValueError(
            f"answers has shape {answers.shape}, labels has shape {np.shape(labels)}: use the "
            "answers (N,), or probabilities (N, K), and the labels (N,) of the same cases"
        )
    return found
