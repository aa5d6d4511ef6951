"""Checks of notebook 05: baselines, training and measuring without traps, photographs of digits.

>>> import numpy as np
>>> confusion(lambda labels, answers: np.histogram2d(labels, answers, range(11))[0])
passed: the answer is right in all 4 cases tried.

No check needs PyTorch: they hand NumPy arrays to the learner's function, and where a network is
wanted, a stand-in for one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse.activations import log_softmax
from cnncourse.exercises.verdict import Verdict, compare

_RNG_SEED = 5


def majority_guess(function: Callable) -> Verdict:
    """``function(train_labels, labels)``: how often the most frequent training label is right."""

    def reference(train_labels: np.ndarray, labels: np.ndarray) -> float:
        return float(np.mean(labels == np.bincount(train_labels).argmax()))

    cases = [
        (np.array([1, 1, 0]), np.array([0, 0, 0, 1])),  # the other label is frequent in the test
        (np.array([7, 3, 7, 3, 7]), np.array([3, 7, 5])),
        (np.array([2, 2, 9, 2]), np.array([9, 9])),
        (np.array([0, 4, 4, 8, 4, 0]), np.array([4, 4, 4, 0])),
    ]
    return compare(function, reference, cases)


def flatten(function: Callable) -> Verdict:
    """``function(features)``: a batch (N, C, H, W) as one row for each image."""
    rng = np.random.default_rng(_RNG_SEED)
    shapes = [(4, 32, 7, 7), (1, 32, 7, 7), (2, 32, 14, 14), (3, 2, 4, 5)]
    cases = [(rng.normal(size=shape),) for shape in shapes]
    return compare(function, lambda features: features.reshape(len(features), -1), cases)


def loss(function: Callable) -> Verdict:
    """``function(logits, labels)``: the mean cross-entropy of a batch of logits (N, K)."""

    def reference(logits: np.ndarray, labels: np.ndarray) -> float:
        return float(-np.mean(log_softmax(logits)[np.arange(len(labels)), labels]))

    rng = np.random.default_rng(_RNG_SEED)
    cases = [
        (np.array([[2.0, 0.0, -1.0]]), np.array([0])),
        (np.array([[9.0, 0.0], [0.0, 9.0], [9.0, 0.0]]), np.array([0, 1, 1])),
        (4 * rng.normal(size=(6, 10)), rng.integers(0, 10, 6)),
        (np.zeros((2, 10)), np.array([3, 9])),
    ]
    return compare(function, reference, cases)


def is_right(function: Callable) -> Verdict:
    """``function(outputs, label)``: is the answer right? `outputs` is (logits, maps, maps)."""
    rng = np.random.default_rng(_RNG_SEED)
    maps = np.array([[[[0.5]], [[0.0]]]]), np.array([[[[0.0]], [[2.0]]]])  # (1, 2, 1, 1)

    def case(best: int, label: int) -> tuple:
        logits = rng.integers(-3, 4, (1, 10))
        logits[0, best] = 5
        return (logits, *maps), label

    cases = [case(3, 3), case(3, 8), case(0, 0), case(9, 0), case(7, 7)]
    return compare(function, lambda outputs, label: int(outputs[0][0].argmax()) == label, cases)


class _StandIn:
    """A network without PyTorch: good answers in evaluation mode, disturbed ones in training."""

    def __init__(self, logits: np.ndarray) -> None:
        self.logits, self.training = logits, True

    def __repr__(self) -> str:
        return f"a network for {len(self.logits)} images"

    def train(self, mode: bool = True) -> _StandIn:
        self.training = mode
        return self

    def eval(self) -> _StandIn:
        return self.train(False)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Logits of images that are just numbers: the places of their rows."""
        rows = self.logits[images]
        return np.roll(rows, 1, axis=1) if self.training else rows


def accuracy(function: Callable) -> Verdict:
    """``function(network, images, labels, batch_size)``: the share of right answers."""

    def reference(network: _StandIn, images: np.ndarray, labels: np.ndarray, _size: int) -> float:
        return float(np.mean(network.logits[images].argmax(1) == labels))

    rng = np.random.default_rng(_RNG_SEED)

    def case(count: int, batch_size: int) -> tuple:
        logits = rng.normal(size=(count, 10))
        labels = logits.argmax(1)
        labels[-2:] = (labels[-2:] + 1) % 10  # the errors lie in the last, smaller batch
        return _StandIn(logits), np.arange(count), labels, batch_size

    return compare(function, reference, [case(7, 4), case(10, 3), case(6, 6), case(9, 100)])


