"""What stands on a page: Markdown and executed notebooks as HTML, without a network.

Formulas are MathML. Of an explorer the page shows its stills, of a question the answer folded away,
of an exercise prompt, hints and the folded solution: what only a kernel can do is left out.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Any, NamedTuple

from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from cnncourse.run.pages import Renderer, known
from cnncourse.site import source

LONGEST = 220  # characters of a description
LEFT_OUT = {"check", "progress", "injected-parameters"}  # cells that answer a learner
HEADING = re.compile(r"<h([123])( id=\"([^\"]*)\")?>(.*?)</h\1>", flags=re.DOTALL)
TABLE = re.compile(r"<table\b.*?</table>", flags=re.DOTALL)
EXPLORER = re.compile(r"\bexplorers\.(\w+)\(")
STILL = '<p class="place">It needs PyTorch, and moves only where the notebook runs.</p>'
# a notebook's first paragraph is about its explorer, this one about the whole of it
DO = re.compile(r"What you will do[^.]*\. ")
PARAGRAPH = re.compile(r"<p>(.*?)</p>", flags=re.DOTALL)


class Heading(NamedTuple):
    """A heading of a page: its level from 1, its id, and its text as HTML."""

    level: int
    id: str
    text: str


class _Renderer(Renderer):
    """Markdown with formulas as MathML; pictures stay files, and headings have ids."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._once = source.each_once(ids)

    def heading(self, text: str, level: int, **_attributes: Any) -> str:
        """Return a heading with the id that GitHub gives it."""
        return f'<h{level} id="{self._once(slug(text))}">{text}</h{level}>\n'

    def block_code(self, code: str, info: str | None = None) -> str:
        """Return code in colours; a message as plain text, so that a long one may wrap.

        Parameters
        ----------
        code : str
        info : str, optional
            Its language.
        """
        if info == "text":
            return f'<pre class="message">{escape(code)}</pre>\n'
        return str(super().block_code(code, info))

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link; here Markdown has a page, so one to Markdown stays.

        Parameters
        ----------
        text : str
        url : str
        title : str, optional
        """
        safe = url if known("href", url) else "#"
        return str(super(Renderer, self).link(text, safe, title))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture that the browser loads when it comes near."""
        return f'<img src="{escape(url)}" alt="{escape(text)}" loading="lazy">'


def slug(heading: str) -> str:
    """Return the id that a heading, HTML, has on GitHub, whose style our links are in.

    Examples
    --------
    >>> slug("Where <em>padding</em> ends: 3 &amp; 4")
    'where-padding-ends-3--4'
    """
    text = unescape(re.sub(r"<[^>]*>", "", heading))
    return re.sub(r"[^\w\s-]", "", text).strip().lower().replace(" ", "-")


def markdown(text: str, ids: list[str]) -> str:
    """Return Markdown as HTML.

    Parameters
    ----------
    text : str
    ids : list of str
        Ids that the page has already; grows.
    """
    html = str(MarkdownWithMath(_Renderer(ids)).render(text))
    return TABLE.sub(lambda table: f'<div class="wide" tabindex="0">{table[0]}</div>', html)


def notebook(cells: Sequence[dict[str, Any]], path: str, explorers: Sequence[str]) -> str:
    """Return an executed notebook as HTML.

    Parameters
    ----------
    cells : sequence of dict
    path : str
        Of the notebook in the repository.
    explorers : sequence of str
        The names of those that have a page of their own.
    """
    ids: list[str] = []
    parts = []
    for cell, following in zip(cells, [*cells[1:], {}], strict=True):
        if tags(cell) & LEFT_OUT or "progress" in tags(following):
            continue
        if cell["cell_type"] == "markdown":
            parts.append(markdown(cell["source"], ids))
        elif cell["cell_type"] == "code":
            parts.append(code_cell(cell, path, explorers))
    return "\n".join(parts)


def tags(cell: dict[str, Any]) -> set[str]:
    """Return the tags of a cell."""
    return set(cell.get("metadata", {}).get("tags", ()))


def code_cell(cell: dict[str, Any], path: str, explorers: Sequence[str]) -> str:
    """Return a code cell as HTML: its code, folded where learners should not see it first.

    Parameters
    ----------
    cell : dict
    path : str
        Of the notebook in the repository.
    explorers : sequence of str
    """
    if "solution" in tags(cell):
        return folded("A solution", code(cell["source"]))
    outputs = "".join(output(one) for one in _joined(cell["outputs"]))
    if "question" in tags(cell):
        return f'<div class="question">{outputs}</div>'
    found = EXPLORER.search(cell["source"]) if "explorer" in tags(cell) else None
    if found and found[1] in (*explorers, source.OWN_DIGIT):
        outputs = living(found[1], outputs, source.page_of(path))
    elif found:
        outputs += STILL
    return code(cell["source"]) + (f'<div class="output">{outputs}</div>' if outputs else "")


def living(name: str, stills: str, here: str) -> str:
    """Return the stills of an explorer and the way to its own page: site.js opens it in place.

    Parameters
    ----------
    name : str
    stills : str
        HTML.
    here : str
        The page that they stand on.
    """
    address = source.way(here, source.DRAW if name == source.OWN_DIGIT else f"e/{name}.html")
    link = f'<p><a class="button" href="{address}">Move it: {name.replace("_", " ")}</a></p>'
    return f'<div class="living" data-name="{name}">{link}{stills}</div>'


def code(text: str) -> str:
    """Return Python code in colours."""
    return str(highlight(text, PythonLexer(), HtmlFormatter()))


def folded(summary: str, html: str) -> str:
    """Return HTML that a click unfolds.

    Parameters
    ----------
    summary : str
        The words to click at.
    html : str
    """
    return f"<details><summary>{escape(summary)}</summary>{html}</details>"


def output(shown: dict[str, Any]) -> str:
    """Return what a cell has printed or shown, as HTML."""
    data = shown.get("data", {})
    if "text/html" in data:
        return _text(data["text/html"])
    if "text/markdown" in data:
        return markdown(_text(data["text/markdown"]), [])
    if "image/png" in data:
        png = base64.b64encode(base64.b64decode(_text(data["image/png"]))).decode()
        return f'<img src="data:image/png;base64,{png}" alt="{escape(_text(data["text/plain"]))}">'
    words = _text(data.get("text/plain", shown.get("text", "")))
    return f"<pre>{escape(strip_ansi(words))}</pre>" if words.strip() else ""


def _joined(outputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs of a cell; what it prints in a row is one, in however many pieces it has come."""
    joined: list[dict[str, Any]] = []
    for one in outputs:
        before = joined[-1] if joined else {}
        if "name" in one and one["name"] == before.get("name"):  # of a stream
            joined[-1] = {**before, "text": _text(before["text"]) + _text(one["text"])}
        else:
            joined.append(one)
    return joined


def _text(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


def headings(html: str) -> list[Heading]:
    """Return the headings of a page that have an id."""
    found = [Heading(int(level), id, text) for level, _, id, text in HEADING.findall(html)]
    return [heading for heading in found if heading.id]


def plain(html: str) -> str:
    """Return the words of HTML in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def summary(html: str) -> str:
    """Return in a sentence or two what a page holds, cut where searches cut at the latest."""
    paragraphs = [plain(paragraph) for paragraph in PARAGRAPH.findall(html)]
    whole = [DO.sub("", paragraph, 1) for paragraph in paragraphs if DO.match(paragraph)]
    text = next(iter(whole + [one for one in paragraphs if len(one) > 40]), "")
    if len(text) <= LONGEST:
        return text
    first = text.split(". ")[0] + "."
    return first if len(first) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + " …"
