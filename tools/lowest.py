"""Make an environment of the lowest versions that pyproject.toml allows. Called by ``make``.

    .venv/bin/python tools/lowest.py .venv-lowest

Every bound in pyproject.toml is a promise that this version is new enough; the tests, run in this
environment, hold it. What those packages need in turn comes in its newest version that fits.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import setup

PYTHON = ">=3.10,<3.13"  # the Pythons for which the oldest NumPy was built


def main(folder: str) -> int:
    """Create the environment anew and fill it; return 0 when that worked."""
    root = Path(__file__).resolve().parent.parent
    uv = [sys.executable, "-m", "uv"]
    create = [*uv, "venv", "--seed", "--clear", "--python", PYTHON, folder]
    install = [*uv, "pip", "install", "--python", str(setup.python_of(Path(folder)))]
    install += ["--resolution", "lowest-direct", *torch_arguments()]
    install += ["--editable", f"{root}[{setup.EXTRAS}]"]
    return subprocess.run(create).returncode or subprocess.run(install).returncode


def torch_arguments() -> list[str]:
    """Return uv's arguments that take PyTorch from where the set-up takes it, and say why."""
    index, reason = setup.choose_torch_index(
        platform.system(), setup.has_nvidia_gpu(), setup.can_reach
    )
    print(f"PyTorch: {reason}", flush=True)
    return ["--torch-backend", "cpu"] if index else []


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
