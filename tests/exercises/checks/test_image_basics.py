"""Every check of notebook 01 accepts different right answers and rejects plausible wrong ones."""

import cv2
import numpy as np
from answers import Answers

from cnncourse.exercises.checks import image_basics as checks

WEIGHTS = np.array([0.299, 0.587, 0.114])


def pixel_by_flat_index(image, x, y):
    return image.reshape(-1, *image.shape[2:])[y * image.shape[1] + x]


def crop_by_take(image, top, left, height, width):
    rows = image.take(range(top, top + height), axis=0)
    return rows.take(range(left, left + width), axis=1)


def brighten_by_table(image, amount):
    table = [min(255, max(0, value + amount)) for value in range(256)]
    return np.array(table, dtype=np.uint8)[image]


def gamma_by_loop(image, exponent):
    return [[255 * (int(v) / 255) ** exponent for v in row] for row in image]


def halve_by_loops(image):
    height, width = (n // 2 for n in image.shape)
    blocks = [[image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] for j in range(width)]
              for i in range(height)]  # fmt: skip
    return np.array([[block.mean() for block in row] for row in blocks])


def stretched(image, exponent):
    powered = image.astype(float) ** exponent
    return 255 * (powered - powered.min()) / max(powered.max() - powered.min(), 1)


RIGHT = {
    "pixel_at": [lambda im, x, y: im[y, x], lambda im, x, y: im[y][x], pixel_by_flat_index],
    "crop": [lambda im, t, le, h, w: im[t : t + h, le : le + w].copy(), crop_by_take],
    "swap_red_blue": [
        lambda im: im[:, :, ::-1],
        lambda im: im[..., [2, 1, 0]],
        lambda im: cv2.cvtColor(im, cv2.COLOR_BGR2RGB),
    ],
    "to_grey": [lambda im: im @ WEIGHTS, lambda im: np.einsum("hwc,c->hw", im, WEIGHTS)],
    "brighten": [
        lambda im, a: np.clip(im.astype(float) + a, 0, 255).astype(np.uint8),
        brighten_by_table,
    ],
    "gamma": [lambda im, g: 255 * (im / 255) ** g, gamma_by_loop],
    "halve": [
        halve_by_loops,
        lambda im: (
            (im[::2].astype(int) + im[1::2])[:, ::2] / 4
            + (im[::2].astype(int) + im[1::2])[:, 1::2] / 4
        ),
        lambda im: cv2.resize(im.astype(float), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    ],
}

WRONG = {
    "pixel_at": [
        lambda im, x, y: im[x, y],
        lambda im, x, y: 0,
        lambda im, x, y: im.T[y, x],
        lambda im, x, y: im[y, x - 1],
        lambda im, x, y: im[-1 - y, x],
        lambda im, x, y: im[y],
    ],
    "crop": [
        lambda im, t, le, h, w: im[le : le + w, t : t + h],
        lambda im, t, le, h, w: im[t:h, le:w],
        lambda im, t, le, h, w: im[t : t + h + 1, le : le + w + 1],
        lambda im, t, le, h, w: np.zeros_like(im[t : t + h, le : le + w]),
        lambda im, t, le, h, w: im[t : t + h, le : le + w][::-1],
        lambda im, t, le, h, w: im[:h, :w],
    ],
    "swap_red_blue": [
        lambda im: im[::-1],
        lambda im: im[:, ::-1],
        lambda im: im,
        lambda im: np.roll(im, 1, axis=2),
        lambda im: np.zeros_like(im),
        lambda im: im[..., [2, 0, 1]],
        lambda im: im.transpose(1, 0, 2)[..., ::-1],
    ],
    "to_grey": [
        lambda im: im.mean(axis=2),
        lambda im: im @ WEIGHTS[::-1],
        lambda im: im[..., 1],
        lambda im: (im @ WEIGHTS).astype(np.uint8),
        lambda im: (im @ WEIGHTS).T,
        lambda im: np.zeros(im.shape[:2]),
        lambda im: im * WEIGHTS,
    ],
    "brighten": [
        lambda im, a: np.clip(im + np.array(a).astype(np.uint8), 0, 255),
        lambda im, a: im,
        lambda im, a: np.clip(im.astype(int) + a, 0, 255),
        lambda im, a: (im.astype(int) + a).astype(np.uint8),
        lambda im, a: np.clip(im.astype(int) + abs(a), 0, 255).astype(np.uint8),
        lambda im, a: np.minimum(im.astype(int) + a, 255).astype(np.uint8),
        lambda im, a: np.zeros_like(im),
    ],
    "gamma": [
        stretched,
        lambda im, g: im.astype(float) ** g,
        lambda im, g: 255 * (im / 255) ** (1 / g),
        lambda im, g: (255 * (im / 255) ** g).astype(np.uint8),
        lambda im, g: (im / 255) ** g,
        lambda im, g: im,
        lambda im, g: 255 * (im / im.max()) ** g,
    ],
    "halve": [
        lambda im: im[::2, ::2],
        lambda im: (im[::2, ::2] + im[1::2, ::2] + im[::2, 1::2] + im[1::2, 1::2]) / 4,
        lambda im: halve_by_loops(im).T,
        lambda im: halve_by_loops(im).round(),
        lambda im: np.zeros((im.shape[0] // 2, im.shape[1] // 2)),
        lambda im: halve_by_loops(im[::-1]),
        lambda im: halve_by_loops(np.roll(im, 1, axis=1)),
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG


def test_right_values_of_another_dtype_are_named_as_such():
    verdict = checks.brighten(lambda image, amount: np.clip(image.astype(int) + amount, 0, 255))
    assert "int64" in verdict.message
    assert "uint8" in verdict.message
