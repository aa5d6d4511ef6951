"""A look at the installation: what is there, what is not, and what to do about it.

    python -m cnncourse doctor

Every check is a function that returns one ``Finding``. Nothing is repaired or downloaded.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType

from packaging.requirements import Requirement

from cnncourse.run import installed
from cnncourse.run.installed import pip_install

GOOD, ABSENT, WRONG = "good", "absent", "wrong"
MARKS = {GOOD: "✓", ABSENT: "–", WRONG: "✗"}

OLDEST_PYTHON = (3, 10)
PATIENCE = 120  # seconds for PyTorch to load

# distribution → its name on the page, and the module that shows whether it loads
PACKAGES = {
    "numpy": ("NumPy", "numpy"),
    "matplotlib": ("matplotlib", "matplotlib"),
    "scikit-learn": ("scikit-learn", "sklearn"),
    "pillow": ("Pillow", "PIL"),
    "ipywidgets": ("ipywidgets", "ipywidgets"),
    "anywidget": ("anywidget", "anywidget"),
}

# extra of pyproject.toml → what it is for
EXTRAS = {
    "lab": "the MNIST lab; notebooks 01 to 04 do not need it",
    "jupyter": "opening notebooks in JupyterLab",
    "run": "python -m cnncourse run",
}

# Run in a process of its own: a pair that does not match can end the process without an exception.
# nms() is one of the compiled operators that the two packages share.
TRY_TORCH = """
import json, torch, torchvision
torchvision.ops.nms(torch.tensor([[0.0, 0.0, 2.0, 2.0]]), torch.ones(1), 0.5)
gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
if torch.backends.mps.is_available():
    gpu = "Apple GPU"
print(json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__, "gpu": gpu}))
"""


@dataclass(frozen=True)
class Finding:
    """What one check found: ``state`` is good, absent (and not needed) or wrong."""

    name: str
    state: str
    detail: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Run every check, in the order a reader wants to see them."""
    findings = [check_python(sys.version_info[:3]), check_course()]
    findings += [check_package(need) for need in installed.needs() if need.name in PACKAGES]
    findings += [check_opencv(), check_widgets(), check_kernel()]
    findings += [check_extra(extra, purpose) for extra, purpose in EXTRAS.items()]
    return [*findings, *check_torch(), check_digits()]


def report(findings: list[Finding]) -> str:
    """Return the findings as aligned lines, each remedy under its finding."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        mark = MARKS[finding.state]
        lines.append(f"{mark} {finding.state:<6}  {finding.name:<{width}}  {finding.detail}")
        if finding.remedy:
            lines.append(f"{'':<{width + 12}}→ {finding.remedy}")
    return "\n".join(lines)


def exit_code(findings: list[Finding]) -> int:
    """Return 1 if something that the course needs is wrong, else 0."""
    return int(any(finding.state == WRONG for finding in findings))


def check_python(version: tuple[int, ...]) -> Finding:
    """Compare a Python version with the oldest one the course runs on."""
    text = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return Finding("Python", WRONG, text, "install Python 3.10 or newer")
    return Finding("Python", GOOD, f"{text} on {platform.system()}")


def check_course() -> Finding:
    """Find the course's own version and the folder it is loaded from."""
    import cnncourse

    folder = Path(cnncourse.__file__).parent
    detail = f"{cnncourse.__version__} in {folder}"
    if installed.version("cnncourse") is None:
        remedy = pip_install("-e", folder.parent)
        return Finding("cnncourse", WRONG, f"{detail}, found by its path and not installed", remedy)
    return Finding("cnncourse", GOOD, detail)


def check_package(need: Requirement) -> Finding:
    """Import a package that the course cannot do without, and hold its version to what is asked."""
    name, module = PACKAGES[need.name]
    if problem := installed.problem(need):
        return Finding(name, WRONG, problem, pip_install("--upgrade", need))
    try:
        importlib.import_module(module)
    except Exception as error:  # whatever a broken installation may raise
        detail = f"does not load: {type(error).__name__}: {error}"
        return Finding(name, WRONG, detail, pip_install("--force-reinstall", need))
    return Finding(name, GOOD, f"{metadata.version(need.name)} ({need.specifier})")


