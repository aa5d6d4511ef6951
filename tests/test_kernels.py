"""Named kernels: what their weights must do, and what can be said about any kernel."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from cnncourse import kernels
from cnncourse.convolution import correlate
from cnncourse.kernels import KERNELS, Kernel, box, frequency_response, gains, gaussian, noise_gain

IDENTITY = KERNELS["identity"].weights
STEP = np.tile([50] * 4 + [200] * 3, (7, 1)).astype(np.uint8)


def weights(name):
    return KERNELS[name].weights


def middle_row(kernel, image=STEP):
    return correlate(image, kernel, padding="same", padding_mode="reflect")[3]


# The named kernels


@pytest.mark.parametrize("name", KERNELS)
def test_a_named_kernel_is_a_small_square_of_floats(name):
    assert weights(name).dtype == np.float64
    assert weights(name).shape in [(3, 3), (5, 5)]


@pytest.mark.parametrize("name", KERNELS)
def test_no_learner_can_change_a_named_kernel_by_accident(name):
    with pytest.raises(ValueError, match="read-only"):
        KERNELS[name].weights[0, 0] = 7


def test_a_new_kernel_locks_its_own_copy_only():
    mine = np.ones((3, 3))
    Kernel(mine)
    mine[0, 0] = 7


@pytest.mark.parametrize("name", KERNELS)
def test_weights_sum_to_one_where_brightness_is_kept_and_to_zero_where_change_is_shown(name):
    keeps = {"identity", "box 3", "box 5", "gaussian 3", "gaussian 5", "motion blur", "sharpen"}
    keeps |= {"emboss"}
    assert_allclose(weights(name).sum(), 1 if name in keeps else 0, atol=1e-15)


def test_sharpen_is_the_image_minus_its_laplacian():
    assert_array_equal(weights("sharpen"), IDENTITY - weights("laplacian 4"))
    assert_array_equal(weights("outline"), -weights("laplacian 8"))


def test_sharpening_strengthens_what_blurring_weakens():
    assert gains(weights("sharpen")) == (1, 5, 9)
    assert noise_gain(weights("sharpen")) == 29
    assert gains(weights("outline")) == (0, 12, 8)
    assert noise_gain(weights("outline")) == 72
    assert_allclose(noise_gain(box(5)), 0.04)


def test_a_step_shows_what_bytes_cut_off():
    sharpened, outlined = middle_row(weights("sharpen")), middle_row(weights("outline"))
    assert_array_equal(sharpened, [50, 50, 50, -100, 350, 200, 200])
    assert_array_equal(outlined, [0, 0, 0, -450, 450, 0, 0])
    as_bytes = [cv2.filter2D(STEP, -1, weights(name))[3] for name in ("sharpen", "outline")]
    assert_array_equal(as_bytes[0], [50, 50, 50, 0, 255, 200, 200])
    assert_array_equal(as_bytes[1], [0, 0, 0, 0, 255, 0, 0])


def test_sobel_and_prewitt_are_positive_where_it_gets_brighter_to_the_right_or_below():
    for name in ("sobel x", "prewitt x"):
        right = correlate(STEP, weights(name))
        assert right.max() > 0 and right.min() == 0
    for name in ("sobel y", "prewitt y"):
        assert_array_equal(correlate(STEP, weights(name)), np.zeros((5, 5)))
        down = correlate(STEP.T, weights(name))
        assert down.max() > 0 and down.min() == 0


def test_sobel_x_and_y_are_those_of_opencv_and_prewitt_that_of_scipy():
    image = np.random.default_rng(0).integers(0, 256, (9, 11)).astype(float)
    options = {"padding": "same", "padding_mode": "reflect"}
    for name, along in (("sobel x", (1, 0)), ("sobel y", (0, 1))):
        assert_array_equal(correlate(image, weights(name), **options), cv2.Sobel(image, -1, *along))
    for name, axis in (("prewitt x", 1), ("prewitt y", 0)):
        theirs = scipy.ndimage.prewitt(image, axis=axis, mode="mirror")
        assert_allclose(correlate(image, weights(name), **options), theirs, atol=1e-12)


def test_laplacian_4_and_8_are_symmetric_but_sobel_is_not():
    for name in ("laplacian 4", "laplacian 8", "outline", "sharpen", "box 5", "gaussian 5"):
        assert_array_equal(weights(name), np.rot90(weights(name)))
    assert_array_equal(weights("sobel x").T, weights("sobel y"))
    assert not np.array_equal(weights("sobel x"), np.rot90(weights("sobel x")))


def test_the_laplacian_is_that_of_opencv():
    image = np.random.default_rng(0).integers(0, 256, (9, 11)).astype(float)
    ours = correlate(image, weights("laplacian 4"), padding="same", padding_mode="reflect")
    assert_array_equal(ours, cv2.Laplacian(image, -1, ksize=1))


def test_the_identity_returns_the_image():
    assert_array_equal(correlate(STEP, IDENTITY, padding="same"), STEP)


# Constructors


def test_the_box_blur_is_that_of_opencv():
    image = np.random.default_rng(0).integers(0, 256, (20, 30), dtype=np.uint8)
    ours = correlate(image, box(5), padding="same", padding_mode="reflect")
    assert_array_equal(np.rint(ours), cv2.blur(image, (5, 5)))
    assert_array_equal(cv2.filter2D(image, -1, np.ones((5, 5)) / 25), cv2.blur(image, (5, 5)))


@pytest.mark.parametrize("sigma", [0.3, 0.8, 1.0, 2.5])
@pytest.mark.parametrize("size", [1, 3, 5, 9])
def test_the_gaussian_is_that_of_opencv(sigma, size):
    column = cv2.getGaussianKernel(size, sigma)
    assert_allclose(gaussian(sigma, size), column @ column.T, rtol=0, atol=1e-12)


@given(st.floats(0.1, 8))
def test_the_gaussian_reaches_three_sigma_and_sums_to_one(sigma):
    bell = gaussian(sigma)
    assert bell.shape[0] == bell.shape[1] == 2 * np.ceil(3 * sigma) + 1
    assert_allclose(bell.sum(), 1)
    assert bell.argmax() == bell.size // 2
    assert_allclose(bell, bell.T)


def test_two_blurs_in_a_row_add_their_variances():
    twice = correlate(gaussian(1.0, 9), gaussian(1.5, 13), padding="full")
    assert_allclose(twice, gaussian(np.sqrt(1.0**2 + 1.5**2), 21), atol=3e-3)


# What can be said of any kernel


def alternating(size):
    return (-1.0) ** (np.arange(size) - size // 2)


@pytest.mark.parametrize("name", KERNELS)
def test_gains_are_what_a_pattern_is_multiplied_by(name):
    kernel = weights(name)
    signs = alternating(9)
    patterns = np.ones((9, 9)), np.tile(signs, (9, 1)), np.outer(signs, signs)
    for pattern, gain in zip(patterns, gains(kernel), strict=True):
        assert_allclose(correlate(pattern, kernel, padding="same")[4, 4], gain, atol=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_gains_are_three_corners_of_the_frequency_response(name):
    response = frequency_response(weights(name), 16)
    flat, stripes, checkerboard = np.abs(gains(weights(name)))
    assert_allclose(response[8, 8], flat, atol=1e-12)
    assert_allclose(response[8, 0], stripes, atol=1e-12)
    assert_allclose(response[0, 0], checkerboard, atol=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_the_mean_squared_frequency_response_is_the_noise_gain(name):
    kernel = weights(name)
    assert_allclose(np.mean(frequency_response(kernel, 16) ** 2), noise_gain(kernel))


def test_filtered_noise_has_the_variance_that_noise_gain_promises():
    noise = np.random.default_rng(0).normal(0, 3, (400, 400))
    for name in ("sharpen", "box 5", "outline"):
        ratio = correlate(noise, weights(name)).var() / noise.var()
        assert_allclose(ratio, noise_gain(weights(name)), rtol=0.05)


def test_a_separable_kernel_is_two_passes():
    image = np.random.default_rng(0).normal(size=(9, 9))
    in_two = correlate(correlate(image, [[1], [2], [1]]), [[-1, 0, 1]])
    assert_allclose(in_two, correlate(image, weights("sobel x")), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: box(0), "size is 0: use a whole number of at least 1"),
        (lambda: box(2.5), "size is 2.5: use a whole number of at least 1"),
        (lambda: gaussian(0), "sigma is 0: use a number of pixels above 0, such as 1.0"),
        (lambda: gaussian(float("nan")), "sigma is nan: use a number of pixels above 0"),
        (lambda: gaussian(1, 4), "size is 4, which has no middle pixel: use 3 or 5"),
        (lambda: gaussian(1, -3), "size is -3: use a whole number of at least 1"),
        (lambda: gains([1, 2, 3]), "kernel has shape (3,): use a matrix (KH, KW)"),
        (lambda: noise_gain(np.ones((0, 3))), "kernel has shape (0, 3): use a matrix"),
        (lambda: frequency_response(box(5), 4), "size is 4: use a whole number of at least 5"),
    ],
)
def test_refusals_are_sentences_with_a_remedy(call, sentence):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize("down", [0, 5, 16])
@pytest.mark.parametrize("name", ["box 3", "sharpen", "outline", "sobel x", "motion blur"])
def test_signed_gains_are_what_happens_to_waves(name, down):
    weights = kernels.KERNELS[name].weights
    y, x = np.mgrid[:32, :32]
    for across, gain in enumerate(kernels.signed_gains(weights, down)):
        waves = np.cos(2 * np.pi * (across * x + down * y) / 32)
        passed = correlate(waves, weights, padding="same", padding_mode="wrap")
        if name == "sobel x":
            assert np.abs(passed).max() <= gain + 1e-9
        else:
            np.testing.assert_allclose(passed, gain * waves, atol=1e-9)


def test_a_box_inverts_waves_that_are_shorter_than_it():
    gains = kernels.signed_gains(kernels.box(3))
    assert gains[0] == pytest.approx(1) and gains[16] == pytest.approx(-1 / 3)
    assert abs(gains[11]) < 0.06  # 11 waves in 32 pixels: about three pixels each
