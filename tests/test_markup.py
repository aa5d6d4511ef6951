"""Markup in what learners bring (names of files, typed text, notebooks) is shown, never obeyed."""

import json
import re
from html.parser import HTMLParser
from io import BytesIO

import ipywidgets as widgets
import nbformat
import numpy as np
import pytest
import slides
import tiny_course
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from cnncourse import explorers
from cnncourse.exercises import progress
from cnncourse.exercises.verdict import Verdict
from cnncourse.figures import svg
from cnncourse.run import pages, report
from cnncourse.run.execute import FAILED, JobOutcome
from cnncourse.site import body
from cnncourse.site.frame import Page, framed
from cnncourse.widgets.digit import DigitInput
from cnncourse.widgets.explorer import Explorer, slider
from cnncourse.widgets.photo import PhotoInput
from cnncourse.widgets.question import Question

MARKUP = [
    "<script>owned()</script>",
    '"><img src=x onerror="owned()">',
    "'><svg/onload=owned()>",
    "</title></style></textarea><iframe src=javascript:owned()>",
    "]]><b>&lt;script&gt;",
    "&amp; & <p onclick=owned()>",
]


ACTS = ("script", "iframe", "object", "embed", "base", "form", "style", "title", "textarea")


class Structure(HTMLParser):
    """Collects the elements of a page with the names of their attributes, and what acts."""

    def __init__(self):
        super().__init__()
        self.elements, self.acts = [], []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, *sorted(name for name, _ in attributes)))
        self.acts += [tag] * (tag in ACTS)
        for name, value in attributes:
            leads = name in ("href", "src", "srcset", "action", "formaction")
            if name.startswith("on") or (leads and re.match(r"\s*(java|vb)script:", value or "")):
                self.acts.append(f"{tag} {name}={value}")


def structure(html):
    """Return the elements of a piece of HTML, and those that act."""
    page = Structure()
    page.feed(html)
    page.close()
    return page.elements, page.acts


@pytest.mark.parametrize("markup", MARKUP)
def test_what_is_not_escaped_is_seen(markup):
    assert structure(f'<p title="{markup}"></p>{markup}') != structure('<p title="x"></p>x')


def file_of_a_photograph():
    file = BytesIO()
    Image.new("RGB", (8, 6)).save(file, "PNG")
    return file.getvalue()


def photo(text, contents):
    control = PhotoInput("china")
    control.upload.receive({"number": 1, "name": text, "note": text}, [contents])
    return control


def photo_that_is_read(text):
    return photo(text, file_of_a_photograph())._words.value


def photo_that_is_refused(text):
    return photo(text, b"none")._words.value


def explorer_of_a_photo(text):
    explorer = explorers.point_operations()
    control = next(c for c in explorer.controls.values() if isinstance(c, PhotoInput))
    control.upload.receive({"number": 1, "name": text, "note": ""}, [file_of_a_photograph()])
    assert control.value.name == text
    return explorer.view.value + explorer._state.value + explorer.face()


def typed_digit(text):
    def refuse(typed):
        raise ValueError(f"{typed} is no picture")

    control = DigitInput({"blot": np.zeros((9, 9), np.uint8)}, type_in=refuse)
    control.choice.value = "type it"
    control.text.value = text
    assert control._problem.value
    return control._problem.value


def question(text):
    asked = Question(text, [text, "no"], text, text)
    asked.options.value = text
    return "".join(part.value for part in asked.children if isinstance(part, widgets.HTML))


def face_of_a_question(text):
    return Question(text, [text, "no"], text, text).face()


def refused_setting(text):
    def draw(size):
        raise ValueError(text)

    explorer = Explorer(draw, {"size": slider("size", 1, 1, 2)})
    return explorer.view.value


def words_in_a_picture(text):
    drawing = svg.Drawing()
    drawing.text(0, 0, text)
    return str(drawing.svg(9, 9, text, text))


def verdict(text):
    return Verdict(False, text)._repr_html_()


def list_of_exercises(text):
    entry = progress.Entry(False, text, text, text, f"#{text}")
    return progress.Report(text, (entry,), text)._repr_html_()


PLACES = [
    photo_that_is_read,
    photo_that_is_refused,
    explorer_of_a_photo,
    typed_digit,
    question,
    face_of_a_question,
    refused_setting,
    words_in_a_picture,
    verdict,
    list_of_exercises,
]


@pytest.mark.parametrize("markup", MARKUP)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_widget_is_made_of_the_same_elements_whatever_a_learner_writes(place, markup):
    assert structure(place(markup)) == structure(place("plain words"))


@pytest.mark.parametrize("markup", MARKUP)
def test_a_report_holds_markup_as_it_is_written(markup, tmp_path):
    job = tiny_course.job(tmp_path / "a.ipynb", parameters={"photo": markup})
    outcome = JobOutcome(job, FAILED, error=markup)
    assert json.loads(report.as_json([outcome], 1))["runs"][0]["error"] == markup
    xml = report.as_junit([outcome]).decode()
    assert "<script" not in xml and "<img" not in xml and "]]>" not in xml


def notebook(markup):
    """Return a notebook with markup in its text, its code, and what it has printed."""
    printed = new_output("stream", text=markup)
    error = new_output("error", ename="E", evalue=markup, traceback=[markup])
    value = new_output("execute_result", data={"text/plain": markup})
    cells = [
        new_markdown_cell(f"# Look {markup}\n\nA long text of a learner, with {markup} in it."),
        new_markdown_cell(f"```mermaid\n{markup}\n```\n\n<details onclick=owned()>x</details>"),
        new_markdown_cell(f"[{markup}](javascript:owned()) $x{markup}$"),
        new_code_cell(f"'''{markup}'''", outputs=[printed, value, error]),
    ]
    for cell in cells:
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    return new_notebook(cells=cells)


def run_page(markup, folder):
    return pages.page(nbformat.writes(notebook(markup)).encode(), folder).decode()


def deck(markup, folder):
    nbformat.write(notebook(markup), folder / "a.ipynb")
    return slides.deck(folder / "a.ipynb")


def site_page(markup, folder):
    cells = json.loads(nbformat.writes(notebook(markup)))["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    html = body.notebook(cells, "notebooks/01_a.ipynb", ())
    page = Page("notebooks/01_a.html", "Look " + markup, html, body.summary(html))
    return framed(page, page, page, "")


def document(markup, folder):
    return body.markdown(f"# Look\n\nA text with {markup} in it.\n", [])


@pytest.mark.parametrize("markup", MARKUP)
@pytest.mark.parametrize("place", [run_page, deck, site_page, document], ids=lambda p: p.__name__)
def test_on_a_page_nothing_acts_that_stands_in_a_notebook(place, markup, tmp_path):
    _, acts = structure(place(markup, tmp_path))
    assert acts == structure(place("plain words", tmp_path))[1]
    assert set(acts) <= {"script", "style", "title"}  # our own
