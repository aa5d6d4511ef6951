"""The explorers of notebook 02: each control is driven, and what they say is computed otherwise."""

import itertools
import re
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from driving import put
from scipy import ndimage, signal

from cnncourse import explorers, images, kernels
from cnncourse.explorers.kernels import riddle_kernel
from cnncourse.widgets.photo import Photo

NAMES = list(kernels.KERNELS)
BUILDERS = (
    "edge_angle",
    "frequency_gain",
    "gaussian_blur",
    "kernel_guess",
    "kernel_lab",
    "noise_filters",
    "window_walk",
)


def number(pattern, sentence):
    return float(re.search(pattern, sentence)[1].replace("−", "-"))


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDERS)
def test_both_ends_of_every_slider_and_every_option_are_drawn(name):
    explorer = getattr(explorers, name)()
    for control in explorer.controls.values():
        first = control.value
        if hasattr(control, "options"):
            values = [
                option[1] if isinstance(option, tuple) else option for option in control.options
            ]
        elif hasattr(control, "min"):
            values = (control.min, control.max)
        else:
            continue
        for value in values:
            control.value = value
            assert explorer.possible, (control.description, value)
            ElementTree.fromstring(explorer.view.value)
        control.value = first


# Kernel lab ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("preset", NAMES)
@pytest.mark.parametrize("view", ["signed", "clipped to 0–255"])
def test_a_preset_fills_in_its_weights(preset, view):
    explorer = explorers.kernel_lab()
    put(explorer, preset=preset, view=view)
    weights = kernels.KERNELS[preset].weights
    assert np.array_equal(explorer.controls["weights"].value, weights)
    assert explorer.controls["size"].value == len(weights)
    assert explorer.controls["preset"].value == preset
    photo = images.grey(explorer.controls["photo"].value.pixels)
    response = cv2.filter2D(photo, cv2.CV_64F, weights)
    low = number(r"outputs from (\S+) to", explorer.sentence)
    assert low == pytest.approx(response.min(), abs=0.06)
    if view != "signed":
        rounded = np.rint(response)
        lost = 100 * np.mean((rounded < 0) | (rounded > 255))
        # A float32 response can fall on the other side of a half: a few pixels may differ.
        assert number(r"bytes, (\S+) %", explorer.sentence) == pytest.approx(lost, abs=0.2)


def test_a_typed_weight_makes_the_preset_your_own():
    explorer = explorers.kernel_lab("box 3")
    put(explorer, weights=[[0, 0, 0], [0, 2, 0], [0, 0, 0]])
    assert explorer.controls["preset"].value == "your own"
    assert explorer.sentence.startswith(
        "Your own, 3×3 weights with sum 2: flat areas are multiplied"
    )
    put(explorer, preset="box 3")
    assert explorer.controls["weights"].value == pytest.approx(np.full((3, 3), 1 / 9))


def test_size_grows_with_zeros_and_shrinks_to_the_middle():
    explorer = explorers.kernel_lab("sharpen")
    put(explorer, size=5)
    sharpen = kernels.KERNELS["sharpen"].weights
    assert np.array_equal(explorer.controls["weights"].value, np.pad(sharpen, 1))
    put(explorer, size=3)
    assert np.array_equal(explorer.controls["weights"].value, sharpen)


def test_normalising_divides_by_the_sum_and_is_impossible_exactly_for_sum_0():
    explorer = explorers.kernel_lab(NAMES[0])
    put(explorer, normalise=True)
    for preset in NAMES:
        put(explorer, preset=preset)
        total = round(kernels.KERNELS[preset].weights.sum(), 9)
        assert explorer.possible == (total != 0)
        if total == 0:
            assert "sum to 0 and cannot be divided" in explorer.sentence
    put(explorer, normalise=False)
    put(explorer, weights=np.ones((3, 3)), normalise=True)
    assert "with sum 1: flat areas keep" in explorer.sentence


