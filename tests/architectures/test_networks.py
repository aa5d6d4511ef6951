"""The networks of history: torchvision, torchinfo, printed tables and the papers are the judges."""

import time
import tracemalloc
from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.architectures import networks, trace
from cnncourse.architectures.layers import Block, Conv, PartialConv, ReLU
from cnncourse.architectures.table import (
    connections,
    folded,
    torchinfo_estimate,
    torchsummary_estimate,
)

TABLES = Path(__file__).with_name("layer_tables.txt")
TORCHVISION = ["alexnet", "vgg11", "vgg13", "vgg16", "vgg19", "googlenet",
               "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"]  # fmt: skip


def printed_tables():
    """Name → (rows, totals) as the file tells them."""
    tables = {}
    for line in TABLES.read_text(encoding="utf-8").splitlines()[3:]:
        words = line.split()
        if words[0] == "#":
            rows = []
            tables[words[1]] = rows, words[2:]
        else:
            shape = tuple(int(size) for size in words[1].split("×"))
            rows.append((words[0], shape, int(words[2])))
    return tables


PRINTED = printed_tables()


def as_tuples(table):
    return [(row.kind, row.shape, row.params) for row in table]


# Tables, row by row -------------------------------------------------------------------------------


def test_the_printed_tables_have_as_many_rows_as_they_should():
    counts = {name: len(rows) for name, (rows, _) in PRINTED.items()}
    assert counts == {
        "lab_cnn": 12, "lenet5": 12, "alexnet-lecture": 20, "alexnet": 21, "vgg16-lecture": 38,
        "vgg16": 39, "resnet50": 174, "googlenet": 196,
    }  # fmt: skip


@pytest.mark.parametrize("name", PRINTED)
def test_a_network_has_exactly_the_rows_of_its_printed_table(name):
    rows, _ = PRINTED[name]
    assert as_tuples(trace(name)) == rows
    assert [row.number for row in trace(name)] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("name", PRINTED)
def test_the_totals_and_megabytes_are_the_printed_ones(name):
    _, (params, *sizes) = PRINTED[name]
    table = trace(name)
    assert table.totals.params == int(params)
    assert [f"{mib:.2f}" for mib in torchsummary_estimate(table)] == sizes


def torchvision_model(name):
    """The model on the meta device: shapes and counts without any memory."""
    torch = pytest.importorskip("torch")
    models = pytest.importorskip("torchvision").models
    settings = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        return getattr(models, name)(**settings).eval(), torch.zeros(1, 3, 224, 224)


def watched(model, x, kinds):
    """What every layer, and every block of these kinds, gives out: module, name and shape."""
    seen = []

    def note(module, _, out):
        seen.append((module, type(module).__name__, tuple(out.shape[1:])))

    for module in model.modules():
        if not list(module.children()) or type(module).__name__ in kinds:
            module.register_forward_hook(note)
    model(x)
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision_runs_the_same_rows(name):
    model, x = torchvision_model(name)
    seen = watched(model, x, {"BasicConv2d", "Inception", "BasicBlock", "Bottleneck"})
    rows = [
        (kind, shape, sum(p.numel() for p in module.parameters(recurse=False)))
        for module, kind, shape in seen
    ]
    assert as_tuples(trace(name)) == rows


@pytest.mark.slow
def test_torchinfo_counts_memory_and_products_as_we_say_it_does():
    torchinfo = pytest.importorskip("torchinfo")
    for name in TORCHVISION:
        model, x = torchvision_model(name)
        told = torchinfo.summary(model, input_size=tuple(x.shape), device="meta", verbose=0)
        ours = torchinfo_estimate(trace(name))
        assert ours.passes == told.total_output_bytes / 1e6, name
        assert ours.params == told.total_param_bytes / 1e6, name
        # It weighs the input as a Python object, which has a header of some bytes.
        assert 0 <= told.total_input / 1e6 - ours.input < 1e-4, name
        # Its products include one for each scale, shift and bias, but not where those are used.
        assert 0 <= told.total_mult_adds - trace(name).totals.macs < 0.01 * told.total_mult_adds


@pytest.mark.parametrize(
    "name, passes, params",
    [
        ("lenet5", 0.05, 0.25),
        ("alexnet", 3.95, 244.40),
        ("vgg16", 108.45, 553.43),
        ("googlenet", 51.63, 26.50),
        ("resnet50", 177.83, 102.23),
    ],
)
def test_torchinfo_prints_other_megabytes_than_torchsummary(name, passes, params):
    estimate = torchinfo_estimate(trace(name))
    assert (round(estimate.passes, 2), round(estimate.params, 2)) == (passes, params)
    assert estimate.total == pytest.approx(sum(estimate[:3]))


