"""Commands that write replace what they made themselves and nothing else, whole or not at all."""

import json
import os
import re
from pathlib import Path
from types import SimpleNamespace

import handouts
import nbformat
import pictures
import pytest
import slides
import tiny_course
from nbformat.v4 import new_markdown_cell, new_notebook
from pictures import __main__ as figures
from torch import nn

from cnncourse.__main__ import answered, main
from cnncourse.figures import svg
from cnncourse.lab import checkpoints
from cnncourse.run import command, notebook
from cnncourse.run.execute import PASSED, JobOutcome, signed
from cnncourse.site import __main__ as site

ROOT = Path(__file__).resolve().parents[1]


def execute(jobs, at_once, timeout, watch):
    """Stand in for the kernels: the notebooks come back as they are."""
    for job in jobs:
        executed = notebook.parse(job.source)
        executed["metadata"]["papermill"] = {"duration": 1.0}
        yield JobOutcome(job, PASSED, 1.0, 1, executed=signed(executed, job, PASSED))


def run(folder, patch, arguments):
    """``cnncourse run``."""
    patch(command.local, "run_here", execute)
    tiny_course.write(folder / "notebooks" / "01_a.ipynb")
    files = ["01_a.ipynb", "01_a.html", "report.json", "junit.xml"]
    act = lambda: main(["run", str(folder / "notebooks" / "01_a.ipynb"), "--build", str(folder)])  # noqa: E731
    return act, [folder / name for name in files]


def hand_out(folder, patch, arguments):
    """``tools/handouts.py``."""
    patch(handouts, "notebooks", lambda: [ROOT / "notebooks" / "01_image_basics.ipynb"])
    arguments(folder)
    files = ["student/01_image_basics.ipynb", "solutions/README.md", "student/img/hero.svg"]
    return lambda: answered(handouts.main), [folder / name for name in files]


def present(folder, patch, arguments):
    """``tools/slides.py``."""
    reveal = folder / "reveal"
    for part in ("dist", "plugin/notes"):
        (reveal / part).mkdir(parents=True)
        (reveal / part / "a.js").touch()
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Look")]), folder / "a.ipynb")
    runs = [{"notebook": "a.ipynb", "files": "a"}]
    (folder / "report.json").write_text(json.dumps({"runs": runs}))
    arguments("--build", folder, "--reveal", reveal)
    files = ["a.html", "reveal.js/dist/a.js"]
    return lambda: answered(slides.main), [folder / "slides" / name for name in files]


def publish(folder, patch, arguments):
    """``cnncourse.site``, with a page for all that it builds."""
    for name, value in {"executed": {}, "repository": "", "site": {"index.html": b"1"}}.items():
        patch(f"cnncourse.site.build.{name}", lambda *_, value=value: value)
    patch(site, "cnncourse", lambda arguments: 0)
    arguments("--build", folder)
    return lambda: answered(site.main), [folder / "site" / "index.html"]


def draw(folder, patch, arguments):
    """``make figures``."""
    patch(figures, "save_all", lambda: pictures.save_all(folder))
    arguments()
    return lambda: answered(figures.main), [folder / "hero.svg", folder / "same_padding.svg"]


def keep_a_network(folder, patch, arguments):
    """``checkpoints.save``."""
    path = folder / "digits.pt"
    return lambda: answered(lambda: checkpoints.save(path, nn.Linear(2, 1)) or 0), [path]


def keep_a_picture(folder, patch, arguments):
    """``Svg.save``."""
    path = folder / "picture.svg"
    return lambda: answered(lambda: svg.Svg("", 1, 1, "A dot").save(path) or 0), [path]


COMMANDS = [run, hand_out, present, publish, draw, keep_a_network, keep_a_picture]


@pytest.fixture(params=COMMANDS, ids=lambda command: command.__name__)
def written(request, tmp_path, monkeypatch):
    """A command, and some of the files that it writes."""

    def arguments(*words):
        monkeypatch.setattr("sys.argv", ["command", *map(str, words)])

    act, files = request.param(tmp_path, monkeypatch.setattr, arguments)
    return SimpleNamespace(act=act, files=files, folder=tmp_path)


