"""A network in NumPy that refuses strangers."""

import os

import numpy as np
import pytest
import strangers
from drawn_pages import STROKES, a_page, template

from cnncourse.handwriting import judge, specimen
from cnncourse.handwriting.form import to_mnist
from cnncourse.pipeline import digit
from cnncourse.split import Split


def random_weights(rng):
    shapes = {"kernels1": (5, 5, 1, 3), "kernels2": (3, 3, 3, 4), "kernels3": (3, 3, 4, 5)}
    shapes |= {"bias1": (3,), "bias2": (4,), "bias3": (5,), "dense": (45, 11), "bias": (11,)}
    return {name: rng.normal(0, 0.3, shape) for name, shape in shapes.items()}


def test_it_computes_what_pytorch_computes():
    torch = pytest.importorskip("torch")
    from torch.nn import functional as F

    rng = np.random.default_rng(0)
    weights = random_weights(rng)
    images = rng.integers(0, 256, (7, 28, 28)).astype(np.uint8)
    w = {name: torch.tensor(array, dtype=torch.float32) for name, array in weights.items()}
    x = ((torch.tensor(images) / 255 - judge.MEAN) / judge.STD).unsqueeze(1)
    for i, stride in ((1, 2), (2, 1), (3, 1)):
        kernels = w[f"kernels{i}"].permute(3, 2, 0, 1)
        x = F.conv2d(x, kernels, w[f"bias{i}"], stride, kernels.shape[-1] // 2).relu()
        x = x if i == 1 else F.max_pool2d(x, 2)
    expected = (x.permute(0, 2, 3, 1).flatten(1) @ w["dense"] + w["bias"]).softmax(1)[:, :10]
    found = judge.Network(weights).probabilities(images)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_an_image_is_looked_at_from_five_places():
    one = np.zeros((1, 28, 28), np.uint8)
    one[0, 10, 20] = 255
    places = [np.argwhere(view)[0].tolist() for view in judge.views(one)]
    assert sorted(places) == [[9, 20], [10, 19], [10, 20], [10, 21], [11, 20]]


def test_digits_that_were_never_seen_are_believed_with_the_right_answer_alone():
    drawn = np.array([np.rint(255 * to_mnist(a_page(digit))) for digit in STROKES]).astype(np.uint8)
    images = np.concatenate([drawn, [template(digit) for digit in STROKES]])
    answers = np.tile(list(STROKES), 2)
    assert judge.network().in_distribution(images, answers).mean() >= 0.95
    assert not judge.network().in_distribution(images, (answers + 1) % 10).any()


def pairs_that_touch():
    clean = Split(np.array([np.round(255 * digit(k)) for k in range(10)], np.uint8), np.arange(10))
    return strangers.spoilt(clean, 700, np.random.default_rng(1))[np.arange(700) % 7 < 3]


def test_letters_signs_scribbles_and_two_digits_are_refused():
    letters = specimen.letters("AEFGHKMNRWXae#&+")
    others = strangers.draw(300, np.random.default_rng(1), strangers.UNSEEN)
    for images, most in ((letters, 0.02), (others, 0.04), (pairs_that_touch(), 0.035)):
        answers = judge.network().probabilities(images).argmax(axis=1)
        assert judge.network().in_distribution(images, answers).mean() <= most


def test_the_weights_are_no_larger_than_a_picture():
    assert judge.FILE.stat().st_size <= 220_000


def test_no_pictures_have_no_probabilities():
    assert judge.network().probabilities(np.empty((0, 28, 28), np.uint8)).shape == (0, 10)


@pytest.mark.slow
@pytest.mark.skipif(
    "CNNCOURSE_DATA" not in os.environ, reason="needs MNIST: set CNNCOURSE_DATA to its folder"
)
def test_digits_of_mnist_are_believed():
    pytest.importorskip("torch")
    from cnncourse.lab import digits

    validation = digits.load().validation.first(1000)
    believed = judge.network().in_distribution(validation.images, validation.labels)
    assert believed.mean() >= 0.985
