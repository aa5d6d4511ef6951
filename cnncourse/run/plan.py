"""What is to be run: the command line and a grid become jobs, checked before anything starts.

    >>> rows({"seed": [0, 1], "epochs": [1, 2]})[:2]
    [{'seed': 0, 'epochs': 1}, {'seed': 0, 'epochs': 2}]

A grid has one of three forms: names with lists of values (every combination is run), a list of runs
(each with its names and values), or notebooks with a grid of the first two forms each.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from pathlib import Path

from cnncourse.run import notebook as notebook_files
from cnncourse.run import parameters
from cnncourse.run.parameters import SHORT, Parameter, nearest

LONGEST_NAME = 160  # bytes; file systems end at 255
MOST_RUNS = 10_000

Values = dict[str, object]


@dataclass(frozen=True)
class Job:
    """One notebook with one set of parameters. Only parameters that were given are listed."""

    notebook: Path
    parameters: Values
    source: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The name of its files in ``build/``: the notebook's, with the parameters behind it."""
        given = "".join(f",{name}={self.parameters[name]}" for name in sorted(self.parameters))
        whole = self.notebook.stem + given
        plain = self.notebook.stem + re.sub(r"[^\w=,.+-]", "_", given)
        plain = plain.encode(errors="replace")[:LONGEST_NAME].decode(errors="ignore")
        if plain != whole:  # two different ones must not become the same
            plain += "," + hashlib.sha256(whole.encode(errors="replace")).hexdigest()[:8]
        return plain

    @property
    def fingerprint(self) -> str:
        """A number for the contents of the notebook: another one as soon as a letter changes."""
        return hashlib.sha256(self.source).hexdigest()


def plan(
    notebooks: Sequence[Path],
    settings: Mapping[str, str] | None = None,
    grid: object = None,
    *,
    fast: bool = False,
) -> list[Job]:
    """Return the jobs, in the order of the notebooks, each once.

    Parameters
    ----------
    notebooks : sequence of Path
    settings : mapping of str to str, optional
        Parameters for every notebook that knows them.
    grid : optional
        What a YAML file holds; see the head of this module.
    fast : bool
        Whether to start from the small values that a notebook lists in its metadata.

    Raises
    ------
    ValueError
        For an unknown name, a value that a notebook does not allow, or a grid of another form.
    """
    settings = settings or {}
    notebooks = each_once(notebooks)
    known = {notebook: parameters.read(notebook) for notebook in notebooks}
    refuse_unknown(settings, [name for names in known.values() for name in names])
    jobs = []
    for notebook, runs in per_notebook(grid, known).items():
        source = notebook_files.read(notebook)
        small = fast_values(source, known[notebook]) if fast else {}
        chosen = [combine(known[notebook], small, run, settings) for run in runs]
        jobs += [Job(notebook, values, source) for values in distinct(chosen)]
    return jobs


def combine(
    known: Mapping[str, Parameter], fast: Values, run: Values, settings: Mapping[str, str]
) -> Values:
    """Return the checked parameters of one run.

    Parameters
    ----------
    known : mapping of str to Parameter
        What the notebook knows.
    fast, run, settings : mapping
        Values by name, the last of which counts; but a name may come from the grid (``run``) or
        from the command line (``settings``), not from both.

    Raises
    ------
    ValueError
        If it comes from both, or the notebook does not allow a value.
    """
    if both := sorted(run.keys() & settings.keys()):
        raise ValueError(f"{both[0]} is set by --parameter and by the grid: set it in one of them")
    chosen = {**fast, **run, **settings}
    return {name: known[name].check(value) for name, value in chosen.items() if name in known}


def distinct(runs: Sequence[Values]) -> list[Values]:
    """Return the runs without repetitions, in their order."""
    return list({json.dumps(run, sort_keys=True, default=str): run for run in runs}.values())


def fast_values(source: bytes, known: Collection[str]) -> Values:
    """Return the small values that a notebook lists in its metadata under ``cnncourse: fast``.

    Parameters
    ----------
    source : bytes
        The file of the notebook.
    known : collection of str
        The names of its parameters.

    Raises
    ------
    ValueError
        If it lists something else, or a name that it does not know.
    """
    values = notebook_files.parse(source)["metadata"]["cnncourse"].get("fast", {})
    if not isinstance(values, dict):
        raise ValueError(f"cnncourse: fast in the metadata is {SHORT.repr(values)}: name values")
    refuse_unknown(values, known)
    return values


