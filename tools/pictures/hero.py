"""The picture on the first page: the course's central explorer on a portrait, as it is drawn there.

>>> from pictures.hero import hero, portrait
>>> hero(portrait(), [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], corner=(15, 20), step=20)
Svg('A kernel walks over a portrait', 960×532)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnncourse import figures
from cnncourse.figures import svg

_SIZE = 8  # pixels of the patch, as many as the explorer takes
_WHOLE = 104.0  # side of the small portrait
_RIGHT, _BOTTOM = 948, 520  # its lower right corner

# The theme's colours on a dark page: a file of its own cannot ask the page around it.
_DARK = {svg.INK: "#e6e8eb", svg.MUTED: "#a9b1bb", svg.FAINT: "#4a515b", svg.PAPER: "#15181d"}

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


def hero(
    pixels: np.ndarray, kernel: Sequence[Sequence[float]], *, corner: tuple[int, int], step: int
) -> svg.Svg:
    """The explorer of convolutions with a patch of a portrait, and the portrait small beside it.

    Parameters
    ----------
    pixels : ndarray of shape (40, 40), grey levels 0 to 255
    kernel : sequence of 3 rows of 3 floats, not flipped
    corner : (int, int)
        Row and column where the patch of 8×8 pixels begins.
    step : int
        The output that is being computed, counted from 0.
    """
    row, column = corner
    patch = pixels[row : row + _SIZE, column : column + _SIZE]
    shown = figures.convolution(patch, np.asarray(kernel, float), step=step, shade="grey")
    scale = _WHOLE / len(pixels)
    frame = (column * scale, row * scale, _SIZE * scale, _SIZE * scale)
    whole = mosaic(pixels.astype(np.uint8), _WHOLE) + svg.rect(*frame, line=svg.LIGHT, thick=4)
    whole += svg.rect(*frame, line=svg.WINDOW.line, thick=2)
    words = "A portrait of 40×40 grey pixels, and the numbers of the 8×8 around an eye. "
    return replace(
        shown,
        markup=shown.markup + svg.group(whole, _RIGHT - _WHOLE, _BOTTOM - _WHOLE),
        title="A kernel walks over a portrait",
        description=words + shown.description,
    )


def dark(picture: svg.Svg) -> svg.Svg:
    """Return the same picture for dark pages."""
    markup = svg.rect(0, 0, picture.width, picture.height, fill=svg.PAPER) + picture.markup
    for colour, fixed in _DARK.items():
        markup = markup.replace(colour, fixed)
    return replace(picture, markup=markup)


def following(picture: svg.Svg) -> svg.Svg:
    """Return the same picture, which is dark by itself wherever its page prefers that."""
    names = (colour.removeprefix("var(").split(",")[0] for colour in _DARK)
    values = ";".join(f"{name}:{fixed}" for name, fixed in zip(names, _DARK.values(), strict=True))
    rule = f"<style>@media (prefers-color-scheme:dark){{svg{{{values}}}}}</style>"
    return replace(picture, markup=rule + picture.markup)


def mosaic(pixels: np.ndarray, side: float) -> str:
    """A square picture as paths, one for each colour, neighbours in a row joined: no raster.

    Parameters
    ----------
    pixels : ndarray of shape (N, N) or (N, N, 3), dtype uint8
        Rounded to 16 levels of each channel, which keeps the file small.
    side : float
    """
    levels = pixels // 16 * 17
    rgb = levels if levels.ndim == 3 else np.repeat(levels[..., None], 3, axis=2)
    zoom = side / len(pixels)
    runs: dict[str, list[str]] = {}
    for row, colours in enumerate(rgb):
        cuts = np.flatnonzero(np.any(colours[1:] != colours[:-1], axis=1)) + 1
        for start, end in zip([0, *cuts], [*cuts, len(colours)], strict=True):
            fill = "#" + "".join(f"{value:02x}" for value in colours[start])
            runs.setdefault(fill, []).append(f"M{start} {row}h{end - start}v1h-{end - start}z")
    paths = "".join(f'<path fill="{fill}" d="{"".join(d)}"/>' for fill, d in runs.items())
    # The squares touch, so smoothing their edges would let the paper shine through.
    return f'<g transform="scale({svg.num(zoom)})" shape-rendering="crispEdges">{paths}</g>'
