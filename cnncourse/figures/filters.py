"""Figures of kernels at work: on photographs, on edges, on noise, on stripes.

    >>> import numpy as np
    >>> from cnncourse import figures, kernels
    >>> figures.clipping([50, 50, 50, 200, 200, 200], kernels.KERNELS["sharpen"].weights)
    Svg('A step, its float output, and the same stored as bytes', 355×149)

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
from cnncourse.figures import grids, marks, svg
from cnncourse.figures.charts import DATA, Scale, curve, grid, numbers
from cnncourse.figures.grids import BUTTON, UNSEEN, edited, grip, handle, matrix, outline
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
    numbers = svg.above(
        _kernel_panel(kernel, name or "kernel"),
        _lens(photo, kernel, padding_mode, place, float(response[place])),
        gap=16,
    )
    panels = (
        _under_lens(photo, len(kernel), place),
        replace(numbers, width=176, height=480),  # as at 5×5: nothing jumps
        _with_twin(result, photo.shape, place),
    )
    picture = grids.panels(panels, gap=18)
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
    frame = grids.lens(-side / 2, -side / 2, side, side)
    height, width = photo.shape
    moves = marks.two_ways(("column", "row"), (column, row), pixel, (width - 1, height - 1))
    area = svg.group(panel.markup + svg.group(frame, x, y))
    spoken = f"row {row}, column {column}"
    marked = marks.drag(area, "lens", moves, at=(x, y), hover=True, spoken=spoken)
    return replace(panel, markup=marked, width=_LAB_PHOTO + 1, height=480)  # for any photograph


def _with_twin(panel: svg.Svg, shape: tuple[int, int], place: tuple[int, int]) -> svg.Svg:
    """The result with a frame around the pixel that the lens computes."""
    pixel = _LAB_PHOTO / max(shape)
    x, y = 0.5 + (place[1] + 0.5) * pixel, _UNDER_CAPTION + (place[0] + 0.5) * pixel
    frame = grids.lens(x - 6, y - 6, 12, 12)
    return replace(panel, markup=panel.markup + frame, width=_LAB_PHOTO + 1, height=480)


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
        mark=_linked,
    )
    total = svg.text(0, 12, f"sum = {svg.show_number(response, 1)}", size=16, bold=True)
    return svg.above(products, svg.Svg(total, 156, 24, ""), gap=6)


def _weight_cell(kernel: np.ndarray) -> float:
    return 38 if kernel.shape[1] <= 3 else 34


def _same_size(photo: np.ndarray, kernel: np.ndarray, padding_mode: str) -> np.ndarray:
    """The response of a kernel with odd sizes, as large as the photograph."""
    margins = (kernel.shape[0] // 2, kernel.shape[1] // 2)
    pixels = np.asarray(photo, dtype=np.float32)
    return conv.correlate(pixels, kernel, padding=margins, padding_mode=padding_mode)


def _kernel_panel(kernel: np.ndarray, name: str) -> svg.Svg:
    """The weights, and under them what their sums say."""
    weights = _editable_kernel(kernel, name, cell=_weight_cell(kernel))
    facts = (
        f"sum of weights: {svg.show_number(kernel.sum())}",
        f"noise gain Σw²: {svg.show_number(kernels.noise_gain(kernel))}",
    )
    return svg.above(weights, svg.Svg(svg.lines(0, 10, facts, 20), 176, 40, ""), gap=8)


def _editable_kernel(kernel: np.ndarray, caption: str, **look: Any) -> svg.Svg:
    """Weights to change in place; one that is hovered lights what it is multiplied with."""
    edit = edited(kernel, "weights", "weights")

    def mark(markup: str, row: int, column: int) -> str:
        return edit(_linked(markup, row, column), row, column)

    return _signed(kernel, caption, role=svg.KERNEL, **look, mark=mark)


def _linked(markup: str, row: int, column: int) -> str:
    """A cell that lights what is multiplied with it."""
    return marks.link(markup, f"tap-{row}-{column}")


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
    drawing = svg.Drawing()
    crisp = scale >= 2  # show the squares where they are large enough to be seen
    drawing.image(to_uint8(pixels), 0.5, 0.5, width, height, crisp=crisp)
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
    return f"Mean {before} → {after}; outputs from {low} to {high}."


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

    It is marked for the controls step and weights: the window is dragged, a cell of the output
    clicked, and the weights are changed in the kernel.

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
    walked = _walked_input(padded, padding, (row, column), kernel.shape, result.shape)
    beside = svg.above(
        replace(_products_row(window, kernel), height=160),
        _output_so_far(result, step, total, (_WALK / len(padded), kernel.shape)),
        gap=20,
    )
    picture = svg.beside(walked, replace(beside, width=512, height=_TALL))
    sentence = (
        f"Step {step + 1} of {result.size}: output[{row}, {column}]. The {kernel.size} products "
        f"add up to {svg.show_number(total)}."
    )
    return svg.framed(picture.titled("A window walks over an image", sentence))


_WALK = 384  # side of the input in pixels, with its padding
_TALL = 432


def _walked_input(
    padded: np.ndarray,
    padding: int,
    place: tuple[int, int],
    size: tuple[int, ...],
    output: tuple[int, ...],
) -> svg.Svg:
    """The input with the window to drag over it; its pixels light the products they are in."""
    cell, (row, column) = _WALK / len(padded), place

    def mark(markup: str, r: int, c: int) -> str:
        inside = 0 <= r - row < size[0] and 0 <= c - column < size[1]
        return _linked(markup, r - row, c - column) if inside else markup

    caption = f"input + padding {padding}" if padding else "input"
    pixels = _grey(padded, caption, cell=cell, font=18, padding=(padding,) * 4, mark=mark)
    high, wide = size[0] * cell, size[1] * cell
    frame = svg.rect(0, 0, wide, high, fill=UNSEEN, line=svg.WINDOW.line, thick=4, round=4)
    moves = marks.in_reading_order("step", row * output[1] + column, output, cell)
    x, y = column * cell + 0.5, row * cell + _UNDER_CAPTION
    parts = marks.glide(frame + grip(wide / 2, 0, svg.WINDOW), "window", x, y)
    window = marks.drag(parts, "window", moves, spoken=f"output row {row}, column {column}")
    ghost = svg.rect(0, 0, cell, cell, line=svg.WINDOW.line, thick=3, dash="6 4", round=4)
    return replace(
        pixels,
        markup=pixels.markup + window + marks.lit(ghost, "window", hidden=True),
        width=400,
        height=_TALL,
    )


def _products_row(window: np.ndarray, kernel: np.ndarray) -> svg.Svg:
    """Window · weights = products; what belongs together lights together."""
    look: dict[str, Any] = {"cell": 46, "font": 16, "mark": _linked}
    products = window * kernel
    digits = grids.fitting_digits(products, 46)
    factors = _in_a_row(
        _grey(window, "window", role=svg.WINDOW, **look),
        _operator("×"),
        _editable_kernel(kernel, "kernel", cell=46, font=16),
        gap=8,
    )
    results = _in_a_row(
        _operator("="), _signed(products, "products", role=svg.OUTPUT, digits=digits, **look), gap=8
    )
    return _in_a_row(grids.whole(factors), grids.whole(results), gap=8)


def _operator(sign: str) -> svg.Svg:
    """A sign between two matrices of three rows of 46 pixels."""
    return svg.Svg(svg.text(10, 91, sign, size=20, anchor="middle", bold=True), 20, 160, sign)


def _output_so_far(
    result: np.ndarray, step: int, total: float, window: tuple[float, tuple[int, ...]]
) -> svg.Svg:
    """The output cells computed so far, and beside the newest one its sum.

    A cell that is hovered lights its window in the input; a cell that is clicked is the next step.
    """
    rows, columns = result.shape
    cell, (pixel, size) = 228 / rows, window

    def mark(markup: str, row: int, column: int) -> str:
        at = (column * pixel + 0.5, row * pixel + _UNDER_CAPTION, size[1] * pixel, size[0] * pixel)
        markup = marks.link(markup, "window", at=at)
        name = f"output row {row} column {column}"
        return marks.set(markup, name, {"step": row * columns + column}, group="output")

    later = np.arange(result.size).reshape(result.shape) > step
    digits = grids.fitting_digits(result, cell)
    look: dict[str, Any] = {"role": svg.OUTPUT, "cell": cell, "digits": digits, "font": 16}
    grid = _signed(result, "output", hidden=later, mark=mark, **look)
    row, column = divmod(step, columns)
    here = outline(row, column, 1, 1, cell)
    y = _UNDER_CAPTION + (row + 0.5) * cell
    words = svg.text(0, 0, f"= {svg.show_number(total)}", size=22, bold=True)
    lead = svg.line(columns * cell + 4, y, 250, y, colour=svg.WINDOW.line, thick=2)
    markup = grid.markup + marks.key(svg.group(here, 0, _UNDER_CAPTION - 0.5), "here")
    markup += marks.key(lead, "lead") + marks.glide(words, "sum", 260, y)
    return replace(grid, markup=markup, width=400, height=252)


# Brightness, bytes and borders in numbers ---------------------------------------------------------


def clipping(row: Sequence[float], kernel: np.ndarray) -> svg.Svg:
    """A row of pixels, the kernel's float output, and what bytes keep of it.

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
    title = "A step, its float output, and the same stored as bytes"
    picture = svg.above(*(_labelled(*line) for line in lines), gap=7)
    return picture.titled(title, sentence)


