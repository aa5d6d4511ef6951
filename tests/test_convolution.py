"""Convolution and pooling: by hand, against PyTorch, SciPy and OpenCV, and held to laws."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from cnncourse.convolution import (
    PADDING_MODES,
    convolve,
    correlate,
    correlate_loop,
    im2col,
    inner_columns,
    locally_connected,
    pad,
    pixel_uses,
    pool,
    shift_both_ways,
    toeplitz,
)

X = np.arange(9).reshape(3, 3)
K = np.array([[0, 1], [2, 3]])


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


# Worked by hand


def test_a_signal_is_correlated_or_convolved_to_the_number_worked_out_on_paper():
    signal = [128, 255, 123, 45, 4]
    weights = [1 / 9, 4 / 7, -3 / 2, 4 / 5, 1 / 7]
    assert_allclose(correlate(signal, weights), [1513 / 126])
    assert_allclose(convolve(signal, weights), [1151 / 18])


def test_the_textbook_example_without_and_with_padding():
    assert_array_equal(correlate(X, K), [[19, 25], [37, 43]])
    assert_array_equal(
        correlate(X, K, padding=1), [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]]
    )


@pytest.mark.parametrize(
    ("stride", "expected"),
    [
        (2, [[0, 8], [21, 43]]),
        ((3, 2), [[0, 8], [6, 8]]),
        ((2, 3), [[0, 4], [21, 16]]),
        (3, [[0, 4], [6, 0]]),
    ],
)
def test_a_pair_of_strides_is_vertical_then_horizontal(stride, expected):
    assert_array_equal(correlate(X, K, padding=1, stride=stride), expected)


def test_true_convolution_flips_the_kernel_in_both_axes():
    assert_array_equal(
        convolve(X, K, padding=1), [[0, 0, 1, 2], [0, 5, 11, 11], [6, 23, 29, 23], [12, 32, 37, 24]]
    )


def test_channels_are_summed_and_each_kernel_gives_an_output_channel():
    image = np.stack([X, X + 1])
    kernel = np.stack([K, K + 1])
    assert_array_equal(correlate(image, kernel), [[56, 72], [104, 120]])
    three = np.stack([kernel, kernel + 1, kernel + 2])
    assert_array_equal(
        correlate(image, three),
        [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]],
    )


def test_pooling_by_hand():
    assert_array_equal(pool(X, 2, stride=1), [[4, 5], [7, 8]])
    assert_array_equal(pool(X, 2, stride=1, mode="avg"), [[2, 3], [5, 6]])
    four = np.arange(16).reshape(4, 4)
    assert_array_equal(pool(four, 2), [[5, 7], [13, 15]])
    assert_array_equal(pool(four, 2, mode="avg"), [[2.5, 4.5], [10.5, 12.5]])
    assert_allclose(
        pool(four, 2, mode="l2"), [[6.4807, 9.8995], [21.4009, 25.3377]], rtol=0, atol=5e-5
    )


def test_pooling_that_does_not_divide_drops_the_rest_or_keeps_it_by_ceil_mode():
    image = random(567, 567)
    assert pool(image, 12).shape == (47, 47)
    kept = pool(image, 12, mode="avg", ceil_mode=True)
    assert kept.shape == (48, 48)
    assert_allclose(kept[-1, -1], image[-3:, -3:].mean())


def test_zeros_around_the_image_darken_its_border():
    mean = np.full((3, 3), 1 / 9)
    ones = correlate(np.ones((5, 5)), mean, padding="same")
    assert_allclose([ones[0, 0], ones[0, 2], ones[2, 2]], [4 / 9, 2 / 3, 1])
    for mode in ("reflect", "edge", "wrap"):
        assert_allclose(correlate(np.ones((5, 5)), mean, padding=1, padding_mode=mode), 1)


# PyTorch

geometry_grid = list(
    itertools.product([(1, 1), (2, 2), (3, 3), (2, 5)], [1, 2, (3, 2)], [0, 1, (2, 0)], [1, (1, 2)])
)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(7, 9), (9, 9), (12, 10)])
def test_every_geometry_agrees_with_conv2d(shape, dtype):
    torch = pytest.importorskip("torch")
    for kernel_shape, stride, padding, dilation in geometry_grid:
        images = random(2, 3, *shape).astype(dtype)
        kernels = random(4, 3, *kernel_shape, seed=1).astype(dtype)
        theirs = torch.nn.functional.conv2d(
            torch.from_numpy(images),
            torch.from_numpy(kernels),
            stride=stride,
            padding=padding,
            dilation=dilation,
        ).numpy()
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        tolerance = 1e-4 if dtype == np.float32 else 1e-11
        batch = correlate(images, kernels, **options)
        assert batch.dtype == dtype
        assert_allclose(batch, theirs, rtol=0, atol=tolerance)
        assert_allclose(correlate(images[0], kernels, **options), theirs[0], rtol=0, atol=tolerance)
        assert_allclose(
            correlate(images[1], kernels[2], **options), theirs[1, 2], rtol=0, atol=tolerance
        )


@given(
    st.tuples(*[st.integers(1, 14)] * 2),
    st.tuples(*[st.integers(1, 5)] * 2),
    st.tuples(*[st.integers(1, 4)] * 2),
    st.tuples(*[st.integers(0, 4)] * 2),
    st.tuples(*[st.integers(1, 3)] * 2),
)
@settings(max_examples=2 * settings.default.max_examples, deadline=None)
def test_any_geometry_agrees_with_conv2d_and_is_refused_where_it_refuses(
    shape, kernel_shape, stride, padding, dilation
):
    torch = pytest.importorskip("torch")
    image, kernel = random(*shape), random(*kernel_shape, seed=1)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    try:
        theirs = torch.nn.functional.conv2d(
            torch.from_numpy(image)[None, None], torch.from_numpy(kernel)[None, None], **options
        )[0, 0]
    except RuntimeError:
        with pytest.raises(ValueError, match="does not fit"):
            correlate(image, kernel, **options)
    else:
        assert_allclose(correlate(image, kernel, **options), theirs.numpy(), rtol=0, atol=1e-12)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("kernel_shape", [(3, 3), (2, 4), (4, 1)])
@pytest.mark.parametrize("name", ["valid", "same"])
def test_named_paddings_agree_with_conv2d(kernel_shape, name):
    torch = pytest.importorskip("torch")
    image, kernel = random(8, 9), random(*kernel_shape, seed=1)
    for dilation in (1, 2):
        theirs = torch.nn.functional.conv2d(
            torch.from_numpy(image)[None, None],
            torch.from_numpy(kernel)[None, None],
            padding=name,
            dilation=dilation,
        )[0, 0].numpy()
        ours = correlate(image, kernel, padding=name, dilation=dilation)
        assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("reflect", "reflect"), ("edge", "replicate"), ("wrap", "circular")]
)
def test_padding_modes_are_those_of_pytorch(ours, theirs):
    torch = pytest.importorskip("torch")
    image = random(2, 5, 6)
    padded = torch.nn.functional.pad(torch.from_numpy(image), (3, 1, 2, 4), mode=theirs).numpy()
    assert_array_equal(pad(image, ((2, 4), (3, 1)), ours), padded)


@pytest.mark.slow
def test_pooling_agrees_with_pytorch_over_a_grid():
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    image = random(2, 3, 7, 10)
    tensor = torch.from_numpy(image)
    grid = itertools.product(
        [1, 2, 3, (2, 3), (4, 2)], [None, 1, 2, (3, 2)], [0, 1, (0, 1)], [False, True]
    )
    compared = 0
    for window, stride, padding, ceil_mode in grid:
        if np.any(2 * np.array(padding) > window):
            continue
        ours = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
        for mode, theirs in (("max", functional.max_pool2d), ("avg", functional.avg_pool2d)):
            expected = theirs(tensor, window, stride, padding, ceil_mode=ceil_mode).numpy()
            assert_allclose(pool(image, window, mode=mode, **ours), expected, rtol=0, atol=1e-12)
            compared += 1
        if padding == 0 and not ceil_mode:
            expected = functional.lp_pool2d(tensor, 2, window, stride).numpy()
            assert_allclose(
                pool(image, window, mode="l2", stride=stride), expected, rtol=0, atol=1e-12
            )
    assert compared > 100


def test_im2col_has_the_layout_of_unfold_and_turns_a_layer_into_one_matrix_product():
    torch = pytest.importorskip("torch")
    images, kernels = random(2, 3, 5, 5), random(4, 3, 3, 3, seed=1)
    columns = im2col(images, 3)
    assert columns.shape == (2, 27, 9)
    product = (kernels.reshape(4, 27) @ columns).reshape(2, 4, 3, 3)
    assert_allclose(product, correlate(images, kernels), rtol=0, atol=1e-12)
    for options in ({}, {"stride": 2}, {"padding": (1, 2)}, {"dilation": (2, 1), "padding": 1}):
        theirs = torch.nn.functional.unfold(torch.from_numpy(images), (3, 2), **options).numpy()
        assert_array_equal(im2col(images, (3, 2), **options), theirs)
        assert_array_equal(im2col(images[0], (3, 2), **options), theirs[0])


def test_full_correlation_with_the_flipped_kernel_is_the_gradient_of_a_layer():
    """Backpropagation through a valid correlation, ∂L/∂X, and the kernel's own gradient, ∂L/∂K."""
    ones = np.ones((2, 2))
    assert_array_equal(convolve(ones, K, padding="full"), [[0, 1, 1], [2, 6, 4], [2, 5, 3]])
    assert_array_equal(correlate(X, ones), [[8, 12], [20, 24]])


