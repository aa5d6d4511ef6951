"""Training: it learns, it repeats, it can be stopped, and it leaves the machine as it was."""

import math
import os
import subprocess
import sys
import threading
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.adam import adam as pytorchs_adam

from cnncourse.files import write_atomically
from cnncourse.lab import digits, evaluation, models, threads, training

NUMBERS = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


@pytest.fixture(scope="module")
def sample():
    return digits.sample()


def fit(model, some, **arguments):
    """Train with one thread, whatever else the machine is doing."""
    return training.fit(model, some, **{"threads": 1, "epochs": 1, **arguments})


class PyTorchsAdam:
    """The arithmetic of ``torch.optim.Adam``, whose class loads the compiler: four seconds."""

    def __init__(self, parameters):
        self.parameters = list(parameters)
        self.means, self.squares = (
            [torch.zeros_like(each) for each in self.parameters] for _ in range(2)
        )
        self.steps = [torch.tensor(0.0) for _ in self.parameters]

    @torch.no_grad()
    def step(self, rate):
        pytorchs_adam(
            self.parameters, [each.grad for each in self.parameters], self.means, self.squares, [],
            self.steps, foreach=False, amsgrad=False, beta1=0.9, beta2=0.999, lr=rate,
            weight_decay=0, eps=1e-8, maximize=False,
        )  # fmt: skip


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


# Learning.


@pytest.mark.slow
@pytest.mark.parametrize("name, least", [("small", 0.93), ("mlp", 0.85), ("linear", 0.85)])
@pytest.mark.parametrize("augment", [None, "shift", "full"])
def test_a_network_learns_the_sample(name, least, augment, sample):
    if augment and name != "small":
        least = 0.7  # without convolutions a moved digit is another digit
    model = models.build(name)
    history = fit(model, sample, epochs=6, augment=augment)
    answers = evaluation.predict(model, sample.validation.images)
    assert evaluation.accuracy(answers, sample.validation.labels) >= least
    assert history.train_loss[-1] < history.train_loss[0]


@pytest.mark.slow
def test_shuffled_labels_can_only_be_memorised(sample):
    from dataclasses import replace

    rng = np.random.default_rng(0)
    nonsense = digits.Split(sample.train.images[:200], rng.integers(0, 10, 200))
    history = fit(
        models.build("small"), replace(sample, train=nonsense), epochs=30, augment=None,
        batch_size=50,
    )  # fmt: skip
    assert history.train_accuracy[-1] > 0.95 and history.validation_accuracy[-1] < 0.35


@pytest.mark.slow  # it loads much of PyTorch
def test_one_step_is_adams(sample):
    """One batch of all digits against PyTorch's plain Adam, written out."""
    few = sample.first(40)
    ours, theirs = models.build("mlp", seed=4), models.build("mlp", seed=4)
    fit(ours, few, batch_size=40, schedule="constant", learning_rate=0.02, augment=None)
    optimiser = PyTorchsAdam(theirs.parameters())
    images = torch.from_numpy(few.train.images)[:, None] / 255
    F.cross_entropy(theirs(images), torch.from_numpy(few.train.labels)).backward()
    optimiser.step(0.02)
    torch.testing.assert_close(weights(ours), weights(theirs), atol=1e-5, rtol=0)


def test_every_digit_is_seen_once_an_epoch(sample):
    few = sample.first(23)
    generator = torch.Generator().manual_seed(0)
    batches = list(training._batches(few.train, 2, 5, None, generator))
    assert [len(labels) for _, labels in batches] == [5, 5, 5, 5, 3] * 2
    for epoch in (batches[:5], batches[5:]):
        seen = torch.cat([images for images, _ in epoch]).squeeze(1) * 255
        seen = seen.round().byte().flatten(1).numpy()
        wanted = few.train.images.reshape(23, -1)
        assert sorted(map(bytes, seen)) == sorted(map(bytes, wanted))
    order = [torch.cat([labels for _, labels in epoch]) for epoch in (batches[:5], batches[5:])]
    assert not torch.equal(*order)


def test_the_history_has_one_entry_a_step_and_one_an_epoch(sample):
    history = fit(models.build("linear"), sample.first(230), epochs=3, batch_size=50)
    assert len(history.step_loss) == len(history.learning_rate) == 15
    assert history.step == [5, 10, 15] and history.epoch == [1, 2, 3]
    for name in (*NUMBERS, "seconds"):
        values = getattr(history, name)
        assert len(values) == 3 and all(type(value) is float for value in values)
    assert history.seconds == sorted(history.seconds) and not history.stopped


