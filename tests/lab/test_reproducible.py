"""The same seed gives the same numbers, and whoever else draws notices nothing."""

import pytest
import torch
from torch.backends import cudnn

from cnncourse.lab.reproducible import using_seed

PLACES = [
    torch.device("cpu"),
    pytest.param(
        torch.device("cuda"),
        marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
    ),
]


def draw(seed, place):
    with using_seed(seed, place):
        return torch.rand(4, device=place)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_the_same_seed_gives_the_same_numbers(place):
    first = draw(1, place)
    torch.rand(3, device=place)  # whatever was drawn before must not matter
    assert torch.equal(draw(1, place), first) and not torch.equal(draw(2, place), first)


@pytest.mark.parametrize("other", PLACES, ids=str)
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_others_go_on_as_if_nothing_had_been_drawn(place, other):
    torch.manual_seed(3)
    expected = torch.rand(4, device=other)
    torch.manual_seed(3)
    draw(9, place)
    assert torch.equal(torch.rand(4, device=other), expected)


def test_gradients_are_added_up_in_a_fixed_order_only_meanwhile():
    before = cudnn.deterministic
    with pytest.raises(KeyboardInterrupt), using_seed(0):
        assert cudnn.deterministic
        raise KeyboardInterrupt
    assert cudnn.deterministic == before
