"""Explorers of notebook 03: averages, the flip, channels, matrices, shifts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncourse import figures, geometry, images
from cnncourse import signals as sensor
from cnncourse.figures.svg import Svg
from cnncourse.widgets.explorer import Explorer, choice, fine_slider, slider, toggle
from cnncourse.widgets.matrix import Matrix
from cnncourse.widgets.photo import Photo, PhotoInput

# Small kernels whose behaviour under a half turn differs.
FLIP_KERNELS = {
    "counting": ((0, 1, 2), (3, 4, 5), (6, 7, 8)),
    "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    "Sobel x": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "Laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "blur": ((1 / 9,) * 3,) * 3,
}
_PATCH = "patch of a photograph"
_SOBEL = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
# A slice of weights for each of red, green and blue.
COLOUR_KERNELS = {
    "luma": np.reshape(images.LUMA, (3, 1, 1)),
    "yellow, not blue": np.reshape([0.5, 0.5, -1], (3, 1, 1)),
    "blur": np.full((3, 3, 3), 1 / 27),
    "edges of brightness": np.multiply.outer(images.LUMA, _SOBEL),
    "where red turns to green": np.stack([-_SOBEL, _SOBEL, 0 * _SOBEL]),
}
SHIFT_KERNELS = {
    "blur": np.full((5, 5), 1 / 25),
    "Sobel x": _SOBEL,
    "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
}


def sharing() -> Explorer:
    """How many weights dense, local and shared connections need.

    Controls: inputs, kernel; folded: output (whose wires are shown alone; 0: all).
    """
    controls = {
        "inputs": slider("inputs", 8, 2, 16),
        "kernel": slider("kernel", 3, 1, 5),
        "output": slider("output alone", 0, 0, 16),
    }
    return Explorer(
        lambda inputs, kernel, output: figures.wiring(inputs, kernel, output=output),
        controls,
        more=["output"],
        limits=lambda *, inputs, kernel, **_others: {"output": max(0, inputs - kernel + 1)},
        stills=({}, {"inputs": 16}),
    )


def noisy_sensor(seed: int = 0) -> Explorer:
    """An average over the readings of a gauge: steady against late.

    Controls: now, window, average, causal; folded: noise.

    Parameters
    ----------
    seed : int
        Another seed gives another record.
    """
    controls = {
        "now": slider("minute", 70, 0, 119),
        "noise": fine_slider("noise (m)", 0.3, 0, 1, 0.05),
        "window": slider("window", 9, 1, 31, 2),
        "average": choice("average", sensor.AVERAGES),
        "causal": toggle("causal (no readings from the future)", True),
    }

    def draw(*, now: int, noise: float, window: int, average: str, causal: bool) -> Svg:
        level = sensor.water_level()
        measured = sensor.readings(level, noise, np.random.default_rng(seed))
        ages = sensor.ages(window, causal=causal)
        weights = sensor.averaging_weights(average, ages)
        name = f"{'causal' if causal else 'centred'} {average}"
        return figures.noisy_sensor(level, measured, weights, ages, name, now=now)

    fresh: dict[str, object] = {"average": "exponential", "now": 90}
    return Explorer(draw, controls, more=("noise",), stills=({}, {"window": 31}, fresh))


def sliding_sum(
    signal: Sequence[float] = (0, 0, 1, 0, 0, 2, 2, 2), weights: Sequence[float] = (1, 2, 3)
) -> Explorer:
    """Convolution along one axis, step by step.

    Parameters
    ----------
    signal, weights : sequence of float
        What the explorer starts with; at most 5 weights.

    Returns
    -------
    Explorer
        Controls: kernel, padding, flip, step; in the picture: signal, weights.
    """
    controls = {
        "kernel": slider("kernel", len(weights), 1, 5),
        "padding": choice("padding", geometry.PADDING_NAMES),
        "flip": toggle("flip the kernel"),
        "step": slider("step", 0, 0, len(signal)),
        "signal": Matrix("signal", [signal]),
        "weights": Matrix("weights", [weights]),
    }

    def count(change: dict) -> None:
        controls["weights"].value = [range(1, change["new"] + 1)]

    def draw(
        *, kernel: int, padding: str, flip: bool, step: int, signal: tuple, weights: tuple
    ) -> Svg:
        # kernel chose how many weights there are; the weights themselves are drawn.
        return figures.sliding_sum(signal[0], weights[0], padding=padding, flip=flip, step=step)

    def last_step(*, padding: str, signal: tuple, weights: tuple, **_others: object) -> dict:
        length, kernel = len(signal[0]), len(weights[0])
        last = length + sum(geometry.padding_for(padding, kernel)) - kernel
        return {"step": max(0, last)}  # a kernel that does not fit is refused when drawn

    return Explorer(
        draw,
        controls,
        follow={"kernel": count},
        limits=last_step,
        stills=({}, {"flip": True}, {"padding": "full", "step": 4}),
    )


def flip(photo: str = "grace_hopper") -> Explorer:
    """The same kernel in a cross-correlation and in a convolution.

    Controls: preset, input, flip; in the picture: weights.

    Parameters
    ----------
    photo : str
        A sample, or a file: its liveliest part is one of the inputs.
    """
    inputs = {
        "a single 1": np.eye(1, 25, 12).reshape(5, 5),
        "counting numbers": np.arange(25.0).reshape(5, 5),
        _PATCH: images.liveliest(images.load(photo, grey=True, longest_side=48), 9).astype(float),
    }
    controls = {
        "preset": choice("kernel", list(FLIP_KERNELS)),
        "input": choice("input", list(inputs)),
        "flip": toggle("flip the kernel"),
        "weights": Matrix("weights", next(iter(FLIP_KERNELS.values()))),
    }

    def fill(change: dict) -> None:
        controls["weights"].value = FLIP_KERNELS[change["new"]]

    def draw(*, preset: str, input: str, flip: bool, weights: tuple) -> Svg:
        # preset filled the weights in; the weights themselves are drawn.
        look = {"shade": "grey", "padding_mode": "edge"} if input == _PATCH else {}
        return figures.flip(inputs[input], np.array(weights), turned=flip, **look)

    return Explorer(draw, controls, follow={"preset": fill}, stills=({}, {"flip": True}))


def channel_sum() -> Explorer:
    """One output channel: a product for each input channel, their sum, the bias.

    Controls: c_in, c_out, kernel; folded: output, place (of the cell worked out), bias.
    """
    controls = {
        "c_in": slider("input channels", 2, 1, 3),
        "c_out": slider("output channels", 3, 1, 4),
        "kernel": slider("kernel", 2, 1, 3),
        "output": slider("output shown", 0, 0, 2),
        "place": slider("cell", 0, 0, 8),
        "bias": fine_slider("bias", 0, -10, 10, 1),
    }

    def draw(*, c_in: int, c_out: int, kernel: int, output: int, place: int, bias: float) -> Svg:
        image, weights = counting_layer(c_in, c_out, kernel)
        return figures.channel_sum(image, weights, [bias] * c_out, output=output, place=place)

    return Explorer(
        draw,
        controls,
        more=("output", "place", "bias"),
        limits=lambda *, c_out, kernel, **_others: {
            "output": c_out - 1,
            "place": geometry.conv_output_size(3, kernel) ** 2 - 1,
        },
        stills=({}, {"c_in": 3, "output": 2}),
    )


def counting_layer(c_in: int, c_out: int, kernel: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a small image and the weights of a layer, easy to check by hand.

    Every channel counts on from one more than the channel before, and so does every kernel.

    Parameters
    ----------
    c_in, c_out : int
        Channels of the image and of the output.
    kernel : int
        Rows and columns of the kernel.

    Returns
    -------
    image : ndarray of shape (c_in, 3, 3)
    weights : ndarray of shape (c_out, c_in, kernel, kernel)
    """
    image = np.arange(9).reshape(1, 3, 3) + np.arange(c_in).reshape(-1, 1, 1)
    first = np.arange(kernel**2).reshape(1, 1, kernel, kernel)
    further = np.arange(c_out).reshape(-1, 1, 1, 1) + np.arange(c_in).reshape(1, -1, 1, 1)
    return image.astype(float), (first + further).astype(float)


