"""The classroom's programs, and one JupyterHub for the tests that need it."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "classroom"))


HOW = "make classroom-test installs it"


@pytest.fixture(scope="session")
def jupyterhub():
    """Skip the test where JupyterHub is missing."""
    return pytest.importorskip("jupyterhub", reason=f"JupyterHub is not installed: {HOW}")


@pytest.fixture(scope="session")
def proxy(jupyterhub):
    """Skip the test where JupyterHub or its proxy is missing."""
    import hub

    if not hub.PROXY.exists():
        pytest.skip(f"the proxy of JupyterHub is not installed: {HOW}")


@pytest.fixture(scope="session")
def classroom(proxy):
    """A running hub: its address, its folder, and the password of all students."""
    from hub import running_hub

    password = "a password for tests"
    # not pytest's own folder, which no other user may enter: each student may be one
    with (
        TemporaryDirectory(prefix="classroom-") as name,
        running_hub(Path(name), password) as address,
    ):
        yield SimpleNamespace(address=address, folder=Path(name), password=password)


@pytest.fixture(scope="session")
def ada(classroom):
    """A student with a server: her own of the rehearsal, if that came before."""
    from student import Student

    student = Student(classroom.address, "ada")
    student.log_in(classroom.password)
    student.start_server()
    return student


@pytest.fixture
def kernel(ada):
    """A connection to Ada's kernel, in her notebooks' folder."""
    kernel = ada.open_notebook("notebooks/03_convolution_maths.ipynb")
    yield kernel
    kernel.close()
