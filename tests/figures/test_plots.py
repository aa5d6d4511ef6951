"""Plots: what is drawn is what was given, and nothing is shown or changed globally."""

import base64
import io
import re
from xml.etree import ElementTree

import matplotlib

matplotlib.use("Agg")  # before pyplot: no window

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawn import contrast
from matplotlib.colors import to_hex

from cnncourse.figures import plots, svg

RNG = np.random.default_rng(0)
GREY = RNG.integers(40, 90, (6, 9), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_grey_photograph_keeps_its_pixels_and_is_shown_with_fixed_limits():
    drawn = plots.photograph(GREY).images[0]
    np.testing.assert_array_equal(drawn.get_array(), GREY)
    assert drawn.get_clim() == (0, 255)
    assert drawn.get_cmap().name == "gray"


def test_without_limits_the_picture_is_stretched_to_its_own_range():
    drawn = plots.photograph(GREY, limits=None).images[0]
    assert drawn.get_clim() == (GREY.min(), GREY.max())


def test_a_colour_photograph_keeps_its_pixels():
    np.testing.assert_array_equal(plots.photograph(COLOUR).images[0].get_array(), COLOUR)


def test_it_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert plots.photograph(GREY, ax, "mine") is ax
    assert plots.histogram(GREY, ax) is ax
    assert ax.get_title() == "mine"
    assert len(plt.get_fignums()) == 1


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("title", "shown"), [("$x^2$.png", "$x^2$.png"), ("a$b", "a$b"), ("图片📷.png", "□□□.png")]
)
def test_any_name_of_a_file_can_be_a_title(title, shown):
    for ax in (plots.photograph(GREY, title=title), plots.histogram(GREY, title=title)):
        assert ax.get_title() == shown
        ax.figure.savefig(io.BytesIO(), format="png")


def test_rows_and_columns_are_numbered_on_request():
    assert plots.photograph(GREY, ticks=True).axison
    assert not plots.photograph(GREY).axison


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (COLOUR / 255, "must have dtype uint8"),
        (COLOUR[..., :2], "is not a picture"),
        (np.zeros(5), "is not a picture"),
    ],
)
def test_what_is_not_a_picture_is_refused_with_a_remedy(image, words):
    with pytest.raises(ValueError, match=words):
        plots.photograph(image)


def test_photographs_stand_in_order_with_their_titles():
    axes = plots.photographs([GREY, COLOUR], ["grey", "colour"])
    assert [ax.get_title() for ax in axes] == ["grey", "colour"]
    np.testing.assert_array_equal(axes[1].images[0].get_array(), COLOUR)


def test_pictures_and_titles_must_be_as_many():
    with pytest.raises(ValueError, match="2 pictures and 1 titles"):
        plots.photographs([GREY, GREY], ["one"])


def test_a_histogram_counts_every_pixel_in_its_own_level():
    heights, edges, _ = plots.histogram(GREY).patches[0].get_data()
    np.testing.assert_array_equal(edges, np.arange(257) - 0.5)
    assert heights.sum() == GREY.size
    assert heights[GREY[0, 0]] == np.count_nonzero(GREY == GREY[0, 0])


def test_a_colour_histogram_has_a_line_for_each_channel():
    lines = plots.histogram(COLOUR).lines
    assert [line.get_label() for line in lines] == ["red", "green", "blue"]
    for channel, line in enumerate(lines):
        expected, _ = np.histogram(COLOUR[..., channel], bins=256, range=(0, 256))
        np.testing.assert_array_equal(line.get_ydata(), expected)
    assert len({line.get_linestyle() for line in lines}) == 3


def test_a_histogram_of_floats_is_refused():
    with pytest.raises(ValueError, match="needs dtype uint8"):
        plots.histogram(GREY.astype(float))


def test_no_setting_of_matplotlib_is_changed():
    before = dict(matplotlib.rcParams)
    plots.photographs([GREY, COLOUR], ["a", "b"])
    plots.histogram(COLOUR)
    assert dict(matplotlib.rcParams) == before


def test_a_picture_is_the_figure_with_its_titles_as_words_and_closes_it():
    shown = plots.picture(plots.photographs([GREY, GREY], ["before", "after < now"]))
    assert plt.get_fignums() == []
    assert shown.title == "before; after < now."
    picture = ElementTree.fromstring(str(shown))
    assert picture.get("aria-label") == shown.title
    assert ["".join(t.itertext()) for t in picture.iterfind(".//{*}text")] == shown.title[
        :-1
    ].split("; ")
    for image in picture.iterfind(".//{*}image"):
        pixels = plt.imread(io.BytesIO(base64.b64decode(image.get("href").partition(",")[2])))
        assert pixels.std() > 0  # something was drawn


DRAWN = [
    lambda: plots.photograph(GREY, title="Rows", ticks=True),
    lambda: plots.photographs([GREY, COLOUR], ["grey", "colour"]),
    lambda: plots.histogram(GREY, title="Grey"),
    lambda: plots.histogram(COLOUR),
]


@pytest.mark.parametrize("draw", DRAWN)
def test_a_picture_has_the_ink_and_the_paper_of_the_page(draw):
    shown = str(plots.picture(draw()))
    drawn = re.sub("var\\(.*?\\)", "", shown)
    assert not re.search(r"#000000|#ffffff|\b(black|white)\b", drawn)
    assert all(t in (svg.INK, svg.PAPER, svg.FONT) for t in re.findall(r"var\(.*?\)", shown))
    picture = ElementTree.fromstring(shown)
    letters = picture.findall("{*}g//{*}text")
    assert len(letters) == len(picture.findall(".//{*}text"))  # all in the group with the ink
    assert not any("fill" in (letter.get("style") or "") for letter in letters)
    assert picture.find("{*}g").get("fill") == svg.INK


def test_lines_of_data_stand_out_on_light_and_dark_paper():
    drawn = [line.get_color() for line in plots.histogram(COLOUR).lines]
    drawn.append(plots.histogram(GREY).patches[0].get_facecolor())
    for colour in drawn:
        assert all(contrast(to_hex(colour), paper) >= 3 for paper in ("#ffffff", "#111111"))


@pytest.mark.parametrize("draw", DRAWN)
def test_a_picture_drawn_twice_is_the_same_text_with_no_style_for_the_whole_page(draw):
    shown = str(plots.picture(draw()))
    assert shown == str(plots.picture(draw()))
    assert "<style" not in shown


@pytest.mark.slow
@pytest.mark.parametrize(
    "draw, words",
    [
        (lambda: plots.photograph(GREY), "a picture."),
        (lambda: plots.histogram(GREY, title="Histogram"), "Histogram, pixels over value."),
        (lambda: plots.histogram(COLOUR), "a plot, pixels over value, curves: red, green, blue."),
    ],
)
def test_a_picture_says_what_its_axes_say(draw, words):
    assert plots.picture(draw()).title == words


def test_a_picture_can_be_given_other_words():
    assert plots.picture(plots.photograph(GREY), "A cat.").title == "A cat."