def colour_kernel(photo: str = "grace_hopper") -> Explorer:
    """One kernel on the three channels of a photograph; every weight can be changed.

    Controls: preset; folded: bias, photo; in the picture: red, green, blue (the weights).

    Parameters
    ----------
    photo : str
        The sample or file shown first.
    """
    slices = ("red", "green", "blue")
    controls = {
        "preset": choice("preset", list(COLOUR_KERNELS)),
        **{name: Matrix(name, [[weight]])
           for name, weight in zip(slices, images.LUMA, strict=True)},
        "bias": slider("bias", 0, -128, 128),
        "photo": PhotoInput(photo, longest_side=120),
    }  # fmt: skip

    def fill(change: dict) -> None:
        for name, weights in zip(slices, COLOUR_KERNELS[change["new"]], strict=True):
            controls[name].value = weights

    def draw(*, preset: str, red: tuple, green: tuple, blue: tuple, bias: int, photo: Photo) -> Svg:
        # preset filled the weights in; the weights themselves are drawn.
        return figures.colour_kernel(photo.pixels, np.array([red, green, blue]), bias=bias)

    return Explorer(
        draw,
        controls,
        more=("bias", "photo"),
        follow={"preset": fill},
        stills=[dict(zip(slices, kernel, strict=True)) for kernel in COLOUR_KERNELS.values()][::2],
    )


