"""What a nutritionist's hours are, which bookings lie outside them, and which times they leave free."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from consultations import queries
from consultations.models import (
    ACTIVE,
    AvailabilityRule,
    Booking,
    ConsultationType,
    Decision,
    ExtraHours,
    Nutritionist,
    TimeOff,
)
from consultations.slots import DAY, Interval, WeeklyHours, to_utc, working_time

DAYS_SHOWN = 14


@dataclass(frozen=True)
class Closed:
    """Time off of one nutritionist, and what it is for."""

    interval: Interval
    reason: str = ""


@dataclass(frozen=True)
class Hours:
    """When one nutritionist works: weekly in their zone, and dated from today on. What is over is left out."""

    time_zone: str
    weekly: tuple[WeeklyHours, ...] = ()
    extra: tuple[Interval, ...] = ()
    time_off: tuple[Closed, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Return a short string that differs when anything does: a page made from other hours is told by it."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def hours_of(nutritionist: Nutritionist, now: datetime) -> Hours:
    """Return the hours of a nutritionist as they are stored. Three queries."""
    rules = AvailabilityRule.objects.filter(nutritionist=nutritionist).order_by("weekday", "starts_at", "pk")
    return Hours(
        time_zone=nutritionist.time_zone,
        weekly=tuple(
            WeeklyHours(one.weekday, one.starts_at, one.ends_at, one.valid_from, one.valid_to) for one in rules
        ),
        extra=tuple(Interval(one.starts_at, one.ends_at) for one in to_come(ExtraHours, nutritionist, now)),
        time_off=tuple(
            Closed(Interval(one.starts_at, one.ends_at), one.reason)
            for one in to_come(TimeOff, nutritionist, now).filter(applies=True)
        ),
    )


def to_come(model, nutritionist: Nutritionist | None, now: datetime):
    """Return a QuerySet of dated rows of one nutritionist, or of everybody, that end today (in UTC) or later.

    By the day: else a row that ends while somebody has the page open would look like a colleague's change.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return model.objects.filter(nutritionist=nutritionist, ends_at__gt=midnight).order_by("starts_at", "pk")


class Obstacle(StrEnum):
    """Why a booking cannot take place as things are."""

    HOURS = "outside working hours"
    TIME_OFF = "in time off"
    INACTIVE = "with somebody who is inactive"


@dataclass(frozen=True)
class Stranded:
    """An upcoming booking at a time in which its nutritionist does not work any more."""

    pk: int
    reference: str
    client_name: str
    nutritionist: str
    nutritionist_pk: int
    starts_at: datetime
    ends_at: datetime
    decision: str
    changes_close_at: datetime
    obstacles: frozenset[Obstacle]

    @property
    def why(self) -> str:
        return " and ".join(sorted(self.obstacles))


def stranded(now: datetime, *, whose: int | None = None) -> list[Stranded]:
    """Return the upcoming bookings outside the hours of their nutritionist, by start. Three queries.

    whose: only those of one nutritionist (a key). What the team has decided about them is said, not heeded.
    """
    bookings = Booking.objects.filter(status__in=ACTIVE, starts_at__gt=now)
    if whose is not None:
        bookings = bookings.filter(nutritionist=whose)
    rows = list(
        bookings.order_by("starts_at", "pk").values_list(
            *("pk", "reference", "client_name", "nutritionist__name", "nutritionist_id", "starts_at", "ends_at"),
            *("claim__decision", "nutritionist__time_zone", "nutritionist__is_active"),
            "consultation_type__cancellation_cutoff",
        )
    )
    if not rows:
        return []
    people = {row[4]: Nutritionist(pk=row[4], name=row[3], time_zone=row[8], is_active=row[9]) for row in rows}
    within = Interval(now, max(row[6] for row in rows) + DAY)
    diaries = queries.read_diaries(people.values(), within, now=now)
    calendars = {one.pk: _Calendar(one, diary, within) for one, diary in diaries.by_nutritionist.items()}
    found = [(row, calendars[row[4]].obstacles(Interval(row[5], row[6]))) for row in rows]
    return [Stranded(*row[:8], row[5] - row[10], obstacles) for row, obstacles in found if obstacles]


