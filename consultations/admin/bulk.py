"""What is done with several bookings at once, from their list."""

from functools import partial

from django.contrib import admin, messages
from django.shortcuts import render
from django.utils import timezone

from consultations.admin.acting import CancelForm
from consultations.exceptions import Busy, NotActive, NotOver
from consultations.models import BookingStatus
from consultations.services.changes import cancel_booking
from consultations.services.outcomes import record_outcome
from consultations.services.requests import NotARequest, accept_request, decline_request

REFUSED = {
    NotARequest: "is not waiting for an answer; nothing was changed.",
    NotOver: "has not begun, or was not to take place; nothing was changed.",
    NotActive: "has an outcome already; open it to put that right.",
    Busy: "is being changed by somebody else; try again.",
}
NOT_CANCELLED = {**REFUSED, NotActive: "has begun, or was not to take place; nothing was changed."}


class ActsInBulk:
    """What the list of bookings gains: two answers to requests, two outcomes and an end, for all that are ticked."""

    actions = ["accept", "decline", "took_place", "did_not_come", "cancel_several"]

    def has_answer_permission(self, request):
        return request.user.has_perm("consultations.change_booking")

    @admin.action(description="Accept the selected requests and tell the clients", permissions=["answer"])
    def accept(self, request, bookings):
        self._each(request, bookings, accept_request, "is accepted; the client is told by email")

    @admin.action(description="Decline the selected requests and tell the clients", permissions=["answer"])
    def decline(self, request, bookings):
        self._each(request, bookings, decline_request, "is declined; the client is told by email")

    @admin.action(
        description="Record that the selected took place (each client is sent thanks)", permissions=["answer"]
    )
    def took_place(self, request, bookings):
        self._each(request, bookings, _recording(BookingStatus.COMPLETED), "took place; the client is sent thanks")

    @admin.action(
        description="Record that the clients of the selected did not come (nothing is sent)", permissions=["answer"]
    )
    def did_not_come(self, request, bookings):
        self._each(request, bookings, _recording(BookingStatus.NO_SHOW), "is recorded as a no-show")

    @admin.action(description="Cancel the selected and tell the clients why", permissions=["answer"])
    def cancel_several(self, request, bookings):
        """Ask why, which is one reason for all, then cancel each."""
        form = CancelForm(request.POST if "cancel" in request.POST else None)
        if form.is_valid():
            act = partial(cancel_booking, reason=form.cleaned_data["reason"])
            self._each(request, bookings, act, "is cancelled; the client is told by email", refused=NOT_CANCELLED)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Cancel the bookings",
            "opts": self.opts,
            "bookings": bookings,
            "form": form,
        }
        return render(
            request, "admin/consultations/booking/cancel_several.html", context, status=422 if form.errors else 200
        )

    def _each(self, request, bookings, act, words, *, refused=REFUSED):
        """Do the same with each booking, and say of each what came of it."""
        for booking in bookings:
            try:
                act(booking.pk, by=request.user, now=timezone.now())
            except tuple(refused) as error:
                messages.warning(request, f"{booking.reference} {refused[type(error)]}")
            else:
                self.log_change(request, booking, f"{booking.reference} {words}.")
                messages.success(request, f"{booking.reference} {words}.")


def _recording(outcome):
    """Return what records an outcome of a booking that has none yet."""

    def record(booking_id, *, by, now):
        record_outcome(booking_id, outcome, by=by, puts_right=False, now=now)

    return record