def test_the_older_tables_lack_the_adaptive_pooling_and_nothing_else():
    for name, number in (("alexnet", 14), ("vgg16", 32)):
        now = as_tuples(trace(name))
        assert now[number - 1][0] == "AdaptiveAvgPool2d" and now[number - 1][2] == 0
        assert now[: number - 1] + now[number:] == as_tuples(trace(f"{name}-lecture"))


@pytest.mark.slow
@pytest.mark.parametrize("name", TORCHVISION)
def test_the_macs_are_those_of_pytorchs_own_convolutions_and_dense_layers(name):
    torch = pytest.importorskip("torch")
    model, x = torchvision_model(name)
    macs = 0
    for module, _, shape in watched(model, x, set()):
        if isinstance(module, torch.nn.Conv2d):
            macs += module.weight.numel() * prod(shape[1:])
        elif isinstance(module, torch.nn.Linear):
            macs += module.weight.numel()
    assert trace(name).totals.macs == macs


@pytest.mark.parametrize(
    "name, params, macs",
    [
        ("vgg11", 132_863_336, 7_609_090_048),
        ("vgg13", 133_047_848, 11_308_466_176),
        ("vgg19", 143_667_240, 19_632_062_464),
        ("googlenet", 6_624_904, 1_498_376_192),
        ("googlenet-2014", 6_998_552, 1_582_671_872),
        ("resnet18", 11_689_512, 1_814_073_344),
        ("resnet34", 21_797_672, 3_663_761_408),
        ("resnet50", 25_557_032, 4_089_184_256),
        ("resnet50-v1", 25_557_032, 3_857_973_248),
        ("resnet101", 44_549_160, 7_801_405_440),
        ("resnet152", 60_192_808, 11_513_626_624),
        ("alexnet-2012", 60_965_224, 724_406_816),
        ("mobilenet-2017", 4_231_976, 568_740_352),
    ],
)
def test_parameters_and_products_are_the_published_ones(name, params, macs):
    assert trace(name).totals[:2] == (params, macs)


def test_the_dense_layers_hold_these_shares_of_the_parameters():
    def share(name):
        table = trace(name)
        dense = sum(row.params for row in table if row.kind == "Linear")
        return round(100 * dense / table.totals.params, 2)

    names = ("lenet5", "alexnet", "vgg16", "googlenet", "googlenet-2014", "resnet50")
    assert [share(name) for name in names] == [17.85, 95.96, 89.36, 15.47, 14.65, 8.02]


# Receptive fields ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, fields",
    [
        ("resnet50", [(35, 4), (91, 8), (267, 16), (427, 32)]),
        ("resnet50-v1", [(35, 4), (99, 8), (291, 16), (483, 32)]),
    ],
)
def test_the_fields_at_the_ends_of_the_stages(name, fields):
    last = {row.block.split(".")[0]: row for row in trace(name) if row.kind == "Bottleneck"}
    assert [(row.field.size, row.field.jump) for row in last.values()] == fields


def test_three_small_kernels_see_as_far_as_one_large_one():
    table = trace([Conv(8, 3)] * 3, (8, 30, 30))
    assert [row.field.size for row in table] == [3, 5, 7]
    assert table.totals.params < trace([Conv(8, 7)], (8, 30, 30)).totals.params


def module_of(torch, layer, channels):
    """A PyTorch module for a chain or a block of 3×3 and 1×1 convolutions with weights of 1."""
    nn = torch.nn
    if isinstance(layer, Conv):
        conv = nn.Conv2d(channels, layer.channels, layer.kernel, layer.stride, layer.padding,
                         bias=False)  # fmt: skip
        nn.init.ones_(conv.weight)
        return conv, layer.channels
    raise TypeError(layer)


def run_block(torch, block, x):
    ends = []
    for path in block.paths:
        y, channels = x, x.shape[1]
        for layer in path:
            conv, channels = module_of(torch, layer, channels)
            y = conv(y)
        ends.append(y)
    return sum(ends) if block.join == "add" else torch.cat(ends, dim=1)


