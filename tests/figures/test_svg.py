"""Svg values, their primitives, and the palette's promises."""

import base64
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import cv2
import matplotlib
import numpy as np
import pytest
from drawn import contrast, linear
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from cnncourse import figures
from cnncourse.figures import charts, svg

ROLES = {
    "input": svg.INPUT,
    "kernel": svg.KERNEL,
    "output": svg.OUTPUT,
    "padding": svg.PADDING,
    "window": svg.WINDOW,
}
SVG_NAME = "{http://www.w3.org/2000/svg}"

# Severe colour blindness as matrices on linear RGB. G. M. Machado, M. M. Oliveira and
# L. A. F. Fernandes (2009), A Physiologically-based Model for Simulation of Color Vision
# Deficiency, IEEE Transactions on Visualization and Computer Graphics 15(6).
SIMULATED = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def seen_as(colour: str, vision: str) -> np.ndarray:
    """CIE Lab of a colour as somebody with this vision sees it."""
    rgb = np.clip(SIMULATED[vision] @ linear(colour), 0, 1)
    xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ) @ rgb / np.array([0.9505, 1.0, 1.089])  # fmt: skip
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_a_picture_is_xml_with_size_title_and_description():
    picture = svg.Svg(svg.rect(0, 0, 5, 5), 30, 20, "A <small> square", "Five & five")
    root = ElementTree.fromstring(str(picture))
    assert root.get("viewBox") == "0 0 30 20"
    assert root.get("role") == "img"
    assert root.find(f"{SVG_NAME}title").text == "A <small> square"
    assert root.find(f"{SVG_NAME}desc").text == "Five & five"


def test_a_picture_shows_itself_in_a_notebook_and_in_a_file(tmp_path):
    picture = svg.Svg("", 30, 20, "Nothing")
    picture.save(tmp_path / "nothing.svg")
    assert (tmp_path / "nothing.svg").read_text(encoding="utf-8") == f"{picture}\n"
    assert picture._repr_html_() == picture.in_page()
    assert repr(picture) == "Svg('Nothing', 30×20)"


def test_a_figure_of_a_cell_promises_no_touch():
    square = np.eye(3)
    for figure in (figures.sliding_sum([1, 2, 3], [0, 1]), figures.convolution(square, square)):
        touched, still = figure.markup, figure.in_page()
        assert touched.count("data-drag") <= touched.count("data-grip") > 0
        assert "data-grip" not in still and still.count("<rect") < str(figure).count("<rect")


@pytest.mark.parametrize("words", ["a < b & c", "·×−→", ""])
def test_text_is_escaped(words):
    root = ElementTree.fromstring(svg.text(1, 2, words))
    assert (root.text or "") == words


def test_lines_of_words_stand_one_below_the_other():
    found = ElementTree.fromstring(f"<g>{svg.lines(3, 10, ['a', 'b', 'c'], 20, size=14)}</g>")
    assert [(part.text, part.get("x"), part.get("y")) for part in found] == [
        ("a", "3", "10"),
        ("b", "3", "30"),
        ("c", "3", "50"),
    ]
    assert {part.get("font-size") for part in found} == {"14"}


@given(st.floats(-1e6, 1e6))
def test_a_coordinate_keeps_two_decimals(value):
    assert abs(float(svg.num(value)) - value) <= 0.005 + 1e-9


@pytest.mark.parametrize(
    ("value", "shown"), [(3.0, "3"), (-2.5, "−2.5"), (-0.001, "0"), (0.126, "0.13"), (100, "100")]
)
def test_numbers_are_written_as_a_reader_writes_them(value, shown):
    assert svg.show_number(value) == shown


def test_an_image_keeps_every_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    root = ElementTree.fromstring(svg.image(pixels, 0, 0, 70, 50))
    kind, data = root.get("href").split(",", 1)
    assert kind == "data:image/png;base64"
    stored = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(stored[..., ::-1], pixels)


def test_grey_goes_from_black_to_white_and_stays_there_beyond():
    assert [svg.grey_fill(v) for v in (-9, 0, 127.5, 255, 999)] == [
        "#000000", "#000000", "#808080", "#ffffff", "#ffffff",
    ]  # fmt: skip


def test_signed_pixels_and_signed_cells_agree():
    values = np.linspace(-3, 3, 13).reshape(1, 13)
    expected = [svg.signed_fill(float(v), 2.0) for v in values[0]]
    got = ["#" + bytes(pixel).hex() for pixel in svg.signed_pixels(values, 2.0)[0]]
    assert got == expected
    assert svg.signed_fill(-2, 2) != svg.signed_fill(2, 2)
    assert svg.signed_fill(5, 0) == svg.signed_fill(0, 2)


def test_text_on_any_grey_has_a_contrast_of_at_least_four():
    for fill in map(svg.grey_fill, range(256)):
        assert contrast(svg.text_on(fill), fill) >= 4, fill


def test_beside_and_above_make_room_for_all_parts():
    wide, tall = svg.Svg("", 50, 10, "wide", "W."), svg.Svg("", 10, 40, "tall", "T.")
    row, column = svg.beside(wide, tall, gap=5), svg.above(wide, tall, gap=5)
    assert (row.width, row.height) == (65, 40)
    assert (column.width, column.height) == (50, 55)
    assert (row.title, row.description) == ("wide; tall", "W. T.")
    assert svg.framed(row, 7).width == 79
    assert svg.captioned(tall, "words under which it stands").width > 10


@pytest.mark.parametrize(
    "caption", ["how many windows look at each pixel", "grey, the weighted sum"]
)
def test_a_caption_has_room_for_its_bold_words_in_a_wide_font(caption):
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    bold = ImageFont.truetype(fonts / "DejaVuSans-Bold.ttf", 13)
    dot = svg.Svg("", 1, 1, "dot", "A dot.")
    assert svg.captioned(dot, caption).width >= bold.getlength(caption)


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_lines_stand_out_on_light_and_dark_pages(name, page):
    assert contrast(ROLES[name].line, page) >= 3


