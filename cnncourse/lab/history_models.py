"""Networks that differ in one idea each: what history added, small enough to train in seconds.

    >>> from cnncourse.lab.models import count_parameters
    >>> count_parameters(LeNet1998()), count_parameters(lenet_today())
    (60000, 61706)

Like the lab's other models they take float32 of shape (N, 1, 28, 28) with pixels in [0, 1], white
ink on black, and return ten logits for each image.

Sources: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), *Gradient-Based Learning Applied to
Document Recognition*; M. Lin, Q. Chen and S. Yan (2014), *Network In Network*; K. Simonyan and
A. Zisserman (2015), *Very Deep Convolutional Networks for Large-Scale Image Recognition*; K. He,
X. Zhang, S. Ren and J. Sun (2016), *Deep Residual Learning for Image Recognition*.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.architectures.networks import C3_READS
from cnncourse.lab.models import CLASSES, Normalise

# LeNet-5 of 1998 ----------------------------------------------------------------------------------

# The strokes of the digits on a seven-segment display: top, upper left, upper right, middle, …
_SEGMENTS = (
    "1110111",
    "0010010",
    "1011101",
    "1011011",
    "0111010",
    "1101011",
    "1101111",
    "1010010",
    "1111111",
    "1111011",
)


class ScaledTanh(nn.Module):
    """1.7159·tanh(2a/3): it maps 1 to about 1 and −1 to about −1."""

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        """Return the activations, shape unchanged."""
        return 1.7159 * torch.tanh(2 / 3 * a)


class Subsampling(nn.Module):
    """The sum of each 2×2 window times a learned coefficient, plus a learned bias, squashed."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((channels, 1, 1), 0.25))  # starts as a mean
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))
        self.squash = ScaledTanh()

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return maps (N, C, H, W) in half their size."""
        return self.squash(4 * F.avg_pool2d(maps, 2) * self.coefficient + self.bias)


class PartialConv(nn.Module):
    """A convolution whose output maps each look at some of the input maps only."""

    def __init__(self, inputs: tuple[tuple[int, ...], ...], kernel: int) -> None:
        super().__init__()
        pairs = [(out, c) for out, chosen in enumerate(inputs) for c in chosen]
        self.pairs: torch.Tensor  # (2, number of small kernels)
        self.register_buffer("pairs", torch.tensor(pairs).T)
        self.shape = (len(inputs), max(c for _, c in pairs) + 1, kernel, kernel)
        reach = torch.tensor([(len(chosen) * kernel**2) ** -0.5 for chosen in inputs])
        self.weight = nn.Parameter(
            (2 * torch.rand(len(pairs), kernel, kernel) - 1) * reach[self.pairs[0], None, None]
        )
        self.bias = nn.Parameter((2 * torch.rand(len(inputs)) - 1) * reach)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return the output maps of input maps (N, C, H, W)."""
        whole = torch.zeros(self.shape, dtype=maps.dtype, device=maps.device)  # 0: not connected
        whole = whole.index_put(tuple(self.pairs), self.weight)
        return F.conv2d(maps, whole, self.bias)


class RadialBasis(nn.Module):
    """Minus the squared distance to a fixed code for each digit: the nearer, the larger.

    The codes are pictures of 7×12 black and white squares, as in 1998; these are our own drawings.
    """

    def __init__(self) -> None:
        super().__init__()
        self.codes: torch.Tensor  # (10, 84), not trained
        self.register_buffer("codes", segment_digits().flatten(1))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return scores (N, 10) of features (N, 84)."""
        return -((features[:, None] - self.codes) ** 2).sum(2)


def segment_digits() -> torch.Tensor:
    """Return the ten digits as on a seven-segment display: (10, 12, 7), −1 is paper, 1 is ink."""
    top, middle, bottom, left, right = (
        slice(0, 2),
        slice(5, 7),
        slice(10, 12),
        slice(0, 2),
        slice(5, 7),
    )
    every, upper, lower = slice(None), slice(0, 7), slice(5, 12)
    strokes = (
        (top, every),
        (upper, left),
        (upper, right),
        (middle, every),
        (lower, left),
        (lower, right),
        (bottom, every),
    )
    pictures = -torch.ones(CLASSES, 12, 7)
    for picture, lit in zip(pictures, _SEGMENTS, strict=True):
        for stroke, on in zip(strokes, lit, strict=True):
            if on == "1":
                picture[stroke] = 1
    return pictures


class LeNet1998(nn.Sequential):
    """LeNet-5 as it was: 60,000 learned numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = nn.ZeroPad2d(2)  # 28×28 → 32×32
        self.levels = PaperLevels()
        self.c1, self.squash1 = nn.Conv2d(1, 6, 5), ScaledTanh()  # (N, 6, 28, 28)
        self.s2 = Subsampling(6)  # (N, 6, 14, 14)
        self.c3, self.squash3 = PartialConv(C3_READS, 5), ScaledTanh()  # (N, 16, 10, 10)
        self.s4 = Subsampling(16)  # (N, 16, 5, 5)
        self.c5, self.squash5 = nn.Conv2d(16, 120, 5), ScaledTanh()  # (N, 120, 1, 1)
        self.flatten = nn.Flatten()
        self.f6, self.squash6 = nn.Linear(120, 84), ScaledTanh()
        self.output = RadialBasis()


