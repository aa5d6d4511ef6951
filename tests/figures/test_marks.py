"""Marks are attributes that any XML reader gives back."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest

from cnncourse.figures import marks, svg

CELL = svg.rect(1, 2, 30, 40)
AWKWARD = """it's <"&'> −5 µ"""


def read(markup):
    """The data-… attributes of an element, and what it is without them."""
    element = ElementTree.fromstring(markup)
    data = {key[5:]: element.attrib.pop(key) for key in list(element.attrib) if "data-" in key}
    return data, ElementTree.tostring(element)


def test_a_mark_leaves_the_element_as_it_is():
    bare = ElementTree.tostring(ElementTree.fromstring(CELL))
    for marked in (
        marks.set(CELL, "cell", {"step": 1}),
        marks.drag(CELL, "cell", [marks.Move("step", 1, (3, 0), 0, 5)]),
        marks.edit(CELL, "cell", "weights", (0, 1), 2.5),
        marks.link(CELL, "cell"),
        marks.lit(CELL, "cell"),
        marks.key(CELL, "cell"),
    ):
        assert read(marked)[1] == bare


def test_a_panel_without_elements_keeps_its_room():
    empty = marks.panel("", "p", 3, 4, 50, 60)
    (room,) = ElementTree.fromstring(empty)
    assert (room.get("width"), room.get("height")) == ("50", "60")
    assert marks.panel(CELL, "p", 3, 4, 50, 60).count("<rect") == 1


def test_a_move_that_turns_says_where_its_arm_ends():
    still = marks.Move("turn", 5, (0, -4), -90, 90, 5)
    turns = marks.Move("turn", 5, (0, -4), -90, 90, 5, arm=(50, 0))
    assert turns.data() == still.data() | {"arm": [50, 0]}


@pytest.mark.parametrize("element", ["<g>x</g>", "<g/>", '<g id="a > b / c"/>'])
def test_every_form_of_a_tag_can_be_marked(element):
    assert read(marks.key(element, "k"))[0] == {"key": "k"}


def test_names_and_values_of_any_letters_come_back():
    data, _ = read(marks.set(CELL, AWKWARD, {"photo": AWKWARD, "flip": True, "size": 3}))
    assert data["name"] == AWKWARD
    assert json.loads(data["set"]) == {"photo": AWKWARD, "flip": True, "size": 3}


def test_marks_can_be_joined():
    both = marks.link(
        marks.edit(CELL, "a", "weights", (2, 0), 1, group="g"), "tap", at=(0, 1.5, 2, 3)
    )
    data, _ = read(both)
    assert (data["name"], data["group"], data["link"], data["at"]) == ("a", "g", "tap", "0 1.5 2 3")
    assert json.loads(data["edit"]) == {
        "control": "weights",
        "place": [2, 0],
        "value": 1,
        "step": 1,
    }


@pytest.mark.parametrize(
    ("value", "low", "high", "step", "least", "most"),
    [
        (3, 1, 5, 1, -2, 2),
        (0, 0, 0, 1, 0, 0),
        (0.3, 0.1, 1.0, 0.1, -2, 7),  # 0.1 + 0.2 is a little more than 0.3
        (5, 0, 9, 2, -2, 2),  # a step more would leave the limits
        (7, 3, 11, 4, -1, 1),
    ],
)
def test_a_move_counts_the_steps_that_stay_within_its_limits(value, low, high, step, least, most):
    data = marks.Move("c", value, (1, 0), low, high, step).data()
    assert (data["least"], data["most"]) == (least, most)


def test_a_panel_says_where_it_stands_and_how_large_it_is():
    data, _ = read(marks.panel("<g/>", "left", 10, 0.5, 300, 200))
    assert data == {"key": "left", "panel": "10 0.5 300 200"}


def test_a_picture_that_stands_still_is_the_same_without_its_grips():
    pill = marks.grip(svg.rect(5, 6, 30, 8))
    move = marks.Move("step", 2, (1, 0), 0, 5)
    parts = ["<g>", CELL, marks.drag(f"<g>{CELL}{pill}</g>", AWKWARD, [move]), "</g>"]
    assert marks.without_grips("".join(parts)) == "".join(parts).replace(pill, "")


def test_what_is_seen_only_while_it_is_lit_is_hidden_on_paper():
    hidden = ElementTree.fromstring(marks.lit(CELL, "window", hidden=True))
    assert hidden.get("visibility") == "hidden" and hidden.get("data-lit") == "window"


def test_two_controls_go_to_the_right_and_down():
    across, down = marks.two_ways(("column", "row"), (3, 5), 8, (9, 7), low=1)
    assert (across.control, across.value, across.along) == ("column", 3, (8, 0))
    assert (down.control, down.value, down.along) == ("row", 5, (0, 8))
    assert [(move.low, move.high) for move in (across, down)] == [(1, 9), (1, 7)]


@pytest.mark.parametrize("value", range(12))
def test_a_hand_reaches_the_cells_of_its_row_and_of_its_column(value):
    cells = np.arange(12).reshape(3, 4)
    across, down = marks.in_reading_order("step", value, cells.shape, 20)
    row, column = np.argwhere(cells == value)[0]
    for move, reached in ((across, cells[row]), (down, cells[:, column])):
        steps = range(move.data()["least"], move.data()["most"] + 1)
        assert [value + step * move.step for step in steps] == reached.tolist()
