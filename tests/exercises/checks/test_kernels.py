"""The exercise checks of notebook 02 accept right answers and refuse plausible wrong ones."""

import cv2
import numpy as np
from answers import Answers
from scipy import ndimage, signal

from cnncourse.exercises.checks import kernels as checks

SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
EMBOSS = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
SPOT = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
LEFT = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])  # the left neighbour moves here
DIAGONAL = np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]])
LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])


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


def full_sum(size, sigma):
    return np.exp(-((np.arange(size) - size // 2) ** 2) / 2 / sigma**2).sum() ** 2


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
        lambda x, w, i, j: np.einsum("uv,uv->", x[i:, j:][: len(w), : w.shape[1]], w),
    ],
    "shift_kernel": [
        lambda: [[0, 0, 0], [1, 0, 0], [0, 0, 0]],
        lambda: LEFT.astype(float),
        lambda: np.pad(LEFT, 1),  # 5×5
        lambda: np.eye(1, 9, 3).reshape(3, 3),
    ],
    "slash_kernel": [
        lambda: DIAGONAL,
        lambda: -DIAGONAL.astype(float),
        lambda: [[-1, 0, 0], [0, 0, 0], [0, 0, 1]],
        lambda: [[0, -1, 0], [-1, 0, 1], [0, 1, 0]],
        lambda: np.pad(DIAGONAL, 1),
    ],
    "ramp_blind_kernel": [
        lambda: LAPLACIAN,
        lambda: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
        lambda: 0.25 * LAPLACIAN,
        lambda: np.pad(LAPLACIAN, 1),
    ],
    "emboss_kernel": [
        lambda: EMBOSS[::-1, ::-1],
        lambda: 2 * SPOT - EMBOSS,
        lambda: [[2, 1, 0], [1, 1, -1], [0, -1, -2]],
        lambda: np.rot90(EMBOSS, 2).astype(float),
    ],
    "edge_strength": [
        lambda x: np.hypot(valid(x, SOBEL_X), valid(x, SOBEL_X.T)),
        by_two_passes,
        lambda x: np.hypot(ndimage.sobel(x, 0), ndimage.sobel(x, 1))[1:-1, 1:-1],
        lambda x: np.sqrt(valid(x, SOBEL_X) ** 2 + valid(x, SOBEL_X.T) ** 2),
    ],
    "gaussian_kernel": [
        bell,
        with_opencv,
        full_bell,
        lambda k, s: (
            np.outer(*[np.exp(-((np.arange(k) - k // 2) ** 2) / 2 / s**2)] * 2) / full_sum(k, s)
        ),
    ],
    "median_filter": [
        loop_median,
        lambda x: ndimage.median_filter(x, 3)[1:-1, 1:-1],
        lambda x: np.median(np.lib.stride_tricks.sliding_window_view(x, (3, 3)), axis=(2, 3)),
        lambda x: np.median(
            [np.roll(x, (a, b), (0, 1)) for a in (-1, 0, 1) for b in (-1, 0, 1)], 0
        )[1:-1, 1:-1],
    ],
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
        lambda x, w, i, j: int(valid(x, w)[i, j]),
        lambda x, w, i, j: str(valid(x, w)[i, j]),
        lambda x, w, i, j: np.clip(valid(x, w)[i, j], 0, 255),
    ],
    "shift_kernel": [
        lambda: SPOT,
        lambda: LEFT[:, ::-1],  # to the left
        lambda: LEFT.T,  # down
        lambda: LEFT.T[::-1],  # up
        lambda: 2 * LEFT,
        lambda: 0.9 * LEFT,
        lambda: np.pad(LEFT, ((0, 0), (0, 2)))[:, :3] + SPOT,
        lambda: np.eye(1, 25, 10).reshape(5, 5),  # by two pixels
        lambda: [0, 1, 0],
        lambda: [["0", "0", "0"], ["1", "0", "0"], ["0", "0", "0"]],
        lambda: np.full((3, 3), np.nan),
        lambda: LEFT.astype(bool).tolist()[:2],
    ],
    "slash_kernel": [
        lambda: SOBEL_X,
        lambda: DIAGONAL[:, ::-1],  # the other diagonal
        lambda: LAPLACIAN,
        lambda: np.zeros((3, 3)),
        lambda: np.eye(3),
        lambda: DIAGONAL + 0.01 * SPOT,  # walls shine through
        lambda: EMBOSS,
        lambda: np.round(DIAGONAL / 5),
        lambda: DIAGONAL.astype(str),
        lambda: DIAGONAL.ravel(),
    ],
    "ramp_blind_kernel": [
        lambda: SOBEL_X,
        lambda: [[0, 0, 0], [1, -2, 1], [0, 0, 0]],  # does not see level lines
        lambda: [[0, 1, 0], [0, -2, 0], [0, 1, 0]],  # does not see upright lines
        lambda: np.zeros((3, 3)),
        lambda: np.full((3, 3), 1 / 9),
        lambda: LAPLACIAN + SPOT,
        lambda: [[0, 1, 0], [1, -3, 0], [0, 1, 0]],  # sum 0, but lopsided
        lambda: DIAGONAL,
        lambda: LAPLACIAN.astype(str),
        lambda: [[1, -2, 1]],
    ],
    "emboss_kernel": [
        lambda: EMBOSS,
        lambda: -EMBOSS,
        lambda: EMBOSS.T,
        lambda: EMBOSS[::-1],
        lambda: EMBOSS[:, ::-1],
        lambda: EMBOSS[::-1, ::-1] - SPOT,  # the relief without the picture
        lambda: 0.5 * EMBOSS[::-1, ::-1],
        lambda: SPOT,
        lambda: EMBOSS[::-1, ::-1].astype(str),
        lambda: np.round(EMBOSS[::-1, ::-1] / 2),
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
        lambda x: np.rint(np.hypot(valid(x, SOBEL_X), valid(x, SOBEL_X.T))),
        lambda x: np.hypot(valid(x, SOBEL_X), valid(x, SOBEL_X.T)).astype(str),
    ],
    "gaussian_kernel": [
        lambda k, s: np.full((k, k), 1 / k**2),
        lambda k, s: bell(k, s) * k,
        lambda k, s: bell(k, s).sum(axis=0),
        lambda k, s: bell(k, s) / bell(k, s).max(),
        lambda k, s: bell(k, s / np.sqrt(2)),
        lambda k, s: np.roll(bell(k, s), 1, axis=0) + (k == 1),
        lambda k, s: bell(k, 1.0),
        lambda k, s: full_bell(k, s).round(2),
        lambda k, s: full_bell(k, s).astype(str),
        lambda k, s: full_bell(k, s).astype(int),
    ],
    "median_filter": [
        lambda x: valid(x, np.ones((3, 3)) / 9),
        lambda x: ndimage.median_filter(x, 3),
        lambda x: np.transpose(loop_median(x)),
        lambda x: np.zeros((x.shape[0] - 2, x.shape[1] - 2)),
        lambda x: ndimage.maximum_filter(x, 3)[1:-1, 1:-1],
        lambda x: ndimage.rank_filter(x, 5, 3)[1:-1, 1:-1],
        lambda x: x[1:-1, 1:-1],
        lambda x: np.median(x),
        lambda x: np.clip(loop_median(x), 0, 255),
        lambda x: np.array(loop_median(x)).astype(str),
    ],
}


class TestAnswers(Answers):
    checks, right, wrong = checks, RIGHT, WRONG
