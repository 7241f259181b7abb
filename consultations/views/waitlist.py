"""The waiting list: join it, answer an offer, leave it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import limits, links, picking, wording
from consultations.exceptions import AlreadyBooked, Busy, OfferGone, SlotUnavailable
from consultations.forms.waitlist import WaitlistForm
from consultations.models import ConsultationType
from consultations.options import Choice
from consultations.services import waitlist
from consultations.views.secret import entry_or_404, secret_page
from probio.clients import client_hash

TOO_OFTEN = "You have tried many times. Wait an hour, then send the form again; it is still filled in."
GONE = "That time is no longer kept for you. You are still on the list."
ELSEWHERE = "We could not book it. Look at your email: it says why."
BUSY = "Somebody else was changing the same times. Nothing is lost: press the button once more."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request):
    """Show the form, and put whoever sends it on the list. Who is on it already is said by mail only."""
    types = ConsultationType.objects.active()
    consultation_type = types.filter(slug=picking.plain_slug(request.GET.get("type", ""))).first() or types.first()
    if consultation_type is None:
        raise Http404("nothing can be booked")
    zone = wording.zone_named(request.GET.get("tz", ""))
    if request.method != "POST":
        return _page(request, WaitlistForm(initial={"timezone": zone.key}), consultation_type)
    form = WaitlistForm(request.POST)
    if not form.is_valid():
        return _page(request, form, consultation_type, status=422)
    now, who, wish = timezone.now(), client_hash(request), form.wish
    if not (
        limits.may_send_form(who, is_hurried=False, now=now)
        and limits.may_book_for(wish.email, now=now)
        and limits.may_wait(who)
    ):
        return _page(request, form, consultation_type, problem=TOO_OFTEN, status=429)
    waitlist.join(consultation_type, wish, client_hash=who, now=now)
    return redirect("consultations:waitlist-joined")


@require_safe
def joined(request):
    """Say what happens next. The same for everybody, so it can be reloaded and reveals nothing."""
    return render(request, "consultations/waitlist_joined.html")


@secret_page
@require_safe
def entry(request, token):
    """Show somebody's place on the list and the time they are offered, if any."""
    entry = entry_or_404(request, token)
    now, zone = timezone.now(), wording.zone_named(entry.client_time_zone)
    offer = entry.offers.open().filter(claim__expires_at__gt=now).select_related("claim__nutritionist").first()
    context = {
        "entry": entry,
        "token": token,
        "weekdays": [day.label for day in entry.wished_weekdays],
        "parts_of_day": [part.label for part in entry.wished_parts],
        "offered": Choice(entry.consultation_type, zone=zone).option(offer.claim.starts_at) if offer else None,
        "nutritionist": offer.claim.nutritionist if offer else None,
        "kept_until": wording.full_label(offer.claim.expires_at, zone) if offer else "",
        "manage_path": links.manage_path(entry.booking) if entry.booking else "",
    }
    return render(request, "consultations/waitlist_entry.html", context)


@secret_page
@require_POST
def accept(request, token):
    """Book the time that is offered."""
    entry = entry_or_404(request, token)
    try:
        booking = waitlist.accept_offer(entry.pk, now=timezone.now())
    except (OfferGone, SlotUnavailable):
        return _back(request, token, GONE)
    except AlreadyBooked:
        return _back(request, token, ELSEWHERE)
    except Busy:
        return _back(request, token, BUSY)
    return redirect(links.manage_path(booking))


@secret_page
@require_POST
def decline(request, token):
    """Give the offered time to the next in line."""
    entry = entry_or_404(request, token)
    try:
        waitlist.decline_offer(entry.pk, now=timezone.now())
    except Busy:
        return _back(request, token, BUSY)
    return _back(request, token, "Thank you. The time goes to the next person, and you stay on the list.")


@secret_page
@require_POST
def leave(request, token):
    """Take somebody off the list."""
    entry = entry_or_404(request, token)
    try:
        waitlist.leave(entry.pk, now=timezone.now())
    except Busy:
        return _back(request, token, BUSY)
    return redirect("consultations:waitlist-entry", token)


def _page(request, form, consultation_type, *, problem="", status=200):
    context = {"form": form, "consultation_type": consultation_type, "problem": problem}
    return render(request, "consultations/waitlist.html", context, status=status)


def _back(request, token, words):
    messages.info(request, words)
    return redirect("consultations:waitlist-entry", token)
