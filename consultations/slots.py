"""The slot engine: from working hours to bookable starts. Pure: standard library only, clock passed in.

Everything here is in UTC and half-open, [start, end): intervals that touch do not overlap. A time is open or not by
one function, `open_slots`; `is_open` asks it about a single start, so a list and a booking can never disagree.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
TEAM_HORIZON = timedelta(days=1100)  # the longest a type may have


@dataclass(frozen=True, order=True, slots=True)
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
    """Working hours on one weekday (Monday is 0), as local wall time.

    valid_from, valid_to: dates, both included; None means always.
    """

    weekday: int
    starts_at: time
    ends_at: time
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Terms:
    """The rules of a consultation type. duration, step and horizon > 0, buffer and notice >= 0, else ValueError."""

    duration: timedelta
    step: timedelta
    buffer: timedelta
    notice: timedelta
    horizon: timedelta

    def __post_init__(self):
        if min(self.duration, self.step, self.horizon) <= timedelta(0) or min(self.buffer, self.notice) < timedelta(0):
            raise ValueError("duration, step and horizon must be positive, buffer and notice not negative")

    def for_the_team(self) -> "Terms":
        """Return the same terms without notice and horizon, which bind clients only."""
        return replace(self, notice=timedelta(0), horizon=TEAM_HORIZON)


@dataclass(frozen=True)
class Diary:
    """One nutritionist's time, as far as somebody asked.

    hours: weekly, in `zone`. extra: dated working time. closed: time off and holidays; a slot may not touch it, its
    buffer may. claimed: live claims, buffer included; neither slot nor buffer may touch them. most_per_day: claims
    that may start on one local day, or None.
    """

    zone: ZoneInfo
    hours: list[WeeklyHours] = field(default_factory=list)
    extra: list[Interval] = field(default_factory=list)
    closed: list[Interval] = field(default_factory=list)
    claimed: list[Interval] = field(default_factory=list)
    most_per_day: int | None = None


@lru_cache(maxsize=10_000)  # the same few hours of the same few weeks, asked for by every visitor
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


def open_slots(diary: Diary, terms: Terms, within: Interval, now: datetime) -> list[datetime]:
    """Return the bookable starts inside `within`, ascending. The diary must cover every local day it touches.

    A slot lies inside one stretch of working time and outside closed time; with its buffer it overlaps no claim. Starts
    are whole steps from the start of their stretch, counted in UTC: on the day of a clock change a skipped hour is not
    offered and a repeated one is not doubled. Starts before `now` + notice, from `now` + horizon on, or on a day that
    already has the most claims allowed are left out.
    """
    earliest, latest = max(within.start, now + terms.notice), min(within.end, now + terms.horizon)
    if earliest >= latest:
        return []
    steps = _steps(diary.zone, tuple(diary.hours), tuple(diary.extra), terms.duration, terms.step, within)
    starts = steps[bisect_left(steps, earliest) : bisect_left(steps, latest)]
    starts = _clear(starts, _joined(diary.closed), terms.duration)
    starts = _clear(starts, _joined(diary.claimed), terms.duration + terms.buffer)
    return _under_the_limit(diary, starts)


def is_open(diary: Diary, terms: Terms, start: datetime, now: datetime) -> bool:
    """Return whether exactly this start is bookable: whether `open_slots` would list it."""
    return open_slots(diary, terms, Interval(start, start + timedelta.resolution), now) == [start]


def working_time(diary: Diary, within: Interval) -> list[Interval]:
    """Return when somebody works on the local days that `within` touches: open and not closed; ascending, disjoint."""
    working = []
    closed = _joined(diary.closed)
    for stretch in _joined([*_weekly(diary.zone, diary.hours, within), *diary.extra]):
        start = stretch.start
        for gap in closed:
            if gap.end <= start or gap.start >= stretch.end:
                continue
            if gap.start > start:
                working.append(Interval(start, gap.start))
            start = gap.end
        if start < stretch.end:
            working.append(Interval(start, stretch.end))
    return working


@lru_cache(maxsize=1_000)  # people share hours, and every visitor asks for the same four weeks
def _steps(
    zone: ZoneInfo,
    hours: tuple[WeeklyHours, ...],
    extra: tuple[Interval, ...],
    duration: timedelta,
    step: timedelta,
    within: Interval,
) -> list[datetime]:
    """Return every start in the working time of the local days that `within` touches, ascending."""
    steps = []
    for window in _joined([*_weekly(zone, hours, within), *extra]):
        start, last = window.start, window.end - duration
        while start <= last:
            steps.append(start)
            start += step
    return steps


def _weekly(zone: ZoneInfo, hours: Iterable[WeeklyHours], within: Interval) -> Iterator[Interval]:
    """Yield the working time of every local day that `within` touches, whole, so that steps never depend on it."""
    first = within.start.astimezone(zone).date() - DAY  # extra hours may join what began the day before
    last = within.end.astimezone(zone).date() + DAY
    for rule in hours:
        day = max(first, rule.valid_from or first)
        day += timedelta(days=(rule.weekday - day.weekday()) % 7)
        until = min(last, rule.valid_to or last)
        while day <= until:
            start, end = to_utc(day, rule.starts_at, zone), to_utc(day, rule.ends_at, zone)
            if start < end:  # hours that lie wholly in a skipped hour are no hours
                yield Interval(start, end)
            day += timedelta(days=7)


def _clear(starts: list[datetime], taken: list[Interval], length: timedelta) -> list[datetime]:
    """Return the starts from which `length` is free of `taken`. Both ascend; taken intervals are disjoint."""
    if not taken:
        return starts
    clear, following = [], iter(taken)
    obstacle = next(following)
    for n, start in enumerate(starts):
        while obstacle.end <= start:
            obstacle = next(following, None)
            if obstacle is None:
                return clear + starts[n:]
        if start + length <= obstacle.start:
            clear.append(start)
    return clear


def _under_the_limit(diary: Diary, starts: list[datetime]) -> list[datetime]:
    if diary.most_per_day is None:
        return starts
    claims = Counter(claim.start.astimezone(diary.zone).date() for claim in diary.claimed)
    return [start for start in starts if claims[start.astimezone(diary.zone).date()] < diary.most_per_day]


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same time as ascending, disjoint intervals; those that touch become one."""
    joined: list[Interval] = []
    for interval in sorted(intervals, key=attrgetter("start")):
        if joined and interval.start <= joined[-1].end:
            if interval.end > joined[-1].end:
                joined[-1] = Interval(joined[-1].start, interval.end)
        else:
            joined.append(interval)
    return joined
