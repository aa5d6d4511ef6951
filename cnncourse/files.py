"""The user's folders, and files written whole or not at all, and never over somebody else's work.

user_folder("cache")                      # where to keep what can be fetched again
write_atomically(path, contents)          # one file
write_marked(path, contents, b"mark")     # one file, in the place of an earlier one of its kind
write_tree(folder, {"a.txt": contents})   # a folder that is made anew, again and again
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

MADE = ".made-by-cnncourse.json"  # what write_tree has written: name → SHA-256


# What a program keeps for a user, and what it can fetch again: on macOS and elsewhere.
_PLACES = {"data": ("Application Support", ".local/share"), "cache": ("Caches", ".cache")}


def user_folder(kind: str) -> Path:
    """Return where this platform keeps the course's "data" or "cache" for this user."""
    on_macos, elsewhere = _PLACES[kind]
    home = Path.home()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / on_macos
    else:
        base = os.environ.get(f"XDG_{kind.upper()}_HOME") or home / elsewhere
    return Path(base) / "cnncourse"


def write_atomically(path: Path, contents: bytes) -> None:
    """Write a file under another name beside the goal, then rename it.

    Whoever reads the goal meanwhile finds the old contents or the new ones, never a half. After a
    failure (a full disk, an interrupt) the old file is untouched and the new one removed.

    Parameters
    ----------
    path : Path
        Its folder is made if need be.
    contents : bytes

    Raises
    ------
    OSError
        If the folder cannot be made or the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # whatever the name of the goal is, this one is no longer than file systems allow
    part = path.with_name(f".{path.name[:30]}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())  # else a power cut could leave the new name on an empty file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def is_marked(path: Path, mark: bytes) -> bool:
    """Tell whether a file may be replaced: there is none, or it holds what only ours hold.

    Parameters
    ----------
    path : Path
    mark : bytes

    Returns
    -------
    bool

    Raises
    ------
    OSError
        If a folder, or something else that cannot be read, stands there.
    """
    try:
        return mark in path.read_bytes()
    except FileNotFoundError:
        return True


def write_marked(path: Path, contents: bytes, mark: bytes) -> None:
    """Write a file in the place of an earlier one of the same kind, whole or not at all.

    Parameters
    ----------
    path : Path
    contents : bytes
        They hold the mark.
    mark : bytes
        What every file of this kind holds, and no other.

    Raises
    ------
    ValueError
        If a file without the mark is in the way: it is somebody else's.
    OSError
        If the file cannot be written.
    """
    if not is_marked(path, mark):
        raise ValueError(f"{path} was not written by the course: move it, or choose another name")
    write_atomically(path, contents)


def write_tree(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, in the place of those that this function wrote there before.

    A list in the folder says which these are. What somebody else has made there, or has changed, is
    neither replaced nor removed.

    Parameters
    ----------
    folder : Path
    files : mapping of str to bytes
        Contents by path, seen from the folder, with ``/``.

    Raises
    ------
    ValueError
        If a file is in the way that was not written here, or was changed since: nothing is written.
    OSError
        If a file cannot be written.
    """
    made = _made(folder)
    new = {name: [hashlib.sha256(contents).hexdigest()] for name, contents in files.items()}
    both = {name: [*made.get(name, []), *new.get(name, [])] for name in {**made, **new}}
    for name in files:
        if _digest(folder / name) not in ["", *both[name]]:
            raise ValueError(
                f"{folder / name} is not as it was written here: move it, or name another folder"
            )
    _write_list(folder, both)  # first: after an interrupt, old and new ones are still known
    for name, contents in files.items():
        write_atomically(folder / name, contents)
    for name in made.keys() - files.keys():
        if _is_unchanged(folder / name, made[name]):
            (folder / name).unlink()
    _write_list(folder, new)


def _write_list(folder: Path, made: Mapping[str, Sequence[str]]) -> None:
    write_atomically(folder / MADE, (json.dumps(made, indent=1) + "\n").encode())


def _made(folder: Path) -> dict[str, list[str]]:
    """Return what the list of a folder says; nothing, where there is none or it is damaged."""
    try:
        made = json.loads((folder / MADE).read_bytes())
        inside = {name for name in made if not Path(name).is_absolute() and ".." not in name}
        return {name: [str(digest) for digest in made[name]] for name in inside}
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def _is_unchanged(path: Path, digests: Sequence[str]) -> bool:
    try:
        return path.is_file() and _digest(path) in digests
    except (OSError, ValueError):  # the list names what cannot be a file
        return False


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, or "" if there is none.

    Raises
    ------
    ValueError
        If a folder, or something else that cannot be read, stands there.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise ValueError(f"{path} is in the way: {error.strerror}") from error