def grid_shape(function: Callable) -> Verdict:
    """``function(count, columns)``: rows and columns of the smallest grid for some pictures."""
    cases = [(8, 8), (32, 8), (9, 8), (1, 8), (15, 3), (7, 4), (16, 1)]
    return compare(function, lambda count, columns: (-(-count // columns), columns), cases)


def one_scale(function: Callable) -> Verdict:
    """``function(kernels)``: all kernels (C_out, C_in, k, k) divided by their largest size."""
    rng = np.random.default_rng(_RNG_SEED)
    faint_and_strong = np.stack([np.full((1, 3, 3), -0.01), np.full((1, 3, 3), 2.0)])
    cases = [
        (faint_and_strong,),
        (rng.normal(size=(8, 1, 3, 3)),),
        (rng.normal(size=(4, 3, 5, 2)) - 3,),  # the largest size is that of a negative weight
        (-np.arange(1.0, 9).reshape(2, 1, 2, 2),),
    ]
    return compare(function, lambda kernels: kernels / np.abs(kernels).max(), cases)


def confusion(function: Callable) -> Verdict:
    """``function(labels, answers)``: how often digit i (row) was read as j (column), 10×10."""

    def reference(labels: np.ndarray, answers: np.ndarray) -> np.ndarray:
        table = np.zeros((10, 10), dtype=int)
        np.add.at(table, (labels, answers), 1)
        return table

    rng = np.random.default_rng(_RNG_SEED)
    many = rng.integers(0, 10, 300)
    cases = [
        (np.array([3, 3, 3, 5]), np.array([3, 5, 5, 5])),
        (np.array([9]), np.array([4])),
        (np.array([0, 1, 2]), np.array([0, 1, 2])),  # some digits never occur
        (many, np.where(rng.random(300) < 0.7, many, rng.integers(0, 10, 300))),
    ]
    return compare(function, reference, cases)


def margin(function: Callable) -> Verdict:
    """``function(accuracy, n)``: half the width of the 95 % interval, 1.96 standard errors."""
    cases = [(0.99, 10_000), (0.99, 100), (0.5, 1_000), (0.9, 5_000), (0.02, 400)]
    return compare(function, lambda p, n: 1.96 * np.sqrt(p * (1 - p) / n), cases, tolerance=2e-5)


def shifted(function: Callable) -> Verdict:
    """``function(image, down, right)``: the image moved, black where nothing came from."""

    def reference(image: np.ndarray, down: int, right: int) -> np.ndarray:
        height, width = image.shape
        padded = np.pad(image, ((height, height), (width, width)))
        return padded[height - down : 2 * height - down, width - right : 2 * width - right]

    image = np.arange(1, 13).reshape(3, 4)
    full = np.random.default_rng(_RNG_SEED).integers(1, 256, (28, 28))
    moves = [(0, 0), (1, 0), (0, 1), (-1, 2), (2, -3)]
    cases = [(image, *move) for move in moves] + [(full, -4, -5), (full, 3, 6)]
    return compare(function, reference, cases)


def centre_of_mass(function: Callable) -> Verdict:
    """``function(image)``: mean row and mean column, each pixel counting by its value."""

    def reference(image: np.ndarray) -> np.ndarray:
        rows, columns = np.indices(image.shape)
        return np.array([(rows * image).sum(), (columns * image).sum()]) / image.sum()

    rng = np.random.default_rng(_RNG_SEED)
    dot = np.zeros((5, 7))
    dot[1, 4] = 0.3
    grey = np.zeros((4, 6))
    grey[0, 0], grey[3, 5] = 1, 3  # between the two, nearer to the brighter one
    digit = np.pad(rng.integers(0, 256, (9, 5)).astype(float), ((2, 17), (20, 3)))
    return compare(function, reference, [(dot,), (grey,), (digit,), (rng.random((6, 3)),)])


def white_on_black(function: Callable) -> Verdict:
    """``function(photo)``: a uint8 photo, turned to its negative only if its border is bright."""

    def reference(photo: np.ndarray) -> np.ndarray:
        border = np.concatenate([photo[0], photo[-1], photo[1:-1, 0], photo[1:-1, -1]])
        return 255 - photo if np.median(border) > 127 else photo

    rng = np.random.default_rng(_RNG_SEED)
    paper = rng.integers(180, 240, (9, 12), dtype=np.uint8)
    paper[3:7, 5] = 30
    thick = np.full((8, 8), 220, dtype=np.uint8)
    thick[1:7, 1:7] = 20  # more ink than paper: only the border tells
    cases = [(paper,), (255 - paper,), (thick,), (255 - thick,)]
    return compare(function, reference, cases)
