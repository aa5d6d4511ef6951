"""Experiments on the ideas of CNN history: two networks, one difference, the same digits.

    result = heads(digits.load())  # dense layers against global average pooling
    result["dense"].accuracy

Each experiment trains small networks for a few seconds and returns a `Comparison` of plain
numbers. They are too small to settle a question: another seed moves an accuracy by a percent or
so, and what holds for digits need not hold for photographs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse import metrics
from cnncourse.architectures.networks import Widths
from cnncourse.lab import history_models as nets
from cnncourse.lab.digits import Digits
from cnncourse.lab.evaluation import as_input, predict, shifted
from cnncourse.lab.models import count_parameters
from cnncourse.lab.reproducible import using_seed
from cnncourse.lab.threads import using_threads
from cnncourse.lab.training import History, fit
from cnncourse.split import Split

VALIDATED = 1000  # digits on which accuracies are measured
INCEPTION_WIDTHS = (8, 8, 12, 4, 6, 6)  # 8 + 12 + 6 + 6 = 32 channels come out


@dataclass(frozen=True)
class Outcome:
    """What became of one network.

    Attributes
    ----------
    train_loss : float
        Mean cross-entropy of the training digits after training, in evaluation mode.
    accuracy : float
        On validation digits, from 0 to 1.
    shifted_accuracy : float
        The same digits, moved by three pixels; the network never saw moved digits in training.
    seconds : float
        Of training.
    """

    name: str
    parameters: int
    train_loss: float
    accuracy: float
    shifted_accuracy: float
    seconds: float


_HEAD = ("network", "parameters", "training loss", "accuracy", "moved digits", "seconds")


@dataclass(frozen=True, repr=False)
class Comparison:
    """The outcomes of an experiment, by name. Shows itself as a table."""

    title: str
    outcomes: tuple[Outcome, ...]

    def __getitem__(self, name: str) -> Outcome:
        return {outcome.name: outcome for outcome in self.outcomes}[name]

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    def __repr__(self) -> str:
        return "\n".join([self.title, *("  ".join(_cells(outcome)) for outcome in self.outcomes)])

    def _repr_html_(self) -> str:
        def line(cells: Sequence[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        body = "".join(line(_cells(outcome), "td") for outcome in self.outcomes)
        return (
            f"<table><caption>{escape(self.title)}</caption><thead>{line(_HEAD, 'th')}</thead>"
            f"<tbody>{body}</tbody></table>"
        )


def _cells(outcome: Outcome) -> tuple[str, ...]:
    return (
        outcome.name,
        f"{outcome.parameters:,}",
        f"{outcome.train_loss:.3f}",
        f"{100 * outcome.accuracy:.1f} %",
        f"{100 * outcome.shifted_accuracy:.1f} %",
        f"{outcome.seconds:.1f}",
    )


# The experiments ----------------------------------------------------------------------------------


def small_kernels(digits: Digits, *, epochs: int = 2, seed: int = 0) -> Comparison:
    """Return what becomes of one 5×5 layer a stage, and of two 3×3 layers: the same field.

    Parameters
    ----------
    digits : Digits
    epochs, seed : int
    """
    networks = {
        "one 5×5": lambda: nets.stacked(5, layers=1),
        "two 3×3": lambda: nets.stacked(3, layers=2),
    }
    return _compare("A large kernel or two small ones", networks, digits, epochs, seed)


def bottlenecks(digits: Digits, *, epochs: int = 2, seed: int = 0) -> Comparison:
    """Return what becomes of two residual blocks of 48 channels, with and without bottlenecks.

    Parameters
    ----------
    digits, epochs, seed : as for :func:`small_kernels`
    """
    networks = {
        "two 3×3": lambda: nets.blocks(2, width=48),
        "bottleneck": lambda: nets.blocks(2, nets.Bottleneck, width=48),
    }
    return _compare("Blocks with and without a bottleneck", networks, digits, epochs, seed)


def inception(
    digits: Digits,
    module: Callable[[int, Widths], nn.Module] = nets.Inception,
    *,
    epochs: int = 2,
    seed: int = 0,
) -> Comparison:
    """Return what becomes of two layers of one kernel size, and of two inception modules as wide.

    Behind each stands batch normalisation, so that a short training is enough.

    Parameters
    ----------
    digits, epochs, seed : as for :func:`small_kernels`
    module : callable
        ``module(c_in, widths)`` → an inception module: the course's, or one of your own.
    """
    paths: dict[str, Callable[[int], nn.Module]] = {
        "3×3": lambda width: nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU()),
        "5×5": lambda width: nn.Sequential(nn.Conv2d(width, width, 5, padding=2), nn.ReLU()),
        "inception": lambda width: module(width, INCEPTION_WIDTHS),
    }
    networks = {
        name: lambda build=build: nets.blocks(
            2, lambda width: nn.Sequential(build(width), nn.BatchNorm2d(width)), width=32
        )
        for name, build in paths.items()
    }
    return _compare("One kernel size or all of them", networks, digits, epochs, seed)


def heads(digits: Digits, *, epochs: int = 2, seed: int = 0) -> Comparison:
    """Return what becomes of one trunk, with dense layers or global average pooling on top.

    Parameters
    ----------
    digits, epochs, seed : as for :func:`small_kernels`
    """
    networks = {
        name: lambda name=name: nets.with_head(name) for name in ("dense", "global average")
    }
    return _compare("Two heads for one trunk", networks, digits, epochs, seed)


def degradation(
    digits: Digits,
    block: Callable[[int], nn.Module] = nets.ResidualBlock,
    *,
    depths: Sequence[int] = (6, 18, 34),
    epochs: int = 2,
    seed: int = 0,
) -> Comparison:
    """Return what becomes of plain and of residual networks of growing depth.

    Parameters
    ----------
    digits, epochs, seed : as for :func:`small_kernels`
    block : callable
        ``block(channels)`` → a residual block: the course's, or one of your own.
    depths : sequence of int
        Layers with weights: even numbers from 4 on, a stem, two for each block and a dense one.

    Raises
    ------
    ValueError
        If a depth is odd or below 4.
    """
    networks = {}
    for depth in depths:
        if depth < 4 or depth % 2:
            raise ValueError(f"depth is {depth}: use even numbers from 4 on, such as 18")
        for kind, build in (("plain", nets.PlainBlock), ("residual", block)):
            networks[f"{kind} {depth}"] = _deep(depth, build)
    return _compare("Growing depth, plain and residual", networks, digits, epochs, seed)


@using_threads()
def first_gradients(digits: Digits, *, depth: int = 34, seed: int = 0) -> dict[str, list[float]]:
    """Return the size of the gradient of every 3×3 layer's weights, before any training.

    Parameters
    ----------
    digits : Digits
    depth : int
        Layers with weights, as for :func:`degradation`.
    seed : int

    Returns
    -------
    dict of str to list of float
        For "plain" and "residual": one root mean square a layer, from the input on, of one batch.
    """
    batch = digits.train.first(125)
    kinds = {"plain": nets.PlainBlock, "residual": nets.ResidualBlock}
    return {
        kind: gradient_sizes(_seeded(_deep(depth, block), seed), batch)
        for kind, block in kinds.items()
    }


def gradient_sizes(model: nn.Module, batch: Split) -> list[float]:
    """Return the root mean square of the loss gradient of each 3×3 layer's weights.

    Parameters
    ----------
    model : nn.Module
    batch : Split
        The digits whose loss is taken.
    """
    model.train()
    model.zero_grad(set_to_none=True)
    F.cross_entropy(model(as_input(batch.images, model)), torch.from_numpy(batch.labels)).backward()
    layers = (layer for layer in model.modules() if isinstance(layer, nn.Conv2d))
    gradients = (layer.weight.grad for layer in layers if layer.kernel_size == (3, 3))
    return [float(grad.square().mean().sqrt()) for grad in gradients if grad is not None]


def _deep(depth: int, block: Callable[[int], nn.Module]) -> Callable[[], nn.Module]:
    return lambda: nets.blocks((depth - 2) // 2, block)


# Helpers ------------------------------------------------------------------------------------------


@using_threads()
def _compare(
    title: str,
    networks: Mapping[str, Callable[[], nn.Module]],
    digits: Digits,
    epochs: int,
    seed: int,
) -> Comparison:
    """Build, train and examine each network in the same way."""
    examined = replace(digits, validation=digits.validation.first(VALIDATED))
    outcomes = []
    for name, build in networks.items():
        model = _seeded(build, seed)
        history = fit(
            model,
            examined,
            epochs=epochs,
            batch_size=50,
            learning_rate=0.01,
            augment=None,
            repeats=1,
            smoothing=0,
            seed=seed,
            measure_every=epochs,
            progress=False,
        )
        outcomes.append(_outcome(name, model, history, examined.validation))
    described = f"{title}: {len(digits.train):,} training digits, {digits.name}"
    return Comparison(described, tuple(outcomes))


def _seeded(build: Callable[[], nn.Module], seed: int) -> nn.Module:
    """A network with the random weights of a seed; PyTorch's own generator stays as it was."""
    with using_seed(seed):
        return build()


def _outcome(name: str, model: nn.Module, history: History, validation: Split) -> Outcome:
    return Outcome(
        name,
        count_parameters(model),
        history.train_loss[-1],
        history.validation_accuracy[-1],
        metrics.accuracy(predict(model, shifted(validation.images, 0, 3)), validation.labels),
        history.seconds[-1],
    )
