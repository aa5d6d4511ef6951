"""Notebooks 05 and 05b: what learners write is used, by their own network and hand too."""

import re
from itertools import pairwise

import cells
import form
import numpy as np
import pytest
from test_pages import told_too_early
from test_teaching import PLANS, planned

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.utils.data import DataLoader  # noqa: E402

from cnncourse.exercises import progress  # noqa: E402
from cnncourse.lab import augmentation, digits, loop, models, optimise, training  # noqa: E402

LAB = ("05_mnist_lab", "05b_inside_and_handwriting")
QUICK = {"epochs": 1, "train_size": 1_000, "data": "offline"}


def calls(name, tag, function):
    """Return the checks that a function of `progress` is called with, in cells with this tag."""
    sources = (cell.source for cell in cells.cells(name) if tag in form.tags(cell))
    return {check for text in sources for check in re.findall(rf"{function}\(\w+\.(\w+)", text)}


@pytest.mark.parametrize("name", LAB)
def test_no_cell_asserts(name):
    code = [cell.source for cell in cells.cells(name) if cell.cell_type == "code"]
    assert [text for text in code if re.search(r"^\s*assert ", text, flags=re.MULTILINE)] == []


@pytest.mark.parametrize("name", LAB)
def test_every_answer_is_used_later_and_the_course_s_way_is_folded_away(name):
    used = [cell for cell in cells.cells(name) if "used" in form.tags(cell)]
    assert all(form.hidden(cell, "source") for cell in used)
    checked = calls(name, "check", "progress.keep")
    assert len(checked) >= 6 and checked <= calls(name, "used", "progress.best")


def solved(name):
    """Return the cells of a notebook as a learner leaves them who has written the solutions."""
    left = [cell.copy() for cell in cells.cells(name)]
    for stub, solution in zip(left, left[2:], strict=False):
        if "exercise" in form.tags(stub):
            stub.source = solution.source.split('\n\n\nprint("Solution:"')[0]
            solution.source = ""
    return left


def shortened():
    """Return the plans that leave sections out: the notebook and the numbers of those taken."""
    whole = {name: sum(head[:1].isdigit() for head in cells.sections(name)) for name in LAB}
    plans = {(name, tuple(chosen)) for name, chosen, _ in map(planned, PLANS) if name in LAB}
    return sorted((name, chosen) for name, chosen in plans if len(chosen) < whole[name])


@pytest.mark.slow
@pytest.mark.parametrize("name, chosen", shortened())
def test_what_a_plan_takes_runs_without_the_other_sections(name, chosen):
    parts = cells.sections(name)
    taken = [part for heading, part in parts.items() if heading.split(".")[0] in map(str, chosen)]
    assert len(taken) == len(chosen)
    cells.run(name, sum(taken, parts[""]), **QUICK)


@pytest.fixture(scope="module")
def afternoon(tmp_path_factory):
    """The pages of both notebooks, one after the other, with all exercises solved."""
    patch = pytest.MonkeyPatch()
    patch.setenv("CNNCOURSE_PROGRESS", str(tmp_path_factory.mktemp("me") / "progress.jsonl"))
    first = solved(LAB[0])
    written = next(cell.source for cell in first if cell.source.startswith("class Net"))
    second = solved(LAB[1])
    for cell in second:
        if cell.source.startswith("class Net"):
            cell.source = written + cell.source.split("    ...")[1]
    yield [cells.run(name, part, **QUICK) for name, part in zip(LAB, (first, second), strict=True)]
    patch.undo()


GIVEN = {
    "first_loop": "softmax before the cross-entropy",
    "second_loop": "gradients are never set to zero",
}


@pytest.mark.parametrize("function, bug", GIVEN.items())
def test_a_loop_to_mend_draws_the_curve_of_its_bug(function, bug):
    cell = next(c for c in cells.cells(LAB[0]) if c.source.startswith(f"def {function}("))
    names = {"F": torch.nn.functional}
    cells.execute(cell.source, names)
    sample = digits.sample().train.first(60)
    losses = []
    for loop_tried in (names[function], optimise.BUGS[bug], optimise.epoch):
        net = models.build("small")
        batches = DataLoader(loop.DigitSet(sample.images, sample.labels), 20)
        losses.append(loop_tried(net, batches, torch.optim.SGD(net.parameters(), lr=0.02)))
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    assert not np.allclose(losses[0], losses[2], rtol=1e-3)


@pytest.mark.parametrize("name", LAB)
def test_the_goal_of_label_smoothing_is_said_as_it_is(name):
    share = training.Settings().smoothing
    text = "".join(cell.source for cell in cells.cells(name))
    assert f"{100 * (1 - share + share / 10):.1f} %" in text


