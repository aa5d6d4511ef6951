"""Handouts: what a student gets holds no solution. They are run in tests/notebooks."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import handouts
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from packaging.requirements import Requirement

from cnncourse.__main__ import answered

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Both kinds of handouts, written by the command."""
    folder = tmp_path_factory.mktemp("handouts")
    command = [sys.executable, ROOT / "tools" / "handouts.py", folder]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.count(f"{len(NOTEBOOKS)} notebooks in") == 2
    return folder


def read(path):
    """Read a notebook."""
    return nbformat.read(path, as_version=4)


def with_tag(notebook, tag):
    """Return the cells that carry a tag."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


@pytest.fixture
def run(monkeypatch, capsys):
    """A function that gives the command; it returns the exit code and what is complained of."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["handouts.py", *map(str, arguments)])
        return answered(handouts.main), capsys.readouterr().err

    return run


def test_a_file_of_the_teacher_is_never_removed_or_replaced(folder, run):
    essay, changed = folder / "student" / "essay.txt", folder / "student" / NOTEBOOKS[0].name
    essay.write_text("my essay")
    assert run(folder)[0] == 0
    assert essay.read_text() == "my essay"
    before = changed.read_bytes()
    changed.write_text("my own version")
    code, complaint = run(folder)
    assert code == 2 and str(changed) in complaint and "Traceback" not in complaint
    assert changed.read_text() == "my own version"
    changed.write_bytes(before)
    essay.unlink()


def test_a_place_where_nothing_can_be_written_is_refused_in_a_sentence(tmp_path, run):
    file = tmp_path / "file"
    file.write_text("a file")
    for place in (file, file / "inside"):
        code, complaint = run(place)
        assert code == 2 and len(complaint.splitlines()) == 1
    assert file.read_text() == "a file"


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


def test_a_link_to_what_is_not_handed_out_becomes_words():
    text = "[a](there.md#x) [b](coming.md) [c](gone.md) [d](https://x.org/y) ![e](e.svg) [f](#g)"
    cleaned = handouts.without_dead_links(text, "docs", {"docs/there.md", "docs/coming.md"})
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
    kinds = (ast.FunctionDef, ast.ClassDef)
    function = next(node for node in ast.parse(solution).body if isinstance(node, kinds))
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
        if page.suffix == ".ipynb":  # in code, [a](b) is a call
            text = "".join(c.source for c in read(page).cells if c.cell_type == "markdown")
        for address in re.findall(r"\]\(([^)\s]+)\)", text):
            if not address.startswith(("http", "mailto:", "#")):
                target = (page.parent / address.split("#")[0]).resolve()
                assert target.exists(), f"{page.name}: {address}"
                assert target.is_relative_to((folder / kind).resolve()), f"{page.name}: {address}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_only_what_has_passed_its_check_is_used_of_what_the_learner_writes(path):
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
            tree = ast.parse(cell.source)
            written -= {name for node in tree.body for name in chosen_by_best(node)}
            names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
            assert names & written == set(), cell.source


def chosen_by_best(node):
    """Return the names to which a line assigns what ``progress.best`` chooses."""
    if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("progress.best("):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


# For Google Colab --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def colab():
    """The student copies of a teacher's branch, in a folder of the repository."""
    repository = handouts.repository_of("a-teacher/my.course/spring/2027")
    place = PurePosixPath("handouts/student")
    return {
        path.name: handouts.moved(
            handouts.for_colab(handouts.student(read(path)), repository, place / path.name)
        )
        for path in NOTEBOOKS
    }


@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_a_copy_for_colab_begins_with_its_button_and_one_cell_that_installs(colab, name):
    button, installation, title, *_ = colab[name].cells
    opens = "https://colab.research.google.com/github/a-teacher/my.course/blob/spring/2027/"
    assert button.source.startswith("[![Open in Colab](https://colab.research.google.com/assets/")
    assert button.source.endswith(f"]({opens}handouts/student/{name})")
    assert "hide-input" in tags_of(installation) and installation.metadata.jupyter.source_hidden
    assert title.source.startswith("# ")
    nbformat.validate(colab[name])


def test_addresses_are_those_of_the_branch():
    repository = handouts.repository_of("o/r")
    tiny = new_notebook(
        cells=[
            new_markdown_cell(
                "![a [b]](../img/a.svg) ![](../img/b.png) [c](../docs/c.md#d) [e](README.md#f)\n"
                "[g](02_kernels.ipynb#h) [i](#j) [k](https://x.org/y#z) [l](../docs/teaching/m.md)"
            )
        ]
    )
    copy = handouts.for_colab(tiny, repository, PurePosixPath("for/class/01.ipynb"))
    assert re.findall(r"(?<=\]\()[^)]*", copy.cells[2].source) == [
        "https://raw.githubusercontent.com/o/r/main/img/a.svg?sanitize=true",
        "https://raw.githubusercontent.com/o/r/main/img/b.png",
        "https://github.com/o/r/blob/main/docs/c.md#d",
        "https://github.com/o/r/blob/main/notebooks/README.md#f",
        "https://colab.research.google.com/github/o/r/blob/main/for/class/02_kernels.ipynb",
        "#j",
        "https://x.org/y#z",
        "https://github.com/o/r/blob/main/docs/teaching/m.md",
    ]
    assert tiny.cells[0].source.startswith("![a [b]](../img/a.svg)")


