"""What an exercise check answers, and the comparison that every check is made of.

    >>> import numpy as np
    >>> compare(lambda x: x + x, np.square, [(2,), (3,)])
    not right: with x = 3: I expected 9 but got 6.

A check runs the learner's function on several inputs and holds every answer against a trusted one:
the right type, the right shape, the right values everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from importlib import import_module
from inspect import signature
from types import CodeType
from typing import Any

import numpy as np

NOT_YET = (
    "nothing comes back. Is a ... still there, or is a return missing? "
    "Mend it, run that cell, then this one."
)
_MISSING = "your function returned nothing: a return is missing"
_CHANGED = (
    "the answer is right, but your function has changed what it was given: "
    "work on a copy, or put the old values back"
)


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
        mark, colour = {True: ("✓", "#0aa765"), False: ("✗", "#de42ce"), None: ("…", "#61636b")}[
            self.passed
        ]
        return (
            f'<div role="status" style="border-left:4px solid {colour};padding:.4em 1em;'
            'white-space:pre-wrap">'
            f"<b>{mark} {self.word}:</b> {escape(self.message)}</div>"
        )


def compare(
    function: Callable,
    reference: Callable,
    cases: Sequence[tuple],
    *,
    tolerance: float = 1e-6,
    forbidden: Sequence[Callable] = (),
) -> Verdict:
    """Run the learner's function and a trusted one on the same inputs.

    Parameters
    ----------
    function : callable
        The learner's. A stub that returns None or raises NotImplementedError is "not yet". The
        message calls the arguments by the names they have here.
    reference : callable
        Gives the right answer for the same arguments.
    cases : sequence of tuples
        The arguments of each call. The learner's function gets copies, and must leave them as they
        were.
    tolerance : float
        Largest allowed difference from a right value v, relative to 1 + abs(v).
    forbidden : sequence of callables
        Functions of the course that the learner is to write anew, and not to call.

    Returns
    -------
    Verdict
        "passed" only if every case agrees in shape and in every value.
    """
    for arguments in cases:
        expected, given = reference(*deepcopy(arguments)), deepcopy(arguments)
        got, problem = _answer_without(forbidden, function, *given)
        if got is None and not problem and arguments is cases[0]:
            return Verdict(None, NOT_YET)
        problem = problem or (_MISSING if got is None else _difference(got, expected, tolerance))
        if not problem and not _unchanged(given, arguments):
            problem = _CHANGED
        if problem:
            return Verdict(False, f"{_given(function, arguments)}{problem}.")
    return Verdict(True, f"the answer is right in {_count(len(cases))}.")


def _answer(function: Callable, *arguments: object) -> tuple[Any, str]:
    """What comes back, None from a stub; and what the learner's code raised, in a sentence."""
    try:
        answer = function(*arguments)
    except SystemExit:
        return None, "your code ends Python, as exit() does: say return instead"
    except Exception as error:
        words = str(error).rstrip(".")
        if isinstance(error, NotImplementedError) and not words:  # PyTorch says what is missing
            return None, ""
        return None, f"your code stopped with {type(error).__name__}" + (words and f": {words}")
    return (None if answer is Ellipsis else answer), ""


def _answer_without(
    forbidden: Sequence[Callable], function: Callable, *arguments: object
) -> tuple[Any, str]:
    """As `_answer`; to call a forbidden function is a problem, by whatever name it is called."""
    if not forbidden:
        return _answer(function, *arguments)
    called: set[CodeType] = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, _event, _argument: called.add(frame.f_code))
    try:
        got, problem = _answer(function, *arguments)
    finally:
        sys.setprofile(before)
    taken = [each.__name__ for each in forbidden if each.__code__ in called]
    return got, f"{taken[0]} is what you are to write: do it without it" if taken else problem


def _unchanged(now: Any, before: Any) -> bool:
    """Tell whether numbers and arrays, also those in lists and tuples, are what they were."""
    if isinstance(before, list | tuple):
        same = isinstance(now, list | tuple) and len(now) == len(before)
        return same and all(map(_unchanged, now, before))
    return not isinstance(before, np.ndarray | int | float) or _same(now, before)


def _same(now: Any, before: Any) -> bool:
    """Tell whether two things hold equal numbers at equal places; NaN is taken as equal to NaN."""
    try:
        return np.array_equal(now, before, equal_nan=True)
    except TypeError:  # no numbers, so there is no NaN to look for
        return np.array_equal(now, before)


def design(
    function: Callable[[], object],
    problem: Callable[[np.ndarray], str],
    shapes: Sequence[tuple[int, ...]],
    praise: str,
) -> Verdict:
    """Return a verdict on numbers that a learner has designed, by what they do.

    Parameters
    ----------
    function : callable
        The learner's, without arguments: it returns the numbers.
    problem : callable
        Says what is wrong with the effect of the numbers, or an empty string.
    shapes : sequence of tuples
        The numbers must have one of them.
    praise : str
        What the verdict says when nothing is wrong.
    """
    answer, stopped = _answer(function)
    if stopped:
        return Verdict(False, f"{stopped}.")
    if answer is None:
        return Verdict(None, NOT_YET)
    try:
        numbers = as_numbers(answer)
    except ValueError as error:
        return Verdict(False, f"I expected numbers but got {error}.")
    if numbers.shape not in shapes:
        return Verdict(False, f"I expected the shape {shapes[0]} but got {_form(numbers)}.")
    wrong = problem(numbers) if np.isfinite(numbers).all() else "one of them is not finite"
    return Verdict(not wrong, f"{wrong or praise}.")


