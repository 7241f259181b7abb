"""What a failure to send means for the message: never, later, or that it may have been taken."""

import smtplib
from enum import Enum

from anymail.exceptions import AnymailAPIError

from probio.smtp import ReplyLost

_SERVICE_CLOSES = 421
_NOT_ABOUT_THE_MESSAGE = (401, 403, 408, 429)  # a provider's answers about us, or about the moment


class Verdict(Enum):
    NEVER = "no further attempt would help"
    LATER = "not now"
    LINE_BROKE = "not now, and the connection is of no more use"
    MAYBE_TAKEN = "the connection broke before the answer"


def verdict(error: Exception) -> Verdict:
    """Judge what came of sending one message over an open connection."""
    # The order matters: to Python every SMTPException, and every answer of a provider, is an OSError too.
    match error:
        case ReplyLost():
            return Verdict.MAYBE_TAKEN
        case smtplib.SMTPRecipientsRefused():
            return _by_code(min(code for code, _ in error.recipients.values()))
        case smtplib.SMTPResponseException():
            return _by_code(error.smtp_code)
        case smtplib.SMTPServerDisconnected():
            return Verdict.LINE_BROKE
        case AnymailAPIError():
            return _by_status(error.status_code)
        case OSError() if not isinstance(error, smtplib.SMTPException):
            return Verdict.LINE_BROKE
        case _:  # such as an address this server cannot take, or a message that cannot be put into bytes
            return Verdict.NEVER


def _by_code(code: int) -> Verdict:
    if code >= 500:
        return Verdict.NEVER
    return Verdict.LINE_BROKE if code == _SERVICE_CLOSES else Verdict.LATER


def _by_status(status: int | None) -> Verdict:
    """None: the provider could not be asked."""
    if status is None or status >= 500 or status in _NOT_ABOUT_THE_MESSAGE:
        return Verdict.LATER
    return Verdict.NEVER
