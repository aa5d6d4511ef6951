"""A remedy that is named has been tried: pip and apt understand it, a kernel is mended by it."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import environments
import pytest
from packaging.requirements import Requirement

from cnncourse.run import doctor, installed
from cnncourse.run.doctor import ABSENT, GOOD, WRONG

PIP = re.compile(r"(?:\S+ -m )?pip ((?:un)?install .+?)(?=, then |, or |: | \(|$)")


def broken(name):
    raise ImportError(name)


@pytest.fixture
def nothing_there(monkeypatch):
    """Let the doctor find no package at all."""
    monkeypatch.setattr(installed, "version", {}.get)


def findings_with_pip(monkeypatch):
    """Yield what the doctor says of everything that pip can mend."""
    yield doctor.check_course()
    yield from map(doctor.check_package, installed.needs()[:1])
    yield from (doctor.check_extra(extra, "something") for extra in doctor.EXTRAS)
    yield doctor.check_opencv(broken)
    yield doctor.check_opencv(lambda name: broken("libGL.so.1: cannot open shared object file"))
    yield doctor.check_widgets()
    yield doctor.compare_widgets("8.1.7", "1.0", ["jupyterlab_widgets~=3.0.15"])
    yield from doctor.check_torch()
    yield doctor.broken_torch("")
    monkeypatch.setitem(sys.modules, "jupyter_client.kernelspec", None)
    yield doctor.check_kernel()


def pips(remedy):
    """Return the arguments of each call of pip in a remedy."""
    return [shlex.split(call) for call in PIP.findall(remedy)]


def parsed(words):
    """Return what pip's own parser makes of a command; fail as pip does."""
    from pip._internal.commands import create_command

    options, targets = create_command(words[0]).parse_args(words[1:])
    return options, targets


def test_pip_understands_every_command_that_is_named(nothing_there, monkeypatch):
    count = 0
    for finding in findings_with_pip(monkeypatch):
        assert finding.state in (WRONG, ABSENT) and pips(finding.remedy), finding
        for words in pips(finding.remedy):
            options, targets = parsed(words)
            assert targets or options.editables, finding
            assert all(Requirement(target) for target in targets)
            count += 1
    assert count > 10


def test_what_pip_would_not_understand_is_found():
    with pytest.raises(SystemExit):
        parsed(["install", "--no-such-option", "numpy"])


@pytest.mark.slow
def test_pip_finds_nothing_left_to_do_where_everything_is_there():
    (words,) = pips(installed.pip_install("--upgrade", *installed.needs(), *installed.needs("run")))
    command = [sys.executable, "-m", "pip", *words, "--dry-run", "--no-index", "--no-deps"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Would install" not in done.stdout


SAYS = sorted(
    path
    for folder in ("cnncourse", "tools")
    for path in (environments.ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
)
APT = re.compile(r"apt-get install ((?:[a-z0-9][a-z0-9.+-]*[a-z0-9]\b[ ]?)+?)(?=,|  |$)")
EXTRA = re.compile(r'pip install -e "?\.(?:\[(\w+)\])?')
MAKE = re.compile(r"make (\w+) brings it")
COURSE = re.compile(r"python -m cnncourse (\w+)")


def named(pattern):
    """Return what a pattern finds in all that the programs may say, and in their descriptions."""
    texts = [
        node.value
        for path in SAYS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return sorted({found for text in texts for found in pattern.findall(text)})


@pytest.mark.slow
def test_every_extra_and_every_command_of_the_course_that_is_named_exists():
    extras = metadata.metadata("cnncourse").get_all("Provides-Extra")
    assert {"lab", "cluster", ""} <= set(named(EXTRA)) <= {*extras, ""}
    goals = re.findall(r"^([\w-]+):", (environments.ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"site", "slides"} <= set(named(MAKE)) <= set(goals)
    assert {"doctor"} <= set(named(COURSE)) <= {"run", "list", "doctor"}


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="this is no Debian or Ubuntu")
@pytest.mark.slow
@pytest.mark.skipif(
    not any(Path("/var/lib/apt/lists").glob("*Packages*")), reason="apt-get update was never run"
)
@pytest.mark.parametrize("packages", named(APT))
def test_apt_could_install_what_is_named(packages):
    command = ["apt-get", "--simulate", "install"]
    done = subprocess.run([*command, *packages.split()], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    nothing = subprocess.run([*command, "no-such-package"], capture_output=True)
    assert nothing.returncode != 0


def test_the_packages_of_the_system_that_are_named_are_found():
    assert named(APT) == ["libgl1 libglib2.0-0", "python3-venv"]


KERNEL = "from cnncourse.run import doctor; print(*vars(doctor.check_kernel()).values(), sep='|')"


def kernel_of(folder):
    """Return state and remedy of the kernel of an environment."""
    said = environments.python_in(folder, "-c", KERNEL, cwd=environments.ROOT).stdout.strip()
    _, state, detail, remedy = said.split("|")
    return state, remedy


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment with all packages."""
    folder = tmp_path_factory.mktemp("environment")
    environments.borrow(folder)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the programs lie elsewhere there")
@pytest.mark.parametrize("text", ["{", '{"argv": ["/no/python", "-m", "ipykernel_launcher"]}'])
def test_a_broken_kernel_of_an_environment_is_mended_by_what_is_named(environment, text):
    folder = environment / "share" / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernel.json").write_text(text)
    state, remedy = kernel_of(environment)
    program, *words = shlex.split(remedy)
    assert state == WRONG and Path(program).is_relative_to(environment)
    assert environments.python_in(environment, *words).returncode == 0
    assert kernel_of(environment) == (GOOD, "")
