"""What a cluster cannot do is said; what it can do is in tests/notebooks/test_running.py."""

import sys

import pytest
import tiny_course

from cnncourse.run import cluster
from cnncourse.run.execute import FAILED


@pytest.mark.slow
def test_where_no_scheduler_answers_the_address_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 0.2)
    with pytest.raises(ValueError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        cluster.connect("tcp://127.0.0.1:9")


def test_without_distributed_the_way_to_install_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r'pip install -e "\.\[cluster\]"'):
        cluster.connect("tcp://127.0.0.1:8786")


def test_a_job_that_the_cluster_gives_up_is_a_failure(tmp_path):
    class Lost:
        def result(self):
            raise RuntimeError("its workers died four times")

    outcome = cluster.outcome_of(Lost(), tiny_course.job(tmp_path / "a.ipynb"))
    assert outcome.status == FAILED
    assert outcome.error == "the cluster gave up: RuntimeError: its workers died four times"
