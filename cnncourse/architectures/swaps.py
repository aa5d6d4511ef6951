"""The ideas of CNN history as numbers: what a change of design costs, what depth does to signals.

    >>> before, after = swap("one 7×7 → three 3×3", channels=64, size=56)
    >>> before.params, after.params, before.field == after.field
    (200704, 110592, True)

Only counts and small random matrices: nothing here is trained.

Sources: M. Lin, Q. Chen and S. Yan (2014), *Network In Network*; C. Szegedy et al. (2015), *Going
Deeper with Convolutions*; K. Simonyan and A. Zisserman (2015), *Very Deep Convolutional Networks
for Large-Scale Image Recognition*; K. He, X. Zhang, S. Ren and J. Sun (2016), *Deep Residual
Learning for Image Recognition* and *Identity Mappings in Deep Residual Networks*; A. G. Howard et
al. (2017), *MobileNets*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np

from cnncourse.architectures import networks, trace
from cnncourse.architectures.layers import (
    Conv,
    Flatten,
    GlobalAveragePool,
    Layer,
    Linear,
    LineConv,
    Shape,
)
from cnncourse.architectures.table import Row, Table, folded, summed
from cnncourse.geometry import by, check_choice

# One design for another ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Design:
    """A piece of a network and its costs.

    Attributes
    ----------
    words : tuple of str
        The layers, one line each.
    params, macs : int
        Weights (and the biases of dense layers), multiply-accumulates.
    field : int or None
        Pixels of the piece's input that one output sees along one axis; None: all of them.
    """

    words: tuple[str, ...]
    params: int
    macs: int
    field: int | None


def swap(change: str, channels: int, size: int) -> tuple[Design, Design]:
    """Return a piece of a network and what was later put in its place.

    Parameters
    ----------
    change : str
        One of `SWAPS`. Some change a whole named network, and need no channels and no size.
    channels : int
        That go in and, but for the heads, come out; a multiple of 4 for the bottleneck.
    size : int
        Height and width of the maps.

    Raises
    ------
    ValueError
        If there is no such change, or the channels cannot be divided.
    """
    check_choice("change", change, SWAPS)
    if change in _WHOLE:
        old, new = _WHOLE[change]
        return _whole_design(*old), _whole_design(*new)
    if change == "two 3×3 → bottleneck" and channels % 4:
        raise ValueError(
            f"a bottleneck narrows to a quarter, and {channels} channels cannot be divided by 4: "
            f"use {channels - channels % 4 or 4} or {channels + 4 - channels % 4}"
        )
    shape = (channels, size, size)
    before, after = _PIECES[change](channels)
    return _design(before, shape), _design(after, shape)


def _conv(channels: int, kernel: int, groups: int = 1) -> Conv:
    """A convolution that keeps the size; without a bias, as before batch normalisation."""
    return Conv(channels, kernel, padding=kernel // 2, bias=False, groups=groups)


# The layers before and after a change, for c channels. The dense head is that of AlexNet and VGG.
_Layers = Sequence[Layer]
_PIECES: dict[str, Callable[[int], tuple[_Layers, _Layers]]] = {
    "one 7×7 → three 3×3": lambda c: ([_conv(c, 7)], [_conv(c, 3)] * 3),
    "one 5×5 → two 3×3": lambda c: ([_conv(c, 5)], [_conv(c, 3)] * 2),
    "one 7×7 → 1×7 and 7×1": lambda c: (
        [_conv(c, 7)],
        [LineConv(c, 7, bias=False), LineConv(c, 7, bias=False, across=False)],
    ),
    "dense head → global average pooling": lambda c: (
        [Flatten(), Linear(4096), Linear(4096), Linear(1000)],
        [GlobalAveragePool(), Flatten(), Linear(1000)],
    ),
    "two 3×3 → bottleneck": lambda c: (
        [_conv(c, 3)] * 2,
        [_conv(c // 4, 1), _conv(c // 4, 3), _conv(c, 1)],
    ),
    "3×3 → depthwise separable": lambda c: ([_conv(c, 3)], [_conv(c, 3, groups=c), _conv(c, 1)]),
}


def _design(layers: Sequence[Layer], shape: Shape) -> Design:
    table = trace(layers, shape)
    words = tuple(f"{row.layer.label} → {by(row.shape)}" for row in table)
    sees = table[-1].field
    return Design(words, table.totals.params, table.totals.macs, sees.size if sees else None)


_Version = tuple[str, Callable[[], _Layers]]  # words, and what builds the layers


def _whole_design(words: str, build: Callable[[], _Layers]) -> Design:
    """A whole network; every output sees all of its input."""
    total = trace(build(), networks.PHOTO).totals
    return Design((words,), total.params, total.macs, None)


_WHOLE: dict[str, tuple[_Version, _Version]] = {
    "VGG-16: dense head → global average pooling": (
        ("VGG-16 with three dense layers", networks.vgg),
        ("VGG-16 with global average pooling, one", partial(networks.vgg, dense=False)),
    ),
    "GoogLeNet: reductions → none": (
        ("GoogLeNet of 2014", partial(networks.googlenet, torchvision=False)),
        (
            "GoogLeNet without 1×1 reductions",
            partial(networks.googlenet, torchvision=False, reduce=False),
        ),
    ),
    "ResNet-50: 7×7 stem → three 3×3": (
        ("ResNet-50, first layer 7×7", networks.resnet),
        ("ResNet-50, first three layers 3×3", partial(networks.resnet, three_small=True)),
    ),
}

SWAPS = (*_PIECES, *_WHOLE)

# The inception module -----------------------------------------------------------------------------


def inception_branches(
    c_in: int, size: int, widths: networks.Widths, *, reduce: bool = True
) -> list[Table]:
    """Return the four paths of an inception module as of 2014, each traced on its own.

    Parameters
    ----------
    c_in, size : int
        Channels that come in; height and width of the maps, which stay as they are.
    widths : six ints
        As for `networks.inception`.
    reduce : bool
        False leaves the 1×1 convolutions before the 3×3, before the 5×5 and after the pooling out.

    Returns
    -------
    list of Table
        1×1; 3×3; 5×5; pooling.
    """
    block = networks.inception(widths, reduce=reduce)
    return [trace(path, (c_in, size, size)) for path in block.paths]


# Signals through depth ----------------------------------------------------------------------------

_UNITS = 32


def gradient_through_depth(depth: int, scale: float, skip: bool, seed: int = 0) -> np.ndarray:
    """Return the length of the gradient after every layer on its way back to the input.

    Layer l computes x ← x + scale·F(x), or without the skip connection x ← scale·F(x), where
    F(x) = W·relu(x) with random W of variance 2 / units: F alone keeps lengths on average (K. He et
    al., 2015, *Delving Deep into Rectifiers*). There is no normalisation.

    Parameters
    ----------
    depth : int
        Layers.
    scale : float
    skip : bool
    seed : int
        Decides the matrices, the input and the gradient that starts at the output.

    Returns
    -------
    ndarray of shape (depth + 1,)
        Entry 0 belongs to the input; the last, at the output, is 1.
    """
    rng = np.random.default_rng(seed)
    x, gradient = rng.normal(size=_UNITS), rng.normal(size=_UNITS)
    matrices = rng.normal(scale=np.sqrt(2 / _UNITS), size=(depth, _UNITS, _UNITS))
    active = []
    for matrix in matrices:
        active.append(x > 0)
        x = skip * x + scale * (matrix @ np.maximum(x, 0))
    gradient /= np.linalg.norm(gradient)
    lengths = [1.0]
    for matrix, on in zip(reversed(matrices), reversed(active), strict=True):
        gradient = skip * gradient + scale * on * (matrix.T @ gradient)
        lengths.append(float(np.linalg.norm(gradient)))
    return np.array(lengths[::-1])


# A network in steps -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step(Row):
    """One row of a table, or several that were folded into one.

    Attributes
    ----------
    name : str
    layers : int
        How many rows of the table it stands for.
    """

    name: str = ""
    layers: int = 1


FOLDS = ("every layer", "one step a block", "one step a size of map")


def steps(table: Table, fold: str = FOLDS[0]) -> list[Step]:
    """Return a network layer by layer, or with neighbouring layers folded together.

    Parameters
    ----------
    table : architectures.Table
    fold : str
        One of `FOLDS`. The last joins layers whose maps are equally high; vectors count as one.
    """
    if fold == FOLDS[0]:
        return [_step(str(row.layer), [row]) for row in table]
    if fold == FOLDS[1]:
        counts = {label: len(list(rows)) for label, rows in groupby(table, key=_block)}
        return [_step(str(row.layer), [row], counts.get(row.block, 1)) for row in folded(table)]
    stages = (list(rows) for _, rows in groupby(table, key=lambda row: row.shape[1:]))
    return [_step(_stage_name(rows[-1].shape), rows) for rows in stages]


def _block(row: Row) -> str | int:
    """What neighbouring layers of one block share; a layer outside has its number to itself."""
    return row.block or row.number


def _stage_name(shape: Shape) -> str:
    return f"maps of {by(shape[1:])}" if len(shape) == 3 else "vectors"


def _step(name: str, rows: Sequence[Row], layers: int | None = None) -> Step:
    return Step(**vars(summed(rows)), name=name, layers=layers or len(rows))
