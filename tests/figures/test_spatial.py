"""Figures of padding, stride, fields and pooling: what they say is what is true."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncourse import convolution, figures
from cnncourse.figures.svg import WINDOW
from cnncourse.geometry import Window, layer_sizes

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture):
    return [t.text for t in ElementTree.fromstring(str(picture)).iter(f"{SVG}text")]


def frames(picture):
    """How many windows are framed."""
    rects = ElementTree.fromstring(str(picture)).iter(f"{SVG}rect")
    return sum(r.get("stroke") == WINDOW.line for r in rects)


# Padding ------------------------------------------------------------------------------------------


def test_the_sentence_tells_what_zeros_do_at_the_border():
    words = figures.padding(np.ones((7, 7)), kernel=3, padding=1).description
    assert "padding 1 (same), border zero: 7×7 → 7×7" in words
    assert "corner pixel is used 4 times, the middle one 9 times" in words
    assert "0.44 in the corner, 0.67 at the top edge and 1 in the middle" in words


def test_an_even_kernel_is_told_what_same_would_be():
    words = figures.padding(np.ones((7, 7)), kernel=4, padding=1).description
    assert "7×7 → 6×6" in words and "would need 1 before and 2 after" in words


# Stride -------------------------------------------------------------------------------------------


def test_stripes_that_a_mean_wipes_out_are_no_aliasing():
    words = figures.stride(kernel=3, stride=4, period=3).description
    assert "wipes out stripes every 3 pixels" in words
    assert "aliasing" not in words


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"stride": 4}, "24×24 → 6×6; 3 rows and columns .* look like stripes every 12 pixels"),
        ({"stride": 2, "period": 2}, "vanish"),
        ({"stride": 2, "period": 4}, "just two samples a stripe"),
        ({"kernel": 3, "period": 5}, "24×24 → 22×22; no rows and columns .* stay stripes"),
        ({"stride": 4, "kernel": 3, "padding": 1}, "→ 6×6; 3 rows .* over, 2 of them in the image"),
        ({"stride": 2, "kernel": 3, "padding": 1}, "1 row and column .* over, in the padding only"),
        ({"stride": 2, "kernel": 3}, r"1 row and column of the padded input left over\. "),
        ({"stride": 1, "kernel": 3, "padding": 1}, r"no rows and columns .* left over\. "),
    ],
)
def test_the_sentence_of_the_stride(settings, said):
    assert re.search(said, figures.stride(**settings).description)


def test_the_division_is_spelled_out():
    shown = texts(figures.stride(size=24, kernel=3, stride=4, dilation=2))
    assert "window: 2·(3 − 1) + 1 = 5" in shown and "room: 24 + 2·0 − 5 = 19" in shown
    assert "steps: 19 = 4·4 + 3" in shown and "output: 4 + 1 = 5" in shown


COUNTING, KERNEL = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)


def test_every_step_of_a_strided_convolution_has_its_window_and_value():
    picture = figures.strided_windows(COUNTING, KERNEL, stride=2, padding=1)
    shown = texts(picture)
    for words in ("row 0, column 0: 0", "row 0, column 1: 8", "row 1, column 0: 21",
                  "row 1, column 1: 43"):  # fmt: skip
        assert words in shown
    assert frames(picture) == 4
    assert "[0, 8], [21, 43]" in picture.description


def test_strides_keep_some_of_the_outputs():
    every = convolution.correlate(COUNTING, KERNEL, padding=1)
    picture = figures.stride_selections(every, [(2, 2), (3, 2), (2, 3)])
    assert "stride 2 keeps [0, 8], [21, 43]" in picture.description
    assert "stride 3 down, 2 right keeps [0, 8], [6, 8]" in picture.description
    assert "stride 2 down, 3 right keeps [0, 4], [21, 16]" in picture.description
    assert frames(picture) - 3 == 4 + 4 + 4  # one swatch a caption


def test_a_padded_input_shows_its_zeros():
    picture = figures.padded_input(np.full((2, 3), 7.0), 1, 3)
    assert sum(t == "0" for t in texts(picture)) == 4 * 5 - 6
    assert "2×3 input with 1 pixel of zeros around it is 4×5" in picture.description
    assert "has 2×3 places" in picture.description


# Output size --------------------------------------------------------------------------------------


def test_the_formula_is_shown_with_its_numbers():
    shown = texts(figures.output_size(224, kernel=7, stride=2, padding=3, target=112))
    assert "⌊(224 + 2·3 − 1·(7 − 1) − 1) / 2⌋ + 1 = ⌊223 / 2⌋ + 1 = 112" in " ".join(shown)
    assert "✓ The target is 112: hit." in shown


@pytest.mark.parametrize("kernel, words", [(3, "12 too many"), (27, "12 too few"), (15, "hit")])
def test_a_miss_gives_the_distance(kernel, words):
    assert words in figures.output_size(28, kernel=kernel, target=14).description


# Receptive field ----------------------------------------------------------------------------------

LAYERS = [("a", Window(3, 2, 1)), ("b", Window(3, 1, 0, 2)), ("c", Window(2, 2))]


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(st.integers(0, 3), st.data())
def test_the_words_name_the_pixels_that_reach_the_unit(layer, data):
    size = 24
    sizes = layer_sizes(size, LAYERS)
    assume(sizes == [24, 12, 8, 4])
    row, column = (data.draw(st.integers(0, sizes[layer] - 1)) for _ in range(2))
    words = figures.receptive_field(
        np.ones((size, size)), LAYERS, layer=layer, row=row, column=column
    ).description
    found = re.search(r"rows (−?\d+) to (−?\d+), columns (−?\d+) to (−?\d+)", words).groups()
    top, bottom, left, right = (int(word.replace("−", "-")) for word in found)
    rows, columns = reached(size, layer, row), reached(size, layer, column)
    assert (max(top, 0), min(bottom, size - 1)) == (rows[0], rows[-1])
    assert (max(left, 0), min(right, size - 1)) == (columns[0], columns[-1])
    assert f"sees {bottom - top + 1}×{right - left + 1} pixels" in words
    assert ("are padding" in words) == (min(top, left) < 0)


def reached(size, layer, unit):
    """Which pixels change the unit, found by changing each of them."""
    changed = []
    for pixel in range(size):
        signal = np.zeros(size)
        signal[pixel] = 1
        for _, w in LAYERS[:layer]:
            signal = convolution.correlate(
                signal, np.ones(w.kernel), stride=w.stride, padding=w.padding, dilation=w.dilation
            )
        if signal[unit]:
            changed.append(pixel)
    return changed


def test_every_row_of_the_tower_has_its_units_jump_and_field():
    picture = figures.receptive_field(np.ones((24, 24)), LAYERS, layer=3, row=0, column=0)
    shown = texts(picture)
    start = shown.index("sees") + 1
    rows = [shown[start + i : start + i + 3] for i in range(0, 12, 3)]
    assert rows == [["24", "1", "1"], ["12", "2", "3"], ["8", "2", "11"], ["4", "4", "13"]]


def test_layers_can_be_chosen_moved_dropped_and_inserted():
    picture = figures.receptive_field(
        np.ones((24, 24)), LAYERS, layer=2, row=0, column=0, kinds=["a", "pool"]
    )
    found = touches(picture)
    assert found["layer 3"] == {"step": 3}
    assert found["drop layer 1"] == {"layers": ["b", "c"], "step": 1}
    assert found["drop layer 3"] == {"layers": ["a", "b"], "step": 2}
    assert found["insert"] == {"layers": ["a", "b", "pool", "c"], "step": 3}
    grip = found["place of layer 2"]
    assert grip["also"] == {"layers": ["a", "b", "c"], "step": 2}
    (move,) = grip["moves"]
    assert (move["control"], move["least"], move["most"]) == ("place", -1, 1)
    assert move["along"][1] < 0  # upwards, as the layers are drawn


def touches(picture):
    """What the parts of a picture mean, by their names."""
    marked = ElementTree.fromstring(str(picture)).iter()
    return {
        part.get("data-name"): json.loads(part.get("data-set") or part.get("data-drag"))
        for part in marked
        if part.get("data-name")
    }


@pytest.mark.parametrize("padding", [0, 2, 3])
def test_the_ends_of_the_row_of_pixels_follow_the_hand_that_pads(padding):
    found = touches(figures.stride(size=20, kernel=3, stride=2, padding=padding, dilation=2))
    (left,), (right,) = (found[f"{side} end: padding"]["moves"] for side in ("left", "right"))
    assert left["along"][0] == -right["along"][0] < 0
    assert right["value"] + right["least"] == 0 and right["value"] + right["most"] == 3
    (grow,) = found["end of the window: kernel"]["moves"]
    (apart,) = found["second window: stride"]["moves"]
    assert grow["along"][0] == pytest.approx(2 * right["along"][0], abs=0.01)  # dilation 2
    assert apart["along"] == right["along"] and apart["control"] == "stride"


@pytest.mark.parametrize("stride, left", [(1, False), (2, True), (3, True), (5, False)])
def test_the_axis_of_the_puzzle_hatches_what_no_window_reaches(stride, left):
    plain = figures.output_size(28, kernel=3, stride=stride, target=14)
    hatched = str(plain).count('stroke-width="1.5"') - 1  # the ticks have this width, too
    assert (hatched > 0) == left  # 25 pixels of room


def test_solutions_collect_and_can_be_taken_again():
    picture = figures.output_size(
        28, kernel=2, stride=2, target=14, found=[(3, 2, 1, 1), (2, 2, 0, 1)], solutions=27
    )
    found = touches(picture)
    wanted = {"kernel": 3, "stride": 2, "padding": 1, "dilation": 1}
    assert found["solution 1"] == wanted and "solution 3" not in found
    empty = ElementTree.fromstring(str(picture)).findall(".//*[@stroke-dasharray='4 4']")
    assert len(empty) == 25


def test_a_layer_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match="layer 2, big, is impossible: a kernel of size 9"):
        figures.receptive_field(np.ones((8, 8)), [("pool", Window(2, 2)), ("big", Window(9))],
                                layer=2, row=0, column=0)  # fmt: skip


# Pooling ------------------------------------------------------------------------------------------


def test_the_sentence_of_pooling_is_measured():
    image = np.random.default_rng(0).uniform(size=(12, 12))
    words = figures.pooling(image, kind="max", window=2, stride=2, shift=1).description
    blocks = image.reshape(6, 2, 6, 2).max(axis=(1, 3))
    moved = np.roll(image, 1, axis=1).reshape(6, 2, 6, 2).max(axis=(1, 3))
    unchanged = round(100 * (blocks == moved).mean())
    change = np.linalg.norm(moved - blocks) / np.linalg.norm(blocks)
    assert "6×6 outputs, 36 " in words and f"leaves {unchanged} % " in words
    assert abs(float(re.search(r"output ([\d.]+)\.$", words)[1]) - change) <= 0.005


def test_the_axis_of_changes_has_numbers_where_the_curves_reach_them():
    image = np.random.default_rng(0).uniform(size=(12, 12))
    curves = ElementTree.fromstring(str(figures.pooling(image, shift=1))).iter(f"{SVG}text")
    ticks = [t.text for t in curves if t.get("text-anchor") == "end"]
    assert ticks == ["0", "0.5"]  # noise moves by 0.7 of its length


def test_pooled_lists_what_each_kind_makes():
    picture = figures.pooled(np.arange(16.0).reshape(4, 4))
    assert "max [5, 7], [13, 15]" in picture.description
    assert "avg [2.5, 4.5], [10.5, 12.5]" in picture.description
    assert "l2 [6.48, 9.9], [21.4, 25.34]" in picture.description


@pytest.mark.parametrize("picture", [
    figures.padding(np.ones((7, 7)), padding=6, kernel=1),
    figures.stride(size=32, stride=1, padding=3, kernel=5, dilation=4),
    figures.output_size(227, kernel=11, stride=4, target=55, found=[(11, 4, 0, 1)] * 30),
    figures.receptive_field(np.ones((24, 24)), LAYERS, layer=2, row=1, column=1, effective=True),
    figures.pooling(np.ones((8, 8)), kind="l2"),
    figures.pooled(np.eye(4)),
    figures.strided_windows(COUNTING, KERNEL),
    figures.stride_selections(COUNTING, [(2, 2)]),
    figures.padded_input(COUNTING, 1, 3),
])  # fmt: skip
def test_a_figure_is_xml_with_title_description_and_a_width_that_fits(picture):
    root = ElementTree.fromstring(str(picture))
    assert root.find(f"{SVG}title").text and len(root.find(f"{SVG}desc").text) > 30
    assert picture.width <= 960
