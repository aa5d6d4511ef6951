"""img/ holds what the code draws: readable, titled, made of text only, the same on every run."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pictures
import pytest
from pictures.hero import dark, hero, mosaic, portrait
from scipy import signal

from cnncourse import images

NAMES = sorted(pictures.PICTURES)


def test_the_folder_holds_these_pictures_and_no_others():
    assert sorted(path.name for path in pictures.FOLDER.iterdir()) == sorted(
        f"{n}.svg" for n in NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_what_the_code_draws(name):
    stored = (pictures.FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert stored == f"{pictures.PICTURES[name]()}\n", "img/ is out of date: run `make figures`"


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_can_be_read_by_people_and_machines(name):
    picture = pictures.PICTURES[name]()
    root = ElementTree.fromstring(str(picture))
    assert root.find("{*}title").text and len(root.find("{*}desc").text) > 40
    _, _, width, height = map(float, root.get("viewBox").split())
    assert (width, height) == (round(picture.width, 2), round(picture.height, 2))
    assert not list(root.iterfind(".//{*}image")), "a raster would depend on a decoder"
    assert not re.search(r"\b(nan|inf|None)\b", picture.markup)
    assert len(str(picture)) < 150_000


@pytest.mark.parametrize("name", NAMES)
def test_motion_stops_for_readers_who_asked_for_less(name):
    text = str(pictures.PICTURES[name]())
    if "@keyframes" in text or "<animate" in text:
        assert "prefers-reduced-motion" in text and "<animate" not in text


def test_no_id_is_used_twice():
    for name in NAMES:
        root = ElementTree.fromstring(str(pictures.PICTURES[name]()))
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(ids) == len(set(ids))


@pytest.mark.slow
def test_a_fresh_process_draws_the_same_files(tmp_path):
    code = (
        "import sys; from pathlib import Path; from pictures import save_all;"
        "save_all(Path(sys.argv[1]))"
    )
    tools = Path(pictures.__file__).parents[1]  # where a program looks first, its own folder
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=tools)
    for name in NAMES:
        file = f"{name}.svg"
        assert (tmp_path / file).read_bytes() == (pictures.FOLDER / file).read_bytes()


def test_the_stored_portrait_is_the_sample_photograph():
    photo = images.sample("grace_hopper", grey=True).astype(float)
    blocks = photo[30:350, 110:430].reshape(40, 8, 40, 8).mean(axis=(1, 3))
    assert np.abs(portrait() - blocks).max() < 17  # one of the 16 greys


@pytest.mark.parametrize("step", [0, 17, 35])
def test_the_hero_shows_the_sum_under_its_window(step):
    kernel, corner = np.array([[1, 2, 0], [0, 0, -1], [3, 0, 0]]), (15, 20)
    patch = portrait()[15:23, 20:28]
    result = signal.correlate2d(patch, kernel, "valid")
    picture = hero(portrait(), kernel, corner=corner, step=step)
    total = f"{result.ravel()[step]:g}".replace("-", "−")
    assert picture.description.endswith(f"is {total}.")
    assert f">= {total}</text>" in str(picture)


def test_the_dark_form_of_a_picture_asks_for_no_theme_and_says_the_same():
    light = pictures.PICTURES["hero"]()
    fixed = dark(light)
    assert re.findall(r"var\(--jp-[\w-]*color", light.markup)
    assert not re.findall(r"var\(--jp-[\w-]*color", fixed.markup)
    assert (fixed.title, fixed.description) == (light.title, light.description)


def test_a_mosaic_covers_every_pixel_once_in_its_colour():
    pixels = np.array([[0, 0, 255], [255, 128, 128], [0, 255, 255]], np.uint8)
    root = ElementTree.fromstring(mosaic(pixels, 30))
    painted = np.full((3, 3), -1)
    for path in root.iter("path"):
        level = int(path.get("fill")[1:3], 16)
        for run in path.get("d").split("z")[:-1]:
            place, length = run[1:].split("h")[0], int(run.split("h")[1].split("v")[0])
            x, y = map(int, place.split())
            assert (painted[y, x : x + length] == -1).all()
            painted[y, x : x + length] = level
    assert painted.tolist() == (pixels // 16 * 17).tolist()
