"""Small kernels with a name, and what can be said about any kernel before it meets an image.

    >>> KERNELS["sharpen"].weights
    array([[ 0., -1.,  0.],
           [-1.,  5., -1.],
           [ 0., -1.,  0.]])
    >>> gains(KERNELS["sharpen"].weights)
    Gains(flat=1.0, stripes=5.0, checkerboard=9.0)

The weights are meant for :func:`cnncourse.convolution.correlate`, which does not flip them: a
kernel is laid on the image as it is printed. Applying them is that module's business.

Sources: R. C. Gonzalez and R. E. Woods, *Digital Image Processing*, chapter 3 (smoothing,
sharpening) and chapter 10 (Prewitt, Sobel); J. M. S. Prewitt (1970), *Object Enhancement and
Extraction*, in *Picture Processing and Psychopictorics*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cnncourse.geometry import check_whole


@dataclass(frozen=True, eq=False)
class Kernel:
    """Weights of float64 and shape (KH, KW) that nobody can change by accident."""

    weights: np.ndarray

    def __post_init__(self) -> None:
        weights = np.array(self.weights, dtype=float)  # a copy, so that nobody else's array locks
        weights.setflags(write=False)
        object.__setattr__(self, "weights", weights)


class Gains(NamedTuple):
    """What a kernel multiplies the extreme patterns by (see :func:`gains`)."""

    flat: float
    stripes: float
    checkerboard: float


def box(size: int) -> np.ndarray:
    """Return the mean over size×size pixels: equal weights that sum to 1."""
    check_whole("size", size, least=1)
    return np.full((size, size), 1 / size**2)


def gaussian(sigma: float, size: int | None = None) -> np.ndarray:
    """Return a Gaussian bell of weights that sum to 1.

    Parameters
    ----------
    sigma : float
        Standard deviation of the bell, in pixels, more than 0.
    size : int or None
        Odd number of rows and columns; None reaches to 3σ on either side, beyond which 0.3 % of
        the bell is left.

    Returns
    -------
    ndarray of shape (size, size)
        The samples of exp(−(x² + y²) / 2σ²), divided by their sum.

    Raises
    ------
    ValueError
        If sigma is not above 0, or the size is even or below 1.
    """
    if not (np.isfinite(sigma) and sigma > 0):
        raise ValueError(f"sigma is {sigma}: use a number of pixels above 0, such as 1.0")
    size = 2 * int(np.ceil(3 * sigma)) + 1 if size is None else size
    check_whole("size", size, least=1)
    if size % 2 == 0:
        raise ValueError(f"size is {size}, which has no middle pixel: use {size - 1} or {size + 1}")
    x = np.arange(size) - size // 2
    bell = np.exp(-(x**2) / (2 * sigma**2))
    return np.outer(bell, bell) / bell.sum() ** 2


def gains(kernel: np.ndarray) -> Gains:
    """Return what the kernel multiplies three patterns by, one for each corner of frequency space.

    `flat` is a constant image, frequency (0, 0): the sum of the weights. `stripes` is an image
    whose columns alternate +1, −1, frequency (π, 0): the fastest change along x. `checkerboard`
    alternates along both axes, (π, π). A gain below 1 weakens the pattern, above 1 strengthens it.
    Signs are counted from the middle weight (from the one right below it for even sizes).
    """
    kernel = _matrix(kernel)
    rows, columns = (np.arange(size) - size // 2 for size in kernel.shape)
    down, across = (-1.0) ** rows[:, None], (-1.0) ** columns[None, :]
    patterns = np.ones_like(kernel), np.broadcast_to(across, kernel.shape), down * across
    return Gains(*(float(np.sum(kernel * pattern)) for pattern in patterns))


def frequency_response(kernel: np.ndarray, size: int = 64) -> np.ndarray:
    """Return by how much the kernel multiplies each frequency, the slow ones in the middle.

    Parameters
    ----------
    kernel : ndarray of shape (KH, KW)
    size : int
        Rows and columns of the answer, at least those of the kernel.

    Returns
    -------
    ndarray of float64 of shape (size, size)
        The magnitude of the discrete Fourier transform. Entry [size//2, size//2] is the gain for
        a flat image; frequency grows outwards, up to π (a change at every pixel) at the border.
    """
    kernel = _matrix(kernel)
    check_whole("size", size, least=max(kernel.shape))
    return np.abs(np.fft.fftshift(np.fft.fft2(kernel, (size, size))))


def signed_gains(kernel: np.ndarray, down: int = 0) -> np.ndarray:
    """Return the gain for 0 to 16 waves across in 32 pixels, negative where stripes are inverted.

    A kernel that is not the same after half a turn also moves the stripes: then it is the
    magnitude, which has no sign.

    Parameters
    ----------
    kernel : ndarray of shape (KH, KW), odd sizes
    down : int
        Waves down in 32 pixels, 0 to 16.

    Returns
    -------
    ndarray of float64 of shape (17,)
    """
    kernel = _matrix(kernel)
    y, x = (np.arange(n) - n // 2 for n in kernel.shape)
    waves = np.arange(17)[:, None, None] * x + down * y[:, None]
    transfer = np.sum(kernel * np.exp(2j * np.pi * waves / 32), axis=(1, 2))
    return transfer.real if np.allclose(transfer.imag, 0) else np.abs(transfer)


def noise_gain(kernel: np.ndarray) -> float:
    """Return what the kernel multiplies the variance of white noise by: Σw².

    The noise of different pixels is independent, so the variances w²·σ² add up.
    """
    return float(np.sum(_matrix(kernel) ** 2))


def _matrix(kernel: np.ndarray) -> np.ndarray:
    kernel = np.asarray(kernel, dtype=float)
    if kernel.ndim != 2 or kernel.size == 0:
        raise ValueError(f"kernel has shape {kernel.shape}: use a matrix (KH, KW)")
    return kernel


_BELL = np.array([1, 2, 1])
_BINOMIAL = np.array([1, 4, 6, 4, 1])
_CHANGE = np.array([-1, 0, 1])  # right (or lower) neighbour minus left (or upper) neighbour

_LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])  # 0 on flat areas, two signs at an edge
_LAPLACIAN_8 = np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]])  # the diagonal neighbours count, too
_ALIKE = np.array([1, 1, 1])

KERNELS = {
    "identity": Kernel(np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])),
    "box 3": Kernel(box(3)),
    "box 5": Kernel(box(5)),
    "gaussian 3": Kernel(np.outer(_BELL, _BELL) / 16),
    "gaussian 5": Kernel(np.outer(_BINOMIAL, _BINOMIAL) / 256),
    "motion blur": Kernel(np.eye(5) / 5),  # along one diagonal
    "sharpen": Kernel(np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])),  # identity − laplacian 4
    "laplacian 4": Kernel(_LAPLACIAN),
    "laplacian 8": Kernel(_LAPLACIAN_8),
    "outline": Kernel(-_LAPLACIAN_8),
    "sobel x": Kernel(np.outer(_BELL, _CHANGE)),  # positive where it gets brighter to the right
    "sobel y": Kernel(np.outer(_CHANGE, _BELL)),
    "prewitt x": Kernel(np.outer(_ALIKE, _CHANGE)),
    "prewitt y": Kernel(np.outer(_CHANGE, _ALIKE)),
    "emboss": Kernel(np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])),  # a relief lit from a side
}
