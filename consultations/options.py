"""What the time picker shows: a calendar of four weeks, and the times of one day, in one visitor's zone."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core import signing
from django.urls import reverse

from consultations import wording
from consultations.models import ConsultationType
from consultations.slots import Interval, to_utc

WEEKS_SHOWN = 4
SPAN = timedelta(weeks=WEEKS_SHOWN)
_PARTS = [("Morning", "sunrise", time(12)), ("Afternoon", "sun", time(17)), ("Evening", "moon", time.max)]
_signer = signing.Signer(salt="consultations.slot")
_FORMAT = "%Y%m%dT%H%MZ"


class BadSlot(Exception):
    """A slot value that this site did not make."""


def sign_slot(consultation_type: ConsultationType, starts_at: datetime, nutritionist: str | None = None) -> str:
    """Return the value that stands for a time in forms: type, UTC start and, unless anyone will do, nutritionist."""
    return _signer.sign(f"{consultation_type.slug}.{starts_at.astimezone(UTC):{_FORMAT}}.{nutritionist or ''}")


def read_slot(value: str) -> tuple[str, datetime, str | None]:
    """Return (type slug, aware UTC start, nutritionist slug or None) from a signed value. Raises BadSlot."""
    try:
        slug, start, nutritionist = _signer.unsign(value).split(".")
        return slug, datetime.strptime(start, _FORMAT).replace(tzinfo=UTC), nutritionist or None
    except (signing.BadSignature, ValueError) as error:
        raise BadSlot from error


@dataclass(frozen=True)
class Choice:
    """What a visitor has chosen so far: which type, with whom (a slug, or anyone), in which zone, from where.

    path: where the picker is, when it is not the public one.
    """

    consultation_type: ConsultationType
    nutritionist: str | None = None
    zone: ZoneInfo = wording.LONDON
    article: str = ""
    path: str = ""

    def times_url(self, *, start: date | None = None, day: date | None = None, **changes) -> str:
        """Return the address of the picker for this choice, or for one that differs in a parameter (`with`, `tz`)."""
        parameters = {
            "start": start or "",
            "day": day or "",
            "with": self.nutritionist or "",
            "tz": "" if self.zone == wording.LONDON else self.zone.key,
            "from": self.article,
        } | changes
        query = urlencode({name: value for name, value in parameters.items() if value})
        return f"{self._times_path}?{query}" if query else self._times_path

    @cached_property
    def _times_path(self) -> str:
        return self.path or reverse("consultations:times", args=[self.consultation_type.slug])

    def day_of(self, at: datetime) -> date:
        return wording.local(at, self.zone).date()

    def option(self, starts_at: datetime, *, is_own: bool = False) -> "SlotOption":
        value = sign_slot(self.consultation_type, starts_at, self.nutritionist)
        return SlotOption(starts_at=starts_at, value=value, choice=self, is_own=is_own)


@dataclass(frozen=True)
class SlotOption:
    """One time a visitor can choose. `value` is what a form sends for it; `is_own` means they hold it already."""

    starts_at: datetime
    value: str
    choice: Choice
    is_own: bool = False

    @property
    def url(self) -> str:
        """Return the address of the picker with this time's day open."""
        day = self.choice.day_of(self.starts_at)
        return self.choice.times_url(start=monday_of(day), day=day)

    @property
    def label(self) -> str:
        return wording.time_label(self.starts_at, self.choice.zone)

    @property
    def day_label(self) -> str:
        return wording.day_label(self.starts_at, self.choice.zone)

    @property
    def zone_label(self) -> str:
        return wording.zone_label(self.starts_at, self.choice.zone)

    @property
    def full_label(self) -> str:
        return wording.full_label(self.starts_at, self.choice.zone)

    @property
    def short_day(self) -> str:
        return wording.short_day_label(self.starts_at, self.choice.zone)

    @property
    def ends_label(self) -> str:
        return wording.time_label(self.starts_at + self.choice.consultation_type.duration, self.choice.zone)

    @property
    def in_london(self) -> str:
        """Return the whole label in London time, or "" when that is what the other labels say already."""
        is_london = not wording.elsewhere_label(self.starts_at, self.choice.zone)
        return "" if is_london else wording.full_label(self.starts_at)


