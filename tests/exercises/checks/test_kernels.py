"""The exercise checks of notebook 02 accept right answers and refuse plausible wrong ones."""

import cv2
import numpy as np
from answers import Answers
from scipy import ndimage, signal

from cnncourse.exercises.checks import kernels as checks

SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])


def valid(image, weights):
    return signal.correlate2d(np.asarray(image, float), weights, mode="valid")


def loop_response(image, kernel, row, column):
    total = 0.0
    for u in range(kernel.shape[0]):
        for v in range(kernel.shape[1]):
            total += kernel[u, v] * image[row + u, column + v]
    return total


def loop_median(image):
    height, width = image.shape
    return [
        [sorted(image[i : i + 3, j : j + 3].ravel())[4] for j in range(width - 2)]
        for i in range(height - 2)
    ]


def bell(size, sigma):
    x = np.arange(size) - (size - 1) / 2
    row = np.exp(-(x**2) / 2 / sigma**2)
    return np.outer(row, row) / row.sum() ** 2


def with_opencv(size, sigma):
    column = cv2.getGaussianKernel(size, sigma)
    return column @ column.T


def full_bell(size, sigma):
    y, x = np.mgrid[:size, :size] - size // 2
    weights = np.exp(-(x * x + y * y) / (2 * sigma * sigma))
    return weights / weights.sum()


def by_two_passes(image):
    smooth, change = np.array([[1, 2, 1]]), np.array([[-1, 0, 1]])
    across = valid(valid(image, smooth.T), change)
    down = valid(valid(image, smooth), change.T)
    return np.sqrt(across**2 + down**2)


RIGHT = {
    "window_response": [
        lambda x, w, i, j: valid(x, w)[i, j],
        loop_response,
        lambda x, w, i, j: float((x[i : i + len(w), j : j + w.shape[1]] * w).sum()),
    ],
    "box_blur": [
        lambda x, k: valid(x, np.ones((k, k)) / k**2),
        lambda x, k: valid(valid(x, np.ones((k, 1)) / k), np.ones((1, k)) / k),
    ],
    "soften": [
        lambda x: valid(x, CROSS / 5),
        lambda x: (x[1:-1, 1:-1] + x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:]) / 5,
    ],
    "edge_response": [
        lambda x: valid(x, SOBEL_X),
        lambda x: cv2.filter2D(x.astype(float), -1, SOBEL_X.astype(float))[1:-1, 1:-1],
    ],
    "edge_strength": [
        lambda x: np.hypot(valid(x, SOBEL_X), valid(x, SOBEL_X.T)),
        by_two_passes,
        lambda x: np.hypot(ndimage.sobel(x, 0), ndimage.sobel(x, 1))[1:-1, 1:-1],
    ],
    "gaussian_kernel": [bell, with_opencv, full_bell],
    "median_filter": [loop_median, lambda x: ndimage.median_filter(x, 3)[1:-1, 1:-1]],
}

WRONG = {
    "window_response": [
        lambda x, w, i, j: 0.0,
        lambda x, w, i, j: valid(x, w[::-1, ::-1])[i, j],
        lambda x, w, i, j: valid(x, w).T[j, i] + 1,
        lambda x, w, i, j: loop_response(np.pad(x, 1), w, i, j),
        lambda x, w, i, j: (
            float((x[i : i + 3, j : j + 3] * w[:3, :3]).sum()) if w.shape == (3, 3) else 0.0
        ),
        lambda x, w, i, j: x[i : i + len(w), j : j + w.shape[1]] * w,
        lambda x, w, i, j: valid(x, w),
        lambda x, w, i, j: float((x[i : i + len(w), j : j + w.shape[1]] * w).mean()),
    ],
    "box_blur": [
        lambda x, k: valid(x, np.ones((k, k)) / k),  # the mistake the exercise hands out
        lambda x, k: np.zeros((x.shape[0] - k + 1, x.shape[1] - k + 1)),
        lambda x, k: ndimage.uniform_filter(x, k),
        lambda x, k: valid(x, np.ones((k, k)) / k**2).T,
        lambda x, k: valid(x, np.ones((k, k)) / (k**2 - 1 if k > 1 else 1)),
        lambda x, k: valid(x, np.ones((3, 3)) / 9),
        lambda x, k: np.round(valid(x, np.ones((k, k)) / k**2)),
    ],
    "soften": [
        lambda x: valid(x, SHARPEN),  # the mistake the exercise hands out
        lambda x: valid(x, np.ones((3, 3)) / 9),
        lambda x: valid(x, CROSS),
        lambda x: valid(x, CROSS - np.eye(3) * (np.arange(3) == 1)) / 4,
        lambda x: np.zeros((x.shape[0] - 2, x.shape[1] - 2)),
        lambda x: ndimage.correlate(x, CROSS / 5),
        lambda x: x[1:-1, 1:-1],
    ],
    "edge_response": [
        lambda x: np.clip(valid(x, SOBEL_X), 0, 255).astype(np.uint8),  # handed out
        lambda x: np.abs(valid(x, SOBEL_X)),
        lambda x: -valid(x, SOBEL_X),
        lambda x: valid(x, SOBEL_X.T),
        lambda x: np.zeros((x.shape[0] - 2, x.shape[1] - 2)),
        lambda x: np.clip(valid(x, SOBEL_X), -255, 255),
        lambda x: valid(x, np.sign(SOBEL_X)),
    ],
    "edge_strength": [
        lambda x: np.abs(valid(x, SOBEL_X)),
        lambda x: np.abs(valid(x, SOBEL_X)) + np.abs(valid(x, SOBEL_X.T)),
        lambda x: valid(x, SOBEL_X) ** 2 + valid(x, SOBEL_X.T) ** 2,
        lambda x: np.zeros((x.shape[0] - 2, x.shape[1] - 2)),
        lambda x: np.hypot(valid(x, np.sign(SOBEL_X)), valid(x, np.sign(SOBEL_X.T))),
        lambda x: np.hypot(valid(x, SOBEL_X), valid(x, SOBEL_X.T)).T,
        lambda x: np.hypot(ndimage.sobel(x, 0), ndimage.sobel(x, 1)),
        lambda x: np.minimum(np.hypot(valid(x, SOBEL_X), valid(x, SOBEL_X.T)), 255),
    ],
    "gaussian_kernel": [
        lambda k, s: np.full((k, k), 1 / k**2),
        lambda k, s: bell(k, s) * k,
        lambda k, s: bell(k, s).sum(axis=0),
        lambda k, s: bell(k, s) / bell(k, s).max(),
        lambda k, s: bell(k, s / np.sqrt(2)),
        lambda k, s: np.roll(bell(k, s), 1, axis=0) + (k == 1),
        lambda k, s: bell(k, 1.0),
    ],
    "median_filter": [
        lambda x: valid(x, np.ones((3, 3)) / 9),
        lambda x: ndimage.median_filter(x, 3),
        lambda x: np.transpose(loop_median(x)),
        lambda x: np.zeros((x.shape[0] - 2, x.shape[1] - 2)),
        lambda x: ndimage.maximum_filter(x, 3)[1:-1, 1:-1],
        lambda x: ndimage.rank_filter(x, 5, 3)[1:-1, 1:-1],
        lambda x: x[1:-1, 1:-1],
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG
