"""From ink to single digits: what belongs together, and in what order it is read.

>>> mask = np.zeros((20, 40), np.uint8)
>>> mask[4:16, 30:33] = mask[4:16, 5:8] = 1  # two upright strokes
>>> [blob.box for blob in in_reading_order(find_blobs(mask))]
[(4, 5, 16, 8), (4, 30, 16, 33)]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from cnncourse.handwriting.ink import stroke_width

ASIDE = 0.02  # what a step aside costs a cut, in pixels of ink


@dataclass(frozen=True, eq=False)
class Blob:
    """Some ink.

    Attributes
    ----------
    top, left : int
        Where its mask lies on the page.
    mask : ndarray of uint8 of shape (height, width)
    """

    top: int
    left: int
    mask: np.ndarray

    @property
    def height(self) -> int:
        """Rows of its mask."""
        return self.mask.shape[0]

    @property
    def width(self) -> int:
        """Columns of its mask."""
        return self.mask.shape[1]

    @property
    def size(self) -> int:
        """The longer of height and width."""
        return max(self.mask.shape)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(top, left, bottom, right); the last two are one past the ink, as in slices."""
        return self.top, self.left, self.top + self.height, self.left + self.width

    @property
    def stroke(self) -> float:
        """The mean width of its strokes, in pixels."""
        return stroke_width(self.mask)


def join(first: Blob, second: Blob) -> Blob:
    """Return the ink of both.

    Parameters
    ----------
    first, second : Blob
    """
    top, left = min(first.top, second.top), min(first.left, second.left)
    bottom = max(first.box[2], second.box[2])
    right = max(first.box[3], second.box[3])
    mask = np.zeros((bottom - top, right - left), np.uint8)
    for blob in (first, second):
        y, x = blob.top - top, blob.left - left
        mask[y : y + blob.height, x : x + blob.width] |= blob.mask
    return Blob(top, left, mask)


def split(blob: Blob, cut: np.ndarray) -> tuple[Blob, Blob]:
    """Return what lies left of a cut and what lies right of it.

    Parameters
    ----------
    blob : Blob
    cut : ndarray of int of shape (height,)
        The column in which the right part begins, for each row of the mask; there must be ink on
        both sides of it.
    """
    right = np.arange(blob.width) >= cut[:, None]
    parts = blob.mask * ~right, blob.mask * right
    return trim(blob.top, blob.left, parts[0]), trim(blob.top, blob.left, parts[1])


