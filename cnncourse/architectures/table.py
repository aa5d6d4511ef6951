"""Networks as lists of layers, and what every layer costs: `trace` follows the shapes through.

    >>> [row.shape for row in trace("lenet5")][-4:]
    [(84,), (84,), (10,), (10,)]
    >>> trace("lenet5").totals.params
    61706

The layers are the records of `cnncourse.architectures.layers`; the named networks are those of
`cnncourse.architectures.networks`. No weight is ever made: the numbers are counted from the
settings.

A network with blocks (`layers.Block`) is listed the way PyTorch runs it: the layers of each path,
then a row for the block. `folded` shows one row for each block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from math import prod
from typing import NamedTuple

import numpy as np

from cnncourse.architectures.layers import (
    BatchNorm,
    Block,
    Flatten,
    Layer,
    Shape,
    Subsampling,
    TransposedConv,
)
from cnncourse.architectures.networks import NETWORKS
from cnncourse.geometry import (
    Field,
    Window,
    by,
    check_choice,
    check_whole,
    conv_output_size,
    effective_kernel,
    receptive_field,
)

BYTES = 4  # of one float32 number


# Tables -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What `trace` says about one layer, for one example.

    Attributes
    ----------
    number : int
        The layer's place in the stack, counted from 1.
    layer : Layer
    before, shape : tuple of int
        The shapes that go in and come out.
    params : int
        Learned numbers: weights and biases. The running statistics of batch norm are not learned.
    macs : int
        Multiply-accumulates of convolutions and dense layers: one for each weight and position.
        What other layers compute is small beside that, and left out as is usual.
    memory : int
        Bytes of the output in float32; 0 for flatten, which only reads its input in another way.
    field : geometry.Field or None
        What one unit sees of the network's input, along one axis; None: all of it or, behind a
        transposed convolution, not the same for all units.
    block : str
        The label of the block that the layer is part of, such as "3a" or "layer2.0".
    """

    number: int
    layer: Layer
    before: Shape
    shape: Shape
    params: int
    macs: int
    memory: int
    field: Field | None
    block: str = ""

    @property
    def kind(self) -> str:
        """The layer's name in PyTorch, such as "Conv2d"."""
        if isinstance(self.layer, BatchNorm) and len(self.before) == 1:
            return "BatchNorm1d"
        return self.layer.kind


class Totals(NamedTuple):
    """The sums over a table; `memory` is of the outputs, in bytes."""

    params: int
    macs: int
    memory: int


@dataclass(frozen=True, repr=False)
class Table:
    """The rows of a network, in order, and its name in words. Shows itself as a table."""

    name: str
    input_shape: Shape
    rows: tuple[Row, ...]

    @property
    def totals(self) -> Totals:
        """Parameters, multiply-accumulates and bytes of the whole network."""
        return Totals(*(sum(getattr(row, cost) for row in self.rows) for cost in Totals._fields))

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Row:
        return self.rows[index]

    def _cells(self) -> Iterator[tuple[str, ...]]:
        """Yield the cells of each row."""
        unseen = "all"
        for row in self.rows:
            if isinstance(row.layer, TransposedConv):
                unseen = "varies"
            sees = unseen if row.field is None else str(row.field.size)
            yield (str(row.number), row.kind, by(row.shape), *cost_words(row), sees)

    def _total_cells(self) -> tuple[str, ...]:
        return ("", "total", "", *cost_words(self.totals), "")

    def __repr__(self) -> str:
        lines = [_HEAD, *self._cells(), self._total_cells()]
        widths = [max(len(cells[i]) for cells in lines) for i in range(len(_HEAD))]
        text = [
            "  ".join(
                cell.ljust(width) if i == 1 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
            ).rstrip()
            for cells in lines
        ]
        return "\n".join([f"{self.name}, input {by(self.input_shape)}", *text])

    def _repr_html_(self) -> str:
        def line(cells: Sequence[str], tag: str) -> str:
            shown = "".join(
                f'<{tag} style="text-align:{"left" if i == 1 else "right"}">{escape(cell)}</{tag}>'
                for i, cell in enumerate(cells)
            )
            return f"<tr>{shown}</tr>"

        body = "".join(line(cells, "td") for cells in self._cells())
        caption = f"{escape(self.name)}, input {by(self.input_shape)}"
        return (
            f"<table><caption>{caption}</caption><thead>{line(_HEAD, 'th')}</thead>"
            f"<tbody>{body}</tbody><tfoot>{line(self._total_cells(), 'th')}</tfoot></table>"
        )


_HEAD = ("", "layer", "output", "parameters", "MACs", "memory", "sees")


def cost_words(costs: Row | Totals) -> tuple[str, str, str]:
    """Return parameters, products and memory as a table shows them."""
    return f"{costs.params:,}", f"{costs.macs:,}", show_bytes(costs.memory)


