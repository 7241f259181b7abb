"""Bring the UK's bank holidays into everybody's time off."""

from collections.abc import Iterable
from datetime import date, time

import holidays
from django.conf import settings

from consultations.models import TimeOff
from consultations.slots import DAY, to_utc


def import_bank_holidays(years: Iterable[int], *, is_dry_run: bool = False) -> list[tuple[date, str]]:
    """Write the bank holidays that are missing, as whole London days, and return them: (day, name), ascending.

    The nation is BANK_HOLIDAYS_NATION. What the team has changed since an earlier import is left as it is.
    """
    days = holidays.country_holidays("GB", subdiv=settings.BANK_HOLIDAYS_NATION, years=list(years), language="en_GB")
    known = set(TimeOff.objects.filter(bank_holiday_on__in=list(days)).values_list("bank_holiday_on", flat=True))
    missing = [(day, name) for day, name in sorted(days.items()) if day not in known]
    if not is_dry_run:
        rows = [_time_off(day, name) for day, name in missing]
        TimeOff.objects.bulk_create(rows, ignore_conflicts=True)  # two imports at once: either may have been first
    return missing


def _time_off(day: date, name: str) -> TimeOff:
    zone = settings.DISPLAY_TIME_ZONE
    starts_at, ends_at = to_utc(day, time(), zone), to_utc(day + DAY, time(), zone)
    return TimeOff(bank_holiday_on=day, reason=name[:100], starts_at=starts_at, ends_at=ends_at)
