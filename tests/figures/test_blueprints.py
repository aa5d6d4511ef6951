"""The figures of networks taken apart: their numbers, lengths and words."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from cnncourse import figures, geometry
from cnncourse.architectures import swaps, trace
from cnncourse.figures import svg
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
    assert EVERY[name].width <= 960


def test_bars_of_the_blueprint_are_as_high_as_the_costs():
    heights = [float(bar.get("height")) for bar in bars(EVERY["blueprint"], svg.DATA[1].line)]
    params = np.array([step.params for step in ALEXNET])
    assert heights == pytest.approx((100 * params / params.max()).tolist(), abs=0.01)


@pytest.mark.parametrize("step", [0, 22, -1])
def test_a_step_that_is_not_there_is_refused(step):
    with pytest.raises(ValueError, match="use 1 to 21"):
        figures.blueprint("alexnet", ALEXNET, step)


def test_bars_of_what_if_have_the_ratio_of_the_costs():
    before, after = swaps.swap("one 7×7 → three 3×3", 8, 8)
    picture = figures.what_if("c", before, after)
    widths = {r.get("data-key"): float(r.get("width")) for r in parsed(picture).iter()
              if "bar of" in (r.get("data-key") or "")}  # fmt: skip
    for cost in ("parameters", "MACs"):
        share = widths[f"other bar of {cost}"] / widths[f"bar of {cost}"]
        assert share == pytest.approx(27 / 49, abs=1e-3)


def test_designs_change_places_and_stay_themselves():
    designs = swaps.swap("one 7×7 → three 3×3", 8, 8)
    places = []
    for swapped in (False, True):
        keyed = {
            part.get("data-key"): part.get("style")
            for part in parsed(figures.what_if("c", *designs, swapped=swapped)).iter()
        }
        places.append((keyed["before"], keyed["after"]))  # fmt: skip
    assert places[0] == places[1][::-1] and places[0][0] != places[0][1]


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
        assert found == pytest.approx((300 - 260 * share).tolist(), abs=0.02)


def test_names_on_the_timeline_do_not_cover_each_other():
    points = [Point(f"network {i}", 5 + i % 2, 10 + i / 9, "", "", "") for i in range(9)]
    picture = parsed(figures.timeline(points, "x", "y"))
    boxes = []
    for dot in picture.iter():
        label = dot.find("{*}g/{*}text[@font-size='13']")
        if dot.get("data-key", "").startswith("network") and label is not None:
            x, y = map(float, re.findall(r"[\d.]+(?=px)", dot.get("style")))
            wide = 0.58 * 27 * len(label.text)  # the letters of a narrow page
            left = {"start": 0, "middle": -wide / 2, "end": -wide}[label.get("text-anchor")]
            boxes.append((x + float(label.get("x")) + left, y + float(label.get("y")), wide))
    assert len(boxes) > 3
    for i, (x, y, wide) in enumerate(boxes):
        others = boxes[i + 1 :]
        assert all(abs(y - b) >= 27 or x + wide <= a or a + w <= x for a, b, w in others)


def test_a_dot_and_a_name_open_the_card_of_a_network():
    points = [Point("a", 1, 2, "one", "two", "A (1999)"), Point("b", 3, 5, "three", "five", "B")]
    picture = figures.timeline(points, "x", "y", missing=["c"], chosen="b")
    wishes = [json.loads(part.get("data-set")) for part in parsed(picture).iter()
              if part.get("data-set")]  # fmt: skip
    assert [w["network"] for w in wishes] == ["a", "b", "a", "b", "c"]
    assert "b: x three, y five, from B." in picture.description
    texts = [t.text for t in parsed(figures.timeline(points, "x", "y", chosen="a")).iter()]
    assert {"x: one", "y: two", "A (1999)"} <= set(texts)


def test_a_bar_of_the_blueprint_leads_to_its_step():
    areas = [json.loads(part.get("data-drag")) for part in parsed(EVERY["blueprint"]).iter()
             if part.get("data-drag")]  # fmt: skip
    assert len(areas) == 4
    for area in areas:
        (move,) = area["moves"]
        assert (move["control"], move["value"]) == ("step", 4)
        assert (move["least"], move["most"]) == (-3, len(ALEXNET) - 4)
        assert area["at"][0] == pytest.approx(3.5 * 456 / len(ALEXNET), abs=0.01)


def test_a_wrong_guess_is_sent_to_another_clue_while_there_is_one():
    replies = [figures.which_network(ALEXNET, n, "vgg16", "alexnet").description for n in (2, 3)]
    assert replies[0].endswith("Not vgg16. Ask for another clue, or guess again.")
    assert replies[1].endswith("Not vgg16. Guess again.")


def test_folded_clues_show_nothing():
    shown = [
        len(bars(figures.which_network(ALEXNET, n, None, "a"), svg.DATA[1].line)) for n in (1, 2)
    ]
    assert shown == [0, len(ALEXNET)]
    assert len(CLUES) == 3
