"""A small site for all tests of this folder: two explorers, notebooks that were not executed."""

from pathlib import Path

import pytest

from cnncourse.site import build

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site():
    """Return the files of the site by their path in it."""
    notebooks = {f"notebooks/{path.name}": path for path in (ROOT / "notebooks").glob("*.ipynb")}
    return build.site(build.Course(ROOT, dict(sorted(notebooks.items())), ("sharing", "flip")))
