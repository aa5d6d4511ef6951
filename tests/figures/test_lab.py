"""The figures of the lab show the numbers they are given, on one scale, in words as well."""

from __future__ import annotations

import base64
import json
import re
import xml.etree.ElementTree as ET

import cv2
import numpy as np
import pytest

from cnncourse import figures
from cnncourse.figures.svg import WINDOW, Svg, signed_pixels

RNG = np.random.default_rng(8)
IMAGES = RNG.integers(0, 256, (16, 28, 28), dtype=np.uint8)


def rasters(svg):
    """The pictures inside a figure, decoded to grey, RGB, or RGB and opacity."""
    found = []
    for data in re.findall(r"base64,([^\"]+)", str(svg)):
        pixels = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), -1)
        order = (2, 1, 0, 3)[: pixels.shape[-1]]
        found.append(pixels if pixels.ndim == 2 else pixels[..., order])
    return found


def words(svg):
    return [text.text for text in ET.fromstring(str(svg)).iterfind(".//{*}text")]


def all_figures():
    maps = RNG.normal(size=(20, 7, 7))
    curve = {"a": ([1, 2, 3], [0.5, 0.6, 0.9]), "b": ([1, 2, 3], [0.4, 0.7, 0.8])}
    halves = {"train_loss": [2, 1], "validation_loss": [2.1, 1.3], "train_accuracy": [0.3, 0.8],
              "validation_accuracy": [0.2, 0.7]}  # fmt: skip
    yield figures.digits(IMAGES[:7], range(7), columns=3, marked=[2])
    yield figures.class_balance({"training": range(1, 11), "validation": [5] * 10})
    yield figures.line_chart(curve, title="Chart", across="x", up="accuracy", percent=True, at=2)
    yield figures.learning_curves([1, 2], **halves)
    yield figures.learned_kernels(RNG.normal(size=(8, 1, 5, 5)), name="conv1")
    yield figures.learned_kernels(RNG.normal(size=(6, 3, 3, 3)), name="conv2")
    yield figures.layer_xray(IMAGES[0], maps, name="conv2", channel=5, examples=IMAGES[:8],
                             strengths=np.arange(8, 0, -1), places=range(8))  # fmt: skip
    yield figures.what_matters(IMAGES[0], RNG.random((12, 12)), RNG.random((28, 28)), patch=5,
                               stride=2, digit=3, probability=0.9)  # fmt: skip
    yield figures.filters_over_time(RNG.normal(size=(5, 1, 3, 3)), RNG.normal(size=(5, 1, 3, 3)),
                                    RNG.normal(size=(5, 9, 9)), step=40, accuracy=0.5)  # fmt: skip
    yield figures.training_so_far([2.0, 1.0], [2], [0.6], steps=10)
    yield figures.live_training([500, 1000], **halves, rates=[0.01, 0.001], goal=5000,
                                kernels=RNG.normal(size=(16, 1, 5, 5)), name="small")  # fmt: skip
    yield figures.confusion(np.eye(10, dtype=int) * 5, row=1, column=2, examples=IMAGES[:0],
                            shares=np.zeros((0, 10)), places=[])  # fmt: skip
    yield figures.calibration([0.5, 0.9], [0.6, 0.85], [10, 100])
    yield figures.break_it(IMAGES[:4], [1, 2, 3, 4], {"one": [1, 2, 3, 5]},
                           {"one": ([0, 1], [0.9, 0.3])}, change="shift", amount=1,
                           unit="pixels")  # fmt: skip
    yield figures.reading([("grey", IMAGES[0]), ("28×28", IMAGES[1])], np.full(10, 0.1), "me:")
    yield figures.readings(IMAGES[0], [(2, 3, 9, 20)], [None], [0.4])


