"""Kernels that start together do not take each other's place."""

import asyncio
import sys
from functools import partial

import pytest

pytest.importorskip("jupyter_client")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="no sockets of the file system there"),
]


def test_kernels_start_at_once_again_and_again():
    """Ten times thirty are started by ``make classroom-test``."""
    import starts

    assert len(starts.again_and_again(kernels=5, rounds=2)) == 2


def test_the_classroom_reaches_them_by_sockets_of_the_file_system(tmp_path):
    import starts

    assert starts.configuration().KernelManager.transport == "ipc"


def test_a_kernel_that_does_not_start_is_an_error(tmp_path, monkeypatch):
    import starts

    manager = partial(starts.AsyncKernelManager, kernel_name="no-such-kernel")
    monkeypatch.setattr(starts, "AsyncKernelManager", manager)
    with pytest.raises(Exception, match="no-such-kernel"):
        asyncio.run(starts.all_at_once(1, tmp_path, starts.configuration()))
