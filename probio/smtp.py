"""SMTP that is punctual, and says when it cannot know: Django's backend over two small changes to smtplib."""

import smtplib
import time

from django.core.mail.backends import smtp

SECONDS_TO_QUIT = 2


class ReplyLost(smtplib.SMTPException):
    """The line broke after the message was handed over and before the server said so: it may well have it."""


class _Punctual:
    """Connecting, and each message, may take `timeout` seconds in all, however many answers it waits for.

    smtplib allows that much for each answer, so that a slow server could hold a message for minutes.
    """

    _deadline = float("inf")

    def connect(self, *args, **kwargs):
        self._allow(self.timeout)
        return super().connect(*args, **kwargs)

    def sendmail(self, *args, **kwargs):
        self._allow(self.timeout)
        return super().sendmail(*args, **kwargs)

    def quit(self):
        self._allow(SECONDS_TO_QUIT)
        return super().quit()

    def data(self, message):
        try:
            return super().data(message)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise ReplyLost(f"no answer to the message: {error}") from error

    def send(self, text):
        self._hurry()
        super().send(text)

    def getreply(self):
        self._hurry()
        return super().getreply()

    def _allow(self, seconds):
        self._deadline = time.monotonic() + seconds

    def _hurry(self):
        left = self._deadline - time.monotonic()
        if left <= 0:
            self.close()
            raise smtplib.SMTPServerDisconnected("the mail server is too slow")
        if self.sock is not None:
            self.sock.settimeout(min(left, self.timeout))


class _SMTP(_Punctual, smtplib.SMTP):
    pass


class _SMTPOverTLS(_Punctual, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's SMTP backend; raises ReplyLost where it cannot be known whether a message was taken."""

    @property
    def connection_class(self):
        return _SMTPOverTLS if self.use_ssl else _SMTP
