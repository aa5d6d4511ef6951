"""A notebook that shows every explorer of the course alone, one to a cell, and a question."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
from explorers.test_mnist_lab import ALL as LAB
from explorers.test_mnist_lab import IMAGES
from explorers.test_mnist_lab import make as make_for_the_lab
from explorers.test_training_lab import NAMES as TRAINING
from explorers.test_training_lab import make as make_for_training
from nbformat.v4 import new_code_cell, new_notebook
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from cnncourse import explorers
from cnncourse.explorers import mnist_lab
from cnncourse.pipeline import digit

NAMES = (*explorers.__all__, *LAB, *TRAINING)
HERE = Path(__file__).resolve().parent
QUESTION = """from cnncourse.widgets.question import Question
Question("How many pixels has a 3×4 image?", [7, 12], answer=12, because="3 rows of 4.")"""
SETUP = f"import sys\nsys.path[:0] = {str(HERE)!r}, {str(HERE.parent)!r}\nimport gallery"


def reader():
    """The five most similar of 600 digits decide: reads simple strokes at once."""
    labels = [label for label in range(10) for _ in range(60)]
    flat = FunctionTransformer(lambda images: images.reshape(len(images), -1))
    digits = np.stack([255 * digit(label, i % 60) for i, label in enumerate(labels)])
    return make_pipeline(flat, KNeighborsClassifier(5)).fit(digits, labels)


def make(name):
    """An explorer by name; those of the lab get networks made of NumPy, which need no training."""
    if name == "own_digit":
        examples = {"ink on paper": 255 - IMAGES[3], "chalk on a board": IMAGES[5]}
        return mnist_lab.own_digit(reader().predict_proba, examples)
    if name in TRAINING:
        return make_for_training(name)
    return make_for_the_lab(name) if name in LAB else getattr(explorers, name)()


def write(file: Path) -> None:
    """Write the notebook: its first cell prepares, then come `NAMES` in their order."""
    sources = [SETUP, *(f"gallery.make({name!r})" for name in NAMES), QUESTION]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, file)
