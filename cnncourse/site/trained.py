"""Explorers of the lab for pages without PyTorch: the small network of notebook 04, in NumPy.

The lab's explorers take a network as functions on arrays; here these functions are
`cnncourse.pipeline`'s. The digits are scans that this network has not learnt from.
"""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np

from cnncourse import images, pipeline
from cnncourse.explorers import mnist_lab
from cnncourse.explorers.training_lab import descent as descent  # it needs no network
from cnncourse.split import Split
from cnncourse.widgets.explorer import Explorer

WEIGHTS = pipeline.trained_weights()
predict = partial(pipeline.predict, weights=WEIGHTS)


@lru_cache(maxsize=1)
def unseen() -> Split:
    """Return the second half of the scans, in the form of MNIST: the network learnt from the first.

    Its first errors come early: who looks at the first ones finds some.
    """
    cells, labels = pipeline.scans()
    half = len(labels) // 2
    pictures = np.stack([pipeline.enlarged(cell) for cell in cells[half:]])
    return Split(images.to_uint8(255 * pictures), labels[half:].astype(int))


def maps(image: np.ndarray) -> dict[str, np.ndarray]:
    """Return what comes out of every layer that gives maps, by its name, each (C, H, W)."""
    arrays = pipeline.forward(image[None] / 255, WEIGHTS)
    return {name: array[0] for name, array in arrays.items() if array.ndim == 4 and name != "input"}


def confusion() -> Explorer:
    """Which digit the small network of notebook 04 reads as which, among scans it has not seen."""
    digits = unseen()
    return mnist_lab.confusion(digits.images, digits.labels, predict(digits.images))


def layer_xray() -> Explorer:
    """All maps of one layer of the small network of notebook 04, and what excites one of them."""
    looked_at = unseen().images[:300]
    arrays = pipeline.forward(looked_at / 255, WEIGHTS)
    return mnist_lab.layer_xray(looked_at, maps, lambda layer: arrays[layer].max(axis=(2, 3)))


def what_matters() -> Explorer:
    """Which pixels an answer of the small network of notebook 04 hangs on: cover them, and see."""

    def occlusion(image: np.ndarray, *, patch: int, stride: int, digit: int) -> np.ndarray:
        copies = images.covered(image, patch=patch, stride=stride)
        return predict(copies.reshape(-1, *image.shape))[:, digit].reshape(copies.shape[:2])

    def saliency(image: np.ndarray, digit: int) -> np.ndarray:
        return np.abs(pipeline.pixel_gradient(image / 255, WEIGHTS, digit))

    return mnist_lab.what_matters(unseen().images[:100], predict, occlusion, saliency)


def break_it() -> Explorer:
    """Shift, turn or spoil digits until the small network of notebook 04 misreads them."""
    digits = unseen().first(200)
    kinds = {
        "shift": (
            lambda x, pixels: np.stack([images.shift(one, 0, pixels) for one in x]),
            (0, 1, 2, 3, 4),
            "pixels right",
        ),
        "turn": (
            lambda x, degrees: np.stack([images.rotate(one, degrees) for one in x]),
            (0, 10, 20, 30, 45, 90),
            "degrees",
        ),
        "noise": (
            lambda x, sigma: np.stack([_noisy(one, sigma, place) for place, one in enumerate(x)]),
            (0, 20, 40, 60, 90),
            "grey levels",
        ),
    }
    networks = {"the small network": predict}
    damages = {
        name: mnist_lab.damage(*kind, networks, digits.images, digits.labels)
        for name, kind in kinds.items()
    }
    return mnist_lab.break_it(digits.images, digits.labels, networks, damages)


def _noisy(image: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    return images.to_uint8(images.add_noise(image, sigma, np.random.default_rng(seed)))


def filters_over_time() -> Explorer:
    """The kernels of the small network of notebook 04, from their random start to the end."""
    return mnist_lab.filters_over_time(pipeline.snapshots(unseen().images[0] / 255))
