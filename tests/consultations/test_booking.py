import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from consultations.exceptions import SlotUnavailable
from consultations.models import Booking, BookingEvent, ClaimKind, OutgoingEmail, SlotClaim
from consultations.services.booking import book_slot
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist

pytestmark = pytest.mark.django_db


def test_book_slot_writes_claim_booking_event_and_owed_mail_together():
    consultation_type = make_consultation_type(buffer=timedelta(minutes=15))
    booking = make_booking(consultation_type)
    assert (booking.starts_at, booking.ends_at) == (TUESDAY_TEN, TUESDAY_TEN + timedelta(minutes=30))
    assert booking.claim.blocked_until == TUESDAY_TEN + timedelta(minutes=45)
    assert [event.kind for event in booking.events.all()] == ["booked"]
    assert [(email.kind, email.to, email.state) for email in booking.emails.all()] == [
        ("booked", "amara@example.com", "owed")
    ]


def test_book_slot_taken_before_is_refused_and_writes_nothing():
    consultation_type = make_consultation_type()
    make_booking(consultation_type)
    with pytest.raises(SlotUnavailable):
        make_booking(consultation_type)
    assert (Booking.objects.count(), SlotClaim.objects.count(), OutgoingEmail.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    "starts_at",
    [
        TUESDAY_TEN + timedelta(minutes=1),  # not a step
        TUESDAY_TEN + timedelta(hours=12),  # outside working hours
        NOW - timedelta(days=7),  # past
        NOW + timedelta(days=700),  # beyond the horizon
    ],
)
def test_book_slot_that_was_never_offered_is_refused(starts_at):
    consultation_type = make_consultation_type()
    with pytest.raises(SlotUnavailable):
        make_booking(consultation_type, starts_at=starts_at)


def test_book_slot_touching_an_earlier_booking_is_accepted():
    consultation_type = make_consultation_type()
    make_booking(consultation_type)
    assert make_booking(consultation_type, starts_at=TUESDAY_TEN + timedelta(minutes=30)).pk


def test_book_slot_goes_to_whoever_is_free():
    first, second = make_nutritionist(), make_nutritionist()
    consultation_type = make_consultation_type(first, second)
    bookings = [make_booking(consultation_type), make_booking(consultation_type)]
    assert [booking.nutritionist for booking in bookings] == [first, second]


def test_book_slot_over_an_expired_hold_releases_it():
    nutritionist = make_nutritionist()
    hold = SlotClaim.objects.create(
        nutritionist=nutritionist,
        kind=ClaimKind.HOLD,
        starts_at=TUESDAY_TEN,
        blocked_until=TUESDAY_TEN + timedelta(minutes=30),
        expires_at=NOW,
    )
    booking = make_booking(make_consultation_type(nutritionist))
    hold.refresh_from_db()
    assert (booking.starts_at, hold.released_at) == (TUESDAY_TEN, NOW)


def test_book_slot_with_the_same_key_returns_the_first_booking():
    consultation_type, key = make_consultation_type(), uuid4()
    first = make_booking(consultation_type, key=key)
    assert make_booking(consultation_type, key=key) == first
    assert (Booking.objects.count(), BookingEvent.objects.count(), OutgoingEmail.objects.count()) == (1, 1, 1)


def race(count, consultation_type, new_key):
    """Book one time from `count` threads at once; return the outcomes: bookings and exceptions."""
    barrier, outcomes = threading.Barrier(count), []

    def compete():
        barrier.wait()
        try:
            outcomes.append(
                book_slot(
                    consultation_type=consultation_type,
                    starts_at=TUESDAY_TEN,
                    client_name="Amara Whitfield",
                    client_email="amara@example.com",
                    key=new_key(),
                    now=NOW,
                )
            )
        except Exception as error:  # whatever it was, the assertion below names it
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=compete) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_book_slot_raced_by_twelve_clients_is_booked_once_and_refused_cleanly():
    outcomes = race(12, make_consultation_type(), uuid4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Booking"] + ["SlotUnavailable"] * 11
    assert Booking.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_book_slot_sent_eight_times_with_one_key_is_one_booking_for_all():
    key = uuid4()
    outcomes = race(8, make_consultation_type(), lambda: key)
    assert outcomes == [Booking.objects.get()] * 8
    assert OutgoingEmail.objects.count() == 1
