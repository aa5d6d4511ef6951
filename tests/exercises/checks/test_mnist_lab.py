"""The checks of notebook 05 accept right answers in every style and no wrong one."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from answers import Answers  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from torch.utils.data import Dataset  # noqa: E402

from cnncourse.exercises.checks import mnist_lab as checks  # noqa: E402

# Majority and margin ------------------------------------------------------------------------------


def loop_majority(train_labels, labels):
    counts = {label: list(train_labels).count(label) for label in train_labels}
    most = max(counts, key=counts.get)
    return sum(label == most for label in labels) / len(labels)


def sorted_majority(train_labels, labels):
    values, counts = np.unique(train_labels, return_counts=True)
    return (labels == values[np.argsort(counts)[-1]]).mean()


# Data sets ----------------------------------------------------------------------------------------


class Digits(Dataset):
    """The plain way. Wrong ones differ from it in one thing."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, place):
        return torch.tensor(self.images[place] / 255, dtype=torch.float32)[None], int(
            self.labels[place]
        )


class Ready(Dataset):
    """Everything is converted at once."""

    def __init__(self, images, labels):
        self.pixels = torch.from_numpy(images).unsqueeze(1).float().div(255)
        self.targets = torch.from_numpy(labels)

    def __len__(self):
        return self.targets.numel()

    def __getitem__(self, place):
        return self.pixels[place], self.targets[place]


class Arrays(Digits):
    """NumPy arrays: a DataLoader makes tensors of them."""

    def __getitem__(self, place):
        return (self.images[place][None] / 255).astype(np.float32), self.labels[place]


class Duck:
    """No subclass, and a list instead of a tuple."""

    def __init__(self, images, labels):
        self.pairs = list(zip(torch.from_numpy(images).float() / 255, labels, strict=True))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, place):
        return [self.pairs[place][0].view(1, 28, 28), torch.tensor(self.pairs[place][1])]


def digits_with(item=None, length=None):
    """Return a data set that differs in one thing: what comes of an item, or the length."""

    class Other(Digits):
        def __len__(self):
            return length(self) if length else super().__len__()

        def __getitem__(self, place):
            return item(self, place) if item else super().__getitem__(place)

    return Other


class ByLargest(Digits):
    """Divided by the largest pixel of all, which need not be 255."""

    def __init__(self, images, labels):
        super().__init__(255 * (images / images.max()), labels)


def by_own_largest(data, place):
    return pixels(data, place) / pixels(data, place).max()


def pixels(data, place):
    return torch.tensor(data.images[place] / 255, dtype=torch.float32)[None]


# Networks -----------------------------------------------------------------------------------------


class Plain(nn.Module):
    """Functions between the layers. Wrong ones change a part of it."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5, stride=2)  # (N, 8, 12, 12)
        self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3)  # (N, 16, 10, 10)
        self.dense = nn.Linear(16 * 5 * 5, 10)

    def maps(self, images):
        x = F.relu(self.norm1(self.conv1((images - 0.13) / 0.31)))
        return F.max_pool2d(F.relu(self.conv2(x)), 2)

    def forward(self, images):
        return self.dense(self.maps(images).flatten(1))


class Listed(nn.Module):
    """A ModuleList, global average pooling, LayerNorm-like group norm."""

    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([nn.Conv2d(1, 8, 3, 2), nn.Conv2d(8, 16, 3, 2)])
        self.norm, self.out = nn.GroupNorm(2, 16), nn.Linear(16, 10)

    def forward(self, x):
        for stage in self.stages:
            x = torch.relu(stage(x))
        return self.out(self.norm(x).mean((2, 3)))


def sequence():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(),
        nn.AvgPool2d(2), nn.Flatten(), nn.Linear(256, 84), nn.Tanh(), nn.Linear(84, 10),
    )  # fmt: skip


class Lazy(nn.Module):
    """Sizes that PyTorch finds out by itself, and dropout."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(4),
                                  nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Dropout(0.5))  # fmt: skip
        self.head = nn.LazyLinear(10)

    def forward(self, x):
        return self.head(torch.flatten(self.body(x), start_dim=1))


