"""A photograph of a digit → the digit in MNIST's form.

    >>> photo = np.full((300, 400), 210, np.uint8)  # paper
    >>> photo[60:240, 190:200] = 90                 # a stroke from top to bottom
    >>> digit = to_mnist(photo)
    >>> digit.shape, float(digit.max())
    ((28, 28), 1.0)

MNIST's digits are white on black, fill a box of 20×20 pixels without being stretched, have grey
edges, and lie with their centre of mass in the middle of 28×28 (Y. LeCun, C. Cortes and
C. J. C. Burges, *The MNIST database of handwritten digits*). A network trained on them has seen
nothing else. So the ink is found (:mod:`cnncourse.handwriting.ink`), parted into digits
(:mod:`cnncourse.handwriting.segments`) and brought to that form here. What they say is read by a
network, in :mod:`cnncourse.handwriting.reading`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from cnncourse import images
from cnncourse.handwriting.ink import (
    FAINTEST,
    as_grey,
    as_picture,
    darkness,
    even_paper,
    ink_is_light,
    ink_mask,
    stroke_width,
)
from cnncourse.handwriting.segments import Blob, find_blobs, in_reading_order, trim

SIZE = 28  # of MNIST's images
BOX = 20  # the digit's longer side
STROKE = 2.75  # pixels: the median stroke width of MNIST's training digits
WIDEST = 4.5  # pixels: hardly any of them is wider …
WIDE = 3.5  # … and one in ten is wider than this; chosen on drawn digits and scikit-learn's
LARGE = 160  # the size at which strokes are widened or thinned, so that their edges come out grey
TINY = 32  # a picture no larger than this holds one digit

Photo = str | Path | bytes | np.ndarray


@dataclass(frozen=True, eq=False)
class Step:
    """One stage of the way to MNIST's form; `image` is a float array in [0, 1]."""

    name: str
    image: np.ndarray


def to_mnist(photo: Photo) -> np.ndarray:
    """Return the digit in a photograph in MNIST's form: white on black, values in [0, 1].

    Parameters
    ----------
    photo : path, bytes of a file, or ndarray
        See :func:`cnncourse.handwriting.ink.as_grey`. If it holds several digits, the one with the
        most ink is taken; :func:`cnncourse.handwriting.reading.read` takes all.

    Returns
    -------
    ndarray of float of shape (28, 28)

    Raises
    ------
    ValueError
        If it is no picture, or has no ink.
    """
    return steps(photo)[-1].image


def steps(
    photo: Photo,
    *,
    polarity: bool = True,
    threshold: str | None = "adaptive",
    crop: bool = True,
    keep_aspect: bool = True,
    stroke: bool = True,
    centre: bool = True,
) -> list[Step]:
    """Return all stages from a photograph to MNIST's form, each of which can be left out.

    With everything left out but ``threshold="otsu"``, this is what many a tutorial does: Otsu's
    level, invert, resize to 28×28.

    Parameters
    ----------
    photo : path, bytes of a file, or ndarray
    polarity : bool
        Find out whether the ink is light; False takes dark ink for granted.
    threshold : "adaptive", "otsu" or None
        Ink is what is darker than the paper around it, or darker than one level for all of the
        page; None keeps all greys.
    crop : bool
        Fit the digit alone into 20×20; False fits the whole picture into 28×28.
    keep_aspect : bool
        False stretches it to a square.
    stroke : bool
        Widen strokes that are thinner than MNIST's, and thin those that are wider.
    centre : bool
        Put the centre of mass in the middle; False the middle of the box.

    Returns
    -------
    list of Step
        The last one's image is (28, 28).

    Raises
    ------
    ValueError
        If it is no picture, has no ink, or the threshold is none of the three.
    """
    if threshold not in ("adaptive", "otsu", None):
        raise ValueError(f'threshold is {threshold!r}: use "adaptive", "otsu" or None')
    pixels = as_picture(photo).pixels
    taken = list(_find_ink(pixels.tobytes(), pixels.shape, polarity, threshold))
    ink = taken[-1].image
    if crop:
        ink = cut_out(ink)
        taken.append(Step("cut out", ink))
    if stroke:
        ink = even_out(ink, BOX if crop else SIZE)
        taken.append(Step("strokes as wide as MNIST's", ink))
    small = scale(ink, BOX if crop else SIZE, keep_aspect=keep_aspect)
    taken.append(Step("{}×{}".format(*small.shape), small))
    taken.append(Step("28×28", place(small, centre=centre)))
    return taken


@lru_cache(maxsize=2)  # whoever turns or centres a digit need not wait for its ink to be found
def _find_ink(
    pixels: bytes, shape: tuple[int, ...], polarity: bool, threshold: str | None
) -> tuple[Step, ...]:
    """Return the stages of a photograph up to its ink: the slow part of :func:`steps`."""
    photo = np.frombuffer(pixels, np.uint8).reshape(shape)
    grey = as_grey(photo)
    light_ink = polarity and ink_is_light(grey)
    taken = [Step("grey", grey / 255)]
    if threshold == "adaptive":
        dark = darkness(grey, light_ink)
        taken.append(Step("darker than the paper", np.clip(dark / max(dark.max(), 1e-9), 0, 1)))
        ink = _ink_of_one_digit(grey, dark, is_tiny(photo))
    else:
        ink = _ink_by_one_level(grey if light_ink else 255 - grey, threshold)
    taken.append(Step("ink", ink))
    for step in taken:
        step.image.flags.writeable = False  # the next caller gets the same
    return tuple(taken)


