"""Files are there whole or not at all, and nobody else's are replaced or removed."""

import hashlib
import json
import os

import pytest

from cnncourse import files


def tree(folder):
    """Return the contents of all files in a folder by path, without the list of them."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != files.MADE]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def test_a_file_is_replaced_and_its_folder_made(tmp_path):
    path = tmp_path / "new" / "a.txt"
    for contents in (b"one", b"two"):
        files.write_atomically(path, contents)
        assert path.read_bytes() == contents
    assert list(path.parent.iterdir()) == [path]


def test_after_a_failure_the_old_file_is_there_and_no_half(tmp_path, monkeypatch):
    def full(number):
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["图" * 80, "x" * 250])
def test_the_longest_names_can_be_written(tmp_path, name):
    files.write_atomically(tmp_path / name, b"x")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_tree_takes_the_place_of_the_last_one(tmp_path):
    files.write_tree(tmp_path, {"a.txt": b"1", "sub/b.txt": b"2"})
    files.write_tree(tmp_path, {"a.txt": b"3"})
    assert tree(tmp_path) == {"a.txt": "3"}


def test_what_somebody_else_made_or_changed_stays(tmp_path):
    files.write_tree(tmp_path, {"a.txt": b"1", "b.txt": b"2"})
    (tmp_path / "essay.txt").write_text("mine")
    (tmp_path / "b.txt").write_text("changed by me")
    files.write_tree(tmp_path, {"a.txt": b"3"})
    assert tree(tmp_path) == {"a.txt": "3", "b.txt": "changed by me", "essay.txt": "mine"}


@pytest.mark.parametrize("name", ["a.txt", "essay.txt"])
def test_a_file_in_the_way_is_refused_before_anything_is_written(tmp_path, name):
    files.write_tree(tmp_path, {"a.txt": b"1", "c.txt": b"1"})
    (tmp_path / name).write_text("mine")
    with pytest.raises(ValueError, match=f"{name} is not as it was written here"):
        files.write_tree(tmp_path, {"c.txt": b"2", name: b"2"})
    assert tree(tmp_path)[name] == "mine" and tree(tmp_path)["c.txt"] == "1"


def test_a_folder_in_the_way_is_refused(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(ValueError, match="a.txt is in the way"):
        files.write_tree(tmp_path, {"a.txt": b"1"})


def test_after_an_interrupt_the_next_time_goes_through(tmp_path, monkeypatch):
    files.write_tree(tmp_path, {"a.txt": b"1", "b.txt": b"1"})
    write = files.write_atomically

    def interrupted(path, contents):
        if path.name == "b.txt":
            raise KeyboardInterrupt
        write(path, contents)

    monkeypatch.setattr(files, "write_atomically", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_tree(tmp_path, {"a.txt": b"2", "b.txt": b"2"})
    monkeypatch.undo()
    assert tree(tmp_path) == {"a.txt": "2", "b.txt": "1"}
    files.write_tree(tmp_path, {"a.txt": b"3", "b.txt": b"3"})
    assert tree(tmp_path) == {"a.txt": "3", "b.txt": "3"}


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "3", "{", '{"../mine.txt": ["x"]}', "[[1]]", '{"a.txt": 3}']
)
def test_a_list_that_is_damaged_makes_nothing_ours(tmp_path, text):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "mine.txt").write_text("mine")
    (folder / files.MADE).write_text(text)
    files.write_tree(folder, {"a.txt": b"1"})
    assert tree(folder) == {"a.txt": "1"} and (tmp_path / "mine.txt").read_text() == "mine"


def test_a_list_that_names_files_elsewhere_removes_none(tmp_path):
    folder, mine = tmp_path / "folder", tmp_path / "mine.txt"
    folder.mkdir()
    mine.write_bytes(b"mine")
    digest = hashlib.sha256(b"mine").hexdigest()
    (folder / files.MADE).write_text(json.dumps({str(mine): [digest], "../mine.txt": [digest]}))
    files.write_tree(folder, {"a.txt": b"1"})
    assert mine.read_bytes() == b"mine"