def test_it_is_measured_as_often_as_asked_for_and_at_the_end_and_learns_the_same(sample):
    few, arguments = sample.first(230), {"epochs": 5, "batch_size": 50}
    every = fit(models.build("linear"), few, **arguments)
    some = fit(models.build("linear"), few, measure_every=2, **arguments)
    assert some.epoch == [2, 4, 5] and some.step_loss == every.step_loss
    for name in NUMBERS:
        assert getattr(some, name) == [getattr(every, name)[i] for i in (1, 3, 4)]


@pytest.mark.slow
def test_the_numbers_in_the_history_are_those_of_evaluation(sample):
    model = models.build("lecture")  # has dropout: only evaluation mode gives these numbers
    history = fit(model, sample)
    for name, split in (("train", sample.train), ("validation", sample.validation)):
        answers = evaluation.predict(model, split.images)
        loss = -np.log(answers[np.arange(len(split)), split.labels]).mean()
        assert getattr(history, f"{name}_accuracy")[-1] == pytest.approx(
            evaluation.accuracy(answers, split.labels)
        )
        assert getattr(history, f"{name}_loss")[-1] == pytest.approx(loss, rel=1e-3)


def test_the_test_set_stays_sealed(sample):
    fresh = digits.sample()
    fit(models.build("linear"), fresh)
    fresh.open_test()  # would refuse, had it been opened


def test_the_network_comes_back_ready_to_predict(sample):
    model = models.build("lecture").train()
    fit(model, sample.first(100))
    assert not model.training


# Repeating.


@pytest.mark.slow
@pytest.mark.parametrize("augment", [None, "shift", "full"])
@pytest.mark.parametrize("name", ["small", "lecture"])
def test_the_same_seed_gives_the_same_numbers(name, augment, sample):
    few = sample.first(300)
    runs = [(models.build(name, seed=5), seed) for seed in (1, 1, 2)]
    losses = []
    for model, seed in runs:
        torch.rand(seed + 3)  # whatever was drawn before must not matter
        losses.append(fit(model, few, seed=seed, augment=augment).step_loss)
    assert losses[0] == losses[1] and losses[0] != losses[2]
    assert torch.equal(weights(runs[0][0]), weights(runs[1][0]))


def test_pytorchs_generator_and_threads_are_as_before(sample):
    torch.manual_seed(3)
    expected, threads = torch.rand(4), torch.get_num_threads()
    torch.manual_seed(3)
    fit(models.build("lecture"), sample.first(100))
    assert torch.equal(torch.rand(4), expected) and torch.get_num_threads() == threads


# Stopping and going on.


def stop_after(steps):
    """Return a watcher that stops after so many steps."""

    def watch(history):
        history.stopped = len(history.step_loss) >= steps

    return watch


def interrupt_after(steps):
    """Return a watcher that is interrupted, as by the stop button."""

    def watch(history):
        if len(history.step_loss) >= steps:
            raise KeyboardInterrupt

    return watch


@pytest.mark.slow
@pytest.mark.parametrize("stop", [stop_after, interrupt_after])
def test_a_stop_keeps_what_was_learnt(stop, sample):
    model = models.build("small")
    before = weights(model).clone()
    history = fit(model, sample, epochs=3, batch_size=50, watch=stop(10), watch_every=1)
    assert history.stopped and len(history.step_loss) == 10
    assert history.step == [10] and history.epoch == [pytest.approx(10 / 26)]
    assert not torch.equal(weights(model), before) and not model.training
    answers = evaluation.predict(model, sample.validation.images)
    accuracy = evaluation.accuracy(answers, sample.validation.labels)
    assert history.validation_accuracy == [pytest.approx(accuracy)]


def test_another_thread_can_stop_it(sample):
    history = training.History()
    started = threading.Event()

    def watch(history):
        started.set()

    arguments = {"epochs": 1000, "history": history, "watch": watch, "watch_every": 1}
    work = threading.Thread(target=fit, args=(models.build("linear"), sample), kwargs=arguments)
    work.start()
    assert started.wait(30)
    history.stopped = True
    work.join(30)
    assert not work.is_alive() and len(history.step_loss) < 11_000


