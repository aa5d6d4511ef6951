"""Write handouts: copies of the notebooks without the solutions, and copies with them.

    python tools/handouts.py [--without-hints] [--colab [OWNER/REPOSITORY[/BRANCH]]] [FOLDER]

``student/`` has no solutions: stubs, checks and the hints stay. ``solutions/`` has the solution in
the place of the stub, open. Each folder can be given away as it is: it carries the pictures, and
the pages of ``docs/`` that its notebooks link. Both are made from ``notebooks/``, by the tags of
the cells, and from nothing else: a change in a notebook is a change in both.

With ``--colab`` they are made to be pushed to GitHub and opened in Google Colab from there: each
copy begins with a button and with a cell that installs the package, and its pictures and links have
full addresses.
"""

from __future__ import annotations

import argparse
import os
import posixpath
import re
import subprocess
import sys
from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from cnncourse.__main__ import answered
from cnncourse.files import write_tree
from cnncourse.run import notebook as notebook_files

ROOT = Path(__file__).resolve().parent.parent
HINT = re.compile(r"<details>.*?</details>\s*", flags=re.DOTALL)
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
ADDRESS = re.compile(r"(?<=\]\()[^)\s]+(?=\))")
ELSEWHERE = ("http://", "https://", "mailto:", "#")
ON_GITHUB = re.compile(r"(?:https://(?:[^/@]+@)?|ssh://git@|git@)github\.com[/:](.+?)(?:\.git)?/?")


