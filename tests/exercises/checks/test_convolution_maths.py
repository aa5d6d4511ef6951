"""Every check of notebook 03 accepts different right answers and rejects plausible wrong ones."""

import cv2
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


RIGHT = {
    "causal_filter": [
        causal_by_hand,
        lambda x, w: np.convolve(x, w)[: len(x)],
        lambda x, w: signal.lfilter(w, [1.0], x),
    ],
    "convolve_2d": [turned_loop, lambda x, k: signal.convolve2d(x, k, "valid")],
    "operation_of": [
        lambda name: "convolution" if "convolve" in name else "cross-correlation",
        {**checks.OPERATIONS}.get,
    ],
    "output_sizes": [
        lambda n, k: (n - k + 1, n, n + k - 1),
        lambda n, k: [
            len(np.convolve(np.ones(n), np.ones(k), m)) for m in ("valid", "same", "full")
        ],
    ],
    "conv_layer": [layer_by_loops, layer_by_windows],
    "count_parameters": [
        lambda c_in, c_out, k: (k * k * c_in + 1) * c_out,
        lambda c_in, c_out, k: sum(k**2 * c_in + 1 for _ in range(c_out)),
    ],
    "as_matrix": [matrix_by_rows, matrix_by_diagonals],
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
    ],
    "convolve_2d": [
        lambda x, k: signal.correlate2d(x, k, "valid"),
        lambda x, k: signal.convolve2d(x, k[::-1], "valid"),
        lambda x, k: signal.convolve2d(x, k[:, ::-1], "valid"),
        lambda x, k: signal.convolve2d(x, k, "full"),
        lambda x, k: np.zeros((x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1)),
        lambda x, k: signal.convolve2d(x, k, "valid").T,
        lambda x, k: np.abs(signal.convolve2d(x, k, "valid")),
    ],
    "operation_of": [
        lambda name: "convolution",
        lambda name: "cross-correlation",
        lambda name: "cross-entropy",
        lambda name: "convolution" if "conv" in name else "cross-correlation",
        lambda name: "cross-correlation" if "convolve" in name else "convolution",
        lambda name: "convolution" if "2d" in name else "cross-correlation",
    ],
    "output_sizes": [
        lambda n, k: (n, n, n),
        lambda n, k: (n - k + 1, n, n + k),
        lambda n, k: (n - k, n, n + k - 1),
        lambda n, k: (n + k - 1, n, n - k + 1),
        lambda n, k: (n - k + 1, n + 2 * (k // 2) - k + 1, n + k - 1),  # even kernels
        lambda n, k: (n - k + 1, n),
        lambda n, k: n,
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
    ],
    "count_parameters": [
        lambda c_in, c_out, k: k * k * c_in * c_out,
        lambda c_in, c_out, k: k * k * c_in * c_out + 1,
        lambda c_in, c_out, k: (k * k + 1) * c_in * c_out,
        lambda c_in, c_out, k: k * k * c_in * c_out + c_in,
        lambda c_in, c_out, k: k * k * c_out + c_out,
        lambda c_in, c_out, k: 0,
    ],
    "as_matrix": [
        lambda k, n: matrix_by_diagonals(k[::-1], n),
        lambda k, n: matrix_by_diagonals(k, n).T,
        lambda k, n: np.zeros((n - len(k) + 1, n)),
        lambda k, n: matrix_by_diagonals(k, n + 1),
        lambda k, n: matrix_by_diagonals(k, n)[::-1],
        lambda k, n: sum(w * np.eye(n, n, i) for i, w in enumerate(k)),
        lambda k, n: np.abs(matrix_by_diagonals(k, n)),
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG


def test_the_libraries_compute_what_the_table_says():
    torch = pytest.importorskip("torch")
    image, kernel = np.eye(1, 25, 12).reshape(5, 5), np.arange(9.0).reshape(3, 3)
    tensors = (torch.tensor(a)[None, None] for a in (image, kernel))
    answers = {
        "torch.nn.functional.conv2d": torch.nn.functional.conv2d(*tensors).numpy()[0, 0],
        "cv2.filter2D": cv2.filter2D(image, -1, kernel)[1:-1, 1:-1],
        "numpy.correlate": np.correlate([0, 0, 1, 0, 0], [0, 1, 2], "valid"),
        "numpy.convolve": np.convolve([0, 0, 1, 0, 0], [0, 1, 2], "valid"),
        "scipy.signal.correlate2d": signal.correlate2d(image, kernel, "valid"),
        "scipy.signal.convolve2d": signal.convolve2d(image, kernel, "valid"),
    }
    for name, answer in answers.items():  # a single 1 shows the kernel: as written, or turned
        as_written = np.ravel(answer)[0] == 0
        assert checks.OPERATIONS[name] == ("convolution" if as_written else "cross-correlation")
    assert answers.keys() == checks.OPERATIONS.keys()
