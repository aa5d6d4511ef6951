"""What the hand does to networks and their digits: by mouse, by finger, by keyboard alone."""

import pytest
from hands import Mouse
from touching import WAYS, Handle

NAMES = (
    "own_digit",
    "pipeline",
    "confusion",
    "layer_xray",
    "what_matters",
    "break_it",
    "shift_and_shuffle",
)
HANDLES = [
    Handle("own_digit", "what the network sees", (20, -20), ("ArrowRight", "ArrowUp"),
           {"right": 1, "down": -1}),
    Handle("own_digit", "turn", (-25, -10), ("ArrowUp",), {"turn (degrees)": 1}),
    Handle("pipeline", "pixel of the map", (40, -50), ("ArrowRight", "ArrowUp"),
           {"column": 1, "row": -1}),
    Handle("what_matters", "cover", (-50, 40), ("ArrowLeft", "ArrowDown"),
           {"column": -1, "row": 1}),
    Handle("what_matters", "place in the map", (60, -60), ("ArrowRight", "ArrowUp"),
           {"column": 1, "row": -1}),
    Handle("break_it", "digit to shift", (15, 0), ("ArrowRight",), {"amount": 1}),
    Handle("break_it", "amount in the chart", (-130, 0), ("ArrowLeft",), {"amount": -1}),
    Handle("shift_and_shuffle", "moved picture", (12, 0), ("ArrowRight",), {"shift": 1}),
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_each_handle_moves_its_controls(explorers, way):
    for handle in HANDLES:
        explorers.move(handle, way)


@pytest.mark.parametrize("way, layer", [*zip(WAYS, ("conv 2", "ReLU 1", "pool 2"), strict=True)])
def test_a_map_of_the_pipeline_is_chosen_and_a_class_shows_its_sum(explorers, way, layer):
    explorers.choose("pipeline", f"{layer}, map 1", way)
    explorers.wait_for_words("pipeline", f"{layer}, map 1, row")
    explorers.choose("pipeline", "dense, class 7", way)
    explorers.wait_for_words("pipeline", "dense, class 7: 294 products")
    explorers.choose("pipeline", "conv 1, map 2", way)
    explorers.wait_for_words("pipeline", "conv 1, map 2, row")
    assert explorers.no_complaint()


def test_a_map_under_the_mouse_frames_what_it_was_computed_from(explorers):
    view = explorers.view("pipeline").locator
    frame = view.locator("[data-lit=sources-0]")
    explorers.mark("pipeline", "pool 1, map 2").hover()
    frame.filter(visible=True).wait_for()
    lit, source = frame.bounding_box(), explorers.mark("pipeline", "ReLU 1, map 2").bounding_box()
    for side in ("x", "y"):
        middle = {"x": "width", "y": "height"}[side]
        assert abs(lit[side] + lit[middle] / 2 - source[side] - source[middle] / 2) < 2


def test_the_input_of_the_pipeline_is_drawn(explorers):
    view = explorers.view("pipeline").locator
    pad = view.locator(".cnncourse-drawpad canvas")
    with explorers.view("pipeline").changing():
        Mouse(explorers.page.page).drag(pad, 10, 90)
    chosen = explorers.view("pipeline").part("combobox", "input").locator("option:checked")
    chosen.filter(has_text="my drawing").wait_for(state="attached")
    assert explorers.no_complaint()


@pytest.mark.parametrize("way, label", [*zip(WAYS, (1, 6, 8), strict=True)])
def test_a_cell_opens_its_digits_and_one_of_them_is_looked_at(explorers, way, label):
    explorers.choose("confusion", f"{label} read as {label}", way)
    explorers.wait_for_words("confusion", f"labelled {label} as {label}")
    view = explorers.view("confusion").locator
    second = view.locator("[data-group=digits]").nth(1)
    explorers.choose("confusion", second.get_attribute("data-name"), way)
    head = f"{second.get_attribute('data-name')}, a {label}"
    view.locator("svg text", has_text=head).wait_for()
    assert explorers.sliders("confusion", ["label", "answer", "digit looked at"]) == [
        label, label, 1
    ]  # fmt: skip


@pytest.mark.parametrize("way, number", [*zip(WAYS, (0, 1, 0), strict=True)])
def test_a_map_is_enlarged_and_an_exciting_digit_fed(explorers, way, number):
    explorers.choose("layer_xray", f"map {number}", way)
    explorers.wait_for_words("layer_xray", f"Map {number} goes from")
    view = explorers.view("layer_xray").locator
    name = view.locator("[data-group=examples]").nth(2 + number).get_attribute("data-name")
    explorers.choose("layer_xray", name, way)
    view.locator("svg text", has_text=name).wait_for()
    digit = int(name.removeprefix("example "))
    assert explorers.sliders("layer_xray", ["map", "example"]) == [number, digit]


@pytest.mark.parametrize("way, shift", [*zip(WAYS, (2, 7, 0), strict=True)])
def test_a_bar_of_a_shift_is_clicked(explorers, way, shift):
    explorers.choose("shift_and_shuffle", f"shift {shift} px", way)
    explorers.wait_for_words("shift_and_shuffle", f"moved by {shift} px")
    assert explorers.sliders("shift_and_shuffle", ["shift"]) == [shift]
