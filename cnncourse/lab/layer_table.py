"""PyTorch as the judge of our tables: what a real network does, without making one weight.

    >>> from torch import nn
    >>> rows(lambda: nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU()), (1, 32, 32))
    [('Conv2d', (6, 28, 28), 156), ('ReLU', (6, 28, 28), 0)]

PyTorch's "meta" device knows the shapes of arrays and stores no numbers: VGG-16, half a gigabyte
of weights, is built and run on it in no memory at all.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn


def rows(
    build: Callable[[], nn.Module], shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...], int]]:
    """Return kind, output shape and parameters of every module, in the order of computing.

    Parameters
    ----------
    build : callable
        Makes the network.
    shape : tuple of int
        Of one example, without the batch.

    Returns
    -------
    list of (str, tuple of int, int)
        Containers that only hold a sequence are left out, and so is the network itself. Blocks of
        other kinds get a row with 0 parameters after their layers, as tools that print such tables
        have it.
    """
    with torch.device("meta"):
        model = build().eval()
        example = torch.empty(1, *shape)
    found: list[tuple[str, tuple[int, ...], int]] = []

    def note(module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
        own = sum(p.numel() for p in module.parameters(recurse=False))
        found.append((type(module).__name__, tuple(output.shape[1:]), own))

    for module in model.modules():
        if module is not model and not isinstance(module, (nn.Sequential, nn.ModuleList)):
            module.register_forward_hook(note)
    model(example)
    return found
