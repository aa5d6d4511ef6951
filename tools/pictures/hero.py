"""The picture on the first page: a kernel walks over a photograph, half way through its work.

>>> from pictures.hero import hero, portrait
>>> hero(portrait(), [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], step=800)
Svg('A kernel walks over a photograph', 1200×520)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from cnncourse import convolution as conv
from cnncourse.figures import svg

# The card is dark on every page: these colours do not follow the theme.
_CARD, _EMPTY, _TEXT, _SOFT = "#10151c", "#1b232d", "#eef2f6", "#a9b6c4"
_BLUE, _AMBER, _GREEN, _PINK = "#6db8ee", "#f0b44c", "#4fd0a5", "#ff6fb5"
_CELL = 9.0

# Grace Hopper's face: rows 30 to 349 and columns 110 to 429 of the sample photograph, averaged over
# 8×8 pixels and rounded to 16 greys, a hexadecimal digit each. Stored as text, so that the
# picture does not depend on how a machine decodes JPEG.
_PORTRAIT = (
    "222732228222a52277c485366666666666666666",
    "212722227122a62badedcb64a766666666666666",
    "21273223725df825cadbbc32dfc8666666666666",
    "2227322376ffe624beedeb32bfffa66666666666",
    "212732239ed96323bdffeb326ceff96666666666",
    "41273223dd421412cddecd32426bed6666666666",
    "a2463222b4188899a7536a9989747e9666666666",
    "db3642211112477ca8537bd98699563266666666",
    "d725421111111121222222238b33211146666666",
    "da25411111111111111111112111111146666676",
    "7434511111111111111111111111111146667776",
    "2114511111111111111111111111111147777777",
    "2114511111111112111112233211111137777777",
    "2114511111147899887778999984111127777777",
    "21145111238aaabcbcbbbbccbaa9731137777777",
    "2114511458abbbccccbcccbabaaa974137777777",
    "22145124689a9999bbbcba9779a9986247777777",
    "21145136799a97789bbcb9754554656348777777",
    "41145156554455556bbcb766678a334568877777",
    "311453753248644878a978742345544798888888",
    "1114567544553235689a89664457887758888888",
    "2114555678645898aa9caa9aba99997968888888",
    "2114545869867989b8bcc9ba998a998978888888",
    "1114557868978accc9cccabccaaa987798888888",
    "11138ba897888bcc99cccc79aab989a798888888",
    "1118abaab87998867abccba78aa9899888888888",
    "115b9b9aa8889aa777899765aaa9989988888888",
    "16aa9b9a898999869764578558999a9a88888888",
    "8aaa9b99bb999859aaa9999946899ba988888888",
    "aaaaab86a879a769abbbbaaa8599899988888888",
    "aaaa9b957459a8886668766788a9759888888888",
    "aaaaab753339aa7778888a998aa977a988888888",
    "aaaa9a7852279a899999889a9a99679888888888",
    "7aaa9a7888458989987777899987678888888888",
    "49aaaa78786688999abbbbbb9888788889988888",
    "37a9a9787875888999ababb97777889988899988",
    "3499a77888499556888788864485488888988988",
    "3388a778751a9833433332344795128989989999",
    "3378b666313a8865521112566895112699999898",
    "3368a431114b78766432346688c5111125899999",
)


def portrait() -> np.ndarray:
    """Return the portrait as grey levels 0, 17, 34 … 255.

    Returns
    -------
    ndarray of shape (40, 40), float
    """
    return np.array([[17.0 * int(digit, 16) for digit in row] for row in _PORTRAIT])


def hero(pixels: np.ndarray, kernel: Sequence[Sequence[float]], *, step: int) -> svg.Svg:
    """A photograph with a window on it, the kernel, the output so far, the settings.

    The window walks from the first output to the given one, then rests there with its sum spelled
    out. A reader who asked the system for less motion sees the resting state at once.

    Parameters
    ----------
    pixels : ndarray of shape (40, 40), grey levels 0 to 255
    kernel : sequence of 3 rows of 3 floats, not flipped
    step : int
        The output where the walk ends, counted from 0.
    """
    weights = np.asarray(kernel, float)
    result = conv.correlate(pixels, weights)
    row, column = divmod(step, result.shape[1])
    patch = pixels[row : row + 3, column : column + 3]
    left, middle, right, top = 40, 440, 800, 104
    drawing = svg.Drawing()
    drawing.rect(0, 0, 1200, 520, fill=_CARD)
    drawing.text(40, 38, "Convolution you can touch", size=28, bold=True, fill=_TEXT)
    drawing.text(40, 78, "input: a photograph, 40×40 numbers", size=15, fill=_BLUE)
    drawing.text(middle + 40, 78, "kernel: 3×3 weights", size=15, fill=_AMBER)
    drawing.text(right, 78, "output so far, 38×38", size=15, fill=_GREEN)
    drawing.add(_cells(pixels, svg.grey_fill, left, top))
    drawing.rect(left - 1, top - 1, 362, 362, line=_BLUE, thick=2)
    drawing.add(svg.group(_frame(row, column, 3), left, top))
    drawing.add(_kernel(weights, middle + 40, top))
    drawing.add(_sum(patch, weights, middle, top + 190))
    drawing.add(_output(result, row, column, right, top))
    drawing.add(_sliders(step, result.size))
    description = (
        "A portrait of 40×40 grey pixels with a 3×3 window on it, the kernel "
        f"{'; '.join(' '.join(map(svg.show_number, line)) for line in weights)} beside it, and the "
        f"output filled in up to cell {step + 1} of {result.size}, orange where the picture gets "
        "brighter downwards, purple where it gets darker. Below, sliders for kernel, stride, "
        f"padding and step. The sum under the window is {svg.show_number(result[row, column])}."
    )
    return drawing.svg(1200, 520, "A kernel walks over a photograph", description)


def _cells(values: np.ndarray, colour: Callable[[float], str], x: float, y: float) -> str:
    """Unit squares, all of one colour in one path: a third of the text of single squares."""
    squares = defaultdict(list)
    for row, column in np.ndindex(values.shape):
        squares[colour(values[row, column])].append(f"M{column} {row}h1v1h-1z")
    paths = "".join(f'<path fill="{fill}" d="{"".join(at)}"/>' for fill, at in squares.items())
    # crispEdges: no hairlines between neighbouring squares
    return (
        f'<g transform="translate({svg.num(x)} {svg.num(y)}) scale({svg.num(_CELL)})" '
        f'shape-rendering="crispEdges">{paths}</g>'
    )


def _frame(row: int, column: int, size: int) -> str:
    x, y, side = column * _CELL, row * _CELL, size * _CELL
    return svg.rect(x, y, side, side, line=_PINK, thick=4, round=2)


def _kernel(kernel: np.ndarray, left: float, top: float) -> str:
    drawing, cell = svg.Drawing(), 52.0
    for row, column in np.ndindex(kernel.shape):
        weight = kernel[row, column]
        fill = svg.signed_fill(weight, 2.5)
        x, y, side = left + column * cell, top + row * cell, cell - 3
        drawing.rect(x, y, side, side, fill=fill, line=_AMBER, thick=1.5, round=5)
        look = {"size": 21, "anchor": "middle", "bold": True, "fill": svg.text_on(fill)}
        drawing.text(x + side / 2, y + side / 2, svg.show_number(weight), **look)
    return drawing.markup


def _sum(patch: np.ndarray, kernel: np.ndarray, x: float, y: float) -> str:
    """The products at the place where the walk ends: a line for each row of the kernel."""
    drawing = svg.Drawing()
    drawing.text(x, y, "multiply, add, move on:", size=15, fill=_SOFT)
    products = (
        " + ".join(
            f"{svg.show_number(p)}·{svg.bracketed(w)}" for p, w in zip(*rows, strict=True) if w
        )
        for rows in zip(patch, kernel, strict=True)
    )
    lines = [words for words in products if words]
    for i, words in enumerate(lines):
        sign = "+\u2007" if i else "\u2007\u2007"  # as wide as each other
        drawing.text(x, y + 32 + 26 * i, sign + words, size=15, mono=True, fill=_TEXT)
    total = f"= {svg.show_number(float((patch * kernel).sum()))}"
    drawing.text(x, y + 40 + 26 * len(lines), total, size=24, bold=True, fill=_PINK)
    return drawing.markup


def _output(result: np.ndarray, row: int, column: int, x: float, y: float) -> str:
    """The output up to a cell."""
    done = np.arange(result.size).reshape(result.shape) <= row * result.shape[1] + column
    limit = float(np.abs(result).max()) * 0.55  # a few strong edges would make all others pale

    def colour(value: float) -> str:
        return _EMPTY if np.isnan(value) else svg.signed_fill(value, limit)

    wide = result.shape[1] * _CELL
    drawing = svg.Drawing()
    drawing.add(_cells(np.where(done, result, np.nan), colour, x, y))
    drawing.rect(x - 1, y - 1, wide + 2, len(result) * _CELL + 2, line=_GREEN, thick=2)
    drawing.add(svg.group(_frame(row, column, 1), x, y))
    return drawing.markup


def _sliders(step: int, count: int) -> str:
    """Four sliders as the explorers have them, drawn."""
    settings = [("kernel", 3, 1, 5), ("stride", 1, 1, 4), ("padding", 0, 0, 4)]
    settings.append(("step", step, 0, count - 1))
    drawing = svg.Drawing()
    for i, (name, value, low, high) in enumerate(settings):
        x = 40 + i * 288
        knob = x + 84 + 130 * (value - low) / (high - low)
        drawing.text(x, 494, name, size=16, fill=_TEXT)
        drawing.line(x + 84, 494, x + 214, 494, colour="#3d4a58", thick=6)
        drawing.line(x + 84, 494, knob, 494, colour=_BLUE, thick=6)
        drawing.circle(knob, 494, 9, fill=_TEXT)
        drawing.text(x + 232, 494, svg.show_number(value), size=16, bold=True, fill=_TEXT)
    return drawing.markup
