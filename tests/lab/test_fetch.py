"""MNIST's files: the right ones, whatever the disk and the network do."""

import gzip
import hashlib
import http.server
import struct
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from cnncourse.files import user_folder
from cnncourse.lab import digits, fetch

pytestmark = pytest.mark.slow


def idx(values):
    """Return an array of uint8 in the format of MNIST's files."""
    lengths = struct.pack(f">{values.ndim}i", *values.shape)
    return bytes([0, 0, 8, values.ndim]) + lengths + values.tobytes()


def little_mnist():
    """Return the unpacked contents of four files with 12 + 5 random digits."""
    rng = np.random.default_rng(0)
    contents = {}
    for part, n in (("train", 12), ("t10k", 5)):
        images, labels = rng.integers(0, 256, (n, 28, 28)), rng.integers(0, 10, n)
        contents[f"{part}-images-idx3-ubyte"] = idx(images.astype(np.uint8))
        contents[f"{part}-labels-idx1-ubyte"] = idx(labels.astype(np.uint8))
    return contents


LITTLE = little_mnist()
PACKED = {f"{name}.gz": gzip.compress(contents, mtime=0) for name, contents in LITTLE.items()}
SUMS = {name: hashlib.sha256(contents).hexdigest() for name, contents in LITTLE.items()}


