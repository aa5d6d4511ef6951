"""A network of dense layers that learns, in NumPy: with and without dropout or batch normalisation.

    >>> train, test = digits_to_learn(200)
    >>> lesson = learn(Recipe(hidden=(32,), epochs=5), train, test)
    >>> lesson.losses[4] < lesson.losses[0]
    True

Every layer has the same three methods. `forward` keeps what the way back needs, `backward` gets the
gradient of its output and returns that of its input, and `step` moves its weights. The network is a
list of layers. It shows what a trick is good for in seconds, without PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cnncourse.activations import cross_entropy, cross_entropy_gradient
from cnncourse.geometry import check_whole
from cnncourse.pipeline import scans
from cnncourse.regularise import Running, batch_norm, batch_norm_backward, dropout, dropout_backward

CLASSES = 10
BATCH = 25  # images of a training step
EXAMINED = 500  # the last scans: never learnt from


@dataclass(frozen=True)
class Recipe:
    """How a network is built and trained.

    Attributes
    ----------
    hidden : tuple of int
        Units of each hidden layer; ReLU follows each.
    rate : float
        Learning rate of plain gradient descent.
    epochs : int
    drop : float
        Probability to drop a hidden unit, 0 ≤ drop < 1.
    normalise : bool
        Batch normalisation before each ReLU.
    decay : float
        Weight decay: times the rate, the share of each weight that a step takes away.
    """

    hidden: tuple[int, ...] = (256,)
    rate: float = 0.2
    epochs: int = 60
    drop: float = 0.0
    normalise: bool = False
    decay: float = 0.0


@dataclass(frozen=True, eq=False)
class Examples:
    """Images as rows of 64 numbers from 0 to 1, (N, 64), and their labels, (N,)."""

    x: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Lesson:
    """What happened in training: one number an epoch.

    Attributes
    ----------
    losses : list of float
        Mean cross-entropy of the epoch's training steps.
    train_accuracy, test_accuracy : list of float
        Shares from 0 to 1, measured in evaluation mode after the epoch.
    """

    losses: list[float]
    train_accuracy: list[float]
    test_accuracy: list[float]


def digits_to_learn(count: int, *, wrong: float = 0.0, seed: int = 0) -> tuple[Examples, Examples]:
    """Return the first scanned digits to learn from, and the last 500 to be examined on.

    Parameters
    ----------
    count : int
        From 25 to 1,297 digits to learn from.
    wrong : float
        Share of the training labels, from 0 to 1, that are replaced by random ones.
    seed : int
        Decides which labels are replaced, and by what.

    Returns
    -------
    train, test : Examples
        The labels of `test` are never replaced.

    Raises
    ------
    ValueError
        If there are not so many digits.
    """
    cells, labels = scans()
    check_whole("count", count, least=BATCH)
    if count > len(labels) - EXAMINED:
        raise ValueError(f"count is {count}: there are {len(labels) - EXAMINED:,} to learn from")
    x = cells.reshape(len(cells), -1) / 16
    rng = np.random.default_rng(seed)
    replaced = rng.random(count) < wrong
    learnt = np.where(replaced, rng.integers(0, CLASSES, count), labels[:count])
    return Examples(x[:count], learnt), Examples(x[-EXAMINED:], labels[-EXAMINED:])


# Layers -------------------------------------------------------------------------------------------


class Layer:
    """What every layer can do; one without weights has nothing to move."""

    def forward(self, x: np.ndarray, *, training: bool) -> np.ndarray:
        """Return the output for a batch, and keep what the way back needs.

        Parameters
        ----------
        x : ndarray of shape (N, inputs)
        training : bool
        """
        raise NotImplementedError

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Return the gradient of the input, given that of the output; keep those of the weights."""
        raise NotImplementedError

    def step(self, rate: float, decay: float) -> None:
        """Move the weights against their gradients.

        Parameters
        ----------
        rate : float
            Learning rate.
        decay : float
            Weight decay.
        """


class Dense(Layer):
    """y = x·w + b, with He's first weights (K. He, X. Zhang, S. Ren and J. Sun, 2015)."""

    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        self.w = rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs))
        self.b = np.zeros(outputs)

    def forward(self, x: np.ndarray, *, training: bool) -> np.ndarray:
        self.x = x
        return x @ self.w + self.b

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.dw, self.db = self.x.T @ grad, grad.sum(axis=0)
        return grad @ self.w.T

    def step(self, rate: float, decay: float) -> None:
        self.w -= rate * (self.dw + decay * self.w)
        self.b -= rate * self.db


class ReLU(Layer):
    """Negatives become 0."""

    def forward(self, x: np.ndarray, *, training: bool) -> np.ndarray:
        self.on = x > 0
        return x * self.on

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.on


