"""Every check accepts different right answers, rejects planted wrong ones, and waits for stubs."""

from __future__ import annotations

import numpy as np
from answers import Answers

from cnncourse import backward, convolution
from cnncourse.exercises.checks import learning_layers as checks


def loop_gradient(image, grad):
    rows, columns = (n - m + 1 for n, m in zip(image.shape, grad.shape, strict=True))
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = (image[i : i + grad.shape[0], j : j + grad.shape[1]] * grad).sum()
    return result


def windows_gradient(image, grad):
    windows = np.lib.stride_tricks.sliding_window_view(image, grad.shape)
    return np.einsum("ijrc,rc", windows, grad)


def nudged(loss, weights, place, h=1e-5, back=True):
    old = weights[place]
    weights[place] = old + h
    above = loss(weights)
    weights[place] = old - h
    below = loss(weights)
    if back:
        weights[place] = old
    return (above - below) / (2 * h)


def nudged_copies(loss, weights, place):
    up, down = weights.copy(), weights.copy()
    up[place] += 1e-5
    down[place] -= 1e-5
    return (loss(up) - loss(down)) / 2e-5


def nudged_by_sums(loss, weights, place):
    """What is added and taken away again leaves a rounding error behind."""
    weights[place] += 1e-5
    above = loss(weights)
    weights[place] -= 2e-5
    below = loss(weights)
    weights[place] += 1e-5
    return (above - below) / 2e-5


def nudged_then(loss, weights, place, restore):
    """Another way of putting back the old value."""
    old = weights.copy()
    slope = nudged(loss, weights, place)
    restore(weights, place, old)
    return slope


def whole_row(weights, place, old):
    weights[place[0]] = old[place]


def float32(weights, place, old):
    weights[place] = np.float32(old[place])


def dense_in_place(weights, grad):
    weights *= grad[:, None]
    return weights.sum(axis=0)


def dropped_in_place(values, keep, p):
    values[keep == 0] = 0
    return values / (1 - p)


def normed_in_place(x, gamma, beta, mean, var):
    x -= mean
    return gamma * x / np.sqrt(var + 1e-5) + beta


def nudged_by_a_mask(loss, weights, place):
    step = np.zeros_like(weights)
    step[place] = 1e-5
    return (loss(weights + step) - loss(weights - step)) / 2e-5


