"""Tells a CDN in front of the site, where there is one, to forget what it has when readers are shown something else.

Nothing depends on it: a CDN keeps no page for longer than `caching.py` allows. It only shortens the wait.
"""

import logging
import time
from datetime import datetime

import requests
from django.conf import settings
from django.core.cache import cache

from articles.caching import LOOK_EVERY, Look

logger = logging.getLogger(__name__)

PURGED = "articles.purged"  # in the cache: what readers were shown when the CDN was last told
SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 3, 10


def purge_if_changed(now: datetime) -> bool:
    """Tell the CDN when what readers are shown is not what it was last told about; return whether it was told.

    Includes what appeared or ended by the clock, and a new release. When the CDN cannot be told, the next call tries
    again. Raises redis.RedisError.
    """
    shown = Look().showing(now).key
    if cache.get(PURGED) == shown:
        return False
    time.sleep(2 * LOOK_EVERY)  # until every process answers with what is new, or the CDN fetched the old once more
    headers = {"Authorization": f"Bearer {settings.CDN_PURGE_TOKEN}"}
    timeout = (SECONDS_TO_CONNECT, SECONDS_TO_ANSWER)
    try:
        # The words that Cloudflare takes; other services can be put behind a function that does.
        answer = requests.post(
            settings.CDN_PURGE_URL, json={"purge_everything": True}, headers=headers, timeout=timeout
        )
        answer.raise_for_status()
    except requests.RequestException as error:
        logger.warning("the CDN was not told to forget its pages: %s", type(error).__name__)
        return False
    cache.set(PURGED, shown, None)
    logger.info("told the CDN to forget its pages")
    return True
