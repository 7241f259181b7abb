"""How times are said to people, on pages and in mails alike: one formatter, the zone always named.

Every function takes the zone to say a time in; without one it is London, where the team works.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from consultations.models import TIME_ZONES, Booking, BookingEventKind, BookingStatus

LONDON = settings.DISPLAY_TIME_ZONE
# What the picker offers; an address may name any zone there is.
COMMON_ZONES = (
    *("Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Paris", "Europe/Madrid", "Europe/Berlin"),
    *("Europe/Rome", "Europe/Warsaw", "Europe/Athens", "Europe/Istanbul", "Africa/Lagos", "Africa/Johannesburg"),
    *("Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Singapore", "Asia/Hong_Kong", "Asia/Tokyo"),
    *("Australia/Sydney", "Pacific/Auckland", "America/New_York", "America/Toronto", "America/Chicago"),
    *("America/Denver", "America/Los_Angeles", "America/Sao_Paulo"),
)


def zone_named(name: str) -> ZoneInfo:
    """Return the zone of a place, by its IANA name; London for anything that names none."""
    is_place = "/" in name and not name.startswith(("Etc/", "SystemV/"))
    return ZoneInfo(name) if name in TIME_ZONES and is_place else LONDON


def zones_offered(zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return (name, place) of the common zones and this one, by place."""
    names = {*COMMON_ZONES, zone.key}
    return sorted(((name, place(name)) for name in names), key=lambda pair: pair[1])


def local(at: datetime, zone: ZoneInfo = LONDON) -> datetime:
    return at.astimezone(zone)


def zone_label(at: datetime, zone: ZoneInfo = LONDON) -> str:
    """Return "London time (GMT)" or "London time (BST)", whichever holds at that instant.

    Zones without a name for their offset say it in hours: "Dubai time (UTC+4)".
    """
    there = local(at, zone)
    name = there.tzname()
    if not name.isalpha():
        hours, minutes = divmod(int(there.utcoffset().total_seconds()) // 60, 60)
        name = f"UTC{hours:+d}:{minutes:02d}" if minutes else f"UTC{hours:+d}"
    return f"{place(zone.key)} time ({name})"


def place(zone_name: str) -> str:
    """Return "New York" for America/New_York."""
    return zone_name.rpartition("/")[2].replace("_", " ")


def weekday_label(at: datetime, zone: ZoneInfo = LONDON) -> str:
    """Return "Thursday"."""
    return f"{local(at, zone):%A}"


def date_label(at: datetime, zone: ZoneInfo = LONDON) -> str:
    """Return "26 November"."""
    return f"{local(at, zone).day} {local(at, zone):%B}"


def day_label(at: datetime, zone: ZoneInfo = LONDON) -> str:
    """Return "Thursday 26 November 2026"."""
    return f"{weekday_label(at, zone)} {date_label(at, zone)} {local(at, zone):%Y}"


def time_label(at: datetime, zone: ZoneInfo = LONDON) -> str:
    """Return "10:30"."""
    return f"{local(at, zone):%H:%M}"


def short_day_label(at: datetime, zone: ZoneInfo = LONDON) -> str:
    """Return "Thu 26 Nov"."""
    return f"{local(at, zone):%a} {local(at, zone).day} {local(at, zone):%b}"


def full_label(at: datetime, zone: ZoneInfo = LONDON) -> str:
    """Return "Thursday 26 November 2026 at 10:30, London time (GMT)"."""
    return f"{day_label(at, zone)} at {time_label(at, zone)}, {zone_label(at, zone)}"


def elsewhere_label(starts_at: datetime, zone: ZoneInfo) -> str:
    """Return the time as it is where the client is, or "" when the clocks there show London's time."""
    if local(starts_at, zone).utcoffset() == local(starts_at).utcoffset():
        return ""
    return full_label(starts_at, zone)


def booking_words(booking: Booking) -> dict:
    """Return a booking and when it is, as pages say it: weekday, date, day, starts, ends, zone_label, elsewhere."""
    return {
        "booking": booking,
        "weekday": weekday_label(booking.starts_at),
        "date": date_label(booking.starts_at),
        "day": day_label(booking.starts_at),
        "starts": time_label(booking.starts_at),
        "ends": time_label(booking.ends_at),
        "zone_label": zone_label(booking.starts_at),
        "elsewhere": elsewhere_label(booking.starts_at, zone_named(booking.client_time_zone)),
    }


_STATES = {
    BookingStatus.REQUESTED: "The time is kept for you while we decide.",
    BookingStatus.CONFIRMED: "You are booked in.",
    BookingStatus.COMPLETED: "This consultation has taken place.",
    BookingStatus.NO_SHOW: "This consultation did not take place: we did not reach you.",
    BookingStatus.CANCELLED_BY_CLIENT: "You cancelled this consultation.",
    BookingStatus.CANCELLED_BY_TEAM: "We had to cancel this consultation.",
    BookingStatus.DECLINED: "We could not take this consultation.",
    BookingStatus.EXPIRED: "We did not answer your request in time, and the time is no longer kept for you.",
}


def state_label(booking: Booking, now: datetime) -> str:
    """Return in a sentence how a booking stands."""
    if booking.is_active and booking.starts_at <= now:
        return "This consultation is over." if booking.ends_at <= now else "This consultation has begun."
    was_moved = booking.is_active and booking.events.filter(kind=BookingEventKind.MOVED).exists()
    return f"{_STATES[booking.status]} It was moved to this time." if was_moved else _STATES[booking.status]


def length_label(length: timedelta) -> str:
    """Return a length of time in words: "30 minutes", "1 hour 30 minutes", "56 days"."""
    seconds, parts = int(length.total_seconds()), []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}" if count == 1 else f"{count} {unit}s")
    return " ".join(parts) or "0 minutes"
