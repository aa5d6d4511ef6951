"""Which exercises have passed: remembered on this computer, without an account.

    progress.keep(checks.pixel_at, pixel_at)   # check my function, and remember that it passed
    progress.best(checks.to_grey, images.grey) # mine if it passed, else the course's: it says which
    progress.show("01_image_basics")           # what has passed here, and what to repeat
    progress.overview()                        # the same for the whole course
    progress.forget()                          # start again

Each exercise that passes is one line of a small text file in the user's own folder, or in the file
that the environment variable CNNCOURSE_PROGRESS names. Lines are added and never changed: two
notebooks that are open at once lose nothing, and a damaged line spoils only itself. Where nothing
can be written, the list lasts until the kernel stops, and says so. Nothing leaves the computer.
"""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from html import escape
from pathlib import Path

import numpy as np

from cnncourse.exercises import catalogue
from cnncourse.exercises.verdict import Verdict
from cnncourse.files import user_folder

_BEGINS = b'{"exercise"'  # each line that is written
_NOT_COUNTED = "this is the course's solution, which is not counted"

# Of this kernel alone: the course's own solutions, the learner's functions that passed by the names
# of their checks, and what could not be written into the file.
_SOLUTIONS: weakref.WeakSet[Callable] = weakref.WeakSet()
_THEIRS: dict[str, Callable] = {}
_UNSAVED: dict[str, datetime] = {}


def keep(check: Callable[..., Verdict], function: Callable) -> Verdict:
    """Check a learner's function; if it passes, remember the exercise as passed.

    Parameters
    ----------
    check : callable
        One of ``cnncourse.exercises.checks``; its name is the name of the exercise.
    function : callable
        The learner's.

    Returns
    -------
    Verdict
        The answer of the check. Once passed, an exercise stays passed. The course's own solution,
        which the learner may have run, is neither passed nor wrong.
    """
    name = check.__name__
    if function in _SOLUTIONS:
        return Verdict(None, f"{_NOT_COUNTED}. Run your own cell, then this one, to check yours.")
    verdict = check(function)
    if verdict.passed:
        _THEIRS[name] = function
        if name not in passed():
            _write(name, datetime.now().astimezone())
    return verdict


def solution(check: Callable[..., Verdict], function: Callable) -> Verdict:
    """Check the course's own solution, which never counts as the learner's.

    A solution replaces the learner's function of the same name. If the exercise is then checked
    once more, `keep` knows whose function it is.

    Parameters
    ----------
    check : callable
        One of ``cnncourse.exercises.checks``.
    function : callable
        The solution.

    Returns
    -------
    Verdict
        Passed and not counted; a solution that does not pass its check hears why.
    """
    _SOLUTIONS.add(function)
    verdict = check(function)
    return Verdict(True, _NOT_COUNTED) if verdict.passed else verdict


def best(check: Callable[..., Verdict], ours: Callable) -> Callable:
    """Return the learner's function if it has passed its check, else the course's, and say which.

    Later cells work with what a learner has written, and still run if nothing is written yet.

    Parameters
    ----------
    check : callable
        One of ``cnncourse.exercises.checks``.
    ours : callable
        What the course uses instead, with the same arguments.

    Returns
    -------
    callable
        The one that passed last in this kernel, or `ours`. A check takes lists for arrays; the
        later cells need arrays, so the function that is returned makes arrays of lists.
    """
    name = check.__name__
    if name in _THEIRS:
        print(f"Your own {name}, which has passed its check, is used here.")
        return _with_arrays(_THEIRS[name])
    print(f"The course's {name} is used here, because yours has not passed its check yet.")
    return ours


def _with_arrays(function: Callable) -> Callable:
    """The same function, which returns an array in place of a list; a class stays what it is."""
    if isinstance(function, type):
        return function

    @wraps(function)
    def answered(*given: object, **named: object) -> object:
        answer = function(*given, **named)
        return np.asarray(answer) if isinstance(answer, list) else answer

    return answered


def passed() -> dict[str, datetime]:
    """Return when each exercise passed for the first time, by the name of its check."""
    return {**_UNSAVED, **_read()}


def forget() -> Report:
    """Forget all exercises that have passed, and show that none is left.

    Where the file cannot be removed, the report still shows what is in it, and says so.
    """
    _UNSAVED.clear()
    try:
        if not _is_ours():
            return replace(overview(), note=f"{file()} holds something else: it stays as it is.")
        file().unlink(missing_ok=True)
    except OSError:  # a folder in its place, no permission: what can be read there, still counts
        return replace(overview(), note=f"{file()} cannot be removed.")
    return overview()


# Where and how it is stored ----------------------------------------------------------------------


def file() -> Path:
    """Return the file of this user: named by CNNCOURSE_PROGRESS, or in the platform's place."""
    named = os.environ.get("CNNCOURSE_PROGRESS")
    return Path(named).expanduser() if named else user_folder("data") / "progress.jsonl"


