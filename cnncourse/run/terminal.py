"""What runs right now, in place, at the lower end of a terminal.

    … 05_mnist_lab.ipynb epochs=1: cell 31 of 118, 24 s
    … 06_architecture_history.ipynb: its kernel starts, 1 s
    2 more wait

A file or a pipe gets nothing of it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from typing import TextIO

from cnncourse.run import report
from cnncourse.run.local import RunningJob

UP_AND_ERASE = "\x1b[{}F\x1b[J"  # to the start of the line that many above, and all from there on


def possible(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal in which lines can be written over."""
    return os.name == "posix" and stream.isatty() and os.environ.get("TERM") != "dumb"


class Lines:
    """Lines at the end of a terminal that are written over, again and again."""

    def __init__(self, stream: TextIO):
        self.stream = stream
        self.shown = 0

    def show(self, running: Sequence[RunningJob], waiting: int) -> None:
        """Write a line for each notebook that runs, over those of the last time.

        Parameters
        ----------
        running : sequence of RunningJob
        waiting : int
            How many wait.
        """
        lines = [line(each) for each in running] + ([f"{waiting} more wait"] if waiting else [])
        window = shutil.get_terminal_size()
        self.replace([text[: window.columns - 1] for text in lines[: window.lines - 2]])

    def clear(self) -> None:
        """Take the lines away; the next text stands in their place."""
        self.replace([])

    def replace(self, lines: Sequence[str]) -> None:
        """Write lines over those of the last time, in one go: so that nothing flickers."""
        erase = UP_AND_ERASE.format(self.shown) if self.shown else ""
        self.stream.write(erase + "".join(f"{text}\n" for text in lines))
        self.stream.flush()
        self.shown = len(lines)


def line(running: RunningJob) -> str:
    """Return how far a notebook has come, in words."""
    name = " ".join(
        filter(None, [running.job.notebook.name, report.in_words(running.job.parameters)])
    )
    place = f"cell {running.cell} of {running.cells}" if running.cell else "its kernel starts"
    return f"… {name}: {place}, {time.monotonic() - running.started:.0f} s"
