"""What a trained network answers, where it errs, whether it knows, and digits made harder for it.

    probabilities = predict(model, split.images)
    metrics.accuracy(probabilities, split.labels)

Everything but :func:`logits` and :func:`predict` works on arrays and knows no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn

from cnncourse import images as pictures
from cnncourse.geometry import check_whole

SURE = 0.9  # a probability; hardly an answer changes where a network looks again at surer ones, too


def logits(model: nn.Module, images: np.ndarray, *, batch_size: int = 250) -> torch.Tensor:
    """Return the network's ten scores for each image, in evaluation mode and without gradients.

    Parameters
    ----------
    model : nn.Module
        Is in the same mode and on the same device afterwards.
    images : ndarray of uint8, or of float in [0, 1], of shape (N, 28, 28)
    batch_size : int
        Images at a time: bounds the memory, and few enough that a layer's output stays in the
        processor's cache.

    Returns
    -------
    Tensor of float32 of shape (N, 10), on the CPU
    """
    images = _as_bytes(images)
    scores = [torch.empty(0, 10)]
    with evaluating(model), torch.no_grad():
        for start in range(0, len(images), batch_size):
            scores.append(model(as_input(images[start : start + batch_size], model)).cpu())
    return torch.cat(scores)


def as_input(images: np.ndarray, model: nn.Module) -> torch.Tensor:
    """Return images as a network takes them: float32 of shape (N, 1, 28, 28), from 0 to 1.

    Parameters
    ----------
    images : ndarray of uint8, or from 0 to 1, of shape (N, 28, 28)
    model : nn.Module
        On whose device the images are put.
    """
    place = next(model.parameters(), torch.empty(0)).device
    pixels = np.ascontiguousarray(pictures.as_bytes(images))
    return torch.tensor(pixels).to(place).unsqueeze(1).float() / 255


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode for a while: dropout off, batch norm with its running statistics."""
    before = {part: part.training for part in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for part, training in before.items():
            part.training = training


def predict(model: nn.Module, images: np.ndarray, *, views: int = 1) -> np.ndarray:
    """Return the probability of each digit for each image: the softmax of :func:`logits`.

    Parameters
    ----------
    model, images : as for :func:`logits`
    views : 1 or 5
        5 looks again at each image that is not read surely, with a probability above 0.9: it takes
        the mean over the image and the image moved by a pixel up, down, left and right. That gives
        fewer errors, and there are few such images.

    Returns
    -------
    ndarray of float32 of shape (N, 10); each row adds up to 1

    Raises
    ------
    ValueError
        If `views` is another number, or the images have another shape.
    """
    if views not in (1, 5):
        raise ValueError(f"views is {views}: use 1, or 5 for the image and its four neighbours")
    images = _as_bytes(images)
    answers = logits(model, images).softmax(1)
    if views == 5:
        again = np.flatnonzero(answers.max(1).values <= SURE)
        for down, right in [(-1, 0), (1, 0), (0, -1), (0, 1)]:
            answers[again] += logits(model, shifted(images[again], down, right)).softmax(1)
        answers[again] /= views
    return answers.numpy()


def most_wrong(probabilities: np.ndarray, labels: np.ndarray, n: int = 10) -> np.ndarray:
    """Return the places of the wrong answers that were given with the most confidence.

    Parameters
    ----------
    probabilities : ndarray of shape (N, 10)
    labels : ndarray of int of shape (N,)
    n : int

    Returns
    -------
    ndarray of int of shape (up to n,), the most confident first
    """
    _check_pair(probabilities, labels)
    wrong = np.flatnonzero(probabilities.argmax(1) != labels)
    confidence = probabilities[wrong].max(1)
    return wrong[np.argsort(-confidence, kind="stable")][:n]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Whether a network that says 90 % is right nine times out of ten.

    Attributes
    ----------
    edges : ndarray of shape (bins + 1,)
        Where the bins of confidence begin and end.
    count : ndarray of int of shape (bins,)
        Answers in each bin.
    confidence, accuracy : ndarray of shape (bins,)
        Means in each bin; nan where it is empty.
    error : float
        Expected calibration error: the mean distance of the two, weighted by the count.
    """

    edges: np.ndarray
    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    error: float


def calibration(probabilities: np.ndarray, labels: np.ndarray, *, bins: int = 10) -> Calibration:
    """Return confidence against accuracy, in bins of equal width.

    Parameters
    ----------
    probabilities, labels : as for :func:`most_wrong`
    bins : int

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger (2017), *On Calibration of Modern Neural
    Networks*.
    """
    _check_pair(probabilities, labels)
    check_whole("bins", bins, least=1)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    sums = [np.bincount(place, weights=x, minlength=bins) for x in (confidence, right)]
    error = np.abs(sums[0] - sums[1]).sum() / max(1, len(labels))
    means = [np.divide(x, count, out=np.full(bins, np.nan), where=count > 0) for x in sums]
    return Calibration(edges, count, means[0], means[1], float(error))


def likely_mislabelled(probabilities: np.ndarray, labels: np.ndarray, n: int = 10) -> np.ndarray:
    """Return the places of labels that a person should look at.

    A label is suspect if the network reads another digit, and more confidently than it reads that
    digit on average where the label agrees. Ask a network that has not learnt from these labels:
    it may have learnt the mistakes.

    Parameters
    ----------
    probabilities, labels, n : as for :func:`most_wrong`

    Returns
    -------
    ndarray of int of shape (up to n,), those that believe least in the label first

    References
    ----------
    C. G. Northcutt, L. Jiang and I. L. Chuang (2021), *Confident Learning: Estimating Uncertainty
    in Dataset Labels*.
    """
    _check_pair(probabilities, labels)
    answers = probabilities.argmax(1)
    usual = np.array([_mean(probabilities[labels == digit, digit]) for digit in range(10)])
    suspect = np.flatnonzero((answers != labels) & (probabilities.max(1) >= usual[answers]))
    return suspect[np.argsort(probabilities[suspect, labels[suspect]], kind="stable")][:n]


def shifted(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return images moved by whole pixels (negative: up, left) on black.

    Parameters
    ----------
    images : ndarray of uint8, or of float in [0, 1], of shape (N, 28, 28)
    down, right : int, in pixels

    Returns
    -------
    ndarray of uint8 of shape (N, 28, 28)
    """
    return _each(images, partial(pictures.shift, down=down, right=right))


def rotated(images: np.ndarray, degrees: float) -> np.ndarray:
    """Return images turned counter-clockwise about their middle, on black.

    Parameters
    ----------
    images : as for :func:`shifted`, which returns the same
    degrees : float
    """
    return _each(images, partial(pictures.rotate, degrees=degrees))


def noisy(images: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Return images with Gaussian noise, clipped to 0…255.

    Parameters
    ----------
    images : as for :func:`shifted`, which returns the same
    sigma : float
        Standard deviation, in grey levels.
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If sigma is below 0.
    """
    if not sigma >= 0:
        raise ValueError(f"sigma is {sigma}: use a number of grey levels, 0 or more")
    images = _as_bytes(images)
    return pictures.to_uint8(images + sigma * rng.standard_normal(images.shape, np.float32))


def _each(images: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    changed = _as_bytes(images).copy()
    for place, image in enumerate(changed):
        changed[place] = change(image)
    return changed


def _mean(values: np.ndarray) -> float:
    """Return the mean; 1, which nothing exceeds, if there are no values."""
    return float(values.mean()) if len(values) else 1.0


def _check_pair(probabilities: np.ndarray, labels: np.ndarray) -> None:
    if probabilities.ndim != 2 or probabilities.shape[1] != 10:
        raise ValueError(
            f"probabilities have shape {probabilities.shape}: use (N, 10), as predict returns them"
        )
    if np.shape(labels) != (len(probabilities),):
        raise ValueError(
            f"there are {len(probabilities)} rows of probabilities, but labels has shape "
            f"{np.shape(labels)}: use the labels of the same images"
        )


def _as_bytes(images: np.ndarray) -> np.ndarray:
    """Return images as uint8 (N, 28, 28)."""
    images = np.asarray(images)
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"images has shape {images.shape}: use (N, 28, 28); one image alone is image[None]"
        )
    return pictures.as_bytes(images)
