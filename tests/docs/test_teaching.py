"""The guide for teachers says nothing that is not so: every name, minute and number in it.

A table of settings in the guide is run: the explorer is built, each control is found by the label
on the screen and moved, and the sentence under the picture must hold the words of the last
column.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, partial

import nbformat
import pytest
from pages import ROOT

from cnncourse import explorers
from cnncourse.explorers import mnist_lab, training_lab

INDEX = ROOT / "docs" / "teaching.md"
PAGES = {page.stem: page for page in sorted((ROOT / "docs" / "teaching").glob("*.md"))}
GUIDE = [INDEX, *PAGES.values()]
NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
LAB = ("05_mnist_lab", "05b_inside_and_handwriting")

NAMES = pytest.mark.parametrize("name", PAGES)
AS_IT_OPENS = "as it opens"


# Reading the guide --------------------------------------------------------------------------------


def tables(text):
    """Return the tables of a page: the heads of the columns, and the rows as lists of cells."""
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in block.splitlines()]
        yield rows[0], rows[2:]


def rows_of(page, first_column):
    """Return the rows of all tables of a page whose first column has this head."""
    found = tables(page.read_text(encoding="utf-8"))
    return [row for head, rows in found if head[0] == first_column for row in rows]


def misconceptions(page):
    """Return the numbered misconceptions of a page: the title, and the text under it."""
    text = page.read_text(encoding="utf-8").split("## Misconceptions\n")[1].split("\n## ")[0]
    parts = re.split(r"^### (\d+\. .+)$", text, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def one_line(text):
    """Return a text without the line breaks of its source."""
    return " ".join(text.split())


def exercises_in(text):
    """Return the functions that a text names after the word exercise or exercises."""
    lists = re.findall(r"[Ee]xercises? ((?:`\w+`(?:, | and )?)+)", one_line(text))
    return [name for names in lists for name in re.findall(r"`(\w+)`", names)]


def settings_in(cell):
    """Return the settings of a cell such as ``stride = 2``, each in code quotes, as pairs."""
    pairs = [span.split(" = ") for span in re.findall(r"`([^`]+)`", cell)]
    return [(label, value) for label, value in pairs]


def sections_in(cell):
    """Return the numbers in a cell such as "1, 3–6"."""
    numbers = []
    for part in cell.split(", "):
        first, _, last = part.partition("–")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


# Reading the notebooks ----------------------------------------------------------------------------


@cache
def cells(name):
    return nbformat.read(NOTEBOOKS[name], as_version=4).cells


@cache
def sections(name):
    """Return the minutes of the numbered sections of a notebook, by their numbers."""
    text = "\n".join(cell.source for cell in cells(name) if cell.cell_type == "markdown")
    found = re.findall(r"^## (\d+)\. .+ \((?:about )?(\d+) minutes?\)$", text, flags=re.MULTILINE)
    return {int(number): int(minutes) for number, minutes in found}


@cache
def exercises(name):
    """Return the functions that the exercises of a notebook ask for, in order: name → section."""
    found, section = {}, 0
    for cell in cells(name):
        heading = re.search(r"^## (\d+)\. ", cell.source, flags=re.MULTILINE)
        if cell.cell_type == "markdown" and heading:
            section = int(heading.group(1))
        if "exercise" in cell.metadata.get("tags", []):
            function = re.search(r"^(?:def|class) (\w+)", cell.source, flags=re.MULTILINE).group(1)
            found[function] = section
    return found


# Moving the explorers -----------------------------------------------------------------------------


def control(explorer, label):
    """Return the control with this label on the screen."""
    found = [c for c in explorer.controls.values() if c.description == label]
    assert len(found) == 1, f"{len(found)} controls are called {label!r}"
    return found[0]


def typed(control, text):
    """Return what a control holds once a hand has chosen or typed this text."""
    if hasattr(control, "options"):
        named = [o if isinstance(o, tuple) else (o, o) for o in control.options]
        return {str(name): value for name, value in named}[text]
    if isinstance(control.value, bool):
        return {"on": True, "off": False}[text]
    if isinstance(control.value, tuple):
        return tuple(tuple(float(number) for number in row.split()) for row in text.split(";"))
    value = type(control.value)(text)
    assert control.min <= value <= control.max, f"{control.description} does not reach {text}"
    return value


def set_and_read(explorer, cell):
    """Return the sentence of an explorer after the settings of a cell of the guide."""
    for label, value in settings_in(cell):
        moved = control(explorer, label)
        moved.value = typed(moved, value)
    if "press *train*" in cell:
        explorer.controls["run"].step()
    return explorer.sentence


def missing(sentence, words):
    """Return the parts of a quotation that a sentence does not hold; … stands for anything."""
    parts = [part.strip() for part in words.split("…")]
    return [part for part in parts if part not in sentence]


def trained(data, shown):
    """Return a network that has learnt for a moment, and how it came there."""
    from cnncourse.lab import inspection, models, training

    network = models.build("small", seed=0)
    snapshots = [inspection.snapshot(network, 0, shown)]

    def watch(history):
        snapshots.append(inspection.snapshot(network, len(history.step_loss), shown))

    options = {"seed": 0, "device": "cpu", "progress": False, "watch": watch, "watch_every": 4}
    training.fit(network, data, epochs=2, **options)
    return network, snapshots


def about_a_network(network, snapshots, shown):
    """Return the explorers of the lab that look at a network: name → arguments."""
    from cnncourse.lab import evaluation, inspection

    images, predict = shown.images, partial(evaluation.predict, network)
    ways = [partial(way, network) for way in (inspection.occlusion, inspection.saliency)]
    shift = (lambda x, n: evaluation.shifted(x, 0, n), [0, 1, 2, 3, 4, 6, 8], "pixels right")
    damages = {"shift": mnist_lab.damage(*shift, {"small": predict}, images, shown.labels)}
    return {
        "filters_over_time": (snapshots,),
        "layer_xray": (
            images,
            partial(inspection.feature_maps, network),
            partial(inspection.peaks, network, images),
        ),
        "what_matters": (images, predict, *ways),
        "confusion": (images, shown.labels, predict(images)),
        "break_it": (images, shown.labels, {"small": predict}, damages),
        "own_digit": (predict, {"a digit": 255 - images[0]}),
    }


@pytest.fixture(scope="module")
def lab():
    """The explorers of the lab, about a network of our own: name → what builds a fresh one."""
    pytest.importorskip("torch")
    from cnncourse.lab import digits, live_training, threads

    data = digits.load(offline=True).first(1_000)
    shown = data.validation.first(40)
    little = replace(data.first(200), validation=shown)

    def start(**chosen):
        return live_training.Session(little, **chosen).advance

    with threads.using_threads(1):  # small pictures: more threads would only wait
        given = about_a_network(*trained(data, shown), shown)
        made = {name: partial(getattr(mnist_lab, name), *given[name]) for name in given}
        live = partial(training_lab.train_live, start, 200, models=["small"])
        yield {**made, "train_live": live, "descent": training_lab.descent}


def build(notebook, name, lab):
    """Return a fresh explorer by the name it has in a notebook."""
    return lab[name]() if notebook in LAB else getattr(explorers, name)()


def settings(pages):
    """Return all rows of settings: notebook, explorer, settings, words."""
    for name, page in pages.items():
        for explorer, chosen, words in rows_of(page, "explorer"):
            yield name, re.fullmatch(r"`explorers\.(\w+)`", explorer).group(1), chosen, words


FREE = [row for row in settings({**PAGES, "teaching": INDEX}) if row[0] not in LAB]
TRAINED = list(settings({name: PAGES[name] for name in LAB}))


def wrong_settings(rows, lab):
    """Return the rows of settings after which an explorer does not say what they quote."""
    said = [
        (name, chosen, missing(set_and_read(build(notebook, name, lab), chosen), words))
        for notebook, name, chosen, words in rows
    ]
    return [row for row in said if row[-1]]


@pytest.mark.slow
def test_the_settings_of_the_guide_say_what_it_quotes():
    assert len(FREE) >= 90
    assert all(settings_in(chosen) or chosen == AS_IT_OPENS for _, _, chosen, _ in FREE)
    assert wrong_settings(FREE, {}) == []


@pytest.mark.slow
def test_the_settings_of_the_lab_say_what_the_guide_quotes(lab):
    assert wrong_settings(TRAINED, lab) == []


def test_what_an_explorer_does_not_say_is_seen():
    said = "Step 4: 93.5 % of 1,000 digits"
    assert missing(said, "Step 4: … of 1,000") == []
    assert missing(said, "93 % … digits") == ["93 %"]


def test_the_explorers_of_a_page_are_in_its_notebook():
    for notebook, name in sorted({row[:2] for row in FREE + TRAINED}):
        wanted = notebook if notebook in NOTEBOOKS else "03_convolution_maths"  # the sample row
        code = "\n".join(cell.source for cell in cells(wanted) if cell.cell_type == "code")
        assert re.search(rf"\bexplorers\.{name}\(", code), (wanted, name)


def test_every_explorer_named_in_the_text_exists():
    known = {*explorers.__all__, *vars(mnist_lab), *vars(training_lab)}
    text = "\n".join(page.read_text(encoding="utf-8") for page in GUIDE)
    assert set(re.findall(r"`explorers\.(\w+)", text)) <= known


# Every name in the guide --------------------------------------------------------------------------


def test_every_notebook_has_its_page():
    assert list(PAGES) == list(NOTEBOOKS)


@NAMES
def test_a_page_has_five_misconceptions_and_something_in_the_notebook_exposes_each(name):
    found = misconceptions(PAGES[name])
    assert len(found) >= 5
    for number, (title, text) in enumerate(found, start=1):
        assert title.startswith(f"{number}. ")
        named_sections = re.findall(r"\b[Ss]ection \d+", text)
        exposed = ["`explorers." in text, "uestion “" in text, exercises_in(text), named_sections]
        assert any(exposed), title


@NAMES
def test_the_sections_and_their_minutes_are_those_of_the_notebook(name):
    rows = rows_of(PAGES[name], "section")
    listed = {int(row[0].split(". ")[0]): int(row[1]) for row in rows}
    assert listed == sections(name)


@NAMES
def test_the_exercises_are_those_of_the_notebook(name):
    rows = rows_of(PAGES[name], "exercise")
    listed = [(row[0].strip("`"), int(row[1])) for row in rows]
    assert listed == list(exercises(name).items())


@NAMES
def test_every_exercise_named_in_the_text_is_in_the_notebook(name):
    named = exercises_in(PAGES[name].read_text(encoding="utf-8"))
    assert named and set(named) <= set(exercises(name))


@NAMES
def test_a_page_speaks_only_of_sections_that_the_notebook_has(name):
    text = re.sub(r"notebook 0\d, section \d+", "", PAGES[name].read_text(encoding="utf-8"))
    spoken = re.findall(r"[Ss]ections? (\d+)(?: (?:to|and) (\d+))?", text)
    assert {int(n) for pair in spoken for n in pair if n} <= set(sections(name))


@NAMES
def test_the_minutes_after_which_to_stop_add_up(name):
    text = one_line(PAGES[name].read_text(encoding="utf-8"))
    stops = re.findall(r"after section (\d+), at (\d+) minutes", text)
    assert stops
    for last, minutes in stops:
        spent = [m for number, m in sections(name).items() if number <= int(last)]
        assert sum(spent) == int(minutes), f"section {last}"


# The plans ----------------------------------------------------------------------------------------


def planned(row):
    """Return the notebook, the sections and the minutes of a row of a plan."""
    place = next(i for i, cell in enumerate(row) if "notebooks/" in cell)
    name = re.search(r"notebooks/(\w+)\.ipynb", row[place]).group(1)
    chosen = list(sections(name)) if row[place + 1] == "all" else sections_in(row[place + 1])
    return name, chosen, int(row[place + 2])


PLANS = [row for head in ("notebook", "lecture", "meeting") for row in rows_of(INDEX, head)]


def test_the_minutes_of_a_plan_are_those_of_its_sections():
    for row in PLANS:
        name, chosen, minutes = planned(row)
        assert sum(sections(name)[number] for number in chosen) == minutes, row


def total(rows):
    return sum(planned(row)[2] for row in rows)


def test_the_totals_of_the_plans_add_up():
    text = INDEX.read_text(encoding="utf-8")
    said = [int(minutes) for minutes in re.findall(r": (\d+) minutes", text)]
    assert total(rows_of(INDEX, "notebook")) in said
    lectures = rows_of(INDEX, "lecture")
    for number in "123":
        spent = total([row for row in lectures if row[0] == number])
        assert spent <= 90 and spent in said
    unit = rows_of(INDEX, "meeting")
    assert total(unit) in said
    assert all(planned(row)[2] <= 90 for row in unit)


def test_the_two_weeks_teach_every_section_once():
    taught = [
        (name, n) for name, chosen, _ in map(planned, rows_of(INDEX, "meeting")) for n in chosen
    ]
    assert taught == [(name, n) for name in NOTEBOOKS for n in sections(name)]


def test_the_index_lists_every_page_with_its_minutes():
    for cell, minutes, _ in rows_of(INDEX, "page"):
        name = re.search(r"teaching/(\w+)\.md", cell).group(1)
        assert sum(sections(name).values()) == int(minutes)
    assert len(rows_of(INDEX, "page")) == len(PAGES)


# Parameters ---------------------------------------------------------------------------------------


def test_the_parameters_named_are_those_of_a_notebook():
    own = [
        cell.source
        for name in NOTEBOOKS
        for cell in cells(name)
        if "parameters" in cell.metadata.get("tags", [])
    ]
    known = set(re.findall(r"^(\w+) = ", "\n".join(own), flags=re.MULTILINE))
    text = re.sub(r"^\|.*explorers.*$", "", INDEX.read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = set(re.findall(r"`(\w+) = [^`]+`", text)) - {"stride"}
    assert named == {"epochs", "train_size", "data", "fetch_weights"} and named <= known
