"""Notebooks run for real: in kernels, in processes that die, on a cluster; interrupted, resumed.

The parts of ``cnncourse.run`` have tests of their own in ``tests/``, which start no kernel.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace
from xml.etree import ElementTree

import nbformat
import psutil
import pytest
import tiny_course
from papermill import engines
from tiny_course import write

from cnncourse.run import cluster, local
from cnncourse.run.execute import FAILED, PASSED, SKIPPED, TIMED_OUT, execute
from cnncourse.run.plan import Job

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")

HANG = "\n".join(
    [
        "import os, time",
        "from pathlib import Path",
        "if not Path('go').exists():",
        "    Path('kernel.new').write_text(str(os.getpid()))",
        "    Path('kernel.new').rename('kernel')",
        "    time.sleep(600)",
    ]
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder with a course of three notebooks, after one run of the command; and what it said."""
    folder = tmp_path_factory.mktemp("course")
    notebooks = folder / "notebooks"
    write(notebooks / "01_good.ipynb", "print(seed)", parameters="seed = 0  # 0 to 9")
    write(notebooks / "02_bad.ipynb", "x = 1", "x / 0", "print('never')")
    write(notebooks / "03_dies.ipynb", "import os; os._exit(1)")
    before = {path.name: path.read_bytes() for path in notebooks.iterdir()}
    run = tiny_course.command("run", "--jobs", "3", "-p", "seed=4", cwd=folder)
    return SimpleNamespace(folder=folder, before=before, said=run.stdout, code=run.returncode)


def test_every_notebook_has_a_line_that_says_how_it_went(course):
    assert re.search(r"✓ passed +\d+\.\d s  01_good\.ipynb seed=4 \(3 code cells\)", course.said)
    assert re.search(r"✗ failed +\d+\.\d s  02_bad\.ipynb \(2 code cells\)", course.said)
    assert re.search(r"1 passed, 2 failed in \d+ s", course.said)


def test_one_failure_makes_the_command_fail(course):
    assert course.code == 1


def test_a_failing_cell_is_shown_with_its_error(course):
    assert "cell 2 failed:\nx / 0\n" in course.said
    assert "ZeroDivisionError: division by zero" in course.said
    assert "\x1b" not in course.said


def test_a_kernel_that_dies_is_a_failure(course):
    assert re.search(r"✗ failed .* 03_dies\.ipynb .*\nDeadKernelError", course.said)


