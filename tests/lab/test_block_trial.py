"""What is said of blocks on trial; right and wrong ones are tried in the tests of the checks."""

import pytest

torch = pytest.importorskip("torch")

from cnncourse.lab import history_models as nets  # noqa: E402
from cnncourse.lab.block_trial import of_inception, of_residual_block  # noqa: E402


def test_the_courses_own_modules_stand_the_trial():
    assert of_residual_block(nets.ResidualBlock) == of_inception(nets.Inception) == ""


def test_a_stub_is_neither_right_nor_wrong():
    class Stub(torch.nn.Module):
        def __init__(self, *settings):
            super().__init__()

        def forward(self, x): ...

    for trial in (of_residual_block, of_inception):
        with pytest.raises(NotImplementedError):
            trial(Stub)


def test_the_sentence_says_where_to_look():
    assert "relu(x + F(x))" in of_residual_block(nets.PlainBlock)
    assert "Conv2d → BatchNorm2d" in of_residual_block(
        lambda c: torch.nn.Conv2d(c, c, 3, padding=1)
    )
    assert "5×5 from 2 to 5" in of_inception(lambda c, w: nets.Inception(c, (*w[:4], 9, w[5])))


def test_random_numbers_of_others_are_left_alone():
    torch.manual_seed(5)
    block = nets.ResidualBlock(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    nets.ResidualBlock(5)
    of_residual_block(lambda channels: block)
    assert torch.equal(torch.rand(3), expected)
