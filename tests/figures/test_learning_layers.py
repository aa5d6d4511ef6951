"""The figures of layers: well formed, and the numbers they state computed again in another way."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from drawn import marked

from cnncourse import activations as act
from cnncourse import figures, regularise

NUMBER = re.compile(r"−?\d[\d,]*\.?\d*")


def numbers(words):
    return [float(n.replace("−", "-").replace(",", "").rstrip(".")) for n in NUMBER.findall(words)]


def texts(picture):
    """Every piece of text in the drawing, parsed as XML; NaN must not be drawn anywhere."""
    assert not re.search(r"\b(nan|inf)\b", picture.markup)
    root = ET.fromstring(str(picture))
    assert root.find("{*}title").text == picture.title
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("name", act.ACTIVATIONS)
def test_an_activation_states_its_values_and_slopes(name):
    picture = figures.activation(name)
    texts(picture)
    by_hand = {
        "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
        "tanh": math.tanh,
        "relu": lambda x: max(0, x),
        "leaky relu": lambda x: x if x > 0 else 0.01 * x,
        "elu": lambda x: x if x > 0 else math.exp(x) - 1,
        "silu": lambda x: x / (1 + math.exp(-x)),
        "gelu": lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))),
        "identity": lambda x: x,
    }[name]
    stated = picture.description.split("value is ")[1].split(" and the slope")[0]
    np.testing.assert_allclose(numbers(stated), [by_hand(x) for x in (-2, 0, 2)], atol=1.1e-3)


def test_all_activations_stand_in_one_picture():
    shown = texts(figures.activations())
    assert set(act.ACTIVATIONS) <= set(shown)


def test_the_flat_share_of_tanh_is_where_its_slope_is_under_one_percent():
    share = float(re.search(r"([\d.]+) % of the range", figures.activation("tanh").description)[1])
    edge = math.acosh(10)  # 1 − tanh² = 1/cosh² = 0.01
    assert share == pytest.approx(100 * (8 - edge) / 8, abs=2)


@pytest.mark.parametrize("order", ["C·H·W", "H·W·C"])
@pytest.mark.parametrize("shape", [(2, 2, 3), (3, 2, 2), (1, 4, 4), (1, 1, 1)])
def test_flattening_lists_the_numbers_in_the_order_of_its_name(order, shape):
    volume = np.random.default_rng(0).permutation(math.prod(shape)).reshape(shape)
    picture = figures.flattening(volume, order)
    flat = volume.ravel() if order == "C·H·W" else np.moveaxis(volume, 0, -1).ravel()
    stated = picture.description.split(": ")[1]
    assert numbers(stated) == flat.tolist()
    assert texts(picture)


def test_volumes_that_cannot_be_drawn_are_refused():
    with pytest.raises(ValueError, match="too large to draw: try"):
        figures.flattening(np.zeros((4, 2, 2)))
    with pytest.raises(ValueError, match="use 'C·H·W' or 'H·W·C'"):
        figures.flattening(np.zeros((1, 2, 2)), "W·H·C")


def test_fully_connected_counts_weights_and_biases():
    shown = " ".join(texts(figures.fully_connected((10, 7, 7), 32, 10)))
    assert "490 inputs" in shown and "= 15,712" in shown and "= 330" in shown
    few = figures.fully_connected((1, 2, 2), 3, 2)  # no column is cut short
    assert "⋮" not in " ".join(texts(few))


@pytest.mark.parametrize("size", [8, 28, 224, 512])
@pytest.mark.parametrize("halvings", [1, 3, 5])
@pytest.mark.parametrize(("channels", "units", "classes"), [(8, 8, 2), (512, 4096, 1000)])
def test_dense_cost_equals_a_count_of_arrays(size, halvings, channels, units, classes):
    settings = dict(size=size, halvings=halvings, channels=channels, units=units, classes=classes)
    side = size
    for _ in range(halvings):
        side //= 2
    if side == 0:
        most = max(h for h in range(10) if 2**h <= size)
        with pytest.raises(ValueError, match=f"leave nothing of {size} pixels: try at most {most}"):
            figures.dense_cost(**settings)
        return
    shown = " ".join(texts(figures.dense_cost(**settings)))
    shapes = [(channels, 3 if i == 0 else channels, 3, 3) for i in range(halvings)]
    body = sum(math.prod(s) + s[0] for s in shapes)
    for count in (body, units * channels * side * side + units, classes * units + classes,
                  classes * channels + classes):  # fmt: skip
        assert f"{count:,}" in shown


def test_the_squares_of_dense_cost_have_the_parameters_as_areas():
    picture = figures.dense_cost(size=224, halvings=3, channels=16, units=32)
    said = re.search(r"Parameters: ([\d,]+) with .* units, ([\d,]+) with", picture.description)
    many, few = (int(number.replace(",", "")) for number in said.groups())
    shapes = ET.fromstring(str(picture)).iter("{http://www.w3.org/2000/svg}rect")
    sides = [float(s.get("width")) for s in shapes if s.get("width") == s.get("height")]
    assert (sides[0] / sides[1]) ** 2 == pytest.approx(many / few, rel=0.01)


def test_dense_cost_refuses_a_network_without_a_body():
    with pytest.raises(ValueError, match="use at least 1"):
        figures.dense_cost(size=28, halvings=0, channels=8, units=8)


def test_softmax_states_probabilities_loss_and_entropy():
    logits, target, temperature = [2.0, 1.0, 0.1], 1, 2.0
    picture = figures.softmax(np.array(logits), target=target, temperature=temperature)
    e = [math.exp(z / temperature) for z in logits]
    p = [v / sum(e) for v in e]
    stated = numbers(picture.description)
    entropy = -sum(v * math.log(v) for v in p)
    expected = [temperature, *p, target, p[target], -math.log(p[target]), entropy]
    np.testing.assert_allclose(stated, expected, atol=6e-4)
    slopes = [(v - (k == target)) / temperature for k, v in enumerate(p)]
    shown = texts(picture)
    assert all(f"{s:.3f}".rstrip("0").replace("-", "−") in shown for s in slopes)


def test_logits_are_dragged_and_a_click_on_a_class_makes_it_the_right_one():
    picture = figures.softmax(np.array([2.0, -1.5, 0.1]), target=1)
    drags = marked(picture, "drag")
    for k, z in enumerate((2.0, -1.5, 0.1)):
        (move,) = drags[f"end of logit {k}"]["moves"]
        assert (move["control"], move["value"]) == (f"logit_{k}", z)
        ends = [z + move["step"] * move[end] for end in ("least", "most")]
        assert ends == pytest.approx([-10, 10])
    targets = [values["target"] for values in marked(picture, "set").values()]
    assert targets == 3 * [0, 1, 2]  # beside the logits, the probabilities and the gradient


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_softmax_refuses_logits_that_are_no_numbers(bad):
    with pytest.raises(ValueError, match="must be numbers"):
        figures.softmax(np.array([1.0, bad]), target=0)


def test_dropout_states_the_mean_of_all_thinned_nets():
    rng = np.random.default_rng(0)
    x, hidden, output = rng.uniform(size=3), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    p, total = 0.3, np.zeros(2)
    values = np.maximum(x @ hidden, 0)
    for mask in np.ndindex(2, 2, 2, 2):
        scores = (values * mask / (1 - p)) @ output
        chance = np.prod([(1 - p) if m else p for m in mask])
        total += chance * np.exp(scores) / np.exp(scores).sum()
    whole = np.exp(values @ output) / np.exp(values @ output).sum()
    picture = figures.dropout(x, hidden, output, np.eye(4)[:2], p=p)
    stated = [float(v) for v in re.findall(r"[AB] ([\d.]+) %", picture.description)]
    np.testing.assert_allclose(stated, 100 * np.concatenate([whole, total]), atol=0.051)
    shown = texts(picture)
    assert "mean of all 16 thinned nets" in shown and "pass 1: 1 unit" in shown


def test_dropped_units_are_crossed_out_in_training_only():
    rng = np.random.default_rng(0)
    net = rng.uniform(size=3), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    keeps = np.array([[1, 0, 0, 1], [1, 1, 1, 0]])
    trained = figures.dropout(*net, keeps, p=0.5)
    assert trained.markup.count("stroke-dasharray") == 3
    evaluated = figures.dropout(*net, keeps, p=0.5, training=False)
    assert "stroke-dasharray" not in evaluated.markup


def test_a_click_on_a_unit_drops_it_or_brings_it_back():
    rng = np.random.default_rng(0)
    net = rng.uniform(size=3), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    own = 0b1011
    picture = figures.dropout(*net, np.ones((1, 4)), p=0.0, own=own, following=7)
    wishes = {part.get("data-name"): json.loads(part.get("data-set"))
              for part in ET.fromstring(str(picture)).iter() if part.get("data-set")}  # fmt: skip
    assert wishes == {
        "drop unit 1": {"own": 0b1010},
        "drop unit 2": {"own": 0b1001},
        "keep unit 3": {"own": 0b1111},
        "drop unit 4": {"own": 0b0011},
        "passes": {"seed": 7},
    }
    values = np.maximum(net[0] @ net[1], 0) * [1, 1, 0, 1]
    scores = np.exp(values @ net[2])
    stated = re.search(r"3 units: A ([\d.]+) %", picture.description)[1]
    assert float(stated) == pytest.approx(100 * scores[0] / scores.sum(), abs=0.051)


def test_the_handles_of_a_histogram_stand_on_its_mean_and_beside_it():
    before = np.random.default_rng(0).normal(3, 2, size=(6, 1, 2, 2))
    after, running = regularise.batch_norm(before, training=True)
    settings = {"shift": 3.0, "scale": 2.0, "gamma": 1.0, "beta": 0.0}
    picture = figures.batch_norm(before, after, training=True, running=running, settings=settings)
    root = ET.fromstring(str(picture))
    places, moves = {}, {}
    for part in root.iter():
        if (part.get("data-name") or "").startswith("handle: "):
            name = part.get("data-name").removeprefix("handle: ")
            places[name] = float(re.search(r"translate\(([\d.]+)px", part.get("style"))[1])
            (moves[name],) = json.loads(part.get("data-drag"))["moves"]
    unit = moves["shift"]["along"][0] / moves["shift"]["step"]  # pixels for 1
    zero = 10 + 12 * unit
    assert places["shift"] == pytest.approx(zero + before.mean() * unit, abs=0.1)
    spread = places["scale"] - places["shift"]
    assert spread == pytest.approx(before.std() * unit, abs=0.1)
    assert places["gamma"] - places["beta"] == pytest.approx(436 / 8, abs=0.1)


def filled(picture):
    """How many rectangles of a picture are neither empty nor paper."""
    shapes = ET.fromstring(str(picture)).iter("{http://www.w3.org/2000/svg}rect")
    return len([shape for shape in shapes if shape.get("fill").startswith("#")])


def test_norms_fill_the_maps_that_share_their_statistics():
    words = figures.norms(images=4, channels=6).description
    assert "batch: 4 maps; layer: 6 maps; group: 3 maps; instance: 1 map." in words
    assert filled(figures.norms(5, 6)) == filled(figures.norms(4, 6)) + 1  # one more in the batch


def test_a_batch_of_one_has_no_outline_over_its_own_bars():
    def lines(images):
        before = np.random.default_rng(0).normal(3, 2, size=(images, 1, 2, 2))
        after, running = regularise.batch_norm(before, training=True)
        picture = figures.batch_norm(before, after, training=True, running=running)
        return str(picture).count("<polyline")

    assert lines(1) < lines(2)


def test_batch_norm_states_the_statistics_of_before_and_after():
    before = np.random.default_rng(0).normal(3, 2, size=(6, 1, 2, 2))
    after, running = regularise.batch_norm(before, training=True)
    picture = figures.batch_norm(before, after, training=True, running=running)
    texts(picture)
    stated = numbers(picture.description)
    expected = [6, before.mean(), before.var(), running.mean[0], running.var[0], 0, 1,
                before[0].mean(), after[0].mean()]  # fmt: skip
    np.testing.assert_allclose(stated, expected, atol=0.0051)


def test_histograms_through_depth_are_drawn_only_where_there_are_values():
    values = np.array([0.21, 0.22, 0.3, 0.81])  # bins 5, 5, 7 and 19 of 24
    signal = act.Signal(values, gradient=1.0, flat=0.0, dead=0.0)
    picture = ET.fromstring(str(figures.signal_through_depth("sigmoid", [signal])))
    outlines = [line for line in picture.findall(".//{*}polyline") if line.get("fill") != "none"]
    drawn = [[float(point.split(",")[1]) for point in line.get("points").split()]
             for line in outlines]  # fmt: skip
    edges = [((160 - max(ys)) / 140, (160 - min(ys)) / 140) for ys in drawn]
    expected = [(5 / 24, 6 / 24), (7 / 24, 8 / 24), (19 / 24, 20 / 24)]
    np.testing.assert_allclose(edges, expected, atol=1e-3)


def test_a_signal_that_dies_is_drawn_without_logarithms_of_zero():
    weights, inputs = [-np.ones((3, 3))] * 3, np.ones((4, 3))
    picture = figures.signal_through_depth("relu", act.through_depth("relu", weights, inputs))
    texts(picture)
    assert "100 % of the values are flat and 100 % of the units are dead" in picture.description


def test_the_way_back_states_the_gradients_worked_by_hand():
    image, kernel = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
    picture = figures.conv_backward(image, kernel, np.ones((2, 2)))
    assert numbers(picture.description) == [8, 12, 20, 24, 0, 1, 1, 2, 6, 4, 2, 5, 3, 4]
    block = np.array([[1, 5], [2, 3]])
    picture = figures.pool_backward(block, np.array([[8]]), 2)
    assert numbers(picture.description) == [8, 0, 8, 0, 0, 2, 2, 2, 2]
    texts(picture)
