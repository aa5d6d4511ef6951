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
    photo, judge : as there
    model : nn.Module, or what that function takes to `predict`
    """
    reader = partial(predict, model) if isinstance(model, nn.Module) else model
    return reading.read(photo, reader, judge=judge)
