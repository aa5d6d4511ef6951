"""A real JupyterLab in a real Chromium, for the tests in this folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from lab_server import LabServer
from nbformat.v4 import new_code_cell, new_notebook
from notebook_page import THEMES
from require import missing
from touching import touched

try:
    from playwright.sync_api import sync_playwright
except ImportError:  # for processors without a wheel of it
    sync_playwright = None

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "no Chromium is installed: install it (Debian: apt-get install chromium) to see the course "
    "tested in a real browser"
)
QUIET = [
    "--no-sandbox",  # in containers Chromium's own sandbox cannot start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",  # conftest.py in the root leads proxies to a dead end
]


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium or Chrome."""
    if sync_playwright is None:
        missing('playwright is not installed: pip install -e ".[dev]" brings it')
    return next(filter(None, map(shutil.which, NAMES)), None) or missing(NO_BROWSER)


@pytest.fixture(scope="session")
def course(chromium, tmp_path_factory):
    """A copy of the notebooks and their pictures, so that nothing is written in the repository."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("notebooks", "img"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
        )
    return folder


@pytest.fixture(scope="session")
def flagship_notebook(course):
    """The name of a notebook with the flagship and nothing else."""
    cell = new_code_cell("from cnncourse import explorers\nexplorers.convolution()")
    notebook = new_notebook(cells=[cell])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, course / "flagship.ipynb")
    return "flagship.ipynb"


@pytest.fixture(scope="session")
def lab(course, tmp_path_factory):
    """JupyterLab over that copy."""
    with LabServer(course, tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")  # it blocks this thread's event loop, which other tests need
def browser(chromium):
    """Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=THEMES)
def explorers(request, course, lab, browser):
    """The explorers that a file of tests calls `NAMES`, in JupyterLab, in both themes."""
    with touched(request.module.NAMES, course, lab, browser, request.param) as explorers:
        yield explorers