class _Calendar:
    """The working time of one nutritionist, asked about many bookings."""

    def __init__(self, nutritionist, diary, within):
        self.is_active = nutritionist.is_active
        self.open = working_time(replace(diary, closed=[]), within)
        self.starts = [stretch.start for stretch in self.open]
        self.closed = diary.closed

    def obstacles(self, booked: Interval) -> frozenset[Obstacle]:
        at = bisect_right(self.starts, booked.start) - 1
        is_inside = at >= 0 and booked.end <= self.open[at].end
        found = {
            Obstacle.HOURS: not is_inside,
            Obstacle.TIME_OFF: any(gap.overlaps(booked) for gap in self.closed),
            Obstacle.INACTIVE: not self.is_active,
        }
        return frozenset(obstacle for obstacle, holds in found.items() if holds)


def undecided(before: Iterable[Stranded], after: Iterable[Stranded], *, is_only_new: bool) -> list[Stranded]:
    """Return what has to be decided once a change is made: bookings that something new stands in the way of.

    is_only_new: whether those that lay outside already, and of which nobody has decided anything, are left out.
    """
    known = {one.pk: one.obstacles for one in before}
    return [
        one
        for one in after
        if not one.obstacles <= known.get(one.pk, frozenset()) or not (is_only_new or one.decision != Decision.NONE)
    ]


def free_colleagues(bookings: Iterable[Stranded], now: datetime) -> dict[int, list[Nutritionist]]:
    """Return, by booking, who else gives its type and has its very time free, by name. Four queries.

    As when the team moves a booking: minimum notice and horizon bind clients only.
    """
    keys = [one.pk for one in bookings]
    rows = list(Booking.objects.filter(pk__in=keys).select_related("consultation_type").order_by("starts_at"))
    if not rows:
        return {}
    gives = set(ConsultationType.nutritionists.through.objects.values_list("consultationtype_id", "nutritionist_id"))
    people = Nutritionist.objects.filter(is_active=True)
    diaries = queries.read_diaries(people, Interval(rows[0].starts_at, max(row.ends_at for row in rows)), now=now)
    return {
        row.pk: sorted(
            (
                one
                for one in diaries.open_for(row.consultation_type.terms.for_the_team(), row.starts_at, now)
                if (row.consultation_type_id, one.pk) in gives and one.pk != row.nutritionist_id
            ),
            key=lambda one: one.name,
        )
        for row in rows
    }


@dataclass(frozen=True)
class FreeDay:
    """The free times of one day. runs: (first, last) start of times a step apart."""

    day: date
    runs: list[tuple[datetime, datetime]]
    step: timedelta

    def __str__(self):
        minutes = int(self.step.total_seconds() // 60)
        return "; ".join(
            f"{first:%H:%M}" if first == last else f"{first:%H:%M} to {last:%H:%M} every {minutes} minutes"
            for first, last in self.runs
        )


def free_days(
    people: list[Nutritionist], consultation_type: ConsultationType, zone: ZoneInfo, now: datetime
) -> list[FreeDay]:
    """Return what clients are offered of some nutritionists in the next two weeks, today included. Two queries.

    zone: whose days these are. The type may be one that is not saved.
    """
    today = now.astimezone(zone).date()
    within = Interval(to_utc(today, time(), zone), to_utc(today + DAYS_SHOWN * DAY, time(), zone))
    active = [one for one in people if one.is_active]
    starts = (start.astimezone(zone) for start in queries.open_times(consultation_type, active, within, now=now))
    by_day = {day: _runs(times, consultation_type.step) for day, times in groupby(starts, key=datetime.date)}
    step = consultation_type.step
    return [FreeDay(day, by_day.get(day, []), step) for day in (today + n * DAY for n in range(DAYS_SHOWN))]


def _runs(starts: Iterable[datetime], step: timedelta) -> list[tuple[datetime, datetime]]:
    runs: list[tuple[datetime, datetime]] = []
    for start in starts:
        if runs and start - runs[-1][1] == step:  # by the clock on the wall, which is what is read
            runs[-1] = (runs[-1][0], start)
        else:
            runs.append((start, start))
    return runs
