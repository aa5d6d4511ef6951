"""Train the network of `cnncourse.handwriting.judge` anew and write its weights into the package.

    CNNCOURSE_DATA=../shared/data python tools/judge.py

It learns MNIST's training digits, some of them in other hands, and digits in print and with
European strokes. With each batch of them it sees strangers, for which it has an eleventh answer
(`tools/strangers.py`). At the end it says how many digits of MNIST's validation set
and how many strangers in other fonts pass, for several values of `judge.LEAST`.
Some ten minutes on one core.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import strangers
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.files import write_atomically
from cnncourse.handwriting import judge
from cnncourse.lab import digits, models
from cnncourse.lab.augmentation import augmented
from cnncourse.split import Split

WIDTH, EPOCHS, BATCH, RATE = 48, 6, 125, 0.01
STRANGERS, SPOILT, OTHERS, HANDS = 45_000, 16_000, 18_000, 24_000  # pictures to make
A_BATCH, WEIGHT = 75, 0.6  # strangers beside a batch, and what their loss counts
NONE = 10  # the answer for a stranger


def main() -> None:
    """Train, store the weights, and say how well they read and what they refuse."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # such small batches are no quicker on two
    everything, rng = digits.load(), np.random.default_rng(0)
    clean = everything.train
    more = strangers.other_digits(OTHERS, rng), strangers.other_hands(clean, HANDS, rng)
    known = np.concatenate([clean.images, *[split.images for split in more]])
    labels = np.concatenate([clean.labels, *[split.labels for split in more]])
    unknown = [strangers.draw(STRANGERS, rng), strangers.spoilt(clean, SPOILT, rng)]
    model = models.build("small", width=WIDTH)
    model.dense = nn.Linear(model.dense.in_features, NONE + 1)
    train(model, *map(torch.from_numpy, (known, labels, np.concatenate(unknown))))
    store(folded(model))
    report(everything.validation)


def train(
    model: torch.nn.Module, known: torch.Tensor, labels: torch.Tensor, unknown: torch.Tensor
) -> None:
    """Learn from digits and strangers, all turned and bent a little, with one cycle of the rate.

    Parameters
    ----------
    model : nn.Module
        Has one answer more than there are digits.
    known, unknown : Tensor of uint8 of shape (N, 28, 28)
    labels : Tensor of int64 of shape (N,), of the known
    """
    model.to(memory_format=torch.channels_last)  # a third of the time
    generator = torch.Generator().manual_seed(0)
    steps = EPOCHS * -(-len(labels) // BATCH)
    adam = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, RATE, total_steps=steps)
    model.train()
    for epoch in range(EPOCHS):
        for chosen in torch.randperm(len(labels), generator=generator).split(BATCH):
            beside = torch.randint(len(unknown), (A_BATCH,), generator=generator)
            batch = augmented(torch.cat([known[chosen], unknown[beside]]), "full", generator)
            with torch.autocast("cpu", torch.bfloat16):  # half of the time, if the processor can
                scores = model(batch.unsqueeze(1))
            scores = scores.float().log_softmax(1)
            loss = F.nll_loss(scores[: len(chosen)], labels[chosen])
            loss = loss - WEIGHT * scores[len(chosen) :, NONE].mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {loss.item():.3f}", flush=True)
    model.eval()


def report(validation: Split) -> None:
    """Print what passes of digits and of strangers that were not learnt from."""
    rng, reader = np.random.default_rng(1), judge.network()
    hands = strangers.other_hands(validation, 2000, rng)
    passing = {
        "validation": reader.probabilities(validation.images)[range(5000), validation.labels],
        "other hands": reader.probabilities(hands.images)[range(2000), hands.labels],
        "strangers": reader.probabilities(strangers.draw(2000, rng, strangers.UNSEEN)).max(axis=1),
    }
    for least in (0.4, 0.45, 0.5, 0.6, 0.7):
        shares = (f"{name} {100 * np.mean(p >= least):.1f} %" for name, p in passing.items())
        print(f"from {least} on pass:", *shares)
    print(f"{judge.FILE.stat().st_size / 1000:.0f} kB")


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


def store(weights: Mapping[str, np.ndarray]) -> None:
    """Write weights into the package: each channel's in 255 equal steps, a byte a weight."""
    arrays: dict[str, Any] = {}
    for name, values in weights.items():
        arrays[name] = values.astype(np.float32)
        if values.ndim > 1:  # the biases are few
            step = np.abs(values).max(axis=tuple(range(values.ndim - 1))) / 127
            arrays[f"{name}_step"] = step.astype(np.float32)
            arrays[name] = np.rint(values / step).astype(np.int8)
    contents = BytesIO()
    np.savez_compressed(contents, **arrays)
    write_atomically(judge.FILE, contents.getvalue())


if __name__ == "__main__":
    main()
