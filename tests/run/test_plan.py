"""The command line and a grid become jobs, and whatever is wrong with them is said before."""

from pathlib import Path

import pytest
import tiny_course

from cnncourse.run import parameters, plan
from cnncourse.run.plan import Job

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture
def lab(tmp_path):
    cell = "seed = 0  # 0 to 9\nepochs = 5  # 1 to 20\nrate = 0.1  # 0 to 1"
    fast = {"cnncourse": {"fast": {"epochs": 1}}}
    return tiny_course.write(tmp_path / "05_lab.ipynb", parameters=cell, metadata=fast)


@pytest.fixture
def maths(tmp_path):
    return tiny_course.write(tmp_path / "03_maths.ipynb", parameters="seed = 0  # 0 to 9")


def planned(*arguments, **named):
    """Return notebook and parameters of every job."""
    return [(job.notebook.stem, job.parameters) for job in plan.plan(*arguments, **named)]


def test_without_options_every_notebook_runs_as_it_is(lab, maths):
    assert planned([maths, lab]) == [("03_maths", {}), ("05_lab", {})]


def test_a_setting_goes_to_the_notebooks_that_know_it(lab, maths):
    settings = {"seed": "3", "epochs": "2"}
    expected = [("03_maths", {"seed": 3}), ("05_lab", {"seed": 3, "epochs": 2})]
    assert planned([maths, lab], settings) == expected


def test_lists_are_combined_each_with_each(lab):
    runs = planned([lab], grid={"seed": [0, 1], "epochs": [2, 3], "rate": 1})
    assert [tuple(values.values()) for _, values in runs] == [
        (0, 2, 1.0),
        (0, 3, 1.0),
        (1, 2, 1.0),
        (1, 3, 1.0),
    ]


def test_a_list_of_runs_is_taken_as_it_is(lab):
    runs = [{"seed": 1}, {"epochs": 2, "rate": 0.5}]
    assert planned([lab], grid=runs) == [("05_lab", run) for run in runs]


def test_what_a_notebook_does_not_know_makes_no_second_run_of_it(lab, maths):
    runs = planned([maths, lab], grid={"epochs": [2, 3]})
    assert runs == [("03_maths", {}), ("05_lab", {"epochs": 2}), ("05_lab", {"epochs": 3})]


@pytest.mark.parametrize("name", ["05_lab", "05_lab.ipynb"])
def test_a_grid_for_named_notebooks_runs_only_these(lab, maths, name):
    assert planned([maths, lab], grid={name: {"seed": [4, 5]}}) == [
        ("05_lab", {"seed": 4}),
        ("05_lab", {"seed": 5}),
    ]


def test_fast_takes_the_small_values_from_the_metadata_and_others_go_first(lab, maths):
    assert planned([maths, lab], fast=True) == [("03_maths", {}), ("05_lab", {"epochs": 1})]
    assert planned([lab], {"epochs": "7"}, fast=True) == [("05_lab", {"epochs": 7})]
    assert planned([lab], grid={"epochs": [3]}, fast=True) == [("05_lab", {"epochs": 3})]


def test_the_heavy_notebooks_of_the_course_have_fast_values_that_are_allowed():
    jobs = {job.notebook.stem: job for job in plan.plan(NOTEBOOKS, fast=True)}
    for name in ("05_mnist_lab", "05b_inside_and_handwriting", "06_architecture_history"):
        assert jobs[name].parameters["epochs"] == 1


@pytest.mark.parametrize(
    "grid, words",
    [
        ({"epoch": [1]}, 'no parameter is called "epoch": did you mean "epochs"?'),
        ([{"epoch": 1}], 'did you mean "epochs"?'),
        ({3: [1]}, 'no parameter is called "3"'),
        ({"05_lab": {"epoch": [1]}}, 'did you mean "epochs"?'),
        ({"03_maths": {"epochs": [1]}}, 'no parameter is called "epochs": there are seed'),
        ({"05_lap": {"seed": [1]}}, 'no notebook here is called "05_lap": did you mean "05_lab"?'),
        ({"epochs": [1, 50]}, "epochs = 50 is out of range: choose from 1 to 20"),
        ({"epochs": ["many"]}, "is not a whole number"),
        ([{"epochs": [1, 2]}], "is not a whole number"),
        ({"epochs": []}, "a grid is a list of runs"),
        ({}, "a grid is a list of runs"),
        ([], "a grid is a list of runs"),
        ([1, 2], "a grid is a list of runs"),
        ("epochs", "a grid is a list of runs"),
    ],
)
def test_a_grid_that_is_wrong_is_refused_with_the_way_out(lab, maths, grid, words):
    with pytest.raises(ValueError) as refused:
        plan.plan([maths, lab], grid=grid)
    assert words in str(refused.value)


