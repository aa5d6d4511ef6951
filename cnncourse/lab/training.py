"""Training: a network and digits in, a ``History`` of plain lists out.

    model = models.build("small")
    history = fit(model, digits.load(), epochs=2)
    history.validation_accuracy  # one number an epoch

:func:`fit` is the loop that everyone writes, and around it a schedule for the learning rate,
augmentation, more practice with hard digits, goals that are a little less than certain,
measurements, and a way to stop. All digits stay in memory as bytes and are cut into batches here:
for pictures this small, fetching them one by one through worker processes takes longer than the
learning. The same seed gives the same numbers on the same processor with the same number of
threads. Nothing is drawn here: `watch` is called with the history, and in a terminal a line counts
the steps.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.geometry import check_choice, check_whole
from cnncourse.lab.adam import Adam
from cnncourse.lab.augmentation import KINDS, augmented
from cnncourse.lab.digits import Digits
from cnncourse.lab.evaluation import logits
from cnncourse.lab.reproducible import using_seed
from cnncourse.lab.threads import using_threads
from cnncourse.split import Split

Batches = Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]

MEASURED = 5000  # training digits on which the training accuracy is measured
WARM_UP = 0.3  # the share of the steps in which the one-cycle rate rises
HARD = 0.1  # the share of the digits that counts as hard: those with the highest loss


def one_cycle(step: int, steps: int, peak: float) -> float:
    """Return the learning rate of a step: a straight rise to the peak, then half a cosine down.

    Large steps in the middle cross the hills, small ones at the end find the bottom.

    Parameters
    ----------
    step : int
        0 … steps − 1.
    steps : int
    peak : float

    References
    ----------
    L. N. Smith and N. Topin (2017), *Super-Convergence: Very Fast Training of Neural Networks
    Using Large Learning Rates*; here with the shape that is common today.

    Examples
    --------
    >>> [round(one_cycle(step, 10, 1.0), 2) for step in (0, 3, 6, 9)]
    [0.04, 1.0, 0.61, 0.05]
    """
    done = step / steps
    if done < WARM_UP:
        return peak * (0.04 + 0.96 * done / WARM_UP)
    return peak * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2


def constant(step: int, steps: int, peak: float) -> float:
    """Return the same learning rate for every step: the peak.

    Parameters
    ----------
    step, steps : int
        Not used.
    peak : float
    """
    return peak


SCHEDULES = {"one-cycle": one_cycle, "constant": constant}


def epoch_order(losses: torch.Tensor, repeats: int, generator: torch.Generator) -> torch.Tensor:
    """Return the places of an epoch's digits in a random order, hard digits several times.

    An epoch stays as long as it is: for each time that a hard digit comes again, an easy one,
    drawn at random, is left out. After a first look most digits teach little that is new.

    Parameters
    ----------
    losses : Tensor of shape (N,)
        Of each digit, when it was last seen. The tenth with the highest is hard.
    repeats : int
        How often a hard digit comes; 1 for each digit once.
    generator : torch.Generator

    Returns
    -------
    Tensor of int64 of shape (N,)

    References
    ----------
    I. Loshchilov and F. Hutter (2015), *Online Batch Selection for Faster Training of Neural
    Networks*: they, too, choose by the latest known losses, which cost nothing.
    """
    n = len(losses)
    if repeats == 1:
        return torch.randperm(n, generator=generator)
    ranked = losses.argsort(descending=True)
    hard, easy = ranked.split([int(HARD * n), n - int(HARD * n)])
    easy = easy[torch.randperm(len(easy), generator=generator)]
    chosen = torch.cat([hard.repeat(repeats), easy])[:n]
    return chosen[torch.randperm(n, generator=generator)]


@dataclass(frozen=True)
class Settings:
    """How to train.

    Attributes
    ----------
    epochs : int
        How often each training digit is seen, on average.
    batch_size : int
        Digits a step.
    learning_rate : float
        The highest rate of the one cycle, or the constant one.
    schedule : "one-cycle" or "constant"
        See :func:`one_cycle`.
    augment : None, "shift" or "full"
        Train on each digit as it is, moved by up to one pixel, or also turned and bent a little:
        see :mod:`cnncourse.lab.augmentation`.
    repeats : int
        How often a hard digit comes in each epoch after the first, in place of easy ones: see
        :func:`epoch_order`. With 1 every digit comes once, which is better where many labels
        are wrong: such digits stay hard.
    smoothing : float
        The share of the goal that goes to all ten digits alike (*label smoothing*): with 0.02 the
        network is to be 98.2 % sure, which it can be, and not 100 %, which it never is.
    seed : int
        Decides the order of the digits, the augmentation and the dropout, not the weights at the
        start: those came with the model.
    device : "auto", "cpu", "cuda" …
        "auto" takes a CUDA device if there is one.
    threads : int, optional
        By default as many as there are idle processor cores when the first training starts: with
        more, they wait for each other.
    watch_every : int
        Steps from one call of `watch` to the next.
    measure_every : int
        Epochs from one measurement of losses and accuracies to the next; the end is always
        measured. For few digits the measuring takes longer than the learning.
    progress : bool
        Count the steps on a line of the terminal; never in a notebook or a log file.
    """

    epochs: int = 3
    batch_size: int = 125
    learning_rate: float = 0.01
    schedule: str = "one-cycle"
    augment: str | None = "shift"
    repeats: int = 4
    smoothing: float = 0.02
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    watch_every: int = 20
    measure_every: int = 1
    progress: bool = True

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        for name in ("epochs", "batch_size", "repeats", "watch_every", "measure_every"):
            check_whole(name, getattr(self, name), least=1)
        if self.threads is not None:
            check_whole("threads", self.threads, least=1)
        if not self.learning_rate > 0:
            raise ValueError(
                f"learning_rate is {self.learning_rate}: use a number above 0, such as 0.01"
            )
        if not 0 <= self.smoothing < 1:
            raise ValueError(
                f"smoothing is {self.smoothing}: use a share from 0 to below 1, such as 0.02"
            )
        check_choice("schedule", self.schedule, SCHEDULES)
        check_choice("augmentation", self.augment, KINDS)

    def rate(self, step: int, steps: int) -> float:
        """Return the learning rate of a step.

        Parameters
        ----------
        step, steps : int
            The step, counted from 0, and how many there are.
        """
        return SCHEDULES[self.schedule](step, steps, self.learning_rate)


@dataclass
class History:
    """What happened during training, in plain lists.

    Attributes
    ----------
    step_loss, learning_rate : list of float
        One entry a step. The loss is that of the batch, in training mode and without smoothing.
    epoch, step, seconds, train_loss, train_accuracy, validation_loss, validation_accuracy : list
        One entry a measurement: at the end of each epoch, unless `fit` is told otherwise, and at a
        stop. Losses are mean cross-entropies (natural logarithm), accuracies go from 0 to 1; all in
        evaluation mode and without augmentation.
        `seconds` counts the training without measuring and watching.
    stopped : bool
        Set it to True, from `watch` or from another thread, and the training ends after the step.
    spent : float
        Seconds so far.
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
    spent: float = field(default=0.0, repr=False)

    def add(self, loss: float, rate: float, seconds: float) -> None:
        """Enter one step.

        Parameters
        ----------
        loss, rate, seconds : float
            The batch's loss, the learning rate, and how long the step took.
        """
        self.step_loss.append(loss)
        self.learning_rate.append(rate)
        self.spent += seconds

    def measure(self, model: nn.Module, digits: Digits, steps_an_epoch: int) -> None:
        """Enter the losses and accuracies of now, unless no step was made since the last time.

        Parameters
        ----------
        model : nn.Module
        digits : Digits
        steps_an_epoch : int
        """
        done, before = len(self.step_loss), self.step[-1] if self.step else 0
        if done == before:
            return
        self.epoch.append((self.epoch[-1] if self.epoch else 0) + (done - before) / steps_an_epoch)
        self.step.append(done)
        self.seconds.append(self.spent)
        for name, split in (
            ("train", digits.train.first(MEASURED)),
            ("validation", digits.validation),
        ):
            loss, accuracy = measure(model, split)
            getattr(self, f"{name}_loss").append(loss)
            getattr(self, f"{name}_accuracy").append(accuracy)


