"""The folder of the results. Whatever is in it is whole, whenever the run was killed.

For each job an executed notebook and a page; for all of them ``report.json`` and ``junit.xml``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cnncourse.files import write_atomically
from cnncourse.run import report
from cnncourse.run.execute import FAILED, PASSED, Outcome
from cnncourse.run.plan import Job

REPORT, JUNIT = "report.json", "junit.xml"


def prepare(build: Path) -> None:
    """Make the folder; remove earlier reports, which would stay if this run were killed."""
    build.mkdir(parents=True, exist_ok=True)
    for name in (REPORT, JUNIT):
        (build / name).unlink(missing_ok=True)


def keep(outcome: Outcome, build: Path) -> Outcome:
    """Write the page and the executed notebook, as far as it came; return how the job went now.

    The notebook comes last: it is the sign by which a later run knows that the job is done. On a
    full disk the job has failed, and the others go on.
    """
    from cnncourse.run.pages import page  # loads nbconvert: half a second

    if not outcome.executed:
        return outcome
    file = build / f"{outcome.job.name}.ipynb"
    try:
        html = page(outcome.executed, outcome.job.notebook.parent)
        write_atomically(file.with_name(f"{outcome.job.name}.html"), html)
        write_atomically(file, outcome.executed)
    except OSError as error:
        return replace(outcome, status=FAILED, error=f"{file} could not be written: {error}")
    return outcome


def finished(job: Job, build: Path) -> Outcome | None:
    """Return the outcome of a job that passed before, unless its notebook has changed since."""
    file = build / f"{job.name}.ipynb"
    if not (file.is_file() and file.with_name(f"{job.name}.html").is_file()):
        return None
    try:
        executed = json.loads(file.read_bytes())
    except ValueError:  # not ours: we write whole files only
        return None
    course = executed["metadata"].get("cnncourse", {})
    signature = [course.get(key) for key in ("source_sha256", "parameters", "status")]
    if signature != [job.fingerprint, job.parameters, PASSED]:
        return None
    cells = sum(cell.get("execution_count") is not None for cell in executed["cells"])
    seconds = executed["metadata"]["papermill"]["duration"]
    return Outcome(job, PASSED, seconds, cells, resumed=True)


def write_reports(outcomes: Sequence[Outcome], build: Path, code: int) -> None:
    """Write what schedulers and CI systems read."""
    write_atomically(build / JUNIT, report.as_junit(outcomes))
    write_atomically(build / REPORT, report.as_json(outcomes, code))
