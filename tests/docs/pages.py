"""What the tests of the pages share: the pages, and how their parts are read."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [page for page in DOCS.rglob("*.md") if ".ipynb_checkpoints" not in page.parts]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')


def text_of(path):
    """Return the text of a page, or the markdown cells of a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def prose(text):
    """Return a text without its blocks of code."""
    return FENCE.sub("", text)


def items(text):
    """Return the points of all lists, each joined to one line."""
    points = re.findall(r"^- (.+?)(?=\n- |\n\n|\n#|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return [" ".join(point.split()) for point in points]


def section(text, title):
    """Return what stands between a heading of the second level and the next."""
    parts = re.split(r"^## +", text, flags=re.MULTILINE)[1:]
    return next((part for part in parts if part.startswith(title)), "")


def numbered_sections(notebook):
    """Return the numbers of a notebook's sections: "5" for "## 5. Edges"."""
    return set(re.findall(r"^## (\d+)\. ", text_of(notebook), flags=re.MULTILINE))


def missing_sections(page):
    """Return the links of a page to sections of notebooks that are not there.

    They are written "03, section 5". Whether the file is there is tested for all links of the
    repository together.
    """
    sections = [
        (page.parent / target, number[1])
        for words, target in LINK.findall(prose(text_of(page)))
        if (number := re.search(r"section (\d+)$", words))
    ]
    return [(file.name, n) for file, n in sections if n not in numbered_sections(file)]
