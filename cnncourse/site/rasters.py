"""Pictures of pixels as WebP, a third smaller than PNG; photographs as files of their own.

So the words of a page arrive first, and each photograph once.
"""

from __future__ import annotations

import base64
import hashlib
import re
from io import BytesIO

from PIL import Image

SMALL = 1000  # bytes: to ask for so small a file takes longer than to carry it in the page
PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


class Rasters:
    """Pictures by their path in the site.

    Attributes
    ----------
    files : dict of str to bytes
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._known: dict[str, bytes] = {}

    @property
    def size(self) -> int:
        """How many bytes all pictures have together."""
        return sum(map(len, self.files.values()))

    def outside(self, markup: str, way: str) -> str:
        """Return HTML or SVG whose large pictures are files, and keep these.

        Parameters
        ----------
        markup : str
        way : str
            From the page to the root of the site, such as "../".
        """

        def take(found: re.Match[str]) -> str:
            name = hashlib.sha256(found[1].encode()).hexdigest()[:12]
            if name not in self._known:
                self._known[name] = webp(base64.b64decode(found[1]))
            picture = self._known[name]
            if len(picture) < SMALL:
                return "data:image/webp;base64," + base64.b64encode(picture).decode()
            path = f"img/{name}.webp"
            self.files[path] = picture
            return way + path

        return PNG.sub(take, markup)


def webp(picture: bytes) -> bytes:
    """Return a picture in the format WebP, without any loss."""
    file = BytesIO()
    Image.open(BytesIO(picture)).save(file, "WEBP", lossless=True, quality=60)
    return file.getvalue()
