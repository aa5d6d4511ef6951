"""The control that chooses a photograph."""

from html import escape

import cv2
import numpy as np
import pytest

from cnncourse import images
from cnncourse.widgets.photo import PhotoInput


def upload(photo: PhotoInput, name: str, content: bytes, note: str = "") -> None:
    """What the browser sends when the learner picks a file."""
    photo.upload.receive({"number": 1, "name": name, "note": note}, [memoryview(content)])


def jpeg(width: int, height: int) -> bytes:
    """The file of a picture of this size."""
    return cv2.imencode(".jpg", np.zeros((height, width, 3), np.uint8))[1].tobytes()


@pytest.fixture
def photo():
    return PhotoInput("china")


def test_it_starts_with_a_sample_scaled_down(photo):
    assert photo.value.name == "china"
    assert max(photo.value.pixels.shape) == 320
    assert photo.value.pixels.dtype == np.uint8


@pytest.mark.parametrize("name", images.SAMPLES)
def test_every_sample_can_be_chosen(photo, name):
    photo.choice.value = name
    assert photo.value.name == name


def test_an_uploaded_picture_takes_the_place_of_the_sample(photo):
    pixels = np.full((40, 60, 3), (200, 10, 30), np.uint8)
    png = cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()
    upload(photo, "mine.png", png)
    assert photo.value.name == "mine.png"
    np.testing.assert_array_equal(photo.value.pixels, pixels)


def test_after_an_upload_the_sample_before_it_can_be_chosen_again(photo):
    sample = photo.value.name
    upload(photo, "mine.png", cv2.imencode(".png", np.zeros((4, 6, 3), np.uint8))[1].tobytes())
    assert photo.choice.value is None
    photo.choice.value = sample
    assert photo.value.name == sample


def test_a_file_that_is_no_picture_is_explained_and_changes_nothing(photo):
    before = photo.value
    upload(photo, "notes.txt", b"not a picture")
    assert photo.value is before
    assert "notes.txt" in photo.children[2].value
    photo.choice.value = "flower"
    assert photo.children[2].value == ""


def test_what_was_changed_in_a_picture_is_said(photo):
    upload(photo, "wide.jpg", jpeg(3000, 1000))
    assert "wide.jpg" in photo.children[2].value and "3000×1000" in photo.children[2].value
    upload(photo, "small.jpg", jpeg(30, 20), note="shrunk from 9×9 to 3×3 pixels")
    assert "9×9" in photo.children[2].value
    photo.choice.value = "flower"
    assert photo.children[2].value == ""


def test_after_a_refusal_the_next_picture_is_taken(photo):
    upload(photo, "huge.png", b"not a picture")
    upload(photo, "small.jpg", jpeg(30, 20))
    assert photo.value.name == "small.jpg" and photo.children[2].value == ""


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>.png", "$x$.png", "图片.png", "📷.png"]
)
def test_markup_in_a_name_is_shown_as_it_is_written(photo, name):
    upload(photo, name, b"not a picture")
    assert "<img" not in photo.children[2].value and escape(name) in photo.children[2].value
    upload(photo, name, jpeg(3000, 20))
    assert "<img" not in photo.children[2].value and escape(name) in photo.children[2].value


def test_the_learners_file_can_be_shown_first(tmp_path):
    pixels = np.full((40, 60, 3), (200, 10, 30), np.uint8)
    cv2.imwrite(str(tmp_path / "mine.png"), pixels[..., ::-1])
    photo = PhotoInput(str(tmp_path / "mine.png"))
    assert photo.value.name == "mine.png"
    np.testing.assert_array_equal(photo.value.pixels, pixels)
    photo.choice.value = "flower"
    assert photo.value.name == "flower"


def test_samples_are_offered_by_their_names_not_by_those_of_files(photo):
    assert [label for label, _name in photo.choice.options] == ["Grace Hopper", "China", "Flower"]
