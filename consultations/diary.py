"""The team's diary: who is booked when, on the days somebody looks at, as a table of half hours in London time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from consultations import queries, wording
from consultations.models import Booking, BookingEvent, BookingEventKind, BookingStatus, Nutritionist, TimeOff
from consultations.slots import DAY, Interval, to_utc, working_time

TICK = timedelta(minutes=30)
FEED_REACHES_BACK = timedelta(days=31)
OFFICE_HOURS = (18, 34)  # ticks from midnight: what an empty diary shows, 9:00 to 17:00
CANCELLED = (BookingStatus.CANCELLED_BY_CLIENT, BookingStatus.CANCELLED_BY_TEAM)


@dataclass(frozen=True)
class Entry:
    """A booking in the diary. at: "" on a half hour.

    state: booked, requested, moved, declined, cancelled, completed or no-show.
    """

    booking: Booking
    state: str
    name: str
    at: str


@dataclass
class Cell:
    """Half an hour of a day. is_off: nobody shown works in it."""

    entries: list[Entry] = field(default_factory=list)
    is_off: bool = True


@dataclass(frozen=True)
class Row:
    """Half an hour of every day shown."""

    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class DiaryPage:
    """Days, rows of half hours, and how many entries are in each state."""

    days: list[date]
    rows: list[Row]
    counts: dict[str, int]


def interval_of(first: date, days: int) -> Interval:
    """Return the interval of some London days."""
    return Interval(to_utc(first, time(), wording.LONDON), to_utc(first + days * DAY, time(), wording.LONDON))


def with_time_off(people: QuerySet, within: Interval) -> QuerySet:
    """Give each nutritionist `off`, what closes their days in an interval, for `closings`. No query of its own."""
    is_theirs = Q(nutritionist=OuterRef("pk")) | Q(nutritionist=None)
    off = TimeOff.objects.filter(is_theirs, applies=True, starts_at__lt=within.end, ends_at__gt=within.start)
    said = JSONObject(starts="starts_at", ends="ends_at", reason="reason", whose="nutritionist")
    return people.annotate(off=ArraySubquery(off.order_by("starts_at", "pk").values(said=said)))


def closings(people: Iterable[Nutritionist], days: Iterable[date]) -> dict[date, list[str]]:
    """Return what closes some London days, in words: whose, why, and which hours if it is not the whole day.

    people: from `with_time_off`.
    """
    found = defaultdict(dict)  # words once, in order
    for one in people:
        for off in one.off:
            start, end = (datetime.fromisoformat(off[name]) for name in ("starts", "ends"))
            whose, why = f"{one.name}: " if off["whose"] else "", off["reason"] or "time off"
            for day in days:
                hours = _closed_hours(start, end, interval_of(day, 1))
                if hours is not None:
                    found[day][f"{whose}{why}{hours}"] = None
    return {day: list(words) for day, words in found.items()}


def _closed_hours(start, end, day) -> str | None:
    """Return which hours of a day are closed, as ", 10:00 to 12:00"; "" for all of them, None for none."""
    first, last = max(start, day.start), min(end, day.end)
    if first >= last:
        return None
    if (first, last) == (day.start, day.end):
        return ""
    return f", {wording.time_label(first)} to {wording.time_label(last)}"


def read_page(people: Iterable[Nutritionist], first: date, days: int, *, now: datetime) -> DiaryPage:
    """Return the diary of some nutritionists, `days` days from `first`. A weekend without anything is left out.

    Three queries, however many people and bookings.
    """
    people, within = list(people), interval_of(first, days)
    entries = _entries(people, within)
    working = _working_ticks(people, within, now)
    dates = [first + n * DAY for n in range(days)]
    if days > 1:
        busy = {day for day, _ in [*entries, *working]}
        dates = [day for day in dates if day.weekday() < 5 or day in busy]
    ticks = [tick for _, tick in [*entries, *working]]
    start, end = (min(ticks), max(ticks) + 1) if ticks else OFFICE_HOURS
    rows = [
        Row(_label(tick), [Cell(entries.get((day, tick), []), (day, tick) not in working) for day in dates])
        for tick in range(start, end)
    ]
    counts = defaultdict(int)
    for cell in entries.values():
        for entry in cell:
            counts[entry.state] += 1
    return DiaryPage(dates, rows, dict(counts))


def feed_of(nutritionist: Nutritionist, *, now: datetime) -> QuerySet:
    """Return a nutritionist's bookings of the last month and all to come that take up time."""
    bookings = Booking.objects.filter(nutritionist=nutritionist, occupies=True, starts_at__gte=now - FEED_REACHES_BACK)
    return bookings.select_related("topic", "consultation_type").prefetch_related("events").order_by("starts_at")


def _entries(people, within) -> dict[tuple[date, int], list[Entry]]:
    """Return what is in the diary by day and half hour. Requests that ran out never took anybody's time: left out."""
    moved = BookingEvent.objects.filter(booking=OuterRef("pk"), kind=BookingEventKind.MOVED)
    bookings = (
        Booking.objects.filter(nutritionist__in=people, starts_at__gte=within.start, starts_at__lt=within.end)
        .exclude(status=BookingStatus.EXPIRED)
        .select_related("nutritionist", "topic", "consultation_type")
        .annotate(was_moved=Exists(moved))
        .order_by("starts_at", "pk")
    )
    entries = defaultdict(list)
    for booking in bookings:
        local = wording.local(booking.starts_at)
        tick, past = divmod(timedelta(hours=local.hour, minutes=local.minute), TICK)
        at = wording.time_label(booking.starts_at) if past else ""
        entry = Entry(booking, _state(booking), short_name(booking.client_name), at)
        entries[local.date(), tick].append(entry)
    return entries


def _state(booking) -> str:
    if booking.status in CANCELLED:
        return "cancelled"
    if booking.status == BookingStatus.DECLINED:
        return "declined"
    if booking.status == BookingStatus.CONFIRMED:
        return "moved" if booking.was_moved else "booked"
    return booking.get_status_display()


def _working_ticks(people, within, now) -> set[tuple[date, int]]:
    """Return the half hours, by London day, in which at least one of them works. Two queries."""
    diaries = queries.read_diaries(people, within, now=min(now, within.start))
    ticks = set()
    for diary in diaries.by_nutritionist.values():
        for stretch in working_time(diary, within):
            at = max(stretch.start, within.start)
            while at < min(stretch.end, within.end):
                local = wording.local(at)
                ticks.add((local.date(), (local.hour * 60 + local.minute) // 30))
                at += TICK
    return ticks


def _label(tick: int) -> str:
    return f"{tick // 2:02d}:{tick % 2 * 30:02d}"


def short_name(name: str) -> str:
    """Return "A. Whitfield" for Amara Whitfield: enough to know a client by, in a cell of a table."""
    first, *others = name.split()
    return f"{first[0]}. {others[-1]}" if others else first
