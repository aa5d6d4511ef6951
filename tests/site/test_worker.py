"""What the page's Python is told and what it answers, all of it as JSON."""

import json

from cnncourse import explorers
from cnncourse.site import worker
from cnncourse.site.tree import SENTENCE, VIEW, Tree, kind_of


def test_what_is_shown_is_the_picture_and_the_sentence():
    worker.open_explorer("flip")
    fresh = explorers.flip()
    assert json.loads(worker.shown()) == [
        [VIEW, fresh.view.value],
        [SENTENCE, Tree(fresh).parts[SENTENCE].value],
    ]


def test_a_move_is_answered_with_what_changed_and_then_shown():
    worker.open_explorer("flip")
    before = worker.shown()
    changes = json.loads(worker.move('[["flip", "value", true]]'))
    assert ["flip", "value", True] in changes
    assert worker.shown() != before and json.loads(worker.move("[]")) == []


def test_of_several_moves_the_last_counts():
    worker.open_explorer("flip")
    moves = json.dumps([["flip", "value", value] for value in (True, False, True)])
    changes = [change for change in json.loads(worker.move(moves)) if change[0] == "flip"]
    assert changes == [["flip", "value", True]]


def test_a_photograph_of_ones_own_arrives(monkeypatch):
    taken = []
    tree = Tree(explorers.threshold())
    [upload] = [part for part in tree.parts.values() if kind_of(part) == "upload"]
    upload.on_picture(lambda name, content, note: taken.append((name, content)))
    monkeypatch.setitem(worker._opened, "tree", tree)
    [id] = [id for id, part in tree.parts.items() if part is upload]
    worker.photograph(id, "cat.png", 2, 1, bytes(range(6)))
    assert taken == [("cat.png", b"P6\n2 1\n255\n" + bytes(range(6)))]
