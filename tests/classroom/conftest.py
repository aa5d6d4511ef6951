"""The classroom's programs, and one JupyterHub for the tests that need it."""

import os
import subprocess
import sys
import time
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


IMPATIENT = [
    # milliseconds
    "--ServerApp.tornado_settings={'ws_ping_interval': 500, 'ws_ping_timeout': 3000}",
    "--MappingKernelManager.kernel_info_timeout=10",  # seconds until a kernel has started
    "--AsyncIOLoopKernelRestarter.time_to_dead=0.2",  # seconds between two looks at a kernel
    "--AsyncIOLoopKernelRestarter.restart_limit=1",
    "--AsyncIOLoopKernelRestarter.stable_start_time=600",  # each death counts, however long between
]


@pytest.fixture
def bob(tmp_path):
    """A student at a server of his own without a hub, which soon loses patience."""
    pytest.importorskip("jupyter_server", reason="JupyterLab is not installed")
    from hub import free_ports
    from student import Student

    (port,) = free_ports(1)
    student = Student(f"http://127.0.0.1:{port}", "bob")
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", *IMPATIENT]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.base_url=/user/bob/", "--IdentityProvider.token="]
    home = {"HOME": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=tmp_path, env={**os.environ, **home}, stdout=log, stderr=log
        )
    try:
        enter(student, server)
        yield student
    finally:
        server.terminate()
        server.wait()


def enter(student, server):
    """Wait for the server's first answer, and take its token against forged requests."""
    import requests

    while server.poll() is None:
        try:
            student.browser.get(f"{student.base}/lab", timeout=60)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    pytest.fail("the server did not start")
