"""What the team asks of the past: each report is a table, of which one column is drawn. Nobody is identified.

Days and weeks are London's. A report covers consultations that start in [since, until), unless it says otherwise.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncWeek

from articles.models import Article, ViewCount
from consultations import queries, wording
from consultations.models import (
    CANCELLED,
    OCCUPYING,
    Booking,
    BookingStatus,
    EmailState,
    Nutritionist,
    OutgoingEmail,
    StartCount,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistState,
)
from consultations.slots import DAY, Interval, to_utc, working_time

HELD = (BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
ARTICLES_DRAWN = 15
BY_DAY = "Consultations whose own day is among those asked for, whenever they were booked."
LEADS = [(1, "within a day"), (3, "1 to 3 days"), (7, "3 to 7 days"), (14, "7 to 14 days"), (None, "later")]


@dataclass(frozen=True)
class Table:
    """A report's rows. drawn: which column is drawn as bars. note: what to bear in mind.

    most_drawn: of how many rows, from the first; of all unless it is given. is_share: it is per cent of something, and
    the whole is a hundred.
    """

    columns: list[str]
    rows: list[tuple]
    drawn: int
    note: str = ""
    most_drawn: int | None = None
    is_share: bool = False

    @property
    def bars(self) -> list[dict]:
        """Return name, value in words and length (per cent of the longest, or of the whole) of each row."""
        longest = max((row[self.drawn] for row in self.rows), default=0) or 1
        whole, unit = (max(100, longest), " %") if self.is_share else (longest, "")
        return [
            {"name": row[0], "value": f"{row[self.drawn]}{unit}", "length": round(100 * row[self.drawn] / whole, 1)}
            for row in self.rows[: self.most_drawn]
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
    return Table(["Week of", "Booked", "Cancelled"], rows, drawn=1, note=BY_DAY)


def lead_time(days: Interval) -> Table:
    counts = Counter()
    for starts_at, created_at in _starting(days).values_list("starts_at", "created_at"):
        ahead = starts_at - created_at
        counts[next(name for most, name in LEADS if most is None or ahead <= timedelta(days=most))] += 1
    note = f"From booking to consultation, cancelled ones included. {BY_DAY}"
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
    return Table(["Nutritionist", "Booked %", "Hours booked", "Working hours"], rows, drawn=1, note=note, is_share=True)


def outcomes(days: Interval) -> Table:
    counts = dict(_starting(days).values_list("status").annotate(Count("pk")))
    total = sum(counts.values()) or 1
    rows = [
        (status.label.capitalize(), counts.get(status, 0), f"{100 * counts.get(status, 0) / total:.0f} %")
        for status in BookingStatus
    ]
    return Table(["Outcome", "Consultations", "Share"], rows, drawn=1, note=BY_DAY)


def mail(days: Interval) -> Table:
    """Count the messages that came due in these days."""
    due = OutgoingEmail.objects.filter(due_at__gte=days.start, due_at__lt=days.end)
    counts = dict(due.values_list("state").annotate(Count("pk")))
    note = "Messages are kept for 30 days after they were sent, then only as long as their booking needs them."
    return Table(["State", "Messages"], [(s.label.capitalize(), counts.get(s, 0)) for s in EmailState], 1, note)


def sources(days: Interval) -> Table:
    """Count, by article, how many opened it in these days, went on to the times, booked, and came to talk."""
    on = (wording.local(days.start).date(), wording.local(days.end - timedelta(microseconds=1)).date())
    views, starts = (
        dict(model.objects.filter(on__range=on).order_by().values_list("article").annotate(Sum("count")))
        for model in (ViewCount, StartCount)
    )
    made = Booking.objects.filter(created_at__gte=days.start, created_at__lt=days.end)
    bookings = {
        who: (booked, attended)
        for who, booked, attended in made.order_by()
        .values_list("article")
        .annotate(booked=Count("pk"), attended=Count("pk", filter=Q(status=BookingStatus.COMPLETED)))
    }
    titles = Article.objects.filter(pk__in={*views, *starts, *bookings} - {None})
    rows = [
        _source(title or slug, views.get(pk, 0), starts.get(pk, 0), *bookings.get(pk, (0, 0)))
        for pk, slug, title in titles.values_list("pk", "slug", "live_revision__title")
    ]
    rows.sort(key=lambda row: (-row[3], -row[2], -row[1], row[0]))
    if None in bookings:
        rows.append(_source("No article", None, None, *bookings[None]))
    columns = ["Article", "Views", "Starts", "Booked", "Attended", "Starts % of views", "Booked % of starts"]
    note = (
        "What happened in these days: the article was opened, a reader went on to the list of times, a time was "
        "booked. Attended: those of these bookings that have taken place. No cookies, no visitor profiles: whoever "
        "comes twice counts twice. The team and machines that say they are one are left out. "
        f"Drawn: the {ARTICLES_DRAWN} articles that led to most bookings."
    )
    return Table([*columns, "Attended % of booked"], rows, drawn=3, note=note, most_drawn=ARTICLES_DRAWN)


def _source(name, views, starts, booked, attended) -> tuple:
    rates = (_per_cent(starts, views), _per_cent(booked, starts), _per_cent(attended, booked))
    return (name, *("" if count is None else count for count in (views, starts)), booked, attended, *rates)


def _per_cent(part, whole) -> str | float:
    """Return a share with one decimal, or "" where there is none to speak of."""
    return round(100 * part / whole, 1) if whole else ""


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
