"""What stands in for OpenCV and Pillow in the browser gives the pixels that they give."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest

import cnncourse.site
from cnncourse import images

STANDINS = Path(cnncourse.site.__file__).with_name("standins")


def standin(name):
    """Load a stand-in beside the real thing."""
    spec = importlib.util.spec_from_file_location(f"standin_{name}", STANDINS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ours = standin("cv2")
PHOTO = images.sample("china")[:96, :131]
CLEAR = np.dstack([PHOTO, PHOTO[..., 0]])  # with opacity


@pytest.mark.parametrize("image", [PHOTO, PHOTO[..., 0]], ids=["colour", "grey"])
@pytest.mark.parametrize("size", [(40, 30), (131, 50), (13, 96)])
def test_a_smaller_picture_has_the_same_means(image, size):
    theirs = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    got = ours.resize(image, size, ours.INTER_AREA)
    assert got.shape == theirs.shape and np.abs(got.astype(int) - theirs).max() <= 1


@pytest.mark.parametrize("image", [PHOTO, PHOTO[..., 0]], ids=["colour", "grey"])
@pytest.mark.parametrize("size", [(200, 150), (131, 300)])
def test_a_larger_picture_lies_between_the_same_pixels(image, size):
    theirs = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    got = ours.resize(image, size, ours.INTER_LINEAR)
    assert got.shape == theirs.shape and np.abs(got.astype(int) - theirs).max() <= 1


@pytest.mark.parametrize("size", [(40, 30), (200, 150), (131, 96)])
def test_the_nearest_pixel_is_the_same(size):
    theirs = cv2.resize(PHOTO, size, interpolation=cv2.INTER_NEAREST)
    assert np.array_equal(ours.resize(PHOTO, size, ours.INTER_NEAREST), theirs)


@pytest.mark.parametrize("degrees", [0, 10, 45, 90, -130])
@pytest.mark.parametrize("size", [(28, 28), (40, 31)])
def test_a_turned_picture_lies_between_the_same_pixels(degrees, size):
    image = np.ascontiguousarray(PHOTO[: size[0], : size[1], 0])
    middle = ((size[1] - 1) / 2, (size[0] - 1) / 2)
    turn = ours.getRotationMatrix2D(middle, degrees, 1)
    assert np.allclose(turn, cv2.getRotationMatrix2D(middle, degrees, 1))
    theirs = cv2.warpAffine(image, turn, size[::-1], flags=cv2.INTER_LINEAR)
    got = ours.warpAffine(image, turn, size[::-1], flags=ours.INTER_LINEAR)
    # OpenCV rounds a place to 1/32 of a pixel
    assert got.shape == theirs.shape and np.abs(got.astype(int) - theirs).max() <= 255 / 16


@pytest.mark.parametrize("size", [3, 5, 7])
@pytest.mark.parametrize("image", [PHOTO, PHOTO[..., 0]], ids=["colour", "grey"])
def test_the_median_is_the_same(image, size):
    assert np.array_equal(ours.medianBlur(image, size), cv2.medianBlur(image, size))


@pytest.mark.parametrize(
    "image",
    [
        PHOTO,
        PHOTO[..., 0],
        PHOTO[:1, :1],
        np.dstack([PHOTO, PHOTO[..., :1]]),
        np.full((1, 1, 4), 7),
    ],
    ids=["rgb", "grey", "one", "opacity", "one with opacity"],
)
def test_what_the_encoder_writes_opencv_reads(image):
    done, png = ours.imencode(".png", image)
    assert done and np.array_equal(cv2.imdecode(png, cv2.IMREAD_UNCHANGED), image)


def test_channels_are_turned_round():
    assert np.array_equal(ours.cvtColor(PHOTO, ours.COLOR_RGB2BGR), PHOTO[..., ::-1])


def test_constants_are_those_of_opencv():
    names = [name for name in dir(ours) if name.isupper()]
    assert len(names) == 7
    assert {name: getattr(ours, name) for name in names} == {n: getattr(cv2, n) for n in names}


def test_a_decoded_picture_is_read_and_shrunk():
    picture_files = standin("picture_files")
    rgb = np.ascontiguousarray(PHOTO)
    content = b"P6\n131 96\n255\n" + rgb.tobytes()
    assert np.array_equal(picture_files.read(content, 200).pixels, rgb)
    small = picture_files.read(content, 50)
    assert small.pixels.shape == (37, 50, 3) and "131×96" in small.note
    with pytest.raises(ValueError, match="decoded"):
        picture_files.read(b"\x89PNG\n1\n2\n3", 50)
