"""Figures of networks: the digit's arrays, the blocks, the bill."""

import json
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from cnncourse import figures, pipeline
from cnncourse.architectures import trace
from cnncourse.architectures.layers import parse
from cnncourse.architectures.networks import NETWORKS
from cnncourse.figures import svg
from cnncourse.figures.svg import show_number

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture):
    return [t.text for t in ElementTree.fromstring(str(picture)).iter(f"{SVG}text")]


def embedded(picture):
    """The pictures inside a figure, as arrays."""
    import base64

    found = []
    for element in ElementTree.fromstring(str(picture)).iter(f"{SVG}image"):
        data = base64.b64decode(element.get("href").split(",")[1])
        found.append(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    return found


WEIGHTS = pipeline.random_weights(1)
STAGES = pipeline.run(pipeline.digit(5), WEIGHTS)


def test_the_pipeline_names_every_stage_and_its_shape():
    shown = texts(figures.pipeline(STAGES, WEIGHTS))
    for stage in STAGES:
        assert stage.name in shown
        assert "×".join(map(str, stage.array.shape)) in shown


def test_the_pipeline_shows_every_channel_with_its_own_pixels():
    maps = embedded(figures.pipeline(STAGES, WEIGHTS))
    volumes = [s.array for s in STAGES if s.array.ndim == 3]
    assert len(maps) >= sum(len(volume) for volume in volumes)  # below, some are shown again
    digit, pool = STAGES[0].array[0], STAGES[3].array
    assert np.array_equal(maps[0], np.round(255 * digit / digit.max()))
    first_of_pool = 1 + 4 + 4
    assert np.array_equal(maps[first_of_pool + 2], np.round(255 * pool[2] / pool.max()))


def test_the_sentence_of_the_pipeline_names_the_largest_share():
    share = STAGES[-1].array
    sentence = figures.pipeline(STAGES, WEIGHTS).description
    assert sentence.endswith(f"{share.max():.2f}, goes to class {share.argmax()}.")


LOOKED_AT = [("conv 1", 3, 0, 27), ("conv 2", 5, 13, 7), ("ReLU 2", 1, 4, 4), ("pool 1", 0, 13, 0),
             ("flatten", 200, 0, 0), ("dense", 7, 0, 0), ("softmax", 7, 0, 0)]  # fmt: skip


@pytest.mark.parametrize("layer, channel, row, column", LOOKED_AT)
def test_below_the_pipeline_one_number_is_explained_and_its_value_said(layer, channel, row, column):
    (array,) = (stage.array for stage in STAGES if stage.name == layer)
    value = array[(channel, row, column)[: array.ndim]]
    place = {"layer": layer, "channel": channel, "row": row, "column": column}
    picture = figures.pipeline(STAGES, WEIGHTS, **place)
    shown = show_number(float(value))
    assert f" {shown}. The largest share" in picture.description
    assert any(words.endswith(shown) for words in texts(picture)[-3:])
    assert picture.height == figures.pipeline(STAGES, WEIGHTS).height


def test_a_sum_of_the_pipeline_lists_the_sums_of_its_maps():
    found = pipeline.origin(STAGES, WEIGHTS, "conv 2", 4, 6, 9)
    picture = figures.pipeline(STAGES, WEIGHTS, layer="conv 2", channel=4, row=6, column=9)
    for patch, kernel in zip(found.patches, found.weights, strict=True):
        assert show_number(float((patch * kernel).sum())) in texts(picture)


def test_each_map_and_class_of_the_pipeline_can_be_chosen():
    root = ElementTree.fromstring(str(figures.pipeline(STAGES, WEIGHTS, layer="conv 1", row=3)))
    chosen = [json.loads(part.get("data-set")) for part in root.iter() if part.get("data-set")]
    for stage in STAGES[1:]:
        if stage.name != "flatten":
            wanted = [{"layer": stage.name, "channel": n} for n in range(len(stage.array))]
            assert [one for one in chosen if one["layer"] == stage.name] == wanted
    (pixel,) = (part for part in root.iter() if part.get("data-name") == "pixel of the map")
    row, _ = json.loads(pixel.get("data-drag"))["moves"]
    assert (row["value"], row["least"], row["most"]) == (3, -3, 24)


def test_what_a_map_was_computed_from_is_framed():
    root = ElementTree.fromstring(str(figures.pipeline(STAGES, WEIGHTS)))

    def frame(name):
        (part,) = (p for p in root.iter() if p.get("data-name") == name)
        return [float(n) for n in part.get("data-at").split()]

    def place(name):
        (part,) = (p for p in root.iter() if p.get("data-name") == name)
        (shown,) = part.iter(f"{SVG}image")
        return float(shown.get("y")), float(shown.get("width"))

    y, side = place("ReLU 1, map 2")
    _, top, _, high = frame("pool 1, map 2")
    assert (top, high) == pytest.approx((44 + y - 4, side + 8))
    first, last = place("pool 1, map 0")[0], sum(place("pool 1, map 3"))
    _, top, _, high = frame("conv 2, map 5")
    assert (top, high) == pytest.approx((44 + first - 4, last - first + 8))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_blocks_are_the_layers_that_change_the_shape(name):
    table = trace(name)
    shown = texts(figures.network_overview(table))
    kept = [row for row in table if row.kind in
            ("Conv2d", "MaxPool2d", "AdaptiveAvgPool2d", "Linear")]  # fmt: skip
    assert len(shown) == 2 * (1 + len(kept))
    assert shown[3::2] == ["×".join(map(str, row.shape)) for row in kept]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_budget_shows_the_numbers_of_every_layer_that_is_chosen(name):
    table = trace(name)
    for number in sorted({1, len(table) // 3, len(table) // 2, len(table)}):
        row = table[number - 1]
        bold = ElementTree.fromstring(str(figures.budget(table, number))).iter(f"{SVG}text")
        shown = [t.text for t in bold if t.get("font-weight")]
        cells = {str(row.layer), "×".join(map(str, row.shape)), f"{row.params:,}", f"{row.macs:,}"}
        assert cells <= set(shown)


def test_a_line_or_a_bar_of_the_budget_chooses_a_layer():
    table = trace("vgg16")
    root = ElementTree.fromstring(str(figures.budget(table, 20)))
    lines = [json.loads(p.get("data-set"))["layer"] for p in root.iter() if p.get("data-set")]
    assert lines == list(range(14, 26))
    strips = [json.loads(p.get("data-drag")) for p in root.iter() if p.get("data-drag")]
    assert [s["moves"][0]["control"] for s in strips] == ["layer"] * 3
    ends = {(s["moves"][0]["least"], s["moves"][0]["most"]) for s in strips}
    assert ends == {(1 - 20, len(table) - 20)}


def test_the_budget_names_the_most_expensive_layers():
    sentence = figures.budget(trace("lab_cnn")).description
    assert "954,002 parameters" in sentence and "2,257,648 MACs" in sentence
    assert "Layer 9 (linear 600) holds 98.7 % of the parameters" in sentence
    assert "Layer 5 (conv 32 k5 p2) does 55.6 % of the MACs" in sentence


@pytest.mark.parametrize("layers, shape", [("conv 128 k3 p1", (3, 112, 112)),
                                           ("conv 1024 k11 s4 p5 d2", (3, 896, 896)),
                                           ("conv 384 k3 p1 nobias", (3, 55, 55))])  # fmt: skip
def test_the_columns_of_the_budget_do_not_cover_each_other(layers, shape):
    root = ElementTree.fromstring(str(figures.budget(trace(parse(layers), shape))))
    for line in root.findall(".//*[@transform='translate(0 30)']"):
        cells = [(float(t.get("x")), t.text) for t in line.iter(f"{SVG}text") if t.text]
        assert len(cells) == 4
        for (x, words), (after, _) in zip(cells, cells[1:], strict=False):
            letter = 0.64 if words[0].isdigit() else 0.58  # of the font's size, in DejaVu Sans
            assert x + letter * 13 * len(words) < after, words


def test_the_bars_of_the_budget_are_as_long_as_the_shares():
    table = trace(parse("conv 2 k3; conv 4 k3"), (1, 9, 9))
    root = ElementTree.fromstring(str(figures.budget(table)))
    tints = [role.tint for role in svg.DATA[:3]]
    bars = [float(r.get("width")) for r in root.iter(f"{SVG}rect") if r.get("fill") in tints]
    (p1, m1, o1), (p2, m2, o2) = np.reshape(bars, (2, 3))
    assert np.isclose(p1 / p2, table[0].params / table[1].params, atol=0.01)
    assert np.isclose(m1 / m2, table[0].macs / table[1].macs, atol=0.01)
    assert np.isclose(o1 / o2, table[0].memory / table[1].memory, atol=0.01)


def test_a_network_without_parameters_has_a_budget_too():
    assert "0 parameters" in figures.budget(trace(parse("relu; pool 2"), (1, 4, 4))).description


@pytest.mark.parametrize("picture", [
    figures.pipeline(STAGES, WEIGHTS),
    figures.network_overview(trace("lenet5")),
    figures.budget(trace("lenet5")),
])  # fmt: skip
def test_a_figure_is_xml_with_a_title_and_a_description(picture):
    root = ElementTree.fromstring(str(picture))
    assert root.find(f"{SVG}title").text and len(root.find(f"{SVG}desc").text) > 40
    assert picture.width <= 960
