"""Every explorer of notebook 04, first part, driven through its settings."""

import re
from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
import traitlets
from driving import put

from cnncourse import explorers
from cnncourse import pipeline as small_network
from cnncourse.architectures.networks import NETWORKS
from cnncourse.explorers import spatial_layers as module

ALL = ["pipeline", "padding", "stride", "output_size", "receptive_field", "pooling", "budget"]
FIELD = r"rows (\d+) to (\d+), columns (\d+) to (\d+)"


def readable(explorer):
    """The picture is XML with a title, and its words are the sentence."""
    root = ElementTree.fromstring(explorer.view.value)
    assert root.find("{*}title").text
    assert root.find("{*}desc").text == explorer.sentence
    return explorer.sentence


@pytest.mark.parametrize("name", ALL)
def test_the_default_view_is_possible_labelled_and_has_stills(name):
    explorer = getattr(explorers, name)()
    assert explorer.possible and readable(explorer)
    assert all(control.description for control in explorer.controls.values())
    stills = explorer.face()
    assert stills.count("<figure") == len(explorer.stills)
    ElementTree.fromstring(f"<div>{stills}</div>")


def test_geometry_controls_have_their_names():
    for name, wanted in {
        "padding": {"kernel", "padding"},
        "stride": {"kernel", "stride", "padding"},
        "output_size": {"kernel", "stride", "padding"},
        "pooling": {"stride"},
    }.items():
        controls = getattr(explorers, name)().controls
        assert all(controls[word].description == word for word in wanted)


def test_pipeline_over_all_digits_seeds_and_shifts():
    explorer = explorers.pipeline()
    for digit, seed in zip(range(10), range(9, -1, -1), strict=True):
        put(explorer, digit=digit, example=2 * digit, seed=seed, shift=digit % 5)
        sentence = readable(explorer)
        share, winner = re.search(r"share, ([\d.]+), goes to class (\d)", sentence).groups()
        assert 0.1 <= float(share) <= 1 and 0 <= int(winner) <= 9
    assert explorer.possible


def test_the_pipeline_reads_what_was_moved_last_a_scan_or_the_drawing():
    explorer = explorers.pipeline()
    scanned = readable(explorer)
    explorer.controls["drawing"].value = small_network.digit(8, 1)
    assert explorer.controls["input"].value == "my drawing"
    assert readable(explorer).endswith("goes to class 8.")
    put(explorer, digit=4)
    put(explorer, digit=3)
    assert explorer.controls["input"].value == "a scanned digit" and readable(explorer) == scanned


def test_the_number_explained_stays_inside_its_layer():
    explorer = explorers.pipeline()
    put(explorer, row=27, column=27)
    for layer, last in (("pool 2", 5), ("dense", 9), ("flatten", 293), ("conv 1", 3)):
        put(explorer, layer=layer)
        assert explorer.controls["channel"].max == last and explorer.possible


@pytest.mark.slow
def test_padding_over_all_kernels_amounts_modes_and_inputs():
    explorer = explorers.padding()
    inputs = {"all ones": np.ones((7, 7)), "ramp": np.add.outer(range(7), range(7)) / 12}
    for kernel, padding, mode, name in product(
        (1, 2, 3, 4, 5), (0, 1, 2, 4, 6), ("zero", "reflect", "edge", "wrap"), inputs
    ):
        put(explorer, kernel=kernel, padding=padding, padding_mode=mode, input=name)
        assert explorer.possible
        size = 7 + 2 * padding - kernel + 1
        assert f"7×7 → {size}×{size}." in explorer.sentence
        numpy_mode = "constant" if mode == "zero" else mode
        padded = np.pad(inputs[name], padding, numpy_mode)
        corner = padded[:kernel, :kernel].mean()
        shown = float(re.search(r"mean is (−?[\d.]+) in", explorer.sentence)[1])
        assert abs(shown - corner) <= 0.005 + 1e-9
    assert put(explorer, input="digit").possible


