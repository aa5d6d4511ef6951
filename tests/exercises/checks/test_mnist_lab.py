"""The checks of notebook 05 accept different right answers and no wrong one."""

from __future__ import annotations

import numpy as np
import pytest

from cnncourse.exercises.checks import mnist_lab as checks

NAMES = (
    "majority_guess",
    "flatten",
    "loss",
    "is_right",
    "accuracy",
    "grid_shape",
    "one_scale",
    "confusion",
    "margin",
    "shifted",
    "centre_of_mass",
    "white_on_black",
)


def loop_majority(train_labels, labels):
    counts = {label: list(train_labels).count(label) for label in train_labels}
    most = max(counts, key=counts.get)
    return sum(label == most for label in labels) / len(labels)


def sorted_majority(train_labels, labels):
    values, counts = np.unique(train_labels, return_counts=True)
    return (labels == values[np.argsort(counts)[-1]]).mean()


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def picked(probabilities, labels):
    return -np.log(probabilities[range(len(labels)), labels]).mean()


def loop_loss(logits, labels):
    terms = [np.log(np.exp(z).sum()) - z[y] for z, y in zip(logits, labels, strict=True)]
    return sum(terms) / len(terms)


def count_in_batches(network, images, labels, batch_size):
    network.eval()
    right = 0
    for start in range(0, len(images), batch_size):
        part = slice(start, start + batch_size)
        right += int((network(images[part]).argmax(1) == labels[part]).sum())
    return right / len(images)


def all_at_once(network, images, labels, batch_size):
    return (network.train(False)(images).argmax(axis=1) == labels).mean()


def mean_of_means(network, images, labels, batch_size):
    network.eval()
    parts = [slice(s, s + batch_size) for s in range(0, len(images), batch_size)]
    return np.mean([(network(images[p]).argmax(1) == labels[p]).mean() for p in parts])


