"""Pictures that are no digits, and digits as other hands make them, drawn by the program.

    rng = np.random.default_rng(0)
    pictures = draw(1000, rng)  # letters, signs, scribbles, shapes, loose strokes
    digits = other_digits(1000, rng)  # printed, European, a slashed zero
    slanted_and_bold = other_hands(digits, 1000, rng)

A network that has seen nothing but digits names a digit whatever it is shown. If it is shown such
strangers too, and has an answer more for them, it learns what is none: D. Hendrycks, M. Mazeika and
T. Dietterich (2019), *Deep Anomaly Detection with Outlier Exposure*; for the background class,
A. R. Dhamija, M. Günther and T. E. Boult (2018), *Reducing Network Agnostophobia*. The other digits
keep it from taking all that is unlike MNIST for a stranger.

Letters with the shape of a digit, such as O, l and S, are left out. Everything is brought to the
form of MNIST as a photograph would be (:mod:`cnncourse.handwriting.form`).

Letters for training are set in PRINT and in OpenCV's fonts; to measure what was learnt, take
others, such as UNSEEN.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnncourse import images
from cnncourse.handwriting import form
from cnncourse.split import Split

SIDE = 96  # pixels of the sheet to draw on

# Those most like a digit are drawn most often: D and 0, T and 7, Y and 4, U and 0, h and 6.
LETTERS = "ACDDDDDEFFGGGGHHHHJKLMNPPRRTTTTTTUUUUVWXYYYYYYaaccdeeeefhhhhhjkmnprrttuuuuvwxyyyyyy"
FAR_LETTERS = "αβγηλμνξπφχψωΓΔΛΞΠΣΦΨΩДЖИЙКЛФЦШЩЫЮЯджикмптфцшщыюя"
SIGNS = "????!++++++=#@&&&&%$$*<>()[[]]{}{}{}{}~^"
PRINT = ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono-Oblique", "DejaVuSans-Bold")  # matplotlib's
UNSEEN = ("STIXGeneralItalic", "cmtt10")  # for what is measured
HERSHEY = range(8)  # OpenCV's fonts: lines that a pen could have drawn

Strokes = Sequence[Sequence[tuple[float, float]] | np.ndarray]  # points (x, y) from 0 to 1

ANGLES = np.linspace(0, 2 * np.pi, 16)
CIRCLE = 0.5 + 0.5 * np.column_stack([np.cos(ANGLES), np.sin(ANGLES)])

# Digits with strokes that MNIST's writers, in the United States, hardly use.
FOREIGN: Sequence[tuple[int, Strokes]] = (
    (0, [CIRCLE * (0.8, 1) + (0.1, 0), [(0.85, 0.1), (0.15, 0.9)]]),  # slashed
    (0, [CIRCLE * (0.95, 0.8) + (0, 0.1)]),  # round or wide
    (0, [[(0.6, 0.1), (0.2, 0), (0, 0.5), (0.3, 1), (0.8, 0.8), (0.8, 0.2), (0.4, 0)]]),  # crossed
    (0, [[(0.4, 0), (0.1, 0.4), (0.2, 0.9), (0.6, 1), (0.9, 0.6), (0.8, 0.1)]]),  # open
    (1, [[(0.1, 0.45), (0.55, 0), (0.55, 1)]]),  # a long flag
    (1, [[(0, 0.6), (0.6, 0), (0.5, 1)]]),  # a longer one
    (1, [[(0, 0.75), (0.5, 0), (0.55, 1)]]),  # nearly as long as the stem
    (1, [[(0.1, 0.3), (0.7, 0), (0.4, 1)]]),  # slanted
    (1, [[(0.1, 0.25), (0.4, 0.2), (0.6, 0), (0.55, 1)]]),  # bent
    (1, [[(0.3, 0.2), (0.5, 0), (0.5, 1)], [(0.2, 1), (0.8, 1)]]),  # a base
    (1, [[(0.1, 0.4), (0.5, 0), (0.5, 1)], [(0.1, 1), (0.9, 1)]]),  # both
    (2, [[(0.1, 0.25), (0.5, 0), (0.85, 0.3), (0.1, 1), (0.9, 1)]]),  # no loop
    (2, [[(0.1, 0.2), (0.6, 0), (0.8, 0.3), (0.1, 0.95), (0.1, 0.75), (0.5, 0.9), (0.95, 0.9)]]),
    (3, [[(0.1, 0), (0.85, 0), (0.4, 0.4), (0.9, 0.65), (0.6, 1), (0.1, 0.9)]]),  # a flat top
    (4, [[(0.45, 0), (0.1, 0.6), (0.9, 0.6)], [(0.65, 0.35), (0.6, 1)]]),  # open
    (4, [[(0.6, 1), (0.6, 0), (0.1, 0.65), (0.9, 0.65)]]),  # closed
    (4, [[(0.15, 0), (0.15, 0.5), (0.9, 0.5)], [(0.75, 0), (0.75, 1)]]),  # square
    (4, [[(0.8, 0.7), (0.1, 0.65), (0.75, 0), (0.65, 1)]]),  # in one stroke
    (
        5,
        [
            [(0.2, 0), (0.15, 0.45), (0.6, 0.4), (0.85, 0.7), (0.5, 1), (0.1, 0.9)],
            [(0.2, 0), (0.9, 0)],
        ],
    ),  # a bar of its own
    (6, [[(0.75, 0), (0.25, 0.45), (0.2, 0.8), (0.5, 1), (0.8, 0.75), (0.5, 0.55), (0.2, 0.75)]]),
    (6, [[(0.4, 0), (0.15, 0.7), (0.4, 1), (0.8, 0.8), (0.6, 0.65), (0.2, 0.9)]]),  # a low loop
    (7, [[(0.1, 0.05), (0.85, 0), (0.4, 1)], [(0.25, 0.5), (0.75, 0.48)]]),  # a bar
    (7, [[(0.1, 0.2), (0.12, 0.05), (0.85, 0), (0.5, 0.45), (0.4, 1)]]),  # a hook
    (7, [[(0.1, 0.15), (0.1, 0), (0.85, 0), (0.4, 1)], [(0.25, 0.5), (0.75, 0.48)]]),  # both
    (8, [CIRCLE * (0.6, 0.5) + (0.2, 0), CIRCLE * (0.7, 0.5) + (0.15, 0.5)]),  # two rings
    (8, [[(0.75, 0.1), (0.4, 0), (0.25, 0.25), (0.75, 0.7), (0.5, 1), (0.2, 0.75), (0.8, 0.1)]]),
    (9, [CIRCLE * (0.6, 0.5) + (0.15, 0), [(0.75, 0.1), (0.7, 1)]]),  # straight
    (9, [[(0.8, 0.15), (0.4, 0), (0.1, 0.25), (0.4, 0.5), (0.8, 0.2), (0.7, 0.9), (0.2, 1)]]),
    (9, [CIRCLE * (0.6, 0.5) + (0.2, 0), [(0.8, 0.2), (0.8, 0.8), (0.5, 1), (0.2, 0.9)]]),  # curly
)

# Letters as a hand may write them: more than in print they are like a digit.
WRITTEN: Sequence[Strokes] = (
    [[(0.1, 1), (0.5, 0), (0.9, 1)], [(0.25, 0.65), (0.75, 0.6)]],  # A
    [[(0.9, 0.15), (0.4, 0), (0.1, 0.5), (0.4, 1), (0.95, 0.8)]],  # C
    [[(0.2, 0), (0.2, 1)], [(0.1, 0), (0.8, 0.1), (0.95, 0.5), (0.7, 0.95), (0.1, 1)]],  # D
    [[(0.2, 0.05), (0.2, 1), (0.9, 0.7), (0.8, 0.2), (0.1, 0)]],  # D in one stroke
    [[(0.9, 0.1), (0.2, 0), (0.2, 0.45), (0.7, 0.5), (0.1, 0.5), (0.2, 1), (0.9, 0.9)]],  # E
    [[(0.9, 0), (0.2, 0), (0.2, 1)], [(0.2, 0.5), (0.8, 0.45)]],  # F
    [[(0.85, 0.1), (0.4, 0), (0.1, 0.5), (0.4, 1), (0.9, 0.6)], [(0.5, 0.6), (1, 0.55)]],  # G
    [[(0.85, 0.1), (0.4, 0), (0.1, 0.6), (0.5, 1), (0.85, 0.6), (0.85, 1)]],  # G with a stem
    [[(0.15, 0), (0.1, 1)], [(0.85, 0), (0.8, 1)], [(0.1, 0.5), (0.85, 0.45)]],  # H
    [[(0.2, 0), (0.9, 0)], [(0.6, 0), (0.6, 0.9), (0.3, 1), (0.1, 0.8)]],  # J
    [[(0.2, 0), (0.2, 1)], [(0.9, 0), (0.2, 0.55), (0.9, 1)]],  # K
    [[(0.3, 0), (0.15, 0.95), (0.9, 0.9)]],  # L
    [[(0.4, 0), (0.2, 0.6), (0.2, 1), (0.5, 0.95), (0.95, 0.8)]],  # L, round
    [[(0.1, 1), (0.2, 0), (0.5, 0.7), (0.8, 0), (0.9, 1)]],  # M
    [[(0.1, 1), (0.15, 0), (0.85, 1), (0.9, 0)]],  # N
    [[(0.25, 0), (0.2, 1)], [(0.2, 0), (0.85, 0.1), (0.8, 0.5), (0.2, 0.55)]],  # P
    [[(0.2, 1), (0.2, 0), (0.85, 0.2), (0.2, 0.5), (0.9, 1)]],  # R
    [[(0.1, 0.05), (0.95, 0)], [(0.5, 0), (0.5, 1)]],  # T
    [[(0.1, 0), (0.1, 0.8), (0.5, 1.1), (0.9, 0.8), (0.9, 0)]],  # U
    [[(0.1, 0), (0.1, 0.8), (0.5, 1.1), (0.85, 0.7), (0.9, 0), (0.9, 0.9), (1, 1)]],  # u
    [[(0.1, 0), (0.4, 1), (0.9, 0)]],  # V
    [[(0, 0), (0.25, 1), (0.5, 0.2), (0.75, 1), (1, 0)]],  # W
    [[(0.1, 0), (0.9, 1)], [(0.9, 0), (0.1, 1)]],  # X
    [[(0.1, 0), (0.5, 0.5)], [(0.9, 0), (0.5, 0.5), (0.45, 1)]],  # Y
    [[(0.1, 0), (0.5, 0.5)], [(0.95, 0), (0.2, 1)]],  # y
    [
        [(0.1, 0), (0.15, 0.4), (0.6, 0.5), (0.85, 0)],
        [(0.85, 0), (0.75, 0.8), (0.3, 1)],
    ],  # y, round
    [CIRCLE * (0.7, 0.9) + (0.1, 0.1), [(0.85, 0.1), (0.8, 0.8), (1, 1)]],  # a
    [CIRCLE * (0.6, 0.5) + (0.1, 0.5), [(0.75, 0), (0.75, 0.9), (0.9, 1)]],  # d
    [[(0.1, 0.55), (0.9, 0.45), (0.6, 0), (0.1, 0.3), (0.2, 0.95), (0.9, 0.85)]],  # e
    [[(0.9, 0.15), (0.6, 0), (0.45, 0.3), (0.45, 1)], [(0.15, 0.45), (0.8, 0.4)]],  # f
    [[(0.2, 0), (0.15, 1)], [(0.15, 0.7), (0.5, 0.45), (0.8, 0.6), (0.8, 1)]],  # h
    [[(0.1, 0), (0.1, 1)], [(0.1, 0.4), (0.5, 0), (0.9, 0.3), (0.9, 1)]],  # n
    [[(0, 1), (0.1, 0), (0.3, 0), (0.5, 1), (0.6, 0), (0.8, 0), (1, 1)]],  # m
    [[(0.2, 0), (0.2, 1)], [(0.2, 0.3), (0.6, 0), (0.9, 0.15)]],  # r
    [[(0.45, 0), (0.4, 0.8), (0.6, 1), (0.9, 0.9)], [(0.1, 0.35), (0.85, 0.3)]],  # t
    [[(0.1, 0.2), (0.5, 0), (0.9, 0.2), (0.5, 0.5), (0.5, 0.7)], [(0.5, 0.95), (0.52, 1)]],  # ?
    [[(0.1, 0.5), (0.9, 0.5)], [(0.5, 0.1), (0.5, 0.9)]],  # +
    [[(0.95, 1), (0.2, 0.3), (0.4, 0), (0.6, 0.2), (0.1, 0.7), (0.4, 1), (0.9, 0.6)]],  # &
    [[(0.2, 0), (0.6, 0.1), (0.5, 0.45), (0.8, 0.5), (0.5, 0.55), (0.6, 0.9), (0.2, 1)]],  # }
    [[(0.2, 0), (0.7, 0.5), (0.2, 1)]],  # )
    [[(0.6, 0), (0.3, 0.3), (0.3, 0.7), (0.6, 1)]],  # (
    [[(0.6, 0), (0.3, 0.02), (0.3, 0.98), (0.6, 1)]],  # [
    [[(0.5, 0), (0.45, 0.7)], [(0.44, 0.93), (0.46, 1)]],  # !
    [[(0.45, 0.05), (0.47, 0)], [(0.5, 0.35), (0.48, 1)]],  # i
    [
        [(0.1, 0), (0.2, 0.4), (0.6, 0.35), (0.75, 0)],
        [(0.75, 0), (0.6, 0.9), (0.3, 1), (0.2, 0.8), (0.9, 0.5)],
    ],  # y with a loop
    [CIRCLE * 0.3 + (0.05, 0.05), [(0.9, 0), (0.1, 1)], CIRCLE * 0.3 + (0.65, 0.65)],  # %
    [[(0.15, 0.2), (0.5, 0), (0.8, 0.3), (0.8, 1)], [(0.8, 0.5), (0.1, 0.7), (0.4, 1), (0.8, 0.8)]],
    [[(0.1, 0), (0.15, 0.7), (0.4, 1), (0.8, 0.7), (0.85, 0), (0.85, 1)]],  # u with a stem
    [[(0.85, 0.15), (0.4, 0), (0.1, 0.5), (0.35, 1), (0.8, 0.9), (0.8, 0.55), (0.5, 0.55)]],  # G
    [[(0, 0.6), (0.15, 0.5), (0.35, 1), (0.55, 0), (1.2, 0)]],  # a root
    [[(0, 0.05), (1, 0)], [(0.3, 0), (0.2, 1)], [(0.7, 0), (0.7, 0.8), (0.9, 1)]],  # pi
    [[(0.9, 0.1), (0.1, 0), (0.5, 0.5), (0.1, 1), (0.95, 0.95)]],  # a sum
    [[(0.9, 0.05), (0.65, 0), (0.5, 0.3), (0.5, 0.7), (0.35, 1), (0.1, 0.95)]],  # an integral
    [[(0, 0.3), (1, 0.3)], [(0, 0.7), (1, 0.7)]],  # =
    [[(0, 0.5), (1, 0.5)], [(0.5, 0.1), (0.5, 0.15)], [(0.5, 0.85), (0.5, 0.9)]],  # a division
    [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],  # times
    [[(0.9, 0), (0.1, 0.5), (0.9, 1)]],  # <
    [[(0.1, 0), (0.9, 0.5), (0.1, 1)]],  # >
    [[(0.5, 0), (0.5, 1)], [(0, 1), (1, 1)]],  # a right angle
)

# What people draw when they draw no letter.
DRAWN: Sequence[Strokes] = (
    [CIRCLE, [(0.3, 0.35), (0.33, 0.38)], [(0.7, 0.35), (0.67, 0.38)], CIRCLE[1:8] * 0.5 + 0.25],
    [[(0.5, 1), (0, 0.35), (0.2, 0), (0.5, 0.25), (0.8, 0), (1, 0.35), (0.5, 1)]],  # a heart
    [[(0, 0.45), (0.5, 0), (1, 0.45)], [(0.1, 0.45), (0.1, 1), (0.9, 1), (0.9, 0.45)]],  # a house
    [CIRCLE * 0.3 + (0.35, 0), [(0.5, 0.3), (0.5, 0.7)], [(0.2, 1), (0.5, 0.65), (0.8, 1)]],
    [CIRCLE * (0.5, 0.4) + (0.25, 0), [(0.5, 0.4), (0.5, 1)], [(0.2, 0.6), (0.8, 0.6)]],
    [
        CIRCLE * 0.4 + 0.3,
        *(np.array([c, 1.5 * c - 0.25]) for c in CIRCLE[::2] * 0.8 + 0.1),
    ],  # a sun
    [[(0.5, 0), (0.1, 0.6), (0.9, 0.6), (0.5, 0)], [(0.5, 0.6), (0.5, 1)]],  # a tree
    [[(0.1, 0), (0.2, 1), (0.7, 1), (0.8, 0), (0.1, 0)], [(0.8, 0.2), (1.1, 0.4), (0.75, 0.7)]],
    [CIRCLE * (0.75, 1), [(0.7, 0.3), (1, 0.3), (1, 0.7), (0.7, 0.7)]],  # a cup
    [[(0.1, 0.7), (0.3, 1), (0.9, 0)]],  # a tick
    [[(0, 0.5), (1, 0.5)], [(0.7, 0.2), (1, 0.5), (0.7, 0.8)]],  # arrows
    [[(0.5, 0), (0.5, 1)], [(0.2, 0.3), (0.5, 0), (0.8, 0.3)]],
    [[(0.5, 0), (0.5, 1)], [(0.2, 0.7), (0.5, 1), (0.8, 0.7)]],
    [[(0.6, 0), (0.2, 0.55), (0.6, 0.5), (0.3, 1)]],  # lightning
    [[(0.1, 0.8), (0, 0.5), (0.3, 0.4), (0.5, 0.1), (0.7, 0.4), (1, 0.5), (0.9, 0.8), (0.1, 0.8)]],
    [CIRCLE * 0.5 + (0, 0.25), CIRCLE * 0.5 + (0.5, 0.25)],  # two rings
)


def draw(n: int, rng: np.random.Generator, print_: Sequence[str] = PRINT) -> np.ndarray:
    """Return pictures that are no digits, in MNIST's form.

    Parameters
    ----------
    n : int
    rng : numpy.random.Generator
    print_ : sequence of str
        Fonts of matplotlib for letters and signs.

    Returns
    -------
    ndarray of uint8 of shape (n, 28, 28)
    """
    kinds = [LETTERS] * 5 + [FAR_LETTERS, SIGNS, SIGNS] + [_written] * 9
    kinds += [_word, _scribble, _scribble, _winding, _winding, _shape, _blot]
    kinds += [_picture, _picture, _loose_strokes, _loose_strokes]
    pictures = []
    for i in range(n):
        kind = kinds[i % len(kinds)]
        ink = kind(rng) if callable(kind) else _letter(kind, rng, print_)
        pictures.append(_in_form(ink))
    return np.array(pictures)


def other_digits(n: int, rng: np.random.Generator) -> Split:
    """Return digits in MNIST's form: half of them printed, half with other strokes.

    Parameters
    ----------
    n : int
    rng : numpy.random.Generator

    Returns
    -------
    Split of n digits
    """
    pictures, labels = [], []
    for i in range(n):
        if i % 2:
            digit, strokes = FOREIGN[int(rng.integers(len(FOREIGN)))]
            ink = _by_hand(strokes, rng)
        else:
            digit = int(rng.integers(10))
            ink = _bent(_typed(str(digit), rng, PRINT), rng)
        pictures.append(_in_form(ink))
        labels.append(digit)
    return Split(np.array(pictures), np.array(labels))


def other_hands(digits: Split, n: int, rng: np.random.Generator) -> Split:
    """Return digits as other hands and pens would write them: slanted, stretched, thick or thin.

    Parameters
    ----------
    digits : Split
    n : int
    rng : numpy.random.Generator

    Returns
    -------
    Split of n digits
    """
    chosen = rng.integers(len(digits), size=n)
    pictures = []
    for image in digits.images[chosen]:
        large = cv2.resize(image / 255, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        if rng.random() < 0.6:
            large = _bent(large, rng)
        smooth = cv2.GaussianBlur(large, (0, 0), SIDE / 60)
        level = rng.uniform(0.1, 0.6) * smooth.max()  # the lower it is, the thicker the pen
        ink = np.clip((smooth - level) / 0.2 + 0.5, 0, 1)
        pictures.append(_in_form(_in_few_pixels(ink, rng) if rng.random() < 0.3 else ink))
    return Split(np.array(pictures), digits.labels[chosen])


def _in_few_pixels(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the ink as a small picture holds it, half of the time in black and white alone."""
    side = int(rng.integers(10, 50))
    small = cv2.resize(ink, (side, side), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        small = (small > 0.5 * small.max()).astype(float)
    large = cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return np.clip(large, 0, 1) ** 1.5  # as in form.shade


def spoilt(digits: Split, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return digits that are none any more, though a hand wrote them.

    Two beside or on top of each other, struck out, lying, or in a mirror.

    Parameters
    ----------
    digits : Split
    n : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of uint8 of shape (n, 28, 28)
    """
    lying = digits.images[digits.labels > 1]
    mirrored = digits.images[np.isin(digits.labels, (3, 4, 6, 7, 9)), :, ::-1]
    pictures = []
    for i in range(n):
        one, other = digits.images[rng.integers(len(digits), size=2)]
        kind = i % 7
        if kind < 3:
            ink = _beside(one, other, rng)
        elif kind == 3:
            ink = np.maximum(one, np.roll(other, rng.integers(-6, 7, 2), (0, 1)))
        elif kind == 4:
            line = cv2.resize(_scribble(rng), one.shape, interpolation=cv2.INTER_AREA)
            ink = np.maximum(one, 255 * np.minimum(2 * line, 1))  # a thin pen, too, is seen
        elif kind == 5:
            ink = np.rot90(rng.choice(lying), rng.choice((1, 3)))
        else:
            ink = rng.choice(mirrored)
        large = cv2.resize(ink / 255, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
        pictures.append(_in_form(large))
    return np.array(pictures)


def _beside(one: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return two digits that touch: the second as far to the left as their strokes allow.

    Parameters
    ----------
    one, other : ndarray of uint8 of shape (28, 28)
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of uint8 of shape (28, 56)
    """
    both = np.pad(one, [(0, 0), (0, 28)])
    other = np.roll(other, rng.integers(-3, 4), axis=0)
    overlap = rng.integers(1, 12)  # pixels
    for left in range(28, 0, -1):
        beside = both[:, left : left + 28]
        if np.count_nonzero((beside > 100) & (other > 100)) >= overlap:
            break
    np.maximum(beside, other, out=beside)
    return both


def _in_form(ink: np.ndarray) -> np.ndarray:
    full = np.percentile(ink[ink > 0.3 * ink.max()], 75)
    small = form.scale(form.even_out(form.cut_out(np.clip(ink / full, 0, 1))))
    return images.to_uint8(255 * form.place(small))


def _letter(letters: str, rng: np.random.Generator, print_: Sequence[str] = PRINT) -> np.ndarray:
    """Return one of some letters, with a stroke more now and then, as cursive hands make them."""
    ink = _bent(_typed(letters[rng.integers(len(letters))], rng, print_), rng)
    if rng.random() < 0.2:
        y, x = np.argwhere(ink > 0.5)[rng.integers(np.count_nonzero(ink > 0.5))] / SIDE
        start = (np.array([x, y]) - 0.2) / 0.6
        tail = _smooth(
            np.array([start, start + rng.normal(0, 0.2, 2), start + rng.normal(0, 0.4, 2)])
        )
        ink = np.maximum(ink, _drawn([tail], rng))
    return ink


def _written(rng: np.random.Generator) -> np.ndarray:
    return _by_hand(WRITTEN[int(rng.integers(len(WRITTEN)))], rng)


def _picture(rng: np.random.Generator) -> np.ndarray:
    return _by_hand(DRAWN[int(rng.integers(len(DRAWN)))], rng)


def _by_hand(strokes: Strokes, rng: np.random.Generator) -> np.ndarray:
    """Return strokes as a hand would repeat them: shaken, bent, and round half of the time."""
    shaky = rng.uniform(0.015, 0.06)
    shaken = [points + rng.normal(0, shaky, np.shape(points)) for points in strokes]
    if rng.random() < 0.5:
        shaken = [_smooth(points) for points in shaken]
    return _bent(_drawn(shaken, rng), rng)


def _word(rng: np.random.Generator) -> np.ndarray:
    """Return two letters close together."""
    one, other = (form.cut_out(_letter(LETTERS, rng)) for _ in range(2))
    ink = np.zeros((SIDE, 2 * SIDE))
    ink[: one.shape[0], : one.shape[1]] = one
    left = max(0, one.shape[1] - int(rng.integers(0, 6)))
    beside = ink[: other.shape[0], left : left + other.shape[1]]
    np.maximum(beside, other, out=beside)
    return ink


def _blot(rng: np.random.Generator) -> np.ndarray:
    """Return one piece of a smooth noise: a stain, a smear."""
    noise = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE)), (0, 0), rng.uniform(3, 9))
    dark = (noise > np.quantile(noise, rng.uniform(0.5, 0.85))).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    return (labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()).astype(float)


