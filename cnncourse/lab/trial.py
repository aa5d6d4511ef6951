"""What a learner has written in PyTorch, put on trial: a sentence about what is wrong, or "".

    >>> of_network(lambda: nn.Flatten())
    'Net() has no convolution that PyTorch knows: set layers as self.conv1 = …, not in a plain list'

Each function calls the learner's code on small networks and digits made up here. Some of these
networks are spies: they note in which mode they were called and whether gradients were recorded.
Nothing looks at the code: whatever does the right thing is right. A stub raises
NotImplementedError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from cnncourse.lab import optimise
from cnncourse.lab.loop import Loader, evaluate
from cnncourse.lab.reproducible import using_seed

LARGEST = 100_000  # parameters
SIZES = (4, 4, 3)  # of the batches: the last one is smaller, as in life
BEFORE = "note it before the step, as a mean"
SMALLER = "that is the mean of the batches' means, but the last batch is smaller"
LOSS = "the mean loss of all digits"
TOLERANCE = 1e-4


# A data set ---------------------------------------------------------------------------------------


def of_dataset(build: Callable[[np.ndarray, np.ndarray], Any]) -> str:
    """Try ``DigitSet(images, labels)``, as a `DataLoader` uses it.

    Parameters
    ----------
    build : callable
        Takes uint8 images (N, 28, 28) and int64 labels (N,), returns the data set.
    """
    images, labels = _digits(7)
    images //= 2  # no white: dividing by the largest pixel is not dividing by 255
    images[3] = 0
    data = build(images.copy(), labels.copy())
    if_tried(data)
    if_tried(data.__len__())
    if len(data) != 7:
        return f"there are 7 images, but len(…) is {len(data)}"
    if_tried(data[0])
    if not (isinstance(data[0], (tuple, list)) and len(data[0]) == 2):
        return "…[0] is not a pair of an image and its label"
    for place in (0, 3, 6):
        problem = _of_item(data[place], images[place], int(labels[place]))
        if problem:
            return f"…[{place}]: {problem}"
    batch, targets = next(iter(DataLoader(data, batch_size=7)))
    if targets.dtype != torch.int64 or targets.shape != (7,):
        return f"a batch of labels is {_form(targets)}: cross-entropy wants int64 of shape (7,)"
    return "" if batch.shape == (7, 1, 28, 28) else f"a batch of images is {_form(batch)}"


def _of_item(item: Any, image: np.ndarray, label: int) -> str:
    pixels, target = (_as_tensor(part) for part in item)
    if pixels is None:
        return f"the image is {_kind(item[0])}: a tensor is wanted"
    if not pixels.ndim:
        return "a single number comes first: the image is wanted first, then its label"
    if pixels.shape != (1, 28, 28):
        return f"the image has shape {tuple(pixels.shape)}: a channel is wanted, (1, 28, 28)"
    if pixels.dtype != torch.float32:
        return f"the image is {pixels.dtype}, but the weights of a network are float32"
    if float(pixels.max()) > 1 or float(pixels.min()) < 0:
        return f"pixels go from {pixels.min():g} to {pixels.max():g}: 0 to 1 is wanted"
    if not np.allclose(pixels[0].numpy(), image / 255, atol=1e-6):
        return "these are not the pixels of that image, divided by 255"
    if target is None or target.dtype.is_floating_point or target.ndim:
        form = _kind(item[1]) if target is None else _form(target)
        return f"the label is {form}: one whole number is wanted"
    return "" if int(target) == label else f"the label is {int(target)} instead of {label}"


def _as_tensor(value: Any) -> torch.Tensor | None:
    """Return numbers as a tensor, and None for text and all else."""
    try:
        return torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError):
        return None


# A network ----------------------------------------------------------------------------------------


def of_network(build: Callable[[], Any]) -> str:
    """Try ``Net()``: logits (N, 10) for images (N, 1, 28, 28), each image by itself.

    Parameters
    ----------
    build : callable
        Returns the network.
    """
    with using_seed(5):
        network = build()
        if_tried(network)
        images = torch.rand(6, 1, 28, 28)
        if not isinstance(network, nn.Module):
            return f"Net() is {_kind(network)}, not an nn.Module"
        if type(network).forward is nn.Module.forward and not list(network.children()):
            raise NotImplementedError
        convolutions = [part for part in network.modules() if isinstance(part, nn.Conv2d)]
        if not convolutions:
            return (
                "Net() has no convolution that PyTorch knows: set layers as self.conv1 = …, "
                "not in a plain list"
            )
        given = images.clone()
        try:
            logits = network(given)
        except NotImplementedError as error:  # PyTorch raises it, too, and then with words
            if not error.args:
                raise
            return f"{error}: is its name spelt right? (Call the layers of a ModuleList one by one)"
    if_tried(logits)
    if not torch.equal(given, images):
        return "forward changes its images: images = images - 0.1307 makes new ones, -= does not"
    checks = (_of_shape, _of_size, _of_squeeze, _of_independence, _of_gradients)
    problems = (each(network, images, logits) for each in checks)
    return next(filter(None, problems), "") or _of_saving(network, images, build)


def _of_shape(_network: nn.Module, _images: torch.Tensor, logits: Any) -> str:
    if not isinstance(logits, torch.Tensor):
        return f"forward returns {_kind(logits)}: return the logits alone"
    if logits.shape != (6, 10):
        return f"six images give {tuple(logits.shape)}: a row of ten for each image, (6, 10)"
    return ""


def _of_size(network: nn.Module, _images: torch.Tensor, _logits: torch.Tensor) -> str:
    convolutions = sum(isinstance(part, nn.Conv2d) for part in network.modules())
    if convolutions < 2:
        return "there is one convolution: use two or more"
    count = sum(p.numel() for p in network.parameters())
    return "" if count <= LARGEST else f"there are {count:,} parameters: at most {LARGEST:,}"


def _of_squeeze(network: nn.Module, images: torch.Tensor, logits: torch.Tensor) -> str:
    """Are the outputs logits? These grow with the weights, and have both signs."""
    logits = logits.detach()
    if torch.allclose(logits.exp().sum(1), torch.ones(6), atol=1e-3):
        return "each row adds up to 1 after exp: return logits, without log-softmax"
    if torch.allclose(logits.sum(1), torch.ones(6), atol=1e-4) and float(logits.min()) >= 0:
        return "each row adds up to 1: return logits, without softmax"
    loud, louder, turned = (_with_weights_times(x, network, images) for x in (10, 100, -10))
    largest = float(loud.abs().max())
    if float(louder.abs().max()) <= 3 * largest:
        return (
            f"however large the weights are, no output grows far beyond {largest:.3g}: "
            "return logits, without softmax, sigmoid or tanh at the end"
        )
    if min(float(loud.min()), float(turned.min())) >= 0:
        return "no output is ever negative: return logits, without ReLU at the end"
    if max(float(loud.max()), float(turned.max())) <= 0:
        return "no output is ever positive: return logits, without a logarithm at the end"
    return ""


def _with_weights_times(factor: float, network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Return what a copy of the network gives, all of whose weights are multiplied."""
    other = deepcopy(network).eval()
    with torch.no_grad():
        for weight in other.parameters():
            weight.mul_(factor)
        return other(images)


