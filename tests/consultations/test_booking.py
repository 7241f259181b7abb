import threading
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from consultations.exceptions import AlreadyBooked, Busy, SlotUnavailable, TooLate
from consultations.models import (
    Booking,
    BookingEvent,
    BookingStatus,
    EmailState,
    OutgoingEmail,
    SlotClaim,
)
from consultations.services.changes import correct_address
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_hold, make_nutritionist

pytestmark = pytest.mark.django_db

HALF_HOUR = timedelta(minutes=30)


def counts():
    return Booking.objects.count(), SlotClaim.objects.live().count(), OutgoingEmail.objects.count()


def test_book_slot_writes_claim_booking_event_consents_and_owed_mail_together():
    consultation_type = make_consultation_type(buffer=timedelta(minutes=15))
    booking = make_booking(consultation_type, email="Amara+diary@Example.com", wants_news=True)
    assert (booking.starts_at, booking.ends_at) == (TUESDAY_TEN, TUESDAY_TEN + HALF_HOUR)
    assert booking.claim.blocked_until == TUESDAY_TEN + timedelta(minutes=45)
    assert (booking.client_email, booking.email_normalised) == ("Amara+diary@Example.com", "amara@example.com")
    assert [event.kind for event in booking.events.all()] == ["booked"]
    assert [consent.purpose for consent in booking.consents.all()] == ["service", "marketing"]
    assert [(email.kind, email.to, email.state) for email in booking.emails.all()] == [
        ("booked", "Amara+diary@Example.com", "owed")
    ]


def test_book_slot_stores_no_consent_to_news_that_was_not_given():
    assert [consent.purpose for consent in make_booking().consents.all()] == ["service"]


def test_book_slot_taken_before_is_refused_and_writes_nothing():
    consultation_type = make_consultation_type()
    make_booking(consultation_type)
    with pytest.raises(SlotUnavailable):
        make_booking(consultation_type)
    assert counts() == (1, 1, 1)


@pytest.mark.parametrize(
    "starts_at",
    [
        TUESDAY_TEN + timedelta(minutes=1),  # not a step
        TUESDAY_TEN + timedelta(hours=12),  # outside working hours
        NOW - timedelta(days=7),  # past
        NOW + timedelta(days=700),  # beyond the horizon
    ],
)
@pytest.mark.parametrize("take", [make_booking, make_hold])
def test_time_that_was_never_offered_is_neither_held_nor_booked(take, starts_at):
    with pytest.raises(SlotUnavailable):
        take(make_consultation_type(), starts_at=starts_at)


def test_book_slot_touching_an_earlier_booking_is_accepted():
    consultation_type = make_consultation_type()
    make_booking(consultation_type)
    assert make_booking(consultation_type, starts_at=TUESDAY_TEN + HALF_HOUR).pk


def test_book_slot_with_anyone_goes_to_whoever_has_the_fewest_consultations_that_week():
    busy, free = make_nutritionist(), make_nutritionist()
    consultation_type = make_consultation_type(busy, free)
    make_booking(consultation_type, nutritionist=busy.slug, starts_at=TUESDAY_TEN + timedelta(days=1))
    assert make_booking(consultation_type).nutritionist == free


def test_book_slot_with_somebody_goes_to_them_or_to_nobody():
    first, second = make_nutritionist(), make_nutritionist()
    consultation_type = make_consultation_type(first, second)
    assert make_booking(consultation_type, nutritionist=second.slug).nutritionist == second
    with pytest.raises(SlotUnavailable):
        make_booking(consultation_type, nutritionist=second.slug)


def test_book_slot_with_the_same_key_returns_the_first_booking_whatever_else_is_asked():
    consultation_type, key = make_consultation_type(), uuid4()
    first = make_booking(consultation_type, key=key)
    assert make_booking(consultation_type, key=key, starts_at=TUESDAY_TEN + HALF_HOUR, email="b@example.com") == first
    assert (counts(), BookingEvent.objects.count()) == ((1, 1, 1), 1)


def test_booking_transaction_takes_nine_queries(django_assert_num_queries):
    consultation_type = make_consultation_type(make_nutritionist(), make_nutritionist())
    hold = make_hold(consultation_type)
    make_hold(consultation_type, starts_at=TUESDAY_TEN + HALF_HOUR)
    with django_assert_num_queries(11):  # nine, and a savepoint in and out that only a test has
        make_booking(consultation_type, own=hold)


# One client, one booking


@pytest.mark.parametrize("again", ["amara@example.com", "AMARA@example.com", "amara+two@example.com"])
def test_client_with_a_booking_gets_no_second_one_and_is_told_by_mail_once_a_day(again):
    consultation_type = make_consultation_type()
    first = make_booking(consultation_type, email="amara@example.com")
    for _ in range(2):
        with pytest.raises(AlreadyBooked):
            make_booking(consultation_type, email=again, starts_at=TUESDAY_TEN + HALF_HOUR)
    assert [(email.kind, email.to) for email in first.emails.order_by("pk")] == [
        ("booked", "amara@example.com"),
        ("already_booked", "amara@example.com"),
    ]
    assert Booking.objects.count() == 1


def test_client_whose_consultation_is_over_may_book_again():
    consultation_type = make_consultation_type()
    make_booking(consultation_type, email="amara@example.com")
    later = TUESDAY_TEN + timedelta(days=1)
    assert make_booking(consultation_type, email="amara@example.com", starts_at=later, now=TUESDAY_TEN + HALF_HOUR).pk


def test_client_is_not_booked_twice_at_one_time_for_two_types():
    make_booking(make_consultation_type(), email="amara@example.com")
    with pytest.raises(AlreadyBooked):
        make_booking(make_consultation_type(), email="amara@example.com")