@pytest.mark.parametrize("picture", list(all_figures()), ids=lambda picture: picture.title)
def test_a_figure_can_be_read_by_people_and_machines(picture):
    root = ET.fromstring(str(picture))
    assert root.find("{*}title").text and len(root.find("{*}desc").text) > 20
    assert not re.search(r"\b(nan|inf|None)\b", str(picture))
    assert min(float(t.get("font-size")) for t in root.iterfind(".//{*}text")) >= 11.5
    assert picture.width <= 972


# Digits and curves --------------------------------------------------------------------------------


def test_the_digits_drawn_are_the_digits_given():
    shown = rasters(figures.digits(IMAGES, range(16)))
    np.testing.assert_array_equal(shown, IMAGES)


def test_digits_from_0_to_1_are_drawn_as_bytes():
    (shown,) = rasters(figures.digits(np.array([[[0.0, 0.5], [1.0, 0.2]]])))
    np.testing.assert_array_equal(shown, [[0, 128], [255, 51]])


def test_decimal_numbers_up_to_255_are_refused_instead_of_shown_as_white():
    with pytest.raises(ValueError, match="divide them by 255"):
        figures.digits(255.0 * IMAGES[:2])


def test_no_digits_are_a_sentence_and_not_an_empty_picture():
    svg = figures.digits(np.zeros((0, 28, 28)), title="The surest errors")
    assert ">The surest errors: there are none.<" in svg.markup
    assert svg.width > 100


def test_captions_must_be_as_many_as_digits():
    with pytest.raises(ValueError, match="give one for each"):
        figures.digits(IMAGES[:3], ["a"])


def test_the_balance_names_the_most_frequent_and_the_rarest_digit():
    counts = [10, 12, 10, 10, 10, 8, 10, 10, 10, 10]
    assert figures.class_balance({"training": counts}).description == (
        "In training the most frequent digit is 1 with 12 %, the rarest 5 with 8 %."
    )


def test_a_chart_states_where_its_lines_begin_and_end():
    chart = figures.line_chart({"CNN": ([100, 1000], [0.5, 0.987])}, title="Data",
                               across="digits", up="accuracy", percent=True, log=True)  # fmt: skip
    assert chart.description == (
        "Data (accuracy against digits): CNN 50 % at 100 and 98.7 % at 1,000."
    )


def points(svg):
    path = re.search(r'<polyline points="([^"]+)"', str(svg))[1]
    return np.array([[float(n) for n in pair.split(",")] for pair in path.split()])


def test_equal_factors_are_equal_steps_on_a_logarithmic_axis():
    chart = figures.line_chart({"a": ([1, 10, 100], [1, 2, 3])}, title="", across="", up="",
                               log=True)  # fmt: skip
    x = points(chart)[:, 0]
    assert x[1] - x[0] == pytest.approx(x[2] - x[1])


def test_whole_numbers_across_have_no_fractions_between_them():
    def across(xs):
        chart = figures.line_chart(
            {"a": (xs, xs)}, title="t", across="epoch", up="u", limits=(5, 6)
        )
        return [word for word in words(chart) if re.fullmatch(r"[\d.]+", word) and float(word) < 5]

    assert across([1, 2, 3]) == ["1", "2", "3"]
    assert across([1]) == ["1"]
    assert across([0, 0.5, 1])[:3] == ["0", "0.2", "0.4"]
    shown = words(figures.calibration([0.5], [0.6], [10]))
    assert {"0", "0.2", "0.4", "0.6", "0.8", "1"} <= set(shown)


def test_a_line_runs_between_the_corners():
    chart = figures.line_chart({"a": ([0, 5, 10], [0, 0.5, 1])}, title="", across="", up="",
                               limits=(0, 1), width=100, height=50)  # fmt: skip
    x, y = points(chart).T
    assert x.tolist() == [52, 102, 152] and y.tolist() == [94, 69, 44]


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0], [np.nan, 1.0], [np.inf]])
def test_a_chart_survives_few_equal_or_infinite_values(values):
    chart = figures.line_chart({"a": (range(len(values)), values)}, title="T", across="x", up="y")
    ET.fromstring(str(chart))
    assert not re.search(r"\b(nan|inf)\b", str(chart))