def each_once(notebooks: Sequence[Path]) -> list[Path]:
    """Return the notebooks without those that are given a second time.

    Raises
    ------
    ValueError
        If the results of two would have the same name.
    """
    different = list({path.resolve(): path for path in reversed(notebooks)}.values())[::-1]
    names = [notebook.stem for notebook in different]
    if double := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two notebooks are called {double[0]}: run them with a --build for each")
    return different


def refuse_unknown(names: Collection[str], known: Collection[str]) -> None:
    """Refuse the first name that no notebook knows.

    Parameters
    ----------
    names, known : collection of str

    Raises
    ------
    ValueError
        With the nearest name that is known.
    """
    for name in names:
        if name not in known:
            shown = SHORT.repr(str(name))[1:-1]
            raise ValueError(f'no parameter is called "{shown}": {nearest(shown, set(known))}')


# Grids --------------------------------------------------------------------------------------------


def read_grid(path: Path) -> object:
    """Return what a YAML file holds.

    Raises
    ------
    ValueError
        If the file is not there or is not YAML.
    """
    import yaml

    try:
        grid = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"the grid {path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"the grid {path} is not YAML: {error}") from error
    if not grid:
        raise ValueError(f"the grid {path} is empty: write a list of values under a name")
    return grid


def per_notebook(
    grid: object, known: Mapping[Path, Mapping[str, Parameter]]
) -> dict[Path, list[Values]]:
    """Return the runs of each notebook; only notebooks that a grid names, if it names any.

    Parameters
    ----------
    grid : what a YAML file holds, or None
    known : mapping of Path to the parameters of a notebook

    Raises
    ------
    ValueError
        If the grid has another form, or names what is not known.
    """
    if isinstance(grid, dict) and names_notebooks(grid):
        notebooks = {notebook.stem: notebook for notebook in known}
        grids = {find(name, notebooks): each for name, each in grid.items()}
    else:
        every = [name for names in known.values() for name in names]
        for run in rows(grid):
            refuse_unknown(run, every)
        return {notebook: only(rows(grid), names) for notebook, names in known.items()}
    for notebook, each in grids.items():
        for run in rows(each):
            refuse_unknown(run, known[notebook])
    return {notebook: rows(each) for notebook, each in grids.items()}


def names_notebooks(grid: Mapping[str, object]) -> bool:
    """Tell whether a grid has the third form: under every name stands a grid, not a value."""
    return bool(grid) and all(
        isinstance(each, dict) or (isinstance(each, list) and each and isinstance(each[0], dict))
        for each in grid.values()
    )


def find(name: object, notebooks: Mapping[str, Path]) -> Path:
    """Return the notebook that a grid means, with or without ``.ipynb``.

    Parameters
    ----------
    name : what stands in the grid
    notebooks : mapping of the stem of a file's name to its path

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    stem = str(name).removesuffix(".ipynb")
    if stem not in notebooks:
        raise ValueError(f'no notebook here is called "{name}": {nearest(stem, notebooks)}')
    return notebooks[stem]


def only(runs: Sequence[Values], names: Collection[str]) -> list[Values]:
    """Return the runs with no other parameters than those of one notebook.

    Parameters
    ----------
    runs : sequence of parameters
    names : collection of str
        Those that the notebook knows.
    """
    return [{name: value for name, value in run.items() if name in names} for run in runs]


def rows(grid: object) -> list[Values]:
    """Return the runs of a grid of the first or second form; one without parameters for None.

    Raises
    ------
    ValueError
        If the grid has another form, or holds no run at all.
    """
    if grid is None:
        return [{}]
    if isinstance(grid, dict) and grid:
        lists = [values if isinstance(values, list) else [values] for values in grid.values()]
        if prod(map(len, lists)) > MOST_RUNS:
            raise ValueError(f"a grid may have {MOST_RUNS} runs, and this has more: leave some out")
        runs: object = [dict(zip(grid, values, strict=True)) for values in product(*lists)]
    else:
        runs = grid
    if not (isinstance(runs, list) and runs and all(isinstance(run, dict) for run in runs)):
        raise ValueError(
            "a grid is a list of runs, or names with lists of values, and this is not: "
            + SHORT.repr(grid)
        )
    return runs
