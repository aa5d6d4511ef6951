"""One notebook is executed, and its outcome says how that went."""

import subprocess
import sys

import tiny_course

from cnncourse.run import execute, notebook
from cnncourse.run.execute import FAILED
from cnncourse.run.plan import Job


def test_a_folder_that_another_machine_lacks_is_replaced(tmp_path):
    job = Job(tmp_path / "gone" / "a.ipynb", {}, b"")
    assert execute.working_folder(job, tmp_path) == str(tmp_path)


def test_a_kernel_that_cannot_start_is_a_failure(tmp_path, monkeypatch):
    import papermill

    def refuse(*arguments, **named):
        raise RuntimeError("no kernel")

    monkeypatch.setattr(papermill, "execute_notebook", refuse)
    outcome = execute.execute(tiny_course.job(tmp_path / "a.ipynb"))
    assert outcome.status == FAILED and outcome.error.startswith("RuntimeError: no kernel")
    assert "doctor" in outcome.error
    assert outcome.executed == b""


def test_of_half_a_file_on_a_full_disk_the_disk_is_named(monkeypatch, tmp_path):
    import papermill

    def fill(source, target, *arguments, **options):
        target.write_text('{"cells": [')
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(papermill, "execute_notebook", fill)
    outcome = execute.execute(tiny_course.job(tmp_path / "a.ipynb", "1"))
    assert outcome.status == FAILED and "No space left" in outcome.error
    assert outcome.executed == b""


def test_code_cells_are_counted_with_the_one_that_papermill_adds(tmp_path):
    job = tiny_course.job(tmp_path / "a.ipynb", "1", "2", parameters={"seed": 1})
    told = []
    begins = execute.count(job, notebook.parse(job.source), lambda *cell: told.append(cell))
    for index, kind in enumerate(["markdown", "code", "code", "code"]):
        begins(cell={"cell_type": kind}, cell_index=index)
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_clock_starts_at_the_first_cell_and_never_stands_at_no_limit(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(execute.time, "monotonic", lambda: now[0])
    left = execute.countdown(30)
    now[0] = 150.0
    assert left("first cell") == 30
    now[0] = 170.0
    assert left("second cell") == 10
    now[0] = 500.0
    assert 0 < left("late cell") < 1
    assert execute.countdown(None) is None


def test_whatever_happens_is_an_outcome(tmp_path):
    outcome = execute.execute(Job(tmp_path / "a.ipynb", {}, b"[]"))
    assert outcome.status == FAILED and "no notebook" in outcome.error


def test_importing_the_command_changes_nothing_for_others():
    code = "import sys, cnncourse.run.command; print(sys.modules.get('rfc3987_syntax', 'free'))"
    python = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"]
    assert subprocess.run(python, capture_output=True, text=True).stdout == "free\n"