def test_learning_curves_tell_training_from_validation():
    said = figures.learning_curves(
        [1, 2], train_loss=[0.5, 0.1], validation_loss=[0.6, 0.3], train_accuracy=[0.8, 0.99],
        validation_accuracy=[0.7, 0.9],
    ).description  # fmt: skip
    assert "training 0.5 at 1 and 0.1 at 2; validation 0.6 at 1 and 0.3 at 2" in said
    assert "training 80 % at 1 and 99 % at 2; validation 70 % at 1 and 90 % at 2" in said


# Looking inside -----------------------------------------------------------------------------------


def test_every_slice_of_every_kernel_is_drawn_on_one_scale():
    kernels = RNG.normal(size=(6, 3, 3, 3))
    limit = np.abs(kernels).max()
    sheet = rasters(figures.learned_kernels(kernels))[0]
    for c_out in range(6):
        for c_in in range(3):
            top, left = 13 * c_in, 13 * c_out  # 3 pixels of 4×4, and a line
            part = sheet[top : top + 12 : 4, left : left + 12 : 4]
            np.testing.assert_array_equal(part, signed_pixels(kernels[c_out, c_in], limit))


def test_a_weak_kernel_looks_weak_beside_a_strong_one():
    kernels = np.stack([np.full((1, 2, 2), 0.001), np.full((1, 2, 2), -5.0)])
    sheet = rasters(figures.learned_kernels(kernels))[0]
    assert sheet[0, 0, 3] == 0  # the paper is seen
    assert sheet[0, 9].tolist() == [94, 60, 153, 215]


@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 17])
def test_the_sheet_of_a_first_layer_has_no_empty_row(count):
    sheet = rasters(figures.learned_kernels(np.ones((count, 1, 3, 3))))[0]
    columns, rows = min(count, 8), -(-count // 8)
    assert sheet.shape == (13 * rows - 1, 13 * columns - 1, 4)


def test_large_templates_are_parted_by_wider_lines():
    sheet = rasters(figures.learned_kernels(np.ones((10, 1, 28, 28))))[0]
    assert sheet.shape == (2 * (112 + 4) - 4, 5 * (112 + 4) - 4, 4)
    assert {tuple(pixel) for pixel in sheet[50, 112:116]} == {(128,) * 4}


def test_ten_kernels_stand_in_two_full_rows():
    sheet = rasters(figures.learned_kernels(np.ones((10, 1, 3, 3))))[0]
    assert sheet.shape == (13 * 2 - 1, 13 * 5 - 1, 4)


def xray(maps, name):
    return figures.layer_xray(
        IMAGES[0],
        np.array(maps),
        name=name,
        channel=0,
        examples=IMAGES[:1],
        strengths=[1.0],
        places=[7],
    )


def test_maps_without_negatives_are_grey_on_one_scale():
    picture = xray([np.full((2, 2), 1.0), np.full((2, 2), 4.0), np.zeros((2, 2))], "relu1")
    assert [int(p[0, 0]) for p in rasters(picture)[-3:]] == [64, 255, 0]
    assert "3 maps of 2×2, values from 0 to 4; 1 of them" in picture.description


def test_signed_maps_are_coloured_around_zero():
    first, second = rasters(xray([[[-2.0, 0.0]], [[1.0, 2.0]]], "conv1"))[-2:]
    assert first.tolist() == [[[94, 60, 153, 215], [94, 60, 153, 0]]]
    assert second[0, 1].tolist() == [230, 97, 1, 215]


def test_an_xray_of_a_channel_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="0 to 1"):
        figures.layer_xray(IMAGES[0], np.zeros((2, 3, 3)), name="relu1", channel=2,
                           examples=IMAGES[:1], strengths=[1.0], places=[0])  # fmt: skip