@pytest.mark.slow
def test_a_second_call_goes_on(sample):
    model = models.build("small")
    history = fit(model, sample, epochs=2, batch_size=50, watch=stop_after(10), watch_every=1)
    same = fit(model, sample, epochs=1, batch_size=50, history=history)
    assert same is history and not history.stopped
    assert history.epoch == [pytest.approx(10 / 26), pytest.approx(36 / 26)]
    assert history.step == [10, 36] and len(history.step_loss) == 36
    assert history.seconds[1] > history.seconds[0]
    assert history.validation_accuracy[1] > history.validation_accuracy[0]


def test_going_on_does_not_repeat_the_order(sample):
    model, few = models.build("linear"), sample.first(60)
    for group in model.parameters():
        group.requires_grad_(True)
    history = fit(model, few, batch_size=10, learning_rate=1e-9, augment=None)
    fit(model, few, batch_size=10, learning_rate=1e-9, augment=None, history=history)
    first, second = history.step_loss[:6], history.step_loss[6:]
    assert first != pytest.approx(second, abs=1e-4)
    assert sum(first) == pytest.approx(sum(second), abs=1e-3)  # the same digits, all of them


def test_a_watcher_is_called_at_the_steps_it_asked_for(sample):
    seen = []
    fit(
        models.build("linear"), sample.first(230), epochs=2, batch_size=50, watch_every=3,
        watch=lambda history: seen.append((len(history.step_loss), len(history.step))),
    )  # fmt: skip
    assert seen == [(3, 0), (5, 1), (6, 1), (9, 1), (10, 2)]


def test_watching_changes_nothing(sample):
    few, losses = sample.first(300), []
    for watch in (None, lambda history: torch.rand(5)):
        model = models.build("lecture")
        losses.append(fit(model, few, watch=watch, watch_every=1, augment=None).step_loss[0])
    assert losses[0] == losses[1]


# The recipe's parts.


def test_one_cycle_rises_to_the_peak_and_falls_nearly_to_nothing():
    rates = np.array([training.one_cycle(step, 1000, 0.5) for step in range(1000)])
    top = rates.argmax()
    assert rates.max() == pytest.approx(0.5) and top == pytest.approx(300, abs=1)
    assert (np.diff(rates[: top + 1]) > 0).all() and (np.diff(rates[top:]) < 0).all()
    assert 0 < rates[0] < 0.05 and 0 < rates[-1] < 1e-4


def test_the_history_holds_the_rates_of_the_schedule(sample):
    few = sample.first(100)
    history = fit(models.build("linear"), few, batch_size=10, learning_rate=0.2)
    assert history.learning_rate == [training.one_cycle(step, 10, 0.2) for step in range(10)]
    arguments = {"batch_size": 10, "learning_rate": 0.2, "schedule": "constant"}
    assert fit(models.build("linear"), few, **arguments).learning_rate == [0.2] * 10


def test_a_shift_moves_each_image_by_at_most_a_pixel_and_every_way_comes_up():
    image = torch.zeros(28, 28, dtype=torch.uint8)
    image[10, 17] = 255
    moved = training.shift(image.repeat(900, 1, 1), torch.Generator().manual_seed(0))
    places = moved.flatten(1).argmax(1)
    assert moved.dtype == torch.uint8 and (moved.sum((1, 2)) == 255).all()
    counts = torch.bincount(places, minlength=784).view(28, 28)
    assert counts[9:12, 16:19].sum() == 900
    assert (counts[9:12, 16:19] - 100).abs().max() < 45  # ±4.5 standard deviations


def test_a_shift_brings_in_black_and_does_not_wrap_around():
    white = torch.full((200, 28, 28), 255, dtype=torch.uint8)
    moved = training.shift(white, torch.Generator().manual_seed(0))
    edges = torch.stack([moved[:, 0], moved[:, -1], moved[:, :, 0], moved[:, :, -1]])
    assert (edges == 0).any() and (moved[:, 1:-1, 1:-1] == 255).all()


def test_a_warp_without_any_change_is_the_image(monkeypatch, sample):
    for name in ("TURN", "SCALE", "SLANT", "MOVE", "BEND"):
        monkeypatch.setattr(training, name, 0)
    images = torch.from_numpy(sample.train.images[:5]).float() / 255
    warped = training.warp(images, torch.Generator())
    torch.testing.assert_close(warped, images, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["TURN", "SCALE", "SLANT", "MOVE", "BEND"])
