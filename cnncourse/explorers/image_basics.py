"""The explorers of notebook 01: pixels, channels, point operations, resolution, shuffled pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncourse import figures, images
from cnncourse.figures.pixels import LARGEST_BOX, SMALLEST_BOX, VIEWS
from cnncourse.figures.svg import Svg
from cnncourse.pipeline import digit
from cnncourse.widgets.explorer import Explorer, choice, fine_slider, slider, toggle
from cnncourse.widgets.photo import Photo, PhotoInput

# Which channel of the picture drives the red, green and blue of the screen; −1 is none.
ORDERS = {
    "RGB": (0, 1, 2),
    "BGR: red and blue swapped": (2, 1, 0),
    "without red": (-1, 1, 2),
    "without green": (0, -1, 2),
    "without blue": (0, 1, -1),
}
PICTURES = ("digits 3 and 8", "two photographs")
_LAST = 8  # pixels of shift


def pixel_microscope(photo: str = "grace_hopper") -> Explorer:
    """A box on a photograph and the numbers in it; one of them can be changed.

    Parameters
    ----------
    photo : str
        The sample shown first.

    Returns
    -------
    Explorer
        Controls: row, column, size, channels; folded: edit, value, photo.
    """
    controls = {
        "row": slider("row", 48, 0, 200),
        "column": slider("column", 74, 0, 200),
        "size": slider("size", 6, SMALLEST_BOX, LARGEST_BOX, unit="px"),
        "channels": choice("channels", VIEWS),
        "edit": toggle("change the middle pixel"),
        "value": slider("new value", 255, 0, 255),
        "photo": PhotoInput(photo, longest_side=200),
    }
    return Explorer(
        _draw_microscope,
        controls,
        more=["edit", "value", "photo"],
        limits=_inside_photo,
        stills=({}, {"channels": "red"}),
    )


def _draw_microscope(*, photo: Photo, edit: bool, value: int, **box: Any) -> Svg:
    return figures.pixel_microscope(photo.pixels, new_value=value if edit else None, **box)


def _inside_photo(*, size: int, photo: Photo, **_others: object) -> dict[str, int]:
    """The last row and column at which the box still fits."""
    height, width = photo.pixels.shape[:2]
    return {"row": max(0, height - size), "column": max(0, width - size)}


def channel_mixer(photo: str = "flower") -> Explorer:
    """Red, green and blue as pictures, in any order on the screen, and mixed to grey.

    Returns
    -------
    Explorer
        Controls: red, green, blue (the weights), order; folded: photo.
    """
    red, green, blue = images.LUMA
    controls = {
        "red": fine_slider("red", red, 0, 1, 0.001, ".3f"),
        "green": fine_slider("green", green, 0, 1, 0.001, ".3f"),
        "blue": fine_slider("blue", blue, 0, 1, 0.001, ".3f"),
        "order": choice("order on the screen", list(ORDERS)),
        "photo": PhotoInput(photo, longest_side=150),
    }
    return Explorer(
        _draw_mixer,
        controls,
        more=["photo"],
        stills=({}, {"order": "BGR: red and blue swapped", "red": 0, "green": 0, "blue": 1}),
    )


def _draw_mixer(*, red: float, green: float, blue: float, order: str, photo: Photo) -> Svg:
    return figures.channel_mixer(photo.pixels, (red, green, blue), order=ORDERS[order])


def threshold(photo: str = "grace_hopper") -> Explorer:
    """A threshold, chosen by hand or by Otsu's method, on a picture and on its histogram.

    Returns
    -------
    Explorer
        Controls: threshold, otsu; folded: pixel_row, pixel_column, photo.
    """
    controls = {
        "threshold": slider("threshold", 127, 0, 255),
        "otsu": toggle("use Otsu's threshold"),
        "pixel_row": slider("pixel row", 60, 0, 199),
        "pixel_column": slider("pixel column", 80, 0, 199),
        "photo": PhotoInput(photo, longest_side=200),
    }
    return Explorer(
        _draw_threshold,
        controls,
        more=list(controls)[2:],
        limits=_last_pixel,
        stills=({}, {"otsu": True}, {"threshold": 60}),
    )


def _draw_threshold(
    *, threshold: int, otsu: bool, pixel_row: int, pixel_column: int, photo: Photo
) -> Svg:
    grey, pixel = images.grey(photo.pixels), (pixel_row, pixel_column)
    return figures.threshold(grey, level=threshold, automatic=otsu, pixel=pixel)


def _last_pixel(*, photo: Photo, **_others: object) -> dict[str, int]:
    height, width = photo.pixels.shape[:2]
    return {"pixel_row": height - 1, "pixel_column": width - 1}


def point_operations(photo: str = "grace_hopper") -> Explorer:
    """Gamma, contrast and brightness, with the curve, the histogram and the clipped pixels.

    Returns
    -------
    Explorer
        Controls: gamma, contrast, brightness, stretch; folded: wrap, photo.
    """
    controls = {
        "gamma": fine_slider("gamma", 0.5, 0.2, 5, 0.05),
        "contrast": fine_slider("contrast", 1, -1, 3, 0.05),
        "brightness": slider("brightness", 0, -128, 128),
        "stretch": toggle("stretch the result to its own range"),
        "wrap": toggle("wrap around like uint8, do not clip"),
        "photo": PhotoInput(photo, longest_side=200),
    }
    return Explorer(
        _draw_point_operations,
        controls,
        more=["wrap", "photo"],
        stills=({}, {"gamma": 1, "brightness": 80}, {"gamma": 1, "brightness": 80, "wrap": True}),
    )


def _draw_point_operations(*, photo: Photo, **settings: Any) -> Svg:
    return figures.point_operations(images.grey(photo.pixels), **settings)


def resolution(photo: str = "grace_hopper") -> Explorer:
    """Pixels from 8 to 256 along the longer side, bits from 1 to 8, with or without a mean.

    Returns
    -------
    Explorer
        Controls: size, bits, antialias, picture; folded: photo.
    """
    controls = {
        "size": slider("size", 32, 8, 256, step=8),
        "bits": slider("bits", 8, 1, 8),
        "antialias": toggle("antialias", True),
        "picture": choice("picture", ["photograph", "rings"]),
        "photo": PhotoInput(photo, longest_side=256),
    }
    return Explorer(
        _draw_resolution,
        controls,
        more=["photo"],
        stills=({}, {"bits": 2}, {"picture": "rings", "size": 64, "antialias": False}),
    )


def _draw_resolution(*, size: int, bits: int, antialias: bool, picture: str, photo: Photo) -> Svg:
    pixels = _rings(256) if picture == "rings" else photo.pixels
    if size > max(pixels.shape[:2]):
        raise ValueError(
            f"size {size} is more than this picture has, {max(pixels.shape[:2])}: new pixels would "
            "be made up; choose a smaller size or a larger picture"
        )
    return figures.resolution(pixels, size=size, bits=bits, antialias=antialias)


def _rings(size: int) -> np.ndarray:
    """Rings that get finer from the middle outwards, a test picture for aliasing.

    The grey is cos(c·r²): at a distance r from the middle it repeats every π/(c·r) pixels, here
    every 4 pixels at the edge.

    Returns
    -------
    ndarray of uint8 of shape (size, size)
    """
    steps = np.arange(size) - (size - 1) / 2
    radius_squared = steps[:, None] ** 2 + steps[None, :] ** 2
    return images.to_uint8(127.5 + 127.5 * np.cos(np.pi / (2 * size) * radius_squared))


def shift_and_shuffle(photo: str = "grace_hopper") -> Explorer:
    """The pixel distance of a picture to itself, moved, and to another one; pixels shuffled or not.

    Returns
    -------
    Explorer
        Controls: shift, shuffle, picture; folded: photo.
    """
    controls = {
        "shift": slider("shift", 3, 0, _LAST),
        "shuffle": toggle("shuffle the pixels"),
        "picture": choice("pictures", PICTURES),
        "photo": PhotoInput(photo, longest_side=160),
    }
    return Explorer(
        _draw_shift_and_shuffle, controls, more=["photo"], stills=({}, {"shuffle": True})
    )


def _draw_shift_and_shuffle(*, shift: int, shuffle: bool, picture: str, photo: Photo) -> Svg:
    if picture == PICTURES[0]:
        first, second = _three_and_eight()
        names, fill = ("the 3", "the 8"), 0
    else:
        other = "china" if photo.name == "flower" else "flower"
        first, second = (_square(p) for p in (photo.pixels, images.sample(other)))
        names, fill = ("the photograph", f"the {other} picture"), int(first.mean())
    order = np.random.default_rng(0).permutation(first.size) if shuffle else None
    return figures.shift_and_shuffle(
        first, second, shift=shift, names=names, order=order, fill=fill, farthest=_LAST
    )


def _square(photo: np.ndarray, size: int = 64) -> np.ndarray:
    """The middle of a photograph, grey, size×size pixels."""
    side = min(photo.shape[:2])
    top, left = ((n - side) // 2 for n in photo.shape[:2])
    return images.grey(images.resize(photo[top : top + side, left : left + side], (size, size)))


def _three_and_eight() -> tuple[np.ndarray, np.ndarray]:
    """A handwritten 3 and a handwritten 8, white on black, of shape (28, 28)."""
    three, eight = (images.to_uint8(255 * digit(*which)) for which in ((3, 1), (8, 0)))
    return three, eight
