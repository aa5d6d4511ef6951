"""The parameters of a notebook, and the values that its own comments allow.

    >>> epochs = Parameter("epochs", 5, "how often each digit is seen, 1 to 20")
    >>> epochs.limits
    (1.0, 20.0)
    >>> epochs.check("3")
    3
    >>> epochs.check(50)
    Traceback (most recent call last):
    ValueError: epochs = 50 is out of range: choose from 1 to 20

The comment behind a parameter is the one the learner reads, and the only place where its values
are written: ``# one of: "china", "flower"`` or ``# 0 to 100``. Where it offers something else first
(``# or your own file; one of: …``), the path of a picture or of a folder is allowed too.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from reprlib import Repr

from cnncourse.run import notebook

CHOICES = re.compile(r"one of:? *(.+)")
LIMITS = re.compile(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)")
OR_A_PATH = re.compile(r"\bor\b.*one of")
SHORT = Repr()
SHORT.maxstring = SHORT.maxother = 60  # a value in a message
NAMES = {int: "a whole number", float: "a number", bool: "True or False", str: "a text"}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: ``name = default  # comment``.

    ``folder`` is the notebook's, where a relative path starts.
    """

    name: str
    default: object
    comment: str = ""
    folder: Path = Path()

    @property
    def choices(self) -> tuple[object, ...]:
        """The values that the comment lists behind "one of:"; none if it lists no values."""
        match = CHOICES.search(self.comment)
        values = literal(f"({match[1]},)", otherwise=()) if match else ()
        return values if isinstance(values, tuple) else ()

    @property
    def limits(self) -> tuple[float, float] | None:
        """The smallest and the largest number, where the comment says "… to …"."""
        match = LIMITS.search(self.comment) if isinstance(self.default, int | float) else None
        return (float(match[1]), float(match[2])) if match else None

    def check(self, value: object) -> object:
        """Return a value in the parameter's type; a text is read as Python would read it.

        Raises
        ------
        ValueError
            If the type is another, or the comment does not allow the value.
        """
        shown = SHORT.repr(value)
        try:
            converted = convert(value, type(self.default))
        except TypeError as error:
            wanted = NAMES.get(type(self.default), f"a {type(self.default).__name__}")
            raise ValueError(
                f"{self.name} = {shown} is not {wanted}, such as {self.default!r}"
            ) from error
        if self.choices and converted not in self.choices:
            self.check_path(converted)
        if self.limits and isinstance(converted, int | float):
            low, high = self.limits
            if not low <= converted <= high:
                raise ValueError(
                    f"{self.name} = {shown} is out of range: choose from {low:g} to {high:g}"
                )
        return converted

    def check_path(self, value: object) -> None:
        """Refuse what is no choice, unless the comment allows a path and this is one.

        Raises
        ------
        ValueError
            If it is not there, or is not what the comment asks for: a picture, or a folder.
        """
        unknown = ValueError(f"{self.name} = {SHORT.repr(value)} is unknown: {self.advice()}")
        if not (value and OR_A_PATH.search(self.comment)):
            raise unknown
        try:
            path = self.folder / Path(str(value)).expanduser()
            there = path.exists()
        except (OSError, ValueError, RuntimeError):  # too long, a zero in it, no such user
            raise unknown from None
        if not there:
            raise unknown
        if "folder" in self.comment:
            if not path.is_dir():
                raise ValueError(f"{self.name} = {value!r} is a file: name the folder it is in")
            return
        from cnncourse import images  # loads OpenCV

        try:
            images.load(path)
        except (ValueError, OSError) as problem:
            raise ValueError(f"{self.name} = {value!r} will not do: {problem}") from problem

    def advice(self) -> str:
        """Return what to write in place of a value that is unknown."""
        choices = ", ".join(map(repr, self.choices))
        if OR_A_PATH.search(self.comment):
            return f"choose one of {choices}, or a path that exists, seen from {self.folder}/"
        return f"choose one of {choices}"


def literal(text: str, otherwise: object) -> object:
    """Return the value that a text has in Python, if it is a plain one.

    Parameters
    ----------
    text : str
    otherwise : object
        What to return if it is not.
    """
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):  # the last two: too deep
        return otherwise


def convert(value: object, kind: type) -> object:
    """Return a value in a type, without a change of meaning: True is not 1, and 2.0 is not 2.

    A text, as the command line gives it, is read as Python reads it; "true" means True. A type is
    unknown where the default is no plain value (``None``, ``2 * 3``): anything goes.

    Parameters
    ----------
    value : object
    kind : type
        That of the default.

    Raises
    ------
    TypeError
        If the value has another type.
    """
    if kind is type(None) or type(value) is kind:
        return value
    if kind is float and type(value) is int and abs(value) < 1e300:  # else it would be no float
        return float(value)
    plain = value
    if isinstance(value, str):
        plain = literal(value.capitalize() if kind is bool else value, otherwise=value)
    if isinstance(plain, str) or plain is value:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return convert(plain, kind)


def read(path: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook by name, in their order.

    Raises
    ------
    ValueError
        If there is no such file, it is no notebook, or its parameters cell is not Python.
    """
    cells = notebook.tagged(notebook.parse(notebook.read(path)), "parameters")
    try:
        lines = list(assignments(cells[0])) if cells else []
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise ValueError(f"the parameters cell of {path} is not plain Python: {error}") from error
    return {
        name: Parameter(name, literal(default, otherwise=None), comment, path.parent)
        for name, default, comment in lines
    }


def assignments(source: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and comment of each line ``name = value  # comment``.

    Raises
    ------
    SyntaxError, ValueError
        If the source is not Python.
    """
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        else:
            continue
        if isinstance(target, ast.Name) and statement.value:
            value = ast.get_source_segment(source, statement.value) or ""
            yield target.id, value, comments.get(statement.end_lineno or 0, "")


def nearest(name: str, names: Collection[str]) -> str:
    """Return what to say after a name that is unknown: the nearest one, or all of them.

    Parameters
    ----------
    name : str
    names : collection of str
        Those that are known.
    """
    if close := get_close_matches(name, names, n=1):
        return f'did you mean "{close[0]}"?'
    return f"there are {', '.join(sorted(names)) or 'none'}"
