"""The eyes of these tests: layout.js and pictures.js see the faults that they are there for."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = """<div class="jp-Cell"><div class="jp-OutputArea-output" style="width:300px;overflow:auto">
<div class="cnncourse-explorer">{}</div></div></div>"""
DRAWING = '<svg role="img" aria-label="a drawing" width="{}" height="50">{}</svg>'


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    yield page
    page.close()


def look(page, script, html):
    """What a script finds in a page."""
    page.set_content(PAGE.format(html))
    return page.evaluate((HERE / script).read_text(encoding="utf-8"))


def test_a_good_page_has_no_faults(page):
    good = DRAWING.format(200, '<text x="5" y="20">one</text><text x="5" y="40">two</text>'
                          '<rect width="90" height="90" fill="#0001"/>')  # fmt: skip
    assert look(page, "layout.js", good) == []
    assert look(page, "pictures.js", good + '<img src="data:," alt="a photograph">') == []


@pytest.mark.parametrize(
    "html, fault",
    [
        ("", "shows no picture"),
        (DRAWING.format(400, ""), "cut off or scrolls"),
        (DRAWING.format(60, '<text x="5" y="20">many, many words</text>'), "is cut by"),
        (DRAWING.format(200, '<text y="20">one</text><text y="22">two</text>'), "covers"),
        (DRAWING.format(200, '<text y="20">one</text><circle r="30"/>'), "lies under a shape"),
        (
            DRAWING.format(200, "")
            + '<div class="widget-label" style="width:9px;overflow:hidden">kernel</div>',
            'the label "kernel" is cut off',
        ),
        (
            DRAWING.format(200, "")
            + '<select style="width:350px"><option>a single 1</option></select>',
            'the control "a single 1" is cut',
        ),
        (DRAWING.format(200, "") + '<canvas width="350"></canvas>', 'the control "" is cut'),
        (
            DRAWING.format(200, "")
            + '<div class="cnncourse-controls"><div class="widget-inline-hbox" style="height:9px">'
            "two lines of words</div></div>",
            'the words of "two lines of words" have no room',
        ),
    ],
)
def test_a_fault_in_the_layout_is_seen(page, html, fault):
    assert any(fault in sentence for sentence in look(page, "layout.js", html))


def test_a_drawing_in_a_text_that_a_phone_shrinks_is_seen(browser):
    phone = browser.new_page(viewport={"width": 390, "height": 800})
    source = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='600' height='50'/>"
    drawing = f'<p class="jp-RenderedMarkdown"><img src="{source}" alt="a" style="{{}}"></p>'
    shrunk, whole = (look(phone, "layout.js", drawing.format(s)) for s in ("width:300px", ""))
    phone.close()
    assert any("shrunk from 600 to 300" in fault for fault in shrunk)
    assert not any("shrunk" in fault for fault in whole)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="data:,">',
        '<img src="data:," alt=" ">',
        '<img src="data:," alt="Image">',
        "<svg></svg>",
    ],
)
def test_a_picture_without_words_is_seen(page, html):
    assert len(look(page, "pictures.js", html)) == 1
