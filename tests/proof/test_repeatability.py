"""Two runs of a notebook give the same numbers; those that need no PyTorch run without it.

The guarantee is "on the same processor with the same number of threads", because another number of
threads adds up sums in another order. So both runs get one thread here.
"""

import json
import re
from itertools import zip_longest
from os.path import commonprefix
from pathlib import Path

import pytest
import sources

from cnncourse.run.execute import PASSED, execute
from cnncourse.run.plan import plan

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
NEED_TORCH = ("05", "06")
SMALL = {"train_size": "1000"}  # the least that notebook 05 allows; the rest is that of --fast

# What differs from run to run and says nothing about the numbers:
IDS = re.compile(r"[0-9a-f]{32}")  # widgets are numbered at random, to be unique in a page
SECONDS = re.compile(r"\b\d+(\.\d+)? (seconds of training|s\b)")  # what the clock measured
TIMED = "<th>seconds</th></tr>"  # a table whose last column is what the clock measured
LAST_COLUMN = re.compile(r"(?<=<td>)[\d.]+(?=</td></tr>)|(?<= %  )[\d.]+(?=\\n|\")")


def plain(text):
    """Return a text without ids and measured times."""
    text = LAST_COLUMN.sub("…", text) if TIMED in text else text
    return SECONDS.sub("… s", IDS.sub("id", text))


def shown(notebook):
    """Return what the code cells of an executed notebook print, show and draw, a text for each."""
    cells = [cell["outputs"] for cell in notebook["cells"] if "outputs" in cell]
    return ["\n".join([printed(outputs), *drawn(outputs)]) for outputs in cells]


def printed(outputs):
    """Return what a cell printed, as one text: how it arrived in pieces depends on the moment."""
    return plain("".join("".join(output.get("text", "")) for output in outputs))


def drawn(outputs):
    """Return what a cell showed, in all its forms."""
    return [plain(json.dumps(output["data"])) for output in outputs if "data" in output]


def states(notebook):
    """Return the states of the explorers: their pictures, sentences and settings.

    They are stored in the order of their random ids, so they are sorted anew.
    """
    widgets = notebook["metadata"].get("widgets", {}).values()
    models = [model for kind in widgets for model in kind["state"].values()]
    return sorted(plain(json.dumps(model, sort_keys=True)) for model in models)


def differences(one, other):
    """Return the pairs of texts that differ, each from shortly before the first difference."""
    pairs = zip_longest(one, other, fillvalue="")
    return [around(a, b) for a, b in pairs if a != b]


def around(a, b):
    """Return the parts of two texts in which they begin to differ."""
    place = len(commonprefix([a, b]))
    part = slice(max(place - 60, 0), place + 60)
    return a[part], b[part]


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def twice(request):
    """The outcomes of two runs; the second one without PyTorch where that is not needed."""
    (job,) = plan([request.param], SMALL if request.param.stem[:2] == "05" else {}, fast=True)
    needed = request.param.stem.startswith(NEED_TORCH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        return execute(job), execute(job if needed else sources.without_torch(job))


def test_both_runs_pass_the_second_without_pytorch_if_it_is_not_needed(twice):
    assert [(outcome.status, outcome.error) for outcome in twice] == [(PASSED, "")] * 2


def test_two_runs_give_the_same_numbers_and_pictures(twice):
    first, second = (json.loads(outcome.executed) for outcome in twice)
    assert len(shown(first)) > 20 and len(states(first)) > 20
    cells = len(shown(first))  # the second run may have one more, which hides PyTorch
    assert differences(shown(first), shown(second)[-cells:]) == []
    assert differences(states(first), states(second)) == []


def timed_table(seconds, accuracy):
    """Return what a notebook stores of an experiment's table with one row."""
    row = f"<tr><td>{accuracy} %</td><td>{seconds}</td></tr>"
    return json.dumps(
        {"text/html": TIMED + row, "text/plain": ["head\n", f"{accuracy} %  {seconds}"]}
    )


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("took 3.1 s", "took 12 s", True),
        ("3 seconds of training", "4 seconds of training", True),
        ("IPY_MODEL_" + "a" * 32, "IPY_MODEL_" + "b" * 32, True),
        (timed_table("1.0", "97.1"), timed_table("2.0", "97.1"), True),
        (timed_table("1.0", "97.1"), timed_table("1.0", "97.2"), False),
        ("98.10 %", "98.11 %", False),
        ("3 sums", "4 sums", False),
    ],
)
def test_only_ids_and_times_may_differ(one, other, same):
    assert (plain(one) == plain(other)) == same


def test_an_output_or_a_picture_that_differs_is_seen():
    assert differences(["1", "2"], ["1", "3"]) == [("2", "3")]
    assert differences(["1"], ["1", "2"]) == [("", "2")]
    assert differences(["a" * 99 + "1"], ["a" * 99 + "2"]) == [("a" * 60 + "1", "a" * 60 + "2")]


@pytest.mark.parametrize(
    "path", [p for p in NOTEBOOKS if p.stem.startswith(NEED_TORCH)], ids=lambda path: path.stem
)
def test_without_pytorch_a_notebook_of_the_lab_says_what_to_install(path):
    (job,) = plan([path], fast=True)
    said = execute(sources.without_torch(job)).error.strip().splitlines()[-1]
    assert "needs PyTorch" in said and 'pip install -e ".[lab]"' in said
