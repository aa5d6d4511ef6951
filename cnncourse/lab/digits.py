"""Handwritten digits: MNIST, found or fetched and always checked, or a sample without a network.

    digits = load()
    digits.train.images  # uint8 (55000, 28, 28), white ink on black
    digits.note  # one sentence: which digits these are and where they came from

Learn from ``train``, choose by ``validation``, and open the test set once, at the end. MNIST is by
Y. LeCun, C. Cortes and C. J. C. Burges; its files are in the layout of torchvision, which reads
them too: ``MNIST/raw/train-images-idx3-ubyte.gz`` and three more.
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
from dataclasses import dataclass, field, replace
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import cv2
import numpy as np
from filelock import FileLock, Timeout

from cnncourse import pipeline
from cnncourse.files import user_folder, write_atomically
from cnncourse.handwriting import form
from cnncourse.split import Split

# SHA-256 of what is in each file after unpacking: however it came here, only these bytes are used.
CONTENTS = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MOST_BYTES = 50_000_000  # more than the largest file, packed or not; nothing longer is read

TRAIN = 55_000  # of the 60,000; the last 5,000 are for validation
PATIENCE = 5.0  # seconds until a mirror must have answered, and until the next bytes
SLOWEST = 10_000  # bytes a second: a mirror slower than this, after PATIENCE, is given up
WAIT = 180.0  # seconds for another process on this machine that is fetching the same files

Progress = bool | Callable[[str, int, int], None]


class _Sealed:
    """The test set, and whether someone has looked at it."""

    def __init__(self, split: Split):
        self.split = split
        self.opened = False


@dataclass(frozen=True)
class Digits:
    """Digits to learn from, to choose by, and to be examined on.

    Attributes
    ----------
    name : "MNIST" or "scikit-learn 8×8 digits"
    note : str
        One sentence: which digits these are and where they came from.
    train, validation : Split
        The test set has no attribute: see :meth:`open_test`.
    """

    name: str
    note: str
    train: Split
    validation: Split
    _sealed: _Sealed = field(repr=False)

    def first(self, n: int) -> Digits:
        """Return the same digits with only the first n to learn from."""
        return replace(self, train=self.train.first(n))

    def open_test(self, *, again: bool = False) -> Split:
        """Return the test set: once, when every choice has been made.

        Whoever looks at it, changes something and looks again has begun to learn from it, and its
        accuracy no longer tells how well the network does on digits that nobody has seen.

        Raises
        ------
        ValueError
            If it was opened before, and `again` does not say that this is on purpose.
        """
        if self._sealed.opened and not again:
            raise ValueError(
                "the test set has been opened already: compare by digits.validation, or use "
                "open_test(again=True) if nothing has been chosen by it since"
            )
        self._sealed.opened = True
        return self._sealed.split


def load(
    data: str | Path | None = None, *, offline: bool = False, progress: Progress = True
) -> Digits:
    """Return MNIST, or without it the :func:`sample`, with a note that says why.

    Each file is taken from the first of these places where it is whole: the folder `data`, the
    folder in the environment variable CNNCOURSE_DATA, the user's cache, the mirrors of
    ``torchvision.datasets.MNIST``. What a mirror sent is kept in the first of the folders that can
    be written and has no file of that name: a damaged one, or other digits, may be somebody's. In
    the cache, which is the course's own, it replaces a damaged file.

    Parameters
    ----------
    data : str or Path, optional
        The folder that holds ``MNIST/raw``.
    offline : bool
        Do not ask the mirrors.
    progress : bool or callable
        Show in the terminal how much has come, if that is where standard error goes; or call with
        the file's name, the bytes so far, and all its bytes.

    Returns
    -------
    Digits
    """
    places = folders(data)
    files, reason = find(places), "the network was not asked"
    if missing(files) and not offline:
        try:
            files |= _fetch_missing(places, progress)
        except OSError as error:
            reason = f"it could not be fetched ({error})"
    if not missing(files):
        return _mnist({name: file.contents for name, file in files.items()})
    digits = sample()
    remedy = f"to have MNIST, load again with a network, or put its four files into {places[0]}"
    why = f"{_what_lacks(files, places)} and {reason}"
    return replace(digits, note=f"{why}: {digits.note}; {remedy}.")


def _what_lacks(files: Collection[str], places: Sequence[Path]) -> str:
    """Return in words what keeps MNIST from being whole."""
    lacking = missing(files)
    others = [path for name in lacking for path in _paths(name, places) if path.exists()]
    if others:
        return f"MNIST is not whole ({', '.join(map(str, others))}: damaged, or not MNIST's)"
    some = "" if len(lacking) == len(CONTENTS) else f" whole ({', '.join(lacking)}: missing)"
    return f"MNIST is not{some or ' here'}"


def sample() -> Digits:
    """Return scikit-learn's 1,797 digits in MNIST's form: real handwriting, but little of it.

    They are the test digits of E. Alpaydin and C. Kaynak (1998), *Optical Recognition of
    Handwritten Digits*, UCI Machine Learning Repository, counted down to 8×8 cells.
    """
    scans, labels = pipeline.scans()
    images = np.stack([_to_mnist_form(scan) for scan in scans])
    digits = Split(images, labels.astype(np.int64))
    note = "these are scikit-learn's 1,797 real digits of 8×8 pixels, enlarged to MNIST's form"
    return _divide("scikit-learn 8×8 digits", note, digits, train=1297, validation=200)


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


def _fetch_missing(places: Sequence[Path], progress: Progress) -> dict[str, File]:
    """Return all files, those that are missing from a mirror, and keep them if possible.

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


def _mnist(files: dict[str, bytes]) -> Digits:
    """Return the digits in the four files."""
    learn, test = (_mnist_split(files, part) for part in ("train", "t10k"))
    note = "MNIST: 70,000 digits, written by clerks and by pupils of a high school"
    return _divide("MNIST", note, learn, train=TRAIN, validation=len(learn) - TRAIN, test=test)


def _mnist_split(files: dict[str, bytes], part: str) -> Split:
    """Return one pair of files as arrays. IDX: a mark, the lengths (4 bytes each), the numbers."""
    images = np.frombuffer(files[f"{part}-images-idx3-ubyte"], np.uint8, offset=16)
    labels = np.frombuffer(files[f"{part}-labels-idx1-ubyte"], np.uint8, offset=8)
    # copied, because the bytes of a file cannot be written to, and PyTorch warns of such arrays
    return Split(images.reshape(-1, 28, 28).copy(), labels.astype(np.int64))


def _to_mnist_form(cells: np.ndarray) -> np.ndarray:
    """Return a digit of 8×8 cells, 0 to 16, in MNIST's form, by the steps of a photograph."""
    ink = cv2.resize(cells.astype(np.float32) / 16, (80, 80), interpolation=cv2.INTER_CUBIC)
    ink = form.cut_out(np.clip(ink, 0, 1))
    return np.rint(255 * form.place(form.scale(ink))).astype(np.uint8)


def _divide(
    name: str, note: str, digits: Split, *, train: int, validation: int, test: Split | None = None
) -> Digits:
    """Return the first digits to learn from, the next to choose by, and the rest sealed.

    The order of the files is kept: neighbours were often written by the same hand, and a hand
    should not be both learnt from and asked.
    """
    end = train + validation
    images, labels = digits.images, digits.labels
    if test is None:
        test = Split(images[end:], labels[end:])
    choose = Split(images[train:end], labels[train:end])
    return Digits(name, note, digits.first(train), choose, _Sealed(test))
