"""What is done with several bookings at once, from their list."""

import hashlib
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
NOT_CANCELLED = {
    **REFUSED,
    NotActive: "has begun, is a request to answer, or was not to take place; it stays as it is.",
}
MOST_CANCELLED = 200  # at once: each is a field of the page that asks why


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
        """Ask why, which is one reason for all, then cancel each that still is what the page showed."""
        bookings = self._to_cancel(request, bookings)
        form, seen = CancelForm(request.POST if "cancel" in request.POST else None), _seen(bookings)
        if not bookings:
            return None
        if form.is_bound and request.POST.get("seen") != seen:
            messages.warning(request, "One of them has changed since you opened that page. Look again.")
            form = CancelForm(initial={"reason": request.POST.get("reason", "")})
        if form.is_valid():
            act = partial(cancel_booking, reason=form.cleaned_data["reason"])
            self._each(request, bookings, act, "is cancelled; the client is told by email", refused=NOT_CANCELLED)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Cancel the bookings",
            "opts": self.opts,
            "bookings": bookings,
            "seen": seen,
            "form": form,
        }
        return render(
            request, "admin/consultations/booking/cancel_several.html", context, status=422 if form.errors else 200
        )

    def _to_cancel(self, request, bookings):
        """Return those that are confirmed and still to come, and say of each other that it stays as it is."""
        able = []
        for booking in bookings[: MOST_CANCELLED + 1]:
            if booking.status == BookingStatus.CONFIRMED and booking.starts_at > timezone.now():
                able.append(booking)
            else:
                messages.warning(request, f"{booking.reference} {NOT_CANCELLED[NotActive]}")
        if len(able) > MOST_CANCELLED:
            messages.warning(request, f"Select {MOST_CANCELLED} bookings at most.")
            return []
        return able

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


def _seen(bookings) -> str:
    """Return what a page about several bookings was made from."""
    states = [f"{booking.pk}.{booking.status}.{booking.calendar_sequence}" for booking in bookings]
    return hashlib.sha256(" ".join(sorted(states)).encode()).hexdigest()


def _recording(outcome):
    """Return what records an outcome of a booking that has none yet."""

    def record(booking_id, *, by, now):
        record_outcome(booking_id, outcome, by=by, puts_right=False, now=now)

    return record
