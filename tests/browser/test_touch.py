"""Pictures that are touched in JupyterLab: by mouse, by finger, by keyboard alone."""

import re

import pytest
from explorer_view import ExplorerView
from hands import Finger, Mouse, middle
from notebook_page import NotebookPage

HANDS = {"mouse": Mouse, "finger": Finger}
STEP = re.compile(r"output\[(\d+), (\d+)\] is (.+?)\.( |$)")


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, flagship_notebook, lab, browser):
    """It runs in JupyterLab; page.sent counts the messages to the kernel."""
    page = NotebookPage(browser, lab, theme=request.param)
    page.sent = []
    count = lambda frame: page.sent.append(frame)  # noqa: E731, playwright marks what it calls
    page.page.on("websocket", lambda socket: socket.on("framesent", count))
    page.open(flagship_notebook)
    yield page
    page.close()


@pytest.fixture
def flagship(page):
    """The flagship as it starts."""
    page.run_all(seconds=60)
    return ExplorerView(page.page.locator(".cnncourse-explorer"))


def slider(explorer, name):
    """Where an ipywidgets slider stands."""
    return float(explorer.part("slider", name).get_attribute("aria-valuenow"))


def sentence(explorer):
    return explorer.locator.get_by_role("status").inner_text()


def number(explorer, role, name):
    """What a mark says of its value."""
    return float(explorer.part(role, name).get_attribute("aria-valuenow"))


def drag(explorer, hand, part, cells_right, cells_down):
    """Take a mark along by so many cells of the input."""
    cell = explorer.part("spinbutton", "pixels row 5 column 5").bounding_box()["width"]
    with explorer.changing():
        hand.drag(part, cells_right * cell, cells_down * cell)


IDLE = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"


def settle(explorer):
    """Wait until the last touch is answered and everything has glided to its place."""
    page = explorer.locator.page
    for _ in range(4):  # touches go one by one: between two of them the kernel is idle for a moment
        page.wait_for_function(IDLE)
        page.wait_for_timeout(150)


@pytest.mark.parametrize("hand", HANDS)
def test_the_window_is_dragged_and_snaps(page, flagship, hand):
    flagship.press("slider", "stride", "ArrowRight")
    window = flagship.part("slider", "window")
    drag(flagship, HANDS[hand](page.page), window, 1.7, 2.2)
    settle(flagship)
    assert slider(flagship, "step") == 3
    assert STEP.search(sentence(flagship)).groups()[:2] == ("1", "1")
    assert window.get_attribute("aria-valuetext") == "output row 1, column 1"


@pytest.mark.parametrize("hand", HANDS)
def test_its_corner_is_the_size_of_the_kernel(page, flagship, hand):
    drag(flagship, HANDS[hand](page.page), flagship.part("slider", "kernel size"), -1, -1)
    settle(flagship)
    assert slider(flagship, "kernel") == number(flagship, "slider", "kernel size") == 2
    assert sentence(flagship).startswith("Kernel 2×2")


@pytest.mark.parametrize("hand", HANDS)
def test_the_outer_rim_is_the_padding(page, flagship, hand):
    drag(flagship, HANDS[hand](page.page), flagship.part("slider", "padding, right edge"), 1, 0)
    settle(flagship)
    assert slider(flagship, "padding") == number(flagship, "slider", "padding, left edge") == 1
    assert "padding 1" in sentence(flagship)


@pytest.mark.parametrize("hand", HANDS)
def test_a_weight_is_dragged_up_and_down(page, flagship, hand):
    weight = flagship.part("spinbutton", "weights row 2 column 2")
    with flagship.changing():
        HANDS[hand](page.page).drag(weight, 0, -16)
    settle(flagship)
    assert number(flagship, "spinbutton", "weights row 2 column 2") == 10
    assert "is 394." in sentence(flagship)  # 366 + 2·14


@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize(
    "name, result",
    [
        ("weights row 0 column 1", "362.5"),  # 366 − 3.5·1: under the window lies a 1
        ("pixels row 0 column 1", "362.5"),  # and its weight is 1; the window covers this pixel
    ],
)
def test_a_number_is_clicked_and_typed(page, flagship, hand, name, result):
    number_in_picture = flagship.part("spinbutton", name)
    HANDS[hand](page.page).click(number_in_picture)
    with flagship.changing():
        page.page.keyboard.type("-2.5")
    page.page.keyboard.press("Enter")
    settle(flagship)
    assert number(flagship, "spinbutton", name) == -2.5
    assert f"is {result}." in sentence(flagship)


@pytest.mark.parametrize("hand", HANDS)
def test_an_output_cell_is_clicked(page, flagship, hand):
    with flagship.changing():
        HANDS[hand](page.page).click(flagship.part("button", "output row 2 column 1"))
    settle(flagship)
    assert slider(flagship, "step") == 9
    assert STEP.search(sentence(flagship)).groups()[:2] == ("2", "1")


KEYS = [
    ("slider", "window", ["ArrowDown", "ArrowRight"], "step", 5),
    ("slider", "kernel size", ["ArrowLeft"], "kernel", 2),
    ("slider", "padding, right edge", ["ArrowRight", "ArrowRight", "ArrowLeft"], "padding", 1),
]


