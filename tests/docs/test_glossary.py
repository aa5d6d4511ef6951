"""The glossary is in order, its links hold, and the notebooks link their terms to it."""

import re

import pytest
from pages import ANCHOR, DOCS, LINK, NOTEBOOKS, text_of

PAGE = DOCS / "glossary.md"
TERM = re.compile(
    r'^### <a id="([^"]+)"></a>([^\n]+)\n\n(.+?)\n\*Met in\* ([^\n]+)\.$', re.MULTILINE | re.DOTALL
)
TARGET = re.compile(r"\(\.\./docs/glossary\.md#([^)]+)\)")


def entries():
    """Return (anchor, term, definition, where it is met) of every term."""
    return TERM.findall(text_of(PAGE))


def notebooks_by_anchor():
    """Return the numbers of the notebooks that each entry names, by its anchor."""
    named = re.compile(r"\[(\d\d\w?), section")
    return {anchor: set(named.findall(met)) for anchor, _, _, met in entries()}


def letters(term):
    """Return the letters and digits of a term, which it is sorted by."""
    return re.sub(r"[^a-z0-9]", "", term.lower())


def test_every_heading_of_the_third_level_is_a_whole_entry():
    assert len(entries()) == text_of(PAGE).count("\n### ") >= 100


def test_terms_are_in_alphabetical_order():
    terms = [letters(term) for _, term, _, _ in entries()]
    assert terms == sorted(terms)


def test_anchors_are_unique_and_made_from_the_term():
    anchors = ANCHOR.findall(text_of(PAGE))
    assert len(anchors) == len(set(anchors))
    assert [a for a, term, _, _ in entries() if letters(a) != letters(term.replace("×", "x"))] == []


def test_every_term_stands_under_its_letter():
    groups = re.split(r'^## <a id="letter-\w"></a>', text_of(PAGE), flags=re.MULTILINE)[1:]
    for group in groups:
        assert {term[0].upper() for _, term, _, _ in TERM.findall(group)} == {group[0].upper()}


def test_definitions_are_short():
    long = [term for _, term, text, _ in entries() if len(text.split()) > 50]
    assert long == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_links_its_terms_once_each_and_the_glossary_links_back(notebook):
    anchors = TARGET.findall(text_of(notebook))
    known = notebooks_by_anchor()
    assert 10 <= len(anchors) <= 30
    assert len(anchors) == len(set(anchors))
    assert [a for a in anchors if notebook.name.split("_")[0] not in known.get(a, ())] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_points_from_its_sources_to_the_bibliography(notebook):
    assert ("bibliography", "../docs/bibliography.md") in LINK.findall(text_of(notebook))


def test_an_unfinished_entry_is_not_taken_for_a_whole_one():
    whole = '### <a id="stride"></a>stride\n\nA step.\n*Met in* [04, section 4](x.ipynb).\n'
    assert len(TERM.findall(whole)) == 1
    assert TERM.findall(whole.replace("*Met in*", "Somewhere in")) == []
