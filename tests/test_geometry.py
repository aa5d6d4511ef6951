"""Sizes and receptive fields: worked by hand, counted, and compared with PyTorch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncourse.geometry import (
    Field,
    Window,
    check_choice,
    check_whole,
    conv_output_size,
    effective_kernel,
    field_at,
    layer_sizes,
    padding_for,
    padding_name,
    pool_output_size,
    receptive_field,
    unused,
    windows_per_pixel,
)

settings_that_fit = st.tuples(
    st.integers(1, 40), st.integers(1, 7), st.integers(1, 5), st.integers(0, 5), st.integers(1, 4)
).filter(lambda s: s[0] + 2 * s[3] >= s[4] * (s[1] - 1) + 1)


def first_pixels(size, kernel, stride, padding, dilation):
    """Where windows start, found by trying every position: the oracle of this file."""
    last = dilation * (kernel - 1)
    return [a for a in range(-padding, size + padding, stride) if a + last < size + padding]


# Convolution sizes


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "output"),
    [
        (28, 3, 1, 1, 28),
        (14, 5, 1, 2, 14),
        (32, 5, 1, 0, 28),
        (227, 11, 4, 0, 55),
        (224, 11, 4, 2, 55),
        (224, 11, 4, 0, 54),
        (224, 7, 2, 3, 112),
        (28, 4, 1, 1, 27),
        (28, 4, 1, 2, 29),
    ],
)
def test_known_layers_have_their_published_sizes(size, kernel, stride, padding, output):
    assert conv_output_size(size, kernel, stride, padding) == output


@pytest.mark.parametrize(("padding", "output"), [(0, 24), (2, 28)])
def test_a_dilated_kernel_needs_as_much_room_as_it_spans(padding, output):
    assert conv_output_size(28, 3, padding=padding, dilation=2) == output


@given(settings_that_fit)
def test_the_formula_counts_the_positions(settings):
    assert conv_output_size(*settings) == len(first_pixels(*settings))


def test_sizes_are_those_of_pytorch_and_refused_where_pytorch_refuses():
    torch = pytest.importorskip("torch")
    grid = itertools.product(range(1, 10), range(1, 5), range(1, 4), range(3), range(1, 4))
    for size, kernel, stride, padding, dilation in grid:
        image, weights = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
        try:
            theirs = torch.nn.functional.conv1d(
                image, weights, stride=stride, padding=padding, dilation=dilation
            ).shape[-1]
        except RuntimeError:
            with pytest.raises(ValueError, match="does not fit"):
                conv_output_size(size, kernel, stride, padding, dilation)
        else:
            assert conv_output_size(size, kernel, stride, padding, dilation) == theirs


def test_a_size_is_a_plain_int_even_for_numpy_numbers():
    assert type(conv_output_size(np.int64(28), np.int32(3))) is int
    assert type(pool_output_size(np.int64(28), np.int32(2))) is int


@given(st.integers(1, 20), st.integers(2, 9), st.integers(1, 3))
def test_the_padding_a_refusal_suggests_is_enough_and_no_more_than_needed(size, kernel, dilation):
    if effective_kernel(kernel, dilation) <= size:
        return
    with pytest.raises(ValueError) as refusal:
        conv_output_size(size, kernel, dilation=dilation)
    suggested = int(str(refusal.value).split("padding=")[1].split()[0])
    assert conv_output_size(size, kernel, padding=suggested, dilation=dilation) in (1, 2)
    with pytest.raises(ValueError):
        conv_output_size(size, kernel, padding=suggested - 1, dilation=dilation)


def test_a_kernel_that_does_not_fit_is_refused_with_a_remedy():
    with pytest.raises(ValueError) as refusal:
        conv_output_size(3, 5)
    assert str(refusal.value) == (
        "a kernel of size 5 does not fit in 3 pixels with padding 0: "
        "try padding=1 or a smaller kernel"
    )
    with pytest.raises(ValueError, match=r"with dilation 3 this one spans 7 pixels"):
        conv_output_size(5, 3, dilation=3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"size": 0}, "size is 0: use a whole number of at least 1"),
        ({"kernel": 0}, "kernel is 0: use a whole number of at least 1"),
        ({"stride": 0}, "stride is 0: use a whole number of at least 1"),
        ({"padding": -1}, "padding is -1: use a whole number of at least 0"),
        ({"dilation": 0}, "dilation is 0: use a whole number of at least 1"),
        ({"stride": 1.5}, "stride is 1.5: use a whole number of at least 1"),
        ({"kernel": 3.0}, "kernel is 3.0: use a whole number of at least 1"),
        ({"kernel": "3"}, "kernel is '3': use a whole number of at least 1"),
        ({"kernel": True}, "kernel is True: use a whole number of at least 1"),
        ({"stride": None}, "stride is None: use a whole number of at least 1"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_by_name(arguments, sentence):
    with pytest.raises(ValueError) as refusal:
        conv_output_size(**{"size": 28, "kernel": 3} | arguments)
    assert str(refusal.value) == sentence


def test_any_whole_number_passes_where_there_is_no_least():
    check_whole("down", -5)
    with pytest.raises(ValueError, match="^down is 0.5: use a whole number$"):
        check_whole("down", 0.5)


# Pooling sizes


@pytest.mark.parametrize(
    ("size", "window", "stride", "padding", "ceil_mode", "output"),
    [
        (28, 2, 2, 0, False, 14),
        (55, 3, 2, 0, False, 27),
        (27, 3, 2, 0, False, 13),
        (13, 3, 2, 0, False, 6),
        (224, 2, 2, 0, False, 112),
        (112, 3, 2, 1, False, 56),
        (112, 3, 2, 0, True, 56),
        (567, 12, 12, 0, False, 47),
        (567, 12, 12, 0, True, 48),
        (576, 12, 12, 0, True, 48),
        (28, 2, 2, 0, True, 14),
    ],
)
def test_known_poolings_have_their_published_sizes(
    size, window, stride, padding, ceil_mode, output
):
    assert pool_output_size(size, window, stride, padding, ceil_mode) == output


def test_windows_touch_where_no_stride_is_given():
    assert pool_output_size(28, 2) == pool_output_size(28, 2, 2) == 14


def test_pooling_sizes_are_those_of_pytorch_and_refused_where_pytorch_refuses():
    torch = pytest.importorskip("torch")
    grid = itertools.product(range(1, 12), range(1, 6), range(1, 6), range(4), (False, True))
    for size, window, stride, padding, ceil_mode in grid:
        try:
            theirs = torch.nn.functional.max_pool1d(
                torch.zeros(1, 1, size), window, stride, padding, ceil_mode=ceil_mode
            ).shape[-1]
        except RuntimeError:
            with pytest.raises(ValueError):
                pool_output_size(size, window, stride, padding, ceil_mode)
        else:
            assert pool_output_size(size, window, stride, padding, ceil_mode) == theirs


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((2, 3), "a window of size 3 does not fit in 2 pixels with padding 0: "),
        ((9, 3, 1, 2), "padding 2 is more than half of window 3: try padding=1 or a larger window"),
        ((9, 0), "window is 0: use a whole number of at least 1"),
        ((9, 3, 0), "stride is 0: use a whole number of at least 1"),
    ],
)
def test_impossible_poolings_are_refused_with_a_remedy(arguments, sentence):
    with pytest.raises(ValueError) as refusal:
        pool_output_size(*arguments)
    assert str(refusal.value).startswith(sentence)


# Padding by name


@pytest.mark.parametrize(
    ("kernel", "name", "output"),
    [(3, "valid", 26), (3, "same", 28), (3, "full", 30)]
    + [(5, "valid", 24), (5, "same", 28), (5, "full", 32), (4, "same", 28)],
)
def test_named_paddings_give_the_textbook_sizes(kernel, name, output):
    assert conv_output_size(28 + sum(padding_for(name, kernel)), kernel) == output


def test_same_padding_of_an_even_kernel_puts_the_odd_pixel_after_the_image():
    assert padding_for("same", 4) == (1, 2)
    assert padding_for("same", 2) == (0, 1)
    assert padding_for("same", 3, dilation=2) == (2, 2)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("kernel", range(1, 6))
@pytest.mark.parametrize("dilation", range(1, 4))
def test_same_padding_is_that_of_pytorch(kernel, dilation):
    torch = pytest.importorskip("torch")
    signal = torch.arange(12.0).reshape(1, 1, 12) ** 2
    weights = torch.arange(1.0, kernel + 1).reshape(1, 1, kernel)
    named = torch.nn.functional.conv1d(signal, weights, padding="same", dilation=dilation)
    padded = torch.nn.functional.pad(signal, padding_for("same", kernel, dilation))
    by_number = torch.nn.functional.conv1d(padded, weights, dilation=dilation)
    assert torch.equal(named, by_number)


def test_an_unknown_padding_name_is_refused():
    with pytest.raises(ValueError, match="unknown padding 'half': use a whole number, 'valid'"):
        padding_for("half", 3)


# What windows see


@given(settings_that_fit)
def test_windows_per_pixel_counts_what_a_walk_over_all_windows_counts(settings):
    size, kernel, _stride, _padding, dilation = settings
    seen = [0] * size
    for first in first_pixels(*settings):
        for weight in range(kernel):
            pixel = first + weight * dilation
            if 0 <= pixel < size:
                seen[pixel] += 1
    assert windows_per_pixel(*settings).tolist() == seen


def test_a_corner_is_seen_once_and_the_middle_nine_times():
    counts = windows_per_pixel(5, 3)
    assert np.outer(counts, counts).tolist() == [
        [1, 2, 3, 2, 1],
        [2, 4, 6, 4, 2],
        [3, 6, 9, 6, 3],
        [2, 4, 6, 4, 2],
        [1, 2, 3, 2, 1],
    ]


@given(settings_that_fit)
def test_unused_pixels_lie_behind_the_last_window(settings):
    size, kernel, stride, padding, dilation = settings
    last = first_pixels(*settings)[-1] + dilation * (kernel - 1)
    assert unused(*settings) == size + padding - 1 - last
    assert 0 <= unused(*settings) < stride


def test_the_last_row_goes_unseen_without_padding_and_only_padding_goes_unseen_with_it():
    assert unused(28, 3, stride=2) == 1
    assert windows_per_pixel(28, 3, stride=2)[-1] == 0
    assert unused(28, 3, stride=2, padding=1) == 1
    assert windows_per_pixel(28, 3, stride=2, padding=1)[-1] == 1


# Receptive fields

LENET = [(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)]
ALEXNET = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]


def vgg16():
    layers = []
    for convolutions in (2, 2, 3, 3, 3):
        layers += [(3, 1)] * convolutions + [(2, 2)]
    return layers


def resnet50(stride_in_the_1x1):
    """Kernels and strides on the main path: conv1, pool, four stages of 1×1, 3×3, 1×1 blocks."""
    layers = [(7, 2), (3, 2)]
    ends = []
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            first, second = (stride, 1) if stride_in_the_1x1 else (1, stride)
            layers += [(1, first), (3, second), (1, 1)]
        ends.append(len(layers) - 1)
    return layers, ends


def pairs(fields):
    return [(field.size, field.jump) for field in fields]


def test_lenet_and_alexnet_have_their_known_receptive_fields():
    assert pairs(receptive_field(LENET)) == [(5, 1), (6, 2), (14, 2), (16, 4), (32, 4)]
    assert pairs(receptive_field(ALEXNET)) == (
        [(11, 4), (19, 8), (51, 8), (67, 16), (99, 16), (131, 16), (163, 16), (195, 32)]
    )


def test_vgg16_has_its_known_receptive_fields():
    fields = pairs(receptive_field(vgg16()))
    assert [fields[i] for i in (2, 5, 9, 13, 16, 17)] == (
        [(6, 2), (16, 4), (44, 8), (100, 16), (196, 16), (212, 32)]
    )


@pytest.mark.parametrize(
    ("stride_in_the_1x1", "ends"),
    [
        (False, [(35, 4), (91, 8), (267, 16), (427, 32)]),
        (True, [(35, 4), (99, 8), (291, 16), (483, 32)]),
    ],
)
def test_resnet50_sees_more_with_the_stride_in_the_first_convolution(stride_in_the_1x1, ends):
    layers, last_of_stage = resnet50(stride_in_the_1x1)
    fields = pairs(receptive_field(layers))
    assert [fields[i] for i in last_of_stage] == ends


def test_three_small_kernels_see_what_one_of_seven_sees():
    assert pairs(receptive_field([(3, 1)] * 3)) == [(3, 1), (5, 1), (7, 1)]
    assert receptive_field([(3, 1)] * 3)[-1].size == receptive_field([(7, 1)])[-1].size


def test_dilation_widens_the_field_without_more_weights():
    fields = receptive_field([Window(3, dilation=d) for d in (1, 2, 4)])
    assert [field.size for field in fields] == [3, 7, 15]


def test_a_stride_widens_only_what_comes_after_it():
    late, early = receptive_field([(3, 1), (3, 2)]), receptive_field([(3, 2), (3, 1)])
    assert pairs(late) == [(3, 1), (5, 2)]
    assert pairs(early) == [(3, 2), (7, 2)]


layer_lists = st.lists(
    st.builds(Window, st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3)),
    min_size=1,
    max_size=4,
)


@given(layer_lists)
def test_a_field_spans_the_input_pixels_that_two_neighbouring_units_can_reach(layers):
    """Oracle: walk back from a unit to all pixels that feed it."""
    field = receptive_field(layers)[-1]
    for unit in (0, 1):
        pixels = {unit}
        for layer in reversed(layers):
            pixels = {
                pixel * layer.stride - layer.padding + weight * layer.dilation
                for pixel in pixels
                for weight in range(layer.kernel)
            }
        assert max(pixels) - min(pixels) + 1 == field.size
        assert (max(pixels) + min(pixels)) / 2 == field.centre + unit * field.jump


def test_a_chain_without_layers_has_no_fields_and_a_bad_layer_is_refused():
    assert receptive_field([]) == []
    assert receptive_field([(1, 1)]) == [Field(size=1, jump=1, centre=0.0)]
    with pytest.raises(ValueError, match="stride is 0"):
        receptive_field([(3, 0)])


@pytest.mark.parametrize(
    "kernel, padding, name",
    [(3, 0, "valid"), (3, 1, "same"), (3, 2, "full"), (5, 2, "same"), (5, 1, ""), (4, 1, ""),
     (1, 0, "valid and same and full")],
)  # fmt: skip
def test_a_padding_has_its_name(kernel, padding, name):
    assert padding_name(kernel, padding) == name


STACK = [("a", Window(3, 2, 1)), ("b", Window(3, 1, 0, 2)), ("c", Window(2, 2))]


def test_the_sizes_of_a_stack_by_hand():
    assert layer_sizes(24, STACK) == [24, 12, 8, 4]
    with pytest.raises(ValueError, match="layer 2, b, is impossible"):
        layer_sizes(8, STACK)


def test_the_pixels_that_a_unit_sees_by_hand():
    windows = [window for _, window in STACK]
    assert [field_at(windows, layer).span(0) for layer in range(4)] == [
        (0, 1),
        (-1, 2),  # one pixel of padding
        (-1, 10),  # 3 + 2·2·2 pixels
        (-1, 12),
    ]
    assert [field_at(windows, layer).span(3) for layer in range(4)] == [
        (3, 4),
        (5, 8),  # two pixels a unit further
        (5, 16),
        (11, 24),
    ]


def test_what_is_no_choice_is_refused_with_the_choices_there_are():
    check_choice("size", None, (None, 3))
    with pytest.raises(ValueError, match="size 4: use one of None, 3"):
        check_choice("size", 4, (None, 3))