def test_a_setting_that_no_notebook_knows_is_refused(lab, maths):
    with pytest.raises(ValueError, match='"sed": did you mean "seed"'):
        plan.plan([maths, lab], {"sed": "1"})


def test_a_parameter_cannot_come_from_two_places(lab):
    with pytest.raises(ValueError, match="seed is set by --parameter and by the grid"):
        plan.plan([lab], {"seed": "1"}, {"seed": [1, 2]})


def test_fast_values_for_unknown_parameters_are_refused(tmp_path):
    fast = {"cnncourse": {"fast": {"epoch": 1}}}
    path = tiny_course.write(tmp_path / "a.ipynb", parameters="epochs = 2", metadata=fast)
    with pytest.raises(ValueError, match='did you mean "epochs"'):
        plan.plan([path], fast=True)


def test_two_notebooks_of_the_same_name_are_refused(tmp_path):
    paths = [tiny_course.write(tmp_path / folder / "a.ipynb") for folder in ("x", "y")]
    with pytest.raises(ValueError, match="two notebooks are called a"):
        plan.plan(paths)


# Grids in files -----------------------------------------------------------------------------------


def test_a_grid_is_read_from_yaml(tmp_path):
    path = tmp_path / "grid.yaml"
    path.write_text("seed: [0, 1]\nphoto: china\n")
    assert plan.read_grid(path) == {"seed": [0, 1], "photo": "china"}


@pytest.mark.parametrize(
    "contents, words", [("a: [1", "is not YAML"), ("", "is empty"), ("# seed: 1", "is empty")]
)
def test_a_file_without_a_grid_is_refused(tmp_path, contents, words):
    path = tmp_path / "grid.yaml"
    path.write_text(contents)
    with pytest.raises(ValueError, match=words):
        plan.read_grid(path)


def test_a_grid_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        plan.read_grid(tmp_path / "grid.yaml")


# Names of results ---------------------------------------------------------------------------------


def name(**values):
    return Job(Path("notebooks/05_lab.ipynb"), values, b"").name


def test_results_carry_their_parameters_in_their_names():
    assert name() == "05_lab"
    assert name(seed=1, epochs=2) == name(epochs=2, seed=1) == "05_lab,epochs=2,seed=1"


def test_names_are_safe_for_files_and_differ_where_parameters_do():
    names = [name(photo=text) for text in ("a/b", "a:b", "a_b", "x" * 300, "x" * 301)]
    assert len(set(names)) == len(names)
    assert not any(set(text) & set('/\\:*?"<>|') for text in names)
    assert all(len(text) < 200 for text in names)


def test_the_fingerprint_changes_with_the_notebook():
    one, other = (Job(Path("a.ipynb"), {}, source).fingerprint for source in (b"1", b"2"))
    assert one != other


def test_a_parameter_knows_the_folder_of_its_notebook(maths):
    assert parameters.read(maths)["seed"].folder == maths.parent


def test_a_notebook_that_is_given_twice_runs_once(maths):
    again = maths.parent / ".." / maths.parent.name / maths.name
    assert planned([maths, maths, again]) == [("03_maths", {})]


@pytest.mark.parametrize("text", ["图片" * 100, "📷" * 100, "\udcff"])
def test_names_of_any_letters_fit_in_a_folder(text, tmp_path):
    (tmp_path / f".{name(photo=text)}.ipynb.part").touch()


@pytest.mark.parametrize("fast", [[1], 3, {"epochz": 1}])
def test_fast_values_that_are_damaged_are_refused(tmp_path, fast):
    path = tmp_path / "a.ipynb"
    tiny_course.write(path, parameters="epochs = 3", metadata={"cnncourse": {"fast": fast}})
    with pytest.raises(ValueError, match="fast|epochs"):
        plan.plan([path], fast=True)


def test_a_grid_that_would_take_years_is_refused(lab):
    with pytest.raises(ValueError, match="10000 runs"):
        planned([lab], grid={name: list(range(50)) for name in ("seed", "epochs", "rate")})