def test_a_bias_is_added_to_every_response():
    explorer = explorers.kernel_lab(preset="outline")
    pattern = r"outputs from (\S+) to (\S+)\."
    plain = re.search(pattern, explorer.sentence)
    assert "bias" not in explorer.sentence
    put(explorer, bias=-100)
    shifted = re.search(pattern, explorer.sentence)
    assert "The bias of −100 is added everywhere." in explorer.sentence
    for before, after in zip(plain.groups(), shifted.groups(), strict=True):
        assert float(after.replace("−", "-")) == float(before.replace("−", "-")) - 100


@pytest.mark.parametrize("border", ["reflect", "zero", "edge", "wrap"])
def test_the_border_rule_reaches_the_figure(border):
    explorer = explorers.kernel_lab("box 5")
    put(explorer, border=border)
    mode = {"reflect": "mirror", "zero": "constant", "edge": "nearest", "wrap": "wrap"}[border]
    photo = images.grey(explorer.controls["photo"].value.pixels).astype(float)
    response = ndimage.uniform_filter(photo, 5, mode=mode)
    assert number(r"→ (\S+);", explorer.sentence) == pytest.approx(response.mean(), abs=0.06)


def test_a_picture_of_your_own_is_filtered_even_if_tiny_or_too_small_for_the_border():
    explorer = explorers.kernel_lab("box 3")
    put(explorer, photo=Photo("mine", np.full((4, 7, 3), 90, np.uint8)))
    assert "Mean 90 → 90;" in explorer.sentence
    put(explorer, photo=Photo("dot", np.full((1, 1, 3), 90, np.uint8)))
    assert not explorer.possible
    assert "padding_mode='edge'" in explorer.sentence
    put(explorer, border="edge")
    assert explorer.possible


# The others ---------------------------------------------------------------------------------------


def test_the_walk_visits_every_cell_of_every_patch():
    explorer = explorers.window_walk()
    patches = explorer.controls["patch"].options
    for patch, preset, padding in itertools.product(patches, ("sobel x", "box 3"), (0, 1)):
        put(explorer, step=0, patch=patch, preset=preset, padding=padding)
        assert explorer.controls["step"].max == (4 + 2 * padding) ** 2 - 1
        put(explorer, step=explorer.controls["step"].max)
        assert explorer.possible


