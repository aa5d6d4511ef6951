"""What is said of PyTorch code on trial; right and wrong code is in the tests of the checks."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from cnncourse.lab import loop, models, trial  # noqa: E402


@pytest.mark.slow
def test_the_loop_and_the_small_network_of_the_course_stand_the_trial():
    assert trial.of_dataset(loop.DigitSet) == trial.of_train_epoch(loop.train_epoch) == ""
    assert trial.of_evaluate(loop.evaluate) == trial.of_listen(loop.listen) == ""
    assert trial.of_network(models.MODELS["small"]) == ""


@pytest.mark.parametrize(
    "judge", [trial.of_dataset, trial.of_network, trial.of_train_epoch, trial.of_evaluate,
              trial.of_listen]
)  # fmt: skip
@pytest.mark.parametrize("answer", [None, ...])
def test_a_stub_is_neither_right_nor_wrong(judge, answer):
    with pytest.raises(NotImplementedError):
        judge(lambda *given: answer)


def test_the_sentence_counts_what_it_saw():
    assert "(6, 3)" in trial.of_network(
        lambda: nn.Sequential(nn.Flatten(), nn.Unflatten(1, (1, 28, 28)),
                              nn.Conv2d(1, 3, 28), nn.Flatten())
    )  # fmt: skip
    assert "954,002" in trial.of_network(models.MODELS["lecture"])


def test_random_numbers_of_others_are_left_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    trial.of_train_epoch(loop.train_epoch)
    trial.of_network(models.MODELS["small"])
    assert torch.equal(torch.rand(3), expected)
