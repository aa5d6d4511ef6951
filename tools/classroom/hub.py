"""Start a JupyterHub of one's own in a folder of one's own, and leave nothing behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import requests

CONFIG = Path(__file__).with_name("jupyterhub_config.py")
PROXY = Path(sys.prefix) / "node_modules" / ".bin" / "configurable-http-proxy"
PATIENCE = 60  # seconds until the hub answers, and until it has stopped
GRACE = 5  # seconds for what it has left behind to end by itself


class HubFailed(Exception):
    """Something went wrong at the hub; the message ends with the last lines of its log."""


@contextmanager
def running_hub(folder: Path, password: str) -> Iterator[str]:
    """Yield the address of a hub that keeps everything in ``folder``, and stop it at the end."""
    ports = free_ports(3)
    log = folder / "hub.log"
    log.touch(mode=0o600)
    with log.open("w") as lines:
        hub = subprocess.Popen(
            command(*ports),
            cwd=folder,
            env={
                "CLASSROOM_MEGABYTES": "200",  # soon full, for those who try
                **os.environ,
                "CLASSROOM_FOLDER": str(folder),
                "CLASSROOM_PASSWORD": password,
            },
            stdout=lines,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{ports[0]}"
        wait_until_healthy(hub, address)
        yield address
    except Exception as failure:
        raise HubFailed(f"{failure}. The hub's last lines:\n{log.read_text()[-2000:]}") from failure
    finally:
        stop(hub)


def command(public: int, proxy_api: int, hub: int) -> list[str]:
    """Return the command that starts JupyterHub on three ports of this machine."""
    return [
        *(sys.executable, "-m", "jupyterhub", "--config", str(CONFIG)),
        f"--JupyterHub.port={public}",
        f"--JupyterHub.hub_port={hub}",
        f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{proxy_api}",
    ]


def free_ports(count: int) -> list[int]:
    """Return ports of this machine on which nobody listens."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def wait_until_healthy(hub: subprocess.Popen, address: str) -> None:
    """Wait for the hub's first answer through the proxy."""
    browser = requests.Session()
    browser.trust_env = False  # straight to this machine, past any proxy of a school
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and hub.poll() is None:
        try:
            if browser.get(f"{address}/hub/health", timeout=PATIENCE).ok:
                return
        except requests.ConnectionError:
            pass  # the proxy is not listening yet
        time.sleep(0.2)
    raise RuntimeError("JupyterHub did not start")


def stop(hub: subprocess.Popen) -> None:
    """Let the hub stop its proxy and all servers; end what is still there afterwards."""
    if hub.poll() is not None:
        return
    family = psutil.Process(hub.pid).children(recursive=True)
    hub.terminate()
    try:
        hub.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        hub.kill()
        hub.wait()
    alive = still_there(family, GRACE)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    still_there(alive, GRACE)


def still_there(family: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait for processes to end, and return those that have not.

    psutil's own ``wait_procs`` breaks off with "No such file or directory" if the number of one
    that has ended is a thread's by now: of 32,768 numbers a class uses many.

    Parameters
    ----------
    family : list of psutil.Process
    seconds : float
        How long to wait.
    """
    give_up = time.monotonic() + seconds
    while alive := [process for process in family if lives(process)]:
        if time.monotonic() > give_up:
            break
        time.sleep(0.05)
    return alive


def lives(process: psutil.Process) -> bool:
    """Tell whether a process has not ended, and no other has taken its number."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
