"""Pictures as SVG text: a small value, `Svg`, and the primitives that fill it.

    >>> from cnncourse.figures import svg
    >>> square = svg.Drawing()
    >>> square.rect(0, 0, 20, 20, fill=svg.INPUT.tint)
    >>> square.svg(20, 20, "A square")
    Svg('A square', 20×20)

SVG is text: it needs no plotting library, stays crisp on a projector, follows the page's light or
dark theme, and two equal pictures are two equal strings. Nothing here knows what a kernel is; the
figures of the course are drawn in `cnncourse.figures`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, wraps
from html import escape
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import cv2
import numpy as np

from cnncourse.figures import marks
from cnncourse.files import write_marked

# Colours that follow JupyterLab's theme; the second value serves everywhere else.
INK = "var(--jp-content-font-color1, #1f2328)"
MUTED = "var(--jp-content-font-color2, #57606a)"
FAINT = "var(--jp-border-color1, #c4c8cf)"
PAPER = "var(--jp-layout-color0, #ffffff)"

# Text on a grey or coloured cell does not follow the theme, because the cell does not either.
DARK, LIGHT = "#0b0d10", "#ffffff"

# On a page narrower than this, in CSS pixels, a figure keeps this share of its size and scrolls in
# its place: a phone would show its words 5 pixels high.
PHONE, LEGIBLE = 560, 0.92

FONT = "var(--jp-ui-font-family, system-ui, sans-serif)"


@dataclass(frozen=True)
class Role:
    """What a colour means, the same in every notebook: a line colour and a tint.

    A tint lets the paper shine through, so that it is pale on light paper and deep on dark paper,
    and the theme's ink reads well on both.
    """

    line: str
    tint: str


# Line colours keep a contrast of at least 3:1 on white and on JupyterLab's dark background, and
# stay apart under simulated colour blindness (tests/test_svg.py measures both).
INPUT = Role("#1a5af7", "#1a5af733")
KERNEL = Role("#b37c05", "#b37c0533")
OUTPUT = Role("#0aa765", "#0aa76533")
PADDING = Role("#61636b", "#61636b33")
WINDOW = Role("#de42ce", "#de42ce33")

# For what has no role: bars, lines and dots of data, told apart by more than their colour. They
# have a contrast of 3:1 on light and dark paper, too.
DATA = tuple(
    Role(line, f"{line}33") for line in ("#1391a3", "#d5445c", "#8a6ee0", "#9a6a4f", "#7d8a12")
)

# Red, green and blue where they name the channels of a picture; dark enough, and light enough.
CHANNELS = tuple(Role(line, f"{line}33") for line in ("#cf4a40", "#23843f", "#0b78ba"))


@dataclass(frozen=True)
class Svg:
    """A picture: SVG markup, its size in pixels, a title and a description in words.

    Parameters
    ----------
    markup : str
        The elements between ``<svg>`` and ``</svg>``.
    width, height : float
        Size in pixels at scale 1; a narrow page shows the picture smaller.
    title : str
        What the picture is; a screen reader says it.
    description : str
        What can be seen, in a sentence or two.
    """

    markup: str
    width: float
    height: float
    title: str
    description: str = ""

    def __str__(self) -> str:
        return self._written("max-width:100%;height:auto")

    def in_page(self) -> str:
        """Return it for a page of text: without handles, and on a phone it scrolls in its place."""
        # the difference is far below 0 or far above the least: only a phone takes notice of it
        least = f"clamp(0px,({PHONE}px - 100vw)*1000,{num(LEGIBLE * self.width)}px)"
        still = replace(self, markup=marks.without_grips(self.markup))
        apart = "margin-top:6px"  # from what a cell has printed above it
        return still._written(f"{apart};min-width:{least};max-width:100%;height:auto")

    _repr_html_ = in_page

    def _written(self, style: str) -> str:
        w, h = num(self.width), num(self.height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" '
            f'role="img" aria-label="{escape(self.title)}" font-family="{FONT}" '
            f'style="{style}">'
            f"<title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>"
            f'<rect width="{w}" height="{h}" fill="{PAPER}"/>{self.markup}</svg>'
        )

    def __repr__(self) -> str:
        return f"Svg({self.title!r}, {num(self.width)}×{num(self.height)})"

    def titled(self, title: str, description: str = "") -> Svg:
        """Return the same picture with another title and another description.

        Parameters
        ----------
        title, description : as for the class
        """
        return replace(self, title=title, description=description)

    def save(self, path: str | Path) -> None:
        """Write the picture to a file that a browser opens, in the place of an earlier picture.

        Raises
        ------
        ValueError
            If a file of that name is there which is no picture of the course.
        OSError
            If the file cannot be written.
        """
        write_marked(Path(path), f"{self}\n".encode(), FONT.encode())


# While a slider moves, most coordinates, numbers and colours are those of the picture before.
_remembered = lru_cache(maxsize=8192)


@_remembered
def num(value: float) -> str:
    """A coordinate as short text: two decimals at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@_remembered
def show_number(value: float, digits: int = 2) -> str:
    """A number as a reader writes it: whole numbers whole, a real minus sign.

    Parameters
    ----------
    value : float
    digits : int
        Decimals at most.

    Examples
    --------
    >>> show_number(-0.5), show_number(3.0), show_number(0.125, digits=1)
    ('−0.5', '3', '0.1')
    """
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def bracketed(value: float) -> str:
    """A number as a factor or a term: a negative one in brackets.

    >>> bracketed(-2), bracketed(2)
    ('(−2)', '2')
    """
    shown = show_number(float(value))
    return f"({shown})" if value < 0 else shown


# A slider redraws a picture again and again, so speed counts more than size.
_FAST_PNG = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
]


# Primitives ---------------------------------------------------------------------------------------


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    role: Role | None = None,
    fill: str = "none",
    line: str = "none",
    thick: float = 1,
    dash: str = "",
    round: float = 0,
) -> str:
    """A rectangle.

    Parameters
    ----------
    x, y, width, height : float
        Its upper left corner and its size, in pixels.
    role : Role, optional
        Whose tint is inside, and whose line is the outline.
    fill, line : str
        The colours of its inside and of its outline, where these are no role's.
    thick : float
        Of the outline, in pixels.
    dash : str
        Such as "4 3": the outline is 4 pixels drawn, 3 left out.
    round : float
        The radius of its corners, in pixels.
    """
    if role is not None:
        fill, line = role.tint, role.line
    extra = f' stroke="{line}" stroke-width="{num(thick)}"' if line != "none" else ""
    extra += f' stroke-dasharray="{dash}"' if dash else ""
    extra += f' rx="{num(round)}"' if round else ""
    return (
        f'<rect x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}" '
        f'fill="{fill}"{extra}/>'
    )


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 13,
    anchor: str = "start",
    fill: str = INK,
    bold: bool = False,
    mono: bool = False,
) -> str:
    """A line of words.

    Parameters
    ----------
    x, y : float
        A point on the middle of the line, in pixels.
    words : str
    size : float
        Of the letters, in pixels.
    anchor : {"start", "middle", "end"}
        The part of the words that stands at the point.
    fill : str
        The colour.
    bold, mono : bool
        Heavy letters; letters of one width, as in code.
    """
    extra = ' font-weight="600"' if bold else ""
    extra += ' font-family="var(--jp-code-font-family, monospace)"' if mono else ""
    return (
        f'<text x="{num(x)}" y="{num(y)}" font-size="{num(size)}" text-anchor="{anchor}" '
        f'dominant-baseline="central" fill="{fill}"{extra}>{escape(words, quote=False)}</text>'
    )


def lines(x: float, y: float, words: Iterable[str], apart: float, **look: Any) -> str:
    """A few lines of words, one below the other.

    Parameters
    ----------
    x, y : float
        As for `text`, of the first line.
    words : iterable of str
    apart : float
        From one line to the next, in pixels.
    **look : size, anchor, fill, bold and mono, as for `text`
    """
    return "".join(text(x, y + apart * i, line, **look) for i, line in enumerate(words))