def unpooled(sums, dense, grad, *, on=lambda sums: sums > 0, share=lambda wins: wins):
    """The way back through dense, pooling and ReLU; mistakes can be made at two places."""
    window = np.ones((2, 2))
    pooled = sums.reshape(len(sums) // 2, 2, -1, 2).max(axis=(1, 3))
    back = (dense.T @ grad).reshape(pooled.shape)
    return np.kron(back, window) * share(sums == np.kron(pooled, window)) * on(sums)


def by_loops(sums, dense, grad):
    result, width = np.zeros(sums.shape), sums.shape[1] // 2
    for place, value in enumerate(grad @ dense):
        row, column = 2 * (place // width), 2 * (place % width)
        i, j = np.unravel_index(sums[row : row + 2, column : column + 2].argmax(), (2, 2))
        result[row + i, column + j] = value if sums[row + i, column + j] > 0 else 0
    return result


def relu_first(sums, dense, grad):
    maps = np.maximum(sums, 0)[None, None]
    back = (dense.T @ grad).reshape(1, 1, sums.shape[0] // 2, -1)
    return backward.max_pool_backward(maps, back, 2)[0, 0] * (sums > 0)


RIGHT = {
    "back_to_the_sums": [
        unpooled,
        by_loops,
        relu_first,
        lambda sums, dense, grad: unpooled(sums, dense, grad).tolist(),
    ],
    "one_unit": [
        lambda x, w, b, t: (
            (2 * (w * x + b - t) * x, 2 * (w * x + b - t)) if w * x + b > 0 else (0, 0)
        ),
        lambda x, w, b, t: [
            2 * (max(w * x + b, 0) - t) * (w * x + b > 0) * side for side in (x, 1)
        ],
        lambda x, w, b, t: 2 * (w * x + b - t) * (w * x + b > 0) * np.array([x, 1]),
        lambda x, w, b, t: np.outer(2 * (w * x + b - t) * np.heaviside(w * x + b, 0), [x, 1])[0],
    ],
    "dense_backward": [
        lambda w, g: w.T @ g,
        lambda w, g: g @ w,
        lambda w, g: [sum(w[i, j] * g[i] for i in range(len(g))) for j in range(w.shape[1])],
        lambda w, g: np.einsum("ij,i->j", w, g),
    ],
    "slope_by_nudging": [
        nudged,
        nudged_copies,
        nudged_by_a_mask,
        lambda loss, weights, place: nudged(loss, weights, place, h=1e-4),
    ],
    "weight_gradient": [
        convolution.correlate,
        loop_gradient,
        windows_gradient,
        lambda image, grad: loop_gradient(image, grad).tolist(),
    ],
    "inverted_dropout": [
        lambda v, k, p: v * k / (1 - p),
        lambda v, k, p: np.where(k, v / (1 - p), 0),
        lambda v, k, p: np.multiply(v, k) * (1 / (1 - p)),
        lambda v, k, p: (v * k / (1 - p)).tolist(),
    ],
    "running_variance": [
        lambda old, v, m: (1 - m) * old + m * v.var(ddof=1),
        lambda old, v, m: old + m * (((v - v.mean()) ** 2).sum() / (len(v) - 1) - old),
        lambda old, v, m: old * (1 - m) + m * np.cov(v),
        lambda old, v, m: np.average([old, v.var(ddof=1)], weights=[1 - m, m]),
    ],
    "eval_batch_norm": [
        lambda x, g, b, m, v: g * (x - m) / np.sqrt(v + 1e-5) + b,
        lambda x, g, b, m, v: x * (g / np.sqrt(v + 1e-5)) + (b - m * g / np.sqrt(v + 1e-5)),
        lambda x, g, b, m, v: (g * ((x - m) * (v + 1e-5) ** -0.5) + b).tolist(),
        lambda x, g, b, m, v: np.array([g * (one - m) / np.sqrt(v + 1e-5) + b for one in x]),
    ],
}

WRONG = {
    "back_to_the_sums": [
        lambda s, d, g: np.zeros_like(s),
        lambda s, d, g: unpooled(s, d, g, on=lambda sums: 1),  # no ReLU
        lambda s, d, g: unpooled(s, d, g, share=lambda wins: 1),  # to all four
        lambda s, d, g: unpooled(s, d, g, share=lambda wins: 0.25),  # as average pooling
        lambda s, d, g: unpooled(s, d, g, on=lambda sums: sums * (sums > 0)),
        lambda s, d, g: unpooled(s, d, -g),
        lambda s, d, g: unpooled(s, np.abs(d), g),
        lambda s, d, g: unpooled(s, d[:, ::-1], g),
        lambda s, d, g: unpooled(s, d, g).round(),
        lambda s, d, g: (d.T @ g).reshape(len(s) // 2, -1),  # the size after pooling
        lambda s, d, g: unpooled(s, d, g) / len(g),
    ],
    "one_unit": [
        lambda x, w, b, t: (0, 0),
        lambda x, w, b, t: (2 * (w * x + b - t) * x, 2 * (w * x + b - t)),  # no ReLU
        lambda x, w, b, t: (2 * (max(w * x + b, 0) - t) * x, 2 * (max(w * x + b, 0) - t)),
        lambda x, w, b, t: ((max(w * x + b, 0) - t) * (w * x + b > 0) * x, 0),
        lambda x, w, b, t: RIGHT["one_unit"][0](x, w, b, t)[::-1],  # swapped
        lambda x, w, b, t: [-v for v in RIGHT["one_unit"][0](x, w, b, t)],
        lambda x, w, b, t: [v * w for v in RIGHT["one_unit"][0](x, w, b, t)],
        lambda x, w, b, t: [round(v) for v in RIGHT["one_unit"][0](x, w, b, t)],
        lambda x, w, b, t: 2 * (w * x + b - t) * (w * x + b >= 0) * np.array([x, 1]),  # on at 0
        lambda x, w, b, t: RIGHT["one_unit"][0](x, w, b, t)[0],
        lambda x, w, b, t: [str(v) for v in RIGHT["one_unit"][0](x, w, b, t)],
    ],
    "dense_backward": [
        lambda w, g: np.zeros(w.shape[1]),
        lambda w, g: w.sum(axis=0),
        lambda w, g: (w.T @ g)[::-1],
        lambda w, g: np.outer(g, np.ones(w.shape[1])),  # the form of the weights
        lambda w, g: w.T @ g / len(g),
        lambda w, g: np.maximum(w.T @ g, 0),
        lambda w, g: (w.T @ g).round(),
        lambda w, g: (w.T @ g)[:, None],
        lambda w, g: (w if w.shape[0] == w.shape[1] else w.T) @ g,  # a square one not transposed
        lambda w, g: -(w.T @ g),
        dense_in_place,
    ],
    "slope_by_nudging": [
        lambda loss, weights, place: 0.0,
        lambda loss, weights, place: loss(weights),
        lambda loss, weights, place: nudged(loss, weights, place, back=False),
        lambda loss, weights, place: 2 * nudged(loss, weights, place),
        lambda loss, weights, place: -nudged(loss, weights, place),
        lambda loss, weights, place: nudged(loss, weights, place, h=0.1),  # too coarse
        lambda loss, weights, place: (loss(weights + 1e-5) - loss(weights - 1e-5)) / 2e-5,  # all
        lambda loss, weights, place: nudged(loss, weights, tuple(0 for _ in place)),
        lambda loss, weights, place: round(nudged(loss, weights, place)),
        lambda loss, weights, place: np.full(weights.shape, nudged(loss, weights, place)),
        lambda loss, weights, place: nudged(loss, weights, place, h=0.01),
        lambda loss, weights, place: nudged(loss, weights, place, h=0.05),
        lambda loss, weights, place: nudged_then(loss, weights, place, whole_row),
        lambda loss, weights, place: nudged_then(loss, weights, place, float32),
        nudged_by_sums,
    ],
    "weight_gradient": [
        lambda image, grad: np.zeros_like(loop_gradient(image, grad)),
        lambda image, grad: convolution.convolve(image, grad),  # flipped
        lambda image, grad: convolution.correlate(image, grad, padding="full"),
        lambda image, grad: convolution.correlate(image, grad).T,
        lambda image, grad: convolution.correlate(image, np.ones_like(grad)),
        lambda image, grad: convolution.correlate(image, grad) / grad.size,
        lambda image, grad: grad,
        lambda image, grad: convolution.correlate(image, grad).round(),
        lambda image, grad: -convolution.correlate(image, grad),
    ],
    "inverted_dropout": [
        lambda v, k, p: np.zeros_like(v),
        lambda v, k, p: v * k,
        lambda v, k, p: v * k * (1 - p),
        lambda v, k, p: v * k / p if p else v * k,
        lambda v, k, p: v * (1 - k) / (1 - p),
        lambda v, k, p: v / (1 - p),
        lambda v, k, p: v * k * 2,
        lambda v, k, p: (v * k / (1 - p)).astype(int),
        lambda v, k, p: v * k / np.sqrt(1 - p),
        dropped_in_place,
    ],
    "running_variance": [
        lambda old, v, m: 0.0,
        lambda old, v, m: (1 - m) * old + m * v.var(),  # biased
        lambda old, v, m: m * old + (1 - m) * v.var(ddof=1),  # momentum turned round
        lambda old, v, m: v.var(ddof=1),
        lambda old, v, m: (1 - m) * old + m * v.std(ddof=1),
        lambda old, v, m: 0.9 * old + 0.1 * v.var(ddof=1),
        lambda old, v, m: (1 - m) * old + m * v.mean(),
        lambda old, v, m: round((1 - m) * old + m * v.var(ddof=1), 2),
        lambda old, v, m: str((1 - m) * old + m * v.var(ddof=1)),
    ],
    "eval_batch_norm": [
        lambda x, g, b, m, v: np.zeros_like(x),
        lambda x, g, b, m, v: g * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) + b,  # training
        lambda x, g, b, m, v: g * (x - m) / (v + 1e-5) + b,
        lambda x, g, b, m, v: g * (x - m) / np.sqrt(v + 1e-5),
        lambda x, g, b, m, v: (x - m) / np.sqrt(v + 1e-5),
        lambda x, g, b, m, v: g * (x - m) / (np.sqrt(v) + 1e-5) + b,
        lambda x, g, b, m, v: (g * (x - m) / np.sqrt(v + 1e-5) + b).T,
        lambda x, g, b, m, v: g * (x - m) / np.sqrt(v) + b,  # no ε: divided by 0
        lambda x, g, b, m, v: (g * (x - m) / np.sqrt(v + 1e-5) + b).round(3),
        normed_in_place,
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG
