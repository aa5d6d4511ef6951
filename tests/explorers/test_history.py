"""The explorers of CNN history, driven by hand; their numbers computed in another way."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import product

import numpy as np
import pytest
from driving import assert_its_ends_are_drawn_or_refused, put

from cnncourse import explorers, pipeline
from cnncourse.architectures import imagenet, swaps, trace
from cnncourse.architectures.networks import INCEPTION, NETWORKS
from cnncourse.explorers import history

ALL = ("timeline", "blueprint", "what_if", "inception_costs", "skip_connection", "which_network")
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def numbers(words):
    """The whole numbers of a sentence, commas inside them left out."""
    return [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?!\.?\d)", words)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_pair_of_controls_at_its_ends_gives_a_picture_or_a_reason(name):
    assert_its_ends_are_drawn_or_refused(getattr(explorers, name)())


# Timeline -----------------------------------------------------------------------------------------


def test_the_timeline_is_impossible_exactly_for_equal_axes_and_years_in_powers_of_ten():
    explorer = explorers.timeline()
    for x, y, x_log, y_log in product(history.AXES, history.AXES, (False, True), (False, True)):
        put(explorer, x=x, y=y, x_log=x_log, y_log=y_log)
        refused = x == y or (x == "year" and x_log) or (y == "year" and y_log)
        assert explorer.possible is not refused, (x, y, x_log, y_log)


def spoken(explorer):
    """The names of the dots: what a screen reader says of each network."""
    marks = ET.fromstring(explorer.view.value).iter()
    return [m.get("data-name") for m in marks if m.get("data-group") == "dots"]


def test_the_timeline_states_every_network_with_its_two_numbers():
    explorer = put(explorers.timeline(), x="parameters", y="MACs")
    for milestone in history.MILESTONES:
        total = trace(milestone.network).totals
        stated = f"{milestone.name}: parameters {total.params:,}, MACs {total.macs:,}"
        assert stated in spoken(explorer)
        assert stated in put(explorer, network=milestone.name).sentence


def test_errors_are_those_of_the_record_and_the_missing_are_named():
    explorer = put(explorers.timeline(), y=history._ENTRY_ERROR)
    missing = explorer.sentence.rpartition(": ")[2]
    errors = [float(error) for error in re.findall(r"entry ([\d.]+) %", " ".join(spoken(explorer)))]
    assert sorted(errors, reverse=True) == [16.4, 7.32, 6.66, 3.57]
    assert missing == "LeNet-5, VGG-16, ResNet-50, ResNeXt-50, MobileNet."
    single = spoken(put(explorers.timeline(), y=history._SINGLE_ERROR))
    for name in ("VGG-16", "GoogLeNet", "ResNet-50", "ResNet-152"):
        error = next(s.error for s in imagenet.SINGLE if s.name == name)
        assert any(re.match(rf"{name}: .*{error} %", words) for words in single)


def test_the_depths_are_the_layers_with_weights_on_the_longest_way():
    for milestone in history.MILESTONES:
        rows = [row for row in trace(milestone.network) if row.kind in ("Conv2d", "Linear")]
        if milestone.network.startswith(("alexnet", "vgg", "mobilenet")):
            assert milestone.depth == len(rows)
    by_name = {milestone.name: milestone.depth for milestone in history.MILESTONES}
    assert by_name["GoogLeNet"] == 3 + 2 * len(INCEPTION) + 1
    assert by_name["ResNet-50"] == 1 + 3 * (3 + 4 + 6 + 3) + 1
    assert by_name["ResNet-152"] == 1 + 3 * (3 + 8 + 36 + 3) + 1


def test_discs_lie_where_the_numbers_say():
    explorer = put(explorers.timeline(), x="depth", y="parameters", y_log=False)
    keyed = {m.get("data-key"): m for m in ET.fromstring(explorer.view.value).iter()}
    places = [re.findall(r"[\d.]+(?=px)", keyed[m.name].get("style")) for m in history.MILESTONES]
    x, y = np.array(places, dtype=float).T
    depths = np.array([m.depth for m in history.MILESTONES])
    params = np.array([trace(m.network).totals.params for m in history.MILESTONES])
    assert np.corrcoef(x, depths)[0, 1] == pytest.approx(1, abs=1e-6)
    assert np.corrcoef(y, params)[0, 1] == pytest.approx(-1, abs=1e-4)  # upwards


# Walker -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", history.WALKED)
def test_the_walker_states_each_layer_as_the_table_has_it(name):
    table = trace(name)
    explorer = explorers.blueprint(name)
    assert explorer.controls["step"].max == len(table)
    for place in sorted({1, len(table) // 3, len(table) // 2, len(table)}):
        row = table[place - 1]
        sentence = put(explorer, step=place).sentence
        shape = "×".join(map(str, row.shape))
        assert f"step {place} of {len(table)}" in sentence and f"→ {shape}," in sentence
        assert f"{row.params:,} parameters" in sentence and f"{row.macs:,} MACs" in sentence
        share = 100 * row.params / table.totals.params
        stated = re.search(r"parameters \((?:under )?([\d.]+) %\)", sentence)[1]
        assert float(stated) == pytest.approx(share, abs=0.1)
        size = row.field.size if row.field else None
        sees = f"{size}×{size} pixels of the input" if size else "the whole input"
        assert f"each output sees {sees}. " in sentence


def test_folding_shortens_the_walk_and_the_step_stays_allowed():
    explorer = put(explorers.blueprint("resnet50"), step=174)
    put(explorer, fold=swaps.FOLDS[1])
    assert explorer.possible
    assert explorer.controls["step"].max == 4 + 16 + 2 == explorer.controls["step"].value


# What if ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", swaps.SWAPS)
@pytest.mark.parametrize(("channels", "size"), [(4, 1), (64, 28), (1024, 112)])
def test_what_if_states_the_costs_before_and_after(change, channels, size):
    explorer = put(explorers.what_if(), change=change, channels=channels, size=size)
    before, after = swaps.swap(change, channels, size)
    stated = numbers(explorer.sentence.split("parameters ", 1)[1])
    assert stated[:2] == [before.params, after.params]
    assert {before.macs, after.macs} <= set(stated)
    for swapped, now, other in ((False, before, after), (True, after, before)):
        put(explorer, swapped=swapped)
        texts = [t.text for t in ET.fromstring(explorer.view.value).findall(".//{*}text")]
        assert {f"{now.params:,}", f"{now.macs:,}", f"instead of {other.params:,}"} <= set(texts)


# Inception ----------------------------------------------------------------------------------------


def by_hand(c, size, w, reductions):
    one, r3, three, r5, five, pool = w
    layers = [(c, one, 1), (c, r3, 1), (r3, three, 3), (c, r5, 1), (r5, five, 5), (c, pool, 1)]
    if not reductions:
        layers = [(c, one, 1), (c, three, 3), (c, five, 5)]
    weights = sum(i * o * k * k for i, o, k in layers)
    return weights + sum(o for _, o, _ in layers), weights * size * size


@pytest.mark.parametrize("label", INCEPTION)
def test_a_block_fills_in_its_widths_and_both_costs_are_right(label):
    explorer = put(explorers.inception_costs(), block=label)
    values = explorer.values
    for reductions in (True, False):
        put(explorer, reductions=reductions)
        present, other = (
            by_hand(values["c_in"], values["size"], INCEPTION[label], r)
            for r in (reductions, not reductions)
        )
        stated = numbers(explorer.sentence)
        assert stated[-4:] == [*present, *other]


def test_the_blocks_get_what_the_modules_before_them_give():
    explorer = explorers.inception_costs()
    before = None
    for row in trace("googlenet-2014"):
        if row.kind == "Inception":
            put(explorer, block=row.block)
            assert before[0] == explorer.values["c_in"], row.block
            assert before[1] == explorer.values["size"]
        if row.kind == "Inception" or not row.block:
            before = row.shape


# Skip connection ----------------------------------------------------------------------------------


def number(words):
    """A number as the sentence writes it: 17, 0.52 or 9.4·10⁻¹⁰."""
    digits, _, power = words.partition("·10")
    return float(digits) * 10.0 ** int(power.translate(RAISED) or 0)


@pytest.mark.parametrize(("depth", "scale", "seed"), [(1, 0.5, 0), (30, 0.1, 4), (100, 2.0, 20)])
def test_the_sentence_states_both_gradients_at_the_input(depth, scale, seed):
    explorer = put(explorers.skip_connection(), depth=depth, scale=scale, seed=seed)
    found = re.search(r"length (\S+) through plain layers and (\S+) with", explorer.sentence)
    for stated, skip in zip(found.groups(), (False, True), strict=True):
        expected = swaps.gradient_through_depth(depth, scale, skip, seed)[0]
        assert number(stated) == pytest.approx(expected, rel=0.06)


# Riddles ------------------------------------------------------------------------------------------


def test_each_hidden_network_is_asked_for_once():
    answers = [history.riddle_network(riddle) for riddle in range(1, len(history.HIDDEN) + 1)]
    assert sorted(answers) == sorted(history.HIDDEN)


@pytest.mark.parametrize("riddle", range(1, 7))
def test_only_the_right_guess_is_right_and_nothing_gives_the_name_away_before(riddle):
    explorer = put(explorers.which_network(), riddle=riddle, clues=3)
    answer = history.riddle_network(riddle)
    seen = explorer.view.value
    assert len({seen.count(f'"{network}"') for network in history.HIDDEN}) == 1  # all alike
    assert NETWORKS[answer].title not in explorer.sentence
    for guess in history.HIDDEN:
        put(explorer, guess=guess)
        assert ("Yes" in explorer.sentence) is (guess == answer)
        assert ("next riddle" in explorer.view.value) is (guess == answer)
    put(explorer, guess=answer)
    assert f"{trace(answer).totals.params:,}" in explorer.sentence


def test_clues_are_unfolded_one_after_the_other():
    explorer = explorers.which_network()
    views = [put(explorer, clues=clues).view.value for clues in (1, 2, 3)]
    assert [view.count("still folded") for view in views] == [1, 0, 0]
    assert [view.count("open this clue") for view in views] == [1, 1, 0]


def test_the_sentence_tells_as_many_clues_as_the_picture_shows():
    told = [put(explorers.which_network(), riddle=3, clues=clues).sentence for clues in (1, 2, 3)]
    heads = ("where the parameters sit", "where the work is done", "the sizes of the maps")
    assert [sum(head in words for head in heads) for words in told] == [1, 2, 3]
    assert history.riddle_network(3) == "lenet5"
    assert "the sizes of the maps: 28, 14, 10, 5, 1. Which" in told[2]


def test_shares_in_the_clue_add_up():
    for riddle in range(1, 7):
        sentence = put(explorers.which_network(), riddle=riddle).sentence
        shares = re.findall(r"([\d.]+) %", sentence)
        assert len(shares) == 3
        assert sum(map(float, shares)) == pytest.approx(100, abs=0.3)


# A digit on its way -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step, shape, seen",
    [(1, "4×28×28", 3), (3, "4×14×14", 4), (4, "6×14×14", 8), (6, "6×7×7", 10), (8, "10", None)],
)
def test_a_digit_walks_through_two_networks(step, shape, seen):
    explorer = put(explorers.digit_walk(), step=step)
    assert f", {shape}," in explorer.sentence
    if seen:
        assert explorer.sentence.count(f"sees {seen}×{seen} pixels") == 2
    pictures = ET.fromstring(explorer.view.value).findall(".//{*}image")
    assert len(pictures) == 2 + (2 * int(shape[0]) if seen else 0)


def test_the_strongest_unit_is_where_it_is_said_to_be_and_the_trained_network_is_right():
    explorer = put(explorers.digit_walk(), step=6, digit=3)
    stages = {s.name: s.array for s in pipeline.run(pipeline.digit(3), pipeline.trained_weights())}
    channel, row, column = np.unravel_index(stages["pool 2"].argmax(), stages["pool 2"].shape)
    assert f"trained: the strongest unit is in map {channel}, row {row}, column {column}" in (
        explorer.sentence
    )
    assert "for 3; random" in explorer.sentence
