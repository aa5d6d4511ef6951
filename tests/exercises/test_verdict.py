"""The comparison that every exercise check is made of."""

import sys
from functools import partial

import numpy as np
import pytest

from cnncourse.exercises.verdict import Verdict, compare

CASES = [(np.array([[1.0, 2], [3, 4]]),), (np.array([[0.0, -5], [2, 7]]),)]


def wrong_shape(x):
    return x.T[:1]


def raises(x):
    raise TypeError("no such thing")


def changes_its_input(x):
    x[:] = 0
    return x


def right_and_changes_its_input(x):
    answer = x.T.copy()
    x[0, 1] += 1e-12
    return answer


def ends_python(x):
    raise SystemExit


def without_forward(x):
    raise NotImplementedError('Module [Net] is missing the required "forward" function')


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
        lambda x: x.T.astype(str),  # NumPy would read it as numbers
        lambda x: np.array([[str(v) for v in row] for row in x.T], dtype=object),
        lambda x: [[1, 2], [3]],
        lambda x: x.T[0, 0],
        wrong_shape,
        raises,
        changes_its_input,
        right_and_changes_its_input,
        ends_python,
        without_forward,
        lambda x: x.T + 0j,
        lambda x: (x.T + 0j).astype(object),
    ],
)
def test_wrong_answers_are_not_right(answer):
    assert compare(answer, np.transpose, CASES).passed is False


@pytest.mark.parametrize("answer", [lambda x: x.T, lambda x: x.T.tolist(), lambda x: x.T + 1e-9])
def test_right_answers_pass(answer):
    verdict = compare(answer, np.transpose, CASES)
    assert verdict.passed is True
    assert "all 2 cases" in verdict.message


def test_lists_must_stay_as_they_were_too():
    def first_replaced(layers):
        layers[0] = (9, 9)
        return len(layers)

    def shortened(layers):
        layers.pop()
        return len(layers) + 1

    cases = [([(3, 1), (2, 2)],)]
    assert compare(len, len, cases).passed
    assert not compare(first_replaced, len, cases).passed
    assert not compare(shortened, len, cases).passed


def test_a_hole_that_is_left_where_it_was_is_no_change():
    def filled(values):
        values[np.isnan(values)] = 0
        return values.sum()

    holed = [(np.array([1.0, np.nan, 3.0]),)]
    assert compare(np.nansum, np.nansum, holed).passed is True
    assert compare(np.nansum, np.nansum, [([1.0, float("nan"), 3.0],)]).passed is True
    assert "changed" in compare(filled, np.nansum, holed).message


def test_words_in_the_place_of_numbers_are_a_change():
    def spoilt(values):
        total, values[0] = sum(values), "one"
        return total

    assert "changed" in compare(spoilt, sum, [([1, 2, 3],)]).message


def test_what_was_changed_and_put_back_is_no_harm():
    def put_back(x):
        old = x[0, 0]
        x[0, 0] = 7
        x[0, 0] = old
        return x.T

    assert compare(put_back, np.transpose, CASES).passed


def double(x):
    return x + x


def test_what_is_to_be_written_is_found_by_whatever_name_it_is_called():
    def by_a_helper(x):
        return [again(value) for value in x]

    again = double
    wrong = [double, again, lambda x: double(x), by_a_helper, np.vectorize(double), partial(double)]
    for answer in wrong:
        verdict = compare(answer, lambda x: 2 * x, [(np.arange(3),)], forbidden=[double])
        assert verdict.passed is False and "double" in verdict.message


def test_a_learner_s_own_function_may_have_the_same_name():
    def own():
        def double(x):
            return 2 * x

        return double

    assert compare(own(), lambda x: 2 * x, [(3,)], forbidden=[double]).passed


def test_a_profiler_is_left_in_its_place():
    def profiler(*event):
        pass

    sys.setprofile(profiler)
    compare(double, double, [(3,)], forbidden=[double])
    kept = sys.getprofile()
    sys.setprofile(None)
    assert kept is profiler


