"""The button that goes on and on: pieces are collected, and the page is usable between two."""

import asyncio
import threading
from itertools import count

import pytest

from cnncourse.widgets import run_button
from cnncourse.widgets.run_button import RunButton


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(run_button, "_PAUSE", 0)


def counting(last):
    """A button that counts up to a number, and the runs that it has begun."""
    runs = []

    def begin():
        runs.append(count(1))
        return runs[-1].__next__

    return RunButton(begin, lambda value: len(value) >= last), runs


def test_pieces_are_collected_and_start_again_begins_a_new_run():
    button, runs = counting(9)
    button.step()
    button.step()
    assert button.value == (1, 2) and len(runs) == 1
    button.again.click()
    assert button.value == () and len(runs) == 1
    button.step()
    assert button.value == (1,) and len(runs) == 2


def test_a_piece_under_way_is_forgotten_when_another_thread_starts_again():
    begun, may_end = threading.Event(), threading.Event()

    def piece():
        begun.set()
        may_end.wait(10)
        return "of the first run"

    button = RunButton(lambda: piece, lambda value: False)
    training = threading.Thread(target=button.step)
    training.start()
    assert begun.wait(10)
    button.restart()
    may_end.set()
    training.join()
    assert button.value == ()


@pytest.mark.parametrize("in_a_notebook", [True, False])
def test_after_an_interrupt_it_can_be_pressed_again(in_a_notebook):
    pieces = iter([KeyboardInterrupt, 1, 2])

    def piece():
        result = next(pieces)
        if result is KeyboardInterrupt:
            raise KeyboardInterrupt
        return result

    button = RunButton(lambda: piece, lambda value: len(value) >= 1)

    async def play():
        button.go.value = True
        while button.go.value:
            await asyncio.sleep(0.01)

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(play()) if in_a_notebook else setattr(button.go, "value", True)
    assert not button.go.value and button.value == ()
    asyncio.run(play())
    assert button.value == (1,)


def test_a_new_run_begins_at_once_while_it_goes_on():
    button, runs = counting(3)

    async def play():
        button.go.value = True
        await asyncio.sleep(0)
        button.renew()
        while button.go.value:
            await asyncio.sleep(0.01)

    asyncio.run(play())
    assert button.value == (1, 2, 3) and len(runs) == 2


def test_in_a_script_one_press_is_one_piece():
    button, _ = counting(9)
    for pieces in (1, 2):
        button.go.value = True
        assert not button.go.value and len(button.value) == pieces


def test_in_a_notebook_it_goes_on_until_it_is_done_and_others_act_meanwhile():
    button, runs = counting(5)

    async def play():
        seen = []
        button.go.value = True
        while button.go.value:
            seen.append(len(button.value))
            await asyncio.sleep(0)
        return seen

    seen = asyncio.run(play())
    assert button.value == (1, 2, 3, 4, 5) and len(runs) == 1
    assert len(set(seen)) > 2  # another task saw it half done


def test_a_pause_keeps_what_was_done_and_the_next_press_goes_on():
    button, runs = counting(100)

    async def play():
        button.go.value = True
        while len(button.value) < 3:
            await asyncio.sleep(0)
        button.go.value = False
        for _ in range(5):
            await asyncio.sleep(0)
        paused = button.value
        button.go.value = True
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        button.go.value = False
        return paused

    paused = asyncio.run(play())
    assert 3 <= len(paused) < len(button.value) < 100
    assert button.value == tuple(range(1, len(button.value) + 1)) and len(runs) == 1


def test_a_piece_that_fails_says_why_until_a_new_run_begins():
    def fail():
        raise RuntimeError("out of <memory>")

    button = RunButton(lambda: fail, lambda value: False)
    button.go.value = True
    assert "RuntimeError: out of &lt;memory&gt;" in button.children[2].value
    assert not button.go.value and button.value == ()
    button.restart()
    assert button.children[2].value == ""