@dataclass(frozen=True)
class Day:
    """One day of the calendar, with how many times it has free."""

    date: date
    count: int
    url: str
    is_chosen: bool

    @property
    def rods(self) -> range:
        """Return as many as are drawn: 1 for a few times (1 to 3), 2 for some (4 to 7), 3 for plenty (8 or more)."""
        return range(0 if self.count == 0 else 1 if self.count < 4 else 2 if self.count < 8 else 3)

    @property
    def is_link(self) -> bool:
        return self.count > 0 or self.is_chosen

    @property
    def number(self) -> str:
        """Return what is seen: "23", and "1 Dec" where a month begins."""
        return f"{self.date.day} {self.date:%b}" if self.date.day == 1 else f"{self.date.day}"

    @property
    def label(self) -> str:
        """Return what is said: "Monday 23 November, 5 times free"."""
        free = {0: "no times", 1: "1 time free"}.get(self.count, f"{self.count} times free")
        return f"{self.date:%A} {self.date.day} {self.date:%B}, {free}"


@dataclass(frozen=True)
class Calendar:
    """Four weeks from a Monday, and the chosen day's times by part of day: (name, icon, options)."""

    weeks: list[list[Day]]
    chosen: Day
    next_day: Day | None
    parts: list[tuple[str, str, list[SlotOption]]]
    zone_label: str


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def shown_interval(first: date, zone: ZoneInfo) -> Interval:
    """Return the four weeks from a Monday as an Interval in UTC."""
    return Interval(to_utc(first, time(), zone), to_utc(first + SPAN, time(), zone))


def calendar(
    choice: Choice, starts: Iterable[datetime], first: date, wanted: date | None, own: datetime | None = None
) -> Calendar:
    """Lay out open starts. Without a wanted day in the weeks shown, the first day that has times is chosen.

    own: a start that the visitor holds, marked among the options.
    """
    dates = [first + timedelta(days=n) for n in range(7 * WEEKS_SHOWN)]
    by_day = _by_day(starts, dates, choice.zone)
    chosen_date = wanted if wanted in dates else min(by_day, default=first)
    these_weeks = choice.times_url(start=first)
    days = [Day(day, len(by_day.get(day, [])), f"{these_weeks}&day={day}", day == chosen_date) for day in dates]
    options = [choice.option(start, is_own=start == own) for start in by_day.get(chosen_date, [])]
    return Calendar(
        weeks=[days[n : n + 7] for n in range(0, len(days), 7)],
        chosen=next(day for day in days if day.is_chosen),
        next_day=next((day for day in days if day.date > chosen_date and day.count), None),
        parts=_parts_of_day(options),
        # Noon names the zone of the whole day: on the day of a clock change the morning's times say their own.
        zone_label=wording.zone_label(to_utc(chosen_date, time(12), choice.zone), choice.zone),
    )


def _by_day(starts: Iterable[datetime], dates: list[date], zone: ZoneInfo) -> dict[date, list[datetime]]:
    """Group starts by the day of a zone; by its midnights, which are far fewer than the starts to convert."""
    midnights = [to_utc(day, time(), zone) for day in dates]
    by_day: dict[date, list[datetime]] = defaultdict(list)
    for start in starts:
        by_day[dates[bisect_right(midnights, start) - 1]].append(start)
    return by_day


def _parts_of_day(options: list[SlotOption]) -> list[tuple[str, str, list[SlotOption]]]:
    parts, starts = [], time()
    for name, icon, ends in _PARTS:
        inside = [
            option for option in options if starts <= wording.local(option.starts_at, option.choice.zone).time() < ends
        ]
        if inside:
            parts.append((name, icon, inside))
        starts = ends
    return parts
