from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from consultations.models import AvailabilityRule, Booking, BookingStatus, ClaimKind, ExtraHours, SlotClaim, TimeOff
from consultations.models.bookings import REFERENCE_ALPHABET, new_reference
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_nutritionist

pytestmark = pytest.mark.django_db
HALF_HOUR = timedelta(minutes=30)


def make_claim(nutritionist, starts_at=TUESDAY_TEN, length=HALF_HOUR, **values):
    values = {"kind": ClaimKind.BOOKING, "created_at": NOW, **values}
    return SlotClaim.objects.create(
        nutritionist=nutritionist, starts_at=starts_at, blocked_until=starts_at + length, **values
    )


def broken_constraint(error_info):
    return error_info.value.__cause__.diag.constraint_name


def test_overlapping_claims_of_one_nutritionist_are_refused_by_the_database():
    nutritionist = make_nutritionist()
    make_claim(nutritionist)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_claim(nutritionist, TUESDAY_TEN + timedelta(minutes=29))
    assert broken_constraint(refused) == "slotclaim_no_double_booking"


def test_claims_that_touch_are_accepted():
    nutritionist = make_nutritionist()
    make_claim(nutritionist)
    make_claim(nutritionist, TUESDAY_TEN + HALF_HOUR)
    assert nutritionist.claims.count() == 2


def test_claims_of_two_nutritionists_at_one_time_are_accepted():
    claims = [make_claim(make_nutritionist()), make_claim(make_nutritionist())]
    assert claims[0].starts_at == claims[1].starts_at


def test_claim_over_a_released_one_is_accepted():
    nutritionist = make_nutritionist()
    make_claim(nutritionist, released_at=TUESDAY_TEN)
    assert make_claim(nutritionist).pk


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"length": timedelta(0)}, "slotclaim_ends_after_start"),
        ({"kind": "nonsense"}, "slotclaim_kind_known"),
        ({"kind": ClaimKind.OFFER}, "slotclaim_only_bookings_do_not_expire"),
        ({"expires_at": TUESDAY_TEN}, "slotclaim_only_bookings_do_not_expire"),
        ({"kind": ClaimKind.HOLD, "expires_at": TUESDAY_TEN}, "slotclaim_hold_knows_its_type"),
    ],
)
def test_impossible_claims_are_refused_by_the_database(values, constraint):
    nutritionist = make_nutritionist()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_claim(nutritionist, **values)
    assert constraint in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": TUESDAY_TEN - timedelta(hours=1)},
        {"status": BookingStatus.CANCELLED_BY_CLIENT},
    ],
)
@pytest.mark.django_db(transaction=True)
def test_booking_that_disagrees_with_its_claim_is_refused_at_the_commit(change):
    booking = make_booking()
    with pytest.raises(IntegrityError, match="booking_matches_its_claim"):
        Booking.objects.filter(pk=booking.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_booking_that_ends_after_its_claim_is_refused_at_the_commit_whichever_row_changes():
    booking = make_booking()
    with pytest.raises(IntegrityError, match="ends within its claim"):
        Booking.objects.filter(pk=booking.pk).update(ends_at=booking.ends_at + HALF_HOUR)
    with pytest.raises(IntegrityError, match="ends within its claim"):
        SlotClaim.objects.filter(pk=booking.claim_id).update(blocked_until=booking.ends_at - timedelta(minutes=1))


@pytest.mark.django_db(transaction=True)
def test_booking_and_claim_made_longer_together_are_accepted():
    booking = make_booking()
    later = booking.ends_at + HALF_HOUR
    with transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(ends_at=later)
        SlotClaim.objects.filter(pk=booking.claim_id).update(blocked_until=later)
    booking.refresh_from_db()
    assert (booking.ends_at, booking.claim.blocked_until) == (later, later)


@pytest.mark.django_db(transaction=True)
def test_claim_of_a_confirmed_booking_cannot_be_released_behind_its_back():
    booking = make_booking()
    with pytest.raises(IntegrityError, match="booking_matches_its_claim"):
        SlotClaim.objects.filter(pk=booking.claim_id).update(released_at=TUESDAY_TEN)


@pytest.mark.django_db(transaction=True)
def test_booking_cancelled_together_with_its_claim_is_accepted():
    booking = make_booking()
    with transaction.atomic():
        SlotClaim.objects.filter(pk=booking.claim_id).update(released_at=TUESDAY_TEN)
        Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.CANCELLED_BY_TEAM)
    booking.refresh_from_db()
    assert (booking.occupies, booking.claim.is_live) == (False, False)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "invented"}, "booking_status_known"),
        ({"client_name": ""}, "booking_client_named"),
        ({"channel": "letter"}, "booking_channel_known"),
        ({"channel": "phone", "phone": ""}, "booking_phone_call_has_number"),
        ({"status": BookingStatus.REQUESTED}, "booking_request_has_deadline"),
    ],
)
def test_impossible_bookings_are_refused_by_the_database(change, constraint):
    booking = make_booking()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(**change)


@pytest.mark.parametrize("model", [ExtraHours, TimeOff])
def test_dated_time_that_ends_before_it_starts_is_refused_with_words(model):
    row = model(nutritionist=make_nutritionist(), starts_at=TUESDAY_TEN, ends_at=TUESDAY_TEN - HALF_HOUR)
    with pytest.raises(ValidationError, match=r"after (it|they) starts?"):
        row.full_clean()


def test_availability_rule_that_ends_before_it_starts_is_refused_with_words():
    rule = AvailabilityRule(nutritionist=make_nutritionist(), weekday=0, starts_at="17:00", ends_at="09:00")
    with pytest.raises(ValidationError, match="end after they start"):
        rule.full_clean()


def test_unknown_time_zone_is_refused_with_words():
    nutritionist = make_nutritionist()
    nutritionist.time_zone = "Europe/Cardiff"
    with pytest.raises(ValidationError, match="is not a time zone"):
        nutritionist.full_clean()


def test_references_leave_out_what_is_misheard():
    assert set("01IO").isdisjoint(REFERENCE_ALPHABET)
    assert len({new_reference() for _ in range(200)}) == 200
