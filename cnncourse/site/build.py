"""All pages of the site → a folder.

    python -m cnncourse.site

It executes those notebooks that have changed, as ``python -m cnncourse run --resume`` does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from PIL import Image

from cnncourse import images, kernels, pipeline
from cnncourse.convolution import correlate
from cnncourse.files import write_marked
from cnncourse.run import local, notebook, store
from cnncourse.site import body, drawing, pack, playing, python, running, source
from cnncourse.site.frame import GROUPS, PICTURE, Page, framed
from cnncourse.site.rasters import Rasters
from cnncourse.site.tree import dumps

WEB = Path(__file__).with_name("web")
STAGE = Path(__file__).parents[1] / "widgets"
LEADS = re.compile(r'( (?:href|src)=")(?![a-z]+:|#)')
MARK = b"drawn ahead by cnncourse.site: "  # stands in every pack that is kept


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
    cache : Path or None
        A folder that keeps what was drawn ahead until the course's sources change.
    pyodide : Path or None
        Where npm has put Pyodide; without it pages answer only what was drawn ahead.
    """

    root: Path
    executed: dict[str, Path]
    explorers: tuple[str, ...]
    repository: str = ""
    address: str = ""
    cache: Path | None = None
    pyodide: Path | None = None


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
    ValueError
        If there is no report of a run, it is damaged, or a notebook lies elsewhere.
    """
    root = root.resolve()
    found = {
        (root / notebook).resolve().relative_to(root).as_posix(): path
        for notebook, path in store.executed(build).items()
    }
    return dict(sorted(found.items()))


def repository(root: Path) -> str:
    """Return the address of the repository for readers; "" while pyproject.toml has a placeholder.

    Parameters
    ----------
    root : Path
    """
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^Repository = "([^"]+)"', text, flags=re.MULTILINE)
    address = found[1].rstrip("/").removesuffix(".git") if found else ""
    return "" if "//example." in address else address


def site(course: Course) -> dict[str, bytes]:
    """Return the files of a site by their path in it."""
    rasters = Rasters()
    places = playing.places(course.executed)
    living = course.pyodide is not None
    met = [*places, *course.explorers]  # those that no notebook shows come last
    names = sorted(course.explorers, key=met.index)
    explorers = {name: playing.page(name, places.get(name), living) for name in names}
    notebooks = [notebook_page(course, path) for path in course.executed]
    documents = [document_page(course, path) for path in source.documents(course.root)]
    front = front_page(notebooks, course.explorers)
    gallery = playing.gallery({source.OWN_DIGIT: drawing.page(), **explorers}, places)
    files: dict[str, bytes] = {PICTURE: card(), **static(), **drawing.as_explorer()}
    for drawn in packs(course.explorers, course.cache):
        files.update(drawn)
    if course.pyodide:
        files.update(python.files(course.pyodide))
        files["py/course.zip"] = compiled(course.pyodide, course.cache)
    start = [page for page in documents if page.path == GROUPS["Notebooks"]]
    guide = [page for page in documents if page not in start]
    groups = ([front], [drawing.page()], start + notebooks, [gallery, *explorers.values()], guide)
    for group in groups:
        for page, before, after in neighbours(group):
            html = framed(page, before, after, course.address)
            files[page.path] = rasters.outside(html, "../" * page.path.count("/")).encode()
    if course.address:
        files["404.html"] = not_found(course.address).encode()
    version = hashlib.sha256(b"".join(files[path] for path in sorted(files))).hexdigest()[:12]
    files["sw.js"] = files.pop("web/sw.js").replace(b"VERSION", version.encode())
    for picture in sorted((course.root / "img").iterdir()):
        files[f"img/{picture.name}"] = picture.read_bytes()
    return {**files, **rasters.files}


def static() -> dict[str, bytes]:
    """Return what is the same for all pages: style sheets, JavaScript, the icon.

    The stage of the notebooks is the stage here: its files go before ours.
    """
    shown = [path for path in sorted(WEB.iterdir()) if path.suffix != ".mjs"]
    files = {f"web/{path.name}": path.read_bytes() for path in shown}
    files["web/site.css"] = (STAGE / "stage.css").read_bytes() + files["web/site.css"]
    pad = (STAGE / "drawpad.js").read_text("utf-8")
    stage, live = (STAGE / "stage.js").read_text("utf-8"), files["web/live.js"].decode()
    files["web/live.js"] = one_script(stage, live, drawPad=pad)
    network = files.pop("web/network.js").decode()
    files["web/draw.js"] = one_script(pad, network, files["web/draw.js"].decode())
    return files


def one_script(*texts: str, **widgets: str) -> bytes:
    """Return modules as one plain script: browsers load no modules from a folder.

    Parameters
    ----------
    texts : str
        JavaScript, in this order; what they export is not needed.
    widgets : str
        JavaScript of widgets, by the name that their function `render` gets; other names in it
        stay its own.
    """
    named = [
        f"const {name} = (() => {{ {text} return render; }})();" for name, text in widgets.items()
    ]
    plain = [
        re.sub(r"^export (default .*\n)?", "", text, flags=re.MULTILINE)
        for text in (*named, *texts)
    ]
    return "\n".join(['"use strict";', "(() => {", *plain, "})();", ""]).encode()


def packs(explorers: Sequence[str], cache: Path | None) -> Iterator[dict[str, bytes]]:
    """Yield the files of each explorer's pack, drawn anew where the course has changed.

    Parameters
    ----------
    explorers : sequence of str
    cache : Path or None

    Returns
    -------
    iterator of dict
        Contents by path in the site.
    """
    mark = sources_mark("catalogue.py", "pack.py", "rasters.py", "trained.py", "tree.py")
    kept = {name: _kept(cache / f"{name}.zip", mark) if cache else {} for name in explorers}
    yield from (files for files in kept.values() if files)
    missing = [name for name, files in kept.items() if not files]
    if not missing:
        return
    with ProcessPoolExecutor(local.cores()) as pool:
        for name, files in zip(missing, pool.map(drawn_ahead, missing), strict=True):
            if cache:
                _keep(cache / f"{name}.zip", files, mark)
            yield files


def drawn_ahead(name: str) -> dict[str, bytes]:
    """Return the files of an explorer's pack by their path in the site."""
    rasters = Rasters()
    packed = pack.pack(name, rasters)
    text = f"PACK({dumps(packed)})\n"
    shown = {path: file for path, file in rasters.files.items() if path in text}
    return {f"packs/{name}.js": text.encode(), **shown}


