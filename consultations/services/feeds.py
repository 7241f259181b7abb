"""A nutritionist's calendar feed: begun, changed, given a new address, ended."""

import uuid

from consultations.models import CalendarFeed, FeedShows, Nutritionist


def open_feed(nutritionist: Nutritionist, shows: FeedShows) -> CalendarFeed:
    """Return the nutritionist's feed, made now or changed to show what is asked for. Its address stays."""
    feed, _ = CalendarFeed.objects.update_or_create(nutritionist=nutritionist, defaults={"shows": shows})
    feed.refresh_from_db()
    return feed


def renew_feed(nutritionist: Nutritionist) -> None:
    """Give the feed another address: the one before opens nothing any more."""
    CalendarFeed.objects.filter(nutritionist=nutritionist).update(link_nonce=uuid.uuid4())


def close_feed(nutritionist: Nutritionist) -> None:
    """End the feed. Opened again later, it has another address."""
    CalendarFeed.objects.filter(nutritionist=nutritionist).delete()
