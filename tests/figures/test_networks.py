"""Figures of networks: the digit's arrays, the blocks, the bill."""

from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from cnncourse import figures, pipeline
from cnncourse.architectures import trace
from cnncourse.architectures.layers import parse
from cnncourse.architectures.networks import NETWORKS

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


STAGES = pipeline.run(pipeline.digit(5), pipeline.random_weights(1))


def test_the_pipeline_names_every_stage_and_its_shape():
    shown = texts(figures.pipeline(STAGES))
    for stage in STAGES:
        assert stage.name in shown
        assert "×".join(map(str, stage.array.shape)) in shown


def test_the_pipeline_shows_every_channel_with_its_own_pixels():
    maps = embedded(figures.pipeline(STAGES))
    volumes = [s.array for s in STAGES if s.array.ndim == 3]
    assert len(maps) == sum(len(volume) for volume in volumes)
    digit, pool = STAGES[0].array[0], STAGES[3].array
    assert np.array_equal(maps[0], np.round(255 * digit / digit.max()))
    first_of_pool = 1 + 4 + 4
    assert np.array_equal(maps[first_of_pool + 2], np.round(255 * pool[2] / pool.max()))


def test_the_sentence_of_the_pipeline_names_the_largest_share():
    share = STAGES[-1].array
    sentence = figures.pipeline(STAGES).description
    assert sentence.endswith(f"{share.max():.2f}, goes to class {share.argmax()}.")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_blocks_are_the_layers_that_change_the_shape(name):
    table = trace(name)
    shown = texts(figures.network_overview(table))
    kept = [row for row in table if row.kind in
            ("Conv2d", "MaxPool2d", "AdaptiveAvgPool2d", "Linear")]  # fmt: skip
    assert len(shown) == 2 * (1 + len(kept))
    assert shown[3::2] == ["×".join(map(str, row.shape)) for row in kept]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_budget_shows_every_number_of_the_table(name):
    table = trace(name)
    shown = texts(figures.budget(table))
    per_row = 7
    assert len(shown) == 6 + per_row * len(table) + 6
    for place, row in enumerate(table):
        cells = shown[6 + per_row * place :][:per_row]
        assert cells[0] == str(row.number) and cells[1] == str(row.layer)
        assert int(cells[3].replace(",", "")) == row.params
        assert int(cells[4].replace(",", "")) == row.macs


def test_the_budget_names_the_most_expensive_layers():
    sentence = figures.budget(trace("lab_cnn")).description
    assert "954,002 parameters" in sentence and "2,257,648 multiply" in sentence
    assert "Layer 9 (linear 600) holds 98.7 % of the parameters" in sentence
    assert "Layer 5 (conv 32 k5 p2) does 55.6 % of the products" in sentence


@pytest.mark.parametrize("layers, shape", [("conv 128 k3 p1", (3, 112, 112)),
                                           ("conv 1024 k11 s4 p5 d2", (3, 896, 896)),
                                           ("conv 384 k3 p1 nobias", (3, 55, 55))])  # fmt: skip
def test_the_columns_of_the_budget_do_not_cover_each_other(layers, shape):
    root = ElementTree.fromstring(str(figures.budget(trace(parse(layers), shape))))
    cells = [(float(t.get("x")), t.text) for t in root.iter(f"{SVG}text") if t.text][6:13]
    for (x, words), (after, _) in zip(cells[1:], cells[2:], strict=False):
        letter = 0.64 if words[0].isdigit() else 0.58  # of the font's size, in DejaVu Sans
        assert x + letter * 12.5 * len(words) < after, words


def test_the_bars_of_the_budget_are_as_long_as_the_shares():
    table = trace(parse("conv 2 k3; conv 4 k3"), (1, 9, 9))
    bars = [float(r.get("width")) for r in
            ElementTree.fromstring(str(figures.budget(table))).iter(f"{SVG}rect")
            if r.get("height") == "3"]  # fmt: skip
    (p1, m1, o1), (p2, m2, o2) = np.reshape(bars, (2, 3))
    assert np.isclose(p1 / p2, table[0].params / table[1].params, atol=0.01)
    assert np.isclose(m1 / m2, table[0].macs / table[1].macs, atol=0.01)
    assert np.isclose(o1 / o2, table[0].memory / table[1].memory, atol=0.01)


def test_a_network_without_parameters_has_a_budget_too():
    assert "0 parameters" in figures.budget(trace(parse("relu; pool 2"), (1, 4, 4))).description


@pytest.mark.parametrize("picture", [
    figures.pipeline(STAGES),
    figures.network_overview(trace("lenet5")),
    figures.budget(trace("lenet5")),
])  # fmt: skip
def test_a_figure_is_xml_with_a_title_and_a_description(picture):
    root = ElementTree.fromstring(str(picture))
    assert root.find(f"{SVG}title").text and len(root.find(f"{SVG}desc").text) > 40
    assert picture.width <= 790
