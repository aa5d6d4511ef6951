"""A small site: every link of every page leads somewhere, and nothing comes from elsewhere."""

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
import tiny_course
from nbformat.v4 import new_output

from cnncourse.site import build, catalogue, source
from cnncourse.site.rasters import SMALL

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"<a\b[^>]*?\shref=\"([^\"]+)\"")
LOADED = re.compile(r"<(?:img|script|link|image)\b[^>]*?\s(?:href|src)=\"([^\"]+)\"")
MARKDOWN = re.compile(r"\]\(([^):]+\.md(?:#[^)]*)?)\)")  # a link in Markdown
ID = re.compile(r"\bid=[\"']([^\"']+)[\"']")


@pytest.fixture(scope="module")
def pages(site):
    return {path: html.decode() for path, html in site.items() if path.endswith(".html")}


def there(page, target):
    """Return the file and the id that a link means."""
    file, _, place = unquote(target).partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), file)) if file else page
    return path, place


def test_every_link_leads_somewhere(site, pages):
    dead = []
    for page, html in pages.items():
        for target in {*LINK.findall(html), *LOADED.findall(html)}:
            if re.match(r"[a-z]+:", target):
                continue
            file, place = there(page, target)
            if file not in site or (place and place not in ID.findall(pages[file])):
                dead.append((page, target))
    assert dead == []


def test_every_link_between_markdown_files_is_one_between_their_pages(pages):
    for path in source.documents(ROOT):
        page = source.page_of(path)
        wanted = MARKDOWN.findall((ROOT / path).read_text("utf-8"))
        leads = {there(page, target) for target in LINK.findall(pages[page])}
        for target in wanted:
            file, place = there(path, target)
            assert (source.page_of(file), place) in leads, (path, target)


@pytest.mark.parametrize(
    "first, then",
    [
        ("notebooks/index.html", "notebooks/01_image_basics.html"),
        ("about.html", "CHANGELOG.html"),
        ("e/index.html", "e/sharing.html"),
        ("docs/teaching.html", "docs/teaching/01_image_basics.html"),
    ],
)
def test_the_way_through_a_group_begins_at_its_index(pages, first, then):
    onwards = re.search(r'<a rel="next" href="([^"]+)">', pages[first])
    assert there(first, onwards[1]) == (then, "")


def test_the_page_for_unknown_addresses_works_at_any_depth(site):
    home = "https://example.org/course/"
    html = build.not_found(home)
    leads = {*LINK.findall(html), *LOADED.findall(html)} - {"#main", f"{home}404.html"}
    assert len(leads) > 6 and all(target.startswith(home) for target in leads)
    assert {target.removeprefix(home) for target in leads} <= set(site)


def test_no_page_loads_anything_from_elsewhere(pages):
    loaded = {page: tiny_course.other_hosts(html) for page, html in pages.items()}
    assert {page: hosts for page, hosts in loaded.items() if hosts} == {}


def test_every_page_has_a_title_a_description_and_one_first_heading(pages):
    for page, html in pages.items():
        assert re.search(r"<title>[^<]{4,}</title>", html), page
        assert re.search(r'<meta name="description" content="[^"]{20,}">', html), page
        assert len(re.findall(r"<h1\b", html)) == 1, page


def test_no_page_holds_a_large_raster(pages):
    pictures = {
        page: re.findall(r"data:image/png;base64,[^\"]+", html) for page, html in pages.items()
    }
    largest = {page: max(map(len, found)) for page, found in pictures.items() if found}
    assert {page: size for page, size in largest.items() if size > 4 / 3 * SMALL + 30} == {}


def test_every_notebook_has_its_page(pages):
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        title = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].lstrip("# ")
        assert title.split(":")[0] in pages[f"notebooks/{path.stem}.html"]


def test_a_page_does_not_say_in_which_folder_or_for_whom_it_was_built(tmp_path):
    folders = tmp_path.resolve() / "notebooks", Path.home() / ".cache"
    said = new_output("stream", text="there is no file in '{}' and in '{}'".format(*folders))
    (tmp_path / "notebooks").mkdir()
    path = tiny_course.write(tmp_path / "notebooks" / "01_a.ipynb", "look()")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].outputs = [said]
    nbformat.write(notebook, path)
    course = build.Course(tmp_path, {"notebooks/01_a.ipynb": path}, ())
    html = build.notebook_page(course, "notebooks/01_a.ipynb").html
    assert "'…/notebooks' and in '~/.cache'" in html.replace("\\", "/").replace("&#x27;", "'")


def test_a_home_that_is_the_root_of_all_folders_leaves_the_page_as_it_is():
    html = '<a href="https://example.org/">/</a>'
    assert build.without_folders(html, {Path("/"): "~", Path("/somewhere"): "…"}) == html


def test_every_explorer_of_the_notebooks_has_an_address_or_needs_pytorch(pages):
    known = {f"e/{name}.html" for name in (*catalogue.NAMES, "own_digit")}
    used = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if "explorer" in cell.metadata.get("tags", ()):
                used |= set(re.findall(r"\bexplorers\.(\w+)\(", cell.source))
    without = {name for name in used if f"e/{name}.html" not in known}
    assert without == {"augmented", "bug_hunt", "preferred", "train_live"}
    assert 'href="../draw.html"' in pages["e/own_digit.html"]


def test_a_placeholder_is_no_repository(tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text('Repository = "https://example.org/x"')
    assert build.repository(tmp_path) == ""
    file.write_text('Repository = "https://forge.test/x"')
    assert build.repository(tmp_path) == "https://forge.test/x"
