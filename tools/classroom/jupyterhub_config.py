"""JupyterHub for a classroom on one machine, to rehearse with: see docs/classroom.md.

    export CLASSROOM_PASSWORD="a long password"
    .venv/bin/jupyterhub --config tools/classroom/jupyterhub_config.py

It needs no users on this system: whoever knows the password logs in under a name of their choice
and gets a folder with a copy of the notebooks. All servers run as one and the same user, so nothing
protects one student from another; therefore it listens on this machine only.

Environment variables: CLASSROOM_PASSWORD, at least 8 characters; CLASSROOM_FOLDER, where all files
go (build/classroom); CNNCOURSE_DATA, a folder of digits that all students read.
"""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from log import keep_secrets  # noqa: E402, it lies beside this file

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CLASSROOM_FOLDER", ROOT / "build" / "classroom")).resolve()
PATIENCE = 300  # seconds: thirty servers that start at once on two cores keep each other waiting

c = get_config()  # noqa: F821, JupyterHub defines it


def give_notebooks(spawner):
    """Copy the course into a student's folder, unless it is there: work is never replaced."""
    for name in ["docs", "img", "notebooks"]:
        copy = Path(spawner.home_dir) / name
        if not copy.exists():
            shutil.copytree(ROOT / name, copy, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))


def runtime_folder(spawner):
    """Return a folder of a student's own for the sockets of their kernels.

    The path of a socket has 107 characters at most, and Jupyter needs 50 of them.
    """
    name = hashlib.sha256(spawner.user.name.encode()).hexdigest()[:12]
    folder = RUNTIME / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(folder)


keep_secrets()
FOLDER.mkdir(parents=True, exist_ok=True)
RUNTIME = Path(tempfile.mkdtemp(prefix="class-"))  # for its owner alone
atexit.register(shutil.rmtree, RUNTIME, ignore_errors=True)
c.JupyterHub.ip = c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.db_url = f"sqlite:///{FOLDER / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(FOLDER / "cookie_secret")

c.ConfigurableHTTPProxy.command = [f"{sys.prefix}/node_modules/.bin/configurable-http-proxy"]
c.ConfigurableHTTPProxy.pid_file = str(FOLDER / "proxy.pid")

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["CLASSROOM_PASSWORD"]
c.Authenticator.allow_all = True

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(FOLDER / "students" / "{username}")
c.Spawner.pre_spawn_hook = give_notebooks
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"] if os.geteuid() == 0 else []
c.Spawner.default_url = "/lab/tree/notebooks/01_image_basics.ipynb"
c.Spawner.environment = {
    # a kernel would start one thread for each core: thirty kernels, sixty threads for two cores
    "OMP_NUM_THREADS": "1",
    "JUPYTER_CONFIG_PATH": os.pathsep.join(  # as make lab does, and for a classroom
        [str(ROOT / "tools" / "jupyter"), str(ROOT / "tools" / "classroom")]
    ),
    "JUPYTER_RUNTIME_DIR": runtime_folder,
    **{name: os.environ[name] for name in ["CNNCOURSE_DATA"] if name in os.environ},
}

# A class arrives all at once. A limit on how many servers start together would show an error page
# to those who come too many; it is better to let everybody wait, and not to give up on anybody.
c.JupyterHub.concurrent_spawn_limit = 0
c.Spawner.start_timeout = PATIENCE
c.Spawner.http_timeout = PATIENCE
