"""What is near to the digits of its answer is known; what is far from them is not."""

import numpy as np
import pytest

from cnncourse.handwriting import neighbours
from cnncourse.handwriting.neighbours import NearestNeighbours, halved, remember
from cnncourse.pipeline import digit
from cnncourse.split import Split

RNG = np.random.default_rng(0)


def some(n, start=0):
    """n drawn digits of each kind."""
    images = [np.round(255 * digit(k, start + i)) for i in range(n) for k in range(10)]
    return Split(np.array(images, np.uint8), np.tile(np.arange(10), n))


@pytest.fixture(scope="module")
def drawn():
    return some(40), some(10, start=40)


@pytest.fixture
def memory(monkeypatch, drawn):
    monkeypatch.setattr(neighbours, "LEAST", 100)
    return remember(*drawn)


def test_each_pixel_of_a_halved_image_is_the_mean_of_four():
    image = RNG.integers(0, 256, (3, 28, 28)).astype(np.uint8)
    assert halved(image).shape == (3, 14, 14)
    assert halved(image)[1, 4, 6] == np.rint(image[1, 8:10, 12:14].mean())


def test_the_nearest_are_those_that_a_plain_search_finds(memory):
    asked = some(2, start=60)
    answers = (asked.labels + 1) % 10  # wrong ones: then other digits are near
    places, distances = memory.nearest(asked.images, answers)
    for image, answer, place, distance in zip(
        asked.images, answers, places, distances, strict=True
    ):
        same = np.flatnonzero(memory.labels == answer)
        apart = memory.images[same] / 255 - halved(image[None])[0] / 255
        apart = np.sqrt((apart**2).sum(axis=(1, 2)))
        np.testing.assert_allclose(distance, np.sort(apart)[:3], atol=1e-3)
        assert set(memory.labels[place]) == {answer}
        assert apart[np.flatnonzero(same == place[0])[0]] == pytest.approx(distance[0], abs=1e-3)


def test_a_remembered_digit_is_its_own_nearest(memory):
    learnt = some(40)
    places, distances = memory.nearest(learnt.images[:20], learnt.labels[:20])
    assert np.all(distances[:, 0] < 0.01)
    np.testing.assert_array_equal(memory.images[places[:, 0]], halved(learnt.images[:20]))


def test_98_of_100_digits_pass_and_other_pictures_do_not(memory):
    held_out = some(10, start=40)
    assert memory.in_distribution(held_out.images, held_out.labels).mean() == pytest.approx(
        0.98, abs=0.011
    )
    noise = RNG.integers(0, 256, (20, 28, 28)).astype(np.uint8)
    assert not memory.in_distribution(noise, np.arange(20) % 10).any()


def test_nine_digits_in_ten_are_nearer_to_their_own_kind_than_to_the_next(memory):
    asked = some(5, start=60)
    right, wrong = (memory.distance(asked.images, (asked.labels + n) % 10) for n in (0, 1))
    assert np.mean(right < wrong) > 0.9


def test_too_few_digits_set_no_limit():
    few = remember(some(10), some(2, start=40))
    assert len(few.labels) == 100 < neighbours.LEAST and few.limit == np.inf
    noise = RNG.integers(0, 256, (3, 28, 28)).astype(np.uint8)
    assert few.in_distribution(noise, np.array([1, 2, 3])).all()


def test_no_held_out_digits_set_no_limit(memory):
    assert remember(some(40), some(0)).limit == np.inf


def test_where_fewer_than_three_digits_are_known_the_distance_is_infinite():
    two = some(2)
    places, distances = NearestNeighbours(halved(two.images), two.labels).nearest(
        two.images[:1], two.labels[:1]
    )
    assert np.isfinite(distances[0]).tolist() == [True, True, False]


def test_no_more_than_12_000_digits_are_kept():
    many = Split(np.zeros((12_001, 28, 28), np.uint8), np.arange(12_001) % 10)
    assert len(remember(many, many).labels) == neighbours.MOST == 12_000
