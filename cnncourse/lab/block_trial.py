"""A block that a learner has built in PyTorch, put on trial: what is wrong with it, or "".

    >>> from cnncourse.lab.history_models import PlainBlock, ResidualBlock
    >>> of_residual_block(ResidualBlock)
    ''
    >>> of_residual_block(PlainBlock)
    'the block does not give relu(x + F(x)), where F(x) is what the second batch norm gives'

Nothing looks at the code. The layers that PyTorch knows are listened to while a batch of small maps
goes through, and each must get and give what the block promises. A stub raises
NotImplementedError.
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
_ENTER, _WIDTHS = 7, (3, 4, 6, 2, 5, 8)  # all different: a path in the wrong place is seen


class Heard(NamedTuple):
    """A layer that worked, and what went in and came out."""

    layer: nn.Module
    before: torch.Tensor
    after: torch.Tensor


def of_residual_block(build: Callable[[int], Any]) -> str:
    """Try ``ResidualBlock(channels)``: relu(x + F(x)), F two 3×3 convolutions with batch norm.

    Parameters
    ----------
    build : callable
        Takes the number of channels.
    """
    x = _maps(_CHANNELS)
    heard, result = _listen(build(_CHANNELS), x)
    kinds = ["Conv2d", "BatchNorm2d"] * 2
    if problem := _of_result(result, x.shape) or _of_layers(heard, kinds):
        return problem
    conv1, norm1, conv2, norm2 = heard
    for conv in (conv1, conv2):
        if _settings(conv.layer) != (_CHANNELS, _CHANNELS, 3):
            return f"a convolution is {_words(conv.layer)}: use 3×3 with {_CHANNELS} channels"
    if conv1.layer is conv2.layer or norm1.layer is norm2.layer:
        return "one layer works twice: each of the four needs weights of its own"
    if not _equal(conv1.before, x):
        return "the first convolution does not read x itself"
    if not _equal(norm1.before, conv1.after) or not _equal(norm2.before, conv2.after):
        return "a batch norm does not read what its convolution gives"
    if not _equal(conv2.before, F.relu(norm1.after)):
        return "the second convolution does not read the ReLU of the first batch norm"
    if not _equal(result, F.relu(x + norm2.after)):
        return (
            "the block does not give relu(x + F(x)), where F(x) is what the second batch norm gives"
        )
    return ""


def of_inception(build: Callable[[int, Widths], Any]) -> str:
    """Try ``Inception(c_in, widths)``: four paths, a ReLU after each convolution, stacked in order.

    Parameters
    ----------
    build : callable
        Takes the channels that come in, and the six widths of `networks.inception`.
    """
    x = _maps(_ENTER)
    heard, result = _listen(build(_ENTER, _WIDTHS), x)
    one, reduce_3, three, reduce_5, five, project = _WIDTHS
    shape = (len(x), one + three + five + project, *x.shape[2:])
    convs = {_settings(h.layer): h for h in heard if isinstance(h.layer, nn.Conv2d)}
    wanted = [(_ENTER, one, 1), (_ENTER, reduce_3, 1), (reduce_3, three, 3),
              (_ENTER, reduce_5, 1), (reduce_5, five, 5), (_ENTER, project, 1)]  # fmt: skip
    for c_in, c_out, kernel in wanted:
        if (c_in, c_out, kernel) not in convs:
            return (
                f"with {_ENTER} channels in and widths {_WIDTHS} no Conv2d of {kernel}×{kernel} "
                f"from {c_in} to {c_out} channels has worked: set it as self.… = nn.Conv2d(…)"
            )
    if problem := _of_result(result, shape):
        return problem
    one_, reduce_3_, three_, reduce_5_, five_, project_ = (convs[each] for each in wanted)
    if not all(_equal(each.before, x) for each in (one_, reduce_3_, reduce_5_)):
        return "the 1×1 path and both reductions must read x itself"
    for first, second, name in ((reduce_3_, three_, "3×3"), (reduce_5_, five_, "5×5")):
        if not _equal(second.before, F.relu(first.after)):
            return f"the {name} convolution does not read the ReLU of its reduction"
    if not _equal(project_.before, F.max_pool2d(x, 3, stride=1, padding=1)):
        return "the last path must begin with 3×3 max pooling of x, at stride 1 and padding 1"
    ends = torch.cat([F.relu(each.after) for each in (one_, three_, five_, project_)], dim=1)
    if not _equal(result, ends):
        return "the result is not the ReLUs of the four paths, stacked as 1×1, 3×3, 5×5, pooling"
    return ""


# Helpers ------------------------------------------------------------------------------------------


def _maps(channels: int) -> torch.Tensor:
    """A batch of three: maps that are not square, with numbers of both signs."""
    return torch.randn(3, channels, 6, 8, generator=torch.Generator().manual_seed(6))


def _listen(module: Any, x: torch.Tensor) -> tuple[list[Heard], Any]:
    """Send maps through a module; return what its convolutions and batch norms did, and the end."""
    if_tried(module)
    if not isinstance(module, nn.Module):
        raise TypeError(f"it is a {type(module).__name__}, and not a module: class …(nn.Module)")
    heard: list[Heard] = []

    def note(layer: nn.Module, given: tuple[torch.Tensor, ...], after: torch.Tensor) -> None:
        heard.append(Heard(layer, given[0].detach().clone(), after.detach().clone()))

    for number, layer in enumerate(module.modules()):
        if isinstance(layer, (nn.Conv2d, nn.BatchNorm2d)):
            with using_seed(number):
                nn.init.normal_(layer.weight)  # a fresh batch norm would change little
            layer.register_forward_hook(note)
    with torch.no_grad():
        result = module(x.clone())
    if_tried(result)
    return heard, result


def _of_result(result: object, shape: tuple[int, ...]) -> str:
    if not isinstance(result, torch.Tensor):
        return f"forward returns a {type(result).__name__}: return the maps"
    if result.shape != shape:
        return f"maps of shape {tuple(result.shape)} come out: I expected {tuple(shape)}"
    return ""


def _of_layers(heard: list[Heard], kinds: list[str]) -> str:
    worked = [type(each.layer).__name__ for each in heard]
    if worked == kinds:
        return ""
    order = " → ".join(worked) or "none that PyTorch knows"
    return f"these layers worked: {order}. I expected {' → '.join(kinds)}, each set in __init__"


def _settings(layer: nn.Module) -> tuple[int, int, int]:
    """Channels in and out and kernel of a convolution."""
    assert isinstance(layer, nn.Conv2d)
    return layer.in_channels, layer.out_channels, layer.kernel_size[0]


def _words(layer: nn.Module) -> str:
    c_in, c_out, kernel = _settings(layer)
    return f"{kernel}×{kernel}, {c_in} → {c_out}"


def _equal(got: torch.Tensor, wanted: torch.Tensor) -> bool:
    return got.shape == wanted.shape and torch.allclose(got, wanted, atol=1e-5)
