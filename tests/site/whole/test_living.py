"""The site in a browser: it answers from packs, then from Python, and asks no other host."""

import gzip
import json
import re
from base64 import b64decode
from pathlib import Path

import cv2
import numpy as np
import pytest
from packs import Walker, in_reach
from require import missing
from said import sentence, words

from cnncourse import architectures, explorers, figures, pipeline
from cnncourse.site import body, catalogue
from cnncourse.site.pack import Recorder
from cnncourse.site.tree import SENTENCE, VIEW, Tree

AXE = Path(__import__("sys").prefix) / "node_modules" / "axe-core" / "axe.min.js"
MINUTE = 60_000
# These count pixels of a photograph that was shrunk, a few of them a grey level apart, or the bytes
# that its encoder needs.
NEARLY = ("point_operations", "resolution", "threshold")
GRAVE = ("serious", "critical")
HREF = re.compile(r'href="[^"]*"')
PNG = re.compile(r'href="data:image/png;base64,([^"]*)"')


def open_explorer(visit, name, hash="", **context):
    page = visit(f"e/{name}.html{hash}", **context)
    page.wait_for_function("window.times?.shown > 0")
    return page


def pack_of(folder, name):
    text = (folder / "packs" / f"{name}.js").read_text("utf-8")
    return json.loads(text.removeprefix("PACK(").removesuffix(")\n"))


def wait_for_python(page):
    page.wait_for_function(
        "times.ready > 0 && !document.querySelector('.waiting')", timeout=2 * MINUTE
    )


def test_all_packs_together_are_small(folder):
    packs = [path.read_bytes() for path in (folder / "packs").iterdir()]
    assert len(packs) == len(catalogue.NAMES)
    assert sum(len(gzip.compress(pack)) for pack in packs) <= 4_000_000


def test_a_slider_is_answered_from_the_pack(visit):
    page = open_explorer(visit, "convolution")
    explorer = explorers.convolution()
    assert sentence(page) == words(explorer.sentence)
    page.get_by_label("stride").focus()
    page.keyboard.press("ArrowRight")
    explorer.controls["stride"].value = 2
    page.wait_for_function("times.painted > 0")
    assert sentence(page) == words(explorer.sentence) and page.url.endswith("#stride=2")
    assert page.evaluate("times.asked") is None


def test_arrow_keys_get_on_where_few_values_are_drawn_ahead(visit, folder):
    page = open_explorer(visit, "layer_xray")
    values = pack_of(folder, "layer_xray")["snap"]["digit"]
    page.get_by_label("example", exact=True).focus()
    for value in values[1:4]:
        painted = page.evaluate("times.painted")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"times.painted > {painted}")
        assert page.get_by_label("example", exact=True).input_value() == str(value)


def test_the_front_page_lives_by_itself(visit):
    page = visit("index.html")
    frame = page.locator(".living iframe").element_handle().content_frame()
    frame.wait_for_function("window.times?.shown > 0")
    frame.get_by_label("stride").focus()
    page.keyboard.press("ArrowRight")
    explorer = explorers.convolution()
    explorer.controls["stride"].value = 2
    frame.wait_for_function("times.painted > 0")
    assert sentence(frame) == words(explorer.sentence)


