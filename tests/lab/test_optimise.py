"""Before a training: the rate finder finds, and every broken loop fails in its own way."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from cnncourse.lab import digits, loop, models, optimise
from cnncourse.lab.reproducible import using_seed
from cnncourse.lab.threads import using_threads

SAMPLE = digits.sample()


def loader():
    train = SAMPLE.train.first(500)
    return DataLoader(loop.DigitSet(train.images, train.labels), 25)


def test_the_loss_falls_in_the_middle_and_the_network_stays_as_it_is():
    net = models.build("small")
    before = [p.clone() for p in net.parameters()]
    rates, losses = optimise.find_rate(net, loader(), low=1e-5, high=100, steps=50)
    assert rates[0] == 1e-5 and rates[-1] == pytest.approx(100)
    np.testing.assert_allclose(np.diff(np.log(rates)), np.log(1e7) / 49)
    best = int(np.argmin(losses))
    assert 1e-3 < rates[best] < 10 and losses[best] < 0.6 * losses[0] < losses[-1]
    assert all(map(torch.equal, before, net.parameters()))


def test_the_search_for_a_rate_ends_where_the_loss_is_no_number():
    class Explodes(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.dense, self.calls = torch.nn.Linear(784, 10), 0

        def forward(self, images):
            self.calls += 1
            return self.dense(images.flatten(1)) * (torch.inf if self.calls > 5 else 1)

    rates, losses = optimise.find_rate(Explodes(), loader(), steps=60)
    assert len(rates) == len(losses) == 5 and np.isfinite(losses).all()


def test_the_steepest_place_is_before_the_lowest_one():
    rates, losses = [1, 2, 3, 4, 5, 6, 7], [9, 8.9, 6, 3, 2.9, 20, 1_000]
    assert optimise.steepest(rates, losses) == 3
    assert optimise.steepest(rates, [1, 2, 3, 4, 50, 6, 7]) == 1  # it only rises


@pytest.fixture(scope="module")
def outcomes():
    """The first loss, the last losses and the accuracy of every loop, after three epochs."""
    found = {}
    validation = DataLoader(loop.DigitSet(SAMPLE.validation.images, SAMPLE.validation.labels), 100)
    for name, one in {"sound": optimise.epoch, **optimise.BUGS}.items():
        net, data = models.build("small", seed=1), loader()
        optimiser = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
        with using_seed(0), using_threads(1):  # how sums are rounded depends on the threads
            losses = sum((one(net, data, optimiser) for _ in range(3)), [])
        found[name] = (losses[0], float(np.mean(losses[-10:])), loop.evaluate(net, validation)[1])
    return found


@pytest.mark.slow
def test_the_sound_loop_learns(outcomes):
    _, last, share = outcomes["sound"]
    assert last < 0.3 and share > 0.85


@pytest.mark.slow
def test_every_bug_shows_in_its_curves(outcomes):
    end = {name: values[1:] for name, values in outcomes.items()}
    assert 1.46 < end["softmax before the cross-entropy"][0] < 1.9
    assert end["softmax before the cross-entropy"][1] > 0.6  # it reads well, and the loss is high
    assert end["no optimiser.step()"][0] == pytest.approx(outcomes["sound"][0], abs=0.6)
    assert end["the labels belong to other images"][1] < 0.3
    assert 1.8 < end["the labels belong to other images"][0] < 4
    assert all(values[0] > 0 for name, values in outcomes.items() if "sign" not in name)
    assert outcomes["the loss has the wrong sign"][0] < 0  # as a learner's own loop prints it
    assert end["the loss has the wrong sign"][0] < -1000
    assert end["the learning rate is 100 times too high"][1] < 0.5
    assert 5 < end["gradients are never set to zero"][0] < 1000


def test_the_rate_is_the_optimisers_again_afterwards():
    net = models.build("linear")
    optimiser = torch.optim.SGD(net.parameters(), lr=0.02)
    optimise.epoch(net, loader(), optimiser, factor=100)
    optimise.epoch(net, loader(), optimiser)
    assert optimiser.param_groups[0]["lr"] == 0.02
