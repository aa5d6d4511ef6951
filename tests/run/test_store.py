"""Results are kept whole, and a later run knows which of them are still good."""

import json

import nbformat
import pytest
import tiny_course

from cnncourse.run import store
from cnncourse.run.execute import FAILED, PASSED, JobOutcome, signed
from cnncourse.run.plan import Job


@pytest.fixture
def done(tmp_path):
    """A job that passed, and the folder where its results are kept."""
    job = tiny_course.job(tmp_path / "a.ipynb", "1 + 1", parameters={"seed": 1})
    keep(job, PASSED, tmp_path / "build")
    return job, tmp_path / "build"


def keep(job, status, build):
    """Keep an outcome as if its notebook had been executed."""
    executed = json.loads(job.source)
    executed["metadata"]["papermill"] = {"duration": 2.5}
    executed["cells"][1]["execution_count"] = 1
    outcome = JobOutcome(job, status, 3.0, 1, executed=signed(executed, job, status))
    return store.keep(outcome, build)


def test_a_page_and_a_notebook_are_kept_and_nothing_else(done):
    _, build = done
    assert sorted(path.name for path in build.iterdir()) == ["a,seed=1.html", "a,seed=1.ipynb"]
    nbformat.validate(nbformat.read(build / "a,seed=1.ipynb", as_version=4))


def test_a_job_that_passed_is_not_repeated(done):
    job, build = done
    found = store.finished(job, build)
    assert (found.status, found.seconds, found.cells, found.resumed) == (PASSED, 2.5, 1, True)


def test_another_parameter_another_notebook_or_a_failure_is_run_again(done):
    job, build = done
    assert store.finished(Job(job.notebook, {"seed": 2}, job.source), build) is None
    assert store.finished(Job(job.notebook, job.parameters, job.source + b" "), build) is None
    keep(job, FAILED, build)
    assert store.finished(job, build) is None


def test_a_result_of_another_origin_is_run_again(done):
    job, build = done
    (build / f"{job.name}.ipynb").write_bytes(job.source)
    assert store.finished(job, build) is None


def test_a_result_without_its_page_is_run_again(done):
    job, build = done
    (build / f"{job.name}.html").unlink()
    assert store.finished(job, build) is None


def test_the_notebook_is_written_after_its_page(tmp_path, monkeypatch):
    """A run killed between the two must not look finished."""
    written = []
    monkeypatch.setattr(store, "write_atomically", lambda path, _: written.append(path.suffix))
    keep(tiny_course.job(tmp_path / "a.ipynb", "1 + 1"), PASSED, tmp_path)
    assert written == [".html", ".ipynb"]


def test_a_disk_that_is_full_fails_the_job_and_leaves_no_half(tmp_path, monkeypatch):
    def full(path, contents):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_atomically", full)
    outcome = keep(tiny_course.job(tmp_path / "a.ipynb", "1 + 1"), PASSED, tmp_path / "build")
    assert outcome.status == FAILED
    assert "a.ipynb could not be written: [Errno 28] No space left on device" in outcome.error
    assert not (tmp_path / "build").exists()


def test_a_file_of_another_program_is_run_again(done):
    job, build = done
    (build / f"{job.name}.ipynb").write_text("{")
    assert store.finished(job, build) is None


@pytest.mark.parametrize("text", ["[]", "{}", "null", "3", '{"metadata": 3}', '{"cells": [3]}', ""])
def test_json_of_any_form_is_no_result(done, text):
    job, build = done
    (build / f"{job.name}.ipynb").write_text(text)
    assert store.finished(job, build) is None


def test_a_page_that_cannot_be_made_fails_its_job_and_keeps_the_notebook(done):
    job, build = done
    source = json.loads(job.source)
    source["cells"][0]["source"] = "![x](attachment:nope.png)"
    broken = Job(job.notebook, job.parameters, json.dumps(source).encode())
    outcome = keep(broken, PASSED, build)
    assert outcome.status == FAILED and "its page could not be made" in outcome.error
    assert (build / f"{job.name}.ipynb").exists()
    assert not (build / f"{job.name}.html").exists()  # the earlier one is not of this notebook
    assert store.finished(broken, build) is None


def test_an_outcome_without_a_notebook_leaves_no_files(tmp_path):
    store.keep(JobOutcome(tiny_course.job(tmp_path / "a.ipynb"), FAILED), tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_reports_are_written_and_forgotten(done):
    job, build = done
    store.write_reports([JobOutcome(job, PASSED)], build, 0)
    assert json.loads((build / "report.json").read_bytes())["exit_code"] == 0
    assert (build / "junit.xml").read_bytes().startswith(b"<?xml")
    store.prepare(build, [job])
    assert not (build / "report.json").exists() and not (build / "junit.xml").exists()


def test_the_notebooks_of_the_last_run_are_found(done):
    job, build = done
    gone = JobOutcome(Job(job.notebook.with_name("gone.ipynb"), {}, b""), FAILED, 0.0, 0)
    store.write_reports([JobOutcome(job, PASSED, 1.0, 1), gone], build, 1)
    assert store.executed(build) == {job.notebook: build / "a,seed=1.ipynb"}


def test_without_a_report_no_run_is_told_of(tmp_path):
    with pytest.raises(ValueError, match="report.json"):
        store.executed(tmp_path)
