"""Evaluation: counted by hand, and compared with scikit-learn and SciPy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from torch import nn

from cnncourse import metrics
from cnncourse.lab import evaluation, models


def some_images(n=6, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28)).astype(np.uint8)


def some_answers(n=300, seed=0, sharpness=3):
    """Return probabilities and labels that agree more often than not."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, n)
    scores = rng.normal(size=(n, 10)) + sharpness * np.eye(10)[labels]
    probabilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return probabilities.astype(np.float32), labels


def answers(*rows):
    """Return probabilities from {digit: probability}, the rest spread evenly."""
    made = []
    for row in rows:
        rest = (1 - sum(row.values())) / (10 - len(row))
        made.append([row.get(digit, rest) for digit in range(10)])
    return np.array(made, np.float32)


# Predicting.


@pytest.mark.parametrize("name", list(models.MODELS))
def test_probabilities_are_the_softmax_of_what_the_network_returns(name):
    model, images = models.build(name, seed=1).eval(), some_images()
    with torch.no_grad():
        expected = model(torch.from_numpy(images / 255.0).float()[:, None]).softmax(1).numpy()
    found = evaluation.predict(model, images)
    assert found.dtype == np.float32 and found.shape == (6, 10)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-6)


def test_the_batches_make_no_difference():
    model, images = models.build("small").train(), some_images(11)
    whole, parts = (evaluation.logits(model, images, batch_size=size) for size in (11, 4))
    np.testing.assert_allclose(parts, whole, atol=1e-5)


@pytest.mark.parametrize("training", [True, False])
def test_predicting_changes_nothing_in_the_network(training):
    model = models.build("lecture").train(training)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    first, second = (evaluation.predict(model, some_images()) for _ in range(2))
    np.testing.assert_array_equal(first, second)  # no dropout
    assert model.training is training
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_mode_comes_back_after_an_error_too():
    class Broken(nn.Module):
        def forward(self, images):
            raise RuntimeError("broken")

    model = Broken().train()
    with pytest.raises(RuntimeError, match="broken"):
        evaluation.predict(model, some_images())
    assert model.training


def test_bytes_and_numbers_from_0_to_1_are_the_same_picture():
    model, images = models.build("small"), some_images()
    np.testing.assert_allclose(
        evaluation.predict(model, images / 255), evaluation.predict(model, images), atol=1e-5
    )


def test_no_images_give_no_answers():
    found = evaluation.predict(models.build("small"), np.zeros((0, 28, 28), np.uint8))
    assert found.shape == (0, 10)


def test_five_views_are_the_mean_over_the_image_and_its_four_neighbours():
    model, images = models.build("small"), some_images()
    images[:, [0, -1]] = images[:, :, [0, -1]] = 0  # so that rolling loses nothing
    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    each = [evaluation.predict(model, np.roll(images, move, (1, 2))) for move in moves]
    found = evaluation.predict(model, images, views=5)
    np.testing.assert_allclose(found, np.mean(each, 0), atol=1e-6)
    assert np.abs(found - each[0]).max() > 1e-4


def test_what_is_read_surely_is_not_looked_at_again(monkeypatch):
    model, images = models.build("small"), some_images()
    once, five = (evaluation.predict(model, images, views=views) for views in (1, 5))
    monkeypatch.setattr(evaluation, "SURE", float(np.median(once.max(1))))
    found, sure = evaluation.predict(model, images, views=5), once.max(1) > evaluation.SURE
    assert 0 < sure.sum() < len(images)
    np.testing.assert_allclose(found[sure], once[sure], atol=1e-6)
    np.testing.assert_allclose(found[~sure], five[~sure], atol=1e-6)


@pytest.mark.parametrize("shape", [(28, 28), (3, 1, 28, 28), (3, 32, 32)])
def test_arrays_that_are_no_images_are_refused(shape):
    with pytest.raises(ValueError, match=r"\(N, 28, 28\)"):
        evaluation.predict(models.build("small"), np.zeros(shape, np.uint8))


def test_other_numbers_of_views_are_refused():
    with pytest.raises(ValueError, match="views is 3"):
        evaluation.predict(models.build("small"), some_images(), views=3)


# Errors.


def test_the_most_wrong_come_in_the_order_of_their_confidence():
    given_answers = answers({3: 0.6}, {1: 0.99}, {7: 0.8}, {2: 0.95})
    labels = np.array([5, 1, 1, 3])  # 0, 2 and 3 are wrong
    assert evaluation.most_wrong(given_answers, labels).tolist() == [3, 2, 0]
    assert evaluation.most_wrong(given_answers, labels, 1).tolist() == [3]
    assert len(evaluation.most_wrong(given_answers, given_answers.argmax(1))) == 0


