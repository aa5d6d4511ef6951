"""The whole site over HTTP on this machine, and a browser without a window to visit it."""

import functools
import gzip
import json
import os
import shutil
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from require import missing

from cnncourse.files import write_tree
from cnncourse.site import build, catalogue, python

ROOT = Path(__file__).resolve().parents[3]
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --no-proxy-server"
).split()


CONNECTION = """(told) => {
    Object.defineProperty(Navigator.prototype, "connection", { get: () => told });
}"""


@functools.cache
def zipped(path):
    """Return a file as hosts of static pages send it."""
    return gzip.compress(Path(path).read_bytes(), 6)


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, text gzipped, and says nothing."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def do_GET(self):
        file = self.translate_path(self.path)
        kind = self.guess_type(file)
        if not (kind.startswith("text/") and os.path.isfile(file)):
            return super().do_GET()
        return self.answer(zipped(file), ("Content-Type", kind), ("Content-Encoding", "gzip"))

    def answer(self, body, *headers):
        self.send_response(200)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        pass


@pytest.fixture(scope="session")
def course():
    """Return a function that describes a site of all explorers; no notebook has been executed."""
    notebooks = {f"notebooks/{path.name}": path for path in (ROOT / "notebooks").glob("*.ipynb")}

    def describe(**more):
        executed, cache = dict(sorted(notebooks.items())), ROOT / "build" / "packs"
        return build.Course(ROOT, executed, catalogue.NAMES, cache=cache, **more)

    return describe


@pytest.fixture(scope="session")
def folder(course, tmp_path_factory):
    """A site with Python in it."""
    if not os.environ.get("CNNCOURSE_WASM"):
        missing("CNNCOURSE_WASM names no folder with NumPy for Pyodide")
    target = tmp_path_factory.mktemp("site")
    write_tree(target, build.site(course(pyodide=python.PYODIDE)))
    return target


@contextmanager
def served(folder, instead=()):
    """Serve a folder on this machine; some of its paths with other contents."""
    instead = dict(instead)

    class Site(Quiet):
        def do_GET(self):
            given = instead.get(self.path)
            return super().do_GET() if given is None else self.answer(given)

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def serve():
    """Return what serves a folder: see served."""
    return served


@pytest.fixture(scope="session")
def address(folder):
    """Where the site is served."""
    with served(folder) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        missing("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, address):
    """Open a page of the site; afterwards: no error, and nothing asked of any other host.

    What the browser tells of its connection is nothing, unless the test says so.
    """
    asked, errors, opened = [], [], []

    def open_page(path, connection=None, **context):
        page = browser.new_page(**context)
        page.add_init_script(f"({CONNECTION})({json.dumps(connection)})")
        opened.append(page)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/{path}")
        return page

    yield open_page
    for page in opened:
        page.close()
    assert errors == []
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []
