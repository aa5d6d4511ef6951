"""What students do in a class that misbehaves, each until it is told to stop.

Every function takes a student who has a server, acts until ``stop`` is set, leaves the student able
to go on, and returns what was not as it should be: "" where nothing is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

import requests
from kernel import DIED, Kernel
from student import PATIENCE, Student
from websocket import WebSocketException

PAUSE = 2.0  # seconds until the same mischief again
PHOTOGRAPH = """
from io import BytesIO
from PIL import Image
from cnncourse.widgets.photo import PhotoInput
file = BytesIO()
Image.effect_noise((4000, 3000), 60).convert("RGB").save(file, "JPEG")
photo = PhotoInput("china")
photo.upload.receive({"number": 1, "name": "phone.jpg", "note": ""}, [file.getvalue()])
assert photo.value.name == "phone.jpg"
"""
FILL = """
from pathlib import Path
filled = []
try:
    while True:
        filled.append(Path(f"fill-{len(filled)}"))
        filled[-1].write_bytes(bytes(10_000_000))
except OSError as error:
    print(error.strerror)
"""
EMPTY = """
import time
for path in filled:
    path.unlink(missing_ok=True)
for wait in [0.5] * 20 + [0]:  # the server looks once a second whether there is room
    try:
        Path("room").write_text("again")
        break
    except OSError:
        time.sleep(wait)
Path("room").write_text("again")
Path("room").unlink()
"""
FIVE = ["01_image_basics", "02_kernels", "03_convolution_maths", "04_layer_by_layer_cnn"]
FIVE += ["06_architecture_history"]


def send_photographs(student: Student, stop: Event) -> str:
    """Choose a photograph of 12 million pixels, again and again."""
    kernel = student.open_notebook("photographs.ipynb")
    wrong = ""
    while not wrong and not stop.wait(PAUSE):
        wrong = kernel.execute(PHOTOGRAPH)
    kernel.close()
    return wrong


def loop_for_ever(student: Student, stop: Event) -> str:
    """Run a cell that does not end, and press the button that stops it."""
    kernel = student.open_notebook("loop.ipynb")
    loop = kernel.send("while True: pass")
    stop.wait()
    student.interrupt(kernel)
    ended = kernel.outcome(loop)
    wrong = "" if ended == "KeyboardInterrupt: " else f"the loop ended so: {ended}"
    wrong = wrong or kernel.execute("'it goes on'")
    kernel.close()
    return wrong


def fill_the_folder(student: Student, stop: Event) -> str:
    """Write until no more may be written, try to save, and make room again."""
    kernel = student.open_notebook("fill.ipynb")
    try:
        if wrong := kernel.execute(FILL):
            return wrong
        answer = student.save("essay.txt", "all my work")
        if answer.status_code != 507 or "was not saved" not in answer.text:
            return f"a full folder took a file: {answer.status_code} {answer.text[:100]}"
        stop.wait()
        if wrong := kernel.execute(EMPTY):
            return wrong
        answer = student.save("essay.txt", "all my work")
        return "" if answer.ok else f"nothing can be saved any more: {answer.text[:100]}"
    finally:
        kernel.close()


def kill_the_kernel(student: Student, stop: Event) -> str:
    """End the kernel from within: the server starts it again, or gives it up after a few times."""
    wrong = ""
    while not wrong and not stop.wait(PAUSE):
        kernel = student.open_notebook("killed.ipynb")
        kernel.execute("before = 1")
        ended = kernel.execute("import os; os._exit(1)")
        kernel.close()
        if ended != DIED:
            return f"the kernel did not die: {ended}"
        wrong = alive_again(student, "killed.ipynb", "assert 'before' not in globals()")
    return wrong


def alive_again(student: Student, path: str, source: str, seconds: float = 120) -> str:
    """Wait until the kernel of a notebook runs a cell; return "" or what it said instead.

    JupyterLab connects again when a kernel has been started again, since it may be found at
    another place now. For one that was given up, the button that restarts it begins a new one.
    Both are done by opening the notebook.

    Parameters
    ----------
    student : Student
    path : str
        Of the notebook.
    source : str
        The cell, which fails in a kernel that has not been started again.
    seconds : float
        How long to wait.
    """
    give_up, wrong = time.monotonic() + seconds, "the kernel was not started again"
    while time.monotonic() < give_up:
        try:
            kernel = student.open_notebook(path, patience=10)
            wrong = kernel.execute(source)
            kernel.close()
            if not wrong:
                return ""
        except (OSError, WebSocketException, requests.RequestException) as error:
            wrong = f"{type(error).__name__}: {error}"
        time.sleep(1)
    return wrong


def open_five_notebooks(student: Student, stop: Event) -> str:
    """Open five notebooks, each with a kernel, and let them all work."""
    kernels = [student.open_notebook(f"notebooks/{name}.ipynb") for name in FIVE]
    wrong = ""
    while not wrong and not stop.wait(PAUSE):
        wrong = "".join(kernel.execute("import cnncourse.explorers") for kernel in kernels)
    for kernel in kernels:
        kernel.close()
    return wrong


def lose_the_connection(student: Student, stop: Event) -> str:
    """Shut the lid while a cell runs, and find everything again."""
    kernel = student.open_notebook("lid.ipynb")
    wrong = kernel.execute("import time; mine = 0")
    times = 0
    while not wrong and not stop.wait(PAUSE):
        running = kernel.send("time.sleep(2); mine += 1")
        times += 1
        time.sleep(0.5)
        kernel.lose_connection()
        wrong = kernel.outcome(running)
    wrong = wrong or kernel.execute(f"assert mine == {times}")
    kernel.close()
    return wrong


ALL: list[Callable[[Student, Event], str]] = [
    send_photographs,
    loop_for_ever,
    fill_the_folder,
    kill_the_kernel,
    open_five_notebooks,
    lose_the_connection,
]


def intrude(thief: Student, owner: Student, kernel: Kernel) -> list[str]:
    """Try to read another student's files and kernels; return what was not refused.

    Parameters
    ----------
    thief, owner : Student
    kernel : Kernel
        The owner's.
    """
    places = ["lab", "api/contents/notebooks", "api/sessions", f"api/kernels/{kernel.id}"]
    places = [f"{owner.base}/{place}" for place in places]
    if thief is not owner:  # from one's own server to the folder beside one's own
        places.append(f"{thief.base}/api/contents/..%2F{owner.name}%2Fnotebooks")
        places.append(f"{thief.base}/files/..%2F{owner.name}%2Fnotebooks%2F02_kernels.ipynb")
    answers = [thief.browser.get(place, timeout=PATIENCE) for place in places]
    return [f"{thief.name} opened {answer.url}" for answer in answers if answer.ok]
