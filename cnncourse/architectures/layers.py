"""The layers of a network as small records: their settings, their shapes and what they cost.

    >>> conv = Conv(16, 5, padding=2)
    >>> conv.output((3, 32, 32)), conv.params((3, 32, 32)), conv.macs((3, 32, 32))
    ((16, 32, 32), 1216, 1228800)

A record holds no weights and computes no pixels. Shapes are ``(channels, height, width)`` before
the network is flattened and ``(features,)`` after; the batch is left out. Layers that stand side by
side are a :class:`Block`. Chains can also be written as text, a layer a line (see :func:`parse`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from math import prod
from typing import ClassVar, NamedTuple

from cnncourse.geometry import (
    PADDING_NAMES,
    Window,
    by,
    check_whole,
    conv_output_size,
    padding_for,
    pool_output_size,
)

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """What all layers answer. As it stands: a layer that changes numbers, but no shapes."""

    pytorch: ClassVar[str] = ""  # its name in PyTorch, where that is another than here
    noun: ClassVar[str] = "layer"  # what people call it

    @property
    def kind(self) -> str:
        """The layer's name in PyTorch, such as "Conv2d"."""
        return self.pytorch or type(self).__name__

    @property
    def label(self) -> str:
        """What the layer is called in pictures: conv 7×7 /2 (its stride), dense, inception 3a."""
        return self.noun

    def output(self, shape: Shape) -> Shape:
        """Return the shape that comes out, or raise `ValueError` where none can."""
        return shape

    def params(self, shape: Shape) -> int:
        """Return how many numbers the layer learns, given the shape that goes in."""
        return 0

    def macs(self, shape: Shape) -> int:
        """Return how many products are added up for one example (multiply-accumulates)."""
        return 0

    def window(self, shape: Shape) -> Window | None:
        """Return what the layer slides over its input; None if a unit sees all of it."""
        return Window(1)

    def __str__(self) -> str:
        return _write(self)


@dataclass(frozen=True)
class Conv(Layer):
    """A convolution: `channels` kernels of kernel×kernel weights for each input channel.

    `padding` is a number of pixels on each side, or "valid", "same" or "full". With `groups` the
    channels are split into so many equal parts, and a kernel reads the channels of its part only.
    """

    channels: int
    kernel: int
    stride: int = 1
    padding: int | str = 0
    dilation: int = 1
    bias: bool = True
    groups: int = 1
    pytorch: ClassVar[str] = "Conv2d"
    noun: ClassVar[str] = "conv"

    @property
    def label(self) -> str:
        noun = "depthwise" if 1 < self.groups == self.channels else self.noun
        return f"{noun} {by((self.kernel, self.kernel))}{_slash(self.stride)}"

    def output(self, shape: Shape) -> Shape:
        _check_volume(shape)
        check_whole("channels", self.channels, least=1)
        check_whole("groups", self.groups, least=1)
        if shape[0] % self.groups or self.channels % self.groups:
            raise ValueError(
                f"groups is {self.groups}, which does not divide {shape[0]} channels in and "
                f"{self.channels} out: use a number that divides both"
            )
        return (self.channels, *(self._size(size) for size in shape[1:]))

    def _size(self, size: int) -> int:
        if not isinstance(self.padding, str):
            return conv_output_size(size, self.kernel, self.stride, self.padding, self.dilation)
        if self.padding == "same" and self.stride != 1:
            raise ValueError(
                f"padding 'same' is defined for stride 1 only, not {self.stride}: "
                "give it as a number"
            )
        border = sum(padding_for(self.padding, self.kernel, self.dilation))
        return conv_output_size(size + border, self.kernel, self.stride, 0, self.dilation)

    def weights_a_unit(self, shape: Shape) -> int:
        """Return how many weights one output number is made with, given the shape that goes in."""
        return self.kernel**2 * shape[0] // self.groups

    def params(self, shape: Shape) -> int:
        return (self.weights_a_unit(shape) + self.bias) * self.channels

    def macs(self, shape: Shape) -> int:
        return self.weights_a_unit(shape) * prod(self.output(shape))

    def window(self, shape: Shape) -> Window | None:
        before = self.padding
        if isinstance(before, str):
            before = padding_for(before, self.kernel, self.dilation)[0]
        return Window(self.kernel, self.stride, before, self.dilation)


