"""The door to handwriting: a network of PyTorch reads, and a judge says whether to believe it."""

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


class SaysOne(torch.nn.Module):
    """Sure of a 1 whatever it sees."""

    def __init__(self):
        super().__init__()
        self.bias = torch.nn.Parameter(20 * torch.eye(10)[1])

    def forward(self, x):
        return self.bias.repeat(len(x), 1)


def test_a_network_of_torch_is_believed_where_there_is_a_digit():
    (stroke,), (letter,) = read(a_page(), SaysOne()), read(a_page(foot=120), SaysOne())
    assert (stroke.digit, stroke.in_distribution) == (1, True)
    assert (letter.digit, letter.in_distribution) == (None, False) and letter.confidence > 0.99


def test_another_judge_may_be_given():
    seen = np.array([to_mnist(a_page(foot=120))])
    corners = halved(np.rint(255 * np.repeat(seen, 3, axis=0)))
    judge = NearestNeighbours(corners, np.full(3, 1), 1.0)
    (stroke,) = read(a_page(), SaysOne(), judge=judge)
    (letter,) = read(a_page(foot=120), SaysOne(), judge=judge)
    assert (stroke.digit, letter.digit) == (None, 1)
