"""Both handouts of every notebook run to their end with other parameters than the notebook's own.

A student copy is the notebook without its solutions, the other copy has them in the place of the
stubs: all that the notebook computes is computed twice, and must show the same numbers. The copies
of those that need no PyTorch run without it, all run on a machine that has no MNIST and no network.
With its own parameters, nbval runs each notebook cell by cell (see pyproject.toml) and names the
cell that breaks.

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
    """How the student and the solution copy of a notebook ran, by papermill."""
    values = other_parameters(request.param)
    assert values
    jobs = [plan([folder / request.param.name], values)[0] for folder in folders]
    if not request.param.stem.startswith(NEED_TORCH):
        jobs = map(sources.without_torch, jobs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.delenv("CNNCOURSE_DATA", raising=False)
        return [execute(job) for job in jobs]


@pytest.fixture(scope="module")
def executed(outcomes):
    """The student and the solution copy with their outputs."""
    return [
        # some outputs name the folder
        nbformat.reads(
            outcome.executed.decode().replace(str(outcome.job.notebook.parent), "FOLDER"), 4
        )
        for outcome in outcomes
    ]


def test_they_run_with_other_parameters_and_without_pytorch_if_it_is_not_needed(outcomes):
    assert [(outcome.status, outcome.error) for outcome in outcomes] == [(PASSED, "")] * 2


def given(notebook):
    """Return a copy without what students write, and without what is said about that."""
    theirs = {"exercise", "check", "progress", "used"}
    copy = notebook.copy()
    copy.cells = [cell for cell in notebook.cells if not theirs & set(form.tags(cell))]
    return copy


def test_a_second_run_gives_the_same_numbers_and_pictures(executed):
    shown, again = (repeat.shown(given(notebook)) for notebook in executed)
    states, states_again = map(repeat.states, executed)
    assert len(shown) > 20 and len(states) > 20
    assert repeat.differences(shown, again) == []
    assert repeat.differences(states, states_again) == []


def test_its_page_is_whole(outcomes):
    html = pages.page(outcomes[0].executed, outcomes[0].job.notebook.parent).decode()
    assert tiny_course.other_hosts(html) == []
    assert "<svg" in html and 'src="../' not in html  # faces of explorers, pictures of the text
    assert "<code>\\" not in html  # how a formula looks that could not be translated


def text(cell):
    """Return what a cell prints or shows, as plain text; what it prints may come in pieces."""
    return "".join(
        output.text if output.output_type == "stream" else output.data["text/plain"]
        for output in cell.outputs
    )


def wrong_verdicts(notebook, *wanted):
    """Return the checks that say something else than wanted, each with what it says."""
    return [
        f"{form.first_line(cell)} → {text(cell)}"
        for cell in form.tagged(notebook, "check")
        if not text(cell).startswith(wanted)
    ]


def test_an_unsolved_exercise_does_not_pass_its_check_and_its_solution_does(executed):
    student, solved = executed
    checks, solutions = (form.tagged(notebook, "check") for notebook in executed)
    assert len(checks) == len(solutions) > 0
    # it starts as a stub or, in "find the mistake", as wrong code
    assert wrong_verdicts(student, "not yet", "not right") == []
    assert wrong_verdicts(solved, "passed:") == []


@pytest.mark.parametrize(
    "printed, wrong",
    [
        ("not yet: write your function", False),
        ("not right: 2 instead of 3 (passed 1 of 2)", False),
        ("passed: well done", True),
        ("", True),
    ],
)
def test_a_wrong_verdict_is_seen(printed, wrong):
    cell = new_code_cell("check(f)", metadata={"tags": ["check"]})
    cell.outputs = [new_output("stream", text=printed)]
    found = wrong_verdicts(new_notebook(cells=[cell]), "not yet", "not right")
    assert bool(found) == wrong


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
