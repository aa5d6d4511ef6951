"""The explorer's contract: controls in, picture and sentence out."""

import threading

import ipywidgets as widgets
import pytest

from cnncourse.figures.svg import Svg, rect
from cnncourse.widgets.explorer import Explorer, choice, fine_slider, slider, toggle


def draw(size, step, shade):
    if size > 8:
        raise ValueError(f"size {size} is too large: try 8")
    return Svg(rect(0, 0, size, step), 20, 20, "A box", f"Size {size}, step {step}, {shade}.")


@pytest.fixture
def explorer():
    controls = {
        "size": slider("size", 3, 1, 10),
        "step": slider("step", 0, 0, 9),
        "shade": choice("shade", ["plain", "dark"]),
    }
    return Explorer(
        draw, controls, more=["shade"], limits=lambda size, **_: {"step": size}, stills=({},)
    )


def test_it_shows_the_picture_and_the_sentence_of_its_default_setting(explorer):
    assert explorer.sentence == "Size 3, step 0, plain."
    assert explorer.view.value == str(draw(3, 0, "plain"))
    assert explorer.possible


def test_moving_a_control_changes_picture_and_sentence(explorer):
    before = explorer.view.value
    explorer.controls["shade"].value = "dark"
    assert explorer.sentence == "Size 3, step 0, dark."
    assert explorer.view.value != before


def test_an_impossible_setting_is_explained_in_place_and_left_again(explorer):
    explorer.controls["size"].value = 9
    assert not explorer.possible
    assert explorer.sentence == "size 9 is too large: try 8"
    assert "size 9 is too large" in explorer.view.value
    assert "<svg" not in explorer.view.value
    assert "size 9" not in explorer._state.value  # once is enough
    explorer.controls["size"].value = 8
    assert explorer.possible
    assert "<svg" in explorer.view.value


def test_a_limit_moves_the_slider_that_depends_on_it(explorer):
    explorer.controls["step"].value = 3
    explorer.controls["size"].value = 2
    assert explorer.controls["step"].max == 2
    assert explorer.controls["step"].value == 2
    assert explorer.sentence == "Size 2, step 2, plain."


def test_a_setting_is_drawn_once_even_if_several_controls_move():
    drawn = []

    def count(a, b):
        drawn.append((a, b))
        return Svg("", 1, 1, "x", f"{a} {b}")

    a, b = slider("a", 0, 0, 9), slider("b", 0, 0, 9)
    a.observe(lambda change: setattr(b, "value", change["new"]), "value")
    Explorer(count, {"a": a, "b": b})
    a.value = 5
    assert drawn == [(0, 0), (5, 5)]


def test_a_control_that_another_thread_moves_while_a_picture_is_drawn_is_seen():
    control, others = slider("n", 0, 0, 9), []

    def draw_while_another_moves(n):
        if n == 1 and not others:
            others.append(threading.Thread(target=lambda: setattr(control, "value", 2)))
            others[0].start()
            others[0].join()
        return Svg("", 1, 1, "x", f"n is {n}")

    explorer = Explorer(draw_while_another_moves, {"n": control})
    control.value = 1
    assert others and explorer.sentence == "n is 2"


def test_the_picture_leaves_before_the_controls_that_a_touch_has_moved(explorer, monkeypatch):
    left = []
    monkeypatch.setattr(widgets.Widget, "_send", lambda self, *_args, **_buffers: left.append(self))
    explorer.stage.set_state({"touched": {"values": {"size": 5, "step": 4}, "cells": []}})
    controls = [explorer.controls[name] for name in ("size", "step")]
    assert all(left.index(explorer.view) < left.index(control) for control in controls)


def test_an_error_that_is_not_a_refusal_is_not_swallowed():
    def broken(a):
        return Svg("", 1, 1, "x", "fine") if a == 0 else 1 / 0

    explorer = Explorer(broken, {"a": slider("a", 0, 0, 1)})
    with pytest.raises(ZeroDivisionError):
        explorer.controls["a"].value = 1


def test_a_page_without_a_kernel_shows_stills(explorer):
    explorer.stills = ({}, {"shade": "dark"})
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/html"].count("<svg") == 2
    assert "Size 3, step 0, dark." in bundle["text/html"]


def test_of_the_stills_only_those_are_shown_that_the_present_values_allow(explorer):
    explorer.stills = ({}, {"size": 9})
    assert explorer.face().count("<figure") == 1
    explorer.controls["size"].value = 9
    shown = explorer.face()
    assert "<figure" not in shown and "size 9 is too large" in shown


def test_a_fine_slider_stays_on_its_steps_when_the_browser_adds_them_up():
    control = fine_slider("temperature", 1.1, 0.1, 10)
    for sent, kept in ((1.0000000000000002, 1.0), (1.2000000000000002, 1.2), (99, 10.0)):
        control.set_state({"value": sent})  # as the browser's message does
        assert control.value == kept


def test_it_holds_no_output_widget(explorer):
    def descendants(widget):
        for child in getattr(widget, "children", ()):
            yield child
            yield from descendants(child)

    assert not any(isinstance(w, widgets.Output) for w in descendants(explorer))


def test_a_step_control_gets_a_play_button(explorer):
    row = explorer.children[0].children
    assert any(isinstance(w, widgets.Play) for box in row for w in getattr(box, "children", ()))


def test_a_button_unfolds_the_controls_of_more_settings_and_folds_them_again(explorer):
    button, row = explorer.children[1:3]
    assert explorer.controls["shade"] in row.children
    for pressed, display in ((False, "none"), (True, None), (False, "none")):
        button.value = pressed
        assert row.layout.display == display


def test_a_control_can_stand_beside_the_picture():
    pad = slider("pad", 1, 0, 9)
    explorer = Explorer(
        lambda pad, more: Svg("", 9, 9, "x", f"{pad}"),
        {"pad": pad, "more": slider("more", 1, 0, 9)},
        beside="pad",
    )
    controls, both = explorer.children
    assert pad not in controls.children and both.children[0] is pad
    assert both.children[1].children[:2] == (explorer.view, explorer.stage)
    pad.value = 5
    assert explorer.sentence == "5"


@pytest.mark.parametrize(
    ("control", "label"),
    [
        (slider("stride", 1, 1, 3), "stride"),
        (fine_slider("noise", 0.5, 0, 1), "noise"),
        (choice("mode", ["a", "b"]), "mode"),
        (choice("mode", [("first", 1), ("second", 2)]), "mode"),
        (toggle("flip"), "flip"),
    ],
)
def test_every_kind_of_control_has_a_visible_label(control, label):
    assert control.description == label
