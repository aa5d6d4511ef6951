"""A block that a learner has built in PyTorch, put on trial: what is wrong with it, or "".

    >>> from cnncourse.lab.history_models import PlainBlock, ResidualBlock
    >>> of_residual_block(ResidualBlock)
    ''
    >>> of_residual_block(PlainBlock)
    'the block does not give relu(x + F(x)), where F(x) is what the second batch norm gives'

Nothing looks at the code. The layers that PyTorch knows are listened to while a batch of small maps
goes through, and each must give what the block promises; then gradients must find the way back. A
stub raises NotImplementedError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.architectures.networks import Widths
from cnncourse.lab.reproducible import using_seed
from cnncourse.lab.trial import if_tried

_CHANNELS = 5
_PADDED = "with zeros around it and without gaps"
_ENTER, _WIDTHS = 7, (3, 4, 6, 2, 5, 8)  # all different: a path in the wrong place is seen


class Heard(NamedTuple):
    """A layer that worked, and what went in and came out."""

    layer: nn.Conv2d | nn.BatchNorm2d
    before: torch.Tensor
    after: torch.Tensor

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its weights: channels out and in, height and width of the kernel."""
        return tuple(self.layer.weight.shape)


def of_residual_block(build: Callable[[int], Any]) -> str:
    """Try ``ResidualBlock(channels)``: relu(x + F(x)), F two 3×3 convolutions with batch norm.

    Parameters
    ----------
    build : callable
        Takes the number of channels.
    """
    x, module = _maps(_CHANNELS), build(_CHANNELS)
    if problem := _of_module(module):
        return problem
    heard, result = _listen(module, x)
    kinds = ["Conv2d", "BatchNorm2d"] * 2
    if problem := _of_result(result, x.shape) or _of_layers(heard, kinds):
        return problem
    conv1, norm1, conv2, norm2 = heard
    for conv in (conv1, conv2):
        if conv.shape != (wanted := (_CHANNELS, _CHANNELS, 3, 3)):
            return f"the weights of a convolution are {conv.shape}: I expected {wanted}"
    if conv1.layer is conv2.layer or norm1.layer is norm2.layer:
        return "one layer works twice: each of the four needs weights of its own"
    if norm1.layer.weight is None or norm2.layer.weight is None:
        return "a batch norm has no γ and β to learn: leave affine=False away"
    if not _convolves(conv1, x):
        return f"the first convolution does not read x itself, {_PADDED}"
    if not _equal(norm1.before, conv1.after) or not _equal(norm2.before, conv2.after):
        return "a batch norm does not read what its convolution gives"
    if not _convolves(conv2, F.relu(norm1.after)):
        return f"the second convolution does not read the ReLU of the first batch norm, {_PADDED}"
    if not _equal(result, F.relu(x + norm2.after)):
        return (
            "the block does not give relu(x + F(x)), where F(x) is what the second batch norm gives"
        )
    return _of_gradients(module, x, result)


def of_inception(build: Callable[[int, Widths], Any]) -> str:
    """Try ``Inception(c_in, widths)``: four paths, a ReLU after each convolution, stacked in order.

    Parameters
    ----------
    build : callable
        Takes the channels that come in, and the six widths of `networks.inception`.
    """
    x, module = _maps(_ENTER), build(_ENTER, _WIDTHS)
    if problem := _of_module(module):
        return problem
    heard, result = _listen(module, x)
    one, reduce_3, three, reduce_5, five, project = _WIDTHS
    shape = (len(x), one + three + five + project, *x.shape[2:])
    convs = {h.shape: h for h in heard if isinstance(h.layer, nn.Conv2d)}
    wanted = [
        (one, _ENTER, 1, 1),
        *((reduce_3, _ENTER, 1, 1), (three, reduce_3, 3, 3)),
        *((reduce_5, _ENTER, 1, 1), (five, reduce_5, 5, 5)),
        (project, _ENTER, 1, 1),
    ]
    for c_out, c_in, kernel, _ in wanted:
        if (c_out, c_in, kernel, kernel) not in convs:
            return (
                f"with {_ENTER} channels in and widths {_WIDTHS} no Conv2d of {kernel}×{kernel} "
                f"from {c_in} to {c_out} channels has worked: set it as self.… = nn.Conv2d(…)"
            )
    if problem := _of_result(result, shape):
        return problem
    one_, reduce_3_, three_, reduce_5_, five_, project_ = (convs[each] for each in wanted)
    if any(conv.layer.bias is None for conv in convs.values()):
        return "a convolution has no bias: leave bias=False away"
    if not all(_convolves(each, x) for each in (one_, reduce_3_, reduce_5_)):
        return "the 1×1 path and both reductions must read x itself"
    for first, second, name in ((reduce_3_, three_, "3×3"), (reduce_5_, five_, "5×5")):
        if not _convolves(second, F.relu(first.after)):
            return f"the {name} convolution does not read the ReLU of its reduction, {_PADDED}"
    if not _convolves(project_, F.max_pool2d(x, 3, stride=1, padding=1)):
        return "the last path must begin with 3×3 max pooling of x, at stride 1 and padding 1"
    ends = torch.cat([F.relu(each.after) for each in (one_, three_, five_, project_)], dim=1)
    if not _equal(result, ends):
        return "the result is not the ReLUs of the four paths, stacked as 1×1, 3×3, 5×5, pooling"
    return _of_gradients(module, x, result)


