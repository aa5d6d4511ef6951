"""How long something takes, for the tests that measure."""

from collections.abc import Callable
from time import perf_counter


def seconds(work: Callable[[], object]) -> float:
    """The seconds that a function takes."""
    start = perf_counter()
    work()
    return perf_counter() - start
