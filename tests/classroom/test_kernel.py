"""A simulated student's connection is held and found again, as a browser's is; without a hub."""

import threading
import time

import mischief
import pytest
from websocket import WebSocketBadStatusException

pytestmark = pytest.mark.slow


def test_a_student_who_only_looks_is_not_hung_up_on(bob):
    kernel = bob.open_notebook("a.ipynb")
    kernel.execute("mine = 41")
    first = kernel._socket
    time.sleep(4)  # the server asks twice a second, and hangs up after three without an answer
    assert first.connected
    assert kernel.execute("assert mine == 41") == ""
    kernel.close()


def test_a_lost_connection_is_made_again_and_no_answer_is_missed(bob):
    kernel = bob.open_notebook("a.ipynb")
    request = kernel.send("import time; time.sleep(1); mine = 41; 1 / 0")
    time.sleep(0.5)
    kernel.lose_connection()
    assert kernel.outcome(request) == "ZeroDivisionError: division by zero"
    kernel.lose_connection()
    assert kernel.execute("assert mine == 41") == ""
    kernel.close()


def test_a_kernel_that_is_gone_is_not_found_again(bob):
    kernel = bob.open_notebook("a.ipynb")
    kernel.execute("")
    bob.browser.delete(
        f"{bob.base}/api/kernels/{kernel.id}",
        headers={"X-XSRFToken": bob._xsrf("/user/bob/")},
        timeout=60,
    )
    kernel.lose_connection()
    with pytest.raises(WebSocketBadStatusException, match="404"):
        kernel.execute("")


def test_a_silent_kernel_is_named(bob):
    kernel = bob.open_notebook("a.ipynb", patience=10)
    kernel.execute("")
    kernel._patience = 0.5
    with pytest.raises(TimeoutError, match=kernel.id):
        kernel.execute("import time; time.sleep(30)")


def test_a_kernel_that_dies_says_so_and_one_that_was_given_up_begins_anew(bob):
    ids = set()
    for _ in range(3):  # the server starts it again once
        kernel = bob.open_notebook("a.ipynb")
        ids.add(kernel.id)
        assert kernel.execute("before = 1; import os; os._exit(1)") == mischief.DIED
        kernel.close()
        assert mischief.alive_again(bob, "a.ipynb", "assert 'before' not in globals()") == ""
    assert len(ids) > 1


DIES_FIRST = """
import pathlib
startup = pathlib.Path.home() / ".ipython" / "profile_default" / "startup" / "die.py"
startup.write_text('''
import os, pathlib
try:
    pathlib.Path("died").touch(exist_ok=False)
    os._exit(1)
except FileExistsError:
    pass
''')
"""


def test_a_kernel_that_dies_at_its_start_is_started_again(bob, tmp_path):
    first = bob.open_notebook("first.ipynb")
    assert first.execute(DIES_FIRST) == ""
    first.close()
    assert not (tmp_path / "died").exists()
    assert mischief.alive_again(bob, "second.ipynb", "'alive'") == ""
    assert (tmp_path / "died").exists()


@pytest.mark.parametrize(
    "act", [mischief.kill_the_kernel, mischief.loop_for_ever, mischief.lose_the_connection]
)
def test_mischief_leaves_its_student_able_to_go_on(bob, monkeypatch, act):
    monkeypatch.setattr(mischief, "PAUSE", 0.1)
    stop = threading.Event()
    timer = threading.Timer(5, stop.set)
    timer.start()
    assert act(bob, stop) == ""
    timer.join()
