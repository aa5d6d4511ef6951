"""Figures of the networks that made history, drawn from the records that are counted from.

    >>> from cnncourse import architectures, figures
    >>> figures.network_stack(architectures.trace("vgg16")).title
    'VGG-16, layer by layer'

Every figure is a pure function: numbers in, `Svg` out. They are narrow and tall, so that a phone
shows them with readable words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

from cnncourse.architectures import trace
from cnncourse.architectures.imagenet import HUMAN, Entry
from cnncourse.architectures.layers import Block, Conv, Layer, Shape, chain_output
from cnncourse.architectures.table import Row, Table, folded
from cnncourse.figures import svg
from cnncourse.figures.words import by, wrapped

_WIDE = 480.0  # of a picture, without its margins
_BAR = 130.0  # of the widest bar in a stack
_STEP = 36.0  # from one row of a stack to the next
_MIDDLE, _SHAPE = 214.0, 298.0  # where a stack's bars have their middle, and its shapes begin

# The kinds that change the shape, or add: everything else is left out of the pictures.
_ROLES = {
    "Conv2d": svg.KERNEL,
    "PartialConv2d": svg.KERNEL,
    "BasicConv2d": svg.KERNEL,
    "ConvTranspose2d": svg.KERNEL,
    "MaxPool2d": svg.INPUT,
    "AvgPool2d": svg.INPUT,
    "AdaptiveAvgPool2d": svg.INPUT,
    "Subsampling": svg.INPUT,
    "Linear": svg.OUTPUT,
    "RadialBasis": svg.OUTPUT,
    "Inception": svg.WINDOW,
    "Heads": svg.OUTPUT,
    "BasicBlock": svg.WINDOW,
    "Bottleneck": svg.WINDOW,
}


# A network from top to bottom ---------------------------------------------------------------------


def network_stack(
    table: Table, *, title: str = "", repeat: bool = False, note: str = ""
) -> svg.Svg:
    """A network from its input down to its classes: a bar for each layer that changes something.

    A bar is as wide as its maps (square root) and as thick as it has channels (square root again);
    in two halves if its kernels read two groups of channels. Beside it stand the output's shape and
    the learned numbers, with a line as long as their share. ReLU, batch norm and dropout are left
    out; a block is one bar.

    Parameters
    ----------
    table : architectures.Table
    title : str
        What to call the network; its name if left out.
    repeat : bool
        Draw equal convolutions one by one, rather than once with their number.
    note : str
        A last line of words.
    """
    rows = _bars(table, repeat)
    largest, total = table.input_shape[-1], max(1, table.totals.params)
    heads = ((0, "layer", "start"), (_SHAPE, "output", "start"), (_WIDE, "learned", "end"))
    d = svg.Drawing()
    for x, head, anchor in heads:
        d.text(x, 8, head, size=13, anchor=anchor, bold=True)
    d.add(svg.group(_funnel([bar.shape for bar in rows], largest, _MIDDLE), 0, 24))
    for place, bar in enumerate(rows):
        d.add(svg.group(_bar_words(bar, total), 0, 24 + _STEP * place))
        d.add(_bar(bar, largest, _MIDDLE, 24 + _STEP * place + _STEP / 2))
    y = 34 + _STEP * len(rows)
    costs = f"{table.totals.params:,} learned numbers, {table.totals.macs:,} MACs"
    d.lines(0, y, filter(None, [costs, note]), 18, fill=svg.MUTED)
    height = y + 18 * (2 if note else 1) - 8
    listed = ", ".join(f"{bar.words} {by(bar.shape)}" for bar in rows)
    title = title or table.name
    sentence = f"{title} from top to bottom: {listed}. {costs}."
    return svg.framed(d.svg(_WIDE, height, f"{title}, layer by layer", sentence))


class _BarRow(NamedTuple):
    """One row of a stack: its words, the shape that comes out, its cost and how to draw it."""

    words: str
    shape: Shape
    params: int
    role: svg.Role
    halves: bool


def _bars(table: Table, repeat: bool) -> list[_BarRow]:
    """The input and the layers that a picture shows; equal convolutions joined unless `repeat`."""
    shown = [row for row in folded(table) if row.kind in _ROLES]
    bars = [_BarRow("input", table.input_shape, 0, svg.PADDING, halves=False)]
    for (words, shape), rows in groupby(shown, key=lambda r: (r.layer.label, r.shape)):
        members = list(rows)
        alone = repeat or members[0].kind != "Conv2d"
        for some in [[row] for row in members] if alone else [members]:
            times = f"{len(some)} × " if len(some) > 1 else ""
            params = sum(row.params for row in some)
            halves = getattr(some[0].layer, "groups", 1) == 2
            bars.append(_BarRow(times + words, shape, params, _ROLES[some[0].kind], halves))
    return bars


def _bar_words(bar: _BarRow, total: int) -> str:
    d = svg.Drawing()
    d.text(0, _STEP / 2, bar.words, size=13.5, bold=True)
    d.text(_SHAPE, _STEP / 2, by(bar.shape), size=13)
    if bar.params:
        long = 76 * bar.params / total
        d.text(_WIDE, _STEP / 2, f"{bar.params:,}", size=13, anchor="end")
        if long >= 1:
            d.rect(_WIDE - long, _STEP / 2 + 9, long, 4, fill=svg.KERNEL.line)
    return d.markup


def _bar_size(shape: Shape, largest: int) -> tuple[float, float]:
    """Width and thickness of a bar; a vector is a volume of 1×1 maps."""
    side = shape[1] if len(shape) == 3 else 1
    return 8 + (_BAR - 8) * (side / largest) ** 0.5, 5 + 19 * min(1, shape[0] / 4096) ** 0.5


def _bar(bar: _BarRow, largest: int, x: float, y: float) -> str:
    """A bar with its middle at (x, y)."""
    wide, thick = _bar_size(bar.shape, largest)
    lefts, long = ([x - wide / 2, x + 3], wide / 2 - 3) if bar.halves else ([x - wide / 2], wide)
    d = svg.Drawing()
    for left in lefts:
        d.rect(left, y - thick / 2, long, thick, role=bar.role, thick=1.5)
    return d.markup


def _funnel(shapes: Sequence[Shape], largest: int, x: float) -> str:
    """The outline of a stack, behind its bars."""
    sizes = [_bar_size(shape, largest) for shape in shapes]
    right = []
    for place, (wide, thick) in enumerate(sizes):
        middle = _STEP * place + _STEP / 2
        right += [(x + wide / 2, middle - thick / 2), (x + wide / 2, middle + thick / 2)]
    left = [(2 * x - a, b) for a, b in reversed(right)]
    outline = svg.polyline([*right, *left], colour=svg.FAINT, thick=0, fill=svg.FAINT)
    return f'<g opacity="0.35">{outline}</g>'


def two_stacks(
    left: Table,
    right: Table,
    pairs: Sequence[tuple[int | None, int | None]],
    *,
    titles: tuple[str, str],
) -> svg.Svg:
    """A picture of two networks side by side, with the layers that play the same part in a row.

    Parameters
    ----------
    left, right : architectures.Table
    pairs : sequence of pairs of int or None
        Which row of either picture stands in each line, counted from 0, the input; None: none.
    titles : two str
        What to call the networks.
    """
    sides = [_bars(table, repeat=True) for table in (left, right)]
    largest = max(left.input_shape[-1], right.input_shape[-1])
    d = svg.Drawing()
    for side, (table, bars) in enumerate(zip((left, right), sides, strict=True)):
        x = side * 250.0
        d.text(x, 8, titles[side], size=15, bold=True)
        for place, pair in enumerate(pairs):
            row = pair[side]
            if row is not None:
                d.add(svg.group(_paired(bars[row], largest), x, 22 + 44 * place))
        words = (f"{table.totals.params:,} learned", f"{table.totals.macs:,} MACs")
        y = 40 + 44 * len(pairs)
        for i, word in enumerate(words):
            d.text(x, y + 18 * i, word, bold=i == 0)
    d.line(238, 0, 238, 44 * len(pairs) + 66, colour=svg.FAINT)
    times = right.totals.params / left.totals.params
    lists = [", ".join(f"{bar.words} {by(bar.shape)}" for bar in bars) for bars in sides]
    sentence = (
        f"{titles[0]}: {lists[0]}. {titles[1]}: {lists[1]}. {titles[1]} learns {times:,.0f} times "
        "as many numbers."
    )
    title = f"{titles[0]} beside {titles[1]}"
    return svg.framed(d.svg(_WIDE, 44 * len(pairs) + 66, title, sentence))


def _paired(bar: _BarRow, largest: int) -> str:
    """A row of one of two stacks: words on the left, the bar on the right."""
    words = svg.text(0, 12, bar.words, size=12.5, bold=True)
    return words + svg.text(0, 29, by(bar.shape), size=13) + _bar(bar, largest, 167, 21)


# Blocks with paths --------------------------------------------------------------------------------


_DOWN, _GAP = 84.0, 16.0  # from one layer of a path to the next, and between their boxes


def inception_module(module: Block, before: Shape) -> svg.Svg:
    """The inside of an inception module: four paths, what each layer learns, the stacked channels.

    Parameters
    ----------
    module : layers.Block
        As `networks.inception` makes it.
    before : (channels, height, width)
    """
    hidden = ("ReLU", "BatchNorm2d")
    traces = [[r for r in trace(path, before) if r.kind not in hidden] for path in module.paths]
    bottom = _DOWN * max(2, *map(len, traces)) - _GAP  # where the last boxes end, below their top
    widths = [rows[-1].shape[0] for rows in traces]
    after = module.output(before)
    d = svg.Drawing()
    d.add(_plate(100, 0, 280, 28, f"input {by(before)}", svg.PADDING))
    for place, rows in enumerate(traces):
        x = 122.0 * place
        # A path's only layer stands in the second row, and the arrow's head is drawn there.
        draw = d.line if len(rows) == 1 else d.arrow
        draw(160 + 53 * place, 28, x + 57, 58, colour=svg.MUTED, thick=1.5)
        d.add(svg.group(_path_boxes(rows, bottom), x, 60))
        target = (sum(widths[:place]) + widths[place] / 2) * _WIDE / after[0]
        d.arrow(x + 57, bottom + 62, target, bottom + 90, colour=svg.MUTED)
    d.add(svg.group(_stacked(widths, _WIDE), 0, bottom + 92))
    totals = trace([module], before).totals
    sums = " + ".join(str(width) for width in widths)
    words = f"{sums} = {after[0]} channels of {after[1]}×{after[2]}"
    d.text(_WIDE / 2, bottom + 138, words, size=14, anchor="middle", bold=True)
    costs = f"{totals.params:,} learned numbers, {totals.macs:,} MACs"
    d.text(_WIDE / 2, bottom + 160, costs, anchor="middle", fill=svg.MUTED)
    paths = "; ".join(", then ".join(row.layer.label for row in rows) for rows in traces)
    title = f"Inception module {module.place}".strip()
    sentence = (
        f"Input {by(before)}. Four paths: {paths}. Their outputs are stacked: {words}. {costs}."
    )
    return svg.framed(d.svg(_WIDE, bottom + 170, title, sentence))


def _path_boxes(rows: Sequence[Row], bottom: float) -> str:
    """The layers of one path; the last one ends at the bottom."""
    d = svg.Drawing()
    high = _DOWN - _GAP
    last = bottom - high
    for place, row in enumerate(rows):
        y = last if place == len(rows) - 1 else _DOWN * place
        head, *size = wrapped(row.layer.label, 13)
        lines = (*size, f"→ {row.shape[0]} channels", f"{row.params:,} learned" * (row.params > 0))
        d.add(_box(0, y, 114, high, head, lines, _ROLES[row.kind]))
        before = _DOWN * place - _GAP if place else -2  # where the box above it ends
        if place or y:
            d.arrow(57, before, 57, y - 1, colour=svg.MUTED)
    return d.markup


def _box(
    x: float, y: float, wide: float, high: float, head: str, lines: Sequence[str], role: svg.Role
) -> str:
    """A box with a bold first line."""
    lines = [words for words in lines if words]
    middle, first = x + wide / 2, y + high / 2 - 9 * len(lines)
    d = svg.Drawing()
    d.rect(x, y, wide, high, role=role, thick=1.5, round=5)
    d.text(middle, first, head, size=13.5, anchor="middle", bold=True)
    d.lines(middle, first + 18, lines, 18, size=13, anchor="middle")
    return d.markup


def _plate(x: float, y: float, wide: float, high: float, words: str, role: svg.Role) -> str:
    return _box(x, y, wide, high, words, (), role)


def _stacked(widths: Sequence[int], wide: float, high: float = 30) -> str:
    """A bar cut into parts as long as the numbers of channels."""
    d, x = svg.Drawing(), 0.0
    write = partial(d.text, size=13.5, anchor="middle", bold=True)
    for channels in widths:
        long = wide * channels / sum(widths)
        d.rect(x, 0, long, high, role=svg.OUTPUT, thick=1.5)
        if high > 20:
            write(x + long / 2, high / 2, str(channels))
        x += long
    return d.markup


def residual_block(block: Block, before: Shape) -> svg.Svg:
    """A residual block: its layers on the left, the shortcut around them on the right.

    Parameters
    ----------
    block : layers.Block
        As `networks.basic_block` or `networks.bottleneck` makes it.
    before : (channels, height, width)
    """
    main, shortcut = ([row for row in trace(path, before)] if path else [] for path in block.paths)
    d = svg.Drawing()
    branch, y = _branch(main)
    d.add(branch)
    plus = y + 16
    d.arrow(72, y - 14, 72, plus - 13)
    d.add(_shortcut(shortcut, plus))
    d.circle(72, plus, 12, fill=svg.OUTPUT.tint, line=svg.OUTPUT.line)
    d.text(72, plus, "+", size=18, anchor="middle", bold=True)
    if block.after:
        d.arrow(72, plus + 12, 72, plus + 29)
        d.add(_plate(14, plus + 30, 116, 24, "ReLU", svg.PADDING))
    d.arrow(72, plus + (54 if block.after else 12), 72, plus + 71)
    d.add(_plate(0, plus + 72, 144, 28, by(block.output(before)), svg.OUTPUT))
    d.add(_plate(0, 0, 144, 28, by(before), svg.INPUT))
    d.line(72, 28, 72, 46)
    result = "F(x) + Wx" if shortcut else "F(x) + x"
    d.text(150, 14, "x", size=16, bold=True)
    d.text(90, plus + 20, result, size=15, bold=True)
    totals = trace([block], before).totals
    words = f"{totals.params:,} learned numbers"
    d.text(0, plus + 118, words, fill=svg.MUTED)
    sentence = _residual_words(block, before, main, shortcut, words)
    return svg.framed(d.svg(240, plus + 126, _residual_title(block), sentence))


def _branch(rows: Sequence[Row]) -> tuple[str, float]:
    """The layers that F(x) is made of, from top to bottom, and where the next one would stand.

    A batch norm behind its convolution is told in the same box.
    """
    d, y = svg.Drawing(), 60.0
    norm_first = rows[0].kind == "BatchNorm2d"
    for row in (row for row in rows if norm_first or row.kind != "BatchNorm2d"):
        d.arrow(72, y - 14, 72, y - 1)
        if row.kind in ("ReLU", "BatchNorm2d"):
            words = "ReLU" if row.kind == "ReLU" else f"BN {row.params:,}"
            d.add(_plate(14, y, 116, 24, words, svg.PADDING))
            y += 38
        else:
            groups, head = getattr(row.layer, "groups", 1), row.layer.label
            head = f"{head.removeprefix('conv ')} in {groups} groups" if groups > 1 else head
            norm = "" if norm_first else f" + BN {2 * row.shape[0]:,}"
            lines = (f"{row.before[0]} → {row.shape[0]}", f"{row.params:,}{norm}")
            d.add(_box(0, y, 144, 64, head, lines, svg.KERNEL))
            y += 78
    return d.markup, y


def _shortcut(rows: Sequence[Row], plus: float) -> str:
    """The way around: a line, or a 1×1 convolution on it."""
    path = [(72, 40), (195, 40), (195, plus), (100, plus)]
    d = svg.Drawing()
    d.polyline(path, colour=svg.WINDOW.line, thick=2.5)
    d.polyline([(94, plus - 6), (85, plus), (94, plus + 6)], colour=svg.WINDOW.line, thick=2.5)
    d.line(85, plus, 101, plus, colour=svg.WINDOW.line, thick=2.5)
    middle = (40 + plus) / 2
    if rows:
        row = rows[0]
        change, norm = f"{row.before[0]} → {row.shape[0]}", f"+ BN {2 * row.shape[0]:,}"
        head = row.layer.label.removeprefix("conv ")
        d.rect(150, middle - 42, 90, 84, fill=svg.PAPER)  # no line behind the words
        d.add(_box(150, middle - 42, 90, 84, head, (change, f"{row.params:,}", norm), svg.KERNEL))
    else:
        d.rect(163, middle - 22, 64, 44, fill=svg.PAPER)
        d.text(195, middle - 9, "shortcut", anchor="middle", bold=True)
        d.text(195, middle + 9, "x itself", anchor="middle")
    return d.markup


def _residual_title(block: Block) -> str:
    names = {"BasicBlock": "A residual block", "Bottleneck": "A bottleneck block"}
    names["PreActivation"] = "A block with norm and ReLU before its convolutions"
    return names.get(block.name, block.name) + (f" ({block.place})" if block.place else "")


def _residual_words(
    block: Block, before: Shape, main: Sequence[Row], shortcut: Sequence[Row], words: str
) -> str:
    layers = ", ".join(
        f"{row.layer.label} to {by(row.shape)}" for row in main if row.kind == "Conv2d"
    )
    way = "unchanged"
    if shortcut:
        way = f"through a {shortcut[0].layer.label} to {by(shortcut[0].shape)}"
    norm = "each after batch norm and ReLU"
    if block.after:
        norm = "each with batch norm, ReLU between them"
    end = ", then ReLU" if block.after else ""
    return (
        f"Input {by(before)}. Main path: {layers}, {norm}. Shortcut: the input {way}. "
        f"Both are added{end}: {by(block.output(before))}. {words}."
    )


# U-Net --------------------------------------------------------------------------------------------

_LEVEL = 74.0  # from one level of a U to the next


def u_network(table: Table) -> svg.Svg:
    """A network that goes down and up again, drawn as a U, with an arrow across on every level.

    Each level shows the volume that its convolutions leave: a bar as wide as its maps (square root)
    and as thick as it has channels. A pooling leads down, a transposed convolution up; what is
    carried across is cropped and stacked onto what comes from below.

    Parameters
    ----------
    table : architectures.Table
        Of a network as `networks.unet` makes it.
    """
    left, right = _sides(table)
    levels, largest = len(left), table.input_shape[1]
    d = svg.Drawing()
    d.text(0, 8, f"input {by(table.input_shape)}", size=13.5, bold=True)
    for level, row in enumerate(left):
        d.add(svg.group(_volume(row, largest), _u_place(level, levels), 30 + _LEVEL * level))
    for level, row in enumerate(right):
        x = _WIDE - _u_place(level, levels)
        d.add(svg.group(_volume(row, largest), x, 30 + _LEVEL * level))
        y, start = 30 + _LEVEL * level, _u_place(level, levels)
        d.arrow(start + 74, y + 12, x - 76, y + 12, colour=svg.WINDOW.line, thick=2.5)
    for level in range(levels - 1):
        y, x, below = 30 + _LEVEL * level, _u_place(level, levels), _u_place(level + 1, levels)
        d.arrow(x, y + 46, below, y + _LEVEL - 4, colour=svg.INPUT.line, thick=2)
        d.arrow(_WIDE - below, y + _LEVEL - 4, _WIDE - x, y + 46, colour=svg.KERNEL.line, thick=2)
    y = 30 + _LEVEL * levels
    d.text(0, y, f"output {by(table[-1].shape)}: a score for each class and pixel", bold=True)
    d.text(0, y + 20, "down: max pooling; up: transposed convolution; across: crop, stack")
    words = f"{table.totals.params:,} learned numbers, {table.totals.macs:,} MACs"
    d.text(0, y + 40, words, fill=svg.MUTED)
    went, came = (", ".join(by(row.shape) for row in rows) for rows in (left, right[::-1]))
    sentence = (
        f"{table.name}, {levels} levels. Down: {went}. Up again: {came}. "
        f"{by(table.input_shape)} becomes {by(table[-1].shape)}. {words}."
    )
    return svg.framed(d.svg(_WIDE, y + 50, f"{table.name} as a U", sentence))


def _sides(table: Table) -> tuple[list[Row], list[Row]]:
    """The last 3×3 convolution of each level, on the way down and on the way up, from the top."""
    left: list[Row] = []
    right: list[Row] = []
    last, climbing = table[0], False
    for row in table:
        if row.kind == "MaxPool2d":
            left.append(last)
        elif row.kind == "ConvTranspose2d":
            (right if climbing else left).append(last)  # the lowest level belongs to the left
            climbing = True
        elif getattr(row.layer, "kernel", 1) > 1:
            last = row
    return left, [last, *reversed(right)]


def _volume(row: Row, largest: int) -> str:
    """A bar with its middle at 0, and its shape under it."""
    wide, thick = _bar_size(row.shape, largest)
    d = svg.Drawing()
    d.rect(-wide / 2, 12 - thick / 2, wide, thick, role=svg.WINDOW)
    d.text(0, 36, by(row.shape), size=12.5, anchor="middle")
    return d.markup


def _u_place(level: int, levels: int) -> float:
    """Where the left side of a U stands; the lowest level is in the middle."""
    return 80.0 + 20 * level if level < levels - 1 else _WIDE / 2


# GoogLeNet ----------------------------------------------------------------------------------------


def googlenet_graph(
    layers: Sequence[Layer], input_shape: Shape, heads_behind: Sequence[str]
) -> svg.Svg:
    """The whole of GoogLeNet: the modules as cells, the way down as an arrow.

    Parameters
    ----------
    layers : sequence of Layer
        As `networks.googlenet(torchvision=False)` makes it.
    input_shape : (channels, height, width)
    heads_behind : sequence of str
        Places of the modules, such as "4a", whose output an auxiliary head reads.
    """
    d, y, shape = svg.Drawing(), 0.0, input_shape
    d.add(_plain_row("input", shape, 0.0, svg.PADDING))
    y += 36
    for layer in layers:
        before, shape = shape, layer.output(shape)
        if isinstance(layer, Block):
            d.arrow(225, y - 10, 225, y - 1, colour=svg.MUTED)
            d.add(svg.group(_module_cells(layer, before, shape), 0, y))
            if layer.place in heads_behind:
                d.add(svg.group(_head(), 392, y + 36))
            y += 84
        elif layer.kind in _ROLES:
            d.arrow(225, y - 10, 225, y - 1, colour=svg.MUTED)
            d.add(_plain_row(layer.label, shape, y, _ROLES[layer.kind]))
            y += 36
    modules = [layer.place for layer in layers if isinstance(layer, Block)]
    convs = sum(row.kind == "Conv2d" for row in trace(layers, input_shape))
    sentence = (
        f"GoogLeNet from top to bottom: {convs} convolutions, most of them in the modules "
        f"{', '.join(modules)} of four paths each, and one dense layer. Behind the modules "
        f"{' and '.join(heads_behind)} an auxiliary head helps while training. "
        f"{by(input_shape)} becomes {by(shape)}."
    )
    return svg.framed(d.svg(_WIDE, y - 8, "GoogLeNet with all its paths", sentence))


def _plain_row(words: str, shape: Shape, y: float, role: svg.Role) -> str:
    return _plate(130, y, 190, 26, words, role) + svg.text(332, y + 13, by(shape), size=13)


def _module_cells(module: Block, before: Shape, after: Shape) -> str:
    """Two rows of cells, one column a path, over a bar of the stacked channels."""
    d = svg.Drawing()
    d.text(0, 32, module.place, size=15, bold=True)
    d.text(392, 13, by(after), size=13)
    widths = []
    for column, path in enumerate(module.paths):
        shown = [layer for layer in path if layer.kind in _ROLES]
        for layer, row in zip(reversed(shown), (1, 0), strict=False):
            words = layer.label.removeprefix("conv ").removeprefix("max ")
            channels = f", {layer.channels}" if isinstance(layer, Conv) else ""
            d.add(_cell(46 + 86 * column, 28 * row, words + channels, _ROLES[layer.kind]))
        widths.append(chain_output(path, before)[0])
    d.add(svg.group(_stacked(widths, 340, high=10), 46, 58))
    return d.markup


def _cell(x: float, y: float, words: str, role: svg.Role) -> str:
    return svg.plate(x, y, 82, 26, words, size=12.5, role=role, round=4)


def _head() -> str:
    """The sign for an auxiliary head, at the right of its module."""
    return (
        svg.arrow(-5, 27, 14, 27, colour=svg.MUTED)
        + svg.rect(16, 8, 72, 38, role=svg.OUTPUT, dash="4 3", round=4)
        + svg.text(52, 19, "auxiliary", size=12.5, anchor="middle")
        + svg.text(52, 35, "head", size=12.5, anchor="middle")
    )


# The challenge ------------------------------------------------------------------------------------


_ERROR, _DEPTH = 158.0, 390.0  # where the bars of the chart begin


def imagenet_chart(entries: Sequence[Entry]) -> svg.Svg:
    """The errors of ImageNet's entries as bars, with how many layers learned, and a person's error.

    Parameters
    ----------
    entries : sequence of imagenet.Entry
    """
    scale = 160 / max(entry.error for entry in entries)
    deepest = max(entry.depth or 0 for entry in entries)
    d = svg.Drawing()
    d.text(_ERROR, 8, "top-5 error, test images", size=13.5, bold=True)
    d.text(_DEPTH, 8, "layers", size=13.5, bold=True)
    bottom, x = 26 + 32 * len(entries), _ERROR + HUMAN.error * scale
    for place, entry in enumerate(entries):
        d.add(svg.group(_entry(entry, scale, deepest), 0, 26 + 32 * place))
    d.line(x, 24, x, bottom + 2, colour=svg.WINDOW.line, thick=2, dash="5 4")
    person = f"one trained person: {svg.num(HUMAN.error)} %"
    d.text(x, bottom + 12, person, size=13.5, bold=True)
    notes = (
        "* learned from further images too. ** second place.",
        "Networks: averages of several of them, and of many crops.",
        "Layers: convolutional and dense, on the longest way through.",
        "Not depth alone: training and data changed as well.",
    )
    d.lines(0, bottom + 38, notes, 18, fill=svg.MUTED)
    listed = "; ".join(
        f"{e.year} {e.name} {svg.num(e.error)} %" + (f", {e.depth} layers" if e.depth else "")
        for e in entries
    )
    sentence = (
        f"Top-5 errors on the test images of the ImageNet challenge: {listed}. One trained person "
        f"made {svg.num(HUMAN.error)} % errors on {HUMAN.images:,} images."
    )
    title = f"Errors and depth, {entries[0].year} to {entries[-1].year}"
    return svg.framed(d.svg(_WIDE, bottom + 102, title, sentence))


def _entry(entry: Entry, scale: float, deepest: int) -> str:
    """An entry: its name, a bar of its error and a bar of its depth."""
    mark = "*" if entry.extra_data else "**" if entry.place == 2 else ""
    long = entry.error * scale
    shallow = entry.networks == 0
    role, dash = (svg.PADDING, "4 3") if shallow else (svg.KERNEL, "")
    after = max(long, HUMAN.error * scale) + 8  # right of the line of the person
    d = svg.Drawing()
    d.text(0, 10, f"{entry.year}", size=13.5, fill=svg.MUTED)
    d.text(42, 10, f"{entry.name}{mark}", size=13.5)
    d.rect(_ERROR, 1, long, 18, role=role, thick=1.5, dash=dash)
    d.text(_ERROR + after, 10, f"{svg.num(entry.error)} %", size=13.5)
    if entry.depth:
        deep = 58 * entry.depth / deepest
        d.rect(_DEPTH, 1, deep, 18, role=svg.OUTPUT, thick=1.5)
        d.text(_DEPTH + deep + 7, 10, str(entry.depth), size=13.5)
    else:
        words = "no network" if shallow else "not stated"
        d.text(_DEPTH, 10, words, size=13, fill=svg.MUTED)
    return d.markup
