"""The way of a published site: NumPy from another host, checked, asked for again, and explained."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

WAIT = 120_000


class Distant(BaseHTTPRequestHandler):
    """Plays the host of NumPy: answers with what is next in the list, and then with the last."""

    def do_GET(self):
        status, body = self.server.answers.pop(0)
        if not self.server.answers:
            self.server.answers.append((status, body))
        self.server.asked += 1
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        pass


@pytest.fixture
def distant():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Distant)
    server.asked = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture
def opened(browser, folder, distant, serve):
    """Open a page of a site that takes NumPy from elsewhere, and ask it for Python."""
    options = json.dumps({"base": f"http://127.0.0.1:{distant.server_port}/"}).encode()
    with serve(folder, {"/py/python.json": options}) as address:
        page = browser.new_context(service_workers="block").new_page()

        def open_with(*answers):
            distant.answers = list(answers)
            page.goto(f"{address}/e/convolution.html#weights[0,2]=7")
            return page.locator(".layer"), page

        yield open_with
        page.context.close()


@pytest.fixture(scope="module")
def wheel():
    [path] = Path(os.environ["CNNCOURSE_WASM"]).glob("numpy-*.whl")
    return path.read_bytes()


def test_the_right_wheel_starts_python(opened, distant, wheel):
    _, page = opened((200, wheel))
    page.wait_for_function("times.ready > 0", timeout=WAIT)
    assert distant.asked == 1


def test_what_fails_twice_is_asked_for_a_third_time(opened, distant, wheel):
    _, page = opened((404, b""), (404, b""), (200, wheel))
    page.wait_for_function("times.ready > 0", timeout=WAIT)
    assert distant.asked == 3


@pytest.mark.parametrize("answer", ["another sum", "never"])
def test_what_never_arrives_whole_is_explained_and_can_be_tried_again(
    opened, distant, wheel, answer
):
    as_good = wheel[:-2] + b"\x01\x00!"  # the same archive with a comment: another SHA-256
    wrong = (404, b"") if answer == "never" else (200, as_good)
    layer, page = opened(wrong)
    again = layer.get_by_role("button")
    expect(again).to_be_visible(timeout=WAIT)
    assert "NumPy" in layer.inner_text() and page.evaluate("times.ready") is None
    stride = page.get_by_label("stride")  # pictures drawn ahead still answer
    distant.answers = [(200, wheel)]
    again.click()
    page.wait_for_function("times.ready > 0", timeout=WAIT)
    assert stride.is_enabled()
