"""Shares, counts and powers of ten are written in one way, and say nothing false."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncourse.figures import words


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0 %"),
        (0.0004, "under 0.1 %"),
        (0.0006, "0.1 %"),
        (0.375, "37.5 %"),
        (0.9994, "99.9 %"),
        (0.9999999, "over 99.9 %"),
        (1, "100 %"),
        (1.5, "150 %"),
    ],
)
def test_only_all_is_100_per_cent_and_only_none_is_0(share, written):
    assert words.percent(share) == written


@given(st.floats(0.0005, 0.9994))
def test_a_share_is_written_within_a_twentieth_of_a_per_cent(share):
    assert abs(float(words.percent(share).removesuffix(" %")) - 100 * share) <= 0.0501


def test_what_is_counted_stands_in_the_plural_unless_it_is_one():
    assert [words.count(n, "map") for n in (0, 1, 2, 1000)] == [
        *("0 maps", "1 map", "2 maps", "1,000 maps")
    ]
    assert [words.times(n) for n in (0, 1, 2, 3)] == ["never", "once", "twice", "3 times"]


def test_powers_of_ten():
    written = [words.power_of_ten(p) for p in (-12, 0, 3, 1234567890)]
    assert written == ["10⁻¹²", "1", "10³", "10¹²³⁴⁵⁶⁷⁸⁹⁰"]


def test_numbers_are_written_short_and_small_ones_as_powers_of_ten():
    written = [words.scientific(v) for v in (0, 0.0149, 0.524, 17.2, 540, 1234, 9.97e-10)]
    assert written == ["0", "0.015", "0.52", "17", "540", "1.2·10³", "1.0·10⁻⁹"]


def test_a_shape_is_written_with_crosses():
    assert words.by((8, 28, 28)) == "8×28×28"


@given(st.text("ab -", max_size=40), st.integers(1, 12))
def test_wrapped_lines_hold_all_words_in_order_and_are_short_where_they_can_be(text, most):
    lines = words.wrapped(text, most)
    assert " ".join(lines).split() == text.split()
    assert all(len(line) <= most or " " not in line for line in lines)
