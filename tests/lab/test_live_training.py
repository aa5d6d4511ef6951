"""Training in small pieces learns, measures honestly and repeats itself."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from cnncourse.lab import evaluation, inspection, live_training  # noqa: E402
from cnncourse.lab.digits import Split  # noqa: E402


class Bars:
    """Digits that are easy to tell apart: digit k is a bar in column 2k + 4."""

    def __init__(self, count):
        rng = np.random.default_rng(7)
        labels = rng.integers(0, 10, count + 100)
        images = rng.integers(0, 60, (len(labels), 28, 28), dtype=np.uint8)
        images[np.arange(len(labels)), :, 2 * labels + 4] = 255
        self.train = Split(images[:count], labels[:count])
        self.validation = Split(images[count:], labels[count:])


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.slow
def test_it_learns_what_is_easy():
    session = live_training.Session(Bars(600), batch_size=50)
    measured = [session.advance(0.01) for _ in range(4)]
    assert measured[-1].validation_accuracy > 0.9 > 0.5 > measured[-1].validation_loss
    assert measured[-1].train_loss < measured[0].train_loss


def test_every_digit_is_seen_once_in_each_epoch():
    session = live_training.Session(Bars(130), batch_size=50)
    for _ in range(3):
        batches = [session._next_batch() for _ in range(3)]
        assert [len(b) for b in batches] == [50, 50, 30]
        assert sorted(np.concatenate(batches)) == list(range(130))


@pytest.mark.parametrize("batch_size", [1, 8, 125, 500, 1000])
def test_a_piece_is_about_500_digits(batch_size):
    session = live_training.Session(Bars(600), batch_size=batch_size, model="linear")
    seen = session.advance(0.01).seen
    assert 500 <= seen < 500 + batch_size


def test_a_measurement_is_that_of_the_network_in_evaluation_mode():
    digits = Bars(200)
    session = live_training.Session(digits, model="lecture", batch_size=100)
    now = session.advance(0.001)
    probabilities = evaluation.predict(session.model, digits.validation.images)
    labels = digits.validation.labels
    assert now.validation_accuracy == np.mean(probabilities.argmax(1) == labels)
    loss = -np.log(probabilities[range(len(labels)), labels].astype(float)).mean()
    assert now.validation_loss == pytest.approx(loss, rel=1e-3)
    np.testing.assert_array_equal(now.kernels, inspection.kernels(session.model)["conv1"])
    images, some, answers = now.read
    np.testing.assert_array_equal(images, digits.validation.images[: len(images)])
    np.testing.assert_array_equal(some, labels[: len(some)])
    np.testing.assert_array_equal(answers, probabilities.argmax(1)[: len(answers)])


@pytest.mark.slow
def test_the_same_seed_gives_the_same_training_and_another_one_another():
    def losses(seed):
        session = live_training.Session(Bars(300), seed=seed, width=2)
        return [session.advance(0.003).train_loss for _ in range(2)]

    assert losses(1) == losses(1) != losses(2)


def test_a_rate_of_nothing_changes_nothing_but_the_running_statistics():
    session = live_training.Session(Bars(300), width=2)
    before = inspection.kernels(session.model)
    session.advance(0.0)
    after = inspection.kernels(session.model)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_rate_far_too_large_gives_finite_numbers():
    session = live_training.Session(Bars(300), model="linear")
    for _ in range(3):
        now = session.advance(100.0)
    assert np.isfinite([now.train_loss, now.validation_loss]).all() and now.kernels is None
