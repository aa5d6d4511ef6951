"""The rehearsal counts what goes wrong and measures what it says; no hub is needed here."""

import doctest
from pathlib import Path
from types import SimpleNamespace

import pytest
import rehearsal
from hypothesis import given
from hypothesis import strategies as st

PAGE = Path(__file__).resolve().parents[2] / "docs" / "classroom.md"
SLIDER = {"description": "size", "value": 1, "min": 0, "max": 9, "step": 1}


def seat_with(kernel, cells=()):
    """Return a seat whose student has a notebook of these cells."""
    student = SimpleNamespace(name="ada", read_notebook=lambda path: list(cells))
    return rehearsal.Seat(student, "n.ipynb", kernel=kernel)


def finished(**measured):
    """Return a seat at the end of a class."""
    common = {"cells": 2, "start": 3.0, "run": 4.0, "calm": [0.1, 0.2], "rush": [0.3, 0.4]}
    common["troubled"] = [0.2, 0.3]
    return rehearsal.Seat(SimpleNamespace(name="ada"), "n.ipynb", **{**common, **measured})


def test_the_examples_hold():
    assert doctest.testmod(rehearsal).failed == 0


@given(st.integers(1, 20), st.integers(0, 20), st.sampled_from([1, 2, 0.5]))
def test_each_position_of_a_drag_is_one_step_from_the_last(last, here, step):
    here = min(here, last)
    slider = {"value": -3 + here * step, "min": -3, "max": -3 + last * step, "step": step}
    path = [slider["value"], *rehearsal.positions(slider)]
    assert len(path) == 1 + rehearsal.STEPS
    assert all(abs(a - b) == step for a, b in zip(path, path[1:], strict=False))
    assert min(path) >= slider["min"] and max(path) <= slider["max"]


def test_every_failing_cell_is_counted():
    kernel = SimpleNamespace(execute=lambda source: "" if source == "good" else "Error: bad")
    seat = seat_with(kernel, ["good", "bad", "good", "bad"])
    rehearsal.run_notebook(seat)
    assert seat.cells == 4
    assert seat.errors == ["ada, code cell 2: Error: bad", "ada, code cell 4: Error: bad"]


@pytest.mark.parametrize("answer, redraws, errors", [(0.01, 4, 0), (None, 0, 4)])
def test_a_move_is_a_redraw_or_an_error(answer, redraws, errors):
    kernel = SimpleNamespace(
        widgets={"s": SLIDER},
        explorers=lambda: [(["s"], "view")],
        move=lambda slider, value, view: answer,
    )
    seat = seat_with(kernel)
    rehearsal.drag_all(seat, seat.calm, look=0)
    assert (len(seat.calm), len(seat.errors)) == (redraws, errors)


def test_a_student_who_cannot_go_on_ends_the_rehearsal(capsys):
    def fail(seat):
        raise RuntimeError(f"no server for {seat.student.name}")

    with pytest.raises(RuntimeError, match="no server for ada"):
        rehearsal.together("fail", fail, [seat_with(None), seat_with(None)])
    assert "2 students fail" in capsys.readouterr().out


def test_the_summary_takes_the_slowest_and_adds_up(jupyterhub):
    result = rehearsal.summarise(
        [finished(start=5.0, memory=100, errors=["oh"]), finished(run=6.0, memory=300)]
    )
    assert (result["students"], result["cells"], result["moves"]) == (2, 4, 12)
    assert (result["slowest_start"], result["slowest_run"]) == (5.0, 6.0)
    assert (result["memory_median"], result["memory_most"], result["memory_all"]) == (200, 300, 400)
    assert result["errors"] == ["oh"]


@pytest.mark.parametrize("leak", ["a long cookie", "the password", "short"])
def test_a_secret_in_the_log_is_an_error(leak):
    values = ["a long cookie", "short"]
    cookies = [SimpleNamespace(name="_xsrf", value=value) for value in values]
    student = SimpleNamespace(name="ada", browser=SimpleNamespace(cookies=cookies))
    seat = SimpleNamespace(student=student)
    found = rehearsal.secrets_in(f"GET /lab {leak}", [seat], "the password")
    assert len(found) == (leak != "short")


def test_a_variable_or_a_file_that_is_gone_is_an_error():
    student = SimpleNamespace(name="ada", read=lambda path: "something else")
    kernel = SimpleNamespace(execute=lambda source: "NameError: mine")
    seat = rehearsal.Seat(student, "n.ipynb", kernel=kernel)
    rehearsal.look_for_losses(seat)
    assert len(seat.errors) == 2


def test_the_spread_of_a_hundred_numbers():
    times = rehearsal.spread([number / 100 for number in range(1, 101)])
    assert times["median"] == pytest.approx(0.505)
    assert times["p95"] == pytest.approx(0.96, abs=0.01)
    assert times["most"] == 1.0


@pytest.mark.parametrize("errors, code", [([], 0), (["ada, code cell 1: Error"], 1)])
def test_the_page_shows_the_table_and_every_error(tmp_path, monkeypatch, capsys, errors, code):
    monkeypatch.setattr(rehearsal, "BUILD", tmp_path / "build")
    monkeypatch.setattr(rehearsal, "rehearse", lambda students, notebook: [finished(errors=errors)])
    monkeypatch.setattr(rehearsal, "version", lambda name: "1.0")
    monkeypatch.setattr("sys.argv", ["rehearsal.py", "--students", "1"])
    assert rehearsal.main() == code
    page = (tmp_path / "build" / "classroom.md").read_text()
    assert f"| failed cells and moves without a picture | {len(errors)} |" in page
    assert "median 150 ms, 95 % within" in page
    assert all(f"- {error}" in page for error in errors)
    assert page in capsys.readouterr().out


def test_the_teachers_page_shows_a_table_of_thirty_students_without_a_failure(jupyterhub):
    written = rehearsal.table({**rehearsal.summarise([finished()]), "students": 30, "naughty": 6})
    page = PAGE.read_text(encoding="utf-8")
    shown = page[page.index("| measured | value |") :].split("\n\n")[0]
    assert first_column(shown) == first_column(written)
    assert "| students | 30 |" in shown
    assert "| failed cells and moves without a picture | 0 |" in shown


def first_column(table):
    """Return the first cell of each row of a table in Markdown."""
    return [row.split("|")[1].strip() for row in table.splitlines()]
