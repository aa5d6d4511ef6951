"""From a photograph of paper to its ink: which pixels a pen has touched.

    >>> page = np.full((120, 100), 200, np.uint8)
    >>> page[20:100, 45:55] = 60
    >>> mask = ink_mask(darkness(page))
    >>> int(mask[60, 50]), int(mask[5, 5])
    (1, 0)

A photograph of paper is never black on white. The light falls from one side, a hand throws a
shadow, a pencil is hardly darker than the paper, chalk is lighter than its board, the paper may be
ruled, and a table may show around it. Each function here deals with one of these. What the ink says
is not read here but in :mod:`cnncourse.handwriting.form`.

Masks are ndarrays of uint8, 1 for ink and 0 for paper.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from cnncourse import images
from cnncourse.handwriting.border import without_border
from cnncourse.handwriting.rules import find_boxes, find_rules
from cnncourse.picture_files import Picture, ground_below

LONGEST_SIDE = 1200  # pixels to work with; what is larger is scaled down first
SHORTEST_SIDE = 160  # smaller drawings are enlarged, so that strokes are some pixels wide
NARROWEST = 16  # pixels of the shorter side
OVERVIEW = 400  # pixels of the longer side of the copy in which light, paper and pen are judged

# Shares of the shorter side: wider than two strokes, narrower than a shadow.
SMALL_WINDOW = 1 / 12
WINDOW = 1 / 5
LARGE_WINDOW = 1 / 2  # for a thick marker, which would fill the other two
THIN = SMALL_WINDOW / 6  # strokes: two that cross cover less than half of the smallest window

CLEAR = 0.7  # the least share of the variance that lies between two clear groups of grey
ONE_GROUP = 0.9  # the least share of the frame that is in one of them

FAINTEST = 0.025  # the contrast below which nothing counts as ink
DARK = 24  # grey levels added to the paper's: on black, any noise would be a high contrast


def as_picture(photo: str | Path | bytes | np.ndarray) -> Picture:
    """Return a picture as uint8, and how many pixels its longer side had in a file.

    Parameters
    ----------
    photo : path, bytes of a file, or ndarray
        An array is (H, W), (H, W, 1), RGB (H, W, 3) or RGBA (H, W, 4), of bool, of whole numbers
        0…255 (uint16: 0…65535), or of floats 0…1 or 0…255.

    Returns
    -------
    Picture
        ``pixels``, uint8 of shape (H, W) or (H, W, 3), and ``longest``.

    Raises
    ------
    ValueError
        If it is no picture; the sentence says why.
    """
    if not isinstance(photo, np.ndarray):
        return images.read(photo, longest_side=LONGEST_SIDE)
    pixels = _as_uint8(photo)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        alpha = pixels[..., 3:] / 255
        ground = ground_below(pixels)
        pixels = images.to_uint8(pixels[..., :3] * alpha + ground * (1 - alpha))
    images.check(pixels)
    return Picture(pixels, "", max(pixels.shape[:2]))


def as_grey(pixels: np.ndarray) -> np.ndarray:
    """Return grey values in a size to work with, without what lies around the page.

    Parameters
    ----------
    pixels : ndarray of uint8 of shape (H, W) or (H, W, 3)

    Returns
    -------
    ndarray of uint8, two-dimensional; its longer side from SHORTEST_SIDE to LONGEST_SIDE
    """
    grey = images.grey(images.shrink(pixels, LONGEST_SIDE))
    zoom = SHORTEST_SIDE / max(grey.shape)
    if zoom > 1:
        height, width = (max(2, round(side * zoom)) for side in grey.shape)
        grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_CUBIC)
    missing = [max(0, NARROWEST - side) for side in grey.shape]
    if any(missing):  # a strip, too narrow to tell paper from ink: its edge is repeated
        grey = np.pad(grey, [(0, missing[0]), (0, missing[1])], mode="edge")
    return without_border(grey)


def _as_uint8(values: np.ndarray) -> np.ndarray:
    if values.dtype == np.uint8 or values.size == 0:
        return values.astype(np.uint8, copy=False)  # images.check refuses what is empty
    if values.dtype.kind not in "buif" or not np.isfinite(values).all():
        raise ValueError(
            f"photo (dtype {values.dtype}) holds something that is no number: use 0 to 255"
        )
    low, high = values.min(), values.max()
    white = 65535 if values.dtype == np.uint16 else 255
    if values.dtype.kind in "bf" and high <= 1:
        white = 1
    if low < 0 or high > white:
        raise ValueError(
            f"photo has values from {low:g} to {high:g}: use 0 to 255, or floats from 0 to 1"
        )
    return images.to_uint8(values.astype(float) * (255 / white))


def frame(image: np.ndarray) -> np.ndarray:
    """Return the outermost pixels, where there is paper and rarely ink, as one row."""
    return np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])


def even_paper(grey: np.ndarray) -> float | None:
    """Return the paper's grey value if it is the same everywhere, as in drawings and scans.

    It is taken from the corners, where nobody writes. At least three of them must agree within one
    part in a hundred, and so must half of the frame; else None.
    """
    size = max(1, min(grey.shape) // 40)
    near, far = slice(None, size), slice(-size, None)
    corners = np.array([np.median(grey[y, x]) for y in (near, far) for x in (near, far)])
    paper = float(np.median(corners))
    tolerance = max(2, 0.01 * (paper + DARK))
    agree = np.sum(np.abs(corners - paper) <= tolerance) >= 3
    share = np.mean(np.abs(frame(grey) - paper) <= tolerance)
    return paper if agree and share >= 0.5 else None


def paper_alone(grey: np.ndarray, window: float = WINDOW) -> np.ndarray:
    """Return what the page would look like without ink, with its light and shadow.

    The median of a window around each pixel: ink covers less than half of it, and a median, other
    than a mean, keeps the edge of a shadow where it is. Strokes wider than half the window would
    stay, so where the paper is even (see :func:`even_paper`) its one value is taken.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)
    window : float
        Its side, as a share of the page's shorter side.

    Returns
    -------
    ndarray of float32 of shape (H, W)
    """
    even = even_paper(grey)
    if even is not None:
        return np.full(grey.shape, even, np.float32)
    small = images.shrink(grey, OVERVIEW)
    size = max(3, int(min(small.shape) * window) // 2 * 2 + 1)
    paper = cv2.blur(cv2.medianBlur(small, size), (5, 5)).astype(np.float32)
    return cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)


def contrast(
    grey: np.ndarray, *, window: float = WINDOW, paper: np.ndarray | None = None
) -> np.ndarray:
    """Return by which share of the paper's grey value each pixel is darker (lighter: negative).

    What reaches the camera is light times reflectance; dividing by the paper cancels the light.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)
    window : float
        For :func:`paper_alone`, unless the paper is given.
    paper : ndarray of shape (H, W), optional

    Returns
    -------
    ndarray of float32 of shape (H, W)
    """
    if paper is None:
        paper = paper_alone(grey, window)
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1)
    return (paper - smooth) / (paper + DARK)


def darkness(grey: np.ndarray, light_ink: bool | None = None) -> np.ndarray:
    """Return the contrast of ink with its paper: positive for ink, noise around 0 for paper.

    A first look finds how wide the strokes are. For thin ones the window for the paper can then be
    small; for thick ones see :func:`_around_thick_strokes`.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)
    light_ink : bool or None
        True for chalk on a board; None asks :func:`ink_is_light`.

    Returns
    -------
    ndarray of float32 of shape (H, W)
    """
    if light_ink is None:
        light_ink = ink_is_light(grey)
    sign = -1 if light_ink else 1
    if even_paper(grey) is not None:
        return sign * contrast(grey)
    window, small = _window_of_first_look(grey, sign), images.shrink(grey, OVERVIEW)
    strokes = ink_mask(sign * contrast(small, window=window), boxes=False)
    if stroke_width(strokes) < THIN * min(small.shape):
        return sign * contrast(grey, window=SMALL_WINDOW)
    dark = sign * contrast(grey, window=window)
    mask = ink_mask(dark, boxes=False)  # a thick stroke may look hollow, and so like a box
    return _around_thick_strokes(grey, light_ink, dark, mask)


def _window_of_first_look(grey: np.ndarray, sign: int) -> float:
    """Return the window that strokes do not fill: of one that they fill, only edges would be seen.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)
    sign : 1 for dark ink, -1 for light ink
    """
    small = images.shrink(grey, OVERVIEW)
    thick = stroke_width(ink_mask(sign * contrast(small, window=LARGE_WINDOW), boxes=False))
    return LARGE_WINDOW if thick > min(small.shape) * WINDOW / 3 else WINDOW


def _around_thick_strokes(
    grey: np.ndarray, light_ink: bool, dark: np.ndarray, mask: np.ndarray
) -> np.ndarray:
    """Return the contrast with :func:`paper_around_strokes`, as a second look at thick strokes.

    A median is drawn towards the ink where a thick stroke crosses the edge of a shadow; a closing
    is not.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)
    light_ink : bool
    dark, mask : ndarray of shape (H, W)
        The contrast of the first look, and what is ink in it. Far from this, both looks have to
        see ink.
    """
    size = int(min(2.2 * stroke_width(mask), min(grey.shape) / 2.5)) // 2 * 2 + 1
    paper = paper_around_strokes(grey, light_ink, size)
    again = (-1 if light_ink else 1) * contrast(grey, paper=paper)
    near = cv2.dilate(mask, np.ones((size, size), np.uint8)) > 0
    return np.where(near, again, np.minimum(dark, again))


def paper_around_strokes(grey: np.ndarray, light_ink: bool, size: int) -> np.ndarray:
    """Return the page without its ink, by a morphological closing (opening, for light ink).

    First every pixel takes the brightest value within a window, so that strokes narrower than the
    window vanish; then the darkest of these, so that shadows get back to where they were.
    J. Serra (1982), *Image Analysis and Mathematical Morphology*.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)
    light_ink : bool
    size : int, odd
        The window's side in pixels, more than a stroke's width.
    """
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 2)  # noise would pass for paper
    operation = cv2.MORPH_OPEN if light_ink else cv2.MORPH_CLOSE
    window = np.ones((size, size), np.uint8)
    paper = cv2.morphologyEx(smooth, operation, window, borderType=cv2.BORDER_REPLICATE)
    return cv2.blur(paper, (size, size))


def stroke_width(mask: np.ndarray) -> float:
    """Return the mean width of strokes in pixels, 0 if there are none.

    Across a bar of width w, the distance to the nearest paper grows from 0 to w/2 and falls back:
    its mean is w/4 (and half a pixel more, because pixels are counted from 1).
    """
    if not mask.any():
        return 0.0
    inside = np.pad(mask, 1)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    return float(4 * (distance[inside > 0].mean() - 0.5))


def noise(difference: np.ndarray, *, even: bool = False) -> np.ndarray:
    """Return the standard deviation of the paper's contrast around each pixel.

    Dark parts of a photograph have more noise after division. It is measured by how much pixels
    differ from those nearby, three away because the lens and the smoothing have blurred them. The
    median of the absolute difference of two Gaussian numbers is 0.954 standard deviations; other
    than their mean square, it does not count the edges of strokes.

    Parameters
    ----------
    difference : ndarray of float of shape (H, W)
        See :func:`contrast`.
    even : bool
        The paper is even, see :func:`even_paper`: then the frame tells for all of it.

    Returns
    -------
    ndarray of float32 of shape (H, W)
    """
    if even:
        spread = 1.4826 * np.median(np.abs(frame(difference)))
        return np.full(difference.shape, spread, np.float32)
    steps = np.abs(difference[::4, 3::4] - difference[::4, :-3:4])  # every fourth is enough
    rough = images.to_uint8(2048 * steps)
    size = max(3, int(min(rough.shape) * WINDOW) // 2 * 2 + 1)
    rough = cv2.medianBlur(rough, size).astype(np.float32) / (0.954 * 2048)
    return cv2.resize(rough, difference.shape[::-1])


def find_outstanding(difference: np.ndarray, *, even: bool = False) -> np.ndarray:
    """Return the mask of what is darker than noise can explain, without specks and ruled lines.

    Left out is also what lies beside something far darker: the line that a stroke crosses, or the
    edge of a shadow, would hang together with the stroke. Half as much contrast is enough where a
    thin stroke goes on (thresholding with hysteresis).
    J. Canny (1986), *A Computational Approach to Edge Detection*, for the hysteresis.

    Parameters
    ----------
    difference : ndarray of float of shape (H, W)
        See :func:`contrast`.
    even : bool
        See :func:`noise`.

    Returns
    -------
    ndarray of uint8 of shape (H, W)
    """
    least = np.maximum(4 * noise(difference, even=even), FAINTEST)
    beside = 0.35 * _darkest_nearby(difference)
    sure = without_specks((difference > np.maximum(least, beside)).astype(np.uint8))
    sure = _reaching(sure, difference, 1.4 * least)
    faint = (difference > np.maximum(least / 2, beside)).astype(np.uint8)
    everything = (difference > least).astype(np.uint8)  # lines whole, with what lies beside ink
    rules = find_rules(everything, difference)
    return (faint - without(faint, sure)) & (1 - rules)


def _darkest_nearby(difference: np.ndarray) -> np.ndarray:
    """Return the largest contrast in a small window around each pixel."""
    size = int(min(difference.shape) * SMALL_WINDOW) | 1
    smooth = cv2.GaussianBlur(difference, (0, 0), 2)  # where thin strokes cross there is a spot
    return cv2.dilate(smooth, np.ones((size, size), np.uint8))


def ink_is_light(grey: np.ndarray) -> bool:
    """Tell whether the ink is lighter than what it stands on (chalk, a screen, MNIST itself).

    What stands out on the light side is weighed against what stands out on the dark side. Left
    out is all that hangs together with the frame: a table around the paper, and its edge. Windows
    of two sizes have a say: the wide one is deceived by shadows, the narrow one by thick markers.
    """
    small = images.shrink(grey, OVERVIEW)
    if even_paper(small) is not None:
        return bool(contrast(small).sum() < 0)
    paper_is_dark = _has_dark_paper(small)
    if paper_is_dark is not None:
        return paper_is_dark
    weights = np.zeros(2)
    for window in (SMALL_WINDOW, WINDOW, LARGE_WINDOW):
        difference = contrast(small, window=window)
        sides = [find_outstanding(side) for side in (difference, -difference)]
        at_frame = sum(side - without_frame(side) for side in sides)
        near_frame = cv2.dilate(at_frame, np.ones((9, 9), np.uint8))
        for index, side in enumerate(sides):
            inside = without(side, near_frame) * np.minimum(np.abs(difference), 1)
            weights[index] += inside.sum()
    dark, light = weights
    return bool(light > dark)


def _has_dark_paper(grey: np.ndarray) -> bool | None:
    """Tell whether the frame is the darker of two clear groups of grey, or None if it is neither.

    Then it is paper, however thick the ink: the hole of a thick 9 is no chalk. The share of the
    variance that lies between the groups tells how clear they are (N. Otsu, 1979).
    """
    level = images.otsu(grey)
    dark = grey <= level
    share = dark.mean()
    if share in (0, 1):
        return None
    apart = float(grey[~dark].mean()) - float(grey[dark].mean())
    if share * (1 - share) * apart**2 < CLEAR * grey.var():
        return None
    darker = np.mean(frame(grey) <= level)
    return bool(darker > 0.5) if max(darker, 1 - darker) > ONE_GROUP else None


def ink_mask(dark: np.ndarray, *, even: bool = False, boxes: bool = True) -> np.ndarray:
    """Return where the ink is, without ruled lines, specks, and the table around the paper.

    Otsu's level needs two groups of similar size, and ink is a hundredth of a page; so it is taken
    among the pixels near to what stands out. Strokes fade, so that less than Otsu's level is enough
    for a pixel whose stroke is dark enough elsewhere.

    Parameters
    ----------
    dark : ndarray of float of shape (H, W)
        See :func:`darkness`.
    even : bool
        The paper is even, see :func:`even_paper`; then there is no table to be left out.
    boxes : bool
        Leave out what is drawn around digits; a thick stroke that is seen hollow looks like it.

    Returns
    -------
    ndarray of uint8 of shape (H, W)
    """
    if boxes:
        dark = without_boxes(dark, even=even)
    mask = find_outstanding(dark, even=even)
    if not even:
        mask = without_specks(without_frame(mask, unless_alone=True))
    if not mask.any():
        return mask
    near = cv2.dilate(mask, np.ones((7, 7), np.uint8)) > 0
    level = otsu(dark[near])
    mask = _reaching(mask * (dark > 0.4 * level), dark, 0.6 * level)
    return _reaching(mask, dark, 0.45 * np.median(dark[mask > 0])) if mask.any() else mask


def without_boxes(dark: np.ndarray, *, even: bool = False) -> np.ndarray:
    """Return the contrast without what is drawn around digits, by `rules.find_boxes`.

    Parameters
    ----------
    dark : ndarray of float of shape (H, W)
        See :func:`darkness`.
    even : bool
        See :func:`noise`.

    Returns
    -------
    ndarray of float of shape (H, W)
    """
    least = np.maximum(4 * noise(dark, even=even), FAINTEST)
    everything = dark > least
    if not everything.any():
        return dark
    surely = dark > np.maximum(least, 0.5 * otsu(dark[everything]))
    # Digits close to a line hang together with it where wide gaps are bridged, and where the grain
    # of the paper counts as ink.
    looks = (everything, 1 / 250, 3), (everything, 1 / 125, 3), (surely, 1 / 250, 7)
    for seen, widest_gap, margin in looks:
        lines = find_boxes(seen.astype(np.uint8), dark, widest_gap=widest_gap)
        if lines.any():
            return np.where(cv2.dilate(lines, np.ones((margin, margin), np.uint8)), 0, dark)
    return dark


def _reaching(mask: np.ndarray, dark: np.ndarray, level: float | np.ndarray) -> np.ndarray:
    """Return the connected parts of a mask that reach a level in a third of their pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    strong = np.bincount(labels[dark > level], minlength=count)
    keep = strong > stats[:, cv2.CC_STAT_AREA] / 3
    keep[0] = False  # label 0 is the paper
    return keep[labels].astype(np.uint8)


