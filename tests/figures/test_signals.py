"""Figures along one axis: their numbers are those of NumPy and SciPy."""

import re
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest
from drawn import marked, number, words
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from cnncourse import figures, signals
from cnncourse.figures import svg

small = st.lists(st.integers(-9, 9), min_size=1, max_size=8)


@given(small, st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.booleans(), st.data())
def test_sliding_sum_shows_numpys_numbers(x, w, flip, data):
    mode = data.draw(st.sampled_from(["valid", "full"]))
    if len(w) > len(x) and mode == "valid":
        with pytest.raises(ValueError, match="does not fit"):
            figures.sliding_sum(x, w, padding=mode, flip=flip)
        return
    expected = np.convolve(x, w if flip else w[::-1], mode)
    step = data.draw(st.integers(0, len(expected) - 1))
    picture = figures.sliding_sum(x, w, padding=mode, flip=flip, step=step)
    shown = number(re.search(r"= (\S+)\.$", picture.description).group(1))
    assert shown == expected[step]
    assert f"give {len(expected)}." in picture.description
    assert words(picture)[-1].endswith(f"= {picture.description.rsplit('= ')[-1][:-1]}")


def test_the_worked_example_has_both_its_values():
    x, w = [128, 255, 123, 45, 4], [1 / 9, 4 / 7, -3 / 2, 4 / 5, 1 / 7]
    assert "≈ 12.01." in figures.sliding_sum(x, w).description
    assert "≈ 63.94." in figures.sliding_sum(x, w, flip=True).description


def test_fractions_are_written_as_fractions_and_give_the_sum_that_is_shown():
    x = [128, 255, 123, 45, 4]
    w = [Fraction(1, 9), Fraction(4, 7), Fraction(-3, 2), Fraction(4, 5), Fraction(1, 7)]
    shown = words(figures.sliding_sum(x, w))
    assert {"1/9", "4/7", "−3/2", "4/5", "1/7"} <= set(shown)
    terms, total = shown[-1].split(" ≈ ")
    factors = re.findall(r"(\d+)·\(?(−?\d+)/(\d+)", terms)
    exact = sum(int(a) * Fraction(number(b)) / int(c) for a, b, c in factors)
    assert len(factors) == 5 and round(float(exact), 2) == number(total)


@pytest.mark.parametrize("step", [-1, 3])
def test_there_is_no_step_beyond_the_output(step):
    with pytest.raises(ValueError, match="3 cells"):
        figures.sliding_sum([1, 2, 3, 4], [1, 2], step=step)


@given(st.lists(st.integers(-5, 5), min_size=9, max_size=9), st.booleans())
def test_the_flip_figure_says_what_the_flip_changes(weights, turned):
    kernel = np.array(weights, float).reshape(3, 3)
    image = np.eye(1, 25, 12).reshape(5, 5)
    sentence = figures.flip(image, kernel, turned=turned).description
    same, negated = (
        np.array_equal(kernel, kernel[::-1, ::-1]),
        np.array_equal(-kernel, kernel[::-1, ::-1]),
    )
    assert ("agree everywhere" in sentence) == same
    assert ("only changes its sign" in sentence) == (negated and not same)
    if not same and not negated:
        largest = np.abs(kernel - kernel[::-1, ::-1]).max()
        assert f"up to {largest:g}." in sentence


@pytest.mark.parametrize("turned", [True, False])
def test_the_flip_figure_shows_scipys_numbers(turned):
    image, kernel = np.arange(25.0).reshape(5, 5), np.arange(9.0).reshape(3, 3)
    operation = signal.convolve2d if turned else signal.correlate2d
    texts = words(figures.flip(image, kernel, turned=turned))
    shown = [number(t) for t in texts if re.fullmatch(r"−?[\d.]+", t)]
    assert np.allclose(shown[-25:], operation(image, kernel, "same").ravel())


@given(st.lists(st.integers(-9, 9), min_size=3, max_size=3))
def test_convolution_stamps_the_kernel_and_correlation_its_mirror_image(kernel):
    texts = words(figures.impulse_response(kernel))
    shown = [number(t) for t in texts if re.fullmatch(r"−?\d+", t)]
    assert shown[:7] == [0, 0, 0, 1, 0, 0, 0]
    assert shown[9:12] == kernel and shown[16:19] == kernel[::-1]


@pytest.mark.parametrize("shape", signals.AVERAGES)
@pytest.mark.parametrize(("window", "causal"), [(1, True), (9, True), (31, True), (15, False)])
def test_the_sensor_figure_states_error_and_lag(shape, window, causal):
    level = signals.water_level()
    measured = signals.readings(level, 0.3, np.random.default_rng(4))
    ages = signals.ages(window, causal=causal)
    weights = signals.averaging_weights(shape, ages)
    picture = figures.noisy_sensor(level, measured, weights, ages, "some")
    average = [
        sum(w * measured[t - a] for w, a in zip(weights, ages, strict=True) if 0 <= t - a < 120)
        / sum(w for w, a in zip(weights, ages, strict=True) if 0 <= t - a < 120)
        for t in range(120)
    ]
    error = np.sqrt(np.mean((average - level) ** 2))
    assert f" {error:.3f} m;" in picture.description
    late = float(weights @ ages)
    assert ("does not lag" in picture.description) == (abs(late) < 1e-9)
    if late > 1e-9:
        shown = float(re.search(r"lags ([\d.]+) minutes", picture.description).group(1))
        assert shown == pytest.approx(late, abs=0.051)
    assert str(picture).count("<circle") == 120 + 2 + 1  # readings, two in the legend, now
    assert f"At minute 70 it is {average[70]:.2f} m." in picture.description
    assert "some average" in picture.description.lower()
    words(picture)


