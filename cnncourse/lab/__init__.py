"""The lab: a convolutional network is trained on handwritten digits and then questioned.

The wing of the house where PyTorch lives. In the order of a lesson:

``digits``         MNIST, or a smaller sample without a network
``fetch``          MNIST's files, found or fetched, and always checked
``models``         the small network, the lecture's, and two baselines
``training``       ``fit`` → ``History``: plain lists of what happened
``evaluation``     accuracy with its interval, confusion, the most wrong, robustness
``live_training``  training in small pieces, for a hand that steers
``inspection``     what the layers do, as arrays
``preprocess``     a photograph → digits in MNIST's form: a door to ``cnncourse.handwriting``

Importing ``cnncourse.lab`` alone loads nothing: ``from cnncourse.lab import digits, training``.
The first four notebooks compute everything with NumPy. Set ``with_torch = True`` in the fourth and
PyTorch's answer appears beside ours (:func:`torch_if`). The notebooks of the lab begin with
:func:`need_torch`.

    >>> torch_if(False) is None
    True
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def torch_if(wanted: bool) -> ModuleType | None:
    """Return PyTorch if it is wanted, else None. It is not loaded unless it is wanted.

    Raises
    ------
    ValueError
        If it is wanted but not installed.
    """
    if not wanted:
        return None
    if find_spec("torch") is None:
        raise ValueError(
            "with_torch is True, but PyTorch is not installed: "
            'set with_torch = False, or run pip install -e ".[lab]" in the course folder'
        )
    return import_module("torch")


def need_torch() -> None:
    """Say what to install where PyTorch is missing. It is not loaded.

    Raises
    ------
    ModuleNotFoundError
        If torch or torchvision is not installed.
    """
    if find_spec("torch") is None or find_spec("torchvision") is None:
        raise ModuleNotFoundError(
            "this notebook needs PyTorch, which is not installed: "
            'run pip install -e ".[lab]" in the course folder, then restart the kernel'
        )
