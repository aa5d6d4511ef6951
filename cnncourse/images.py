"""Photographs as arrays: samples, careful loading, and operations on one pixel at a time.

    >>> photo = sample("china")
    >>> photo.shape, photo.dtype
    ((427, 640, 3), dtype('uint8'))

An image is an ndarray of uint8, 0 (black) to 255 (white): ``(H, W)`` if grey, ``(H, W, 3)`` in the
order red, green, blue if coloured. What can leave that range (more contrast, noise) is returned as
float64, and :func:`to_uint8` brings it back, so that clipping is always written out. Weighted sums
of neighbours are in :mod:`cnncourse.convolution`; showing images is in `plots`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncourse import picture_files
from cnncourse.geometry import check_choice, check_whole
from cnncourse.picture_files import Picture

# What each sample shows, for people who do not see it.
SAMPLES = {
    "grace_hopper": "Portrait of Grace Hopper in navy uniform and cap, a flag behind her",
    "china": "A Chinese tower of four storeys with orange roofs, between trees above a lake",
    "flower": "An orange dahlia in close-up before dark, blurred leaves",
}

# The packages that ship them, so that nothing is downloaded. The portrait is a work of the US Navy,
# in the public domain; china is by danielbuechele and flower by vultilion (Flickr, CC BY 2.0).
_SAMPLE_FILES = {
    "grace_hopper": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
    "china": ("sklearn", "datasets/images/china.jpg"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
}

LONGEST_SIDE = 1024  # pixels: the pages show fewer, and each operation on more takes a class longer

# How bright red, green and blue look: ITU-R BT.601, the weights of OpenCV and Pillow too.
LUMA = (0.299, 0.587, 0.114)


def sample(name: str, *, grey: bool = False) -> np.ndarray:
    """Return a photograph that came with the installation, as :func:`load` does.

    Parameters
    ----------
    name : one of SAMPLES
    grey : bool
        Return (H, W) instead of (H, W, 3).

    Raises
    ------
    ValueError
        If there is no such sample, or the package that ships it is not installed.
    """
    return load(_sample_file(name), grey=grey)


def load(
    source: str | Path | bytes, *, grey: bool = False, longest_side: int = LONGEST_SIDE
) -> np.ndarray:
    """Return the picture in a file, whatever its format, or a sample by its name, as uint8.

    Turned upright if the camera noted how it was held; colours of another profile are converted to
    sRGB; transparent parts lie on white, on black where the drawing is white; of an animation the
    first frame; 16-bit greys are scaled to 0…255. :func:`read` also says what was changed.

    Parameters
    ----------
    source : str, Path or bytes
        A file's path, a file's contents (such as an upload), or one of SAMPLES.
    grey : bool
        Return (H, W) instead of (H, W, 3).
    longest_side : int
        Larger pictures are scaled down to this many pixels: more than the pages of the course show.

    Returns
    -------
    ndarray of uint8 of shape (H, W, 3), in the order red, green, blue, or (H, W)

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is a folder, an address, empty, not an image, damaged, or far too large.
    """
    pixels = read(source, longest_side=longest_side).pixels
    return _weigh(pixels, LUMA) if grey else pixels


def read(source: str | Path | bytes, *, longest_side: int = LONGEST_SIDE) -> Picture:
    """Return the pixels of a picture as :func:`load` does, and a note of what was changed.

    Parameters
    ----------
    source : str, Path or bytes
        A file's path, a file's contents (such as an upload), or one of SAMPLES.
    longest_side : int
        Larger pictures are scaled down to this many pixels.

    Returns
    -------
    Picture
        ``pixels``, uint8 of shape (H, W, 3), and ``note``.

    Raises
    ------
    FileNotFoundError, ValueError
        As :func:`load` does.
    """
    check_whole("longest_side", longest_side, least=1)
    if isinstance(source, str) and source in SAMPLES:
        source = _sample_file(source)
    return picture_files.read(source, longest_side)


def check(image: np.ndarray) -> None:
    """Refuse, in a sentence with a remedy, what is not an image in the sense of this module.

    Raises
    ------
    ValueError
        In a sentence with a remedy.
    """
    if image is None:
        raise ValueError(
            "image is None, which is what cv2.imread returns for a file it cannot read: "
            "use images.load, which says why"
        )
    if not isinstance(image, np.ndarray):
        raise ValueError(
            f"image is a {type(image).__name__}: make it an array by np.array(image, np.uint8)"
        )
    if image.dtype != np.uint8:
        raise ValueError(
            f"image has dtype {image.dtype}, not uint8: use images.to_uint8(image) if its values "
            "go from 0 to 255, images.to_uint8(255 * image) if they go from 0 to 1"
        )
    if image.size == 0 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)):
        raise ValueError(
            f"image has shape {image.shape}: use (H, W) or (H, W, 3); image[..., :3] drops an "
            "alpha channel, image.transpose(1, 2, 0) puts channels last"
        )


def to_uint8(values: np.ndarray) -> np.ndarray:
    """Round to whole numbers and clip to 0…255: what is darker than black is lost.

    Raises
    ------
    ValueError
        If a value is no number.
    """
    values = np.asarray(values)
    if values.dtype == np.uint8:
        return values.copy()
    if values.dtype.kind not in "buif" or np.isnan(values).any():
        raise ValueError("values hold something that is no number: replace it, see np.nan_to_num")
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def as_bytes(pictures: np.ndarray) -> np.ndarray:
    """Return pictures as uint8, the same array if they are; other numbers go from 0 to 1.

    Raises
    ------
    ValueError
        If numbers that are not uint8 exceed 1.
    """
    pictures = np.asarray(pictures)
    if pictures.dtype == np.uint8:
        return pictures
    if pictures.size and pictures.max() > 1 + 1e-6:
        raise ValueError(
            f"pictures of {pictures.dtype} go from 0 to 1, these go to {pictures.max():g}: "
            "divide them by 255, or give uint8"
        )
    return to_uint8(255 * pictures)


def count_clipped(values: np.ndarray) -> int:
    """Return how many values :func:`to_uint8` would clip."""
    rounded = np.rint(values)
    return int(np.count_nonzero((rounded < 0) | (rounded > 255)))


def grey(image: np.ndarray, weights: Sequence[float] = LUMA) -> np.ndarray:
    """Return one grey value for each pixel: a weighted sum of red, green and blue.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W, 3), or (H, W), which is returned unchanged
    weights : three numbers
        The default counts green most, as the eye does; (1/3, 1/3, 1/3) is the plain mean.

    Returns
    -------
    ndarray of uint8 of shape (H, W), clipped if the weights lead out of 0…255

    Raises
    ------
    ValueError
        If the weights are not three finite numbers.
    """
    check(image)
    if np.shape(weights) != (3,) or not np.all(np.isfinite(weights)):
        raise ValueError(f"weights are {weights}: use three numbers, for red, green and blue")
    return image if image.ndim == 2 else _weigh(image, weights)


def histogram(image: np.ndarray) -> np.ndarray:
    """Return how often each value 0…255 occurs, in all channels together.

    Returns
    -------
    ndarray of int of shape (256,)
    """
    check(image)
    return np.bincount(image.ravel(), minlength=256)


def threshold(image: np.ndarray, level: float) -> np.ndarray:
    """Return 255 where the image is *brighter* than the level, else 0 (also where it is equal).

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W) or (H, W, 3)
    level : float
        In grey levels.

    Returns
    -------
    ndarray of uint8, same shape; ``cv2.threshold(…, cv2.THRESH_BINARY)`` gives the same.
    """
    check(image)
    return np.where(image > level, 255, 0).astype(np.uint8)


def otsu(image: np.ndarray) -> int:
    """Return the level that splits the image into the two most different groups of pixels.

    It is where :func:`separation` is largest: the lowest, if several levels split alike, and 0 for
    an image of one value only. N. Otsu (1979), *A Threshold Selection Method from Gray-Level
    Histograms*.
    """
    return int(np.argmax(separation(image)))


def separation(image: np.ndarray) -> np.ndarray:
    """Return how well each level 0…255 separates the dark pixels from the bright ones.

    Every level splits the pixels into dark and bright. The variance *between* the two groups is
    share_dark · share_bright · (mean_bright − mean_dark)².

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W)

    Returns
    -------
    ndarray of float64 of shape (256,)

    Raises
    ------
    ValueError
        If the image is not grey.
    """
    check(image)
    if image.ndim != 2:
        raise ValueError(f"image has shape {image.shape}: make it grey first, images.grey(image)")
    counts = histogram(image)
    sums = counts * np.arange(256)
    dark, bright = np.cumsum(counts), image.size - np.cumsum(counts)  # pixels in each group
    mean_dark = np.cumsum(sums) / np.maximum(dark, 1)  # an empty group has no mean; its share is 0
    mean_bright = (sums.sum() - np.cumsum(sums)) / np.maximum(bright, 1)
    return (dark / image.size) * (bright / image.size) * (mean_bright - mean_dark) ** 2


def neighbours_alike(image: np.ndarray) -> float:
    """Return the correlation of each pixel with its right neighbour: 1 if they rise together.

    Parameters
    ----------
    image : ndarray of shape (H, W)

    Returns
    -------
    float
        −1 to 1; nan if the picture has no neighbours that differ, as an even one.
    """
    left, right = image[:, :-1].astype(float).ravel(), image[:, 1:].astype(float).ravel()
    if left.size < 2 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return float("nan")
    return float(np.corrcoef(left, right)[0, 1])


def liveliest(image: np.ndarray, size: int) -> np.ndarray:
    """Return the square part of a grey picture whose values differ most: something to look at.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W)
    size : int
        Pixels along a side; where the picture is smaller, its last pixels repeat.

    Returns
    -------
    ndarray of uint8 of shape (size, size)
    """
    check(image)
    missing = [(0, max(0, size - n)) for n in image.shape]
    parts = sliding_window_view(np.pad(image, missing, mode="edge"), (size, size))
    place = np.unravel_index(parts.std(axis=(2, 3)).argmax(), parts.shape[:2])
    return parts[place].copy()


def light(values: np.ndarray | float) -> np.ndarray:
    """Return the share of the light, 0 to 1, that a screen sends out for values 0…255.

    Files store greys about evenly spaced *for the eye*, not amounts of light: half of 255 is a
    fifth of the light. This is the curve of sRGB (IEC 61966-2-1, 1999), close to gamma 2.2.
    """
    share = np.asarray(values, dtype=float) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def value_of_light(share: np.ndarray | float) -> np.ndarray:
    """Return the values 0…255 that stand for shares of the light: :func:`light` undone."""
    share = np.asarray(share, dtype=float)
    bent = np.where(share <= 0.0031308, share * 12.92, 1.055 * share ** (1 / 2.4) - 0.055)
    return 255 * bent


def grains(count: int = 23, *, exposure: float = 1.0, seed: int = 0) -> np.ndarray:
    """Return a picture of bright grains on a dark table, none touching another: some to count.

    Parameters
    ----------
    count : int
        Grains, at most 40.
    exposure : float
        Multiplies all greys: 0.5 is a darker photograph of the same table.
    seed : int
        Where the grains lie, and the noise.

    Returns
    -------
    ndarray of uint8 of shape (160, 256)

    Raises
    ------
    ValueError
        If there are more than 40 grains.
    """
    check_whole("count", count, least=0)
    if count > 40:
        raise ValueError(f"count is {count}: at most 40 grains lie on the table without touching")
    rng = np.random.default_rng(seed)
    table = np.full((160, 256), 40, dtype=np.uint8)
    for place in rng.permutation(40)[:count]:  # 5 rows of 8 places, 32 pixels apart
        row, column = divmod(int(place), 8)
        x, y = 32 * column + 16 + rng.integers(-4, 5), 32 * row + 16 + rng.integers(-4, 5)
        axes, turned = (int(rng.integers(6, 10)), int(rng.integers(3, 5))), int(rng.integers(180))
        bright = int(rng.integers(150, 200))
        cv2.ellipse(table, (int(x), int(y)), axes, turned, 0, 360, bright, cv2.FILLED)
    return to_uint8(exposure * add_noise(table, 5, rng))


def gamma(image: np.ndarray, exponent: float) -> np.ndarray:
    """Return 255·(image/255)^exponent: below 1 brightens the middle greys, above 1 darkens them.

    Black and white stay where they are, because the power is taken of values between 0 and 1.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W) or (H, W, 3)
    exponent : float, above 0

    Returns
    -------
    ndarray of uint8, same shape, rounded

    Raises
    ------
    ValueError
        If the exponent is not above 0.
    """
    check(image)
    if not exponent > 0:
        raise ValueError(f"exponent is {exponent}: use a number above 0, such as 0.5 or 2")
    table = to_uint8(255 * (np.arange(256) / 255) ** exponent)  # one power for each grey, not pixel
    return table[image]


def brightness_contrast(
    image: np.ndarray, *, brightness: float = 0, contrast: float = 1
) -> np.ndarray:
    """Return contrast·(image − 127.5) + 127.5 + brightness: middle grey stays in the middle.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W) or (H, W, 3)
    brightness : float
        Grey levels to add.
    contrast : float
        Factor; 1 changes nothing.

    Returns
    -------
    ndarray of float64, same shape, *not clipped*: see :func:`count_clipped`, :func:`to_uint8`.
    """
    check(image)
    return contrast * (image - 127.5) + 127.5 + brightness


def quantise(image: np.ndarray, bits: int) -> np.ndarray:
    """Return the image with 2^bits values only: equal steps, spread evenly over 0…255.

    Parameters
    ----------
    image : ndarray of uint8
    bits : int
        1 (black and white) to 8 (unchanged).

    Raises
    ------
    ValueError
        If `bits` is not from 1 to 8.
    """
    check(image)
    check_whole("bits", bits, least=1)
    if bits > 8:
        raise ValueError(f"bits is {bits}: use at most 8, all that uint8 has")
    steps = image >> (8 - bits)  # keeps the highest bits: 0 … 2^bits - 1
    return to_uint8(steps * (255 / (2**bits - 1)))


def resize(image: np.ndarray, shape: tuple[int, int], *, antialias: bool = True) -> np.ndarray:
    """Return the image with another number of pixels.

    Parameters
    ----------
    image : ndarray of uint8
    shape : (height, width), the order of arrays
    antialias : bool
        True: a smaller image gets the mean of the pixels that fall together, a larger one
        values in between. False: each new pixel copies one old pixel, so that details finer than
        the new grid turn into false patterns (aliasing).

    Returns
    -------
    ndarray of uint8 of shape (height, width) or (height, width, 3)

    Raises
    ------
    ValueError
        If `shape` is not two whole numbers above 0.
    """
    check(image)
    if np.shape(shape) != (2,):
        raise ValueError(f"shape is {shape!r}: use two whole numbers, (height, width)")
    height, width = shape
    check_whole("height", height, least=1)
    check_whole("width", width, least=1)
    smaller = height <= image.shape[0] and width <= image.shape[1]
    smooth = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    method = smooth if antialias else cv2.INTER_NEAREST
    return cv2.resize(image, (int(width), int(height)), interpolation=method)  # OpenCV: width first


def shrink(image: np.ndarray, longest_side: int) -> np.ndarray:
    """Return the image scaled so that no side is longer; smaller images stay as they are.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W) or (H, W, 3)
    longest_side : int, in pixels
    """
    check(image)
    check_whole("longest_side", longest_side, least=1)
    height, width = image.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return image
    return resize(image, (max(1, round(height * scale)), max(1, round(width * scale))))


def bar(angle: float, *, softness: float = 1.0, size: int = 65) -> np.ndarray:
    """Return a bright bar, 18 pixels thick, with a side through the middle pixel: a test picture.

    Parameters
    ----------
    angle : float
        Direction of the bar in degrees, from right towards down.
    softness : float, in pixels
    size : int
        Rows and columns; odd, so that there is a middle pixel.

    Returns
    -------
    ndarray of float64 of shape (size, size), 0 to 255
    """
    turn = np.deg2rad(angle)
    steps = np.arange(size) - size // 2
    beyond = np.cos(turn) * steps[:, None] - np.sin(turn) * steps[None, :]  # distance to the side
    rise = (1 + np.tanh(beyond / (2 * softness))) / 2
    fall = (1 + np.tanh((beyond - 18) / (2 * softness))) / 2
    return 255 * (rise - fall)


def pixel_at(image: np.ndarray, x: int, y: int) -> np.ndarray:
    """Return the pixel x columns from the left edge and y rows from the upper one.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3)
    x : int, from 0 to W - 1
    y : int, from 0 to H - 1
    """
    return image[y, x]


def crop(image: np.ndarray, top: int, left: int, height: int, width: int) -> np.ndarray:
    """Return a rectangle of an image: so many rows from row `top`, columns from column `left`.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3)
    top : int
    left : int
        Of the first row and column, counted from 0.
    height : int
    width : int
        In pixels.
    """
    return image[top : top + height, left : left + width]


def shift(image: np.ndarray, down: int, right: int, fill: int = 0) -> np.ndarray:
    """Return the image moved by whole pixels (negative: up, left).

    What leaves the frame is lost, and the gap takes the value `fill`. Channels move together.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W) or (H, W, 3)
    down : int
        Rows; negative: up.
    right : int
        Columns; negative: left.
    fill : int, 0 to 255

    Raises
    ------
    ValueError
        If a move is no whole number, or `fill` is not from 0 to 255.
    """
    check(image)
    check_whole("down", down)
    check_whole("right", right)
    check_whole("fill", fill, least=0)
    if fill > 255:
        raise ValueError(f"fill is {fill}: use at most 255, white")
    height, width = image.shape[:2]
    moved = np.full_like(image, fill)
    staying = image[max(0, -down) : max(0, height - down), max(0, -right) : max(0, width - right)]
    moved[max(0, down) :, max(0, right) :][: len(staying), : staying.shape[1]] = staying
    return moved


def rotate(image: np.ndarray, degrees: float) -> np.ndarray:
    """Return the image turned counter-clockwise about its middle; black fills the corners.

    Parameters
    ----------
    image : ndarray of uint8
    degrees : float

    Returns
    -------
    ndarray of uint8, same shape; values between pixels are interpolated
    """
    check(image)
    height, width = image.shape[:2]
    middle = ((width - 1) / 2, (height - 1) / 2)  # of pixels 0 … width - 1; OpenCV: width first
    turn = cv2.getRotationMatrix2D(middle, degrees, 1)
    return cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_LINEAR)


def covered(image: np.ndarray, *, patch: int, stride: int) -> np.ndarray:
    """Return copies of an image with a black patch laid over it, place by place.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    patch, stride : int, in pixels
        The side of the patch, and from one place to the next.

    Returns
    -------
    ndarray of shape (OH, OW, H, W), with OH = (H − patch) // stride + 1
        Copy (i, j) has its patch's upper left corner at (i·stride, j·stride).

    Raises
    ------
    ValueError
        If the patch does not fit in the image.
    """
    if not 1 <= patch <= min(image.shape) or stride < 1:
        raise ValueError(
            f"a patch of {patch} with stride {stride} does not fit in an image of "
            f"{image.shape[0]}×{image.shape[1]}: try patch=5 and stride=2"
        )
    rows, columns = (range(0, side - patch + 1, stride) for side in image.shape)
    copies = np.tile(image, (len(rows), len(columns), 1, 1))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            copies[i, j, row : row + patch, column : column + patch] = 0
    return copies


def shuffle_pixels(image: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return the image with its pixels in another order, the same for every image of that size.

    Parameters
    ----------
    image : ndarray of uint8
    order : ndarray of int of shape (H·W,)
        A permutation such as ``np.random.default_rng(0).permutation(h * w)``; pixel ``i`` of the
        answer, in reading order, is pixel ``order[i]`` of the image.

    Raises
    ------
    ValueError
        If `order` is no permutation of the pixels.
    """
    check(image)
    pixels = image.reshape(image.shape[0] * image.shape[1], -1)
    if not np.array_equal(np.sort(order), np.arange(len(pixels))):
        raise ValueError(
            f"order is no permutation of {len(pixels)} pixels: use rng.permutation({len(pixels)})"
        )
    return pixels[order].reshape(image.shape)


