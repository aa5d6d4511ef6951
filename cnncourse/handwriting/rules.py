"""The lines that paper came with, found in a mask of ink: rules, squares, boxes, grids.

>>> mask = np.zeros((200, 300), np.uint8)
>>> mask[100] = mask[50:150, 140:144] = 1  # a line, and a stroke that crosses it
>>> rules = find_rules(mask)
>>> int(rules[100, 20]), int(rules[100, 141])
(1, 0)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import cv2
import numpy as np

OVERVIEW = 250  # pixels of the longer side of the copy in which lines are looked for
AT_FRAME = 0.12  # shares of the height and width: this near to the frame printed lines begin
SHORTEST = 0.25  # share of the width: less is no line
LONGEST_GAP = 0.08  # share of the width
STEEPEST = 0.5  # rows a column: what is steeper is found as a column
INKED = 0.6  # the least share of a line's pixels that are ink
RECTANGULAR = 0.85  # the least share of its upright or turned rectangle that a cell fills
FILLED = 0.08  # the least share of the cells that hold something
SMALLEST_CONTENT = 0.25  # share of the cell's longer side
THINNEST_CONTENT = 0.4  # share of the thickness of what stands around it
EXTENDED = 0.85  # the least share of ink on the way from a piece of a line to the frame
GRID = 4  # lines in each direction that end within the page make a grid
THICKEST = 0.02  # share of the longer side
DARKER = 1.6  # times as dark as a line usually is: a pen
FAR_DARKER = 2  # the same for boxes and grids, some of whose lines may be thicker than others
BESIDE = 0.4  # the most that is ink beside it: more, and this is the edge of something larger


class _Line(NamedTuple):
    """A line that lies rather than stands, from the column of `left` to that of `right`."""

    left: int
    top: float  # the row at `left`
    right: int
    bottom: float  # the row at `right`

    @property
    def slope(self) -> float:
        return (self.bottom - self.top) / (self.right - self.left)

    def at(self, columns: np.ndarray) -> np.ndarray:
        """Return the rows in which the line meets some columns."""
        return self.top + self.slope * (columns - self.left)


def find_boxes(
    mask: np.ndarray, dark: np.ndarray | None = None, *, widest_gap: float = 1 / 125
) -> np.ndarray:
    """Return the mask of what is drawn around digits: boxes, tables, grids, circles.

    Such ink has holes in which there is other ink, as thick as itself or thicker; a digit's holes
    are empty, or a thin ruled line runs through them. The holes are the cells. Their convex hulls
    forgive where a digit touches the line, and what lies outside all of them is line, unless it is
    far darker than lines are. An empty box, or one whose digit hangs together with it, is known by
    its size: there is another of it.

    Parameters
    ----------
    mask : ndarray of uint8 of shape (H, W)
    dark : ndarray of float of shape (H, W), optional
        How dark the ink is; by default all of it is the same.
    widest_gap : float
        Lines may have gaps of this share of the longer side.
    """
    dark = mask if dark is None else dark
    reach = int(widest_gap / 2 * max(mask.shape))
    bridged = _square(2 * reach + 1)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridged) if reach else mask
    parts = list(_parts_with_cells(closed))
    boxes = [cell for _, cells in parts if _is_drawn_around(cells) for cell in cells]
    lines = np.zeros_like(mask)
    for edges, cells in parts:
        if _is_drawn_around(cells) or any(_is_like(cell, boxes) for cell in cells):
            ink, inside = np.zeros((2, *mask.shape), np.uint8)
            cv2.drawContours(ink, edges, -1, 1, cv2.FILLED)
            for hull in _hulls(cells):
                cv2.fillConvexPoly(inside, hull, 1)
            ink &= 1 - cv2.erode(inside, _square(2 * reach + 3))
            usual = np.percentile(dark[ink > 0], 75) if ink.any() else 0
            lines |= ink * (dark <= FAR_DARKER * usual)
    return lines


def _parts_with_cells(mask: np.ndarray) -> Iterator[tuple[list[np.ndarray], list[_Cell]]]:
    """Yield the outlines of each connected part that has holes, and these holes."""
    outlines, tree = cv2.findContours(mask, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if tree is None:  # no ink
        return
    thickness = _thickness(mask, outlines)
    for part, holes in _with_holes(tree):
        least = THINNEST_CONTENT * thickness[part]
        cells = []
        for hole in holes:
            contents = [outlines[i] for i in _children(tree, hole) if thickness[i] >= least]
            cells.append(_cell(outlines[hole], contents))
        yield [outlines[i] for i in (part, *holes)], cells


def _thickness(mask: np.ndarray, outlines: Sequence[np.ndarray]) -> list[float]:
    """Return for each outline how thick its ink is at its thickest place, in pixels."""
    count, labels = cv2.connectedComponents(mask, connectivity=8)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    thickest = np.zeros(count, np.float32)
    np.maximum.at(thickest, labels[mask > 0].astype(int), distance[mask > 0])
    return [2 * float(thickest[labels[y, x]]) for x, y in (outline[0, 0] for outline in outlines)]


def _square(side: int) -> np.ndarray:
    return np.ones((side, side), np.uint8)


class _Cell(NamedTuple):
    """A hole in some ink."""

    hull: np.ndarray
    area: float  # of the hull
    rectangular: bool
    filled: bool  # with other ink


def _cell(outline: np.ndarray, contents: list[np.ndarray]) -> _Cell:
    hull = cv2.convexHull(outline)
    area = cv2.contourArea(hull)
    _, sides, _ = cv2.minAreaRect(hull)
    rectangular = min(sides) > 8 and area > RECTANGULAR * sides[0] * sides[1]
    longest = max((max(cv2.boundingRect(one)[2:]) for one in contents), default=0)
    filled = longest > SMALLEST_CONTENT * max(sides)
    return _Cell(hull, area, rectangular, filled)


def _hulls(cells: list[_Cell]) -> Iterator[np.ndarray]:
    """Yield the outline of each cell, also of those that a digit cuts in two, from line to line."""
    usual = _usual_area(cells)
    for cell in cells:
        if cell.rectangular or cell.filled:
            yield cell.hull
    pieces = [cell for cell in cells if 0.1 * usual < cell.area < 0.75 * usual and not cell.filled]
    for one, other in combinations(pieces, 2):
        hull = cv2.convexHull(np.concatenate([one.hull, other.hull]))
        if 0.75 * usual < cv2.contourArea(hull) < 1.1 * usual:
            yield hull


def _usual_area(cells: list[_Cell]) -> float:
    """Return the area that most of the larger cells have, 0 if none is a rectangle."""
    whole = [cell.area for cell in cells if cell.rectangular]
    return float(np.percentile(whole, 75)) if whole else 0


def _is_drawn_around(cells: list[_Cell]) -> bool:
    """Tell whether ink with these holes stands around digits, rather than being crossed by them.

    On squared paper a digit goes through many cells, and leaves pieces of them.
    """
    usual = _usual_area(cells)
    pieces = sum(0.05 * usual < cell.area < 0.6 * usual and not cell.filled for cell in cells)
    filled = sum(cell.filled for cell in cells)
    return filled > 0 and filled >= max(pieces, FILLED * len(cells))


def _is_like(cell: _Cell, others: list[_Cell]) -> bool:
    """Tell whether a cell is a rectangle of the size of another one."""
    near = (
        0.8 * cell.area < other.area < 1.25 * cell.area for other in others if other.rectangular
    )
    return cell.rectangular and any(near)


def _with_holes(tree: np.ndarray) -> Iterator[tuple[int, list[int]]]:
    """Yield each connected part that has holes, and these, as places in a list of outlines."""
    for i in range(tree.shape[1]):
        holes = _children(tree, i)
        if holes and not _is_hole(tree, i):
            yield i, holes


def _is_hole(tree: np.ndarray, outline: int) -> bool:
    parent = tree[0][outline][3]
    return parent >= 0 and not _is_hole(tree, parent)


def _children(tree: np.ndarray, parent: int) -> list[int]:
    """Return what lies directly in an outline, by OpenCV's tree: next, previous, child, parent."""
    found = []
    child = tree[0][parent][2]
    while child >= 0:
        found.append(child)
        child = tree[0][child][0]
    return found


