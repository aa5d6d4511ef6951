"""The page of each explorer: its picture in the page, its controls when JavaScript runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

from cnncourse.run import notebook
from cnncourse.site import body, catalogue, source
from cnncourse.site.frame import Page
from cnncourse.site.tree import SENTENCE, VIEW, Tree, dumps
from cnncourse.widgets.explorer import Explorer


class Place(NamedTuple):
    """Where the course uses an explorer: a page and the title of its notebook."""

    page: str
    title: str


def places(executed: Mapping[str, Path]) -> dict[str, Place]:
    """Return where each explorer is met first.

    Parameters
    ----------
    executed : mapping of str to Path
        The executed notebooks by their path in the repository.
    """
    found: dict[str, Place] = {}
    for path, file in executed.items():
        read = notebook.parse(file.read_bytes())
        title = source.numbered(path, notebook.title(read))
        place = Place(source.page_of(path), title)
        for cell in read["cells"]:
            for name in body.EXPLORER.findall(cell["source"]):
                found.setdefault(name, place)
    return found


def opened(name: str) -> Explorer:
    """Return an explorer as it opens."""
    return catalogue.maker(name)()


def still(name: str) -> str:
    """Return the picture of an explorer as it opens, with its sentence."""
    explorer = opened(name)
    words = f"<figcaption>{escape(explorer.sentence)}</figcaption>"
    return f"<figure>{explorer.view.value}{words}</figure>"


def title_of(name: str) -> str:
    """Return the name of an explorer as a title."""
    return name.replace("_", " ").capitalize()


def about(name: str) -> str:
    """Return the first sentence of an explorer's description, plain."""
    line = (catalogue.maker(name).__doc__ or name).strip().splitlines()[0]
    return re.sub(r":\w+:`(\w+)`|``?", r"\1", line).rstrip(".")


def touched(picture: str) -> str:
    """Return what a hand can do with a picture; "" where there is nothing to touch."""
    hands = {"drag": "drag", "edit": "type", "set": "click"}
    words = [word for kind, word in hands.items() if f" data-{kind}=" in picture]
    return f' <span class="hands">Touch the picture: {", ".join(words)}.</span>' if words else ""


def page(name: str, place: Place | None, python: bool) -> Page:
    """Return the page of an explorer.

    Parameters
    ----------
    name : str
    place : Place or None
        Where the course uses it.
    python : bool
        Whether the site has Python for what was not drawn ahead.
    """
    explorer = opened(name)
    shape = Tree(explorer).shape
    for node in shape["children"]:
        if node["id"] in (VIEW, SENTENCE):
            node["value"] = ""  # they stand in the page itself
    course = ""
    if place:
        way = source.way(f"e/{name}.html", place.page)
        course = f'<p class="place">In the course: <a href="{way}">{escape(place.title)}</a></p>'
    html = (
        f'<h1>{escape(title_of(name))}</h1>\n<p class="lead">{escape(about(name))}.'
        f"{touched(explorer.view.value)}</p>\n"
        f'<section class="explorer cnncourse-explorer" data-name="{name}"'
        f'{" data-python" if python else ""}><div class="panel"></div>'
        f'<div class="cnncourse-stage">{explorer.view.value}</div>'
        f'<p class="sentence" role="status">{escape(explorer.sentence)}</p>'
        "<noscript><p>To move it, the page needs JavaScript.</p></noscript>"
        '<p class="layer" role="status"></p><p class="links"></p>'
        f'<script type="application/json" class="shape">{in_script(shape)}</script>'
        f"</section>\n{course}"
    )
    scripts = ("web/live.js", f"packs/{name}.js")
    return Page(f"e/{name}.html", title_of(name), html, f"{about(name)}.", scripts)


def in_script(value: dict[str, object]) -> str:
    """Return a value as JSON that may stand within a script of a page."""
    return dumps(value).replace("<", "\\u003c")


def gallery(pages: Mapping[str, Page], places: Mapping[str, Place]) -> Page:
    """Return the list of all explorers, by the notebooks that show them.

    Parameters
    ----------
    pages : mapping of str to Page
        Of the explorers, by name, in the order of the course.
    places : mapping of str to Place
        Where the course uses them.
    """
    groups: dict[str, list[Page]] = {place.title: [] for place in places.values()}
    for name, page in pages.items():
        title = places[name].title if name in places else "Beside the notebooks"
        groups.setdefault(title, []).append(page)
    lead = "Every explorer has a page of its own: link to it, or put it into your slides."
    parts = [f'<h1>Explorers</h1>\n<p class="lead">{lead}</p>']
    for title, shown in groups.items():
        if shown:
            heading = f'<h2 id="{body.slug(title)}">{escape(title)}</h2>'
            parts.append(f'{heading}\n<ul class="cards">{"".join(map(_card, shown))}</ul>')
    return Page("e/index.html", "Explorers", "\n".join(parts), lead)


def _card(page: Page) -> str:
    way = source.way("e/index.html", page.path)
    return f'<li><a href="{way}">{escape(page.title)}</a><p>{escape(page.description)}</p></li>'
