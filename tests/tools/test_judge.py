"""How the judge of handwriting is trained: what is stored in the package is what was learnt."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import judge as tool  # noqa: E402

from cnncourse.handwriting import judge  # noqa: E402
from cnncourse.lab import models  # noqa: E402


@pytest.fixture
def model():
    """A network with an answer more than there are digits, and statistics as after a training."""
    model = models.build("small", width=3)
    model.dense = torch.nn.Linear(model.dense.in_features, tool.NONE + 1)
    generator = torch.Generator().manual_seed(0)
    for norm in (model.norm1, model.norm2, model.norm3):
        for values in (norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var):
            values.uniform_(0.5, 2, generator=generator)
    return model.eval()


def test_folded_weights_answer_as_the_trained_network(model):
    images = np.random.default_rng(0).integers(0, 256, (7, 28, 28)).astype(np.uint8)
    with torch.no_grad():
        expected = model(torch.from_numpy(images).unsqueeze(1) / 255).softmax(1)[:, :10]
    found = judge.Network(tool.folded(model)).probabilities(images)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_what_is_stored_comes_back_to_half_a_step(model, tmp_path, monkeypatch):
    monkeypatch.setattr(judge, "FILE", tmp_path / "judge.npz")
    weights = tool.folded(model)
    tool.store(weights)
    stored = judge.network.__wrapped__().weights
    assert set(stored) == set(weights)
    for name, values in weights.items():
        assert np.abs(stored[name] - values).max() <= np.abs(values).max() / 127 / 2 + 1e-7
