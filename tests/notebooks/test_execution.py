"""Every notebook runs from beginning to end with other parameters than its own.

With its own, nbval runs it cell by cell (see pyproject.toml) and names the cell that breaks.
"""

from pathlib import Path

import form
import nbformat
import papermill
import pytest
import tiny_course
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cnncourse.run import pages, parameters
from cnncourse.run.parameters import Parameter

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def execute(path, target, parameters=None):
    """Run a notebook as a teacher's scheduler would, and return it with its outputs."""
    return papermill.execute_notebook(
        path, target, parameters, cwd=path.parent, kernel_name="python3", progress_bar=False
    )


def other_value(parameter):
    """Return another allowed value of a parameter: the first that its comment names."""
    limits = [type(parameter.default)(limit) for limit in parameter.limits or ()]
    return next(value for value in parameter.choices or limits if value != parameter.default)


def other_parameters(path):
    """Return another allowed value for every parameter of a notebook."""
    return {name: other_value(parameter) for name, parameter in parameters.read(path).items()}


@pytest.mark.parametrize(
    "default, comment, other",
    [
        ("china", 'one of: "china", "flower"', "flower"),
        ("flower", 'one of "china", "flower"', "china"),
        (0, "any seed, 0 to 100", 100),
        (100, "0 to 100", 0),
        (0.5, "noise, 0.5 to 2.5", 2.5),
    ],
)
def test_another_value_is_read_from_the_comment(default, comment, other):
    assert other_value(Parameter("p", default, comment)) == other


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def executed(request, tmp_path_factory):
    """Each notebook in turn, with its outputs: run once, by papermill, with other parameters."""
    path = request.param
    parameters = other_parameters(path)
    assert parameters
    return execute(path, tmp_path_factory.mktemp("executed") / path.name, parameters)


def test_it_runs_with_other_parameters(executed):
    assert not any(
        output.output_type == "error"
        for cell in executed.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )


def test_its_page_is_whole(executed):
    html = pages.page(nbformat.writes(executed).encode(), NOTEBOOKS[0].parent).decode()
    assert tiny_course.other_hosts(html) == []
    assert "<svg" in html and 'src="../' not in html  # faces of explorers, pictures of the text
    assert "<code>\\" not in html  # how a formula looks that could not be translated


def text(cell):
    """Return what a cell prints or shows, as plain text."""
    return "\n".join(
        output.text if output.output_type == "stream" else output.data["text/plain"]
        for output in cell.outputs
    )


def wrong_verdicts(notebook):
    """Return checks that let the unsolved exercise pass, and solutions that do not.

    An exercise starts as a stub ("not yet") or, in "find the mistake", as wrong code ("not right").
    """
    wanted = {"check": ("not yet", "not right"), "solution": "Solution: passed"}
    return [
        f"{form.first_line(cell)} → {text(cell)}"
        for role, words in wanted.items()
        for cell in form.tagged(notebook, role)
        if not text(cell).startswith(words)
    ]


def test_stubs_say_not_yet_and_solutions_pass(executed):
    assert form.tagged(executed, "solution")
    assert wrong_verdicts(executed) == []


@pytest.mark.parametrize(
    "role, printed, wrong",
    [
        ("check", "not yet: write your function", False),
        ("check", "passed: well done", True),
        ("check", "", True),
        ("check", "not right: 2 instead of 3", False),
        ("solution", "Solution: passed: well done", False),
        ("solution", "Solution: not yet: write your function", True),
        ("solution", "Solution: not right: 2 instead of 3 (passed 1 of 2)", True),
    ],
)
def test_a_wrong_verdict_is_seen(role, printed, wrong):
    cell = new_code_cell("check(f)", metadata={"tags": [role]})
    cell.outputs = [new_output("stream", text=printed)]
    assert bool(wrong_verdicts(new_notebook(cells=[cell]))) == wrong