def fit(
    model: nn.Module,
    digits: Digits,
    settings: Settings | None = None,
    *,
    history: History | None = None,
    watch: Callable[[History], None] | None = None,
    **changes: Any,
) -> History:
    """Train a network with Adam on cross-entropy, and return what happened.

    The network is changed in place. An interrupt (the stop button of Jupyter, Ctrl-C) or
    ``history.stopped = True`` ends the training early, and what was learnt is kept.

    Parameters
    ----------
    model : nn.Module
        Takes float32 (N, 1, 28, 28) in [0, 1], returns logits (N, 10).
    digits : Digits
        Learns from ``digits.train``; ``digits.validation`` is only measured.
    settings : Settings, optional
    history : History, optional
        Goes on with an earlier training: entries are appended, the optimiser starts afresh.
    watch : callable, optional
        Called with the history every ``settings.watch_every`` steps and at the end of each epoch.
    **changes : keyword arguments
        Settings that differ, by name: ``fit(model, digits, epochs=2, augment=None)``.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If a setting makes no sense, there are no digits, or the device is not there.
    """
    settings = replace(settings or Settings(), **changes)
    if not len(digits.train):
        raise ValueError("there are no digits to learn from: use digits.first(n) with n above 0")
    history = history or History()
    history.stopped, before = False, len(history.step_loss)
    place, home = _place(settings.device), next(model.parameters()).device
    model.to(place).to(memory_format=torch.channels_last)  # the layout that processors like best
    learn_batch = partial(learn, model, Adam(model.parameters()), smoothing=settings.smoothing)
    an_epoch = math.ceil(len(digits.train) / settings.batch_size)
    steps = settings.epochs * an_epoch
    rates = (settings.rate(step, steps) for step in range(steps))
    seed = settings.seed + before  # whoever goes on gets other shuffles than the first time
    chance = torch.Generator().manual_seed(seed)  # on the CPU: the same numbers with any device
    losses = torch.zeros(len(digits.train))  # of each digit, when it was last seen

    def after_step() -> None:
        done = len(history.step_loss) - before
        if settings.progress:
            _count(done, steps, history.step_loss[-1])
        if done % (settings.measure_every * an_epoch) == 0:
            history.measure(model, digits, an_epoch)
        if watch and (done % settings.watch_every == 0 or done % an_epoch == 0):
            watch(history)

    with using_threads(settings.threads), using_seed(seed, place):
        try:
            for epoch in range(settings.epochs):
                repeats = settings.repeats if epoch else 1  # which are hard is not known yet
                order = epoch_order(losses, repeats, chance)
                shuffled = batches(digits.train, order, settings, chance, place)
                _one_epoch(learn_batch, shuffled, rates, losses, history, after_step)
        except KeyboardInterrupt:
            history.stopped = True
        history.measure(model, digits, an_epoch)
    model.to(home).eval()
    return history


