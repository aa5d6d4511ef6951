"""What a learner has written in PyTorch, put on trial: a sentence about what is wrong, or "".

    >>> of_network(lambda: nn.Flatten())
    'Net() has no convolution that PyTorch knows: set layers as self.conv1 = …, not in a plain list'

Each function calls the learner's code on small networks and digits made up here. Some of these
networks are spies: they note in which mode they were called and whether gradients were recorded.
Nothing looks at the code: whatever does the right thing is right. A stub raises
NotImplementedError.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from cnncourse.lab import optimise
from cnncourse.lab.loop import Loader, evaluate, train_epoch
from cnncourse.lab.reproducible import using_seed

LARGEST = 100_000  # parameters
SIZES = (4, 4, 3)  # of the batches: the last one is smaller, as in life
BEFORE = "note it before the step, as a mean"
SMALLER = "the last batch is smaller"
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
    pixels = torch.as_tensor(item[0])
    if pixels.dtype != torch.float32:
        return f"the image is {pixels.dtype}, but the weights of a network are float32"
    if pixels.shape != (1, 28, 28):
        return f"the image has shape {tuple(pixels.shape)}: a channel is wanted, (1, 28, 28)"
    if float(pixels.max()) > 1 or float(pixels.min()) < 0:
        return f"pixels go from {pixels.min():g} to {pixels.max():g}: 0 to 1 is wanted"
    if not np.allclose(pixels[0].numpy(), image / 255, atol=1e-6):
        return "these are not the pixels of that image, divided by 255"
    target = torch.as_tensor(item[1])
    if target.dtype.is_floating_point or target.ndim:
        return f"the label is {_form(target)}: one whole number is wanted"
    return "" if int(target) == label else f"the label is {int(target)} instead of {label}"


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
            return f"Net() is a {type(network).__name__}, not an nn.Module"
        if type(network).forward is nn.Module.forward:
            raise NotImplementedError
        convolutions = [part for part in network.modules() if isinstance(part, nn.Conv2d)]
        if not convolutions:
            return (
                "Net() has no convolution that PyTorch knows: set layers as self.conv1 = …, "
                "not in a plain list"
            )
        logits = network(images)
    if_tried(logits)
    checks = (_of_shape, _of_size, _of_squeeze, _of_independence, _of_gradients)
    return next((problem for each in checks if (problem := each(network, images, logits))), "")


def _of_shape(_network: nn.Module, _images: torch.Tensor, logits: Any) -> str:
    if not isinstance(logits, torch.Tensor):
        return f"forward returns a {type(logits).__name__}: return the logits alone"
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
    """Are the outputs logits? A squeezed output stays small whatever the weights are."""
    if torch.allclose(logits.exp().sum(1), torch.ones(6), atol=1e-3):
        return "each row adds up to 1 after exp: return logits, without log-softmax"
    if torch.allclose(logits.sum(1), torch.ones(6), atol=1e-4) and float(logits.min()) >= 0:
        return "each row adds up to 1: return logits, without softmax"
    louder = deepcopy(network).eval()
    with torch.no_grad():
        for weight in louder.parameters():
            weight.mul_(10)
        loud = louder(images)
    if float(loud.abs().max()) <= 1:
        return "no output ever leaves −1 … 1: return logits, without a sigmoid or tanh"
    if float(loud.min()) >= 0:
        return "no output is ever negative: return logits, without ReLU at the end"
    return ""


def _of_independence(network: nn.Module, images: torch.Tensor, _logits: torch.Tensor) -> str:
    with torch.no_grad():
        together = network.eval()(images)
        again = network(images)
        alone = torch.cat([network(image[None]) for image in images])
    if not torch.allclose(together, again, atol=TOLERANCE):
        return "two calls with the same images differ: make the layers in __init__, not in forward"
    if not torch.allclose(together, alone, atol=TOLERANCE):
        return "an image is read otherwise in a batch than alone: do not mix images"
    if torch.allclose(together[0], together[1], atol=1e-7):
        return "different images give the same logits"
    return ""


def _of_gradients(network: nn.Module, images: torch.Tensor, _logits: torch.Tensor) -> str:
    F.cross_entropy(network.train()(images), torch.arange(6)).backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None]
    return f"no gradient reaches {', '.join(idle)}: use each layer in forward" if idle else ""


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

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10)."""
        self.modes.append(self.training)
        self.recorded.append(torch.is_grad_enabled())
        maps = self.norm(self.conv2(torch.relu(self.conv1((images - 0.5) / 0.3))))
        return self.dense(self.drop(torch.relu(maps)).flatten(1))


def of_train_epoch(function: Callable[[nn.Module, Loader, torch.optim.Optimizer], Any]) -> str:
    """Try ``train_epoch(net, loader, optimiser)`` against an epoch as it should be.

    Parameters
    ----------
    function : callable
    """
    return _of_epoch(function, train_epoch, _of_mean)