def compiled(pyodide: Path, cache: Path | None) -> bytes:
    """Return the course for browsers, compiled anew where it has changed.

    Parameters
    ----------
    pyodide : Path
    cache : Path or None
    """
    name = "course.zip"
    mark = sources_mark("standins", *python.OF_SITE)
    kept = _kept(cache / name, mark) if cache else {}
    files = kept or {name: python.compiled(pyodide)}
    if cache and not kept:
        _keep(cache / name, files, mark)
    return files[name]


def sources_mark(*ours: str) -> bytes:
    """Return a word that changes when a source of the explorers does.

    Parameters
    ----------
    ours : str
        Files and folders of the site that count too.
    """
    package = Path(__file__).parents[1]
    without = {"lab", "run", "exercises", "handwriting"}
    mark = hashlib.sha256()
    mark.update(pipeline.FILE.read_bytes())
    for path in sorted(package.rglob("*.py")):
        room, *rest = path.relative_to(package).parts
        if room not in without and (room != "site" or rest[0] in ours):
            mark.update(path.read_bytes())
    return mark.hexdigest().encode()


def _keep(path: Path, files: Mapping[str, bytes], mark: bytes) -> None:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.comment = MARK + mark
        for name, contents in files.items():
            archive.writestr(name, contents)
    write_marked(path, file.getvalue(), MARK)


