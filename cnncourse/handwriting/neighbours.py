"""Is this a digit at all? A nearest-neighbour test for what is out of distribution.

    memory = remember(everything.train, everything.validation)
    memory.in_distribution(images, answers)  # False: unlike all digits that were trained on

A softmax shares out 100 % among ten digits, whatever it is shown, so a high probability does not
say that there is a digit. Here the answer is held against the digits that were trained on: if even
the nearest ones with that label look different, the network cannot know. No network takes part.

T. M. Cover and P. E. Hart (1967), *Nearest Neighbor Pattern Classification*. Y. Sun, Y. Ming,
X. Zhu and Y. Li (2022), *Out-of-Distribution Detection with Deep Nearest Neighbors*, do the same
with the features of a network instead of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncourse.split import Split

MOST = 12_000  # digits to remember: more are hardly nearer
LEAST = 5_000  # fewer hold too few hands to call another one strange
NEAREST = 3  # a distance is the mean to so many, so that one odd digit decides nothing
HELD_OUT = 1_000  # digits by which the limit is set
KEPT = 0.98  # the share of these that must pass


@dataclass(frozen=True, eq=False)
class NearestNeighbours:
    """Digits that were trained on, to compare others with.

    Attributes
    ----------
    images : ndarray of uint8 of shape (N, 14, 14)
        In half their size: a stroke that lies a pixel further to the left is still the same.
    labels : ndarray of int of shape (N,)
    limit : float
        The distance beyond which a picture is taken for something else.
    """

    images: np.ndarray
    labels: np.ndarray
    limit: float = np.inf

    def nearest(self, images: np.ndarray, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which remembered digits with the label of the answer are most like each image.

        Parameters
        ----------
        images : ndarray of uint8 of shape (N, 28, 28)
        answers : ndarray of int of shape (N,)

        Returns
        -------
        places : ndarray of int of shape (N, 3)
            In `self.images`, the nearest first.
        distances : ndarray of float of shape (N, 3)
            The root of the summed squared differences of pixels from 0 to 1; infinite where there
            are fewer than three digits of that label.
        """
        seen = _as_rows(halved(images))
        places = np.zeros((len(seen), NEAREST), int)
        distances = np.full((len(seen), NEAREST), np.inf)
        for digit in np.unique(answers):
            same = np.flatnonzero(self.labels == digit)
            asked = np.flatnonzero(answers == digit)
            apart = _distances(seen[asked], _as_rows(self.images[same]))
            order = np.argsort(apart, axis=1, kind="stable")[:, :NEAREST]
            found = order.shape[1]
            places[asked, :found] = same[order]
            distances[asked, :found] = np.take_along_axis(apart, order, axis=1)
        return places, distances

    def distance(self, images: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Return the mean distance of each image to the nearest three digits of its answer.

        Parameters
        ----------
        images : ndarray of uint8 of shape (N, 28, 28)
        answers : ndarray of int of shape (N,)

        Returns
        -------
        ndarray of float of shape (N,)
        """
        return self.nearest(images, answers)[1].mean(axis=1)

    def in_distribution(self, images: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Return True for each image that is no farther from them than digits usually are.

        Parameters
        ----------
        images : ndarray of uint8 of shape (N, 28, 28)
        answers : ndarray of int of shape (N,)

        Returns
        -------
        ndarray of bool of shape (N,)
        """
        return self.distance(images, answers) <= self.limit


def remember(train: Split, held_out: Split) -> NearestNeighbours:
    """Return training digits to compare with; the limit lets 98 % of held-out digits pass.

    Parameters
    ----------
    train : Split
        The first 12,000 are kept.
    held_out : Split
        The first 1,000 set the limit. There is none without any, nor below 5,000 training digits.

    Returns
    -------
    NearestNeighbours
    """
    train, held_out = train.first(MOST), held_out.first(HELD_OUT)
    memory = NearestNeighbours(halved(train.images), train.labels)
    if not len(held_out) or len(train) < LEAST:
        return memory
    distances = memory.distance(held_out.images, held_out.labels)
    return NearestNeighbours(memory.images, memory.labels, float(np.quantile(distances, KEPT)))


def halved(images: np.ndarray) -> np.ndarray:
    """Return images in half their size: each pixel is the mean of four.

    Parameters
    ----------
    images : ndarray of uint8 of shape (N, 28, 28)

    Returns
    -------
    ndarray of uint8 of shape (N, 14, 14)
    """
    of_four = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4), dtype=np.float32)
    return np.rint(of_four).astype(np.uint8)


def _as_rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / 255


def _distances(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the distance of each row to each other row, by |a - b|² = |a|² - 2ab + |b|²."""
    squares = (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * some @ others.T
    return np.sqrt(np.maximum(squares, 0))  # rounding may leave less than 0
