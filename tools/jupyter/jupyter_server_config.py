"""The course's JupyterLab sends every message at once; found through JUPYTER_CONFIG_PATH.

TCP holds a small message back while the one before it has not been confirmed (Nagle's algorithm),
and the receiver may take 40 ms to confirm. A moved slider is answered by several small messages,
so its picture would come tens of milliseconds late.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

c = get_config()  # noqa: F821, Jupyter defines it


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A connection between kernel and browser that holds nothing back."""

    def connect(self):
        """Connect, and switch Nagle's algorithm off."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c.ServerApp.kernel_websocket_connection_class = PromptConnection
