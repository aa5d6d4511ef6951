"""What a fresh Python has loaded after it ran a line of code."""

import subprocess
import sys


def loaded_after(statement):
    """Return the names of all modules that a fresh Python has loaded after a statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())
