"""What holds of every explorer as it opens: a whole picture, few controls, stills for paper."""

import json
import re
from xml.etree import ElementTree

import pytest
from driving import ends

from cnncourse import explorers, images
from cnncourse.architectures.networks import NETWORKS

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
    sizes = [float(text.get("font-size")) for text in picture.iterfind(".//{*}text")]
    assert all(size >= 10 for size in sizes)  # a picture may have no words


# The names that code has for networks and photographs, and that are no words.
IDS = re.compile(rf"\b({'|'.join({*NETWORKS, *images.SAMPLES} - {'flower', 'china'})})\b(?!-)")


def test_what_a_reader_meets_has_a_name_in_words(untouched):
    """In sentences, labels, choices and spoken names: nowhere the name that code has for it."""
    picture = ElementTree.fromstring(untouched.view.value)
    told = ["".join(text.itertext()) for text in picture.iterfind(".//{*}text")]
    told += [part.get("aria-label") or "" for part in picture.iter()]
    for control in untouched.controls.values():
        choices = getattr(control, "options", ())
        told += [control.description, *(str(c[0] if isinstance(c, tuple) else c) for c in choices)]
    told += [untouched.sentence, *re.findall(r"<figcaption>(.*?)</figcaption>", untouched.face())]
    assert not [words for words in told if IDS.search(words) or "_" in words]


def test_rows_and_columns_are_spoken_of_as_code_counts_them(untouched):
    """From 0: a cell whose name said another place than its number has would lead astray."""
    for part in ElementTree.fromstring(untouched.view.value).iterfind(".//*[@data-edit]"):
        place = json.loads(part.get("data-edit")).get("place")
        named = re.search(r"row (\d+) column (\d+)$", part.get("data-name"))
        assert not (place and named) or [int(n) for n in named.groups()] == place


@pytest.mark.parametrize("name", explorers.__all__)
def test_a_move_is_drawn_once_however_many_controls_follow_it(name):
    explorer, drawn = getattr(explorers, name)(), []
    draw = explorer.draw
    explorer.draw = lambda **values: (drawn.append(values), draw(**values))[1]
    for control in explorer.controls.values():
        for value in ends(control):
            drawn.clear()
            control.value = value
            assert len(drawn) <= 1