# SciPy and OpenCV


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (16, 16)])
@pytest.mark.parametrize("kernel_shape", [(1, 1), (3, 3), (3, 5), (5, 1)])
def test_scipy_agrees_in_valid_same_and_full(shape, kernel_shape):
    image, kernel = random(*shape), random(*kernel_shape, seed=1)
    for mode in ("valid", "same", "full"):
        if mode == "valid" and np.any(np.array(kernel_shape) > shape):
            continue  # SciPy swaps image and kernel here; we refuse, as CNN layers do
        for ours, theirs in (
            (correlate, scipy.signal.correlate2d),
            (convolve, scipy.signal.convolve2d),
        ):
            expected = theirs(image, kernel, mode=mode)
            assert_allclose(ours(image, kernel, padding=mode), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("mode", ["valid", "same", "full"])
@pytest.mark.parametrize("length", [1, 3, 5])
def test_numpy_agrees_on_signals(mode, length):
    signal, weights = random(11), random(length, seed=1)
    assert_allclose(
        convolve(signal, weights, padding=mode), np.convolve(signal, weights, mode), atol=1e-12
    )
    assert_allclose(
        correlate(signal, weights, padding=mode), np.correlate(signal, weights, mode), atol=1e-12
    )


@pytest.mark.parametrize(
    ("mode", "border"),
    [
        ("zero", cv2.BORDER_CONSTANT),
        ("reflect", cv2.BORDER_REFLECT_101),
        ("edge", cv2.BORDER_REPLICATE),
    ],
)
@pytest.mark.parametrize("kernel_shape", [(3, 3), (5, 5), (1, 7), (5, 3)])
def test_opencv_agrees_with_its_border_named_in_our_words(mode, border, kernel_shape):
    image, kernel = random(9, 12), random(*kernel_shape, seed=1)
    ours = correlate(image, kernel, padding="same", padding_mode=mode)
    assert_allclose(ours, cv2.filter2D(image, -1, kernel, borderType=border), rtol=0, atol=1e-12)


def test_opencv_reflects_without_repeating_the_border_by_default():
    image = np.random.default_rng(0).integers(0, 256, (20, 30), dtype=np.uint8)
    kernel = np.full((5, 5), 1 / 25)
    ours = correlate(image, kernel, padding="same", padding_mode="reflect")
    assert_array_equal(np.rint(ours), cv2.filter2D(image, -1, kernel))


def test_a_single_bright_pixel_shows_the_kernel_flipped_and_by_convolution_upright():
    dot = np.zeros((5, 5))
    dot[2, 2] = 1
    kernel = np.arange(9.0).reshape(3, 3)
    flipped = [[8, 7, 6], [5, 4, 3], [2, 1, 0]]
    assert_array_equal(correlate(dot, kernel), flipped)
    assert_array_equal(cv2.filter2D(dot, -1, kernel)[1:4, 1:4], flipped)
    assert_array_equal(convolve(dot, kernel), kernel)


# Laws

sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))
kernel_sizes = st.tuples(st.integers(1, 4), st.integers(1, 4))


