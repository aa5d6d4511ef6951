"""An executed notebook → an HTML page that is whole: it looks nothing up in any network.

nbconvert's own page asks other hosts for the formulas and the widgets. Here formulas are MathML,
which browsers draw themselves, pictures are part of the page, and of an explorer the page shows its
static face. Code that JupyterLab hides is folded.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from functools import cache
from html import escape
from pathlib import Path

import latex2mathml.converter
import nbformat
from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js %}{% endblock -%}
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
LINK_TO_NOTEBOOK = re.compile(r'(<a [^>]*href="[^":/]+)\.ipynb(["#])')


def page(notebook: bytes, folder: Path) -> bytes:
    """Return the page of a notebook; ``folder`` is where its relative paths start."""
    node = nbformat.reads(notebook.decode(), as_version=4)
    node.metadata.pop("widgets", None)  # with their state, sliders would move and nothing answer
    resources = {"metadata": {"name": heading(node), "path": str(folder)}}
    html, _ = exporter().from_notebook_node(node, resources)
    return LINK_TO_NOTEBOOK.sub(r"\1.html\2", html).encode()


def heading(node) -> str:
    """Return the first heading of a notebook, to name the page by."""
    text = "\n".join(cell.source for cell in node.cells if cell.cell_type == "markdown")
    found = re.search(r"^# +(.+)$", text, flags=re.MULTILINE)
    return found[1] if found else "Notebook"


class Renderer(IPythonRenderer):
    """Markdown with formulas as MathML and with pictures inside."""

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return super().image(text, inside(url, Path(self.path)), title)


class Exporter(HTMLExporter):
    """nbconvert's pages, with our Markdown."""

    @pass_context
    def markdown2html(self, context, source: str) -> str:
        """Return Markdown as HTML; the template calls this for each cell."""
        path = context["resources"]["metadata"]["path"]
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = Renderer(escape=False, path=path, attachments=attachments)
        return MarkdownWithMath(renderer).render(source)


@cache
def exporter() -> Exporter:
    """Return what writes pages; to read its templates takes longer than to write a page."""
    return Exporter(raw_template=TEMPLATE)


def mathml(formula: str, display: str) -> str:
    """Return a LaTeX formula as MathML; as it is written, if it cannot be translated."""
    try:
        return latex2mathml.converter.convert(formula, display=display)
    except Exception:  # its errors have no class in common
        return f"<code>{escape(formula)}</code>"


def inside(url: str, folder: Path) -> str:
    """Return a picture's address as data that holds the picture, if it is a file."""
    file = folder / url
    if re.match(r"[a-z]+:", url) or not file.is_file():
        return url
    kind = mimetypes.guess_type(url)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
