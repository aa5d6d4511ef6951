"""The file of a notebook, read with care: a notebook comes out, or a sentence that says why not.

    >>> cells = '[{"cell_type": "markdown", "metadata": {}, "source": "# Look"}]'
    >>> title(parse(f'{{"nbformat": 4, "metadata": {{}}, "cells": {cells}}}'.encode()))
    'Look'

Older formats become format 4, a mark at the beginning of the file (BOM) is passed over, and what is
not there but may be missing (tags, outputs, the name of the kernel) is added.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]  # as it stands in the file: see the format of nbformat

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
KINDS = ("code", "markdown", "raw")


def find(folder: Path) -> list[Path]:
    """Return the notebooks of a folder in the order of their names.

    Folders, and the files that macOS puts beside others on a foreign disk (``._01.ipynb``), are
    none.
    """
    files = (path for path in folder.glob("*.ipynb") if path.is_file())
    return sorted(path for path in files if not path.name.startswith("."))


def read(path: Path) -> bytes:
    """Return the contents of a file that is a notebook.

    Raises
    ------
    ValueError
        If there is no such file, it may not be read, or it is no notebook: see :func:`parse`.
    """
    try:
        if path.is_dir():
            raise ValueError(f"{path} is a folder: give the path of a notebook in it")
        contents = path.read_bytes()
    except FileNotFoundError as error:
        raise ValueError(f"there is no file {path}: give the path of a notebook") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    try:
        parse(contents)
    except ValueError as error:
        raise ValueError(f"{path} is not a notebook that can be read: {error}") from error
    return contents


def parse(contents: bytes) -> Notebook:
    """Return what the file of a notebook holds, in format 4.

    Raises
    ------
    ValueError
        If it is empty, not JSON, of an unknown format or another language, or damaged.
    """
    if not contents.strip():
        raise ValueError("it is empty")
    try:
        notebook = json.loads(contents.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        if b"\n<<<<<<< " in contents:
            raise ValueError("it holds a merge conflict of git: settle that first") from error
        raise ValueError(f"it is not JSON ({error})") from error
    notebook = in_format_4(notebook)
    damage = next(damages(notebook), "")
    if damage:
        raise ValueError(damage)
    return notebook


def in_format_4(notebook: object) -> Notebook:
    """Return a notebook in format 4, which JSON gave in any format.

    Raises
    ------
    ValueError
        If it is no notebook, or of a format that is not known here.
    """
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if not isinstance(notebook, dict) or type(version) is not int:
        raise ValueError("it is JSON, and no notebook: it says no format (nbformat)")
    if version == 4:
        return notebook
    try:
        import nbformat

        return dict(nbformat.convert(nbformat.from_dict(notebook), 4))
    except Exception as error:  # nbformat has many ways to say so
        raise ValueError(f"it is of format {version}, and cannot be brought into 4") from error


def damages(notebook: Notebook) -> Iterator[str]:
    """Yield what is wrong with a notebook of format 4; add what is only missing."""
    metadata = notebook.setdefault("metadata", {})
    cells = notebook.get("cells")
    if not isinstance(metadata, dict) or not isinstance(cells, list):
        yield "it has no list of cells, or no metadata"
        return
    if not isinstance(metadata.setdefault("cnncourse", {}), dict):
        yield "what its metadata says for this course is damaged"
    kernel = metadata.setdefault("kernelspec", dict(KERNEL))
    if not isinstance(kernel, dict):
        yield "its kernelspec is damaged"
        return
    language = str(kernel.setdefault("language", "python"))
    if language.lower() != "python":
        yield f"it is written in {language[:30]}, and only Python is run here"
    kernel.setdefault("name", "python3")
    kernel.setdefault("display_name", "Python 3")
    notebook.setdefault("nbformat_minor", 4)  # the last in which cells need no names of their own
    for number, cell in enumerate(cells):
        if damage := cell_damage(cell):
            yield f"its cell {number} {damage}"


def cell_damage(cell: object) -> str:
    """Return what is wrong with a cell, "" if nothing is; add what is only missing."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in KINDS:
        return f"is of no kind that is known: {', '.join(KINDS)}"
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        cell["source"] = source = "".join(source)
    if not isinstance(source, str):
        return "holds no text"
    metadata = cell.setdefault("metadata", {})
    if not isinstance(metadata, dict) or not isinstance(metadata.get("tags", []), list):
        return "has damaged metadata"
    if cell["cell_type"] == "code":
        cell.update(outputs=[], execution_count=None)  # of an earlier time: it will be executed
    return ""


def title(notebook: Notebook) -> str:
    """Return the title of a notebook: the first line of its first cell; "" if it is empty."""
    first = notebook["cells"][0]["source"].strip() if notebook["cells"] else ""
    return first.splitlines()[0].lstrip("# ") if first else ""


def tagged(notebook: Notebook, tag: str) -> list[str]:
    """Return the sources of the code cells that carry a tag.

    Parameters
    ----------
    notebook : Notebook
    tag : str
    """
    return [
        cell["source"]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and tag in cell["metadata"].get("tags", ())
    ]
