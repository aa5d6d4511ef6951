"""The same jobs on a Dask cluster, for grids that are larger than one machine.

    dask scheduler                         # on one machine
    dask worker tcp://SCHEDULER:8786       # on as many as you like, with the course installed
    python -m cnncourse run --grid grid.yaml --scheduler tcp://SCHEDULER:8786

A job carries the notebook itself, and its outcome the executed notebook: the machines need no
folder in common. When a worker dies, Dask gives its jobs to another.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Protocol

from cnncourse.run.execute import FAILED, JobOutcome, execute
from cnncourse.run.plan import Job

SECONDS_TO_CONNECT = 10


class Future(Protocol):
    """What is asked of a job that is on its way."""

    def result(self) -> JobOutcome:
        """Return what the worker sent."""
        ...


def run_on_cluster(
    client: Any, jobs: Sequence[Job], timeout: float | None = None
) -> Generator[JobOutcome]:
    """Execute jobs on the workers of a connected client.

    Whoever stops listening takes back the jobs that have not begun; a worker finishes the one it
    has in hand.

    Parameters
    ----------
    client : distributed.Client
    jobs : sequence of Job
    timeout : float, optional
        In seconds, for each.

    Yields
    ------
    JobOutcome, as they come
    """
    from distributed import as_completed

    with client:
        futures = {client.submit(execute, job, timeout, pure=False): job for job in jobs}
        try:
            for future in as_completed(futures, loop=client.loop):
                yield outcome_of(future, futures[future])
        finally:
            client.cancel(list(futures))


def connect(address: str) -> Any:
    """Return a client of the scheduler at an address.

    Raises
    ------
    ValueError
        If ``distributed`` is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError(
            '--scheduler needs the package distributed: pip install -e ".[cluster]"'
        ) from error
    try:
        return Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {address}: {error}") from error


def outcome_of(future: Future, job: Job) -> JobOutcome:
    """Return what a worker sent, or a failure if the cluster gave up on the job.

    Parameters
    ----------
    future : Future
    job : Job
    """
    try:
        return future.result()
    except Exception as error:  # its workers died again and again, no course on the worker …
        return JobOutcome(
            job, FAILED, error=f"the cluster gave up: {type(error).__name__}: {error}"
        )
