"""The drawing page: a visitor draws a digit, and the small network reads it in the page."""

from __future__ import annotations

from html import escape

import numpy as np

from cnncourse import pipeline
from cnncourse.site import source
from cnncourse.site.frame import Page
from cnncourse.site.tree import dumps

LEAD = (
    "Draw a digit with the mouse, a pen or a finger. A network of about 3,000 weights reads it in "
    "this page, and you see what each layer makes of it. Nothing leaves your device."
)


def weights() -> dict[str, list[object]]:
    """Return the trained weights as lists: exactly the numbers that `pipeline.run` uses."""
    trained = pipeline.trained_weights()
    return {
        "first": _listed(trained.first),
        "second": _listed(trained.second),
        "dense": _listed(trained.dense),
    }


def _listed(array: np.ndarray) -> list[object]:
    return [_listed(part) if isinstance(part, np.ndarray) else float(part) for part in array]


def page() -> Page:
    """Return the page."""
    html = (
        f'<h1>Draw a digit</h1>\n<p class="lead">{escape(LEAD)}</p>\n'
        '<section class="draw"><div class="pad"></div>'
        '<p class="sentence" role="status">Reading a drawing needs JavaScript.</p>'
        '<ul class="shares" aria-label="How sure it is of each digit"></ul>'
        '<div class="maps"></div><p class="links"></p>'
        f'<script type="application/json" class="weights">{dumps(weights())}</script></section>\n'
        '<p>The network is the one of <a href="notebooks/04_layer_by_layer_cnn.html">notebook '
        "04</a>. White is the largest number of each row, black is 0. It has learnt from digits, "
        "one at a time, and has seen nothing else.</p>"
    )
    return Page(source.DRAW, "Draw a digit", html, LEAD, ("web/draw.js",))


def as_explorer() -> dict[str, bytes]:
    """Return what stands where the page of the explorer would be: it leads to the drawing page."""
    path = f"e/{source.OWN_DIGIT}.html"
    to = source.way(path, source.DRAW)
    html = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Draw a digit</title>
<meta name="description" content="{escape(LEAD)}">
<meta http-equiv="refresh" content="0; url={to}">
<link rel="canonical" href="{to}">
<script>location.replace("{to}" + location.search)</script>
<h1><a href="{to}">Draw a digit</a></h1>
</html>
"""
    return {path: html.encode()}
