"""A JupyterLab of its own for the tests: started for real, on this machine only, and stopped."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds for the server to answer
# Where Jupyter and IPython keep what they remember: the tests must not touch the user's own.
FOLDERS = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
)
# JupyterLab draws only the cells in view unless it is told to draw them all.
DRAW_ALL_CELLS = ("@jupyterlab/notebook-extension/tracker", '{"windowingMode": "none"}')


class LabServer:
    """JupyterLab over a folder, as a context manager.

    Parameters
    ----------
    root : Path
        What the file browser shows.
    home : Path
        An empty folder for settings, run files and the log.

    Attributes
    ----------
    url : str
    address : str
        The page to open: the folder of the notebooks, and none of them open.
    """

    PROGRAM, APP = "jupyterlab", "LabApp"

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.address = f"{self.url}/lab/tree/notebooks/?reset&token={self.token}"

    def __enter__(self) -> LabServer:
        places = {name: str(self.home / name.lower()) for name in FOLDERS}
        places["JUPYTER_CONFIG_PATH"] = str(COURSE / "tools" / "jupyter")  # as make lab does
        name, setting = DRAW_ALL_CELLS
        file = Path(places["JUPYTERLAB_SETTINGS_DIR"], f"{name}.jupyterlab-settings")
        file.parent.mkdir(parents=True)
        file.write_text(setting)
        environment = os.environ | places
        environment.pop("MPLBACKEND", None)  # plots appear in the notebook, as for a learner
        with open(self.home / "log.txt", "w") as log:
            self.process = subprocess.Popen(
                self._command(), env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()  # JupyterLab then shuts its kernels down
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", self.PROGRAM, "--no-browser", "--allow-root"),
            *("--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0"),
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.root}",
            f"--{self.APP}.expose_app_in_browser=True",  # as window.jupyterapp: to give it commands
        ]

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/api", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        log = (self.home / "log.txt").read_text()
        raise RuntimeError(f"{self.PROGRAM} did not start within {PATIENCE} s:\n{log[-2000:]}")


class NotebookServer(LabServer):
    """Notebook 7, which has no such page: each notebook has its own, below ``url``."""

    PROGRAM, APP = "notebook", "JupyterNotebookApp"


def free_port() -> int:
    """A port that nobody on this machine listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
