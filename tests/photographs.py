"""Small pictures without any symmetry, and the bytes of the files that hold them."""

from io import BytesIO

import cv2
import numpy as np
from PIL import Image

rng = np.random.default_rng(0)
COLOURS = rng.integers(0, 256, (13, 17, 3), dtype=np.uint8)
GREYS = rng.integers(0, 256, (13, 17), dtype=np.uint8)
PHOTO = cv2.GaussianBlur(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8), (9, 9), 2)


def encoded(picture, kind="PNG", **options):
    """Return an array or a Pillow image as the contents of a file."""
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()
