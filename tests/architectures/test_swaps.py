"""Design changes, inception branches, gradients in depth and steps of a network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncourse.architectures import networks, swaps, trace
from cnncourse.architectures.layers import Conv


@given(channels=st.integers(1, 300).map(lambda n: 4 * n), size=st.integers(1, 60))
def test_small_kernels_cost_what_the_square_of_their_width_says(channels, size):
    for change, large, small in (
        ("one 7×7 → three 3×3", 49, 27),
        ("one 5×5 → two 3×3", 25, 18),
        ("one 7×7 → 1×7 and 7×1", 49, 14),
        ("two 3×3 → bottleneck", 18, (1 / 4 + 9 / 16 + 1 / 4)),
    ):
        before, after = swaps.swap(change, channels, size)
        assert before.params == large * channels**2
        assert after.params == small * channels**2
        assert (before.macs, after.macs) == (before.params * size**2, after.params * size**2)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ("one 7×7 → three 3×3", (7, 7)),
        ("one 5×5 → two 3×3", (5, 5)),
        ("one 7×7 → 1×7 and 7×1", (7, 7)),
        ("two 3×3 → bottleneck", (5, 3)),
        ("3×3 → depthwise separable", (3, 3)),
        ("dense head → global average pooling", (None, None)),
    ],
)
def test_fields_before_and_after(change, fields):
    assert tuple(design.field for design in swaps.swap(change, 16, 14)) == fields


def test_a_depthwise_separable_layer_costs_one_over_channels_plus_a_ninth():
    before, after = swaps.swap("3×3 → depthwise separable", 256, 14)
    assert after.params / before.params == pytest.approx(1 / 256 + 1 / 9)


def test_a_depthwise_separable_layer_by_hand():
    depthwise = Conv(128, 3, padding=1, groups=128, bias=False)
    separable = [depthwise, Conv(256, 1, bias=False)]
    ordinary = [Conv(256, 3, padding=1, bias=False)]
    counts = [trace(layers, (128, 14, 14)).totals.params for layers in (separable, ordinary)]
    assert counts == [33_920, 294_912]
    assert counts[0] / counts[1] == pytest.approx(1 / 256 + 1 / 9)


def test_the_bottleneck_of_resnet_50_by_hand():
    before, after = swaps.swap("two 3×3 → bottleneck", 256, 14)
    assert (before.params, after.params) == (1_179_648, 69_632)


def test_the_head_of_vgg_by_hand():
    before, after = swaps.swap("dense head → global average pooling", 512, 7)
    assert before.params == 102_764_544 + 16_781_312 + 4_097_000
    assert after.params == 512 * 1000 + 1000


def test_whole_networks_do_not_depend_on_channels_and_size():
    for change in swaps.SWAPS[-3:]:
        assert swaps.swap(change, 4, 1) == swaps.swap(change, 512, 56)
    before, after = swaps.swap("VGG-16: dense head → global average pooling", 4, 1)
    assert before.params == 138_357_544
    assert before.params - after.params == 123_642_856 - 513_000


@pytest.mark.parametrize("channels", [1, 6, 255])
def test_a_bottleneck_needs_channels_that_can_be_quartered(channels):
    with pytest.raises(ValueError, match="divided by 4"):
        swaps.swap("two 3×3 → bottleneck", channels, 14)


def test_an_unknown_change_is_refused():
    with pytest.raises(ValueError, match="use one of"):
        swaps.swap("everything → nothing", 4, 4)


@pytest.mark.parametrize("label", networks.INCEPTION)
def test_inception_branches_add_up_to_the_block(label):
    block = networks.inception(networks.INCEPTION[label])
    branches = swaps.inception_branches(480, 14, networks.INCEPTION[label])
    whole = trace([block], (480, 14, 14))
    assert sum(branch.totals.params for branch in branches) == whole.totals.params
    assert sum(branch[-1].shape[0] for branch in branches) == whole[-1].shape[0]


def test_inception_3a_by_hand():
    with_, without = (
        swaps.inception_branches(192, 28, networks.INCEPTION["3a"], reduce=reduce)
        for reduce in (True, False)
    )
    assert sum(branch.totals.params for branch in with_) == 163_696
    by_hand = 192 * 64 + 64 + 9 * 192 * 128 + 128 + 25 * 192 * 32 + 32
    assert sum(branch.totals.params for branch in without) == by_hand


# Gradients ----------------------------------------------------------------------------------------


def jacobian_lengths(depth, scale, skip, seed):
    """The same by multiplying whole Jacobian matrices, instead of carrying one vector back."""
    rng = np.random.default_rng(seed)
    x, start = rng.normal(size=32), rng.normal(size=32)
    jacobians = []
    for matrix in rng.normal(scale=np.sqrt(2 / 32), size=(depth, 32, 32)):
        jacobians.append(skip * np.eye(32) + scale * matrix @ np.diag((x > 0).astype(float)))
        x = skip * x + scale * matrix @ np.maximum(x, 0)
    lengths, product = [], np.eye(32)
    for jacobian in reversed(jacobians):
        product = product @ jacobian
        lengths.append(np.linalg.norm(start @ product) / np.linalg.norm(start))
    return [*reversed(lengths), 1.0]


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("scale", [0.0, 0.3, 1.0, 2.0])
@pytest.mark.parametrize("depth", [1, 7, 40])
def test_gradient_lengths_equal_products_of_jacobians(depth, scale, skip):
    lengths = swaps.gradient_through_depth(depth, scale, skip, seed=3)
    assert lengths == pytest.approx(jacobian_lengths(depth, scale, skip, 3), rel=1e-6)


@given(depth=st.integers(1, 60), seed=st.integers(0, 50))
def test_a_block_that_computes_nothing_passes_the_gradient_on(depth, seed):
    assert np.allclose(swaps.gradient_through_depth(depth, 0.0, True, seed), 1)
    assert np.all(swaps.gradient_through_depth(depth, 0.0, False, seed)[:-1] == 0)


# Steps --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lenet5-1998", "alexnet", "vgg16", "googlenet", "resnet50"])
@pytest.mark.parametrize("fold", swaps.FOLDS)
def test_folding_loses_no_cost_and_no_layer(name, fold):
    table = trace(name)
    steps = swaps.steps(table, fold)
    for cost in ("params", "macs", "memory"):
        assert sum(getattr(step, cost) for step in steps) == getattr(table.totals, cost)
    assert sum(step.layers for step in steps) == len(table)
    assert steps[-1].shape == table[-1].shape


def test_resnet_50_folds_into_sixteen_blocks():
    names = [step.name for step in swaps.steps(trace("resnet50"), swaps.FOLDS[1])]
    assert sum(name.startswith("Bottleneck") for name in names) == 16


def test_vgg_folds_into_the_sizes_of_its_maps():
    sizes = [step.shape[1:] for step in swaps.steps(trace("vgg16"), swaps.FOLDS[2])]
    assert sizes == [(n, n) for n in (224, 112, 56, 28, 14, 7)] + [()]
