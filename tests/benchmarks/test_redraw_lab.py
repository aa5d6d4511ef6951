"""From a moved control to a new picture in the MNIST lab, where a network answers on the way."""

from functools import partial
from statistics import median

import numpy as np
import pytest
from test_redraw import movable, move
from timing import seconds

from cnncourse.explorers import mnist_lab as explorers
from cnncourse.handwriting import specimen
from cnncourse.lab import digits, evaluation, inspection, models

AT_ONCE = 0.05  # seconds: below a tenth of a second a learner feels no delay


@pytest.fixture(scope="module")
def looked_at():
    return digits.load(offline=True).validation.first(100)


@pytest.fixture(scope="module")
def network():
    """As built: an untrained network takes as long as a trained one."""
    return models.build("small").eval()


def filters_over_time(network, looked_at):
    few = looked_at.first(50)
    return explorers.filters_over_time([inspection.snapshot(network, n, few) for n in range(4)])


def layer_xray(network, looked_at):
    images = looked_at.images
    return explorers.layer_xray(
        images,
        partial(inspection.feature_maps, network),
        lambda layer: inspection.peaks(network, images, layer),
    )


def what_matters(network, looked_at):
    return explorers.what_matters(
        looked_at.images,
        partial(evaluation.predict, network),
        partial(inspection.occlusion, network),
        partial(inspection.saliency, network),
    )


def confusion(network, looked_at):
    probabilities = evaluation.predict(network, looked_at.images)
    return explorers.confusion(looked_at.images, looked_at.labels, probabilities)


def break_it(network, looked_at):
    rivals = {"small": partial(evaluation.predict, network)}
    kinds = {
        "shift": (lambda x, n: evaluation.shifted(x, 0, n), [0, 2, 4], "pixels right"),
        "turn": (evaluation.rotated, [0, 45, 90], "degrees"),
        "noise": (
            lambda x, sigma: evaluation.noisy(x, sigma, np.random.default_rng(0)),
            [0, 60, 120],
            "grey levels",
        ),
    }
    damages = {
        name: explorers.damage(*kind, rivals, looked_at.images, looked_at.labels)
        for name, kind in kinds.items()
    }
    return explorers.break_it(looked_at.images, looked_at.labels, rivals, damages)


def own_digit(network, looked_at):
    photos = {"a 7": specimen.write([[7]], looked_at, seed=0)}
    return explorers.own_digit(partial(evaluation.predict, network), photos)


@pytest.mark.parametrize(
    "build", [filters_over_time, layer_xray, what_matters, confusion, break_it, own_digit]
)
def test_every_control_of_the_lab_answers_at_once(build, network, looked_at, benchmark, capsys):
    explorer = build(network, looked_at)
    slowest = 0.0
    for control in movable(explorer):
        move(control)  # the first forward pass of a shape prepares the convolutions
        slowest = max(
            slowest, median(seconds(lambda control=control: move(control)) for _ in range(5))
        )
    benchmark.pedantic(lambda: str(explorer.draw(**explorer.values)), rounds=5, warmup_rounds=1)
    with capsys.disabled():
        print(f"\n{build.__name__}: the slowest control takes {1000 * slowest:.1f} ms")
    assert slowest <= AT_ONCE
