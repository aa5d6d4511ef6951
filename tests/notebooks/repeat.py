"""What two runs of a notebook have to say, and where they differ."""

import json
import re
from itertools import zip_longest
from os.path import commonprefix

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
