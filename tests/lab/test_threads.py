"""Threads: as many as there are idle cores, and afterwards as before."""

import os
import subprocess
import sys

import pytest
import torch

from cnncourse.lab import threads


def test_cores_that_others_use_are_not_counted():
    before = "cpu  0 0 0 0\ncpu0 100 0 50 1000 10 0 0\ncpu1 200 0 80 1000 5 0 0\nintr 9"
    after = "cpu  0 0 0 0\ncpu0 100 0 50 1020 10 0 0\ncpu1 215 0 80 1005 5 0 0\nintr 9"
    assert threads.idle_cores(before, after, {0, 1}) == pytest.approx(1.25)
    assert threads.idle_cores(before, after, {1}) == pytest.approx(0.25)


def test_cores_that_a_container_numbers_anew_do_not_matter():
    before, after = "cpu0 100 0 50 1000 10", "cpu0 100 0 50 1020 10"
    assert threads.idle_cores(before, after, {4, 5}) == 2
    assert threads.idle_cores(before, after, {0, 5}) == 1


@pytest.mark.parametrize(
    "times, limit, expected",
    [
        ([(0, 10)] * 8, None, 8),  # all idle
        ([(0, 10)] * 8, "200000 100000", 2),  # a container may use two
        ([(0, 10)] * 8, "max 100000", 8),
        ([(10, 0)] * 8, None, 1),  # all busy: one is always used
        ([(10, 0), (0, 10)], None, 1),
        ([(1, 9), (1, 9)], None, 2),
    ],
)
def test_free_cores_are_idle_and_allowed(times, limit, expected, monkeypatch, tmp_path):
    stat, maximum = tmp_path / "stat", tmp_path / "cpu.max"
    stat.write_text("".join(f"cpu{n} 0 0 0 0 0\n" for n in range(len(times))))
    if limit:
        maximum.write_text(limit)
    later = "".join(f"cpu{n} {busy} 0 0 {idle} 0\n" for n, (busy, idle) in enumerate(times))
    monkeypatch.setattr(threads, "CORE_TIMES", stat)
    monkeypatch.setattr(threads, "CONTAINER_LIMIT", maximum)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(len(times))), raising=False)
    monkeypatch.setattr(threads.time, "sleep", lambda seconds: stat.write_text(later))
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert threads.free_cores.__wrapped__() == expected


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_the_environment_can_fix_the_number_of_threads(threads):
    if threads > (os.cpu_count() or 1):
        pytest.skip("PyTorch starts no more threads than there are cores")
    command = "from cnncourse.lab import threads; print(threads.free_cores())"
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True)
    assert int(done.stdout) == threads


def test_the_number_of_threads_comes_back_after_an_error():
    before = torch.get_num_threads()
    with pytest.raises(KeyError), threads.using_threads(1):
        assert torch.get_num_threads() == 1
        raise KeyError
    assert torch.get_num_threads() == before
