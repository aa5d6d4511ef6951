"""The numbers that notebooks 04 and 04b show or build on, by the sections of the notebooks."""

import numpy as np
import pytest

from cnncourse import (
    activations,
    architectures,
    backward,
    convolution,
    geometry,
    learning,
    pipeline,
    pooling,
    regularise,
)

COUNTING, KERNEL = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)


def test_shapes_of_the_small_network():
    shapes = [s.array.shape for s in pipeline.run(pipeline.digit(3), pipeline.random_weights())]
    assert shapes[:4] == [(1, 28, 28), (4, 28, 28), (4, 28, 28), (4, 14, 14)]
    assert shapes[4:] == [(6, 14, 14), (6, 14, 14), (6, 7, 7), (294,), (10,), (10,)]
    weights = pipeline.trained_weights()
    assert weights.first.size + weights.second.size + weights.dense.size == 3_192


def test_the_small_network_reads_nine_of_the_ten_new_digits_that_learners_send_through_their_own():
    digits = [pipeline.digit(label, 120) for label in range(10)]
    read = [pipeline.run(x, pipeline.trained_weights())[-1].array.argmax() for x in digits]
    assert read == [0, 1, 2, 3, 6, 5, 6, 7, 8, 9]
    labels = pipeline.scans()[1]
    learnt = labels[: len(labels) // 2]  # see tools/small_network.py
    assert np.bincount(learnt).max() <= 120  # so the 120th of each digit is not among these


def test_a_volume_and_three_kernels():
    slices = np.stack([KERNEL, KERNEL + 1])
    three = np.stack([slices, slices + 1, slices + 2])
    result = convolution.correlate(np.stack([COUNTING, COUNTING + 1]), three)
    assert result[0].tolist() == [[56, 72], [104, 120]]
    assert result[1].tolist() == [[76, 100], [148, 172]]
    assert result[2].tolist() == [[96, 128], [192, 224]]


def test_padding():
    for k, expected in {3: [26, 28, 30], 5: [24, 28, 32]}.items():
        amounts = [geometry.padding_for(name, k)[0] for name in ("valid", "same", "full")]
        assert [geometry.conv_output_size(28, k, padding=p) for p in amounts] == expected
    uses = geometry.windows_per_pixel(5, 3)
    assert np.outer(uses, uses).max() == 9 and np.outer(uses, uses)[0, 0] == 1
    mean = convolution.correlate(np.ones((6, 6)), np.full((3, 3), 1 / 9), padding=1)
    assert mean[[0, 0, 2], [0, 1, 2]] == pytest.approx([4 / 9, 2 / 3, 1])
    assert [geometry.conv_output_size(28, 4, padding=p) for p in (1, 2)] == [27, 29]
    even = convolution.correlate(np.ones((28, 28)), np.ones((4, 4)), padding="same")
    assert even.shape == (28, 28)


def test_strides_keep_some_of_the_outputs():
    every = convolution.correlate(COUNTING, KERNEL, padding=1)
    assert every.tolist() == [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]]
    for down, right in ((2, 2), (3, 2), (2, 3), (3, 3)):
        result = convolution.correlate(COUNTING, KERNEL, padding=1, stride=(down, right))
        assert np.array_equal(result, every[::down, ::right])


def test_output_sizes():
    sizes = {(28, 3, 1, 1): 28, (14, 5, 1, 2): 14, (32, 5, 1, 0): 28, (224, 7, 2, 3): 112}
    sizes |= {(227, 11, 4, 0): 55, (224, 11, 4, 2): 55, (224, 11, 4, 0): 54}
    assert {given: geometry.conv_output_size(*given) for given in sizes} == sizes
    assert (224 + 2 * 3 - 7) / 2 + 1 == 112.5 and geometry.unused(224, 7, 2, 3) == 1 <= 3
    assert geometry.conv_output_size(28, 3, dilation=2) == 24
    assert geometry.conv_output_size(28, 3, dilation=2, padding=2) == 28
    assert geometry.effective_kernel(3, dilation=2) == 5