def _labelled(words: str, picture: svg.Svg, room: float = 90) -> svg.Svg:
    drawing = svg.Drawing()
    drawing.text(0, picture.height / 2, words, size=14, bold=True)
    drawing.place(picture, room)
    return drawing.svg(room + picture.width, picture.height, words)


def borders(patch: np.ndarray, kernel: np.ndarray) -> svg.Svg:
    """An image, and what the same kernel makes of it with each border rule.

    Parameters
    ----------
    patch : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW), odd sizes

    Returns
    -------
    Svg
    """
    modes = ("zero", "reflect", "edge", "wrap")
    results = {mode: _same_size(patch, kernel, mode).astype(float) for mode in modes}
    low = min(0.0, *(result.min() for result in results.values()))
    high = max(result.max() for result in results.values())
    look: dict[str, Any] = {"title": "", "shade": "grey", "limits": (low, high)}
    image = matrix(patch, caption="image", role=svg.INPUT, **look)
    answers = [matrix(r, caption=mode, role=svg.OUTPUT, **look) for mode, r in results.items()]
    corners = ", ".join(
        f"{mode} {svg.show_number(float(result[0, 0]))}" for mode, result in results.items()
    )
    sentence = f"Top left value with each border rule: {corners}."
    return svg.beside(image, *answers, gap=20).titled("Border rules compared", sentence)


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