@pytest.mark.parametrize("shape", [(1, 28, 28), (5, 14, 14), (16, 28, 28), (32, 7, 7), (64, 1, 1)])
def test_an_xray_has_one_size_and_each_map_and_example_can_be_chosen(shape):
    picture = figures.layer_xray(
        IMAGES[0], RNG.random(shape), name="relu1", channel=0, place=9,
        examples=IMAGES[:2], strengths=[2.0, 1.0], places=[9, 4],
    )  # fmt: skip
    assert (picture.width, picture.height) == (960, 540)
    for channel in range(shape[0]):
        assert mark(picture, f"map {channel}") == {"channel": channel}
    assert mark(picture, "example 4") == {"digit": 4}
    tile = r'data-name="map \d+".*?<image x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"'
    tiles = re.findall(tile, str(picture))
    assert all(float(x) + float(side) <= 308.01 for x, _, side in tiles)
    assert all(float(y) + float(side) <= 216.01 for _, y, side in tiles)


def test_the_frame_of_the_worst_patch_lies_where_the_probability_is_lowest():
    covered = np.full((12, 12), 0.9)
    covered[4, 7] = 0.25
    covered[6, 3] = 0.5
    picture = figures.what_matters(IMAGES[0], covered, np.zeros((28, 28)), patch=5, stride=2,
                                   digit=3, probability=0.9, row=13, column=6)  # fmt: skip
    assert picture.description == (
        "Uncovered, the network says 3 with 90 %, covered here with 50 %. A patch of 5×5, moved in "
        "steps of 2, lowers this to 25 % at worst, with its upper left corner in row 8, column 14."
    )
    row, column = mark(picture, "cover")["moves"]
    assert (row["value"], row["least"], row["most"], row["along"]) == (12, -6, 5, [0, 20])
    assert (column["value"], column["least"], column["most"], column["along"]) == (
        6,
        -3,
        8,
        [20, 0],
    )
    opacity = rasters(picture)[1][..., 3]
    assert (opacity == 255).sum() == 6 * 12 + 4 and opacity[6, 3] == 255 > opacity[6, 4]


def test_the_frame_lies_where_covering_makes_another_digit_most_probable():
    covered = np.full((12, 12), 0.02)
    covered[4, 7], covered[1, 1] = 0.15, 0.01
    picture = figures.what_matters(IMAGES[0], covered, np.zeros((28, 28)), patch=5, stride=2,
                                   digit=3, probability=0.02)  # fmt: skip
    said = (
        "steps of 2, raises this to 15 % at most, with its upper left corner in row 8, column 14."
    )
    assert said in picture.description
    assert "15 %" in words(picture)


# Training -----------------------------------------------------------------------------------------


def test_an_untouched_training_asks_to_be_started():
    empty = {name: [] for name in ("train_loss", "validation_loss", "train_accuracy",
                                   "validation_accuracy", "rates")}  # fmt: skip
    picture = figures.live_training([], **empty, goal=5000, name="mlp")
    assert picture.description == "mlp: nothing learnt yet, 5,000 digits to see. Press train."
    begun = figures.live_training([500], **{name: [0.5] for name in empty}, goal=5000)
    assert "has none" in str(begun) and "has none" not in str(picture)  # nobody knows yet


@pytest.mark.parametrize("seen, over", [(4999, False), (5000, True), (5500, True)])
def test_a_training_that_is_over_says_how_to_train_on(seen, over):
    halves = {name: [0.5] for name in ("train_loss", "validation_loss", "train_accuracy",
                                       "validation_accuracy", "rates")}  # fmt: skip
    sentence = figures.live_training([seen], **halves, goal=5000).description
    said = " The end: raise the epochs to train on, or start again."
    assert sentence.endswith(said) == over


def test_digits_read_wrongly_in_a_training_are_framed_and_its_size_stays():
    halves = {name: [0.5] for name in ("train_loss", "validation_loss", "train_accuracy",
                                       "validation_accuracy", "rates")}  # fmt: skip
    read = IMAGES[:10], np.arange(10), np.array([0, 1, 2, 3, 4, 5, 6, 7, 3, 3])
    picture = figures.live_training([500], **halves, goal=5000, read=read)
    frames = [r for r in ET.fromstring(str(picture)).iterfind(".//{*}rect")
              if r.get("stroke") == WINDOW.line]  # fmt: skip
    assert len(frames) == 2
    plain = figures.live_training([500], **halves, goal=5000, kernels=np.ones((16, 1, 5, 5)))
    assert (picture.width, picture.height) == (plain.width, plain.height)


