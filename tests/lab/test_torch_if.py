"""PyTorch where it is wanted, and nothing where it is not."""

from importlib.util import find_spec

import pytest
from loaded import loaded_after

from cnncourse import lab


def test_what_is_not_wanted_is_not_loaded():
    assert lab.torch_if(False) is None
    loaded = loaded_after("from cnncourse import lab; lab.torch_if(False)")
    assert "cnncourse.lab" in loaded and "torch" not in loaded


def test_what_is_wanted_is_given():
    torch = pytest.importorskip("torch")
    assert lab.torch_if(True) is torch


def test_what_is_wanted_but_missing_gets_a_sentence(monkeypatch):
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="not installed: set with_torch = False, or run pip"):
        lab.torch_if(True)


def test_a_notebook_that_needs_pytorch_starts_where_it_is_installed():
    if find_spec("torchvision") is None:  # to import it takes seconds
        pytest.skip("torchvision is not installed")
    lab.need_torch()


@pytest.mark.parametrize("missing", ["torch", "torchvision"])
def test_a_notebook_that_needs_pytorch_says_how_to_install_it(monkeypatch, missing):
    monkeypatch.setattr(lab, "find_spec", lambda name: None if name == missing else "found")
    with pytest.raises(ModuleNotFoundError, match="needs PyTorch.*run pip install"):
        lab.need_torch()
