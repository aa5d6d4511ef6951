"""Networks as records: PyTorch is the judge of shapes, counts and receptive fields."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.architectures import table as arch
from cnncourse.architectures import trace
from cnncourse.architectures.layers import (
    AveragePool,
    BatchNorm,
    Conv,
    Dropout,
    Flatten,
    GlobalAveragePool,
    Linear,
    LogSoftmax,
    MaxPool,
    ReLU,
    Softmax,
    parse,
)
from cnncourse.architectures.table import paths
from cnncourse.geometry import Window, receptive_field


def as_tuples(table):
    return [(row.kind, row.shape, row.params) for row in table]


@pytest.mark.parametrize(
    "name, params, macs, numbers",
    [
        ("lenet5", 61_706, 416_520, 14_612),
        ("lab_cnn", 954_002, 2_257_648, 42_578),
        ("alexnet", 61_100_840, 714_188_480, 1_098_216),
        ("vgg16", 138_357_544, 15_470_264_320, 28_676_072),
    ],
)
def test_the_totals_are_the_published_ones(name, params, macs, numbers):
    assert trace(name).totals == (params, macs, 4 * numbers)


def test_receptive_fields_of_the_named_networks():
    def fields(name, kinds=("Conv2d", "MaxPool2d")):
        return [(r.field.size, r.field.jump) for r in trace(name) if r.kind in kinds]

    assert fields("lenet5") == [(5, 1), (6, 2), (14, 2), (16, 4), (32, 4)]
    assert fields("lab_cnn") == [(3, 1), (4, 2), (12, 2), (14, 4)]
    assert fields("alexnet") == [
        *[(11, 4), (19, 8), (51, 8), (67, 16), (99, 16), (131, 16), (163, 16), (195, 32)]
    ]
    pools = fields("vgg16", ("MaxPool2d",))
    assert pools == [(6, 2), (16, 4), (44, 8), (100, 16), (212, 32)]


# Random stacks, with PyTorch as the judge ---------------------------------------------------------

# channels, kernel, stride, padding, dilation
conv_sizes = [st.integers(*ends) for ends in ((1, 4), (1, 5), (1, 3), (0, 3), (1, 2))]
convs = st.builds(Conv, *conv_sizes, st.booleans())
pools = st.builds(
    lambda kind, *settings: kind(*settings),
    st.sampled_from([MaxPool, AveragePool]),
    st.integers(1, 4),
    st.one_of(st.none(), st.integers(1, 3)),
    st.integers(0, 2),
    st.booleans(),
)
others = st.one_of(
    st.just(ReLU()),
    st.just(BatchNorm()),
    st.builds(Dropout, st.sampled_from([0.0, 0.3, 0.5])),
    st.just(GlobalAveragePool()),
    st.just(Flatten()),
    st.builds(Linear, st.integers(1, 9), st.booleans()),
    st.just(Softmax()),
    st.just(LogSoftmax()),
)
stacks = st.lists(st.one_of(convs, pools, others), min_size=1, max_size=7)


def twin(nn, layer, shape):
    """The PyTorch module for a layer record that gets this shape."""
    if isinstance(layer, Conv):
        return nn.Conv2d(shape[0], layer.channels, layer.kernel, layer.stride, layer.padding,
                         layer.dilation, bias=layer.bias)  # fmt: skip
    if isinstance(layer, MaxPool):  # AveragePool too
        kind = nn.AvgPool2d if isinstance(layer, AveragePool) else nn.MaxPool2d
        return kind(layer.size, layer.stride, layer.padding, ceil_mode=layer.ceil_mode)
    if isinstance(layer, Linear):
        if len(shape) > 1:
            raise RuntimeError("PyTorch would use the last axis; the course asks for flatten")
        return nn.Linear(shape[0], layer.features, bias=layer.bias)
    if isinstance(layer, BatchNorm):
        return (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0])
    simple = {
        ReLU: nn.ReLU(),
        Dropout: nn.Dropout(getattr(layer, "share", 0)),
        Flatten: nn.Flatten(),
        GlobalAveragePool: nn.AdaptiveAvgPool2d(1),
        Softmax: nn.Softmax(dim=1),
        LogSoftmax: nn.LogSoftmax(dim=1),
    }
    return simple[type(layer)]


@pytest.mark.slow
@settings(deadline=None, max_examples=120)
@given(stacks, st.integers(1, 3), st.integers(3, 14), st.integers(3, 14))
def test_pytorch_agrees_on_every_shape_and_count_or_finds_the_same_layer_impossible(
    stack, channels, height, width
):
    torch = pytest.importorskip("torch")
    shape, expected, impossible = (channels, height, width), [], None
    x = torch.zeros(2, *shape)
    for number, layer in enumerate(stack, start=1):
        if len(shape) == 1 and isinstance(layer, (Conv, MaxPool, GlobalAveragePool)):
            impossible = number  # PyTorch would take the vector for an image without channels
            break
        try:
            module = twin(torch.nn, layer, shape)
            x = module.eval()(x)
        except RuntimeError:
            impossible = number
            break
        shape = tuple(x.shape[1:])
        name = type(module).__name__
        expected.append((name, shape, sum(p.numel() for p in module.parameters())))
    if impossible is None:
        assert as_tuples(trace(stack, (channels, height, width))) == expected
    else:
        with pytest.raises(ValueError, match=f"^layer {impossible}, "):
            trace(stack, (channels, height, width))


windows = st.lists(
    st.builds(Window, st.integers(1, 5), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3)),
    min_size=1,
    max_size=5,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(windows, st.data())
def test_the_receptive_field_is_where_the_gradient_is_not_zero(layers, data):
    torch = pytest.importorskip("torch")
    field = receptive_field(layers)[-1]
    size = min(field.size + 4 * field.jump + 40, 4000)
    x = torch.ones(1, 1, size, dtype=torch.float64, requires_grad=True)
    y = x
    for w in layers:
        reach = w.dilation * (w.kernel - 1) + 1
        if reach > y.shape[-1] + 2 * w.padding:
            return
        y = torch.nn.functional.conv1d(y, torch.ones(1, 1, w.kernel, dtype=torch.float64),
                                       None, w.stride, w.padding, w.dilation)  # fmt: skip
    unit = data.draw(st.integers(0, y.shape[-1] - 1))
    y[0, 0, unit].backward()
    gradient = x.grad[0, 0].numpy()
    first = round(field.centre + unit * field.jump - (field.size - 1) / 2)
    last = first + field.size - 1
    seen = np.flatnonzero(gradient)
    if len(seen):
        assert first <= seen[0] and seen[-1] <= last
    if first >= 0 and last < size:  # no padding in it, so its ends are really seen
        assert gradient[first] > 0 and gradient[last] > 0
    assert np.allclose(paths(layers, size, unit)[0], gradient)


def test_a_stack_from_the_text_has_the_field_of_its_gradient_support():
    torch = pytest.importorskip("torch")
    table = trace(parse("conv 1 k3; pool 2; conv 1 k3 d2; avgpool 3 s2; conv 1 k1"), (1, 64, 64))
    x = torch.ones(1, 1, 64, 64, requires_grad=True)
    f, w = torch.nn.functional, torch.ones(1, 1, 3, 3)
    y = f.conv2d(f.avg_pool2d(f.conv2d(x, w), 2), w, dilation=2)
    y = f.avg_pool2d(y, 3, 2)
    y[0, 0, 4, 4].backward()
    rows = np.flatnonzero(x.grad[0, 0].sum(dim=1))
    assert rows[-1] - rows[0] + 1 == table[-1].field.size == 16  # 1 + 2 + 1 + 4·2 + 2·2


def test_after_flatten_and_dense_a_unit_sees_all():
    table = trace([Conv(2, 3), Flatten(), Linear(5), ReLU()], (1, 8, 8))
    assert [row.field and row.field.size for row in table] == [3, 3, None, None]
    assert trace([GlobalAveragePool(), Conv(1, 1)], (3, 8, 8))[-1].field is None


def test_adaptive_pooling_in_equal_parts_is_a_pooling():
    assert trace([GlobalAveragePool(2)], (1, 8, 8))[0].field.size == 4
    assert trace([GlobalAveragePool(3)], (1, 8, 8))[0].field is None  # parts of unequal size


@pytest.mark.parametrize("layers", [2, 5, 11])
def test_the_ways_form_a_bell_whose_width_grows_with_the_root_of_the_depth(layers):
    ways = paths([Window(3)] * layers, 2 * layers + 1, 0)[0]
    place = np.arange(len(ways)) - layers
    assert ways.sum() == 3**layers
    assert np.isclose((ways * place**2).sum() / ways.sum(), layers * 2 / 3)


def test_a_unit_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no unit 5: the last layer has units 0 to 4"):
        paths([Window(3)], 7, 5)


# Costs --------------------------------------------------------------------------------------------


def test_costs_of_a_layer_by_hand():
    conv, flat, dense = trace([Conv(6, 5), Flatten(), Linear(10)], (3, 9, 7))
    assert conv.shape == (6, 5, 3)
    assert conv.params == 25 * 3 * 6 + 6 and conv.macs == 25 * 3 * 6 * 5 * 3
    assert (flat.memory, conv.memory, dense.memory) == (0, 4 * 90, 40)
    assert dense.params == 90 * 10 + 10 and dense.macs == 900
    assert dense.before == (90,)


def test_without_a_bias_there_are_so_many_parameters_less():
    with_bias, without = (trace([Conv(8, 3, bias=b)], (1, 9, 9)).totals.params for b in (1, 0))
    assert with_bias - without == 8


def test_named_padding_is_resolved():
    shapes = [trace([Conv(1, 4, padding=p)], (1, 9, 9))[0].shape for p in ("valid", "same", "full")]
    assert shapes == [(1, 6, 6), (1, 9, 9), (1, 12, 12)]


# Text ---------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.one_of(convs, pools, others), min_size=1, max_size=6))
def test_what_is_written_is_read_back(stack):
    assert parse("\n".join(str(layer) for layer in stack)) == tuple(stack)


def test_comments_blank_lines_and_semicolons():
    text = "\nCONV 4 k3 same  # keeps the size\n\nrelu; pool 2\n# the end\nlinear 3 nobias"
    assert parse(text) == (Conv(4, 3, padding="same"), ReLU(), MaxPool(2), Linear(3, bias=False))


@pytest.mark.parametrize(
    "text, said",
    [
        ("cnov 3 k3", "line 1.*no layer called 'cnov': use conv, pool"),
        ("relu\nconv 16", "line 2, “conv 16”: the kernel is missing.*conv 16 k3"),
        ("conv k3", "the channels is missing"),
        ("pool", "the size is missing"),
        ("linear", "the features is missing"),
        ("conv 16 k3 k5", "kernel is given twice"),
        ("conv 16 8 k3", "channels is given twice"),
        ("conv 16 kk", "do not understand 'kk'"),
        ("conv 16 k-3", "do not understand 'k-3'"),
        ("pool 2 d2", "do not understand 'd2'"),
        ("relu 3", "do not understand '3'"),
        ("linear 1.5", "do not understand '1.5'"),
        ("", "there is no layer yet"),
        ("# nothing", "there is no layer yet"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, said):
    with pytest.raises(ValueError, match=said):
        parse(text)


@pytest.mark.parametrize(
    "stack, shape, said",
    [
        ("conv 6 k5; pool 2; conv 6 k9; conv 6 k9", (1, 20, 20),
         "layer 3, conv 6 k9, .*size 9 does not fit in 8 pixels .* try padding=1"),
        ("linear 10", (1, 4, 4), "gets a volume of shape 1×4×4: put flatten before it"),
        ("flatten; pool 2", (1, 4, 4), "layer 2.*vector of 16 numbers: put it before flatten"),
        ("flatten; gap", (1, 4, 4), "vector of 16 numbers"),
        ("conv 0 k3", (1, 4, 4), "channels is 0: use a whole number of at least 1"),
        ("conv 3 k3 s2 same", (1, 9, 9), "defined for stride 1 only, not 2"),
        ("pool 2 p2", (1, 9, 9), "more than half of window 2"),
        ("dropout 2", (3,), "a share of 2: use a share from 0 to 1"),
        ("relu", (1, 4), "use .channels, height, width."),
        ("relu", (1, 0, 4), "at least 1"),
        ("relu", None, "need an input_shape"),
    ],
)  # fmt: skip
def test_the_first_impossible_layer_is_named_with_a_way_out(stack, shape, said):
    with pytest.raises(ValueError, match=said):
        trace(parse(stack), shape)


def test_an_unknown_network_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'resnet1': use one of lenet5, lab_cnn, alexnet, vgg16"):
        trace("resnet1")


def test_a_named_network_takes_another_input():
    assert trace("vgg16", (3, 256, 256))[-1].shape == (1000,)
    with pytest.raises(ValueError, match="layer 7, conv 120 k5"):
        trace("lenet5", (1, 28, 28))


# Display ------------------------------------------------------------------------------------------


def test_a_table_shows_every_row_and_the_totals():
    table = trace("lenet5")
    text = repr(table)
    assert len(text.splitlines()) == 1 + 1 + 12 + 1
    assert "61,706" in text and "416,520" in text and "48,120" in text
    cells = [c.text for c in ElementTree.fromstring(table._repr_html_()).iter("td")]
    assert cells[:7] == ["1", "Conv2d", "6×28×28", "156", "117,600", "18.4 KiB", "5"]
    assert len(cells) == 7 * 12


def test_a_table_is_a_sequence_of_rows():
    table = trace("lab_cnn")
    assert len(table) == 12 and table[-1] is list(table)[-1] and table[0].number == 1


@pytest.mark.parametrize(
    "count, shown", [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3 * 1024**2, "3.0 MiB")]
)
def test_bytes_in_a_unit_that_suits(count, shown):
    assert arch.show_bytes(count) == shown


def test_layers_are_values():
    assert Conv(3, 3) == Conv(3, 3, 1) != replace(Conv(3, 3), stride=2)