def test_the_loss_of_many_steps_is_drawn_as_means():
    losses = np.arange(1000) / 1000
    picture = figures.training_so_far(losses, [], [], steps=2000)
    assert len(points(picture)) == 100
    assert picture.description == "Step 1,000 of 2,000."


# Errors -------------------------------------------------------------------------------------------


def test_the_table_holds_its_counts_and_a_dot_for_none():
    table = np.zeros((10, 10), int)
    table[np.arange(10), np.arange(10)] = 7
    table[4, 9] = 3
    shares = np.full((3, 10), 0.02) + 0.8 * np.eye(10)[9]
    picture = figures.confusion(table, row=4, column=9, examples=IMAGES[:3], shares=shares,
                                places=[11, 22, 33], chosen=1)  # fmt: skip
    shown = words(picture)
    assert shown.count("82 %") == 4 and shown.count("2 %") == 9  # of the one looked at, of all
    assert mark(picture, "3 read as 8") == {"label": 3, "answer": 8}
    assert mark(picture, "example 33") == {"digit": 2} and "example 22, a 4" in shown
    assert shown.count("7") == 13 and shown.count("3") == 4 and shown.count("·") == 89
    assert "4 read as 9: 3" in shown
    assert picture.description == (
        "70 of 73 digits are read correctly. The network reads 3 of 10 digits labelled 4 as 9."
    )


def test_calibration_skips_empty_groups_and_draws_wilsons_interval():
    picture = figures.calibration([np.nan, 0.9], [np.nan, 0.8], [0, 50])
    assert "Mean gap between sure and right: 10 %." in picture.description
    (span,) = re.findall(r'y1="([\d.]+)" x2="[\d.]+" y2="([\d.]+)" stroke="#1a5af7"', str(picture))
    low, high = (1 - (float(y) - 44) / 240 for y in span)
    # Wilson's interval of 40 out of 50, by the formula in E. B. Wilson (1927)
    z, n, p = 1.96, 50, 0.8
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert (low, high) == (
        pytest.approx(middle - half, abs=1e-3),
        pytest.approx(middle + half, abs=1e-3),
    )


def test_broken_digits_are_marked_right_or_wrong():
    hands = {"shift": ("shift", 4, 1), "turn": ("spin", 90, 5)}
    picture = figures.break_it(IMAGES[:3], [1, 2, 3], {"a": [1, 7, 3]}, {"a": ([0, 4], [1, 0.5])},
                               change="shift", amount=1, unit="pixels", by_hand=hands)  # fmt: skip
    shown = words(picture)
    assert [w for w in shown if "✓" in w or "✗" in w] == ["a 1 ✓", "1 ✓", "7 ✗", "3 ✓"]
    dragged = mark(picture, "digit to shift")
    assert dragged["also"] == {"damage": "shift"}
    assert dragged["moves"] == [{"control": "amount", "value": 1, "along": [7, 0], "least": -1,
                                 "most": 3, "step": 1}]  # fmt: skip
    turned = mark(picture, "digit to turn")
    assert turned["also"] == {"damage": "spin"} and turned["moves"][0]["most"] == 18
    (line,) = mark(picture, "amount in the chart")["moves"]
    assert line["along"] == [67.5, 0] and (line["least"], line["most"]) == (-1, 3)
    assert "a reads 2 of 3" in picture.description and "a 87.5 %" in picture.description


# Your own digit -----------------------------------------------------------------------------------


