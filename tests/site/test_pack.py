"""Packs: each state is what the explorer draws, and moves lead where they lead in the explorer."""

import itertools

import numpy as np
import pytest
from packs import Explorer, missing_steps, random_walk

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


def test_the_first_step_of_each_control_is_in_the_pack(packed):
    name, found = packed
    assert missing_steps(name, found) == []


def test_a_pack_is_neither_long_nor_large(packed):
    _, found = packed
    assert 1 < len(found["states"]) <= pack.MOST_STATES
    assert found["states"][0][0].startswith("c0,") and found["keys"][0] == ""
    assert len(dumps(found)) > 1000


def test_sure_states_fit_in_any_case_then_cheap_ones_then_others(monkeypatch):
    noise = np.random.default_rng(0).bytes(600).hex()
    texts = {"": "", "dear": noise[:400], "dear too": noise[400:800], "sure": noise[800:], "a": "a"}
    states = {key: (f"<svg><text>{text}</text></svg>", "", []) for key, text in texts.items()}
    sure = {"", "sure"}
    assert set(pack.fitting(states, sure, states, 5000)) == set(texts)
    monkeypatch.setattr(pack, "CHEAP", 100)
    assert list(pack.fitting(states, sure, sure, 650)) == ["", "sure", "a", "dear"]
    assert list(pack.fitting(states, sure, {"dear too"}, 1000))[:3] == ["", "sure", "dear too"]
    assert list(pack.fitting(states, sure, states, 1)) == ["", "sure"]


def test_what_the_page_carries_counts():
    rasters = Rasters()
    assert pack.carried("<svg></svg>", rasters) < 40
    rasters.files["img/a.webp"], rasters.files["img/b.webp"] = bytes(1000), bytes(2000)
    assert 1000 < pack.carried('<svg><image href="../img/a.webp"/></svg>', rasters) < 1100


@pytest.mark.parametrize("name", ["sliding_sum", "pooling"])
def test_near_states_are_drawn_before_far_ones(name):
    recorder = pack.Recorder(name)
    plans = list(itertools.islice(pack.plans(recorder), 400))
    steps = pack.first_steps(recorder)
    assert plans[: 1 + len(steps)] == [[], *steps]
    for [(id, value)] in steps:
        values = recorder.values[id]
        assert abs(values.index(value) - values.index(recorder.first[id])) == 1
    alone = sum(len(values) - 1 for values in recorder.values.values())
    assert {len(moves) for moves in plans[1 : 1 + alone]} == {1}
    assert 1 not in {len(moves) for moves in plans[1 + alone :]}


def test_a_long_slider_goes_by_single_steps_where_it_stands():
    recorder = pack.Recorder("threshold")
    first = recorder.first["threshold"]
    assert {first - 1, first + 1} <= set(recorder.values["threshold"])
    assert len(recorder.values["threshold"]) <= pack.MOST_VALUES + 3


def test_runs_and_spans_give_the_elements_back():
    states = [("<a><b>1</b></a>", "", []), ("<a><b>2</b><c/></a>", "", []), ("<a></a>", "", [])]
    found = pack.coded(states)
    assert [pack.picture(found, n) for n in range(3)] == [markup for markup, _, _ in states]


def test_a_state_is_spelled_by_what_differs():
    assert pack.spelled({"a": 1, "b": 0.5, "#": "x"}, {"a": 1, "b": 0}) == "b=0.5;#=x"
