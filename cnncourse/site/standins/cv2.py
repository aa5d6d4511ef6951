"""What the explorers ask of OpenCV, in NumPy: in a browser OpenCV would be 10 MB more.

It has the names and the order of arguments of OpenCV, so that the course's code is the same in both
worlds; ``tests/site/test_standins.py`` compares the pixels.
"""

import struct
import zlib
from collections.abc import Sequence

import numpy as np

IMWRITE_PNG_COMPRESSION, IMWRITE_PNG_STRATEGY, IMWRITE_PNG_STRATEGY_RLE = 16, 17, 3
INTER_NEAREST, INTER_LINEAR, INTER_AREA = 0, 1, 3
COLOR_RGB2BGR = 4


def cvtColor(image: np.ndarray, code: int) -> np.ndarray:
    """Return a picture whose channels stand the other way round.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W, 3)
    code : int
        COLOR_RGB2BGR, the only one that is known here.
    """
    return image[..., ::-1].copy()


def imencode(
    ending: str, image: np.ndarray, options: Sequence[int] = ()
) -> tuple[bool, np.ndarray]:
    """Return True and a PNG file as bytes; each row is stored as differences to the left.

    Parameters
    ----------
    ending : str
        ".png"
    image : ndarray of uint8 of shape (H, W), (H, W, 3) or (H, W, 4)
        Colours in the order blue, green, red, and opacity.
    options : sequence of int
        How OpenCV would pack it; has no effect here.
    """
    height, width = image.shape[:2]
    channels = 1 if image.ndim == 2 else image.shape[2]
    turned = image if channels == 1 else image[..., [2, 1, 0, 3][:channels]]
    flat = np.ascontiguousarray(turned).reshape(height, -1)
    rows = np.ones((height, 1 + flat.shape[1]), np.uint8)  # 1: the filter "sub"
    rows[:, 1 : 1 + channels] = flat[:, :channels]
    rows[:, 1 + channels :] = flat[:, channels:] - flat[:, :-channels]
    kind = {1: 0, 3: 2, 4: 6}[channels]  # grey, colour, colour and opacity
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
    png += _chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)) + _chunk(b"IEND", b"")
    return True, np.frombuffer(png, np.uint8)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def resize(
    image: np.ndarray, size: tuple[int, int], interpolation: int = INTER_LINEAR
) -> np.ndarray:
    """Return a picture of another size.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W) or (H, W, 3)
    size : (int, int)
        Width and height.
    interpolation : INTER_NEAREST, INTER_LINEAR or INTER_AREA
    """
    (width, height), (rows, columns) = size, image.shape[:2]
    if interpolation == INTER_NEAREST:
        y, x = (np.arange(new) * old // new for new, old in ((height, rows), (width, columns)))
        return np.ascontiguousarray(image[y][:, x])
    shares = _area if interpolation == INTER_AREA else _linear
    planes = np.tensordot(shares(rows, height), image.astype(float), (1, 0))
    planes = np.moveaxis(np.tensordot(shares(columns, width), planes, (1, 1)), 0, 1)
    return _bytes(planes)


def _area(old: int, new: int) -> np.ndarray:
    """Shares of shape (new, old): a new pixel is the mean of the old ones that it covers."""
    ends = np.arange(new + 1)[:, None] * (old / new)
    covered = np.clip(ends - np.arange(old), 0, 1)  # of each old pixel, from the left up to an end
    return (covered[1:] - covered[:-1]) * (new / old)


def _linear(old: int, new: int) -> np.ndarray:
    """Shares of shape (new, old): a new pixel lies between two old ones."""
    places = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    return np.maximum(0, 1 - abs(places[:, None] - np.arange(old)))


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def getRotationMatrix2D(middle: tuple[float, float], degrees: float, scale: float) -> np.ndarray:
    """Return where a turn takes a point (x, y, 1), as a matrix of shape (2, 3).

    Parameters
    ----------
    middle : (float, float)
        The point that stays: x, y.
    degrees : float
        Counter-clockwise, as a picture is seen: y points down.
    scale : float
    """
    x, y = middle
    cos, sin = scale * np.cos(np.deg2rad(degrees)), scale * np.sin(np.deg2rad(degrees))
    return np.array([[cos, sin, (1 - cos) * x - sin * y], [-sin, cos, sin * x + (1 - cos) * y]])


def warpAffine(
    image: np.ndarray, moves: np.ndarray, size: tuple[int, int], *, flags: int = INTER_LINEAR
) -> np.ndarray:
    """Return a moved picture: each new pixel lies between four old ones, black beyond the rim.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W)
    moves : ndarray of shape (2, 3)
        Where a point (x, y, 1) of the old picture goes.
    size : (int, int)
        Width and height of the new one.
    flags : int
        INTER_LINEAR, the only one that is known here.
    """
    (width, height), (rows, columns) = size, image.shape
    back = np.linalg.inv(np.vstack([moves, [0, 0, 1]]))[:2]
    x, y = np.tensordot(back, np.stack([*np.mgrid[:height, :width][::-1], np.ones(size[::-1])]), 1)
    padded = np.pad(image.astype(float), 2)  # the rim is black
    x, y = np.clip(x, -2, columns) + 2, np.clip(y, -2, rows) + 2
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, low = x - left, y - top
    upper = (1 - right) * padded[top, left] + right * padded[top, left + 1]
    lower = (1 - right) * padded[top + 1, left] + right * padded[top + 1, left + 1]
    return _bytes((1 - low) * upper + low * lower)


def medianBlur(image: np.ndarray, size: int) -> np.ndarray:
    """Return the median of each window; at the border the outermost pixels go on.

    Parameters
    ----------
    image : ndarray of uint8 of shape (H, W) or (H, W, 3)
    size : int
        Of the window; odd.
    """
    reach = size // 2
    planes = image if image.ndim == 3 else image[..., None]
    padded = np.pad(planes, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(0, 1))
    middle = size * size // 2
    flat = windows.reshape(*planes.shape, size * size)
    return np.partition(flat, middle, axis=-1)[..., middle].reshape(image.shape)
