"""Environments that borrow their packages from this one: made in a second, without a network."""

import os
import site
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def borrow(folder, without=()):
    """Make an environment with links to all packages of this one but the course and some others.

    Returns
    -------
    Path
        Its folder of packages.
    """
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": folder}))
    for place in map(Path, site.getsitepackages()):
        for entry in place.iterdir() if place.is_dir() else ():
            name = entry.name.lower().lstrip("_")
            if not name.startswith((*without, "cnncourse", "editable", "pip")) and (
                entry.suffix != ".pth" and not (packages / entry.name).exists()
            ):
                (packages / entry.name).symlink_to(entry)
    shared = Path("share", "jupyter")
    (folder / shared).mkdir(parents=True)
    for entry in (Path(sys.prefix) / shared).iterdir():
        if entry.name != "kernels":
            (folder / shared / entry.name).symlink_to(entry)
    return packages


def python_in(folder, *words, cwd=None):
    """Run the Python of an environment, and return what came of it."""
    python = [folder / "bin" / "python", *words]
    left_out = ("JUPYTER", "PYTHONPATH", "VIRTUAL_ENV")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return subprocess.run(python, capture_output=True, text=True, env=clean, cwd=cwd)


def install_wheel(packages, folder):
    """Build the wheel of the course, and unpack it among the packages of an environment."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    unpack = [sys.executable, "-m", "zipfile", "-e", wheel, packages]
    subprocess.run(unpack, check=True)
