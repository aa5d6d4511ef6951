"""Training: a network and digits in, a ``History`` of plain lists out.

    model = models.build("small")
    history = fit(model, digits.load(), epochs=2)
    history.validation_accuracy  # one number an epoch

All digits stay in memory as bytes and are cut into batches here: for pictures this small, fetching
them one by one through worker processes takes longer than the learning. The same seed gives the
same numbers on the same processor with the same number of threads. Nothing is drawn here: `watch`
is called with the history, and in a terminal a line counts the steps.
"""

from __future__ import annotations

import io
import math
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.files import write_atomically
from cnncourse.geometry import check_whole
from cnncourse.handwriting.neighbours import NearestNeighbours, remember
from cnncourse.lab import models
from cnncourse.lab.digits import Digits
from cnncourse.lab.evaluation import logits
from cnncourse.lab.reproducible import using_seed
from cnncourse.lab.threads import using_threads
from cnncourse.split import Split

AUGMENTATIONS = (None, "shift", "full")
MEASURED = 5000  # training digits on which the training accuracy is measured
WARM_UP = 0.3  # the share of the steps in which the one-cycle rate rises

# The largest changes that warp makes, in degrees, shares, and pixels (BEND: standard deviation).
TURN, SCALE, SLANT, MOVE, BEND = 5, 0.05, 0.05, 1.0, 0.5


@dataclass
class History:
    """What happened during training, in plain lists.

    Attributes
    ----------
    step_loss, learning_rate : list of float
        One entry a step. The loss is that of the batch, in training mode.
    epoch, step, seconds, train_loss, train_accuracy, validation_loss, validation_accuracy : list
        One entry a measurement: at the end of each epoch, unless `fit` is told otherwise, and at a
        stop. Losses are mean cross-entropies (natural logarithm), accuracies go from 0 to 1; all in
        evaluation mode and without augmentation.
        `seconds` counts the training without these measurements.
    stopped : bool
        Set it to True, from `watch` or from another thread, and the training ends after the step.
    """

    step_loss: list[float] = field(default_factory=list, repr=False)
    learning_rate: list[float] = field(default_factory=list, repr=False)
    epoch: list[float] = field(default_factory=list)
    step: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    stopped: bool = False


def fit(
    model: nn.Module,
    digits: Digits,
    *,
    epochs: int = 3,
    batch_size: int = 125,
    learning_rate: float = 0.01,
    schedule: str = "one-cycle",
    augment: str | None = "shift",
    seed: int = 0,
    device: str = "auto",
    threads: int | None = None,
    history: History | None = None,
    watch: Callable[[History], None] | None = None,
    watch_every: int = 20,
    measure_every: int = 1,
    progress: bool = True,
) -> History:
    """Train a network with Adam on cross-entropy, and return what happened.

    The network is changed in place, and keeps in ``model.memory`` some of the digits it has seen
    (see :mod:`cnncourse.handwriting.neighbours`). An interrupt (the stop button of Jupyter, Ctrl-C)
    or ``history.stopped = True`` ends the training early, and what was learnt is kept.

    Parameters
    ----------
    model : nn.Module
        Takes float32 (N, 1, 28, 28) in [0, 1], returns logits (N, 10).
    digits : Digits
        Learns from ``digits.train``; ``digits.validation`` is only measured.
    epochs : int
        How often each training digit is seen.
    batch_size : int
        Digits a step.
    learning_rate : float
        The highest rate of the one cycle, or the constant one.
    schedule : "one-cycle" or "constant"
        See :func:`one_cycle`.
    augment : None, "shift" or "full"
        Train on each digit as it is, moved by up to one pixel, or also turned and bent a little:
        see :func:`shift` and :func:`warp`.
    seed : int
        Decides the order of the digits, the augmentation and the dropout, not the weights at the
        start: those came with the model.
    device : "auto", "cpu", "cuda" …
        "auto" takes a CUDA device if there is one.
    threads : int, optional
        By default as many as there are idle processor cores when the first training starts: with
        more, they wait for each other.
    history : History, optional
        Goes on with an earlier training: entries are appended, the optimiser starts afresh.
    watch : callable, optional
        Called with the history every `watch_every` steps and at the end of each epoch.
    watch_every : int
    measure_every : int
        Epochs from one measurement of losses and accuracies to the next; the end is always
        measured. For few digits the measuring takes longer than the learning.
    progress : bool
        Count the steps on a line of the terminal; never in a notebook or a log file.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If an argument makes no sense, or the device is not there.
    """
    _check(
        digits,
        {
            "epochs": epochs,
            "batch_size": batch_size,
            "watch_every": watch_every,
            "measure_every": measure_every,
        },
        learning_rate,
        {"schedule": (schedule, SCHEDULES), "augment": (augment, AUGMENTATIONS)},
    )
    history = history or History()
    history.stopped = False
    place, home = _place(device), next(model.parameters()).device
    model.to(place, memory_format=torch.channels_last)  # the layout that processors like best
    adam = Adam(model.parameters())
    steps_an_epoch = math.ceil(len(digits.train) / batch_size)
    diary = _Diary(history, model, digits, steps_an_epoch)
    seed += len(history.step_loss)  # whoever goes on gets other shuffles than the first time
    chance = torch.Generator().manual_seed(seed)  # on the CPU: the same numbers with any device
    batches = _batches(digits.train, epochs, batch_size, augment, chance)
    with using_threads(threads), using_seed(seed, place):
        try:
            for done, (images, labels) in enumerate(batches, start=1):
                rate = SCHEDULES[schedule](done - 1, epochs * steps_an_epoch, learning_rate)
                loss = learn(model, adam, images.to(place), labels.to(place), rate)
                diary.note(loss, rate)
                epoch_ends = done % steps_an_epoch == 0
                if progress:
                    _count(done, epochs * steps_an_epoch, loss)
                if done % (measure_every * steps_an_epoch) == 0:
                    diary.measure()
                if watch and (epoch_ends or done % watch_every == 0):
                    watch(history)
                if history.stopped:
                    break
        except KeyboardInterrupt:
            history.stopped = True
        diary.measure()
    model.memory = remember(digits.train, digits.validation)
    model.to(home).eval()
    return history


