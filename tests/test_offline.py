"""The tests themselves run without a network: in this process, in others, in a kernel."""

import http.server
import socket
import subprocess
import sys
import threading
import urllib.request

import nbformat
import pytest
from nbclient import NotebookClient

ELSEWHERE = ("192.0.2.1", 80)  # an address reserved for documentation, RFC 5737
TRY_TO_CONNECT = """
import socket
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
except OSError as error:
    print(error)
"""


def test_this_process_cannot_connect_elsewhere():
    with pytest.raises(OSError, match="without a network"):
        socket.create_connection(ELSEWHERE, timeout=2)
    with pytest.raises(OSError, match="without a network"):
        socket.socket().connect_ex(ELSEWHERE)


def test_names_are_not_looked_up():
    with pytest.raises(OSError, match="example.org"):
        socket.create_connection(("example.org", 80), timeout=2)


def test_another_python_cannot_connect_elsewhere():
    run = subprocess.run([sys.executable, "-c", TRY_TO_CONNECT], capture_output=True, text=True)
    assert "without a network" in run.stdout


@pytest.mark.slow
def test_a_kernel_cannot_connect_elsewhere():
    cell = nbformat.v4.new_code_cell(TRY_TO_CONNECT)
    executed = NotebookClient(
        nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3"
    ).execute()
    assert "without a network" in executed.cells[0].outputs[0].text


@pytest.mark.slow
def test_another_python_reads_notebooks_without_building_grammars_first():
    read = "import sys, nbformat; print('lark' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True)
    assert run.stdout == "False\n"


def test_this_machine_still_answers():
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.handle_request).start()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}", timeout=5) as answer:
        assert answer.status == 200
    server.server_close()
