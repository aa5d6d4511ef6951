"""Run the code cells of a notebook in this process: fast, and what they leave can be looked at.

    page = run("01_image_basics", photo="white.png")
    page.printed["cell-01-004"], page.after["cell-01-004"]["image"]

Questions, explorers and pictures are built, nothing is shown. What a cell shows by its last line is
kept as well.
"""

from __future__ import annotations

import ast
import io
import re
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import form
import matplotlib

matplotlib.use("Agg")

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
SECTION = re.compile(r"^## (.+)$", flags=re.MULTILINE)


@dataclass
class Page:
    """What the cells of a notebook left behind, by their ids."""

    printed: dict[str, str] = field(default_factory=dict)
    shown: dict[str, object] = field(default_factory=dict)  # the value of the last line
    after: dict[str, dict] = field(default_factory=dict)  # all names and their values


@cache
def cells(name):
    """Return the cells of a notebook."""
    return form.load(FOLDER / f"{name}.ipynb").cells


def sections(name):
    """Return the headings of a notebook and their cells; those before the first heading are ""."""
    found = {"": []}
    for cell in cells(name):
        heading = SECTION.search(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            found[heading[1]] = []
        found[list(found)[-1]].append(cell)
    return found


def run(name, chosen=None, names=None, **parameters):
    """Return what the code cells of a notebook leave behind, all of them or those chosen.

    They may begin with the names, and their values, that other cells have left.
    """
    page, names = Page(), {"__name__": "__main__", **(names or {})}
    for cell in cells(name) if chosen is None else chosen:
        if cell.cell_type == "code":
            printed = io.StringIO()
            with redirect_stdout(printed):
                page.shown[cell.id] = execute(cell.source, names)
            if "parameters" in form.tags(cell):
                names.update(parameters)
            page.printed[cell.id] = printed.getvalue()
            page.after[cell.id] = dict(names)
    return page


def execute(source, names):
    """Run some lines; return the value of the last one if it is an expression."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
    return last and eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
