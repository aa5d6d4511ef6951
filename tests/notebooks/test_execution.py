"""Every notebook runs to its end with other parameters than its own, and so do both its handouts.

The student copy must show the same numbers as the notebook. The copies of those that need no
PyTorch run without it. With its own parameters, nbval runs each notebook cell by cell (see
pyproject.toml) and names the cell that breaks.

The guarantee is "on the same processor with the same number of threads", because another number of
threads adds up sums in another order. So all runs get one thread here.
"""

import json
from pathlib import Path

import form
import handouts
import nbformat
import pytest
import repeat
import sources
import tiny_course
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cnncourse.run import pages, parameters
from cnncourse.run.execute import PASSED, execute
from cnncourse.run.parameters import Parameter
from cnncourse.run.plan import plan

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
NEED_TORCH = ("05", "06")


def other_value(parameter):
    """Return another allowed value of a parameter: the first that its comment names."""
    limits = [type(parameter.default)(limit) for limit in parameter.limits or ()]
    return next(value for value in parameter.choices or limits if value != parameter.default)


def other_parameters(path):
    """Return another allowed value for every parameter of a notebook but `with_torch`."""
    known = parameters.read(path)
    return {name: other_value(known[name]) for name in known if name != "with_torch"}


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


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The folders with the student and the solution copies."""
    return handouts.write(tmp_path_factory.mktemp("handouts"))


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def outcomes(request, folders):
    """How a notebook and its student and solution copies ran, by papermill; each in turn."""
    values = other_parameters(request.param)
    assert values
    copies = [folder / request.param.name for folder in folders]
    original, *others = (plan([path], values)[0] for path in [request.param, *copies])
    if not request.param.stem.startswith(NEED_TORCH):
        others = map(sources.without_torch, others)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        return [execute(job) for job in (original, *others)]


@pytest.fixture(scope="module")
def executed(outcomes):
    """The notebook and its student and solution copies with their outputs."""
    return [
        # some outputs name the folder
        nbformat.reads(
            outcome.executed.decode().replace(str(outcome.job.notebook.parent), "FOLDER"), 4
        )
        for outcome in outcomes
    ]


def test_it_runs_with_other_parameters_the_copies_without_pytorch_if_it_is_not_needed(outcomes):
    assert [(outcome.status, outcome.error) for outcome in outcomes] == [(PASSED, "")] * 3


def test_a_second_run_as_the_student_copy_gives_the_same_numbers_and_pictures(executed):
    notebook, student, _ = executed
    shown = repeat.shown(handouts.student(notebook))  # what its solutions say is not in the copy
    assert len(shown) > 20 and len(repeat.states(notebook)) > 20
    # the copy may have one more cell at its beginning, which hides PyTorch
    assert repeat.differences(shown, repeat.shown(student)[-len(shown) :]) == []
    assert repeat.differences(repeat.states(notebook), repeat.states(student)) == []


@pytest.mark.parametrize(
    "path",
    [path for path in NOTEBOOKS if "with_torch" in parameters.read(path)],
    ids=lambda p: p.stem,
)
def test_it_runs_with_pytorch_beside_it_where_that_can_be_asked_for(path):
    (job,) = plan([path], {"with_torch": True})
    outcome = execute(job)
    assert (outcome.status, outcome.error) == (PASSED, "")


def test_its_page_is_whole(outcomes):
    html = pages.page(outcomes[0].executed, NOTEBOOKS[0].parent).decode()
    assert tiny_course.other_hosts(html) == []
    assert "<svg" in html and 'src="../' not in html  # faces of explorers, pictures of the text
    assert "<code>\\" not in html  # how a formula looks that could not be translated


def text(cell):
    """Return what a cell prints or shows, as plain text; what it prints may come in pieces."""
    return "".join(
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
    notebook, student, _ = executed
    assert form.tagged(notebook, "solution") and not form.tagged(student, "solution")
    assert wrong_verdicts(notebook) == wrong_verdicts(student) == []


def test_the_solution_copy_passes_every_check(executed):
    notebook, _, solved = executed
    said = [text(cell) for cell in form.tagged(solved, "check")]
    assert len(said) == len(form.tagged(notebook, "exercise")) > 0
    assert all(words.startswith("passed:") for words in said), said


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


def timed_table(seconds, accuracy):
    """Return what a notebook stores of an experiment's table with one row."""
    row = f"<tr><td>{accuracy} %</td><td>{seconds}</td></tr>"
    return json.dumps(
        {"text/html": repeat.TIMED + row, "text/plain": ["head\n", f"{accuracy} %  {seconds}"]}
    )


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("took 3.1 s", "took 12 s", True),
        ("3 seconds of training", "4 seconds of training", True),
        ("IPY_MODEL_" + "a" * 32, "IPY_MODEL_" + "b" * 32, True),
        (timed_table("1.0", "97.1"), timed_table("2.0", "97.1"), True),
        (timed_table("1.0", "97.1"), timed_table("1.0", "97.2"), False),
        ("98.10 %", "98.11 %", False),
        ("3 sums", "4 sums", False),
    ],
)
def test_only_ids_and_times_may_differ(one, other, same):
    assert (repeat.plain(one) == repeat.plain(other)) == same


def test_an_output_or_a_picture_that_differs_is_seen():
    assert repeat.differences(["1", "2"], ["1", "3"]) == [("2", "3")]
    assert repeat.differences(["1"], ["1", "2"]) == [("", "2")]
    assert repeat.differences(["a" * 99 + "1"], ["a" * 99 + "2"]) == [
        ("a" * 60 + "1", "a" * 60 + "2")
    ]


@pytest.mark.parametrize(
    "path", [p for p in NOTEBOOKS if p.stem.startswith(NEED_TORCH)], ids=lambda path: path.stem
)
def test_without_pytorch_a_notebook_of_the_lab_says_what_to_install(path):
    (job,) = plan([path], fast=True)
    said = execute(sources.without_torch(job)).error.strip().splitlines()[-1]
    assert "needs PyTorch" in said and 'pip install -e ".[lab]"' in said