@dataclass(frozen=True)
class MaxPool(Layer):
    """The largest number of each window; stride None means the window size."""

    size: int
    stride: int | None = None
    padding: int = 0
    ceil_mode: bool = False
    pytorch: ClassVar[str] = "MaxPool2d"
    noun: ClassVar[str] = "max pooling"

    @property
    def label(self) -> str:
        return f"{self.noun} {by((self.size, self.size))}{_slash(self.stride or self.size)}"

    def output(self, shape: Shape) -> Shape:
        _check_volume(shape)
        settings = (self.size, self.stride, self.padding, self.ceil_mode)
        return (shape[0], *(pool_output_size(size, *settings) for size in shape[1:]))

    def window(self, shape: Shape) -> Window | None:
        return Window(self.size, self.size if self.stride is None else self.stride, self.padding)


@dataclass(frozen=True)
class AveragePool(MaxPool):
    """The mean of each window."""

    pytorch: ClassVar[str] = "AvgPool2d"
    noun: ClassVar[str] = "average pooling"


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    """The mean of each channel; with `size` n, the means of n×n equal parts of it."""

    size: int = 1
    pytorch: ClassVar[str] = "AdaptiveAvgPool2d"
    noun: ClassVar[str] = "global average pooling"

    @property
    def label(self) -> str:
        if self.size == 1:
            return self.noun
        return f"{AveragePool.noun} to {by((self.size, self.size))}"

    def output(self, shape: Shape) -> Shape:
        _check_volume(shape)
        check_whole("size", self.size, least=1)
        return (shape[0], self.size, self.size)

    def window(self, shape: Shape) -> Window | None:
        if shape[1] != shape[2] or shape[1] % self.size or self.size == 1:
            return None  # a unit sees everything, or the parts are not equally large
        part = shape[1] // self.size
        return Window(part, part)


@dataclass(frozen=True)
class Flatten(Layer):
    """Write a (C, H, W) volume as one vector, in the order C, H, W.

    `listed` False leaves it out of the table: PyTorch's own networks flatten in a function call,
    which is no layer to the tools that print such tables.
    """

    listed: bool = True
    noun: ClassVar[str] = "flatten"

    def output(self, shape: Shape) -> Shape:
        return (prod(shape),)


