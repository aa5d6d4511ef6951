"""The flagship in other front ends: in Notebook 7, and in JupyterLab with Firefox."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from explorer_view import ExplorerView
from hands import Mouse
from lab_server import NotebookServer
from notebook_page import LOADED
from require import missing

SCRIPT = Path(__file__).with_name("firefox.mjs")
PUPPETEER = Path(__file__).resolve().parents[3] / ".venv" / "node_modules" / "puppeteer-core"
# It belongs to no extra: it would hold JupyterLab back, and add buttons to every learner's.
NO_NOTEBOOK = "Notebook 7 is not installed: pip install notebook brings it"


@pytest.fixture(scope="module")
def page(course, flagship_notebook, browser, tmp_path_factory):
    """The flagship in Notebook 7."""
    if importlib.util.find_spec("notebook") is None:
        pytest.skip(NO_NOTEBOOK)
    with NotebookServer(course, tmp_path_factory.mktemp("notebook")) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(60_000)
        page.goto(f"{server.url}/notebooks/{flagship_notebook}?token={server.token}")
        page.wait_for_function(LOADED)
        yield page
        page.close()


@pytest.fixture
def flagship(page):
    """It has just been made."""
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells').then(() => null)")
    explorer = ExplorerView(page.locator(".cnncourse-explorer"))
    explorer.locator.locator(".cnncourse-stage > svg").wait_for()
    return explorer


def agrees(explorer, control, value, words):
    """Whether a slider stands at a value and the sentence says so, after at most 5 seconds."""
    explorer.locator.get_by_role("status").filter(has_text=words).wait_for(timeout=5000)
    slider = explorer.part("slider", control)
    slider.and_(explorer.locator.locator(f"[aria-valuenow='{value}.0']")).wait_for(timeout=5000)
    return True


def test_in_notebook_7_a_slider_is_dragged_and_then_stepped_by_arrow_keys(page, flagship):
    Mouse(page).drag(flagship.part("slider", "stride"), 400, 0)
    assert agrees(flagship, "stride", 4, "stride 4")
    page.keyboard.press("ArrowLeft")
    assert agrees(flagship, "stride", 3, "stride 3")
    page.keyboard.press("ArrowDown")
    assert agrees(flagship, "stride", 2, "stride 2")


def test_in_notebook_7_the_window_is_dragged_and_then_stepped_by_arrow_keys(page, flagship):
    cell = flagship.part("spinbutton", "pixels row 5 column 5").bounding_box()["width"]
    Mouse(page).drag(flagship.part("slider", "window"), 2 * cell, cell)
    assert agrees(flagship, "step", 6, "output[1, 2]")
    page.keyboard.press("ArrowDown")
    assert agrees(flagship, "step", 10, "output[2, 2]")
    page.keyboard.press("ArrowLeft")
    assert agrees(flagship, "step", 9, "output[2, 1]")


def test_in_firefox_sliders_and_window_are_dragged_and_stepped(lab, flagship_notebook):
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox is None or not PUPPETEER.exists():
        missing("Firefox (firefox-esr) or puppeteer-core (make .venv/node_modules) is not there")
    address = f"{lab.url}/lab/tree/{flagship_notebook}?reset&token={lab.token}"
    command = ["node", SCRIPT, PUPPETEER, firefox, address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["errors"] == []
    for act, control, value, words in [
        ("slider dragged", "stride", 4, "stride 4"),
        ("slider stepped", "stride", 3, "stride 3"),
        ("slider stepped back", "stride", 1, "stride 1"),
        ("window dragged", "step", 6, "output[1, 2]"),
        ("window stepped", "step", 10, "output[2, 2]"),
    ]:
        assert float(said[act]["sliders"][control]) == value, act
        assert words in said[act]["sentence"], act
