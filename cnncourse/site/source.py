"""Which files of the repository become which pages, and where a link between them leads.

>>> page_of("docs/glossary.md"), page_of("notebooks/README.md"), page_of("pyproject.toml")
('docs/glossary.html', 'notebooks/index.html', '')
>>> way("docs/glossary.html", "notebooks/02_kernels.html")
'../notebooks/02_kernels.html'
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

OWN_DIGIT, DRAW = "own_digit", "draw.html"  # this explorer's page is one of its own making
ABOUT = "about.html"  # README.md: index.html greets those who come by a link
TARGET = re.compile(r'(?P<before><a\b[^>]*?\shref="|<img\b[^>]*?\ssrc=")(?P<to>[^"]*)"')
LINK = re.compile(r'<a\b[^>]*?\shref="(?P<to>[^"]*)"[^>]*>(?P<words>.*?)</a>', flags=re.DOTALL)
ELSEWHERE = re.compile(r"[a-z]+:|//|#", flags=re.IGNORECASE)


def documents(root: Path) -> list[str]:
    """Return the Markdown files that become pages, in the order in which they follow each other.

    In each folder README.md comes first.
    """
    found = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "notebooks").glob("*.md")]
    hidden = [path for path in found if any(part.startswith(".") for part in path.parts)]
    shown = [path.relative_to(root) for path in found if path not in hidden]
    shown.sort(key=lambda path: (path.parent, path.name != "README.md", path.name))
    return [path.as_posix() for path in shown]


def page_of(path: str) -> str:
    """Return the page that a file of the repository becomes; "" if it becomes none."""
    folder, name = posixpath.split(path)
    stem, ending = posixpath.splitext(name)
    if path == "README.md":
        return ABOUT
    if name == "README.md":
        return posixpath.join(folder, "index.html")
    if ending in (".md", ".ipynb"):
        return posixpath.join(folder, f"{stem}.html")
    # explorers have no file, only a page
    return path if folder in ("e", "img") or path == DRAW else ""


def numbered(path: str, title: str) -> str:
    """Return the title of a notebook with the number that its file begins with.

    Parameters
    ----------
    path, title : str

    Examples
    --------
    >>> numbered("notebooks/04b_learning_layers.ipynb", "How a CNN learns")
    '04b How a CNN learns'
    """
    return f"{PurePosixPath(path).stem.split('_')[0]} {title}"


def way(here: str, there: str) -> str:
    """Return the relative address that leads from one page to another.

    Parameters
    ----------
    here, there : str
        Paths in the site.
    """
    return posixpath.relpath(there, posixpath.dirname(here) or ".")


def with_pages(html: str, path: str, root: Path, repository: str) -> str:
    """Return HTML whose links lead to pages of the site.

    A link to a file that has no page leads to the repository; without one only its words stay.

    Parameters
    ----------
    html : str
    path : str
        The file it was made from, in the repository.
    root : Path
        The repository.
    repository : str
        Its address for readers; "" if it has none.
    """

    def there(target: str) -> tuple[str, str]:
        """The file in the repository that a link means, and the place in it."""
        file, _, place = target.partition("#")
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(file))), place

    def without_dead_end(found: re.Match[str]) -> str:
        if ELSEWHERE.match(found["to"]) or page_of(there(found["to"])[0]):
            return found[0]
        if repository:
            address = f"{repository}/blob/main/{there(found['to'])[0]}"
            return found[0].replace(f'"{found["to"]}"', f'"{address}"', 1)
        return found["words"]

    def to_page(found: re.Match[str]) -> str:
        if ELSEWHERE.match(found["to"]):
            return found[0]
        file, place = there(found["to"])
        if (root / file).is_dir():
            file = posixpath.join(file, "README.md")
        address = way(page_of(path), page_of(file)) + (f"#{place}" if place else "")
        return f'{found["before"]}{address}"'

    return TARGET.sub(to_page, LINK.sub(without_dead_end, html))


def each_once(names: list[str]) -> Callable[[str], str]:
    """Return a function that gives each id once: "notes", "notes-1", "notes-2" …

    Parameters
    ----------
    names : list of str
        Ids that are taken; grows.
    """

    def name(wished: str) -> str:
        same = sum(taken == wished for taken in names)
        names.append(wished)
        return f"{wished}-{same}" if same else wished

    return name
