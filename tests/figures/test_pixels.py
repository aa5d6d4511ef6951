"""Figures of pixels: the numbers and pixels drawn are those of the arrays."""

import base64
import re
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from drawn import marked
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse import figures
from cnncourse.figures import marks, pixels
from cnncourse.figures.svg import LIGHT, WINDOW, rect

SVG = "{http://www.w3.org/2000/svg}"
RNG = np.random.default_rng(4)
PHOTO = RNG.integers(0, 256, (12, 17, 3), dtype=np.uint8)
GREY = RNG.integers(0, 256, (9, 14), dtype=np.uint8)
OTHER = RNG.integers(0, 256, (9, 14), dtype=np.uint8)


def texts(picture) -> list[str]:
    return [t.text for t in ElementTree.fromstring(str(picture)).iter(f"{SVG}text")]


def rasters(picture) -> list[np.ndarray]:
    """The pictures inside a figure, decoded: grey, or RGB."""
    found = []
    for element in ElementTree.fromstring(str(picture)).iter(f"{SVG}image"):
        data = base64.b64decode(element.get("href").split(",")[1])
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        found.append(decoded if decoded.ndim == 2 else decoded[..., ::-1])
    return found


def every_figure():
    return [
        figures.array_layout(PHOTO[:4, :5], row=0, column=3),
        figures.pixel_microscope(PHOTO, row=1, column=2, size=5),
        figures.channel_mixer(PHOTO, (0.3, 0.6, 0.1), order=None),
        figures.threshold(GREY, level=100),
        figures.point_operations(GREY, gamma=0.5),
        figures.resolution(PHOTO, size=8, bits=3),
        figures.shift_and_shuffle(GREY, OTHER, shift=2),
    ]


@pytest.mark.parametrize("picture", every_figure(), ids=lambda picture: picture.title)
def test_every_figure_is_well_formed_titled_and_described(picture):
    root = ElementTree.fromstring(str(picture))
    assert root.find(f"{SVG}title").text == picture.title
    assert len(picture.description) > 40
    assert picture.width <= 960
    sizes = [float(t.get("font-size")) for t in root.iter(f"{SVG}text")]
    assert min(sizes) >= 12


def test_the_layout_shows_each_number_that_no_sheet_hides_and_marks_one_pixel_in_three_sheets():
    values = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    picture = figures.array_layout(values, row=0, column=3)
    shown = sorted(int(t) for t in texts(picture) if t.isdigit())
    behind = np.concatenate([values[0, :, 1:].ravel(), values[1:, 3:, 1:].ravel()])
    assert shown == sorted([*values[..., 0].ravel(), *behind])
    assert str(picture).count(f'stroke="{WINDOW.line}"') == 3
    assert "[9, 10, 11]" in picture.description
    assert "image.shape is (4, 5, 3)" in texts(picture)


def numbers(picture) -> list[int]:
    return [int(t) for t in texts(picture) if t.isdigit()]


@pytest.mark.parametrize("channels", pixels.VIEWS)
def test_the_microscope_shows_the_numbers_in_its_box(channels):
    picture = figures.pixel_microscope(PHOTO, row=3, column=7, size=4, channels=channels)
    box = PHOTO[3:7, 7:11]
    if channels == "grey":
        box = cv2.cvtColor(box, cv2.COLOR_RGB2GRAY)
        assert np.abs(np.array(numbers(picture)) - box.ravel().astype(int)).max() <= 1
    elif channels == "RGB":
        assert numbers(picture) == box.ravel().tolist()
        np.testing.assert_array_equal(rasters(picture)[0], PHOTO)
    else:
        index = ("red", "green", "blue").index(channels)
        assert numbers(picture) == box[..., index].ravel().tolist()
        np.testing.assert_array_equal(rasters(picture)[0], PHOTO[..., index])


def test_the_code_under_the_microscope_is_true():
    picture = figures.pixel_microscope(PHOTO, row=3, column=7, size=4, channels="blue")
    box, middle = texts(picture)[-2:]
    names = {"image": PHOTO}
    assert eval(box, names).tolist() == PHOTO[3:7, 7:11, 2].tolist()
    place, value = middle.split(" is ")
    assert eval(place, names) == int(value) == PHOTO[5, 9, 2]


@pytest.mark.parametrize("channels", pixels.VIEWS)
def test_a_new_value_changes_one_pixel_only_and_not_the_photograph(channels):
    before = PHOTO.copy()
    settings_ = {"row": 0, "column": 0, "size": 3, "channels": channels}
    old = rasters(figures.pixel_microscope(PHOTO, **settings_))[0].astype(int)
    new = rasters(figures.pixel_microscope(PHOTO, **settings_, new_value=1))[0].astype(int)
    changed = np.argwhere((old != new).reshape(*old.shape[:2], -1).any(axis=2))
    assert changed.tolist() == [[1, 1]]
    assert np.all(new[1, 1] == 1)
    np.testing.assert_array_equal(PHOTO, before)


