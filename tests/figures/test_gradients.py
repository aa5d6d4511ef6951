"""Gradients of pixels: on one scale, each with its class."""

import re

import numpy as np

from cnncourse import figures


def test_both_maps_are_drawn_on_one_scale_and_their_extremes_are_said():
    weak, strong = np.zeros((2, 28, 28))
    weak[3, 4], strong[5, 6] = 0.5, -2.0
    drawn = figures.pixel_gradients(np.zeros((28, 28)), {3: weak, 8: strong})
    assert re.findall(r"[\d.−]+ and [\d.−]+ for the score of \d", drawn.description) == [
        "0.5 and 0 for the score of 3",
        "0 and −2 for the score of 8",
    ]
    pictures = re.findall(r'href="([^"]+)"', drawn.markup)
    alone = figures.pixel_gradients(np.zeros((28, 28)), {3: weak})
    assert len(pictures) == 3 and pictures[1] not in alone.markup  # alone, 0.5 is the most
