"""Explorers of notebook 04, second half: the layers that bend, classify and regularise."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnncourse import activations as act
from cnncourse import figures, regularise
from cnncourse.figures.learning_layers import LARGEST_LOGIT
from cnncourse.figures.svg import Svg
from cnncourse.widgets.explorer import Explorer, choice, fine_slider, slider, toggle
from cnncourse.widgets.matrix import Matrix

UNITS, SAMPLES, DEEPEST = 48, 96, 20  # enough to see, few enough to follow a slider
_HIDDEN, _CLASSES = 8, 3
_DRAWS = 51


def activations() -> Explorer:
    """An activation in a deep stack: values, gradients, flat and dead shares, layer by layer.

    Returns
    -------
    Explorer
        Controls: function, scale, depth, weights; folded: seed.
    """
    controls = {
        "function": choice("function", list(act.ACTIVATIONS), "sigmoid"),
        "scale": fine_slider("input scale", 1.0, 0.1, 10.0),
        "depth": slider("depth", 10, 1, DEEPEST),
        "weights": choice("weights", list(act.INITIALISATIONS), "Glorot"),
        "seed": slider("seed", 0, 0, 20),
    }
    return Explorer(
        _draw_activations,
        controls,
        more=["seed"],
        stills=({}, {"function": "relu", "weights": "He"}, {"function": "tanh", "scale": 5.0}),
    )


def _draw_activations(*, function: str, scale: float, depth: int, weights: str, seed: int) -> Svg:
    normal, inputs = _random_stack(seed)
    spread = act.weight_spread(UNITS, UNITS, weights)
    signals = act.through_depth(function, list(spread * normal[:depth]), scale * inputs)
    return figures.signal_through_depth(function, signals)


@lru_cache(maxsize=4)
def _random_stack(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Standard normal weights for every layer, and inputs: the same for all settings of a seed."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(DEEPEST, UNITS, UNITS)), rng.normal(size=(SAMPLES, UNITS))


def dense_cost() -> Explorer:
    """What flatten and dense cost against image size, and what global average pooling saves.

    Returns
    -------
    Explorer
        Controls: size, halvings, channels, units; folded: classes.
    """
    controls = {
        "size": slider("image size", 28, 8, 512, 4),
        "halvings": slider("halvings", 2, 1, 5),
        "channels": slider("channels", 32, 8, 512, 8),
        "units": slider("hidden units", 128, 8, 4096, 8),
        "classes": slider("classes", 10, 2, 1000),
    }
    return Explorer(
        figures.dense_cost,
        controls,
        more=["classes"],
        stills=({}, {"size": 224}, {"size": 224, "halvings": 5}),
    )


def conv_backward() -> Explorer:
    """Pixels, weights and an output gradient to change: the gradients that a convolution returns.

    Returns
    -------
    Explorer
        Controls: pixels, weights, gradient.
    """
    controls = {
        "pixels": Matrix("input", np.arange(9).reshape(3, 3)),
        "weights": Matrix("kernel", np.arange(4).reshape(2, 2)),
        "gradient": Matrix("gradient of the output", np.array([[1, 0], [0, 0]])),
    }
    return Explorer(
        _draw_conv_backward, controls, stills=({}, {"gradient": ((1.0, 1.0), (1.0, 1.0))})
    )


def _draw_conv_backward(*, pixels: tuple, weights: tuple, gradient: tuple) -> Svg:
    return figures.conv_backward(np.array(pixels), np.array(weights), np.array(gradient))


def softmax() -> Explorer:
    """Logits to drag, a temperature, the right class: probabilities, entropy, loss, gradient.

    Returns
    -------
    Explorer
        Controls: temperature, target; folded: logit_0 to logit_3.
    """
    logits = {
        f"logit_{k}": fine_slider(f"logit of class {k}", z, -LARGEST_LOGIT, LARGEST_LOGIT)
        for k, z in enumerate((2.0, 1.0, 0.1, -1.0))
    }
    controls = {
        "temperature": fine_slider("temperature", 1.0, 0.1, 10.0),
        "target": slider("right class", 0, 0, 3),
        **logits,
    }
    return Explorer(
        _draw_softmax, controls, more=list(logits), stills=({}, {"temperature": 0.2}, {"target": 3})
    )


def _draw_softmax(*, temperature: float, target: int, **logits: float) -> Svg:
    return figures.softmax(np.array([*logits.values()]), target=target, temperature=temperature)


def dropout() -> Explorer:
    """A net of eight hidden units, thinned nets drawn from it, and the mean of all 256 of them.

    Returns
    -------
    Explorer
        Controls: p, mode, scaled; folded: seed, own (the number of the learner's thinned net).
    """
    controls = {
        "p": fine_slider("p (drop)", 0.5, 0.0, 0.9, 0.05),
        "mode": choice("mode", ["training", "evaluation"]),
        "scaled": toggle("scale survivors by 1/(1 − p)", True),
        "seed": slider("drawn", 0, 0, _DRAWS - 1),
        "own": slider("your thinned net", 0b11110111, 0, 2**_HIDDEN - 1),
    }
    return Explorer(
        _draw_dropout,
        controls,
        more=["seed", "own"],
        stills=({}, {"scaled": False}, {"mode": "evaluation"}),
    )


def _draw_dropout(*, p: float, seed: int, mode: str, scaled: bool, own: int) -> Svg:
    inputs, hidden, output = _small_net()
    _, masks = regularise.dropout(np.ones((3, _HIDDEN)), p, np.random.default_rng(seed))
    return figures.dropout(
        inputs,
        hidden,
        output,
        (masks > 0).astype(int),
        p=p,
        training=mode == "training",
        scaled=scaled,
        own=own,
        following=(seed + 1) % _DRAWS,
    )


@lru_cache(maxsize=1)
def _small_net() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An input and a net for it, always the same: only the masks are drawn anew."""
    rng = np.random.default_rng(23)  # all eight units are active
    inputs, hidden = rng.uniform(0.2, 1, size=4), rng.normal(0.3, 0.7, size=(4, _HIDDEN))
    return inputs, hidden, 0.6 * rng.normal(size=(_HIDDEN, _CLASSES))


def batch_norm() -> Explorer:
    """One channel of a batch, before and after: batch statistics against running statistics.

    The earlier batches, from which the running statistics come, have the same shift and scale.

    Returns
    -------
    Explorer
        Controls: batch, shift, scale, mode; folded: seen, gamma, beta, seed.
    """
    controls = {
        "batch": slider("batch size", 16, 1, 64),
        "shift": fine_slider("shift", 2.0, -5.0, 5.0, 0.5),
        "scale": fine_slider("scale", 1.5, 0.1, 5.0),
        "mode": choice("mode", ["training", "evaluation"]),
        "seen": slider("batches seen before", 50, 0, 50),
        "gamma": fine_slider("γ", 1.0, -2.0, 2.0),
        "beta": fine_slider("β", 0.0, -2.0, 2.0),
        "seed": slider("seed", 0, 0, 20),
    }
    return Explorer(
        _draw_batch_norm,
        controls,
        more=list(controls)[4:],
        stills=({}, {"mode": "evaluation"}, {"batch": 1}, {"batch": 1, "mode": "evaluation"}),
    )


def _draw_batch_norm(
    *,
    batch: int,
    shift: float,
    scale: float,
    mode: str,
    seen: int,
    gamma: float,
    beta: float,
    seed: int,
) -> Svg:
    images, past = _features(seed)
    x = scale * images[:batch] + shift
    running = regularise.Running(np.zeros(1), np.ones(1))
    for earlier in past[:seen]:
        running = regularise.update_running(running, scale * earlier + shift)
    training = mode == "training"
    y, running = regularise.batch_norm(x, gamma, beta, running, training=training)
    settings = {"shift": shift, "scale": scale, "gamma": gamma, "beta": beta}
    return figures.batch_norm(x, y, training=training, running=running, settings=settings)


@lru_cache(maxsize=4)
def _features(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A channel of 64 maps of 4×4, the first of a bright image, and 50 batches seen earlier.

    Each image has a level of its own, and each of its 16 values varies around that level.
    """
    rng = np.random.default_rng(seed)

    def maps(*shape: int) -> np.ndarray:
        levels, noise = rng.normal(size=(*shape, 1, 1, 1)), rng.normal(size=(*shape, 1, 4, 4))
        return 0.8 * levels + 0.6 * noise  # variance 0.64 + 0.36 = 1

    images = maps(64)
    images[0] += 1.5 - images[0].mean()
    return images, maps(50, 16)
