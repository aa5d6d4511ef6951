"""A control for a digit of one's own: an example, a drawing, a photograph, or typed characters.

>>> import numpy as np
>>> digit = DigitInput({"a blot": np.zeros((9, 9), dtype=np.uint8)})
>>> digit.value.name, digit.value.pixels.shape
('a blot', (9, 9))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import ipywidgets as widgets
import numpy as np
import traitlets

from cnncourse import images
from cnncourse.figures import svg
from cnncourse.widgets.photo import Photo
from cnncourse.widgets.upload import PictureUpload

DRAW, UPLOAD, TYPE = "draw it", "a photo of mine", "type it"
SHOWN = 280  # pixels of a photo beside the picture
LONGEST_SIDE = 1000  # pixels of an uploaded photo: enough for handwriting

SEVEN = """\
.#######.
.......#.
......##.
......#..
.....##..
.....#...
....##...
"""


class DigitInput(widgets.VBox):
    """A drop-down of examples and of ways to bring a digit; the chosen way appears below.

    Parameters
    ----------
    examples : mapping of str to ndarray
        Pictures by name, (H, W) or (H, W, 3), dtype uint8.
    pad : widget, optional
        To draw on; its `value` is a picture. Without one there is no "draw it".
    type_in : callable, optional
        Turns typed text into a picture, or raises ValueError. Without it there is no "type it".

    Attributes
    ----------
    value : Photo
    description : str
        "digit"
    """

    value = traitlets.Instance(Photo)
    description = traitlets.Unicode("digit")

    def __init__(
        self,
        examples: Mapping[str, np.ndarray],
        *,
        pad: widgets.Widget | None = None,
        type_in: Callable[[str], np.ndarray] | None = None,
    ) -> None:
        self._examples, self._type_in, self.pad = dict(examples), type_in, pad
        ways = [DRAW] * (pad is not None) + [UPLOAD] + [TYPE] * (type_in is not None)
        self.choice = widgets.Dropdown(
            options=[*self._examples, *ways],
            description="digit",
            layout=widgets.Layout(width="max-content"),
        )
        self.upload = PictureUpload("choose a photo", LONGEST_SIDE)
        self._uploaded = b""
        self.text = widgets.Textarea(SEVEN, description="picture", rows=12, continuous_update=False)
        self._face = widgets.HTML()
        self._way = widgets.VBox()
        self._way.add_class("cnncourse-way")
        self._problem = widgets.HTML()
        super().__init__([self.choice, self._way, self._problem])
        self.choice.observe(self._take, "value")
        self.upload.on_picture(self._take_upload)
        self.text.observe(self._take, "value")
        if pad is not None:
            pad.observe(self._take, "value")
        self._take()

    def _take_upload(self, _name: str, content: bytes, _note: str) -> None:
        self._uploaded = content
        self._take()

    def _take(self, _change: object = None) -> None:
        """Show the chosen way and take the picture it gives, if there is one already."""
        name = self.choice.value
        ways = {DRAW: [self.pad], UPLOAD: [self.upload, self._face], TYPE: [self.text]}
        self._way.children = ways.get(name, [self._face])
        self._problem.value = ""
        try:
            picture = self._picture(name)
        except ValueError as problem:
            self._problem.value = f'<span role="alert">{escape(str(problem))}</span>'
        else:
            if picture is not None:
                self._face.value = str(_face(name, picture)) if name not in (DRAW, TYPE) else ""
                self.value = Photo(name, picture)

    def _picture(self, name: str) -> np.ndarray | None:
        if name == DRAW and self.pad:
            return np.asarray(self.pad.value)
        if name == TYPE and self._type_in:
            return self._type_in(self.text.value)
        if name == UPLOAD:
            return (
                images.load(self._uploaded, longest_side=LONGEST_SIDE) if self._uploaded else None
            )
        return self._examples[name]


def _face(name: str, picture: np.ndarray) -> svg.Svg:
    """A photograph as large as the pad that stands in its place when a digit is drawn."""
    small = images.shrink(picture, SHOWN)
    height, width = (SHOWN * side / max(small.shape[:2]) for side in small.shape[:2])
    return svg.Svg(svg.image(small, 0, 0, width, height), width, height, f"the photo: {name}")
