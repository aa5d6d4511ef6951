"""Rehearse a full classroom: many simulated students at one JupyterHub, all at the same time.

    make classroom-test                 # thirty students
    make classroom-test STUDENTS=3

Each student logs in, starts a server, runs every cell of notebook 03 in a kernel of their own and
drags every slider of every explorer. The students go from phase to phase together, so that in each
phase the machine bears all of them at once. In the last one a fifth of them misbehaves
(``mischief.py``), while the others drag; in the end everybody's work must be there, nobody may have
seen another's, and no secret may stand in the log. What was measured is written to
build/classroom.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles

import mischief
import psutil
from hub import running_hub
from kernel import Kernel
from student import Student

from cnncourse.__main__ import answered
from cnncourse.files import write_marked

BUILD = Path(__file__).resolve().parents[2] / "build"
NOTEBOOK = "notebooks/03_convolution_maths.ipynb"
STEPS = 4  # positions through which a slider is dragged
NAUGHTY = 5  # of so many students one misbehaves
WORK = "what {} has written"
LOOK = 2.0  # seconds a student looks at the picture after each drag, on average
TITLE = "Rehearsal of a classroom"  # stands in all that is written here
VERSIONS = ["jupyterhub", "jupyterlab", "jupyter-server", "ipywidgets"]


@dataclass
class Seat:
    """A student with everything that is measured at the seat."""

    student: Student
    notebook: str
    kernel: Kernel | None = None
    cells: int = 0
    errors: list[str] = field(default_factory=list)
    start: float = 0.0  # seconds from the login to a kernel that answers
    run: float = 0.0  # seconds for the whole notebook
    calm: list[float] = field(default_factory=list)  # seconds to a new picture, with pauses
    rush: list[float] = field(default_factory=list)  # the same, everybody dragging without a pause
    troubled: list[float] = field(default_factory=list)  # as calm, while others misbehave
    memory: int = 0  # bytes


def rehearse(students: int, notebook: str) -> list[Seat]:
    """Seat so many students at a hub of their own and let them work through a notebook."""
    password = secrets.token_urlsafe(12)
    with (
        tempfile.TemporaryDirectory(prefix="classroom-") as folder,
        running_hub(Path(folder), password) as address,
    ):
        names = [f"student{number:02}" for number in range(1, students + 1)]
        seats = [Seat(Student(address, name), notebook) for name in names]
        work_through(seats, password)
        misbehave(seats)
        seats[0].errors += secrets_in((Path(folder) / "hub.log").read_text(), seats, password)
    return seats


def work_through(seats: list[Seat], password: str) -> None:
    """Go through all phases and measure in each."""
    together("log in and start a kernel", lambda seat: arrive(seat, password), seats)
    together("run the notebook", run_notebook, seats)
    together("drag all sliders at leisure", lambda seat: drag_all(seat, seat.calm, LOOK), seats)
    together("drag all sliders without a pause", lambda seat: drag_all(seat, seat.rush, 0), seats)
    for seat in seats:
        seat.memory = memory_of(seat.student.name)


def misbehave(seats: list[Seat]) -> None:
    """Let some students do all they should not, while the others drag; then look for losses."""
    count = max(1, len(seats) // NAUGHTY) if len(seats) > 1 else 0
    naughty, good = seats[:count], seats[count:]
    for seat in good:
        seat.student.save("work.txt", WORK.format(seat.student.name))
        seat.kernel.execute("mine = 41")
    # whose folder is full can do nothing else: one alone fills it in the end
    later = [mischief.fill_the_folder] if len(naughty) == 1 else []
    print(f"{len(naughty)} students misbehave …", flush=True)
    stop = threading.Event()
    with ThreadPoolExecutor(len(mischief.ALL)) as pool:
        deeds = [
            (seat, pool.submit(act, seat.student, stop))
            for act, seat in zip(mischief.ALL, cycle(naughty), strict=False)
            if act not in later
        ]
        try:
            together("drag meanwhile", lambda seat: drag_all(seat, seat.troubled, LOOK), good)
        finally:
            stop.set()
        for seat, deed in deeds:
            if wrong := deed.result():
                seat.errors.append(f"{seat.student.name}: {wrong}")
    for act in later:
        if wrong := act(naughty[0].student, stop):
            naughty[0].errors.append(f"{naughty[0].student.name}: {wrong}")
    together("look for their work", look_for_losses, good)
    for owner, thief in zip(good, [*good[1:], *naughty], strict=False):
        owner.errors += mischief.intrude(thief.student, owner.student, owner.kernel)


def look_for_losses(seat: Seat) -> None:
    """Note what is not as it was before others misbehaved."""
    if seat.kernel.execute("assert mine + 1 == 42"):
        seat.errors.append(f"{seat.student.name}: the kernel has forgotten a variable")
    if seat.student.read("work.txt") != WORK.format(seat.student.name):
        seat.errors.append(f"{seat.student.name}: a file has changed")


def secrets_in(log: str, seats: list[Seat], password: str) -> list[str]:
    """Return what stands in a log and must not: the password, and all cookies of all students.

    Parameters
    ----------
    log : str
    seats : list of Seat
    password : str
    """
    secrets = {
        f"the cookie {cookie.name} of {seat.student.name}": cookie.value
        for seat in seats
        for cookie in seat.student.browser.cookies
        if len(cookie.value) > 8
    }
    secrets["the password"] = password
    return [f"the log shows {what}" for what, secret in secrets.items() if secret in log]


def together(what: str, act: Callable[[Seat], None], seats: list[Seat]) -> None:
    """Let all students do the same at the same time; the first who cannot ends the rehearsal."""
    print(f"{len(seats)} students {what} …", flush=True)
    with ThreadPoolExecutor(len(seats)) as pool:
        list(pool.map(act, seats))


def arrive(seat: Seat, password: str) -> None:
    """Log in, start a server, open the notebook, and wait for the kernel's first answer."""
    started = time.perf_counter()
    seat.student.log_in(password)
    seat.student.start_server()
    seat.kernel = seat.student.open_notebook(seat.notebook)
    seat.kernel.execute("")
    seat.start = time.perf_counter() - started


