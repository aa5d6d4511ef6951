"""Before and during a training: which learning rate, and which mistakes a loop may hold.

rates, losses = find_rate(net, loader)
suspect = BUGS["gradients are never set to zero"]
suspect(net, loader, optimiser)  # one epoch of a broken loop
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import partial
from itertools import chain, repeat

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.lab.loop import Loader

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def find_rate(
    net: nn.Module, loader: Loader, *, low: float = 1e-4, high: float = 3.0, steps: int = 60
) -> tuple[list[float], list[float]]:
    """Return learning rates, and the loss on the way while the rate grows from step to step.

    Plain gradient descent with momentum on a copy of the network. A good rate lies where the loss
    falls fastest, well before it rises.

    Parameters
    ----------
    net : nn.Module
        Stays as it is.
    loader : DataLoader
    low, high : float
        The first and the last rate; each is the same factor times the one before.
    steps : int

    Returns
    -------
    rates, losses : list of float
        The loss is a running mean: that of one batch jumps about. They end where it is no number.

    References
    ----------
    L. N. Smith (2017), *Cyclical Learning Rates for Training Neural Networks*, section 3.3.
    """
    copy = deepcopy(net).train()
    optimiser = torch.optim.SGD(copy.parameters(), lr=low, momentum=0.9)
    rates = [low * (high / low) ** (step / (steps - 1)) for step in range(steps)]
    losses: list[float] = []
    batches: Iterator[tuple[torch.Tensor, ...]] = chain.from_iterable(repeat(loader))
    for rate, (images, labels) in zip(rates, batches, strict=False):
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.zero_grad()
        loss = F.cross_entropy(copy(images), labels)
        loss.backward()
        optimiser.step()
        if not loss.isfinite():  # it has exploded
            break
        losses.append(loss.item() if not losses else 0.8 * losses[-1] + 0.2 * loss.item())
    return rates[: len(losses)], losses


def steepest(rates: Sequence[float], losses: Sequence[float]) -> float:
    """Return the rate at which the loss falls fastest on its way to the lowest point.

    Parameters
    ----------
    rates, losses : sequence of float
        As :func:`find_rate` returns them.
    """
    lowest = int(np.argmin(losses))
    slopes = np.gradient(losses)[: max(lowest, 1)]
    return float(rates[int(np.argmin(slopes))])


# Broken loops -------------------------------------------------------------------------------------


def epoch(
    net: nn.Module,
    loader: Loader,
    optimiser: torch.optim.Optimizer,
    *,
    loss_of: Loss = F.cross_entropy,
    forget: bool = True,
    step: bool = True,
    factor: float = 1,
) -> list[float]:
    """Return the loss of every batch of an epoch; each option breaks the loop in its own way.

    Parameters
    ----------
    net : nn.Module
    loader : DataLoader
    optimiser : torch.optim.Optimizer
    loss_of : callable
        Of logits (N, 10) and labels (N,).
    forget : bool
        Set the gradients to zero before each step.
    step : bool
        Move the weights.
    factor : float
        Times the optimiser's learning rate.
    """
    net.train()
    for group in optimiser.param_groups:
        group["lr"] = factor * optimiser.defaults["lr"]
    losses = []
    for images, labels in loader:
        if forget:
            optimiser.zero_grad()
        loss = loss_of(net(images), labels)
        loss.backward()
        if step:
            optimiser.step()
        losses.append(loss.item())
    return losses


def _squeezed(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(logits.softmax(1), labels)


def _of_others(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(logits, labels.roll(1))


def _uphill(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return -F.cross_entropy(logits, labels)


BUGS: dict[str, Callable[..., list[float]]] = {
    "softmax before the cross-entropy": partial(epoch, loss_of=_squeezed),
    "no optimiser.step()": partial(epoch, step=False),
    "the labels belong to other images": partial(epoch, loss_of=_of_others),
    "the learning rate is 100 times too high": partial(epoch, factor=100),
    "gradients are never set to zero": partial(epoch, forget=False),
    "the loss has the wrong sign": partial(epoch, loss_of=_uphill),
}
