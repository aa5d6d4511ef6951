"""The floors of the house, read from its folders: whoever imports looks down, never up.

A file at the root of the package is numbers and imports only its like. A folder is another room;
no circle of imports leads through modules or through rooms, so one of two rooms is always below.
"""

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from loaded import loaded_after

PACKAGE = Path(__file__).resolve().parent.parent / "cnncourse"
ROOT = ""  # the room of the numbers
DOORS = {"run", "site"}  # where a user comes in; the libraries that run notebooks are at home here

# The rooms in which a library may be imported. Python's own modules are at home everywhere.
LIBRARIES = {
    "numpy": "any",
    "cv2": {ROOT, "handwriting", "exercises", "figures", "explorers", "lab"},
    "PIL": {ROOT, "handwriting"},
    "sklearn": {ROOT, "lab"},
    "matplotlib": {"figures"},
    "ipywidgets": {"widgets", "explorers"},
    "anywidget": {"widgets"},
    "IPython": {"widgets"},
    "traitlets": {"widgets", "explorers"},
    "torch": {"lab"},
    "torchvision": {"lab"},
    "filelock": {"lab"},
}
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def room_of(module):
    """Return the folder of ``cnncourse.figures.grids`` and the like; "" for a file at the root."""
    parts = module.split(".")
    if len(parts) == 1 or (len(parts) == 2 and MODULES[module].name != "__init__.py"):
        return ROOT
    return parts[1]


def imports(source):
    """Return the dotted names that a module's source imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "import from cnncourse, not from a dot"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def modules_used(names):
    """Return the modules of the package among dotted names: ``x.y.z`` is x.y if z is no module."""
    ours = (name for name in names if name.split(".")[0] == "cnncourse")
    return {name if name in MODULES else name.rpartition(".")[0] for name in ours}


def wrong_libraries(source, module):
    """Return the libraries that may not be imported in the module's room, or in no room."""
    room = room_of(module)
    tops = {name.split(".")[0] for name in imports(source)} - sys.stdlib_module_names
    if room in DOORS:
        return set()
    homes = {top: LIBRARIES.get(top, set()) for top in tops - {"cnncourse"}}
    return {top for top, rooms in homes.items() if rooms != "any" and room not in rooms}


def circle(graph):
    """Return a circle in a graph of names, or None."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return found.args[1]
    return None


GRAPH = {name: modules_used(imports(path.read_text("utf-8"))) for name, path in MODULES.items()}
# the command line is a door, and a package's name alone says nothing of its rooms
INSIDE = {
    name: used - {"cnncourse"} for name, used in GRAPH.items() if name != "cnncourse.__main__"
}


def test_numbers_at_the_root_import_only_each_other():
    above = {
        name: {other for other in used if room_of(other) != ROOT}
        for name, used in INSIDE.items()
        if room_of(name) == ROOT
    }
    assert {name: used for name, used in above.items() if used} == {}


def test_no_circle_leads_through_modules():
    assert circle(INSIDE) is None


def test_of_two_rooms_one_is_below_the_other():
    rooms = {room_of(name): set() for name in INSIDE}
    for name, used in INSIDE.items():
        rooms[room_of(name)] |= {room_of(other) for other in used} - {room_of(name)}
    assert circle(rooms) is None


def test_libraries_stay_in_their_rooms():
    wrong = {name: wrong_libraries(path.read_text("utf-8"), name) for name, path in MODULES.items()}
    assert {name: libraries for name, libraries in wrong.items() if libraries} == {}


@pytest.mark.parametrize(
    "source, wrong",
    [
        ("import torch", {"torch"}),
        ("def f():\n    import matplotlib.pyplot as plt", {"matplotlib"}),
        ("import a_library_nobody_has_placed", {"a_library_nobody_has_placed"}),
        ("import numpy as np, math\nfrom cnncourse import __version__, geometry", set()),
    ],
)
def test_a_library_out_of_place_is_seen(source, wrong):
    assert wrong_libraries(source, "cnncourse.kernels") == wrong


def test_a_circle_is_seen():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) is not None
    assert circle({"a": {"b", "c"}, "b": {"c"}}) is None


def test_what_a_source_imports_is_found():
    source = "from cnncourse import figures, svg_of_nobody\nfrom cnncourse.figures.svg import rect"
    assert modules_used(imports(source)) == {
        "cnncourse",
        "cnncourse.figures",
        "cnncourse.figures.svg",
    }


def test_importing_the_explorers_loads_neither_torch_nor_matplotlib():
    loaded = loaded_after("import cnncourse.explorers")
    assert "cnncourse.explorers" in loaded
    assert loaded & {"torch", "torchvision", "matplotlib", "sklearn", "scipy"} == set()


@pytest.mark.slow
def test_importing_every_explorer_loads_no_torch():
    names = [name for name in MODULES if room_of(name) in ("explorers", "handwriting")]
    loaded = loaded_after(f"import {', '.join(names)}")
    assert loaded & {"torch", "torchvision", "matplotlib"} == set()


def test_importing_the_package_imports_nothing_else():
    before = loaded_after("pass")
    assert loaded_after("import cnncourse") - before == {"cnncourse"}