def _sign(words: str) -> svg.Svg:
    """A word between two matrices, level with their middle rows."""
    drawing, width = svg.Drawing(), svg.text_width(words, 17)
    drawing.text(width / 2, 22, words, size=16, anchor="middle", bold=True)
    return drawing.svg(width, 22, words)


def kernel_cards(
    shown: Sequence[str] | Mapping[str, np.ndarray], *, title: str = "Kernels"
) -> svg.Svg:
    """Kernels side by side, each with its name and the sum of its weights.

    Parameters
    ----------
    shown : sequence of str, or mapping of str to ndarray
        Keys of `cnncourse.kernels.KERNELS`, or kernels of your own by name.
    title : str
        The name of the picture, for who hears it.

    Returns
    -------
    Svg
    """
    if not isinstance(shown, Mapping):
        shown = {name: kernels.KERNELS[name].weights for name in shown}
    sums = {name: svg.show_number(float(weights.sum())) for name, weights in shown.items()}
    cell = grids.roomy_cell(*(weights * _denominator(weights) for weights in shown.values()))
    cards = []
    for name, weights in shown.items():
        parts = _denominator(weights)
        grid = _signed(weights * parts, name, role=svg.KERNEL, cell=cell)
        shared = f"× 1/{parts}, " if parts > 1 else ""
        cards.append(svg.above(grid, svg.label(f"{shared}sum {sums[name]}", size=13), gap=5))
    totals = (f"{name}: {total}" for name, total in sums.items())
    return grids.panels(cards, gap=22).titled(title, f"Sums: {', '.join(totals)}.")


def _denominator(weights: np.ndarray) -> int:
    """Return the n for which n times the weights are whole numbers, or 1 if two decimals do.

    A ninth, rounded to 0.11, would not add up to 1 before the reader's eyes.
    """
    if np.allclose(weights, np.round(weights, 2)):
        return 1
    fits = (n for n in range(2, 257) if np.allclose(n * weights, np.round(n * weights)))
    return next(fits, 1)


# Gaussian blur and its cost -----------------------------------------------------------------------


