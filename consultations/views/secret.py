"""Pages behind a secret link: whoever has the link may see and do what is on them."""

from functools import wraps

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from consultations import limits, links
from consultations.models import Booking, CalendarFeed, WaitlistEntry
from probio.clients import client_hash


class _TooManyGuesses(Exception):
    pass


def secret_page(view):
    """Keep a page out of caches, search engines and other sites' logs; answer 429 to whoever guesses at links."""

    @never_cache
    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            response = view(request, *args, **kwargs)
        except _TooManyGuesses:
            response = render(request, "429.html", status=429)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    guarded.sends_no_referrer = True
    return guarded


def booking_or_404(request, token: str) -> Booking:
    """Return the booking a manage link opens."""
    bookings = Booking.objects.select_related("consultation_type", "nutritionist", "claim")
    return _or_404(request, links.row_of(token, bookings))


def entry_or_404(request, token: str) -> WaitlistEntry:
    """Return the place on the waiting list that a link opens."""
    entries = WaitlistEntry.objects.select_related("consultation_type", "booking")
    return _or_404(request, links.row_of(token, entries))


def feed_or_404(request, token: str) -> CalendarFeed:
    """Return the calendar feed that a link opens."""
    feeds = CalendarFeed.objects.exclude(nutritionist__user__is_active=False)  # whoever has left reads no more
    return _or_404(request, links.row_of(token, feeds.select_related("nutritionist")))


def proven_or_404(request, token: str) -> Booking:
    """Return the booking whose new address a link proves. Used once, the link opens nothing any more."""
    bookings = Booking.objects.exclude(pending_email="").select_related("consultation_type", "nutritionist")
    return _or_404(request, links.row_of(token, bookings, purpose=lambda booking: booking.pending_email))


def _or_404(request, row):
    if row is None:
        if not limits.may_guess(client_hash(request)):
            raise _TooManyGuesses
        raise Http404("no such link")
    return row
