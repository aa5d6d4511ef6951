"""The pictures that markdown shows: every file in img/, and the figure that draws it.

`make figures` writes them; a test holds the files equal to what is drawn here. No picture
reads a photograph, whose pixels depend on the decoder, so the text is the same on every machine.

    >>> PICTURES["convimg"]().title
    'A kernel slides over an image'
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cnncourse.figures import svg
from pictures.animations import sliding_kernel, sliding_volume
from pictures.hero import dark, following, hero, portrait

FOLDER = Path(__file__).parents[2] / "img"

SOBEL_Y = ((-1, -2, -1), (0, 0, 0), (1, 2, 1))

# File name without .svg → the figure.
PICTURES: dict[str, Callable[[], svg.Svg]] = {
    "hero": lambda: hero(portrait(), SOBEL_Y, corner=(15, 20), step=20),
    "hero-dark": lambda: dark(PICTURES["hero"]()),
    "convimg": lambda: following(sliding_kernel(_corner(), np.array([[-1, 0, 1]] * 3))),
    "3d-conv": lambda: following(sliding_volume(*_three_channels(), bias=1)),
    "same_padding": lambda: following(sliding_kernel(np.ones((5, 5)), np.ones((3, 3)), padding=1)),
}


def save_all(folder: Path = FOLDER) -> list[Path]:
    """Draw every picture into a folder and return the files."""
    paths = []
    for name, draw in PICTURES.items():
        paths.append(folder / f"{name}.svg")
        draw().save(paths[-1])
    return paths


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
