"""Numbers as a reader writes them: shares, counts, powers of ten; and words broken into lines.

    >>> percent(0.125), count(3, "map"), times(2), power_of_ten(-3)
    ('12.5 %', '3 maps', 'twice', '10⁻³')

Plain numbers are written by `svg.show_number`, bytes by `architectures.table.show_bytes`.
"""

from __future__ import annotations

import textwrap

from cnncourse.figures import svg
from cnncourse.geometry import by

__all__ = [
    "by",
    "count",
    "percent",
    "power_of_ten",
    "raised",
    "scientific",
    "times",
    "whole_percent",
    "wrapped",
]


def percent(share: float) -> str:
    """A share of 0 to 1 in per cent; what is not all is never written as 100 %, nor some as 0 %.

    >>> percent(0.5), percent(1 / 3), percent(0.9999), percent(0.0001)
    ('50 %', '33.3 %', 'over 99.9 %', 'under 0.1 %')
    """
    value = 100 * share
    if 99.95 <= value < 100:
        return "over 99.9 %"
    if 0 < value < 0.05:
        return "under 0.1 %"
    return f"{svg.show_number(value, 1)} %"


def whole_percent(probability: float) -> str:
    """A probability in whole per cent, rounded down where there is little room; at most 99 %.

    >>> whole_percent(0.876), whole_percent(1.0)
    ('87 %', '99 %')
    """
    return f"{int(100 * min(probability, 0.99))} %"


def count(number: int, noun: str) -> str:
    """A number and what it counts, in the plural unless it is 1.

    Parameters
    ----------
    number : int
    noun : str
        In the singular; its plural ends in s.

    >>> count(1, "unit"), count(1200, "unit")
    ('1 unit', '1,200 units')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def times(number: int) -> str:
    """How often: never, once, twice, 3 times."""
    return {0: "never", 1: "once", 2: "twice"}.get(int(number), f"{number} times")


def power_of_ten(power: float) -> str:
    """A whole power of ten, as on an axis: 10⁻³; the power 0 is written 1."""
    return f"10{raised(int(power))}" if power else "1"


def raised(power: int) -> str:
    """A whole number as an exponent.

    >>> f"2{raised(8)}, 10{raised(-3)}"
    '2⁸, 10⁻³'
    """
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def scientific(value: float) -> str:
    """A positive number or 0 in two digits, as a power of ten where it is very small or large.

    >>> scientific(0.524), scientific(17.2), scientific(9.43e-10)
    ('0.52', '17', '9.4·10⁻¹⁰')
    """
    if value == 0 or 0.01 <= value < 1000:
        return svg.show_number(float(f"{value:.2g}"), 3)
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·{power_of_ten(int(power))}"


def wrapped(text: str, most: float) -> list[str]:
    """Return words in lines; a word that is too long for a line stands alone, and is not cut.

    Parameters
    ----------
    text : str
    most : float
        Letters in a line.
    """
    return textwrap.wrap(
        text, max(1, int(most)), break_long_words=False, break_on_hyphens=False
    ) or [""]
