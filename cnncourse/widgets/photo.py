"""A control that chooses a photograph: a sample that ships with the course, or the learner's own.

>>> from cnncourse.widgets.photo import PhotoInput
>>> photo = PhotoInput("flower")
>>> photo.value.name, photo.value.pixels.shape
('flower', (214, 320, 3))
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import traitlets

from cnncourse import images
from cnncourse.picture_files import Picture
from cnncourse.widgets.upload import PictureUpload

LONGEST_SIDE = 320  # pixels: enough to see, small enough to filter while a slider moves


@dataclass(frozen=True, eq=False)  # compared by identity: comparing all pixels would be slow
class Photo:
    """A named picture: `pixels` is RGB of shape (H, W, 3), dtype uint8."""

    name: str
    pixels: np.ndarray


class PhotoInput(widgets.HBox):
    """A drop-down of samples, a button for a picture of one's own, and what was changed in it.

    Parameters
    ----------
    photo : str
        The picture shown first: a sample's name, or the path of a file.
    longest_side : int
        Larger pictures are scaled down to this many pixels.

    Attributes
    ----------
    value : Photo
        Changes when the learner picks a sample or uploads a file.
    description : str
        "photo"
    """

    value = traitlets.Instance(Photo)
    description = traitlets.Unicode("photo")

    def __init__(self, photo: str = "grace_hopper", longest_side: int = LONGEST_SIDE) -> None:
        self._longest_side = longest_side
        self.choice = widgets.Dropdown(
            options=[(name.replace("_", " ").title(), name) for name in images.SAMPLES],
            value=photo if photo in images.SAMPLES else None,
            description="photo",
            style={"description_width": "initial"},
            layout=widgets.Layout(width="max-content"),
        )
        self.upload = PictureUpload()
        self._words = widgets.HTML()
        super().__init__([self.choice, self.upload, self._words])
        self.layout.flex_flow = "row wrap"
        self.choice.observe(self._take_sample, "value")
        self.upload.on_picture(self._take_upload)
        self._take(Path(photo).name, images.read(photo))

    def _take_sample(self, change: dict) -> None:
        if change["new"] is not None:  # an upload has taken its place
            self._take(change["new"], images.read(change["new"]))

    def _take_upload(self, name: str, content: bytes, note: str) -> None:
        try:
            picture = images.read(content)
        except ValueError as problem:
            self._words.value = f'<span role="alert">{escape(name)}: {escape(str(problem))}</span>'
        else:
            self.choice.value = None
            self._take(name, picture, note)

    def _take(self, name: str, picture: Picture, note: str = "") -> None:
        notes = "; ".join(filter(None, [note, picture.note]))
        self._words.value = f"{escape(name)}: {escape(notes)}" if notes else ""
        self.value = Photo(name, images.shrink(picture.pixels, self._longest_side))