@given(sizes, kernel_sizes, st.integers(1, 3), st.integers(0, 3), st.randoms(use_true_random=False))
@settings(max_examples=2 * settings.default.max_examples, deadline=None)
def test_the_loop_and_its_fast_twin_agree_also_in_what_they_refuse(
    shape, kernel_shape, stride, padding, chance
):
    image, kernel = random(*shape, seed=chance.randrange(99)), random(*kernel_shape, seed=1)
    options = {"stride": stride, "padding": padding}
    try:
        slow = correlate_loop(image, kernel, **options)
    except ValueError:
        with pytest.raises(ValueError, match="does not fit in"):
            correlate(image, kernel, **options)
    else:
        assert_allclose(correlate(image, kernel, **options), slow, rtol=0, atol=1e-12)


@given(sizes, kernel_sizes)
@settings(deadline=None)
def test_convolving_is_correlating_with_the_kernel_flipped(shape, kernel_shape):
    image, kernel = random(*shape), random(*kernel_shape, seed=1)
    assert_array_equal(
        convolve(image, kernel, padding="full"),
        correlate(image, kernel[::-1, ::-1], padding="full"),
    )


def test_convolving_never_flips_channels():
    image, kernel = random(3, 6, 6), random(2, 3, 3, 3, seed=1)
    one_by_one = [
        sum(scipy.signal.convolve2d(image[c], kernel[o, c], "valid") for c in range(3))
        for o in range(2)
    ]
    assert_allclose(convolve(image, kernel), one_by_one, rtol=0, atol=1e-12)