def test_the_front_page_lives_on_a_phone(visit):
    page = visit("index.html", viewport={"width": 390, "height": 800})
    frame = page.locator(".living iframe").element_handle().content_frame()
    frame.wait_for_function("window.times?.shown > 0")
    stage = "document.querySelector('.cnncourse-stage')"
    frame.wait_for_function(f"{stage}.scrollWidth <= {stage}.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_explorer_in_its_place_follows_the_switch_of_light_and_dark(visit):
    page = visit("index.html", color_scheme="light")
    frame = page.locator(".living iframe").element_handle().content_frame()
    frame.wait_for_function("window.times?.shown > 0")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert frame.evaluate(paper) == page.evaluate(paper) == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(paper)
    assert max(map(int, re.findall(r"\d+", dark))) < 60
    frame.wait_for_function(f"{paper} === {dark!r}")


def test_a_frame_for_another_page_is_as_tall_as_the_explorer(visit, address):
    page = visit("e/convolution.html", viewport={"width": 1280, "height": 800})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page.wait_for_function("window.times?.shown > 0")
    page.get_by_role("button", name="Embed").click()
    page.get_by_role("button", name="Copied").wait_for()
    frame = page.evaluate("navigator.clipboard.readText()")
    page.evaluate("html => { document.body.innerHTML = html; }", frame)
    inside = page.locator("iframe").element_handle().content_frame()
    inside.wait_for_function("window.times?.shown > 0")
    picture = inside.locator(".cnncourse-stage").bounding_box()
    frame = page.locator("iframe").bounding_box()
    assert picture["y"] + picture["height"] <= frame["y"] + frame["height"]


def test_an_address_opens_its_setting(visit):
    page = open_explorer(visit, "convolution", "#kernel=5&padding=2")
    page.wait_for_function("times.painted > 0")
    explorer = explorers.convolution()
    explorer.controls["kernel"].value, explorer.controls["padding"].value = 5, 2
    assert sentence(page) == words(explorer.sentence)


def test_a_touch_of_the_picture_moves_the_slider(visit):
    page = open_explorer(visit, "convolution")
    mark = page.locator("[data-set]").nth(5)
    wanted = json.loads(mark.get_attribute("data-set"))["step"]
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("times.painted > 0")
    assert page.get_by_label("step").first.input_value() == str(wanted)


def test_a_handle_goes_to_a_value_that_is_drawn_ahead(visit, folder):
    page = open_explorer(visit, "threshold")
    drawn = pack_of(folder, "threshold")["snap"]["threshold"]
    explorer = explorers.threshold()
    box = page.get_by_role("slider", name="threshold", exact=True).last.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y)
    page.wait_for_function("times.painted > 0")
    assert page.evaluate("times.ready") is None
    value = int(page.get_by_label("threshold", exact=True).first.input_value())
    assert value in drawn and value > explorer.controls["threshold"].value
    explorer.controls["threshold"].value = value
    assert sentence(page) == words(explorer.sentence)


def test_the_address_of_own_digit_leads_to_the_drawing_page(visit):
    page = visit("e/own_digit.html")
    page.wait_for_url("**/draw.html")
    page.get_by_role("button", name="Embed").wait_for()


def test_a_number_of_a_matrix_is_computed_by_python_in_the_page(visit):
    page = open_explorer(visit, "convolution", "#weights[0,2]=7")
    wait_for_python(page)
    explorer = explorers.convolution()
    rows = [list(row) for row in explorer.controls["weights"].value]
    rows[0][2] = 7
    explorer.controls["weights"].value = rows
    assert sentence(page) == words(explorer.sentence)


@pytest.mark.parametrize(
    "connection, comes",
    [
        ({"saveData": False, "effectiveType": "4g", "downlink": 10}, True),
        ({"saveData": True, "effectiveType": "4g", "downlink": 10}, False),
        ({"saveData": False, "effectiveType": "3g", "downlink": 1}, False),
        (None, False),
    ],
)
def test_python_comes_unasked_on_a_fast_line_alone(visit, connection, comes):
    page = open_explorer(visit, "flip", connection=connection)
    page.wait_for_timeout(500 if comes else 4000)
    if comes:
        page.wait_for_function("times.ready > 0", timeout=2 * MINUTE)
    assert (page.evaluate("times.asked") is not None) == comes
    assert page.locator(".waiting").count() == 0


def test_python_comes_when_a_box_opens_to_type_in(visit):
    page = open_explorer(visit, "convolution")
    page.locator("[data-edit]").first.focus()
    page.keyboard.press("-")  # not yet a number
    page.wait_for_function("times.asked > 0")
    assert page.locator(".waiting").count() == 0


def test_a_photograph_of_ones_own_stays_in_the_page(visit, tmp_path):
    from PIL import Image

    Image.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(tmp_path / "own.png")
    page = open_explorer(visit, "threshold")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "own.png")
    wait_for_python(page)
    explorer = explorers.threshold()
    explorer.controls["photo"]._take_upload("own.png", (tmp_path / "own.png").read_bytes(), "")
    assert sentence(page) == words(explorer.sentence)
    assert page.get_by_label("photo", exact=True).evaluate("list => list.selectedIndex") == -1
    assert "#" not in page.url  # nobody else can see it, so a link leads to the page as it opens


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_every_explorer_opens_in_the_pages_python_as_in_cpython(name, worker):
    tree = Tree(catalogue.maker(name)())
    theirs = worker(name)
    view = tree.parts[VIEW].value
    if name in NEARLY:  # the same elements
        assert re.findall(r"<\w+", theirs[VIEW]) == re.findall(r"<\w+", view)
    else:
        assert words(theirs[SENTENCE]) == words(tree.parts[SENTENCE].value)
        assert HREF.sub("", theirs[VIEW]) == HREF.sub("", view)
    for one, other in zip(rasters(theirs[VIEW]), rasters(view), strict=True):
        assert one.shape == other.shape
        assert np.abs(one.astype(float) - other).mean() <= 1  # grey levels: it shrinks another way


