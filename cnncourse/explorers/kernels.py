"""The explorers of the notebook on kernels: what a small matrix of weights does to a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cnncourse import figures, geometry, images, kernels
from cnncourse.convolution import correlate
from cnncourse.figures.filters import LENS, OPERATORS, VIEWS
from cnncourse.figures.svg import Svg
from cnncourse.widgets.explorer import Explorer, choice, fine_slider, slider, toggle
from cnncourse.widgets.matrix import Matrix
from cnncourse.widgets.photo import Photo, PhotoInput

Numbers = tuple[tuple[float, ...], ...]  # as `Matrix` holds them

OWN = "your own"
BORDERS = ("reflect", "zero", "edge", "wrap")

_SIDE = 176  # longest side of a photograph in pixels: more would make sliders slow


# Kernel lab ---------------------------------------------------------------------------------------


def kernel_lab(preset: str = "sobel x", photo: str = "grace_hopper") -> Explorer:
    """Any 3×3 or 5×5 kernel on a photograph: choose one, or type its weights.

    Parameters
    ----------
    preset : str
        A name in `cnncourse.kernels.KERNELS`.
    photo : str
        A name in `cnncourse.images.SAMPLES`.

    Returns
    -------
    Explorer
        Controls: photo, preset, view, weights; folded: size, normalise, bias, border, row, column.
    """
    weights = kernels.KERNELS[preset].weights
    controls = {
        "photo": PhotoInput(photo, longest_side=_SIDE),
        "preset": choice("preset", [*kernels.KERNELS, OWN], preset),
        "view": choice("view", ["automatic", *VIEWS]),
        "weights": Matrix("weights", weights),
        "size": choice("size", [("3×3", 3), ("5×5", 5)], len(weights)),
        "normalise": toggle("normalise: divide the weights by their sum"),
        "bias": slider("bias", 0, -255, 255),
        "border": choice("border", BORDERS),
        "row": slider("lens: row", 60, 0, _SIDE - 1),
        "column": slider("lens: column", 60, 0, _SIDE - 1),
    }
    signed, clipped = VIEWS
    stills = [_still("sobel x", signed), _still("box 5", clipped), _still("sharpen", clipped)]
    more = list(controls)[4:]
    return Explorer(
        _draw_kernel_lab,
        controls,
        more=more,
        follow=_size_too(controls),
        limits=_last_pixel,
        stills=stills,
    )


def _still(name: str, view: str) -> dict[str, Any]:
    return {"preset": name, "weights": _as_tuples(kernels.KERNELS[name].weights), "view": view}


def _draw_kernel_lab(
    *,
    photo: Photo,
    preset: str,
    view: str,
    weights: Numbers,
    size: int,
    normalise: bool,
    bias: int,
    border: str,
    row: int,
    column: int,
) -> Svg:
    # preset and size chose the weights; the weights themselves are what is applied.
    kernel = np.array(weights)
    if normalise:
        kernel = _normalised(kernel)
    if view == "automatic":  # what answers to flat areas is a picture again
        view = VIEWS[int(abs(kernel.sum()) > 1e-9)]
    return figures.kernel_lab(
        images.grey(photo.pixels),
        kernel,
        name=preset,
        view=view,
        padding_mode=border,
        bias=bias,
        place=(row, column),
    )


def _last_pixel(*, photo: Photo, **_others: object) -> dict[str, int]:
    height, width = photo.pixels.shape[:2]
    return {"row": height - 1, "column": width - 1}


def _normalised(kernel: np.ndarray) -> np.ndarray:
    total = kernel.sum()
    if abs(total) < 1e-9:
        raise ValueError(
            "the weights sum to 0 and cannot be divided by their sum: "
            "switch normalise off, or change a weight"
        )
    return kernel / total


def _preset_and_weights(controls: dict[str, Any]) -> dict[str, Callable[[Any], None]]:
    """A preset sets the weights, and a weight that is changed makes the preset "your own"."""
    preset, weights = controls["preset"], controls["weights"]

    def take_preset(_change: object) -> None:
        if preset.value != OWN:
            weights.value = kernels.KERNELS[preset.value].weights

    def name_weights(_change: object) -> None:
        if preset.value != OWN:
            named = _as_tuples(kernels.KERNELS[preset.value].weights)
            if weights.value != named:
                preset.value = OWN

    return {"preset": take_preset, "weights": name_weights}


def _size_too(controls: dict[str, Any]) -> dict[str, Callable[[Any], None]]:
    """The same, and a size resizes the weights, and the size is that of the weights."""
    weights, size = controls["weights"], controls["size"]
    follow = _preset_and_weights(controls)

    def resize(_change: object) -> None:
        if size.value != len(weights.value):
            weights.value = _resized(np.array(weights.value), size.value)

    def take_weights(change: object) -> None:
        size.value = len(weights.value)
        follow["weights"](change)

    return {**follow, "weights": take_weights, "size": resize}


def _resized(kernel: np.ndarray, size: int) -> np.ndarray:
    """The middle of a larger kernel, or a smaller kernel with zeros around it."""
    change = (size - len(kernel)) // 2
    if change > 0:
        return np.pad(kernel, change)
    return kernel[-change : len(kernel) + change, -change : len(kernel) + change]


def _as_tuples(weights: np.ndarray) -> Numbers:
    return tuple(tuple(row) for row in weights.tolist())


# The window on numbers ----------------------------------------------------------------------------


def window_walk(preset: str = "sobel x", photo: str = "grace_hopper") -> Explorer:
    """A window walks over pixels: every product is shown, and their sum.

    Parameters
    ----------
    preset : str
        The kernel shown first, one of KERNELS of 3×3 weights.
    photo : str
        A sample, or a file: its liveliest part is one of the patches.

    Returns
    -------
    Explorer
        Controls: preset, patch, padding, step; folded: border; in the picture: weights.
    """
    small = [name for name, kernel in kernels.KERNELS.items() if kernel.weights.shape == (3, 3)]
    part = images.liveliest(images.load(photo, grey=True, longest_side=48), 6)
    patches = {
        "step from 50 to 200": np.tile(np.repeat([50.0, 200.0], 3), (6, 1)),
        "part of the photograph": part.astype(float),
        "one bright pixel": np.pad([[255.0]], ((2, 3), (2, 3))),
        "ramp": np.tile(np.arange(0, 240, 40.0), (6, 1)),
    }

    def draw(
        *, preset: str, patch: str, padding: int, step: int, border: str, weights: Numbers
    ) -> Svg:
        # preset chose the weights; the weights themselves are what is applied.
        return figures.window_walk(
            patches[patch], np.array(weights), padding=padding, padding_mode=border, step=step
        )

    controls = {
        "preset": choice("preset", [*small, OWN], preset),
        "patch": choice("patch", list(patches)),
        "padding": slider("padding", 0, 0, 1),
        "step": slider("step", 0, 0, 15),
        "border": choice("border", ("zero", "reflect", "edge", "wrap")),
        "weights": Matrix("weights", kernels.KERNELS[preset].weights),
    }
    sharpened = {"preset": "sharpen", "weights": _as_tuples(kernels.KERNELS["sharpen"].weights)}
    return Explorer(
        draw,
        controls,
        more=["border"],
        follow=_preset_and_weights(controls),
        limits=_last_step,
        stills=({"step": 0}, {"step": 1}, {**sharpened, "step": 5}),
    )


def _last_step(*, padding: int, **_others: object) -> dict[str, int]:
    """The number of the last output cell: steps are counted from 0."""
    return {"step": geometry.conv_output_size(6, 3, padding=padding) ** 2 - 1}


# Gaussian blur ------------------------------------------------------------------------------------


_TO_3_SIGMA = 0  # no size of a kernel; a drop-down takes None as "nothing chosen"


def gaussian_blur(photo: str = "grace_hopper") -> Explorer:
    """The width of a Gaussian blur, its kernel, and what it costs.

    Returns
    -------
    Explorer
        Controls: photo, sigma, kernel; folded: wipe.
    """
    sizes = [("reaching to 3σ", _TO_3_SIGMA), *((f"{k}×{k}", k) for k in (3, 5, 9, 15, 31))]
    controls = {
        "photo": PhotoInput(photo, longest_side=_SIDE),
        "sigma": fine_slider("σ in pixels", 1.5, 0.3, 5.0, 0.1, ".1f"),
        "kernel": choice("kernel", sizes),
        "wipe": slider("shown as it was, %", 50, 0, 100),
    }
    return Explorer(
        _draw_gaussian_blur,
        controls,
        more=["wipe"],
        stills=({"sigma": 0.7}, {"sigma": 1.5}, {"sigma": 4.0}),
    )


def _draw_gaussian_blur(*, photo: Photo, sigma: float, kernel: int, wipe: int) -> Svg:
    size = None if kernel == _TO_3_SIGMA else kernel
    return figures.gaussian_blur(images.grey(photo.pixels), sigma, size, wipe=wipe)


# The angle of an edge -----------------------------------------------------------------------------


def edge_angle() -> Explorer:
    """A bar to turn, two kernels that answer, and the angle found from their answers.

    Returns
    -------
    Explorer
        Controls: angle, operator, softness.
    """
    controls = {
        "angle": slider("angle", 30, 0, 180),
        "operator": choice("operator", OPERATORS),
        "softness": fine_slider("softness in pixels", 1.0, 0.2, 3.0, 0.1, ".1f"),
    }
    return Explorer(
        figures.edge_angle, controls, stills=({"angle": 0}, {"angle": 30}, {"angle": 90})
    )


# Noise --------------------------------------------------------------------------------------------


def noise_filters(photo: str = "grace_hopper") -> Explorer:
    """Two kinds of noise, and two filters against them.

    Returns
    -------
    Explorer
        Controls: photo, sigma, salt, kernel; folded: seed, row, column.
    """
    controls = {
        "photo": PhotoInput(photo, longest_side=160),
        "sigma": slider("noise σ", 0, 0, 60, 2),
        "salt": slider("salt and pepper %", 6, 0, 40),
        "kernel": choice("kernel", [(f"{k}×{k}", k) for k in (1, 3, 5, 7)], 3),
        "seed": slider("seed", 0, 0, 20),
        "row": slider("lens: row", 40, 0, 160 - LENS[0]),
        "column": slider("lens: column", 60, 0, 160 - LENS[1]),
    }
    return Explorer(
        _draw_noise_filters,
        controls,
        more=["seed", "row", "column"],
        limits=_lens_inside,
        stills=({}, {"sigma": 20, "salt": 0}, {"sigma": 20, "salt": 6, "kernel": 5}),
    )


def _lens_inside(*, photo: Photo, **_others: object) -> dict[str, int]:
    height, width = photo.pixels.shape[:2]
    return {"row": height - LENS[0], "column": width - LENS[1]}


def _draw_noise_filters(
    *, photo: Photo, sigma: int, salt: int, kernel: int, seed: int, row: int, column: int
) -> Svg:
    clean = images.grey(photo.pixels)
    rng = np.random.default_rng(seed)
    noisy = images.to_uint8(images.add_noise(clean, sigma, rng))
    noisy = images.salt_pepper(noisy, salt / 100, rng)
    blurred = correlate(noisy, kernels.box(kernel), padding=kernel // 2, padding_mode="edge")
    results = {
        f"box {kernel}×{kernel}": blurred,
        f"median {kernel}×{kernel}": images.median(noisy, kernel),
    }
    return figures.noise_filters(clean, noisy, results, place=(row, column))


# Frequencies --------------------------------------------------------------------------------------


def frequency_gain(preset: str = "box 3") -> Explorer:
    """Stripes of any frequency through a kernel: which pass, which vanish, which grow.

    Returns
    -------
    Explorer
        Controls: preset, across, down.
    """
    controls = {
        "preset": choice("preset", list(kernels.KERNELS), preset),
        "across": slider("waves across", 4, 0, 16),
        "down": slider("waves down", 0, 0, 16),
    }
    return Explorer(
        _draw_frequency_gain,
        controls,
        stills=({}, {"across": 16, "down": 16}, {"preset": "sharpen", "across": 16, "down": 16}),
    )


def _draw_frequency_gain(*, preset: str, across: int, down: int) -> Svg:
    return figures.frequency_gain(kernels.KERNELS[preset].weights, across, down, name=preset)


# A riddle -----------------------------------------------------------------------------------------

_RIDDLES = 9


def kernel_guess() -> Explorer:
    """A hidden kernel: choose inputs, look at the outputs, type the weights.

    Returns
    -------
    Explorer
        Controls: riddle, input, guess, pixels; the last two are changed in the picture.
    """
    controls = {
        "riddle": slider("riddle", 1, 1, _RIDDLES),
        "input": choice("input", ["flat", "step", "one bright pixel"]),
        "guess": Matrix("your kernel", np.zeros((3, 3))),
        "pixels": Matrix("pixels", _riddle_input("flat")),
    }

    def refill(change: dict) -> None:
        controls["pixels"].value = _riddle_input(change["new"])

    return Explorer(
        _draw_kernel_guess,
        controls,
        follow={"input": refill},
        stills=({}, {"pixels": _as_tuples(_riddle_input("one bright pixel"))}),
    )


def _draw_kernel_guess(*, riddle: int, input: str, guess: Numbers, pixels: Numbers) -> Svg:
    # input chose the pixels; the pixels themselves are filtered.
    return figures.kernel_guess(
        np.array(pixels), riddle_kernel(riddle), np.array(guess), following=riddle % _RIDDLES + 1
    )


def riddle_kernel(riddle: int) -> np.ndarray:
    """The hidden kernel of a riddle: whole numbers from −2 to 2, no two riddles alike."""
    return np.random.default_rng(riddle).integers(-2, 3, (3, 3)).astype(float)


def _riddle_input(name: str) -> np.ndarray:
    """The 5×5 pixels an input starts with."""
    pixels = np.ones((5, 5))
    if name == "step":
        pixels[:, :2] = 0
    if name == "one bright pixel":
        pixels[:] = 0
        pixels[2, 2] = 1
    return pixels
