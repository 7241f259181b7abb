"""Book for a client who phones: the client's own picker and form, as pages of the bookings' admin."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone

from consultations import consents, picking, queries, wording
from consultations.admin.fields import about_the_client
from consultations.exceptions import AlreadyBooked, Busy, SlotUnavailable
from consultations.forms.booking import BookingForm
from consultations.models import ConsultationType
from consultations.options import Choice
from consultations.services.booking import Slot, Visit, book_slot, in_the_way

BUSY = "Somebody else was changing the same times. Nothing is lost: press the button once more."
PERMISSIONS = ["consultations.add_booking", "consultations.view_booking"]


class PhoneForm(BookingForm):
    """The client's form as the team fills it in for them: consents are read out, and no robot fills it in."""

    website = None
    rendered = None
    timezone = forms.ChoiceField(
        label="Client’s time zone", help_text="Mails to the client show the time there as well as in London."
    )

    def __init__(self, data=None):
        super().__init__(data, zone_name=wording.LONDON.key)
        self.fields["timezone"].choices = wording.zones_offered(wording.LONDON)
        about_the_client(self)
        self.fields["notes"].help_text = "Leave out health details; they are better said in person."
        self.fields["email"].help_text = "The confirmation and the calendar file go here. Read the address back."
        service, news = self.fields["consent_service"], self.fields["consent_marketing"]
        service.label, news.label = f"“{consents.SERVICE.wording}”", f"“{consents.MARKETING.wording}”"
        service.help_text = "Read it out word for word, and tick it once the client has said yes."
        news.help_text = "Read it out as well, and leave it empty unless the client wants it."
        service.error_messages["required"] = "Read this out, and tick it once the client has agreed"
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_helptext"
        for name in ("name", "email", "phone"):
            self.fields[name].widget.attrs["class"] = "vTextField"
        self.fields["notes"].widget.attrs["class"] = "vLargeTextField"


class BooksForClients:
    """What the bookings gain: `for-client/`, where the team books for somebody on the phone."""

    change_list_template = "admin/consultations/booking/change_list.html"

    def get_urls(self):
        views = (self.choose_type, self.choose_time, self.give_details)
        types, times, details = (self.admin_site.admin_view(view) for view in views)
        return [
            path("for-client/", types, name="consultations_booking_for_client"),
            path("for-client/<slug:slug>/", times, name="consultations_booking_for_client_times"),
            path("for-client/<slug:slug>/details/", details, name="consultations_booking_for_client_details"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        may = {"may_book": request.user.has_perms(PERMISSIONS)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def choose_type(self, request):
        """List the types; go straight to the times where there is one."""
        _require_permission(request)
        types = list(ConsultationType.objects.active())
        if len(types) == 1:
            return redirect("admin:consultations_booking_for_client_times", types[0].slug)
        return self._for_client(request, "types", types=types)

    def choose_time(self, request, slug):
        """Show the client's picker: nutritionist or anyone, then day, then time."""
        _require_permission(request)
        consultation_type = get_object_or_404(ConsultationType.objects.active(), slug=slug)
        shown = picking.picker(request, consultation_type, now=timezone.now(), own=None, path=request.path)
        details_url = reverse("admin:consultations_booking_for_client_details", args=[slug])
        return self._for_client(request, "times", **shown, details_url=details_url)

    def give_details(self, request, slug):
        """Show the client's form for the time in `slot`, and book it; 409, with the form kept, when it is gone."""
        _require_permission(request)
        slot = picking.slot_or_404(request.POST.get("slot") or request.GET.get("slot", ""))
        if slot.consultation_type.slug != slug:
            raise Http404("a slot of another type")
        now = timezone.now()
        form = PhoneForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            people = queries.eligible_for(slot.consultation_type, slot.nutritionist)
            is_free = queries.can_be_booked(slot.consultation_type, people, slot.starts_at, now=now)
            return self._details(request, form, slot, is_gone=not is_free, status=422 if form.is_bound else 200)
        key = form.cleaned_data["key"]
        try:
            booking = book_slot(slot, form.details, Visit(by=request.user), own=None, key=key, now=now)
        except SlotUnavailable:
            return self._details(request, form, slot, is_gone=True)
        except AlreadyBooked:
            other = in_the_way(form.details.email, slot, now)
            return self._details(request, form, slot, other=other, is_refused=True, status=409)
        except Busy:
            return self._details(request, form, slot, problem=BUSY, status=503)
        is_again = booking.created_at != now
        if not is_again:
            self.log_addition(request, booking, "Booked for a client on the phone.")
        messages.success(request, _words(booking, is_again=is_again))
        return redirect("admin:consultations_booking_change", booking.pk)

    def _details(self, request, form, slot: Slot, *, is_gone=False, status=200, **context):
        consultation_type = slot.consultation_type
        times_url = reverse("admin:consultations_booking_for_client_times", args=[consultation_type.slug])
        choice, nearest = Choice(consultation_type, slot.nutritionist, path=times_url), []
        people = queries.eligible_for(consultation_type, slot.nutritionist)
        if is_gone:
            nearest = queries.nearest_times(
                consultation_type, people, slot.starts_at, picking.ALTERNATIVES_SHOWN, now=timezone.now()
            )
            status = 409
        return self._for_client(
            request,
            "details",
            status=status,
            form=form,
            consultation_type=consultation_type,
            nutritionist=people[0] if slot.nutritionist and people else None,
            option=choice.option(slot.starts_at),
            is_gone=is_gone,
            alternatives=[choice.option(start) for start in nearest],
            **context,
        )

    def _for_client(self, request, name, *, status=200, **context):
        context = {
            **self.admin_site.each_context(request),
            "title": "Book for a client",
            "opts": self.opts,
            **context,
        }
        return render(request, f"admin/consultations/booking/for_client_{name}.html", context, status=status)


def _require_permission(request):
    if not request.user.has_perms(PERMISSIONS):
        raise PermissionDenied


def _words(booking, *, is_again) -> str:
    if is_again:
        return f"The form was sent more than once. There is one booking, {booking.reference}, and this is it."
    verb = "asked for" if booking.respond_by else "booked"
    when = wording.full_label(booking.starts_at)
    return f"{booking.reference} is {verb}: {when}. {booking.client_email} is sent an email that says so."
