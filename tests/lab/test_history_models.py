"""The small networks of the history experiments, held against counts, formulas and the papers."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional as F  # noqa: E402

from cnncourse.architectures import trace  # noqa: E402
from cnncourse.architectures.networks import C3_READS  # noqa: E402
from cnncourse.lab import history_models as nets  # noqa: E402
from cnncourse.lab.models import count_parameters  # noqa: E402

ALL = {
    "1998": nets.LeNet1998,
    "today": nets.lenet_today,
    "two 3×3": lambda: nets.stacked(3, layers=2),
    "one 5×5": lambda: nets.stacked(5, layers=1),
    "plain": lambda: nets.blocks(3, skip=False),
    "residual": lambda: nets.blocks(3),
    "bottleneck": lambda: nets.blocks(2, width=48, branch=nets.bottleneck_branch),
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


def test_the_lenet_of_1998_has_the_parameters_of_the_paper_layer_by_layer():
    model = nets.LeNet1998()
    layers = (model.c1, model.s2, model.c3, model.s4, model.c5, model.f6, model.output)
    assert [count_parameters(layer) for layer in layers] == [156, 12, 1516, 32, 48_120, 10_164, 0]
    assert model.output.codes.numel() == 840
    assert count_parameters(model) == trace("lenet5-1998").totals.params == 60_000


def test_the_lenet_of_today_agrees_with_its_record():
    assert count_parameters(nets.lenet_today()) == trace("lenet5").totals.params == 61_706


def test_c3_reads_six_triples_nine_quadruples_and_everything_once():
    sizes = sorted(len(set(reads)) for reads in C3_READS)
    assert sizes == [3] * 6 + [4] * 9 + [6]
    assert nets.LeNet1998().c3.pairs.shape == (2, 60)


def test_a_partial_convolution_equals_small_convolutions_one_by_one():
    torch.manual_seed(1)
    reads = ((0, 2), (1,), (0, 1, 2))
    layer = nets.PartialConv(reads, 3)
    maps = torch.randn(2, 3, 6, 7)
    expected, first = [], 0
    for bias, chosen in zip(layer.bias, reads, strict=True):
        weights = layer.weight[first : first + len(chosen)]
        expected.append(F.conv2d(maps[:, list(chosen)], weights[None], bias[None]))
        first += len(chosen)
    assert torch.allclose(layer(maps), torch.cat(expected, 1), atol=1e-5)


def test_subsampling_adds_scales_shifts_and_squashes():
    layer = nets.Subsampling(1)
    torch.nn.init.constant_(layer.coefficient, 0.5)
    torch.nn.init.constant_(layer.bias, -1.0)
    maps = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    expected = 1.7159 * torch.tanh(torch.tensor(2 / 3 * (0.5 * 10 - 1)))
    assert layer(maps).item() == pytest.approx(expected.item(), rel=1e-6)


def test_the_radial_output_is_largest_at_its_own_code():
    output = nets.RadialBasis()
    assert output(output.codes).argmax(1).tolist() == list(range(10))
    assert torch.all(output(output.codes).diagonal() == 0)


def test_the_drawn_digits_are_ten_different_pictures_of_ink_and_paper():
    pictures = nets.segment_digits()
    assert pictures.shape == (10, 12, 7)
    assert set(pictures.unique().tolist()) == {-1, 1}
    assert len({tuple(picture.flatten().tolist()) for picture in pictures}) == 10
    assert torch.all(pictures[8] >= pictures)  # an 8 has all strokes


def test_scaled_tanh_keeps_one_almost_as_it_is():
    assert nets.ScaledTanh()(torch.tensor([1.0, -1.0])).tolist() == pytest.approx([1, -1], abs=1e-3)


def test_a_residual_block_adds_its_input():
    torch.manual_seed(0)
    branch = nets.basic_branch(4).eval()
    x = torch.randn(2, 4, 5, 5)
    assert torch.equal(nets.Residual(branch)(x), F.relu(x + branch(x)))
    assert torch.equal(nets.Residual(branch, skip=False)(x), F.relu(branch(x)))


def test_skips_add_no_parameters():
    assert count_parameters(nets.blocks(5)) == count_parameters(nets.blocks(5, skip=False))


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
