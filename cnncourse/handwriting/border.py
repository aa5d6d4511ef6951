"""The page alone: a table around the paper, a black edge of a scan, a frame, painted over.

    >>> page = np.full((300, 300), 230, np.uint8)
    >>> page[100:200, 140:160] = 90  # a stroke
    >>> page[:20] = page[:, :20] = 15  # a scanner's lid, left open
    >>> int(without_border(page).min())
    90

What lies around a page reaches from the frame of the picture to a convex page with straight sides,
and has another grey, from which it is parted by a sharp edge. A shadow has a soft one.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from cnncourse import images

OVERVIEW = 300  # pixels of the longer side of the copy in which the border is looked for
SMALLEST_PAGE = 0.2  # share of the picture
CONVEX = 0.93  # the least share of its convex hull that a page fills
CORNERS = 5  # of a page, one of which the picture's frame cuts off; a thick digit is rounder
DARKER = 0.6  # at most this part of the other's grey: what is grainy; a shadow is seldom so dark
DISTINCT = 25  # grey levels between a border of one grey and its page
SHARP = 0.6  # the least share of that difference that lies in a few pixels
EDGE = 3  # pixels of the copy on each side of the edge, which the lens has blurred


def without_border(grey: np.ndarray) -> np.ndarray:
    """Return the picture with what lies around the page painted in the paper's grey nearby.

    Parameters
    ----------
    grey : ndarray of uint8 of shape (H, W)

    Returns
    -------
    ndarray of uint8 of shape (H, W); the same array if there is no border
    """
    small = cv2.medianBlur(images.shrink(grey, OVERVIEW), 5)
    for border in _borders(small):
        outline = _page(small, border)
        if outline is not None:
            zoom = np.array(grey.shape[::-1]) / small.shape[::-1]
            margin = round(EDGE * float(zoom.max()))
            return _painted(grey, np.rint((outline + 0.5) * zoom).astype(np.int32), margin)
    return grey


def _borders(small: np.ndarray) -> Iterator[np.ndarray]:
    """Yield masks of what has the grey of a side rather than that of the middle."""
    height, width = small.shape
    inside = small[height // 4 : -(height // 4) or None, width // 4 : -(width // 4) or None]
    middle = float(np.median(inside))
    for side in sorted((small[0], small[-1], small[:, 0], small[:, -1]), key=np.std):
        grey = float(np.median(side))
        plain = np.ptp(side) <= 6 and abs(grey - middle) > DISTINCT
        if plain or min(grey, middle) < DARKER * max(grey, middle) - DISTINCT / 2:
            level = (grey + middle) / 2
            yield ((small < level) if grey < middle else (small > level)).astype(np.uint8)


def _page(small: np.ndarray, border: np.ndarray) -> np.ndarray | None:
    """Return the convex outline of the page within a border, or None if it is no page."""
    _, labels = cv2.connectedComponents(border, connectivity=4)
    at_frame = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    page = (~np.isin(labels, at_frame[at_frame > 0])).astype(np.uint8)
    outlines, _ = cv2.findContours(page, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea, default=None)
    if outline is None or cv2.contourArea(outline) < SMALLEST_PAGE * small.size:
        return None
    hull = cv2.convexHull(outline)
    corners = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, closed=True), closed=True)
    straight = cv2.contourArea(outline) > CONVEX * cv2.contourArea(hull) and len(corners) <= CORNERS
    return hull[:, 0] if straight and _is_sharp(small, hull) and _has_ink(small, hull) else None


def _filled(shape: tuple[int, ...], outline: np.ndarray, grow: int) -> np.ndarray:
    """Return the mask of an outline's inside, larger by some pixels, or smaller."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, outline, 1)
    around = np.ones((2 * abs(grow) + 1, 2 * abs(grow) + 1), np.uint8)
    return cv2.dilate(mask, around) if grow > 0 else cv2.erode(mask, around)


def _is_sharp(small: np.ndarray, hull: np.ndarray) -> bool:
    """Tell whether most of the difference between page and border lies near the edge."""
    page, near = _filled(small.shape, hull, -EDGE), _filled(small.shape, hull, EDGE)
    beside = near - _filled(small.shape, hull, 1)
    within = page - _filled(small.shape, hull, -2 * EDGE)
    if not beside.any() or not within.any():
        return False
    step = abs(np.median(small[within > 0]) - np.median(small[beside > 0]))
    far = small[near == 0] if (near == 0).any() else small[beside > 0]
    return bool(step > SHARP * abs(np.median(small[page > 0]) - np.median(far)))


def _has_ink(small: np.ndarray, hull: np.ndarray) -> bool:
    """Tell whether there is something on the page: a thick stroke looks like an empty one."""
    page = _filled(small.shape, hull, -2 * EDGE)
    if not page.any():
        return False
    paper = np.median(small[page > 0])
    return bool(np.mean(np.abs(small[page > 0] - paper) > DISTINCT) > 0.002)


def _painted(grey: np.ndarray, outline: np.ndarray, margin: int) -> np.ndarray:
    """Return the picture with the grey of the nearest pixel of the page everywhere around it."""
    outside = 1 - _filled(grey.shape, outline, -margin)
    if outside.all():
        return grey
    _, nearest = cv2.distanceTransformWithLabels(
        outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    smooth = cv2.medianBlur(grey, 5)
    colours = np.zeros(int(nearest.max()) + 1, np.uint8)
    colours[nearest[outside == 0]] = smooth[outside == 0]
    return np.where(outside, colours[nearest], grey)
