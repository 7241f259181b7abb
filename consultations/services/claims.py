"""Take a piece of a nutritionist's time: lock, check, write. Every service that takes time comes through here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q

from consultations import queries
from consultations.exceptions import AlreadyBooked, Busy, SlotUnavailable
from consultations.models import ClaimKind, ConsultationType, Nutritionist, SlotClaim
from consultations.slots import Interval, Terms

LOCK_TIMEOUT = "3s"
# PostgreSQL's codes for a lock that was waited for too long, and for two that waited for each other.
LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED = "55P03", "40P01"
_REFUSALS = {
    "slotclaim_no_double_booking": SlotUnavailable,
    "booking_one_active_per_client": AlreadyBooked,
    "booking_client_in_one_place": AlreadyBooked,
    "booking_matches_its_claim": SlotUnavailable,
}


@contextmanager
def taking_time() -> Iterator[None]:
    """One transaction that waits for a lock for three seconds at most.

    Raises Busy for a lock that did not come, and a ConsultationError for a refusal by one of the ledger's constraints.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED):
            raise Busy from error
        raise
    except IntegrityError as error:
        refusal = _REFUSALS.get(error.__cause__.diag.constraint_name)
        if refusal is None:
            raise
        raise refusal from error


def claim_time(
    consultation_type: ConsultationType,
    starts_at: datetime,
    *,
    nutritionist_slug: str | None,
    now: datetime,
    own: SlotClaim | None = None,
    terms: Terms | None = None,
    **values,
) -> SlotClaim:
    """Write a claim for a start with the eligible nutritionist who has the fewest consultations left that week.

    nutritionist_slug: None for anyone. own: a claim of the same client, looked through and released: a hold given up,
    or the claim of a booking that moves. terms: other ones than the type's. values: the claim's remaining columns.
    Call inside `taking_time`. Locks the eligible nutritionists in the order of their keys, so that two clients never
    wait for each other; the lock comes before the check, or rivals insert at once and some die of a deadlock instead
    of hearing "taken"; and the choice is made under it, so that concurrent clients spread. Raises SlotUnavailable.
    """
    locked = _lock(consultation_type, nutritionist_slug)
    diaries = queries.read_diaries(locked, queries.week_of(starts_at), now=now, own=own)
    free = diaries.open_for(terms or consultation_type.terms, starts_at, now)
    if not free:
        raise SlotUnavailable(diaries)
    if diaries.expired or own is not None:
        # By their kind as well: one may have become a booking meanwhile.
        outlived = Q(pk__in=diaries.expired) & ~Q(kind=ClaimKind.BOOKING)
        if own is not None:
            outlived |= Q(pk=own.pk, kind=own.kind)
        SlotClaim.objects.live().filter(outlived).update(released_at=now)
    blocked = Interval(starts_at, starts_at + consultation_type.duration + consultation_type.buffer)
    return SlotClaim.objects.create(
        nutritionist=free[0],
        consultation_type=consultation_type,
        starts_at=blocked.start,
        blocked_until=blocked.end,
        created_at=now,
        **values,
    )


def lock_nutritionist(consultation_type: ConsultationType, slug: str) -> Nutritionist:
    """Lock one nutritionist's time. Call inside `taking_time`. Raises SlotUnavailable for one who may not be booked."""
    locked = _lock(consultation_type, slug)
    if not locked:
        raise SlotUnavailable
    return locked[0]


# Those of queries.eligible_for, in SQL like the diaries: every hold and every booking asks, and building the query took
# four times as long as answering it.
_LOCK = """
SELECT person.* FROM consultations_nutritionist person
JOIN consultations_consultationtype_nutritionists gives ON gives.nutritionist_id = person.id
WHERE gives.consultationtype_id = %(type)s AND person.is_active AND (%(slug)s::text IS NULL OR person.slug = %(slug)s)
ORDER BY person.id FOR NO KEY UPDATE OF person
"""


def _lock(consultation_type: ConsultationType, slug: str | None) -> list[Nutritionist]:
    return list(Nutritionist.objects.raw(_LOCK, {"type": consultation_type.pk, "slug": slug}))
