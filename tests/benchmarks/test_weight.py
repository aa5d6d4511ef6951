"""What the course weighs: the time to import it, and the memory and time of its notebooks."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import nbformat
import psutil
import pytest
from nbclient import NotebookClient
from timing import seconds

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("0[1-4]*.ipynb"))
SECONDS = {"01": 15, "02": 15, "03": 15, "04": 30}


def start(imports: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {imports}"], check=True)


def test_the_explorers_add_at_most_a_fifth_of_a_second_to_their_dependencies(capsys):
    base, course = "numpy, cv2, ipywidgets", "numpy, cv2, ipywidgets, cnncourse.explorers"
    start(course)
    added = [seconds(lambda: start(course)) - seconds(lambda: start(base)) for _ in range(9)]
    with capsys.disabled():
        print(f"\nimporting cnncourse.explorers adds {1000 * median(added):.0f} ms")
    assert median(added) <= 0.2


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """In a new environment the first Python compiles all it imports, and takes memory for that."""
    start("ipykernel.kernelapp, matplotlib.pyplot, cnncourse.explorers")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_light_and_quick(path, capsys, monkeypatch):
    # No kernel can import torch: None in sys.modules is how Python marks a module as absent.
    notebook = nbformat.read(path, as_version=4)
    hide = nbformat.v4.new_code_cell("import sys; sys.modules['torch'] = None")
    notebook.cells.insert(0, hide)
    client = NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    began = time.perf_counter()
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        taken = time.perf_counter() - began
        kernel = psutil.Process(client.km.provisioner.pid)
        megabytes = kernel.memory_info().rss / 1e6
    with capsys.disabled():
        print(f"\n{path.stem}: {taken:.1f} s, {megabytes:.0f} MB resident")
    assert megabytes < 200
    assert taken <= SECONDS[path.stem[:2]]
