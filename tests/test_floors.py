"""The floors of the house: a module imports from its own floor or from below, never from above."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "cnncourse"

NUMBERS, PICTURES, HANDS, LAB, DOOR = range(5)
FLOORS = {
    "geometry": NUMBERS,
    "convolution": NUMBERS,
    "kernels": NUMBERS,
    "images": NUMBERS,
    "signals": NUMBERS,
    "activations": NUMBERS,
    "backward": NUMBERS,
    "regularise": NUMBERS,
    "architectures": NUMBERS,
    "layers": NUMBERS,
    "networks": NUMBERS,
    "imagenet": NUMBERS,
    "designs": NUMBERS,
    "pipeline": NUMBERS,
    "pooling": NUMBERS,
    "optional": NUMBERS,
    "checks": NUMBERS,
    "exercises": NUMBERS,
    "progress": NUMBERS,
    "svg": PICTURES,
    "figures": PICTURES,
    "plots": PICTURES,
    "explorer": HANDS,
    "explorers": HANDS,
    "question": HANDS,
    "keyboard": HANDS,
    "matrix_input": HANDS,
    "photo_input": HANDS,
    "drawpad": HANDS,
    "lab": LAB,
    "doctor": DOOR,
    "run": DOOR,
    "__main__": DOOR,
}
# The floor on which a library first appears. Python's own modules are at home everywhere.
LIBRARIES = {
    "numpy": NUMBERS,
    "cv2": NUMBERS,
    "PIL": NUMBERS,
    "sklearn": NUMBERS,
    "matplotlib": PICTURES,
    "ipywidgets": HANDS,
    "anywidget": HANDS,
    "IPython": HANDS,
    "traitlets": HANDS,
    "torch": LAB,
    "torchvision": LAB,
    "filelock": LAB,
    "papermill": DOOR,
    "nbclient": DOOR,
    "nbconvert": DOOR,
    "jinja2": DOOR,
    "latex2mathml": DOOR,
    "yaml": DOOR,
    "distributed": DOOR,
    "nbformat": DOOR,
    "jupyter_client": DOOR,
    "packaging": DOOR,
}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def floor_of(module):
    """Return the floor of ``cnncourse.figures.grids`` and the like."""
    name = module.split(".")[1]
    assert name in FLOORS, f"say in FLOORS on which floor {name} lives"
    return FLOORS[name]


def imports(source, module):
    """Return the dotted names that a module's source imports, relative ones resolved."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parent = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*parent, *([node.module] if node.module else [])])
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


def too_high(source, module):
    """Return what a module imports from floors above its own; unknown libraries count as above."""
    own = floor_of(module)
    wrong = set()
    for name in imports(source, module):
        top = name.split(".")[0]
        if top == "cnncourse":
            child = name.split(".")[1] if "." in name else "__version__"
            floor = FLOORS.get(child, NUMBERS if child == "__version__" else DOOR + 1)
        elif top in sys.stdlib_module_names:
            continue
        else:
            floor = LIBRARIES.get(top, DOOR + 1)
        if floor > own:
            wrong.add(name)
    return wrong


def dotted(path):
    """Return the module name of a file of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_imports_from_its_own_floor_or_below(path):
    assert too_high(path.read_text(encoding="utf-8"), dotted(path)) == set()


@pytest.mark.parametrize(
    "source, wrong",
    [
        ("import torch", {"torch"}),
        ("from cnncourse.explorer import Explorer", {"cnncourse.explorer.Explorer"}),
        ("from cnncourse import geometry, svg", {"cnncourse.svg"}),
        ("from . import plots", {"cnncourse.plots"}),
        ("from .figures.grids import window", {"cnncourse.figures.grids.window"}),
        ("def f():\n    import matplotlib.pyplot as plt", {"matplotlib.pyplot"}),
        ("import a_library_nobody_has_placed", {"a_library_nobody_has_placed"}),
        ("import numpy as np, math\nfrom cnncourse import __version__, geometry", set()),
    ],
)
def test_an_import_from_above_is_seen(source, wrong):
    assert too_high(source, "cnncourse.kernels") == wrong


def loaded_after(statement):
    """Return the names of all modules that a fresh Python has loaded after a statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_importing_the_explorers_loads_neither_torch_nor_matplotlib():
    loaded = loaded_after("import cnncourse.explorers")
    assert "cnncourse.explorers" in loaded
    assert loaded & {"torch", "torchvision", "matplotlib", "sklearn", "scipy"} == set()


@pytest.mark.slow
def test_importing_every_explorer_loads_no_torch():
    names = [dotted(path) for path in MODULES if path.parent.name == "explorers"]
    loaded = loaded_after(f"import {', '.join(names)}")
    assert loaded & {"torch", "torchvision", "matplotlib"} == set()


def test_importing_the_package_imports_nothing_else():
    before = loaded_after("pass")
    assert loaded_after("import cnncourse") - before == {"cnncourse"}
