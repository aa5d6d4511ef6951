"""Hand-written gradients against autograd, finite differences and hand-worked values."""

from __future__ import annotations

import numpy as np
import pytest

from cnncourse import backward
from cnncourse.convolution import convolve, correlate, pool

CONV_SETTINGS = [(s, p, k) for s in (1, 2, 3) for p in (0, 1, 2) for k in ((1, 1), (2, 3), (3, 3))]


def case(seed, stride, padding, kernel):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=(4, 3, *kernel))
    y = correlate(x, w, stride=stride, padding=padding)
    return x, w, rng.normal(size=y.shape)


@pytest.mark.parametrize(("stride", "padding", "kernel"), CONV_SETTINGS)
def test_conv_backward_equals_autograd(stride, padding, kernel):
    torch = pytest.importorskip("torch")
    x, w, grad = case(stride, stride, padding, kernel)
    tx, tw = torch.tensor(x, requires_grad=True), torch.tensor(w, requires_grad=True)
    tb = torch.zeros(4, dtype=tx.dtype, requires_grad=True)
    out = torch.nn.functional.conv2d(tx, tw, tb, stride=stride, padding=padding)
    out.backward(torch.tensor(grad))
    ours = backward.conv_backward(x, w, grad, stride, padding)
    for mine, theirs in zip(ours, (tx.grad, tw.grad, tb.grad), strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=0, atol=1e-10)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_conv_backward_equals_finite_differences(stride, padding):
    x, w, grad = case(5, stride, padding, (3, 2))
    dx, dw, _ = backward.conv_backward(x, w, grad, stride, padding)

    def loss(x, w):
        return float((correlate(x, w, stride=stride, padding=padding) * grad).sum())

    rng, h = np.random.default_rng(1), 1e-6
    for array, gradient, place in ((x, dx, 0), (w, dw, 1)):
        for _ in range(6):
            bump = np.zeros(array.shape)
            where = tuple(rng.integers(array.shape))
            bump[where] = h
            up, down = ((x + s * bump, w) if place == 0 else (x, w + s * bump) for s in (1, -1))
            slope = (loss(*up) - loss(*down)) / (2 * h)
            assert gradient[where] == pytest.approx(slope, abs=1e-6)


def test_the_input_gradient_is_a_full_convolution_and_the_weight_gradient_a_correlation():
    rng = np.random.default_rng(2)
    x, w, grad = rng.normal(size=(6, 5)), rng.normal(size=(3, 3)), rng.normal(size=(4, 3))
    dx, dw, db = backward.conv_backward(x[None, None], w[None, None], grad[None, None])
    np.testing.assert_allclose(dx[0, 0], convolve(grad, w, padding="full"), atol=1e-12)
    np.testing.assert_allclose(dw[0, 0], correlate(x, grad), atol=1e-12)
    assert db[0] == pytest.approx(grad.sum())


def test_conv_backward_gives_the_values_worked_by_hand():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    w = np.arange(4.0).reshape(1, 1, 2, 2)
    dx, dw, db = backward.conv_backward(x, w, np.ones((1, 1, 2, 2)))
    assert dx[0, 0].tolist() == [[0, 1, 1], [2, 6, 4], [2, 5, 3]]
    assert dw[0, 0].tolist() == [[8, 12], [20, 24]]
    assert db.tolist() == [4]


POOL_SETTINGS = [(2, 2), (2, 1), (3, 2), (3, 3), (3, 4)]


@pytest.mark.parametrize(("window", "stride"), POOL_SETTINGS)
@pytest.mark.parametrize("mode", ["max", "avg"])
@pytest.mark.parametrize("ties", [False, True])
def test_pool_backward_equals_autograd(window, stride, mode, ties):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(window)
    x = rng.integers(3, size=(2, 3, 7, 8)) * 1.0 if ties else rng.normal(size=(2, 3, 7, 8))
    tx = torch.tensor(x, requires_grad=True)
    functional = getattr(torch.nn.functional, f"{mode}_pool2d")
    out = functional(tx, window, stride)
    np.testing.assert_allclose(pool(x, window, stride=stride, mode=mode), out.detach().numpy())
    grad = rng.normal(size=out.shape)
    out.backward(torch.tensor(grad))
    ours = getattr(backward, f"{mode}_pool_backward")(x, grad, window, stride)
    np.testing.assert_allclose(ours, tx.grad.numpy(), rtol=0, atol=1e-10)


def test_max_routes_and_average_spreads():
    x = np.array([[1.0, 5], [2, 3]])[None, None]
    grad = np.full((1, 1, 1, 1), 8.0)
    assert backward.max_pool_backward(x, grad, 2)[0, 0].tolist() == [[0, 8], [0, 0]]
    assert backward.avg_pool_backward(x, grad, 2)[0, 0].tolist() == [[2, 2], [2, 2]]


def test_no_gradient_is_lost_where_windows_lie_inside():
    rng = np.random.default_rng(0)
    x, grad = rng.normal(size=(1, 2, 6, 6)), rng.normal(size=(1, 2, 5, 5))
    for routine in (backward.max_pool_backward, backward.avg_pool_backward):
        assert routine(x, grad, 2, 1).sum() == pytest.approx(grad.sum())


def test_a_gradient_of_the_wrong_shape_is_refused_with_the_right_one():
    x, w = np.zeros((1, 1, 5, 5)), np.zeros((2, 1, 3, 3))
    with pytest.raises(ValueError, match=r"output has shape \(1, 2, 3, 3\)"):
        backward.conv_backward(x, w, np.zeros((1, 2, 5, 5)))
    for routine in (backward.max_pool_backward, backward.avg_pool_backward):
        with pytest.raises(ValueError, match=r"output has shape \(1, 1, 2, 2\)"):
            routine(x, np.zeros((1, 1, 5, 5)), 2)
