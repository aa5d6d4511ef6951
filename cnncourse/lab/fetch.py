"""The four files of MNIST: found, or fetched from a mirror; however they came, they are checked.

    files = find(folders())
    missing(files)  # the names of those that are not there, or not whole

The files are in the layout of torchvision, which reads them too:
``MNIST/raw/train-images-idx3-ubyte.gz`` and three more.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import queue
import sys
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from filelock import FileLock, Timeout

from cnncourse.files import user_folder, write_atomically

# SHA-256 of what is in each file after unpacking: however it came here, only these bytes are used.
CONTENTS = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MOST_BYTES = 50_000_000  # more than the largest file, packed or not; nothing longer is read

PATIENCE = 5.0  # seconds until a mirror must have answered, and until the next bytes
SLOWEST = 10_000  # bytes a second: a mirror slower than this, after PATIENCE, is given up
WAIT = 180.0  # seconds for another process on this machine that is fetching the same files

Progress = bool | Callable[[str, int, int], None]


class File(NamedTuple):
    """A whole file of MNIST: where it lies, and what is in it after unpacking."""

    path: Path
    contents: bytes


def folders(data: str | Path | None = None) -> list[Path]:
    """Return the folders to look into, in this order: `data`, CNNCOURSE_DATA, the user's cache."""
    named = [data, os.environ.get("CNNCOURSE_DATA")]
    return [_raw(Path(f).expanduser()) for f in [*named, user_folder("cache")] if f]


def _raw(folder: Path) -> Path:
    """Return where the files lie below a folder, or the folder itself if they lie in it."""
    here = [folder, folder / "raw"]
    found = (place for place in here for name in CONTENTS if any(place.glob(f"{name[:-11]}*")))
    return next(found, folder / "MNIST" / "raw")


def _paths(name: str, places: Sequence[Path]) -> Iterator[Path]:
    """Yield where a file of MNIST may be, packed or not, or under its other common name."""
    other = name.replace("-idx", ".idx")
    for folder in places:
        yield from (folder / f"{each}{end}" for each in (name, other) for end in (".gz", ""))


def find(places: Sequence[Path]) -> dict[str, File]:
    """Return the files of MNIST that are whole, by name: each from the first place that has it.

    Damaged files count as absent. Nothing is fetched.
    """
    files = {}
    for name in CONTENTS:
        for path in _paths(name, places):
            contents = _read(path, name)
            if contents is not None:
                files[name] = File(path, contents)
                break
    return files


def missing(files: Collection[str]) -> list[str]:
    """Return the names of MNIST's files that are not among these."""
    return [name for name in CONTENTS if name not in files]


def what_lacks(files: Collection[str], places: Sequence[Path]) -> str:
    """Return in words what keeps MNIST from being whole.

    Parameters
    ----------
    files : collection of str
        Names of those that are whole.
    places : sequence of Path
        The folders that were looked into.
    """
    lacking = missing(files)
    others = [path for name in lacking for path in _paths(name, places) if path.exists()]
    if others:
        return f"MNIST is not whole ({', '.join(map(str, others))}: damaged, or not MNIST's)"
    some = "" if len(lacking) == len(CONTENTS) else f" whole ({', '.join(lacking)}: missing)"
    return f"MNIST is not{some or ' here'}"


def _read(path: Path, name: str) -> bytes | None:
    """Return the contents of a file, or None if it is not there, unreadable or damaged."""
    try:
        with open(path, "rb") as file:
            return _unpack(file.read(MOST_BYTES), name)
    except OSError:
        return None


def _unpack(packed: bytes, name: str) -> bytes | None:
    """Return the contents of a packed or plain file, or None if they are not MNIST's."""
    contents = packed
    if packed.startswith(b"\x1f\x8b"):  # gzip
        try:
            contents = gzip.GzipFile(fileobj=io.BytesIO(packed)).read(MOST_BYTES)
        except (OSError, EOFError, zlib.error):
            return None
    return contents if hashlib.sha256(contents).hexdigest() == CONTENTS[name] else None


# Fetching -----------------------------------------------------------------------------------------


