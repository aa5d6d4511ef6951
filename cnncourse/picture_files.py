"""The file of a picture → its pixels: upright, in sRGB, on white, and no larger than is needed.

    >>> from cnncourse import images
    >>> images.read("china").pixels.shape
    (427, 640, 3)

A photograph of 48 million pixels would take 150 MB, and every operation on it many times as much.
So a large JPEG is decoded at a half, a quarter or an eighth of its size, as its own format allows,
and what is left is brought to size in strips.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from reprlib import Repr
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MOST_PIXELS = 50_000_000  # of a JPEG; the largest phone cameras take 48 million
MOST_IN_MEMORY = 25_000_000  # of other formats, which can only be decoded whole: 100 MB
LEAST_READ = 1200  # pixels along a side are read, so that a small copy is as sharp as it can be
STRIP = 1 << 18  # pixels that are brought to size at once
ORIENTATION = 0x0112  # the tag in which a camera notes how it was held

# What Pillow says of files whose end or middle is missing; other complaints are about whole files.
DAMAGE = ["truncated", "broken", "corrupt", "not enough", "eof", "crc", "unrecognized data"]
DAMAGE += ["decoder object", "cannot load this image"]  # a WebP, and a JPEG without a picture

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 160

_ToSrgb = Callable[[Image.Image], Image.Image]


class Picture(NamedTuple):
    """The pixels of a picture, and what was changed on the way."""

    pixels: np.ndarray  # uint8 (H, W, 3), red, green, blue
    note: str  # such as "shrunk from 4000×3000 to 1024×768 pixels"; "" if nothing was changed
    longest: int  # pixels along its longer side, before it was shrunk


def read(source: str | Path | bytes, longest_side: int) -> Picture:
    """Return the picture in a file, whatever its format.

    Parameters
    ----------
    source : str, Path or bytes
        A file's path, or a file's contents (such as an upload).
    longest_side : int
        Larger pictures are scaled down to this many pixels.

    Returns
    -------
    Picture

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no picture that can be read here, or too large.
    """
    name, file = _open(source)
    # Pillow rather than OpenCV: it tells the size before it takes memory for the pixels, and it
    # refuses a truncated file, where cv2.imread fills the missing part with grey or returns None.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's doubts: here a file is read or refused
        with _read_header(name, file) as picture:
            width, height = picture.size  # Pillow's order; arrays are (height, width)
            most = MOST_PIXELS if picture.format == "JPEG" else MOST_IN_MEMORY
            if width * height > most:
                raise _too_large(name, most)
            if picture.mode in ("I", "F") and picture.format != "PNG":
                raise ValueError(
                    f"{name} holds 32-bit numbers, whose black and white are not known: "
                    "save it with 8 or 16 bits per channel"
                )
            try:
                pixels, converted = _read_pixels(picture, longest_side)
            except Exception as problem:  # Pillow has a dozen ways to say that a file is broken
                raise _unreadable(name, problem) from problem
    notes = []
    rows, columns = pixels.shape[:2]
    if (columns >= rows) != (width >= height):  # it was turned upright
        width, height = height, width
    if rows * columns < width * height:
        notes.append(f"shrunk from {width}×{height} to {columns}×{rows} pixels")
    if converted:
        notes.append(f"colours converted from {converted} to sRGB")
    return Picture(pixels, "; ".join(notes), max(width, height))


# From a name to a file ----------------------------------------------------------------------------


def _open(source: str | Path | bytes) -> tuple[str, Path | BytesIO]:
    """Return a name for messages, and what Pillow can open; refuse what holds no bytes."""
    if isinstance(source, bytes | bytearray | memoryview):
        if len(source) == 0:
            raise ValueError("the picture has zero bytes: choose the file again")
        return "the picture", BytesIO(source)
    if not isinstance(source, str | Path):
        raise ValueError(
            f"source is a {type(source).__name__}: use the path of a file, or its contents as bytes"
        )
    if not str(source):
        raise ValueError("the path is empty: write the name of a picture")
    name = f"'{source}'" if len(str(source)) <= 160 else _SHORT.repr(str(source))
    if str(source).lower().startswith(("http:", "https:", "ftp:", "data:")):
        raise ValueError(f"{name} is an address: download the picture, then give the file's path")
    missing = FileNotFoundError(
        f"there is no file {name} in '{Path.cwd()}': check the spelling and the folder"
    )
    try:
        path = Path(source).expanduser()
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError, RuntimeError):  # the last: no such user
        raise missing from None
    except PermissionError as problem:
        raise _denied(name) from problem
    except (OSError, ValueError) as problem:  # too long, a zero in it
        raise ValueError(f"{name} cannot be the name of a file: check the spelling") from problem
    if S_ISDIR(found.st_mode):
        raise ValueError(f"{name} is a folder: name a picture in it")
    if not S_ISREG(found.st_mode):
        raise ValueError(f"{name} is no file but a device: name a picture")
    if found.st_size == 0:
        raise ValueError(f"{name} has zero bytes: save or download the picture again")
    return name, path


def _read_header(name: str, file: Path | BytesIO) -> Image.Image:
    try:
        return Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError as problem:  # Pillow's own limit, far above ours
        raise _too_large(name, MOST_PIXELS) from problem
    except UnidentifiedImageError as problem:
        raise ValueError(
            f"{name} is not an image that can be read here: save it as one of {', '.join(FORMATS)}"
        ) from problem
    except PermissionError as problem:
        raise _denied(name) from problem
    except Exception as problem:
        raise _unreadable(name, problem) from problem


def _denied(name: str) -> ValueError:
    return ValueError(f"{name} may not be read: change its permissions, or copy it")


def _unreadable(name: str, problem: Exception) -> ValueError:
    """Return what to say: that a file is damaged, or that only we cannot read it."""
    said = f"{type(problem).__name__} {problem}".lower()
    if any(word in said for word in DAMAGE):
        return ValueError(f"{name} is damaged or cut off: copy or download the picture again")
    return ValueError(f"{name} cannot be read here: open it elsewhere and save it again as PNG")


def _too_large(name: str, most: int) -> ValueError:
    return ValueError(
        f"{name} has more than {most // 10**6} million pixels: scale it down first"
        + ("" if most == MOST_PIXELS else ", or save it as JPEG")
    )


# From a file to pixels ----------------------------------------------------------------------------


def _read_pixels(picture: Image.Image, longest_side: int) -> tuple[np.ndarray, str]:
    """Return the pixels as RGB, and the name of the colours that they were converted from."""
    width, height = picture.size
    scale = min(1, longest_side / max(width, height))
    goal = max(1, round(width * scale)), max(1, round(height * scale))
    least = max(longest_side, LEAST_READ)
    picture.draft(picture.mode, (least, least))  # a JPEG comes at 1/2, 1/4 or 1/8, not smaller
    orientation = picture.getexif().get(ORIENTATION, 1)
    to_srgb, profile = _colours(picture)
    factor = max(1, max(picture.size) // least)
    ground = _ground(picture)
    small = _in_strips(picture, factor, lambda strip: to_srgb(_as_rgb(strip, ground)))
    if small.size != goal:
        small = small.resize(goal, Image.Resampling.BOX)
    small.getexif()[ORIENTATION] = orientation
    return np.array(ImageOps.exif_transpose(small)), profile


def _in_strips(picture: Image.Image, factor: int, to_rgb: _ToSrgb) -> Image.Image:
    """Return a picture as RGB, its sides divided by a factor, with little memory besides."""
    width, height = picture.size
    rows = max(1, STRIP // width // factor) * factor
    small = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    for top in range(0, height, rows):
        strip = to_rgb(picture.crop((0, top, width, min(top + rows, height))))
        small.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return small


def _ground(picture: Image.Image) -> int:
    """Return the grey that lies below what is transparent: see :func:`ground_below`."""
    if not picture.has_transparency_data:
        return 255
    scale = min(1, 400 / max(picture.size))
    width, height = (max(1, round(side * scale)) for side in picture.size)
    few = picture.resize((width, height), Image.Resampling.NEAREST)
    return ground_below(np.asarray(few.convert("RGBA")))


def ground_below(rgba: np.ndarray) -> int:
    """Return the grey on which a picture with transparent parts can be seen: 255, seldom 0.

    It is 0, black, where less than half of the picture is drawn, and that in white: on white there
    would be nothing to see.

    Parameters
    ----------
    rgba : ndarray of uint8 of shape (H, W, 4)
    """
    drawn = rgba[rgba[..., 3] > 127][:, :3]
    seldom = 2 * drawn.size < rgba[..., :3].size
    return 0 if drawn.size and seldom and drawn.mean() > 190 else 255


def _as_rgb(strip: Image.Image, ground: int) -> Image.Image:
    """Return a part of a picture as RGB, or as CMYK or grey, if that is what it is."""
    if strip.mode.startswith("I"):  # 16 bits
        greys = np.rint(np.asarray(strip, dtype=float) / 257)  # 65535 / 257 = 255
        return Image.fromarray(np.clip(greys, 0, 255).astype(np.uint8))
    if strip.has_transparency_data:
        below = Image.new("RGBA", strip.size, (ground, ground, ground))
        return Image.alpha_composite(below, strip.convert("RGBA")).convert("RGB")
    return strip if strip.mode in ("RGB", "CMYK", "L") else strip.convert("RGB")


def _colours(picture: Image.Image) -> tuple[_ToSrgb, str]:
    """Return how colours become sRGB, and the name of those that the file says it has.

    Without a profile, or with one that cannot be used, they are taken for sRGB.
    """

    def as_they_are(strip: Image.Image) -> Image.Image:
        return strip.convert("RGB")

    contents = picture.info.get("icc_profile")
    if not contents:
        return as_they_are, ""
    mode = {"RGB": "RGB", "CMYK": "CMYK", "GRAY": "L"}
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(contents))
        name = ImageCms.getProfileDescription(profile).strip()
        space = mode[profile.profile.xcolor_space.strip()]
        if "srgb" in name.lower():
            return as_they_are, ""
        transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), space, "RGB")
    except (ImageCms.PyCMSError, KeyError, OSError, TypeError, ValueError):
        return as_they_are, ""

    def convert(strip: Image.Image) -> Image.Image:
        if strip.mode != space:  # such as a grey picture with the profile of an RGB camera
            strip = strip.convert(space)
        return ImageCms.applyTransform(strip, transform) or strip

    return convert, _SHORT.repr(name)[1:-1] or "its own profile"
