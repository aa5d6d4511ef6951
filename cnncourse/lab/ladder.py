"""A ladder from 1989 to 2015: one small network, to which each rung makes one change.

    rungs = climb(digits.load().first(2000))  # ten networks, trained one after the other
    rungs["1989: as it began"].accuracy

All rungs see the same digits, as 14×14 pixels (those of 1989 had 16×16), in the same order, as
often. A change stays: each rung has all changes of the rungs below. What a rung is worth depends
on that order, on so short a training, and on the seed. It is no measure of the idea itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse import metrics
from cnncourse.lab.digits import Digits
from cnncourse.lab.evaluation import shifted
from cnncourse.lab.experiments import VALIDATED, Comparison, Outcome
from cnncourse.lab.history_models import ResidualBlock
from cnncourse.lab.models import CLASSES, count_parameters
from cnncourse.lab.reproducible import using_seed
from cnncourse.lab.threads import using_threads

BATCH = 20
# Learning rates. Of 0.03, 0.1 and 0.2, and of 0.02, 0.05 and 0.1, the one with most digits read on
# the rung where it begins. Of 0.001, 0.002 and 0.005 the last was best there, but upset the rungs
# above: with it, the one with residual blocks read 66 %.
RATES = {"squared": 0.2, "cross-entropy": 0.1, "adam": 0.002}


@dataclass(frozen=True)
class Design:
    """A small network and how it learns; the defaults are those of 1989.

    Attributes
    ----------
    loss : str
        "squared", against 1 for the class and −1 for the others, or "cross-entropy".
    shrink : str
        What halves the maps: a "stride" of the convolutions, or "max pooling".
    activation : str
        "tanh", scaled as LeCun did, or "relu", with starting weights made for it (He et al., 2015,
        *Delving Deep into Rectifiers*).
    maps : int
        Of each layer.
    optimiser : str
        "descent": plain gradient descent, or "adam".
    kernels : tuple of int
        Of the convolutions of each of the two stages.
    norm : bool
        Batch normalisation after each convolution.
    blocks : int
        Residual blocks after the stages.
    head : str
        "dense", with 30 hidden units, or "global average".
    """

    loss: str = "squared"
    shrink: str = "stride"
    activation: str = "tanh"
    maps: int = 12
    optimiser: str = "descent"
    kernels: tuple[int, ...] = (5,)
    norm: bool = False
    blocks: int = 0
    head: str = "dense"


@dataclass(frozen=True)
class Rung:
    """One change: when it was published, what it is, where, and which settings it changes."""

    year: int
    words: str
    source: str
    change: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Year and words."""
        return f"{self.year}: {self.words}"


RUNGS = (
    Rung(1989, "as it began", "LeCun et al. (1989)"),
    Rung(1990, "softmax and cross-entropy", "Bridle (1990)", {"loss": "cross-entropy"}),
    Rung(2010, "max pooling", "Scherer, Müller and Behnke (2010)", {"shrink": "max pooling"}),
    Rung(2011, "ReLU", "Glorot, Bordes and Bengio (2011)", {"activation": "relu"}),
    Rung(2012, "twice as many maps", "Krizhevsky et al. (2012)", {"maps": 24}),
    Rung(2014, "two 3×3 for one 5×5", "Simonyan and Zisserman (2015)", {"kernels": (3, 3)}),
    Rung(2014, "Adam", "Kingma and Ba (2015)", {"optimiser": "adam"}),
    Rung(2015, "batch normalisation", "Ioffe and Szegedy (2015)", {"norm": True}),
    Rung(2015, "two residual blocks", "He et al. (2016)", {"blocks": 2}),
    Rung(2015, "global average, as in ResNet", "Lin et al. (2014)", {"head": "global average"}),
)


def designs() -> dict[str, Design]:
    """Return the network of each rung, with all changes up to it, by the rung's name."""
    settings, found = asdict(Design()), {}
    for rung in RUNGS:
        settings |= rung.change
        found[rung.name] = Design(**settings)
    return found


