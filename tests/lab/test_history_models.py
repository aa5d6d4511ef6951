"""The small networks of the history experiments, held against counts, formulas and the papers."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional as F  # noqa: E402

from cnncourse.architectures import trace  # noqa: E402
from cnncourse.architectures.networks import INCEPTION, inception  # noqa: E402
from cnncourse.lab import history_models as nets  # noqa: E402
from cnncourse.lab.models import count_parameters  # noqa: E402

ALL = {
    "two 3×3": lambda: nets.stacked(3, layers=2),
    "one 5×5": lambda: nets.stacked(5, layers=1),
    "plain": lambda: nets.blocks(3, nets.PlainBlock),
    "residual": lambda: nets.blocks(3),
    "bottleneck": lambda: nets.blocks(2, nets.Bottleneck, width=48),
    "inception": lambda: nets.blocks(2, lambda width: nets.Inception(width, (2, 3, 4, 5, 6, 4))),
    "dense": lambda: nets.with_head("dense"),
    "global average": lambda: nets.with_head("global average"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_network_gives_ten_logits_and_learns_with_all_its_weights(name):
    torch.manual_seed(0)
    model = ALL[name]()
    logits = model(torch.rand(4, 1, 28, 28))
    assert logits.shape == (4, 10)
    F.cross_entropy(logits, torch.arange(4)).backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in model.parameters())


@pytest.mark.parametrize("build", [nets.ResidualBlock, nets.Bottleneck])
def test_a_residual_block_adds_its_input(build):
    torch.manual_seed(0)
    block = build(4).eval()
    x = torch.randn(2, 4, 5, 5)
    assert torch.equal(block(x), F.relu(x + block.branch(x)))


def test_a_plain_block_is_the_same_without_the_shortcut():
    torch.manual_seed(0)
    block, x = nets.PlainBlock(4).eval(), torch.randn(2, 4, 5, 5)
    assert torch.equal(block(x), F.relu(block.branch(x)))
    assert count_parameters(nets.blocks(5)) == count_parameters(nets.blocks(5, nets.PlainBlock))


@pytest.mark.parametrize("place", ["3a", "5b"])
def test_an_inception_module_agrees_with_its_record(place):
    widths = INCEPTION[place]
    module, record = nets.Inception(48, widths), inception(widths)
    assert count_parameters(module) == trace([record], (48, 5, 5)).totals.params
    assert module(torch.rand(2, 48, 5, 5)).shape == (2, *record.output((48, 5, 5)))


def field(model, size=28):
    """How many input columns the middle of the stages sees: where the gradient is not zero."""
    image = torch.rand(1, 1, size, size, requires_grad=True)
    x = image
    for layer in model[1:]:  # not the constant normalisation
        if isinstance(layer, torch.nn.MaxPool2d):
            break
        x = layer if isinstance(layer, torch.Tensor) else layer(x)
    x[0, :, 7, 7].sum().backward()
    return int((image.grad[0, 0] != 0).any(0).sum())


def test_two_small_kernels_see_as_much_as_one_large_one():
    torch.manual_seed(0)
    assert field(nets.stacked(3, layers=2).eval()) == field(nets.stacked(5, layers=1).eval()) == 11


def test_an_unknown_head_is_refused():
    with pytest.raises(ValueError, match="use one of"):
        nets.with_head("none")
