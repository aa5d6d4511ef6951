"""Training: it learns, it repeats, it can be stopped, and it leaves the machine as it was."""

import math
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cnncourse import metrics
from cnncourse.lab import digits, evaluation, models, training
from cnncourse.lab.adam import Adam

NUMBERS = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


@pytest.fixture(scope="module")
def sample():
    return digits.sample()


def fit(model, some, **arguments):
    """Train with one thread, whatever else the machine is doing."""
    return training.fit(model, some, **{"threads": 1, "epochs": 1, **arguments})


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
    assert metrics.accuracy(answers, sample.validation.labels) >= least
    assert history.train_loss[-1] < history.train_loss[0]


@pytest.mark.slow
def test_shuffled_labels_can_only_be_memorised(sample):
    from dataclasses import replace

    rng = np.random.default_rng(0)
    nonsense = digits.Split(sample.train.images[:200], rng.integers(0, 10, 200))
    history = fit(
        models.build("small"), replace(sample, train=nonsense), epochs=30, augment=None,
        batch_size=50, repeats=1,  # nonsense is forgotten where other nonsense is practised
    )  # fmt: skip
    assert history.train_accuracy[-1] > 0.95 and history.validation_accuracy[-1] < 0.35


@pytest.mark.parametrize("smoothing", [0, 0.2])
def test_one_step_is_adams(smoothing, sample):
    """One batch of all digits against the lines of a step, written out."""
    few = sample.first(40)
    ours, theirs = models.build("mlp", seed=4), models.build("mlp", seed=4)
    rest = {"schedule": "constant", "learning_rate": 0.02, "augment": None}
    history = fit(ours, few, batch_size=40, smoothing=smoothing, **rest)
    optimiser = Adam(theirs.parameters())
    images = torch.from_numpy(few.train.images)[:, None] / 255
    chances = theirs(images).softmax(1)
    right = F.one_hot(torch.from_numpy(few.train.labels), 10)
    goal = (1 - smoothing) * right + smoothing / 10
    (-(goal * chances.log()).sum(1).mean()).backward()
    optimiser.step(0.02)
    plain = -(right * chances.log()).sum(1).mean().item()
    assert history.step_loss == [pytest.approx(plain, rel=1e-5)]
    torch.testing.assert_close(weights(ours), weights(theirs), atol=1e-5, rtol=0)


def test_every_digit_is_seen_once_an_epoch(sample):
    few = sample.first(23)
    generator = torch.Generator().manual_seed(0)
    settings = training.Settings(batch_size=5, augment=None)
    place, losses = torch.device("cpu"), torch.rand(23)
    orders = [training.epoch_order(losses, 1, generator) for _ in range(2)]
    epochs = [
        list(training.batches(few.train, order, settings, generator, place)) for order in orders
    ]
    for epoch in epochs:
        assert [len(labels) for *_, labels in epoch] == [5, 5, 5, 5, 3]
        seen = torch.cat([images for _, images, _ in epoch]).squeeze(1) * 255
        seen = seen.round().byte().flatten(1).numpy()
        wanted = few.train.images.reshape(23, -1)
        assert sorted(map(bytes, seen)) == sorted(map(bytes, wanted))
        for places, images, labels in epoch:  # the loss is entered for the right digit
            assert torch.equal(labels, torch.from_numpy(few.train.labels)[places])
            shown = torch.from_numpy(few.train.images)[places] / 255
            assert torch.equal(images.squeeze(1), shown)
    assert not torch.equal(*orders)


@pytest.mark.parametrize("repeats, n, left", [(3, 50, 35), (4, 23, 15), (2, 9, 9), (12, 20, 0)])
def test_hard_digits_come_several_times_in_place_of_easy_ones(repeats, n, left):
    generator = torch.Generator().manual_seed(0)
    losses = torch.rand(n, generator=generator)
    orders = [training.epoch_order(losses, repeats, generator) for _ in range(2)]
    hard = set(losses.topk(n // 10).indices.tolist())
    for order in orders:
        times = torch.bincount(order, minlength=n)
        assert len(order) == n
        easy = [int(times[place]) for place in range(n) if place not in hard]
        assert max(easy) <= 1 and sum(easy) == left
        if left:
            assert all(times[place] == repeats for place in hard)
    assert not torch.equal(*orders)
    easy_ones = [set(order.tolist()) - hard for order in orders]
    assert not hard or not left or easy_ones[0] != easy_ones[1]  # others are left out each time


def test_a_second_epoch_practises_what_was_hard(sample):
    """The network hardly moves: its losses tell which digits came."""
    rest = {"epochs": 3, "batch_size": 23, "learning_rate": 1e-9, "augment": None}
    means = {}
    for repeats in (1, 4):
        history = fit(models.build("mlp"), sample.first(230), repeats=repeats, **rest)
        means[repeats] = [float(np.mean(part)) for part in np.split(np.array(history.step_loss), 3)]
    images = torch.from_numpy(sample.train.images[:230])[:, None] / 255
    labels = torch.from_numpy(sample.train.labels[:230])
    with torch.no_grad():
        losses = F.cross_entropy(models.build("mlp")(images), labels, reduction="none")
    losses = losses.sort(descending=True).values
    others = losses[23:].mean().item()  # of 207 others 138 come, at random
    expected = (4 * losses[:23].sum().item() + 138 * others) / 230
    assert means[1] == pytest.approx([losses.mean().item()] * 3, abs=1e-3)
    assert means[4][0] == pytest.approx(losses.mean().item(), abs=1e-3)
    assert means[4][1:] == pytest.approx([expected] * 2, abs=0.02)
    assert expected > losses.mean().item() + 0.05


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
            metrics.accuracy(answers, split.labels)
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
    accuracy = metrics.accuracy(answers, sample.validation.labels)
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


def test_settings_are_taken_as_they_are_or_changed_by_name(sample):
    few = sample.first(100)
    settings = training.Settings(epochs=2, batch_size=50, augment=None, threads=1, seed=3)
    runs = [
        training.fit(models.build("linear"), few, settings).step_loss,
        training.fit(models.build("linear"), few, settings, epochs=1).step_loss,
        fit(models.build("linear"), few, epochs=2, batch_size=50, augment=None, seed=3).step_loss,
    ]
    assert runs[0] == runs[2] and (len(runs[0]), len(runs[1])) == (4, 2)
    with pytest.raises(TypeError, match="epoch"):
        fit(models.build("linear"), few, epoch=1)


def test_nothing_is_hung_on_the_network(sample):
    model = models.build("linear")
    before = set(vars(model))
    fit(model, sample.first(100))
    assert set(vars(model)) == before


# Refusing.


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 1.5}, "epochs is 1.5"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"learning_rate": -1}, "learning_rate is -1"),
        ({"learning_rate": math.nan}, "learning_rate is nan"),
        ({"schedule": "cosine"}, "one-cycle, constant"),
        ({"augment": "flip"}, "None, shift, full"),
        ({"device": "tpu9"}, 'use "auto" or "cpu"'),
        ({"watch_every": 0}, "watch_every is 0"),
        ({"repeats": 0}, "repeats is 0"),
        ({"smoothing": 1}, "smoothing is 1"),
        ({"threads": 0}, "threads is 0"),
        ({"smoothing": math.nan}, "smoothing is nan"),
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
