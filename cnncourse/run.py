"""Execute notebooks from beginning to end, without a browser, two at a time.

    python -m cnncourse run

papermill executes each notebook in a kernel of its own and stores it, with its outputs, in
``build/``. The notebooks themselves are not changed.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

AT_ONCE = 2


@dataclass(frozen=True)
class Outcome:
    """How one notebook went: ``error`` is "" if every cell ran."""

    notebook: Path
    cells: int
    seconds: float
    error: str = ""


def find_notebooks(folder: Path) -> list[Path]:
    """Return the notebooks of a folder in the order of their names."""
    return sorted(folder.glob("*.ipynb"))


def title(notebook: Path) -> str:
    """Return the title of a notebook: the first heading of its first cell."""
    import nbformat

    first = nbformat.read(notebook, as_version=4).cells[0]
    return first.source.splitlines()[0].lstrip("# ")


def run_all(notebooks: list[Path], build: Path) -> Iterator[Outcome]:
    """Execute the notebooks, at most two at a time, and yield each outcome as it comes."""
    build.mkdir(parents=True, exist_ok=True)
    context = get_context("spawn")  # the same on every system
    with ProcessPoolExecutor(workers_for(len(notebooks)), mp_context=context) as pool:
        futures = [pool.submit(run_one, notebook, build) for notebook in notebooks]
        for future in as_completed(futures):
            yield future.result()


def workers_for(notebooks: int) -> int:
    """Return how many notebooks are executed at once: never more than there are cores."""
    return min(AT_ONCE, os.cpu_count() or 1, notebooks)


def run_one(notebook: Path, build: Path) -> Outcome:
    """Execute one notebook in its own folder and store the result in ``build``."""
    import papermill

    started = time.monotonic()
    cells, error = 0, ""
    try:
        executed = papermill.execute_notebook(
            notebook,
            build / notebook.name,
            cwd=notebook.parent,
            kernel_name="python3",
            progress_bar=False,
            extra_arguments=["--log-level=ERROR"],  # the kernel's own log, not the notebook's
        )
        cells = sum(cell.cell_type == "code" for cell in executed.cells)
    except papermill.PapermillExecutionError as failure:
        error = describe(failure)
    except Exception as failure:  # a kernel that dies, a file that is no notebook …
        error = f"{type(failure).__name__}: {failure}"
    return Outcome(notebook, cells, time.monotonic() - started, error)


def describe(failure) -> str:
    """Return the failing cell, as the learner sees it, and its error without colour codes."""
    traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(failure.traceback))
    return f"cell {failure.cell_index} failed:\n{failure.source}\n{traceback}"


def line(outcome: Outcome) -> str:
    """Return the progress line of a notebook, and under it what went wrong."""
    name, seconds = outcome.notebook.name, f"{outcome.seconds:6.1f} s"
    if outcome.error:
        return f"✗ failed  {seconds}  {name}\n{outcome.error}"
    return f"✓ passed  {seconds}  {name} ({outcome.cells} code cells)"


def summary(outcomes: list[Outcome], seconds: float) -> str:
    """Return the closing line."""
    failed = sum(bool(outcome.error) for outcome in outcomes)
    return f"{len(outcomes) - failed} passed, {failed} failed in {seconds:.0f} s"


def main(notebooks: list[Path], build: Path) -> int:
    """Run the notebooks, print a line for each, and return 0 if all of them passed."""
    if not notebooks:
        print(
            "no notebooks found: give their paths, or start in the course's folder", file=sys.stderr
        )
        return 2
    started = time.monotonic()
    outcomes = []
    print(f"executing {len(notebooks)} notebooks into {build}/", flush=True)
    for outcome in run_all(notebooks, build):
        outcomes.append(outcome)
        print(line(outcome), flush=True)
    print(summary(outcomes, time.monotonic() - started))
    return int(any(outcome.error for outcome in outcomes))