def over(tint, paper):
    """The colour of a tint, #rrggbbaa, on paper."""
    *above, alpha = bytes.fromhex(tint[1:])
    below = bytes.fromhex(paper[1:])
    mixed = [round(b + (a - b) * alpha / 255) for a, b in zip(above, below, strict=True)]
    return "#" + bytes(mixed).hex()


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize(("ink", "paper"), [("#1f2328", "#ffffff"), ("#e0e0e0", "#111111")])
def test_the_themes_ink_reads_well_on_every_tint(name, ink, paper):
    assert svg.text_on(ROLES[name].tint) == svg.INK
    assert contrast(ink, over(ROLES[name].tint, paper)) >= 7


@pytest.mark.parametrize("vision", SIMULATED)
@pytest.mark.parametrize(("one", "other"), list(combinations(ROLES, 2)))
def test_line_colours_stay_apart_under_colour_blindness(vision, one, other):
    distance = np.linalg.norm(seen_as(ROLES[one].line, vision) - seen_as(ROLES[other].line, vision))
    assert distance >= 25, "two roles look alike"


@pytest.mark.parametrize("colour", charts.DATA)
@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_colours_of_data_stand_out_and_are_no_roles(colour, page):
    assert contrast(colour, page) >= 3
    assert colour not in {role.line for role in ROLES.values()}


@pytest.mark.parametrize("vision", SIMULATED)
@pytest.mark.parametrize(("one", "other"), list(combinations(charts.DATA[:3], 2)))
def test_the_first_colours_of_data_stay_apart_under_colour_blindness(vision, one, other):
    assert np.linalg.norm(seen_as(one, vision) - seen_as(other, vision)) >= 25


@pytest.mark.parametrize("vision", SIMULATED)
def test_the_two_ends_of_the_signed_scale_stay_apart(vision):
    ends = [seen_as(svg.signed_fill(sign, 1), vision) for sign in (-1, 1)]
    assert np.linalg.norm(ends[0] - ends[1]) >= 40


def test_a_drawing_holds_what_the_functions_of_the_same_names_write():
    drawing = svg.Drawing()
    drawing.rect(0, 1, 2, 3, fill="red", round=2)
    drawing.text(1, 2, "a < b", bold=True)
    drawing.line(0, 0, 9, 9, dash="4 3")
    drawing.arrow(0, 0, 9, 9, thick=2)
    drawing.polyline([(0, 0), (1, 1)], colour="blue")
    drawing.circle(4, 5, 6, fill="none")
    drawing.image(np.eye(2, dtype=np.uint8), 0, 0, 8, 8, crisp=False)
    square = svg.Svg(svg.rect(0, 0, 1, 1), 1, 1, "square")
    drawing.place(square, 7, 8)
    assert drawing.markup == "".join(
        [
            svg.rect(0, 1, 2, 3, fill="red", round=2),
            svg.text(1, 2, "a < b", bold=True),
            svg.line(0, 0, 9, 9, dash="4 3"),
            svg.arrow(0, 0, 9, 9, thick=2),
            svg.polyline([(0, 0), (1, 1)], colour="blue"),
            svg.circle(4, 5, 6, fill="none"),
            svg.image(np.eye(2, dtype=np.uint8), 0, 0, 8, 8, crisp=False),
            svg.group(square.markup, 7, 8),
        ]
    )
    picture = drawing.svg(30, 20, "shapes")
    assert (picture.markup, picture.width, picture.height) == (drawing.markup, 30, 20)
    named = picture.titled("other", "in words")
    assert named == svg.Svg(picture.markup, 30, 20, "other", "in words")


def test_a_rectangle_has_the_colours_of_a_role():
    colours = {"fill": svg.KERNEL.tint, "line": svg.KERNEL.line}
    assert svg.rect(1, 2, 3, 4, role=svg.KERNEL) == svg.rect(1, 2, 3, 4, **colours)


def test_a_tile_is_a_square_in_a_frame_that_is_thick_where_it_is_chosen():
    frames = {}
    for chosen in (False, True):
        tile = svg.tile(np.zeros((2, 2), np.uint8), 5, 6, 70, chosen=chosen)
        picture, frame = ElementTree.fromstring(f"<g>{tile}</g>")
        for part in (picture, frame):
            places = [part.get(name) for name in ("x", "y", "width", "height")]
            assert places == ["5", "6", "70", "70"]
        frames[chosen] = float(frame.get("stroke-width")), frame.get("stroke")
    assert frames[True][0] > frames[False][0] and frames[True][1] != frames[False][1]


def test_words_stand_in_the_middle_of_their_plate():
    plate = svg.plate(10, 20, 100, 30, "go", role=svg.OUTPUT, ink=svg.MUTED)
    box, words = ElementTree.fromstring(f"<g>{plate}</g>")
    assert (box.get("fill"), words.get("fill")) == (svg.OUTPUT.tint, svg.MUTED)
    assert (words.get("x"), words.get("y"), words.get("text-anchor")) == ("60", "35", "middle")


def test_maps_share_one_scale_grey_unless_some_are_negative():
    maps = np.array([[[0.0, 1.0]], [[2.0, 4.0]]])
    assert svg.on_one_scale(maps).tolist() == [[[0, 64]], [[128, 255]]]
    maps[0, 0, 0] = -4
    np.testing.assert_array_equal(svg.on_one_scale(maps), svg.signed_pixels(maps, 4))
    assert not svg.on_one_scale(np.zeros((1, 2, 2))).any()
