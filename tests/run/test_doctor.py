"""The doctor finds what is wrong, says what to do, and fails only for what is needed."""

import gzip
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from cnncourse.lab import fetch
from cnncourse.run import doctor, installed
from cnncourse.run.doctor import ABSENT, GOOD, WRONG, Finding

ROOT = Path(__file__).resolve().parents[2]
WIDGET_RULE = ["comm>=0.1.3", "jupyterlab_widgets~=3.0.15"]


def needed(line):
    """Return a need of the course, as pyproject.toml would have it."""
    need = Requirement(line)
    doctor.PACKAGES.setdefault(need.name, (need.name.title(), need.name))
    return need


@pytest.mark.slow
def test_this_installation_is_in_order():
    findings = doctor.examine()
    assert doctor.exit_code(findings) == 0, doctor.report(findings)
    assert {"Python", "OpenCV", "widgets", "kernel", "PyTorch", "digits"} <= {
        finding.name for finding in findings
    }


def test_only_what_is_wrong_fails():
    good, absent = Finding("a", GOOD, "1.0"), Finding("b", ABSENT, "none")
    wrong = Finding("c", WRONG, "broken", "mend it")
    assert doctor.exit_code([good, absent]) == 0
    assert doctor.exit_code([good, wrong]) == 1


def test_the_report_is_aligned_and_says_the_state_in_words():
    findings = [Finding("a", GOOD, "1.0"), Finding("long", WRONG, "broken", "mend it")]
    assert doctor.report(findings).splitlines() == [
        "✓ good    a     1.0",
        "✗ wrong   long  broken",
        "                → mend it",
    ]


def test_an_old_python_is_wrong():
    assert doctor.check_python((3, 9, 18)).state == WRONG
    assert doctor.check_python((3, 10, 0)).state == GOOD


def test_a_missing_package_is_wrong_and_the_remedy_installs_it_here():
    finding = doctor.check_package(needed("nothing>=1.0"))
    assert finding.state == WRONG
    assert finding.remedy == f'{sys.executable} -m pip install --upgrade "nothing>=1.0"'


def test_a_package_that_is_too_old_is_wrong_and_its_bound_is_named(monkeypatch):
    monkeypatch.setattr(installed, "version", lambda name: "7.7.1")
    finding = doctor.check_package(needed("ipywidgets>=8.1"))
    assert finding.state == WRONG
    assert "7.7.1" in finding.detail and ">=8.1" in finding.detail and ">=8.1" in finding.remedy


def test_a_package_that_is_new_enough_is_good_and_its_bound_is_that_of_pyproject():
    need = next(need for need in installed.needs() if need.name == "numpy")
    assert f'"numpy{need.specifier}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert doctor.check_package(need).state == GOOD


def test_a_package_that_breaks_in_any_way_is_wrong(monkeypatch):
    def broken(name):
        raise SystemError("built for another NumPy")

    monkeypatch.setattr(doctor.importlib, "import_module", broken)
    finding = doctor.check_package(needed("numpy>=1.26"))
    assert finding.state == WRONG and "built for another NumPy" in finding.detail


def test_a_course_that_is_only_on_the_path_is_wrong(monkeypatch):
    assert doctor.check_course().state == GOOD
    monkeypatch.setattr(installed, "version", {}.get)
    assert doctor.check_course().state == WRONG


@pytest.mark.parametrize(
    "versions, state", [({}, ABSENT), ({"papermill": "1.0"}, WRONG), ({"papermill": "9.0"}, ABSENT)]
)
def test_an_extra_may_be_absent_but_not_too_old(monkeypatch, versions, state):
    monkeypatch.setattr(installed, "version", versions.get)
    finding = doctor.check_extra("run", "running notebooks")
    assert finding.state == state
    assert '"nbconvert>=' in finding.remedy and "running notebooks" in finding.detail


def test_all_packages_of_an_extra_are_good_here():
    finding = doctor.check_extra("run", "running notebooks")
    assert finding.state == GOOD and "papermill 2" in finding.detail


def test_opencv_without_libgl_names_both_remedies():
    def load(name):
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    finding = doctor.check_opencv(load)
    assert finding.state == WRONG
    assert "libGL.so.1" in finding.detail
    assert "apt-get install libgl1" in finding.remedy
    assert "opencv-python-headless" in finding.remedy
    assert "\n" not in finding.remedy


def test_a_missing_opencv_is_not_taken_for_a_missing_library():
    def load(name):
        raise ModuleNotFoundError("No module named 'cv2'")

    finding = doctor.check_opencv(load)
    assert (finding.state, finding.detail) == (WRONG, "not installed")
    assert "libgl1" not in finding.remedy


def test_an_opencv_that_breaks_for_another_reason_is_installed_again():
    def load(name):
        raise ImportError("numpy.core.multiarray failed to import")

    assert "--force-reinstall" in doctor.check_opencv(load).remedy


@pytest.mark.parametrize("front, state", [("3.0.15", GOOD), ("3.0.99", GOOD), ("3.0.9", WRONG),
                                          ("3.1.0", WRONG), ("1.1.11", WRONG)])  # fmt: skip
def test_the_front_end_of_the_widgets_is_held_to_what_the_back_end_asks(front, state):
    finding = doctor.compare_widgets("8.1.7", front, WIDGET_RULE)
    assert finding.state == state
    assert bool(finding.remedy) == (state == WRONG)