def _of_independence(network: nn.Module, images: torch.Tensor, _logits: torch.Tensor) -> str:
    with torch.no_grad():
        together = network.eval()(images)
        again = network(images)
        one_by_one = [network(image[None]) for image in images]
    if not torch.allclose(together, again, atol=TOLERANCE):
        return (
            "two calls with the same images differ: make the layers in __init__, not in forward, "
            "and tell F.dropout training=self.training"
        )
    if one_by_one[0].shape != (1, 10):
        form = tuple(one_by_one[0].shape)
        return f"one image alone gives {form}: a row of ten, (1, 10), without squeeze()"
    alone = torch.cat(one_by_one)
    if not torch.allclose(together, alone, atol=TOLERANCE):
        return "an image is read otherwise in a batch than alone: do not mix images"
    if torch.allclose(together[0], together[1], atol=1e-7):
        return "different images give the same logits"
    return ""


def _of_gradients(network: nn.Module, images: torch.Tensor, _logits: torch.Tensor) -> str:
    F.cross_entropy(network.train()(images), torch.arange(6)).backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None]
    return f"no gradient reaches {', '.join(idle)}: use each layer in forward" if idle else ""


def _of_saving(network: nn.Module, images: torch.Tensor, build: Callable[[], Any]) -> str:
    """Does PyTorch know all weights? Those it does not know are neither learnt nor saved."""
    with using_seed(6):
        other = build()
        other(images)  # a lazy layer finds out its size
    other.load_state_dict(network.state_dict())
    with torch.no_grad():
        if torch.allclose(network.eval()(images), other.eval()(images), atol=TOLERANCE):
            return ""
    return (
        "saved, and loaded into another Net(), it answers otherwise: set every layer as "
        "self.… = nn.…, not in a plain list, and a tensor of weights as nn.Parameter"
    )


