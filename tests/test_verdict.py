"""The comparison that every exercise check is made of."""

import numpy as np
import pytest

from cnncourse.checks.verdict import Verdict, compare

CASES = [(np.array([[1.0, 2], [3, 4]]),), (np.array([[0.0, -5], [2, 7]]),)]


def wrong_shape(x):
    return x.T[:1]


def raises(x):
    raise TypeError("no such thing")


def changes_its_input(x):
    x[:] = 0
    return x


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: np.zeros_like(x),
        lambda x: x,
        lambda x: x.T + 1e-3,
        lambda x: x.T[::-1],
        lambda x: np.where(x.T == 7, 0, x.T),
        lambda x: np.full_like(x, np.nan),
        lambda x: "a string",
        lambda x: [[1, 2], [3]],
        lambda x: x.T[0, 0],
        wrong_shape,
        raises,
        changes_its_input,
    ],
)
def test_wrong_answers_are_not_right(answer):
    assert compare(answer, np.transpose, CASES).passed is False


@pytest.mark.parametrize("answer", [lambda x: x.T, lambda x: x.T.tolist(), lambda x: x.T + 1e-9])
def test_right_answers_pass(answer):
    verdict = compare(answer, np.transpose, CASES)
    assert verdict.passed is True
    assert "all 2 cases" in verdict.message


def stub(x):
    raise NotImplementedError


@pytest.mark.parametrize("answer", [lambda x: None, lambda x: ..., stub])
def test_a_stub_is_not_yet(answer):
    verdict = compare(answer, np.transpose, CASES)
    assert verdict.passed is None
    assert repr(verdict).startswith("not yet")


def test_a_wrong_answer_hears_input_expected_and_got():
    verdict = compare(lambda x: x + 1, lambda x: x * 2, [(2,)])
    assert repr(verdict) == "not right: with input 2 I expected 4 but got 3."


def test_the_first_wrong_place_is_named():
    verdict = compare(lambda x: x, np.transpose, CASES)
    assert "I expected 3 at index (0, 1) but got 2" in verdict.message


def test_words_and_truth_values_are_compared_exactly():
    assert compare(lambda x: "valid", lambda x: "valid", [(1,)]).passed
    assert not compare(lambda x: "same", lambda x: "valid", [(1,)]).passed
    assert compare(lambda x: np.bool_(True), lambda x: True, [(1,)]).passed
    assert not compare(lambda x: 1, lambda x: True, [(1,)]).passed


@pytest.mark.parametrize("passed", [True, False, None])
def test_a_verdict_shows_its_word_and_escapes_its_message(passed):
    verdict = Verdict(passed, "a < b")
    assert verdict.word in verdict._repr_html_()
    assert "a &lt; b" in verdict._repr_html_()
