from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from consultations.emails import compose
from consultations.models import EmailState, OutgoingEmail
from consultations.services.booking import Slot
from consultations.services.changes import (
    Details,
    ask_for_address,
    cancel_booking,
    correct_details,
    move_booking,
    prove_address,
)
from consultations.services.notices import owe_reminders, owe_tomorrow
from consultations.services.requests import accept_request
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist

pytestmark = pytest.mark.django_db

DAY_BEFORE, TWO_HOURS_BEFORE = TUESDAY_TEN - timedelta(hours=24), TUESDAY_TEN - timedelta(hours=2)
EARLY = NOW - timedelta(days=3)


def owed(prefix):
    return [(email.kind, email.to) for email in OutgoingEmail.objects.filter(kind__startswith=prefix).order_by("pk")]


@pytest.fixture
def nutritionist():
    return make_nutritionist(user=get_user_model().objects.create_user("priya", email="priya@example.com"))


# Reminders


def test_reminders_are_owed_a_day_and_two_hours_before_once_each():
    booking = make_booking(now=EARLY, email="amara@example.com")
    assert owe_reminders(now=DAY_BEFORE - timedelta(seconds=1)) == 0
    assert [owe_reminders(now=at) for at in (DAY_BEFORE, DAY_BEFORE, TWO_HOURS_BEFORE)] == [1, 0, 1]
    assert owed("reminder") == [("reminder_day", "amara@example.com"), ("reminder_hours", "amara@example.com")]
    assert booking.emails.get(kind="reminder_hours").not_after == TUESDAY_TEN


def test_booking_made_later_than_a_reminder_needs_none():
    make_booking(now=TWO_HOURS_BEFORE + timedelta(minutes=1))
    assert owe_reminders(now=TWO_HOURS_BEFORE + timedelta(minutes=2)) == 0


def test_moved_booking_is_reminded_of_its_new_time_only():
    booking = make_booking(now=EARLY)
    owe_reminders(now=DAY_BEFORE)
    later = TUESDAY_TEN + timedelta(days=2)
    move_booking(booking.pk, Slot(booking.consultation_type, later), now=DAY_BEFORE)
    assert OutgoingEmail.objects.get(kind="reminder_day").state == EmailState.OBSOLETE
    assert owe_reminders(now=DAY_BEFORE + timedelta(hours=1)) == 0
    assert owe_reminders(now=later - timedelta(hours=24)) == 1


def test_booking_moved_later_than_a_reminder_needs_none():
    booking = make_booking(now=EARLY, starts_at=TUESDAY_TEN + timedelta(days=5))
    move_booking(booking.pk, Slot(booking.consultation_type, TUESDAY_TEN), now=DAY_BEFORE + timedelta(minutes=1))
    assert owe_reminders(now=DAY_BEFORE + timedelta(minutes=2)) == 0


def test_request_accepted_later_than_a_reminder_needs_none():
    booking = make_booking(make_consultation_type(needs_approval=True, answer_within=timedelta(days=9)), now=EARLY)
    accept_request(booking.pk, by=None, now=DAY_BEFORE + timedelta(hours=1))
    assert owe_reminders(now=DAY_BEFORE + timedelta(hours=2)) == 0
    assert owe_reminders(now=TWO_HOURS_BEFORE) == 1


def test_correcting_details_brings_no_second_reminder():
    booking = make_booking(now=EARLY)
    owe_reminders(now=DAY_BEFORE)
    OutgoingEmail.objects.filter(kind="reminder_day").update(state=EmailState.SENT, sent_at=DAY_BEFORE)
    correct_details(booking.pk, Details("Amara W", "video"), now=DAY_BEFORE)
    assert owe_reminders(now=DAY_BEFORE + timedelta(minutes=1)) == 0


def test_cancelled_bookings_and_unanswered_requests_are_not_reminded_of():
    cancel_booking(make_booking(now=EARLY).pk, now=NOW - timedelta(days=1))
    make_booking(make_consultation_type(needs_approval=True), now=EARLY)
    assert owe_reminders(now=DAY_BEFORE) == 0


def test_reminder_after_an_outage_of_beat_is_owed_late_but_not_too_late():
    make_booking(now=EARLY)
    assert owe_reminders(now=TUESDAY_TEN - timedelta(hours=3, minutes=1)) == 1
    make_booking(now=EARLY)
    assert owe_reminders(now=TUESDAY_TEN - timedelta(hours=3)) == 0


# To the nutritionist


def test_nutritionist_hears_of_new_moved_and_cancelled_bookings(nutritionist):
    consultation_type = make_consultation_type(nutritionist)
    booking = make_booking(consultation_type)
    move_booking(booking.pk, Slot(consultation_type, TUESDAY_TEN + timedelta(hours=1)), now=NOW)
    cancel_booking(booking.pk, now=NOW)
    kinds = ["staff_new", "staff_moved", "staff_cancelled"]
    assert owed("staff") == [(kind, "priya@example.com") for kind in kinds]


