"""What the hand does to the pictures of kernels, signals and channels, in each of three ways."""

import re

import numpy as np
import pytest
from touching import HANDS, WAYS, Handle

from cnncourse.activations import softmax

NAMES = (
    "edge_angle",
    "frequency_gain",
    "noisy_sensor",
    "sliding_sum",
    "softmax",
    "gaussian_blur",
    "noise_filters",
    "flip",
    "window_walk",
    "channel_mixer",
    "resolution",
)
BAR_AT_150 = re.compile("Bar at (14[89]|15[0-2])°")  # the hand may be a pixel beside
HANDLES = [
    Handle("edge_angle", "angle in the curves", (-60, 0), ("ArrowRight",), {"angle": 1}),
    Handle("edge_angle", "end of the bar", (40, -20), ("ArrowDown",), {"angle": -1}),
    Handle("edge_angle", "other end of the bar", (-40, 20), ("ArrowLeft",), {"angle": -1}),
    Handle("frequency_gain", "point in the map", (50, 50), ("ArrowRight", "ArrowDown"),
           {"waves across": 1, "waves down": 1}),
    Handle("frequency_gain", "point on the curve", (-60, 0), ("ArrowLeft",), {"waves across": -1}),
    Handle("noisy_sensor", "kernel on the record", (80, 0), ("ArrowRight",), {"minute": 1}),
    Handle("sliding_sum", "kernel on the signal", (90, 0), ("ArrowRight",), {"step": 1}),
    Handle("softmax", "end of logit 1", (20, 0), ("ArrowRight",), {"logit of class 1": 1}),
    Handle("gaussian_blur", "line between before and after", (60, 0), ("ArrowRight",),
           {"shown as it was, %": 1}),
    Handle("gaussian_blur", "width of the bell", (8, 0), ("ArrowRight",), {"σ in pixels": 1}),
    Handle("noise_filters", "lens, noisy", (30, 20), ("ArrowRight", "ArrowDown"),
           {"lens: row": 1, "lens: column": 1}),
    Handle("window_walk", "window", (44, 44), ("ArrowRight",), {"step": 1}),
    Handle("channel_mixer", "weight of red", (20, 0), ("ArrowRight",) * 60, {"red": 1}),
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_each_handle_moves_its_controls(explorers, way):
    for handle in HANDLES:
        explorers.move(handle, way)


def numbers(explorers, name):
    """The numbers in a sentence of state."""
    words = explorers.view(name).locator.locator("p[role=status]").inner_text()
    parts = words.replace("−", "-").replace(",", " ").replace(":", " ").split()
    return [
        float(part.rstrip(".°")) for part in parts if part.rstrip(".°").lstrip("-")[:1].isdigit()
    ]


@pytest.mark.parametrize("way", list(HANDS))
def test_the_end_of_the_bar_follows_the_hand_past_a_right_angle(explorers, way):
    name = "edge_angle"
    explorers.view(name).press("slider", "angle", "Home")
    end = explorers.mark(name, "end of the bar")
    explorers.wait_for_words(name, "Bar at 0°")
    explorers.page.page.wait_for_timeout(500)  # it glides for 300 ms
    reach = 172 * end.evaluate("part => part.getScreenCTM().a")
    turn = np.deg2rad(150)
    way_there = (reach * (np.cos(turn) - 1), reach * np.sin(turn))
    HANDS[way](explorers.page.page).drag(end, *way_there)
    words = explorers.view(name).locator.locator("p[role=status]", has_text=BAR_AT_150)
    words.wait_for()
    explorers.page.page.wait_for_timeout(500)
    assert abs(explorers.sliders(name, ["angle"])[0] - 150) <= 2
    assert explorers.no_complaint()


@pytest.mark.parametrize("way, right", [("mouse", 2), ("finger", 3), ("keyboard", 1)])
def test_a_click_makes_a_class_the_right_one(explorers, way, right):
    name = "softmax"
    explorers.choose(name, f"right class {right}, probability p", way)
    explorers.wait_for_words(name, f"The right class is {right}, with")
    assert explorers.sliders(name, ["right class"]) == [right]
    logits = explorers.sliders(name, [f"logit of class {k}" for k in range(4)])
    said = numbers(explorers, name)
    np.testing.assert_allclose(said[1:5], softmax(np.array(logits)), atol=6e-4)


@pytest.mark.parametrize("way", WAYS)
def test_the_flipped_kernel_makes_half_a_turn_and_its_weights_are_changed(explorers, way):
    name, page = "flip", explorers.page.page
    box = explorers.view(name).part("checkbox", "flip the kernel")
    before = box.is_checked()
    with explorers.view(name).changing():
        explorers.choose(name, "turn the kernel", way)
    explorers.wait_for_words(name, "Cross-correlation" if before else "Convolution")
    assert box.is_checked() is not before
    page.wait_for_timeout(500)  # the turn takes 300 ms
    corner = explorers.mark(name, "weights row 0 column 0").bounding_box()
    other = explorers.mark(name, "weights row 2 column 2").bounding_box()
    assert (corner["x"] < other["x"]) == (corner["y"] < other["y"]) == before
    number = {"mouse": "5", "finger": "6", "keyboard": "7"}[way]
    with explorers.view(name).changing():
        explorers.choose(name, "weights row 0 column 0", way)
        page.keyboard.type(number)
        page.keyboard.press("Enter")
    part = explorers.mark(name, "weights row 0 column 0")
    part.get_by_text(number, exact=True).wait_for()
    assert explorers.no_complaint()


@pytest.mark.parametrize("way, column", [("mouse", 1), ("finger", 2), ("keyboard", 3)])
def test_an_output_cell_that_is_clicked_is_the_next_step(explorers, way, column):
    explorers.choose("window_walk", f"output row 0 column {column}", way)
    explorers.wait_for_words("window_walk", f"output[0, {column}]")
    assert explorers.sliders("window_walk", ["step"]) == [column]
    explorers.choose("sliding_sum", f"output {column + 1}", way)
    explorers.wait_for_words("sliding_sum", f"Output {column + 1} of 6 ")
    assert explorers.sliders("sliding_sum", ["step"]) == [column]


@pytest.mark.parametrize("way, number", [("mouse", "4"), ("finger", "5"), ("keyboard", "6")])
def test_a_number_of_the_signal_is_typed_where_it_stands(explorers, way, number):
    name, keyboard = "sliding_sum", explorers.page.page.keyboard
    explorers.choose(name, "output 1", "keyboard")
    explorers.wait_for_words(name, "Output 1 of 6 ")
    with explorers.view(name).changing():
        explorers.choose(name, "signal 1", way)
        keyboard.type(number)
        keyboard.press("Enter")
    explorers.wait_for_words(name, f"is {number}·1 + ")
