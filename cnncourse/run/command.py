"""The command ``python -m cnncourse run``: plan, execute, keep, report.

Exit codes: 0 all passed, 1 a notebook failed, 2 the command itself was wrong and nothing ran,
3 none failed but time ran out for some, 130 interrupted.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path

from cnncourse.run import cluster, installed, local, notebook, report, store, terminal
from cnncourse.run.execute import FAILED, PASSED, SKIPPED, TIMED_OUT, JobOutcome
from cnncourse.run.plan import Job, plan, read_grid

ALL_PASSED, SOME_FAILED, WRONG_USE, OUT_OF_TIME, INTERRUPTED = 0, 1, 2, 3, 130


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    add = command.add_argument
    add("notebooks", nargs="*", type=Path, help="default: all in notebooks/")
    add("--build", type=Path, default=Path("build"), help="folder of the results; default: build/")
    add(
        "-p",
        "--parameter",
        action="append",
        default=[],
        type=setting,
        metavar="NAME=VALUE",
        help="for every notebook that knows the name; may be repeated",
    )
    add("--grid", type=Path, metavar="FILE.yaml", help="many runs; see docs/running.md")
    add("--fast", action="store_true", help="small values where a notebook trains networks")
    add("--timeout", type=positive(float), metavar="SECONDS", help="for each notebook")
    add("--jobs", type=positive(int), metavar="N", help="at once; default: one for each core")
    add("--fail-fast", action="store_true", help="stop at the first failure")
    add("--resume", action="store_true", help="do not repeat what has passed and is unchanged")
    add("--scheduler", metavar="ADDRESS", help="run on a Dask cluster, not here")


def setting(text: str) -> tuple[str, str]:
    """Return name and value of ``name=value``.

    Raises
    ------
    argparse.ArgumentTypeError
        If the text has another form.
    """
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE, such as seed=1")
    return name.strip(), value.strip()


def positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    """Return a reader of positive numbers.

    Raises
    ------
    argparse.ArgumentTypeError
        By the reader, for any other number.
    """

    def read(text: str) -> float:
        number = kind(text)
        if not 0 < number < math.inf:  # nan is neither
            raise argparse.ArgumentTypeError(f"{text} is not a number greater than 0")
        return number

    read.__name__ = f"positive {kind.__name__}"  # argparse names it where the text is no number
    return read


def main(options: argparse.Namespace) -> int:
    """Do what the command line says and return the exit code."""
    try:
        refuse_without_packages()
        jobs = jobs_of(options)
        done = {} if not options.resume else earlier(jobs, options.build)
        left = [job for job in jobs if job.name not in done]
        lines = terminal.Lines(sys.stdout)
        outcomes = begin(left, options, lines.show if terminal.possible(sys.stdout) else None)
        store.prepare(options.build, left)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    print(f"executing {counted(len(left), len(done))} into {options.build}{os.sep}", flush=True)
    started = time.monotonic()
    interrupted = follow(outcomes, done, options, lines)
    results = [done.get(job.name, JobOutcome(job, SKIPPED)) for job in jobs]
    code = concluded(results, INTERRUPTED if interrupted else exit_code(results), options.build)
    print("\n" + report.table(results, time.monotonic() - started))
    return code


def refuse_without_packages() -> None:
    """Refuse to begin where packages are missing that a run needs.

    Raises
    ------
    ValueError
        With the command that installs them.
    """
    if lacking := installed.lacking("run"):
        problems = ", ".join(map(installed.problem, lacking))
        raise ValueError(
            f"a run needs more packages: {problems}\n{installed.pip_install(*lacking)}"
        )


def jobs_of(options: argparse.Namespace) -> list[Job]:
    """Return the jobs that the command line asks for.

    Raises
    ------
    ValueError
        If there are no notebooks, or something is wrong with what is asked.
    """
    notebooks = options.notebooks or notebook.find(Path("notebooks"))
    if not notebooks:
        raise ValueError("no notebooks found: give their paths, or start in the course's folder")
    grid = read_grid(options.grid) if options.grid else None
    return plan(notebooks, dict(options.parameter), grid, fast=options.fast)


def earlier(jobs: Sequence[Job], build: Path) -> dict[str, JobOutcome]:
    """Return the outcomes of jobs that need not be repeated, by name.

    Parameters
    ----------
    jobs : sequence of Job
    build : Path
        The folder of an earlier run.
    """
    found = {job.name: store.finished(job, build) for job in jobs}
    return {name: outcome for name, outcome in found.items() if outcome}


def begin(
    jobs: Sequence[Job], options: argparse.Namespace, watch: local.Watch | None
) -> Generator[JobOutcome]:
    """Return the outcomes to come, from the cluster or from this machine.

    Parameters
    ----------
    jobs : sequence of Job
    options : Namespace
        The command line.
    watch : callable or None
        Called with what runs and how many wait; a cluster does not tell.

    Raises
    ------
    ValueError
        If no cluster answers.
    """
    if options.scheduler:
        client = cluster.connect(options.scheduler)
        return cluster.run_on_cluster(client, jobs, options.timeout)
    return local.run_here(jobs, options.jobs or local.cores(), options.timeout, watch)


def counted(left: int, done: int) -> str:
    """Return how much there is to do, in words.

    Parameters
    ----------
    left, done : int
        How many notebooks are to be run, and how many passed earlier.

    Examples
    --------
    >>> counted(2, 1)
    '2 notebooks (1 passed earlier)'
    """
    words = f"{left} {'notebook' if left == 1 else 'notebooks'}"
    return f"{words} ({done} passed earlier)" if done else words


def follow(
    outcomes: Generator[JobOutcome],
    done: dict[str, JobOutcome],
    options: argparse.Namespace,
    lines: terminal.Lines,
) -> bool:
    """Keep and print every outcome as it comes; return whether that was interrupted.

    Parameters
    ----------
    outcomes : generator of JobOutcome
    done : dict of str to JobOutcome
        Takes them, by the name of the job.
    options : Namespace
        The command line.
    lines : Lines
        Is cleared before each.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # a scheduler's Ctrl-C
    try:
        with closing(outcomes):
            for executed in outcomes:
                outcome = store.keep(executed, options.build)
                done[outcome.job.name] = outcome
                lines.clear()
                print(report.line(outcome), flush=True)
                if options.fail_fast and outcome.status != PASSED:
                    break
    except (KeyboardInterrupt, BrokenPipeError):  # nobody reads what is printed any more
        return True
    finally:
        lines.clear()
        signal.signal(signal.SIGTERM, before)
    return False


def concluded(results: Sequence[JobOutcome], code: int, build: Path) -> int:
    """Write the reports and return the exit code: another if even that is not possible.

    Parameters
    ----------
    results : sequence of JobOutcome
    code : int
        How it went up to now.
    build : Path
    """
    try:
        store.write_reports(results, build, code)
    except OSError as error:
        print(f"the reports could not be written: {error}", file=sys.stderr)
        return code or SOME_FAILED
    return code


def exit_code(outcomes: Sequence[JobOutcome]) -> int:
    """Return the code that tells a scheduler how it went."""
    statuses = {outcome.status for outcome in outcomes}
    if FAILED in statuses:
        return SOME_FAILED
    return OUT_OF_TIME if TIMED_OUT in statuses else ALL_PASSED