class Adam:
    """Adam, written out: each weight gets a step of its own, from the means of its gradients.

    D. P. Kingma and J. Ba (2015), *Adam: A Method for Stochastic Optimization*. It takes the same
    steps as ``torch.optim.Adam``, which loads PyTorch's compiler on the way: 100 MB of memory that
    nothing here needs.

    Parameters
    ----------
    parameters : iterable of Tensor
    """

    BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

    def __init__(self, parameters: Iterable[torch.Tensor]):
        self.parameters = [p for p in parameters if p.requires_grad]
        self.means = [torch.zeros_like(p) for p in self.parameters]
        self.squares = [torch.zeros_like(p) for p in self.parameters]
        self.steps = 0

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move the weights against their gradients, at a learning rate."""
        self.steps += 1
        # the means start at zero: early on they are too small by these factors
        young, young_square = 1 - self.BETA1**self.steps, 1 - self.BETA2**self.steps
        for weight, mean, square in zip(self.parameters, self.means, self.squares, strict=True):
            if weight.grad is None:  # a layer that was not used
                continue
            mean.lerp_(weight.grad, 1 - self.BETA1)
            square.mul_(self.BETA2).addcmul_(weight.grad, weight.grad, value=1 - self.BETA2)
            scale = square.div(young_square).sqrt_().add_(self.EPSILON)
            weight.addcdiv_(mean, scale, value=-rate / young)
        if self.steps % 100 == 0:
            self._forget_tiny_means()

    def _forget_tiny_means(self) -> None:
        """Set means that are nearly zero to zero.

        Those of a weight that is no longer used fade without ever reaching it. Below 1e-38 they
        are *denormal*, and processors compute with such numbers many times slower.
        """
        for mean in (*self.means, *self.squares):
            mean[mean.abs() < 1e-30] = 0


def learn(
    model: nn.Module, adam: Adam, images: torch.Tensor, labels: torch.Tensor, rate: float
) -> float:
    """Learn from one batch: loss, gradients, a step downhill.

    Parameters
    ----------
    model : nn.Module
    adam : Adam
        Made with this model's parameters.
    images : Tensor of float of shape (N, 1, 28, 28), in [0, 1]
    labels : Tensor of int64 of shape (N,)
    rate : float
        The learning rate.

    Returns
    -------
    float
        The mean cross-entropy of these digits before the step.
    """
    model.train()
    model.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    adam.step(rate)
    return loss.item()


def one_cycle(step: int, steps: int, peak: float) -> float:
    """Return the learning rate of a step: a straight rise to the peak, then half a cosine down.

    Large steps in the middle cross the hills, small ones at the end find the bottom. After
    L. N. Smith and N. Topin (2017), *Super-Convergence: Very Fast Training of Neural Networks
    Using Large Learning Rates*, with the shape that is common today.

    Parameters
    ----------
    step : int
        0 … steps − 1.
    steps : int
    peak : float

    >>> [round(one_cycle(step, 10, 1.0), 2) for step in (0, 3, 6, 9)]
    [0.04, 1.0, 0.61, 0.05]
    """
    done = step / steps
    if done < WARM_UP:
        return peak * (0.04 + 0.96 * done / WARM_UP)
    return peak * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2


def constant(step: int, steps: int, peak: float) -> float:
    """Return the same learning rate for every step."""
    return peak


SCHEDULES = {"one-cycle": one_cycle, "constant": constant}


def shift(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return each image moved by -1, 0 or 1 pixels down and right, at random.

    Parameters
    ----------
    images : Tensor of shape (N, 28, 28)
    generator : torch.Generator

    Returns
    -------
    Tensor of the same shape and type; black comes in from the side
    """
    n = len(images)
    padded = F.pad(images, (1, 1, 1, 1))  # (N, 30, 30)
    windows = padded.unfold(1, 28, 1).unfold(2, 28, 1)  # (N, 3, 3, 28, 28), nothing is copied yet
    down, right = torch.randint(3, (2, n), generator=generator)
    return windows[torch.arange(n), down, right]


