"""The team's pages with a hundred thousand bookings and as many lines in the log: `make bench`, after finding.py."""

import statistics
import time
from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.finding import BATCH, BOOKINGS, HALF_HOUR, LIST, make_bookings
from consultations.models import Booking, BookingStatus

UPCOMING, ROUNDS = 2_000, 40


def run():
    """Measure on the bookings that finding.py made; each page as (median, p95, queries)."""
    user = get_user_model().objects.create_superuser("bench-team")
    _fill(user)
    client = Client()
    client.force_login(user)
    booking = Booking.objects.latest("starts_at")
    pages = {
        "start page": "/admin/",
        "diary, a week of all": f"{LIST}diary/",
        "bookings": LIST,
        "a booking": f"{LIST}{booking.pk}/change/",
        "reports, 12 weeks": f"{LIST}reports/",
        "log": "/admin/admin/logentry/",
    }
    print(f"  the team's pages, {BOOKINGS:,} bookings of the past and {UPCOMING:,} to come")
    for name, path in pages.items():
        taken = [_taken(client, path) for _ in range(ROUNDS)]
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        p95 = statistics.quantiles(taken, n=20)[18]
        print(f"    {name:<21} median {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms, {len(queries)} queries")


def _fill(user):
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    to_come = [now + HALF_HOUR * (n + 2) for n in range(UPCOMING)]
    make_bookings(to_come, BookingStatus.CONFIRMED, made=lambda starts_at: now - (starts_at - now))
    # What nobody has recorded yet.
    Booking.objects.filter(ends_at__lte=now, ends_at__gt=now - timedelta(days=1)).update(status=BookingStatus.CONFIRMED)
    kind = ContentType.objects.get_for_model(Booking)
    ids = list(Booking.objects.values_list("pk", flat=True)[:BOOKINGS])
    for first in range(0, BOOKINGS, BATCH):
        LogEntry.objects.bulk_create(
            LogEntry(user=user, content_type=kind, object_id=pk, object_repr=pk, action_flag=CHANGE)
            for pk in ids[first : first + BATCH]
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _taken(client, path):
    started = time.perf_counter()
    assert client.get(path).status_code == 200, path
    return (time.perf_counter() - started) * 1000
