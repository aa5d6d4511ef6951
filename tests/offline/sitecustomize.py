"""No network but this machine's own: Python imports this file when it starts.

``conftest.py`` puts this folder on PYTHONPATH, so that every kernel and every other Python that a
test starts is cut off as well. A test that needs the internet fails at once, and says so.
"""

import ipaddress
import socket


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
