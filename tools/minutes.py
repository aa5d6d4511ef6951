"""How long a notebook takes, counted from its cells, section by section.

    python tools/minutes.py

An adult reads about 240 words of an easy text a minute, and fewer of one with formulas and new
words: 170 here. Code is read at 12 lines a minute. An explorer is played with for 4 minutes. An
exercise takes 3½, its prompt included, and half a minute more for each line of the solution that
does not stand there already: a mistake in one line is soon mended, a whole network is not.
(Brysbaert, 2019, *How Many Words Do We Read per Minute?*, Journal of Memory and Language 109,
104047, measured 238; the other rates are estimates of this course.) Sources, folded hints and the
cells that only set up are not counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

WORDS, LINES = 170, 12  # a minute
EXPLORER, EXERCISE, LINE_WRITTEN = 4, 3.5, 0.5  # minutes each

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
_HEADING = re.compile(r"^## (.+)$", flags=re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_NOT_READ = {"exercise", "check", "solution", "parameters", "progress", "used", "explorer"}


@dataclass
class Minutes:
    """How long reading (text and code), exploring and exercises take."""

    reading: float = 0
    exploring: float = 0
    exercises: float = 0

    @property
    def lesson(self) -> float:
        """What a section takes without its exercises."""
        return self.reading + self.exploring


def of(path: Path) -> dict[str, Minutes]:
    """Return the minutes of each section of a notebook, by its heading; "" is what comes before."""
    found = {"": Minutes()}
    cells = nbformat.read(path, as_version=4).cells
    for place, cell in enumerate(cells):
        heading = _HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            found[heading[1]] = Minutes()
        if not list(found)[-1].startswith("Sources"):
            _count(cells[place:], found[list(found)[-1]], setting_up=len(found) == 1)
    return found


def total(path: Path) -> Minutes:
    """Return the minutes of a whole notebook."""
    parts = of(path).values()
    return Minutes(
        sum(part.reading for part in parts),
        sum(part.exploring for part in parts),
        sum(part.exercises for part in parts),
    )


def exercise(stub: str, solution: str) -> float:
    """Return how long an exercise takes, from the code that is given and the one that is wanted."""
    given = set(stub.splitlines())
    wanted = solution.split('\n\n\nprint("Solution:"')[0].splitlines()
    return EXERCISE + LINE_WRITTEN * sum(bool(line.strip()) for line in wanted if line not in given)


def _count(cells: list[nbformat.NotebookNode], section: Minutes, *, setting_up: bool) -> None:
    """Add what the first of some cells takes to the minutes of its section."""
    cell = cells[0]
    tags = set(cell.metadata.get("tags", []))
    if "exercise" in tags:
        section.exercises += exercise(cell.source, cells[2].source)
    elif "explorer" in tags:
        section.exploring += EXPLORER
    elif "question" in tags:
        section.reading += _words(" ".join(re.findall(r'"([^"]*)"', cell.source))) / WORDS
    elif cell.cell_type == "markdown":
        if not any("exercise" in c.metadata.get("tags", []) for c in cells[1:2]):  # its prompt
            section.reading += _words(cell.source) / WORDS
    elif not setting_up and not tags & _NOT_READ:
        section.reading += sum(bool(line.strip()) for line in cell.source.splitlines()) / LINES


def _words(text: str) -> int:
    """Return how many words, formulas included, a text has for a reader."""
    return len(re.findall(r"\w[\w'’.,-]*|[=+·∑]", _LINK.sub(r"\1", re.sub(r"<[^>]+>", " ", text))))


def main() -> None:
    """Print the minutes of every notebook."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        whole = total(path)
        print(
            f"{path.name}: {whole.lesson:.0f} minutes of reading ({whole.reading:.0f}) and", end=" "
        )
        print(f"exploring ({whole.exploring:.0f}); exercises {whole.exercises:.0f} more")
        for heading, part in of(path).items():
            more = f" + {part.exercises:.0f}" if part.exercises else ""
            print(f"    {part.lesson:5.1f}{more}  {heading}")


if __name__ == "__main__":
    main()