def network(design: Design, block: Callable[[int], nn.Module] = ResidualBlock) -> nn.Sequential:
    """Return a network for images (N, 1, 14, 14); its outputs suit the loss of the design.

    Parameters
    ----------
    design : Design
    block : callable
        ``block(channels)`` → a residual block, which keeps the shape of its maps.
    """
    maps, pooled = design.maps, design.shrink == "max pooling"
    layers: list[nn.Module] = []
    for before in (1, maps):
        for place, kernel in enumerate(design.kernels):
            stride = 2 if place == 0 and not pooled else 1
            channels = before if place == 0 else maps
            layers += [nn.Conv2d(channels, maps, kernel, stride, kernel // 2)]
            layers += [nn.BatchNorm2d(maps)] if design.norm else []
            layers += [_activation(design)]
        layers += [nn.MaxPool2d(2, ceil_mode=True)] if pooled else []
    layers += [block(maps) for _ in range(design.blocks)]  # at 4×4 pixels
    if design.head == "dense":
        hidden = nn.Linear(maps * 4 * 4, 30)
        layers += [nn.Flatten(), hidden, _activation(design), nn.Linear(30, CLASSES)]
    else:
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(maps, CLASSES)]
    layers += [ScaledTanh()] if design.loss == "squared" else []
    whole = nn.Sequential(*layers)
    if design.activation == "relu":
        whole.apply(_start_for_relu)
    return whole


class ScaledTanh(nn.Module):
    """1.7159·tanh(2a/3): it maps 1 to about 1 and −1 to about −1."""

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        """Return the activations, shape unchanged."""
        return 1.7159 * torch.tanh(2 / 3 * a)


def _activation(design: Design) -> nn.Module:
    return ScaledTanh() if design.activation == "tanh" else nn.ReLU()


def _start_for_relu(layer: nn.Module) -> None:
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


# Climbing -----------------------------------------------------------------------------------------


@using_threads(1)  # small pictures: more threads would only wait for each other
def climb(
    digits: Digits,
    block: Callable[[int], nn.Module] = ResidualBlock,
    *,
    epochs: int = 2,
    seed: int = 0,
) -> Comparison:
    """Return what becomes of the network of every rung, trained in the same way.

    The training loss is that of the rung's own kind: squared errors are no cross-entropies.

    Parameters
    ----------
    digits, block, epochs, seed : as for :func:`cnncourse.lab.experiments.degradation`
    """
    outcomes = []
    for name, design in designs().items():
        with using_seed(seed):
            model = network(design, block)
        start = perf_counter()
        loss = _train(model, design, digits, epochs, seed)
        seconds = perf_counter() - start
        asked = digits.validation.first(VALIDATED)
        accuracy, moved = (
            metrics.accuracy(_scores(model, images), asked.labels)
            for images in (asked.images, shifted(asked.images, 0, 3))
        )
        outcomes.append(Outcome(name, count_parameters(model), loss, accuracy, moved, seconds))
    described = f"From 1989 to 2015: {len(digits.train):,} training digits, {digits.name}"
    return Comparison(described, tuple(outcomes))


def _train(model: nn.Module, design: Design, digits: Digits, epochs: int, seed: int) -> float:
    """Learn from each digit `epochs` times; return the mean loss of the last time."""
    images, labels = _small(digits.train.images), torch.from_numpy(digits.train.labels)
    optimiser: torch.optim.Optimizer
    if design.optimiser == "adam":
        optimiser = torch.optim.Adam(model.parameters(), lr=RATES["adam"])
    else:
        optimiser = torch.optim.SGD(model.parameters(), lr=RATES[design.loss])
    order = torch.Generator().manual_seed(seed)
    losses: list[float] = []
    model.train()
    for _ in range(epochs):
        losses = []
        for batch in torch.randperm(len(labels), generator=order).split(BATCH):
            loss = _loss(design.loss, model(images[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
    model.eval()
    return float(np.mean(losses))


def _loss(kind: str, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    if kind == "cross-entropy":
        return F.cross_entropy(outputs, labels)
    return F.mse_loss(outputs, 2 * F.one_hot(labels, CLASSES).float() - 1)


def _small(images: np.ndarray) -> torch.Tensor:
    """Images (N, 28, 28) of bytes as means of 2×2 pixels: (N, 1, 14, 14), −1 is paper, 1 is ink."""
    whole = torch.from_numpy(images.copy()).unsqueeze(1).float() / 255
    return 2 * F.avg_pool2d(whole, 2) - 1


def _scores(model: nn.Module, images: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return model(_small(images)).numpy()
