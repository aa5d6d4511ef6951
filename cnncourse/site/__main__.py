"""The command ``python -m cnncourse.site``: execute the notebooks, write their pages."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from cnncourse.__main__ import answered
from cnncourse.__main__ import main as cnncourse
from cnncourse.files import write_tree
from cnncourse.run import notebook


def options() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m cnncourse.site", description=__doc__)
    add = parser.add_argument
    add("notebooks", nargs="*", type=Path, help="default: all in notebooks/")
    add("--build", type=Path, default=Path("build"), help="folder of the results; default: build/")
    add("--fast", action="store_true", help="the first notebook alone, as it trains for a test")
    add("--folder", action="store_true", help="for a USB stick: pages of drawn pictures, no Python")
    add(
        "--address",
        default=os.environ.get("CNNCOURSE_ADDRESS", ""),
        help="where the site will be published; social media want it for their pictures",
    )
    return parser


def main() -> int:
    """Do what the command line says and return the exit code."""
    chosen = options().parse_args()
    started = time.monotonic()
    notebooks = chosen.notebooks or notebook.find(Path("notebooks"))
    if chosen.fast and not chosen.notebooks:
        notebooks = notebooks[:1]
    run = ["run", "--resume", "--build", str(chosen.build), *map(str, notebooks)]
    if code := cnncourse(run + ["--fast"] * chosen.fast):
        return code
    from cnncourse.site import build, catalogue, playing, python  # after the run: it takes a second

    executed = build.executed(Path.cwd(), chosen.build)
    places = playing.places(executed)
    names = [name for name in catalogue.NAMES if not chosen.fast or name in places]
    course = build.Course(
        root=Path.cwd(),
        executed=executed,
        explorers=tuple(names),
        repository=build.repository(Path.cwd()),
        address=chosen.address,
        cache=chosen.build / "packs",
        pyodide=None if chosen.fast or chosen.folder else python.PYODIDE,
    )
    target = chosen.build / ("site-folder" if chosen.folder else "site")
    files = build.site(course)
    write_tree(target, files)
    size = sum(map(len, files.values())) / 1e6
    seconds = time.monotonic() - started
    print(target / "index.html")
    print(f"{len(files)} files, {size:.1f} MB, {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(answered(main))
