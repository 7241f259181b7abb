"""What the team does with one booking, each on a page of its own: cancel it, record what came of it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone

from consultations.admin.fields import ArticlesField, ReasonField
from consultations.exceptions import Busy, NotActive, NotOver, NotSendable
from consultations.models import Booking, BookingStatus, EmailKind
from consultations.services.changes import cancel_booking
from consultations.services.outcomes import OUTCOMES, record_outcome
from consultations.services.requests import NotARequest, accept_request, decline_request

ACT = "admin/consultations/booking/act.html"
CHECK_AGAIN = "Nothing was done: look at it as it is now."
NOT_POSSIBLE = "The booking does not stand so that this can be done."
REFUSED = "That time has just been taken, or the client has another booking in the way; nothing was changed."


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label="What came of it?",
        choices=[
            (BookingStatus.COMPLETED, "It took place. The client is sent thanks, the notes below and one question."),
            (BookingStatus.NO_SHOW, "The client did not come. Nothing is sent."),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Say what came of it."},
    )
    notes = forms.CharField(
        label="Notes to share",
        required=False,
        max_length=2000,
        help_text="The client reads these in an email. Leave out what they told you about their health.",
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
    )
    articles = ArticlesField(label="Articles to suggest", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["articles"].offer()

    def clean(self):
        values = super().clean()
        if values.get("outcome") == BookingStatus.NO_SHOW:
            for name in ("notes", "articles"):
                if values.get(name):
                    self.add_error(name, "Nothing is sent to a client who did not come: clear this.")
        return values


class CancelForm(forms.Form):
    reason = ReasonField(
        required=True,
        help_text="The client reads this in an email, with our apology and a way to book again.",
        error_messages={"required": "Say why: the client is owed a reason."},
    )


class DeclineForm(forms.Form):
    reason = ReasonField(help_text="The client reads this in an email. You may leave it empty.")


def can_record_outcome(booking) -> bool:
    return booking.status in (BookingStatus.CONFIRMED, *OUTCOMES) and booking.starts_at <= timezone.now()


def can_answer(booking) -> bool:
    return booking.status == BookingStatus.REQUESTED


def can_change(booking) -> bool:
    return booking.is_active and booking.starts_at > timezone.now()


def can_cancel(booking) -> bool:
    return can_change(booking) and not can_answer(booking)


class ActsOnBookings:
    """What the page of a booking gains: buttons to answer a request, to cancel it, and to record its outcome."""

    def get_urls(self):
        views = (self.record_outcome, self.cancel, self.accept_one, self.decline_one)
        record, cancel, accept, decline = (self.admin_site.admin_view(view) for view in views)
        return [
            path("<int:pk>/accept/", accept, name="consultations_booking_accept"),
            path("<int:pk>/decline/", decline, name="consultations_booking_decline"),
            path("<int:pk>/outcome/", record, name="consultations_booking_outcome"),
            path("<int:pk>/cancel/", cancel, name="consultations_booking_cancel"),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None and request.user.has_perm("consultations.change_booking"):
            context |= {
                "may_record_outcome": can_record_outcome(obj),
                "may_answer": can_answer(obj),
                "may_move": can_change(obj),
                "may_cancel": can_cancel(obj),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def record_outcome(self, request, pk):
        """Ask what came of a consultation, and record it."""

        def act(booking, outcome, **sent):
            if booking.status == outcome:
                return f"That was recorded of {booking.reference} before; nothing was changed or sent."
            follow_ups = booking.emails.filter(kind=EmailKind.FOLLOW_UP)
            before = follow_ups.count()
            record_outcome(pk, BookingStatus(outcome), by=request.user, now=timezone.now(), **sent)
            words = f"The outcome of {booking.reference} is recorded."
            if outcome == BookingStatus.COMPLETED and follow_ups.count() == before:
                words += " Nothing was sent: the client had our thanks before. What you wrote here is not kept."
            return words

        recorded = Booking.objects.filter(pk=pk, status__in=OUTCOMES).values_list("status", flat=True).first()
        asks = {"title": "Record the outcome", "button": "Record it", "can": can_record_outcome}
        return self._act(request, pk, lambda data: OutcomeForm(data, initial={"outcome": recorded}), act, **asks)

    def accept_one(self, request, pk):
        """Confirm a request."""

        def act(booking):
            accept_request(pk, by=request.user, now=timezone.now())
            return f"{booking.reference} is accepted; the client is told by email."

        return self._act(request, pk, forms.Form, act, can=can_answer, title="Accept the request", button="Accept it")

    def decline_one(self, request, pk):
        """Decline a request, and offer its time to the waiting list."""

        def act(booking, reason):
            decline_request(pk, by=request.user, reason=reason, now=timezone.now())
            return f"{booking.reference} is declined; the client is told by email."

        return self._act(
            request, pk, DeclineForm, act, can=can_answer, title="Decline the request", button="Decline it"
        )

    def cancel(self, request, pk):
        """Ask why, cancel the booking, and offer its time to the waiting list."""

        def act(booking, reason):
            cancel_booking(pk, by=request.user, reason=reason, now=timezone.now())
            return f"{booking.reference} is cancelled; the client is told by email."

        return self._act(request, pk, CancelForm, act, can=can_cancel, title="Cancel the booking", button="Cancel it")

    def _act(self, request, pk, form_class, act, *, title, button, can, template=ACT, **context):
        """Show the page of an act on one booking, or do it. can: whether the act is possible as the booking stands.

        The service says so as well, for who was slower by a moment.
        """
        booking = get_object_or_404(Booking.objects.select_related("consultation_type", "nutritionist"), pk=pk)
        if not request.user.has_perm("consultations.change_booking"):
            raise PermissionDenied
        if request.method == "POST" and request.POST.get("seen") != _state(booking):
            messages.warning(request, f"{booking.reference} has changed since you opened that page. {CHECK_AGAIN}")
            return redirect("admin:consultations_booking_change", pk)
        if not can(booking):
            messages.warning(request, f"{title}: {NOT_POSSIBLE} Nothing was changed.")
            return redirect("admin:consultations_booking_change", pk)
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                words = act(booking, **form.cleaned_data)
                if words and _state(Booking.objects.get(pk=pk)) != request.POST["seen"]:
                    self.log_change(request, booking, words)
                messages.add_message(request, messages.SUCCESS if words else messages.WARNING, words or REFUSED)
            except (NotActive, NotARequest, NotOver):
                messages.warning(request, f"{NOT_POSSIBLE} Nothing was changed.")
            except NotSendable as error:
                messages.warning(request, f"Nothing was sent: {error}.")
            except Busy:
                messages.warning(request, "Somebody else is changing this booking; try again.")
            return redirect("admin:consultations_booking_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "booking": booking,
            "form": form,
            "button": button,
            "seen": _state(booking),
            **context,
        }
        status = 422 if form.is_bound else 200
        return render(request, template, context, status=status)


def _state(booking) -> str:
    """Return what a page of a booking was made from: two people who act on one do not undo each other unseen."""
    return f"{booking.status}.{booking.calendar_sequence}.{booking.events.count()}"