def gaussian_blur(
    photo: np.ndarray, sigma: float, size: int | None = None, *, wipe: float = 0
) -> svg.Svg:
    """A Gaussian blur: the photograph before and after, the bell, and what it costs.

    It is marked for the controls wipe and sigma: the line between before and after is dragged, and
    the bell is made wide or narrow.

    Parameters
    ----------
    photo : ndarray of shape (H, W), 0 to 255
    sigma : float
        Standard deviation of the bell in pixels.
    size : int, optional
        Odd number of rows and columns of the kernel; by default it reaches to 3σ.
    wipe : float, 0 to 100
        How many per cent of the photograph, from the left, are shown as they were.
    """
    kernel = kernels.gaussian(sigma, size)
    bell = kernel.sum(axis=0)  # a column of the same numbers times this row is the kernel
    k = len(bell)
    pixels = np.asarray(photo, dtype=np.float32)
    down = conv.correlate(pixels, bell[:, None], padding=(k // 2, 0), padding_mode="edge")
    blurred = conv.correlate(down, bell[None], padding=(0, k // 2), padding_mode="edge")
    column = svg.above(
        _in_a_row(_bell_map(kernel), _profile(bell, sigma), gap=24), _cost_bars(k, 488), gap=24
    )
    before = _wiped(photo, blurred, wipe)
    picture = svg.beside(before, replace(column, width=488, height=before.height))
    kept = np.sqrt(kernels.noise_gain(kernel))
    sentence = (
        f"σ = {svg.show_number(sigma)} pixels, kernel {k}×{k}: {k * k} multiplications a pixel as "
        f"one kernel, {2 * k} as a column and a row, {svg.show_number(k / 2, 1)} times fewer. "
        f"The middle weight is {kernel.max():.3f}; {100 * kept:.0f} % of the standard "
        "deviation of random noise is left."
    )
    return svg.framed(picture.titled("Gaussian blur and its cost", sentence))


_WIPED = 424  # longest side of the photograph


def _wiped(before: np.ndarray, after: np.ndarray, wipe: float) -> svg.Svg:
    """One photograph, at the left of a line as it was, at the right as it has become."""
    width = before.shape[1]
    shown = to_uint8(after)
    shown[:, : round(wipe / 100 * width)] = to_uint8(before)[:, : round(wipe / 100 * width)]
    panel = _photo_panel(shown, "input", role=svg.INPUT, side=_WIPED)
    across = panel.width - 1
    middle = _UNDER_CAPTION + (panel.height - _UNDER_CAPTION) / 2
    line = svg.line(0, _UNDER_CAPTION, 0, panel.height - 1, colour=svg.LIGHT, thick=5)
    line += svg.line(0, _UNDER_CAPTION, 0, panel.height - 1, colour=svg.WINDOW.line, thick=3)
    line += grip(0, middle, svg.WINDOW, upright=True)
    x = 0.5 + wipe / 100 * across
    area = svg.group(panel.markup + marks.glide(line, "wipe", x, 0))
    move = marks.Move("wipe", wipe, (across / 100, 0), 0, 100)
    marked = marks.drag(area, "line between before and after", [move], at=(x, middle))
    words = svg.text(max(across, 180), 9, "blurred", anchor="end", bold=True)
    # the same for any photograph
    return replace(panel, markup=marked + words, width=_WIPED, height=_UNDER_CAPTION + 0.5 + _WIPED)


def _bell_map(kernel: np.ndarray) -> svg.Svg:
    """The kernel from above: full colour is its largest weight, the paper is 0."""
    side, drawing = 200, svg.Drawing()
    drawing.image(_in_colour(kernel / kernel.max(), svg.KERNEL), 0.5, 0.5, side, side)
    drawing.rect(0.5, 0.5, side, side, line=svg.KERNEL.line)
    return svg.captioned(
        drawing.svg(side + 1, side + 1, "kernel"), f"kernel {by(kernel.shape)}", role=svg.KERNEL
    )


def _in_colour(share: np.ndarray, role: svg.Role) -> np.ndarray:
    """Shares from 0 to 1 as the opacity of a role's colour, so that the paper shines through."""
    pixels = np.empty((*share.shape, 4), dtype=np.uint8)
    pixels[..., :3] = tuple(bytes.fromhex(role.line[1:]))
    pixels[..., 3] = to_uint8(255 * share)
    return pixels


_REACH = 16  # pixels to the left and to the right that the axis of a bell has


def _profile(bell: np.ndarray, sigma: float) -> svg.Svg:
    """The middle row of a kernel as bars, and its σ to drag."""
    drawing, wide, high = svg.Drawing(), 262, 168
    x = Scale(-_REACH, _REACH, 0, wide)
    thick = 0.8 * (x(1) - x(0))
    for place, share in enumerate(bell / bell.max()):
        middle = x(place - len(bell) // 2)
        tall = max(high * share, 0.6)
        drawing.rect(middle - thick / 2, high + 8 - tall, thick, tall, fill=svg.KERNEL.line)
    drawing.line(0, high + 8.5, wide, high + 8.5, colour=svg.FAINT)
    drawing.add(numbers(x, range(-15, 16, 5), high + 22))
    drawing.line(x(0), 0, x(0), high + 8, colour=svg.MUTED, dash="3 3")
    y = high + 8 - high * float(np.exp(-0.5))  # there the bell has fallen to 1/√e
    drawing.line(x(0), y, x(sigma), y, colour=svg.WINDOW.line, thick=2)
    move = marks.Move("sigma", sigma, (x(0.1) - x(0), 0), 0.3, 5, 0.1)
    drawing.add(handle("width of the bell", [move], x(sigma), y))
    drawing.text(x(sigma) + 14, y - 14, f"σ = {svg.show_number(sigma)} px", bold=True)
    return svg.captioned(drawing.svg(wide, high + 30, "profile"), "weights of its row")


def _cost_bars(k: int, width: float) -> svg.Svg:
    """Multiplications per pixel: the whole kernel against a column and a row."""
    costs = {f"one {k}×{k} kernel": k * k, "column, then row": 2 * k}
    return _bars("multiplications per pixel", costs, width)


def _bars(head: str, values: Mapping[str, float], width: float) -> svg.Svg:
    """Labelled horizontal bars that start at zero, under a head."""
    room, largest = 190.0, max(*values.values(), 1e-9)
    drawing = svg.Drawing()
    drawing.heading(head)
    for i, (words, value) in enumerate(values.items()):
        middle, length = 48 + 40 * i, (width - room - 60) * value / largest
        drawing.text(0, middle, words, size=14)
        drawing.rect(room, middle - 13, max(length, 1), 26, fill=DATA[i])
        drawing.text(room + length + 8, middle, svg.show_number(value, 0), size=20, bold=True)
    return drawing.svg(width, 32 + 40 * len(values), head)


# The angle of an edge -----------------------------------------------------------------------------


def edge_angle(angle: float, *, operator: str = "sobel", softness: float = 1.0) -> svg.Svg:
    """A bar at an angle, what two kernels answer, and the angle recovered from the answers.

    It is marked for the control angle: the bar is turned by its ends.

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
    limit = max(np.abs(across).max(), np.abs(down).max(), strength.max())
    maps = [
        _answer_map(values, limit, caption, f"{letter} = {_whole(answer)}")
        for values, caption, letter, answer in (
            (across, "kernel x", "x", gx),
            (down, "kernel y", "y", gy),
            (strength, "√(x² + y²)", "length", float(np.hypot(gx, gy))),
        )
    ]
    answers = svg.above(_in_a_row(*maps, gap=16), _angle_curves(angle, operator, softness), gap=20)
    bar = _turning_bar(pixels, angle, gx, gy)
    picture = grids.panels((bar, replace(answers, width=512, height=bar.height)))
    words = _angle_words(angle, operator, gx, gy)
    return svg.framed(picture.titled("The angle of an edge from two kernels", words))


def _edge_response(pixels: np.ndarray, operator: str, axis: str) -> np.ndarray:
    weights = kernels.KERNELS[f"{operator} {axis}"].weights
    return _same_size(pixels, weights, "edge").astype(float)


def _turning_bar(pixels: np.ndarray, angle: float, gx: float, gy: float) -> svg.Svg:
    """The bar, its side through the middle with a handle at both ends, and its gradient."""
    side, reach = 399, 172
    panel = _photo_panel(
        pixels, "bar: turn it by an end; arrow: brighter", role=svg.INPUT, side=side
    )
    turn = np.deg2rad(angle)
    right, down = float(np.cos(turn)), float(np.sin(turn))
    x, y = 0.5 + side / 2, _UNDER_CAPTION + side / 2
    drawing = svg.Drawing()
    ends = [(x - reach * right, y - reach * down), (x + reach * right, y + reach * down)]
    drawing.line(*ends[0], *ends[1], colour=svg.WINDOW.line, thick=2, dash="6 5")
    length = float(np.hypot(gx, gy)) or 1.0
    tip = (x + 70 * gx / length, y + 70 * gy / length)
    drawing.arrow(x, y, *tip, colour=svg.WINDOW.line, thick=4)
    step = np.deg2rad(1)
    for name, (end_x, end_y), way in zip(("other end", "end"), ends, (-1, 1), strict=True):
        arm = (way * reach * right, way * reach * down)
        along = (-arm[1] * step, arm[0] * step)
        move = marks.Move("angle", angle, along, 0, 180, arm=arm)
        drawing.add(handle(f"{name} of the bar", [move], end_x, end_y, spoken=f"{angle:g}°"))
    return replace(panel, markup=panel.markup + drawing.markup)


def _answer_map(values: np.ndarray, limit: float, caption: str, answer: str) -> svg.Svg:
    """The output of a kernel everywhere, and below it that at the arrow."""
    panel = _photo_panel(signed_photo(values, limit), caption, role=svg.OUTPUT, side=159)
    words = svg.Svg(svg.text(0, 14, answer, size=20, bold=True), 160, 28, answer)
    return svg.above(panel, words, gap=4)


def _angle_curves(angle: float, operator: str, softness: float) -> svg.Svg:
    """What both kernels answer at the middle pixel, for every angle of the bar: a line to drag."""
    angles = range(0, 181, 5)
    answers = np.array([_outputs_at_middle(a, operator, softness) for a in angles])
    curves = (answers[:, 0], answers[:, 1], np.hypot(*answers.T))
    limit = float(np.abs(answers).max()) * 1.15
    top, base = 28.0, 158.0
    x, y = Scale(0, 180, 24, 430), Scale(-limit, limit, base, top)
    drawing = svg.Drawing()
    drawing.heading("outputs at the arrow for every angle")
    drawing.line(x.start, y(0), x.end, y(0), colour=svg.MUTED)
    for degrees in (0, 45, 90, 135, 180):
        drawing.line(x(degrees), top, x(degrees), base, colour=svg.FAINT)
        drawing.add(numbers(x, [degrees], base + 18, write="{}°".format))
    drawing.text(x.start - 8, y(0), "0", size=12, anchor="end", fill=svg.MUTED)
    for values, colour, dash in zip(curves, DATA, ("", "7 4", "2 3"), strict=False):
        drawing.add(curve(x, y, angles, values, colour=colour, dash=dash))
    for name, values in zip(("x", "y", "length"), curves, strict=True):
        drawing.text(x.end + 8, y(float(values[-1])), name, bold=True)
    now = svg.line(0, top, 0, base, colour=svg.WINDOW.line, thick=2)
    for value in _outputs_at_middle(angle, operator, softness):
        now += svg.circle(0, y(value), 5, fill=svg.WINDOW.line)
    area = svg.rect(x.start, top, x.end - x.start, base - top, fill=UNSEEN)
    area += marks.glide(now + grip(0, base, svg.WINDOW), "angle", x(angle), 0)
    move = marks.Move("angle", angle, (x(1) - x(0), 0), 0, 180)
    at, spoken = (x(angle), y(0)), f"{angle:g}°"
    drawing.add(marks.drag(svg.group(area), "angle in the curves", [move], at=at, spoken=spoken))
    return drawing.svg(512, base + 28, "curves")


def _outputs_at_middle(angle: float, operator: str, softness: float) -> tuple[float, float]:
    """The outputs of kernels x and y where the side of the bar passes: nine pixels are enough."""
    nine = images.bar(angle, softness=softness, size=3)
    x, y = (np.sum(nine * kernels.KERNELS[f"{operator} {axis}"].weights) for axis in "xy")
    return float(x), float(y)


def _angle_words(angle: float, operator: str, gx: float, gy: float) -> str:
    gradient = np.degrees(np.arctan2(gy, gx)) % 360
    recovered = (gradient - 90) % 360  # the gradient points straight across the bar
    blind: dict[float, str] = {0: "x", 90: "y", 180: "x"}
    warning = f" Kernel {blind[angle]} is blind to this bar." if angle in blind else ""
    return (
        f"Bar at {svg.show_number(angle)}°: {operator} x gives {_whole(gx)}, {operator} y "
        f"{_whole(gy)}; the magnitude is {_whole(np.hypot(gx, gy))}. The gradient points to "
        f"{svg.show_number(gradient, 1)}°, straight across the bar, so the bar must lie at "
        f"{svg.show_number(recovered, 1)}°.{warning}"
    )


# Noise --------------------------------------------------------------------------------------------


def noise_filters(
    clean: np.ndarray,
    noisy: np.ndarray,
    results: dict[str, np.ndarray],
    *,
    place: tuple[int, int] = (0, 0),
) -> svg.Svg:
    """A clean picture, a noisy one, what filters make of the noise, and a few pixels of each.

    It is marked for the controls row and column: the mouse is a lens on each of the pictures.

    Parameters
    ----------
    clean, noisy : ndarray of shape (H, W), 0 to 255
    results : dict of str to ndarray of shape (H, W)
        Name of a filter → the filtered noisy picture.
    place : (int, int)
        Row and column of the upper left pixel under the lens.

    Returns
    -------
    Svg
        With the root mean square error of each against the clean picture.
    """
    pictures = {"noisy": noisy, **results}
    errors = {name: rmse(pixels, clean) for name, pixels in pictures.items()}
    most = max(*errors.values(), 1e-9)
    best = min(errors, key=errors.__getitem__)
    views = [
        svg.above(
            _magnified(to_uint8(pixels), name, svg.OUTPUT if name in results else svg.INPUT, place),
            _error_bar(errors.get(name), most, name == best),
            gap=10,
        )
        for name, pixels in {"clean": clean, **pictures}.items()
    ]
    best = "the noisy picture itself" if best == "noisy" else best
    listed = ", ".join(f"{name} {error:.1f}" for name, error in errors.items())
    sentence = f"RMSE in grey levels: {listed}. Closest to the clean picture: {best}."
    views = [replace(view, width=_VIEW) for view in views]
    pairs = [_in_a_row(*views[i : i + 2], gap=24) for i in range(0, len(views), 2)]
    picture = grids.panels(pairs)
    return svg.framed(picture.titled("Filters against noise", sentence))


_VIEW = 216  # side of one of four pictures
LENS = (9, 18)  # rows and columns of pixels under the lens


def _magnified(pixels: np.ndarray, name: str, role: svg.Role, place: tuple[int, int]) -> svg.Svg:
    """A picture with a lens on it, and below it the pixels under the lens."""
    panel = _photo_panel(pixels, name, role=role, side=_VIEW - 1)
    (height, width), scale = pixels.shape, (_VIEW - 1) / max(pixels.shape)
    rows, columns = (min(pair) for pair in zip(LENS, pixels.shape, strict=True))
    row, column = min(place[0], height - rows), min(place[1], width - columns)
    x, y = 0.5 + column * scale, _UNDER_CAPTION + row * scale
    high, wide = rows * scale, columns * scale
    frame = grids.lens(0, 0, wide, high)
    last = (width - columns, height - rows)
    moves = marks.two_ways(("column", "row"), (column, row), scale, last)
    area = svg.group(panel.markup + svg.group(frame, x, y))
    at, spoken = (x + wide / 2, y + high / 2), f"row {row}, column {column}"
    marked = marks.drag(area, f"lens, {name}", moves, at=at, hover=True, spoken=spoken)
    under = pixels[row : row + rows, column : column + columns]
    large = min((_VIEW - 2) / columns, 107 / rows)
    zoom = svg.image(under, 1, 1, large * columns, large * rows)
    zoom += svg.rect(1, 1, large * columns, large * rows, line=svg.WINDOW.line, thick=2)
    panel = replace(panel, markup=marked, height=_UNDER_CAPTION + _VIEW)  # for any photograph
    return svg.above(panel, svg.Svg(zoom, _VIEW, 108, ""), gap=8)


def _error_bar(error: float | None, most: float, best: bool) -> svg.Svg:
    """The error of a picture as a number and a bar; the smallest one with a tick."""
    drawing = svg.Drawing()
    if error is not None:
        tick = " ✓" if best else ""
        drawing.text(0, 14, f"{error:.1f}{tick}", size=22, bold=True)
        drawing.text(_VIEW, 16, "RMSE, levels", anchor="end", fill=svg.MUTED)
        drawing.rect(0, 32, max((_VIEW - 1) * error / most, 1), 12, fill=DATA[0])
    return drawing.svg(_VIEW, 46, "error")


# Frequencies --------------------------------------------------------------------------------------


def frequency_gain(kernel: np.ndarray, across: int, down: int, *, name: str = "kernel") -> svg.Svg:
    """The stripes before and after a kernel, and the kernel's gain for every frequency.

    It is marked for the controls across and down: the point in the map is dragged.

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
    answers = svg.above(
        _in_a_row(
            _stripes(waves, limit, "stripes in", svg.INPUT, "from −1 to 1"),
            _stripes(passed, limit, "stripes out", svg.OUTPUT, heights),
            gap=24,
        ),
        _gain_curve(signed, across, down),
        gap=14,
    )
    gains = _gain_map(response, across, down, name)
    picture = grids.panels((gains, replace(answers, width=488, height=gains.height)))
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
    return _photo_panel(signed_photo(values, limit), caption, role=role, side=231, note=heights)


def _fate(waves: np.ndarray, passed: np.ndarray, gain: float) -> str:
    """What became of the waves: the gain tells only their height, not where they lie."""
    times = abs(gain)
    if times < 0.005:
        return "removed"
    size = "kept" if abs(times - 1) < 0.005 else ("weakened" if times < 1 else "strengthened")
    if np.allclose(passed, times * waves):
        return size
    return f"{size} and {'inverted' if np.allclose(passed, -times * waves) else 'moved'}"


def _gain_curve(gains: np.ndarray, across: int, down: int) -> svg.Svg:
    """The gain for every number of waves across; below 0 the stripes come out inverted."""
    low, high = min(-0.5, float(gains.min())), max(1.0, float(gains.max()))
    x, y = Scale(0, 16, 54, 472), Scale(low, high, 118, 8)
    drawing = svg.Drawing()
    drawing.add(grid(y, y.ticks(4), x.start, x.end, zero=svg.INK, gap=12))  # beside the point
    drawing.add(numbers(x, range(0, 17, 2), 132))
    drawing.add(curve(x, y, range(17), gains, colour=DATA[0], dots=3))
    here = svg.circle(0, 0, 8, fill=svg.WINDOW.line, line=svg.PAPER)
    area = svg.rect(x.start, 0, x.end - x.start, 128, fill=UNSEEN)
    area += marks.glide(here, "gain here", x(across), y(gains[across]))
    move = marks.Move("across", across, (x(1) - x(0), 0), 0, 16)
    at, spoken = (x(across), 64), f"gain {svg.show_number(gains[across])}"
    drawing.add(marks.drag(svg.group(area), "point on the curve", [move], at=at, spoken=spoken))
    words = f"gain, {count(down, 'wave')} down; below 0: inverted"
    return svg.captioned(drawing.svg(488, 142, "the gain as a curve"), words)


def _gain_map(response: np.ndarray, across: int, down: int, name: str) -> svg.Svg:
    """One quarter of the frequencies, 0 to π both ways, with a point to drag."""
    quarter = np.pad(response, ((0, 1), (0, 1)), mode="wrap")[16:, 16:]  # 17×17: 0 to 16 waves
    most = float(quarter.max()) or 1.0
    side, left = 396.0, 26.0
    x, y = Scale(-0.5, 16.5, left, left + side), Scale(-0.5, 16.5, 0.5, side + 0.5)
    drawing = svg.Drawing()
    drawing.image(_in_colour(quarter / most, svg.KERNEL), left, 0.5, side, side)
    drawing.rect(left, 0.5, side, side, line=svg.KERNEL.line)
    point = svg.rect(-14, -14, 28, 28, line=svg.LIGHT, thick=7, round=4)
    point += svg.rect(-14, -14, 28, 28, line=svg.WINDOW.line, thick=4, round=4)
    area = svg.rect(left, 0.5, side, side, fill=UNSEEN)
    area += marks.glide(point, "point", x(across), y(down))
    moves = marks.two_ways(("across", "down"), (across, down), side / 17, (16, 16))
    at, spoken = (x(across), y(down)), f"{count(across, 'wave')} across, {down} down"
    drawing.add(marks.drag(svg.group(area), "point in the map", moves, at=at, spoken=spoken))
    drawing.add(numbers(x, range(0, 17, 4), side + 12))
    for waves in range(0, 17, 4):
        drawing.text(left - 6, y(waves), str(waves), size=12, anchor="end", fill=svg.MUTED)
    drawing.text(left + side / 2, side + 30, "waves across", anchor="middle", fill=svg.MUTED)
    full = svg.text(0, side + 30, f"full colour: {svg.show_number(most)}", fill=svg.MUTED)
    picture = drawing.svg(424, side + 40, "gain")
    panel = svg.captioned(picture, f"gain of {name}", role=svg.KERNEL)
    words = svg.text(left + side, 9, "drag the point", anchor="end", fill=svg.MUTED)
    return replace(panel, markup=panel.markup + words + svg.group(full, 0, _UNDER_CAPTION - 0.5))


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
    panels = (
        _editable(pixels, "pixels", "input", cell=38, shade="grey", limits=(0, 1.25 * top)),
        replace(own_kernel, markup=own_kernel.markup + svg.group(reward, 0, 166)),
        replace(theirs, markup=theirs.markup + svg.group(_agreement(differ), 0, _UNDER_CAPTION)),
        matrix(answer, title="", cell=38, caption="hidden kernel's output", **signed),
    )
    picture = grids.panels(panels, gap=26)
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
    mark = edited(values, "guess" if name == "your kernel" else name, name)
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
    bold: dict[str, Any] = {"size": 14, "bold": True, "thick": 2}
    badge = svg.plate(0, 0, 92, 30, "✓ solved", role=svg.OUTPUT, round=15, **bold)
    if following is None:
        return badge
    button = svg.plate(104, 0, 120, 30, "next riddle", role=BUTTON, round=6, **bold)
    return badge + marks.set(f"<g>{button}</g>", "next riddle", {"riddle": following})


# Small helpers ------------------------------------------------------------------------------------


def _signed(values: np.ndarray, caption: str = "", **look: Any) -> svg.Svg:
    """A matrix in purple and orange."""
    return matrix(values, title=caption, caption=caption, shade="signed", **look)


def _grey(values: np.ndarray, caption: str = "", *, digits: int = 0, **look: Any) -> svg.Svg:
    """A matrix in the greys of 0 to 255."""
    look |= {"shade": "grey", "limits": (0, 255)}
    return matrix(values, title=caption, caption=caption, digits=digits, **look)


def _in_a_row(*pictures: svg.Svg, gap: float) -> svg.Svg:
    """Pictures side by side, their tops on one line."""
    height = max(picture.height for picture in pictures)
    return svg.beside(*(replace(picture, height=height) for picture in pictures), gap=gap)


def _whole(value: float) -> str:
    return svg.show_number(float(value), 0)
