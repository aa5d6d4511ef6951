"""All explorers: every state of every pack against `draw`, and walks at random: make site-test."""

import gzip

import numpy as np
import pytest
from packs import Explorer, missing_steps, random_walk

from cnncourse.site import catalogue, pack
from cnncourse.site.rasters import Rasters
from cnncourse.site.tree import dumps


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_a_pack_says_what_the_explorer_says(name):
    found = pack.pack(name, Rasters())
    explorer = Explorer(name)
    seen = 0
    for number, key in enumerate(found["keys"]):
        explorer.begin()
        simple = dict(word.split("=") for word in key.split(";") if word and word[0] != "#")
        explorer.move([(id, type(explorer.first[id])(float(v))) for id, v in simple.items()])
        if explorer.key() == key:
            assert (pack.picture(found, number), found["states"][number][1]) == explorer.shown()
            seen += 1
    assert seen > len(found["keys"]) / 2
    for seed in range(2):
        _, _, wrong = random_walk(name, found, np.random.default_rng(seed), 60)
        assert wrong == []
    assert missing_steps(name, found) == []
    assert len(gzip.compress(dumps(found).encode())) <= 250_000
