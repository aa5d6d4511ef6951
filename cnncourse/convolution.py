"""Convolution and pooling with NumPy: the loop a learner reads, and the fast twin that is used.

A CNN layer slides a small kernel over an image, multiplies what it covers and adds up:

    >>> correlate(np.arange(9).reshape(3, 3), [[0, 1], [2, 3]])
    array([[19., 25.],
           [37., 43.]])

Strictly this is *cross-correlation*; :func:`convolve` is the convolution of mathematics, which
flips the kernel first. Nothing is learned here, and there are no gradients.

Images of one channel are ``(H, W)``; channels come first in ``(C, H, W)`` and ``(N, C, H, W)``, as
in PyTorch. A photograph ``(H, W, 3)`` becomes ``(3, H, W)`` by ``photo.transpose(2, 0, 1)``. A
float32 image is computed in float32, everything else in float64, so bytes never overflow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import DTypeLike

from cnncourse.geometry import (
    by,
    check_choice,
    check_whole,
    conv_output_size,
    effective_kernel,
    padding_for,
    pool_output_size,
    windows_per_pixel,
)

PADDING_MODES: dict[str, Literal["constant", "reflect", "edge", "wrap"]] = {
    "zero": "constant",  # our names and NumPy's
    "reflect": "reflect",
    "edge": "edge",
    "wrap": "wrap",
}
POOL_MODES = ("max", "avg", "l2")

# Patches are copied into a matrix a few rows at a time: this many numbers (0.5 MB of float64) stay
# in the processor's cache, which makes it twice as fast as one matrix for the whole image.
_NUMBERS_IN_CACHE = 2**16

_LARGEST_MATRIX = 2**24  # entries of a Toeplitz matrix: 128 MB

Size = int | Sequence[int]  # one number for both axes, or (vertical, horizontal)


def correlate_loop(
    image: np.ndarray, kernel: np.ndarray, *, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Cross-correlate an image with a kernel, one output pixel at a time.

    Slow, and written to be read; :func:`correlate` gives the same numbers.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW), not flipped
    stride, padding : int
        Step between windows, and zeros added on each side, in pixels.

    Returns
    -------
    ndarray of shape (OH, OW)

    Raises
    ------
    ValueError
        If there are other axes, or the kernel does not fit.
    """
    image = _as_floats("image", image)
    kernel = _as_floats("kernel", kernel, image.dtype)
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError("the loop takes one (H, W) image and one (KH, KW) kernel: use correlate")
    height = conv_output_size(image.shape[0], kernel.shape[0], stride, padding)
    width = conv_output_size(image.shape[1], kernel.shape[1], stride, padding)
    padded = pad(image, padding)
    output = np.zeros((height, width), image.dtype)
    for y in range(height):
        for x in range(width):
            for i in range(kernel.shape[0]):
                for j in range(kernel.shape[1]):
                    output[y, x] += kernel[i, j] * padded[y * stride + i, x * stride + j]
    return output


