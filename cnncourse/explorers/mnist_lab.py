"""Explorers about one network: watch it learn, look inside, find errors, break it, read your digit.

Notebook 05b imports this module. Notebook 05 imports `training_lab`, which hands on from here what
watches a network learn, and adds what is about training as such: optimisers, augmentation, bugs.
PyTorch does not live here. A network arrives as functions on arrays, such as `predict`: images
(N, 28, 28) uint8 in, probabilities (N, 10) out; so any network can be explored that offers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import ipywidgets as widgets
import numpy as np

from cnncourse import figures, metrics
from cnncourse.figures import svg
from cnncourse.figures.lab import DEGREES, MOST_DEGREES, MOST_PIXELS
from cnncourse.figures.svg import Svg
from cnncourse.figures.words import whole_percent
from cnncourse.images import as_bytes, rotate, shift
from cnncourse.pipeline import Snapshot
from cnncourse.widgets.digit import DRAW, TYPE, UPLOAD, DigitInput
from cnncourse.widgets.drawpad import DrawPad
from cnncourse.widgets.explorer import Explorer, choice, fine_slider, slider, toggle
from cnncourse.widgets.face import Faced
from cnncourse.widgets.photo import Photo
from cnncourse.widgets.run_button import RunButton

if TYPE_CHECKING:
    from cnncourse.handwriting.neighbours import NearestNeighbours

Predict = Callable[[np.ndarray], np.ndarray]

_RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
_THRESHOLDS = [("adaptive", "adaptive"), ("Otsu", "otsu"), ("none", None)]
_SHOWN = 16  # digits of one cell of the confusion matrix


class History(Protocol):
    """A training as it is remembered, such as `lab.training.History`."""

    step: list[int]
    step_loss: list[float]
    validation_accuracy: list[float]


# Training -----------------------------------------------------------------------------------------


def train_live(
    start: Callable[..., Callable[[float], object]], count: int, *, models: Sequence[str]
) -> Explorer:
    """A training to steer: change the learning rate on the way, pause, go on, start again.

    Parameters
    ----------
    start : callable
        ``start(model=…, width=…, batch_size=…, seed=…)`` returns a function that takes a learning
        rate, learns a few digits and returns a measurement, as ``lab.live.Session(…).advance``.
    count : int
        Training digits in an epoch.
    models : sequence of str
        The first is chosen.

    Returns
    -------
    Explorer
        Controls: learning_rate, batch_size, epochs, run; folded: model, width, seed.
    """

    def begin() -> Callable[[], object]:
        chosen = {name: controls[name].value for name in _FRESH}
        advance = start(**chosen)
        return lambda: advance(controls["learning_rate"].value)

    def done(measured: tuple) -> bool:
        return bool(measured) and measured[-1].seen >= controls["epochs"].value * count

    controls = {
        "learning_rate": choice("learning rate", [(f"{r:g}", r) for r in _RATES], 0.01),
        "batch_size": choice("batch size", [8, 32, 125, 500], 125),
        "epochs": slider("epochs", 10, 1, 40),
        "run": RunButton(begin, done),
        "model": choice("model", list(models)),
        "width": choice("width", [2, 4, 8, 16, 32], 16),
        "seed": slider("seed", 0, 0, 20),
    }

    def draw(*, epochs: int, model: str, width: int, run: tuple, **_others: object) -> Svg:
        name = f"{model}, width {width}" if model == "small" else model
        return _draw_training(run, epochs * count, name)

    # These cannot change during a training: a new one begins.
    follow = dict.fromkeys(_FRESH, controls["run"].renew)
    return Explorer(draw, controls, more=list(_FRESH[1:]), follow=follow)


_FRESH = ("batch_size", "model", "width", "seed")


def _draw_training(measured: tuple, goal: int, name: str) -> Svg:
    columns = {
        wanted: [getattr(m, wanted) for m in measured]
        for wanted in ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy")
    }
    return figures.live_training(
        [m.seen for m in measured],
        **columns,
        rates=[m.learning_rate for m in measured],
        goal=goal,
        kernels=measured[-1].kernels if measured else None,
        read=measured[-1].read if measured else None,
        name=name,
    )


class Monitor(Faced):
    """Curves that grow during a long training: ``training.fit(…, watch=monitor.show)``.

    Without a page to show it, it costs next to nothing and prints nothing.

    Parameters
    ----------
    steps : int
        How many steps the training will take.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.view = widgets.HTML()
        super().__init__([self.view])

    def show(self, history: History) -> None:
        """Draw a `lab.training.History` as far as it has come."""
        self.picture = figures.training_so_far(
            history.step_loss, history.step, history.validation_accuracy, steps=self.steps
        )
        self.view.value = self.picture.in_page()

    def face(self) -> str:
        """Return a sentence, for a page without a kernel."""
        return f"<p>A training of {self.steps:,} steps was shown here, live.</p>"


