"""A look at the installation: what is there, what is not, and what to do about it.

    python -m cnncourse doctor

Every check is a function that returns one ``Finding``. Nothing is repaired or downloaded.
"""

from __future__ import annotations

import gzip
import importlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

GOOD, ABSENT, WRONG = "good", "absent", "wrong"
MARKS = {GOOD: "✓", ABSENT: "–", WRONG: "✗"}

OLDEST_PYTHON = (3, 10)

# name on the page, module, distribution
PACKAGES = [
    ("NumPy", "numpy", "numpy"),
    ("matplotlib", "matplotlib", "matplotlib"),
    ("scikit-learn", "sklearn", "scikit-learn"),
    ("Pillow", "PIL", "pillow"),
    ("ipywidgets", "ipywidgets", "ipywidgets"),
]

# file name, and size in bytes once unpacked: a header, then one byte for each pixel or label
DIGIT_FILES = {
    "train-images-idx3-ubyte": 16 + 60_000 * 28 * 28,
    "train-labels-idx1-ubyte": 8 + 60_000,
    "t10k-images-idx3-ubyte": 16 + 10_000 * 28 * 28,
    "t10k-labels-idx1-ubyte": 8 + 10_000,
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
    findings += [check_package(*package) for package in PACKAGES]
    findings += [check_opencv(), check_jupyterlab(), check_widgets(), check_kernel()]
    findings += check_torch()
    return [*findings, check_digits(os.environ.get("CNNCOURSE_DATA"))]


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
    return Finding("cnncourse", GOOD, f"{cnncourse.__version__} in {folder}")


def check_package(name: str, module: str, distribution: str) -> Finding:
    """Import a package that the course cannot do without."""
    try:
        importlib.import_module(module)
    except ImportError as error:
        return Finding(name, WRONG, f"does not load: {error}", pip_install(distribution))
    return Finding(name, GOOD, metadata.version(distribution))


def check_opencv(load: Callable[[str], object] = importlib.import_module) -> Finding:
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
    return pip_install("--force-reinstall opencv-python-headless")


def check_jupyterlab() -> Finding:
    """Look for JupyterLab."""
    version = installed_version("jupyterlab")
    if version is None:
        return Finding("JupyterLab", ABSENT, "not installed", pip_install('-e ".[jupyter]"'))
    return Finding("JupyterLab", GOOD, version)


def check_widgets() -> Finding:
    """Compare the two halves of the widgets: ipywidgets here, jupyterlab_widgets in the browser."""
    back, front = installed_version("ipywidgets"), installed_version("jupyterlab_widgets")
    if back is None or front is None:
        return Finding("widgets", WRONG, "one half is missing", pip_install("ipywidgets"))
    return compare_widgets(back, front, metadata.requires("ipywidgets") or [])


def compare_widgets(back: str, front: str, requirements: list[str]) -> Finding:
    """Hold the front end's version to what ipywidgets itself asks for."""
    from packaging.requirements import Requirement

    wanted = next(
        requirement.specifier
        for requirement in map(Requirement, requirements)
        if requirement.name.replace("-", "_") == "jupyterlab_widgets"
    )
    detail = f"back end {back}, front end {front}"
    if front in wanted:
        return Finding("widgets", GOOD, f"{detail}: they match")
    remedy = pip_install("--upgrade ipywidgets jupyterlab_widgets") + ", then reload the page"
    return Finding("widgets", WRONG, f"{detail}, which should be {wanted}", remedy)


def check_kernel() -> Finding:
    """See that the kernel named python3, which the notebooks ask for, is this Python."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return Finding("kernel", ABSENT, "Jupyter is not installed", pip_install("ipykernel"))
    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("kernel", WRONG, "no kernel named python3", pip_install("ipykernel"))
    return compare_kernel(program)


def compare_kernel(program: str) -> Finding:
    """Compare the program that a kernel starts with the Python that runs now."""
    # Jupyter itself replaces a bare "python" by the Python it runs on
    if not os.path.isabs(program) or Path(program) == Path(sys.executable):
        return Finding("kernel", GOOD, "python3 is this Python")
    detail = f"python3 starts another Python, {program}"
    return Finding("kernel", WRONG, detail, f"{sys.executable} -m ipykernel install --sys-prefix")


def check_torch() -> list[Finding]:
    """See whether PyTorch and torchvision are there and match, and whether there is a GPU."""
    if installed_version("torch") is None:
        detail = "not installed; notebooks 01 to 04 do not need it"
        return [Finding("PyTorch", ABSENT, detail, pip_install('-e ".[lab]"'))]
    command = [sys.executable, "-c", TRY_TORCH]
    trial = subprocess.run(command, capture_output=True, text=True)
    if trial.returncode != 0:
        return [broken_torch(trial.stderr)]
    return working_torch(json.loads(trial.stdout.splitlines()[-1]), shutil.which("nvidia-smi"))


def broken_torch(error: str) -> Finding:
    """Describe a PyTorch that does not load, or not together with torchvision."""
    versions = f"{installed_version('torch')} with torchvision {installed_version('torchvision')}"
    last = (error.strip().splitlines() or ["the process ended without a message"])[-1]
    remedy = pip_install("--upgrade torch torchvision") + " (both in one command)"
    return Finding("PyTorch", WRONG, f"{versions} do not work together: {last}", remedy)


def working_torch(found: dict, nvidia_smi: str | None) -> list[Finding]:
    """Describe a PyTorch that works, and the GPU it uses."""
    pair = f"{found['torch']} and torchvision {found['torchvision']} work together"
    return [Finding("PyTorch", GOOD, pair), describe_gpu(found["gpu"], nvidia_smi)]


def describe_gpu(gpu: str | None, nvidia_smi: str | None) -> Finding:
    """Say which GPU PyTorch uses; the course never needs one."""
    if gpu:
        return Finding("GPU", GOOD, gpu)
    if nvidia_smi:
        remedy = "for faster training, install the CUDA build named on pytorch.org/get-started"
        return Finding("GPU", ABSENT, "NVIDIA's driver is here, but PyTorch sees no GPU", remedy)
    return Finding("GPU", ABSENT, "none; everything in the course runs on the CPU")


def check_digits(data: str | None) -> Finding:
    """Look for the four MNIST files in the folder that CNNCOURSE_DATA names."""
    remedy = "set CNNCOURSE_DATA to the folder that holds MNIST/raw; only the MNIST lab uses it"
    if not data:
        return Finding("digits", ABSENT, "CNNCOURSE_DATA is not set", remedy)
    folder = Path(data) / "MNIST" / "raw"
    problems = [problem for name in DIGIT_FILES if (problem := digit_problem(folder, name))]
    if problems:
        return Finding("digits", ABSENT, "; ".join(problems), remedy)
    return Finding("digits", GOOD, f"MNIST in {folder}")


def digit_problem(folder: Path, name: str) -> str:
    """Say what is wrong with one MNIST file, plain or gzipped; "" if nothing is."""
    plain, packed = folder / name, folder / f"{name}.gz"
    try:
        if plain.exists():
            size = plain.stat().st_size
        else:
            with gzip.open(packed) as file:
                size = len(file.read())
    except FileNotFoundError:
        return f"{packed} is not there"
    except (OSError, EOFError) as error:
        return f"{packed} cannot be read ({error})"
    expected = DIGIT_FILES[name]
    return "" if size == expected else f"{name} has {size} bytes instead of {expected}"


def installed_version(distribution: str) -> str | None:
    """Return the version of an installed distribution, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def pip_install(what: str) -> str:
    """Return the command that installs something into this very environment."""
    return f"{sys.executable} -m pip install {what}"
