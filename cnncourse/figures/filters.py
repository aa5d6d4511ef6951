"""Figures of kernels at work: on photographs, on edges, on noise, on stripes.

    >>> import numpy as np
    >>> from cnncourse import figures, kernels
    >>> figures.clipping([50, 50, 50, 200, 200, 200], kernels.KERNELS["sharpen"].weights)
    Svg('A step, its float response, and the same stored as bytes', 355×149)

Every figure is a pure function: numbers in, `Svg` out. Images are grey, of shape (H, W), 0 to 255.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from cnncourse import convolution as conv
from cnncourse import images, kernels
from cnncourse.figures import marks, svg
from cnncourse.figures.charts import Scale, curve, grid, numbers
from cnncourse.figures.grids import matrix, outline
from cnncourse.figures.words import by, count
from cnncourse.images import count_clipped, to_uint8
from cnncourse.metrics import rmse

VIEWS = ("signed", "clipped to 0–255")
OPERATORS = ("sobel", "prewitt")

_PHOTO = 236  # longest side of a drawn photograph, in pixels
_LAB_PHOTO = 360  # in the kernel lab
_UNDER_CAPTION = 22.5  # where a photograph begins in its panel


# A kernel on a photograph -------------------------------------------------------------------------


def kernel_lab(
    photo: np.ndarray,
    kernel: np.ndarray,
    *,
    name: str = "",
    view: str = "signed",
    padding_mode: str = "reflect",
    bias: float = 0,
    place: tuple[int, int] = (0, 0),
) -> svg.Svg:
    """A photograph, a kernel, what the kernel makes of the photograph, and of one of its pixels.

    It is marked for the controls weights, row and column: weights are changed in the kernel, and
    the mouse is a lens on the photograph.

    Parameters
    ----------
    photo : ndarray of shape (H, W), 0 to 255
    kernel : ndarray of shape (KH, KW), odd sizes
    name : str
        What the kernel is called, for the caption.
    view : {"signed", "clipped to 0–255"}
        Purple to orange around zero, or the grey picture that bytes can hold.
    padding_mode : {"zero", "reflect", "edge", "wrap"}
    bias : float
        Added to every response, as a layer of a network does.
    place : (int, int)
        Row and column of the pixel under the lens.

    Raises
    ------
    ValueError
        If the view is unknown or the border cannot be filled.
    """
    if view not in VIEWS:
        raise ValueError(f"unknown view {view!r}: use one of {', '.join(VIEWS)}")
    response = _same_size(photo, kernel, padding_mode) + np.float32(bias)
    result = _signed_panel(response) if view == "signed" else _clipped_panel(response)
    picture = _panels(
        _under_lens(photo, len(kernel), place),
        svg.above(
            _kernel_panel(kernel, name or "kernel"),
            _lens(photo, kernel, padding_mode, place, float(response[place])),
            gap=16,
        ),
        _with_twin(result, photo.shape, place),
        gap=18,
    )
    picture = replace(picture, height=452)  # at 5×5: nothing jumps
    sentence = f"{_kernel_words(kernel, name)} {_response_words(photo, response)}"
    if bias:
        sentence += f" The bias of {svg.show_number(bias)} is added everywhere."
    if view != "signed":
        sentence += f" {_clipped_words(response)}"
    return svg.framed(picture.titled("A kernel applied to a photograph", sentence))


def _under_lens(photo: np.ndarray, size: int, place: tuple[int, int]) -> svg.Svg:
    """The photograph with a window that follows the mouse."""
    panel = _photo_panel(photo, "input", role=svg.INPUT, side=_LAB_PHOTO)
    pixel, (row, column) = _LAB_PHOTO / max(photo.shape), place
    x, y = 0.5 + (column + 0.5) * pixel, _UNDER_CAPTION + (row + 0.5) * pixel
    side = max(size * pixel, 8)
    frame = svg.rect(-side / 2, -side / 2, side, side, line=svg.LIGHT, thick=4)
    frame += svg.rect(-side / 2, -side / 2, side, side, line=svg.WINDOW.line, thick=2)
    height, width = photo.shape
    moves = [
        marks.Move("column", column, (pixel, 0), 0, width - 1),
        marks.Move("row", row, (0, pixel), 0, height - 1),
    ]
    area = svg.group(panel.markup + svg.group(frame, x, y))
    spoken = f"row {row}, column {column}"
    marked = marks.drag(area, "lens", moves, at=(x, y), hover=True, spoken=spoken)
    return replace(panel, markup=marked)


def _with_twin(panel: svg.Svg, shape: tuple[int, int], place: tuple[int, int]) -> svg.Svg:
    """The result with a frame around the pixel that the lens computes."""
    pixel = _LAB_PHOTO / max(shape)
    x, y = 0.5 + (place[1] + 0.5) * pixel, _UNDER_CAPTION + (place[0] + 0.5) * pixel
    frame = svg.rect(x - 6, y - 6, 12, 12, line=svg.LIGHT, thick=4)
    frame += svg.rect(x - 6, y - 6, 12, 12, line=svg.WINDOW.line, thick=2)
    return replace(panel, markup=panel.markup + frame)


def _lens(
    photo: np.ndarray,
    kernel: np.ndarray,
    padding_mode: str,
    place: tuple[int, int],
    response: float,
) -> svg.Svg:
    """The products of the pixels under the lens with the weights, and what they sum up to."""
    margin, (row, column) = len(kernel) // 2, place
    padded = conv.pad(np.asarray(photo, dtype=float), margin, padding_mode)
    under = padded[row : row + len(kernel), column : column + len(kernel)]
    products = _signed(
        under * kernel,
        "pixel · weight",
        role=svg.WINDOW,
        cell=_weight_cell(kernel),
        digits=0,
        mark=lambda markup, r, c: marks.link(markup, f"tap-{r}-{c}"),
    )
    drawing = svg.Drawing()
    drawing.text(0, 12, f"sum = {svg.show_number(response, 1)}", size=16, bold=True)
    return svg.above(products, drawing.svg(156, 24, ""), gap=6)


def _weight_cell(kernel: np.ndarray) -> float:
    return 38 if kernel.shape[1] <= 3 else 31


def _same_size(photo: np.ndarray, kernel: np.ndarray, padding_mode: str) -> np.ndarray:
    """The response of a kernel with odd sizes, as large as the photograph."""
    margins = (kernel.shape[0] // 2, kernel.shape[1] // 2)
    pixels = np.asarray(photo, dtype=np.float32)
    return conv.correlate(pixels, kernel, padding=margins, padding_mode=padding_mode)


def _kernel_panel(kernel: np.ndarray, name: str) -> svg.Svg:
    """The weights, and under them what their sums say."""

    def mark(markup: str, row: int, column: int) -> str:
        place, number = (row, column), float(kernel[row, column])
        markup = marks.link(markup, f"tap-{row}-{column}")
        spoken = f"weights row {row + 1} column {column + 1}"
        return marks.edit(markup, spoken, "weights", place, number, group="weights")

    weights = _signed(kernel, name, role=svg.KERNEL, cell=_weight_cell(kernel), mark=mark)
    facts = (
        f"sum of weights: {svg.show_number(kernel.sum())}",
        f"noise gain Σw²: {svg.show_number(kernels.noise_gain(kernel))}",
    )
    drawing = svg.Drawing()
    for i, words in enumerate(facts):
        drawing.text(0, 10 + 20 * i, words)
    widest = max(156, *map(svg.text_width, facts))  # nothing jumps at 5×5
    return svg.above(weights, drawing.svg(widest, 40, ""), gap=8)


def _signed_panel(response: np.ndarray) -> svg.Svg:
    """The response in purple and orange, with the scale below.

    A few strong pixels would leave all others pale: one in a hundred may lie beyond the scale.
    """
    limit = float(np.quantile(np.abs(response), 0.99)) or float(np.abs(response).max())
    panel = _photo_panel(
        signed_photo(response, limit), "result (signed)", role=svg.OUTPUT, side=_LAB_PHOTO
    )
    return svg.above(panel, _signed_bar(panel.width, limit), gap=6)


def _clipped_panel(response: np.ndarray) -> svg.Svg:
    """The response as bytes, with how much was cut off below."""
    panel = _photo_panel(response, "result (clipped)", role=svg.OUTPUT, side=_LAB_PHOTO)
    below, over = 100 * np.mean(np.rint(response) < 0), 100 * np.mean(np.rint(response) > 255)
    words = f"cut off: {below:.1f} % below 0, {over:.1f} % over 255"
    return svg.above(panel, svg.label(words, height=28), gap=6)


def _photo_panel(
    pixels: np.ndarray, caption: str, *, role: svg.Role, side: float = _PHOTO, note: str = ""
) -> svg.Svg:
    """A photograph under its caption, scaled so that its longest side fits.

    `pixels` are grey values of any type (cut off at 0 and 255), or RGB bytes of shape (H, W, 3).
    """
    scale = side / max(pixels.shape[:2])
    height, width = (max(1.0, scale * size) for size in pixels.shape[:2])
    shown = pixels if pixels.dtype == np.uint8 else to_uint8(pixels)
    drawing = svg.Drawing()
    crisp = scale >= 2  # show the squares where they are large enough to be seen
    drawing.image(shown, 0.5, 0.5, width, height, crisp=crisp)
    drawing.rect(0.5, 0.5, width, height, line=role.line)
    panel = svg.captioned(drawing.svg(width + 1, height + 1, caption), caption, role=role)
    return svg.above(panel, svg.label(note), gap=4) if note else panel


@lru_cache(maxsize=1)
def _palette() -> np.ndarray:
    """The colours of −1 to 1 in 255 steps: looking them up is several times faster than mixing."""
    return svg.signed_pixels(np.linspace(-1, 1, 255)[None], 1)[0]


def signed_photo(values: np.ndarray, limit: float) -> np.ndarray:
    """The values in purple (−limit) to orange (+limit).

    Parameters
    ----------
    values : ndarray of shape (H, W)
    limit : float

    Returns
    -------
    ndarray of uint8 of shape (H, W, 3)
    """
    share = np.clip(values / (limit or 1.0), -1, 1)
    return _palette()[(np.rint(127 * share) + 127).astype(np.intp)]


def _signed_bar(width: float, limit: float) -> svg.Svg:
    """The scale of a signed picture: −limit, 0, +limit."""
    shown = svg.show_number(limit, 0)
    drawing = svg.Drawing()
    drawing.image(_palette()[None], 0, 0, width, 12, crisp=False)
    drawing.text(0, 22, f"≤ −{shown}", size=12, fill=svg.MUTED)
    drawing.text(width / 2, 22, "0", size=12, anchor="middle", fill=svg.MUTED)
    drawing.text(width, 22, f"≥ +{shown}", size=12, anchor="end", fill=svg.MUTED)
    return drawing.svg(width, 28, "scale")


def _kernel_words(kernel: np.ndarray, name: str) -> str:
    total = float(kernel.sum())
    if abs(total - 1) < 1e-9:
        meaning = "flat areas keep their brightness"
    elif abs(total) < 1e-9:
        meaning = "flat areas become 0"
    else:
        meaning = f"flat areas are multiplied by {svg.show_number(total)}"
    called = f"{name[0].upper()}{name[1:]}" if name else "Kernel"
    return f"{called}, {by(kernel.shape)} weights with sum {svg.show_number(total)}: {meaning}."


def _response_words(photo: np.ndarray, response: np.ndarray) -> str:
    before, after, low, high = (
        svg.show_number(float(value), 1)
        for value in (np.mean(photo), response.mean(), response.min(), response.max())
    )
    return f"Mean {before} → {after}; responses from {low} to {high}."


def _clipped_words(response: np.ndarray) -> str:
    lost = 100 * count_clipped(response) / response.size
    return f"Stored as bytes, {lost:.1f} % of the pixels are cut off at 0 or 255."


# The window on numbers ----------------------------------------------------------------------------


def window_walk(
    patch: np.ndarray,
    kernel: np.ndarray,
    *,
    padding: int = 0,
    padding_mode: str = "zero",
    step: int = 0,
) -> svg.Svg:
    """A position of the window: the pixels under it, times the weights, summed.

    Parameters
    ----------
    patch : ndarray of shape (H, W), 0 to 255
    kernel : ndarray of shape (KH, KW)
    padding : int
    padding_mode : str
        As for `cnncourse.convolution.correlate`.
    step : int
        Which output cell is being computed, counted from 0 in reading order.

    Raises
    ------
    ValueError
        If the kernel does not fit, or there is no such step.
    """
    result = conv.correlate(patch, kernel, padding=padding, padding_mode=padding_mode)
    if not 0 <= step < result.size:
        raise ValueError(f"there is no step {step}: the output has {result.size} cells, 0 first")
    row, column = divmod(step, result.shape[1])
    padded = conv.pad(patch, padding, padding_mode)
    window = padded[row : row + kernel.shape[0], column : column + kernel.shape[1]]
    total = float(result[row, column])
    maps = _in_a_row(
        _walked_input(padded, padding, (row, column, *kernel.shape)),
        _output_so_far(result, step),
        gap=40,
    )
    picture = svg.above(maps, _products_row(window, kernel, total), gap=18)
    sentence = (
        f"Step {step + 1} of {result.size}: output[{row}, {column}]. The {kernel.size} products "
        f"add up to {svg.show_number(total)}."
    )
    return svg.framed(picture.titled("A window walks over an image", sentence))


def _walked_input(padded: np.ndarray, padding: int, window: tuple[int, int, int, int]) -> svg.Svg:
    caption = f"input + padding {padding}" if padding else "input"
    return _grey(padded, caption, cell=32, marked=[window], padding=(padding,) * 4)


def _output_so_far(result: np.ndarray, step: int) -> svg.Svg:
    later = np.arange(result.size).reshape(result.shape) > step
    here = (*divmod(step, result.shape[1]), 1, 1)
    look = {"role": svg.OUTPUT, "cell": 38, "digits": 1}
    return _signed(result, "output", marked=[here], hidden=later, **look)


def _products_row(window: np.ndarray, kernel: np.ndarray, total: float) -> svg.Svg:
    """Window · weights = products, and their sum."""
    cell = 42 if kernel.shape[1] <= 3 else 34
    return svg.beside(
        _grey(window, "window", role=svg.WINDOW, cell=cell),
        _sign("×"),
        _signed(kernel, "kernel", role=svg.KERNEL, cell=cell),
        _sign("="),
        _signed(window * kernel, "products", role=svg.OUTPUT, cell=cell, digits=1),
        _sign(f"sum: {svg.show_number(total)}"),
        gap=10,
    )


def _sign(words: str) -> svg.Svg:
    """A word between two matrices, level with their middle rows."""
    drawing, width = svg.Drawing(), svg.text_width(words, 17)
    drawing.text(width / 2, 22, words, size=16, anchor="middle", bold=True)
    return drawing.svg(width, 22, words)


# Brightness, bytes and borders in numbers ---------------------------------------------------------


def clipping(row: Sequence[float], kernel: np.ndarray) -> svg.Svg:
    """A row of pixels, the kernel's float response, and what bytes keep of it.

    Parameters
    ----------
    row : sequence of float
        One row of an image whose rows are all alike, so what is above and below is the same.
    kernel : ndarray of shape (KH, KW), odd sizes

    Returns
    -------
    Svg
        Values that bytes change are outlined.
    """
    rows = np.tile(np.asarray(row, dtype=float), (kernel.shape[0], 1))
    response = _same_size(rows, kernel, "edge")[kernel.shape[0] // 2][None].astype(float)
    stored = to_uint8(response).astype(float)
    changed = [(0, int(column), 1, 1) for column in np.flatnonzero(stored != response)]
    lines = (
        ("input", _grey(rows[:1], cell=44, digits=1)),
        ("float", _signed(response, role=svg.OUTPUT, cell=44, digits=1)),
        ("uint8", _grey(stored, role=svg.OUTPUT, cell=44, digits=1, marked=changed)),
    )
    lost = [
        f"{_whole(a)} becomes {_whole(b)}"
        for a, b in zip(response[0], stored[0], strict=True)
        if a != b
    ]
    sentence = f"Stored as bytes, {' and '.join(lost)}." if lost else "Bytes keep every value."
    title = "A step, its float response, and the same stored as bytes"
    picture = svg.above(*(_labelled(*line) for line in lines), gap=7)
    return picture.titled(title, sentence)


def _labelled(words: str, picture: svg.Svg, room: float = 90) -> svg.Svg:
    drawing = svg.Drawing()
    drawing.text(0, picture.height / 2, words, size=14, bold=True)
    drawing.place(picture, room)
    return drawing.svg(room + picture.width, picture.height, words)


def borders(
    patch: np.ndarray,
    kernel: np.ndarray,
    modes: Sequence[str] = ("zero", "reflect", "edge", "wrap"),
) -> svg.Svg:
    """The same kernel on the same image with each border rule.

    Parameters
    ----------
    patch : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW), odd sizes
    modes : sequence of str
        Border rules of `cnncourse.convolution.pad`.
    """
    results = {mode: _same_size(patch, kernel, mode).astype(float) for mode in modes}
    low = min(0.0, *(result.min() for result in results.values()))
    high = max(result.max() for result in results.values())
    look: dict[str, Any] = {"role": svg.OUTPUT, "shade": "grey", "limits": (low, high)}
    pictures = [
        matrix(result, title=mode, caption=mode, **look) for mode, result in results.items()
    ]
    corners = ", ".join(
        f"{mode} {svg.show_number(float(result[0, 0]))}" for mode, result in results.items()
    )
    sentence = f"Top left value with each border rule: {corners}."
    return svg.beside(*pictures, gap=20).titled("Border rules compared", sentence)


def separable(column: np.ndarray, row: np.ndarray) -> svg.Svg:
    """A column times a row, and the kernel they make.

    Parameters
    ----------
    column : ndarray of shape (KH,)
    row : ndarray of shape (KW,)
    """
    whole = np.outer(column, row)
    look: dict[str, Any] = {"title": "", "role": svg.KERNEL}
    picture = svg.beside(
        matrix(np.reshape(column, (-1, 1)), caption="column", **look),
        _sign("×"),
        matrix(np.reshape(row, (1, -1)), caption="row", **look),
        _sign("="),
        matrix(whole, caption="kernel", **look),
        gap=12,
    )
    weights = len(column) + len(row)
    sentence = (
        f"{weights} weights in a column and a row make the {whole.size} weights of the kernel."
    )
    return picture.titled("A separable kernel", sentence)


def kernel_cards(shown: Sequence[str] | Mapping[str, np.ndarray]) -> svg.Svg:
    """Kernels side by side, each with its name and the sum of its weights.

    Parameters
    ----------
    shown : sequence of str, or mapping of str to ndarray
        Keys of `cnncourse.kernels.KERNELS`, or kernels of your own by name.
    """
    if not isinstance(shown, Mapping):
        shown = {name: kernels.KERNELS[name].weights for name in shown}
    sums = {name: svg.show_number(float(weights.sum())) for name, weights in shown.items()}
    cards = []
    for name, weights in shown.items():
        cell, parts = 34 if weights.shape[1] <= 3 else 32, _denominator(weights)
        grid = _signed(weights * parts, name, role=svg.KERNEL, cell=cell)
        shared = f"× 1/{parts}, " if parts > 1 else ""
        cards.append(svg.above(grid, svg.label(f"{shared}sum {sums[name]}", size=13), gap=5))
    totals = (f"{name}: {total}" for name, total in sums.items())
    sentence = f"Sums of the weights: {', '.join(totals)}."
    return svg.beside(*cards, gap=22).titled("Named kernels", sentence)


def _denominator(weights: np.ndarray) -> int:
    """Return the n for which n times the weights are whole numbers, or 1 if two decimals do.

    A ninth, rounded to 0.11, would not add up to 1 before the reader's eyes.
    """
    if np.allclose(weights, np.round(weights, 2)):
        return 1
    fits = (n for n in range(2, 257) if np.allclose(n * weights, np.round(n * weights)))
    return next(fits, 1)


# Gaussian blur and its cost -----------------------------------------------------------------------


def gaussian_blur(photo: np.ndarray, sigma: float, size: int | None = None) -> svg.Svg:
    """A Gaussian blur: the bell, the photograph before and after, and what it costs.

    Parameters
    ----------
    photo : ndarray of shape (H, W), 0 to 255
    sigma : float
        Standard deviation of the bell in pixels.
    size : int, optional
        Odd number of rows and columns of the kernel; by default it reaches to 3σ.
    """
    kernel = kernels.gaussian(sigma, size)
    bell = kernel.sum(axis=0)  # a column of the same numbers times this row is the kernel
    k = len(bell)
    pixels = np.asarray(photo, dtype=np.float32)
    down = conv.correlate(pixels, bell[:, None], padding=(k // 2, 0), padding_mode="edge")
    blurred = conv.correlate(down, bell[None], padding=(0, k // 2), padding_mode="edge")
    row = _in_a_row(
        _photo_panel(photo, "input", role=svg.INPUT),
        svg.above(_bell_map(kernel), _profile(bell), gap=12),
        _photo_panel(blurred, "blurred", role=svg.OUTPUT),
        gap=22,
    )
    kept = np.sqrt(kernels.noise_gain(kernel))
    sentence = (
        f"σ = {svg.show_number(sigma)} pixels, kernel {k}×{k}: {k * k} multiplications a pixel as "
        f"one kernel, {2 * k} as a column and a row, {svg.show_number(k / 2, 1)} times fewer. "
        f"The middle weight is {kernel.max():.3f}; {100 * kept:.0f} % of the standard "
        "deviation of random noise is left."
    )
    picture = svg.above(row, _cost_bars(k, row.width), gap=14)
    return svg.framed(picture.titled("Gaussian blur and its cost", sentence))


def _bell_map(kernel: np.ndarray) -> svg.Svg:
    """The kernel from above: white is its largest weight, black is 0."""
    drawing = svg.Drawing()
    drawing.image(to_uint8(255 * kernel / kernel.max()), 0.5, 0.5, 140, 140)
    drawing.rect(0.5, 0.5, 140, 140, line=svg.KERNEL.line)
    return svg.captioned(
        drawing.svg(141, 141, "kernel"), f"kernel {by(kernel.shape)}", role=svg.KERNEL
    )


def _profile(bell: np.ndarray) -> svg.Svg:
    """The middle row of a kernel as bars."""
    drawing, step = svg.Drawing(), 140 / len(bell)
    for i, high in enumerate(72 * bell / bell.max()):
        drawing.rect((i + 0.1) * step, 80 - high, 0.8 * step, max(high, 0.6), fill=svg.KERNEL.line)
    drawing.line(0, 80.5, 140, 80.5, colour=svg.FAINT)
    drawing.text(70, 92, "weights of its row", size=12, anchor="middle", fill=svg.MUTED)
    return drawing.svg(141, 100, "profile")


def _cost_bars(k: int, width: float) -> svg.Svg:
    """Multiplications per pixel: the whole kernel against a column and a row."""
    costs = {f"one {k}×{k} kernel": k * k, "column, then row": 2 * k}
    return _bars("multiplications per pixel", costs, width, digits=0)


def _bars(head: str, values: Mapping[str, float], width: float, *, digits: int) -> svg.Svg:
    """Labelled horizontal bars that start at zero, under a head."""
    room, largest = 150.0, max(*values.values(), 1e-9)
    drawing = svg.Drawing()
    drawing.text(0, 8, head, bold=True)
    for i, (words, value) in enumerate(values.items()):
        middle, length = 31 + 24 * i, (width - room - 60) * value / largest
        drawing.text(0, middle, words)
        drawing.rect(room, middle - 7, max(length, 1), 14, fill=svg.OUTPUT.line)
        drawing.text(room + length + 8, middle, svg.show_number(value, digits), bold=True)
    return drawing.svg(width, 22 + 24 * len(values), head)


# The angle of an edge -----------------------------------------------------------------------------


def edge_angle(angle: float, *, operator: str = "sobel", softness: float = 1.0) -> svg.Svg:
    """A bar at an angle, what two kernels answer, and the angle recovered from the answers.

    Angles turn from right towards down, clockwise on the screen, because y counts downwards.

    Parameters
    ----------
    angle : float
        Direction of the bar in degrees: 0 lies flat, 90 stands upright.
    operator : {"sobel", "prewitt"}
    softness : float
        How many pixels the change from dark to bright takes: the scale of a logistic curve.

    Raises
    ------
    ValueError
        If the operator is unknown.
    """
    if operator not in OPERATORS:
        raise ValueError(f"unknown operator {operator!r}: use one of {', '.join(OPERATORS)}")
    pixels = images.bar(angle, softness=softness)
    across, down = (_edge_response(pixels, operator, axis) for axis in "xy")
    strength = np.hypot(across, down)
    centre = tuple(n // 2 for n in pixels.shape)
    gx, gy = float(across[centre]), float(down[centre])
    panels = _in_a_row(*_angle_panels(pixels, across, down, strength, gx, gy), gap=12)
    plot = _angle_curves(angle, operator, softness, panels.width)
    words = _angle_words(angle, operator, gx, gy)
    picture = svg.above(panels, plot, gap=16)
    return svg.framed(picture.titled("The angle of an edge from two kernels", words))


def _edge_response(pixels: np.ndarray, operator: str, axis: str) -> np.ndarray:
    weights = kernels.KERNELS[f"{operator} {axis}"].weights
    return _same_size(pixels, weights, "edge").astype(float)


def _angle_panels(
    pixels: np.ndarray,
    across: np.ndarray,
    down: np.ndarray,
    strength: np.ndarray,
    gx: float,
    gy: float,
) -> list[svg.Svg]:
    """The bar with its gradient, the two answers, and their length."""
    limit = max(np.abs(across).max(), np.abs(down).max(), strength.max())
    side = 160
    panel = _photo_panel(pixels, "bar", role=svg.INPUT, side=side, note="arrow: brighter")
    length = float(np.hypot(gx, gy)) or 1.0
    x, y = side / 2, 22 + side / 2
    tip = (x + 44 * gx / length, y + 44 * gy / length)
    arrow = svg.arrow(x, y, *tip, colour=svg.WINDOW.line, thick=3)
    maps = [
        _photo_panel(signed_photo(values, limit), caption, role=svg.OUTPUT, side=side, note=note)
        for values, caption, note in (
            (across, "kernel x (signed)", f"x, at the arrow: {_whole(gx)}"),
            (down, "kernel y (signed)", f"y, at the arrow: {_whole(gy)}"),
            (strength, "magnitude", f"length √(x² + y²): {_whole(np.hypot(gx, gy))}"),
        )
    ]
    return [replace(panel, markup=panel.markup + arrow), *maps]


def _angle_curves(angle: float, operator: str, softness: float, width: float) -> svg.Svg:
    """What both kernels answer at the middle pixel, for every angle of the bar."""
    angles = range(0, 181, 5)
    answers = np.array([_answers_at_middle(a, operator, softness) for a in angles])
    curves = {
        "x": (answers[:, 0], svg.INPUT.line, ""),
        "y": (answers[:, 1], svg.KERNEL.line, "7 4"),
        "magnitude": (np.hypot(*answers.T), svg.OUTPUT.line, "2 3"),
    }
    limit = float(np.abs(answers).max()) * 1.15
    top, base = 24.0, 144.0
    x, y = Scale(0, 180, 60, width - 90), Scale(-limit, limit, base, top)
    drawing = svg.Drawing()
    drawing.text(0, 8, "answer where the arrow starts, for every angle of the bar", bold=True)
    drawing.line(x.start, y(0), x.end, y(0), colour=svg.MUTED)
    for degrees in (0, 45, 90, 135, 180):
        drawing.line(x(degrees), top, x(degrees), base, colour=svg.FAINT)
        drawing.add(numbers(x, [degrees], base + 12, write="{}°".format))
    drawing.text(x.start - 8, y(0), "0", size=12, anchor="end", fill=svg.MUTED)
    for name, (values, colour, dash) in curves.items():
        drawing.add(curve(x, y, angles, values, colour=colour, dash=dash))
        drawing.text(x.end + 8, y(values[-1]), name, fill=colour, bold=True)
    drawing.line(x(angle), top, x(angle), base, colour=svg.WINDOW.line, thick=2)
    for value in _answers_at_middle(angle, operator, softness):
        drawing.circle(x(angle), y(value), 4, fill=svg.WINDOW.line)
    return drawing.svg(width, base + 22, "curves")


def _answers_at_middle(angle: float, operator: str, softness: float) -> tuple[float, float]:
    """The answers of kernels x and y where the side of the bar passes: nine pixels are enough."""
    nine = images.bar(angle, softness=softness, size=3)
    x, y = (np.sum(nine * kernels.KERNELS[f"{operator} {axis}"].weights) for axis in "xy")
    return float(x), float(y)


def _angle_words(angle: float, operator: str, gx: float, gy: float) -> str:
    gradient = np.degrees(np.arctan2(gy, gx)) % 360
    recovered = (gradient - 90) % 360  # the gradient points straight across the bar
    blind: dict[float, str] = {0: "x", 90: "y", 180: "x"}
    warning = f" Kernel {blind[angle]} is blind to this bar." if angle in blind else ""
    return (
        f"Bar at {svg.show_number(angle)}°: {operator} x answers {_whole(gx)}, {operator} y "
        f"{_whole(gy)}; the magnitude is {_whole(np.hypot(gx, gy))}. The gradient points to "
        f"{svg.show_number(gradient, 1)}°, straight across the bar, so the bar must lie at "
        f"{svg.show_number(recovered, 1)}°.{warning}"
    )


# Noise --------------------------------------------------------------------------------------------


def noise_filters(clean: np.ndarray, noisy: np.ndarray, results: dict[str, np.ndarray]) -> svg.Svg:
    """A clean picture, a noisy one, and what several filters make of the noise.

    Parameters
    ----------
    clean, noisy : ndarray of shape (H, W), 0 to 255
    results : dict of str to ndarray of shape (H, W)
        Name of a filter → the filtered noisy picture.

    Returns
    -------
    Svg
        With the root mean square error of each against the clean picture.
    """
    pictures = {"noisy": noisy, **results}
    errors = {name: rmse(pixels, clean) for name, pixels in pictures.items()}
    roles = [svg.INPUT, svg.INPUT, *[svg.OUTPUT] * len(results)]
    panels = [
        _photo_panel(pixels, name, role=role, side=172)
        for (name, pixels), role in zip({"clean": clean, **pictures}.items(), roles, strict=True)
    ]
    row = _in_a_row(*panels, gap=12)
    head = "error against the clean picture (RMSE, grey levels)"
    chart = _bars(head, errors, row.width, digits=1)
    best = min(errors, key=errors.__getitem__)
    best = "the noisy picture itself" if best == "noisy" else best
    listed = ", ".join(f"{name} {error:.1f}" for name, error in errors.items())
    sentence = f"RMSE in grey levels: {listed}. Closest to the clean picture: {best}."
    return svg.framed(svg.above(row, chart, gap=14).titled("Filters against noise", sentence))


# Frequencies --------------------------------------------------------------------------------------


def frequency_gain(kernel: np.ndarray, across: int, down: int, *, name: str = "kernel") -> svg.Svg:
    """The stripes before and after a kernel, and the kernel's gain for every frequency.

    Parameters
    ----------
    kernel : ndarray of shape (KH, KW), odd sizes
    across, down : int, 0 to 16
        Waves in 32 pixels along x and along y. 16 is the fastest there is: π radians a pixel.
    name : str
        What the kernel is called.

    Raises
    ------
    ValueError
        If a frequency is not from 0 to 16.
    """
    if not (0 <= across <= 16 and 0 <= down <= 16):
        raise ValueError(f"{across} and {down} waves in 32 pixels: use 0 to 16, two pixels a wave")
    y, x = np.mgrid[0:32, 0:32]
    waves = np.cos(2 * np.pi * (across * x + down * y) / 32)
    passed = _same_size(waves, kernel, "wrap").astype(float)
    response = kernels.frequency_response(kernel, 32)
    signed = kernels.signed_gains(kernel, down)
    gain = float(signed[across])
    low, high = float(passed.min()), float(passed.max())
    heights = f"from {svg.show_number(low)} to {svg.show_number(high)}"
    limit = max(1.0, -low, high)  # of both, so that a stronger pattern looks stronger
    row = _in_a_row(
        _stripes(waves, limit, "stripes in", svg.INPUT, "from −1 to 1"),
        _gain_map(response, across, down, name),
        _stripes(passed, limit, "stripes out", svg.OUTPUT, heights),
        gap=26,
    )
    picture = svg.above(row, _gain_curve(signed, across, down, row.width), gap=14)
    flat, stripes, checks = map(svg.show_number, kernels.gains(kernel))
    sentence = (
        f"{name[0].upper()}{name[1:]}, {count(across, 'wave')} across and {down} down in 32 "
        f"pixels: the gain is {svg.show_number(gain)}, this pattern is "
        f"{_fate(waves, passed, gain)}. Flat areas {flat}, fastest vertical stripes {stripes}, "
        f"checkerboard {checks}."
    )
    return svg.framed(picture.titled("The gain of a kernel for every frequency", sentence))


def _stripes(
    values: np.ndarray, limit: float, caption: str, role: svg.Role, heights: str
) -> svg.Svg:
    return _photo_panel(signed_photo(values, limit), caption, role=role, side=196, note=heights)


def _fate(waves: np.ndarray, passed: np.ndarray, gain: float) -> str:
    """What became of the waves: the gain tells only their height, not where they lie."""
    times = abs(gain)
    if times < 0.005:
        return "removed"
    size = "kept" if abs(times - 1) < 0.005 else ("weakened" if times < 1 else "strengthened")
    if np.allclose(passed, times * waves):
        return size
    return f"{size} and {'inverted' if np.allclose(passed, -times * waves) else 'moved'}"


def _gain_curve(gains: np.ndarray, across: int, down: int, width: float) -> svg.Svg:
    """The gain for every number of waves across; below 0 the stripes come out inverted."""
    low, high = min(-0.5, float(gains.min())), max(1.0, float(gains.max()))
    x, y = Scale(0, 16, 40, width - 12), Scale(low, high, 112, 8)
    drawing = svg.Drawing()
    drawing.add(grid(y, y.ticks(4), 40, width - 12, zero=svg.INK))
    drawing.add(numbers(x, range(0, 17, 2), 128))
    drawing.add(curve(x, y, range(17), gains, colour=svg.KERNEL.line, dots=3))
    drawing.circle(x(across), y(gains[across]), 7, fill="none", line=svg.WINDOW.line)
    words = f"gain for 0 to 16 waves across, {count(down, 'wave')} down (below 0: inverted)"
    return svg.captioned(drawing.svg(width, 138, "the gain as a curve"), words)


def _gain_map(response: np.ndarray, across: int, down: int, name: str) -> svg.Svg:
    """One quarter of the frequencies, 0 to π both ways; the chosen one is ringed."""
    quarter = np.pad(response, ((0, 1), (0, 1)), mode="wrap")[16:, 16:]  # 17×17: 0 to 16 waves
    most = float(quarter.max()) or 1.0
    side, cell = 196.0, 196 / 17
    drawing = svg.Drawing()
    drawing.image(to_uint8(255 * quarter / most), 0.5, 0.5, side, side)
    drawing.rect(0.5, 0.5, side, side, line=svg.KERNEL.line)
    x, y = (0.5 + waves * cell - 1 for waves in (across, down))
    drawing.rect(x, y, cell + 2, cell + 2, line=svg.WINDOW.line, thick=3)
    picture = drawing.svg(side + 1, side + 1, "gain")
    panel = svg.captioned(picture, f"gain of {name}", role=svg.KERNEL)
    note = svg.label(f"across →, down ↓; white is {svg.show_number(most)}")
    return svg.above(panel, replace(note, width=side), gap=4)


# A riddle -----------------------------------------------------------------------------------------


def kernel_guess(
    pixels: np.ndarray, hidden: np.ndarray, guess: np.ndarray, *, following: int | None = None
) -> svg.Svg:
    """The outputs of a hidden kernel and of a guess for the same input.

    There is no padding: a dark border would give the kernel away, one row at a time. It is marked
    for the controls pixels, guess and riddle.

    Parameters
    ----------
    pixels : ndarray of shape (H, W)
    hidden, guess : ndarray of shape (3, 3)
    following : int, optional
        The next riddle, offered once this one is solved.
    """
    answer, own = (conv.correlate(pixels, kernel) for kernel in (hidden, guess))
    most = float(max(np.abs(answer).max(), np.abs(own).max(), 1))
    differ = np.abs(answer - own) > 1e-9
    signed: dict[str, Any] = {"shade": "signed", "limits": (-most, most), "role": svg.OUTPUT}
    top = float(max(np.abs(pixels).max(), 1))
    theirs = matrix(own, title="", cell=38, caption="your output", **signed)
    own_kernel = _editable(guess, "your kernel", "your kernel", cell=44, role=svg.KERNEL)
    solved = not differ.any() and np.allclose(hidden, guess)
    reward = _solved(following) if solved else ""
    picture = _panels(
        _editable(pixels, "pixels", "input", cell=38, shade="grey", limits=(0, 1.25 * top)),
        replace(own_kernel, markup=own_kernel.markup + svg.group(reward, 0, 166)),
        replace(theirs, markup=theirs.markup + svg.group(_agreement(differ), 0, _UNDER_CAPTION)),
        matrix(answer, title="", cell=38, caption="hidden kernel's output", **signed),
        gap=26,
    )
    wrong = int(differ.sum())
    if wrong:
        sentence = f"{wrong} of {answer.size} output cells differ (framed): not the hidden kernel."
    elif solved:
        sentence = "All output cells agree, and your kernel is the hidden one."
    else:
        sentence = (
            "All output cells agree, yet your kernel is not the hidden one: this input cannot "
            "tell them apart."
        )
    return svg.framed(picture.titled("Guess the kernel", sentence))


def _editable(values: np.ndarray, name: str, caption: str, **look: Any) -> svg.Svg:
    """A matrix whose numbers are changed in place; `name` is that of its control."""
    control = "guess" if name == "your kernel" else name

    def mark(markup: str, row: int, column: int) -> str:
        spoken = f"{name} row {row + 1} column {column + 1}"
        number = float(values[row, column])
        return marks.edit(markup, spoken, control, (row, column), number, group=control)

    return matrix(values, title=caption, caption=caption, font=16, mark=mark, **look)


def _agreement(differ: np.ndarray) -> str:
    """A sharp frame on each cell that differs, a round green one on each that agrees."""
    cells = []
    for (row, column), wrong in np.ndenumerate(differ):
        if wrong:
            cells.append(outline(row, column, 1, 1, 38))
        else:
            x, y = 38 * column + 2, 38 * row + 2
            tint, line = svg.OUTPUT.tint, svg.OUTPUT.line
            cells.append(svg.rect(x, y, 35, 35, fill=tint, line=line, thick=3, round=14))
    return "".join(cells)


def _solved(following: int | None) -> str:
    """The reward: a green badge, and a button that leads to the next riddle."""
    badge = svg.rect(0, 0, 92, 30, fill=svg.OUTPUT.tint, line=svg.OUTPUT.line, thick=2, round=15)
    badge += svg.text(46, 15, "✓ solved", anchor="middle", size=14, bold=True)
    if following is None:
        return badge
    button = svg.rect(104, 0, 120, 30, fill=svg.PAPER, line=svg.INPUT.line, thick=2, round=6)
    button += svg.text(164, 15, "next riddle", anchor="middle", size=14, bold=True)
    return badge + marks.set(f"<g>{button}</g>", "next riddle", {"riddle": following})


# Small helpers ------------------------------------------------------------------------------------


def _signed(values: np.ndarray, caption: str = "", **look: Any) -> svg.Svg:
    """A matrix in purple and orange, as far to both sides as its largest number."""
    most = float(np.abs(values).max()) or 1.0
    return matrix(
        values, title=caption, caption=caption, shade="signed", limits=(-most, most), **look
    )


def _grey(values: np.ndarray, caption: str = "", *, digits: int = 0, **look: Any) -> svg.Svg:
    """A matrix in the greys of 0 to 255."""
    look |= {"shade": "grey", "limits": (0, 255)}
    return matrix(values, title=caption, caption=caption, digits=digits, **look)


def _in_a_row(*pictures: svg.Svg, gap: float) -> svg.Svg:
    """Pictures side by side, their tops on one line."""
    height = max(picture.height for picture in pictures)
    return svg.beside(*(replace(picture, height=height) for picture in pictures), gap=gap)


def _panels(*pictures: svg.Svg, gap: float) -> svg.Svg:
    """Pictures side by side, and one under the other on a narrow page."""
    height = max(picture.height for picture in pictures)
    markup, x = "", 0.0
    for number, picture in enumerate(pictures):
        name = f"panel {number}"
        markup += marks.panel(picture.markup, name, x, 0, picture.width, picture.height)
        x += picture.width + gap
    return svg.Svg(markup, x - gap, height, "")


def _whole(value: float) -> str:
    return svg.show_number(float(value), 0)