class Server(http.server.ThreadingHTTPServer):
    """A mirror on this machine that can misbehave in one way."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, fault=None):
        super().__init__(("127.0.0.1", 0), Answer)
        self.fault, self.asked, self.end = fault, [], threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/mnist/"
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()  # soon closed

    def handle_error(self, request, client_address):
        """Clients that hang up are what these tests are about."""

    def close(self):
        self.end.set()
        self.shutdown()
        self.server_close()


class Answer(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        """Stay quiet."""

    def do_GET(self):
        name, fault = self.path.rpartition("/")[2], self.server.fault
        self.server.asked.append(name)
        body = PACKED[name]
        if isinstance(fault, int):
            return self.send_error(fault)
        if fault == "stalls at once":
            return self.server.end.wait(20)
        if fault == "sends another file":
            body = gzip.compress(b"not these")
        if fault == "changes a byte":
            body = body[:-9] + bytes([body[-9] ^ 1]) + body[-8:]
        if fault == "sends a login page":
            body = b"<html>Please accept our terms</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault == "stops in the middle":
            body = body[: len(body) // 2]
        if fault == "stalls in the middle":
            self.wfile.write(body[:10])
            self.server.end.wait(20)
        elif fault == "drips":
            for byte in body:
                if self.server.end.wait(0.05):
                    break
                self.wfile.write(bytes([byte]))
        else:
            self.wfile.write(body)


FAULTS = [
    403,
    404,
    503,
    "stalls at once",
    "stalls in the middle",
    "stops in the middle",
    "drips",
    "sends another file",
    "changes a byte",
    "sends a login page",
]


@pytest.fixture
def server(request):
    """Return a function that starts mirrors."""

    def start(fault=None):
        mirror = Server(fault)
        request.addfinalizer(mirror.close)
        return mirror

    return start


@pytest.fixture(autouse=True)
def little_world(monkeypatch, tmp_path):
    """A home of its own, no mirrors, and four small files instead of MNIST's."""
    monkeypatch.delenv("CNNCOURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setattr(fetch.Path, "home", lambda: tmp_path)
    monkeypatch.setattr(fetch, "CONTENTS", SUMS)
    monkeypatch.setattr(digits, "TRAIN", 9)
    monkeypatch.setattr(fetch, "PATIENCE", 0.4)
    monkeypatch.setattr("torchvision.datasets.MNIST.mirrors", [])


@pytest.fixture
def mirrors(monkeypatch):
    """Return a function that says which mirrors there are."""
    return lambda *servers: monkeypatch.setattr(
        "torchvision.datasets.MNIST.mirrors", [server.url for server in servers]
    )


def write(folder, files=PACKED):
    """Write files into a folder's MNIST/raw, and return that."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for name, contents in files.items():
        (raw / name).write_bytes(contents)
    return raw


def is_little_mnist(loaded):
    """Tell whether the digits are all those in LITTLE, in order."""
    images = np.concatenate([loaded.train.images, loaded.validation.images])
    test = loaded.open_test()
    return (
        loaded.name == "MNIST"
        and idx(images) == LITTLE["train-images-idx3-ubyte"]
        and idx(test.images) == LITTLE["t10k-images-idx3-ubyte"]
        and idx(test.labels.astype(np.uint8)) == LITTLE["t10k-labels-idx1-ubyte"]
    )


def leftovers(folder):
    """Return what a download may leave behind but must not."""
    return [p for p in folder.rglob("*") if p.suffix == ".part"]


# Where digits are found.


@pytest.mark.parametrize("files", [PACKED, LITTLE], ids=["packed", "unpacked"])
def test_a_folder_may_hold_packed_files_or_the_unpacked_ones_of_torchvision(tmp_path, files):
    write(tmp_path / "here", files)
    assert is_little_mnist(digits.load(tmp_path / "here", offline=True))


def test_torchvision_reads_the_same_digits(tmp_path):
    from torchvision.datasets import MNIST

    write(tmp_path, LITTLE)
    ours = digits.load(tmp_path, offline=True)
    theirs = MNIST(tmp_path, train=True)
    np.testing.assert_array_equal(ours.train.images, theirs.data[:9])
    np.testing.assert_array_equal(ours.train.labels, theirs.targets[:9])
    np.testing.assert_array_equal(ours.validation.images, theirs.data[9:])
    theirs = MNIST(tmp_path, train=False)
    np.testing.assert_array_equal(ours.open_test().images, theirs.data)
    assert ours.train.images.dtype == np.uint8 and ours.train.labels.dtype == np.int64


def test_the_argument_comes_before_the_variable_and_the_variable_before_the_cache(
    tmp_path, monkeypatch
):
    folders = fetch.folders(None)
    assert folders == [user_folder("cache") / "MNIST" / "raw"]
    monkeypatch.setenv("CNNCOURSE_DATA", str(tmp_path / "shared"))
    places = [path.parent.parent for path in fetch.folders(tmp_path / "mine")]
    assert places == [tmp_path / "mine", tmp_path / "shared", user_folder("cache")]


def test_what_is_whole_is_found_where_it_lies_and_the_rest_is_missing(tmp_path):
    first, second, *_ = sorted(PACKED)
    write(tmp_path / "mine", {first: PACKED[first], second: PACKED[second][:-9]})  # cut off
    found = fetch.find(fetch.folders(tmp_path / "mine"))
    assert found == {
        name: fetch.File(tmp_path / "mine" / "MNIST" / "raw" / first, LITTLE[name])
        for name in LITTLE
        if first.startswith(name)
    }
    assert len(found) == 1 and set(fetch.missing(found)) == set(LITTLE) - set(found)


def test_finding_loads_no_torch():
    program = """
import sys
from cnncourse.lab import fetch
fetch.find(fetch.folders())
print("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_the_variable_is_enough(tmp_path, monkeypatch):
    write(tmp_path / "shared")
    monkeypatch.setenv("CNNCOURSE_DATA", str(tmp_path / "shared"))
    assert is_little_mnist(digits.load(offline=True))


def test_files_may_lie_in_different_places(tmp_path):
    names = sorted(PACKED)
    write(tmp_path / "here", {name: PACKED[name] for name in names[:2]})
    write(user_folder("cache"), {name: PACKED[name] for name in names[2:]})
    assert is_little_mnist(digits.load(tmp_path / "here", offline=True))


def test_a_folder_that_is_whole_is_only_read(tmp_path):
    raw = write(tmp_path / "here")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    digits.load(tmp_path / "here")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert sorted(path.name for path in raw.iterdir()) == sorted(PACKED)


# Fetching.


def test_missing_files_are_fetched_once_and_kept(tmp_path, server, mirrors):
    mirror = server()
    mirrors(mirror)
    assert is_little_mnist(digits.load())
    assert sorted(mirror.asked) == sorted(PACKED)
    assert is_little_mnist(digits.load())
    assert len(mirror.asked) == len(PACKED) and not leftovers(tmp_path)


def test_where_no_file_can_be_locked_they_are_fetched_all_the_same(server, mirrors, monkeypatch):
    def refuse(_lock, **_how):  # an older filelock on a file system without locks
        raise NotImplementedError

    monkeypatch.setattr(fetch.FileLock, "acquire", refuse)
    mirrors(server())
    assert is_little_mnist(digits.load())


def test_what_was_fetched_is_in_torchvisions_layout(server, mirrors):
    mirrors(server())
    digits.load()
    for name, packed in PACKED.items():
        assert (user_folder("cache") / "MNIST" / "raw" / name).read_bytes() == packed


def test_only_the_missing_file_is_fetched(tmp_path, server, mirrors):
    raw, mirror = write(tmp_path / "here"), server()
    (raw / "t10k-labels-idx1-ubyte.gz").unlink()
    mirrors(mirror)
    assert is_little_mnist(digits.load(tmp_path / "here"))
    assert mirror.asked == ["t10k-labels-idx1-ubyte.gz"]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_second_mirror_helps_when_the_first_fails(fault, server, mirrors, tmp_path):
    bad, good = server(fault), server()
    mirrors(bad, good)
    start = time.monotonic()
    assert is_little_mnist(digits.load())
    assert time.monotonic() - start < 5
    assert len(bad.asked) == 1  # not again for each file
    assert not leftovers(tmp_path)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_without_a_good_mirror_the_sample_says_what_happened_and_what_to_do(
    fault, server, mirrors, tmp_path
):
    mirror = server(fault)
    mirrors(mirror)
    start = time.monotonic()
    loaded = digits.load()
    assert time.monotonic() - start < 6
    assert loaded.name == "scikit-learn 8×8 digits"
    assert mirror.url in loaded.note and "put its four files into" in loaded.note
    assert (
        "\n" not in loaded.note and loaded.note.count(".") == loaded.note.rstrip(".").count(".") + 1
    )
    assert not list(tmp_path.rglob("*.gz")) and not leftovers(tmp_path)


def test_no_server_at_all_is_no_catastrophe(monkeypatch):
    monkeypatch.setattr("torchvision.datasets.MNIST.mirrors", ["http://127.0.0.1:9/"])
    assert digits.load().name == "scikit-learn 8×8 digits"


def test_offline_asks_no_mirror(server, mirrors):
    mirror = server()
    mirrors(mirror)
    assert digits.load(offline=True).name == "scikit-learn 8×8 digits"
    assert mirror.asked == []


def damage(packed):
    return {
        "cut off": packed[: len(packed) // 2],
        "empty": b"",
        "one bit": packed[:30] + bytes([packed[30] ^ 4]) + packed[31:],
        "another file": gzip.compress(b"something else"),
        "longer": packed + b"more",
    }


@pytest.mark.parametrize("kind", damage(bytes(99)))
@pytest.mark.parametrize("name", PACKED)
def test_a_damaged_file_is_replaced_and_never_used(kind, name, server, mirrors):
    broken = damage(PACKED[name])[kind]
    raw = write(user_folder("cache"), PACKED | {name: broken})
    mirror = server()
    mirrors(mirror)
    assert is_little_mnist(digits.load())
    if kind != "longer":  # gzip allows what follows; the contents are checked, and are right
        assert mirror.asked == [name]
        assert (raw / name).read_bytes() == PACKED[name]


@pytest.mark.parametrize("kind", ["cut off", "another file"])
def test_a_file_in_a_folder_of_ones_own_is_never_replaced(kind, tmp_path, server, mirrors):
    name = "train-images-idx3-ubyte.gz"  # Fashion-MNIST has the same names
    theirs = damage(PACKED[name])[kind]
    raw = write(tmp_path / "mine", PACKED | {name: theirs})
    mirrors(server())
    assert is_little_mnist(digits.load(tmp_path / "mine"))
    assert (raw / name).read_bytes() == theirs
    kept = [path.name for path in user_folder("cache").rglob("*.gz")]
    assert kept == [name]


@pytest.mark.parametrize("place", [".", "MNIST", "MNIST/raw"])
@pytest.mark.parametrize("other", ["-idx", ".idx"])
def test_the_files_are_found_by_both_names_and_from_each_folder_above(place, other, tmp_path):
    write(tmp_path, {name.replace("-idx", other): packed for name, packed in PACKED.items()})
    assert is_little_mnist(digits.load(tmp_path / place, offline=True))


def test_what_is_damaged_or_missing_is_named(tmp_path):
    name = "train-images-idx3-ubyte.gz"
    raw = write(tmp_path, PACKED | {name: b"cut off"})
    assert str(raw / name) in digits.load(tmp_path, offline=True).note
    (raw / name).unlink()
    note = digits.load(tmp_path, offline=True).note
    assert name.removesuffix(".gz") in note and note.count("idx") == 1


@pytest.mark.parametrize("kind", ["cut off", "one bit", "another file"])
def test_a_damaged_file_is_not_used_offline_either(kind, tmp_path):
    name = "train-labels-idx1-ubyte.gz"
    write(tmp_path, PACKED | {name: damage(PACKED[name])[kind]})
    assert digits.load(tmp_path, offline=True).name == "scikit-learn 8×8 digits"


def test_labels_swapped_with_right_sizes_are_found(tmp_path):
    labels = bytearray(LITTLE["train-labels-idx1-ubyte"])
    labels[-1] = (labels[-1] + 1) % 10
    write(tmp_path, LITTLE | {"train-labels-idx1-ubyte": bytes(labels)})
    assert digits.load(tmp_path, offline=True).name == "scikit-learn 8×8 digits"


def test_a_file_that_unpacks_to_too_much_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "MOST_BYTES", 100_000)
    bomb = gzip.compress(bytes(10_000_000))
    assert fetch._unpack(bomb, "train-images-idx3-ubyte") is None


def test_the_place_to_keep_files_is_the_first_that_can_be_written(
    tmp_path, server, mirrors, monkeypatch
):
    mirrors(server())
    readable = tmp_path / "shared"
    readable.mkdir()
    can_write = fetch._can_write
    monkeypatch.setattr(
        fetch, "_can_write", lambda path: readable not in path.parents and can_write(path)
    )
    assert is_little_mnist(digits.load(readable))
    assert list(readable.rglob("*")) == []
    assert len(list(user_folder("cache").rglob("*.gz"))) == 4


def test_with_nowhere_to_write_the_digits_stay_in_memory(server, mirrors, monkeypatch, tmp_path):
    mirrors(server())
    monkeypatch.setattr(fetch, "_can_write", lambda path: False)
    assert is_little_mnist(digits.load())
    assert not list(tmp_path.rglob("*.gz"))


def test_a_full_disk_costs_only_the_cache(server, mirrors, monkeypatch, tmp_path):
    mirrors(server())

    def full(path, contents):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetch, "write_atomically", full)
    assert is_little_mnist(digits.load())
    assert not list(tmp_path.rglob("*.gz"))


def test_progress_tells_how_many_bytes_have_come(server, mirrors):
    mirrors(server())
    told = []
    digits.load(progress=lambda *news: told.append(news))
    for name, packed in PACKED.items():
        mine = [(done, total) for which, done, total in told if f"{which}.gz" == name]
        assert mine[-1] == (len(packed), len(packed))
        assert mine == sorted(mine)


def test_progress_is_quiet_when_nobody_sits_at_a_terminal(server, mirrors, capsys):
    mirrors(server())
    digits.load()
    assert capsys.readouterr() == ("", "")


CHILD = """
import sys, types
sys.modules["torchvision.datasets"] = types.SimpleNamespace(
    MNIST=types.SimpleNamespace(mirrors=[{url!r}]))  # the real one takes two seconds to import
sys.modules["torchvision"] = types.SimpleNamespace(datasets=sys.modules["torchvision.datasets"])
for unused in ("cv2", "cnncourse.handwriting.form"):  # half a second, for the real sample only
    sys.modules[unused] = types.ModuleType(unused)
import numpy as np
from cnncourse.lab import digits, fetch
fetch.CONTENTS, digits.TRAIN, fetch.PATIENCE = {sums!r}, 9, 2.0
zeros = digits.Split(np.zeros((3, 28, 28)), np.zeros(3))
digits.sample = lambda: digits._divide("sample", "zeros", zeros, train=1, validation=1)  # light too
loaded = digits.load({folder!r})
print(loaded.name, loaded.train.images.sum(), loaded.open_test().labels.sum())
"""


def start_twelve(mirror, folder):
    """Return what 12 processes print that load the digits at the same time."""
    program = CHILD.format(url=mirror.url, sums=SUMS, folder=str(folder))
    command = [sys.executable, "-c", program]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(12)]
    return [process.communicate(timeout=120)[0] for process in running]


def test_twelve_processes_at_once_fetch_each_file_once(tmp_path, server):
    mirror = server()
    write(tmp_path, {"train-images-idx3-ubyte.gz": PACKED["train-images-idx3-ubyte.gz"][:100]})
    answers = start_twelve(mirror, tmp_path)
    assert len(set(answers)) == 1 and answers[0].startswith("MNIST ")
    assert sorted(mirror.asked) == sorted(PACKED)
    assert not leftovers(tmp_path)


def test_twelve_processes_at_once_do_not_queue_up_for_a_dead_mirror(tmp_path, server):
    mirror = server("stalls at once")
    start = time.monotonic()
    answers = start_twelve(mirror, tmp_path)
    assert len(set(answers)) == 1 and answers[0].startswith("sample ")
    assert len(mirror.asked) < 6 and time.monotonic() - start < 60


def test_the_order_of_the_files_is_kept(tmp_path):
    write(tmp_path)
    loaded = digits.load(tmp_path, offline=True)
    assert (len(loaded.train), len(loaded.validation), len(loaded.open_test())) == (9, 3, 5)
    assert is_little_mnist(digits.load(tmp_path, offline=True))
