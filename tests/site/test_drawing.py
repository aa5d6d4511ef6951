"""The network of the drawing page says what `pipeline.run` says, to the last digits that count."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from cnncourse import pipeline
from cnncourse.site import build, drawing

SCRIPT = """
const { weights, images, drawings } = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const results = {
  read: images.map((image) => {
    const { stages, scores, shares } = forward(image, weights);
    return { scores, shares, stages: stages.map(({ maps }) => maps.map((map) => [...map])) };
  }),
  form: drawings.map((drawing) => [...inForm(drawing, Math.sqrt(drawing.length))]),
};
console.log(JSON.stringify(results));
"""


def node(images=(), drawings=()):
    """Run network.js on images and drawings; return what it says."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    text = (build.WEB / "network.js").read_text("utf-8") + SCRIPT
    given = {
        "weights": drawing.weights(),
        "images": [image.ravel().tolist() for image in images],
        "drawings": [image.ravel().tolist() for image in drawings],
    }
    command = ["node", "-e", text]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_scores_and_maps_are_those_of_the_course():
    images = [pipeline.digit(label, example) for label in range(10) for example in (3, 8)]
    said = node(images)["read"]
    for image, read in zip(images, said, strict=True):
        stages = {
            stage.name: stage.array for stage in pipeline.run(image, pipeline.trained_weights())
        }
        assert np.allclose(read["scores"], stages["dense"], atol=1e-4)
        assert np.allclose(read["shares"], stages["softmax"], atol=1e-6)
        assert np.allclose(np.array(read["stages"][2]).reshape(4, 28, 28), stages["ReLU 1"])
        assert np.allclose(np.array(read["stages"][6]).reshape(6, 7, 7), stages["pool 2"])


def test_scores_are_those_of_pytorch_with_the_same_weights():
    torch = pytest.importorskip("torch")
    with np.load(pipeline.FILE) as stored:
        first, second, dense = (
            torch.from_numpy(stored[name].astype(np.float32))
            for name in ("first", "second", "dense")
        )
    network = torch.nn.Sequential(
        *(torch.nn.Conv2d(1, 4, 3, padding=1, bias=False), torch.nn.ReLU(), torch.nn.MaxPool2d(2)),
        *(torch.nn.Conv2d(4, 6, 3, padding=1, bias=False), torch.nn.ReLU(), torch.nn.MaxPool2d(2)),
        *(torch.nn.Flatten(), torch.nn.Linear(294, 10, bias=False)),
    )
    for layer, weight in ((0, first), (3, second), (7, dense)):
        network[layer].weight.data = weight
    images = [pipeline.digit(label, example) for label in range(10) for example in range(5)]
    batch = torch.tensor(np.stack(images), dtype=torch.float32)[:, None]
    theirs = network(batch).detach().numpy()
    ours = np.array([read["scores"] for read in node(images)["read"]])
    assert np.abs(ours - theirs).max() <= 1e-4 < np.ptp(theirs)


def test_a_drawing_is_brought_into_the_form_of_mnist():
    drawn = np.zeros((28, 28))
    drawn[1:27, 2:6] = 1  # a stroke in a corner, taller than 20
    [form] = node(drawings=[drawn])["form"]
    form = np.array(form).reshape(28, 28)
    rows, columns = np.nonzero(form)
    assert np.ptp(rows) + 1 == 20 and np.ptp(columns) + 1 == 3
    assert abs(np.average(rows, weights=form[rows, columns]) - 13.5) <= 0.5
    assert abs(np.average(columns, weights=form[rows, columns]) - 13.5) <= 0.5


def test_form_changes_little_where_nothing_needs_to_change():
    images = [pipeline.digit(label) for label in range(10)]
    forms = [np.array(form).reshape(28, 28) for form in node(drawings=images)["form"]]
    right = [
        np.argmax(pipeline.run(form, pipeline.trained_weights())[-1].array) == label
        for label, form in enumerate(forms)
    ]
    assert np.mean(right) >= 0.9


def test_an_empty_drawing_stays_empty():
    [form] = node(drawings=[np.zeros((28, 28))])["form"]
    assert not any(form)
