"""The judge sees torchvision's networks as our tables describe them, row by row."""

from __future__ import annotations

import tracemalloc
from functools import partial

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from cnncourse.architectures import trace  # noqa: E402
from cnncourse.lab import layer_table  # noqa: E402

pytestmark = pytest.mark.slow  # to load torchvision takes seconds

PHOTO = (3, 224, 224)
NETWORKS = {
    "alexnet": {},
    "vgg11": {},
    "vgg16": {},
    "vgg19": {},
    "googlenet": {"aux_logits": False, "init_weights": False},
    "resnet18": {},
    "resnet34": {},
    "resnet50": {},
    "resnet152": {},
}


@pytest.fixture(scope="module")
def models():
    """torchvision's networks, loaded here and not while tests are collected."""
    return pytest.importorskip("torchvision").models


@pytest.mark.parametrize("name", NETWORKS)
def test_the_judge_and_the_table_agree_row_by_row(name, models):
    table = [(row.kind, row.shape, row.params) for row in trace(name)]
    assert layer_table.rows(partial(getattr(models, name), **NETWORKS[name]), PHOTO) == table


def test_the_judge_sees_a_wrong_table(models):
    table = [(row.kind, row.shape, row.params) for row in trace("vgg16")]
    assert layer_table.rows(models.vgg13, PHOTO) != table


def test_no_weight_is_made(models):
    tracemalloc.start()
    layer_table.rows(models.vgg16, PHOTO)
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

    found = layer_table.rows(lambda: nn.Sequential(Block()), (4,))
    assert found == [("Linear", (3,), 15), ("ReLU", (3,), 0), ("Block", (3,), 0)]
