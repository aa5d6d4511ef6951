"""What a network reads in a photograph of handwriting, digit by digit.

    for found in read("page.jpg", predict):
        print(found.digit, found.confidence, found.box)

The network is given: any callable that takes images in MNIST's form and returns probabilities. It
also decides where the shapes alone do not tell: whether a wide blob is two digits that touch, and
whether two blobs are one broken digit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from cnncourse import images
from cnncourse.handwriting.form import Photo, find_digits, from_blob, is_tiny
from cnncourse.handwriting.ink import as_grey, as_picture, darkness
from cnncourse.handwriting.judge import AMONG_DIGITS, network, views
from cnncourse.handwriting.segments import Blob, cheapest_cuts, gap, join, split

SURE = 0.5  # the confidence above which a digit is named: more than for all others together

Predict = Callable[[np.ndarray], np.ndarray]


class Judge(Protocol):
    """What tells digits from strangers: letters, signs, scribbles."""

    def in_distribution(self, images: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Return True for each image that may be the digit of its answer.

        Parameters
        ----------
        images : ndarray of uint8 of shape (N, 28, 28)
        answers : ndarray of int of shape (N,)
        """
        ...


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read in one place of a photograph.

    Attributes
    ----------
    digit : int, or None for "unsure"
    confidence : float
        The mean probability of the most probable digit.
    in_distribution : bool
        False if the judge doubts that it is this digit, or any: then it is not named, however sure
        the network may be.
    box : tuple of int
        (top, left, bottom, right) in pixels of the upright photograph, the last two exclusive.
    image : ndarray of float of shape (28, 28)
        What the network was shown.
    probabilities : ndarray of float of shape (10,)
    """

    digit: int | None
    confidence: float
    in_distribution: bool
    box: tuple[int, int, int, int]
    image: np.ndarray
    probabilities: np.ndarray


def read(photo: Photo, predict: Predict, *, judge: Judge | None = None) -> list[Reading]:
    """Return the digits in a photograph in reading order: row by row, from left to right.

    Each digit is shown to the network five times, shifted by up to a pixel, and the probabilities
    are averaged. No digit is named where the mean is unsure, nor where the judge doubts it: a
    network can be very sure of a letter. A blob may be two digits that touch, or two blobs one
    broken digit: if the network is surer of that, it is believed. Where most of a page are digits,
    the course's judge doubts the rest less.

    Parameters
    ----------
    photo : path, bytes of a file, or ndarray
    predict : callable
        Takes uint8 images (N, 28, 28) and returns probabilities (N, 10).
    judge : Judge, optional
        By default the network that comes with the course, which has seen strangers: see
        :mod:`cnncourse.handwriting.judge`. :class:`cnncourse.handwriting.neighbours.
        NearestNeighbours` is another.

    Returns
    -------
    list of Reading
        Empty if the page is.

    Raises
    ------
    ValueError
        If it is no picture.
    """
    picture = as_picture(photo)
    pixels = picture.pixels
    grey = as_grey(pixels)
    dark = darkness(grey)
    look = _Look(dark, predict, judge or network())
    seen = look.at(find_digits(grey, dark, is_tiny(pixels)))
    seen = _split_touching(_join_broken(seen, look), look)
    if judge is None and _are_digits(seen):
        again = _Look(dark, predict, network(AMONG_DIGITS))
        seen = [one if one.in_distribution else again.judged([one])[0] for one in seen]
    zoom = max(grey.shape) / picture.longest  # a strip is padded along its shorter side
    return [one.reading(zoom) for one in seen if not _is_scrap(one, seen)]


def _are_digits(seen: list[_Seen]) -> bool:
    """Tell whether there are several digits and little else."""
    digits = [one.trust > SURE for one in seen]
    return sum(digits) >= 3 and float(np.mean(digits)) >= 0.75


def _is_scrap(one: _Seen, seen: list[_Seen]) -> bool:
    """Tell whether the network is unsure of something far smaller than the rest."""
    typical = np.median([other.blob.size for other in seen])
    return one.trust <= SURE and one.blob.size < 0.7 * typical


@dataclass(frozen=True, eq=False)
class _Seen:
    """A blob and what the network says about it."""

    blob: Blob
    image: np.ndarray
    probabilities: np.ndarray
    in_distribution: bool = True

    @property
    def confidence(self) -> float:
        return float(self.probabilities.max())

    @property
    def trust(self) -> float:
        """The confidence, which counts for nothing if this looks like no digit."""
        return self.confidence if self.in_distribution else 0.0

    def reading(self, zoom: float) -> Reading:
        digit = int(self.probabilities.argmax()) if self.trust > SURE else None
        top, left, bottom, right = (round(side / zoom) for side in self.blob.box)
        return Reading(
            digit=digit,
            confidence=self.confidence,
            in_distribution=self.in_distribution,
            box=(top, left, bottom, right),
            image=self.image,
            probabilities=self.probabilities,
        )


class _Look:
    """Shows blobs of one page to a network and to a judge."""

    def __init__(self, dark: np.ndarray, predict: Predict, judge: Judge) -> None:
        self.dark = dark
        self.predict = predict
        self.judge = judge

    def at(self, blobs: Sequence[Blob]) -> list[_Seen]:
        return self.judged(self.unjudged(blobs))

    def unjudged(self, blobs: Sequence[Blob]) -> list[_Seen]:
        if not blobs:
            return []
        small = np.array([from_blob(blob, self.dark) for blob in blobs])
        batch = images.to_uint8(255 * small)
        answers = np.asarray(self.predict(views(batch)))
        mean = answers.reshape(-1, len(blobs), 10).mean(axis=0)
        return [_Seen(*one) for one in zip(blobs, small, mean, strict=True)]

    def judged(self, seen: Sequence[_Seen]) -> list[_Seen]:
        if not seen:
            return []
        batch = images.to_uint8(255 * np.array([one.image for one in seen]))
        answers = np.array([one.probabilities.argmax() for one in seen])
        known = self.judge.in_distribution(batch, answers)
        return [replace(one, in_distribution=bool(k)) for one, k in zip(seen, known, strict=True)]


def _split_touching(seen: list[_Seen], look: _Look) -> list[_Seen]:
    """Cut wide blobs in two where the network is surer of both parts than of the whole.

    Not in two ones: these rarely touch, and any stroke is like a 1, such as those of ^ and V.
    """
    done = []
    for one in seen:
        narrowest = 1.3 if one.trust > SURE else 1  # of what may be two, times its height
        wide = one.blob.width >= narrowest * one.blob.height
        parts = _best_split(one, look) if wide else None
        done += _split_touching(parts, look) if parts else [one]
    return done


def _best_split(one: _Seen, look: _Look) -> list[_Seen] | None:
    columns = np.rint(one.blob.width * np.linspace(0.25, 0.75, 21)).astype(int)
    cuts = cheapest_cuts(one.blob.mask, columns)
    tries = [split(one.blob, cut) for cut in cuts if _parts_two(cut, one.blob)]
    tries = [parts for parts in tries if all(_is_digit_shaped(part, one.blob) for part in parts)]
    seen = look.unjudged([part for parts in tries for part in parts])
    pairs = list(zip(seen[::2], seen[1::2], strict=True))
    best = look.judged(max(pairs, key=_least_trust, default=()))
    sure = bool(best) and _least_trust(best) > max(one.trust, SURE)
    return best if sure and any(part.probabilities.argmax() != 1 for part in best) else None


def _parts_two(cut: np.ndarray, blob: Blob) -> bool:
    """Tell whether a cut goes through one stroke or two, as digits touch in one place or two."""
    right = np.arange(blob.width) >= cut[:, None]
    ink = blob.mask[np.arange(blob.height), cut].sum()
    return bool(ink <= 2.5 * blob.stroke and blob.mask[right].any() and blob.mask[~right].any())


def _is_digit_shaped(part: Blob, whole: Blob) -> bool:
    return part.width <= 1.3 * part.height and part.height > 0.7 * whole.height


def _least_trust(seen: Sequence[_Seen]) -> float:
    return min(one.trust for one in seen)


def _join_broken(seen: list[_Seen], look: _Look) -> list[_Seen]:
    """Join neighbours if they form the shape of one digit and the network is surer of it."""
    done = seen[:1]
    for one in seen[1:]:
        before, both = done[-1], join(done[-1].blob, one.blob)
        whole = look.at([both])[0] if _is_compact(both, before.blob, one.blob) else None
        if whole and _least_trust((before, one)) < min(0.9, whole.trust):
            done[-1] = whole
        else:
            done.append(one)
    return done


def _is_compact(whole: Blob, *parts: Blob) -> bool:
    """Tell whether parts of one digit lie so close together that the whole is digit-shaped."""
    close = gap(*parts) < 0.25 * whole.size
    smaller = min(part.size for part in parts) < 0.7 * whole.size
    return close and smaller and whole.width <= whole.height
