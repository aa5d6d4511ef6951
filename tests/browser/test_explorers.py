"""Every explorer in JupyterLab: moved by keyboard, drawn on, understood by screen readers."""

import os
from io import BytesIO
from pathlib import Path

import gallery
import ipywidgets as widgets
import numpy as np
import pytest
from explorer_view import ExplorerView
from notebook_page import NotebookPage
from PIL import Image
from require import missing

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = Path(os.environ.get("CNNCOURSE_NODE_MODULES", ROOT / ".venv" / "node_modules"))
AXE = NODE_MODULES / "axe-core" / "axe.min.js"

TRAINING = ("learning_rate", "batch_size", "model", "width", "seed")  # take effect in a training
# Some controls change nothing until another one is moved: what to press before.
FIRST = {
    ("as_matrix", "window"): [("combobox", "form", "ArrowDown")],
    ("blueprint", "fold"): [("combobox", "network", "r")],
    ("channel_sum", "place"): [("slider", "kernel", "ArrowLeft")],  # more than one cell
    ("confusion", "order"): [("slider", "label", "ArrowLeft"), ("slider", "answer", "ArrowLeft")],
    ("dropout", "seed"): [("combobox", "mode", "ArrowUp")],  # evaluation draws nothing
    ("kernel_lab", "view"): [("combobox", "preset", "b")],  # automatic: box 3 is clipped
    ("kernel_lab", "normalise"): [("spinbutton", "weights row 0 column 0", "ArrowUp")],
    ("own_digit", "crop"): [("checkbox", "look which way round the ink is", "Space")],
    ("own_digit", "keep_aspect"): [("checkbox", "crop to the ink", "Space")],
    ("pipeline", "source"): [("combobox", "layer", "ArrowDown")] * 2,  # conv 2
    ("receptive_field", "place"): [("combobox", "begin with", "ArrowDown")],  # more than one layer
    ("resolution", "photo"): [("combobox", "picture", "ArrowUp")],
}


@pytest.fixture(scope="module")
def page(course, lab, browser):
    """All explorers, one to a cell."""
    gallery.write(course / "gallery.ipynb")
    page = NotebookPage(browser, lab, theme="dark", width=900)
    page.open("gallery.ipynb")
    page.run_all(seconds=120)
    yield page
    page.close()


def view(page, name):
    """The explorer of a name."""
    return ExplorerView(page.page.locator(".cnncourse-explorer").nth(gallery.NAMES.index(name)))


def controls(name):
    """What can be moved of an explorer; a label cannot."""
    found = gallery.make(name).controls.items()
    return {key: control for key, control in found if not isinstance(control, widgets.Label)}


def test_every_explorer_is_there_and_nothing_went_wrong(page):
    assert page.tracebacks() == []
    assert page.page.locator(".cnncourse-explorer").count() == len(gallery.NAMES)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_of_an_explorer_is_cut_or_covered(page, width):
    page.show("light", width)
    assert page.faults() == []


@pytest.mark.parametrize("name", gallery.NAMES)
def test_each_control_answers_to_the_keyboard(page, name):
    explorer = view(page, name)
    explorer.unfold()
    for key, control in controls(name).items():
        for part in FIRST.get((name, key), []):
            with explorer.changing():
                explorer.press(*part)
        if name == "train_live":  # the training before may be over, or in the middle
            explorer.press("button", "start again", "Space")
            explorer.says("nothing learnt yet")
        with explorer.changing():
            explorer.move(control)
            if name == "train_live" and key in TRAINING:
                explorer.press("button", "train", "Space")
                explorer.says("digits seen")
    assert page.tracebacks() == [] and page.complaints == []


REFUSED = [
    ("convolution", [("slider", "kernel", "End"), ("slider", "size", "Home")], "does not fit"),
    ("sharing", [("slider", "inputs", "Home"), ("slider", "kernel", "End")], "does not fit"),
    ("budget", [("textbox", "layers", "x")], "do not understand"),
    ("dense_cost", [("slider", "image size", "Home"), ("slider", "halvings", "End")], "image"),
    ("timeline", [("combobox", "across", "Home"), ("combobox", "up", "Home")], "both axes"),
]


@pytest.mark.parametrize("name, presses, reason", REFUSED, ids=[name for name, *_ in REFUSED])
def test_an_impossible_setting_explains_itself(page, name, presses, reason):
    explorer = view(page, name)
    explorer.unfold()
    for part in presses:
        explorer.press(*part)
    # another refusal may stand there already, for the setting half-way
    explorer.refusal.filter(has_text=reason).wait_for()
    assert "Not possible:" in explorer.refusal.inner_text()
    said_once = explorer.locator.locator("[role=status]:empty")
    said_once.wait_for(state="attached")
    assert page.tracebacks() == []


def test_a_digit_drawn_with_the_mouse_is_read(page):
    explorer = view(page, "own_digit")
    explorer.part("combobox", "digit").select_option("draw it")
    pad = explorer.locator.locator(".cnncourse-drawpad canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    mouse = page.page.mouse
    points = [(0.3, 0.22), (0.7, 0.22), (0.45, 0.8)]  # the strokes of a 7
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    with explorer.changing():
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place, steps=10)
        mouse.up()
    read = explorer.locator.get_by_role("status").filter(has_text="Most probable: 7")
    read.wait_for()


COLOURS = ["color-contrast", "link-in-text-block"]  # axe-core's rules about them
# For axe-core, what a scrolled part of the page does not show is hidden, and it judges no colours
# of hidden words.
NOTHING_CLIPPED = """:is(body, #main, .jp-Notebook, .jp-Notebook *):not(.cnncourse-explorer *) {
    overflow: visible !important; contain: none !important }"""


@pytest.fixture
def barriers(page):
    """A function that asks axe-core about all explorers."""
    if not AXE.exists():
        missing("axe-core is not installed: make .venv/node_modules brings it")
    clipping = page.page.add_style_tag(content=NOTHING_CLIPPED)
    page.page.evaluate(AXE.read_text(encoding="utf-8"))
    yield lambda rules: page.ask("barriers.js", rules)
    clipping.evaluate("style => style.remove()")


# Colours are all that a theme changes.
@pytest.mark.parametrize(
    "theme, rules", [("light", None), ("dark", COLOURS)], ids=["light", "dark"]
)
def test_no_serious_barrier_is_found_in_an_explorer(page, barriers, theme, rules):
    page.show(theme, 900)
    assert barriers(rules) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_arrow_of_a_drop_down_stands_out_from_its_ground(page, theme):
    page.show(theme, 900)
    box = page.page.locator(".cnncourse-explorer select").first
    box.scroll_into_view_if_needed()
    shades = np.asarray(Image.open(BytesIO(box.screenshot())).convert("L"), dtype=int)
    inside = shades[5:-5, -19:-4]  # where the arrow is, without the frame
    assert abs(inside - np.median(inside)).max() > 100


def test_words_in_a_colour_too_faint_are_seen_in_every_explorer(page, barriers):
    faint = page.page.add_style_tag(content=":is([role=status], [role=alert]) { color: #8888 }")
    page.wait_until_painted()
    assert len(barriers(COLOURS)) >= len(gallery.NAMES)
    faint.evaluate("style => style.remove()")


def test_a_question_is_answered_by_keyboard(page):
    question = page.page.locator(".cnncourse-question")
    question.get_by_role("radio").first.focus()
    for key, verdict in [("Space", "Not quite"), ("ArrowDown", "Yes"), ("ArrowUp", "Not quite")]:
        page.page.keyboard.press(key)
        question.get_by_role("status").filter(has_text=f"{verdict}: 3 rows of 4.").wait_for()


def test_no_tooltip_says_null(page):
    boxes = ":is(.cnncourse-explorer, .cnncourse-question)"
    parts = f"{boxes} [title=null]:visible"
    assert page.page.locator(parts).all_inner_texts() == []
