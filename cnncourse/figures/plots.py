"""Photographs and curves with matplotlib.

    >>> import numpy as np
    >>> axes = photograph(np.full((2, 3), 128, dtype=np.uint8), title="Mid grey")
    >>> axes.get_title()
    'Mid grey'

Every function draws into the axes it is given, or makes its own, and returns them. Nothing is
shown or set globally. At the end of a cell, :func:`picture` shows the finished figure together with
words for those who cannot see it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from io import StringIO
from typing import cast

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from cnncourse.figures import svg

_DOTS_PER_INCH = 192  # of photographs; a page shows 96: crisp on a fine screen too
_PIXELS_PER_POINT = 96 / 72
# What matplotlib writes into an SVG, as regular expressions, and what a page of the course needs.
_THEMED = {
    r"#000000": svg.INK,
    r"#ffffff": svg.PAPER,
    r"'DejaVu Sans'[^;\"]*": svg.FONT,
    r' id="[a-z0-9]+_\d+"': "",  # the same in every figure of a page
    r"xlink:href": "href",
    r"(?<=base64,)\n": "",
    r"\n *": " ",
}
# Told apart by the dashes as well as by the colour, so that no one needs to see the colour.
_CHANNELS = tuple(zip(("red", "green", "blue"), svg.CHANNELS, ("-", "--", "-."), strict=True))
_GREY = "#6e7781"


def photograph(
    image: np.ndarray,
    ax: Axes | None = None,
    title: str | None = None,
    *,
    limits: tuple[float, float] | None = (0, 255),
    ticks: bool = False,
) -> Axes:
    """Draw a picture with its pixels as squares, and return the axes.

    Parameters
    ----------
    image : ndarray of shape (H, W), or (H, W, 3) in RGB order and uint8
    ax : Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
    limits : (float, float) or None
        The values of a grey picture shown as black and as white. None stretches the picture's own
        smallest and largest value over the whole range, which hides how bright it really is.
    ticks : bool
        Number the rows and columns.

    Raises
    ------
    ValueError
        If the array is neither a grey nor an RGB picture.
    """
    if image.ndim == 3 and image.dtype != np.uint8:
        raise ValueError(
            f"a colour picture must have dtype uint8, this one has {image.dtype}: "
            "round and clip it to 0–255 first, then use .astype(np.uint8)"
        )
    if image.ndim != 2 and (image.ndim != 3 or image.shape[2] != 3):
        raise ValueError(
            f"an array of shape {image.shape} is not a picture: give (H, W) or (H, W, 3)"
        )
    if ax is None:
        _, ax = plt.subplots(figsize=(4, 4 * image.shape[0] / image.shape[1]))
    low, high = limits or (None, None)
    ax.imshow(image, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    if not ticks:
        ax.set_axis_off()
    if title is not None:
        _set_title(ax, title)
    return ax


def photographs(
    images: Sequence[np.ndarray],
    titles: Sequence[str],
    *,
    limits: tuple[float, float] | None = (0, 255),
) -> np.ndarray:
    """Draw pictures side by side.

    Parameters
    ----------
    images : sequence of ndarray, as for `photograph`
    titles : sequence of str, one for each picture
    limits : as for `photograph`

    Returns
    -------
    ndarray of Axes

    Raises
    ------
    ValueError
        If there are not as many titles as pictures.
    """
    if len(images) != len(titles):
        raise ValueError(
            f"{len(images)} pictures and {len(titles)} titles: give one title for each picture"
        )
    height = 2.6  # inches
    widths = [image.shape[1] / image.shape[0] for image in images]
    figure, axes = plt.subplots(
        1,
        len(images),
        figsize=(min(10.0, height * sum(widths)), height),
        gridspec_kw={"width_ratios": widths},
        squeeze=False,
        layout="constrained",
    )
    for image, ax, title in zip(images, axes[0], titles, strict=True):
        photograph(image, ax, title, limits=limits)
    return axes[0]


def histogram(image: np.ndarray, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw how many pixels have each of the 256 values, and return the axes.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W) or (H, W, 3) in RGB order
        A colour picture gives one line for each channel.
    ax : Axes, optional
    title : str, optional

    Raises
    ------
    ValueError
        If the values are not uint8: other values have no 256 levels to count.
    """
    if image.dtype != np.uint8:
        raise ValueError(f"a histogram of 256 levels needs dtype uint8, not {image.dtype}")
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 2.6), layout="constrained")
    if image.ndim == 2:
        counts = np.bincount(image.ravel(), minlength=256)
        ax.stairs(counts, np.arange(257) - 0.5, fill=True, color=_GREY)
    else:
        for channel, (name, role, dashes) in enumerate(_CHANNELS):
            counts = np.bincount(image[..., channel].ravel(), minlength=256)
            ax.plot(counts, color=role.line, linestyle=dashes, label=name)
        ax.legend()
    ax.set(xlabel="value", ylabel="pixels", xlim=(-1, 256))
    if title is not None:
        _set_title(ax, title)
    return ax


