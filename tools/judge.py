"""Train the network of `cnncourse.handwriting.judge` anew and write its weights into the package.

    CNNCOURSE_DATA=../shared/data python tools/judge.py

It learns MNIST's training digits, and with each batch of them sees strangers, for which every digit
shall be equally probable (`cnncourse.handwriting.strangers`). Some ten minutes on two cores. The
weights that lie in the package come from an earlier form of this program, with the same numbers and
another mix of letters.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from cnncourse import metrics
from cnncourse.handwriting import judge, strangers
from cnncourse.lab import digits, models
from cnncourse.lab.augmentation import shift

WIDTH, EPOCHS, BATCH, RATE = 24, 4, 125, 0.01
STRANGERS, OTHERS, SPOILT = 12_000, 4_000, 3_000  # pictures to make
A_BATCH, WEIGHT = 40, 0.5  # strangers beside a batch, and what their loss counts


def main() -> None:
    """Train, say how well it reads and what it refuses, and store the weights as float16."""
    torch.manual_seed(0)
    everything, rng = digits.load(), np.random.default_rng(0)
    others, clean = strangers.other_digits(OTHERS, rng), everything.train.images
    unknown = [strangers.draw(STRANGERS, rng), strangers.spoilt(clean, SPOILT, rng)]
    known = np.concatenate([clean, others.images])
    labels = np.concatenate([everything.train.labels, others.labels])
    model = models.build("small", width=WIDTH)
    train(model, *map(torch.from_numpy, (known, labels, np.concatenate(unknown))))
    judge.store(folded(model))
    reader = judge.network()
    test = everything.open_test()
    right = metrics.accuracy(reader.probabilities(test.images), test.labels)
    named = reader.probabilities(strangers.draw(2000, np.random.default_rng(1))).max(axis=1)
    print(f"MNIST's test: {100 * right:.2f} % right; strangers from the same program that pass: ")
    print(f"{100 * np.mean(named >= judge.LEAST):.1f} %; {judge.FILE.stat().st_size / 1000:.0f} kB")


def train(
    model: torch.nn.Module, known: torch.Tensor, labels: torch.Tensor, unknown: torch.Tensor
) -> None:
    """Learn from digits and strangers, all moved by up to a pixel, with one cycle of the rate.

    Parameters
    ----------
    model : nn.Module
    known, unknown : Tensor of uint8 of shape (N, 28, 28)
    labels : Tensor of int64 of shape (N,), of the known
    """
    generator = torch.Generator().manual_seed(0)
    steps = EPOCHS * -(-len(labels) // BATCH)
    adam = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, RATE, total_steps=steps)
    model.train()
    for epoch in range(EPOCHS):
        for chosen in torch.randperm(len(labels), generator=generator).split(BATCH):
            beside = torch.randint(len(unknown), (A_BATCH,), generator=generator)
            batch = shift(torch.cat([known[chosen], unknown[beside]]), generator).float() / 255
            scores = model(batch.unsqueeze(1)).log_softmax(1)
            loss = F.nll_loss(scores[: len(chosen)], labels[chosen])
            loss = loss - WEIGHT * scores[len(chosen) :].mean()  # cross-entropy with 1/10 each
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {loss.item():.3f}", flush=True)
    model.eval()


def folded(model: torch.nn.Module) -> dict[str, np.ndarray]:
    """Return the weights of each layer, with the batch normalisation that follows put into them."""
    weights = {}
    for i in (1, 2, 3):
        layer, norm = getattr(model, f"conv{i}"), getattr(model, f"norm{i}")
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        kernels = (layer.weight * scale[:, None, None, None]).permute(2, 3, 1, 0)
        weights[f"kernels{i}"] = kernels  # (rows, columns, channels in, channels out)
        weights[f"bias{i}"] = norm.bias - norm.running_mean * scale
    shape = (len(model.dense.bias), -1, 3, 3)
    dense = model.dense.weight.reshape(shape).permute(2, 3, 1, 0).flatten(0, 2)
    weights |= {"dense": dense, "bias": model.dense.bias}
    return {name: array.detach().numpy() for name, array in weights.items()}


if __name__ == "__main__":
    main()
