"""Start many kernels at the same time, as the servers of a classroom do, and again and again.

    python tools/classroom/starts.py --kernels 30 --rounds 10

Each has its connection and its folder by the classroom's own configuration. What took how long is
printed, and the first kernel that does not answer ends the trial.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from accounts import own_folder
from jupyter_client import AsyncKernelManager
from traitlets.config import Config, PyFileConfigLoader

PATIENCE = 300  # seconds: thirty kernels on two cores keep each other waiting


def configuration() -> Config:
    """Return how a student's server reaches its kernels."""
    whole = PyFileConfigLoader("jupyter_server_config.py", str(Path(__file__).parent)).load_config()
    return Config({"KernelManager": whole.KernelManager})


async def start(folder: Path, configured: Config) -> None:
    """Start a kernel, let it answer, and stop it.

    Raises
    ------
    RuntimeError
        If it dies, or does not answer in time.
    """
    manager = AsyncKernelManager(config=configured, connection_file=str(folder / "kernel.json"))
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=PATIENCE)
        answer = await client.execute("6 * 7", reply=True, timeout=PATIENCE)
        if answer["content"]["status"] != "ok":
            raise RuntimeError(f"a kernel does not compute: {answer['content']}")
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


async def all_at_once(kernels: int, folder: Path, configured: Config) -> float:
    """Return the seconds until so many kernels, started together, have answered."""
    started = time.monotonic()
    folders = [own_folder(folder / str(number)) for number in range(kernels)]
    await asyncio.gather(*(start(each, configured) for each in folders))
    return time.monotonic() - started


def again_and_again(kernels: int, rounds: int) -> list[float]:
    """Return how many seconds each round took."""
    configured, seconds = configuration(), []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="class-") as folder:
            seconds.append(asyncio.run(all_at_once(kernels, Path(folder), configured)))
        print(f"round {number + 1}: {kernels} kernels in {seconds[-1]:.0f} s", flush=True)
    return seconds


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernels", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=10)
    again_and_again(**vars(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
