"""Figures of whole networks: a digit on its way through one, a network as blocks, its budget.

    >>> from cnncourse import architectures, figures
    >>> figures.budget(architectures.trace("lenet5"))
    Svg('The cost of every layer', 760×346)

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncourse.architectures.table import Row, Table, show_bytes
from cnncourse.figures import svg
from cnncourse.figures.words import by, percent
from cnncourse.pipeline import Stage

_COLUMN = 73.0  # from one stage of the pipeline to the next
_TOP = 44.0  # below the two lines of words
_TALL = 300.0  # of the tallest stack of maps

# The layers that change the shape, by PyTorch's names.
_CHANGES = ("Conv2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "Linear", "Flatten")


def pipeline(stages: Sequence[Stage]) -> svg.Svg:
    """The arrays between a digit and the scores of its classes, side by side.

    Parameters
    ----------
    stages : sequence of pipeline.Stage
        Volumes (C, H, W), then vectors. Volumes with negative numbers are shown in purple
        (negative) to orange (positive), others from black (0) to white (the largest).
    """
    d = svg.Drawing()
    for place, stage in enumerate(stages):
        column = _maps(stage.array) if stage.array.ndim == 3 else _numbers(stage.array)
        heading = svg.text(28, 8, stage.name, size=12.5, anchor="middle", bold=True)
        heading += svg.text(28, 25, by(stage.array.shape), size=12, anchor="middle", fill=svg.MUTED)
        d.add(svg.group(heading + svg.group(column, 0, _TOP), place * _COLUMN))
        if place:
            x, middle = place * _COLUMN, _TOP + _TALL / 2
            d.arrow(x - 14, middle, x - 3, middle, colour=svg.MUTED)
    shapes = " → ".join(f"{stage.name} {by(stage.array.shape)}" for stage in stages)
    last = stages[-1].array
    sentence = (
        f"{shapes}. The largest share, {svg.show_number(float(last.max()))}, goes to class "
        f"{int(last.argmax())}."
    )
    width = (len(stages) - 1) * _COLUMN + 66
    return svg.framed(
        d.svg(width, _TOP + _TALL, "A digit goes through a network", sentence), margin=8
    )


def _maps(volume: np.ndarray) -> str:
    """The channels of a volume under each other; fewer pixels make a smaller map."""
    count, size = volume.shape[0], volume.shape[1]
    room = min(_TALL / count - 6, 56)
    side = room * (0.45 + 0.55 * size / 28)
    start = (_TALL - count * (room + 6)) / 2
    low, high = float(volume.min()), max(float(volume.max()), 1e-9)
    if low < 0:
        channels = svg.signed_pixels(volume, max(high, -low))
    else:
        channels = np.round(255 * volume / high).astype(np.uint8)
    d = svg.Drawing()
    for channel, pixels in enumerate(channels):
        x, y = (56 - side) / 2, start + channel * (room + 6) + (room - side) / 2
        d.add(svg.group(svg.image(pixels, 0, 0, side, side), x, y))
        d.rect(x, y, side, side, line=svg.FAINT)
    return d.markup


def _numbers(vector: np.ndarray) -> str:
    """A vector: ten numbers as bars with their class, more as a strip of thin lines."""
    if len(vector) > 20:
        return _strip(vector)
    share = vector.min() >= 0
    step = _TALL / len(vector)
    zero = 14.0 if share else 33.0
    most = 1.0 if share else float(np.abs(vector).max())
    role = svg.OUTPUT if share else svg.KERNEL
    d = svg.Drawing()
    for number, value in enumerate(vector):
        y, long = number * step, (40 if share else 22) * float(value) / most
        d.rect(zero + min(long, 0), y + 6, abs(long), step - 18, fill=role.line)
        d.line(zero, y + 3, zero, y + step - 15, colour=svg.MUTED)
        d.text(0, y + step / 2 - 6, str(number), size=12, bold=value == vector.max())
        words = svg.show_number(float(value))
        d.text(56, y + step - 6, words, size=12, anchor="end", fill=svg.MUTED)
    return d.markup


def _strip(vector: np.ndarray) -> str:
    """Numbers as one column of lines, the larger the darker."""
    top = max(float(np.abs(vector).max()), 1e-9)
    levels = np.round(15 * np.abs(vector) / top).astype(int)
    step = _TALL / len(vector)
    paths = []
    for level in np.unique(levels[levels > 0]):
        d = "".join(
            f"M20 {i * step:.1f}h16v{step:.1f}h-16z" for i in np.flatnonzero(levels == level)
        )
        paths.append(f'<path d="{d}" fill="{svg.OUTPUT.line}" opacity="{svg.num(level / 15)}"/>')
    return "".join(paths) + svg.rect(20, 0, 16, _TALL, line=svg.OUTPUT.line)


# Blocks -------------------------------------------------------------------------------------------


def network_overview(table: Table) -> svg.Svg:
    """A network as a row of blocks: as high as its maps, as thick as it has channels.

    Layers that keep the shape (ReLU, dropout, normalisation) are named, not drawn.

    Parameters
    ----------
    table : architectures.Table
    """
    blocks = [("input", table.input_shape), *_shape_changes(table)]
    d, x, floor = svg.Drawing(), 8.0, 160.0
    heads = [_block_size(shape, table.input_shape[-1]) for _, shape in blocks]
    for (name, shape), (height, depth) in zip(blocks, heads, strict=True):
        wide = max(depth + 0.42 * height, 74, svg.text_width(name, 12))
        left, top = x + (wide - depth - 0.42 * height) / 2, (floor + 30 - height) / 2 + 10
        d.add(_slab(left, top, height, depth, flat=len(shape) == 1))
        d.text(x + wide / 2, floor + 32, name, size=12.5, anchor="middle", bold=True)
        d.text(x + wide / 2, floor + 50, by(shape), size=12, anchor="middle", fill=svg.MUTED)
        x += wide + 10
    first_flat = next((i for i, (_, shape) in enumerate(blocks) if len(shape) == 1), len(blocks))
    shapes = ", ".join(f"{name} {by(shape)}" for name, shape in blocks)
    sentence = (
        f"{table.name}: {shapes}. The first {first_flat - 1} steps keep rows and columns and "
        "extract features; the rest are dense layers that classify."
    )
    return svg.framed(d.svg(x - 10, floor + 60, f"{table.name} as blocks", sentence))


def _shape_changes(table: Table) -> list[tuple[str, tuple[int, ...]]]:
    """The layers that change the shape: what they are called, and what comes out."""
    return [(row.layer.noun, row.shape) for row in table if row.kind in _CHANGES]


def _block_size(shape: Sequence[int], largest: int) -> tuple[float, float]:
    """Height and thickness in pixels: powers below 1, so that small ones can still be seen."""
    if len(shape) == 1:
        return min(160.0, 12 + 6 * shape[0] ** 0.5), 10.0
    return 12 + 100 * (shape[1] / largest) ** 0.5, 4 + 1.6 * shape[0] ** 0.5


def _slab(x: float, y: float, height: float, depth: float, *, flat: bool) -> str:
    """A block in slanted view; a vector is a plain bar."""
    if flat:
        return svg.rect(
            x + 0.21 * height, y, depth, height, fill=svg.OUTPUT.tint, line=svg.OUTPUT.line
        )
    slant, up = 0.42 * height, 0.3 * height
    front = [(x, y), (x + depth, y), (x + depth, y + height), (x, y + height), (x, y)]
    top = [(x, y), (x + slant, y - up), (x + slant + depth, y - up), (x + depth, y), (x, y)]
    right = [
        (x + depth, y),
        (x + depth + slant, y - up),
        (x + depth + slant, y + height - up),
        (x + depth, y + height),
        (x + depth, y),
    ]
    faces = ((front, svg.INPUT.tint), (top, svg.PAPER), (right, svg.INPUT.tint))
    return "".join(
        svg.polyline(face, colour=svg.INPUT.line, thick=1.2, fill=fill) for face, fill in faces
    )


# Budget -------------------------------------------------------------------------------------------


def budget(table: Table) -> svg.Svg:
    """What every layer of a network costs, with bars for parameters, products and memory.

    Parameters
    ----------
    table : architectures.Table
    """
    d = svg.Drawing()
    _cells(d, 10, ("layer", "output", "parameters", "MACs", "memory", "sees"), bold=True)
    most = [max(1, *(costs[i] for costs in map(_costs, table))) for i in range(3)]
    for place, row in enumerate(table):
        d.add(svg.group(_budget_row(row, most), 0, 24 + 22 * place))
    total, y = table.totals, 32 + 22 * len(table)
    d.line(0, y, 736, y, colour=svg.MUTED)
    sums = f"{total.params:,}", f"{total.macs:,}", show_bytes(total.memory)
    _cells(d, y + 14, ("total", "", *sums, ""), bold=True)
    return svg.framed(d.svg(736, y + 26, "The cost of every layer", _budget_words(table)))


_COLUMNS = (30, 206, 308, 430, 575, 690)


def _cells(d: svg.Drawing, y: float, cells: Sequence[str], *, bold: bool = False) -> None:
    """One line of the budget in words."""
    for x, words in zip(_COLUMNS, cells, strict=True):
        d.text(x, y, words, size=12.5, bold=bold)


def _costs(row: Row) -> tuple[int, int, int]:
    return row.params, row.macs, row.memory


def _budget_row(row: Row, most: Sequence[int]) -> str:
    """One line of the budget: its numbers above bars as long as the layer's share."""
    d = svg.Drawing()
    d.text(0, 8, str(row.number), size=12, fill=svg.MUTED)
    roles = (svg.KERNEL, svg.WINDOW, svg.OUTPUT)
    for cost, largest, x, role in zip(_costs(row), most, _COLUMNS[2:5], roles, strict=True):
        d.rect(x, 16, 100 * cost / largest, 3, fill=role.line)
    costs = f"{row.params:,}", f"{row.macs:,}", show_bytes(row.memory)
    sees = "all" if row.field is None else by((row.field.size, row.field.size))
    _cells(d, 8, (str(row.layer), by(row.shape), *costs, sees))
    return d.markup


def _budget_words(table: Table) -> str:
    total = table.totals
    words = (
        f"{table.name}: {len(table)} layers, {by(table.input_shape)} → "
        f"{by(table[-1].shape)}, {total.params:,} parameters, {total.macs:,} "
        f"multiply-accumulates, {show_bytes(total.memory)} of outputs."
    )
    if total.params:
        largest = max(table, key=lambda row: row.params)
        words += (
            f" Layer {largest.number} ({largest.layer}) holds "
            f"{percent(largest.params / total.params)} of the parameters."
        )
    if total.macs:
        busiest = max(table, key=lambda row: row.macs)
        words += (
            f" Layer {busiest.number} ({busiest.layer}) does "
            f"{percent(busiest.macs / total.macs)} of the products."
        )
    return words
