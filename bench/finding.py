"""Finding a client among a hundred thousand bookings in the admin, by part of what is known: `make bench`."""

import random
import statistics
import time
from datetime import timedelta
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from consultations.models import Booking, BookingStatus, ClaimKind, ConsultationType, Nutritionist, SlotClaim

BOOKINGS, BATCH, ROUNDS = 100_000, 5_000, 40
LIST = "/admin/consultations/booking/"
SYLLABLES = [
    "ba",
    "ci",
    "lo",
    "mu",
    "ra",
    "ti",
    "en",
    "so",
    "ve",
    "di",
    "gu",
    "po",
    "ne",
    "fa",
    "lí",
    "ko",
    "sha",
    "tre",
]
DOMAINS = ["gmail.com", "outlook.com", "hotmail.co.uk", "btinternet.com", "icloud.com"]
HALF_HOUR = timedelta(minutes=30)
_random = random.Random(7)  # noqa: S311 -- the same clients and queries each time


def run():
    _fill()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client()
    client.get(LIST)  # loads the middleware, which notes when somebody signs in
    client.force_login(get_user_model().objects.create_superuser("bench-finding"))
    some = _random.sample(list(Booking.objects.all()), ROUNDS)
    all_pages = []
    print(f"  finding a client, {BOOKINGS:,} bookings")
    for kind, typed in _kinds().items():
        pages = [_page(client, typed(booking)) for booking in some]
        all_pages += pages
        print(f"    {kind:<21} median {statistics.median(pages):.0f} ms, p95 {_p95(pages):.0f} ms")
    print(f"    all                   median {statistics.median(all_pages):.0f} ms, p95 {_p95(all_pages):.0f} ms")
    whole = [_page(client, "") for _ in range(ROUNDS)]
    print(f"    the whole list        median {statistics.median(whole):.0f} ms, p95 {_p95(whole):.0f} ms")


def _kinds():
    """Return what people type of a booking they look for, by what it is."""
    return {
        "name": lambda booking: booking.client_name,
        "part of a name": lambda booking: booking.client_name.split()[1][1:5],
        "email": lambda booking: booking.client_email,
        "part of an email": lambda booking: booking.client_email[:6],
        "phone from 0": lambda booking: f"0{booking.phone[3:7]} {booking.phone[7:]}",
        "end of a phone": lambda booking: booking.phone[-4:],
        "reference": lambda booking: f"{booking.reference[:4]}-{booking.reference[4:]}".lower(),
        "two letters": lambda booking: booking.client_name[:2],
        "what all have": lambda booking: booking.client_email[-4:],
        "what none has": lambda booking: f"x{booking.client_name[:4]}zq",
    }


def _fill():
    """Book half hours of the past, one after the other, each for another client."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    people = {"name": "Finding", "slug": "finding"}
    ConsultationType.objects.create(**people, description="Bench.", buffer=timedelta(0))
    Nutritionist.objects.create(**people, credentials="Registered Nutritionist")
    make_bookings([now - HALF_HOUR * (n + 2) for n in range(BOOKINGS)], BookingStatus.COMPLETED)


def make_bookings(starts, status, *, made=lambda starts_at: starts_at):
    """Book each of these half hours for another client. made(start): when that was."""
    who = {
        "nutritionist": Nutritionist.objects.get(slug="finding"),
        "consultation_type": ConsultationType.objects.get(slug="finding"),
    }
    for first in range(0, len(starts), BATCH):
        claims = SlotClaim.objects.bulk_create(
            SlotClaim(
                **who,
                kind=ClaimKind.BOOKING,
                starts_at=at,
                blocked_until=at + HALF_HOUR,
                created_at=made(at),
            )
            for at in starts[first : first + BATCH]
        )
        Booking.objects.bulk_create(_booking(claim, who, status) for claim in claims)


def _booking(claim, who, status):
    first, last = (_word().title() for _ in range(2))
    email = f"{first}.{last}{_random.randint(1, 99)}@{_random.choice(DOMAINS)}".lower().replace("í", "i")
    return Booking(
        **who,
        claim=claim,
        idempotency_key=uuid4(),
        starts_at=claim.starts_at,
        ends_at=claim.blocked_until,
        created_at=claim.created_at,
        status=status,
        client_name=f"{first} {last}",
        client_email=email,
        email_normalised=email,
        phone=f"+447{_random.randint(0, 999_999_999):09}",
    )


def _word():
    return "".join(_random.choices(SYLLABLES, k=_random.randint(2, 4)))


def _page(client, typed):
    started = time.perf_counter()
    page = client.get(LIST, {"q": typed} if typed else {})
    taken = time.perf_counter() - started
    assert page.status_code == 200, typed
    return taken * 1000


def _p95(values):
    return statistics.quantiles(values, n=20)[18]
