"""No network but this machine's own: Python imports this file when it starts.

``conftest.py`` puts this folder on PYTHONPATH, so that every kernel and every other Python that a
test starts is cut off as well. A test that needs the internet fails at once, and says so.
"""

import ipaddress
import socket
import sys

# jsonschema, which reads notebooks and starts servers, imports this if it is there, to know whether
# an address with letters from all over the world is valid. Nothing of ours has such addresses, and
# its grammars take each Python that a test starts two seconds.
sys.modules["rfc3987_syntax"] = None


def is_local(host):
    """Tell whether a host is this machine: by number, by name, or because none is given."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "", None)


def refuse(host):
    """Raise what an unplugged cable would raise."""
    raise OSError(f"the tests run without a network: {host} is not this machine")


def guard_connection(connect):
    """Return ``connect`` (or ``connect_ex``), restricted to this machine and to pipes."""

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address[0]):
            refuse(address[0])
        return connect(self, address)

    return guarded


def guard_lookup(getaddrinfo):
    """Return ``getaddrinfo``, which asks name servers, restricted to this machine's names."""

    def guarded(host, *arguments, **named):
        if not is_local(host):
            refuse(host)
        return getaddrinfo(host, *arguments, **named)

    return guarded


socket.socket.connect = guard_connection(socket.socket.connect)
socket.socket.connect_ex = guard_connection(socket.socket.connect_ex)
socket.getaddrinfo = guard_lookup(socket.getaddrinfo)
