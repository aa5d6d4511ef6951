"""A photograph of handwriting in MNIST's form, and read.

Most tests draw digits themselves, with lines, and read them with a stand-in for a network: what a
digit is most like of ten templates. Those that need MNIST use nearest neighbours in it.
"""

import gzip
import os
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from cnncourse.handwriting import segments
from cnncourse.handwriting.form import STROKE, from_ascii, read, steps, to_mnist
from cnncourse.handwriting.ink import darkness, ink_mask, remove_rules, stroke_width
from cnncourse.handwriting.neighbours import NearestNeighbours, halved

pytestmark = pytest.mark.slow

# Strokes as lists of points, x from 0 to 1 and y from 0 to 1.6.
STROKES = {
    0: [[(0.5, 0), (0.1, 0.4), (0.1, 1.2), (0.5, 1.6), (0.9, 1.2), (0.9, 0.4), (0.5, 0)]],
    1: [[(0.15, 0.4), (0.5, 0), (0.5, 1.6)]],
    2: [[(0.1, 0.4), (0.4, 0), (0.85, 0.2), (0.8, 0.7), (0.05, 1.6), (0.95, 1.6)]],
    3: [[(0.1, 0), (0.85, 0), (0.4, 0.7), (0.9, 1.0), (0.8, 1.45), (0.4, 1.6), (0.05, 1.4)]],
    4: [[(0.6, 0), (0.05, 1.0), (0.95, 1.0)], [(0.7, 0.5), (0.65, 1.6)]],
    5: [[(0.9, 0), (0.2, 0), (0.15, 0.7), (0.7, 0.65), (0.9, 1.1), (0.6, 1.6), (0.1, 1.5)]],
    6: [[(0.7, 0), (0.2, 0.7), (0.1, 1.3), (0.5, 1.6), (0.9, 1.3), (0.6, 0.95), (0.15, 1.1)]],
    7: [[(0.1, 0), (0.9, 0), (0.4, 1.6)]],
    8: [[(0.5, 0), (0.15, 0.35), (0.85, 1.2), (0.5, 1.6), (0.15, 1.2), (0.85, 0.35), (0.5, 0)]],
    9: [[(0.85, 0.3), (0.5, 0), (0.15, 0.35), (0.4, 0.75), (0.85, 0.3), (0.7, 1.6)]],
}


def draw(page, digit, top, left, height, thickness, level):
    """Write a digit on a page (in place)."""
    for points in STROKES[digit]:
        xy = np.array(points) * height / 1.6 + (left, top)
        sixteenths = np.rint(xy * 16).astype(np.int32)
        cv2.polylines(page, [sixteenths], False, level, thickness, cv2.LINE_AA, 4)


def a_page(digit=3, *, height=200, thickness=10, paper_level=200, ink=60, size=(400, 400)):
    page = np.full(size, paper_level, np.uint8)
    top, left = (size[0] - height) // 2, (size[1] - height // 2) // 2
    draw(page, digit, top, left, height, thickness, ink)
    return page


def photographed(page, *, seed=0, noise=2.0, shadow=0.4, slope=0.3):
    """Light from the left, the soft shadow of a hand, a blurred lens and noise."""
    rng = np.random.default_rng(seed)
    height, width = page.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    light = 1 - slope * x / width
    edge = 1 / (1 + np.exp(-(x + 2 * y - 1.4 * height) / (0.03 * width)))
    seen = cv2.GaussianBlur(page * light * (1 - shadow * edge), (0, 0), 1)
    return np.clip(seen + rng.normal(0, noise, page.shape), 0, 255).astype(np.uint8)


def template(digit):
    """A digit in MNIST's form, drawn at that size directly."""
    image = np.zeros((28 * 8, 28 * 8), np.uint8)
    draw(image, digit, 5 * 8, 8 * 8, 18 * 8, 20, 255)
    y, x = np.nonzero(image)
    image = np.roll(image, (round(112 - y.mean()), round(112 - x.mean())), axis=(0, 1))
    return cv2.resize(image, (28, 28), interpolation=cv2.INTER_AREA)


def unit(images):
    rows = images.reshape(len(images), -1).astype(float)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


TEMPLATES = unit(np.array([template(digit) for digit in range(10)]))


def by_template(images):
    """A stand-in for a network: likeness to the templates as probabilities."""
    assert images.dtype == np.uint8 and images.shape[1:] == (28, 28)
    scores = np.exp(40 * unit(images) @ TEMPLATES.T)
    return scores / scores.sum(axis=1, keepdims=True)


