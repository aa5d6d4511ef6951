"""What is read out of a network, held against PyTorch's own operations and against laws."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from cnncourse.lab import evaluation, inspection, models  # noqa: E402
from cnncourse.lab.digits import Split  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(3).integers(0, 256, (12, 28, 28), dtype=np.uint8)


def batch(images):
    return torch.from_numpy(images[:, None]).float() / 255


class Twice(nn.Module):
    """A net that uses one in-place ReLU twice, and has layers inside a layer."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.body = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3))
        self.relu = nn.ReLU(inplace=True)
        self.last = nn.Conv2d(3, 10, 26, bias=False)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        x = self.relu(self.body(x))
        return self.drop(self.relu(-self.last(x)).flatten(1))


@pytest.mark.parametrize("name", ["small", "lecture"])
def test_kernels_are_copies_of_every_convolution(name):
    model = models.build(name)
    found = inspection.kernels(model)
    convolutions = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert len(found) == len(convolutions)
    for weights, layer in zip(found.values(), convolutions, strict=True):
        np.testing.assert_array_equal(weights, layer.weight.detach().numpy())
        weights += 1
        assert not np.array_equal(weights, layer.weight.detach().numpy())


def test_a_network_without_convolutions_has_no_kernels():
    assert inspection.kernels(models.build("linear")) == {}


def test_feature_maps_are_those_of_the_operations_done_by_hand(images):
    model = models.build("lecture", seed=4).eval()
    maps = inspection.feature_maps(model, images[0])
    x = (batch(images[:1]) - 0.1307) / 0.3081
    with torch.no_grad():
        before = F.conv2d(x, model.conv1.weight, model.conv1.bias, padding=1)
        norm = model.norm1(before)
    assert maps["conv1"].shape == (8, 28, 28) and maps["conv2"].shape == (32, 14, 14)
    np.testing.assert_allclose(maps["conv1"], before[0], atol=1e-5)
    np.testing.assert_allclose(maps["relu1"], F.relu(norm)[0], atol=1e-5)
    assert maps["norm1"].min() < 0 <= maps["relu1"].min()
    assert maps["pool1"].shape == (8, 14, 14) and "dense1" not in maps


