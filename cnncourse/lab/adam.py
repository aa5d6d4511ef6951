"""Adam, the optimiser, in a page of code to read.

    adam = Adam(model.parameters())
    loss.backward()
    adam.step(0.003)  # each step is told its learning rate

``torch.optim.Adam`` takes the same steps, and loads PyTorch's compiler on the way: 100 MB of memory
and seconds that nothing in the lab needs.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch


class Adam:
    """Each weight gets a step of its own, from the means of its gradients.

    Parameters
    ----------
    parameters : iterable of Tensor

    References
    ----------
    D. P. Kingma and J. Ba (2015), *Adam: A Method for Stochastic Optimization*.
    """

    BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

    def __init__(self, parameters: Iterable[torch.Tensor]):
        self.parameters = [p for p in parameters if p.requires_grad]
        self.means = [torch.zeros_like(p) for p in self.parameters]
        self.squares = [torch.zeros_like(p) for p in self.parameters]
        self.steps = 0

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move the weights against their gradients, at a learning rate."""
        self.steps += 1
        # the means start at zero: early on they are too small by these factors
        young, young_square = 1 - self.BETA1**self.steps, 1 - self.BETA2**self.steps
        for weight, mean, square in zip(self.parameters, self.means, self.squares, strict=True):
            if weight.grad is None:  # a layer that was not used
                continue
            mean.lerp_(weight.grad, 1 - self.BETA1)
            square.mul_(self.BETA2).addcmul_(weight.grad, weight.grad, value=1 - self.BETA2)
            scale = square.div(young_square).sqrt_().add_(self.EPSILON)
            weight.addcdiv_(mean, scale, value=-rate / young)
        if self.steps % 100 == 0:
            self._forget_tiny_means()

    def _forget_tiny_means(self) -> None:
        """Set means that are nearly zero to zero.

        Those of a weight that is no longer used fade without ever reaching it. Below 1e-38 they
        are *denormal*, and processors compute with such numbers many times slower.
        """
        for mean in (*self.means, *self.squares):
            mean[mean.abs() < 1e-30] = 0