def heading(words: str, y: float = 8) -> str:
    """The words over a part of a picture.

    Parameters
    ----------
    words : str
    y : float
        The middle of the line, in pixels.
    """
    return text(0, y, words, size=14, bold=True)


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    colour: str = INK,
    thick: float = 1,
    dash: str = "",
) -> str:
    """A straight line.

    Parameters
    ----------
    x1, y1, x2, y2 : float
        Its ends, in pixels.
    colour : str
    thick, dash : as for `rect`
    """
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{num(x1)}" y1="{num(y1)}" x2="{num(x2)}" y2="{num(y2)}" '
        f'stroke="{colour}" stroke-width="{num(thick)}"{extra}/>'
    )


def polyline(
    points: Sequence[tuple[float, float]],
    *,
    colour: str = INK,
    thick: float = 2,
    dash: str = "",
    fill: str = "none",
) -> str:
    """A curve or an outline: straight lines through points.

    Parameters
    ----------
    points : sequence of (x, y), in pixels
    colour, thick, dash : as for `line`
    fill : str
        The colour of what they enclose.
    """
    path = " ".join(f"{num(x)},{num(y)}" for x, y in points)
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{path}" fill="{fill}" stroke="{colour}" '
        f'stroke-width="{num(thick)}" stroke-linejoin="round"{extra}/>'
    )


def circle(x: float, y: float, radius: float, *, fill: str = INK, line: str = "none") -> str:
    """A disc.

    Parameters
    ----------
    x, y, radius : float
        Its middle and its size, in pixels.
    fill, line : str
        The colours of its inside and of its outline.
    """
    extra = f' stroke="{line}"' if line != "none" else ""
    return f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(radius)}" fill="{fill}"{extra}/>'


def arrow(
    x1: float, y1: float, x2: float, y2: float, *, colour: str = INK, thick: float = 1.5
) -> str:
    """A line with a head: an arrow from one point to another.

    Parameters
    ----------
    x1, y1, x2, y2, colour, thick : as for `line`; the head is at (x2, y2)
    """
    angle = np.arctan2(y2 - y1, x2 - x1)
    wings = [
        (x2 - 8 * np.cos(angle + turn), y2 - 8 * np.sin(angle + turn)) for turn in (-0.45, 0.45)
    ]
    head = polyline([wings[0], (x2, y2), wings[1]], colour=colour, thick=thick)
    return line(x1, y1, x2, y2, colour=colour, thick=thick) + head


def image(
    pixels: np.ndarray, x: float, y: float, width: float, height: float, *, crisp: bool = True
) -> str:
    """A raster picture, carried inside the SVG as PNG.

    Parameters
    ----------
    pixels : ndarray of shape (H, W), (H, W, 3) or (H, W, 4), dtype uint8
        Grey, RGB, or RGB and opacity.
    x, y, width, height : float
        Where it stands and how large.
    crisp : bool
        Show pixels as squares instead of smoothing them.
    """
    data = _png(pixels.tobytes(), pixels.shape)
    extra = ' style="image-rendering:pixelated"' if crisp else ""
    return (
        f'<image x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}" '
        f'preserveAspectRatio="none" decoding="sync"{extra} href="data:image/png;base64,{data}"/>'
    )


def tile(
    pixels: np.ndarray,
    x: float,
    y: float,
    width: float,
    height: float | None = None,
    *,
    chosen: bool = False,
) -> str:
    """A raster picture in a thin frame; in a thick one if it is chosen among others.

    Parameters
    ----------
    pixels, x, y, width : as for `image`
    height : float, optional
        By default the width: a square.
    chosen : bool
    """
    height = width if height is None else height
    colour, thick = (WINDOW.line, 3) if chosen else (FAINT, 1)
    return image(pixels, x, y, width, height) + rect(x, y, width, height, line=colour, thick=thick)


def plate(
    x: float,
    y: float,
    width: float,
    height: float,
    words: str,
    *,
    size: float = 13,
    bold: bool = False,
    ink: str = INK,
    **look: Any,
) -> str:
    """A rectangle with words in its middle, such as a button.

    Parameters
    ----------
    x, y, width, height, look : as for `rect`
    words, size, bold : as for `text`
    ink : str
        The colour of the words.
    """
    middle = (x + width / 2, y + height / 2)
    inside = text(*middle, words, size=size, anchor="middle", fill=ink, bold=bold)
    return rect(x, y, width, height, **look) + inside


