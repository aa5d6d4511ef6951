"""What is changed while a picture is read: its size and its colours, with little memory."""

from __future__ import annotations

import struct
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from photographs import COLOURS, PHOTO, encoded
from PIL import Image, ImageCms

from cnncourse import images


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photograph_is_shrunk_and_that_is_said(kind):
    large = Image.fromarray(PHOTO).resize((3000, 2000))
    picture = images.read(encoded(large, kind))
    assert picture.pixels.shape == (683, 1024, 3)
    assert "3000×2000" in picture.note and "1024×683" in picture.note
    wanted = np.array(large.resize((1024, 683), Image.Resampling.BOX)).astype(int)
    assert np.abs(picture.pixels - wanted).mean() < 2
    assert images.load(encoded(large, kind), longest_side=100).shape == (67, 100, 3)
    assert images.read(encoded(PHOTO, kind)).note == ""


def test_a_photograph_that_is_turned_and_shrunk_says_its_upright_sizes():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = images.read(encoded(Image.new("RGB", (2000, 1000)), "JPEG", exif=exif))
    assert picture.pixels.shape == (1024, 512, 3)
    assert "1000×2000" in picture.note and "512×1024" in picture.note


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1)])
def test_the_thinnest_pictures_keep_a_pixel(shape):
    pixels = images.load(encoded(np.full((*shape, 3), 7, np.uint8)))
    assert sorted(pixels.shape[:2]) == [1, 1024] and (pixels == 7).all()


def test_what_is_transparent_lies_on_white_in_large_pictures_too():
    large = Image.new("RGBA", (2000, 2000), (0, 0, 0, 0))
    assert (images.load(encoded(large)) == 255).all()


def test_sixteen_bits_are_scaled_in_large_pictures_too():
    large = Image.fromarray(np.full((1200, 2000), 128 * 257, np.uint16))
    assert (images.load(encoded(large)) == 128).all()


# XYZ (D50) of the primaries of Display P3: SMPTE EG 432-1, adapted by Bradford's matrix
P3 = np.array(
    [[0.51512, 0.24120, -0.00105], [0.29198, 0.69225, 0.04189], [0.15710, 0.06657, 0.78407]]
)
SRGB = np.array(
    [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]]
)


def profile(primaries, exponent, name):
    """Return an ICC profile of three primaries and a power law (ICC.1:2001-04)."""

    def number(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(values):
        return b"XYZ \0\0\0\0" + b"".join(map(number, values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"
    text = name.encode() + b"\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz([0.9642, 1, 0.8249]),
        **{f"{c}XYZ".encode(): xyz(p) for c, p in zip("rgb", primaries, strict=True)},
        **{f"{c}TRC".encode(): curve for c in "rgb"},
    }
    table, body, place = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for tag, content in tags.items():
        content += b"\0" * (-len(content) % 4)
        table += tag + struct.pack(">II", place + len(body), len(content))
        body += content
    head = struct.pack(
        ">I4sI4s4s4s", place + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + number(0.9642) + number(1) + number(0.8249)
    return head.ljust(128, b"\0") + table + body


def in_srgb(pixels, primaries, exponent):
    """Return pixels of such a profile in sRGB, by the formulas of IEC 61966-2-1."""
    light = (pixels / 255) ** exponent @ primaries @ np.linalg.inv(SRGB)
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
def test_colours_of_another_profile_become_srgb_and_that_is_said(kind):
    contents = profile(P3, 2.2, "Display P3")
    photo = COLOURS // 2 + 64  # colours that sRGB has, too
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    plain = images.read(encoded(photo, kind, **options))
    picture = images.read(encoded(photo, kind, icc_profile=contents, **options))
    assert plain.note == "" and "Display P3" in picture.note
    difference = picture.pixels - in_srgb(plain.pixels, P3, 2.2)
    assert np.abs(difference).mean() < 0.5
    assert np.abs(picture.pixels.astype(int) - plain.pixels).mean() > 2


def test_colours_of_srgb_stay_as_they_are_and_broken_profiles_do_no_harm():
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for contents in (own, b"no profile", profile(P3, 2.2, "P3")[:200]):
        picture = images.read(encoded(COLOURS, icc_profile=contents))
        assert_array_equal(picture.pixels, COLOURS)
        assert picture.note == ""


def test_a_palette_with_a_profile_and_a_grey_picture_with_that_of_a_camera_are_converted():
    contents = profile(P3, 1.0, "linear")
    grey = images.load(encoded(np.full((4, 4), 64, np.uint8), icc_profile=contents))
    assert_allclose(grey, in_srgb(np.full((4, 4, 3), 64), P3, 1.0), atol=1)
    palette = Image.new("P", (4, 4))
    palette.putpalette([64, 64, 64])
    assert_allclose(images.load(encoded(palette, icc_profile=contents)), grey, atol=1)


MEASURE = """
import sys
from time import perf_counter
from cnncourse import images
def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
images.load("china")
open("/proc/self/clear_refs", "w").write("5")
before, started = peak(), perf_counter()
images.load(sys.argv[1])
print(perf_counter() - started, (peak() - before) / 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize(
    "kind, width, height, most",
    [("JPEG", 4000, 3000, 60), ("PNG", 4000, 3000, 60), ("JPEG", 8000, 6000, 120)],
)
def test_a_photograph_of_a_phone_costs_little_time_and_memory(tmp_path, kind, width, height, most):
    path = tmp_path / "photo"
    Image.fromarray(images.sample("china")).resize((width, height)).save(path, kind)
    command = [sys.executable, "-c", MEASURE, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    assert megabytes < most
    assert seconds < 3  # 0.6 s and less, measured alone on two cores
