"""Activations, softmax and cross-entropy against PyTorch, slopes by differences, known values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnncourse import activations as act

X = np.linspace(-8, 8, 321) + 0.013  # 0 itself, where ReLU has no slope, is tested by itself
NUMBERS = st.floats(-50, 50)


def torch_twins():
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    return torch, {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky relu": f.leaky_relu,
        "elu": f.elu,
        "silu": f.silu,
        "gelu": lambda x: f.gelu(x, approximate="tanh"),
        "identity": lambda x: 1 * x,
    }


@pytest.mark.parametrize("name", act.ACTIVATIONS)
def test_values_and_slopes_equal_those_of_autograd(name):
    torch, twins = torch_twins()
    x = torch.tensor(X, requires_grad=True)
    y = twins[name](x)
    y.sum().backward()
    ours = act.ACTIVATIONS[name]
    np.testing.assert_allclose(ours.function(X), y.detach().numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.derivative(X), x.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", act.ACTIVATIONS)
def test_slopes_equal_finite_differences(name):
    ours, h = act.ACTIVATIONS[name], 1e-5
    slope = (ours.function(X + h) - ours.function(X - h)) / (2 * h)
    np.testing.assert_allclose(ours.derivative(X), slope, atol=1e-8)


def test_sigmoid_and_its_slope_have_the_values_worked_by_hand():
    np.testing.assert_allclose(
        act.sigmoid([0, 1, 2, 5]), [0.5, 0.731059, 0.880797, 0.993307], atol=5e-7
    )
    for sign in (1, -1):
        x = sign * np.array([0, 2, 5])
        np.testing.assert_allclose(act.sigmoid_derivative(x), [0.25, 0.104994, 0.006648], atol=5e-7)
        np.testing.assert_allclose(act.tanh_derivative(x), [1, 0.070651, 0.000182], atol=5e-7)


def test_huge_inputs_overflow_nowhere():
    huge = np.array([-1e4, 1e4])
    with np.errstate(over="raise", invalid="raise"):
        for name in ("sigmoid", "tanh", "relu", "leaky relu", "elu", "silu"):
            assert np.isfinite(act.ACTIVATIONS[name].function(huge)).all()
            assert np.isfinite(act.ACTIVATIONS[name].derivative(huge)).all()
    assert act.sigmoid(-700.0) > 0  # not rounded to 0 as (1 + tanh(x/2))/2 would be


def test_the_slope_of_relu_at_zero_is_zero_as_in_pytorch():
    torch = pytest.importorskip("torch")
    zero = torch.zeros(1, requires_grad=True)
    torch.relu(zero).backward()
    assert act.relu_derivative(0.0) == zero.grad.item() == 0


def test_the_tanh_form_of_gelu_is_close_to_the_exact_one():
    exact = [x * 0.5 * (1 + math.erf(x / math.sqrt(2))) for x in X]
    assert 1e-4 < np.abs(act.gelu(X) - exact).max() < 5e-4


@given(NUMBERS)
def test_tanh_is_a_stretched_sigmoid(x):
    assert act.tanh(x) == pytest.approx(2 * act.sigmoid(2 * x) - 1, abs=1e-12)


@given(NUMBERS, NUMBERS)
def test_relu_keeps_the_larger_of_two_so_it_commutes_with_max_pooling(a, b):
    assert act.relu(max(a, b)) == max(act.relu(a), act.relu(b))


# Softmax and cross-entropy ------------------------------------------------------------------------

SCORES = arrays(float, (4, 6), elements=st.floats(-100, 100))


@given(SCORES)
def test_softmax_adds_up_to_one_and_keeps_the_order(logits):
    p = act.softmax(logits)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    assert (np.take_along_axis(p, logits.argmax(axis=1)[:, None], 1)[:, 0] == p.max(axis=1)).all()


@given(SCORES, st.floats(-1e6, 1e6))
def test_adding_a_number_to_all_logits_changes_no_probability(logits, shift):
    np.testing.assert_allclose(act.softmax(logits + shift), act.softmax(logits), atol=1e-8)


def test_softmax_and_cross_entropy_have_the_values_worked_by_hand():
    logits = np.array([2, 1, 0.1])
    np.testing.assert_allclose(act.softmax(logits), [0.6590, 0.2424, 0.0986], atol=5e-5)
    assert act.cross_entropy(logits, 0) == pytest.approx(0.41703, abs=5e-6)
    np.testing.assert_allclose(
        act.cross_entropy_gradient(logits, 0), [-0.3410, 0.2424, 0.0986], atol=5e-5
    )
    assert act.cross_entropy(np.zeros(10), 7) == pytest.approx(2.302585, abs=5e-7)
    best = act.cross_entropy(np.eye(10)[3], 3)  # the best that outputs between 0 and 1 can do
    assert best == pytest.approx(math.log(math.e + 9) - 1) == pytest.approx(1.461150, abs=5e-7)


def test_cross_entropy_and_gradient_equal_those_of_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    for scale in (1, 30, 1000):
        logits, targets = scale * rng.normal(size=(7, 5)), rng.integers(5, size=7)
        z = torch.tensor(logits, requires_grad=True)
        loss = torch.nn.functional.cross_entropy(z, torch.tensor(targets))
        loss.backward()
        assert act.cross_entropy(logits, targets) == pytest.approx(loss.item(), rel=1e-12)
        np.testing.assert_allclose(
            act.cross_entropy_gradient(logits, targets), z.grad.numpy(), atol=1e-12
        )
        np.testing.assert_allclose(
            act.log_softmax(logits), torch.log_softmax(z, 1).detach().numpy(), atol=1e-10
        )


def test_scores_of_a_thousand_do_not_overflow():
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(act.softmax([1000.0, 1000.0, -1000.0]), [0.5, 0.5, 0])
        assert act.cross_entropy([1000.0, 0.0], 1) == pytest.approx(1000)


def test_temperature_divides_the_logits():
    logits = np.array([3.0, 1.0, -2.0])
    np.testing.assert_allclose(act.softmax(logits, temperature=2), act.softmax(logits / 2))
    assert act.softmax(logits, temperature=0.1).max() > act.softmax(logits).max()
    with pytest.raises(ValueError, match="temperature is 0: use a number above 0"):
        act.softmax(logits, temperature=0)


@pytest.mark.parametrize("targets", [3, -1, 1.0, [0, 1]])
def test_targets_that_are_no_classes_are_refused(targets):
    with pytest.raises(ValueError, match="use"):
        act.cross_entropy([1.0, 2.0, 3.0], targets)


# Deep stacks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", act.ACTIVATIONS)
def test_gradients_through_depth_equal_those_of_autograd(name):
    torch, twins = torch_twins()
    rng = np.random.default_rng(3)
    weights, inputs = rng.normal(size=(4, 6, 6)), rng.normal(size=(5, 6))
    value, sums = torch.tensor(inputs, requires_grad=True), []
    for matrix in weights:
        sums.append(value @ torch.tensor(matrix))
        sums[-1].retain_grad()
        value = twins[name](sums[-1])
    value.backward(torch.full(value.shape, value.numel() ** -0.5, dtype=value.dtype))
    for signal, z in zip(act.through_depth(name, weights, inputs), sums, strict=True):
        assert signal.gradient == pytest.approx(z.grad.norm().item(), rel=1e-10)
    last = act.through_depth(name, weights, inputs)[-1].values
    np.testing.assert_allclose(last, value.detach().numpy(), atol=1e-10)


def test_flat_and_dead_are_counted_as_their_words_say():
    weights = [np.array([[1.0, -1.0, 0.0]])]  # one unit fires, one is off, one gets nothing
    (signal,) = act.through_depth("relu", weights, np.array([[1.0], [2.0]]))
    assert (signal.flat, signal.dead) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    (signal,) = act.through_depth("sigmoid", [np.array([[1.0]])], np.array([[5.9], [6.1]]))
    assert (signal.flat, signal.dead) == (0.5, 0)


def test_he_keeps_the_relu_signal_and_glorot_the_gradient_of_the_identity():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(512, 256))
    he = rng.normal(size=(10, 256, 256)) * act.weight_spread(256, 256, "He")
    squares = [np.mean(s.values**2) for s in act.through_depth("relu", he, inputs)]
    assert 0.5 < squares[-1] / squares[0] < 2
    glorot = rng.normal(size=(10, 256, 256)) * act.weight_spread(256, 256, "Glorot")
    assert 0.5 < act.through_depth("identity", glorot, inputs)[0].gradient < 2


def test_weight_spreads_follow_the_two_papers():
    assert act.weight_spread(50, 30, "He") ** 2 == pytest.approx(2 / 50)
    assert act.weight_spread(50, 30, "Glorot") ** 2 == pytest.approx(2 / 80)
    with pytest.raises(ValueError, match="unknown initialisation 'Xavier': use one of He, Glorot"):
        act.weight_spread(1, 1, "Xavier")
