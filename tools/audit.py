"""Known weaknesses and licences of the installed packages; needs a network.

    python tools/audit.py

pip-audit and pip-licenses, in environments of their own, look at this one. A package that nobody
knows is named, and if that is all of them the audit has failed: no answer is no good news. The
licences are written to build/licences.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from cnncourse.__main__ import answered
from cnncourse.files import write_marked

LICENCES = Path(__file__).resolve().parents[1] / "build" / "licences.md"
TITLE = "# Licences of the installed packages"  # stands in the page that is written here
TOOL = [sys.executable, "-m", "uv", "tool", "run"]


def list_licences() -> None:
    """Write the licences of all packages to a page.

    Raises
    ------
    ValueError, OSError
        If they could not be listed, or another file is in the way.
    """
    form = ["--format", "markdown", "--order", "license"]
    done = subprocess.run(
        [*TOOL, "pip-licenses", "--python", sys.executable, *form], capture_output=True, text=True
    )
    if done.returncode != 0:
        raise ValueError(f"the licences could not be listed: {last_line(done.stderr)}")
    write_marked(LICENCES, f"{TITLE}\n\n{done.stdout}".encode(), TITLE.encode())


def find_weaknesses() -> list[str]:
    """Return a line for each known weakness, and print how many packages were looked up.

    Raises
    ------
    ValueError
        If none could be: there is no network, or a mirror without this knowledge.
    """
    done = subprocess.run(
        [*TOOL, "pip-audit", "--skip-editable", "--format", "json"],
        env={**os.environ, "PIPAPI_PYTHON_LOCATION": sys.executable},
        capture_output=True,
        text=True,
    )
    known, unknown = sorted_out(done.stdout)
    if not known:
        reason = next(reversed(unknown.values()), last_line(done.stderr))
        raise ValueError(f"no package could be audited, so nothing is known of any: {reason}")
    print(f"{len(known)} packages audited, unknown are {', '.join(unknown) or 'none'}")
    return [
        f"{package['name']} {package['version']}: {weakness['id']}, "
        f"mended in {', '.join(weakness['fix_versions']) or 'no version yet'}"
        for package in known
        for weakness in package["vulns"]
    ]


def last_line(text: str) -> str:
    """Return what a program said in the end, which is why it has failed."""
    return (text.strip().splitlines() or ["no reason was given"])[-1].strip()


def sorted_out(answer: str) -> tuple[list[dict], dict[str, str]]:
    """Return what pip-audit found out of which packages, and why it does not know the others.

    >>> sorted_out('{"dependencies": [{"name": "a", "skip_reason": "not found on PyPI"}]}')
    ([], {'a': 'not found on PyPI'})
    >>> sorted_out("")  # it came to no answer
    ([], {})
    """
    packages = json.loads(answer)["dependencies"] if answer.strip() else []
    known = [package for package in packages if "vulns" in package]
    return known, {each["name"]: each["skip_reason"] for each in packages if "vulns" not in each}


def main() -> int:
    """Return 0 if no weakness is known, and licences and weaknesses could be looked up."""
    list_licences()
    weaknesses = find_weaknesses()
    print("\n".join(weaknesses) or "no weakness is known")
    return int(bool(weaknesses))


if __name__ == "__main__":
    sys.exit(answered(main))
