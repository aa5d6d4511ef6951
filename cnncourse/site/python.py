"""What Python in the page needs: Pyodide, NumPy, the course and its widgets, photographs.

Pyodide comes from npm, pinned in ``tools/package.json``. NumPy is the official wheel, which the
visitor's browser fetches from where Pyodide's makers keep it and compares with the SHA-256 in
Pyodide's lock; where the environment variable ``CNNCOURSE_WASM`` names a folder with a wheel, that
one becomes part of the site, and no other host is asked.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from packaging.utils import parse_wheel_filename

from cnncourse.site.rasters import webp

PACKAGE = Path(__file__).parents[1]
WORKER = Path(__file__).with_name("web") / "worker.mjs"
STANDINS = Path(__file__).with_name("standins")
PYODIDE = Path(sys.prefix) / "node_modules" / "pyodide"  # beside the Python of .venv
FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LEFT_OUT = {"lab", "run", "exercises", "handwriting", "site"}  # no explorer of the site needs them
OF_SITE = ("__init__.py", "catalogue.py", "trained.py", "tree.py", "worker.py")
OF_WIDGETS = ("stage.js", "stage.css", "upload.js", "drawpad.js")  # classes read them when made
WIDGETS = ("ipywidgets", "traitlets", "comm")
PHOTOS = {
    "grace_hopper.webp": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
    "china.webp": ("sklearn", "datasets/images/china.jpg"),
    "flower.webp": ("sklearn", "datasets/images/flower.jpg"),
}
DIGITS = ("sklearn", "datasets/data/digits.csv.gz")


def files(pyodide: Path) -> dict[str, bytes]:
    """Return what Python in the page needs beside the course, by its path in the site.

    Parameters
    ----------
    pyodide : Path
        Where npm has put Pyodide.

    Raises
    ------
    ValueError
        If Pyodide is not there.
    """
    if not (pyodide / FILES[0]).exists():
        raise ValueError(f"{pyodide} is not there: make site brings it")
    found = {f"py/{name}": (pyodide / name).read_bytes() for name in FILES}
    wheel = local_wheel()
    found["py/pyodide-lock.json"] = lock(pyodide, wheel)
    found["py/python.json"] = json.dumps({"base": "./" if wheel else ""}).encode()
    if wheel:
        found[f"py/{wheel.name}"] = wheel.read_bytes()
    found["py/worker.mjs"] = WORKER.read_bytes()
    for name, (package, path) in PHOTOS.items():
        found[f"py/{name}"] = webp((folder_of(package) / path).read_bytes())
    return found


def local_wheel() -> Path | None:
    """Return the wheel of NumPy in the folder that CNNCOURSE_WASM names, or None.

    Raises
    ------
    ValueError
        If the folder holds none.
    """
    folder = os.environ.get("CNNCOURSE_WASM")
    if not folder:
        return None
    found = list(Path(folder).glob("numpy-*.whl"))
    if not found:
        raise ValueError(f"CNNCOURSE_WASM is {folder}: there is no numpy-*.whl in it")
    return max(found, key=lambda wheel: parse_wheel_filename(wheel.name)[1])


def lock(pyodide: Path, wheel: Path | None) -> bytes:
    """Return Pyodide's lock with NumPy alone: its name, its SHA-256.

    Parameters
    ----------
    pyodide : Path
    wheel : Path or None
        One that takes the place of the official wheel.
    """
    whole: dict[str, Any] = json.loads((pyodide / "pyodide-lock.json").read_bytes())
    numpy = whole["packages"]["numpy"]
    if wheel:
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        numpy = {**numpy, "file_name": wheel.name, "sha256": digest}
    return json.dumps({**whole, "packages": {"numpy": numpy}}).encode()


def folder_of(package: str) -> Path:
    """Return the folder of an installed package, without importing it."""
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None, package
    return Path(spec.origin).parent


def course() -> bytes:
    """Return the sources of the course, of its widgets and of the stand-ins as a ZIP archive."""
    sources: dict[str, Path] = {}
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE)
        if name.parts[0] not in LEFT_OUT or (name.parts[0] == "site" and name.name in OF_SITE):
            sources[f"cnncourse/{name.as_posix()}"] = path
    for package in WIDGETS:
        root = folder_of(package)
        for path in root.rglob("*.py"):
            if "tests" not in path.parts:
                sources[f"{package}/{path.relative_to(root).as_posix()}"] = path
    for path in STANDINS.rglob("*.py"):
        sources[path.relative_to(STANDINS).as_posix()] = path
    sources["cnncourse/picture_files.py"] = sources.pop("picture_files.py")
    for beside in ("small_network.npz", *(f"widgets/{name}" for name in OF_WIDGETS)):
        sources[f"cnncourse/{beside}"] = PACKAGE / beside
    sources["/".join(DIGITS)] = folder_of(DIGITS[0]) / DIGITS[1]
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for to, path in sorted(sources.items()):
            archive.write(path, to)
        for empty in ("sklearn/__init__.py", "matplotlib/__init__.py"):
            archive.writestr(empty, "")
        for folder in ("matplotlib/mpl-data/sample_data/", "sklearn/datasets/images/"):
            archive.writestr(folder, "")
    return file.getvalue()


def compiled(pyodide: Path) -> bytes:
    """Return the course as an archive of byte code.

    Parameters
    ----------
    pyodide : Path

    Raises
    ------
    ValueError
        If node fails.
    """
    script = Path(__file__).with_name("web") / "compile.mjs"
    with TemporaryDirectory() as folder:
        before, after = Path(folder) / "in.zip", Path(folder) / "out.zip"
        before.write_bytes(course())
        words = ["node", str(script), str(pyodide), str(before), str(after)]
        try:
            subprocess.run(words, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", None) or str(error)
            raise ValueError(f"node could not compile the course for browsers: {said}") from error
        return after.read_bytes()
