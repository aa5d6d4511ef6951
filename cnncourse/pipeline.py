"""One digit on its way through a whole small network, with every array kept to look at.

    >>> stages = run(digit(3), random_weights(seed=0))
    >>> [stage.array.shape for stage in stages][:4]
    [(1, 28, 28), (4, 28, 28), (4, 28, 28), (4, 14, 14)]

With random weights the numbers are those of a network before its first lesson: four kernels made
by hand, the rest drawn at random. The trained weights (:func:`trained_weights`) read digits; they
lie beside this file, and ``tools/small_network.py`` makes them anew.

The digits are the 8×8 ones that scikit-learn ships: E. Alpaydin and C. Kaynak (1998), *Optical
Recognition of Handwritten Digits*, UCI Machine Learning Repository.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from cnncourse import convolution as conv
from cnncourse.activations import relu, softmax
from cnncourse.backward import conv_backward, max_pool_backward
from cnncourse.geometry import check_whole
from cnncourse.kernels import KERNELS

FILE = Path(__file__).with_name("small_network.npz")
FIRST_KERNELS = ("sobel x", "sobel y", "outline", "gaussian 3")


@dataclass(frozen=True)
class Stage:
    """What comes out of one layer: its name, and the array."""

    name: str
    array: np.ndarray


@dataclass(frozen=True)
class Weights:
    """The numbers that training changes.

    Attributes
    ----------
    first : ndarray of shape (4, 1, 3, 3)
    second : ndarray of shape (6, 4, 3, 3)
    dense : ndarray of shape (10, 294)
    """

    first: np.ndarray
    second: np.ndarray
    dense: np.ndarray


def digit(label: int, example: int = 0) -> np.ndarray:
    """Return a handwritten digit, in the middle of a 28×28 image as in MNIST.

    Parameters
    ----------
    label : int
        0 to 9.
    example : int
        Which of its examples, counted from 0.

    Returns
    -------
    ndarray of shape (28, 28), from 0 (paper) to 1 (ink)
        An 8×8 scan, enlarged to 20×20 between its pixels, with 4 empty pixels all around.

    Raises
    ------
    ValueError
        If there is no such digit or example.
    """
    cells, labels = scans()
    check_whole("label", label, least=0)
    check_whole("example", example, least=0)
    found = np.flatnonzero(labels == label)
    if example >= len(found):
        raise ValueError(
            f"there is no example {example} of digit {label}: "
            + (f"use 0 to {len(found) - 1}" if len(found) else "use a digit from 0 to 9")
        )
    return enlarged(cells[found[example]])


def enlarged(scan: np.ndarray) -> np.ndarray:
    """Return an 8×8 scan, 0 to 16, as a (28, 28) image, 0 to 1, with an empty rim of 4 pixels."""
    return np.pad(_enlarge(scan / 16, 20), 4)


def random_weights(seed: int = 0) -> Weights:
    """Return hand-made kernels for the first layer and random numbers for the others.

    The random ones have the variance 2 / (inputs of a unit), with which signals keep their size
    through ReLU layers.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2015), *Delving Deep into Rectifiers*, arXiv:1502.01852.
    """
    rng = np.random.default_rng(seed)
    first = np.stack([KERNELS[name].weights for name in FIRST_KERNELS])[:, None]
    second = rng.normal(0, np.sqrt(2 / (4 * 9)), (6, 4, 3, 3))
    dense = rng.normal(0, np.sqrt(2 / 294), (10, 294))
    return Weights(first, second, dense)


@lru_cache(maxsize=1)
def trained_weights() -> Weights:
    """Return weights that were trained on MNIST and on the first half of the scans."""
    with np.load(FILE, allow_pickle=False) as stored:
        return Weights(*(stored[name].astype(float) for name in ("first", "second", "dense")))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A network after so many steps of its training.

    Attributes
    ----------
    step : int
    accuracy : float
        On the digits it was looked at with.
    kernels : ndarray of shape (C, 1, KH, KW)
        Of the first convolution.
    maps : ndarray of shape (C, H, W)
        Of the first convolution, for one digit.
    """

    step: int
    accuracy: float
    kernels: np.ndarray
    maps: np.ndarray


def snapshots(image: np.ndarray) -> list[Snapshot]:
    """Return the network from its random start to :func:`trained_weights`, with maps of an image.

    The accuracies are those on scans that it did not learn from.
    """
    with np.load(FILE, allow_pickle=False) as stored:
        names = ("steps", "accuracies", "kernels_over_time")
        steps, accuracies, kernels = (stored[name] for name in names)
    return [
        Snapshot(int(step), float(accuracy), seen, conv.correlate(image[None], seen, padding=1))
        for step, accuracy, seen in zip(steps, accuracies, kernels.astype(float), strict=True)
    ]


def run(image: np.ndarray, weights: Weights) -> list[Stage]:
    """Send an image through conv, ReLU, pool, twice, then flatten, dense and softmax.

    Parameters
    ----------
    image : ndarray of shape (28, 28)
    weights : Weights

    Returns
    -------
    list of Stage
        Ten: the input, and what comes out of each layer.
    """
    return [Stage(name, array[0]) for name, array in forward(image[None], weights).items()]


