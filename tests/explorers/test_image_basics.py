"""The explorers of notebook 01, driven through their controls."""

import re
from itertools import product

import cv2
import numpy as np
import pytest
from driving import put

from cnncourse import explorers, images
from cnncourse.explorers import image_basics
from cnncourse.widgets.photo import Photo

RNG = np.random.default_rng(2)
ODD = Photo("odd.png", RNG.integers(0, 256, (37, 61, 3), dtype=np.uint8))
TINY = Photo("tiny.png", RNG.integers(0, 256, (5, 4, 3), dtype=np.uint8))
NAMES = [
    "pixel_microscope",
    "channel_mixer",
    "threshold",
    "point_operations",
    "resolution",
    "shift_and_shuffle",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sample", images.SAMPLES)
def test_every_explorer_starts_with_any_sample(name, sample):
    explorer = getattr(explorers, name)(sample)
    assert explorer.possible
    assert explorer.controls["photo"].value.name == sample


@pytest.mark.parametrize("name", NAMES)
def test_every_explorer_takes_a_picture_of_the_learners_own(name):
    explorer = getattr(explorers, name)()
    before = explorer.view.value
    if name == "shift_and_shuffle":
        put(explorer, picture=image_basics.PICTURES[1])
    explorer.controls["photo"].value = ODD
    assert explorer.possible
    assert explorer.view.value != before


def test_the_microscope_box_stays_in_the_picture_and_reads_the_right_numbers():
    explorer = explorers.pixel_microscope()
    explorer.controls["photo"].value = ODD
    for size, channel in product([3, 7, 12], ["RGB", "red", "green", "blue"]):
        put(explorer, size=size, channels=channel, row=10**6, column=10**6)
        row, column = 37 - size, 61 - size
        assert (explorer.controls["row"].value, explorer.controls["column"].value) == (row, column)
        box = ODD.pixels[row:, column:]
        if channel != "RGB":
            box = box[..., ["red", "green", "blue"].index(channel)]
        assert f" {box.shape}: values from {box.min()} to {box.max()}," in explorer.sentence
        middle = box[size // 2, size // 2].tolist()
        assert f" is {middle}." in explorer.sentence
        put(explorer, row=0, column=0)
        assert "image[0:" in explorer.sentence


def test_the_microscope_changes_a_pixel_only_while_editing():
    explorer = explorers.pixel_microscope()
    explorer.controls["photo"].value = ODD
    put(explorer, row=2, column=3, size=3, channels="green", value=9)
    assert f"image[3, 4, 1] is {ODD.pixels[3, 4, 1]}." in explorer.sentence
    explorer.controls["edit"].value = True
    assert "image[3, 4, 1] is 9. The middle pixel was set to 9." in explorer.sentence
    explorer.controls["edit"].value = False
    assert f"image[3, 4, 1] is {ODD.pixels[3, 4, 1]}." in explorer.sentence


def test_the_microscope_says_so_when_a_picture_is_smaller_than_its_box():
    explorer = explorers.pixel_microscope()
    explorer.controls["photo"].value = TINY
    for size in (3, 4, 5, 12):
        explorer.controls["size"].value = size
        assert explorer.possible == (size <= 4)
    assert "leaves the picture of 5×4" in explorer.sentence


def test_every_mixture_of_the_mixer_is_the_weighted_sum():
    explorer = explorers.channel_mixer()
    explorer.controls["photo"].value = ODD
    orders = list(image_basics.ORDERS)
    corners = product([0, 0.299, 1], repeat=3)
    for number, (red, green, blue) in enumerate(corners):
        put(explorer, red=red, green=green, blue=blue, order=orders[number % len(orders)])
        exact = np.tensordot(ODD.pixels.astype(float), [red, green, blue], axes=1)
        mean = np.clip(np.rint(exact), 0, 255).mean()
        shown = float(re.search(r"mean grey is ([\d.]+)", explorer.sentence).group(1).rstrip("."))
        assert abs(shown - mean) <= 0.06


def test_the_order_on_the_screen_is_named():
    explorer = explorers.channel_mixer()
    explorer.controls["order"].value = "BGR: red and blue swapped"
    assert "shows channel 2, channel 1, channel 0 as red, green, blue." in explorer.sentence
    explorer.controls["order"].value = "without green"
    assert "shows channel 0, nothing, channel 2 as red, green, blue." in explorer.sentence


@pytest.mark.parametrize("otsu", [False, True])
def test_every_threshold_counts_the_pixels_that_opencv_makes_white(otsu):
    explorer = explorers.threshold()
    explorer.controls["photo"].value = ODD
    explorer.controls["otsu"].value = otsu
    grey = images.grey(ODD.pixels)
    for level in (0, 1, 64, 127, 128, 254, 255):
        explorer.controls["threshold"].value = level
        kind = cv2.THRESH_OTSU if otsu else cv2.THRESH_BINARY
        used, result = cv2.threshold(grey, level, 255, kind)
        count = np.count_nonzero(result)
        assert f"hreshold {used:.0f}: {count:,} of {grey.size:,} pixels" in explorer.sentence


def test_point_operations_name_the_values_of_every_setting():
    explorer = explorers.point_operations()
    explorer.controls["photo"].value = ODD
    old = np.array([0, 64, 128, 192, 255])
    cases = product([0.2, 1, 5], [0, 1, 3], [-128, 0, 128], [False, True])
    for gamma, contrast, brightness, wrap in cases:
        put(explorer, gamma=gamma, contrast=contrast, brightness=brightness, wrap=wrap)
        powered = np.rint(255 * (old / 255) ** gamma)
        new = np.rint(contrast * (powered - 127.5) + 127.5 + brightness).astype(int)
        new = new % 256 if wrap else new.clip(0, 255)
        pairs = ", ".join(f"{a} → {b}" for a, b in zip(old, new, strict=True))
        assert f": {pairs}. " in explorer.sentence
        assert ("wrapped around" if wrap else "clipped") in explorer.sentence


def test_stretching_is_named():
    explorer = explorers.point_operations()
    assert "shown from 0 to 255" in explorer.sentence
    explorer.controls["stretch"].value = True
    assert "shown stretched" in explorer.sentence


@pytest.mark.parametrize("picture", ["photograph", "rings"])
def test_every_resolution_up_to_that_of_the_picture_is_possible(picture):
    explorer = explorers.resolution()
    explorer.controls["photo"].value = ODD
    explorer.controls["picture"].value = picture
    longest = 61 if picture == "photograph" else 256
    for number, size in enumerate(range(8, 257, 8)):
        bits, antialias = 1 + number % 8, number % 2 == 0
        put(explorer, size=size, bits=bits, antialias=antialias)
        assert explorer.possible == (size <= longest)
        if not explorer.possible:
            assert f"size {size} is more than this picture has, 61" in explorer.sentence
            continue
        height, channels = (round(37 * size / 61), 3) if picture == "photograph" else (size, 1)
        count = height * size * channels
        assert f"{height}×{size} pixels" in explorer.sentence
        assert f"{count:,} numbers, {-(-count * bits // 8):,} bytes raw" in explorer.sentence


def test_the_rings_get_finer_outwards_and_alias_without_a_mean():
    rings = image_basics._rings(256)
    assert rings[127, 127] == rings[128, 128] == 255
    np.testing.assert_array_equal(rings, rings.T)
    middle = rings[128].astype(float) - rings[128].mean()
    changes = [np.count_nonzero(np.diff(np.sign(part))) for part in np.split(middle[128:], 4)]
    assert changes == sorted(changes)
    copied = images.resize(rings, (64, 64), antialias=False)
    averaged = images.resize(rings, (64, 64))
    edge = np.s_[28:36, :8]  # where rings of a period under 8 pixels lie
    assert copied[edge].std() > 2 * averaged[edge].std()


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("picture", image_basics.PICTURES)
def test_distances_grow_from_zero_and_do_not_depend_on_the_order_of_pixels(picture, shuffle):
    explorer = explorers.shift_and_shuffle()
    put(explorer, picture=picture, shuffle=shuffle)
    assert ("shuffled" in explorer.sentence) == shuffle
    first, rival = [], set()
    for shift in range(9):
        explorer.controls["shift"].value = shift
        found = re.search(r"by (\d) px: ([\d.]+) grey levels; .*?: ([\d.]+)\. ", explorer.sentence)
        assert int(found.group(1)) == shift
        first.append(float(found.group(2)))
        rival.add(float(found.group(3)))
    assert first[0] == 0
    assert first == sorted(first)
    assert len(rival) == 1
    explorer.controls["shuffle"].value = not shuffle
    assert f"by 8 px: {first[-1]:g} grey levels" in explorer.sentence


def test_a_moved_three_is_soon_farther_from_itself_than_an_eight():
    three, eight = (digit.astype(float) for digit in image_basics._three_and_eight())
    moved = np.zeros_like(three)
    moved[:, 3:] = three[:, :-3]
    assert np.linalg.norm(three - moved) > np.linalg.norm(three - eight) > 0
    explorer = explorers.shift_and_shuffle()
    assert "the moved picture is farther away than the other one" in explorer.sentence
