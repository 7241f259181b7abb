"""Change a booking after it was made: move it, cancel it, correct what the client said of themselves.

Each locks the booking first and nutritionists after it, in the order of their keys, so that no two wait for each other.
"""

import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from consultations import outbox, queries, wording
from consultations.addresses import normalise
from consultations.exceptions import AlreadyBooked, NotActive, SlotUnavailable, TooLate
from consultations.models import (
    Booking,
    BookingEvent,
    BookingEventKind,
    BookingStatus,
    ClaimKind,
    EmailKind,
    Nutritionist,
    SlotClaim,
)
from consultations.services.booking import Slot, owe_confirmation, tell_by_mail
from consultations.services.claims import claim_time, taking_time
from consultations.services.notices import tell_nutritionist
from consultations.services.waitlist import offer_time
from consultations.slots import Interval

ADDRESS_CAN_BE_CORRECTED = timedelta(minutes=30)
WORTH_SAYING = timedelta(days=1)  # a cancellation is news even when the time has come


@dataclass(frozen=True)
class Details:
    """What a client may correct at any time before the consultation."""

    name: str
    channel: str
    phone: str = ""


def move_booking(booking_id: int, slot: Slot, *, by=None, reason: str = "", now: datetime) -> Booking:
    """Move a booking to another time of its type, and return it. by: a user of the team, or None for the client.

    The team is bound by hours and ledger, not by minimum notice and horizon; the client reads its reason. The new time
    is taken before the old one is given back, in one transaction: whoever else gets the new time first, the old one
    stays. The time given back is offered to the waiting list. Asked for the time it has, nothing changes.
    Raises SlotUnavailable, NotActive, TooLate, Busy, or AlreadyBooked for a client who is elsewhere at that time.
    """
    with _changing(booking_id, by, now) as booking:
        old = booking.claim
        is_with = slot.nutritionist in (None, booking.nutritionist.slug)
        if slot.starts_at == booking.starts_at and is_with:
            return booking
        if slot.consultation_type.pk != booking.consultation_type_id:
            raise SlotUnavailable
        _lock(booking, slot)
        detail = f"from {wording.full_label(booking.starts_at)}, with {booking.nutritionist.name}"
        claim = claim_time(
            booking.consultation_type,
            slot.starts_at,
            nutritionist_slug=slot.nutritionist,
            now=now,
            own=old,
            terms=booking.consultation_type.terms if by is None else booking.consultation_type.terms.for_the_team(),
            kind=ClaimKind.BOOKING,
        )
        booking.claim, booking.nutritionist = claim, claim.nutritionist
        booking.starts_at, booking.ends_at = claim.starts_at, claim.starts_at + booking.consultation_type.duration
        if booking.respond_by is not None:
            booking.respond_by = min(booking.respond_by, booking.starts_at)
        booking.calendar_sequence += 1
        changed = ["claim", "nutritionist", "starts_at", "ends_at", "respond_by", "calendar_sequence"]
        booking.save(update_fields=changed)
        _note(booking, BookingEventKind.MOVED, by, now, detail=detail, reason=reason)
        outbox.drop(booking)
        outbox.owe(booking, EmailKind.MOVED, to=booking.client_email, not_after=booking.ends_at, now=now)
        tell_nutritionist(booking, EmailKind.STAFF_MOVED, now)
        if old.nutritionist_id != booking.nutritionist_id:
            tell_nutritionist(booking, EmailKind.STAFF_MOVED, now, whom=old.nutritionist)
        offer_time(old.nutritionist, Interval(old.starts_at, old.blocked_until), now=now)
        return booking


def cancel_booking(booking_id: int, *, by=None, reason: str = "", now: datetime) -> Booking:
    """Cancel a booking and give its time to the waiting list, else to everybody. by: a user of the team, or None.

    Cancelled already, it stays as it is. Raises NotActive, TooLate, Busy.
    """
    with _changing(booking_id, by, now, is_done=lambda booking: booking.is_cancelled) as booking:
        if not booking.is_cancelled:
            cancel_locked(booking, by=by, reason=reason, now=now)
        return booking


