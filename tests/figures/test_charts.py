"""A scale puts numbers where they belong, and its ticks are round numbers that it shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ImageFont

from cnncourse.figures import charts, svg

NUMBERS = st.floats(-1e4, 1e4)


@given(low=NUMBERS, size=st.floats(1e-3, 1e4), share=st.floats(0, 1))
def test_a_scale_is_straight_between_its_ends(low, size, share):
    up = charts.Scale(low, low + size, start=200, end=40)
    assert up(low) == 200 and up(low + size) == pytest.approx(40)
    assert up(low + share * size) == pytest.approx(200 - 160 * share, abs=1e-3)
    assert up(low - 1) == 200 and up(low + size + 1) == pytest.approx(40)


def test_a_scale_may_run_backwards():
    ages = charts.Scale(30, -10, start=0, end=400)
    assert [ages(age) for age in (40, 30, 0, -10, -20)] == [0, 0, 300, 400, 400]


def test_equal_factors_are_equal_steps_on_a_logarithmic_scale():
    across = charts.Scale(1, 10_000, 0, 400, log=True)
    assert [across(10**p) for p in range(5)] == pytest.approx([0, 100, 200, 300, 400])


@given(low=NUMBERS, size=st.floats(1e-3, 1e4), most=st.integers(3, 8), whole=st.booleans())
def test_round_numbers_lie_on_the_scale_equally_far_apart(low, size, most, whole):
    found = charts.round_numbers(low, low + size, most, whole=whole)
    assert len(found) <= most + 2
    assert all(low - 1e-6 * size - 1e-9 <= x <= low + 1.000001 * size for x in found)
    gaps = [b - a for a, b in zip(found, found[1:], strict=False)]
    if gaps:
        assert re.fullmatch(r"[125]\.0*e.*", f"{gaps[0]:.3e}")
        assert max(gaps) == pytest.approx(min(gaps), rel=1e-3)
    assert not whole or all(x == int(x) for x in found)


def test_ticks_of_a_logarithmic_scale_are_powers_of_ten_their_doubles_and_fives():
    assert charts.Scale(100, 2000, 0, 1, log=True).ticks() == [100, 200, 500, 1000, 2000]


def test_a_long_logarithmic_scale_has_powers_of_ten_alone_so_that_they_stand_apart():
    ticks = charts.Scale(1e-4, 3, 0, 1, log=True).ticks()
    assert ticks == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1])
    assert charts.powers(1, 1000) == [1, 10, 100, 1000]


def test_a_grid_writes_each_tick_beside_its_line():
    up = charts.Scale(0, 1, 100, 0)
    drawn = charts.grid(up, (0, 0.5), left=40, right=90, gap=8)
    assert re.findall(r'<line x1="40" y1="(\d+)" x2="90" y2="\1"', drawn) == ["100", "50"]
    assert re.findall(r'<text x="32" y="\d+".*?>(.*?)<', drawn) == ["0", "0.5"]


def test_numbers_across_stand_below_their_places():
    drawn = charts.numbers(charts.Scale(0, 4, 10, 50), (0, 4), 80, write="t{:g}".format)
    assert re.findall(r'<text x="(\d+)" y="80".*?>(.*?)<', drawn) == [("10", "t0"), ("50", "t4")]


def test_a_curve_has_its_points_and_dots_if_asked():
    scales = charts.Scale(0, 1, 0, 10), charts.Scale(0, 1, 10, 0)
    drawn = charts.curve(*scales, (0, 1), (1, 0), dots=3)
    assert 'points="0,0 10,10"' in drawn and drawn.count("<circle") == 2
    assert "<circle" not in charts.curve(*scales, (0, 1), (1, 0))


def test_a_bar_stands_on_its_base():
    assert 'y="60" width="10" height="40"' in charts.bar(5, 100, 10, 40, svg.INPUT)


def bars_of(markup):
    """The bars of a row: left edge, top and height of each."""
    found = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', markup)
    return [tuple(map(float, bar)) for bar in found]


def test_bars_share_a_width_and_the_largest_fills_the_height():
    drawn = charts.bars([1, 4, 0, 2], svg.DATA[0], base=100, width=200, height=80)
    assert bars_of(drawn) == [(0, 80, 20), (50, 20, 80), (100, 100, 0), (150, 60, 40)]


@pytest.mark.parametrize("chosen", [1, 3, 4])
def test_pressing_a_bar_of_a_strip_leads_from_the_chosen_one_to_any_other(chosen):
    values, role = [5, 3, 8, 1], svg.DATA[1]
    drawn = charts.strip("w", values, role, "step", chosen, name="costs", width=400, height=60)
    [data] = re.findall(r"data-drag='([^']+)'", drawn)
    [move], at = json.loads(data)["moves"], json.loads(data)["at"]
    assert (move["control"], move["value"], move["along"]) == ("step", chosen, [100, 0])
    assert (move["least"], move["most"]) == (1 - chosen, 4 - chosen)
    assert 100 * (chosen - 1) < at[0] < 100 * chosen and 'data-name="step: costs"' in drawn


@pytest.mark.parametrize("width", [280, 400])
def test_a_legend_keeps_its_words_off_the_next_sample_where_a_phone_enlarges_them(width):
    names = ("momentum", "Adam", "SGD")
    chart = charts.line_chart(
        {name: ([1, 2], [0.5, 1]) for name in names}, title="t", across="a", up="u", width=width
    )
    shown = 11 * chart.width / 266  # 11 pixels high, in a picture 266 pixels wide
    wide_font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    font = ImageFont.truetype(wide_font, round(shown))
    starts = [float(x) for x in re.findall(r'<line x1="([\d.]+)" y1="26"', chart.markup)]
    assert len(starts) == 3
    for start, following, name in zip(starts, starts[1:], names, strict=False):
        assert start + 31 + font.getlength(name) + 6 < following


def lines_of(losses, **settings):
    """The points of each stretch of a chart's line, whose loss 0 is at 100 and loss 4 at 0."""
    steps = range(len(losses))
    chart = charts.line_chart(
        {"loss": (steps, losses)}, title="t", across="a", up="u", width=60, height=100, **settings
    )
    found = re.findall(r'<polyline points="([^"]+)"', chart.markup)
    return [[tuple(map(float, p.split(","))) for p in points.split()] for points in found]


def test_a_line_that_leaves_the_chart_is_cut_and_not_drawn_along_its_edge():
    left, right = lines_of([2, 6, 6, 6, 1e30, 2, 3], limits=(0, 4))
    assert left == [(52, 94), (57, 44)]  # half of the way up to 6
    assert right[0][1] == 44 and right[-1] == (112, 69)
    assert lines_of([-1, -1, 2], limits=(0, 4)) == [[(pytest.approx(92), 144), (112, 94)]]
    assert lines_of([5, 5, 5], limits=(0, 4)) == []
    assert lines_of([4, 4, 0], limits=(0, 4)) == [[(52, 44), (82, 44), (112, 144)]]


@example(losses=[0.0, 1e-308])
@given(losses=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12))
def test_a_line_that_stays_inside_is_whole(losses):
    (line,) = lines_of(losses)
    assert len(line) == len(losses)
