"""Gradients that have come back to the pixels.

>>> from cnncourse import figures
>>> figures.pixel_gradients(np.zeros((28, 28)), {3: np.ones((28, 28))}).title
'How the scores change with each pixel'
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncourse.figures import svg
from cnncourse.images import to_uint8

SIDE = 224  # 8 for each of 28 pixels


def pixel_gradients(picture: np.ndarray, gradients: Mapping[int, np.ndarray]) -> svg.Svg:
    """Draw an image beside the gradients of some classes' scores, on one scale around zero.

    Parameters
    ----------
    picture : ndarray of shape (28, 28), from 0 to 1
    gradients : mapping of int to ndarray of shape (28, 28)
        The class, and how its score changes with each pixel.

    Returns
    -------
    Svg
    """
    limit = max(np.abs(grad).max() for grad in gradients.values())
    image = _panel(to_uint8(255 * picture), "image")
    maps = [
        _panel(svg.signed_pixels(grad, limit), f"score of {label}")
        for label, grad in gradients.items()
    ]
    strongest = [
        f"{svg.show_number(float(grad.max()))} and {svg.show_number(float(grad.min()))} "
        f"for the score of {label}"
        for label, grad in gradients.items()
    ]
    return svg.beside(
        svg.captioned(image, "image", role=svg.INPUT),
        *(svg.captioned(panel, panel.title) for panel in maps),
        title="How the scores change with each pixel",
        description="One more unit of ink changes a score most by " + "; by ".join(strongest) + ".",
    )


def _panel(pixels: np.ndarray, title: str) -> svg.Svg:
    frame = svg.rect(0.5, 0.5, SIDE - 1, SIDE - 1, line=svg.FAINT)
    return svg.Svg(svg.image(pixels, 0, 0, SIDE, SIDE) + frame, SIDE, SIDE, title)
