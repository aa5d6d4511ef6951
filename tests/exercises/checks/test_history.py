"""Every check accepts different right answers, rejects planted wrong ones, and waits for stubs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from answers import Answers

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from cnncourse.exercises.checks import history as checks  # noqa: E402
from cnncourse.lab import history_models as nets  # noqa: E402


def relu(x):
    return np.maximum(x, 0)


def inception(c, w):
    one, r3, three, r5, five, pool = w
    return (
        (c + 1) * one + (c + 1) * r3 + (9 * r3 + 1) * three
        + (c + 1) * r5 + (25 * r5 + 1) * five + (c + 1) * pool
    )  # fmt: skip


def loop_inception(c, w):
    total = 0
    for inputs, outputs, kernel in ((c, w[0], 1), (c, w[1], 1), (w[1], w[2], 3), (c, w[3], 1),
                                    (w[3], w[4], 5), (c, w[5], 1)):  # fmt: skip
        total += np.zeros((outputs, inputs, kernel, kernel)).size + outputs
    return total


# Modules ------------------------------------------------------------------------------------------


class Layers(nn.Module):
    """The four layers of a residual block, and what they give one after the other."""

    def __init__(self, channels, kernel=3):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)
        self.conv2 = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)

    def inside(self, x):
        return self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))


def block(forward, kernel=3):
    """Return a class of these layers with another way through them."""
    return lambda channels: type("Block", (Layers,), {"forward": forward})(channels, kernel)


def other(**settings):
    """Return a residual block whose second convolution has other settings."""

    def build(channels):
        made = nets.ResidualBlock(channels)
        made.conv2 = nn.Conv2d(channels, channels, **{"kernel_size": 3, "padding": 1} | settings)
        return made

    return build


class Lazy(Layers):
    """Layers that learn their number of channels from the first maps."""

    def __init__(self, channels):
        nn.Module.__init__(self)
        self.conv1, self.norm1 = nn.LazyConv2d(channels, 3, padding=1), nn.LazyBatchNorm2d()
        self.conv2, self.norm2 = nn.LazyConv2d(channels, 3, padding=1), nn.LazyBatchNorm2d()

    def forward(self, x):
        return F.relu(x + self.inside(x))


class Padded(Layers):
    """The zeros come in before the convolution."""

    def __init__(self, channels):
        super().__init__(channels)
        self.conv2 = nn.Sequential(nn.ZeroPad2d(1), nn.Conv2d(channels, channels, 3))

    def forward(self, x):
        return F.relu(x + self.inside(x))


class Misspelt(Layers):
    def foward(self, x):
        return F.relu(x + self.inside(x))


class Fixed(Layers):
    """Its batch norms have nothing to learn."""

    def __init__(self, channels):
        super().__init__(channels)
        self.norm1 = nn.BatchNorm2d(channels, affine=False)

    def forward(self, x):
        return F.relu(x + self.inside(x))


def unrecorded(self, x):
    with torch.no_grad():
        return F.relu(x + self.inside(x))


def changing_x(self, x):
    x += self.inside(x)
    return F.relu(x)


class Sequential(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.f = nn.Sequential(
            *nets.conv(channels, channels, 3), *nets.conv(channels, channels, 3)[:2]
        )
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.f(x) + x)


class Clamped(Layers):
    def forward(self, x):
        y = self.conv2(torch.maximum(self.norm1(self.conv1(x)), torch.tensor(0.0)))
        return (self.norm2(y) + x).clamp(min=0)


class InPlace(Layers):
    def forward(self, x):
        y = self.norm1(self.conv1(x)).relu_()
        y = self.norm2(self.conv2(y))
        y += x
        return F.relu(y, inplace=True)


class Hidden(nn.Module):
    """Its layers stand in a list: PyTorch does not know them."""

    def __init__(self, channels):
        super().__init__()
        self.layers = [Layers(channels)]

    def forward(self, x):
        return F.relu(x + self.layers[0].inside(x))


class NoSuper(nn.Module):
    def __init__(self, channels):
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)


class FlatInception(nn.Module):
    """The six convolutions in a list that PyTorch knows; parts can be exchanged."""

    def __init__(self, c, w, pool=None, large=5, inner=F.relu, after=False):
        super().__init__()
        settings = [(c, w[0], 1), (c, w[1], 1), (w[1], w[2], 3), (c, w[3], 1), (w[3], w[4], large),
                    (c, w[5], 1)]  # fmt: skip
        self.convs = nn.ModuleList(nn.Conv2d(i, o, k, padding=k // 2) for i, o, k in settings)
        self.pool, self.inner, self.after = pool or nn.MaxPool2d(3, 1, 1), inner, after

    def ends(self, x):
        one, reduce_3, three, reduce_5, five, project = self.convs
        last = self.pool(project(x)) if self.after else project(self.pool(x))
        ways = one(x), three(self.inner(reduce_3(x))), five(self.inner(reduce_5(x))), last
        return [F.relu(way) for way in ways]

    def forward(self, x):
        return torch.cat(self.ends(x), 1)


def changed_inception(change):
    """Return the course's own module after a change."""

    def build(c, w):
        made = nets.Inception(c, w)
        change(made)
        return made

    return build