def test_without_batch_norm_none_is_left_in_nested_layers_either():
    cell = next(c for c in cells.cells(LAB[0]) if "nn.Identity()" in c.source)
    nested = nn.Sequential(nn.Sequential(nn.BatchNorm2d(1)), nn.BatchNorm2d(1))
    names = {"torch": torch, "nn": nn, "seed": 0, "build": lambda: nested}
    cells.execute(cell.source.split("networks = ")[0], names)
    assert [type(part) for part in names["bare"].modules()].count(nn.Identity) == 2


def test_the_size_of_the_augmentation_is_said_as_it_is():
    text = next(c.source for c in cells.cells(LAB[1]) if "*Augmented* means" in c.source)
    assert f"{augmentation.TURN} degrees" in text and augmentation.MOVE == 1  # "up to a pixel"


def last(page):
    """Return all names at the end of a page, and all that was printed on the way."""
    return page.after[list(page.after)[-1]], "".join(page.printed.values())


@pytest.mark.slow
def test_a_question_stands_before_its_answer(afternoon):
    for name, page in zip(LAB, afternoon, strict=True):
        asked = {head: told_too_early(part, page) for head, part in cells.sections(name).items()}
        assert {head: early for head, early in asked.items() if early} == {}, name


@pytest.mark.slow
def test_a_slider_to_pull_is_called_by_its_label(afternoon):
    named = 0
    for name, page in zip(LAB, afternoon, strict=True):
        for said, shown in pairwise(cells.cells(name)):
            for label in re.findall(r"Pull \*(\w+)\*", said.source):
                controls = page.shown[shown.id].controls.values()
                assert label in {control.description for control in controls}
                named += 1
    assert named >= 2


@pytest.mark.slow
def test_what_has_passed_takes_the_course_s_place(afternoon):
    for page in afternoon:
        names, printed = last(page)
        assert printed.count("Your own") >= 6 and "The course's" not in printed
    assert last(afternoon[0])[0]["build"].__name__ == "Net"


@pytest.mark.slow
def test_the_network_of_05_is_kept_and_read_again_in_05b(afternoon):
    first, second = (last(page)[0] for page in afternoon)
    assert "is kept" in last(afternoon[0])[1]
    assert progress.file().with_name("network_of_05.pt").is_file()
    images = first["validation"].images[:50]
    kept = first["evaluation"].predict(first["network"], images)
    np.testing.assert_allclose(second["predict"](images), kept, atol=1e-5)
    assert type(second["network"]).__name__ == "Net"


@pytest.mark.slow
def test_the_loop_of_the_learner_and_fit_are_one_line(afternoon):
    names, _ = last(afternoon[0])
    np.testing.assert_allclose(names["means"], names["losses"], rtol=0.03)
    assert names["means"][2] < 0.5 * names["means"][0]


@pytest.mark.slow
def test_grad_cam_is_shown_in_shades_of_grey(afternoon):
    names, _ = last(afternoon[1])
    assert all(len(np.unique(heat)) > 20 and heat.dtype == np.uint8 for heat in names["heat"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", [np.ndarray.tolist, np.float64])
def test_right_numbers_are_used_in_whatever_form_they_come(afternoon, kind):
    before = last(afternoon[1])[0]
    names = dict(before)
    for name in ("scale", "move", "turn", "crop"):
        names[name] = lambda *given, own=before[name]: kind(own(*given))
    for cell in cells.cells(LAB[1]):
        if not form.tags(cell) and re.search(r"\b(scale|move|turn|crop)\(", cell.source):
            cells.execute(cell.source.split("exam =")[0], names)  # without the damages, for time
    np.testing.assert_array_equal(names["small"], before["small"])
    some = before["exam"].images[:3]
    moved = names["kinds"]["shift"][0](some, 2)
    assert moved.dtype == np.uint8 and moved[:, :, 2:].tolist() == some[:, :, :-2].tolist()


@pytest.mark.slow
def test_twenty_digits_that_were_drawn_are_the_test_set(afternoon):
    """The cells of section 1 again, after somebody has drawn."""
    names, _ = last(afternoon[1])
    collector = names["mine"]
    for number in range(20):
        place = np.flatnonzero(names["validation"].labels == number % 10)[number // 10]
        collector.pad.value = names["validation"].images[place] / 255
        collector.keep.click()
    cell = next(c for c in cells.cells(LAB[1]) if "drawn = [" in c.source)
    cells.execute(cell.source, names)
    assert names["own"].labels.tolist() == [*range(10)] * 2
    assert (
        names["metrics"].accuracy(names["predict"](names["own"].images), names["own"].labels) > 0.5
    )
