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

LICENCES = Path(__file__).resolve().parents[1] / "build" / "licences.md"
TOOL = [sys.executable, "-m", "uv", "tool", "run"]


def list_licences() -> int:
    """Write the licences of all packages to a page; return the exit code."""
    LICENCES.parent.mkdir(exist_ok=True)
    page = ["--format", "markdown", "--order", "license", "--output-file", str(LICENCES)]
    return subprocess.run([*TOOL, "pip-licenses", "--python", sys.executable, *page]).returncode


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
        reasons = list(unknown.values()) or done.stderr.strip().splitlines()
        last = (reasons or ["no reason was given"])[-1].strip()
        raise ValueError(f"no package could be audited, so nothing is known of any: {last}")
    print(f"{len(known)} packages audited, unknown are {', '.join(unknown) or 'none'}")
    return [
        f"{package['name']} {package['version']}: {weakness['id']}, "
        f"mended in {', '.join(weakness['fix_versions']) or 'no version yet'}"
        for package in known
        for weakness in package["vulns"]
    ]


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
    try:
        weaknesses = find_weaknesses()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(weaknesses) or "no weakness is known")
    return list_licences() or int(bool(weaknesses))


if __name__ == "__main__":
    sys.exit(main())