def on_trial(trial: str, theirs: Callable, praise: str) -> Verdict:
    """Return a verdict on what a learner has written in PyTorch, which is loaded for it.

    Parameters
    ----------
    trial : str
        A module of `cnncourse.lab` and a function, such as "block_trial.of_inception". It says
        what is wrong, or an empty string.
    theirs : callable
        The learner's function or class.
    praise : str
        What the verdict says when nothing is wrong.
    """
    module, name = trial.split(".")
    wrong, stopped = _answer(getattr(import_module(f"cnncourse.lab.{module}"), name), theirs)
    if wrong is None and not stopped:
        return Verdict(None, NOT_YET)
    return Verdict(wrong == "", f"{stopped or wrong or praise}.")


def _difference(got: object, expected: object, tolerance: float) -> str:
    """What is wrong with an answer, or an empty string."""
    if isinstance(expected, str | bool):
        got = bool(got) if isinstance(got, np.bool_) else got
        wrong = type(got) is not type(expected)
        return f"I expected {expected!r} but got {got!r}" if wrong or got != expected else ""
    try:
        answer, right = as_numbers(got), np.asarray(expected, dtype=float)
    except ValueError as error:
        return f"I expected numbers but got {error}"
    if answer.shape != right.shape:
        return f"I expected {_form(right)} but got {_form(answer)}"
    agree = np.abs(answer - right) <= tolerance * (1 + np.abs(right))  # False where NaN
    if agree.all():
        return ""
    where = tuple(int(i) for i in np.argwhere(~agree)[0])
    place = f" at index {where[0] if len(where) == 1 else where}" if where else ""
    wanted, found = _number(right[where]), _number(answer[where])
    if wanted == found:  # they differ only in the digits that were left out
        wanted, found = repr(float(right[where])), repr(float(answer[where]))
    return f"I expected {wanted}{place} but got {found}"


def as_numbers(answer: object) -> np.ndarray:
    """Return an answer as decimal numbers; NumPy would read the text "9" as the number 9.

    Raises
    ------
    ValueError
        If the answer is or holds something else than numbers: the message says what.
    """
    try:
        values = np.asarray(answer)
    except ValueError:
        raise ValueError(f"{_kind(answer)} whose parts differ in length") from None
    mixed = values.dtype.kind == "O" and any(isinstance(part, str) for part in values.flat)
    if mixed or values.dtype.kind in "US":
        raise ValueError("text" if isinstance(answer, str) else f"text inside {_kind(answer)}")
    if values.dtype.kind == "c":
        raise ValueError("complex numbers")
    try:
        return values.astype(float)
    except (TypeError, ValueError):
        raise ValueError(_kind(answer)) from None


def _kind(answer: object) -> str:
    """What an answer is, with its article: "a list", "an array"."""
    name = "array" if isinstance(answer, np.ndarray) else type(answer).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _form(numbers: np.ndarray) -> str:
    return f"the shape {numbers.shape}" if numbers.ndim else "a single number"


def _number(value: float) -> str:
    """A number as text: whole ones with all their digits, others with six."""
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:g}"


def _given(function: Callable, arguments: tuple) -> str:
    """The arguments of a call, named as in the function: in the sentence, or in lines if long."""
    values = [_value(argument) for argument in arguments]
    try:
        names = list(signature(function).bind(*arguments).arguments)
    except (TypeError, ValueError):  # it takes other arguments, or does not tell which
        names = []
    if len(names) != len(values):  # f(*all) has one name for all
        return f"with input {', '.join(values)}: "
    named = [f"{name} = {value}" for name, value in zip(names, values, strict=True)]
    sentence = f"with {', '.join(named)}: "
    return sentence if len(sentence) <= 80 else "\n    ".join(["with", *named]) + "\n"


def _value(argument: object) -> str:
    """An argument as text: an array by its values if these are few, by its shape if not."""
    if isinstance(argument, tuple) and any(isinstance(part, np.ndarray) for part in argument):
        return f"({', '.join(map(_value, argument))})"
    if not isinstance(argument, np.ndarray):
        return repr(argument)
    if argument.size > 20:
        return _large(argument)
    text = np.array2string(
        argument, separator=", ", formatter={"float_kind": "{:.4g}".format, "int_kind": str}
    )
    return " ".join(text.split())


def _large(numbers: np.ndarray) -> str:
    """A large array as text: those of its values that are not 0, if they are few."""
    places = [tuple(place) for place in np.argwhere(numbers).tolist()]
    if len(places) > 4:
        return f"an array of shape {numbers.shape}"
    at = (f"{_number(numbers[place])} at {place}" for place in places)
    return f"zeros of shape {numbers.shape}" + (f", but {', '.join(at)}" if places else "")


def _count(cases: int) -> str:
    return "the one case tried" if cases == 1 else f"all {cases} cases tried"
