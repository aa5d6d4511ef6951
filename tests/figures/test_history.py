"""Figures of history: what they show is what the records count."""

import re
from functools import partial
from xml.etree import ElementTree

import numpy as np
import pytest

from cnncourse import figures
from cnncourse.architectures import networks, trace
from cnncourse.architectures.imagenet import HUMAN, RESULTS
from cnncourse.architectures.layers import Conv, GlobalAveragePool, MaxPool
from cnncourse.architectures.table import folded
from cnncourse.figures import svg
from cnncourse.geometry import by

SVG = "{http://www.w3.org/2000/svg}"
BEFORE = (256, 56, 56)
WIDENING = networks.bottleneck(128, stride=2, project=True, place="layer2.0")
LENET_AND_ALEXNET = ("LeNet-5 (1998)", "AlexNet (2012)")
STACKS = ["lenet5-1998", "alexnet-2012", "vgg16-lecture", "googlenet-2014", "resnet50"]


def lenet_and_alexnet():
    """The two beside each other, rows that play the same part side by side, as notebook 06 does."""
    pairs = [(row, row) for row in range(6)] + [(None, row) for row in range(6, 10)]
    tables = trace("lenet5-1998"), trace("alexnet-2012")
    return figures.two_stacks(*tables, [*pairs, (6, 10), (7, 11)], titles=LENET_AND_ALEXNET)


DRAWN = {name: partial(figures.network_stack, trace(name)) for name in STACKS} | {
    "two stacks": lenet_and_alexnet,
    "googlenet": lambda: figures.googlenet_graph(
        networks.googlenet(torchvision=False), networks.PHOTO, ("4a", "4d")
    ),
    "inception": lambda: figures.inception_module(
        networks.inception(networks.INCEPTION["3a"], place="3a"), (192, 28, 28)
    ),
    "residual": lambda: figures.residual_block(networks.basic_block(64), (64, 56, 56)),
    "two shortcuts": lambda: svg.beside(
        figures.residual_block(networks.bottleneck(64, place="layer1.1"), BEFORE),
        figures.residual_block(WIDENING, BEFORE),
        gap=0,
    ),
    "imagenet": lambda: figures.imagenet_chart(RESULTS),
}


def root(picture):
    return ElementTree.fromstring(str(picture))


def texts(picture):
    return [element.text for element in root(picture).iter(f"{SVG}text")]


def numbers(words):
    return [int(word.replace(",", "")) for word in words if re.fullmatch(r"[\d,]+", word or "")]


# Stacks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_a_stack_shows_all_learned_numbers_but_those_of_batch_norm_beside_convolutions(name):
    table = trace(name)
    shown = texts(figures.network_stack(table))
    total = f"{table.totals.params:,} learned numbers, {table.totals.macs:,} MACs"
    assert total in shown
    cells = shown[3:]  # behind the three heads
    costs = [n for cell, n in zip(cells, map(numbers, ([c] for c in cells)), strict=True)
             if n and cell not in {by(row.shape) for row in table}]  # fmt: skip
    outside = sum(row.params for row in folded(table) if row.kind == "BatchNorm2d")
    assert sum(n[0] for n in costs) == table.totals.params - outside


def test_equal_convolutions_are_joined_or_drawn_one_by_one():
    joined, alone = (texts(figures.network_stack(trace("vgg16"), repeat=r)) for r in (False, True))
    assert joined.count("3 × conv 3×3") == 3 and "conv 3×3" not in joined
    assert alone.count("conv 3×3") == 13
    assert joined.count("dense") == alone.count("dense") == 3


def bars(picture):
    drawn = root(picture).iter(f"{SVG}rect")
    return [(float(r.get("width")), float(r.get("height"))) for r in drawn
            if r.get("stroke-width") == "1.5"]  # fmt: skip


def test_a_bar_is_as_wide_as_its_maps_and_as_thick_as_it_has_channels():
    table = trace([Conv(16, 3, padding=1), MaxPool(2), Conv(64, 1), GlobalAveragePool()],
                  (4, 64, 64))  # fmt: skip
    drawn = np.array(bars(figures.network_stack(table)))
    side = np.array([64, 64, 32, 32, 1])
    channels = np.array([4, 16, 16, 64, 64])
    assert np.allclose((drawn[:, 0] - 8) / 122, np.sqrt(side / 64), atol=1e-3)
    assert np.allclose((drawn[:, 1] - 5) / 19, np.sqrt(channels / 4096), atol=1e-3)


