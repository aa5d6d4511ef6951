"""Slides: made of what a class should see, whole without a network, and none is cut off."""

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
import slides
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cnncourse.__main__ import answered

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TYPES = {"slide", "subslide", "fragment", "skip", "notes", "-"}
NOT_FOR_A_CLASS = {"parameters", "exercise", "check", "solution", "progress"}


# What the notebooks say about slides -------------------------------------------------------------


def kind(cell):
    """Return the slide type of a cell, or None."""
    return cell.metadata.get("slideshow", {}).get("slide_type")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def cells(request):
    """The cells of each notebook in turn."""
    return nbformat.read(request.param, as_version=4).cells


def test_every_cell_has_a_slide_type(cells):
    assert {kind(cell) for cell in cells} <= TYPES


def test_exercises_and_settings_are_not_shown(cells):
    for cell, after in zip(cells, [*cells[1:], cells[0]], strict=True):
        tags = set(cell.metadata.get("tags", []))
        prompt = "exercise" in after.metadata.get("tags", [])
        if prompt or tags & NOT_FOR_A_CLASS:
            assert kind(cell) == "skip", cell.source


def test_every_section_begins_a_column_of_slides(cells):
    for cell in cells:
        if re.match("##? ", cell.source) and cell.cell_type == "markdown":
            wanted = "skip" if cell.source.startswith("## Sources") else "slide"
            assert kind(cell) == wanted, cell.source


def test_every_explorer_is_on_a_slide(cells):
    for cell in cells:
        if {"explorer", "question"} & set(cell.metadata.get("tags", [])):
            assert kind(cell) != "skip", cell.source


# The pages ---------------------------------------------------------------------------------------


def cell_of(source, slide, output=None, **metadata):
    """Return a code cell with a slide type and an HTML output."""
    cell = new_code_cell(source, metadata={"slideshow": {"slide_type": slide}, **metadata})
    if output:
        cell.outputs = [new_output("display_data", data={"text/html": output})]
    return cell


def words(source, slide):
    """Return a Markdown cell with a slide type."""
    return new_markdown_cell(source, metadata={"slideshow": {"slide_type": slide}})


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """A folder as ``python -m cnncourse run`` leaves it, with one small notebook and its slides."""
    folder = tmp_path_factory.mktemp("build")
    still = '<svg viewBox="0 0 900 600" width="900"><rect width="900" height="600"/></svg>'
    figure = f"<figure>{still}<figcaption>Seen.</figcaption></figure>"
    cells = [
        words("# Title\n\nA formula: $x^2$ and $$\\frac{a}{b}$$", "slide"),
        words("Read [more](other.ipynb#part) and [a word](../docs/glossary.md#kernel).", "-"),
        words("## Tall\n\n" + "A line.\n\n" * 40, "slide"),
        cell_of("explore()", "subslide", 3 * figure),
        words("**What to notice.** Three stills.", "fragment"),
        cell_of("hidden = 1", "-", "<p>seen</p>", jupyter={"source_hidden": True}),
        cell_of("secret = 1", "skip", "<p>unseen</p>"),
        words("![A hero](../img/hero.svg)", "subslide"),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "tiny,seed=1.ipynb")
    run = {"notebook": "notebooks/tiny.ipynb", "files": "tiny,seed=1"}
    (folder / "report.json").write_text(json.dumps({"runs": [run]}))
    for part in ("dist", "plugin/notes"):
        (folder / "reveal" / part).mkdir(parents=True)
        (folder / "reveal" / part / "code.js").touch()
    subprocess.run([sys.executable, *command(folder, folder / "reveal")], check=True)
    return folder


def command(build, reveal):
    """Return the words that write slides."""
    return [str(ROOT / "tools" / "slides.py"), "--build", str(build), "--reveal", str(reveal)]


@pytest.fixture
def write(monkeypatch, capsys):
    """A function that gives the command; it returns the exit code and what is complained of."""

    def write(build, reveal):
        monkeypatch.setattr(sys, "argv", command(build, reveal))
        return answered(slides.main), capsys.readouterr().err

    return write


