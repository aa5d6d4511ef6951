"""Buttons to run a notebook: from the one configured address, and none without it."""

import re
from pathlib import Path

import nbformat
import pytest

from cnncourse.site import build, running

ROOT = Path(__file__).resolve().parents[2]
GITHUB, OTHER = "https://github.com/a-teacher/my.course", "https://forge.test/team/course"
NOTEBOOKS = sorted(f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb"))


def page(repository, path=NOTEBOOKS[0]):
    executed = {name: ROOT / name for name in NOTEBOOKS}
    return build.notebook_page(build.Course(ROOT, executed, (), repository), path).html


def addresses(html):
    ways = re.search(r'<nav class="ways".*?</nav>', html, flags=re.DOTALL)
    return re.findall(r'<a class="button" href="([^"]+)"', ways[0]) if ways else []


def test_without_an_address_there_is_no_button():
    assert 'class="ways"' not in page("") and addresses(page("")) == []


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_the_address_of_github_leads_to_the_notebook_itself(path):
    html = page(GITHUB, path)
    colab, *binder, local = addresses(html)
    assert colab == f"https://colab.research.google.com/github/a-teacher/my.course/blob/main/{path}"
    assert local == "../about.html#quick-start" and f"git clone {GITHUB} " in html
    lab = any("need_torch()" in cell.source for cell in nbformat.read(ROOT / path, 4).cells)
    assert (f"cnncourse[lab] @ git+{GITHUB}@main" in html) == lab
    wanted = f"https://mybinder.org/v2/gh/a-teacher/my.course/main?urlpath=lab/tree/{path}"
    assert binder == ([] if lab else [wanted])  # its image has no PyTorch


def test_colab_opens_no_other_host_and_binder_does():
    binder, _ = addresses(page(OTHER))
    assert binder.startswith(
        "https://mybinder.org/v2/git/https%3A%2F%2Fforge.test%2Fteam%2Fcourse/"
    )


@pytest.mark.parametrize("end", ["", "/", ".git"])
def test_the_address_is_read_where_it_stands(tmp_path, end):
    (tmp_path / "pyproject.toml").write_text(f'Repository = "{GITHUB}{end}"')
    assert build.repository(tmp_path) == GITHUB


def test_every_way_is_on_the_page():
    for way in running.ways(GITHUB, NOTEBOOKS[0], lab=False):
        assert way.words in page(GITHUB)
