"""The noisy sensor: averages are convolutions, and behave as averages do; sampled stripes."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, signal

from cnncourse import signals
from cnncourse.metrics import rmse

shapes = st.sampled_from(signals.AVERAGES)


@pytest.mark.slow
@given(shapes, st.integers(1, 31), st.booleans())
def test_weights_are_an_average_that_favours_the_present(shape, window, causal):
    if not causal and window % 2 == 0:
        window += 1
    ages = signals.ages(window, causal=causal)
    weights = signals.averaging_weights(shape, ages)
    assert len(weights) == window
    assert weights.min() > 0 and np.isclose(weights.sum(), 1)
    order = np.argsort(np.abs(ages), kind="stable")
    assert np.all(np.diff(weights[order]) <= 1e-15)  # never more for a more distant reading


@given(shapes, st.integers(0, 15), st.integers(0, 2**32 - 1))
def test_a_causal_average_equals_a_filter_of_scipy_once_the_window_is_full(shape, extra, seed):
    x = np.random.default_rng(seed).normal(size=40)
    weights = signals.averaging_weights(shape, signals.ages(extra + 1, causal=True))
    average = signals.weighted_average(x, weights, first_age=0)
    assert np.allclose(average[extra:], signal.lfilter(weights, [1.0], x)[extra:])


@given(shapes, st.integers(0, 15), st.integers(0, 2**32 - 1))
def test_a_centred_average_equals_scipy_inside(shape, half, seed):
    x = np.random.default_rng(seed).normal(size=40)
    weights = signals.averaging_weights(shape, signals.ages(2 * half + 1, causal=False))
    average = signals.weighted_average(x, weights, first_age=-half)
    inside = slice(half, 40 - half)
    assert np.allclose(average[inside], ndimage.convolve1d(x, weights)[inside])


@pytest.mark.parametrize("causal", [True, False])
def test_an_average_of_a_constant_is_that_constant_even_at_the_ends(causal):
    ages = signals.ages(9, causal=causal)
    weights = signals.averaging_weights("Gaussian", ages)
    assert np.allclose(signals.weighted_average([7.0] * 20, weights, int(ages[0])), 7)


@given(shapes, st.integers(1, 31))
def test_a_causal_average_of_a_steady_rise_is_late_by_its_mean_age(shape, window):
    ages = signals.ages(window, causal=True)
    weights = signals.averaging_weights(shape, ages)
    rise = np.arange(60.0)
    average = signals.weighted_average(rise, weights, 0)
    late = rise - average
    assert np.allclose(late[window:], signals.mean_age(weights, ages))


def test_a_box_of_nine_is_four_late_and_a_centred_one_is_not():
    box = np.full(9, 1 / 9)
    assert np.isclose(signals.mean_age(box, signals.ages(9, causal=True)), 4)
    assert np.isclose(signals.mean_age(box, signals.ages(9, causal=False)), 0)


def test_what_the_notebook_says_about_wide_windows():
    level = signals.water_level()

    def error(shape, window, causal, noise=0.3):
        ages = signals.ages(window, causal=causal)
        weights = signals.averaging_weights(shape, ages)
        return np.mean(
            [
                rmse(
                    signals.weighted_average(
                        signals.readings(level, noise, np.random.default_rng(seed)),
                        weights,
                        int(ages[0]),
                    ),
                    level,
                )
                for seed in range(20)
            ]
        )

    assert error("box", 5, True) < error("box", 1, True)  # averaging helps
    assert error("box", 31, True) > error("box", 7, True)  # too much of it harms
    assert error("box", 9, False) < error("box", 9, True)  # the future helps
    assert error("box", 9, True, noise=0) > 0.05  # without noise it only blurs

    ages = signals.ages(31, causal=True)
    box = signals.averaging_weights("box", ages)
    exponential = signals.averaging_weights("exponential", ages)
    assert signals.mean_age(exponential, ages) < signals.mean_age(box, ages)  # less late
    assert (exponential**2).sum() > (box**2).sum()  # and noisier: the variance that is left


def test_the_level_jumps_by_a_metre_when_the_gate_opens():
    level = signals.water_level(120)
    steps = np.diff(level)
    assert np.argmax(steps) == 59 and 0.9 < steps.max() < 1.1
    assert np.abs(np.delete(steps, 59)).max() < 0.05


def test_readings_scatter_around_the_level_as_told():
    level = np.zeros(20_000)
    measured = signals.readings(level, 0.3, np.random.default_rng(1))
    assert abs(measured.mean()) < 0.01 and abs(measured.std() - 0.3) < 0.01
    assert np.array_equal(measured, signals.readings(level, 0.3, np.random.default_rng(1)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: signals.ages(4, causal=False), "window of 4.*try 5"),
        (lambda: signals.ages(0, causal=True), "window"),
        (lambda: signals.averaging_weights("bell", [0]), "'bell'.*box"),
        (lambda: signals.readings(np.zeros(3), -1, np.random.default_rng(0)), "noise is -1"),
        (lambda: signals.water_level(1), "minutes"),
    ],
)
def test_bad_arguments_are_refused_with_a_remedy(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@given(st.integers(2, 12), st.integers(1, 12))
def test_the_apparent_period_fits_the_samples_and_none_longer_does(period, stride):
    apparent = signals.apparent_period(period, stride)
    steps = np.arange(40) * stride
    samples = np.cos(2 * np.pi * steps / period)
    if apparent is None:
        assert np.allclose(samples, 1)
    else:
        assert apparent >= 2 * stride  # two samples a stripe at least: what dots can show
        assert np.allclose(samples, np.cos(2 * np.pi * steps / float(apparent)))


@pytest.mark.parametrize("period", range(2, 9))
@pytest.mark.parametrize("kernel, dilation", [(1, 1), (2, 1), (3, 1), (3, 2), (5, 1)])
def test_the_gain_of_a_mean_is_what_the_mean_leaves_of_a_wave(period, kernel, dilation):
    weights = np.zeros(dilation * (kernel - 1) + 1)
    weights[::dilation] = 1 / kernel
    wave = np.exp(2j * np.pi * np.arange(40) / period)
    left = np.abs(np.convolve(wave, weights, mode="valid"))
    np.testing.assert_allclose(left, signals.mean_gain(period, kernel, dilation), atol=1e-12)


def test_apparent_periods_by_hand():
    assert signals.apparent_period(3, 4) == 12
    assert signals.apparent_period(8, 3) == 8
    assert signals.apparent_period(5, 4) == 20
    assert signals.apparent_period(5, 3) == Fraction(15, 2)
    assert signals.apparent_period(2, 4) is None
