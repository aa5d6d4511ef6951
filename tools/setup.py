"""Set up the course in ``.venv``: the package, JupyterLab, PyTorch. Called by ``make``.

    python3 tools/setup.py            # all that the course and its tests need
    python3 tools/setup.py classroom  # and the extra of pyproject.toml of that name

Needs nothing but Python's standard library. It may be interrupted and run again at any time: the
stamp ``.venv/ready``, by which ``make`` knows that nothing is left to do, is written last. It
changes nothing outside ``.venv``.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Callable
from pathlib import Path

OLDEST_PYTHON = (3, 10)
EXTRAS = "lab,jupyter,dev"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PROBE_SECONDS = 3


class SetupFailed(Exception):
    """A step did not succeed; the message says what to do."""


def main(more: list[str]) -> int:
    """Set up the repository this file is in, with more extras; return 0 when it is ready."""
    try:
        set_up(Path(__file__).resolve().parent.parent, ",".join([EXTRAS, *more]))
    except SetupFailed as failure:
        print(f"\nSet-up stopped: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted: give the same command again to go on.", file=sys.stderr)
        return 1
    return 0


def set_up(root: Path, extras: str) -> None:
    """Create ``.venv`` under ``root``, fill it, prove that it works, stamp it."""
    started = time.monotonic()
    check_python(sys.version_info[:2])
    folder = root / ".venv"

    say(1, "a Python environment in .venv")
    create_environment(folder)
    python = python_of(folder)
    add_uv(python)

    index, reason = choose_torch_index(platform.system(), has_nvidia_gpu(), can_reach)
    say(2, f"PyTorch: {reason}")
    install_torch(python, index)

    say(3, "the course, JupyterLab and the tools for its tests")
    install(python, ["--editable", f"{root}[{extras}]"])

    say(4, "does everything load and fit together?")
    examine(python)
    (folder / "ready").touch()
    print(f"Ready after {time.monotonic() - started:.0f} s.\n", flush=True)


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that is too old for the course."""
    if version < OLDEST_PYTHON:
        raise SetupFailed(
            f"this is Python {version[0]}.{version[1]} and the course needs 3.10 or newer: install "
            "one and name it, for example  make lab PYTHON=python3.12"
        )


def create_environment(folder: Path) -> None:
    """Make a virtual environment, or keep the one that is there if its pip still answers."""
    if has_pip(folder):
        return
    files = [path for path in folder.rglob("*") if path.is_file()]
    if files and folder / "pyvenv.cfg" not in files:
        raise SetupFailed(f"{folder} is no Python environment: move it, so that one can be made")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupFailed(
            f"no virtual environment could be made in {folder} ({error}): on Debian and Ubuntu run "
            " sudo apt-get install python3-venv  first, elsewhere see that the disk has room."
        ) from error


def add_uv(python: Path) -> None:
    """Bring the installer uv into the environment, if it can be had; pip would do without it."""
    run_quietly([str(python), "-m", "pip", "install", "uv"])


def has_pip(folder: Path) -> bool:
    """Tell whether ``folder`` holds an environment whose Python and pip start."""
    try:
        return run_quietly([str(python_of(folder)), "-m", "pip", "--version"])
    except OSError:  # no such program, or a link to a Python that is gone
        return False


def python_of(folder: Path) -> Path:
    """Return the path of the Python in a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def choose_torch_index(
    system: str, gpu: bool, reachable: Callable[[str], bool]
) -> tuple[str | None, str]:
    """Choose where PyTorch comes from: an index, or None for pip's default; and say why.

    Only on Linux does pip's default build carry CUDA (several GB). Without an NVIDIA GPU the CPU
    build from PyTorch's own index does the same with about 200 MB.
    """
    if system != "Linux":
        return None, "the build for this system"
    if gpu:
        return None, "an NVIDIA GPU is here, so the build with CUDA (several GB)"
    if not reachable(f"{CPU_INDEX}/torch/"):
        return None, (
            "no NVIDIA GPU here, but PyTorch's index of CPU builds cannot be reached, so the "
            "default build (several GB, runs on the CPU too)"
        )
    return CPU_INDEX, "no NVIDIA GPU here, so the CPU build (about 200 MB)"


def has_nvidia_gpu() -> bool:
    """Tell whether NVIDIA's driver is installed and sees a GPU."""
    return shutil.which("nvidia-smi") is not None and run_quietly(["nvidia-smi", "--list-gpus"])


def can_reach(url: str) -> bool:
    """Tell whether ``url`` answers within a few seconds."""
    try:
        with urllib.request.urlopen(url, timeout=PROBE_SECONDS) as answer:
            return answer.status == 200
    except OSError:  # URLError, time-outs and refused connections are all OSErrors
        return False


def install_torch(python: Path, index: str | None) -> None:
    """Install the matching pair from an index, or from pip's default if that index fails."""
    try:
        install(python, torch_arguments(index))
    except SetupFailed:
        if index is None:
            raise
        print(f"{index} answered but did not deliver: taking the default build instead.")
        install(python, torch_arguments(None))


def torch_arguments(index: str | None) -> list[str]:
    """Return pip's arguments: both packages in one command, so that they are a matching pair."""
    return ["torch", "torchvision"] + (["--index-url", index] if index else [])


def install(python: Path, arguments: list[str]) -> None:
    """Run ``pip install`` in the environment: uv's, several times as fast, or else pip's own.

    uv does not read pip's configuration files, in which a school may have named its mirror. pip is
    told not to compile: most modules of PyTorch and JupyterLab are never loaded here, and Python
    compiles the others when it first loads them, as it does after uv.
    """
    uv = [str(python), "-m", "uv", "pip", "install", "--python", str(python)]
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"]
    if subprocess.run([*uv, *arguments]).returncode == 0:
        return
    print("uv is not there or did not succeed: taking pip.", flush=True)
    if subprocess.run([*pip, *arguments]).returncode != 0:
        raise SetupFailed(
            "neither uv nor pip could install what is named above: read their last lines, see to "
            "the network or the disk, and give the same command again; it goes on where it stopped."
        )


def examine(python: Path) -> None:
    """Let the installed course look at itself: OpenCV loads, PyTorch and torchvision match …"""
    if subprocess.run([str(python), "-m", "cnncourse", "doctor"]).returncode != 0:
        raise SetupFailed("do what the lines marked 'wrong' say, then give the same command again.")


def run_quietly(command: list[str]) -> bool:
    """Run a command, throw its output away, and tell whether it succeeded."""
    nowhere = subprocess.DEVNULL
    return subprocess.run(command, stdout=nowhere, stderr=nowhere).returncode == 0


def say(number: int, what: str) -> None:
    """Print the headline of a step."""
    print(f"[{number}/4] {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
