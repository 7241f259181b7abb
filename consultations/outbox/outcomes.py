"""What becomes of a row: sent, tried again, failed, no longer needed, bounced, or what the team decides."""

import logging
import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from consultations.exceptions import NotSendable
from consultations.models import (
    MOST_ATTEMPTS,
    BookingEvent,
    BookingEventKind,
    EmailKind,
    EmailState,
    OutgoingEmail,
)
from consultations.outbox.nudge import nudge_after_commit
from consultations.outbox.owing import owe_alert

logger = logging.getLogger(__name__)

# After each attempt but the last: close together while a fault may be short, then ever further apart. With the
# jitter the tenth comes some twelve to eighteen hours after the first.
GAPS = [timedelta(seconds=seconds) for seconds in (15, 20, 30, 45, 60, 300, 1800, 7200, 43200)]
JITTER = 0.2
# The message may have been taken: a server that loses one answer after another gets no third copy in a hurry, and one
# that was only restarted gets the second within the minute.
GAP_IF_MAYBE_TAKEN = timedelta(seconds=25)
LONGEST_ERROR = 500


def sent(email: OutgoingEmail) -> None:
    _mark(email, EmailState.SENT, sent_at=timezone.now(), last_error="")
    if email.kind == EmailKind.DATA_ERASED:  # the address was kept for this message only
        OutgoingEmail.objects.filter(pk=email.pk).delete()


def obsolete(email: OutgoingEmail) -> None:
    _mark(email, EmailState.OBSOLETE)


def failed(email: OutgoingEmail, reason: str) -> None:
    """Park a row that no further attempt would help, and tell the team (of an alert to them nobody is told)."""
    logger.warning("outgoing e-mail %s failed for good at attempt %s", email.pk, email.attempts)
    with transaction.atomic():
        _mark(email, EmailState.FAILED, last_error=reason[:LONGEST_ERROR])
        if email.kind != EmailKind.TEAM_ALERT:
            owe_alert(timezone.now())


def try_later(email: OutgoingEmail, reason: str, *, waits_for_server=False, is_maybe_taken=False) -> None:
    """Plan the next attempt after a growing gap, or give up after the last."""
    logger.warning("outgoing e-mail %s, attempt %s of %s did not succeed", email.pk, email.attempts, MOST_ATTEMPTS)
    if email.attempts >= MOST_ATTEMPTS:
        failed(email, f"given up after {MOST_ATTEMPTS} attempts; the last one: {reason}")
        return
    gap = GAPS[email.attempts - 1]
    if is_maybe_taken:
        gap = max(gap, GAP_IF_MAYBE_TAKEN)
    gap *= random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # spreads load, guards nothing
    _mark(
        email,
        EmailState.RETRYING,
        last_error=reason[:LONGEST_ERROR],
        next_attempt_at=timezone.now() + gap,
        waits_for_server=waits_for_server,
    )


def give_back(emails: list[OutgoingEmail]) -> None:
    """Undo the claim on rows that were not tried: they are due as they were before."""
    for email in emails:
        state = EmailState.RETRYING if email.attempts > 1 else EmailState.OWED
        _mark(email, state, attempts=email.attempts - 1)


def _mark(email: OutgoingEmail, state: EmailState, **changes) -> None:
    """Change a row this process has claimed, and give the lease back. Too late, it changes nothing.

    The number of the attempt tells our claim from that of a worker who took the row over.
    """
    claimed = OutgoingEmail.objects.filter(pk=email.pk, state=EmailState.SENDING, attempts=email.attempts)
    claimed.update(**{"state": state, "locked_until": None, "waits_for_server": False, **changes})


def record_bounce(message_id: str, reason: str, *, now: datetime) -> None:
    """Note that a message came back, in its booking's history too, and tell the team.

    Unknown ids, rows that were never sent and replays change nothing.
    """
    with transaction.atomic():
        could_bounce = Q(state__in=[EmailState.SENT, EmailState.SENDING, EmailState.RETRYING])
        email = OutgoingEmail.objects.select_for_update().filter(could_bounce, message_id=message_id).first()
        if email is None:
            return
        email.state, email.locked_until, email.last_error = EmailState.BOUNCED, None, reason[:LONGEST_ERROR]
        email.save(update_fields=["state", "locked_until", "last_error"])
        if email.booking_id is not None:
            BookingEvent.objects.create(
                booking_id=email.booking_id,
                kind=BookingEventKind.MAIL_BOUNCED,
                at=now,
                detail=email.get_kind_display(),
            )
        if email.kind != EmailKind.TEAM_ALERT:
            owe_alert(now)


def send_again(email_id: int, *, now: datetime) -> None:
    """Owe a message that failed, bounced or waits for its next attempt afresh, from now. Raises NotSendable."""
    with transaction.atomic():
        email = _locked(email_id, [EmailState.FAILED, EmailState.BOUNCED, EmailState.RETRYING])
        if email.is_overtaken or (email.not_after is not None and email.not_after <= now):
            raise NotSendable("what it says is no longer true or no longer wanted")
        email.state, email.attempts, email.waits_for_server = EmailState.OWED, 0, False
        email.due_at = email.next_attempt_at = now
        email.save(update_fields=["state", "attempts", "waits_for_server", "due_at", "next_attempt_at"])
        nudge_after_commit(email)


def give_up(email_id: int) -> None:
    """Send a message no more, nor show it as trouble. Raises NotSendable."""
    waiting = [EmailState.OWED, EmailState.RETRYING, EmailState.FAILED, EmailState.BOUNCED]
    with transaction.atomic():
        email = _locked(email_id, waiting)
        email.state = EmailState.OBSOLETE
        email.save(update_fields=["state"])


def _locked(email_id: int, states: list[EmailState]) -> OutgoingEmail:
    emails = OutgoingEmail.objects.select_related("booking", "entry").select_for_update(of=("self",))
    email = emails.get(pk=email_id)
    if email.state not in states:
        raise NotSendable(f"it is {email.get_state_display()}")
    return email