def drop_last(network, images, labels, batch_size):
    n = max(len(images) // batch_size * batch_size, 1)
    return count_in_batches(network, images[:n], labels[:n], batch_size)


def never_eval(network, images, labels, batch_size):
    return (network(images).argmax(1) == labels).mean()


def loop_confusion(labels, answers):
    table = [[0] * 10 for _ in range(10)]
    for label, answer in zip(labels, answers, strict=True):
        table[label][answer] += 1
    return table


def coded_confusion(labels, answers):
    return np.bincount(10 * labels + answers, minlength=100).reshape(10, 10)


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


def means(image):
    total = image.sum()
    rows = image.sum(axis=1) @ np.arange(image.shape[0])
    columns = image.sum(axis=0) @ np.arange(image.shape[1])
    return rows / total, columns / total


def averages(image):
    rows, columns = np.indices(image.shape)
    return [np.average(rows, weights=image), np.average(columns, weights=image)]


def by_median(photo):
    border = [*photo[0], *photo[-1], *photo[:, 0], *photo[:, -1]]
    return 255 - photo if np.median(border) > 127 else photo


def by_mean(photo):
    inner = photo[1:-1, 1:-1].astype(float)
    count = photo.size - inner.size
    return ~photo if (photo.astype(float).sum() - inner.sum()) / count > 127 else photo


def corner(photo):
    return 255 - photo if photo[0, 0] > 127 else photo


RIGHT = {
    "majority_guess": [loop_majority, sorted_majority],
    "flatten": [
        lambda f: f.reshape(f.shape[0], -1),
        lambda f: np.stack([np.ravel(image) for image in f]),
    ],
    "loss": [lambda z, y: picked(softmax(z), y), loop_loss],
    "is_right": [
        lambda outputs, label: bool(outputs[0].argmax(1) == label),
        lambda outputs, label: int(np.argmax(outputs[0][0])) == label,
        lambda outputs, label: outputs[0].argmax() == label,
    ],
    "accuracy": [count_in_batches, all_at_once],
    "grid_shape": [lambda n, c: ((n + c - 1) // c, c), lambda n, c: [int(np.ceil(n / c)), c]],
    "one_scale": [
        lambda k: k / max(k.max(), -k.min()),
        lambda k: k / np.linalg.norm(k.ravel(), np.inf),
    ],
    "confusion": [loop_confusion, coded_confusion],
    "margin": [
        lambda p, n: 1.96 * (p * (1 - p) / n) ** 0.5,
        lambda p, n: 1.959964 * np.sqrt(p - p * p) / np.sqrt(n),
    ],
    "shifted": [cleared_roll, loop_shift],
    "centre_of_mass": [means, averages],
    "white_on_black": [by_median, by_mean, corner],
}

WRONG = {
    "majority_guess": [
        lambda train, labels: 0.0,
        lambda train, labels: loop_majority(labels, labels),  # peeks at the test labels
        lambda train, labels: loop_majority(train, train),
        lambda train, labels: 1 - loop_majority(train, labels),
        lambda train, labels: np.bincount(train).argmax(),
        lambda train, labels: 0.1,
    ],
    "flatten": [
        lambda f: f.reshape(-1, 1568),
        lambda f: f.reshape(-1),
        lambda f: np.zeros((len(f), f[0].size)),
        lambda f: f.transpose(0, 2, 3, 1).reshape(len(f), -1),
        lambda f: f.reshape(len(f), -1).T,
        lambda f: f.reshape(len(f), -1)[:, ::-1],
    ],
    "loss": [
        lambda z, y: picked(softmax(1 / (1 + np.exp(-z))), y),  # sigmoid first
        lambda z, y: picked(softmax(softmax(z)), y),  # softmax twice
        lambda z, y: picked(softmax(z), y) * len(y),
        lambda z, y: -picked(softmax(z), y),
        lambda z, y: softmax(z)[range(len(y)), y].mean(),
        lambda z, y: 0.0,
        lambda z, y: picked(softmax(z), y) / np.log(2),
    ],
    "is_right": [
        lambda outputs, label: bool(outputs.argmax(1) == label),
        lambda outputs, label: bool(outputs[0].argmax(1) == label.cuda()),
        lambda outputs, label: bool(outputs[1].argmax(1) == label),
        lambda outputs, label: True,
        lambda outputs, label: bool(outputs[0].argmax(1) != label),
        lambda outputs, label: bool(outputs[0].argmin(1) == label),
    ],
    "accuracy": [
        mean_of_means,
        drop_last,
        never_eval,
        lambda *given: 1 - count_in_batches(*given),
        lambda *given: 100 * count_in_batches(*given),
        lambda *given: 0.0,
    ],
    "grid_shape": [
        lambda n, c: (1 + n // c, c),
        lambda n, c: (n // c, c),
        lambda n, c: (c, -(-n // c)),
        lambda n, c: (round(n / c), c),
        lambda n, c: (n, 1),
        lambda n, c: (0, 0),
    ],
    "one_scale": [
        lambda k: k / np.abs(k).max(axis=(2, 3), keepdims=True),
        lambda k: (k - k.min()) / (k.max() - k.min()),
        lambda k: k / k.max(),
        lambda k: np.abs(k) / np.abs(k).max(),
        lambda k: np.zeros(k.shape),
        lambda k: -k / np.abs(k).max(),
        lambda k: (k / np.abs(k).max())[:, 0],
    ],
    "confusion": [
        lambda labels, answers: coded_confusion(answers, labels),  # transposed
        lambda labels, answers: coded_confusion(labels, answers) / len(labels),
        lambda labels, answers: np.zeros((10, 10)),
        lambda labels, answers: (coded_confusion(labels, answers) > 0).astype(int),
        lambda labels, answers: np.diag(np.bincount(labels, minlength=10)),
        lambda labels, answers: coded_confusion(labels, answers)[::-1],
        lambda labels, answers: coded_confusion(labels, answers)[: labels.max() + 1],
    ],
    "margin": [
        lambda p, n: 1.96 * p * (1 - p) / n,
        lambda p, n: np.sqrt(p * (1 - p) / n),
        lambda p, n: 2 * 1.96 * np.sqrt(p * (1 - p) / n),
        lambda p, n: 1.96 * np.sqrt(p * (1 - p)) / n,
        lambda p, n: 1.96 * np.sqrt(p / n),
        lambda p, n: 0.002,
    ],
    "shifted": [
        rolled,
        lambda image, down, right: loop_shift(image, right, down),
        lambda image, down, right: loop_shift(image, -down, -right),
        lambda image, down, right: np.zeros_like(image),
        lambda image, down, right: image,
        lambda image, down, right: loop_shift(image, down + 1, right),
        lambda image, down, right: image[max(down, 0) :, max(right, 0) :],
    ],
    "centre_of_mass": [
        lambda image: means(image)[::-1],
        lambda image: np.array(means(image)) + 1,
        lambda image: means(image > 0),
        lambda image: (np.array(image.shape) - 1) / 2,
        lambda image: np.unravel_index(image.argmax(), image.shape),
        lambda image: (0, 0),
    ],
    "white_on_black": [
        lambda photo: 255 - photo,
        lambda photo: photo,
        lambda photo: 255 - photo if photo.mean() > 127 else photo,
        lambda photo: 255 - photo if photo[0, 0] < 127 else photo,
        lambda photo: np.zeros_like(photo),
        lambda photo: by_median(photo).T,
        lambda photo: (by_median(photo) > 127) * 255,
    ],
}


def cases(answers):
    return [(name, answer) for name in NAMES for answer in answers[name]]


def test_every_check_is_tested_well():
    public = {n for n, f in vars(checks).items() if getattr(f, "__module__", "") == checks.__name__
              and not n.startswith("_")}  # fmt: skip
    assert public == set(NAMES) == set(RIGHT) == set(WRONG)
    assert min(map(len, RIGHT.values())) >= 2 and min(map(len, WRONG.values())) >= 5


@pytest.mark.parametrize("name, answer", cases(RIGHT))
def test_a_right_answer_passes(name, answer):
    verdict = getattr(checks, name)(answer)
    assert verdict.passed is True, verdict


@pytest.mark.parametrize("name, answer", cases(WRONG))
def test_a_wrong_answer_does_not(name, answer):
    verdict = getattr(checks, name)(answer)
    assert verdict.passed is False, verdict


@pytest.mark.parametrize("name", NAMES)
def test_a_stub_is_not_yet(name):
    assert getattr(checks, name)(lambda *_: ...).passed is None
    assert getattr(checks, name)(lambda *_: None).passed is None