def test_the_walk_over_the_bright_pixel_adds_up_to_the_turned_kernel():
    explorer = explorers.window_walk()
    put(explorer, patch="one bright pixel", preset="emboss")
    sums = []
    for step in range(9):
        put(explorer, step=step // 3 * 4 + step % 3)
        sums.append(number(r"add up to (\S+)\.$", explorer.sentence))
    turned = kernels.KERNELS["emboss"].weights[::-1, ::-1]
    assert sums == (255 * turned).ravel().tolist()


def test_a_walk_with_padding_taken_away_shortens_the_steps():
    explorer = explorers.window_walk()
    put(explorer, padding=1)
    put(explorer, step=35)
    put(explorer, padding=0)
    assert explorer.controls["step"].value == 15
    assert explorer.possible


@pytest.mark.parametrize(("sigma", "kernel"), [(0.3, 0), (1.5, 0), (5.0, 0), (5.0, 3), (0.3, 31)])
def test_the_cost_of_a_blur_is_counted_from_its_size(sigma, kernel):
    explorer = explorers.gaussian_blur("flower")
    put(explorer, sigma=sigma, kernel=kernel)
    k = kernel or 2 * int(np.ceil(3 * sigma)) + 1
    column = cv2.getGaussianKernel(k, sigma)
    assert f"kernel {k}×{k}: {k * k} multiplications" in explorer.sentence
    assert number(r"weight is (\S+);", explorer.sentence) == pytest.approx(
        column.max() ** 2, abs=0.0006
    )
    left = 100 * np.sum(column**2)  # √Σw² of the kernel is Σw² of its column
    assert number(r"; (\d+) % of", explorer.sentence) == pytest.approx(left, abs=0.51)


def test_a_tiny_picture_can_be_blurred_by_a_wide_bell():
    explorer = explorers.gaussian_blur()
    put(explorer, sigma=5.0, photo=Photo("mine", np.full((2, 3, 3), 50, np.uint8)))
    assert explorer.possible


def test_each_sobel_kernel_has_its_blind_angle():
    explorer = explorers.edge_angle()
    blind = {"x": [], "y": []}
    for angle in range(0, 181, 5):
        put(explorer, angle=angle)
        for axis in "xy":
            if number(rf"sobel {axis} (?:gives )?(\S+?)[,;]", explorer.sentence + ",") == 0:
                blind[axis].append(angle)
    assert blind == {"x": [0, 180], "y": [90]}


@pytest.mark.slow
@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
@pytest.mark.parametrize(("sigma", "salt"), [(0, 0), (0, 10), (30, 0), (60, 40)])
def test_the_errors_are_those_of_opencv_filters_on_the_same_noise(kernel, sigma, salt):
    explorer = explorers.noise_filters()
    put(explorer, kernel=kernel, sigma=sigma, salt=salt, seed=3)
    clean = images.grey(explorer.controls["photo"].value.pixels)
    rng = np.random.default_rng(3)
    noisy = images.salt_pepper(
        images.to_uint8(clean + rng.normal(0, sigma, clean.shape)), salt / 100, rng
    )
    box = cv2.blur(noisy.astype(float), (kernel, kernel), borderType=cv2.BORDER_REPLICATE)
    median = ndimage.median_filter(noisy, kernel, mode="nearest")
    for name, result in (
        ("noisy", noisy),
        (rf"box {kernel}×{kernel}", box),
        (rf"median {kernel}×{kernel}", median),
    ):
        expected = np.sqrt(np.mean((result.astype(float) - clean) ** 2))
        said = number(rf"{name} (\d+\.\d)", explorer.sentence)
        assert said == pytest.approx(expected, abs=0.051)


def test_the_same_seed_gives_the_same_noise_and_another_seed_another():
    one, two = explorers.noise_filters(), explorers.noise_filters()
    assert one.view.value == two.view.value
    put(two, seed=1)
    assert one.view.value != two.view.value


def test_a_box_of_three_stops_waves_of_three_pixels_and_inverts_faster_ones():
    explorer = explorers.frequency_gain()
    gains = []
    for across in range(17):
        put(explorer, across=across)
        gains.append(number(r"the gain is (−?[\d.]+),", explorer.sentence))
    assert np.argmin(np.abs(gains)) == 11
    assert gains[0] == 1 and gains[16] == pytest.approx(-0.33)


@pytest.mark.slow
@pytest.mark.parametrize("riddle", range(1, 10))
def test_the_answer_of_a_riddle_can_be_read_off_an_impulse(riddle):
    explorer = explorers.kernel_guess()
    put(explorer, riddle=riddle, input="one bright pixel")
    pixels = np.array(explorer.controls["pixels"].value)
    seen = signal.correlate2d(pixels, riddle_kernel(riddle), mode="valid")
    put(explorer, guess=seen)  # the output as it stands is the kernel turned by half a turn
    assert "differ" in explorer.sentence
    put(explorer, guess=seen[::-1, ::-1])
    assert explorer.sentence.endswith("your kernel is the hidden one.")


def test_the_pixels_of_a_riddle_can_be_typed():
    explorer = explorers.kernel_guess()
    put(explorer, pixels=np.zeros((5, 5)))
    assert "cannot tell them apart" in explorer.sentence
    put(explorer, input="step")
    assert np.array(explorer.controls["pixels"].value).sum() == 15


def test_a_flat_input_accepts_every_kernel_with_the_right_sum_and_the_impulse_does_not():
    explorer = explorers.kernel_guess()
    same_sum = np.zeros((3, 3))
    same_sum[0, 0] = riddle_kernel(1).sum()
    put(explorer, guess=same_sum)
    assert "cannot tell them apart" in explorer.sentence
    put(explorer, input="one bright pixel")
    assert "differ" in explorer.sentence
