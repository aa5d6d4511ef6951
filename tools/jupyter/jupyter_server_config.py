"""The course's JupyterLab answers a moved slider at once; found through JUPYTER_CONFIG_PATH.

TCP holds a small message back while the one before it has not been confirmed (Nagle's algorithm),
and the receiver may take 40 ms to confirm. A moved slider is answered by several small messages,
so its picture would come tens of milliseconds late.

The first of those messages would be an echo: it tells other windows that show the same notebook
where the slider stands. Here nobody waits for it, and the picture comes 2 ms sooner.

A picture is 30 kB of text that is much like the picture before, and Chromium takes it from the wire
in pieces of 1 kB. Packed it is a tenth, which costs 0.1 ms, and it arrives 3 ms sooner.

A message from the browser may be larger than 10 MiB: an upload beyond that would close the
connection without a word.
"""

import os

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

c = get_config()  # noqa: F821, Jupyter defines it

os.environ.setdefault("JUPYTER_WIDGETS_ECHO", "0")  # ipywidgets reads it in the kernels


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A connection between kernel and browser that holds nothing back."""

    def connect(self):
        """Connect, and switch Nagle's algorithm off."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c.ServerApp.websocket_compression_options = {"compression_level": 1}  # the quickest of 1 to 9
c.ServerApp.tornado_settings = {"websocket_max_message_size": 100 * 2**20}  # bytes
c.ServerApp.kernel_websocket_connection_class = PromptConnection
