"""What the notebooks say of their exercises is read as it stands there, wherever a kernel works."""

import json
import shutil
import time

import pytest

from cnncourse.exercises import catalogue


def listed():
    """Return (notebook, exercise) for all exercises of the course."""
    chapters = catalogue.all_chapters()
    return [(chapter.name, each) for chapter in chapters for each in chapter.exercises]


def test_every_check_is_a_function_of_the_package_and_belongs_to_one_exercise():
    checks = [exercise.check for _, exercise in listed()]
    assert len(set(checks)) == len(checks) > 50
    for name in catalogue.CHECKS:
        found = {exercise.check for exercise in catalogue.read(name).exercises}
        assert found == {exercise.check for exercise in catalogue.by_checks(name)}


def test_there_is_enough_to_solve_to_design_and_to_predict():
    titles = [exercise.title for _, exercise in listed()]
    assert len(titles) >= 45 and sum("design" in title for title in titles) >= 8
    cells = [
        cell
        for name in catalogue.CHECKS
        for cell in json.loads((catalogue.OF_THE_COURSE / f"{name}.ipynb").read_bytes())["cells"]
    ]
    asked = [cell for cell in cells if "question" in cell["metadata"].get("tags", ())]
    assert len(asked) >= 40


def test_titles_and_sections_are_those_of_the_notebook():
    chapter = catalogue.read("01_image_basics")
    text = (catalogue.OF_THE_COURSE / "01_image_basics.ipynb").read_text(encoding="utf-8")
    first = json.loads(text)["cells"][0]["source"][0]
    assert first.strip() == f"# {chapter.title}"
    for exercise in chapter.exercises:
        assert f"## {exercise.section}" in text and exercise.title in text
        assert exercise.title.startswith("Exercise") and "*" not in exercise.title


def test_reading_is_quick():
    started = time.perf_counter()
    catalogue.read("05_mnist_lab")
    assert time.perf_counter() - started < 0.05


def test_a_kernel_finds_the_copy_it_works_with(tmp_path, monkeypatch):
    shutil.copy(catalogue.OF_THE_COURSE / "02_kernels.ipynb", tmp_path)
    wanted = catalogue.read("02_kernels")
    monkeypatch.setattr(catalogue, "OF_THE_COURSE", tmp_path / "gone")
    monkeypatch.chdir(tmp_path)
    assert catalogue.read("02_kernels") == wanted


@pytest.mark.parametrize(
    "contents", ["", "[]", "null", "{}", '{"cells": 3}', '{"cells": []}', '{"cells": [[]]}']
)
def test_without_the_notebooks_the_names_of_the_checks_stand_for_the_exercises(
    tmp_path, monkeypatch, contents
):
    monkeypatch.setattr(catalogue, "OF_THE_COURSE", tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "01_image_basics.ipynb").write_text(contents)
    chapter = catalogue.read("01_image_basics")
    assert {each.check for each in chapter.exercises} >= {"pixel_at", "crop", "to_grey"}
    assert chapter.title == "image basics"


def test_a_notebook_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="choose one of 01_image_basics"):
        catalogue.read("07_dessert")