def filters_over_time(snapshots: Sequence[Snapshot]) -> Explorer:
    """The kernels of the first layer from their random start to the end of a training.

    Parameters
    ----------
    snapshots : sequence of Snapshot
        In the order of training.

    Returns
    -------
    Explorer
        Controls: step.
    """

    def draw(step: int) -> Svg:
        now = snapshots[step]
        return figures.filters_over_time(
            snapshots[0].kernels, now.kernels, now.maps, step=now.step, accuracy=now.accuracy
        )

    last = len(snapshots) - 1
    controls = {"step": slider("snapshot", last, 0, last)}
    return Explorer(draw, controls, stills=({"step": 0}, {"step": last}))


# Looking inside -----------------------------------------------------------------------------------


def layer_xray(
    images: np.ndarray,
    maps: Callable[[np.ndarray], Mapping[str, np.ndarray]],
    peaks: Callable[[str], np.ndarray],
) -> Explorer:
    """All maps of a layer for a digit, one of them large, and the digits that excite it most.

    Parameters
    ----------
    images : ndarray of uint8 of shape (N, 28, 28)
    maps : callable
        ``maps(image)`` → name of each layer to its maps (C, H, W).
    peaks : callable
        ``peaks(layer)`` → the largest value of each channel for each image, shape (N, C).

    Returns
    -------
    Explorer
        Controls: digit, layer, channel.
    """
    kept_maps = lru_cache(maxsize=8)(lambda digit: maps(images[digit]))
    kept_peaks = lru_cache(maxsize=None)(peaks)
    layers = list(kept_maps(0))

    def draw(*, digit: int, layer: str, channel: int) -> Svg:
        strengths = kept_peaks(layer)[:, channel]
        best = np.argsort(-strengths, kind="stable")[:8]
        return figures.layer_xray(
            images[digit],
            kept_maps(digit)[layer],
            name=layer,
            channel=channel,
            examples=images[best],
            strengths=strengths[best].tolist(),
            places=best.tolist(),
            place=digit,
        )

    def limits(*, layer: str, **_others: object) -> dict[str, int]:
        return {"channel": len(kept_maps(0)[layer]) - 1}

    start = layers[min(3, len(layers) - 1)]
    controls = {
        "digit": slider("example", 0, 0, len(images) - 1),
        "layer": choice("layer", layers, start),
        "channel": slider("map", 0, 0, len(kept_maps(0)[start]) - 1),
    }
    return Explorer(draw, controls, limits=limits, stills=({}, {"layer": layers[-1]}))


