"""Deliver what is due: claim a batch, send it over one connection, mark each row.

A sweep starts no message after SWEEP_SECONDS. With one message or one connection still under way, each bounded by
EMAIL_TIMEOUT, it ends within the lease and within the time a task may take, however slow the server.
"""

import logging
import smtplib
import time
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from consultations import emails
from consultations.exceptions import NothingToSay
from consultations.models import MOST_ATTEMPTS, EmailState, OutgoingEmail
from consultations.outbox import outcomes
from consultations.outbox.nudge import call_for_help
from consultations.outbox.verdicts import Verdict, verdict

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 10
# From a claim on, a worker sends for no longer than this, however slow the server: until the time of its sweep is up,
# and then one message with its time-out. Celery's limit is no bound here, since a pool of threads has none. A longer
# lease would only keep what a dead worker left behind from the next one.
LEASE = timedelta(seconds=SWEEP_SECONDS + settings.EMAIL_TIMEOUT + 5)
BATCH = 50
FRESH_SECONDS = 1  # what a message says was read no longer ago than this
HELPERS = 3  # how many more sweeps are asked for when there is more than a batch


def deliver(email_id: int) -> None:
    """Send one message if it is due and nobody else is sending it. Safe to call any number of times."""
    _deliver_batch(OutgoingEmail.objects.filter(pk=email_id), ends=time.monotonic() + SWEEP_SECONDS)


def sweep(*, calls_for_help: bool = True) -> int:
    """Deliver what is due, oldest first, until it is done or time is up; return how many rows were claimed.

    With more than a batch due, a few more workers are asked to sweep beside this one, once; not where the server was so
    slow that the first batch took all the time: it would only hold more workers.
    """
    ends, total = time.monotonic() + SWEEP_SECONDS, 0
    _hasten_what_waits_for_the_server()
    while time.monotonic() < ends and (claimed := _deliver_batch(OutgoingEmail.objects.all(), ends=ends)):
        total += claimed
        if calls_for_help and claimed == BATCH and time.monotonic() < ends:
            call_for_help(HELPERS)
            calls_for_help = False
        if total > BATCH and time.monotonic() >= ends:
            call_for_help(1)  # to go on where this one stops
    return total


def _hasten_what_waits_for_the_server() -> None:
    """Make rows that never reached the server due as soon as it answers: a fault's end is not waited for twice."""
    now = timezone.now()
    waiting = OutgoingEmail.objects.filter(
        state=EmailState.RETRYING, waits_for_server=True, due_at__lte=now, next_attempt_at__gt=now
    )
    if waiting.exists():
        connection = get_connection()
        with suppress(smtplib.SMTPException, OSError):
            connection.open()
            waiting.update(next_attempt_at=now)
        _close(connection)


def _deliver_batch(rows, *, ends: float) -> int:
    """Claim and send up to a batch of the due among rows; return how many were claimed, 0 if there is no server."""
    if not rows.due(timezone.now()).exists():
        return 0
    connection = get_connection()
    try:
        # Before the claim: what a slow server takes to greet us costs no row its lease.
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        for email in _claim(rows):
            outcomes.try_later(email, f"no mail server: {error}", waits_for_server=True)
        return 0
    try:
        claimed, does_line_hold, read_at = _claim(rows), True, 0.0
        for place, email in enumerate(claimed):
            if time.monotonic() >= ends or not does_line_hold:
                outcomes.give_back(claimed[place:])
                break
            if time.monotonic() - read_at > FRESH_SECONDS:
                ours, read_at = _as_they_are_now(claimed[place:]), time.monotonic()
            if email.pk in ours:  # else somebody has decided about it meanwhile
                does_line_hold = _send(connection, ours[email.pk])
        return len(claimed)
    finally:
        _close(connection)


def _claim(rows) -> list[OutgoingEmail]:
    """Take the lease on a batch of due rows that nobody else is looking at, and return them."""
    now = timezone.now()
    with transaction.atomic():
        due = rows.due(now).order_by("next_attempt_at", "pk").select_for_update(skip_locked=True)
        found = list(due[:BATCH])
        spent = [email for email in found if email.attempts >= MOST_ATTEMPTS]  # each time the worker died of it
        claimed = [email for email in found if email.attempts < MOST_ATTEMPTS]
        for email in spent:
            outcomes.failed(email, f"no worker lived to tell, {MOST_ATTEMPTS} times")
        OutgoingEmail.objects.filter(pk__in=[email.pk for email in claimed]).update(
            state=EmailState.SENDING, locked_until=now + LEASE, attempts=F("attempts") + 1
        )
    for email in claimed:
        email.attempts += 1
    return claimed


def _send(connection, email: OutgoingEmail) -> bool:
    """Compose one claimed message, send it, mark it. Return whether the line still holds.

    A message whose line broke has been tried.
    """
    if email.is_overtaken or (email.not_after is not None and email.not_after <= timezone.now()):
        outcomes.obsolete(email)
        return True
    try:
        message = emails.compose(email)
    except NothingToSay:
        outcomes.obsolete(email)
        return True
    except Exception as error:
        # Whatever a template or a booking's data made of it: park the row, so that it blocks no other.
        logger.exception("outgoing e-mail %s could not be composed", email.pk)
        outcomes.failed(email, f"could not be composed: {error!r}")
        return True
    # Where a provider takes it by an interface of its own, its webhook names the message by this (else unused).
    message.metadata = {"message_id": email.message_id}
    try:
        connection.send_messages([message])
    except Exception as error:
        return _mark_failed_attempt(email, error)
    outcomes.sent(email)
    return True


def _as_they_are_now(claimed: list[OutgoingEmail]) -> dict[int, OutgoingEmail]:
    """Return by key the claimed rows that are still ours, with what they are about as it is now. Two queries."""
    found = OutgoingEmail.objects.select_related(
        "booking__nutritionist", "booking__consultation_type", "entry__consultation_type", "nutritionist"
    )
    found = found.prefetch_related("booking__events").filter(state=EmailState.SENDING)
    attempts = {email.pk: email.attempts for email in claimed}
    return {email.pk: email for email in found.filter(pk__in=attempts) if email.attempts == attempts[email.pk]}


def _mark_failed_attempt(email: OutgoingEmail, error: Exception) -> bool:
    """Mark a row by what the server, or the lack of one, said. Return whether the line still holds."""
    judged = verdict(error)
    if judged is Verdict.NEVER:
        outcomes.failed(email, str(error))
    else:
        outcomes.try_later(email, str(error), is_maybe_taken=judged is Verdict.MAYBE_TAKEN)
    return judged in (Verdict.NEVER, Verdict.LATER)


def _close(connection) -> None:
    with suppress(smtplib.SMTPException, OSError):
        connection.close()
