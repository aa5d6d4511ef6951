"""The judge sees torchvision's networks as our tables describe them, row by row."""

from __future__ import annotations

import tracemalloc

import pytest

torch = pytest.importorskip("torch")
models = pytest.importorskip("torchvision").models

from torch import nn  # noqa: E402

from cnncourse.architectures import trace  # noqa: E402
from cnncourse.lab import judge  # noqa: E402

PHOTO = (3, 224, 224)
NETWORKS = {
    "alexnet": models.alexnet,
    "vgg11": models.vgg11,
    "vgg16": models.vgg16,
    "vgg19": models.vgg19,
    "googlenet": lambda: models.googlenet(aux_logits=False, init_weights=False),
    "resnet18": models.resnet18,
    "resnet34": models.resnet34,
    "resnet50": models.resnet50,
    "resnet152": models.resnet152,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_the_judge_and_the_table_agree_row_by_row(name):
    table = [(row.kind, row.shape, row.params) for row in trace(name)]
    assert judge.rows(NETWORKS[name], PHOTO) == table


def test_the_judge_sees_a_wrong_table():
    table = [(row.kind, row.shape, row.params) for row in trace("vgg16")]
    assert judge.rows(models.vgg13, PHOTO) != table


def test_no_weight_is_made():
    tracemalloc.start()
    judge.rows(models.vgg16, PHOTO)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    with torch.device("meta"):
        assert all(p.is_meta for p in models.vgg16().parameters())


def test_a_block_comes_after_its_layers_and_a_sequence_is_left_out():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Sequential(nn.Linear(4, 3), nn.ReLU())

        def forward(self, x):
            return self.inner(x)

    found = judge.rows(lambda: nn.Sequential(Block()), (4,))
    assert found == [("Linear", (3,), 15), ("ReLU", (3,), 0), ("Block", (3,), 0)]
