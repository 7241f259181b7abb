"""Delete what is kept no longer, by the schedule in `consultations.retention`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from articles.models import Feedback
from consultations import retention
from consultations.models import (
    UNSENT,
    AnswersLook,
    Booking,
    ClaimKind,
    IntakeAnswers,
    OutgoingEmail,
    RetentionRun,
    SlotClaim,
    WaitlistEntry,
)
from consultations.services.privacy import anonymise_bookings, anonymise_entries
from probio.exchange import exports
from probio.models import Export

BATCH = 500


@dataclass(frozen=True)
class Step:
    """One kind of data (a `retention.Kept` by its name): what is due at an instant, how a batch of it is cleared."""

    name: str
    due: Callable[[datetime], QuerySet]
    clear: Callable[[QuerySet, datetime], int]


def _delete(rows: QuerySet, now: datetime) -> int:
    return rows.delete()[0]


STEPS = [
    Step(
        "holds",
        lambda now: SlotClaim.objects.filter(kind=ClaimKind.HOLD, expires_at__lte=now - retention.HOLDS_LAST),
        _delete,
    ),
    Step(
        "contact details",
        lambda now: Booking.objects.filter(redacted_at=None, ends_at__lte=now - retention.CONTACT_LASTS),
        anonymise_bookings,
    ),
    Step("intake answers", lambda now: IntakeAnswers.objects.expired(now), _delete),
    Step("looks at answers", lambda now: AnswersLook.objects.filter(at__lte=now - retention.LOOKS_LAST), _delete),
    Step(
        "waiting list",
        lambda now: WaitlistEntry.objects.filter(redacted_at=None, joined_at__lte=now - retention.WAITING_LASTS),
        anonymise_entries,
    ),
    Step(
        "outgoing mail",
        lambda now: OutgoingEmail.objects.filter(
            ~Q(state__in=UNSENT), created_at__lte=now - retention.MAIL_LASTS, next_attempt_at__lte=now
        ),
        _delete,
    ),
    Step("exports", Export.objects.expired, lambda rows, now: exports.delete(rows)),
    Step(
        "words about articles",
        lambda now: Feedback.objects.filter(given_at__lte=now - retention.WORDS_LAST).exclude(words=""),
        lambda rows, now: rows.update(words=""),
    ),
    Step("retention runs", lambda now: RetentionRun.objects.filter(at__lte=now - retention.RUNS_LAST), _delete),
]


def count_due(step: Step, *, now: datetime) -> int:
    """Return how many rows of one kind are kept no longer."""
    return step.due(now).count()


def run(step: Step, *, now: datetime, progress: Callable[[int], None] = lambda count: None) -> int:
    """Clear what is due of one kind, a few hundred rows a transaction, and return how many; a run is on record.

    progress: called after each batch with its size.
    """
    cleared = 0
    while ids := list(step.due(now).values_list("pk", flat=True)[:BATCH]):
        batch = step.clear(step.due(now).model.objects.filter(pk__in=ids), now)
        cleared += len(ids)
        progress(len(ids))
        if not batch:  # nothing could be cleared: the next batch would be the same
            break
    RetentionRun.objects.create(at=timezone.now(), what=step.name, count=cleared)
    return cleared
