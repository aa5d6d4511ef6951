"""What stands in a picture, in its words, and in its marks."""

import json
from xml.etree import ElementTree


def words(picture):
    """Return every text of a picture; parsing it shows that it is well-formed."""
    root = ElementTree.fromstring(str(picture))
    assert root.find("{*}title").text and root.find("{*}desc").text
    return ["".join(element.itertext()) for element in root.iterfind(".//{*}text")]


def marked(picture, word):
    """The data of all marks of a kind by their names."""
    parts = ElementTree.fromstring(str(picture)).iter()
    return {p.get("data-name"): json.loads(p.get(f"data-{word}")) for p in parts
            if p.get(f"data-{word}")}  # fmt: skip


def number(text):
    """Return the number that a text of a picture shows."""
    return float(text.replace("−", "-"))
