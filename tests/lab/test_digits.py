"""The digits themselves: their order, their form, and a test set that opens once."""

import os
from pathlib import Path

import numpy as np
import pytest

from cnncourse.files import user_folder
from cnncourse.lab import digits

pytestmark = pytest.mark.slow

REAL = Path(os.environ.get("CNNCOURSE_DATA", user_folder("cache"))) / "MNIST" / "raw"


def test_the_test_set_opens_once():
    loaded = digits.sample()
    assert len(loaded.open_test()) == 300
    with pytest.raises(ValueError, match="again=True"):
        loaded.open_test()
    assert len(loaded.open_test(again=True)) == 300


def test_the_test_set_is_the_same_seal_for_less_training_data():
    loaded = digits.sample()
    loaded.first(10).open_test()
    with pytest.raises(ValueError, match="already"):
        loaded.open_test()


def test_the_test_set_does_not_show_in_a_representation():
    assert "_sealed" not in repr(digits.sample()) and "300" not in repr(digits.sample())


def test_less_data_means_the_first_digits_and_the_same_validation():
    loaded = digits.sample()
    less = loaded.first(10)
    np.testing.assert_array_equal(less.train.images, loaded.train.images[:10])
    np.testing.assert_array_equal(less.train.labels, loaded.train.labels[:10])
    assert less.validation is loaded.validation and len(loaded.first(10**6).train) == 1297


def test_the_sample_is_all_of_scikit_learns_digits_in_order():
    from sklearn.datasets import load_digits

    loaded = digits.sample()
    parts = [loaded.train, loaded.validation, loaded.open_test()]
    assert [len(part) for part in parts] == [1297, 200, 300]
    np.testing.assert_array_equal(np.concatenate([p.labels for p in parts]), load_digits().target)


def geometry_of(images):
    """Return of each digit the longer side of its ink, and its centre of mass, down and right."""
    rows, columns = images.any(2), images.any(1)
    heights = 28 - rows.argmax(1) - rows[:, ::-1].argmax(1)
    widths = 28 - columns.argmax(1) - columns[:, ::-1].argmax(1)
    weight = images.sum((1, 2))
    down, right = ((images.sum(axis) @ np.arange(28)) / weight for axis in (2, 1))
    return np.maximum(heights, widths), down, right


def test_the_sample_has_the_form_of_mnist():
    images = digits.sample().train.images
    assert images.dtype == np.uint8 and images.shape[1:] == (28, 28)
    longest, down, right = geometry_of(images)
    assert longest.max() <= 20 and np.mean(longest == 20) > 0.95
    assert np.abs(down - 14).max() <= 0.51 and np.abs(right - 14).max() <= 0.51


def test_a_digit_keeps_its_proportions_in_mnists_form():
    bar = np.zeros((8, 8))
    bar[1:7, 3:5] = 16  # three times as high as wide
    image = digits._to_mnist_form(bar)
    rows, columns = np.flatnonzero(image.max(1) > 64), np.flatnonzero(image.max(0) > 64)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert height == 20 and 6 <= width <= 8
    assert np.isin(14, rows) and np.isin(14, columns)


@pytest.mark.skipif(
    not (REAL / "train-images-idx3-ubyte.gz").is_file(), reason="MNIST is not on this machine"
)
def test_the_real_digits_are_mnist(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_DATA", str(REAL.parent.parent))
    loaded = digits.load(offline=True)
    test = loaded.open_test()
    assert (len(loaded.train), len(loaded.validation), len(test)) == (55_000, 5_000, 10_000)
    assert loaded.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    labels = np.concatenate([loaded.train.labels, loaded.validation.labels])
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(labels).tolist() == counts
    images = np.concatenate([loaded.train.images, loaded.validation.images])
    assert images.mean() / 255 == pytest.approx(0.1306605, abs=1e-7)
    assert images.std() / 255 == pytest.approx(0.3081078, abs=1e-7)
    assert test.images.mean() / 255 == pytest.approx(0.1325146, abs=1e-7)
    assert test.images.std() / 255 == pytest.approx(0.3104802, abs=1e-7)
    longest, down, right = geometry_of(images)
    assert set(longest) == {19, 20} and np.mean(longest == 20) == pytest.approx(0.9998, abs=5e-5)
    assert (down.mean(), right.mean()) == pytest.approx((13.996, 14.007), abs=5e-4)
    assert (right.min(), right.max()) == pytest.approx((13.49, 14.50), abs=5e-3)
    ink = images[images > 0]
    assert np.mean(ink < 255) == pytest.approx(0.965, abs=5e-4)
