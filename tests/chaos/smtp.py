"""An SMTP server that fails on demand, and remembers what it was given."""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from icalendar import Calendar

logging.getLogger("mail.log").setLevel(logging.ERROR)  # every line of every conversation

ANSWERS = {"421": "421 closing", "451": "451 try later", "550": "550 no such person"}


@dataclass
class Received:
    """One copy of a message."""

    at: float
    to: str
    message_id: str
    starts_at: object  # what its calendar file says, if it has one


@dataclass
class FaultySmtp:
    """Fails the recipients whose address begins with the name of a fault, as in slow-1@example.com.

    faults: by name, how many seconds it thinks before it takes a message ("slow" among them), and what it does then:
    "421", "451" and "550" are answers, "drop" ends the line after taking the message and before saying so.
    """

    port: int
    faults: dict[str, float] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    in_hand: int = 0
    _controller: Controller | None = None

    def start(self):
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self):
        self._controller.stop(no_assert=True)

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return ANSWERS.get(self._fault(envelope), "250 OK")

    async def handle_DATA(self, server, session, envelope):
        fault = self._fault(envelope)
        self.in_hand += 1
        await asyncio.sleep(self.faults.get(fault, 0))
        self.in_hand -= 1
        message = message_from_bytes(envelope.content, policy=default)
        received = Received(time.monotonic(), envelope.rcpt_tos[0], message["Message-ID"], _starts_at(message))
        if server.transport is None or server.transport.is_closing():
            return "451 nobody waits any longer"
        self.received.append(received)
        if fault == "drop":
            server.transport.abort()
        return "250 OK"

    def _fault(self, envelope):
        name = envelope.rcpt_tos[-1].partition("-")[0]
        return name if name in self.faults else None


def _starts_at(message):
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            return Calendar.from_ical(part.get_content()).walk("VEVENT")[0].decoded("dtstart")
    return None
