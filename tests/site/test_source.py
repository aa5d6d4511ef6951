"""Links lead from page to page, to the repository, or vanish: none ends nowhere."""

from pathlib import Path

import pytest

from cnncourse.site import source

ROOT = Path(__file__).resolve().parents[2]


def rewritten(html, path="docs/teaching.md", repository=""):
    return source.with_pages(html, path, ROOT, repository)


@pytest.mark.parametrize(
    "target, page",
    [
        ("glossary.md#kernel", "glossary.html#kernel"),
        ("teaching/02_kernels.md", "teaching/02_kernels.html"),
        ("../notebooks/02_kernels.ipynb", "../notebooks/02_kernels.html"),
        ("../README.md#quick-start", "../about.html#quick-start"),
        ("README.md", "index.html"),
        ("../draw.html", "../draw.html"),
        ("#here", "#here"),
        ("https://example.org/a.md", "https://example.org/a.md"),
    ],
)
def test_links_lead_to_pages(target, page):
    assert rewritten(f'<a href="{target}">x</a>') == f'<a href="{page}">x</a>'


def test_what_has_no_page_leads_to_the_repository_or_is_no_link():
    link = '<a class="k" href="../pyproject.toml">the <b>versions</b></a>'
    assert rewritten(link) == "the <b>versions</b>"
    there = rewritten(link, repository="https://example.org/course")
    assert 'href="https://example.org/course/blob/main/pyproject.toml"' in there


def test_pictures_are_found_from_the_page():
    html = rewritten('<img alt="x" src="../../img/stride.svg">', path="docs/teaching/x.md")
    assert html == '<img alt="x" src="../../img/stride.svg">'
    assert rewritten('<img src="img/hero.svg">', path="README.md") == '<img src="img/hero.svg">'


def test_an_id_is_given_once():
    once = source.each_once(["a"])
    assert [once("b"), once("b"), once("a")] == ["b", "b-1", "a-1"]