def test_halved_bars_are_the_convolutions_in_two_groups():
    table = trace("alexnet-2012")
    grouped = sum(getattr(row.layer, "groups", 1) == 2 for row in table)
    rows = 1 + sum(row.kind in ("Conv2d", "MaxPool2d", "Linear") for row in table)
    assert grouped == 3
    assert len(bars(figures.network_stack(table, repeat=True))) == rows + grouped


def test_the_line_under_a_number_is_as_long_as_its_share():
    table = trace([Conv(2, 3), Conv(6, 3)], (1, 9, 9))
    lines = [float(r.get("width")) for r in root(figures.network_stack(table)).iter(f"{SVG}rect")
             if r.get("height") == "4"]  # fmt: skip
    shares = [row.params / table.totals.params for row in table]
    assert np.allclose(np.array(lines) / 76, shares, atol=1e-3)


def test_two_stacks_stand_on_one_scale():
    small, large = trace([Conv(1, 1)], (1, 25, 25)), trace([Conv(1, 1)], (1, 100, 100))
    picture = figures.two_stacks(small, large, [(0, 0), (None, 1), (1, None)], titles=("a", "b"))
    wide = [w for w, _ in bars(picture)]
    assert wide == [69, 69, 130, 130]  # 8 + 122·√(25/100), and 8 + 122
    assert "b learns 1 times as many numbers" in picture.description


def test_alexnet_learns_a_thousand_times_as_many_numbers_as_lenet():
    picture = lenet_and_alexnet()
    times = trace("alexnet-2012").totals.params / trace("lenet5-1998").totals.params
    assert f"AlexNet (2012) learns {times:,.0f} times as many" in picture.description
    shown = texts(picture)
    rows = [row for name in ("lenet5-1998", "alexnet-2012") for row in trace(name)
            if row.params or row.kind in ("MaxPool2d", "RadialBasis")]  # fmt: skip
    for row in rows:
        assert by(row.shape) in shown


# Blocks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label, before", [("3a", 192), ("4e", 528), ("5b", 832)])
def test_an_inception_module_shows_the_channels_and_costs_of_every_layer(label, before):
    size = {"3": 28, "4": 14, "5": 7}[label[0]]
    widths = networks.INCEPTION[label]
    module = networks.inception(widths, place=label)
    picture = figures.inception_module(module, (before, size, size))
    shown = texts(picture)
    assert [words for words in shown if words.startswith("→")] == [
        f"→ {c} channels" for c in (*widths[:5], before, widths[5])
    ]
    one, r3, three, r5, five, p = widths
    costs = [before * one + one, before * r3 + r3, 9 * r3 * three + three, before * r5 + r5,
             25 * r5 * five + five, before * p + p]  # fmt: skip
    assert [w for w in shown if w.endswith(" learned")] == [f"{cost:,} learned" for cost in costs]
    total = one + three + five + p
    assert f"{one} + {three} + {five} + {p} = {total} channels of {size}×{size}" in shown
    assert f"{sum(costs):,} learned numbers" in picture.description


def test_the_stacked_bar_is_cut_like_the_channels():
    picture = figures.inception_module(networks.inception(networks.INCEPTION["3a"]), (192, 28, 28))
    cuts = [float(r.get("width")) for r in root(picture).iter(f"{SVG}rect")
            if r.get("height") == "30"]  # fmt: skip
    assert np.allclose(np.array(cuts) / 480, np.array([64, 128, 32, 32]) / 256)


def test_each_path_of_an_inception_module_points_at_its_own_channels():
    picture = figures.inception_module(networks.inception(networks.INCEPTION["3a"]), (192, 28, 28))
    arrows = list(root(picture).iter(f"{SVG}line"))
    lowest = max(float(arrow.get("y2")) for arrow in arrows)  # they end in the stacked channels
    ends = [float(arrow.get("x2")) for arrow in arrows if float(arrow.get("y2")) == lowest]
    assert np.allclose(np.array(ends) / 480, np.array([32, 64 + 64, 192 + 16, 224 + 16]) / 256)


