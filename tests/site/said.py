"""What a page says, and what an explorer says, in the same words."""

import html
import re


def sentence(page):
    """Return the sentence under the picture of an explorer's page."""
    return " ".join(page.locator(".sentence").inner_text().split())


def words(text):
    """Return the words of HTML or of plain text in one line."""
    return " ".join(html.unescape(re.sub("<[^>]+>", "", text)).split())
