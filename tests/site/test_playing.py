"""The page of an explorer: its picture without JavaScript, its controls as JSON with it."""

import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cnncourse import explorers
from cnncourse.site import playing
from cnncourse.site.tree import SENTENCE, VIEW, Tree

SHAPE = re.compile(r'<script type="application/json" class="shape">(.*?)</script>', re.DOTALL)


def test_an_explorer_is_at_home_where_it_is_met_first(tmp_path):
    executed = {}
    for number, names in enumerate([("flip",), ("flip", "stride")]):
        cells = [new_markdown_cell(f"# Notebook {number}")]
        cells += [new_code_cell(f"explorers.{name}()") for name in names]
        file = tmp_path / f"{number}.ipynb"
        nbformat.write(new_notebook(cells=cells), file)
        executed[f"notebooks/{number}.ipynb"] = file
    first, second = (playing.Place(f"notebooks/{n}.html", f"{n} Notebook {n}") for n in range(2))
    assert playing.places(executed) == {"flip": first, "stride": second}


def test_a_page_holds_the_picture_the_sentence_and_the_way_to_its_notebook():
    page = playing.page("flip", playing.Place("notebooks/02.html", "A & B"), python=False)
    fresh = explorers.flip()
    assert fresh.view.value in page.html and fresh.view.value in playing.still("flip")
    assert '<a href="../notebooks/02.html">A &amp; B</a>' in page.html
    assert page.path == "e/flip.html" and "packs/flip.js" in page.scripts
    assert 'class="place"' not in playing.page("flip", None, python=False).html


@pytest.mark.parametrize("python", [False, True])
def test_a_page_says_whether_the_site_has_python(python):
    assert ("data-python" in playing.page("flip", None, python).html) == python


def test_controls_stand_in_the_page_as_json_without_what_is_there_already():
    [text] = SHAPE.findall(playing.page("flip", None, python=False).html)
    shape = json.loads(text)
    values = {node["id"]: node.get("value") for node in shape["children"]}
    assert values[VIEW] == values[SENTENCE] == ""
    whole = Tree(explorers.flip()).shape
    assert [node["id"] for node in shape["children"]] == [n["id"] for n in whole["children"]]


def test_nothing_in_json_ends_the_script_around_it():
    value = {"words": "</script><script>alert(1)</script>"}
    text = playing.in_script(value)
    assert "<" not in text and json.loads(text) == value


def test_what_an_explorer_is_about_is_plain_text():
    assert not re.search(r"[`:]\w*[`:]", "".join(map(playing.about, explorers.__all__)))


def test_the_gallery_leads_to_each_page():
    pages = {name: playing.page(name, None, python=False) for name in ("flip", "stride", "sharing")}
    places = {name: playing.Place("x.html", f"A {name} & B") for name in ("stride", "flip")}
    html = playing.gallery(pages, places).html
    # by notebook, in the order of the course; what no notebook shows comes last
    assert re.findall(r'href="([^"]+)"', html) == ["stride.html", "flip.html", "sharing.html"]
    assert html.index("A stride &amp; B</h2>") < html.index("A flip &amp; B</h2>")


def test_a_page_says_what_a_hand_can_do_with_its_picture():
    assert playing.touched("<svg><g data-link='x'/></svg>") == ""
    lines = {name: playing.touched(playing.opened(name).view.value) for name in explorers.__all__}
    assert lines["conv_backward"].count(",") == 0 and lines["convolution"].count(",") == 2