def test_calibration_by_hand():
    given_answers = answers({0: 0.9}, {1: 0.9}, {2: 0.9}, {3: 0.5})
    found = evaluation.calibration(given_answers, np.array([0, 1, 5, 3]), bins=2)
    # 0.5 is in the first bin (0…0.5], the three 0.9s in the second: two of three right
    assert found.count.tolist() == [1, 3]
    np.testing.assert_allclose(found.confidence, [0.5, 0.9], atol=1e-6)
    np.testing.assert_allclose(found.accuracy, [1, 2 / 3], atol=1e-6)
    assert found.error == pytest.approx((1 * 0.5 + 3 * (0.9 - 2 / 3)) / 4, abs=1e-6)


def test_calibration_counts_every_answer_and_leaves_empty_bins_open():
    probabilities, labels = some_answers()
    found = evaluation.calibration(probabilities, labels, bins=15)
    assert found.count.sum() == len(labels)
    assert np.isnan(found.accuracy[found.count == 0]).all()
    filled = found.count > 0
    total = (found.accuracy[filled] * found.count[filled]).sum() / len(labels)
    assert total == pytest.approx(metrics.accuracy(probabilities, labels))


def test_honest_probabilities_are_calibrated_and_exaggerated_ones_are_not():
    rng = np.random.default_rng(0)
    honest = rng.dirichlet(np.full(10, 0.3), 20_000)
    labels = (honest.cumsum(1) > rng.random((20_000, 1))).argmax(1)
    loud = honest**4 / (honest**4).sum(1, keepdims=True)
    assert evaluation.calibration(honest, labels).error < 0.02
    assert evaluation.calibration(loud, labels).error > 0.1


def test_planted_wrong_labels_are_found_first():
    probabilities, labels = some_answers(2000, sharpness=8)
    planted = np.arange(0, 2000, 100)
    labels[planted] = (labels[planted] + 3) % 10
    found = evaluation.likely_mislabelled(probabilities, labels, 20)
    assert len(set(found) & set(planted)) >= 18
    belief = probabilities[found, labels[found]]
    assert (np.diff(belief) >= 0).all()


def test_an_unsure_contradiction_is_no_suspicion():
    sure = answers(*[{digit: 0.95} for digit in range(10)] * 3)
    unsure = answers({3: 0.4, 5: 0.35})
    labels = np.append(np.tile(np.arange(10), 3), 5)
    assert len(evaluation.likely_mislabelled(np.concatenate([sure, unsure]), labels)) == 0
    sure_of_it = answers({3: 0.97})
    assert evaluation.likely_mislabelled(np.concatenate([sure, sure_of_it]), labels).tolist() == [
        30
    ]


@pytest.mark.parametrize("function", ["most_wrong", "calibration", "likely_mislabelled"])
def test_answers_and_labels_must_belong_together(function):
    probabilities, labels = some_answers()
    with pytest.raises(ValueError, match="300 rows"):
        getattr(evaluation, function)(probabilities, labels[:-1])
    with pytest.raises(ValueError, match="as predict returns them"):
        getattr(evaluation, function)(probabilities.argmax(1), labels)


# Making it harder.


@given(st.integers(-30, 30), st.integers(-30, 30))
def test_shifting_agrees_with_scipy(down, right):
    images = some_images(2)
    expected = ndimage.shift(images, (0, down, right), order=0, mode="constant")
    np.testing.assert_array_equal(evaluation.shifted(images, down, right), expected)


def test_every_image_is_turned_as_one():
    images = some_images(3)
    expected = np.rot90(images, 1, (1, 2))
    np.testing.assert_array_equal(evaluation.rotated(images, 90), expected)


def test_noise_has_the_strength_it_was_asked_for():
    images = np.full((50, 28, 28), 128, np.uint8)
    noise = evaluation.noisy(images, 20, np.random.default_rng(0)).astype(float) - 128
    assert noise.std() == pytest.approx(20, rel=0.02) and abs(noise.mean()) < 0.5
    same = evaluation.noisy(images, 20, np.random.default_rng(0))
    np.testing.assert_array_equal(noise, same.astype(float) - 128)


def test_noise_does_not_wrap_around():
    black = evaluation.noisy(np.zeros((20, 28, 28), np.uint8), 10, np.random.default_rng(0))
    assert black.max() < 100 and black.dtype == np.uint8


def test_negative_noise_is_refused():
    with pytest.raises(ValueError, match="sigma is -1"):
        evaluation.noisy(some_images(), -1, np.random.default_rng(0))
