"""Every source has its place in the bibliography, under the same name, year and title."""

import re

import pytest
from pages import DOCS, NOTEBOOKS, ROOT, items, section, text_of

PAGE = DOCS / "bibliography.md"
ENTRY = re.compile(r"^([^(]+?) \(([^)]*\d{4}[^)]*)\), \*([^*]+)\*")
WHOLE = re.compile(r"^(.+?) \(([^()]*\d{4}[^()]*)\), (\*.+)$")
SOURCE = re.compile(r"\b(\d{4})\)?, \*([^*]+)\*")  # "(1979), *A Title*" or "1979, *A Title*"
DOI = re.compile(r"\b10\.\d{4,9}/[^\s)\]>,]+[^\s)\]>,.:]")
MODULES = sorted((ROOT / "cnncourse").rglob("*.py"))


def plain(title):
    """Return the letters and digits of a title: spelling that differs in nothing else is equal."""
    return "".join(filter(str.isalnum, title.lower()))


def surname(entry):
    """Return what an entry of the bibliography is sorted by."""
    return re.split(r",| \(", entry)[0]


def entries():
    """Return surname, years and title of every entry that has all three."""
    found = [ENTRY.match(entry) for entry in items(text_of(PAGE))]
    return [(surname(m[1]), re.findall(r"\d{4}", m[2]), m[3]) for m in found if m]


def titles():
    """Return surname and years by title, and by what stands before its colon."""
    return {
        plain(name): (author, years)
        for author, years, title in entries()
        for name in (title.split(":")[0], title)
    }


def named(text):
    """Return the sources a text names, as (what stands before, year, title)."""
    text = " ".join(text.split())
    return [(text[max(m.start() - 200, 0) : m.start()], m[1], m[2]) for m in SOURCE.finditer(text)]


def unknown(text, known):
    """Return the sources of a text that the bibliography lacks, or has under another name."""
    return [
        (year, title)
        for before, year, title in named(text)
        if plain(title) not in known
        or year not in known[plain(title)][1]
        or known[plain(title)][0] not in before
    ]


def cited(names, years, rest):
    """Return an entry as a notebook writes it: initials first, and without a remark at the end."""
    names = re.sub(r"^([^,]+), ((?:[A-Z][.-]+ ?)+)", r"\2 \1 ", names)
    links = [m.end() for m in re.finditer(r"\]\([^)]*\)", rest)]
    told = rest[: links[-1]] if links else re.split(r"(?<=[a-z*)\d])\.(?: [A-Z]|$)", rest)[0]
    return " ".join(f"{names} ({years}), {told}".split()).replace(" ,", ",")


def not_as_cited(sources):
    """Return the entries whose title a list of sources names, but not as the bibliography does."""
    text = " ".join(sources.split())
    wholes = [m.groups() for m in map(WHOLE.match, items(text_of(PAGE))) if m]
    in_text = {plain(title) for title in re.findall(r"\*([^*]+)\*", text.replace("**", ""))}
    entries = [cited(*whole) for whole in wholes if plain(whole[2].split("*")[1]) in in_text]
    return [entry for entry in entries if entry not in text]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_cites_a_source_as_the_bibliography_does(notebook):
    assert not_as_cited(section(text_of(notebook), "Sources")) == []


@pytest.mark.parametrize("change", [("N. Otsu", "M. Otsu"), ("62–66", "62–67"), ("4310076)", ")")])
def test_a_source_that_is_cited_otherwise_is_seen(change):
    sources = section(text_of(NOTEBOOKS[0]), "Sources")
    assert change[0] in sources
    assert len(not_as_cited(sources.replace(*change))) == 1


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_source_of_a_notebook_is_in_the_bibliography(notebook):
    sources = section(text_of(notebook), "Sources")
    assert len(named(sources)) >= 5
    assert unknown(sources, titles()) == []


def test_every_source_that_the_package_names_is_in_the_bibliography():
    text = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    assert len(named(text)) >= 20
    assert unknown(text, titles()) == []


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("N. Otsu (1979), *A threshold selection method*", []),
        (
            "N. Otsu (1980), *A threshold selection method*",
            [("1980", "A threshold selection method")],
        ),
        (
            "N. Utso (1979), *A threshold selection method*",
            [("1979", "A threshold selection method")],
        ),
        ("N. Otsu (1979), *Another title*", [("1979", "Another title")]),
    ],
)
def test_another_year_name_or_title_is_seen(text, wrong):
    assert unknown(text, {"athresholdselectionmethod": ("Otsu", ["1979"])}) == wrong


def test_every_doi_of_the_course_is_in_the_bibliography():
    pages = [*NOTEBOOKS, *MODULES, *DOCS.glob("*.md")]
    used = {doi for page in pages for doi in DOI.findall(text_of(page))}
    assert len(used) >= 30
    assert used - set(DOI.findall(text_of(PAGE))) == set()


def test_the_words_of_a_doi_link_are_its_target():
    links = re.findall(r"\[doi:([^\]]+)\]\(https://doi\.org/([^)]+)\)", text_of(PAGE))
    assert len(links) == text_of(PAGE).count("[doi:")
    assert [pair for pair in links if pair[0] != pair[1]] == []


def test_the_bibliography_is_in_alphabetical_order_and_names_nothing_twice():
    names = [surname(entry).lower() for entry in items(text_of(PAGE))]
    assert len(names) >= 60
    assert names == sorted(names)
    assert len({plain(title) for _, _, title in entries()}) == len(entries())