def test_every_address_of_our_own_leads_to_a_file_that_is_there(colab):
    ours = r"/a-teacher/my\.course/(?:blob/)?spring/2027/([^)#?\s]+)"
    found = set()
    for notebook in colab.values():
        text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
        assert not re.search(r"\]\((?!https?://|#)|src=|\.\./", text)
        found |= set(re.findall(ours, text))
    assert {"img/same_padding.svg", "docs/glossary.md", "notebooks/README.md"} <= found
    for path in found:
        path = path.replace("handouts/student/", "notebooks/")
        assert (ROOT / path).is_file(), path


@pytest.mark.parametrize(
    "extra, numbers", [("[lab]", ("05", "06")), ("", ("01", "02", "03", "04"))]
)
def test_in_colab_and_only_there_one_command_installs_the_package(colab, tmp_path, extra, numbers):
    (source,) = {copy.cells[1].source for name, copy in colab.items() if name.startswith(numbers)}
    cell = tmp_path / "cell.ipy"
    cell.write_text(source)
    requirement = f"cnncourse{extra} @ git+https://github.com/a-teacher/my.course@spring/2027"
    assert str(Requirement(requirement)) == requirement  # pip reads it as it is meant
    assert run_cell(cell, tmp_path / "here") == []
    assert run_cell(cell, tmp_path / "there", colab=True) == [["install", "--quiet", requirement]]


def run_cell(cell, folder, *, colab=False):
    """Run a cell in IPython, with stand-ins for pip and for Colab; return pip's calls."""
    (folder / "pip").mkdir(parents=True)
    (folder / "pip" / "__init__.py").touch()
    calls = folder / "calls"
    notes = f"import json, sys; open({str(calls)!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')"
    (folder / "pip" / "__main__.py").write_text(notes)
    if colab:  # its kernel has this module from the start
        (folder / "google" / "colab").mkdir(parents=True)
        (folder / "google" / "colab" / "__init__.py").touch()
        (folder / "sitecustomize.py").write_text("import google.colab")
    environment = {**os.environ, "PYTHONPATH": str(folder), "IPYTHONDIR": str(folder / "ipython")}
    command = [sys.executable, "-m", "IPython", "--colors=NoColor", str(cell)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []


@pytest.mark.parametrize(
    "address, name",
    [
        ("https://github.com/o/r.git", "o/r"),
        ("https://github.com/o/my.course", "o/my.course"),
        ("https://someone:secret@github.com/o/r.git", "o/r"),
        ("git@github.com:o/r.git", "o/r"),
        ("ssh://git@github.com/o/r", "o/r"),
    ],
)
def test_the_repository_is_where_gits_origin_is(monkeypatch, address, name):
    said = subprocess.CompletedProcess([], 0, stdout=f"{address}\n")
    monkeypatch.setattr(handouts.subprocess, "run", lambda *_, **__: said)
    assert handouts.origin() == name


@pytest.mark.parametrize("address", ["", "https://gitlab.com/o/r.git", "/srv/github.com/o/r.git"])
def test_an_origin_that_is_not_on_github_is_refused(monkeypatch, address):
    said = subprocess.CompletedProcess([], 0, stdout=f"{address}\n")
    monkeypatch.setattr(handouts.subprocess, "run", lambda *_, **__: said)
    with pytest.raises(ValueError, match="write --colab OWNER/REPOSITORY"):
        handouts.origin()


@pytest.mark.parametrize("text", ["owner", "o/", "/r", "o/r/b c", "https://github.com/o/r", "o/r)"])
def test_what_is_no_repository_is_refused(text):
    with pytest.raises(ValueError, match="is not OWNER/REPOSITORY"):
        handouts.repository_of(text)


@pytest.mark.parametrize("place", ["{tmp}", "build/handouts"])
def test_copies_for_colab_must_lie_where_git_sees_them(tmp_path, monkeypatch, run, place):
    monkeypatch.chdir(ROOT)
    code, complaint = run("--colab", "o/r", place.format(tmp=tmp_path))
    assert code == 2 and "cannot be pushed" in complaint
    assert not list(tmp_path.iterdir())


def test_the_command_writes_notebooks_alone_and_says_what_to_do(monkeypatch, tmp_path, capsys):
    for name in ("notebooks", "img", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setattr(handouts, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["handouts.py", "--colab", "o/r/week"])
    assert handouts.main() == 0
    said = capsys.readouterr().out
    opens = (
        "https://colab.research.google.com/github/o/r/blob/week/handouts/student/01_image_basics"
    )
    assert "push them to o/r on the branch week" in said and f"{opens}.ipynb" in said
    for kind in ("student", "solutions"):
        written = sorted(path.name for path in (tmp_path / "handouts" / kind).iterdir())
        assert written == [path.name for path in NOTEBOOKS]
        for path in (tmp_path / "handouts" / kind).iterdir():
            assert f"/handouts/{kind}/{path.name}" in read(path).cells[0].source
