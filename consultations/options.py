"""What the time picker shows: a calendar of four weeks, and the times of one day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from consultations import wording
from consultations.models import ConsultationType
from consultations.slots import Interval, to_utc

WEEKS_SHOWN = 4
_PARTS = [("Morning", "sunrise", time(12)), ("Afternoon", "sun", time(17)), ("Evening", "moon", time.max)]
_signer = signing.Signer(salt="consultations.slot")
_FORMAT = "%Y%m%dT%H%MZ"


class BadSlot(Exception):
    """A slot value that this site did not make."""


def sign_slot(consultation_type: ConsultationType, starts_at: datetime) -> str:
    """Return the value that stands for a time in addresses: type and UTC start, signed."""
    return _signer.sign(f"{consultation_type.slug}.{starts_at.astimezone(UTC):{_FORMAT}}")


def read_slot(value: str) -> tuple[str, datetime]:
    """Return (type slug, aware UTC start) from a signed value. Raises BadSlot."""
    try:
        slug, _, start = _signer.unsign(value).rpartition(".")
        return slug, datetime.strptime(start, _FORMAT).replace(tzinfo=UTC)
    except (signing.BadSignature, ValueError) as error:
        raise BadSlot from error


@dataclass(frozen=True)
class SlotOption:
    """One time a visitor can choose. `url` leads to the form for it; the labels are London time."""

    url: str
    starts_at: datetime

    @property
    def local_start(self) -> datetime:
        return wording.local(self.starts_at)

    @property
    def label(self) -> str:
        return wording.time_label(self.starts_at)

    @property
    def full_label(self) -> str:
        return wording.full_label(self.starts_at)

    @property
    def day_label(self) -> str:
        return wording.day_label(self.starts_at)

    @property
    def zone_label(self) -> str:
        return wording.zone_label(self.starts_at)

    @property
    def short_day(self) -> str:
        return wording.short_day_label(self.starts_at)


def slot_option(consultation_type: ConsultationType, starts_at: datetime) -> SlotOption:
    url = reverse("consultations:book", args=[sign_slot(consultation_type, starts_at)])
    return SlotOption(url=url, starts_at=starts_at)


@dataclass(frozen=True)
class Day:
    """One day of the calendar, with how many times it has free."""

    date: date
    count: int
    url: str
    is_chosen: bool

    @property
    def fullness(self) -> int:
        """Return 0 to 3: none, a few (1 to 3), some (4 to 7), plenty (8 or more)."""
        return 0 if self.count == 0 else 1 if self.count < 4 else 2 if self.count < 8 else 3

    @property
    def is_month_start(self) -> bool:
        return self.date.day == 1


@dataclass(frozen=True)
class Calendar:
    """Four weeks from a Monday, and the chosen day's times by part of day."""

    weeks: list[list[Day]]
    chosen: Day
    next_day: Day | None
    parts: list[tuple[str, str, list[SlotOption]]]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def noon_of(day: date) -> datetime:
    """Return the instant of noon, as clients are shown it: what names the zone of a whole day."""
    return to_utc(day, time(12), settings.DISPLAY_TIME_ZONE)


def shown_interval(first: date) -> Interval:
    """Return the four weeks from a Monday as an Interval in UTC."""
    last = first + timedelta(weeks=WEEKS_SHOWN)
    zone = settings.DISPLAY_TIME_ZONE
    return Interval(to_utc(first, time(), zone), to_utc(last, time(), zone))


def calendar(
    consultation_type: ConsultationType, slots: Iterable[Interval], first: date, wanted: date | None
) -> Calendar:
    """Lay out open slots. Without a wanted day in the weeks shown, the first day that has times is chosen."""
    by_day: dict[date, list[Interval]] = {}
    for slot in slots:
        by_day.setdefault(wording.local(slot.start).date(), []).append(slot)
    dates = [first + timedelta(days=n) for n in range(7 * WEEKS_SHOWN)]
    chosen_date = wanted if wanted in dates else min(by_day, default=first)
    times_url = reverse("consultations:times", args=[consultation_type.slug])
    days = [
        Day(
            date=day,
            count=len(by_day.get(day, [])),
            url=f"{times_url}?start={first}&day={day}",
            is_chosen=day == chosen_date,
        )
        for day in dates
    ]
    return Calendar(
        weeks=[days[n : n + 7] for n in range(0, len(days), 7)],
        chosen=next(day for day in days if day.is_chosen),
        next_day=next((day for day in days if day.date > chosen_date and day.count), None),
        parts=_parts_of_day(consultation_type, by_day.get(chosen_date, [])),
    )


def _parts_of_day(consultation_type, slots) -> list[tuple[str, str, list[SlotOption]]]:
    options = [slot_option(consultation_type, slot.start) for slot in slots]
    parts, starts = [], time()
    for name, icon, ends in _PARTS:
        inside = [option for option in options if starts <= option.local_start.time() < ends]
        if inside:
            parts.append((name, icon, inside))
        starts = ends
    return parts
