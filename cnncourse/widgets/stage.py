"""The stage: shows a picture in the browser so that its parts glide, and reports touches.

    >>> from cnncourse.widgets.stage import Stage
    >>> stage = Stage()
    >>> stage.touched
    {}

It stands beside an HTML widget of the class ``cnncourse-view`` that holds the SVG, and in a browser
takes the picture over; where its JavaScript is forbidden, the HTML widget shows the picture all the
same. What can be touched is said by `cnncourse.figures.marks`; how, in ``stage.js`` beside this
file, which also gives the controls in the same box their names for screen readers.
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets


class Stage(anywidget.AnyWidget):
    """The place in the browser where a picture is shown and touched.

    Attributes
    ----------
    touched : dict
        What the last touch means: ``values``, controls by name and the value each gets; ``cells``,
        a list of (control, row, column, number) for controls that hold a matrix.
    answered : int
        How many touches have been answered: while it is behind, the browser keeps only the newest.
    """

    _esm = Path(__file__).with_name("stage.js")
    _css = Path(__file__).with_name("stage.css")

    touched = traitlets.Dict().tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
