"""Each student is a user of their own where that can be, and what is theirs nobody else opens."""

import os
import stat
import sys
from pathlib import Path

import accounts
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such users there")
as_root = pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 1)() != 0, reason="only root may become another user"
)


def in_another_process(act):
    """Return the exit code of a process that does something."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except PermissionError:
            os._exit(13)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@as_root
@pytest.mark.parametrize("number, code", [(50_001, 0), (50_002, 13)])
def test_a_folder_opens_for_its_owner_alone(number, code):
    folder = Path("/tmp") / f"classroom-{os.getpid()}"
    try:
        accounts.own_folder(folder, 50_001)
        work = folder / "work.txt"
        work.write_text("mine")
        os.chown(work, 50_001, 50_001)

        def read():
            accounts.become(number)
            assert os.getuid() == number and os.getgroups() == []
            work.read_text()
            os.listdir(folder)

        assert in_another_process(read) == code
    finally:
        work.unlink()
        folder.rmdir()


@as_root
def test_who_has_become_a_student_stays_one():
    def go_back():
        accounts.become(50_001)
        os.setuid(0)

    assert in_another_process(go_back) == 13


def test_a_folder_that_was_open_is_closed(tmp_path):
    (tmp_path / "a").mkdir(mode=0o777)
    assert stat.S_IMODE(accounts.own_folder(tmp_path / "a").stat().st_mode) == 0o700


def test_who_is_not_root_cannot_separate_students(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not accounts.can_be_separate()


@as_root
def test_what_others_cannot_reach_keeps_students_from_being_separate(tmp_path):
    closed = accounts.own_folder(tmp_path / "closed")
    assert accounts.can_be_separate(Path("/usr/bin/env"))
    assert not accounts.can_be_separate(Path("/usr/bin/env"), closed / "file")


def test_a_copy_that_was_interrupted_is_made_again_and_a_whole_one_is_kept(tmp_path, monkeypatch):
    source, goal = tmp_path / "source", tmp_path / "home" / "notebooks"
    for path in (source, goal.parent):
        path.mkdir()
    (source / "a.ipynb").write_text("ours")

    def interrupted(*arguments, **named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(accounts.shutil, "copytree", interrupted)
        with pytest.raises(KeyboardInterrupt):
            accounts.give(source, goal)
    assert not goal.exists()
    (goal.parent / ".notebooks.part").mkdir()  # a half
    accounts.give(source, goal)
    (goal / "a.ipynb").write_text("mine")
    accounts.give(source, goal)
    assert (goal / "a.ipynb").read_text() == "mine"
    assert [path.name for path in goal.parent.iterdir()] == ["notebooks"]
