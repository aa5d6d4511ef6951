"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_atomically(path: Path, contents: bytes) -> None:
    """Write a file under another name beside the goal, then rename it.

    Whoever reads the goal meanwhile finds the old contents or the new ones, never a half. After a
    failure (a full disk, an interrupt) the old file is untouched and the new one removed.

    Raises
    ------
    OSError
        If the folder cannot be made or the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())  # else a power cut could leave the new name on an empty file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