@dataclass(frozen=True)
class Linear(Layer):
    """A dense layer: each of `features` units has a weight for every input."""

    features: int
    bias: bool = True
    noun: ClassVar[str] = "dense"

    def output(self, shape: Shape) -> Shape:
        check_whole("features", self.features, least=1)
        if len(shape) != 1:
            raise ValueError(
                f"it takes a vector, but gets a volume of shape {by(shape)}: put flatten before it"
            )
        return (self.features,)

    def params(self, shape: Shape) -> int:
        return (shape[0] + self.bias) * self.features

    def macs(self, shape: Shape) -> int:
        return shape[0] * self.features

    def window(self, shape: Shape) -> Window | None:
        return None


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalisation: learns a scale and a shift for each channel."""

    pytorch: ClassVar[str] = "BatchNorm2d"
    noun: ClassVar[str] = "batch norm"

    def params(self, shape: Shape) -> int:
        return 2 * shape[0]


@dataclass(frozen=True)
class Dropout(Layer):
    """Drops a share of the numbers while training."""

    share: float = 0.5
    noun: ClassVar[str] = "dropout"

    def output(self, shape: Shape) -> Shape:
        if not 0 <= self.share <= 1:
            raise ValueError(f"it drops a share of {self.share}: use a share from 0 to 1")
        return shape


@dataclass(frozen=True)
class ReLU(Layer):
    """max(0, x)."""

    noun: ClassVar[str] = "ReLU"


@dataclass(frozen=True)
class Softmax(Layer):
    """Scores to probabilities, over the channels or features."""

    noun: ClassVar[str] = "softmax"


@dataclass(frozen=True)
class LogSoftmax(Layer):
    """The logarithms of the probabilities."""

    noun: ClassVar[str] = "log softmax"


@dataclass(frozen=True)
class LocalResponseNorm(Layer):
    """Divides each number by the size of its neighbours in `size` channels; learns nothing."""

    size: int = 5
    noun: ClassVar[str] = "local response norm"


@dataclass(frozen=True)
class Tanh(Layer):
    """The hyperbolic tangent; LeNet-5 scaled it to 1.7159·tanh(2a/3)."""

    noun: ClassVar[str] = "tanh"


@dataclass(frozen=True)
class LineConv(Conv):
    """A convolution along one axis, 1×kernel if `across`, else kernel×1; it keeps the size."""

    across: bool = True

    @property
    def label(self) -> str:
        return f"{self.noun} {by((1, self.kernel) if self.across else (self.kernel, 1))}"

    def output(self, shape: Shape) -> Shape:
        _check_volume(shape)
        return (self.channels, *shape[1:])

    def weights_a_unit(self, shape: Shape) -> int:
        return self.kernel * shape[0]

    def window(self, shape: Shape) -> Window | None:
        """Return what it slides over the columns: the field is told along that axis."""
        return Window(self.kernel, 1, self.kernel // 2) if self.across else Window(1)


@dataclass(frozen=True)
class TransposedConv(Conv):
    """The way back of a convolution, used forward: each unit lays down a kernel, `stride` apart."""

    pytorch: ClassVar[str] = "ConvTranspose2d"
    noun: ClassVar[str] = "up"

    def output(self, shape: Shape) -> Shape:
        _check_volume(shape)
        more = self.kernel - 2 * int(self.padding)
        return (self.channels, *((n - 1) * self.stride + more for n in shape[1:]))

    def macs(self, shape: Shape) -> int:
        return self.kernel**2 * self.channels * prod(shape)

    def window(self, shape: Shape) -> Window | None:
        """Return None: its units see what a window with a stride below 1 would see."""
        return None


@dataclass(frozen=True)
class Crop(Layer):
    """Cuts `margin` pixels off each side."""

    margin: int
    noun: ClassVar[str] = "crop"

    def output(self, shape: Shape) -> Shape:
        _check_volume(shape)
        if min(shape[1:]) <= 2 * self.margin:
            raise ValueError(
                f"{by(shape[1:])} pixels have no {self.margin} to cut off a side: crop less"
            )
        return (shape[0], *(n - 2 * self.margin for n in shape[1:]))


# Layers of 1998 -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class PartialConv(Conv):
    """A convolution whose kernels read some of the input channels only.

    `reads` lists, for each output channel, the input channels that it is made of.
    """

    reads: tuple[tuple[int, ...], ...] = ()
    pytorch: ClassVar[str] = "PartialConv2d"

    def output(self, shape: Shape) -> Shape:
        if len(self.reads) != self.channels:
            raise ValueError(
                f"reads lists the inputs of {len(self.reads)} channels, but there are "
                f"{self.channels}: give one tuple for each"
            )
        return super().output(shape)

    def params(self, shape: Shape) -> int:
        return sum(self.kernel**2 * len(channels) + self.bias for channels in self.reads)

    def macs(self, shape: Shape) -> int:
        kernels = sum(len(channels) for channels in self.reads)
        return self.kernel**2 * kernels * prod(self.output(shape)[1:])


@dataclass(frozen=True)
class Subsampling(MaxPool):
    """The sum of each window times a learned number, plus another: two for each channel."""

    pytorch: ClassVar[str] = "Subsampling"
    noun: ClassVar[str] = "subsampling"

    def params(self, shape: Shape) -> int:
        """Return how many numbers it learns."""
        return 2 * shape[0]


@dataclass(frozen=True)
class RadialBasis(Linear):
    """The squared distance of the input to a code of +1 and −1 for each class; the codes are fixed.

    As there is nothing to learn, it has no parameters; its products are the squares.
    """

    bias: bool = False
    noun: ClassVar[str] = "distances"

    def params(self, shape: Shape) -> int:
        return 0


# Layers side by side ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block(Layer):
    """Chains of layers that all read the same input, and how their outputs become one.

    Parameters
    ----------
    name : str
        What the block is called in PyTorch: Bottleneck, Inception …
    paths : tuple of tuples of Layer
        The chains; an empty one hands its input on, which makes it a shortcut.
    join : str
        "add": the outputs are summed and must have one shape. "stack": their channels are stacked.
        "keep": there is one path, and its output goes on.
    after : tuple of Layer
        What follows the joining and still belongs to the block.
    place : str
        Which one of its network it is, such as "3a" or "layer2.0".
    """

    name: str
    paths: tuple[tuple[Layer, ...], ...]
    join: str = "keep"
    after: tuple[Layer, ...] = ()
    place: str = ""

    @property
    def kind(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        first = self.paths[0]
        if self.name == "BasicConv2d":
            return first[0].label
        noun = {"Inception": "inception", "Heads": "two heads"}.get(self.name, "block")
        stride = prod(getattr(layer, "stride", None) or 1 for layer in first)
        return f"{noun} {self.place.removeprefix('layer')}{_slash(stride)}"

    def output(self, shape: Shape) -> Shape:
        joined = self.joined([chain_output(path, shape) for path in self.paths])
        return chain_output(self.after, joined)

    def joined(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape that these outputs of the paths make together.

        Raises
        ------
        ValueError
            If they do not fit together.
        """
        if self.join == "stack":
            if len({shape[1:] for shape in shapes}) > 1:
                raise ValueError(
                    f"its paths end in {_listed(shapes)}: give them the same height and width "
                    "before their channels are stacked"
                )
            return (sum(shape[0] for shape in shapes), *shapes[0][1:])
        if self.join not in ("add", "keep"):
            raise ValueError(f"join is {self.join!r}: use add, stack or keep")
        if len(set(shapes)) > 1:
            raise ValueError(
                f"its paths end in {_listed(shapes)}: only equal shapes can be added, so put a "
                "1×1 convolution on the shortcut"
            )
        return shapes[0]

    def __str__(self) -> str:
        return f"{self.name} {self.place}".strip()


