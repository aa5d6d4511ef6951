"""Notebooks 01 to 04b say what they should, a section alone, 01 to 03 with any picture.

Golden numbers stand here and not in the notebooks: each test names the cell that it looks at.
"""

import re
import subprocess
import sys
from pathlib import Path

import cells
import form
import numpy as np
import pytest
from PIL import Image

from cnncourse.widgets.question import Question

WITH_A_PHOTO = ("01_image_basics", "02_kernels", "03_convolution_maths")
NAMES = (*WITH_A_PHOTO, "04_layer_by_layer_cnn", "04b_learning_layers")

rng = np.random.default_rng(0)
PICTURES = {
    "one pixel": np.full((1, 1), 200),
    "two pixels": np.array([[0, 255]]),
    "white": np.full((40, 30), 255),
    "black": np.zeros((30, 40)),
    "noise": rng.integers(0, 256, (64, 48)),
    "checkerboard": 255 * (np.indices((32, 32)).sum(axis=0) % 2),
    "line drawing": np.where(np.indices((60, 80)).sum(axis=0) % 17 == 0, 0, 255),
    "tall screenshot": np.tile(rng.integers(0, 2, (2400, 1)) * 255, (1, 300)),
    "panorama": np.tile(np.arange(1800) // 8, (100, 1)),
}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """The folder with all pictures: its name would be a formula to Matplotlib."""
    folder = tmp_path_factory.mktemp("$x$ 图片")
    for name, pixels in PICTURES.items():
        Image.fromarray(pixels.astype(np.uint8)).convert("RGB").save(folder / f"{name}.png")
    return folder


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("name", WITH_A_PHOTO)
def test_any_picture_runs_a_whole_notebook(name, picture, pictures):
    page = cells.run(name, photo=str(pictures / f"{picture}.png"))
    assert len(page.shown) > 40


IN_A_PROCESS_OF_ITS_OWN = """
import resource, sys
import cells
from cnncourse import explorers, figures, images
from cnncourse.figures import plots
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
page = cells.run(sys.argv[1], photo=sys.argv[2])
print(len(page.shown), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units")
@pytest.mark.parametrize("name", WITH_A_PHOTO)
def test_a_photograph_of_48_megapixels_runs_a_whole_notebook_in_300_megabytes(name, tmp_path):
    rows, columns = np.mgrid[:60, :80]
    pixels = np.stack([4 * rows, 3 * columns, rows + columns], axis=2).astype(np.uint8)
    Image.fromarray(pixels).resize((8000, 6000)).save(tmp_path / "large.jpg")
    command = [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN, name, str(tmp_path / "large.jpg")]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent)
    assert ran.returncode == 0, ran.stderr
    cells_run, megabytes = map(float, ran.stdout.split()[-2:])
    assert cells_run > 40 and megabytes <= 300


@pytest.mark.parametrize(
    "name, heading",
    [(name, heading) for name in NAMES for heading in cells.sections(name) if heading],
)
def test_a_section_runs_alone_after_the_first_cells(name, heading):
    parts = cells.sections(name)
    cells.run(name, parts[""] + parts[heading])


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_asserts(name):
    asserting = [
        cell.id for cell in cells.cells(name)
        if cell.cell_type == "code" and re.search(r"^\s*assert ", cell.source, flags=re.MULTILINE)
    ]  # fmt: skip
    assert asserting == []


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_of_a_lesson_shows_something(name, page):
    silent = [
        cell.id
        for heading, part in cells.sections(name).items()
        for cell in part
        if heading and cell.cell_type == "code" and not {"exercise"} & set(form.tags(cell))
        if not cell.source.startswith("if torch is not None")  # nothing unless it is asked for
        if not page(name).printed[cell.id] and page(name).shown[cell.id] is None
    ]
    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_what_a_learner_writes_is_used_later(name):
    checked, used = (
        {
            found
            for cell in cells.cells(name)
            if tag in form.tags(cell)
            for found in re.findall(rf"progress\.{word}\(\s*checks\.(\w+)", cell.source)
        }
        for tag, word in (("check", "keep"), ("used", "best"))
    )
    assert len(checked) >= 7 and used == checked


def shows_something_else_again(name, page):
    """Return the cells that show something else, or fail, if they are run again after the last.

    Learners run a cell again to change a number in it. So no later cell may give another meaning to
    a name that an earlier one needs. What stands around exercises changes by their answers.
    """
    different, left = [], list(page.after.values())[-1]
    for cell in cells.cells(name):
        around = {"exercise", "check", "solution", "used", "progress"}
        if cell.cell_type == "code" and not around & set(form.tags(cell)):
            try:
                again = cells.run(name, [cell], names=left)
            except Exception as problem:
                different.append(f"{cell.id}: {problem!r}")
                continue
            first = page.printed[cell.id], said(page.shown[cell.id])
            if first != (again.printed[cell.id], said(again.shown[cell.id])):
                different.append(cell.id)
    return different


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_shows_the_same_if_it_is_run_again_at_the_end(name, page):
    assert shows_something_else_again(name, page(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_course_s_way_is_folded_away(name):
    open_cells = [
        cell.id
        for cell in cells.cells(name)
        if "used" in form.tags(cell) and not form.hidden(cell, "source")
    ]
    assert open_cells == []


# Questions before their answers -------------------------------------------------------------------


def said(value):
    """Return the words and numbers that a cell shows by its last line."""
    picture = getattr(value, "view", None)  # of an explorer
    parts = [getattr(picture, "value", ""), getattr(value, "sentence", ""), value]
    plain = [part if isinstance(part, str) else getattr(part, "markup", "") for part in parts]
    return " ".join(re.sub(r"<[^>]*>", " ", str(text)) for text in plain)


def reveals(text, answer):
    """Tell whether a text holds an answer as a number or a phrase of its own."""
    return re.search(rf"(?<![\w−-])(?<!\d[.,]){re.escape(answer)}(?!\w|[.,]\d)", text) is not None


def told_too_early(part, page):
    """Return the questions of a section whose answer an earlier cell of it shows or says."""
    told, early = "", []
    for cell in part:
        if "question" in form.tags(cell):
            question = page.shown[cell.id]
            shown_elsewhere = [o for o in question.options.options if reveals(told, o)]
            if shown_elsewhere == [question.answer]:  # the others do not appear: it stands out
                early.append(question.prompt)
        elif cell.cell_type == "markdown":
            told += re.sub(r"<[^>]*>|\$[^$]*\$", " ", cell.source) + "\n"
        else:
            told += f"{page.printed[cell.id]}\n{said(page.shown[cell.id])}\n"
    return early


@pytest.mark.parametrize("name", NAMES)
def test_a_question_stands_before_its_answer(name, page):
    for part in cells.sections(name).values():
        assert told_too_early(part, page(name)) == []


def test_an_answer_that_is_told_too_early_is_seen():
    ask = Question("How many?", [3, 30, 120], answer=30, because="10 · 3")
    page = cells.Page(printed={"a": "there are 30 weights\n", "b": ""}, shown={"a": None, "b": ask})
    code = form.nbformat.v4.new_code_cell
    first, second = code("1", id="a"), code("2", id="b", metadata={"tags": ["question"]})
    assert told_too_early([first, second], page) == ["How many?"]
    assert told_too_early([second, first], page) == []
    words = form.nbformat.v4.new_markdown_cell("It is 30.")
    assert told_too_early([words, second], page) == ["How many?"]
    page.printed["a"] = "130 and 30.5"
    assert told_too_early([first, second], page) == []


# Golden numbers -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page():
    """Return a function that gives a notebook, run once with its own parameters."""
    known = {}

    def ran(name):
        if name not in known:
            known[name] = cells.run(name)
        return known[name]

    return ran


GOLDEN = [  # notebook, cell, what it prints
    ("01_image_basics", "cell-01-004", "shape (600, 512, 3)  dtype uint8"),
    ("01_image_basics", "cell-01-009", "array: (20, 30)   Pillow: (30, 20)"),
    ("01_image_basics", "cell-01-009", "makes (40, 50)"),
    ("01_image_basics", "cell-01-023", "black[0, 0] is now 255 and the copy still holds [0]"),
    ("01_image_basics", "cell-01-023", "view True, copy False"),
    ("01_image_basics", "cell-01-041", "red, green, blue → [ 76 150  29]"),
    ("01_image_basics", "cell-01-041", "OpenCV: [ 76 150  29]"),
    ("01_image_basics", "cell-01-050", "[126 127 128] → [  0   0 255]"),
    ("01_image_basics", "cell-01-050b", "threshold  60:   23 white pieces"),
    ("01_image_basics", "cell-01-count", "31 grains, exposure 0.4: counted 31"),
    ("01_image_basics", "cell-01-057", "without a warning: 44"),
    ("01_image_basics", "cell-01-057", "OpenCV clips: 255"),
    ("01_image_basics", "cell-01-058b", "image + 300: OverflowError"),
    ("01_image_basics", "cell-01-058b", "image + -60: OverflowError"),
    ("01_image_basics", "cell-01-light-show", "stripes mean value 127.5, light 50 %"),
    ("01_image_basics", "cell-01-light-show", "128     mean value 128.0, light 22 %"),
    ("01_image_basics", "cell-01-light-show", "188     mean value 188.0, light 50 %"),
    ("01_image_basics", "cell-01-063", "[  0.   127.75 180.67 220.69 255.  ]"),
    ("01_image_basics", "cell-01-065", "15.97"),
    ("01_image_basics", "cell-01-076", "from 0: [0]\nevery second column, from 1: [255]"),
    ("01_image_basics", "cell-01-086", "→ (1, 3, 24, 20) float32"),
    ("01_image_basics", "cell-01-088", "784 inputs, 78,400 weights"),
    ("01_image_basics", "cell-01-088", "150,528 inputs, 15,052,800 weights"),
    ("01_image_basics", "cell-01-091", "100 hidden units: 0.0"),
    ("01_image_basics", "cell-01-098a", "87 % of 144 pairs"),
    ("01_image_basics", "cell-01-098d", "moved by 0: 98 % right"),
    ("01_image_basics", "cell-01-098d", "moved by 3: 57 % right"),
    ("02_kernels", "cell-02-009", "→ (4, 4), and every row of the output is [  0. 600. 600.   0.]"),
    ("02_kernels", "cell-02-038", "in float: [  50.   50.   50. -100.  350.  200.  200.]"),
    ("02_kernels", "cell-02-038", "as bytes: [ 50  50  50   0 255 200 200]"),
    ("02_kernels", "cell-02-038", "in float: [   0.    0.    0. -450.  450.    0.    0.]"),
    ("02_kernels", "cell-02-038", "as bytes: [  0   0   0   0 255   0   0]"),
    ("02_kernels", "cell-02-050", "points to 30.0°"),
    ("02_kernels", "cell-02-061", "largest difference 0.000000000 grey levels"),
    ("02_kernels", "cell-02-067", "corner 0.44, edge 0.67, middle 1.00"),
    ("02_kernels", "cell-02-069", "reflect: differs by 0"),
    ("02_kernels", "cell-02-069", "edge   : differs by 2"),
    ("02_kernels", "cell-02-069", "wrap   : differs by 6"),
    ("02_kernels", "cell-02-072", "box 5: noise gain 0.04, so 4.0 expected, 4.0 measured"),
    ("02_kernels", "cell-02-072", "sharpen: noise gain 29.00"),
    ("02_kernels", "cell-02-076", "nothing 34.2, box 3×3 15.3, median 3×3 7.7, bell"),
    ("02_kernels", "cell-02-076", "Closest: box 3×3"),
    ("02_kernels", "cell-02-082", "sharpen    flat 1, stripes 5, checkerboard 9"),
    ("02_kernels", "cell-02-082", "outline    flat 0, stripes 12, checkerboard 8"),
    ("02_kernels", "cell-02-086", "a wave of  3 pixels by +0.00"),
    ("02_kernels", "cell-02-086", "a wave of  2 pixels by -0.33"),
    ("02_kernels", "cell-02-092", "correlate: [8, 7, 6] [5, 4, 3] [2, 1, 0]"),
    ("03_convolution_maths", "cell-03-010a", "in this photograph 0.97"),
    ("03_convolution_maths", "cell-03-018", "0.29 m, of the average 0.21 m"),
    ("03_convolution_maths", "cell-03-028", "as written: 6.0000   kernel reversed: 4.0000"),
    ("03_convolution_maths", "cell-03-028", "as written: 12.0079   kernel reversed: 63.9"),
    ("03_convolution_maths", "cell-03-072r", "x = 2 0 0 3 0 0:          [ 2 -2  0  3 -3  0]"),
    ("03_convolution_maths", "cell-03-dice-show", "two dice: [1 2 3 4 5 6 5 4 3 2 1]"),
    ("03_convolution_maths", "cell-03-047", "kernel of 5: {'valid': 24, 'same': 28, 'full': 32}"),
    ("03_convolution_maths", "cell-03-047", "padding 1 and 2 around a kernel of 4: 27 29"),
    ("03_convolution_maths", "cell-03-062", "→ (3, 2, 2), 27 parameters"),
    ("03_convolution_maths", "cell-03-078", "(2, 3, 5, 5) → (2, 27, 9)"),
    ("03_convolution_maths", "cell-03-078", "largest difference 0.0"),
    ("03_convolution_maths", "cell-03-084", "two layers are one: largest difference 0.000000000"),
    ("03_convolution_maths", "cell-03-089", "by FFT, length 8: [ 2.  3. -1.  8. -1.  2.  1.  0.]"),
    ("03_convolution_maths", "cell-03-005", "one side: 8 4; without padding 6 2"),
    ("03_convolution_maths", "cell-03-005", "1,256 units, 64,660 connections, 9,760 parameters"),
]  # fmt: skip


@pytest.mark.parametrize("name, cell, words", GOLDEN)
def test_a_cell_prints_the_right_numbers(name, cell, words, page):
    assert words in page(name).printed[cell]


BESIDE = {  # what the cells print that ask PyTorch, if it is wanted
    "04_layer_by_layer_cnn": r"largest difference from PyTorch: (0\.0|.*e-1\d)\n"
    r".*equal: True\n.*equal: True\n"
    r"PyTorch counts 954,002 parameters, our table 954,002\n",
    "04b_learning_layers": r"largest difference from autograd: (0\.0|.*e-1\d)\n",
}


@pytest.mark.parametrize("name", BESIDE)
def test_pytorch_beside_us_computes_the_same(name):
    pytest.importorskip("torch")
    parts, said = cells.sections(name), ""
    for part in parts.values():
        asking = [cell.id for cell in part if cell.source.startswith("if torch is not None")]
        if asking:
            printed = cells.run(name, parts[""] + part, with_torch=True).printed
            said += "".join(printed[cell] for cell in asking)
    assert re.fullmatch(BESIDE[name], said)


def test_worked_examples_of_two_dimensions_and_channels(page):
    after = page("03_convolution_maths").after
    shown = after["cell-03-056"]["outputs"]
    assert shown["cross-correlation"].tolist() == [[19, 25], [37, 43]]
    padded = [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]]
    assert shown["with padding 1"].tolist() == padded
    outputs = [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]]
    assert after["cell-03-062"]["Y3"].tolist() == outputs


def test_luma_is_a_layer_with_a_1x1_kernel(page):
    after = page("03_convolution_maths").after["cell-03-066"]
    assert after["difference"] <= 0.5 + 1e-9


def test_the_weights_come_to_rest_at_sobel(page):
    after = page("02_kernels").after["cell-02-092b"]
    assert after["learned"] == pytest.approx(after["hidden"], abs=0.01)


def test_both_ways_to_sharpen_are_the_named_kernel(page):
    after = page("02_kernels").after["cell-02-027"]
    ways = [after["identity"] - after["laplacian"],
            after["identity"] + 5 * (after["identity"] - after["cross_mean"])]  # fmt: skip
    for way in ways:
        assert way == pytest.approx(after["named"]["sharpen"].weights)


def test_the_same_black_boxes_are_convolutions(page):
    lines = page("03_convolution_maths").printed["cell-03-boxes"].splitlines()
    assert [line.endswith("  a convolution") or " a convolution" in line for line in lines] == (
        [True] * 3 + [False] * 4
    )