def rasters(markup):
    """The pixels of all PNG files in a picture."""
    files = map(b64decode, PNG.findall(markup))
    return [cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED) for file in files]


@pytest.fixture(scope="module")
def worker(browser, address):
    """Python in a page: give it an explorer's name, and its picture and its sentence come back."""
    page = browser.new_page()
    page.goto(f"{address}/e/index.html")
    page.evaluate(
        """() => {
        const worker = new Worker("../py/worker.mjs", { type: "module" });
        window.ask = (message) => new Promise((done) => {
            worker.onmessage = ({ data }) => data.type !== "stage" && done(data);
            worker.postMessage(message);
        });
    }"""
    )
    first = page.evaluate("ask({ type: 'open', name: 'flip' })")
    assert first["type"] == "ready", first

    def shown(name):
        told = page.evaluate("(name) => ask({ type: 'show', name })", name)
        assert told["type"] == "shown", told
        return dict(told["values"])

    yield shown
    page.close()


# Whether the picture that is shown has the elements, the words and the marks of another. The stage
# takes titles away: browsers show them where the mouse is.
SAME = """(markup) => {
    const text = (part) => (part.children.length ? "" : part.textContent);
    const parts = (svg) => [...svg.querySelectorAll(":not(title)")].map((part) =>
        [part.tagName.toLowerCase(), text(part), part.dataset.set ?? ""]);
    const truth = new DOMParser().parseFromString(markup, "text/html").querySelector("svg");
    const shown = document.querySelector(".cnncourse-stage > svg");
    return JSON.stringify(parts(truth)) === JSON.stringify(parts(shown));
}"""


WALKED = [name for name in catalogue.NAMES if name != "conv_backward"]  # it has matrices alone


