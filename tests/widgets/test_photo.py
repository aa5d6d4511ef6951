"""The control that chooses a photograph."""

from datetime import datetime, timezone

import cv2
import numpy as np
import pytest

from cnncourse import images
from cnncourse.widgets.photo import PhotoInput


def upload(photo: PhotoInput, name: str, content: bytes) -> None:
    """What the browser sends when the learner picks a file."""
    file = {"name": name, "type": "", "size": len(content), "content": memoryview(content)}
    photo.upload.value = ({**file, "last_modified": datetime(2026, 1, 1, tzinfo=timezone.utc)},)


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


def test_a_file_that_is_no_picture_is_explained_and_changes_nothing(photo):
    before = photo.value
    upload(photo, "notes.txt", b"not a picture")
    assert photo.value is before
    assert "notes.txt" in photo.children[2].value
    photo.choice.value = "flower"
    assert photo.children[2].value == ""


def test_the_learners_file_can_be_shown_first(tmp_path):
    pixels = np.full((40, 60, 3), (200, 10, 30), np.uint8)
    cv2.imwrite(str(tmp_path / "mine.png"), pixels[..., ::-1])
    photo = PhotoInput(str(tmp_path / "mine.png"))
    assert photo.value.name == "mine.png"
    np.testing.assert_array_equal(photo.value.pixels, pixels)
    photo.choice.value = "flower"
    assert photo.value.name == "flower"