def correlate(
    image: np.ndarray,
    kernel: np.ndarray,
    *,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    padding_mode: str = "zero",
) -> np.ndarray:
    """Cross-correlate an image with a kernel, as CNN layers do: the kernel is not flipped.

    Every window of the image becomes a column of a matrix, and the kernel a row: the whole
    layer is then one matrix product (K. Chellapilla, S. Puri and P. Simard, 2006, *High
    Performance Convolutional Neural Networks for Document Processing*).

    Parameters
    ----------
    image, kernel : ndarray
        The kernel's axes say what is meant:

        ============================  ==========================================  ============
        kernel                        image                                       result
        ============================  ==========================================  ============
        (K,)                          (L,), a signal                              (OL,)
        (KH, KW)                      (H, W)                                      (OH, OW)
        (C, KH, KW)                   (C, H, W), summed over the channels         (OH, OW)
        (C_out, C_in, KH, KW)         (C_in, H, W)                                (C_out, OH, OW)
        (C_out, C_in, KH, KW)         (N, C_in, H, W)                             (N, C_out, OH, OW)
        ============================  ==========================================  ============
    stride, dilation : int or (vertical, horizontal)
        Step between windows, and distance between neighbouring weights, in pixels.
    padding : int, (vertical, horizontal), "valid", "same" or "full"
        Pixels added on each side, or by name (see :func:`cnncourse.geometry.padding_for`).
    padding_mode : "zero", "reflect", "edge" or "wrap"
        What the added pixels hold (see :func:`pad`).

    Returns
    -------
    ndarray
        Where OH = ⌊(H + 2p − d(KH − 1) − 1) / s⌋ + 1, and OW alike. float32 for a float32
        image, else float64.

    Raises
    ------
    ValueError
        If the shapes do not belong together, the kernel does not fit, or an argument is unknown.

    Examples
    --------
    >>> correlate(np.ones((3, 3)), np.ones((2, 2)))
    array([[4., 4.],
           [4., 4.]])
    """
    image = _as_floats("image", image)
    kernel = _as_floats("kernel", kernel, image.dtype)
    _check_shapes(image, kernel)
    if kernel.ndim == 1:  # a signal is an image of one row
        row: dict[str, Any] = {"stride": (1, stride), "dilation": (1, dilation)}
        row["padding"] = padding if isinstance(padding, str) else (0, padding)
        return correlate(image[None, :], kernel[None, :], padding_mode=padding_mode, **row)[0]
    layout = _lay_out(image.shape[-2:], kernel.shape[-2:], stride, padding, dilation)
    padded = pad(image, layout.margins, padding_mode)
    output = _apply(_to_four_axes(padded), _to_four_axes(kernel), layout)  # (N, C_out, OH, OW)
    if image.ndim == 4:
        return output
    return output[0] if kernel.ndim == 4 else output[0, 0]


def convolve(image: np.ndarray, kernel: np.ndarray, **options: Any) -> np.ndarray:
    """Convolve an image with a kernel, as mathematics does: :func:`correlate` with it flipped.

    The kernel is turned upside down *and* left to right (a half turn), never in its channels.

    Parameters
    ----------
    image, kernel, options : as for :func:`correlate`: stride, padding, dilation, padding_mode

    Returns
    -------
    ndarray, as from :func:`correlate`, which refuses the same

    Examples
    --------
    >>> convolve([0, 0, 1, 0, 0], [1, 2, 3])
    array([1., 2., 3.])
    >>> correlate([0, 0, 1, 0, 0], [1, 2, 3])
    array([3., 2., 1.])
    """
    kernel = np.asarray(kernel)
    return correlate(image, np.flip(kernel, axis=tuple(range(kernel.ndim))[-2:]), **options)