def as_matrix() -> Explorer:
    """A convolution written as one matrix product.

    Controls: form, size, kernel, padding; folded: window (a row of the matrix, or a column).
    """
    controls = {
        "form": choice("form", ["matrix of a signal", "matrix of an image", "image to columns"]),
        "size": slider("input size", 6, 4, 8),
        "kernel": slider("kernel", 3, 1, 3),
        "padding": slider("padding", 0, 0, 1),
        "window": slider("window", 0, 0, 35),
    }

    def draw(*, form: str, size: int, kernel: int, **settings: int) -> Svg:
        square = np.arange(1.0, kernel**2 + 1).reshape(kernel, kernel)
        if form == "matrix of a signal":
            return figures.toeplitz(np.arange(1.0, kernel + 1), size, **settings)
        if form == "matrix of an image":
            return figures.toeplitz(square, size, **settings)
        pixels = np.arange(float(size**2)).reshape(size, size)
        return figures.im2col(pixels, square, **settings)

    def last_window(
        *, form: str, size: int, kernel: int, padding: int, **_others: object
    ) -> dict[str, int]:
        outputs = geometry.conv_output_size(size, kernel, padding=padding)
        return {"window": (outputs if form == "matrix of a signal" else outputs**2) - 1}

    return Explorer(
        draw,
        controls,
        more=("window",),
        limits=last_window,
        stills=(
            {},
            {"form": "matrix of an image", "size": 4},
            {"form": "image to columns", "size": 4},
        ),
    )


def shift_equivariance(photo: str = "grace_hopper") -> Explorer:
    """Shift then filter, or filter then shift: the same, except at the borders.

    Controls: shift, padding_mode, filter, shared (weights, or own ones at each place); folded:
    photo.

    Parameters
    ----------
    photo : str
        The sample shown first.
    """
    controls = {
        "shift": slider("shift", 12, -30, 30),
        "padding_mode": choice("border", ["zero", "reflect", "edge", "wrap"]),
        "filter": choice("filter", list(SHIFT_KERNELS)),
        "shared": choice(
            "weights", [("shared: a convolution", True), ("own at each place", False)], True
        ),
        "photo": PhotoInput(photo, longest_side=110),
    }

    def draw(*, shift: int, padding_mode: str, filter: str, shared: bool, photo: Photo) -> Svg:
        grey = images.grey(photo.pixels).astype(float)
        kernel = SHIFT_KERNELS[filter]
        return figures.shift_equivariance(
            grey, kernel, by=shift, padding_mode=padding_mode, shared=shared
        )

    wrapped, own = {"padding_mode": "wrap"}, {"shared": False}
    return Explorer(draw, controls, more=("photo",), stills=({}, wrapped, own))
