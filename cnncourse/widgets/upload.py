"""A button that chooses a picture of one's own, and shrinks it in the browser before it is sent.

    >>> from cnncourse.widgets.upload import PictureUpload
    >>> button = PictureUpload()
    >>> button.on_picture(lambda name, content, note: print(name, len(content), "bytes"))
    >>> button.receive({"number": 1, "name": "cat.png", "note": ""}, [b"123"])
    cat.png 3 bytes

A photograph of a phone has more bytes than Jupyter's servers let through: they close the connection
without a word. What the browser cannot shrink, and what does not arrive, is said beside the button.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from cnncourse import images

Take = Callable[[str, bytes, str], None]


class PictureUpload(anywidget.AnyWidget):
    """A button, and words beside it.

    Attributes
    ----------
    description : str
        The words on the button.
    longest_side : int
        Larger pictures are scaled down to this many pixels.
    most_bytes : int
        What the browser cannot scale down is sent if it has no more: servers let 10 MiB through.
    """

    _esm = Path(__file__).with_name("upload.js")

    description = traitlets.Unicode().tag(sync=True)
    longest_side = traitlets.Int().tag(sync=True)
    most_bytes = traitlets.Int(8_000_000).tag(sync=True)

    def __init__(
        self, description: str = "your own picture", longest_side: int = images.LONGEST_SIDE
    ) -> None:
        super().__init__(description=description, longest_side=longest_side)
        self._takers: list[Take] = []
        self.on_msg(lambda _widget, content, buffers: self.receive(content, buffers))

    def on_picture(self, take: Take) -> None:
        """Call a function with name, content and note of each picture that arrives."""
        self._takers.append(take)

    def receive(self, content: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Take what the browser has sent, and tell it that it arrived.

        Parameters
        ----------
        content : mapping
            ``name`` of the file, ``note`` of what the browser has changed, and a ``number``.
        buffers : sequence of bytes
            The file.
        """
        for take in self._takers if buffers else []:
            take(str(content.get("name", "")), bytes(buffers[0]), str(content.get("note", "")))
        self.send({"received": content.get("number")})