@given(st.integers(-4, 4), st.integers(-4, 4))
@settings(deadline=None)
def test_shifting_then_filtering_is_filtering_then_shifting(down, right):
    image, kernel = random(6, 8), random(3, 3, seed=1)

    def filtered(picture):
        return correlate(picture, kernel, padding=1, padding_mode="wrap")

    shifted = np.roll(image, (down, right), axis=(0, 1))
    assert_allclose(
        filtered(shifted), np.roll(filtered(image), (down, right), axis=(0, 1)), atol=1e-12
    )


def test_two_small_kernels_do_what_one_larger_one_does():
    image, first, second = random(9, 9), random(3, 3, seed=1), random(3, 3, seed=2)
    both = convolve(first, second, padding="full")
    assert both.shape == (5, 5)
    assert_allclose(convolve(convolve(image, first), second), convolve(image, both), atol=1e-12)


def test_relu_and_max_pooling_may_swap():
    image = random(8, 8)
    assert_array_equal(np.maximum(pool(image, 2), 0), pool(np.maximum(image, 0), 2))


def test_a_product_in_the_frequency_domain_is_a_wrapped_convolution():
    image, kernel = random(8, 8), random(3, 3, seed=1)
    product = np.fft.ifft2(np.fft.fft2(image) * np.fft.fft2(kernel, (8, 8))).real
    wrapped = convolve(image, kernel, padding=1, padding_mode="wrap")
    assert_allclose(np.roll(product, (-1, -1), axis=(0, 1)), wrapped, atol=1e-12)


@pytest.mark.parametrize("padding_mode", list(PADDING_MODES))
@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1}, {"padding": "same"}])
def test_the_toeplitz_matrix_does_what_correlate_does(options, padding_mode):
    image, kernel = random(5, 6), random(3, 3, seed=1)
    matrix = toeplitz(kernel, image.shape, padding_mode=padding_mode, **options)
    filtered = correlate(image, kernel, padding_mode=padding_mode, **options)
    assert_allclose(matrix @ image.ravel(), filtered.ravel(), atol=1e-12)


def test_the_toeplitz_matrix_of_a_signal_is_constant_along_its_diagonals():
    matrix = toeplitz([1, 2, 3], 6, padding="same")
    assert matrix.shape == (6, 6)
    for offset in range(-5, 6):
        assert len(set(np.diagonal(matrix, offset))) == 1


