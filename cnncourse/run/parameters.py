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
(``# or your own file; one of: …``), a path that exists is allowed too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

CHOICES = re.compile(r"one of:? *(.+)")
LIMITS = re.compile(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)")
OR_A_PATH = re.compile(r"\bor\b.*one of")
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
        return literal(f"({match[1]},)", otherwise=()) if match else ()

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
        try:
            converted = convert(value, type(self.default))
        except TypeError as error:
            wanted = NAMES.get(type(self.default), f"a {type(self.default).__name__}")
            raise ValueError(
                f"{self.name} = {value!r} is not {wanted}, such as {self.default!r}"
            ) from error
        if self.choices and converted not in self.choices and not self.is_path(converted):
            raise ValueError(f"{self.name} = {converted!r} is unknown: {self.advice(converted)}")
        if self.limits and not self.limits[0] <= converted <= self.limits[1]:
            low, high = self.limits
            raise ValueError(
                f"{self.name} = {converted} is out of range: choose from {low:g} to {high:g}"
            )
        return converted

    def is_path(self, value: object) -> bool:
        """Tell whether a value is a file or folder that is there, where the comment allows one."""
        if not (value and OR_A_PATH.search(self.comment)):
            return False
        return (self.folder / Path(str(value)).expanduser()).exists()

    def advice(self, value: object) -> str:
        """Return what to write in place of a value that is unknown."""
        choices = ", ".join(map(repr, self.choices))
        if OR_A_PATH.search(self.comment):
            return f"choose one of {choices}, or a path that exists, seen from {self.folder}/"
        return f"choose one of {choices}"


def literal(text: str, otherwise: object) -> object:
    """Return the value that a text has in Python, if it is a plain one."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return otherwise


def convert(value: object, kind: type) -> object:
    """Return a value in a type, without a change of meaning: True is not 1, and 2.0 is not 2.

    A text, as the command line gives it, is read as Python reads it; "true" means True. A type is
    unknown where the default is no plain value (``None``, ``2 * 3``): anything goes.

    Raises
    ------
    TypeError
        If the value has another type.
    """
    if kind is type(None) or type(value) is kind:
        return value
    if kind is float and type(value) is int:
        return float(value)
    plain = value
    if isinstance(value, str):
        plain = literal(value.capitalize() if kind is bool else value, otherwise=value)
    if isinstance(plain, str) or plain is value:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return convert(plain, kind)


def read(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook by name, in their order.

    Raises
    ------
    ValueError
        If there is no such file, or it is no notebook.
    """
    import papermill

    if not notebook.is_file():
        raise ValueError(f"there is no file {notebook}: give the path of a notebook")
    try:
        found = papermill.inspect_notebook(notebook)
    except Exception as error:  # not JSON, not a notebook, a format of the future …
        raise ValueError(f"{notebook} is not a notebook that can be read: {error}") from error
    return {
        name: Parameter(
            name, literal(entry["default"], otherwise=None), entry["help"], notebook.parent
        )
        for name, entry in found.items()
    }


def nearest(name: str, names: Collection[str]) -> str:
    """Return what to say after a name that is unknown: the nearest one, or all of them."""
    if close := get_close_matches(name, names, n=1):
        return f'did you mean "{close[0]}"?'
    return f"there are {', '.join(sorted(names)) or 'none'}"
