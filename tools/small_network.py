"""Train the small network of `cnncourse.pipeline` anew and write its weights into the package.

    CNNCOURSE_DATA=../shared/data python tools/small_network.py

It has no biases, so that its forward pass is the nine lines of notebook 04. It learns from MNIST
and from half of scikit-learn's scans, since notebooks 01 to 04 show these; the other half of the
scans and MNIST's test digits are only measured. On the way it keeps the kernels of its first layer.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import torch
from torch import nn

from cnncourse import metrics, pipeline
from cnncourse.files import write_atomically
from cnncourse.lab import digits, evaluation
from cnncourse.lab.training import History, fit
from cnncourse.split import Split

KEPT = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4000)  # steps; and the last one


class Small(nn.Module):
    """The network of `pipeline.run`, for PyTorch."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1, bias=False)
        self.second = nn.Conv2d(4, 6, 3, padding=1, bias=False)
        self.dense = nn.Linear(294, 10, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.max_pool2d(self.first(x).relu(), 2)
        x = nn.functional.max_pool2d(self.second(x).relu(), 2)
        return self.dense(x.flatten(1))


def main() -> None:
    """Train, say how well it reads, and store the weights as float16."""
    torch.manual_seed(0)
    everything = digits.load()
    learnt, unseen = _scans()
    train = _both(everything.train, learnt)
    model = Small()
    steps, kernels, accuracies = [], [], []

    def keep(step: int) -> None:
        steps.append(step)
        kernels.append(model.first.weight.detach().numpy().copy())
        accuracies.append(_accuracy(model, unseen))

    def watch(history: History) -> None:
        if len(history.step_loss) in KEPT:
            keep(len(history.step_loss))

    keep(0)
    options = {"epochs": 12, "repeats": 1, "smoothing": 0, "progress": False, "watch_every": 1}
    history = fit(model, replace(everything, train=train), **options, watch=watch)
    keep(len(history.step_loss))
    for name, split in {"MNIST's test": everything.open_test(), "unseen scans": unseen}.items():
        print(f"{name}: {100 * _accuracy(model, split):.2f} % right")
    arrays = {name.removesuffix(".weight"): p.detach() for name, p in model.named_parameters()}
    arrays |= {"kernels_over_time": np.stack(kernels), "accuracies": np.array(accuracies)}
    stored = {name: np.asarray(array, dtype=np.float16) for name, array in arrays.items()}
    contents = BytesIO()
    np.savez_compressed(contents, **stored, steps=np.array(steps, dtype=np.int32))
    write_atomically(pipeline.FILE, contents.getvalue())
    print(f"{pipeline.FILE.stat().st_size / 1000:.1f} kB  {pipeline.FILE}")


def _accuracy(model: Small, split: Split) -> float:
    return metrics.accuracy(evaluation.predict(model, split.images), split.labels)


def _scans() -> tuple[Split, Split]:
    """Return scikit-learn's scans in the form of the pipeline: the first half and the second."""
    cells, labels = pipeline.scans()
    images = np.stack([pipeline.enlarged(scan) for scan in cells])
    images = np.rint(255 * images).astype(np.uint8)
    half = len(labels) // 2
    labels = labels.astype(np.int64)
    return Split(images[:half], labels[:half]), Split(images[half:], labels[half:])


def _both(one: Split, other: Split) -> Split:
    """Return the digits of both, the smaller set four times."""
    images = np.concatenate([one.images, *[other.images] * 4])
    labels = np.concatenate([one.labels, *[other.labels] * 4])
    order = np.random.default_rng(0).permutation(len(labels))
    return Split(images[order], labels[order])


if __name__ == "__main__":
    main()
