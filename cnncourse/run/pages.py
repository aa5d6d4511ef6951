"""An executed notebook → an HTML page that is whole: it looks nothing up in any network.

nbconvert's own page asks other hosts for the formulas and the widgets. Here formulas are MathML,
which browsers draw themselves, pictures are part of the page, and of an explorer the page shows its
static face. Code that JupyterLab hides is folded, and the page is dark where dark is preferred.
Markup may stand in a notebook's text and in outputs, a learner's own included, so the page forbids
browsers to run scripts and to load anything.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from functools import cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import latex2mathml.converter
import nbformat
from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js %}<!-- written by cnncourse.run -->
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
media-src data:; font-src data:; style-src 'unsafe-inline'">{% endblock -%}
{%- block html_head_css -%}
{{ super() }}
{{ resources.include_css("static/theme-dark.css")
   | replace("<style", '<style media="(prefers-color-scheme: dark)"') }}
{%- endblock -%}
{%- block html_head_js_mathjax %}{% endblock -%}
{%- block html_head_js_mermaidjs %}{% endblock -%}
{%- block jupyter_widgets %}{% endblock -%}
{%- block input -%}
{%- if cell.metadata.get('jupyter', {}).get('source_hidden') -%}
<details><summary style="font: 13px sans-serif">Show the code</summary>{{ super() }}</details>
{%- else -%}
{{ super() }}
{%- endif -%}
{%- endblock -%}
"""
ELEMENTS = set(
    "a abbr b blockquote br code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 "
    "hr i img ins kbd li mark ol p picture pre q s small source span strong sub summary sup table "
    "tbody td th thead tr u ul var".split()
)
VOID = {"br", "hr", "img", "source"}  # these have no end
ATTRIBUTES = set("alt align class colspan height id lang media open rowspan title width".split())
SCHEMES = ("http:", "https:", "mailto:", "data:image/")
LINK_TO_NOTEBOOK = re.compile(r'(<a [^>]*href="[^":/]+)\.ipynb(["#])')


def page(notebook: bytes, folder: Path) -> bytes:
    """Return the page of a notebook.

    Parameters
    ----------
    notebook : bytes
        Its file.
    folder : Path
        Where its relative paths start.

    Raises
    ------
    Exception
        Of any class, if nbconvert cannot render the notebook, or a picture is not there.
    """
    node = nbformat.reads(notebook.decode(), as_version=4)
    node.metadata.pop("widgets", None)  # with their state, sliders would move and nothing answer
    resources = {"metadata": {"name": heading(node), "path": str(folder)}}
    html, _ = exporter().from_notebook_node(node, resources)
    return LINK_TO_NOTEBOOK.sub(r"\1.html\2", html).encode()


def heading(node: Any) -> str:
    """Return the first heading of a notebook, to name the page by."""
    text = "\n".join(cell.source for cell in node.cells if cell.cell_type == "markdown")
    found = re.search(r"^# +(.+)$", text, flags=re.MULTILINE)
    return found[1] if found else "Notebook"


class Renderer(IPythonRenderer):
    """Markdown with formulas as MathML and with pictures inside."""

    def inline_html(self, html: str) -> str:
        """Return HTML that stands in a line of text; what would act, as it is written."""
        return harmless(html)

    def block_html(self, html: str) -> str:
        """Return HTML that stands alone; what would act, as it is written."""
        return harmless(html)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link; one that would run a script leads nowhere, one to Markdown is its words.

        A browser would show Markdown as it is written, and a page may have been moved away from it.

        Parameters
        ----------
        text : str
        url : str
        title : str, optional
        """
        if re.match(r"[^:]+\.md(#|$)", url):
            return text
        return str(super().link(text, url if known("href", url) else "#", title))

    def block_mermaidjs(self, code: str) -> str:
        """Return a diagram as it is written: no page of ours can draw it."""
        return f"<pre>{escape(code)}</pre>"

    def inline_math(self, body: str) -> str:
        """Return a formula in a line of text."""
        return mathml(body, "inline")

    def block_math(self, body: str) -> str:
        """Return a formula that stands alone."""
        return mathml(body, "block")

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture that is part of the page.

        Parameters
        ----------
        text : str
            For those who do not see it.
        url : str
        title : str, optional
        """
        return super().image(text, inside(url, Path(self.path)), title)


