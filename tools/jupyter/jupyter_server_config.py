"""The course's JupyterLab answers a moved slider at once; found through JUPYTER_CONFIG_PATH.

TCP holds a small message back while the one before it has not been confirmed (Nagle's algorithm),
and the receiver may take 40 ms to confirm. A moved slider is answered by several small messages,
so its picture would come tens of milliseconds late.

The first of those messages would be an echo: it tells other windows that show the same notebook
where the slider stands. Here nobody waits for it, and the picture comes 2 ms sooner.

A picture is 30 kB of text that is much like the picture before, and Chromium takes it from the wire
in pieces of 1 kB. Packed it is a tenth, which costs 0.1 ms, and it arrives 3 ms sooner.

Before the picture comes the word that the kernel is busy, and after it that it is idle: JupyterLab
draws its indicator twice with every move of a slider, and the picture waits for the first of them,
5 to 10 ms. Here the kernel counts as busy with a slider only if it is so for longer than a moment.

A message from the browser may be larger than 10 MiB: an upload beyond that would close the
connection without a word.
"""

import os
from functools import partial

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.ioloop import IOLoop

c = get_config()  # noqa: F821, Jupyter defines it

os.environ.setdefault("JUPYTER_WIDGETS_ECHO", "0")  # ipywidgets reads it in the kernels


A_MOMENT = 0.2  # seconds in which the kernel has answered, if all is well


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A connection between kernel and browser in which nothing keeps a picture waiting."""

    def __init__(self, *args, **kwargs):
        """Begin without any message that is held back."""
        super().__init__(*args, **kwargs)
        self._held = {}  # by what the kernel is busy with: the timer that will say so

    def connect(self):
        """Connect, and switch Nagle's algorithm off."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()

    def handle_outgoing_message(self, stream, outgoing_msg):
        """Hand a message on to the browser; that a widget keeps the kernel busy, after a moment."""
        send = partial(super().handle_outgoing_message, stream, outgoing_msg)
        _, (_, header, parent, _, content, *_) = self.session.feed_identities(outgoing_msg)
        if self.session.unpack(header)["msg_type"] != "status":
            return send()
        cause, state = self.session.unpack(parent), self.session.unpack(content)["execution_state"]
        if state == "busy" and cause.get("msg_type") == "comm_msg":
            self._held[cause["msg_id"]] = IOLoop.current().call_later(A_MOMENT, send)
            return None
        self._release(cause.get("msg_id"))
        return send()

    def disconnect(self):
        """Disconnect, and forget what was held back."""
        for cause in list(self._held):
            self._release(cause)
        super().disconnect()

    def _release(self, cause):
        if cause in self._held:
            IOLoop.current().remove_timeout(self._held.pop(cause))


c.ServerApp.websocket_compression_options = {"compression_level": 1}  # the quickest of 1 to 9
c.ServerApp.tornado_settings = {"websocket_max_message_size": 100 * 2**20}  # bytes
c.ServerApp.kernel_websocket_connection_class = PromptConnection
