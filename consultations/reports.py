"""What the team asks of the past: each report is a table, of which one column is drawn. Nobody is identified.

Days and weeks are London's. A report covers consultations that start in [since, until), unless it says otherwise.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.db.models import Count, F, Q
from django.db.models.functions import TruncWeek

from consultations import queries, wording
from consultations.models import (
    CANCELLED,
    OCCUPYING,
    Booking,
    BookingStatus,
    EmailState,
    Nutritionist,
    OutgoingEmail,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistState,
)
from consultations.slots import DAY, Interval, to_utc, working_time

HELD = (BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
LEADS = [(1, "within a day"), (3, "1 to 3 days"), (7, "3 to 7 days"), (14, "7 to 14 days"), (None, "later")]


@dataclass(frozen=True)
class Table:
    """A report's rows. drawn: which column is drawn as bars. note: what to bear in mind."""

    columns: list[str]
    rows: list[tuple]
    drawn: int
    note: str = ""

    @property
    def bars(self) -> list[dict]:
        """Return name, value and length (per cent of the longest) of each row."""
        longest = max((row[self.drawn] for row in self.rows), default=0) or 1
        return [
            {"name": row[0], "value": row[self.drawn], "length": round(100 * row[self.drawn] / longest, 1)}
            for row in self.rows
        ]


@dataclass(frozen=True)
class Report:
    """A question about the days from `since` to `until`, the second not included."""

    slug: str
    title: str
    ask: Callable[[Interval], Table] = field(repr=False)


def within(since: date, until: date) -> Interval:
    """Return the interval of some London days, the last one included."""
    return Interval(to_utc(since, time(), wording.LONDON), to_utc(until + DAY, time(), wording.LONDON))


def bookings_by_week(days: Interval) -> Table:
    weeks = (
        _starting(days)
        .annotate(week=TruncWeek("starts_at", tzinfo=wording.LONDON))
        .values("week")
        .annotate(
            booked=Count("pk", filter=Q(status__in=OCCUPYING)),
            cancelled=Count("pk", filter=Q(status__in=CANCELLED)),
        )
        .order_by("week")
    )
    rows = [(f"{week['week']:%-d %b %Y}", week["booked"], week["cancelled"]) for week in weeks]
    return Table(["Week of", "Booked", "Cancelled"], rows, drawn=1)


def lead_time(days: Interval) -> Table:
    counts = Counter()
    for starts_at, created_at in _starting(days).values_list("starts_at", "created_at"):
        ahead = starts_at - created_at
        counts[next(name for most, name in LEADS if most is None or ahead <= timedelta(days=most))] += 1
    note = "From booking to consultation, cancelled ones included."
    return Table(["Booked", "Consultations"], [(name, counts[name]) for _, name in LEADS], drawn=1, note=note)


def utilisation(days: Interval) -> Table:
    people = list(Nutritionist.objects.filter(Q(is_active=True) | Q(bookings__in=_starting(days))).distinct())
    diaries = queries.read_diaries(people, days, now=days.start)
    booked = defaultdict(timedelta)
    for who, starts_at, ends_at in (
        _starting(days).filter(occupies=True).values_list("nutritionist", "starts_at", "ends_at")
    ):
        booked[who] += ends_at - starts_at
    rows = []
    for one, diary in diaries.by_nutritionist.items():
        working = sum((_overlap(stretch, days) for stretch in working_time(diary, days)), timedelta())
        hours, open_hours = booked[one.pk] / timedelta(hours=1), working / timedelta(hours=1)
        share = round(100 * hours / open_hours) if open_hours else 0
        rows.append((one.name, share, round(hours, 1), round(open_hours, 1)))
    note = "Working hours as they stand today; hours that changed since are counted as they are now."
    return Table(["Nutritionist", "Booked %", "Hours booked", "Working hours"], rows, drawn=1, note=note)


def outcomes(days: Interval) -> Table:
    counts = dict(_starting(days).values_list("status").annotate(Count("pk")))
    total = sum(counts.values()) or 1
    rows = [
        (status.label.capitalize(), counts.get(status, 0), f"{100 * counts.get(status, 0) / total:.0f} %")
        for status in BookingStatus
    ]
    return Table(["Outcome", "Consultations", "Share"], rows, drawn=1)


def mail(days: Interval) -> Table:
    """Count the messages that came due in these days."""
    due = OutgoingEmail.objects.filter(due_at__gte=days.start, due_at__lt=days.end)
    counts = dict(due.values_list("state").annotate(Count("pk")))
    note = "Messages are kept for 30 days after they were sent, then only as long as their booking needs them."
    return Table(["State", "Messages"], [(s.label.capitalize(), counts.get(s, 0)) for s in EmailState], 1, note)


def sources(days: Interval) -> Table:
    """Count where bookings came from, by the article whose link was followed last."""
    title = F("article__live_revision__title")
    found = (
        _starting(days)
        .values(title=title)
        .annotate(booked=Count("pk"), held=Count("pk", filter=Q(status=BookingStatus.COMPLETED)))
        .order_by("-booked", "title")
    )
    rows = [(row["title"] or "No article", row["booked"], row["held"]) for row in found]
    note = "Counted from the link in the article. No cookies, no visitor profiles."
    return Table(["Article", "Booked", "Took place"], rows, drawn=1, note=note)


def waiting_list(days: Interval) -> Table:
    """Count those who joined the list in these days, and the times they were offered."""
    joined = WaitlistEntry.objects.filter(joined_at__gte=days.start, joined_at__lt=days.end)
    states = dict(joined.values_list("state").annotate(Count("pk")))
    offers = WaitlistOffer.objects.filter(made_at__gte=days.start, made_at__lt=days.end).count()
    rows = [(state.label.capitalize(), states.get(state, 0)) for state in WaitlistState]
    return Table(["What became of them", "People"], [*rows, ("Times offered", offers)], drawn=1)


REPORTS = [
    Report("bookings", "Bookings by week", bookings_by_week),
    Report("lead-time", "How long ahead clients book", lead_time),
    Report("utilisation", "How much of working time is booked", utilisation),
    Report("outcomes", "What became of consultations", outcomes),
    Report("sources", "Where bookings came from", sources),
    Report("waiting-list", "Waiting list", waiting_list),
    Report("mail", "Mail", mail),
]


def _starting(days: Interval):
    return Booking.objects.filter(starts_at__gte=days.start, starts_at__lt=days.end)


def _overlap(one: Interval, other: Interval) -> timedelta:
    return max(min(one.end, other.end) - max(one.start, other.start), timedelta())
