"""No secret gets into a log."""

import doctest
import logging
import subprocess
import sys

import log
import psutil
import pytest


def test_the_example_holds():
    assert doctest.testmod(log).failed == 0


@pytest.mark.parametrize(
    "line",
    [
        "302 GET /hub/api/oauth2/authorize?client_id=x&state=SECRET (ada)",
        "GET /user/ada/oauth_callback?code=SECRET&state=SECRET",
        "Referer: http://127.0.0.1/lab?token=SECRET",
        "refused: '/api/kernels?_xsrf=SECRET' (403)",
        "TOKEN=SECRET",
        '      "X-Xsrftoken": "SECRET",',
        '"Authorization": "token SECRET", "Host": "127.0.0.1"',
        "Setting new xsrf cookie for b'id:SECRET' {'path'='/hub/'}",
    ],
)
def test_a_secret_in_an_address_is_taken_out_and_the_rest_stays(line):
    cleaned = log.without_secrets(line)
    assert "SECRET" not in cleaned and line.startswith(cleaned.split("…")[0])


@pytest.mark.parametrize("line", ["200 GET /lab/tree/a.ipynb?reset", "monkey=3", ""])
def test_other_lines_stay_as_they_are(line):
    assert log.without_secrets(line) == line


def test_what_another_program_says_is_cleaned_too_and_it_ends_with_its_guard():
    speaks = "echo 'GET /x?token=SECRET by ada'; exec sleep 600"
    command = [sys.executable, log.__file__, "sh", "-c", speaks]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as guard:
        assert guard.stdout.readline() == "GET /x?token=… by ada\n"
        (program,) = psutil.Process(guard.pid).children()
        guard.terminate()
        assert guard.wait(10) != 0 and not program.is_running()


def test_arguments_of_a_message_are_cleaned_too(monkeypatch):
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    log.keep_secrets()
    make = logging.getLogRecordFactory()
    record = make("a", logging.INFO, "f", 1, "GET %s by %s", ("/x?token=SECRET", "ada"), None)
    assert record.getMessage() == "GET /x?token=… by ada"
    broken = make("a", logging.INFO, "f", 1, "%d", ("x",), None)
    assert broken.args == ("x",)
