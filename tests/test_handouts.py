"""Handouts: what a student gets holds no solution, what a teacher gets passes, and both run."""

import ast
import importlib.util
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TRAIN = {"05_mnist_lab", "06_architecture_history"}

spec = importlib.util.spec_from_file_location("handouts", ROOT / "tools" / "handouts.py")
handouts = importlib.util.module_from_spec(spec)
spec.loader.exec_module(handouts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Both kinds of handouts, written by the command."""
    folder = tmp_path_factory.mktemp("handouts")
    command = [sys.executable, ROOT / "tools" / "handouts.py", folder]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.count("6 notebooks in") == 2
    return folder


def read(path):
    """Read a notebook."""
    return nbformat.read(path, as_version=4)


def with_tag(notebook, tag):
    """Return the cells that carry a tag."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


# One tiny notebook -------------------------------------------------------------------------------


@pytest.fixture
def tiny():
    """A notebook with one exercise."""
    hints = 3 * "<details><summary>Hint</summary>Look\nhere.</details>\n"
    solution = 'def f():\n    return 1\n\n\nprint("Solution:", progress.solution(checks.f, f))'
    cells = [
        new_markdown_cell("# Look"),
        new_markdown_cell("<details>an aside</details> ![a](../img/a.svg) [b](../docs/b.md#c)"),
        new_markdown_cell(f"Write f.\n\n{hints}"),
        new_code_cell("def f(): ...", metadata={"tags": ["exercise"]}),
        new_code_cell("progress.keep(checks.f, f)", metadata={"tags": ["check"]}),
        new_code_cell(solution, metadata={"tags": ["solution"]}),
        new_markdown_cell("Your progress."),
        new_code_cell('progress.show("tiny")', metadata={"tags": ["progress"]}),
    ]
    return new_notebook(cells=cells)


def sources(notebook):
    """Return the text of all cells."""
    return [cell.source for cell in notebook.cells]


def test_a_student_copy_is_the_notebook_without_the_solution(tiny):
    copy = handouts.student(tiny)
    assert sources(copy) == sources(tiny)[:5] + sources(tiny)[6:]


def test_a_solution_copy_has_the_solution_where_the_stub_was(tiny):
    copy = handouts.solutions(tiny)
    assert sources(copy) == [
        "# Look (with solutions)",
        *sources(tiny)[1:3],
        "def f():\n    return 1",
        "checks.f(f)",
    ]


def test_hints_can_be_left_out_and_other_folded_texts_stay(tiny):
    copy = handouts.without_hints(tiny)
    assert copy.cells[2].source == "Write f."
    assert sources(copy)[:2] == sources(tiny)[:2]


def test_links_start_from_the_handout(tiny):
    assert handouts.moved(tiny).cells[1].source.endswith("![a](img/a.svg) [b](docs/b.md#c)")


@pytest.mark.parametrize("make", ["student", "solutions", "without_hints", "moved"])
def test_the_source_is_not_changed(tiny, make):
    before = nbformat.writes(tiny)
    getattr(handouts, make)(tiny)
    assert nbformat.writes(tiny) == before


def test_a_link_to_what_is_not_handed_out_becomes_words(tmp_path):
    (tmp_path / "there.md").touch()
    text = "[a](there.md#x) [b](coming.md) [c](gone.md) [d](https://x.org/y) ![e](e.svg) [f](#g)"
    cleaned = handouts.without_dead_links(text, tmp_path, {tmp_path / "coming.md"})
    assert cleaned == text.replace("[c](gone.md)", "c")


# The notebooks of the course ---------------------------------------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_nothing_gives_a_solution_away(folder, path):
    original, copy = read(path), read(folder / "student" / path.name)
    bodies = [body_of(cell.source) for cell in with_tag(original, "solution")]
    assert bodies and all(bodies)
    for cell in copy.cells:
        assert "Solution:" not in cell.source
        if cell.cell_type == "code":
            assert not any(body in cell.source for body in bodies), cell.source


def body_of(solution):
    """Return what the function of a solution does: its source after the docstring."""
    function = next(node for node in ast.parse(solution).body if isinstance(node, ast.FunctionDef))
    code = function.body[1:] if ast.get_docstring(function) else function.body
    return "\n".join(solution.splitlines()[code[0].lineno - 1 : code[-1].end_lineno])


def test_without_hints_no_exercise_has_one(tmp_path):
    student, _ = handouts.write(tmp_path, hints=False)
    for path in student.glob("*.ipynb"):
        cells = read(path).cells
        prompts = [a for a, b in zip(cells, cells[1:], strict=False) if "exercise" in tags_of(b)]
        assert prompts and not any("Hint" in prompt.source for prompt in prompts)


def tags_of(cell):
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


@pytest.mark.parametrize("kind", ["student", "solutions"])
def test_all_links_lead_somewhere_in_the_folder(folder, kind):
    pages = [*(folder / kind).rglob("*.md"), *(folder / kind).glob("*.ipynb")]
    assert len(pages) > len(NOTEBOOKS)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for address in re.findall(r"\]\(([^)\s]+)\)", text):
            if not address.startswith(("http", "mailto:", "#")):
                target = (page.parent / address.split("#")[0]).resolve()
                assert target.exists(), f"{page.name}: {address}"
                assert target.is_relative_to((folder / kind).resolve()), f"{page.name}: {address}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_only_the_check_uses_what_the_learner_writes(path):
    notebook = read(path)
    written = {
        node.name
        for cell in with_tag(notebook, "exercise")
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.FunctionDef)
    }
    assert written
    for cell in notebook.cells:
        if cell.cell_type == "code" and not {"exercise", "check", "solution"} & set(tags_of(cell)):
            names = {n.id for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name)}
            assert names & written == set(), cell.source


def to_run(path):
    """Return what is executed of a handout: everything, or of a laboratory what differs.

    Between their exercises, 05 and 06 train for minutes. Those cells are the same in every copy and
    use nothing that a learner writes (see the test above); they run where the notebook itself is
    tested. What remains is the set-up, the exercises and their checks.
    """
    notebook = read(path)
    if path.stem in TRAIN:
        own = {"exercise", "check", "parameters"}
        notebook.cells = [
            cell
            for place, cell in enumerate(notebook.cells)
            if own & set(tags_of(cell)) or (place < 4 and "import" in cell.source)
        ]
    return notebook


def execute(path):
    """Run a handout where it lies, and return it with its outputs."""
    where = {"metadata": {"path": str(path.parent)}}
    return NotebookClient(
        to_run(path), timeout=300, kernel_name="python3", resources=where
    ).execute()


@pytest.fixture(scope="module")
def executed(folder):
    """Every handout with its outputs, two kernels at a time."""
    paths = sorted(folder.glob("*/*.ipynb"), key=lambda path: path.name, reverse=True)
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(paths, pool.map(execute, paths), strict=True))


def verdicts(notebook):
    """Return what the checks say."""
    return [cell.outputs[-1].data["text/plain"] for cell in with_tag(notebook, "check")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_student_copy_runs_and_nothing_is_solved(folder, executed, path):
    said = verdicts(executed[folder / "student" / path.name])
    assert len(said) == len(with_tag(read(path), "exercise"))
    assert all(words.startswith(("not yet:", "not right:")) for words in said), said


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_solution_copy_runs_and_passes_every_check(folder, executed, path):
    said = verdicts(executed[folder / "solutions" / path.name])
    assert len(said) == len(with_tag(read(path), "exercise"))
    assert all(words.startswith("passed:") for words in said), said
