"""Figures of small grids: the numbers drawn are the numbers computed."""

import re
from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from drawn import marked
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse import figures, geometry
from cnncourse.convolution import convolve, correlate
from cnncourse.figures import grids
from cnncourse.figures.svg import LIGHT, OUTPUT, WINDOW, Svg

SVG = "{http://www.w3.org/2000/svg}"


def numbers(picture) -> list[str]:
    """All texts of a picture in drawing order."""
    return [t.text for t in ElementTree.fromstring(str(picture)).iter(f"{SVG}text")]


def test_a_matrix_keeps_the_decimals_that_leave_its_numbers_large_enough():
    values = np.array([[-123.4, 5.6]])
    assert [grids.fitting_digits(values, cell) for cell in (36, 60)] == [0, 1]
    assert grids.fitting_digits(values, 30) == 0 and grids.cell_font(values, 30, 0) < 12
    assert grids.cell_font(values, 60, 1) > 12


@pytest.mark.parametrize("number, letters", [(255, 3), (-0.25, 5), (-1234.5, 7)])
def test_numbers_of_grids_side_by_side_stand_apart(number, letters):
    values = np.full((2, 3), number)
    picture = figures.number_grids(title="t", inputs={"a": values}, outputs={"b": np.eye(4)})
    cells = [r for r in ElementTree.fromstring(str(picture)).iter(f"{SVG}rect") if r.get("x")]
    wide = {float(r.get("width")) for r in cells if r.get("stroke-width") == "0.75"}
    assert len(wide) == 1 and wide.pop() > grids.cell_font(values, 99, 2) * 0.55 * letters + 8


def test_grids_side_by_side_have_their_names_on_one_line_in_the_order_of_their_roles():
    grid = {"one": np.eye(2)}
    some = {"two": np.eye(3), "three": np.eye(5)}
    picture = figures.number_grids(
        title="t", outputs={"four": np.eye(1)}, inputs=grid, kernels=some
    )
    texts = list(ElementTree.fromstring(str(picture)).iter(f"{SVG}text"))
    names = {t.text: t.get("y") for t in texts if t.get("font-weight")}
    assert list(names) == ["one", "two", "three", "four"] and len(set(names.values())) == 1
    panels = re.findall(r'data-panel="\S+ (\S+)', picture.markup)
    assert set(panels) == {"0"}


def frames(picture) -> int:
    """How many cells are outlined in the window."""
    groups = ElementTree.fromstring(str(picture)).iter(f"{SVG}g")
    window = next(group for group in groups if group.get("data-key") == "window")
    return sum(r.get("stroke") == WINDOW.line and not r.get("data-key") for r in window)


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


@pytest.mark.parametrize(("dilation", "framed"), [(1, 0), (2, 4)])
def test_a_dilated_window_frames_each_pixel_it_reads(dilation, framed):
    picture = figures.convolution(np.eye(5), np.ones((2, 2)), dilation=dilation)
    assert frames(picture) == framed


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


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_the_window_can_be_dragged_to_every_output_cell_and_not_beyond(stride, padding):
    options = {"stride": stride, "padding": padding}
    rows, columns = correlate(np.eye(6), np.ones((3, 3)), **options).shape
    for step in range(rows * columns):
        picture = figures.convolution(np.eye(6), np.ones((3, 3)), **options, step=step)
        across, down = marked(picture, "drag")["window"]["moves"]
        row, column = divmod(step, columns)
        assert (across["least"], across["most"]) == (-column, columns - 1 - column)
        assert (down["least"], down["most"]) == (-row, rows - 1 - row)
        assert (across["step"], down["step"]) == (1, columns)
        cell = 440 / (6 + 2 * padding)
        assert across["along"] == [pytest.approx(stride * cell, abs=0.001), 0]
        assert down["along"] == [0, pytest.approx(stride * cell, abs=0.001)]


def test_each_pixel_and_each_weight_can_be_changed_but_no_padding():
    pixels, weights = np.arange(9.0).reshape(3, 3), np.array([[5.0, 6.0], [7.0, 8.0]])
    for flip in (False, True):
        edits = marked(figures.convolution(pixels, weights, padding=1, flip=flip), "edit")
        assert len(edits) == 9 + 4
        for edit in edits.values():
            row, column = edit["place"]
            source = {"pixels": pixels, "weights": weights}[edit["control"]]
            assert edit["value"] == source[row, column]


def test_an_output_cell_clicked_is_the_step_that_computes_it():
    sets = marked(figures.convolution(np.eye(5), np.ones((2, 2)), stride=2), "set")
    assert [values["step"] for values in sets.values()] == [0, 1, 2, 3]


@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1}, {"dilation": 2}])
def test_a_hovered_output_cell_lights_the_window_it_is_computed_from(options):
    cells = correlate(np.eye(6), np.ones((2, 2)), **options).size
    for step in range(cells):
        picture = figures.convolution(np.eye(6), np.ones((2, 2)), **options, step=step)
        parts = list(ElementTree.fromstring(str(picture)).iter(f"{SVG}g"))
        lit = [p.get("data-at") for p in parts if p.get("data-link") == "window"]
        window = next(p for p in parts if p.get("data-key") == "window")
        x, y, width, height = map(float, lit[step].split())
        frame = next(r for r in window if r.get("data-key") == "frame")
        assert window.get("style") == f"transform:translate({x:g}px,{y:g}px)"
        assert width == height == pytest.approx(float(frame.get("width")), abs=0.01)


def test_a_hovered_pixel_lights_the_outputs_that_read_it():
    image = np.arange(25.0).reshape(5, 5)
    picture = figures.convolution(image, np.ones((3, 3)), stride=2, step=3)
    parts = ElementTree.fromstring(str(picture)).iter(f"{SVG}g")
    at = {p.get("data-name"): p.get("data-at") for p in parts}
    assert at["pixels row 0 column 0"] == "0 44 44 44"  # one output of 2×2
    assert at["pixels row 0 column 2"] == "0 44 88 44"  # the two of the first row
    assert at["pixels row 2 column 0"] == "0 44 44 88"


def test_every_picture_of_the_flagship_has_the_same_size():
    sizes = {
        (picture.width, picture.height)
        for size, kernel, padding in product((3, 8), (1, 3), (0, 4))
        for picture in [figures.convolution(np.eye(size), np.eye(kernel), padding=padding)]
    }
    assert len(sizes) == 1


def test_panels_stand_in_rows_and_none_covers_another():
    wide, high, last = (Svg("<g/>", *size, "x") for size in ((50, 10), (20, 30), (90, 5)))
    picture = grids.panels((wide, high), (last,), gap=4)
    assert (picture.width, picture.height) == (90, 39)
    parts = ElementTree.fromstring(str(picture)).iter(f"{SVG}g")
    places = [part.get("data-panel") for part in parts if part.get("data-panel")]
    assert places == ["0 0 50 10", "54 0 20 30", "0 34 90 5"]


def test_the_frame_on_a_photograph_has_white_on_both_sides_of_its_colour():
    white, coloured = ElementTree.fromstring(f"<g>{grids.lens(3, 4, 20, 30)}</g>")
    for part in (white, coloured):
        assert [part.get(name) for name in ("x", "y", "width", "height")] == ["3", "4", "20", "30"]
    assert (white.get("stroke"), coloured.get("stroke")) == (LIGHT, WINDOW.line)
    assert float(white.get("stroke-width")) > float(coloured.get("stroke-width"))
