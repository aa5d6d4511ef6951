"""A pad to draw a digit on, with mouse, pen, finger or keyboard.

    >>> from cnncourse.widgets.drawpad import DrawPad
    >>> pad = DrawPad()
    >>> pad.value.shape, float(pad.value.max())
    ((28, 28), 0.0)

It is a control like any other: it has a `description` and a `value` to be set and observed. The
drawing itself happens in the browser, in ``drawpad.js`` beside this file.
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import numpy as np
import traitlets

SIDE = 28  # pixels, as in MNIST


class DrawPad(anywidget.AnyWidget):
    """A square pad; white ink on black, as in MNIST.

    Attributes
    ----------
    value : ndarray of float of shape (28, 28), from 0 (empty) to 1 (ink)
        Changes while the learner draws, at most ten times a second. Setting it draws it.
    image : list of 784 int, 0…255
        What travels to the browser and back: the value row by row.
    description : str
        The visible label.
    """

    _esm = Path(__file__).with_name("drawpad.js")

    image = traitlets.List(traitlets.Int(min=0, max=255), [0] * SIDE**2, SIDE**2, SIDE**2).tag(
        sync=True
    )
    description = traitlets.Unicode("draw a digit").tag(sync=True)
    value = traitlets.Instance(np.ndarray)

    def __init__(self, description: str = "draw a digit") -> None:
        super().__init__(description=description)

    @traitlets.default("value")
    def _empty(self) -> np.ndarray:
        return np.zeros((SIDE, SIDE))

    @traitlets.validate("value")
    def _check(self, proposal: dict) -> np.ndarray:
        value = np.asarray(proposal["value"], dtype=float)
        if value.shape != (SIDE, SIDE) or not ((value >= 0) & (value <= 1)).all():
            raise traitlets.TraitError(
                f"value must be {SIDE}×{SIDE} numbers from 0 to 1, not of shape {value.shape} "
                f"from {np.min(value, initial=0):g} to {np.max(value, initial=0):g}"
            )
        return value

    @traitlets.observe("image")
    def _read_image(self, _change: object) -> None:
        if self.image != _to_image(self.value):
            self.value = np.array(self.image, dtype=float).reshape(SIDE, SIDE) / 255

    @traitlets.observe("value")
    def _write_image(self, _change: object) -> None:
        self.image = _to_image(self.value)

    def clear(self) -> None:
        """Wipe the pad."""
        self.value = np.zeros((SIDE, SIDE))


def _to_image(value: np.ndarray) -> list[int]:
    return np.rint(255 * value).astype(int).ravel().tolist()
