"""Photographs leave the page as files: the same pixels, each file once."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image

from cnncourse.site.rasters import SMALL, Rasters, webp

NOISE = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def png(pixels):
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def address(pixels):
    return f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"


def test_a_photograph_becomes_a_file_with_the_same_pixels():
    rasters = Rasters()
    markup = rasters.outside(f'<image href="{address(NOISE)}"/>', "../../")
    [(path, content)] = rasters.files.items()
    assert markup == f'<image href="../../{path}"/>'
    with Image.open(BytesIO(content)) as read:
        assert read.format == "WEBP" and np.array_equal(np.asarray(read), NOISE)
    assert content == webp(png(NOISE)) and rasters.size == len(content)


def test_two_pages_with_one_photograph_share_its_file():
    rasters = Rasters()
    other = address(255 - NOISE)
    first = rasters.outside(address(NOISE) + " " + other, "")
    assert rasters.outside(address(NOISE), "../") == "../" + first.split()[0]
    assert len(rasters.files) == 2


def test_what_is_small_stays_in_the_page():
    small = address(NOISE[:4, :4])
    assert len(png(NOISE[:4, :4])) < SMALL < len(png(NOISE))
    rasters = Rasters()
    carried = rasters.outside(small, "../")
    assert carried.startswith("data:image/webp;base64,") and rasters.files == {}
    with Image.open(BytesIO(base64.b64decode(carried.split(",")[1]))) as read:
        assert np.array_equal(np.asarray(read), NOISE[:4, :4])