def warp(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return each image shifted, turned, scaled, slanted and bent a little, at random.

    One affine map an image, and on top a smooth field of small displacements, as hands make them:
    P. Y. Simard, D. Steinkraus and J. C. Platt (2003), *Best Practices for Convolutional Neural
    Networks Applied to Visual Document Analysis*.

    Parameters
    ----------
    images : Tensor of float of shape (N, 28, 28)
    generator : torch.Generator

    Returns
    -------
    Tensor of the same shape
    """
    n = len(images)
    grid = F.affine_grid(_affine(n, generator), [n, 1, 28, 28], align_corners=False)
    bend = torch.randn((n, 2, 5, 5), generator=generator) * BEND / 14
    bend = F.interpolate(bend, size=(28, 28), mode="bicubic", align_corners=True)
    grid = grid + bend.permute(0, 2, 3, 1)  # (N, 28, 28, 2): where each new pixel looks
    return F.grid_sample(images.unsqueeze(1), grid, align_corners=False).squeeze(1)


def augmented(images: np.ndarray, kind: str | None, *, seed: int = 0) -> np.ndarray:
    """Return images as the training sees them, to look at.

    Parameters
    ----------
    images : ndarray of uint8 of shape (N, 28, 28)
    kind : None, "shift" or "full"
    seed : int

    Returns
    -------
    ndarray of float32 of shape (N, 28, 28), in [0, 1]
    """
    _check_choice("kind", kind, AUGMENTATIONS)
    return _prepare(torch.from_numpy(images), kind, torch.Generator().manual_seed(seed)).numpy()


def save(model: nn.Module, path: str | Path) -> None:
    """Write a network's weights, and the digits it remembers, to a file, whole or not at all.

    Raises
    ------
    OSError
        If the file cannot be written, as on a full disk; an older file of that name is kept.
    """
    contents = io.BytesIO()
    recipe = getattr(model, "recipe", None)  # how models.build made it
    saved = {"recipe": recipe, "weights": model.state_dict()}
    memory = getattr(model, "memory", None)
    if memory is not None:
        images, labels = (torch.from_numpy(a) for a in (memory.images, memory.labels))
        saved["memory"] = {"images": images, "labels": labels, "limit": memory.limit}
    torch.save(saved, contents)
    try:
        write_atomically(Path(path), contents.getvalue())
    except OSError as error:
        reason = (
            f"{path} could not be written ({error.strerror}): free some space, or save elsewhere"
        )
        raise OSError(error.errno, reason) from error


def load(path: str | Path, into: nn.Module | None = None) -> nn.Module:
    """Return the network that :func:`save` wrote, ready to predict.

    Parameters
    ----------
    path : str or Path
    into : nn.Module, optional
        Where to put the weights; needed for a network that models.build did not make.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, no checkpoint of the lab, or of another network.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {path}: train a network and save it first")
    try:
        # weights only: a file of another kind could run any program while it is being loaded
        saved = torch.load(path, map_location="cpu", weights_only=True)
        recipe, weights, memory = saved["recipe"], saved["weights"], saved.get("memory")
    except Exception as error:  # a damaged file can make the unpickler raise anything
        raise ValueError(
            f"{path} is no checkpoint of the lab, or damaged: save it again"
        ) from error
    if into is None and recipe is None:
        raise ValueError(
            f"{path} does not say how to build its network: use load(path, into=model)"
        )
    model = models.build(**recipe) if into is None else into
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"{path} holds the weights of another network than `into`") from error
    if memory is not None:
        images, labels = memory["images"].numpy(), memory["labels"].numpy()
        model.memory = NearestNeighbours(images, labels, memory["limit"])
    return model.eval()


