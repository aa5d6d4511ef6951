"""The explorers of notebook 05, about training: what comes in, ways downhill, a hunt for bugs.

    >>> view = descent().view.value  # three optimisers in one valley

Notebook 05 imports this module. What watches one network while it learns (`train_live`, `Monitor`,
`filters_over_time`) is written in `mnist_lab`, beside the explorers that question a network
afterwards, and handed on from here. PyTorch does not live here: what needs it arrives as functions
on arrays, or as lists of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnncourse import descent as valley
from cnncourse import figures
from cnncourse.explorers.mnist_lab import Monitor, filters_over_time, train_live
from cnncourse.figures import training_lab as drawn
from cnncourse.figures.svg import Svg
from cnncourse.widgets.explorer import Explorer, choice, slider

__all__ = [
    "Curves",
    "Monitor",
    "augmented",
    "bug_hunt",
    "descent",
    "filters_over_time",
    "train_live",
]

Change = Callable[[np.ndarray, str | None, int], np.ndarray]

NO_GUESS = "choose one"
_RATES = (0.01, 0.03, 0.05, 0.1, 0.15, 0.19, 0.21, 0.3)


def augmented(images: np.ndarray, change: Change) -> Explorer:
    """The same digits as a training sees them, time after time.

    Parameters
    ----------
    images : ndarray of uint8 of shape (N, 28, 28)
    change : callable
        ``change(images, kind, seed)`` → as many pictures from 0 to 1; the kind is None, "shift" or
        "full".

    Returns
    -------
    Explorer
        Controls: kind, epoch.
    """

    words = {None: "none", "shift": "shift", "full": "shift, turn, bend"}

    def draw(*, kind: str | None, epoch: int) -> Svg:
        seen = change(images, kind, epoch)
        moved = np.abs(seen - images / 255).mean(axis=(1, 2)) > 1e-3
        return figures.digits(
            seen,
            title="As the training sees them",
            description=f"Epoch {epoch}, augmentation: {words[kind]}. {int(moved.sum())} of "
            f"{len(images)} digits differ from the file.",
        )

    kinds = [(name, kind) for kind, name in words.items()]
    controls = {"kind": choice("augmentation", kinds, "full"), "epoch": slider("epoch", 1, 1, 20)}
    return Explorer(draw, controls, stills=({}, {"kind": None}))


def descent() -> Explorer:
    """Plain gradient descent, momentum and Adam in one valley, at one learning rate.

    Returns
    -------
    Explorer
        Controls: rate, steps.
    """

    def draw(*, rate: float, steps: int) -> Svg:
        paths = {name: valley.path(name, rate=rate, steps=steps) for name in valley.OPTIMISERS}
        losses = {name: valley.loss(path).tolist() for name, path in paths.items()}
        return drawn.descent(paths, losses, valley.STEEPNESS)

    controls = {
        "rate": choice("learning rate", [(f"{r:g}", r) for r in _RATES], 0.05),
        "steps": slider("steps", 30, 1, 80),
    }
    return Explorer(draw, controls, stills=({}, {"rate": 0.21}))


@dataclass(frozen=True)
class Curves:
    """What a training loop left behind.

    Attributes
    ----------
    losses : sequence of float
        One a step.
    accuracies : sequence of float
        On validation digits, one an epoch.
    """

    losses: Sequence[float]
    accuracies: Sequence[float]


def bug_hunt(sound: Curves, broken: Mapping[str, Curves]) -> Explorer:
    """Curves without a name and names of bugs: which belongs to which?

    Parameters
    ----------
    sound : Curves
        Of a loop without a bug.
    broken : mapping of str to Curves
        By what is wrong with the loop; shown under letters, in this order.

    Returns
    -------
    Explorer
        Controls: curve, guess.
    """
    names = dict(zip("ABCDEFGH", broken, strict=False))

    def draw(*, curve: str, guess: str) -> Svg:
        bug = names[curve]
        picture = drawn.suspect(
            f"curve {curve}", broken[bug].losses, broken[bug].accuracies, sound.losses
        )
        verdict = {NO_GUESS: "Which bug is it?", bug: f"Yes: {bug}."}.get(
            guess, f"No, it is not this one: {guess}."
        )
        return picture.titled(picture.title, f"{picture.description} {verdict}")

    controls = {
        "curve": choice("curve", list(names)),
        "guess": choice("your guess", [NO_GUESS, *sorted(broken)]),
    }
    return Explorer(draw, controls, stills=tuple({"curve": letter} for letter in names))
