"""The file of a picture → its pixels, in a browser: the browser has decoded it already.

It hands over the plainest format there is: ``P6``, width, height and 255 in a line each, then red,
green and blue of each pixel (Netpbm's PPM). It stands in for ``cnncourse.picture_files``.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np


class Picture(NamedTuple):
    """The pixels of a picture, and what was changed on the way."""

    pixels: np.ndarray  # uint8 (H, W, 3), red, green, blue
    note: str
    longest: int  # pixels along its longer side, before it was shrunk


def read(source: str | Path | bytes, longest_side: int) -> Picture:
    """Return the picture in a file.

    Parameters
    ----------
    source : str, Path or bytes
        A file's path, or a file's contents.
    longest_side : int
        Larger pictures are scaled down to this many pixels.

    Raises
    ------
    ValueError
        If it is none of those that the browser has decoded.
    """
    from cnncourse import images  # which imports this module

    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    kind, size, most, data = content.split(b"\n", 3)
    if (kind, most) != (b"P6", b"255"):
        raise ValueError("this is no picture that the browser has decoded")
    width, height = map(int, size.split())
    pixels = np.frombuffer(data, np.uint8).reshape(height, width, 3)
    if max(width, height) <= longest_side:
        return Picture(pixels.copy(), "", max(width, height))
    small = images.shrink(pixels, longest_side)
    rows, columns = small.shape[:2]
    note = f"shrunk from {width}×{height} to {columns}×{rows} pixels"
    return Picture(small, note, max(width, height))