def test_executed_notebooks_pages_and_reports_lie_in_the_build_folder(course):
    build = course.folder / "build"
    names = {"01_good,seed=4", "02_bad", "03_dies"}
    expected = {f"{name}{end}" for name in names for end in (".ipynb", ".html")}
    assert {path.name for path in build.iterdir()} == {*expected, "report.json", "junit.xml"}
    executed = nbformat.read(build / "01_good,seed=4.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].text == "4\n"
    report = json.loads((build / "report.json").read_bytes())
    assert [run["status"] for run in report["runs"]] == [PASSED, FAILED, FAILED]
    suite = ElementTree.parse(build / "junit.xml").find("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")


def test_the_notebooks_themselves_do_not_change(course):
    after = {path.name: path.read_bytes() for path in (course.folder / "notebooks").iterdir()}
    assert after == course.before


# One notebook ------------------------------------------------------------------------------------


def outputs(outcome):
    """Return what the code cells printed."""
    cells = json.loads(outcome.executed)["cells"]
    printed = (out for cell in cells for out in cell.get("outputs", ()) if "text" in out)
    return ["".join(output["text"]) for output in printed]


@pytest.fixture(scope="module")
def passed(tmp_path_factory):
    """The outcome of a notebook with a parameter, executed in a thread as Dask's workers do it."""
    folder = tmp_path_factory.mktemp("own folder")
    cell = "seed = 0  # 0 to 9"
    prints = "from pathlib import Path; print(seed, Path.cwd().name)"
    path = tiny_course.write(folder / "01_a.ipynb", prints, parameters=cell)
    job = Job(path, {"seed": 7}, path.read_bytes())
    found = []
    thread = threading.Thread(target=lambda: found.append(execute(job, timeout=500)))
    thread.start()
    thread.join()
    return found[0]


def test_a_notebook_gets_its_parameters_and_runs_in_its_own_folder(passed):
    assert (passed.status, passed.error) == (PASSED, "")
    assert outputs(passed) == [f"7 {passed.job.notebook.parent.name}\n"]


def test_the_cells_that_ran_are_counted(passed):
    assert passed.cells == 3  # the parameters, those given, and the one that prints


def test_the_result_says_what_it_was_made_of_and_names_no_temporary_folder(passed):
    metadata = json.loads(passed.executed)["metadata"]
    course = metadata["cnncourse"]
    assert len(course.pop("text_sha256")) == 64  # of this very text: tests/run/test_store.py
    assert course == {
        "source_sha256": passed.job.fingerprint,
        "parameters": {"seed": 7},
        "status": PASSED,
    }
    assert metadata["papermill"]["input_path"] == str(passed.job.notebook)
    assert metadata["papermill"]["output_path"] == "01_a,seed=7.ipynb"


def test_time_runs_out_for_the_notebook_and_not_for_each_cell(tmp_path):
    sleeps = ["import time; print('begun')", *["time.sleep(0.5)"] * 40]
    outcome = execute(tiny_course.job(tmp_path / "a.ipynb", *sleeps), timeout=2)
    assert outcome.status == TIMED_OUT
    assert 1 <= outcome.cells < 10
    assert outcome.error.startswith("not done after 2 s: cell ")
    assert outcome.error.endswith("was running:\ntime.sleep(0.5)")
    assert outputs(outcome) == ["begun\n"]  # as far as it came


def test_the_file_is_written_at_the_beginning_and_the_end_and_not_at_every_cell(
    tmp_path, monkeypatch
):
    written = []
    monkeypatch.setattr(engines, "write_ipynb", lambda notebook, path: written.append(path))
    assert execute(tiny_course.job(tmp_path / "a.ipynb", "1", "2", "3")).status == PASSED
    assert len(written) == 2


def test_a_process_that_dies_is_a_failure_and_the_others_go_on(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # who is killed cannot tidy up
    # a kernel's parent is the process that runs its notebook
    kills = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
    jobs = [
        tiny_course.job(tmp_path / "dies.ipynb", kills),
        tiny_course.job(tmp_path / "lives.ipynb", "1 + 1"),
    ]
    outcomes = {outcome.job.name: outcome for outcome in local.run_here(jobs, at_once=2)}
    assert outcomes["lives"].status == PASSED
    assert outcomes["dies"].status == FAILED
    assert "ended with code -9 and no result: if the memory was full" in outcomes["dies"].error


# Stopped on the way -------------------------------------------------------------------------------


def start(folder, *arguments):
    """Start the command on a notebook that passes and one that hangs; wait until it does."""
    write(folder / "notebooks" / "01_counts.ipynb", "open('count', 'a').write('I')")
    write(folder / "notebooks" / "02_hangs.ipynb", HANG)
    words, environment = tiny_course.program("run", "--jobs", "1", *arguments)
    process = subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    kernel = folder / "notebooks" / "kernel"
    wait_until(kernel.exists)
    return process, int(kernel.read_text())


def wait_until(condition, seconds=120):
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.05)


def gone(process):
    """Tell whether a process has ended, whether or not its parent has taken notice."""
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_an_interrupted_run_stops_its_kernels_and_says_what_was_done(tmp_path):
    process, kernel = start(tmp_path)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert gone(kernel)
    assert said.strip().splitlines()[-1].startswith("1 passed, 1 skipped in ")
    report = json.loads((tmp_path / "build" / "report.json").read_bytes())
    assert [run["status"] for run in report["runs"]] == [PASSED, SKIPPED]
    assert report["exit_code"] == 130


def test_a_killed_run_leaves_whole_files_and_no_kernel_and_is_resumed(tmp_path):
    build = tmp_path / "build"
    build.mkdir()
    # of an earlier run: it must not look like this one's
    (build / "report.json").write_text('{"cnncourse": "0.1.0", "runs": []}')
    process, kernel = start(tmp_path)
    process.kill()
    process.communicate()
    wait_until(lambda: gone(kernel))
    assert {path.name for path in build.iterdir()} == {"01_counts.ipynb", "01_counts.html"}
    nbformat.read(build / "01_counts.ipynb", as_version=4)
    assert (build / "01_counts.html").read_text(encoding="utf-8").rstrip().endswith("</html>")

    (tmp_path / "notebooks" / "go").touch()
    again = tiny_course.command("run", "--resume", cwd=tmp_path)
    assert again.returncode == 0, again.stdout
    assert "executing 1 notebook (1 passed earlier)" in again.stdout
    assert "2 passed in" in again.stdout
    assert (tmp_path / "notebooks" / "count").read_text() == "I"  # it ran once


# On a cluster ------------------------------------------------------------------------------------


WAIT = "\n".join(
    [
        "import os, time",
        "from pathlib import Path",
        "if not Path('worker').exists():  # the first attempt: say who runs it, and hang",
        "    Path('worker.new').write_text(str(os.getppid()))",
        "    Path('worker.new').rename('worker')",
        "    time.sleep(600)",
    ]
)


def dask(role, *arguments, log):
    """Start a scheduler or a worker on this machine."""
    words = [sys.executable, "-m", f"distributed.cli.dask_{role}", *arguments]
    path = f"{tiny_course.ROOT}:{os.environ['PYTHONPATH']}"
    environment = {**os.environ, "PYTHONPATH": path, "TMPDIR": log.name + ".d"}
    return subprocess.Popen(words, stdout=log, stderr=log, env=environment, cwd=log.name + ".d")


def wait_for(path, seconds=120):
    """Wait until a file is there, and return its text."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"no {path.name} after {seconds} s"
        time.sleep(0.05)
    return path.read_text()


@pytest.fixture
def scheduler(tmp_path):
    """The address of a scheduler with two workers of one thread each."""
    pytest.importorskip("distributed")
    (tmp_path / "log.d").mkdir()
    address = tmp_path / "address.json"
    here = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    worker = [*here, "--scheduler-file", str(address), "--nthreads", "1", "--no-nanny"]
    with open(tmp_path / "log", "w") as log:
        processes = [
            dask("scheduler", *here, "--port", "0", "--scheduler-file", str(address), log=log),
            dask("worker", *worker, log=log),
            dask("worker", *worker, log=log),
        ]
        try:
            yield json.loads(wait_for(address))["address"]
        finally:
            for process in processes:
                process.kill()
                process.wait()


def test_nothing_is_lost_when_a_worker_is_killed(scheduler, tmp_path):
    jobs = [tiny_course.job(tmp_path / "hangs.ipynb", WAIT)]
    jobs += [tiny_course.job(tmp_path / f"{name}.ipynb", f"print('{name}')") for name in "ab"]
    outcomes = cluster.run_on_cluster(cluster.connect(scheduler), jobs, timeout=500)
    first = next(outcomes)  # from the worker that does not hang
    os.kill(int(wait_for(tmp_path / "worker")), signal.SIGKILL)
    results = {outcome.job.name: outcome for outcome in [first, *outcomes]}
    assert {name: outcome.status for name, outcome in results.items()} == {
        "hangs": PASSED,
        "a": PASSED,
        "b": PASSED,
    }
    assert b"b\\n" in results["b"].executed