def test_receptive_fields():
    def fields(name):
        windows = [row for row in architectures.trace(name) if row.kind in ("Conv2d", "MaxPool2d")]
        return [(row.field.size, row.field.jump) for row in windows]

    assert fields("lenet5") == [(5, 1), (6, 2), (14, 2), (16, 4), (32, 4)]
    assert fields("lab_cnn") == [(3, 1), (4, 2), (12, 2), (14, 4)]
    assert [size for size, _ in fields("alexnet")] == [11, 19, 51, 67, 99, 131, 163, 195]
    assert fields("vgg16")[-1] == (212, 32)
    assert geometry.receptive_field([(3, 2), (3, 1)])[-1].size == 7
    assert geometry.receptive_field([(3, 1), (3, 2)])[-1].size == 5
    growing, equal = ([geometry.Window(3, dilation=d) for d in ds] for ds in ((1, 2, 4), (2, 2, 2)))
    assert [field.size for field in geometry.receptive_field(growing)] == [3, 7, 15]
    assert np.count_nonzero(architectures.paths(growing, 15, unit=0)[0] == 0) == 0
    assert np.count_nonzero(architectures.paths(equal, 13, unit=0)[0] == 0) == 6  # holes


@pytest.mark.parametrize("layers", [1, 4, 16, 64])
def test_the_bell_is_as_wide_as_a_random_walk(layers):
    size = 2 * layers + 1
    ways = architectures.paths([geometry.Window(3)] * layers, size, unit=0)[0]
    width = np.sqrt((ways * (np.arange(size) - layers) ** 2).sum() / ways.sum())
    assert width == pytest.approx(np.sqrt(layers * 2 / 3))  # √(layers·(k² − 1)/12)


def test_pooling_by_hand():
    assert convolution.pool(COUNTING, 2, stride=1).tolist() == [[4, 5], [7, 8]]  # overlapping
    assert convolution.pool(COUNTING, 2, stride=1, mode="avg").tolist() == [[2, 3], [5, 6]]
    sizes = {(28, 2, 2): 14, (55, 3, 2): 27, (27, 3, 2): 13, (13, 3, 2): 6, (224, 2, 2): 112}
    assert {given: geometry.pool_output_size(*given) for given in sizes} == sizes
    assert geometry.pool_output_size(567, 12) == 47
    assert geometry.pool_output_size(567, 12, ceil_mode=True) == 48 and 567 - 47 * 12 == 3
    assert geometry.pool_output_size(112, 3, 2) == 55
    assert geometry.pool_output_size(112, 3, 2, ceil_mode=True) == 56
    assert geometry.pool_output_size(112, 3, 2, padding=1) == 56


def test_a_shift_leaves_a_third_of_noise_and_nothing_of_a_slope():
    noise = np.random.default_rng(0).uniform(size=(600, 600))
    assert pooling.shift_test(noise, "max", 2, shift=1).unchanged == pytest.approx(1 / 3, abs=0.01)
    moved = np.roll(noise, 2, axis=1)  # by one stride
    pooled = np.roll(convolution.pool(noise, 2), 1, axis=1)
    assert np.array_equal(convolution.pool(moved, 2), pooled)


def test_relu_before_and_after_pooling():
    maps = np.random.default_rng(0).normal(size=(3, 8, 8))
    relu_first = convolution.pool(activations.relu(maps), 2)
    assert np.array_equal(relu_first, activations.relu(convolution.pool(maps, 2)))


@pytest.mark.parametrize("weights, low, high", [("Glorot", 0.001, 0.004), ("He", 0.8, 3)])
def test_what_twenty_relu_layers_leave_of_a_gradient(weights, low, high):
    spread, left = activations.weight_spread(48, 48, weights), []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        layers, inputs = spread * rng.normal(size=(20, 48, 48)), rng.normal(size=(96, 48))
        signals = activations.through_depth("relu", list(layers), inputs)
        left.append(signals[0].gradient)
    assert low < min(left) and max(left) < high


