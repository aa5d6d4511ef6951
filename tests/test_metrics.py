"""Metrics: counted by hand, and compared with scikit-learn and SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, confusion_matrix

from cnncourse import metrics

SEEDS = st.integers(0, 10**6)


def some_answers(n, seed):
    """Return labels, and answers that agree more often than not."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, n)
    return np.where(rng.random(n) < 0.7, labels, rng.integers(0, 10, n)), labels


@given(SEEDS, st.integers(1, 200))
def test_accuracy_and_confusion_agree_with_scikit_learn(seed, n):
    answers, labels = some_answers(n, seed)
    expected = confusion_matrix(labels, answers, labels=range(10))
    for given_answers in (answers, np.eye(10)[answers]):  # classes, or probabilities
        assert metrics.accuracy(given_answers, labels) == accuracy_score(labels, answers)
        np.testing.assert_array_equal(metrics.confusion(given_answers, labels), expected)


def test_a_four_read_as_a_nine_is_in_row_four():
    counts = metrics.confusion(np.array([9, 4]), np.array([4, 4]))
    assert counts[4, 9] == 1 and counts[4, 4] == 1 and counts.sum() == 2
    assert metrics.confusion(np.array([1]), np.array([0]), classes=2).tolist() == [[0, 1], [0, 0]]


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_is_wilsons(right, n):
    right = min(right, n)
    low, high = metrics.wilson_interval(right / n, n)
    theirs = binomtest(right, n).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-6)
    assert 0 <= low <= right / n + 1e-12 and right / n - 1e-12 <= high <= 1


def test_about_95_of_100_intervals_hold_the_truth():
    rng, truth, n = np.random.default_rng(0), 0.98, 1000
    ends = [metrics.wilson_interval(k / n, n) for k in rng.binomial(n, truth, 2000)]
    assert 0.93 < np.mean([low <= truth <= high for low, high in ends]) < 0.97


@pytest.mark.parametrize("arguments", [(99.2, 10), (-0.1, 10), (float("nan"), 10), (0.5, 0)])
def test_an_interval_of_no_share_is_refused(arguments):
    with pytest.raises(ValueError, match="use a"):
        metrics.wilson_interval(*arguments)


def test_only_the_cases_on_which_two_readers_differ_are_counted():
    labels = np.array([1, 2, 3, 4, 5, 6])
    first = np.array([1, 2, 3, 0, 0, 0])  # right, right, right, wrong, wrong, wrong
    second = np.array([1, 0, 0, 4, 0, 9])  # right, wrong, wrong, right, wrong, wrong otherwise
    assert metrics.discordant(first, second, labels) == (2, 1)
    assert metrics.discordant(second, first, labels) == (1, 2)
    assert metrics.discordant(np.eye(10)[first], second, labels) == (2, 1)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_chance_is_that_of_a_coin(one, other):
    expected = binomtest(one, one + other).pvalue if one + other else 1
    assert metrics.chance(one, other) == pytest.approx(expected)


@pytest.mark.parametrize("function", [metrics.accuracy, metrics.confusion])
def test_answers_and_labels_must_belong_together(function):
    answers, labels = some_answers(300, 0)
    for wrong in (answers[:-1], np.eye(10)[answers][:-1], answers[:, None, None]):
        with pytest.raises(ValueError, match="of the same cases"):
            function(wrong, labels)


def test_rmse_of_a_worked_example():
    assert metrics.rmse([3.0, 0.0], [0.0, 4.0]) == pytest.approx(12.5**0.5)


def test_rmse_of_bytes_does_not_wrap_around():
    assert metrics.rmse(np.array([10, 0], np.uint8), np.array([20, 10], np.uint8)) == 10
