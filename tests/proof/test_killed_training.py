"""A program that is killed loses what it was doing and nothing else."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sources

from cnncourse.lab import checkpoints, models
from cnncourse.run.execute import FAILED, PASSED, execute
from cnncourse.run.plan import plan

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
LAB = FOLDER / "05_mnist_lab.ipynb"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
]

TRAIN_AND_SAVE = """
import os, signal, sys
import numpy as np
from cnncourse.lab import checkpoints, digits, models, training


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


moment, path = sys.argv[1:]
if moment != "training":
    setattr(os, moment, die)
model = models.build("small", seed=1)
watch = die if moment == "training" else None
blank = digits.Split(np.zeros((400, 28, 28), np.uint8), np.zeros(400, np.int64))
some = digits._divide("blank", "as good as any, and soon there", blank, train=300, validation=50)
training.fit(model, some, epochs=1, watch=watch, watch_every=1)
checkpoints.save(path, model)
print("saved")
"""


@pytest.mark.parametrize("moment", ["training", "fsync", "replace"])
def test_a_checkpoint_outlives_a_program_killed_while_training_or_saving(moment, tmp_path):
    path = tmp_path / "digits.pt"
    checkpoints.save(path, models.build("small", seed=0))
    old = path.read_bytes()
    command = [sys.executable, "-c", TRAIN_AND_SAVE, moment, str(path)]
    killed = subprocess.run(command, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL and killed.stdout == ""
    assert path.read_bytes() == old
    checkpoints.load(path, models.build("small"))
    others = [other.suffix for other in tmp_path.iterdir() if other != path]
    assert others == ([] if moment == "training" else [".part"])  # nobody takes that for a network
    checkpoints.save(path, models.build("small", seed=2))
    assert path.read_bytes() != old


def until_training(cells):
    """Return the cells of the notebook up to the one that trains the network of the lesson."""
    place = next(i for i, cell in enumerate(cells) if "watch=watch" in sources.source(cell))
    return cells[: place + 1]


KILL_SOON = """
import os, signal, threading
threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGKILL]).start()
"""


def killed_while_training(cells):
    """Return the same cells, and before the last one another that ends the kernel soon after."""
    *others, last = until_training(cells)
    return [*others, sources.code(KILL_SOON), last]


def contents(folder):
    """Return the files below a folder with what is in them."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_notebook_killed_in_mid_training_leaves_nothing_behind_and_runs_again(
    tmp_path, monkeypatch
):
    for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    before = contents(FOLDER)
    little = {"data": "offline", "train_size": "1000", "batch_size": "32"}
    (long,) = plan([LAB], {**little, "epochs": "20"})  # seconds: the kill comes sooner
    outcome = execute(sources.changed(long, killed_while_training))
    assert outcome.status == FAILED and "DeadKernelError" in outcome.error
    assert contents(FOLDER) == before
    (short,) = plan([LAB], {**little, "epochs": "1"})
    assert execute(sources.changed(short, until_training)).status == PASSED
    assert contents(FOLDER) == before