@pytest.mark.parametrize("name", WALKED)
def test_a_walk_in_the_browser_is_a_walk_in_cpython(visit, folder, name):
    pack = pack_of(folder, name)
    page, truth, walker = open_explorer(visit, name), Recorder(name), Walker(pack)
    rng = np.random.default_rng(5)
    followed = 0
    named = [id for id in truth.values if "." not in id]
    for _ in range(60):
        id = str(rng.choice(named))
        back = rng.random() < 0.6  # far from the beginning few states are drawn ahead
        value = truth.first[id] if back else truth.values[id][rng.integers(len(truth.values[id]))]
        before, part = walker.number, truth.tree.parts[id]
        if not in_reach(part, value) or not walker.move(id, value):
            continue
        if walker.number == before:
            continue
        truth.move([(id, value)])
        control = page.locator(f'.panel [aria-label="{part.description}"]').first
        painted = page.evaluate("times.painted")
        control.evaluate(
            """(input, value) => {
            if (input.type === "checkbox") input.checked = value;
            else if (input.tagName === "SELECT") input.selectedIndex = value;
            else input.value = value;
            input.dispatchEvent(new Event("input", { bubbles: true }));
            input.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
            value,
        )
        page.wait_for_function(f"times.painted > {painted}")
        picture, said = truth.draw()
        assert sentence(page) == words(said), (id, value)
        assert not picture.startswith("<svg") or page.evaluate(SAME, picture), (id, value)
        followed += 1
    assert followed > 3


def test_a_drawn_digit_is_read(visit):
    page = visit("draw.html")
    box = page.locator(".pad canvas").bounding_box()
    place = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    page.mouse.move(*place(0.5, 0.15))
    page.mouse.down()
    page.mouse.move(*place(0.5, 0.85), steps=12)
    page.mouse.up()
    page.wait_for_timeout(300)
    assert re.search(r"\b1\b", page.locator(".sentence").inner_text())
    assert page.locator(".maps canvas").count() == 1 + 4 + 4 + 6 + 6
    scores = [float(score) for score in page.locator(".draw").get_attribute("data-scores").split()]
    assert len(scores) == 10 and int(np.argmax(scores)) == 1
    assert pipeline.trained_weights().dense.shape == (10, 294)


def test_the_answer_to_a_drawing_is_in_sight_of_the_hand_on_a_phone(visit):
    page = visit("draw.html", viewport={"width": 390, "height": 640}, has_touch=True)
    pad, answer = (page.locator(f".draw {part}").bounding_box() for part in (".pad", ".sentence"))
    assert answer["y"] > 0 and answer["y"] + answer["height"] <= pad["y"] < 400


def test_a_page_that_was_visited_opens_without_a_network(browser, address):
    context = browser.new_context()
    page = context.new_page()
    for _ in range(2):  # the second time its keeper is there
        page.goto(f"{address}/e/flip.html")
        page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_timeout(1500)
    context.set_offline(True)
    page.goto(f"{address}/e/flip.html")
    page.wait_for_function("window.times?.shown > 0")
    page.get_by_label("flip the kernel").check()
    page.wait_for_function("times.painted > 0")
    context.close()


@pytest.mark.parametrize("path", ["index.html", "notebooks/02_kernels.html", "e/convolution.html"])
def test_pages_are_whole_without_javascript(browser, address, path):
    page = browser.new_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.goto(f"{address}/{path}")
    wide = page.locator("main svg").evaluate_all("all => all.map((one) => one.clientWidth)")
    assert max(wide, default=0) <= 390 and (wide or path.startswith("notebooks/"))  # not executed
    assert page.locator("main h1").inner_text() and page.locator("main svg, main p").count() > 1
    page.close()


def test_paper_is_light(visit):
    page = visit("e/convolution.html", color_scheme="dark")
    colours = """(media) => {
        const { color, colorScheme } = getComputedStyle(document.body);
        return [Math.max(...color.match(/\\d+/g)), colorScheme];
    }"""
    assert page.evaluate(colours)[0] > 200
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colours)[0] < 100 and page.evaluate(colours)[1] == "light"
    assert not page.locator(".panel").is_visible()


LOOKED_AT = ("index", "e/index", "e/kernel_lab", "e/confusion", "draw", "notebooks/02_kernels")


@pytest.mark.parametrize("path", [f"{name}.html" for name in LOOKED_AT])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_hold_no_serious_barrier(visit, path, scheme):
    if not AXE.exists():
        missing("axe-core is not installed: make .venv/node_modules")
    page = visit(path, color_scheme=scheme)
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    serious = [
        (v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")
    ]
    assert serious == []


SMALL_WORDS = """() => [...document.querySelectorAll("main *")].flatMap((element) => {
    const words = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const text = words.map((node) => node.data).join("").trim();
    if (!text || !element.checkVisibility() || element.closest("title, desc, script")) return [];
    const { c, d } = element.ownerSVGElement ? element.getScreenCTM() : { c: 0, d: 1 };
    const size = Math.hypot(c, d) * parseFloat(getComputedStyle(element).fontSize);
    return size < 10.95 ? [`${text}: ${size.toFixed(1)} px`] : [];
})"""


def test_a_wide_picture_of_a_notebook_is_legible_on_a_phone(visit):
    html = figures.network_stack(architectures.trace("alexnet-2012"), title="AlexNet").in_page()
    shown = body.output(
        {"data": {"text/html": f"<figure>{html}<figcaption>A</figcaption></figure>"}}
    )
    page = visit("docs/glossary.html", viewport={"width": 390, "height": 800})
    page.evaluate("html => { document.querySelector('main').innerHTML = html; }", shown)
    page.evaluate("dispatchEvent(new Event('load'))")
    assert page.evaluate(SMALL_WORDS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("figure").get_attribute("tabindex") == "0"


def test_a_drawing_in_a_text_keeps_its_size_on_a_phone(visit):
    page = visit("notebooks/04_layer_by_layer_cnn.html", viewport={"width": 390, "height": 800})
    for drawing in page.locator("p > img").all():
        drawing.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete", arg=drawing.element_handle())
        assert drawing.evaluate("image => image.width >= 0.9 * image.naturalWidth")
        scrolls = drawing.locator("..").evaluate("box => box.scrollWidth > box.clientWidth")
        reached = drawing.locator("..").get_attribute("tabindex") == "0"
        assert scrolls == reached
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_pages_of_text_do_not_scroll_sideways_on_a_phone(visit, address, folder):
    page = visit("draw.html", viewport={"width": 390, "height": 800})
    paths = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html"))]
    wide = {}
    for path in paths:
        if path != "index.html" and not path.startswith("e/"):  # these are looked at beside this
            page.goto(f"{address}/{path}")
            wide[path] = page.evaluate("document.documentElement.scrollWidth")
    assert len(wide) > 30 and {path: width for path, width in wide.items() if width > 390} == {}


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_a_narrow_page_is_legible_and_does_not_scroll_sideways(visit, name):
    page = open_explorer(visit, name, viewport={"width": 390, "height": 800}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(SMALL_WORDS) == []
