"""The form that every notebook has, as rules: a notebook in, sentences about what is wrong out."""

import re

import nbformat

from cnncourse.exercises import catalogue

LONGEST_CELL = 20  # lines
LARGEST_FILE = 200_000  # bytes
AT_LEAST = {"exercise": 5, "question": 4, "explorer": 5}  # cells with this tag
HINTS = 3
ROLES = {"exercise", "check", "solution", "used", "question", "explorer", "parameters", "progress"}
# What markdown would make of it: a question shows its words as they are.
MARKDOWN = re.compile(r"(?<![\w)*])\*[^\W_][^*\n\"]*\*(?![\w(*])|`")


def load(path):
    """Read a notebook as it is: nbformat.read would mend some of what the rules look for."""
    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def tags(cell):
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def tagged(notebook, tag):
    """Return the code cells that carry a tag."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and tag in tags(cell)]


def hidden(cell, part):
    """Tell whether JupyterLab shows the "source" or the "outputs" of a cell collapsed."""
    return cell.metadata.get("jupyter", {}).get(f"{part}_hidden") is True


def first_line(cell):
    """Return the first line of a cell, to name it by."""
    return (cell.source.splitlines() or ["(empty)"])[0]


def headings(notebook):
    """Return the second-level headings in their order."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.findall(r"^## +(.+)$", text, flags=re.MULTILINE)


def identified(notebook):
    """Every cell has an id of its own."""
    ids = [cell.get("id") for cell in notebook.cells]
    yield from (f"the cell id {name} is missing or double" for name in ids if ids.count(name) > 1)


def valid(notebook):
    """The file follows Jupyter's format."""
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        yield str(error).splitlines()[0]


