"""All explorers that have a page: the course's, and the lab's with the small network.

>>> "convolution" in NAMES and "confusion" in NAMES
True
"""

from __future__ import annotations

from collections.abc import Callable

from cnncourse import explorers
from cnncourse.site import trained
from cnncourse.widgets.explorer import Explorer

NAMES = tuple(sorted([*explorers.__all__, *trained.__all__]))


def maker(name: str) -> Callable[[], Explorer]:
    """Return the function that makes an explorer; its docstring says what it shows."""
    make: Callable[[], Explorer] = getattr(trained if name in trained.__all__ else explorers, name)
    return make