def test_a_result_does_not_depend_on_how_the_rows_are_grouped(monkeypatch):
    images, kernels = random(2, 3, 20, 15), random(4, 3, 3, 3, seed=1)
    at_once = correlate(images, kernels, stride=2)
    monkeypatch.setattr("cnncourse.convolution._NUMBERS_IN_CACHE", 1)
    assert_allclose(correlate(images, kernels, stride=2), at_once, atol=1e-12)


# Numbers


def test_bytes_are_computed_as_floats_and_never_overflow():
    white = np.full((4, 4), 255, np.uint8)
    total = correlate(white, np.ones((3, 3), np.uint8))
    assert total.dtype == np.float64
    assert_array_equal(total, np.full((2, 2), 9 * 255))
    assert_array_equal(correlate(white, [[-1]]), np.full((4, 4), -255))
    assert_array_equal(pool(white, 2, mode="l2"), np.full((2, 2), 510))


@pytest.mark.parametrize(
    ("given_type", "computed_type"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.float16, np.float64),
        (np.uint8, np.float64),
        (np.int64, np.float64),
        (bool, np.float64),
    ],
)
def test_float32_stays_and_everything_else_is_float64(given_type, computed_type):
    image = np.ones((3, 3), given_type)
    assert correlate(image, np.ones((2, 2))).dtype == computed_type
    assert correlate_loop(image, np.ones((2, 2))).dtype == computed_type
    assert pool(image, 2, mode="avg").dtype == computed_type


def test_nan_and_infinity_spread_to_the_windows_that_see_them_and_no_further():
    image = np.zeros((5, 5))
    image[0, 0], image[4, 4] = np.nan, np.inf
    filtered = correlate(image, np.ones((3, 3)))
    assert np.isnan(filtered[0, 0])
    assert filtered[2, 2] == np.inf
    assert np.count_nonzero(np.isfinite(filtered)) == 7


def test_arguments_are_left_as_they_were():
    image, kernel = random(5, 5), random(3, 3, seed=1)
    before = image.copy(), kernel.copy()
    result = correlate(image, kernel, padding=1)
    pool(image, 2, mode="l2")
    convolve(image, kernel)
    result[...] = 0
    assert_array_equal(image, before[0])
    assert_array_equal(kernel, before[1])


def test_lists_do_for_arrays():
    assert_array_equal(correlate(X.tolist(), K.tolist()), correlate(X, K))
    assert_array_equal(convolve(X.tolist(), K.tolist()), convolve(X, K))


def test_padding_never_wins_a_maximum():
    assert_array_equal(pool(-np.ones((2, 2)), 2, padding=1, stride=1), -np.ones((3, 3)))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("zero", [0, 0, 1, 2, 3, 0, 0]),
        ("edge", [1, 1, 1, 2, 3, 3, 3]),
        ("reflect", [3, 2, 1, 2, 3, 2, 1]),
        ("wrap", [2, 3, 1, 2, 3, 1, 2]),
    ],
)
def test_each_padding_mode_continues_a_row_in_its_way(mode, expected):
    assert pad(np.array([[1, 2, 3]]), (0, 2), mode).tolist() == [expected]


# Refusals


