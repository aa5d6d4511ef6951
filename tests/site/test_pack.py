"""Packs: each state is what the explorer draws, and moves lead where they lead in the explorer."""

import numpy as np
import pytest
from packs import Explorer, random_walk

from cnncourse.site import pack
from cnncourse.site.rasters import Rasters
from cnncourse.site.tree import dumps

NAMES = ("flip", "what_if", "sliding_sum")  # a preset that fills boxes; numbers alone; a last step


@pytest.fixture(scope="module", params=NAMES)
def packed(request):
    return request.param, pack.pack(request.param, Rasters())


def test_every_state_is_what_the_explorer_draws(packed):
    name, found = packed
    explorer = Explorer(name)
    for number, key in enumerate(found["keys"][:60]):
        explorer.begin()
        simple = dict(word.split("=") for word in key.split(";") if word and word[0] != "#")
        explorer.move([(id, type(explorer.first[id])(float(v))) for id, v in simple.items()])
        if explorer.key() == key:
            assert (pack.picture(found, number), found["states"][number][1]) == explorer.shown()


def test_a_walk_through_the_pack_is_a_walk_through_the_explorer(packed):
    name, found = packed
    agreed, missed, wrong = random_walk(name, found, np.random.default_rng(1), 120)
    assert wrong == [] and agreed > missed


def test_a_pack_is_neither_long_nor_large(packed):
    _, found = packed
    assert 1 < len(found["states"]) <= pack.MOST_STATES
    assert found["states"][0][0].startswith("c0,") and found["keys"][0] == ""
    assert len(dumps(found)) > 1000


def test_what_is_too_large_is_cut(monkeypatch):
    states = [(f"<svg><text>{n}{'x' * 50}</text></svg>", "", []) for n in range(50)]
    assert pack.fitting(states) == 50
    monkeypatch.setattr(pack, "MOST_BYTES", 250)
    assert 1 <= pack.fitting(states) < 50


def test_runs_and_spans_give_the_elements_back():
    states = [("<a><b>1</b></a>", "", []), ("<a><b>2</b><c/></a>", "", []), ("<a></a>", "", [])]
    found = pack.coded(states)
    assert [pack.picture(found, n) for n in range(3)] == [markup for markup, _, _ in states]


def test_a_state_is_spelled_by_what_differs():
    assert pack.spelled({"a": 1, "b": 0.5, "#": "x"}, {"a": 1, "b": 0}) == "b=0.5;#=x"
