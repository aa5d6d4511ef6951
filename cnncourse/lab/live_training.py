"""Training in small pieces, so that a hand can change the learning rate on the way.

    session = Session(digits.load().first(2000))
    session.advance(learning_rate=0.01)  # learns 500 digits, returns what was measured
    session.advance(learning_rate=0.001)

This is the training loop at its simplest. `training.fit` does the same, faster and with more
care, for a whole training at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from cnncourse.lab import models
from cnncourse.lab.adam import Adam
from cnncourse.lab.digits import Digits
from cnncourse.lab.evaluation import as_input, predict
from cnncourse.lab.inspection import kernels
from cnncourse.lab.threads import using_threads
from cnncourse.lab.training import learn, measure

PIECE = 500  # digits learnt in one go: a fraction of a second
SHOWN = 10  # digits of which each answer is told
MEASURED = 500  # digits on which loss and accuracy are measured


@dataclass(frozen=True, eq=False)
class Measurement:
    """Where a training stands. Losses and accuracies are measured in evaluation mode.

    Attributes
    ----------
    seen : int
        Training digits seen so far, counted each time they are seen.
    learning_rate : float
    train_loss, train_accuracy, validation_loss, validation_accuracy : float
    kernels : ndarray of shape (C, 1, KH, KW) or None
        Those of the first layer, if it is a convolution.
    read : (images, labels, answers)
        The first validation digits, 28×28, what they are, and what the network takes them for.
    """

    seen: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    kernels: np.ndarray | None
    read: tuple[np.ndarray, np.ndarray, np.ndarray]


class Session:
    """A network, an optimiser (Adam) and digits in an order of their own.

    Parameters
    ----------
    digits : Digits
    model : str
        As for `models.build`.
    width : int
        Of the network "small"; the others have one width only and ignore it.
    batch_size : int
    seed : int
    """

    def __init__(
        self,
        digits: Digits,
        *,
        model: str = "small",
        width: int = 16,
        batch_size: int = 125,
        seed: int = 0,
    ) -> None:
        size = {"width": width} if model == "small" else {}
        self.model = models.build(model, seed=seed, **size)
        self.optimiser = Adam(self.model.parameters())
        self.digits, self.batch_size, self.seen = digits, batch_size, 0
        self._rng = np.random.default_rng(seed)
        self._waiting = np.array([], dtype=int)  # digits of this epoch that are still to come

    def advance(self, learning_rate: float) -> Measurement:
        """Learn about 500 digits at this rate, then measure."""
        goal = self.seen + PIECE
        with using_threads():
            while self.seen < goal:
                self._learn(self._next_batch(), learning_rate)
            return self._measure(learning_rate)

    def _next_batch(self) -> np.ndarray:
        """The next places in the training set; a new random order begins when one is used up."""
        if not len(self._waiting):
            self._waiting = self._rng.permutation(len(self.digits.train))
        batch, self._waiting = np.split(self._waiting, [self.batch_size])
        return batch

    def _learn(self, places: np.ndarray, learning_rate: float) -> None:
        images = as_input(self.digits.train.images[places], self.model)
        labels = torch.from_numpy(self.digits.train.labels[places])
        learn(self.model, self.optimiser, images, labels, learning_rate)
        self.seen += len(places)

    def _measure(self, learning_rate: float) -> Measurement:
        train = measure(self.model, self.digits.train.first(MEASURED))
        validation = measure(self.model, self.digits.validation.first(MEASURED))
        first = next(iter(kernels(self.model).values()), None)
        some = self.digits.validation.first(SHOWN)
        answers = predict(self.model, some.images).argmax(axis=1)
        read = some.images, some.labels, answers
        return Measurement(self.seen, learning_rate, *train, *validation, first, read)
