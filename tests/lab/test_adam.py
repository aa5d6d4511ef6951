"""Adam: the same steps as PyTorch's, and no slow numbers."""

import pytest
import torch
from torch.nn import functional as F
from torch.optim.adam import adam as pytorchs_adam

from cnncourse.lab import models, training
from cnncourse.lab.adam import Adam


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


class PyTorchsAdam:
    """The arithmetic of ``torch.optim.Adam``, whose class loads the compiler: four seconds."""

    def __init__(self, parameters):
        self.parameters = list(parameters)
        self.means, self.squares = (
            [torch.zeros_like(each) for each in self.parameters] for _ in range(2)
        )
        self.steps = [torch.tensor(0.0) for _ in self.parameters]

    @torch.no_grad()
    def step(self, rate):
        pytorchs_adam(
            self.parameters, [each.grad for each in self.parameters], self.means, self.squares, [],
            self.steps, foreach=False, amsgrad=False, beta1=0.9, beta2=0.999, lr=rate,
            weight_decay=0, eps=1e-8, maximize=False,
        )  # fmt: skip


@pytest.mark.slow
def test_our_adam_takes_pytorchs_steps():
    ours, theirs = models.build("small", seed=2), models.build("small", seed=2)
    adam, reference = Adam(ours.parameters()), PyTorchsAdam(theirs.parameters())
    generator = torch.Generator().manual_seed(0)
    for step in range(30):
        images = torch.rand((8, 1, 28, 28), generator=generator)
        labels = torch.randint(10, (8,), generator=generator)
        rate = training.one_cycle(step, 30, 1e-3)
        for model in (ours, theirs):
            model.zero_grad()
            F.cross_entropy(model(images), labels).backward()
        torch.testing.assert_close(  # from the same gradients: rounding would grow otherwise
            torch.cat([p.grad.flatten() for p in ours.parameters()]),
            torch.cat([p.grad.flatten() for p in theirs.parameters()]),
            atol=1e-3, rtol=1e-2,
        )  # fmt: skip
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            mine.grad.copy_(other.grad)
        adam.step(rate)
        reference.step(rate)
    torch.testing.assert_close(weights(ours), weights(theirs), atol=1e-6, rtol=1e-4)


def test_adam_leaves_alone_what_has_no_gradient():
    used, unused, frozen = (torch.ones(2, requires_grad=ask) for ask in (True, True, False))
    (3 * used).sum().backward()
    Adam([used, unused, frozen]).step(0.1)
    assert used.tolist() == [pytest.approx(0.9)] * 2  # the first step is the learning rate
    assert unused.tolist() == frozen.tolist() == [1, 1]


def test_a_mean_that_fades_never_gets_denormal():
    """A dead unit's gradient is zero for ever: its mean shrinks by a tenth each step."""
    dead, alive = (torch.ones(3, requires_grad=True) for _ in range(2))
    adam = Adam([dead, alive])
    for step in range(1500):
        dead.grad = torch.full((3,), 1e-3 if step == 0 else 0.0)
        alive.grad = torch.full((3,), 1e-3)
        adam.step(1e-3)
        smallest = torch.finfo(torch.float32).tiny
        assert not any(((m > 0) & (m < smallest)).any() for m in (*adam.means, *adam.squares))
    assert (adam.means[0] == 0).all() and (adam.means[1] > 9e-4).all()
