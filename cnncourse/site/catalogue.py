"""All explorers that have a page: the course's, and of the lab's those that need no PyTorch.

>>> "convolution" in NAMES and "confusion" in NAMES
True
"""

from __future__ import annotations

from collections.abc import Callable

from cnncourse import explorers
from cnncourse.widgets.explorer import Explorer

LAB = ("break_it", "confusion", "descent", "filters_over_time", "layer_xray", "what_matters")
NAMES = tuple(sorted([*explorers.__all__, *LAB]))


def maker(name: str) -> Callable[[], Explorer]:
    """Return the function that makes an explorer; its docstring says what it shows."""
    make: Callable[[], Explorer]
    if name in LAB:
        from cnncourse.site import trained  # in a browser, others start sooner without it

        make = getattr(trained, name)
    else:
        make = getattr(explorers, name)
    return make