@lru_cache(maxsize=64)  # while a slider moves, most pictures stay the same
def _png(pixels: bytes, shape: tuple[int, ...]) -> str:
    """The pixels as a PNG file in base64."""
    stored = np.frombuffer(pixels, np.uint8).reshape(shape)
    if len(shape) == 3:
        stored = stored[..., (2, 1, 0, 3)[: shape[-1]]]  # OpenCV stores BGR
    _, png = cv2.imencode(".png", np.ascontiguousarray(stored), _FAST_PNG)
    return base64.b64encode(png.tobytes()).decode("ascii")


def group(markup: str, x: float = 0, y: float = 0) -> str:
    """The same elements, moved.

    Parameters
    ----------
    markup : str
    x, y : float
        How far to the right and down, in pixels.
    """
    return f'<g transform="translate({num(x)} {num(y)})">{markup}</g>'


# A picture in the making --------------------------------------------------------------------------


_P = ParamSpec("_P")


def _drawing(write: Callable[_P, str]) -> Callable[Concatenate[Drawing, _P], None]:
    """Make a method that draws what a function writes; it takes the same parameters."""

    @wraps(write)
    def draw(drawing: Drawing, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        drawing.add(write(*args, **kwargs))

    return draw


class Drawing:
    """Elements drawn one after the other: a later one covers an earlier one."""

    rect = _drawing(rect)
    text = _drawing(text)
    lines = _drawing(lines)
    heading = _drawing(heading)
    line = _drawing(line)
    polyline = _drawing(polyline)
    circle = _drawing(circle)
    arrow = _drawing(arrow)
    image = _drawing(image)
    tile = _drawing(tile)
    plate = _drawing(plate)

    def __init__(self) -> None:
        self._elements: list[str] = []

    @property
    def markup(self) -> str:
        """All elements so far."""
        return "".join(self._elements)

    def add(self, *markup: str) -> None:
        """Draw elements that are written already."""
        self._elements += markup

    def place(self, picture: Svg, x: float = 0, y: float = 0) -> None:
        """Draw a picture.

        Parameters
        ----------
        picture : Svg
        x, y : float
            Its upper left corner.
        """
        self.add(group(picture.markup, x, y))

    def svg(self, width: float, height: float, title: str, description: str = "") -> Svg:
        """Return what is drawn as a picture.

        Parameters
        ----------
        width, height, title, description : as for `Svg`
        """
        return Svg(self.markup, width, height, title, description)


# Colours for numbers ------------------------------------------------------------------------------

_PURPLE, _ORANGE = (94, 60, 153), (230, 97, 1)
_PURPLE_HEX = "#" + bytes(_PURPLE).hex()
_STRONGEST = 215  # opacity, of 255: the theme's ink still reads well on orange


@_remembered
def grey_fill(value: float, low: float = 0, high: float = 255) -> str:
    """The grey of a value; beyond black and white it stays there.

    Parameters
    ----------
    value : float
    low, high : float
        The values that are black and white.
    """
    level = round(255 * min(max((value - low) / (high - low), 0), 1))
    return f"#{level:02x}{level:02x}{level:02x}"


@_remembered
def signed_fill(value: float, limit: float) -> str:
    """A colour for a signed value: purple at −limit, the paper's colour at 0, orange at +limit.

    Parameters
    ----------
    value, limit : float

    Returns
    -------
    str
        "#rrggbbaa"
    """
    return "#" + bytes(signed_pixels(np.array(value), limit).tolist()).hex()


def signed_pixels(values: np.ndarray, limit: float) -> np.ndarray:
    """The colours of `signed_fill` for a whole array.

    Parameters
    ----------
    values : ndarray
    limit : float
        The value in full colour.

    Returns
    -------
    ndarray of uint8
        Of the shape of `values`, and behind it 4 for red, green, blue and opacity: the paper shines
        through small values, be it light or dark.
    """
    share = np.clip(values / limit if limit else np.zeros(values.shape), -1, 1)[..., None]
    colour = np.where(share > 0, np.array(_ORANGE), np.array(_PURPLE))
    return np.concatenate([colour, np.rint(_STRONGEST * np.abs(share))], -1).astype(np.uint8)


def on_one_scale(maps: np.ndarray) -> np.ndarray:
    """Pictures of maps of one array: black to white, or purple to orange if some are negative."""
    limit = float(np.abs(maps).max())
    if maps.min() < 0:
        return signed_pixels(maps, limit)
    return np.round(255 * maps / (limit or 1)).astype(np.uint8)


@_remembered
def text_on(fill: str) -> str:
    """Black or white, whichever reads better on #rrggbb; the theme's ink on a tint, #rrggbbaa."""
    red, green, blue, *opacity = bytes.fromhex(fill[1:])
    if opacity:  # a strong purple is dark on any paper
        return LIGHT if fill.startswith(_PURPLE_HEX) and opacity[0] > 175 else INK
    return DARK if 0.299 * red + 0.587 * green + 0.114 * blue > 118 else LIGHT


# Composition --------------------------------------------------------------------------------------


def beside(*pictures: Svg, gap: float = 24, title: str = "", description: str = "") -> Svg:
    """A row of pictures, their middles on one line; on a narrow page each a panel of its own.

    Parameters
    ----------
    pictures : Svg
    gap : float
        Between two, in pixels.
    title, description : str
        By default those of the pictures, joined.
    """
    height = max(p.height for p in pictures)
    drawing, x = Drawing(), 0.0
    for number, picture in enumerate(pictures):
        drawing.add(_part(picture, number, x, (height - picture.height) / 2))
        x += picture.width + gap
    return drawing.svg(x - gap, height, *_words(pictures, title, description))


def above(*pictures: Svg, gap: float = 16, title: str = "", description: str = "") -> Svg:
    """A column of pictures, aligned at the left.

    Parameters
    ----------
    pictures, gap, title, description : as for `beside`
    """
    drawing, y = Drawing(), 0.0
    for number, picture in enumerate(pictures):
        drawing.add(_part(picture, number, 0, y))
        y += picture.height + gap
    width = max(p.width for p in pictures)
    return drawing.svg(width, y - gap, *_words(pictures, title, description))


def _part(picture: Svg, number: int, x: float, y: float) -> str:
    """A picture as a panel of another: on a narrow page they stand one under the other."""
    return marks.panel(picture.markup, f"part {number}", x, y, picture.width, picture.height)


def framed(picture: Svg, margin: float = 12) -> Svg:
    """The same picture with an empty margin on all sides.

    Parameters
    ----------
    picture : Svg
    margin : float
        In pixels.
    """
    return replace(
        picture,
        markup=group(picture.markup, margin, margin),
        width=picture.width + 2 * margin,
        height=picture.height + 2 * margin,
    )


def captioned(picture: Svg, caption: str, *, size: float = 13, role: Role | None = None) -> Svg:
    """The same picture under a line of text, with a swatch of its role's colour before it.

    The words keep the colour of text, which reads well in every theme; the swatch carries the role.

    Parameters
    ----------
    picture : Svg
    caption : str
    size : float
        Of the letters, in pixels.
    role : Role, optional
        By default there is no swatch.
    """
    head, indent = size + 9, 0.0
    markup = ""
    if role is not None:
        indent = size + 5
        markup = rect(1, 2, size - 2, size - 2, role=role, thick=2)
    markup += text(indent, size / 2 + 1, caption, size=size, bold=True)
    return replace(
        picture,
        markup=markup + group(picture.markup, 0, head),
        width=max(picture.width, indent + text_width(caption, size, bold=True)),
        height=picture.height + head,
    )


def label(words: str, *, size: float = 12, height: float = 16) -> Svg:
    """A line of muted text as a picture, to stand under another.

    Parameters
    ----------
    words : str
    size : float
        Of the letters.
    height : float
        Of the picture.
    """
    return Svg(text(0, 8, words, size=size, fill=MUTED), text_width(words, size), height, words)


def text_width(words: str, size: float = 13, *, bold: bool = False) -> float:
    """The rough width of a line of text in pixels: a layout needs room before a browser draws.

    Parameters
    ----------
    words : str
    size : float
        Of the letters, in pixels.
    bold : bool
    """
    return (0.64 if bold else 0.58) * size * len(words)


def _words(pictures: Sequence[Svg], title: str, description: str) -> tuple[str, str]:
    return (
        title or "; ".join(p.title for p in pictures if p.title),
        description or " ".join(p.description for p in pictures if p.description),
    )