def contents(folder):
    """Return what is in all files below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def said(capsys):
    """Return the sentence of a refusal; fail if it is none."""
    complaint = capsys.readouterr().err
    assert len(complaint.splitlines()) == 1 and "Traceback" not in complaint
    return complaint


def test_what_a_command_made_itself_is_replaced(written):
    assert written.act() == 0
    assert all(file.is_file() for file in written.files)
    assert written.act() == 0
    assert not [path for path in written.folder.rglob("*.part")]


def test_somebody_elses_file_is_refused_and_stays(written, capsys):
    for file in written.files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("my essay")
        before = contents(written.folder)
        assert written.act() not in (0, None)
        assert str(file) in said(capsys)
        assert before.items() <= contents(written.folder).items()
        file.unlink()


def test_a_folder_in_the_way_is_refused(written, capsys):
    file = written.files[0]
    file.mkdir(parents=True)
    assert written.act() not in (0, None)
    assert str(file) in said(capsys) and file.is_dir()


def test_on_a_full_disk_the_old_files_stay_whole(written, capsys, monkeypatch):
    def full(number):
        raise OSError(28, "No space left on device")

    assert written.act() == 0
    before = contents(written.folder)
    monkeypatch.setattr(os, "fsync", full)
    capsys.readouterr()
    assert written.act() not in (0, None)
    assert "No space left" in said(capsys)
    left = contents(written.folder)
    assert {path: text for path, text in before.items() if path in left} == left
    # a run takes its earlier reports away before it begins: they would be of another run
    assert {path.name for path in before.keys() - left.keys()} <= {"report.json", "junit.xml"}


def test_ctrl_c_gives_130_and_one_line(written, capsys, monkeypatch):
    def interrupted(number):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    assert written.act() == 130
    assert len(capsys.readouterr().err.splitlines()) <= 1
    assert not [path for path in written.folder.rglob("*.part")]


def test_what_somebody_wrote_into_a_result_is_not_replaced_and_what_they_ran_is(
    tmp_path, monkeypatch, capsys
):
    act, (path, *_) = run(tmp_path, monkeypatch.setattr, None)
    assert act() == 0
    opened = json.loads(path.read_bytes())
    opened["metadata"]["kernelspec"]["display_name"] = "as JupyterLab writes it"
    opened["cells"][0]["source"] = opened["cells"][0]["source"].splitlines(keepends=True)
    path.write_text(json.dumps(opened))
    assert act() == 0
    opened["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "my notes"})
    path.write_text(json.dumps(opened))
    capsys.readouterr()
    assert act() == 2 and str(path) in said(capsys)
    assert "my notes" in path.read_text()


def test_nothing_else_in_the_sources_opens_files_to_write():
    """Whoever adds a way to write, adds it here, or uses files.py."""
    writes = r"\.write_(?:text|bytes)\(|open\([^)]*[\"'][wxa]b?[\"']|np\.savez?\(|rmtree|\.unlink\("
    sources = [path for part in ("cnncourse", "tools") for path in (ROOT / part).rglob("*.py")]
    assert {
        path.relative_to(ROOT).as_posix()
        for path in sources
        if re.search(writes, path.read_text(encoding="utf-8"))
    } == {
        "cnncourse/files.py",  # the one place where files are replaced
        "cnncourse/exercises/progress.py",  # adds lines; forgets its own file
        "cnncourse/run/execute.py",  # into a folder that is gone afterwards
        "cnncourse/run/store.py",  # removes earlier reports and pages of a run
        "cnncourse/site/python.py",  # into a folder that is gone afterwards
        "tools/classroom/accounts.py",  # a copy for a student that was interrupted
        "tools/classroom/hub.py",  # the log, in the hub's own folder
        "tools/classroom/jupyterhub_config.py",  # a folder that it has made itself
        "tools/classroom/mischief.py",  # in the folder of a student who misbehaves
        "tools/setup.py",  # an environment whose Python does not start
    }
