"""What came of several consultations, recorded from the list of bookings."""

from django.contrib import admin, messages
from django.utils import timezone

from consultations.exceptions import Busy, NotActive, NotOver
from consultations.models import BookingStatus
from consultations.services.outcomes import record_outcome


class ActsInBulk:
    """What the list of bookings gains: two outcomes for all that are ticked."""

    @admin.action(
        description="Record that the selected took place (each client is sent thanks)", permissions=["answer"]
    )
    def took_place(self, request, bookings):
        self._record(request, bookings, BookingStatus.COMPLETED, "took place; the client is sent thanks")

    @admin.action(
        description="Record that the clients of the selected did not come (nothing is sent)", permissions=["answer"]
    )
    def did_not_come(self, request, bookings):
        self._record(request, bookings, BookingStatus.NO_SHOW, "is recorded as a no-show")

    def _record(self, request, bookings, outcome, words):
        for booking in bookings:
            try:
                record_outcome(booking.pk, outcome, by=request.user, puts_right=False, now=timezone.now())
            except NotOver:
                messages.warning(
                    request, f"{booking.reference} has not begun, or was not to take place; nothing was changed."
                )
            except NotActive:
                messages.warning(request, f"{booking.reference} has an outcome already; open it to put that right.")
            except Busy:
                messages.warning(request, f"{booking.reference} is being changed by somebody else; try again.")
            else:
                messages.success(request, f"{booking.reference} {words}.")
