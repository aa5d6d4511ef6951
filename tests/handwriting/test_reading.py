"""A network that has learnt from MNIST alone reads the digits of other people.

The 1,797 digits of 8×8 cells that come with scikit-learn were written in another country and
counted down by another program: E. Alpaydin and C. Kaynak (1998), *Optical Recognition of
Handwritten Digits*.
"""

import os

import numpy as np
import pytest
from sklearn.datasets import load_digits

from cnncourse.handwriting.form import to_mnist

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "CNNCOURSE_DATA" not in os.environ, reason="needs MNIST: set CNNCOURSE_DATA to its folder"
    ),
]


@pytest.fixture(scope="module")
def network():
    pytest.importorskip("torch")
    from cnncourse.lab import digits, models, training

    mnist = digits.load()
    if mnist.name != "MNIST":
        pytest.skip("CNNCOURSE_DATA holds no MNIST")
    model = models.build("small")
    training.fit(model, mnist.first(20_000), progress=False)  # a third of them is enough
    return model


@pytest.mark.parametrize("light_ink", [True, False])
def test_digits_of_another_country_are_read_at_95_per_cent(network, light_ink):
    from cnncourse.lab import evaluation

    cells, labels = load_digits(return_X_y=True)
    scans = np.rint(255 * (cells.reshape(-1, 8, 8) / 16)).astype(np.uint8)
    scans = scans if light_ink else 255 - scans
    ready = np.rint(255 * np.stack([to_mnist(scan) for scan in scans])).astype(np.uint8)
    assert evaluation.accuracy(evaluation.predict(network, ready), labels) >= 0.95