def otsu(values: np.ndarray) -> float:
    """Return Otsu's level for positive numbers: see :func:`cnncourse.images.otsu`."""
    white = float(values.max()) / 255
    return (images.otsu(images.to_uint8(values.reshape(1, -1) / white)) + 0.5) * white


def without(mask: np.ndarray, unwanted: np.ndarray) -> np.ndarray:
    """Return the mask without the connected parts that touch an unwanted pixel.

    Parameters
    ----------
    mask, unwanted : ndarray of uint8 of shape (H, W)
    """
    count, labels = cv2.connectedComponents(mask, connectivity=8)
    keep = np.ones(count, np.uint8)
    keep[labels[unwanted > 0]] = 0
    return mask * keep[labels]


def without_frame(mask: np.ndarray, *, unless_alone: bool = False) -> np.ndarray:
    """Return the mask without the parts that lie at the frame: a table, a thumb, a printed line.

    Parameters
    ----------
    mask : ndarray of uint8 of shape (H, W)
    unless_alone : bool
        Keep them if there is nothing else of a digit's size: the picture was cut out closely.
    """
    at_frame = np.zeros_like(mask)
    at_frame[[0, -1]] = at_frame[:, [0, -1]] = 1
    inside = without(mask, at_frame)
    _, _, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    alone = stats[1:, 2:4].max(initial=0) < max(mask.shape) / 25
    return inside | _grown_inwards(mask - inside, sides=4 if unless_alone and alone else 1)


