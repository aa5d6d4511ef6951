"""Predict-first questions."""

import pytest

from cnncourse.figures.svg import Svg
from cnncourse.widgets.question import Question


@pytest.fixture
def question():
    return Question(
        "2 + 2 & more?", [3, 4, 5], answer=2 + 2, because="count <it>", reveal=Svg("", 1, 1, "four")
    )


def test_nothing_is_chosen_or_revealed_at_first(question):
    assert question.options.value is None
    assert question.verdict == ""
    assert question.children[2].value == ""


def test_the_right_answer_is_told_right(question):
    question.options.value = "4"
    assert question.verdict == "Yes: count <it>"
    assert "count &lt;it&gt;" in question.children[2].value
    assert "<svg" in question.children[2].value


def test_a_wrong_answer_is_told_wrong_and_can_be_changed(question):
    question.options.value = "5"
    assert question.verdict.startswith("Not quite")
    question.options.value = "4"
    assert question.verdict.startswith("Yes")


def test_a_number_is_written_as_in_the_text():
    question = Question("50 − 150?", [-100, 0.5, 6 * 196, "a-b"], answer=50 - 150, because="")
    assert question.options.options == ("−100", "0.5", "1,176", "a-b")
    question.options.value = "−100"
    assert question.verdict.startswith("Yes")


def test_an_answer_that_is_not_offered_is_refused():
    with pytest.raises(ValueError, match="must stand once among the options"):
        Question("?", [1, 2], answer=3, because="")


def test_a_page_without_a_kernel_shows_the_question_with_a_folded_answer(question):
    html = question.face()
    assert "2 + 2 &amp; more?" in html
    assert html.index("<li>5</li>") < html.index("<details>") < html.index("4: count &lt;it&gt;")
