"""The command of the course: ``python -m cnncourse run``, ``list`` or ``doctor``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cnncourse import __version__
from cnncourse.run import command as run
from cnncourse.run import doctor
from cnncourse.run.plan import find_notebooks, title


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    # ✓ and – do not exist in every console's encoding: print ? there and do not fail
    sys.stdout.reconfigure(errors="replace")
    options = parser().parse_args(arguments)
    return options.action(options)


def parser() -> argparse.ArgumentParser:
    """Return the parser: one subcommand for each action below."""
    top = argparse.ArgumentParser(prog="python -m cnncourse", description=__doc__)
    top.add_argument("--version", action="version", version=f"cnncourse {__version__}")
    commands = top.add_subparsers(required=True, metavar="run | list | doctor")

    command = commands.add_parser("run", help="execute notebooks without a browser")
    run.add_options(command)
    command.set_defaults(action=run.main)

    command = commands.add_parser("list", help="list the notebooks and their titles")
    command.set_defaults(action=list_command)

    command = commands.add_parser("doctor", help="look at the installation")
    command.set_defaults(action=doctor_command)
    return top


def list_command(options: argparse.Namespace) -> int:
    """Print the path and the title of every notebook."""
    for notebook in find_notebooks(Path("notebooks")):
        print(f"{notebook}  {title(notebook)}")
    return 0


def doctor_command(options: argparse.Namespace) -> int:
    """Print what was found; fail only if something needed is wrong."""
    findings = doctor.examine()
    print(doctor.report(findings))
    return doctor.exit_code(findings)


if __name__ == "__main__":
    sys.exit(main())
