"""Networks that differ in one idea each: what history added, small enough to train in seconds.

    >>> from cnncourse.lab.models import count_parameters
    >>> count_parameters(ResidualBlock(16)) == count_parameters(PlainBlock(16))
    True

Like the lab's other models they take float32 of shape (N, 1, 28, 28) with pixels in [0, 1], white
ink on black, and return ten logits for each image.

Sources: M. Lin, Q. Chen and S. Yan (2014), *Network In Network*; C. Szegedy et al. (2015), *Going
Deeper with Convolutions*; K. Simonyan and A. Zisserman (2015), *Very Deep Convolutional Networks
for Large-Scale Image Recognition*; K. He, X. Zhang, S. Ren and J. Sun (2016), *Deep Residual
Learning for Image Recognition*.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.architectures.networks import Widths
from cnncourse.geometry import check_choice
from cnncourse.lab.models import CLASSES, Normalise


def conv(c_in: int, c_out: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    """Return a convolution that keeps the size (at stride 1), batch normalisation and ReLU.

    Parameters
    ----------
    c_in, c_out : int
        Channels.
    kernel, stride : int
        In pixels.
    """
    layer = nn.Conv2d(c_in, c_out, kernel, stride, padding=kernel // 2, bias=False)
    return [layer, nn.BatchNorm2d(c_out), nn.ReLU()]


def stacked(kernel: int, layers: int) -> nn.Sequential:
    """Return a network whose two stages are each a stack of equal convolutions.

    Two layers of 3×3 and one layer of 5×5 see the same field.

    Parameters
    ----------
    kernel : int
        Side, in pixels.
    layers : int
        Of a stage, each with 24 channels.
    """
    width = 24
    network = [Normalise(), *conv(1, width, 3, stride=2)]  # (N, width, 14, 14)
    for _ in range(2):
        for _ in range(layers):
            network += conv(width, width, kernel)
        network.append(nn.MaxPool2d(2))
    return nn.Sequential(*network, nn.Flatten(), nn.Linear(width * 3 * 3, CLASSES))


class ResidualBlock(nn.Module):
    """relu(x + F(x)), where F is two 3×3 convolutions, each with batch normalisation."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)

    def branch(self, x: torch.Tensor) -> torch.Tensor:
        """Return F(x), whose last convolution has no ReLU of its own."""
        inner = F.relu(self.norm1(self.conv1(x)))
        return self.norm2(self.conv2(inner))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return maps of the same shape."""
        return F.relu(x + self.branch(x))


class PlainBlock(ResidualBlock):
    """The same layers without the shortcut: relu(F(x))."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return maps of the same shape."""
        return F.relu(self.branch(x))


class Bottleneck(nn.Module):
    """relu(x + F(x)), where F is 1×1 down to a quarter of the channels, 3×3, 1×1 up again."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        narrow = channels // 4
        last = conv(narrow, channels, 1)[:-1]  # its ReLU comes after the sum
        self.branch = nn.Sequential(*conv(channels, narrow, 1), *conv(narrow, narrow, 3), *last)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return maps of the same shape."""
        return F.relu(x + self.branch(x))


def blocks(
    count: int, block: Callable[[int], nn.Module] = ResidualBlock, *, width: int = 16
) -> nn.Sequential:
    """Return a stem, `count` blocks at 7×7 pixels, global average pooling and one dense layer.

    Parameters
    ----------
    count : int
        With blocks of two convolutions the network has 2·count + 2 layers with weights.
    block : callable
        ``block(width)`` → a module that keeps the shape of its maps: a block, or four paths.
    width : int
        Channels.
    """
    return nn.Sequential(
        *(Normalise(), *conv(1, width, 5, stride=2), nn.MaxPool2d(2)),  # (N, width, 7, 7)
        *(block(width) for _ in range(count)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, CLASSES)),
    )


class Inception(nn.Module):
    """An inception module of 2014: four paths side by side, their channels stacked.

    `widths` are those of `architectures.networks.inception`: 1×1; 3×3 reduced to, 3×3; 5×5 reduced
    to, 5×5; 1×1 after the pooling.
    """

    def __init__(self, c_in: int, widths: Widths) -> None:
        super().__init__()
        one, reduce_3, three, reduce_5, five, project = widths
        self.one = _conv_relu(c_in, one, 1)
        self.three = nn.Sequential(_conv_relu(c_in, reduce_3, 1), _conv_relu(reduce_3, three, 3))
        self.five = nn.Sequential(_conv_relu(c_in, reduce_5, 1), _conv_relu(reduce_5, five, 5))
        pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.pooled = nn.Sequential(pool, _conv_relu(c_in, project, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return maps of the same height and width, with the channels of all paths."""
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pooled(x)], dim=1)


def _conv_relu(c_in: int, c_out: int, kernel: int) -> nn.Sequential:
    """A convolution with a bias, which keeps the size, and ReLU: there was no batch norm yet."""
    return nn.Sequential(nn.Conv2d(c_in, c_out, kernel, padding=kernel // 2), nn.ReLU())


def with_head(head: str) -> nn.Sequential:
    """Return one trunk of three convolutions with a "dense" head or a "global average" head.

    Raises
    ------
    ValueError
        If there is no such head.
    """
    trunk = [Normalise(), *conv(1, 16, 5, stride=2), *conv(16, 32, 3), nn.MaxPool2d(2)]
    trunk += conv(32, 64, 3)  # (N, 64, 7, 7)
    heads: dict[str, list[nn.Module]] = {
        "dense": [nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, CLASSES)],
        "global average": [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES)],
    }
    check_choice("head", head, heads)
    return nn.Sequential(*trunk, *heads[head])
