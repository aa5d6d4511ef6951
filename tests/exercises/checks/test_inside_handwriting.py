"""The checks of notebook 05b accept right answers in every style and no wrong one."""

from __future__ import annotations

import numpy as np
from answers import Answers

from cnncourse.exercises.checks import inside_handwriting as checks


def loop_confusion(labels, answers):
    table = [[0] * 10 for _ in range(10)]
    for label, answer in zip(labels, answers, strict=True):
        table[label][answer] += 1
    return table


def coded_confusion(labels, answers):
    return np.bincount(10 * labels + answers, minlength=100).reshape(10, 10)


def masks_confusion(labels, answers):
    return [[np.sum((labels == i) & (answers == j)) for j in range(10)] for i in range(10)]


def rolled(image, down, right):
    return np.roll(image, (down, right), axis=(0, 1))


def cleared_roll(image, down, right):
    moved = rolled(image, down, right)
    moved[:down] = 0 if down > 0 else moved[:down]
    if down < 0:
        moved[down:] = 0
    if right > 0:
        moved[:, :right] = 0
    elif right < 0:
        moved[:, right:] = 0
    return moved


def loop_shift(image, down, right):
    moved = np.zeros_like(image)
    for row, column in np.ndindex(image.shape):
        if 0 <= row - down < len(image) and 0 <= column - right < image.shape[1]:
            moved[row, column] = image[row - down, column - right]
    return moved


def padded_shift(image, down, right, room=28):
    high, wide = image.shape
    padded = np.pad(image, room)
    top, left = room - down, room - right
    return padded[top : top + high, left : left + wide]


def matrix_shift(image, down, right):
    return np.eye(len(image), k=-down) @ image @ np.eye(image.shape[1], k=right)


def loop_discordant(first, second, labels):
    only = [0, 0]
    for one, other, label in zip(first, second, labels, strict=True):
        only[0] += one == label != other
        only[1] += other == label != one
    return tuple(only)


def border(photo):
    return np.array([*photo[0], *photo[-1], *photo[1:-1, 0], *photo[1:-1, -1]])


def by_share(photo, level=127):
    return 255 - photo if np.mean(border(photo) > level) > 0.5 else photo


def by_majority(photo):
    bright = border(photo) > 127
    return np.where(bright.sum() > (~bright).sum(), 255 - photo, photo)


