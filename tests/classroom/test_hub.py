"""A real JupyterHub on this machine: log in, start a server, run cells, move sliders, leave."""

import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import hub
import mischief
import psutil
import pytest
import rehearsal
from hub import CONFIG, HubFailed, running_hub, stop
from student import Student
from traitlets.config import PyFileConfigLoader

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
    """The configuration as JupyterHub reads it, where it is installed (make .venv/classroom)."""
    pytest.importorskip("jupyterhub")
    monkeypatch.setenv("CLASSROOM_PASSWORD", "a password for tests")
    monkeypatch.setenv("CLASSROOM_FOLDER", str(tmp_path / "hub"))
    return PyFileConfigLoader(str(CONFIG)).load_config()


def test_two_students_work_through_the_notebook_and_one_misbehaves(classroom, monkeypatch):
    monkeypatch.setattr(rehearsal, "LOOK", 0)
    students = [Student(classroom.address, name) for name in ("ada", "bob")]
    seats = [rehearsal.Seat(student, rehearsal.NOTEBOOK) for student in students]
    rehearsal.work_through(seats, classroom.password)
    rehearsal.misbehave(seats)  # the first, in all ways at once
    log = (classroom.folder / "hub.log").read_text()
    assert rehearsal.secrets_in(log, seats, classroom.password) == []
    assert [seat.errors for seat in seats] == [[], []]
    assert all(seat.cells > 40 and len(seat.calm) > 50 and seat.memory > 50e6 for seat in seats)
    calm, troubled = statistics.median(seats[1].calm), statistics.median(seats[1].troubled)
    assert troubled < 2 * calm + 0.02  # and what a shared machine of tests adds


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


CONNECTION = """
from pathlib import Path
from ipykernel.connect import get_connection_file
Path('connection.json').write_text(Path(get_connection_file()).read_text())
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
    assert runtime.stat().st_mode & 0o077 == 0
    assert runtime.parent.stat().st_mode & 0o066 == 0  # others may go through, and see nothing


def test_a_message_larger_than_10_mib_arrives(kernel):
    assert kernel.execute(f"large = {'x' * 12_000_000!r}") == ""  # such as an upload
    assert kernel.execute("assert len(large) == 12_000_000") == ""


@pytest.fixture
def separate(classroom, ada):
    """Skip the test where all students are the same user of the system."""
    owner = (classroom.folder / "students" / "ada").stat().st_uid
    if owner == os.geteuid():
        pytest.skip("the hub is not run by root, or others cannot read the Python that runs here")


STEAL = """
import os, socket
assert os.getuid() != 0
tried = 0
for act in (
    lambda: open("{folder}/students/ada/notebooks/03_convolution_maths.ipynb").read(),
    lambda: os.listdir("{folder}/students/ada"),
    lambda: os.listdir("{folder}/students"),
    lambda: open("{folder}/jupyterhub.sqlite").read(),
    lambda: open("{folder}/cookie_secret").read(),
    lambda: open("{folder}/hub.log").read(),
    lambda: socket.socket(socket.AF_UNIX).connect("{ip}-{shell_port}"),
    lambda: os.kill({pid}, 9),
):
    try:
        print(act())
    except PermissionError:
        tried += 1
assert tried == 8, tried
"""


def test_no_program_of_a_student_reaches_another(classroom, separate, kernel):
    assert kernel.execute(CONNECTION) == ""
    connection = classroom.folder / "students" / "ada" / "notebooks" / "connection.json"
    eve = Student(classroom.address, "eve")
    eve.log_in(classroom.password)
    eve.start_server()
    thief = eve.open_notebook("steal.ipynb")
    pid = rehearsal.processes_of("ada")[0].pid
    steal = STEAL.format(folder=classroom.folder, pid=pid, **json.loads(connection.read_text()))
    assert thief.execute(steal) == ""
    thief.close()
    assert kernel.execute("'untouched'") == ""


def test_one_student_is_refused_what_belongs_to_another(classroom, ada, kernel):
    eve = Student(classroom.address, "eve")
    eve.log_in(classroom.password)
    eve.start_server()
    assert mischief.intrude(eve, ada, kernel) == []
    assert mischief.intrude(ada, ada, kernel) != []  # what is one's own would be seen


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
    assert parent.returncode == 0 and not hub.lives(child)


def test_a_number_that_is_a_threads_by_now_is_nobody_to_wait_for():
    ended = psutil.Popen([sys.executable, "-c", ""])
    process = psutil.Process(ended.pid)
    assert hub.still_there([psutil.Process()], 0) == [psutil.Process()]
    ended.wait()
    thread = threading.Thread(target=time.sleep, args=(1,))
    thread.start()
    process._pid = thread.native_id
    assert hub.still_there([process], 0) == []
    thread.join()
