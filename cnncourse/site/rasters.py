"""Photographs out of a page into files of their own: the words arrive first, and each file once."""

from __future__ import annotations

import base64
import hashlib
import re
from io import BytesIO

from PIL import Image

SMALL = 1500  # bytes: to ask for so small a file takes longer than to carry it in the page
PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


class Rasters:
    """Pictures by their path in the site.

    Attributes
    ----------
    files : dict of str to bytes
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    @property
    def size(self) -> int:
        """How many bytes all pictures have together."""
        return sum(map(len, self.files.values()))

    def outside(self, markup: str, way: str) -> str:
        """Return HTML or SVG whose pictures are files, and keep these.

        Parameters
        ----------
        markup : str
        way : str
            From the page to the root of the site, such as "../".
        """

        def take(found: re.Match[str]) -> str:
            png = base64.b64decode(found[1])
            if len(png) < SMALL:
                return found[0]
            path = f"img/{hashlib.sha256(png).hexdigest()[:12]}.webp"
            if path not in self.files:
                self.files[path] = webp(png)
            return way + path

        return PNG.sub(take, markup)


def webp(png: bytes) -> bytes:
    """Return a picture without any loss in the format WebP, about two thirds as large."""
    file = BytesIO()
    Image.open(BytesIO(png)).save(file, "WEBP", lossless=True, quality=60)
    return file.getvalue()
