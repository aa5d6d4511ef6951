"""Every notebook follows every rule of form.py, and every rule sees a notebook that breaks it."""

import json
from pathlib import Path

import form
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("rule", form.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path, rule):
    assert list(rule(form.load(path))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_file_is_small(path):
    assert path.stat().st_size <= form.LARGEST_FILE


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_last_cell_shows_the_progress_of_its_own_notebook(path):
    assert form.load(path).cells[-1].source == f'progress.show("{path.stem}")'


def code(source, *tags, hide=()):
    """Return a code cell with tags and collapsed parts."""
    metadata = {"tags": list(tags), "jupyter": {f"{part}_hidden": True for part in hide}}
    return new_code_cell(source, metadata=metadata)


def exercise(name):
    """Return the four cells of a well-formed exercise."""
    hint = "<details><summary>Hint</summary>Look.</details>\n"
    return [
        new_markdown_cell(f"### Do {name}\n" + 3 * hint),
        code("def f(): ...", "exercise"),
        code(f"progress.keep(checks.{name}, f)", "check"),
        code(
            f'def f(): return 1\nprint("Solution:", progress.solution(checks.{name}, f))',
            "solution",
            hide=["source", "outputs"],
        ),
    ]


@pytest.fixture
def good():
    """A tiny notebook that follows every rule; its cells 1 … 4 are the first exercise's."""
    cells = [new_markdown_cell("# Look\n\n## Start")]
    for name in "abcde":
        cells += exercise(name)
    cells += [code("x = 1", "parameters")]
    cells += [code("ask()", "question", hide=["source"]) for _ in range(4)]
    cells += [code("explore()", "explorer") for _ in range(5)]
    cells += [new_markdown_cell("## Recap\n\nSeen."), new_markdown_cell("## Sources\n\nNone.")]
    cells += [code('progress.show("01_image_basics")', "progress")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def test_a_good_notebook_breaks_no_rule(good):
    assert [problem for rule in form.RULES for problem in rule(good)] == []


def append(*cells):
    """Return a change that adds cells at the end."""
    return lambda notebook: notebook.cells.extend(cells)


def remove(place):
    """Return a change that removes the cell at a place."""
    return lambda notebook: notebook.cells.pop(place)


def edit(place, **changes):
    """Return a change that sets attributes of a cell."""
    return lambda notebook: notebook.cells[place].update(changes)


def jupyter(place, **hidden):
    """Return a change that sets what is collapsed in a cell."""
    return lambda notebook: notebook.cells[place].metadata.update(jupyter=hidden)


STREAM = new_output("stream", text="1")
BREAKS = [
    (form.identified, lambda notebook: notebook.cells[1].update(id=notebook.cells[0].id)),
    (form.valid, lambda notebook: notebook.cells[2].pop("source")),
    (form.nothing_stored, lambda notebook: notebook.cells[2].outputs.append(STREAM)),
    (form.nothing_stored, edit(2, execution_count=1)),
    (form.nothing_stored, lambda notebook: notebook.metadata.update(widgets={})),
    (form.kernel, lambda notebook: notebook.metadata.pop("kernelspec")),
    (form.kernel, lambda notebook: notebook.metadata.kernelspec.update(name="my-kernel")),
    (form.kernel, lambda notebook: notebook.metadata.kernelspec.pop("language")),
    (form.beginning, remove(0)),
    (form.beginning, edit(0, source="## Look")),
    (form.ending, remove(-2)),
    (form.ending, append(new_markdown_cell("## More"))),
    (form.parameters, append(code("y = 2", "parameters"))),
    (form.parameters, remove(21)),
    (form.enough, remove(22)),
    (form.enough, remove(-4)),
    (form.exercises, edit(1, source="Do this without hints.")),
    (form.exercises, remove(1)),
    (form.exercises, remove(3)),
    (form.exercises, remove(4)),
    (form.exercises, jupyter(4, source_hidden=True)),
    (form.exercises, jupyter(4, outputs_hidden=True)),
    (form.exercises, append(code("def g(): ...", "exercise"))),
    (form.balanced, append(code("check(g)", "check"))),
    (form.noted, edit(3, source="checks.a(f)")),
    (form.noted, edit(4, source='print("Solution:", checks.a(f))')),
    (form.noted, edit(4, source="def f(): return 1\nprogress.keep(checks.a, f)")),
    (form.noted, remove(-1)),
    (form.noted, append(new_markdown_cell("More."))),
    (form.described, edit(0, source="# Look")),
    (form.described, edit(1, source="Do that.")),
    (form.described, edit(3, source="progress.keep(checks.b, f)")),
    (form.described, edit(-1, source='progress.show("unknown")')),
    (form.collapsed, jupyter(22)),
    (form.collapsed, append(code("1", "hide-input"))),
    (form.known_tags, append(code("1", "exercize"))),
    (form.known_tags, lambda notebook: notebook.cells[0].metadata.update(tags=["question"])),
    (form.plain_questions, edit(22, source='Question("What is *this*?")')),
    (form.plain_questions, edit(22, source='Question("What is `this`?")')),
    (form.short_cells, append(code("1\n" * 21))),
    (form.details_closed, append(new_markdown_cell("<details>never closed"))),
    (form.cited, append(new_markdown_cell("It aliases (R. Zhang 2019)."))),
]


@pytest.mark.parametrize("rule, change", BREAKS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_broken_rule_is_seen(good, rule, change):
    change(good)
    assert list(rule(good)) != []


def test_reading_mends_nothing(good, tmp_path):
    good.cells[1].id = good.cells[0].id
    path = tmp_path / "double.ipynb"
    path.write_text(json.dumps(good))
    assert list(form.identified(form.load(path))) != []


def test_every_rule_is_seen_to_break():
    assert {rule for rule, _ in BREAKS} == set(form.RULES)
