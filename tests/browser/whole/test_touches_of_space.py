"""What the hand does to the pictures of some explorers: by mouse, by finger, by keyboard alone."""

import pytest
from touching import WAYS, Handle

NAMES = (
    "kernel_lab",
    "pixel_microscope",
    "receptive_field",
    "kernel_guess",
    "threshold",
    "point_operations",
    "padding",
    "pooling",
    "shift_equivariance",
    "conv_backward",
)
HANDLES = [
    Handle("kernel_lab", "lens", (80, -60), ("ArrowRight", "ArrowUp"),
           {"lens: column": 1, "lens: row": -1}),
    Handle("pixel_microscope", "box on the picture", (60, 90), ("ArrowRight", "ArrowDown"),
           {"row": 1, "column": 1}),
    Handle("pixel_microscope", "size of the box", (3, 3), ("ArrowRight",), {"size": 1}),
    Handle("receptive_field", "field", (-40, 30), ("ArrowLeft", "ArrowDown"),
           {"row": 1, "column": -1}),
    Handle("receptive_field", "units of layer 1", (60, 0), ("ArrowRight",), {"column": 1}),
    Handle("threshold", "level in the histogram", (-50, 0), ("ArrowLeft",), {"threshold": -1}),
    Handle("threshold", "pixel of the picture", (40, 40), ("ArrowDown",), {"pixel row": 1}),
    Handle("point_operations", "dark end of the curve", (0, -30), ("ArrowUp",), {"brightness": 1}),
    Handle("point_operations", "middle of the curve", (0, 8), ("ArrowDown",) * 3, {"gamma": 1}),
    Handle("point_operations", "bright end of the curve", (0, 40), ("ArrowDown",) * 3,
           {"contrast": -1}),
    Handle("padding", "corner: kernel", (36, 36), ("ArrowRight",), {"kernel": 1}),
    Handle("padding", "corner: kernel", (-36, -36), ("ArrowLeft",), {"kernel": -1}),
    Handle("padding", "corner: padding", (60, 60), ("ArrowDown",), {"padding": 1}),
    Handle("pooling", "shifted picture", (20, 0), ("ArrowRight",), {"shift": 1}),
    Handle("pooling", "shifted picture", (-20, 0), ("ArrowLeft",), {"shift": -1}),
    Handle("pooling", "shift in the curve", (50, 0), ("ArrowRight",), {"shift": 1}),
    Handle("pooling", "shift in the curve", (-50, 0), ("ArrowLeft",), {"shift": -1}),
    Handle("shift_equivariance", "shifted picture", (-40, 0), ("ArrowLeft",), {"shift": -1}),
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_each_handle_moves_its_controls(explorers, way):
    for handle in HANDLES:
        explorers.move(handle, way)


def test_a_lens_follows_the_mouse_without_a_press(explorers):
    lens = explorers.mark("kernel_lab", "lens")
    lens.hover(position={"x": 40, "y": 60})
    explorers.page.page.wait_for_timeout(300)
    before = explorers.sliders("kernel_lab", ["lens: row", "lens: column"])
    lens.hover(position={"x": 200, "y": 200})
    explorers.page.page.wait_for_timeout(500)
    row, column = explorers.sliders("kernel_lab", ["lens: row", "lens: column"])
    assert row > before[0] and column > before[1]


@pytest.mark.parametrize("way, number", [("mouse", "90"), ("finger", "60"), ("keyboard", "30")])
def test_a_pixel_is_brought_to_the_middle_and_changed(explorers, way, number):
    name = "pixel_microscope"
    row, column, size = map(int, explorers.sliders(name, ["row", "column", "size"]))
    row, column = row + size // 2, column + size // 2
    other = f"pixel row {row} column {column - 1}"  # it has become the middle one by then
    explorers.moved(name, {"column": -1}, lambda: explorers.choose(name, other, way))

    def change():
        explorers.choose(name, other, way)
        explorers.page.page.keyboard.type(number)
        explorers.page.page.keyboard.press("Enter")

    explorers.moved(name, {"new value": -1}, change)
    explorers.wait_for_words(name, f"was set to {number}.")


@pytest.mark.parametrize("way, number", [("mouse", "5"), ("finger", "6"), ("keyboard", "7")])
def test_a_number_is_changed_and_its_gradients_follow(explorers, way, number):
    name = "conv_backward"
    with explorers.view(name).changing():
        explorers.choose(name, "gradient of the output row 1 column 0", way)
        explorers.page.page.keyboard.type(number)
        explorers.page.page.keyboard.press("Enter")
    explorers.wait_for_words(name, f"Gradient of the bias: {1 + int(number)}.")
    assert explorers.no_complaint()


def test_a_riddle_is_solved_in_the_picture_and_leads_to_the_next(explorers):
    from cnncourse.explorers.kernels import riddle_kernel

    name, kernel, keyboard = "kernel_guess", riddle_kernel(1), explorers.page.page.keyboard
    for row, column in [(row, column) for row in range(3) for column in range(3)]:
        explorers.mark(name, f"your kernel row {row} column {column}").focus()
        keyboard.type(f"{kernel[row, column]:g}")
        keyboard.press("Enter")
    solved = explorers.view(name).locator.get_by_text("solved")
    solved.wait_for()
    explorers.choose(name, "next riddle", "mouse")
    solved.wait_for(state="detached")
    assert explorers.sliders(name, ["riddle"]) == [2]
