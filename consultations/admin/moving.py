"""Move a booking, or give it to another nutritionist: a page of the bookings' admin."""

from datetime import date, time

from django import forms
from django.urls import path
from django.utils import timezone

from consultations import queries, wording
from consultations.admin.acting import can_change
from consultations.admin.fields import ReasonField
from consultations.exceptions import AlreadyBooked, SlotUnavailable
from consultations.models import Booking
from consultations.options import read_slot, sign_slot
from consultations.services.booking import Slot
from consultations.services.changes import move_booking
from consultations.slots import DAY, Interval, to_utc


class MoveForm(forms.Form):
    """The open times of one day as radio buttons, each with one nutritionist, and the reason the client reads."""

    slot = forms.ChoiceField(
        label="New time",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a time, or another day.",
            "invalid_choice": "That time is not free any more. Choose another.",
        },
    )
    reason = ReasonField(help_text="The client reads this in the email that tells them. You may leave it empty.")

    def __init__(self, *args, times, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = times

    def clean_slot(self):
        _, starts_at, nutritionist = read_slot(self.cleaned_data["slot"])
        return starts_at, nutritionist


class MovesBookings:
    """What the page of a booking gains: a button to move it."""

    def get_urls(self):
        move = self.admin_site.admin_view(self.move)
        return [path("<int:pk>/move/", move, name="consultations_booking_move"), *super().get_urls()]

    def move(self, request, pk):
        """Show the open times of a day, by nutritionist, and move the booking to the one chosen."""

        def act(booking, slot, reason):
            starts_at, nutritionist = slot
            where = Slot(booking.consultation_type, starts_at, nutritionist)
            try:
                moved = move_booking(pk, where, by=request.user, reason=reason, now=timezone.now())
            except (SlotUnavailable, AlreadyBooked):
                return None
            return f"{moved.reference} is moved to {wording.full_label(moved.starts_at)}; the client is told by email."

        booking = Booking.objects.select_related("consultation_type", "nutritionist").filter(pk=pk).first()
        day = _day(request.GET.get("day"), booking)
        times = _times(booking, day, timezone.now()) if booking else []
        return self._act(
            request,
            pk,
            lambda data: MoveForm(data, times=times),
            act,
            can=can_change,
            title="Move the booking",
            button="Move it",
            template="admin/consultations/booking/move.html",
            day=day,
            has_times=bool(times),
        )


def _day(text, booking):
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return wording.local(booking.starts_at if booking else timezone.now()).date()
    return min(max(day, date(2000, 1, 1)), date(2999, 1, 1))


def _times(booking, day, now) -> list[tuple[str, str]]:
    """Return (signed value, label) of what is open on a London day, but for what the booking has already."""
    within = Interval(to_utc(day, time(), wording.LONDON), to_utc(day + DAY, time(), wording.LONDON))
    consultation_type = booking.consultation_type
    people = queries.nutritionists_of(consultation_type)
    diaries = queries.read_diaries(people, within, now=now, own=booking.claim)
    found = [
        (start, one)
        for one, starts in diaries.open_by_nutritionist(consultation_type.terms.for_the_team(), now).items()
        for start in starts
        if (start, one) != (booking.starts_at, booking.nutritionist)
    ]
    return [
        (sign_slot(consultation_type, start, one.slug), f"{wording.time_label(start)} with {one.name}")
        for start, one in sorted(found, key=lambda pair: (pair[0], pair[1].name))
    ]