def _typed(character: str, rng: np.random.Generator, print_: Sequence[str]) -> np.ndarray:
    """Return a character in one of many fonts; those of OpenCV with a pen of a random width.

    Parameters
    ----------
    character : str
    rng : numpy.random.Generator
    print_ : sequence of str
        Fonts of matplotlib.

    Returns
    -------
    ndarray of float of shape (SIDE, SIDE)
    """
    if print_ != PRINT or not character.isascii() or rng.random() < 0.4:
        sheet = Image.new("L", (SIDE, SIDE))
        font = _font(print_[int(rng.integers(len(print_)))])
        ImageDraw.Draw(sheet).text((SIDE / 2, SIDE / 2), character, 255, font, anchor="mm")
        return np.asarray(sheet) / 255
    face = int(rng.integers(len(HERSHEY))) | (cv2.FONT_ITALIC if rng.random() < 0.3 else 0)
    thick = int(rng.integers(2, 14))
    size = 0.6 * SIDE / max(cv2.getTextSize(character, face, 1, thick)[0])
    (wide, high), _ = cv2.getTextSize(character, face, size, thick)
    ink = np.zeros((SIDE, SIDE), np.uint8)
    foot = (SIDE - wide) // 2, (SIDE + high) // 2
    cv2.putText(ink, character, foot, face, size, 255, thick, cv2.LINE_AA)
    return ink / 255


@cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    """Return a font from matplotlib's files, without importing matplotlib."""
    found = find_spec("matplotlib")
    assert found is not None and found.origin is not None  # the course depends on it
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / f"{name}.ttf"), round(0.7 * SIDE))


def _drawn(strokes: Strokes, rng: np.random.Generator) -> np.ndarray:
    """Return strokes with a pen of a random width, in the middle of a sheet."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    thick = int(rng.integers(2, 16))
    for points in strokes:
        sixteenths = np.rint(16 * SIDE * (0.2 + 0.6 * np.asarray(points))).astype(np.int32)
        cv2.polylines(ink, [sixteenths], False, 255, thick, cv2.LINE_AA, 4)
    return ink / 255


def _bent(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the ink turned, slanted, stretched, and bent by a smooth field of displacements."""
    turn, slant = rng.normal(0, 0.12), rng.normal(0, 0.2)
    wide, high = np.exp(rng.normal(0, 0.15, 2))
    matrix = [[wide * np.cos(turn), slant - np.sin(turn)], [np.sin(turn), high * np.cos(turn)]]
    bend = rng.normal(0, rng.uniform(0.02, 0.05) * SIDE, (5, 5, 2))
    field = cv2.resize(bend, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    y, x = np.indices((SIDE, SIDE)) - SIDE / 2
    looks = (np.stack([x, y], axis=-1) @ np.transpose(matrix) + field + SIDE / 2).astype(np.float32)
    result = cv2.remap(ink.astype(np.float32), looks[..., 0], looks[..., 1], cv2.INTER_LINEAR)
    return result if result.max() > 0.5 else ink  # bent away


def _smooth(points: np.ndarray) -> np.ndarray:
    """Return a curve along some points, by cutting corners four times.

    G. M. Chaikin (1974), *An Algorithm for High-Speed Curve Generation*.
    """
    for _ in range(4):
        near = 0.75 * points[:-1] + 0.25 * points[1:]
        far = 0.25 * points[:-1] + 0.75 * points[1:]
        cut = np.stack([near, far], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points


def _scribble(rng: np.random.Generator) -> np.ndarray:
    return _drawn([_smooth(rng.random((int(rng.integers(5, 20)), 2)))], rng)


def _loose_strokes(rng: np.random.Generator) -> np.ndarray:
    """Return three to five lines and arcs, as the letters of some alphabet might have."""
    strokes = []
    for _ in range(rng.integers(3, 6)):
        start, end = rng.random((2, 2))
        bend = rng.normal(0, 0.35, 2) * (rng.random() < 0.5)
        strokes.append(_smooth(np.array([start, (start + end) / 2 + bend, end])))
    return _drawn(strokes, rng)


def _winding(rng: np.random.Generator) -> np.ndarray:
    """Return a line to and fro, a wave, a row of loops, or a spiral."""
    t = np.linspace(0, 1, 80)
    turns = rng.uniform(1.5, 7)
    phase = 2 * np.pi * (turns * t + rng.random())
    to_and_fro = 2 * np.abs((turns * t) % 1 - 0.5)
    across = rng.uniform(0.2, 1)
    kinds = (
        np.column_stack([across * to_and_fro, t]),
        np.column_stack([t, across * to_and_fro]),
        np.column_stack([t, across * (0.5 + 0.5 * np.sin(phase))]),
        np.column_stack([t + 0.15 * np.cos(phase), across * (0.5 + 0.5 * np.sin(phase))]),
        0.5 + 0.5 * t[:, None] * np.column_stack([np.cos(phase), np.sin(phase)]),
    )
    return _bent(_drawn([kinds[int(rng.integers(len(kinds)))]], rng), rng)


def _shape(rng: np.random.Generator) -> np.ndarray:
    """Return a triangle, a rectangle or a star."""
    corners = int(rng.integers(3, 5))  # with more it might be a 0
    angles = 4 * np.pi * np.arange(6) / 5
    if rng.random() < 0.7:
        angles = 2 * np.pi * np.arange(corners + 1) / corners
    return _bent(_drawn([_corners(angles, rng)], rng), rng)


def _corners(angles: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return points on a circle, which is turned at random."""
    turned = angles + rng.random()
    return 0.5 + 0.5 * np.column_stack([np.cos(turned), np.sin(turned)])
