"""JupyterHub for a classroom on one machine, to rehearse with: see docs/classroom.md.

    export CLASSROOM_PASSWORD="a long password"
    .venv/bin/jupyterhub --config tools/classroom/jupyterhub_config.py

It needs no users on this system: whoever knows the password logs in under a name of their choice
and gets a folder with a copy of the notebooks. Started by root, each student is a user of their own
(``accounts.py``). Otherwise all servers run as one and the same user, and nothing protects one
student from another's programs; therefore the hub listens on this machine only.

Environment variables: CLASSROOM_PASSWORD, at least 8 characters; CLASSROOM_FOLDER, where all files
go (build/classroom); CLASSROOM_MEGABYTES, how much a student's folder may hold (1000);
CNNCOURSE_DATA, a folder of digits that all students read.
"""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import accounts  # noqa: E402, it lies beside this file
from jupyterhub.spawner import SimpleLocalProcessSpawner  # noqa: E402
from log import keep_secrets  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CLASSROOM_FOLDER", ROOT / "build" / "classroom")).resolve()
PASSED_ON = ["CNNCOURSE_DATA", "CLASSROOM_MEGABYTES"]  # to every server
PATIENCE = 300  # seconds: thirty servers that start at once on two cores keep each other waiting

c = get_config()  # noqa: F821, JupyterHub defines it


def number_of(spawner):
    """Return the number of a student as a user of the system; None if all are the same user."""
    return accounts.FIRST + spawner.user.id if SEPARATE else None


class OneStudent(SimpleLocalProcessSpawner):
    """A server that runs as its student, if this hub may do that."""

    def make_preexec_fn(self, name):
        """Return what the new process does before it becomes the server."""
        enter, number = super().make_preexec_fn(name), number_of(self)

        def begin():
            if number is not None:
                accounts.become(number)
            enter()

        return begin


def give_notebooks(spawner):
    """Copy the course into a student's folder, unless it is there: work is never replaced."""
    home = accounts.own_folder(Path(spawner.home_dir), number_of(spawner))
    for name in ["docs", "img", "notebooks"]:
        accounts.give(ROOT / name, home / name, number_of(spawner))


def runtime_folder(spawner):
    """Return a folder of a student's own for the sockets of their kernels.

    The path of a socket has 107 characters at most, and Jupyter needs 50 of them.
    """
    name = hashlib.sha256(spawner.user.name.encode()).hexdigest()[:12]
    return str(accounts.own_folder(RUNTIME / name, number_of(spawner)))


keep_secrets()
os.umask(0o077)  # what hub and students write is for its owner alone
STUDENTS, RUNTIME = FOLDER / "students", Path(tempfile.mkdtemp(prefix="class-"))
STUDENTS.mkdir(parents=True, exist_ok=True)
for way in (FOLDER, STUDENTS, RUNTIME):
    way.chmod(0o711)  # each goes through to a folder of their own, and sees nobody else's
SEPARATE = accounts.can_be_separate(ROOT / "notebooks", STUDENTS, RUNTIME, *accounts.python())
atexit.register(shutil.rmtree, RUNTIME, ignore_errors=True)
c.JupyterHub.ip = c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.db_url = f"sqlite:///{FOLDER / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(FOLDER / "cookie_secret")

c.ConfigurableHTTPProxy.command = [
    *(sys.executable, str(Path(__file__).with_name("log.py"))),  # it logs whole addresses
    f"{sys.prefix}/node_modules/.bin/configurable-http-proxy",
]
c.ConfigurableHTTPProxy.pid_file = str(FOLDER / "proxy.pid")

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["CLASSROOM_PASSWORD"]
c.Authenticator.allow_all = True

c.JupyterHub.spawner_class = OneStudent
c.SimpleLocalProcessSpawner.home_dir_template = str(STUDENTS / "{username}")
c.Spawner.pre_spawn_hook = give_notebooks
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"] if os.geteuid() == 0 and not SEPARATE else []
c.Spawner.default_url = "/lab/tree/notebooks/01_image_basics.ipynb"
c.Spawner.environment = {
    # a kernel would start one thread for each core: thirty kernels, sixty threads for two cores
    "OMP_NUM_THREADS": "1",
    "JUPYTER_CONFIG_PATH": os.pathsep.join(  # as make lab does, and for a classroom
        [str(ROOT / "tools" / "jupyter"), str(ROOT / "tools" / "classroom")]
    ),
    "JUPYTER_RUNTIME_DIR": runtime_folder,
    **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
}

# A class arrives all at once. A limit on how many servers start together would show an error page
# to those who come too many; it is better to let everybody wait, and not to give up on anybody.
c.JupyterHub.concurrent_spawn_limit = 0
c.Spawner.start_timeout = PATIENCE
c.Spawner.http_timeout = PATIENCE
