"""Animated figures: a kernel walks over an image, or over a stack of channels.

The motion is CSS inside the SVG, so that a picture file moves in a browser without any script. The
picture as it stands, unmoved, shows the finished state: that is what a reader sees who asked the
system for less motion, and what is printed.

>>> import numpy as np
>>> from cnncourse import figures
>>> figures.sliding_kernel(np.eye(3), np.ones((2, 2))).title
'A kernel slides over an image'
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncourse import convolution as conv
from cnncourse.figures import svg
from cnncourse.figures.grids import matrix, outline
from cnncourse.figures.words import by

_CELL = 38.0
_HOLD = 2  # steps that the finished picture stays before the walk begins again


def sliding_kernel(
    image: np.ndarray, kernel: np.ndarray, *, padding: int = 0, seconds: float = 1.0
) -> svg.Svg:
    """A kernel slides over an image, stride 1; the sum of every window is spelled out.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    kernel : ndarray of shape (KH, KW), not flipped
    padding : int
        Zeros on each side.
    seconds : float
        Time for one window.
    """
    result, padded = conv.correlate(image, kernel, padding=padding), conv.pad(image, padding)
    walk = _Walk("slide", result.shape, seconds)
    y = 40.0
    kernel_x = 12 + padded.shape[1] * _CELL + 40
    output_x = kernel_x + max(kernel.shape[1] * _CELL, 76) + 40
    drawing = svg.Drawing()
    drawing.add(walk.style())
    source = matrix(padded, title="", cell=_CELL, padding=(padding,) * 4)
    around = f" + padding {padding}" if padding else ""
    drawing.add(_titled(source, 12, y, f"input {by(image.shape)}{around}"))
    drawing.add(svg.group(walk.moving(outline(0, 0, *kernel.shape, _CELL)), 12, y))
    middle = matrix(kernel, title="", role=svg.KERNEL, cell=_CELL)
    drawing.add(_titled(middle, kernel_x, y, "kernel"))
    drawing.add(_output(result, walk, output_x, y))
    bottom = y + padded.shape[0] * _CELL + 24
    lines = [_products(padded, kernel, divmod(i, result.shape[1])) for i in range(walk.count)]
    drawing.add(walk.captions(lines, 12, bottom))
    width = max(output_x + result.shape[1] * _CELL + 13, 24 + max(map(svg.text_width, lines)))
    border = f"with {padding} of zero padding" if padding else "without padding"
    description = (
        f"A {by(kernel.shape)} window moves over a {by(image.shape)} input, one pixel at a time, "
        f"{border}. At each place the numbers under it are multiplied with the kernel and "
        f"added: {walk.count} sums fill a {by(result.shape)} output, row by row. "
        f"The first is {svg.show_number(result[0, 0])}, the last {svg.show_number(result[-1, -1])}."
    )
    title = "A kernel slides over an image"
    return drawing.svg(round(width), bottom + 20, title, description)


def sliding_volume(
    image: np.ndarray, kernel: np.ndarray, bias: float = 0, *, seconds: float = 1.6
) -> svg.Svg:
    """One kernel slides over all channels at once; their sums and the bias make one output.

    Parameters
    ----------
    image : ndarray of shape (C, H, W)
    kernel : ndarray of shape (C, KH, KW), one slice for each channel
    bias : float
    seconds : float
        Time for one window.
    """
    shares = np.stack([conv.correlate(i, k) for i, k in zip(image, kernel, strict=True)])
    result = shares.sum(axis=0) + bias
    walk = _Walk("volume", result.shape, seconds)
    height, width = image.shape[1] * 30.0, image.shape[2] * 30.0
    kernel_x, drawing = 12 + width + 46, svg.Drawing()
    drawing.add(walk.style(30.0))
    for c, (pixels, weights) in enumerate(zip(image, kernel, strict=True)):
        y = 40 + c * (height + 34)
        drawing.add(_titled(matrix(pixels, title="", cell=30), 12, y, f"input, channel {c}"))
        drawing.add(svg.group(walk.moving(outline(0, 0, *weights.shape, 30)), 12, y))
        slice_y = y + (height - weights.shape[0] * 30) / 2
        drawing.text(kernel_x - 23, y + height / 2, "⋆", size=20, anchor="middle")
        part = matrix(weights, title="", role=svg.KERNEL, cell=30)
        drawing.add(_titled(part, kernel_x, slice_y, f"kernel, slice {c}"))
        sums = [f"= {svg.show_number(v)}" for v in shares[c].ravel()]
        drawing.add(walk.captions(sums, kernel_x + weights.shape[1] * 30 + 14, y + height / 2))
    bottom = 40 + len(image) * (height + 34)
    output_x = kernel_x + kernel.shape[2] * 30 + 110
    output_y = 40 + (bottom - 74 - result.shape[0] * _CELL) / 2
    drawing.add(_output(result, walk, output_x, output_y))
    lines = [_channel_sum(shares[:, r, c], bias) for r, c in np.ndindex(result.shape)]
    drawing.text(12, bottom, "sum over the channels + bias:", size=14)
    drawing.add(walk.captions(lines, 230, bottom))
    right = max(output_x + result.shape[1] * _CELL + 13, 242 + max(map(svg.text_width, lines)))
    description = (
        f"The same window moves over {len(image)} channels at once. Each channel is multiplied "
        f"with its own slice of the kernel; the {len(image)} sums and the bias "
        f"{svg.show_number(bias)} are added to one output value. {lines[0]} is the first, "
        f"{lines[-1]} the last."
    )
    title = "A kernel slides over several channels"
    return drawing.svg(round(right), bottom + 20, title, description)


class _Walk:
    """The timing of a window that visits every output cell, row by row."""

    def __init__(self, name: str, shape: tuple[int, int], seconds: float) -> None:
        self.name, self.shape = name, shape
        self.count = shape[0] * shape[1]
        self.seconds = seconds * (self.count + _HOLD)

    def style(self, cell: float = _CELL) -> str:
        """CSS: the window moves, output cells appear, captions take turns."""
        rules = [self._window(cell)]
        for step in range(self.count):
            start, end = self._percent(step), self._percent(step + 1)
            hidden = "0%{opacity:0}" if step else ""
            last = "" if step == self.count - 1 else f"{end}{{opacity:0}}"
            rules.append(f"@keyframes {self.name}-say{step}{{{hidden}{start}{{opacity:1}}{last}}}")
            rules.append(self._turn(f"say{step}"))
            if step:  # the first output is there from the beginning
                rules.append(
                    f"@keyframes {self.name}-cover{step}{{0%{{opacity:1}}"
                    f"{start},100%{{opacity:0}}}}"
                )
                rules.append(self._turn(f"cover{step}"))
        still = f'[class^="{self.name}-"]{{animation:none}}'
        rules.append(f"@media (prefers-reduced-motion:reduce){{{still}}}")
        return f"<style>{''.join(rules)}</style>"

    def moving(self, markup: str) -> str:
        """Markup for the window at the first cell, which moves with it."""
        return f'<g class="{self.name}-window">{markup}</g>'

    def covers(self) -> str:
        """A blank over each output cell but the first, lifted when its turn comes."""
        blanks = []
        for step, (row, column) in enumerate(np.ndindex(self.shape)):
            x, y = column * _CELL + 1.5, row * _CELL + 1.5
            blank = svg.rect(x, y, _CELL - 2, _CELL - 2, fill=svg.PAPER)
            blanks.append(f'<g class="{self.name}-cover{step}" opacity="0">{blank}</g>')
        return "".join(blanks[1:])

    def captions(self, lines: Sequence[str], x: float, y: float) -> str:
        """A line of text for each step, one visible at a time; unmoved, the last."""
        return "".join(
            f'<g class="{self.name}-say{step}" opacity="{int(step == self.count - 1)}">'
            f"{svg.text(x, y, words, size=14, mono=True)}</g>"
            for step, words in enumerate(lines)
        )

    def _window(self, cell: float) -> str:
        """Rest on a cell for three quarters of its time, then move on to the next."""
        frames = []
        for step, (row, column) in enumerate(np.ndindex(self.shape)):
            until = "100%" if step == self.count - 1 else self._percent(step + 0.75)
            place = f"{svg.num(column * cell)}px,{svg.num(row * cell)}px"
            frames.append(f"{self._percent(step)},{until}{{transform:translate({place})}}")
        return (
            f"@keyframes {self.name}-window{{{''.join(frames)}}}"
            f".{self.name}-window{{transform:translate({place});"
            f"animation:{self.name}-window {svg.num(self.seconds)}s linear infinite}}"
        )

    def _turn(self, what: str) -> str:
        name = f"{self.name}-{what}"
        return f".{name}{{animation:{name} {svg.num(self.seconds)}s step-end infinite}}"

    def _percent(self, step: float) -> str:
        return f"{svg.num(100 * step / (self.count + _HOLD))}%"


def _output(result: np.ndarray, walk: _Walk, x: float, y: float) -> str:
    """The output under its blanks."""
    grid = matrix(result, title="", role=svg.OUTPUT, cell=_CELL)
    return _titled(grid, x, y, f"output {by(result.shape)}") + svg.group(walk.covers(), x, y)


def _titled(picture: svg.Svg, x: float, y: float, words: str) -> str:
    title = svg.text(0, -16, words, size=14, bold=True)
    return svg.group(title + picture.markup, x, y)


def _products(image: np.ndarray, kernel: np.ndarray, place: tuple[int, int]) -> str:
    """The products under the window that are not 0, and the sum of all."""
    row, column = place
    patch = image[row : row + kernel.shape[0], column : column + kernel.shape[1]]
    terms = [
        f"{svg.show_number(p)}·{svg.bracketed(w)}"
        for p, w in zip(patch.ravel(), kernel.ravel(), strict=True)
        if p * w != 0
    ]
    if not terms:
        return "every product is 0, and so is the sum"
    return f"{' + '.join(terms)} = {svg.show_number(float((patch * kernel).sum()))}"


def _channel_sum(shares: np.ndarray, bias: float) -> str:
    first, *others = (float(share) for share in shares)
    terms = [svg.show_number(first), *map(svg.bracketed, [*others, bias])]
    return f"{' + '.join(terms)} = {svg.show_number(float(shares.sum() + bias))}"
