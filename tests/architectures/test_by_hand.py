"""The sums of notebook 06 agree with the records that are counted layer by layer."""

import numpy as np
import pytest

from cnncourse.architectures import by_hand, networks, swaps, torchsummary_estimate, trace
from cnncourse.architectures.layers import Conv, PartialConv


def test_partly_connected_layers():
    record = PartialConv(16, 5, reads=networks.C3_READS)
    assert by_hand.partial_parameters(networks.C3_READS, 5) == record.params((6, 14, 14)) == 1_516


@pytest.mark.parametrize("settings", [(3, 96, 11, 1), (96, 256, 5, 2), (64, 64, 3, 64)])
def test_grouped_layers(settings):
    c_in, channels, kernel, groups = settings
    record = Conv(channels, kernel, groups=groups)
    assert by_hand.grouped_parameters(*settings) == record.params((c_in, 1, 1))


@pytest.mark.parametrize("change, kernel", [("one 5×5 → two 3×3", 5), ("one 7×7 → three 3×3", 7)])
def test_stacks(change, kernel):
    before, after = swaps.swap(change, 64, 28)
    assert by_hand.stack_ratio(kernel) == after.params / before.params


@pytest.mark.parametrize("place", networks.INCEPTION)
def test_inception_modules(place):
    widths = networks.INCEPTION[place]
    traced = trace([networks.inception(widths)], (480, 7, 7))
    assert by_hand.inception_parameters(480, widths) == traced.totals.params


def test_memory():
    table = trace("vgg16")
    estimate = by_hand.memory_estimate(row.shape for row in table)
    assert estimate == pytest.approx(torchsummary_estimate(table).passes)


def test_means_and_a_block_that_does_nothing():
    maps = np.arange(12.0).reshape(3, 2, 2)
    assert by_hand.global_average(maps).tolist() == [1.5, 5.5, 9.5]
    x, nothing = np.array([1.0, -2, 3]), np.zeros((3, 3))
    assert by_hand.residual_block(x, nothing, nothing).tolist() == [1, 0, 3]
