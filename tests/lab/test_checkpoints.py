"""Checkpoints: what was saved comes back, and what is damaged or dangerous is refused."""

import os
import sys
import threading
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.files import write_atomically
from cnncourse.handwriting.neighbours import remember
from cnncourse.lab import checkpoints, digits, evaluation, models

SAMPLE = digits.sample()


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def own():
    """A network of a learner's own, with random weights."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


@pytest.mark.parametrize("build", [models.small, models.lecture, own])
def test_a_checkpoint_brings_the_network_back(build, tmp_path):
    model, again = build(), build()
    images = SAMPLE.validation.images[:50]
    evaluation.predict(model.train(), images)
    checkpoints.save(tmp_path / "digits.pt", model)
    assert checkpoints.load(tmp_path / "digits.pt", again) is None and not again.training
    before, after = (evaluation.predict(network, images) for network in (model, again))
    np.testing.assert_array_equal(after, before)
    assert all(map(torch.equal, model.state_dict().values(), again.state_dict().values()))
    assert [path.name for path in tmp_path.iterdir()] == ["digits.pt"]


def test_a_checkpoint_brings_back_what_was_learnt_from(tmp_path):
    memory = remember(SAMPLE.train, SAMPLE.validation)
    checkpoints.save(tmp_path / "digits.pt", own(), memory)
    loaded = checkpoints.load(tmp_path / "digits.pt", own())
    np.testing.assert_array_equal(loaded.images, memory.images)
    np.testing.assert_array_equal(loaded.labels, memory.labels)
    assert loaded.limit == memory.limit


def test_the_weights_of_another_network_are_refused(tmp_path):
    checkpoints.save(tmp_path / "own.pt", own())
    with pytest.raises(ValueError, match="another network"):
        checkpoints.load(tmp_path / "own.pt", models.build("small"))


def test_a_checkpoint_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        checkpoints.load(tmp_path / "none.pt", own())


def broken_checkpoints():
    import io
    import pickle

    whole = io.BytesIO()
    torch.save({"weights": {}}, whole)
    other = io.BytesIO()
    torch.save([1, 2], other)
    return {
        "empty": b"",
        "text": b"this is no checkpoint",
        "cut off": whole.getvalue()[:-200],
        "something else": other.getvalue(),
        "a plain pickle": pickle.dumps({"weights": {}}, protocol=2),
    }


@pytest.mark.parametrize("kind", broken_checkpoints())
def test_a_damaged_checkpoint_is_refused_in_a_sentence(kind, tmp_path):
    (tmp_path / "bad.pt").write_bytes(broken_checkpoints()[kind])
    with pytest.raises(ValueError, match="no checkpoint of the lab, or damaged"):
        checkpoints.load(tmp_path / "bad.pt", own())


class Burglar:
    def __reduce__(self):
        return os.system, ("touch burgled",)


def test_a_checkpoint_cannot_run_a_program(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"memory": Burglar(), "weights": {}}, tmp_path / "bad.pt")
    with pytest.raises(ValueError, match="no checkpoint"):
        checkpoints.load(tmp_path / "bad.pt", own())
    assert not (tmp_path / "burgled").exists()


@contextmanager
def files_limited_to(size):
    """Let this process write no file beyond a size, as if the disk were full."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited")
def test_a_full_disk_leaves_the_old_checkpoint(tmp_path):
    path = tmp_path / "digits.pt"
    checkpoints.save(path, models.build("small", width=2))
    old = path.read_bytes()
    with files_limited_to(10_000), pytest.raises(OSError, match="free some space") as refused:
        checkpoints.save(path, models.build("small"))
    assert "could not be written" in str(refused.value)
    assert path.read_bytes() == old and list(tmp_path.iterdir()) == [path]


def test_a_reader_never_sees_half_a_file(tmp_path):
    path, done = tmp_path / "file", threading.Event()
    contents = [bytes([n]) * 300_000 for n in range(20)]
    write_atomically(path, contents[0])

    def write():
        for each in contents * 5:
            write_atomically(path, each)
        done.set()

    threading.Thread(target=write).start()
    while not done.is_set():
        assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]
