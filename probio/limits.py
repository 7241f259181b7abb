"""How often somebody may try. Counted in the cache; in the database when that is away."""

import logging
from functools import cache

from django.conf import settings
from limits import RateLimitItemPerHour
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def scaled(most: int) -> int:
    """Return a limit as the operator has scaled it."""
    return max(1, round(most * settings.RATE_LIMIT_SCALE))


def is_within(what: str, who: str, an_hour: int, rows) -> bool:
    """Count one more try and return whether it is allowed. rows: this hour's tries, should the cache be away."""
    if settings.RATE_LIMIT_SCALE == 0:
        return True
    most = scaled(an_hour)
    try:
        return _limiter(settings.REDIS_URL).hit(RateLimitItemPerHour(most), what, who)
    except (RedisError, OSError):
        logger.warning("cache away: counting %s limits in the database", what)
        return rows.count() < most


@cache
def _limiter(url: str) -> SlidingWindowCounterRateLimiter:
    options = settings.CACHES["default"]["OPTIONS"]
    return SlidingWindowCounterRateLimiter(storage_from_string(url, key_prefix="probio-limits", **options))
