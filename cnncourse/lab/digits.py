"""Handwritten digits: MNIST, found or fetched and always checked, or a sample without a network.

    digits = load()
    digits.train.images  # uint8 (55000, 28, 28), white ink on black
    digits.note  # one sentence: which digits these are and where they came from

Learn from ``train``, choose by ``validation``, and open the test set once, at the end. MNIST is by
Y. LeCun, C. Cortes and C. J. C. Burges; its files are the business of :mod:`cnncourse.lab.fetch`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from cnncourse import pipeline
from cnncourse.handwriting import form
from cnncourse.lab import fetch
from cnncourse.split import Split

TRAIN = 55_000  # of the 60,000; the last 5,000 are for validation


class _Sealed:
    """The test set, and whether someone has looked at it."""

    def __init__(self, split: Split):
        self.split = split
        self.opened = False


@dataclass(frozen=True)
class Digits:
    """Digits to learn from, to choose by, and to be examined on.

    Attributes
    ----------
    name : "MNIST" or "scikit-learn 8×8 digits"
    note : str
        One sentence: which digits these are and where they came from.
    train, validation : Split
        The test set has no attribute: see :meth:`open_test`.
    """

    name: str
    note: str
    train: Split
    validation: Split
    _sealed: _Sealed = field(repr=False)

    def first(self, n: int) -> Digits:
        """Return the same digits with only the first n to learn from."""
        return replace(self, train=self.train.first(n))

    def open_test(self, *, again: bool = False) -> Split:
        """Return the test set: once, when every choice has been made.

        Whoever looks at it, changes something and looks again has begun to learn from it, and its
        accuracy no longer tells how well the network does on digits that nobody has seen.

        Raises
        ------
        ValueError
            If it was opened before, and `again` does not say that this is on purpose.
        """
        if self._sealed.opened and not again:
            raise ValueError(
                "the test set has been opened already: compare by digits.validation, or use "
                "open_test(again=True) if nothing has been chosen by it since"
            )
        self._sealed.opened = True
        return self._sealed.split


def load(
    data: str | Path | None = None, *, offline: bool = False, progress: fetch.Progress = True
) -> Digits:
    """Return MNIST, or without it the :func:`sample`, with a note that says why.

    Each file is taken from the first of these places where it is whole: the folder `data`, the
    folder in the environment variable CNNCOURSE_DATA, the user's cache, the mirrors of
    ``torchvision.datasets.MNIST``. What a mirror sent is kept in the first of the folders that can
    be written and has no file of that name: a damaged one, or other digits, may be somebody's. In
    the cache, which is the course's own, it replaces a damaged file.

    Parameters
    ----------
    data : str or Path, optional
        The folder that holds ``MNIST/raw``.
    offline : bool
        Do not ask the mirrors.
    progress : bool or callable
        Show in the terminal how much has come, if that is where standard error goes; or call with
        the file's name, the bytes so far, and all its bytes.

    Returns
    -------
    Digits
    """
    places = fetch.folders(data)
    files, reason = fetch.find(places), "the network was not asked"
    if fetch.missing(files) and not offline:
        try:
            files |= fetch.fetch_missing(places, progress)
        except OSError as error:
            reason = f"it could not be fetched ({error})"
    if not fetch.missing(files):
        return _mnist({name: file.contents for name, file in files.items()})
    digits = sample()
    remedy = f"to have MNIST, load again with a network, or put its four files into {places[0]}"
    why = f"{fetch.what_lacks(files, places)} and {reason}"
    return replace(digits, note=f"{why}: {digits.note}; {remedy}.")


def sample() -> Digits:
    """Return scikit-learn's 1,797 digits in MNIST's form: real handwriting, but little of it.

    They are the test digits of E. Alpaydin and C. Kaynak (1998), *Optical Recognition of
    Handwritten Digits*, UCI Machine Learning Repository, counted down to 8×8 cells.
    """
    scans, labels = pipeline.scans()
    images = np.stack([_to_mnist_form(scan) for scan in scans])
    digits = Split(images, labels.astype(np.int64))
    note = "these are scikit-learn's 1,797 real digits of 8×8 pixels, enlarged to MNIST's form"
    return _divide("scikit-learn 8×8 digits", note, digits, train=1297, validation=200)


def _mnist(files: dict[str, bytes]) -> Digits:
    """Return the digits in the four files."""
    learn, test = (_mnist_split(files, part) for part in ("train", "t10k"))
    note = "MNIST: 70,000 digits, written by clerks and by pupils of a high school"
    return _divide("MNIST", note, learn, train=TRAIN, validation=len(learn) - TRAIN, test=test)


def _mnist_split(files: dict[str, bytes], part: str) -> Split:
    """Return one pair of files as arrays. IDX: a mark, the lengths (4 bytes each), the numbers."""
    images = np.frombuffer(files[f"{part}-images-idx3-ubyte"], np.uint8, offset=16)
    labels = np.frombuffer(files[f"{part}-labels-idx1-ubyte"], np.uint8, offset=8)
    # copied, because the bytes of a file cannot be written to, and PyTorch warns of such arrays
    return Split(images.reshape(-1, 28, 28).copy(), labels.astype(np.int64))


def _to_mnist_form(cells: np.ndarray) -> np.ndarray:
    """Return a digit of 8×8 cells, 0 to 16, in MNIST's form, by the steps of a photograph."""
    ink = cv2.resize(cells.astype(np.float32) / 16, (80, 80), interpolation=cv2.INTER_CUBIC)
    ink = form.cut_out(np.clip(ink, 0, 1))
    return np.rint(255 * form.place(form.scale(ink))).astype(np.uint8)


def _divide(
    name: str, note: str, digits: Split, *, train: int, validation: int, test: Split | None = None
) -> Digits:
    """Return the first digits to learn from, the next to choose by, and the rest sealed.

    The order of the files is kept: neighbours were often written by the same hand, and a hand
    should not be both learnt from and asked.
    """
    end = train + validation
    images, labels = digits.images, digits.labels
    if test is None:
        test = Split(images[end:], labels[end:])
    choose = Split(images[train:end], labels[train:end])
    return Digits(name, note, digits.first(train), choose, _Sealed(test))