def test_dense_layers_in_numbers():
    assert 7 * 7 * 10 == 490 and 490 * 10 + 10 == 4_910
    assert 4096 * 4096 == 16_777_216 and 4096 * 4096 + 4096 == 16_781_312
    small, large = 32 * (28 // 4) ** 2, 32 * (224 // 4) ** 2  # inputs after two halvings
    assert large == 64 * small


def test_softmax_and_cross_entropy():
    logits = np.array([2.0, 1.0, 0.1])
    assert activations.softmax(logits) == pytest.approx([0.6590, 0.2424, 0.0986], abs=5e-5)
    assert activations.cross_entropy(logits, 0) == pytest.approx(0.41703, abs=5e-6)
    slopes = activations.cross_entropy_gradient(logits, 0)
    assert slopes == pytest.approx([-0.3410, 0.2424, 0.0986], abs=5e-5)
    assert activations.cross_entropy(np.zeros(10), 3) == pytest.approx(2.302585, abs=1e-6)
    best = activations.cross_entropy(np.eye(10)[3], 3)
    assert best == pytest.approx(np.log(np.e + 9) - 1) == pytest.approx(1.461150, abs=1e-6)


def test_the_bill():
    table = architectures.trace("lenet5")
    assert table.totals.params == 61_706 and table.totals.macs == 416_520
    assert table[0].params == (5**2 * 1 + 1) * 6 == 156 and table[3].params == 2_416
    assert table[0].macs == 5**2 * 1 * 6 * 28 * 28 and table[0].memory == 4 * 6 * 28 * 28
    lab = architectures.trace("lab_cnn")
    most = max(lab, key=lambda row: row.params)
    assert (most.kind, most.params, lab.totals.params) == ("Linear", 941_400, 954_002)
    vgg = architectures.trace("vgg16")
    assert (vgg.totals.params, vgg.totals.macs) == (138_357_544, 15_470_264_320)
    assert max(vgg, key=lambda row: row.memory).number == 1
    stack = architectures.parse("conv 6 k5; relu; pool 2; conv 16 k5; relu; pool 2; conv 120 k5")
    assert architectures.trace(stack, (1, 32, 32))[-1].shape == (120, 1, 1)


def test_backward_by_hand():
    X, K, G = COUNTING, KERNEL, np.ones((2, 2))
    dx, dk, db = backward.conv_backward(X[None, None], K[None, None], G[None, None])
    assert dx[0, 0].tolist() == [[0, 1, 1], [2, 6, 4], [2, 5, 3]]
    assert dk[0, 0].tolist() == [[8, 12], [20, 24]] and db.tolist() == [4]
    assert np.array_equal(dx[0, 0], convolution.convolve(G, K, padding="full"))
    ones = np.ones((1, 1, 3, 3))
    large, _, _ = backward.conv_backward(np.zeros((1, 1, 7, 7)), ones, ones, stride=2)
    assert large[0, 0, 0].tolist() == [1, 1, 2, 1, 2, 1, 1]
    block = np.array([[1, 5, 2, 0], [2, 3, 4, 4], [7, 1, 0, 3], [0, 6, 8, 2]])[None, None]
    incoming = np.array([[8, 4], [-4, 12]])[None, None]
    assert backward.avg_pool_backward(block, incoming, 2).sum() == 20
    assert backward.max_pool_backward(block, incoming, 2).sum() == 20


@pytest.mark.slow
@pytest.mark.parametrize("wrong, order", [(0.4, ("decay", "drop", "")), (0, ("drop", "", "decay"))])
def test_weight_decay_is_first_with_nonsense_among_the_labels_and_last_without(wrong, order):
    strength = {"drop": {"drop": 0.5}, "decay": {"decay": 0.01}, "": {}}
    train, test = learning.digits_to_learn(600, wrong=wrong)
    read = {
        name: np.mean(
            [
                learning.learn(learning.Recipe(**change), train, test, seed=seed).test_accuracy[-1]
                for seed in range(3)
            ]
        )
        for name, change in strength.items()
    }
    assert tuple(sorted(read, key=read.get, reverse=True)) == order


def test_dropout_and_its_ensemble():
    assert 600 * np.log10(2) == pytest.approx(180.6, abs=0.05)
    rng = np.random.default_rng(0)
    keep, chance = regularise.every_mask(8, p=0.3)
    values, out = rng.normal(size=8), rng.normal(size=(8, 3))
    assert chance @ ((keep * values / (1 - 0.3)) @ out) == pytest.approx(values @ out)


def test_batch_normalisation_by_hand():
    batch = np.array([[1.0], [2.0], [3.0], [6.0]])
    y, running = regularise.batch_norm(batch, training=True)
    assert batch.mean() == 3 and batch.var() == 3.5
    assert y.ravel() == pytest.approx([-1.0690434, -0.5345217, 0, 1.6035652], abs=1e-7)
    assert [running.mean[0], running.var[0]] == pytest.approx([0.3, 1.3666667], abs=1e-7)
    y, _ = regularise.batch_norm(batch, running=running, training=False)
    assert y.ravel() == pytest.approx([0.5987771, 1.4541728, 2.3095686, 4.8757560], abs=1e-7)
    grad = np.array([[1.0], [0], [0], [0]])
    dx, dgamma, dbeta = regularise.batch_norm_backward(batch, 1.0, grad)
    assert dx.ravel() == pytest.approx([0.2481712, -0.2099905, -0.1336304, 0.0954497], abs=1e-7)
    assert [dgamma[0], dbeta[0]] == pytest.approx([-1.0690434, 1], abs=1e-7)
    assert round(0.9**50, 3) == 0.005  # what is left of the first statistics after 50 batches
