"""The stage: stage.js by node's own test runner, and touches by what they do to an explorer."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cnncourse.figures.svg import Svg
from cnncourse.widgets.explorer import Explorer, slider
from cnncourse.widgets.matrix import Matrix

HERE = Path(__file__).parent
STAGE = HERE.parents[1] / "cnncourse" / "widgets" / "stage.js"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_what_stage_js_computes():
    done = subprocess.run(
        ["node", "--test", HERE / "stage.test.mjs"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout


def test_stage_js_stays_small():
    assert len(STAGE.read_text(encoding="utf-8").splitlines()) <= 600


@pytest.fixture
def explorer():
    drawn = []

    def draw(**values):
        drawn.append(values)
        if values["row"] > 7:
            raise ValueError("too far down")
        return Svg("", 10, 10, "x", str(values))

    controls = {
        "row": slider("row", 1, 0, 9),
        "column": slider("column", 2, 0, 9),
        "weights": Matrix("weights", [[1, 2], [3, 4]]),
    }
    explorer = Explorer(draw, controls)
    drawn.clear()
    explorer.drawn = drawn
    return explorer


def touch(explorer, values=None, cells=()):
    """What the browser does."""
    count = explorer.stage.answered + 1
    explorer.stage.set_state(
        {"touched": {"values": values or {}, "cells": list(cells), "count": count}}
    )


def test_a_touch_sets_several_controls_and_draws_once(explorer):
    touch(explorer, {"row": 5, "column": 7})
    assert explorer.drawn == [{"row": 5, "column": 7, "weights": ((1, 2), (3, 4))}]
    assert explorer.stage.answered == 1


def test_a_number_of_a_matrix_is_changed_and_the_others_stay(explorer):
    touch(explorer, cells=[["weights", 1, 0, -2.5]])
    assert explorer.controls["weights"].value == ((1, 2), (-2.5, 4))
    assert explorer.drawn[-1]["weights"] == ((1, 2), (-2.5, 4))


def test_a_touch_beyond_the_limits_of_a_slider_goes_to_its_end(explorer):
    touch(explorer, {"column": 99})
    assert explorer.controls["column"].value == 9


def test_a_touch_that_is_refused_is_answered_too_and_can_be_taken_back(explorer):
    touch(explorer, {"row": 8})
    assert not explorer.possible and explorer.stage.answered == 1
    touch(explorer, {"row": 2})
    assert explorer.possible and explorer.stage.answered == 2


def test_the_same_touch_twice_is_answered_twice(explorer):
    for count in (1, 2):
        touch(explorer, {"row": 4})
        assert explorer.stage.answered == count
    assert len(explorer.drawn) == 1


def test_a_matrix_has_no_boxes_beside_the_picture(explorer):
    shown = explorer.children[0].children
    assert [control.description for control in shown] == ["row", "column"]