def cancel_locked(booking: Booking, *, by, reason: str, now: datetime) -> None:
    """Cancel an active booking that the caller has locked. Call inside `taking_time`."""
    booking.status = BookingStatus.CANCELLED_BY_CLIENT if by is None else BookingStatus.CANCELLED_BY_TEAM
    booking.calendar_sequence += 1
    booking.pending_email = ""  # a link sent to an address not yet proven opens nothing any more
    booking.save(update_fields=["status", "calendar_sequence", "pending_email"])
    claim = booking.claim
    SlotClaim.objects.filter(pk=claim.pk).update(released_at=now)
    _note(booking, BookingEventKind.CANCELLED, by, now, reason=reason)
    outbox.drop(booking)
    not_after = max(booking.ends_at, now + WORTH_SAYING)
    outbox.owe(booking, EmailKind.CANCELLED, to=booking.client_email, not_after=not_after, now=now)
    tell_nutritionist(booking, EmailKind.STAFF_CANCELLED, now)
    offer_time(booking.nutritionist, Interval(claim.starts_at, claim.blocked_until), now=now)


def correct_details(booking_id: int, details: Details, *, now: datetime) -> Booking:
    """Correct name, channel and phone number, and owe the client a confirmation that says them. Raises NotActive.

    The nutritionist is told of another way to talk or another number, or they would call the wrong one.
    """
    with _changing(booking_id, None, now, may_be_late=True) as booking:
        if _correct(booking, details, None, now):
            outbox.drop(booking)
            owe_confirmation(booking, now)
        return booking


def correct_for_client(booking_id: int, details: Details, email: str, *, by, now: datetime) -> Booking:
    """Correct what a client has told the team, the address too, and owe them a confirmation. by: a user.

    The address needs no proof: it is right because the client said so; the one before may be a stranger's and is told
    nothing, and the links sent there open nothing any more. Raises NotActive, Busy, or AlreadyBooked for an address
    that has a booking in the way.
    """
    with _changing(booking_id, by, now) as booking:
        is_corrected = _correct(booking, details, by, now)
        if email != booking.client_email:
            _change_address(booking, email, now, by=by)
        elif is_corrected:
            outbox.drop(booking)
            owe_confirmation(booking, now)
        return booking


def _correct(booking: Booking, details: Details, by, now: datetime) -> bool:
    """Write details into a locked booking; return whether they are others. Its nutritionist is told of a new number."""
    before = Details(booking.client_name, booking.channel, booking.phone)
    if before == details:
        return False
    booking.client_name, booking.channel, booking.phone = details.name, details.channel, details.phone
    booking.calendar_sequence += 1
    booking.save(update_fields=["client_name", "channel", "phone", "calendar_sequence"])
    _note(booking, BookingEventKind.DETAILS_CORRECTED, by, now)
    if (before.channel, before.phone) != (details.channel, details.phone):
        tell_nutritionist(booking, EmailKind.STAFF_DETAILS, now)
    return True


def correct_address(booking: Booking, email: str, *, now: datetime) -> None:
    """Send the confirmation of a recent booking to another address, for half an hour after it was made.

    Raises TooLate, NotActive, Busy, or AlreadyBooked, after a mail to them, when the new address has a booking that
    stands in the way.
    """
    try:
        with _changing(booking.pk, None, now, may_be_late=True) as booking:
            if now >= booking.created_at + ADDRESS_CAN_BE_CORRECTED:
                raise TooLate
            if booking.client_email != email:  # else the form was sent twice
                _change_address(booking, email, now)
    except AlreadyBooked:
        tell_by_mail(email, Slot(booking.consultation_type, booking.starts_at), now, other_than=booking)
        raise