def nothing_stored(notebook):
    """No outputs, no execution counts and no widget states are kept in git."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            yield f"outputs or counts are stored: {first_line(cell)}"
    if "widgets" in notebook.metadata:
        yield "metadata.widgets is stored"


def kernel(notebook):
    """The notebook asks for the kernel every Jupyter has, and says its language for papermill."""
    asked = notebook.metadata.get("kernelspec", {})
    if (asked.get("name"), asked.get("language")) != ("python3", "python"):
        yield f"the kernelspec is {dict(asked)}: name python3 and language python are wanted"


def beginning(notebook):
    """The first cell is the title."""
    first = notebook.cells[0]
    if first.cell_type != "markdown" or not first.source.startswith("# "):
        yield f"the first cell is not a title: {first_line(first)}"


def ending(notebook):
    """The last two sections are the recap and the sources."""
    last = headings(notebook)[-2:]
    if len(last) < 2 or "Recap" not in last[0] or "Sources" not in last[1]:
        yield f"the last two sections are {last} instead of Recap and Sources"


def parameters(notebook):
    """There is one cell of parameters."""
    count = len(tagged(notebook, "parameters"))
    if count != 1:
        yield f"{count} cells are tagged parameters instead of 1"


def enough(notebook):
    """There is enough to do, to predict and to touch."""
    for tag, least in AT_LEAST.items():
        count = len(tagged(notebook, tag))
        if count < least:
            yield f"{count} cells are tagged {tag}, at least {least} are wanted"


def exercises(notebook):
    """Hints, stub, check and solution stand together, and the solution is collapsed."""
    for place, cell in enumerate(notebook.cells):
        if "exercise" in tags(cell):
            yield from one_exercise(notebook.cells[max(place - 1, 0)], notebook.cells[place:][:3])


def one_exercise(before, cells):
    """Check one exercise: the cell before it, and the three cells it should consist of."""
    name = first_line(cells[0])
    if before.cell_type != "markdown" or before.source.count("<details") != HINTS:
        yield f"the cell before an exercise does not hold {HINTS} hints in <details>: {name}"
    roles = ["exercise", "check", "solution"]
    if len(cells) < 3 or any(
        cell.cell_type != "code" or role not in tags(cell)
        for cell, role in zip(cells, roles, strict=False)
    ):
        yield f"an exercise is not followed by its check and its solution: {name}"
    elif not (hidden(cells[2], "source") and hidden(cells[2], "outputs")):
        yield f"a solution is not collapsed, source and outputs: {name}"


def balanced(notebook):
    """No check and no solution stands without an exercise."""
    counts = {role: len(tagged(notebook, role)) for role in ("exercise", "check", "solution")}
    if len(set(counts.values())) != 1:
        yield f"exercises, checks and solutions do not come in threes: {counts}"


def noted(notebook):
    """Each check notes what passed, no solution does, and the last cell shows the list."""
    wanted = {
        "check": r"progress\.keep\(\w+\.(\w+), \w+\)",
        "solution": r".*\nprint\(\"Solution:\", progress\.solution\(\w+\.(\w+), \w+\)\)",
        "progress": r"progress\.show\(\"(\w+)\"\)",
    }
    for role, pattern in wanted.items():
        for cell in tagged(notebook, role):
            if not re.fullmatch(pattern, cell.source, flags=re.DOTALL):
                yield f"a cell tagged {role} does not read {pattern}: {cell.source}"
    if "progress" not in tags(notebook.cells[-1]):
        yield f"the last cell does not show the progress: {first_line(notebook.cells[-1])}"


def described(notebook):
    """The list of exercises can be read from the cells: section, check and title of each."""
    shown = re.search(r"show\(\"(\w+)\"\)", notebook.cells[-1].source)
    if shown is None or shown[1] not in catalogue.CHECKS:
        yield f"the last cell shows no notebook of the course: {first_line(notebook.cells[-1])}"
    try:
        chapter = catalogue.described("this notebook", notebook.cells)
    except LookupError as error:
        yield f"an exercise has no check, no heading or no bold title: {error}"
        return
    without = [exercise.check for exercise in chapter.exercises if not exercise.section]
    if without:
        yield f"exercises stand above the first section: {without}"
    checks = [exercise.check for exercise in chapter.exercises]
    if len(set(checks)) < len(checks):
        yield f"two exercises have one check: {checks}"


def collapsed(notebook):
    """The code of questions, and all that is tagged hide-input, is collapsed."""
    for cell in tagged(notebook, "question") + tagged(notebook, "hide-input"):
        if not hidden(cell, "source"):
            yield f"the source is not collapsed: {first_line(cell)}"


def known_tags(notebook):
    """A tag says what a code cell is for: another one would be read by nobody."""
    for cell in notebook.cells:
        unknown = set(tags(cell)) - (ROLES if cell.cell_type == "code" else set())
        if unknown:
            yield f"tags that nothing reads, {sorted(unknown)}: {first_line(cell)}"


def plain_questions(notebook):
    """The words of a question hold no marks of markdown, which would be seen."""
    for cell in tagged(notebook, "question"):
        for found in MARKDOWN.findall(cell.source):
            yield f"a question shows {found} as it is: {first_line(cell)}"


def short_cells(notebook):
    """A reader sees every code cell whole."""
    for cell in notebook.cells:
        length = len(cell.source.splitlines())
        if cell.cell_type == "code" and length > LONGEST_CELL:
            yield f"a code cell has {length} lines, {LONGEST_CELL} at most: {first_line(cell)}"


def details_closed(notebook):
    """Every collapsed text ends where it should, so that nothing after it disappears."""
    for cell in notebook.cells:
        if cell.source.count("<details") != cell.source.count("</details>"):
            yield f"a <details> is not closed: {first_line(cell)}"


def cited(notebook):
    """A source in brackets has a comma before its year, as in (Zhang, 2019)."""
    for cell in notebook.cells:
        for source in re.findall(r"\([A-Z][^()\d]*[^()\d,] (?:19|20)\d\d\)", cell.source):
            yield f"a comma is missing before the year: {source}"


RULES = [
    identified,
    valid,
    nothing_stored,
    kernel,
    beginning,
    ending,
    parameters,
    enough,
    exercises,
    balanced,
    noted,
    described,
    collapsed,
    known_tags,
    plain_questions,
    short_cells,
    details_closed,
    cited,
]
