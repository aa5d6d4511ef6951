"""A photograph of a page of digits, made by the program: something to read without a camera.

    photo = page.write([[3, 1, 4], [1, 5, 9]], digits.load().validation)

The handwriting is real; paper, shadow, blur and grain are computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from cnncourse import images
from cnncourse.handwriting import form
from cnncourse.split import Split

CELL = 140  # pixels between the middles of two places
MARGIN = 30
PAPER, INK, SHADOW, GRAIN = 225.0, 60.0, 70.0, 4.0  # grey levels


def write(rows: Sequence[Sequence[int]], hand: Split, *, seed: int = 0) -> np.ndarray:
    """Return a page with digits in rows: dark ink, a shadow across the paper, grain.

    Parameters
    ----------
    rows : sequence of sequences of int
        The digits of each row, 0 to 9.
    hand : Split
        Handwritten digits to take them from.
    seed : int
        Decides which examples are taken, how they lie, and the grain.

    Returns
    -------
    ndarray of uint8 of shape (H, W)

    Raises
    ------
    ValueError
        If there is nothing to write, or a digit has no example.
    """
    if not any(len(row) for row in rows):
        raise ValueError("there is no digit to write: try rows such as [[3, 1, 4], [1, 5, 9]]")
    rng = np.random.default_rng(seed)
    columns = max(len(row) for row in rows)
    ink = np.zeros((len(rows) * CELL + 2 * MARGIN, columns * CELL + 2 * MARGIN))
    for i, row in enumerate(rows):
        for j, digit in enumerate(row):
            drawn = _enlarged(_example(hand, digit, rng), int(rng.integers(100, 141)))
            down, right = rng.integers(0, CELL - len(drawn) + 1, 2)
            top, left = MARGIN + i * CELL + down, MARGIN + j * CELL + right
            ink[top : top + len(drawn), left : left + len(drawn)] += drawn
    return _photographed(np.minimum(ink, 1), rng)


def letters(text: str) -> np.ndarray:
    """Return letters in MNIST's form, for a network that has learnt digits alone.

    Parameters
    ----------
    text : str
        Printed letter by letter in a font that comes with OpenCV.

    Returns
    -------
    ndarray of uint8 of shape (N, 28, 28)
    """
    ready = []
    for letter in text:
        sheet = np.full((200, 200), 255, np.uint8)
        cv2.putText(sheet, letter, (60, 140), cv2.FONT_HERSHEY_SIMPLEX, 4, 0, 6, cv2.LINE_AA)
        ready.append(images.to_uint8(255 * form.to_mnist(sheet)))
    return np.array(ready)


def _example(hand: Split, digit: int, rng: np.random.Generator) -> np.ndarray:
    places = np.flatnonzero(hand.labels == digit)
    if not len(places):
        raise ValueError(
            f"there is no example of {digit!r}: use digits from 0 to 9 and more examples"
        )
    return hand.images[rng.choice(places)]


def _enlarged(digit: np.ndarray, side: int) -> np.ndarray:
    """A digit (28, 28) with clean strokes from 0 to 1, in a square of `side` pixels."""
    smooth = cv2.resize(digit / 255.0, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.clip((cv2.GaussianBlur(smooth, (0, 0), side / 70) - 0.4) / 0.2, 0, 1)


def _photographed(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink from 0 to 1 as a grey photograph: darker towards one corner, grainy, a little soft."""
    rows, columns = np.indices(ink.shape) / np.array(ink.shape)[:, None, None]
    light = PAPER - SHADOW * rows * columns
    grey = light * (1 - ink * (1 - INK / PAPER))
    soft = cv2.GaussianBlur(grey, (0, 0), 1) + rng.normal(0, GRAIN, ink.shape)
    return np.clip(np.rint(soft), 0, 255).astype(np.uint8)
