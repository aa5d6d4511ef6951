"""What the course needs is read from its own metadata, which pyproject.toml made."""

import shlex
import sys
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from cnncourse.run import installed


def names(extra=""):
    return {need.name for need in installed.needs(extra)}


def test_the_course_and_its_extras_need_different_packages():
    assert {"numpy", "ipywidgets", "anywidget"} <= names()
    assert {"torch", "torchvision"} <= names("lab") and not names("lab") & names()
    assert {"papermill", "nbconvert", "ipykernel"} <= names("run")
    assert names("no such extra") == set()


def test_nothing_is_needed_where_the_course_is_not_installed(monkeypatch):
    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(installed.metadata, "requires", absent)
    assert installed.needs() == [] and installed.lacking("run") == []


@pytest.mark.parametrize(
    "found, problem",
    [("8.1", ""), ("8.2rc1", ""), ("10.0", ""), ("7.7.1", "7.7.1"), (None, "not installed")],
)
def test_a_version_is_held_to_its_bound(monkeypatch, found, problem):
    monkeypatch.setattr(installed, "version", lambda name: found)
    said = installed.problem(Requirement("ipywidgets>=8.1"))
    assert problem in said and bool(said) == bool(problem)


def test_what_pip_is_given_survives_a_shell():
    command = installed.pip_install("--upgrade", Requirement("numpy>=1.26"), "torch")
    assert shlex.split(command)[1:] == ["-m", "pip", "install", "--upgrade", "numpy>=1.26", "torch"]
    assert command.startswith(sys.executable)
