"""What an exercise check answers, and the comparison that every check is made of.

    >>> import numpy as np
    >>> compare(lambda x: x + x, np.square, [(2,), (3,)])
    not right: with input 3 I expected 9 but got 6.

A check runs the learner's function on several inputs and holds every answer against a trusted one:
the right type, the right shape, the right values everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from html import escape

import numpy as np


@dataclass(frozen=True)
class Verdict:
    """The answer of a check: passed (True), not right (False) or not tried yet (None)."""

    passed: bool | None
    message: str

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        return {True: "passed", False: "not right", None: "not yet"}[self.passed]

    def __repr__(self) -> str:
        return f"{self.word}: {self.message}"

    def _repr_html_(self) -> str:
        mark, colour = {
            True: ("✓", "#0aa765"),
            False: ("✗", "#de42ce"),
            None: ("…", "#61636b"),
        }[self.passed]
        return (
            f'<div role="status" style="border-left:4px solid {colour};padding:.4em 1em">'
            f"<b>{mark} {self.word}:</b> {escape(self.message)}</div>"
        )


def compare(
    function: Callable, reference: Callable, cases: Sequence[tuple], *, tolerance: float = 1e-6
) -> Verdict:
    """Run the learner's function and a trusted one on the same inputs.

    Parameters
    ----------
    function : callable
        The learner's. A stub that returns None or raises NotImplementedError is "not yet".
    reference : callable
        Gives the right answer for the same arguments.
    cases : sequence of tuples
        The arguments of each call; they are copied, so a function that changes them does no harm.
    tolerance : float
        Largest allowed difference from a right value v, relative to 1 + abs(v).

    Returns
    -------
    Verdict
        "passed" only if every case agrees in shape and in every value.
    """
    for arguments in cases:
        expected = reference(*deepcopy(arguments))
        try:
            got = function(*deepcopy(arguments))
        except NotImplementedError:
            got = None
        except Exception as error:  # whatever the learner's code raises becomes a sentence
            return Verdict(
                False,
                f"with input {_show(arguments)} your function stopped with "
                f"{type(error).__name__}: {error}",
            )
        if got is None or got is Ellipsis:
            return Verdict(None, "replace the ... in the cell above, run it, then run this cell.")
        problem = _difference(got, expected, tolerance)
        if problem:
            return Verdict(False, f"with input {_show(arguments)} {problem}.")
    return Verdict(True, f"the answer is right in {_count(len(cases))}.")


def _difference(got: object, expected: object, tolerance: float) -> str:
    """What is wrong with an answer, or an empty string."""
    if isinstance(expected, str | bool):
        wrong = type(got) is not type(expected) and not isinstance(got, np.bool_)
        return f"I expected {expected!r} but got {got!r}" if wrong or got != expected else ""
    try:
        answer, right = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    except (TypeError, ValueError):
        return f"I expected numbers but got {type(got).__name__}"
    if answer.shape != right.shape:
        return f"I expected the shape {right.shape} but got {answer.shape}"
    agree = np.abs(answer - right) <= tolerance * (1 + np.abs(right))  # False where NaN
    if agree.all():
        return ""
    where = tuple(int(i) for i in np.argwhere(~agree)[0])
    place = f" at index {where}" if where else ""
    return f"I expected {right[where]:g}{place} but got {answer[where]:g}"


def _show(arguments: tuple) -> str:
    """The arguments of a call, arrays by their values if small and by their shape if large."""

    def one(value: object) -> str:
        if isinstance(value, np.ndarray):
            return str(value.tolist()) if value.size <= 16 else f"an array of shape {value.shape}"
        return repr(value)

    return ", ".join(one(value) for value in arguments)


def _count(cases: int) -> str:
    return "the one case tried" if cases == 1 else f"all {cases} cases tried"
