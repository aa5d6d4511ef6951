"""The command line: notebooks are executed, listed, and failures are seen."""

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cnncourse import __version__, doctor, run
from cnncourse.__main__ import main

ROOT = Path(__file__).resolve().parent.parent


def write(path, *sources):
    """Write a notebook: a title, then a code cell for each source."""
    path.parent.mkdir(exist_ok=True)
    cells = [new_markdown_cell("# Look at a test"), *map(new_code_cell, sources)]
    kernel = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder with a course of four notebooks, after one run of the command; and what it said."""
    folder = tmp_path_factory.mktemp("course")
    notebooks = folder / "notebooks"
    write(notebooks / "01_good.ipynb", "1 + 1", "print('hello')")
    write(notebooks / "02_bad.ipynb", "x = 1", "x / 0", "print('never')")
    write(notebooks / "03_dies.ipynb", "import os; os._exit(1)")
    write(
        notebooks / "04_folder.ipynb",
        "from pathlib import Path",
        "assert Path.cwd().name == 'notebooks'",
    )
    before = {path.name: path.read_bytes() for path in notebooks.iterdir()}
    run = command("run", cwd=folder)
    return SimpleNamespace(folder=folder, before=before, said=run.stdout, code=run.returncode)


def command(*arguments, cwd):
    """Run the command of the course in a folder."""
    program = [sys.executable, "-m", "cnncourse", *arguments]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]]),
    }
    return subprocess.run(program, cwd=cwd, env=environment, capture_output=True, text=True)


def test_every_notebook_has_a_line_that_says_how_it_went(course):
    assert re.search(r"✓ passed +\d+\.\d s  01_good\.ipynb \(2 code cells\)", course.said)
    assert re.search(r"✗ failed +\d+\.\d s  02_bad\.ipynb", course.said)
    assert re.search(r"2 passed, 2 failed in \d+ s", course.said)


def test_one_failure_makes_the_command_fail(course):
    assert course.code == 1


def test_a_failing_cell_is_shown_with_its_error(course):
    assert "cell 2 failed:\nx / 0\n" in course.said
    assert "ZeroDivisionError: division by zero" in course.said
    assert "\x1b" not in course.said


def test_a_kernel_that_dies_is_a_failure(course):
    assert re.search(r"✗ failed .* 03_dies\.ipynb\nDeadKernelError", course.said)


def test_a_notebook_runs_in_its_own_folder(course):
    assert re.search(r"✓ passed .* 04_folder", course.said)


def test_executed_notebooks_are_stored_with_their_outputs(course):
    executed = nbformat.read(course.folder / "build" / "01_good.ipynb", as_version=4)
    assert executed.cells[2].outputs[0].text == "hello\n"


def test_the_notebooks_themselves_do_not_change(course):
    after = {path.name: path.read_bytes() for path in (course.folder / "notebooks").iterdir()}
    assert after == course.before


def test_a_notebook_that_is_named_runs_alone(course):
    run = command("run", "notebooks/01_good.ipynb", "--build", "elsewhere", cwd=course.folder)
    assert run.returncode == 0, run.stderr
    assert [path.name for path in (course.folder / "elsewhere").iterdir()] == ["01_good.ipynb"]


def test_a_notebook_that_is_not_there_is_a_failure(tmp_path):
    outcome = run.run_one(tmp_path / "99_none.ipynb", tmp_path)
    assert "99_none.ipynb" in outcome.error


def test_no_notebooks_at_all_is_an_error_with_the_way_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["run"]) == 2
    assert "course's folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "notebooks, cores, workers", [(3, 64, 2), (3, 1, 1), (1, 64, 1), (3, None, 1)]
)
def test_at_most_two_run_at_once_and_no_more_than_there_are_cores(
    monkeypatch, notebooks, cores, workers
):
    monkeypatch.setattr(run.os, "cpu_count", lambda: cores)
    assert run.workers_for(notebooks) == workers


def test_list_prints_paths_and_titles_in_order(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(Path("notebooks", "02_b.ipynb"))
    write(Path("notebooks", "01_a.ipynb"))
    assert main(["list"]) == 0
    first, second = (str(Path("notebooks", name)) for name in ("01_a.ipynb", "02_b.ipynb"))
    assert capsys.readouterr().out == f"{first}  Look at a test\n{second}  Look at a test\n"


def test_doctor_returns_its_own_exit_code(monkeypatch, capsys):
    wrong = doctor.Finding("OpenCV", doctor.WRONG, "broken", "mend it")
    monkeypatch.setattr(doctor, "examine", lambda: [wrong])
    assert main(["doctor"]) == 1
    assert "→ mend it" in capsys.readouterr().out


def test_the_module_runs_as_a_command(tmp_path):
    assert command("--version", cwd=tmp_path).stdout == f"cnncourse {__version__}\n"


def test_a_console_without_tick_marks_is_no_error(monkeypatch):
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", console)
    monkeypatch.setattr(doctor, "examine", lambda: [doctor.Finding("Python", doctor.GOOD, "3.12")])
    assert main(["doctor"]) == 0
    console.flush()
    assert console.buffer.getvalue() == b"? good    Python  3.12\n"


def test_an_unknown_command_is_refused():
    with pytest.raises(SystemExit) as stop:
        main(["dance"])
    assert stop.value.code == 2


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("target", ["lab", "run", "test", "check", "bench", "figures", "clean"])
def test_make_knows_the_target(target):
    program = ["make", "--dry-run", "--directory", str(ROOT), target]
    assert subprocess.run(program, capture_output=True).returncode == 0
