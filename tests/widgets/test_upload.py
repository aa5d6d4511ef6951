"""A picture arrives with its name, the browser hears so, and tells what it has changed."""

import pytest

from cnncourse.widgets.upload import PictureUpload


@pytest.fixture
def button(monkeypatch):
    """A button, and what it tells the browser."""
    button = PictureUpload(longest_side=100)
    button.told = []
    monkeypatch.setattr(button, "send", button.told.append)
    return button


def test_a_picture_arrives_and_the_browser_hears_so(button):
    taken = []
    button.on_picture(lambda *picture: taken.append(picture))
    button.receive({"number": 7, "name": "a.png", "note": "shrunk"}, [memoryview(b"123")])
    assert taken == [("a.png", b"123", "shrunk")]
    assert button.told == [{"received": 7}]


@pytest.mark.parametrize("content, buffers", [({}, []), ({"name": 3}, []), ({"number": "x"}, [])])
def test_a_message_without_a_picture_does_no_harm(button, content, buffers):
    button.on_picture(lambda *picture: pytest.fail("no picture was sent"))
    button.receive(content, buffers)
    assert button.told == [{"received": content.get("number")}]


def test_the_browser_knows_to_what_size_it_shall_shrink(button):
    assert button.longest_side == 100 and button.most_bytes < 10 * 2**20  # what servers let through
