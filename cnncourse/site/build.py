"""All pages of the site → a folder.

    python -m cnncourse.site

It executes those notebooks that have changed, as ``python -m cnncourse run --resume`` does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnncourse import images, kernels
from cnncourse.convolution import correlate
from cnncourse.run import notebook
from cnncourse.site import body, playing, source
from cnncourse.site.frame import PICTURE, Page, framed
from cnncourse.site.rasters import Rasters

WEB = Path(__file__).with_name("web")
STAGE = Path(__file__).parents[1] / "widgets"


@dataclass(frozen=True)
class Course:
    """What a site is made from.

    Parameters
    ----------
    root : Path
        The repository.
    executed : mapping of str to Path
        The executed notebooks by their path in the repository.
    explorers : tuple of str
        Names of those that get a page.
    repository : str
        Its address for readers; "" if it has none.
    address : str
        Where the site will be published; "" if that is not known.
    """

    root: Path
    executed: dict[str, Path]
    explorers: tuple[str, ...]
    repository: str = ""
    address: str = ""


def executed(root: Path, build: Path) -> dict[str, Path]:
    """Return the notebooks of the last run by their path in the repository.

    Parameters
    ----------
    root : Path
        The repository.
    build : Path
        The folder of the run.

    Raises
    ------
    ValueError, OSError
        If there is no report of a run, or it is damaged.
    """
    try:
        runs = json.loads((build / "report.json").read_bytes())["runs"]
        found = {
            (root / run["notebook"]).resolve().relative_to(root.resolve()).as_posix(): build
            / f"{run['files']}.ipynb"
            for run in runs
        }
    except (TypeError, KeyError) as error:
        raise ValueError(f"{build / 'report.json'} is not of a run") from error
    return {name: path for name, path in sorted(found.items()) if path.exists()}


def repository(root: Path) -> str:
    """Return the address of the repository for readers; "" while pyproject.toml has a placeholder.

    Parameters
    ----------
    root : Path
    """
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^Repository = "([^"]+)"', text, flags=re.MULTILINE)
    return found[1] if found and "//example." not in found[1] else ""


def site(course: Course) -> dict[str, bytes]:
    """Return the files of a site by their path in it."""
    rasters = Rasters()
    places = playing.places(course.executed)
    explorers = [playing.page(name, places.get(name)) for name in course.explorers]
    notebooks = [notebook_page(course, path) for path in course.executed]
    documents = [document_page(course, path) for path in source.documents(course.root)]
    front = front_page(notebooks)
    gallery = playing.gallery(explorers)
    files: dict[str, bytes] = {PICTURE: card(), **static()}
    for group in ([front], notebooks, [gallery, *explorers], documents):
        for page, before, after in neighbours(group):
            html = framed(page, before, after, course.address)
            files[page.path] = rasters.outside(html, "../" * page.path.count("/")).encode()
    for picture in sorted((course.root / "img").iterdir()):
        files[f"img/{picture.name}"] = picture.read_bytes()
    return {**files, **rasters.files}


def static() -> dict[str, bytes]:
    """Return what is the same for all pages: style sheets, JavaScript, the icon."""
    return {f"web/{path.name}": path.read_bytes() for path in sorted(WEB.iterdir())}


def neighbours(pages: Sequence[Page]) -> Iterator[tuple[Page, Page | None, Page | None]]:
    """Yield each page with the one before and the one after it."""
    return zip(pages, [None, *pages[:-1]], [*pages[1:], None], strict=True)


def notebook_page(course: Course, path: str) -> Page:
    """Return the page of an executed notebook.

    Parameters
    ----------
    course : Course
    path : str
        In the repository.
    """
    cells: list[dict[str, Any]] = json.loads(course.executed[path].read_bytes())["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    html = body.notebook(cells, path, course.explorers)
    html = source.with_pages(html, path, course.root, course.repository)
    number = Path(path).stem.split("_")[0]
    title = f"{number} {notebook.title({'cells': cells})}"
    return Page(source.page_of(path), title, html, body.summary(html))


def document_page(course: Course, path: str) -> Page:
    """Return the page of a Markdown file.

    Parameters
    ----------
    course : Course
    path : str
        In the repository.
    """
    html = body.markdown((course.root / path).read_text(encoding="utf-8"), [])
    html = source.with_pages(html, path, course.root, course.repository)
    title = next((body.plain(heading.text) for heading in body.headings(html)), Path(path).stem)
    return Page(source.page_of(path), title, html, body.summary(html))


def front_page(notebooks: Sequence[Page]) -> Page:
    """Return the page that greets: an explorer to touch, the way through the course."""
    lead = (
        "Convolutional neural networks, from the first pixel to ResNet, in pictures that you move "
        "with your own hands. Nothing to install: every page lives in your browser."
    )
    items = "".join(
        f'<li><a href="{page.path}">{escape(page.title)}</a><p>{escape(page.description)}</p></li>'
        for page in notebooks
    )
    flagship = body.living("convolution", playing.still("convolution"), "index.html")
    html = (
        f'<h1>Touch a convolutional network</h1>\n<p class="lead">{lead}</p>\n{flagship}\n'
        f'<h2 id="notebooks">The course</h2>\n<ol class="cards">{items}</ol>\n'
        '<h2 id="more">More</h2>\n<ul>'
        '<li><a href="e/index.html">All explorers</a>, each with a page of its own to link to '
        "or to put into a slide</li>"
        '<li><a href="docs/teaching.html">Teaching with this course</a>: plans, questions, '
        "misconceptions</li>"
        '<li><a href="docs/glossary.html">Glossary</a> and '
        '<a href="docs/bibliography.html">bibliography</a></li>'
        f'<li><a href="{source.ABOUT}">The project</a>: run the notebooks yourself, with exercises '
        "that check what you write</li></ul>"
    )
    return Page("index.html", "Touch a convolutional network", html, lead, playing.SCRIPTS)


def card() -> bytes:
    """Return the picture for social media, 1200×630: a portrait, and its edges."""
    portrait = images.sample("grace_hopper", grey=True)
    outline = images.to_uint8(
        abs(correlate(portrait, kernels.KERNELS["sobel x"].weights, padding=1))
    )
    file = BytesIO()
    both = [images.resize(half, (756, 600))[:630] for half in (portrait, outline)]
    Image.fromarray(np.hstack(both)).save(file, "PNG")
    return file.getvalue()
