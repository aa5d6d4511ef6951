"""A kernel at the other end of a websocket, and the widgets it has shown so far.

The messages are those of https://jupyter-client.readthedocs.io/en/stable/messaging.html and of the
widgets' protocol, https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread

import websocket
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import deserialize_binary_message

SLIDERS = {"IntSliderModel", "FloatSliderModel"}
CALLS = 7  # so often JupyterLab connects again, too
LOST = (OSError, websocket.WebSocketException)  # what a connection raises that has ended
DIED = "the kernel has died"


class KernelDied(Exception):
    """The server says that a kernel has died, whether or not it starts the kernel again."""


class Kernel:
    """A connection to a kernel.

    Parameters
    ----------
    id : str
        By which the server knows the kernel.
    url : str
        Address of the kernel's channels, ``ws://…``.
    origin : str
        The page from which the browser would connect.
    cookies : str
        By which the server knows the student.
    patience : float
        Seconds to wait for one message.

    Attributes
    ----------
    widgets : dict of str to dict
        The state of every widget by the id of its model, as the browser would know it.
    """

    def __init__(self, id: str, url: str, origin: str, cookies: str, patience: float) -> None:
        self.id = id
        self.widgets: dict[str, dict] = {}
        self._session = Session()
        self._patience = patience
        self._arrived: SimpleQueue[str | bytes] = SimpleQueue()
        self._dial = partial(
            websocket.create_connection,
            # by this name the server knows who calls again, and what they have missed
            f"{url}&session_id={self._session.session}",
            patience,
            origin=origin,
            cookie=cookies,
            http_no_proxy=["127.0.0.1"],
        )
        self._connect()
        self._greet()

    def execute(self, source: str) -> str:
        """Run a cell to its end; return "" or the error."""
        return self.outcome(self.send(source))

    def send(self, source: str) -> dict:
        """Run a cell without waiting for what comes of it; return the request."""
        return self._ask("execute_request", code=source, stop_on_error=True)

    def outcome(self, request: dict) -> str:
        """Wait for the end of a cell that was sent; return "" or the error."""
        error = ""
        try:
            for message in self._answers(request):
                if message["msg_type"] == "error":
                    error = "{ename}: {evalue}".format(**message["content"])
        except KernelDied:
            return DIED
        return error

    def move(self, slider: str, value: float, view: str) -> float | None:
        """Set a slider; return the seconds until a view showed a new picture, None if it did not.

        As the browser does with a slider that is dragged, wait until the kernel has finished.
        """
        self.widgets[slider]["value"] = value
        started, seconds = time.perf_counter(), None
        change = {"method": "update", "state": {"value": value}, "buffer_paths": []}
        for message in self._answers(self._ask("comm_msg", comm_id=slider, data=change)):
            if seconds is None and "value" in _update(message, view):
                seconds = time.perf_counter() - started
        return seconds

    def explorers(self) -> list[tuple[list[str], str]]:
        """Return, for each explorer shown, its sliders and its picture, by the ids of the models.

        Without the sliders folded away under "More settings": some of them change nothing until
        another setting is chosen. The last three parts of an explorer are picture, sentence, names.
        """
        found = []
        for model, state in self.widgets.items():
            if "cnncourse-explorer" in state.get("_dom_classes", ()):
                sliders = [m for m in self._inside(model) if self._kind(m) in SLIDERS]
                found.append((sliders, _children(state)[-3]))
        return found

    def lose_connection(self) -> None:
        """Cut the wire, without a word to the server."""
        self._socket.abort()

    def close(self) -> None:
        """Hang up; the kernel keeps running, as it does when a browser's window is closed."""
        if self._socket.connected:
            self._socket.send_close()

    def _kind(self, model: str) -> str:
        return self.widgets[model]["_model_name"]

    def _inside(self, model: str) -> Iterator[str]:
        """Yield the parts of a widget, their parts, and so on, but for what is folded away."""
        for child in _children(self.widgets[model]):
            if "cnncourse-more" not in self.widgets[child].get("_dom_classes", ()):
                yield child
                yield from self._inside(child)

    def _answers(self, request: dict) -> Iterator[dict]:
        """Yield the answers to a message until the kernel is idle again."""
        idle = False
        while not idle:
            answer = self._receive()
            if answer["parent_header"].get("msg_id") == request["header"]["msg_id"]:
                idle = answer["content"].get("execution_state") == "idle"
                yield answer

    def _ask(self, kind: str, **content: object) -> dict:
        """Send a message, and return it."""
        message = self._session.msg(kind, content)
        message["channel"] = "shell"
        text = json.dumps(message, default=json_default)
        try:
            self._socket.send(text)
        except LOST:
            self._connect()
            self._socket.send(text)
        return message

    def _greet(self) -> None:
        """Ask who is there until the kernel answers, as JupyterLab does: more could be lost."""
        whole = self._patience
        self._patience = whole / CALLS
        for _ in range(CALLS):
            with suppress(TimeoutError, KernelDied):  # it may just be started again
                for _answer in self._answers(self._ask("kernel_info_request")):
                    pass
                self._patience = whole
                return
        raise TimeoutError(f"kernel {self.id} did not say within {whole:g} s who it is")

    def _connect(self) -> None:
        """Connect, and listen from now on: a browser answers pings, whatever its student does."""
        self._socket = self._dial()
        self._socket.settimeout(None)
        Thread(target=_listen, args=(self._socket, self._arrived), daemon=True).start()

    def _receive(self) -> dict:
        """Return the next message, after keeping what it says about a widget."""
        received = self._next()
        if isinstance(received, bytes):  # with numbers beside the text, such as pixels
            message = deserialize_binary_message(received)
        else:
            message = json.loads(received)
        if message["content"].get("execution_state") in ("restarting", "dead"):
            raise KernelDied(f"{DIED}: {self.id}")
        model = message["content"].get("comm_id")
        if message["msg_type"] == "comm_open":
            self.widgets[model] = message["content"]["data"]["state"]
        elif message["msg_type"] == "comm_msg":
            self.widgets[model].update(_update(message, model))
        return message

    def _next(self) -> str | bytes:
        """Return what arrives next; call again if the connection was lost, and hear the rest."""
        for _ in range(CALLS):
            try:
                received = self._arrived.get(timeout=self._patience)
            except Empty:
                raise TimeoutError(
                    f"kernel {self.id} said nothing for {self._patience} s"
                ) from None
            if received:
                return received
            if not self._socket.connected:
                self._connect()
        raise ConnectionError(f"the server hung up {CALLS} times on kernel {self.id}")


def _listen(connection: websocket.WebSocket, arrived: SimpleQueue[str | bytes]) -> None:
    """Put all that arrives into a queue, and "" at the end of the connection."""
    try:
        while received := connection.recv():
            arrived.put(received)
    except LOST:
        pass  # it ended without a farewell
    connection.shutdown()
    arrived.put("")


def _update(message: dict, model: str) -> dict:
    """Return what a message changes in a widget."""
    content = message["content"]
    if message["msg_type"] != "comm_msg" or content["comm_id"] != model:
        return {}
    return content["data"].get("state", {})


def _children(state: dict) -> list[str]:
    """Return the models of the parts of a widget: its state names them IPY_MODEL_<id>."""
    return [name.removeprefix("IPY_MODEL_") for name in state.get("children", ())]
