"""The checks of notebook 04: right answers in any style pass, wrong ones do not."""

import math
from functools import partial

import numpy as np
from answers import Answers

from cnncourse import activations, convolution, geometry, pipeline
from cnncourse.exercises.checks import layer_by_layer as checks


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


def shifted_pool(image, window):
    """The same as the largest of shifted copies."""
    rows, columns = (n // window for n in image.shape)
    whole = image[: rows * window, : columns * window]
    parts = [whole[i::window, j::window] for i in range(window) for j in range(window)]
    return np.stack(parts).max(axis=0)


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


def strided_windows(image, kernel, stride, padding):
    """All windows at once."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding), kernel.shape)
    return np.einsum("rcij,ij->rc", windows[::stride, ::stride], kernel)


def strided_in_place(image, kernel, stride, padding):
    """Right, and the learner's image is spoilt."""
    output = strided(image, kernel, stride, padding)
    image *= 2
    return output


def strided(image, kernel, stride, padding):
    return convolution.correlate(image, kernel, stride=stride, padding=padding)


def backwards_field(layers):
    """From the last layer down to the image."""
    size = 1
    for kernel, stride in reversed(layers):
        size = (size - 1) * stride + kernel
    return size


def recursive_field(layers):
    return geometry.receptive_field(layers)[-1].size


def summed_field(layers):
    return 1 + sum((k - 1) * math.prod(s for _, s in layers[:i]) for i, (k, _) in enumerate(layers))


def marked_field(layers):
    """Ask which pixels one unit of the last layer depends on."""
    units = {0}
    for kernel, stride in reversed(layers):
        units = {unit * stride + i for unit in units for i in range(kernel)}
    return max(units) - min(units) + 1


def popped_field(layers):
    """Right, and the learner's list is empty afterwards."""
    size = 1
    while layers:
        kernel, stride = layers.pop()
        size = (size - 1) * stride + kernel
    return size


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


def count_fitting(n, k, s, p, d):
    return sum(start + d * (k - 1) < n + 2 * p for start in range(0, n + 2 * p, s))


def s(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def e(z):
    return np.exp(z - z.max())


def softmax_in_place(z):
    """Right, and the learner's scores are spoilt."""
    z -= z.max()
    return np.exp(z) / np.exp(z).sum()


def sigmoid_derivative(x):
    """A learner's own, by the name of the course's."""
    return s(x) * s(-x)


def by_names(picture, first, second, dense):
    """The network, line by line, with the package."""
    x = convolution.correlate(picture[None], first, padding=1)
    x = convolution.pool(activations.relu(x), 2)
    x = convolution.correlate(x, second, padding=1)
    x = convolution.pool(activations.relu(x), 2)
    return activations.softmax(dense @ x.reshape(-1))


def by_channels(picture, first, second, dense):
    """The network, one channel at a time."""
    maps = [sliced_pool(np.maximum(strided(picture, k[0], 1, 1), 0), 2) for k in first]
    sums = [sum(strided(m, k[c], 1, 1) for c, m in enumerate(maps)) for k in second]
    flat = np.concatenate([sliced_pool(np.maximum(m, 0), 2).ravel() for m in sums])
    return e(dense @ flat) / e(dense @ flat).sum()


def pool_first(picture, first, second, dense):
    """ReLU after pooling gives the same."""
    x = activations.relu(
        convolution.pool(convolution.correlate(picture[None], first, padding=1), 2)
    )
    x = activations.relu(convolution.pool(convolution.correlate(x, second, padding=1), 2))
    return activations.softmax(dense @ x.ravel()).tolist()


def network(relu=activations.relu, pool=sliced_pool, padding=1, order=(0, 1, 2), last=None):
    """The network with one part replaced."""

    def whole(picture, first, second, dense):
        x = picture[None]
        for kernels in (first, second):
            x = relu(convolution.correlate(x, kernels, padding=padding))
            x = np.stack([pool(channel, 2) for channel in x])
        return (last or activations.softmax)(dense @ x.transpose(order).reshape(-1))

    return whole


def relu_before_the_sum(picture, first, second, dense):
    """Each channel's share is cut at 0, and not their sum."""
    maps = [sliced_pool(np.maximum(strided(picture, k[0], 1, 1), 0), 2) for k in first]
    sums = [sum(np.maximum(strided(m, k[c], 1, 1), 0) for c, m in enumerate(maps)) for k in second]
    return activations.softmax(dense @ np.concatenate([sliced_pool(m, 2).ravel() for m in sums]))


def turned(picture, first, second, dense):
    return by_names(picture, first[..., ::-1, ::-1], second[..., ::-1, ::-1], dense)


RIGHT = {
    "output_size": [
        formula,
        count_positions,
        count_fitting,
        lambda n, k, s, p, d: math.floor((n + 2 * p - d * (k - 1) - 1) / s + 1),
    ],
    "same_padding": [
        lambda k, d: (d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2),
        lambda k, d: np.array([(d * (k - 1)) // 2, (d * (k - 1) + 1) // 2]),
        lambda k, d: [math.floor(d * (k - 1) / 2), math.ceil(d * (k - 1) / 2)],
        lambda k, d: divmod(d * (k - 1), 2)[:1] + (sum(divmod(d * (k - 1), 2)),),
    ],
    "strided": [strided, strided_loop, strided_windows, lambda *all: np.array(strided_loop(*all))],
    "max_pool": [loop_pool, sliced_pool, shifted_pool, convolution.pool],
    "field_size": [backwards_field, recursive_field, summed_field, marked_field],
    "conv_cost": [
        lambda i, o, k, h, w: (o * (i * k * k + 1), o * i * k * k * h * w),
        lambda i, o, k, h, w: np.array([i * o * k**2 + o, i * o * k**2 * h * w]),
        lambda i, o, k, h, w: [np.zeros((o, i, k, k)).size + o, o * i * k * k * h * w],
        lambda i, o, k, h, w: (sum(i * k * k + 1 for _ in range(o)), h * w * o * i * k**2),
    ],
    "sigmoid_slope": [
        lambda x: s(x) * (1 - s(x)),
        lambda x: s(x) * s(-x),
        lambda x: (1 - np.tanh(x / 2) ** 2) / 4,
        lambda x: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))) ** 2,
        lambda x: (s(x) * (1 - s(x))).astype(np.float32),
        lambda x: sigmoid_derivative(x),
        sigmoid_derivative,
    ],
    "dense_parameters": [
        lambda c, h, w, n: (c * h * w + 1) * n,
        lambda c, h, w, n: np.zeros((n, c * h * w)).size + np.zeros(n).size,
        lambda c, h, w, n: sum(c * h * w + 1 for _ in range(n)),
        lambda c, h, w, n: float(n + n * math.prod((c, h, w))),
    ],
    "flat_place": [
        lambda c, y, x, shape: (c * shape[1] + y) * shape[2] + x,
        lambda c, y, x, shape: np.arange(np.prod(shape)).reshape(shape)[c, y, x],
        lambda c, y, x, shape: np.ravel_multi_index((c, y, x), shape),
        lambda c, y, x, shape: list(np.ndindex(*shape)).index((c, y, x)),
    ],
    "stable_softmax": [
        lambda z: e(z) / e(z).sum(),
        lambda z: np.exp(z - z.max() - np.log(np.exp(z - z.max()).sum())),
        lambda z: (e(z) / e(z).sum()).tolist(),
        lambda z: np.exp(z - np.logaddexp.reduce(z)),
    ],
    "whole_network": [by_names, by_channels, pool_first, network()],
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
        lambda n, k, s, p, d: round((n + 2 * p - d * (k - 1) - 1) / s + 1),
        lambda n, k, s, p, d: str(formula(n, k, s, p, d)),
    ],
    "same_padding": [
        lambda k, d: (0, 0),
        lambda k, d: (d * (k - 1) - d * (k - 1) // 2, d * (k - 1) // 2),  # odd pixel before
        lambda k, d: ((k - 1) // 2, k // 2),  # no dilation
        lambda k, d: (d * (k - 1) // 2,) * 2,  # symmetric
        lambda k, d: (d * k // 2, d * k - d * k // 2),
        lambda k, d: d * (k - 1),
        lambda k, d: (d * (k - 1) / 2, d * (k - 1) / 2),
        lambda k, d: (d * (k - 1) // 2, d * (k - 1) // 2 + (k % 2 == 0)),  # even: one more after
        lambda k, d: (str(d * (k - 1) // 2), str(d * (k - 1) - d * (k - 1) // 2)),
        lambda k, d: geometry.padding_for("same", k, d),  # what is to be written
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
        lambda i, k, s, p: strided(i, k, s, p).astype(int),
        lambda i, k, s, p: strided(i, k, s, p).round(),
        lambda i, k, s, p: strided(i, k, s, p).astype(np.int8),
        lambda i, k, s, p: strided(i, k, s, p) + 0j,
        strided_in_place,
    ],
    "max_pool": [
        with_extra_cells,
        lambda i, w: 0 * convolution.pool(i, w),
        lambda i, w: convolution.pool(i, w).T,
        lambda i, w: convolution.pool(i, w, mode="avg"),
        lambda i, w: np.maximum(convolution.pool(i, w), 0),  # starts from 0
        lambda i, w: np.maximum(convolution.pool(i, w), -100),  # starts from −100
        lambda i, w: np.maximum(convolution.pool(i, w), -999),
        lambda i, w: np.minimum(convolution.pool(i, w), 255),
        lambda i, w: convolution.pool(i, w, ceil_mode=True),
        lambda i, w: convolution.pool(i, w, stride=1),
        lambda i, w: -convolution.pool(-i, w),  # the smallest
        lambda i, w: convolution.pool(i, w).astype(int),
    ],
    "field_size": [
        jump_too_early,
        popped_field,
        lambda layers: 0,
        lambda layers: 1 + sum(k - 1 for k, _ in layers),  # no strides
        lambda layers: sum(k for k, _ in layers),
        lambda layers: int(np.prod([k for k, _ in layers])),
        lambda layers: recursive_field(layers) + 1,
        lambda layers: recursive_field(layers[::-1]),
        lambda layers: str(recursive_field(layers)),
        lambda layers: recursive_field(layers) ** 2,  # as an area
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
    "sigmoid_slope": [
        np.zeros_like,
        s,
        lambda x: 1 - s(x) ** 2,
        lambda x: s(x) - s(x) ** 3,
        lambda x: (s(x) * (1 - s(x))).T,
        lambda x: -s(x) * (1 - s(x)),
        lambda x: float(s(x).flat[0] * (1 - s(x).flat[0])),
        lambda x: np.where(np.abs(x) > 6, 0, s(x) * (1 - s(x))),  # "saturated"
        lambda x: np.exp(x) / (1 + np.exp(x)) ** 2,  # not a number at 1000
        lambda x: (s(x) * (1 - s(x))).round(4),
        lambda x: activations.sigmoid_derivative(x),  # what is to be written
        activations.sigmoid_derivative,
        lambda x: [activations.sigmoid_derivative(v) for v in x],
        lambda x: (lambda v: activations.sigmoid_derivative(v))(x),
        lambda x: activations.ACTIVATIONS["sigmoid"].derivative(x),
        lambda x: activations.tanh_derivative(x / 2) / 4,
        np.vectorize(activations.sigmoid_derivative),
        partial(activations.sigmoid_derivative),
        lambda x: (s(x + 1e-5) - s(x)) / 1e-5,
    ],
    "dense_parameters": [
        lambda c, h, w, n: 0,
        lambda c, h, w, n: c * h * w * n,
        lambda c, h, w, n: c * h * w * n + c * h * w,
        lambda c, h, w, n: c * h * w,
        lambda c, h, w, n: (c * h * w) ** 2 + c * h * w,
        lambda c, h, w, n: c * h * h * n + n,
        lambda c, h, w, n: c * h * w * n + n + 1,
        lambda c, h, w, n: c * h * w * n + 1,
        lambda c, h, w, n: f"{c * h * w * n + n:,}",
    ],
    "flat_place": [
        lambda c, y, x, shape: 0,
        lambda c, y, x, shape: (y * shape[2] + x) * shape[0] + c,  # H·W·C
        lambda c, y, x, shape: (c * shape[1] + x) * shape[2] + y,  # transposed
        lambda c, y, x, shape: (c * shape[2] + y) * shape[1] + x,
        lambda c, y, x, shape: (c * shape[1] + y) * shape[2] + x + 1,
        lambda c, y, x, shape: c + y + x,
        lambda c, y, x, shape: c * shape[1] * shape[2] + y * shape[1] + x,  # rows of its height
        lambda c, y, x, shape: str((c * shape[1] + y) * shape[2] + x),
    ],
    "stable_softmax": [
        np.zeros_like,
        lambda z: np.exp(z) / np.exp(z).sum(),  # overflows
        lambda z: np.exp(z - z.min()) / np.exp(z - z.min()).sum(),  # overflows where they lie apart
        lambda z: np.exp(z - z[0]) / np.exp(z - z[0]).sum(),
        lambda z: np.exp(z - 1000) / np.exp(z - 1000).sum(),
        lambda z: e(z),
        lambda z: z / z.sum(),
        lambda z: s(z),
        lambda z: (e(z) / e(z).sum())[::-1],
        lambda z: np.exp(z / z.max()) / np.exp(z / z.max()).sum(),
        lambda z: e(z).max() / e(z).sum(),
        lambda z: (e(z) / e(z).sum()).round(3),
        softmax_in_place,
        activations.softmax,  # what is to be written
        lambda z: np.exp(activations.log_softmax(z)),
    ],
    "whole_network": [
        network(relu=lambda x: x),
        network(relu=np.abs),
        network(pool=lambda channel, w: channel[::w, ::w]),
        network(pool=lambda channel, w: convolution.pool(channel, w, mode="avg")),
        network(order=(1, 2, 0)),  # flattened pixel by pixel
        network(order=(0, 2, 1)),  # transposed
        network(last=lambda scores: scores),  # no softmax
        network(last=lambda scores: activations.softmax(scores).round(2)),
        network(last=activations.sigmoid),
        network(last=lambda scores: activations.softmax(activations.relu(scores))),
        relu_before_the_sum,
        turned,
        lambda *given: pipeline.run(pipeline.digit(3), pipeline.trained_weights())[-1].array,
        lambda x, *given: pipeline.run(x, pipeline.Weights(*given))[-1].array,
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG


def test_the_mistake_of_the_pooling_exercise_by_hand():
    rows = [[5, 7, 255], [13, 15, 255], [255, 255, 255]]
    assert with_extra_cells(np.arange(16.0).reshape(4, 4), 2).tolist() == rows
    assert with_extra_cells(np.ones((28, 576)), 2).shape[0] == 15
    assert with_extra_cells(np.ones((28, 576)), 12).shape[1] == 49


def test_a_forgotten_relu_hears_numbers_that_can_be_followed_by_hand():
    message = checks.whole_network(network(relu=lambda x: x)).message
    assert "1 at (4, 8), 1 at (4, 9), 1 at (5, 8), 1 at (5, 9)" in message
    assert "but -2 at (1, 0, 1, 1)" in message and "but -3 at (2, 1, 1, 1)" in message
    assert "but 0.5 at (7, 107)" in message and "I expected 0.1 at index 0" in message


def test_other_mistakes_hear_numbers_that_can_be_followed_by_hand():
    scores = network(last=lambda scores: activations.softmax(np.maximum(scores, 0)))
    for mistake in (scores, relu_before_the_sum, turned):
        message = checks.whole_network(mistake).message
        assert "but 1 at (0, 0, 1, 2), 2 at (1, 0, 1, 1)" in message
        assert "but -4 at (2, 0, 1, 1), 3 at (2, 1, 1, 1)" in message


def test_a_single_path_through_the_network_can_be_followed_by_hand():
    share = float(np.exp(3) / (np.exp(3) + 9))  # 1 · 2 · 3 · 0.5 is the score of class 7
    others = (1 - share) / 9
    message = checks.whole_network(lambda *given: [others] * 10).message
    assert f"I expected {share:g} at index 7" in message
