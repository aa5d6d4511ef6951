"""The explorers of the lab, driven by hand with networks made of NumPy: no PyTorch is needed."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import namedtuple
from itertools import product

import cv2
import numpy as np
import pytest

from cnncourse.explorers import mnist_lab as explorers
from cnncourse.figures.words import percent
from cnncourse.handwriting import form
from cnncourse.handwriting.neighbours import NearestNeighbours, halved
from cnncourse.pipeline import digit
from cnncourse.widgets.digit import DRAW, TYPE, UPLOAD, DigitInput
from cnncourse.widgets.run_button import RunButton

RNG = np.random.default_rng(11)
LABELS = np.arange(40) % 10
IMAGES = np.stack([np.round(255 * digit(k, i // 10)) for i, k in enumerate(LABELS)]).astype(
    np.uint8
)
TEMPLATES = IMAGES[:10].reshape(10, -1) / 255.0
Snapshot = namedtuple("Snapshot", "step accuracy kernels maps")
Measured = namedtuple(
    "Measured",
    "seen learning_rate train_loss train_accuracy validation_loss validation_accuracy kernels read",
)


def predict(images):
    """The probabilities of a network that compares with ten templates."""
    scores = 40 * (images.reshape(len(images), -1) / 255.0 @ TEMPLATES.T) / 784
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def always_seven(images):
    return np.tile(np.eye(10)[7], (len(images), 1))


def maps(image):
    signed = np.stack([np.diff(image / 255.0, axis=0)[:, 1:], np.diff(image / 255.0)[1:]])
    return {"conv1": signed, "relu1": np.maximum(signed, 0), "conv2": np.tile(signed, (3, 1, 1))}


def peaks(layer):
    return np.stack([maps(image)[layer].max(axis=(1, 2)) for image in IMAGES])


def covered(image, *, patch, stride, digit):
    corners = range(0, 29 - patch, stride)
    values = []
    for row, column in product(corners, corners):
        copy = image.copy()
        copy[row : row + patch, column : column + patch] = 0
        values.append(predict(copy[None])[0, digit])
    return np.array(values).reshape(len(corners), -1)


class Session:
    """A training that halves its loss with every piece and remembers its rates."""

    def __init__(self, **settings):
        self.settings, self.seen, self.rates = settings, 0, []

    def advance(self, rate):
        self.seen += 500
        self.rates.append(rate)
        loss = 2 * 0.5 ** len(self.rates)
        kernels = np.full((4, 1, 3, 3), loss) if self.settings["model"] == "small" else None
        read = IMAGES[:10], LABELS[:10], np.minimum(LABELS[:10], len(self.rates))
        return Measured(
            self.seen, rate, loss, 1 - loss / 2, loss + 0.1, 0.95 - loss / 3, kernels, read
        )


class Live:
    """The explorer `train_live` and the sessions that it began."""

    def __init__(self):
        self.sessions = []
        self.explorer = explorers.train_live(self.start, 1000, models=["small", "mlp"])
        self.run = self.explorer.controls["run"]

    def start(self, **settings):
        self.sessions.append(Session(**settings))
        return self.sessions[-1].advance


def damages():
    rivals = {"templates": predict, "seven": always_seven}
    return rivals, {
        "shift": explorers.damage(
            lambda x, n: np.roll(x, n, axis=2), [0, 1, 2, 4], "pixels right", rivals, IMAGES, LABELS
        ),
        "fade": explorers.damage(
            lambda x, n: (x * (1 - n)).astype(np.uint8), [0, 0.5], "share", rivals, IMAGES, LABELS
        ),
    }


def make(name):
    if name == "train_live":
        live = Live()
        live.run.step()
        return live.explorer
    if name == "filters_over_time":
        shots = [Snapshot(10 * i, 0.1 + 0.2 * i, RNG.normal(size=(4, 1, 3, 3)),
                          RNG.normal(size=(4, 9, 9))) for i in range(4)]  # fmt: skip
        return explorers.filters_over_time(shots)
    if name == "layer_xray":
        return explorers.layer_xray(IMAGES, maps, peaks)
    if name == "what_matters":
        return explorers.what_matters(IMAGES, predict, covered, lambda image, k: image / 255.0)
    if name == "confusion":
        return explorers.confusion(IMAGES, LABELS, predict(IMAGES))
    if name == "break_it":
        return explorers.break_it(IMAGES, LABELS, *damages())
    paper = {"a 3": 255 - IMAGES[3], "a 5": 255 - IMAGES[5]}
    return explorers.own_digit(predict, paper)


ALL = ("train_live", "filters_over_time", "layer_xray", "what_matters", "confusion", "break_it",
       "own_digit")  # fmt: skip


def set_all(explorer, **values):
    for name, value in values.items():
        explorer.controls[name].value = value


def ends(control):
    """The settings of a control worth trying: both ends and now, or all options."""
    if isinstance(control, (RunButton, DigitInput)):
        return [control.value]
    if hasattr(control, "min"):
        return [control.min, control.value, control.max]
    if hasattr(control, "options"):
        return [o[1] if isinstance(o, tuple) else o for o in control.options]
    return [True, False]


@pytest.mark.parametrize("name", ALL)
def test_every_control_has_a_label_and_the_default_view_at_most_four(name):
    explorer = make(name)
    assert all(control.description for control in explorer.controls.values())
    assert len(explorer.children[0].children) <= 4


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_pair_of_controls_at_its_ends_gives_a_picture(name):
    explorer = make(name)
    start = {k: v for k, v in explorer.values.items() if k != "run"}
    tried = list(start)
    for i, first in enumerate(tried):
        for second in tried[i + 1 :] or [first]:
            for a, b in product(ends(explorer.controls[first]), ends(explorer.controls[second])):
                set_all(explorer, **{first: a, second: b})
                assert explorer.possible, explorer.sentence
                assert ET.fromstring(explorer.view.value).find("{*}title").text
                assert not re.search(r"\b(nan|inf|None)\b", explorer.view.value)
                assert len(explorer.sentence) > 30
            set_all(explorer, **start)


@pytest.mark.parametrize("name", ALL)
def test_a_page_without_a_kernel_shows_pictures(name):
    explorer = make(name)
    html = explorer.face()
    assert html.count("<svg") == html.count("<figcaption>") == len(explorer.stills) > 0


@pytest.mark.slow
def test_the_explorers_load_no_torch():
    code = (
        "import cnncourse.explorers.mnist_lab, sys; print({'torch', 'matplotlib'} & {*sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


# Training -----------------------------------------------------------------------------------------


def test_a_training_begins_with_the_chosen_settings_and_follows_the_rate():
    live = Live()
    set_all(live.explorer, batch_size=32, width=8, seed=3, learning_rate=0.03)
    live.run.step()
    live.explorer.controls["learning_rate"].value = 0.001
    live.run.step()
    (session,) = live.sessions
    assert session.settings == {"batch_size": 32, "model": "small", "width": 8, "seed": 3}
    assert session.rates == [0.03, 0.001]
    assert "1,000 of 10,000 digits seen, learning rate 0.001" in live.explorer.sentence
    assert "Loss 0.500 in training, 0.600 in validation" in live.explorer.sentence


@pytest.mark.parametrize("name, value", [("model", "mlp"), ("width", 2), ("batch_size", 8)])
def test_what_cannot_change_during_a_training_begins_a_new_one(name, value):
    live = Live()
    live.run.step()
    live.explorer.controls[name].value = value
    assert live.run.value == () and "nothing learnt yet" in live.explorer.sentence
    live.run.step()
    assert len(live.sessions) == 2 and live.sessions[1].settings[name] == value


def test_without_an_event_loop_one_press_is_one_piece():
    live = Live()
    for pieces in (1, 2):
        live.run.go.value = True
        assert len(live.run.value) == pieces and live.run.go.value is False


def test_with_an_event_loop_it_runs_to_the_goal_and_lets_others_work():
    live = Live()
    live.explorer.controls["epochs"].value = 3
    lengths = []

    async def press_and_watch():
        live.run.go.value = True
        while live.run.go.value:
            lengths.append(len(live.run.value))
            await asyncio.sleep(0.005)

    asyncio.run(press_and_watch())
    assert live.run.value[-1].seen == 3000 and len(set(lengths)) >= 5
    assert live.run.go.description == "train"


@pytest.mark.slow
def test_pause_change_the_rate_go_on():
    live = Live()

    async def play():
        live.run.go.value = True
        while len(live.run.value) < 2:
            await asyncio.sleep(0.005)
        live.run.go.value = False
        await asyncio.sleep(0.06)
        paused = len(live.run.value)
        live.explorer.controls["learning_rate"].value = 0.0003
        live.run.go.value = True
        while live.run.go.value:
            await asyncio.sleep(0.005)
        return paused

    paused = asyncio.run(play())
    (session,) = live.sessions
    assert 2 <= paused < len(session.rates) == 20
    assert session.rates == [0.01] * paused + [0.0003] * (20 - paused)


@pytest.mark.slow
def test_two_quick_presses_do_not_train_twice_at_once():
    live = Live()

    async def play():
        for pressed in (True, False, True):
            live.run.go.value = pressed
        before = len(asyncio.all_tasks())
        while live.run.go.value:
            await asyncio.sleep(0.005)
        return before

    assert asyncio.run(play()) == 2  # this one and the training
    assert live.run.value[-1].seen == 10_000 == live.sessions[0].seen


def test_more_epochs_go_on_and_start_again_forgets():
    live = Live()
    set_all(live.explorer, epochs=1)
    for _ in range(2):
        live.run.step()
    live.run.again.click()
    assert live.run.value == ()
    live.run.step()
    assert live.run.value[0].seen == 500 and len(live.sessions) == 2


def test_the_monitor_draws_what_the_history_says():
    History = namedtuple("History", "step_loss step validation_accuracy")
    monitor = explorers.Monitor(400)
    monitor.show(History([2.0, 1.0, 0.5], [], []))
    assert "Step 3 of 400." in monitor.view.value
    monitor.show(History([0.1] * 400, [200, 400], [0.9, 0.975]))
    assert "Step 400 of 400. Validation accuracy 97.5 %." in monitor.view.value
    assert "400 steps" in monitor.face()


# Looking inside -----------------------------------------------------------------------------------


def test_filters_over_time_measures_how_far_the_kernels_moved():
    first = RNG.normal(size=(4, 1, 3, 3))
    shots = [Snapshot(0, 0.1, first, np.zeros((4, 5, 5))),
             Snapshot(60, 0.9, 1.5 * first, np.zeros((4, 5, 5)))]  # fmt: skip
    explorer = explorers.filters_over_time(shots)
    assert "Step 60: 90 % of held-out" in explorer.sentence
    assert "moved by 50 % of their length" in explorer.sentence
    explorer.controls["step"].value = 0
    assert "moved by 0 % of" in explorer.sentence


def test_the_channel_slider_follows_the_layer():
    explorer = make("layer_xray")
    set_all(explorer, layer="conv2", channel=5)
    assert explorer.controls["channel"].max == 5
    set_all(explorer, layer="conv1")
    assert explorer.controls["channel"].value == 1 and explorer.possible


def test_the_xray_shows_the_largest_values_of_the_channel():
    explorer = make("layer_xray")
    set_all(explorer, digit=4, layer="relu1", channel=1)
    here = maps(IMAGES[4])["relu1"][1]
    most = max(maps(image)["relu1"][1].max() for image in IMAGES)
    words = explorer.sentence
    assert f"to {here.max():.2f}".rstrip("0") in words
    assert words.endswith(
        f"the largest value any digit causes is {f'{most:.2f}'.rstrip('0').rstrip('.')}."
    )


def test_what_matters_reports_the_worst_patch():
    explorer = make("what_matters")
    set_all(explorer, digit=8, patch=9, stride=3, answer="8")
    values = covered(IMAGES[8], patch=9, stride=3, digit=8)
    row, column = 3 * np.array(np.unravel_index(values.argmin(), values.shape))
    assert f"corner in row {row}, column {column}." in explorer.sentence
    whole = predict(IMAGES[8:9])[0, 8]
    assert f"says 8 with {f'{100 * whole:.1f}'.removesuffix('.0')} %" in explorer.sentence


def test_the_cover_goes_by_strides_and_stays_on_the_digit():
    explorer = make("what_matters")
    set_all(explorer, stride=3, patch=10)
    row = explorer.controls["row"]
    assert (row.step, row.max) == (3, 18)
    set_all(explorer, row=15, column=6, answer="4")
    shown = covered(IMAGES[0], patch=10, stride=3, digit=4)[5, 2]
    assert f"covered here with {percent(shown)}." in explorer.sentence


# Errors -------------------------------------------------------------------------------------------


def test_confusion_starts_at_the_most_frequent_error_and_counts_correctly():
    probabilities = np.eye(10)[LABELS] * 0.9 + 0.01
    probabilities[[4, 14, 24]] = np.eye(10)[9] * 0.8 + 0.02  # three fours are read as nines
    probabilities[7] = np.eye(10)[1]
    explorer = explorers.confusion(IMAGES, LABELS, probabilities)
    assert (explorer.controls["label"].value, explorer.controls["answer"].value) == (4, 9)
    assert explorer.sentence == (
        "36 of 40 digits are read correctly. The network reads 3 of 4 digits labelled 4 as 9."
    )
    set_all(explorer, label=7, answer=1)
    assert "The network reads 1 of 4 digits labelled 7 as 1." in explorer.sentence
    assert sure(explorer) == [99]  # and not 100
    set_all(explorer, label=0, answer=5)
    assert "no digit in this cell" in explorer.view.value


def sure(explorer):
    """How sure the network is of the digits behind a cell, in per cent."""
    parts = ET.fromstring(explorer.view.value).iter()
    tiles = [part for part in parts if part.get("data-group") == "digits"]
    return [int(tile.find("{*}text").text.removesuffix(" %")) for tile in tiles]


def test_a_cell_opens_its_surest_or_least_sure_digits():
    probabilities = np.eye(10)[np.zeros(40, int)] * np.linspace(0.5, 0.89, 40)[:, None] + 0.01
    labels = np.zeros(40, int)
    explorer = explorers.confusion(IMAGES, labels, probabilities)
    set_all(explorer, label=0, answer=0)
    shown = sure(explorer)
    assert len(shown) == 16 and shown == sorted(shown, reverse=True) and shown[0] == 90
    set_all(explorer, order="least sure first")
    assert sure(explorer) == sorted(sure(explorer)) and sure(explorer)[0] == 51
    set_all(explorer, digit=15)
    set_all(explorer, label=1)
    assert explorer.controls["digit"].value == 0 and explorer.possible


def test_a_network_without_errors_can_be_opened():
    assert explorers.confusion(IMAGES, LABELS, np.eye(10)[LABELS]).possible


def test_damage_measures_every_network_at_every_amount():
    rivals, found = damages()
    for name, function in rivals.items():
        for amount, share in zip((0, 1, 2, 4), found["shift"].curves[name], strict=True):
            answers = function(np.roll(IMAGES, amount, axis=2)).argmax(1)
            assert share == np.mean(answers == LABELS)
    assert found["shift"].curves["seven"] == [0.1] * 4


def test_break_it_reads_the_digits_that_it_shows():
    explorer = make("break_it")
    set_all(explorer, damage="shift", amount=2, first=3)
    shown, wanted = np.roll(IMAGES[3:11], 2, axis=2), LABELS[3:11]
    right = int((predict(shown).argmax(1) == wanted).sum())
    assert (
        f"Shift, 2 pixels right. Of the digits shown templates reads {right} of 8"
        in explorer.sentence
    )
    assert "seven reads 1 of 8" in explorer.sentence and "seven 10 %" in explorer.sentence
    set_all(explorer, amount=3)  # not measured: between 2 and 4
    _, (two, four) = damages()[1]["shift"].amounts, damages()[1]["shift"].curves["templates"][2:]
    assert f"templates {percent((two + four) / 2)}" in explorer.sentence
    set_all(explorer, damage="fade")
    assert explorer.controls["amount"].value == 0.5 and "Fade, 0.5 share" in explorer.sentence
    set_all(explorer, damage="shift")
    assert explorer.controls["amount"].value % 1 == 0  # half a pixel is no shift


@pytest.mark.parametrize("amounts, step", [([0, 1, 2, 4], 1), ([0, 10, 45, 90], 5), ([0, 0.5], 0.5),
                                           ([0, 0.1, 0.25], 0.05), ([0], 1)])  # fmt: skip
def test_a_damage_goes_by_steps_that_meet_all_its_amounts(amounts, step):
    assert explorers._step(amounts) == step


# Your own digit -----------------------------------------------------------------------------------


def own():
    explorer = make("own_digit")
    return explorer, explorer.controls["photo"]


def test_the_answer_is_that_of_the_network_for_the_last_picture():
    explorer, _ = own()
    last = form.steps(255 - IMAGES[3])[-1]
    seen = np.round(255 * last.image).astype(np.uint8)
    best = predict(seen[None])[0]
    stated = f"Most probable: {best.argmax()} with {percent(best.max())}"
    assert stated in explorer.sentence
    set_all(explorer, turn=45)
    assert explorer.possible and stated not in explorer.sentence


def test_what_was_learnt_is_compared_with_unless_there_is_no_limit():
    def sentence(limit):
        memory = NearestNeighbours(
            halved(np.repeat(IMAGES, 3, axis=0)), np.repeat(LABELS, 3), limit
        )
        return explorers.own_digit(predict, {"a 3": 255 - IMAGES[3]}, memory=memory)

    assert "hardly a digit" in sentence(0.0).sentence
    assert "may well be one" in sentence(100.0).sentence
    assert "most like it" not in sentence(np.inf).sentence


def test_an_empty_pad_asks_for_a_digit_in_a_picture_as_tall_and_a_drawing_is_read():
    explorer, photo = own()
    tall = explorer.draw(**explorer.values).height
    photo.choice.value = DRAW
    assert explorer.possible and not re.search(r"\d", explorer.sentence)
    assert explorer.draw(**explorer.values).height == tall
    photo.pad.value = 1 - IMAGES[5] / 255
    assert explorer.possible and re.search(r"\d", explorer.sentence)


def test_typed_characters_are_read_and_nothing_typed_gets_a_sentence():
    explorer, photo = own()
    photo.choice.value = TYPE
    assert explorer.possible and re.search(r"\d", explorer.sentence)
    assert TYPE not in explorer.sentence  # the name of a way to choose is no name of a digit
    photo.text.value = " "
    assert 'role="alert"' in photo.children[2].value


def upload(photo, content):
    """What the browser sends when the learner picks a file."""
    photo.upload.receive({"number": 1, "name": "x.png", "note": ""}, [content])


def test_an_upload_is_read_and_a_bad_file_gets_a_sentence():
    explorer, photo = own()
    photo.choice.value = UPLOAD
    assert explorer.sentence.startswith("A 3")  # nothing chosen yet: the picture stays
    png = cv2.imencode(".png", 255 - IMAGES[5])[1].tobytes()
    upload(photo, png)
    assert explorer.possible and not explorer.sentence.startswith("A 3")
    upload(photo, b"abc")
    assert 'role="alert"' in photo.children[2].value


@pytest.mark.parametrize("right, down", [(0, 0), (3, 0), (0, -4), (-10, 10)])
def test_moving_by_whole_pixels_is_a_shift_with_black_coming_in(right, down):
    image = RNG.integers(0, 256, (28, 28), dtype=np.uint8)
    padded = np.pad(image, 28)
    expected = padded[28 - down : 56 - down, 28 - right : 56 - right]
    np.testing.assert_array_equal(explorers.moved(image, right=right, down=down, turn=0), expected)


def test_turning_by_a_right_angle_is_exact_and_anticlockwise():
    image = RNG.integers(0, 256, (28, 28), dtype=np.uint8)
    turned = explorers.moved(image, right=0, down=0, turn=90)
    np.testing.assert_allclose(turned, np.rot90(image), atol=1)


# Shown beside the pad, drawn for a test, liked best -----------------------------------------------


def test_maps_stand_below_and_the_pad_can_be_open_at_once():
    plain = explorers.own_digit(predict, {"a 3": 255 - IMAGES[3]})
    assert plain.controls["photo"].value.name == "a 3"
    drawing = IMAGES[4] / 255
    shown = explorers.own_digit(
        predict, {"a 3": 255 - IMAGES[3]}, maps=lambda image: maps(image)["conv1"], drawn=drawing
    )
    assert (
        shown.controls["photo"].value.name == DRAW and plain.controls["photo"].value.name == "a 3"
    )
    np.testing.assert_allclose(shown.controls["photo"].value.pixels, drawing)
    assert shown.possible and shown.view.value.count("<image") > plain.view.value.count("<image")
    assert float(ET.fromstring(shown.view.value).get("width")) <= 800


def test_preferred_says_how_sure_the_network_is_at_each_stage():
    memory = NearestNeighbours(halved(IMAGES), LABELS)
    stages = {0: np.zeros((10, 28, 28), np.uint8), 30: IMAGES[:10]}
    explorer = explorers.preferred(stages, predict, memory)
    sure = {steps: predict(stage).diagonal().mean() for steps, stage in stages.items()}
    for place, steps in enumerate(stages):
        explorer.controls["stage"].value = place
        found = re.search(r"After (\d+) steps .* (\d+) %", explorer.sentence)
        assert int(found[1]) == steps and int(found[2]) == pytest.approx(100 * sure[steps], abs=1)


def test_a_collector_asks_for_each_digit_and_keeps_what_is_drawn():
    collector = explorers.Collector(rounds=2)
    for number in range(20):
        assert f"Draw a {number % 10}." in collector.says.value
        collector.keep.click()  # nothing is drawn yet: nothing is kept
        assert len(collector.labels) == number
        collector.pad.value = np.full((28, 28), (number + 1) / 20)
        collector.keep.click()
        assert not collector.pad.value.any()
    assert collector.labels == [*range(10)] * 2 and "20 of 20" in collector.says.value
    assert [float(picture[0, 0]) for picture in collector.pictures] == [
        n / 20 for n in range(1, 21)
    ]
    collector.pad.value = np.ones((28, 28))
    collector.keep.click()  # enough
    assert len(collector.pictures) == len(collector.labels) == 20


def test_the_last_digit_can_be_taken_back():
    collector = explorers.Collector(rounds=1)
    collector.undo.click()  # there is none
    collector.pad.value = np.ones((28, 28))
    collector.keep.click()
    collector.undo.click()
    assert collector.pictures == collector.labels == [] and "Draw a 0." in collector.says.value
    assert "<p>" in collector.face()
