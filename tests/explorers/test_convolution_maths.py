"""The explorers of notebook 03, driven through their controls against independent references."""

import re
from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from driving import put
from scipy import signal

from cnncourse import explorers, images, signals
from cnncourse.explorers import convolution_maths

ALL = ("sharing", "noisy_sensor", "sliding_sum", "flip", "channel_sum", "colour_kernel",
       "as_matrix", "shift_equivariance")  # fmt: skip


def numbers(text):
    """The whole and decimal numbers of a sentence."""
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)]


def test_sharing_counts_what_a_loop_counts():
    explorer = explorers.sharing()
    for inputs, kernel in product(range(2, 17), range(1, 6)):
        put(explorer, inputs=inputs, kernel=kernel)
        outputs = len([start for start in range(inputs) if start + kernel <= inputs])
        assert explorer.possible == (kernel <= inputs)
        if explorer.possible:
            dense, local, _, shared = numbers(explorer.sentence)[2:]
            assert (dense, local, shared) == (inputs * outputs, kernel * outputs, kernel)


@pytest.mark.slow
def test_the_sensor_states_the_error_of_its_average():
    explorer = explorers.noisy_sensor(seed=3)
    level = signals.water_level()
    for noise, window, name, causal in product(
        (0, 0.3, 1), (1, 9, 31), signals.AVERAGES, (True, False)
    ):
        put(explorer, noise=noise, window=window, average=name, causal=causal)
        measured = signals.readings(level, noise, np.random.default_rng(3))
        ages = np.arange(window) - (0 if causal else window // 2)
        weights = signals.averaging_weights(name, ages)
        averages = []
        for t in range(len(level)):
            here = (t - ages >= 0) & (t - ages < len(level))
            averages.append(np.average(measured[t - ages[here]], weights=weights[here]))
        error = np.sqrt(np.mean((averages - level) ** 2))
        assert explorer.possible and f" {error:.3f} m;" in explorer.sentence
        assert explorer.sentence.startswith("Causal" if causal else "Centred")


def test_one_minute_late_is_one_minute():
    explorer = put(explorers.noisy_sensor(), window=3, average="box", causal=True)
    assert "the average lags 1 minute behind." in explorer.sentence
    explorer.controls["window"].value = 5
    assert "the average lags 2 minutes behind." in explorer.sentence


def test_the_sliding_sum_steps_through_numpys_answers():
    explorer = explorers.sliding_sum()
    x = np.array(explorer.controls["signal"].value[0])
    for kernel, padding, flip in product(range(1, 6), ("valid", "same", "full"), (False, True)):
        put(explorer, kernel=kernel, padding=padding, flip=flip)
        w = np.arange(1, kernel + 1)
        full = np.convolve(x, w if flip else w[::-1])
        first = {"valid": kernel - 1, "same": (kernel - 1) - (kernel - 1) // 2, "full": 0}[padding]
        count = {"valid": len(x) - kernel + 1, "same": len(x), "full": len(full)}[padding]
        assert explorer.controls["step"].max == count - 1
        for step in (0, count - 1):
            explorer.controls["step"].value = step
            assert numbers(explorer.sentence)[-1] == full[first + step]
            assert f"Output {step + 1} of {count}" in explorer.sentence


def test_the_sliding_sum_opens_with_a_single_1_that_stamps_the_whole_kernel():
    explorer = explorers.sliding_sum()
    for flip, stamp in ((False, [3, 2, 1]), (True, [1, 2, 3])):
        put(explorer, flip=flip)
        seen = []
        for step in range(3):
            explorer.controls["step"].value = step
            seen.append(numbers(explorer.sentence)[-1])
        assert seen == stamp


def test_the_sliding_sum_takes_the_learners_own_numbers():
    explorer = explorers.sliding_sum([128, 255, 123, 45, 4], [1 / 9, 4 / 7, -3 / 2, 4 / 5, 1 / 7])
    assert "≈ 12.01." in explorer.sentence
    explorer.controls["flip"].value = True
    assert "≈ 63.94." in explorer.sentence
    explorer.controls["signal"].value = [[1, 2]]
    assert not explorer.possible and "does not fit" in explorer.sentence
    explorer.controls["padding"].value = "full"
    assert explorer.possible


@pytest.mark.parametrize("source", ["a single 1", "counting numbers", "patch of a photograph"])
@pytest.mark.parametrize("preset", list(convolution_maths.FLIP_KERNELS))
def test_the_flip_explorer_agrees_with_scipy(source, preset):
    explorer = put(explorers.flip(), preset=preset, input=source)
    patch = images.liveliest(images.load("grace_hopper", grey=True, longest_side=48), 9)
    image = {"a single 1": np.eye(1, 25, 12), "counting numbers": np.arange(25.0)}.get(
        source, patch
    )
    image = image.reshape(-1, 9 if image is patch else 5).astype(float)
    kernel = np.array(convolution_maths.FLIP_KERNELS[preset], float)
    padded = np.pad(image, 1, mode="edge" if len(image) == 9 else "constant")
    two = [f(padded, kernel, "valid") for f in (signal.correlate2d, signal.convolve2d)]
    largest = np.abs(two[0] - two[1]).max()
    assert ("agree everywhere" in explorer.sentence) == (largest < 1e-9)
    if preset in ("counting", "emboss"):
        assert numbers(explorer.sentence)[-1] == pytest.approx(largest, abs=0.006)
    if preset == "Sobel x":
        assert "only changes its sign" in explorer.sentence
    before = explorer.view.value
    explorer.controls["flip"].value = True
    assert explorer.sentence.startswith("Convolution") and explorer.view.value != before


def test_own_weights_replace_the_preset():
    explorer = explorers.flip()
    explorer.controls["weights"].value = [[0, 1, 0], [1, 2, 1], [0, 1, 0]]
    assert "agree everywhere" in explorer.sentence


@pytest.mark.slow
def test_the_sum_over_the_channels_is_that_of_einsum():
    explorer = explorers.channel_sum()
    for c_in, c_out, kernel, bias in product((1, 2, 3), (1, 2, 4), (1, 2, 3), (-10, 0, 3)):
        put(explorer, c_in=c_in, c_out=c_out, kernel=kernel, bias=bias)
        assert explorer.controls["output"].max == c_out - 1
        for output in range(c_out):
            explorer.controls["output"].value = output
            image = np.array([[[3 * i + j + c for j in range(3)] for i in range(3)]
                              for c in range(c_in)])  # fmt: skip
            weights = np.arange(kernel**2).reshape(kernel, kernel) + output
            first = sum((image[c, :kernel, :kernel] * (weights + c)).sum() for c in range(c_in))
            assert explorer.possible
            shown = explorer.sentence.replace("−", "-").rstrip(".").rsplit("= ")[-1]
            assert float(shown) == first + bias
            assert f": {(kernel**2 * c_in + 1) * c_out} parameters" in explorer.sentence


def test_the_channel_explorer_starts_with_the_notebooks_example():
    image, weights = convolution_maths.counting_layer(2, 3, 2)
    answers = np.array([signal.correlate(image, w, "valid")[0] for w in weights])
    assert answers.tolist() == [
        [[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]
    ]  # fmt: skip
    texts = [t.text for t in ElementTree.fromstring(explorers.channel_sum().view.value)
             .iterfind(".//{*}text")]  # fmt: skip
    for answer in answers.ravel():
        assert f"{answer:g}" in texts


@pytest.mark.slow
def test_the_matrix_explorer_counts_windows_and_entries():
    explorer = explorers.as_matrix()
    for size, kernel, padding in product(range(4, 9), (1, 2, 3), (0, 1)):
        put(explorer, size=size, kernel=kernel, padding=padding)
        outputs = size + 2 * padding - kernel + 1
        used = np.convolve(np.pad(np.ones(size), padding), np.ones(kernel), "valid")
        for form, axes in (("matrix of a signal", 1), ("matrix of an image", 2)):
            explorer.controls["form"].value = form
            dense = outputs**axes * size**axes
            entries = round(used.sum() ** axes)  # in 2-D the counts of the axes multiply
            assert f"= {dense} free weights; here {entries} entries" in explorer.sentence
            verb = "is" if kernel == 1 else "are"
            assert f"only {kernel**axes} of them {verb} free" in explorer.sentence
        explorer.controls["form"].value = "image to columns"
        assert f"{outputs**2} windows of {kernel**2} numbers" in explorer.sentence


def test_the_matrix_explorer_steps_through_all_windows():
    explorer = put(explorers.as_matrix(), form="image to columns", size=4, kernel=2)
    pixels, weights = np.arange(16.0).reshape(4, 4), np.arange(1.0, 5).reshape(2, 2)
    answers = signal.correlate2d(pixels, weights, "valid").ravel()
    for window, answer in enumerate(answers):
        explorer.controls["window"].value = window
        assert f"Window {window} gives {answer:g}." in explorer.sentence


@pytest.mark.slow
@pytest.mark.parametrize("filter_name", list(convolution_maths.SHIFT_KERNELS))
@pytest.mark.parametrize("border", ["zero", "reflect", "edge", "wrap"])
def test_shift_and_filter_commute_inside_always_and_everywhere_with_wrap(filter_name, border):
    explorer = explorers.shift_equivariance("flower")
    put(explorer, filter=filter_name, padding_mode=border)
    for shift in (-30, -1, 0, 12, 30):
        explorer.controls["shift"].value = shift
        assert explorer.possible and "inside, the two orders agree exactly" in explorer.sentence
        exact = explorer.sentence.endswith("at the borders they agree too.")
        if border == "wrap" or shift == 0:
            assert exact
        if border == "zero" and shift:
            assert not exact


@pytest.mark.parametrize("filter_name", list(convolution_maths.SHIFT_KERNELS))
def test_without_shared_weights_the_order_matters_inside_too(filter_name):
    explorer = explorers.shift_equivariance("flower")
    put(explorer, filter=filter_name, padding_mode="wrap", shared=False)
    assert re.search(r"as a dense layer has.* inside, the two orders differ by up to [1-9]",
                     explorer.sentence)  # fmt: skip
    put(explorer, shift=0)
    assert "inside, the two orders agree exactly" in explorer.sentence


def test_a_preset_fills_the_weights_of_a_colour_kernel_and_they_can_be_changed():
    explorer = explorers.colour_kernel()
    assert "white 255" in explorer.sentence
    for name, slices in convolution_maths.COLOUR_KERNELS.items():
        put(explorer, preset=name)
        assert explorer.possible
        held = [explorer.controls[colour].value for colour in ("red", "green", "blue")]
        np.testing.assert_allclose(held, slices)
    put(explorer, preset="yellow, not blue")
    assert "red 127.5, green 127.5, blue −255, white 0" in explorer.sentence
    put(explorer, green=[[0]])
    assert "white −127.5" in explorer.sentence
