"""What a network does inside, as arrays: kernels, feature maps, and what an answer hangs on.

    >>> from cnncourse.lab import models
    >>> {name: weights.shape for name, weights in kernels(models.build("small")).items()}
    {'conv1': (16, 1, 5, 5), 'conv2': (32, 16, 3, 3), 'conv3': (64, 32, 3, 3)}

The network is not changed for it: hooks listen while it works. It is put into evaluation mode
and afterwards back into the mode it was in. Images are uint8 (28, 28), as in the data set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from cnncourse import metrics
from cnncourse.geometry import check_choice
from cnncourse.images import covered
from cnncourse.lab.evaluation import as_input, evaluating, predict
from cnncourse.lab.threads import using_threads
from cnncourse.pipeline import Snapshot
from cnncourse.split import Split


def snapshot(model: nn.Module, step: int, split: Split) -> Snapshot:
    """Return a record of a network after so many steps; for networks with a convolution.

    Parameters
    ----------
    model : nn.Module
    step : int
    split : Split
        Digits to look at it with.

    Raises
    ------
    ValueError
        If the network has no convolution.
    """
    found = kernels(model)
    if not found:
        raise ValueError('this network has no kernels to record: use the model "small"')
    name = next(iter(found))
    share = metrics.accuracy(predict(model, split.images), split.labels)
    return Snapshot(step, share, found[name], feature_maps(model, split.images[0])[name])


def kernels(model: nn.Module) -> dict[str, np.ndarray]:
    """Return the weights of every convolution.

    Returns
    -------
    dict of str to ndarray of shape (C_out, C_in, KH, KW)
        Copies, by the name of the layer.
    """
    return {
        name: layer.weight.detach().cpu().numpy().copy()
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Conv2d)
    }


def feature_maps(model: nn.Module, image: np.ndarray) -> dict[str, np.ndarray]:
    """Return what comes out of every layer that gives maps: before and after each activation.

    Parameters
    ----------
    model : nn.Module
    image : ndarray of uint8 of shape (28, 28)

    Returns
    -------
    dict of str to ndarray of shape (C, H, W)
        In the order of computing. A layer that is used twice appears as "relu" and "relu (2)".
    """
    return {name: maps[0] for name, maps in _all_maps(model, image[None]).items()}


def saliency(model: nn.Module, image: np.ndarray, digit: int | None = None) -> np.ndarray:
    """Return how strongly each pixel, changed a little, would move the score of a digit.

    Parameters
    ----------
    model : nn.Module
    image : ndarray of uint8 of shape (28, 28)
    digit : int, optional
        Whose score; by default that of the network's answer.

    Returns
    -------
    ndarray of shape (28, 28), not negative
        The size of the gradient of the logit.

    References
    ----------
    K. Simonyan, A. Vedaldi and A. Zisserman (2013), *Deep inside convolutional networks*,
    arXiv:1312.6034.
    """
    with evaluating(model):
        pixels = as_input(image[None], model).requires_grad_()
        logits = model(pixels)[0]
        chosen = int(logits.argmax()) if digit is None else digit
        (gradient,) = torch.autograd.grad(logits[chosen], pixels)
    return _array(gradient[0, 0].abs())


def grad_cam(model: nn.Module, image: np.ndarray, digit: int | None = None) -> np.ndarray:
    """Return which places of the last convolution's maps speak for a digit.

    Each map counts by the mean of its gradient; what speaks against the digit is left out.

    Parameters
    ----------
    model, image, digit : as for :func:`saliency`

    Returns
    -------
    ndarray of uint8 of shape (28, 28)
        Enlarged from the size of the maps; the strongest place is 255.

    Raises
    ------
    ValueError
        If the network has no convolution.

    References
    ----------
    R. R. Selvaraju and others (2017), *Grad-CAM: Visual Explanations from Deep Networks via
    Gradient-Based Localization*.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    if not layers:
        raise ValueError('this network has no maps to look at: use the model "small"')
    heard: list[torch.Tensor] = []
    handle = layers[-1].register_forward_hook(lambda _layer, _in, out: heard.append(out))
    try:
        with evaluating(model):
            logits = model(as_input(image[None], model))[0]
    finally:
        handle.remove()
    chosen = int(logits.argmax()) if digit is None else digit
    (gradient,) = torch.autograd.grad(logits[chosen], heard[0])
    worth = gradient.mean(dim=(2, 3), keepdim=True)  # of each map
    heat = (worth * heard[0]).sum(1, keepdim=True).relu()
    large = nn.functional.interpolate(heat, size=image.shape, mode="bilinear")[0, 0]
    return np.rint(_array(255 * large / large.max().clamp(min=1e-12))).astype(np.uint8)


