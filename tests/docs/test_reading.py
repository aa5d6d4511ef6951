"""The pages can be read aloud: no sentence is so long that a reader runs out of breath."""

import re

import pytest
from pages import DOCS, ROOT, prose, text_of

LONGEST = 28  # words
READ_ALOUD = [
    ROOT / "README.md",
    ROOT / "notebooks" / "README.md",
    *(
        DOCS / f"{name}.md"
        for name in ("README", "teaching", "glossary", "common-errors", "errata")
    ),
    *sorted((DOCS / "teaching").glob("*.md")),
]


def spoken(text):
    """Return what is read aloud: no code, no tables of settings, no addresses, no marks."""
    unread = r"^\|.*`explorers\..*$|^\*Met in\*.*$|^#.*$|</?[a-z][^>]*>"
    text = re.sub(unread, "", prose(text), flags=re.MULTILINE)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    text = re.sub(r"`[^`]*`|\$[^$]*\$", "x", text)
    return text.replace("*", "").replace("et al.", "et al")


def sentences(text):
    """Return the sentences of a page; a point of a list or a cell of a table is one at least."""
    pieces = re.split(
        r"\n\s*\n|^\s*(?:- (?:\[ \] )?|\d+\. )|[|·]", spoken(text), flags=re.MULTILINE
    )
    ends = r"(?<=[.!?:;])[”\")]*\s+(?=[“\"‘(…]*[A-Z0-9x])|(?<=;)\s"
    return [part for piece in pieces for part in re.split(ends, " ".join(piece.split())) if part]


def too_long(text):
    """Return the sentences of a page that have too many words."""
    return [part for part in sentences(text) if len(part.split()) > LONGEST]


@pytest.mark.parametrize("page", READ_ALOUD, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_no_sentence_is_too_long_to_be_read_aloud(page):
    assert len(sentences(text_of(page))) >= 10
    assert too_long(text_of(page)) == []


def test_a_sentence_that_is_too_long_is_seen():
    short = "Move the slider, and look what the picture does. "
    assert too_long(short * 10) == []
    assert len(too_long("- " + "word " * 29 + "end.\n\n" + short)) == 1
