"""Whatever a file holds: a notebook comes out of it, or a sentence that says why not."""

import json

import nbformat
import pytest
import tiny_course
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cnncourse.run import notebook

CELL = {"cell_type": "code", "metadata": {}, "source": "1"}


def file(cells=(), **more):
    """Return the file of a notebook."""
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": list(cells), **more}).encode()


def test_a_notebook_is_read_as_it_is(tmp_path):
    path = tiny_course.write(tmp_path / "a.ipynb", "1 + 1")
    found = notebook.parse(notebook.read(path))
    assert [cell["source"] for cell in found["cells"]] == ["# Look at a test", "1 + 1"]
    assert notebook.title(found) == "Look at a test"


def test_a_mark_at_the_beginning_is_passed_over():
    assert notebook.parse(b"\xef\xbb\xbf" + file([CELL]))["cells"][0]["source"] == "1"


def test_a_kernel_that_is_not_named_is_that_of_python():
    assert notebook.parse(file())["metadata"]["kernelspec"]["name"] == "python3"


def test_format_3_becomes_format_4():
    old = nbformat.v3.new_notebook(
        worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell(input="2 + 2")])]
    )
    found = notebook.parse(json.dumps(old).encode())
    assert (found["nbformat"], found["cells"][0]["source"]) == (4, "2 + 2")


@pytest.mark.parametrize(
    "contents, words",
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{\n<<<<<<< HEAD\n"a": 1\n=======\n', "merge conflict"),
        (b"{}", "nbformat"),
        (b"[]", "nbformat"),
        (b"null", "nbformat"),
        (b'{"nbformat": 99}', "format 99"),
        (b'{"nbformat": 3, "worksheets": 3}', "format 3"),
        (b'{"nbformat": 4}', "no list of cells"),
        (file(metadata=[]), "metadata"),
        (file(metadata={"kernelspec": {"language": "R"}}), "written in R"),
        (file(metadata={"kernelspec": []}), "kernelspec"),
        (file(metadata={"cnncourse": 3}), "this course"),
        (file([3]), "cell 0 is of no kind"),
        (file([CELL, {**CELL, "cell_type": "heading"}]), "cell 1 is of no kind"),
        (file([{**CELL, "source": [1]}]), "cell 0 holds no text"),
        (file([{**CELL, "metadata": {"tags": "check"}}]), "cell 0 has damaged metadata"),
    ],
)
def test_what_is_no_notebook_is_refused_with_the_reason(tmp_path, contents, words):
    path = tmp_path / "a.ipynb"
    path.write_bytes(contents)
    with pytest.raises(ValueError, match="is not a notebook that can be read") as refused:
        notebook.read(path)
    assert words in str(refused.value) and str(path) in str(refused.value)


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path):
    (tmp_path / "x.ipynb").mkdir()
    with pytest.raises(ValueError, match="x.ipynb is a folder"):
        notebook.read(tmp_path / "x.ipynb")
    with pytest.raises(ValueError, match="there is no file"):
        notebook.read(tmp_path / "y.ipynb")
    with pytest.raises(ValueError, match="cannot be read"):
        notebook.read(tmp_path / ("y" * 5000))


def test_folders_and_the_second_files_of_macos_are_no_notebooks(tmp_path):
    for name in ("02_b.ipynb", "01_a.ipynb", "._01_a.ipynb", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "03_c.ipynb").mkdir()
    assert [path.name for path in notebook.find(tmp_path)] == ["01_a.ipynb", "02_b.ipynb"]


@pytest.mark.parametrize("cells", [[], [new_markdown_cell("")], [new_code_cell(" ")]])
def test_an_empty_notebook_has_no_title(cells):
    empty = nbformat.writes(new_notebook(cells=cells)).encode()
    assert notebook.title(notebook.parse(empty)) == ""


def test_cells_are_found_by_their_tags():
    cells = [{**CELL, "metadata": {"tags": ["a"]}}, CELL, {**CELL, "metadata": {"tags": [3, "a"]}}]
    assert notebook.tagged(notebook.parse(file(cells)), "a") == ["1", "1"]
