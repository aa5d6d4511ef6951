"""Passed exercises are remembered: once, for good, and whatever happens to the file."""

import json
import subprocess
import sys
import weakref
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest

from cnncourse.exercises import catalogue, progress
from cnncourse.exercises.verdict import Verdict

FIRST = len(catalogue.read("01_image_basics").exercises)

SENTENCE = "the answer is right in the one case tried."


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """A file of this test's own, and a kernel that has just started."""
    path = tmp_path / "folder" / "progress.jsonl"
    monkeypatch.setenv("CNNCOURSE_PROGRESS", str(path))
    monkeypatch.setattr(progress, "_UNSAVED", {})
    monkeypatch.setattr(progress, "_SOLUTIONS", weakref.WeakSet())
    monkeypatch.setattr(progress, "_THEIRS", {})
    return path


def crop(function):
    """Stand in for the check of that name: any function that returns 1 passes."""
    return Verdict({1: True, 2: False, None: None}[function()], SENTENCE)


def halve(function):
    """Stand in for another check."""
    return crop(function)


def right():
    """The learner's function, solved."""
    return 1


def test_an_exercise_that_passed_is_remembered():
    before = datetime.now().astimezone() - timedelta(seconds=1)
    progress.keep(crop, right)
    assert list(progress.passed()) == ["crop"]
    assert before <= progress.passed()["crop"] <= datetime.now().astimezone()


@pytest.mark.parametrize("answer, word", [(1, "passed"), (2, "not right"), (None, "not yet")])
def test_the_verdict_comes_back_unchanged(answer, word):
    verdict = progress.keep(crop, lambda: answer)
    assert (verdict.word, verdict.message) == (word, SENTENCE)


@pytest.mark.parametrize("answer", [2, None])
def test_what_did_not_pass_is_not_remembered(answer):
    progress.keep(crop, lambda: answer)
    assert progress.passed() == {}


def test_once_passed_stays_passed():
    progress.keep(crop, right)
    first = progress.passed()
    progress.keep(crop, lambda: 2)
    progress.keep(crop, lambda: None)
    assert progress.passed() == first


def test_passing_again_changes_neither_the_day_nor_the_file(store):
    store.parent.mkdir()
    store.write_text(json.dumps({"exercise": "crop", "passed": "2025-03-14T15:09:26+00:00"}))
    contents = store.read_bytes()
    progress.keep(crop, right)
    assert store.read_bytes() == contents
    assert progress.passed()["crop"] == datetime.fromisoformat("2025-03-14T15:09:26+00:00")


def ours():
    """The course's function."""
    return 1


def test_what_passed_is_used(capsys):
    progress.keep(crop, right)
    progress.keep(crop, lambda: 2)  # a later attempt that fails does not take its place
    assert progress.best(crop, ours).__wrapped__ is right
    assert "Your own crop" in capsys.readouterr().out


def anything(function):
    """Stand in for a check that passes everything."""
    return Verdict(True, SENTENCE)


def test_a_list_is_used_as_the_array_that_it_stands_for():
    progress.keep(anything, lambda rows: rows[::-1])
    used = progress.best(anything, ours)
    assert used([[1, 2], [3, 4]]).T.tolist() == [[3, 1], [4, 2]]
    assert used((1, 2)) == (2, 1)  # a pair stays a pair


def test_a_class_is_used_as_it_is():
    progress.keep(anything, Verdict)
    assert progress.best(anything, ours) is Verdict


@pytest.mark.parametrize("answer", [2, None])
def test_in_the_place_of_what_did_not_pass_the_course_s_is_used(answer, capsys):
    progress.keep(crop, lambda: answer)
    progress.keep(halve, right)  # another exercise
    assert progress.best(crop, ours) is ours
    assert "The course's crop" in capsys.readouterr().out


def test_a_solution_is_not_used_as_the_learner_s():
    progress.solution(crop, right)
    progress.keep(crop, right)
    assert progress.best(crop, ours) is ours


def test_a_solution_that_is_wrong_says_so():
    assert progress.solution(crop, lambda: 2).passed is False


def test_a_solution_does_not_count():
    verdict = progress.solution(crop, right)
    assert verdict.passed
    assert progress.passed() == {}


def test_a_solution_does_not_count_even_if_it_is_checked_once_more():
    def solved():
        return 1

    progress.solution(crop, solved)
    assert progress.keep(crop, solved).passed is None
    assert progress.passed() == {}
    progress.keep(crop, lambda: 1)  # the same idea, in the learner's own function
    assert list(progress.passed()) == ["crop"]


def test_a_notebook_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="choose one of 01_image_basics"):
        progress.show("07_dessert")


def test_forgetting_begins_again(store):
    progress.keep(crop, right)
    assert f"01 Read an image as an array of numbers: 0 of {FIRST}" in repr(progress.forget())
    assert progress.passed() == {} and not store.exists()
    progress.forget()  # nothing to forget is no error
    progress.keep(crop, right)
    assert list(progress.passed()) == ["crop"]


@pytest.mark.parametrize("place", ["folder", "below a file"])
def test_forgetting_where_nothing_can_be_removed_is_no_error(store, place):
    if place == "folder":
        store.mkdir(parents=True)
    else:
        store.parent.write_text("a file")
    report = progress.forget()
    assert str(store) in report.note and report.title.startswith("0 of")


@pytest.mark.parametrize("essay", ["my essay", '{"name": "a notebook"}', "[1, 2]"])
def test_a_file_that_holds_something_else_is_neither_added_to_nor_removed(store, essay):
    store.parent.mkdir()
    store.write_text(essay)
    progress.keep(crop, right)
    assert list(progress.passed()) == ["crop"]  # until the kernel stops
    assert str(store) in progress.forget().note
    assert store.read_text() == essay


