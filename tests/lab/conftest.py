"""What tests of the lab may ask for."""

import pytest


@pytest.fixture
def one_thread():
    """PyTorch with one thread: the nets of tests are so small that more would only wait."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
