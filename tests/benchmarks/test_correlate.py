"""The vectorised correlation against SciPy's and PyTorch's, on 512×512 pixels with 5×5 weights."""

import numpy as np
import pytest
from scipy.signal import correlate2d

from cnncourse.convolution import correlate


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def arrays(request):
    rng = np.random.default_rng(0)
    return rng.random((512, 512), request.param), rng.random((5, 5), request.param)


def test_it_is_faster_than_scipy(arrays, side_by_side):
    image, kernel = arrays
    ratio = side_by_side(
        lambda: correlate(image, kernel), lambda: correlate2d(image, kernel, mode="valid")
    )
    assert ratio > 1


def test_it_takes_at_most_three_times_as_long_as_pytorch(arrays, side_by_side):
    torch = pytest.importorskip("torch")
    image, kernel = arrays
    batch, weights = torch.from_numpy(image)[None, None], torch.from_numpy(kernel)[None, None]
    ratio = side_by_side(
        lambda: correlate(image, kernel), lambda: torch.nn.functional.conv2d(batch, weights)
    )
    assert ratio > 1 / 3
