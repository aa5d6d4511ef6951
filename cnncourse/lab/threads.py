"""How many processor cores there are to compute with.

PyTorch takes every core it sees. If another program is busy on one of them, or a container may
not use them all, its threads wait for each other, and two take several times as long as one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch

MOST_THREADS = 4  # one batch of small pictures is too little work to be shared among more
CORE_TIMES = Path("/proc/stat")  # Linux only
CONTAINER_LIMIT = Path("/sys/fs/cgroup/cpu.max")  # Linux only


@contextmanager
def using_threads(count: int | None = None) -> Iterator[None]:
    """Compute with so many threads, or with what :func:`free_cores` says, and then as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(min(MOST_THREADS, free_cores()) if count is None else count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@cache  # asked once a process: with another number of threads sums are rounded differently, and
def free_cores() -> int:  # the same seed would not give the same numbers in the next cell
    """Return how many cores this process may use and no other program is using; at least 1.

    Where the environment variable OMP_NUM_THREADS is set, it decides: with a fixed number of
    threads a later run gives the same numbers, however busy the machine is.
    """
    if os.environ.get("OMP_NUM_THREADS"):
        return torch.get_num_threads()  # PyTorch has read it
    if not CORE_TIMES.is_file():
        return os.cpu_count() or 1
    before = CORE_TIMES.read_text()
    time.sleep(0.2)
    idle = idle_cores(before, CORE_TIMES.read_text(), os.sched_getaffinity(0))
    limit = container_limit(CONTAINER_LIMIT.read_text()) if CONTAINER_LIMIT.is_file() else idle
    return max(1, round(min(idle, limit)))


def idle_cores(before: str, after: str, cores: Collection[int]) -> float:
    """Return how many cores had nothing to do between two readings of Linux's /proc/stat.

    Parameters
    ----------
    before, after : str
        A line is a core and what it spent its time on: user, nice, system, idle, waiting for a
        disk, and other things.
    cores : collection of int
        Those that count.

    Examples
    --------
    >>> idle_cores("cpu0 5 0 0 5 0\\ncpu1 9 0 0 1 0", "cpu0 5 0 0 9 0\\ncpu1 12 0 0 2 0", {0, 1})
    1.25
    """
    idle = 0.0
    first, last = _core_times(before), _core_times(after)
    listed = first.keys() & last.keys() & set(cores)
    if not listed:  # some containers number the cores that they show anew
        return len(cores)
    for core in listed:
        spent = [b - a for a, b in zip(first[core], last[core], strict=True)]
        idle += sum(spent[3:5]) / max(1, sum(spent))
    return idle


def container_limit(text: str) -> float:
    """Return how many cores a container may keep busy, from Linux's cpu.max: a time and a period.

    >>> container_limit("150000 100000"), container_limit("max 100000")
    (1.5, inf)
    """
    quota, period = text.split()
    return float("inf") if quota == "max" else int(quota) / int(period)


def _core_times(text: str) -> dict[int, list[int]]:
    """Return the times of each core, by its number."""
    lines = [line.split() for line in text.splitlines()]
    return {int(x[0][3:]): [int(t) for t in x[1:]] for x in lines if x[0][:3] == "cpu" and x[0][3:]}
