"""A mouse, a finger and a keyboard: three ways to do the same to a mark in a picture."""

from __future__ import annotations


def middle(part):
    """The middle of a part of the page, in pixels of the window."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Mouse:
    """Clicks and drags."""

    def __init__(self, page):
        self.page = page

    def click(self, part):
        self.page.mouse.click(*middle(part))

    def drag(self, part, right, down):
        """Take a part some pixels to the right and down, in a few moves."""
        x, y = middle(part)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + right, y + down, steps=6)
        self.page.mouse.up()


class Finger:
    """The same by touch events."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)

    def click(self, part):
        self._send("touchStart", *middle(part))
        self._send("touchEnd")

    def drag(self, part, right, down):
        """Take a part some pixels to the right and down, in a few moves."""
        x, y = middle(part)
        self._send("touchStart", x, y)
        for share in (0.2, 0.4, 0.6, 0.8, 1):
            self._send("touchMove", x + share * right, y + share * down)
        self._send("touchEnd")

    def _send(self, kind, *place):
        points = [dict(zip("xy", place, strict=True))] if place else []
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
