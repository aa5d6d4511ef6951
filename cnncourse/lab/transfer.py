"""Transfer learning: a network that has seen a million photographs, put to work on yours.

    backbone = load()  # ResNet-18 with ImageNet weights, if they are there
    print(report(backbone, images.sample("flower")))

The weights (45 MB, from the address that torchvision knows) are only fetched if you ask for it.
Without them everything here still works, with random weights, and `Backbone.note` says so.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from cnncourse import metrics
from cnncourse.images import SAMPLES
from cnncourse.lab.reproducible import using_seed
from cnncourse.lab.threads import using_threads
from cnncourse.split import Split

FEATURES = 512  # of ResNet-18, after global pooling
SIDE = 32  # pixels to which digits are scaled, whichever layers learn: a fair comparison

REMEMBERED = Path(__file__).with_name("borrowed.npz")  # by tools/borrowed_answers.py

_PATIENCE = 20  # seconds without an answer, then fetching is given up
# Mean and standard deviation of ImageNet's red, green and blue values, scaled to [0, 1].
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Backbone:
    """ResNet-18, in evaluation mode.

    Attributes
    ----------
    network : nn.Module
    pretrained : bool
        False: its weights are random.
    note : str
        One sentence: what these weights are.
    """

    network: nn.Module
    pretrained: bool
    note: str


@dataclass(frozen=True)
class Answer:
    """What EfficientNet-Lite0, trained on ImageNet, once made of a sample photograph.

    Attributes
    ----------
    classes, shares : tuple
        The five classes with the largest shares.
    maps : tuple of ndarray of uint8
        Eight maps of an early, a middle and a late layer, each on its own scale from 0 to 255:
        shapes (8, 56, 56), (8, 28, 28) and (8, 14, 14).
    """

    classes: tuple[str, ...]
    shares: tuple[float, ...]
    maps: tuple[np.ndarray, ...]


def remembered(sample: str) -> Answer:
    """Return what a trained network answers for a sample photograph: this needs no weights.

    Raises
    ------
    ValueError
        If no answer is kept for a photograph of this name.
    """
    if sample not in SAMPLES:
        raise ValueError(f"no answer is kept for {sample!r}: choose one of {', '.join(SAMPLES)}")
    with np.load(REMEMBERED, allow_pickle=False) as kept:
        maps = tuple(kept[f"{sample} maps {stage}"] for stage in range(3))
        classes, shares = kept[f"{sample} classes"].tolist(), kept[f"{sample} shares"].tolist()
    return Answer(tuple(classes), tuple(shares), maps)


def weights() -> Any:
    """Return what torchvision knows of ResNet-18's ImageNet weights: address, classes, settings."""
    from torchvision.models import ResNet18_Weights  # loads PyTorch's compiler: two seconds

    return ResNet18_Weights.IMAGENET1K_V1


def weights_file() -> Path:
    """Return where PyTorch keeps these weights once they are fetched."""
    return Path(torch.hub.get_dir()) / "checkpoints" / weights().url.rsplit("/", 1)[1]


def load(*, fetch: bool = False, seed: int = 0) -> Backbone:
    """Return ResNet-18 with ImageNet weights if they are there, else with random ones.

    Parameters
    ----------
    fetch : bool
        Fetch the weights if they are not there. If that fails, the note says why.
    seed : int
        Of random weights.
    """
    network = _untrained(seed)
    reason = "the ImageNet weights are not on this computer, and fetching them was not asked for"
    if fetch or weights_file().exists():
        try:
            with _patience(_PATIENCE):
                safely = {"check_hash": True, "weights_only": True}
                network.load_state_dict(weights().get_state_dict(progress=False, **safely))
        except Exception as problem:  # no network; a damaged file can raise anything
            reason = f"the ImageNet weights could not be fetched or read ({problem})"
        else:
            return Backbone(network, True, "ResNet-18 with ImageNet weights.")
    return Backbone(network, False, f"ResNet-18 with random weights, because {reason}.")


def _untrained(seed: int) -> nn.Module:
    """ResNet-18 with random weights; PyTorch's own generator stays as it was."""
    from torchvision.models import resnet18

    with using_seed(seed):
        return resnet18().eval()


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Give up network connections that stay silent for so long."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def prepare(photo: np.ndarray, size: int = 224) -> torch.Tensor:
    """Return a photograph as ImageNet networks want it: middle square, scaled, normalised.

    Parameters
    ----------
    photo : ndarray of uint8 of shape (H, W, 3), RGB, or (H, W), grey
    size : int
        Pixels of a side.

    Returns
    -------
    Tensor of float32 of shape (1, 3, size, size)

    Raises
    ------
    ValueError
        If it is no photograph of bytes.
    """
    if photo.dtype != np.uint8 or photo.ndim not in (2, 3):
        raise ValueError(
            f"the photo is an array of {photo.dtype} and shape {photo.shape}: "
            "use uint8 of shape (H, W, 3) or (H, W)"
        )
    rgb = photo if photo.ndim == 3 else np.repeat(photo[..., None], 3, axis=2)
    side = min(rgb.shape[:2])
    top, left = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
    square = torch.tensor(rgb[top : top + side, left : left + side]).permute(2, 0, 1)[None] / 255
    scaled = nn.functional.interpolate(square, size=(size, size), mode="bilinear", antialias=True)
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (_MEAN, _STD))
    return (scaled - mean) / std