@pytest.fixture(scope="module")
def page(build):
    """The page of the small notebook."""
    return (build / "slides" / "tiny.html").read_text(encoding="utf-8")


class Addresses(HTMLParser):
    """All that a page loads or links, and how its slides are nested."""

    def __init__(self, page):
        super().__init__()
        self.loaded, self.linked, self.columns = [], [], []
        self.depth = 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        """Note what a tag loads or links; count the slides of each column."""
        named = dict(attributes)
        self.loaded += [named["src"]] if "src" in named else []
        if "href" in named:
            (self.linked if tag == "a" else self.loaded).append(named["href"])
        if tag == "section":
            self.depth += 1
            if self.depth == 1:
                self.columns.append(0)
            else:
                self.columns[-1] += 1

    def handle_endtag(self, tag):
        """Leave a slide."""
        self.depth -= tag == "section"


def test_a_page_loads_nothing_but_reveal_from_beside_it(page):
    loaded = Addresses(page).loaded
    assert any(address.startswith("reveal.js/") for address in loaded)
    for address in [*loaded, *re.findall(r"url\(\s*[\"']?([^\"')]+)", page)]:
        assert address.startswith(("reveal.js/", "data:", "#")), address
    assert "@import" not in page and "MathJax" not in page and "require(" not in page


def test_slide_types_become_columns_of_slides(page):
    assert Addresses(page).columns == [1, 3]
    assert page.count('class="fragment"') == 1


def test_formulas_are_mathml(page):
    assert page.count("<math") == 2 and "<mfrac>" in page and "$" not in body(page)


def body(page):
    """Return what a page shows, without its scripts and styles."""
    return re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL).split("<body", 1)[1]


def test_hidden_code_and_skipped_cells_are_not_shown(page):
    assert "explore" in body(page)
    assert "<p>seen</p>" in body(page) and "hidden = " not in re.sub("<[^>]*>", "", body(page))
    assert "unseen" not in body(page) and "secret" not in body(page)


def test_pictures_are_part_of_the_page_and_links_lead_on(page):
    found = Addresses(page)
    assert any(address.startswith("data:image/svg+xml;base64,") for address in found.loaded)
    assert "other.html#part" in found.linked and "a word" in body(page)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "{}", '{"runs": 3}', '{"runs": [{}]}'])
def test_a_report_that_is_damaged_is_refused_in_a_sentence(write, build, tmp_path, text):
    (tmp_path / "report.json").write_text(text)
    code, complaint = write(tmp_path, build / "reveal")
    assert code == 2 and len(complaint.splitlines()) == 1
    assert "report.json" in complaint


def test_slides_that_somebody_has_changed_stay_and_a_deck_that_fails_fails_alone(
    write, build, tmp_path
):
    shutil.copytree(build, tmp_path / "b", ignore=shutil.ignore_patterns("slides"))
    folder = tmp_path / "b"
    nbformat.write(new_notebook(cells=[words("![x](gone.png)", "slide")]), folder / "bad.ipynb")
    runs = [
        {"notebook": "bad.ipynb", "files": "bad"},
        {"notebook": "tiny.ipynb", "files": "tiny,seed=1"},
    ]
    (folder / "report.json").write_text(json.dumps({"runs": runs}))
    code, complaint = write(folder, build / "reveal")
    assert code == 1 and "gone.png" in complaint
    tiny = folder / "slides" / "tiny.html"
    assert tiny.exists() and not (folder / "slides" / "bad.html").exists()
    tiny.write_text("my own")
    code, complaint = write(folder, build / "reveal")
    assert code == 2 and "tiny.html" in complaint and tiny.read_text() == "my own"


@pytest.mark.parametrize("missing", ["report.json", "reveal"])
def test_what_is_missing_is_named(write, build, tmp_path, missing):
    reveal = tmp_path if missing == "reveal" else build / "reveal"
    folder = tmp_path if missing == "report.json" else build
    code, complaint = write(folder, reveal)
    assert code == 2
    assert "is not there: make" in complaint
    assert (missing if missing == "report.json" else "dist") in complaint
