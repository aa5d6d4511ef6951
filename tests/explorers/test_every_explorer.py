"""What holds of every explorer as it opens: a whole picture, few controls, stills for paper."""

import re
from xml.etree import ElementTree

import pytest

from cnncourse import explorers

WIDEST = 960  # pixels: drawings are made for this width, and shown smaller where there is less room


@pytest.fixture(scope="module", params=explorers.__all__)
def untouched(request):
    """Each explorer as it starts, for tests that set nothing."""
    return getattr(explorers, request.param)()


def test_it_opens_with_a_titled_picture_that_its_sentence_describes(untouched):
    assert untouched.possible
    picture = ElementTree.fromstring(untouched.view.value)
    assert picture.find("{*}title").text and picture.get("aria-label")
    assert picture.find("{*}desc").text == untouched.sentence
    assert untouched.sentence.endswith(".")
    assert float(picture.get("width")) <= WIDEST


def test_every_control_has_a_label_and_the_default_view_at_most_four(untouched):
    assert all(control.description for control in untouched.controls.values())
    assert len(untouched.children[0].children) <= 4


def test_a_page_without_a_kernel_shows_its_stills_each_another(untouched):
    page = untouched.face()
    pictures = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(pictures) == page.count("<figcaption>") == len(untouched.stills) >= 1
    assert len(set(pictures)) == len(pictures)


def test_nothing_is_written_smaller_than_ten_pixels(untouched):
    picture = ElementTree.fromstring(untouched.view.value)
    assert min(float(t.get("font-size")) for t in picture.iterfind(".//{*}text")) >= 10
