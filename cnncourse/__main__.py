"""The command of the course: ``python -m cnncourse run``, ``list`` or ``doctor``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

REFUSED = 2
INTERRUPTED, NOBODY_READS = 130, 141  # 128 and the number of the signal, as shells count


def main(arguments: list[str] | None = None, *, alone: bool = False) -> int:
    """Do what the command line says and return the exit code.

    Ctrl-C gives one line, whenever it comes: therefore the rest of the course is loaded in here.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the command line.
    alone : bool
        Whether this process does nothing else: some packages are then kept out of it.
    """

    def act() -> int:
        import io

        if alone:
            from cnncourse.run.execute import spare_grammars

            spare_grammars()
        if isinstance(sys.stdout, io.TextIOWrapper):
            # ✓ and – do not exist in every console's encoding: print ? there and do not fail
            sys.stdout.reconfigure(errors="replace")
        options = parser().parse_args(arguments)
        code: int = options.action(options)
        return code

    return interruptible(act)


def interruptible(action: Callable[[], int]) -> int:
    """Return the exit code of an action; 130 after Ctrl-C, 141 if nobody reads what it prints."""
    try:
        code = action()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # such as: list | head -1
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python would try once more at its end
        return NOBODY_READS
    return code


def answered(action: Callable[[], int]) -> int:
    """Return the exit code of a command that writes; why it cannot is said in a sentence."""

    def act() -> int:
        try:
            return action()
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = f"{error.filename}: {error.strerror}" if error.filename else error
            print(reason, file=sys.stderr)
        except ValueError as error:
            print(error, file=sys.stderr)
        return REFUSED

    return interruptible(act)


def parser() -> argparse.ArgumentParser:
    """Return the parser: one subcommand for each action below."""
    import argparse

    from cnncourse import __version__
    from cnncourse.run import command as run

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
    """Print the path and the title of every notebook; fail if there is none, or one is damaged."""
    from pathlib import Path

    from cnncourse.run import notebook

    found = notebook.find(Path("notebooks"))
    if not found:
        print("no notebooks here: start in the course's folder", file=sys.stderr)
    titles = 0
    for path in found:
        try:
            title = notebook.title(notebook.parse(notebook.read(path)))
        except ValueError as problem:
            print(problem, file=sys.stderr)
        else:
            print(f"{path}  {title or '(without a title)'}")
            titles += 1
    return 0 if found and titles == len(found) else 1


def doctor_command(options: argparse.Namespace) -> int:
    """Print what was found; fail only if something needed is wrong."""
    from cnncourse.run import doctor

    findings = doctor.examine()
    print(doctor.report(findings))
    return doctor.exit_code(findings)


if __name__ == "__main__":
    sys.exit(main(alone=True))
