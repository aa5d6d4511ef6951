"""A folder is full when it holds more than it may; the rest is tried on a hub."""

import os
import sys

import pytest

pytest.importorskip("jupyter_server")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limit is set as Linux does")


def test_all_files_below_a_folder_are_counted_and_links_are_not_followed(tmp_path):
    import quota

    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / ".hidden").write_bytes(bytes(1000))
    (tmp_path / "c").write_bytes(bytes(10))
    (tmp_path / "loop").symlink_to(tmp_path)
    links = os.lstat(tmp_path / "loop").st_size
    assert quota.used(tmp_path) == 1010 + links
    assert quota.used(tmp_path / "gone") == 0


@pytest.mark.parametrize("size, full", [(1_000_000, False), (1_000_001, True)])
def test_a_folder_is_full_beyond_its_limit(tmp_path, monkeypatch, size, full):
    import quota

    monkeypatch.setattr(quota, "MEGABYTES", 1)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a").write_bytes(bytes(size))
    assert quota.is_full() == full