# Requests


def test_type_that_needs_approval_is_booked_as_a_request_that_keeps_the_time():
    consultation_type = make_consultation_type(needs_approval=True, answer_within=timedelta(hours=4))
    booking = make_booking(consultation_type)
    assert (booking.status, booking.respond_by) == (BookingStatus.REQUESTED, NOW + timedelta(hours=4))
    assert [email.kind for email in booking.emails.all()] == ["requested"]
    with pytest.raises(SlotUnavailable):
        make_booking(consultation_type)


def test_request_is_to_be_answered_before_the_consultation_starts():
    consultation_type = make_consultation_type(needs_approval=True, answer_within=timedelta(days=9))
    assert make_booking(consultation_type).respond_by == TUESDAY_TEN


# Correcting the address


def test_corrected_address_gets_the_confirmation_and_the_old_one_gets_nothing_more():
    booking = make_booking(email="amara@exmaple.com")
    correct_address(booking, "amara@example.com", now=NOW + timedelta(minutes=5))
    booking.refresh_from_db()
    assert (booking.client_email, booking.email_normalised) == ("amara@example.com", "amara@example.com")
    assert [(email.to, email.state) for email in booking.emails.order_by("pk")] == [
        ("amara@exmaple.com", EmailState.OBSOLETE),
        ("amara@example.com", EmailState.OWED),
    ]


def test_address_corrected_twice_to_the_same_one_is_corrected_once():
    booking = make_booking(email="amara@exmaple.com")
    for _ in range(2):
        correct_address(booking, "amara@example.com", now=NOW)
    assert [email.to for email in booking.emails.order_by("pk")] == ["amara@exmaple.com", "amara@example.com"]


def test_address_corrected_after_half_an_hour_is_refused():
    booking = make_booking(email="amara@exmaple.com")
    with pytest.raises(TooLate):
        correct_address(booking, "amara@example.com", now=NOW + timedelta(minutes=30))


def test_address_corrected_to_somebody_with_a_booking_is_refused_and_changes_nothing():
    consultation_type = make_consultation_type()
    make_booking(consultation_type, email="ben@example.com")
    booking = make_booking(consultation_type, email="amara@exmaple.com", starts_at=TUESDAY_TEN + HALF_HOUR)
    with pytest.raises(AlreadyBooked):
        correct_address(booking, "ben@example.com", now=NOW)
    assert Booking.objects.get(pk=booking.pk).client_email == "amara@exmaple.com"


# Many at once


def race(count, act):
    """Call act(n) from `count` threads at once; return the outcomes, values and exceptions alike."""
    barrier, outcomes = threading.Barrier(count), []

    def compete(n):
        barrier.wait()
        try:
            outcomes.append(act(n))
        except Exception as error:  # whatever it was, the assertion names it
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=compete, args=[n]) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("take", "taken"), [(make_booking, "Booking"), (make_hold, "SlotClaim")])
def test_one_time_raced_by_twelve_clients_is_taken_once_and_refused_cleanly(take, taken):
    consultation_type = make_consultation_type()
    outcomes = Counter(type(outcome).__name__ for outcome in race(12, lambda n: take(consultation_type)))
    assert outcomes == {"SlotUnavailable": 11, taken: 1}
    assert SlotClaim.objects.live().count() == 1


@pytest.mark.django_db(transaction=True)
def test_book_slot_sent_eight_times_with_one_key_is_one_booking_for_all():
    key, consultation_type = uuid4(), make_consultation_type()
    outcomes = race(8, lambda n: make_booking(consultation_type, key=key, email="amara@example.com"))
    assert outcomes == [Booking.objects.get()] * 8
    assert OutgoingEmail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_held_time_sent_twice_at_once_with_two_keys_is_booked_once():
    hold = make_hold()
    outcomes = race(2, lambda n: make_booking(hold.consultation_type, own=SlotClaim.objects.get(pk=hold.pk)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Booking", "SlotUnavailable"]


@pytest.mark.django_db(transaction=True)
def test_clients_who_want_anyone_are_spread_over_everybody():
    consultation_type = make_consultation_type(*[make_nutritionist() for _ in range(4)])
    outcomes = race(6, lambda n: make_booking(consultation_type))
    booked = [outcome.nutritionist for outcome in outcomes if isinstance(outcome, Booking)]
    assert len(set(booked)) == len(booked) == 4
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, Booking)] == [SlotUnavailable] * 2


@pytest.mark.django_db(transaction=True)
def test_hold_and_booking_of_overlapping_times_leave_one_of_them():
    consultation_type = make_consultation_type(buffer=HALF_HOUR)

    def act(n):
        take = make_hold if n % 2 else make_booking
        return take(consultation_type, starts_at=TUESDAY_TEN + (n % 2) * HALF_HOUR)

    outcomes = race(8, act)
    assert sum(not isinstance(outcome, SlotUnavailable) for outcome in outcomes) == 1
    assert SlotClaim.objects.live().count() == 1


@pytest.mark.django_db(transaction=True)
def test_lock_that_does_not_come_is_busy_after_three_seconds():
    consultation_type = make_consultation_type()
    is_locked, may_go = threading.Event(), threading.Event()

    def sit_on_it():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM consultations_nutritionist FOR UPDATE")
            is_locked.set()
            may_go.wait(10)
            cursor.execute("ROLLBACK")
        connection.close()

    sitter = threading.Thread(target=sit_on_it)
    sitter.start()
    is_locked.wait(5)
    with pytest.raises(Busy):
        make_hold(consultation_type)
    may_go.set()
    sitter.join()
    assert make_hold(consultation_type).pk
