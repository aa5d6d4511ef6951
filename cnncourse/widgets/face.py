"""A widget with a static face: what stands for it on a page that has no kernel.

>>> class Greeting(Faced):
...     def face(self):
...         return "<p>Hello</p>"
>>> Greeting()._repr_mimebundle_()["text/html"]
'<p>Hello</p>'
"""

from __future__ import annotations

import ipywidgets as widgets


class Faced(widgets.VBox):
    """Parts in a column. Whoever inherits says by `face` what a page without a kernel shows."""

    _ipython_display_ = None  # ipywidgets 7 would show the living widget alone

    def face(self) -> str:
        """Return HTML."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_kwargs: object) -> dict[str, object]:
        """The living widget as ipywidgets 8 says it, and the face; ipywidgets 7 says it nowhere."""
        living = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {
            "text/plain": f"{type(self).__name__} that needs a kernel",
            "application/vnd.jupyter.widget-view+json": living,
            "text/html": self.face(),
        }
