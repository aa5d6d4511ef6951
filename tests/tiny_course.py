"""Tiny notebooks, and the command of the course run on them: for the tests of ``cnncourse.run``."""

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cnncourse.run.plan import Job

ROOT = Path(__file__).resolve().parent.parent
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def write(path, *sources, parameters="", metadata=None):
    """Write a notebook: a title, a parameters cell if there is one, a code cell a source."""
    path.parent.mkdir(exist_ok=True)
    cells = [new_markdown_cell("# Look at a test")]
    if parameters:
        cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    cells += map(new_code_cell, sources)
    metadata = {"kernelspec": KERNEL, **(metadata or {})}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


def job(path, *sources, parameters=None):
    """Write a notebook and return a job that runs it."""
    write(path, *sources)
    return Job(path, parameters or {}, path.read_bytes())


def program(*arguments):
    """Return the command of the course and the environment it needs."""
    others = os.environ.get("PYTHONPATH", "")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), others])}
    return [sys.executable, "-m", "cnncourse", *map(str, arguments)], environment


def command(*arguments, cwd):
    """Run the command of the course in a folder."""
    words, environment = program(*arguments)
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True)


class LoadedAddresses(HTMLParser):
    """Collects what a page loads by itself; a link that a reader may follow is not loaded."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            loads = name in ("src", "srcset", "data", "poster") or (name, tag) == ("href", "link")
            if loads or "href" in name and tag in ("image", "use"):
                self.found.append(value)
            if name == "style":
                self.handle_data(value)

    def handle_data(self, text):
        styles = text.replace("@import", "url(").split("url(")[1:]
        self.found += [style.lstrip("'\" ") for style in styles]


def other_hosts(html):
    """Return the addresses outside the page that a browser would load for it."""
    page = LoadedAddresses()
    page.feed(html)
    return [address[:100] for address in page.found if address.startswith(("http", "//"))]
