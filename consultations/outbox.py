"""The outbox: owe a message, deliver it, sweep up what is due. The only code that sends.

PostgreSQL remembers what is owed; Celery only wakes a worker. A message is claimed with a lease, sent outside
any transaction, then marked. A worker that dies after sending leaves a lease to run out, so the worst case is
a second copy with the same Message-ID.
"""

import hashlib
import logging
import smtplib
import threading
from datetime import datetime, timedelta
from email.utils import make_msgid

from celery import current_app
from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from consultations import emails
from consultations.exceptions import NothingToSay
from consultations.models import Booking, EmailKind, EmailState, Nutritionist, OutgoingEmail, WaitlistEntry

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than a task may run (CELERY_TASK_TIME_LIMIT)
MOST_ATTEMPTS = 10
FIRST_GAP = timedelta(seconds=30)  # doubles each time: the tenth attempt is some four hours after the first
SWEEP_AT_MOST = 200

# A connection of the nudge's own, one a thread. With Celery's defaults a refused broker costs the visitor six
# seconds and a frozen one two minutes; with these, a few milliseconds and under half a second.
_NUDGE_TRANSPORT = {"max_retries": 0, "socket_connect_timeout": 0.4, "socket_timeout": 0.4}
_nudging = threading.local()


def owe(booking: Booking, kind: EmailKind, *, to: str, not_after: datetime, now: datetime) -> None:
    """Write down, in the caller's transaction, that a message is owed; wake a worker after the commit.

    The same kind is owed once for each state of the booking (its calendar sequence).
    """
    dedupe_key = _dedupe_key(booking, kind, str(booking.calendar_sequence))
    content = _content(kind, to, not_after, now)
    _nudge_after_commit(OutgoingEmail.objects.create(dedupe_key=dedupe_key, booking=booking, **content))


def owe_once(booking: Booking, kind: EmailKind, occasion: str, *, to: str, not_after: datetime, now: datetime) -> bool:
    """As `owe`, but once for each occasion, whatever the state of the booking; return whether it was the first time."""
    return _owe_once(_dedupe_key(booking, kind, occasion), booking=booking, **_content(kind, to, not_after, now))


def owe_daily(booking: Booking, kind: EmailKind, *, to: str, not_after: datetime, now: datetime) -> None:
    """As `owe`, but once a day and address: for what strangers can set off."""
    owe_once(booking, kind, f"{now:%Y-%m-%d}:{_fingerprint(to)}", to=to, not_after=not_after, now=now)


def owe_list(nutritionist: Nutritionist, kind: EmailKind, *, to: str, not_after: datetime, now: datetime) -> bool:
    """As `owe`, a nutritionist, about a whole day; return whether it was the first time that day."""
    dedupe_key = _dedupe_key(nutritionist, kind, f"{now:%Y-%m-%d}")
    return _owe_once(dedupe_key, nutritionist=nutritionist, **_content(kind, to, not_after, now))


def owe_waiting(entry: WaitlistEntry, kind: EmailKind, occasion: str, *, not_after: datetime, now: datetime) -> None:
    """As `owe`, to somebody on the waiting list; once for each occasion, such as a day or an offer."""
    dedupe_key = _dedupe_key(entry, kind, occasion)
    _owe_once(dedupe_key, entry=entry, **_content(kind, entry.client_email, not_after, now))


def _owe_once(dedupe_key, **content):
    email, is_new = OutgoingEmail.objects.get_or_create(dedupe_key=dedupe_key, defaults=content)
    if is_new:
        _nudge_after_commit(email)
    return is_new


def _dedupe_key(row, kind, occasion):
    return f"{row._meta.model_name}:{row.pk}:{kind}:{occasion}"


def _fingerprint(address):
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _content(kind, to, not_after, now):
    return {
        "kind": kind,
        "to": to,
        "message_id": make_msgid(domain=settings.SERVER_EMAIL.rpartition("@")[2]),
        "created_at": now,
        "next_attempt_at": now,
        "not_after": not_after,
    }


def _nudge_after_commit(email: OutgoingEmail) -> None:
    # A lambda, not a partial, which Django 5.2 cannot name when it logs a robust callback's failure.
    transaction.on_commit(lambda: nudge(email.pk), robust=True)