@pytest.mark.slow
def test_stride_over_kernels_strides_dilations_and_paddings():
    explorer = explorers.stride()
    for size, kernel, stride, dilation, padding in product(
        (16, 24, 32), (1, 3, 5), (1, 2, 4, 6), (1, 2, 4), (0, 1, 3)
    ):
        put(explorer, size=size, kernel=kernel, stride=stride, dilation=dilation, padding=padding)
        starts = range(0, size + 2 * padding - dilation * (kernel - 1), stride)
        assert explorer.possible == (len(starts) > 0)
        if explorer.possible:
            assert f"{size}×{size} → {len(starts)}×{len(starts)};" in explorer.sentence
            left = size + 2 * padding - (starts[-1] + dilation * (kernel - 1) + 1)
            said = re.search(r"; (no|\d+) rows? and", explorer.sentence)[1]
            assert said == (str(left) if left else "no")
        else:
            assert "does not fit" in explorer.sentence and "try" in explorer.sentence


def test_a_dilated_kernel_that_does_not_fit_gets_a_sentence():
    explorer = put(explorers.stride(), size=16, kernel=5, dilation=4)
    assert not explorer.possible and "it spans 17×17" in explorer.sentence


@pytest.mark.parametrize("period, stride, words", [
    (3, 4, "look like stripes every 12 pixels"),
    (8, 3, "stay stripes every 8 pixels"),
    (2, 6, "vanish"),
    (8, 4, "the limit"),
])  # fmt: skip
def test_stripes_alias(period, stride, words):
    assert words in put(explorers.stride(), kernel=1, period=period, stride=stride).sentence


def test_the_puzzle_counts_all_solutions_and_lists_those_found():
    explorer = explorers.output_size()
    assert "Solutions found: 0 of" in explorer.sentence
    total = int(re.search(r"of (\d+)\.$", explorer.sentence)[1])
    found = set()
    for kernel, stride, padding, dilation in product(
        range(1, 12), range(1, 5), range(6), range(1, 4)
    ):
        put(explorer, kernel=kernel, stride=stride, padding=padding, dilation=dilation)
        starts = range(0, 28 + 2 * padding - dilation * (kernel - 1), stride)
        assert explorer.possible == (len(starts) > 0)
        assert ("hit" in explorer.sentence) == (len(starts) == 14)
        if len(starts) == 14:
            found.add(f"k{kernel} s{stride} p{padding} d{dilation if kernel > 1 else 1}")
    # Every setting on the way was met too, in the order in which the sliders moved.
    listed = explorer.controls["found"].value.split(", ")
    assert set(listed) >= found and len(listed) == len(set(listed)) == total == len(found)


def test_a_miss_gives_the_distance_and_not_the_answer():
    explorer = put(explorers.output_size(), kernel=5)
    assert "28 → 24. The target is 14: 10 too many." in explorer.sentence
    assert "k" not in explorer.controls["found"].value


def test_another_task_begins_a_new_list():
    explorer = put(explorers.output_size(), kernel=2, stride=2)
    assert explorer.controls["found"].value == "k2 s2 p0 d1"
    put(explorer, task="32 → 28")
    assert explorer.controls["found"].value == ""
    put(explorer, stride=1, kernel=5)
    assert explorer.controls["found"].value == "k5 s1 p0 d1"


@pytest.mark.parametrize("task", module._TASKS)
def test_every_task_has_several_solutions(task):
    assert len(module._solutions(task)) >= 3