def test_what_is_owed_to_others_stays_owed_when_the_client_changes_something(nutritionist):
    booking = make_booking(make_consultation_type(nutritionist), email="amara@example.com")
    ask_for_address(booking.pk, "amara@example.org", now=NOW)
    prove_address(booking.pk, now=NOW)
    correct_details(booking.pk, Details("Amara W", "video"), now=NOW)
    still_owed = booking.emails.filter(state=EmailState.OWED).order_by("pk")
    assert [(email.kind, email.to) for email in still_owed] == [
        ("staff_new", "priya@example.com"),
        ("address_check", "amara@example.org"),
        ("address_changed", "amara@example.com"),
        ("booked", "amara@example.org"),
    ]


@pytest.mark.parametrize(
    ("details", "told"),
    [
        (Details("Amara W", "video"), []),
        (Details("Amara W", "phone", "+442079460018"), [("staff_details", "priya@example.com")]),
    ],
)
def test_nutritionist_hears_how_to_reach_a_client_who_changed_that(nutritionist, details, told):
    booking = make_booking(make_consultation_type(nutritionist), name="Amara W")
    correct_details(booking.pk, details, now=NOW)
    assert owed("staff_details") == told


def test_nutritionist_hears_of_each_number_a_client_gives(nutritionist):
    booking = make_booking(make_consultation_type(nutritionist))
    for phone in ("+442079460018", "+442079460019", "+442079460018"):
        correct_details(booking.pk, Details("Amara W", "phone", phone), now=NOW)
    assert len(owed("staff_details")) == 3
    assert "+442079460018" in compose(OutgoingEmail.objects.filter(kind="staff_details").last()).body


def test_number_of_a_client_is_not_sent_to_whom_the_booking_was_moved_away_from(nutritionist):
    tomos = make_nutritionist()
    consultation_type = make_consultation_type(nutritionist, tomos)
    booking = make_booking(consultation_type, nutritionist=nutritionist.slug)
    correct_details(booking.pk, Details("Amara W", "phone", "+442079460018"), now=NOW)
    move_booking(booking.pk, Slot(consultation_type, TUESDAY_TEN, tomos.slug), now=NOW)
    assert OutgoingEmail.objects.get(kind="staff_details").is_overtaken


def test_move_to_another_nutritionist_is_told_to_both(nutritionist):
    tomos = make_nutritionist(user=get_user_model().objects.create_user("tomos", email="tomos@example.com"))
    consultation_type = make_consultation_type(nutritionist, tomos)
    booking = make_booking(consultation_type, nutritionist=nutritionist.slug)
    move_booking(booking.pk, Slot(consultation_type, TUESDAY_TEN, tomos.slug), now=NOW)
    assert set(owed("staff_moved")) == {("staff_moved", "tomos@example.com"), ("staff_moved", "priya@example.com")}


def test_word_of_a_new_booking_is_not_sent_to_whom_it_was_moved_away_from(nutritionist):
    tomos = make_nutritionist()
    consultation_type = make_consultation_type(nutritionist, tomos)
    booking = make_booking(consultation_type, nutritionist=nutritionist.slug)
    move_booking(booking.pk, Slot(consultation_type, TUESDAY_TEN, tomos.slug), now=NOW)
    assert OutgoingEmail.objects.get(kind="staff_new").is_overtaken
    assert not OutgoingEmail.objects.get(kind="staff_moved").is_overtaken


def test_nutritionist_without_an_account_or_address_gets_nothing():
    make_booking(make_consultation_type(make_nutritionist(user=get_user_model().objects.create_user("priya"))))
    make_booking()
    assert owed("staff") == []


@pytest.mark.parametrize(
    ("now", "count"),
    [
        (datetime(2027, 1, 4, 16, 59, tzinfo=UTC), 0),
        (datetime(2027, 1, 4, 17, 0, tzinfo=UTC), 1),
        (datetime(2027, 1, 4, 23, 59, tzinfo=UTC), 1),
        (datetime(2027, 1, 3, 18, 0, tzinfo=UTC), 0),
    ],
)
def test_list_of_tomorrow_is_owed_from_five_the_day_before(nutritionist, now, count):
    make_booking(make_consultation_type(nutritionist), now=EARLY)
    assert [owe_tomorrow(now=now), owe_tomorrow(now=now)] == [count, 0]


def test_list_of_tomorrow_comes_at_five_in_london_in_summer_too(nutritionist):
    make_booking(
        make_consultation_type(nutritionist),
        now=EARLY + timedelta(days=180),
        starts_at=datetime(2027, 7, 6, 9, tzinfo=UTC),
    )
    assert owe_tomorrow(now=datetime(2027, 7, 5, 15, 59, tzinfo=UTC)) == 0
    assert owe_tomorrow(now=datetime(2027, 7, 5, 16, 0, tzinfo=UTC)) == 1
