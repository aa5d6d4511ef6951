"""Jobs run at once within limits, and a process that dies takes no other along."""

import io
import json
import os
import sys
import time
from multiprocessing import Pipe
from types import SimpleNamespace

import pytest
import tiny_course

from cnncourse.run import local
from cnncourse.run.execute import FAILED, JobOutcome


class Slow:
    """A stand-in for processes: each job takes a while, and the most at once are counted."""

    def __init__(self):
        self.running = self.most = 0
        self.stopped = []

    def start(self, job, timeout, threads):
        self.running += 1
        self.threads = threads
        self.most = max(self.most, self.running)
        read, write = os.pipe()
        os.close(write)  # ends at once: the pipe is ready to be read
        return SimpleNamespace(name=job), os.fdopen(read)

    def receive(self, pipe, running):
        self.running -= 1
        pipe.close()
        return running.job

    def stop(self, processes):
        self.stopped += [process.name for process in processes]


@pytest.fixture
def slow(monkeypatch):
    stand_in = Slow()
    for name in ("start", "receive", "stop"):
        monkeypatch.setattr(local, name, getattr(stand_in, name))
    return stand_in


@pytest.mark.parametrize("at_once, most", [(1, 1), (2, 2), (9, 5)])
def test_no_more_run_at_once_than_asked_for(slow, at_once, most):
    assert sorted(local.run_here("abcde", at_once)) == list("abcde")
    assert (slow.most, slow.running, slow.stopped) == (most, 0, [])


def test_who_watches_sees_what_runs_and_how_many_wait(slow):
    seen = []

    def watch(running, waiting):
        seen.append(("".join(each.job for each in running), waiting))

    list(local.run_here("abcd", 2, watch=watch))
    assert seen[0] == ("ab", 2)
    assert seen[-1][1] == 0 and all(len(names) <= 2 for names, _ in seen)


def test_a_message_about_a_cell_is_kept_and_ends_nothing():
    ours, theirs = Pipe(duplex=False)
    running = local.RunningJob("a", process=None)
    theirs.send((3, 7))
    assert local.receive(ours, running) is None
    assert (running.cell, running.cells) == (3, 7)
    assert not ours.closed


@pytest.mark.parametrize("sent", [b"", b"\x00\x00", b"\x00\x00\x10\x00half of a message"])
def test_a_process_that_ends_before_or_in_its_last_message_has_failed(sent):
    ours, theirs = Pipe(duplex=False)
    process = SimpleNamespace(join=lambda: None, exitcode=-9)
    os.write(theirs.fileno(), sent)
    theirs.close()
    outcome = local.receive(ours, local.RunningJob("a", process))
    assert outcome.status == FAILED and "-9" in outcome.error


def test_who_watches_is_called_every_second_while_nothing_happens(monkeypatch):
    waits = []

    def wait(pipes, timeout):
        waits.append(timeout)
        return pipes if len(waits) == 3 else []

    monkeypatch.setattr(local, "wait", wait)
    monkeypatch.setattr(local, "start", lambda job, timeout, threads: (None, "pipe"))
    monkeypatch.setattr(local, "receive", lambda pipe, running: running.job)
    seen = []
    assert list(local.run_here("a", 1, watch=lambda *what: seen.append(what))) == ["a"]
    assert waits == [1, 1, 1] and len(seen) == 3


def test_without_a_watcher_nothing_wakes_up_in_between(monkeypatch):
    waits = []

    def wait(pipes, timeout):
        waits.append(timeout)
        return pipes

    monkeypatch.setattr(local, "wait", wait)
    monkeypatch.setattr(local, "start", lambda job, timeout, threads: (None, "pipe"))
    monkeypatch.setattr(local, "receive", lambda pipe, running: running.job)
    assert list(local.run_here("a", 1)) == ["a"]
    assert waits == [None]


def test_those_that_still_run_are_stopped_when_nobody_listens_any_more(slow):
    outcomes = local.run_here("abcde", at_once=3)
    first = next(outcomes)
    outcomes.close()
    assert sorted(slow.stopped + [first]) == ["a", "b", "c"]


def test_the_cores_are_those_this_process_may_use(monkeypatch):
    assert 1 <= local.cores() <= os.cpu_count()
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert local.cores() == 1


@pytest.mark.parametrize("at_once, threads", [(1, 8), (2, 4), (3, 2), (9, 1)])
def test_the_cores_are_shared_among_those_that_run_at_once(slow, monkeypatch, at_once, threads):
    monkeypatch.setattr(local, "cores", lambda: 8)
    list(local.run_here("abcdefghi", at_once))
    assert slow.threads == threads


def test_one_job_alone_has_all_cores(slow, monkeypatch):
    monkeypatch.setattr(local, "cores", lambda: 8)
    list(local.run_here("a", at_once=8))
    assert slow.threads == 8


@pytest.mark.slow
@pytest.mark.parametrize("set_by_user, told", [(None, "3"), ("", "3"), ("5", "5")])
def test_a_kernel_is_told_how_many_threads_it_may_use(tmp_path, monkeypatch, set_by_user, told):
    monkeypatch.setattr(local, "cores", lambda: 3)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if set_by_user is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", set_by_user)
    code = "import os; print(os.environ['OMP_NUM_THREADS'], 'threads')"
    (outcome,) = local.run_here([tiny_course.job(tmp_path / "a.ipynb", code)], at_once=2)
    assert f"{told} threads" in outcome.executed.decode()


def test_a_kernel_that_has_died_has_last_words():
    died = JobOutcome("a", FAILED, error="DeadKernelError: Kernel died")
    other = JobOutcome("a", FAILED, error="cell 1 failed")
    with io.BytesIO(b"first\n" * 9 + b"No module named ipykernel_launcher\n") as said:
        assert "No module named ipykernel" in local.with_last_words(died, said).error
        assert local.with_last_words(died, said).error.count("first") == local.LAST_LINES - 1
        assert local.with_last_words(other, said) is other


@pytest.mark.slow
def test_a_kernel_that_cannot_start_says_why_and_names_the_doctor(tmp_path, monkeypatch):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    broken = [sys.executable, "-c", "raise SystemExit('no such thing')", "{connection_file}"]
    spec = {"argv": broken, "display_name": "x", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    (outcome,) = local.run_here([tiny_course.job(tmp_path / "a.ipynb", "1")], at_once=1)
    assert outcome.status == FAILED
    assert "doctor" in outcome.error and "no such thing" in outcome.error


class Stubborn:
    """A process that does not end when it is asked to."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda *arguments: self.calls.append(name)


def test_a_process_that_does_not_end_is_killed():
    process = Stubborn()
    started = time.monotonic()
    local.stop([process])
    assert process.calls == ["terminate", "join", "kill", "join"]
    assert time.monotonic() - started < 1
