"""The ladder from 1989 to 2015: one change a rung, the same treatment, learning on every rung."""

from dataclasses import asdict

import pytest

torch = pytest.importorskip("torch")

from cnncourse.lab import digits as digits_module  # noqa: E402
from cnncourse.lab import ladder  # noqa: E402
from cnncourse.lab.history_models import PlainBlock  # noqa: E402
from cnncourse.lab.models import count_parameters  # noqa: E402
from cnncourse.lab.threads import using_threads  # noqa: E402

NAMES = list(ladder.designs())


@pytest.fixture(scope="module")
def digits():
    with using_threads(1):
        yield digits_module.load(offline=True).first(300)


def test_each_rung_changes_one_setting_and_years_do_not_fall():
    designs = [asdict(design) for design in ladder.designs().values()]
    for before, after, rung in zip(designs, designs[1:], ladder.RUNGS[1:], strict=False):
        changed = {name for name in before if before[name] != after[name]}
        assert changed == set(rung.change) and len(changed) == 1
    years = [rung.year for rung in ladder.RUNGS]
    assert years == sorted(years) and years[0] == 1989
    assert len(set(NAMES)) == len(ladder.RUNGS) == 10
    assert all(rung.source for rung in ladder.RUNGS)


@pytest.mark.parametrize("name", NAMES)
def test_every_network_gives_ten_outputs_and_all_its_weights_learn(name):
    design = ladder.designs()[name]
    torch.manual_seed(0)
    model = ladder.network(design)
    outputs = model(torch.rand(4, 1, 14, 14))
    assert outputs.shape == (4, 10)
    ladder._loss(design.loss, outputs, torch.arange(4)).backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters())


def test_two_small_kernels_and_one_large_see_the_same_and_maps_end_at_4x4():
    design = ladder.designs()["2014: two 3×3 for one 5×5"]
    kinds = [type(layer).__name__ for layer in ladder.network(design)]
    assert kinds.count("Conv2d") == 4 and kinds.count("MaxPool2d") == 2
    first = ladder.designs()[NAMES[0]]
    weights = 25 * 12 + 12 + 25 * 12 * 12 + 12 + 12 * 16 * 30 + 30 + 30 * 10 + 10
    assert count_parameters(ladder.network(first)) == weights


def test_a_squared_error_wants_1_for_the_class_and_minus_1_elsewhere():
    right = torch.full((1, 10), -1.0)
    right[0, 3] = 1
    assert ladder._loss("squared", right, torch.tensor([3])) == 0
    assert ladder._loss("squared", -right, torch.tensor([3])) == 4


@pytest.mark.slow
def test_every_rung_learns_and_a_block_of_ones_own_takes_part(digits):
    result = ladder.climb(digits, PlainBlock, epochs=3)
    assert [outcome.name for outcome in result] == NAMES
    assert all(outcome.accuracy > 0.2 for outcome in result)  # guessing: a tenth
    again = ladder.climb(digits, epochs=3)
    assert result[NAMES[0]].train_loss == again[NAMES[0]].train_loss
    assert result[NAMES[8]].train_loss != again[NAMES[8]].train_loss  # the first with blocks