def classify(backbone: Backbone, photo: np.ndarray, top: int = 5) -> list[tuple[str, float]]:
    """Return the most probable of ImageNet's 1000 classes, with their probabilities.

    Parameters
    ----------
    backbone : Backbone
    photo : ndarray of uint8 of shape (H, W, 3) or (H, W)
    top : int
        How many classes.

    Raises
    ------
    ValueError
        If the weights are random: their answer would mean nothing.
    """
    if not backbone.pretrained:
        raise ValueError(f"there is nothing to recognise with: this is {backbone.note}")
    with torch.inference_mode():
        probabilities = backbone.network(prepare(photo)).softmax(1)[0]
    values, places = probabilities.topk(top)
    names = weights().meta["categories"]
    return [(names[i], float(value)) for i, value in zip(places, values, strict=True)]


def report(backbone: Backbone, photo: np.ndarray, top: int = 5) -> str:
    """Return what the network sees in a photograph in words, or why it cannot say.

    Parameters
    ----------
    backbone, photo, top : as for :func:`classify`
    """
    if not backbone.pretrained:
        return backbone.note
    guesses = classify(backbone, photo, top)
    return "\n".join(f"{100 * probability:5.1f} %  {name}" for name, probability in guesses)


# A new head ---------------------------------------------------------------------------------------


def features(backbone: Backbone, images: np.ndarray) -> np.ndarray:
    """Return what the network knows of each image just before its last layer.

    Parameters
    ----------
    backbone : Backbone
    images : ndarray of uint8 of shape (N, H, W) or (N, H, W, 3)
        They are scaled to 32 pixels a side: global pooling makes any size possible.

    Returns
    -------
    ndarray of float32 of shape (N, 512)
    """
    trunk = nn.Sequential(*list(backbone.network.children())[:-1], nn.Flatten())
    with torch.inference_mode():
        batches = [trunk(_stack(images[i : i + 50])) for i in range(0, len(images), 50)]
    return torch.cat(batches).numpy()


@using_threads()
def new_head(
    backbone: Backbone | None, train: Split, validation: Split, *, epochs: int = 100, seed: int = 0
) -> float:
    """Train a new last layer on frozen features, and return its accuracy on validation digits.

    Parameters
    ----------
    backbone : Backbone or None
        None: on the pixels themselves. What no network reaches is what a network must beat.
    train, validation : Split
    epochs, seed : int
    """
    known, asked = (
        torch.tensor(features(backbone, images) if backbone else _pixels(images))
        for images in (train.images, validation.images)
    )
    mean, std = known.mean(0), known.std()  # one scale for all: some pixels never change
    known, asked = (known - mean) / std, (asked - mean) / std
    with using_seed(seed):
        head = nn.Linear(known.shape[1], 10)
    optimiser = torch.optim.Adam(head.parameters(), lr=0.01, weight_decay=1e-3)
    for _ in range(epochs):
        loss = nn.functional.cross_entropy(head(known), torch.tensor(train.labels))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.inference_mode():
        return metrics.accuracy(head(asked).numpy(), validation.labels)


def _pixels(images: np.ndarray) -> np.ndarray:
    """The images as they are: float32 of shape (N, pixels) in [0, 1]."""
    return images.reshape(len(images), -1).astype(np.float32) / 255


@using_threads()
def fine_tune(
    backbone: Backbone, train: Split, validation: Split, *, epochs: int = 2, seed: int = 0
) -> float:
    """Train all layers of a copy, the new head with a ten times higher rate than the others.

    Parameters
    ----------
    backbone : Backbone
    train, validation : Split
    epochs, seed : int

    Returns
    -------
    float
        Accuracy on the validation digits. The backbone itself stays as it was.
    """
    network = _with_new_head(backbone, seed)
    images, asked = (_stack(split.images) for split in (train, validation))
    labels = torch.tensor(train.labels)
    optimiser = torch.optim.Adam(_two_rates(network))
    generator = torch.Generator().manual_seed(seed)
    network.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(labels), generator=generator).split(25):
            loss = nn.functional.cross_entropy(network(images[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    network.eval()  # batch normalisation now uses its running statistics
    with torch.inference_mode():
        return metrics.accuracy(network(asked).numpy(), validation.labels)


def _two_rates(network: nn.Module) -> list[dict[str, object]]:
    """The new layer learns fast, all others slowly, so that they forget little."""
    named = list(network.named_parameters())
    head = [p for name, p in named if name.startswith("fc.")]
    others = [p for name, p in named if not name.startswith("fc.")]
    return [{"params": head, "lr": 3e-3}, {"params": others, "lr": 3e-4}]


def _stack(images: np.ndarray) -> torch.Tensor:
    return torch.cat([prepare(image, SIDE) for image in images])


def _with_new_head(backbone: Backbone, seed: int) -> nn.Module:
    """A copy of the network whose last layer is new, with ten outputs."""
    network = _untrained(seed)
    network.load_state_dict(backbone.network.state_dict())
    with using_seed(seed):
        network.fc = nn.Linear(FEATURES, 10)
    return network
