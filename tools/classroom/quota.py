"""A student's folder has a limit, which a server holds that keeps its files by LimitedContents.

Beyond it JupyterLab is refused with a sentence, and kernels and terminals find that a file is too
large, until something has been removed. Whoever wants to get round this can (``resource.setrlimit``
raises what is lowered here), and for a second a program may write more than is left: on a hub for
strangers let the file system hold the limit.
"""

import os
import resource
import threading
import time
from pathlib import Path

import psutil
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

MEGABYTES = int(os.environ.get("CLASSROOM_MEGABYTES", 1000))
SECONDS = 1  # between two looks


def used(folder: Path) -> int:
    """Return how many bytes the files below a folder hold."""
    total, folders = 0, [str(folder)]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:  # it has just been removed
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_size
            except OSError:
                continue
    return total


def is_full() -> bool:
    """Tell whether the student's folder holds more than it may."""
    return used(Path.home()) > MEGABYTES * 10**6


class LimitedContents(AsyncLargeFileManager):
    """JupyterLab's files, of which none is saved when the folder is full."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        threading.Thread(target=look_again_and_again, daemon=True).start()

    async def save(self, model: dict, path: str = "") -> dict:
        """Save a file or a part of it; refuse with a sentence if the folder is full."""
        if is_full():
            raise HTTPError(
                507,
                f"Your folder holds more than {MEGABYTES} MB, so {path} was not saved: "
                "remove large files, then save again",
            )
        return await super().save(model, path)


def limit_programs() -> None:
    """Let the programs of this server write no file while the folder is full."""
    most = 0 if is_full() else MEGABYTES * 10**6
    for program in psutil.Process().children(recursive=True):
        try:
            _, hard = program.rlimit(resource.RLIMIT_FSIZE)
            program.rlimit(resource.RLIMIT_FSIZE, (most, hard))
        except (psutil.Error, OSError):  # it has just ended
            continue


def look_again_and_again() -> None:
    """Hold the limit from now on."""
    while True:
        limit_programs()
        time.sleep(SECONDS)
