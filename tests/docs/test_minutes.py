"""The minutes in the tables of notebooks are the sums of what their headings say."""

import re

import minutes
import nbformat
import pytest
from pages import NOTEBOOKS, ROOT, text_of

HEADING = re.compile(r"^## .*\((?:about )?(\d+) minutes?\)", flags=re.MULTILINE)


def minutes_of(notebook):
    """Return the minutes of all sections of a notebook."""
    return sum(int(minutes) for minutes in HEADING.findall(text_of(notebook)))


def first_cell(notebook):
    """Return the text of the first cell of a notebook."""
    return nbformat.read(notebook, as_version=4).cells[0].source


@pytest.mark.parametrize("page", ["README.md", "notebooks/README.md"])
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_table_of_notebooks_says_how_long_they_take(page, notebook):
    row = next(line for line in text_of(ROOT / page).splitlines() if f"{notebook.name})" in line)
    said = re.search(r"\| (\d+)[^|]*\|(?: \d+ \|)?$", row)
    assert said and int(said[1]) == minutes_of(notebook) > 0


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_honestly_how_long_it_takes(notebook):
    counted, said = minutes.total(notebook), first_cell(notebook)
    pattern = r"About (\d+) minutes: (\d+) of reading and (\d+) with the explorers\. .* (\d+) more"
    stated = [int(number) for number in re.search(pattern, said).groups()]
    parts = counted.lesson, counted.reading, counted.exploring, counted.exercises
    assert stated == pytest.approx(parts, rel=0.15)
    assert minutes_of(notebook) == stated[0] == pytest.approx(stated[1] + stated[2], abs=1)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_section_is_much_longer_than_it_says(notebook):
    for heading, part in minutes.of(notebook).items():
        said = re.search(r"\((\d+) minutes?\)$", heading)
        assert said is None or int(said[1]) == pytest.approx(part.lesson, rel=0.15, abs=1), heading


def exercises_in(notebook, headings):
    """Return the minutes of the exercises that stand under some headings, by their numbers."""
    found, heading = {}, ""
    cells = nbformat.read(notebook, as_version=4).cells
    for cell, stub, solution in zip(cells, cells[1:], cells[3:], strict=False):
        if cell.cell_type == "markdown":
            heading = [heading, *re.findall(r"^## (.+)$", cell.source, flags=re.MULTILINE)][-1]
            number = re.search(r"^### Exercise (\d+)", cell.source, flags=re.MULTILINE)
            if number and heading in headings:
                found[number[1]] = minutes.exercise(stub.source, solution.source)
    return found


def optional(notebook, part):
    """Return the numbers of the sections, or of the exercises, that need not be done."""
    named = re.search(rf"Optional: [^.]*?{part}s? ([\d, and]+)", first_cell(notebook))
    return set(re.findall(r"\d+", named[1])) if named else set()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_without_what_is_optional_it_is_done_in_90_minutes(notebook):
    left_out = optional(notebook, "section")
    kept = {head: part for head, part in minutes.of(notebook).items()
            if head.split(".")[0] not in left_out}  # fmt: skip
    each, not_needed = exercises_in(notebook, kept), optional(notebook, "exercise")
    assert sum(each.values()) == sum(part.exercises for part in kept.values())
    needed = sum(spent for number, spent in each.items() if number not in not_needed)
    assert sum(part.lesson for part in kept.values()) + needed <= 90


def test_an_exercise_takes_longer_if_more_has_to_be_written():
    stub = 'def f(x):\n    """Return x."""\n    ...'
    end = '\n\n\nprint("Solution:", progress.solution(checks.f, f))'
    one, two = (stub.replace("...", code) + end for code in ("return x", "y = x\n\n    return y"))
    assert minutes.exercise(stub, one) == 4 and minutes.exercise(stub, two) == 4.5


def test_what_takes_longer_is_counted(tmp_path):
    words, lines = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [words("# Title"), words("## 1. One\n\n" + 170 * "word "), lines("x = 1\n" * 12)]
    cells += [lines("explore()", metadata={"tags": ["explorer"]})]
    cells += [
        words("### Exercise 1\n\n" + 500 * "word "),
        lines("...", metadata={"tags": ["exercise"]}),
        lines("check()", metadata={"tags": ["check"]}),
        lines("one\n\ntwo\nthree", metadata={"tags": ["solution"]}),
    ]
    cells += [words("## Sources\n\n" + 500 * "word ")]
    path = tmp_path / "tiny.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    section = minutes.of(path)["1. One"]
    assert section.reading == pytest.approx(2, abs=0.05)
    assert (section.exploring, section.exercises) == (4, 5)
    assert minutes.total(path).lesson == pytest.approx(6, abs=0.05)
