"""Matrices as controls: their numbers are changed in the picture itself, or in a grid of boxes.

    >>> from cnncourse.widgets.matrix import Matrix
    >>> weights = Matrix("weights", [[0, 1], [2, 3]])
    >>> weights.value
    ((0.0, 1.0), (2.0, 3.0))

They are controls like any other: with a `description`, and a `value` that can be set and observed.
"""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as widgets
import numpy as np
import traitlets
from ipywidgets.widgets.widget_description import DescriptionStyle

# The label of a box is for screen readers; a sighted reader sees where the box stands.
_STYLE = """<style>
.cnncourse-matrix .widget-label {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
.cnncourse-matrix { margin: 4px 16px 4px 0; }
.cnncourse-matrix .widget-text input[type="number"] { text-align: right; padding: 0 4px; }
</style>"""


class Matrix(traitlets.HasTraits):
    """A matrix of numbers that has no boxes: a picture marked with `marks.edit` shows it.

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
        return _tuples(self.description, proposal["value"])


class MatrixInput(widgets.VBox):
    """A matrix of numbers to edit in boxes.

    Parameters
    ----------
    description : str
        The visible label, and the first word of each box's label.
    value : sequence of sequences of float, or ndarray of shape (rows, columns)
    step : float
        What an arrow key adds.

    Attributes
    ----------
    value : tuple of tuples of float
        Setting it, to any size, changes the boxes; typing in a box changes it.
    """

    value = traitlets.Any()
    description = traitlets.Unicode()

    def __init__(
        self, description: str, value: Sequence[Sequence[float]] | np.ndarray, step: float = 1
    ) -> None:
        self._step = step
        # one look for all boxes: each would make its own, and the page has to build them
        self._look = {
            "layout": widgets.Layout(width="5.2em", margin="1px"),
            "style": DescriptionStyle(),
        }
        self._spare: dict[tuple[int, int], widgets.FloatText] = {}
        self._setting = False
        self._label = widgets.HTML(f"{_STYLE}<b>{description}</b>")
        self._rows = widgets.VBox()
        super().__init__([self._label, self._rows], description=description)
        self.add_class("cnncourse-matrix")
        self.value = value

    @traitlets.validate("value")
    def _as_tuples(self, proposal: dict) -> tuple[tuple[float, ...], ...]:
        return _tuples(self.description, proposal["value"])

    @traitlets.observe("value")
    def _fill_boxes(self, _change: object) -> None:
        if self._setting:
            return
        self._setting = True
        try:
            rows = [
                widgets.HBox([self._box(r, c, number) for c, number in enumerate(row)])
                for r, row in enumerate(self.value)
            ]
            self._rows.children = rows
        finally:
            self._setting = False

    def _box(self, row: int, column: int, number: float) -> widgets.FloatText:
        """The box of a place, made the first time the matrix is large enough to need it."""
        box = self._spare.get((row, column))
        if box is None:
            box = widgets.FloatText(
                description=f"{self.description} row {row + 1} column {column + 1}",
                step=self._step,
                continuous_update=True,
                **self._look,
            )
            box.observe(self._read_boxes, "value")
            self._spare[row, column] = box
        box.value = number
        return box

    def _read_boxes(self, _change: object) -> None:
        if self._setting:
            return
        self._setting = True
        try:
            self.value = [[box.value for box in row.children] for row in self._rows.children]
        finally:
            self._setting = False


def _tuples(name: str, value: object) -> tuple[tuple[float, ...], ...]:
    """A matrix as tuples, which can be compared and cannot be changed unseen."""
    matrix = np.asarray(value, dtype=float)
    if matrix.ndim != 2 or matrix.size == 0:
        raise traitlets.TraitError(
            f"{name} must be a matrix of numbers, not of shape {matrix.shape}"
        )
    return tuple(tuple(row) for row in matrix.tolist())