def forward(images: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
    """Send many images through the network at once.

    Parameters
    ----------
    images : ndarray of shape (N, 28, 28), from 0 to 1
    weights : Weights

    Returns
    -------
    dict of str to ndarray of shape (N, …)
        The input, and what comes out of each layer, in this order.
    """
    out = {"input": images[:, None]}
    out["conv 1"] = conv.correlate(out["input"], weights.first, padding=1)
    out["ReLU 1"] = relu(out["conv 1"])
    out["pool 1"] = conv.pool(out["ReLU 1"], 2)
    out["conv 2"] = conv.correlate(out["pool 1"], weights.second, padding=1)
    out["ReLU 2"] = relu(out["conv 2"])
    out["pool 2"] = conv.pool(out["ReLU 2"], 2)
    out["flatten"] = out["pool 2"].reshape(len(images), -1)
    out["dense"] = out["flatten"] @ weights.dense.T
    out["softmax"] = np.stack([softmax(scores) for scores in out["dense"]])
    return out


def predict(images: np.ndarray, weights: Weights) -> np.ndarray:
    """Return what the network gives each digit, for many images.

    Parameters
    ----------
    images : ndarray of uint8 of shape (N, 28, 28)
    weights : Weights

    Returns
    -------
    ndarray of shape (N, 10)
        Probabilities.
    """
    parts = (images[start : start + 250] for start in range(0, len(images), 250))
    return np.concatenate([forward(part / 255, weights)["softmax"] for part in parts])


@dataclass(frozen=True)
class Origin:
    """Where one number of a stage comes from.

    Attributes
    ----------
    source : Stage
        That was read.
    channels : tuple of int
        The maps of it that were read.
    row, column : int
        Where the part that was read begins in them; −1 lies in the padding.
    patches : ndarray of shape (C, KH, KW)
        The part that was read.
    weights : ndarray of shape (C, KH, KW), optional
        What each number was multiplied by before all were added up.
    """

    source: Stage
    channels: tuple[int, ...]
    row: int
    column: int
    patches: np.ndarray
    weights: np.ndarray | None = None


def origin(
    stages: Sequence[Stage],
    weights: Weights,
    name: str,
    channel: int,
    row: int = 0,
    column: int = 0,
) -> Origin:
    """Return where a number comes from that :func:`run` has computed.

    Parameters
    ----------
    stages : sequence of Stage
    weights : Weights
        Those that computed them.
    name : str
        Of the stage that holds the number; not "input".
    channel, row, column : int
        The number's place in it; in a vector the channel alone says it.

    Examples
    --------
    >>> stages = run(digit(3), random_weights())
    >>> found = origin(stages, random_weights(), "pool 1", 2, row=4, column=5)
    >>> found.source.name, found.row, found.column, found.patches.shape
    ('ReLU 1', 8, 10, (1, 2, 2))
    """
    names = [stage.name for stage in stages]
    place = names.index(name)
    if name == "dense":  # the vector that it reads are the maps of pool 2, row by row
        source = stages[names.index("pool 2")]
        maps = source.array
        dense = weights.dense[channel].reshape(maps.shape)
        return Origin(source, tuple(range(len(maps))), 0, 0, maps, dense)
    source = stages[place - 1]
    x = source.array
    if name in ("conv 1", "conv 2"):
        kernel = (weights.first if name == "conv 1" else weights.second)[channel]
        patches = conv.pad(x, 1)[:, row : row + 3, column : column + 3]
        return Origin(source, tuple(range(len(x))), row - 1, column - 1, patches, kernel)
    if name == "softmax":
        return Origin(source, tuple(range(len(x))), 0, 0, x[:, None, None])
    if name == "flatten":
        channel, row, column = (int(n) for n in np.unravel_index(channel, x.shape))
    size = 1
    if name in ("pool 1", "pool 2"):
        row, column, size = 2 * row, 2 * column, 2
    part = x[channel : channel + 1, row : row + size, column : column + size]
    return Origin(source, (channel,), row, column, part)


def pixel_gradient(image: np.ndarray, weights: Weights, label: int) -> np.ndarray:
    """Return how the score of a class changes with each pixel: the whole way back.

    Parameters
    ----------
    image : ndarray of shape (28, 28)
    weights : Weights
    label : int
        The class, 0 to 9.

    Returns
    -------
    ndarray of shape (28, 28)

    References
    ----------
    K. Simonyan, A. Vedaldi and A. Zisserman (2013), *Deep Inside Convolutional Networks:
    Visualising Image Classification Models and Saliency Maps*.
    """
    arrays = forward(image[None], weights)
    grad = weights.dense[label].reshape(arrays["pool 2"].shape)
    grad = max_pool_backward(arrays["ReLU 2"], grad, 2) * (arrays["conv 2"] > 0)
    grad, _, _ = conv_backward(arrays["pool 1"], weights.second, grad, padding=1)
    grad = max_pool_backward(arrays["ReLU 1"], grad, 2) * (arrays["conv 1"] > 0)
    grad, _, _ = conv_backward(arrays["input"], weights.first, grad, padding=1)
    return grad[0, 0]


@lru_cache(maxsize=1)
def scans() -> tuple[np.ndarray, np.ndarray]:
    """Return the 1,797 scans (N, 8, 8), from 0 to 16, and their labels (N,), both uint8.

    Read from scikit-learn's file without importing it, which would cost 100 MB of memory.
    """
    sklearn = find_spec("sklearn")
    assert sklearn is not None and sklearn.origin is not None  # the course cannot go without it
    path = Path(sklearn.origin).parent / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(path, "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    return table[:, :-1].reshape(-1, 8, 8), table[:, -1]


def _enlarge(image: np.ndarray, size: int) -> np.ndarray:
    """Bilinear enlargement of a square image: a weighted mean of the nearest pixels."""
    side = len(image)
    places = (np.arange(size) + 0.5) * side / size - 0.5  # of the new pixels among the old ones
    share = np.stack([np.interp(places, range(side), row) for row in np.eye(side)])
    return share.T @ image @ share
