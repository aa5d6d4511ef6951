"""A newcomer finds every command and every file that a page names."""

import re

import pytest
from pages import FENCE, PAGES, ROOT, text_of

ALL = [*PAGES, *ROOT.glob("*.md"), ROOT / "notebooks" / "README.md"]
FOLDERS = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != ".")
NAMED = re.compile(rf"(?<![\w./-])((?:{FOLDERS})/[\w./-]*\w/?|\w+/)(?![\w*<])")
MADE = ("build/",)  # folders that a command makes


def code(text):
    """Return what a page shows as code, in its lines and in its blocks of commands."""
    blocks = [block for kind, block in FENCE.findall(text) if kind == "console"]
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", FENCE.sub("", text))])


def unknown_commands(text):
    """Return the goals of make and the commands of the course that do not exist."""
    goals = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    program = (ROOT / "cnncourse" / "__main__.py").read_text(encoding="utf-8")
    actions = re.findall(r'add_parser\("(\w+)"', program)
    asked = re.findall(r"\bmake ([a-z][\w-]*)", text)
    run = re.findall(r"-m cnncourse (\w+)", text)
    return [a for a in asked if a not in goals] + [r for r in run if r not in actions]


def missing_files(text):
    """Return the files a text names that are neither in the repository nor in the package."""
    names = [name for name in NAMED.findall(text) if not name.startswith(MADE)]
    return [n for n in names if not ((ROOT / n).exists() or (ROOT / "cnncourse" / n).exists())]


@pytest.mark.parametrize("page", ALL, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_the_commands_and_files_of_a_page_are_there(page):
    assert unknown_commands(code(text_of(page))) == []
    assert missing_files(code(text_of(page))) == []


def test_many_commands_and_files_are_looked_for():
    text = "\n".join(code(text_of(page)) for page in ALL)
    assert len(re.findall(r"\bmake [a-z]", text)) >= 30
    assert len(NAMED.findall(text)) >= 15


def test_a_command_or_a_file_that_is_not_there_is_seen():
    assert unknown_commands("make lab\nmake coffee\npython -m cnncourse sing") == ["coffee", "sing"]
    assert missing_files("tools/setup.py tools/nothing.py") == ["tools/nothing.py"]
