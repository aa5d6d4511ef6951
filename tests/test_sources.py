"""What the sources must never do: load what may run, fetch what is not checked."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [path for part in ("cnncourse", "tools") for path in sorted((ROOT / part).rglob("*.py"))]


FETCH = ("urlopen", "urlretrieve", "load_state_dict_from_url", "download_url", "get_state_dict")


def calls(text):
    """Yield the name of every call in a source, and its arguments that have names."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            given = {each.arg: ast.unparse(each.value) for each in node.keywords}
            yield ast.unparse(node.func), given


def risks(text):
    """Return what in a source could run a program that lies in data, or a shell."""
    found = []
    for name, given in calls(text):
        if name.endswith("torch.load") and given.get("weights_only") != "True":
            found.append(name)
        if name in ("np.load", "numpy.load") and given.get("allow_pickle") != "False":
            found.append(name)
        if name.split(".")[-1] in ("Unpickler", "unsafe_load", "full_load", "load_hub"):
            found.append(name)
        if name in ("yaml.load", "eval", "exec", "os.system", "os.popen", "pickle.load"):
            found.append(name)
        if name == "pickle.loads" or given.get("shell") == "True":
            found.append(name)
    return found


def test_no_source_loads_what_may_run():
    found = {path.name: risks(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "text",
    [
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "yaml.load(text)",
        "pickle.loads(b'')",
        "subprocess.run(words, shell=True)",
    ],
)
def test_what_may_run_is_seen(text):
    assert risks(text)
    assert not risks("torch.load(p, weights_only=True); np.load(p, allow_pickle=False)")


def test_files_are_fetched_in_two_places_only():
    """The digits and ResNet's weights, held to their SHA-256; and whether an index answers."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for name, _ in calls(path.read_text(encoding="utf-8"))
        if name.split(".")[-1] in FETCH
    }
    assert found == {"cnncourse/lab/fetch.py", "cnncourse/lab/transfer.py", "tools/setup.py"}
