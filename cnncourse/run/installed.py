"""What is installed here, and what the course asks for: read from the course's own metadata.

    >>> [need.name for need in needs() if need.name == "numpy"]
    ['numpy']

pyproject.toml holds all versions; an installation carries a copy of them, which is read here.
"""

from __future__ import annotations

import sys
from importlib import metadata

from packaging.requirements import Requirement

COURSE = "cnncourse"


def needs(extra: str = "") -> list[Requirement]:
    """Return what the course needs, or what one of its extras adds.

    Nothing, where the course is not installed and only lies on Python's path.
    """
    try:
        declared = [Requirement(line) for line in metadata.requires(COURSE) or []]
    except metadata.PackageNotFoundError:
        return []
    wanted = [
        need
        for need in declared
        if (need.marker.evaluate({"extra": extra}) if need.marker else not extra)
    ]
    for need in wanted:
        need.marker = None  # it has been asked: what is left can be given to pip
    return wanted


def version(distribution: str) -> str | None:
    """Return the version of an installed distribution, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def problem(need: Requirement) -> str:
    """Return what is wrong with a package that the course needs; "" if nothing is."""
    found = version(need.name)
    if found is None:
        return f"{need.name} is not installed"
    if not need.specifier.contains(found, prereleases=True):
        return f"{need.name} is {found} and should be {need.specifier}"
    return ""


def lacking(extra: str) -> list[Requirement]:
    """Return those needs of an extra that are missing or too old."""
    return [need for need in needs(extra) if problem(need)]


def pip_install(*what: object) -> str:
    """Return the command that installs something into this very environment."""
    words = [f'"{each}"' if set(str(each)) & set("<>[]~ ") else str(each) for each in what]
    return " ".join([sys.executable, "-m", "pip", "install", *words])
