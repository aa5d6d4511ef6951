"""Notebook 06 says what it should; golden numbers stand here, each with the cell that prints it."""

import re

import cells
import form
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from test_pages import shows_something_else_again, told_too_early  # noqa: E402

from cnncourse.lab.threads import using_threads  # noqa: E402

NAME = "06_architecture_history"
SMALL = {"training_digits": 300, "epochs": 1}


@pytest.fixture(scope="module")
def page():
    """The notebook, run once on few digits."""
    with using_threads(1):
        return cells.run(NAME, **SMALL)


def test_no_cell_asserts():
    code = [cell.source for cell in cells.cells(NAME) if cell.cell_type == "code"]
    assert [text for text in code if re.search(r"^\s*assert ", text, flags=re.MULTILINE)] == []


def test_what_a_learner_writes_is_used_later():
    checked, used = (
        {
            found
            for cell in cells.cells(NAME)
            if tag in form.tags(cell)
            for found in re.findall(rf"progress\.{word}\(checks\.(\w+)", cell.source)
        }
        for tag, word in (("check", "keep"), ("used", "best"))
    )
    assert len(checked) == 9 and used == checked


@pytest.mark.slow
def test_every_cell_of_a_lesson_shows_something(page):
    silent = [
        cell.id
        for heading, part in cells.sections(NAME).items()
        for cell in part
        if heading and cell.cell_type == "code" and "exercise" not in form.tags(cell)
        if not page.printed[cell.id] and page.shown[cell.id] is None
    ]
    assert silent == []


@pytest.mark.slow
def test_a_cell_shows_the_same_if_it_is_run_again_at_the_end(page):
    with using_threads(1):
        assert shows_something_else_again(NAME, page) == []


@pytest.mark.slow
def test_a_question_stands_before_its_answer(page):
    early = {heading: told_too_early(part, page) for heading, part in cells.sections(NAME).items()}
    assert {heading: asked for heading, asked in early.items() if asked} == {}


@pytest.mark.slow
@pytest.mark.parametrize("heading", [heading for heading in cells.sections(NAME) if heading])
def test_a_section_runs_alone_after_the_first_cells(heading):
    parts = cells.sections(NAME)
    with using_threads(1):
        cells.run(NAME, parts[""] + parts[heading], **SMALL)


GOLDEN = [  # cell, what it prints
    ("011", "AlexNet 21 rows, all equal, 61,100,840 parameters"),
    ("011", "VGG-16 39 rows, all equal, 138,357,544 parameters"),
    ("011", "GoogLeNet 196 rows, all equal, 6,624,904 parameters"),
    ("011", "ResNet-50 174 rows, all equal, 25,557,032 parameters"),
    ("013", "ResNet-50 torchsummary 286.56 + 97.49 MiB torchinfo 177.83 + 102.23 MB"),
    ("018u", "ResNet-50: 286.56 MiB"),
    ("033a", "AlexNet: convolutions have 4 % of the parameters, 92 % of the work"),
    ("022", "VGG-16: convolutions have 11 % of the parameters, 99 % of the work"),
    ("024", "340,908 connections, as the paper counts"),
    ("028u", "C3 of 1998: 1,516 parameters. If each map read all six: 2,416"),
    ("034", "2012  Fisher vectors    26.20 %"),
    ("037", "AlexNet of 2012 23 rows, 60,965,224 parameters"),
    ("037", "AlexNet 21 rows, 61,100,840 parameters, 8.38 MiB"),
    ("037", "AlexNet without adaptive pooling 20 rows, 61,100,840 parameters, 8.31 MiB"),
    ("039", "(224 - 11) / 4 + 1 = 54.25\n(227 - 11) / 4 + 1 = 55.0"),
    ("039", "290,400; the paper prints 253,440"),
    ("043u", "all five:      2,334,080"),
    ("047", "VGG-11: 132,863,336 parameters"),
    ("047", "VGG-16: 138,357,544 parameters, 15,470,264,320 MACs, 74 % of the parameters"),
    ("047", "VGG-19: 143,667,240 parameters"),
    ("052u", "7×7  as 3×3, layers: 3, weights: 55 %"),
    ("071", "of 2014:      6,998,552 parameters, 1,582,671,872 MACs"),
    ("071", "torchvision:  6,624,904 parameters, 1,498,376,192 MACs"),
    ("071", "with the two auxiliary heads of 2014: 13,378,280 parameters"),
    ("071", "AlexNet has 8.7 times as many"),
    ("076u", "3a:   163,696"),
    ("076u", "all nine: 5,849,136"),
    ("081u", "whose weights are 0: [3. 1. 2.]"),
    ("094", "16 blocks, 53 convolutions"),
    ("094", "ResNet-50 of 2015 25,557,032 parameters, 3,857,973,248 MACs"),
    ("094", "ResNet-50 25,557,032 parameters, 4,089,184,256 MACs"),
    ("096", "53 batch norms keep 53,120 running means and variances"),
    ("borrow-show", "behind her: military uniform 39 %"),
    ("borrow-show", "above a lake: palace 32 %"),
    ("borrow-show", "leaves: daisy 22 %"),
    ("112", "MobileNet: 4,231,976 parameters"),
]


def one_line(words):
    """The same words with single spaces: columns may stand further apart."""
    return " ".join(words.split())


@pytest.mark.slow
@pytest.mark.parametrize("cell, words", GOLDEN)
def test_a_cell_prints_the_right_numbers(cell, words, page):
    assert one_line(words) in one_line(page.printed[f"cell-06-{cell}"])


@pytest.mark.slow
def test_networks_that_a_learner_compares_have_the_numbers_that_the_text_tells(page):
    compared = page.shown["cell-06-inc-used"]
    assert [outcome.parameters for outcome in compared] == [19_818, 52_586, 6_002]
    one, two = page.shown["cell-06-058"]
    assert (one.parameters, two.parameters) == (31_330, 23_362)  # a quarter fewer