def test_a_warp_moves_ink_a_little_and_loses_next_to_none(name, monkeypatch, sample):
    for other in {"TURN", "SCALE", "SLANT", "MOVE", "BEND"} - {name}:
        monkeypatch.setattr(training, other, 0)
    images = torch.from_numpy(sample.train.images[:200]).float() / 255
    warped = training.warp(images, torch.Generator().manual_seed(0))
    change = (warped - images).abs().mean((1, 2))
    assert change.median() > 0.002 and warped.min() >= 0 and warped.max() <= 1 + 1e-6
    ink = warped.sum((1, 2)) / images.sum((1, 2))
    assert 0.95 < ink.mean() < 1.05 and (ink - 1).abs().max() < 0.35


def test_a_turn_is_a_turn(monkeypatch):
    """With one angle only, against OpenCV."""
    for name in ("SCALE", "SLANT", "MOVE", "BEND"):
        monkeypatch.setattr(training, name, 0)
    monkeypatch.setattr(torch, "rand", lambda size, generator: torch.ones(size))
    blob = np.zeros((1, 28, 28), np.float32)
    blob[0, 6:12, 8:22] = 1
    turned = training.warp(torch.from_numpy(blob), torch.Generator()).numpy()
    ways = [evaluation.rotated(blob, sign * training.TURN) for sign in (1, -1)]
    assert min(np.abs(turned - way).max() for way in ways) < 0.1


@pytest.mark.parametrize("kind", [None, "shift", "full"])
def test_augmented_digits_can_be_looked_at(kind, sample):
    images = sample.train.images[:6]
    shown = training.augmented(images, kind, seed=1)
    assert shown.shape == (6, 28, 28) and shown.dtype == np.float32
    assert 0 <= shown.min() and shown.max() <= 1 + 1e-6
    np.testing.assert_array_equal(shown, training.augmented(images, kind, seed=1))
    assert np.array_equal(shown, np.float32(images) / 255) is (kind is None)


@pytest.mark.slow
def test_our_adam_takes_pytorchs_steps():
    ours, theirs = models.build("small", seed=2), models.build("small", seed=2)
    adam, reference = training.Adam(ours.parameters()), PyTorchsAdam(theirs.parameters())
    generator = torch.Generator().manual_seed(0)
    for step in range(30):
        images = torch.rand((8, 1, 28, 28), generator=generator)
        labels = torch.randint(10, (8,), generator=generator)
        rate = training.one_cycle(step, 30, 1e-3)
        for model in (ours, theirs):
            model.zero_grad()
            F.cross_entropy(model(images), labels).backward()
        torch.testing.assert_close(  # from the same gradients: rounding would grow otherwise
            torch.cat([p.grad.flatten() for p in ours.parameters()]),
            torch.cat([p.grad.flatten() for p in theirs.parameters()]),
            atol=1e-3, rtol=1e-2,
        )  # fmt: skip
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            mine.grad.copy_(other.grad)
        adam.step(rate)
        reference.step(rate)
    torch.testing.assert_close(weights(ours), weights(theirs), atol=1e-6, rtol=1e-4)


def test_adam_leaves_alone_what_has_no_gradient():
    used, unused, frozen = (torch.ones(2, requires_grad=ask) for ask in (True, True, False))
    (3 * used).sum().backward()
    training.Adam([used, unused, frozen]).step(0.1)
    assert used.tolist() == [pytest.approx(0.9)] * 2  # the first step is the learning rate
    assert unused.tolist() == frozen.tolist() == [1, 1]


def test_a_mean_that_fades_never_gets_denormal():
    """A dead unit's gradient is zero for ever: its mean shrinks by a tenth each step."""
    dead, alive = (torch.ones(3, requires_grad=True) for _ in range(2))
    adam = training.Adam([dead, alive])
    for step in range(1500):
        dead.grad = torch.full((3,), 1e-3 if step == 0 else 0.0)
        alive.grad = torch.full((3,), 1e-3)
        adam.step(1e-3)
        smallest = torch.finfo(torch.float32).tiny
        assert not any(((m > 0) & (m < smallest)).any() for m in (*adam.means, *adam.squares))
    assert (adam.means[0] == 0).all() and (adam.means[1] > 9e-4).all()


