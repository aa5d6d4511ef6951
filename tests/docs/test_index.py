"""Whoever starts at the front page finds every page of docs/ by links alone."""

import re

from pages import DOCS, LINK, PAGES, ROOT, missing_sections, prose, text_of


def linked(page):
    """Return the Markdown files that a page links to and that are there."""
    targets = [target.split("#")[0] for _, target in LINK.findall(prose(text_of(page)))]
    files = [(page.parent / target).resolve() for target in targets if target.endswith(".md")]
    return {file for file in files if file.is_file()}


def reachable(start):
    """Return all Markdown files that links lead to from a page, the page itself included."""
    found, waiting = set(), {start.resolve()}
    while waiting:
        page = waiting.pop()
        found.add(page)
        waiting |= linked(page) - found
    return found


def test_every_page_can_be_reached_from_the_front_page():
    assert len(PAGES) >= 6
    assert set(PAGES) - reachable(ROOT / "README.md") == set()


def test_the_index_lists_the_pages_of_docs_itself():
    listed = linked(DOCS / "README.md")
    missing = {page.resolve() for page in DOCS.glob("*.md")} - listed - {DOCS / "README.md"}
    assert missing == set()


def test_an_orphan_is_seen(tmp_path):
    for name, text in [("README.md", "[a](a.md#part)"), ("a.md", "[b](b.md)"), ("c.md", "")]:
        (tmp_path / name).write_text(text)
    (tmp_path / "b.md").touch()
    names = {page.name for page in reachable(tmp_path / "README.md")}
    assert names == {"README.md", "a.md", "b.md"}


def test_the_sections_of_notebooks_that_a_page_links_are_there():
    links = [words for page in PAGES for words, _ in LINK.findall(prose(text_of(page)))]
    assert sum(bool(re.search(r"section \d+$", words)) for words in links) >= 50
    assert [missing for page in PAGES for missing in missing_sections(page)] == []


def test_a_section_that_is_not_there_is_seen(tmp_path):
    (tmp_path / "01.ipynb").write_text(
        '{"cells": [{"cell_type": "markdown", "source": ["## 1. An image\\n"]}]}'
    )
    page = tmp_path / "a.md"
    page.write_text("[01, section 1](01.ipynb) [01, section 2](01.ipynb) [elsewhere](b.md)\n")
    assert missing_sections(page) == [("01.ipynb", "2")]


def test_no_link_of_a_page_leaves_the_repository_or_names_a_folder_of_one_machine():
    for page in PAGES:
        targets = [target for _, target in LINK.findall(prose(text_of(page)))]
        assert [t for t in targets if re.match(r"/|file:|[A-Z]:\\", t)] == [], page.name
