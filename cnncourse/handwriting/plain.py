"""Two steps from a photograph to MNIST's form, as plain as they can be: learners write them.

>>> crop_to_square(np.array([[0, 0, 0], [0, 9, 0], [0, 8, 0]]))
array([[9, 0],
       [8, 0]])

:mod:`cnncourse.handwriting.ink` and :mod:`cnncourse.handwriting.form` do the same with more care:
for uneven light, noise, lines and thin pens.
"""

from __future__ import annotations

import numpy as np


def white_on_black(photo: np.ndarray) -> np.ndarray:
    """Return a grey photo with light ink: its negative if more than half of its border is bright.

    Parameters
    ----------
    photo : ndarray of uint8 of shape (H, W)
    """
    border = np.concatenate([photo[0], photo[-1], photo[1:-1, 0], photo[1:-1, -1]])
    return 255 - photo if np.mean(border > 127) > 0.5 else photo


def crop_to_square(ink: np.ndarray) -> np.ndarray:
    """Return the smallest rectangle that holds all ink, in the middle of a black square.

    Parameters
    ----------
    ink : ndarray of shape (H, W)
        0 where there is none.
    """
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = cut.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    square = np.zeros((side, side), ink.dtype)
    square[top : top + height, left : left + width] = cut
    return square