def ask_for_address(booking_id: int, email: str, *, now: datetime) -> None:
    """Owe a mail to a new address that proves it is the client's; until then nothing changes. Raises NotActive."""
    with _changing(booking_id, None, now, may_be_late=True) as booking:
        if email == booking.client_email:
            return
        booking.pending_email = email
        booking.save(update_fields=["pending_email"])
        outbox.owe_daily(booking, EmailKind.ADDRESS_CHECK, to=email, not_after=now + WORTH_SAYING, now=now)


def prove_address(booking_id: int, *, now: datetime) -> Booking:
    """Change a booking to the address its client asked for and has proven; the old address is told.

    Raises NotActive, or AlreadyBooked, after a mail to them, when it has a booking that stands in the way.
    """
    asked = Booking.objects.select_related("consultation_type").get(pk=booking_id)
    try:
        with _changing(booking_id, None, now, may_be_late=True) as booking:
            if booking.pending_email:
                old, not_after = booking.client_email, now + WORTH_SAYING
                _change_address(booking, booking.pending_email, now)
                outbox.owe(booking, EmailKind.ADDRESS_CHANGED, to=old, not_after=not_after, now=now)
            return booking
    except AlreadyBooked:
        slot = Slot(asked.consultation_type, asked.starts_at)
        tell_by_mail(asked.pending_email, slot, now, other_than=asked)
        raise


def resend_confirmation(booking_id: int, *, now: datetime) -> bool:
    """Owe the client the confirmation once more, at most once a day; return whether it is. Raises NotActive."""
    with _changing(booking_id, None, now, may_be_late=True) as booking:
        is_request = booking.status == BookingStatus.REQUESTED
        kind = EmailKind.REQUESTED if is_request else EmailKind.BOOKED
        return outbox.owe_daily(booking, kind, to=booking.client_email, not_after=booking.ends_at, now=now)


@transaction.atomic
def ask_for_link(email: str, *, now: datetime) -> None:
    """Owe an address the links to what is booked with it; the same work is done whether anything is or not."""
    outbox.owe_link(email, now=now)


@contextmanager
def _changing(booking_id: int, by, now: datetime, *, may_be_late=False, is_done=lambda booking: False):
    """Lock a booking that may be changed, in one transaction. Raises NotActive, or TooLate for a client.

    may_be_late: inside the cut-off as well, until the start. is_done: whether there is nothing left to do.
    """
    with taking_time():
        # Without its relations: had another transaction just moved it, the join would still find the old claim only.
        booking = Booking.objects.select_for_update(no_key=True).get(pk=booking_id)
        if not is_done(booking):
            if not booking.is_active or booking.starts_at <= now:
                raise NotActive
            if by is None and not may_be_late and now > booking.changes_close_at:
                raise TooLate
        yield booking


def _lock(booking: Booking, slot: Slot) -> None:
    """Lock everybody a move may concern, in the order of their keys: the old nutritionist beside the eligible ones."""
    eligible = queries.eligible_for(slot.consultation_type, slot.nutritionist).values("pk")
    concerned = Nutritionist.objects.filter(Q(pk__in=eligible) | Q(pk=booking.nutritionist_id)).order_by("pk")
    list(concerned.select_for_update(no_key=True))


def _change_address(booking: Booking, email: str, now: datetime, *, by=None) -> None:
    booking.client_email, booking.email_normalised, booking.pending_email = email, normalise(email), ""
    booking.calendar_sequence += 1
    booking.link_nonce = uuid.uuid4()  # the links sent to the old address open nothing any more
    changed = ["client_email", "email_normalised", "pending_email", "calendar_sequence", "link_nonce"]
    booking.save(update_fields=changed)
    _note(booking, BookingEventKind.ADDRESS_CORRECTED, by, now)
    outbox.drop(booking)
    owe_confirmation(booking, now)


def _note(booking: Booking, kind: BookingEventKind, by, now: datetime, *, detail="", reason="") -> None:
    BookingEvent.objects.create(booking=booking, kind=kind, at=now, actor=by, detail=detail, reason=reason)
