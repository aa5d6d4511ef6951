"""The explorers that have a page: the course's own, and the lab's with the small network."""

import pytest

from cnncourse import explorers
from cnncourse.site import catalogue, trained
from cnncourse.widgets.explorer import Explorer


def test_every_explorer_of_the_course_is_there_once_and_in_order():
    assert list(catalogue.NAMES) == sorted({*explorers.__all__, *catalogue.LAB})


def test_those_of_the_lab_are_made_with_the_small_network():
    assert {name: catalogue.maker(name) for name in catalogue.LAB} == {
        name: getattr(trained, name) for name in catalogue.LAB
    }
    assert catalogue.maker("flip") is explorers.flip and isinstance(explorers.flip(), Explorer)


def test_a_name_of_nobody_is_refused():
    with pytest.raises(AttributeError):
        catalogue.maker("nobody")
