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


def an_epoch(steps, of=lambda losses: losses):
    """Return an epoch that does the steps of its name, in that order."""

    def train_epoch(net, loader, optimiser):
        net.train()
        losses = []
        for images, labels in loader:
            loss = nn.functional.cross_entropy(net(images), labels)
            for step in steps:
                {"zero": optimiser.zero_grad, "backward": loss.backward,
                 "step": optimiser.step}[step]()  # fmt: skip
            losses.append(loss.item())
        return of(losses)

    return train_epoch


def test_each_slip_of_a_loop_hears_of_its_own():
    no_step, no_backward, between, last, mean, only_one = (
        trial.of_train_epoch(an_epoch(steps, of)) for steps, of in [
            (["zero", "backward"], max), (["zero", "step"], max),
            (["backward", "zero", "step"], max),
            (["zero", "backward", "step"], lambda losses: losses[-1]),
            (["zero", "backward", "step"], lambda losses: sum(losses) / len(losses)),
            (["zero", "backward", "step"], str),
        ]
    )  # fmt: skip
    assert no_step != no_backward == between
    assert trial.SMALLER in mean
    assert not any(trial.SMALLER in other for other in (no_step, no_backward, last, only_one))


def test_a_switch_of_the_learner_is_switched_back():
    def evaluate(net, loader):
        torch.set_grad_enabled(False)
        return loop.evaluate(net, loader)

    assert trial.of_evaluate(evaluate) and torch.is_grad_enabled()


def test_a_bug_in_forward_is_told_from_layers_made_there():
    def net(end, start=lambda images: images):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv1, self.conv2 = nn.Conv2d(1, 4, 5, 3), nn.Conv2d(4, 10, 8)

            def forward(self, images):
                return end(self.conv2(self.conv1(start(images))))

        return Net

    assert trial.of_network(net(lambda z: z.flatten(1))) == ""
    assert "dropout" in trial.of_network(net(lambda z: nn.functional.dropout(z.flatten(1))))
    assert "-=" in trial.of_network(net(lambda z: z.flatten(1), lambda images: images.sub_(0.1)))
    assert "(10,)" in trial.of_network(net(torch.squeeze))
