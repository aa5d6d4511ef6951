"""Matrices as controls: their numbers are changed in the picture itself.

    >>> from cnncourse.widgets.matrix import Matrix
    >>> weights = Matrix("weights", [[0, 1], [2, 3]])
    >>> weights.value
    ((0.0, 1.0), (2.0, 3.0))

They are controls like any other: with a `description`, and a `value` that can be set and observed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import traitlets


class Matrix(traitlets.HasTraits):
    """A matrix of numbers: a picture marked with `marks.edit` shows it.

    Parameters
    ----------
    description : str
    value : sequence of sequences of float, or ndarray of shape (rows, columns)

    Attributes
    ----------
    value : tuple of tuples of float
    """

    value = traitlets.Any()
    description = traitlets.Unicode()

    def __init__(self, description: str, value: Sequence[Sequence[float]] | np.ndarray) -> None:
        super().__init__(description=description)
        self.value = value

    @traitlets.validate("value")
    def _as_tuples(self, proposal: dict) -> tuple[tuple[float, ...], ...]:
        """Tuples can be compared, and cannot be changed unseen."""
        matrix = np.asarray(proposal["value"], dtype=float)
        if matrix.ndim != 2 or matrix.size == 0:
            raise traitlets.TraitError(
                f"{self.description} must be a matrix of numbers, not of shape {matrix.shape}"
            )
        return tuple(tuple(row) for row in matrix.tolist())