# The file ----------------------------------------------------------------------------------------


DAMAGE = [
    b"\x00\xff\xfe not a text",
    b'{"exercise": "hal',
    b'{"exercise": "halve"}',
    b'{"exercise": "halve", "passed": 3}',
    b'{"exercise": "halve", "passed": "yesterday"}',
    b'["halve"]',
    b"null",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_spoils_only_its_own_line(store, damage):
    progress.keep(crop, right)
    with open(store, "ab") as lines:
        lines.write(b"\n" + damage)
    assert list(progress.passed()) == ["crop"]
    progress.keep(halve, right)
    assert set(progress.passed()) == {"crop", "halve"}


def test_a_line_of_an_exercise_that_is_gone_does_no_harm(store):
    store.parent.mkdir()
    store.write_text('{"exercise": "of last year", "passed": "2025-03-14T15:09:26+00:00"}')
    assert progress.show("01_image_basics").title.startswith(f"0 of {FIRST}")


def test_where_nothing_can_be_written_the_kernel_remembers_and_says_so(monkeypatch, store):
    store.parent.write_text("a file where the folder should be")
    assert progress.keep(crop, right).passed
    shown = progress.show("01_image_basics")
    assert shown.title.startswith(f"1 of {FIRST}")
    assert "cannot be written: this list is kept until the kernel stops" in shown.note
    assert shown.note in repr(shown)


def test_where_it_is_written_it_says_where(store):
    progress.keep(crop, right)
    assert progress.show("01_image_basics").note == f"Kept on this computer only, in {store}."


LEARNER = """
import sys
from cnncourse.exercises import progress
from cnncourse.exercises.verdict import Verdict
for name in sys.argv[1:]:
    def check(function):
        return Verdict(True, "right")
    check.__name__ = name
    progress.keep(check, lambda: 1)
"""


@pytest.mark.slow
def test_notebooks_that_are_open_at_once_lose_nothing():
    names = [f"exercise{number}" for number in range(60)]
    command = [sys.executable, "-c", LEARNER]
    kernels = [subprocess.Popen([*command, *names[start::4]]) for start in range(4)]
    assert [kernel.wait(timeout=60) for kernel in kernels] == [0, 0, 0, 0]
    assert set(progress.passed()) == set(names)


@pytest.mark.parametrize(
    "platform, variable, folder",
    [
        ("linux", "XDG_DATA_HOME", ".local/share"),
        ("darwin", "", "Library/Application Support"),
        ("win32", "LOCALAPPDATA", "AppData/Local"),
    ],
)
def test_each_platform_has_its_place(monkeypatch, tmp_path, platform, variable, folder):
    monkeypatch.delenv("CNNCOURSE_PROGRESS")
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(progress.Path, "home", lambda: tmp_path)
    if variable:
        monkeypatch.delenv(variable, raising=False)
    assert progress.file() == tmp_path / folder / "cnncourse" / "progress.jsonl"
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
        assert progress.file() == tmp_path / "elsewhere" / "cnncourse" / "progress.jsonl"


# What is shown -----------------------------------------------------------------------------------


def pass_all(notebook):
    """Pass every exercise of a notebook."""
    for exercise in catalogue.read(notebook).exercises:
        progress._write(exercise.check, datetime.fromisoformat("2025-03-14T12:00:00"))


def test_open_exercises_name_the_section_to_repeat():
    progress.keep(crop, right)
    lines = repr(progress.show("01_image_basics")).splitlines()
    assert lines[0] == f"1 of {FIRST} exercises of this notebook passed"
    assert "○ Exercise 1 · find the mistake: x and y · open, go back to section 1." in lines[1]
    assert f"✓ Exercise 2 · crop · passed on {datetime.now().date()}" == lines[2]


def test_the_overview_counts_and_names_the_next_exercise():
    pass_all("01_image_basics")
    lines = repr(progress.overview()).splitlines()
    assert lines[0] == f"1 of {len(catalogue.CHECKS)} notebooks done"
    assert lines[1] == f"✓ 01 Read an image as an array of numbers: {FIRST} of {FIRST} passed"
    second = catalogue.read("02_kernels").exercises
    assert lines[2].endswith(f"0 of {len(second)} passed, go on with {second[0].title}")


class Reader(HTMLParser):
    """What a browser makes of a report: the text of list items, and the targets of links."""

    def __init__(self, html):
        super().__init__()
        self.items, self.targets, self.open = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        """Note a link or a new item."""
        self.open.append(tag)
        self.targets += [value for name, value in attributes if name == "href"]
        self.items += [""] if tag == "li" else []

    def handle_endtag(self, tag):
        """Demand that tags are closed in the order they were opened."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Add words to the item that is open."""
        if "li" in self.open:
            self.items[-1] += data


@pytest.mark.parametrize("notebook", catalogue.CHECKS)
def test_the_html_says_what_the_text_says(notebook):
    progress._write(catalogue.read(notebook).exercises[0].check, datetime.now())
    report = progress.show(notebook)
    reader = Reader(report._repr_html_())
    assert reader.items == repr(report).splitlines()[1:-1]
    assert not reader.open and len(reader.targets) == len(catalogue.read(notebook).exercises) - 1


def test_links_lead_to_headings():
    exercises = catalogue.read("01_image_basics").exercises
    targets = Reader(progress.show("01_image_basics")._repr_html_()).targets
    assert targets == [f"#{exercise.section.replace(' ', '-')}" for exercise in exercises]
    first = Reader(progress.overview()._repr_html_()).targets[0]
    assert first == f"01_image_basics.ipynb{targets[0]}"
