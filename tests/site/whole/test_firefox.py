"""The site in Firefox: the flagship, the kernel lab and the drawing page open and move."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from require import missing
from said import words

from cnncourse import explorers
from cnncourse.site import python

SCRIPT = Path(__file__).with_name("firefox.mjs")
PUPPETEER = python.PYODIDE.with_name("puppeteer-core")


@pytest.fixture(scope="module", params=["http", "file"])
def said(request, folder, address):
    """What the three pages say once they have been moved."""
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox is None or not PUPPETEER.exists():
        missing("Firefox (firefox-esr) or puppeteer-core (make .venv/node_modules) is not there")
    where = address if request.param == "http" else folder.as_uri()
    command = ["node", SCRIPT, PUPPETEER, firefox, where]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["errors"] == []
    return found


def test_the_flagship_moves(said):
    explorer = explorers.convolution()
    explorer.controls["stride"].value = 2
    assert words(said["convolution"]) == words(explorer.sentence)


def test_another_kernel_is_chosen(said):
    explorer = explorers.kernel_lab()
    explorer.controls["preset"].index += 1
    assert words(said["kernel_lab"]) == words(explorer.sentence)


def test_a_digit_is_read(said):
    assert max(range(10), key=said["scores"].__getitem__) == 1
