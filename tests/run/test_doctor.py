"""The doctor finds what is wrong, says what to do, and fails only for what is needed."""

import gzip
import sys
from pathlib import Path

import pytest

from cnncourse.run import doctor
from cnncourse.run.doctor import ABSENT, GOOD, WRONG, Finding

WIDGET_RULE = ["comm>=0.1.3", "jupyterlab_widgets~=3.0.15"]


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
    finding = doctor.check_package("Nothing", "no_such_module", "no-such-package")
    assert finding.state == WRONG
    assert finding.remedy == f"{sys.executable} -m pip install no-such-package"


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
    monkeypatch.setattr(doctor, "installed_version", versions.get)
    assert doctor.check_widgets().state == WRONG


def test_a_kernel_of_another_python_is_wrong(tmp_path):
    other = tmp_path / "python"
    other.touch()
    finding = doctor.compare_kernel(str(other))
    assert finding.state == WRONG
    assert "ipykernel install" in finding.remedy


def test_a_kernel_of_a_python_that_is_gone_is_wrong(tmp_path):
    assert doctor.compare_kernel(str(tmp_path / "gone")).state == WRONG


@pytest.mark.parametrize("program", ["python", sys.executable])
def test_a_kernel_of_this_python_is_good(program):
    assert doctor.compare_kernel(program).state == GOOD


def test_no_pytorch_is_no_fault(monkeypatch):
    monkeypatch.setattr(doctor, "installed_version", {}.get)
    [finding] = doctor.check_torch()
    assert finding.state == ABSENT
    assert "[lab]" in finding.remedy


def test_a_pair_that_does_not_match_is_wrong(monkeypatch):
    monkeypatch.setattr(doctor, "installed_version", lambda name: "2.0")
    monkeypatch.setattr(doctor, "TRY_TORCH", "raise RuntimeError('no operator torchvision::nms')")
    [finding] = doctor.check_torch()
    assert finding.state == WRONG
    assert "torchvision::nms" in finding.detail
    assert "torch torchvision" in finding.remedy


def test_a_pair_that_ends_the_process_is_wrong(monkeypatch):
    monkeypatch.setattr(doctor, "installed_version", lambda name: "2.0")
    monkeypatch.setattr(doctor, "TRY_TORCH", "import os; os._exit(139)")
    [finding] = doctor.check_torch()
    assert finding.state == WRONG
    assert "ended without a message" in finding.detail


def test_the_gpu_is_named_or_its_absence_explained():
    assert doctor.describe_gpu("Fast 9000", None).detail == "Fast 9000"
    assert doctor.describe_gpu(None, None).state == ABSENT
    assert "CUDA build" in doctor.describe_gpu(None, "/usr/bin/nvidia-smi").remedy


@pytest.fixture(scope="module")
def packed():
    """Four gzipped files of the right size and no content, by name; to pack them takes a while."""
    return {
        f"{name}.gz": gzip.compress(bytes(size), compresslevel=1)
        for name, size in doctor.DIGIT_FILES.items()
    }


@pytest.fixture
def digits(tmp_path, packed):
    """A data folder with these files."""
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for name, content in packed.items():
        (folder / name).write_bytes(content)
    return tmp_path


def test_the_sizes_are_those_of_the_mnist_files():
    # Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database, file formats: 4 × 32 bits of
    # header before the images, 2 × 32 bits before the labels
    assert doctor.DIGIT_FILES["train-images-idx3-ubyte"] == 47_040_016
    assert doctor.DIGIT_FILES["train-labels-idx1-ubyte"] == 60_008
    assert doctor.DIGIT_FILES["t10k-images-idx3-ubyte"] == 7_840_016
    assert doctor.DIGIT_FILES["t10k-labels-idx1-ubyte"] == 10_008


def test_the_digits_are_found_gzipped(digits):
    assert doctor.check_digits(str(digits)).state == GOOD


def test_the_digits_are_found_unpacked(digits):
    for packed in list(digits.glob("MNIST/raw/*.gz")):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    assert doctor.check_digits(str(digits)).state == GOOD


def test_a_missing_file_of_digits_is_named(digits):
    Path(digits, "MNIST/raw/t10k-labels-idx1-ubyte.gz").unlink()
    finding = doctor.check_digits(str(digits))
    assert finding.state == ABSENT
    assert "t10k-labels" in finding.detail


@pytest.mark.parametrize("kept", [0, 100, 30_000])
def test_a_truncated_file_of_digits_is_noticed(digits, kept):
    path = digits / "MNIST/raw/train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:kept])
    finding = doctor.check_digits(str(digits))
    assert finding.state == ABSENT
    assert "train-images" in finding.detail


def test_a_file_of_digits_that_is_no_gzip_file_is_noticed(digits):
    path = digits / "MNIST/raw/train-images-idx3-ubyte.gz"
    path.write_text("<html>503 Service Unavailable</html>")
    assert doctor.check_digits(str(digits)).state == ABSENT


@pytest.mark.parametrize("data", [None, "", "/no/such/folder"])
def test_no_digits_is_no_fault_and_names_the_variable(data):
    finding = doctor.check_digits(data)
    assert finding.state == ABSENT
    assert "CNNCOURSE_DATA" in finding.remedy
