"""Explorers as JSON: their shape, what a hand does, and what changed."""

import json

import ipywidgets
import numpy as np
import pytest

from cnncourse import explorers, pipeline
from cnncourse.site import catalogue
from cnncourse.site.tree import SENTENCE, VIEW, Tree, dumps, kind_of


def nodes(node):
    yield node
    for child in node.get("children", []):
        yield from nodes(child)


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_every_explorer_has_a_shape_whose_ids_are_unique(name):
    shape = json.loads(dumps(Tree(catalogue.maker(name)()).shape))
    ids = [node["id"] for node in nodes(shape)]
    assert len(ids) == len(set(ids)) and {VIEW, SENTENCE} <= set(ids)


def test_controls_have_their_names():
    tree = Tree(explorers.convolution())
    assert tree.parts["kernel"].value == 3 and tree.parts["photo.0"].description == "photo"


def test_a_move_changes_picture_sentence_and_limits():
    tree = Tree(explorers.convolution())
    tree.put("kernel", "value", 5)
    changed = {(part, trait): value for part, trait, value in tree.changes()}
    assert changed["step", "max"] == 3 and changed[VIEW, "value"].startswith("<svg")
    assert (SENTENCE, "value") in changed and tree.changes() == []


def test_two_equal_touches_count_twice():
    tree = Tree(explorers.convolution())
    for step in (2, 2):
        tree.put("kernel", "value", 3)
        tree.put("picture", "touch", {"values": {"step": step}, "cells": []})
        assert tree.parts["step"].value == step
        tree.put("step", "value", 0)


def test_a_touch_changes_a_number_of_a_matrix():
    tree = Tree(explorers.convolution())
    tree.put("picture", "touch", {"values": {}, "cells": [["weights", 0, 1, 9.5]]})
    assert tree.explorer.controls["weights"].value[0][1] == 9.5


def test_a_drawing_travels_as_a_list_both_ways():
    tree = Tree(explorers.pipeline())
    drawn = np.rint(255 * pipeline.digit(7)).astype(int).ravel().tolist()
    tree.put("drawing", "image", drawn)
    assert tree.explorer.sentence.endswith("goes to class 7.")
    assert ["drawing", "image", drawn] in json.loads(dumps(tree.changes()))


def test_an_unknown_control_is_refused():
    with pytest.raises(ValueError, match="DatePicker"):
        kind_of(ipywidgets.DatePicker())
