"""Questions about free time, answered from hours and ledger by the slot engine."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import connection

from consultations.models import (
    ConsultationType,
    Nutritionist,
    SlotClaim,
)
from consultations.slots import Diary, Interval, Terms, WeeklyHours, is_open, open_slots, to_utc

MARGIN = timedelta(hours=26)  # a local day, clock changes included: the days read are whole in every zone
FORTNIGHT = timedelta(days=14)


def week_of(at: datetime) -> Interval:
    """Return the week, Monday to Sunday in London, that holds an instant."""
    zone = settings.DISPLAY_TIME_ZONE
    day = at.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    return Interval(to_utc(monday, time(), zone), to_utc(monday + timedelta(days=7), time(), zone))


@dataclass(frozen=True)
class Diaries:
    """The diaries of some nutritionists over a stretch of time, and how busy each is in it.

    expired: claims in it whose time has passed but which nobody has released yet.
    """

    within: Interval
    by_nutritionist: dict[Nutritionist, Diary]
    claims: dict[Nutritionist, int]
    expired: list[int]

    def open_for(self, terms: Terms, starts_at: datetime, now: datetime) -> list[Nutritionist]:
        """Return those who have this start open, the one with the fewest claims first."""
        free = [
            nutritionist
            for nutritionist, diary in self.by_nutritionist.items()
            if is_open(diary, terms, starts_at, now)
        ]
        return sorted(free, key=lambda nutritionist: (self.claims[nutritionist], nutritionist.pk))

    def open_times(self, consultation_type: ConsultationType, now: datetime) -> list[datetime]:
        """Return the starts that at least one of them has open, ascending, each once."""
        return sorted(
            {start for starts in self.open_by_nutritionist(consultation_type.terms, now).values() for start in starts}
        )

    def open_by_nutritionist(self, terms: Terms, now: datetime) -> dict[Nutritionist, list[datetime]]:
        """Return the starts that each of them has open, ascending."""
        return {one: open_slots(diary, terms, self.within, now) for one, diary in self.by_nutritionist.items()}


def nutritionists_of(consultation_type: ConsultationType):
    """Return a QuerySet of those who may be booked for a type, in a fixed order."""
    return consultation_type.nutritionists.filter(is_active=True).order_by("pk")


def eligible_for(consultation_type: ConsultationType, slug: str | None):
    """Return a QuerySet of those a client may be given: the one asked for, or anyone."""
    nutritionists = nutritionists_of(consultation_type)
    return nutritionists if slug is None else nutritionists.filter(slug=slug)


# In SQL, because every page of the booking path asks this: through the ORM, building the queries took six times as
# long as answering them (8 ms against 1.3 for two nutritionists and four weeks).
_HOURS = """
SELECT nutritionist_id, weekday, starts_at, ends_at, valid_from, valid_to
FROM consultations_availabilityrule WHERE nutritionist_id = ANY(%(who)s)
"""
_DATED = """
SELECT 'extra', nutritionist_id, starts_at, ends_at, NULL::bigint, NULL::timestamptz
FROM consultations_extrahours
WHERE nutritionist_id = ANY(%(who)s) AND starts_at < %(until)s AND ends_at > %(since)s
UNION ALL
SELECT 'closed', nutritionist_id, starts_at, ends_at, NULL, NULL
FROM consultations_timeoff
WHERE applies AND (nutritionist_id IS NULL OR nutritionist_id = ANY(%(who)s))
AND starts_at < %(until)s AND ends_at > %(since)s
UNION ALL
SELECT 'claimed', nutritionist_id, starts_at, blocked_until, id, expires_at
FROM consultations_slotclaim
WHERE released_at IS NULL AND nutritionist_id = ANY(%(who)s) AND starts_at < %(until)s AND blocked_until > %(since)s
"""


def read_diaries(
    nutritionists: Iterable[Nutritionist], within: Interval, *, now: datetime, own: SlotClaim | None = None
) -> Diaries:
    """Return the diaries of nutritionists over an interval. Two queries, however many nutritionists.

    own: a claim to look through, so that whoever holds a time sees it as open.
    """
    people = list(nutritionists)
    since, until = min(max(within.start, now), within.end) - MARGIN, within.end + MARGIN
    parameters = {"who": [one.pk for one in people], "since": since, "until": until}
    hours, dated = defaultdict(list), {kind: defaultdict(list) for kind in ("extra", "closed", "claimed")}
    claims, expired = Counter(), []
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, parameters)
        for nutritionist_id, *rule in cursor:
            hours[nutritionist_id].append(WeeklyHours(*rule))
        cursor.execute(_DATED, parameters)
        for what, nutritionist_id, start, end, claim_id, expires_at in cursor:
            if own is not None and claim_id == own.pk:
                continue
            if expires_at is not None and expires_at <= now:
                expired.append(claim_id)
                continue
            dated[what][nutritionist_id].append(Interval(start, end))
            if what == "claimed" and max(within.start, now) <= start < within.end:
                claims[nutritionist_id] += 1
    diaries = {
        one: Diary(
            zone=one.zone,
            hours=hours[one.pk],
            extra=dated["extra"][one.pk],
            closed=dated["closed"][one.pk] + dated["closed"][None],
            claimed=dated["claimed"][one.pk],
            most_per_day=one.most_per_day,
        )
        for one in people
    }
    return Diaries(within, diaries, {one: claims[one.pk] for one in people}, expired)


def open_times(
    consultation_type: ConsultationType,
    nutritionists: Iterable[Nutritionist],
    within: Interval,
    *,
    now: datetime,
    own: SlotClaim | None = None,
) -> list[datetime]:
    """Return the starts that at least one of the nutritionists has open, ascending, each once. Two queries."""
    return read_diaries(nutritionists, within, now=now, own=own).open_times(consultation_type, now)


def soonest_times(
    consultation_type: ConsultationType, nutritionists: Iterable[Nutritionist], count: int, *, now: datetime
) -> list[datetime]:
    """Return the first `count` open starts. Reads a fortnight, then twice as much, until it has enough."""
    found, start, last, stretch = [], now, now + consultation_type.booking_horizon, FORTNIGHT
    while len(found) < count and start < last:
        end = min(start + stretch, last)
        found += open_times(consultation_type, nutritionists, Interval(start, end), now=now)
        start, stretch = end, stretch * 2
    return found[:count]


def nearest_times(
    consultation_type: ConsultationType,
    nutritionists: Iterable[Nutritionist],
    starts_at: datetime,
    count: int,
    *,
    now: datetime,
    known: Diaries | None = None,
) -> list[datetime]:
    """Return the `count` open starts nearest to one that cannot be had, in the order of the clock.

    Looks at what is known already, then a week around it, and only when that holds too few at everything that can be
    booked. known: diaries that somebody has just read around the start.
    """
    times = known.open_times(consultation_type, now) if known is not None else []
    for reach in (timedelta(days=7), consultation_type.booking_horizon):
        if len(times) >= count:
            break
        around = Interval(max(starts_at - reach, now), max(starts_at, now) + reach)
        times = open_times(consultation_type, nutritionists, around, now=now)
    return sorted(sorted(times, key=lambda start: abs(start - starts_at))[:count])


def can_be_booked(
    consultation_type: ConsultationType,
    nutritionists: Iterable[Nutritionist],
    starts_at: datetime,
    *,
    now: datetime,
    own: SlotClaim | None = None,
) -> bool:
    """Return whether one of the nutritionists has this very start open."""
    within = Interval(starts_at, starts_at + timedelta.resolution)
    return starts_at in open_times(consultation_type, nutritionists, within, now=now, own=own)
