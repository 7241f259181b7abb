"""The team's start page: who is seen today, what is new, what waits for a decision, this week in numbers."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Q

from consultations import queries, wording
from consultations.hours import Stranded, stranded
from consultations.models import (
    ACTIVE,
    CANCELLED,
    OCCUPYING,
    Booking,
    BookingStatus,
    Decision,
    WaitlistEntry,
)
from consultations.slots import DAY, to_utc

LOOKS_BACK = timedelta(days=60)  # an outcome that nobody recorded by then will not be asked for every morning


@dataclass(frozen=True)
class Briefing:
    """What the team looks at in the morning. Bookings in the order of the clock; new ones newest first.

    following: the next of today's that has not begun, or None. new_since: from when on a booking is new. outside: those
    nobody has decided about, or whose client did not move while they could; asked: those whose client still can.
    week: counts by word.
    """

    today: list[Booking]
    following: Booking | None
    new: list[Booking]
    new_since: datetime
    requests: list[Booking]
    unrecorded: list[Booking]
    outside: list[Stranded]
    asked: list[Stranded]
    week: dict[str, int]

    @property
    def has_decisions(self) -> bool:
        return bool(self.requests or self.unrecorded or self.outside)


def brief(now: datetime) -> Briefing:
    """Return the briefing of a moment. Six queries, however many bookings."""
    today = wording.local(now).date()
    start, end = (to_utc(day, time(), wording.LONDON) for day in (today, today + DAY))
    is_today = Q(starts_at__gte=start, starts_at__lt=end, status__in=[*ACTIVE, BookingStatus.COMPLETED])
    new_since = start - DAY
    is_new = Q(created_at__gte=new_since)
    is_request = Q(status=BookingStatus.REQUESTED, respond_by__gt=now)
    is_unrecorded = Q(status=BookingStatus.CONFIRMED, ends_at__lte=now, ends_at__gt=now - LOOKS_BACK)
    bookings = list(
        Booking.objects.filter(is_today | is_new | is_request | is_unrecorded)
        .select_related("nutritionist", "topic", "consultation_type")
        .order_by("starts_at", "pk")
    )
    outside = stranded(now)
    asked = [one for one in outside if one.decision == Decision.ASKED and now < one.changes_close_at]
    todays = [one for one in bookings if start <= one.starts_at < end and _is_seen(one)]
    return Briefing(
        today=todays,
        following=next((one for one in todays if one.starts_at > now and one.is_active), None),
        new=sorted((one for one in bookings if one.created_at >= new_since), key=_made_at, reverse=True),
        new_since=new_since,
        requests=[one for one in bookings if one.status == BookingStatus.REQUESTED and one.respond_by > now],
        unrecorded=[one for one in bookings if one.status == BookingStatus.CONFIRMED and one.ends_at <= now],
        outside=[one for one in outside if one.decision != Decision.KEPT and one not in asked],
        asked=asked,
        week=_week(now),
    )


def _is_seen(booking) -> bool:
    return booking.is_active or booking.status == BookingStatus.COMPLETED


def _made_at(booking) -> datetime:
    return booking.created_at


def _week(now) -> dict[str, int]:
    week = queries.week_of(now)
    bookings = Booking.objects.filter(starts_at__gte=week.start, starts_at__lt=week.end)
    counts = bookings.aggregate(
        booked=Count("pk", filter=Q(status__in=OCCUPYING)),
        took_place=Count("pk", filter=Q(status=BookingStatus.COMPLETED)),
        no_show=Count("pk", filter=Q(status=BookingStatus.NO_SHOW)),
        cancelled=Count("pk", filter=Q(status__in=CANCELLED)),
    )
    return {**counts, "waiting": WaitlistEntry.objects.waiting().count()}
