"""What stands in a picture, and in its words."""

from xml.etree import ElementTree


def words(picture):
    """Return every text of a picture; parsing it shows that it is well-formed."""
    root = ElementTree.fromstring(str(picture))
    assert root.find("{*}title").text and root.find("{*}desc").text
    return ["".join(element.itertext()) for element in root.iterfind(".//{*}text")]


def number(text):
    """Return the number that a text of a picture shows."""
    return float(text.replace("−", "-"))
