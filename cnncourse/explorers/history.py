"""Explorers of notebook 06: the networks of CNN history, taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnncourse import figures, pipeline
from cnncourse.architectures import imagenet, swaps, trace
from cnncourse.architectures.networks import INCEPTION, NETWORKS
from cnncourse.architectures.table import Table, folded, show_bytes
from cnncourse.figures.blueprints import CLUES, Point, Walker
from cnncourse.figures.svg import Svg
from cnncourse.geometry import Window, receptive_field
from cnncourse.widgets.explorer import Explorer, choice, fine_slider, slider, toggle

# The timeline -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Milestone:
    """A network on the timeline.

    `depth` counts the layers with weights on the longest way through; LeNet-5's last one, which
    was fixed in 1998, is included. `entry` and `single` are its names in the ImageNet record.
    """

    name: str
    network: str
    depth: int
    source: str
    entry: str = ""
    single: str = ""


MILESTONES = (
    _Milestone("LeNet-5", "lenet5-1998", 5, "LeCun et al. (1998)"),
    _Milestone("AlexNet", "alexnet-2012", 8, "Krizhevsky et al. (2012)", entry="AlexNet"),
    _Milestone("VGG-16", "vgg16", 16, "Simonyan and Zisserman (2015)", single="VGG-16"),
    _Milestone("VGG-19", "vgg19", 19, "Simonyan and Zisserman (2015)", entry="VGG"),
    _Milestone(
        "GoogLeNet", "googlenet-2014", 22, "Szegedy et al. (2015)", "GoogLeNet", "GoogLeNet"
    ),
    _Milestone("ResNet-50", "resnet50-v1", 50, "He et al. (2016)", single="ResNet-50"),
    _Milestone("ResNet-152", "resnet152", 152, "He et al. (2016)", "ResNet", "ResNet-152"),
    _Milestone("ResNeXt-50", "resnext50", 50, "Xie et al. (2017)"),
    _Milestone("MobileNet", "mobilenet-2017", 28, "Howard et al. (2017)"),
)

_Value = tuple[float, str, str]  # the number, as text, and its source
_ENTRY_ERROR, _SINGLE_ERROR = "error of the entry", "error of one net"
AXES = ("year", "depth", "parameters", "MACs", "output memory", _ENTRY_ERROR, _SINGLE_ERROR)


def timeline() -> Explorer:
    """Any two quantities of the networks against each other, each number with its source.

    Returns
    -------
    Explorer
        Controls: x, y, x_log, y_log; folded: network (the one on the card).
    """
    controls = {
        "x": choice("across", AXES, "year"),
        "y": choice("up", AXES, "parameters"),
        "x_log": toggle("powers of ten across"),
        "y_log": toggle("powers of ten up", True),
        "network": choice("network", [milestone.name for milestone in MILESTONES], "VGG-16"),
    }
    return Explorer(
        _draw_timeline,
        controls,
        more=["network"],
        stills=(
            {},
            {"y": _ENTRY_ERROR, "y_log": False},
            {"x": "parameters", "y": "MACs", "x_log": True},
        ),
    )


def _draw_timeline(*, x: str, y: str, x_log: bool, y_log: bool, network: str) -> Svg:
    if x == y:
        raise ValueError(f"both axes show the {x}: choose another quantity for one of them")
    if (x == "year" and x_log) or (y == "year" and y_log):
        raise ValueError("years are too close together for powers of ten: use even steps for them")
    points, missing = [], []
    for milestone in MILESTONES:
        across, up = _value(milestone, x), _value(milestone, y)
        if across is None or up is None:
            missing.append(milestone.name)
        else:
            points.append(_point(milestone.name, across, up))
    return figures.timeline(points, x, y, x_log=x_log, y_log=y_log, missing=missing, chosen=network)


def _point(name: str, x: _Value, y: _Value) -> Point:
    source = x[2] if x[2] == y[2] else f"{x[2]}; {y[2]}"
    return Point(name, x[0], y[0], x[1], y[1], source)


def _value(milestone: _Milestone, axis: str) -> _Value | None:
    """A quantity of a network; None where it has none."""
    if axis == _ENTRY_ERROR:
        return _entry_error(milestone)
    if axis == _SINGLE_ERROR:
        found = [single for single in imagenet.SINGLE if single.name == milestone.single]
        return (found[0].error, f"{found[0].error:g} %", "He et al., table 3") if found else None
    if axis == "year":
        year = NETWORKS[milestone.network].year
        return None if year is None else (year, str(year), milestone.source)
    totals = _table(milestone.network).totals
    if axis == "output memory":
        return totals.memory, show_bytes(totals.memory), milestone.source
    counts = {"depth": milestone.depth, "parameters": totals.params, "MACs": totals.macs}
    return counts[axis], f"{counts[axis]:,}", milestone.source


def _entry_error(milestone: _Milestone) -> _Value | None:
    """The test error of the challenge entry made of such networks, without extra data."""
    for entry in imagenet.RESULTS:
        if entry.name == milestone.entry and not entry.extra_data:
            return entry.error, f"{entry.error:g} %", f"{_short(entry.source)}"
    return None


def _short(source: str) -> str:
    """A source with the first author only."""
    author, rest = source.split(",", 1)
    return f"{author} et al.,{rest[rest.index(')') + 2 :]}"


# Walker ------------------------------------------------------------------------------------------

WALKED = (
    "lenet5",
    "lenet5-1998",
    "alexnet",
    "alexnet-2012",
    "vgg16",
    "googlenet",
    "googlenet-2014",
    "resnet50",
    "resnet50-v1",
    "resnet152",
    "resnext50",
    "mobilenet-2017",
)


def blueprint(network: str = "lenet5") -> Explorer:
    """A walk through a network: shape, field, share of the parameters and of the work.

    Parameters
    ----------
    network : str
        The one to begin with, of `WALKED`.

    Returns
    -------
    Explorer
        Controls: network, step, fold.
    """
    controls = {
        "network": choice("network", _titled(WALKED), network),
        "step": slider("step", 1, 1, len(_steps(network, swaps.FOLDS[0]))),
        "fold": choice("fold into", swaps.FOLDS),
    }
    return Explorer(
        _draw_blueprint,
        controls,
        limits=_last_step,
        stills=({}, {"network": "vgg16", "step": 33}, {"network": "resnet50", "step": 37}),
    )


def _titled(names: Sequence[str]) -> list[tuple[str, str]]:
    """Networks to choose from: what readers call them, and what code does."""
    return [(NETWORKS[name].title, name) for name in names]


def _draw_blueprint(*, network: str, step: int, fold: str) -> Svg:
    return figures.blueprint(NETWORKS[network].title, _steps(network, fold), step)


def _last_step(*, network: str, fold: str, **_others: object) -> dict[str, int]:
    return {"step": len(_steps(network, fold))}


@lru_cache(maxsize=64)
def _steps(network: str, fold: str) -> tuple[swaps.Step, ...]:
    return tuple(swaps.steps(_table(network), fold))


@lru_cache(maxsize=32)
def _table(network: str) -> Table:
    return trace(network)


# A digit on its way -------------------------------------------------------------------------------

# The layers of the small network that change a digit, and what each slides over its maps.
_ON_THE_WAY = {
    "conv 1": Window(3, 1, 1),
    "ReLU 1": Window(1),
    "pool 1": Window(2, 2),
    "conv 2": Window(3, 1, 1),
    "ReLU 2": Window(1),
    "pool 2": Window(2, 2),
}
_LAYERS = (*_ON_THE_WAY, "dense", "softmax")


def digit_walk() -> Explorer:
    """A digit goes through one network twice: with trained weights, and with random ones.

    Returns
    -------
    Explorer
        Controls: step (through the layers), digit, example.
    """
    controls = {
        "step": slider("step", 1, 1, len(_LAYERS)),
        "digit": slider("digit", 3, 0, 9),
        "example": slider("example", 0, 0, 20),
    }
    return Explorer(_draw_digit_walk, controls, stills=({"step": 3}, {"step": 6}, {"step": 8}))


def _draw_digit_walk(*, step: int, digit: int, example: int) -> Svg:
    picture, layer = pipeline.digit(digit, example), _LAYERS[step - 1]
    seen = dict(zip(_ON_THE_WAY, receptive_field(list(_ON_THE_WAY.values())), strict=True))
    walkers = []
    weights = {"trained": pipeline.trained_weights(), "random": pipeline.random_weights()}
    for name, chosen in weights.items():
        stages = {stage.name: stage.array for stage in pipeline.run(picture, chosen)}
        walkers.append(Walker(name, stages[layer], seen.get(layer), stages["softmax"]))
    return figures.digit_walk(picture, layer, walkers)


# What if ------------------------------------------------------------------------------------------


def what_if() -> Explorer:
    """One design in place of another: parameters, work and field, before and after.

    Returns
    -------
    Explorer
        Controls: change, channels, size, swapped.
    """
    controls = {
        "change": choice("change", swaps.SWAPS),
        "channels": slider("channels", 64, 4, 1024, 4),
        "size": slider("size of the maps", 28, 1, 112),
        "swapped": toggle("swap them"),
    }
    return Explorer(
        _draw_what_if,
        controls,
        stills=(
            {},
            {"change": "dense head → global average pooling", "channels": 512, "size": 7},
            {"change": "two 3×3 → bottleneck", "channels": 256, "size": 14},
        ),
    )


def _draw_what_if(*, change: str, channels: int, size: int, swapped: bool) -> Svg:
    return figures.what_if(change, *swaps.swap(change, channels, size), swapped=swapped)


# Inception ----------------------------------------------------------------------------------------

_WIDTHS = ("one", "reduce_3", "three", "reduce_5", "five", "project")
_LABELS = ("1×1", "3×3 reduced to", "3×3", "5×5 reduced to", "5×5", "after pooling")


def inception_costs() -> Explorer:
    """The widths of an inception module's four paths, with and without 1×1 reductions.

    Returns
    -------
    Explorer
        Controls: block, reductions, reduce_3, reduce_5; folded: one, three, five, project, c_in,
        size. Choosing a block fills in its widths.
    """
    start = dict(zip(_WIDTHS, INCEPTION["3a"], strict=True))
    widths = {
        name: slider(label, start[name], 1, 512)
        for name, label in zip(_WIDTHS, _LABELS, strict=True)
    }
    controls = {
        "block": choice("module", list(INCEPTION)),
        "reductions": toggle("1×1 reductions", True),
        "reduce_3": widths["reduce_3"],
        "reduce_5": widths["reduce_5"],
        **{name: widths[name] for name in ("one", "three", "five", "project")},
        "c_in": slider("channels in", 192, 1, 1024),
        "size": slider("size of the maps", 28, 1, 56),
    }

    def fill(change: dict) -> None:
        values = dict(zip(_WIDTHS, INCEPTION[change["new"]], strict=True))
        values["c_in"], values["size"] = _entering(change["new"])
        for name, value in values.items():
            controls[name].value = value

    return Explorer(
        _draw_inception_costs,
        controls,
        more=list(controls)[4:],
        follow={"block": fill},
        stills=({}, {"reductions": False}),
    )


def _entering(block: str) -> tuple[int, int]:
    """The channels that enter a module of GoogLeNet, and the size of their maps."""
    rows = folded(_table("googlenet-2014"))
    channels, size, _ = next(row.before for row in rows if row.block == block)
    return channels, size


def _draw_inception_costs(
    *, block: str, reductions: bool, c_in: int, size: int, **widths: int
) -> Svg:
    # block filled in the widths; the widths themselves are drawn.
    one, reduce_3, three, reduce_5, five, project = (widths[name] for name in _WIDTHS)
    six = one, reduce_3, three, reduce_5, five, project
    present, others = (
        swaps.inception_branches(c_in, size, six, reduce=reduce)
        for reduce in (reductions, not reductions)
    )
    return figures.inception_costs(present, others, reductions=reductions)


# Depth --------------------------------------------------------------------------------------------


def skip_connection() -> Explorer:
    """The gradient on its way back through many layers, without and with skip connections.

    Returns
    -------
    Explorer
        Controls: depth, scale, seed.
    """
    controls = {
        "depth": slider("depth", 30, 1, 100),
        "scale": fine_slider("scale of F(x)", 0.5, 0.0, 2.0, 0.05),
        "seed": slider("draw again", 0, 0, 20),
    }
    return Explorer(
        _draw_skip_connection, controls, stills=({}, {"scale": 0.1}, {"scale": 1.0, "depth": 60})
    )


def _draw_skip_connection(*, depth: int, scale: float, seed: int) -> Svg:
    plain, residual = (
        swaps.gradient_through_depth(depth, scale, skip, seed) for skip in (False, True)
    )
    return figures.skip_connection(plain, residual, scale)


# Which network is it? -----------------------------------------------------------------------------

NO_GUESS = "no guess yet"
HIDDEN = ("lenet5", "alexnet", "vgg16", "googlenet", "resnet50", "mobilenet-2017")


def which_network() -> Explorer:
    """Networks without their names: look at the clues, guess, ask for more.

    Returns
    -------
    Explorer
        Controls, all folded, for the picture has them: riddle, clues, guess.
    """
    controls = {
        "riddle": slider("riddle", 1, 1, len(HIDDEN)),
        "clues": slider("clues", 1, 1, len(CLUES)),
        "guess": choice("your guess", [(NO_GUESS, NO_GUESS), *_titled(HIDDEN)]),
    }
    return Explorer(_draw_which_network, controls, more=list(controls), stills=({}, {"clues": 3}))


def _draw_which_network(*, riddle: int, clues: int, guess: str) -> Svg:
    answer = riddle_network(riddle)
    return figures.which_network(
        _steps(answer, swaps.FOLDS[0]),
        clues,
        None if guess == NO_GUESS else guess,
        answer,
        names={name: title for title, name in _titled(HIDDEN)},
        following={"riddle": riddle % len(HIDDEN) + 1, "clues": 1, "guess": NO_GUESS},
    )


def riddle_network(riddle: int) -> str:
    """The network behind a riddle: each once, in an order that is not that of history."""
    return HIDDEN[np.random.default_rng(6).permutation(len(HIDDEN))[riddle - 1]]
