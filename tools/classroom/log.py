"""Logs without secrets: tokens, codes and passwords in addresses and headers are taken out.

>>> without_secrets("403 GET /api/kernels?_xsrf=2|abc&name=x")
'403 GET /api/kernels?_xsrf=…&name=x'

Programs in other languages are started by this one: ``python log.py COMMAND …``.
"""

import logging
import re
import signal
import subprocess
import sys

IN_AN_ADDRESS = r"\b(?:_?xsrf|token|code|state|password|key)="
IN_A_HEADER = r'"(?:x-xsrftoken|authorization|cookie)": "'  # servers log them with an error
SECRET = re.compile(
    rf"({IN_AN_ADDRESS}|xsrf cookie for )[^&\s\"<>)]+|({IN_A_HEADER})[^\"]+", re.IGNORECASE
)


def without_secrets(text: str) -> str:
    """Return a line of a log without the values of tokens and the like."""
    return SECRET.sub(lambda found: f"{found[1] or found[2]}…", text)


def keep_secrets() -> None:
    """Take the secrets out of all that this process logs from now on."""
    make = logging.getLogRecordFactory()

    def record(*arguments: object, **named: object) -> logging.LogRecord:
        made = make(*arguments, **named)
        try:
            message = made.getMessage()
        except Exception:  # the logger itself says what is wrong with it
            return made
        if (cleaned := without_secrets(message)) != message:
            made.msg, made.args = cleaned, ()
        return made

    logging.setLogRecordFactory(record)


def main(command: list[str]) -> int:
    """Run a command until it ends or is stopped; pass on what it says, without the secrets."""
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    signal.signal(signal.SIGTERM, lambda *_: program.terminate())
    for line in program.stdout:
        print(without_secrets(line), end="", flush=True)
    return program.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