def test_a_shortcut_is_the_input_itself_or_goes_through_a_1x1_convolution():
    same = figures.residual_block(networks.bottleneck(64), (256, 56, 56))
    changed = figures.residual_block(
        networks.bottleneck(128, stride=2, project=True), (256, 56, 56)
    )
    assert "the input unchanged" in same.description and "x itself" in texts(same)
    assert "through a conv 1×1 /2 to 512×28×28" in changed.description
    assert "F(x) + x" in texts(same) and "F(x) + Wx" in texts(changed)
    assert {"131,072", "+ BN 1,024", "147,456 + BN 256"} <= set(texts(changed))
    assert "379,392 learned numbers" in texts(changed) and "70,400 learned numbers" in texts(same)


def test_the_graph_of_googlenet_has_a_cell_for_every_convolution_of_a_module():
    layers = networks.googlenet(torchvision=False)
    picture = figures.googlenet_graph(layers, networks.PHOTO, ("4a", "4d"))
    shown = texts(picture)
    cells = [words for words in shown if re.fullmatch(r"\d×\d, \d+", words)]
    expected = [channels for widths in networks.INCEPTION.values() for channels in widths]
    assert sorted(int(words.split(", ")[1]) for words in cells) == sorted(expected)
    assert shown.count("auxiliary") == 2
    assert "57 convolutions" in picture.description
    for row in folded(trace("googlenet-2014")):
        if row.kind in ("Conv2d", "MaxPool2d", "Inception", "AdaptiveAvgPool2d", "Linear"):
            assert by(row.shape) in shown
        if row.kind == "Inception":
            assert row.block in shown


# The chart ----------------------------------------------------------------------------------------


def test_the_chart_shows_every_error_and_depth_and_the_person():
    picture = figures.imagenet_chart(RESULTS)
    shown = texts(picture)
    for entry in RESULTS:
        assert f"{entry.error:.2f}".rstrip("0").rstrip(".") + " %" in shown
        if entry.depth:
            assert str(entry.depth) in shown
    assert shown.count("no network") == sum(entry.networks == 0 for entry in RESULTS) == 3
    assert f"one trained person: {HUMAN.error} %" in shown
    assert "made 5.1 % errors on 1,500 images" in picture.description
    assert "ResNet 3.57 %, 152 layers" in picture.description


def test_the_bars_of_the_chart_and_the_line_of_the_person_share_a_scale():
    drawn = root(figures.imagenet_chart(RESULTS))
    errors = [float(r.get("width")) for r in drawn.iter(f"{SVG}rect")
              if r.get("stroke-width") == "1.5" and r.get("x") == "158"]  # fmt: skip
    assert np.allclose(np.array(errors) / errors[0],
                       [e.error / RESULTS[0].error for e in RESULTS], atol=1e-3)  # fmt: skip
    person = next(drawn.iter(f"{SVG}line"))
    assert float(person.get("x1")) - 158 == pytest.approx(errors[0] * HUMAN.error / 28.2, abs=0.01)


# All ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_narrow_enough_for_a_phone_with_words_of_ten_pixels(name):
    picture = DRAWN[name]()
    sizes = [float(t.get("font-size")) for t in root(picture).iter(f"{SVG}text")]
    on_phone = min(1, 400 / picture.width)
    assert min(sizes) * on_phone >= 9.5
    assert picture.width <= 530 and len(picture.description) > 100


# U-Net --------------------------------------------------------------------------------------------


def test_a_u_shows_the_last_volume_of_every_level_and_the_whole():
    table = trace("unet")
    shown = texts(figures.u_network(table))
    down = ["64×568×568", "128×280×280", "256×136×136", "512×64×64", "1024×28×28"]
    up = ["64×388×388", "128×196×196", "256×100×100", "512×52×52"]
    assert [words for words in shown if words in {*down, *up}] == down + up
    assert f"{table.totals.params:,} learned numbers" in " ".join(shown)


def test_a_block_of_2016_is_drawn_with_its_norms_and_without_a_last_relu():
    shown = texts(figures.residual_block(networks.preactivation_block(64), (64, 8, 8)))
    assert shown.count("ReLU") == shown.count("BN 128") == 2
    grouped = networks.bottleneck(64, groups=32, wide=2)
    assert "3×3 in 32 groups" in texts(figures.residual_block(grouped, (256, 8, 8)))


@pytest.mark.parametrize("line, boxes", [(0, 7), (7, 10)])
def test_a_module_in_factors_shows_all_its_convolutions(line, boxes):
    module = networks.factorised_inception(64, 96, line=line)
    shown = texts(figures.inception_module(module, (192, 17, 17)))
    assert sum(words.startswith("conv ") for words in shown) == boxes
