"""Figures of whole networks: a digit on its way through one, a network as blocks, its budget.

    >>> from cnncourse import architectures, figures
    >>> figures.budget(architectures.trace("lenet5"))
    Svg('The cost of every layer', 960×520)

Every figure is a pure function: numbers in, `Svg` out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncourse.architectures.table import Row, Table, cost_words, show_bytes
from cnncourse.figures import charts, marks, svg
from cnncourse.figures.grids import UNSEEN, matrix
from cnncourse.figures.words import by, percent
from cnncourse.pipeline import Origin, Stage, Weights, origin

_TOP = 44.0  # below the two lines of words
_TALL = 264.0  # of the tallest stack of maps
_PARTS = (4, 8, 10)  # stages up to which each part of the network reaches: three panels
_STAGES = (0, 80, 160, 240, 0, 74, 148, 220, 0, 114)  # where each begins in its part
_WIDTHS = (306, 268, 218)  # of the parts
_CELL = 44  # side of a number's cell below
_MAP = 200  # side of the map looked at
_SIDE = 132  # of what it comes from

# The layers that change the shape, by PyTorch's names.
_CHANGES = ("Conv2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "Linear", "Flatten")


def pipeline(
    stages: Sequence[Stage],
    weights: Weights,
    *,
    layer: str = "conv 1",
    channel: int = 2,
    source: int = 0,
    row: int = 8,
    column: int = 14,
) -> svg.Svg:
    """The arrays between a digit and its ten classes, and below, where one number comes from.

    It is marked for the controls of these names: a map is clicked, its pixel is chosen below with
    the mouse; a class is clicked. What a map was computed from lights under the mouse.

    Parameters
    ----------
    stages : sequence of pipeline.Stage
        Volumes (C, H, W), then vectors. Volumes with negative numbers are shown in purple
        (negative) to orange (positive), others from black (0) to white (the largest).
    weights : pipeline.Weights
        With which they were computed.
    layer : str
        The name of a stage, and the number of it to explain:
    channel, row, column : int
        Of a vector the channel alone says which.
    source : int
        Of a convolution, the map of the stage before whose products are shown.
    """
    found = origin(stages, weights, layer, channel, row, column)
    d, start, left = svg.Drawing(), 0, 0.0
    for number, (end, width) in enumerate(zip(_PARTS, _WIDTHS, strict=True)):
        part = "".join(
            svg.group(_stage(stages, place, (layer, channel)), _STAGES[place])
            for place in range(start, end)
        )
        frame = svg.rect(0, 0, 9, 9, line=svg.WINDOW.line, thick=3)
        part += marks.lit(frame, _lights(start), hidden=True)
        d.add(marks.panel(part, f"part {number}", left, 0, width, _TOP + _TALL))
        start, left = end, left + width + 4
    value = _value(stages, layer, channel, row, column)
    here, read, how, words = _explained(stages, found, layer, channel, source, row, column)
    for name, markup, x, width in (
        ("number", here, 0, 232),
        ("read", read, 244, 288),
        ("computed", how, 544, 256),
    ):
        d.add(marks.panel(markup, name, x, _TOP + _TALL + 24, width, _MAP + 28))
    last = stages[-1].array
    sentence = (
        f"{words} {svg.show_number(value)}. The largest share, "
        f"{svg.show_number(float(last.max()))}, goes to class {int(last.argmax())}."
    )
    return svg.framed(
        d.svg(800, _TOP + _TALL + _MAP + 52, "A digit goes through a network", sentence), margin=8
    )


def _place(stages: Sequence[Stage], name: str) -> int:
    return [stage.name for stage in stages].index(name)


def _value(stages: Sequence[Stage], name: str, channel: int, row: int, column: int) -> float:
    """A number of a stage; of a vector the channel alone says which."""
    array = stages[_place(stages, name)].array
    return float(array[(channel, row, column)[: array.ndim]])


def _lights(place: int) -> str:
    """The name of the frame that marks what a map was computed from, in the part of that stage."""
    return f"sources-{sum(place >= end for end in _PARTS)}"


# The row of stages


def _stage(stages: Sequence[Stage], place: int, chosen: tuple[str, int]) -> str:
    """A stage under its name and its shape."""
    stage = stages[place]
    vector = stage.array.ndim == 1
    middle = {"flatten": 24, "dense": 52, "softmax": 52}.get(stage.name, 30)
    heading = svg.text(middle, 8, stage.name, size=14, anchor="middle", bold=True)
    heading += svg.text(middle, 26, by(stage.array.shape), size=13, anchor="middle", fill=svg.MUTED)
    drawn = _vector(stages, place, chosen) if vector else _maps(stages, place, chosen)
    return heading + svg.group(drawn, 0, _TOP)


def _boxes(stage: Stage) -> list[tuple[float, float, float]]:
    """Left, top and side of each map of a stage: fewer pixels make a smaller map."""
    count, size = stage.array.shape[:2]
    room = min(_TALL / count - 6, 60)
    side = room * (0.45 + 0.55 * size / 28)
    start = (_TALL - count * (room + 6)) / 2 + (room - side) / 2
    return [((60 - side) / 2, start + channel * (room + 6), side) for channel in range(count)]


def _maps(stages: Sequence[Stage], place: int, chosen: tuple[str, int]) -> str:
    """The channels of a volume under each other, to be clicked."""
    stage, d = stages[place], svg.Drawing()
    for channel, (pixels, (x, y, side)) in enumerate(
        zip(svg.on_one_scale(stage.array), _boxes(stage), strict=True)
    ):
        here = (stage.name, channel) == chosen
        shown = f"<g>{svg.tile(pixels, x, y, side, chosen=here)}</g>"
        if place:
            values = {"layer": stage.name, "channel": channel}
            shown = marks.set(shown, f"{stage.name}, map {channel}", values, group="maps")
            shown = _lighting(shown, stages, place, channel)
        d.add(shown)
    return d.markup


def _lighting(markup: str, stages: Sequence[Stage], place: int, channel: int) -> str:
    """A part that frames what it was computed from while the mouse is on it."""
    name, before = stages[place].name, place - 1
    if name == "softmax":
        x, y, wide, high = 0.0, 0.0, 104.0, _TALL
    else:
        before -= name == "dense"  # the maps of pool 2, not the row of their numbers
        boxes = _boxes(stages[before])
        one = name.startswith(("ReLU", "pool"))
        first, last = (channel, channel) if one else (0, len(boxes) - 1)
        x, y, wide = boxes[first]
        high = boxes[last][1] + wide - y
    at = (x + _STAGES[before] - 4, y + _TOP - 4, wide + 8, high + 8)
    return marks.link(markup, _lights(before), at=at)


def _vector(stages: Sequence[Stage], place: int, chosen: tuple[str, int]) -> str:
    """A vector: ten numbers as bars with their class, more as a strip of thin lines."""
    vector, name = stages[place].array, stages[place].name
    step = _TALL / len(vector)
    if len(vector) > 20:
        return _strip(vector, name, chosen)
    share = vector.min() >= 0
    zero, long = (20.0, 32.0) if share else (38.0, 20.0)
    most = 1.0 if share else float(np.abs(vector).max()) or 1.0
    d = svg.Drawing()
    for number, value in enumerate(vector):
        y, length = number * step, long * float(value) / most
        here, best = (name, number) == chosen, value == vector.max()
        line, thick = (svg.WINDOW.line, 3) if here else ("none", 1)
        row = svg.rect(0, y + 1, 104, step - 2, fill=UNSEEN, line=line, thick=thick)
        row += svg.rect(zero + min(length, 0), y + 6, abs(length), step - 12, fill=charts.DATA[0])
        row += svg.line(zero, y + 4, zero, y + step - 4, colour=svg.MUTED)
        middle = y + step / 2
        row += svg.text(4, middle, str(number), size=14, bold=best)
        words = svg.show_number(float(value))
        row += svg.text(100, middle, words, size=14, anchor="end", bold=best)
        values = {"layer": name, "channel": number}
        row = marks.set(f"<g>{row}</g>", f"{name}, class {number}", values, group=f"classes {name}")
        d.add(_lighting(row, stages, place, number))
    return d.markup


def _strip(vector: np.ndarray, name: str, chosen: tuple[str, int]) -> str:
    """Numbers as one column of lines, the larger the darker; pressed, one of them is chosen."""
    top = max(float(np.abs(vector).max()), 1e-9)
    levels = np.round(15 * np.abs(vector) / top).astype(int)
    step = _TALL / len(vector)
    paths = [svg.rect(8, 0, 32, _TALL, fill=UNSEEN)]
    for level in np.unique(levels[levels > 0]):
        d = "".join(
            f"M16 {i * step:.1f}h16v{step:.1f}h-16z" for i in np.flatnonzero(levels == level)
        )
        paths.append(f'<path d="{d}" fill="{svg.OUTPUT.line}" opacity="{svg.num(level / 15)}"/>')
    paths.append(svg.rect(16, 0, 16, _TALL, line=svg.OUTPUT.line))
    number = chosen[1] if chosen[0] == name else 0
    at = (24, (number + 0.5) * step)
    if chosen[0] == name:
        paths.append(svg.rect(10, at[1] - 2, 28, 4, fill=svg.WINDOW.line))
    moves = [marks.Move("channel", number, (0, step), 0, len(vector) - 1)]
    strip = f"<g>{''.join(paths)}</g>"
    return marks.drag(strip, f"numbers of {name}", moves, at=at, also={"layer": name})


# Below: where one number comes from


def _explained(
    stages: Sequence[Stage],
    found: Origin,
    layer: str,
    channel: int,
    source: int,
    row: int,
    column: int,
) -> tuple[str, str, str, str]:
    """Three panels and a sentence: the number, what it was read from, how it was computed."""
    value = _value(stages, layer, channel, row, column)
    if layer in ("dense", "softmax"):
        explain = _score if layer == "dense" else _share
        return explain(found, channel, value)
    if layer == "flatten":
        spot = (found.row, found.column)
        here = _looked_at(found.source, found.channels[0], spot, moves=False)
        spoken = f"map {found.channels[0]}, row {spot[0]}, column {spot[1]}"
        read = _lines("in reading order", [spoken, f"is number {channel} of 294"])
        words = f"{layer}, number {channel}: {spoken} of {found.source.name},"
        return here, read, _result(value), words
    here = _looked_at(stages[_place(stages, layer)], channel, (row, column), moves=True)
    said = f"{layer}, map {channel}, row {row}, column {column}:"
    if found.weights is None:
        read = _sources(found, 0) + _numbers(found.patches[0], f"{found.source.name}", 0)
        pool = layer.startswith("pool")
        how = "the largest of the four" if pool else "max(0, number): no negatives"
        return here, read, _result(value, how), f"{said} {how},"
    source = min(source, len(found.channels) - 1)
    read = _sources(found, source) + _numbers(found.patches[source], f"map {source}", 1)
    kernel = _numbers(found.weights[source], "× kernel", 2)
    sums = (found.patches * found.weights).sum(axis=(1, 2))
    count = found.weights.size
    return here, read, kernel + _sums(sums, source, value), f"{said} {count} products, their sum is"


def _looked_at(stage: Stage, channel: int, spot: tuple[int, int], *, moves: bool) -> str:
    """A map, large, with a frame around one pixel that the mouse moves."""
    size = stage.array.shape[1]
    pixel = _MAP / size
    x, y = spot[1] * pixel, spot[0] * pixel
    area = svg.tile(svg.on_one_scale(stage.array)[channel], 0, 0, _MAP)
    frame = svg.rect(-1.5, -1.5, pixel + 3, pixel + 3, line=svg.WINDOW.line, thick=3)
    area = svg.group(area + marks.glide(frame, "pixel", x, y))
    if moves:
        steps = [
            marks.Move("row", spot[0], (0, pixel), 0, size - 1),
            marks.Move("column", spot[1], (pixel, 0), 0, size - 1),
        ]
        spoken = f"row {spot[0]}, column {spot[1]}"
        middle = (x + pixel / 2, y + pixel / 2)
        area = marks.drag(area, "pixel of the map", steps, at=middle, hover=True, spoken=spoken)
    head = svg.heading(f"{stage.name}, map {channel}")
    return head + svg.group(area, 0, 28)


def _sources(found: Origin, chosen: int) -> str:
    """The maps that were read, with a frame around the part; one of several can be clicked."""
    count, size = len(found.channels), found.source.array.shape[1]
    side = _SIDE if count == 1 else _SIDE / 2 - 4
    pixel, (_, tall, wide) = side / size, found.patches.shape
    d = svg.Drawing()
    d.heading(found.source.name)
    pictures = svg.on_one_scale(found.source.array)
    for place, channel in enumerate(found.channels):
        x, y = (place % 2) * (side + 8), 28 + (place // 2) * (side + 8)
        here = count > 1 and place == chosen
        shown = f"<g>{svg.tile(pictures[channel], x, y, side, chosen=here)}</g>"
        left, top = x + found.column * pixel, y + found.row * pixel
        window = svg.rect(left, top, wide * pixel, tall * pixel, line=svg.WINDOW.line, thick=2)
        if count > 1:
            shown = marks.set(shown, f"source: map {channel}", {"source": place}, group="sources")
        d.add(shown, window)
    return d.markup


def _numbers(values: np.ndarray, head: str, place: int) -> str:
    """A few numbers in cells, at the place that they have in their panel."""
    shade = matrix(
        values,
        title="",
        shade="signed",
        role=svg.KERNEL if place == 2 else svg.INPUT,
        limits=(-1, 1) if place < 2 else None,
        cell=_CELL,
        font=16,
    )
    x = 0 if place == 2 else _SIDE + 24
    return svg.group(svg.heading(head) + svg.group(shade.markup, 0, 28), x)


def _sums(sums: np.ndarray, chosen: int, value: float) -> str:
    """The sum of each map's products, and all of them added up."""
    d, x = svg.Drawing(), _SIDE + 20
    d.text(x, 8, "=", size=14, bold=True)
    for place, one in enumerate(sums if len(sums) > 1 else []):
        y, bold = 36 + 22 * place, place == chosen
        d.text(x, y, f"map {place}", size=14, bold=bold)
        d.text(x + 104, y, svg.show_number(float(one)), size=14, anchor="end", bold=bold)
    d.line(x, 130, x + 104, 130, colour=svg.MUTED)
    d.text(x + 104, 148, svg.show_number(value), size=22, anchor="end", bold=True)
    return d.markup


