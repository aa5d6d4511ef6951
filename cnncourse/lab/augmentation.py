"""Digits that are a little different each time they are seen, so that the network learns more.

    >>> generator = torch.Generator().manual_seed(0)
    >>> shift(torch.zeros(4, 28, 28), generator).shape
    torch.Size([4, 28, 28])

A whole batch is changed at once: image by image it takes ten times as long as the learning.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

# The largest changes that warp makes, in degrees, shares, and pixels (BEND: standard deviation).
TURN, SCALE, SLANT, MOVE, BEND = 5, 0.05, 0.05, 1.0, 0.5


KINDS = (None, "shift", "full")


def augmented(images: torch.Tensor, kind: str | None, generator: torch.Generator) -> torch.Tensor:
    """Return bytes as numbers in [0, 1], as a training sees them.

    Parameters
    ----------
    images : Tensor of uint8 of shape (N, 28, 28)
    kind : None, "shift" or "full"
        As they are, moved by up to a pixel, or also turned and bent a little.
    generator : torch.Generator

    Returns
    -------
    Tensor of float32 of shape (N, 28, 28)
    """
    if kind == "shift":
        images = shift(images, generator)  # bytes move faster than floats
    images = images.float() / 255
    return warp(images, generator) if kind == "full" else images


def shift(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return each image moved by -1, 0 or 1 pixels down and right, at random.

    Parameters
    ----------
    images : Tensor of shape (N, 28, 28)
    generator : torch.Generator

    Returns
    -------
    Tensor of the same shape and type; black comes in from the side
    """
    n = len(images)
    padded = F.pad(images, (1, 1, 1, 1))  # (N, 30, 30)
    windows = padded.unfold(1, 28, 1).unfold(2, 28, 1)  # (N, 3, 3, 28, 28), nothing is copied yet
    down, right = torch.randint(3, (2, n), generator=generator)
    return windows[torch.arange(n), down, right]


def warp(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return each image shifted, turned, scaled, slanted and bent a little, at random.

    One affine map an image, and on top a smooth field of small displacements, as hands make them.

    Parameters
    ----------
    images : Tensor of float of shape (N, 28, 28)
    generator : torch.Generator

    Returns
    -------
    Tensor of the same shape

    References
    ----------
    P. Y. Simard, D. Steinkraus and J. C. Platt (2003), *Best Practices for Convolutional Neural
    Networks Applied to Visual Document Analysis*.
    """
    n = len(images)
    grid = F.affine_grid(_affine(n, generator), [n, 1, 28, 28], align_corners=False)
    bend = torch.randn((n, 2, 5, 5), generator=generator) * BEND / 14
    bend = F.interpolate(bend, size=(28, 28), mode="bicubic", align_corners=True)
    grid = grid + bend.permute(0, 2, 3, 1)  # (N, 28, 28, 2): where each new pixel looks
    return F.grid_sample(images.unsqueeze(1), grid, align_corners=False).squeeze(1)


def _affine(n: int, generator: torch.Generator) -> torch.Tensor:
    """Return n random affine maps close to the identity, as (n, 2, 3)."""
    draw = torch.rand((6, n), generator=generator) * 2 - 1  # uniform in [-1, 1]
    angle = math.radians(TURN) * draw[0]
    wide, high, slant = 1 + SCALE * draw[1], 1 + SCALE * draw[2], SLANT * draw[3]
    right, down = MOVE / 14 * draw[4:]  # the picture reaches from -1 to 1: a pixel is 1/14
    rows = [angle.cos() * wide, slant - angle.sin() * high, right]
    rows += [angle.sin() * wide, angle.cos() * high, down]
    return torch.stack(rows, 1).view(n, 2, 3)