# The loop -----------------------------------------------------------------------------------------


class Spy(nn.Module):
    """A small network that notes how it was called; batch norm and dropout tell the modes apart."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 2, 5, stride=4)  # (N, 2, 6, 6)
        self.conv2 = nn.Conv2d(2, 3, 3, stride=2)  # (N, 3, 2, 2)
        self.norm = nn.BatchNorm2d(3)
        self.drop = nn.Dropout(0.2)
        self.dense = nn.Linear(12, 10)
        self.modes: list[bool] = []
        self.recorded: list[bool] = []
        self.answers: list[torch.Tensor] = []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10)."""
        self.modes.append(self.training)
        self.recorded.append(torch.is_grad_enabled())
        maps = self.norm(self.conv2(torch.relu(self.conv1((images - 0.5) / 0.3))))
        logits = self.dense(self.drop(torch.relu(maps)).flatten(1))
        self.answers.append(logits.detach().clone())
        return logits


def of_train_epoch(function: Callable[[nn.Module, Loader, torch.optim.Optimizer], Any]) -> str:
    """Try ``train_epoch(net, loader, optimiser)`` against an epoch as it should be.

    Parameters
    ----------
    function : callable
    """
    return _of_epoch(function, partial(_of_mean, LOSS))


def of_losses(function: Callable[[nn.Module, Loader, torch.optim.Optimizer], Any]) -> str:
    """Try a loop that returns the loss of every batch, against one without a bug.

    Parameters
    ----------
    function : callable
    """
    return _of_epoch(function, _of_list)


def _of_epoch(
    function: Callable[..., Any], of_answer: Callable[[Any, Sequence[float]], str]
) -> str:
    ours, theirs, loader = _spy(), _spy(), _loader()
    optimisers = [torch.optim.SGD(net.parameters(), lr=0.3, momentum=0.5) for net in (ours, theirs)]
    steps: list[str] = []
    optimisers[1].register_step_post_hook(lambda *_given: steps.append("step"))
    theirs.eval()  # as somebody left it who has just measured something
    with using_seed(3):
        losses = optimise.epoch(ours, loader, optimisers[0])
    with using_seed(3):
        got, switched_off = _watched(function, theirs, loader, optimisers[1])
    return (
        _of_epoch_calls(theirs)
        or switched_off
        or _of_epoch_weights(ours, theirs, bool(steps))
        or of_answer(got, losses)
    )


def _watched(function: Callable[..., Any], net: Spy, *others: Any) -> tuple[Any, str]:
    """What a function of a network returns, and what it has switched off for good."""
    with torch.set_grad_enabled(True):  # afterwards as before, whatever the function does
        got = function(net, *others)
        recording = torch.is_grad_enabled()
    if_tried(net.modes or got)
    if not recording:
        return got, "gradients stay switched off: with torch.no_grad(): ends by itself"
    if not all(p.requires_grad for p in net.parameters()):
        return got, "weights are frozen for good: leave requires_grad as it is"
    return got, ""


