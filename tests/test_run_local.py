"""Jobs run at once within limits, and a process that dies takes no other along."""

import os
import time
from types import SimpleNamespace

import pytest

from cnncourse.run import local


class Slow:
    """A stand-in for processes: each job takes a while, and the most at once are counted."""

    def __init__(self):
        self.running = self.most = 0
        self.stopped = []

    def start(self, job, timeout):
        self.running += 1
        self.most = max(self.most, self.running)
        read, write = os.pipe()
        os.close(write)  # ends at once: the pipe is ready to be read
        return SimpleNamespace(name=job), os.fdopen(read)

    def receive(self, pipe, process, job):
        self.running -= 1
        pipe.close()
        return job

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
