import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.slots import Diary, Interval, Terms, WeeklyHours, is_open, open_slots, to_utc

LONDON = ZoneInfo("Europe/London")
BERLIN = ZoneInfo("Europe/Berlin")
HALF_HOUR = timedelta(minutes=30)
ALWAYS = timedelta(days=10_000)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(hour, minute=0, day=5):
    """An instant of January 2027, when London wall time is UTC; the 5th is a Tuesday."""
    return datetime(2027, 1, day, hour, minute, tzinfo=UTC)


def terms(*, duration=HALF_HOUR, step=HALF_HOUR, buffer=timedelta(0), notice=timedelta(0), horizon=ALWAYS):
    return Terms(duration, step, buffer, notice, horizon)


def diary(*extra, zone=LONDON, **values):
    """A diary whose only working time is the intervals given."""
    return Diary(zone=zone, extra=list(extra), **values)


JANUARY = Interval(at(0, day=1), at(0, day=31))


def slots(a_diary, some_terms=None, within=JANUARY, now=LONG_AGO):
    return open_slots(a_diary, some_terms or terms(), within, now)


def on(day, zone=LONDON):
    return Interval(to_utc(day, time(0), zone), to_utc(day + timedelta(days=1), time(0), zone))


def test_open_slots_in_an_empty_window_fill_it_exactly():
    assert slots(diary(Interval(at(9), at(10, 30)))) == [at(9), at(9, 30), at(10)]


def test_open_slots_that_would_end_after_the_window_are_not_offered():
    assert slots(diary(Interval(at(9), at(10, 29)))) == [at(9), at(9, 30)]


def test_open_slots_touching_a_claim_are_open():
    found = slots(diary(Interval(at(9), at(11)), claimed=[Interval(at(9, 30), at(10))]))
    assert found == [at(9), at(10), at(10, 30)]


def test_open_slots_need_their_buffer_free_of_claims():
    claimed = [Interval(at(10), at(10, 30))]
    found = slots(diary(Interval(at(9), at(11)), claimed=claimed), terms(buffer=timedelta(minutes=10)))
    assert found == [at(9), at(10, 30)]


def test_open_slots_need_no_buffer_before_time_off_or_the_end_of_hours():
    closed = [Interval(at(10), at(10, 30))]
    found = slots(diary(Interval(at(9), at(11)), closed=closed), terms(buffer=timedelta(minutes=10)))
    assert found == [at(9), at(9, 30), at(10, 30)]


def test_open_slots_keep_their_steps_across_time_off():
    closed = [Interval(at(9, 10), at(9, 20))]
    assert slots(diary(Interval(at(9), at(10, 30)), closed=closed)) == [at(9, 30), at(10)]


@pytest.mark.parametrize(("notice", "first"), [(0, at(9)), (60, at(9)), (61, at(9, 30)), (90, at(9, 30))])
def test_open_slots_nearer_than_the_notice_are_left_out(notice, first):
    found = slots(diary(Interval(at(9), at(11))), terms(notice=timedelta(minutes=notice)), now=at(8))
    assert found[0] == first


def test_open_slots_from_the_horizon_on_are_left_out():
    found = slots(diary(Interval(at(9), at(11))), terms(horizon=timedelta(hours=2)), now=at(8))
    assert found == [at(9), at(9, 30)]


def test_open_slots_of_joined_hours_and_extra_hours_step_through():
    hours = [WeeklyHours(1, time(9), time(9, 45))]
    found = slots(diary(Interval(at(9, 45), at(10, 30)), hours=hours), within=on(date(2027, 1, 5)))
    assert found == [at(9), at(9, 30), at(10)]


def test_open_slots_of_overlapping_rules_come_once():
    hours = [WeeklyHours(1, time(9), time(10)), WeeklyHours(1, time(9, 30), time(10, 30))]
    assert slots(Diary(zone=LONDON, hours=hours), within=on(date(2027, 1, 5))) == [at(9), at(9, 30), at(10)]


def test_open_slots_of_hours_outside_their_valid_dates_are_absent():
    hours = [WeeklyHours(1, time(9), time(9, 30), valid_from=date(2027, 1, 12), valid_to=date(2027, 1, 19))]
    assert slots(Diary(zone=LONDON, hours=hours)) == [at(9, day=12), at(9, day=19)]


def test_open_slots_on_a_day_that_is_full_are_absent_and_other_days_stand():
    working = [Interval(at(9, day=5), at(10, day=5)), Interval(at(9, day=6), at(10, day=6))]
    claimed = [Interval(at(14), at(14, 30)), Interval(at(15), at(15, 30))]
    found = slots(Diary(zone=LONDON, extra=working, claimed=claimed, most_per_day=2))
    assert found == [at(9, day=6), at(9, 30, day=6)]


def test_full_day_is_a_day_of_the_nutritionists_own_zone():
    auckland = ZoneInfo("Pacific/Auckland")  # 13 hours ahead: its 6 January begins at 11:00 UTC on the 5th
    claimed = [Interval(at(12), at(12, 30))]
    full = Diary(zone=auckland, extra=[Interval(at(9), at(14))], claimed=claimed, most_per_day=1)
    assert slots(full) == [at(9), at(9, 30), at(10), at(10, 30)]


@pytest.mark.parametrize(
    "wrong", [{"duration": timedelta(0)}, {"step": timedelta(0)}, {"horizon": timedelta(0)}, {"buffer": -HALF_HOUR}]
)
def test_terms_that_are_impossible_are_refused(wrong):
    with pytest.raises(ValueError, match="must be positive"):
        terms(**wrong)


def test_interval_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends after it starts"):
        Interval(at(10), at(9))


