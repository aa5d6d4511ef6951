"""Every check of notebook 03 accepts different right answers and rejects plausible wrong ones."""

import numpy as np
import pytest
from answers import Answers
from scipy import signal

from cnncourse.exercises.checks import convolution_maths as checks


def causal_by_hand(readings, weights):
    return [
        sum(w * readings[t - n] for n, w in enumerate(weights) if t - n >= 0)
        for t in range(len(readings))
    ]


def turned_loop(image, kernel):
    (high, wide), (tall, broad) = image.shape, kernel.shape
    output = np.zeros((high - tall + 1, wide - broad + 1))
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            output[i, j] = (image[i : i + tall, j : j + broad] * kernel[::-1, ::-1]).sum()
    return output


def layer_by_loops(image, weights, bias):
    return np.array(
        [
            sum(signal.correlate2d(x, w, "valid") for x, w in zip(image, kernel, strict=True)) + b
            for kernel, b in zip(weights, bias, strict=True)
        ]
    )


def layer_by_windows(image, weights, bias):
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape[2:], axis=(1, 2))
    return np.einsum("cyxij,ocij->oyx", windows, weights) + bias[:, None, None]


def matrix_by_rows(kernel, size):
    rows = size - len(kernel) + 1
    return [[0] * r + list(kernel) + [0] * (size - len(kernel) - r) for r in range(rows)]


def matrix_by_diagonals(kernel, size):
    rows = size - len(kernel) + 1
    return sum(w * np.eye(rows, size, k) for k, w in enumerate(kernel))


IMPULSE = np.eye(1, 49, 24).reshape(7, 7)
KERNEL = np.arange(1.0, 10).reshape(3, 3)


def first_weight(f):
    answer = f(IMPULSE, KERNEL)
    return answer[answer != 0][0]