def main() -> int:
    """Write both folders, and say where."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", nargs="?", type=Path, help="default: build/handouts/")
    options.add_argument("--without-hints", action="store_true", help="student copies for a test")
    options.add_argument(
        "--colab",
        nargs="?",
        const="",
        metavar="OWNER/REPOSITORY[/BRANCH]",
        help="for Google Colab, from there on GitHub; default: where git's origin is",
    )
    chosen = options.parse_args()
    repository = None if chosen.colab is None else repository_of(chosen.colab or origin())
    folder = chosen.folder or (ROOT / "handouts" if repository else ROOT / "build" / "handouts")
    written = write(folder, hints=not chosen.without_hints, repository=repository)
    for target in written:
        print(f"{len(notebooks())} notebooks in {target}{os.sep}")
    if repository:
        print("Commit and push them to", repository.name, "on the branch", repository.branch)
        place = inside(written[0]) / notebooks()[0].name
        print("Then this opens the first:", repository.colab(place))
    return 0


def write(folder: Path, *, hints: bool = True, repository: Repository | None = None) -> list[Path]:
    """Write ``student/`` and ``solutions/`` into a folder, anew, and return their paths.

    Only what was written here before is replaced: see :func:`cnncourse.files.write_tree`.

    Raises
    ------
    ValueError
        If a file of somebody else is in the way; or if they are for Colab, and the folder is not
        one of this repository.
    OSError
        If a file cannot be written.
    """
    files: dict[str, bytes] = {}
    for name, make in {"student": student, "solutions": solutions}.items():
        place = inside(folder / name) if repository else None
        if not repository:  # else all addresses are on the web
            files |= {f"{name}/{path}": text for path, text in surroundings().items()}
        for path in notebooks():
            notebook = make(nbformat.read(path, as_version=4))
            if not hints and name == "student":
                notebook = without_hints(notebook)
            if repository:
                notebook = for_colab(notebook, repository, place / path.name)
            files[f"{name}/{path.name}"] = f"{nbformat.writes(moved(notebook))}\n".encode()
    write_tree(folder, files)
    return [folder / "student", folder / "solutions"]


def notebooks() -> list[Path]:
    """Return the notebooks of the course in their order."""
    return notebook_files.find(ROOT / "notebooks")


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


def surroundings() -> dict[str, bytes]:
    """Return the pictures, the start page, and the pages of ``docs/`` that notebooks link."""
    files = {f"img/{path.name}": path.read_bytes() for path in (ROOT / "img").iterdir()}
    pages = {f"docs/{name}": (ROOT / "docs" / name).read_text("utf-8") for name in linked()}
    start = (ROOT / "notebooks" / "README.md").read_text("utf-8")
    pages["README.md"] = start.replace("../docs/", "docs/")
    there = {*files, *pages, *(path.name for path in notebooks())}
    for name, text in pages.items():
        own = text.replace("../notebooks/", "../")
        files[name] = without_dead_links(own, posixpath.dirname(name), there).encode()
    return files


def linked() -> list[str]:
    """Return the names of the pages of ``docs/`` that the notebooks link."""
    text = "".join(path.read_text(encoding="utf-8") for path in notebooks())
    return sorted(set(re.findall(r"\(\.\./docs/([\w-]+\.md)", text)))


def without_dead_links(text: str, folder: str, there: Collection[str]) -> str:
    """Return a page in which a link to what is not handed out is plain words.

    Parameters
    ----------
    text : str
        In Markdown.
    folder : str
        Where the page lies in the handout.
    there : collection of str
        The paths of what is handed out.
    """

    def keep(link: re.Match) -> str:
        words, address = link.groups()
        file = posixpath.normpath(posixpath.join(folder, address.split("#")[0]))
        return link.group() if address.startswith(ELSEWHERE) or file in there else words

    return LINK.sub(keep, text)


# Google Colab -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Repository:
    """A branch of a repository on GitHub, and the addresses of what is in it."""

    name: str  # OWNER/REPOSITORY
    branch: str

    def colab(self, path: PurePosixPath) -> str:
        """Return the address at which Colab opens a notebook."""
        return f"https://colab.research.google.com/github/{self.name}/blob/{self.branch}/{path}"

    def page(self, path: PurePosixPath) -> str:
        """Return the address at which GitHub shows a page."""
        return f"https://github.com/{self.name}/blob/{self.branch}/{path}"

    def picture(self, path: PurePosixPath) -> str:
        """Return the address of a picture. Unless asked to sanitise an SVG, GitHub sends text."""
        base = f"https://raw.githubusercontent.com/{self.name}/{self.branch}/{path}"
        return f"{base}?sanitize=true" if path.suffix == ".svg" else base

    def requirement(self, extra: str) -> str:
        """Return what pip installs."""
        extras = f"[{extra}]" if extra else ""
        return f"cnncourse{extras} @ git+https://github.com/{self.name}@{self.branch}"


def repository_of(text: str) -> Repository:
    """Return the repository that OWNER/REPOSITORY or OWNER/REPOSITORY/BRANCH names.

    Raises
    ------
    ValueError
        If the text has another form.
    """
    named = re.fullmatch(r"([\w.-]+/[\w.-]+)(?:/([\w./-]+))?", text)
    if not named:
        raise ValueError(f"{text!r} is not OWNER/REPOSITORY or OWNER/REPOSITORY/BRANCH on GitHub")
    return Repository(named[1], named[2] or "main")


def origin() -> str:
    """Return OWNER/REPOSITORY of git's origin.

    Raises
    ------
    ValueError
        If there is none, or it is not on GitHub.
    """
    command = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
    address = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    found = ON_GITHUB.fullmatch(address)
    if not found:
        raise ValueError("git's origin is not on GitHub: write --colab OWNER/REPOSITORY")
    return found[1]


def inside(folder: Path) -> PurePosixPath:
    """Return where a folder lies in this repository.

    Raises
    ------
    ValueError
        If it lies elsewhere, or where git does not look: nobody could open it from GitHub.
    """
    path = folder.resolve()
    if not path.is_relative_to(ROOT) or path.is_relative_to(ROOT / "build"):
        raise ValueError(f"{folder} cannot be pushed: choose one in this repository, not in build/")
    return PurePosixPath(path.relative_to(ROOT).as_posix())


def for_colab(
    notebook: nbformat.NotebookNode, repository: Repository, place: PurePosixPath
) -> nbformat.NotebookNode:
    """Return a copy that Colab can open from a place in a repository, and that runs there."""

    def online(link: re.Match) -> str:
        file, _, part = link.group().partition("#")
        if link.group().startswith(ELSEWHERE):
            return link.group()
        path = PurePosixPath(os.path.normpath(f"notebooks/{file}").replace(os.sep, "/"))
        if path.suffix == ".ipynb":  # Colab knows the headings by other names
            return repository.colab(place.with_name(path.name))
        if path.suffix == ".md":
            return repository.page(path) + (f"#{part}" if part else "")
        return repository.picture(path)

    copy = deepcopy(notebook)
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            cell.source = ADDRESS.sub(online, cell.source)
    extra = "lab" if any("need_torch()" in cell.source for cell in copy.cells) else ""
    copy.cells[:0] = [button(repository.colab(place)), installation(repository.requirement(extra))]
    return copy


def button(address: str) -> nbformat.NotebookNode:
    """Return a cell with the button that opens a notebook in Colab."""
    badge = "https://colab.research.google.com/assets/colab-badge.svg"
    metadata = {"slideshow": {"slide_type": "skip"}}
    source = f"[![Open in Colab]({badge})]({address})"
    return new_markdown_cell(source, id="open-in-colab", metadata=metadata)


def installation(requirement: str) -> nbformat.NotebookNode:
    """Return a folded cell that installs the course in Colab, and does nothing elsewhere."""
    source = [
        "# @title In Colab, run this first: it installs the course",
        "import sys",
        "",
        'if "google.colab" in sys.modules:  # elsewhere the course is there already',
        f'    %pip install --quiet "{requirement}"',
    ]
    metadata = {
        "cellView": "form",  # folded in Colab, under its title
        "jupyter": {"source_hidden": True},
        "slideshow": {"slide_type": "skip"},
        "tags": ["colab", "hide-input"],
    }
    return new_code_cell("\n".join(source), id="install-in-colab", metadata=metadata)


if __name__ == "__main__":
    sys.exit(answered(main))