def test_weights_lie_under_the_minutes_of_their_readings():
    level, ages = signals.water_level(), np.arange(3)
    weights = np.array([0.5, 0.3, 0.2])
    drawn = {}
    for now in (1, 50):
        picture = str(figures.noisy_sensor(level, level, weights, ages, "some", now=now))
        rects = ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}rect")
        bars = [r for r in rects if r.get("stroke") == svg.KERNEL.line]
        drawn[now] = sorted((float(r.get("x")), float(r.get("height"))) for r in bars)
    heights = [height for _, height in drawn[50]]
    assert len(drawn[1]) == 2 and len(drawn[50]) == 3  # at minute 1 there are two readings so far
    assert heights == sorted(heights)  # the newest, at the right, weighs most


def test_the_sensor_figure_says_whether_the_average_helps():
    level = signals.water_level()
    measured = signals.readings(level, 0.3, np.random.default_rng(4))

    def sentence(readings, window):
        ages = signals.ages(window, causal=True)
        weights = signals.averaging_weights("box", ages)
        return figures.noisy_sensor(level, readings, weights, ages, "some").description

    assert "the error (RMSE) falls from" in sentence(measured, 5)
    assert "the error (RMSE) rises from" in sentence(measured, 31)
    assert "the error (RMSE) rises from 0.000 m" in sentence(level, 5)  # no noise to average
    assert "the error (RMSE) stays at 0.000 m;" in sentence(level, 1)


def test_the_sensor_figure_counts_the_readings_beyond_its_scale():
    level, weights, ages = signals.water_level(), np.ones(1), np.arange(1)
    calm = figures.noisy_sensor(level, level, weights, ages, "some").description
    assert "beyond" not in calm
    wild = level.copy()
    wild[[3, 50, 90]] = 99, -99, 99
    assert (
        " 3 readings beyond the scale"
        in figures.noisy_sensor(level, wild, weights, ages, "some").description
    )


@pytest.mark.parametrize("now", [0, 70, 119])
def test_the_kernel_is_dragged_to_every_minute_of_the_record(now):
    level, ages = signals.water_level(), np.arange(3)
    picture = figures.noisy_sensor(level, level, np.ones(3) / 3, ages, "some", now=now)
    (move,) = marked(picture, "drag")["kernel on the record"]["moves"]
    assert (now + move["least"], now + move["most"]) == (0, 119)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("padding", ["valid", "same", "full"])
def test_signal_and_weights_are_changed_in_place_and_the_kernel_slides(flip, padding):
    x, w = [4, 0, 1, 7, 2], [1, 2, 3]
    last = len(np.convolve(x, w, padding)) - 1
    picture = figures.sliding_sum(x, w, padding=padding, flip=flip, step=1)
    edits = marked(picture, "edit").values()
    assert len(edits) == len(x) + len(w)
    for edit in edits:
        row, column = edit["place"]
        assert row == 0 and edit["value"] == {"signal": x, "weights": w}[edit["control"]][column]
    (move,) = marked(picture, "drag")["kernel on the signal"]["moves"]
    assert (1 + move["least"], 1 + move["most"]) == (0, last)
    steps = [values["step"] for values in marked(picture, "set").values()]
    assert steps == list(range(last + 1))


def test_the_turned_kernel_keeps_its_weights_and_the_button_turns_it_back():
    kernel = np.arange(9.0).reshape(3, 3)
    for turned in (False, True):
        picture = figures.flip(np.eye(5), kernel, turned=turned)
        assert marked(picture, "set") == {"turn the kernel": {"flip": not turned}}
        for edit in marked(picture, "edit").values():
            assert edit["value"] == kernel[tuple(edit["place"])]
        half = "180deg" if turned else "0deg"
        assert str(picture).count(f"rotate({half})") == 1
        assert str(picture).count(f"rotate(-{half})") == 9  # each number stays upright


def test_a_hovered_output_of_the_flip_lights_the_pixels_it_sums():
    root = ElementTree.fromstring(str(figures.flip(np.eye(5), np.ones((3, 3)), turned=False)))
    places = [part.get("data-at") for part in root.iter() if part.get("data-link") == "window"]
    cell = 330 / 5
    corner, middle = ([float(n) for n in places[k].split()] for k in (0, 12))
    assert corner == pytest.approx([0.5, 22.5, 2 * cell, 2 * cell])
    assert middle == pytest.approx([0.5 + cell, 22.5 + cell, 3 * cell, 3 * cell])
