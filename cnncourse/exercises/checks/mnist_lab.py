"""Checks of notebook 05: the data set, the network and the loop that learners write in PyTorch.

>>> import numpy as np
>>> majority_guess(lambda train, labels: np.mean(labels == np.bincount(train).argmax()))
passed: the answer is right in all 6 cases tried.

PyTorch is loaded by the first check that needs it. What is tried, and the sentences about what is
wrong, stand in :mod:`cnncourse.lab.trial`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cnncourse.exercises.verdict import Verdict, compare, on_trial

_MENDED = "the weights and the losses are those of a loop without a bug"


def majority_guess(function: Callable) -> Verdict:
    """``function(train_labels, labels)``: how often the most frequent training label is right."""

    def reference(train_labels: np.ndarray, labels: np.ndarray) -> float:
        return float(np.mean(labels == np.bincount(train_labels).argmax()))

    cases = [
        (np.array([1, 1, 0]), np.array([0, 0, 0, 1])),  # the other label is frequent in the test
        (np.array([7, 3, 7, 3, 7]), np.array([3, 7, 5])),
        (np.array([2, 2, 9, 2]), np.array([9, 9])),
        (np.array([0, 4, 4, 8, 4, 0]), np.array([4, 4, 4, 0])),
        (np.array([1, 1, 1, 5, 6, 7, 8]), np.array([5, 1, 1, 1])),  # the middle label is another
        (np.array([0, 0, 0, 0, 9, 9, 9]), np.array([9, 9, 0])),  # and so are mean and largest
    ]
    return compare(function, reference, cases)


def dataset(build: Callable[..., Any]) -> Verdict:
    """``DigitSet(images, labels)``: pairs of float32 (1, 28, 28) in 0…1 and a whole number."""
    praise = "a DataLoader reads images and labels as a network wants them"
    return on_trial("trial.of_dataset", build, praise)


def net(build: Callable[[], Any]) -> Verdict:
    """``Net()``: logits (N, 10) from images (N, 1, 28, 28), at most 100,000 parameters."""
    praise = "ten logits for each image, and every weight can learn"
    return on_trial("trial.of_network", build, praise)


def train_epoch(function: Callable[..., Any]) -> Verdict:
    """``train_epoch(net, loader, optimiser)``: learn once from each batch; the mean loss."""
    praise = "the weights and the loss are those of one epoch"
    return on_trial("trial.of_train_epoch", function, praise)


def evaluate(function: Callable[..., Any]) -> Verdict:
    """``evaluate(net, loader)``: the mean loss and the share of right answers, nothing changed."""
    praise = "both numbers are right, and the network is as before"
    return on_trial("trial.of_evaluate", function, praise)


def listen(function: Callable[..., Any]) -> Verdict:
    """``listen(net, name, images)``: what the layer of that name computes, by a hook."""
    return on_trial("trial.of_listen", function, "three layers were heard, and no hook is left")


def first_loop(function: Callable[..., Any]) -> Verdict:
    """``first_loop(net, loader, optimiser)``, mended: learn, and list the loss of every batch."""
    return on_trial("trial.of_losses", function, _MENDED)


def second_loop(function: Callable[..., Any]) -> Verdict:
    """``second_loop(net, loader, optimiser)``, mended: learn, and list the loss of every batch."""
    return on_trial("trial.of_losses", function, _MENDED)


def margin(function: Callable) -> Verdict:
    """``function(accuracy, n)``: half the width of the 95 % interval, 1.96 standard errors."""
    cases = [(0.99, 10_000), (0.99, 100), (0.5, 1_000), (0.9, 5_000), (0.02, 400)]
    return compare(function, lambda p, n: 1.96 * np.sqrt(p * (1 - p) / n), cases)
