"""A student's server in a classroom; found through JUPYTER_CONFIG_PATH, beside that of make lab.

Thirty servers that look for free ports at random sooner or later choose the same, and a kernel
dies. Sockets of the file system are never taken, and only their owner can connect to them.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import quota  # noqa: E402, it lies beside this file
from log import keep_secrets  # noqa: E402

c = get_config()  # noqa: F821, Jupyter defines it

keep_secrets()
c.KernelManager.transport = "ipc"

c.ServerApp.contents_manager_class = quota.LimitedContents
c.FileContentsManager.delete_to_trash = False  # the trash is in the folder, too: nothing were freed
