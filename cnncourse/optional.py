"""PyTorch where it is wanted and installed, and nothing where it is not.

    >>> torch = torch_if(False)
    >>> torch is None
    True

The first four notebooks compute everything with NumPy. Set ``with_torch = True`` in them and
PyTorch's answer appears beside ours. The notebooks of the lab begin with :func:`need_torch`.
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