def _of_mean(name: str, got: Any, means: Sequence[float]) -> str:
    """Judge a mean of all digits by the means of the batches."""
    problem = _of_number(name, got, float(np.average(means, weights=SIZES)))
    of_batches = problem and not _of_number(name, got, float(np.mean(means)))
    return f"{problem}: {SMALLER}" if of_batches else problem


def _of_list(got: Any, expected: Sequence[float]) -> str:
    if not isinstance(got, (list, tuple, np.ndarray)) or len(got) != len(expected):
        return f"a list of {len(expected)} losses is wanted, one for each batch"
    numbered = enumerate(zip(got, expected, strict=True), start=1)
    problems = (_of_number(f"the loss of batch {n}", *pair) for n, pair in numbered)
    problem = next(filter(None, problems), "")
    return f"{problem}: {BEFORE}" if problem else ""


def _of_epoch_calls(net: Spy) -> str:
    if problem := _of_calls(net):
        return problem
    if not all(net.modes):
        return "the network was in evaluation mode: say net.train() first"
    return "" if all(net.recorded) else "no gradients were recorded: leave no_grad away here"


def _of_calls(net: Spy) -> str:
    times = len(net.modes)
    if times == len(SIZES):
        return ""
    often = "only once: perhaps a return stands inside the loop" if times == 1 else f"{times} times"
    return f"there are {len(SIZES)} batches, but the network was called {often}"


def _of_epoch_weights(ours: nn.Module, theirs: nn.Module, stepped: bool) -> str:
    after, wanted, before = (_weights(net) for net in (theirs, ours, _spy()))
    if torch.equal(after, before) and stepped:
        return (
            "no weight has changed: optimiser.step() found no gradients. loss.backward() comes "
            "before it, and zero_grad() not between the two"
        )
    if torch.equal(after, before):
        return "no weight has changed: after backward comes optimiser.step()"
    if not torch.allclose(after, wanted, atol=TOLERANCE):
        return (
            "the weights have not become what they should. For each batch: gradients to zero, "
            "cross-entropy of the logits, backward, step, in an order that works"
        )
    return ""


def of_evaluate(function: Callable[[nn.Module, Loader], Any]) -> str:
    """Try ``evaluate(net, loader)``, which returns the mean loss and the accuracy.

    Parameters
    ----------
    function : callable
    """
    net, loader = _spy(), _loader()
    before = deepcopy(net.state_dict())
    got, switched_off = _watched(function, net.train(), loader)
    if not (isinstance(got, (tuple, list)) and len(got) == 2):
        return (
            "a pair is wanted, the mean loss and the share of right answers, "
            f"but {_kind(got)} comes back"
        )
    if problem := _of_calls(net):
        return problem
    if any(net.modes):
        return "the network was in training mode: say net.eval() first"
    if any(net.recorded):
        return "gradients were recorded, which nobody needs here: use torch.no_grad()"
    if switched_off:
        return switched_off
    if any(not torch.equal(value, net.state_dict()[key]) for key, value in before.items()):
        return "the network is not the same afterwards: measure only"
    each = [evaluate(_spy(), DataLoader(TensorDataset(*batch), SIZES[0])) for batch in loader]
    losses, shares = zip(*each, strict=True)
    return _of_mean(LOSS, got[0], losses) or _of_mean("the share of right answers", got[1], shares)


def _of_number(name: str, got: Any, expected: float) -> str:
    if isinstance(got, torch.Tensor) and got.requires_grad:
        return f"{name} still hangs on the graph and keeps it in memory: use loss.item()"
    single = not isinstance(got, (str, complex)) and not getattr(got, "ndim", 0)
    try:
        value = float(got) if single else None
    except (TypeError, ValueError):
        value = None
    if value is None:
        return f"{name} is wanted as a number, but {_kind(got)} comes back"
    if abs(value - expected) <= TOLERANCE:
        return ""
    return f"{name} is {expected:.4f}, you returned {value:.4f}"


