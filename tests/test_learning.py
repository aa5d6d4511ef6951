"""A network of dense layers in NumPy: its gradients, and what dropout and batch norm change."""

import numpy as np
import pytest

from cnncourse.activations import cross_entropy
from cnncourse.learning import (
    BatchNorm,
    Dense,
    Dropout,
    Recipe,
    backward,
    build,
    digits_to_learn,
    forward,
    learn,
)


def numerical(function, array, places, step=1e-6):
    """Return the slope of a function of nothing in some places of an array that it reads."""
    slopes = []
    for place in places:
        before = array[place]
        array[place] = before + step
        above = function()
        array[place] = before - step
        slopes.append((above - function()) / (2 * step))
        array[place] = before
    return slopes


@pytest.mark.parametrize("normalise", [False, True])
def test_gradients_are_those_that_a_small_change_shows(normalise):
    rng = np.random.default_rng(0)
    layers = build(Recipe(hidden=(7, 5), normalise=normalise), 6, rng)
    x, labels = rng.normal(size=(8, 6)), rng.integers(0, 10, 8)
    dx = backward(layers, forward(layers, x, training=True), labels)

    def loss():
        return cross_entropy(forward(layers, x, training=True), labels)

    kept = [(layer, layer.dw.copy()) for layer in layers if isinstance(layer, Dense)]
    for layer, dw in kept:
        places = [(0, 0), (2, 3), (4, 4)]
        assert numerical(loss, layer.w, places) == pytest.approx([dw[p] for p in places], abs=1e-7)
    assert numerical(loss, x, [(1, 2), (7, 5)]) == pytest.approx([dx[1, 2], dx[7, 5]], abs=1e-7)
    for layer in [layer for layer in layers if isinstance(layer, BatchNorm)]:
        dgamma = layer.dgamma.copy()
        assert numerical(loss, layer.gamma, [(1,)]) == pytest.approx([dgamma[1]], abs=1e-7)


def test_the_same_seed_gives_the_same_lesson():
    recipe = Recipe(hidden=(16,), epochs=2, drop=0.3)
    train, test = digits_to_learn(100)
    first, second = learn(recipe, train, test, seed=4), learn(recipe, train, test, seed=4)
    assert first == second != learn(recipe, train, test, seed=5)


def test_wrong_labels_are_as_many_as_asked_and_only_to_learn_from():
    train, test = digits_to_learn(1000)
    spoilt, examined = digits_to_learn(1000, wrong=0.4, seed=1)
    changed = np.mean(train.labels != spoilt.labels)  # one in ten random labels is right by chance
    assert changed == pytest.approx(0.4 * 0.9, abs=0.03)
    assert np.array_equal(test.labels, examined.labels) and np.array_equal(train.x, spoilt.x)


@pytest.mark.parametrize("count", [24, 1298, 2.5])
def test_so_many_digits_there_are_not(count):
    with pytest.raises(ValueError, match="count"):
        digits_to_learn(count)


def test_dropout_drops_in_training_alone():
    layer, x = Dropout(0.5, np.random.default_rng(0)), np.ones((10, 100))
    assert set(np.unique(layer.forward(x, training=True))) == {0, 2}
    assert np.array_equal(layer.forward(x, training=False), x)


@pytest.mark.slow
def test_dropout_and_weight_decay_resist_wrong_labels():
    train, test = digits_to_learn(600, wrong=0.4, seed=1)
    ends = {}
    for name, change in {"plain": {}, "drop": {"drop": 0.5}, "decay": {"decay": 0.01}}.items():
        lessons = [learn(Recipe(**change), train, test, seed=seed) for seed in range(3)]
        ends[name] = np.mean([lesson.test_accuracy[-1] for lesson in lessons])
    assert ends["drop"] > ends["plain"] + 0.05 and ends["decay"] > ends["plain"] + 0.1


@pytest.mark.slow
def test_batch_normalisation_lets_a_deep_network_learn_at_a_high_rate():
    train, test = digits_to_learn(1000)
    recipe = {"hidden": (48,) * 6, "rate": 0.5, "epochs": 10}
    for seed in range(3):
        without = learn(Recipe(**recipe), train, test, seed=seed).test_accuracy[-1]
        with_it = learn(Recipe(**recipe, normalise=True), train, test, seed=seed).test_accuracy[-1]
        assert with_it > 0.85 > 0.5 > without
