"""The course as people install it: a wheel, in an environment and a folder of its own."""

import sys

import environments
import pytest
import tiny_course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the programs lie elsewhere there"),
]


@pytest.fixture(scope="module", params=[(), ("torch",), ("papermill", "torch")], ids="-".join)
def installed(request, tmp_path_factory):
    """An environment with the wheel and without some packages, and which these are."""
    folder = tmp_path_factory.mktemp("wheel")
    packages = environments.borrow(folder / "environment", without=request.param)
    environments.install_wheel(packages, folder)
    return folder / "environment", request.param


def test_a_wheel_runs_notebooks_anywhere_or_says_what_is_missing(installed, tmp_path):
    environment, missing = installed
    tiny_course.write(tmp_path / "a.ipynb", "import cnncourse; print(cnncourse.__file__)")
    done = environments.python_in(environment, "-m", "cnncourse", "run", "a.ipynb", cwd=tmp_path)
    assert "Traceback" not in done.stderr
    if "papermill" in missing:
        assert done.returncode == 2 and '"papermill>=' in done.stderr
        assert not (tmp_path / "build").exists()
    else:
        assert done.returncode == 0, done.stderr + done.stdout
        assert str(environment) in (tmp_path / "build" / "a.html").read_text()


def test_its_doctor_tells_what_is_missing(installed, tmp_path):
    environment, missing = installed
    done = environments.python_in(environment, "-m", "cnncourse", "doctor", cwd=tmp_path)
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == 0  # notebooks 01 to 04 need neither
    assert str(environment) in done.stdout
    lines = [line for line in done.stdout.splitlines() if "absent" in line]
    absent = {name for name in ("papermill", "torch") if any(name in line for line in lines)}
    assert absent == set(missing)


def test_its_explorers_draw_and_its_pictures_are_drawn_nowhere(installed, tmp_path):
    environment, _ = installed
    draw = "from cnncourse import explorers; print(explorers.convolution().sentence)"
    assert environments.python_in(environment, "-c", draw, cwd=tmp_path).stdout.strip()
    helped = environments.python_in(environment, "-m", "cnncourse.figures", "--help", cwd=tmp_path)
    assert helped.returncode != 0 and list(tmp_path.iterdir()) == []
    assert not list(environment.rglob("hero.svg"))
