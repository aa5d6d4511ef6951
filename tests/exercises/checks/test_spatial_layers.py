"""The checks of notebook 04, first and last part: right answers pass, wrong ones do not."""

import numpy as np
from answers import Answers

from cnncourse import convolution, geometry
from cnncourse.exercises.checks import spatial_layers as checks


def loop_pool(image, window):
    """Whole windows, one at a time."""
    rows, columns = (n // window for n in image.shape)
    return [
        [
            max(image[r * window + i, c * window + j] for i in range(window) for j in range(window))
            for c in range(columns)
        ]
        for r in range(rows)
    ]


def sliced_pool(image, window):
    """The same by reshaping."""
    rows, columns = (n // window for n in image.shape)
    blocks = image[: rows * window, : columns * window].reshape(rows, window, columns, window)
    return blocks.max(axis=(1, 3))


def with_extra_cells(image, window):
    """The mistake of the exercise: one row and one column too many, which keep 255."""
    output = np.full([n // window + 1 for n in image.shape], 255.0)
    whole = convolution.pool(image, window)
    output[: whole.shape[0], : whole.shape[1]] = whole
    return output


def ignoring_stride(image, kernel, stride, padding):
    """The mistake of the exercise: every output instead of some."""
    return convolution.correlate(image, kernel, padding=padding)


def strided_loop(image, kernel, stride, padding):
    """One output at a time."""
    padded = np.pad(image, padding)
    high, wide = kernel.shape
    return [
        [
            (padded[r : r + high, c : c + wide] * kernel).sum()
            for c in range(0, padded.shape[1] - wide + 1, stride)
        ]
        for r in range(0, padded.shape[0] - high + 1, stride)
    ]


def strided(image, kernel, stride, padding):
    return convolution.correlate(image, kernel, stride=stride, padding=padding)


def by_counting(size, window, stride):
    """Count the windows on the fingers."""
    return sum(start + window <= size for start in range(0, size, stride))


def backwards_field(layers):
    """From the last layer down to the image."""
    size = 1
    for kernel, stride in reversed(layers):
        size = (size - 1) * stride + kernel
    return size


def recursive_field(layers):
    return geometry.receptive_field(layers)[-1].size


def jump_too_early(layers):
    size, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        size += (kernel - 1) * jump
    return size


def formula(n, k, s, p, d):
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def count_positions(n, k, s, p, d):
    return len(range(0, n + 2 * p - (d * (k - 1) + 1) + 1, s))


RIGHT = {
    "output_size": [formula, count_positions],
    "same_padding": [
        lambda k, d: (d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2),
        lambda k, d: np.array([(d * (k - 1)) // 2, (d * (k - 1) + 1) // 2]),
    ],
    "strided": [strided, strided_loop],
    "max_pool": [loop_pool, sliced_pool],
    "pool_size": [lambda n, k, s: (n - k) // s + 1, by_counting],
    "field_size": [backwards_field, recursive_field],
    "conv_cost": [
        lambda i, o, k, h, w: (o * (i * k * k + 1), o * i * k * k * h * w),
        lambda i, o, k, h, w: np.array([i * o * k**2 + o, i * o * k**2 * h * w]),
    ],
}
WRONG = {
    "output_size": [
        lambda n, k, s, p, d: 0,
        lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) / s + 1,  # no floor
        lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) // s,  # no + 1
        lambda n, k, s, p, d: (n + 2 * p - k) // s + 1,  # no dilation
        lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) // s + 1,  # one side only
        lambda n, k, s, p, d: (n + 2 * p - d * k) // s + 1,
        lambda n, k, s, p, d: -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1,  # ceil
    ],
    "same_padding": [
        lambda k, d: (0, 0),
        lambda k, d: (d * (k - 1) - d * (k - 1) // 2, d * (k - 1) // 2),  # odd pixel before
        lambda k, d: ((k - 1) // 2, k // 2),  # no dilation
        lambda k, d: (d * (k - 1) // 2,) * 2,  # symmetric
        lambda k, d: (d * k // 2, d * k - d * k // 2),
        lambda k, d: d * (k - 1),
        lambda k, d: (d * (k - 1) / 2, d * (k - 1) / 2),
    ],
    "strided": [
        ignoring_stride,
        lambda i, k, s, p: 0 * strided(i, k, s, p),
        lambda i, k, s, p: strided(i, k, s, p).T,
        lambda i, k, s, p: strided(i, k[::-1, ::-1], s, p),  # flipped
        lambda i, k, s, p: convolution.correlate(i, k, stride=s),  # no padding
        lambda i, k, s, p: ignoring_stride(i, k, s, p)[s - 1 :: s, s - 1 :: s],  # off by one
        lambda i, k, s, p: convolution.correlate(i, k, stride=(s, 1), padding=p),
        lambda i, k, s, p: np.abs(strided(i, k, s, p)),
    ],
    "max_pool": [
        with_extra_cells,
        lambda i, w: 0 * convolution.pool(i, w),
        lambda i, w: convolution.pool(i, w).T,
        lambda i, w: convolution.pool(i, w, mode="avg"),
        lambda i, w: np.maximum(convolution.pool(i, w), 0),  # starts from 0
        lambda i, w: np.minimum(convolution.pool(i, w), 255),
        lambda i, w: convolution.pool(i, w, ceil_mode=True),
        lambda i, w: convolution.pool(i, w, stride=1),
        lambda i, w: -convolution.pool(-i, w),  # the smallest
    ],
    "pool_size": [
        lambda n, k, s: (n - k) // s,  # the mistake of the exercise
        lambda n, k, s: n // k,
        lambda n, k, s: n // s,
        lambda n, k, s: (n - k) / s + 1,
        lambda n, k, s: -(-(n - k) // s) + 1,
        lambda n, k, s: 0,
    ],
    "field_size": [
        jump_too_early,
        lambda layers: 0,
        lambda layers: 1 + sum(k - 1 for k, _ in layers),  # no strides
        lambda layers: sum(k for k, _ in layers),
        lambda layers: int(np.prod([k for k, _ in layers])),
        lambda layers: recursive_field(layers) + 1,
        lambda layers: recursive_field(layers[::-1]),
    ],
    "conv_cost": [
        lambda i, o, k, h, w: (0, 0),
        lambda i, o, k, h, w: (i * o * k * k, i * o * k * k * h * w),  # no bias
        lambda i, o, k, h, w: (i * o * k * k + o, (i * o * k * k + o) * h * w),  # bias counted
        lambda i, o, k, h, w: (o * k * k + o, o * k * k * h * w),  # one slice only
        lambda i, o, k, h, w: (i * o * k * k + 1, i * o * k * k * h * w),  # one bias
        lambda i, o, k, h, w: (i * o * k * k + i, i * o * k * k * h * w),
        lambda i, o, k, h, w: (i * o * k * k * h * w, i * o * k * k + o),  # swapped
        lambda i, o, k, h, w: (i * o * k + o, i * o * k * h * w),
        lambda i, o, k, h, w: (i * o * k * k + o, i * o * k * k * h * h),  # square images only
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG
    at_least = (2, 5)


def test_the_mistake_of_the_pooling_exercise_by_hand():
    assert with_extra_cells(np.arange(16.0).reshape(4, 4), 2).tolist() == [
        [5, 7, 255], [13, 15, 255], [255, 255, 255],
    ]  # fmt: skip
    assert with_extra_cells(np.ones((28, 576)), 2).shape[0] == 15
    assert with_extra_cells(np.ones((28, 576)), 12).shape[1] == 49
