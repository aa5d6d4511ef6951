"""Digits read in photographs of pages, by a stand-in for a network."""

import subprocess
import sys
from io import BytesIO

import cv2
import numpy as np
import pytest
from drawn_pages import a_page, by_template, draw, photographed
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnncourse.handwriting import judge
from cnncourse.handwriting.form import to_mnist
from cnncourse.handwriting.neighbours import NearestNeighbours, halved
from cnncourse.handwriting.reading import read

pytestmark = pytest.mark.slow


def digits_in(photo):
    return [reading.digit for reading in read(photo, by_template)]


def a_row(*digits):
    sheet = np.full((300, 150 * len(digits) + 50), 210, np.uint8)
    for i, digit in enumerate(digits):
        draw(sheet, digit, 60, 50 + 150 * i, 150, 10, 60)
    return sheet


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_is_read(digit):
    assert digits_in(a_page(digit)) == [digit]


def test_a_file_is_found_as_everywhere_else_and_places_are_those_of_the_file(tmp_path, monkeypatch):
    page = a_page(3, size=(3000, 2000), height=1200, thickness=90)
    png = cv2.imencode(".png", page)[1].tobytes()
    (tmp_path / "page.png").write_bytes(png)
    monkeypatch.setenv("HOME", str(tmp_path))
    for photo in ("~/page.png", tmp_path / "page.png", png, bytearray(png), page):
        [found] = read(photo, by_template)
        top, _, bottom, _ = found.box
        assert found.digit == 3 and bottom - top == pytest.approx(1200, rel=0.15)


@pytest.mark.parametrize("digit", range(10))
def test_a_pencil_in_uneven_light_is_read(digit):
    page = a_page(digit, height=260, thickness=5, paper_level=215, ink=165, size=(600, 500))
    assert digits_in(photographed(page)) == [digit]


@pytest.mark.parametrize("digit", range(10))
def test_chalk_on_a_board_in_uneven_light_is_read(digit):
    page = a_page(digit, height=260, thickness=9, paper_level=50, ink=190, size=(600, 500))
    assert digits_in(photographed(page)) == [digit]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("level", [40, 120, 230])
def test_an_empty_page_has_no_digits(seed, level):
    page = photographed(np.full((500, 600), level, np.uint8), seed=seed)
    assert read(page, by_template) == []


@pytest.mark.parametrize("digit", [1, 4, 7])  # with long straight strokes
@pytest.mark.parametrize("squared", [False, True])
def test_ruled_lines_are_no_ink(digit, squared):
    page = np.full((600, 600), 220, np.uint8)
    page[70::60] = page[71::60] = 150
    if squared:
        page[:, 50::60] = page[:, 51::60] = 150
    draw(page, digit, 150, 200, 280, 12, 50)
    assert digits_in(page) == [digit]


@pytest.mark.parametrize("digits", [(3, 2, 5, 7, 1), (7, 3, 7, 2, 5), (1, 7, 4, 7, 1), (5, 7, 7)])
def test_bars_at_one_height_and_upright_stems_are_no_grid(digits):
    assert digits_in(a_row(*digits)) == list(digits)


def test_a_table_around_the_paper_is_no_ink():
    page = photographed(a_page(5, height=300, thickness=10, size=(600, 600)))
    page[:, :60] = 50
    page[540:] = 60
    assert digits_in(page) == [5]


def test_specks_and_spots_are_no_digits():
    page = a_page(6, height=240, thickness=12, size=(500, 500))
    cv2.circle(page, (60, 60), 3, 40, -1)
    cv2.circle(page, (430, 420), 40, 40, -1)
    assert digits_in(page) == [6]


@pytest.mark.parametrize("digit", [2, 6])
def test_a_faint_pencil_is_found(digit):
    page = a_page(digit, height=260, thickness=9, paper_level=225, ink=208, size=(600, 500))
    assert digits_in(photographed(page, noise=1.0, shadow=0.0, slope=0.2)) == [digit]


def test_squared_paper_that_reaches_the_frame_takes_no_digit_with_it():
    page = np.full((600, 600), 220, np.uint8)
    page[50::60] = page[51::60] = page[:, 50::60] = page[:, 51::60] = 190
    draw(page, 2, 150, 200, 280, 14, 50)
    assert digits_in(photographed(page, shadow=0.5)) == [2]


@pytest.mark.parametrize("angle", [-25, 25])
def test_a_line_across_a_corner_is_no_digit(angle):
    page = np.full((500, 600), 220, np.uint8)
    cv2.line(page, (250, 499), (599, 499 - round(349 * np.tan(np.deg2rad(25)))), 150, 2)
    page = page if angle > 0 else page[:, ::-1].copy()
    assert read(photographed(page, shadow=0.0), by_template) == []


def test_a_digit_that_touches_the_edge_is_read_with_the_others():
    page = np.full((400, 700), 220, np.uint8)
    draw(page, 4, 100, -6, 200, 12, 50)
    draw(page, 7, 100, 300, 200, 12, 50)
    draw(page, 3, 197, 500, 200, 12, 50)  # cut by a pixel or two at the bottom
    assert digits_in(photographed(page, shadow=0.0)) == [4, 7, 3]


