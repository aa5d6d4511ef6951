"""Notebooks with something changed or left out, for proofs that run them."""

import dataclasses
import json

WITHOUT_TORCH = """
import sys
from importlib.machinery import PathFinder


class Blind(PathFinder):
    \"\"\"Finds what PathFinder finds, except PyTorch.\"\"\"

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        missing = name.split(".")[0] in ("torch", "torchvision")
        return None if missing else super().find_spec(name, path, target)


sys.meta_path = [Blind if finder is PathFinder else finder for finder in sys.meta_path]
"""


def changed(job, change):
    """Return a job whose cells, a list of dictionaries, went through a function."""
    notebook = json.loads(job.source)
    notebook["cells"] = change(notebook["cells"])
    return dataclasses.replace(job, source=json.dumps(notebook).encode())


def code(source):
    """Return a code cell."""
    return {
        "cell_type": "code",
        "id": "added-by-a-test",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def without_torch(job):
    """Return a job whose kernel finds neither torch nor torchvision, as if not installed."""
    return changed(job, lambda cells: [code(WITHOUT_TORCH), *cells])


def source(cell):
    """Return the text of a cell, which a file may hold as a list of lines."""
    return "".join(cell["source"])
