"""Figures of linear maps: wiring, matrices, channels, shifts against independent sums."""

import json
import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from drawn import number, words
from PIL import Image
from scipy import signal

from cnncourse import convolution, figures
from cnncourse.figures import linear_maps, svg
from cnncourse.kernels import KERNELS, gaussian


@pytest.mark.parametrize(("size", "kernel"), [(2, 1), (8, 3), (16, 5), (5, 5)])
def test_wiring_draws_as_many_lines_as_it_counts(size, kernel):
    outputs = size - kernel + 1
    picture = figures.wiring(size, kernel)
    assert str(picture).count("<line ") == size * outputs + 2 * kernel * outputs
    said = [int(n) for n in re.findall(r"\d+", picture.description)]
    assert said == [size, outputs, size * outputs, kernel * outputs, kernel, kernel]
    assert {"inputs", "outputs"} <= set(words(picture))


def test_an_output_alone_has_its_own_wires_and_its_neighbours_can_be_taken():
    root = ET.fromstring(str(figures.wiring(6, 2, output=3)))
    alone = [part for part in root.iter() if part.get("data-lit") == "output-2"]
    wires = [sum("L" in path.get("d") for path in part.findall("{*}path")) for part in alone]
    assert wires == [6, 2, 2]
    wishes = {part.get("data-name"): json.loads(part.get("data-set"))
              for part in root.iter() if part.get("data-set")}  # fmt: skip
    assert wishes["dense: output 4"] == {"output": 4} and wishes["local: output 3"] == {"output": 0}
    assert "inputs 3 to 4" in figures.wiring(6, 2, output=3).description


def test_the_lines_of_shared_weights_have_colours_of_their_own():
    roles = {role.line for role in (svg.INPUT, svg.KERNEL, svg.OUTPUT, svg.PADDING, svg.WINDOW)}
    assert not roles & {colour for colour, _ in linear_maps._LINES}


def test_a_kernel_longer_than_the_row_is_refused():
    with pytest.raises(ValueError, match="kernel of 4 does not fit on a row of 3 inputs: choose"):
        figures.wiring(3, 4)


def test_the_letters_of_the_weights_are_read_at_the_size_the_notebook_opens_with():
    assert {"a", "i"} <= set(words(figures.toeplitz(np.ones((3, 3)), 6))[1:-18])


@pytest.mark.parametrize(
    ("size", "kernel", "padding"), [(4, 1, 0), (6, 3, 0), (8, 3, 1), (5, 2, 1)]
)
@pytest.mark.parametrize("axes", [1, 2])
def test_the_matrix_figure_colours_each_weight_as_often_as_it_is_used(size, kernel, padding, axes):
    picture = figures.toeplitz(np.ones((kernel,) * axes), size, padding=padding)
    used = signal.correlate(
        np.pad(np.ones((size,) * axes), padding), np.ones((kernel,) * axes), "valid"
    )
    rows, columns = used.size, size**axes
    assert f"{rows}×{columns} = {rows * columns} free weights" in picture.description
    assert f"here {int(round(used.sum()))} entries" in picture.description
    verb = "is" if kernel == 1 else "are"
    assert f"only {kernel**axes} of them {verb} free" in picture.description
    drawn = sum(str(picture).count(f'fill="{fill}"') for fill in linear_maps.WEIGHT_FILLS)
    assert drawn == round(used.sum()) + kernel**axes  # and the legend
    words(picture)


@pytest.mark.parametrize(("size", "kernel", "padding", "window"), [(4, 2, 0, 0), (4, 3, 1, 5)])
def test_im2col_shows_the_windows_and_their_answers(size, kernel, padding, window):
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 9, (size, size)).astype(float)
    weights = rng.integers(-3, 4, (kernel, kernel)).astype(float)
    picture = figures.im2col(pixels, weights, padding=padding, window=window)
    answers = signal.correlate2d(np.pad(pixels, padding), weights, "valid").ravel()
    shown = [number(t) for t in words(picture) if re.fullmatch(r"−?\d+", t)]
    assert shown[-len(answers) :] == answers.tolist()
    copies = answers.size * kernel**2
    assert f"{copies} in all, {copies / size**2:.4g} times" in picture.description
    assert f"Window {window} gives {answers[window]:g}." in picture.description.replace("−", "-")


def drags(picture):
    """The areas to press and drag in, by their names."""
    marked = ET.fromstring(str(picture)).iter()
    return {
        p.get("data-name"): json.loads(p.get("data-drag")) for p in marked if p.get("data-drag")
    }


def test_the_window_its_row_and_its_output_are_one_thing_to_press():
    found = drags(figures.toeplitz(np.ones((2, 2)), 4, window=4))  # 3×3 outputs: the middle one
    assert set(found) == {"window of the input", "row of the matrix", "output"}
    for name in ("window of the input", "output"):
        across, down = found[name]["moves"]
        assert (across["value"], across["least"], across["most"]) == (4, -1, 1)
        assert (down["value"], down["step"], down["least"], down["most"]) == (4, 3, -1, 1)
    _, rows = found["row of the matrix"]["moves"]
    assert (rows["step"], rows["least"], rows["most"]) == (1, -4, 4)
    x, y = found["window of the input"]["at"]
    assert x == y == 2 * 34  # the middle of a window of two cells that begins at the second one