@pytest.mark.parametrize("words", ["", "no such thing."])
def test_a_sentence_ends_with_one_full_stop(words):
    def stops(x):
        raise ValueError(words)

    message = compare(stops, np.transpose, CASES).message
    assert message[-1] == "." and message[-2].isalpha() and "ValueError" in message


@pytest.mark.parametrize(
    "answer, words",
    [
        (("1", "2"), ["text", "tuple"]),
        ("12", ["text"]),
        ([[1, 2], [3]], ["list", "length"]),
        ({1: 2}, ["dict"]),
        (np.array([{}]), ["an array"]),
        (2 + 0j, ["complex"]),
    ],
)
def test_what_is_no_number_hears_what_it_is(answer, words):
    message = compare(lambda x: answer, lambda x: (1, 2), [(3,)]).message
    assert all(word in message for word in words), message


def stub(x):
    raise NotImplementedError


@pytest.mark.parametrize("answer", [lambda x: None, lambda x: ..., stub])
def test_a_stub_is_not_yet(answer):
    verdict = compare(answer, np.transpose, CASES)
    assert verdict.passed is None
    assert repr(verdict).startswith("not yet")


def test_a_wrong_answer_hears_input_expected_and_got():
    verdict = compare(lambda x: x + 1, lambda x: x * 2, [(2,)])
    assert repr(verdict) == "not right: with x = 2: I expected 4 but got 3."


def test_long_arguments_stand_in_a_line_each():
    def scaled(image, factor):
        return image

    verdict = compare(scaled, np.multiply, [(np.array([[0.5, 123456.0]] * 7), 2)])
    assert verdict.message.startswith("with\n    image = [[0.5, 1.235e+05], [0.5,")
    assert verdict.message.endswith("\n    factor = 2\nI expected 1 at index (0, 0) but got 0.5.")


def test_a_large_array_is_quoted_by_the_few_numbers_that_are_not_0():
    dot = np.zeros((1, 28, 28))
    for image, words in ((dot, "zeros of shape (1, 28, 28): "), (dot + 1, "an array of shape (1,")):
        assert words in compare(lambda x: 0, lambda x: 1, [(image,)]).message
    dot[0, 5, 9] = 1
    message = compare(lambda x: 0, lambda x: 1, [(dot,)]).message
    assert message.startswith("with x = zeros of shape (1, 28, 28), but 1 at (0, 5, 9): ")


def test_arrays_in_a_tuple_are_shown_like_others():
    both = np.array([[[[0.5]], [[0.0]]]]), np.ones((5, 5))
    message = compare(lambda x: 0, lambda x: 1, [(both,)]).message
    assert message.startswith("with x = ([[[[0.5]], [[0]]]], an array of shape (5, 5)): ")


@pytest.mark.parametrize("answer", [lambda *both: 0, lambda x: 0, max])
def test_arguments_without_names_of_their_own_are_shown_alone(answer):
    message = compare(answer, lambda x, y: 9, [(2, 3)]).message
    assert message.startswith("with input 2, 3: ")


def test_whole_numbers_keep_all_their_digits():
    message = compare(lambda x: x + 1, lambda x: x, [(15_470_264_320,)], tolerance=0).message
    assert "I expected 15,470,264,320 but got 15,470,264,321" in message


def test_one_number_is_told_from_an_array_of_numbers():
    verdict = compare(lambda x: 1, lambda x: (1, 1), [(3,)])
    assert "I expected the shape (2,) but got a single number" in verdict.message


def test_a_way_without_return_is_not_a_stub():
    verdict = compare(lambda x: 1 if x else None, lambda x: 1, [(1,), (0,)])
    assert verdict.passed is False
    assert verdict.message == "with x = 0: your function returned nothing: a return is missing."


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