@pytest.mark.parametrize("role, name, keys, control, value", KEYS)
def test_every_handle_obeys_the_arrow_keys_as_it_obeys_the_hand(
    flagship, role, name, keys, control, value
):
    flagship.part(role, name).focus()
    for key in keys:  # pressed at once: none is lost
        flagship.locator.page.keyboard.press(key)
    settle(flagship)
    assert slider(flagship, control) == value
    assert flagship.part(role, name).evaluate("part => part === document.activeElement")


def test_numbers_are_stepped_typed_and_left_by_the_keyboard(page, flagship):
    flagship.part("spinbutton", "weights row 0 column 0").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "ArrowUp"):
        page.page.keyboard.press(key)
    settle(flagship)
    # right: the neighbour; then the three others changed it: 1 − 1 + 1 + 1
    assert number(flagship, "spinbutton", "weights row 0 column 1") == 2
    for text in ("7", "5"):
        page.page.keyboard.type(text)
    page.page.keyboard.press("Enter")
    settle(flagship)
    assert number(flagship, "spinbutton", "weights row 0 column 1") == 75
    page.page.keyboard.press("Enter")
    page.page.keyboard.type("3")
    page.page.keyboard.press("Escape")
    settle(flagship)
    assert number(flagship, "spinbutton", "weights row 0 column 1") == 75


def test_the_output_is_walked_by_arrow_keys_and_chosen_by_enter(page, flagship):
    flagship.part("button", "output row 0 column 0").focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        page.page.keyboard.press(key)
    settle(flagship)
    assert slider(flagship, "step") == 5


def test_all_marks_are_reached_by_a_few_presses_of_tab(flagship):
    stops = flagship.locator.locator("svg [tabindex='0']").count()
    assert 3 <= stops <= 12
    assert flagship.locator.locator("svg [tabindex]").count() > 50


def test_hovering_lights_at_once_and_sends_no_message(page, flagship):
    settle(flagship)
    sent = len(page.sent)
    lit = flagship.locator.locator("rect[data-lit=window].cnncourse-lit")
    for row, column in ((3, 3), (1, 2), (0, 0)):
        flagship.part("button", f"output row {row} column {column}").hover()
        assert lit.count() == 1
        output = flagship.part("button", f"output row {row} column {column}")
        assert lit.get_attribute("x") == output.get_attribute("data-at").split(" ")[0]
    assert len(page.sent) == sent


def test_a_pixel_under_a_handle_is_lit_until_the_handle_is_dragged_away(page, flagship):
    lit = flagship.locator.locator("[data-name^=pixels].cnncourse-lit")
    x, y = middle(flagship.part("slider", "window"))
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    assert lit.count() == 1
    with flagship.changing():
        page.page.mouse.move(x + 80, y, steps=4)
    settle(flagship)
    assert lit.count() == 0
    page.page.mouse.up()


def test_parts_keep_their_nodes_and_glide(page, flagship):
    page.page.evaluate("() => { window.kept = document.querySelector('[data-key=window]'); }")
    flagship.press("slider", "step", "ArrowRight")
    settle(flagship)
    moving = flagship.locator.locator("[data-key=window]")
    assert moving.evaluate("part => part === window.kept")
    seconds = "part => getComputedStyle(part).transitionDuration"
    assert "0.2s" in moving.evaluate(seconds)
    page.page.emulate_media(reduced_motion="reduce")
    assert moving.evaluate(seconds) == "0s"
    page.page.emulate_media(reduced_motion="no-preference")


def test_a_refusal_lies_over_the_dimmed_last_picture(flagship):
    flagship.unfold()
    height = flagship.locator.bounding_box()["height"]
    flagship.press("slider", "kernel", "End")
    flagship.press("slider", "size", "Home")
    flagship.refusal.wait_for()
    assert flagship.locator.locator(".cnncourse-refused > svg").count() == 1
    assert abs(flagship.locator.bounding_box()["height"] - height) <= 2
    flagship.press("slider", "padding", "ArrowRight")
    flagship.refusal.wait_for(state="detached")


class WithoutStage:
    """A browser in which the JavaScript of anywidgets is forbidden."""

    def __init__(self, browser):
        self.browser = browser

    def new_page(self, **options):
        page = self.browser.new_page(**options)
        page.route("**/extensions/anywidget/**", lambda route: route.abort())
        return page


def test_without_its_javascript_sliders_and_picture_stay(flagship_notebook, lab, browser):
    page = NotebookPage(WithoutStage(browser), lab)
    page.open(flagship_notebook)
    page.run_all(seconds=60)
    explorer = page.page.locator(".cnncourse-explorer")
    assert page.page.locator(".cnncourse-stage").count() == 0
    explorer.locator("svg[role=img][aria-label]").wait_for()
    explorer.locator(".widget-slider", has_text="kernel").locator("[role=slider]").focus()
    page.page.keyboard.press("ArrowRight")
    explorer.get_by_role("status").filter(has_text="Kernel 4×4").wait_for()
    assert "4×4" in explorer.locator("svg[aria-label] desc").text_content()
    page.close()
