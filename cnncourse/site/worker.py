"""In the visitor's browser: one explorer, opened and moved by messages. web/worker.mjs calls it."""

from __future__ import annotations

import json

from cnncourse.site import catalogue
from cnncourse.site.tree import SENTENCE, VIEW, Tree, dumps

_opened: dict[str, Tree] = {}


def open_explorer(name: str) -> None:
    """Make an explorer: the page that shows it has only one.

    Parameters
    ----------
    name : str
    """
    _opened["tree"] = Tree(catalogue.maker(name)())


def shown() -> str:
    """Return the picture and the sentence of the explorer, as JSON: a list of [part, value]."""
    parts = _opened["tree"].parts
    return dumps([[part, parts[part].value] for part in (VIEW, SENTENCE)])


def move(moves: str) -> str:
    """Do what a hand did, and return what changed.

    Parameters
    ----------
    moves : str
        JSON: a list of [part, trait, value].

    Returns
    -------
    str
        JSON: a list of [part, trait, value]; of each part and trait the last value alone.
    """
    tree = _opened["tree"]
    for part, trait, value in json.loads(moves):
        tree.put(part, trait, value)
    return dumps(tree.changes())


def photograph(part: str, name: str, width: int, height: int, rgb: bytes) -> str:
    """Give a picture of the visitor's own to an upload button, and return what changed.

    Parameters
    ----------
    part : str
        The button.
    name : str
        Of the file.
    width, height : int
    rgb : bytes
        Red, green and blue of each pixel, row by row.
    """
    tree = _opened["tree"]
    content = b"P6\n%d %d\n255\n" % (width, height) + bytes(rgb)
    tree.parts[part].receive({"name": name, "note": "", "number": 1}, [content])
    return dumps(tree.changes())
