"""One notebook from its first cell to its last, in a kernel of its own.

It needs nothing but the job, and returns the executed notebook as bytes: so it does the same here,
in another process and on another machine.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cnncourse.run import notebook as notebook_files
from cnncourse.run.notebook import Notebook
from cnncourse.run.plan import Job

Begins = Callable[..., None]  # papermill's client calls it with cell= and cell_index=

PASSED, FAILED, TIMED_OUT, SKIPPED = "passed", "failed", "timed out", "skipped"


@dataclass(frozen=True)
class JobOutcome:
    """How one job went.

    Attributes
    ----------
    job : Job
    status : str
        PASSED, FAILED, TIMED_OUT or SKIPPED: not begun, or not brought to its end.
    seconds : float
    cells : int
        Code cells that ran.
    error : str
        The failing cell and its error; "" if every cell ran.
    executed : bytes
        The notebook with its outputs, as far as it came.
    resumed : bool
        Whether it had passed in an earlier run and was not executed again.
    """

    job: Job
    status: str
    seconds: float = 0.0
    cells: int = 0
    error: str = ""
    executed: bytes = field(default=b"", repr=False)
    resumed: bool = False


def execute(
    job: Job, timeout: float | None = None, tell: Callable[[int, int], None] | None = None
) -> JobOutcome:
    """Execute one job.

    Parameters
    ----------
    job : Job
    timeout : float, optional
        In seconds, counted from its first cell.
    tell : callable, optional
        Called as each code cell begins: with its number, from 1, and how many there are.

    Returns
    -------
    JobOutcome
    """
    started = time.monotonic()
    try:
        source = notebook_files.parse(job.source)
        status, error, notebook = in_a_folder(job, source, timeout, tell)
    except Exception as failure:  # a full disk, for example: no reason to stop the others
        status, error, notebook = FAILED, f"{type(failure).__name__}: {failure}", None
    seconds = time.monotonic() - started
    if notebook is None:
        return JobOutcome(job, status, seconds, error=error)
    cells = sum(cell.get("execution_count") is not None for cell in notebook["cells"])
    return JobOutcome(job, status, seconds, cells, error, signed(notebook, job, status))


def in_a_folder(
    job: Job, source: Notebook, timeout: float | None, tell: Callable[[int, int], None] | None
) -> tuple[str, str, Notebook | None]:
    """Execute a notebook by files in a folder that is gone afterwards.

    Parameters
    ----------
    job : Job
    source : Notebook
        What is in the job's file.
    timeout : float or None
    tell : callable or None
        As in :func:`execute`.

    Returns
    -------
    status, what went wrong, and the executed notebook, as far as it came
    """
    with TemporaryDirectory(prefix="cnncourse-") as folder:
        given, target = Path(folder, "source.ipynb"), Path(folder, "executed.ipynb")
        given.write_text(json.dumps(source), encoding="utf-8")
        begins = None if tell is None else count(job, source, tell)
        status, error = attempt(job, given, target, timeout, begins)
        return status, error, whole(target)


def whole(executed: Path) -> Notebook | None:
    """Return an executed notebook; None if there is none, or half of one on a full disk."""
    try:
        notebook: Notebook = json.loads(executed.read_bytes())
    except (OSError, ValueError):
        return None
    return notebook


def attempt(
    job: Job, source: Path, target: Path, timeout: float | None, begins: Begins | None = None
) -> tuple[str, str]:
    """Let papermill execute a file into another.

    Parameters
    ----------
    job : Job
    source, target : Path
        The file of the notebook, and where the executed one goes.
    timeout : float or None
        In seconds, counted from its first cell.
    begins : callable, optional
        Called as each cell begins.

    Returns
    -------
    status, and what went wrong
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError

    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # the outcome says it all
    try:
        papermill.execute_notebook(
            source,
            target,
            job.parameters,
            engine_name=registered(),
            kernel_name="python3",
            progress_bar=False,
            timeout_func=countdown(timeout),
            on_cell_start=begins,
            # not papermill's cwd: that moves the whole process, with all its threads
            resources={"metadata": {"path": working_folder(job, source.parent)}},
            extra_arguments=["--log-level=ERROR"],  # the kernel's own log, not the notebook's
        )
    except papermill.PapermillExecutionError as failure:
        return FAILED, describe(failure)
    except CellTimeoutError:
        return TIMED_OUT, f"not done after {timeout:g} s: {unfinished(target)}"
    except Exception as failure:  # a kernel that dies or does not exist …
        doctor = ": if it died at once, python -m cnncourse doctor looks at the kernel"
        died = "kernel" in f"{type(failure).__name__} {failure}".lower()
        return FAILED, f"{type(failure).__name__}: {failure}{doctor if died else ''}"
    return PASSED, ""


