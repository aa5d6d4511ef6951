"""The door to handwriting: a network of PyTorch reads, and what it has learnt from comes along."""

import numpy as np
import pytest

from cnncourse.handwriting.neighbours import NearestNeighbours, halved
from cnncourse.lab.preprocess import read, to_mnist

torch = pytest.importorskip("torch")


def a_page(foot=0):
    """A page with one upright stroke, and a foot as on an L."""
    page = np.full((300, 260), 210, np.uint8)
    page[60:240, 80:100] = 70
    page[220:240, 80 : 100 + foot] = 70
    return page


class SaysThree(torch.nn.Module):
    """Sure of a 3 whatever it sees."""

    def __init__(self):
        super().__init__()
        self.bias = torch.nn.Parameter(20 * torch.eye(10)[3])

    def forward(self, x):
        return self.bias.repeat(len(x), 1)


def test_a_network_of_torch_is_taken_as_it_is():
    assert [reading.digit for reading in read(a_page(), SaysThree())] == [3]


def test_what_it_has_learnt_from_is_compared_with():
    seen = np.array([to_mnist(a_page())])
    strokes = halved(np.rint(255 * np.repeat(seen, 3, axis=0)))
    memory = NearestNeighbours(strokes, np.full(3, 3), 1.0)
    (known,) = read(a_page(), SaysThree(), memory=memory)
    (strange,) = read(a_page(foot=80), SaysThree(), memory=memory)
    assert (known.digit, known.in_distribution) == (3, True)
    assert (strange.digit, strange.in_distribution) == (None, False)
    (again,) = read(a_page(foot=80), SaysThree())
    assert again.digit == 3
