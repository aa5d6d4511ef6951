"""A real JupyterHub on this machine: log in, start a server, run cells, move sliders, leave."""

import json
import re
import statistics
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import hub
import psutil
import pytest
import rehearsal
from hub import CONFIG, HubFailed, running_hub, stop
from student import Student
from traitlets.config import PyFileConfigLoader
from websocket import WebSocketException

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a student's memory is read from /proc, which only Linux has"
)
ROOT = Path(__file__).resolve().parents[2]
STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
child.wait()
"""
EXPLORER = """
from IPython.display import display
from cnncourse.widgets.explorer import Explorer, slider
from cnncourse.figures.svg import Svg
draw = lambda size, unused: Svg("", size, size, "An empty square", f"Size {size}.")
display(Explorer(draw, {"size": slider("size", 3, 1, 9), "unused": slider("unused", 3, 1, 9)}))
"""


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The configuration as JupyterHub reads it."""
    monkeypatch.setenv("CLASSROOM_PASSWORD", "a password for tests")
    monkeypatch.setenv("CLASSROOM_FOLDER", str(tmp_path / "hub"))
    return PyFileConfigLoader(str(CONFIG)).load_config()


def test_two_students_work_through_the_notebook_at_the_same_time(classroom, monkeypatch):
    monkeypatch.setattr(rehearsal, "LOOK", 0)
    students = [Student(classroom.address, name) for name in ("ada", "bob")]
    seats = [rehearsal.Seat(student, rehearsal.NOTEBOOK) for student in students]
    rehearsal.work_through(seats, classroom.password)
    assert [seat.errors for seat in seats] == [[], []]
    assert all(seat.cells > 40 and len(seat.calm) > 50 and seat.memory > 50e6 for seat in seats)


def test_a_wrong_password_is_not_let_in(classroom):
    with pytest.raises(RuntimeError, match="eve was not let in"):
        Student(classroom.address, "eve").log_in("a wrong password")


def test_students_write_into_a_copy_of_their_own(classroom, kernel):
    assert kernel.execute("open('homework.txt', 'w').write('mine')") == ""
    assert (classroom.folder / "students" / "ada" / "notebooks" / "homework.txt").exists()
    assert not (ROOT / "notebooks" / "homework.txt").exists()


def test_a_second_start_does_not_replace_a_students_work(config, tmp_path):
    spawner = SimpleNamespace(home_dir=str(tmp_path / "student"))
    notebook = tmp_path / "student" / "notebooks" / "03_convolution_maths.ipynb"

    config.Spawner.pre_spawn_hook(spawner)
    assert notebook.read_bytes() == (ROOT / "notebooks" / notebook.name).read_bytes()
    notebook.write_text("my work")
    config.Spawner.pre_spawn_hook(spawner)
    assert notebook.read_text() == "my work"


def test_the_hub_listens_on_this_machine_only(config):
    assert config.JupyterHub.ip == config.JupyterHub.hub_ip == "127.0.0.1"


def test_a_cell_that_fails_is_named_with_its_error(kernel):
    assert kernel.execute("1 / 0") == "ZeroDivisionError: division by zero"
    assert kernel.execute("'the next cell runs'") == ""


def test_a_moved_slider_brings_a_new_picture(kernel):
    kernel.execute(EXPLORER)
    [([size, _unused], view)] = kernel.explorers()
    before = kernel.widgets[view]["value"]
    assert 0 < kernel.move(size, 7, view) < 60
    assert 'width="7"' in kernel.widgets[view]["value"] != before


def test_a_slider_without_effect_brings_none(kernel):
    kernel.execute(EXPLORER)
    [([_size, unused], view)] = kernel.explorers()
    assert kernel.move(unused, 7, view) is None


def test_answers_are_not_held_back(kernel):
    def seconds():
        started = time.perf_counter()
        kernel.execute("")
        return time.perf_counter() - started

    # three small messages: with Nagle's algorithm each round would take more than 40 ms
    assert min(seconds() for _ in range(30)) < 0.03


def redraw(kernel):
    """Return the median of the seconds from a moved slider to its picture."""
    kernel.execute(EXPLORER)
    ([size, _unused], view) = kernel.explorers()[-1]
    return statistics.median(kernel.move(size, 2 + n % 8, view) for n in range(40))


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


def test_students_who_loop_open_five_notebooks_and_send_photographs_disturb_nobody(
    classroom, kernel
):
    bob = Student(classroom.address, "bob")
    bob.log_in(classroom.password)
    bob.start_server()
    names = ["01_image_basics", "02_kernels", "03_convolution_maths", "05_mnist_lab"]
    kernels = [bob.open_notebook(f"notebooks/{name}.ipynb") for name in names]
    loops = bob.open_notebook("notebooks/06_architecture_history.ipynb")
    calm = redraw(kernel)
    loop = threading.Thread(target=lambda: stopped.append(loops.execute("while True: pass")))
    stopped = []
    loop.start()
    try:
        assert [each.execute(PHOTOGRAPH) for each in kernels] == [""] * len(kernels)
        assert redraw(kernel) < 2 * calm + 0.02
    finally:
        bob.interrupt()
        loop.join(60)
    assert stopped == ["KeyboardInterrupt: "] and loops.execute("'it goes on'") == ""
    for each in [*kernels, loops]:
        each.close()


def test_who_loses_the_connection_finds_everything_again(ada):
    path = "notebooks/03_convolution_maths.ipynb"
    before = ada.open_notebook(path)
    before.execute("mine = 41")
    before.close()  # a lid is shut, a network is gone
    again = ada.open_notebook(path)
    assert again.execute("assert mine + 1 == 42") == ""
    again.close()


CONNECTION = """
import json
from ipykernel.connect import get_connection_file
open('connection.json', 'w').write(open(get_connection_file()).read())
"""


def test_kernels_are_reached_by_sockets_that_are_never_taken_and_their_owners_alone(
    classroom, kernel
):
    assert kernel.execute(CONNECTION) == ""
    notebooks = classroom.folder / "students" / "ada" / "notebooks"
    connection = json.loads((notebooks / "connection.json").read_text())
    assert connection["transport"] == "ipc"
    assert len(f"{connection['ip']}-{connection['shell_port']}") <= 107
    runtime = Path(connection["ip"]).parent
    assert runtime.stat().st_mode & 0o077 == 0 and runtime.parent.stat().st_mode & 0o077 == 0


def test_a_message_larger_than_10_mib_arrives(kernel):
    assert kernel.execute(f"large = {'x' * 12_000_000!r}") == ""  # such as an upload
    assert kernel.execute("assert len(large) == 12_000_000") == ""


def test_a_kernel_that_dies_is_started_again(classroom, ada):
    kernel = ada.open_notebook("notebooks/02_kernels.ipynb")

    def die():
        with suppress(WebSocketException):  # nobody answers any more
            kernel.execute("import os; os._exit(1)")

    threading.Thread(target=die, daemon=True).start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        time.sleep(1)
        again = ada.open_notebook("notebooks/02_kernels.ipynb")  # the session is the same
        if again.execute("alive = 1") == "":
            break
    else:
        pytest.fail("the kernel was not started again")


@pytest.mark.parametrize("place", ["api/contents/notebooks", "api/kernels", "api/sessions", "lab"])
def test_one_student_is_refused_what_belongs_to_another(classroom, ada, place):
    eve = Student(classroom.address, "eve")
    eve.log_in(classroom.password)
    answer = eve.browser.get(f"{ada.base}/{place}", timeout=60)
    assert answer.status_code == 403 and "homework" not in answer.text


def test_neither_log_nor_address_shows_a_token(classroom, ada):
    answer = ada.browser.post(f"{ada.base}/api/sessions?_xsrf=a-forged-secret", json={}, timeout=60)
    assert answer.status_code == 403
    for page in ("hub/home", "hub/token", "user/ada/lab"):
        assert not re.search(r"[?&](token|code|_xsrf)=", ada.browser.get(f"{ada.hub}/{page}").url)
    log = (classroom.folder / "hub.log").read_text()
    assert "403" in log and "a-forged-secret" not in log
    assert not re.search(r"(token|code|state|_xsrf|password)=[^…\s&]{8}", log)
    secrets = [value for value in ada.browser.cookies.values() if len(value) > 8]
    assert secrets and not any(secret in log for secret in secrets)


def test_memory_counts_a_students_processes_and_no_others(ada):
    assert rehearsal.memory_of("ada") > 20e6  # a server alone is larger
    assert rehearsal.memory_of("nobody") == 0


def test_a_hub_that_cannot_start_says_why(proxy, tmp_path):
    with pytest.raises(HubFailed, match="at least 8 characters"):
        with running_hub(tmp_path, "short"):
            pass


def test_stopping_a_hub_ends_what_it_has_left_behind(monkeypatch):
    monkeypatch.setattr(hub, "GRACE", 0.2)
    command = [sys.executable, "-c", STUBBORN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        stop(parent)
    assert parent.returncode == 0 and not child.is_running()
