"""The minutes in the tables of notebooks are the sums of what their headings say."""

import re

import pytest
from pages import NOTEBOOKS, ROOT, text_of

HEADING = re.compile(r"^## .*\((?:about )?(\d+) minutes\)", flags=re.MULTILINE)


def minutes_of(notebook):
    """Return the minutes of all sections of a notebook."""
    return sum(int(minutes) for minutes in HEADING.findall(text_of(notebook)))


@pytest.mark.parametrize("page", ["README.md", "notebooks/README.md"])
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_table_of_notebooks_says_how_long_they_take(page, notebook):
    row = next(line for line in text_of(ROOT / page).splitlines() if f"{notebook.name})" in line)
    said = re.search(r"\| (\d+)[^|]*\|(?: \d+ \|)?$", row)
    assert said and int(said[1]) == minutes_of(notebook) > 0
