from datetime import timedelta

import pytest

from consultations.exceptions import SlotUnavailable, TooManyHolds
from consultations.models import (
    ClaimKind,
    SlotClaim,
    TimeOff,
)
from consultations.services.booking import Visit
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_hold, make_nutritionist

pytestmark = pytest.mark.django_db

HALF_HOUR = timedelta(minutes=30)


def test_hold_keeps_the_time_for_ten_minutes_from_everybody_else():
    consultation_type = make_consultation_type()
    hold = make_hold(consultation_type)
    assert (hold.kind, hold.expires_at) == (ClaimKind.HOLD, NOW + timedelta(minutes=10))
    with pytest.raises(SlotUnavailable):
        make_booking(consultation_type)
    assert make_booking(consultation_type, now=NOW + timedelta(minutes=10)).starts_at == TUESDAY_TEN


def test_hold_of_another_time_releases_the_first():
    consultation_type = make_consultation_type(buffer=HALF_HOUR)
    first = make_hold(consultation_type)
    second = make_hold(consultation_type, starts_at=TUESDAY_TEN + HALF_HOUR, own=first)
    first.refresh_from_db()
    assert (first.released_at, second.released_at) == (NOW, None)


def test_hold_of_a_time_that_is_gone_leaves_the_first_as_it_is():
    consultation_type = make_consultation_type()
    make_booking(consultation_type, starts_at=TUESDAY_TEN + HALF_HOUR)
    first = make_hold(consultation_type)
    with pytest.raises(SlotUnavailable):
        make_hold(consultation_type, starts_at=TUESDAY_TEN + HALF_HOUR, own=first)
    first.refresh_from_db()
    assert first.released_at is None


def test_hold_asked_for_again_is_the_same_one():
    consultation_type = make_consultation_type()
    hold = make_hold(consultation_type)
    assert make_hold(consultation_type, own=hold, now=NOW + timedelta(minutes=5)) == hold


def test_hold_becomes_the_booking_in_the_same_ledger_row():
    hold = make_hold()
    booking = make_booking(hold.consultation_type, own=hold)
    hold.refresh_from_db()
    assert (booking.claim, hold.kind, hold.expires_at) == (hold, ClaimKind.BOOKING, None)


def test_hold_that_expired_still_books_while_nobody_else_has_the_time():
    hold = make_hold()
    booking = make_booking(hold.consultation_type, own=hold, now=NOW + timedelta(hours=1))
    assert (booking.claim, booking.starts_at) == (hold, TUESDAY_TEN)


def test_hold_that_expired_and_was_booked_by_another_is_refused():
    hold = make_hold()
    later = NOW + timedelta(minutes=11)
    make_booking(hold.consultation_type, now=later)
    with pytest.raises(SlotUnavailable):
        make_booking(hold.consultation_type, own=hold, now=later)


def test_hold_taken_before_the_notice_ran_out_books_after_it():
    consultation_type = make_consultation_type(minimum_notice=timedelta(hours=2))
    chosen_at = TUESDAY_TEN - timedelta(hours=2)
    hold = make_hold(consultation_type, now=chosen_at)
    assert make_booking(consultation_type, own=hold, now=chosen_at + timedelta(minutes=9)).pk


def test_hold_over_which_time_off_was_entered_is_refused():
    hold = make_hold()
    TimeOff.objects.create(nutritionist=None, starts_at=TUESDAY_TEN, ends_at=TUESDAY_TEN + HALF_HOUR)
    with pytest.raises(SlotUnavailable):
        make_booking(hold.consultation_type, own=hold)


def test_hold_made_before_its_type_grew_longer_books_the_longer_time_or_nothing():
    consultation_type = make_consultation_type(step=timedelta(minutes=10))
    hold, other = make_hold(consultation_type), make_hold(consultation_type, starts_at=TUESDAY_TEN + 2 * HALF_HOUR)
    consultation_type.duration = timedelta(hours=1)
    consultation_type.save()
    for held in (hold, other):
        held.consultation_type.refresh_from_db()
    booking = make_booking(consultation_type, own=hold)
    assert (booking.ends_at, booking.claim.blocked_until) == (TUESDAY_TEN + timedelta(hours=1),) * 2
    make_hold(consultation_type, starts_at=TUESDAY_TEN + timedelta(hours=2))
    with pytest.raises(SlotUnavailable):
        make_booking(consultation_type, own=hold, starts_at=TUESDAY_TEN + timedelta(minutes=50))


def test_hold_of_somebody_taken_off_the_type_is_refused():
    hold = make_hold()
    hold.consultation_type.nutritionists.clear()
    with pytest.raises(SlotUnavailable):
        make_booking(hold.consultation_type, own=hold)


def test_hold_that_became_a_booking_meanwhile_is_not_given_up():
    hold = make_hold()
    stale = SlotClaim.objects.get(pk=hold.pk)
    booking = make_booking(hold.consultation_type, own=hold)
    make_hold(hold.consultation_type, starts_at=TUESDAY_TEN + HALF_HOUR, own=stale)
    booking.claim.refresh_from_db()
    assert booking.claim.released_at is None


def test_holds_with_anyone_are_spread_like_bookings():
    consultation_type = make_consultation_type(*[make_nutritionist() for _ in range(3)])
    holds = [make_hold(consultation_type, starts_at=TUESDAY_TEN + n * HALF_HOUR) for n in range(3)]
    assert len({hold.nutritionist for hold in holds}) == 3


def test_hold_given_up_for_another_time_at_booking_is_released():
    hold = make_hold()
    booking = make_booking(hold.consultation_type, own=hold, starts_at=TUESDAY_TEN + HALF_HOUR)
    hold.refresh_from_db()
    assert (booking.starts_at, hold.released_at) == (TUESDAY_TEN + HALF_HOUR, NOW)


def test_holds_of_one_client_have_a_ceiling_that_does_not_touch_others(settings):
    settings.RATE_LIMIT_SCALE = 0.2  # two at a moment
    consultation_type, visit = make_consultation_type(), Visit(client_hash="one")
    for n in range(2):
        make_hold(consultation_type, visit=visit, starts_at=TUESDAY_TEN + n * HALF_HOUR)
    last = TUESDAY_TEN + 2 * HALF_HOUR
    with pytest.raises(TooManyHolds):
        make_hold(consultation_type, visit=visit, starts_at=last)
    assert make_hold(consultation_type, visit=Visit(client_hash="other"), starts_at=last).pk


def test_holds_of_everybody_have_a_ceiling(settings):
    settings.RATE_LIMIT_SCALE = 0.01  # two at a moment
    consultation_type = make_consultation_type()
    for n in range(2):
        make_hold(consultation_type, visit=Visit(client_hash=f"client {n}"), starts_at=TUESDAY_TEN + n * HALF_HOUR)
    with pytest.raises(TooManyHolds):
        make_hold(consultation_type, visit=Visit(client_hash="another"), starts_at=TUESDAY_TEN + 2 * HALF_HOUR)
