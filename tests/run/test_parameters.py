"""Parameters are read from the notebook's own cell, and its comments say which values go."""

import math
from pathlib import Path

import pytest
import tiny_course
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnncourse.run import parameters
from cnncourse.run.parameters import Parameter

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
PHOTO = Parameter("photo", "china", 'or your own file; samples, one of: "china", "flower"')


def test_names_defaults_and_comments_come_from_the_parameters_cell(tmp_path):
    cell = 'photo = "china"  # one of: "china", "flower"\nsize = 55_000  # 1000 to 55000'
    path = tiny_course.write(tmp_path / "a.ipynb", "size = 3", parameters=cell)
    found = parameters.read(path)
    assert list(found) == ["photo", "size"]
    assert found["photo"].choices == ("china", "flower")
    assert (found["size"].default, found["size"].limits) == (55_000, (1000, 55_000))


def test_a_notebook_without_such_a_cell_has_no_parameters(tmp_path):
    assert parameters.read(tiny_course.write(tmp_path / "a.ipynb", "x = 1")) == {}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_parameter_of_the_course_says_its_values_and_starts_from_one(path):
    for parameter in parameters.read(path).values():
        assert parameter.choices or parameter.limits
        assert parameter.check(parameter.default) == parameter.default


@pytest.mark.parametrize(
    "default, text, value",
    [
        (5, "3", 3),
        (5, "55_000", 55_000),
        (0.5, "1e-3", 0.001),
        (0.5, "2", 2.0),
        (0.5, 2, 2.0),
        (False, "True", True),
        (True, "false", False),
        ("china", "3", "3"),
        (None, "x", "x"),
        ((3, 3), "(5, 5)", (5, 5)),
    ],
)
def test_a_value_gets_the_type_of_the_default(default, text, value):
    checked = Parameter("p", default).check(text)
    assert checked == value and type(checked) is type(value)


@pytest.mark.parametrize(
    "default, value, words",
    [
        (5, "3.0", "a whole number"),
        (5, 3.0, "a whole number"),
        (5, True, "a whole number"),
        (5, "five", "a whole number"),
        (5, "", "a whole number"),
        (5, [1, 2], "a whole number"),
        (0.5, "half", "a number"),
        (0.5, True, "a number"),
        (False, "yes", "True or False"),
        (False, 1, "True or False"),
        ("china", 3, "a text"),
        ("china", False, "a text"),
        ((3, 3), "3", "a tuple"),
    ],
)
def test_a_value_of_another_type_is_refused(default, value, words):
    with pytest.raises(ValueError, match=f"^p = .* is not {words}, such as "):
        Parameter("p", default).check(value)


@settings(deadline=None)
@given(st.integers(-50, 50), st.integers(0, 20), st.integers(0, 20))
def test_limits_belong_to_the_range(value, below, above):
    limits = Parameter("p", value, f"any, {value - below} to {value + above}")
    assert limits.check(value - below) == value - below
    assert limits.check(value + above) == value + above
    for beyond in (value - below - 1, value + above + 1):
        with pytest.raises(ValueError, match="out of range: choose from"):
            limits.check(beyond)


def test_what_is_not_a_number_is_in_no_range():
    with pytest.raises(ValueError, match="out of range"):
        Parameter("p", 0.5, "0 to 1").check(math.nan)


def test_an_unknown_choice_is_refused_and_the_choices_are_named():
    model = Parameter("model", "small", 'one of: "small", "lecture"')
    assert model.check("lecture") == "lecture"
    with pytest.raises(ValueError, match="'small', 'lecture'$"):
        model.check("large")


@pytest.fixture
def own(tmp_path):
    """A parameter that allows a picture of one's own, beside a notebook in a folder."""
    Image.new("RGB", (3, 2)).save(tmp_path / "own.png")
    (tmp_path / "essay.txt").write_text("my essay")
    return Parameter(PHOTO.name, PHOTO.default, PHOTO.comment, tmp_path)


def test_a_picture_is_allowed_where_the_comment_offers_one_and_where_it_exists(own, monkeypatch):
    monkeypatch.setenv("HOME", str(own.folder))
    for right in ("own.png", "~/own.png", str(own.folder / "own.png"), "china"):
        assert own.check(right) == right
    closed = Parameter("photo", "china", 'one of: "china", "flower"', own.folder)
    with pytest.raises(ValueError, match="'china', 'flower'$"):
        closed.check("own.png")


@pytest.mark.parametrize(
    "wrong", ["chinaa", "", "~nosuchuser/a.png", "a\0.png", "x" * 5000, "essay.txt/own.png"]
)
def test_a_path_that_is_none_is_refused_with_the_choices(own, wrong):
    with pytest.raises(ValueError, match="or a path that exists, seen from") as refused:
        own.check(wrong)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("wrong", [".", "essay.txt"])
def test_a_path_that_is_no_picture_is_refused(own, wrong):
    with pytest.raises(ValueError, match="will not do"):
        own.check(wrong)


def test_where_a_folder_is_asked_for_a_file_will_not_do(own):
    data = Parameter("data", "auto", 'the folder of …, or one of: "auto"', own.folder)
    assert data.check(".") == "."
    with pytest.raises(ValueError, match="name the folder it is in"):
        data.check("essay.txt")


@pytest.mark.parametrize("text", ["-" * 100_000, "(" * 100_000, "9" * 5000])
def test_a_text_that_python_cannot_read_is_refused_in_a_short_sentence(text):
    with pytest.raises(ValueError, match="is not a whole number|out of range") as refused:
        Parameter("p", 5, "0 to 9").check(text)
    assert len(str(refused.value)) < 200


def test_a_number_too_large_for_a_float_is_refused():
    with pytest.raises(ValueError, match="a number"):
        Parameter("p", 0.5).check(10**400)


@pytest.mark.parametrize(
    "cell, wanted",
    [
        ("a = 1  # one\nb = 2", [("a", "1", "one"), ("b", "2", "")]),
        ('colour = "#ff0000"  # a # b', [("colour", '"#ff0000"', "a # b")]),
        ("seed: int = 0  # 0 to 9", [("seed", "0", "0 to 9")]),
        ("shape = (\n    1,\n    2,\n)  # two", [("shape", "(\n    1,\n    2,\n)", "two")]),
        ("import os\nprint(1)\nx: int", []),
    ],
)
def test_lines_of_a_cell_are_read_as_python_reads_them(cell, wanted):
    assert list(parameters.assignments(cell)) == wanted


def test_a_cell_that_is_no_python_is_refused(tmp_path):
    path = tiny_course.write(tmp_path / "a.ipynb", parameters="seed = = 0")
    with pytest.raises(ValueError, match="the parameters cell of .* is not plain Python"):
        parameters.read(path)


def test_a_comment_that_lists_no_values_restricts_none():
    assert Parameter("p", 5, "one of the best numbers").check(-3) == -3
    assert Parameter("p", "five", "a word of 3 to 9 letters").check("a") == "a"


@pytest.mark.parametrize("contents", ["not JSON", "{}", "[]"])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, contents):
    path = tmp_path / "a.ipynb"
    path.write_text(contents)
    with pytest.raises(ValueError, match="is not a notebook that can be read"):
        parameters.read(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"there is no file .*99_none\.ipynb"):
        parameters.read(tmp_path / "99_none.ipynb")


def test_the_nearest_name_is_offered_and_else_all_of_them():
    assert parameters.nearest("epoch", ["seed", "epochs"]) == 'did you mean "epochs"?'
    assert parameters.nearest("quark", ["seed", "epochs"]) == "there are epochs, seed"
    assert parameters.nearest("quark", []) == "there are none"
