"""The loop: what PyTorch's own tools make of the same digits."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from cnncourse import metrics
from cnncourse.lab import digits, evaluation, inspection, loop, models

SAMPLE = digits.sample()


def loader(split, size=50):
    return DataLoader(loop.DigitSet(split.images, split.labels), size)


def test_it_measures_what_the_evaluation_measures():
    model, some = models.build("small"), SAMPLE.validation
    loss, share = loop.evaluate(model, loader(some))
    answers = evaluation.predict(model, some.images)
    assert share == pytest.approx(metrics.accuracy(answers, some.labels))
    expected = -np.log(answers[np.arange(len(some)), some.labels]).mean()
    assert loss == pytest.approx(expected, rel=1e-4)


def test_it_hears_what_the_inspection_hears():
    model, image = models.build("small").eval(), SAMPLE.train.images[0]
    heard = loop.listen(model, "conv2", torch.from_numpy(image)[None, None].float() / 255)
    expected = inspection.feature_maps(model, image)["conv2"]
    np.testing.assert_allclose(heard[0].numpy(), expected, atol=1e-5)


def test_an_epoch_lowers_the_loss():
    model, data = models.build("small"), loader(SAMPLE.train.first(200), 25)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = [loop.train_epoch(model, data, optimiser) for _ in range(3)]
    assert losses[2] < losses[0] / 2


@pytest.mark.parametrize("count, batches", [(60_000, 600), (10_000, 100)])
def test_mnist_in_batches_of_100_takes_600_steps_an_epoch_and_its_test_set_100(count, batches):
    blank = np.broadcast_to(np.zeros((28, 28), np.uint8), (count, 28, 28))
    found = len(DataLoader(loop.DigitSet(blank, np.zeros(count, np.int64)), 100))
    assert found == batches
