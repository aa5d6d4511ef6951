"""Kinds of pooling, their gradients and the test by shifting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.pooling import POOLINGS, bell, distance, input_gradient, pool_with, shift_test

SETTINGS = [(2, 2), (3, 2), (3, 3), (2, 1), (4, 3)]


def with_torch(torch, image, kind, window, stride):
    """The same pooling with PyTorch's layers."""
    f, x = torch.nn.functional, image[None, None]
    if kind == "max":
        return f.max_pool2d(x, window, stride)
    if kind == "avg":
        return f.avg_pool2d(x, window, stride)
    if kind == "l2":
        return torch.sqrt(f.avg_pool2d(x**2, window, stride) * window**2)
    if kind == "weighted":
        return f.conv2d(x, torch.tensor(bell(window))[None, None], stride=stride)
    blur = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=torch.float64) / 16
    return f.conv2d(f.max_pool2d(x, window, 1), blur[None, None], stride=stride, padding=1)


@pytest.mark.parametrize("window, stride", SETTINGS)
@pytest.mark.parametrize("kind", POOLINGS)
def test_values_and_gradients_are_those_of_pytorch(kind, window, stride):
    torch = pytest.importorskip("torch")
    image = np.random.default_rng(1).uniform(-1, 1, size=(9, 11))
    x = torch.tensor(image, requires_grad=True)
    y = with_torch(torch, x, kind, window, stride)
    y.sum().backward()
    assert np.allclose(pool_with(image, kind, window, stride), y[0, 0].detach().numpy())
    assert np.allclose(input_gradient(image, kind, window, stride), x.grad.numpy(), atol=1e-10)


def test_worked_values():
    image = np.arange(16.0).reshape(4, 4)
    assert pool_with(image, "max", 2).tolist() == [[5, 7], [13, 15]]
    assert pool_with(image, "avg", 2).tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert np.allclose(pool_with(image, "l2", 2), [[6.4807, 9.8995], [21.4009, 25.3377]], atol=5e-5)


def test_the_gradient_of_l2_is_0_where_the_window_is():
    assert not input_gradient(np.zeros((4, 4)), "l2", 2).any()


@pytest.mark.parametrize("window", [1, 2, 3, 5])
def test_the_bell_sums_to_1_and_is_highest_in_the_middle(window):
    weights = bell(window)
    assert np.isclose(weights.sum(), 1) and np.allclose(weights, weights.T)
    assert weights[window // 2, window // 2] == weights.max()
    assert (weights[0, 0] < weights.max()) == (window > 2)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(POOLINGS[:4]), st.integers(2, 3), st.integers(0, 3))
def test_a_shift_by_whole_strides_shifts_the_output(kind, stride, steps):
    image = np.random.default_rng(stride).uniform(size=(6 * stride, 6 * stride))
    test = shift_test(image, kind, stride, stride, shift=steps * stride)
    assert np.allclose(test.after, np.roll(test.before, steps, axis=1))


def test_on_noise_a_third_of_the_maxima_survive_one_pixel():
    noise = np.random.default_rng(2).uniform(size=(400, 400))
    assert abs(shift_test(noise, "max", 2, shift=1).unchanged - 1 / 3) < 0.01


def test_a_flat_image_does_not_change_and_no_shift_changes_nothing():
    assert shift_test(np.ones((8, 8)), "max", 2, shift=3)[2:] == (1.0, 16, 0.0, 0.0)
    noise = np.random.default_rng(3).uniform(size=(8, 8))
    unmoved = shift_test(noise, "l2", 2, shift=0)
    assert (unmoved.unchanged, unmoved.input_distance, unmoved.output_distance) == (1.0, 0.0, 0.0)


def test_distance_is_relative():
    assert distance(np.array([3.0, 4.0]), np.array([3.0, 9.0])) == 1.0
    assert distance(np.zeros(2), np.zeros(2)) == 0.0


@pytest.mark.parametrize("function", [pool_with, input_gradient])
def test_an_unknown_kind_is_refused(function):
    with pytest.raises(ValueError, match="unknown pooling 'median': use one of max, avg"):
        function(np.ones((4, 4)), "median", 2)


def test_a_window_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        pool_with(np.ones((3, 3)), "weighted", 4)


def test_blank_paper_is_not_counted_as_unchanged():
    page = np.zeros((8, 8))
    page[2:6, 2:6] = np.arange(1.0, 17).reshape(4, 4)
    test = shift_test(page, "max", 2, shift=2)
    assert test.inked == 6 and test.unchanged == 0  # 4 windows with ink, 2 more after the shift
    assert shift_test(np.zeros((4, 4)), "max", 2, shift=1).unchanged == 1.0


def test_moved_back_by_whole_strides_the_output_is_as_before():
    noise = np.random.default_rng(0).uniform(size=(24, 24))
    for kind in ("max", "avg", "l2"):
        test = shift_test(noise, kind, 2, shift=6, back=True)
        assert test.unchanged == 1.0 and test.output_distance == 0
    assert shift_test(noise, "max", 2, shift=5, back=True).unchanged < 0.5
