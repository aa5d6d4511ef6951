"""The worked example of CONTRIBUTING.md works: its blocks are added to a copy of the course."""

import re
import shutil
import subprocess
import sys

import pytest
from pages import FENCE, ROOT, text_of

EXAMPLE = [
    (code.split("\n", 1)[0].removeprefix("# "), code.split("\n", 1)[1])
    for language, code in FENCE.findall(text_of(ROOT / "CONTRIBUTING.md"))
    if language == "python"
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the package and its tests with the example in it."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("cnncourse", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, folder)
    for path, code in EXAMPLE:
        with open(folder / path, "a", encoding="utf-8") as file:
            file.write(f"\n\n{code}")
    return folder


def run(folder, *arguments):
    """Run Python in a folder: what lies there is imported before what is installed."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_the_example_leads_through_every_floor():
    rooms = [path.split("/")[1] for path, _ in EXAMPLE if path.startswith("cnncourse/")]
    assert rooms == ["geometry.py", "figures", "figures", "explorers", "exercises"]


@pytest.mark.slow
def test_the_tests_of_the_example_pass(copy):
    tests = [
        f"{path}::{name}"
        for path, code in EXAMPLE
        if path.startswith("tests/")
        for name in re.findall(r"^def (test_\w+)", code, flags=re.MULTILINE)
    ]
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert f"{len(tests)} passed" in done.stdout, done.stdout + done.stderr
    assert len(tests) == 2


@pytest.mark.slow
def test_the_check_of_the_example_takes_the_right_answer_alone(copy):
    done = run(
        copy,
        "-c",
        "from cnncourse.exercises.checks.layer_by_layer import padding_share as check\n"
        "from cnncourse.geometry import padding_share as right\n"
        "print(check(right).word, check(lambda size, padding: 0).word)",
    )
    assert done.stdout.strip() == "passed not right", done.stderr


@pytest.mark.slow
def test_the_example_is_formatted_as_the_rest(copy):
    for arguments in (["ruff", "check", "--select", "F,UP,B"], ["ruff", "format", "--check"]):
        paths = [path for path, _ in EXAMPLE if not path.endswith("__init__.py")]
        done = run(copy, "-m", *arguments, *paths)
        assert done.returncode == 0, done.stdout
