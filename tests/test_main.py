"""The command line: its parts are found, notebooks are listed; for ``run`` see test_run_command."""

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_course

from cnncourse import __version__
from cnncourse.__main__ import main
from cnncourse.run import doctor

ROOT = Path(__file__).resolve().parent.parent


def test_list_prints_paths_and_titles_in_order(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    tiny_course.write(Path("notebooks", "02_b.ipynb"))
    tiny_course.write(Path("notebooks", "01_a.ipynb"))
    assert main(["list"]) == 0
    first, second = (str(Path("notebooks", name)) for name in ("01_a.ipynb", "02_b.ipynb"))
    assert capsys.readouterr().out == f"{first}  Look at a test\n{second}  Look at a test\n"


def test_doctor_returns_its_own_exit_code(monkeypatch, capsys):
    wrong = doctor.Finding("OpenCV", doctor.WRONG, "broken", "mend it")
    monkeypatch.setattr(doctor, "examine", lambda: [wrong])
    assert main(["doctor"]) == 1
    assert "→ mend it" in capsys.readouterr().out


def test_the_module_runs_as_a_command(tmp_path):
    assert tiny_course.command("--version", cwd=tmp_path).stdout == f"cnncourse {__version__}\n"


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
