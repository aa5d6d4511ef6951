"""The exercises of the course, as the notebooks have them: title, section, prompt, check.

    >>> [exercise.check for exercise in read("01_image_basics").exercises][:2]
    ['pixel_at', 'crop']

A cell tagged ``check`` names an exercise; its prompt stands two cells above, the heading of its
section further up. Where the notebooks are not at hand (an installed package, a page in a browser),
the names of the checks stand for all of these.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

# The notebooks in their order, and the module of their checks.
CHECKS = {
    "01_image_basics": "image_basics",
    "02_kernels": "kernels",
    "03_convolution_maths": "convolution_maths",
    "04_layer_by_layer_cnn": "layer_by_layer",
    "04b_learning_layers": "learning_layers",
    "05_mnist_lab": "mnist_lab",
    "05b_inside_and_handwriting": "inside_handwriting",
    "06_architecture_history": "history",
}

OF_THE_COURSE = Path(__file__).resolve().parents[2] / "notebooks"
SECTION = re.compile(r"^## +(.+)$", flags=re.MULTILINE)
CHECK = re.compile(r"\bprogress\.keep\(\w+\.(\w+),")
# the heading of a prompt, or its first words in bold, without the minutes that an exercise takes
PROMPT = re.compile(
    r"^(?:#{3,} +|\*\*)(.+?)(?: \(\d+ minutes?\))?\.?(?:\*\*|$)", flags=re.MULTILINE
)


@dataclass(frozen=True)
class Exercise:
    """One exercise: the heading of its section ("" if not known), its check's name, its title."""

    section: str
    check: str
    title: str


@dataclass(frozen=True)
class Chapter:
    """A notebook of the course: its file's name without the ending, its title, its exercises."""

    name: str
    title: str
    exercises: tuple[Exercise, ...]


def read(name: str) -> Chapter:
    """Return a notebook's title and exercises, in their order.

    Raises
    ------
    ValueError
        If the course has no notebook of that name.
    """
    if name not in CHECKS:
        raise ValueError(f"there is no notebook {name!r}: choose one of {', '.join(CHECKS)}")
    # a kernel works in the folder of its notebook, which may be a copy
    for folder in (OF_THE_COURSE, Path(), Path("notebooks")):
        try:
            notebook = json.loads((folder / f"{name}.ipynb").read_bytes())
            return described(name, notebook["cells"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            continue  # not there, or not as the course wrote it
    return Chapter(name, name[3:].replace("_", " "), tuple(by_checks(name)))


def all_chapters() -> list[Chapter]:
    """Return all notebooks of the course, in their order."""
    return [read(name) for name in CHECKS]


def described(name: str, cells: list[dict]) -> Chapter:
    """Return what the cells of a notebook say of its exercises.

    Parameters
    ----------
    name : str
    cells : list of dict
        As they stand in the file.

    Raises
    ------
    LookupError, TypeError, AttributeError
        If the cells have another form, or hold no exercise.
    """
    section, exercises = "", []
    for place, cell in enumerate(cells):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            section = [section, *SECTION.findall(text)][-1]
        elif "check" in cell["metadata"].get("tags", ()):
            prompt = "".join(cells[place - 2]["source"])
            exercises.append(Exercise(section, CHECK.findall(text)[0], PROMPT.findall(prompt)[0]))
    if not exercises:
        raise LookupError(f"{name} holds no exercise")
    title = "".join(cells[0]["source"]).splitlines()[0].lstrip("# ")
    return Chapter(name, title, tuple(exercises))


def by_checks(name: str) -> Iterator[Exercise]:
    """Yield the exercises of a notebook under the names of their checks."""
    home = import_module(f"cnncourse.exercises.checks.{CHECKS[name]}")
    for check, function in inspect.getmembers(home, inspect.isfunction):
        if function.__module__ == home.__name__ and not check.startswith("_"):
            yield Exercise("", check, check.replace("_", " "))
