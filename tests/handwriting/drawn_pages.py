"""Pages of digits drawn with lines, and a stand-in for a network: what is a digit most like?"""

import cv2
import numpy as np

# Strokes as lists of points, x from 0 to 1 and y from 0 to 1.6.
STROKES = {
    0: [[(0.5, 0), (0.1, 0.4), (0.1, 1.2), (0.5, 1.6), (0.9, 1.2), (0.9, 0.4), (0.5, 0)]],
    1: [[(0.15, 0.4), (0.5, 0), (0.5, 1.6)]],
    2: [[(0.1, 0.4), (0.4, 0), (0.85, 0.2), (0.8, 0.7), (0.05, 1.6), (0.95, 1.6)]],
    3: [[(0.1, 0), (0.85, 0), (0.4, 0.7), (0.9, 1.0), (0.8, 1.45), (0.4, 1.6), (0.05, 1.4)]],
    4: [[(0.6, 0), (0.05, 1.0), (0.95, 1.0)], [(0.7, 0.5), (0.65, 1.6)]],
    5: [[(0.9, 0), (0.2, 0), (0.15, 0.7), (0.7, 0.65), (0.9, 1.1), (0.6, 1.6), (0.1, 1.5)]],
    6: [[(0.7, 0), (0.2, 0.7), (0.1, 1.3), (0.5, 1.6), (0.9, 1.3), (0.6, 0.95), (0.15, 1.1)]],
    7: [[(0.1, 0), (0.9, 0), (0.4, 1.6)]],
    8: [[(0.5, 0), (0.15, 0.35), (0.85, 1.2), (0.5, 1.6), (0.15, 1.2), (0.85, 0.35), (0.5, 0)]],
    9: [[(0.85, 0.3), (0.5, 0), (0.15, 0.35), (0.4, 0.75), (0.85, 0.3), (0.7, 1.6)]],
}


def draw(page, digit, top, left, height, thickness, level):
    """Write a digit on a page (in place)."""
    for points in STROKES[digit]:
        xy = np.array(points) * height / 1.6 + (left, top)
        sixteenths = np.rint(xy * 16).astype(np.int32)
        cv2.polylines(page, [sixteenths], False, level, thickness, cv2.LINE_AA, 4)


def a_page(digit=3, *, height=200, thickness=10, paper_level=200, ink=60, size=(400, 400)):
    page = np.full(size, paper_level, np.uint8)
    top, left = (size[0] - height) // 2, (size[1] - height // 2) // 2
    draw(page, digit, top, left, height, thickness, ink)
    return page


def photographed(page, *, seed=0, noise=2.0, shadow=0.4, slope=0.3):
    """Light from the left, the soft shadow of a hand, a blurred lens and noise."""
    rng = np.random.default_rng(seed)
    height, width = page.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    light = 1 - slope * x / width
    edge = 1 / (1 + np.exp(-(x + 2 * y - 1.4 * height) / (0.03 * width)))
    seen = cv2.GaussianBlur(page * light * (1 - shadow * edge), (0, 0), 1)
    return np.clip(seen + rng.normal(0, noise, page.shape), 0, 255).astype(np.uint8)


def template(digit):
    """A digit in MNIST's form, drawn at that size directly."""
    image = np.zeros((28 * 8, 28 * 8), np.uint8)
    draw(image, digit, 5 * 8, 8 * 8, 18 * 8, 20, 255)
    y, x = np.nonzero(image)
    image = np.roll(image, (round(112 - y.mean()), round(112 - x.mean())), axis=(0, 1))
    return cv2.resize(image, (28, 28), interpolation=cv2.INTER_AREA)


def unit(images):
    rows = images.reshape(len(images), -1).astype(float)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


TEMPLATES = unit(np.array([template(digit) for digit in range(10)]))


def by_template(images):
    """A stand-in for a network: likeness to the templates as probabilities."""
    assert images.dtype == np.uint8 and images.shape[1:] == (28, 28)
    scores = np.exp(40 * unit(images) @ TEMPLATES.T)
    return scores / scores.sum(axis=1, keepdims=True)
