"""The pages name menus as JupyterLab shows them."""

import re
import sys
from functools import cache
from pathlib import Path

import pytest
from pages import PAGES, ROOT, text_of

LAB = Path(sys.prefix) / "share" / "jupyter" / "lab"
MENU = re.compile(r"\*([A-Z]\w+ → [^*]+)\*")
ALL = [*PAGES, ROOT / "README.md", ROOT / "notebooks" / "README.md"]


@cache
def labels():
    """Return all texts in quotes in the program of JupyterLab, without the dots that end some."""
    if not LAB.exists():
        pytest.skip("JupyterLab is not installed here")
    files = [*LAB.glob("static/*.js"), *LAB.glob("schemas/**/*.json")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return {label.rstrip("….") for label in re.findall(r"[\"']([A-Z][\w ]{1,60}[….]*)[\"']", code)}


def unknown(text):
    """Return the menus of a text, such as *Run → Run All Cells*, that JupyterLab does not have."""
    menus = MENU.findall(" ".join(text.split()))
    return [m for m in menus if not {part.rstrip("…") for part in m.split(" → ")} <= labels()]


def test_a_menu_of_a_page_is_one_of_jupyterlab():
    assert sum(len(MENU.findall(text_of(page))) for page in ALL) >= 8
    assert [menu for page in ALL for menu in unknown(text_of(page))] == []


def test_a_menu_that_jupyterlab_does_not_have_is_seen():
    assert unknown("*Run → Run Everything*") == ["Run → Run Everything"]
    assert unknown("*Run → Run All Cells*") == []