def looks_turned(f):
    """Find the kernel in the output, whatever its size."""
    answer = f(IMPULSE, KERNEL)
    rows, columns = np.nonzero(answer)
    stamped = answer[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return bool(np.corrcoef(stamped.ravel(), KERNEL.ravel())[0, 1] > 0)


def rises(f):
    answer = f(np.pad([[0.0, 1, 0]], 2), np.pad([[1.0, 2, 3]], ((1, 1), (0, 0))))
    row = answer[np.abs(answer).sum(axis=1).argmax()]
    return bool(np.diff(row[row != 0])[0] > 0)


def is_linear(f, x, y):
    return np.allclose(f(2 * x - 3 * y), 2 * f(x) - 3 * f(y))


def moves_along(f, x, by=1):
    return np.allclose(f(np.roll(x, by)), np.roll(f(x), by))


PAIR = np.random.default_rng(5).normal(size=(2, 12))
POSITIVE = np.abs(PAIR)


def by_its_kernel(f):
    """What it makes of a single 1 must explain what it makes of everything."""
    kernel = f(np.eye(12)[0])
    predicted = [sum(kernel[a] * PAIR[0][(t - a) % 12] for a in range(12)) for t in range(12)]
    return bool(np.allclose(predicted, f(PAIR[0])))


def by_its_matrix(f):
    columns = np.stack([f(one) for one in np.eye(12)], axis=1)
    circulant = all(np.allclose(np.roll(columns[:, 0], n), columns[:, n]) for n in range(12))
    return circulant and np.allclose(columns @ PAIR[1], f(PAIR[1]))


RIGHT = {
    "causal_filter": [
        causal_by_hand,
        lambda x, w: np.convolve(x, w)[: len(x)],
        lambda x, w: signal.lfilter(w, [1.0], x),
        lambda x, w: signal.oaconvolve(x, w)[: len(x)],
    ],
    "convolve_2d": [
        turned_loop,
        lambda x, k: signal.convolve2d(x, k, "valid"),
        lambda x, k: signal.correlate2d(x, np.rot90(k, 2), "valid"),
        lambda x, k: signal.fftconvolve(x, k, "valid"),
    ],
    "flips": [
        lambda f: first_weight(f) < 5,
        looks_turned,
        rises,
        lambda f: bool(
            f(IMPULSE, KERNEL).ravel().argmax() > f(IMPULSE, KERNEL[::-1, ::-1]).ravel().argmax()
        ),
    ],
    "is_convolution": [
        lambda f: is_linear(f, *PAIR) and moves_along(f, PAIR[0]),
        lambda f: bool(is_linear(f, *PAIR) & moves_along(f, PAIR[1], by=-1)),
        by_its_kernel,
        by_its_matrix,
    ],
    "red_detector": [
        lambda: (1, -0.5, -0.5),
        lambda: [2, -1, -1],
        lambda: np.array([0.7, -0.4, -0.3]),
        lambda: np.array([255.0, -200, -55]),
    ],
    "output_sizes": [
        lambda n, k: (n - k + 1, n, n + k - 1),
        lambda n, k: [
            len(np.convolve(np.ones(n), np.ones(k), m)) for m in ("valid", "same", "full")
        ],
        lambda n, k: np.array([n - k + 1, n, n - 1 + k]),
        lambda n, k: tuple(n + extra for extra in (1 - k, 0, k - 1)),
    ],
    "conv_layer": [
        layer_by_loops,
        layer_by_windows,
        lambda x, w, b: [
            sum(signal.correlate2d(c, k, "valid") for c, k in zip(x, kk, strict=True)) + v
            for kk, v in zip(w, b, strict=True)
        ],
        lambda x, w, b: (
            np.stack([signal.correlate(x, k, "valid")[0] for k in w]) + b[:, None, None]
        ),
    ],
    "as_matrix": [
        matrix_by_rows,
        matrix_by_diagonals,
        lambda k, n: np.stack([signal.correlate(e, k, "valid") for e in np.eye(n)], axis=1),
        lambda k, n: np.stack(
            [np.roll(np.pad(k, (0, n - len(k))), r) for r in range(n - len(k) + 1)]
        ),
    ],
}

WRONG = {
    "causal_filter": [
        lambda x, w: np.zeros(len(x)),
        lambda x, w: np.convolve(x, w),  # the tail kept
        lambda x, w: np.convolve(x, w)[len(w) - 1 :],  # starts late
        lambda x, w: np.convolve(x, w[::-1])[: len(x)],  # oldest reading weighs most
        lambda x, w: np.convolve(x, w)[: len(x)] / w.sum() * 0.5,
        lambda x, w: np.append(0, np.convolve(x, w))[: len(x)],  # a step late
        lambda x, w: np.array(x) * w[0],
        lambda x, w: [sum(w[n] * x[t - n] for n in range(len(w))) for t in range(len(x))],
        lambda x, w: np.rint(np.convolve(x, w)[: len(x)]),
        lambda x, w: np.convolve(x, w)[: len(x)].astype(str),
        lambda x, w: np.convolve(x, w)[: len(x)].astype(int),
    ],
    "convolve_2d": [
        lambda x, k: signal.correlate2d(x, k, "valid"),
        lambda x, k: signal.convolve2d(x, k[::-1], "valid"),
        lambda x, k: signal.convolve2d(x, k[:, ::-1], "valid"),
        lambda x, k: signal.convolve2d(x, k, "full"),
        lambda x, k: np.zeros((x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1)),
        lambda x, k: signal.convolve2d(x, k, "valid").T,
        lambda x, k: np.abs(signal.convolve2d(x, k, "valid")),
        lambda x, k: np.rint(signal.convolve2d(x, k, "valid")),
        lambda x, k: signal.convolve2d(x, k, "valid").astype(str),
        lambda x, k: signal.convolve2d(x, k, "same"),
    ],
    "flips": [
        lambda f: True,
        lambda f: False,
        lambda f: not looks_turned(f),
        lambda f: str(looks_turned(f)),
        lambda f: "convolution" if looks_turned(f) else "cross-correlation",
        lambda f: np.allclose(f(IMPULSE, np.ones((3, 3))), f(IMPULSE, np.ones((3, 3)))[::-1, ::-1]),
        lambda f: "convolve" in repr(f) and "padding" not in repr(f),
        lambda f: np.array_equal(f(IMPULSE, KERNEL), signal.convolve2d(IMPULSE, KERNEL, "valid")),
        lambda f: f(IMPULSE, KERNEL)[0, 0] == KERNEL[0, 0],
        lambda f: first_weight(f),
        lambda f: int(looks_turned(f)) + 1,
    ],
    "is_convolution": [
        lambda f: True,
        lambda f: False,
        lambda f: is_linear(f, *PAIR),  # forgets the shift
        lambda f: moves_along(f, PAIR[0]),  # forgets the sum
        lambda f: is_linear(f, *POSITIVE) and moves_along(f, POSITIVE[0], 2),
        lambda f: is_linear(f, *PAIR) and moves_along(f, PAIR[0], by=2),  # every second place
        lambda f: np.allclose(f(2 * PAIR[0]), 2 * f(PAIR[0])) and moves_along(f, PAIR[0]),
        lambda f: np.allclose(f(np.zeros(12)), 0) and moves_along(f, PAIR[0]),
        lambda f: not by_its_kernel(f),
        lambda f: str(by_its_kernel(f)),
        lambda f: is_linear(f, *PAIR) or moves_along(f, PAIR[0]),
        lambda f: is_linear(f, *PAIR) and moves_along(f, np.ones(12)),
    ],
    "red_detector": [
        lambda: (1, 0, 0),
        lambda: (0.299, 0.587, 0.114),
        lambda: (1, -1, 0),  # magenta is as strong
        lambda: (1, 0, -1),  # yellow is as strong
        lambda: (-1, 0.5, 0.5),
        lambda: (0, 0, 0),
        lambda: (-0.5, 1, -0.5),  # green
        lambda: (-0.5, -0.5, 1),  # blue
        lambda: (0.67, -0.33, -0.33),  # rounded: grey shines through
        lambda: ("1", "-0.5", "-0.5"),
        lambda: [[1, -0.5, -0.5]],
        lambda: (1, -0.5),
        lambda: 1,
    ],
    "output_sizes": [
        lambda n, k: (n, n, n),
        lambda n, k: (n - k + 1, n, n + k),
        lambda n, k: (n - k, n, n + k - 1),
        lambda n, k: (n + k - 1, n, n - k + 1),
        lambda n, k: (n - k + 1, n + 2 * (k // 2) - k + 1, n + k - 1),  # even kernels
        lambda n, k: (n - k + 1, n),
        lambda n, k: n,
        lambda n, k: tuple(map(str, (n - k + 1, n, n + k - 1))),
        lambda n, k: (n - k + 1, n, 2 * n - 1),
        lambda n, k: (n - k + 1, n - 0.5, n + k - 1),
    ],
    "conv_layer": [
        lambda x, w, b: np.zeros_like(layer_by_loops(x, w, b)),
        lambda x, w, b: layer_by_loops(x, w, 0 * b),
        lambda x, w, b: layer_by_loops(x, w, b + 1),
        lambda x, w, b: layer_by_loops(x, w[..., ::-1, ::-1], b),
        lambda x, w, b: layer_by_loops(x[:1], w[:, :1], b),
        lambda x, w, b: layer_by_loops(x, w, b) / len(x),
        lambda x, w, b: layer_by_loops(x, w, b + (len(x) - 1) * b),  # bias in every channel
        lambda x, w, b: layer_by_loops(x, w, b)[::-1],
        lambda x, w, b: layer_by_loops(x, w, b).transpose(0, 2, 1),
        lambda x, w, b: layer_by_loops(x, w, b)[0],
        lambda x, w, b: layer_by_loops(x, w, b).astype(int),
        lambda x, w, b: layer_by_loops(x, w, b).astype(str),
        lambda x, w, b: np.maximum(layer_by_loops(x, w, b), 0),
    ],
    "as_matrix": [
        lambda k, n: matrix_by_diagonals(k[::-1], n),
        lambda k, n: matrix_by_diagonals(k, n).T,
        lambda k, n: np.zeros((n - len(k) + 1, n)),
        lambda k, n: matrix_by_diagonals(k, n + 1),
        lambda k, n: matrix_by_diagonals(k, n)[::-1],
        lambda k, n: sum(w * np.eye(n, n, i) for i, w in enumerate(k)),
        lambda k, n: np.abs(matrix_by_diagonals(k, n)),
        lambda k, n: matrix_by_diagonals(k, n).astype(int),
        lambda k, n: matrix_by_diagonals(k, n).astype(str),
        lambda k, n: matrix_by_diagonals(k, n).ravel(),
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG


@pytest.mark.parametrize("name", ["flips", "is_convolution"])
def test_a_verdict_names_the_function_that_was_misjudged(name):
    message = getattr(checks, name)(lambda f: False).message
    assert "I expected True but got False" in message
    assert "object at" not in message and "Box" not in message