def run_notebook(seat: Seat) -> None:
    """Run all cells and note which of them failed."""
    started = time.perf_counter()
    for number, source in enumerate(seat.student.read_notebook(seat.notebook), start=1):
        seat.cells += 1
        if error := seat.kernel.execute(source):
            seat.errors.append(f"{seat.student.name}, code cell {number}: {error}")
    seat.run = time.perf_counter() - started


def drag_all(seat: Seat, redraws: list[float], look: float) -> None:
    """Drag every slider of every explorer, looking at each picture for a while."""
    rng = random.Random(seat.student.name)
    for sliders, view in seat.kernel.explorers():
        for slider in sliders:
            time.sleep(rng.uniform(0, 2 * look))
            for value in positions(seat.kernel.widgets[slider]):
                seconds = seat.kernel.move(slider, value, view)
                if seconds is None:
                    name = seat.kernel.widgets[slider]["description"]
                    seat.errors.append(f"{seat.student.name}: no picture for {name} = {value}")
                else:
                    redraws.append(seconds)


def positions(slider: dict) -> list[float]:
    """Return the next values of a slider that is dragged up, and back from the end of its range.

    >>> positions({"value": 3, "min": 1, "max": 5, "step": 1})
    [4, 5, 4, 3]
    >>> positions({"value": 0, "min": 0, "max": 0, "step": 1})
    []
    """
    lowest, highest, step, value = (slider[name] for name in ("min", "max", "step", "value"))
    last, here = round((highest - lowest) / step), round((value - lowest) / step)
    there_and_back = cycle([*range(last), *range(last, 0, -1)])
    return [lowest + step * place for place in islice(there_and_back, here + 1, here + 1 + STEPS)]


def memory_of(student: str) -> int:
    """Return the bytes of a student's server and kernel, a shared page counted in shares (PSS)."""
    return sum(process.memory_full_info().pss for process in processes_of(student))


def processes_of(student: str) -> list[psutil.Process]:
    """Return the processes that the hub started for a student; they carry the name around."""
    return [p for p in psutil.process_iter() if _environment(p).get("JUPYTERHUB_USER") == student]


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:  # it has just ended, or belongs to somebody else
        return {}