def occlusion(
    model: nn.Module,
    image: np.ndarray,
    *,
    patch: int = 5,
    stride: int = 2,
    digit: int | None = None,
) -> np.ndarray:
    """Return the probability of a digit with a black patch laid over the image, place by place.

    Parameters
    ----------
    model, image, digit : as for :func:`saliency`
    patch, stride : int, in pixels
        The side of the patch, and from one place to the next.

    Returns
    -------
    ndarray of shape (OH, OW), with OH = (28 − patch) // stride + 1
        Entry (i, j) belongs to the patch whose upper left corner is at (i·stride, j·stride).

    Raises
    ------
    ValueError
        If the patch does not fit in the image.

    References
    ----------
    M. D. Zeiler and R. Fergus (2014), *Visualizing and understanding convolutional networks*.
    """
    copies = covered(image, patch=patch, stride=stride)
    chosen = int(predict(model, image[None])[0].argmax()) if digit is None else digit
    asked = predict(model, copies.reshape(-1, *image.shape))[:, chosen]
    return asked.reshape(copies.shape[:2])


def peaks(model: nn.Module, images: np.ndarray, layer: str) -> np.ndarray:
    """Return the largest value of every channel of a layer, for every image.

    Parameters
    ----------
    model : nn.Module
    images : ndarray of uint8 of shape (N, 28, 28)
    layer : str
        A name from :func:`feature_maps`, such as "relu2".

    Returns
    -------
    ndarray of shape (N, C)

    Raises
    ------
    ValueError
        If the layer gives no maps.
    """
    check_choice("layer with maps", layer, feature_maps(model, images[0]))
    parts = (images[start : start + 250] for start in range(0, len(images), 250))
    with using_threads():
        return np.concatenate([_all_maps(model, part)[layer].max(axis=(2, 3)) for part in parts])


def preferred_inputs(model: nn.Module, *, steps: int = 100, smooth: float = 0.02) -> np.ndarray:
    """Return for every digit a picture that the network finds as much like it as it can.

    Each starts as a black picture and climbs the logit of its digit by the gradient. Differences
    between neighbouring pixels cost something: without that the result looks like noise.

    Parameters
    ----------
    model : nn.Module
    steps : int
    smooth : float
        The price of differences between neighbours.

    Returns
    -------
    ndarray of uint8 of shape (10, 28, 28)
    """
    pixels = as_input(np.zeros((10, 28, 28)), model).requires_grad_()
    with evaluating(model), using_threads():
        for _ in range(steps):
            rough = pixels.diff(dim=3).abs().sum() + pixels.diff(dim=2).abs().sum()
            score = model(pixels).diagonal().sum() - smooth * rough  # picture k, logit k
            (gradient,) = torch.autograd.grad(score, pixels)
            with torch.no_grad():
                pixels += gradient / (gradient.norm(dim=(2, 3), keepdim=True) + 1e-8)
                pixels.clamp_(0, 1)
    return np.round(255 * _array(pixels[:, 0])).astype(np.uint8)


# Helpers ------------------------------------------------------------------------------------------


def _all_maps(model: nn.Module, images: np.ndarray) -> dict[str, np.ndarray]:
    """Return the maps (N, C, H, W) of every layer that gives maps, in the order of computing."""
    maps: dict[str, np.ndarray] = {}

    def keep(name: str, output: torch.Tensor) -> None:
        if output.ndim == 4:
            times = sum(known.split(" (")[0] == name for known in maps)
            maps[f"{name} ({times + 1})" if times else name] = _array(output)

    with evaluating(model), _listening(model, keep), torch.inference_mode():
        model(as_input(images, model))
    return maps


@contextmanager
def _listening(model: nn.Module, keep: Callable[[str, torch.Tensor], None]) -> Iterator[None]:
    """Call `keep(name, output)` after every layer that has no layers inside."""

    def listener(name: str) -> Callable:
        return lambda _layer, _inputs, output: keep(name, output)

    handles = [
        layer.register_forward_hook(listener(name))
        for name, layer in model.named_modules()
        if name and not any(True for _ in layer.children())
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _array(values: torch.Tensor) -> np.ndarray:
    """A copy in NumPy: a later layer that works in place must not change what was kept."""
    return values.detach().cpu().numpy().copy()
