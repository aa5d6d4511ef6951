"""A control that goes on and on: start, pause, go on, start again, while the page stays usable.

>>> from itertools import count
>>> button = RunButton(lambda: count(1).__next__, lambda value: len(value) >= 3)
>>> button.step()
>>> button.step()
>>> button.value
(1, 2)
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from html import escape

import ipywidgets as widgets
import traitlets

_PAUSE = 0.02  # seconds after each piece in which the page can answer: sliders, other cells


class RunButton(widgets.HBox):
    """Buttons that call a function piece by piece and collect what it returns.

    Between two pieces the kernel attends to everything else, so other controls can be moved
    meanwhile. Without a running event loop, as in a script, one press is one piece.

    Parameters
    ----------
    begin : callable
        Called without arguments for a new run; returns the function that does one piece.
        A piece should take well under a second.
    done : callable
        Called with `value`; says whether nothing is left to do.

    Attributes
    ----------
    value : tuple
        What the pieces have returned so far.
    go : widgets.ToggleButton
        Pressed while it runs.
    again : widgets.Button
        Back to the start.
    description : str
    """

    value = traitlets.Tuple()
    description = traitlets.Unicode("train")

    def __init__(
        self, begin: Callable[[], Callable[[], object]], done: Callable[[tuple], bool]
    ) -> None:
        self._begin, self._done = begin, done
        self._piece: Callable[[], object] | None = None
        self._task: asyncio.Task | None = None  # kept, or it could be thrown away half-way
        self._running = False  # whether a task does pieces
        self._lock = threading.RLock()  # JupyterLab lets clicks come while a piece is being done
        self.go = widgets.ToggleButton(description="train", tooltip="", icon="play")
        self.again = widgets.Button(description="start again", icon="undo")
        self._problem = widgets.HTML()
        super().__init__([self.go, self.again, self._problem])
        self.go.observe(self._on_go, "value")
        self.again.on_click(self.restart)

    def step(self) -> None:
        """Do one piece."""
        piece = self._piece = self._piece or self._begin()
        result = piece()
        with self._lock:
            if piece is self._piece:  # else nobody wants it: another thread has started again
                self.value = (*self.value, result)

    def restart(self, _button: object = None) -> None:
        """Stop, and forget everything."""
        self.go.value = False
        self.renew()

    def renew(self, _change: object = None) -> None:
        """Forget everything, a piece that is under way as well; the next one begins a new run."""
        with self._lock:
            self._piece = None
            self._problem.value = ""
            self.value = ()

    def _on_go(self, _change: object) -> None:
        with self._lock:
            wanted = self.go.value
            self.go.description, self.go.icon = ("pause", "pause") if wanted else ("train", "play")
            if not wanted or self._running:
                return  # pressed again before the last piece was over: that run goes on
            self._running = True
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no event loop: a script or a test
            try:
                self._try_step()
            finally:
                self._running = self.go.value = False
        else:
            self._task = loop.create_task(self._keep_going())

    async def _keep_going(self) -> None:
        try:
            while self._goes_on():
                self._try_step()
                await asyncio.sleep(_PAUSE)
        except BaseException:  # stopped by Jupyter's button: the next press begins to go again
            self._running = self.go.value = False
            raise

    def _goes_on(self) -> bool:
        with self._lock:
            self._running = self.go.value and not self._done(self.value)
            if not self._running:
                self.go.value = False
            return self._running

    def _try_step(self) -> None:
        """One piece; a failure would vanish in the background, so it becomes a sentence here."""
        try:
            self.step()
        except Exception as error:
            self.go.value = False
            words = escape(f"{type(error).__name__}: {error}")
            self._problem.value = f'<span role="alert">The training stopped: {words}</span>'