@pytest.mark.parametrize(("row", "column"), [(9, 0), (0, 14)])
def test_a_box_that_leaves_the_picture_is_refused_with_the_last_place_that_fits(row, column):
    with pytest.raises(ValueError, match="try row 8 or less and column 13 or less"):
        figures.pixel_microscope(PHOTO, row=row, column=column, size=4)
    assert figures.pixel_microscope(PHOTO, row=8, column=13, size=4)


@pytest.mark.parametrize("order", [None, (2, 1, 0), (-1, 1, 2), (0, 1, -1), (1, 1, 1)])
def test_the_mixer_puts_the_channels_on_the_screen_in_the_order_asked_for(order):
    *channels, _grey, _photo, screen = rasters(figures.channel_mixer(PHOTO, (1, 0, 0), order=order))
    for place, source in enumerate(order or (0, 1, 2)):
        wanted = PHOTO[..., source] if source >= 0 else np.zeros(PHOTO.shape[:2])
        np.testing.assert_array_equal(screen[..., place], wanted)
    np.testing.assert_array_equal(np.dstack(channels), PHOTO)


@pytest.mark.parametrize("weights", [(0.299, 0.587, 0.114), (1, 1, 0.5), (0, 0, 1), (0, 0, 0)])
def test_the_mixer_adds_rounds_clips_and_counts(weights):
    picture = figures.channel_mixer(PHOTO, weights, order=None)
    exact = sum(w * PHOTO[..., c].astype(float) for c, w in enumerate(weights))
    rounded = np.floor(exact + 0.5)
    drawn = rasters(picture)[3].astype(int)
    assert np.abs(drawn - np.minimum(rounded, 255)).max() <= 1  # halves may round to even
    clipped = 100 * np.mean(rounded > 255)
    assert f"{clipped:.1f} % of the pixels are clipped" in picture.description
    assert f"sum to {sum(weights):g}," in picture.description


def test_the_usual_weights_turn_pure_colours_into_76_150_29():
    picture = figures.channel_mixer(PHOTO, (0.299, 0.587, 0.114), order=None)
    assert "Pure red, green and blue become 76, 150, 29." in picture.description
    assert {"76", "150", "29"} <= set(texts(picture))


@pytest.mark.parametrize("level", [0, 1, 127, 254, 255])
def test_the_threshold_is_strict_and_counted(level):
    picture = figures.threshold(GREY, level=level)
    _, expected = cv2.threshold(GREY, level, 255, cv2.THRESH_BINARY)
    np.testing.assert_array_equal(rasters(picture)[1], expected)
    assert f"Threshold {level}: {np.count_nonzero(expected)} of 126" in picture.description


def test_the_automatic_threshold_is_that_of_opencv():
    picture = figures.threshold(GREY, level=3, automatic=True)
    best, expected = cv2.threshold(GREY, 0, 255, cv2.THRESH_OTSU)
    np.testing.assert_array_equal(rasters(picture)[1], expected)
    assert f"Otsu's threshold {best:.0f}:" in picture.description


@given(st.integers(0, 255), st.integers(0, 255))
def test_the_words_of_one_mark_are_not_crossed_by_the_line_of_the_other(level, best):
    levels = [level, best]
    for number, other in ((0, best), (1, level)):
        own, reach = levels[number], 35  # about as many grey levels as "Threshold 127" is long
        left = pixels._label_goes_left(number, levels)
        words = (own - reach, own) if left else (own, own + reach)
        assert words[0] >= 0 and words[1] <= 255
        hemmed_in = min(levels) <= 35 or max(levels) > 219  # no room on the outer side
        assert hemmed_in or other == own or not words[0] < other < words[1]


