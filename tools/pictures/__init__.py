"""The pictures that markdown shows: every file in img/, and the figure that draws it.

`make figures` writes them; a test holds the files equal to what is drawn here. No picture
reads a photograph, whose pixels depend on the decoder, so the text is the same on every machine.

    >>> PICTURES["cross"]().title
    'Cross-correlation along one axis'
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

from cnncourse import figures
from cnncourse.architectures import networks, trace
from cnncourse.architectures.imagenet import RESULTS
from cnncourse.convolution import correlate
from cnncourse.figures import svg
from cnncourse.pipeline import digit, random_weights, run
from pictures.animations import sliding_kernel, sliding_volume
from pictures.hero import hero, portrait

FOLDER = Path(__file__).parents[2] / "img"

SOBEL_Y = ((-1, -2, -1), (0, 0, 0), (1, 2, 1))

# File name without .svg → the figure.
PICTURES: dict[str, Callable[[], svg.Svg]] = {
    "hero": lambda: hero(portrait(), SOBEL_Y, step=24 * 38 + 13),
    "cross": lambda: figures.sliding_sum([128, 255, 123, 45, 4], _FIVE_WEIGHTS),
    "convimg": lambda: sliding_kernel(_corner(), np.array([[-1, 0, 1]] * 3)),
    "3d-conv": lambda: sliding_volume(*_three_channels(), bias=1),
    "activations": figures.activations,
    "flattening": lambda: figures.flattening(np.arange(12).reshape(2, 2, 3)),
    "fullyc": figures.fully_connected,
    "dropout": lambda: figures.dropout(*_small_net(), _three_masks(), p=0.5),
    "mnistarch": lambda: figures.pipeline(run(digit(3), random_weights(0)), as_paths=True),
    "convnet": lambda: figures.network_overview(trace("lenet5")),
    "padding": lambda: figures.padded_input(np.arange(1.0, 26).reshape(5, 5), 1, 3),
    "convwpad": lambda: figures.convolution(_counting(3), _counting(2), padding=1, step=2),
    "same_padding": lambda: sliding_kernel(np.ones((5, 5)), np.ones((3, 3)), padding=1),
    "stride": lambda: figures.stride_selections(
        correlate(_counting(3), _counting(2), padding=1), [(2, 2), (3, 2), (3, 3)]
    ),
    "stride2": lambda: figures.strided_windows(_counting(3), _counting(2), padding=1),
    "array-layout": lambda: figures.array_layout(_colour_patch(), row=0, column=3),
    "lenet5": lambda: figures.network_stack(
        trace("lenet5-1998"), title="LeNet-5 (1998)", note="A scaled tanh after all but the last."
    ),
    "alexnet": lambda: figures.network_stack(
        trace("alexnet-2012"),
        title="AlexNet (2012)",
        repeat=True,
        note="Halved bars: each of two GPUs reads its own half of the channels.",
    ),
    "alexnetvslenet": lambda: figures.two_stacks(
        trace("lenet5-1998"),
        trace("alexnet-2012"),
        _LENET_AND_ALEXNET,
        titles=("LeNet-5 (1998)", "AlexNet (2012)"),
    ),
    "vgg2": lambda: figures.network_stack(trace("vgg16-lecture"), title="VGG-16 (2014)"),
    "googlenet": lambda: figures.googlenet_graph(
        networks.googlenet(torchvision=False), networks.PHOTO, ("4a", "4d")
    ),
    "inception": lambda: figures.inception_module(
        networks.inception(networks.INCEPTION["3a"], place="3a"), (192, 28, 28)
    ),
    "inception-full": lambda: figures.network_stack(
        trace("googlenet-2014"), title="GoogLeNet (2014)"
    ),
    "resnet-block": lambda: figures.residual_block(networks.basic_block(64), (64, 56, 56)),
    "ResNetFull": lambda: figures.network_stack(trace("resnet50"), title="ResNet-50"),
    "residual-block2": lambda: svg.beside(
        *_two_bottlenecks(), gap=0, title="Two kinds of shortcut"
    ),
    "imagenet": lambda: figures.imagenet_chart(RESULTS),
}

_FIVE_WEIGHTS = [Fraction(*ratio) for ratio in ((1, 9), (4, 7), (-3, 2), (4, 5), (1, 7))]

# Rows of the two pictures, counted from the input, that play the same part.
_LENET_AND_ALEXNET = (
    *((place, place) for place in range(6)),
    *((None, place) for place in range(6, 10)),
    *((6, 10), (7, 11)),
)


def save_all(folder: Path = FOLDER) -> list[Path]:
    """Draw every picture into a folder and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, draw in PICTURES.items():
        paths.append(folder / f"{name}.svg")
        draw().save(paths[-1])
    return paths


def _two_bottlenecks() -> tuple[svg.Svg, svg.Svg]:
    """A block of ResNet-50 that keeps the shape, and the first one that changes it."""
    before = (256, 56, 56)
    return (
        figures.residual_block(networks.bottleneck(64, place="layer1.1"), before),
        figures.residual_block(
            networks.bottleneck(128, stride=2, project=True, place="layer2.0"), before
        ),
    )


def _counting(size: int) -> np.ndarray:
    """The numbers 0, 1, 2 … in reading order."""
    return np.arange(size * size, dtype=float).reshape(size, size)


def _corner() -> np.ndarray:
    """A 6×6 image of a bright corner: an upright and a level edge."""
    image = np.zeros((6, 6))
    image[2:, 3:] = 9
    return image


def _three_channels() -> tuple[np.ndarray, np.ndarray]:
    """A 3-channel 4×4 image of small numbers, and a 2×2 kernel with a slice for each channel."""
    channel, row, column = np.indices((3, 4, 4))
    image = (row * (channel + 1) + 2 * column + row * column) % 5.0
    kernel = np.array([[[1, 0], [0, 1]], [[0, -1], [1, 0]], [[1, 1], [-1, -1]]], float)
    return image, kernel


def _small_net() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An input of 4 numbers, and weights into 8 hidden units and on into 3 classes."""
    before, unit = np.indices((4, 8))
    after, label = np.indices((8, 3))
    hidden, output = (3 * before + 5 * unit) % 7 - 2, (2 * after + 3 * label) % 5 - 2
    return np.array([0.2, 0.4, 0.6, 0.8]), 0.3 * hidden, 0.4 * output


def _three_masks() -> np.ndarray:
    """Which of the 8 hidden units three passes keep."""
    return np.array([[1, 0, 1, 1, 0, 0, 1, 0], [0, 1, 0, 1, 1, 0, 0, 1], [1, 1, 0, 0, 1, 1, 0, 1]])


def _colour_patch() -> np.ndarray:
    """4×5 pixels of red, green and blue, no two numbers of a pixel alike."""
    row, column, channel = np.indices((4, 5, 3))
    return (40 + 37 * row + 23 * column + 61 * channel + 11 * row * column * channel) % 256
