"""What is around each page: navigation, contents, descriptions for those who search and share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cnncourse.site import body, source

NAME = "CNNs you can touch"
PICTURE = "img/card.png"  # what social media show
# before the page is painted: else a dark page would flash in white
THEME = (
    "try{const t=localStorage.theme;if(t)document.documentElement.dataset.theme=t}catch{}"
    "if(location.search==='?embed')document.documentElement.className='embed'"
)
GROUPS = {
    "Notebooks": "notebooks/index.html",
    "Explorers": "e/index.html",
    "Draw": source.DRAW,
    "Guide": "docs/index.html",
}


@dataclass(frozen=True)
class Page:
    """A page of the site without its frame.

    Parameters
    ----------
    path : str
        In the site.
    title : str
        Plain words.
    html : str
        What stands in it.
    description : str
        A sentence for search engines.
    scripts : tuple of str
        Paths in the site, loaded in this order.
    """

    path: str
    title: str
    html: str
    description: str
    scripts: tuple[str, ...] = ()


def framed(page: Page, before: Page | None, after: Page | None, address: str) -> str:
    """Return a whole page.

    Parameters
    ----------
    page : Page
    before, after : Page or None
        Its neighbours, in the order in which the course is read.
    address : str
        Where the site will be published; "" if that is not known.
    """

    def to(path: str) -> str:
        return source.way(page.path, path)

    links = "".join(f'<a href="{to(path)}">{name}</a>' for name, path in GROUPS.items())
    scripts = "".join(
        f'<script defer src="{to(script)}"></script>' for script in ("web/site.js", *page.scripts)
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(page.title)} · {NAME}</title>
{_descriptions(page, address, to(PICTURE))}<link rel="icon" href="{to("web/icon.svg")}">
<link rel="stylesheet" href="{to("web/site.css")}">
<script>{THEME}</script>
{scripts}
</head>
<body>
<a class="skip" href="#main">To the text</a>
<header><nav aria-label="Site"><a class="home" href="{to("index.html")}">{NAME}</a>{links}</nav>
</header>
<div class="page">
{contents(body.headings(page.html))}<main id="main">
{page.html}
{_onwards(page, before, after)}</main>
</div>
</body>
</html>
"""


def _descriptions(page: Page, address: str, picture: str) -> str:
    """The lines that search engines and social media read."""
    whole = f"{address.rstrip('/')}/{{}}" if address else ""
    lines = {
        "og:type": "article",
        "og:site_name": NAME,
        "og:title": page.title,
        "og:description": page.description,
        "og:image": whole.format(PICTURE) or picture,
        "twitter:card": "summary_large_image",
    }
    tags = [f'<meta name="description" content="{escape(page.description)}">']
    tags += [f'<meta property="{name}" content="{escape(text)}">' for name, text in lines.items()]
    if address:
        tags.append(f'<link rel="canonical" href="{whole.format(page.path)}">')
    return "\n".join(tags) + "\n"


def contents(headings: Sequence[body.Heading]) -> str:
    """Return the table of contents: the sections, if there are at least three."""
    sections = [heading for heading in headings if heading.level == 2]
    if len(sections) < 3:
        return ""
    items = "".join(f'<li><a href="#{h.id}">{_without_links(h.text)}</a></li>' for h in sections)
    return (
        f'<aside><details class="contents"><summary>On this page</summary>'
        f'<nav aria-label="On this page"><ol>{items}</ol></nav></details></aside>\n'
    )


def _without_links(html: str) -> str:
    return re.sub(r"</?a\b[^>]*>", "", html)


def _onwards(page: Page, before: Page | None, after: Page | None) -> str:
    """Links to the neighbours."""
    ways = [("prev", "← {}", before), ("next", "{} →", after)]
    links = "".join(
        f'<a rel="{rel}" href="{source.way(page.path, to.path)}">{way.format(escape(to.title))}</a>'
        for rel, way, to in ways
        if to
    )
    return f'<nav class="onwards" aria-label="Next pages">{links}</nav>\n' if links else ""
