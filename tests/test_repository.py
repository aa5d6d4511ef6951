"""What stands in one file must agree with what stands in another; links and pictures are there."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
import yaml

from cnncourse import __version__

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "notebooks").glob("*.md")),
    *NOTEBOOKS,
]

LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)[^)]*\)|(?:href|src)=[\"']([^\"']+)[\"']")
IMAGE = re.compile(r"!\[([^\]]*)\]\(")
IMAGE_TAG = re.compile(r"<img\b[^>]*>")
ALT = re.compile(r"\balt=[\"']([^\"']+)[\"']")
ELSEWHERE = ("http://", "https://", "mailto:", "data:")
HEADING = re.compile(r"^#+ +(.+)$", flags=re.MULTILINE)
ANCHOR = re.compile(r"<a id=[\"']([^\"']+)[\"']")
# a folder of somebody's own machine: /home/name/, /Users/name/, C:\Users\name\
HOME = re.compile(r"/home/\w+/|/Users/\w+/|[A-Z]:\\Users\\")


def whole_text(page):
    """Return the text of a page: the file, or the markdown cells of a notebook."""
    if page.suffix != ".ipynb":
        return page.read_text(encoding="utf-8")
    cells = nbformat.read(page, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def markdown(page):
    """Return the text of a page without code samples."""
    return re.sub(r"```.*?```|`[^`\n]*`", "", whole_text(page), flags=re.DOTALL)


def links(text):
    """Return the targets inside the repository that a markdown text links to or shows."""
    targets = [inline or tag for inline, tag in LINK.findall(text)]
    return [target for target in targets if not target.startswith(ELSEWHERE)]


def anchors(text):
    """Return the places of a page that a link can lead to: its anchors and its headings."""
    words = [re.sub(r"<[^>]*>|[^\w\s-]", "", heading) for heading in HEADING.findall(text)]
    return {word.strip().lower().replace(" ", "-") for word in words} | set(ANCHOR.findall(text))


def is_broken(target, text, folder):
    """Tell whether a target's file or its place in that file does not exist, seen from a folder."""
    file, _, place = unquote(target).partition("#")
    if not (folder / file).exists():
        return True
    return bool(place) and place not in anchors(whole_text(folder / file) if file else text)


def broken_links(text, folder):
    """Return the targets in a text that do not exist, seen from a folder."""
    return [target for target in links(text) if is_broken(target, text, folder)]


