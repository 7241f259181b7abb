"""The slot engine: from weekly hours to bookable starts. Pure: standard library only, clock passed in.

Everything here is an Interval in UTC, half-open: intervals that touch do not overlap.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Interval:
    """[start, end): two aware datetimes, start before end, else ValueError."""

    start: datetime
    end: datetime

    def __post_init__(self):
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("an interval needs aware datetimes")
        if self.start >= self.end:
            raise ValueError("an interval ends after it starts")

    def overlaps(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class WeeklyHours:
    """Working hours on one weekday (Monday is 0), as local wall time in a zone.

    valid_from, valid_to: dates, both included; None means always.
    """

    weekday: int
    starts_at: time
    ends_at: time
    zone: ZoneInfo
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


def to_utc(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the instant of a wall time on a day.

    A time that happens twice is its first occurrence; one that a clock change skips is the instant of the change.
    """
    local = datetime.combine(day, wall, zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # Skipped: with fold=0 zoneinfo counts on with the old offset, so the change lies at or before `instant`.
    offset_after = instant.astimezone(zone).utcoffset()
    while (instant - timedelta(minutes=1)).astimezone(zone).utcoffset() == offset_after:
        instant -= timedelta(minutes=1)
    return instant


def windows_in(hours: Iterable[WeeklyHours], within: Interval) -> list[Interval]:
    """Return the working time of every day that an interval touches: ascending, joined where pieces meet.

    Windows are whole even where they reach past the interval, so that steps never depend on what was asked.
    """
    return _joined(_pieces(hours, within))


def open_slots(
    windows: Iterable[Interval],
    busy: Iterable[Interval],
    *,
    duration: timedelta,
    buffer: timedelta,
    step: timedelta,
    not_before: datetime,
) -> list[Interval]:
    """Return the bookable slots, ascending; each is [start, start + duration).

    windows, busy: Intervals in UTC, any order. A slot lies inside one window (its buffer need not) and,
    buffer included, overlaps nothing busy. Starts are a whole number of steps from their window's start.
    duration, step: timedelta > 0 and buffer >= 0, else ValueError. not_before: aware; earlier starts are dropped.
    """
    if duration <= timedelta(0) or step <= timedelta(0) or buffer < timedelta(0):
        raise ValueError("duration and step must be positive, buffer not negative")
    taken = _joined(busy)
    taken_ends = [interval.end for interval in taken]
    slots = []
    for window in _joined(windows):
        start = window.start
        while start + duration <= window.end:
            following = bisect_right(taken_ends, start)  # the first taken interval that ends after `start`
            is_free = following == len(taken) or taken[following].start >= start + duration + buffer
            if is_free and start >= not_before:
                slots.append(Interval(start, start + duration))
            start += step
    return slots


def _pieces(hours: Iterable[WeeklyHours], within: Interval) -> Iterator[Interval]:
    for rule in hours:
        day = within.start.astimezone(rule.zone).date()
        last = within.end.astimezone(rule.zone).date()
        while day <= last:
            if rule.covers(day):
                start, end = to_utc(day, rule.starts_at, rule.zone), to_utc(day, rule.ends_at, rule.zone)
                if max(start, within.start) < min(end, within.end):
                    yield Interval(start, end)
            day += timedelta(days=1)


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for interval in sorted(intervals):
        if joined and interval.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, interval.end))
        else:
            joined.append(interval)
    return joined