def is_tiny(pixels: np.ndarray) -> bool:
    """Tell whether a picture is as small as those of MNIST, and so is one digit."""
    return max(pixels.shape[:2]) <= TINY


def _ink_of_one_digit(grey: np.ndarray, dark: np.ndarray, tiny: bool) -> np.ndarray:
    """Return the page with nothing but its largest digit: 1 for full ink, 0 for paper."""
    blobs = find_digits(grey, dark, tiny)
    if not blobs:
        raise ValueError(
            "there is no ink in this picture, or too little to be told from noise: "
            "write larger, with a darker pen, or go nearer"
        )
    blob = max(blobs, key=lambda blob: blob.mask.sum())
    page = np.zeros(dark.shape, np.float32)
    top, left, bottom, right = blob.box
    page[top:bottom, left:right] = shade(blob, dark)
    return page


def find_digits(grey: np.ndarray, dark: np.ndarray, tiny: bool) -> list[Blob]:
    """Return the blobs of a page in reading order, each of which may be a digit.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)
        See :func:`cnncourse.handwriting.ink.as_grey`.
    dark : ndarray of float of shape (H, W)
        See :func:`cnncourse.handwriting.ink.darkness`.
    tiny : bool
        All ink is one digit, see :func:`is_tiny`.

    Returns
    -------
    list of Blob
    """
    if not tiny:
        mask = ink_mask(dark, even=even_paper(grey) is not None)
        return in_reading_order(find_blobs(mask))
    if dark.max() < FAINTEST:
        return []
    return [trim(0, 0, (dark > 0.15 * dark.max()).astype(np.uint8))]


def shade(blob: Blob, dark: np.ndarray) -> np.ndarray:
    """Return the ink of a blob with its grey edges, which say where within a pixel a stroke ends.

    The lens, or enlarging a small picture, has blurred the edges; the power makes them steep again.
    It was chosen on scikit-learn's digits, read by networks trained on MNIST.

    Parameters
    ----------
    blob : Blob
    dark : ndarray of float of shape (H, W), the contrast of the page

    Returns
    -------
    ndarray of float32 of the blob's shape, from 0 to 1, which a quarter of its ink reaches
    """
    top, left, bottom, right = blob.box
    here = dark[top:bottom, left:right]
    full = np.percentile(here[blob.mask > 0], 75)
    return (np.clip(here / full, 0, 1) ** 1.5 * blob.mask).astype(np.float32)


def _ink_by_one_level(bright_ink: np.ndarray, threshold: str | None) -> np.ndarray:
    if threshold == "otsu":
        return images.threshold(bright_ink, images.otsu(bright_ink)) / 255
    return bright_ink / 255


def cut_out(ink: np.ndarray) -> np.ndarray:
    """Return the smallest rectangle that holds all ink of at least half strength."""
    return ink[_bounds(ink >= 0.5 * ink.max())]