def registered() -> str:
    """Let papermill know an engine that writes the notebook once; return the engine's name.

    Its own engine writes before and after every cell, which takes longer than most of our cells.
    """
    from papermill.engines import NBClientEngine, papermill_engines

    class WritesOnce(NBClientEngine):
        """Papermill's engine; the notebook is written when it ends, however it ends."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
            path, nb_man.output_path = nb_man.output_path, None
            try:
                super().execute_managed_notebook(nb_man, kernel_name, **options)
            finally:
                nb_man.output_path = path

    papermill_engines.register("cnncourse", WritesOnce)
    return "cnncourse"


def count(job: Job, source: Notebook, tell: Callable[[int, int], None]) -> Begins:
    """Return what papermill's client calls at each cell: it tells the number of the code cell.

    Parameters
    ----------
    job : Job
    source : Notebook
        What is in its file.
    tell : callable
        Takes the number of a code cell, from 1, and how many there are.
    """
    cells = [cell["cell_type"] for cell in source["cells"]].count("code")
    cells += bool(job.parameters)  # papermill adds a cell that sets them
    begun = 0

    def begins(cell: dict[str, Any], cell_index: int) -> None:
        nonlocal begun
        if cell["cell_type"] == "code":
            begun += 1
            tell(begun, cells)

    return begins


def countdown(timeout: float | None) -> Callable[[object], float] | None:
    """Return a function that says how many seconds the next cell may take."""
    if timeout is None:
        return None
    end = None

    def left(cell: object) -> float:
        nonlocal end
        end = end or time.monotonic() + timeout  # at the first cell: the kernel is there now
        return max(end - time.monotonic(), 0.01)  # 0 would mean: no limit

    return left


def working_folder(job: Job, otherwise: Path) -> str:
    """Return the notebook's own folder, or another where this machine does not have it.

    Parameters
    ----------
    job : Job
    otherwise : Path
    """
    own = job.notebook.resolve().parent
    return str(own if own.is_dir() else otherwise)


def describe(failure: Any) -> str:
    """Return the failing cell, as the learner sees it, and its error without colour codes."""
    traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(failure.traceback))
    return f"cell {failure.cell_index} failed:\n{failure.source}\n{traceback}"


def unfinished(target: Path) -> str:
    """Return the cell at which time ran out: the last one with a start."""
    cells = json.loads(target.read_bytes())["cells"]
    begun = [i for i, cell in enumerate(cells) if cell["metadata"]["papermill"]["start_time"]]
    return f"cell {begun[-1]} was running:\n{''.join(cells[begun[-1]]['source'])}"


def signed(notebook: Notebook, job: Job, status: str) -> bytes:
    """Return an executed notebook that says what it was made of: so a later run knows it again.

    Parameters
    ----------
    notebook : Notebook
    job : Job
    status : str
        How it went.
    """
    notebook["metadata"]["papermill"]["input_path"] = str(job.notebook)
    notebook["metadata"]["papermill"]["output_path"] = f"{job.name}.ipynb"
    course = notebook["metadata"].setdefault("cnncourse", {})
    course.update(source_sha256=job.fingerprint, parameters=job.parameters, status=status)
    course.update(text_sha256=text_digest(notebook))
    text = json.dumps(notebook, ensure_ascii=False, indent=1, default=str) + "\n"
    return text.encode(errors="replace")


def text_digest(notebook: Notebook) -> str:
    """Return the SHA-256 of what stands in the cells of a notebook, outputs left aside."""
    text = json.dumps([[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]])
    return hashlib.sha256(text.encode()).hexdigest()


def spare_grammars() -> None:
    """Keep jsonschema, which papermill needs, from loading the grammars of addresses.

    It would do so if they are there, for addresses such as no notebook of ours has, and it takes
    each process a second (1.6 s to load papermill instead of 0.4 s). Only a process that is the
    course's own may do this: it hides a package from all that is loaded later.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # Python's own way