# Receptive field ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("padding", ["none", "same"])
@pytest.mark.parametrize("stack", module.STACKS)
def test_stepping_through_a_stack_shows_every_layer(stack, padding):
    explorer = put(explorers.receptive_field(stack), padding=padding)
    if not explorer.possible:
        assert "is impossible" in explorer.sentence
        return
    last = len(module.STACKS[stack])
    assert explorer.controls["step"].max == last
    for step in range(last + 1):
        put(explorer, step=step)
        size = explorer.controls["row"].max + 1
        assert explorer.controls["column"].max + 1 == size
        for unit in {0, size // 2, size - 1}:
            put(explorer, row=unit, column=size - 1 - unit)
            assert explorer.possible and f"one of {size}×{size}" in readable(explorer)


def test_fields_of_the_examples():
    def sees(stack):
        return re.search(r"sees (\d+)×", explorers.receptive_field(stack).sentence)[1]

    assert sees("three 3×3") == sees("one 7×7") == "7"
    assert sees("eight 3×3") == "17" and sees("dilations 1, 2, 4") == "15"
    assert sees("the same dilation") == "13" and sees("strides") == "15"
    assert sees("LeNet-5") == "32"


def test_the_last_drop_downs_and_the_value_say_the_same():
    explorer = explorers.receptive_field()
    stack = explorer.controls["layers"]
    stack.places[3].value = "pool 2×2"
    assert stack.value == ("conv 3×3",) * 3 + ("pool 2×2",)
    assert explorer.controls["step"].max == 4
    stack.value = ("conv 5×5", "conv 7×7")
    assert [p.value for p in stack.places[:3]] == ["conv 5×5", "conv 7×7", "–"]
    put(explorer, example="eight 3×3")
    assert stack.value == ("conv 3×3",) * 8 and explorer.controls["step"].value == 8


def test_a_layer_moves_with_its_place_and_a_touch_says_all_of_it():
    explorer = explorers.receptive_field("dilations 1, 2, 4")
    first, second, third = explorer.controls["layers"].value
    put(explorer, place=1)
    assert explorer.controls["layers"].value == (third, first, second)
    assert explorer.controls["step"].value == 1
    put(explorer, step=0)
    assert explorer.controls["layers"].value == (third, first, second)
    for place, wanted in ((2, (second, first, third)), (1, (first, second, third))):
        taken = {"layers": [first, second, third], "step": 1, "place": place}
        explorer.stage.touched = {"values": taken, "cells": [], "count": place}
        assert explorer.controls["layers"].value == wanted
        assert explorer.controls["step"].value == place


def test_the_eye_stays_where_it_looks_from_layer_to_layer():
    explorer = put(explorers.receptive_field("strides"), step=0, row=16, column=14)
    looked = [16, 14]
    for step in (1, 2, 3, 2, 1):
        put(explorer, step=step)
        ends = re.search(FIELD, explorer.sentence).groups()
        top, bottom, left, right = map(int, ends)
        looks = [(top + bottom) / 2, (left + right) / 2]
        assert all(abs(new - old) <= 2**step / 2 for new, old in zip(looks, looked, strict=True))
        looked = looks


def test_an_empty_stack_is_the_image_itself():
    explorer = explorers.receptive_field()
    put(explorer, layers=())
    assert explorer.possible and "the image itself" in explorer.sentence


def test_a_stack_that_is_too_deep_is_explained():
    explorer = put(explorers.receptive_field(), layers=("conv 7×7", "pool 2×2") * 4)
    assert not explorer.possible
    assert re.search(
        "layer 5, conv 7×7, is impossible.*does not fit in 3 pixels", explorer.sentence
    )


@pytest.mark.parametrize("layers", [("conv 9×9",), ("conv 3×3",) * 9])
def test_unknown_or_too_many_layers_are_refused(layers):
    with pytest.raises(traitlets.TraitError, match="use at most 8 of conv 1×1"):
        explorers.receptive_field().controls["layers"].value = layers


def test_the_longest_name_of_a_layer_ends_before_its_cross():
    root = ElementTree.fromstring(put(explorers.receptive_field(), layers=["conv 3×3, dilation 4"])
                                  .view.value)  # fmt: skip
    chip = root.find(".//*[@data-name='layer 1']")
    words, plate = chip.find("{*}text"), chip.find("{*}rect")
    end = float(words.get("x")) + 0.58 * 12.5 * len(words.text)
    assert end < float(plate.get("width")) - 24


def test_the_effective_field_can_be_shown_from_the_start():
    explorer = explorers.receptive_field("eight 3×3", effective=True)
    assert "ways" in explorer.sentence
    assert "ways" not in put(explorer, effective=False).sentence


# Pooling and budget -------------------------------------------------------------------------------


@pytest.mark.slow
def test_pooling_over_all_kinds_windows_strides_shifts_and_inputs():
    explorer = explorers.pooling()
    kinds = [option for option in explorer.controls["kind"].options]
    for kind, window, stride, shift, source in product(
        kinds, (2, 3, 5), (1, 2, 5), (0, 1, 8), ("digit", "noise", "stripes every 3")
    ):
        put(explorer, kind=kind, window=window, stride=stride, shift=shift, input=source)
        # whole stripes: they come round; and noise enough for a share of it
        size = {"digit": 28, "noise": 56}.get(source, 24)
        rows = len(range(0, size - window + 1, stride))
        assert explorer.possible and f": {rows}×{rows} outputs, " in explorer.sentence
        if shift == 0:
            assert "leaves 100 % of these unchanged" in explorer.sentence


def test_stripes_pooled_by_their_own_period_are_flat():
    explorer = put(explorers.pooling("stripes every 3"), kind="avg", window=3, stride=3, shift=1)
    assert "pooled output 0." in explorer.sentence


def test_noise_keeps_a_third_at_a_shift_of_one():
    explorer = put(explorers.pooling("noise"), shift=1)
    assert "leaves 33 % of these unchanged" in explorer.sentence


def test_a_blur_before_leaving_out_makes_the_change_of_stripes_smaller_not_their_unchanged_share():
    said = {}
    for kind in ("max", "max, then blur"):
        words = put(explorers.pooling("stripes every 3"), kind=kind, shift=1).sentence
        share = re.search(r"leaves (\d+) %", words)[1]
        said[kind] = int(share), float(re.search(r"pooled output ([\d.]+)\.$", words)[1])
    assert said == {"max": (33, 0.74), "max, then blur": (25, 0.26)}


def test_blank_paper_shows_no_winners():
    explorer = explorers.pooling()
    assert "gradient goes to (ink)" in explorer.view.value
    assert "(ink)" not in put(explorer, input="noise").view.value


@pytest.mark.parametrize("example", module._EXAMPLES)
def test_every_example_of_the_budget_is_what_it_says(example):
    explorer = put(explorers.budget(), example=example)
    assert explorer.possible == (example != "impossible")
    if example in NETWORKS:
        params = {"lenet5": 61_706, "lab_cnn": 954_002, "alexnet": 61_100_840,
                  "vgg16": 138_357_544}[example]  # fmt: skip
        assert f"{params:,} parameters" in readable(explorer)


def test_the_impossible_example_can_be_mended():
    explorer = explorers.budget("impossible")
    assert "layer 7, conv 120 k5, is impossible" in explorer.sentence
    assert "does not fit in 4 pixels" in explorer.sentence
    assert put(explorer, input="1×32×32").possible
    put(
        explorer,
        input="1×28×28",
        layers=explorer.controls["layers"].value.replace("120 k5", "120 k4"),
    )
    assert explorer.possible


@pytest.mark.parametrize("text, said", [
    ("conv 16", "line 1.*kernel is missing"),
    ("", "there is no layer yet"),
    ("linear 10", "put flatten before it"),
])  # fmt: skip
def test_a_text_that_is_wrong_gets_a_sentence(text, said):
    explorer = put(explorers.budget(), layers=text)
    assert not explorer.possible and re.search(said, explorer.sentence)


def test_typing_changes_the_bill():
    explorer = put(explorers.budget(), layers="flatten; linear 10")
    assert "7,850 parameters" in explorer.sentence
    put(explorer, input="3×32×32")
    assert "30,730 parameters" in explorer.sentence
