"""Book a consultation."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from consultations import outbox, queries
from consultations.exceptions import SlotUnavailable
from consultations.models import (
    Booking,
    BookingEvent,
    BookingEventKind,
    ClaimKind,
    ConsultationType,
    EmailKind,
    Nutritionist,
    SlotClaim,
)
from consultations.slots import Interval


def book_slot(
    *,
    consultation_type: ConsultationType,
    starts_at: datetime,
    client_name: str,
    client_email: str,
    key: UUID,
    now: datetime,
) -> Booking:
    """Book a time with the first nutritionist who has it free, and owe the client a confirmation.

    key: the form's idempotency key; the same key returns the first booking again, whatever else is asked.
    Locks one nutritionist's row at a time, checks, then writes claim, booking, event and outgoing e-mail in
    one transaction; the worker is woken after the commit. Raises SlotUnavailable.
    """
    booking = _booked_with(key)
    if booking is not None:
        return booking
    try:
        with transaction.atomic():
            nutritionist, slot = _lock_open_slot(consultation_type, starts_at, now)
            return _write_booking(consultation_type, nutritionist, slot, client_name, client_email, key, now)
    except (SlotUnavailable, IntegrityError) as error:
        booking = _booked_with(key)  # the same form sent twice at once: its twin came first
        if booking is not None:
            return booking
        if isinstance(error, IntegrityError) and _constraint(error) == "slotclaim_no_double_booking":
            raise SlotUnavailable from error
        raise


def _booked_with(key: UUID) -> Booking | None:
    return Booking.objects.filter(idempotency_key=key).first()


def _constraint(error: IntegrityError) -> str | None:
    """Return the name of the constraint that PostgreSQL says was broken."""
    return error.__cause__.diag.constraint_name


def _lock_open_slot(consultation_type, starts_at, now) -> tuple[Nutritionist, Interval]:
    """Lock a nutritionist who has the time open and return both.

    Locks are taken in the order of primary keys, so two clients cannot wait for each other. The lock comes
    before the check: without it, rivals insert at once and some die of a deadlock instead of hearing "taken".
    """
    within = Interval(starts_at, starts_at + timedelta(seconds=1))
    for candidate in queries.active_nutritionists(consultation_type):
        if not queries.open_slots_by_nutritionist(consultation_type, [candidate], within=within, now=now)[candidate]:
            continue
        locked = Nutritionist.objects.select_for_update(no_key=True).get(pk=candidate.pk)
        slots = queries.open_slots_by_nutritionist(consultation_type, [locked], within=within, now=now)[locked]
        if slots and locked.is_active:
            return locked, slots[0]
    raise SlotUnavailable


def _write_booking(consultation_type, nutritionist, slot, client_name, client_email, key, now) -> Booking:
    blocked = Interval(slot.start, slot.end + consultation_type.buffer)
    in_the_way = SlotClaim.objects.live().within(blocked).filter(nutritionist=nutritionist)
    in_the_way.filter(expires_at__lte=now).update(released_at=now)
    claim = SlotClaim.objects.create(
        nutritionist=nutritionist, starts_at=blocked.start, blocked_until=blocked.end, kind=ClaimKind.BOOKING
    )
    booking = Booking.objects.create(
        idempotency_key=key,
        consultation_type=consultation_type,
        nutritionist=nutritionist,
        claim=claim,
        starts_at=slot.start,
        ends_at=slot.end,
        client_name=client_name,
        client_email=client_email,
        created_at=now,
    )
    BookingEvent.objects.create(booking=booking, kind=BookingEventKind.BOOKED, at=now)
    outbox.owe(booking, EmailKind.BOOKED, to=client_email, not_after=slot.end, now=now)
    return booking