def cheapest_cuts(mask: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return ways from top to bottom through the least ink, no farther than 45° from upright.

    Each stays within a quarter of the height of its column. Dynamic programming, as for the seams
    of S. Avidan and A. Shamir (2007), *Seam Carving for Content-Aware Image Resizing*.

    Parameters
    ----------
    mask : ndarray of uint8 of shape (H, W)
    columns : ndarray of int of shape (N,)

    Returns
    -------
    ndarray of int of shape (N, H), the column for each row
    """
    height, reach = len(mask), len(mask) // 4 + 1
    beyond = [(0, 0), (reach, reach)]
    padded = np.pad(mask.astype(np.float32), beyond, constant_values=np.inf)  # no way out
    offsets = np.arange(-reach, reach + 1)
    cost = padded[:, reach + columns[:, None] + offsets]  # (H, N, offsets)
    cost[..., [0, -1]] = np.inf
    come = np.zeros(cost.shape, np.int8)  # by -1, 0 or 1 column from the row above
    for row in range(1, height):
        above = cost[row - 1]
        ways = np.stack([above[:, :-2] + ASIDE, above[:, 1:-1], above[:, 2:] + ASIDE])
        come[row, :, 1:-1] = ways.argmin(axis=0) - 1
        cost[row, :, 1:-1] += ways.min(axis=0)
    each = np.arange(len(columns))
    place = (cost[-1] + 0.001 * np.abs(offsets)).argmin(axis=1)  # of equal ways, the nearest
    cuts = np.empty((len(columns), height), int)
    for row in range(height - 1, -1, -1):
        cuts[:, row] = columns + offsets[place]
        place = place + come[row, each, place]
    return cuts


def trim(top: int, left: int, mask: np.ndarray) -> Blob:
    """Return the ink of a part of a page, without the empty rows and columns around it.

    Parameters
    ----------
    top, left : int
        Where the part lies on the page.
    mask : ndarray of uint8 of shape (H, W), not empty
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    trimmed = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Blob(top + int(rows[0]), left + int(columns[0]), trimmed)


def gap(first: Blob, second: Blob) -> float:
    """Return the distance between two blobs, in pixels from ink to ink.

    Parameters
    ----------
    first, second : Blob
    """
    both = join(first, second)
    y, x = first.top - both.top, first.left - both.left
    elsewhere = np.ones_like(both.mask)
    elsewhere[y : y + first.height, x : x + first.width] = 1 - first.mask
    distance = cv2.distanceTransform(elsewhere, cv2.DIST_L2, 5)
    y, x = second.top - both.top, second.left - both.left
    return float(distance[y : y + second.height, x : x + second.width][second.mask > 0].min())


def find_blobs(mask: np.ndarray) -> list[Blob]:
    """Return the parts of a mask that may be digits, in no particular order.

    Strokes that nearly touch are joined, and short strokes are joined to a long one close by: the
    bar of a 5, the second stroke of a 4, the dot of an i. What is then far smaller than the rest,
    or than a 64th of the page, is left out.
    """
    blobs = list(_connected(mask))
    if not blobs:
        return []
    typical = _typical_size(blobs)
    for _ in range(2):  # joining broken strokes changes what is typical
        blobs = _join_parts([b for b in blobs if b.size >= 0.1 * typical], typical)
        typical = _typical_size(blobs)
    least = max(0.33 * typical, max(mask.shape) / 64)
    return [b for b in blobs if b.size >= least and not _is_spot_or_bar(b)]


def _connected(mask: np.ndarray) -> Iterator[Blob]:
    """Yield the connected parts; a gap of a 125th of the page, as hairlines have, parts nothing."""
    reach = max(mask.shape) // 250
    bridged = cv2.dilate(mask, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bridged, connectivity=8)
    for label, (x, y, width, height, _) in enumerate(stats.tolist()):
        if label > 0:
            place = slice(y, y + height), slice(x, x + width)
            yield trim(y, x, mask[place] * (labels[place] == label))


def _typical_size(blobs: list[Blob]) -> int:
    """Return the size of the blob that the middle pixel of all ink belongs to."""
    ordered = sorted(blobs, key=lambda blob: blob.size)
    ink = np.cumsum([blob.mask.sum() for blob in ordered])
    return ordered[int(np.searchsorted(ink, ink[-1] / 2))].size


def _is_spot_or_bar(blob: Blob) -> bool:
    """Tell whether it is a spot, or a bar that lies: neither is part of the shape of any digit."""
    spot = _is_round(blob) or (blob.size > 10 and blob.stroke > 0.45 * blob.size)
    return (spot and not _has_hole(blob)) or (blob.size > 10 and _is_bar(blob))


def _is_round(blob: Blob) -> bool:
    """A filled circle covers 79 % of its square; a digit as round as that has holes or bays."""
    return bool(1.4 * min(blob.mask.shape) > blob.size and blob.mask.mean() > 0.72)


def _is_dot_of(part: Blob, whole: Blob) -> bool:
    """Tell whether a spot stands above or below a stroke: together they are an i or a !, no 1."""
    upright = whole.width < 0.5 * whole.height
    large = 0.7 * whole.stroke < part.size < 0.4 * whole.height and _is_round(part)
    aside = abs(part.left + part.width / 2 - whole.left - whole.width / 2)
    beside = aside > whole.width / 2 + part.size
    return upright and large and not beside and gap(part, whole) < 0.6 * whole.height


def _is_bar(blob: Blob) -> bool:
    """Tell whether it is one stroke that lies."""
    return blob.width > 2.5 * blob.height and blob.height < 2.5 * blob.stroke


def _has_hole(blob: Blob) -> bool:
    """Tell whether some paper is enclosed by the ink, as by a 0 of a thick marker."""
    paper = np.pad(1 - blob.mask, 1, constant_values=1)
    _, _, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    return bool(stats[2:, cv2.CC_STAT_AREA].max(initial=0) > 0.02 * blob.mask.size)


def _join_parts(blobs: list[Blob], typical: int) -> list[Blob]:
    """Join each blob, the smallest first, to its nearest neighbour if they may be one digit."""
    waiting = sorted(blobs, key=lambda blob: blob.size, reverse=True)
    done = []
    while waiting:
        blob = waiting.pop()
        near = [b for b in waiting if _may_join(blob, b, typical) or _is_dot_of(blob, b)]
        if near:
            partner = min(near, key=lambda other: gap(blob, other))
            waiting = [other for other in waiting if other is not partner]
            waiting.append(join(blob, partner))
            waiting.sort(key=lambda blob: blob.size, reverse=True)
        else:
            done.append(blob)
    return done


def _may_join(part: Blob, whole: Blob, typical: int) -> bool:
    reach = 0.25 * typical
    if part.size > 2 * typical or _distance_of_boxes(part, whole) > reach:
        return False
    bottom, right = max(part.box[2], whole.box[2]), max(part.box[3], whole.box[3])
    height, width = bottom - min(part.top, whole.top), right - min(part.left, whole.left)
    widest = 1.8 if _is_bar(part) else 1.2  # the bar of a 5 may reach far
    if width > widest * max(typical, height):
        return False
    distance = gap(part, whole)
    touching = distance <= max(whole.stroke, 0.06 * typical)
    short = part.size < 0.6 * typical and distance <= reach
    tallest = max(typical, part.height, whole.height)
    return (touching and height <= 2.3 * tallest) or (short and height <= 1.4 * tallest)


def _distance_of_boxes(first: Blob, second: Blob) -> int:
    down = max(first.top, second.top) - min(first.box[2], second.box[2])
    right = max(first.left, second.left) - min(first.box[3], second.box[3])
    return max(down, right)


def in_reading_order(blobs: list[Blob]) -> list[Blob]:
    """Return the blobs row by row from the top, each row from the left.

    The page may be tilted. Of the angles up to 15°, the one is taken at which the rows are the
    fewest and the flattest; blobs are in one row if their centres follow each other by less than
    half a digit's size.
    """
    if len(blobs) < 2:
        return blobs
    tries = (_rows(blobs, np.deg2rad(angle)) for angle in sorted(range(-15, 16), key=abs))
    cost, order = min(tries, key=lambda one: one[0])
    return [blobs[index] for index in order]


def _rows(blobs: list[Blob], angle: float) -> tuple[float, list[int]]:
    """Return how bad the rows at an angle are, and the order of the blobs."""
    size = np.median([blob.size for blob in blobs])
    y = np.array([blob.top + blob.height / 2 for blob in blobs])
    x = np.array([blob.left + blob.width / 2 for blob in blobs])
    down = (y * np.cos(angle) - x * np.sin(angle)) / size
    along = y * np.sin(angle) + x * np.cos(angle)
    from_top = np.argsort(down, kind="stable")
    row = np.empty(len(blobs), int)
    row[from_top] = np.cumsum(np.diff(down[from_top], prepend=down[from_top[0]]) > 0.5)
    spread = sum(np.ptp(down[row == r]) for r in range(row.max() + 1))
    cost = spread + 0.5 * row.max() + 2 * abs(angle)
    return round(float(cost), 6), np.lexsort((along, row)).tolist()
