"""Figures of small grids: the numbers drawn are the numbers computed."""

from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse import figures, geometry
from cnncourse.convolution import convolve, correlate
from cnncourse.figures.svg import OUTPUT, WINDOW

SVG = "{http://www.w3.org/2000/svg}"


def numbers(picture) -> list[str]:
    """All texts of a picture in drawing order."""
    return [t.text for t in ElementTree.fromstring(str(picture)).iter(f"{SVG}text")]


def frames(picture) -> int:
    """How many cells or windows are outlined as highlighted."""
    rects = ElementTree.fromstring(str(picture)).iter(f"{SVG}rect")
    return sum(r.get("stroke") == WINDOW.line for r in rects)


def test_a_matrix_shows_its_numbers_in_reading_order():
    picture = figures.matrix(np.array([[1, -2.5], [0.125, 40]]), title="m")
    assert numbers(picture) == ["1", "−2.5", "0.12", "40"]


def test_small_cells_leave_the_numbers_out():
    assert numbers(figures.matrix(np.eye(3), title="m", cell=20)) == []


def test_hidden_cells_are_empty():
    hidden = np.array([[False, True]])
    assert numbers(figures.matrix(np.array([[7, 8]]), title="m", hidden=hidden)) == ["7"]


@settings(deadline=None)
@given(
    st.integers(3, 8),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 3),
    st.integers(1, 2),
    st.booleans(),
    st.data(),
)
def test_each_step_shows_the_output_cell_that_the_operator_gives(
    size, kernel, stride, padding, dilation, flip, data
):
    if geometry.effective_kernel(kernel, dilation) > size + 2 * padding:
        return
    image = np.arange(size * size, dtype=float).reshape(size, size)
    weights = np.arange(kernel * kernel, dtype=float).reshape(kernel, kernel)
    geometry_settings = {"stride": stride, "padding": padding, "dilation": dilation}
    operator = convolve if flip else correlate
    result = operator(image, weights, **geometry_settings)
    step = data.draw(st.integers(0, result.size - 1))
    picture = figures.convolution(image, weights, **geometry_settings, flip=flip, step=step)
    value = f"{result.ravel()[step]:.0f}"
    assert f"= {value}" in numbers(picture)
    assert f"{size}×{size} → {result.shape[0]}×{result.shape[1]}" in picture.description
    assert f"] is {value}." in picture.description
    missed = geometry.unused(size, kernel, **geometry_settings)
    assert ("No window reaches" in picture.description) == (missed > 0)


def test_a_dilated_window_frames_each_pixel_it_reads_and_the_output_cell():
    picture = figures.convolution(np.eye(5), np.ones((2, 2)), dilation=2)
    assert frames(picture) == 4 + 1


def test_outputs_not_computed_yet_are_empty():
    image, kernel = np.arange(16.0).reshape(4, 4), np.ones((2, 2))
    full = len(numbers(figures.convolution(image, kernel, step=8)))
    first = len(numbers(figures.convolution(image, kernel, step=0)))
    assert full - first == 8


def test_a_window_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        figures.convolution(np.eye(2), np.ones((3, 3)))


@pytest.mark.parametrize("step", [-1, 9])
def test_a_step_that_does_not_exist_is_refused(step):
    with pytest.raises(ValueError, match=f"no step {step}"):
        figures.convolution(np.eye(4), np.ones((2, 2)), step=step)


@pytest.mark.parametrize(("shade", "flip"), list(product(["tint", "grey"], [False, True])))
def test_every_picture_is_xml_with_a_title(shade, flip):
    picture = figures.convolution(np.eye(4) * 200, np.eye(3), shade=shade, flip=flip)
    root = ElementTree.fromstring(str(picture))
    assert root.find(f"{SVG}title").text.endswith("step by step")
    assert OUTPUT.line in str(picture)
