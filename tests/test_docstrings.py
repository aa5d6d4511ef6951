"""Docstrings are whole: a reader finds every parameter, what comes back and what is refused."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "cnncourse"
MODULES = sorted(PACKAGE.rglob("*.py"))
GIVES_NOTHING = ("None", "Iterator[None]")  # the second: a with-statement that yields no value

# "Returns" as a section, or a sentence that says what comes back: "Return …", "A …", "The …"
SAYS_WHAT_COMES_BACK = re.compile(r"\b(Returns|Yields)\n-------?\n|\breturns?\b|^A |^The ", re.I)


def methods(owner):
    """Return the functions of a class by name."""
    return {node.name: node for node in owner.body if isinstance(node, ast.FunctionDef)}


def public_functions(tree):
    """Yield the names and nodes of public functions, and of the methods of public classes.

    A method that overrides one of a class of the same module needs no words of its own.
    """
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    found = methods(tree)
    for name, owner in classes.items():
        bases = [classes[base.id] for base in owner.bases if getattr(base, "id", "") in classes]
        told = {method for base in bases for method in methods(base)}
        own = {f"{name}.{method}": node for method, node in methods(owner).items()}
        found |= {full: node for full, node in own.items() if node.name not in told}
    for name, node in found.items():
        if not any(part.startswith("_") for part in name.split(".")):
            yield name, node


def parameters(function):
    """Return the names of a function's parameters, without self and cls."""
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return [one.arg for one in every if one and one.arg not in ("self", "cls")]


def raises(function):
    """Tell whether a function says itself that something is wrong."""
    said = [node.exc for node in ast.walk(function) if isinstance(node, ast.Raise) and node.exc]
    return any(getattr(error, "id", "") != "NotImplementedError" for error in said)


def gives(function):
    """Tell whether a function says in its signature that something comes back."""
    return function.returns is not None and ast.unparse(function.returns) not in GIVES_NOTHING


def missing(function):
    """Return what a docstring lacks: itself, parameters by name, Returns, Raises.

    One line is enough for a function of one parameter that refuses nothing.
    """
    words = ast.get_docstring(function) or ""
    lacking = [] if words else ["a docstring"]
    names = parameters(function)
    if len(names) >= 2:
        lacking += [name for name in names if not re.search(rf"\b{name}\b.* : ", words)]
        if gives(function) and not SAYS_WHAT_COMES_BACK.search(words):
            lacking.append("Returns")
    if raises(function) and "Raises\n------" not in words:
        lacking.append("Raises")
    return lacking


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_docstrings_are_whole(path):
    functions = public_functions(ast.parse(path.read_text("utf-8")))
    lacking = {name: missing(function) for name, function in functions}
    assert {name: words for name, words in lacking.items() if words} == {}


@pytest.mark.parametrize(
    "source, lacks",
    [
        ("def f(x): ...", ["a docstring"]),
        ("def f(x):\n    'Return x.'", []),
        ("def f(x):\n    'Return x.'\n    raise ValueError(x)", ["Raises"]),
        ("def f(x):\n    'Return x.'\n    raise NotImplementedError", []),
        ("def f(x, y) -> int:\n    '''Add.\n\n    x, y : int\n    '''", ["Returns"]),
        ("def f(x, y) -> int:\n    '''Return a sum.\n\n    x : int\n    '''", ["y"]),
        ("def f(x, y) -> None:\n    '''Draw.\n\n    x, y : int\n    '''", []),
    ],
)
def test_what_a_docstring_lacks_is_seen(source, lacks):
    assert missing(ast.parse(source).body[0]) == lacks


def test_a_method_that_overrides_another_is_told_there():
    tree = ast.parse(
        "class A:\n    def f(self): ...\n    def _g(self): ...\n\n"
        "class B(A):\n    def f(self): ...\n    def h(self): ...\n\ndef f(): ..."
    )
    assert [name for name, _ in public_functions(tree)] == ["f", "A.f", "B.h"]
