"""What Python in the page is given: Pyodide, NumPy with its checksum, and all that is imported."""

import ast
import hashlib
import json
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from cnncourse import images
from cnncourse.site import python


@pytest.fixture
def pyodide(tmp_path, monkeypatch):
    """A folder as npm leaves it, with little in it; no photographs, which take a second."""
    monkeypatch.setattr(python, "PHOTOS", {})
    folder = tmp_path / "pyodide"
    folder.mkdir()
    for name in python.FILES:
        (folder / name).write_bytes(name.encode())
    numpy = {"name": "numpy", "file_name": "numpy-official.whl", "sha256": "0" * 64}
    lock = {"info": {"abi": "x"}, "packages": {"numpy": numpy, "scipy": {}}}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    return folder


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A wheel in the folder that CNNCOURSE_WASM names."""
    file = tmp_path / "numpy-9.0.0-py3-none-any.whl"
    file.write_bytes(b"a wheel")
    monkeypatch.setenv("CNNCOURSE_WASM", str(tmp_path))
    return file


@pytest.fixture(scope="module")
def archive():
    """The names of the files in the archive of the course, and the archive."""
    return ZipFile(BytesIO(python.course()))


def test_the_official_numpy_keeps_its_checksum_and_nothing_else_is_locked(pyodide, monkeypatch):
    monkeypatch.delenv("CNNCOURSE_WASM", raising=False)
    found = python.files(pyodide)
    lock = json.loads(found["py/pyodide-lock.json"])
    assert list(lock["packages"]) == ["numpy"] and lock["info"] == {"abi": "x"}
    assert lock["packages"]["numpy"]["sha256"] == "0" * 64
    assert not [path for path in found if path.endswith(".whl")]


def test_a_wheel_at_hand_becomes_part_of_the_site_with_a_checksum_of_its_own(pyodide, wheel):
    found = python.files(pyodide)
    numpy = json.loads(found["py/pyodide-lock.json"])["packages"]["numpy"]
    assert found[f"py/{numpy['file_name']}"] == b"a wheel"
    assert numpy["sha256"] == hashlib.sha256(b"a wheel").hexdigest()
    assert json.loads(found["py/python.json"])["base"]  # asked for beside the page


def test_photographs_have_the_pixels_that_a_notebook_has(pyodide, wheel, monkeypatch):
    monkeypatch.setattr(python, "PHOTOS", {"china.webp": ("sklearn", "datasets/images/china.jpg")})
    with Image.open(BytesIO(python.files(pyodide)["py/china.webp"])) as photo:
        assert np.array_equal(np.asarray(photo), images.sample("china"))


def test_without_pyodide_or_its_wheel_the_way_out_is_said(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="make site"):
        python.files(tmp_path)
    monkeypatch.setenv("CNNCOURSE_WASM", str(tmp_path))
    with pytest.raises(ValueError, match="numpy"):
        python.local_wheel()


def test_of_several_wheels_the_newest_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNCOURSE_WASM", str(tmp_path))
    for version in ("2.9.1", "2.10.0", "2.2.0"):
        (tmp_path / f"numpy-{version}-cp313-cp313-pyemscripten_2025_0_wasm32.whl").touch()
    assert "2.10.0" in python.local_wheel().name


def at_the_top(source):
    """Return the dotted names that a module imports when it is loaded."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_whatever_a_module_of_the_course_imports_is_in_the_archive(archive):
    names = set(archive.namelist())
    missing = {}
    for path in (name for name in names if name.startswith("cnncourse/") and name.endswith(".py")):
        for dotted in at_the_top(archive.read(path)):
            ways = ["/".join(dotted.split(".")[:depth]) for depth in range(1, 9)]
            files = {f"{way}{end}" for way in ways[1:] for end in (".py", "/__init__.py")}
            if dotted.startswith("cnncourse.") and not files & names:
                missing[path] = dotted
    assert missing == {}


def test_the_archive_holds_the_stand_ins_and_no_room_that_nobody_enters(archive):
    names = set(archive.namelist())
    assert {"cv2.py", "anywidget.py", "ipywidgets/__init__.py", "traitlets/__init__.py"} <= names
    standin = python.STANDINS / "picture_files.py"
    assert archive.read("cnncourse/picture_files.py") == standin.read_bytes()
    rooms = {name.split("/")[1] for name in names if name.startswith("cnncourse/")}
    assert not rooms & (python.LEFT_OUT - {"site"}) and {"figures", "explorers"} <= rooms
    assert "cnncourse/site/python.py" not in names and "cnncourse/site/worker.py" in names


def test_without_node_the_reason_is_said(pyodide, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="node"):
        python.compiled(pyodide)
