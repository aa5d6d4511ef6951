"""Networks as records, and what each of their layers costs.

``layers``    layers as records, and a small language to write stacks in
``networks``  LeNet-5 to ResNet, built of layers
``table``     :func:`trace`: shapes, parameters, products, memory and field of each layer
``swaps``     one design swapped for another
``imagenet``  the ImageNet results and their sources
"""

from cnncourse.architectures.layers import parse
from cnncourse.architectures.table import (
    connections,
    folded,
    paths,
    torchinfo_estimate,
    torchsummary_estimate,
    trace,
)

__all__ = [
    "connections",
    "folded",
    "parse",
    "paths",
    "torchinfo_estimate",
    "torchsummary_estimate",
    "trace",
]