@pytest.mark.slow
def test_training_does_not_load_the_compiler():
    program = """
import sys
from cnncourse.lab import digits, models, training
training.fit(models.build("lecture"), digits.sample().first(200), epochs=1, augment="full")
assert "torch" in sys.modules
print("torch._dynamo" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "False", run.stderr


# Refusing.


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 1.5}, "epochs is 1.5"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"learning_rate": -1}, "learning_rate is -1"),
        ({"learning_rate": math.nan}, "learning_rate is nan"),
        ({"schedule": "cosine"}, "'one-cycle', 'constant'"),
        ({"augment": "flip"}, "None, 'shift', 'full'"),
        ({"device": "tpu9"}, 'use "auto" or "cpu"'),
        ({"watch_every": 0}, "watch_every is 0"),
        ({"measure_every": 0}, "measure_every is 0"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_with_a_way_out(arguments, words, sample):
    with pytest.raises(ValueError, match=words):
        fit(models.build("linear"), sample, **arguments)


def test_nothing_to_learn_from_is_refused(sample):
    with pytest.raises(ValueError, match="no digits to learn from"):
        fit(models.build("linear"), sample.first(0))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_cuda_device_asking_for_one_is_refused(sample):
    with pytest.raises(ValueError, match="'cuda', which is not here"):
        fit(models.build("linear"), sample, device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_cuda_device_learns_and_the_network_comes_back(sample):
    model = models.build("small")
    history = fit(model, sample, epochs=6, device="auto")
    assert next(model.parameters()).device.type == "cpu"
    assert history.validation_accuracy[-1] > 0.93


def test_training_is_quiet_when_nobody_sits_at_a_terminal(sample, capfd):
    fit(models.build("linear"), sample.first(100))
    assert capfd.readouterr() == ("", "")


def test_at_a_terminal_the_steps_are_counted(sample, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    fit(models.build("linear"), sample.first(100), batch_size=10)
    said = capsys.readouterr().err
    assert "step 10 of 10" in said and said.endswith("\n")
    fit(models.build("linear"), sample.first(100), batch_size=10, progress=False)
    assert capsys.readouterr().err == ""


def test_no_worker_process_is_started(sample):
    before = set(processes())
    seen = set()
    fit(models.build("linear"), sample, watch_every=1, watch=lambda history: seen.update(
        processes()))  # fmt: skip
    assert seen <= before


def processes():
    import psutil

    return [child.pid for child in psutil.Process().children(recursive=True)]


# Checkpoints.


@pytest.mark.parametrize("arguments", [{"name": "small", "width": 5}, {"name": "lecture"}])
def test_a_checkpoint_brings_the_network_back(arguments, tmp_path, sample):
    model = models.build(**arguments)
    fit(model, sample.first(200))
    training.save(model, tmp_path / "digits.pt")
    again = training.load(tmp_path / "digits.pt")
    images = sample.validation.images
    before, after = (evaluation.predict(network, images) for network in (model, again))
    np.testing.assert_allclose(after, before, atol=1e-6)  # memory layouts round differently
    assert all(map(torch.equal, model.state_dict().values(), again.state_dict().values()))
    assert not again.training
    assert [path.name for path in tmp_path.iterdir()] == ["digits.pt"]


def test_a_checkpoint_brings_back_what_was_learnt_from(tmp_path, sample):
    model = models.build("linear")
    fit(model, sample)
    training.save(model, tmp_path / "with.pt")
    loaded = training.load(tmp_path / "with.pt").memory
    np.testing.assert_array_equal(loaded.images, model.memory.images)
    np.testing.assert_array_equal(loaded.labels, sample.train.labels)
    assert loaded.limit == model.memory.limit
    training.save(models.build("linear"), tmp_path / "without.pt")
    assert not hasattr(training.load(tmp_path / "without.pt"), "memory")


def test_a_network_of_ones_own_is_loaded_into_another(tmp_path):
    def own():
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))

    model, other = own(), own()
    training.save(model, tmp_path / "own.pt")
    assert training.load(tmp_path / "own.pt", into=other) is other
    assert torch.equal(weights(model), weights(other))
    with pytest.raises(ValueError, match="into=model"):
        training.load(tmp_path / "own.pt")
    with pytest.raises(ValueError, match="another network"):
        training.load(tmp_path / "own.pt", into=models.build("small"))


def test_a_checkpoint_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        training.load(tmp_path / "none.pt")


def broken_checkpoints():
    import io
    import pickle

    whole = io.BytesIO()
    torch.save({"recipe": None, "weights": {}}, whole)
    other = io.BytesIO()
    torch.save([1, 2], other)
    return {
        "empty": b"",
        "text": b"this is no checkpoint",
        "cut off": whole.getvalue()[:-200],
        "something else": other.getvalue(),
        "a plain pickle": pickle.dumps({"recipe": None}, protocol=2),
    }


@pytest.mark.parametrize("kind", broken_checkpoints())
def test_a_damaged_checkpoint_is_refused_in_a_sentence(kind, tmp_path):
    (tmp_path / "bad.pt").write_bytes(broken_checkpoints()[kind])
    with pytest.raises(ValueError, match="no checkpoint of the lab, or damaged"):
        training.load(tmp_path / "bad.pt")


class Burglar:
    def __reduce__(self):
        return os.system, ("touch burgled",)


def test_a_checkpoint_cannot_run_a_program(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"recipe": Burglar(), "weights": {}}, tmp_path / "bad.pt")
    with pytest.raises(ValueError, match="no checkpoint"):
        training.load(tmp_path / "bad.pt")
    assert not (tmp_path / "burgled").exists()


@contextmanager
def files_limited_to(size):
    """Let this process write no file beyond a size, as if the disk were full."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited")