def by_mask(photo):
    edge = np.ones(photo.shape, bool)
    edge[1:-1, 1:-1] = False
    return ~photo if np.sort(photo[edge])[(edge.sum() - 1) // 2] >= 128 else photo.copy()


def without_corners(photo):
    return np.array([*photo[0, 1:-1], *photo[-1, 1:-1], *photo[1:-1, 0], *photo[1:-1, -1]])


def turned_if(measure):
    """Return an answer that turns the photo where a measure of it is bright."""
    return lambda photo: 255 - photo if measure(photo) > 127 else photo


def counted_in(kind):
    """Return a confusion whose counts have a type."""
    return lambda labels, answers: coded_confusion(labels, answers).astype(kind)


def square(cut, middle=True):
    side = max(cut.shape)
    made = np.zeros((side, side), cut.dtype)
    top, left = ((side - n) // 2 if middle else 0 for n in cut.shape)
    made[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return made


def ends(ink):
    rows, columns = np.nonzero(ink)
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


def cut_out(ink):
    top, bottom, left, right = ends(ink)
    return ink[top:bottom, left:right]


def window(ink):
    """The square of the picture around the ink, which must not leave the picture."""
    top, bottom, left, right = ends(ink)
    side = max(bottom - top, right - left)
    top, left = top - (side - bottom + top) // 2, left - (side - right + left) // 2
    return ink[top : top + side, left : left + side]


def odd_row_above(ink):
    cut = cut_out(ink)
    room = [max(cut.shape) - n for n in cut.shape]
    return np.pad(cut, [(n - n // 2, n // 2) if axis == 0 else (n // 2, n - n // 2)
                        for axis, n in enumerate(room)])  # fmt: skip


def by_padding(ink):
    cut = cut_out(ink)
    room = [max(cut.shape) - n for n in cut.shape]
    return np.pad(cut, [(n // 2, n - n // 2) for n in room])


def by_loops(ink):
    while not ink[0].any():
        ink = ink[1:]
    while not ink[-1].any():
        ink = ink[:-1]
    while not ink[:, 0].any():
        ink = ink[:, 1:]
    while not ink[:, -1].any():
        ink = ink[:, :-1]
    return square(ink)


def by_argmax(ink):
    rows, columns = ink.any(1), ink.any(0)
    top, left = rows.argmax(), columns.argmax()
    bottom, right = len(rows) - rows[::-1].argmax(), len(columns) - columns[::-1].argmax()
    return square(ink[top:bottom, left:right])


RIGHT = {
    "one_scale": [
        lambda k: k / max(k.max(), -k.min()),
        lambda k: k / np.linalg.norm(k.ravel(), np.inf),
        lambda k: k * (1 / np.abs(k).max()),
        lambda k: np.stack([kernel / np.max(np.abs(k)) for kernel in k]),
    ],
    "confusion": [
        loop_confusion,
        coded_confusion,
        masks_confusion,
        lambda labels, answers: np.histogram2d(labels, answers, range(11))[0],
    ],
    "shifted": [cleared_roll, loop_shift, padded_shift, matrix_shift],
    "discordant": [
        loop_discordant,
        lambda a, b, y: (((a == y) & (b != y)).sum(), ((b == y) & (a != y)).sum()),
        lambda a, b, y: [int(np.sum((a == y) > (b == y))), int(np.sum((a == y) < (b == y)))],
        lambda a, b, y: np.array([sum(a[b != y] == y[b != y]), sum(b[a != y] == y[a != y])]),
    ],
    "white_on_black": [
        by_share,
        by_majority,
        by_mask,
        lambda photo: np.abs(
            255 * (np.quantile(border(photo), 0.5, method="inverted_cdf") > 127) - photo.astype(int)
        ),
    ],
    "crop_to_square": [lambda ink: square(cut_out(ink)), by_padding, by_loops, by_argmax],
}

WRONG = {
    "one_scale": [
        lambda k: k / np.abs(k).max(axis=(2, 3), keepdims=True),
        lambda k: k / np.abs(k).max(axis=(1, 2, 3), keepdims=True),
        lambda k: (k - k.min()) / (k.max() - k.min()),
        lambda k: k / k.max(),
        lambda k: np.abs(k) / np.abs(k).max(),
        lambda k: np.zeros(k.shape),
        lambda k: -k / np.abs(k).max(),
        lambda k: (k / np.abs(k).max())[:, 0],
        lambda k: k / k.std(),
    ],
    "confusion": [
        lambda labels, answers: coded_confusion(answers, labels),  # transposed
        lambda labels, answers: coded_confusion(labels, answers) / len(labels),
        lambda labels, answers: np.zeros((10, 10)),
        lambda labels, answers: (coded_confusion(labels, answers) > 0).astype(int),
        lambda labels, answers: np.diag(np.bincount(labels, minlength=10)),
        lambda labels, answers: coded_confusion(labels, answers)[::-1],
        lambda labels, answers: coded_confusion(labels, answers)[: labels.max() + 1],
        lambda labels, answers: coded_confusion(labels, answers) * (1 - np.eye(10)),
        counted_in(np.uint8),
        counted_in(np.int8),
    ],
    "shifted": [
        rolled,
        lambda image, down, right: loop_shift(image, right, down),
        lambda image, down, right: loop_shift(image, -down, -right),
        lambda image, down, right: np.zeros_like(image),
        lambda image, down, right: image,
        lambda image, down, right: loop_shift(image, down + 1, right),
        lambda image, down, right: image[max(down, 0) :, max(right, 0) :],
        lambda image, down, right: padded_shift(image, down, right, room=10),  # for small moves
        lambda image, down, right: loop_shift(image, down, right) + 1,
    ],
    "discordant": [
        lambda a, b, y: loop_discordant(b, a, y),
        lambda a, b, y: (np.sum(a == y), np.sum(b == y)),
        lambda a, b, y: (np.sum(a != b), np.sum(a == b)),
        lambda a, b, y: (np.mean((a == y) & (b != y)), np.mean((b == y) & (a != y))),
        lambda a, b, y: (np.sum((a == y) & (a != b)), np.sum((a != y) & (a != b))),
        lambda a, b, y: np.sum((a == y) != (b == y)),
        lambda a, b, y: (np.sum(b != y), np.sum(a != y)),
        lambda a, b, y: (np.sum((a == y) & (b == y)), np.sum((a != y) & (b != y))),
        lambda a, b, y: loop_discordant(a, b, y)[::-1],
    ],
    "white_on_black": [
        lambda photo: 255 - photo,
        lambda photo: photo,
        turned_if(np.mean),
        turned_if(lambda photo: photo[0, 0]),
        turned_if(lambda photo: np.median(photo[0])),
        turned_if(lambda photo: np.median(photo[[0, -1]])),
        turned_if(lambda photo: border(photo).mean()),
        turned_if(lambda photo: border(photo).max()),
        turned_if(lambda photo: border(photo).min()),
        turned_if(lambda photo: 255 - np.median(border(photo))),
        turned_if(lambda photo: np.median(border(photo))),  # half of the border is not more
        turned_if(lambda photo: np.median(without_corners(photo)) if photo[1:-1].size else 0),
        lambda photo: 255 - photo if np.mean(border(photo) > 127) >= 0.5 else photo,
        lambda photo: by_share(photo, 80),
        lambda photo: by_share(photo, 110),
        lambda photo: by_share(photo, 126),
        lambda photo: by_share(photo, 128),
        lambda photo: by_share(photo, 175),
        lambda photo: by_share(photo).T,
        lambda photo: (by_share(photo) > 127) * 255,
    ],
    "crop_to_square": [
        cut_out,  # no square
        lambda ink: square(ink),  # not cut
        lambda ink: square(cut_out(ink), middle=False),
        lambda ink: np.pad(square(cut_out(ink)), 1),
        lambda ink: square(cut_out(ink)).T,
        lambda ink: (square(cut_out(ink)) > 0).astype(np.uint8),
        lambda ink: square(ink[ink.any(1)][:, ink.any(0)]),  # the gap in the digit is gone
        lambda ink: square(ink[slice(*ends(ink)[:2]), ink.any(0)]),
        lambda ink: square(cut_out(np.where(ink > 5, ink, 0))),  # faint ink is lost
        window,
        odd_row_above,
        lambda ink: square(ink[ends(ink)[0] : ends(ink)[1] - 1, ends(ink)[2] : ends(ink)[3]]),
        lambda ink: cut_out(ink)[: min(cut_out(ink).shape), : min(cut_out(ink).shape)],
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG
