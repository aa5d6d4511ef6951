"""Explorers of notebook 04, first part: what layers do to space, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import ipywidgets as widgets
import numpy as np
import traitlets

from cnncourse import architectures, figures, geometry, signals
from cnncourse import pipeline as small_network
from cnncourse.architectures.networks import NETWORKS
from cnncourse.architectures.table import Table
from cnncourse.figures.svg import Svg
from cnncourse.geometry import Window
from cnncourse.pooling import POOLINGS
from cnncourse.widgets.drawpad import DrawPad
from cnncourse.widgets.explorer import Explorer, choice, slider, toggle

# The whole pipeline -------------------------------------------------------------------------------


def pipeline() -> Explorer:
    """Every array between a digit and its classes, and where each number in them comes from.

    Returns
    -------
    Explorer
        Controls: digit, example, shift (of the digit, in pixels), weights, drawing; folded: input,
        seed (of the random weights), layer, channel, source, row, column (of the number explained).
    """
    layers = [stage.name for stage in _stages(bytes(8 * 28 * 28), True, 0)[0][1:]]
    controls = {
        "digit": slider("digit", 3, 0, 9),
        "example": slider("example", 0, 0, 20),
        "shift": slider("shift right", 0, 0, 4, unit="px"),
        "weights": choice("weights", ["trained", "random"]),
        "drawing": DrawPad("or draw your own"),
        "input": choice("input", _DIGITS),
        "seed": slider("which random weights", 0, 0, 9),
        "layer": choice("layer", layers),
        "channel": slider("map or class", 2, 0, 3),
        "source": slider("source map", 0, 0, 3),
        "row": slider("row", 8, 0, 27),
        "column": slider("column", 14, 0, 27),
    }
    return Explorer(
        _draw_pipeline,
        controls,
        more=list(controls)[5:],
        beside="drawing",
        follow=_take_what_moved(controls["input"]),
        limits=_inside_layer,
        stills=({}, {"digit": 7, "weights": "random"}),
    )


_DIGITS = ("a scanned digit", "my drawing")


def _take_what_moved(input: widgets.Widget) -> dict[str, Callable[[object], None]]:
    """The input is what was moved last: the drawing, or one of the sliders of the scans."""

    def take(source: str) -> Callable[[object], None]:
        return lambda _change: setattr(input, "value", source)

    scan = take(_DIGITS[0])
    return {"digit": scan, "example": scan, "shift": scan, "drawing": take(_DIGITS[1])}


def _draw_pipeline(*, weights: str, seed: int, **settings: Any) -> Svg:
    image = _pipeline_input(**settings)
    stages, taken = _stages(image.tobytes(), weights == "trained", seed)
    place = {name: settings[name] for name in ("layer", "channel", "source", "row", "column")}
    return figures.pipeline(stages, taken, **place)


def _pipeline_input(
    *, input: str, drawing: np.ndarray, digit: int, example: int, shift: int, **_others: object
) -> np.ndarray:
    if input == _DIGITS[1]:
        return drawing
    return np.roll(small_network.digit(digit, example), shift, axis=1)


@lru_cache(maxsize=4)  # while a pixel is looked at, the network need not run again
def _stages(
    image: bytes, trained: bool, seed: int
) -> tuple[list[small_network.Stage], small_network.Weights]:
    """What the network makes of an image, 28×28 numbers as bytes, and its weights."""
    taken = small_network.trained_weights() if trained else small_network.random_weights(seed)
    return small_network.run(np.frombuffer(image).reshape(28, 28), taken), taken


def _inside_layer(*, layer: str, **_others: object) -> dict[str, int]:
    """The last channel, row and column of a layer, and the last map that it reads."""
    shapes = {stage.name: stage.array.shape for stage in _stages(bytes(8 * 28 * 28), True, 0)[0]}
    last = [size - 1 for size in shapes[layer]]
    sources = {"conv 1": shapes["input"], "conv 2": shapes["pool 1"]}.get(layer, (1,))
    return {**dict(zip(("channel", "row", "column"), last, strict=False)), "source": sources[0] - 1}


# Padding ------------------------------------------------------------------------------------------


def padding() -> Explorer:
    """How much is added around an image, what it holds, and what that does to the border.

    Returns
    -------
    Explorer
        Controls: kernel, padding, padding_mode, input.
    """
    controls = {
        "kernel": slider("kernel", 3, 1, 5),
        "padding": slider("padding", 1, 0, 6),
        "padding_mode": choice("padding mode", ["zero", "reflect", "edge", "wrap"]),
        "input": choice("input", ["all ones", "ramp", "digit"]),
    }
    ramp = {"padding": 2, "padding_mode": "reflect", "input": "ramp"}
    return Explorer(_draw_padding, controls, stills=({"padding": 0}, {}, ramp))


def _draw_padding(*, input: str, **settings: Any) -> Svg:
    return figures.padding(_small_input(input), **settings)


def _small_input(name: str) -> np.ndarray:
    """A 7×7 input from 0 to 1."""
    if name == "all ones":
        return np.ones((7, 7))
    if name == "ramp":
        return np.add.outer(np.arange(7), np.arange(7)) / 12
    return small_network.digit(3)[6:13, 10:17].round(1)


# Stride and dilation ------------------------------------------------------------------------------


def stride() -> Explorer:
    """Windows over stripes: what is left over, and what the stripes turn into.

    Returns
    -------
    Explorer
        Controls: kernel, stride, dilation, period (of the stripes); folded: padding, size.
    """
    controls = {
        "kernel": slider("kernel", 3, 1, 5),
        "stride": slider("stride", 2, 1, 6),
        "dilation": slider("dilation", 1, 1, 4),
        "period": slider("stripes every", 8, 2, 8),
        "padding": slider("padding", 0, 0, 3),
        "size": slider("input size", 24, 16, 32),
    }
    false = {"kernel": 1, "stride": 4, "period": 3}
    stills = [{}, false, {**false, "kernel": 3}, {"dilation": 3}]
    return Explorer(figures.stride, controls, more=["padding", "size"], stills=stills)


# Output size --------------------------------------------------------------------------------------

_TASKS = {
    "28 → 14": (28, 14),
    "28 → 28": (28, 28),
    "32 → 28": (32, 28),
    "224 → 55": (224, 55),
    "227 → 55": (227, 55),
    "224 → 112": (224, 112),
}
_RANGES = {"kernel": (1, 11), "stride": (1, 4), "padding": (0, 5), "dilation": (1, 3)}


def output_size() -> Explorer:
    """A puzzle: find all kernels, strides, paddings and dilations that give the wanted size.

    Returns
    -------
    Explorer
        Controls: kernel, stride, padding, dilation; folded: task, and found, which collects the
        solutions that the learner has met.
    """
    starts = {"kernel": 3, "stride": 1, "padding": 0, "dilation": 1}
    controls = {name: slider(name, start, *_RANGES[name]) for name, start in starts.items()}
    task, found = choice("task", list(_TASKS)), widgets.Label(description="found")
    folded = {"task": task, "found": found}

    def note(_change: object) -> None:
        kernel, stride, padding, dilation = (control.value for control in controls.values())
        settings = (kernel, stride, padding, dilation if kernel > 1 else 1)
        if settings in _solutions(task.value) and _short(settings) not in _listed(found.value):
            found.value = ", ".join([*_listed(found.value), _short(settings)])

    def restart(change: object) -> None:
        found.value = ""
        note(change)

    follow = {**dict.fromkeys(controls, note), "task": restart}
    return Explorer(_draw_puzzle, controls | folded, more=list(folded), follow=follow)


def _draw_puzzle(*, task: str, found: str, **settings: int) -> Svg:
    size, target = _TASKS[task]
    seen = [tuple(int(part[1:]) for part in words.split()) for words in _listed(found)]
    return figures.output_size(
        size, **settings, target=target, found=seen, solutions=len(_solutions(task))
    )


@lru_cache(maxsize=len(_TASKS))
def _solutions(task: str) -> frozenset[tuple[int, ...]]:
    """All (kernel, stride, padding, dilation) within the sliders that solve a task.

    A kernel of 1 has nothing to spread: whatever its dilation, it counts once.
    """
    size, target = _TASKS[task]
    ranges = (range(low, high + 1) for low, high in _RANGES.values())
    apart = (settings for settings in product(*ranges) if settings[0] > 1 or settings[3] == 1)
    return frozenset(settings for settings in apart if _fits(size, settings, target))


def _fits(size: int, settings: tuple[int, ...], target: int) -> bool:
    try:
        return geometry.conv_output_size(size, *settings) == target
    except ValueError:  # this kernel is too large for the image
        return False


def _short(settings: tuple[int, ...]) -> str:
    return " ".join(f"{letter}{value}" for letter, value in zip("kspd", settings, strict=True))


def _listed(found: str) -> list[str]:
    return found.split(", ") if found else []


# Receptive field ----------------------------------------------------------------------------------

_NOTHING = "–"
_LAYERS = {
    "conv 1×1": Window(1),
    "conv 3×3": Window(3),
    "conv 5×5": Window(5),
    "conv 7×7": Window(7),
    "conv 3×3, stride 2": Window(3, 2),
    "conv 3×3, dilation 2": Window(3, 1, 0, 2),
    "conv 3×3, dilation 4": Window(3, 1, 0, 4),
    "pool 2×2": Window(2, 2),
    "pool 3×3, stride 2": Window(3, 2),
}
STACKS = {
    "three 3×3": ("conv 3×3",) * 3,
    "one 7×7": ("conv 7×7",),
    "eight 3×3": ("conv 3×3",) * 8,
    "dilations 1, 2, 4": ("conv 3×3", "conv 3×3, dilation 2", "conv 3×3, dilation 4"),
    "the same dilation": ("conv 3×3, dilation 2",) * 3,
    "LeNet-5": ("conv 5×5", "pool 2×2", "conv 5×5", "pool 2×2", "conv 5×5"),
    "VGG style": ("conv 3×3", "conv 3×3", "pool 2×2") * 2,
    "strides": ("conv 3×3, stride 2",) * 3,
}
MOST_LAYERS = 8


class LayerStack(widgets.VBox):
    """A control that stacks up to eight layers, each from a drop-down.

    Parameters
    ----------
    names : sequence of str
        The layers to begin with.

    Attributes
    ----------
    value : tuple of str
        The names of the layers, from the image on. Setting it moves the drop-downs.
    description : str
        "layers"
    """

    value = traitlets.Tuple()
    description = traitlets.Unicode("layers")

    def __init__(self, names: Sequence[str]) -> None:
        options = [_NOTHING, *_LAYERS]
        self.places = [choice(f"layer {number}", options) for number in range(1, MOST_LAYERS + 1)]
        self._showing = False
        super().__init__(self.places)
        for place in self.places:
            place.observe(self._read, "value")
        self.value = tuple(names)

    @traitlets.validate("value")
    def _known(self, proposal: Mapping[str, Any]) -> tuple[str, ...]:
        names = tuple(proposal["value"])
        unknown = [name for name in names if name not in _LAYERS]
        if unknown or len(names) > MOST_LAYERS:
            raise traitlets.TraitError(
                f"layers are {names}: use at most {MOST_LAYERS} of {', '.join(_LAYERS)}"
            )
        return names

    @traitlets.observe("value")
    def _show(self, _change: object) -> None:
        if self.value == self._chosen():  # with gaps between them, perhaps
            return
        empty = (_NOTHING,) * (MOST_LAYERS - len(self.value))
        self._showing = True
        for place, name in zip(self.places, self.value + empty, strict=True):
            place.value = name
        self._showing = False

    def _chosen(self) -> tuple[str, ...]:
        return tuple(place.value for place in self.places if place.value != _NOTHING)

    def _read(self, _change: object) -> None:
        if not self._showing:
            self.value = self._chosen()


def receptive_field(example: str = "three 3×3", effective: bool = False) -> Explorer:
    """Stack layers, pick a unit, and see what part of the image it depends on.

    Parameters
    ----------
    example : str
        The stack to begin with, a name in `STACKS`.
    effective : bool
        Begin with the pixels shaded by their number of ways to the unit.

    Returns
    -------
    Explorer
        Controls: example, step (the unit's layer, 0 is the image), padding, effective; folded:
        layers, place (of the unit's layer), row, column.
    """
    stack = LayerStack(STACKS[example])
    depth = len(stack.value)
    shades = [("as they are", False), ("by number of ways", True)]
    controls = {
        "example": choice("begin with", list(STACKS), example),
        "step": slider("step", depth, 0, MOST_LAYERS),
        "padding": choice("padding", ["none", "same"]),
        "effective": choice("pixels", shades, effective),
        "layers": stack,
        "place": slider("place of the layer", depth, 1, MOST_LAYERS),
        "row": slider("row", 0, 0, 31),
        "column": slider("column", 0, 0, 31),
    }
    last = geometry.layer_sizes(32, _windows(stack.value, "none"))[-1]
    controls["row"].value = controls["column"].value = (last - 1) // 2
    stills = tuple({"step": step} for step in range(1, min(4, depth + 1)))
    return Explorer(
        _draw_field,
        controls,
        more=list(controls)[4:],
        follow=_following(controls),
        limits=_last_unit,
        stills=stills,
    )


def _following(controls: dict[str, Any]) -> dict[str, Callable[[Any], None]]:
    """What follows what: the layer moves with its place, and the eye stays."""

    def take_example(change: Mapping[str, str]) -> None:
        controls["layers"].value = STACKS[change["new"]]
        controls["step"].value = len(controls["layers"].value)

    def move_layer(change: Mapping[str, int]) -> None:
        step, layers = controls["step"].value, list(controls["layers"].value)
        if change["new"] != step <= len(layers) and step:
            layers.insert(change["new"] - 1, layers.pop(step - 1))
            controls["layers"].value = layers
        controls["step"].value = change["new"]

    def take_step(change: Mapping[str, Any]) -> None:
        hold_centre(change)
        if change["new"]:  # the image has no place
            controls["place"].value = change["new"]

    def hold_centre(change: Mapping[str, Any]) -> None:
        now = {name: controls[name].value for name in ("layers", "step", "padding")}
        before = now | {n: change["old"] for n in now if controls[n] is change["owner"]}
        for axis in (controls["row"], controls["column"]):
            try:
                axis.max, axis.value = _same_centre(before, now, axis.value)
            except ValueError:  # such a stack is refused when it is drawn
                return

    return {
        "layers": hold_centre,
        "padding": hold_centre,
        "step": take_step,
        "example": take_example,
        "place": move_layer,
    }


def _same_centre(before: Mapping[str, Any], now: Mapping[str, Any], unit: int) -> tuple[int, int]:
    """The last unit of a layer, and the one that looks nearest to where a unit looked before.

    Parameters
    ----------
    before, now : mapping
        layers, step and padding.
    unit : int
        The unit before, along one axis.
    """
    fields = []
    for setting in (before, now):
        windows = [window for _, window in _windows(setting["layers"], setting["padding"])]
        fields.append(geometry.field_at(windows, min(setting["step"], len(windows))))
    centre = fields[0].centre + unit * fields[0].jump
    last = _last_unit(**now)["row"]
    return last, min(max(round((centre - fields[1].centre) / fields[1].jump), 0), last)


def _draw_field(
    *,
    layers: tuple[str, ...],
    step: int,
    row: int,
    column: int,
    padding: str,
    effective: bool,
    **_others: object,  # what chose and moved the layers
) -> Svg:
    return figures.receptive_field(
        np.pad(small_network.digit(3), 2),
        _windows(layers, padding),
        layer=step,
        row=row,
        column=column,
        effective=effective,
        kinds=list(_LAYERS),
    )


def _windows(layers: tuple[str, ...], padding: str) -> list[tuple[str, Window]]:
    """Layers with their windows; "same" pads as far as it can be done evenly."""
    named = []
    for name in layers:
        w = _LAYERS[name]
        around = geometry.padding_for("same", w.kernel, w.dilation)[0] if padding == "same" else 0
        named.append((name, Window(w.kernel, w.stride, around, w.dilation)))
    return named


def _last_unit(
    *, layers: tuple[str, ...], step: int, padding: str, **_others: object
) -> dict[str, int]:
    """The last layer, and the last unit of the layer that is shown."""
    sizes = geometry.layer_sizes(32, _windows(layers, padding))
    last = sizes[min(step, len(layers))] - 1
    return {"step": len(layers), "place": len(layers), "row": last, "column": last}


# Pooling ------------------------------------------------------------------------------------------


def pooling(input: str = "digit") -> Explorer:
    """Pool an image and its shifted twin: what stays, what jumps, where the gradient goes.

    Parameters
    ----------
    input : {"digit", "noise", "stripes every 3"}
        The image to begin with.

    Returns
    -------
    Explorer
        Controls: kind, window, stride, shift; folded: input, and whether the output of the
        shifted image is moved back by as many strides as fit into the shift.
    """
    controls = {
        "kind": choice("pooling", POOLINGS),
        "window": slider("window", 2, 2, 5),
        "stride": slider("stride", 2, 1, 5),
        "shift": slider("shift", 1, 0, 8),
        "input": choice("input", ["digit", "noise", "stripes every 3"], input),
        "back": toggle("move the output back"),
    }
    stills: tuple[dict[str, Any], ...] = ({}, {"shift": 2}, {"kind": "avg"})
    return Explorer(_draw_pooling, controls, more=["input", "back"], stills=stills)


def _draw_pooling(*, input: str, **settings: Any) -> Svg:
    return figures.pooling(_pool_input(input), **settings)


def _pool_input(name: str) -> np.ndarray:
    """A square input from 0 to 1; stripes are whole, so that they come round without a seam."""
    if name == "noise":
        return np.random.default_rng(0).uniform(size=(56, 56))
    return signals.stripes(24, 3) if name.startswith("stripes") else small_network.digit(3)


# Budget -------------------------------------------------------------------------------------------

_SMALL = """conv 8 k3 p1
relu
pool 2
conv 16 k3 p1
relu
pool 2
flatten
linear 10"""
_TOO_SMALL = """conv 6 k5
relu
pool 2
conv 16 k5
relu
pool 2
conv 120 k5
relu
flatten
linear 10"""
_POOLED = """conv 16 k3 s2 p1
relu
conv 32 k3 s2 p1
relu
conv 64 k3 s2 p1
relu
gap
flatten
linear 10"""


def _as_text(name: str) -> str:
    return "\n".join(str(layer) for layer in NETWORKS[name].layers)


_EXAMPLES = {
    "small": ("1×28×28", _SMALL),
    "no dense layers but one": ("1×28×28", _POOLED),
    "impossible": ("1×28×28", _TOO_SMALL),
    "lenet5": ("1×32×32", _as_text("lenet5")),
    "lab_cnn": ("1×28×28", _as_text("lab_cnn")),
    "alexnet": ("3×224×224", _as_text("alexnet")),
    "vgg16": ("3×224×224", _as_text("vgg16")),
}
_INPUTS = {
    "1×28×28": (1, 28, 28),
    "1×32×32": (1, 32, 32),
    "3×32×32": (3, 32, 32),
    "3×224×224": (3, 224, 224),
    "3×227×227": (3, 227, 227),
}


def budget(example: str = "small") -> Explorer:
    """Write a stack of layers and read what each of them costs.

    Parameters
    ----------
    example : str
        The stack to begin with: small, impossible, lenet5, lab_cnn, alexnet, vgg16 …

    Returns
    -------
    Explorer
        Controls: example, input, layers (text, see `architectures.parse`); folded: layer.
    """
    shape, stack = _EXAMPLES[example]
    text = widgets.Textarea(
        value=stack,
        description="layers",
        rows=10,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="26em"),
    )
    controls = {
        "layers": text,
        "example": choice(
            "example", [(NETWORKS[n].title if n in NETWORKS else n, n) for n in _EXAMPLES], example
        ),
        "input": choice("input", list(_INPUTS), shape),
        "layer": slider("layer", 1, 1, 99),
    }

    def take_example(change: Mapping[str, str]) -> None:
        controls["input"].value, text.value = _EXAMPLES[change["new"]]

    follow = {"example": take_example}
    return Explorer(_draw_budget, controls, more=["layer"], follow=follow, limits=_last_layer)


def _draw_budget(*, layers: str, example: str, input: str, layer: int) -> Svg:
    # The example chose the text; what counts is the text, which the learner may have changed.
    return figures.budget(_written(layers, input), layer)


def _last_layer(*, layers: str, input: str, **_others: object) -> dict[str, int]:
    return {"layer": len(_written(layers, input))}


@lru_cache(maxsize=8)
def _written(layers: str, input: str) -> Table:
    """The costs of the layers that somebody wrote."""
    return architectures.trace(architectures.parse(layers), _INPUTS[input])
