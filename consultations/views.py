"""Pages of the booking path: explain, choose a time, give details, booked."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from consultations import options, queries, wording
from consultations.exceptions import SlotUnavailable
from consultations.forms import BookingForm
from consultations.invites import invite
from consultations.models import Booking, ConsultationType
from consultations.services.booking import book_slot

ALTERNATIVES_SHOWN = 6


@require_GET
def index(request):
    """Explain the service, show who gives it and the soonest free times."""
    consultation_type = ConsultationType.objects.active().first()
    if consultation_type is None:
        return render(request, "consultations/closed.html")
    soonest = queries.soonest_times(consultation_type, 3, now=timezone.now())
    context = {
        "consultation_type": consultation_type,
        "nutritionists": queries.active_nutritionists(consultation_type),
        "soonest": [options.slot_option(consultation_type, slot.start) for slot in soonest],
        "times_url": reverse("consultations:times", args=[consultation_type.slug]),
    }
    return render(request, "consultations/index.html", context)


@require_GET
def times(request, slug):
    """Show four weeks from the Monday of `start`, and the times of `day`. Dates nobody can book are put right."""
    consultation_type = get_object_or_404(ConsultationType.objects.active(), slug=slug)
    now = timezone.now()
    this_week = options.monday_of(wording.local(now).date())
    last_week = options.monday_of(wording.local(now + consultation_type.booking_horizon).date())
    wanted_start = options.monday_of(_date_in(request, "start") or this_week)
    first = min(max(wanted_start, this_week), last_week)
    slots = queries.open_times(consultation_type, within=options.shown_interval(first), now=now)
    calendar = options.calendar(consultation_type, slots, first, _date_in(request, "day"))
    soonest = queries.soonest_times(consultation_type, 1, now=now)
    span = timedelta(weeks=options.WEEKS_SHOWN)
    times_url = reverse("consultations:times", args=[slug])
    context = {
        "consultation_type": consultation_type,
        "weeks": calendar.weeks,
        "chosen": calendar.chosen,
        "next_day": calendar.next_day,
        "parts": calendar.parts,
        "soonest": options.slot_option(consultation_type, soonest[0].start) if soonest else None,
        "range_start": first,
        "range_end": first + span - timedelta(days=1),
        "earlier_url": f"{times_url}?start={max(first - span, this_week)}" if first > this_week else None,
        "later_url": f"{times_url}?start={first + span}" if first + span <= last_week else None,
        "zone_label": wording.zone_label(options.noon_of(calendar.chosen.date)),
    }
    return render(request, "consultations/times.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book(request, slot):
    """Take a client's details for one time and book it; 409 with other times, and the form kept, when it is gone."""
    consultation_type, starts_at = _read_slot_or_404(slot)
    form = BookingForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    if form.is_valid():
        try:
            booking = book_slot(
                consultation_type=consultation_type,
                starts_at=starts_at,
                client_name=form.cleaned_data["name"],
                client_email=form.cleaned_data["email"],
                key=form.cleaned_data["key"],
                now=now,
            )
        except SlotUnavailable:
            return _render_form(request, consultation_type, starts_at, form, is_taken=True)
        if booking.created_at != now:
            messages.info(request, "You sent the form more than once. You have one booking, and here it is.")
        _remember(request, booking)
        return redirect("consultations:booked", booking.reference)
    is_taken = not queries.is_open(consultation_type, starts_at, now=now)
    return _render_form(request, consultation_type, starts_at, form, is_taken=is_taken)


@never_cache
@require_GET
def booked(request, reference):
    """Tell a client what they booked. Sends and changes nothing, so it can be reloaded."""
    booking = _own_booking_or_404(request, reference)
    context = {
        "booking": booking,
        "first_name": booking.client_name.split()[0],
        "weekday": wording.weekday_label(booking.starts_at),
        "day": wording.date_label(booking.starts_at),
        "starts": wording.time_label(booking.starts_at),
        "ends": wording.time_label(booking.ends_at),
        "zone_label": wording.zone_label(booking.starts_at),
        "calendar_url": reverse("consultations:calendar", args=[booking.reference]),
    }
    return render(request, "consultations/booked.html", context)


@never_cache
@require_GET
def calendar(request, reference):
    """Give the booking as a calendar file."""
    booking = _own_booking_or_404(request, reference)
    response = HttpResponse(invite(booking), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="probio7-consultation.ics"'
    return response


def _read_slot_or_404(value):
    try:
        slug, starts_at = options.read_slot(value)
    except options.BadSlot as error:
        raise Http404("not a slot of ours") from error
    return get_object_or_404(ConsultationType.objects.active(), slug=slug), starts_at


def _render_form(request, consultation_type, starts_at, form, *, is_taken):
    """Render the details form; when the time is taken, with the nearest times and status 409."""
    times_url = reverse("consultations:times", args=[consultation_type.slug])
    alternatives = []
    if is_taken:
        nearest = queries.nearest_times(consultation_type, starts_at, ALTERNATIVES_SHOWN, now=timezone.now())
        alternatives = [options.slot_option(consultation_type, slot.start) for slot in nearest]
    day = wording.local(starts_at).date()
    context = {
        "form": form,
        "consultation_type": consultation_type,
        "option": options.slot_option(consultation_type, starts_at),
        "ends_label": wording.time_label(starts_at + consultation_type.duration),
        "taken": is_taken,
        "alternatives": alternatives,
        "change_url": f"{times_url}?start={day}&day={day}",
    }
    return render(request, "consultations/book.html", context, status=_status(form, is_taken))


def _status(form, is_taken):
    if is_taken:
        return 409
    return 422 if form.is_bound and form.errors else 200


def _remember(request, booking):
    """Let this browser, and no other, see the booking's page."""
    references = request.session.get("booked", [])
    request.session["booked"] = [*references, booking.reference][-20:]


def _own_booking_or_404(request, reference):
    if reference not in request.session.get("booked", []):
        raise Http404("not booked from this browser")
    bookings = Booking.objects.select_related("nutritionist", "consultation_type")
    return get_object_or_404(bookings, reference=reference)


def _date_in(request, name) -> date | None:
    """Return the date in a query parameter, or None when it is absent or no date."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