def test_interval_of_naive_datetimes_is_refused():
    with pytest.raises(ValueError, match="aware"):
        Interval(at(9).replace(tzinfo=None), at(10).replace(tzinfo=None))


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2027, 3, 27), 8),
        (date(2027, 3, 28), 6),  # clocks go forward: 01:00 to 02:00 does not exist
        (date(2027, 10, 31), 10),  # clocks go back: 01:00 to 02:00 happens twice
    ],
)
def test_open_slots_follow_the_clock_change(day, count):
    hours = [WeeklyHours(day.weekday(), time(0), time(4))]
    found = slots(Diary(zone=LONDON, hours=hours), within=on(day))
    assert (len(found), len(set(found))) == (count, count)


def test_open_slots_of_hours_wholly_in_the_skipped_hour_are_none():
    hours = [WeeklyHours(6, time(1), time(2))]
    assert slots(Diary(zone=LONDON, hours=hours), within=on(date(2027, 3, 28))) == []


def test_open_slots_in_berlin_are_berlin_wall_time_on_both_sides_of_the_change():
    berlin = Diary(zone=BERLIN, hours=[WeeklyHours(weekday, time(9), time(9, 30)) for weekday in range(7)])
    within = Interval(datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 3, 29, tzinfo=UTC))
    assert slots(berlin, within=within) == [
        datetime(2027, 3, 27, 8, tzinfo=UTC),
        datetime(2027, 3, 28, 7, tzinfo=UTC),
    ]


def test_to_utc_of_a_skipped_time_is_the_instant_of_the_change():
    assert to_utc(date(2027, 3, 28), time(1, 30), LONDON) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_to_utc_of_a_repeated_time_is_its_first_occurrence():
    assert to_utc(date(2027, 10, 31), time(1, 30), LONDON) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_ten_o_clock_is_ten_o_clock_in_winter_and_in_summer():
    assert to_utc(date(2027, 1, 5), time(10), LONDON) == datetime(2027, 1, 5, 10, tzinfo=UTC)
    assert to_utc(date(2027, 7, 6), time(10), LONDON) == datetime(2027, 7, 6, 9, tzinfo=UTC)


# Anything from a minute to five hours long, within two days around a clock change.
spring = datetime(2027, 3, 27, 12, tzinfo=UTC)
intervals = st.builds(
    lambda start, length: Interval(spring + timedelta(minutes=start), spring + timedelta(minutes=start + length)),
    st.integers(min_value=0, max_value=48 * 60),
    st.integers(min_value=1, max_value=300),
)
wall_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
rules = st.builds(
    lambda weekday, one, other: WeeklyHours(weekday, min(one, other), max(one, other)),
    st.integers(0, 6),
    wall_times,
    wall_times,
)
diaries = st.builds(
    Diary,
    zone=st.sampled_from([LONDON, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")]),
    hours=st.lists(rules, max_size=6),
    extra=st.lists(intervals, max_size=3),
    closed=st.lists(intervals, max_size=4),
    claimed=st.lists(intervals, max_size=6),
    most_per_day=st.none() | st.integers(1, 3),
)
minutes = st.integers(min_value=5, max_value=90).map(lambda n: timedelta(minutes=n))
some_terms = st.builds(Terms, minutes, minutes, minutes | st.just(timedelta(0)), minutes, st.just(timedelta(days=2)))
THREE_DAYS = Interval(spring - timedelta(days=1), spring + timedelta(days=3))


@given(a_diary=diaries, rules_of_type=some_terms)
def test_open_slots_overlap_nothing_and_stay_inside_working_time(a_diary, rules_of_type):
    for start in open_slots(a_diary, rules_of_type, THREE_DAYS, spring):
        slot = Interval(start, start + rules_of_type.duration)
        blocked = Interval(start, start + rules_of_type.duration + rules_of_type.buffer)
        assert not any(slot.overlaps(closed) for closed in a_diary.closed)
        assert not any(blocked.overlaps(claim) for claim in a_diary.claimed)
        assert start >= spring + rules_of_type.notice
        every_minute = range(int(rules_of_type.duration.total_seconds() // 60))
        assert all(_is_working(start + timedelta(minutes=n), a_diary) for n in every_minute)


def _is_working(instant, a_diary):
    local = instant.astimezone(a_diary.zone)
    by_rule = any(
        rule.weekday == local.weekday() and rule.starts_at <= local.time() < rule.ends_at for rule in a_diary.hours
    )
    return by_rule or any(extra.start <= instant < extra.end for extra in a_diary.extra)


@given(a_diary=diaries, rules_of_type=some_terms, data=st.data())
def test_open_slots_do_not_depend_on_the_order_of_what_is_given(a_diary, rules_of_type, data):
    shuffled = Diary(
        a_diary.zone,
        *(data.draw(st.permutations(part)) for part in (a_diary.hours, a_diary.extra, a_diary.closed, a_diary.claimed)),
        most_per_day=a_diary.most_per_day,
    )
    listed = open_slots(a_diary, rules_of_type, THREE_DAYS, spring)
    assert open_slots(shuffled, rules_of_type, THREE_DAYS, spring) == listed
    assert listed == sorted(set(listed))


@given(a_diary=diaries, rules_of_type=some_terms)
def test_every_offered_start_is_open_and_every_other_is_not(a_diary, rules_of_type):
    listed = set(open_slots(a_diary, rules_of_type, THREE_DAYS, spring))
    for n in range(0, 3 * 24 * 60, 15):
        start = THREE_DAYS.start + timedelta(minutes=n)
        assert is_open(a_diary, rules_of_type, start, spring) == (start in listed)
    assert all(is_open(a_diary, rules_of_type, start, spring) for start in listed)


def test_slots_module_loads_without_django():
    code = "import sys; import consultations.slots; sys.exit(any(name.startswith('django') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
