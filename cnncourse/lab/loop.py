"""The loop that everyone writes: a data set, an epoch, a measurement, and a hook to listen with.

    loader = DataLoader(DigitSet(train.images, train.labels), 125, shuffle=True)
    train_epoch(net, loader, torch.optim.Adam(net.parameters()))
    loss, accuracy = evaluate(net, loader)

Notebook 05 asks learners to write these four. Where one of theirs has not passed its check, the
notebook goes on with the one here.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

Loader = DataLoader[tuple[torch.Tensor, ...]]


class DigitSet(Dataset[tuple[torch.Tensor, int]]):
    """Digits one by one, as a `DataLoader` asks for them.

    Parameters
    ----------
    images : ndarray of uint8 of shape (N, 28, 28)
    labels : ndarray of int64 of shape (N,)
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        pixels = torch.from_numpy(self.images[index]).float() / 255  # (28, 28)
        return pixels.unsqueeze(0), int(self.labels[index])  # (1, 28, 28)


def train_epoch(net: nn.Module, loader: Loader, optimiser: torch.optim.Optimizer) -> float:
    """Learn once from each batch, and return the mean loss of all digits.

    Parameters
    ----------
    net : nn.Module
    loader : DataLoader
    optimiser : torch.optim.Optimizer
        Made with the network's parameters.
    """
    net.train()
    total = 0.0
    count = 0
    for images, labels in loader:
        loss = F.cross_entropy(net(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


def evaluate(net: nn.Module, loader: Loader) -> tuple[float, float]:
    """Return the mean loss and the share of right answers; nothing is learnt.

    Parameters
    ----------
    net : nn.Module
    loader : DataLoader
    """
    net.eval()
    total = 0.0
    right = count = 0
    with torch.no_grad():
        for images, labels in loader:
            logits = net(images)
            total += F.cross_entropy(logits, labels, reduction="sum").item()
            right += int((logits.argmax(1) == labels).sum())
            count += len(labels)
    return total / count, right / count


def listen(net: nn.Module, name: str, images: torch.Tensor) -> torch.Tensor:
    """Return what the layer of a name computes while the network reads images.

    Parameters
    ----------
    net : nn.Module
    name : str
        Such as "conv1", as in ``net.named_modules()``.
    images : Tensor of shape (N, 1, 28, 28)
    """
    heard: list[torch.Tensor] = []
    layer = net.get_submodule(name)
    handle = layer.register_forward_hook(lambda _layer, _in, out: heard.append(out.detach()))
    try:
        net(images)
    finally:
        handle.remove()
    return heard[0]