def test_the_numbers_of_a_row_are_worked_out():
    picture = figures.toeplitz(np.array([5.0, 7]), 3, window=1)
    assert "5·2 + 7·3" in words(picture) and "Row 1 gives 31." in picture.description
    padded = figures.toeplitz(np.array([5.0, 7]), 3, padding=1, window=0)
    assert "7·1" in words(padded) and "Row 0 gives 7." in padded.description


def test_any_cell_of_the_channels_is_worked_out():
    rng = np.random.default_rng(4)
    image, kernel = rng.integers(0, 5, (2, 3, 3)), rng.integers(0, 5, (2, 2, 2, 2))
    for place, (row, column) in enumerate(np.ndindex(2, 2)):
        picture = figures.channel_sum(
            image.astype(float), kernel.astype(float), [1.0, 2.0], output=1, place=place
        )
        window = image[:, row : row + 2, column : column + 2]
        total = (window * kernel[1]).sum() + 2
        assert picture.description.endswith(f"= {total}.")
        first = zip(kernel[1, 0].ravel(), window[0].ravel(), strict=True)
        terms = " + ".join(f"{w}·{x}" for w, x in first)
        assert any(terms in line for line in words(picture))
        across, down = drags(picture)["cell of the output"]["moves"]
        assert across["value"] + across["least"] == 2 * row
        assert down["value"] + down["most"] * down["step"] == 2 + column


@pytest.mark.parametrize(("c_in", "c_out", "k"), [(1, 1, 1), (2, 3, 2), (3, 4, 3)])
def test_channel_sum_adds_up(c_in, c_out, k):
    rng = np.random.default_rng(2)
    image = rng.integers(-4, 5, (c_in, 4, 4)).astype(float)
    kernel = rng.integers(-4, 5, (c_out, c_in, k, k)).astype(float)
    bias = rng.integers(-4, 5, c_out).astype(float)
    for output in range(c_out):
        picture = figures.channel_sum(image, kernel, bias, output=output)
        shares = [(image[c, :k, :k] * kernel[output, c]).sum() for c in range(c_in)]
        said = [
            number(n) for n in re.findall(r"[−\d.]+", picture.description.split(" is ")[1][:-1])
        ]
        assert said == [*shares, bias[output], sum(shares) + bias[output]]
        assert f": {k * k * c_in * c_out + c_out} parameters" in picture.description
        assert f"kernel [{output}, {c_in - 1}]" in words(picture)


@pytest.mark.parametrize("output", [-1, 2])
def test_there_is_no_output_channel_beyond_the_kernel(output):
    with pytest.raises(ValueError, match="the kernel has 2"):
        figures.channel_sum(np.ones((1, 3, 3)), np.ones((2, 1, 2, 2)), [0, 0], output=output)


def test_the_shift_figure_states_both_errors():
    pixels = np.random.default_rng(6).integers(0, 256, (30, 30)).astype(float)
    kernel = np.full((3, 3), 1 / 9)

    def layer(image):
        return convolution.correlate(image, kernel, padding=1)

    first, second = convolution.shift_both_ways(pixels, layer, by=4, padding_mode="zero")
    picture = figures.shift_equivariance(pixels, kernel, by=4, padding_mode="zero")
    worst = np.abs(first - second).max()
    assert "inside, the two orders agree exactly" in picture.description
    assert f"at the borders they differ by up to {worst:.1f}." in picture.description
    wrapped = figures.shift_equivariance(pixels, kernel, by=4, padding_mode="wrap")
    assert "at the borders they agree too" in wrapped.description
    assert len(words(picture)) == 3


def test_what_differs_by_rounding_alone_is_black():
    pixels = np.random.default_rng(6).integers(0, 256, (200, 171)).astype(float)
    picture = figures.shift_equivariance(pixels, gaussian(1.5), by=12, padding_mode="wrap")
    difference = re.findall(r'base64,([^"]+)"', str(picture))[-1]
    assert not np.asarray(Image.open(BytesIO(b64decode(difference))).convert("L")).any()


@pytest.mark.parametrize(("kernel", "coloured"), [("sobel x", True), ("sharpen", False)])
def test_a_sharpened_photograph_stays_grey_and_an_edge_map_has_signs(kernel, coloured):
    pixels = np.random.default_rng(4).integers(0, 256, (9, 9)).astype(float)
    drawn = str(figures.shift_equivariance(pixels, KERNELS[kernel].weights, by=2))
    first = re.search(r"data:image/png;base64,([^\"]+)", drawn).group(1)
    shown = np.asarray(Image.open(BytesIO(b64decode(first))).convert("RGB")).astype(int)
    assert (np.ptp(shown, axis=2).max() > 0) == coloured


def test_a_colour_kernel_adds_its_shares_and_keeps_the_size():
    photo = np.random.default_rng(1).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    weights = np.array([0.299, 0.587, 0.114]).reshape(3, 1, 1)
    picture = figures.colour_kernel(photo, weights)
    last = re.findall(r'base64,([^"]+)"', str(picture))[-1]
    shown = np.asarray(Image.open(BytesIO(b64decode(last))).convert("L"))
    assert shown.shape == (7, 5)
    expected = photo @ weights.ravel()
    assert np.abs(shown - expected).max() <= 0.51
    assert "4 parameters" in picture.description
    assert "red 76.2, green 149.7, blue 29.1, white 255" in picture.description
    edges = figures.colour_kernel(photo, np.ones((3, 3, 3)), bias=2)
    assert "28 parameters" in edges.description and "white 6887" in edges.description
