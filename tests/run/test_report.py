"""Outcomes are said in words, in JSON and in JUnit XML, and all three agree."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.run import report
from cnncourse.run.execute import FAILED, PASSED, SKIPPED, TIMED_OUT, JobOutcome
from cnncourse.run.plan import Job


def outcome(name, status, **named):
    return JobOutcome(Job(Path(f"{name}.ipynb"), named.pop("parameters", {}), b""), status, **named)


OUTCOMES = [
    outcome("01", PASSED, seconds=1.26, cells=3),
    outcome("02", PASSED, seconds=2.5, cells=1, resumed=True, parameters={"seed": 1, "x": "a"}),
    outcome("03", FAILED, seconds=0.25, error="cell 2 failed:\n1/0\nZeroDivisionError: no"),
    outcome("04", TIMED_OUT, seconds=9, error="not done after 9 s: cell 1 was running:\nwait()"),
    outcome("05", SKIPPED),
]


def test_a_line_says_status_time_notebook_parameters_and_error():
    assert [report.line(each) for each in OUTCOMES[:3]] == [
        "✓ passed        1.3 s  01.ipynb (3 code cells)",
        "✓ passed        2.5 s  02.ipynb seed=1, x=a (earlier) (1 code cell)",
        "✗ failed        0.2 s  03.ipynb (0 code cells)\ncell 2 failed:\n1/0\n"
        "ZeroDivisionError: no",
    ]


def test_the_table_ends_with_the_counts_and_names_only_what_occurs():
    lines = report.table(OUTCOMES, 13.4).splitlines()
    assert len(lines) == 6
    assert lines[-1] == "2 passed, 1 failed, 1 timed out, 1 skipped in 13 s"
    assert report.table(OUTCOMES[:1], 1).endswith("\n1 passed in 1 s")


def test_json_holds_every_run():
    found = json.loads(report.as_json(OUTCOMES, 1))
    assert found["exit_code"] == 1
    assert [run["status"] for run in found["runs"]] == [each.status for each in OUTCOMES]
    assert found["runs"][1]["parameters"] == {"seed": 1, "x": "a"}
    assert found["runs"][1]["resumed"] is True


def test_junit_has_a_case_for_every_run_and_its_counts_are_right():
    suite = ElementTree.fromstring(report.as_junit(OUTCOMES)).find("testsuite")
    cases = suite.findall("testcase")
    assert [case.get("classname") for case in cases] == ["01", "02", "03", "04", "05"]
    assert [case.get("name") for case in cases][:2] == ["as it is", "seed=1, x=a"]
    assert int(suite.get("tests")) == len(cases)
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) == 2
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped")) == 1
    failure = cases[2].find("failure")
    assert failure.get("message") == "ZeroDivisionError: no"
    assert failure.text.startswith("cell 2 failed")


@settings(deadline=None)
@given(st.text())
def test_no_error_message_breaks_the_xml(error):
    failed = outcome("a", FAILED, error=error, parameters={"photo": error})
    case = ElementTree.fromstring(report.as_junit([failed])).find("testsuite/testcase")
    assert case.find("failure").get("type") == FAILED


@pytest.mark.parametrize("character", ["\x1b", "\x00", "\ud800", "\ufffe"])
def test_characters_that_xml_forbids_are_marked(character):
    failed = outcome("a", FAILED, error=f"a{character}b")
    assert ElementTree.fromstring(report.as_junit([failed])).find(".//failure").text == "a?b"