def _write(name: str, when: datetime) -> None:
    """Add a line to the file in one piece, or remember it in this kernel."""
    line = json.dumps({"exercise": name, "passed": when.isoformat(timespec="seconds")})
    try:
        file().parent.mkdir(parents=True, exist_ok=True)
        if not _is_ours():
            raise FileExistsError(file())
        with open(file(), "ab", buffering=0) as lines:
            lines.write(f"\n{line}".encode())  # on a new line, even after one that was cut off
    except OSError:
        _UNSAVED[name] = when


def _is_ours() -> bool:
    """Tell whether the file holds nothing else than passed exercises: its first line says so."""
    try:
        first = file().read_bytes().lstrip()[: len(_BEGINS)]
    except FileNotFoundError:
        return True
    return _BEGINS.startswith(first)  # a line that was cut off is ours, too


def _read() -> dict[str, datetime]:
    """Return what the file holds; where there is none, nothing."""
    try:
        lines = file().read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    found: dict[str, datetime] = {}
    for line in lines:
        try:
            entry = json.loads(line)
            when = datetime.fromisoformat(entry["passed"]).astimezone()
            found.setdefault(str(entry["exercise"]), when)
        except (ValueError, TypeError, KeyError, OverflowError):  # empty, cut off, or not ours
            continue
    return found


# What is shown -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A line of a report: done or open, what it is about, and where to go."""

    done: bool
    words: str
    advice: str = ""
    goal: str = ""  # the words of `advice` that are a link
    address: str = ""


@dataclass(frozen=True)
class Report:
    """A list of what is done and what is open, as text and as HTML."""

    title: str
    entries: tuple[Entry, ...]
    note: str

    def __repr__(self) -> str:
        lines = [f"{_mark(each)} {each.words}{each.advice}{each.goal}" for each in self.entries]
        return "\n".join([self.title, *lines, self.note])

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{_with_link(each)}</li>" for each in self.entries)
        return (
            '<div style="border-left:4px solid #61636b;padding:.4em 1em">'
            f"<b>{escape(self.title)}</b>"
            f'<ul style="list-style:none;margin:.4em 0;padding:0">{items}</ul>'
            f"<small>{escape(self.note)}</small></div>"
        )


def _mark(entry: Entry) -> str:
    return "✓" if entry.done else "○"


def _with_link(entry: Entry) -> str:
    """The HTML of a line."""
    words = f"{_mark(entry)} {escape(entry.words + entry.advice)}"
    goal = f'<a href="{escape(entry.address)}">{escape(entry.goal)}</a>' if entry.goal else ""
    return words + goal


def show(notebook: str) -> Report:
    """Return which exercises of a notebook have passed, and which sections to repeat.

    Parameters
    ----------
    notebook : str
        Its file name without the ending, such as "01_image_basics".

    Raises
    ------
    ValueError
        If the course has no notebook of that name.
    """
    when = passed()
    exercises = catalogue.read(notebook).exercises
    entries = tuple(_exercise_entry(exercise, when) for exercise in exercises)
    return Report(f"{_count(entries)} exercises of this notebook passed", entries, _note())


def overview() -> Report:
    """Return how far each notebook of the course is done, and where to go on."""
    when = passed()
    entries = tuple(_chapter_entry(chapter, when) for chapter in catalogue.all_chapters())
    return Report(f"{_count(entries)} notebooks done", entries, _note())


def _exercise_entry(exercise: catalogue.Exercise, when: dict[str, datetime]) -> Entry:
    if exercise.check in when:
        day = when[exercise.check].date()
        return Entry(True, f"{exercise.title} · passed on {day}")
    if not exercise.section:
        return Entry(False, f"{exercise.title} · open")
    address = f"#{_anchor(exercise.section)}"
    advice = ", go back to section "
    return Entry(False, f"{exercise.title} · open", advice, exercise.section, address)


def _chapter_entry(chapter: catalogue.Chapter, when: dict[str, datetime]) -> Entry:
    todo = [exercise for exercise in chapter.exercises if exercise.check not in when]
    count = len(chapter.exercises)
    title = f"{chapter.name[:2]} {chapter.title}: {count - len(todo)} of {count} passed"
    if not todo:
        return Entry(True, title)
    address = f"{chapter.name}.ipynb#{_anchor(todo[0].section)}"
    return Entry(False, title, ", go on with ", todo[0].title, address)


def _anchor(heading: str) -> str:
    """Return the name under which Jupyter finds a heading."""
    return heading.replace(" ", "-")


def _count(entries: tuple[Entry, ...]) -> str:
    return f"{sum(entry.done for entry in entries)} of {len(entries)}"


def _note() -> str:
    if _UNSAVED:
        return f"{file()} cannot be written: this list is kept until the kernel stops."
    return f"Kept on this computer only, in {file()}."
