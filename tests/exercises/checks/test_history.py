"""Every check accepts different right answers, rejects planted wrong ones, and waits for stubs."""

from __future__ import annotations

import math

import numpy as np
from answers import Answers

from cnncourse.exercises.checks import history as checks


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


RIGHT = {
    "partial_parameters": [
        lambda reads, k: sum(k * k * len(r) + 1 for r in reads),
        lambda reads, k: k**2 * sum(map(len, reads)) + len(reads),
    ],
    "grouped_parameters": [
        lambda i, o, k, g: i // g * o * k * k + o,
        lambda i, o, k, g: g * ((i // g) * (o // g) * k**2) + o,
        lambda i, o, k, g: np.zeros((o, i // g, k, k)).size + o,
    ],
    "stack_ratio": [lambda k: 9 * (k - 1) / (2 * k**2), lambda k: (k // 2) * 9 / k**2],
    "inception_parameters": [inception, loop_inception],
    "global_average": [
        lambda m: m.mean(axis=(1, 2)),
        lambda m: [float(np.mean(one)) for one in m],
        lambda m: m.reshape(len(m), -1).sum(1) / (m.shape[1] * m.shape[2]),
    ],
    "residual_block": [
        lambda x, a, b: relu(x + b @ relu(a @ x)),
        lambda x, a, b: np.where((y := b @ relu(a @ x) + x) > 0, y, 0),
    ],
    "memory_estimate": [
        lambda s: 8 * sum(math.prod(one) for one in s) / 2**20,
        lambda s: sum(np.zeros(one, np.float32).nbytes for one in s) * 2 / 1024 / 1024,
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
    ],
    "grouped_parameters": [
        lambda i, o, k, g: 0,
        lambda i, o, k, g: i * o * k * k + o,
        lambda i, o, k, g: i // g * o * k * k,
        lambda i, o, k, g: (i // g) * (o // g) * k * k + o,
        lambda i, o, k, g: i // g * o * k + o,
        lambda i, o, k, g: i // g * o * k * k + o // g,
        lambda i, o, k, g: (i * o * k * k + o) // g,
    ],
    "stack_ratio": [
        lambda k: 1.0,
        lambda k: 2 * k**2 / (9 * (k - 1)),  # turned over
        lambda k: 9 / k**2,
        lambda k: 9 * k / (2 * k**2),
        lambda k: 9 * (k + 1) / (2 * k**2),
        lambda k: 9 * (k - 1) / k**2,
    ],
    "inception_parameters": [
        lambda c, w: 0,
        lambda c, w: inception(c, w) - w[0] - sum(w[1:]),  # no biases
        lambda c, w: (c + 1) * w[0] + (9 * c + 1) * w[2] + (25 * c + 1) * w[4],  # no reductions
        lambda c, w: inception(c, w[::-1]),
        lambda c, w: inception(c, w) - (c + 1) * w[5],
        lambda c, w: inception(c, w) - 16 * w[3] * w[4],  # 3×3 in place of 5×5
        lambda c, w: inception(c, w) + 1,
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
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG
    at_least = (2, 5)
