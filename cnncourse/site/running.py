"""Where a reader runs a notebook: in Google Colab, on Binder, on a computer of their own.

>>> [way.words for way in ways("https://github.com/o/course", "notebooks/01.ipynb", lab=True)]
['Colab', 'Your computer']
>>> ways("", "notebooks/01.ipynb", lab=False)
[]
"""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from cnncourse.site import source

ON_GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)")
BRANCH = "main"
QUICK_START = f"{source.ABOUT}#quick-start"


class Way(NamedTuple):
    """A button: its words, where it leads, and a command to begin with."""

    words: str
    address: str
    first: str


def ways(repository: str, path: str, *, lab: bool) -> list[Way]:
    """Return where a notebook runs; nowhere, as far as readers know, without a repository.

    Parameters
    ----------
    repository : str
        Its address for readers; "" if it has none.
    path : str
        Of the notebook in the repository.
    lab : bool
        Whether it needs PyTorch. The image for Binder has none: see the folder ``.binder``.
    """
    if not repository:
        return []
    found = []
    on_github = ON_GITHUB.fullmatch(repository)
    if on_github:  # Colab opens no other host's notebooks
        extra = "[lab]" * lab
        address = f"https://colab.research.google.com/github/{on_github[1]}/blob/{BRANCH}/{path}"
        install = f'%pip install "cnncourse{extra} @ git+{repository}@{BRANCH}"'
        found.append(Way("Colab", address, install))
    if not lab:
        place = f"gh/{on_github[1]}" if on_github else f"git/{quote(repository, safe='')}"
        opens = f"urlpath=lab/tree/{path}"
        found.append(Way("Binder", f"https://mybinder.org/v2/{place}/{BRANCH}?{opens}", ""))
    clone = f"git clone {repository} cnncourse && cd cnncourse && make lab"
    return [*found, Way("Your computer", source.way(source.page_of(path), QUICK_START), clone)]


def buttons(repository: str, path: str, *, lab: bool) -> str:
    """Return the buttons of a notebook's page, and what to type first; "" without a repository.

    Parameters
    ----------
    repository, path : str
    lab : bool
        As in `ways`.
    """
    found = ways(repository, path, lab=lab)
    if not found:
        return ""
    links = "".join(f'<a class="button" href="{escape(w.address)}">{w.words}</a>' for w in found)
    typed = "".join(
        f"<dt>{w.words}</dt><dd><code>{escape(w.first)}</code></dd>" for w in found if w.first
    )
    return (
        f'<nav class="ways" aria-label="Run this notebook"><span>Run it, with checks:</span>{links}'
        f"<details><summary>What to type first</summary><dl>{typed}</dl></details></nav>"
    )
