"""Randomness from a seed: the same numbers again, and nobody else's random numbers disturbed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.backends import cudnn

CPU = torch.device("cpu")


@contextmanager
def using_seed(seed: int, place: torch.device = CPU) -> Iterator[None]:
    """Draw weights and dropout from a seed; afterwards PyTorch's generators are as they were.

    On an NVIDIA GPU the gradients of a convolution are added up in a fixed order meanwhile: by
    default whichever thread is ready adds first, and sums in another order are rounded differently.

    Parameters
    ----------
    seed : int
    place : torch.device
        Where the random numbers are drawn: the generators of other devices are left alone.

    References
    ----------
    PyTorch's documentation, *Reproducibility*.
    """
    before = cudnn.deterministic
    with torch.random.fork_rng([place] if place.type == "cuda" else []):
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would seed every GPU as well
        if place.type == "cuda":
            torch.cuda.manual_seed(seed)
        cudnn.deterministic = True
        try:
            yield
        finally:
            cudnn.deterministic = before
