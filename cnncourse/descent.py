"""Downhill in a long valley: how gradient descent, momentum and Adam walk, in two weights.

    >>> path("SGD", rate=0.1, steps=2)[-1].round(2).tolist()
    [-1.62, 0.0]

The loss is ``(x² + 10·y²) / 2``: along x the floor is nearly flat, across it the walls are ten
times as steep. Real losses have such valleys in millions of weights; two can be drawn.
"""

from __future__ import annotations

import numpy as np

from cnncourse.geometry import check_choice, check_whole

STEEPNESS = np.array([1.0, 10.0])  # along and across the valley
START = np.array([-2.0, 0.8])
OPTIMISERS = ("SGD", "momentum", "Adam")
KEPT = 0.9  # the share of the last step that momentum keeps, and of the last mean that Adam keeps


def loss(points: np.ndarray) -> np.ndarray:
    """Return the loss at points (…, 2)."""
    return (STEEPNESS * np.asarray(points) ** 2).sum(axis=-1) / 2


def path(optimiser: str, *, rate: float, steps: int) -> np.ndarray:
    """Return where an optimiser goes from the start.

    Parameters
    ----------
    optimiser : "SGD", "momentum" or "Adam"
    rate : float
        The learning rate.
    steps : int

    Returns
    -------
    ndarray of shape (steps + 1, 2)
        The start, and the point after each step.

    Raises
    ------
    ValueError
        If there is no such optimiser, or the rate is not above 0.

    References
    ----------
    I. Sutskever, J. Martens, G. Dahl and G. Hinton (2013), *On the Importance of Initialization and
    Momentum in Deep Learning*. D. P. Kingma and J. Ba (2015), *Adam: A Method for Stochastic
    Optimization*.
    """
    check_choice("optimiser", optimiser, OPTIMISERS)
    if not rate > 0:
        raise ValueError(f"rate is {rate}: use a number above 0, such as 0.1")
    check_whole("steps", steps, least=0)
    step = {"SGD": _sgd, "momentum": _momentum, "Adam": _adam}[optimiser]
    points, memory = [START], np.zeros((2, 2))
    for number in range(1, steps + 1):
        gradient = STEEPNESS * points[-1]
        points.append(points[-1] - rate * step(gradient, memory, number))
    return np.array(points)


def _sgd(gradient: np.ndarray, _memory: np.ndarray, _number: int) -> np.ndarray:
    return gradient


def _momentum(gradient: np.ndarray, memory: np.ndarray, _number: int) -> np.ndarray:
    """A ball that keeps rolling: the last step, a little less, and the gradient."""
    memory[0] = KEPT * memory[0] + gradient
    return memory[0]


def _adam(gradient: np.ndarray, memory: np.ndarray, number: int) -> np.ndarray:
    """Each weight by itself: the mean of its gradients, divided by their usual size."""
    memory[0] = KEPT * memory[0] + (1 - KEPT) * gradient
    memory[1] = 0.999 * memory[1] + 0.001 * gradient**2
    mean, square = memory[0] / (1 - KEPT**number), memory[1] / (1 - 0.999**number)
    return mean / (np.sqrt(square) + 1e-8)
