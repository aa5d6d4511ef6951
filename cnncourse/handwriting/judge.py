"""Is this a digit at all? A network that has seen strangers too, at work without PyTorch.

    network().in_distribution(pictures, answers)  # False for a letter, a sign, a scribble

The reader's own network says which digit it is; this one says whether to believe it. Its layers are
those of the lab's network "small", three times as wide, with an answer more for strangers; the
batch normalisation is folded into the kernels. It has learnt MNIST's training digits, and pictures
that `tools/strangers.py` draws; `tools/judge.py` makes its weights anew.

The tests hold how few letters, signs and scribbles in hands that it has never seen are named as a
digit, and how many digits are read all the same. A stroke such as / or ! cannot be told from a 1,
nor some Y from a 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncourse.activations import softmax

FILE = Path(__file__).with_name("judge.npz")
LEAST = 0.45  # the probability from which on an answer is believed
AMONG_DIGITS = 0.25  # the same beside other digits, where one more is far likelier than a stranger
MEAN, STD = 0.1307, 0.3081  # of MNIST's pixels, from 0 to 1
BATCH = 25  # pictures at a time: bounds the memory


class Network:
    """A convolutional network in NumPy, for pictures in MNIST's form.

    Parameters
    ----------
    weights : mapping of str to ndarray
        ``kernels1`` (5, 5, 1, C1), ``kernels2`` (3, 3, C1, C2), ``kernels3`` (3, 3, C2, C3), a
        ``bias1`` … for each, ``dense`` (9·C3, 11) and ``bias`` (11,): the last is for strangers.
    least : float
        The probability from which on an answer is believed.
    """

    def __init__(self, weights: Mapping[str, np.ndarray], least: float = LEAST) -> None:
        self.weights = {name: array.astype(np.float32) for name, array in weights.items()}
        self.least = least

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the probability of each digit; what is missing to 1 is that of a stranger.

        Parameters
        ----------
        images : ndarray of uint8 of shape (N, 28, 28)

        Returns
        -------
        ndarray of float32 of shape (N, 10)
        """
        batches = [self._scores(images[i : i + BATCH]) for i in range(0, len(images), BATCH)]
        scores = np.concatenate(batches) if batches else np.empty((0, 11), np.float32)
        return softmax(scores)[:, :10]

    def in_distribution(self, images: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Return True for each image that this network, too, takes for its answer.

        Each is looked at five times: a stranger that is like a digit in one place is often less
        like it a pixel away.

        Parameters
        ----------
        images : ndarray of uint8 of shape (N, 28, 28)
        answers : ndarray of int of shape (N,)

        Returns
        -------
        ndarray of bool of shape (N,)
        """
        mean = self.probabilities(views(images)).reshape(-1, len(images), 10).mean(axis=0)
        return mean[np.arange(len(answers)), answers] >= self.least

    def _scores(self, images: np.ndarray) -> np.ndarray:
        w = self.weights
        maps = ((images.astype(np.float32) / 255 - MEAN) / STD)[..., None]  # (N, 28, 28, 1)
        maps = _layer(maps, w["kernels1"], w["bias1"], stride=2)  # (N, 14, 14, C1)
        maps = _halved(_layer(maps, w["kernels2"], w["bias2"]))  # (N, 7, 7, C2)
        maps = _halved(_layer(maps, w["kernels3"], w["bias3"]))  # (N, 3, 3, C3)
        return maps.reshape(len(maps), -1) @ w["dense"] + w["bias"]


def views(images: np.ndarray) -> np.ndarray:
    """Return images as they are and moved by a pixel to each of the four sides.

    Parameters
    ----------
    images : ndarray of shape (N, 28, 28)

    Returns
    -------
    ndarray of shape (5·N, 28, 28), all unmoved ones first
    """
    shifts = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]
    return np.concatenate([np.roll(images, shift, axis=(1, 2)) for shift in shifts])


@cache
def network(least: float = LEAST) -> Network:
    """Return the network whose weights come with the package.

    Parameters
    ----------
    least : float
        The probability from which on it believes an answer.
    """
    with np.load(FILE, allow_pickle=False) as stored:
        steps = {name: stored[f"{name}_step"] for name in stored if f"{name}_step" in stored}
        return Network(
            {name: stored[name] * steps.get(name, 1) for name in stored if "_step" not in name},
            least,
        )


def _layer(maps: np.ndarray, kernels: np.ndarray, bias: np.ndarray, stride: int = 1) -> np.ndarray:
    """Return a convolution with padding, and ReLU: all windows as rows of one matrix."""
    size, _, _, channels = kernels.shape
    reach = size // 2
    padded = np.pad(maps, [(0, 0), (reach, reach), (reach, reach), (0, 0)])
    windows = sliding_window_view(padded, (size, size), axis=(1, 2))  # (N, H, W, C, size, size)
    windows = windows[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)
    rows = windows.reshape(-1, size * size * maps.shape[-1])
    outputs = np.maximum(rows @ kernels.reshape(-1, channels) + bias, 0)
    return outputs.reshape(*windows.shape[:3], channels)


def _halved(maps: np.ndarray) -> np.ndarray:
    """Return the largest of each 2×2 values; an odd last row and column are left out."""
    n, height, width, channels = maps.shape
    even = maps[:, : height // 2 * 2, : width // 2 * 2]
    return even.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