def without_bias(module):
    next(m for m in module.modules() if isinstance(m, nn.Conv2d)).bias = None


def with_a_seventh(module):
    module.idle = nn.Conv2d(7, 99, 7)


def with_gaps(module):
    """A 3×3 kernel whose weights stand two pixels apart."""
    conv = next(m for m in module.modules() if getattr(m, "kernel_size", 0) == (3, 3))
    conv.dilation = conv.padding = (2, 2)


def inception_like(paths, **changes):
    """Return a class whose result is what `paths` gives, stacked."""
    made = {"forward": lambda self, x: torch.cat(paths(self, x), 1)}
    return lambda c, w: type("Inception", (FlatInception,), made)(c, w, **changes)


class ListInception(nn.Module):
    def __init__(self, c, w):
        super().__init__()
        relu = nn.ReLU(inplace=True)
        self.paths = nn.ModuleList([
            nn.Sequential(nn.Conv2d(c, w[0], 1), relu),
            nn.Sequential(nn.Conv2d(c, w[1], 1), relu, nn.Conv2d(w[1], w[2], 3, padding=1), relu),
            nn.Sequential(nn.Conv2d(c, w[3], 1), relu, nn.Conv2d(w[3], w[4], 5, padding=2), relu),
            nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(c, w[5], 1), relu),
        ])  # fmt: skip

    def forward(self, x):
        return torch.cat([path(x) for path in self.paths], dim=1)


class Functional(FlatInception):
    """One ReLU after the stacking is as good as one on each path."""

    def forward(self, x):
        a, b, c, d, e, f = self.convs
        pooled = F.max_pool2d(x, 3, stride=1, padding=1)
        return torch.cat([a(x), c(b(x).relu()), e(d(x).relu()), f(pooled)], dim=-3).relu()


