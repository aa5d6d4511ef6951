"""Two ways of doing one thing, timed in turn in one run, so that a busy machine slows both."""

from collections.abc import Callable
from statistics import median

import pytest
from timing import seconds


@pytest.fixture
def side_by_side(benchmark, capsys):
    """Time ours (also in the table of pytest-benchmark) and theirs; return theirs / ours."""

    def compare(ours: Callable, theirs: Callable, *, rounds: int = 20) -> float:
        ours(), theirs()  # warm up
        pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
        benchmark.pedantic(ours, rounds=rounds)
        mine, other = (median(times) for times in zip(*pairs, strict=True))
        benchmark.extra_info["theirs / ours"] = round(other / mine, 2)
        with capsys.disabled():
            print(f"\n{benchmark.name}: {1000 * mine:.2f} ms against {1000 * other:.2f} ms, "
                  f"{other / mine:.1f} times")  # fmt: skip
        return other / mine

    return compare