def pool(
    image: np.ndarray,
    window: Size,
    *,
    stride: Size | None = None,
    mode: str = "max",
    padding: Size = 0,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Summarise each window of an image by one number, each channel by itself.

    Parameters
    ----------
    image : ndarray of shape (H, W), (C, H, W) or (N, C, H, W)
    window, stride : int or (vertical, horizontal)
        Size of a window and step between windows; stride None means the window size.
    mode : "max", "avg" or "l2"
        The largest value, the mean, or the length √Σx² of the window.
    padding : int or (vertical, horizontal)
        Pixels added on each side. They never win a maximum; in a mean they count as zeros.
    ceil_mode : bool
        Admit a last window that hangs over the end. What hangs over does not count at all.

    Returns
    -------
    ndarray of shape (…, OH, OW), sizes by :func:`cnncourse.geometry.pool_output_size`
        The same numbers as ``torch.nn.functional.max_pool2d`` and ``avg_pool2d``.

    Raises
    ------
    ValueError
        If the mode is unknown or the window does not fit.

    Examples
    --------
    >>> pool(np.arange(16).reshape(4, 4), 2)
    array([[ 5.,  7.],
           [13., 15.]])
    """
    check_choice("pooling mode", mode, POOL_MODES)
    image = _as_floats("image", image)
    if image.ndim not in (2, 3, 4):
        raise ValueError(f"image has shape {image.shape}: use (H, W), (C, H, W) or (N, C, H, W)")
    window, padding = _pair("window", window), _pair("padding", padding, least=0)
    stride = window if stride is None else _pair("stride", stride)
    shape = [
        pool_output_size(*axis, ceil_mode=ceil_mode)
        for axis in zip(image.shape[-2:], window, stride, padding, strict=True)
    ]
    if mode == "max":
        return _pool_patches(image, window, stride, padding, shape, fill=-np.inf).max(axis=0)
    if mode == "l2":
        return np.sqrt(_pool_patches(image**2, window, stride, padding, shape).sum(axis=0))
    inside = pad(np.ones(image.shape[-2:], image.dtype), padding, "edge")  # padding counts too
    counted = _pool_patches(inside, window, stride, (0, 0), shape).sum(axis=0)
    return _pool_patches(image, window, stride, padding, shape).sum(axis=0) / counted


def pad(
    image: np.ndarray, padding: Size | Sequence[Sequence[int]], mode: str = "zero"
) -> np.ndarray:
    """Return the image with a border around its last two axes.

    Parameters
    ----------
    image : ndarray of shape (…, H, W)
    padding : int, (vertical, horizontal), or ((top, bottom), (left, right))
        Width of the border in pixels, at least 0.
    mode : str
        "zero"; "edge" repeats the outermost pixel (aaa|abc|ccc); "reflect" mirrors without
        repeating it (cb|abc|ba), OpenCV's default; "wrap" goes on at the other side (bc|abc|ab).

    Returns
    -------
    ndarray of shape (…, top + H + bottom, left + W + right), of the image's type

    Raises
    ------
    ValueError
        If the mode is unknown, or the image is too small to fill the border once.
    """
    image = np.asarray(image)
    check_choice("padding mode", mode, PADDING_MODES)
    if image.ndim < 2:
        raise ValueError(f"image has shape {image.shape}: use (H, W), or signal[None, :]")
    margins = tuple(_pair("padding", side, least=0) for side in _two("padding", padding))
    for size, margin in zip(image.shape[-2:], margins, strict=True):
        most = {"reflect": size - 1, "wrap": size}.get(mode)
        if most is not None and max(margin) > most:
            raise ValueError(
                f"padding {max(margin)} is too wide to {mode} an image of {size} pixels: "
                f"try at most {most}, or padding_mode='edge'"
            )
    if not np.any(margins):
        return image
    untouched = [(0, 0)] * (image.ndim - 2)
    return np.pad(image, [*untouched, *margins], mode=PADDING_MODES[mode])


def pixel_uses(shape: tuple[int, int], kernel: int, padding: int, mode: str = "zero") -> np.ndarray:
    """Return how often the value of each pixel enters the output, copies in the padding included.

    Parameters
    ----------
    shape : (H, W)
        Of the image.
    kernel, padding : int
    mode : str
        One of PADDING_MODES.

    Returns
    -------
    ndarray of int of shape (H, W)
    """
    numbers = np.arange(1, shape[0] * shape[1] + 1).reshape(shape)  # 0 is no pixel
    padded = pad(numbers, padding, mode)
    down, across = (windows_per_pixel(size, kernel) for size in padded.shape)
    counts = np.bincount(padded.ravel(), np.outer(down, across).ravel(), minlength=numbers.size + 1)
    return counts[1:].reshape(shape).astype(int)


def locally_connected(
    image: np.ndarray, kernel: np.ndarray, *, padding_mode: str, spread: float = 0.3
) -> np.ndarray:
    """Return what a convolution would give whose weights are not shared.

    Each place has weights of its own. They lie around those of the kernel, and are the same in
    every call.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    kernel : ndarray of shape (K, K), K odd
    padding_mode : str
        One of PADDING_MODES; as much is padded as keeps the size.
    spread : float
        How far a weight may lie from the kernel's, as a share of it. With 0 this is a convolution.

    Returns
    -------
    ndarray of shape (H, W)

    References
    ----------
    I. Goodfellow, Y. Bengio and A. Courville (2016), *Deep Learning*, section 9.5: locally
    connected layers.
    """
    columns = im2col(pad(image, len(kernel) // 2, padding_mode), len(kernel))
    own = 1 + spread * np.random.default_rng(0).uniform(-1, 1, columns.shape)
    return np.asarray((kernel.reshape(-1, 1) * own * columns).sum(axis=0)).reshape(image.shape)


def shift_both_ways(
    image: np.ndarray, layer: Callable[[np.ndarray], np.ndarray], *, by: int, padding_mode: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the output for the shifted image, and the output for the image, shifted.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    layer : callable
        From an image to an output of the same shape.
    by : int
        Pixels to the right; to the left below 0.
    padding_mode : str
        What the shift brings in from beyond the border: one of PADDING_MODES.
    """

    def moved(pixels: np.ndarray) -> np.ndarray:
        wide = pad(pixels, ((0, 0), (max(by, 0), max(-by, 0))), padding_mode)
        return wide[:, max(-by, 0) : max(-by, 0) + pixels.shape[1]]

    return layer(moved(image)), moved(layer(image))


def inner_columns(width: int, kernel: int, by: int) -> slice:
    """Return the columns whose windows hold real pixels only, in both orders of `shift_both_ways`.

    Parameters
    ----------
    width : int
        Of the image.
    kernel : int
        Rows and columns of the kernel.
    by : int
        Pixels of the shift.
    """
    reach = kernel // 2
    return slice(max(by, 0) + reach, max(width + min(by, 0) - reach, 0))


def im2col(
    image: np.ndarray,
    kernel_size: Size,
    *,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
) -> np.ndarray:
    """Return all windows of an image as the columns of a matrix ("image to columns").

    A convolution is then a matrix product, ``kernel.reshape(c_out, -1) @ im2col(image, k)``. The
    price is memory: each pixel is copied into every window that covers it. Same layout as
    ``torch.nn.functional.unfold``.

    Parameters
    ----------
    image : ndarray of shape (H, W), (C, H, W) or (N, C, H, W)
    kernel_size : int or (vertical, horizontal)
    stride, padding, dilation : as for :func:`correlate`

    Returns
    -------
    ndarray of shape (C·KH·KW, OH·OW), or (N, C·KH·KW, OH·OW) for a batch

    Raises
    ------
    ValueError
        If the image has other axes, or the windows do not fit.

    Examples
    --------
    >>> im2col(np.arange(9).reshape(3, 3), 2)
    array([[0, 1, 3, 4],
           [1, 2, 4, 5],
           [3, 4, 6, 7],
           [4, 5, 7, 8]])
    """
    image = np.asarray(image)
    if image.ndim not in (2, 3, 4):
        raise ValueError(f"image has shape {image.shape}: use (H, W), (C, H, W) or (N, C, H, W)")
    kernel_shape = _pair("kernel_size", kernel_size)
    layout = _lay_out(image.shape[-2:], kernel_shape, stride, padding, dilation)
    padded = pad(image, layout.margins)
    windows = _windows(_to_four_axes(padded), kernel_shape, layout.stride, layout.dilation)
    columns = _as_columns(windows)
    return columns if image.ndim == 4 else columns[0]


def toeplitz(kernel: np.ndarray, input_shape: int | Sequence[int], **options: Any) -> np.ndarray:
    """Return the matrix that does the same as correlating with the kernel.

    ``toeplitz(kernel, image.shape) @ image.ravel()`` equals ``correlate(image, kernel).ravel()``.
    Correlation is linear, so the columns are its answers to the images with a single 1. The
    weights repeat along the diagonals, which is what makes the matrix a (block) Toeplitz matrix.

    Parameters
    ----------
    kernel : ndarray of shape (K,) or (KH, KW)
    input_shape : int or (L,) for a signal, (H, W) for an image
    options : as for :func:`correlate`: stride, padding, dilation, padding_mode

    Returns
    -------
    ndarray of shape (OL, L) or (OH·OW, H·W)

    Raises
    ------
    ValueError
        If the axes do not go together, the kernel does not fit, or the matrix would be too large.

    Examples
    --------
    >>> toeplitz([1, 2, 3], 5)
    array([[1., 2., 3., 0., 0.],
           [0., 1., 2., 3., 0.],
           [0., 0., 1., 2., 3.]])
    """
    kernel = np.asarray(kernel)
    shape = tuple(np.atleast_1d(input_shape).tolist())
    if kernel.ndim not in (1, 2) or kernel.ndim != len(shape):
        raise ValueError(
            f"a kernel of shape {kernel.shape} does not go with input_shape={input_shape}: "
            "use (K,) with a length, or (KH, KW) with (H, W)"
        )
    pixels = int(np.prod(shape))
    if pixels**2 > _LARGEST_MATRIX:
        raise ValueError(
            f"the matrix of a {by(shape)} input is too large ({pixels:,} columns): "
            f"try an input of at most {int(_LARGEST_MATRIX**0.5):,} pixels"
        )
    singles = np.eye(pixels).reshape(pixels, *shape)
    return np.stack([correlate(image, kernel, **options).ravel() for image in singles], axis=1)


@dataclass(frozen=True)
class _Layout:
    """Where the windows lie on an image: pairs are (vertical, horizontal)."""

    margins: tuple[tuple[int, int], ...]  # ((top, bottom), (left, right))
    stride: tuple[int, int]
    dilation: tuple[int, int]
    shape: tuple[int, ...]  # of the output


def _lay_out(
    image_shape: Sequence[int],
    kernel_shape: Sequence[int],
    stride: Size,
    padding: Size | str,
    dilation: Size,
) -> _Layout:
    """Resolve names and single numbers, and refuse what does not fit."""
    stride, dilation = _pair("stride", stride), _pair("dilation", dilation)
    if isinstance(padding, str):
        if padding == "same" and stride != (1, 1):
            raise ValueError(
                f"padding='same' is defined for stride 1 only, not {stride}: give it as a number"
            )
        margins = tuple(
            padding_for(padding, k, d) for k, d in zip(kernel_shape, dilation, strict=True)
        )
    else:
        margins = tuple((p, p) for p in _pair("padding", padding, least=0))
    reach = [effective_kernel(k, d) for k, d in zip(kernel_shape, dilation, strict=True)]
    padded = [size + sum(margin) for size, margin in zip(image_shape, margins, strict=True)]
    if reach[0] > padded[0] or reach[1] > padded[1]:
        missing = max(r - size for r, size in zip(reach, image_shape, strict=True))
        spans = f" (with dilation it spans {by(reach)})" if dilation != (1, 1) else ""
        raise ValueError(
            f"a {by(kernel_shape)} kernel{spans} does not fit in a {by(image_shape)} image "
            f"with padding {padding!r}: try padding={(missing + 1) // 2} or a smaller kernel"
        )
    shape = tuple(conv_output_size(n, r, s) for n, r, s in zip(padded, reach, stride, strict=True))
    return _Layout(margins, stride, dilation, shape)


def _apply(padded: np.ndarray, kernel: np.ndarray, layout: _Layout) -> np.ndarray:
    """Multiply (C_out, C_in, KH, KW) weights with all windows of (N, C_in, H, W) images."""
    windows = _windows(padded, kernel.shape[-2:], layout.stride, layout.dilation)
    weights = kernel.reshape(len(kernel), -1)  # (C_out, C_in·KH·KW)
    height, width = layout.shape
    output = np.empty((len(padded), len(kernel), height, width), padded.dtype)
    rows = max(1, _NUMBERS_IN_CACHE // max(1, len(padded) * weights.shape[1] * width))
    for top in range(0, height, rows):
        band = output[:, :, top : top + rows]
        band[...] = (weights @ _as_columns(windows[:, :, top : top + rows])).reshape(band.shape)
    return output


def _windows(
    padded: np.ndarray,
    kernel_shape: Sequence[int],
    stride: tuple[int, int],
    dilation: tuple[int, int] = (1, 1),
) -> np.ndarray:
    """Return a view of shape (…, OH, OW, KH, KW) that copies nothing."""
    reach = [effective_kernel(k, d) for k, d in zip(kernel_shape, dilation, strict=True)]
    (down, right), (row_gap, column_gap) = stride, dilation
    windows = sliding_window_view(padded, reach, axis=(-2, -1))
    return windows[..., ::down, ::right, ::row_gap, ::column_gap]


def _as_columns(windows: np.ndarray) -> np.ndarray:
    """Copy windows (N, C, OH, OW, KH, KW) into a matrix (N, C·KH·KW, OH·OW)."""
    n, c, height, width, kernel_height, kernel_width = windows.shape
    columns = windows.transpose(0, 1, 4, 5, 2, 3)
    return columns.reshape(n, c * kernel_height * kernel_width, height * width)


def _pool_patches(
    image: np.ndarray,
    window: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    shape: Sequence[int],
    fill: float = 0,
) -> np.ndarray:
    """Return pooling windows as (KH·KW, …, OH, OW); what lies outside the image holds `fill`."""
    margins = [(0, 0)] * (image.ndim - 2)
    for size, k, s, p, count in zip(image.shape[-2:], window, stride, padding, shape, strict=True):
        end_of_last_window = (count - 1) * s + k
        margins.append((p, max(p, end_of_last_window - size - p)))
    windows = _windows(np.pad(image, margins, constant_values=fill), window, stride)
    # The place within the window goes first: NumPy reduces over a first axis fastest.
    return np.moveaxis(windows, (-2, -1), (0, 1)).reshape(
        window[0] * window[1], *windows.shape[:-2]
    )


def _as_floats(name: str, values: np.ndarray, dtype: DTypeLike | None = None) -> np.ndarray:
    """Return the values in the given type, or in float32 if they are that and else in float64."""
    values = np.asarray(values)
    if values.dtype.kind not in "buif":
        raise ValueError(f"{name} has dtype {values.dtype}: use an array of real numbers")
    if values.size == 0:
        raise ValueError(f"{name} of shape {values.shape} is empty: give it at least one number")
    if dtype is None:
        dtype = np.float32 if values.dtype == np.float32 else np.float64
    return values.astype(dtype, copy=False)


def _check_shapes(image: np.ndarray, kernel: np.ndarray) -> None:
    """Refuse axes that do not belong together, with a sentence that says what would."""
    wanted = {1: (1,), 2: (2,), 3: (3,), 4: (3, 4)}.get(kernel.ndim)
    given = f"a kernel of shape {kernel.shape} does not go with an image of shape {image.shape}"
    if wanted is None:
        raise ValueError(f"kernel has shape {kernel.shape}: use 1 to 4 axes, such as (KH, KW)")
    if image.ndim not in wanted:
        remedy = {
            1: "use a signal (L,), or kernel[None, :] for an image (H, W)",
            2: "filter one channel at a time, or give the kernel a slice for each channel, "
            "(C, KH, KW), and the image its channels first, (C, H, W)",
            3: "put the channels first, (C, H, W); a batch needs a kernel (C_out, C_in, KH, KW)",
            4: "use (C_in, H, W) or a batch (N, C_in, H, W)",
        }[kernel.ndim]
        raise ValueError(f"{given}: {remedy}")
    if kernel.ndim >= 3 and kernel.shape[-3] != image.shape[-3]:
        raise ValueError(
            f"{given}: they have {kernel.shape[-3]} and {image.shape[-3]} channels, but a kernel "
            "needs one slice for each channel of the image (channels come first: photographs need "
            "photo.transpose(2, 0, 1))"
        )


def _to_four_axes(array: np.ndarray) -> np.ndarray:
    """Put axes of length 1 in front: (H, W) → (1, 1, H, W)."""
    return array.reshape((1,) * (4 - array.ndim) + array.shape)


def _pair(name: str, value: Size, least: int = 1) -> tuple[int, int]:
    """Return (vertical, horizontal) from one whole number or two."""
    pair = _two(name, value)
    for number in pair:
        check_whole(name, number, least)
    return pair


def _two(name: str, value: object) -> tuple:
    """Return one value for each axis: the same for both, or the two given."""
    if not isinstance(value, (tuple, list, np.ndarray)):
        return value, value
    if len(value) != 2:
        raise ValueError(f"{name} is {value!r}: use one number, or two: (vertical, horizontal)")
    return tuple(value)
