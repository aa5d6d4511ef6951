"""Augmentation: small changes, in every direction, and next to no ink is lost."""

import numpy as np
import pytest
import torch

from cnncourse import images
from cnncourse.lab import augmentation, digits

SAMPLE = digits.sample()


def test_a_shift_moves_each_image_by_at_most_a_pixel_and_every_way_comes_up():
    image = torch.zeros(28, 28, dtype=torch.uint8)
    image[10, 17] = 255
    moved = augmentation.shift(image.repeat(900, 1, 1), torch.Generator().manual_seed(0))
    places = moved.flatten(1).argmax(1)
    assert moved.dtype == torch.uint8 and (moved.sum((1, 2)) == 255).all()
    counts = torch.bincount(places, minlength=784).view(28, 28)
    assert counts[9:12, 16:19].sum() == 900
    assert (counts[9:12, 16:19] - 100).abs().max() < 45  # ±4.5 standard deviations


def test_a_shift_brings_in_black_and_does_not_wrap_around():
    white = torch.full((200, 28, 28), 255, dtype=torch.uint8)
    moved = augmentation.shift(white, torch.Generator().manual_seed(0))
    edges = torch.stack([moved[:, 0], moved[:, -1], moved[:, :, 0], moved[:, :, -1]])
    assert (edges == 0).any() and (moved[:, 1:-1, 1:-1] == 255).all()


def test_a_warp_without_any_change_is_the_image(monkeypatch):
    for name in ("TURN", "SCALE", "SLANT", "MOVE", "BEND"):
        monkeypatch.setattr(augmentation, name, 0)
    seen = torch.from_numpy(SAMPLE.train.images[:5]).float() / 255
    warped = augmentation.warp(seen, torch.Generator())
    torch.testing.assert_close(warped, seen, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["TURN", "SCALE", "SLANT", "MOVE", "BEND"])
def test_a_warp_moves_ink_a_little_and_loses_next_to_none(name, monkeypatch):
    for other in {"TURN", "SCALE", "SLANT", "MOVE", "BEND"} - {name}:
        monkeypatch.setattr(augmentation, other, 0)
    seen = torch.from_numpy(SAMPLE.train.images[:200]).float() / 255
    warped = augmentation.warp(seen, torch.Generator().manual_seed(0))
    change = (warped - seen).abs().mean((1, 2))
    assert change.median() > 0.002 and warped.min() >= 0 and warped.max() <= 1 + 1e-6
    ink = warped.sum((1, 2)) / seen.sum((1, 2))
    assert 0.95 < ink.mean() < 1.05 and (ink - 1).abs().max() < 0.35


def test_a_turn_is_a_turn(monkeypatch):
    """With one angle only, against OpenCV."""
    for name in ("SCALE", "SLANT", "MOVE", "BEND"):
        monkeypatch.setattr(augmentation, name, 0)
    monkeypatch.setattr(torch, "rand", lambda size, generator: torch.ones(size))
    blob = np.zeros((28, 28), np.uint8)
    blob[6:12, 8:22] = 255
    turned = 255 * augmentation.warp(torch.from_numpy(blob)[None] / 255, torch.Generator())[0]
    ways = [images.rotate(blob, sign * augmentation.TURN) for sign in (1, -1)]
    assert min(np.abs(turned.numpy() - way).max() for way in ways) < 25


@pytest.mark.parametrize("kind", augmentation.KINDS)
def test_augmented_digits_are_numbers_from_0_to_1_and_the_same_for_the_same_seed(kind):
    seen = torch.from_numpy(SAMPLE.train.images[:6])
    shown, again = (
        augmentation.augmented(seen, kind, torch.Generator().manual_seed(1)) for _ in range(2)
    )
    assert shown.shape == (6, 28, 28) and shown.dtype == torch.float32
    assert 0 <= shown.min() and shown.max() <= 1 + 1e-6
    assert torch.equal(shown, again) and torch.equal(shown, seen.float() / 255) is (kind is None)