def _result(value: float, how: str = "copied as it is") -> str:
    shown = svg.show_number(value)
    return svg.text(0, 44, how, size=14) + svg.text(0, 76, f"= {shown}", size=22, bold=True)


def _lines(head: str, lines: Sequence[str]) -> str:
    """A few lines of words under a heading."""
    return svg.heading(head) + svg.lines(0, 36, lines, 24, size=14)


def _score(found: Origin, channel: int, value: float) -> tuple[str, str, str, str]:
    """The sum of a class: the maps that it reads, its weights for them, and the products."""
    weights = found.patches if found.weights is None else found.weights
    products = found.patches * weights
    panels = [
        _six(found.patches, found.source.name),
        _six(weights, f"× weights of class {channel}"),
        _six(products, "= products, their sums", products.sum(axis=(1, 2))),
    ]
    panels[2] += svg.text(0, 218, f"all: {svg.show_number(value)}", size=22, bold=True)
    words = f"dense, class {channel}: {products.size} products, their sum is"
    return panels[0], panels[1], panels[2], words


def _six(maps: np.ndarray, head: str, sums: Sequence[float] | None = None) -> str:
    """Six maps in two rows, each with a number below it if there is one."""
    d, side = svg.Drawing(), 64
    d.heading(head)
    for place, pixels in enumerate(svg.on_one_scale(maps)):
        x, y = (place % 3) * (side + 8), 28 + (place // 3) * (side + 24)
        d.tile(pixels, x, y, side)
        if sums is not None:
            words = svg.show_number(float(sums[place]))
            d.text(x + side / 2, y + side + 11, words, size=14, anchor="middle")
    return d.markup


def _share(found: Origin, channel: int, value: float) -> tuple[str, str, str, str]:
    """The share of a class: its power of e among the powers of all."""
    scores = found.patches.ravel()
    powers = np.exp(scores - scores.max())  # of the largest score, so that none is too large
    shown = [svg.show_number(float(n), 3) for n in (scores[channel], scores.max(), powers[channel])]
    here = _lines(f"class {channel}", [f"score {shown[0]}", f"largest score {shown[1]}"])
    less = f"e^({shown[0]} − {svg.bracketed(float(scores.max()))})"
    read = _lines("power of e", [less, f"= {shown[2]}"])
    total = svg.show_number(float(powers.sum()), 3)
    how = svg.heading("share of all ten")
    how += _result(value, f"{shown[2]} of {total}")
    return here, read, how, f"softmax, class {channel}: its share of the powers of e is"


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
        return svg.rect(x + 0.21 * height, y, depth, height, role=svg.OUTPUT)
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


def budget(table: Table, layer: int = 1) -> svg.Svg:
    """A table of what every layer of a network costs, with bars for parameters, MACs and memory.

    It is marked for the control layer: a line, or a bar below the table, that is pressed is chosen;
    of a long network the lines around it are shown.

    Parameters
    ----------
    table : architectures.Table
    layer : int
        The number of the chosen one, counted from 1; the last one if there are fewer.
    """
    layer = min(layer, len(table))
    first = max(0, min(layer - 1 - _LINES // 2, len(table) - _LINES))
    shown = list(table)[first : first + _LINES]
    most = [max(1, *(costs[i] for costs in map(_costs, table))) for i in range(3)]
    total, last = table.totals, 36 + _LINE * _LINES
    shapes, costs = svg.Drawing(), svg.Drawing()
    for d, columns, heads in (
        (shapes, _SHAPES, ("", "layer", "output", "sees")),
        (costs, _COSTS, ("", "parameters", "MACs", "memory")),
    ):
        _cells(d, 14, columns, heads, bold=True)
        for place, row in enumerate(shown):
            d.add(svg.group(_budget_line(row, d is costs, most, layer), 0, 30 + _LINE * place))
        d.line(0, last, 456, last, colour=svg.MUTED)
    hidden = len(table) - len(shown)
    _cells(shapes, last + 18, _SHAPES, ("", f"total of {len(table)} layers", "", ""), bold=True)
    if hidden:
        shapes.text(456, last + 18, f"{hidden} not shown", anchor="end", fill=svg.MUTED)
    _cells(costs, last + 18, _COSTS, ("", *cost_words(total)), bold=True)
    high = last + 36.0
    markup = marks.panel(shapes.markup, "shapes", 0, 0, 456, high)
    markup += marks.panel(costs.markup, "costs", 480, 0, 456, high)
    for place, name in enumerate(("parameters", "MACs", "memory")):
        values = [_costs(row)[place] for row in table]
        words, role = f"{name} of all layers", svg.DATA[place]
        strip = charts.strip(words, values, role, "layer", layer, name=name, width=296, height=62)
        markup += marks.panel(strip, name, 320.0 * place, high + 16, 296, 96)
    sentence = _budget_words(table)
    return svg.framed(svg.Svg(markup, 936, high + 112, "The cost of every layer", sentence))


_LINES, _LINE = 12, 26  # how many lines the table has, and how high each of them is
_SHAPES = (0, 30, 218, 376)
_COSTS = (0, 32, 164, 336)


def _cells(
    d: svg.Drawing, y: float, columns: Sequence[float], cells: Sequence[str], *, bold: bool = False
) -> None:
    """One line of the budget in words."""
    for x, words in zip(columns, cells, strict=True):
        d.text(x, y, words, bold=bold)


def _costs(row: Row) -> tuple[int, int, int]:
    return row.params, row.macs, row.memory


def _budget_line(row: Row, costs: bool, most: Sequence[int], chosen: int) -> str:
    """One line of the budget: numbers on bars as long as the layer's share of the largest."""
    d = svg.Drawing()
    here = row.number == chosen
    line, thick = (svg.MUTED, 2) if here else ("none", 1)
    d.rect(-2, 1, 458, _LINE - 2, fill=UNSEEN, line=line, thick=thick, round=4)
    d.text(0, 13, str(row.number), size=12, fill=svg.MUTED)
    if costs:
        widths = (122, 162, 110)
        for cost, largest, x, wide, role in zip(
            _costs(row), most, _COSTS[1:], widths, svg.DATA, strict=False
        ):
            d.rect(x - 4, 3, wide * cost / largest, _LINE - 6, fill=role.tint)
        _cells(d, 13, _COSTS, ("", *cost_words(row)), bold=here)
        return d.markup
    sees = "all" if row.field is None else by((row.field.size, row.field.size))
    _cells(d, 13, _SHAPES, ("", str(row.layer), by(row.shape), sees), bold=here)
    return marks.set(f"<g>{d.markup}</g>", "layer", {"layer": row.number}, group="lines")


def _budget_words(table: Table) -> str:
    total = table.totals
    words = (
        f"{table.name}: {len(table)} layers, {by(table.input_shape)} → "
        f"{by(table[-1].shape)}, {total.params:,} parameters, {total.macs:,} "
        f"MACs, {show_bytes(total.memory)} of outputs."
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
            f"{percent(busiest.macs / total.macs)} of the MACs."
        )
    return words
