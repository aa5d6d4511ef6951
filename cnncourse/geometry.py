"""How large things become: the integer arithmetic of convolution and pooling.

Everything here is about one axis (a height or a width), because the axes never mix:

    >>> conv_output_size(224, 11, stride=4, padding=2)
    55

No pixels are touched here; :mod:`cnncourse.convolution` does that.

Sources: V. Dumoulin and F. Visin (2016), *A guide to convolution arithmetic for deep learning*,
arXiv:1603.07285, for the sizes; A. Araujo, W. Norris and J. Sim (2019), *Computing Receptive
Fields of Convolutional Neural Networks*, Distill, for the receptive field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import index

import numpy as np

PADDING_NAMES = ("valid", "same", "full")


@dataclass(frozen=True)
class Window:
    """What a layer slides over its input: all that sizes and receptive fields depend on."""

    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1


@dataclass(frozen=True)
class Field:
    """The part of the network's input that one unit of a layer sees, along one axis.

    Attributes
    ----------
    size : int
        Width of the field, in input pixels.
    jump : int
        Distance between the fields of two neighbouring units, in input pixels.
    centre : float
        Where the middle of the first unit's field lies; 0 is the middle of the first input
        pixel. Padding makes it smaller, and a field may reach out of the image.
    """

    size: int
    jump: int
    centre: float

    def span(self, unit: int) -> tuple[int, int]:
        """Return the first pixel of a unit's field and the one after the last, inside or outside.

        >>> Field(size=3, jump=2, centre=0.0).span(1)
        (1, 4)
        """
        first = round(self.centre + unit * self.jump - (self.size - 1) / 2)
        return first, first + self.size


def conv_output_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Return how many positions a kernel can take: ⌊(size + 2p − d(k − 1) − 1) / s⌋ + 1.

    Parameters
    ----------
    size : int
        Number of input pixels along the axis.
    kernel : int
        Number of kernel weights along the axis.
    stride : int
        Step from one position to the next, in pixels.
    padding : int
        Pixels added on *each* of the two sides.
    dilation : int
        Distance between neighbouring kernel weights, in pixels (1: no gaps).

    Returns
    -------
    int, at least 1

    Raises
    ------
    ValueError
        If an argument is not a whole number in its range, or the kernel does not fit.

    Examples
    --------
    >>> conv_output_size(28, 3), conv_output_size(28, 3, padding=1), conv_output_size(28, 3, 2, 1)
    (26, 28, 14)
    """
    check_whole("size", size, least=1)
    _check_window(kernel, stride, padding, dilation)
    reach = effective_kernel(kernel, dilation)
    if reach > size + 2 * padding:
        remedy = f"padding={(reach - size + 1) // 2} or a smaller kernel"
        if dilation > 1:
            remedy += f" (with dilation {dilation} this one spans {reach} pixels)"
        raise ValueError(
            f"a kernel of size {kernel} does not fit in {size} pixels "
            f"with padding {padding}: try {remedy}"
        )
    return int((size + 2 * padding - reach) // stride + 1)


def pool_output_size(
    size: int, window: int, stride: int | None = None, padding: int = 0, ceil_mode: bool = False
) -> int:
    """Return how many windows a pooling layer takes, by PyTorch's rules.

    Parameters
    ----------
    size, window : int
        Input pixels and window pixels along the axis.
    stride : int or None
        Step between windows; None means the window size, so that windows touch.
    padding : int
        Pixels added on each side, at most half the window (or a window could be all padding).
    ceil_mode : bool
        Round up instead of down: a last window may hang over the end, but it must start
        inside the image or the padding before it.

    Returns
    -------
    int, the number of windows

    Raises
    ------
    ValueError
        If an argument is out of range, or not one window fits.

    Examples
    --------
    >>> pool_output_size(112, 3, stride=2), pool_output_size(112, 3, stride=2, ceil_mode=True)
    (55, 56)
    """
    stride = window if stride is None else stride
    check_whole("size", size, least=1)
    _check_window(window, stride, padding, noun="window")
    if 2 * padding > window:
        raise ValueError(
            f"padding {padding} is more than half of window {window}: "
            f"try padding={window // 2} or a larger window"
        )
    room = size + 2 * padding - window  # how far the first window can move
    count = (-(-room // stride) if ceil_mode else room // stride) + 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1  # the last window would see nothing but the padding behind the image
    if count < 1:
        raise ValueError(
            f"a window of size {window} does not fit in {size} pixels "
            f"with padding {padding}: try a smaller window"
        )
    return int(count)


def effective_kernel(kernel: int, dilation: int = 1) -> int:
    """Return how many pixels a dilated kernel spans: d(k − 1) + 1.

    Parameters
    ----------
    kernel, dilation : int
        As for :func:`conv_output_size`.
    """
    _check_window(kernel, dilation=dilation)
    return dilation * (kernel - 1) + 1


def padding_for(name: str, kernel: int, dilation: int = 1) -> tuple[int, int]:
    """Return the padding ``(before, after)`` that a name stands for, at stride 1.

    "valid" adds nothing, so only windows inside the image count; "same" keeps the size; "full"
    admits every window that touches the image at all. A kernel that spans an even number of
    pixels has no middle: "same" then puts the odd pixel *after* the image, as PyTorch does.

    Parameters
    ----------
    name : str
        One of `PADDING_NAMES`.
    kernel, dilation : int
        As for :func:`conv_output_size`.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> padding_for("same", 3), padding_for("same", 4), padding_for("full", 3)
    ((1, 1), (1, 2), (2, 2))
    """
    total = effective_kernel(kernel, dilation) - 1
    if name == "valid":
        return 0, 0
    if name == "same":
        return total // 2, total - total // 2
    if name == "full":
        return total, total
    raise ValueError(f"unknown padding {name!r}: use a whole number, 'valid', 'same' or 'full'")


def padding_name(kernel: int, padding: int) -> str:
    """Return what a padding is called for a kernel, or an empty string.

    Parameters
    ----------
    kernel, padding : int

    Examples
    --------
    >>> padding_name(3, 1), padding_name(4, 1)
    ('same', '')
    """
    names = [name for name in PADDING_NAMES if padding_for(name, kernel) == (padding, padding)]
    return " and ".join(names)


def unused(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return how many pixels at the end of the *padded* input no window reaches.

    They are left over where the stride does not divide the way the kernel can go. The last
    ``padding`` of them are padding, so ``max(0, unused(…) - padding)`` pixels of the image itself
    go unseen.

    Parameters
    ----------
    size, kernel, stride, padding, dilation : int
        As for :func:`conv_output_size`.

    Examples
    --------
    >>> unused(28, 3, stride=2), unused(28, 3, stride=2, padding=1)
    (1, 1)
    """
    count = conv_output_size(size, kernel, stride, padding, dilation)
    end_of_last_window = (count - 1) * stride + effective_kernel(kernel, dilation)
    return size + 2 * padding - end_of_last_window


def windows_per_pixel(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> np.ndarray:
    """Return, for each input pixel along the axis, how many windows look at it.

    In 2-D the counts multiply: ``np.outer(windows_per_pixel(h, …), windows_per_pixel(w, …))``.

    Parameters
    ----------
    size, kernel, stride, padding, dilation : int
        As for :func:`conv_output_size`.

    Returns
    -------
    ndarray of int of shape (size,)

    Examples
    --------
    >>> windows_per_pixel(5, 3)
    array([1, 2, 3, 2, 1])
    """
    count = conv_output_size(size, kernel, stride, padding, dilation)
    reach = effective_kernel(kernel, dilation)
    seen = np.zeros(size + 2 * padding, dtype=int)
    for position in range(count):
        first = position * stride
        seen[first : first + reach : dilation] += 1
    return seen[padding : padding + size]


def receptive_field(layers: Iterable[Window | tuple[int, int]]) -> list[Field]:
    """Return the receptive field after each layer of a chain.

    A layer widens the field by d(k − 1) *jumps*, and its stride multiplies the jump for all
    **later** layers: ``size += d(k − 1)·jump``, then ``jump *= s``.

    Parameters
    ----------
    layers : sequence of Window, or of (kernel, stride) pairs
        Convolutions and poolings alike, from the input on.

    Returns
    -------
    list of Field
        One for each layer.

    Examples
    --------
    >>> [field.size for field in receptive_field([(3, 1), (3, 1), (3, 1)])]
    [3, 5, 7]
    """
    fields = []
    size, jump, centre = 1, 1, 0.0  # one input pixel sees itself
    for layer in layers:
        layer = layer if isinstance(layer, Window) else Window(*layer)
        _check_window(layer.kernel, layer.stride, layer.padding, layer.dilation)
        span = layer.dilation * (layer.kernel - 1)
        size += span * jump
        centre += (span / 2 - layer.padding) * jump
        jump *= layer.stride
        fields.append(Field(size, jump, centre))
    return fields


def layer_sizes(size: int, layers: Sequence[tuple[str, Window]]) -> list[int]:
    """Return the size of the image and of every layer.

    Parameters
    ----------
    size : int
        Of the image.
    layers : sequence of (name, Window)
        From the input on.

    Raises
    ------
    ValueError
        If a layer does not fit: the sentence names it.
    """
    sizes = [size]
    for number, (name, w) in enumerate(layers, start=1):
        try:
            sizes.append(conv_output_size(sizes[-1], w.kernel, w.stride, w.padding, w.dilation))
        except ValueError as problem:
            raise ValueError(f"layer {number}, {name}, is impossible: {problem}") from None
    return sizes


def field_at(windows: Sequence[Window], layer: int) -> Field:
    """Return the receptive field of a layer.

    Parameters
    ----------
    windows : sequence of Window
    layer : int
        Counted from 1; 0 is the image, whose pixels see themselves.
    """
    return receptive_field(windows)[layer - 1] if layer else Field(1, 1, 0.0)


def by(shape: Sequence[int]) -> str:
    """A shape as people write it: 8×28×28."""
    return "×".join(str(size) for size in shape)


def check_whole(name: str, value: int, least: int | None = None) -> None:
    """Refuse, in a sentence, what is not a whole number.

    Parameters
    ----------
    name : str
        What the number is called in the sentence.
    value : int
        True and False do not count.
    least : int, optional
        The smallest number that will do; None lets all through.

    Raises
    ------
    ValueError
        If it is none, or too small.
    """
    try:
        # Python would count with True and False, but they are no sizes
        number = None if isinstance(value, (bool, np.bool_)) else index(value)
    except TypeError:
        number = None
    if number is None or (least is not None and number < least):
        bound = "" if least is None else f" of at least {least}"
        raise ValueError(f"{name} is {value!r}: use a whole number{bound}")


def check_choice(noun: str, value: object, choices: Iterable[object]) -> None:
    """Refuse, in a sentence, what is none of the choices.

    Parameters
    ----------
    noun : str
        What the value is called in the sentence.
    value : object
    choices : iterable
        The values that will do.

    Raises
    ------
    ValueError
        If the value is none of them.
    """
    known = list(choices)
    if value not in known:
        raise ValueError(f"unknown {noun} {value!r}: use one of {', '.join(map(str, known))}")


def _check_window(
    kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, noun: str = "kernel"
) -> None:
    check_whole(noun, kernel, least=1)
    check_whole("stride", stride, least=1)
    check_whole("padding", padding, least=0)
    check_whole("dilation", dilation, least=1)