small = st.builds(lambda k: Conv(1, k, padding=k // 2), st.sampled_from([1, 3, 5]))
paths_of_convs = st.lists(st.lists(small, max_size=3).map(tuple), min_size=1, max_size=3)


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(st.lists(paths_of_convs, min_size=1, max_size=3), st.sampled_from(["add", "stack"]))
def test_the_field_behind_blocks_is_where_the_gradient_is_not_zero(path_lists, join):
    torch = pytest.importorskip("torch")
    blocks = [Block("Block", tuple(paths), join, place=str(i)) for i, paths in
              enumerate(path_lists)]  # fmt: skip
    table = trace(blocks, (1, 61, 61))
    x = torch.ones(1, 1, 61, 61, requires_grad=True)
    y = x
    for block in blocks:
        y = run_block(torch, block, y)
    assert tuple(y.shape[1:]) == table[-1].shape
    y[0, :, 30, 30].sum().backward()
    seen = np.flatnonzero(x.grad[0, 0].sum(dim=1))
    field = table[-1].field
    assert seen[-1] - seen[0] + 1 == field.size
    assert (seen[0] + seen[-1]) / 2 == field.centre + 30 * field.jump


# Blocks -------------------------------------------------------------------------------------------


def test_a_block_lists_its_paths_then_what_follows_then_itself():
    block = Block("Sum", ((Conv(2, 3, padding=1),), ()), "add", (ReLU(),), place="one")
    table = trace([block, Conv(4, 1)], (2, 9, 9))
    assert [row.kind for row in table] == ["Conv2d", "ReLU", "Sum", "Conv2d"]
    assert [row.block for row in table] == ["one", "one", "one", ""]
    assert [row.number for row in folded(table)] == [3, 4]
    assert [row.params for row in folded(table)] == [2 * 2 * 9 + 2, 4 * 2 + 4]


def test_paths_that_cannot_be_joined_are_refused_with_a_way_out():
    wider = Block("Sum", ((Conv(3, 1),), ()), "add")
    with pytest.raises(ValueError, match="layer 1, Sum, .* 3×9×9 and 2×9×9: .*1×1 convolution"):
        trace([wider], (2, 9, 9))
    smaller = Block("Stack", ((Conv(3, 3),), ()), "stack")
    with pytest.raises(ValueError, match="3×7×7 and 2×9×9: give them the same height"):
        trace([smaller], (2, 9, 9))
    with pytest.raises(ValueError, match="join is 'mix': use add, stack or keep"):
        trace([Block("Mix", ((), ()), "mix")], (2, 9, 9))


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_folding_keeps_the_totals(name):
    table = trace(name)
    assert folded(table).totals == table.totals
    assert folded(table)[-1].shape == table[-1].shape


def test_resnet_50_has_sixteen_blocks_in_four_stages():
    labels = [row.block for row in folded(trace("resnet50")) if row.kind == "Bottleneck"]
    assert labels == [f"layer{stage}.{place}" for stage, count in
                      ((1, 3), (2, 4), (3, 6), (4, 3)) for place in range(count)]  # fmt: skip
    kinds = [row.kind for row in trace("resnet50")]
    assert (kinds.count("Conv2d"), kinds.count("BatchNorm2d")) == (53, 53)
    sums = {stage: sum(row.params for row in trace("resnet50") if row.block.startswith(stage))
            for stage in ("layer1", "layer2", "layer3", "layer4")}  # fmt: skip
    assert list(sums.values()) == [215_808, 1_219_584, 7_098_368, 14_964_736]


def test_version_1_steps_earlier_and_so_differs_in_these_rows_only():
    now, then = as_tuples(trace("resnet50")), as_tuples(trace("resnet50-v1"))
    differ = [place for place, (a, b) in enumerate(zip(now, then, strict=True), 1) if a != b]
    assert differ == [37, 38, 39, 79, 80, 81, 141, 142, 143]
    assert [then[place - 1][1] for place in (37, 79, 141)] == [
        (128, 28, 28), (256, 14, 14), (512, 7, 7)
    ]  # fmt: skip
    estimate = torchsummary_estimate(trace("resnet50-v1"))
    assert (round(estimate.passes, 2), round(estimate.total, 2)) == (274.50, 372.57)


def test_googlenets_modules_cost_what_they_should():
    then, now = (
        {row.block: row.params for row in folded(trace(name)) if row.kind == "Inception"}
        for name in ("googlenet-2014", "googlenet")
    )
    assert then == {"3a": 163_696, "3b": 388_736, "4a": 376_176, "4b": 449_160, "4c": 510_104,
                    "4d": 605_376, "4e": 868_352, "5a": 1_043_456, "5b": 1_444_080}  # fmt: skip
    assert now == {"3a": 155_872, "3b": 340_224, "4a": 364_512, "4b": 425_232, "4c": 486_192,
                   "4d": 573_312, "4e": 803_840, "5a": 978_944, "5b": 1_347_040}  # fmt: skip
    kinds = [row.kind for row in trace("googlenet-2014")]
    assert kinds.count("Conv2d") == 57 and kinds.count("Linear") == 1


@pytest.mark.parametrize("torchvision, heads, total", [
    (True, [3_188_968, 3_191_016], 13_004_888),
    (False, [3_188_840, 3_190_888], 13_378_280),
])  # fmt: skip
def test_the_auxiliary_heads_cost_almost_as_much_as_the_network(torchvision, heads, total):
    head = networks.auxiliary_head(torchvision=torchvision)
    params = [trace(head, (channels, 14, 14)).totals.params for channels in (512, 528)]
    main = trace(networks.googlenet(torchvision=torchvision), networks.PHOTO).totals.params
    assert params == heads and main + sum(params) == total
    outputs = {row.block: row.shape for row in folded(trace("googlenet-2014"))}
    assert (outputs["4a"], outputs["4d"]) == ((512, 14, 14), (528, 14, 14))


@pytest.mark.slow
def test_torchvisions_auxiliary_heads_are_ours():
    torch = pytest.importorskip("torch")
    models = pytest.importorskip("torchvision").models
    with torch.device("meta"):
        model = models.googlenet(init_weights=False)
    ours = [trace(networks.auxiliary_head(), (c, 14, 14)).totals.params for c in (512, 528)]
    theirs = [sum(p.numel() for p in head.parameters()) for head in (model.aux1, model.aux2)]
    assert ours == theirs


# The networks of the papers -----------------------------------------------------------------------


def test_lenet_5_of_1998_learned_60000_numbers_over_340908_connections():
    table = trace("lenet5-1998")
    learned = [row.params for row in table if row.params]
    assert learned == [156, 12, 1_516, 32, 48_120, 10_164] and sum(learned) == 60_000
    counts = [connections(row) for row in table if connections(row)]
    assert counts == [122_304, 5_880, 151_600, 2_000, 48_120, 10_164, 840]
    assert sum(counts) == 340_908


def test_the_third_layer_of_1998_reads_60_of_96_maps_each_map_in_ten_kernels():
    reads = networks.C3_READS
    assert [len(channels) for channels in reads] == [3] * 6 + [4] * 9 + [6]
    assert len(set(reads)) == 16 and sum(map(len, reads)) == 60
    assert [sum(map_ in channels for channels in reads) for map_ in range(6)] == [10] * 6


def test_a_partial_convolution_that_reads_all_is_a_convolution():
    full = PartialConv(4, 3, reads=((0, 1, 2),) * 4)
    shape = (3, 8, 9)
    assert (full.params(shape), full.macs(shape)) == (
        Conv(4, 3).params(shape), Conv(4, 3).macs(shape)
    )  # fmt: skip
    with pytest.raises(ValueError, match="inputs of 2 channels, but there are 4"):
        trace([PartialConv(4, 3, reads=((0,), (1,)))], shape)


def test_alexnet_of_2012_by_its_paper():
    table = trace("alexnet-2012")
    learned = [row.params for row in table if row.params]
    assert learned == [34_944, 307_456, 885_120, 663_936, 442_624,
                       37_752_832, 16_781_312, 4_097_000]  # fmt: skip
    units = [prod(row.shape) for row in table if row.params]
    assert units == [290_400, 186_624, 64_896, 64_896, 43_264, 4_096, 4_096, 1_000]
    assert sum(units) == 659_272
    with pytest.raises(ValueError, match="layer 1"):
        trace([Conv(96, 11, stride=4), Conv(1, 56)], (3, 9, 9))


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.sampled_from([1, 3]))
@settings(deadline=None, max_examples=30)
def test_pytorch_agrees_on_convolutions_in_groups(a, b, groups, kernel):
    torch = pytest.importorskip("torch")
    layer = Conv(groups * b, kernel, groups=groups)
    conv = torch.nn.Conv2d(groups * a, groups * b, kernel, groups=groups)
    row = trace([layer], (groups * a, 7, 8))[0]
    assert row.params == sum(p.numel() for p in conv.parameters())
    assert row.macs == conv.weight.numel() * prod(row.shape[1:])
    assert row.shape == tuple(conv(torch.zeros(1, groups * a, 7, 8)).shape[1:])


def test_groups_that_do_not_divide_the_channels_are_refused():
    with pytest.raises(ValueError, match="groups is 2, which does not divide 3 channels in"):
        trace([Conv(4, 3, groups=2)], (3, 9, 9))
    with pytest.raises(ValueError, match="groups is 0"):
        trace([Conv(4, 3, groups=0)], (4, 9, 9))


# What if ------------------------------------------------------------------------------------------


def test_without_reductions_the_inception_modules_cost_far_more():
    widths = networks.INCEPTION["3a"]
    with_, without = (
        trace([networks.inception(widths, reduce=reduce)], (192, 28, 28))
        for reduce in (True, False)
    )
    assert (with_.totals.params, with_[-1].shape) == (163_696, (256, 28, 28))
    one, three, five = 192 * 64 + 64, 9 * 192 * 128 + 128, 25 * 192 * 32 + 32
    assert without.totals.params == one + three + five
    assert without[-1].shape == (64 + 128 + 32 + 192, 28, 28)


def test_without_shortcuts_a_plain_network_learns_the_same_convolutions():
    plain = trace(networks.resnet(34, skip=False), networks.PHOTO)
    skip = trace("resnet34")
    projections = 64 * 128 + 128 * 256 + 256 * 512 + 2 * (128 + 256 + 512)
    assert skip.totals.params - plain.totals.params == projections
    assert plain[-1].shape == (1000,)


def test_a_stem_of_three_small_convolutions_sees_more_and_costs_a_little_more():
    stem = trace(networks.resnet(50, three_small=True), networks.PHOTO)
    assert [row.field.size for row in stem if row.kind == "Conv2d"][:3] == [3, 7, 11]
    learned = 27 * 32 + 9 * 32 * 32 + 9 * 32 * 64 + 2 * (32 + 32 + 64)
    assert stem.totals.params - trace("resnet50").totals.params == learned - 9_536


def test_vgg_with_a_global_average_loses_nine_tenths_of_its_parameters():
    light = trace(networks.vgg(16, dense=False), networks.PHOTO)
    assert light.totals.params == 14_714_688 + 512 * 1000 + 1000


@pytest.mark.parametrize("build, said", [
    (lambda: networks.vgg(12), "VGG 12: use one of 11, 13, 16, 19"),
    (lambda: networks.resnet(51), "ResNet 51: use one of 18, 34, 50, 101, 152"),
])  # fmt: skip
def test_a_depth_that_is_not_in_the_paper_is_refused(build, said):
    with pytest.raises(ValueError, match=said):
        build()


# Cost of counting ---------------------------------------------------------------------------------


def test_counting_vgg_16_takes_no_weights():
    trace("vgg16")
    start = time.perf_counter()
    trace("vgg16")
    assert time.perf_counter() - start < 0.05
    tracemalloc.start()
    trace("vgg16")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e6


def test_every_network_names_its_source_and_is_listed_in_the_docstring():
    for name, network in networks.NETWORKS.items():
        assert network.title and network.source
        assert name in networks.__doc__
    titles = [network.title for network in networks.NETWORKS.values()]
    assert len(set(titles)) == len(titles)


# Beyond classification ----------------------------------------------------------------------------


def test_u_net_has_the_sizes_and_the_23_convolutions_of_its_paper():
    table = trace("unet")
    assert table.input_shape == (1, 572, 572) and table[-1].shape == (2, 388, 388)
    assert sum(row.kind in ("Conv2d", "ConvTranspose2d") for row in table) == 23
    assert [row.layer.margin for row in table if row.kind == "Crop"] == [88, 40, 16, 4]
    assert table.totals.params == 31_030_658
    assert "varies" in repr(table) and "all" not in repr(table)


def test_a_fully_convolutional_network_scores_every_pixel():
    table = trace("fcn-32s")
    assert table[-1].shape == (21, 224, 224)
    dense = [row.params for row in trace("vgg16") if row.kind == "Linear"]
    assert [row.params for row in table if row.shape[0] == 4096 and row.params] == dense[:2]


def test_region_proposals_are_nine_boxes_with_six_numbers_a_place():
    table = trace("rpn")
    assert table[-1].shape == (9 * (2 + 4), 14, 14) and table[-1].field.jump == 16


def test_resnext_has_the_parameters_of_torchvisions():
    assert trace("resnext50").totals.params == 25_028_904


def test_a_block_of_2016_learns_as_much_as_one_of_2015():
    before, after = (
        trace([build(64)], (64, 8, 8)).totals
        for build in (networks.basic_block, networks.preactivation_block)
    )
    assert before == after


def test_inception_modules_in_factors():
    factors = networks.factorised_inception(64, 96)
    assert trace([factors], (192, 35, 35))[-1].field.size == 5  # as of the 5×5 that it replaces
    lines = networks.factorised_inception(192, 128, line=7)
    convs = [row for row in trace([lines], (768, 17, 17)) if row.layer.noun == "conv"]
    assert [row.layer.label.removeprefix("conv ") for row in convs] == (
        ["1×1", "1×1", "1×7", "7×1", "1×1", "1×7", "7×1", "1×7", "7×1", "1×1"]
    )
    assert convs[2].params == 7 * 128 * 128
