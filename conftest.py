"""For all tests, the notebooks' kernels included: no network, no windows, no deadlines."""

import gc
import os
import runpy
import signal
from pathlib import Path

import pytest
from hypothesis import settings

OFFLINE = Path(__file__).parent / "tests" / "offline"
DEAD_END = "http://127.0.0.1:9"  # a port where nothing answers

collect_ignore = ["tests/offline"]

# Files whose names begin like this take long: they come first, so that at the end no worker is left
# alone with one of them.
LONG = (
    "tests/notebooks/",
    "notebooks/",
    "tests/browser/",
    "tests/classroom/",
    "tests/proof/",
    "tests/lab/",
    "tests/handwriting/",
)

settings.register_profile("course", deadline=None)  # a busy machine is no mistake of the course
settings.register_profile("quick", deadline=None, max_examples=20)  # for make check, not make test
settings.load_profile("course")


def pytest_configure():
    """Cut off this process, and through the environment all those it starts."""
    runpy.run_path(str(OFFLINE / "sitecustomize.py"))
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(OFFLINE), *([others] if others else [])])
    # programs that are not Python: those that know proxies go to the dead end
    os.environ.update(http_proxy=DEAD_END, https_proxy=DEAD_END, no_proxy="localhost,127.0.0.1,::1")
    os.environ["MPLBACKEND"] = "agg"
    # a shell ignores Ctrl-C for what it starts in the background, and so would all that we start
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "PYTEST_XDIST_WORKER" in os.environ:  # as many processes as cores: a thread for each
        os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["CNNCOURSE_PROGRESS"] = os.devnull  # no test passes an exercise in your name


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Let Python look for garbage only in what the tests make.

    PyTorch and thousands of tests are more than half a million objects, and stay to the end.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items):
    """Bring the long ones forward; each file's own tests stay in their order."""
    items.sort(key=lambda item: place(item.nodeid))


def place(test):
    """Return where a test stands in the list of long ones, from 0, or the number behind it."""
    return next((i for i, start in enumerate(LONG) if test.startswith(start)), len(LONG))