def find_rules(mask: np.ndarray, dark: np.ndarray | None = None) -> np.ndarray:
    """Return the mask of the lines that ruled or squared paper came with, and of grids.

    A printed line runs from one side of the page to another, which no pen stroke does; the lines of
    a grid need not, but there are several in both directions. Across it, the ink of a line is a few
    pixels thick; where it is far thicker or darker than usual, there is a stroke as well, and there
    nothing of it is line.

    Parameters
    ----------
    mask, dark : as for `find_boxes`
    """
    dark = mask if dark is None else dark
    rows, short_rows = _find_lines(mask)
    whole = _ink_of(rows, mask, dark)
    all_rows = _ink_of(rows + short_rows, mask, dark) if short_rows else whole
    columns, short_columns = _find_lines(_turned(mask & (1 - all_rows)))
    if min(_strokes(lines, mask.shape) for lines in (short_rows, short_columns)) >= GRID:
        whole, columns = all_rows, columns + short_columns
    return whole | _turned(_ink_of(columns, _turned(mask & (1 - whole)), _turned(dark)))


def _strokes(lines: list[_Line], shape: tuple[int, ...]) -> int:
    """Count lines, those that run in the same stroke once: a pen's stroke holds several."""
    count, last = 0, -np.inf
    for middle in sorted((line.top + line.bottom) / 2 for line in lines):
        if middle > last + THICKEST * max(shape):
            count, last = count + 1, middle
    return count