def add_noise(image: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Return the image with Gaussian noise of standard deviation sigma, independent everywhere.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W) or (H, W, 3)
    sigma : float
        Standard deviation, in grey levels.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of float64, same shape, *not clipped*: clipping would make bright noise darker.

    Raises
    ------
    ValueError
        If sigma is below 0.
    """
    check(image)
    if not sigma >= 0:
        raise ValueError(f"sigma is {sigma}: use a number of grey levels, 0 or more")
    return image + rng.normal(0, sigma, image.shape)


def salt_pepper(image: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return the image with a share of its pixels turned white (salt) or black (pepper).

    Each pixel is hit with probability `share`, and then salt and pepper are equally likely.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W) or (H, W, 3)
    share : float, 0 to 1
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If the share is not from 0 to 1.
    """
    check(image)
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}: use a number from 0 to 1, such as 0.05")
    draw = rng.random(image.shape[:2])
    spoiled = image.copy()
    spoiled[draw < share] = 0
    spoiled[draw < share / 2] = 255
    return spoiled


def median(image: np.ndarray, size: int) -> np.ndarray:
    """Return the middle value of each size×size window, each channel by itself.

    No kernel can do this, because sorting is not a weighted sum: a lone white or black pixel does
    not count, however bright, and edges stay sharp. At the border the outermost pixel repeats.
    J. W. Tukey (1977), *Exploratory Data Analysis* (running medians).

    Parameters
    ----------
    image : ndarray of uint8
    size : int, odd

    Returns
    -------
    ndarray of uint8, same shape

    Raises
    ------
    ValueError
        If the size is even, or below 1.
    """
    check(image)
    check_whole("size", size, least=1)
    if size % 2 == 0:
        raise ValueError(f"size is {size}, which has no middle pixel: use {size - 1} or {size + 1}")
    return cv2.medianBlur(image, int(size))


def _sample_file(name: str) -> Path:
    """Return where a sample lies, or refuse in a sentence."""
    check_choice("sample", name, SAMPLES)
    package, file = _SAMPLE_FILES[name]
    found = find_spec(package)  # finds the folder without the cost of importing the package
    if found is None or found.origin is None:
        raise ValueError(
            f"the sample {name!r} comes with {package}, which is not installed: "
            "run `pip install -e .` in the course's folder"
        )
    return Path(found.origin).parent / file


def _weigh(image: np.ndarray, weights: Sequence[float]) -> np.ndarray:
    """(H, W, 3) → (H, W)"""
    red, green, blue = np.array(weights, dtype=float)  # a whole number would overflow in uint8
    return to_uint8(red * image[..., 0] + green * image[..., 1] + blue * image[..., 2])