class Harmless(HTMLParser):
    """Writes HTML again; of what is neither a known element nor a known attribute only the words.

    JupyterLab does the same with the text of a notebook that somebody else has written.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []

    def set_cdata_mode(self, elem: str, *, escapable: bool = False) -> None:
        """Read what stands in a script as all else: it will be shown.

        Parameters
        ----------
        elem : str
        escapable : bool
            As newer versions of Python call it.
        """

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write an element with what is known of it.

        Parameters
        ----------
        tag : str
        attrs : list of (name, value)
        """
        if tag not in ELEMENTS:
            return self.handle_data(self.get_starttag_text() or "")
        kept = [f' {name}="{escape(value or "")}"' for name, value in attrs if known(name, value)]
        self.written.append(f"<{tag}{''.join(kept)}>")

    def handle_endtag(self, tag: str) -> None:
        """Write the end of an element."""
        if tag not in VOID:
            self.written.append(f"</{tag}>" if tag in ELEMENTS else escape(f"</{tag}>"))

    def handle_data(self, data: str) -> None:
        """Write words."""
        self.written.append(escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        """Write a letter that has a name."""
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Write a letter that has a number."""
        self.written.append(f"&#{name};")


def known(name: str, value: str | None) -> bool:
    """Tell whether an attribute may stay: it does nothing, and leads nowhere by a script.

    Parameters
    ----------
    name : str
    value : str or None

    Returns
    -------
    bool
    """
    if name in ("href", "src", "srcset"):
        address = re.sub(r"[\s\x00-\x1f]", "", value or "").lower()
        return not re.match(r"[a-z+.-]+:", address) or address.startswith(SCHEMES)
    return name in ATTRIBUTES


def harmless(html: str) -> str:
    """Return HTML in which nothing acts: scripts, frames and the like stand there as text.

    Examples
    --------
    >>> harmless('<b onclick="act()">Look</b> <script>act()</script>')
    '<b>Look</b> &lt;script&gt;act()&lt;/script&gt;'
    """
    page = Harmless()
    page.feed(html)
    page.close()
    return "".join(page.written)


class Exporter(HTMLExporter):
    """nbconvert's pages, with our Markdown."""

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Return Markdown as HTML; the template calls this for each cell.

        Parameters
        ----------
        context : jinja2.runtime.Context
            Of the template: it holds the cell and the folder.
        source : str
        """
        path = context["resources"]["metadata"]["path"]
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = Renderer(escape=False, path=path, attachments=attachments)
        return str(MarkdownWithMath(renderer).render(source))


@cache
def exporter() -> Exporter:
    """Return what writes pages; to read its templates takes longer than to write a page."""
    return Exporter(raw_template=TEMPLATE)  # type: ignore[no-untyped-call]  # nbconvert's own


def mathml(formula: str, display: str) -> str:
    """Return a LaTeX formula as MathML; as it is written, if it cannot be translated.

    Parameters
    ----------
    formula : str
    display : "inline" or "block"
    """
    try:
        return str(latex2mathml.converter.convert(formula, display=display))
    except Exception:  # its errors have no class in common
        return f"<code>{escape(formula)}</code>"


def inside(url: str, folder: Path) -> str:
    """Return a picture's address as data that holds the picture, if it is a path.

    Parameters
    ----------
    url : str
        As the notebook has it.
    folder : Path
        Where relative paths start.

    Raises
    ------
    ValueError
        If there is no such picture: the page would show a broken one.
    """
    if re.match(r"[a-z]+:", url):
        return url
    try:
        picture = (folder / unquote(url)).read_bytes()
    except (OSError, ValueError) as error:
        raise ValueError(
            f"the picture {url} is not there: it should lie beside {folder}"
        ) from error
    kind = mimetypes.guess_type(url)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(picture).decode()}"
