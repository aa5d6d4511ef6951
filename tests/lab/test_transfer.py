"""Transfer: what comes back with and without the weights, and the preparation of photographs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from cnncourse.images import SAMPLES  # noqa: E402
from cnncourse.lab import digits as digits_module  # noqa: E402
from cnncourse.lab import transfer  # noqa: E402

pytestmark = pytest.mark.slow  # to load torchvision takes seconds


@pytest.fixture(autouse=True)
def no_weights_here(tmp_path, monkeypatch, one_thread):
    """As on a computer that never fetched them; and the tests have no network."""
    pytest.importorskip("torchvision")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))


@pytest.fixture(scope="module")
def photo():
    return np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)


@pytest.mark.parametrize(("fetch", "words"), [(False, "not asked for"), (True, "could not be")])
def test_without_weights_a_sentence_says_so_and_all_goes_on(fetch, words, photo):
    backbone = transfer.load(fetch=fetch)
    assert not backbone.pretrained
    assert words in backbone.note and "random weights" in backbone.note
    assert transfer.report(backbone, photo) == backbone.note
    with pytest.raises(ValueError, match="random weights"):
        transfer.classify(backbone, photo)


@pytest.mark.parametrize("content", [b"not weights", b"", b"\x80"])
def test_a_damaged_file_is_a_sentence_too(content):
    transfer.weights_file().parent.mkdir(parents=True)
    transfer.weights_file().write_bytes(content)
    assert "could not be fetched or read" in transfer.load().note


def test_weights_that_are_there_are_used(photo):
    network = transfer.load(seed=1).network
    transfer.weights_file().parent.mkdir(parents=True)
    torch.save(network.state_dict(), transfer.weights_file())
    backbone = transfer.load()
    assert backbone.pretrained
    guesses = transfer.classify(backbone, photo, top=3)
    with torch.inference_mode():
        shares = network(transfer.prepare(photo)).softmax(1)[0].sort(descending=True).values
    assert [share for _, share in guesses] == pytest.approx(shares[:3].tolist())
    assert transfer.report(backbone, photo, top=3).count("%") == 3


def test_what_a_trained_network_answered_is_kept():
    said = {name: transfer.remembered(name) for name in SAMPLES}
    first = {name: (answer.classes[0], round(answer.shares[0], 2)) for name, answer in said.items()}
    assert first == {
        "grace_hopper": ("military uniform", 0.39),
        "china": ("palace", 0.32),
        "flower": ("daisy", 0.22),
    }
    known = set(transfer.weights().meta["categories"])
    for answer in said.values():
        assert set(answer.classes) <= known and len(set(answer.classes)) == 5
        assert list(answer.shares) == sorted(answer.shares, reverse=True) and sum(answer.shares) < 1
        assert [maps.shape for maps in answer.maps] == [(8, 56, 56), (8, 28, 28), (8, 14, 14)]
        assert all(maps.dtype == np.uint8 and np.ptp(maps) > 200 for maps in answer.maps)
    with pytest.raises(ValueError, match="choose one of grace_hopper, china, flower"):
        transfer.remembered("my_cat.jpg")


def test_the_class_names_are_those_of_torchvision(photo):
    backbone = replace(transfer.load(), pretrained=True)
    names = transfer.weights().meta["categories"]
    best = int(backbone.network(transfer.prepare(photo)).argmax())
    assert transfer.classify(backbone, photo, top=1)[0][0] == names[best]


def test_a_photo_becomes_its_middle_square_normalised():
    photo = np.zeros((10, 30, 3), np.uint8)
    photo[:, 10:20] = (255, 0, 128)
    prepared = transfer.prepare(photo, size=20)
    assert prepared.shape == (1, 3, 20, 20)
    for channel, value in enumerate((1, 0, 128 / 255)):
        expected = (value - (0.485, 0.456, 0.406)[channel]) / (0.229, 0.224, 0.225)[channel]
        assert torch.allclose(prepared[0, channel], torch.tensor(expected), atol=1e-4)


def test_the_normalisation_is_that_of_the_weights():
    settings = transfer.weights().transforms()
    assert tuple(settings.mean) == transfer._MEAN and tuple(settings.std) == transfer._STD


def test_grey_and_colour_give_the_same_where_the_colour_is_grey():
    grey = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    assert torch.equal(
        transfer.prepare(grey, 32), transfer.prepare(np.stack([grey] * 3, axis=2), 32)
    )


def test_a_photo_of_floats_is_refused():
    with pytest.raises(ValueError, match="uint8"):
        transfer.prepare(np.zeros((8, 8, 3)))


def test_features_are_the_inputs_of_the_last_layer(photo):
    backbone = transfer.load()
    features = transfer.features(backbone, photo[None])
    assert features.shape == (1, 512)
    with torch.inference_mode():
        logits = backbone.network.fc(torch.tensor(features))
        expected = backbone.network(transfer.prepare(photo, transfer.SIDE))
    assert torch.allclose(logits, expected, atol=1e-4)


def test_a_new_head_and_fine_tuning_learn_and_leave_the_backbone_alone():
    digits = digits_module.load(offline=True)
    train, validation = digits.train.first(100), digits.validation.first(50)
    backbone = transfer.load()
    before = {name: value.clone() for name, value in backbone.network.state_dict().items()}
    assert transfer.new_head(backbone, train, validation) > 0.3  # chance is 0.1
    assert transfer.new_head(None, train, validation) > 0.5  # from the pixels
    assert 0 <= transfer.fine_tune(backbone, train, validation, epochs=1) <= 1
    after = backbone.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
