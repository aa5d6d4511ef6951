"""The site as one folder, opened as from a USB stick: no server, no Python, and it moves."""

import re

import pytest
from said import sentence, words

from cnncourse import explorers
from cnncourse.files import write_tree
from cnncourse.site import build, catalogue


@pytest.fixture(scope="module")
def stick(course, tmp_path_factory):
    """Where the folder lies, as an address."""
    target = tmp_path_factory.mktemp("stick")
    write_tree(target, build.site(course(pyodide=None)))
    return target.as_uri()


@pytest.fixture
def visit(browser, stick):
    asked, errors = [], []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and errors.append(said.text))

    def open_page(path):
        page.goto(f"{stick}/{path}")
        return page

    yield open_page
    page.close()
    assert errors == [] and [url for url in asked if not url.startswith((stick, "data:"))] == []


def moved(page, name):
    """Press an arrow key on a slider, and wait for the picture."""
    painted = page.evaluate("window.times.painted")
    page.get_by_label(name, exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"times.painted > {painted}")


@pytest.mark.parametrize("name, slider", [("convolution", "stride"), ("layer_xray", "map")])
def test_an_explorer_moves(visit, name, slider):
    page = visit(f"e/{name}.html")
    page.wait_for_function("window.times?.shown > 0")
    moved(page, slider)
    explorer = catalogue.maker(name)()
    next(c for c in explorer.controls.values() if c.description == slider).value += 1
    assert sentence(page) == words(explorer.sentence)


def test_what_does_not_answer_is_said_and_nothing_gets_stuck(visit):
    page = visit("e/convolution.html")
    page.wait_for_function("window.times?.shown > 0")
    before, layer = sentence(page), page.locator(".layer").inner_text()
    assert "Python" in layer and page.locator("input[type=file]").is_disabled()
    page.evaluate("location.hash = '#weights[0,2]=7'")
    page.reload()
    page.wait_for_function(f"document.querySelector('.layer').textContent !== {layer!r}")
    assert sentence(page) == before
    moved(page, "stride")
    explorer = explorers.convolution()
    explorer.controls["stride"].value = 2
    assert sentence(page) == words(explorer.sentence)
    assert page.evaluate("window.times.asked") is None


def test_every_page_is_found_from_the_front(visit):
    page = visit("index.html")
    page.get_by_role("link", name=re.compile("^02 ")).click()
    page.get_by_role("link", name=re.compile("Move it")).first.click()
    frame = page.frame_locator(".living iframe").first
    frame.locator(".explorer .panel input").first.wait_for()
    assert frame.locator(".explorer svg").first.is_visible()


def test_a_digit_is_read(visit):
    page = visit("draw.html")
    box = page.locator(".pad canvas").bounding_box()
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 0.15 * box["height"])
    page.mouse.down()
    page.mouse.move(middle, box["y"] + 0.85 * box["height"], steps=12)
    page.mouse.up()
    page.wait_for_timeout(300)
    scores = page.locator(".draw").get_attribute("data-scores").split()
    assert max(range(10), key=lambda digit: float(scores[digit])) == 1
