"""How often one address, or one e-mail address, may try. Counted in the cache; in the database when that is away."""

import hashlib
import logging
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db.models import Count, Q
from limits import RateLimitItemPerHour
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from consultations.addresses import normalise
from consultations.models import Booking, SlotClaim, WaitlistEntry

logger = logging.getLogger(__name__)

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
    return _may("hold", client_hash, HOLDS_OF_AN_ADDRESS, rows)


def may_send_form(client_hash: str, *, is_hurried: bool, now: datetime) -> bool:
    """Count one more booking form of an address, and return whether it is allowed.

    is_hurried: sent faster than people type; of those far fewer are.
    """
    rows = SlotClaim.objects.filter(client_hash=client_hash, created_at__gt=now - HOUR)
    if is_hurried and not _may("hurried form", client_hash, HURRIED_FORMS_OF_AN_ADDRESS, rows):
        return False
    return _may("form", client_hash, FORMS_OF_AN_ADDRESS, rows)


def may_book_for(email: str, *, now: datetime) -> bool:
    """Count one more valid form with an e-mail address, and return whether it is allowed."""
    normalised = normalise(email)
    rows = Booking.objects.filter(email_normalised=normalised, created_at__gt=now - HOUR)
    return _may("email", hashlib.sha256(normalised.encode()).hexdigest(), FORMS_OF_AN_EMAIL, rows)


def may_guess(client_hash: str) -> bool:
    """Count one more link that opens nothing, and return whether that is to be expected of people."""
    return _may("guess", client_hash, GUESSES_OF_AN_ADDRESS, Booking.objects.none())


def may_wait(client_hash: str) -> bool:
    """Return whether one more from this address may join the waiting list: offers keep times from others."""
    if settings.RATE_LIMIT_SCALE == 0:
        return True
    waiting = WaitlistEntry.objects.waiting().filter(client_hash=client_hash)
    return waiting.count() < _scaled(WAITING_FROM_AN_ADDRESS)


def are_too_many_holds(client_hash: str, *, now: datetime) -> bool:
    """Return whether an address, or everybody, holds more times at this moment than may be held. One query."""
    if settings.RATE_LIMIT_SCALE == 0:
        return False
    held = SlotClaim.objects.live_holds(now).aggregate(
        everybody=Count("pk"), address=Count("pk", filter=Q(client_hash=client_hash))
    )
    is_over = bool(client_hash) and held["address"] > _scaled(LIVE_HOLDS_OF_AN_ADDRESS)
    return is_over or held["everybody"] > _scaled(LIVE_HOLDS)


def _scaled(most: int) -> int:
    return max(1, round(most * settings.RATE_LIMIT_SCALE))


def _may(what: str, who: str, an_hour: int, rows) -> bool:
    if settings.RATE_LIMIT_SCALE == 0:
        return True
    most = _scaled(an_hour)
    try:
        return _limiter(settings.REDIS_URL).hit(RateLimitItemPerHour(most), what, who)
    except (RedisError, OSError):
        logger.warning("cache away: counting %s limits in the database", what)
        return rows.count() < most


@cache
def _limiter(url: str) -> SlidingWindowCounterRateLimiter:
    options = settings.CACHES["default"]["OPTIONS"]
    return SlidingWindowCounterRateLimiter(storage_from_string(url, key_prefix="probio-limits", **options))