def digits_in(photo):
    return [reading.digit for reading in read(photo, by_template)]


def centre_of_mass(image):
    return np.array([(image.sum(axis=1 - axis) @ np.arange(28)) / image.sum() for axis in (0, 1)])


def sides(image, level=0.2):
    rows, columns = np.flatnonzero((image > level).any(1)), np.flatnonzero((image > level).any(0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


# MNIST's form


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_gets_the_form_of_mnist(digit):
    image = to_mnist(a_page(digit))
    assert image.shape == (28, 28)
    assert 0 <= image.min() and 0.9 < image.max() <= 1
    assert np.abs(centre_of_mass(image) - 14).max() <= 0.51  # moved by whole pixels
    assert 19 <= max(sides(image)) <= 21
    assert 0 < np.mean((image > 0.1) & (image < 0.9))  # grey edges


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_is_read(digit):
    assert digits_in(a_page(digit)) == [digit]


def test_the_form_does_not_depend_on_place_size_or_polarity():
    form = to_mnist(a_page(2))
    moved = np.full((500, 700), 200, np.uint8)
    draw(moved, 2, 60, 420, 200, 10, 60)
    assert np.abs(to_mnist(moved) - form).mean() < 0.02
    twice = a_page(2, height=400, thickness=20, size=(800, 800))
    assert np.abs(to_mnist(twice) - form).mean() < 0.02
    assert np.abs(to_mnist(255 - a_page(2)) - form).mean() < 0.02


def test_the_aspect_is_kept():
    narrow = sides(to_mnist(a_page(1)))
    assert narrow[0] >= 19 and narrow[1] <= 10


@pytest.mark.parametrize("thickness", [2, 4, 8])
def test_thin_strokes_become_as_wide_as_those_of_mnist(thickness):
    page = np.full((400, 300), 210, np.uint8)
    cv2.line(page, (150, 60), (150, 340), 80, thickness)
    widths = to_mnist(page)[8:20].sum(axis=1)  # grey pixels count as the share they are
    assert widths.mean() == pytest.approx(STROKE, abs=0.6)


@pytest.mark.parametrize("digit", range(10))
def test_an_image_in_the_form_of_mnist_stays_nearly_as_it_is(digit):
    form = template(digit)
    again = to_mnist(form)
    likeness = (unit(form[None]) @ unit(again[None]).T).item()
    assert likeness > 0.8
    assert digits_in(form) == [digit]


# Light, paper and pencils


@pytest.mark.parametrize("digit", range(10))
def test_a_pencil_in_uneven_light_is_read(digit):
    page = a_page(digit, height=260, thickness=5, paper_level=215, ink=165, size=(600, 500))
    assert digits_in(photographed(page)) == [digit]


@pytest.mark.parametrize("digit", range(10))
def test_chalk_on_a_board_in_uneven_light_is_read(digit):
    page = a_page(digit, height=260, thickness=9, paper_level=50, ink=190, size=(600, 500))
    assert digits_in(photographed(page)) == [digit]


def test_otsu_alone_takes_a_shadow_for_ink():
    page = a_page(3, height=260, thickness=5, paper_level=215, ink=165, size=(600, 500))
    photo = photographed(page, shadow=0.6)
    dark = steps(photo, threshold="otsu", crop=False)[1].image.mean()
    adaptive = steps(photo, crop=False)[2].image.mean()
    assert dark > 0.2 > 10 * adaptive


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("level", [40, 120, 230])
def test_an_empty_page_has_no_digits(seed, level):
    page = photographed(np.full((500, 600), level, np.uint8), seed=seed)
    assert read(page, by_template) == []


def test_an_empty_page_has_no_form():
    with pytest.raises(ValueError, match="no ink in this picture.*darker pen"):
        to_mnist(np.full((300, 300), 255, np.uint8))


@pytest.mark.parametrize("digit", [1, 4, 7])  # with long straight strokes
@pytest.mark.parametrize("squared", [False, True])
def test_ruled_lines_are_no_ink(digit, squared):
    page = np.full((600, 600), 220, np.uint8)
    page[70::60] = page[71::60] = 150
    if squared:
        page[:, 50::60] = page[:, 51::60] = 150
    draw(page, digit, 150, 200, 280, 12, 50)
    assert digits_in(page) == [digit]


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


@pytest.mark.parametrize("digit", [0, 3, 6, 8])
def test_a_thick_marker_in_the_edge_of_a_shadow_is_not_hollow(digit):
    page = a_page(digit, height=400, thickness=64, paper_level=220, ink=45, size=(600, 520))
    mask = ink_mask(darkness(photographed(page, slope=0.15)))
    ink = page < 130
    assert np.mean(mask[ink]) > 0.95 and np.mean(mask[~ink]) < 0.02


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


# Several digits


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


# Unsure


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
    (known,) = read(a_page(3), sure, memory=threes)
    (strange,) = read(a_page(7), sure, memory=threes)
    assert (known.digit, known.in_distribution) == (3, True)
    assert (strange.digit, strange.in_distribution) == (None, False) and strange.confidence == 1


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


# Files and arrays


def test_files_of_every_kind_give_the_same(tmp_path):
    page = a_page(2)
    form = to_mnist(page)
    cv2.imwrite(str(tmp_path / "page.png"), page)
    deep = cv2.imencode(".png", page.astype(np.uint16) * 257)[1].tobytes()
    clear = np.dstack([np.zeros((400, 400, 3), np.uint8), 255 - page])  # ink by opacity
    for photo in (
        tmp_path / "page.png",
        str(tmp_path / "page.png"),
        (tmp_path / "page.png").read_bytes(),
        deep,
        np.dstack(3 * [page]),
        page[..., None],
        page / 255,
        page.astype(float),
        page.astype(np.int64),
        page.astype(np.uint16) * 257,
        clear,
    ):
        assert np.abs(to_mnist(photo) - form).mean() < 0.01


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


# Step by step


def test_the_last_step_is_the_result():
    page = a_page(9)
    taken = steps(page)
    assert np.array_equal(taken[-1].image, to_mnist(page))
    assert [step.name for step in taken][::7] == ["grey"]
    assert all(0 <= step.image.min() and step.image.max() <= 1 for step in taken)


def test_with_everything_off_it_is_the_plain_resize():
    page = photographed(a_page(5, size=(280, 280), height=180))
    plain = steps(
        page,
        polarity=False,
        threshold="otsu",
        crop=False,
        keep_aspect=False,
        stroke=False,
        centre=False,
    )[-1].image
    _, black_white = cv2.threshold(page, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    expected = cv2.resize(black_white, (28, 28), interpolation=cv2.INTER_AREA) / 255
    assert np.abs(plain - expected).max() < 0.05


@pytest.mark.parametrize("polarity", [True, False])
@pytest.mark.parametrize("threshold", ["adaptive", "otsu", None])
@pytest.mark.parametrize("crop", [True, False])
@pytest.mark.parametrize("keep_aspect", [True, False])
@pytest.mark.parametrize("centre", [True, False])
def test_all_settings_work_together(polarity, threshold, crop, keep_aspect, centre):
    page = a_page(4, size=(300, 420), height=180)
    last = steps(
        page,
        polarity=polarity,
        threshold=threshold,
        crop=crop,
        keep_aspect=keep_aspect,
        centre=centre,
    )[-1].image
    assert last.shape == (28, 28) and 0 <= last.min() and 0.1 < last.max() <= 1


def test_each_step_left_out_shows():
    page = np.full((400, 600), 60, np.uint8)
    draw(page, 1, 60, 60, 200, 4, 220)  # light, off the middle, thin
    best = to_mnist(page)
    for setting in ("polarity", "crop", "keep_aspect", "stroke", "centre"):
        without = steps(page, **{setting: False}, threshold="otsu")[-1].image
        assert np.abs(without - best).mean() > 0.005, setting


def test_an_unknown_threshold_is_refused():
    with pytest.raises(ValueError, match="threshold is 'magic': use \"adaptive\""):
        steps(a_page(), threshold="magic")


# Characters

FOUR = """
.....##
....#.#
...#..#
..#...#
.#######
......#
......#
......#
"""


def test_a_drawing_of_characters_is_read():
    form = from_ascii(FOUR)
    assert np.abs(centre_of_mass(form) - 14).max() <= 0.51
    assert by_template(np.rint(255 * form[None]).astype(np.uint8)).argmax() == 4


def test_characters_for_ink_mean_the_same():
    form = from_ascii(FOUR)
    for character in "@X":
        assert np.array_equal(from_ascii(FOUR.replace("#", character)), form)
    assert np.array_equal(from_ascii(FOUR.replace(".", " ")), form)


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("..#\n.?.", r"'\?' means nothing"),
        ("", "no ink"),
        ("...\n...", "no ink"),
        ("#" * 65, "1 rows of 65: use at most 64"),
        ("#\n" * 65, "65 rows of 1: use at most 64"),
    ],
)
def test_a_drawing_that_is_none_is_refused(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        from_ascii(text)


# Parts


@pytest.mark.parametrize("width", [2, 5, 10, 21])
def test_the_stroke_width_of_a_bar_is_its_width(width):
    bar = np.zeros((300, 60), np.uint8)
    bar[20:280, 10 : 10 + width] = 1
    assert stroke_width(bar) == pytest.approx(width, abs=1)


@pytest.mark.parametrize("size", [300, 600, 1500])
@pytest.mark.parametrize("tilt", [0, 0.02, -0.05])
def test_most_of_the_printed_lines_go_and_the_digit_that_they_cross_stays(size, tilt):
    digit, lines = np.zeros((2, size, size), np.uint8)
    draw(digit, 7, size // 4, size // 3, size // 2, size // 40, 1)
    for y in range(size // 12, size, size // 10):
        left, right = round(y - tilt * size / 2), round(y + tilt * size / 2)
        cv2.line(lines, (0, left), (size - 1, right), 1, max(2, size // 300))
    kept = remove_rules(digit | lines)
    assert kept[digit > 0].mean() > 0.9
    assert kept[lines > digit].mean() < 0.3


def test_splitting_and_joining_lose_no_ink():
    mask = (np.random.default_rng(0).random((20, 30)) < 0.4).astype(np.uint8)
    whole = segments.Blob(5, 7, mask)
    left, right = segments.split(whole, 11)
    again = segments.join(left, right)
    assert again.box == whole.box and np.array_equal(again.mask, mask)


# With MNIST

DATA = Path(os.environ.get("CNNCOURSE_DATA", "")) / "MNIST" / "raw"
needs_mnist = pytest.mark.skipif(
    "CNNCOURSE_DATA" not in os.environ, reason="needs MNIST: set CNNCOURSE_DATA to its folder"
)


@pytest.fixture(scope="module")
def mnist():
    """The first 12,000 training digits: 11,000 to compare with, 1,000 to photograph."""
    raw = {}
    for kind, count in (("images-idx3", 16 + 12_000 * 784), ("labels-idx1", 8 + 12_000)):
        name = f"train-{kind}-ubyte"
        opened = (
            open(DATA / name, "rb") if (DATA / name).is_file() else gzip.open(DATA / f"{name}.gz")
        )
        with opened as file:
            raw[kind[:6]] = np.frombuffer(file.read(count), np.uint8)
    return raw["images"][16:].reshape(-1, 28, 28), raw["labels"][8:]


def nearest(mnist, images):
    """Return the label of the most alike of 11,000 digits."""
    known, labels = mnist[0][:11_000], mnist[1][:11_000]
    return labels[(unit(images) @ unit(known).T).argmax(axis=1)]


def plain_resize(photo):
    _, black_white = cv2.threshold(photo, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    return cv2.resize(black_white, (28, 28))


def as_uint8(images):
    return np.rint(255 * np.array(images)).astype(np.uint8)


@needs_mnist
def test_digits_of_mnist_pass_unharmed(mnist):
    images, labels = mnist[0][11_000:11_300], mnist[1][11_000:11_300]
    before = np.mean(nearest(mnist, images) == labels)
    after = np.mean(nearest(mnist, as_uint8([to_mnist(image) for image in images])) == labels)
    assert after >= before - 0.02


@needs_mnist
def test_pencil_photographs_of_mnist_are_read_far_better_than_by_a_plain_resize(mnist):
    labels = mnist[1][11_000:11_015]
    photos = []
    for seed, image in enumerate(mnist[0][11_000:11_015]):
        large = cv2.resize(image, (280, 280), interpolation=cv2.INTER_CUBIC) / 255
        page = np.full((520, 460), 215.0)
        page[70:350, 60:340] -= 55 * large  # pencil: 55 grey levels at most
        photos.append(photographed(page.astype(np.float32), seed=seed))
    ours = np.mean(nearest(mnist, as_uint8([to_mnist(photo) for photo in photos])) == labels)
    plain = np.mean(nearest(mnist, np.array([plain_resize(p) for p in photos])) == labels)
    assert ours >= 0.75 and plain <= 0.4


@needs_mnist
def test_digits_of_scikit_learn_are_read_far_better_than_by_a_plain_resize(mnist):
    digits = load_digits()
    images, labels = digits.images[:500], digits.target[:500]
    ours = np.mean(nearest(mnist, as_uint8([to_mnist(image) for image in images])) == labels)
    plain = [cv2.resize(image / 16, (28, 28)) for image in images]
    assert ours >= np.mean(nearest(mnist, as_uint8(plain)) == labels) + 0.2
    assert ours >= 0.7  # nearest neighbours; a trained network reads far more
