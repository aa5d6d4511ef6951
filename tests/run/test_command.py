"""The command: its options, its exit codes, what it prints; for real runs see test_running."""

import re
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from tiny_course import write

from cnncourse.__main__ import main
from cnncourse.run import cluster, command, installed, notebook, plan
from cnncourse.run.execute import FAILED, PASSED, SKIPPED, TIMED_OUT, JobOutcome
from cnncourse.run.plan import Job

PAGE = Path(__file__).resolve().parents[2] / "docs" / "running.md"


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """A course of three notebooks, and a stand-in for their execution: by name, how each ends."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        write(Path("notebooks", f"{name}.ipynb"), parameters="seed = 0  # 0 to 9")
    ends = {"a": PASSED, "b": PASSED, "c": PASSED}
    calls = []

    def run_here(jobs, at_once, timeout, watch):
        calls.append(Namespace(jobs=jobs, at_once=at_once, timeout=timeout, watch=watch))
        yield from (JobOutcome(job, ends[job.notebook.stem]) for job in jobs)

    monkeypatch.setattr(command.local, "run_here", run_here)
    return SimpleNamespace(ends=ends, calls=calls)


@pytest.mark.parametrize(
    "ends, code",
    [
        ((PASSED, PASSED, PASSED), 0),
        ((PASSED, FAILED, PASSED), 1),
        ((PASSED, FAILED, TIMED_OUT), 1),
        ((PASSED, TIMED_OUT, PASSED), 3),
    ],
)
def test_the_exit_code_says_how_it_went(stage, ends, code):
    stage.ends.update(zip("abc", ends, strict=True))
    assert main(["run"]) == code


def test_it_goes_on_after_a_failure_unless_told_otherwise(stage, capsys):
    stage.ends["a"] = TIMED_OUT
    assert main(["run"]) == 3
    assert "2 passed, 1 timed out in" in capsys.readouterr().out
    assert main(["run", "--fail-fast"]) == 3
    assert "1 timed out, 2 skipped in" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_both_signals_interrupt_and_what_was_done_is_reported(stage, monkeypatch, capsys, number):
    def run_here(jobs, at_once, timeout, watch):
        yield JobOutcome(jobs[0], FAILED)
        signal.raise_signal(number)

    monkeypatch.setattr(command.local, "run_here", run_here)
    assert main(["run"]) == 130
    assert "1 failed, 2 skipped in" in capsys.readouterr().out
    assert '"exit_code": 130' in Path("build", "report.json").read_text()


def test_the_options_reach_the_execution(stage):
    arguments = ["run", "notebooks/b.ipynb", "--jobs", "7", "--timeout", "2.5", "-p", "seed=3"]
    assert main(arguments) == 0
    (call,) = stage.calls
    assert [(job.name, job.parameters) for job in call.jobs] == [("b,seed=3", {"seed": 3})]
    assert (call.at_once, call.timeout) == (7, 2.5)


def test_nobody_watches_where_the_output_is_no_terminal(stage):
    assert main(["run"]) == 0
    assert stage.calls[0].watch is None


def test_a_grid_is_read_from_a_file(stage):
    Path("grid.yaml").write_text("seed: [1, 2]")
    assert main(["run", "--grid", "grid.yaml"]) == 0
    assert len(stage.calls[0].jobs) == 6


def test_with_a_scheduler_the_jobs_go_to_the_cluster(stage, monkeypatch):
    def run_on_cluster(client, jobs, timeout):
        yield from (JobOutcome(job, FAILED, error=f"on {client}") for job in jobs)

    monkeypatch.setattr(cluster, "connect", lambda address: address)
    monkeypatch.setattr(cluster, "run_on_cluster", run_on_cluster)
    assert main(["run", "--scheduler", "tcp://127.0.0.1:8786"]) == 1
    assert stage.calls == []


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["notebooks/d.ipynb"], "there is no file notebooks/d.ipynb"),
        (["-p", "sed=1"], 'did you mean "seed"?'),
        (["-p", "seed=10"], "choose from 0 to 9"),
        (["--grid", "none.yaml"], "cannot be read"),
    ],
)
def test_a_wrong_command_runs_nothing_and_says_why(stage, capsys, arguments, words):
    assert main(["run", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert stage.calls == [] and not Path("build").exists()


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["-p", "seed"], "'seed' is not NAME=VALUE"),
        (["-p", "=1"], "'=1' is not NAME=VALUE"),
        (["--jobs", "0"], "0 is not a number greater than 0"),
        (["--jobs", "two"], "invalid positive int value: 'two'"),
        (["--timeout", "-1"], "-1 is not a number greater than 0"),
        (["--timeout", "nan"], "nan is not a number greater than 0"),
        (["--timeout", "inf"], "inf is not a number greater than 0"),
    ],
)
def test_an_option_that_cannot_be_read_is_refused(capsys, arguments, words):
    with pytest.raises(SystemExit) as stop:
        main(["run", *arguments])
    assert stop.value.code == 2
    assert words in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_refused_before_anything_runs(stage, capsys):
    Path("file").touch()
    assert main(["run", "--build", "file"]) == 2
    assert "'file'" in capsys.readouterr().err


def test_reports_that_cannot_be_written_make_the_command_fail(stage, capsys, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command.store, "write_reports", full)
    assert main(["run"]) == 1
    assert "the reports could not be written: [Errno 28]" in capsys.readouterr().err


def test_without_the_packages_of_a_run_the_command_that_installs_them_is_named(
    stage, capsys, monkeypatch
):
    lacking = Requirement("papermill>=2.6")
    monkeypatch.setattr(installed, "lacking", lambda extra: [lacking] if extra == "run" else [])
    assert main(["run"]) == 2
    assert f'{sys.executable} -m pip install "papermill>=2.6"' in capsys.readouterr().err
    assert stage.calls == []


@pytest.mark.parametrize("name", ["a.ipynb", "a.html", "report.json", "junit.xml"])
def test_a_file_of_somebody_else_is_neither_replaced_nor_removed(stage, capsys, name):
    Path("mine").mkdir()
    Path("mine", name).write_text("my work")
    assert main(["run", "--build", "mine"]) == 2
    assert name in capsys.readouterr().err
    assert [path.name for path in Path("mine").iterdir()] == [name]
    assert Path("mine", name).read_text() == "my work" and stage.calls == []


def test_the_notebooks_themselves_are_not_replaced_by_their_results(stage, capsys):
    before = Path("notebooks", "a.ipynb").read_bytes()
    assert main(["run", "--build", "notebooks"]) == 2
    assert Path("notebooks", "a.ipynb").read_bytes() == before


def test_a_second_run_replaces_the_results_of_the_first(stage):
    assert main(["run"]) == main(["run"]) == 0


def test_a_pipe_that_nobody_reads_any_more_stops_the_run_and_the_report_is_written(
    stage, monkeypatch
):
    def closed(outcome):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(command.report, "line", closed)
    assert main(["run"]) == 130
    assert '"exit_code": 130' in Path("build", "report.json").read_text()


def test_no_notebooks_at_all_is_an_error_with_the_way_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["run"]) == 2
    assert "course's folder" in capsys.readouterr().err


def test_a_value_may_contain_an_equals_sign():
    assert command.setting("photo = a=b.png") == ("photo", "a=b.png")
    with pytest.raises(ArgumentTypeError):
        command.setting("photo")


def test_the_signal_handler_of_the_caller_is_put_back(stage):
    before = signal.getsignal(signal.SIGTERM)
    assert main(["run"]) == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_skipped_notebooks_alone_are_no_failure():
    job = Job(Path("a.ipynb"), {}, b"")
    assert command.exit_code([JobOutcome(job, PASSED), JobOutcome(job, SKIPPED)]) == 0


# The page that explains it ------------------------------------------------------------------------


def test_the_page_names_every_option_and_every_exit_code():
    parser = ArgumentParser()
    command.add_options(parser)
    options = {name for action in parser._actions for name in action.option_strings}
    page = PAGE.read_text(encoding="utf-8")
    assert {name for name in options - {"-h", "--help"} if f"`{name}" not in page} == set()
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", page, flags=re.MULTILINE)}
    names = ("ALL_PASSED", "SOME_FAILED", "WRONG_USE", "OUT_OF_TIME", "INTERRUPTED")
    assert codes == {getattr(command, name) for name in names}


def test_the_grids_of_the_page_can_be_run(tmp_path):
    notebooks = notebook.find(PAGE.parents[1] / "notebooks")
    grids = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    jobs = []
    for number, grid in enumerate(grids):
        path = tmp_path / f"{number}.yaml"
        path.write_text(grid, encoding="utf-8")
        jobs.append(plan.plan(notebooks, grid=plan.read_grid(path)))
    lab = [sum(job.notebook.stem == "05_mnist_lab" for job in each) for each in jobs]
    assert lab == [6, 2, 2]  # three seeds times two rates, then two runs each
