"""How times are said to people, on pages and in mails alike: one formatter, the zone always named."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone


def local(at: datetime) -> datetime:
    """Return an instant as the wall time clients are shown."""
    return timezone.localtime(at, settings.DISPLAY_TIME_ZONE)


def zone_label(at: datetime) -> str:
    """Return "London time (GMT)" or "London time (BST)", whichever holds at that instant."""
    return f"London time ({local(at).tzname()})"


def weekday_label(at: datetime) -> str:
    """Return "Thursday"."""
    return f"{local(at):%A}"


def date_label(at: datetime) -> str:
    """Return "26 November"."""
    return f"{local(at).day} {local(at):%B}"


def day_label(at: datetime) -> str:
    """Return "Thursday 26 November 2026"."""
    return f"{weekday_label(at)} {date_label(at)} {local(at):%Y}"


def time_label(at: datetime) -> str:
    """Return "10:30"."""
    return f"{local(at):%H:%M}"


def short_day_label(at: datetime) -> str:
    """Return "Thu 26 Nov"."""
    return f"{local(at):%a} {local(at).day} {local(at):%b}"


def full_label(at: datetime) -> str:
    """Return "Thursday 26 November 2026 at 10:30, London time (GMT)"."""
    return f"{day_label(at)} at {time_label(at)}, {zone_label(at)}"
