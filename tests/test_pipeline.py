"""The small network: its digits are scikit-learn's, its arrays are PyTorch's."""

import os
from itertools import product

import numpy as np
import pytest
from loaded import loaded_after

from cnncourse import pipeline


@pytest.mark.parametrize("label", range(10))
def test_digits_are_those_of_scikit_learn(label):
    from sklearn.datasets import load_digits

    scans = load_digits()
    scan = scans.images[scans.target == label][4] / 16
    image = pipeline.digit(label, 4)
    assert image.shape == (28, 28) and 0 <= image.min() and image.max() <= 1
    assert not image[:4].any() and not image[:, 24:].any()
    # Each scan pixel became 2.5 pixels a side: a 5×5 block has the mean of 2×2 scan pixels.
    coarse = image[4:24, 4:24].reshape(4, 5, 4, 5).mean(axis=(1, 3))
    assert (
        np.corrcoef(coarse.ravel(), scan.reshape(4, 2, 4, 2).mean(axis=(1, 3)).ravel())[0, 1] > 0.97
    )


def test_scikit_learn_is_not_imported_for_them():
    assert "sklearn" not in loaded_after("from cnncourse import pipeline; pipeline.digit(3)")


def test_every_stage_is_what_pytorch_computes():
    torch = pytest.importorskip("torch")
    f, weights = torch.nn.functional, pipeline.random_weights(3)
    image = pipeline.digit(7)
    x = torch.tensor(image)[None, None]
    expected = [x]
    for kernels in (weights.first, weights.second):
        expected.append(f.conv2d(expected[-1], torch.tensor(kernels), padding=1))
        expected.append(f.relu(expected[-1]))
        expected.append(f.max_pool2d(expected[-1], 2))
    expected.append(expected[-1].flatten(1))
    expected.append(expected[-1] @ torch.tensor(weights.dense).T)
    expected.append(f.softmax(expected[-1], dim=1))
    stages = pipeline.run(image, weights)
    assert len(stages) == len(expected)
    for stage, right in zip(stages, expected, strict=True):
        assert np.allclose(stage.array, right[0].numpy(), atol=1e-12), stage.name


def test_the_seed_decides_the_random_weights_and_only_them():
    one, same, other = (pipeline.random_weights(s) for s in (1, 1, 2))
    assert np.array_equal(one.dense, same.dense) and not np.array_equal(one.dense, other.dense)
    assert np.array_equal(one.first, other.first)


@pytest.mark.parametrize(
    "label, example, said",
    [
        (10, 0, "no example 0 of digit 10: use a digit from 0 to 9"),
        (3, 5000, "use 0 to 182"),
        (-1, 0, "label is -1"),
        (3, -1, "example is -1"),
    ],
)
def test_a_digit_that_is_not_there_is_refused(label, example, said):
    with pytest.raises(ValueError, match=said):
        pipeline.digit(label, example)


def read(image):
    """The answer of the trained network."""
    return int(pipeline.run(image, pipeline.trained_weights())[-1].array.argmax())


def test_the_trained_network_reads_scans_that_it_has_not_seen():
    cells, labels = pipeline.scans()
    half = len(labels) // 2  # it has learnt from the first half: tools/small_network.py
    right = [
        read(pipeline.enlarged(s)) == d
        for s, d in zip(cells[half::3], labels[half::3], strict=True)
    ]
    assert np.mean(right) > 0.95


def test_many_images_at_once_give_what_each_gives_alone():
    images = np.stack([pipeline.digit(label) for label in range(10)])
    weights = pipeline.trained_weights()
    arrays = pipeline.forward(images, weights)
    for place, image in enumerate(images):
        for stage in pipeline.run(image, weights):
            assert np.allclose(arrays[stage.name][place], stage.array, atol=1e-12)
    as_bytes = np.rint(255 * images).astype(np.uint8)
    many = pipeline.predict(as_bytes.repeat(30, axis=0), weights)  # more than one part
    assert np.allclose(many[::30], pipeline.forward(as_bytes / 255, weights)["softmax"])


def test_the_snapshots_lead_from_chance_to_the_trained_weights():
    image, weights = pipeline.digit(3), pipeline.trained_weights()
    taken = pipeline.snapshots(image)
    assert [one.step for one in taken] == sorted({one.step for one in taken})
    assert taken[0].step == 0 and taken[0].accuracy < 0.3 and taken[-1].accuracy > 0.95
    assert np.array_equal(taken[-1].kernels, weights.first)
    assert np.array_equal(taken[-1].maps, pipeline.run(image, weights)[1].array)


@pytest.mark.slow
@pytest.mark.skipif("CNNCOURSE_DATA" not in os.environ, reason="needs the digits of MNIST")
def test_the_trained_network_reads_mnist():
    digits = pytest.importorskip("cnncourse.lab.digits")
    test = digits.load(offline=True).open_test()
    right = [
        read(i / 255) == d for i, d in zip(test.images[:2000], test.labels[:2000], strict=True)
    ]
    assert np.mean(right) > 0.975


@pytest.mark.parametrize("weights", [pipeline.random_weights(1), pipeline.trained_weights()])
def test_the_gradient_of_the_pixels_is_what_pytorch_computes(weights):
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    x = image = torch.tensor(pipeline.digit(7))[None, None].requires_grad_()
    for kernels in (weights.first, weights.second):
        x = f.max_pool2d(f.conv2d(x, torch.tensor(kernels), padding=1).relu(), 2)
    (x.flatten(1) @ torch.tensor(weights.dense).T)[0, 4].backward()
    ours = pipeline.pixel_gradient(pipeline.digit(7), weights, 4)
    assert np.allclose(ours, image.grad[0, 0].numpy(), atol=1e-12) and ours.any()


@pytest.mark.parametrize("name", ["conv 1", "conv 2", "dense"])
def test_a_sum_comes_from_its_patches_times_its_weights(name):
    weights = pipeline.random_weights(2)
    stages = pipeline.run(pipeline.digit(6), weights)
    (array,) = (stage.array for stage in stages if stage.name == name)
    for place in [tuple(0 for _ in array.shape), tuple(n - 1 for n in array.shape)]:
        found = pipeline.origin(stages, weights, name, *place)
        assert (found.patches * found.weights).sum() == pytest.approx(array[place])


@pytest.mark.parametrize("name", ["ReLU 1", "pool 1", "ReLU 2", "pool 2", "flatten"])
def test_other_numbers_come_from_a_part_of_one_map(name):
    weights = pipeline.trained_weights()
    stages = pipeline.run(pipeline.digit(6), weights)
    (array,) = (stage.array for stage in stages if stage.name == name)
    for place in product(*(sorted({0, n // 2, n - 1}) for n in array.shape)):
        found = pipeline.origin(stages, weights, name, *place)
        (channel,), (size, _) = found.channels, found.patches.shape[1:]
        part = found.source.array[channel, found.row :, found.column :][:size, :size]
        assert (found.patches[0] == part).all() and found.weights is None
        assert max(found.patches.max(), 0) == array[place]