def test_a_thumb_at_the_edge_is_no_digit():
    page = a_page(5, height=240, thickness=12, size=(500, 500))
    cv2.ellipse(page, (90, 499), (45, 70), 0, 0, 360, 130, -1)
    assert digits_in(photographed(page, shadow=0.0)) == [5]


def test_a_hairline_with_gaps_is_one_digit():
    page = np.full((600, 500), 220, np.uint8)
    draw(page, 0, 120, 160, 320, 2, 90)
    page[::61] = 220  # every 61st row of the sensor has missed it
    page[1::61] = 220
    assert digits_in(page) == [0]


def test_rows_are_read_from_the_top_and_from_the_left():
    page = np.full((700, 900), 220, np.uint8)
    rows = [[3, 1, 4, 1], [5, 9, 2, 6], [0, 7, 8, 5]]
    for r, row in enumerate(rows):
        for c, digit in enumerate(row):
            draw(page, digit, 50 + 220 * r, 60 + 210 * c, 140, 9, 50)
    assert digits_in(photographed(page)) == sum(rows, [])


@pytest.mark.parametrize("angle", [-9, -4, 5, 10])
def test_tilted_rows_stay_rows(angle):
    page = np.full((900, 1000), 220, np.uint8)
    for index, digit in enumerate([2, 7, 1, 8, 2, 8, 4, 5]):
        draw(page, digit, 250 + 220 * (index // 4), 200 + 160 * (index % 4), 140, 9, 50)
    turn = cv2.getRotationMatrix2D((500, 450), angle, 1)
    page = cv2.warpAffine(page, turn, (1000, 900), borderValue=220)
    found = []
    for reading in read(page, by_template):  # where did each box lie before the page was turned?
        top, left, bottom, right = reading.box
        x, y = cv2.invertAffineTransform(turn) @ ((left + right) / 2, (top + bottom) / 2, 1)
        found.append(4 * round((y - 320) / 220) + round((x - 245) / 160))
    assert found == list(range(8))


def test_boxes_are_in_pixels_of_the_photograph_however_large_it_is():
    page = np.full((2400, 3200), 210, np.uint8)
    draw(page, 4, 600, 500, 800, 40, 40)
    draw(page, 7, 700, 2000, 800, 40, 40)
    first, second = read(page, by_template)
    assert (first.digit, second.digit) == (4, 7)
    assert np.allclose(first.box, (580, 505, 1420, 995), atol=30)
    assert np.allclose(second.box, (680, 2030, 1520, 2470), atol=30)


def test_a_broken_digit_is_one():
    page = np.full((500, 400), 220, np.uint8)
    draw(page, 5, 100, 130, 280, 12, 50)
    page[90:300, 175:187] = 220  # the bar no longer reaches the stem
    assert digits_in(page) == [5]


def test_touching_digits_are_two():
    page = np.full((400, 600), 220, np.uint8)
    draw(page, 2, 100, 150, 200, 10, 50)
    draw(page, 4, 100, 262, 200, 10, 50)
    assert digits_in(page) == [2, 4]


def test_no_digit_is_named_without_confidence():
    def doubtful(images):
        return np.tile([0.5, 0.5] + 8 * [0], (len(images), 1))

    (reading,) = read(a_page(3), doubtful)
    assert reading.digit is None and reading.confidence == pytest.approx(0.5)


def test_no_digit_is_named_that_is_unlike_those_learnt_from():
    def sure(images):
        return np.tile(np.eye(10)[3], (len(images), 1))

    drawn = np.array([to_mnist(a_page(3))])
    threes = NearestNeighbours(
        halved(np.rint(255 * np.repeat(drawn, 3, axis=0))), np.full(3, 3), 2.0
    )
    (known,) = read(a_page(3), sure, judge=threes)
    (strange,) = read(a_page(7), sure, judge=threes)
    assert (known.digit, known.in_distribution) == (3, True)
    assert (strange.digit, strange.in_distribution) == (None, False) and strange.confidence == 1


def test_what_stands_among_digits_is_doubted_less(monkeypatch):
    class DoubtsSevens:
        def __init__(self, least):
            self.least = least

        def in_distribution(self, images, answers):
            return (answers != 7) | (self.least < judge.LEAST)

    place = "cnncourse.handwriting.reading.network"
    monkeypatch.setattr(place, lambda least=judge.LEAST: DoubtsSevens(least))
    assert digits_in(a_row(3, 7, 2, 5)) == [3, 7, 2, 5]
    assert digits_in(a_row(3, 7, 2)) == [3, None, 2]  # too few to go by
    assert digits_in(a_row(3, 2, 5, 7, 7)) == [3, 2, 5, None, None]  # too many are doubted
    strict = DoubtsSevens(judge.LEAST)
    named = [one.digit for one in read(a_row(3, 7, 2, 5), by_template, judge=strict)]
    assert named == [3, None, 2, 5]


@pytest.mark.parametrize("radius", [4, 6, 10, 20])
def test_a_round_spot_is_no_digit(radius):
    page = np.full((500, 700), 220, np.uint8)
    cv2.circle(page, (300, 200), radius, 60, -1, cv2.LINE_AA)
    assert read(page, lambda images: np.tile(np.eye(10)[0], (len(images), 1))) == []


def test_a_reading_that_a_shift_overturns_is_unsure():
    calls = []

    def fickle(images):  # the unshifted image is a 1, all shifted ones something else each
        calls.append(len(images))
        return np.eye(10)[np.arange(len(images)) % 10]

    (reading,) = read(a_page(3), fickle)
    assert calls == [5] and reading.digit is None


def test_a_phone_held_sideways_makes_no_difference():
    file = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90° clockwise to see it upright
    sideways = Image.fromarray(a_page(7)).rotate(90, expand=True)
    sideways.save(file, "JPEG", exif=exif, quality=60)
    assert digits_in(file.getvalue()) == [7]


@pytest.mark.parametrize(
    "photo, sentence",
    [
        (b"no picture", "not an image"),
        (b"", "zero bytes"),
        (np.full((30, 30), np.nan), "no number"),
        (np.full((30, 30), -1.5), "values from -1.5"),
        (np.full((30, 30), 300), "values from 300"),
        (np.zeros((0, 5)), r"shape \(0, 5\)"),
        (np.zeros((5, 5, 2)), r"shape \(5, 5, 2\)"),
        (None, "NoneType"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(photo, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(photo, by_template)
    with pytest.raises(ValueError, match=sentence):
        to_mnist(photo)


AS = {
    "bytes": lambda grey: grey,
    "colours": lambda grey: np.dstack([grey, grey[::-1], grey]),
    "transparent": lambda grey: np.dstack([grey, grey, grey, 255 - grey]),
    "one channel": lambda grey: grey[..., None],
    "shares": lambda grey: grey / np.float32(255),
    "16 bits": lambda grey: grey.astype(np.uint16) * 257,
    "truths": lambda grey: grey > 127,
    "read-only": lambda grey: np.broadcast_to(grey, grey.shape),
    "turned": lambda grey: grey.T,
}


@given(
    st.sampled_from(
        ["noise", "two greys", "stripes", "few pixels", "black border", "a bar", "lines"]
    ),
    st.integers(1, 90) | st.integers(1, 400),
    st.integers(1, 90) | st.integers(1, 400),
    st.sampled_from(sorted(AS)),
    st.integers(0, 2**32 - 1),
)
def test_any_picture_is_read_or_refused_in_a_sentence(kind, height, width, form, seed):
    rng = np.random.default_rng(seed)
    low, high = np.sort(rng.integers(0, 256, 2))
    picture = np.full((height, width), low, np.uint8)
    if kind == "noise":
        picture = rng.integers(low, high + 1, picture.shape).astype(np.uint8)
    elif kind == "two greys":
        picture[rng.random(picture.shape) < rng.random()] = high
    elif kind == "stripes":
        picture[:: rng.integers(1, 5)] = high
        picture[:, :: rng.integers(2, 9)] = low
    elif kind == "few pixels":
        picture[rng.integers(height, size=3), rng.integers(width, size=3)] = high
    elif kind == "black border":
        picture[1:-1, 1:-1] = high
        picture[height // 3 : height // 2, width // 3] = low
    elif kind == "lines":
        for x1, y1, x2, y2 in rng.integers(-20, 420, (12, 4)).tolist():
            cv2.line(picture, (x1, y1), (x2, y2), int(high), int(rng.integers(1, 5)))
    else:
        picture[height // 3 :, width // 3 : width // 3 + rng.integers(1, 9)] = high
    picture = AS[form](picture)
    for reading in read(picture, by_template):
        assert reading.image.shape == (28, 28) and reading.digit in (None, *range(10))
    try:
        assert to_mnist(picture).shape == (28, 28)
    except ValueError as refusal:
        assert "no ink in this picture" in str(refusal)


MEASURE = """
import sys
from time import process_time
from cnncourse.handwriting import judge, reading
def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
predict = judge.network().probabilities
reading.read(sys.argv[1], predict)
open("/proc/self/clear_refs", "w").write("5")
before, started = peak(), process_time()
found = reading.read(sys.argv[2], predict)
print(len(found), process_time() - started, (peak() - before) / 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_page_of_12_megapixels_costs_little_time_and_memory(tmp_path):
    page = np.full((600, 800), 210, np.uint8)
    for k in range(8):
        draw(page, k, 60 + 280 * (k // 4), 60 + 190 * (k % 4), 180, 9, 40)
    small, large = tmp_path / "small.jpg", tmp_path / "large.jpg"
    Image.fromarray(page).save(small)
    Image.fromarray(page).resize((4000, 3000)).convert("RGB").save(large)
    command = [sys.executable, "-c", MEASURE, str(small), str(large)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found, seconds, megabytes = map(float, done.stdout.split())
    assert found == 8 and megabytes < 60
    assert seconds < 2  # 0.4 s on one calm core
