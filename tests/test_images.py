"""Loading every kind of file, refusing every kind of broken one, and operations on pixels."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from photographs import COLOURS, GREYS, PHOTO, encoded
from PIL import Image, PngImagePlugin

from cnncourse import images, picture_files

rng = np.random.default_rng(0)
grey_images = arrays(np.uint8, st.tuples(st.integers(1, 8), st.integers(1, 8)))


# Samples


@pytest.mark.parametrize("name", images.SAMPLES)
def test_every_sample_is_a_photograph_with_a_text_for_those_who_do_not_see_it(name):
    photo = images.sample(name)
    images.check(photo)
    assert photo.ndim == 3 and min(photo.shape[:2]) > 400
    assert photo.std() > 30
    assert len(images.SAMPLES[name]) > 30
    assert images.sample(name, grey=True).shape == photo.shape[:2]


def test_samples_come_in_rgb():
    blue_sky = images.sample("china")[:50, :100].mean(axis=(0, 1))
    assert blue_sky[2] > blue_sky[0]
    orange_flower = images.sample("flower")[200:230, 300:330].mean(axis=(0, 1))
    assert orange_flower[0] > orange_flower[1] > orange_flower[2]


def test_a_sample_is_a_fresh_array_each_time():
    images.sample("flower")[:] = 0
    assert images.sample("flower").any()


def test_an_unknown_sample_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match="sample 'cat': use one of grace_hopper, china, flower"):
        images.sample("cat")


def test_a_sample_whose_package_is_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(images, "find_spec", lambda package: None)
    with pytest.raises(ValueError, match=r"comes with sklearn, which is not installed: run `pip"):
        images.sample("china")


def test_samples_are_found_without_importing_the_packages_that_ship_them():
    code = (
        "import sys; from cnncourse import images; [images.sample(n) for n in images.SAMPLES];"
        "heavy = {'matplotlib', 'sklearn', 'scipy', 'torch', 'ipywidgets'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Loading


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_lossless_files_come_back_exactly(kind, tmp_path):
    path = tmp_path / f"picture.{kind.lower()}"
    path.write_bytes(encoded(COLOURS, kind))
    for source in (path, str(path), path.read_bytes(), memoryview(path.read_bytes())):
        loaded = images.load(source)
        assert loaded.dtype == np.uint8
        assert_array_equal(loaded, COLOURS)


def test_lossless_webp_comes_back_exactly():
    assert_array_equal(images.load(encoded(COLOURS, "WEBP", lossless=True)), COLOURS)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_files_come_back_nearly(kind):
    loaded = images.load(encoded(PHOTO, kind, quality=95))
    assert loaded.shape == PHOTO.shape
    assert np.abs(loaded.astype(int) - PHOTO).mean() < 3


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_a_grey_file_becomes_three_equal_channels_or_stays_grey(kind):
    file = encoded(GREYS, kind)
    assert_array_equal(images.load(file), np.stack([GREYS] * 3, axis=-1))
    assert_array_equal(images.load(file, grey=True), GREYS)


def test_the_height_comes_first():
    assert images.load(encoded(COLOURS)).shape == (13, 17, 3)
    assert images.load(encoded(COLOURS), grey=True).shape == (13, 17)


def test_the_result_may_be_written_to():
    images.load(encoded(COLOURS))[0, 0] = 0


def test_sixteen_bit_greys_are_scaled_not_clipped():
    deep = np.arange(256, dtype=np.uint16)[None, :] * 257  # 0 … 65535
    for kind in ("PNG", "TIFF"):
        assert images.load(encoded(deep, kind), grey=True).tolist() == [list(range(256))]


def test_sixteen_bit_colours_are_scaled():
    deep = COLOURS.astype(np.uint16) * 257
    file = cv2.imencode(".png", deep[..., ::-1])[1].tobytes()
    assert_allclose(images.load(file), COLOURS, atol=1)


def test_transparent_parts_lie_on_white():
    red = np.zeros((1, 3, 4), np.uint8)
    red[..., 0], red[..., 3] = 255, [0, 128, 255]
    assert images.load(encoded(red)).tolist() == [[[255] * 3, [255, 127, 127], [255, 0, 0]]]
    black = np.array([[[0, 0], [0, 255]]], np.uint8)
    assert images.load(encoded(black), grey=True).tolist() == [[255, 0]]


def test_a_palette_is_looked_up_also_where_a_colour_is_transparent():
    picture = Image.new("P", (2, 1))
    picture.putpalette([10, 20, 30, 40, 50, 60])
    picture.putpixel((1, 0), 1)
    assert images.load(encoded(picture)).tolist() == [[[10, 20, 30], [40, 50, 60]]]
    file = encoded(picture, transparency=1)
    assert images.load(file).tolist() == [[[10, 20, 30], [255, 255, 255]]]


def test_one_bit_files_are_black_and_white():
    picture = Image.fromarray(GREYS > 127)
    assert_array_equal(images.load(encoded(picture), grey=True), np.where(GREYS > 127, 255, 0))


def test_printers_colours_are_converted():
    picture = Image.new("CMYK", (8, 8), (0, 255, 255, 0))  # no cyan, all magenta and yellow: red
    for kind in ("JPEG", "TIFF"):
        assert_allclose(images.load(encoded(picture, kind))[4, 4], [255, 0, 0], atol=5)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_as_the_camera_was_held(orientation):
    upright = np.zeros((16, 24, 3), np.uint8)
    upright[:8, :8] = 255  # bright top left corner
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: np.rot90(upright.transpose(1, 0, 2), 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    loaded = images.load(encoded(np.ascontiguousarray(stored), "JPEG", quality=100, exif=exif))
    assert loaded.shape == upright.shape
    assert_allclose(loaded, upright, atol=4)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_an_animation_gives_its_first_frame(kind):
    first, second = Image.new("RGB", (4, 4), "black"), Image.new("RGB", (4, 4), "white")
    file = encoded(first, kind, save_all=True, append_images=[second])
    assert_array_equal(images.load(file), np.zeros((4, 4, 3)))


# Refusing files (with one sentence: Pillow's own warnings must not reach the learner either)


def refusal(source):
    with pytest.raises((ValueError, FileNotFoundError)) as caught:
        images.load(source)
    return str(caught.value)


def test_a_missing_file_is_named_with_the_folder_it_was_looked_for_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError) as caught:
        images.load("cat.png")
    assert str(caught.value) == (
        f"there is no file 'cat.png' in '{tmp_path}': check the spelling and the folder"
    )


def test_a_folder_is_refused(tmp_path):
    assert refusal(tmp_path) == f"'{tmp_path}' is a folder: name a picture in it"


def test_zero_bytes_are_refused(tmp_path):
    path = tmp_path / "empty.png"
    path.touch()
    assert refusal(path) == f"'{path}' has zero bytes: save or download the picture again"
    assert refusal(b"") == "the picture has zero bytes: choose the file again"


def test_what_is_not_an_image_is_refused(tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("This is not a picture.")
    assert refusal(path) == (
        f"'{path}' is not an image that can be read here: "
        "save it as one of JPEG, PNG, WEBP, GIF, BMP, TIFF"
    )
    assert refusal(b"\x00" * 100).startswith("the picture is not an image")
    assert refusal(b"%PDF-1.7 ").startswith("the picture is not an image")


@pytest.mark.parametrize("source", [None, 7, np.zeros((3, 3)), ["a.png"]])
def test_what_is_neither_path_nor_bytes_is_refused(source):
    assert re.match("source is a .*: use the path of a file, or its contents", refusal(source))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_truncated_file_is_refused_and_never_half_an_image(kind, tmp_path):
    whole = encoded(PHOTO, kind)
    pixels = images.load(whole)
    refused = 0
    for kept in range(1, len(whole), max(1, len(whole) // 150)):
        try:
            loaded = images.load(whole[:kept])
        except ValueError as problem:
            refused += 1
            assert re.match("the picture is (damaged or cut off|not an image)", str(problem))
        else:
            assert_array_equal(loaded, pixels)  # all pixels were there, an end mark was not
    assert refused > 140
    path = tmp_path / "half"
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(path) == (f"'{path}' is damaged or cut off: copy or download the picture again")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.filterwarnings("error")
def test_a_damaged_file_gives_an_image_or_a_sentence_but_no_other_error(kind):
    whole = encoded(COLOURS, kind)
    damage = np.random.default_rng(1)
    for _ in range(150):
        broken = bytearray(whole)
        for place in damage.integers(0, len(whole), 3):
            broken[place] = damage.integers(0, 256)
        try:
            images.check(images.load(bytes(broken)))
        except ValueError as problem:
            assert str(problem).startswith("the picture ")


def png_header(width, height):
    """A PNG that claims a size and holds no pixels."""

    def chunk(name, content):
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "file",
    [
        png_header(10_000, 5_001),
        png_header(10_000, 10_000),
        png_header(100_000, 100_000),
        png_header(2**31 - 1, 2**31 - 1),
        b"GIF89a" + struct.pack("<HHBBBcHHHHB", 60000, 60000, 0, 0, 0, b",", *[0] * 5) + b"\x08\0;",
        b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 50000, 50000, 1, 24, *[0] * 6),
    ],
)
def test_an_absurd_size_is_refused_from_the_header_before_memory_is_taken(file, tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(file)
    assert re.match(f"'{path}' has more than (25|50) million pixels: scale it down", refusal(path))


def test_the_size_limit_itself_is_allowed(monkeypatch):
    for name, kind in (("MOST_PIXELS", "JPEG"), ("MOST_IN_MEMORY", "PNG")):
        monkeypatch.setattr(picture_files, name, 13 * 17)
        assert images.load(encoded(COLOURS, kind)).shape == (13, 17, 3)
        monkeypatch.setattr(picture_files, name, 13 * 17 - 1)
        assert "has more than" in refusal(encoded(COLOURS, kind))


def test_the_claimed_bomb_would_be_called_damaged_if_its_pixels_were_read():
    assert "damaged or cut off" in refusal(png_header(10, 10))


def test_numbers_of_unknown_range_are_refused():
    for mode in ("F", "I"):
        file = encoded(Image.new(mode, (4, 4)), "TIFF")
        assert refusal(file).startswith("the picture holds 32-bit numbers, whose black and white")


@pytest.mark.parametrize("source", ["", "~nosuchuser/a.png", "x" * 5000, "a\0.png", "/dev/null"])
def test_what_is_no_path_is_refused_in_a_short_sentence(source):
    assert 10 < len(refusal(source)) < 500


@pytest.mark.parametrize("source", ["https://example.org/a.png", "data:image/png;base64,AAAA"])
def test_an_address_is_refused_with_what_to_do(source):
    assert "is an address: download the picture" in refusal(source)


def test_what_may_not_be_read_is_refused(monkeypatch):
    def denied(path, **_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(picture_files.Path, "stat", denied)
    assert "may not be read" in refusal("folder/a.png")


def test_the_home_folder_may_be_written_short(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.png").write_bytes(encoded(COLOURS))
    assert_array_equal(images.load("~/a.png"), COLOURS)


def test_whole_files_that_cannot_be_read_here_are_not_called_damaged():
    text = PngImagePlugin.PngInfo()
    text.add_text("long", "x" * 2_000_000, zip=True)
    bitfields = bytearray(encoded(COLOURS, "BMP"))
    bitfields[30] = 7  # a way to store pixels that nobody knows
    for whole in (encoded(COLOURS, pnginfo=text), bytes(bitfields)):
        assert "damaged" not in refusal(whole) and "save it again as PNG" in refusal(whole)


# What counts as an image


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (None, "image is None, which is what cv2.imread returns for a file it cannot read"),
        ([[1, 2]], "image is a list: make it an array"),
        (np.zeros((3, 3)), "image has dtype float64, not uint8: use images.to_uint8(image)"),
        (np.zeros((3, 3), np.int64), "image has dtype int64, not uint8"),
        (np.zeros((3, 3), bool), "image has dtype bool, not uint8"),
        (np.zeros((3, 3, 4), np.uint8), "image has shape (3, 3, 4): use (H, W) or (H, W, 3)"),
        (np.zeros((3, 8, 8), np.uint8), "image has shape (3, 8, 8): use (H, W) or (H, W, 3)"),
        (np.zeros(3, np.uint8), "image has shape (3,): use (H, W) or (H, W, 3)"),
        (np.zeros((0, 3), np.uint8), "image has shape (0, 3): use (H, W) or (H, W, 3)"),
    ],
)
@pytest.mark.parametrize(
    "operation",
    [
        images.check,
        images.grey,
        images.histogram,
        images.otsu,
        images.brightness_contrast,
        lambda image: images.threshold(image, 127),
        lambda image: images.gamma(image, 2),
        lambda image: images.quantise(image, 2),
        lambda image: images.resize(image, (2, 2)),
        lambda image: images.shrink(image, 2),
        lambda image: images.shift(image, 1, 1),
        lambda image: images.rotate(image, 10),
        lambda image: images.shuffle_pixels(image, [0]),
        lambda image: images.add_noise(image, 1, rng),
        lambda image: images.salt_pepper(image, 0.1, rng),
        lambda image: images.median(image, 3),
    ],
)
def test_every_operation_refuses_what_is_no_image_with_a_remedy(operation, image, sentence):
    with pytest.raises(ValueError) as caught:
        operation(image)
    assert str(caught.value).startswith(sentence)


# Operations


def test_pictures_of_decimal_numbers_go_from_0_to_1():
    whole = np.array([[0, 128, 255]], np.uint8)
    assert images.as_bytes(whole) is whole
    assert images.as_bytes(np.array([[0, 0.5, 1]])).tolist() == [[0, 128, 255]]
    for too_large in (whole.astype(float), whole.astype(int)):
        with pytest.raises(ValueError, match="go to 255: divide them by 255"):
            images.as_bytes(too_large)


def test_to_uint8_rounds_and_clips_and_count_clipped_counts():
    values = [-100, -0.6, -0.4, 0, 127.6, 255.4, 255.6, np.inf]
    assert images.to_uint8(values).tolist() == [0, 0, 0, 0, 128, 255, 255, 255]
    assert images.count_clipped(values) == 4
    assert images.to_uint8(np.ones((2, 2), bool)).dtype == np.uint8


@pytest.mark.parametrize("values", [[np.nan], [1j], ["a"]])
def test_to_uint8_refuses_what_is_no_number(values):
    with pytest.raises(ValueError, match="no number"):
        images.to_uint8(values)


def test_grey_weighs_the_colours_as_opencv_does():
    red, green, blue = np.eye(3, dtype=np.uint8) * 255
    assert images.grey(np.array([[blue, green, red]])).tolist() == [[29, 150, 76]]
    photo = images.sample("china")
    assert_allclose(images.grey(photo), cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(int), atol=1)


def test_grey_takes_other_weights_and_leaves_grey_images_alone():
    assert_array_equal(images.grey(COLOURS, (0, 1, 0)), COLOURS[..., 1])
    summed = COLOURS.sum(axis=2, dtype=int)
    assert_array_equal(images.grey(COLOURS, (1, 1, 1)), np.minimum(summed, 255))
    assert_array_equal(images.grey(GREYS), GREYS)
    for weights in ((1, 0), 1, (1, 0, np.nan)):
        with pytest.raises(ValueError, match="use three numbers, for red, green and blue"):
            images.grey(COLOURS, weights)


@pytest.mark.parametrize("image", [GREYS, COLOURS])
def test_the_histogram_counts_every_value_once(image):
    counts = images.histogram(image)
    assert counts.shape == (256,)
    assert counts.sum() == image.size
    assert_array_equal(counts, np.histogram(image, bins=256, range=(0, 256))[0])


def test_threshold_is_strict_as_in_opencv():
    row = np.array([[126, 127, 128]], np.uint8)
    assert images.threshold(row, 127).tolist() == [[0, 0, 255]]
    for level in (0, 100, 255):
        _, theirs = cv2.threshold(COLOURS, level, 255, cv2.THRESH_BINARY)
        assert_array_equal(images.threshold(COLOURS, level), theirs)


@pytest.mark.parametrize("name", images.SAMPLES)
def test_otsu_agrees_with_opencv_on_photographs(name):
    photo = images.sample(name, grey=True)
    assert images.otsu(photo) == cv2.threshold(photo, 0, 255, cv2.THRESH_OTSU)[0]


@given(grey_images)
def test_otsu_splits_no_worse_than_any_other_level(image):
    def variance_between(level):
        dark, bright = image[image <= level].astype(float), image[image > level].astype(float)
        if dark.size == 0 or bright.size == 0:
            return 0
        return dark.size * bright.size * (bright.mean() - dark.mean()) ** 2

    best = max(variance_between(level) for level in range(256))
    assert_allclose(variance_between(images.otsu(image)), best, rtol=1e-9)


def test_otsu_wants_a_grey_image_and_gives_0_for_a_single_value():
    assert images.otsu(np.full((3, 3), 7, np.uint8)) == 0
    with pytest.raises(ValueError, match=r"make it grey first, images\.grey\(image\)"):
        images.otsu(COLOURS)


def test_gamma_keeps_black_and_white_and_moves_what_lies_between():
    row = np.array([[0, 64, 128, 191, 255]], np.uint8)
    exact = [0, 127.75, 180.67, 220.69, 255]
    assert_allclose(255 * (row / 255) ** 0.5, [exact], atol=5e-3)
    assert images.gamma(row, 0.5).tolist() == [[0, 128, 181, 221, 255]]
    assert_array_equal(images.gamma(COLOURS, 1), COLOURS)
    assert (images.gamma(COLOURS, 2) <= COLOURS).all()


@pytest.mark.parametrize("exponent", [0, -1, float("nan")])
def test_gamma_refuses_exponents_that_turn_black_into_something_else(exponent):
    with pytest.raises(ValueError, match="exponent is .*: use a number above 0"):
        images.gamma(GREYS, exponent)


def test_brightness_and_contrast_are_not_clipped_before_one_asks():
    row = np.array([[0, 100, 255]], np.uint8)
    brighter = images.brightness_contrast(row, brightness=50)
    assert brighter.tolist() == [[50, 150, 305]]
    assert images.count_clipped(brighter) == 1
    assert images.to_uint8(brighter).tolist() == [[50, 150, 255]]
    assert images.brightness_contrast(row, contrast=2).tolist() == [[-127.5, 72.5, 382.5]]
    assert_array_equal(images.brightness_contrast(row), row)


@pytest.mark.parametrize("bits", range(1, 9))
def test_quantise_leaves_two_to_the_bits_values_from_black_to_white(bits):
    ramp = np.arange(256, dtype=np.uint8)[None, :]
    values = np.unique(images.quantise(ramp, bits))
    assert len(values) == 2**bits
    assert (values[0], values[-1]) == (0, 255)
    assert np.ptp(np.diff(values.astype(int))) <= 1
    assert (np.diff(images.quantise(ramp, bits).astype(int)) >= 0).all()


def test_quantise_with_one_bit_is_a_threshold_and_with_eight_changes_nothing():
    assert_array_equal(images.quantise(GREYS, 1), images.threshold(GREYS, 127))
    assert_array_equal(images.quantise(GREYS, 8), GREYS)
    for bits in (0, 9, 1.5):
        with pytest.raises(ValueError, match="bits is"):
            images.quantise(GREYS, bits)


def test_resize_takes_height_first_and_averages_what_falls_together():
    image = rng.integers(0, 256, (8, 12), dtype=np.uint8)
    assert images.resize(image, (4, 3)).shape == (4, 3)
    means = image.reshape(4, 2, 3, 4).mean(axis=(1, 3))
    assert_allclose(images.resize(image, (4, 3)), means, atol=0.5 + 1e-9)
    assert images.resize(COLOURS, (5, 40)).shape == (5, 40, 3)
    assert_array_equal(images.resize(COLOURS, COLOURS.shape[:2]), COLOURS)


def test_without_antialiasing_fine_stripes_turn_into_a_false_pattern():
    stripes = np.tile([0, 255], (8, 32)).astype(np.uint8)
    copied = images.resize(stripes, (8, 32), antialias=False)
    averaged = images.resize(stripes, (8, 32))
    assert set(np.unique(copied)) <= {0, 255} and np.ptp(copied) == 0
    assert_allclose(averaged, 127.5, atol=0.5)
    doubled = images.resize(GREYS, (26, 34), antialias=False)
    assert_array_equal(doubled, GREYS.repeat(2, axis=0).repeat(2, axis=1))


@pytest.mark.parametrize("shape", [4, (4,), (4, 4, 3), (0, 4), (4, 2.5)])
def test_resize_refuses_what_is_no_height_and_width(shape):
    with pytest.raises(ValueError, match="shape is|height is|width is"):
        images.resize(GREYS, shape)


def test_shrink_keeps_proportions_and_never_enlarges():
    assert images.shrink(images.sample("china"), 320).shape == (214, 320, 3)
    assert images.shrink(images.sample("grace_hopper"), 300).shape == (300, 256, 3)
    assert_array_equal(images.shrink(GREYS, 17), GREYS)
    assert images.shrink(np.zeros((1, 900), np.uint8), 10).shape == (1, 10)


@given(grey_images, st.integers(-9, 9), st.integers(-9, 9))
def test_shift_moves_every_pixel_that_stays_and_fills_the_rest(image, down, right):
    moved = images.shift(image, down, right, fill=9)
    height, width = image.shape
    for row in range(height):
        for column in range(width):
            y, x = row - down, column - right
            inside = 0 <= y < height and 0 <= x < width
            assert moved[row, column] == (image[y, x] if inside else 9)


@pytest.mark.parametrize(("down", "right", "fill"), [(0.5, 0, 0), (0, 1.0, 0), (0, 0, 256)])
def test_shift_refuses_parts_of_pixels_and_fills_that_are_no_grey(down, right, fill):
    with pytest.raises(ValueError, match="down is 0.5|right is 1.0|fill is 256"):
        images.shift(COLOURS, down, right, fill)


@pytest.mark.parametrize("quarters", range(4))
def test_a_quarter_turn_is_counter_clockwise(quarters):
    square = COLOURS[:13, :13]
    assert_array_equal(images.rotate(square, 90 * quarters), np.rot90(square, quarters))


def test_turning_there_and_back_is_nearly_nothing():
    square = np.zeros((28, 28), np.uint8)
    square[9:19, 9:19] = 200
    back = images.rotate(images.rotate(square, 20), -20)
    assert np.abs(back.astype(int) - square).mean() < 5 and not back[0, 0]


def test_shuffling_moves_whole_pixels_and_the_inverse_order_undoes_it():
    order = np.random.default_rng(1).permutation(13 * 17)
    shuffled = images.shuffle_pixels(COLOURS, order)
    assert not np.array_equal(shuffled, COLOURS)
    assert_array_equal(shuffled.reshape(-1, 3)[0], COLOURS.reshape(-1, 3)[order[0]])
    assert_array_equal(images.shuffle_pixels(shuffled, np.argsort(order)), COLOURS)
    for wrong in ([0, 1], np.zeros(13 * 17, int)):
        with pytest.raises(ValueError, match=r"no permutation of 221 pixels: use rng\.perm"):
            images.shuffle_pixels(COLOURS, wrong)


def test_noise_has_the_strength_asked_for_and_is_not_clipped():
    black = np.zeros((200, 200), np.uint8)
    noisy = images.add_noise(black, 20, np.random.default_rng(0))
    assert_allclose([noisy.mean(), noisy.std()], [0, 20], atol=0.5)
    assert noisy.min() < 0
    assert_array_equal(images.add_noise(black, 20, np.random.default_rng(0)), noisy)
    with pytest.raises(ValueError, match="sigma is -1: use a number of grey levels, 0 or more"):
        images.add_noise(black, -1, rng)


def test_salt_and_pepper_hit_the_share_of_pixels_asked_for_in_equal_parts():
    grey = np.full((300, 300, 3), 100, np.uint8)
    spoiled = images.salt_pepper(grey, 0.2, np.random.default_rng(0))
    assert_allclose(np.mean(spoiled == 255), 0.1, atol=0.01)
    assert_allclose(np.mean(spoiled == 0), 0.1, atol=0.01)
    assert (np.ptp(spoiled, axis=2) == 0).all()
    assert_array_equal(images.salt_pepper(grey, 0, rng), grey)
    assert set(np.unique(images.salt_pepper(grey, 1, rng))) == {0, 255}
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="share is .*: use a number from 0 to 1"):
            images.salt_pepper(grey, share, rng)


@pytest.mark.parametrize("size", [1, 3, 5, 9])
def test_the_median_is_that_of_scipy_in_each_channel(size):
    for image, window in ((GREYS, (size, size)), (COLOURS, (size, size, 1))):
        theirs = scipy.ndimage.median_filter(image, window, mode="nearest")
        assert_array_equal(images.median(image, size), theirs)


def test_the_median_forgets_a_lone_pixel_and_keeps_an_edge():
    step = np.tile([50] * 4 + [200] * 4, (8, 1)).astype(np.uint8)
    spoiled = step.copy()
    spoiled[2, 2], spoiled[5, 6] = 255, 0
    assert_array_equal(images.median(spoiled, 3), step)
    for size in (4, 0, 2.5):
        with pytest.raises(ValueError, match="size is"):
            images.median(step, size)


@given(grey_images)
@settings(max_examples=20)
def test_no_operation_changes_its_argument(image):
    before = image.copy()
    images.threshold(image, 100)
    images.gamma(image, 0.5)
    images.quantise(image, 2)
    images.shift(image, 1, 1)
    images.salt_pepper(image, 0.5, rng)
    images.add_noise(image, 5, rng)
    assert_array_equal(image, before)


def test_a_sample_can_be_loaded_by_its_name_as_a_file_can():
    np.testing.assert_array_equal(images.load("china"), images.sample("china"))


@given(grey_images)
@settings(max_examples=20)
def test_otsu_s_level_separates_best(image):
    curve = images.separation(image)
    level = images.otsu(image)
    assert curve.shape == (256,) and curve.max() == curve[level] >= 0
    dark, bright = image[image <= level].astype(float), image[image > level].astype(float)
    if dark.size and bright.size:
        shares = dark.size * bright.size / image.size**2
        assert curve[level] == pytest.approx(shares * (bright.mean() - dark.mean()) ** 2)


def test_half_of_the_scale_is_a_fifth_of_the_light():
    assert images.light([0, 127.5, 255]) == pytest.approx([0, 0.2140, 1], abs=5e-5)
    assert images.light(128) == pytest.approx(0.2159, abs=5e-5)
    assert round(float(images.value_of_light(0.5))) == 188
    every = np.arange(256)
    assert images.value_of_light(images.light(every)) == pytest.approx(every)
    assert (np.diff(images.light(every)) > 0).all()


@pytest.mark.parametrize("count, exposure", [(0, 1), (1, 1), (23, 1), (40, 0.5), (17, 1.25)])
def test_as_many_grains_lie_on_the_table_as_asked_for(count, exposure):
    table = images.grains(count, exposure=exposure, seed=count)
    assert table.shape == (160, 256) and table.dtype == np.uint8
    mask = images.threshold(table, exposure * 95)
    assert scipy.ndimage.label(mask)[1] == count


def test_more_grains_than_there_is_room_for_are_refused():
    with pytest.raises(ValueError, match="count is 41: at most 40"):
        images.grains(41)


def test_the_bar_turns_clockwise_and_has_its_side_in_the_middle():
    flat, upright, slanted = images.bar(0), images.bar(90), images.bar(30)
    assert flat[32, 32] == upright[32, 32] == slanted[32, 32] == pytest.approx(127.5)
    assert np.ptp(flat, axis=1).max() == pytest.approx(0)
    assert np.ptp(upright, axis=0).max() == pytest.approx(0)
    right = 32 + 20
    down = 32 + round(20 * np.tan(np.deg2rad(30)))
    assert abs(slanted[down, right] - 127.5) < 30  # along 30° towards the lower right


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_large_picture_is_read_small(tmp_path, format, mode):
    rows, columns = np.mgrid[:1500, :4000]
    whole = Image.fromarray((rows / 1500 * 100 + columns / 4000 * 150).astype(np.uint8)).convert(
        mode
    )
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    whole.save(tmp_path / "large", format=format, exif=exif)
    small = images.load(tmp_path / "large", longest_side=400)
    assert small.shape == (400, 150, 3)
    full = images.resize(images.load(tmp_path / "large"), (400, 150))
    assert np.abs(small.astype(float) - full).max() <= 3


def test_a_small_picture_is_read_as_it_is():
    np.testing.assert_array_equal(images.load("china", longest_side=640), images.sample("china"))
    assert images.load("china", longest_side=64).shape == (43, 64, 3)
    assert images.load("china", longest_side=64, grey=True).shape == (43, 64)


def test_neighbours_are_alike_in_a_photograph_and_not_in_noise():
    assert images.neighbours_alike(images.sample("china", grey=True)) > 0.9
    noise = np.random.default_rng(0).integers(0, 256, (100, 100))
    assert abs(images.neighbours_alike(noise)) < 0.05
    assert images.neighbours_alike(np.array([[0, 1, 0, 1], [1, 0, 1, 0]])) == pytest.approx(-1)
    for even in (np.ones((3, 3)), np.ones((1, 1)), np.arange(5)[:, None]):
        assert np.isnan(images.neighbours_alike(even))


def test_the_liveliest_part_is_where_values_differ_most():
    image = np.full((20, 30), 90, dtype=np.uint8)
    image[12:15, 21:24] = [[0, 255, 0], [255, 0, 255], [0, 255, 0]]
    assert_array_equal(images.liveliest(image, 3), image[12:15, 21:24])
    assert images.liveliest(image[:2, :1], 4).tolist() == [[90] * 4] * 4


def test_a_pixel_is_found_by_column_and_row_and_a_rectangle_by_its_corner():
    assert_array_equal(images.pixel_at(COLOURS, 5, 2), COLOURS[2, 5])
    part = images.crop(COLOURS, 2, 5, 3, 4)
    assert part.shape == (3, 4, 3)
    assert_array_equal(part[0, 0], images.pixel_at(COLOURS, 5, 2))
    assert images.crop(GREYS, 0, 0, 13, 17).shape == GREYS.shape


def test_a_patch_covers_one_place_after_the_other():
    image = np.ones((5, 6), np.uint8)
    copies = images.covered(image, patch=2, stride=3)
    assert copies.shape == (2, 2, 5, 6)
    assert np.argwhere(copies[1, 1] == 0).tolist() == [[3, 3], [3, 4], [4, 3], [4, 4]]
    assert (copies == 0).sum() == 4 * 4 and image.all()
    with pytest.raises(ValueError, match="does not fit"):
        images.covered(image, patch=6, stride=1)