def summarise(seats: list[Seat]) -> dict[str, object]:
    """Return the measurements of a class by name: seconds, bytes, counts."""
    calm = [seconds for seat in seats for seconds in seat.calm]
    rush = [seconds for seat in seats for seconds in seat.rush]
    troubled = [seconds for seat in seats for seconds in seat.troubled]
    memory = [seat.memory for seat in seats]
    return {
        "what": TITLE,
        "date": date.today().isoformat(),
        "machine": machine(),
        "versions": {name: version(name) for name in VERSIONS},
        "notebook": seats[0].notebook,
        "students": len(seats),
        "cells": sum(seat.cells for seat in seats),
        "errors": [error for seat in seats for error in seat.errors],
        "slowest_start": max(seat.start for seat in seats),
        "slowest_run": max(seat.run for seat in seats),
        "moves": len(calm) + len(rush) + len(troubled),
        "redraw_calm": spread(calm),
        "redraw_rush": spread(rush),
        "redraw_troubled": spread(troubled),
        "naughty": sum(not seat.troubled for seat in seats),
        "memory_median": median(memory),
        "memory_most": max(memory),
        "memory_all": sum(memory),
    }


def spread(seconds: list[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the largest of at least two numbers."""
    return {"median": median(seconds), "p95": quantiles(seconds, n=20)[-1], "most": max(seconds)}


def machine() -> str:
    """Return what the class sat at."""
    memory = psutil.virtual_memory().total / 2**30
    python = platform.python_version()
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()}, Python {python}"
    )


def table(result: dict) -> str:
    """Return the measurements as a table in Markdown."""
    n, errors = result["students"], result["errors"]
    rows = {
        "students": n,
        "cells run, all students": f"{result['cells']:,}",
        "slider moves, all students": f"{result['moves']:,}",
        "failed cells and moves without a picture": len(errors),
        "slowest start, login to a kernel that answers": f"{result['slowest_start']:.0f} s",
        "slowest run of the whole notebook": f"{result['slowest_run']:.0f} s",
        "redraw, students looking 2 s between drags": milliseconds(result["redraw_calm"]),
        f"redraw, all {n} dragging without a pause": milliseconds(result["redraw_rush"]),
        f"redraw, looking 2 s, while {result['naughty']} misbehave": milliseconds(
            result["redraw_troubled"]
        ),
        "memory of a student, median": f"{result['memory_median'] / 2**20:.0f} MiB",
        "memory of a student, most": f"{result['memory_most'] / 2**20:.0f} MiB",
        f"memory of all {n} together": f"{result['memory_all'] / 2**30:.1f} GiB",
    }
    lines = [f"| {name} | {value} |" for name, value in rows.items()]
    return "\n".join(["| measured | value |", "|---|---|", *lines])


def milliseconds(times: dict[str, float]) -> str:
    """Return a spread of seconds in words."""
    median, p95, most = (f"{1000 * times[name]:.0f} ms" for name in ("median", "p95", "most"))
    return f"median {median}, 95 % within {p95}, slowest {most}"


def report(result: dict) -> str:
    """Return the page that is written: when and where, the table, what went wrong."""
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    where = f"{TITLE}, {result['date']}, {result['machine']}; {versions}; `{result['notebook']}`."
    errors = "\n".join(f"- {error}" for error in result["errors"])
    return "\n\n".join(part for part in [where, table(result), errors] if part) + "\n"


def main() -> int:
    """Rehearse, write build/classroom.md and .json, and return 0 if nothing failed."""
    parser = argparse.ArgumentParser(description="Rehearse a full classroom.")
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--notebook", default=NOTEBOOK)
    result = summarise(rehearse(**vars(parser.parse_args())))
    write_marked(BUILD / "classroom.md", report(result).encode(), TITLE.encode())
    write_marked(BUILD / "classroom.json", json.dumps(result, indent=2).encode(), TITLE.encode())
    print(report(result))
    return int(bool(result["errors"]))


if __name__ == "__main__":
    sys.exit(answered(main))
