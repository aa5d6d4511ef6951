"""What the hand does to the pictures of some explorers: by mouse, by finger, by keyboard alone."""

import nbformat
import pytest
from explorer_view import ExplorerView
from hands import Finger, Mouse
from nbformat.v4 import new_code_cell, new_notebook
from notebook_page import NotebookPage

NAMES = (
    "kernel_lab",
    "pixel_microscope",
    "receptive_field",
    "kernel_guess",
    "threshold",
    "point_operations",
)
HANDS = {"mouse": Mouse, "finger": Finger}

# The explorer, the mark, how far a hand drags it in CSS pixels, the keys that do the like (sliders
# speak of tenths, which may be two steps), and the sliders that have moved: the sign of the change.
DRAGS = [
    ("kernel_lab", "lens", (80, -60), ("ArrowRight", "ArrowUp"),
     {"lens: column": 1, "lens: row": -1}),
    ("pixel_microscope", "box on the picture", (60, 90), ("ArrowRight", "ArrowDown"),
     {"row": 1, "column": 1}),
    ("pixel_microscope", "size of the box", (3, 3), ("ArrowRight",), {"size": 1}),
    ("receptive_field", "field", (-40, 30), ("ArrowLeft", "ArrowDown"), {"row": 1, "column": -1}),
    ("receptive_field", "units of layer 1", (60, 0), ("ArrowRight",), {"column": 1}),
    ("threshold", "level in the histogram", (-50, 0), ("ArrowLeft",), {"threshold": -1}),
    ("threshold", "pixel of the picture", (40, 40), ("ArrowDown",), {"pixel row": 1}),
    ("point_operations", "dark end of the curve", (0, -30), ("ArrowUp",), {"brightness": 1}),
    ("point_operations", "middle of the curve", (0, 8), ("ArrowDown",) * 3, {"gamma": 1}),
    ("point_operations", "bright end of the curve", (0, 40), ("ArrowDown",) * 3, {"contrast": -1}),
]  # fmt: skip


@pytest.fixture(scope="module")
def page(course, lab, browser):
    """All of them, one to a cell."""
    sources = [f"from cnncourse import explorers\nexplorers.{name}()" for name in NAMES]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, course / "touches.ipynb")
    page = NotebookPage(browser, lab, theme="dark")
    page.page.set_default_timeout(10_000)
    page.open("touches.ipynb")
    page.run_all(seconds=60)
    assert page.tracebacks() == []
    for name in NAMES:
        view(page, name).unfold()
    yield page
    page.close()


def view(page, name):
    """The explorer of a name."""
    return ExplorerView(page.page.locator(".cnncourse-explorer").nth(NAMES.index(name)))


def sliders(explorer, names):
    """Where sliders stand."""
    return [float(explorer.part("slider", n).get_attribute("aria-valuenow")) for n in names]


def mark(explorer, name):
    """A part of the picture by its name: a slider of ipywidgets may have the same one."""
    return explorer.locator.locator(f'svg [data-name="{name}"]')


def sentence(explorer):
    return explorer.locator.locator("p[role=status]").inner_text()


def moved(page, explorer, changes, act):
    """Check that sliders move as they should, and that picture and sentence follow."""
    before = sliders(explorer, changes)
    with explorer.changing():
        act()
    for _wait in range(20):  # the sliders follow the picture
        page.page.wait_for_timeout(250)
        after = sliders(explorer, changes)
        signs = [(new > old) - (new < old) for old, new in zip(before, after, strict=True)]
        if signs == list(changes.values()):
            break
    assert signs == list(changes.values())
    assert page.tracebacks() == [] and page.complaints == []


@pytest.mark.parametrize("way", [*HANDS, "keyboard"])
def test_each_handle_moves_its_controls(page, way):
    for name, part, way_to_go, keys, changes in DRAGS:
        print(name, part)  # for those who read of a failure
        explorer = view(page, name)
        handle = mark(explorer, part)

        def act(handle=handle, way_to_go=way_to_go, keys=keys):
            if way == "keyboard":
                handle.focus()
                for key in keys:
                    page.page.keyboard.press(key)
            else:
                farther = 1 if way == "mouse" else 1.5  # an area takes the place that is pressed
                right, down = way_to_go
                HANDS[way](page.page).drag(handle, farther * right, farther * down)

        moved(page, explorer, changes, act)


def test_a_lens_follows_the_mouse_without_a_press(page):
    explorer = view(page, "kernel_lab")
    explorer.part("slider", "lens").hover(position={"x": 40, "y": 60})
    page.page.wait_for_timeout(300)
    before = sliders(explorer, ["lens: row", "lens: column"])
    explorer.part("slider", "lens").hover(position={"x": 200, "y": 200})
    page.page.wait_for_timeout(500)
    row, column = sliders(explorer, ["lens: row", "lens: column"])
    assert row > before[0] and column > before[1]


@pytest.mark.parametrize("way, number", [("mouse", "90"), ("finger", "60"), ("keyboard", "30")])
def test_a_pixel_is_brought_to_the_middle_and_changed(page, way, number):
    explorer = view(page, "pixel_microscope")
    row, column, size = map(int, sliders(explorer, ["row", "column", "size"]))
    half = size // 2
    other = mark(explorer, f"pixel row {row + half} column {column + half - 1}")
    middle = mark(explorer, f"pixel row {row + half} column {column + half}")

    def choose(part):
        if way == "keyboard":
            part.focus()
            page.page.keyboard.press("Enter")
        else:
            HANDS[way](page.page).click(part)

    moved(page, explorer, {"column": -1}, lambda: choose(other))
    middle = mark(explorer, f"pixel row {row + half} column {column + half - 1}")

    def change():
        choose(middle)
        page.page.keyboard.type(number)
        page.page.keyboard.press("Enter")

    moved(page, explorer, {"new value": -1}, change)
    assert f"was set to {number}." in sentence(explorer)


def test_a_riddle_is_solved_in_the_picture_and_leads_to_the_next(page):
    from cnncourse.explorers.kernels import riddle_kernel

    explorer = view(page, "kernel_guess")
    for (row, column), weight in [
        ((r, c), riddle_kernel(1)[r, c]) for r in range(3) for c in range(3)
    ]:
        mark(explorer, f"your kernel row {row + 1} column {column + 1}").focus()
        page.page.keyboard.type(f"{weight:g}")
        page.page.keyboard.press("Enter")
    solved = explorer.locator.get_by_text("solved")
    solved.wait_for()
    Mouse(page.page).click(mark(explorer, "next riddle"))
    solved.wait_for(state="detached")
    assert sliders(explorer, ["riddle"]) == [2]
