"""All explorers' pictures, over pairs of settings: they keep their height, and all can be read."""

import base64
from pathlib import Path

import cv2
import gallery
import numpy as np
import pytest
from driving import put, settings

from cnncourse.widgets.photo import Photo, PhotoInput

HERE = Path(__file__).parent
WIDGETS = HERE.parents[1] / "cnncourse" / "widgets"
# The widths of a window, and of the pictures' column in it; the last one is a projector's.
COLUMNS = {1280: 1100, 900: 720, 390: 274, 1920: 1704}
PHONE, PROJECTOR = 390, 1920
SLACK = 2  # pixels that a height may change
SMALLEST, RESULTS = 11, 20  # pixels: any words, and those of a result on a projector
WHITE = 235  # a pixel whose channels are all above is as good as white paper
# What JupyterLab's dark theme gives to pictures.
DARK = """:root { --jp-content-font-color1: #fff; --jp-content-font-color2: #ffffffb3;
  --jp-border-color1: #616161; --jp-layout-color0: #111; --jp-layout-color1: #212121 }"""
PAGE = """<body class="{}" data-jp-theme-light="{}" style="margin:0; background:#111">
<div class="jp-Cell"><div class="jp-OutputArea-output"><div class="cnncourse-explorer">
<div class="place"></div><div class="cnncourse-sentence" style="font:13px system-ui">
<p style="margin:0; line-height:1.5"></p></div></div></div></div>"""
# What is drawn apart from photographs, digits and words.
PAPER = ".place :is(image, text) { visibility: hidden }"


@pytest.fixture(scope="module")
def page(browser):
    """An empty page with a place for a picture."""
    page = browser.new_page(reduced_motion="reduce")
    yield page
    page.close()


def shown(page, pictures, width):
    """What becomes of some pictures where the window is so wide."""
    presenting = "jp-mod-presentationMode" if width == PROJECTOR else ""
    page.set_viewport_size({"width": COLUMNS[width], "height": 900})
    page.set_content(PAGE.format(presenting, "true"))
    page.add_style_tag(content=(WIDGETS / "stage.css").read_text(encoding="utf-8"))
    sources = [WIDGETS / "stage.js", HERE / "layout.js"]
    scripts = [source.read_text(encoding="utf-8") for source in sources]
    look = (HERE / "still.js").read_text(encoding="utf-8")
    return page.evaluate(look, [*scripts, pictures])


def white_share(page, picture):
    """How much of a picture is white in the dark theme, apart from photographs and words."""
    page.set_viewport_size({"width": COLUMNS[1280], "height": 900})
    page.set_content(PAGE.format("", "false"))
    page.add_style_tag(content=DARK + PAPER)
    page.eval_on_selector(".place", "(place, markup) => { place.innerHTML = markup }", picture)
    png = page.locator(".place svg").screenshot()
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    return float((pixels.min(axis=2) > WHITE).mean())


@pytest.fixture(scope="module", params=gallery.NAMES)
def explorer(request, page):
    """Each explorer's name, and its pictures on every screen."""
    explorer = gallery.make(request.param)
    pictures = [(explorer.view.value, explorer.sentence)]
    for setting in settings(explorer):
        for name, value in setting.items():
            put(explorer, **{name: value})
        if explorer.possible:
            pictures.append((explorer.view.value, explorer.sentence))
    return request.param, {width: shown(page, pictures, width) for width in COLUMNS}


def test_its_height_stays_whatever_is_moved(explorer):
    _, screens = explorer
    for width, pictures in screens.items():
        heights = [picture["height"] for picture in pictures]
        assert max(heights) - min(heights) <= SLACK, (width, min(heights), max(heights))


def test_its_sentence_has_room_in_its_slot(explorer):
    _, screens = explorer
    for width, pictures in screens.items():
        assert max(picture["spill"] for picture in pictures) < SLACK, width


def test_nothing_in_it_is_cut_covered_or_too_small(explorer):
    _, screens = explorer
    for width, pictures in screens.items():
        assert {fault for picture in pictures for fault in picture["faults"]} == set(), width
        assert min(picture["smallest"] for picture in pictures) > SMALLEST - 0.05, width


def test_on_a_phone_its_panels_stand_one_under_the_other(explorer):
    _, screens = explorer
    assert max(picture["width"] for picture in screens[PHONE]) <= COLUMNS[PHONE]


def test_its_results_are_read_from_the_last_row(explorer):
    _, screens = explorer
    sizes = [picture["largest"] for picture in screens[PROJECTOR]]
    assert all(size >= RESULTS for size in sizes if size > 0)  # 0 and less: no words


SHAPES = {"wide": (30, 200, 3), "tall": (200, 30, 3), "as a postcard": (128, 192, 3)}
# Those whose photograph stands with the controls, not under "More settings".
WITH_PHOTOGRAPH = ("gaussian_blur", "kernel_lab", "noise_filters")
WITH_FOLDED_PHOTOGRAPH = (
    *("channel_mixer", "colour_kernel", "convolution", "pixel_microscope", "point_operations"),
    *("resolution", "shift_and_shuffle", "shift_equivariance", "threshold"),
)


@pytest.mark.parametrize("name", WITH_PHOTOGRAPH + WITH_FOLDED_PHOTOGRAPH)
def test_a_photograph_of_any_shape_is_whole_and_nothing_beside_it_is_cut(page, name):
    explorer, pictures = gallery.make(name), []
    for shape in SHAPES.values():
        pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        explorer.controls["photo"].value = Photo("mine", pixels)
        assert explorer.possible
        pictures.append((explorer.view.value, explorer.sentence))
    for width in COLUMNS:
        seen = shown(page, pictures, width)
        assert [picture["faults"] for picture in seen] == [[]] * len(SHAPES), width
        heights = [picture["height"] for picture in seen]
        if name in WITH_PHOTOGRAPH:
            assert max(heights) - min(heights) <= SLACK, width


def test_every_explorer_with_a_photograph_is_looked_at():
    made = {name: gallery.make(name).controls.values() for name in gallery.NAMES}
    found = {name for name, all in made.items() if any(isinstance(c, PhotoInput) for c in all)}
    assert found == {*WITH_PHOTOGRAPH, *WITH_FOLDED_PHOTOGRAPH}


@pytest.mark.parametrize("name", gallery.NAMES)
def test_no_part_of_it_is_white_paper_in_the_dark(page, name):
    assert white_share(page, gallery.make(name).view.value) < 0.01


@pytest.mark.parametrize("name", ["convimg", "3d-conv", "same_padding"])
def test_an_animation_in_a_text_is_dark_in_the_dark(page, name):
    page.set_viewport_size({"width": COLUMNS[1280], "height": 900})
    page.set_content(PAGE.format("", "false"))
    page.add_style_tag(content=(WIDGETS / "stage.css").read_text(encoding="utf-8"))
    source = base64.b64encode((HERE.parents[1] / "img" / f"{name}.svg").read_bytes()).decode()
    shown = f'<div class="jp-RenderedMarkdown"><img src="data:image/svg+xml;base64,{source}"></div>'
    page.eval_on_selector(".place", "(place, markup) => { place.innerHTML = markup }", shown)
    page.wait_for_function("document.querySelector('img').complete")
    png = page.locator("img").screenshot()
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert (pixels.min(axis=2) > WHITE).mean() < 0.02  # its words are white