def images_without_alt(text):
    """Return the images that a blind reader would be told nothing about."""
    tags = [tag for tag in IMAGE_TAG.findall(text) if not ALT.search(tag)]
    return tags + [alt for alt in IMAGE.findall(text) if not alt.strip()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    assert broken_links(markdown(page), page.parent) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pictures_have_a_text_for_those_who_cannot_see_them(page):
    assert images_without_alt(markdown(page)) == []


@pytest.mark.parametrize(
    "text, broken",
    [
        ("[a](here.md) and ![b](here.md#first-part)", []),
        ("[a](here.md#second) [b](#own)\n# Own", []),
        ("[a](here.md#third-part) [b](#own)", ["here.md#third-part", "#own"]),
        ("[a](gone.md)", ["gone.md"]),
        ('![picture](gone.svg "with a title")', ["gone.svg"]),
        ('<img src="gone.svg" alt="x">', ["gone.svg"]),
        ("[![badge](gone.svg)](here.md)", ["gone.svg"]),
        ("[a](https://example.org/gone.md#part)", []),
    ],
)
def test_a_broken_link_is_seen(tmp_path, text, broken):
    (tmp_path / "here.md").write_text('# First `part`!\n\n## <a id="second"></a>More')
    assert broken_links(text, tmp_path) == broken


@pytest.mark.parametrize("text", ["![](a.svg)", "![ ](a.svg)", "<img src='a.svg'>", '<img alt="">'])
def test_an_image_without_text_is_seen(text):
    assert images_without_alt(text)
    assert not images_without_alt(text.replace("![", "![a cat").replace("<img", "<img alt='a cat'"))


def test_the_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make lab" in text and "make test" in text


def test_the_readme_lists_every_notebook():
    listed = set(links(markdown(ROOT / "README.md")))
    assert {f"notebooks/{path.name}" for path in NOTEBOOKS} <= listed


def test_every_notebook_of_the_course_is_there():
    assert [path.stem for path in NOTEBOOKS][:3] == [
        "01_image_basics",
        "02_kernels",
        "03_convolution_maths",
    ]


def test_no_file_names_a_home_folder():
    files = [path for path in tracked() if path != Path(__file__)]
    assert len(files) > 10
    assert [path.name for path in files if HOME.search(text_of(path))] == []


def tracked():
    """Return the files of the repository: those git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in names.splitlines() if (path := ROOT / name).is_file()]


def text_of(path):
    """Return the text of a file, pictures and the like as far as they are text."""
    return path.read_text(encoding="utf-8", errors="ignore")


def extras(text):
    """Return the names of the extras in the text of a pyproject.toml."""
    section = text.split("[project.optional-dependencies]")[1].split("\n[")[0]
    return set(re.findall(r"^(\w+) = \[", section, flags=re.MULTILINE))


def test_conda_and_make_install_every_extra_of_pyproject():
    conda = (ROOT / "environment.yml").read_text()
    script = (ROOT / "tools" / "setup.py").read_text()
    wanted = extras((ROOT / "pyproject.toml").read_text())
    wanted -= {"classroom", "cluster", "run"}  # make classroom-test asks for the first, dev for two
    assert wanted == {"lab", "jupyter", "dev"}
    assert set(re.search(r"-e \.\[([\w,]+)\]", conda).group(1).split(",")) == wanted
    assert set(re.search(r'EXTRAS = "([\w,]+)"', script).group(1).split(",")) == wanted


def test_versions_stand_in_pyproject_only():
    conda = (ROOT / "environment.yml").read_text()
    lines = [line for line in conda.splitlines() if not line.startswith("#")]
    assert not [line for line in lines if re.search(r"[<>=]|\d", line)]


def test_upper_pins_have_a_reason():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    pinned = [line for line in lines if re.match(r'\s*"[\w.-]+.*(<|==|~=)', line)]
    assert [line for line in pinned if "#" not in line] == []


def test_the_citation_and_the_changelog_speak_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
    newest = HEADING.findall((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))[1]
    assert newest == "Unreleased" or newest.split()[0] == __version__


def test_the_address_of_the_repository_stands_in_pyproject_only():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    address = re.search(r'^Repository = "https://([^"]+)"', text, flags=re.MULTILINE)[1]
    assert [path.name for path in tracked() if address in text_of(path)] == ["pyproject.toml"]


def commands(workflow):
    """Return the commands that the jobs of a workflow run, and their jobs' names."""
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    return [
        (step["run"], name) for name, job in jobs.items() for step in job["steps"] if "run" in step
    ]


def test_workflows_ask_make_for_goals_that_it_has():
    goals = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    asked = [
        goal
        for workflow in WORKFLOWS
        for command, _ in commands(workflow)
        for goal in re.findall(r"^make ([\w-]+)", command)
    ]
    assert len(asked) >= 6 and set(asked) <= goals


def test_what_windows_runs_is_what_the_readme_says():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [check] = [workflow for workflow in WORKFLOWS if workflow.stem == "check"]
    windows = [command for command, job in commands(check) if job == "without-make"]
    installing = [command.split("python -m ")[1] for command in windows if " pip " in command]
    assert len(installing) == 2
    assert [command for command in installing if command not in readme] == []


PACKAGE, TESTS = ROOT / "cnncourse", ROOT / "tests"
# Stand-ins for other people's libraries are tested as one: each beside what it stands in for.
TESTED_TOGETHER = {PACKAGE / "site/standins": TESTS / "site/test_standins.py"}


def home_of_tests(module):
    """Return where the tests of a module belong: the folder and the name are the module's."""
    for folder, tests in TESTED_TOGETHER.items():
        if folder in module.parents:
            return tests
    return TESTS / module.parent.relative_to(PACKAGE) / f"test_{module.stem.strip('_')}.py"


def test_every_module_has_a_file_of_tests_of_its_name_in_the_same_folder():
    modules = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
    assert len(modules) > 100
    without = [path for path in modules if not home_of_tests(path).is_file()]
    assert [path.relative_to(ROOT).as_posix() for path in without] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no run bit")
def test_the_script_for_machines_calls_the_readmes_command():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("goal", ["bench", "site-test", "touch-test"])
def test_what_the_other_goals_run_can_be_collected(goal):
    """Else a test moved to another folder would be missed only by whoever runs them next."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [recipe] = re.findall(rf"^{goal}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    folders = re.findall(r"tests/\w+(?:/whole)?", recipe)
    pytest_command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *folders]
    run = subprocess.run(pytest_command, cwd=ROOT, capture_output=True, text=True)
    assert folders and run.returncode == 0, run.stdout[-2000:]