class Dropout(Layer):
    """Each unit is dropped with probability p, in training only."""

    def __init__(self, p: float, rng: np.random.Generator) -> None:
        self.p, self.rng = p, rng

    def forward(self, x: np.ndarray, *, training: bool) -> np.ndarray:
        y, self.mask = dropout(x, self.p, self.rng, training=training)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return dropout_backward(grad, self.mask)


class BatchNorm(Layer):
    """Each unit gets mean β and spread γ, over the batch in training."""

    def __init__(self, units: int) -> None:
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.running = Running(np.zeros(units), np.ones(units))

    def forward(self, x: np.ndarray, *, training: bool) -> np.ndarray:
        self.x = x
        y, self.running = batch_norm(x, self.gamma, self.beta, self.running, training=training)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        dx, self.dgamma, self.dbeta = batch_norm_backward(self.x, self.gamma, grad)
        return dx

    def step(self, rate: float, decay: float) -> None:
        self.gamma -= rate * self.dgamma
        self.beta -= rate * self.dbeta


# Training -----------------------------------------------------------------------------------------


def build(recipe: Recipe, inputs: int, rng: np.random.Generator) -> list[Layer]:
    """Return the layers of a new network.

    Parameters
    ----------
    recipe : Recipe
    inputs : int
        Numbers of an image.
    rng : numpy.random.Generator
        Draws the first weights, and later the dropped units.
    """
    layers: list[Layer] = []
    for units in recipe.hidden:
        layers.append(Dense(inputs, units, rng))
        layers += [BatchNorm(units)] if recipe.normalise else []
        layers.append(ReLU())
        layers += [Dropout(recipe.drop, rng)] if recipe.drop else []
        inputs = units
    return [*layers, Dense(inputs, CLASSES, rng)]


def forward(layers: Sequence[Layer], x: np.ndarray, *, training: bool) -> np.ndarray:
    """Return the scores of each class.

    Parameters
    ----------
    layers : sequence of Layer
    x : ndarray of shape (N, inputs)
    training : bool

    Returns
    -------
    ndarray of shape (N, 10)
    """
    for layer in layers:
        x = layer.forward(x, training=training)
    return x


def backward(layers: Sequence[Layer], scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Send the gradient of the mean cross-entropy back through all layers, which keep theirs.

    Parameters
    ----------
    layers : sequence of Layer
    scores : ndarray of shape (N, 10)
        What `forward` has just returned.
    labels : ndarray of int of shape (N,)

    Returns
    -------
    ndarray of shape (N, inputs)
        The gradient of the images.
    """
    grad = cross_entropy_gradient(scores, labels)
    for layer in reversed(layers):
        grad = layer.backward(grad)
    return grad


def learn(recipe: Recipe, train: Examples, test: Examples, *, seed: int = 0) -> Lesson:
    """Train a network by plain gradient descent, and measure it after every epoch.

    Parameters
    ----------
    recipe : Recipe
    train, test : Examples
    seed : int
        Decides the first weights, the order of the images and the dropped units.

    Returns
    -------
    Lesson
    """
    rng = np.random.default_rng(seed)
    layers = build(recipe, train.x.shape[1], rng)
    lesson = Lesson([], [], [])
    for _ in range(recipe.epochs):
        losses = []
        for batch in np.array_split(rng.permutation(len(train.x)), len(train.x) // BATCH):
            scores = forward(layers, train.x[batch], training=True)
            losses.append(cross_entropy(scores, train.labels[batch]))
            backward(layers, scores, train.labels[batch])
            for layer in layers:
                layer.step(recipe.rate, recipe.decay)
        lesson.losses.append(float(np.mean(losses)))
        lesson.train_accuracy.append(_accuracy(layers, train))
        lesson.test_accuracy.append(_accuracy(layers, test))
    return lesson


def _accuracy(layers: Sequence[Layer], examples: Examples) -> float:
    scores = forward(layers, examples.x, training=False)
    return float(np.mean(scores.argmax(axis=1) == examples.labels))


def slope_by_nudging(
    loss: Callable[[np.ndarray], float], weights: np.ndarray, place: tuple[int, ...]
) -> float:
    """Return how a loss changes with one weight, found by moving it up and down by 10⁻⁵.

    Parameters
    ----------
    loss : callable
        Takes the weights, returns one number.
    weights : ndarray of float
        As before afterwards.
    place : tuple of int
        Which weight.
    """
    nudged = weights.copy()
    nudged[place] = weights[place] + 1e-5
    above = loss(nudged)
    nudged[place] = weights[place] - 1e-5
    return float(above - loss(nudged)) / 2e-5


def evaluate_batch_norm(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, mean: np.ndarray, var: np.ndarray
) -> np.ndarray:
    """Return batch normalisation of (N, C) values in evaluation, with statistics of shape (C,).

    Parameters
    ----------
    x : ndarray of shape (N, C)
    gamma, beta, mean, var : ndarray of shape (C,)
    """
    y, _ = batch_norm(x, gamma, beta, Running(mean, var), training=False)
    return y
