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


def test_list_says_what_is_no_notebook_and_lists_the_others(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    tiny_course.write(Path("notebooks", "01_a.ipynb"))
    Path("notebooks", "02_b.ipynb").write_text("{}")
    Path("notebooks", "03_c.ipynb").mkdir()
    Path("notebooks", "04_d.ipynb").write_text('{"nbformat": 4, "metadata": {}, "cells": []}')
    assert main(["list"]) == 1
    said = capsys.readouterr()
    assert [line.split()[0] for line in said.out.splitlines()] == [
        str(Path("notebooks", name)) for name in ("01_a.ipynb", "04_d.ipynb")
    ]
    assert "02_b.ipynb" in said.err and "03_c" not in said.err


def test_list_in_a_folder_without_notebooks_fails(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["list"]) == 1
    assert "no notebooks" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
def test_a_reader_that_goes_away_is_no_error(tmp_path):
    for number in range(3):
        tiny_course.write(tmp_path / "notebooks" / f"{number}.ipynb")
    words, environment = tiny_course.program("list")
    program = subprocess.Popen(
        words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    program.stdout.close()
    assert program.stderr.read() == b"" and program.wait() == 141
    program.stderr.close()


def test_ctrl_c_at_any_moment_is_one_line(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "examine", interrupted)
    assert main(["doctor"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


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
