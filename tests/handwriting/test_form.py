"""A photograph of a digit in MNIST's form; with MNIST, by nearest neighbours in it."""

import gzip
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_pages import a_page, by_template, draw, photographed, template, unit
from sklearn.datasets import load_digits

from cnncourse import metrics
from cnncourse.handwriting import judge
from cnncourse.handwriting.form import LARGE, STROKE, WIDE, even_out, from_ascii, steps, to_mnist

pytestmark = pytest.mark.slow


def centre_of_mass(image):
    return np.array([(image.sum(axis=1 - axis) @ np.arange(28)) / image.sum() for axis in (0, 1)])


def sides(image, level=0.2):
    rows, columns = np.flatnonzero((image > level).any(1)), np.flatnonzero((image > level).any(0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_gets_the_form_of_mnist(digit):
    image = to_mnist(a_page(digit))
    assert image.shape == (28, 28)
    assert 0 <= image.min() and 0.9 < image.max() <= 1
    assert np.abs(centre_of_mass(image) - 14).max() <= 0.51  # moved by whole pixels
    assert 19 <= max(sides(image)) <= 21
    assert 0 < np.mean((image > 0.1) & (image < 0.9))  # grey edges


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


def test_the_strokes_of_a_marker_become_thin_enough_for_mnist():
    page = np.full((400, 300), 210, np.uint8)
    cv2.line(page, (150, 100), (150, 300), 80, 90)
    widths = to_mnist(page)[10:18].sum(axis=1)
    assert widths.mean() == pytest.approx(WIDE, abs=0.6)


@pytest.mark.parametrize("digit", [2, 3, 5, 8])
def test_a_marker_writes_nearly_what_a_pen_does(digit):
    pen, marker = (to_mnist(a_page(digit, thickness=width)) for width in (10, 72))
    assert np.abs(marker - pen).mean() < 0.07


def test_strokes_that_would_break_stay_as_wide_as_they_are():
    ink = np.zeros((160, 100))
    ink[:60], ink[100:] = 1, 1
    ink[60:100, 48:52] = 1  # a thin neck between two blocks
    np.testing.assert_array_equal(even_out(ink), ink)


@pytest.mark.parametrize("digit", range(10))
def test_an_image_in_the_form_of_mnist_stays_nearly_as_it_is(digit):
    form = template(digit)
    again = to_mnist(form)
    likeness = (unit(form[None]) @ unit(again[None]).T).item()
    assert likeness > 0.8
    assert by_template(as_uint8(again[None])).argmax() == digit


def test_an_empty_page_has_no_form():
    with pytest.raises(ValueError, match="no ink in this picture.*darker pen"):
        to_mnist(np.full((300, 300), 255, np.uint8))


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
        np.dstack([np.full((400, 400, 3), 255, np.uint8), 255 - page]),
    ):
        assert np.abs(to_mnist(photo) - form).mean() < 0.01


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


def test_otsu_alone_takes_a_shadow_for_ink():
    page = a_page(3, height=260, thickness=5, paper_level=215, ink=165, size=(600, 500))
    photo = photographed(page, shadow=0.6)
    dark = steps(photo, threshold="otsu", crop=False)[1].image.mean()
    adaptive = steps(photo, crop=False)[2].image.mean()
    assert dark > 0.2 > 10 * adaptive


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


@pytest.mark.parametrize("light_ink", [True, False])
def test_digits_of_another_country_are_read_at_95_per_cent(light_ink):
    """The 1,797 digits of 8×8 cells that come with scikit-learn were counted down differently.

    E. Alpaydin and C. Kaynak (1998), *Optical Recognition of Handwritten Digits*.
    """
    digits = load_digits()
    scans, labels = as_uint8(digits.images / 16), digits.target
    scans = scans if light_ink else 255 - scans
    ready = as_uint8([to_mnist(scan) for scan in scans])
    assert metrics.accuracy(judge.network().probabilities(ready), labels) >= 0.95


def test_ink_that_grows_by_less_than_half_a_pixel_stays_ink():
    ink = np.zeros((LARGE, LARGE // 2))
    ink[:, 30:53] = 1  # hardly thinner than MNIST's strokes
    grown = even_out(ink)
    assert len(grown) > LARGE and grown.max() == 1
