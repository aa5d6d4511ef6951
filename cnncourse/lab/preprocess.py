"""A photograph of handwriting, read by a network: a door to :mod:`cnncourse.handwriting`."""

from __future__ import annotations

from functools import partial

from torch import nn

from cnncourse.handwriting import reading
from cnncourse.handwriting.form import Photo, Step, from_ascii, steps, to_mnist
from cnncourse.handwriting.reading import SURE, Judge, Predict, Reading
from cnncourse.lab.evaluation import predict

__all__ = ["SURE", "Reading", "Step", "from_ascii", "read", "steps", "to_mnist"]


def read(photo: Photo, model: nn.Module | Predict, *, judge: Judge | None = None) -> list[Reading]:
    """Return the digits in a photograph, as :func:`cnncourse.handwriting.reading.read`.

    Parameters
    ----------
    photo : path, bytes of a file, or ndarray
    model : nn.Module or callable
        A callable takes uint8 images (N, 28, 28) and returns probabilities (N, 10).
    judge : Judge, optional
        What tells digits from letters and scribbles; by default the one of the course.

    Returns
    -------
    list of Reading
        Empty if the page is.

    Raises
    ------
    ValueError
        If it is no picture.
    """
    reader = partial(predict, model) if isinstance(model, nn.Module) else model
    return reading.read(photo, reader, judge=judge)
