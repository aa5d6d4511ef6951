"""What a terminal shows while notebooks run, and that a file or a pipe gets nothing of it."""

import io
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
import tiny_course

from cnncourse.run import terminal
from cnncourse.run.local import RunningJob
from cnncourse.run.plan import Job


@pytest.fixture
def window(monkeypatch):
    """A terminal of 40 columns and 5 lines."""
    monkeypatch.setattr(terminal.shutil, "get_terminal_size", lambda **_: os.terminal_size((40, 5)))


def running(name, cell=0, parameters=None):
    """Return a job that has run for two seconds."""
    job = Job(Path(f"{name}.ipynb"), parameters or {}, b"")
    return RunningJob(job, None, time.monotonic() - 2, cell, cells=9)


def screen(written):
    """Return the lines that a terminal shows in the end, and of all that were shown in between."""
    lines, ever = [], []
    for up, erase, text in re.findall(r"\x1b\[(\d+)F|(\x1b\[J)|([^\n\x1b]*\n)", written):
        if up:
            place = len(lines) - int(up)
        elif erase:
            del lines[place:]
        else:
            lines.append(text.rstrip())
            ever.append(lines[-1])
    return lines, ever


def test_a_line_says_where_a_notebook_is():
    assert terminal.line(running("a", 3, {"seed": 1})) == "… a.ipynb seed=1: cell 3 of 9, 2 s"
    assert terminal.line(running("a")) == "… a.ipynb: its kernel starts, 2 s"


def test_new_lines_stand_where_the_old_ones_stood_and_leave_nothing_behind(window):
    lines = terminal.Lines(io.StringIO())
    lines.stream.write("before\n")
    lines.show([running("a", 1), running("b", 1)], waiting=4)
    assert screen(lines.stream.getvalue())[0][3] == "4 more wait"
    lines.show([running("b", 2)], waiting=0)
    assert screen(lines.stream.getvalue())[0] == ["before", "… b.ipynb: cell 2 of 9, 2 s"]
    lines.clear()
    lines.stream.write("after\n")
    assert screen(lines.stream.getvalue())[0] == ["before", "after"]


def test_what_does_not_fit_in_the_window_is_left_out(window):
    lines = terminal.Lines(io.StringIO())
    lines.show([running(9 * "long_name") for _ in range(8)], waiting=1)
    shown, _ = screen(lines.stream.getvalue())
    assert [len(line) for line in shown] == [39, 39, 39]


def test_only_a_terminal_that_can_is_written_on(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    assert terminal.possible(Terminal()) == (os.name == "posix")
    assert not terminal.possible(io.StringIO())
    monkeypatch.setenv("TERM", "dumb")
    assert not terminal.possible(Terminal())


# The command in a terminal and in a pipe ----------------------------------------------------------


def course(folder):
    """Write two notebooks that take a while, unless they are told not to."""
    pause = "import os, time; time.sleep(float(os.environ.get('PAUSE', 1.5)))"
    cells = [pause, "1 + 1", "time.sleep(0.2)"]
    for name in ("01_a", "02_b"):
        tiny_course.write(folder / "notebooks" / f"{name}.ipynb", *cells)


def in_terminal(folder, *arguments, at=None, number=None):
    """Run the command in a pseudo-terminal; return its exit code and all that it wrote to it.

    As soon as the pattern ``at`` is on the screen, the signal ``number`` goes to its process group,
    as Ctrl-C does.
    """
    import pty

    words, environment = tiny_course.program("run", *arguments)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        words,
        cwd=folder,
        env={**environment, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
        stdout=theirs,
        stderr=subprocess.DEVNULL,  # a kernel that is stopped may grumble
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux: the other end is closed
            part = b""
        if not part:
            break
        written += part
        if at and re.search(at, written):
            os.killpg(process.pid, number)
            at = None
    os.close(ours)
    return process.wait(), written.decode().replace("\r\n", "\n")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_terminal_shows_what_runs_and_in_the_end_only_what_a_pipe_gets(tmp_path, monkeypatch):
    course(tmp_path)
    code, written = in_terminal(tmp_path, "--jobs", "1")
    shown, ever = screen(written)
    assert code == 0
    for name in ("01_a", "02_b"):
        seconds = re.findall(rf"… {name}\.ipynb: cell 1 of 3, (\d+) s", "\n".join(ever))
        assert len(set(seconds)) >= 2, ever  # it ticks while a cell runs
        assert any(line.startswith(f"… {name}.ipynb: cell 3 of 3") for line in ever), ever
    assert "1 more wait" in ever
    monkeypatch.setenv("PAUSE", "0")
    piped = tiny_course.command("run", "--jobs", "1", cwd=tmp_path)
    assert piped.returncode == 0
    assert times_out(shown) == times_out(piped.stdout.splitlines())
    assert "\x1b" not in piped.stdout + piped.stderr and "…" not in piped.stdout


def times_out(lines):
    """Return lines without the times in them."""
    return [re.sub(r" +[\d.]+ s", " … s", line) for line in lines]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_ctrl_c_leaves_a_tidy_terminal(tmp_path):
    tiny_course.write(tmp_path / "notebooks" / "01_a.ipynb", "import time; time.sleep(60)")
    begun = rb"cell 1 of 1"
    code, written = in_terminal(tmp_path, at=begun, number=signal.SIGINT)
    assert code == 130
    shown, _ = screen(written)
    assert times_out(shown)[-2:] == ["– skipped … s  01_a.ipynb", "1 skipped in … s"]
    assert not any("…" in line for line in shown)
