"""A learner's own picture gets from the browser to the kernel, and if it does not, that is said."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes
from notebook_page import NotebookPage
from PIL import Image

from cnncourse import images

SHOW = """from cnncourse.widgets.photo import PhotoInput
photo = PhotoInput("china")
photo"""
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture(scope="module")
def page(browser, lab, course):
    """JupyterLab with the control that takes a picture."""
    cells = [new_code_cell(SHOW)]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    (course / "notebooks" / "upload.ipynb").write_text(writes(notebook))
    tab = NotebookPage(browser, lab)
    tab.open("notebooks/upload.ipynb")
    tab.command("notebook:run-all-cells")
    tab.page.get_by_role("button", name="your own picture").wait_for()
    yield tab
    tab.close()


def choose(page, path):
    """Choose a file as a learner does."""
    page.page.locator("input[type=file]").last.set_input_files(path)


def test_a_photograph_of_a_phone_arrives_and_its_shrinking_is_said(page, tmp_path):
    photo = tmp_path / "phone.jpg"
    noise = Image.effect_noise((4000, 3000), 60).convert("RGB")
    noise.save(photo, quality=97)
    assert photo.stat().st_size > 10 * 2**20  # more than a server lets through by itself
    choose(page, photo)
    page.page.get_by_text("phone.jpg: shrunk from 4000×3000 to 1024×768 pixels").wait_for()


def test_what_cannot_be_shrunk_and_is_too_large_is_refused_and_the_next_picture_arrives(
    page, tmp_path
):
    large, small = tmp_path / "large.tif", tmp_path / "small.jpg"
    large.write_bytes(bytes(9_000_000))
    choose(page, large)
    page.page.get_by_text("large.tif has more than 8 MB").wait_for()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    Image.fromarray(images.sample("flower")).resize((3000, 1500)).save(small, exif=exif)
    choose(page, small)
    page.page.get_by_text("small.jpg: shrunk from 1500×3000 to 512×1024 pixels").wait_for()


def test_a_file_that_is_no_picture_is_explained_by_the_course(page, tmp_path):
    notes = tmp_path / "<b>notes.png"
    notes.write_text("not a picture")
    choose(page, notes)
    page.page.get_by_text("<b>notes.png: the picture is not an image").wait_for()
