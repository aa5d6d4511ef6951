"""Labelled images: what a network learns from, and what it is measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Split:
    """Images with their labels.

    Attributes
    ----------
    images : ndarray of uint8 of shape (N, 28, 28), white ink on black
    labels : ndarray of int64 of shape (N,)
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Split({len(self):,} digits)"

    def first(self, n: int) -> Split:
        """Return the first n digits, or all if there are fewer."""
        return Split(self.images[:n], self.labels[:n])