def check_extra(extra: str, purpose: str) -> Finding:
    """Hold the packages of an extra to what is asked: one that is too old is wrong.

    Parameters
    ----------
    extra : str
        Its name in pyproject.toml.
    purpose : str
        What it is for.

    Returns
    -------
    Finding
    """
    lacking = installed.lacking(extra)
    if not lacking:
        versions = (
            f"{need.name} {installed.version(need.name)}" for need in installed.needs(extra)
        )
        return Finding(extra, GOOD, ", ".join(versions))
    old = any(installed.version(need.name) for need in lacking)
    detail = f"{', '.join(map(installed.problem, lacking))}: for {purpose}"
    return Finding(extra, WRONG if old else ABSENT, detail, pip_install("--upgrade", *lacking))


def check_opencv(load: Callable[[str], ModuleType] = importlib.import_module) -> Finding:
    """Import OpenCV, and say what to install if a system library such as libGL is missing."""
    try:
        cv2 = load("cv2")
    except ModuleNotFoundError:
        return Finding("OpenCV", WRONG, "not installed", pip_install("opencv-python-headless"))
    except ImportError as error:
        return Finding("OpenCV", WRONG, f"does not load: {error}", opencv_remedy(str(error)))
    return Finding("OpenCV", GOOD, cv2.__version__)


def opencv_remedy(error: str) -> str:
    """Choose the remedy for an OpenCV that is installed but does not load.

    ``opencv-python`` brings windows (Qt) and needs libGL, libglib and libxcb from the system;
    ``opencv-python-headless``, which the course asks for, needs none of them.
    """
    if ".so" in error:
        return (
            "sudo apt-get install libgl1 libglib2.0-0, or without administrator rights: "
            "pip uninstall -y opencv-python opencv-python-headless, then "
            + pip_install("opencv-python-headless")
        )
    return pip_install("--force-reinstall", "opencv-python-headless")


def check_widgets() -> Finding:
    """Compare the two halves of the widgets: ipywidgets here, jupyterlab_widgets in the browser."""
    back, front = installed.version("ipywidgets"), installed.version("jupyterlab_widgets")
    if back is None or front is None:
        return Finding("widgets", WRONG, "one half is missing", pip_install("ipywidgets"))
    return compare_widgets(back, front, metadata.requires("ipywidgets") or [])


def compare_widgets(back: str, front: str, requirements: list[str]) -> Finding:
    """Hold the front end's version to what ipywidgets itself asks for.

    Parameters
    ----------
    back, front : str
        The versions of ipywidgets and of jupyterlab_widgets.
    requirements : list of str
        What ipywidgets needs.

    Returns
    -------
    Finding
    """
    wanted = next(
        requirement.specifier
        for requirement in map(Requirement, requirements)
        if requirement.name.replace("-", "_") == "jupyterlab_widgets"
    )
    detail = f"back end {back}, front end {front}"
    if front in wanted:
        return Finding("widgets", GOOD, f"{detail}: they match")
    remedy = pip_install("--upgrade", "ipywidgets", "jupyterlab_widgets") + ", then reload the page"
    return Finding("widgets", WRONG, f"{detail}, which should be {wanted}", remedy)