def _bounds(mask: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and the columns from the first to the last that hold something."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def even_out(ink: np.ndarray, box: int = BOX) -> np.ndarray:
    """Return the ink with strokes as wide as MNIST's once it is scaled down to a box.

    A pencil's line, scaled down to 20×20, would be a third of a pixel wide and nearly black: it
    becomes STROKE wide. A marker's, wider than WIDEST, hides the shape, and becomes WIDE. What is
    between stays as it is.

    Parameters
    ----------
    ink : ndarray of float of shape (H, W), from 0 to 1
    box : int, in pixels

    Returns
    -------
    ndarray of float, its longer side LARGE and as much more or less as the strokes have changed
    """
    large = _resize(ink, LARGE / max(ink.shape))
    strokes = (large > 0.5).astype(np.uint8)
    width = stroke_width(strokes)
    if 0 < width < STROKE * LARGE / box:
        return _widened(strokes, _change(width, STROKE / box))
    if width > WIDEST * LARGE / box:
        return _thinned(large, strokes, -_change(width, WIDE / box))
    return large


def _change(width: float, share: float) -> float:
    """Return how far strokes must grow on all sides to be a share of the ink's longer side.

    Growing by r makes the stroke w + 2r, and the ink LARGE + 2r. A negative number is to shrink by.
    """
    return (share * LARGE - width) / (2 * (1 - share))


def _widened(strokes: np.ndarray, grow: float) -> np.ndarray:
    strokes = np.pad(strokes, int(np.ceil(grow)))
    distance = cv2.distanceTransform(1 - strokes, cv2.DIST_L2, 5)  # to the nearest ink
    grown = np.clip(grow - distance + 0.5, 0, 1)
    return np.maximum(grown, strokes)  # grown by less than half a pixel, ink stays ink


def _thinned(large: np.ndarray, strokes: np.ndarray, shrink: float) -> np.ndarray:
    """Return thinner strokes, or all as it is if some would break: not all were that wide."""
    distance = cv2.distanceTransform(np.pad(strokes, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]  # to paper
    thin = np.clip(distance - shrink + 0.5, 0, 1)
    left = (thin > 0.5).astype(np.uint8)
    if cv2.connectedComponents(left)[0] != cv2.connectedComponents(strokes)[0]:
        return large
    whole, less = _bounds(strokes), _bounds(left)
    rows, columns = (  # the sheet shrinks with the ink
        slice(b.start - a.start, side + b.stop - a.stop)
        for a, b, side in zip(whole, less, strokes.shape, strict=True)
    )
    return thin[rows, columns]


def _resize(ink: np.ndarray, factor: float) -> np.ndarray:
    height, width = (max(1, round(side * factor)) for side in ink.shape)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(ink.astype(np.float32), (width, height), interpolation=method)
    return np.clip(resized, 0, 1)  # cubic interpolation overshoots


def scale(ink: np.ndarray, box: int = BOX, *, keep_aspect: bool = True) -> np.ndarray:
    """Return the ink fitted into a box; each new pixel is the mean of those it covers.

    Parameters
    ----------
    ink : ndarray of float of shape (H, W), from 0 to 1
    box : int, in pixels
    keep_aspect : bool
        False stretches the ink to a square.

    Returns
    -------
    ndarray of float, its longer side `box` pixels; (box, box) if the aspect is not kept
    """
    if keep_aspect:
        return _resize(ink, box / max(ink.shape))
    method = cv2.INTER_AREA if min(ink.shape) >= box else cv2.INTER_LINEAR
    resized = cv2.resize(ink.astype(np.float32), (box, box), interpolation=method)
    return np.clip(resized, 0, 1)  # rounding


def place(small: np.ndarray, *, centre: bool = True) -> np.ndarray:
    """Return 28×28 pixels with a smaller image in their middle.

    Parameters
    ----------
    small : ndarray of float of shape (h, w), neither above 28
    centre : bool
        True: its centre of mass goes to pixel (14, 14), as in MNIST. False: its box is centred.

    Returns
    -------
    ndarray of float64 of shape (28, 28)
    """
    height, width = small.shape
    y, x = (height - 1) / 2, (width - 1) / 2
    middle = (SIZE - 1) / 2
    total = small.sum()
    if centre and total > 0:
        y = small.sum(axis=1) @ np.arange(height) / total
        x = small.sum(axis=0) @ np.arange(width) / total
        middle = SIZE // 2
    canvas = np.zeros((3 * SIZE, 3 * SIZE))  # a lopsided digit may reach out of 28×28
    top, left = SIZE + round(middle - y), SIZE + round(middle - x)
    canvas[top : top + height, left : left + width] = small
    return canvas[SIZE : 2 * SIZE, SIZE : 2 * SIZE].copy()


def from_blob(blob: Blob, dark: np.ndarray) -> np.ndarray:
    """Return one blob of a page in MNIST's form.

    Parameters
    ----------
    blob : Blob
    dark : ndarray of float of shape (H, W), the contrast of the page

    Returns
    -------
    ndarray of float64 of shape (28, 28), from 0 to 1
    """
    return place(scale(even_out(cut_out(shade(blob, dark)))))


def from_ascii(text: str) -> np.ndarray:
    """Return a drawing made of characters in MNIST's form.

    Parameters
    ----------
    text : str
        Up to 64 rows of up to 64 characters: space and ``.`` are empty, ``#``, ``@`` and ``X`` are
        ink, 1…9 greys in between. Rows may differ in length.

    Returns
    -------
    ndarray of float of shape (28, 28)

    Raises
    ------
    ValueError
        If a character means nothing, the drawing is too large, or there is no ink.

    Examples
    --------
    >>> one = from_ascii("..#\\n.##\\n..#\\n..#")
    >>> bool(one[14, 14] > 0.5)
    True
    """
    rows = text.strip("\n").splitlines()
    width = max((len(row) for row in rows), default=0)
    if len(rows) > 64 or width > 64:
        raise ValueError(f"the drawing has {len(rows)} rows of {width}: use at most 64 of each")
    drawing = np.array([[_grey_of(c) for c in row.ljust(width)] for row in rows])
    if not drawing.any():
        raise ValueError('the drawing has no ink: put some "#" into it')
    ink = np.pad(drawing, 1)
    return place(scale(even_out(cut_out(_resize(ink, LARGE / max(ink.shape))))))


def _grey_of(character: str) -> float:
    if character in " .":
        return 0
    if character in "#@X":
        return 1
    if character in "123456789":
        return int(character) / 10
    raise ValueError(
        f'{character!r} means nothing in a drawing: use "." or a space, "#", "@" or "X", or 1 to 9'
    )
