"""The networks of the lab: layers and counts by hand, shapes, and seeds."""

import numpy as np
import pytest
import torch

from cnncourse.lab import models

EVERY = list(models.MODELS)


def counts(name):
    """Return the parameters of each layer that has any."""
    layers = models.build(name).named_children()
    found = {layer: sum(p.numel() for p in module.parameters()) for layer, module in layers}
    return {layer: count for layer, count in found.items() if count}


def test_the_lectures_network_has_these_parameters():
    assert counts("lecture") == {
        "conv1": 3 * 3 * 1 * 8 + 8,
        "norm1": 2 * 8,
        "conv2": 5 * 5 * 8 * 32 + 32,
        "norm2": 2 * 32,
        "dense1": 1568 * 600 + 600,
        "dense2": 600 * 10 + 10,
    }
    assert models.count_parameters(models.build("lecture")) == 954_002


def test_the_small_network_has_these_parameters():
    assert counts("small") == {
        "conv1": 5 * 5 * 1 * 16,
        "norm1": 2 * 16,
        "conv2": 3 * 3 * 16 * 32,
        "norm2": 2 * 32,
        "conv3": 3 * 3 * 32 * 64,
        "norm3": 2 * 64,
        "dense": 576 * 10 + 10,
    }
    assert models.count_parameters(models.build("small")) == 29_434


def test_the_baselines_have_the_parameters_that_the_docstring_says():
    assert models.count_parameters(models.build("linear")) == 7_850
    assert models.count_parameters(models.build("mlp")) == 29_425
    for name in EVERY:
        assert f"{models.count_parameters(models.build(name)):,}" in models.build.__doc__


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("n", [1, 7])
def test_every_network_returns_ten_logits_an_image(name, n):
    logits = models.build(name).eval()(torch.rand(n, 1, 28, 28))
    assert logits.shape == (n, 10)
    assert (logits < 0).any() and (logits.sum(1) - 1).abs().max() > 1e-3  # no probabilities


@pytest.mark.parametrize("name", EVERY)
def test_a_picture_of_another_size_is_refused_and_not_cut_into_several(name):
    with pytest.raises(RuntimeError):
        models.build(name).eval()(torch.rand(2, 1, 56, 56))


def shapes_in(name):
    """Return the shapes of what comes out of a network's parts, by their names."""
    x, shapes = torch.rand(3, 1, 28, 28), {}
    for layer, module in models.build(name).named_children():
        x = module(x)
        shapes[layer] = tuple(x.shape[1:])
    return shapes


def test_the_shapes_in_the_comments_of_the_lectures_network_are_right():
    shapes = shapes_in("lecture")
    assert shapes["conv1"] == (8, 28, 28) and shapes["pool1"] == (8, 14, 14)
    assert shapes["conv2"] == (32, 14, 14) and shapes["pool2"] == (32, 7, 7)
    assert shapes["flatten"] == (1568,) and shapes["dense2"] == (10,)


def test_the_shapes_in_the_comments_of_the_small_network_are_right():
    shapes = shapes_in("small")
    assert shapes["conv1"] == (16, 14, 14) and shapes["conv2"] == (32, 14, 14)
    assert shapes["pool2"] == (32, 7, 7) and shapes["conv3"] == (64, 7, 7)
    assert shapes["pool3"] == (64, 3, 3) and shapes["dense"] == (10,)


def test_normalising_maps_black_and_white_as_for_mnist():
    ends = models.Normalise()(torch.tensor([0.0, 1.0]))
    np.testing.assert_allclose(ends, [-0.4242129, 2.8214865], rtol=1e-6)


def test_the_normalisation_is_the_first_step_and_has_nothing_to_learn():
    for name in EVERY:
        first = next(iter(models.build(name)))
        assert isinstance(first, models.Normalise) and not list(first.parameters())


@pytest.mark.parametrize("name", EVERY)
def test_a_seed_decides_the_weights(name):
    first, same, other = (models.build(name, seed=seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[key], same[key]) for key in first)
    weights = [key for key in first if key.endswith(("conv1.weight", "dense.weight"))]
    assert not any(torch.equal(first[key], other[key]) for key in weights)


def test_building_leaves_pytorchs_generator_alone():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    models.build("small", seed=9)
    assert torch.equal(torch.rand(4), expected)


def test_a_width_scales_the_channels_of_the_small_network():
    shapes = [tuple(p.shape) for p in models.build("small", width=3).parameters() if p.dim() == 4]
    assert shapes == [(3, 1, 5, 5), (6, 3, 3, 3), (12, 6, 3, 3)]


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"name": "resnet"}, "small, lecture"),
        ({"name": "small", "width": 0}, "width is 0"),
        ({"name": "small", "width": 2.5}, "width is 2.5"),
        ({"name": "lecture", "width": 8}, 'only "small"'),
    ],
)
def test_a_network_that_is_not_there_is_refused_with_a_way_out(arguments, words):
    with pytest.raises(ValueError, match=words):
        models.build(**arguments)
