"""The folder of the results. Whatever is in it is whole, whenever the run was killed.

For each job an executed notebook and a page; for all of them ``report.json`` and ``junit.xml``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cnncourse.files import is_marked, write_atomically
from cnncourse.run import report
from cnncourse.run.execute import FAILED, PASSED, JobOutcome, text_digest
from cnncourse.run.plan import Job

REPORT, JUNIT = "report.json", "junit.xml"
OURS = {  # ending → what only our own files of that kind hold
    ".html": b"<!-- written by cnncourse.run -->",
    ".json": b'"cnncourse"',
    ".xml": b'<testsuite name="cnncourse"',
}


def prepare(build: Path, jobs: Sequence[Job]) -> None:
    """Make the folder; remove earlier reports, which would stay if this run were killed.

    Parameters
    ----------
    build : Path
    jobs : sequence of Job
        Those whose results will be written there.

    Raises
    ------
    ValueError
        If a file is in the way that no run has written, or whose text was changed since.
    OSError
        If the folder cannot be made.
    """
    build.mkdir(parents=True, exist_ok=True)
    reports = [build / REPORT, build / JUNIT]
    results = [build / f"{job.name}{end}" for job in jobs for end in (".ipynb", ".html")]
    for file in reports + results:
        if not is_ours(file):
            raise ValueError(f"{file} is not as a run wrote it: move it, or choose another --build")
    for file in reports:
        file.unlink(missing_ok=True)


def is_ours(file: Path) -> bool:
    """Tell whether a file may be replaced: there is none, or a run has written it.

    Of a notebook the text counts: who opens a result may run it, and JupyterLab saves what it
    likes, but what somebody has written into it is theirs.
    """
    if file.suffix != ".ipynb":
        return is_marked(file, OURS[file.suffix])
    try:
        executed = json.loads(file.read_bytes())
        return bool(executed["metadata"]["cnncourse"]["text_sha256"] == text_digest(executed))
    except FileNotFoundError:
        return True
    except (ValueError, LookupError, TypeError, RecursionError):
        return False


def keep(outcome: JobOutcome, build: Path) -> JobOutcome:
    """Write the page and the executed notebook, as far as it came; return how the job went now.

    The notebook comes last: it is the sign by which a later run knows that the job is done. On a
    full disk, or if the page cannot be made, the job has failed, and the others go on.

    Parameters
    ----------
    outcome : JobOutcome
    build : Path
    """
    from cnncourse.run.pages import page  # loads nbconvert: half a second

    if not outcome.executed:
        return outcome
    file = build / f"{outcome.job.name}.ipynb"
    html = file.with_name(f"{outcome.job.name}.html")
    try:
        write_atomically(html, page(outcome.executed, outcome.job.notebook.parent))
        write_atomically(file, outcome.executed)
    except OSError as error:
        return replace(outcome, status=FAILED, error=f"{file} could not be written: {error}")
    except Exception as error:  # whatever nbconvert meets in a notebook
        html.unlink(missing_ok=True)  # an earlier page is not this one's
        write_atomically(file, outcome.executed)
        why = f"its page could not be made: {type(error).__name__}: {error}"
        return replace(outcome, status=FAILED, error=f"{outcome.error}\n{why}".strip())
    return outcome


def finished(job: Job, build: Path) -> JobOutcome | None:
    """Return the outcome of a job that passed before, unless its notebook has changed since.

    Parameters
    ----------
    job : Job
    build : Path
        The folder of an earlier run; whatever else may lie in it is no result.
    """
    file = build / f"{job.name}.ipynb"
    if not (file.is_file() and file.with_name(f"{job.name}.html").is_file()):
        return None
    try:
        executed = json.loads(file.read_bytes())
        course = executed["metadata"]["cnncourse"]
        cells = sum(cell.get("execution_count") is not None for cell in executed["cells"])
        seconds = float(executed["metadata"]["papermill"]["duration"])
        signature = [course.get(key) for key in ("source_sha256", "parameters", "status")]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # not ours: we write whole files only
    if signature != [job.fingerprint, job.parameters, PASSED]:
        return None
    return JobOutcome(job, PASSED, seconds, cells, resumed=True)


def write_reports(outcomes: Sequence[JobOutcome], build: Path, code: int) -> None:
    """Write what schedulers and CI systems read.

    Parameters
    ----------
    outcomes : sequence of JobOutcome
    build : Path
    code : int
        The exit code.

    Raises
    ------
    OSError
        If they cannot be written.
    """
    write_atomically(build / JUNIT, report.as_junit(outcomes))
    write_atomically(build / REPORT, report.as_json(outcomes, code))


def executed(build: Path) -> dict[Path, Path]:
    """Return the notebooks of the last run, as its report names them, and where they lie executed.

    Raises
    ------
    ValueError
        If there is no report of a run, or it is damaged.
    """
    file = build / REPORT
    try:
        runs = json.loads(file.read_bytes())["runs"]
        found = {Path(run["notebook"]): build / f"{run['files']}.ipynb" for run in runs}
        return {notebook: path for notebook, path in found.items() if path.exists()}
    except FileNotFoundError as error:
        raise ValueError(f"{file} is not there: make run brings it") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{file} is not of a run, or cannot be read") from error
