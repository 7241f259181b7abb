from datetime import UTC, datetime, time, timedelta

import pytest

from consultations import queries
from consultations.models import ExtraHours, TimeOff
from consultations.slots import Interval
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_hold, make_nutritionist

pytestmark = pytest.mark.django_db

TUESDAY = Interval(datetime(2027, 1, 5, tzinfo=UTC), datetime(2027, 1, 6, tzinfo=UTC))
MORNING = ((time(9), time(11)),)
HALF_HOUR = timedelta(minutes=30)


def starts(consultation_type, within=TUESDAY, now=NOW, own=None):
    nutritionists = list(queries.nutritionists_of(consultation_type))
    times = queries.open_times(consultation_type, nutritionists, within, now=now, own=own)
    return [f"{start:%H:%M}" for start in times]


def morning_type(**values):
    return make_consultation_type(make_nutritionist(hours=MORNING), **values)


def test_open_times_of_a_free_morning_are_its_steps():
    assert starts(morning_type()) == ["09:00", "09:30", "10:00", "10:30"]


def test_open_times_leave_out_what_is_booked_and_its_buffer():
    consultation_type = morning_type(buffer=timedelta(minutes=10))
    make_booking(consultation_type)
    assert starts(consultation_type) == ["09:00"]


def test_open_times_come_once_when_two_nutritionists_have_them():
    hours = ((time(9), time(10)),)
    consultation_type = make_consultation_type(make_nutritionist(hours=hours), make_nutritionist(hours=hours))
    assert starts(consultation_type) == ["09:00", "09:30"]


def test_open_times_skip_an_inactive_nutritionist():
    assert starts(make_consultation_type(make_nutritionist(is_active=False))) == []


def test_open_times_respect_notice_and_horizon():
    consultation_type = morning_type(minimum_notice=timedelta(hours=26), booking_horizon=timedelta(hours=26.5))
    assert starts(consultation_type) == ["10:00"]


def test_open_times_asked_for_from_the_middle_of_the_day_keep_their_steps():
    within = Interval(TUESDAY.start + timedelta(hours=9, minutes=45), TUESDAY.end)
    assert starts(morning_type(), within) == ["10:00", "10:30"]


@pytest.mark.parametrize(("later", "expected"), [(timedelta(minutes=9), 3), (timedelta(minutes=10), 4)])
def test_open_times_count_a_hold_until_it_expires(later, expected):
    consultation_type = morning_type()
    make_hold(consultation_type)
    assert len(starts(consultation_type, now=NOW + later)) == expected


def test_open_times_show_a_hold_to_whoever_has_it():
    consultation_type = morning_type()
    hold = make_hold(consultation_type)
    assert "10:00" not in starts(consultation_type)
    assert "10:00" in starts(consultation_type, own=hold)


def test_open_times_include_extra_hours():
    consultation_type = morning_type()
    nutritionist = consultation_type.nutritionists.get()
    begins = TUESDAY_TEN + timedelta(hours=10)
    ExtraHours.objects.create(nutritionist=nutritionist, starts_at=begins, ends_at=begins + HALF_HOUR)
    assert starts(consultation_type)[-1] == "20:00"


@pytest.mark.parametrize(("is_for_all", "applies", "count"), [(False, True, 2), (True, True, 2), (True, False, 4)])
def test_open_times_leave_out_time_off_of_one_or_of_everybody_while_it_applies(is_for_all, applies, count):
    consultation_type = morning_type()
    nutritionist = None if is_for_all else consultation_type.nutritionists.get()
    TimeOff.objects.create(
        nutritionist=nutritionist, starts_at=TUESDAY_TEN, ends_at=TUESDAY_TEN + timedelta(hours=1), applies=applies
    )
    assert len(starts(consultation_type)) == count


def test_open_times_of_one_nutritionist_ignore_the_time_off_of_another():
    consultation_type = morning_type()
    TimeOff.objects.create(nutritionist=make_nutritionist(), starts_at=TUESDAY.start, ends_at=TUESDAY.end)
    assert len(starts(consultation_type)) == 4


def test_open_times_on_a_day_with_the_most_consultations_are_none():
    consultation_type = make_consultation_type(make_nutritionist(hours=MORNING, most_per_day=1))
    make_booking(consultation_type)
    assert starts(consultation_type) == []


def test_open_times_of_a_nutritionist_in_berlin_are_berlin_hours():
    berlin = make_nutritionist(hours=MORNING, time_zone="Europe/Berlin")
    assert starts(make_consultation_type(berlin)) == ["08:00", "08:30", "09:00", "09:30"]


@pytest.mark.parametrize("count", [1, 3])
def test_open_times_take_two_queries_however_many_nutritionists(count, django_assert_num_queries):
    consultation_type = make_consultation_type(*[make_nutritionist() for _ in range(count)])
    nutritionists = list(queries.nutritionists_of(consultation_type))
    with django_assert_num_queries(2):
        queries.open_times(consultation_type, nutritionists, TUESDAY, now=NOW)


def test_soonest_times_reach_across_an_empty_month():
    consultation_type = morning_type()
    TimeOff.objects.create(nutritionist=None, starts_at=NOW, ends_at=NOW + timedelta(days=30))
    nutritionists = list(queries.nutritionists_of(consultation_type))
    [first, *_] = queries.soonest_times(consultation_type, nutritionists, 3, now=NOW)
    assert first == datetime(2027, 2, 3, 9, tzinfo=UTC)


def test_nearest_times_come_from_both_sides_in_order():
    consultation_type = make_consultation_type()
    make_booking(consultation_type)
    nutritionists = list(queries.nutritionists_of(consultation_type))
    nearest = queries.nearest_times(consultation_type, nutritionists, TUESDAY_TEN, 4, now=NOW)
    assert [f"{start:%H:%M}" for start in nearest] == ["09:00", "09:30", "10:30", "11:00"]


def test_nearest_times_look_further_when_the_week_is_empty():
    consultation_type = morning_type()
    TimeOff.objects.create(nutritionist=None, starts_at=NOW, ends_at=NOW + timedelta(days=20))
    nutritionists = list(queries.nutritionists_of(consultation_type))
    nearest = queries.nearest_times(consultation_type, nutritionists, TUESDAY_TEN, 1, now=NOW)
    assert nearest == [datetime(2027, 1, 24, 9, tzinfo=UTC)]
