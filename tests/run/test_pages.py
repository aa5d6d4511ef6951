"""Pages of executed notebooks are whole: nothing in them is loaded from elsewhere."""

import re
from pathlib import Path

import nbformat
import pytest
import tiny_course
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cnncourse.run import pages

WIDGET = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


def page_of(*cells, folder=Path(), **metadata):
    """Return the page of a notebook with these cells."""
    notebook = new_notebook(cells=cells, metadata=metadata)
    return pages.page(nbformat.writes(notebook).encode(), folder).decode()


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://example.org/x.js"></script>',
        '<link rel="stylesheet" href="//example.org/x.css">',
        '<img alt="" src="http://example.org/x.png">',
        '<p style="background: url(https://example.org/x.png)">x</p>',
        "<style>@import 'https://example.org/x.css';</style>",
        "<style>p { background: url('http://example.org/x.png') }</style>",
        '<svg><image href="https://example.org/x.png"/></svg>',
    ],
)
def test_what_is_loaded_from_another_host_would_be_seen(markup):
    assert len(tiny_course.other_hosts(f"<p>text</p>{markup}")) == 1


def test_a_link_that_a_reader_may_follow_is_not_loaded():
    assert tiny_course.other_hosts('<a href="https://example.org">x</a>') == []


def test_formulas_are_mathml():
    html = page_of(new_markdown_cell("In line $x^2$.\n\n$$\\frac{a}{b}$$"))
    assert '<math display="inline"' in html.replace(
        ' xmlns="http://www.w3.org/1998/Math/MathML"', ""
    )
    assert "<msup>" in html and "<mfrac>" in html and 'display="block"' in html
    assert "$" not in html.partition("<main>")[2]


def test_a_formula_that_cannot_be_translated_stands_as_it_is_written():
    assert "<code>\\left&lt;</code>" in page_of(new_markdown_cell("so $\\left<$ it is"))


def test_an_explorer_shows_its_static_face():
    data = {WIDGET: {"model_id": "1"}, "text/html": "<svg>face</svg>", "text/plain": "VBox()"}
    cell = new_code_cell("explorer()", outputs=[new_output("display_data", data=data)])
    html = page_of(cell, widgets={STATE: {"state": {"1": {}}, "version_major": 2}})
    assert "<svg>face</svg>" in html
    assert WIDGET not in html and STATE not in html


def test_pictures_become_part_of_the_page(tmp_path):
    (tmp_path / "a.svg").write_text("<svg/>")
    html = page_of(new_markdown_cell("![A picture](a.svg)"), folder=tmp_path)
    assert 'src="data:image/svg+xml;base64,PHN2Zy8+"' in html
    assert 'alt="A picture"' in html


def test_a_picture_that_is_not_there_is_refused_by_its_name(tmp_path):
    for name in ("none.svg", "%00.svg", "x" * 3000):
        with pytest.raises(ValueError, match=f"the picture {name} is not there"):
            pages.inside(name, tmp_path)


def test_a_name_with_spaces_is_found(tmp_path):
    (tmp_path / "two words.svg").write_text("<svg/>")
    assert pages.inside("two%20words.svg", tmp_path).startswith("data:image/svg+xml")


def test_a_picture_that_is_an_address_keeps_it(tmp_path):
    assert pages.inside("data:image/png;base64,AAAA", tmp_path) == "data:image/png;base64,AAAA"


def test_links_between_notebooks_lead_to_pages():
    html = page_of(new_markdown_cell("[next](02_b.ipynb) [part](02_b.ipynb#part)"))
    assert 'href="02_b.html"' in html and 'href="02_b.html#part"' in html


def test_a_link_to_markdown_is_its_words_and_one_into_the_web_stays():
    html = page_of(new_markdown_cell("[a word](../docs/g.md#w) [b](https://a.org/b.md)"))
    assert "a word" in html and "g.md" not in html
    assert 'href="https://a.org/b.md"' in html


def test_a_break_is_one_break_however_it_is_written():
    assert pages.harmless("1<br>2<br/>3<br />4") == "1<br>2<br>3<br>4"


def test_a_page_is_dark_for_those_who_prefer_it():
    html = page_of(new_markdown_cell("Words."))
    dark = re.search(r'<style media="\(prefers-color-scheme: dark\)".*?</style>', html, re.DOTALL)
    assert "--jp-layout-color0" in dark[0]


def test_code_that_jupyterlab_hides_is_folded():
    hidden = new_code_cell("secret = 1", metadata={"jupyter": {"source_hidden": True}})
    html = page_of(hidden, new_code_cell("shown = 1"))
    assert html.count("Show the code</summary>") == 1


MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_a_page_forbids_scripts_and_all_that_is_loaded_from_elsewhere():
    output = new_output("display_data", data={"text/html": MARKUP})
    html = page_of(new_markdown_cell(f"# {MARKUP}"), new_code_cell("1", outputs=[output]))
    policy = re.search(r'content="(default-src[^"]*)"', html)[1]
    assert html.index(policy) < html.index("<main")
    rules = dict(rule.split(maxsplit=1) for rule in policy.split(";"))
    assert rules.pop("default-src") == "'none'" and "script-src" not in rules
    assert all(set(sources.split()) <= {"data:", "'unsafe-inline'"} for sources in rules.values())
    title = re.search("<title>(.*?)</title>", html)[1]
    assert "<img" not in title and "<script" not in title


def test_text_and_errors_of_a_cell_are_shown_as_they_are_written():
    printed = new_output("stream", text=MARKUP)
    error = new_output("error", ename="ValueError", evalue=MARKUP, traceback=[MARKUP])
    html = page_of(new_code_cell(f"print('{MARKUP}')", outputs=[printed, error]))
    assert "<script>alert(2)" not in html and "<img src=x" not in html


def test_the_page_is_called_after_the_first_heading():
    assert "<title>Look</title>" in page_of(new_code_cell("1"), new_markdown_cell("# Look\n\n# No"))
    assert "<title>Notebook</title>" in page_of(new_code_cell("1"))
