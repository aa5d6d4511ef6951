"""The explorers of activations, heads, loss, gradients, dropout and batch norm, driven by hand."""

from __future__ import annotations

import math
import re
from itertools import product

import numpy as np
import pytest
from driving import assert_its_ends_are_drawn_or_refused, put

from cnncourse import explorers
from cnncourse.activations import ACTIVATIONS, INITIALISATIONS

ALL = ("activations", "dense_cost", "conv_backward", "softmax", "dropout", "batch_norm")


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_pair_of_controls_at_its_ends_gives_a_picture_or_a_reason(name):
    assert_its_ends_are_drawn_or_refused(getattr(explorers, name)())


@pytest.mark.slow
@pytest.mark.parametrize("function", ACTIVATIONS)
@pytest.mark.parametrize("weights", INITIALISATIONS)
@pytest.mark.parametrize("depth", [1, 20])
def test_sizes_through_depth_equal_a_forward_pass_written_again(function, weights, depth):
    explorer = explorers.activations()
    put(explorer, function=function, weights=weights, depth=depth, scale=2.0, seed=3)
    rng = np.random.default_rng(3)
    normal, values = rng.normal(size=(20, 48, 48)), 2 * rng.normal(size=(96, 48))
    spread = {"He": 2 / 48, "Glorot": 1 / 48, "small (0.01)": 1e-4, "standard normal": 1}[weights]
    for matrix in normal[:depth]:
        values = ACTIVATIONS[function].function(values @ (matrix * math.sqrt(spread)))
    size = math.sqrt(np.mean(values**2))
    stated = re.search(r"layer 1 to (\S+) in the last", explorer.sentence)[1]
    assert number(stated) == pytest.approx(size, rel=0.05, abs=0.0051)


def number(words):
    """'4.3·10⁻⁷' as a float."""
    plain = words.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-"))
    return float(plain.replace("·10", "e") if "·" in words else plain)


def test_sigmoid_gradients_vanish_and_relu_with_he_weights_keeps_them():
    explorer = explorers.activations()
    put(explorer, depth=20)
    to_first = r"gradient from (\S+) in the last to (\S+) in layer 1"
    sigmoid = re.search(to_first, explorer.sentence)
    put(explorer, function="relu", weights="He")
    relu = re.search(to_first, explorer.sentence)
    assert number(sigmoid[2]) < 1e-10 < 0.1 < number(relu[2])


def test_dense_cost_is_possible_exactly_where_pooling_leaves_a_pixel():
    explorer = explorers.dense_cost()
    for size, halvings in product((8, 12, 16, 28, 32, 64), range(1, 6)):
        put(explorer, size=size, halvings=halvings)
        assert explorer.possible == (size >= 2**halvings)


def test_dense_cost_grows_with_the_square_of_the_side_and_averaging_does_not():
    explorer = explorers.dense_cost()
    counts = {}
    for size in (28, 224):
        put(explorer, size=size)
        found = re.search(r"Parameters: ([\d,]+) with .* units, ([\d,]+) with", explorer.sentence)
        counts[size] = [int(n.replace(",", "")) for n in found.groups()]
    fixed = 128 + 128 * 10 + 10
    assert counts[224][0] - fixed == 64 * (counts[28][0] - fixed)
    assert counts[224][1] == counts[28][1]


def test_conv_backward_follows_what_is_typed():
    explorer = explorers.conv_backward()
    put(explorer, gradient=((0, 0), (0, 1)))
    assert "Gradient of the kernel: 4 5; 7 8. Gradient of the input: 0 0 0; 0 0 1; 0 2 3." in (
        explorer.sentence
    )


def test_softmax_shifts_of_all_logits_change_nothing():
    explorer = explorers.softmax()
    before = explorer.sentence
    put(explorer, logit_0=7.0, logit_1=6.0, logit_2=5.1, logit_3=4.0)
    assert explorer.sentence == before
    put(explorer, logit_3=4.1)
    assert explorer.sentence != before


@pytest.mark.parametrize("p", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("scaled", [True, False])
def test_dropout_mean_scores_equal_the_whole_net_only_with_scaling(p, scaled):
    explorer = explorers.dropout()
    put(explorer, p=p, scaled=scaled)
    rows = [
        [float(n) for n in row.replace("−", "-").split(",")]
        for row in re.findall(r"scores ([^<]+)</text>", explorer.view.value)
    ]
    factor = 1 if scaled else 1 - p
    np.testing.assert_allclose(rows[1], factor * np.array(rows[0]), atol=0.0101)


def test_evaluation_drops_nothing_and_ignores_the_draw():
    explorer = explorers.dropout()
    put(explorer, mode="evaluation")
    seen = set()
    for seed in range(3):
        put(explorer, seed=seed)
        seen.add(explorer.view.value)
    assert len(seen) == 1 and "pass 1: 8 units" in seen.pop()
    put(explorer, mode="training")
    drawn = {explorer.view.value}
    put(explorer, seed=0)
    assert explorer.view.value not in drawn


def after(explorer):
    """Mean and variance of the batch, and mean of the first image, after normalisation."""
    words = explorer.sentence.split("After normalisation")[1].replace("−", "-")
    found = re.search(r"mean (\S+) and variance (\S+); .* to (\S+)\.$", words)
    return [float(n) for n in found.groups()]


def test_training_removes_shift_and_scale():
    explorer = explorers.batch_norm()
    for shift, scale in product((-5.0, 0.0, 5.0), (0.5, 5.0)):
        put(explorer, shift=shift, scale=scale)
        assert after(explorer)[:2] == [0, 1]


def test_a_bright_image_alone_loses_its_brightness_in_training_but_not_in_evaluation():
    explorer = explorers.batch_norm()
    put(explorer, batch=1)
    assert after(explorer)[2] == 0
    put(explorer, mode="evaluation")
    alone = after(explorer)[2]
    put(explorer, batch=64)
    assert after(explorer)[2] == alone > 1  # whoever stands beside it


def test_running_statistics_catch_up_with_the_batches_seen():
    explorer = explorers.batch_norm()
    put(explorer, mode="evaluation", batch=64)
    found = {}
    for seen in (0, 5, 50):
        put(explorer, seen=seen)
        found[seen] = float(re.search(r"running statistics are mean (\S+),", explorer.sentence)[1])
    assert found[0] == 0 < found[5] < found[50] == pytest.approx(2, abs=0.4)
    put(explorer, seen=0)
    assert after(explorer)[2] == pytest.approx(2 + 1.5 * 1.5)  # untrained: nothing is normalised


def test_gamma_and_beta_set_the_spread_and_the_mean():
    explorer = explorers.batch_norm()
    put(explorer, gamma=-2.0, beta=0.5)
    assert after(explorer)[:2] == [0.5, 4]