class PaperLevels(nn.Module):
    """The paper's grey levels: −0.1 for the background and 1.175 for the ink."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return images (N, 1, 28, 28) with the paper's levels."""
        return 1.275 * images - 0.1


def lenet_today() -> nn.Sequential:
    """Return LeNet-5 as most people write it now: ReLU, max pooling, all maps joined to all."""
    return nn.Sequential(
        *(Normalise(), nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, CLASSES)),
    )


# One idea at a time -------------------------------------------------------------------------------


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


def stacked(kernel: int, layers: int, width: int = 24) -> nn.Sequential:
    """Return a network whose two stages are each a stack of equal convolutions.

    Two layers of 3×3 and one layer of 5×5 see the same field.

    Parameters
    ----------
    kernel : int
        Side, in pixels.
    layers, width : int
        Of a stage.
    """
    network = [Normalise(), *conv(1, width, 3, stride=2)]  # (N, width, 14, 14)
    for _ in range(2):
        for _ in range(layers):
            network += conv(width, width, kernel)
        network.append(nn.MaxPool2d(2))
    return nn.Sequential(*network, nn.Flatten(), nn.Linear(width * 3 * 3, CLASSES))


class Residual(nn.Module):
    """x + F(x), or F(x) alone if `skip` is off; then ReLU."""

    def __init__(self, branch: nn.Module, *, skip: bool = True) -> None:
        super().__init__()
        self.branch, self.skip = branch, skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return maps of the same shape."""
        return F.relu(x + self.branch(x) if self.skip else self.branch(x))


def basic_branch(width: int) -> nn.Sequential:
    """Return F(x) of the basic block: two 3×3 convolutions; the last has no ReLU of its own."""
    return nn.Sequential(*conv(width, width, 3), *conv(width, width, 3)[:-1])


def bottleneck_branch(width: int) -> nn.Sequential:
    """Return F(x) of the bottleneck block: 1×1 down to a quarter, 3×3, 1×1 up again."""
    narrow = width // 4
    layers = [*conv(width, narrow, 1), *conv(narrow, narrow, 3), *conv(narrow, width, 1)[:-1]]
    return nn.Sequential(*layers)


def blocks(
    count: int,
    *,
    skip: bool = True,
    width: int = 16,
    branch: Callable[[int], nn.Module] = basic_branch,
) -> nn.Sequential:
    """Return a stem, `count` blocks at 7×7 pixels, global average pooling and one dense layer.

    Parameters
    ----------
    count : int
        With `basic_branch` the network has 2·count + 2 layers with weights.
    skip : bool
        Add each block's input to its output.
    width : int
        Channels.
    branch : callable
        ``branch(width)`` → F(x) of a block.
    """
    return nn.Sequential(
        *(Normalise(), *conv(1, width, 5, stride=2), nn.MaxPool2d(2)),  # (N, width, 7, 7)
        *(Residual(branch(width), skip=skip) for _ in range(count)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, CLASSES)),
    )


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
    if head not in heads:
        raise ValueError(f"there is no head {head!r}: use one of {', '.join(heads)}")
    return nn.Sequential(*trunk, *heads[head])
