"""What stands in a picture, in its words, and in its marks."""

import json
from xml.etree import ElementTree

import numpy as np


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


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours."""
    light, dark = sorted(
        (float(linear(c) @ (0.2126, 0.7152, 0.0722)) for c in (one, other)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)
