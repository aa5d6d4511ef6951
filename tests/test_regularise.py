"""Dropout and batch normalisation against PyTorch, laws and hand-worked values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncourse import regularise as reg
from cnncourse.convolution import correlate


def test_half_dropout_of_ones_gives_zeros_and_twos_with_mean_one():
    y, mask = reg.dropout(np.ones((200, 200)), 0.5, np.random.default_rng(0))
    assert set(np.unique(y)) == {0, 2}
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert (y == mask).all()


@given(st.sampled_from([0, 0.05, 0.2, 0.5, 0.8, 0.95]), st.integers(0, 999))
def test_survivors_are_scaled_and_the_share_dropped_is_p(p, seed):
    y, _ = reg.dropout(np.full(4000, 3.0), p, np.random.default_rng(seed))
    np.testing.assert_allclose(y[y != 0], 3 / (1 - p))
    assert (y == 0).mean() == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / 4000))


def test_evaluation_changes_nothing_and_uses_no_randomness():
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    x = np.arange(6.0)
    y, mask = reg.dropout(x, 0.5, rng, training=False)
    assert (y == x).all() and (mask == 1).all() and rng.bit_generator.state == before


def test_a_new_call_draws_a_new_mask_and_the_same_seed_the_same():
    rng, x = np.random.default_rng(1), np.ones(50)
    first, second = reg.dropout(x, 0.5, rng)[1], reg.dropout(x, 0.5, rng)[1]
    again = reg.dropout(x, 0.5, np.random.default_rng(1))[1]
    assert (first != second).any() and (first == again).all()


def test_dropout_backward_goes_through_the_survivors_only():
    x = np.random.default_rng(0).normal(size=(5, 4))
    y, mask = reg.dropout(x, 0.4, np.random.default_rng(1))
    dx = reg.dropout_backward(np.ones(x.shape), mask)
    h = 1e-6
    bumped, _ = reg.dropout(x + h, 0.4, np.random.default_rng(1))
    np.testing.assert_allclose(dx, (bumped - y) / h, atol=1e-8)


@pytest.mark.parametrize("p", [-0.1, 1, 1.5, float("nan")])
def test_impossible_drop_probabilities_are_refused(p):
    with pytest.raises(ValueError, match="use 0 ≤ p < 1"):
        reg.dropout(np.ones(3), p, np.random.default_rng(0))


# Batch normalisation ------------------------------------------------------------------------------

COLUMN = np.array([[1.0], [2.0], [3.0], [6.0]])


def test_batch_norm_has_the_values_worked_by_hand():
    y, running = reg.batch_norm(COLUMN, training=True)
    np.testing.assert_allclose(y.ravel(), [-1.0690434, -0.5345217, 0, 1.6035652], rtol=0, atol=5e-8)
    np.testing.assert_allclose(running.mean, 0.3)
    np.testing.assert_allclose(running.var, 1.3666667, atol=5e-8)
    y, after = reg.batch_norm(COLUMN, running=running, training=False)
    np.testing.assert_allclose(
        y.ravel(), [0.5987771, 1.4541728, 2.3095686, 4.8757560], rtol=0, atol=5e-8
    )
    assert after is running


def test_batch_norm_backward_has_the_values_worked_by_hand():
    dx, dgamma, dbeta = reg.batch_norm_backward(COLUMN, 1.0, np.array([[1.0], [0], [0], [0]]))
    np.testing.assert_allclose(
        dx.ravel(), [0.2481712, -0.2099905, -0.1336304, 0.0954497], rtol=0, atol=5e-8
    )
    assert dgamma[0] == pytest.approx(-1.0690434, abs=5e-8)
    assert dbeta[0] == 1


@pytest.mark.parametrize("shape", [(2, 3), (8, 3), (1, 3, 4, 5), (6, 3, 4, 5)])
@pytest.mark.parametrize("momentum", [0.1, 0.5])
def test_batch_norm_equals_pytorch_over_several_batches(shape, momentum):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    gamma, beta = rng.normal(size=3), rng.normal(size=3)
    layer = (torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d)(
        3, momentum=momentum, dtype=torch.float64
    )
    layer.weight.data, layer.bias.data = torch.tensor(gamma), torch.tensor(beta)
    running = None
    for step in range(4):
        x, grad = 2 + 3 * rng.normal(size=shape), rng.normal(size=shape)
        layer.train(step < 3)
        tx = torch.tensor(x, requires_grad=True)
        theirs = layer(tx)
        ours, running = reg.batch_norm(
            x, gamma, beta, running, training=step < 3, momentum=momentum
        )
        np.testing.assert_allclose(ours, theirs.detach().numpy(), atol=1e-10)
        np.testing.assert_allclose(running.mean, layer.running_mean.numpy(), atol=1e-10)
        np.testing.assert_allclose(running.var, layer.running_var.numpy(), atol=1e-10)
        if step < 3:
            layer.zero_grad()
            theirs.backward(torch.tensor(grad))
            dx, dgamma, dbeta = reg.batch_norm_backward(x, gamma, grad)
            np.testing.assert_allclose(dx, tx.grad.numpy(), atol=1e-10)
            np.testing.assert_allclose(dgamma, layer.weight.grad.numpy(), atol=1e-10)
            np.testing.assert_allclose(dbeta, layer.bias.grad.numpy(), atol=1e-10)


def test_batch_norm_backward_equals_finite_differences():
    rng = np.random.default_rng(0)
    x, grad, gamma = rng.normal(size=(4, 2, 3, 3)), rng.normal(size=(4, 2, 3, 3)), np.array([2, -1])
    dx, _, _ = reg.batch_norm_backward(x, gamma, grad)
    h = 1e-6
    for _ in range(8):
        where, bump = tuple(rng.integers(x.shape)), np.zeros(x.shape)
        bump[where] = h
        up, down = (reg.batch_norm(x + s * bump, gamma, training=True)[0] for s in (1, -1))
        assert dx[where] == pytest.approx(((up - down) * grad).sum() / (2 * h), abs=1e-6)


def test_a_bias_before_batch_norm_changes_nothing_in_training():
    x = np.random.default_rng(0).normal(size=(6, 2, 3, 3))
    plain, shifted = (reg.batch_norm(v, training=True)[0] for v in (x, x + 5))
    np.testing.assert_allclose(plain, shifted, atol=1e-10)


def test_a_single_value_per_channel_cannot_be_trained_on():
    with pytest.raises(ValueError, match="one value has no variance.*training=False"):
        reg.batch_norm(np.ones((1, 3)), training=True)
    reg.batch_norm(np.ones((1, 3)), training=False)
    with pytest.raises(ValueError, match=r"use \(N, C\) or \(N, C, H, W\)"):
        reg.batch_norm(np.ones(3), training=True)


def test_folding_gives_one_convolution_that_does_both():
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 3, 6, 6)), rng.normal(size=(4, 3, 3, 3)), rng.normal(size=4)
    gamma, beta = rng.normal(size=4), rng.normal(size=4)
    running = reg.Running(rng.normal(size=4), rng.uniform(0.1, 3, size=4))
    after_conv = correlate(x, w) + b[:, None, None]
    expected, _ = reg.batch_norm(after_conv, gamma, beta, running, training=False)
    w2, b2 = reg.fold_batch_norm(w, b, gamma, beta, running)
    np.testing.assert_allclose(correlate(x, w2) + b2[:, None, None], expected, atol=1e-10)
