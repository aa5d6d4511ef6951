"""Who a student is for the operating system: a number and a folder of their own, if that can be.

A hub that runs as root can give every student a number under which nothing else runs; then the
system itself keeps one from another's files, sockets and processes. Any other hub can start servers
only as the user it is: then JupyterHub refuses other students' pages, and nothing more.
"""

import os
import shutil
import sys
from pathlib import Path

FIRST = 50_000  # with the number that JupyterHub's database gives a student added


def can_be_separate(*needed: Path) -> bool:
    """Tell whether each student can be another user: this is root, and all may read what is needed.

    Parameters
    ----------
    needed : Path
        Files and folders that every server reads.
    """
    if getattr(os, "geteuid", lambda: 1)() != 0:
        return False
    # as written, and where links lead: each folder on the way must let everybody through
    paths = {way for path in needed for way in (path, path.resolve())}
    return all(folder.stat().st_mode & 0o001 for path in paths for folder in path.parents)


def python() -> list[Path]:
    """Return where the Python that runs now lies, with its packages."""
    return [Path(sys.executable), Path(sys.prefix, "lib"), Path(sys.base_prefix, "lib")]


def become(number: int) -> None:
    """Let this process be another user for the rest of its life."""
    os.setgroups([])
    os.setgid(number)
    os.setuid(number)


def own_folder(folder: Path, number: int | None = None) -> Path:
    """Make a folder that only its owner can enter, and return it.

    Parameters
    ----------
    folder : Path
    number : int, optional
        The owner; by default this process.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if number is not None:
        os.chown(folder, number, number)
    return folder


def give(source: Path, goal: Path, number: int | None = None) -> None:
    """Copy a folder to where there is none: all of it or nothing, even if this is interrupted.

    Parameters
    ----------
    source, goal : Path
    number : int, optional
        Who will own the copy; by default this process.
    """
    if goal.exists():
        return
    part = goal.with_name(f".{goal.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a start that was interrupted
    shutil.copytree(source, part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    if number is not None:
        for path in [part, *part.rglob("*")]:
            os.chown(path, number, number)
    part.rename(goal)