def what_matters(
    images: np.ndarray,
    predict: Predict,
    covered: Callable[..., np.ndarray],
    sensitivity: Callable[[np.ndarray, int], np.ndarray],
) -> Explorer:
    """Which pixels an answer hangs on: cover them by a patch, or follow the gradient.

    Parameters
    ----------
    images : ndarray of uint8 of shape (N, 28, 28)
    predict : callable
    covered : callable
        ``covered(image, patch=…, stride=…, digit=…)`` → their probabilities (OH, OW), as
        `lab.inspection.occlusion`.
    sensitivity : callable
        ``sensitivity(image, digit)`` → (28, 28), as `lab.inspection.saliency`.

    Returns
    -------
    Explorer
        Controls: digit, answer, patch, stride; folded: row, column (of the cover).
    """

    @lru_cache(maxsize=32)  # the network need not answer again while the cover is dragged
    def asked(digit: int, answer: str, patch: int, stride: int) -> dict[str, Any]:
        image = images[digit]
        probabilities = predict(image[None])[0]
        wanted = int(probabilities.argmax()) if answer == "its own" else int(answer)
        return {
            "covered": covered(image, patch=patch, stride=stride, digit=wanted),
            "sensitivity": sensitivity(image, wanted),
            "digit": wanted,
            "probability": float(probabilities[wanted]),
        }

    def draw(*, digit: int, answer: str, patch: int, stride: int, row: int, column: int) -> Svg:
        return figures.what_matters(
            images[digit],
            **asked(digit, answer, patch, stride),
            patch=patch,
            stride=stride,
            row=row,
            column=column,
        )

    def limits(*, patch: int, **_others: object) -> dict[str, int]:
        return {"row": 28 - patch, "column": 28 - patch}

    controls = {
        "digit": slider("example", 0, 0, len(images) - 1),
        "answer": choice("probability of", ["its own", *map(str, range(10))]),
        "patch": slider("patch", 7, 1, 14, unit="px"),
        "stride": slider("stride", 2, 1, 4, unit="px"),
        "row": slider("row", 12, 0, 27, 2, unit="px"),
        "column": slider("column", 12, 0, 27, 2, unit="px"),
    }
    for name in ("row", "column"):  # the cover goes by strides
        widgets.dlink((controls["stride"], "value"), (controls[name], "step"))
    return Explorer(draw, controls, more=["row", "column"], limits=limits)


# Errors -------------------------------------------------------------------------------------------