def _one_epoch(
    learn_batch: Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor],
    batches: Batches,
    rates: Iterator[float],
    losses: torch.Tensor,
    history: History,
    after_step: Callable[[], None],
) -> None:
    """Learn from every batch once and enter each digit's loss, unless somebody stops it."""
    start = time.perf_counter()
    for places, images, labels in batches:
        if history.stopped:
            break
        rate = next(rates)
        each = learn_batch(images, labels, rate)
        losses[places] = each
        history.add(each.mean().item(), rate, time.perf_counter() - start)
        after_step()
        start = time.perf_counter()  # what was done after the step does not count


def learn(
    model: nn.Module,
    adam: Adam,
    images: torch.Tensor,
    labels: torch.Tensor,
    rate: float,
    *,
    smoothing: float = 0.0,
) -> torch.Tensor:
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
    smoothing : float
        See :class:`Settings`.

    Returns
    -------
    Tensor of float32 of shape (N,), on the CPU
        The cross-entropy of each of these digits before the step, without smoothing.
    """
    model.train()
    model.zero_grad()
    scores = model(images)
    F.cross_entropy(scores, labels, label_smoothing=smoothing).backward()
    adam.step(rate)
    return F.cross_entropy(scores.detach(), labels, reduction="none").cpu()


def batches(
    split: Split,
    order: torch.Tensor,
    settings: Settings,
    generator: torch.Generator,
    place: torch.device,
) -> Batches:
    """Yield digits in an order, augmented.

    Parameters
    ----------
    split : Split
    order : Tensor of int64
        Their places in the split.
    settings : Settings
        Of which `batch_size` and `augment` count.
    generator : torch.Generator
    place : torch.device

    Yields
    ------
    places : Tensor of int64 of shape (N,)
    images : Tensor of float32 of shape (N, 1, 28, 28), in [0, 1]
    labels : Tensor of int64 of shape (N,)
    """
    images, labels = torch.from_numpy(split.images), torch.from_numpy(split.labels)
    for places in order.split(settings.batch_size):
        batch = augmented(images[places], settings.augment, generator).unsqueeze(1)
        yield places, batch.to(place), labels[places].to(place)


def measure(model: nn.Module, split: Split) -> tuple[float, float]:
    """Return mean cross-entropy and accuracy in evaluation mode.

    Parameters
    ----------
    model : nn.Module
    split : Split
    """
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