def of_losses(function: Callable[[nn.Module, Loader, torch.optim.Optimizer], Any]) -> str:
    """Try a loop that returns the loss of every batch, against one without a bug.

    Parameters
    ----------
    function : callable
    """
    return _of_epoch(function, optimise.epoch, _of_list)


def _of_epoch(
    function: Callable[..., Any],
    reference: Callable[..., Any],
    of_answer: Callable[[Any, Any], str],
) -> str:
    ours, theirs, loader = _spy(), _spy(), _loader()
    optimisers = [torch.optim.SGD(net.parameters(), lr=0.3, momentum=0.5) for net in (ours, theirs)]
    theirs.eval()  # as somebody left it who has just measured something
    with using_seed(3):
        expected = reference(ours, loader, optimisers[0])
    with using_seed(3):
        got = function(theirs, loader, optimisers[1])
    if_tried(theirs.modes or got)
    return _of_epoch_calls(theirs) or _of_epoch_weights(ours, theirs) or of_answer(got, expected)


def _of_mean(got: Any, expected: float) -> str:
    return _of_number("the mean loss of all digits", got, expected, SMALLER)


def _of_list(got: Any, expected: list[float]) -> str:
    if not isinstance(got, (list, tuple, np.ndarray)) or len(got) != len(expected):
        return f"a list of {len(expected)} losses is wanted, one for each batch"
    numbered = enumerate(zip(got, expected, strict=True), start=1)
    problems = (_of_number(f"the loss of batch {n}", *pair, BEFORE) for n, pair in numbered)
    return next(filter(None, problems), "")


def _of_epoch_calls(net: Spy) -> str:
    if len(net.modes) != len(SIZES):
        return f"there are {len(SIZES)} batches, but the network was called {len(net.modes)} times"
    if not all(net.modes):
        return "the network was in evaluation mode: say net.train() first"
    return "" if all(net.recorded) else "no gradients were recorded: leave no_grad away here"


def _of_epoch_weights(ours: nn.Module, theirs: nn.Module) -> str:
    after, wanted, before = (_weights(net) for net in (theirs, ours, _spy()))
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
    got = function(net.train(), loader)
    if_tried(got or net.modes or None)
    if not (isinstance(got, (tuple, list)) and len(got) == 2):
        return "a pair is wanted: the mean loss, and the share of right answers"
    if len(net.modes) != len(SIZES):
        return f"there are {len(SIZES)} batches, but the network was called {len(net.modes)} times"
    if any(net.modes):
        return "the network was in training mode: say net.eval() first"
    if any(net.recorded):
        return "gradients were recorded, which nobody needs here: use torch.no_grad()"
    if any(not torch.equal(value, net.state_dict()[key]) for key, value in before.items()):
        return "the network is not the same afterwards: measure only"
    loss, share = evaluate(_spy(), loader)
    return _of_mean(got[0], loss) or _of_number(
        "the share of right answers", got[1], share, SMALLER
    )


def _of_number(name: str, got: Any, expected: float, reminder: str) -> str:
    if isinstance(got, torch.Tensor) and got.requires_grad:
        return f"{name} still hangs on the graph and keeps it in memory: use loss.item()"
    try:
        value = float(got)
    except (TypeError, ValueError):
        return f"{name} is a {type(got).__name__}: return a number"
    if abs(value - expected) <= TOLERANCE:
        return ""
    return f"{name} is {expected:.4f}, you returned {value:.4f}: {reminder}"


# A hook -------------------------------------------------------------------------------------------


def of_listen(function: Callable[[nn.Module, str, torch.Tensor], Any]) -> str:
    """Try ``listen(net, name, images)``, which returns what a layer computes.

    Parameters
    ----------
    function : callable
    """
    images = torch.cat([batch for batch, _ in _loader()])
    for name, count in (("conv2", 3), ("conv1", 1), ("dense", 11)):
        net = _spy().eval()
        wanted = _output(net, name, images[:count])
        got = function(net, name, images[:count])
        if_tried(net.modes or got)
        if sum(len(part._forward_hooks) for part in net.modules()):
            return "a hook is still there afterwards: remove it, or each call adds one more"
        if not isinstance(got, torch.Tensor):
            return f"the output of {name} is wanted as a tensor, not a {type(got).__name__}"
        if got.shape != wanted.shape:
            return f"{name} gives {tuple(wanted.shape)}, you returned {tuple(got.shape)}"
        if not torch.allclose(got, wanted, atol=TOLERANCE):
            return f"these are not the numbers that {name} computes inside the network"
        if got.requires_grad:
            return "the output still hangs on the graph: use output.detach(), or torch.no_grad()"
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


def _form(values: torch.Tensor) -> str:
    return f"{str(values.dtype).removeprefix('torch.')} of shape {tuple(values.shape)}"
