"""A layer has one name, and it says the settings that matter to a reader."""

import pytest

from cnncourse.architectures import networks
from cnncourse.architectures.layers import (
    AveragePool,
    Conv,
    GlobalAveragePool,
    Linear,
    MaxPool,
    PartialConv,
    Subsampling,
)


@pytest.mark.parametrize(
    ("layer", "label"),
    [
        (Conv(8, 3), "conv 3×3"),
        (Conv(8, 7, stride=2), "conv 7×7 /2"),
        (Conv(8, 3, groups=2), "conv 3×3"),
        (Conv(8, 3, groups=8), "depthwise 3×3"),
        (Conv(1, 1), "conv 1×1"),
        (PartialConv(1, 5, reads=((0,),)), "conv 5×5"),
        (MaxPool(2), "max pooling 2×2 /2"),
        (MaxPool(3, stride=1), "max pooling 3×3"),
        (AveragePool(5, stride=3), "average pooling 5×5 /3"),
        (GlobalAveragePool(), "global average pooling"),
        (GlobalAveragePool(7), "average pooling to 7×7"),
        (Subsampling(2), "subsampling 2×2 /2"),
        (Linear(10), "dense"),
        (networks.inception(networks.INCEPTION["4d"], place="4d"), "inception 4d"),
        (networks.bottleneck(64, stride=2, place="layer3.0"), "block 3.0 /2"),
        (networks.bottleneck(64, stride=2, step_first=True, place="layer3.0"), "block 3.0 /2"),
    ],
)
def test_a_layer_is_called_by_what_it_does_with_its_size_and_stride(layer, label):
    assert layer.label == label


def test_every_layer_of_every_network_has_a_name_of_its_kind():
    nouns = {}
    for network in networks.NETWORKS.values():
        for layer in network.layers:
            assert layer.label and layer.noun
            if layer.noun != "layer":  # blocks are told apart by their places
                assert nouns.setdefault(layer.kind, layer.noun) == layer.noun
    assert nouns["MaxPool2d"] != nouns["AdaptiveAvgPool2d"]