def test_a_reading_ends_with_what_the_network_sees_and_says_the_two_best():
    p = np.zeros(10)
    p[[3, 5]] = 0.75, 0.25
    picture = figures.reading([("a", IMAGES[0]), ("b", IMAGES[1])], p, "drawn:")
    np.testing.assert_array_equal(rasters(picture)[-1], IMAGES[1])
    assert picture.description == "drawn: Most probable: 3 with 75 %; then 5 with 25 %."


@pytest.mark.parametrize("distance, said", [(2.0, "it may well be one"), (4.5, "hardly a digit")])
def test_a_reading_shows_what_is_most_like_it_and_judges_the_distance(distance, said):
    p = np.eye(10)[3]
    alike = np.arange(3 * 14 * 14).reshape(3, 14, 14).astype(np.uint8)
    picture = figures.reading(
        [("a", IMAGES[0])], p, "drawn:", nearest=alike, distance=distance, limit=3.0
    )
    for shown, expected in zip(rasters(picture)[1:4], alike, strict=True):
        np.testing.assert_array_equal(shown, expected)
    assert said in picture.description
    assert f"The 3s most like it are {distance:.2f} away" in picture.description
    assert "3s most alike" in words(picture)


def mark(svg, name):
    """What touching a part of a picture means, by the part's name."""
    (found,) = [part for part in ET.fromstring(str(svg)).iter() if part.get("data-name") == name]
    (kind,) = {"data-set", "data-drag", "data-edit"} & set(found.keys())
    return json.loads(found.get(kind))


def test_what_the_network_sees_follows_the_hand_by_pixels_and_turns_by_five_degrees():
    picture = figures.reading([("a", IMAGES[0])], np.eye(10)[3], "x:", moved=(3, -10, 45))
    right, down = mark(picture, "what the network sees")["moves"]
    assert (right["along"], right["least"], right["most"]) == ([8, 0], -13, 7)
    assert (down["along"], down["least"], down["most"]) == ([0, 8], 0, 20)
    (turn,) = mark(picture, "turn")["moves"]
    arm, along = np.array(turn["arm"]), np.array(turn["along"])
    assert arm == pytest.approx([0, -96])  # 45 degrees on from the upper right corner: straight up
    end = arm + along
    assert np.rad2deg(np.arctan2(-end[1], end[0])) == pytest.approx(95, abs=0.01)
    assert (turn["step"], turn["least"], turn["most"]) == (5, -27, 9)


def test_nothing_to_read_has_the_size_of_a_reading():
    nothing = figures.reading([("a", IMAGES[0])], None, "Draw.", nearest=IMAGES[:0])
    alike = figures.reading([("a", IMAGES[0])] * 8, np.eye(10)[3], "x:", nearest=IMAGES[:3])
    assert (nothing.width, nothing.height) == (alike.width, alike.height)
    assert nothing.description == "Draw." and words(nothing).count("0 %") == 10


PERCENT = {1: "100 %", 0.99961: "over 99.9 %", 0.9994: "99.9 %", 0.5: "50 %",
           0.0003: "under 0.1 %", 0: "0 %"}  # fmt: skip


@pytest.mark.parametrize("share, said", PERCENT.items())
def test_no_probability_is_rounded_to_certainty(share, said):
    p = np.array([share, 1 - share] + [0] * 8)
    assert said in words(figures.reading([("x", IMAGES[0])], p, "x:"))


def test_boxes_are_drawn_to_scale_and_doubt_is_said():
    photo = np.zeros((100, 210), np.uint8)
    boxes = [(10, 20, 40, 35), (5, 90, 60, 120)]
    picture = figures.readings(photo, boxes, [4, None], [0.9999, 0.3])
    assert picture.description == "Found 2 in reading order: 4, unsure."
    assert '<rect x="40" y="44" width="30" height="60"' in str(picture)
    assert {"4 · 99 %", "unsure"} <= set(words(picture))


def test_an_empty_page_is_said_to_be_empty():
    picture = figures.readings(np.zeros((10, 10), np.uint8), [], [], [])
    assert isinstance(picture, Svg) and picture.description.endswith("order: nothing.")
