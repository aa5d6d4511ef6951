"""What the course asks of anywidget, where the page itself shows and touches the picture."""

import ipywidgets


class AnyWidget(ipywidgets.DOMWidget):
    """A widget without a front end."""
