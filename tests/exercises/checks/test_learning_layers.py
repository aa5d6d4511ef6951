"""Every check accepts different right answers, rejects planted wrong ones, and waits for stubs."""

from __future__ import annotations

import numpy as np
from answers import Answers

from cnncourse import convolution
from cnncourse.exercises.checks import learning_layers as checks


def loop_gradient(image, grad):
    rows, columns = (n - m + 1 for n, m in zip(image.shape, grad.shape, strict=True))
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = (image[i : i + grad.shape[0], j : j + grad.shape[1]] * grad).sum()
    return result


def s(x):
    return 1 / (1 + np.exp(-x))


def e(z):
    return np.exp(z - z.max())


RIGHT = {
    "sigmoid_slope": [
        lambda x: s(x) * (1 - s(x)),
        lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
        lambda x: (1 - np.tanh(x / 2) ** 2) / 4,
    ],
    "dense_parameters": [
        lambda c, h, w, n: (c * h * w + 1) * n,
        lambda c, h, w, n: np.zeros((n, c * h * w)).size + np.zeros(n).size,
    ],
    "flat_place": [
        lambda c, y, x, shape: (c * shape[1] + y) * shape[2] + x,
        lambda c, y, x, shape: np.arange(np.prod(shape)).reshape(shape)[c, y, x],
    ],
    "stable_softmax": [
        lambda z: e(z) / e(z).sum(),
        lambda z: np.exp(z - z.max() - np.log(np.exp(z - z.max()).sum())),
        lambda z: (e(z) / e(z).sum()).tolist(),
    ],
    "weight_gradient": [convolution.correlate, loop_gradient],
    "inverted_dropout": [
        lambda v, k, p: v * k / (1 - p),
        lambda v, k, p: np.where(k, v / (1 - p), 0),
    ],
    "running_variance": [
        lambda old, v, m: (1 - m) * old + m * v.var(ddof=1),
        lambda old, v, m: old + m * (((v - v.mean()) ** 2).sum() / (len(v) - 1) - old),
    ],
    "eval_batch_norm": [
        lambda x, g, b, m, v: g * (x - m) / np.sqrt(v + 1e-5) + b,
        lambda x, g, b, m, v: x * (g / np.sqrt(v + 1e-5)) + (b - m * g / np.sqrt(v + 1e-5)),
    ],
}

WRONG = {
    "sigmoid_slope": [
        np.zeros_like,
        s,
        lambda x: 1 - s(x) ** 2,
        lambda x: s(x) - s(x) ** 3,
        lambda x: (s(x) * (1 - s(x))).T,
        lambda x: -s(x) * (1 - s(x)),
        lambda x: float(s(x).flat[0] * (1 - s(x).flat[0])),
    ],
    "dense_parameters": [
        lambda c, h, w, n: 0,
        lambda c, h, w, n: c * h * w * n,
        lambda c, h, w, n: c * h * w * n + c * h * w,
        lambda c, h, w, n: c * h * w,
        lambda c, h, w, n: (c * h * w) ** 2 + c * h * w,
        lambda c, h, w, n: c * h * h * n + n,
        lambda c, h, w, n: c * h * w * n + n + 1,
    ],
    "flat_place": [
        lambda c, y, x, shape: 0,
        lambda c, y, x, shape: (y * shape[2] + x) * shape[0] + c,  # H·W·C
        lambda c, y, x, shape: (c * shape[1] + x) * shape[2] + y,  # transposed
        lambda c, y, x, shape: (c * shape[2] + y) * shape[1] + x,
        lambda c, y, x, shape: (c * shape[1] + y) * shape[2] + x + 1,
        lambda c, y, x, shape: c + y + x,
    ],
    "stable_softmax": [
        np.zeros_like,
        lambda z: np.exp(z) / np.exp(z).sum(),  # overflows
        lambda z: np.exp(z - z.min()) / np.exp(z - z.min()).sum(),  # overflows where they lie apart
        lambda z: e(z),
        lambda z: z / z.sum(),
        lambda z: s(z),
        lambda z: (e(z) / e(z).sum())[::-1],
        lambda z: np.exp(z / z.max()) / np.exp(z / z.max()).sum(),
        lambda z: e(z).max() / e(z).sum(),
    ],
    "weight_gradient": [
        lambda image, grad: np.zeros_like(loop_gradient(image, grad)),
        lambda image, grad: convolution.convolve(image, grad),  # flipped
        lambda image, grad: convolution.correlate(image, grad, padding="full"),
        lambda image, grad: convolution.correlate(image, grad).T,
        lambda image, grad: convolution.correlate(image, np.ones_like(grad)),
        lambda image, grad: convolution.correlate(image, grad) / grad.size,
        lambda image, grad: grad,
    ],
    "inverted_dropout": [
        lambda v, k, p: np.zeros_like(v),
        lambda v, k, p: v * k,
        lambda v, k, p: v * k * (1 - p),
        lambda v, k, p: v * k / p if p else v * k,
        lambda v, k, p: v * (1 - k) / (1 - p),
        lambda v, k, p: v / (1 - p),
        lambda v, k, p: v * k * 2,
    ],
    "running_variance": [
        lambda old, v, m: 0.0,
        lambda old, v, m: (1 - m) * old + m * v.var(),  # biased
        lambda old, v, m: m * old + (1 - m) * v.var(ddof=1),  # momentum turned round
        lambda old, v, m: v.var(ddof=1),
        lambda old, v, m: (1 - m) * old + m * v.std(ddof=1),
        lambda old, v, m: 0.9 * old + 0.1 * v.var(ddof=1),
        lambda old, v, m: (1 - m) * old + m * v.mean(),
    ],
    "eval_batch_norm": [
        lambda x, g, b, m, v: np.zeros_like(x),
        lambda x, g, b, m, v: g * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) + b,  # training
        lambda x, g, b, m, v: g * (x - m) / (v + 1e-5) + b,
        lambda x, g, b, m, v: g * (x - m) / np.sqrt(v + 1e-5),
        lambda x, g, b, m, v: (x - m) / np.sqrt(v + 1e-5),
        lambda x, g, b, m, v: g * (x - m) / (np.sqrt(v) + 1e-5) + b,
        lambda x, g, b, m, v: (g * (x - m) / np.sqrt(v + 1e-5) + b).T,
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG
    at_least = (2, 5)
