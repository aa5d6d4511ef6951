"""The command ``python -m cnncourse.site``: notebooks first, then the pages."""

import sys
from pathlib import Path

import pytest
import tiny_course

from cnncourse.site import __main__ as command
from cnncourse.site import build, catalogue, python

FIRST, SECOND = (str(Path("notebooks", f"{name}.ipynb")) for name in ("01_a", "02_b"))


class Asked:
    """Stands in for what takes minutes, and keeps what it was asked for."""

    def __init__(self, monkeypatch):
        self.code, self.words, self.course = 0, None, None
        self.argv = lambda *words: monkeypatch.setattr(sys, "argv", ["site", *words])
        monkeypatch.setattr(command, "cnncourse", self.run)
        monkeypatch.setattr(build, "executed", lambda root, folder: {FIRST: Path(FIRST)})
        monkeypatch.setattr(build, "repository", lambda root: "")
        monkeypatch.setattr(build, "site", self.site)

    def run(self, words):
        self.words = words
        return self.code

    def site(self, course):
        self.course = course
        return {"index.html": b"<p>", "e/flip.html": b"<p>"}

    def __call__(self, *words):
        self.argv(*words)
        return command.main()


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tiny_course.write(Path(FIRST), "explorers.flip()")
    tiny_course.write(Path(SECOND))
    return Asked(monkeypatch)


def test_all_notebooks_are_executed_and_the_pages_are_written(site):
    assert site("--address", "https://example.org") == 0
    assert site.words[0] == "run" and site.words[-2:] == [FIRST, SECOND]
    assert site.course.explorers == catalogue.NAMES and site.course.pyodide == python.PYODIDE
    assert site.course.address == "https://example.org"
    assert Path("build/site/e/flip.html").read_bytes() == b"<p>"


def test_fast_is_the_first_notebook_with_its_explorers_and_without_python(site):
    assert site("--fast", "--build", "there") == 0
    assert FIRST in site.words and SECOND not in site.words and site.words[-1] == "--fast"
    assert site.course.explorers == ("flip",) and site.course.pyodide is None
    assert Path("there/site/index.html").exists()


def test_a_folder_for_a_stick_has_all_explorers_and_no_python(site):
    assert site("--folder") == 0
    assert site.course.explorers == catalogue.NAMES and site.course.pyodide is None
    assert Path("build/site-folder/index.html").exists()


def test_notebooks_that_fail_are_made_no_pages_of(site):
    site.code = 3
    assert site() == 3 and site.course is None and not Path("build/site").exists()