def _turned(page: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(page.T)


def _ink_of(lines: list[_Line], mask: np.ndarray, dark: np.ndarray) -> np.ndarray:
    """Return the mask of some lines, with the grey of their edges.

    Parameters
    ----------
    lines : list of _Line
    mask, dark : ndarray of shape (H, W)
    """
    if not lines:
        return np.zeros_like(mask)
    reach = max(1, max(mask.shape) // 300)  # no line is quite straight
    top, bottom = _upright_runs(mask)
    height, width = mask.shape
    change = np.zeros((height + 2, width), np.int8)  # +1 where a line begins, -1 where it ends
    for line in lines:
        columns = _columns(line, width)
        rows, found = _nearest_ink(mask, columns, line.at(columns), reach)
        rows, columns = rows[found], columns[found]
        begin, end = top[rows, columns], bottom[rows, columns]
        usual = min(np.median(end - begin), THICKEST * max(mask.shape))
        thin = end - begin <= 1.5 * usual + 1
        core = dark[(begin + end) // 2, columns]  # its edges are fainter
        thin &= core <= DARKER * np.median(core)
        change[np.maximum(begin[thin] - 1, 0), columns[thin]] += 1
        change[end[thin] + 1, columns[thin]] -= 1
    return (np.cumsum(change[:height], axis=0, dtype=np.int8) > 0).astype(np.uint8)


def _upright_runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pixel of ink in which row the ink above it begins, and ends below it."""
    rows = np.arange(len(mask), dtype=np.int16)[:, None]
    top = np.maximum.accumulate(np.where(mask == 0, rows + 1, 0), axis=0, dtype=np.int16)
    upwards = np.where(mask == 0, rows, len(mask))[::-1]
    return top, np.minimum.accumulate(upwards, axis=0, dtype=np.int16)[::-1]


def _nearest_ink(
    mask: np.ndarray, columns: np.ndarray, rows: np.ndarray, reach: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of ink nearest to the given one in each column, and whether there is any.

    Parameters
    ----------
    mask : ndarray of uint8 of shape (H, W)
    columns : ndarray of int of shape (N,)
    rows : ndarray of float of shape (N,)
    reach : int
        How many rows away it may be.
    """
    offsets = np.array(sorted(range(-reach, reach + 1), key=abs))[:, None]
    tries = np.clip(np.rint(rows).astype(int) + offsets, 0, len(mask) - 1)
    nearest = tries[mask[tries, columns].argmax(axis=0), np.arange(len(columns))]
    return nearest, mask[nearest, columns] > 0


def _find_lines(mask: np.ndarray) -> tuple[list[_Line], list[_Line]]:
    """Return the thin lines from frame to frame, and shorter ones, the steep ones left out.

    Hough's transform asks every pixel of ink about every angle, and that was most of the time for a
    photograph. So it looks at a small copy, where there are fewer of both, for where a line may
    run; the mask itself then says where exactly, and whether there is one.
    """
    whole: list[_Line] = []
    short: list[_Line] = []
    step = max(1, round(max(mask.shape) / OVERVIEW))
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))  # a line may wander by a pixel
    ends = np.array([0, mask.shape[1] - 1])
    found: list[np.ndarray] = []  # the rows of each line at the frame
    for candidate in _candidates(mask, step):
        if any(np.abs(candidate.at(ends) - rows).max() <= step + 2 for rows in found):
            continue
        settled = _settled(thick, candidate, step)
        from_frame = _from_frame_to_frame(settled, mask.shape)
        line = _up_to_frame(settled, mask.shape) if from_frame else _extended(thick, settled)
        if _is_rule(thick, line or settled):
            (short if line is None else whole).append(line or settled)
            found.append(settled.at(ends))
    return whole, short


def _candidates(mask: np.ndarray, step: int) -> Iterator[_Line]:
    """Yield where a line may run, by Hough's transform of every `step`-th pixel."""
    small = cv2.dilate(mask, np.ones((step, step), np.uint8), anchor=(0, 0))[::step, ::step]
    across = small.shape[1]
    found = cv2.HoughLinesP(
        np.ascontiguousarray(small),
        1,
        step * np.pi / 720,
        across // 4,
        minLineLength=SHORTEST * across,
        maxLineGap=LONGEST_GAP * across,
    )
    for ends in [] if found is None else found.reshape(-1, 4).tolist():
        x1, y1, x2, y2 = (int(step * place + step // 2) for place in ends)
        if abs(y2 - y1) <= STEEPEST * abs(x2 - x1):
            (left, top), (right, bottom) = sorted([(x1, y1), (x2, y2)])
            yield _Line(left, top, right, bottom)


def _extended(mask: np.ndarray, line: _Line) -> _Line | None:
    """Return a piece of a line from frame to frame, or None if the way there is not ink.

    A line that strokes cross, or that fades, is found in pieces.
    """
    width = mask.shape[1]
    whole = _up_to_frame(line, mask.shape)
    columns = _columns(whole, width)
    inner = columns[(columns > AT_FRAME / 2 * width) & (columns < (1 - AT_FRAME / 2) * width)]
    return whole if _ink_along(mask, inner, line.at(inner)) >= EXTENDED else None


def _up_to_frame(line: _Line, shape: tuple[int, ...]) -> _Line:
    """Return the line as far as it lies on the page."""
    height, width = shape
    columns = np.arange(width)
    rows = line.at(columns)
    left, right = columns[(rows >= 0) & (rows <= height - 1)][[0, -1]].tolist()
    top, bottom = line.at(np.array([left, right])).tolist()
    return _Line(left, top, right, bottom)


def _from_frame_to_frame(line: _Line, shape: tuple[int, ...]) -> bool:
    height, width = shape
    ends = (line.left / width, line.top / height), (line.right / width, line.bottom / height)
    return all(min(x, 1 - x, y, 1 - y) < AT_FRAME for x, y in ends)


def _settled(mask: np.ndarray, line: _Line, step: int) -> _Line:
    """Return the line with its ends each moved by some pixels to where the most ink is.

    Several places have as much on a line that is some pixels thick: then it is their middle.
    """
    columns = _columns(line, mask.shape[1])[::step]
    share = (columns - line.left) / (line.right - line.left)
    moves = np.arange(-step - 2, step + 3)
    on_page = [np.clip(end + moves, 0, len(mask) - 1) for end in (line.top, line.bottom)]
    top, bottom = np.meshgrid(*on_page)
    ink = _ink_along(mask, columns, top[..., None] + (bottom - top)[..., None] * share)
    best = ink == ink.max()
    return line._replace(top=float(top[best].mean()), bottom=float(bottom[best].mean()))


def _is_rule(mask: np.ndarray, line: _Line) -> bool:
    """Tell whether there is ink on a line, and little beside it; a thick one has it farther off."""
    columns = _columns(line, mask.shape[1])
    rows = line.at(columns)
    if _ink_along(mask, columns, rows) <= INKED:
        return False
    thickness = max(3, max(mask.shape) // 100)
    offsets = np.array([[thickness, -thickness], [2 * thickness, -2 * thickness]])
    beside = _ink_along(mask, columns, rows + offsets[..., None]).max(axis=1)
    return bool(beside.min() < BESIDE)


def _columns(line: _Line, width: int) -> np.ndarray:
    return np.arange(line.left, min(line.right + 1, width))


def _ink_along(mask: np.ndarray, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the share of ink along a line, or several, by the row in which each column is met."""
    nearest = np.clip(np.rint(rows).astype(int), 0, len(mask) - 1)
    return mask[nearest, columns].mean(axis=-1)
