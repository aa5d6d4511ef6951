"""The set-up script decides, creates and refuses as it should. Nothing is installed here."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup():
    """A fresh copy of tools/setup.py, whose functions a test may replace."""
    spec = importlib.util.spec_from_file_location("course_setup", ROOT / "tools" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def steps(setup, monkeypatch):
    """Replace the slow steps of set_up by notes in a list."""
    notes = []
    monkeypatch.setattr(setup, "create_environment", lambda folder: folder.mkdir(exist_ok=True))
    monkeypatch.setattr(setup, "add_uv", lambda python: None)
    monkeypatch.setattr(setup, "has_nvidia_gpu", lambda: False)
    monkeypatch.setattr(setup, "can_reach", lambda url: True)
    monkeypatch.setattr(setup, "install", lambda python, what: notes.append(what))
    monkeypatch.setattr(setup, "examine", lambda python: notes.append("examined"))
    return notes


def test_linux_without_gpu_takes_the_cpu_build(setup):
    index, reason = setup.choose_torch_index("Linux", False, lambda url: True)
    assert index == "https://download.pytorch.org/whl/cpu"
    assert "CPU build" in reason


def test_an_unreachable_cpu_index_means_the_default_build_and_is_said(setup):
    index, reason = setup.choose_torch_index("Linux", False, lambda url: False)
    assert index is None
    assert "cannot be reached" in reason and "default build" in reason
    assert "\n" not in reason


@pytest.mark.parametrize("system, gpu", [("Linux", True), ("Darwin", False), ("Windows", False)])
def test_where_the_default_build_is_right_nothing_is_probed(setup, system, gpu):
    def probe(url):
        raise AssertionError(f"asked for {url}")

    assert setup.choose_torch_index(system, gpu, probe)[0] is None


@pytest.mark.parametrize("index", [None, "https://example.org/cpu"])
def test_torch_and_torchvision_come_in_one_command_without_a_version(setup, index):
    arguments = setup.torch_arguments(index)
    assert arguments[:2] == ["torch", "torchvision"]
    assert arguments[2:] == ([] if index is None else ["--index-url", index])


def test_the_probe_says_no_at_once_without_a_network(setup):
    assert setup.can_reach("https://download.pytorch.org/whl/cpu/torch/") is False


def test_the_probe_says_no_to_a_server_that_refuses(setup):
    assert setup.can_reach("http://127.0.0.1:9/") is False


def test_no_gpu_without_the_drivers_program(setup, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup.has_nvidia_gpu() is False


@pytest.mark.skipif(os.name == "nt", reason="the stand-in program is a shell script")
@pytest.mark.parametrize("code, found", [(0, True), (9, False)])
def test_a_driver_that_sees_no_gpu_is_no_gpu(setup, monkeypatch, tmp_path, code, found):
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup.has_nvidia_gpu() is found


@pytest.mark.parametrize("version", [(3, 10), (3, 13), (4, 0)])
def test_a_recent_python_is_accepted(setup, version):
    setup.check_python(version)


@pytest.mark.parametrize("version", [(3, 9), (3, 6)])
def test_an_old_python_is_refused_with_the_way_out(setup, version):
    with pytest.raises(setup.SetupFailed, match=r"needs 3\.10 or newer.*PYTHON="):
        setup.check_python(version)


def test_the_oldest_python_is_the_one_of_pyproject(setup):
    text = (ROOT / "pyproject.toml").read_text()
    major, minor = re.search(r'requires-python = ">=(\d+)\.(\d+)"', text).groups()
    assert setup.OLDEST_PYTHON == (int(major), int(minor))


def test_the_stamp_is_written_after_everything_else(setup, steps, tmp_path):
    setup.set_up(tmp_path, setup.EXTRAS)
    assert steps[-1] == "examined"
    assert (tmp_path / ".venv" / "ready").exists()


def test_pytorch_is_installed_before_the_package_asks_for_it(setup, steps, tmp_path):
    setup.set_up(tmp_path, setup.EXTRAS)
    torch, course = steps[:2]
    assert torch[:2] == ["torch", "torchvision"]
    assert course == ["--editable", f"{tmp_path}[lab,jupyter,dev]"]


def test_more_extras_can_be_asked_for(setup, steps, monkeypatch):
    monkeypatch.setattr(setup, "create_environment", lambda folder: None)
    monkeypatch.setattr(setup.Path, "touch", lambda path: None)
    assert setup.main(["classroom"]) == 0
    assert steps[1] == ["--editable", f"{ROOT}[lab,jupyter,dev,classroom]"]


def test_an_index_that_answers_but_does_not_deliver_means_the_default_build(setup, monkeypatch):
    tried = []

    def only_the_default(python, what):
        tried.append(what)
        if "--index-url" in what:
            raise setup.SetupFailed("broken off")

    monkeypatch.setattr(setup, "install", only_the_default)
    setup.install_torch(Path("python"), "https://example.org/cpu")
    assert tried[-1] == ["torch", "torchvision"]
    assert len(tried) == 2


@pytest.mark.parametrize("step", ["install", "examine"])
def test_a_failed_step_leaves_no_stamp(setup, steps, monkeypatch, tmp_path, step):
    def fail(*arguments):
        raise setup.SetupFailed("no")

    monkeypatch.setattr(setup, step, fail)
    with pytest.raises(setup.SetupFailed):
        setup.set_up(tmp_path, setup.EXTRAS)
    assert not (tmp_path / ".venv" / "ready").exists()


def test_a_failed_set_up_says_one_sentence_and_exits_with_1(setup, monkeypatch, capsys):
    def fail(root, extras):
        raise setup.SetupFailed("the disk is full: make room.")

    monkeypatch.setattr(setup, "set_up", fail)
    assert setup.main([]) == 1
    assert capsys.readouterr().err == "\nSet-up stopped: the disk is full: make room.\n"


def test_an_interrupted_set_up_says_how_to_go_on(setup, monkeypatch, capsys):
    def interrupt(root, extras):
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, "set_up", interrupt)
    assert setup.main([]) == 1
    assert "same command again" in capsys.readouterr().err


@pytest.fixture
def commands(setup, monkeypatch):
    """Replace uv and pip: they succeed if the list of those that work holds their name."""
    notes, working = [], []

    def run(command):
        notes.append(command)
        return subprocess.CompletedProcess(command, 0 if command[2] in working else 1)

    monkeypatch.setattr(setup.subprocess, "run", run)
    return notes, working


def test_pip_is_not_asked_where_uv_succeeds(setup, commands):
    notes, working = commands
    working.append("uv")
    setup.install(Path("python"), ["numpy"])
    assert notes == [["python", "-m", "uv", "pip", "install", "--python", "python", "numpy"]]


def test_pip_does_what_uv_cannot_and_that_is_said(setup, commands, capsys):
    notes, working = commands
    working.append("pip")
    setup.install(Path("python"), ["numpy"])
    assert [command[2] for command in notes] == ["uv", "pip"]
    assert notes[1][3] == "install" and notes[1][-1] == "numpy"
    assert "taking pip" in capsys.readouterr().out


@pytest.mark.slow
def test_failing_installers_say_what_to_do(setup):
    python = Path(sys.executable)
    with pytest.raises(setup.SetupFailed, match="same command again"):
        setup.install(python, ["--no-such-option"])


@pytest.mark.slow  # it starts uv
@pytest.mark.parametrize("index", [None, "https://example.org/cpu"])
def test_uv_understands_what_it_is_asked_for(setup, index):
    python = sys.executable
    arguments = [*setup.torch_arguments(index), "--dry-run", "--offline"]  # both are here already
    command = [python, "-m", "uv", "pip", "install", "--python", python, *arguments]
    assert subprocess.run(command).returncode == 0


def test_a_broken_environment_is_made_anew(setup, tmp_path, monkeypatch):
    folder = tmp_path / ".venv"
    python = setup.python_of(folder)
    python.parent.mkdir(parents=True)
    python.symlink_to(tmp_path / "a-python-that-is-gone")
    made = []
    monkeypatch.setattr(setup.venv, "create", lambda where, with_pip: made.append(where))
    setup.create_environment(folder)
    assert made == [folder]
    assert not python.is_symlink()


@pytest.mark.slow  # it starts pip
def test_a_working_environment_is_kept(setup, tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "python_of", lambda folder: Path(sys.executable))
    monkeypatch.setattr(setup.venv, "create", lambda *_, **__: pytest.fail("made a second time"))
    setup.create_environment(tmp_path)


def test_a_folder_that_is_no_environment_is_refused_and_stays(setup, tmp_path):
    essay = tmp_path / ".venv" / "essay.txt"
    essay.parent.mkdir()
    essay.write_text("mine")
    with pytest.raises(setup.SetupFailed, match="is no Python environment"):
        setup.create_environment(tmp_path / ".venv")
    assert essay.read_text() == "mine"


def test_a_python_without_venv_is_told_what_to_install(setup, tmp_path, monkeypatch):
    def fail(folder, with_pip):
        raise subprocess.CalledProcessError(1, "ensurepip")

    monkeypatch.setattr(setup.venv, "create", fail)
    with pytest.raises(setup.SetupFailed, match="python3-venv"):
        setup.create_environment(tmp_path / ".venv")


def test_the_script_needs_only_the_standard_library():
    text = (ROOT / "tools" / "setup.py").read_text()
    modules = set(re.findall(r"^(?:import|from) (\w+)", text, flags=re.MULTILINE))
    assert modules <= set(sys.stdlib_module_names)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_sets_up_again_only_when_the_versions_or_the_script_change(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / ".venv").mkdir()
    for name in ("Makefile", "pyproject.toml", "tools/setup.py"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    stamp = tmp_path / ".venv" / "ready"
    stamp.touch()
    question = ["make", "--question", "--directory", str(tmp_path), ".venv/ready"]
    assert subprocess.run(question).returncode == 0
    os.utime(stamp, (0, 0))
    assert subprocess.run(question).returncode == 1
