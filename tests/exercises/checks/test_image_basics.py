"""Every check of notebook 01 accepts different right answers and rejects plausible wrong ones."""

import cv2
import numpy as np
from answers import Answers
from scipy import ndimage

from cnncourse import images
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


def count_by_otsu(image):
    used, mask = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return cv2.connectedComponents(mask)[0] - 1


def count_by_scipy(image):
    return ndimage.label(image > images.otsu(image))[1]


def count_by_filling(image):
    """Flood each grain by hand, one after the other."""
    bright = {tuple(place) for place in np.argwhere(image > images.otsu(image))}
    count = 0
    while bright:
        count, todo = count + 1, [bright.pop()]
        while todo:
            row, column = todo.pop()
            for step in ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)):
                near = (row + step[0], column + step[1])
                if near in bright:
                    bright.remove(near)
                    todo.append(near)
    return float(count)


def count_by_contours(image):
    mask = images.threshold(image, images.otsu(image))
    return len(cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0])


def stretched(image, exponent):
    powered = image.astype(float) ** exponent
    return 255 * (powered - powered.min()) / max(powered.max() - powered.min(), 1)


RIGHT = {
    "pixel_at": [
        lambda im, x, y: im[y, x],
        lambda im, x, y: im[y][x],
        pixel_by_flat_index,
        lambda im, x, y: im[y : y + 1, x : x + 1].reshape(im.shape[2:]),
        lambda im, x, y: np.swapaxes(im, 0, 1)[x, y].tolist(),
    ],
    "crop": [
        lambda im, t, le, h, w: im[t : t + h, le : le + w].copy(),
        crop_by_take,
        lambda im, t, le, h, w: im[t:][:h, le:][:, :w].astype(float),
        lambda im, t, le, h, w: [[im[i, j] for j in range(le, le + w)] for i in range(t, t + h)],
    ],
    "swap_red_blue": [
        lambda im: im[:, :, ::-1],
        lambda im: im[..., [2, 1, 0]],
        lambda im: cv2.cvtColor(im, cv2.COLOR_BGR2RGB),
        lambda im: np.stack([im[..., 2], im[..., 1], im[..., 0]], axis=-1),
        lambda im: np.flip(im, axis=2),
    ],
    "to_grey": [
        lambda im: im @ WEIGHTS,
        lambda im: np.einsum("hwc,c->hw", im, WEIGHTS),
        lambda im: 0.299 * im[..., 0] + 0.587 * im[..., 1] + 0.114 * im[..., 2],
        lambda im: [
            [sum(w * int(v) for w, v in zip(WEIGHTS, p, strict=True)) for p in row] for row in im
        ],
    ],
    "count_grains": [count_by_otsu, count_by_scipy, count_by_filling, count_by_contours],
    "brighten": [
        lambda im, a: np.clip(im.astype(float) + a, 0, 255).astype(np.uint8),
        brighten_by_table,
        lambda im, a: images.to_uint8(im + float(a)),
        lambda im, a: np.array(
            [[max(0, min(255, int(v) + a)) for v in row] for row in im], np.uint8
        ),
    ],
    "gamma": [
        lambda im, g: 255 * (im / 255) ** g,
        gamma_by_loop,
        lambda im, g: 255 * np.power(im / 255.0, g),
        lambda im, g: (im.astype(float) ** g) * 255 ** (1 - g),
        lambda im, g: (255 * (np.arange(256) / 255) ** g)[im],
    ],
    "halve": [
        halve_by_loops,
        lambda im: (
            (im[::2].astype(int) + im[1::2])[:, ::2] / 4
            + (im[::2].astype(int) + im[1::2])[:, 1::2] / 4
        ),
        lambda im: cv2.resize(im.astype(float), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        lambda im: im.reshape(len(im) // 2, 2, -1, 2).mean(axis=(1, 3)),
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
        lambda im, x, y: str(im[y, x]),
        lambda im, x, y: im[y, x] / 2,
        lambda im, x, y: im[y, -1 - x],
    ],
    "crop": [
        lambda im, t, le, h, w: im[le : le + w, t : t + h],
        lambda im, t, le, h, w: im[t:h, le:w],
        lambda im, t, le, h, w: im[t : t + h + 1, le : le + w + 1],
        lambda im, t, le, h, w: np.zeros_like(im[t : t + h, le : le + w]),
        lambda im, t, le, h, w: im[t : t + h, le : le + w][::-1],
        lambda im, t, le, h, w: im[:h, :w],
        lambda im, t, le, h, w: im[t : t + h, le : le + w].T,
        lambda im, t, le, h, w: im[t : t + h, le : le + w] // 2 * 2,
        lambda im, t, le, h, w: im[t : t + h, le : le + w].astype(str),
    ],
    "swap_red_blue": [
        lambda im: im[::-1],
        lambda im: im[:, ::-1],
        lambda im: im,
        lambda im: np.roll(im, 1, axis=2),
        lambda im: np.zeros_like(im),
        lambda im: im[..., [2, 0, 1]],
        lambda im: im.transpose(1, 0, 2)[..., ::-1],
        lambda im: im[..., ::-1] // 2,
        lambda im: im[..., ::-1].astype(str),
        lambda im: 255 - im,
    ],
    "to_grey": [
        lambda im: im.mean(axis=2),
        lambda im: im @ WEIGHTS[::-1],
        lambda im: im[..., 1],
        lambda im: (im @ WEIGHTS).astype(np.uint8),
        lambda im: (im @ WEIGHTS).T,
        lambda im: np.zeros(im.shape[:2]),
        lambda im: im * WEIGHTS,
        lambda im: np.rint(im @ WEIGHTS),
        lambda im: (im @ WEIGHTS) / 255,
        lambda im: im.max(axis=2),
        lambda im: (im @ WEIGHTS).astype(str),
    ],
    "count_grains": [
        lambda im: cv2.connectedComponents(images.threshold(im, images.otsu(im)))[0],  # + the table
        lambda im: cv2.connectedComponents(images.threshold(im, 127))[0] - 1,
        lambda im: cv2.connectedComponents(images.threshold(im, 95))[0] - 1,
        lambda im: cv2.connectedComponents(images.threshold(im, im.mean()))[0] - 1,
        lambda im: cv2.connectedComponents(255 - images.threshold(im, images.otsu(im)))[0] - 1,
        lambda im: int((im > images.otsu(im)).sum()),
        lambda im: images.otsu(im),
        lambda im: 2,
        lambda im: str(count_by_otsu(im)),
        lambda im: images.threshold(im, images.otsu(im)),
    ],
    "brighten": [
        lambda im, a: np.clip(im + np.array(a).astype(np.uint8), 0, 255),
        lambda im, a: im,
        lambda im, a: np.clip(im.astype(int) + a, 0, 255),
        lambda im, a: (im.astype(int) + a).astype(np.uint8),
        lambda im, a: np.clip(im.astype(int) + abs(a), 0, 255).astype(np.uint8),
        lambda im, a: np.minimum(im.astype(int) + a, 255).astype(np.uint8),
        lambda im, a: np.zeros_like(im),
        lambda im, a: np.clip(im + a, 0, 255),  # handed out: wraps, or refuses 300
        lambda im, a: np.maximum(im.astype(int) + a, 0).astype(np.uint8),
        lambda im, a: np.clip(im.astype(int) + a, 0, 254).astype(np.uint8),
        lambda im, a: np.clip(im.astype(int) + a, 0, 255).astype(np.uint8).T,
        lambda im, a: np.clip(im.astype(int) + a, 0, 255).astype(str),
    ],
    "gamma": [
        stretched,
        lambda im, g: im.astype(float) ** g,
        lambda im, g: 255 * (im / 255) ** (1 / g),
        lambda im, g: (255 * (im / 255) ** g).astype(np.uint8),
        lambda im, g: (im / 255) ** g,
        lambda im, g: im,
        lambda im, g: 255 * (im / im.max()) ** g,
        lambda im, g: (255 * (im / 255) ** g).T,
        lambda im, g: np.rint(255 * (im / 255) ** g),
        lambda im, g: 256 * (im / 256) ** g,
        lambda im, g: (255 * (im / 255) ** g).astype(str),
    ],
    "halve": [
        lambda im: im[::2, ::2],
        lambda im: (im[::2, ::2] + im[1::2, ::2] + im[::2, 1::2] + im[1::2, 1::2]) / 4,
        lambda im: halve_by_loops(im).T,
        lambda im: halve_by_loops(im).round(),
        lambda im: np.zeros((im.shape[0] // 2, im.shape[1] // 2)),
        lambda im: halve_by_loops(im[::-1]),
        lambda im: halve_by_loops(np.roll(im, 1, axis=1)),
        lambda im: im.reshape(len(im) // 2, 2, -1, 2).max(axis=(1, 3)),
        lambda im: halve_by_loops(im) // 1,
        lambda im: halve_by_loops(im).astype(str),
        lambda im: 4 * halve_by_loops(im),
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG


def test_right_values_of_another_dtype_are_named_as_such():
    verdict = checks.brighten(lambda image, amount: np.clip(image.astype(int) + amount, 0, 255))
    assert "int64" in verdict.message
    assert "uint8" in verdict.message