class _Diary:
    """Writes into the history, and keeps the time."""

    def __init__(self, history: History, model: nn.Module, digits: Digits, steps_an_epoch: int):
        self.history, self.model, self.digits = history, model, digits
        self.steps_an_epoch = steps_an_epoch
        self.epoch = history.epoch[-1] if history.epoch else 0.0
        self.seconds = history.seconds[-1] if history.seconds else 0.0
        self.start = time.perf_counter()

    def note(self, loss: float, rate: float) -> None:
        """Enter one step."""
        self.history.step_loss.append(loss)
        self.history.learning_rate.append(rate)

    def measure(self) -> None:
        """Enter the losses and accuracies of now, unless no step was made since the last time."""
        history, done = self.history, len(self.history.step_loss)
        before = history.step[-1] if history.step else 0
        if done == before:
            return
        self.seconds += time.perf_counter() - self.start
        self.epoch += (done - before) / self.steps_an_epoch
        train = _measure(self.model, self.digits.train.first(MEASURED))
        validation = _measure(self.model, self.digits.validation)
        history.step.append(done)
        history.epoch.append(self.epoch)
        history.seconds.append(self.seconds)
        history.train_loss.append(train[0])
        history.train_accuracy.append(train[1])
        history.validation_loss.append(validation[0])
        history.validation_accuracy.append(validation[1])
        self.start = time.perf_counter()


def _batches(
    split: Split, epochs: int, batch_size: int, augment: str | None, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield every digit once an epoch, in a new order each time."""
    images, labels = torch.from_numpy(split.images), torch.from_numpy(split.labels)
    for _ in range(epochs):
        for chosen in torch.randperm(len(labels), generator=generator).split(batch_size):
            batch = _prepare(images[chosen], augment, generator)
            yield batch.unsqueeze(1), labels[chosen]  # (N, 1, 28, 28), (N,)


def _prepare(images: torch.Tensor, augment: str | None, generator: torch.Generator) -> torch.Tensor:
    """Return bytes as numbers in [0, 1], augmented."""
    if augment == "shift":
        images = shift(images, generator)  # bytes move faster than floats
    images = images.float() / 255
    return warp(images, generator) if augment == "full" else images


def _affine(n: int, generator: torch.Generator) -> torch.Tensor:
    """Return n random affine maps close to the identity, as (n, 2, 3)."""
    draw = torch.rand((6, n), generator=generator) * 2 - 1  # uniform in [-1, 1]
    angle = math.radians(TURN) * draw[0]
    wide, high, slant = 1 + SCALE * draw[1], 1 + SCALE * draw[2], SLANT * draw[3]
    right, down = MOVE / 14 * draw[4:]  # the picture reaches from -1 to 1: a pixel is 1/14
    rows = [angle.cos() * wide, slant - angle.sin() * high, right]
    rows += [angle.sin() * wide, angle.cos() * high, down]
    return torch.stack(rows, 1).view(n, 2, 3)


def _measure(model: nn.Module, split: Split) -> tuple[float, float]:
    """Return mean cross-entropy and accuracy in evaluation mode."""
    scores, labels = logits(model, split.images), torch.from_numpy(split.labels)
    right = (scores.argmax(1) == labels).float()
    return F.cross_entropy(scores, labels).item(), right.mean().item()


def _place(device: str) -> torch.device:
    """Return the device to train on."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # unknown to PyTorch, or not in this machine
        raise ValueError(f'device is {device!r}, which is not here: use "auto" or "cpu"') from error
    return torch.device(device)


def _count(step: int, steps: int, loss: float) -> None:
    """Count the steps on one line of the terminal, if standard error is one."""
    if sys.stderr.isatty() and (step % 20 == 0 or step == steps):
        end = "\n" if step == steps else ""
        print(
            f"\rstep {step:,} of {steps:,}, loss {loss:.3f}", end=end, file=sys.stderr, flush=True
        )


def _check(digits: Digits, whole: dict, learning_rate: float, choices: dict) -> None:
    """Refuse arguments that make no sense."""
    for name, value in whole.items():
        check_whole(name, value, least=1)
    if not learning_rate > 0:
        raise ValueError(f"learning_rate is {learning_rate}: use a number above 0, such as 0.01")
    for name, (value, allowed) in choices.items():
        _check_choice(name, value, allowed)
    if not len(digits.train):
        raise ValueError("there are no digits to learn from: use digits.first(n) with n above 0")


def _check_choice(name: str, value: object, allowed: Collection) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}: use one of {', '.join(map(repr, allowed))}")