def grouped():
    """A sigmoid inside, LayerNorm before the end, and dropout."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, 2), nn.Sigmoid(), nn.Conv2d(6, 10, 3, 2), nn.GELU(), nn.Flatten(),
        nn.LayerNorm(250), nn.Dropout(0.2), nn.Linear(250, 10, bias=False),
    )  # fmt: skip


def net_with(end=None, **methods):
    """Return a network that differs from `Plain` in one thing."""
    if end:
        methods["forward"] = lambda self, images: end(Plain.forward(self, images))
    return type("Other", (Plain,), methods)


class InPlainList(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Conv2d(1, 4, 5, 4), nn.ReLU(), nn.Conv2d(4, 4, 3)]
        self.dense = nn.Linear(64, 10)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.dense(x.flatten(1))


class DenseInList(Plain):
    """PyTorch knows the convolutions, but neither learns nor saves the last layer."""

    def __init__(self):
        super().__init__()
        layer, self.dense = self.dense, None
        self.last = [layer]

    def forward(self, images):
        return self.last[0](self.maps(images).flatten(1))


class HugeInList(Plain):
    def __init__(self):
        super().__init__()
        self.hidden = [nn.Linear(400, 500), nn.ReLU(), nn.Linear(500, 400)]

    def forward(self, images):
        x = self.maps(images).flatten(1)
        for layer in self.hidden:
            x = layer(x)
        return self.dense(x)


class BareTensor(Plain):
    def __init__(self):
        super().__init__()
        self.dense, self.weight = None, torch.randn(400, 10)

    def forward(self, images):
        return self.maps(images).flatten(1) @ self.weight


class Misspelt(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 5)

    def foward(self, images):
        return self.conv1(images)


class CallsAList(Listed):
    def forward(self, x):
        return self.out(self.stages(x))


def in_place(self, images):
    images -= 0.13
    return Plain.forward(self, images)


class NoSuper(nn.Module):
    def __init__(self):
        self.conv1 = nn.Conv2d(1, 4, 5)


class Unused(Plain):
    def __init__(self):
        super().__init__()
        self.conv3 = nn.Conv2d(16, 16, 3)


class Huge(Plain):
    def __init__(self):
        super().__init__()
        self.dense = nn.Sequential(nn.Linear(400, 300), nn.ReLU(), nn.Linear(300, 10))


class OneConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.dense = nn.Conv2d(1, 4, 5, 4), nn.Linear(144, 10)

    def forward(self, x):
        return self.dense(torch.relu(self.conv1(x)).flatten(1))


def made_in_forward(self, images):
    layer = nn.Conv2d(16, 16, 3, padding=1)
    return self.dense(layer(self.maps(images)).flatten(1))


def dense_only():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))


# Epochs -------------------------------------------------------------------------------------------


def epoch_with(
    before=lambda net: net.train(),
    order=("zero", "forward", "backward", "step"),
    loss=F.cross_entropy,
    batches=list,
    mean=lambda losses, counts: (
        sum(x * n for x, n in zip(losses, counts, strict=True)) / sum(counts)
    ),
):
    """Return a loop, right as it is, with one thing changed."""

    def train_epoch(net, loader, optimiser):
        before(net)
        losses, counts, now = [], [], None
        for images, labels in batches(loader):
            for part in order:
                if part == "zero":
                    optimiser.zero_grad()
                elif part == "forward":
                    now = loss(net(images), labels)
                elif part == "backward":
                    now.backward()
                else:
                    optimiser.step()
            losses.append(now.item())
            counts.append(len(labels))
        return mean(losses, counts)

    return train_epoch


def by_hand(net, loader, optimiser):
    """Gradients to None, a running sum in a tensor, log-softmax written out."""
    net.train()
    total = torch.zeros(())
    for images, labels in loader:
        net.zero_grad(set_to_none=True)
        loss = -F.log_softmax(net(images), 1)[range(len(labels)), labels].mean()
        loss.backward()
        optimiser.step()
        total += loss.detach() * len(labels)
    return total / len(loader.dataset)


def in_graph(net, loader, optimiser):
    net.train()
    total = 0
    for images, labels in loader:
        optimiser.zero_grad()
        loss = F.cross_entropy(net(images), labels)
        loss.backward()
        optimiser.step()
        total = total + loss * len(labels)
    return total / 11


def without_gradients(net, loader, optimiser):
    net.train()
    with torch.no_grad():
        losses = [F.cross_entropy(net(images), labels).item() for images, labels in loader]
    return sum(losses) / len(losses)


def own_optimiser(net, loader, _optimiser):
    return epoch_with()(net, loader, torch.optim.SGD(net.parameters(), lr=0.01))


# Measuring ----------------------------------------------------------------------------------------


def measure_with(
    mode=lambda net: net.eval(),
    gradients=torch.no_grad,
    batches=list,
    loss=lambda z, y: F.cross_entropy(z, y, reduction="sum").item(),
    right=lambda z, y: (z.argmax(1) == y).sum().item(),
    answer=lambda loss, right, n: (loss / n, right / n),
):
    """Return an `evaluate`, right as it is, with one thing changed."""

    def evaluate(net, loader):
        mode(net)
        total = hits = count = 0
        with gradients():
            for images, labels in batches(loader):
                logits = net(images)
                total, hits = total + loss(logits, labels), hits + right(logits, labels)
                count += len(labels)
        return answer(total, hits, count)

    return evaluate


@torch.no_grad()
def gathered(net, loader):
    """All logits first, then one loss and one accuracy, as tensors."""
    net.eval()
    pairs = [(net(images), labels) for images, labels in loader]
    logits, labels = (torch.cat(part) for part in zip(*pairs, strict=True))
    return [F.cross_entropy(logits, labels), (logits.argmax(dim=1) == labels).float().mean()]


def and_back(net, loader):
    """The mode is as before afterwards."""
    was = net.training
    answer = measure_with(gradients=torch.inference_mode)(net, loader)
    net.train(was)
    return answer


def mean_of_batches(net, loader):
    net.eval()
    with torch.no_grad():
        pairs = [(net(x), y) for x, y in loader]
    losses = [F.cross_entropy(z, y).item() for z, y in pairs]
    rights = [(z.argmax(1) == y).float().mean().item() for z, y in pairs]
    return float(np.mean(losses)), float(np.mean(rights))


def switches_off(net, loader):
    torch.set_grad_enabled(False)
    return measure_with(gradients=nullcontext)(net, loader)


def freezes(net, loader):
    return measure_with()(net.requires_grad_(False), loader)


def and_learns(net, loader):
    answer = measure_with()(net, loader)
    with torch.no_grad():
        net.dense.bias += 0.1
    return answer


# Hooks --------------------------------------------------------------------------------------------


def listen_with(
    layer=lambda net, name: getattr(net, name),
    kept=lambda output: output.detach(),
    remove=True,
    answer=lambda heard: heard[0],
    before=False,
):
    """Return a `listen`, right as it is, with one thing changed."""

    def listen(net, name, images):
        heard = []
        register = "register_forward_pre_hook" if before else "register_forward_hook"
        handle = getattr(layer(net, name), register)(lambda *given: heard.append(kept(given[-1])))
        net(images)
        if remove:
            handle.remove()
        return answer(heard)

    return listen


def hears_and_spoils(net, name, images):
    heard = []

    def hook(_layer, _inputs, output):
        heard.append(output.detach().clone())
        return 0 * output

    with net.get_submodule(name).register_forward_hook(hook):
        net(images)
    return heard[0]


def replaces_forward(net, name, images):
    heard, layer = [], net.get_submodule(name)
    forward = layer.forward

    def louder(x):
        heard.append(forward(x))
        return heard[-1]

    layer.forward = louder
    net(images)
    return heard[0].detach()


def replaces_layer(net, name, images):
    heard, layer = [], net.get_submodule(name)

    class Wrapped(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            heard.append(self.layer(x))
            return heard[-1]

    setattr(net, name, Wrapped())
    net(images)
    return heard[0].detach()


def leaves_a_pre_hook(net, name, images):
    heard, layer = [], net.get_submodule(name)
    layer.register_forward_pre_hook(lambda layer, given: heard.append(layer.forward(*given)))
    net(images)
    return heard[0].detach()


def by_input(net, name, images):
    """A hook for what goes in, and the layer once more."""
    heard, layer = [], net.get_submodule(name)
    with torch.no_grad(), layer.register_forward_pre_hook(lambda _, given: heard.append(given[0])):
        net(images)
    with torch.no_grad():
        return layer(heard[0])


def in_a_dict(net, name, images):
    """A function with a name, a dictionary, no gradients."""
    found = {}

    def keep(_layer, _inputs, output):
        found[name] = output.clone()

    handle = dict(net.named_modules())[name].register_forward_hook(keep)
    try:
        with torch.no_grad():
            net(images)
    finally:
        handle.remove()
    return found[name]


# Loops that were mended: they list the loss of every batch ----------------------------------------


def listed(**changed):
    """Return a loop that lists its losses, with one thing changed."""
    return epoch_with(**{"mean": lambda losses, counts: losses, **changed})


def in_tensors(net, loader, optimiser):
    """Gradients to None, the losses as tensors without their graph, in a tuple."""
    net.train()
    losses = ()
    for images, labels in loader:
        net.zero_grad(set_to_none=True)
        loss = F.nll_loss(F.log_softmax(net(images), 1), labels)
        loss.backward()
        optimiser.step()
        losses += (loss.detach(),)
    return losses


def after_the_step(net, loader, optimiser):
    net.train()
    losses = []
    for images, labels in loader:
        optimiser.zero_grad()
        F.cross_entropy(net(images), labels).backward()
        optimiser.step()
        losses.append(F.cross_entropy(net(images), labels).item())
    return losses


def zero_once(net, loader, optimiser):
    optimiser.zero_grad()
    return listed(order=("forward", "backward", "step"))(net, loader, optimiser)


def graphs(net, loader, optimiser):
    net.train()
    losses = []
    for images, labels in loader:
        optimiser.zero_grad()
        losses.append(F.cross_entropy(net(images), labels))
        losses[-1].backward()
        optimiser.step()
    return losses


RIGHT_LOOPS = [
    listed(),
    listed(order=("forward", "backward", "step", "zero")),
    listed(mean=lambda losses, counts: np.array(losses)),
    listed(order=("forward", "zero", "backward", "step")),
    in_tensors,
]
WRONG_LOOPS = [
    listed(loss=lambda z, y: F.cross_entropy(z.softmax(1), y)),  # as it is given
    listed(loss=lambda z, y: F.cross_entropy(z.log_softmax(1).exp(), y)),
    listed(loss=lambda z, y: F.nll_loss(z.softmax(1), y)),
    listed(loss=lambda z, y: F.cross_entropy(torch.sigmoid(z), y)),
    listed(loss=lambda z, y: F.cross_entropy(z, y.roll(1))),
    listed(loss=lambda z, y: -F.cross_entropy(z, y)),
    listed(order=("forward", "backward", "step")),  # as it is given
    zero_once,
    listed(order=("zero", "forward", "backward")),
    listed(order=("forward", "backward", "zero", "step")),
    listed(order=("zero", "forward", "backward", "step", "step")),
    listed(before=lambda net: net.eval()),
    listed(batches=lambda loader: list(loader)[:-1]),
    epoch_with(),  # the mean, and no list
    listed(mean=lambda losses, counts: losses[::-1]),
    listed(mean=lambda losses, counts: [x * n for x, n in zip(losses, counts, strict=True)]),
    after_the_step,
    graphs,
]

RIGHT = {
    "majority_guess": [
        loop_majority,
        sorted_majority,
        lambda train, labels: (labels == np.bincount(train).argmax()).mean(),
        lambda train, labels: (
            np.bincount(labels, minlength=10)[np.bincount(train).argmax()] / labels.size
        ),
    ],
    "dataset": [Digits, Ready, Arrays, Duck],
    "net": [Plain, Listed, sequence, Lazy, grouped],
    "train_epoch": [
        epoch_with(),
        epoch_with(order=("forward", "zero", "backward", "step")),
        epoch_with(order=("forward", "backward", "step", "zero")),
        by_hand,
    ],
    "evaluate": [measure_with(), measure_with(gradients=torch.inference_mode), gathered, and_back],
    "listen": [
        listen_with(),
        in_a_dict,
        listen_with(layer=lambda net, name: net.get_submodule(name)),
        listen_with(answer=lambda heard: torch.cat(heard)),
        by_input,
    ],
    "first_loop": RIGHT_LOOPS,
    "second_loop": RIGHT_LOOPS,
    "margin": [
        lambda p, n: 1.96 * (p * (1 - p) / n) ** 0.5,
        lambda p, n: 1.959964 * np.sqrt(p - p * p) / np.sqrt(n),
        lambda p, n: np.sqrt(1.96**2 * p * (1 - p) / n),
        lambda p, n: 1.96 / n * (n * p * (1 - p)) ** 0.5,
    ],
}

WRONG = {
    "majority_guess": [
        lambda train, labels: 0.0,
        lambda train, labels: loop_majority(labels, labels),  # peeks at the test labels
        lambda train, labels: loop_majority(train, train),
        lambda train, labels: 1 - loop_majority(train, labels),
        lambda train, labels: np.bincount(train).argmax(),
        lambda train, labels: 0.1,
        lambda train, labels: np.mean(labels == np.median(train)),
        lambda train, labels: np.mean(labels == train.max()),
        lambda train, labels: np.mean(labels == round(train.mean())),
        lambda train, labels: np.mean(labels == np.bincount(train).argmin()),
        lambda train, labels: 100 * loop_majority(train, labels),
    ],
    "dataset": [
        digits_with(lambda d, i: (torch.from_numpy(d.images[i])[None], int(d.labels[i]))),  # uint8
        digits_with(lambda d, i: (pixels(d, i)[0], int(d.labels[i]))),  # no channel
        digits_with(lambda d, i: (pixels(d, i), float(d.labels[i]))),
        digits_with(lambda d, i: (pixels(d, (i + 1) % 7), int(d.labels[i]))),  # off by one
        digits_with(lambda d, i: (pixels(d, i), int(d.labels[i - 1]))),
        digits_with(lambda d, i: (pixels(d, i) * 255, int(d.labels[i]))),  # 0 … 255
        digits_with(lambda d, i: (pixels(d, i) / 255, int(d.labels[i]))),  # divided twice
        digits_with(lambda d, i: (pixels(d, i).double(), int(d.labels[i]))),
        digits_with(lambda d, i: (pixels(d, i).mT, int(d.labels[i]))),  # rows and columns
        digits_with(lambda d, i: (int(d.labels[i]), pixels(d, i))),  # the label first
        digits_with(lambda d, i: (pixels(d, i), torch.eye(10)[d.labels[i]])),  # one-hot
        digits_with(lambda d, i: (pixels(d, i), torch.tensor([int(d.labels[i])]))),
        digits_with(lambda d, i: pixels(d, i)),  # no label
        digits_with(lambda d, i: (1 - pixels(d, i), int(d.labels[i]))),  # black on white
        digits_with(lambda d, i: (by_own_largest(d, i), int(d.labels[i]))),
        ByLargest,
        digits_with(lambda d, i: (pixels(d, i), str(d.labels[i]))),
        digits_with(lambda d, i: ("pixels", int(d.labels[i]))),
        digits_with(length=lambda d: len(d.labels) - 1),
        digits_with(length=lambda d: d.images.size),
    ],
    "net": [
        net_with(lambda z: z.softmax(1)),
        net_with(lambda z: z.log_softmax(1)),
        net_with(torch.sigmoid),
        net_with(torch.tanh),
        net_with(torch.relu),
        net_with(lambda z: z.softmax(0)),
        net_with(lambda z: 100 * z.softmax(1)),
        net_with(lambda z: 10 * z.tanh()),
        net_with(F.logsigmoid),
        net_with(F.dropout),  # in evaluation, too
        net_with(lambda z: z.squeeze()),  # wrong for an image alone
        net_with(forward=in_place),
        net_with(lambda z: (z, z)),
        net_with(lambda z: z - z.mean(0)),  # the batch takes part
        net_with(lambda z: z.view(1, -1)),
        net_with(lambda z: z[:, :9]),
        net_with(lambda z: z.argmax(1)),
        net_with(lambda z: z.detach()),
        net_with(forward=lambda self, images: self.dense.bias.repeat(len(images), 1)),
        net_with(forward=made_in_forward),
        InPlainList,
        DenseInList,
        HugeInList,
        BareTensor,
        Misspelt,
        CallsAList,
        NoSuper,
        Unused,
        Huge,
        OneConv,
        dense_only,
        lambda: "Net",
    ],
    "train_epoch": [
        epoch_with(order=("forward", "backward", "step")),  # gradients add up
        epoch_with(order=("zero", "forward", "step", "backward")),
        epoch_with(order=("forward", "step", "zero", "backward")),
        epoch_with(order=("forward", "backward", "zero", "step")),
        epoch_with(order=("zero", "forward", "backward")),
        epoch_with(order=("zero", "forward", "backward", "step", "step")),
        epoch_with(before=lambda net: None),  # it was in evaluation mode
        epoch_with(before=lambda net: net.eval()),
        without_gradients,
        epoch_with(mean=lambda losses, counts: np.mean(losses)),
        epoch_with(mean=lambda losses, counts: f"{np.average(losses, weights=counts):.6f}"),
        epoch_with(mean=lambda losses, counts: losses[-1]),
        epoch_with(mean=lambda losses, counts: sum(losses)),
        epoch_with(mean=lambda losses, counts: losses),
        epoch_with(mean=lambda losses, counts: None),
        in_graph,
        epoch_with(loss=lambda z, y: F.cross_entropy(z.softmax(1), y)),
        epoch_with(loss=lambda z, y: F.cross_entropy(z, y, reduction="sum")),
        epoch_with(batches=lambda loader: list(loader) * 2),
        epoch_with(batches=lambda loader: list(loader)[:1]),
        epoch_with(batches=lambda loader: list(loader)[:-1]),
        own_optimiser,
    ],
    "evaluate": [
        measure_with(mode=lambda net: None),
        measure_with(mode=lambda net: net.train()),
        measure_with(gradients=torch.enable_grad),
        mean_of_batches,
        measure_with(batches=lambda loader: list(loader)[:1]),
        measure_with(batches=lambda loader: list(loader)[:-1]),
        measure_with(answer=lambda loss, right, n: (right / n, loss / n)),
        measure_with(answer=lambda loss, right, n: (loss / n, 100 * right / n)),
        measure_with(answer=lambda loss, right, n: (loss / n, right)),
        measure_with(answer=lambda loss, right, n: (loss, right / n)),
        measure_with(answer=lambda loss, right, n: right / n),
        measure_with(answer=lambda loss, right, n: None),
        measure_with(right=lambda z, y: (z.argmax(1) != y).sum().item()),
        measure_with(right=lambda z, y: (z.argmin(1) == y).sum().item()),
        measure_with(loss=lambda z, y: F.cross_entropy(z.softmax(1), y, reduction="sum").item()),
        measure_with(answer=lambda loss, right, n: (f"{loss / n:.6f}", f"{right / n:.6f}")),
        switches_off,
        freezes,
        and_learns,
    ],
    "listen": [
        listen_with(remove=False),
        listen_with(layer=lambda net, name: net.conv1),  # always the same
        listen_with(layer=lambda net, name: list(net.children())[-1]),
        listen_with(kept=lambda output: output),  # in the graph
        listen_with(kept=lambda output: output.detach().relu()),
        listen_with(answer=lambda heard: heard),
        listen_with(answer=lambda heard: heard[0][0]),
        listen_with(answer=lambda heard: heard[0].numpy()),
        listen_with(answer=lambda heard: None),
        listen_with(before=True, kept=lambda inputs: inputs[0].detach()),
        lambda net, name, images: getattr(net, name)(images).detach(),  # not what goes in there
        lambda net, name, images: net(images).detach(),
        lambda net, name, images: getattr(net, name).weight.detach(),
        lambda net, name, images: listen_with()(net.train(), name, images),
        hears_and_spoils,
        replaces_forward,
        replaces_layer,
        leaves_a_pre_hook,
    ],
    "first_loop": WRONG_LOOPS,
    "second_loop": WRONG_LOOPS,
    "margin": [
        lambda p, n: 1.96 * p * (1 - p) / n,
        lambda p, n: np.sqrt(p * (1 - p) / n),
        lambda p, n: 2 * 1.96 * np.sqrt(p * (1 - p) / n),
        lambda p, n: 1.96 * np.sqrt(p * (1 - p)) / n,
        lambda p, n: 1.96 * np.sqrt(p / n),
        lambda p, n: 1.645 * np.sqrt(p * (1 - p) / n),
        lambda p, n: 1.96 * np.sqrt(0.25 / n),
        lambda p, n: 0.002,
        lambda p, n: 1.96 * np.sqrt(p * (1 - p) / n) + 1e-5,
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG


def test_the_stubs_of_the_classes_are_not_yet():
    class Stub(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 16, 5)

        def forward(self, images): ...

    class Empty(Dataset):
        def __init__(self, images, labels): ...

        def __len__(self): ...

    class Bare(nn.Module): ...

    assert checks.net(Bare).passed is None
    assert checks.net(Stub).passed is None and checks.dataset(Empty).passed is None