# Helpers ------------------------------------------------------------------------------------------


def _maps(channels: int) -> torch.Tensor:
    """A batch of three: maps that are not square, with numbers of both signs."""
    maps = torch.randn(3, channels, 6, 8, generator=torch.Generator().manual_seed(6))
    return maps.requires_grad_()


def _of_module(module: Any) -> str:
    if_tried(module)
    if not isinstance(module, nn.Module):
        return f"what is built is no module, but {module!r}: class …(nn.Module)"
    if type(module).forward is nn.Module.forward:
        return "the module has no forward: look how its name is spelt"
    return ""


def _listen(module: nn.Module, x: torch.Tensor) -> tuple[list[Heard], Any]:
    """Send maps through a module; return what its convolutions and batch norms did, and the end."""
    heard: list[Heard] = []

    def note(layer: Any, given: tuple[torch.Tensor, ...], after: torch.Tensor) -> None:
        heard.append(Heard(layer, given[0].detach().clone(), after.detach().clone()))

    with torch.no_grad():
        module(x.clone())  # lazy layers get their weights now
    for number, layer in enumerate(module.modules()):
        if isinstance(layer, (nn.Conv2d, nn.BatchNorm2d)):
            if layer.weight is not None:
                with using_seed(number):
                    nn.init.normal_(layer.weight)  # a fresh batch norm would change little
            layer.register_forward_hook(note)
    result = module(x * 1)  # as the output of a layer before it
    if_tried(result)
    return heard, result


def _of_result(result: object, shape: tuple[int, ...]) -> str:
    if not isinstance(result, torch.Tensor):
        return f"forward returns no tensor (but {type(result).__name__}): return the maps"
    if result.shape != shape:
        return f"maps of shape {tuple(result.shape)} come out: I expected {tuple(shape)}"
    return ""


def _of_layers(heard: list[Heard], kinds: list[str]) -> str:
    worked = [type(each.layer).__name__ for each in heard]
    if worked == kinds:
        return ""
    order = " → ".join(worked) or "none that PyTorch knows"
    return f"these layers worked: {order}. I expected {' → '.join(kinds)}, each set in __init__"


def _of_gradients(module: nn.Module, x: torch.Tensor, result: torch.Tensor) -> str:
    try:
        result.square().sum().backward()
    except RuntimeError:
        return (
            "the numbers are right, but gradients do not find the way back: use neither "
            "torch.no_grad() nor detach(), and nothing that changes x itself, as x += y does"
        )
    idle = [name for name, p in [("x", x), *module.named_parameters()] if p.grad is None]
    return f"the numbers are right, but no gradient reaches {', '.join(idle)}" if idle else ""


def _convolves(conv: Heard, maps: torch.Tensor) -> bool:
    """Tell whether a convolution gave what these maps give, padded with zeros to keep the size."""
    weight, bias = conv.layer.weight, conv.layer.bias
    return _equal(conv.after, F.conv2d(maps, weight, bias, padding=weight.shape[-1] // 2))


def _equal(got: torch.Tensor, wanted: torch.Tensor) -> bool:
    return got.shape == wanted.shape and torch.allclose(got, wanted, atol=1e-5)