def fetch_missing(places: Sequence[Path], progress: Progress) -> dict[str, File]:
    """Return all files, those that are missing from a mirror, and keep them if possible.

    Parameters
    ----------
    places : sequence of Path
        The folders to look into, as from :func:`folders`.
    progress : bool or callable
        As for :func:`cnncourse.lab.digits.load`.

    Raises
    ------
    OSError
        If they cannot be fetched, with the reasons.
    """
    goal = next((folder for folder in places if _can_write(folder)), None)
    with _one_process(goal) as first:
        files = find(places)  # another process may have brought them meanwhile
        if missing(files) and not first:
            raise OSError("another program on this machine has just tried in vain")
        for name, packed, contents in _fetch(missing(files), progress):
            *named, cached = (folder / f"{name}.gz" for folder in places)
            free = [path for path in named if not path.exists()] + [cached]
            path = next((path for path in free if _can_write(path.parent)), None)
            files[name] = File(path or cached, contents)
            if path is not None:
                _keep(path, packed)
    return files


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _keep(path: Path, contents: bytes) -> None:
    """Write a file for the next time; on a full disk there will be none, and that is all."""
    try:
        write_atomically(path, contents)
    except OSError:
        pass


@contextmanager
def _one_process(folder: Path | None) -> Iterator[bool]:
    """Let one process after the other in; tell whether this one did not have to wait."""
    if folder is None:  # nothing will be written: no one is in another's way
        yield True
        return
    lock = FileLock(folder / ".fetching.lock")
    try:
        lock.acquire(blocking=False)
        first = True
    except NotImplementedError:  # a file system without locks, and an older filelock
        yield True
        return
    except Timeout:
        first = False
        try:
            lock.acquire(timeout=WAIT)
        except Timeout as error:
            raise OSError("another program is still fetching it") from error
    try:
        yield first
    finally:
        lock.release()


def _fetch(names: Sequence[str], progress: Progress) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield each file's name, packed and unpacked; a mirror that failed is not asked again."""
    if not names:
        return
    from torchvision.datasets import MNIST  # takes a second, and only this function needs it

    mirrors: list[str] = list(MNIST.mirrors)
    reasons: list[str] = []
    for name in names:
        both = None
        while both is None:
            if not mirrors:
                raise OSError("; ".join(reasons) or "there are no mirrors")
            try:
                both = _download(f"{mirrors[0]}{name}.gz", name, progress)
            except (OSError, HTTPException) as error:
                reasons.append(f"{mirrors.pop(0)}: {_reason(error)}")
        yield name, *both


def _download(url: str, name: str, progress: Progress) -> tuple[bytes, bytes]:
    """Return a file, packed and unpacked, if it is what it should be; OSError if not."""
    packed, start = bytearray(), time.monotonic()
    with _open(url) as response:
        total = response.length or 0
        while chunk := response.read1(1 << 16):  # what has come, without waiting for all of it
            packed += chunk
            late = time.monotonic() - start - PATIENCE
            if len(packed) > MOST_BYTES or len(packed) < SLOWEST * late:
                raise OSError("too slow" if late > 0 else "too long")
            _show(progress, name, len(packed), total)
    contents = _unpack(bytes(packed), name)
    if contents is None:
        raise OSError("it sent a file with a wrong checksum")
    return bytes(packed), contents


def _open(url: str) -> HTTPResponse:
    """Return the answer of a server, or raise OSError if there is none in time.

    The time-out of a connection counts for each address of a server, and not for finding them: a
    thread of our own is the only way to be sure.
    """
    answers: queue.SimpleQueue[HTTPResponse | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(urlopen(url, timeout=PATIENCE))
        except (OSError, HTTPException, ValueError) as error:
            if isinstance(error, HTTPError):
                error.close()  # the page that says so is not read
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    answer: HTTPResponse | Exception
    try:
        answer = answers.get(timeout=2 * PATIENCE)
    except queue.Empty:
        answer = TimeoutError()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _reason(error: Exception) -> str:
    """Return what went wrong, in a few words."""
    if isinstance(error, HTTPError):
        return f"it answered {error.code} {error.reason}"
    if isinstance(error, URLError) and isinstance(error.reason, Exception):
        return _reason(error.reason)
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:g} seconds"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _show(progress: Progress, name: str, done: int, total: int) -> None:
    """Show how much of a file has come."""
    if callable(progress):
        progress(name, done, total)
    elif progress and sys.stderr.isatty():
        share = done / total if total else 0
        bar = "█" * round(20 * share)
        end = "\n" if done == total else ""
        print(f"\r{name} {bar:░<20} {done / 1e6:.1f} MB", end=end, file=sys.stderr, flush=True)