@given(
    gamma=st.floats(0.2, 5),
    contrast=st.floats(0, 3),
    brightness=st.integers(-128, 128),
    wrap=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_point_operations_follow_the_formula(gamma, contrast, brightness, wrap):
    picture = figures.point_operations(
        GREY, gamma=gamma, contrast=contrast, brightness=brightness, wrap=wrap
    )
    powered = np.rint(255 * (GREY / 255) ** gamma)
    exact = np.rint(contrast * (powered - 127.5) + 127.5 + brightness).astype(int)
    stored = exact % 256 if wrap else np.clip(exact, 0, 255)
    np.testing.assert_array_equal(rasters(picture)[1], stored)
    outside = np.count_nonzero((exact < 0) | (exact > 255))
    assert f"{outside} of 126 pixels" in picture.description
    assert f"goes from {stored.min()} to {stored.max()} " in picture.description


def test_gamma_one_half_gives_the_values_worked_out_by_hand():
    picture = figures.point_operations(GREY, gamma=0.5)
    assert "0 → 0, 64 → 128, 128 → 181, 192 → 221, 255 → 255" in picture.description


def test_stretching_changes_the_view_but_not_the_result():
    plain = figures.point_operations(GREY, contrast=0.4)
    stretched = figures.point_operations(GREY, contrast=0.4, stretch=True)
    shown = rasters(stretched)[1]
    assert (shown.min(), shown.max()) == (0, 255)
    assert rasters(plain)[1].max() < 200
    ends = re.compile(r"goes from \d+ to \d+")
    assert ends.search(plain.description).group() == ends.search(stretched.description).group()


def test_stretching_moves_nothing_on_the_page():
    tall = RNG.integers(0, 256, (20, 17), dtype=np.uint8)
    shown = [str(figures.point_operations(tall, stretch=stretch)) for stretch in (False, True)]
    places = [re.findall(r"translate\(([-\d. ]+)\)", picture) for picture in shown]
    assert places[0] == places[1]


def test_stretching_a_picture_of_one_grey_does_not_divide_by_zero():
    flat = np.full((4, 4), 90, dtype=np.uint8)
    assert rasters(figures.point_operations(flat, stretch=True))[1].max() == 0


def test_a_pile_at_the_end_of_the_histogram_is_cut_off_and_counted():
    grey = np.full((10, 10), 255, dtype=np.uint8)
    grey[0, :5] = [10, 20, 30, 40, 50]
    assert "cut off: 95 pixels" in texts(figures.point_operations(grey))


@pytest.mark.parametrize(("size", "bits"), [(8, 1), (12, 8), (17, 5)])
@pytest.mark.parametrize("antialias", [True, False])
def test_resolution_counts_pixels_levels_and_bytes(size, bits, antialias):
    picture = figures.resolution(PHOTO, size=size, bits=bits, antialias=antialias)
    drawn = rasters(picture)[1]
    height = round(12 * size / 17)
    assert drawn.shape == (height, size, 3)
    assert len(np.unique(drawn)) <= 2**bits
    assert f"{-(-height * size * 3 * bits // 8):,} bytes raw" in picture.description
    if bits == 8 and not antialias:
        old = {tuple(p) for p in PHOTO.reshape(-1, 3).tolist()}
        assert {tuple(p) for p in drawn.reshape(-1, 3).tolist()} <= old
    colours = {tuple(p) for p in drawn.reshape(-1, 3).tolist()}
    assert str(len(colours)) in texts(picture)
    assert f"2{'⁰¹²³⁴⁵⁶⁷⁸'[bits]} = {2**bits}" in texts(picture)


def test_a_picture_of_full_size_and_depth_is_unchanged():
    drawn = rasters(figures.resolution(PHOTO, size=17, bits=8))[0]
    np.testing.assert_array_equal(drawn, PHOTO)


@pytest.mark.parametrize("shift", [0, 1, 5, 8])
def test_distances_are_those_of_the_moved_pictures(shift):
    picture = figures.shift_and_shuffle(GREY, OTHER, shift=shift, fill=7)
    moved = np.full(GREY.shape, 7.0)
    moved[:, shift:] = GREY[:, : GREY.shape[1] - shift]
    np.testing.assert_array_equal(rasters(picture)[1], moved)
    distance = np.linalg.norm(moved - GREY) / np.sqrt(GREY.size)
    rival = np.linalg.norm(OTHER.astype(float) - GREY) / np.sqrt(GREY.size)
    assert f"moved by {shift} px: {distance:.1f}".removesuffix(".0") in picture.description
    word = "is farther away" if distance > rival else "is not farther away"
    assert word in picture.description


def test_shuffling_changes_the_pictures_and_not_one_distance():
    order = np.random.default_rng(0).permutation(GREY.size)
    plain = figures.shift_and_shuffle(GREY, OTHER, shift=3)
    assert plain.height == figures.shift_and_shuffle(OTHER, GREY, shift=8).height
    mixed = figures.shift_and_shuffle(GREY, OTHER, shift=3, order=order)
    assert texts(plain) == texts(mixed)
    np.testing.assert_array_equal(rasters(mixed)[0].ravel(), GREY.ravel()[order])
    assert np.any(rasters(mixed)[0] != GREY)
    same = plain.description.replace("in order", "shuffled, all pictures in the same way")
    assert mixed.description == same


def test_the_frame_on_the_photograph_stands_where_the_box_is():
    picture = figures.pixel_microscope(PHOTO, row=3, column=7, size=4)
    scale = 320 / 17
    x, y, side = 7 * scale, 3 * scale, 4 * scale
    frame = rect(-2.5, -2.5, side + 5, side + 5, line=LIGHT)
    frame += rect(0, 0, side, side, line=WINDOW.line, thick=3)
    assert marks.glide(frame, "box", x, y) in picture.markup


def test_the_weight_of_each_channel_is_dragged_from_0_to_1():
    drags = marked(figures.channel_mixer(PHOTO, (0.25, 0.5, 0), order=None), "drag")
    moves = [drags[f"weight of {name}"]["moves"][0] for name in ("red", "green", "blue")]
    assert [move["control"] for move in moves] == ["red", "green", "blue"]
    assert [move["value"] for move in moves] == [0.25, 0.5, 0]
    for move in moves:
        ends = [move["value"] + move["step"] * move[end] for end in ("least", "most")]
        assert ends == pytest.approx([0, 1])
