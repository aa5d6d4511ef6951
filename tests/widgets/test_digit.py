"""The control for a digit of one's own: examples, a pad, photographs, typed characters."""

import cv2
import ipywidgets as widgets
import numpy as np
import pytest
import traitlets

from cnncourse.widgets.digit import DRAW, TYPE, UPLOAD, DigitInput

EXAMPLES = {"black": np.zeros((9, 9), np.uint8), "white": np.full((5, 7), 255, np.uint8)}


class Pad(widgets.HTML):
    """Something to draw on: its value is a picture."""

    value = traitlets.Any(np.zeros((4, 4)))


def typed(text):
    """Turn each character into a pixel; nothing typed is refused."""
    if not text:
        raise ValueError("nothing <typed>")
    return np.array([[ord(letter) for letter in text]], np.uint8)


@pytest.fixture
def digit():
    return DigitInput(EXAMPLES, pad=Pad(), type_in=typed)


def alert(digit):
    return digit.children[2].value


def test_it_starts_with_the_first_example(digit):
    assert digit.value.name == "black" and digit.value.pixels is EXAMPLES["black"]


def test_an_example_that_is_chosen_is_taken_and_shown(digit):
    before = digit.children[1].children[0].value
    digit.choice.value = "white"
    assert digit.value.pixels is EXAMPLES["white"]
    after = digit.children[1].children[0].value
    assert "<svg" in after and after != before


def test_a_drawing_is_taken_and_what_is_drawn_on_it_later(digit):
    digit.choice.value = DRAW
    assert digit.children[1].children == (digit.pad,) and not digit.value.pixels.any()
    digit.pad.value = np.eye(4)
    assert digit.value.name == DRAW and np.array_equal(digit.value.pixels, np.eye(4))


def test_a_photo_is_taken_when_it_arrives_and_a_bad_file_is_explained(digit):
    digit.choice.value = UPLOAD
    assert digit.value.name == "black"  # nothing has been uploaded yet
    png = cv2.imencode(".png", EXAMPLES["white"])[1].tobytes()
    digit.upload.receive({"number": 1, "name": "mine.png"}, [png])
    before = digit.value
    assert before.name == UPLOAD and before.pixels.shape == (5, 7, 3) and before.pixels.min() == 255
    digit.upload.receive({"number": 2, "name": "notes.txt"}, [b"no picture"])
    assert 'role="alert"' in alert(digit) and digit.value is before


def test_what_is_typed_is_taken_and_a_refusal_is_shown_as_it_is_written(digit):
    digit.choice.value = TYPE
    digit.text.value = "ab"
    assert digit.value.pixels.tolist() == [[97, 98]] and not alert(digit)
    digit.text.value = ""
    assert "nothing &lt;typed&gt;" in alert(digit) and digit.value.pixels.tolist() == [[97, 98]]
    digit.choice.value = "black"
    assert not alert(digit)


def test_without_a_pad_and_typing_there_are_only_examples_and_photos():
    assert DigitInput(EXAMPLES).choice.options == ("black", "white", UPLOAD)
