"""The figures of networks taken apart: their numbers, lengths and words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from cnncourse import figures, geometry
from cnncourse.architectures import swaps, trace
from cnncourse.figures.blueprints import CLUES, Point, Walker

ALEXNET = swaps.steps(trace("alexnet"))


def parsed(picture):
    return ET.fromstring(str(picture))


def bars(picture, fill):
    return [r for r in parsed(picture).findall(".//{*}rect") if r.get("fill") == fill]


EVERY = {
    "timeline": figures.timeline([Point("a", 1, 2, "1", "2", "s"), Point("b", 3, 5, "3", "5", "s")],
                                 "x", "y"),
    "blueprint": figures.blueprint("alexnet", ALEXNET, 4),
    "what_if": figures.what_if("c", *swaps.swap("one 5×5 → two 3×3", 8, 8)),
    "inception_costs": figures.inception_costs(
        swaps.inception_branches(3, 8, (1, 2, 3, 4, 5, 6)),
        swaps.inception_branches(3, 8, (1, 2, 3, 4, 5, 6), reduce=False), reductions=True),
    "digit_walk": figures.digit_walk(np.eye(28), "pool 2", [
        Walker("a", np.eye(7)[None], geometry.Field(10, 4, 1.5), np.eye(10)[3])]),
    "skip_connection": figures.skip_connection(np.array([0.1, 1]), np.array([2.0, 1]), 0.5),
    "which_network": figures.which_network(ALEXNET, 2, None, "alexnet"),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_every_figure_has_a_title_and_a_sentence_and_text_of_at_least_12(name):
    tree = parsed(EVERY[name])
    assert tree.find("{*}title").text and tree.find("{*}desc").text
    assert min(float(t.get("font-size")) for t in tree.findall(".//{*}text")) >= 12
    assert EVERY[name].width <= 760


def test_bars_of_the_blueprint_are_as_high_as_the_costs():
    heights = [float(bar.get("height")) for bar in bars(EVERY["blueprint"], "#b37c05")]
    params = np.array([step.params for step in ALEXNET])
    assert heights == pytest.approx((40 * params / params.max()).tolist(), abs=0.01)


@pytest.mark.parametrize("step", [0, 22, -1])
def test_a_step_that_is_not_there_is_refused(step):
    with pytest.raises(ValueError, match="use 1 to 21"):
        figures.blueprint("alexnet", ALEXNET, step)


def test_bars_of_what_if_have_the_ratio_of_the_costs():
    before, after = swaps.swap("one 7×7 → three 3×3", 8, 8)
    picture = figures.what_if("c", before, after)
    widths = [float(r.get("width")) for r in parsed(picture).findall(".//{*}rect")
              if r.get("height") == "16"]  # fmt: skip
    assert widths[1] / widths[0] == pytest.approx(27 / 49, abs=1e-3) == widths[3] / widths[2]


def test_the_words_for_a_change_say_by_how_much():
    def words(before, after):
        made = [swaps.Design(("x",), n, n, 3) for n in (before, after)]
        return re.search(r"\((.*?)\)", figures.what_if("c", *made).description)[1]

    assert words(100, 100) == "no change"
    assert words(1000, 551) == "to 55.1 %"
    assert words(100, 1390) == "13.9 times as many"
    assert words(4000, 2) == "to 1/2000"


def test_the_curves_of_the_gradient_are_as_high_as_their_powers_of_ten():
    plain, residual = np.array([1e-4, 1e-2, 1]), np.array([100.0, 10, 1])
    lines = parsed(figures.skip_connection(plain, residual, 1)).findall(".//{*}polyline")
    heights = [[float(point.split(",")[1]) for point in line.get("points").split()]
               for line in lines]  # fmt: skip
    low, high = -4, 2
    for found, values in zip(heights, (plain, residual), strict=True):
        share = (np.log10(values) - low) / (high - low)
        assert found == pytest.approx((240 - 210 * share).tolist(), abs=0.02)


def test_names_on_the_timeline_do_not_cover_each_other():
    points = [Point(f"network {i}", 5 + i % 2, 10 + i / 9, "", "", "") for i in range(9)]
    texts = parsed(figures.timeline(points, "x", "y")).findall(".//{*}text")
    labels = [t for t in texts if re.match(r"\d network", t.text or "")]
    places = [(float(t.get("x")), float(t.get("y"))) for t in labels]
    for i, (x, y) in enumerate(places):
        assert all(abs(x - a) > 60 or abs(y - b) >= 16 for a, b in places[i + 1 :])


def test_a_wrong_guess_is_sent_to_another_clue_while_there_is_one():
    replies = [figures.which_network(ALEXNET, n, "vgg16", "alexnet").description for n in (2, 3)]
    assert replies[0].endswith("Not vgg16. Ask for another clue, or guess again.")
    assert replies[1].endswith("Not vgg16. Guess again.")


def test_folded_clues_show_nothing():
    shown = [len(bars(figures.which_network(ALEXNET, n, None, "a"), "#de42ce")) for n in (1, 2)]
    assert shown == [0, len(ALEXNET)]
    assert len(CLUES) == 3
