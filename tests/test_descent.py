"""Descent: worked steps, PyTorch's optimisers as oracles, and where each must fail."""

import numpy as np
import pytest

from cnncourse import descent


def test_one_step_of_each_by_hand():
    gradient = np.array([-2.0, 8.0])
    for optimiser in ("SGD", "momentum"):
        np.testing.assert_allclose(
            descent.path(optimiser, rate=0.1, steps=1)[1], descent.START - 0.1 * gradient
        )
    adam = descent.path("Adam", rate=0.1, steps=1)[1]
    np.testing.assert_allclose(adam, descent.START - 0.1 * np.sign(gradient), atol=1e-6)


@pytest.mark.parametrize("optimiser", descent.OPTIMISERS)
def test_the_paths_are_pytorchs(optimiser):
    torch = pytest.importorskip("torch")
    at = torch.tensor(descent.START, requires_grad=True)
    theirs = {
        "SGD": lambda: torch.optim.SGD([at], lr=0.05),
        "momentum": lambda: torch.optim.SGD([at], lr=0.05, momentum=0.9),
        "Adam": lambda: torch.optim.Adam([at], lr=0.05),
    }[optimiser]()
    for _ in range(30):
        theirs.zero_grad()
        ((torch.tensor(descent.STEEPNESS) * at**2).sum() / 2).backward()
        theirs.step()
    ours = descent.path(optimiser, rate=0.05, steps=30)
    np.testing.assert_allclose(ours[-1], at.detach().numpy(), atol=1e-6)


def test_plain_descent_leaves_the_valley_beyond_two_over_the_steepness():
    """x → x·(1 − rate·steepness): it grows where this factor is below −1."""
    assert descent.loss(descent.path("SGD", rate=0.19, steps=60)[-1]) < 0.01
    assert descent.loss(descent.path("SGD", rate=0.21, steps=60)[-1]) > 100


@pytest.mark.parametrize(
    "wrong, words", [({"optimiser": "Adagrad"}, "SGD, momentum, Adam"), ({"rate": 0}, "rate is 0")]
)
def test_what_makes_no_sense_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        descent.path(**{"optimiser": "SGD", "rate": 0.1, "steps": 3, **wrong})
