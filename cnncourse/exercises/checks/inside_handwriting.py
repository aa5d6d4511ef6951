"""Checks of notebook 05b: pictures on one scale, errors, two readers, photographs of digits.

>>> import numpy as np
>>> confusion(lambda labels, answers: np.histogram2d(labels, answers, range(11))[0])
passed: the answer is right in all 5 cases tried.

They hand NumPy arrays to the learner's function; no network takes part.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse import images, metrics
from cnncourse.exercises.verdict import Verdict, compare
from cnncourse.handwriting import plain

_RNG_SEED = 5


def one_scale(function: Callable) -> Verdict:
    """``function(kernels)``: all kernels (C_out, C_in, k, k) divided by their largest size."""
    rng = np.random.default_rng(_RNG_SEED)
    faint_and_strong = np.stack([np.full((1, 3, 3), -0.01), np.full((1, 3, 3), 2.0)])
    cases = [
        (np.array([[[[1, -2], [0, 0.5]]]]),),  # small enough to try by hand
        (faint_and_strong,),
        (rng.normal(size=(8, 1, 3, 3)),),
        (rng.normal(size=(4, 3, 5, 2)) - 3,),  # the largest size is that of a negative weight
        (-np.arange(1.0, 9).reshape(2, 1, 2, 2),),
    ]
    return compare(function, lambda kernels: kernels / np.abs(kernels).max(), cases)


def confusion(function: Callable) -> Verdict:
    """``function(labels, answers)``: how often digit i (row) was read as j (column), 10×10."""
    rng = np.random.default_rng(_RNG_SEED)
    many = rng.integers(0, 10, 300)
    cases = [
        (np.array([3, 3, 3, 5]), np.array([3, 5, 5, 5])),
        (np.array([9]), np.array([4])),
        (np.array([0, 1, 2]), np.array([0, 1, 2])),  # some digits never occur
        (np.full(300, 7), np.full(300, 7)),  # more than a uint8 can count
        (many, np.where(rng.random(300) < 0.7, many, rng.integers(0, 10, 300))),
    ]
    return compare(function, lambda labels, answers: metrics.confusion(answers, labels), cases)


def shifted(function: Callable) -> Verdict:
    """``function(image, down, right)``: the image moved, black where nothing came from."""
    image = np.arange(1, 13, dtype=np.uint8).reshape(3, 4)
    full = np.random.default_rng(_RNG_SEED).integers(1, 256, (28, 28), dtype=np.uint8)
    moves = [(0, 0), (1, 0), (0, 1), (-1, 2), (2, -3)]
    far = [(-4, -5), (3, 6), (12, -17), (-27, 20)]
    cases = [(image, *move) for move in moves] + [(full, *move) for move in far]
    return compare(function, images.shift, cases)


def discordant(function: Callable) -> Verdict:
    """``function(first, second, labels)``: digits that only the first, only the second reads."""
    rng = np.random.default_rng(_RNG_SEED)
    labels = rng.integers(0, 10, 200)
    often, seldom = (np.where(rng.random(200) < p, labels, (labels + 1) % 10) for p in (0.9, 0.6))
    cases = [
        (np.array([1, 2, 3, 0]), np.array([1, 0, 0, 4]), np.array([1, 2, 3, 4])),
        (np.array([5, 6, 7]), np.array([8, 9, 7]), np.array([5, 6, 7])),
        (np.array([1, 2]), np.array([3, 4]), np.array([0, 0])),  # both wrong, and differently
        (often, seldom, labels),
        (seldom, often, labels),
    ]
    return compare(function, metrics.discordant, cases)


def white_on_black(function: Callable) -> Verdict:
    """``function(photo)``: a uint8 photo, turned to its negative only if its border is bright."""

    spot, row, corners = np.full((3, 3, 4), 220, dtype=np.uint8)  # small enough to try by hand
    spot[1, 1] = row[0] = corners[0, [0, -1]] = corners[-1, [0, -1]] = 20
    sides = np.array([[220, 20, 220], [20, 20, 220], [220, 20, 220]], dtype=np.uint8)  # 5 of 8
    tie = np.array([[20, 20], [250, 250]], dtype=np.uint8)  # half is bright: it stays, both ways
    grey = np.full((3, 3), 127, dtype=np.uint8)  # just dark; its negative, 128, is just bright
    rng = np.random.default_rng(_RNG_SEED)
    paper = rng.integers(180, 240, (9, 12), dtype=np.uint8)
    paper[3:7, 5] = 30
    thick = np.full((8, 8), 220, dtype=np.uint8)
    thick[1:7, 1:7] = 20  # more ink than paper: only the border tells
    touching = np.full((12, 12), 210, dtype=np.uint8)
    touching[0] = touching[-1, [0, -1]] = 15  # ink in all corners and along one side
    shadow = np.full((9, 9), 150, dtype=np.uint8)  # paper in the shade: grey, and yet paper
    shadow[0, :4] = shadow[-1, :4] = 5
    board = np.full((9, 9), 105, dtype=np.uint8)  # a board that is not very dark
    board[0, :5] = board[-1, 4:] = 250  # chalk up to the edge
    photos = [spot, row, corners, sides, tie, grey, paper, thick, touching, shadow, board]
    return compare(
        function, plain.white_on_black, [(p,) for photo in photos for p in (photo, 255 - photo)]
    )


def crop_to_square(function: Callable) -> Verdict:
    """``function(ink)``: the smallest rectangle with all ink, in the middle of a black square."""

    rng = np.random.default_rng(_RNG_SEED)
    small = [  # these can be tried by hand
        [[0, 0, 0], [0, 9, 0], [0, 8, 0], [0, 7, 0]],  # black comes in at both sides
        [[9], [8], [7]],  # there is no room around it in the picture
        [[5, 6]],  # the odd row goes below
        [[5], [6]],
        [[3, 0, 4], [0, 0, 0]],  # an empty column inside stays
        [[0, 0, 0], [1, 0, 2], [0, 0, 0], [0, 3, 0]],  # faint ink is ink
    ]
    flat = np.zeros((8, 6), np.uint8)
    flat[2, 1:6] = 255
    digit = np.pad(rng.integers(1, 256, (9, 4), dtype=np.uint8), ((2, 17), (20, 3)))
    gap = digit.copy()
    gap[5] = 0  # an empty row inside stays
    full = rng.integers(1, 256, (5, 5), dtype=np.uint8)
    inks = [*(np.array(ink, np.uint8) for ink in small), flat, digit, gap, full]
    return compare(function, plain.crop_to_square, [(ink,) for ink in inks])
