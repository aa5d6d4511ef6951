"""The central explorer, driven through its controls."""

import re
from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from driving import put
from scipy.signal import convolve2d, correlate2d

from cnncourse import explorers, images
from cnncourse.widgets.photo import Photo

NUMPY_NAME = {"zero": "constant", "reflect": "reflect", "edge": "edge", "wrap": "wrap"}


@pytest.fixture(scope="module")
def explorer():
    return explorers.convolution()


@pytest.mark.slow
@pytest.mark.parametrize(("kernel", "flip"), list(product([1, 2, 3, 4, 5], [False, True])))
def test_every_geometry_gives_what_scipy_gives_or_says_why_not(explorer, kernel, flip):
    for stride, padding, dilation in product([1, 2, 4], [0, 1, 4], [1, 3]):
        put(explorer, padding_mode="zero", input="counting numbers", size=6, kernel=kernel,
                stride=stride, padding=padding, dilation=dilation, flip=flip, step=0)  # fmt: skip
        spread = np.zeros((dilation * (kernel - 1) + 1,) * 2)
        spread[::dilation, ::dilation] = explorer.controls["weights"].value
        padded = np.pad(np.array(explorer.controls["pixels"].value), padding)
        fits = spread.shape[0] <= padded.shape[0]
        assert explorer.possible == fits
        if not fits:
            assert "does not fit" in explorer.sentence
            continue
        operator = convolve2d if flip else correlate2d
        result = operator(padded, spread, mode="valid")[::stride, ::stride]
        assert f"→ {result.shape[0]}×{result.shape[1]}." in explorer.sentence
        assert explorer.controls["step"].max == result.size - 1
        explorer.controls["step"].value = result.size - 1
        assert f"] is {result.ravel()[-1]:.0f}." in explorer.sentence
        ElementTree.fromstring(explorer.view.value)


@pytest.mark.parametrize("mode", NUMPY_NAME)
def test_every_padding_mode_gives_what_numpy_pads(explorer, mode):
    put(explorer, kernel=3, stride=1, dilation=1, flip=False, size=6, padding=2,
            padding_mode=mode, step=0)  # fmt: skip
    padded = np.pad(np.array(explorer.controls["pixels"].value), 2, mode=NUMPY_NAME[mode])
    first = correlate2d(padded, np.array(explorer.controls["weights"].value), mode="valid")[0, 0]
    assert f"output[0, 0] is {first:.0f}." in explorer.sentence


def test_a_cell_of_the_output_has_the_name_that_the_sentence_gives_it(explorer):
    put(explorer, padding_mode="zero", input="counting numbers", size=6, kernel=3, stride=1,
        dilation=1, padding=0, flip=False, step=0)  # fmt: skip
    cells = re.findall(
        r'data-name="output row (\d) column (\d)".*?"step":(\d+)', explorer.view.value
    )
    assert len(cells) == 16
    for row, column, step in cells:
        explorer.controls["step"].value = int(step)
        assert f"output[{row}, {column}] is" in explorer.sentence
        assert f"output row {row}, column {column}" in explorer.view.value  # of the window


def test_every_weight_and_pixel_can_be_edited():
    explorer = explorers.convolution()
    explorer.controls["weights"].value = np.eye(3)
    assert "output[0, 0] is 21." in explorer.sentence  # 0 + 7 + 14
    pixels = np.array(explorer.controls["pixels"].value)
    pixels[0, 0] = 100
    explorer.controls["pixels"].value = pixels
    assert "output[0, 0] is 121." in explorer.sentence


def test_a_photograph_brings_its_own_pixels():
    explorer = explorers.convolution()
    put(explorer, input="patch of a photograph", size=8)
    pixels = np.array(explorer.controls["pixels"].value)
    assert pixels.shape == (8, 8)
    assert pixels.std() > 10  # something to see
    assert 0 <= pixels.min() <= pixels.max() <= 255


def test_strides_that_do_not_divide_are_shown_not_refused():
    explorer = explorers.convolution()
    explorer.controls["stride"].value = 2
    assert explorer.possible
    assert "No window reaches the last row and the last column" in explorer.sentence


def test_geometry_controls_carry_their_names():
    explorer = explorers.convolution()
    assert [explorer.controls[n].description for n in ("kernel", "stride", "padding")] == [
        "kernel", "stride", "padding",
    ]  # fmt: skip


def test_the_learners_own_photograph_can_be_walked_over():
    explorer = explorers.convolution()
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    explorer.controls["photo"].value = Photo("mine", pixels)
    put(explorer, input="patch of a photograph", size=5, patch_row=99, patch_column=99)
    assert explorer.controls["patch_row"].max == 35
    corner = images.grey(pixels)[35:, 25:].astype(float)
    np.testing.assert_array_equal(explorer.controls["pixels"].value, corner)


def test_a_photograph_smaller_than_the_patch_is_explained():
    explorer = explorers.convolution()
    put(explorer, input="patch of a photograph", size=8)
    explorer.controls["photo"].value = Photo("tiny", np.zeros((5, 9, 3), np.uint8))
    assert not explorer.possible
    assert "only 5×9 pixels, too few for a patch of 8×8" in explorer.sentence
    put(explorer, input="counting numbers")
    assert explorer.possible  # they need no photograph


def test_the_starting_weights_follow_the_kernel_size():
    explorer = explorers.convolution()
    explorer.controls["start_weights"].value = "edge: left minus right"
    sobel = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    np.testing.assert_array_equal(explorer.controls["weights"].value, sobel)
    explorer.controls["start_weights"].value = "box: an average"
    for size in (1, 2, 5):
        explorer.controls["kernel"].value = size
        weights = np.array(explorer.controls["weights"].value)
        np.testing.assert_allclose(weights, 1 / size**2, atol=1e-4)