def drop(booking: Booking) -> None:
    """Send none of a booking's messages that nobody has sent yet: they are for an address that was wrong."""
    waiting = booking.emails.filter(state__in=[EmailState.OWED, EmailState.RETRYING])
    waiting.update(state=EmailState.OBSOLETE, locked_until=None)


def nudge(email_id: int) -> None:
    """Ask a worker to deliver now. Best effort, within a second: if the broker is away, the sweep delivers."""
    # A connection that has stood idle may only have been cut: then there is one more try, on a new one.
    for _ in range(2 if hasattr(_nudging, "producer") else 1):
        try:
            return _publish(email_id)
        except OperationalError:
            _forget_producer()
    logger.warning("broker away: outgoing e-mail %s waits for the sweep", email_id)


def _publish(email_id: int) -> None:
    if not hasattr(_nudging, "producer"):
        connection = current_app.connection_for_write(transport_options=_NUDGE_TRANSPORT)
        _nudging.producer = current_app.amqp.Producer(connection)
    current_app.send_task("consultations.tasks.deliver_email", args=[email_id], producer=_nudging.producer, retry=False)


def _forget_producer() -> None:
    producer = _nudging.__dict__.pop("producer", None)
    if producer is not None:
        producer.connection.release()


def deliver(email_id: int) -> None:
    """Send one message if it is due and nobody else is sending it. Safe to call any number of times."""
    email = _claim(email_id)
    if email is None:
        return
    try:
        message = emails.compose(email)
    except NothingToSay:
        _mark(email, EmailState.OBSOLETE)
        return
    except Exception as error:
        # Whatever a template or a booking's data made of it: park the row, so that it blocks no other.
        logger.exception("outgoing e-mail %s could not be composed", email_id)
        _mark(email, EmailState.FAILED, last_error=f"could not be composed: {error!r}")
        return
    try:
        get_connection().send_messages([message])
    except (smtplib.SMTPException, OSError) as error:
        _mark_failed_attempt(email, error)
    else:
        _mark(email, EmailState.SENT, sent_at=timezone.now(), last_error="")


def sweep() -> int:
    """Deliver what is due, oldest first; return how many were tried. Beat calls this every 30 seconds."""
    due = OutgoingEmail.objects.due(timezone.now()).order_by("next_attempt_at")
    ids = list(due.values_list("pk", flat=True)[:SWEEP_AT_MOST])
    for email_id in ids:
        deliver(email_id)
    return len(ids)


def _claim(email_id: int) -> OutgoingEmail | None:
    """Take the lease on a due message and return it, or None when there is nothing to do."""
    now = timezone.now()
    with transaction.atomic():
        due = OutgoingEmail.objects.due(now).select_related("booking", "entry")
        due = due.select_for_update(skip_locked=True, of=("self",))
        email = due.filter(pk=email_id).first()
        if email is None:
            return None
        is_late = email.not_after is not None and email.not_after <= now
        if is_late or email.is_astray:
            _mark(email, EmailState.OBSOLETE)
            return None
        email.attempts += 1
        _mark(email, EmailState.SENDING, locked_until=now + LEASE, attempts=email.attempts)
    return email


def _mark_failed_attempt(email: OutgoingEmail, error: Exception) -> None:
    """Plan the next attempt, or give up on an answer that says never (SMTP 5xx) or after the last attempt."""
    logger.warning("outgoing e-mail %s, attempt %s: %s", email.pk, email.attempts, type(error).__name__)
    if _is_permanent(error) or email.attempts >= MOST_ATTEMPTS:
        _mark(email, EmailState.FAILED, last_error=str(error))
        return
    gap = FIRST_GAP * 2 ** (email.attempts - 1)
    _mark(email, EmailState.RETRYING, last_error=str(error), next_attempt_at=timezone.now() + gap)


def _is_permanent(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _mark(email: OutgoingEmail, state: EmailState, **changes) -> None:
    """Change a row this process has claimed; anything but SENDING gives the lease back."""
    changes = {"state": state, "locked_until": None, **changes}
    OutgoingEmail.objects.filter(pk=email.pk).update(**changes)
