"""The experiments: same digits, same treatment, numbers that can be checked from outside."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from cnncourse.lab import digits as digits_module  # noqa: E402
from cnncourse.lab import experiments  # noqa: E402
from cnncourse.lab import history_models as nets  # noqa: E402


@pytest.fixture(scope="module")
def digits():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield digits_module.load(offline=True).first(300)
    torch.set_num_threads(threads)


SMALL = {"small_kernels": 2, "bottlenecks": 2, "heads": 2, "inception": 3}


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_an_experiment_names_its_networks_and_what_became_of_them(digits, name):
    result = getattr(experiments, name)(digits, epochs=1)
    assert len(list(result)) == SMALL[name]
    for outcome in result:
        assert result[outcome.name] is outcome
        assert 0 < outcome.train_loss < 10 and outcome.seconds > 0
        assert 0 <= outcome.shifted_accuracy <= 1 and 0 <= outcome.accuracy <= 1
    assert "300 training digits" in result.title


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers(digits):
    first, again, other = (
        experiments.heads(digits, epochs=1, seed=seed)["dense"].train_loss for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.slow
def test_an_experiment_leaves_the_random_numbers_of_others_alone(digits):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    experiments.first_gradients(digits, depth=6)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.slow
def test_parameters_are_those_of_the_networks(digits):
    result = experiments.degradation(digits, depths=(4, 6), epochs=1)
    names = ["plain 4", "residual 4", "plain 6", "residual 6"]
    assert [outcome.name for outcome in result] == names
    block = 2 * (9 * 16 * 16 + 2 * 16)  # two 3×3 convolutions without bias, two batch norms
    assert result["plain 6"].parameters - result["plain 4"].parameters == block
    assert result["plain 6"].parameters == result["residual 6"].parameters


@pytest.mark.slow
def test_blocks_and_modules_of_ones_own_take_part(digits):
    class Wider(nets.ResidualBlock):
        def __init__(self, channels):
            super().__init__(channels)
            self.more = torch.nn.Parameter(torch.zeros(7))

    class WiderInception(nets.Inception):
        def __init__(self, c_in, widths):
            super().__init__(c_in, widths)
            self.more = torch.nn.Parameter(torch.zeros(7))

    theirs = experiments.degradation(digits, Wider, depths=(6,), epochs=1)
    assert theirs["residual 6"].parameters - theirs["plain 6"].parameters == 2 * 7
    ours, theirs = (
        experiments.inception(digits, module, epochs=1)["inception"].parameters
        for module in (nets.Inception, WiderInception)
    )
    assert theirs - ours == 2 * 7


@pytest.mark.parametrize("depth", [2, 5, 17])
def test_a_depth_that_cannot_be_built_is_refused(digits, depth):
    with pytest.raises(ValueError, match="even numbers from 4 on"):
        experiments.degradation(digits, depths=(depth,), epochs=1)


@pytest.mark.slow
def test_deep_plain_networks_train_worse_than_deep_residual_ones(digits):
    more = digits_module.load(offline=True).first(800)
    result = experiments.degradation(more, depths=(34,), epochs=3)
    assert result["plain 34"].train_loss > 2 * result["residual 34"].train_loss


def test_there_is_a_gradient_for_every_3x3_layer_and_it_does_not_vanish(digits):
    sizes = experiments.first_gradients(digits, depth=20)
    assert {kind: len(values) for kind, values in sizes.items()} == {"plain": 18, "residual": 18}
    assert min(sizes["plain"]) > 1e-4


def test_gradient_sizes_equal_finite_differences(digits):
    torch.manual_seed(0)
    model, batch = nets.blocks(1, width=4), digits.train.first(40)
    size = experiments.gradient_sizes(model, batch)[0]
    layer = next(m for m in model.modules() if getattr(m, "kernel_size", 0) == (3, 3))
    images = torch.from_numpy(batch.images.copy()).unsqueeze(1).double() / 255
    labels = torch.from_numpy(batch.labels.copy())
    direction = layer.weight.grad.double().clone()
    model.double()

    def loss(step):
        with torch.no_grad():
            layer.weight += step * direction
            value = torch.nn.functional.cross_entropy(model(images), labels).item()
            layer.weight -= step * direction
        return value

    slope = (loss(1e-4) - loss(-1e-4)) / 2e-4  # along the gradient: its squared length
    assert np.sqrt(slope / direction.numel()) == pytest.approx(size, rel=1e-2)


def test_a_comparison_shows_itself_as_text_and_as_a_table(digits):
    outcome = experiments.Outcome("a <b>", 1234, 0.5, 0.9, 0.85, 1.0)
    shown = experiments.Comparison("title", (outcome,))
    assert "1,234" in repr(shown) and "90.0 %" in repr(shown)
    html = shown._repr_html_()
    assert "a &lt;b&gt;" in html and html.count("<tr>") == 2