def chain_output(layers: Sequence[Layer], shape: Shape) -> Shape:
    """Return the shape after layers one after the other.

    Parameters
    ----------
    layers : sequence of Layer
    shape : tuple of int
        What goes into the first of them.
    """
    for layer in layers:
        shape = layer.output(shape)
    return shape


def _slash(stride: int) -> str:
    """A stride as He et al. (2016) write it; 1 is left out."""
    return f" /{stride}" if stride > 1 else ""


def _listed(shapes: Sequence[Shape]) -> str:
    return " and ".join(by(shape) for shape in shapes)


def _check_volume(shape: Shape) -> None:
    if len(shape) != 3:
        raise ValueError(
            f"it slides over height and width, but gets a vector of {by(shape)} numbers: "
            "put it before flatten"
        )


# Text ---------------------------------------------------------------------------------------------


class _Word(NamedTuple):
    """How a kind of layer is written: its class, its number, its options, its flags, an example."""

    layer: type[Layer]
    first: str = ""
    options: Mapping[str, str] = {}
    flags: Mapping[str, tuple[str, object]] = {}
    example: str = ""


_CONV_OPTIONS = {"k": "kernel", "s": "stride", "p": "padding", "d": "dilation", "g": "groups"}
_POOL_OPTIONS = {"s": "stride", "p": "padding"}
_CEIL: Mapping[str, tuple[str, object]] = {"ceil": ("ceil_mode", True)}
_NO_BIAS: Mapping[str, tuple[str, object]] = {"nobias": ("bias", False)}
_CONV_FLAGS = {**{name: ("padding", name) for name in PADDING_NAMES}, **_NO_BIAS}

_WORDS = {
    "conv": _Word(Conv, "channels", _CONV_OPTIONS, _CONV_FLAGS, "conv 16 k3 s1 p1"),
    "pool": _Word(MaxPool, "size", _POOL_OPTIONS, _CEIL, "pool 2, or pool 3 s2 p1 ceil"),
    "avgpool": _Word(AveragePool, "size", _POOL_OPTIONS, _CEIL, "avgpool 2"),
    "gap": _Word(GlobalAveragePool, "size", example="gap"),
    "relu": _Word(ReLU, example="relu"),
    "tanh": _Word(Tanh, example="tanh"),
    "batchnorm": _Word(BatchNorm, example="batchnorm"),
    "lrn": _Word(LocalResponseNorm, "size", example="lrn 5"),
    "dropout": _Word(Dropout, "share", example="dropout 0.5"),
    "flatten": _Word(Flatten, example="flatten"),
    "linear": _Word(Linear, "features", {}, _NO_BIAS, "linear 10"),
    "softmax": _Word(Softmax, example="softmax"),
    "logsoftmax": _Word(LogSoftmax, example="logsoftmax"),
}