@pytest.mark.parametrize(
    ("image_shape", "kernel_shape", "options", "sentence"),
    [
        (
            (3, 3),
            (5, 5),
            {},
            "a 5×5 kernel does not fit in a 3×3 image with padding 0: "
            "try padding=1 or a smaller kernel",
        ),
        (
            (9, 4),
            (2, 7),
            {"padding": "valid"},
            "a 2×7 kernel does not fit in a 9×4 image with padding 'valid': "
            "try padding=2 or a smaller kernel",
        ),
        (
            (5, 5),
            (3, 3),
            {"dilation": 3},
            "a 3×3 kernel (with dilation it spans 7×7) does not fit in a 5×5 image with padding 0: "
            "try padding=1 or a smaller kernel",
        ),
        (
            (8, 8),
            (3, 3),
            {"padding": "same", "stride": 2},
            "padding='same' is defined for stride 1 only, not (2, 2): give it as a number",
        ),
        (
            (8, 8),
            (3, 3),
            {"padding": "half"},
            "unknown padding 'half': use a whole number, 'valid', 'same' or 'full'",
        ),
        (
            (8, 8),
            (3, 3),
            {"padding": 1, "padding_mode": "mirror"},
            "unknown padding mode 'mirror': use one of zero, reflect, edge, wrap",
        ),
        (
            (4, 4),
            (9, 9),
            {"padding": 4, "padding_mode": "reflect"},
            "padding 4 is too wide to reflect an image of 4 pixels: "
            "try at most 3, or padding_mode='edge'",
        ),
        (
            (4, 4),
            (9, 9),
            {"padding": 5, "padding_mode": "wrap"},
            "padding 5 is too wide to wrap an image of 4 pixels: "
            "try at most 4, or padding_mode='edge'",
        ),
        ((8, 8), (3, 3), {"stride": 0}, "stride is 0: use a whole number of at least 1"),
        ((8, 8), (3, 3), {"padding": -1}, "padding is -1: use a whole number of at least 0"),
        ((8, 8), (3, 3), {"dilation": 1.5}, "dilation is 1.5: use a whole number of at least 1"),
        (
            (8, 8),
            (3, 3),
            {"stride": (1, 2, 3)},
            "stride is (1, 2, 3): use one number, or two: (vertical, horizontal)",
        ),
        ((8,), (3,), {"stride": (1, 2)}, "stride is (1, 2): use a whole number of at least 1"),
    ],
)
def test_impossible_settings_are_refused_with_a_remedy(
    image_shape, kernel_shape, options, sentence
):
    with pytest.raises(ValueError) as refusal:
        correlate(np.ones(image_shape), np.ones(kernel_shape), **options)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("image_shape", "kernel_shape", "remedy"),
    [
        ((8, 8, 3), (3, 3), "filter one channel at a time"),
        ((3, 8, 8), (3, 3), "filter one channel at a time"),
        ((8, 8, 3), (3, 3, 3), "photo.transpose(2, 0, 1)"),
        ((3, 8, 8), (1, 3, 3), "have 1 and 3 channels"),
        ((2, 3, 8, 8), (4, 1, 3, 3), "have 1 and 3 channels"),
        ((2, 3, 8, 8), (3, 3, 3), "a batch needs a kernel (C_out, C_in, KH, KW)"),
        ((8, 8), (3, 3, 3), "put the channels first"),
        ((8, 8), (1, 1, 3, 3), "use (C_in, H, W) or a batch"),
        ((8,), (3, 3), "filter one channel at a time"),
        ((8, 8), (3,), "use a signal (L,), or kernel[None, :]"),
        ((8, 8), (1, 1, 1, 3, 3), "use 1 to 4 axes"),
        ((8, 8), (), "use 1 to 4 axes"),
        ((0, 8), (3, 3), "image of shape (0, 8) is empty"),
        ((8, 8), (0, 3), "kernel of shape (0, 3) is empty"),
    ],
)
def test_shapes_that_do_not_belong_together_are_refused_with_a_remedy(
    image_shape, kernel_shape, remedy
):
    for operation in (correlate, convolve):
        with pytest.raises(ValueError) as refusal:
            operation(np.ones(image_shape), np.ones(kernel_shape))
        assert remedy in str(refusal.value)


