"""Ten thousand owed messages, two workers, a local SMTP sink: how fast they leave, and what it takes: `make bench`.

The workers are the real ones, and are asked to sweep as often as beat asks them.
"""

import logging
import os
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from aiosmtpd.controller import Controller
from celery import current_app
from django.conf import settings
from django.utils import timezone

from consultations.models import EmailKind, EmailState, OutgoingEmail
from probio.local.state import free_port
from tests.factories import make_booking, make_consultation_type

OWED = 10_000
WORKERS = 2
MOST_SECONDS = 300
_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE | re.IGNORECASE)


logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of every command


class Sink:
    """Takes every message and counts how often each Message-ID came."""

    def __init__(self):
        self.seen = Counter()
        self.first_at = self.last_at = 0.0

    async def handle_DATA(self, server, session, envelope):
        self.last_at = time.perf_counter()
        self.first_at = self.first_at or self.last_at
        self.seen[_MESSAGE_ID.search(envelope.content).group(1)] += 1
        return "250 OK"


def run():
    _owe()
    sink, port = Sink(), free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    current_app.control.purge()
    workers = [_work(port, n) for n in range(WORKERS)]
    try:
        _wait_for_workers()
        _drain(sink)
        peaks = [_peak_megabytes(worker.pid) for worker in workers]
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()
        controller.stop()
    seconds = sink.last_at - sink.first_at
    copies = sum(sink.seen.values()) - len(sink.seen)
    unsent = OutgoingEmail.objects.exclude(state=EmailState.SENT).count()
    print(f"  outbox, {OWED:,} owed, {WORKERS} workers")
    print(f"    rate                  {len(sink.seen) / seconds:.0f}/s, {seconds:.0f} s in all")
    print(f"    unsent, second copies {unsent}, {copies}")
    print(f"    peak memory           {', '.join(f'{peak:.0f}' for peak in peaks)} MB a worker")


def _owe():
    now = timezone.now()
    starts_at = (now + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    booking = make_booking(make_consultation_type(), starts_at=starts_at, now=now)
    OutgoingEmail.objects.all().delete()
    OutgoingEmail.objects.bulk_create(
        OutgoingEmail(
            kind=EmailKind.BOOKED,
            dedupe_key=f"bench:{n}",
            booking=booking,
            to=booking.client_email,
            message_id=f"<{uuid4().hex}@example.com>",
            created_at=now,
            due_at=now,
            next_attempt_at=now,
            not_after=booking.ends_at,
        )
        for n in range(OWED)
    )


def _work(port, n):
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{settings.DATABASES['default']['NAME']}")
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(database),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "DEBUG": "0",
    }
    command = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "--app", "probio", "worker"]
    command += ["--hostname", f"bench{n}@%h", "--pool", "threads", "--concurrency", "4", "--loglevel", "error"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def _wait_for_workers():
    for _ in range(60):
        if len(current_app.control.ping(timeout=1) or []) == WORKERS:
            return
    raise SystemExit("the workers to measure did not start")


def _drain(sink):
    """Ask for a sweep at once and as often as beat would, until every message has come."""
    every = settings.CELERY_BEAT_SCHEDULE["sweep-outbox"]["schedule"].total_seconds()
    ends, next_sweep = time.monotonic() + MOST_SECONDS, 0.0
    while len(sink.seen) < OWED and time.monotonic() < ends:
        if time.monotonic() >= next_sweep:
            current_app.send_task("consultations.tasks.sweep_outbox")
            next_sweep = time.monotonic() + every
        time.sleep(0.05)
    time.sleep(1)  # the last rows are being marked


def _peak_megabytes(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024