# A hook -------------------------------------------------------------------------------------------


def of_listen(function: Callable[[nn.Module, str, torch.Tensor], Any]) -> str:
    """Try ``listen(net, name, images)``, which returns what a layer computes.

    Parameters
    ----------
    function : callable
    """
    images = torch.cat([batch for batch, _ in _loader()])
    for name, count in (("conv2", 3), ("conv1", 1), ("dense", 11)):
        net, untouched = _spy().eval(), _spy().eval()
        parts, given = list(net.modules()), images[:count]
        wanted, answer = _output(untouched, name, given), untouched(given).detach()
        got, switched_off = _watched(function, net, name, given)
        if switched_off:
            return switched_off
        if any(part._forward_hooks or part._forward_pre_hooks for part in net.modules()):
            return "a hook is still there afterwards: remove it, or each call adds one more"
        if list(net.modules()) != parts or any("forward" in vars(part) for part in parts):
            return "the network is another one afterwards: a hook listens, and replaces nothing"
        if not isinstance(got, torch.Tensor):
            return f"the output of {name} is wanted as a tensor, but {_kind(got)} comes back"
        if got.shape != wanted.shape:
            return f"{name} gives {tuple(wanted.shape)}, you returned {tuple(got.shape)}"
        if not torch.allclose(got, wanted, atol=TOLERANCE):
            return f"these are not the numbers that {name} computes inside the network"
        if got.requires_grad:
            return "the output still hangs on the graph: use output.detach(), or torch.no_grad()"
        if any(net.modes):
            return "the network was set to training mode: leave its mode as it is"
        alike = [logits for logits in net.answers if logits.shape == answer.shape]
        if not all(torch.allclose(each, answer, atol=TOLERANCE) for each in alike):
            return "what the hook returned went on through the network: let it return nothing"
    return ""


def _output(net: Spy, name: str, images: torch.Tensor) -> torch.Tensor:
    """Return what a layer computes, without a hook."""
    first = net.conv1((images - 0.5) / 0.3)
    if name == "conv1":
        return first.detach()
    if name == "conv2":
        return net.conv2(torch.relu(first)).detach()
    return net(images).detach()  # dense is the last layer


# Helpers ------------------------------------------------------------------------------------------


def if_tried(answer: Any) -> None:
    """Refuse a stub: it returns nothing and has done nothing.

    Raises
    ------
    NotImplementedError
        If the answer is None or an ellipsis.
    """
    if answer is None or answer is ...:
        raise NotImplementedError


def _digits(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return made-up images and labels."""
    rng = np.random.default_rng(2)
    return rng.integers(0, 256, (count, 28, 28), dtype=np.uint8), rng.integers(1, 10, count)


def _loader() -> Loader:
    """Return eleven digits in batches of four, always in the same order."""
    images, labels = _digits(sum(SIZES))
    pixels = torch.from_numpy(images)[:, None].float() / 255
    return DataLoader(TensorDataset(pixels, torch.from_numpy(labels)), batch_size=SIZES[0])


def _spy() -> Spy:
    """Return a spy, always with the same weights, and outputs that differ from each other."""
    with using_seed(11):
        net = Spy()
        with torch.no_grad():
            net.dense.weight.mul_(4)
    return net


def _weights(net: nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def _kind(value: Any) -> str:
    """Return what something is, in words."""
    name = type(value).__name__
    article = "an" if name[0] in "aeiou" else "a"
    words = {"NoneType": "nothing", "str": "text", "ndarray": "an array"}
    return words.get(name, f"{article} {name}")


def _form(values: torch.Tensor) -> str:
    return f"{str(values.dtype).removeprefix('torch.')} of shape {tuple(values.shape)}"
