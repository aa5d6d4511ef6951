"""Explorers of the lab without PyTorch: what they say is what the small network says."""

import numpy as np
import pytest
from loaded import loaded_after

from cnncourse import pipeline
from cnncourse.metrics import accuracy
from cnncourse.site import trained

WEIGHTS = pipeline.trained_weights()


def answers(images):
    scores = [pipeline.run(image / 255, WEIGHTS)[-1].array for image in images]
    return np.array(scores).argmax(axis=1)


@pytest.mark.slow
def test_they_need_neither_pytorch_nor_what_reads_photographs():
    names = {name.split(".")[0] for name in loaded_after("import cnncourse.site.trained")}
    assert "torch" not in names
    assert "cnncourse.handwriting.form" not in loaded_after("import cnncourse.site.trained")


def test_a_cell_of_the_table_is_the_number_of_its_errors():
    explorer = trained.confusion()
    label, answer = (explorer.controls[name].value for name in ("label", "answer"))
    digits = trained.unseen()
    found = np.sum((answers(digits.images) == answer) & (digits.labels == label))
    assert label != answer and f"{found} of {np.sum(digits.labels == label)} " in explorer.sentence


def test_an_xray_shows_the_maps_of_the_network():
    explorer = trained.layer_xray()
    explorer.controls["layer"].value = "conv 1"
    explorer.controls["channel"].value = 2
    image = trained.unseen().images[0] / 255
    values = {stage.name: stage.array for stage in pipeline.run(image, WEIGHTS)}["conv 1"][2]
    assert f"{values.max():.2f}" in explorer.sentence


def test_a_cover_lowers_what_the_network_gives():
    explorer = trained.what_matters()
    explorer.controls["patch"].value = 14
    explorer.controls["answer"].value = "8"
    shares = pipeline.run(trained.unseen().images[0] / 255, WEIGHTS)[-1].array
    assert f"says 8 with {100 * shares[8]:.0f} %" in explorer.sentence


@pytest.mark.parametrize("damage", ["shift", "turn", "noise"])
def test_damage_costs_answers(damage):
    explorer = trained.break_it()
    explorer.controls["damage"].value = damage
    explorer.controls["amount"].value = 0
    digits = trained.unseen().first(200)
    right = accuracy(trained.predict(digits.images), digits.labels)
    assert f"{100 * right:.0f} %" in explorer.sentence
    explorer.controls["amount"].value = 4
    assert f"{100 * right:.0f} %" not in explorer.sentence


def test_the_first_layer_ends_as_it_is_now():
    explorer = trained.filters_over_time()
    assert f"Step {pipeline.snapshots(pipeline.digit(3))[-1].step:,}:" in explorer.sentence
    explorer.controls["step"].value = 0
    assert "Step 0:" in explorer.sentence
