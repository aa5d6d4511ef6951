"""Logs without secrets: tokens, codes and passwords that stand in an address are taken out.

>>> without_secrets("403 GET /api/kernels?_xsrf=2|abc&name=x")
'403 GET /api/kernels?_xsrf=…&name=x'
"""

import logging
import re

IN_AN_ADDRESS = r"\b(?:_?xsrf|token|code|state|password|key)="
SECRET = re.compile(rf"({IN_AN_ADDRESS}|xsrf cookie for )[^&\s\"<>)]+", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Return a line of a log without the values of tokens and the like."""
    return SECRET.sub(r"\1…", text)


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