def _set_title(ax: Axes, title: str) -> None:
    """Write a title as it is: it may be the name of a learner's file, and hold anything.

    ``$`` begins no formula, and letters that the font does not have become squares.
    """
    letters = get_font(findfont(FontProperties())).get_charmap()
    plain = "".join(letter if ord(letter) in letters else "□" for letter in title)
    ax.set_title(plain, fontsize=10, parse_math=False)


def picture(axes: Axes | np.ndarray, words: str | None = None) -> svg.Svg:
    """Return the figure of these axes as a picture with a title for a screen reader, and close it.

    Parameters
    ----------
    axes : Axes or ndarray of Axes
        What the other functions of this module return.
    words : str, optional
        What the figure shows; by default its titles, labels and curves.
    """
    every: list[Axes] = list(np.ravel(np.asarray(axes, dtype=object)))
    figure, file = cast(Figure, every[0].figure), StringIO()
    with plt.rc_context({"svg.fonttype": "none", "svg.hashsalt": "cnncourse"}):
        figure.savefig(file, format="svg", dpi=_DOTS_PER_INCH, bbox_inches="tight")
    plt.close(figure)  # or the notebook would show it once more
    return _themed(file.getvalue(), words or "; ".join(map(_describe, every)) + ".")


def _themed(drawn: str, words: str) -> svg.Svg:
    """Return what matplotlib has drawn with the page's letters, black as its ink, white as paper.

    What matplotlib leaves without a colour is black: such letters and areas take that of the group.

    Parameters
    ----------
    drawn : str
        An SVG file.
    words : str
    """
    width, height = (
        float(size) * _PIXELS_PER_POINT
        for size in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)[0]
    )
    markup = drawn[drawn.index('<g id="figure') : drawn.rindex("</svg>")]
    for theirs, ours in _THEMED.items():
        markup = re.sub(theirs, ours, markup)
    markup = _named_by_content(markup)
    group = (
        f'<g transform="scale({_PIXELS_PER_POINT:.4f})" fill="{svg.INK}" stroke-linejoin="round">'
    )
    return svg.Svg(f"{group}{markup}</g>", width, height, words)


def _named_by_content(markup: str) -> str:
    """Return markup with ids made of what it shows: matplotlib's hang on a last bit."""
    names = re.findall(r'(?<= id=")[^"]+', markup)
    numbered = {name: f"id-{number}" for number, name in enumerate(names)}
    plain = re.sub(r'(?<=[#"])\w+(?=[)"])', lambda name: numbered.get(name[0], name[0]), markup)
    digest = hashlib.sha256(plain.encode()).hexdigest()[:10]
    return re.sub(r'(?<=[#"])id(?=-\d+[)"])', f"m{digest}", plain)


def _describe(ax: Axes) -> str:
    """Return what axes say about themselves."""
    said = [ax.get_title() or ("a plot" if ax.get_ylabel() else "a picture")]
    if ax.get_ylabel():
        said.append(f"{ax.get_ylabel()} over {ax.get_xlabel()}")
    legend = ax.get_legend()
    if legend is not None:
        said.append("curves: " + ", ".join(text.get_text() for text in legend.get_texts()))
    return ", ".join(said)
