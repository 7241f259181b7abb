"""What every test may use."""

import asyncio
import os
import socket
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import pytest
from aiosmtpd.controller import Controller
from celery import current_app
from django.conf import settings as django_settings
from django.core.cache import cache

import probio.staff.middleware  # noqa: F401 (notes when a session began, even one without a request before)
from probio.health import HEARTBEAT_KEY
from probio.local.processes import Program
from probio.staff import middleware  # noqa: F401  notes when a session began: in place before a test signs in

hypothesis.settings.register_profile("probio", deadline=None)  # a busy machine is no bug
hypothesis.settings.load_profile("probio")


class Mailbox:
    """What a real SMTP server received, and over which sessions.

    The answers make it refuse a message or a recipient (refused_recipient: only that one), or keep us waiting;
    loses_replies: it takes a message and hangs up before saying so.
    """

    def __init__(self):
        self.messages = []
        self.sessions = []
        self.answer = self.recipient_answer = self.refused_recipient = None
        self.seconds_to_answer = 0
        self.loses_replies = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.recipient_answer and self.refused_recipient in (None, address):
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.seconds_to_answer)
        if self.answer:
            return self.answer
        self.messages.append(envelope)
        if session not in self.sessions:
            self.sessions.append(session)
        if self.loses_replies:
            server.transport.abort()
        return "250 OK"


@pytest.fixture(autouse=True)
def _no_rate_limits(settings):
    """Every test comes from one address; those about the limits switch them on."""
    settings.RATE_LIMIT_SCALE = 0
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture(autouse=True)
def _one_factor(settings):
    """Staff in tests sign in without a second factor; tests/staff/ is about those who need one."""
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture(autouse=True)
def _no_page_cache(settings):
    """Tests see at once what they have just written; those about kept pages switch the cache on."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != "articles.caching.PageCache"]


@pytest.fixture
def mailbox(settings, unused_tcp_port):
    """A real SMTP server on loopback that Django is set to send through."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    settings.EMAIL_BACKEND = "probio.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_tcp_port
    yield box
    controller.stop()


@pytest.fixture
def unused_tcp_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def celery_worker(transactional_db, mailbox, settings):
    """A live Celery worker on the real broker, working on the test database and sending to the mailbox.

    It starts with an empty queue: what earlier tests asked for concerns bookings that are gone.
    """
    current_app.control.purge()
    cache.delete(HEARTBEAT_KEY)
    database = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{_test_database_name()}"))
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
    }
    command = [sys.executable, "-m", "celery", "--app", "probio", "worker", "--pool", "threads", "--concurrency", "2"]
    worker = Program("worker", [*command, "--loglevel", "info"], environment)
    worker.start()
    try:
        wait_for(lambda: cache.get(HEARTBEAT_KEY), seconds=60, what="the worker to be ready")
        yield worker
    finally:
        worker.ask_to_stop()
        worker.end(seconds=20)


def _test_database_name():
    return django_settings.DATABASES["default"]["NAME"]


def wait_for(condition, *, seconds, what):
    """Return the first true value of `condition`; fail the test when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    pytest.fail(f"waited {seconds} s in vain for {what}")
