"""Lines that paper came with go, and the strokes that they cross stay."""

import cv2
import numpy as np
import pytest
from drawn_pages import draw

from cnncourse.handwriting.rules import find_boxes, find_rules

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [300, 600, 1500])
@pytest.mark.parametrize("tilt", [0, 0.02, -0.05])
def test_printed_lines_are_found_and_the_digit_that_they_cross_is_not(size, tilt):
    digit, lines = np.zeros((2, size, size), np.uint8)
    draw(digit, 7, size // 4, size // 3, size // 2, size // 40, 1)
    for y in range(size // 12, size, size // 10):
        left, right = round(y - tilt * size / 2), round(y + tilt * size / 2)
        cv2.line(lines, (0, left), (size - 1, right), 1, max(2, size // 300))
    found = find_rules(digit | lines)
    assert found[digit > 0].mean() < 0.03
    assert found[lines > digit].mean() > 0.95


def grid(rows, columns, cell=60, margin=40):
    """A grid of thin lines that ends inside the page, and the middles of its cells."""
    mask = np.zeros((rows * cell + 2 * margin, columns * cell + 2 * margin), np.uint8)
    inside = mask[margin:-margin, margin:-margin]
    for i in range(rows + 1):
        cv2.line(inside, (0, i * cell), (columns * cell, i * cell), 1, 2)
    for j in range(columns + 1):
        cv2.line(inside, (j * cell, 0), (j * cell, rows * cell), 1, 2)
    return mask


@pytest.mark.parametrize("rows, columns", [(1, 1), (1, 6), (9, 9)])
def test_boxes_are_found_and_the_digits_in_them_are_not(rows, columns):
    lines = grid(rows, columns)
    digits = np.zeros_like(lines)
    for i in range(rows):
        for j in range(columns):
            draw(digits, (i + j) % 10, 50 + 60 * i, 58 + 60 * j, 38, 3, 1)
    found = find_boxes(lines | digits)
    assert found[lines > digits].mean() > 0.95 and found[digits > lines].mean() < 0.02


def test_a_digit_that_touches_its_box_keeps_most_of_its_ink():
    lines = grid(1, 3)
    digits = np.zeros_like(lines)
    for j, top in enumerate((50, 42, 50)):  # the one in the middle begins at the line
        draw(digits, 2, top, 58 + 60 * j, 38, 3, 1)
    found = find_boxes(lines | digits)
    assert found[lines > digits].mean() > 0.9 and found[digits > lines].mean() < 0.15


def test_a_digit_close_to_its_line_is_no_part_of_it_if_only_narrow_gaps_are_bridged():
    page = np.zeros((1000, 1000), np.uint8)
    for place in (50, 350, 650, 944):
        page[place : place + 6, 50:950] = page[50:950, place : place + 6] = 1
    digits = np.zeros_like(page)
    for top in (62, 362, 662):  # six pixels below the line
        digits[top : top + 200, 190:210] = 1
    assert not find_boxes(page | digits).any()
    found = find_boxes(page | digits, widest_gap=1 / 250)
    assert found[page > 0].mean() > 0.95 and not found[digits > 0].any()


def test_a_digit_from_line_to_line_cuts_its_cell_in_two_and_stays():
    lines = grid(3, 3)
    digits = np.zeros_like(lines)
    for j in range(3):
        draw(digits, 2 + j, 50, 58 + 60 * j, 38, 3, 1)
    tall = np.zeros_like(lines)
    cv2.line(tall, (128, 100), (132, 160), 1, 4)
    found = find_boxes(lines | digits | tall)
    assert found[tall > lines].mean() < 0.15 and found[lines > tall].mean() > 0.95


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_is_no_box(digit):
    page = np.zeros((300, 300), np.uint8)
    draw(page, digit, 40, 80, 200, 12, 1)
    draw(page, 0, 20, 10, 40, 4, 1)
    assert not find_boxes(page).any()


def test_a_ring_on_squared_paper_is_no_box():
    page = grid(12, 12, cell=30)
    ring = np.zeros_like(page)
    cv2.ellipse(ring, (220, 220), (70, 100), 0, 0, 360, 1, 14)
    page[cv2.dilate(ring, np.ones((9, 9), np.uint8)) > 0] = 0  # beside dark ink no line is seen
    assert not find_boxes(page | ring)[ring > 0].any()
    assert find_rules(page | ring)[ring > 0].mean() < 0.02


def test_an_empty_box_beside_a_filled_one_goes_too():
    page = np.hstack([grid(1, 1), grid(1, 1)])
    digit = np.zeros_like(page)
    draw(digit, 5, 50, 58, 38, 3, 1)
    assert find_boxes(page | digit)[page > 0].mean() > 0.95
    assert not find_boxes(page)[page > 0].any()  # nothing tells that these are not two digits


@pytest.mark.parametrize("find", [find_boxes, find_rules])
def test_what_is_far_darker_than_the_lines_is_a_pen(find):
    lines = grid(6, 6)
    digits, dark = np.zeros_like(lines), 0.2 * lines
    for j in range(6):
        draw(digits, 5, 40, 48 + 60 * j, 44, 2, 1)  # its bar lies upon the line
        draw(digits, 3, 170, 58 + 60 * j, 40, 2, 1)
    dark[digits > 0] = 0.6
    kept = 1 - find(lines | digits, dark)
    assert kept[digits > 0].mean() > 0.95 and kept[lines > digits].mean() < 0.15
    shared = digits & lines
    assert kept[shared > 0].mean() > 0.9 > (1 - find(lines | digits))[shared > 0].mean()


def test_squared_paper_that_digits_cross_is_no_box():
    page = grid(12, 12, cell=30)
    for j in range(3):
        draw(page, 3 + j, 100, 80 + 110 * j, 120, 6, 1)
    assert not find_boxes(page).any()


def test_a_line_that_strokes_interrupt_goes_to_its_ends():
    line, strokes = np.zeros((2, 400, 600), np.uint8)
    cv2.line(line, (30, 200), (569, 204), 1, 2)
    for x in range(80, 560, 70):
        cv2.line(strokes, (x, 120), (x + 20, 280), 1, 8)
    found = find_rules(line | strokes)
    assert found[line > strokes].mean() > 0.9 and found[strokes > 0].mean() < 0.03


@pytest.mark.parametrize("slope", [-0.5, 0.5])
def test_of_a_stroke_that_crosses_a_line_at_a_slant_nothing_is_line(slope):
    page = np.zeros((400, 600), np.uint8)
    cv2.line(page, (0, 200), (599, 200), 1, 3)
    stroke = np.zeros_like(page)
    cv2.line(stroke, (300 - round(80 * slope), 120), (300 + round(80 * slope), 280), 1, 6)
    assert find_rules(page | stroke)[stroke > 0].mean() < 0.02


def test_a_line_that_is_not_quite_straight_is_found():
    page = np.zeros((600, 900), np.uint8)
    x = np.arange(900)
    xy = np.column_stack([x, 300 + 2 * np.sin(x / 150)])
    cv2.polylines(page, [np.rint(xy).astype(np.int32)], False, 1, 2)
    assert find_rules(page)[page > 0].mean() > 0.9


@pytest.mark.parametrize("thickness, pen", [(1, 8), (4, 15)])
def test_a_grid_within_the_page_is_found_though_digits_cross_it(thickness, pen):
    lines = cv2.dilate(grid(12, 12, cell=30), np.ones((thickness, thickness), np.uint8))
    digits = np.zeros_like(lines)
    for j in range(3):
        draw(digits, 3 + j, 100, 80 + 110 * j, 120, pen, 1)
    found = find_rules(lines | digits)
    assert found[lines > digits].mean() > 0.85 and found[digits > 0].mean() < 0.05


def test_two_lines_within_the_page_are_no_grid():
    page = np.zeros((400, 600), np.uint8)
    page[150:153, 150:450] = page[250:253, 150:450] = 1  # strokes of an equals sign, say
    page[100:300, 250:253] = 1
    assert not find_rules(page).any()
