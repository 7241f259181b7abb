"""What was booked: to see, to put into a calendar, to correct the address of."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consultations import limits, wording
from consultations.exceptions import ConsultationError
from consultations.forms.booking import AddressForm
from consultations.invites import invite
from consultations.models import BookingStatus
from consultations.services.changes import ADDRESS_CAN_BE_CORRECTED, correct_address
from consultations.views import visit
from probio.clients import client_hash

# The same whatever came of it: nobody learns from us who has booked.
NOTED = "If we could send the confirmation there, it arrives within minutes. If not, write to us with your reference."


@never_cache
@require_safe
def booked(request, reference):
    """Tell a client what they booked. Sends and changes nothing, so it can be reloaded."""
    return _page(request, visit.own_booking_or_404(request, reference), AddressForm())


@never_cache
@require_safe
def calendar(request, reference):
    """Give the booking as a calendar file."""
    booking = visit.own_booking_or_404(request, reference)
    response = HttpResponse(invite(booking, has_link=False), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="probio7-consultation.ics"'
    return response


@never_cache
@require_POST
def address(request, reference):
    """Send the confirmation to another address, for half an hour after the booking."""
    booking = visit.own_booking_or_404(request, reference)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, booking, form, status=422)
    now, email = timezone.now(), form.cleaned_data["email"]
    is_allowed = limits.may_send_form(client_hash(request), is_hurried=False, now=now)
    if is_allowed and limits.may_book_for(email, now=now):
        with suppress(ConsultationError):  # whose address it is, is said by mail only
            correct_address(booking, email, now=now)
    messages.info(request, NOTED)
    return redirect("consultations:booked", reference)


def _page(request, booking, form, status=200):
    """Show a booking as it stands. Never the link to manage it: the address it is for has not been proven here."""
    now = timezone.now()
    if not booking.is_active:
        context = {**wording.booking_words(booking), "state": wording.state_label(booking, now)}
        return render(request, "consultations/booked_over.html", context)
    context = {
        **wording.booking_words(booking),
        "is_request": booking.status == BookingStatus.REQUESTED,
        "first_name": booking.client_name.split()[0],
        "respond_by": wording.full_label(booking.respond_by) if booking.respond_by else "",
        "form": form if now < booking.created_at + ADDRESS_CAN_BE_CORRECTED else None,
    }
    return render(request, "consultations/booked.html", context, status=status)
