"""The course's central explorer: a kernel walks over an input, and every number can be touched."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np

from cnncourse import figures, geometry, images
from cnncourse.figures.grids import LARGEST_KERNEL, LARGEST_PADDING
from cnncourse.figures.svg import Svg
from cnncourse.widgets.explorer import Explorer, choice, slider, toggle
from cnncourse.widgets.matrix import Matrix
from cnncourse.widgets.photo import Photo, PhotoInput

_PHOTOGRAPH = "patch of a photograph"
_INPUTS = ("counting numbers", _PHOTOGRAPH)
_WEIGHTS = ("counting numbers", "box: an average", "edge: left minus right")
_HEIGHT = 150  # pixels: the photograph is scaled down, so that a few pixels hold something to see
_EYE = (42, 72)  # row and column of the sample portrait where an eye begins


def convolution(photo: str = "grace_hopper") -> Explorer:
    """Kernel, stride, padding, dilation, flip, weights and pixels, step by step.

    Parameters
    ----------
    photo : str
        The photograph that a patch can be taken from at first: a sample, or a file.

    Returns
    -------
    Explorer
        Controls: kernel, stride, padding, step; folded: input, dilation, padding_mode, flip,
        photo, size, patch_row, patch_column, start_weights, weights, pixels.
    """
    controls = {
        "kernel": slider("kernel", 3, 1, LARGEST_KERNEL),
        "stride": slider("stride", 1, 1, 4, unit="px"),
        "padding": slider("padding", 0, 0, LARGEST_PADDING, unit="px"),
        "step": slider("step", 0, 0, 15),
        "input": choice("input", _INPUTS),
        "dilation": slider("dilation", 1, 1, 3),
        "padding_mode": choice("padding mode", ["zero", "reflect", "edge", "wrap"]),
        "flip": toggle("flip the kernel"),
        "size": slider("size", 6, 3, 8),
        "photo": PhotoInput(photo, longest_side=_HEIGHT),
        "patch_row": slider("patch row", _EYE[0], 0, _HEIGHT - 8),
        "patch_column": slider("patch column", _EYE[1], 0, _HEIGHT - 8),
        "start_weights": choice("start weights from", _WEIGHTS),
        "weights": Matrix("weights", _weights(3, _WEIGHTS[0])),
        "pixels": Matrix("pixels", _counting(6)),
    }
    return Explorer(
        _draw,
        controls,
        more=list(controls)[4:],
        follow={
            **_refilled(controls, "weights", _weights, ("kernel", "start_weights")),
            **_refilled(
                controls,
                "pixels",
                _start_pixels,
                ("input", "size", "photo", "patch_row", "patch_column"),
            ),
        },
        limits=_limits,
        stills=({}, {"stride": 2, "step": 3}, {"padding": 1, "step": 7}),
    )


def _draw(
    *,
    stride: int,
    padding: int,
    step: int,
    input: str,
    dilation: int,
    padding_mode: str,
    flip: bool,
    photo: Photo,
    patch_row: int,
    patch_column: int,
    weights: tuple[tuple[float, ...], ...],
    pixels: tuple[tuple[float, ...], ...],
    **_start: object,  # what the weights and pixels were filled from
) -> Svg:
    photographed = input == _PHOTOGRAPH
    return figures.convolution(
        np.array(pixels),
        np.array(weights),
        stride=stride,
        padding=padding,
        dilation=dilation,
        padding_mode=padding_mode,
        flip=flip,
        step=step,
        shade="grey" if photographed else "tint",
        photo=photo.pixels if photographed else None,
        corner=(patch_row, patch_column),
    )


def _refilled(
    controls: dict, target: str, start: Callable[..., np.ndarray], causes: tuple[str, ...]
) -> dict[str, Callable[[object], None]]:
    """Fill the matrix `target` anew whenever one of its causes changes."""

    def fill(_change: object) -> None:
        controls[target].value = start(*(controls[name].value for name in causes))

    return dict.fromkeys(causes, fill)


def _limits(
    *,
    kernel: int,
    stride: int,
    padding: int,
    dilation: int,
    size: int,
    input: str,
    photo: Photo,
    **_others: object,
) -> dict[str, int]:
    """The last step, counted from 0, and the last place of the patch in the photograph."""
    height, width = photo.pixels.shape[:2]
    if input == _PHOTOGRAPH and min(height, width) < size:
        raise ValueError(
            f"the photo has only {height}×{width} pixels, too few for a patch of {size}×{size}: "
            "choose a smaller size or another photo"
        )
    cells = geometry.conv_output_size(size, kernel, stride, padding, dilation) ** 2
    return {"step": cells - 1, "patch_row": height - size, "patch_column": width - size}


def _weights(size: int, start: str) -> np.ndarray:
    """A kernel of shape (size, size) to start from."""
    if start == "box: an average":
        return np.round(np.full((size, size), 1 / size**2), 4)
    if start == "edge: left minus right":  # for size 3 this is the Sobel kernel
        smooth = [comb(size - 1, i) for i in range(size)]
        return np.outer(smooth, np.linspace(1, -1, size))
    return _counting(size)


def _start_pixels(source: str, size: int, photo: Photo, row: int, column: int) -> np.ndarray:
    if source == "counting numbers":
        return _counting(size)
    grey = images.grey(photo.pixels)
    height, width = grey.shape
    top, left = max(0, min(row, height - size)), max(0, min(column, width - size))
    return grey[top : top + size, left : left + size].astype(float)


def _counting(size: int) -> np.ndarray:
    """Numbers 0, 1, 2 … in reading order: no two alike, so a flip cannot hide."""
    return np.arange(size * size, dtype=float).reshape(size, size)