def test_a_full_disk_leaves_the_old_checkpoint(tmp_path):
    path = tmp_path / "digits.pt"
    training.save(models.build("small", width=2), path)
    old = path.read_bytes()
    with files_limited_to(10_000), pytest.raises(OSError, match="free some space") as refused:
        training.save(models.build("small"), path)
    assert "could not be written" in str(refused.value)
    assert path.read_bytes() == old and list(tmp_path.iterdir()) == [path]


def test_a_reader_never_sees_half_a_file(tmp_path):
    path, done = tmp_path / "file", threading.Event()
    contents = [bytes([n]) * 300_000 for n in range(20)]
    write_atomically(path, contents[0])

    def write():
        for each in contents * 5:
            write_atomically(path, each)
        done.set()

    threading.Thread(target=write).start()
    while not done.is_set():
        assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


# Threads.


def test_cores_that_others_use_are_not_counted():
    before = "cpu  0 0 0 0\ncpu0 100 0 50 1000 10 0 0\ncpu1 200 0 80 1000 5 0 0\nintr 9"
    after = "cpu  0 0 0 0\ncpu0 100 0 50 1020 10 0 0\ncpu1 215 0 80 1005 5 0 0\nintr 9"
    assert threads.idle_cores(before, after, {0, 1}) == pytest.approx(1.25)
    assert threads.idle_cores(before, after, {1}) == pytest.approx(0.25)


@pytest.mark.parametrize(
    "times, limit, expected",
    [
        ([(0, 10)] * 8, None, 8),  # all idle
        ([(0, 10)] * 8, "200000 100000", 2),  # a container may use two
        ([(0, 10)] * 8, "max 100000", 8),
        ([(10, 0)] * 8, None, 1),  # all busy: one is always used
        ([(10, 0), (0, 10)], None, 1),
        ([(1, 9), (1, 9)], None, 2),
    ],
)
def test_free_cores_are_idle_and_allowed(times, limit, expected, monkeypatch, tmp_path):
    stat, maximum = tmp_path / "stat", tmp_path / "cpu.max"
    stat.write_text("".join(f"cpu{n} 0 0 0 0 0\n" for n in range(len(times))))
    if limit:
        maximum.write_text(limit)
    later = "".join(f"cpu{n} {busy} 0 0 {idle} 0\n" for n, (busy, idle) in enumerate(times))
    monkeypatch.setattr(threads, "CORE_TIMES", stat)
    monkeypatch.setattr(threads, "CONTAINER_LIMIT", maximum)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(len(times))), raising=False)
    monkeypatch.setattr(threads.time, "sleep", lambda seconds: stat.write_text(later))
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert threads.free_cores.__wrapped__() == expected


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_the_environment_can_fix_the_number_of_threads(threads):
    if threads > (os.cpu_count() or 1):
        pytest.skip("PyTorch starts no more threads than there are cores")
    command = "from cnncourse.lab import processor; print(threads.free_cores())"
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True)
    assert int(done.stdout) == threads


def test_the_number_of_threads_comes_back_after_an_error():
    before = torch.get_num_threads()
    with pytest.raises(KeyError), threads.using_threads(1):
        assert torch.get_num_threads() == 1
        raise KeyError
    assert torch.get_num_threads() == before