def check_kernel() -> Finding:
    """See that the kernel named python3, which the notebooks ask for, is this Python."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager
    except ImportError:
        return Finding("kernel", ABSENT, "Jupyter is not installed", pip_install("ipykernel"))
    kernels = KernelSpecManager()
    folder = kernels.find_kernel_specs().get("python3")
    if folder is None:
        return Finding("kernel", WRONG, "no kernel named python3", pip_install("ipykernel"))
    try:
        command = list(map(str, kernels.get_kernel_spec("python3").argv))
    except Exception as error:  # no JSON, no command, values of other types …
        detail = f"{Path(folder, 'kernel.json')} is broken: {type(error).__name__}: {error}"
        return Finding("kernel", WRONG, detail.splitlines()[0], remove_kernel(folder))
    return compare_kernel(command, folder)


def compare_kernel(command: Sequence[str], folder: str) -> Finding:
    """Compare the command that starts a kernel with the Python that runs now.

    Parameters
    ----------
    command : sequence of str
        The program and its arguments.
    folder : str
        Where the description of the kernel lies.

    Returns
    -------
    Finding
    """
    if "ipykernel_launcher" not in command[1:]:
        detail = f"python3 in {folder} starts no ipykernel: {' '.join(command) or 'nothing'}"
        return Finding("kernel", WRONG, detail, remove_kernel(folder))
    # Jupyter itself replaces a bare "python" by the Python it runs on
    if not os.path.isabs(command[0]) or Path(command[0]) == Path(sys.executable):
        return Finding("kernel", GOOD, "python3 is this Python")
    detail = f"python3 in {folder} starts another Python, {command[0]}"
    return Finding("kernel", WRONG, detail, remove_kernel(folder))


def remove_kernel(folder: str) -> str:
    """Return how to be rid of a kernel that stands before the one of this Python.

    Jupyter takes the first folder that has the name: a new kernel further down would not be seen.
    """
    if Path(folder).is_relative_to(sys.prefix):
        return f"{sys.executable} -m ipykernel install --sys-prefix"
    return f"remove the folder {folder}: the kernel of this Python comes next"


def check_torch() -> list[Finding]:
    """See whether PyTorch and torchvision are there and match, and whether there is a GPU."""
    if installed.version("torch") is None:
        detail = "not installed; notebooks 01 to 04 do not need it"
        return [Finding("PyTorch", ABSENT, detail, pip_install(*installed.needs("lab")))]
    command = [sys.executable, "-c", TRY_TORCH]
    try:
        trial = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return [broken_torch(f"it has not loaded within {PATIENCE} seconds")]
    if trial.returncode != 0:
        return [broken_torch(trial.stderr)]
    try:
        found = json.loads(trial.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):  # a patched package may end it early, or add words of its own
        return [broken_torch(trial.stderr or trial.stdout)]
    return working_torch(found, shutil.which("nvidia-smi"))


def broken_torch(error: str) -> Finding:
    """Describe a PyTorch that does not load, or not together with torchvision."""
    versions = f"{installed.version('torch')} with torchvision {installed.version('torchvision')}"
    last = (error.strip().splitlines() or ["the process ended without a message"])[-1]
    remedy = pip_install("--upgrade", "torch", "torchvision") + " (both in one command)"
    return Finding("PyTorch", WRONG, f"{versions} do not work together: {last}", remedy)


def working_torch(found: dict, nvidia_smi: str | None) -> list[Finding]:
    """Describe a PyTorch that works, and the GPU it uses.

    Parameters
    ----------
    found : dict
        What TRY_TORCH prints.
    nvidia_smi : str or None
        The program of NVIDIA's driver, if it is there.

    Returns
    -------
    list of Finding
    """
    pair = f"{found['torch']} and torchvision {found['torchvision']} work together"
    return [Finding("PyTorch", GOOD, pair), describe_gpu(found["gpu"], nvidia_smi)]


def describe_gpu(gpu: str | None, nvidia_smi: str | None) -> Finding:
    """Say which GPU PyTorch uses; the course never needs one.

    Parameters
    ----------
    gpu : str or None
        The name that PyTorch knows.
    nvidia_smi : str or None
        The program of NVIDIA's driver, if it is there.

    Returns
    -------
    Finding
    """
    if gpu:
        return Finding("GPU", GOOD, gpu)
    if nvidia_smi:
        remedy = "for faster training, install the CUDA build named on pytorch.org/get-started"
        return Finding("GPU", ABSENT, "NVIDIA's driver is here, but PyTorch sees no GPU", remedy)
    return Finding("GPU", ABSENT, "none; everything in the course runs on the CPU")


def check_digits() -> Finding:
    """Look for the four MNIST files where the lab looks for them; nothing is fetched."""
    try:
        from cnncourse.lab import fetch
    except ImportError as error:
        remedy = pip_install(*installed.needs("lab"))
        return Finding("digits", ABSENT, f"the lab does not load: {error}", remedy)
    folders = fetch.folders()
    files = fetch.find(folders)
    remedy = "run notebook 05 once with a network, or name the folder that holds MNIST/raw in "
    if missing := fetch.missing(files):
        detail = f"{', '.join(missing)}: not, or not whole, in {' or '.join(map(str, folders))}"
        return Finding("digits", ABSENT, detail, f"{remedy}CNNCOURSE_DATA")
    found = sorted({str(file.path.parent) for file in files.values()})
    return Finding("digits", GOOD, f"MNIST in {' and '.join(found)}")