def _kept(path: Path, mark: bytes) -> dict[str, bytes]:
    """The files of a pack that was drawn from the same sources; none, if there is none."""
    try:
        with ZipFile(path) as archive:
            same = archive.comment == MARK + mark
            return {name: archive.read(name) for name in archive.namelist()} if same else {}
    except (OSError, BadZipFile):
        return {}


def neighbours(pages: Sequence[Page]) -> Iterator[tuple[Page, Page | None, Page | None]]:
    """Yield each page with the one before and the one after it."""
    return zip(pages, [None, *pages], [*pages[1:], None], strict=False)


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
    html = without_folders(html, {course.root.resolve(): "…", Path.home(): "~"})
    html = source.with_pages(html, path, course.root, course.repository)
    lab = any("need_torch()" in cell["source"] for cell in cells)
    ways = running.buttons(course.repository, path, lab=lab)
    html = html.replace("</h1>", f"</h1>\n{ways}", 1)
    title = source.numbered(path, notebook.title({"cells": cells}))
    return Page(source.page_of(path), title, html, body.summary(html))


def without_folders(html: str, folders: Mapping[Path, str]) -> str:
    """Return a page that does not say where it was built: a cell may name its folder.

    Parameters
    ----------
    html : str
    folders : mapping of Path to str
        What stands in the place of each; a root such as ``/`` says nothing and stays.
    """
    for folder, words in folders.items():
        if folder != folder.parent:
            html = html.replace(str(folder), words)
    return html


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


def front_page(notebooks: Sequence[Page], explorers: Sequence[str]) -> Page:
    """Return the page that greets: an explorer to touch, the way through the course.

    Parameters
    ----------
    notebooks : sequence of Page
    explorers : sequence of str
        Those that have a page; the flagship greets if it is among them.
    """
    greets = "convolution" if "convolution" in explorers else explorers[0]
    lead = (
        "Convolutional neural networks, from the first pixel to ResNet, in pictures that you move "
        "with your own hands. Nothing to install: every page lives in your browser."
    )
    items = "".join(
        f'<li><a href="{page.path}">{escape(page.title)}</a><p>{escape(page.description)}</p></li>'
        for page in notebooks
    )
    flagship = body.living(greets, playing.still(greets), "index.html")
    flagship = flagship.replace(" data-name", " data-greets data-name", 1)  # it opens by itself
    html = (
        f'<h1>Touch a convolutional network</h1>\n<p class="lead">{lead}</p>\n{flagship}\n'
        f'<h2 id="notebooks">The course</h2>\n<ol class="cards">{items}</ol>\n'
        '<h2 id="more">More</h2>\n<ul>'
        f'<li><a href="{source.DRAW}">Draw a digit</a>, and see how a network reads it</li>'
        '<li><a href="e/index.html">All explorers</a>, each with a page of its own to link to '
        "or to put into a slide</li>"
        '<li><a href="docs/teaching.html">Teaching with this course</a>: plans, questions, '
        "misconceptions</li>"
        '<li><a href="docs/glossary.html">Glossary</a> and '
        '<a href="docs/bibliography.html">bibliography</a></li>'
        f'<li><a href="{source.ABOUT}">The project</a>: run the notebooks yourself, with exercises '
        "that check what you write</li></ul>"
    )
    return Page("index.html", "Touch a convolutional network", html, lead)


def not_found(address: str) -> str:
    """Return the whole page that a host shows where no page is.

    Nobody knows how deep such an address is, so each link of the page is a whole address.

    Parameters
    ----------
    address : str
        Where the site will be published.
    """
    lead = "There is no page at this address. It may have moved: look for it from one of these."
    html = (
        f'<h1>Nothing is here</h1>\n<p class="lead">{lead}</p>\n<ul>'
        '<li><a href="index.html">The front page</a>, and the way through the course</li>'
        '<li><a href="e/index.html">All explorers</a></li>'
        '<li><a href="docs/glossary.html">The glossary</a></li></ul>'
    )
    html = framed(Page("404.html", "Nothing is here", html, lead), None, None, address)
    return LEADS.sub(rf"\1{address.rstrip('/')}/", html)


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
