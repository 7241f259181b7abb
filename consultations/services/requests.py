"""Answer a booking that needs approval: accept it, decline it, or let it expire."""

from contextlib import suppress
from datetime import datetime, timedelta

from consultations import outbox
from consultations.exceptions import Busy, ConsultationError
from consultations.models import Booking, BookingEvent, BookingEventKind, BookingStatus, EmailKind, SlotClaim
from consultations.services.claims import taking_time
from consultations.services.waitlist import offer_time
from consultations.slots import Interval

WORTH_SAYING = timedelta(days=1)


class NotARequest(ConsultationError):
    """The booking is not waiting for an answer (any more)."""


def accept_request(booking_id: int, *, by, now: datetime) -> Booking:
    """Confirm a request and owe the client the confirmation. by: a user. Raises NotARequest, Busy."""
    return _answer(booking_id, BookingStatus.CONFIRMED, BookingEventKind.ACCEPTED, EmailKind.BOOKED, by, now)


def decline_request(booking_id: int, *, by, reason: str = "", now: datetime) -> Booking:
    """Give a request's time to the waiting list, else to everybody, and owe the client word of it. by: a user.

    reason: the client reads it. Raises NotARequest, Busy.
    """
    declined = (BookingStatus.DECLINED, BookingEventKind.DECLINED, EmailKind.DECLINED)
    return _answer(booking_id, *declined, by, now, reason=reason)


def expire_requests(*, now: datetime) -> int:
    """Give back the time of every request whose deadline has passed; return how many. Beat calls this every minute."""
    due = Booking.objects.filter(status=BookingStatus.REQUESTED, respond_by__lte=now)
    expired = 0
    for booking_id in due.values_list("pk", flat=True):
        with suppress(NotARequest, Busy):  # answered while we were looking, or the next minute will do
            _answer(booking_id, BookingStatus.EXPIRED, BookingEventKind.EXPIRED, EmailKind.EXPIRED, None, now)
            expired += 1
    return expired


@taking_time()
def _answer(booking_id, status, event, email, by, now, *, reason="") -> Booking:
    booking = Booking.objects.select_for_update(no_key=True).get(pk=booking_id)
    if booking.status != BookingStatus.REQUESTED or (status == BookingStatus.CONFIRMED and booking.starts_at <= now):
        raise NotARequest
    booking.status = status
    booking.save(update_fields=["status"])
    if status != BookingStatus.CONFIRMED:
        SlotClaim.objects.filter(pk=booking.claim_id).update(released_at=now)
        offer_time(booking.nutritionist, Interval(booking.claim.starts_at, booking.claim.blocked_until), now=now)
    BookingEvent.objects.create(booking=booking, kind=event, at=now, actor=by, reason=reason)
    outbox.drop(booking)
    not_after = max(booking.ends_at, now + WORTH_SAYING)  # bad news is owed even when it comes too late
    outbox.owe(booking, email, to=booking.client_email, not_after=not_after, now=now)
    return booking