def confusion(images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> Explorer:
    """A table of labels against answers: a cell opens its digits, and a digit its probabilities.

    Starts at the most frequent error.

    Parameters
    ----------
    images : ndarray of uint8 of shape (N, 28, 28)
    labels : ndarray of int of shape (N,)
    probabilities : ndarray of shape (N, 10)

    Returns
    -------
    Explorer
        Controls: label, answer, order; folded: digit (of those shown).
    """
    answers, sure = probabilities.argmax(1), probabilities.max(1)
    table = metrics.confusion(answers, labels)

    def shown(label: int, answer: int, order: str) -> np.ndarray:
        found = np.flatnonzero((labels == label) & (answers == answer))
        sign = -1 if order == "surest first" else 1
        return found[np.argsort(sign * sure[found], kind="stable")][:_SHOWN]

    def draw(*, label: int, answer: int, order: str, digit: int) -> Svg:
        places = shown(label, answer, order)
        return figures.confusion(
            table,
            row=label,
            column=answer,
            examples=images[places],
            shares=probabilities[places],
            places=places.tolist(),
            chosen=digit,
        )

    def limits(*, label: int, answer: int, **_others: object) -> dict[str, int]:
        return {"digit": min(int(table[label, answer]), _SHOWN) - 1}

    errors = table - np.diag(np.diag(table))
    label, answer = np.unravel_index(errors.argmax(), errors.shape)
    controls = {
        "label": slider("label", int(label), 0, 9),
        "answer": slider("answer", int(answer), 0, 9),
        "order": choice("order", ["surest first", "least sure first"]),
        "digit": slider("digit looked at", 0, 0, _SHOWN - 1),
    }
    return Explorer(draw, controls, more=["digit"], limits=limits)


@dataclass(frozen=True)
class Damage:
    """A way to spoil digits.

    Attributes
    ----------
    spoil : callable
        ``spoil(images, amount)`` → images, both uint8 (N, 28, 28).
    amounts : sequence of float
        From none to much.
    unit : str
        "pixels right" and "degrees" can be done by hand: a digit is then dragged or turned.
    curves : mapping of str to sequence of float
        The accuracy of each network at every amount, measured on many digits.
    """

    spoil: Callable[[np.ndarray, float], np.ndarray]
    amounts: Sequence[float]
    unit: str
    curves: Mapping[str, Sequence[float]]


def damage(
    spoil: Callable[[np.ndarray, float], np.ndarray],
    amounts: Sequence[float],
    unit: str,
    predict: Mapping[str, Predict],
    images: np.ndarray,
    labels: np.ndarray,
) -> Damage:
    """Return a way to spoil digits, with every network measured at every amount.

    Parameters
    ----------
    spoil, amounts, unit : callable, sequence of float, str
        As in `Damage`.
    predict : mapping of str to callable
        The networks by name.
    images : ndarray of uint8 of shape (N, 28, 28)
    labels : ndarray of int of shape (N,)
    """
    curves: dict[str, list[float]] = {name: [] for name in predict}
    for amount in amounts:
        spoilt = spoil(images, amount)
        for name, function in predict.items():
            curves[name].append(metrics.accuracy(function(spoilt), labels))
    return Damage(spoil, amounts, unit, curves)


def break_it(
    images: np.ndarray,
    labels: np.ndarray,
    predict: Mapping[str, Predict],
    damages: Mapping[str, Damage],
) -> Explorer:
    """Shift, turn or spoil digits until the networks misread them.

    Parameters
    ----------
    images : ndarray of uint8 of shape (N, 28, 28)
    labels : ndarray of int of shape (N,)
    predict : mapping of str to callable
        The networks by name.
    damages : mapping of str to Damage

    Returns
    -------
    Explorer
        Controls: damage, amount, first.
    """

    by_hand = {
        hand: (name, float(max(one.amounts)), _step(one.amounts))
        for hand, unit in (("shift", "pixels right"), ("turn", "degrees"))
        for name, one in damages.items()
        if one.unit == unit
    }

    def draw(*, damage: str, amount: float, first: int) -> Svg:
        chosen, shown = damages[damage], slice(first, first + 8)
        much = int(amount) if amount == int(amount) else amount  # pixels are whole
        spoilt = chosen.spoil(images[shown], much)
        return figures.break_it(
            spoilt,
            labels[shown].tolist(),
            {name: function(spoilt).argmax(1) for name, function in predict.items()},
            {name: (chosen.amounts, y) for name, y in chosen.curves.items()},
            change=damage,
            amount=much,
            unit=chosen.unit,
            step=_step(chosen.amounts),
            by_hand=by_hand,
        )

    start = next(iter(damages.values())).amounts
    controls = {
        "damage": choice("damage", list(damages)),
        "amount": fine_slider("amount", start[(len(start) - 1) // 2], 0, max(start), _step(start)),
        "first": slider("first example", 0, 0, max(len(images) - 8, 0)),
    }

    def fit(_change: object) -> None:
        amount, amounts = controls["amount"], damages[controls["damage"].value].amounts
        step = _step(amounts)
        amount.max, amount.step = max(amounts), step
        amount.value = step * round(amount.value / step)  # half a step of another damage is none
        amount.readout_format = ".0f" if step % 1 == 0 else ".2f"

    fit(None)
    stills = ({}, *({"damage": name} for name in list(damages)[1:]))
    return Explorer(draw, controls, follow={"damage": fit}, stills=stills)


def _step(amounts: Sequence[float]) -> float:
    """The largest step that leads to each of some amounts, which have three decimals at most."""
    return int(np.gcd.reduce(np.rint(1000 * np.array(amounts)).astype(int))) / 1000 or 1.0


# Your own digit -----------------------------------------------------------------------------------


def own_digit(
    predict: Predict,
    examples: Mapping[str, np.ndarray],
    *,
    memory: NearestNeighbours | None = None,
    maps: Callable[[np.ndarray], np.ndarray] | None = None,
    drawn: np.ndarray | None = None,
) -> Explorer:
    """A digit of your own, brought into MNIST's form step by step, and what is read.

    Parameters
    ----------
    predict : callable
    examples : mapping of str to ndarray
        Photographs to begin with.
    memory : NearestNeighbours, optional
        What the network has learnt from: then the picture is compared with it, unless it has no
        limit.
    maps : callable, optional
        ``maps(image)`` → what a layer makes of it, (C, H, W): then these are shown, too.
    drawn : ndarray of shape (28, 28), from 0 to 1, optional
        Something on the pad to begin with: then the pad is open, else the first example.

    Returns
    -------
    Explorer
        Controls: photo, polarity, crop, centre; folded: keep_aspect, stroke, threshold, right,
        down, turn.
    """

    from cnncourse.handwriting import form  # only here: it needs much of OpenCV

    def draw(*, photo: Photo, right: int, down: int, turn: int, **toggles: Any) -> Svg:
        if photo.name == DRAW and not photo.pixels.any():
            return _nothing_drawn(photo.pixels, compared, maps)
        done = [(step.name, step.image) for step in form.steps(as_bytes(photo.pixels), **toggles)]
        seen = as_bytes(done[-1][1])
        if right or down or turn:
            seen = moved(seen, right=right, down=down, turn=turn)
            done.append(("moved", seen))
        probabilities = predict(seen[None])[0]
        more: dict[str, Any] = {}
        if compared is not None:
            places, distances = compared.nearest(seen[None], probabilities.argmax()[None])
            more["nearest"] = compared.images[places[0]]
            more |= {"distance": float(distances.mean()), "limit": compared.limit}
        if maps is not None:
            more["maps"] = _as_pictures(maps(seen))
        named = {DRAW: "your drawing", UPLOAD: "your photo", TYPE: "what you typed"}
        name = named.get(photo.name, photo.name)
        verdict = f"{name[:1].upper()}{name[1:]}."
        return figures.reading(done, probabilities, verdict, moved=(right, down, turn), **more)

    compared = memory if memory is not None and np.isfinite(memory.limit) else None

    pad = DrawPad()
    digit = DigitInput(examples, pad=pad, type_in=form.from_ascii)
    if drawn is not None:
        pad.value, digit.choice.value = drawn, DRAW

    controls = {
        "photo": digit,
        "polarity": toggle("look which way round the ink is", True),
        "crop": toggle("crop to the ink", True),
        "centre": toggle("centre of mass in the middle", True),
        "keep_aspect": toggle("keep the proportions", True),
        "stroke": toggle("strokes as wide as MNIST's", True),
        "threshold": choice("threshold", _THRESHOLDS),
        "right": slider("right", 0, -MOST_PIXELS, MOST_PIXELS, unit="px"),
        "down": slider("down", 0, -MOST_PIXELS, MOST_PIXELS, unit="px"),
        "turn": slider("turn (degrees)", 0, -MOST_DEGREES, MOST_DEGREES, DEGREES),
    }
    plain = dict.fromkeys(("polarity", "crop", "centre", "keep_aspect", "stroke"), False)
    return Explorer(
        draw,
        controls,
        more=list(controls)[4:],
        beside="photo",
        stills=({}, {**plain, "threshold": "otsu"}),
    )


def _nothing_drawn(
    pad: np.ndarray,
    memory: NearestNeighbours | None,
    maps: Callable[[np.ndarray], np.ndarray] | None,
) -> Svg:
    """The picture of an empty pad: as tall as any other, with nothing to read."""
    return figures.reading(
        [("drawn", pad)],
        None,
        "Draw a digit on the pad, as large as you like.",
        nearest=None if memory is None else memory.images[:0],
        maps=None if maps is None else _as_pictures(maps(as_bytes(pad))),
    )


def moved(image: np.ndarray, *, right: int, down: int, turn: float) -> np.ndarray:
    """Return an image turned about its middle and shifted by whole pixels; black comes in.

    Parameters
    ----------
    image : ndarray of uint8 of shape (28, 28)
    right, down : int, in pixels
    turn : float
        In degrees, anticlockwise.
    """
    return shift(rotate(image, turn), down, right)


def preferred(
    stages: Mapping[int, np.ndarray], predict: Predict, memory: NearestNeighbours
) -> Explorer:
    """The picture that a network likes best for each digit, on its way, and a digit most like it.

    Parameters
    ----------
    stages : mapping of int to ndarray of uint8 of shape (10, 28, 28)
        The pictures by the number of steps.
    predict : callable
    memory : NearestNeighbours

    Returns
    -------
    Explorer
        Controls: stage.
    """
    wanted, steps = np.arange(10), list(stages)

    def draw(stage: int) -> Svg:
        pictures = stages[steps[stage]]
        sure = predict(pictures)[wanted, wanted]
        nearest = memory.images[memory.nearest(pictures, wanted)[0][:, 0]]
        captions = [f"{digit}: {whole_percent(p)}" for digit, p in enumerate(sure)]
        liked = figures.digits(pictures, captions, columns=5, title=f"After {steps[stage]} steps")
        alike = [f"like {digit}" for digit in wanted]
        digits = figures.digits(nearest.repeat(2, axis=1).repeat(2, axis=2), alike, columns=5)
        sentence = (
            f"After {steps[stage]} steps the network is on average "
            f"{whole_percent(float(sure.mean()))} sure of the digit wanted."
        )
        title = "What the network likes best"
        return svg.beside(liked, digits, title=title, description=sentence)

    last = len(steps) - 1
    controls = {"stage": slider("stage", last, 0, last)}
    return Explorer(draw, controls, stills=({"stage": 0}, {"stage": last}))


class Collector(Faced):
    """A pad that asks for digits, one after the other, and keeps what was drawn.

    Parameters
    ----------
    rounds : int
        How often each digit is asked for.

    Attributes
    ----------
    pictures : list of ndarray of shape (28, 28), from 0 to 1
    labels : list of int
        What was asked for.
    """

    def __init__(self, rounds: int = 2) -> None:
        self.wanted = [digit for _ in range(rounds) for digit in range(10)]
        self.pictures: list[np.ndarray] = []
        self.labels: list[int] = []
        self.pad = DrawPad()
        self.keep = widgets.Button(description="keep")
        self.undo = widgets.Button(description="undo the last")
        self.keep.on_click(self._keep)
        self.undo.on_click(self._undo)
        self.says = widgets.HTML()
        super().__init__([self.says, self.pad, widgets.HBox([self.keep, self.undo])])
        self._ask()

    def _keep(self, _button: object = None) -> None:
        if self.pad.value.any() and len(self.labels) < len(self.wanted):
            self.pictures.append(np.array(self.pad.value))
            self.labels.append(self.wanted[len(self.labels)])
            self.pad.value = np.zeros_like(self.pad.value)
        self._ask()

    def _undo(self, _button: object = None) -> None:
        if self.labels:
            self.pictures.pop()
            self.labels.pop()
        self._ask()

    def _ask(self) -> None:
        done, all_of = len(self.labels), len(self.wanted)
        ask = f"Draw a {self.wanted[done]}" if done < all_of else "Thank you. Run the next cell"
        self.says.value = f'<p role="status">{ask}. Kept: {done} of {all_of}.</p>'

    def face(self) -> str:
        """Return a sentence, for a page without a kernel."""
        return f"<p>Here a pad asked for {len(self.wanted)} digits.</p>"


def _as_pictures(maps: np.ndarray) -> np.ndarray:
    """Return maps without sign, all on one scale from 0 to 1, about as large as a digit."""
    size = np.abs(maps) / max(float(np.abs(maps).max()), 1e-12)
    times = max(1, 28 // maps.shape[1])
    return size.repeat(times, axis=1).repeat(times, axis=2)