def show_bytes(count: int) -> str:
    """A number of bytes in a unit that suits it; 1 KiB is 1024 bytes, 1 MiB is 1024 KiB."""
    if count < 1024:
        return f"{count} B"
    if count < 1024**2:
        return f"{count / 1024:.1f} KiB"
    return f"{count / 1024**2:.1f} MiB"


def trace(network: str | Sequence[Layer], input_shape: Shape | None = None) -> Table:
    """Follow one example through a network, layer by layer.

    Parameters
    ----------
    network : str or sequence of Layer
        A name in `NETWORKS`, or layers of your own.
    input_shape : (channels, height, width) or (features,), optional
        Named networks know theirs.

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If the name is unknown, or at the first layer that cannot work: which, why, what would.

    Examples
    --------
    >>> from cnncourse.architectures.layers import parse
    >>> trace(parse("conv 6 k5; pool 2"), (1, 28, 28))
    my network, input 1×28×28
       layer       output  parameters    MACs    memory  sees
    1  Conv2d     6×24×24         156  86,400  13.5 KiB     5
    2  MaxPool2d  6×12×12           0       0   3.4 KiB     6
       total                      156  86,400  16.9 KiB
    """
    name = "my network"
    if isinstance(network, str):
        check_choice("network", network, NETWORKS)
        named = NETWORKS[network]
        name, network = named.title, named.layers
        input_shape = input_shape or named.input_shape
    shape = _check_input(input_shape)
    here = _Place(shape, Field(1, 1, 0.0))  # an input pixel sees itself
    visits: list[_Visit] = []
    for number, layer in enumerate(network, start=1):
        try:
            made, here = _visits(layer, here, "")
        except ValueError as problem:
            raise ValueError(f"layer {number}, {layer}, is impossible: {problem}") from None
        visits += made
    listed = [visit for visit in visits if getattr(visit.layer, "listed", True)]
    rows = tuple(_row(number, visit) for number, visit in enumerate(listed, start=1))
    return Table(name, shape, rows)


class _Place(NamedTuple):
    """How far an example has come: its shape, and what one unit has seen of the input."""

    shape: Shape
    sees: Field | None


class _Visit(NamedTuple):
    """A layer, the places before and after it, and the label of the block it is in."""

    layer: Layer
    before: _Place
    after: _Place
    block: str


def _visits(layer: Layer, before: _Place, block: str) -> tuple[list[_Visit], _Place]:
    """The visits to a layer, or to all layers of a block, and where they lead."""
    if isinstance(layer, Block):
        return _block_visits(layer, before, block or layer.place)
    shape = layer.output(before.shape)  # first, as it refuses what is impossible
    after = _Place(shape, _through(before.sees, layer.window(before.shape)))
    return [_Visit(layer, before, after, block)], after


def _chain_visits(layers: Sequence[Layer], here: _Place, block: str) -> tuple[list[_Visit], _Place]:
    visits: list[_Visit] = []
    for layer in layers:
        made, here = _visits(layer, here, block)
        visits += made
    return visits, here


def _block_visits(block: Block, before: _Place, label: str) -> tuple[list[_Visit], _Place]:
    """The paths one after the other, what follows them, and the block itself."""
    visits: list[_Visit] = []
    ends = []
    for path in block.paths:
        made, end = _chain_visits(path, before, label)
        visits += made
        ends.append(end)
    joined = _Place(block.joined([end.shape for end in ends]), _union([end.sees for end in ends]))
    made, after = _chain_visits(block.after, joined, label)
    return [*visits, *made, _Visit(block, before, after, label)], after


def _through(sees: Field | None, window: Window | None) -> Field | None:
    """The field of a layer whose input units see `sees`; once all has been seen, all stays seen."""
    if sees is None or window is None:
        return None
    local = receptive_field([window])[0]
    size = sees.size + (local.size - 1) * sees.jump
    return Field(size, sees.jump * local.jump, sees.centre + local.centre * sees.jump)


def _union(fields: Sequence[Field | None]) -> Field | None:
    """What the paths of a block see together: from the first pixel of any to the last of any."""
    parts = [field for field in fields if field is not None]
    if len(parts) < len(fields):
        return None
    first = min(field.centre - (field.size - 1) / 2 for field in parts)
    last = max(field.centre + (field.size - 1) / 2 for field in parts)
    return Field(round(last - first) + 1, parts[0].jump, (first + last) / 2)


def _row(number: int, visit: _Visit) -> Row:
    layer, before, after, block = visit
    memory = 0 if isinstance(layer, Flatten) else BYTES * prod(after.shape)
    costs = (layer.params(before.shape), layer.macs(before.shape), memory)
    return Row(number, layer, before.shape, after.shape, *costs, after.sees, block)


def folded(table: Table) -> Table:
    """The same network with one row for each block, in which its layers are summed up.

    A row keeps the number that its last layer has in the full table.

    Examples
    --------
    >>> [str(row.layer) for row in folded(trace("resnet18"))][3:6]
    ['pool 3 s2 p1', 'BasicBlock layer1.0', 'BasicBlock layer1.1']
    """
    rows: list[Row] = []
    for label, group in groupby(table, key=lambda row: row.block):
        members = list(group)
        rows += [summed(members)] if label else members
    return replace(table, rows=tuple(rows))


