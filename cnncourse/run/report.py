"""Outcomes in words for a terminal, and as JSON and JUnit XML for machines."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from cnncourse import __version__
from cnncourse.run.execute import FAILED, PASSED, SKIPPED, TIMED_OUT, JobOutcome
from cnncourse.run.plan import Values

MARKS = {PASSED: "✓", FAILED: "✗", TIMED_OUT: "✗", SKIPPED: "–"}
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def in_words(values: Values) -> str:
    """Return parameters as ``epochs=1, seed=0``."""
    return ", ".join(f"{name}={value}" for name, value in values.items())


def line(outcome: JobOutcome) -> str:
    """Return the progress line of a job, and under it what went wrong."""
    cells = "1 code cell" if outcome.cells == 1 else f"{outcome.cells} code cells"
    first = f"{row(outcome)} ({cells})"
    return f"{first}\n{outcome.error}" if outcome.error else first


def row(outcome: JobOutcome) -> str:
    """Return status, time, notebook and parameters, aligned."""
    job = outcome.job
    words = [
        f"{MARKS[outcome.status]} {outcome.status:<9} {outcome.seconds:7.1f} s ",
        job.notebook.name,
        in_words(job.parameters),
        "(earlier)" if outcome.resumed else "",
    ]
    return " ".join(filter(None, words))


def table(outcomes: Sequence[JobOutcome], seconds: float) -> str:
    """Return a row for every job, and their counts.

    Parameters
    ----------
    outcomes : sequence of JobOutcome
    seconds : float
        Which all of them took together.
    """
    counts = ", ".join(
        f"{count} {status}" for status in MARKS if (count := count_of(outcomes, status))
    )
    return "\n".join([*map(row, outcomes), f"{counts} in {seconds:.0f} s"])


def count_of(outcomes: Sequence[JobOutcome], status: str) -> int:
    """Return how many jobs ended so.

    Parameters
    ----------
    outcomes : sequence of JobOutcome
    status : str
    """
    return sum(outcome.status == status for outcome in outcomes)


def as_json(outcomes: Sequence[JobOutcome], code: int) -> bytes:
    """Return the report as JSON.

    Parameters
    ----------
    outcomes : sequence of JobOutcome
    code : int
        The exit code.
    """
    runs = [
        {
            "notebook": str(outcome.job.notebook),
            "source_sha256": outcome.job.fingerprint,
            "parameters": outcome.job.parameters,
            "status": outcome.status,
            "resumed": outcome.resumed,
            "seconds": round(outcome.seconds, 3),
            "cells": outcome.cells,
            "error": outcome.error,
            "files": outcome.job.name,
        }
        for outcome in outcomes
    ]
    report = {"cnncourse": __version__, "exit_code": code, "runs": runs}
    text = json.dumps(report, ensure_ascii=False, indent=1, default=str) + "\n"
    return text.encode(errors="replace")  # a name may hold what is no letter


def as_junit(outcomes: Sequence[JobOutcome]) -> bytes:
    """Return the report in the XML that CI systems show: a test case for each job."""
    suite = ElementTree.Element(
        "testsuite",
        name="cnncourse",
        tests=str(len(outcomes)),
        failures=str(count_of(outcomes, FAILED) + count_of(outcomes, TIMED_OUT)),
        errors="0",
        skipped=str(count_of(outcomes, SKIPPED)),
        time=f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    )
    suite.extend(map(case, outcomes))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    return ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)


def case(outcome: JobOutcome) -> ElementTree.Element:
    """Return the test case of a job."""
    element = ElementTree.Element(
        "testcase",
        classname=outcome.job.notebook.stem,
        name=NOT_IN_XML.sub("?", in_words(outcome.job.parameters)) or "as it is",
        time=f"{outcome.seconds:.3f}",
    )
    if outcome.status == SKIPPED:
        ElementTree.SubElement(element, "skipped")
    elif outcome.status != PASSED:
        error = NOT_IN_XML.sub("?", outcome.error)
        failure = ElementTree.SubElement(element, "failure", type=outcome.status)
        failure.set("message", error.strip().splitlines()[-1] if error.strip() else "")
        failure.text = error
    return element
