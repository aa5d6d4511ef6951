"""Several jobs at once on this machine, each in a process of its own.

A process for each job, not a pool: one that dies takes no other with it, and one that is stopped
takes its kernel along.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from _thread import interrupt_main
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from cnncourse.run.execute import FAILED, JobOutcome, execute, spare_grammars
from cnncourse.run.plan import Job

SECONDS_TO_STOP = 15  # a kernel gets five to end by itself
LAST_LINES = 5  # of what a kernel wrote to standard error before it died
TO_STOP = (signal.SIGINT, signal.SIGTERM)


class Process(Protocol):
    """What is asked of a process."""

    @property
    def exitcode(self) -> int | None:
        """How it ended; None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, so many seconds at most."""


@dataclass
class RunningJob:
    """A job in a process of its own, and how far it has come."""

    job: Job
    process: Process
    started: float = field(default_factory=time.monotonic)
    cell: int = 0  # 0: its kernel starts
    cells: int = 0


Watch = Callable[[Sequence[RunningJob], int], None]


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux: a container or a scheduler may give fewer
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_each(at_once: int) -> int:
    """Return with how many threads each job may compute, so that none waits for another's.

    Left alone, PyTorch takes every core in each job: two at once then take longer than with one
    core each.
    """
    return max(1, cores() // max(1, at_once))


def run_here(
    jobs: Sequence[Job], at_once: int, timeout: float | None = None, watch: Watch | None = None
) -> Generator[JobOutcome]:
    """Execute jobs in their order.

    Whoever stops listening, or is interrupted, stops the processes and their kernels.

    Parameters
    ----------
    jobs : sequence of Job
    at_once : int
        How many run together, at most.
    timeout : float, optional
        In seconds, for each.
    watch : callable, optional
        Called with what runs and how many wait: as each cell begins, and every second in between.

    Yields
    ------
    JobOutcome, as they come
    """
    waiting = deque(jobs)
    running: dict[Any, RunningJob] = {}  # by the pipe through which the outcome comes
    threads = threads_each(min(at_once, len(jobs)))
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                job = waiting.popleft()
                with signals_wait():  # else one between the two lines would leave it behind
                    process, pipe = start(job, timeout, threads)
                    running[pipe] = RunningJob(job, process)
            if watch:
                watch(list(running.values()), len(waiting))
            ended: list[Any] = wait(list(running), timeout=1 if watch else None)
            for pipe in ended:
                outcome = receive(pipe, running[pipe])
                if outcome:
                    del running[pipe]
                    yield outcome
    finally:
        stop([each.process for each in running.values()])


@contextmanager
def signals_wait() -> Iterator[None]:
    """Let what asks to stop wait a moment, here and in the processes that begin meanwhile.

    A new process loads Python first, which complains at length when it is interrupted: it listens
    as soon as it can answer properly.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TO_STOP)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start(job: Job, timeout: float | None, threads: int) -> tuple[Process, Connection]:
    """Start a process for one job.

    Parameters
    ----------
    job : Job
    timeout : float or None
        In seconds.
    threads : int
        With how many its kernel may compute.

    Returns
    -------
    the process, and the pipe through which the outcome comes
    """
    context = get_context("spawn")  # the same on every system
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(theirs, job, timeout, threads))
    process.start()
    theirs.close()  # else its end would not be seen here
    return process, ours


def receive(pipe: Connection, running: RunningJob) -> JobOutcome | None:
    """Return the outcome of a process, a failure if it ended without one, None if it goes on.

    Parameters
    ----------
    pipe : Connection
        In which a message lies, or which has ended.
    running : RunningJob
        It is told how far the job has come.
    """
    try:
        message = pipe.recv()
    except (EOFError, OSError):  # before its message, or in the midst of it
        running.process.join()
        message = JobOutcome(
            running.job,
            FAILED,
            error=f"its process ended with code {running.process.exitcode} and no result: "
            "if the memory was full, try --jobs 1",
        )
    if not isinstance(message, JobOutcome):
        running.cell, running.cells = message
        return None
    running.process.join()
    pipe.close()
    return message


def stop(processes: Sequence[Process]) -> None:
    """Stop processes: politely, so that they stop their kernels, and after a while for good."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(SECONDS_TO_STOP)
        process.kill()
        process.join()


def work(pipe: Connection, job: Job, timeout: float | None, threads: int) -> None:
    """Execute one job and send its outcome: what the processes do.

    Parameters
    ----------
    pipe : Connection
        Where the outcome goes.
    job : Job
    timeout : float or None
    threads : int
        As in :func:`start`.
    """
    # for PyTorch in the job's kernel; a variable that is set and empty decides nothing
    os.environ["OMP_NUM_THREADS"] = os.environ.get("OMP_NUM_THREADS") or str(threads)
    spare_grammars()
    for number in TO_STOP:
        signal.signal(number, interrupt_once)

    def tell(*cell: int) -> None:
        with suppress(OSError):  # the command is gone: end_with_parent sees to that
            pipe.send(cell)

    with suppress(KeyboardInterrupt):
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, TO_STOP)
        threading.Thread(target=end_with_parent, daemon=True).start()
        with TemporaryFile() as complaints:
            os.dup2(complaints.fileno(), 2)  # the kernel's too; a stopped one grumbles
            outcome = execute(job, timeout, tell)
            pipe.send(with_last_words(outcome, complaints))


def with_last_words(outcome: JobOutcome, complaints: IO[bytes]) -> JobOutcome:
    """Return an outcome that also says why a kernel has died, if the kernel has said so itself.

    Parameters
    ----------
    outcome : JobOutcome
    complaints : file
        What was written to standard error meanwhile.
    """
    if "kernel died" not in outcome.error.lower():
        return outcome
    complaints.seek(0)
    last = complaints.read().decode(errors="replace").strip().splitlines()[-LAST_LINES:]
    return replace(outcome, error="\n".join([outcome.error, *last]))


def interrupt_once(number: int, frame: object) -> None:
    """Raise KeyboardInterrupt, and let no second signal disturb the kernel's shutdown.

    Parameters
    ----------
    number : int
    frame : object
        As Python calls the handler of a signal.

    Raises
    ------
    KeyboardInterrupt
    """
    for again in TO_STOP:
        signal.signal(again, lambda number, frame: None)
    raise KeyboardInterrupt


def end_with_parent() -> None:
    """Stop this process and its kernel when the command that started it is gone."""
    if parent := parent_process():
        wait([parent.sentinel])
        interrupt_main(signal.SIGTERM)
