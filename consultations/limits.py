"""How often one address, or one e-mail address, may try. Counted in the cache; in the database when that is away."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q

from consultations.addresses import normalise
from consultations.models import Booking, SlotClaim, WaitlistEntry
from probio.limits import is_within, scaled

HOUR = timedelta(hours=1)
# An office or a family behind one address stays far below these; a script that empties the calendar does not.
HOLDS_OF_AN_ADDRESS = 80
FORMS_OF_AN_ADDRESS = 60
HURRIED_FORMS_OF_AN_ADDRESS = 30
FORMS_OF_AN_EMAIL = 12
GUESSES_OF_AN_ADDRESS = 60
# Held at the same moment.
LIVE_HOLDS_OF_AN_ADDRESS = 10
WAITING_FROM_AN_ADDRESS = 20
LIVE_HOLDS = 200


def may_hold(client_hash: str, *, now: datetime) -> bool:
    """Count one more hold of an address, and return whether it is allowed."""
    rows = SlotClaim.objects.filter(client_hash=client_hash, created_at__gt=now - HOUR)
    return is_within("hold", client_hash, HOLDS_OF_AN_ADDRESS, rows)


def may_send_form(client_hash: str, *, is_hurried: bool, now: datetime) -> bool:
    """Count one more booking form of an address, and return whether it is allowed.

    is_hurried: sent faster than people type; of those far fewer are.
    """
    rows = SlotClaim.objects.filter(client_hash=client_hash, created_at__gt=now - HOUR)
    if is_hurried and not is_within("hurried form", client_hash, HURRIED_FORMS_OF_AN_ADDRESS, rows):
        return False
    return is_within("form", client_hash, FORMS_OF_AN_ADDRESS, rows)


def may_book_for(email: str, *, now: datetime) -> bool:
    """Count one more valid form with an e-mail address, and return whether it is allowed."""
    normalised = normalise(email)
    rows = Booking.objects.filter(email_normalised=normalised, created_at__gt=now - HOUR)
    return is_within("email", hashlib.sha256(normalised.encode()).hexdigest(), FORMS_OF_AN_EMAIL, rows)


def may_guess(client_hash: str) -> bool:
    """Count one more link that opens nothing, and return whether that is to be expected of people."""
    return is_within("guess", client_hash, GUESSES_OF_AN_ADDRESS, Booking.objects.none())


def may_wait(client_hash: str) -> bool:
    """Return whether one more from this address may join the waiting list: offers keep times from others."""
    if settings.RATE_LIMIT_SCALE == 0:
        return True
    waiting = WaitlistEntry.objects.waiting().filter(client_hash=client_hash)
    return waiting.count() < scaled(WAITING_FROM_AN_ADDRESS)


def are_too_many_holds(client_hash: str, *, now: datetime) -> bool:
    """Return whether an address, or everybody, holds more times at this moment than may be held. One query."""
    if settings.RATE_LIMIT_SCALE == 0:
        return False
    held = SlotClaim.objects.live_holds(now).aggregate(
        everybody=Count("pk"), address=Count("pk", filter=Q(client_hash=client_hash))
    )
    is_over = bool(client_hash) and held["address"] > scaled(LIVE_HOLDS_OF_AN_ADDRESS)
    return is_over or held["everybody"] > scaled(LIVE_HOLDS)