def test_half_a_pair_of_widgets_is_wrong(monkeypatch):
    versions = {"ipywidgets": "8.1.7", "jupyterlab_widgets": None}
    monkeypatch.setattr(installed, "version", versions.get)
    assert doctor.check_widgets().state == WRONG


STARTS = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]


@pytest.fixture
def described(tmp_path, monkeypatch):
    """Return a function that puts a kernel named python3 before all others; and its folder."""
    folder = tmp_path / "kernels" / "python3"
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))

    def describe(text):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "kernel.json").write_text(text)
        return folder

    return describe


def spec(*command):
    """Return the description of a kernel."""
    return json.dumps({"argv": command, "display_name": "Python", "language": "python"})


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"argv": 3}', '{"argv": []}', '{"argv": [3]}', spec("python"),
     spec("/no/such/python", *STARTS), spec("/usr/bin/python3", "-m", "other"), "\udcff"],
)  # fmt: skip
def test_a_kernel_that_stands_before_ours_is_named_with_its_folder_and_the_remedy_helps(
    described, text
):
    folder = described(text.encode("ascii", "replace").decode())
    finding = doctor.check_kernel()
    assert finding.state == WRONG
    assert str(folder) in finding.detail and str(folder) in finding.remedy
    shutil.rmtree(folder)  # as the remedy says
    assert doctor.check_kernel().state == GOOD


@pytest.mark.parametrize("program", ["python", sys.executable])
def test_a_kernel_of_this_python_is_good(described, program):
    described(spec(program, "-Xfrozen_modules=off", *STARTS))
    assert doctor.check_kernel().state == GOOD


def test_a_broken_kernel_of_this_environment_is_made_anew():
    assert "ipykernel install --sys-prefix" in doctor.remove_kernel(sys.prefix + "/share/jupyter")


def test_no_pytorch_is_no_fault(monkeypatch):
    monkeypatch.setattr(installed, "version", {}.get)
    [finding] = doctor.check_torch()
    assert finding.state == ABSENT
    assert "torch>=" in finding.remedy


@pytest.mark.parametrize(
    "program, said",
    [
        ("raise RuntimeError('no operator torchvision::nms')", "torchvision::nms"),
        ("import os; os._exit(139)", "ended without a message"),
        ("import os; os._exit(0)", "ended without a message"),
        ("print('{}'); print('good-bye')", "good-bye"),
    ],
)
def test_a_pair_that_does_not_match_is_wrong(monkeypatch, program, said):
    monkeypatch.setattr(installed, "version", lambda name: "2.0")
    monkeypatch.setattr(doctor, "TRY_TORCH", program)
    [finding] = doctor.check_torch()
    assert finding.state == WRONG
    assert said in finding.detail
    assert "torch torchvision" in finding.remedy


def test_a_pytorch_that_never_loads_is_wrong(monkeypatch):
    monkeypatch.setattr(installed, "version", lambda name: "2.0")
    monkeypatch.setattr(doctor, "TRY_TORCH", "import time; time.sleep(600)")
    monkeypatch.setattr(doctor, "PATIENCE", 0.2)
    [finding] = doctor.check_torch()
    assert finding.state == WRONG and "within 0.2 seconds" in finding.detail


def test_the_gpu_is_named_or_its_absence_explained():
    assert doctor.describe_gpu("Fast 9000", None).detail == "Fast 9000"
    assert doctor.describe_gpu(None, None).state == ABSENT
    assert "CUDA build" in doctor.describe_gpu(None, "/usr/bin/nvidia-smi").remedy


REAL = os.environ.get("CNNCOURSE_DATA")


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """The places where the lab looks for digits, both empty: the one that is named, the cache."""
    monkeypatch.setenv("CNNCOURSE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(fetch, "user_folder", lambda kind: tmp_path / kind)
    places = [tmp_path / "data" / "MNIST" / "raw", tmp_path / "cache" / "MNIST" / "raw"]
    for place in places:
        place.mkdir(parents=True)
    return places


@pytest.mark.skipif(REAL is None, reason="CNNCOURSE_DATA names no folder with MNIST")
@pytest.mark.parametrize("place", [0, 1])
def test_the_digits_are_found_where_the_lab_finds_them(folders, place):
    for file in Path(REAL, "MNIST", "raw").iterdir():
        (folders[place] / file.name).symlink_to(file)
    finding = doctor.check_digits()
    assert finding.state == GOOD and str(folders[place]) in finding.detail


def test_digits_that_are_damaged_or_missing_are_no_fault_and_each_file_is_named(folders):
    for name in list(fetch.CONTENTS)[:2]:
        (folders[1] / f"{name}.gz").write_bytes(gzip.compress(b"cut off"))
    finding = doctor.check_digits()
    assert finding.state == ABSENT
    assert all(name in finding.detail for name in fetch.CONTENTS)
    assert all(str(folder) in finding.detail for folder in folders)
    assert "CNNCOURSE_DATA" in finding.remedy


def test_digits_cannot_be_looked_for_without_the_lab_and_that_is_no_fault(monkeypatch):
    monkeypatch.setitem(sys.modules, "cnncourse.lab.fetch", None)
    monkeypatch.delattr("cnncourse.lab.fetch")
    assert doctor.check_digits().state == ABSENT
