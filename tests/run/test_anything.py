"""Whatever is typed, and whatever a file holds: an exit code and a sentence, never a traceback."""

import copy
import json
import os
from pathlib import Path

import pytest
import tiny_course
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnncourse import files
from cnncourse.__main__ import main
from cnncourse.exercises import catalogue, progress
from cnncourse.run import command, notebook, plan, store
from cnncourse.run.execute import FAILED, PASSED, JobOutcome, signed

pytestmark = pytest.mark.filterwarnings("ignore")  # nbformat's, of notebooks that are damaged
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

WORDS = ["nbformat", "cells", "metadata", "cell_type", "source", "tags", "kernelspec", "cnncourse"]
WORDS += [
    "parameters",
    "code",
    "markdown",
    "fast",
    "runs",
    "notebook",
    "files",
    "exercise",
    "passed",
]
texts = st.one_of(st.sampled_from(WORDS), st.text(max_size=20))
plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)

CELLS = [
    {"cell_type": "markdown", "metadata": {}, "source": "# Look\n\n![x](attachment:a.png) $x^2$"},
    {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": ["seed = 0  # 0 to 9"]},
    {
        "cell_type": "code",
        "metadata": {"tags": ["check"]},
        "source": "progress.keep(checks.crop, f)",
    },
]
GOOD = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"kernelspec": tiny_course.KERNEL, "cnncourse": {"fast": {"seed": 1}}},
    "cells": CELLS,
}


@st.composite
def damaged(draw, whole=GOOD):
    """Draw a notebook with another value, or none, in one place."""
    changed = copy.deepcopy(whole)
    here = changed
    while True:
        key = draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        deeper = here[key]
        if not (isinstance(deeper, dict | list) and deeper) or draw(st.booleans()):
            break
        here = deeper
    if draw(st.booleans()):
        del here[key]
    else:
        here[key] = draw(values)
    return changed


def text_of(value):
    """Return JSON with what JSON does not know (NaN), as Python writes it."""
    return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a course of one notebook, and a stand-in for executing it."""
    monkeypatch.chdir(tmp_path)
    tiny_course.write(Path("notebooks", "01_a.ipynb"), parameters="seed = 0  # 0 to 9")

    def run_here(jobs, at_once, timeout, watch):
        for job in jobs:
            executed = notebook.parse(job.source)
            executed["metadata"]["papermill"] = {"duration": 1.0}
            yield JobOutcome(job, PASSED, 1.0, 1, executed=signed(executed, job, PASSED))

    monkeypatch.setattr(command.local, "run_here", run_here)
    return tmp_path


def ends(*arguments):
    """Give the command; return its exit code, and fail if it ends in any other way."""
    try:
        return main(list(arguments))
    except SystemExit as stop:  # argparse
        return stop.code


options = st.sampled_from(["-p", "--grid", "--fast", "--timeout", "--jobs", "--resume", "--build"])
arguments = st.one_of(
    options, st.sampled_from(["run", "list", "seed=1", "photo=~x/y", "1e999"]), texts
)


@same_folder
@given(st.lists(arguments, max_size=6))
def test_arguments(here, capsys, words):
    # what is no option is a name of a file; --scheduler would ask the network
    assert ends("run", *(word for word in words if "scheduler" not in word)) in (0, 1, 2)


@same_folder
@given(texts, st.sampled_from(["photo", "seed", "data"]))
def test_values_of_parameters(here, capsys, text, name):
    kinds = 'photo = "china"  # or your own file; one of: "china"\nseed = 0  # 0 to 9\n'
    tiny_course.write(
        Path("notebooks", "01_a.ipynb"),
        parameters=f'{kinds}data = "auto"  # a folder, or one of: "auto"',
    )
    assert ends("run", "-p", f"{name}={text}") in (0, 2)


@same_folder
@given(values)
def test_grids(here, capsys, grid):
    Path("grid.yaml").write_bytes(text_of(grid))
    assert ends("run", "--grid", "grid.yaml") in (0, 2)


@pytest.mark.slow
@same_folder
@given(st.one_of(damaged(), values))
def test_notebooks(here, capsys, value):
    Path("notebooks", "01_a.ipynb").write_bytes(text_of(value))
    assert ends("list") in (0, 1)
    assert ends("run", "--fast", "--resume") in (0, 1, 2)
    complaint = capsys.readouterr().err
    assert "Traceback" not in complaint


@same_folder
@given(st.binary(max_size=40))
def test_notebooks_that_are_no_json(here, capsys, contents):
    Path("notebooks", "01_a.ipynb").write_bytes(contents)
    assert ends("list") == 1 and ends("run") == 2


@same_folder
@given(
    value=st.one_of(
        values,
        damaged({"metadata": {"cnncourse": {}, "papermill": {"duration": 1.0}}, "cells": CELLS}),
    )
)
def test_results_of_an_earlier_run(tmp_path, value):
    job = tiny_course.job(tmp_path / "a.ipynb", "1")
    (tmp_path / "a.html").touch()
    (tmp_path / "a.ipynb").write_bytes(text_of(value))
    assert store.finished(job, tmp_path) is None


@same_folder
@given(value=st.one_of(values, damaged({"runs": [{"notebook": "a.ipynb", "files": "a"}]})))
def test_reports(tmp_path, value):
    (tmp_path / "report.json").write_bytes(text_of(value))
    try:
        assert isinstance(store.executed(tmp_path), dict)
    except ValueError as error:
        assert "report.json" in str(error)


@same_folder
@given(value=st.one_of(values, damaged({"exercise": "crop", "passed": "2025-03-14T15:09:26"})))
def test_progress(tmp_path, monkeypatch, value):
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("CNNCOURSE_PROGRESS", str(path))
    path.write_bytes(text_of(value))
    assert all(isinstance(name, str) for name in progress.passed())
    assert progress.show("01_image_basics").entries and repr(progress.overview())


@same_folder
@given(value=st.one_of(values, damaged()))
def test_a_learners_own_copy_of_a_notebook(tmp_path, monkeypatch, value):
    monkeypatch.setattr(catalogue, "OF_THE_COURSE", tmp_path)
    (tmp_path / "01_image_basics.ipynb").write_bytes(text_of(value))
    assert catalogue.read("01_image_basics").exercises


@same_folder
@given(value=values)
def test_lists_of_what_was_written(tmp_path, value):
    (tmp_path / files.MADE).write_bytes(text_of(value))
    files.write_tree(tmp_path, {"a.txt": b"1"})
    assert (tmp_path / "a.txt").read_bytes() == b"1"


@pytest.mark.slow
@settings(max_examples=10)
@given(value=damaged())
def test_whatever_can_be_planned_is_executed_to_an_outcome(tmp_path_factory, value):
    from cnncourse.run.execute import execute

    folder = tmp_path_factory.mktemp("a")
    path = folder / "a.ipynb"
    path.write_bytes(text_of(value))
    try:
        jobs = plan.plan([path])
    except ValueError:
        return
    (outcome,) = map(execute, jobs)
    assert outcome.status in (PASSED, FAILED)
    assert store.keep(outcome, folder / "build").status in (PASSED, FAILED)
    assert os.listdir(folder)