@pytest.mark.parametrize("values", [np.array([["a"]]), np.ones((3, 3), complex), None, object()])
def test_what_is_no_array_of_real_numbers_is_refused(values):
    for call in (
        lambda: correlate(values, np.ones((1, 1))),
        lambda: pool(values, 1),
        lambda: correlate_loop(values, np.ones((1, 1))),
    ):
        with pytest.raises(ValueError, match="image has dtype .*: use an array of real numbers"):
            call()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: pool(X, 2, mode="min"), "unknown pooling mode 'min': use one of max, avg, l2"),
        (lambda: pool(np.ones(4), 2), "image has shape (4,): use (H, W), (C, H, W)"),
        (lambda: pool(X, 4), "a window of size 4 does not fit in 3 pixels"),
        (lambda: pool(X, 2, padding=2), "padding 2 is more than half of window 2"),
        (lambda: pool(X, 2, stride=0), "stride is 0: use a whole number"),
        (lambda: pool(X, (2, 2, 2)), "window is (2, 2, 2): use one number, or two"),
        (lambda: pad(X, (1, 2, 3)), "padding is (1, 2, 3): use one number, or two"),
        (lambda: pad(np.ones(3), 1), "image has shape (3,): use (H, W), or signal[None, :]"),
        (lambda: im2col(np.ones(4), 2), "image has shape (4,): use (H, W), (C, H, W)"),
        (lambda: im2col(X, 4), "a 4×4 kernel does not fit in a 3×3 image"),
        (lambda: toeplitz(K, 9), "a kernel of shape (2, 2) does not go with input_shape=9"),
        (lambda: toeplitz(K, (512, 512)), "the matrix of a 512×512 input is too large"),
        (lambda: correlate_loop(np.ones((3, 8, 8)), K), "the loop takes one (H, W) image"),
    ],
)
def test_every_other_refusal_is_a_sentence_too(call, sentence):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize("mode", ["zero", "reflect", "edge", "wrap"])
@pytest.mark.parametrize("kernel, padding", [(3, 0), (3, 1), (3, 2), (4, 2), (5, 4), (1, 3)])
def test_uses_are_the_gradient_of_the_sum_of_all_outputs(mode, kernel, padding):
    # Correlation is linear: a pixel's share of the total is the total for an image with only that.
    ones = np.ones((kernel, kernel))
    expected = np.zeros((5, 6))
    for row, column in np.ndindex(5, 6):
        single = np.zeros((5, 6))
        single[row, column] = 1
        result = correlate(single, ones, padding=padding, padding_mode=mode)
        expected[row, column] = result.sum()
    assert np.array_equal(pixel_uses((5, 6), kernel, padding, mode), expected)


def test_uses_of_a_5x5_input_by_hand():
    assert pixel_uses((5, 5), 3, 0).tolist() == [
        [1, 2, 3, 2, 1], [2, 4, 6, 4, 2], [3, 6, 9, 6, 3], [2, 4, 6, 4, 2], [1, 2, 3, 2, 1],
    ]  # fmt: skip


@pytest.mark.parametrize("mode", ["zero", "reflect", "edge", "wrap"])
def test_weights_that_are_not_shared_differ_from_the_kernel_s_by_their_spread(mode):
    rng = np.random.default_rng(7)
    pixels, kernel = rng.uniform(size=(9, 12)), rng.uniform(size=(3, 3))
    shared = correlate(pixels, kernel, padding=1, padding_mode=mode)
    assert np.allclose(locally_connected(pixels, kernel, padding_mode=mode, spread=0), shared)
    own = locally_connected(pixels, kernel, padding_mode=mode, spread=0.2)
    assert np.all(np.abs(own - shared) <= 0.2 * shared) and np.all(own != shared)
    linear = 2 * own - 3 * locally_connected(2 * pixels, kernel, padding_mode=mode, spread=0.2)
    together = locally_connected(-4 * pixels, kernel, padding_mode=mode, spread=0.2)
    assert np.allclose(linear, together)  # it is linear all the same


# SciPy's names for the rules at a border
BORDERS = {"zero": "constant", "reflect": "mirror", "edge": "nearest", "wrap": "grid-wrap"}


@pytest.mark.parametrize("mode", BORDERS)
@pytest.mark.parametrize("by", [-7, 0, 3])
@pytest.mark.parametrize("size", [3, 5])
def test_the_two_orders_are_those_of_scipy_and_agree_inside(mode, by, size):
    rng = np.random.default_rng(5)
    pixels, kernel = rng.normal(size=(12, 20)), rng.normal(size=(size, size))

    def layer(image):
        return correlate(image, kernel, padding=size // 2, padding_mode=mode)

    first, second = shift_both_ways(pixels, layer, by=by, padding_mode=mode)

    def filtered(image):
        return ndimage.correlate(image, kernel, mode=BORDERS[mode])

    def moved(image):
        return ndimage.shift(image, (0, by), order=0, mode=BORDERS[mode])

    assert np.allclose(first, filtered(moved(pixels)))
    assert np.allclose(second, moved(filtered(pixels)))
    inside = inner_columns(20, size, by)
    assert np.allclose(first[:, inside], second[:, inside])
    if mode == "wrap":
        assert np.allclose(first, second)
    elif by:  # the column beyond, where the filter of the shifted image leaves what was measured
        beyond = inside.stop if by > 0 else inside.start - 1
        assert not np.allclose(first[:, beyond], second[:, beyond])