RIGHT = {
    "partial_parameters": [
        lambda reads, k: sum(k * k * len(r) + 1 for r in reads),
        lambda reads, k: k**2 * sum(map(len, reads)) + len(reads),
        lambda reads, k: np.int64(k * k) * np.sum([len(r) for r in reads]) + len(reads),
        lambda reads, k: float(sum(np.zeros((len(r), k, k)).size + 1 for r in reads)),
    ],
    "grouped_parameters": [
        lambda i, o, k, g: i // g * o * k * k + o,
        lambda i, o, k, g: g * ((i // g) * (o // g) * k**2) + o,
        lambda i, o, k, g: np.zeros((o, i // g, k, k)).size + o,
        lambda i, o, k, g: sum(k * k * i / g + 1 for _ in range(o)),
    ],
    "stack_ratio": [
        lambda k: 9 * (k - 1) / (2 * k**2),
        lambda k: (k // 2) * 9 / k**2,
        lambda k: np.float64(4.5) / k - 4.5 / k**2,
        lambda k: sum(9 for _ in range(3, k + 1, 2)) / (k * k),
    ],
    "inception_parameters": [
        inception,
        loop_inception,
        lambda c, w: (
            (c + 1) * (w[0] + w[1] + w[3] + w[5]) + 9 * w[1] * w[2] + 25 * w[3] * w[4] + w[2] + w[4]
        ),
        lambda c, w: sum(p.numel() for p in nets.Inception(c, w).parameters()),
    ],
    "global_average": [
        lambda m: m.mean(axis=(1, 2)),
        lambda m: [float(np.mean(one)) for one in m],
        lambda m: m.reshape(len(m), -1).sum(1) / (m.shape[1] * m.shape[2]),
        lambda m: F.adaptive_avg_pool2d(torch.from_numpy(m), 1).flatten(),
    ],
    "residual_block": [
        lambda x, a, b: relu(x + b @ relu(a @ x)),
        lambda x, a, b: np.where((y := b @ relu(a @ x) + x) > 0, y, 0),
        lambda x, a, b: [max(0.0, float(v)) for v in x + b.dot(a.dot(x).clip(0))],
        lambda x, a, b: F.relu(torch.tensor(x + np.einsum("ij,j->i", b, relu(a @ x)))),
    ],
    "memory_estimate": [
        lambda s: 8 * sum(math.prod(one) for one in s) / 2**20,
        lambda s: sum(np.zeros(one, np.float32).nbytes for one in s) * 2 / 1024 / 1024,
        lambda s: sum(np.prod(one) for one in s) / 2**17,
        lambda s: np.float64(sum(math.prod(one) * 8 for one in s)) / 1_048_576,
    ],
    "residual_module": [nets.ResidualBlock, Sequential, Clamped, InPlace, Lazy, Padded],
    "inception_module": [
        nets.Inception,
        FlatInception,
        ListInception,
        lambda c, w: Functional(c, w),
    ],
}

WRONG = {
    "partial_parameters": [
        lambda reads, k: 0,
        lambda reads, k: k * k * sum(map(len, reads)),  # no biases
        lambda reads, k: k * k * sum(map(len, reads)) + 1,
        lambda reads, k: (k * k * 6 + 1) * len(reads),  # all maps joined
        lambda reads, k: k * sum(map(len, reads)) + len(reads),
        lambda reads, k: (k * k + 1) * sum(map(len, reads)),  # a bias for every small kernel
        lambda reads, k: k * k * sum(map(len, reads)) + max(max(r) for r in reads) + 1,
        lambda reads, k: str(k * k * sum(map(len, reads)) + len(reads)),
    ],
    "grouped_parameters": [
        lambda i, o, k, g: 0,
        lambda i, o, k, g: i * o * k * k + o,
        lambda i, o, k, g: i // g * o * k * k,
        lambda i, o, k, g: (i // g) * (o // g) * k * k + o,
        lambda i, o, k, g: i // g * o * k + o,
        lambda i, o, k, g: i // g * o * k * k + o // g,
        lambda i, o, k, g: (i * o * k * k + o) // g,
        lambda i, o, k, g: i // g * o * k * k + i,
    ],
    "stack_ratio": [
        lambda k: 1.0,
        lambda k: 2 * k**2 / (9 * (k - 1)),  # turned over
        lambda k: 9 / k**2,
        lambda k: 9 * k / (2 * k**2),
        lambda k: 9 * (k + 1) / (2 * k**2),
        lambda k: 9 * (k - 1) / k**2,
        lambda k: round(9 * (k - 1) / (2 * k**2), 2),
        lambda k: 9 * (k - 1) // (2 * k**2),
    ],
    "inception_parameters": [
        lambda c, w: 0,
        lambda c, w: inception(c, w) - w[0] - sum(w[1:]),  # no biases
        lambda c, w: (c + 1) * w[0] + (9 * c + 1) * w[2] + (25 * c + 1) * w[4],  # no reductions
        lambda c, w: inception(c, w[::-1]),
        lambda c, w: inception(c, w) - (c + 1) * w[5],
        lambda c, w: inception(c, w) - 16 * w[3] * w[4],  # 3×3 in place of 5×5
        lambda c, w: inception(c, w) + 1,
        lambda c, w: inception(c, w) + (c + 1) * w[3],
    ],
    "global_average": [
        lambda m: np.zeros(len(m)),
        lambda m: m.mean(),
        lambda m: m.mean(axis=0),
        lambda m: m.max(axis=(1, 2)),
        lambda m: m.sum(axis=(1, 2)),
        lambda m: m.mean(axis=2),
        lambda m: m.mean(axis=(1, 2), keepdims=True),
        lambda m: m.mean(axis=(1, 2))[::-1],
    ],
    "residual_block": [
        lambda x, a, b: np.zeros_like(x),
        lambda x, a, b: relu(b @ relu(a @ x)),  # plain
        lambda x, a, b: x + b @ relu(a @ x),  # no last relu
        lambda x, a, b: x + relu(b @ relu(a @ x)),
        lambda x, a, b: relu(x + b @ (a @ x)),
        lambda x, a, b: relu(x - b @ relu(a @ x)),
        lambda x, a, b: relu(x + relu(a @ x) @ b.T + 1),
        lambda x, a, b: relu(2 * x + b @ relu(a @ x)),
    ],
    "memory_estimate": [
        lambda s: 0.0,
        lambda s: 4 * sum(math.prod(one) for one in s) / 2**20,
        lambda s: 8 * sum(math.prod(one) for one in s) / 10**6,
        lambda s: 2 * sum(math.prod(one) for one in s) / 2**20,
        lambda s: 8 * sum(sum(one) for one in s) / 2**20,
        lambda s: 8 * sum(math.prod(one) for one in s[:-1]) / 2**20,
        lambda s: 8 * sum(math.prod(one) for one in s) / 1024,
        lambda s: round(8 * sum(math.prod(one) for one in s) / 2**20, 1),
    ],
    "residual_module": [
        nets.PlainBlock,
        block(lambda s, x: s.inside(x) + x),  # no last ReLU
        block(lambda s, x: x + F.relu(s.inside(x))),  # ReLU before the sum
        block(lambda s, x: F.relu(2 * x + s.inside(x))),
        block(lambda s, x: F.relu(x + s.norm2(s.conv2(s.norm1(s.conv1(x)))))),  # none inside
        block(lambda s, x: F.relu(x + s.conv2(F.relu(s.conv1(x))))),  # no batch norm
        block(lambda s, x: F.relu(x + s.norm1(s.conv1(x)))),  # one layer
        block(lambda s, x: F.relu(x + s.norm1(s.conv1(F.relu(s.norm1(s.conv1(x))))))),  # shared
        block(lambda s, x: F.relu(x + s.conv2(F.relu(s.norm2(s.conv1(F.relu(s.norm1(x)))))))),
        block(lambda s, x: F.relu(torch.cat([x, s.inside(x)], 1))),
        block(lambda s, x: (F.relu(x + s.inside(x)),)),
        block(lambda s, x: F.relu(x + s.inside(x)).mean((2, 3))),
        block(lambda s, x: F.relu(x + s.inside(F.relu(x)))),
        block(lambda s, x: F.relu(x + s.inside(x)), kernel=1),
        block(lambda s, x: F.relu(x + s.inside(x)), kernel=5),
        block(
            lambda s, x: F.relu(
                F.pad(x, (1,) * 4)[..., 1:-1, 1:-1]
                + s.norm2(F.relu(s.conv2(F.relu(s.norm1(s.conv1(x))))))
            )
        ),  # fmt: skip
        Hidden,
        NoSuper,
        Misspelt,
        Fixed,
        block(changing_x),
        block(unrecorded),
        block(lambda s, x: x.add_(s.inside(x)).relu_()),
        block(lambda s, x: F.relu(x + s.inside(x).detach())),
        block(lambda s, x: F.relu(x.detach() + s.inside(x.detach()))),
        other(dilation=2, padding=2),
        other(groups=5),
        other(padding_mode="circular"),
        other(kernel_size=(3, 1), padding=(1, 0)),
        nn.Identity,
        lambda channels: 3,
    ],
    "inception_module": [
        inception_like(lambda s, x: s.ends(x)[::-1]),  # another order
        inception_like(lambda s, x: [s.convs[0](x), *s.ends(x)[1:]]),  # a ReLU is missing
        inception_like(lambda s, x: s.ends(x), pool=nn.AvgPool2d(3, 1, 1)),
        inception_like(lambda s, x: s.ends(x), pool=nn.Identity()),
        inception_like(lambda s, x: s.ends(x), pool=nn.MaxPool2d(3, 1, 1), after=True),
        inception_like(lambda s, x: s.ends(x), large=3),  # the slip of torchvision
        inception_like(lambda s, x: s.ends(x), inner=lambda maps: maps),  # none after reductions
        inception_like(lambda s, x: s.ends(x)[:3]),
        inception_like(lambda s, x: [F.relu(sum(end.mean(1, keepdim=True) for end in s.ends(x)))]),
        inception_like(lambda s, x: [end.flatten(1) for end in s.ends(x)]),
        inception_like(lambda s, x: s.ends(F.relu(x))),
        inception_like(lambda s, x: [2 * end for end in s.ends(x)]),
        changed_inception(without_bias),
        changed_inception(with_a_seventh),
        changed_inception(with_gaps),
        inception_like(lambda s, x: [end.detach() for end in s.ends(x)]),
        lambda c, w: nets.Inception(c, w[::-1]),
        lambda c, w: nn.Conv2d(c, w[0] + w[2] + w[4] + w[5], 1),
        nn.Identity,
        lambda c, w: [nn.Conv2d(c, w[0], 1)],
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG
