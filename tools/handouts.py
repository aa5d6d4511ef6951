"""Write handouts: copies of the notebooks without the solutions, and copies with them.

    python tools/handouts.py [--without-hints] [FOLDER]

``student/`` has no solutions: stubs, checks and the hints stay. ``solutions/`` has the solution in
the place of the stub, open. Each folder can be given away as it is: it carries the pictures, and
the pages of ``docs/`` that its notebooks link. Both are made from ``notebooks/``, by the tags of
the cells, and from nothing else: a change in a notebook is a change in both.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
from copy import deepcopy
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
HINT = re.compile(r"<details>.*?</details>\s*", flags=re.DOTALL)
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
ELSEWHERE = ("http://", "https://", "mailto:", "#")


def main() -> None:
    """Write both folders, and say where."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "handouts")
    options.add_argument("--without-hints", action="store_true", help="student copies for a test")
    chosen = options.parse_args()
    for folder in write(chosen.folder, hints=not chosen.without_hints):
        print(f"{len(list(folder.glob('*.ipynb')))} notebooks in {folder}/")


def write(folder: Path, *, hints: bool = True) -> list[Path]:
    """Write ``student/`` and ``solutions/`` into a folder, anew, and return their paths."""
    written = []
    for name, make in {"student": student, "solutions": solutions}.items():
        target = folder / name
        shutil.rmtree(target, ignore_errors=True)
        copy_surroundings(target)
        for path in notebooks():
            notebook = make(nbformat.read(path, as_version=4))
            if not hints and name == "student":
                notebook = without_hints(notebook)
            nbformat.write(moved(notebook), target / path.name)
        written.append(target)
    return written


def notebooks() -> list[Path]:
    """Return the notebooks of the course in their order."""
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


# What becomes of a notebook ----------------------------------------------------------------------


def tags(cell: nbformat.NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def student(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy without the solutions."""
    copy = deepcopy(notebook)
    copy.cells = [cell for cell in copy.cells if "solution" not in tags(cell)]
    return copy


def without_hints(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy whose exercises have no hints; the last one is nearly the answer."""
    copy = deepcopy(notebook)
    for prompt, cell in zip(copy.cells, copy.cells[1:], strict=False):
        if "exercise" in tags(cell):
            prompt.source = HINT.sub("", prompt.source).rstrip()
    return copy


def solutions(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy with each solution in the place of its stub, and without progress cells.

    The checks stay, but they note nothing: whoever runs this copy has not solved the exercises.
    """
    copy = deepcopy(notebook)
    copy.cells[0].source = re.sub("^(# .*)", r"\1 (with solutions)", copy.cells[0].source, count=1)
    for stub, check, solution in zip(copy.cells, copy.cells[1:], copy.cells[2:], strict=False):
        if "solution" in tags(solution):
            stub.source = solution.source.rpartition("print(")[0].rstrip()
            check.source = re.sub(r"^progress\.keep\((.+), (\w+)\)$", r"\1(\2)", check.source)
    copy.cells = [cell for cell in copy.cells[:-2] if "solution" not in tags(cell)]
    return copy


# What lies around a notebook ---------------------------------------------------------------------


def moved(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy whose links start from a handout's folder instead of ``notebooks/``."""
    copy = deepcopy(notebook)
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("../img/", "img/").replace("../docs/", "docs/")
    return copy


def copy_surroundings(target: Path) -> None:
    """Copy the pictures, the start page, and the pages of ``docs/`` that notebooks link."""
    shutil.copytree(ROOT / "img", target / "img")
    (target / "docs").mkdir()
    pages = {target / "docs" / name: (ROOT / "docs" / name).read_text("utf-8") for name in linked()}
    start = (ROOT / "notebooks" / "README.md").read_text("utf-8").replace("../docs/", "docs/")
    pages[target / "README.md"] = start
    there = {*pages, *(target / path.name for path in notebooks())}
    for path, text in pages.items():
        own = text.replace("../notebooks/", "../")
        path.write_text(without_dead_links(own, path.parent, there), encoding="utf-8", newline="\n")


def linked() -> list[str]:
    """Return the names of the pages of ``docs/`` that the notebooks link."""
    text = "".join(path.read_text(encoding="utf-8") for path in notebooks())
    return sorted(set(re.findall(r"\(\.\./docs/([\w-]+\.md)", text)))


def without_dead_links(text: str, folder: Path, there: set[Path]) -> str:
    """Return a page in which a link to what is not handed out is plain words."""

    def keep(link: re.Match) -> str:
        words, address = link.groups()
        file = Path(os.path.normpath(folder / address.split("#")[0]))
        alive = address.startswith(ELSEWHERE) or file in there or file.exists()
        return link.group() if alive else words

    return LINK.sub(keep, text)


if __name__ == "__main__":
    main()
