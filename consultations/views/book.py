"""Give details and book."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from consultations import limits, picking, queries, wording
from consultations.exceptions import AlreadyBooked, Busy, SlotUnavailable
from consultations.forms.booking import BookingForm
from consultations.models import Booking, ClaimKind, SlotClaim
from consultations.options import Choice
from consultations.services.booking import Slot, Visit, book_slot
from consultations.views import visit
from probio.clients import client_hash

# Which booking stands in the way, and that it is one, is said by mail only.
CHECK_YOUR_MAIL = (
    "We could not book this here. If you have booked with us before, look at your email: it says how to go on."
)
TOO_OFTEN = (
    "You have tried many times in the last hour. Wait a little, then send the form again; it is still filled in."
)
BUSY = "Many people are booking at the moment. Nothing is lost: press the button once more."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book(request, hold):
    """Show the form for a held time, and book it; 409 with other times, and the form kept, when it is gone."""
    claim = get_object_or_404(SlotClaim.objects.select_related("nutritionist", "consultation_type"), public_id=hold)
    if claim.consultation_type is None or claim.kind == ClaimKind.OFFER:
        raise Http404("not a hold")
    slot = Slot(claim.consultation_type, claim.starts_at, claim.nutritionist.slug)
    choice = Choice(claim.consultation_type, claim.nutritionist.slug, wording.zone_named(claim.time_zone))
    if request.method == "POST":
        form = BookingForm(request.POST, zone_name=choice.zone.key)
        return _book(request, form, claim, slot, choice)
    if claim.kind == ClaimKind.BOOKING:
        return redirect("consultations:booked", get_object_or_404(Booking, claim=claim).reference)
    return _page(request, BookingForm(zone_name=choice.zone.key), claim, choice, slot)


def _book(request, form, claim, slot, choice):
    now = timezone.now()
    if request.POST.get("slot"):  # one of the other times that were offered when the first had gone
        slot = picking.slot_or_404(request.POST["slot"])
    if not form.is_valid():
        return _page(request, form, claim, choice, slot)
    if claim.kind == ClaimKind.BOOKING:  # the same form once more, which no limit counts
        booking = Booking.objects.filter(idempotency_key=form.cleaned_data["key"]).first()
        if booking is not None:
            return _to_booked(request, booking, is_again=True)
    who = Visit(client_hash=client_hash(request), time_zone=claim.time_zone, article=claim.article)
    if not limits.may_send_form(who.client_hash, is_hurried=form.is_hurried, now=now):
        return _page(request, form, claim, choice, slot, problem=TOO_OFTEN, status=429)
    if not limits.may_book_for(form.details.email, now=now):
        return _page(request, form, claim, choice, slot, problem=TOO_OFTEN, status=429)
    try:
        if not slot.consultation_type.is_active:
            raise SlotUnavailable
        booking = book_slot(slot, form.details, who, own=claim, key=form.cleaned_data["key"], now=now)
    except SlotUnavailable:
        return _page(request, form, claim, choice, slot, is_gone=True)
    except AlreadyBooked:
        return _page(request, form, claim, choice, slot, problem=CHECK_YOUR_MAIL, status=409)
    except Busy:
        return _page(request, form, claim, choice, slot, problem=BUSY, status=503)
    return _to_booked(request, booking, is_again=booking.created_at != now)


def _to_booked(request, booking, *, is_again):
    if is_again:
        messages.info(request, "You sent the form more than once. You have one booking, and here it is.")
    response = redirect("consultations:booked", booking.reference)
    visit.remember_booking(request, response, booking)
    return response


def _page(request, form, claim, choice, slot: Slot, *, is_gone=False, problem="", status=None):
    """Render the form for a slot. One that cannot be had brings the nearest others with the same person, and 409."""
    now, consultation_type = timezone.now(), slot.consultation_type
    is_own = slot.starts_at == claim.starts_at and _is_held(claim, now) and consultation_type.is_active
    people = queries.eligible_for(consultation_type, slot.nutritionist) if consultation_type.is_active else []
    if not is_own and not is_gone:
        is_gone = not queries.can_be_booked(consultation_type, people, slot.starts_at, now=now, own=claim)
    nearest = []
    if is_gone:
        nearest = queries.nearest_times(consultation_type, people, slot.starts_at, picking.ALTERNATIVES_SHOWN, now=now)
        status = 409
    option = choice.option(slot.starts_at)
    context = {
        "form": form,
        "consultation_type": consultation_type,
        "nutritionist": claim.nutritionist,
        "option": option,
        "chosen": "" if slot.starts_at == claim.starts_at else option.value,
        "problem": problem,
        "gone": is_gone,
        "alternatives": [choice.option(start) for start in nearest],
        "held_until": wording.time_label(claim.expires_at, choice.zone) if is_own else "",
        "change_url": option.url,
    }
    return render(request, "consultations/book.html", context, status=status or _status(form))


def _status(form):
    return 422 if form.is_bound and form.errors else 200


def _is_held(claim: SlotClaim, now) -> bool:
    return claim.kind == ClaimKind.HOLD and claim.released_at is None and claim.expires_at > now