def _grown_inwards(mask: np.ndarray, sides: int) -> np.ndarray:
    """Return the parts that touch few sides of the page, and there stand rather than lie.

    Such is a digit that was written too near to the edge. A table lies along the edge, and a
    straight bar that comes in from it is a line.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    borders = labels[0], labels[-1], labels[:, 0], labels[:, -1]
    keep = np.zeros_like(mask)
    for label, (x, y, width, height, _) in enumerate(stats[1:].tolist(), start=1):
        contacts = [_extent(border == label) for border in borders]
        depth = max(height * any(contacts[:2]), width * any(contacts[2:]))
        if np.count_nonzero(contacts) <= sides and sum(contacts) < depth:
            part = (labels[y : y + height, x : x + width] == label).astype(np.uint8)
            if not _is_bar(part):
                keep[y : y + height, x : x + width] |= part
    return keep


def _extent(row: np.ndarray) -> int:
    """Return the distance from the first True to the last, both counted; 0 if there is none."""
    places = np.flatnonzero(row)
    return int(np.ptp(places)) + 1 if places.size else 0


def _is_bar(mask: np.ndarray) -> bool:
    """Tell whether the ink is one straight stroke, in whatever direction."""
    _, sides, _ = cv2.minAreaRect(cv2.findNonZero(mask))
    return min(sides) < max(sides) / 6


def without_specks(mask: np.ndarray) -> np.ndarray:
    """Return the mask without the parts that are too small to be part of a digit."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    keep = stats[:, 2:4].max(axis=1) >= max(mask.shape) / 160  # the longer of width and height
    keep[0] = False
    return keep[labels].astype(np.uint8)