def summed(rows: Sequence[Row]) -> Row:
    """Return one row for neighbours: the last of them, from the first shape on, with all costs."""
    return replace(
        rows[-1],
        before=rows[0].before,
        params=sum(row.params for row in rows),
        macs=sum(row.macs for row in rows),
        memory=sum(row.memory for row in rows),
    )


# What summaries estimate --------------------------------------------------------------------------


class Estimate(NamedTuple):
    """Memory that a printed summary states, in the unit that it calls MB."""

    input: float
    passes: float
    params: float
    total: float


def torchsummary_estimate(table: Table) -> Estimate:
    """What the tool torchsummary prints for one example; its "MB" are MiB, 1024² bytes.

    Forward and backward pass: the outputs of all rows, twice (the values and their gradients).
    That counts in-place ReLUs, dropout and blocks as memory of their own, and leaves out the
    gradients of the weights and what the optimiser keeps: a rough number.

    Examples
    --------
    >>> [round(mib, 2) for mib in torchsummary_estimate(trace("resnet50"))]
    [0.57, 286.56, 97.49, 384.62]
    """
    return _estimate(table, sum(prod(row.shape) for row in table), 1024**2)


def torchinfo_estimate(table: Table) -> Estimate:
    """What the tool torchinfo prints for one example; its MB are 10⁶ bytes.

    Forward and backward pass: twice the outputs of those layers only that learn something.

    Examples
    --------
    >>> [round(mb, 2) for mb in torchinfo_estimate(trace("resnet50"))]
    [0.6, 177.83, 102.23, 280.66]
    """
    return _estimate(table, sum(prod(row.shape) for row in table if row.params), 10**6)


def _estimate(table: Table, outputs: int, unit: int) -> Estimate:
    counts = (prod(table.input_shape), 2 * outputs, table.totals.params)
    first, passes, params = (BYTES * numbers / unit for numbers in counts)
    return Estimate(first, passes, params, first + passes + params)


def connections(row: Row) -> int:
    """The connections of a layer, as LeCun et al. (1998) count them.

    Every product of an input and a weight, and one bias for each unit. A subsampling unit has one
    for each pixel of its window and one for its bias.
    """
    units = prod(row.shape)
    if isinstance(row.layer, Subsampling):
        return units * (row.layer.size**2 + 1)
    bias = getattr(row.layer, "bias", False)
    return row.macs + (units if bias else 0)


# Receptive fields ---------------------------------------------------------------------------------


def paths(windows: Sequence[Window], size: int, unit: int) -> list[np.ndarray]:
    """Return how many ways lead from each unit to one unit of the last layer, along one axis.

    Where the number is not 0 lies the receptive field, cut off at the edge of the image. The
    numbers are also the gradient of that unit if all weights are 1: with many layers they form a
    bell, so that the middle of the field counts most (W. Luo, Y. Li, R. Urtasun and R. Zemel, 2016,
    *Understanding the Effective Receptive Field in Deep Convolutional Neural Networks*).

    Parameters
    ----------
    windows : sequence of Window
        The layers, from the input on.
    size : int
        Input pixels.
    unit : int
        Which unit of the last layer, counted from 0.

    Returns
    -------
    list of ndarray of float
        One for the input, then one for each layer.

    Raises
    ------
    ValueError
        If the last layer has no such unit.

    Examples
    --------
    >>> paths([Window(3), Window(3)], 7, unit=1)[0]
    array([0., 1., 2., 3., 2., 1., 0.])
    """
    sizes = [size]
    for layer in windows:
        sizes.append(conv_output_size(sizes[-1], *_settings(layer)))
    if not 0 <= unit < sizes[-1]:
        raise ValueError(f"there is no unit {unit}: the last layer has units 0 to {sizes[-1] - 1}")
    counts = [np.zeros(sizes[-1])]
    counts[0][unit] = 1
    for layer, before in zip(reversed(windows), reversed(sizes[:-1]), strict=True):
        padded = np.zeros(before + 2 * layer.padding)
        reach = effective_kernel(layer.kernel, layer.dilation)
        for position in np.flatnonzero(counts[0]):
            first = position * layer.stride
            padded[first : first + reach : layer.dilation] += counts[0][position]
        counts.insert(0, padded[layer.padding : layer.padding + before])
    return counts


def _settings(layer: Window) -> tuple[int, int, int, int]:
    return layer.kernel, layer.stride, layer.padding, layer.dilation


def _check_input(shape: Shape | None) -> Shape:
    if shape is None:
        raise ValueError("layers of your own need an input_shape, such as (1, 28, 28)")
    if not isinstance(shape, (tuple, list)) or len(shape) not in (1, 3):
        raise ValueError(f"input_shape is {shape!r}: use (channels, height, width) or (features,)")
    for size in shape:
        check_whole("a size in input_shape", size, least=1)
    return tuple(shape)
