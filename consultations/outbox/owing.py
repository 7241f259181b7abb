"""Write down that a message is owed, in the transaction that owes it."""

import hashlib
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings

from consultations.models import (
    TO_OTHER_ADDRESSES,
    UNSENT,
    Booking,
    EmailKind,
    EmailState,
    Nutritionist,
    OutgoingEmail,
    WaitlistEntry,
)
from consultations.outbox.nudge import nudge_after_commit

LINK_IS_WANTED_FOR = timedelta(hours=12)
ALERT_IS_WANTED_FOR = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


def owe(booking: Booking, kind: EmailKind, *, to: str, not_after: datetime, now: datetime, due_at=None) -> None:
    """Write down, in the caller's transaction, that a message is owed; wake a worker after the commit.

    The same kind is owed once for each state of the booking (its calendar sequence). due_at: not before then, such
    as a reminder; nobody is woken for it.
    """
    dedupe_key = _dedupe_key(booking, kind, str(booking.calendar_sequence))
    content = _content(kind, to, not_after, now, due_at)
    email = OutgoingEmail.objects.create(dedupe_key=dedupe_key, booking=booking, **content)
    if email.due_at <= now:
        nudge_after_commit(email)


def owe_once(booking: Booking, kind: EmailKind, occasion: str, *, to: str, not_after: datetime, now: datetime) -> bool:
    """As `owe`, but once for each occasion, whatever the state of the booking; return whether it was the first time."""
    _, is_new = _owe_once(_dedupe_key(booking, kind, occasion), booking=booking, **_content(kind, to, not_after, now))
    return is_new


def owe_daily(booking: Booking, kind: EmailKind, *, to: str, not_after: datetime, now: datetime) -> bool:
    """As `owe`, but once a day and address: for what strangers can set off. Return whether it was the first time."""
    return owe_once(booking, kind, f"{now:%Y-%m-%d}:{_fingerprint(to)}", to=to, not_after=not_after, now=now)


def owe_list(nutritionist: Nutritionist, kind: EmailKind, *, to: str, not_after: datetime, now: datetime) -> bool:
    """As `owe`, a nutritionist, about a whole day; return whether it was the first time that day."""
    dedupe_key = _dedupe_key(nutritionist, kind, f"{now:%Y-%m-%d}")
    _, is_new = _owe_once(dedupe_key, nutritionist=nutritionist, **_content(kind, to, not_after, now))
    return is_new


def owe_waiting(entry: WaitlistEntry, kind: EmailKind, occasion: str, *, not_after: datetime, now: datetime) -> None:
    """As `owe`, to somebody on the waiting list; once for each occasion, such as a day or an offer."""
    dedupe_key = _dedupe_key(entry, kind, occasion)
    _owe_once(dedupe_key, entry=entry, **_content(kind, entry.client_email, not_after, now))


def owe_link(to: str, *, now: datetime) -> None:
    """Owe an address the links to its active bookings, at most once an hour.

    Nobody looks for bookings before the message is composed: for the asker an address with a booking and one without
    cost and look the same. Where there is none, nothing is sent.
    """
    dedupe_key = f"address:{_fingerprint(to)}:{EmailKind.YOUR_LINK}:{now:%Y-%m-%dT%H}"
    _owe_once(dedupe_key, **_content(EmailKind.YOUR_LINK, to, now + LINK_IS_WANTED_FOR, now))


def owe_farewell(to: str, *, now: datetime) -> None:
    """Owe the last message to an address whose client was erased. Once sent, its row goes too."""
    content = _content(EmailKind.DATA_ERASED, to, now + ALERT_IS_WANTED_FOR, now)
    _owe_once(f"address:{_fingerprint(to)}:{EmailKind.DATA_ERASED}:{now:%Y-%m-%dT%H:%M}", **content)


def owe_alert(now: datetime) -> None:
    """Owe the team word that mail is in trouble: at once, then at most once an hour, each alert about all of it.

    Trouble after this hour's alert has left is told in the next hour's. Never call this about an alert itself.
    """
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    if not _alert(this_hour, now, due_at=now):
        _alert(this_hour + AN_HOUR, now, due_at=this_hour + AN_HOUR)


def drop(booking: Booking) -> None:
    """Send the client none of a booking's messages that nobody has sent yet: their address or time was wrong.

    What is owed to others, such as the nutritionist or the address it had before, stays owed.
    """
    waiting = booking.emails.filter(state__in=[EmailState.OWED, EmailState.RETRYING])
    waiting.exclude(kind__in=TO_OTHER_ADDRESSES).update(state=EmailState.OBSOLETE)


def _alert(hour, now, *, due_at):
    """Return whether an alert of that hour will tell of what happens now; owe it if nobody has yet."""
    content = _content(EmailKind.TEAM_ALERT, settings.TEAM_EMAIL, due_at + ALERT_IS_WANTED_FOR, now, due_at)
    email, _ = _owe_once(f"team:{EmailKind.TEAM_ALERT}:{hour:%Y-%m-%dT%H}", **content)
    return email.state in UNSENT and email.state != EmailState.SENDING


def _owe_once(dedupe_key, **content):
    email, is_new = OutgoingEmail.objects.get_or_create(dedupe_key=dedupe_key, defaults=content)
    if is_new and email.due_at <= email.created_at:
        nudge_after_commit(email)
    return email, is_new


def _dedupe_key(row, kind, occasion):
    return f"{row._meta.model_name}:{row.pk}:{kind}:{occasion}"


def _fingerprint(address):
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _content(kind, to, not_after, now, due_at=None):
    due_at = due_at or now
    return {
        "kind": kind,
        "to": to,
        "message_id": f"<{uuid4().hex}@{settings.SERVER_EMAIL.rpartition('@')[2]}>",
        "created_at": now,
        "due_at": due_at,
        "next_attempt_at": due_at,
        "not_after": not_after,
    }
