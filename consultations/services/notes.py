"""Write down what only the team reads."""

from datetime import datetime
from uuid import UUID

from consultations.exceptions import Erased
from consultations.models import Booking, BookingNote
from consultations.services.claims import taking_time


def add_note(booking_id: int, text: str, *, by, key: UUID, now: datetime) -> BookingNote:
    """Add an internal note to a booking, and return it; the same key returns the first.

    by: a user. Locks the booking, so that no note outlives its client. Raises Erased, Busy.
    """
    with taking_time():
        booking = Booking.objects.select_for_update(no_key=True).get(pk=booking_id)
        if booking.redacted_at is not None:
            raise Erased
        values = {"author": by, "at": now, "written": {"text": text}}
        return BookingNote.objects.get_or_create(key=key, booking=booking, defaults=values)[0]