def parse(text: str) -> tuple[Layer, ...]:
    """Return the layers that a text describes, one on each line.

    A line is a word, a number and options: ``conv 16 k3 s2 p1 d1`` (16 channels, kernel 3, stride
    2, padding 1, dilation 1), ``pool 2``, ``avgpool 3 s2 ceil``, ``relu``, ``batchnorm``,
    ``dropout 0.5``, ``gap``, ``flatten``, ``linear 10``, ``softmax``. Options may be left out,
    except the kernel; ``conv 16 k3 same`` names its padding, ``conv 16 k3 g2`` splits it into 2
    groups. A semicolon ends a line too, and what follows ``#`` is a comment.

    Raises
    ------
    ValueError
        Naming the line that cannot be read, and how it could be written.

    Examples
    --------
    >>> parse("conv 6 k5; relu; pool 2")
    (Conv(channels=6, kernel=5, stride=1, padding=0, dilation=1, bias=True, groups=1), ReLU(),
     MaxPool(size=2, stride=None, padding=0, ceil_mode=False))
    """
    layers = []
    for number, line in enumerate(text.replace(";", "\n").splitlines(), start=1):
        words = line.split("#")[0].lower().split()
        if words:
            try:
                layers.append(_read(words))
            except ValueError as problem:
                raise ValueError(f"line {number}, “{' '.join(words)}”: {problem}") from None
    if not layers:
        raise ValueError("there is no layer yet: write one on each line, such as conv 16 k3 s1 p1")
    return tuple(layers)


def _read(words: Sequence[str]) -> Layer:
    """One layer from the words of its line."""
    if words[0] not in _WORDS:
        raise ValueError(f"there is no layer called {words[0]!r}: use {', '.join(_WORDS)}")
    grammar = _WORDS[words[0]]
    settings: dict[str, object] = {}
    for word in words[1:]:
        name, value = _setting(word, grammar)
        if name in settings:
            raise ValueError(f"{name} is given twice: leave out {word!r}")
        settings[name] = value
    for field in fields(grammar.layer):
        if field.default is MISSING and field.name not in settings:
            raise ValueError(f"the {field.name} is missing: write it like {grammar.example}")
    return grammar.layer(**settings)


def _setting(word: str, grammar: _Word) -> tuple[str, object]:
    """The name and value that a word such as k3 or same stands for."""
    if word in grammar.flags:
        return grammar.flags[word]
    if grammar.first and re.fullmatch(r"\d+", word):
        return grammar.first, int(word)
    if grammar.first == "share" and re.fullmatch(r"\d*\.\d+", word):
        return grammar.first, float(word)
    letter, number = word[0], word[1:]
    if letter in grammar.options and re.fullmatch(r"\d+", number):
        return grammar.options[letter], int(number)
    raise ValueError(f"I do not understand {word!r}: write it like {grammar.example}")


def _write(layer: Layer) -> str:
    """A layer as a line that `parse` reads; settings left at their default are left out."""
    found = [(word, grammar) for word, grammar in _WORDS.items() if grammar.layer is type(layer)]
    if not found:  # a layer that the text cannot say
        return f"{layer.kind} {getattr(layer, fields(layer)[0].name)}"
    word, grammar = found[0]
    letters = {name: letter for letter, name in grammar.options.items()}
    flags = {setting: flag for flag, setting in grammar.flags.items()}
    parts = [word]
    for field in fields(layer):
        value = getattr(layer, field.name)
        if field.name == grammar.first:
            parts.append(str(value))
        elif value == field.default:
            continue
        elif (field.name, value) in flags:
            parts.append(flags[field.name, value])
        elif field.name in letters:
            parts.append(f"{letters[field.name]}{value}")
    return " ".join(parts)
