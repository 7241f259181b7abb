"""How long four weeks of twenty nutritionists take to list, and whether history matters: `make bench`."""

import itertools
import statistics
import time
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations.models import AvailabilityRule, ClaimKind, ConsultationType, Nutritionist, SlotClaim

NUTRITIONISTS, PAST, FUTURE, ROUNDS = 20, 100_000, 2_000, 40
HALF_HOUR = timedelta(minutes=30)


def run():
    consultation_type, nutritionists = _people()
    path = f"/consultations/{consultation_type.slug}/times/"
    client = Client()
    _fill(nutritionists, FUTURE, direction=1, a_day=3)
    short = _measure(client, path)
    _fill(nutritionists, PAST, direction=-1, a_day=16)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    long = _measure(client, path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    print(f"  listing, {NUTRITIONISTS} nutritionists, {FUTURE:,} future and {PAST:,} past bookings")
    print(f"    queries               {len(queries)}")
    print(f"    median, p95           {_median(long):.1f} ms, {_p95(long):.1f} ms")
    print(f"    with / without past   {_median(long) / _median(short):.2f} x")


def _people():
    consultation_type = ConsultationType.objects.create(
        name="Bench", slug="bench", description="Bench.", buffer=timedelta(0), step=HALF_HOUR
    )
    nutritionists = Nutritionist.objects.bulk_create(
        Nutritionist(name=f"Nia {n}", slug=f"listing-{n}", credentials="Registered Nutritionist")
        for n in range(NUTRITIONISTS)
    )
    consultation_type.nutritionists.set(nutritionists)
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(nutritionist=one, weekday=weekday, starts_at=wall_time(9), ends_at=wall_time(17))
        for one in nutritionists
        for weekday in range(5)
    )
    return consultation_type, nutritionists


def _fill(nutritionists, count, *, direction, a_day):
    """Claim `count` half hours of working days, so many a day and person, forwards or backwards from today."""
    nine = datetime.combine(timezone.now().date(), wall_time(9), UTC)
    days = (nine + direction * timedelta(days=n) for n in itertools.count(1))
    rows, working = [], [day for day in itertools.islice(days, count) if day.weekday() < 5]
    for one in nutritionists:
        for n in range(count // len(nutritionists)):
            starts_at = working[n // a_day] + n % a_day * HALF_HOUR
            rows.append(
                SlotClaim(
                    nutritionist=one,
                    kind=ClaimKind.BOOKING,
                    starts_at=starts_at,
                    blocked_until=starts_at + HALF_HOUR,
                    created_at=nine,
                )
            )
    SlotClaim.objects.bulk_create(rows, batch_size=5_000)


def _measure(client, path):
    client.get(path)
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        assert client.get(path).status_code == 200
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _median(values):
    return statistics.median(values)


def _p95(values):
    return statistics.quantiles(values, n=20)[18]