def test_a_layer_used_twice_and_in_place_is_kept_both_times(images):
    model = Twice().eval()
    maps = inspection.feature_maps(model, images[0])
    with torch.no_grad():
        normed = model.body(batch(images[:1]))
    assert list(maps) == ["body.0", "body.1", "relu", "last", "relu (2)"]
    np.testing.assert_allclose(maps["body.1"], normed[0], atol=1e-5)  # negatives still there
    np.testing.assert_allclose(maps["relu"], F.relu(normed)[0], atol=1e-5)
    np.testing.assert_allclose(maps["relu (2)"], np.maximum(-maps["last"], 0), atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_looking_inside_leaves_the_network_as_it_was(images, training):
    model = Twice()
    model.train(training)
    model.body.eval()  # frozen by its owner: that has to stay too
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [part.training for part in model.modules()]
    inspection.feature_maps(model, images[0])
    inspection.saliency(model, images[0])
    inspection.preferred_inputs(model, steps=2)
    assert [part.training for part in model.modules()] == modes
    assert all(torch.equal(state[name], value) for name, value in model.state_dict().items())
    assert not any(part._forward_hooks for part in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_hooks_are_gone_even_after_a_failure():
    model = models.build("small")
    with pytest.raises(RuntimeError):
        inspection.feature_maps(model, np.zeros((3, 3), np.uint8))
    assert not any(part._forward_hooks for part in model.modules())


def test_saliency_of_a_linear_network_is_the_size_of_its_weights(images):
    model = models.build("linear", seed=2)
    weights = model.dense.weight.detach().numpy()[7].reshape(28, 28) / 0.3081
    np.testing.assert_allclose(inspection.saliency(model, images[0], 7), np.abs(weights), rtol=1e-4)
    answer = evaluation.predict(model, images[:1])[0].argmax()
    np.testing.assert_array_equal(
        inspection.saliency(model, images[0]), inspection.saliency(model, images[0], answer)
    )


def test_saliency_agrees_with_finite_differences(images):
    model = models.build("small", seed=1).double().eval()
    x = batch(images[:1]).double()
    x = x.requires_grad_()
    found = inspection.saliency(model.float(), images[0], 2)
    model.double()
    step = 1e-5
    for row, column in [(5, 5), (14, 13), (20, 9)]:
        up, down = x.detach().clone(), x.detach().clone()
        up[0, 0, row, column] += step
        down[0, 0, row, column] -= step
        slope = (model(up) - model(down))[0, 2].item() / (2 * step)
        assert found[row, column] == pytest.approx(abs(slope), rel=1e-2, abs=1e-4)


@pytest.mark.parametrize("patch, stride", [(5, 2), (28, 1), (1, 9), (7, 7)])
def test_occlusion_is_a_prediction_for_each_covered_image(images, patch, stride):
    model = models.build("small", seed=1)
    found = inspection.occlusion(model, images[0], patch=patch, stride=stride, digit=4)
    side = (28 - patch) // stride + 1
    assert found.shape == (side, side)
    for i, j in {(0, 0), (side - 1, 0), (side // 2, side - 1)}:
        copy = images[0].copy()
        copy[i * stride : i * stride + patch, j * stride : j * stride + patch] = 0
        expected = evaluation.predict(model, copy[None])[0, 4]
        assert found[i, j] == pytest.approx(expected, abs=1e-5)


def test_grad_cam_lights_up_the_map_that_speaks_for_the_digit():
    model = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.Flatten(), nn.Linear(1568, 10))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([1.0, -1.0]).view(2, 1, 1, 1))  # ink, and minus ink
        model[2].weight.zero_()
        model[2].weight[7, 784:] = -1  # the second map, negative at the ink, speaks for a 7
    image = np.zeros((28, 28), np.uint8)
    image[5, 5], image[20, 9] = 100, 50
    heat = inspection.grad_cam(model, image, 7).astype(int)
    assert heat[5, 5] == 255 and heat[20, 9] == pytest.approx(127.5, abs=1)
    assert heat.sum() == heat[5, 5] + heat[20, 9]
    assert inspection.grad_cam(model, image, 3).max() == 0  # nothing speaks for a 3
    assert not model[0]._forward_hooks
    with pytest.raises(ValueError, match="no maps"):
        inspection.grad_cam(nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), image)


def test_occlusion_of_a_black_image_changes_nothing():
    model = models.build("small", seed=1)
    black = np.zeros((28, 28), np.uint8)
    found = inspection.occlusion(model, black)
    assert np.ptp(found) < 1e-6 and black.max() == 0
    assert found[0, 0] == pytest.approx(evaluation.predict(model, black[None]).max(), abs=1e-6)


@pytest.mark.parametrize("patch, stride", [(0, 1), (29, 1), (5, 0)])
def test_a_patch_that_does_not_fit_is_refused(images, patch, stride):
    with pytest.raises(ValueError, match="try patch=5"):
        inspection.occlusion(models.build("linear"), images[0], patch=patch, stride=stride)


def test_peaks_do_not_depend_on_the_size_of_the_batch(images):
    model = models.build("small", seed=5)
    many = np.repeat(images, 60, axis=0)  # more than one batch of `predict`
    found = inspection.peaks(model, many, "pool3")
    assert found.shape == (720, 64)
    np.testing.assert_allclose(found[::60], inspection.peaks(model, images, "pool3"), atol=1e-5)


def test_peaks_are_the_largest_values_of_the_maps(images):
    model = models.build("small", seed=5)
    maps = [inspection.feature_maps(model, image)["relu2"] for image in images]
    expected = np.stack(maps).max(axis=(2, 3))
    np.testing.assert_allclose(inspection.peaks(model, images, "relu2"), expected, atol=1e-5)


def test_a_layer_without_maps_gets_a_remedy(images):
    with pytest.raises(ValueError, match="use one of normalise, conv1"):
        inspection.peaks(models.build("small"), images, "dense")


def test_the_preferred_inputs_raise_the_scores_of_their_digits():
    model = models.build("small", seed=6)
    dreams = inspection.preferred_inputs(model, steps=30)
    assert dreams.dtype == np.uint8 and dreams.shape == (10, 28, 28)
    with torch.no_grad():
        black = model.eval()(batch(np.zeros((1, 28, 28), np.uint8)))[0]
        scores = model(batch(dreams)).diagonal()
    assert (scores > black).all()


@pytest.mark.slow
def test_neighbours_in_the_preferred_inputs_differ_less_if_it_costs():
    model = models.build("small", seed=6)

    def roughness(smooth):
        dreams = inspection.preferred_inputs(model, steps=30, smooth=smooth).astype(float)
        return np.abs(np.diff(dreams, axis=2)).sum() / dreams.sum()

    assert roughness(0.05) < roughness(0)


def test_a_snapshot_holds_what_the_functions_beside_it_say(images):
    model = models.build("small", seed=2)
    labels = np.arange(12) % 10
    taken = inspection.snapshot(model, 7, Split(images, labels))
    answers = evaluation.predict(model, images).argmax(1)
    assert taken.step == 7 and taken.accuracy == np.mean(answers == labels)
    np.testing.assert_array_equal(taken.kernels, inspection.kernels(model)["conv1"])
    np.testing.assert_allclose(
        taken.maps, inspection.feature_maps(model, images[0])["conv1"], atol=1e-6
    )


def test_a_snapshot_of_a_network_without_kernels_is_refused(images):
    with pytest.raises(ValueError, match="no kernels"):
        inspection.snapshot(models.build("mlp"), 0, Split(images, np.zeros(12, int)))
