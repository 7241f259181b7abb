from datetime import UTC, datetime, time, timedelta

import pytest

from consultations import queries
from consultations.models import ClaimKind, SlotClaim
from consultations.slots import Interval
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist

pytestmark = pytest.mark.django_db

TUESDAY = Interval(datetime(2027, 1, 5, tzinfo=UTC), datetime(2027, 1, 6, tzinfo=UTC))
MORNING = ((time(9), time(11)),)


def starts(consultation_type, within=TUESDAY, now=NOW):
    return [f"{slot.start:%H:%M}" for slot in queries.open_times(consultation_type, within=within, now=now)]


def test_open_times_of_a_free_morning_are_its_steps():
    assert starts(make_consultation_type(make_nutritionist(hours=MORNING))) == ["09:00", "09:30", "10:00", "10:30"]


def test_open_times_leave_out_what_is_booked_and_its_buffer():
    consultation_type = make_consultation_type(make_nutritionist(hours=MORNING), buffer=timedelta(minutes=10))
    make_booking(consultation_type)
    assert starts(consultation_type) == ["09:00"]


def test_open_times_come_once_when_two_nutritionists_have_them():
    hours = ((time(9), time(10)),)
    assert starts(make_consultation_type(make_nutritionist(hours=hours), make_nutritionist(hours=hours))) == [
        "09:00",
        "09:30",
    ]


def test_open_times_skip_an_inactive_nutritionist():
    assert starts(make_consultation_type(make_nutritionist(is_active=False))) == []


def test_open_times_respect_notice_and_horizon():
    consultation_type = make_consultation_type(
        make_nutritionist(hours=MORNING), minimum_notice=timedelta(hours=26), booking_horizon=timedelta(hours=26.5)
    )
    assert starts(consultation_type) == ["10:00"]


def test_open_times_asked_for_from_the_middle_of_the_day_keep_their_steps():
    within = Interval(TUESDAY.start + timedelta(hours=9, minutes=45), TUESDAY.end)
    assert starts(make_consultation_type(make_nutritionist(hours=MORNING)), within) == ["10:00", "10:30"]


@pytest.mark.parametrize(
    ("expires_in", "expected"), [(timedelta(minutes=1), ["09:00"]), (timedelta(0), ["09:00", "09:30"])]
)
def test_open_times_count_a_hold_until_it_expires(expires_in, expected):
    nutritionist = make_nutritionist(hours=((time(9), time(10)),))
    SlotClaim.objects.create(
        nutritionist=nutritionist,
        kind=ClaimKind.HOLD,
        starts_at=TUESDAY_TEN - timedelta(minutes=30),
        blocked_until=TUESDAY_TEN,
        expires_at=NOW + expires_in,
    )
    assert starts(make_consultation_type(nutritionist)) == expected


def test_open_times_of_a_nutritionist_in_berlin_are_berlin_hours():
    berlin = make_nutritionist(hours=MORNING, time_zone="Europe/Berlin")
    assert starts(make_consultation_type(berlin)) == ["08:00", "08:30", "09:00", "09:30"]


@pytest.mark.parametrize("count", [1, 3])
def test_open_times_take_three_queries_however_many_nutritionists(count, django_assert_num_queries):
    consultation_type = make_consultation_type(*[make_nutritionist() for _ in range(count)])
    with django_assert_num_queries(3):
        starts(consultation_type)


def test_nearest_times_come_from_both_sides_in_order():
    consultation_type = make_consultation_type(make_nutritionist(hours=((time(9), time(17)),)))
    nearest = queries.nearest_times(consultation_type, TUESDAY_TEN, 3, now=NOW)
    assert [f"{slot.start:%H:%M}" for slot in nearest] == ["09:30", "10:00", "10:30"]
