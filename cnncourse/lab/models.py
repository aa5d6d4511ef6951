"""The networks of the lab, all with the same input and the same output.

    >>> model = build("small")
    >>> model(torch.zeros(5, 1, 28, 28)).shape
    torch.Size([5, 10])
    >>> count_parameters(model)
    29434

A model takes float32 of shape (N, 1, 28, 28) with pixels in [0, 1], white ink on black, and
returns ten *logits* for each image. Probabilities are their softmax; the training does without,
because cross-entropy takes logits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import nn

from cnncourse.geometry import check_choice, check_whole
from cnncourse.lab.reproducible import using_seed

# The mean and the standard deviation of all pixels of MNIST's training digits, scaled to [0, 1].
MEAN, STD = 0.1307, 0.3081

CLASSES = 10


class Normalise(nn.Module):
    """Shift and scale the pixels so that MNIST has mean 0 and standard deviation 1."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return images (N, 1, 28, 28), scaled."""
        return (images - MEAN) / STD


def build(name: str = "small", *, width: int = 16, seed: int = 0) -> nn.Module:
    """Return an untrained network.

    Parameters
    ----------
    name : "small", "lecture", "mlp" or "linear"
        ===========  ==========  ===========================================================
        name         parameters  what it is
        ===========  ==========  ===========================================================
        ``small``    29,434      three convolutions, one dense layer: the lab's default
        ``lecture``  954,002     two convolutions, two dense layers
        ``mlp``      29,425      one hidden dense layer: the budget of ``small``, no convolution
        ``linear``   7,850       softmax regression: one dense layer
        ===========  ==========  ===========================================================
    width : int
        Channels of the first layer of ``small``; the second has twice, the third four times as
        many. The other networks come in one size.
    seed : int
        Decides the random weights at the start. PyTorch's own generator is left as it was.

    Returns
    -------
    nn.Module

    Raises
    ------
    ValueError
        If there is no network of that name, or the width is not a whole number above 0.
    """
    check_choice("model", name, MODELS)
    check_whole("width", width, least=1)
    if name != "small" and width != 16:
        raise ValueError(
            f'width is {width}, but only "small" comes in several widths: leave it out'
        )
    with using_seed(seed):
        return MODELS[name](width) if name == "small" else MODELS[name]()


def small(width: int = 16) -> nn.Sequential:
    """Return a network that learns in seconds: the first convolution already halves the picture.

    A convolution before batch normalisation needs no bias: the mean is subtracted anyway.
    """
    return _behind_normalise(
        conv1=nn.Conv2d(1, width, 5, stride=2, padding=2, bias=False),  # (N, 16, 14, 14)
        norm1=nn.BatchNorm2d(width),
        relu1=nn.ReLU(),
        conv2=nn.Conv2d(width, 2 * width, 3, padding=1, bias=False),  # (N, 32, 14, 14)
        norm2=nn.BatchNorm2d(2 * width),
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),  # (N, 32, 7, 7)
        conv3=nn.Conv2d(2 * width, 4 * width, 3, padding=1, bias=False),  # (N, 64, 7, 7)
        norm3=nn.BatchNorm2d(4 * width),
        relu3=nn.ReLU(),
        pool3=nn.MaxPool2d(2),  # (N, 64, 3, 3): the last row and column are not used
        flatten=nn.Flatten(),
        dense=nn.Linear(4 * width * 3 * 3, CLASSES),
    )


def lecture() -> nn.Sequential:
    """Return the classic layout: most of its weights are in the first dense layer."""
    return _behind_normalise(
        conv1=nn.Conv2d(1, 8, 3, padding=1),  # (N, 8, 28, 28)
        norm1=nn.BatchNorm2d(8),
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),  # (N, 8, 14, 14)
        conv2=nn.Conv2d(8, 32, 5, padding=2),  # (N, 32, 14, 14)
        norm2=nn.BatchNorm2d(32),
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),  # (N, 32, 7, 7)
        flatten=nn.Flatten(),  # (N, 1568)
        dense1=nn.Linear(32 * 7 * 7, 600),
        relu3=nn.ReLU(),
        dropout=nn.Dropout(0.5),
        dense2=nn.Linear(600, CLASSES),
    )


def mlp() -> nn.Sequential:
    """Return a network that sees 784 numbers in a row and does not know which are neighbours."""
    return _behind_normalise(
        flatten=nn.Flatten(),
        dense1=nn.Linear(28 * 28, 37),  # 37 hidden units: about as many weights as `small`
        relu1=nn.ReLU(),
        dense2=nn.Linear(37, CLASSES),
    )


def linear() -> nn.Sequential:
    """Return softmax regression: one template a digit."""
    return _behind_normalise(flatten=nn.Flatten(), dense=nn.Linear(28 * 28, CLASSES))


def _behind_normalise(**layers: nn.Module) -> nn.Sequential:
    """A network of layers with names, one after the other; the first normalises the pixels."""
    return nn.Sequential(OrderedDict(normalise=Normalise(), **layers))


MODELS: dict[str, Callable[..., nn.Module]] = {
    "small": small,
    "lecture": lecture,
    "mlp": mlp,
    "linear": linear,
}


def count_parameters(model: nn.Module) -> int:
    """Return how many numbers the training can change."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
