"""An audit that found nothing out is a failure, and says so in a sentence."""

import doctest
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import audit  # noqa: E402

WEAK = {"id": "CVE-1", "fix_versions": ["2.1"], "aliases": [], "description": ""}
SAFE = {"name": "safe", "version": "1.0", "vulns": []}
POOR = {"name": "poor", "version": "2.0", "vulns": [WEAK]}
ODD = {"name": "odd", "skip_reason": "Dependency not found on PyPI"}


@pytest.fixture
def answers(monkeypatch, tmp_path):
    """Return a function that sets what pip-audit answers; pip-licenses is content."""

    def set_answer(stdout, stderr=""):
        done = SimpleNamespace(stdout=stdout, stderr=stderr, returncode=0)
        monkeypatch.setattr(audit.subprocess, "run", lambda *words, **how: done)

    monkeypatch.setattr(audit, "LICENCES", tmp_path / "build" / "licences.md")
    return set_answer


def test_the_examples_hold():
    assert doctest.testmod(audit).failed == 0


@pytest.mark.parametrize(
    "packages, code, said",
    [
        ([SAFE], 0, ["1 packages"]),
        ([SAFE, ODD], 0, ["1 packages", "odd"]),
        ([SAFE, POOR], 1, ["2 packages", "poor 2.0: CVE-1", "2.1"]),
    ],
)
def test_a_weakness_fails_and_what_is_unknown_is_named(answers, capsys, packages, code, said):
    answers(json.dumps({"dependencies": packages, "fixes": []}))
    assert audit.answered(audit.main) == code
    assert audit.TITLE in audit.LICENCES.read_text()
    shown = capsys.readouterr().out
    assert all(words in shown for words in said)


@pytest.mark.parametrize(
    "stdout, stderr, reason",
    [
        ("", "Traceback …\nno way out\n", "no way out"),
        ("", "", ""),
        (json.dumps({"dependencies": [ODD]}), "No known vulnerabilities found", "on PyPI"),
    ],
)
def test_an_audit_of_nothing_fails_in_one_sentence(answers, capsys, stdout, stderr, reason):
    answers(stdout, stderr)
    assert audit.answered(audit.main) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and len(shown.err.splitlines()) == 1
    assert reason in shown.err


@pytest.mark.slow
def test_without_a_network_the_command_says_so():
    dead = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTPS_PROXY")}
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "audit.py"],
        env={**os.environ, **dead, "UV_OFFLINE": "1", "UV_INDEX_URL": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
